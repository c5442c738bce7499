//! Honest devices, which enroll while somebody makes that hard.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use scepter_device::load::KeyPool;
use scepter_scep::client::Inquiry;

use crate::key::Key;
use crate::range::{BADGE, Range, post};
use crate::sender::{Reply, Request, Sender};

/// The devices take turns, so that none asks too often.
const DEVICES: usize = 3;

/// Devices behind one address, each enrolment for a new key.
pub(crate) struct Honest<'a> {
    range: &'a Range,
    http: reqwest::Client,
    keys: KeyPool,
    enrolled: usize,
}

impl<'a> Honest<'a> {
    /// Devices at that address, for so many enrolments.
    pub(crate) async fn at(address: [u8; 4], range: &'a Range, enrolments: usize) -> Self {
        let keys = tokio::task::spawn_blocking(move || KeyPool::generate(enrolments)).await.unwrap().unwrap();
        Self { range, http: at(address), keys, enrolled: 0 }
    }

    /// One more enrolment with a fresh challenge, which must be granted; how long its answer took.
    pub(crate) async fn enroll(&mut self) -> Duration {
        let device = format!("scanner-{}", self.enrolled % DEVICES + 1);
        let ticket = self.range.ticket(BADGE, &device).await;
        let key = Key::Device(self.keys.key(self.enrolled).unwrap());
        let sender = Sender::holding(key, &ticket.subject_der);
        let request = Request::honest(&ticket).for_key(&sender.key);
        let message = sender.message(&self.range.authority, Inquiry::Enroll(&request));
        let began = Instant::now();
        let answer = post(self.http.clone(), &self.range.up.scep("default"), message).await.unwrap();
        let took = began.elapsed();
        let reply = sender.read(self.range, &answer);
        assert!(matches!(reply, Reply::Granted(_)), "{device}: {reply:?}");
        self.enrolled += 1;
        took
    }

    /// How many enrolments there were.
    pub(crate) fn enrolled(&self) -> usize {
        self.enrolled
    }
}

/// A client that sends from an address of loopback.
pub(crate) fn at(address: [u8; 4]) -> reqwest::Client {
    reqwest::Client::builder().local_address(IpAddr::from(address)).build().unwrap()
}
