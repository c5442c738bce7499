//! What the log never says (TH-28).

use std::io;
use std::sync::{Arc, Mutex};

use scepter_device::Ticket;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{World, new_key};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_log_of_everything_names_the_device_and_no_secret_or_name() {
    let log = Log::default();
    let filter = EnvFilter::default().add_directive(LevelFilter::TRACE.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.clone()).with_ansi(false).init();

    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let stolen = Ticket { challenge: ticket.challenge.clone(), ..world.ticket("laptop-2").await };
    world.enroll_with(&stolen, &new_key()).await.unwrap_err();
    world.enroll_with(&ticket, &new_key()).await.unwrap();
    world.enroll_with(&stolen, &new_key()).await.unwrap_err();

    let text = log.text();
    assert!(text.contains("issued") && text.contains("device=laptop-1"), "the log says what happened");
    for reason in ["SubjectNameMismatch", "ChallengeUsed"] {
        assert!(text.contains(reason), "the log says what was refused: {reason}");
    }
    assert!(!text.contains("CN=LAPTOP-"), "a name stands in the log");
    let (_, challenge) = ticket.challenge.expose().split_once('.').unwrap();
    assert!(!text.contains(challenge), "a challenge stands in the log");
    let token = std::fs::read_to_string(world.data.path().join("admin.token")).unwrap();
    let (_, token) = token.trim().split_once('.').unwrap();
    assert!(!text.contains(token), "a token stands in the log");
}
