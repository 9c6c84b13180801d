//! What a handler learns of its caller, and what it can do when that gives the call up.

use std::sync::{Arc, Mutex, OnceLock};

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Caller, Exception, Ipc, Threads};
use ipc_tests::callbacks::CallbackProxy;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::support::{
    answering, begin, calling, client, counts, remote, server_ipc, settled, soon, until,
};

/// An Init that does with its caller what a test wants.
struct Asks<F>(F);

impl<F, R> Init for Asks<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = String> + Send,
{
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(Says((self.0)().await)))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::failed("none"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::failed("none"))
    }
}

/// Says the same whatever it is told.
struct Says(String);

impl Echo for Says {
    async fn echo(&self, _echo: String) -> Result<String, Exception> {
        Ok(self.0.clone())
    }
}

/// What an Init answers that asks `question` in its handler.
async fn asked<F, R>(client: &Ipc, server: &Ipc, question: F) -> String
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = String> + Send,
{
    let init: InitProxy = remote(client, server, Asks(question)).await;
    let echo = soon(init.make_echo()).await.unwrap();
    soon(echo.echo("")).await.unwrap()
}

fn described() -> String {
    match Caller::current() {
        Some(caller) => format!("{} {}", caller.method(), caller.is_cancelled()),
        None => "none".to_owned(),
    }
}

#[tokio::test]
async fn the_method_and_the_process() {
    let answer = asked(&client(), &server_ipc(), || async {
        let caller = Caller::current().unwrap();
        let credentials = caller.credentials().unwrap();
        assert!(!caller.is_cancelled());
        format!(
            "{} {:?} {}",
            caller.method(),
            credentials.process,
            credentials.user
        )
    })
    .await;
    let user = rustix::process::getuid().as_raw();
    let process = i32::try_from(std::process::id()).unwrap();
    assert_eq!(answer, format!("Init.makeEcho {:?} {user}", Some(process)));
}

#[tokio::test]
async fn the_name_of_the_thread() {
    let name = || async {
        let caller = Caller::current().unwrap();
        caller.thread_name().unwrap_or("none").to_owned()
    };
    let client = calling().exe_name("some-program").build().unwrap();
    let server = answering().threads(Threads::Dedicated).build().unwrap();
    let expected = format!("some-program-{}/0", std::process::id());
    assert_eq!(asked(&client, &server, name).await, expected);
    // Such a peer needs none.
    assert_eq!(asked(&client, &server_ipc(), name).await, "none");
}

#[tokio::test]
async fn a_task_of_the_handler_has_no_caller() {
    let answer = asked(&client(), &server_ipc(), || async {
        tokio::spawn(async { described() }).await.unwrap()
    })
    .await;
    assert_eq!(answer, "none");
    assert_eq!(described(), "none");
}

#[tokio::test]
async fn a_call_within_the_process_has_no_caller() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let says = Arc::clone(&seen);
    let answer = asked(&client(), &server_ipc(), move || {
        let says = Arc::clone(&says);
        let here = CallbackProxy::new(move |arg: i32| {
            says.lock().unwrap().push(described());
            async move { Ok(arg) }
        });
        async move {
            assert_eq!(here.call(1).await.unwrap(), 1);
            described()
        }
    })
    .await;
    assert_eq!(answer, "Init.makeEcho false");
    assert_eq!(*seen.lock().unwrap(), ["none"]);
}

/// A handler that waits at a gate, and reports.
struct Gate {
    entered: mpsc::UnboundedSender<Caller>,
    gate: Arc<Semaphore>,
    ended: Arc<Mutex<Vec<&'static str>>>,
    to_end: bool,
}

impl Echo for Gate {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        let caller = Caller::current().unwrap();
        if self.to_end {
            caller.run_to_end();
        }
        let mut report = Report(Arc::clone(&self.ended), "dropped");
        self.entered.send(caller).unwrap();
        self.gate.acquire().await.unwrap().forget();
        report.1 = "done";
        Ok(echo)
    }
}

struct Report(Arc<Mutex<Vec<&'static str>>>, &'static str);

impl Drop for Report {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(self.1);
    }
}

async fn given_up(to_end: bool) -> Vec<&'static str> {
    let (entered, mut callers) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let ended = Arc::new(Mutex::new(Vec::new()));
    let service = Gate {
        entered,
        gate: Arc::clone(&gate),
        ended: Arc::clone(&ended),
        to_end,
    };
    let client = client();
    let echo: EchoProxy = remote(&client, &server_ipc(), service).await;
    let before = counts(&client);
    let mut call = echo.echo("given up");
    begin(&mut call).await;
    let caller = soon(callers.recv()).await.unwrap();
    assert!(!caller.is_cancelled());
    let told = tokio::spawn(caller.cancelled());
    drop(call);
    soon(told).await.unwrap();
    assert!(caller.is_cancelled());
    if to_end {
        assert!(ended.lock().unwrap().is_empty());
        gate.add_permits(1);
    }
    until(|| !ended.lock().unwrap().is_empty()).await;
    settled(&client, before).await;
    std::mem::take(&mut *ended.lock().unwrap())
}

#[tokio::test]
async fn a_handler_is_dropped_unless_it_runs_to_its_end() {
    assert_eq!(given_up(false).await, ["dropped"]);
    assert_eq!(given_up(true).await, ["done"]);
}

#[tokio::test]
async fn a_handler_learns_that_its_caller_is_gone() {
    let (told, gone) = oneshot::channel::<()>();
    let told = Arc::new(Mutex::new(Some(told)));
    let began = Arc::new(OnceLock::new());
    let begun = Arc::clone(&began);
    let question = move || {
        let told = told.lock().unwrap().take();
        let caller = Caller::current().unwrap();
        caller.run_to_end();
        let _ = begun.set(());
        async move {
            caller.cancelled().await;
            drop(told);
            String::new()
        }
    };
    let init: InitProxy = remote(&client(), &server_ipc(), Asks(question)).await;
    let mut call = init.make_echo();
    begin(&mut call).await;
    until(|| began.get().is_some()).await;
    drop((call, init));
    soon(gone).await.unwrap_err();
}
