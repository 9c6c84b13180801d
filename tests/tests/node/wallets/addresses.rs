//! Addresses, keys and passphrases.

use bitcoin_core_ipc::ScriptBuf;
use bitcoin_core_ipc::bitcoin::{Address, Network};
use bitcoin_core_ipc::wallet::{AddressPurpose, AddressType, Destination, Passphrase};

use super::{elsewhere, ok, refused, world};

#[tokio::test]
async fn new_addresses_have_the_type_that_is_asked_for() {
    let world = world().await;
    let wallet = &world.wallet;
    for (kind, begins) in [
        (AddressType::Legacy, ["m", "n"]),
        (AddressType::P2shSegwit, ["2", "2"]),
        (AddressType::Bech32, ["bcrt1q", "bcrt1q"]),
        (AddressType::Bech32m, ["bcrt1p", "bcrt1p"]),
    ] {
        let made = ok(wallet.new_destination(kind, "label")).await;
        assert!(ok(wallet.is_spendable(&made)).await);
        let address: Address = made.to_address(Network::Regtest).unwrap();
        let text = address.to_string();
        assert!(begins.iter().any(|begin| text.starts_with(begin)), "{text}");
        assert_eq!(Destination::try_from(address).unwrap(), made);
    }
    assert_eq!(ok(wallet.default_address_type()).await, AddressType::Bech32);
    assert!(!ok(wallet.is_spendable(&elsewhere())).await);
    let refusal = refused(wallet.new_destination(AddressType::Unknown, "")).await;
    assert_eq!(
        refusal,
        "Wallet.getNewDestination: Error: There are no addresses of this type"
    );
}

#[tokio::test]
async fn the_address_book_keeps_labels() {
    let world = world().await;
    let wallet = &world.wallet;
    let own = ok(wallet.new_destination(AddressType::Bech32, "mine")).await;
    assert_eq!(
        ok(wallet.address(&own)).await,
        Some(("mine".to_owned(), AddressPurpose::Receive))
    );
    assert_eq!(ok(wallet.address(&elsewhere())).await, None);
    ok(wallet.set_address(&elsewhere(), "a friend", AddressPurpose::Send)).await;

    let book = ok(wallet.address_book()).await;
    let friend = book.iter().find(|entry| entry.label == "a friend").unwrap();
    assert_eq!(friend.destination, elsewhere());
    assert_eq!(friend.purpose, AddressPurpose::Send);
    assert!(!friend.is_mine);
    assert!(
        book.iter()
            .any(|entry| entry.destination == own && entry.is_mine)
    );

    ok(wallet.remove_address(&elsewhere())).await;
    assert_eq!(ok(wallet.address(&elsewhere())).await, None);
    let refusal = refused(wallet.remove_address(&own)).await;
    assert!(refusal.contains("the wallet's own"), "{refusal}");
}

#[tokio::test]
async fn requests_are_stored_with_addresses() {
    let world = world().await;
    let wallet = &world.wallet;
    let own = ok(wallet.new_destination(AddressType::Bech32, "")).await;
    ok(wallet.set_receive_request(&own, b"1", b"for the book")).await;
    ok(wallet.set_receive_request(&own, b"2", b"for lunch")).await;
    assert_eq!(
        ok(wallet.receive_requests()).await,
        [b"for the book".to_vec(), b"for lunch".to_vec()]
    );
    ok(wallet.set_receive_request(&own, b"1", b"")).await;
    assert_eq!(ok(wallet.receive_requests()).await, [b"for lunch"]);
}

#[tokio::test]
async fn keys_sign_unless_they_are_locked() {
    let world = world().await;
    let wallet = &world.wallet;
    let own = ok(wallet.new_destination(AddressType::Legacy, "")).await;
    let Destination::PubKeyHash(hash) = own else {
        panic!("{own:?}");
    };
    let script = ScriptBuf::default();
    assert_eq!(
        ok(wallet.public_key(&script, hash)).await.unwrap().len(),
        33
    );
    assert_eq!(ok(wallet.public_key(&script, [1; 20])).await, None);
    assert_eq!(
        ok(wallet.sign_message("hello", hash)).await,
        "signed: hello"
    );
    assert_eq!(
        refused(wallet.sign_message("hello", [1; 20])).await,
        "Wallet.signMessage: the private key is not available"
    );
    world.theirs.encrypt(&Passphrase::from("secret"));
    assert_eq!(
        refused(wallet.sign_message("hello", hash)).await,
        "Wallet.signMessage: signing failed"
    );
    let refusal = refused(wallet.display_address(&elsewhere())).await;
    assert_eq!(refusal, "Wallet.displayAddress: There is no signing device");
}

#[tokio::test]
async fn passphrases_lock_and_unlock() {
    let world = world().await;
    let wallet = &world.wallet;
    let [first, second] = ["first", "second"].map(Passphrase::from);
    assert!(refused(wallet.lock()).await.contains("not encrypted"));
    assert!(!ok(wallet.is_encrypted()).await);
    ok(wallet.encrypt(&first)).await;
    assert!(ok(wallet.is_locked()).await);
    assert!(
        refused(wallet.encrypt(&first))
            .await
            .contains("encrypted already")
    );

    let refusal = refused(wallet.unlock(&second)).await;
    assert!(refusal.contains("the passphrase is wrong"), "{refusal}");
    assert!(!refusal.contains("second"), "{refusal}");
    assert!(ok(wallet.is_locked()).await);
    ok(wallet.change_passphrase(&first, &second)).await;
    assert!(
        refused(wallet.change_passphrase(&first, &second))
            .await
            .contains("wrong")
    );
    ok(wallet.unlock(&second)).await;
    assert!(!ok(wallet.is_locked()).await);
    ok(wallet.lock()).await;
    assert!(ok(wallet.is_locked()).await);
    assert!(ok(wallet.is_encrypted()).await);
}
