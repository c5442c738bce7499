//! The real API server takes our definitions and our examples.

use std::path::Path;

use scepter_tests::{Cluster, Failure, Namespace};

#[test]
fn every_kind_is_found_by_its_short_name_and_by_the_category() -> Result<(), Failure> {
    let kubectl = Cluster::with_definitions()?.kubectl();
    let kinds = kubectl.run(&["api-resources", "--categories=scep", "--no-headers"])?;
    let found: Vec<Vec<&str>> = kinds.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        found,
        [
            ["inventorysources", "invs", "scepter.dev/v1alpha1", "true", "InventorySource"],
            ["scepprofiles", "scepp", "scepter.dev/v1alpha1", "true", "ScepProfile"],
            ["trustedrootprofiles", "trp", "scepter.dev/v1alpha1", "true", "TrustedRootProfile"],
        ]
    );
    Ok(())
}

#[test]
fn the_examples_are_accepted_as_they_stand() -> Result<(), Failure> {
    for (example, profile) in [("quickstart", "corp-wifi-windows"), ("filters", "corp-wifi")] {
        let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
        let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example);
        let mut apply = namespace.kubectl().command();
        apply.args(["apply", "--server-side", "--validate=strict", "-f"]).arg(manifests);
        let applied = scepter_tests::run(&mut apply, b"")?;
        let line = format!("scepprofile.scepter.dev/{profile} serverside-applied");
        assert!(applied.contains(&line), "{applied}");
    }
    Ok(())
}

#[test]
fn a_new_profile_is_not_ready_before_anybody_has_judged_it() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart/corp-wifi-windows.yaml");
    // Only as an answer, never stored: an operator of another test would judge it at once.
    let mut apply = namespace.kubectl().command();
    apply.args(["apply", "--server-side", "--dry-run=server", "-f"]).arg(profile);
    apply.args(["-o", "jsonpath={.status.conditions[?(@.type=='Ready')]['status','reason']}"]);
    assert_eq!(scepter_tests::run(&mut apply, b"")?, "Unknown Pending");
    Ok(())
}
