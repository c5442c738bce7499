//! The subject name of a profile: parsed before substitution, so that a value can never add a name (SUB-10, VAR-20).

use std::collections::BTreeSet;
use std::fmt;

use super::lexer::{self, Assertion, Separator, SyntaxError};
use super::{AttributeType, quoting};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, Replacement};
use crate::rules::RuleId;
use crate::template::Template;

/// A parsed `subjectNameFormat`.
///
/// ```
/// use scepter_policy::name::SubjectTemplate;
///
/// let (subject, warnings) = SubjectTemplate::parse("CN={{username}}, O=\"Acme, Inc\"").unwrap();
/// assert_eq!(subject.to_string(), "CN={{UserName}},O=\"Acme, Inc\"");
/// assert!(warnings.is_empty());
/// ```
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
    /// Whether the value stands in quotes; an unquoted value must not resolve to special characters (SUB-10). A value
    /// without variables is quoted when it needs to be, however it was written.
    pub quoted: bool,
}

impl SubjectTemplate {
    /// Reads a subject by the grammar of CertStrToName (SUB-01 … SUB-08, SUB-17, VAR-01, VAR-02).
    ///
    /// `Ok` carries the warnings; `Err` every finding. Offsets are bytes into `text`.
    pub fn parse(text: &str) -> Result<(Self, Diagnostics), Diagnostics> {
        if text.trim().is_empty() {
            let empty = finding(RuleId::Sub02, 0, "the subject is empty");
            return Err(empty.help("write attributes, such as CN={{UserName}}").into());
        }
        let assertions = lexer::assertions(text).map_err(|SyntaxError { rule, offset, message }| {
            Diagnostics::from(finding(rule, offset, message))
        })?;
        let mut found = Diagnostics::none();
        let mut rdns: Vec<RdnTemplate> = Vec::new();
        let mut kinds = BTreeSet::new();
        for assertion in assertions {
            warn_of_separator(assertion.separator, &mut found);
            let Some(attribute) = attribute(&assertion, &mut found) else { continue };
            match (assertion.separator, rdns.last_mut()) {
                (Separator::Plus(_), Some(rdn)) => {
                    if !kinds.insert(attribute.kind) {
                        found.push(repeated(attribute.kind, assertion.key.offset));
                    }
                    rdn.push(attribute);
                }
                (Separator::Start | Separator::Comma | Separator::Semicolon(_) | Separator::Plus(_), _) => {
                    kinds = BTreeSet::from([attribute.kind]);
                    rdns.push(vec![attribute]);
                }
            }
        }
        if found.has_errors() { Err(found) } else { Ok((Self { rdns }, found)) }
    }

    /// The field in which a subject stands.
    pub fn field() -> FieldPath {
        FieldPath::spec().field("subjectNameFormat")
    }

    /// The relative names, first encoded first.
    pub fn rdns(&self) -> &[RdnTemplate] {
        &self.rdns
    }

    /// Every attribute, in the order of the relative names.
    pub fn attributes(&self) -> impl Iterator<Item = &AttributeTemplate> {
        self.rdns.iter().flatten()
    }
}

