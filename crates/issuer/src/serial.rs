//! Serial numbers.

use scepter_policy::identity::SerialNumber;

/// A new serial number: random, so that nobody can foresee or count them.
pub(crate) fn random_serial() -> Result<SerialNumber, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(SerialNumber::from_random(bytes))
}
