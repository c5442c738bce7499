//! `crds/scepter.yaml` holds what `scepter crds` prints.

use std::fs;
use std::path::Path;

use scepter_crd::definitions;

/// Set to anything, this variable makes the test write the file instead of comparing it.
const UPDATE: &str = "SCEPTER_UPDATE_CRDS";

#[test]
fn the_checked_in_definitions_are_the_generated_ones() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crds/scepter.yaml");
    let generated = definitions::yaml().unwrap();
    if std::env::var_os(UPDATE).is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &generated).unwrap();
    }
    let checked_in = fs::read_to_string(&file).unwrap_or_default();
    assert!(checked_in == generated, "{} is stale: run `make crds`", file.display());
}
