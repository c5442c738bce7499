//! What a client makes of GetCACert: whom to encrypt to, and who may answer.

use der::Decode;
use x509_cert::{
    Certificate,
    ext::pkix::{BasicConstraints, KeyUsage},
};

use crate::{
    CertsOnly, KeyAlgorithm, Limits, Malformed, SignerCertificate,
    transport::{CA_CERTIFICATE, CA_RA_CERTIFICATES},
};

/// The certificates of an authority. They are only as trustworthy as the channel or the fingerprint that vouches for them.
#[derive(Debug, Clone)]
pub struct Authority {
    encrypt_to: SignerCertificate,
    certificates: Vec<Vec<u8>>,
}

/// Why an answer to GetCACert cannot be used. Terminal until the authority is configured otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A Content-Type that RFC 8894 §4.2.1 does not know.
    #[error("the Content-Type is {0:?}, not that of CA certificates")]
    ContentType(String),
    /// The body cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// No certificate has a key to which a request can be encrypted.
    #[error(
        "no certificate of the authority can receive an encrypted request; it needs an RSA key and keyEncipherment"
    )]
    NoRecipient,
}

impl Authority {
    /// Reads the answer to GetCACert. The recipient is the first RA that may encipher keys, else the first CA that may.
    pub fn from_body(content_type: &str, body: &[u8], limits: &Limits) -> Result<Self, Unusable> {
        let certificates = match content_type {
            CA_CERTIFICATE => vec![body.to_vec()],
            CA_RA_CERTIFICATES => CertsOnly::from_ber(body, limits)?.certificates,
            other => return Err(Unusable::ContentType(other.to_owned())),
        };
        let mut candidates = Vec::new();
        for der in &certificates {
            candidates.push(Candidate::read(der)?);
        }
        candidates.sort_by_key(|candidate| candidate.is_ca);
        let recipient =
            candidates.into_iter().find(|candidate| candidate.may_decrypt).ok_or(Unusable::NoRecipient)?;
        Ok(Self { encrypt_to: recipient.certificate, certificates })
    }

    /// The certificate that requests are sealed to.
    pub fn encrypt_to(&self) -> &SignerCertificate {
        &self.encrypt_to
    }

    /// All certificates, in the order in which they came; any of their holders may answer.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }
}

/// What a certificate says about its holder.
struct Candidate {
    certificate: SignerCertificate,
    is_ca: bool,
    may_decrypt: bool,
}

impl Candidate {
    fn read(der: &[u8]) -> Result<Self, Malformed> {
        let asn1 = |error| Malformed::asn1("certificate of the authority", error);
        let certificate = SignerCertificate::from_der(der)?;
        let parsed = Certificate::from_der(der).map_err(asn1)?;
        let constraints = parsed.tbs_certificate().get_extension::<BasicConstraints>().map_err(asn1)?;
        let key_usage = parsed.tbs_certificate().get_extension::<KeyUsage>().map_err(asn1)?;
        let is_rsa = matches!(certificate.public_key().algorithm(), KeyAlgorithm::Rsa { .. });
        Ok(Self {
            certificate,
            is_ca: constraints.is_some_and(|(_critical, constraints)| constraints.ca),
            may_decrypt: is_rsa && key_usage.is_none_or(|(_critical, usage)| usage.key_encipherment()),
        })
    }
}

#[cfg(test)]
mod tests {
    use der::{
        Encode,
        asn1::{AnyRef, BitStringRef},
    };
    use spki::AlgorithmIdentifierRef;

    use super::*;
    use crate::{
        asn1::{
            certificate::{Certificate as Outer, TbsCertificate},
            oid,
            raw::RawSequence,
        },
        test_keys::{CurveKey, RsaKey},
        transport::CaCertificates,
    };

    const CA: [u8; 17] = [
        0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff,
    ];
    const SIGNS: [u8; 13] = [0x30, 0x0b, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x04, 0x04, 0x03, 0x02, 0x07, 0x80];
    const ENCIPHERS_KEYS: [u8; 13] =
        [0x30, 0x0b, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x04, 0x04, 0x03, 0x02, 0x05, 0x20];

    fn certificate(spki: &[u8], extensions: &[u8]) -> Vec<u8> {
        let validity = [&[0x17, 0x0d][..], b"261123120000Z", &[0x17, 0x0d], b"271123120000Z"].concat();
        let signature = AlgorithmIdentifierRef { oid: oid::SHA_256_WITH_RSA, parameters: None };
        let name = AnyRef::from_der(&[0x30, 0x00]).unwrap();
        let tbs = TbsCertificate {
            version: Some(2),
            serial_number: AnyRef::from_der(&[0x02, 0x01, 0x01]).unwrap(),
            signature,
            issuer: name,
            validity: RawSequence(&validity),
            subject: name,
            public_key: AnyRef::from_der(spki).unwrap(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(RawSequence(extensions)),
        };
        let signed =
            Outer { tbs, signature_algorithm: signature, signature: BitStringRef::from_bytes(&[]).unwrap() };
        signed.to_der().unwrap()
    }

    fn authority(ra: &[Vec<u8>], chain: &[Vec<u8>]) -> Result<Authority, Unusable> {
        let answer = CaCertificates::RegistrationAuthority { ra, chain }.to_body().unwrap();
        Authority::from_body(answer.content_type, &answer.body, &Limits::default())
    }

    #[test]
    fn requests_are_sealed_to_the_ra_that_enciphers_keys_wherever_it_stands() {
        let key = RsaKey::generate().spki_der;
        let ca = certificate(&key, &[&CA[..], &ENCIPHERS_KEYS].concat());
        let (signs, enciphers) = (certificate(&key, &SIGNS), certificate(&key, &ENCIPHERS_KEYS));
        for ra in
            [[ca.clone(), signs.clone(), enciphers.clone()], [enciphers.clone(), ca.clone(), signs.clone()]]
        {
            let authority = authority(&ra, &[]).unwrap();
            assert_eq!(authority.encrypt_to().der(), enciphers);
            assert_eq!(authority.certificates(), ra);
        }
    }

    #[test]
    fn a_ca_that_speaks_scep_itself_receives_its_requests() {
        let ca = certificate(&RsaKey::generate().spki_der, &[&CA[..], &ENCIPHERS_KEYS].concat());
        let answer = CaCertificates::Single(&ca).to_body().unwrap();
        let authority = Authority::from_body(answer.content_type, &answer.body, &Limits::default()).unwrap();
        assert_eq!(authority.encrypt_to().der(), ca);
    }

    #[test]
    fn an_authority_without_a_recipient_is_unusable() {
        let signs = certificate(&RsaKey::generate().spki_der, &SIGNS);
        let curve = certificate(&CurveKey::generate().spki_der, &ENCIPHERS_KEYS);
        assert_eq!(authority(&[signs], &[curve]).err(), Some(Unusable::NoRecipient));
    }

    #[test]
    fn another_content_type_is_no_answer() {
        let refused = Authority::from_body("text/html", b"<html>", &Limits::default()).err();
        assert_eq!(refused, Some(Unusable::ContentType("text/html".to_owned())));
    }
}
