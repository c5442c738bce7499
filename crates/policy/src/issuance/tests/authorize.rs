use std::collections::BTreeSet;

use super::*;
use crate::authority::Permitted;
use crate::identity::{AuthorityName, GroupId, UserId};
use crate::inventory::User;
use crate::profile::{Include, Target, Validity};
use crate::request::sample::rsa_key;
use crate::rules::RuleId;
use crate::vocabulary::ValidityUnit;

/// The refusal of the right request under a changed grant.
fn refused(change: impl FnOnce(&mut Grant)) -> Refusal {
    let csr = csr(&grant());
    let mut grant = grant();
    change(&mut grant);
    authorize(grant, &authority(), request(&csr), now()).expect_err("the grant is no good")
}

fn reason(change: impl FnOnce(&mut Grant)) -> RefusalReason {
    refused(change).reason
}

/// The right request under an authority that was changed.
fn under(change: impl FnOnce(&mut AuthorityFacts)) -> Result<Authorized, Refusal> {
    let mut authority = authority();
    change(&mut authority);
    let grant = grant();
    let csr = csr(&grant);
    authorize(grant, &authority, request(&csr), now())
}

#[test]
fn the_device_that_does_as_it_was_asked_is_authorized_for_what_the_profile_says() {
    let authorized = under(|_| ()).unwrap();
    assert_eq!(authorized.key(), &assignment());
    assert_eq!(authorized.credential(), &CredentialId::Challenge(ChallengeId("c1".into())));
    assert_eq!(authorized.fingerprint(), REQUEST);
    assert_eq!(authorized.versions(), RowVersions { profile: 1, inventory: 2, assignment: 3 });
    let serial = crate::identity::SerialNumber::from_random([9; 16]);
    let order = authorized.into_order(serial);
    assert_eq!(order.subject().to_string(), "CN=aad-1,O=Acme");
    assert_eq!(order.subject_alternative_names()[0].to_string(), "dns:laptop-1.corp.example");
    assert_eq!(order.spki(), csr(&grant()).facts().spki);
}

#[test]
fn the_certificate_lives_for_the_profiles_period_from_five_minutes_ago_in_whole_seconds() {
    let authorized = under(|_| ()).unwrap();
    assert_eq!(authorized.not_before().to_string(), "2026-03-01T11:55:00Z");
    assert_eq!(authorized.not_after().to_string(), "2027-03-01T11:55:00Z");
}

#[test]
fn a_certificate_does_not_begin_before_its_authority() {
    let start: Timestamp = "2026-03-01T11:59:00Z".parse().unwrap();
    let authorized = under(|authority| authority.not_before = start).unwrap();
    assert_eq!(authorized.not_before(), start);
    let refusal = under(|authority| authority.not_before = "2026-03-01T12:01:00Z".parse().unwrap());
    assert_eq!(refusal.unwrap_err().reason, RefusalReason::ValidityNotPossible);
}

#[test]
fn a_certificate_that_would_not_end_before_its_authority_is_refused_and_not_clipped() {
    let outcome = |end: &str| {
        under(|authority| authority.not_after = end.parse().unwrap())
            .map_err(|refusal| (refusal.reason, refusal.rule))
    };
    let refused = Some((RefusalReason::ValidityNotPossible, Some(RuleId::Val05)));
    assert_eq!(outcome("2027-03-01T12:00:00Z").err(), refused);
    assert!(outcome("2027-03-01T12:00:01Z").is_ok());
}

#[test]
fn a_period_that_is_longer_than_the_authority_grants_is_refused() {
    let months = |value| {
        let max_validity = Validity { value, unit: ValidityUnit::Months };
        under(|authority| authority.max_validity = max_validity).map_err(|refusal| refusal.rule)
    };
    assert_eq!(months(11).unwrap_err(), Some(RuleId::Val04));
    assert!(months(12).is_ok());
}

#[test]
fn an_expired_challenge_is_refused() {
    let expired = refused(|grant| grant.presented = challenge("2026-03-01T12:00:00.25Z"));
    assert_eq!(expired.reason, RefusalReason::ChallengeExpired);
    let reserved = reason(|grant| {
        grant.presented = challenge("2026-03-01T12:00:00.25Z");
        grant.state = CredentialState::Reserved(REQUEST);
    });
    assert_eq!(reserved, RefusalReason::ChallengeExpired);
}

#[test]
fn an_answered_request_may_be_retried_after_its_challenge_expired() {
    let mut retried = grant();
    retried.presented = challenge("2026-02-01T00:00:00Z");
    retried.state = CredentialState::Used(REQUEST);
    retried.key_seen_for = Some(assignment());
    let csr = csr(&grant());
    assert!(authorize(retried, &authority(), request(&csr), now()).is_ok());
}

#[test]
fn a_used_challenge_with_another_request_is_refused() {
    for state in [
        CredentialState::Waiting(OTHER_REQUEST),
        CredentialState::Approved(OTHER_REQUEST),
        CredentialState::Reserved(OTHER_REQUEST),
        CredentialState::Used(OTHER_REQUEST),
    ] {
        assert_eq!(reason(|grant| grant.state = state), RefusalReason::ChallengeUsed, "{state:?}");
    }
}

