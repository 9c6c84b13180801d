//! A guestbook. There is no schema and no build script behind it: the traits and types here are the source, and
//! `schema/guestbook.capnp` was written from them, for peers in other languages:
//!
//! ```sh
//! ipc-gen export -o schema/guestbook.capnp src/lib.rs
//! ```
//!
//! A change that would break such peers does not compile.

use ipc_runtime::{Exception, IpcEnum, IpcStruct, ipc_interface};

/// How a guest liked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IpcEnum)]
#[ipc(id = 0xd6a0a9b3c1f35e11, schema = "schema/guestbook.capnp")]
pub enum Mood {
    /// Says nothing.
    Neutral,
    /// Would come again.
    Happy,
    /// Wants the money back.
    Angry,
    /// What a newer guest may feel.
    Unknown(u16),
}

/// What a guest has written.
#[derive(Clone, Debug, PartialEq, IpcStruct)]
#[ipc(id = 0xa1d0b9e6c2f44b27, schema = "schema/guestbook.capnp")]
pub struct Entry {
    /// Who wrote it.
    pub guest: String,
    /// How they liked it.
    #[ipc(enum)]
    pub mood: Mood,
    /// How many stars they give, if they want to say.
    pub stars: Option<u8>,
    /// A line of text, if they want to say more.
    pub text: Option<String>,
}

/// Takes entries, and shows them.
#[ipc_interface(id = 0xf3c5d0e8b2a91706, schema = "schema/guestbook.capnp")]
pub trait Guestbook {
    /// Writes an entry, and returns how many there are now.
    async fn sign(&self, entry: Entry) -> Result<u32, Exception>;

    /// The newest entries first, and no more of them than asked for.
    async fn read(&self, most: Option<u32>) -> Result<Vec<Entry>, Exception>;

    /// Tells a reader of every entry from now on, until it does not want to hear more.
    async fn follow(&self, reader: ReaderProxy) -> Result<(), Exception>;
}

/// Hears of new entries.
#[ipc_interface(id = 0xe8b1f7c5a3d92604, schema = "schema/guestbook.capnp")]
pub trait Reader {
    /// Says whether it wants to hear more.
    async fn call(&self, entry: Entry) -> Result<bool, Exception>;
}
