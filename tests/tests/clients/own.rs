//! Our own client, for what no other can be told to do: send the same bytes again, or ask for other usages.

use std::str::FromStr as _;
use std::time::SystemTime;

use der::Encode as _;
use scepter_device::{DeviceKey, EnrollError, Enrollment, ScepServer, Ticket, Trust, enroll};
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::KeyUsage;
use scepter_scep::Secret;
use scepter_tests::Minted;
use x509_cert::name::Name;

/// The extended key usage of clients (RFC 5280 §4.2.1.12), which the profile has.
const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// The server that a challenge is for.
pub(crate) fn server(url: &str) -> ScepServer {
    ScepServer::new(url.parse().unwrap(), &Trust::Platform).unwrap()
}

/// A request for exactly what was minted.
pub(crate) fn ticket(minted: &Minted) -> Ticket {
    let names: Vec<_> = minted.dns_names().map(|name| GeneralName::Dns(name.into())).collect();
    Ticket {
        challenge: Secret::new(minted.challenge.clone()),
        subject_der: name(&minted.subject),
        san_der: GeneralName::encode_all(&names).unwrap(),
        key_usages: vec![KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment],
        extended_key_usages: vec![CLIENT_AUTH.to_owned()],
        ca_thumbprint: None,
    }
}

/// Enrolls with a new key.
pub(crate) async fn enroll_with_a_new_key(
    server: &ScepServer,
    ticket: &Ticket,
) -> Result<Enrollment, EnrollError> {
    enroll(server, ticket, &DeviceKey::generate(2048).unwrap(), SystemTime::now()).await
}

/// RFC 4514, which the library reads, has the last part of a name first; challenges are minted with the first part first.
fn name(subject: &str) -> Vec<u8> {
    let reversed: Vec<&str> = subject.rsplit(',').collect();
    Name::from_str(&reversed.join(",")).unwrap().to_der().unwrap()
}
