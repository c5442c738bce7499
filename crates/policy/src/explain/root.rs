//! Whether the device gets the root, in words.

use super::targeting::{Listener, Subject};
use super::{Case, Outcome, Step, Topic, sentence, sentence_of};
use crate::assign::{Assignment, walk};
use crate::root::TrustedRoot;
use crate::rules::root::{judge_device, waiting};

/// The step, and what comes of it where the root is in the way.
pub(super) fn step(case: &Case<'_>) -> (Step, Option<Outcome>) {
    let name = &case.profile.root;
    let Some(root) = case.root else {
        let problem =
            format!("The root profile {name} is not declared, so nobody gives the device its root.");
        return waits(case, vec![problem]);
    };
    let aim = root.aim();
    let mut listener = Listener::new(case, Subject::Root(aim));
    let assignment = walk(&aim, case.device, case.user, case.memberships, &mut |seen| listener.hear(seen));
    match assignment {
        Assignment::Targeted => match judge_device(root, case.device) {
            Some(finding) => {
                (Step::new(Topic::Root, vec![sentence_of(&finding)]), Some(Outcome::of(finding)))
            }
            None => (reaches(root, listener), None),
        },
        Assignment::NotTargeted(_) => waits(case, listener.targets()),
        Assignment::NotApplicable(reason) => waits(case, vec![sentence(&reason)]),
        Assignment::Undecidable(finding) => waits(case, vec![sentence(&finding.message)]),
    }
}

/// The device gets the root.
fn reaches(root: &TrustedRoot, listener: Listener<'_>) -> Step {
    let mut sentences = vec![format!("The device must trust the root {} first, and gets it.", root.name)];
    sentences.extend(listener.targets());
    sentences.push(if root.platform.reports_roots() {
        "The issuer hands out a challenge once the device has reported that it trusts the root.".to_owned()
    } else {
        "Nobody hears from this platform whether a root is trusted; the issuer goes on once it was delivered."
            .to_owned()
    });
    Step::new(Topic::Root, sentences)
}

/// The device does not get it.
fn waits(case: &Case<'_>, problem: Vec<String>) -> (Step, Option<Outcome>) {
    let root = &case.profile.root;
    let help = format!("assign the root profile {root} to a group that holds the device or its user");
    let finding = waiting(case.profile, case.device).help(help);
    let mut sentences = vec![format!("The device must trust the root {root} first, and does not get it.")];
    sentences.extend(problem);
    sentences.push(format!("Without it the issuer hands out no challenge ({}).", finding.rule));
    (Step::new(Topic::Root, sentences), Some(Outcome::of(finding)))
}
