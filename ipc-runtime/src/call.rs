//! A call on its way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::exception::Exception;

/// A call of a proxy's method. Await it to make the call and get its result.
///
/// It fails with an [`Exception`], or with a type of the method's own where the schema declares
/// errors that carry more than a message; `?` makes an exception of either.
///
/// The parameters are encoded when the proxy's method returns, so nothing borrowed needs to live
/// on; the request is sent at the first poll. Any task of any thread may await the call.
///
/// # Cancellation
///
/// Dropping a call before its answer cancels it: the peer is told, a handler of this runtime is
/// dropped at its next await. A libmultiprocess peer runs the method to its end regardless; its
/// thread is not used for other calls, and the object is released, not destroyed, in the end.
///
/// # Streams
///
/// A method that the schema declares with `-> stream` takes parts of a stream. Its calls are ready when the next
/// one may follow, not when they are done: so many bytes may be under way as
/// [`IpcBuilder::stream_window`](crate::IpcBuilder::stream_window) says. A part is sent at the first poll, and
/// goes on if its call is dropped then. The peer takes one part of an object after the other, and other calls of
/// the object after the parts that were sent before.
///
/// The first part that fails breaks the stream: later parts fail as it did, without being sent, as soon as that is
/// known here. Peers of this runtime and of the C++ library fail every later call of the object, of whatever
/// method. So a caller learns whether all parts were taken by a method of another kind that it calls at the end. Where the object is one of
/// this process, a call is ready when its part is done, and there is no such rule.
#[must_use = "a call is made when it is awaited"]
pub struct Call<T, E = Exception>(BoxFuture<'static, Result<T, E>>);

impl<T, E> Call<T, E> {
    pub(crate) fn new(future: impl Future<Output = Result<T, E>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T, E> Future for Call<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
