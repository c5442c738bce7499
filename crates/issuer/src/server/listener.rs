//! A listener: accepts connections, bounds what each may cost, and ends them gracefully.

use std::convert::Infallible;
use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::answers::Answers;
use super::places::{Place, Places};
use crate::configuration::{ConnectionLimits, Limits};
use crate::limits::Proxies;
use crate::metrics::{ClosedConnections, ConnectionLimit, Metrics};

/// How long requests under way may take to end once the process stops.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes of a request's head: a GET of 32 KiB with its headers.
const MAX_HEAD: usize = 40 * 1024;

/// A bound listener that does not accept yet.
pub(crate) struct Listener {
    name: &'static str,
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    limits: ConnectionLimits,
    places: Arc<Places>,
    proxies: Proxies,
    closed: ClosedConnections,
}

impl Listener {
    /// Binds an address; port 0 takes a free one. `name` is what logs, errors and metrics call the listener.
    pub(crate) async fn bind(
        name: &'static str,
        address: SocketAddr,
        tls: Option<TlsAcceptor>,
        limits: &Limits,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse { listener: name, address },
            _ => StartError::Bind { listener: name, address, source },
        };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let proxies = Proxies::new(limits);
        let limits = limits.connections;
        let places = Arc::new(Places::new(limits.per_listener, limits.per_source));
        let closed = metrics.closed_connections(name);
        Ok(Self { name, socket, address, tls, limits, places, proxies, closed })
    }

    /// The address, with the port that was taken.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then lets requests under way end.
    pub(crate) async fn serve(self, answers: impl Answers, stop: CancellationToken) {
        tracing::info!(listener = self.name, address = %self.address, "listening");
        let open = GracefulShutdown::new();
        while let Some((stream, peer, place)) = self.accept(&stop).await {
            let (answers, closed) = (answers.clone(), self.closed.clone());
            let connection = Connection { answers, peer, limits: self.limits, closed, _place: place };
            let watcher = open.watcher();
            match self.tls.clone() {
                Some(tls) => {
                    let patience = self.limits.handshake_timeout.duration();
                    tokio::spawn(async move {
                        let handshake = tokio::time::timeout(patience, tls.accept(stream));
                        match handshake.await {
                            Ok(Ok(stream)) => connection.serve(stream, watcher).await,
                            // A client that goes away, or speaks no TLS, is nothing to report.
                            Ok(Err(_)) => {}
                            Err(_) => connection.closed.count(ConnectionLimit::HandshakeTimeout),
                        }
                    });
                }
                None => {
                    tokio::spawn(connection.serve(stream, watcher));
                }
            }
        }
        drop(self.socket);
        if tokio::time::timeout(GRACE, open.shutdown()).await.is_err() {
            tracing::warn!(listener = self.name, "requests were still under way after the grace period");
        }
    }

    /// The next connection and its place, or nothing once stopped. Of a source that has all its places, connections are
    /// closed as they come.
    async fn accept(&self, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr, Place)> {
        loop {
            let next = async {
                let permit = self.places.one().await?;
                Some((self.socket.accept().await, permit))
            };
            let (accepted, permit) = tokio::select! {
                () = stop.cancelled() => return None,
                next = next => next?,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let source = (!self.proxies.is_trusted(peer.ip())).then(|| peer.ip().into());
                    if let Some(place) = self.places.give(permit, source) {
                        return Some((stream, peer, place));
                    }
                    self.closed.count(ConnectionLimit::PerSource);
                }
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to come back instead of spinning.
                    tracing::warn!(listener = self.name, %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// One client's connection. Its place is free again when it ends.
struct Connection<A> {
    answers: A,
    peer: SocketAddr,
    limits: ConnectionLimits,
    closed: ClosedConnections,
    _place: Place,
}

impl<A: Answers> Connection<A> {
    async fn serve<S>(self, stream: S, watcher: hyper_util::server::graceful::Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { answers, peer, limits, closed, _place } = self;
        let service = service_fn(move |request| {
            let answer = answers.clone().answer(peer, request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write_timeout.duration()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout.duration())
            .max_header_size(MAX_HEAD)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        if let Err(error) = watcher.watch(connection).await
            && let Some(limit) = limit_of(&error)
        {
            closed.count(limit);
        }
    }
}

/// The limit that ended a connection. A client that goes away, or speaks no HTTP, is nothing to report.
fn limit_of(error: &hyper::Error) -> Option<ConnectionLimit> {
    if error.is_timeout() {
        return Some(ConnectionLimit::HeadTimeout);
    }
    let mut source = error.source();
    while let Some(error) = source {
        if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::TimedOut) {
            return Some(ConnectionLimit::WriteTimeout);
        }
        source = error.source();
    }
    None
}
