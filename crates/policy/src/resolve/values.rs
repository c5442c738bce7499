//! The variables of a profile with their values on one device, for people to read.

use super::bearer::Bearer;
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::inventory::{Device, User};
use crate::name::SubjectTemplate;
use crate::profile::Profile;
use crate::rules::san::value_field;
use crate::template::Variable;

/// A variable that a profile uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableValue {
    /// The variable.
    pub variable: Variable,
    /// Whose attribute it is: `user jdoe` or `device laptop-1`.
    pub holder: String,
    /// Where it stands: `the subject`, `the UPN`.
    pub places: Vec<String>,
    /// What it stands for, or the rule that keeps it from standing for anything.
    pub value: Result<String, Diagnostic>,
}

/// Each variable that a profile uses, in the order of its first use, with what it stands for on a device.
pub fn values(profile: &Profile, device: &Device, user: Option<&User>) -> Vec<VariableValue> {
    let bearer = Bearer { platform: profile.platform, certificate: profile.certificate_type, device, user };
    let mut values: Vec<VariableValue> = Vec::new();
    for Use { variable, place, field } in uses(profile) {
        match values.iter_mut().find(|known| known.variable == variable) {
            Some(known) if known.places.contains(&place) => {}
            Some(known) => known.places.push(place),
            None => values.push(VariableValue {
                variable,
                holder: bearer.name(variable),
                places: vec![place],
                value: bearer.value(variable, &field),
            }),
        }
    }
    values
}

struct Use {
    variable: Variable,
    place: String,
    field: FieldPath,
}

fn uses(profile: &Profile) -> impl Iterator<Item = Use> + '_ {
    let of_subject = profile.subject.attributes().flat_map(|attribute| attribute.value.variables());
    let of_subject = of_subject.map(|variable| Use {
        variable,
        place: "the subject".to_owned(),
        field: SubjectTemplate::field(),
    });
    let names = profile.subject_alternative_names.iter().enumerate();
    let of_names = names.flat_map(|(index, name)| {
        name.value.variables().map(move |variable| Use {
            variable,
            place: format!("the {} name", name.kind),
            field: value_field(index),
        })
    });
    of_subject.chain(of_names)
}
