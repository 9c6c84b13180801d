//! A server whose limits are small, and a client of it.

use std::os::unix::net::UnixStream;

use ipc_runtime::{Exception, IpcBuilder, Protocol};
use ipc_tests::our_partner::{OurPartner, Shared};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::within;
use tokio::task::JoinHandle;

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// Serves a Partner on a socket until the connection has ended.
pub(crate) fn serve(
    socket: UnixStream,
    limits: IpcBuilder,
    shared: &Shared,
) -> JoinHandle<Result<(), Exception>> {
    let ipc = limits.build().unwrap();
    let partner = OurPartner::new(&ipc, shared);
    tokio::spawn(async move { ipc.protocol().serve(socket, partner).await })
}

/// A client with limits, of a server with limits.
pub(crate) async fn connect(
    client: IpcBuilder,
    server: IpcBuilder,
    shared: &Shared,
) -> PartnerProxy {
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(serve(theirs, server, shared));
    let ipc = client.build().unwrap();
    soon(ipc.protocol().connect(ours)).await.unwrap()
}