#[test]
fn a_key_that_was_seen_before_is_refused_even_for_the_same_device() {
    let mut other = assignment();
    other.device = DeviceId::new("laptop-2").unwrap();
    assert_eq!(reason(|grant| grant.key_seen_for = Some(assignment())), RefusalReason::KeyReused);
    assert_eq!(reason(|grant| grant.key_seen_for = Some(other.clone())), RefusalReason::KeyReused);
    let retry = reason(|grant| {
        grant.state = CredentialState::Used(REQUEST);
        grant.key_seen_for = Some(other);
    });
    assert_eq!(retry, RefusalReason::KeyReused);
}

#[test]
fn another_authority_than_the_profiles_is_refused() {
    let foreign = under(|authority| authority.name = AuthorityName::new("other").unwrap());
    assert_eq!(foreign.unwrap_err().reason, RefusalReason::AuthorityMismatch);
}

#[test]
fn a_suspended_profile_issues_nothing() {
    assert_eq!(reason(|grant| grant.profile.suspend = true), RefusalReason::ProfileSuspended);
}

#[test]
fn a_device_that_left_the_group_gets_nothing_even_for_a_retry() {
    let staff = GroupId::new("staff").unwrap();
    let left = |grant: &mut Grant| {
        let target = Target::Group(staff.clone());
        grant.profile.assignments.include = vec![Include { target, filter: None }];
    };
    assert_eq!(reason(left), RefusalReason::ScepProfileNoLongerTargetedToTheClient);
    let retry = reason(|grant| {
        left(grant);
        grant.state = CredentialState::Used(REQUEST);
        grant.key_seen_for = Some(assignment());
    });
    assert_eq!(retry, RefusalReason::ScepProfileNoLongerTargetedToTheClient);
}

#[test]
fn an_association_that_the_profile_does_not_have_is_refused() {
    let stale = reason(|grant| grant.key.association = Association::WiFi("guest".into()));
    assert_eq!(stale, RefusalReason::ScepProfileNoLongerTargetedToTheClient);
}

#[test]
fn rows_that_do_not_belong_together_are_outdated() {
    let stranger: User = serde_json::from_str(r#"{"id": "mallory"}"#).unwrap();
    assert_eq!(reason(|grant| grant.user = Some(stranger.clone())), RefusalReason::Outdated);
    let with_other_user = reason(|grant| {
        grant.device.user_id = Some(UserId::new("jdoe").unwrap());
        grant.user = Some(stranger);
    });
    assert_eq!(with_other_user, RefusalReason::Outdated);
    let other_device = reason(|grant| grant.device.id = DeviceId::new("laptop-2").unwrap());
    assert_eq!(other_device, RefusalReason::Outdated);
}

#[test]
fn a_device_that_lost_an_attribute_is_refused_with_the_rule_and_the_remedy() {
    let refusal = refused(|grant| grant.device.device_name = None);
    assert_eq!((refusal.reason, refusal.rule), (RefusalReason::ResolutionFailed, Some(RuleId::Var05)));
    assert_eq!(
        refusal.message,
        "{{DeviceName}} is empty for device laptop-1; give laptop-1 a deviceName in the inventory"
    );
}

#[test]
fn a_request_for_another_name_is_refused() {
    let renamed = reason(|grant| grant.device.device_name = Some("laptop-2".into()));
    assert_eq!(renamed, RefusalReason::SubjectAltNameMismatch);
    let grant = grant();
    let weak = csr(&grant).keyed(rsa_key(1024, &[1, 0, 1]));
    let refusal = authorize(grant, &authority(), request(&weak), now()).unwrap_err();
    assert_eq!(refusal.reason, RefusalReason::KeyLengthMismatch);
}

#[test]
fn names_that_the_authority_does_not_permit_are_refused_with_the_rule() {
    let outcome = |permitted| {
        let refusal = under(|authority| authority.permitted = permitted).unwrap_err();
        assert_eq!(refusal.reason, RefusalReason::NameNotPermitted);
        refusal.rule.map(RuleId::as_str)
    };
    assert!(outcome(Vec::new()).is_some_and(|rule| rule.starts_with("AUT-")));
    let elsewhere = Permitted {
        dns_domains: BTreeSet::from(["other.example".to_owned()]),
        ..authority_sample::permitted()
    };
    assert_eq!(outcome(vec![elsewhere]), Some("AUT-05"));
    let foreign = Permitted { namespaces: Some(vec!["vpn-*".to_owned()]), ..authority_sample::permitted() };
    assert!(outcome(vec![foreign]).is_some());
}

#[test]
fn a_name_that_is_too_long_is_refused_where_the_authority_enforces_lengths() {
    let outcome = |enforce| {
        let mut grant = grant();
        grant.device.entra_device_id = Some("a".repeat(65));
        let mut authority = authority();
        authority.enforce_name_lengths = enforce;
        let csr = csr(&grant);
        authorize(grant, &authority, request(&csr), now()).map_err(|refusal| refusal.rule)
    };
    assert_eq!(outcome(true).unwrap_err(), Some(RuleId::Sub13));
    assert!(outcome(false).is_ok());
}
