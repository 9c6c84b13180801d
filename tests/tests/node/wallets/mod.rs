//! Wallets of the multiprocess branch, with the scripted node.

mod addresses;
mod coins;
mod events;
mod example;
mod loader;
mod spending;
mod transactions;

use bitcoin_core_ipc::testing::{FakeNode, FakeWallet};
use bitcoin_core_ipc::wallet::{AddressType, Destination};
use bitcoin_core_ipc::{Error, Interfaces, Txid, Wallet, WalletLoader};
use ipc_tests::peers::within;

use crate::node;

const NAME: &str = "savings";

/// A node with a wallet: as the test has it, and as a client has it.
struct World {
    fake: FakeNode,
    theirs: FakeWallet,
    loader: WalletLoader,
    wallet: Wallet,
}

async fn world() -> World {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let theirs = fake.add_wallet(NAME);
    let loader = ok(node.wallet_loader()).await;
    let wallet = ok(loader.wallets()).await.remove(0);
    World {
        fake,
        theirs,
        loader,
        wallet,
    }
}

/// The result of a call that succeeds.
async fn ok<T>(call: impl Future<Output = Result<T, Error>>) -> T {
    within("a call", call).await.unwrap()
}

/// The words of a refusal.
async fn refused<T: std::fmt::Debug>(call: impl Future<Output = Result<T, Error>>) -> String {
    let error = within("a call", call).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    error.to_string()
}

/// An address of somebody else.
fn elsewhere() -> Destination {
    Destination::WitnessPubKeyHash([7; 20])
}

async fn own_address(wallet: &Wallet) -> Destination {
    ok(wallet.new_destination(AddressType::Bech32, "")).await
}

fn id(transaction: &bitcoin_core_ipc::bitcoin::Transaction) -> Txid {
    transaction.compute_txid().into()
}
