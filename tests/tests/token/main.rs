//! Keys in a real token, `SoftHSM`: nothing stands in for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::env;
use std::fs::{self, Permissions};
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey};
use jiff::{SignedDuration, Timestamp};
use scepter_pki::authority::{
    Authority, AuthorityFiles, AuthorityProblem, CreateAuthority, KeyPlace, LoadAuthorityError, Publication,
    create_authority,
};
use scepter_pki::crl::{CrlSpool, CrlTerms};
use scepter_pki::key::pkcs11::{TokenError, TokenKeyUri, TokenSigningKey, Tokens};
use scepter_pki::key::{KeyAlgorithm, KeyTransport, ReplyDigest, RsaPool};
use scepter_pki::name_constraints::NameConstraints;
use scepter_policy::identity::AuthorityName;
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName};
use scepter_tests::SoftHsm;
use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode as _;

/// A token of its own, in a process of its own: `SoftHSM` finds its tokens by the environment, which a process sets for
/// another only. Nothing in the process that starts the other.
fn own_token() -> Option<SoftHsm> {
    if let Some(token) = SoftHsm::inherited() {
        return Some(token);
    }
    let token = SoftHsm::new().unwrap();
    let test = std::thread::current().name().unwrap().to_owned();
    let mut command = Command::new(env::current_exe().unwrap());
    let status = command.args([&test, "--exact", "--nocapture"]).envs(token.environment()).status();
    assert!(status.unwrap().success(), "{test} failed in its own process");
    None
}

fn uri(token: &SoftHsm, label: &str) -> TokenKeyUri {
    token.key(label).parse().unwrap()
}

fn tokens() -> Tokens {
    Tokens::new(NonZeroUsize::new(2).unwrap(), 16)
}

/// Makes an authority in files and moves its keys into the token. Its certificates stay.
async fn moved_into_token(token: &SoftHsm, algorithm: KeyAlgorithm) -> AuthorityFiles {
    let files = AuthorityFiles::within(token.directory());
    let common_name = Attribute { kind: AttributeType::CommonName, value: "Token CA".to_owned() };
    let request = CreateAuthority {
        algorithm,
        subject: DistinguishedName {
            rdns: vec![RelativeDistinguishedName { attributes: vec![common_name] }],
        },
        name_constraints: NameConstraints::default(),
        lifetime: SignedDuration::from_hours(24),
    };
    let pool = RsaPool::new(NonZeroUsize::MIN, 8);
    create_authority(&files, &request, &pool, Timestamp::now()).await.unwrap();
    for label in LABELS {
        let file = token.directory().join(format!("{label}.key"));
        token.import(&file, label).unwrap();
        fs::remove_file(file).unwrap();
    }
    files
}

/// The authority with those keys of the token.
fn opened(
    token: &SoftHsm,
    mut files: AuthorityFiles,
    keys: [&str; 3],
) -> Result<Authority, LoadAuthorityError> {
    let [ca, signing, decryption] = keys.map(|label| KeyPlace::Token(uri(token, label)));
    files.signing_key = ca;
    files.ra.signing_key = signing;
    files.ra.decryption_key = decryption;
    let name = AuthorityName::new("hsm").unwrap();
    let pool = RsaPool::new(NonZeroUsize::MIN, 8);
    files.load(name, Publication::default(), &pool, Timestamp::now())
}

const LABELS: [&str; 3] = ["ca", "ra-signing", "ra-decryption"];

/// Issuing looks at each signature under the public key of the CA's certificate before it hands it out, so that what
/// comes out here was verified by AWS-LC.
async fn signs(algorithm: KeyAlgorithm) {
    let Some(token) = own_token() else { return };
    let files = moved_into_token(&token, algorithm).await;
    let authority = opened(&token, files, LABELS).unwrap();

    let now = Timestamp::now();
    let pool = RsaPool::new(NonZeroUsize::MIN, 8);
    let responder = authority.new_ocsp_responder(&pool, now).await.unwrap();
    assert!(authority.has_signed(responder.certificate()));
    let terms = CrlTerms { number: 1, this_update: now, next_update: now + SignedDuration::from_hours(1) };
    let spool = CrlSpool::new(tempfile::tempfile().unwrap());
    assert!(authority.sign_crl(spool.finish(&authority, &terms).unwrap()).await.unwrap().length() > 0);

    let reply_key = authority.registration_authorities().current().reply_key();
    let spki = SubjectPublicKeyInfoRef::from_der(reply_key.spki()).unwrap();
    for (digest, verification) in [
        (ReplyDigest::Sha256, &RSA_PKCS1_2048_8192_SHA256),
        (ReplyDigest::Sha512, &RSA_PKCS1_2048_8192_SHA512),
    ] {
        let signature = reply_key.sign(digest, b"reply").await.unwrap();
        let public = UnparsedPublicKey::new(verification, spki.subject_public_key.raw_bytes());
        public.verify(b"reply", &signature).unwrap();
    }
}

