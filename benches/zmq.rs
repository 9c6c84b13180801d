//! `cargo bench -p ipc-benches --bench zmq`: publishing to one subscriber over TCP, beside the crate `zeromq` by hand.

use std::time::{Duration, Instant};

use bitcoin_core_ipc::{Block, BlockHash, Transaction};
use bitcoin_core_zmq::{Notification, Publisher, Subscriber, Topic};
use ipc_benches::contestant::BoxError;
use ipc_benches::table;
use tokio::runtime::Runtime;
use zeromq::{PubSocket, Socket, SocketRecv, SocketSend, SubSocket, ZmqMessage};

const ROUNDS: usize = 7;

/// What is published: how often, and how many bytes a body has.
const WORKLOADS: [(Topic, usize, usize); 3] = [
    (Topic::HashBlock, 50_000, 32),
    (Topic::RawTx, 50_000, 400),
    (Topic::RawBlock, 100, 2 << 20),
];

/// A publisher, and a subscriber that is connected to it.
trait Contestant {
    /// Publishes so many messages, `in_flight` before they are received, and receives them.
    async fn run(
        &mut self,
        topic: Topic,
        bytes: usize,
        count: usize,
        in_flight: usize,
    ) -> Result<(), BoxError>;
}

struct Ours {
    publisher: Publisher,
    subscriber: Subscriber,
}

impl Ours {
    async fn start() -> Result<Self, BoxError> {
        let publisher = Publisher::builder().bind("tcp://127.0.0.1:*", Topic::ALL);
        let publisher = publisher.high_water_mark(0).start().await?;
        let endpoint = publisher.endpoints().next().ok_or("no endpoint")?;
        let subscriber = Subscriber::builder().connect(endpoint.to_string(), Topic::ALL);
        let subscriber = subscriber.start()?;
        for topic in Topic::ALL {
            publisher.subscribed(topic, 1).await;
        }
        Ok(Self {
            publisher,
            subscriber,
        })
    }
}

impl Contestant for Ours {
    async fn run(
        &mut self,
        topic: Topic,
        bytes: usize,
        count: usize,
        in_flight: usize,
    ) -> Result<(), BoxError> {
        let notification = match topic {
            Topic::RawTx => Notification::RawTx(Transaction(vec![7; bytes])),
            Topic::RawBlock => Notification::RawBlock(Block(vec![7; bytes])),
            _ => Notification::HashBlock(BlockHash::from_byte_array([7; 32])),
        };
        for _ in 0..count / in_flight {
            for _ in 0..in_flight {
                self.publisher.publish(&notification);
            }
            for _ in 0..in_flight {
                self.subscriber.recv().await.ok_or("the end")??;
            }
        }
        Ok(())
    }
}

struct Zeromq {
    publisher: PubSocket,
    subscriber: SubSocket,
    counter: u32,
}

impl Zeromq {
    async fn start() -> Result<Self, BoxError> {
        let mut publisher = PubSocket::new();
        let endpoint = publisher.bind("tcp://127.0.0.1:0").await?;
        let mut subscriber = SubSocket::new();
        subscriber.connect(&endpoint.to_string()).await?;
        subscriber.subscribe("").await?;
        // Nothing tells that it has arrived but a message; and a `recv` that is dropped loses the connection.
        let mut sent = 0_u32;
        let mut receiving = Box::pin(subscriber.recv());
        let mut last = loop {
            publisher.send(number(sent)).await?;
            tokio::select! {
                received = &mut receiving => break received?,
                () = tokio::time::sleep(Duration::from_millis(10)) => sent += 1,
            }
        };
        drop(receiving);
        while last.get(0) != number(sent).get(0) {
            last = subscriber.recv().await?;
        }
        Ok(Self {
            publisher,
            subscriber,
            counter: 0,
        })
    }
}

fn number(number: u32) -> ZmqMessage {
    ZmqMessage::from(number.to_string())
}

impl Contestant for Zeromq {
    async fn run(
        &mut self,
        topic: Topic,
        bytes: usize,
        count: usize,
        in_flight: usize,
    ) -> Result<(), BoxError> {
        let body = vec![7; bytes];
        let (publisher, counter) = (&mut self.publisher, &mut self.counter);
        for _ in 0..count / in_flight {
            // It waits for the socket, which the subscriber has to empty meanwhile.
            let publishing = async {
                for _ in 0..in_flight {
                    let mut message = ZmqMessage::from(topic.name());
                    message.push_back(body.clone().into());
                    message.push_back(counter.to_le_bytes().to_vec().into());
                    *counter = counter.wrapping_add(1);
                    publisher.send(message).await?;
                }
                Ok::<_, BoxError>(())
            };
            let receiving = async {
                for _ in 0..in_flight {
                    self.subscriber.recv().await?;
                }
                Ok::<_, BoxError>(())
            };
            // Its queue does not stop to ask again when tokio wants the task to make room for others.
            tokio::task::unconstrained(async { tokio::try_join!(publishing, receiving) }).await?;
        }
        Ok(())
    }
}

async fn timed(
    contestant: &mut impl Contestant,
    (topic, count, bytes): (Topic, usize, usize),
    in_flight: usize,
) -> Result<Duration, BoxError> {
    let start = Instant::now();
    contestant.run(topic, bytes, count, in_flight).await?;
    Ok(start.elapsed().div_f64(count as f64))
}

fn main() -> Result<(), BoxError> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let mut ours = Ours::start().await?;
        let mut theirs = Zeromq::start().await?;
        table::head(["a message", "ours", "zeromq", "ours / zeromq"]);
        for (topic, count, bytes) in WORKLOADS {
            for in_flight in [1, count.min(1000)] {
                // One after the other takes longer.
                let count = if in_flight == 1 { count / 10 } else { count };
                let workload = (topic, count, bytes);
                let (mut a, mut b) = (Vec::new(), Vec::new());
                for _ in 0..ROUNDS {
                    a.push(timed(&mut ours, workload, in_flight).await?);
                    b.push(timed(&mut theirs, workload, in_flight).await?);
                }
                a.sort_unstable();
                b.sort_unstable();
                let (a, b) = (a[ROUNDS / 2], b[ROUNDS / 2]);
                let shape = match in_flight {
                    1 => "one after the other".to_owned(),
                    in_flight => format!("{in_flight} at a time"),
                };
                table::row([
                    format!("{topic}, {bytes} B, {shape}"),
                    format!("{:.1} µs", a.as_secs_f64() * 1e6),
                    format!("{:.1} µs", b.as_secs_f64() * 1e6),
                    format!("{:.2}", a.div_duration_f64(b)),
                ]);
            }
        }
        Ok(())
    })
}
