//! An authority that somebody else made: an issuing CA below a root, with its registration authority.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256,
    date_time_ymd,
};
use scepter_pki::SigningError;
use scepter_pki::authority::{Authority, AuthorityProblem, KeyRole, LoadAuthorityError};
use scepter_pki::issue::IssueError;
use scepter_pki::name_constraints::NameForm;
use scepter_policy::identity::SerialNumber;
use scepter_policy::vocabulary::KeyUsage;

use crate::order::{Wanted, every_kind_of_name, order};
use crate::support::{files, lab, now, parse, pool, publication, ra, verify};

/// What each certificate of the authority may do; each test changes the one thing it is about.
struct Plan {
    ca_usages: Vec<KeyUsagePurpose>,
    ca_constraints: IsCa,
    signing_usage: KeyUsagePurpose,
    decryption_ca: IsCa,
    /// What the root says about the names below it.
    root_constraints: Option<NameConstraints>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            ca_usages: vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
            ca_constraints: IsCa::Ca(BasicConstraints::Constrained(0)),
            signing_usage: KeyUsagePurpose::DigitalSignature,
            decryption_ca: IsCa::ExplicitNoCa,
            root_constraints: None,
        }
    }
}

/// Certificates in PEM.
struct Made {
    root: String,
    ca: String,
}

fn params(common_name: &str, is_ca: IsCa, usages: Vec<KeyUsagePurpose>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Acme");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2036, 1, 1);
    params.is_ca = is_ca;
    params.key_usages = usages;
    params
}

fn root(name_constraints: Option<NameConstraints>) -> (KeyPair, CertificateParams, Certificate) {
    let usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut params = params("Root", is_ca, usages);
    params.name_constraints = name_constraints;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (key, params, certificate)
}

/// Writes an authority's files as another tool would.
fn make(directory: &Path, plan: Plan) -> Made {
    let files = files(directory);
    let (root_key, root_params, root) = root(plan.root_constraints);
    let root_issuer = Issuer::from_params(&root_params, &root_key);
    let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let ca_params = params("Issuing", plan.ca_constraints, plan.ca_usages);
    let ca = ca_params.signed_by(&ca_key, &root_issuer).unwrap();
    let ca_issuer = Issuer::from_params(&ca_params, &ca_key);

    let signing_key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let signing = params("Signing", IsCa::ExplicitNoCa, vec![plan.signing_usage]);
    let signing = signing.signed_by(&signing_key, &ca_issuer).unwrap();
    let decryption_key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let decryption = params("Decryption", plan.decryption_ca, vec![KeyUsagePurpose::KeyEncipherment]);
    let decryption = decryption.signed_by(&decryption_key, &ca_issuer).unwrap();

    let made = Made { root: root.pem(), ca: ca.pem() };
    fs::write(&files.certificate_chain, [made.ca.as_str(), made.root.as_str()].concat()).unwrap();
    // In the other order than the keys are configured in.
    fs::write(&files.ra.certificates, [decryption.pem(), signing.pem()].concat()).unwrap();
    for (path, key) in [
        (&files.signing_key, &ca_key),
        (&files.ra.signing_key, &signing_key),
        (&files.ra.decryption_key, &decryption_key),
    ] {
        let path = path.file().unwrap();
        fs::write(path, key.serialize_pem()).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }
    made
}

fn load(directory: &Path) -> Result<Authority, AuthorityProblem> {
    files(directory).load(lab(), publication(), &pool(), now()).map_err(|error| match error {
        LoadAuthorityError::Authority(error) => error.problem,
        other => panic!("{other}"),
    })
}

fn problem(directory: &Path) -> AuthorityProblem {
    load(directory).unwrap_err()
}

/// The problem of an authority that was made to a plan.
fn problem_of(plan: Plan) -> AuthorityProblem {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path(), plan);
    problem(directory.path())
}

