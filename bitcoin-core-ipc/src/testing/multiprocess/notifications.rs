//! Events as clients of the chain are told of them.

use std::sync::Arc;

use bitcoin::Block;
use bitcoin::consensus::serialize;
use bitcoin::hashes::Hash;
use generated_examples::multiprocess::chain::{BlockInfo, ChainNotificationsProxy, ChainstateRole};
use generated_examples::multiprocess::handler::HandlerProxy;
use ipc_runtime::{Call, Exception};

use super::handler::subscribe_calls;
use crate::locator::Locator;
use crate::testing::chain::Chain;
use crate::testing::events::Event;

/// The chain of a node that does not start from a snapshot.
const ROLE: ChainstateRole = ChainstateRole {
    validated: true,
    historical: false,
};

/// Tells of what happens from now on.
pub(super) fn handle(chain: &Arc<Chain>, notifications: ChainNotificationsProxy) -> HandlerProxy {
    let of = Arc::clone(chain);
    subscribe_calls(chain, move |event| tell(&of, &notifications, event))
}

fn tell(chain: &Chain, notifications: &ChainNotificationsProxy, event: Event) -> Option<Call<()>> {
    Some(match event {
        Event::TransactionAdded(transaction) => {
            notifications.transaction_added_to_mempool(serialize(&transaction))
        }
        Event::TransactionRemoved(transaction, reason) => {
            notifications.transaction_removed_from_mempool(serialize(&transaction), reason)
        }
        Event::BlockConnected(block, height) => {
            notifications.block_connected(ROLE, info(chain, &block, height))
        }
        Event::BlockDisconnected(block, height) => {
            notifications.block_disconnected(info(chain, &block, height))
        }
        Event::UpdatedTip(..) => notifications.updated_block_tip(),
        Event::Flushed(hashes) => {
            notifications.chain_state_flushed(ROLE, Locator(hashes).to_bytes())
        }
        _ => return None,
    })
}

fn info(chain: &Chain, block: &Block, height: usize) -> BlockInfo {
    let state = chain.state();
    let known = state.known(&block.block_hash());
    let prev_hash = block.header.prev_blockhash;
    BlockInfo {
        hash: block.block_hash().to_byte_array().to_vec(),
        prev_hash: match height {
            0 => Vec::new(),
            _ => prev_hash.to_byte_array().to_vec(),
        },
        height: i32::try_from(height).unwrap_or(i32::MAX),
        file_number: 0,
        data_pos: 0,
        data: serialize(block),
        undo_data: Vec::new(),
        chain_time_max: known.map_or(block.header.time, |known| state.max_time(known)),
    }
}

/// Tells of everything that is in the mempool now.
pub(super) async fn request_mempool(
    chain: &Chain,
    notifications: &ChainNotificationsProxy,
) -> Result<(), Exception> {
    let mempool: Vec<_> = {
        let state = chain.state();
        state.mempool.iter().map(|(it, _)| serialize(it)).collect()
    };
    for transaction in mempool {
        notifications
            .transaction_added_to_mempool(transaction)
            .await?;
    }
    Ok(())
}

/// Waits until everybody is told of everything that has happened until now.
pub(super) async fn wait(chain: &Chain) {
    let marks = chain.state().listeners.mark();
    for mark in marks {
        // That of a listener which has ended is dropped.
        _ = mark.await;
    }
}
