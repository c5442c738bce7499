//! `scepter crds`.

use crate::{Ending, print};

/// Prints the CustomResourceDefinitions.
pub(crate) fn run() -> anyhow::Result<Ending> {
    print::text(&String::new())?;
    Ok(Ending::Success)
}
