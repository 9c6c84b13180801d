//! The example `wallet-balance`, and the end of programs with wallets.

use bitcoin_core_ipc::testing::{FakeNode, Received};
use bitcoin_core_ipc::{Amount, Interfaces};
use ipc_tests::peers::{DEADLINE, Peer, within};
use tokio::process::Command;

use super::NAME;
use crate::example::built;

#[tokio::test]
async fn it_prints_the_balances_of_each_wallet() {
    let program = built("wallet-balance").await;
    let fake = FakeNode::start(Interfaces::Multiprocess).unwrap();
    fake.add_wallet("").receive(Amount(5));
    fake.add_wallet(NAME).receive(Amount(70_000));
    fake.mine();
    let output = Command::new(program)
        .arg(fake.address())
        .kill_on_drop(true)
        .output();
    let output = within("the example", output).await.unwrap();
    assert!(output.status.success(), "{}", output.status);
    let expected = "\"\": 5 sat, unconfirmed 0 sat, immature 0 sat\n\
        \"savings\": 70000 sat, unconfirmed 0 sat, immature 0 sat\n";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[tokio::test]
async fn it_follows_changes_until_the_node_goes() {
    let program = built("wallet-balance").await;
    let fake = FakeNode::start(Interfaces::Multiprocess).unwrap();
    let wallet = fake.add_wallet(NAME);
    let arguments = [fake.address(), "--follow".to_owned()];
    let mut example = Peer::start("the example", &program, arguments);
    example
        .line(&["\"savings\": 0 sat, unconfirmed 0 sat"])
        .await;
    wallet.receive(Amount(9));
    example
        .line(&["\"savings\": 0 sat, unconfirmed 9 sat"])
        .await;
    fake.mine();
    example
        .line(&["\"savings\": 9 sat, unconfirmed 0 sat"])
        .await;
    drop(fake);
    let (status, _, report) = example.finish().await;
    assert!(!status.success(), "{report}");
}

#[tokio::test]
async fn it_says_which_nodes_have_wallets() {
    let program = built("wallet-balance").await;
    let fake = FakeNode::start(Interfaces::V32).unwrap();
    let output = Command::new(program)
        .arg(fake.address())
        .kill_on_drop(true)
        .output();
    let output = within("the example", output).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("WalletLoader"), "{said}");
}

/// What a real node frees its wallets by are calls, which a program has to wait for.
#[tokio::test]
async fn leaving_waits_until_wallets_are_freed() {
    let (fake, node) = crate::node(Interfaces::Multiprocess).await;
    fake.add_wallet("savings");
    let loader = within("the loader", node.wallet_loader()).await.unwrap();
    let wallets = within("the wallets", loader.wallets()).await.unwrap();
    assert_eq!(wallets.len(), 1);
    drop((loader, wallets));
    within("leaving", node.leave(DEADLINE)).await;
    let freed = Received {
        interface: 0xc5f5_ca46_c649_5fcf,
        ordinal: 0,
    };
    assert!(fake.received().contains(&freed));
}
