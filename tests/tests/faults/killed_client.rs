//! A client that is killed.

use std::os::unix::net::UnixListener;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use generated_examples::v32::echo::{Echo, EchoProxy};
use ipc_runtime::{Exception, Listener, Protocol};
use ipc_tests::our_partner::{OurPartner, Shared, reach};
use ipc_tests::partner::{Counter, PartnerProxy, Wrapper};
use ipc_tests::peers::{DEADLINE, Peer};
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use crate::support::{Scene, freeze, soon};

async fn listen(scene: &Scene, shared: &Shared) -> Listener {
    let partner = OurPartner::new(&scene.ipc, shared);
    soon(scene.ipc.listen_address(&scene.address(), partner))
        .await
        .unwrap()
}

/// Checks that the listener goes on.
async fn still_listens(listener: &Listener) {
    let ipc = ipc_runtime::Ipc::new().unwrap();
    let partner: PartnerProxy = soon(ipc.connect_address(&listener.address()))
        .await
        .unwrap();
    assert_eq!(soon(partner.blob([1])).await.unwrap(), [1]);
}

#[tokio::test]
async fn before_the_handshake() {
    let scene = Scene::new().await;
    let listener = listen(&scene, &Shared::default()).await;
    let mut client = scene.actor(&["hold", &scene.path()]);
    client.line(&["connected"]).await;
    // Who comes after it is accepted after it.
    still_listens(&listener).await;
    client.kill().await;
    scene.is_as_before().await;
    still_listens(&listener).await;
    scene.is_as_before().await;
}

#[tokio::test]
async fn upstream_05_07_while_its_call_runs() {
    let scene = Scene::new().await;
    let shared = Shared::default();
    let listener = listen(&scene, &shared).await;
    let client = scene.actor(&["call", &scene.address(), "wait"]);
    soon(reach(&shared.waiting, 1)).await;
    client.kill().await;
    soon(reach(&shared.waiting, 0)).await;
    scene.is_as_before().await;
    still_listens(&listener).await;
}

#[tokio::test]
async fn while_it_is_called_back() {
    let scene = Scene::new().await;
    let listener = listen(&scene, &Shared::default()).await;
    let mut client = scene.actor(&["call", &scene.address(), "callback"]);
    client.line(&["called back"]).await;
    client.kill().await;
    scene.is_as_before().await;
    still_listens(&listener).await;
}

/// Answers with far more than fits into a socket, when it may.
struct Long {
    asked: Arc<Notify>,
    may: Arc<Notify>,
}

impl Counter for Long {
    async fn add(&self, _amount: u32) -> Result<u64, Exception> {
        Ok(0)
    }

    async fn wrap(&self) -> Result<Wrapper, Exception> {
        Ok(Wrapper::default())
    }

    async fn added(&self) -> Result<Vec<u32>, Exception> {
        self.asked.notify_one();
        self.may.notified().await;
        Ok(vec![7; 4 << 20])
    }
}

/// A frozen client, and a server most of whose answer waits for the client to read.
async fn half_answered(scene: &Scene) -> (Peer, Listener) {
    let (asked, may) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let long = Long {
        asked: Arc::clone(&asked),
        may: Arc::clone(&may),
    };
    let address = scene.address();
    let listening = scene.ipc.listen_address(&address, long);
    let listener = soon(listening).await.unwrap();
    let client = scene.actor(&["list", &scene.address()]);
    soon(asked.notified()).await;
    freeze(&client);
    let running = scene.ipc.stats().incoming_calls;
    may.notify_one();
    // It is answered as far as this side is concerned.
    soon(async {
        while scene.ipc.stats().incoming_calls == running {
            tokio::task::yield_now().await;
        }
    })
    .await;
    (client, listener)
}

#[tokio::test]
async fn upstream_08_while_the_answer_is_half_sent() {
    let scene = Scene::new().await;
    let (client, _listener) = half_answered(&scene).await;
    client.kill().await;
    scene.is_as_before().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_does_not_hold_up_a_shutdown() {
    let scene = Scene::new().await;
    let (client, listener) = half_answered(&scene).await;
    // The call was answered, so it is not one that was cut off.
    let ending = listener.shutdown(Duration::from_millis(10));
    assert_eq!(soon(ending).await, 0);
    client.kill().await;
    scene.is_as_before().await;
}

#[tokio::test]
async fn upstream_06_many_that_are_killed_while_they_begin() {
    let scene = Scene::new().await;
    let shared = Shared::default();
    let listener = listen(&scene, &shared).await;
    for round in 0..10 {
        let clients: Vec<_> = (0..3)
            .map(|_| scene.actor(&["call", &scene.address(), "callback"]))
            .collect();
        // Some as soon as they are known here, others at some other moment of their beginning.
        if round % 2 == 0 {
            let before = scene.ipc.stats().connections;
            soon(async {
                while scene.ipc.stats().connections < before.max(2) {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        }
        for client in clients {
            client.kill().await;
        }
    }
    scene.is_as_before().await;
    still_listens(&listener).await;
}

/// An object whose end takes its time.
struct Slow {
    ending: Arc<Notify>,
    may_end: Mutex<Receiver<()>>,
}

impl Echo for Slow {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.ending.notify_one();
        let may_end = self.may_end.lock().unwrap();
        tokio::task::block_in_place(|| may_end.recv_timeout(DEADLINE)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_9_while_it_destroys_an_object() {
    let scene = Scene::new().await;
    let ending = Arc::new(Notify::new());
    let (end, may_end) = channel();
    let slow = Slow {
        ending: Arc::clone(&ending),
        may_end: Mutex::new(may_end),
    };
    let listener = UnixListener::bind(scene.path()).unwrap();
    let client = scene.actor(&["destroy", &scene.address()]);
    // One of a listener would go on with others.
    let (socket, _) = soon(spawn_blocking(move || listener.accept()))
        .await
        .unwrap()
        .unwrap();
    let serving = scene.ipc.protocol().serve::<EchoProxy, _>(socket, slow);
    soon(ending.notified()).await;
    client.kill().await;
    // The connection ends before the object does.
    soon(serving).await.unwrap();
    end.send(()).unwrap();
    scene.is_as_before().await;
}
