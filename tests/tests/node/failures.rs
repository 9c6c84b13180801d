//! Nodes that fail, stall, and go.

use bitcoin_core_ipc::testing::Fault;
use bitcoin_core_ipc::{
    Amount, Error, Interfaces, Node, Solution, TemplateOptions, Transaction, WaitOptions,
};
use ipc_tests::peers::within;

use crate::{ALL, mining, node, template, template_wait};

#[tokio::test]
async fn a_failure_has_the_words_of_the_node() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let text = "std::exception: block_reserved_weight (0) is lower than minimum safety value";
        fake.fault("Mining.createNewBlock", Fault::Fail(text.to_owned()));
        let template = mining.create_new_block(TemplateOptions::default());
        let error = within("createNewBlock", template)
            .await
            .expect_err("it fails");
        assert!(error.to_string().contains(text), "{interfaces}: {error}");
        assert!(
            error.to_string().contains("Mining.createNewBlock"),
            "{interfaces}: {error}"
        );
        let template = mining.create_new_block(TemplateOptions::default());
        within("createNewBlock", template).await.unwrap();
    }
}

#[tokio::test]
async fn a_call_that_stalls_holds_up_no_other() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.fault("Mining.getTip", Fault::Stall);
        let stalled = mining.clone();
        let stalled = tokio::spawn(async move { stalled.tip().await });
        within("the stalled call", fake.until_waiting(1)).await;
        assert_eq!(
            within("getTip", mining.tip()).await.unwrap(),
            Some(fake.tip())
        );
        assert!(!stalled.is_finished());
        stalled.abort();
        within("its end", fake.until_waiting(0)).await;
    }
}

#[tokio::test]
async fn a_call_that_is_held_is_answered_when_it_is_released() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.fault("Mining.isTestChain", Fault::Hold);
        let held = mining.clone();
        let held = tokio::spawn(async move { held.is_test_chain().await });
        within("the held call", fake.until_waiting(1)).await;
        within("getTip", mining.tip()).await.unwrap();
        assert!(!held.is_finished());
        fake.release();
        assert!(within("the answer", held).await.unwrap().unwrap());
        assert!(within("isTestChain", mining.is_test_chain()).await.unwrap());
    }
}

#[tokio::test]
async fn a_template_that_is_null_is_none() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.fault("Mining.createNewBlock", Fault::Null);
        let template = mining.create_new_block(TemplateOptions::default());
        let error = within("createNewBlock", template)
            .await
            .expect_err("it is null");
        assert!(matches!(error, Error::NoTemplate(_)), "{error}");
        assert!(error.to_string().contains("shutting down"), "{error}");
        // The connection is as good as before.
        let template = template(&mining).await;
        fake.fault("BlockTemplate.waitNext", Fault::Null);
        let next = within("waitNext", template.wait_next(WaitOptions::default()));
        assert!(next.await.unwrap().is_none());
        fake.fault("Mining.getTip", Fault::Null);
        assert_eq!(within("getTip", mining.tip()).await.unwrap(), None);
        assert_eq!(
            within("getTip", mining.tip()).await.unwrap(),
            Some(fake.tip())
        );
    }
}

#[tokio::test]
async fn bytes_of_another_length_are_errors() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let template = template(&mining).await;
        let malformed = |error: Error, text: &str| {
            assert!(matches!(error, Error::Malformed { .. }), "{error}");
            assert_eq!(error.to_string(), text, "{interfaces}");
        };
        fake.fault("Mining.getTip", Fault::Cut);
        let error = within("getTip", mining.tip()).await.expect_err("short");
        malformed(error, "a block hash: 31 bytes instead of 32");
        fake.fault("Mining.waitTipChanged", Fault::Cut);
        let error = within("the tips", mining.tips().next()).await.unwrap();
        malformed(
            error.expect_err("short"),
            "a block hash: 31 bytes instead of 32",
        );
        fake.fault("BlockTemplate.getBlockHeader", Fault::Cut);
        let error = within("the header", template.header()).await;
        malformed(
            error.expect_err("short"),
            "a block header: 79 bytes instead of 80",
        );
        fake.fault("BlockTemplate.getBlock", Fault::Cut);
        let block = within("the block", template.block()).await.unwrap();
        let error = bitcoin_core_ipc::bitcoin::Block::try_from(block);
        assert!(matches!(error, Err(Error::Malformed { .. })), "{error:?}");

        fake.add_transaction(Amount(1));
        let template = crate::template(&mining).await;
        fake.fault("BlockTemplate.getCoinbaseMerklePath", Fault::Cut);
        let error = within("the path", template.coinbase_merkle_path()).await;
        malformed(
            error.expect_err("short"),
            "a hash of a Merkle tree: 31 bytes instead of 32",
        );
    }
}

#[tokio::test]
async fn garbage_ends_the_connection() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let mut tips = mining.tips();
        within("the tip", tips.next()).await.unwrap().unwrap();
        let waiting = tokio::spawn(async move { tips.next().await });
        within("the wait", fake.until_waiting(1)).await;
        fake.fault("Mining.getTip", Fault::Garbage);
        let error = within("getTip", mining.tip()).await.expect_err("garbage");
        assert!(error.is_disconnected(), "{interfaces}: {error}");
        assert!(error.to_string().contains("not Cap'n Proto"), "{error}");
        let error = within("the wait", waiting).await.unwrap().unwrap();
        assert!(error.expect_err("garbage").is_disconnected());
        within("the loss", node.disconnected()).await;
    }
}

#[tokio::test]
async fn waits_end_when_the_connection_is_cut() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let wait = template_wait(&fake, &template(&mining).await).await;
        fake.fault("Mining.isTestChain", Fault::Disconnect);
        let error = within("isTestChain", mining.is_test_chain())
            .await
            .expect_err("it is cut");
        assert!(error.is_disconnected(), "{interfaces}: {error}");
        let error = within("waitNext", wait)
            .await
            .unwrap()
            .expect_err("it is cut");
        assert!(error.is_disconnected(), "{interfaces}: {error}");

        let again = within("connecting", Node::connect(node.address()))
            .await
            .unwrap();
        assert_eq!(again.interfaces(), interfaces);
    }
}

/// Whatever a solution contains, the scripted node lives, and its template says what it said before.
#[tokio::test]
async fn a_strange_solution_harms_no_template() {
    for interfaces in ALL {
        let (_fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let template = template(&mining).await;
        let before = within("the coinbase", template.coinbase()).await.unwrap();
        let header = within("the header", template.header()).await.unwrap();

        // A version, one input, no outputs, a lock time; and something behind it.
        let mut strange = vec![2, 0, 0, 0, 1];
        strange.extend([7; 36]);
        strange.extend([0, 9, 9, 9, 9, 0, 0, 0, 0, 0, 42]);
        let submitted = template.submit_solution(Solution {
            version: header.version(),
            time: header.time(),
            nonce: 0,
            coinbase: Transaction(strange),
        });
        let verdict = within("submitSolution", submitted).await.unwrap();
        assert!(!verdict.accepted, "{interfaces}");
        let after = within("the coinbase", template.coinbase()).await;
        if interfaces == Interfaces::V30 {
            // There it is the transaction of the block, which is another now.
            assert!(matches!(after, Err(Error::Malformed { .. })), "{after:?}");
        } else {
            assert_eq!(after.unwrap(), before, "{interfaces}");
        }
        within("the block", template.block()).await.unwrap();
    }
}
