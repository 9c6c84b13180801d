//! A server and a client of any interface, over a socket pair.

use std::future::Future;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use ipc_runtime::rt::Serve;
use ipc_runtime::{Exception, Ipc, Protocol, Proxy};

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("this hangs")
}

/// A proxy of `implementation` at the other end of a socket pair.
pub(crate) async fn remote<P, T>(implementation: T) -> Result<P, Exception>
where
    P: Proxy,
    T: Send + 'static,
    Arc<T>: Serve<P>,
{
    let (ours, theirs) = UnixStream::pair()?;
    let server = Ipc::new()?;
    tokio::spawn(async move {
        server
            .protocol()
            .serve::<P, T>(theirs, implementation)
            .await
    });
    soon(Ipc::new()?.protocol().connect(ours)).await
}
