//! What answers the requests of a listener: one that reads paths by itself, or a router.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use tower::ServiceExt as _;

/// Answers requests, each with a copy of itself.
pub(crate) trait Answers: Clone + Send + Sync + 'static {
    /// Answers the request of a peer.
    fn answer(
        self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response> + Send + 'static;
}

impl Answers for Router {
    async fn answer(self, peer: SocketAddr, mut request: Request<Incoming>) -> Response {
        request.extensions_mut().insert(ConnectInfo(peer));
        self.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {})
    }
}