#[tokio::test]
async fn an_ecdsa_ca_whose_keys_are_in_a_token_signs_certificates_crls_and_replies() {
    signs(KeyAlgorithm::P256).await;
}

#[tokio::test]
async fn an_rsa_ca_whose_keys_are_in_a_token_signs_certificates_crls_and_replies() {
    signs(KeyAlgorithm::Rsa2048).await;
}

#[tokio::test]
async fn a_token_opens_envelopes_and_what_it_cannot_open_is_a_random_key_and_no_error() {
    let Some(token) = own_token() else { return };
    let files = moved_into_token(&token, KeyAlgorithm::P256).await;
    let authority = opened(&token, files, LABELS).unwrap();
    let key = authority.registration_authorities().current().decryption_key();
    let public = PublicEncryptingKey::from_der(key.spki()).unwrap();
    let secret = [7u8; 16];
    let pkcs1 = Pkcs1PublicEncryptingKey::new(public.clone()).unwrap();
    let mut by_pkcs1 = vec![0; pkcs1.ciphertext_size()];
    pkcs1.encrypt(&secret, &mut by_pkcs1).unwrap();
    let oaep = OaepPublicEncryptingKey::new(public).unwrap();
    let mut by_oaep = vec![0; oaep.ciphertext_size()];
    oaep.encrypt(&OAEP_SHA1_MGF1SHA1, &secret, &mut by_oaep, None).unwrap();

    let open = async |wrapped: &[u8], length, transport| {
        key.content_key(wrapped, length, transport).await.unwrap().as_bytes().to_vec()
    };
    assert_eq!(open(&by_pkcs1, 16, KeyTransport::Pkcs1v15).await, secret);
    assert_eq!(open(&by_oaep, 16, KeyTransport::OaepSha1).await, secret);

    let bad_padding = vec![1; 256];
    for (wrapped, length, transport) in [
        (&bad_padding, 16, KeyTransport::Pkcs1v15),
        (&vec![0xff; 256], 16, KeyTransport::Pkcs1v15),
        (&vec![1; 3], 16, KeyTransport::Pkcs1v15),
        (&by_pkcs1, 32, KeyTransport::Pkcs1v15),
        (&by_oaep, 16, KeyTransport::Pkcs1v15),
        (&by_pkcs1, 16, KeyTransport::OaepSha1),
        (&by_oaep, 16, KeyTransport::OaepSha256),
    ] {
        let [first, second] =
            [open(wrapped, length, transport).await, open(wrapped, length, transport).await];
        assert_eq!((first.len(), second.len()), (length, length));
        assert_ne!(first, second, "two random keys are not the same");
    }
    assert_eq!(open(&by_pkcs1, 16, KeyTransport::Pkcs1v15).await, secret, "the token still answers");
}

#[tokio::test]
async fn one_key_of_a_token_in_two_roles_stops_the_authority() {
    let Some(token) = own_token() else { return };
    let files = moved_into_token(&token, KeyAlgorithm::P256).await;
    let refused = opened(&token, files, ["ca", "ra-signing", "ra-signing"]).unwrap_err();
    let LoadAuthorityError::Authority(refused) = refused else { panic!("{refused}") };
    assert!(matches!(refused.problem, AuthorityProblem::SharedKey { .. }), "{refused}");
}

#[test]
fn what_is_not_in_the_token_and_a_wrong_pin_are_named_and_the_pin_is_not() {
    let Some(token) = own_token() else { return };
    let missing = TokenSigningKey::open(&mut tokens(), &uri(&token, "ca")).unwrap_err();
    assert!(matches!(missing, TokenError::Key { .. }), "{missing}");
    assert!(missing.to_string().contains("key ca of token scepter-tests"), "{missing}");

    let pin = token.write("pin", "wrong-pin").unwrap();
    let refused = TokenSigningKey::open(&mut tokens(), &uri(&token, "ca")).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("PinIncorrect") && !text.contains("wrong-pin"), "{text}");

    fs::set_permissions(pin, Permissions::from_mode(0o644)).unwrap();
    let exposed = TokenSigningKey::open(&mut tokens(), &uri(&token, "ca")).unwrap_err();
    assert!(exposed.to_string().contains("chmod 600"), "{exposed}");
}
