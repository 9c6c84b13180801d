//! What is in the mempool, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use generated_examples::multiprocess::chain::ChainProxy;
use ipc_runtime::{Call, Exception};
use tokio::sync::mpsc;

use super::events::ChainEvent;
use super::notifications::Notified;
use crate::encoded::Transaction;
use crate::error::Error;
use crate::subscription::{ENDLESS, events};

/// The transactions of a mempool. See [`Chain::mempool_transactions`](super::Chain::mempool_transactions).
///
/// The node takes no other transactions, and no blocks, until it has told of all: so it does not wait for this to be read. What
/// is not read yet is in memory.
///
/// An error that is not about one transaction is the last.
#[must_use = "a stream does nothing until it is read"]
pub struct MempoolTransactions {
    events: mpsc::Receiver<Result<ChainEvent, Error>>,
    /// Until it is answered: the node has told of all then.
    call: Option<Call<()>>,
    failed: Option<Exception>,
}

impl MempoolTransactions {
    pub(super) fn of(chain: &ChainProxy) -> Self {
        let (sender, events) = events(ENDLESS);
        Self {
            events,
            call: Some(chain.request_mempool_transactions(Notified(sender))),
            failed: None,
        }
    }

    /// The next transaction; none after the last.
    ///
    /// No transaction is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Transaction, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for MempoolTransactions {
    type Item = Result<Transaction, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Transaction, Error>>> {
        if let Some(call) = &mut self.call
            && let Poll::Ready(answer) = Pin::new(call).poll(context)
        {
            self.call = None;
            self.failed = answer.err();
        }
        loop {
            let event = match self.call {
                Some(_) => match self.events.poll_recv(context) {
                    Poll::Ready(event) => event,
                    Poll::Pending => return Poll::Pending,
                },
                None => self.events.try_recv().ok(),
            };
            match event {
                Some(Ok(ChainEvent::TransactionAdded(transaction))) => {
                    return Poll::Ready(Some(Ok(transaction)));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // A node has no reason to tell of anything else.
                Some(Ok(_)) => {}
                // It has let go of us before it has answered.
                None if self.call.is_some() => return Poll::Pending,
                None => return Poll::Ready(self.failed.take().map(|failed| Err(failed.into()))),
            }
        }
    }
}

impl fmt::Debug for MempoolTransactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MempoolTransactions")
            .finish_non_exhaustive()
    }
}
