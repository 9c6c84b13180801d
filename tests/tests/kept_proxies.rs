//! Objects that keep proxies of whoever called them, as those do who call back later.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixStream;

use ipc_runtime::{Ipc, Protocol};
use ipc_tests::our_partner::{OurCounter, OurPartner, Shared, reach};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::within;

#[tokio::test]
async fn the_object_goes_with_its_connection() {
    let ipc = Ipc::new().unwrap();
    let shared = Shared::default();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = OurPartner::new(&ipc, &shared);
    let protocol = ipc.clone();
    let serving = tokio::spawn(async move { protocol.protocol().serve(theirs, server).await });
    let partner: PartnerProxy = within("connecting", ipc.protocol().connect(ours))
        .await
        .unwrap();
    let counter = OurCounter::new(&shared, 0).proxy();
    // The server keeps it for as long as it lives itself.
    within("settle", partner.settle("key", counter))
        .await
        .unwrap();
    drop(partner);
    within("the connection", serving).await.unwrap().unwrap();
    within("the server", reach(&shared.partners, 0)).await;
    within("the counter", reach(&shared.counters, 0)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_proxy_does_not_keep_the_descriptor_of_a_lost_connection() {
    use std::os::fd::AsRawFd;

    fn is_open(socket: &std::path::Path) -> bool {
        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap();
        descriptors
            .flatten()
            .any(|descriptor| std::fs::read_link(descriptor.path()).is_ok_and(|it| it == socket))
    }

    let ipc = Ipc::new().unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let socket = std::fs::read_link(format!("/proc/self/fd/{}", ours.as_raw_fd())).unwrap();
    let server = OurPartner::new(&ipc, &Shared::default());
    let protocol = ipc.clone();
    let serving = tokio::spawn(async move { protocol.protocol().serve(theirs, server).await });
    let partner: PartnerProxy = within("connecting", ipc.protocol().connect(ours))
        .await
        .unwrap();
    assert!(is_open(&socket));
    ipc.shutdown(std::time::Duration::ZERO).await;
    within("the connection", serving).await.unwrap().unwrap();
    within("the descriptor", async {
        while is_open(&socket) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(partner);
}
