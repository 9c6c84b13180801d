//! The life of an object as its users here see it: how it is used, and how it ends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::runtime;
use tokio::sync::Notify;

use crate::capability::{Capability, Target};
use crate::connection::{Awaited, Connection, Wanted};
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::flow::Flow;
use crate::interface::{Interface, Method};
use crate::message::Payload;
use crate::object::Object;
use crate::turns;

/// What all clones of a proxy share.
pub(crate) struct Handle {
    capability: Capability,
    interface: &'static Interface,
    /// Somebody else may be using the object: whoever it was passed on to, or a peer that runs a call
    /// of which we do not learn when it ends.
    shared: AtomicBool,
    /// Nobody may call it any more.
    destroyed: AtomicBool,
    /// Calls that are under way, given-up ones included.
    calls: AtomicUsize,
    /// Those of them that are parts of a stream.
    flow: Flow,
    /// Told when the last of them has ended after `destroyed` was set.
    idle: Notify,
    /// The object, if it was not known when the handle was made.
    brought: Option<Arc<Brought>>,
    /// The call that brings it, if the peer makes it a promise until then.
    awaited: Option<Arc<Awaited>>,
}

impl Handle {
    pub(crate) fn new(capability: Capability, interface: &'static Interface) -> Self {
        Self::bringing(capability, interface, None)
    }

    /// A handle on what the peer promises as the result of a call.
    pub(crate) fn promised(
        capability: Capability,
        interface: &'static Interface,
        awaited: Arc<Awaited>,
    ) -> Self {
        let mut this = Self::new(capability, interface);
        this.awaited = Some(awaited);
        this
    }

    /// A handle on an object that is not known yet, and that will be found in `brought`.
    pub(crate) fn bringing(
        capability: Capability,
        interface: &'static Interface,
        brought: Option<Arc<Brought>>,
    ) -> Self {
        if let Target::Remote(object) = &capability.0 {
            object.connection().retain();
        }
        Self {
            capability,
            interface,
            shared: AtomicBool::new(false),
            destroyed: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
            flow: Flow::default(),
            idle: Notify::new(),
            brought,
            awaited: None,
        }
    }

    pub(crate) fn capability(&self) -> &Capability {
        &self.capability
    }

    pub(crate) fn interface(&self) -> &'static Interface {
        self.interface
    }

    /// Begins a call.
    ///
    /// # Errors
    ///
    /// The object was destroyed.
    pub(crate) fn begin(handle: Arc<Self>, wanted: Option<Arc<Wanted>>) -> Result<Use, Exception> {
        // Counted before the look, as `destroy` forbids calls before it looks at the count.
        handle.calls.fetch_add(1, Ordering::SeqCst);
        let used = Use { wanted, handle };
        if used.handle.destroyed.load(Ordering::SeqCst) {
            return Err(Exception::failed(
                "the object was called after it was destroyed",
            ));
        }
        Ok(used)
    }

    /// The object as a message carries it to someone who may keep it.
    pub(crate) fn pass_on(&self) -> Capability {
        match &self.capability.0 {
            Target::Local(object) => Capability::local(object.share()),
            Target::Remote(_) | Target::Later(_) => {
                self.keep();
                self.share();
                self.capability.clone()
            }
        }
    }

    /// Somebody who is not counted here may want the object.
    pub(crate) fn keep(&self) {
        if let Some(awaited) = &self.awaited {
            awaited.pass_on();
        }
    }

    /// Whether the call that was to bring it was given up.
    fn never_comes(&self) -> bool {
        (self.awaited.as_ref()).is_some_and(|awaited| awaited.is_given_up())
    }

    /// Somebody else may be using the object.
    fn share(&self) {
        self.shared.store(true, Ordering::Relaxed);
        if let Some(brought) = &self.brought {
            brought.share();
        }
    }

    /// Ends the object's life, once its calls have ended: also if the future is dropped meanwhile.
    pub(crate) async fn destroy(this: Arc<Self>) -> Result<(), Exception> {
        if this.destroyed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        let ending = Ending(Some(Arc::clone(&this)));
        let outcome = this.end().await;
        ending.over();
        outcome
    }

    async fn end(&self) -> Result<(), Exception> {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            // Registered before the look at the count, so that no news is missed.
            idle.as_mut().enable();
            if self.calls.load(Ordering::SeqCst) == 0 {
                break;
            }
            idle.await;
        }
        if self.never_comes() {
            return Ok(());
        }
        let mut found;
        let mut capability = &self.capability;
        loop {
            match &capability.0 {
                Target::Local(object) => {
                    drop(object.take());
                    return Ok(());
                }
                Target::Remote(object) => {
                    return match self.interface.destroy {
                        Some(method) => destroy(Arc::clone(object), method).await,
                        None => Ok(()),
                    };
                }
                Target::Later(object) => {
                    found = object.found().await?;
                    if let Some(object) = self.brought.as_ref().and_then(|it| it.object.get()) {
                        return Box::pin(object.clone().destroy()).await;
                    }
                    capability = &found;
                }
            }
        }
    }
}

