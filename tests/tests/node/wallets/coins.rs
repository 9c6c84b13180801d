//! What can be spent.

use bitcoin_core_ipc::wallet::{CoinControl, LockedUntil, Recipient};
use bitcoin_core_ipc::{Amount, OutPoint, TxOut, Txid};

use super::{elsewhere, id, ok, refused, world};

#[tokio::test]
async fn coins_are_grouped_by_address() {
    let world = world().await;
    let sent = [30_000, 40_000].map(|amount| world.theirs.receive(Amount(amount)));
    assert!(
        ok(world.wallet.coins()).await.is_empty(),
        "nothing is confirmed"
    );
    world.fake.mine();
    let groups = ok(world.wallet.coins()).await;
    assert_eq!(groups.len(), 2);
    for transaction in &sent {
        let script = TxOut::from(&transaction.output[0]);
        let (destination, coins) = groups
            .iter()
            .find(|(_, coins)| coins[0].output == script)
            .unwrap();
        assert!(ok(world.wallet.is_spendable(destination)).await);
        assert_eq!(coins.len(), 1);
        assert_eq!(coins[0].out_point.txid, id(transaction));
        assert_eq!((coins[0].depth, coins[0].is_spent), (1, false));
    }
}

#[tokio::test]
async fn coins_are_looked_up_in_order() {
    let world = world().await;
    let sent = world.theirs.receive(Amount(30_000));
    let coin = OutPoint {
        txid: id(&sent),
        vout: 0,
    };
    let nobodys = OutPoint {
        txid: Txid::from_byte_array([9; 32]),
        vout: 0,
    };
    let found = ok(world.wallet.coins_at(&[nobodys, coin])).await;
    assert_eq!(found[0], None);
    let found = found[1].as_ref().unwrap();
    assert_eq!((found.out_point, found.depth), (coin, 0));
    assert_eq!(found.output, TxOut::from(&sent.output[0]));
    assert!(ok(world.wallet.coins_at(&[])).await.is_empty());
}

#[tokio::test]
async fn locked_coins_are_not_chosen() {
    let world = world().await;
    let wallet = &world.wallet;
    let sent = world.theirs.receive(Amount(30_000));
    world.fake.mine();
    let coin = OutPoint {
        txid: id(&sent),
        vout: 0,
    };
    ok(wallet.lock_coin(coin, LockedUntil::Closed)).await;
    assert!(ok(wallet.is_locked_coin(coin)).await);
    assert_eq!(ok(wallet.locked_coins()).await, [coin]);
    let to = [Recipient::new(elsewhere(), Amount(10_000))];
    let control = CoinControl::default();
    let refusal = refused(wallet.create_transaction(&to, &control, true, None)).await;
    assert_eq!(refusal, "Wallet.createTransaction: Insufficient funds");

    ok(wallet.unlock_coin(coin)).await;
    assert!(!ok(wallet.is_locked_coin(coin)).await);
    assert!(
        refused(wallet.unlock_coin(coin))
            .await
            .contains("cannot be unlocked")
    );
    let created = ok(wallet.create_transaction(&to, &control, true, None)).await;
    assert_eq!(created.fee, Amount(1000));
    let selected = CoinControl::spending([coin]);
    assert_eq!(
        ok(wallet.available_balance(&selected)).await,
        Amount(30_000)
    );
}
