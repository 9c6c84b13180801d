//! Transactions and balances.

use bitcoin_core_ipc::bitcoin::consensus::serialize;
use bitcoin_core_ipc::bitcoin::{OutPoint, TxIn};
use bitcoin_core_ipc::chain::RemovalReason;
use bitcoin_core_ipc::testing::Fault;
use bitcoin_core_ipc::wallet::{Balances, CoinControl};
use bitcoin_core_ipc::{Amount, BlockHash, Error, Transaction, TxOut, Txid};
use ipc_tests::peers::within;

use super::{elsewhere, id, ok, refused, world};

const NOBODYS: Txid = Txid::from_byte_array([9; 32]);

#[tokio::test]
async fn a_payment_is_unconfirmed_until_it_is_in_a_block() {
    let world = world().await;
    let wallet = &world.wallet;
    let sent = world.theirs.receive(Amount(70_000));
    let balances = ok(wallet.balances()).await;
    assert_eq!(balances.unconfirmed, Amount(70_000));
    assert_eq!(balances.trusted, Amount(0));
    let update = ok(wallet.try_transaction_status(id(&sent))).await.unwrap();
    assert_eq!(update.status.depth, 0);
    assert_eq!(update.status.block_height, None);
    assert!(!update.status.is_trusted && !update.status.is_in_main_chain);
    assert_eq!(update.tip_height, Some(0));

    let tip = world.fake.mine();
    let (balances, block) = ok(wallet.try_balances()).await.unwrap();
    assert_eq!(block, tip.hash);
    assert_eq!(balances.trusted, Amount(70_000));
    assert_eq!(balances.unconfirmed, Amount(0));
    assert_eq!(ok(wallet.balance()).await, Amount(70_000));
    let all = CoinControl::default();
    assert_eq!(ok(wallet.available_balance(&all)).await, Amount(70_000));
    let update = ok(wallet.try_transaction_status(id(&sent))).await.unwrap();
    assert_eq!(update.status.depth, 1);
    assert_eq!(update.status.block_height, Some(1));
    assert!(update.status.is_trusted && update.status.is_in_main_chain);
    assert_eq!(update.tip_height, Some(1));
}

#[tokio::test]
async fn a_transaction_says_what_it_means_for_the_wallet() {
    let world = world().await;
    let wallet = &world.wallet;
    let sent = world.theirs.receive(Amount(70_000));
    let known = ok(wallet.transaction(id(&sent))).await.unwrap();
    assert_eq!(known.transaction, Transaction::from(&sent));
    assert_eq!(known.inputs_mine, [false]);
    assert_eq!(known.outputs.len(), 1);
    assert!(known.outputs[0].is_mine && known.outputs[0].destination_is_mine);
    assert!(!known.outputs[0].is_change);
    assert!(ok(wallet.is_spendable(known.outputs[0].destination.as_ref().unwrap())).await);
    assert_eq!((known.credit, known.debit), (Amount(70_000), Amount(0)));
    assert_eq!(known.net(), Amount(70_000));
    assert_eq!(
        ok(wallet.raw_transaction(id(&sent))).await,
        Some(Transaction::from(&sent))
    );
    assert_eq!(
        ok(wallet.transactions()).await,
        std::slice::from_ref(&known)
    );
    let details = ok(wallet.transaction_details(id(&sent))).await.unwrap();
    assert_eq!(details.transaction, known);
    assert!(details.in_mempool);
    assert_eq!(details.tip_height, Some(0));
}

#[tokio::test]
async fn what_is_not_known_is_none() {
    let world = world().await;
    let wallet = &world.wallet;
    assert_eq!(ok(wallet.transaction(NOBODYS)).await, None);
    assert_eq!(ok(wallet.raw_transaction(NOBODYS)).await, None);
    assert_eq!(ok(wallet.transaction_details(NOBODYS)).await, None);
    assert_eq!(ok(wallet.try_transaction_status(NOBODYS)).await, None);
    assert!(ok(wallet.transactions()).await.is_empty());
    assert!(!ok(wallet.can_be_abandoned(NOBODYS)).await);
    let refusal = refused(wallet.abandon(NOBODYS)).await;
    assert!(refusal.contains("not known"), "{refusal}");
}

