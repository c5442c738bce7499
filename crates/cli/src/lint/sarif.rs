//! Findings as SARIF 2.1.0, which code hosts show beside the lines of a pull request.

use std::path::{Component, Path};

use scepter_policy::rules::{Activation, RULES, Rule};
use scepter_policy::vocabulary::Severity;
use serde_json::{Value, json};
use url::Url;

use super::documentation;
use super::finding::{Finding, Findings, Source};
use super::place::{Edit, Region};
use super::text::count;

/// The schema that the log keeps to.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log of one run. `directory` is where the files' relative paths start.
pub(crate) fn log(findings: &Findings, directory: &Path) -> Value {
    let results: Vec<Value> = findings.told.iter().map(|finding| result(finding, directory)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "scepter lint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": RULES.iter().map(descriptor).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(findings),
            }],
            "results": results,
        }],
    })
}

/// A rule as viewers show it.
fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.help},
        "helpUri": documentation::url(rule.id),
        "defaultConfiguration": {
            "enabled": rule.activation == Activation::Always,
            "level": level(rule.severity),
        },
        "properties": {"source": rule.source, "scope": rule.scope},
    })
}

fn notifications(findings: &Findings) -> Vec<Value> {
    let omitted = Some(findings.left_out).filter(|left_out| *left_out > 0);
    let text = omitted.map(|left_out| format!("{} more", count(left_out, "finding")));
    text.map(|text| json!({"level": "warning", "message": {"text": text}})).into_iter().collect()
}

fn result(finding: &Finding, directory: &Path) -> Value {
    let (diagnostic, (kind, namespace, name)) = (&finding.diagnostic, &finding.object);
    let member = format!("{namespace}/{kind}/{name}/{}", diagnostic.field);
    let artifact = artifact(&finding.source, directory);
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "ruleIndex": RULES.iter().position(|rule| rule.id == diagnostic.rule),
        "level": level(diagnostic.severity),
        "message": {"text": diagnostic.to_string()},
        "locations": [{
            "physicalLocation": {"artifactLocation": artifact, "region": region(&finding.region)},
            "logicalLocations": [{"fullyQualifiedName": member, "kind": "member"}],
        }],
        "partialFingerprints": {"scepterField/v1": format!("{member}/{}", diagnostic.rule)},
    });
    if let Some(edit) = &finding.edit {
        result["fixes"] = json!([fix(edit, &artifact)]);
    }
    result
}

fn fix(Edit { region: deleted, text, .. }: &Edit, artifact: &Value) -> Value {
    let replacement = json!({"deletedRegion": region(deleted), "insertedContent": {"text": text}});
    json!({
        "description": {"text": format!("write {text}")},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
    })
}

fn region(Region { start, end }: &Region) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A file below the directory by its relative path, which a code host resolves in its checkout; any other by its URL.
fn artifact(source: &Source, directory: &Path) -> Value {
    if source.is_standard_input() {
        return json!({"uri": "stdin"});
    }
    let path = Path::new(&source.file);
    let absolute = normalized(&directory.join(path));
    match absolute.strip_prefix(normalized(directory)) {
        Ok(relative) => json!({"uri": encoded(relative), "uriBaseId": "%SRCROOT%"}),
        Err(_) => match Url::from_file_path(&absolute) {
            Ok(url) => json!({"uri": url.as_str()}),
            Err(()) => json!({"uri": encoded(path)}),
        },
    }
}

/// The path without `.` and `..`, by its words alone: what a link points to is not asked.
fn normalized(path: &Path) -> std::path::PathBuf {
    let mut plain = std::path::PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(component),
        }
    }
    plain
}

/// A relative path as the path of a URI.
fn encoded(path: &Path) -> String {
    // A URL encodes the segments that it is given; the path behind its root is the relative reference.
    let mut url = Url::parse("file:///").ok();
    if let Some(mut segments) = url.as_mut().and_then(|url| url.path_segments_mut().ok()) {
        segments.extend(path.iter().filter_map(|segment| segment.to_str()));
    }
    url.map(|url| url.path().trim_start_matches('/').to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(file: &str) -> String {
        let source = Source { file: file.to_owned(), text: String::new(), is_text: true };
        artifact(&source, Path::new("/work/repository"))["uri"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_file_of_the_repository_is_named_relative_to_it() {
        assert_eq!(uri("profiles/a b.yaml"), "profiles/a%20b.yaml");
        assert_eq!(uri("./profiles/../x.yaml"), "x.yaml");
        assert_eq!(uri("/work/repository/é#1.yaml"), "%C3%A9%231.yaml");
    }

    #[test]
    fn a_file_elsewhere_is_named_by_its_url() {
        assert_eq!(uri("../other/x.yaml"), "file:///work/other/x.yaml");
        assert_eq!(uri("-"), "stdin");
    }
}
