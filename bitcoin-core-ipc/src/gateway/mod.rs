//! The node's JSON-RPC over HTTP.

mod answer;
mod connection;
mod dialect;
mod fields;

use bytes::Bytes;
use http::Uri;
use http::header::{CONTENT_TYPE, HeaderValue};
use ipc_json_rpc::{Handler, Request, Response, User};

use crate::node::NodeBuilder;
use crate::rpc;
use connection::Connection;

/// Answers HTTP requests as bitcoind does, by having a node run them that is connected to over its IPC socket:
/// `bitcoin-cli`, `curl` and libraries for bitcoind's JSON-RPC take it for the node.
///
/// ```no_run
/// use bitcoin_core_ipc::ipc_json_rpc::{Auth, Server};
/// use bitcoin_core_ipc::{Gateway, Network, Node};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let gateway = Gateway::new(Node::builder().network(Network::Regtest));
/// let server = Server::builder()
///     .listen("127.0.0.1:8332")
///     .auth(Auth::new().cookie_file("/run/user/1000/gateway.cookie")?)
///     .start(gateway)
///     .await?;
/// // bitcoin-cli -rpcport=8332 -rpccookiefile=/run/user/1000/gateway.cookie getblockcount
/// # tokio::signal::ctrl_c().await?;
/// # Ok(())
/// # }
/// ```
///
/// It speaks JSON-RPC 1.0, 1.1 and 2.0 with bitcoind's status codes, single requests, batches and notifications, at `/`
/// and `/wallet/NAME`. The name of the authenticated user goes to the node, whose `-rpcwhitelist` counts (v32). Requests
/// of a batch run one after the other.
///
/// The node is connected to when the first request needs it, and again after it went away. A request that is on its way
/// then fails with the code -32603, since nobody knows what became of it, and is not run again. While the node cannot be
/// reached, requests fail with -28, for which `bitcoin-cli -rpcwait` waits.
///
/// It needs a node that has `executeRpc`: v32 or multiprocess. With others, requests fail with -32603 and say so.
#[derive(Debug)]
pub struct Gateway {
    connection: Connection,
}

impl Gateway {
    /// Answers with the node that can be reached so.
    pub fn new(node: NodeBuilder) -> Self {
        Self {
            connection: Connection::new(node),
        }
    }
}

impl Handler for Gateway {
    fn serves(&self, uri: &Uri) -> bool {
        let uri = of_node(uri);
        uri == "/" || uri.starts_with("/wallet/")
    }

    async fn handle(&self, request: Request) -> Response {
        let user = request.extensions().get().map_or(rpc::USER, User::name);
        let asked = connection::Asked {
            uri: of_node(request.uri()),
            user,
        };
        let (status, body) = answer::answer(&self.connection, asked, request.body()).await;
        let mut response = Response::default();
        *response.status_mut() = status;
        if let Some(mut body) = body {
            body.push('\n');
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            *response.body_mut() = Bytes::from(body);
        }
        response
    }
}

/// What the node takes for the URI. A query is part of it.
fn of_node(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}
