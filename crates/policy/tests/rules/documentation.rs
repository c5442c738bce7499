//! `docs/rules.md` is what the registry, the matrix and the vectors say.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use scepter_policy::rules::matrix::{MATRIX, Requirement};
use scepter_policy::rules::{Activation, RULES, Rule, RuleId};
use scepter_policy::template::{Holder, Variable};
use scepter_policy::vocabulary::{CertificateType, Platform, Severity};

use crate::case::{path, vectors};
use crate::judge::judge;

/// Set to anything, this variable makes the test write the file instead of comparing it.
const UPDATE: &str = "SCEPTER_UPDATE_RULES";

/// What each group of rules is about, by the letters of its ids.
const GROUPS: [(&str, &str); 19] = [
    ("SCH", "Shape of an object"),
    ("PLT", "Platforms and names"),
    ("FLD", "Fields"),
    ("VAR", "Variables"),
    ("SUB", "Subject"),
    ("SAN", "Subject alternative names"),
    ("SID", "Strong mapping: the security identifier"),
    ("VAL", "Validity"),
    ("KSP", "Key storage on Windows"),
    ("KEY", "Key size"),
    ("HSH", "Hash algorithms"),
    ("KU", "Key usage"),
    ("EKU", "Extended key usage"),
    ("URL", "SCEP servers"),
    ("ACC", "Certificate access"),
    ("RNW", "Renewal"),
    ("ROOT", "Trusted roots"),
    ("ASG", "Assignments"),
    ("APP", "Applicability rules"),
];

/// The group of the authority's rules, which stands last.
const AUTHORITY: (&str, &str) = ("AUT", "Names that an authority may certify");

const INTRODUCTION: &str = "\
# The rules

<!-- Written by `make rules` from crates/policy: the registry, the matrix, the vectors. Do not edit. -->

Every refusal and every warning of Scepter names a rule. `scepter lint`, the admission webhook, the operator and the issuer
judge by the same rules, in the same words.

**Severity.** An *error* refuses the object, or fails the one device that it is about. A *warning* refuses nothing. A rule
that is usually one may be the other where it says so.

**Scope** is what a rule needs to judge; without it the rule is silent.

| scope | needs | judged by |
|---|---|---|
| object | the object alone | lint, admission, operator, issuer |
| namespace | its neighbours: roots, inventory | lint, operator |
| authority | the authority that issues | issuer; lint with `--authority FILE` |
| device | a device and its user | `scepter resolve`, check-in, issue |

**On request** means that a rule is silent unless it is asked for: `scepter lint --warn ID`.

**Source** says where a rule comes from. A number is a line of the specification, Microsoft's *Create and assign SCEP
certificate profiles in Intune*; `M:…` and `W:…` are other pages of Microsoft's documentation, `TH-…` threats of the threat
model, `D-…` decisions where sources differ, `[I]` is inferred, `[K]` common knowledge.

**Examples** show what breaks the rule: the lines of a profile that matter, and where a rule needs more to judge, the
`device`, its `user`, the `inventory`, the `root` or the `authority` beside it. Below stands what Scepter says to it.
";

#[test]
fn the_rule_reference_says_what_the_registry_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    let generated = document();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&file, &generated).unwrap();
    }
    let checked_in = fs::read_to_string(&file).unwrap_or_default();
    assert!(checked_in == generated, "{} is stale: run `make rules`", file.display());
}

#[test]
fn every_rule_stands_in_the_reference_once() {
    let text = document();
    for rule in RULES {
        assert_eq!(text.matches(&format!("\n#### {}\n", rule.id)).count(), 1, "{}", rule.id);
    }
}

fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    write_matrix(&mut text);
    write_variables(&mut text);
    text.push_str("\n## All rules\n");
    for (letters, title) in GROUPS.into_iter().chain([AUTHORITY]) {
        let of_group = || RULES.iter().filter(|rule| group(rule.id) == letters);
        write!(text, "\n### {title}\n\n| rule | severity | scope | what holds |\n|---|---|---|---|\n")
            .unwrap();
        of_group().for_each(|rule| write_row(&mut text, rule));
        of_group().for_each(|rule| write_rule(&mut text, rule));
    }
    text
}

fn group(id: RuleId) -> &'static str {
    id.as_str().split_once('-').unwrap().0
}

