//! Serves a guestbook on the unix socket that is its argument.

use std::sync::Mutex;

use guestbook::{Entry, Guestbook, ReaderProxy};
use ipc_runtime::{Exception, Ipc};

#[derive(Default)]
struct MyGuestbook {
    entries: Mutex<Vec<Entry>>,
    readers: Mutex<Vec<ReaderProxy>>,
}

impl MyGuestbook {
    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.entries
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take_readers(&self) -> Vec<ReaderProxy> {
        let mut readers = self
            .readers
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut *readers)
    }

    fn add_readers(&self, new: impl IntoIterator<Item = ReaderProxy>) {
        let mut readers = self
            .readers
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        readers.extend(new);
    }
}

impl Guestbook for MyGuestbook {
    async fn sign(&self, entry: Entry) -> Result<u32, Exception> {
        let count = {
            let mut entries = self.entries();
            entries.push(entry.clone());
            entries.len()
        };
        for reader in self.take_readers() {
            // A reader that is gone does not hinder the others.
            if reader.call(entry.clone()).await.unwrap_or(false) {
                self.add_readers([reader]);
            }
        }
        u32::try_from(count).map_err(Exception::failed)
    }

    async fn read(&self, most: Option<u32>) -> Result<Vec<Entry>, Exception> {
        let most = most.map_or(usize::MAX, |most| most as usize);
        Ok(self.entries().iter().rev().take(most).cloned().collect())
    }

    async fn follow(&self, reader: ReaderProxy) -> Result<(), Exception> {
        self.add_readers([reader]);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Exception> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "unix:guestbook.sock".to_owned());
    let ipc = Ipc::new()?;
    let listener = ipc.listen_address(&address, MyGuestbook::default()).await?;
    println!("listening on {}", listener.address());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
