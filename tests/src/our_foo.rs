//! libmultiprocess's own test interface, as our side serves it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ipc_runtime::{Caller, Exception, Ipc};
use tokio::sync::{Notify, watch};

use crate::custom_types::Hooked;
use crate::foo::{
    ExtendedCallbackProxy, FooCallbackProxy, FooCustom, FooEmpty, FooFnProxy, FooInterface,
    FooInterfaceRaiseError, FooMutable, FooStruct, Pair,
};

/// `callIntFnAsync` of this is answered with the number of `callFnAsync` that wait.
pub const HOW_MANY_WAIT: i32 = 0;
/// `callIntFnAsync` of this makes the server call the saved callback with the same number, on a thread that
/// serves no call, and does not wait for that.
pub const CALL_SAVED_LATER: i32 = 2;
/// `callIntFnAsync` of this closes every connection of the server.
pub const CLOSE: i32 = 5;
/// `callIntFnAsync` of this fails with [`FAILURE`].
pub const FAIL: i32 = -1;
/// What [`FAIL`] says.
pub const FAILURE: &str = "minus one";

/// What tests see of a [`OurFoo`].
#[derive(Debug, Default)]
pub struct Seen {
    /// Calls of `callFnAsync` that wait for a `callFn`.
    pub waiting: watch::Sender<usize>,
    /// `callFn` waits as well, instead of letting others go on.
    pub call_fn_waits: AtomicBool,
    /// `callFnAsync` goes on when its caller has given it up.
    pub runs_to_end: AtomicBool,
    /// The argument of every `callIntFnAsync` that began, and the thread of ours that it named.
    pub begun: Mutex<Vec<(i32, Option<String>)>>,
    /// The caller of the last `callIntFnAsync`.
    pub caller: Mutex<Option<Caller>>,
    /// Outcomes of the calls that [`CALL_SAVED_LATER`] made.
    pub called_later: watch::Sender<Vec<Result<i32, Exception>>>,
    /// The callback that `saveCallback` gave.
    pub saved: Mutex<Option<FooCallbackProxy>>,
    open: Notify,
}

impl Seen {
    /// Lets those go on that wait.
    pub fn let_out(&self) {
        self.open.notify_waiters();
    }

    /// The arguments of every `callIntFnAsync` that began.
    pub fn numbers(&self) -> Vec<i32> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.iter().map(|(number, _)| *number).collect()
    }

    async fn wait(&self) {
        let opened = self.open.notified();
        tokio::pin!(opened);
        opened.as_mut().enable();
        let _waiting = Waiting::new(&self.waiting);
        opened.await;
    }
}

/// The first object of a server.
#[derive(Debug, Default)]
pub struct OurFoo {
    /// What it has seen.
    pub seen: Arc<Seen>,
    /// What it is served by, for [`CLOSE`].
    ipc: Option<Ipc>,
}

impl OurFoo {
    /// One that closes the connections of this Ipc when it is told to.
    pub fn closing(ipc: &Ipc) -> Self {
        Self {
            ipc: Some(ipc.clone()),
            ..Self::default()
        }
    }

    fn saved(&self) -> Result<FooCallbackProxy, Exception> {
        let saved = self
            .seen
            .saved
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        saved
            .clone()
            .ok_or_else(|| Exception::failed("nothing was saved"))
    }
}

