//! Rules about strong mapping that the object alone decides (SID-02 … SID-05; SID-08 where it is asked for).

use super::variables::{Place, Setting};
use super::{RuleId, san, usages};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::profile::Profile;
use crate::template::{Piece, Template, Variable};
use crate::vocabulary::{CertificateType, Platform, SanType};

/// Judges one template's use of the security identifier.
pub(crate) fn check(
    template: &Template,
    place: Place,
    setting: Setting,
    field: &FieldPath,
    found: &mut Diagnostics,
) {
    let mut refuse = |rule, message: String| found.push(Diagnostic::new(rule, field.clone(), message));
    let sid = Variable::OnPremisesSecurityIdentifier;
    let uri = place == Place::AlternativeName(SanType::Uri);
    let used = template.variables().any(|variable| variable == sid);
    if uri && claims_microsoft_tag(&template.to_string()) {
        refuse(RuleId::Sid03, "a tag of microsoft.com is written by hand".to_owned());
    } else if uri && used && !is_security_identifier(template) {
        refuse(RuleId::Sid03, format!("{sid} is not the whole value"));
    } else if used && !uri {
        refuse(RuleId::Sid02, format!("{sid} stands outside a URI alternative name"));
    }
    if !used {
        return;
    }
    let Setting { platform, certificate } = setting;
    match certificate {
        CertificateType::User if !maps_users(platform) => {
            refuse(RuleId::Sid04, format!("{sid} is not available in user certificates on {platform}"));
        }
        CertificateType::Device if platform != Platform::Windows10AndLater => {
            refuse(RuleId::Sid05, format!("{sid} is not available in device certificates on {platform}"));
        }
        CertificateType::User | CertificateType::Device => {}
    }
}

/// SID-08: what a user would present to a domain controller names nobody there.
pub(crate) fn judge_absence(profile: &Profile) -> Option<Diagnostic> {
    let names = &profile.subject_alternative_names;
    let signs_people_in = profile.platform == Platform::Windows10AndLater
        && profile.certificate_type == CertificateType::User
        && names.iter().any(|name| name.kind == SanType::Upn)
        && profile.extended_key_usages.iter().any(|usage| usage.oid == usages::CLIENT_AUTHENTICATION);
    let is_mapped = names.iter().any(|name| is_security_identifier(&name.value));
    (signs_people_in && !is_mapped).then(|| {
        let message = "the certificate has a user principal name, but no security identifier";
        Diagnostic::new(RuleId::Sid08, san::field(), message)
    })
}

/// Whether a template is the security identifier and nothing else: only then it becomes the tag (SID-01).
pub(crate) fn is_security_identifier(template: &Template) -> bool {
    template.pieces() == [Piece::Variable(Variable::OnPremisesSecurityIdentifier)]
}

/// Whether a text reads as a `tag:` URI of microsoft.com, percent-escapes undone: the KDC maps accounts by those, so
/// only the variable may make one (SID-03, TH-05).
pub(crate) fn claims_microsoft_tag(text: &str) -> bool {
    let plain = percent_decoded(text.trim()).to_ascii_lowercase();
    plain.starts_with("tag:microsoft.com")
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| hex_byte(after)).flatten();
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u8::from_str_radix(digits, 16).ok())
        .flatten()
}

const fn maps_users(platform: Platform) -> bool {
    matches!(platform, Platform::Ios | Platform::Macos | Platform::Windows10AndLater)
}
