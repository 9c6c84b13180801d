//! What a wallet tells of its own accord.

use bitcoin_core_ipc::testing::Fault;
use bitcoin_core_ipc::wallet::{AddressPurpose, ChangeKind, Passphrase};
use bitcoin_core_ipc::{Amount, Error, Subscription};
use ipc_tests::peers::within;

use super::{elsewhere, id, ok, world};

async fn next<T>(events: &mut Subscription<T>) -> T {
    within("an event", events.next()).await.unwrap().unwrap()
}

#[tokio::test]
async fn transactions_come_and_are_confirmed() {
    let world = world().await;
    let other = world.fake.add_wallet("other");
    let mut changes = ok(world.wallet.transaction_changes()).await;
    other.receive(Amount(1));
    let sent = world.theirs.receive(Amount(70_000));
    let change = next(&mut changes).await;
    assert_eq!((change.txid, change.kind), (id(&sent), ChangeKind::New));
    world.fake.mine();
    let change = next(&mut changes).await;
    assert_eq!((change.txid, change.kind), (id(&sent), ChangeKind::Updated));
    assert_eq!(ok(world.wallet.balance()).await, Amount(70_000));
    world.fake.disconnect_tip();
    let change = next(&mut changes).await;
    assert_eq!((change.txid, change.kind), (id(&sent), ChangeKind::Updated));
    assert_eq!(ok(world.wallet.balance()).await, Amount(0));
}

#[tokio::test]
async fn the_address_book_changes() {
    let world = world().await;
    let wallet = &world.wallet;
    let mut changes = ok(wallet.address_book_changes()).await;
    ok(wallet.set_address(&elsewhere(), "a", AddressPurpose::Send)).await;
    ok(wallet.set_address(&elsewhere(), "b", AddressPurpose::Send)).await;
    ok(wallet.remove_address(&elsewhere())).await;
    for (label, kind) in [
        ("a", ChangeKind::New),
        ("b", ChangeKind::Updated),
        ("b", ChangeKind::Deleted),
    ] {
        let change = next(&mut changes).await;
        assert_eq!(change.destination, elsewhere());
        assert_eq!((&change.label[..], change.kind), (label, kind));
        assert_eq!(change.purpose, AddressPurpose::Send);
        assert!(!change.is_mine);
    }
}

#[tokio::test]
async fn locks_progress_and_keys_are_told_of() {
    let world = world().await;
    let wallet = &world.wallet;
    let mut statuses = ok(wallet.status_changes()).await;
    let mut progress = ok(wallet.progress()).await;
    let mut keys = ok(wallet.can_get_addresses_changes()).await;
    let passphrase = Passphrase::from("secret");
    ok(wallet.encrypt(&passphrase)).await;
    next(&mut statuses).await;
    ok(wallet.unlock(&passphrase)).await;
    next(&mut statuses).await;

    world.theirs.show_progress("Rescanning…", 40);
    let shown = next(&mut progress).await;
    assert_eq!((&shown.title[..], shown.percent), ("Rescanning…", 40));

    world.theirs.set_can_get_addresses(false);
    next(&mut keys).await;
    assert!(!ok(wallet.can_get_addresses()).await);
}

#[tokio::test]
async fn the_end_of_a_wallet_is_told_of() {
    let world = world().await;
    let mut unloads = ok(world.wallet.unloads()).await;
    world.theirs.close();
    next(&mut unloads).await;
    assert!(ok(world.loader.wallets()).await.is_empty());
}

#[tokio::test]
async fn who_drops_a_subscription_is_told_nothing_more() {
    let world = world().await;
    let changes = ok(world.wallet.transaction_changes()).await;
    let statuses = ok(world.wallet.status_changes()).await;
    within("subscribing", world.fake.until_subscribed(2)).await;
    drop(changes);
    within("unsubscribing", world.fake.until_subscribed(1)).await;
    ok(statuses.unsubscribe()).await;
    within("unsubscribing", world.fake.until_subscribed(0)).await;
    world.theirs.receive(Amount(1));
}

#[tokio::test]
async fn subscriptions_end_with_the_connection() {
    let world = world().await;
    let mut changes = ok(world.wallet.transaction_changes()).await;
    world.fake.fault("Wallet.getBalance", Fault::Disconnect);
    let error = within("a call", world.wallet.balance()).await.unwrap_err();
    assert!(error.is_disconnected(), "{error}");
    let error = within("an event", changes.next())
        .await
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(&error, Error::Ipc(_)) && error.is_disconnected(),
        "{error}"
    );
    assert!(within("the end", changes.next()).await.is_none());
}

#[tokio::test]
async fn a_subscription_that_fails_is_an_error() {
    let world = world().await;
    let text = "std::exception: no room".to_owned();
    world.fake.fault("Wallet.handleUnload", Fault::Fail(text));
    let error = within("a call", world.wallet.unloads()).await.unwrap_err();
    assert!(error.to_string().contains("no room"), "{error}");
    within("no subscription", world.fake.until_subscribed(0)).await;
}
