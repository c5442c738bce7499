//! One name at a time: what an authority says to a value, as a rule and a sentence (AUT-01 … AUT-09). No sentence quotes
//! the value: it may be somebody's name, and the sentence is shown to everyone who may read a status (decision 0106).

use super::domain::{self, Domain, looks_like_host};
use super::scope::Scope;
use crate::inventory::User;
use crate::name::{AttributeType, Oid};
use crate::rules::RuleId;

/// The rule that a name breaks, and how.
pub(super) type Problem = (RuleId, String);

/// id-kp-OCSPSigning: its holder speaks for the authority that issued it (RFC 6960 §4.2.2.2, TH-07).
const OCSP_SIGNING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.9");
/// What stands before the identifier in a URI of strong mapping (SID-01).
const SID_TAG: &str = "tag:microsoft.com,2022-09-14:sid:";

/// AUT-08. A laboratory, too, has no OCSPSigning.
pub(super) fn usage(scope: &Scope<'_>, oid: Oid) -> Result<(), Problem> {
    if oid == OCSP_SIGNING {
        return Err((RuleId::Aut08, "OCSPSigning would let its holder answer for the authority".to_owned()));
    }
    if scope.is_laboratory() || scope.permits_usage(oid) {
        return Ok(());
    }
    Err((RuleId::Aut08, format!("the extended key usage {oid} is not permitted")))
}

/// AUT-01 for a value without variables, or one that the authority lists.
pub(super) fn listed_value(scope: &Scope<'_>, kind: AttributeType, value: &str) -> Result<(), Problem> {
    match scope.values(kind) {
        Some(values) if values.contains(value) => Ok(()),
        Some(_) => Err((RuleId::Aut01, format!("the value of {kind} is not among those that are permitted"))),
        None => Err((RuleId::Aut01, format!("{kind} may have no text of its own"))),
    }
}

/// AUT-02.
pub(super) fn common_name(scope: &Scope<'_>, value: &str) -> Result<(), Problem> {
    if value.chars().any(char::is_control) {
        return Err((RuleId::Aut02, "CN holds a control character".to_owned()));
    }
    let permitted =
        !looks_like_host(value) || Domain::read(value).is_some_and(|name| scope.permits_dns_name(&name));
    refuse_unless(permitted, RuleId::Aut02, "CN looks like a host outside the permitted domains")
}

/// AUT-03.
pub(super) fn email(scope: &Scope<'_>, value: &str) -> Result<(), Problem> {
    let domain = domain::split_address(value).filter(|_| value.is_ascii()).map(|(_, domain)| domain);
    let permitted = domain.is_some_and(|domain| scope.permits_email_domain(&domain));
    refuse_unless(permitted, RuleId::Aut03, "the value is no e-mail address of a permitted domain")
}

/// AUT-04.
pub(super) fn upn(scope: &Scope<'_>, value: &str) -> Result<(), Problem> {
    let suffix = domain::split_address(value).map(|(_, suffix)| suffix);
    let permitted = suffix.is_some_and(|suffix| scope.permits_upn_suffix(&suffix));
    refuse_unless(permitted, RuleId::Aut04, "the value is no user principal name of a permitted suffix")
}

/// AUT-05.
pub(super) fn dns(scope: &Scope<'_>, value: &str) -> Result<(), Problem> {
    let permitted = Domain::read(value).is_some_and(|name| scope.permits_dns_name(&name));
    refuse_unless(permitted, RuleId::Aut05, "the value is no DNS name of a permitted domain")
}

/// AUT-06.
pub(super) fn uri(scope: &Scope<'_>, value: &str) -> Result<(), Problem> {
    refuse_unless(scope.permits_uri(value), RuleId::Aut06, "the value begins with no permitted prefix")
}

/// AUT-07 for a URI that came from the variable.
pub(super) fn security_identifier(scope: &Scope<'_>, value: &str) -> Result<(), Problem> {
    let domain = value.strip_prefix(SID_TAG).and_then(|sid| sid.rsplit_once('-')).map(|(domain, _)| domain);
    let permitted = domain.is_some_and(|domain| scope.permits_sid_domain(domain));
    refuse_unless(permitted, RuleId::Aut07, "the value is no security identifier of a permitted domain")
}

/// AUT-07 for a URI that did not: a tag of microsoft.com maps an account, whoever wrote it.
pub(super) fn hand_written_tag() -> Problem {
    (RuleId::Aut07, "the value names an account, but does not come from the variable".to_owned())
}

/// AUT-09 for e-mail addresses: the user's own mail address or principal name.
pub(super) fn own_email(scope: &Scope<'_>, value: &str, user: Option<&User>) -> Result<(), Problem> {
    let own = user.into_iter().flat_map(|user| [&user.email_address, &user.user_principal_name]);
    own_name(scope, value, own, user)
}

/// AUT-09 for user principal names: the user's own.
pub(super) fn own_upn(scope: &Scope<'_>, value: &str, user: Option<&User>) -> Result<(), Problem> {
    own_name(scope, value, user.map(|user| &user.user_principal_name), user)
}

fn own_name<'u>(
    scope: &Scope<'_>,
    value: &str,
    own: impl IntoIterator<Item = &'u Option<String>>,
    user: Option<&User>,
) -> Result<(), Problem> {
    let is_own = own.into_iter().flatten().any(|own| own.eq_ignore_ascii_case(value));
    let permitted = is_own || scope.permits_foreign_user_names();
    refuse_unless(
        permitted,
        RuleId::Aut09,
        match user {
            Some(_) => "the value is not a name of the device's own user",
            None => "the value names a user, but the device has none",
        },
    )
}

fn refuse_unless(permitted: bool, rule: RuleId, problem: &str) -> Result<(), Problem> {
    if permitted { Ok(()) } else { Err((rule, problem.to_owned())) }
}
