//! Accepts connections, and bounds what each may cost.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::tls::Tls;
use crate::OperatorError;

/// Connections that are open at once: API servers keep idle ones. More wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 256;

/// How long a client may take for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a client may be silent before the head of a request is there.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests under way may take to end once the process stops.
const GRACE: Duration = Duration::from_secs(10);

/// The pause after a connection that could not be accepted, most likely for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// A bound listener that does not accept yet.
pub(super) struct Listener {
    socket: TcpListener,
    tls: Tls,
}

impl Listener {
    /// Binds an address; port 0 takes a free one, which the log names.
    pub(super) async fn bind(address: SocketAddr, tls: Tls) -> Result<Self, OperatorError> {
        let socket = TcpListener::bind(address).await;
        let socket = socket.map_err(|source| OperatorError::WebhookAddress { address, source })?;
        Ok(Self { socket, tls })
    }

    /// Serves until `stop`, then lets requests under way end.
    pub(super) async fn serve(mut self, router: Router, stop: CancellationToken) {
        if let Ok(address) = self.socket.local_addr() {
            tracing::info!(listener = "webhook", %address, "listening");
        }
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let open = GracefulShutdown::new();
        loop {
            let (stream, place) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&self.socket, &places) => accepted,
            };
            let (acceptor, router, watcher) = (self.tls.acceptor().await, router.clone(), open.watcher());
            tokio::spawn(async move {
                serve(stream, acceptor, router, watcher).await;
                drop(place);
            });
        }
        drop(self.socket);
        if timeout(GRACE, open.shutdown()).await.is_err() {
            tracing::warn!(listener = "webhook", "requests were still under way after the grace period");
        }
    }
}

/// The next connection, once there is a place for it.
async fn accept(socket: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a place in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match socket.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!(listener = "webhook", %error, "a connection could not be accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Serves one connection to its end. A client that goes away, or speaks no TLS or HTTP, is nothing to report.
async fn serve(stream: TcpStream, acceptor: TlsAcceptor, router: Router, watcher: Watcher) {
    let Ok(Ok(stream)) = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await else { return };
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let _ = watcher.watch(connection).await;
}
