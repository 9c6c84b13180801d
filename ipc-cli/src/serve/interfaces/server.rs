//! The server whose objects are called, and the connection to it, which is made anew when it has been lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};

use bitcoin_core_ipc::{Error, Interfaces as Version, NodeBuilder};
use ipc_runtime::rt::{Interface, Object};
use ipc_runtime::{AnyProxy, Exception, ExceptionKind, Ipc, Proxy as _};
use tokio::sync::{Mutex, OnceCell};

use crate::dynamic::{DynamicMethod, Known, Parameters};

/// Where the server is.
#[derive(Debug)]
pub(super) enum Address {
    Server(String),
    /// A node, with what it spoke at first: one of another version may have come in its place.
    Node(Box<NodeBuilder>, Version),
}

/// What is called where no handle says it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unnamed {
    First,
    /// What this method of the first object makes.
    Made(DynamicMethod<'static>),
}

/// A server, which may go away and come again.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) known: Known,
    ipc: Ipc,
    address: Address,
    first: &'static Interface,
    /// The last connection. Who comes while it is made waits for it.
    connected: Mutex<Option<Arc<Connected>>>,
}

/// One connection, and the objects that all clients call.
#[derive(Debug)]
pub(super) struct Connected {
    first: Object,
    /// By the names of the methods that make them.
    made: Lock<BTreeMap<&'static str, Arc<OnceCell<Object>>>>,
}

impl Server {
    pub(super) fn new(
        ipc: &Ipc,
        address: Address,
        first: &'static Interface,
        known: Known,
    ) -> Self {
        Self {
            known,
            ipc: ipc.clone(),
            address,
            first,
            connected: Mutex::default(),
        }
    }

    /// Whether the connection of an object is there, as far as is known here.
    pub(super) fn has(&self, object: &Object) -> bool {
        self.ipc
            .is_connected(&AnyProxy::from_object(object.clone()))
    }

    /// The object to call where no handle says it: one that all share, or one that is made for the call, `alone`.
    pub(super) async fn object(&self, unnamed: Unnamed, alone: bool) -> Result<Object, Exception> {
        let connected = self.connected().await?;
        let maker = match unnamed {
            Unnamed::First => return Ok(connected.first.clone()),
            Unnamed::Made(maker) => maker,
        };
        if alone {
            return self.make(&connected.first, maker).await;
        }
        let cell = {
            let mut made = connected
                .made
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(made.entry(&maker.declared.method.name).or_default())
        };
        let making = cell.get_or_try_init(|| self.make(&connected.first, maker));
        making.await.cloned()
    }

    async fn make(&self, first: &Object, maker: DynamicMethod<'_>) -> Result<Object, Exception> {
        let method = maker.declared.method;
        let wanted = (self.known.schemas.object(method)).map(|(name, _)| name.to_owned());
        let call = (self.known).call(first, maker, &Parameters::default(), wanted);
        let (_, made) = call.await?;
        let null = || format!("{} made no object: it is null", method.name);
        made.ok_or_else(|| Exception::new(ExceptionKind::Null, null()))
    }

    /// The connection, or a new one if it has been lost.
    ///
    /// # Errors
    ///
    /// There is none to be had ([`ExceptionKind::Disconnected`]).
    pub(super) async fn connected(&self) -> Result<Arc<Connected>, Exception> {
        let mut last = self.connected.lock().await;
        if let Some(connected) = last.as_ref().filter(|last| self.has(&last.first)) {
            return Ok(Arc::clone(connected));
        }
        *last = None;
        let first = self.connect().await.map_err(|error| {
            let text = format_args!("the server cannot be reached: {}", error.message());
            Exception::new(ExceptionKind::Disconnected, text)
        })?;
        let connected = Arc::new(Connected {
            first,
            made: Lock::default(),
        });
        *last = Some(Arc::clone(&connected));
        Ok(connected)
    }

    async fn connect(&self) -> Result<Object, Exception> {
        match &self.address {
            Address::Server(address) => self.ipc.connect_object(address, self.first).await,
            Address::Node(builder, version) => {
                let node = builder
                    .clone()
                    .connect()
                    .await
                    .map_err(|error| match error {
                        Error::Ipc(exception) => exception,
                        error => Exception::failed(error),
                    })?;
                if node.interfaces() != *version {
                    let text = format_args!(
                        "it speaks {} now, and what is served are the methods of {version}: serve it anew",
                        node.interfaces()
                    );
                    return Err(Exception::failed(text));
                }
                self.ipc.connect_object(node.address(), self.first).await
            }
        }
    }
}
