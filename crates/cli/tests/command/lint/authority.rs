//! `--authority`: what only an issuer's configuration tells.

use std::path::Path;

use super::planted::{found, said};
use crate::scepter::run;

const BEYOND: &str = "crates/cli/tests/command/lint/beyond";
const ISSUER: &str = "crates/cli/tests/command/lint/issuer.yaml";

#[test]
fn the_configuration_of_an_authority_judges_names_periods_and_addresses() {
    assert_eq!(found(&["--authority", ISSUER, BEYOND]), said(Path::new(BEYOND)));
}

#[test]
fn without_a_configuration_its_rules_are_silent() {
    assert_eq!(found(&[BEYOND]), [].into());
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_mistake_in_usage() {
    for (file, words) in [("no/such/issuer.yaml", "no/such/issuer.yaml"), (BEYOND, "beyond")] {
        let ended = run(["lint", "--authority", file, BEYOND]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let error = ended.only_error();
        assert!(error.contains(words) && error.contains("--authority"), "{ended:?}");
    }
}
