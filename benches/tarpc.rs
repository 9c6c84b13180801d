//! tarpc over a unix socket with bincode, from tasks of a multi-thread runtime.

use std::fmt;
use std::time::Duration;

use futures_util::StreamExt;
use tarpc::context::{self, Context};
use tarpc::serde_transport;
use tarpc::server::{BaseChannel, Channel};
use tarpc::tokio_serde::formats::Bincode;
use tarpc::{client, server};
use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use crate::callers;
use crate::contestant::{BoxError, Contestant};
use crate::workload::Workload;

/// Room for all calls in flight: with the defaults, 100, the queues would hold callers back.
const QUEUE: usize = 1024;

#[tarpc::service]
trait Echo {
    async fn echo(text: String) -> String;
}

#[derive(Clone)]
struct MyEcho;

impl Echo for MyEcho {
    async fn echo(self, _: Context, text: String) -> String {
        text
    }
}

/// A server and its clients.
pub struct Tarpc {
    runtime: Runtime,
    clients: Vec<EchoClient>,
}

impl Tarpc {
    /// Starts the server and connects to it so many times.
    ///
    /// # Errors
    ///
    /// No socket or no thread to be had, or a first call that failed.
    pub fn start(connections: usize) -> Result<Self, BoxError> {
        let runtime = Runtime::new()?;
        let clients = runtime.block_on(async {
            let mut clients = Vec::new();
            for _ in 0..connections {
                let client = connect()?;
                client.echo(context::current(), String::new()).await?;
                clients.push(client);
            }
            Ok::<_, BoxError>(clients)
        })?;
        Ok(Self { runtime, clients })
    }
}

/// A client whose server runs on a task.
fn connect() -> Result<EchoClient, BoxError> {
    let (client, server) = UnixStream::pair()?;

    let transport = serde_transport::new(
        Framed::new(server, LengthDelimitedCodec::new()),
        Bincode::default(),
    );
    let config = server::Config {
        pending_response_buffer: QUEUE,
    };
    let requests = BaseChannel::new(config, transport).execute(MyEcho.serve());
    tokio::spawn(requests.for_each(|response| async {
        tokio::spawn(response);
    }));

    let transport = serde_transport::new(
        Framed::new(client, LengthDelimitedCodec::new()),
        Bincode::default(),
    );
    let mut config = client::Config::default();
    config.pending_request_buffer = QUEUE;
    Ok(EchoClient::new(config, transport).spawn())
}

impl Contestant for Tarpc {
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        self.runtime.block_on(callers::time(
            workload,
            &self.clients,
            |client, calls, text| async move {
                for _ in 0..calls {
                    client.echo(context::current(), text.clone()).await?;
                }
                Ok(())
            },
        ))
    }
}

impl fmt::Debug for Tarpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tarpc").finish_non_exhaustive()
    }
}