/// One more that waits, as long as it lives.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl FooInterface for OurFoo {
    async fn add(&self, a: i32, b: i32) -> Result<i32, Exception> {
        Ok(a + b)
    }

    async fn map_size(&self, map: Vec<Pair<String, String>>) -> Result<i32, Exception> {
        i32::try_from(map.len()).map_err(Exception::failed)
    }

    async fn pass(&self, arg: FooStruct) -> Result<FooStruct, Exception> {
        Ok(arg)
    }

    async fn raise(&self, arg: FooStruct) -> Result<(), FooInterfaceRaiseError> {
        Err(FooInterfaceRaiseError::Error(arg))
    }

    async fn init_thread_map(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn callback(&self, callback: FooCallbackProxy, arg: i32) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn callback_unique(
        &self,
        callback: FooCallbackProxy,
        arg: i32,
    ) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn callback_shared(
        &self,
        callback: FooCallbackProxy,
        arg: i32,
    ) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn save_callback(&self, callback: Option<FooCallbackProxy>) -> Result<(), Exception> {
        let before = {
            let mut saved = self
                .seen
                .saved
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *saved, callback)
        };
        match before {
            // The caller counts on its being gone.
            Some(before) => ipc_runtime::Proxy::destroy(before).await,
            None => Ok(()),
        }
    }

    async fn callback_saved(&self, arg: i32) -> Result<i32, Exception> {
        self.saved()?.call(arg).await
    }

    async fn callback_extended(
        &self,
        callback: ExtendedCallbackProxy,
        arg: i32,
    ) -> Result<i32, Exception> {
        callback.call_extended(arg).await
    }

    async fn pass_custom(&self, arg: FooCustom) -> Result<FooCustom, Exception> {
        Ok(arg)
    }

    async fn pass_empty(&self, arg: FooEmpty) -> Result<FooEmpty, Exception> {
        Ok(arg)
    }

    async fn pass_message(&self, arg: Hooked) -> Result<Hooked, Exception> {
        Ok(Hooked(arg.0 + " call"))
    }

    async fn pass_mutable(&self, arg: FooMutable) -> Result<FooMutable, Exception> {
        // What the hooks of a C++ server add.
        let message = format!("{} pass call return", arg.message);
        Ok(FooMutable { message })
    }

    async fn pass_enum(&self, arg: i32) -> Result<i32, Exception> {
        Ok(arg)
    }

    async fn pass_fn(&self, r#fn: FooFnProxy) -> Result<i32, Exception> {
        r#fn.call().await
    }

    async fn call_fn(&self) -> Result<(), Exception> {
        match self.seen.call_fn_waits.load(Ordering::SeqCst) {
            true => self.seen.wait().await,
            false => self.seen.let_out(),
        }
        Ok(())
    }

    async fn call_fn_async(&self) -> Result<(), Exception> {
        if self.seen.runs_to_end.load(Ordering::SeqCst)
            && let Some(caller) = Caller::current()
        {
            caller.run_to_end();
        }
        self.seen.wait().await;
        Ok(())
    }

    async fn add_out(&self, a: i32, b: i32) -> Result<i32, Exception> {
        Ok(a + b)
    }

    async fn add_in_out(&self, x: i32, sum: i32) -> Result<i32, Exception> {
        Ok(sum + x)
    }

    async fn call_int_fn_async(&self, arg: i32) -> Result<i32, Exception> {
        let caller = Caller::current();
        let thread = (caller.as_ref()).and_then(|caller| caller.thread_name().map(str::to_owned));
        *(self.seen.caller.lock()).unwrap_or_else(PoisonError::into_inner) = caller;
        (self.seen.begun.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .push((arg, thread));
        match arg {
            HOW_MANY_WAIT => i32::try_from(*self.seen.waiting.borrow()).map_err(Exception::failed),
            CALL_SAVED_LATER => {
                let saved = self.saved()?;
                let seen = Arc::clone(&self.seen);
                tokio::spawn(async move {
                    let outcome = saved.call(arg).await;
                    seen.called_later.send_modify(|all| all.push(outcome));
                });
                Ok(arg)
            }
            CLOSE => {
                if let Some(ipc) = &self.ipc {
                    ipc.disconnect_incoming();
                }
                Ok(arg)
            }
            FAIL => Err(Exception::failed(FAILURE)),
            _ => Ok(arg),
        }
    }

    async fn pass_data_pointers(&self, arg: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Exception> {
        Ok(arg)
    }

    async fn pass_double(&self, arg: f64) -> Result<f64, Exception> {
        Ok(arg)
    }

    async fn pass_data(&self, arg: Vec<u8>) -> Result<Vec<u8>, Exception> {
        Ok(arg)
    }
}
