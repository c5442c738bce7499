//! The subject name of a profile: parsed before substitution, so that a value can never add a name (SUB-10, VAR-20).

use super::AttributeType;
use crate::template::Template;

/// A parsed `subjectNameFormat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectTemplate {
    rdns: Vec<RdnTemplate>,
}

/// A relative name of a template.
pub type RdnTemplate = Vec<AttributeTemplate>;

/// One attribute of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeTemplate {
    /// The attribute's type.
    pub kind: AttributeType,
    /// Its value.
    pub value: Template,
    /// Whether the value was written in quotes; an unquoted value must not resolve to special characters (SUB-10).
    pub quoted: bool,
}

impl SubjectTemplate {
    /// The relative names, first encoded first.
    pub fn rdns(&self) -> &[RdnTemplate] {
        &self.rdns
    }
}
