//! The scripted node as a foreign peer finds it: what the tests of a real one ask of it.

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::FakeNode;
use ipc_tests::python_client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_the_python_client() {
    let fake = FakeNode::start(Interfaces::V32).unwrap();
    python_client::calls_a_node(&fake.address()).await;
}
