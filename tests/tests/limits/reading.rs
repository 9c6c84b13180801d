//! Messages of a peer that are small, and pretend to be deep or large: what they carry is not read.

use std::io::Write;
use std::os::unix::net::UnixStream;

use capnp::message::{Builder, HeapAllocator, Reader, ReaderOptions};
use capnp::serialize::{self, OwnedSegments};
use capnp_rpc::rpc_capnp::{call, message, payload};
use ipc_runtime::{EngineKind, Exception, ExceptionKind, Ipc, IpcBuilder, Protocol};
use ipc_tests::our_partner::Shared;
use ipc_tests::partner::{CounterProxy, Wrapper};
use ipc_tests::peers::DEADLINE;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::support::{serve, soon};

const LIMIT: usize = 100_000;
const PARTNER: u64 = 0xef6f_009b_ae84_f883;
const VALUES: u16 = 1;
const BLOB: u16 = 2;
const COUNTER: u64 = 0xb549_1064_61c5_795b;
const WRAP: u16 = 1;

fn each() -> impl Iterator<Item = IpcBuilder> {
    let engines = [EngineKind::Native, EngineKind::CapnpRpc];
    (engines.into_iter()).map(|engine| Ipc::builder().engine(engine).message_size(LIMIT))
}

/// What a message carries.
#[derive(Clone, Copy, Debug)]
struct Hostile {
    /// So many Wrappers, each in the one before it.
    levels: usize,
    /// All have the same label: not one like it, but the same bytes.
    label: usize,
}

const HARMLESS: Hostile = Hostile {
    levels: 5,
    label: 100,
};
const DEEP: Hostile = Hostile {
    levels: 200,
    label: 1,
};
/// 40 times 8 KiB, in 9 KiB.
const REPEATED: Hostile = Hostile {
    levels: 40,
    label: 8 << 10,
};

impl Hostile {
    /// A struct of so many pointers, of which the last is the first Wrapper; then the Wrappers, then the label.
    fn words(self, pointers: usize) -> Vec<u64> {
        let first = pointers;
        let text = first + 3 * self.levels;
        let bytes = self.label + 1;
        let mut words = vec![0; text + bytes.div_ceil(8)];
        // Each Wrapper is right behind the pointer to it.
        let wrapper = 3 << 48;
        words[first - 1] = wrapper;
        for level in 0..self.levels {
            let at = first + 3 * level;
            words[at] = list_pointer(text - at - 1, bytes);
            if level + 1 < self.levels {
                words[at + 2] = wrapper;
            }
        }
        for byte in 0..self.label {
            words[text + byte / 8] |= u64::from(b'x') << (byte % 8 * 8);
        }
        words
    }
}

/// A pointer to bytes that are so many words behind it.
fn list_pointer(offset: usize, bytes: usize) -> u64 {
    ((bytes as u64) << 35) | (2 << 32) | ((offset as u64) << 2) | 1
}

/// What stands for the content of a payload until the words of the content are there.
const PLACEHOLDER: usize = 12_345;

fn leave_room(payload: payload::Builder<'_>) {
    let mut content = payload.get_content();
    let bytes = &[0_u8; PLACEHOLDER][..];
    content.set_as::<capnp::data::Owned>(bytes).unwrap();
}

