//! Who serves something to the node.

use std::sync::Arc;

use generated_examples::multiprocess::handler::{Handler, HandlerProxy};
use ipc_runtime::Exception;

use super::Multiprocess;
use crate::testing::chain::Chain;

/// What is served, in the order in which it came.
#[derive(Debug)]
pub(super) struct Registry<T> {
    served: Vec<(u64, T)>,
    next_id: u64,
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self {
            served: Vec::new(),
            next_id: 0,
        }
    }
}

impl<T> Registry<T> {
    /// The last one comes last.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.served.iter().map(|(_, served)| served)
    }

    fn add(&mut self, served: T) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.served.push((id, served));
        id
    }

    fn remove(&mut self, id: u64) -> Option<T> {
        let at = self.served.iter().position(|(served, _)| *served == id)?;
        Some(self.served.remove(at).1)
    }
}

/// Where a registry is.
type Place<T> = fn(&mut Multiprocess) -> &mut Registry<T>;

/// Keeps something registered until the handler ends.
pub(super) fn serve<T: Send + 'static>(
    chain: &Arc<Chain>,
    place: Place<T>,
    served: T,
) -> HandlerProxy {
    HandlerProxy::new(Served {
        id: chain.change(|state| place(&mut state.multiprocess).add(served)),
        chain: Arc::clone(chain),
        place,
    })
}

struct Served<T> {
    chain: Arc<Chain>,
    id: u64,
    place: Place<T>,
}

impl<T> Served<T> {
    fn end(&self) {
        let ended =
            (self.chain).change(|state| (self.place)(&mut state.multiprocess).remove(self.id));
        // Not before the state is let go of: it is the end of a proxy.
        drop(ended);
    }
}

impl<T: Send + 'static> Handler for Served<T> {
    async fn disconnect(&self) -> Result<(), Exception> {
        self.end();
        Ok(())
    }
}

impl<T> Drop for Served<T> {
    fn drop(&mut self) {
        self.end();
    }
}
