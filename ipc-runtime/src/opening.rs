//! The first message of a peer that has connected, which it has to send before it is served.

use std::io::{self, ErrorKind};

use rustix::net::{RecvFlags, recv};
use tokio::io::Interest;
use tokio::net::UnixStream;

use crate::message::{Layout, WORD};

/// How many bytes a first message may have. It asks for the first object, in 40 bytes or so; the longest header has
/// 2 KiB.
const ROOM: usize = 4 << 10;

/// Waits until the first message is there in full, or what makes it useless to wait: the end of the stream, or
/// bytes that begin no message that may have `limit` words. All of it stays where it is, for the engine to read.
///
/// # Errors
///
/// A message that is too large for a first one, or a socket that cannot be read.
pub(crate) async fn first_message(stream: &UnixStream, limit: usize) -> io::Result<()> {
    loop {
        let ready = stream.ready(Interest::READABLE).await?;
        if ready.is_read_closed() {
            return Ok(());
        }
        let look = || {
            let mut bytes = [0; ROOM];
            let (there, _) = recv(stream, &mut bytes[..], RecvFlags::PEEK)?;
            match is_complete(&bytes[..there], limit)? {
                true => Ok(()),
                // Told again when there is more.
                false => Err(ErrorKind::WouldBlock.into()),
            }
        };
        match stream.try_io(Interest::READABLE, look) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            done => return done,
        }
    }
}

fn is_complete(bytes: &[u8], limit: usize) -> io::Result<bool> {
    let length = match Layout::read(bytes, limit) {
        Ok(Some(layout)) => layout.words().saturating_mul(WORD),
        Ok(None) => return Ok(false),
        // The engine tells the peer what is wrong with it.
        Err(_refused) => return Ok(true),
    };
    if length > ROOM {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            format!("its first message has {length} bytes, and at most {ROOM} make sense"),
        ));
    }
    Ok(bytes.len() >= length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 8 << 20;

    /// A header of one segment with so many words, and what follows it.
    fn message(words: u32, bytes: usize) -> Vec<u8> {
        let mut message = vec![0; 4];
        message.extend(words.to_le_bytes());
        message.resize(8 + bytes, 0);
        message
    }

    #[test]
    fn a_message_is_complete_with_its_last_byte() {
        let whole = message(4, 32);
        for end in 0..whole.len() {
            assert!(!is_complete(&whole[..end], LIMIT).expect("it is small"));
        }
        assert!(is_complete(&whole, LIMIT).expect("it is small"));
        assert!(is_complete(&message(4, 40), LIMIT).expect("the next one has begun"));
    }

    #[test]
    fn a_large_one_is_not_waited_for() {
        assert!(is_complete(&message(511, 0), LIMIT).is_ok());
        let refused = is_complete(&message(512, 0), LIMIT).expect_err("too large");
        assert!(refused.to_string().contains("4104 bytes"), "{refused}");
    }

    #[test]
    fn what_is_no_message_is_left_to_the_engine() {
        assert!(is_complete(&[0xff; 8], LIMIT).expect("not refused here"));
    }
}
