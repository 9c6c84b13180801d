//! Bytes there and back over a unix socket between two blocking threads: the floor.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::contestant::{BoxError, Contestant};
use crate::workload::Workload;

/// What a small call has around its text, about: headers, pointers, ids.
const OVERHEAD: usize = 112;

/// A thread that sends back what it gets.
#[derive(Debug)]
pub struct BareSocket;

/// The calls wait for each other, whatever the workload says.
impl Contestant for BareSocket {
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        let (mut client, mut server) = UnixStream::pair()?;
        let size = workload.bytes + OVERHEAD;
        let calls = workload.calls * workload.in_flight;
        let echoing = std::thread::Builder::new().spawn(move || {
            let mut buffer = vec![0; size];
            for _ in 0..calls {
                server.read_exact(&mut buffer)?;
                server.write_all(&buffer)?;
            }
            Ok::<_, io::Error>(())
        })?;
        let mut buffer = vec![1; size];
        let start = Instant::now();
        for _ in 0..calls {
            client.write_all(&buffer)?;
            client.read_exact(&mut buffer)?;
        }
        let elapsed = start.elapsed();
        echoing
            .join()
            .map_err(|_| io::Error::other("the echoing thread panicked"))??;
        Ok(elapsed)
    }
}
