//! An OCSP responder of an authority that was just made.

use std::num::NonZeroUsize;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use scepter_pki::authority::{AuthorityFiles, CreateAuthority, Publication, create_authority};
use scepter_pki::key::{KeyAlgorithm, RsaPool};
use scepter_pki::name_constraints::NameConstraints;
use scepter_pki::ocsp::OcspResponder;
use scepter_policy::identity::AuthorityName;
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName};
use tokio::runtime::{Builder, Runtime};

/// The moment at which everything happens here: 24 November 2026, 00:00 UTC.
pub const NOW: Timestamp = Timestamp::constant(1_795_478_400, 0);

/// A responder, and the runtime that waits for it. Its authority is gone.
pub fn responder() -> (Runtime, OcspResponder) {
    let runtime = Builder::new_current_thread().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let responder = runtime.block_on(of_new_authority(directory.path()));
    (runtime, responder)
}

async fn of_new_authority(directory: &Path) -> OcspResponder {
    let (now, pool) = (NOW, RsaPool::new(NonZeroUsize::MIN, 8));
    let name = AuthorityName::new("fuzz").unwrap();
    let files = AuthorityFiles::within(directory);
    let common_name = Attribute { kind: AttributeType::CommonName, value: "Fuzz CA".to_owned() };
    let request = CreateAuthority {
        algorithm: KeyAlgorithm::P256,
        subject: DistinguishedName {
            rdns: vec![RelativeDistinguishedName { attributes: vec![common_name] }],
        },
        name_constraints: NameConstraints::default(),
        lifetime: SignedDuration::from_hours(24),
    };
    create_authority(&files, &request, &pool, now).await.unwrap();
    let authority = files.load(name, Publication::default(), &pool, now).unwrap();
    authority.new_ocsp_responder(&pool, now).await.unwrap()
}
