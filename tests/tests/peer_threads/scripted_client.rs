//! A client of a server of ours that says what a test wants.

use std::sync::Arc;

use ipc_runtime::{Ipc, IpcBuilder, Protocol};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::our_foo::{OurFoo, Seen};

use crate::raw::{Raw, finish};
use crate::rpc::{Cap, Outcome, Payload, ResultsTo, Rpc, Target};
use crate::scripted_server::{
    ADD, CALL_INT_FN_ASYNC, FOO, INIT_THREAD_MAP, MAKE_POOL, MAKE_THREAD, THREAD_MAP,
};

const THREAD: u64 = 0x81c1_e260_0d0b_56c5;
const GET_NAME: u16 = 0;

pub(crate) struct Client {
    pub(crate) raw: Raw,
    pub(crate) server: Ipc,
    pub(crate) seen: Arc<Seen>,
    /// The number of the server's first object, and of its thread map.
    pub(crate) foo: u32,
    map: u32,
    question: u32,
}

/// What came of a call: results, or the reason of its failure.
pub(crate) type Outcomed = Result<Payload, String>;

impl Client {
    /// Connects to a server with these settings, and gets its thread map without giving one.
    pub(crate) async fn connect(server: IpcBuilder) -> Self {
        let (raw, ours) = Raw::pair();
        let server = server.build().unwrap();
        let service = OurFoo::default();
        let seen = Arc::clone(&service.seen);
        let serving = server.clone();
        tokio::spawn(async move {
            serving
                .protocol()
                .serve::<FooInterfaceProxy, _>(ours, service)
                .await
        });
        let mut client = Self {
            raw,
            server,
            seen,
            foo: 0,
            map: 0,
            question: 0,
        };
        client.raw.say(Rpc::Bootstrap(0)).await;
        client.foo = hosted(&client.raw.results(0).await);
        let map = client.ask(client.foo, FOO, INIT_THREAD_MAP, Payload::default());
        client.map = hosted(&map.await.unwrap());
        client
    }

    /// Begins a call; the answer is its question.
    pub(crate) async fn begin(
        &mut self,
        target: u32,
        interface: u64,
        method: u16,
        params: Payload,
    ) -> u32 {
        self.question += 1;
        let call = Rpc::Call {
            question: self.question,
            target: Target::Export(target),
            interface,
            method,
            params,
            results_to: ResultsTo::Caller,
        };
        self.raw.say(call).await;
        self.question
    }

    /// Hears the outcome of a call next.
    pub(crate) async fn outcome(&mut self, question: u32) -> Outcomed {
        let (over, outcome) = match self.raw.hear().await {
            Rpc::Return {
                answer,
                over,
                outcome,
                ..
            } if answer == question => (over, outcome),
            other => panic!("no outcome of call {question}: {other:?}"),
        };
        if !over {
            // Objects in the results are kept.
            self.raw.say(finish(question).keeping()).await;
        }
        match outcome {
            Outcome::Results(results) => Ok(results),
            Outcome::Exception(_, reason) => Err(reason),
            other => panic!("neither results nor a failure: {other:?}"),
        }
    }

    async fn ask(&mut self, target: u32, interface: u64, method: u16, params: Payload) -> Outcomed {
        let question = self.begin(target, interface, method, params).await;
        self.outcome(question).await
    }

    /// Begins to make a thread of this name; the answer is the question.
    pub(crate) async fn begin_thread(&mut self, name: &str) -> u32 {
        let params = Payload {
            text: name.to_owned(),
            ..Payload::default()
        };
        self.begin(self.map, THREAD_MAP, MAKE_THREAD, params).await
    }

    /// Makes a thread of this name; the answer is its number.
    pub(crate) async fn make_thread(&mut self, name: &str) -> Result<u32, String> {
        let question = self.begin_thread(name).await;
        let made = self.outcome(question).await?;
        Ok(hosted(&made))
    }

    /// Hears the results of so many calls next; the answers are their questions, in the order of the answers.
    pub(crate) async fn answered(&mut self, count: usize) -> Vec<u32> {
        let mut answered = Vec::new();
        while answered.len() < count {
            match self.raw.hear().await {
                Rpc::Return {
                    answer,
                    outcome: Outcome::Results(_),
                    ..
                } => answered.push(answer),
                other => panic!("no results: {other:?}"),
            }
        }
        answered
    }

    pub(crate) async fn name_of(&mut self, thread: u32) -> String {
        let name = self.ask(thread, THREAD, GET_NAME, Payload::default()).await;
        name.unwrap().text
    }

    pub(crate) async fn make_pool(&mut self, count: u32) -> Result<(), String> {
        let params = Payload {
            number: count,
            ..Payload::default()
        };
        let made = self.ask(self.map, THREAD_MAP, MAKE_POOL, params).await;
        made.map(drop)
    }

    pub(crate) async fn call_int_fn_async(
        &mut self,
        number: u32,
        thread: Option<u32>,
    ) -> Result<u32, String> {
        let params = on(number, thread);
        let answer = self.ask(self.foo, FOO, CALL_INT_FN_ASYNC, params).await?;
        Ok(answer.number)
    }

    /// Sees that nothing else was answered before this.
    pub(crate) async fn hears_nothing_else(&mut self) {
        let answer = self.ask(self.foo, FOO, ADD, Payload::default()).await;
        assert_eq!(answer.unwrap().number, 0);
    }
}

/// Parameters of a number, and with a Context that names this thread of the server.
pub(crate) fn on(number: u32, thread: Option<u32>) -> Payload {
    Payload {
        number,
        caps: thread.map(Cap::ReceiverHosted).into_iter().collect(),
        context: thread.map(|_| [Some(0), None]),
        ..Payload::default()
    }
}

/// The number of the one object in these results.
fn hosted(results: &Payload) -> u32 {
    match *results.caps {
        [Cap::SenderHosted(number)] => number,
        ref other => panic!("not one object: {other:?}"),
    }
}