/// An object that a call brings, with the life that it has then.
#[derive(Default)]
pub(crate) struct Brought {
    object: OnceLock<Object>,
    shared: AtomicBool,
}

impl Brought {
    /// The call has brought this.
    pub(crate) fn found(&self, capability: Capability, interface: &'static Interface) {
        let object = self
            .object
            .get_or_init(|| Object::new(capability, interface));
        if self.shared.load(Ordering::SeqCst) {
            object.handle().share();
        }
    }

    fn share(&self) {
        self.shared.store(true, Ordering::SeqCst);
        if let Some(object) = self.object.get() {
            object.handle().share();
        }
    }
}

/// Ends an object's life in the background when nobody waits for that any more.
struct Ending(Option<Arc<Handle>>);

impl Ending {
    fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Some(handle) = self.0.take() else {
            return;
        };
        let runtime = match &handle.capability.0 {
            // It ends with the last of its calls.
            Target::Local(_) => return,
            Target::Remote(object) => object.connection().runtime().clone(),
            Target::Later(_) => match runtime::Handle::try_current() {
                Ok(runtime) => runtime,
                Err(_none) => return,
            },
        };
        runtime.spawn(async move {
            if let Err(exception) = handle.end().await {
                tracing::debug!(%exception, "not destroyed");
            }
        });
    }
}

async fn destroy(object: Arc<dyn RemoteObject>, method: &'static Method) -> Result<(), Exception> {
    let params = Payload::build(method.params, |_| ())?;
    (Connection::call(object, method, params, None, None).await)
        .map(drop)
        .map_err(|exception| exception.in_method(method.name))
}

impl Drop for Handle {
    fn drop(&mut self) {
        let Target::Remote(object) = &self.capability.0 else {
            return;
        };
        let object = Arc::clone(object);
        // What others hold or use is released: it ends with the last of them.
        let ends = !*self.destroyed.get_mut() && !*self.shared.get_mut();
        let destroy = self.interface.destroy.filter(|_| ends);
        match self.awaited.take() {
            None => end(object, destroy),
            // The call may be about to be given up, in its turn.
            Some(awaited) => turns::in_turn(move || {
                end(object, destroy.filter(|_| !awaited.is_given_up()));
            }),
        }
    }
}

/// Nobody here has a handle on the object any more.
fn end(object: Arc<dyn RemoteObject>, method: Option<&'static Method>) {
    let connection = Arc::clone(object.connection());
    match method.filter(|_| connection.is_open()) {
        Some(method) => {
            let runtime = connection.runtime().clone();
            runtime.spawn(async move {
                if let Err(exception) = destroy(object, method).await {
                    tracing::debug!(%exception, "not destroyed");
                }
                connection.release();
            });
        }
        None => {
            drop(object);
            connection.release();
        }
    }
}

/// A call that is under way. It keeps the object from being destroyed.
pub(crate) struct Use {
    /// Before the handle, whose end depends on it.
    wanted: Option<Arc<Wanted>>,
    handle: Arc<Handle>,
}

impl Use {
    pub(crate) fn capability(&self) -> &Capability {
        &self.handle.capability
    }

    pub(crate) fn flow(&self) -> &Flow {
        &self.handle.flow
    }

    /// Nobody waits for the call any more, though it may go on.
    pub(crate) fn give_up(&mut self) {
        self.wanted = None;
    }

    /// The call may go on for longer than anybody here will know.
    pub(crate) fn goes_on(&self) {
        self.handle.share();
    }

    /// Ready when the call that was to bring the object is given up.
    pub(crate) async fn never_comes(&self) {
        match &self.handle.awaited {
            Some(awaited) => awaited.given_up().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let handle = &self.handle;
        let last = handle.calls.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && handle.destroyed.load(Ordering::SeqCst) {
            if let Target::Local(object) = &handle.capability.0 {
                drop(object.take());
            }
            handle.idle.notify_waiters();
        }
    }
}