fn write_matrix(text: &mut String) {
    text.push_str("\n## Fields and platforms\n\n");
    text.push_str(
        "● required, ○ optional, – refused. What else a platform makes of a value is said by the rules.\n\n",
    );
    let platforms: Vec<&str> = Platform::ALL.iter().map(|platform| platform.as_str()).collect();
    writeln!(text, "| field | {} |\n|---|{}", platforms.join(" | "), ":-:|".repeat(platforms.len())).unwrap();
    for row in &MATRIX {
        let cells = row.platforms.map(|requirement| match requirement {
            Requirement::Required => "●",
            Requirement::Optional => "○",
            Requirement::Forbidden => "–",
        });
        writeln!(text, "| `{}` | {} |", row.field, cells.join(" | ")).unwrap();
    }
}

fn write_variables(text: &mut String) {
    text.push_str(
        "\n## Variables\n\n\
         Written in double curly brackets, in any case. A device certificate contains those of the device only.\n\n\
         | variable | other names | whose | inventory attribute |\n|---|---|---|---|\n",
    );
    for variable in Variable::ALL {
        let others: Vec<_> = variable.names().skip(1).map(|name| format!("`{name}`")).collect();
        let in_device_certificates = variable.holder(CertificateType::Device);
        let whose = match (variable.holder(CertificateType::User), in_device_certificates) {
            (Holder::User, Holder::User) => "user",
            (Holder::Device, _) => "device",
            (Holder::User, Holder::Device) => "user, or device in device certificates",
        };
        let (name, others) = (variable.name(), others.join(", "));
        writeln!(text, "| `{name}` | {others} | {whose} | `{}` |", variable.attribute()).unwrap();
    }
}

fn write_row(text: &mut String, rule: &Rule) {
    let id = rule.id.as_str();
    let anchor = id.to_ascii_lowercase();
    let title = rule.title.replace('|', "\\|");
    writeln!(text, "| [{id}](#{anchor}) | {} | {} | {title} |", rule.severity, rule.scope).unwrap();
}

fn write_rule(text: &mut String, rule: &Rule) {
    let severity = match rule.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    let asked = match rule.activation {
        Activation::Always => "",
        Activation::OnRequest => ", on request",
    };
    let (id, title, source) = (rule.id, rule.title, source(rule));
    write!(text, "\n#### {id}\n\n**{title}.**\n{severity}{asked} · {} · source: {source}\n", rule.scope)
        .unwrap();
    if path(rule.id).exists() {
        write!(text, "\n```yaml\n{}```\n", example(rule.id)).unwrap();
        write!(text, "\n```text\n{}\n```\n", said(rule.id)).unwrap();
    }
    writeln!(text, "\nRemedy: {}.", rule.help).unwrap();
}

/// `S:129,160 [I]` as people read it.
fn source(rule: &Rule) -> String {
    let parts = rule.source.split(' ').map(|part| match part.strip_prefix("S:") {
        Some(lines) if lines.contains([',', '-']) => {
            format!("lines {}", lines.replace(',', ", ").replace('-', "–"))
        }
        Some(line) => format!("line {line}"),
        None if part == "[I]" => "inferred".to_owned(),
        None if part == "[K]" => "common knowledge".to_owned(),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(" ").replace(" inferred", ", inferred")
}

/// The lines of the rule's first breaking case that are about the object and its world, as they were written.
fn example(rule: RuleId) -> String {
    let text = fs::read_to_string(path(rule)).unwrap();
    let cases = text.split_once("fires:\n").unwrap().1;
    let mut lines = cases.lines().skip_while(|line| !line.starts_with("- ")).enumerate();
    let first: Vec<&str> = lines
        .by_ref()
        .take_while(|(n, line)| *n == 0 || line.starts_with("  "))
        .map(|(_, line)| line.get(2..).unwrap_or_default())
        .collect();
    let is_expectation =
        |line: &str| ["field:", "also:", "severity:"].iter().any(|word| line.starts_with(word));
    let says_something = |line: &&str| !is_expectation(line) && !line.ends_with(": {}");
    first.into_iter().filter(says_something).map(|line| format!("{line}\n")).collect()
}

/// What the rule says to that case, with the remedy where it is not the usual one.
fn said(rule: RuleId) -> String {
    let case = vectors(rule).fires.remove(0);
    let findings = judge(rule, &case);
    let finding = findings.iter().find(|finding| finding.rule == rule).unwrap();
    let said = format!("{}: {}", finding.field, finding.message);
    if finding.help == rule.rule().help { said } else { format!("{said}; {}", finding.help) }
}
