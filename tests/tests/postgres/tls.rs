//! A server that is reached over a network has to prove that it is the one (decision 0286).

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use scepter_store::{Location, OpenError};
use scepter_tests::Postgres;

use crate::world::{MAC_KEY, Manifest, World, fleet, open};

/// Where the server is, and where it answers under a name that it has not.
const SERVER: &str = "127.0.0.9";
const ANOTHER: &str = "127.0.0.10";

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn at(url: &str) -> Location {
    Location::Postgres(url.parse().unwrap())
}

/// Why a store cannot be opened.
async fn refused(url: &str) -> String {
    match open(at(url), MAC_KEY).await {
        Err(error @ OpenError::Database { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened at {url}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_kept_on_the_server_whose_certificate_is_right_and_on_no_other() {
    let (ours, foreign) = (authority("ours"), authority("foreign"));
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([SERVER.to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
    let server =
        Postgres::start_with_tls(&format!("{SERVER},{ANOTHER}"), &certificate.pem(), &key.serialize_pem());
    let server = server.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let [ours, foreign] = [("ours", ours), ("foreign", foreign)].map(|(name, authority)| {
        let file = directory.path().join(name);
        std::fs::write(&file, authority.pem()).unwrap();
        format!("sslmode=verify-full&sslrootcert={}", file.display())
    });

    let there = server.database_at(SERVER).unwrap();
    let elsewhere = server.database_at(ANOTHER).unwrap();
    for (url, why) in [
        (format!("{there}?{foreign}"), "UnknownIssuer"),
        // To the rule that address is none of this machine's, although it leads there: `verify-full` need not be said.
        (format!("{there}?hostaddr=::ffff:{SERVER}"), "UnknownIssuer"),
        (format!("{elsewhere}?{ours}"), "not valid for name"),
        (format!("{there}?sslmode=disable"), "no encryption"),
    ] {
        let refused = refused(&url).await;
        assert!(refused.contains(why), "{refused}");
    }

    let world = World::at(at(&format!("{there}?{ours}")), None).await;
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    assert!(world.row("d1").await.is_some());
}

#[tokio::test]
async fn a_server_elsewhere_that_may_be_anybody_is_not_asked() {
    let error = open(at("postgres://scepter@db.example.com/store?sslmode=prefer"), MAC_KEY).await.err();
    assert!(matches!(&error, Some(OpenError::Unprotected { mode, .. }) if mode == "prefer"), "{error:?}");
}