impl fmt::Display for SubjectTemplate {
    /// The text that parses to this template: `,` and `+` without blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.rdns.iter().enumerate() {
            for (position, attribute) in rdn.iter().enumerate() {
                f.write_str(match (index, position) {
                    (0, 0) => "",
                    (_, 0) => ",",
                    (..) => "+",
                })?;
                write!(f, "{attribute}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for AttributeTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.kind)?;
        let value = self.value.to_string();
        if self.quoted { quoting::write_quoted(f, &value) } else { f.write_str(&value) }
    }
}

fn finding(rule: RuleId, offset: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(rule, SubjectTemplate::field(), message).at(offset)
}

fn warn_of_separator(separator: Separator, found: &mut Diagnostics) {
    match separator {
        Separator::Start | Separator::Comma => {}
        Separator::Semicolon(at) => {
            let comma = Replacement::new(at..at + 1, ",");
            found.push(finding(RuleId::Sub17, at, "the semicolon is read as a comma").fix(comma));
        }
        Separator::Plus(at) => {
            found.push(finding(RuleId::Sub07, at, "+ joins two attributes into one relative name"));
        }
    }
}

/// A relative name holds each type once (X.501 §9.3).
fn repeated(kind: AttributeType, offset: usize) -> Diagnostic {
    let message = format!("{kind} stands twice in one relative name");
    finding(RuleId::Sub01, offset, message).help("separate the two by a comma")
}

fn attribute(assertion: &Assertion<'_>, found: &mut Diagnostics) -> Option<AttributeTemplate> {
    let kind = kind(assertion, found);
    let value = value(assertion, found);
    let (kind, value) = (kind?, value?);
    let quoted = value.as_static().map_or(assertion.quoted, quoting::needs_quotes);
    Some(AttributeTemplate { kind, value, quoted })
}

fn kind(assertion: &Assertion<'_>, found: &mut Diagnostics) -> Option<AttributeType> {
    let unknown = match AttributeType::from_key(assertion.key.text) {
        Ok(kind) => return Some(kind),
        Err(unknown) => unknown,
    };
    let diagnostic = finding(RuleId::Sub03, assertion.key.offset, unknown.to_string());
    let written = assertion.key.offset..assertion.key.offset + assertion.key.text.len();
    found.push(match unknown.write_instead {
        Some(oid) => diagnostic.help(format!("write {oid}= for it")).fix(Replacement::new(written, oid)),
        None => diagnostic,
    });
    None
}

fn value(assertion: &Assertion<'_>, found: &mut Diagnostics) -> Option<Template> {
    let (text, start) = (assertion.value.text, assertion.value.offset);
    if text.trim().is_empty() {
        found.push(finding(RuleId::Sub02, start, format!("{} has no value", assertion.key.text)));
        return None;
    }
    if let Some(at) = text.find(char::is_control) {
        found.push(finding(RuleId::Sub01, start + at, "a control character in a value").help("leave it out"));
        return None;
    }
    match Template::parse(text) {
        // Doubled quotes are undone after parsing, so that offsets stay those of the text.
        Ok(template) if assertion.quoted => Some(template.map_literals(|text| text.replace("\"\"", "\""))),
        Ok(template) => Some(template),
        Err(error) => {
            found.push(error.diagnostic(&SubjectTemplate::field(), start));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> SubjectTemplate {
        SubjectTemplate::parse(text).unwrap_or_else(|found| panic!("{text}: {found:?}")).0
    }

    /// The rules and offsets of every finding about a text that is refused.
    fn refused(text: &str) -> Vec<(RuleId, usize)> {
        let found = SubjectTemplate::parse(text).expect_err(text);
        found.errors().map(|finding| (finding.rule, finding.offset.unwrap())).collect()
    }

    #[test]
    fn the_examples_of_the_specification_are_accepted() {
        for text in [
            "CN={{UserName}},E={{EmailAddress}},OU=Mobile,O=Finance Group,L=Redmond,ST=Washington,C=US",
            "CN=\"{{OnPrem_Distinguished_Name}}\"",
            "CN={{DeviceName}}Device1",
            "CN=\"Test User (TestCompany, LLC)\",OU=UserAccounts,DC=corp,DC=contoso,DC=com",
            "CN=Test User (TestCompany LLC),OU=UserAccounts,DC=corp,DC=contoso,DC=com",
        ] {
            assert_eq!(parsed(text).to_string(), text);
            assert!(SubjectTemplate::parse(text).unwrap().1.is_empty(), "{text}");
        }
    }

    #[test]
    fn an_escaped_character_is_refused_at_the_backslash_in_quotes_or_not() {
        let text = "CN=Test User (TestCompany\\, LLC),OU=UserAccounts,DC=corp";
        assert_eq!(refused(text), [(RuleId::Sub04, 25)]);
        for text in ["CN=a\\+b", "CN=a\\;b", "CN=a\\=b", "CN=\"\\,b\"", "CN=a\\ ,O=b"] {
            assert_eq!(refused(text), [(RuleId::Sub04, 4)], "{text}");
        }
    }

    #[test]
    fn a_backslash_before_another_character_is_text() {
        assert_eq!(parsed("CN=CONTOSO\\{{UserName}}").to_string(), "CN=CONTOSO\\{{UserName}}");
    }

    #[test]
    fn repeated_keys_are_relative_names_of_their_own() {
        let subject = parsed("CN={{DeviceId}},O=Contoso,CN={{WiFiMacAddress}}");
        assert_eq!(subject.rdns().len(), 3);
        assert_eq!(subject.rdns()[2][0].kind, AttributeType::CommonName);
    }

    #[test]
    fn blanks_round_keys_and_values_are_ignored_and_inside_quotes_kept() {
        assert_eq!(parsed(" cn = a  b ,  ou=\" c \" ").to_string(), "CN=a  b,OU=\" c \"");
    }

    #[test]
    fn a_doubled_quote_inside_quotes_is_one_quote() {
        let subject = parsed("CN=\"the \"\"best\"\" {{DeviceName}}\"");
        let value = &subject.rdns()[0][0].value;
        assert_eq!(value.to_string(), "the \"best\" {{DeviceName}}");
        assert_eq!(subject.to_string(), "CN=\"the \"\"best\"\" {{DeviceName}}\"");
    }

    #[test]
    fn a_semicolon_is_read_as_a_comma_with_a_warning() {
        let (subject, warnings) = SubjectTemplate::parse("CN=a;OU=b").unwrap();
        assert_eq!(subject.to_string(), "CN=a,OU=b");
        assert_eq!(
            warnings.iter().map(|w| (w.rule, w.offset, w.fix.as_deref())).collect::<Vec<_>>(),
            [(RuleId::Sub17, Some(4), Some(&Replacement::new(4..5, ",")))]
        );
    }

    #[test]
    fn a_relative_name_of_two_attributes_is_accepted_with_a_warning() {
        let (subject, warnings) = SubjectTemplate::parse("CN=a+OU=b,O=c").unwrap();
        assert_eq!(subject.rdns().iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(warnings.iter().map(|w| w.rule).collect::<Vec<_>>(), [RuleId::Sub07]);
        assert_eq!(refused("CN=a+cn=b"), [(RuleId::Sub01, 5)]);
    }

    #[test]
    fn a_text_that_breaks_the_grammar_is_refused_where_it_breaks() {
        for (text, rule, offset) in [
            ("", RuleId::Sub02, 0),
            ("  ", RuleId::Sub02, 0),
            ("CN=", RuleId::Sub02, 3),
            ("CN=,OU=b", RuleId::Sub02, 3),
            ("CN=\" \"", RuleId::Sub02, 4),
            ("jane", RuleId::Sub01, 0),
            ("=jane", RuleId::Sub01, 0),
            ("CN=a,", RuleId::Sub01, 5),
            ("CN=a,,OU=b", RuleId::Sub01, 5),
            ("CN=\"a", RuleId::Sub01, 3),
            ("CN=\"a\" b", RuleId::Sub01, 7),
            ("CN=a\"b\"", RuleId::Sub01, 4),
            ("CN=a\0b", RuleId::Sub01, 4),
            ("CN=a=b", RuleId::Sub06, 4),
            ("CN=#0c0161", RuleId::Sub08, 3),
            ("OU=x,CN={{Nobody}}", RuleId::Var01, 8),
            ("CN=\"{UserName}\"", RuleId::Var02, 4),
        ] {
            assert_eq!(refused(text), [(rule, offset)], "{text:?}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_oid_to_write() {
        let found = SubjectTemplate::parse("CN=a,SERIALNUMBER={{SerialNumber}}").unwrap_err();
        let finding = found.errors().next().unwrap();
        assert_eq!((finding.rule, finding.offset), (RuleId::Sub03, Some(5)));
        assert_eq!(finding.help, "write 2.5.4.5= for it");
        assert_eq!(finding.fix.as_deref(), Some(&Replacement::new(5..17, "2.5.4.5")));
        assert_eq!(parsed("oid.2.5.4.5={{SerialNumber}}").to_string(), "2.5.4.5={{SerialNumber}}");
    }

    #[test]
    fn every_attribute_is_judged_before_the_text_is_refused() {
        assert_eq!(refused("UID=a,CN={{Nobody}}"), [(RuleId::Sub03, 0), (RuleId::Var01, 9)]);
    }

    #[test]
    fn quotes_that_change_nothing_make_no_other_template() {
        assert_eq!(parsed("CN=\"Acme\""), parsed("CN=Acme"));
        assert_ne!(parsed("CN=\"{{UserName}}\""), parsed("CN={{UserName}}"));
    }

    proptest! {
        #[test]
        fn a_subject_that_is_printed_and_parsed_is_the_same(text in subject()) {
            let subject = parsed(&text);
            prop_assert_eq!(parsed(&subject.to_string()), subject);
        }

        #[test]
        fn no_text_makes_the_parser_fail_otherwise_than_by_findings_inside_the_text(text in "[CNOU=,;+\"#\\\\{} aé]{0,20}") {
            match SubjectTemplate::parse(&text) {
                Ok((subject, _)) => prop_assert_eq!(parsed(&subject.to_string()), subject),
                Err(found) => {
                    for finding in &found {
                        prop_assert!(text.is_char_boundary(finding.offset.unwrap()));
                    }
                }
            }
        }
    }

    /// Subjects of quoted and unquoted values, with variables.
    fn subject() -> impl Strategy<Value = String> {
        let key = proptest::sample::select(vec!["CN", "ou", "E", "2.5.4.5", "DC"]);
        let plain = "[a-z<>\\\\'(é]( ?[a-z#]){1,5}";
        let quoted = "[a-z]([a-z,;+=# ]|\"\"){0,6}".prop_map(|text| format!("\"{text}\""));
        let variable = "[a-z]{0,3}".prop_map(|text| format!("{text}{{{{DeviceName}}}}{text}"));
        let value = prop_oneof![plain.prop_map(String::from), quoted, variable];
        let assertion = (key, value).prop_map(|(key, value)| format!("{key}={value}"));
        proptest::collection::vec(assertion, 1..5).prop_map(|assertions| assertions.join(" , "))
    }
}
