//! Subscriptions to what happens to a wallet.

use std::sync::Arc;

use bitcoin::hashes::Hash;
use generated_examples::multiprocess::handler::HandlerProxy;
use generated_examples::multiprocess::wallet::{
    AddressBookChangedCallbackProxy, CanGetAddressesChangedCallbackProxy, LoadWalletCallbackProxy,
    ShowWalletProgressCallbackProxy, StatusChangedCallbackProxy, TransactionChangedCallbackProxy,
    UnloadWalletCallbackProxy,
};
use ipc_runtime::Exception;

use super::{WalletEvent, change, object};
use crate::testing::chain::Chain;
use crate::testing::events::Event;
use crate::testing::multiprocess::handler::subscribe;

/// Tells a peer of those events of a wallet that `told` finds something in.
fn listen<T, F>(
    chain: &Arc<Chain>,
    name: &str,
    told: impl Fn(WalletEvent) -> Option<T> + Send + 'static,
    tell: impl Fn(T) -> F + Clone + Send + Sync + 'static,
) -> HandlerProxy
where
    T: Send + 'static,
    F: Future<Output = Result<(), Exception>> + Send + 'static,
{
    let name = name.to_owned();
    subscribe(chain, move |event| {
        let found = match event {
            Event::Wallet(of, event) if of == name => told(event),
            _ => None,
        };
        let tell = tell.clone();
        async move {
            match found {
                Some(found) => tell(found).await,
                None => Ok(()),
            }
        }
    })
}

pub(super) fn unload(
    chain: &Arc<Chain>,
    name: &str,
    callback: UnloadWalletCallbackProxy,
) -> HandlerProxy {
    let told = |event| matches!(event, WalletEvent::Unload).then_some(());
    listen(chain, name, told, move |()| callback.call())
}

pub(super) fn progress(
    chain: &Arc<Chain>,
    name: &str,
    callback: ShowWalletProgressCallbackProxy,
) -> HandlerProxy {
    let told = |event| match event {
        WalletEvent::Progress(title, percent) => Some((title, percent)),
        _ => None,
    };
    listen(chain, name, told, move |(title, percent)| {
        callback.call(title, percent)
    })
}

pub(super) fn status(
    chain: &Arc<Chain>,
    name: &str,
    callback: StatusChangedCallbackProxy,
) -> HandlerProxy {
    let told = |event| matches!(event, WalletEvent::Status).then_some(());
    listen(chain, name, told, move |()| callback.call())
}

pub(super) fn address_book(
    chain: &Arc<Chain>,
    name: &str,
    callback: AddressBookChangedCallbackProxy,
) -> HandlerProxy {
    let told = |event| match event {
        WalletEvent::AddressBook(change) => Some(change),
        _ => None,
    };
    listen(chain, name, told, move |it| {
        callback.call(it.address.wire(), it.label, it.is_mine, it.purpose, it.kind)
    })
}

pub(super) fn can_get_addresses(
    chain: &Arc<Chain>,
    name: &str,
    callback: CanGetAddressesChangedCallbackProxy,
) -> HandlerProxy {
    let told = |event| matches!(event, WalletEvent::CanGetAddresses).then_some(());
    listen(chain, name, told, move |()| callback.call())
}

/// What a block confirms, or does not confirm any more, is another than before.
pub(super) fn transactions(
    chain: &Arc<Chain>,
    name: &str,
    callback: TransactionChangedCallbackProxy,
) -> HandlerProxy {
    let (of, name) = (Arc::clone(chain), name.to_owned());
    subscribe(chain, move |event| {
        let changes: Vec<_> = match event {
            Event::Wallet(of, WalletEvent::Transaction(txid, kind)) if of == name => {
                vec![(txid, kind)]
            }
            Event::BlockConnected(block, _) | Event::BlockDisconnected(block, _) => {
                let mut state = of.state();
                let txids = block.txdata.iter().map(bitcoin::Transaction::compute_txid);
                let known = state.account(&name, |account, _| {
                    txids
                        .filter(|txid| account.known(*txid).is_some())
                        .collect::<Vec<_>>()
                });
                known
                    .into_iter()
                    .map(|txid| (txid, change::UPDATED))
                    .collect()
            }
            _ => Vec::new(),
        };
        let callback = callback.clone();
        async move {
            for (txid, kind) in changes {
                callback.call(txid.to_byte_array(), kind).await?;
            }
            Ok(())
        }
    })
}

/// Tells of wallets that are opened.
pub(super) fn loads(chain: &Arc<Chain>, callback: LoadWalletCallbackProxy) -> HandlerProxy {
    let of = Arc::clone(chain);
    subscribe(chain, move |event| {
        let wallet = match event {
            Event::Wallet(name, WalletEvent::Loaded) => Some(object::object(&of, &name)),
            _ => None,
        };
        let callback = callback.clone();
        async move {
            match wallet {
                Some(wallet) => callback.call(wallet).await,
                None => Ok(()),
            }
        }
    })
}
