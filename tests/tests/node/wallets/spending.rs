//! Making, committing and replacing transactions.

use bitcoin_core_ipc::bitcoin;
use bitcoin_core_ipc::chain::FeeReason;
use bitcoin_core_ipc::wallet::{CoinControl, Passphrase, Recipient};
use bitcoin_core_ipc::{Amount, FeeRate, OutPoint, Transaction, Txid};

use super::{World, elsewhere, id, ok, own_address, refused, world};

/// With so much money that is confirmed.
async fn with(amounts: &[i64]) -> World {
    let world = world().await;
    for amount in amounts {
        world.theirs.receive(Amount(*amount));
    }
    world.fake.mine();
    world
}

fn parsed(transaction: &Transaction) -> bitcoin::Transaction {
    transaction.try_into().unwrap()
}

fn paid(transaction: &bitcoin::Transaction) -> Vec<u64> {
    transaction
        .output
        .iter()
        .map(|it| it.value.to_sat())
        .collect()
}

#[tokio::test]
async fn a_payment_is_made_committed_and_mined() {
    let world = with(&[100_000]).await;
    let wallet = &world.wallet;
    let to = [Recipient::new(elsewhere(), Amount(60_000))];
    let control = CoinControl::default();
    let created = ok(wallet.create_transaction(&to, &control, true, Some(0))).await;
    assert_eq!(created.fee, Amount(1000));
    assert_eq!(created.change_position, 0);
    assert_eq!(created.fee_reason, FeeReason::None);
    let transaction = parsed(&created.transaction);
    assert_eq!(paid(&transaction), [39_000, 60_000]);
    assert!(!transaction.input[0].witness.is_empty());
    assert_eq!(
        ok(wallet.balance()).await,
        Amount(100_000),
        "nothing is paid yet"
    );

    let pairs = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
    let (notes, order) = (pairs("comment", "rent"), pairs("Message", "thanks"));
    ok(wallet.commit_transaction(&created.transaction, &notes, &order)).await;
    assert_eq!(
        ok(wallet.balance()).await,
        Amount(39_000),
        "the change is trusted"
    );
    let details = ok(wallet.transaction_details(id(&transaction)))
        .await
        .unwrap();
    assert_eq!(details.transaction.notes, notes);
    assert_eq!(details.order_form, order);
    assert_eq!(details.transaction.debit, Amount(100_000));
    assert_eq!(details.transaction.credit, Amount(39_000));
    assert_eq!(details.transaction.change, Amount(39_000));
    assert_eq!(details.transaction.inputs_mine, [true]);
    assert!(details.in_mempool);
    let tip = world.fake.mine();
    let update = ok(wallet.try_transaction_status(id(&transaction)))
        .await
        .unwrap();
    assert_eq!(update.status.block_height, Some(tip.height));
}

#[tokio::test]
async fn coins_and_fees_are_as_they_were_chosen() {
    let world = with(&[50_000, 80_000]).await;
    let wallet = &world.wallet;
    let coins = ok(wallet.coins()).await;
    let coins = coins.iter().flat_map(|(_, coins)| coins);
    let chosen: Vec<OutPoint> = coins.map(|coin| coin.out_point).collect();
    let change = own_address(wallet).await;
    let control = CoinControl {
        fee_rate: Some(FeeRate::from_sat_per_vb(20)),
        change: Some(change.clone()),
        ..CoinControl::spending(chosen.clone())
    };
    let to = [Recipient {
        subtract_fee: true,
        ..Recipient::new(elsewhere(), Amount(60_000))
    }];
    let created = ok(wallet.create_transaction(&to, &control, false, None)).await;
    assert_eq!(created.fee, Amount(4000));
    let transaction = parsed(&created.transaction);
    let spent: Vec<OutPoint> = transaction
        .input
        .iter()
        .map(|input| input.previous_output.into())
        .collect();
    assert_eq!(spent, chosen);
    assert!(transaction.input[0].witness.is_empty(), "it is not signed");
    let change_at = created.change_position as usize;
    let output = &transaction.output[change_at];
    assert_eq!(output.script_pubkey.as_bytes(), change.script_pubkey().0);

    let nothing = CoinControl::spending([]);
    let refusal = refused(wallet.create_transaction(&to, &nothing, false, None)).await;
    assert_eq!(refusal, "Wallet.createTransaction: Insufficient funds");
    let refusal = refused(wallet.create_transaction(&[], &control, false, None)).await;
    assert!(refusal.contains("at least one recipient"), "{refusal}");
    world.theirs.encrypt(&Passphrase::from("secret"));
    let refusal = refused(wallet.create_transaction(&to, &control, true, None)).await;
    assert!(refusal.contains("Signing transaction failed"), "{refusal}");
}

#[tokio::test]
async fn a_transaction_is_replaced_by_one_that_pays_more() {
    let world = with(&[100_000]).await;
    let wallet = &world.wallet;
    let to = [Recipient::new(elsewhere(), Amount(60_000))];
    let control = CoinControl::default();
    let created = ok(wallet.create_transaction(&to, &control, true, None)).await;
    ok(wallet.commit_transaction(&created.transaction, &[], &[])).await;
    let first = id(&parsed(&created.transaction));

    assert!(ok(wallet.can_be_bumped(first)).await);
    let bump = ok(wallet.create_bump(first, &control)).await;
    assert_eq!((bump.old_fee, bump.new_fee), (Amount(1000), Amount(2000)));
    let signed = ok(wallet.sign_bump(&bump.transaction)).await;
    assert_ne!(signed, bump.transaction);
    let second = ok(wallet.commit_bump(first, &signed)).await;
    assert_ne!(second, first);
    assert_eq!(paid(&parsed(&signed)), [60_000, 38_000]);
    assert_eq!(ok(wallet.balance()).await, Amount(38_000));
    let replaced = ok(wallet.transaction_details(first)).await.unwrap();
    assert!(!replaced.in_mempool);
    let known = ok(wallet.transaction(second)).await.unwrap();
    assert_eq!(
        known.notes,
        [("replaces_txid".to_owned(), first.to_string())]
    );

    assert!(!ok(wallet.can_be_bumped(first)).await);
    let refusal = refused(wallet.commit_bump(first, &signed)).await;
    assert_eq!(
        refusal,
        "Wallet.commitBumpTransaction: Transaction cannot be replaced any more"
    );
    let refusal = refused(wallet.create_bump(Txid::from_byte_array([9; 32]), &control)).await;
    assert_eq!(
        refusal,
        "Wallet.createBumpTransaction: Invalid or non-wallet transaction id"
    );
    world.theirs.encrypt(&Passphrase::from("secret"));
    let refusal = refused(wallet.sign_bump(&bump.transaction)).await;
    assert!(refusal.contains("locked"), "{refusal}");
}

#[tokio::test]
async fn fees_are_told() {
    let world = world().await;
    let wallet = &world.wallet;
    assert_eq!(ok(wallet.required_fee(400)).await, Amount(2000));
    let control = CoinControl {
        fee_rate: Some(FeeRate::from_sat_per_vb(3)),
        ..CoinControl::default()
    };
    let minimum = ok(wallet.minimum_fee(100, &control)).await;
    assert_eq!(minimum.fee, Amount(300));
    assert_eq!(minimum.reason, FeeReason::MempoolMin);
    assert_eq!(minimum.returned_target, 0);
    assert_eq!(ok(wallet.confirm_target()).await, 6);
    assert_eq!(ok(wallet.max_fee()).await, Amount(10_000_000));
}
