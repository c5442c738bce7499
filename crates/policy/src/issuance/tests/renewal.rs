use super::*;
use crate::identity::{AuthorityName, SerialNumber};

const OLD: [u8; 16] = [0x41; 16];

/// The certificate of the sample's device: ten months old of a year, with renewal in the last fifth.
fn certificate() -> RenewableCertificate {
    RenewableCertificate {
        serial: SerialNumber::from_random(OLD),
        not_before: "2025-05-01T12:00:00Z".parse().unwrap(),
        not_after: "2026-05-01T12:00:00Z".parse().unwrap(),
        is_current: true,
        outdated: false,
    }
}

/// What becomes of a renewal by a certificate that was changed.
fn renewed(change: impl FnOnce(&mut RenewableCertificate)) -> Result<Authorized, RefusalReason> {
    let mut certificate = certificate();
    change(&mut certificate);
    let grant = Grant { presented: Presented::Certificate(certificate), ..grant() };
    let csr = csr(&grant);
    authorize(grant, &authority(), request(&csr), now()).map_err(|refusal| refusal.reason)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_certificate_in_its_window_is_renewed_and_spent() {
    let authorized = renewed(|_| ()).unwrap();
    assert_eq!(authorized.credential(), &CredentialId::Certificate(SerialNumber::from_random(OLD)));
    assert_eq!(authorized.key(), &assignment());
}

#[test]
fn a_certificate_before_its_window_is_not_renewed_unless_its_profile_has_changed() {
    let early = |outdated| {
        renewed(|certificate| {
            certificate.not_after = at("2027-05-01T12:00:00Z");
            certificate.outdated = outdated;
        })
    };
    assert_eq!(early(false).unwrap_err(), RefusalReason::RenewalNotDue);
    assert!(early(true).is_ok());
}

#[test]
fn a_certificate_that_ended_or_has_not_begun_renews_nothing() {
    let ended = renewed(|certificate| certificate.not_after = now());
    assert_eq!(ended.unwrap_err(), RefusalReason::SignerExpired);
    let future = renewed(|certificate| certificate.not_before = at("2026-03-01T12:00:01Z"));
    assert_eq!(future.unwrap_err(), RefusalReason::SignerExpired);
}

#[test]
fn a_certificate_that_was_replaced_renews_nothing() {
    let replaced = renewed(|certificate| certificate.is_current = false);
    assert_eq!(replaced.unwrap_err(), RefusalReason::SignerSuperseded);
}

#[test]
fn a_certificate_renews_once_and_the_identical_request_may_come_again() {
    let outcome = |state| {
        let certificate = RenewableCertificate { is_current: false, ..certificate() };
        let presented = Presented::Certificate(certificate);
        let grant = Grant { presented, state, key_seen_for: Some(assignment()), ..grant() };
        let csr = csr(&grant);
        authorize(grant, &authority(), request(&csr), now()).map_err(|refusal| refusal.reason)
    };
    assert!(outcome(CredentialState::Used(REQUEST)).is_ok());
    assert_eq!(outcome(CredentialState::Used(OTHER_REQUEST)).unwrap_err(), RefusalReason::SignerSuperseded);
}

#[test]
fn a_renewal_needs_a_new_key() {
    let grant = Grant {
        presented: Presented::Certificate(certificate()),
        key_seen_for: Some(assignment()),
        ..grant()
    };
    let csr = csr(&grant);
    let refusal = authorize(grant, &authority(), request(&csr), now()).unwrap_err();
    assert_eq!(refusal.reason, RefusalReason::KeyReused);
}

#[test]
fn a_credential_is_read_back_from_its_text() {
    let serial = SerialNumber::from_random(OLD);
    for id in [CredentialId::Challenge(ChallengeId("c1".into())), CredentialId::Certificate(serial)] {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    assert!("renewal.12".parse::<CredentialId>().is_err());
    let password = format!("{}.secret", CredentialId::Certificate(serial));
    assert!(Credential::from_challenge_password(&password).is_none(), "no password names a certificate");
}

/// An authority that has signed one certificate.
struct Signed(AuthorityName);

impl Signatory for Signed {
    fn authority(&self) -> &AuthorityName {
        &self.0
    }

    fn signed(&self, certificate_der: &[u8]) -> Option<SerialNumber> {
        (certificate_der == b"ours").then(|| SerialNumber::from_random(OLD))
    }
}

#[test]
fn a_serial_proves_nothing() {
    let authority = Signed(AuthorityName::new("default").unwrap());
    assert!(ProvenCertificate::prove(b"forged", &authority).is_none());
    let proven = ProvenCertificate::prove(b"ours", &authority).unwrap();
    assert_eq!((proven.serial(), proven.der()), (SerialNumber::from_random(OLD), b"ours".as_slice()));
}
