//! An authority's CAs in the configuration: the one that it has, and the one that follows it.

use jiff::Timestamp;
use scepter_policy::identity::AuthorityName;
use serde::Deserialize;

use super::authority::is_usable;
use super::{
    AuthorityConfiguration, ConfigurationError, Creation, FileRef, KeyRef, NameConstraints,
    RegistrationAuthority,
};

/// The CA that follows an authority's (RFC 8894 §4.7). What it is made of is configured as an authority's own is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextCa {
    /// What its certificates are recorded and published under, for ever.
    pub ca_name: AuthorityName,
    /// From when it issues.
    pub from: Timestamp,
    /// How to make it, when its files are absent and `from` is still to come.
    #[serde(default)]
    pub create: Option<Creation>,
    /// Its certificate chain, PEM, CA first and root last.
    #[serde(default)]
    pub certificate_chain: Option<FileRef>,
    /// Its key.
    #[serde(default)]
    pub signing_key: Option<KeyRef>,
    /// Its registration authority.
    #[serde(default)]
    pub ra: Option<RegistrationAuthority>,
}

/// One CA of an authority, whichever it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaConfiguration<'a> {
    /// What its certificates are recorded and published under.
    pub(crate) name: &'a AuthorityName,
    /// How to make it.
    pub(crate) create: Option<&'a Creation>,
    /// Its certificate chain.
    pub(crate) certificate_chain: Option<&'a FileRef>,
    /// Its key.
    pub(crate) signing_key: Option<&'a KeyRef>,
    /// Its registration authority.
    pub(crate) ra: Option<&'a RegistrationAuthority>,
}

impl AuthorityConfiguration {
    /// The CA that it has.
    pub(crate) fn ca(&self) -> CaConfiguration<'_> {
        CaConfiguration {
            name: self.ca_name.as_ref().unwrap_or(&self.name),
            create: self.create.as_ref(),
            certificate_chain: self.certificate_chain.as_ref(),
            signing_key: self.signing_key.as_ref(),
            ra: self.ra.as_ref(),
        }
    }
}

impl NextCa {
    /// The CA.
    pub(crate) fn ca(&self) -> CaConfiguration<'_> {
        CaConfiguration {
            name: &self.ca_name,
            create: self.create.as_ref(),
            certificate_chain: self.certificate_chain.as_ref(),
            signing_key: self.signing_key.as_ref(),
            ra: self.ra.as_ref(),
        }
    }
}

impl CaConfiguration<'_> {
    pub(super) fn check(&self) -> Result<(), ConfigurationError> {
        if !is_usable(self.name) {
            return Err(ConfigurationError::UnusableAuthorityName(self.name.clone()));
        }
        let named = [self.certificate_chain.is_some(), self.signing_key.is_some(), self.ra.is_some()];
        if named.contains(&true) && named.contains(&false) {
            return Err(ConfigurationError::IncompleteAuthority(self.name.clone()));
        }
        let constraints = self.create.and_then(|create| create.name_constraints.as_ref());
        if constraints.is_some_and(NameConstraints::is_empty) {
            return Err(ConfigurationError::NoNameConstraint(self.name.clone()));
        }
        Ok(())
    }
}
