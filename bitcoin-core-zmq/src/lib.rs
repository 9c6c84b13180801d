//! Bitcoin Core's ZeroMQ notifications: a [`Publisher`] for who feeds others with what a node tells over IPC, and a
//! [`Subscriber`] that makes a typed stream of what a node, or a publisher, sends, and notices what it missed.
//!
//! Messages are those of `bitcoind -zmqpubhashblock=…`: topic, body, and a counter. Any ZeroMQ client can subscribe, and
//! any publisher of such messages can be subscribed to, `bitcoind` first of all.
//!
//! Both speak ZMTP 3, the protocol of libzmq 4, over TCP and unix sockets.

mod endpoint;
mod error;
mod event;
pub mod feed;
mod notification;
mod publisher;
mod socket;
mod subscriber;
mod topic;
mod zmtp;

pub use endpoint::Endpoint;
pub use error::{Error, MessageError};
pub use event::Event;
pub use notification::{Notification, Sequence};
pub use publisher::{Publisher, PublisherBuilder};
pub use subscriber::{Gap, Received, Subscriber, SubscriberBuilder};
pub use topic::{Topic, UnknownTopic};
