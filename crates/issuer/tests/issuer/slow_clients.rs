//! Clients that take their time: each holds a connection, so each is cut.

use std::time::{Duration, Instant};

use scepter_issuer::IssuerConfiguration;
use scepter_issuer::configuration::{ConnectionLimits, Timeout, TlsEndpoint};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::floods::metrics;
use crate::world::{Offset, World, eventually};

const GET: &[u8] = b"GET /scep/default?operation=GetCACaps HTTP/1.1\r\nHost: x\r\n\r\n";

/// How long a test waits for what must not happen never.
const LONG: Duration = Duration::from_secs(20);

/// Every timeout is a second.
fn impatient() -> ConnectionLimits {
    let second = Timeout::from_secs(1).unwrap();
    ConnectionLimits {
        head_timeout: second,
        request_timeout: second,
        write_timeout: second,
        handshake_timeout: second,
        ..ConnectionLimits::default()
    }
}

async fn with(connections: ConnectionLimits) -> World {
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    configuration.limits.connections = connections;
    configuration.listeners.scep_tls = Some(TlsEndpoint { address: ([127, 0, 0, 1], 0).into(), tls: None });
    World::configured(configuration, tempfile::tempdir().unwrap(), Offset::default()).await
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.running.addresses().scep).await.unwrap()
}

/// Waits until `/metrics` says that one connection of a listener was closed for that limit.
async fn counted(world: &World, listener: &str, limit: &str) {
    let line = format!("connections_closed_total{{listener=\"{listener}\",limit=\"{limit}\"}} 1\n");
    eventually(&line, || async { metrics(world).await.contains(&line) }).await;
}

/// Sends `head`, then a byte at a time of `rest` for ever, until the other side has closed; what it said before.
async fn trickle(mut stream: TcpStream, head: &[u8], rest: u8) -> String {
    stream.write_all(head).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    let read = async {
        let mut buffer = [0; 1024];
        while let Ok(read @ 1..) = reader.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..read]);
        }
    };
    let write = async {
        while writer.write_all(&[rest]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    let cut = timeout(LONG, async {
        tokio::select! { () = read => {}, () = write => {} }
    });
    cut.await.expect("the connection is cut");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut() {
    let world = with(impatient()).await;
    let began = Instant::now();
    let answer = trickle(connect(&world).await, b"GET /scep/default?operation=", b'G').await;
    assert!(!answer.contains("200"), "{answer}");
    assert!(began.elapsed() >= Duration::from_secs(1), "it had its second");
    counted(&world, "scep", "headTimeout").await;
}

#[tokio::test]
async fn a_body_that_trickles_in_is_answered_408_and_cut() {
    let world = with(impatient()).await;
    let head =
        b"POST /scep/default?operation=PKIOperation HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n";
    let answer = trickle(connect(&world).await, head, b'0').await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let counted = r#"scep_requests_total{operation="none",result="error",reason="RequestTimeout"} 1"#;
    assert!(metrics(&world).await.contains(counted));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_answered_400_and_not_called_too_long() {
    let world = with(ConnectionLimits::default()).await;
    let mut stream = connect(&world).await;
    let request = b"POST /scep/default?operation=PKIOperation HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    timeout(LONG, stream.read_to_string(&mut answer)).await.expect("it is closed").unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.ends_with("the body cannot be read\n"), "{answer}");
    let counted = r#"scep_requests_total{operation="none",result="error",reason="BadHttpRequest"} 1"#;
    assert!(metrics(&world).await.contains(counted));
}

#[tokio::test]
async fn a_connection_that_is_silent_between_two_requests_is_closed() {
    let world = with(impatient()).await;
    let mut stream = connect(&world).await;
    let mut answer = Vec::new();
    stream.write_all(GET).await.unwrap();
    timeout(LONG, stream.read_to_end(&mut answer)).await.expect("it is closed").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    counted(&world, "scep", "headTimeout").await;
}

#[tokio::test]
async fn a_tls_handshake_that_does_not_begin_is_cut() {
    let world = with(impatient()).await;
    let mut stream = TcpStream::connect(world.running.addresses().scep_tls.unwrap()).await.unwrap();
    let closed = timeout(LONG, stream.read(&mut [0; 1])).await.expect("it is closed");
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    counted(&world, "scep-tls", "handshakeTimeout").await;
}

/// A reader that asks and asks, and reads nothing: once the kernel's buffers are full, answers stop to leave.
#[tokio::test]
async fn a_client_that_reads_nothing_is_cut() {
    let world = with(impatient()).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(world.running.addresses().scep).await.unwrap();
    let asked = b"GET /scep/default?operation=GetCACert HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    let cut = timeout(LONG, async { while stream.write_all(&asked).await.is_ok() {} });
    cut.await.expect("the connection is cut");
    counted(&world, "scep", "writeTimeout").await;
}

#[tokio::test]
async fn a_head_beyond_what_a_get_may_be_is_refused() {
    let world = with(ConnectionLimits::default()).await;
    let mut stream = connect(&world).await;
    let long = [b"GET /scep/default?operation=".to_vec(), vec![b'G'; 64 * 1024]].concat();
    // It may answer, and close, before it has read everything.
    let _ = stream.write_all(&long).await;
    let mut answer = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.expect("it is closed");
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 414"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_source_with_all_its_connections_gets_no_more_and_another_does() {
    let two = 2.try_into().unwrap();
    let world = with(ConnectionLimits { per_source: two, ..ConnectionLimits::default() }).await;
    let (first, _second) = (connect(&world).await, connect(&world).await);
    let mut third = connect(&world).await;
    let closed = timeout(LONG, third.read(&mut [0; 1])).await.expect("it is closed at once");
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    counted(&world, "scep", "perSource").await;

    let other = TcpSocket::new_v4().unwrap();
    other.bind(([127, 0, 0, 2], 0).into()).unwrap();
    let mut other = other.connect(world.running.addresses().scep).await.unwrap();
    assert!(is_answered(&mut other).await);

    drop(first);
    eventually("a place", || async { is_answered(&mut connect(&world).await).await }).await;
}

#[tokio::test]
async fn beyond_a_listeners_places_clients_wait_until_one_is_free() {
    let one = 1.try_into().unwrap();
    let world = with(ConnectionLimits { per_listener: one, ..ConnectionLimits::default() }).await;
    let mut first = connect(&world).await;
    assert!(is_answered(&mut first).await);
    let mut second = connect(&world).await;
    second.write_all(GET).await.unwrap();
    let waits = timeout(Duration::from_millis(300), second.read(&mut [0; 1])).await;
    assert!(waits.is_err(), "it is neither answered nor refused");
    drop(first);
    assert!(timeout(LONG, second.read(&mut [0; 1])).await.expect("it is answered").unwrap() == 1);
}

async fn is_answered(stream: &mut TcpStream) -> bool {
    let mut start = [0; 12];
    let asked = async {
        stream.write_all(GET).await.ok()?;
        stream.read_exact(&mut start).await.ok()
    };
    timeout(LONG, asked).await.expect("it is answered or closed").is_some() && &start == b"HTTP/1.1 200"
}
