//! GetCert and GetCRL (RFC 8894 §3.3.4): for holders of our certificates only, and of certificates only their own, so that
//! nobody can find out by serial number what we have issued.

use scepter_policy::identity::SerialNumber;
use scepter_policy::issuance::RefusalReason;
use scepter_scep::{IssuerAndSerial, ReplyTo, SealedRequest, Unreadable};
use scepter_store::certificates::Certificate;

use super::addressee::Addressee;
use super::failure::{Answer, Failure, Refused};
use super::reply::Seal;
use super::{credential, envelope, pipeline, reply};
use crate::authorities::{Ra, Served};
use crate::issuer::Issuer;

/// The longest CRL that is put into a message, in bytes: it is in memory three times meanwhile, and clients buffer it too.
const MAX_LIST: usize = 1024 * 1024;

/// GetCert: a certificate of the signer's own device. One that is another's and one that does not exist are one answer.
pub(super) async fn certificate(
    issuer: &Issuer,
    addressee: &Addressee<'_>,
    sealed: SealedRequest<IssuerAndSerial>,
) -> Result<Answer, Failure> {
    let Addressee { served, ra } = addressee;
    let to = sealed.reply_to().clone();
    let inquirer = inquirer(issuer, served, &to).await?;
    let name = open(ra, sealed).await?;
    let (_, found) = named(issuer, served, &name).await?.ok_or_else(not_found)?;
    let found = found
        .filter(|found| found.key.tenant == inquirer.key.tenant && found.key.device == inquirer.key.device);
    let found = found.ok_or_else(not_found)?;
    Ok(Answer::Success(reply::certificate(ra, &to, &found, issuer.clock.now()).await?))
}

/// GetCRL: the current CRL of the CA that issued the certificate which is asked about. The serial number matters only where an
/// authority's two CAs have one name.
pub(super) async fn revocation_list(
    issuer: &Issuer,
    addressee: &Addressee<'_>,
    sealed: SealedRequest<IssuerAndSerial>,
) -> Result<Answer, Failure> {
    let Addressee { served, ra } = addressee;
    let to = sealed.reply_to().clone();
    inquirer(issuer, served, &to).await?;
    let name = open(ra, sealed).await?;
    let (ca, _) = named(issuer, served, &name).await?.ok_or_else(not_found)?;
    let list = ca.revocation_list.current();
    let list = list.ok_or_else(|| Failure::Unavailable("the first CRL is not signed yet".to_owned()))?;
    let list = list.whole(MAX_LIST).await.map_err(|error| Failure::Unavailable(error.to_string()))?;
    let list = list.ok_or_else(|| {
        let message = "the CRL is too long for a message; it is at the certificate's distribution point";
        Refused::anonymous(RefusalReason::RevocationListTooLong, message)
    })?;
    Ok(Answer::Success(reply::revocation_list(ra, &to, list, issuer.clock.now()).await?))
}

/// The certificate that signed an inquiry: stored here, unrevoked, in force, and with a key that can open the answer. Found
/// out before the envelope is opened, which costs us more.
async fn inquirer(issuer: &Issuer, served: &Served, to: &ReplyTo) -> Result<Certificate, Failure> {
    let unknown = || Refused::anonymous(RefusalReason::SignerUnknown, "the signer's certificate is not ours");
    let proven = credential::proven(served, to).ok_or_else(unknown)?;
    let (authority, serial) = (proven.authority(), proven.serial());
    let stored = issuer.store.certificate_with_der(authority, serial, proven.der()).await?;
    let stored = stored.ok_or_else(unknown)?;
    if stored.revoked.is_some() {
        return Err(
            Refused::anonymous(RefusalReason::SignerRevoked, "the signer's certificate is revoked").into()
        );
    }
    if issuer.clock.now() >= stored.not_after {
        return Err(
            Refused::anonymous(RefusalReason::SignerExpired, "the signer's certificate has ended").into()
        );
    }
    pipeline::heed_device(issuer, &stored.key).await?;
    Seal::of_key(to)?;
    Ok(stored)
}

/// What is asked about. An envelope that does not open asks about no certificate: if it had an answer of its own, a device could
/// make an inquiry of what another has sent, alter it, and see from the answer whether the padding was right (decision
/// 0261).
async fn open(ra: &Ra, sealed: SealedRequest<IssuerAndSerial>) -> Result<IssuerAndSerial, Failure> {
    let content_key = envelope::content_key(ra, &sealed).await?;
    Ok(sealed.open(&content_key).map_err(|Unreadable| not_found())?)
}

/// The CA of the authority that is named as issuer, and its certificate with that serial number, if it issued one.
async fn named<'a>(
    issuer: &Issuer,
    served: &'a Served,
    name: &IssuerAndSerial,
) -> Result<Option<(&'a Served, Option<Certificate>)>, Failure> {
    let serial: Option<SerialNumber> = hex::encode(name.serial_number()).parse().ok();
    let is_named = |ca: &&Served| ca.front().current.recipient.issuer_der() == name.issuer_der();
    let mut first = None;
    for ca in served.and_predecessor().filter(is_named) {
        if let Some(serial) = serial
            && let Some(found) = issuer.store.certificate(&ca.facts.ca, serial).await?
        {
            return Ok(Some((ca, Some(found))));
        }
        first.get_or_insert(ca);
    }
    Ok(first.map(|ca| (ca, None)))
}

fn not_found() -> Refused {
    Refused::anonymous(RefusalReason::CertificateNotFound, "no such certificate of the signer's device")
}
