//! What is printed reads as the same filter, and means the same.

use proptest::prelude::*;
use proptest::sample::select;
use scepter_policy::filter::{Filter, Operator, Property};
use scepter_policy::inventory::Device;
use scepter_policy::vocabulary::{JoinType, Ownership, Platform};

fn parse(text: &str) -> Filter {
    Filter::parse(text, Platform::Windows10AndLater).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn any_case(word: &str) -> impl Strategy<Value = String> + use<> {
    let word = word.to_owned();
    proptest::collection::vec(any::<bool>(), word.len()).prop_map(move |upper| {
        let letters = word.chars().zip(upper);
        letters.map(|(letter, upper)| if upper { letter.to_ascii_uppercase() } else { letter }).collect()
    })
}

fn version() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..30u32, 1..=4)
        .prop_map(|numbers| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("."))
}

fn quoted(words: &'static [&'static str]) -> BoxedStrategy<String> {
    select(words).prop_map(|word| format!("\"{word}\"")).boxed()
}

/// A text that the property can have.
fn word(property: Property) -> BoxedStrategy<String> {
    match property {
        Property::Text(text) if text.as_str() == "operatingSystemSKU" => {
            quoted(&["Core", "Enterprise", "ServerRdsh"])
        }
        Property::Text(_) => {
            "[A-Za-z0-9 ÄÖß'()\\[\\],$.-]{0,11}[a-cÄ]".prop_map(|text| format!("\"{text}\"")).boxed()
        }
        Property::OperatingSystemVersion => {
            prop_oneof![version(), version().prop_map(|v| format!("\"{v}\""))].boxed()
        }
        Property::DeviceOwnership => quoted(&["Corporate", "personal", "UNKNOWN"]),
        Property::DeviceTrustType => {
            quoted(&["Azure AD joined", "hybrid azure ad joined", "None", "Unknown"])
        }
    }
}

fn literal(property: Property, operator: Operator) -> BoxedStrategy<String> {
    match operator {
        Operator::Eq | Operator::Ne => prop_oneof![word(property), Just("$null".to_owned())].boxed(),
        Operator::In | Operator::NotIn => proptest::collection::vec(word(property), 1..4)
            .prop_map(|words| format!("[{}]", words.join(" ,")))
            .boxed(),
        Operator::StartsWith
        | Operator::Contains
        | Operator::NotContains
        | Operator::Gt
        | Operator::Ge
        | Operator::Lt
        | Operator::Le => word(property),
    }
}

fn comparison() -> impl Strategy<Value = String> {
    let compared = select(&Property::ALL[..]).prop_flat_map(|property| {
        select(property.operators()).prop_map(move |operator| (property, operator))
    });
    compared.prop_flat_map(|(property, operator)| {
        let name = any_case(&format!("device.{property}"));
        let operator_word = any_case(operator.as_str());
        let dash = any::<bool>();
        (name, operator_word, dash, literal(property, operator)).prop_map(
            |(name, operator, dash, literal)| {
                let operator = if dash { operator.as_str() } else { &operator[1..] };
                format!("{name}  {operator}\t{literal}")
            },
        )
    })
}

fn expression() -> impl Strategy<Value = String> {
    comparison().prop_recursive(5, 24, 4, |inner| {
        let junction = select(&["and", "or", "-And", "OR"][..]);
        prop_oneof![
            inner.clone().prop_map(|inner| format!("( {inner})")),
            (proptest::collection::vec(inner, 2..4), junction)
                .prop_map(|(operands, junction)| operands.join(&format!("\n{junction} "))),
        ]
    })
}

fn device() -> impl Strategy<Value = Device> {
    let text = || proptest::option::of("[a-cA-CÄ ]{0,3}");
    let ownership = proptest::option::of(select(Ownership::ALL));
    let join_type = proptest::option::of(select(JoinType::ALL));
    let os_version = prop_oneof![proptest::option::of(version()), Just(Some("unknown".to_owned()))];
    (text(), text(), text(), os_version, ownership, join_type).prop_map(
        |(model, category, device_name, os_version, ownership, join_type)| {
            let json = serde_json::json!({"id": "laptop", "platform": Platform::Windows10AndLater});
            let device: Device = serde_json::from_value(json).unwrap();
            Device { model, category, device_name, os_version, ownership, join_type, ..device }
        },
    )
}

proptest! {
    #[test]
    fn a_printed_filter_reads_as_itself_and_matches_the_same_devices(text in expression(), device in device()) {
        prop_assume!(text.chars().count() <= Filter::MAX_LENGTH);
        let filter = parse(&text);
        let printed = filter.to_string();
        let again = parse(&printed);
        prop_assert_eq!(&again, &filter);
        prop_assert_eq!(again.to_string(), printed);
        prop_assert_eq!(again.matches(&device), filter.matches(&device));
    }

    #[test]
    fn each_operator_and_its_contrary_answer_differently(property in select(&Property::ALL[..]), device in device()) {
        for (is, is_not) in [(Operator::Eq, Operator::Ne), (Operator::In, Operator::NotIn), (Operator::Contains, Operator::NotContains), (Operator::Gt, Operator::Le), (Operator::Ge, Operator::Lt)] {
            let literal = match (property, is) {
                (Property::OperatingSystemVersion, _) => "12.3",
                (Property::DeviceTrustType, Operator::In) => "[\"None\"]",
                (Property::DeviceTrustType, _) => "\"None\"",
                (Property::DeviceOwnership, _) => "\"Personal\"",
                (Property::Text(_), Operator::In) => "[\"Core\"]",
                (Property::Text(_), _) => "\"Core\"",
            };
            let ask = |operator| Filter::parse(&format!("(device.{property} {operator} {literal})"), Platform::Windows10AndLater).map(|filter| filter.matches(&device));
            if let (Ok(yes), Ok(no)) = (ask(is), ask(is_not)) {
                prop_assert_eq!(yes.map(|answer| !answer), no);
            }
        }
    }
}
