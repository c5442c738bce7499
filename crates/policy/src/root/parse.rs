//! From fields to a trusted root profile.

use jiff::Timestamp;

use super::{Anchor, Fields, TrustedRoot};
use crate::diagnostics::Diagnostics;
use crate::rules::{applicability, assignment, platform, root};
use crate::vocabulary::DeletionPolicy;

impl TrustedRoot {
    /// Judges a trusted root profile as written by the rules of the object scope; `now` decides ROOT-06.
    ///
    /// `Ok` carries the warnings; `Err` carries every finding, errors and warnings.
    pub fn parse(fields: &Fields<'_>, now: Timestamp) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut findings = platform::judge(fields.platform);
        let name = platform::parse_name(fields.name, &mut findings);
        findings.extend(root::judge_store(fields).into_iter().collect());
        let certificate = root::parse_certificate(fields, now, &mut findings);
        findings.extend(applicability::judge_root_platform(fields).into_iter().collect());
        let applicability = applicability::parse(fields.applicability_rules, &mut findings);
        let assignments = assignment::parse(fields.assignments.as_ref(), fields.platform, &mut findings);
        match (name, certificate) {
            (Some(name), Some(certificate)) if !findings.has_errors() => Ok((
                Self {
                    display_name: fields.display_name.unwrap_or(fields.name).to_owned(),
                    name,
                    platform: fields.platform,
                    certificate,
                    anchor: fields.anchor.unwrap_or(Anchor::SelfSigned),
                    file_name: fields.file_name.map(ToOwned::to_owned),
                    destination_store: fields.destination_store,
                    assignments,
                    applicability,
                    suspend: fields.suspend.unwrap_or(false),
                    deletion_policy: fields.deletion_policy.unwrap_or(DeletionPolicy::Revoke),
                },
                findings,
            )),
            (_, _) => Err(findings),
        }
    }
}
