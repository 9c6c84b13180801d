//! What ends with what is kept here.

use generated_examples::multiprocess::handler::HandlerProxy;
use ipc_runtime::{Call, Proxy};
use tokio::runtime;

use crate::error::Error;

/// Something that a node calls, for as long as this is kept: dropping it unsubscribes.
///
/// It is disconnected and destroyed in the node in the background then; [`Handler::unsubscribe`] waits for that.
#[derive(Debug)]
#[must_use = "dropping it unsubscribes"]
pub struct Handler {
    object: HandlerProxy,
    /// Where to unsubscribe without waiting for that. None once that is done, and where there is no runtime: the end of
    /// the object in the node, which comes with that of the proxy, unsubscribes as well.
    runtime: Option<runtime::Handle>,
}

impl Handler {
    pub(crate) fn new(object: HandlerProxy) -> Self {
        Self {
            object,
            runtime: runtime::Handle::try_current().ok(),
        }
    }

    /// Unsubscribes, and waits until the node has done so: it calls nothing any more then.
    ///
    /// If the future is dropped, it goes on in the background.
    ///
    /// # Errors
    ///
    /// The connection is lost, and the subscription with it.
    pub async fn unsubscribe(mut self) -> Result<(), Error> {
        self.disconnect().await?;
        self.object.clone().destroy().await?;
        self.runtime = None;
        Ok(())
    }

    pub(crate) fn disconnect(&self) -> Call<()> {
        self.object.disconnect()
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        if let Some(runtime) = &self.runtime {
            let object = self.object.clone();
            runtime.spawn(async move {
                // It fails where the node is gone, and the subscription with it.
                _ = object.disconnect().await;
            });
        }
    }
}
