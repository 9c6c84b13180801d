//! JSON-RPC over the connection.

use bitcoin_core_ipc::{Error, Interfaces};
use ipc_tests::peers::within;
use serde_json::{Value, json};

use crate::node;

const WITH_RPC: [Interfaces; 2] = [Interfaces::V32, Interfaces::Multiprocess];

#[tokio::test]
async fn results_have_the_type_that_is_asked_for() {
    for interfaces in WITH_RPC {
        let (fake, node) = node(interfaces).await;
        let tip = fake.mine();
        let rpc = within("makeRpc", node.rpc()).await.unwrap();
        let count = rpc.call::<u32>("getblockcount", ());
        assert_eq!(within("a call", count).await.unwrap(), 1);
        let hash = rpc.call::<String>("getblockhash", [1]);
        assert_eq!(within("a call", hash).await.unwrap(), tip.hash.to_string());
        let wallet = rpc.wallet("a b");
        let any = wallet.call::<Value>("getbestblockhash", json!([]));
        assert_eq!(
            within("a call", any).await.unwrap(),
            json!(tip.hash.to_string())
        );
    }
}

#[tokio::test]
async fn failures_have_the_code_of_the_node() {
    for interfaces in WITH_RPC {
        let (_fake, node) = node(interfaces).await;
        let rpc = within("makeRpc", node.rpc()).await.unwrap();
        let call = rpc.call::<String>("getblockhash", (100,));
        let error = within("a call", call).await.expect_err("out of range");
        assert!(
            matches!(&error, Error::Rpc { code: -8, .. }),
            "{interfaces}: {error}"
        );
        assert_eq!(
            error.to_string(),
            "getblockhash: Block height out of range (code -8)"
        );
    }
}

#[tokio::test]
async fn other_types_are_errors() {
    for interfaces in WITH_RPC {
        let (_fake, node) = node(interfaces).await;
        let rpc = within("makeRpc", node.rpc()).await.unwrap();
        let call = rpc.call::<String>("getblockcount", ());
        let error = within("a call", call).await.expect_err("a number");
        assert!(matches!(error, Error::Json { .. }), "{interfaces}: {error}");
        let call = rpc.call::<String>("getblockhash", 7);
        let error = within("a call", call)
            .await
            .expect_err("no list of parameters");
        let text = "getblockhash: the parameters are neither a list nor a map, but 7";
        assert_eq!(error.to_string(), text, "{interfaces}");
    }
}
