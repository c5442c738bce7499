//! No value breaks out of the element or the list that holds it.

use plist::Value as Plist;
use proptest::prelude::*;
use scepter_payload::{RenderError, render};
use scepter_policy::name::{
    Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName, SubjectTemplate,
};
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::Platform;
use serde_json::Value as Json;

use super::sample::{self, Sample};
use super::xml::{self, Element};

/// Texts of everything that means something to XML, JSON, names or lists, and of what means nothing.
const ANYTHING: &str = "[ -~äß;<>&'\"+,=#\\\\\\]\\[{}/\u{0}-\u{1f}\u{85}\u{2028}\u{fffe}\u{ffff}😀]{1,12}";

/// A delivery whose resolved values are those: a common name, an e-mail address, a UPN.
fn delivery(platform: Platform, values: &[String; 3]) -> Sample {
    let [common_name, email, upn] = values.clone();
    let mut sample = Sample::new(&sample::fields(platform), &sample::device("d1", platform));
    let attribute = Attribute { kind: AttributeType::CommonName, value: common_name };
    let rdn = RelativeDistinguishedName { attributes: vec![attribute] };
    sample.request.subject = DistinguishedName { rdns: vec![rdn] };
    sample.request.subject_alternative_names = vec![GeneralName::Email(email), GeneralName::Upn(upn)];
    sample
}

/// What a device would read, or nothing where the document was refused for what it could not hold.
fn rendered(platform: Platform, values: &[String; 3]) -> Option<String> {
    match render(&delivery(platform, values).delivery()) {
        Ok(payload) => Some(payload.body),
        Err(RenderError::NotXml(character)) => {
            assert!(values.iter().any(|value| value.contains(character)), "{values:?}");
            None
        }
        Err(RenderError::Separator { separator, .. }) => {
            assert!(values[1..].iter().any(|value| value.contains(separator)), "{values:?}");
            None
        }
        Err(error) => panic!("{values:?}: {error}"),
    }
}

fn setting<'a>(document: &'a Element, node: &str) -> &'a str {
    let commands = document.at(&["Atomic"]).children.iter().filter(|command| command.name == "Add");
    let mut items = commands.map(|command| command.at(&["Item"]));
    let item = items.find(|item| item.at(&["Target", "LocURI"]).text().ends_with(node)).unwrap();
    item.at(&["Data"]).text()
}

fn values() -> impl Strategy<Value = [String; 3]> {
    [ANYTHING, ANYTHING, ANYTHING]
}

proptest! {
    #[test]
    fn on_apple_every_value_is_read_back_as_it_was(values in values()) {
        let Some(body) = rendered(Platform::Ios, &values) else { return Ok(()) };
        let profile = Plist::from_reader_xml(body.as_bytes()).unwrap();
        let content = profile.as_dictionary().unwrap()["PayloadContent"].as_array().unwrap();
        prop_assert_eq!(content.len(), 2);
        let scep = content[1].as_dictionary().unwrap()["PayloadContent"].as_dictionary().unwrap();
        let pair = scep["Subject"].as_array().unwrap()[0].as_array().unwrap()[0].as_array().unwrap();
        prop_assert_eq!(pair[1].as_string(), Some(values[0].as_str()));
        let names = scep["SubjectAltName"].as_dictionary().unwrap();
        prop_assert_eq!(names["rfc822Name"].as_string(), Some(values[1].as_str()));
        prop_assert_eq!(names["ntPrincipalName"].as_string(), Some(values[2].as_str()));
    }

    #[test]
    fn on_windows_every_value_stays_in_its_place_of_the_list(values in values()) {
        let Some(body) = rendered(Platform::Windows10AndLater, &values) else { return Ok(()) };
        let document = xml::parse(&body);
        let names = setting(&document, "/SubjectAlternativeNames");
        let names: Vec<_> = names.split(';').map(|name| name.split_once('+').unwrap()).collect();
        prop_assert_eq!(names, [("2", values[1].as_str()), ("11", values[2].as_str())]);
    }

    #[test]
    fn on_windows_a_subject_is_read_back_as_the_one_attribute_that_it_was(
        value in "[ -z|~äß;<>\"+,=#\\\\😀]{1,12}"
    ) {
        // A name as CertStrToName reads it, which knows neither escapes nor blank values.
        prop_assume!(!value.trim().is_empty() && !value.contains(['\\', '{', '}']));
        let values = [value.clone(), "a@b".to_owned(), "a@b".to_owned()];
        let body = rendered(Platform::Windows10AndLater, &values).unwrap();
        let document = xml::parse(&body);
        let (template, _) = SubjectTemplate::parse(setting(&document, "/SubjectName")).unwrap();
        let attributes: Vec<_> = template.attributes().collect();
        prop_assert_eq!(attributes.len(), 1);
        prop_assert_eq!(attributes[0].value.as_static(), Some(value.as_str()));
    }

    #[test]
    fn on_android_every_value_is_read_back_as_it_was(values in values()) {
        let body = rendered(Platform::AndroidAosp, &values).unwrap();
        let document: Json = serde_json::from_str(&body).unwrap();
        let names = &document["Enroll"]["RequestParameters"]["SANs"];
        prop_assert_eq!(names.as_array().unwrap().len(), 2);
        prop_assert_eq!(names[0]["Value"].as_str(), Some(values[1].as_str()));
        prop_assert_eq!(names[1]["Value"].as_str(), Some(values[2].as_str()));
    }
}

#[test]
fn an_entry_with_a_separator_is_refused_by_the_name_of_its_node() {
    let values = ["laptop".to_owned(), "a@b;11+admin@corp".to_owned(), "a@b".to_owned()];
    let refused = render(&delivery(Platform::Windows10AndLater, &values).delivery()).unwrap_err();
    assert_eq!(refused, RenderError::Separator { node: "SubjectAlternativeNames", separator: ';' });
    assert!(!refused.to_string().contains("admin"), "it says no value: {refused}");
}

#[test]
fn a_character_that_xml_cannot_carry_is_refused_where_xml_is_written() {
    let values = ["a\u{ffff}b".to_owned(), "a@b".to_owned(), "a@b".to_owned()];
    for platform in [Platform::Ios, Platform::Windows10AndLater] {
        let refused = render(&delivery(platform, &values).delivery()).unwrap_err();
        assert_eq!(refused, RenderError::NotXml('\u{ffff}'), "{platform}");
    }
}
