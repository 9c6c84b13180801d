//! A server of libmultiprocess's test interface that answers when a test says so.

use std::collections::HashMap;

use capnp_rpc::rpc_capnp::exception::Type;
use ipc_runtime::{IpcBuilder, Protocol};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::peers::within;

use crate::raw::{Raw, a_cap, a_number, failed, first_object, greeted, returned};
use crate::rpc::{Cap, Outcome, Payload, Rpc};

pub(crate) const FOO: u64 = 0x90de_09db_457f_4d3b;
pub(crate) const ADD: u16 = 0;
pub(crate) const INIT_THREAD_MAP: u16 = 4;
pub(crate) const CALLBACK: u16 = 5;
pub(crate) const CALL_FN_ASYNC: u16 = 18;
pub(crate) const CALL_INT_FN_ASYNC: u16 = 21;
pub(crate) const THREAD_MAP: u64 = 0xee5e_3717_9ad9_dc9d;
pub(crate) const MAKE_THREAD: u16 = 0;
pub(crate) const MAKE_POOL: u16 = 1;

/// The numbers of its exports: of the first object, of the thread map, and of the first thread.
const FIRST: u32 = 0;
const MAP: u32 = 1;
const THREADS: u32 = 100;

/// What a server has.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Has {
    /// No thread map.
    Nothing,
    /// A thread map as it was before `makePool`.
    Threads,
    Pools,
}

pub(crate) struct Server {
    raw: Raw,
    has: Has,
    /// The names of the threads that it made.
    pub(crate) names: Vec<String>,
    /// How many threads it was asked to have in pools.
    pub(crate) pools: Vec<u32>,
    /// Threads by the questions that made them, until those are finished.
    pub(crate) made: HashMap<u32, usize>,
    /// It makes no thread before it is told to.
    pub(crate) is_slow: bool,
    /// The questions that it has to answer then, with the threads.
    making: Vec<(u32, usize)>,
}

/// A call of the first object.
#[derive(Debug)]
pub(crate) struct Called {
    question: u32,
    pub(crate) method: u16,
    pub(crate) number: u32,
    /// Which of the server's threads it names.
    pub(crate) thread: Option<usize>,
}

/// Lets our side connect, without an exchange of thread maps.
pub(crate) async fn greet(client: IpcBuilder, has: Has) -> (Server, FooInterfaceProxy) {
    let (mut raw, ours) = Raw::pair();
    let client = client.build().unwrap();
    let connecting = tokio::spawn(async move { client.protocol().connect(ours).await });
    let (bootstrap, greeting) = greeted(&mut raw).await;
    let first = first_object(Cap::SenderHosted(FIRST));
    raw.say(returned(bootstrap, first)).await;
    raw.say(failed(greeting, Type::Unimplemented, "hello"))
        .await;
    let server = Server {
        raw,
        has,
        names: Vec::new(),
        pools: Vec::new(),
        made: HashMap::new(),
        is_slow: false,
        making: Vec::new(),
    };
    let foo = within("the connection", connecting).await.unwrap();
    (server, foo.unwrap())
}

/// Lets our side connect, and exchanges thread maps.
pub(crate) async fn connect(client: IpcBuilder, has: Has) -> (Server, FooInterfaceProxy) {
    let (mut server, foo) = greet(client, has).await;
    let exchange = tokio::spawn(foo.init_thread_map());
    let called = server.called().await;
    assert_eq!(called.method, INIT_THREAD_MAP);
    let map = match has {
        Has::Nothing => Payload::default(),
        Has::Threads | Has::Pools => a_cap(Cap::SenderHosted(MAP)),
    };
    server.raw.say(returned(called.question, map)).await;
    within("the exchange", exchange).await.unwrap().unwrap();
    (server, foo)
}

impl Server {
    /// The next call of the first object. Threads are made meanwhile, as they are asked for.
    pub(crate) async fn called(&mut self) -> Called {
        loop {
            match self.raw.hear().await {
                Rpc::Finish { question, .. } => _ = self.made.remove(&question),
                Rpc::Release(..) => {}
                Rpc::Call {
                    question,
                    interface: THREAD_MAP,
                    method,
                    params,
                    ..
                } => self.serve_map(question, method, &params).await,
                Rpc::Call {
                    question,
                    interface: FOO,
                    method,
                    params,
                    ..
                } => {
                    let thread = params.context.and_then(|[thread, _]| thread);
                    let thread = thread.map(|place| self.thread(&params.caps[place]));
                    return Called {
                        question,
                        method,
                        number: params.number,
                        thread,
                    };
                }
                other => panic!("no call: {other:?}"),
            }
        }
    }

    /// So many calls.
    pub(crate) async fn called_times(&mut self, count: usize) -> Vec<Called> {
        let mut calls = Vec::new();
        while calls.len() < count {
            calls.push(self.called().await);
        }
        calls
    }

    /// Answers a call with its own number.
    pub(crate) async fn answer(&mut self, call: Called) {
        let results = a_number(call.number);
        self.raw.say(returned(call.question, results)).await;
    }

    pub(crate) async fn refuse(&mut self, call: Called, reason: &str) {
        self.raw
            .say(failed(call.question, Type::Failed, reason))
            .await;
    }

    pub(crate) async fn cancel(&mut self, call: Called) {
        self.raw
            .say(Rpc::Return {
                answer: call.question,
                release_params: false,
                over: false,
                outcome: Outcome::Canceled,
            })
            .await;
    }

    /// Makes the threads that it was asked for, or says that it cannot.
    pub(crate) async fn make_threads(&mut self, can: bool) {
        for (question, thread) in std::mem::take(&mut self.making) {
            let answer = match can {
                true => made(question, thread),
                false => failed(question, Type::Failed, "no more threads"),
            };
            self.raw.say(answer).await;
        }
    }

    /// Sees that nothing else was sent before this.
    pub(crate) async fn hears_nothing_else(&mut self, foo: &FooInterfaceProxy) {
        let adding = tokio::spawn(foo.add(0, 0));
        let called = self.called().await;
        assert_eq!(called.method, ADD, "{called:?}");
        self.answer(called).await;
        within("the sum", adding).await.unwrap().unwrap();
    }

    async fn serve_map(&mut self, question: u32, method: u16, params: &Payload) {
        let answer = match method {
            MAKE_THREAD => {
                let thread = self.names.len();
                self.names.push(params.text.clone());
                self.made.insert(question, thread);
                if self.is_slow {
                    return self.making.push((question, thread));
                }
                made(question, thread)
            }
            MAKE_POOL => {
                self.pools.push(params.number);
                match self.has {
                    Has::Pools => returned(question, Payload::default()),
                    _ => failed(question, Type::Unimplemented, "Method not implemented."),
                }
            }
            other => panic!("no method @{other}"),
        };
        self.raw.say(answer).await;
    }

    fn thread(&self, named: &Cap) -> usize {
        match named {
            Cap::ReceiverAnswer(question, path) if **path == [0] => self.made[question],
            Cap::ReceiverHosted(number) => (number - THREADS) as usize,
            other => panic!("no thread: {other:?}"),
        }
    }
}

/// The answer to the question that makes a thread.
fn made(question: u32, thread: usize) -> Rpc {
    let number = THREADS + thread as u32;
    returned(question, a_cap(Cap::SenderHosted(number)))
}
