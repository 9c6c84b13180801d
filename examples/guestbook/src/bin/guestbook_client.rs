//! Signs the guestbook on the unix socket that is its argument, and reads it.

use guestbook::{Entry, GuestbookProxy, Mood};
use ipc_runtime::{Exception, Ipc};

#[tokio::main]
async fn main() -> Result<(), Exception> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "unix:guestbook.sock".to_owned());
    let ipc = Ipc::new()?;
    let book: GuestbookProxy = ipc.connect_address(&address).await?;
    book.follow(|entry: Entry| async move {
        println!("{} signed", entry.guest);
        Ok(false)
    })
    .await?;
    let entry = Entry {
        guest: "Ferris".to_owned(),
        mood: Mood::Happy,
        stars: Some(5),
        text: None,
    };
    println!("{} entries", book.sign(entry).await?);
    for entry in book.read(Some(10)).await? {
        let stars = entry
            .stars
            .map_or("no".to_owned(), |stars| stars.to_string());
        let text = entry.text.unwrap_or_default();
        println!("{}: {:?}, {stars} stars {text}", entry.guest, entry.mood);
    }
    Ok(())
}
