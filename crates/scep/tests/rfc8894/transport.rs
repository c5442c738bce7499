//! Capabilities, CA certificates, and messages in URLs.

use scepter_scep::client::{Unvouched, read_next_authority};
use scepter_scep::transport::{
    CA_CAPABILITIES, CA_CERTIFICATE, CA_RA_CERTIFICATES, CaCertificates, NEXT_CA_CERTIFICATES,
    NextCaCertificates, Operation, Query, capabilities,
};
use scepter_scep::{Algorithms, CertsOnly, Limits, ToBeSigned, Untrusted};

use super::support::keys::CurveKey;
use super::support::{self, Party};

#[test]
fn t02_capabilities_are_keywords_of_the_rfc_one_a_line() {
    let all = Algorithms::default().with_sha1().with_triple_des();
    let announced = capabilities(&all, true);
    let lines: Vec<_> = announced.split_terminator('\n').collect();
    for keyword in ["AES", "POSTPKIOperation", "SHA-256", "SCEPStandard", "Renewal", "GetNextCACert", "DES3"]
    {
        assert!(lines.contains(&keyword), "{keyword}: {announced}");
    }
    assert!(lines.iter().all(|line| !line.is_empty() && line.trim() == *line), "{announced:?}");
    assert!(announced.ends_with('\n') && announced.len() < 1024);
    assert_eq!(CA_CAPABILITIES, "text/plain");
}

#[test]
fn t03_a_message_in_a_url_is_base64_in_percent_encoding_and_a_post_may_name_no_operation() {
    let query = "operation=PKIOperation&message=%2B%2F%2b%2F";
    let query = Query::parse(query, &Limits::default()).unwrap();
    assert_eq!(query.operation(), Some(Operation::PkiOperation));
    assert_eq!(query.pki_message().unwrap(), [0xfb, 0xff, 0xbf]);
    assert_eq!(Query::parse("", &Limits::default()).unwrap().operation(), None);
}

#[test]
fn t04_one_ca_certificate_is_sent_bare_and_several_as_certs_only_the_leaf_first() {
    let (leaf, root) = (Party::new("leaf").certificate, Party::new("root").certificate);
    let single = CaCertificates::Single(&leaf).to_body().unwrap();
    assert_eq!((single.content_type, &single.body), (CA_CERTIFICATE, &leaf));
    assert_eq!(CA_CERTIFICATE, "application/x-x509-ca-cert");

    let chain = [leaf, root];
    let several = CaCertificates::Chain(&chain).to_body().unwrap();
    assert_eq!(several.content_type, CA_RA_CERTIFICATES);
    assert_eq!(CA_RA_CERTIFICATES, "application/x-x509-ca-ra-cert");
    assert_eq!(CertsOnly::from_ber(&several.body, &Limits::default()).unwrap().certificates, chain);
}

#[test]
fn t05_the_next_ca_is_believed_where_the_current_ca_has_signed_it() {
    let (current, next) = (Party::new("ca"), [Party::new("next ca").certificate]);
    let prepared = || NextCaCertificates(&next).prepare(&current.certificate, support::now()).unwrap();
    let read = |body: &[u8]| {
        read_next_authority(body, &current.certificate, &Algorithms::default(), &Limits::default())
    };
    let answer = current.sign(prepared());
    assert_eq!(read(&answer).unwrap().certificates, next);
    assert_eq!(NEXT_CA_CERTIFICATES, "application/x-x509-next-ca-cert");

    let forged = Party::new("somebody").sign(prepared());
    assert_eq!(read(&forged), Err(Unvouched::Untrusted(Untrusted::Signature)));
    let mut altered = answer.clone();
    // A byte of the next CA's key.
    let place = altered.windows(next[0].len()).position(|part| part == next[0]).unwrap() + next[0].len() / 2;
    altered[place] ^= 1;
    assert_eq!(read(&altered), Err(Unvouched::Untrusted(Untrusted::Digest)));
    let imposter = Party::new("imposter");
    let own = NextCaCertificates(&next).prepare(&imposter.certificate, support::now()).unwrap();
    assert_eq!(read(&imposter.sign(own)), Err(Unvouched::Signer));
}

#[test]
fn t05_a_ca_on_a_curve_vouches_for_the_next_one_too() {
    let current = CurveKey::generate();
    let certificate =
        support::self_signed(&support::name("ca"), &current.spki_der, |bytes| current.sign(bytes));
    let next = [Party::new("next ca").certificate];
    let prepared: ToBeSigned = NextCaCertificates(&next).prepare(&certificate, support::now()).unwrap();
    let signature = current.sign(&prepared.bytes().unwrap());
    let answer = prepared.assemble(&signature).unwrap();
    let read = read_next_authority(&answer, &certificate, &Algorithms::default(), &Limits::default());
    assert_eq!(read.unwrap().certificates, next);
}
