//! What happens without being asked.

pub(crate) mod authority_certificates;
pub(crate) mod calendar;
pub(crate) mod revocation_lists;
