//! What a node tells, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, FusedStream};
use futures_util::{Stream, StreamExt};

use crate::error::Error;

/// What a node tells, item after item, when it is asked for the next one: by [`Updates::next`], or as any [`Stream`].
///
/// It ends after an error, and where the method that made it says so. A future of [`Updates::next`] that is dropped loses no
/// item: the next one goes on. Dropping the stream ends what it waits for in the node, where the version can.
#[must_use = "a stream does nothing until it is asked for an item"]
pub struct Updates<T>(stream::Fuse<BoxStream<'static, Result<T, Error>>>);

impl<T: 'static> Updates<T> {
    /// The stream of what `step` gives from one state to the next; none is its end.
    pub(crate) fn unfold<S, F>(start: S, step: impl FnMut(S) -> F + Send + 'static) -> Self
    where
        S: Send + 'static,
        T: Send,
        F: Future<Output = Result<Option<(T, S)>, Error>> + Send + 'static,
    {
        Self(stream::try_unfold(start, step).boxed().fuse())
    }

    /// Waits for the next item; none when there will be no more.
    ///
    /// # Errors
    ///
    /// As the method that made the stream says. There will be no more items then.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next().await
    }
}

impl<T> Stream for Updates<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<T> FusedStream for Updates<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> fmt::Debug for Updates<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").finish_non_exhaustive()
    }
}
