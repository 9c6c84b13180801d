//! What a log shows: a span of each call at either end, and what is told beside them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Ipc, IpcBuilder, Protocol, Proxy, Stats};
use ipc_tests::peers::within;
use ipc_tests::service::{FAIL, TestInit, WAIT, Watch};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps what the runtime tells, down to a level. Each test runs on one thread, which it sees alone.
#[derive(Clone)]
struct Log {
    level: Level,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    spans: Vec<Entry>,
    /// Those that are entered, by their numbers.
    entered: Vec<u64>,
    events: Vec<Entry>,
}

/// A span or an event.
#[derive(Clone, Debug)]
struct Entry {
    level: Level,
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
    /// The name of the span that it is in.
    within: Option<&'static str>,
}

impl Visit for Entry {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Entry {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn method(&self) -> String {
        format!("{}.{}", self.field("interface"), self.field("method"))
    }
}

impl Told {
    fn entry(&self, metadata: &'static Metadata<'static>) -> Entry {
        let within = self
            .entered
            .last()
            .map(|id| self.spans[*id as usize - 1].name);
        Entry {
            level: *metadata.level(),
            name: metadata.name(),
            fields: BTreeMap::new(),
            within,
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ipc_runtime") && *metadata.level() <= self.level
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut told = self.told();
        let mut span = told.entry(attributes.metadata());
        attributes.record(&mut span);
        told.spans.push(span);
        Id::from_u64(told.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut told = self.told();
        values.record(&mut told.spans[span.into_u64() as usize - 1]);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut told = self.told();
        let mut entry = told.entry(event.metadata());
        event.record(&mut entry);
        told.events.push(entry);
    }

    fn enter(&self, span: &Id) {
        self.told().entered.push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let last = self.told().entered.pop();
        assert_eq!(last, Some(span.into_u64()));
    }
}

impl Log {
    /// A log of this thread, as long as the guard lives.
    fn begin(level: Level) -> (Self, DefaultGuard) {
        let log = Self {
            level,
            told: Arc::default(),
        };
        let guard = tracing::subscriber::set_default(log.clone());
        (log, guard)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    fn spans(&self, name: &str) -> Vec<Entry> {
        let told = self.told();
        let named = told.spans.iter().filter(|span| span.name == name);
        named.cloned().collect()
    }

    fn methods(&self, name: &str) -> Vec<String> {
        self.spans(name).iter().map(Entry::method).collect()
    }

    /// Events with this message.
    fn events(&self, message: &str) -> Vec<Entry> {
        let told = self.told();
        let such = (told.events.iter()).filter(|event| event.field("message") == message);
        such.cloned().collect()
    }

    async fn waits_for(&self, message: &str) -> Entry {
        let told = async {
            loop {
                if let Some(event) = self.events(message).pop() {
                    break event;
                }
                tokio::task::yield_now().await;
            }
        };
        within(message, told).await
    }
}

struct Scene {
    ipc: Ipc,
    init: InitProxy,
    watch: Arc<Watch>,
}

/// A connection from one Ipc to itself.
async fn scene(settings: IpcBuilder) -> Scene {
    let ipc = settings.build().unwrap();
    let watch = Watch::new();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (serving, init) = (ipc.clone(), TestInit(Arc::clone(&watch)));
    tokio::spawn(async move { serving.protocol().serve(theirs, init).await });
    let init = within("connecting", ipc.protocol().connect(ours)).await;
    Scene {
        init: init.unwrap(),
        ipc,
        watch,
    }
}

impl Scene {
    async fn echo(&self) -> EchoProxy {
        within("an echo", self.init.make_echo()).await.unwrap()
    }

    async fn leave(self) {
        drop(self.init);
        let left = async {
            while self.ipc.stats() != Stats::default() {
                tokio::task::yield_now().await;
            }
        };
        within("the end", left).await;
    }
}

#[tokio::test]
async fn each_call_is_a_span_at_either_end() {
    let (log, _guard) = Log::begin(Level::DEBUG);
    let scene = scene(Ipc::builder()).await;
    let echo = scene.echo().await;
    for text in ["a", "secret", ""] {
        within("a call", echo.echo(text)).await.unwrap();
    }
    within("the end of the echo", echo.destroy()).await.unwrap();
    scene.leave().await;

    let calls = [
        "Init.makeEcho",
        "Echo.echo",
        "Echo.echo",
        "Echo.echo",
        "Echo.destroy",
    ];
    assert_eq!(log.methods("ipc.client"), calls);
    let served: Vec<_> = std::iter::once("Init.construct").chain(calls).collect();
    assert_eq!(log.methods("ipc.server"), served);
    for name in ["ipc.client", "ipc.server"] {
        let spans = log.spans(name);
        assert!(spans.iter().all(|span| span.level == Level::DEBUG));
        let values = |field: &'static str| {
            let values = spans.iter().map(|span| span.field(field).parse::<u64>());
            values.collect::<Result<BTreeSet<_>, _>>().unwrap()
        };
        assert_eq!(values("connection").len(), 1);
        assert_eq!(values("call").len(), spans.len());
    }
    let [client, server] = ["ipc.client", "ipc.server"].map(|name| log.spans(name)[0].clone());
    assert_ne!(client.field("connection"), server.field("connection"));
}

#[tokio::test]
async fn so_is_a_call_that_is_made_for_what_it_brings() {
    let (log, _guard) = Log::begin(Level::DEBUG);
    let scene = scene(Ipc::builder()).await;
    let echo = scene.init.make_echo().pipeline();
    within("a call", echo.echo("a")).await.unwrap();
    within("the end of the echo", echo.destroy()).await.unwrap();
    scene.leave().await;
    let calls = ["Init.makeEcho", "Echo.echo", "Echo.destroy"];
    assert_eq!(log.methods("ipc.client"), calls);
}

#[tokio::test]
async fn a_failure_is_told_within_its_call() {
    let (log, _guard) = Log::begin(Level::DEBUG);
    let scene = scene(Ipc::builder()).await;
    let echo = scene.echo().await;
    within("a call", echo.echo(FAIL)).await.unwrap_err();
    let call = tokio::spawn(echo.echo(WAIT));
    within("the handler", scene.watch.waiting(1)).await;
    call.abort();
    within("its end", scene.watch.waiting(0)).await;
    drop(echo);
    scene.leave().await;

    let failures: BTreeSet<_> = (log.events("failed").into_iter())
        .map(|event| {
            assert_eq!(event.level, Level::DEBUG);
            (event.within.unwrap(), event.field("exception").to_owned())
        })
        .collect();
    let expected = [
        ("ipc.client", "failed as asked"),
        ("ipc.server", "failed as asked"),
        ("ipc.server", "the caller gave the call up"),
    ];
    let expected = expected.map(|(span, text)| (span, text.to_owned()));
    assert_eq!(failures, BTreeSet::from(expected));
}

#[tokio::test]
async fn nothing_tells_what_calls_carry() {
    let (log, _guard) = Log::begin(Level::DEBUG);
    let scene = scene(Ipc::builder()).await;
    let echo = scene.echo().await;
    within("a call", echo.echo("secret")).await.unwrap();
    drop(echo);
    scene.leave().await;
    let told = log.told();
    let entries = told.spans.iter().chain(&told.events);
    let mut values = entries.flat_map(|entry| entry.fields.values());
    assert!(values.all(|value| !value.contains("secret")));
    assert!(!told.spans.is_empty());
}

#[tokio::test]
async fn calls_are_not_spans_above_the_level_of_debug() {
    let (log, _guard) = Log::begin(Level::INFO);
    let scene = scene(Ipc::builder()).await;
    let echo = scene.echo().await;
    within("a call", echo.echo(FAIL)).await.unwrap_err();
    drop(echo);
    scene.leave().await;
    let told = log.told();
    assert!(
        told.spans.is_empty() && told.events.is_empty(),
        "{:?}",
        told.events
    );
}

#[tokio::test]
async fn the_end_of_a_connection_is_told() {
    let (log, _guard) = Log::begin(Level::DEBUG);
    let scene = scene(Ipc::builder()).await;
    scene.echo().await;
    scene.leave().await;
    let ends = log.events("connection closed");
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(
        ends.iter().all(|end| !end.field("reason").is_empty()),
        "{ends:?}"
    );
}

#[tokio::test]
async fn what_an_operator_should_know_is_a_warning() {
    let (log, _guard) = Log::begin(Level::WARN);
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", folder.path().join("test.sock").display());
    let patience = Duration::from_millis(50);
    let ipc = Ipc::builder().connections(1).handshake_timeout(patience);
    let ipc = ipc.build().unwrap();
    let listening = ipc.listen_address::<InitProxy, _>(&address, TestInit(Watch::new()));
    let _listener = within("listening", listening).await.unwrap();
    let silent = [(); 2].map(|()| UnixStream::connect(folder.path().join("test.sock")).unwrap());

    let full = log.waits_for("further peers have to wait").await;
    assert_eq!((full.level, full.field("limit")), (Level::WARN, "1"));
    let silence = log
        .waits_for("a peer connected and sent no whole message")
        .await;
    assert_eq!(
        (silence.level, silence.field("patience")),
        (Level::WARN, "50ms")
    );
    drop(silent);

    // A peer that is gone before it has answered, and nobody waits for the handshake.
    let path = folder.path().join("gone.sock");
    let gone = UnixListener::bind(&path).unwrap();
    let connecting = ipc.connect_address(&format!("unix:{}", path.display()));
    let init: InitProxy = connecting.pipeline().unwrap();
    drop(gone);
    within("a call", init.make_echo()).await.unwrap_err();
    let failed = log.waits_for("the handshake has failed").await;
    assert!(!failed.field("exception").is_empty(), "{failed:?}");
}
