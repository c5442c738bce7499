//! Distinguished names in the configuration.

use scepter_policy::name::{Attribute, DistinguishedName, RelativeDistinguishedName, SubjectTemplate};

/// Reads a subject that has no variable; the error says why it is none.
pub(crate) fn static_name(text: &str) -> Result<DistinguishedName, String> {
    let (template, _warnings) = SubjectTemplate::parse(text)
        .map_err(|findings| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let mut rdns = Vec::new();
    for rdn in template.rdns() {
        let attributes = rdn.iter().map(|attribute| {
            let value = attribute.value.as_static().ok_or("it has a variable")?;
            Ok(Attribute { kind: attribute.kind, value: value.to_owned() })
        });
        rdns.push(RelativeDistinguishedName { attributes: attributes.collect::<Result<_, &str>>()? });
    }
    Ok(DistinguishedName { rdns })
}
