//! Any name survives being printed and read, and no text does harm.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{
    Attribute, AttributeType, DistinguishedName, Oid, RelativeDistinguishedName, SubjectTemplate, find_escape,
};
use crate::diagnostics::Diagnostics;
use crate::san::GeneralName;
use crate::vocabulary::SanType;

/// The keywords, and attributes that have none.
fn kind() -> impl Strategy<Value = AttributeType> {
    (0..60_u32).prop_map(|arc| match arc {
        0 => AttributeType::Email,
        1 => AttributeType::DomainComponent,
        _ => AttributeType::from_oid(Oid::new_unwrap(&format!("2.5.4.{arc}"))),
    })
}

/// Values that a subject can hold: not blank, no escape (SUB-04), no curly bracket (VAR-02).
fn value() -> impl Strategy<Value = String> {
    let special = "[ ,;+=\"#<>\\\\'a\u{a0}é]{1,8}";
    let sayable = |value: &String| {
        !value.trim().is_empty() && find_escape(value).is_none() && !value.contains(['{', '}'])
    };
    prop_oneof![special, "\\PC{1,16}"].prop_filter("sayable", sayable)
}

fn name() -> impl Strategy<Value = DistinguishedName> {
    let rdn = btree_map(kind(), value(), 1..4).prop_map(|attributes| RelativeDistinguishedName {
        attributes: attributes.into_iter().map(|(kind, value)| Attribute { kind, value }).collect(),
    });
    vec(rdn, 1..6).prop_map(|rdns| DistinguishedName { rdns })
}

/// The name that a text without variables stands for.
fn read(text: &str) -> Result<DistinguishedName, Diagnostics> {
    let (template, _) = SubjectTemplate::parse(text)?;
    let rdns = template.rdns().iter().map(|rdn| RelativeDistinguishedName {
        attributes: rdn
            .iter()
            .map(|attribute| Attribute {
                kind: attribute.kind,
                value: attribute.value.as_static().unwrap().to_owned(),
            })
            .collect(),
    });
    Ok(DistinguishedName { rdns: rdns.collect() })
}

proptest! {
    #[test]
    fn any_name_is_read_back_from_its_text(name in name()) {
        let text = name.to_string();
        let read = read(&text);
        prop_assert!(read.as_ref().is_ok_and(|read| read.says_the_same_as(&name)), "{}: {:?}", text, read);
        prop_assert_eq!(read.unwrap().to_string(), text, "the text is canonical");
    }

    #[test]
    fn any_name_that_can_be_encoded_is_read_back_from_its_der(name in name()) {
        if let Ok(der) = name.to_der() {
            let read = DistinguishedName::from_der(&der).unwrap();
            prop_assert!(read.says_the_same_as(&name), "{read}");
            prop_assert_eq!(read.to_der().unwrap(), der);
        }
    }

    #[test]
    fn any_text_is_a_subject_or_has_findings_at_places_inside_it(text in any::<String>()) {
        if let Err(found) = SubjectTemplate::parse(&text) {
            prop_assert!(found.has_errors());
            for finding in &found {
                let offset = finding.offset.unwrap();
                prop_assert!(text.is_char_boundary(offset), "{offset} in {text:?}");
            }
        }
    }

    #[test]
    fn any_alternative_names_are_read_back_from_their_der_in_order(
        names in vec((proptest::sample::select(SanType::ALL), "[ -~]{0,24}"), 0..8)
    ) {
        let names: Vec<_> = names.into_iter().map(|(kind, value)| GeneralName::new(kind, value)).collect();
        let read = GeneralName::decode_all(&GeneralName::encode_all(&names).unwrap()).unwrap();
        prop_assert_eq!(read.known, names);
        prop_assert!(!read.has_foreign);
    }
}
