//! Refusals of senders who proved nothing: failInfo is all that they learn, and the operator learns the reason.

use scepter_scep::client::Inquiry;
use scepter_scep::{ContentCipher, FailInfo, IssuerAndSerial, Secret};

use crate::sender::{Key, Reply, Sender, Travel, certification_request};
use crate::world::World;

/// Somebody with a key of their own and what a device would ask for.
struct Stranger {
    world: World,
    sender: Sender,
}

impl Stranger {
    async fn new() -> Self {
        let world = World::furnished().await;
        let subject_der = world.ticket("laptop-1").await.subject_der;
        Self { world, sender: Sender::self_made(&subject_der, Key::rsa()) }
    }

    /// A request with that challenge, as far as its signature goes in order.
    async fn request(&self, challenge: Option<&str>) -> Vec<u8> {
        let ticket = self.world.ticket("laptop-1").await;
        let challenge = challenge.map(|text| Secret::new(text.to_owned()));
        certification_request(&ticket, &self.sender.key, challenge.as_ref())
    }

    async fn is_told(&self, message: Vec<u8>, expected: FailInfo) {
        let answer = self.world.scep().pki_operation(message).await.unwrap();
        let read = self.sender.read(&self.world, &answer, &Travel::default(), None).await;
        assert_eq!(read, Reply::Refused(expected));
    }

    async fn asks(&self, inquiry: Inquiry<'_>, expected: FailInfo) {
        let message = self.sender.message(&self.world, inquiry, &Travel::default()).await;
        self.is_told(message, expected).await;
    }

    /// What was counted once, and that nothing was issued or noted on a row.
    async fn is_counted(&self, reason: &str) {
        let metrics = format!("http://{}/metrics", self.world.running.addresses().ops);
        let text = reqwest::get(metrics).await.unwrap().text().await.unwrap();
        let line = format!(
            r#"scep_requests_total{{operation="PKIOperation",result="failure",reason="{reason}"}} 1"#
        );
        assert!(text.contains(&line), "{line} is not in\n{text}");
        assert_eq!(self.world.certificates().await, 0);
        assert_eq!(self.world.row("laptop-1").await.reason, None, "a stranger says nothing about a device");
    }
}

#[tokio::test]
async fn a_request_without_a_challenge_is_counted_as_such() {
    let stranger = Stranger::new().await;
    let request = stranger.request(None).await;
    stranger.asks(Inquiry::Enroll(&request), FailInfo::BadRequest).await;
    stranger.is_counted("ChallengePasswordMissing").await;
}

#[tokio::test]
async fn a_challenge_that_is_none_of_ours_is_told_from_one_that_was_guessed() {
    let stranger = Stranger::new().await;
    let guessed = format!("{}.{}", "A".repeat(16), "A".repeat(43));
    for (challenge, reason) in [("password", "ChallengeDecodingError"), (&guessed, "ChallengeUnknown")] {
        let request = stranger.request(Some(challenge)).await;
        stranger.asks(Inquiry::Enroll(&request), FailInfo::BadRequest).await;
        stranger.is_counted(reason).await;
    }
}

#[tokio::test]
async fn an_envelope_that_holds_no_request_is_counted_as_unreadable() {
    let stranger = Stranger::new().await;
    stranger.asks(Inquiry::Enroll(b"no request"), FailInfo::BadMessageCheck).await;
    stranger.is_counted("EnvelopeUnreadable").await;
}

#[tokio::test]
async fn a_request_that_its_key_did_not_sign_is_told_what_an_unreadable_one_is() {
    let stranger = Stranger::new().await;
    let mut request = stranger.request(None).await;
    *request.last_mut().unwrap() ^= 1;
    stranger.asks(Inquiry::Enroll(&request), FailInfo::BadMessageCheck).await;
    stranger.is_counted("SignatureValidationFailed").await;
}

#[tokio::test]
async fn a_cipher_that_is_not_accepted_is_counted_before_anything_is_opened() {
    let stranger = Stranger::new().await;
    let travel = Travel { cipher: ContentCipher::TripleDesCbc, ..Travel::default() };
    let message = stranger.sender.message(&stranger.world, Inquiry::Enroll(b"no request"), &travel).await;
    stranger.is_told(message, FailInfo::BadAlg).await;
    stranger.is_counted("AlgorithmNotAccepted").await;
}

#[tokio::test]
async fn a_poll_and_an_inquiry_of_a_stranger_are_counted_by_what_they_lack() {
    let stranger = Stranger::new().await;
    let name = &[0x30, 0x00];
    stranger.asks(Inquiry::Poll { issuer_der: name, subject_der: name }, FailInfo::BadCertId).await;
    stranger.is_counted("TransactionUnknown").await;
    let serial = IssuerAndSerial::new(name, &[1]).unwrap();
    stranger.asks(Inquiry::GetCert(&serial), FailInfo::BadRequest).await;
    stranger.is_counted("SignerUnknown").await;
}
