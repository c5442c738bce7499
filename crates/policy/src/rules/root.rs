//! Trusted roots: the profile itself (ROOT-01 … ROOT-06). What a SCEP profile makes of one stands in `reference`, its
//! way to devices in `delivery`.

mod delivery;
mod reference;

use jiff::{SignedDuration, Timestamp};

pub use delivery::{judge_delivery, judge_device, waiting, waiting_for_next};
pub use reference::{judge_anchor, judge_reference};

use super::RuleId;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::identity::AuthorityName;
use crate::root::certificate::{self, NotACertificate, RootFacts};
use crate::root::{DestinationStore, RootCertificate, fields};
use crate::vocabulary::Severity;

/// How long before its end a root is warned about (ROOT-06): 90 days.
const NEAR_EXPIRY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// ROOT-02: Windows needs a store, other platforms have none.
pub(crate) fn judge_store(fields: &fields::Fields<'_>) -> Option<Diagnostic> {
    let platform = fields.platform;
    let message = match (fields.destination_store, platform.is_windows()) {
        (Some(store), false) => format!("destinationStore is {store}, but {platform} has no such setting"),
        (None, true) => format!("destinationStore is missing, but {platform} needs it"),
        (Some(_), true) | (None, false) => return None,
    };
    Some(Diagnostic::new(RuleId::Root02, FieldPath::spec().field("destinationStore"), message))
}

/// ROOT-01, ROOT-03 … ROOT-06.
pub(crate) fn parse_certificate(
    fields: &fields::Fields<'_>,
    now: Timestamp,
    findings: &mut Diagnostics,
) -> Option<RootCertificate> {
    let path = FieldPath::spec().field("certificate");
    let certificate = fields.certificate;
    match (certificate.pem, certificate.config_map_key_ref, certificate.authority_name) {
        (Some(text), None, None) => {
            judge_der(certificate::from_pem(text), fields, &path.field("pem"), now, findings)
        }
        (None, Some(reference), None) => match reference.bytes {
            Some(bytes) => judge_der(
                certificate::from_bytes(bytes),
                fields,
                &path.field("configMapKeyRef"),
                now,
                findings,
            ),
            None => Some(RootCertificate::Unread {
                config_map: reference.name.to_owned(),
                key: reference.key.to_owned(),
            }),
        },
        (None, None, Some(name)) => match AuthorityName::new(name) {
            Ok(name) => Some(RootCertificate::Authority(name)),
            Err(invalid) => {
                let path = path.field("authorityName");
                findings.push(Diagnostic::new(RuleId::Root01, path, invalid.to_string()));
                None
            }
        },
        (None, None, None) => {
            findings.push(Diagnostic::new(
                RuleId::Root01,
                path,
                "none of pem, configMapKeyRef and authorityName is set",
            ));
            None
        }
        (_, _, _) => {
            findings.push(Diagnostic::new(
                RuleId::Root01,
                path,
                "more than one of pem, configMapKeyRef and authorityName is set",
            ));
            None
        }
    }
}

fn judge_der(
    der: Result<Vec<u8>, NotACertificate>,
    fields: &fields::Fields<'_>,
    path: &FieldPath,
    now: Timestamp,
    findings: &mut Diagnostics,
) -> Option<RootCertificate> {
    let read = der.and_then(|der| RootFacts::read(&der).map(|facts| (der, facts)));
    match read {
        Ok((der, facts)) => {
            findings.extend(judge_facts(&facts, fields, path, now));
            Some(RootCertificate::Der(der))
        }
        Err(problem) => {
            findings.push(Diagnostic::new(RuleId::Root03, path.clone(), problem.to_string()));
            None
        }
    }
}

