//! The engine of our own: Cap'n Proto RPC, level 1, between two parties, `Send` by nature.
//!
//! It has no thread. A caller's thread encodes its message and writes it ([`writer`]); a task per
//! connection reads ([`reader`]) and acts on what it reads ([`receive`], [`returned`], [`resolved`]); a
//! handler's thread writes the handler's results. What both sides know of each other stands in
//! [`tables`], under one lock that is never held across an await, a system call or anybody else's code.
//! [`peer`] and [`asked`] ask, [`owed`] and [`giving`] answer, [`import`], [`pipelined`] and [`answer`] are objects
//! that are not ours, or not yet; [`promise`] and [`follow`] say what became of those that are promises.

mod answer;
mod asked;
mod descriptor;
mod envelope;
mod follow;
mod giving;
mod import;
mod outbox;
mod owed;
mod peer;
mod pipelined;
mod promise;
mod reader;
mod receive;
mod resolved;
mod returned;
mod tables;
mod transport;
mod wire;
mod writer;

use std::fmt;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Weak};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

pub(crate) use self::asked::Asked;
use self::follow::Broken;
pub(crate) use self::owed::Owed;
use self::peer::Peer;
use self::pipelined::Pipelined;
use self::reader::Frames;
use self::writer::Writer;
use super::{Engine, Link, RemoteObject};
use crate::adapter::LocalObject;
use crate::connection::Connection;
use crate::exception::Exception;
use crate::stats::Stats;

/// How many bytes the socket is asked to take from a writer before its reader has to run.
const SEND_BUFFER: usize = 4 << 20;

/// The engine. It holds nothing: every connection stands for itself.
#[derive(Debug)]
pub(crate) struct Native;

impl Native {
    fn open(
        &self,
        socket: UnixStream,
        bootstrap: Option<Arc<LocalObject>>,
        connection: &Arc<Connection>,
    ) -> Result<Arc<Peer>, Exception> {
        let _entered = connection.runtime().enter();
        let socket = socket
            .set_nonblocking(true)
            .and_then(|()| tokio::net::UnixStream::from_std(socket))
            .map_err(|error| Exception::io("the socket", error))?;
        // As much as the system allows, so that a large message takes few turns; it may refuse.
        let _ = socket2::SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER);
        let (reading, writing) = socket.into_split();
        let peer = Peer::new(writing, bootstrap, Arc::clone(connection));
        let frames = Frames::new(reading, connection.message_words());
        connection
            .runtime()
            .spawn(receive::run(Arc::clone(&peer), frames));
        Ok(peer)
    }
}

impl Engine for Native {
    fn connect(
        &self,
        socket: UnixStream,
        connection: &Arc<Connection>,
    ) -> (Arc<dyn Link>, Arc<dyn RemoteObject>) {
        match self.open(socket, None, connection) {
            Ok(peer) => {
                let first = Pipelined::first(&peer);
                (Arc::new(Socket::of(&peer)), first)
            }
            Err(exception) => {
                connection.closed(exception.clone());
                let first = Broken::new(connection, exception);
                (Arc::new(Socket::none()), first)
            }
        }
    }

    fn serve(
        &self,
        socket: UnixStream,
        bootstrap: Arc<LocalObject>,
        connection: &Arc<Connection>,
    ) -> Arc<dyn Link> {
        match self.open(socket, Some(bootstrap), connection) {
            Ok(peer) => Arc::new(Socket::of(&peer)),
            Err(exception) => {
                connection.closed(exception);
                Arc::new(Socket::none())
            }
        }
    }
}

/// One socket.
struct Socket {
    /// Weak, since the reading task and the objects of the peer keep it.
    peer: Weak<Peer>,
    writer: Option<Arc<Writer>>,
}

impl Socket {
    fn of(peer: &Arc<Peer>) -> Self {
        Self {
            peer: Arc::downgrade(peer),
            writer: Some(Arc::clone(&peer.writer)),
        }
    }

    /// One that could not be opened.
    fn none() -> Self {
        Self {
            peer: Weak::new(),
            writer: None,
        }
    }
}

impl Link for Socket {
    fn close(&self) {
        if let Some(peer) = self.peer.upgrade() {
            peer.close();
        }
    }

    fn room(&self) -> Option<BoxFuture<'static, ()>> {
        let writer = self.writer.as_ref()?;
        if writer.has_room() {
            return None;
        }
        let writer = Arc::clone(writer);
        Some(async move { writer.room().await }.boxed())
    }

    fn stats(&self) -> Stats {
        self.peer
            .upgrade()
            .map_or_else(Stats::default, |peer| peer.lock().stats())
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}
