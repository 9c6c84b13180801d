//! Size, segments, nesting, and what a message claims to hold.

use std::os::unix::net::UnixStream;

use ipc_runtime::{Exception, ExceptionKind, Ipc, IpcBuilder, Protocol};
use ipc_tests::our_partner::Shared;
use ipc_tests::partner::{Counter, CounterProxy, Wrapper};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{connect, serve, soon};

const LIMIT: usize = 100_000;

fn limited() -> IpcBuilder {
    Ipc::builder().message_size(LIMIT)
}

#[tokio::test]
async fn parameters_that_are_too_large_are_not_sent() {
    let partner = connect(limited(), Ipc::builder(), &Shared::default()).await;
    let refused = soon(partner.blob(vec![0; LIMIT])).await.unwrap_err();
    assert_eq!(refused.kind(), ExceptionKind::Failed, "{refused}");
    assert!(!refused.is_remote());
    let text = format!("the limit is {LIMIT} (IpcBuilder::message_size)");
    assert!(refused.message().contains(&text), "{refused}");
    assert_eq!(soon(partner.blob([1])).await.unwrap(), [1]);
}

#[tokio::test]
async fn results_that_are_too_large_are_an_error_of_the_call() {
    let shared = Shared::default();
    let partner = connect(Ipc::builder(), limited(), &shared).await;
    // A key is a few bytes on the way in, and the failure says it again: that fits. So does one that is long.
    let reason = "x".repeat(LIMIT - 1_000);
    soon(partner.reject("key", &reason)).await.unwrap();
    let failed = soon(partner.later("key")).await.map(drop).unwrap_err();
    assert_eq!(failed.message(), reason);

    // Many amounts, each in a small call.
    let counter = soon(partner.counter(0)).await.unwrap();
    let adding: Vec<_> = (0..LIMIT / 4)
        .map(|_| tokio::spawn(counter.add(1)))
        .collect();
    for added in adding {
        soon(added).await.unwrap().unwrap();
    }
    let refused = soon(counter.added()).await.unwrap_err();
    assert!(refused.is_remote());
    assert!(refused.message().contains("message_size"), "{refused}");
    assert_eq!(soon(partner.blob([1])).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_peer_that_sends_too_much_is_told_and_disconnected() {
    let shared = Shared::default();
    let bystander = connect(Ipc::builder(), limited(), &shared).await;
    let partner = connect(Ipc::builder(), limited(), &shared).await;
    let ended = soon(partner.blob(vec![0; LIMIT])).await.unwrap_err();
    assert_eq!(ended.kind(), ExceptionKind::Disconnected, "{ended}");
    assert_eq!(soon(bystander.blob([1])).await.unwrap(), [1]);
}

#[tokio::test]
async fn both_sides_can_agree_on_more() {
    let large = || Ipc::builder().message_size(100 << 20);
    let partner = connect(large(), large(), &Shared::default()).await;
    let bytes = vec![7; 65 << 20];
    assert_eq!(soon(partner.blob(bytes.clone())).await.unwrap(), bytes);
}

#[tokio::test]
async fn both_sides_can_agree_on_a_message_of_just_the_limit() {
    let partner = connect(limited(), limited(), &Shared::default()).await;
    // The protocol needs some of it. Who sends knows how much, so the connection is never at risk.
    let mut length = LIMIT;
    while let Err(refused) = soon(partner.blob(vec![7; length])).await {
        assert!(refused.message().contains("message_size"), "{refused}");
        length -= 8;
        assert!(length > LIMIT - 1_000, "far too little is let through");
    }
    assert!(length < LIMIT);
}

/// What a server says to these bytes before it closes.
async fn answer(bytes: &[u8]) -> String {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = serve(theirs, limited(), &Shared::default());
    ours.set_nonblocking(true).unwrap();
    let mut ours = tokio::net::UnixStream::from_std(ours).unwrap();
    ours.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // Resetting is an end, too.
    let _ = soon(ours.read_to_end(&mut answer)).await;
    soon(serving).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_message_that_claims_to_be_large_is_refused_by_its_first_bytes() {
    // One segment of 32 GiB.
    let said = answer(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).await;
    assert!(said.contains(&format!("the limit is {LIMIT}")), "{said}");
}

#[tokio::test]
async fn a_message_of_many_segments_is_refused() {
    let said = answer(&[0, 2, 0, 0]).await;
    assert!(said.contains("513 segments; the limit is 512"), "{said}");
}

/// Answers with a value of a certain depth.
struct Deep(usize);

impl Counter for Deep {
    async fn add(&self, _amount: u32) -> Result<u64, Exception> {
        Ok(7)
    }

    async fn wrap(&self) -> Result<Wrapper, Exception> {
        let mut wrapper = Wrapper::default();
        for _ in 0..self.0 {
            wrapper = Wrapper {
                inner: Some(Box::new(wrapper)),
                ..Wrapper::default()
            };
        }
        Ok(wrapper)
    }

    async fn added(&self) -> Result<Vec<u32>, Exception> {
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn a_value_that_is_nested_deeply_is_an_error_of_the_call() {
    assert!(soon(wrap_over_the_wire(Deep(50))).await.is_ok());
    let refused = soon(wrap_over_the_wire(Deep(100))).await.unwrap_err();
    assert!(refused.is_remote());
    assert!(refused.message().contains("levels deep"), "{refused}");
}

async fn wrap_over_the_wire(deep: Deep) -> Result<Wrapper, Exception> {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let ipc = Ipc::new()?;
    drop(ipc.protocol().serve(theirs, deep));
    let counter: CounterProxy = ipc.protocol().connect(ours).await?;
    let outcome = counter.wrap().await;
    // The connection goes on.
    assert_eq!(counter.add(1).await?, 7);
    outcome
}
