//! gRPC over a unix socket by tonic, from tasks of a multi-thread runtime.
//!
//! The client and the service are what code generated from a `.proto` file amounts to.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use futures_util::stream;
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tonic::body::Body;
use tonic::client::Grpc;
use tonic::codegen::http;
use tonic::codegen::{BoxFuture, Context, Poll, Service};
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::callers;
use crate::contestant::{BoxError, Contestant};
use crate::workload::Workload;

const PATH: &str = "/echo.Echo/Echo";

/// Above the largest text: the default is 4 MiB with everything around it.
const LARGEST_MESSAGE: usize = 16 << 20;

/// Above the number of calls in flight: the default of the HTTP/2 server is 200.
const STREAMS: u32 = 1024;

#[derive(Clone, PartialEq, prost::Message)]
struct Text {
    #[prost(string, tag = "1")]
    text: String,
}

#[derive(Clone)]
struct EchoMethod;

impl Service<Request<Text>> for EchoMethod {
    type Response = Response<Text>;
    type Error = Status;
    type Future = BoxFuture<Self::Response, Status>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Text>) -> Self::Future {
        Box::pin(async move { Ok(Response::new(request.into_inner())) })
    }
}

/// Finds the method that a request wants.
#[derive(Clone)]
struct EchoService;

impl Service<http::Request<Body>> for EchoService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            if request.uri().path() != PATH {
                return Ok(Status::unimplemented("only echo here").into_http());
            }
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<Text, Text>::default())
                .max_decoding_message_size(LARGEST_MESSAGE);
            Ok(grpc.unary(EchoMethod, request).await)
        })
    }
}

#[derive(Clone)]
struct EchoClient(Grpc<Channel>);

impl EchoClient {
    async fn connect(address: String) -> Result<Self, BoxError> {
        let channel = Endpoint::from_shared(address)?.connect().await?;
        Ok(Self(
            Grpc::new(channel).max_decoding_message_size(LARGEST_MESSAGE),
        ))
    }

    async fn echo(&mut self, text: String) -> Result<String, BoxError> {
        self.0.ready().await?;
        let path = http::uri::PathAndQuery::from_static(PATH);
        let codec = ProstCodec::<Text, Text>::default();
        let answer = self.0.unary(Request::new(Text { text }), path, codec);
        Ok(answer.await?.into_inner().text)
    }
}

/// A server and its clients.
pub struct Tonic {
    runtime: Runtime,
    clients: Vec<EchoClient>,
    _directory: TempDir,
}

impl Tonic {
    /// Starts the server and connects to it so many times.
    ///
    /// # Errors
    ///
    /// No socket or no thread to be had, or a first call that failed.
    pub fn start(connections: usize) -> Result<Self, BoxError> {
        let runtime = Runtime::new()?;
        let directory = tempfile::tempdir()?;
        let socket = directory.path().join("tonic.sock");
        let clients = runtime.block_on(async {
            tokio::spawn(serve(UnixListener::bind(&socket)?));
            let mut clients = Vec::new();
            for _ in 0..connections {
                let address = format!("unix:{}", socket.display());
                let mut client = EchoClient::connect(address).await?;
                client.echo(String::new()).await?;
                clients.push(client);
            }
            Ok::<_, BoxError>(clients)
        })?;
        Ok(Self {
            runtime,
            clients,
            _directory: directory,
        })
    }
}

async fn serve(listener: UnixListener) -> Result<(), tonic::transport::Error> {
    let incoming = stream::unfold(listener, |listener| async {
        let accepted = listener.accept().await.map(|(socket, _)| socket);
        Some((accepted, listener))
    });
    Server::builder()
        .max_concurrent_streams(STREAMS)
        .serve_with_incoming(EchoService, incoming)
        .await
}

impl Contestant for Tonic {
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        self.runtime.block_on(callers::time(
            workload,
            &self.clients,
            |mut client, calls, text| async move {
                for _ in 0..calls {
                    client.echo(text.clone()).await?;
                }
                Ok(())
            },
        ))
    }
}

impl fmt::Debug for Tonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tonic").finish_non_exhaustive()
    }
}