#[tokio::test]
async fn balances_can_be_set() {
    let world = world().await;
    let set = Balances {
        trusted: Amount(1),
        unconfirmed: Amount(2),
        immature: Amount(3),
    };
    world.theirs.set_balances(set);
    world.theirs.receive(Amount(70_000));
    assert_eq!(ok(world.wallet.balances()).await, set);
}

#[tokio::test]
async fn a_transaction_that_left_the_mempool_can_be_abandoned() {
    let world = world().await;
    let wallet = &world.wallet;
    let sent = world.theirs.receive(Amount(70_000));
    assert!(!ok(wallet.can_be_abandoned(id(&sent))).await);
    assert!(
        world
            .fake
            .remove_transaction(id(&sent), RemovalReason::Expiry)
    );
    assert!(ok(wallet.can_be_abandoned(id(&sent))).await);
    ok(wallet.abandon(id(&sent))).await;
    let update = ok(wallet.try_transaction_status(id(&sent))).await.unwrap();
    assert!(update.status.is_abandoned);
    assert_eq!(ok(wallet.balances()).await, Balances::default());
}

#[tokio::test]
async fn inputs_and_outputs_are_recognized() {
    let world = world().await;
    let wallet = &world.wallet;
    let sent = world.theirs.receive(Amount(70_000));
    let output = TxOut::from(&sent.output[0]);
    assert!(ok(wallet.is_output_mine(&output)).await);
    assert_eq!(ok(wallet.credit(&output)).await, Amount(70_000));
    let spends = |coin| {
        serialize(&TxIn {
            previous_output: coin,
            ..TxIn::default()
        })
    };
    let input = spends(OutPoint::new(sent.compute_txid(), 0));
    assert!(ok(wallet.is_input_mine(&input)).await);
    assert_eq!(ok(wallet.debit(&input)).await, Amount(70_000));
    let other = spends(OutPoint::new(sent.compute_txid(), 1));
    assert!(!ok(wallet.is_input_mine(&other)).await);
    let mut strange = sent.output[0].clone();
    strange.script_pubkey = elsewhere().script_pubkey().into();
    assert!(!ok(wallet.is_output_mine(&TxOut::from(&strange))).await);
    assert!(
        within("a call", wallet.is_input_mine(&[1, 2]))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn failures_and_lost_connections_are_errors() {
    let world = world().await;
    let wallet = &world.wallet;
    world.fake.fault(
        "Wallet.getBalances",
        Fault::Fail("std::exception: broken".to_owned()),
    );
    let error = within("a call", wallet.balances()).await.unwrap_err();
    assert!(error.to_string().contains("Wallet.getBalances"), "{error}");
    assert!(error.to_string().contains("broken"), "{error}");
    world.fake.fault("Wallet.getBalances", Fault::Disconnect);
    let error = within("a call", wallet.balances()).await.unwrap_err();
    assert!(
        error.is_disconnected() && matches!(error, Error::Ipc(_)),
        "{error}"
    );
}

/// The proxy has what this API leaves out.
#[tokio::test]
async fn the_generated_proxy_is_at_hand() {
    let world = world().await;
    let filled = world.wallet.proxy().fill_psbt(1, false, false, true);
    let exception = within("fillPSBT", filled).await.unwrap_err();
    assert_eq!(
        exception.kind(),
        ipc_runtime::ExceptionKind::Unimplemented,
        "{exception}"
    );
    let tried = within("a call", world.wallet.proxy().try_get_balances());
    let hash = tried.await.unwrap().block_hash;
    assert_eq!(
        BlockHash::try_from(hash.as_slice()).unwrap(),
        world.fake.tip().hash
    );
}