/// A message with a payload of these words, and the pointer to them, which is told how far away they are.
fn encode(
    pointer: impl FnOnce(usize) -> u64,
    words: &[u64],
    build: impl FnOnce(message::Builder<'_>),
) -> Vec<u8> {
    let mut builder = Builder::new(HeapAllocator::new().first_segment_words(1 << 12));
    build(builder.init_root());
    let bytes = serialize::write_message_to_words(&builder);
    let mut message: Vec<u64> = (bytes.as_chunks().0.iter())
        .map(|word| u64::from_le_bytes(*word))
        .collect();
    let high = list_pointer(0, PLACEHOLDER) >> 32;
    let at = message.iter().position(|word| word >> 32 == high).unwrap();
    message[at] = pointer(message.len() - at - 1);
    message.extend(words);
    // One segment, which is longer now.
    message[0] = ((message.len() - 1) as u64) << 32;
    message.into_iter().flat_map(u64::to_le_bytes).collect()
}

/// A pointer to a struct of so many pointers.
fn struct_pointer(pointers: usize) -> impl FnOnce(usize) -> u64 {
    move |offset| ((pointers as u64) << 48) | ((offset as u64) << 2)
}

/// The end of a socket that speaks without our runtime.
struct Raw(UnixStream);

impl Raw {
    fn new(socket: UnixStream) -> Self {
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        Self(socket)
    }

    fn say(&mut self, build: impl FnOnce(message::Builder<'_>)) {
        let mut builder = Builder::new_default();
        build(builder.init_root());
        serialize::write_message(&mut self.0, &builder).unwrap();
    }

    fn hear(&mut self) -> Option<Reader<OwnedSegments>> {
        serialize::try_read_message(&mut self.0, ReaderOptions::new()).unwrap()
    }

    /// Calls a method of the server's first object.
    fn call(message: message::Builder<'_>, question: u32, method: u16) -> call::Builder<'_> {
        let mut call = message.init_call();
        call.set_question_id(question);
        call.set_interface_id(PARTNER);
        call.set_method_id(method);
        let target = call.reborrow().init_target();
        target.init_promised_answer().set_question_id(0);
        call
    }

    /// Why a call failed, if it did; the answers to others are passed over.
    fn answer(&mut self, question: u32) -> Option<String> {
        loop {
            let heard = self.hear().expect("the connection goes on");
            let message: message::Reader<'_> = heard.get_root().unwrap();
            let message::Return(answer) = message.which().unwrap() else {
                continue;
            };
            let answer = answer.unwrap();
            if answer.get_answer_id() != question {
                continue;
            }
            return match answer.which().unwrap() {
                capnp_rpc::rpc_capnp::return_::Exception(failed) => {
                    Some(failed.unwrap().get_reason().unwrap().to_string().unwrap())
                }
                _ => None,
            };
        }
    }
}

/// Calls a server with what it should not read, and then with something else. Returns what the server says to the
/// former.
fn call_with(socket: UnixStream, hostile: Hostile) -> Option<String> {
    let mut raw = Raw::new(socket);
    raw.say(|message| message.init_bootstrap().set_question_id(0));
    let bytes = encode(struct_pointer(4), &hostile.words(4), |message| {
        leave_room(Raw::call(message, 1, VALUES).init_params());
    });
    raw.0.write_all(&bytes).unwrap();
    let answer = raw.answer(1);
    raw.say(|message| {
        Raw::call(message, 2, BLOB).init_params();
    });
    assert_eq!(raw.answer(2), None);
    answer
}

async fn a_server_says(server: IpcBuilder, hostile: Hostile) -> Option<String> {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = serve(theirs, server, &Shared::default());
    let said = soon(spawn_blocking(move || call_with(ours, hostile))).await;
    soon(serving).await.unwrap().unwrap();
    said.unwrap()
}

#[tokio::test]
async fn parameters_for_a_server() {
    for server in each() {
        let said = a_server_says(server.clone(), HARMLESS).await;
        assert_eq!(said, None);
        let said = a_server_says(server.clone(), DEEP).await.unwrap();
        assert!(said.contains("nested"), "{said}");
        let said = a_server_says(server, REPEATED).await.unwrap();
        assert!(said.contains("limit"), "{said}");
    }
}

/// Serves a counter whose `wrap` answers so, until the client leaves.
fn answer_with(socket: UnixStream, hostile: Hostile) -> JoinHandle<()> {
    let mut raw = Raw::new(socket);
    spawn_blocking(move || {
        while let Some(heard) = raw.hear() {
            let message: message::Reader<'_> = heard.get_root().unwrap();
            match message.which().unwrap() {
                message::Bootstrap(bootstrap) => {
                    let question = bootstrap.unwrap().get_question_id();
                    raw.0.write_all(&first_object(question)).unwrap();
                }
                message::Call(call) => {
                    let call = call.unwrap();
                    let question = call.get_question_id();
                    match (call.get_interface_id(), call.get_method_id()) {
                        (COUNTER, WRAP) => {
                            let bytes = encode(struct_pointer(1), &hostile.words(1), |message| {
                                let mut answer = message.init_return();
                                answer.set_answer_id(question);
                                leave_room(answer.init_results());
                            });
                            raw.0.write_all(&bytes).unwrap();
                        }
                        (COUNTER, _) => raw.say(|message| {
                            let mut answer = message.init_return();
                            answer.set_answer_id(question);
                            answer.init_results();
                        }),
                        _ => raw.say(|message| {
                            let mut answer = message.init_return();
                            answer.set_answer_id(question);
                            answer.init_exception().set_reason("not here");
                        }),
                    }
                }
                _ => {}
            }
        }
    })
}

/// The answer to a Bootstrap: the first object of its table.
fn first_object(question: u32) -> Vec<u8> {
    encode(
        |_| 3,
        &[],
        |message| {
            let mut answer = message.init_return();
            answer.set_answer_id(question);
            let mut results = answer.init_results();
            let mut table = results.reborrow().init_cap_table(1);
            table.reborrow().get(0).set_sender_hosted(0);
            leave_room(results);
        },
    )
}

async fn a_client_reads(client: IpcBuilder, hostile: Hostile) -> Result<Wrapper, Exception> {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = answer_with(theirs, hostile);
    let ipc = client.build().unwrap();
    let counter: CounterProxy = soon(ipc.protocol().connect(ours)).await.unwrap();
    let outcome = soon(counter.wrap()).await;
    // The connection goes on.
    assert_eq!(soon(counter.add(1)).await.unwrap(), 0);
    drop(counter);
    soon(serving).await.unwrap();
    outcome
}

#[tokio::test]
async fn results_for_a_client() {
    for client in each() {
        let read = a_client_reads(client.clone(), HARMLESS).await.unwrap();
        let inner = read.inner.unwrap();
        assert_eq!(inner.label.len(), HARMLESS.label);
        for hostile in [DEEP, REPEATED] {
            let refused = a_client_reads(client.clone(), hostile).await.unwrap_err();
            assert_eq!(refused.kind(), ExceptionKind::Malformed, "{refused}");
        }
    }
}
