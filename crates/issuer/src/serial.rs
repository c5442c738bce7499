//! Serial numbers.

use jiff::Timestamp;
use scepter_policy::identity::SerialNumber;

/// A new serial number. Its random part keeps anybody from foreseeing or counting them; its time says no more than the
/// certificate does.
pub(crate) fn new_serial(now: Timestamp) -> Result<SerialNumber, getrandom::Error> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    Ok(SerialNumber::made_at(now, random))
}
