//! A device that enrolls: requests as policy sees them, signed by a real authority.

use std::num::NonZeroUsize;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use jiff::SignedDuration;
use scepter_pki::authority::{Authority, AuthorityFiles, CreateAuthority, Publication, create_authority};
use scepter_pki::key::{KeyAlgorithm, RsaPool};
use scepter_pki::name_constraints::NameConstraints;
use scepter_policy::authority::{Approval, AuthorityFacts, Permitted};
use scepter_policy::identity::{AuthorityName, SerialNumber};
use scepter_policy::issuance::{
    Authorized, CertificateRequest, Credential, Grant, Issued, Order, ProvenCertificate, RefusalReason,
    authorize,
};
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName};
use scepter_policy::profile::Validity;
use scepter_policy::request::{KeyFingerprint, PublicKey, RequestFacts, RequestFingerprint};
use scepter_policy::resolve::resolve;
use scepter_policy::vocabulary::ValidityUnit;
use scepter_store::IssuanceError;
use scepter_store::approvals::Asked;
use scepter_store::issuance::{Recorded, Reservation};

use super::{World, noon};

/// One request of one device: its number stands for its key and its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    key: KeyFingerprint,
    fingerprint: RequestFingerprint,
}

impl Request {
    pub(crate) fn number(number: u8) -> Self {
        Self { key: KeyFingerprint([number; 32]), fingerprint: RequestFingerprint([number; 32]) }
    }

    pub(crate) fn key(self) -> KeyFingerprint {
        self.key
    }

    /// How it came: in a transaction of that number, signed with the key of that number.
    pub(crate) fn asked(self) -> Asked {
        Asked {
            transaction_id: format!("transaction {}", self.fingerprint.0[0]),
            signer_key: self.key,
            request_der: self.fingerprint.0.to_vec(),
        }
    }

    /// Other bytes with the same key, as when a device asks again under another challenge.
    pub(crate) fn again_as(self, number: u8) -> Self {
        Self { fingerprint: RequestFingerprint([number; 32]), ..self }
    }
}

/// What issuing needs beside the store: an authority, and a key for requests to carry.
pub(crate) struct Issuing {
    pub(crate) authority: Authority,
    facts: AuthorityFacts,
    spki: Vec<u8>,
}

impl Issuing {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = AuthorityFiles::within(directory.path());
        let kind = AttributeType::CommonName;
        let attributes = vec![Attribute { kind, value: "Laboratory CA".into() }];
        let request = CreateAuthority {
            algorithm: KeyAlgorithm::P256,
            subject: DistinguishedName { rdns: vec![RelativeDistinguishedName { attributes }] },
            name_constraints: NameConstraints::default(),
            lifetime: SignedDuration::from_hours(24 * 400),
        };
        let pool = RsaPool::new(NonZeroUsize::MIN, 8);
        create_authority(&files, &request, &pool, noon()).await.unwrap();
        let authority = files.load(authority_name(), Publication::default(), &pool, noon()).unwrap();
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let spki: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
        Self { facts: facts(&authority), spki: spki.as_ref().to_vec(), authority }
    }

    /// The same, but that somebody has to approve each request.
    pub(crate) fn with_approval(mut self) -> Self {
        self.facts.approval = Approval::Manual;
        self
    }

    /// The same, but that nobody has to approve requests.
    pub(crate) fn without_approval(mut self) -> Self {
        self.facts.approval = Approval::Automatic;
        self
    }

    /// The certificate as its holder presents it to renew it.
    pub(crate) fn renewal(&self, certificate: &Recorded) -> Credential {
        Credential::Renewal(ProvenCertificate::prove(certificate.der(), &self.authority).unwrap())
    }

    /// Authorises what was granted, for the request that the device makes when it does as it was asked.
    pub(crate) fn authorize(&self, world: &World, grant: Grant, request: Request) -> Authorized {
        let resolved = resolve(&grant.profile, &grant.device, grant.user.as_ref()).unwrap();
        let facts = RequestFacts {
            subject: resolved.subject,
            subject_alternative_names: resolved.subject_alternative_names,
            has_foreign_names: false,
            key_usage: None,
            extended_key_usages: None,
            wants_ca: false,
            other_extensions: std::collections::BTreeSet::new(),
            public_key: PublicKey::Rsa { bits: 2048, exponent: Some(65537) },
            spki: self.spki.clone(),
        };
        let request = CertificateRequest { facts, key: request.key, fingerprint: request.fingerprint };
        authorize(grant, &self.facts, request, world.now).unwrap()
    }

    /// Asks, is judged, and reserves under a serial of that number unless one is reserved already.
    pub(crate) async fn reserve(
        &self,
        world: &World,
        credential: &Credential,
        request: Request,
        serial: u8,
    ) -> Result<Reservation, IssuanceError> {
        let grant = world.store.grant(credential, request.key).await?;
        let authorized = self.authorize(world, grant, request);
        world
            .store
            .reserve(authorized, &request.asked(), SerialNumber::from_random([serial; 16]), world.now)
            .await
    }

    /// The order of a request that has no certificate yet.
    pub(crate) async fn order(
        &self,
        world: &World,
        credential: &Credential,
        request: Request,
        serial: u8,
    ) -> Order {
        match self.reserve(world, credential, request, serial).await.unwrap() {
            Reservation::Fresh(order) => *order,
            Reservation::Replay(recorded) => panic!("recorded already: {recorded:?}"),
            Reservation::Waiting => panic!("it has to be approved"),
        }
    }

    pub(crate) async fn sign(&self, order: Order) -> Issued {
        self.authority.issue(order).await.unwrap()
    }

    /// The whole way from a credential to a recorded certificate.
    pub(crate) async fn enroll(
        &self,
        world: &World,
        credential: &Credential,
        request: Request,
        serial: u8,
    ) -> Recorded {
        let order = self.order(world, credential, request, serial).await;
        world.store.record(self.sign(order).await, world.now).await.unwrap()
    }
}

pub(crate) fn authority_name() -> AuthorityName {
    "default".parse().unwrap()
}

fn facts(authority: &Authority) -> AuthorityFacts {
    AuthorityFacts {
        name: authority.name().clone(),
        ca: authority.name().clone(),
        not_before: authority.not_before(),
        not_after: authority.not_after(),
        max_validity: Validity { value: 1, unit: ValidityUnit::Years },
        enforce_name_lengths: true,
        root: authority.root().to_vec(),
        other_roots: Vec::new(),
        public_urls: Vec::new(),
        permitted: vec![Permitted { any: true, ..Permitted::default() }],
        approval: Approval::Automatic,
    }
}

/// Why a request was refused, whatever else would be a failure of the test.
pub(crate) fn reason<T: std::fmt::Debug>(outcome: Result<T, IssuanceError>) -> RefusalReason {
    match outcome {
        Err(IssuanceError::Refused { refusal, .. }) => refusal.reason,
        other => panic!("{other:?}"),
    }
}
