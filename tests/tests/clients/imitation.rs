//! Devices that cannot be had here, imitated from what is known of their messages. OpenSSL makes their keys, requests and
//! envelopes and opens the answers; the `SignedData` around an envelope is written byte by byte. Nothing here is ours.

use std::fs;

use der::{Decode as _, DecodePem as _, Encode as _};
use scepter_tests::tlv::{SEQUENCE, tlv};
use scepter_tests::{Failure, Issued, Minted, Scratch, Tool, run};
use x509_cert::Certificate;
use x509_cert::request::CertReq;

use crate::signed_data::{Form, MessageType, Signer, pki_message};

/// What tells one kind of device from another.
pub(crate) struct Manner {
    /// How it makes the certificate that it signs with: arguments of `openssl req -x509`.
    pub(crate) signer: &'static [&'static str],
    /// How it encrypts: arguments of `openssl cms -encrypt`.
    pub(crate) envelope: &'static [&'static str],
    /// How it encodes the message.
    pub(crate) form: Form,
    /// What it says as `message` where others say nothing.
    pub(crate) identifier: &'static str,
}

/// One device with a key, a certification request, and a certificate of its own making or of ours to sign with.
pub(crate) struct Imitation {
    manner: Manner,
    url: String,
    scratch: Scratch,
}

impl Imitation {
    /// A device that will ask for what was minted: the names and the key usage, and no extended key usage.
    pub(crate) fn of(manner: Manner, minted: &Minted) -> Result<Self, Failure> {
        let device = Self { manner, url: minted.url.clone(), scratch: Scratch::new("imitation")? };
        device.request(minted, &format!("challengePassword = {}", minted.challenge))?;
        device.openssl("pkey -in key.pem -out signer.key", &[])?;
        let sign = "req -x509 -config request.conf -key signer.key -days 1 -out signer.pem";
        device.openssl(sign, device.manner.signer)?;
        Ok(device)
    }

    /// Makes a new key and will ask for the same names without a challenge: the certificate that it got signs.
    pub(crate) fn renew(&self, minted: &Minted, issued: &Issued) -> Result<(), Failure> {
        self.scratch.write("signer.pem", issued.pem())?;
        self.request(minted, "")
    }

    fn request(&self, minted: &Minted, attributes: &str) -> Result<(), Failure> {
        self.scratch.write("request.conf", configuration(minted, attributes))?;
        self.openssl("genrsa -out key.pem 2048", &[])?;
        let request = "req -new -config request.conf -key key.pem -outform der -out request.der";
        self.openssl(request, &[]).map(drop)
    }

    /// Enrolls by POST.
    pub(crate) async fn enroll(&self, roots: &str) -> Result<Issued, Failure> {
        let message = self.message(encryption_certificate(&self.ca_certificates().await?))?;
        self.open(self.post(message).await, roots)
    }

    /// Asks who the server is (GetCACert), and returns the certificates.
    pub(crate) async fn ca_certificates(&self) -> Result<Vec<Issued>, Failure> {
        let body = self.get("GetCACert", self.manner.identifier).await;
        self.certificates(body)
    }

    /// Asks what the server can (GetCACaps).
    pub(crate) async fn capabilities(&self) -> String {
        String::from_utf8(self.get("GetCACaps", self.manner.identifier).await).unwrap()
    }

    /// The request (PKCSReq), encrypted to that certificate.
    pub(crate) fn message(&self, recipient: &Issued) -> Result<Vec<u8>, Failure> {
        self.seal(MessageType::Enroll, &self.read("request.der"), recipient)
    }

    /// The question what became of the request (CertPoll) to the CA with that certificate.
    pub(crate) fn poll(&self, recipient: &Issued, ca: &str) -> Result<Vec<u8>, Failure> {
        let ca = Certificate::from_pem(ca).unwrap();
        let request = CertReq::from_der(&self.read("request.der")).unwrap();
        let issuer = ca.tbs_certificate().subject().to_der().unwrap();
        let issuer_and_subject = [issuer, request.info.subject.to_der().unwrap()].concat();
        self.seal(MessageType::Poll, &tlv(SEQUENCE, &issuer_and_subject), recipient)
    }

