//! What opens wallets.

use bitcoin_core_ipc::testing::Fault;
use bitcoin_core_ipc::wallet::{Passphrase, WalletOptions};
use bitcoin_core_ipc::{Error, Interfaces, Node};
use ipc_tests::peers::within;

use super::{NAME, ok, refused, world};
use crate::node;

#[tokio::test]
async fn other_versions_have_none_and_are_not_asked() {
    for interfaces in [Interfaces::V30, Interfaces::V31, Interfaces::V32] {
        let (fake, node) = node(interfaces).await;
        let before = fake.received();
        let error = within("a call", node.wallet_loader()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("WalletLoader is not there: the node speaks {interfaces}; multiprocess has it")
        );
        assert!(matches!(error, Error::Missing { .. }));
        assert_eq!(fake.received(), before, "{interfaces}");
    }
}

#[tokio::test]
async fn wallets_are_made_listed_closed_and_opened_again() {
    let world = world().await;
    let loader = &world.loader;
    let options = WalletOptions {
        passphrase: Some(Passphrase::from("secret")),
        disable_private_keys: true,
        external_signer: true,
        blank: true,
        avoid_reuse: true,
    };
    let made = ok(loader.create("other", &options)).await;
    assert!(made.warnings.is_empty());
    let other = made.wallet;
    assert_eq!(ok(other.name()).await, "other");
    assert!(ok(other.private_keys_disabled()).await);
    assert!(ok(other.has_external_signer()).await);
    assert!(!ok(other.can_get_addresses()).await);
    assert!(ok(other.is_locked()).await);
    assert!(ok(loader.is_encrypted("other")).await);
    assert!(!ok(loader.is_encrypted(NAME)).await);

    let names = async || {
        let mut names = Vec::new();
        for wallet in ok(loader.wallets()).await {
            names.push(ok(wallet.name()).await);
        }
        names
    };
    assert_eq!(names().await, ["other", NAME]);
    ok(other.close()).await;
    assert_eq!(names().await, [NAME]);
    let files = ok(loader.list()).await;
    let files: Vec<_> = files
        .iter()
        .map(|file| (&file.name[..], &file.format[..]))
        .collect();
    assert_eq!(files[0], ("other", "sqlite"));
    assert_eq!(files[1].0, NAME);

    let again = ok(loader.load("other")).await.wallet;
    assert!(ok(again.is_encrypted()).await);
    assert_eq!(names().await, ["other", NAME]);
    assert_eq!(ok(loader.wallet_dir()).await, "/fake/wallets");
}

#[tokio::test]
async fn refusals_have_the_words_of_the_node() {
    let world = world().await;
    let loader = &world.loader;
    let options = WalletOptions::default();
    assert_eq!(
        refused(loader.create(NAME, &options)).await,
        "WalletLoader.createWallet: Failed to create database path 'savings'. Database already exists."
    );
    assert_eq!(
        refused(loader.load(NAME)).await,
        "WalletLoader.loadWallet: Wallet \"savings\" is already loaded."
    );
    assert!(
        refused(loader.load("nobody's"))
            .await
            .ends_with("Path does not exist.")
    );
    assert!(
        refused(loader.restore("/nowhere", "x"))
            .await
            .ends_with("does not exist")
    );
    assert!(
        refused(loader.migrate("x", None))
            .await
            .ends_with("does not exist")
    );
}

#[tokio::test]
async fn a_backup_is_restored() {
    let world = world().await;
    let sent = world.theirs.receive(bitcoin_core_ipc::Amount(5000));
    ok(world.wallet.backup("/backups/savings")).await;
    let refusal = refused(world.wallet.backup("")).await;
    assert!(refusal.starts_with("Wallet.backupWallet: "), "{refusal}");
    let restored = ok(world.loader.restore("/backups/savings", "copy"))
        .await
        .wallet;
    assert_eq!(ok(restored.name()).await, "copy");
    let known = ok(restored.transaction(sent.compute_txid().into())).await;
    assert_eq!(known.unwrap().credit.0, 5000);
}

#[tokio::test]
async fn a_wallet_of_the_old_kind_is_migrated() {
    let world = world().await;
    let old = world.loader.proxy().create_wallet("old", "", 0);
    let old = within("createWallet", old).await.unwrap();
    assert!(old.warning[0].original.contains("legacy"));
    let migrated = ok(world.loader.migrate("old", None)).await;
    assert_eq!(ok(migrated.wallet.name()).await, "old");
    assert_eq!(migrated.backup_path, "old.legacy.bak");
    assert_eq!((migrated.watch_only, migrated.solvables), (None, None));
    let refusal = refused(world.loader.migrate("old", None)).await;
    assert!(refusal.contains("already a descriptor wallet"), "{refusal}");
}

#[tokio::test]
async fn wallets_that_are_opened_are_told_of() {
    let world = world().await;
    let mut opened = ok(world.loader.loaded()).await;
    world.fake.add_wallet("second");
    let wallet = ok(async { opened.next().await.unwrap() }).await;
    assert_eq!(ok(wallet.name()).await, "second");
    let options = WalletOptions::default();
    let mut third = ok(world.loader.create("third", &options)).await.wallet;
    let told = ok(async { opened.next().await.unwrap() }).await;
    assert_eq!(ok(told.name()).await, "third");
    ok(opened.unsubscribe()).await;

    // The wallet is its client's own: it goes on without the loader.
    drop(world.loader);
    third = third.clone();
    assert_eq!(ok(third.balance()).await.0, 0);
}

#[tokio::test]
async fn a_node_without_wallets_says_so() {
    let world = world().await;
    world.fake.fault(
        "Node.customWalletLoader",
        Fault::Fail("std::exception: no wallets were compiled in".to_owned()),
    );
    let node = ok(Node::connect(&world.fake.address())).await;
    let error = within("a call", node.wallet_loader()).await.unwrap_err();
    assert!(
        error.to_string().contains("no wallets were compiled in"),
        "{error}"
    );
}
