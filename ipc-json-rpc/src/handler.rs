//! What answers requests.

use bytes::Bytes;
use hyper::Uri;

/// A request that has passed: its credentials are right, and its body has been read.
///
/// Its extensions hold the [`User`](crate::User), if the server has an [`Auth`](crate::Auth).
pub type Request = hyper::Request<Bytes>;

/// The whole answer to a request.
pub type Response = hyper::Response<Bytes>;

/// What answers the requests that a [`Server`](crate::Server) lets through.
pub trait Handler: Send + Sync + 'static {
    /// Whether there is anything at this place. Where there is not, the server answers with 404.
    fn serves(&self, uri: &Uri) -> bool;

    /// Answers a `POST` request. The future is dropped when the client goes away.
    fn handle(&self, request: Request) -> impl Future<Output = Response> + Send;
}