/// ROOT-04, ROOT-05, ROOT-06.
fn judge_facts(
    facts: &RootFacts,
    fields: &fields::Fields<'_>,
    path: &FieldPath,
    now: Timestamp,
) -> Diagnostics {
    let mut findings = Diagnostics::none();
    if !facts.is_ca {
        let message = format!("{} is no certification authority", facts.subject);
        findings.push(Diagnostic::new(RuleId::Root04, path.clone(), message));
    }
    findings.extend(judge_place(facts, fields.destination_store).into_iter().collect());
    findings.extend(judge_age(facts, path, now).into_iter().collect());
    if let Some(signature) = facts.unloved_signature {
        let message = format!("{} is signed with {signature}, which iOS does not accept", facts.subject);
        findings.push(Diagnostic::new(RuleId::Root06, path.clone(), message).severity(Severity::Warning));
    }
    findings
}

fn judge_place(facts: &RootFacts, store: Option<DestinationStore>) -> Option<Diagnostic> {
    let message = match (store?, facts.self_signed) {
        (DestinationStore::ComputerRoot, false) => {
            format!("{} is not self-signed, but goes to the root store", facts.subject)
        }
        (DestinationStore::ComputerIntermediate | DestinationStore::UserIntermediate, true) => {
            format!("{} is self-signed, but goes to an intermediate store", facts.subject)
        }
        (DestinationStore::ComputerRoot, true)
        | (DestinationStore::ComputerIntermediate | DestinationStore::UserIntermediate, false) => {
            return None;
        }
    };
    Some(Diagnostic::new(RuleId::Root05, FieldPath::spec().field("destinationStore"), message))
}