    fn seal(
        &self,
        message_type: MessageType,
        content: &[u8],
        recipient: &Issued,
    ) -> Result<Vec<u8>, Failure> {
        self.scratch.write("content.der", content)?;
        self.scratch.write("recipient.pem", recipient.pem())?;
        let encrypt =
            "cms -encrypt -binary -in content.der -outform der -out envelope.der -recip recipient.pem";
        self.openssl(encrypt, self.manner.envelope)?;
        self.openssl("x509 -in signer.pem -outform der -out signer.der", &[])?;
        let certificate = self.read("signer.der");
        let parsed = Certificate::from_der(&certificate).unwrap();
        let signer = Signer {
            issuer: &parsed.tbs_certificate().issuer().to_der().unwrap(),
            serial_number: &parsed.tbs_certificate().serial_number().to_der().unwrap(),
            certificate: &certificate,
        };
        let sign = |attributes: &[u8]| {
            self.scratch.write("attributes.der", attributes).unwrap();
            self.openssl("dgst -sha256 -sign signer.key -out signature attributes.der", &[]).unwrap();
            self.read("signature")
        };
        Ok(pki_message(self.manner.form, message_type, &signer, &self.read("envelope.der"), sign))
    }

    /// Sends a message by POST, and returns the answer.
    pub(crate) async fn post(&self, message: Vec<u8>) -> Vec<u8> {
        let url = format!("{}/pkiclient.exe?operation=PKIOperation", self.url);
        let answer = reqwest::Client::new().post(url).body(message).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    }

    /// Asks by GET, with `message` as it is.
    pub(crate) async fn get(&self, operation: &str, message: &str) -> Vec<u8> {
        let url = format!("{}/pkiclient.exe?operation={operation}&message={message}", self.url);
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    }

    /// The certificate in an answer, which must be signed under `roots` and encrypted to this device.
    pub(crate) fn open(&self, answer: Vec<u8>, roots: &str) -> Result<Issued, Failure> {
        self.scratch.write("answer.der", answer)?;
        self.scratch.write("roots.pem", roots)?;
        let verify =
            "cms -verify -binary -purpose any -CAfile roots.pem -inform der -in answer.der -out sealed.der";
        self.openssl(verify, &[])?;
        let decrypt = "cms -decrypt -binary -inkey signer.key -recip signer.pem -inform der -in sealed.der";
        self.openssl(decrypt, &["-out", "granted.der"])?;
        Ok(self.certificates(self.read("granted.der"))?.remove(0))
    }

    /// The certificates of a degenerate `SignedData`.
    fn certificates(&self, certs_only: Vec<u8>) -> Result<Vec<Issued>, Failure> {
        self.scratch.write("certs-only.der", certs_only)?;
        let printed = self.openssl("pkcs7 -inform der -in certs-only.der -print_certs", &[])?;
        // Names stand between the certificates.
        let pems = printed.split_inclusive("-----END CERTIFICATE-----\n");
        let pems = pems.filter_map(|text| Some(&text[text.find("-----BEGIN CERTIFICATE-----")?..]));
        Ok(pems.map(Issued::new).collect())
    }

    /// Runs OpenSSL on the device's files with those words, and with more that may have blanks in them.
    fn openssl(&self, words: &str, more: &[&str]) -> Result<String, Failure> {
        let mut command = Tool::OpenSsl.command()?;
        run(command.args(words.split(' ')).args(more).current_dir(self.scratch.path()), b"")
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.scratch.join(name)).unwrap()
    }
}

/// The one among a server's certificates that envelopes are for.
pub(crate) fn encryption_certificate(certificates: &[Issued]) -> &Issued {
    let encrypts = |one: &&Issued| one.extension("keyUsage").unwrap() == "critical, Key Encipherment";
    certificates.iter().find(encrypts).expect("one is for envelopes")
}

/// OpenSSL's configuration of the request.
fn configuration(minted: &Minted, attributes: &str) -> String {
    let names: Vec<_> = minted.dns_names().map(|name| format!("DNS:{name}")).collect();
    format!(
        "[req]
prompt = no
string_mask = utf8only
distinguished_name = subject
attributes = attributes
req_extensions = extensions
[subject]
{}
[attributes]
{attributes}
[extensions]
subjectAltName = {}
keyUsage = critical, digitalSignature, keyEncipherment
",
        minted.subject.replace(',', "\n"),
        names.join(", "),
    )
}
