//! Devices for servers that know no devices: any name, and a challenge that all share.

use scepter_policy::name::{
    Attribute, AttributeType, DistinguishedName, NotEncodable, RelativeDistinguishedName,
};
use scepter_policy::vocabulary::KeyUsage;
use scepter_scep::Secret;

use crate::enrollment::Ticket;

/// clientAuth (RFC 5280 §4.2.1.12).
const CLIENT_AUTHENTICATION: &str = "1.3.6.1.5.5.7.3.2";

/// A ticket for a client certificate with that common name.
pub fn stranger(common_name: &str, challenge: &str) -> Result<Ticket, NotEncodable> {
    let attributes = vec![Attribute { kind: AttributeType::CommonName, value: common_name.to_owned() }];
    let subject = DistinguishedName { rdns: vec![RelativeDistinguishedName { attributes }] };
    Ok(Ticket {
        challenge: Secret::new(challenge.to_owned()),
        subject_der: subject.to_der()?,
        san_der: Vec::new(),
        key_usages: vec![KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment],
        extended_key_usages: vec![CLIENT_AUTHENTICATION.to_owned()],
        ca_thumbprint: None,
    })
}