fn judge_age(facts: &RootFacts, path: &FieldPath, now: Timestamp) -> Option<Diagnostic> {
    let (subject, begin, end) = (&facts.subject, facts.not_before, facts.not_after);
    let (message, severity) = if end < now {
        (format!("{subject} expired at {end}"), Severity::Error)
    } else if end.duration_since(now) <= NEAR_EXPIRY {
        (format!("{subject} expires at {end}"), Severity::Warning)
    } else if begin > now {
        (format!("{subject} is not valid before {begin}"), Severity::Warning)
    } else {
        return None;
    };
    Some(Diagnostic::new(RuleId::Root06, path.clone(), message).severity(severity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::FilterMode;
    use crate::profile::fields::{ApplicabilityRules, EditionRule};
    use crate::root::TrustedRoot;
    use crate::root::fields::{Certificate, ConfigMapKeyRef, Fields};
    use crate::root::sample::{self, INTERMEDIATE, LEAF, PSS, ROOT, SHA1, der};
    use crate::vocabulary::Platform::{self, Ios, Windows10AndLater, Windows81};

    fn judged(fields: &Fields<'_>, now: Timestamp) -> Vec<String> {
        let findings = match TrustedRoot::parse(fields, now) {
            Ok((_, warnings)) => warnings,
            Err(findings) => findings,
        };
        findings.iter().map(|f| format!("{} {} {}", f.severity, f.rule, f.field)).collect()
    }

    fn holding(pem: &'static str) -> Fields<'static> {
        Fields {
            certificate: Certificate { pem: Some(pem), ..Certificate::default() },
            ..sample::fields(Ios)
        }
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn a_profile_holds_its_certificate_in_exactly_one_way() {
        let reference =
            Some(ConfigMapKeyRef { name: "roots", key: "acme.crt", bytes: Some(ROOT.as_bytes()) });
        let with = |certificate| judged(&Fields { certificate, ..sample::fields(Ios) }, sample::now());
        let none = Certificate::default();
        assert_eq!(with(Certificate { config_map_key_ref: reference, ..none }), NOTHING);
        assert_eq!(with(Certificate { authority_name: Some("default"), ..none }), NOTHING);
        assert_eq!(with(none), ["error ROOT-01 spec.certificate"]);
        let two = Certificate { pem: Some(ROOT), authority_name: Some("default"), ..none };
        assert_eq!(with(two), ["error ROOT-01 spec.certificate"]);
        let nameless = Certificate { authority_name: Some(""), ..none };
        assert_eq!(with(nameless), ["error ROOT-01 spec.certificate.authorityName"]);
    }

    #[test]
    fn a_reference_that_was_not_read_is_taken_as_it_is() {
        let reference = Some(ConfigMapKeyRef { name: "roots", key: "acme.crt", bytes: None });
        let certificate = Certificate { config_map_key_ref: reference, ..Certificate::default() };
        let root = sample::root(Ios, |fields| fields.certificate = certificate);
        let expected = RootCertificate::Unread { config_map: "roots".into(), key: "acme.crt".into() };
        assert_eq!(root.certificate, expected);
    }

    #[test]
    fn windows_alone_has_a_destination_store_and_needs_it() {
        for &platform in Platform::ALL {
            let with = |store| {
                let fields = Fields { destination_store: store, ..sample::fields(platform) };
                judged(&fields, sample::now()).contains(&"error ROOT-02 spec.destinationStore".to_owned())
            };
            assert_eq!(with(Some(DestinationStore::ComputerRoot)), !platform.is_windows(), "{platform}");
            assert_eq!(with(None), platform.is_windows(), "{platform}");
        }
    }

    #[test]
    fn a_text_that_is_no_single_certificate_is_refused() {
        assert_eq!(judged(&holding("nonsense"), sample::now()), ["error ROOT-03 spec.certificate.pem"]);
    }

    #[test]
    fn a_leaf_is_refused_and_an_intermediate_is_not() {
        assert_eq!(judged(&holding(LEAF), sample::now()), ["error ROOT-04 spec.certificate.pem"]);
        assert_eq!(judged(&holding(INTERMEDIATE), sample::now()), NOTHING);
    }

    #[test]
    fn the_store_and_the_certificate_should_fit() {
        let with = |store, pem| {
            let mut fields = Fields { platform: Windows10AndLater, ..holding(pem) };
            fields.destination_store = Some(store);
            judged(&fields, sample::now())
        };
        assert_eq!(with(DestinationStore::ComputerRoot, ROOT), NOTHING);
        assert_eq!(with(DestinationStore::ComputerIntermediate, INTERMEDIATE), NOTHING);
        let warning = ["warning ROOT-05 spec.destinationStore"];
        assert_eq!(with(DestinationStore::ComputerRoot, INTERMEDIATE), warning);
        assert_eq!(with(DestinationStore::UserIntermediate, ROOT), warning);
    }

    #[test]
    fn an_expired_root_is_refused_and_an_ageing_or_weak_one_warned_about() {
        let at = |now: &str| judged(&holding(ROOT), now.parse().unwrap());
        let end = RootFacts::read(&der(ROOT)).unwrap().not_after;
        assert_eq!(at("2046-11-19T06:46:14Z"), ["error ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(ROOT), end), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(ROOT), end - NEAR_EXPIRY), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(ROOT), end - NEAR_EXPIRY - SignedDuration::from_secs(1)), NOTHING);
        assert_eq!(at("2026-01-01T00:00:00Z"), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(SHA1), sample::now()), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(PSS), sample::now()), ["warning ROOT-06 spec.certificate.pem"]);
    }

    #[test]
    fn applicability_rules_belong_to_windows_10_roots_alone() {
        let editions = ["Home".to_owned()];
        let rule = EditionRule { mode: FilterMode::Include, editions: &editions };
        let rules = Some(ApplicabilityRules { os_edition: Some(rule), os_version: None });
        let on = |platform| {
            let fields = Fields { applicability_rules: rules, ..sample::fields(platform) };
            judged(&fields, sample::now())
        };
        assert_eq!(on(Windows10AndLater), NOTHING);
        assert_eq!(on(Ios), ["error APP-01 spec.applicabilityRules"]);
        assert!(on(Windows81).contains(&"error APP-01 spec.applicabilityRules".to_owned()));
    }
}
