//! Who may take a Lease: a decision about what was seen.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;

/// What a process may do with a Lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is nobody's, or its holder has let it expire.
    Take,
    /// It is ours.
    Renew,
    /// It is somebody else's.
    Wait,
}

/// Decides for `me` about a Lease that has stood unchanged for `unchanged`, as far as this process saw it.
pub(super) fn claim(lease: Option<&LeaseSpec>, me: &str, unchanged: Duration) -> Claim {
    let Some(lease) = lease else { return Claim::Take };
    match lease.holder_identity.as_deref() {
        None | Some("") => Claim::Take,
        Some(holder) if holder == me => Claim::Renew,
        Some(_) if unchanged >= duration(lease) => Claim::Take,
        Some(_) => Claim::Wait,
    }
}

/// A Lease without a duration, or with a senseless one, is given the longest that anybody uses.
fn duration(lease: &LeaseSpec) -> Duration {
    let seconds = lease.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
    Duration::from_secs(seconds.filter(|seconds| *seconds > 0).unwrap_or(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_by(holder: &str, seconds: i32) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(seconds),
            ..LeaseSpec::default()
        }
    }

    #[test]
    fn a_lease_that_is_not_there_or_was_given_up_is_taken() {
        assert_eq!(claim(None, "me", Duration::ZERO), Claim::Take);
        assert_eq!(claim(Some(&LeaseSpec::default()), "me", Duration::ZERO), Claim::Take);
        assert_eq!(claim(Some(&held_by("", 15)), "me", Duration::ZERO), Claim::Take);
    }

    #[test]
    fn ours_is_renewed_however_old_it_is() {
        assert_eq!(claim(Some(&held_by("me", 15)), "me", Duration::from_secs(99)), Claim::Renew);
    }

    #[test]
    fn anothers_is_taken_only_after_it_stood_unchanged_for_its_whole_duration() {
        let lease = held_by("you", 15);
        assert_eq!(claim(Some(&lease), "me", Duration::from_millis(14_999)), Claim::Wait);
        assert_eq!(claim(Some(&lease), "me", Duration::from_secs(15)), Claim::Take);
    }

    #[test]
    fn a_senseless_duration_does_not_make_a_lease_free() {
        for seconds in [0, -5] {
            assert_eq!(claim(Some(&held_by("you", seconds)), "me", Duration::from_secs(59)), Claim::Wait);
        }
    }
}
