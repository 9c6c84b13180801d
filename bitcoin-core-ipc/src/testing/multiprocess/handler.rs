//! Subscriptions.

use std::sync::Arc;

use generated_examples::multiprocess::handler::{Handler, HandlerProxy};
use ipc_runtime::{Call, Exception};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use crate::testing::chain::Chain;
use crate::testing::events::{Due, Event};

/// Tells somebody of what happens from now on, one event after the other: the next when the last is answered.
pub(super) fn subscribe<F>(
    chain: &Arc<Chain>,
    tell: impl Fn(Event) -> F + Send + 'static,
) -> HandlerProxy
where
    F: Future<Output = Result<(), Exception>> + Send + 'static,
{
    let (stop, stopped) = watch::channel(());
    let due = chain.change(|state| state.listeners.listen());
    let chain = Arc::clone(chain);
    let task = tokio::spawn(async move {
        telling(due, tell, stopped).await;
        // There is one listener less.
        chain.change(|_| ());
    });
    HandlerProxy::new(OurHandler(Mutex::new(Some((stop, task)))))
}

/// As [`subscribe`], where an event is one call or nothing to them.
pub(super) fn subscribe_calls(
    chain: &Arc<Chain>,
    tell: impl Fn(Event) -> Option<Call<()>> + Send + 'static,
) -> HandlerProxy {
    subscribe(chain, move |event| {
        let call = tell(event);
        async move {
            match call {
                Some(call) => call.await,
                None => Ok(()),
            }
        }
    })
}

/// Ends when it is stopped, and when the peer does not answer any more.
async fn telling<F>(
    mut due: mpsc::UnboundedReceiver<Due>,
    tell: impl Fn(Event) -> F,
    mut stopped: watch::Receiver<()>,
) where
    F: Future<Output = Result<(), Exception>>,
{
    loop {
        let next = tokio::select! {
            biased;
            // Whoever could stop it is gone.
            _ = stopped.changed() => return,
            next = due.recv() => next,
        };
        match next {
            None => return,
            // Who waits for it may have stopped waiting.
            Some(Due::Mark(mark)) => _ = mark.send(()),
            Some(Due::Event(event)) => {
                if tell(event).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Until it is disconnected.
struct OurHandler(Mutex<Option<(watch::Sender<()>, JoinHandle<()>)>>);

impl Handler for OurHandler {
    async fn disconnect(&self) -> Result<(), Exception> {
        let Some((stop, task)) = self.0.lock().await.take() else {
            return Ok(());
        };
        drop(stop);
        task.await.map_err(Exception::failed)
    }
}
