//! `scepter crds`.

use crate::{Ending, print};

/// Prints the CustomResourceDefinitions.
pub(crate) fn run() -> anyhow::Result<Ending> {
    print::text(&scepter_crd::definitions::yaml()?)?;
    Ok(Ending::Success)
}