#[tokio::test]
async fn an_issuing_ca_below_a_root_issues_certificates_that_verify_up_to_the_root() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path(), Plan::default());
    let authority = load(directory.path()).unwrap();
    let wanted = Wanted { names: every_kind_of_name(), key_usages: &[KeyUsage::DigitalSignature], days: 30 };
    let order = order(&authority, wanted, SerialNumber::from_random([7; 16]), now());
    let issued = authority.issue(order).await.unwrap();

    assert_eq!(verify(issued.der(), &authority, None, now()), Ok(()));
    assert_eq!(parse(authority.root()).subject().to_string(), "O=Acme, CN=Root");
    assert_eq!(authority.certificate_chain().count(), 2);
    assert_eq!(
        parse(issued.der()).issuer().as_raw(),
        parse(authority.issuing_certificate()).subject().as_raw()
    );
    assert_eq!(
        parse(ra(&authority).signing_certificate()).public_key().raw,
        ra(&authority).reply_key().spki()
    );
}

#[tokio::test]
async fn the_name_constraints_of_a_root_hold_for_what_an_issuing_ca_below_it_signs() {
    for (permitted, is_allowed) in [("example.com", true), ("corp.example.com", false)] {
        let directory = tempfile::tempdir().unwrap();
        let permitted_subtrees = vec![GeneralSubtree::DnsName(permitted.to_owned())];
        let root_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: vec![] });
        make(directory.path(), Plan { root_constraints, ..Plan::default() });
        let authority = load(directory.path()).unwrap();
        let wanted =
            Wanted { names: every_kind_of_name(), key_usages: &[KeyUsage::DigitalSignature], days: 30 };
        let order = order(&authority, wanted, SerialNumber::from_random([7; 16]), now());
        match authority.issue(order).await {
            Ok(issued) => assert_eq!(verify(issued.der(), &authority, None, now()), Ok(())),
            Err(IssueError::Signing(SigningError::Names(violation))) => {
                assert!(!is_allowed);
                assert_eq!(
                    (violation.form, violation.name.as_str()),
                    (NameForm::DnsName, "laptop-1.example.com")
                );
                assert_eq!(violation.ca, "O=Acme,CN=Root");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_chain_that_is_not_ordered_from_the_ca_to_the_root_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let Made { root, ca } = make(directory.path(), Plan::default());
    let chain = files(directory.path()).certificate_chain;
    let problem_with = |text: String| {
        fs::write(&chain, text).unwrap();
        problem(directory.path())
    };

    assert_eq!(problem_with(ca.clone()), AuthorityProblem::NoRoot);
    assert_eq!(problem_with(format!("{root}{ca}")), AuthorityProblem::BrokenChain { position: 0 });
    let (_, _, impostor) = self::root(None);
    assert_eq!(
        problem_with(format!("{ca}{}", impostor.pem())),
        AuthorityProblem::BrokenChain { position: 0 },
        "a root of the same name did not sign the CA"
    );
    assert_eq!(problem_with(root), AuthorityProblem::ForeignKey);
}

#[test]
fn a_ca_that_may_not_issue_or_not_revoke_is_refused() {
    let no_ca = Plan { ca_constraints: IsCa::ExplicitNoCa, ..Plan::default() };
    assert_eq!(problem_of(no_ca), AuthorityProblem::NotAnIssuer { position: 0 });
    let no_certificates = Plan { ca_usages: vec![KeyUsagePurpose::CrlSign], ..Plan::default() };
    assert_eq!(problem_of(no_certificates), AuthorityProblem::NotAnIssuer { position: 0 });
    let no_crls = Plan { ca_usages: vec![KeyUsagePurpose::KeyCertSign], ..Plan::default() };
    assert_eq!(problem_of(no_crls), AuthorityProblem::NoCrlSigning);
}

#[test]
fn an_ra_certificate_that_is_a_ca_or_lacks_its_usage_is_refused() {
    let no_usage = Plan { signing_usage: KeyUsagePurpose::KeyEncipherment, ..Plan::default() };
    assert_eq!(
        problem_of(no_usage),
        AuthorityProblem::NoRaCertificate { role: KeyRole::RaSigning, usage: "digitalSignature" }
    );
    let ca = Plan { decryption_ca: IsCa::Ca(BasicConstraints::Constrained(0)), ..Plan::default() };
    assert_eq!(
        problem_of(ca),
        AuthorityProblem::NoRaCertificate { role: KeyRole::RaDecryption, usage: "keyEncipherment" }
    );
}
