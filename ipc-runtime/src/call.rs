//! A call on its way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;

use crate::connection::Calling;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::Method;
use crate::message::Payload;
use crate::object::Object;
use crate::proxy::Proxy;

/// A call of a proxy's method. Await it to make the call and get its result.
///
/// It fails with an [`Exception`], or with a type of the method's own where the schema declares
/// errors that carry more than a message; `?` makes an exception of either.
///
/// The parameters are encoded when the proxy's method returns, so nothing borrowed needs to live
/// on; the request is sent at the first poll. Any task of any thread may await the call; a thread
/// without async can [`wait`](Call::wait) for it.
///
/// # Cancellation
///
/// Dropping a call before its answer cancels it, and leaks nothing. The peer is told at once, and a
/// handler of this runtime is dropped at its next await. A libmultiprocess peer runs the method to its
/// end regardless, so there the method that the schema pairs with it (`$Ipc.cancelWith`: `waitNext` with
/// `interruptWait`, say) is called too. The peer's thread is not used for other calls before the peer is
/// done, and an object is not destroyed while a call of it runs.
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
pub struct Call<T, E = Exception> {
    stage: Stage,
    method: &'static Method,
    decode: Option<Decode<T, E>>,
    timeout: Option<Duration>,
}

/// Where it is on its way.
enum Stage {
    Prepared(Object, Result<Payload, Exception>),
    Running(Calling),
    Done,
}

/// Makes the method's own result of the answer.
type Decode<T, E> =
    Box<dyn FnOnce(&'static Method, Result<Payload, Exception>) -> Result<T, E> + Send>;

impl<T, E> Call<T, E> {
    pub(crate) fn new(
        object: Object,
        method: &'static Method,
        params: Result<Payload, Exception>,
        decode: impl FnOnce(&'static Method, Result<Payload, Exception>) -> Result<T, E>
        + Send
        + 'static,
    ) -> Self {
        Self {
            timeout: object.timeout(),
            stage: Stage::Prepared(object, params),
            method,
            decode: Some(Box::new(decode)),
        }
    }

    /// Fails with [`ExceptionKind::TimedOut`] if there is no answer within this time, which begins when
    /// the call is sent; the call is given up then, as if it had been dropped. It takes the place of what
    /// [`Proxy::with_timeout`] says.
    ///
    /// The time is that of the connection's runtime. Where no connection is known, because the object is one of this
    /// process or another call is yet to bring it, a thread of its own keeps it, which a runtime whose clock is
    /// paused for a test does not stop.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sends the call now, and returns at once with the object that it will bring: calls of that are
    /// sent without waiting for the answer, in one round trip with this one.
    ///
    /// ```text
    /// let template = init.make_mining().pipeline().create_new_block(options, true).await?;
    /// ```
    ///
    /// If this call fails, or brings null, calls of the object fail with the reason. When the last clone of
    /// the object is dropped before the answer, and none of its calls is waited for, this call is given up as if
    /// it had been dropped itself. Who passes the object on may leave it to others, so then it goes on.
    pub fn pipeline(self) -> T::Proxy
    where
        T: Pipelined,
    {
        let object = match self.stage {
            Stage::Prepared(object, params) => {
                object.pipeline(self.method, params, self.timeout, T::Proxy::INTERFACE)
            }
            // Whoever has polled a call and does not wait for it any more has cancelled it.
            Stage::Running(_) | Stage::Done => Object::broken(
                Exception::failed("`pipeline` was called after the call had been polled")
                    .in_method(self.method.name),
                T::Proxy::INTERFACE,
            ),
        };
        T::Proxy::from_object(object)
    }

    /// Blocks the thread until the answer is there: for programs without async.
    ///
    /// # Errors
    ///
    /// Those of the call; and at once, if the thread belongs to a tokio runtime, which it would keep from
    /// running what the answer needs. There, await the call; in
    /// [`spawn_blocking`](tokio::task::spawn_blocking), use [`Handle::block_on`](tokio::runtime::Handle::block_on).
    pub fn wait(self) -> Result<T, E>
    where
        E: From<Exception>,
    {
        crate::blocking::wait(self)
    }
}

/// What a call that can be [pipelined](Call::pipeline) returns: a proxy, or a proxy that may be null.
pub trait Pipelined {
    /// The proxy.
    type Proxy: Proxy;
}

impl<P: Proxy> Pipelined for P {
    type Proxy = P;
}

impl<P: Proxy> Pipelined for Option<P> {
    type Proxy = P;
}

impl<T, E> Future for Call<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Stage::Prepared(..) = this.stage
            && let Stage::Prepared(object, params) = std::mem::replace(&mut this.stage, Stage::Done)
        {
            this.stage = Stage::Running(object.start(this.method, params, this.timeout));
        }
        let outcome = match &mut this.stage {
            Stage::Running(running) => match running.poll_unpin(cx) {
                Poll::Ready(outcome) => outcome,
                Poll::Pending => return Poll::Pending,
            },
            Stage::Prepared(..) | Stage::Done => Err(finished()),
        };
        this.stage = Stage::Done;
        match this.decode.take() {
            Some(decode) => Poll::Ready(decode(this.method, outcome)),
            // Polled after it was ready, which a future may answer with a panic; here it waits for ever.
            None => Poll::Pending,
        }
    }
}

fn finished() -> Exception {
    Exception::new(ExceptionKind::Cancelled, "the call has ended")
}

// Nothing in it is pinned in place.
impl<T, E> Unpin for Call<T, E> {}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method.name)
            .finish_non_exhaustive()
    }
}
