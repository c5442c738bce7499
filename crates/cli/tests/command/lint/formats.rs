//! How findings are told: to people, as JSON, as SARIF.

use std::path::Path;
use std::process::Command;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use super::{PROFILE, listed, piped};
use crate::scepter::{command, repository};

fn separated() -> String {
    PROFILE.replace("CN={{UserName}}", "CN={{UserName}};O=Acme")
}

#[test]
fn people_see_the_line_the_place_the_remedy_and_the_page() {
    let ended = piped(&[], &separated().replace("nowhere", "root").replace("platform: iOS", "platform: IOS"));
    assert_eq!(
        ended.stdout,
        r#"error[PLT-01]: "IOS" is none of AndroidDeviceAdministrator, AndroidEnterpriseCorporate, AndroidEnterprisePersonal, AndroidAOSP, iOS, macOS, Windows10AndLater, Windows81
 --> -:6:13
  |
6 |   platform: IOS
  |             ^^^ spec.platform of ScepProfile wifi
  |
  = help: did you mean iOS?
  = docs: docs/rules.md#plt-01

1 object in 1 file: 1 error, 0 warnings
"#
    );
}

#[test]
fn the_piece_of_a_text_that_is_to_blame_is_underlined() {
    let told = piped(&[], &separated()).stdout;
    let lines: Vec<&str> = told.lines().collect();
    let at = lines.iter().position(|line| line.contains("subjectNameFormat: ")).unwrap();
    let column = lines[at].find(';').unwrap();
    assert_eq!(lines[at + 1].find('^'), Some(column), "{told}");
    assert!(lines[at + 1].ends_with("^ spec.subjectNameFormat of ScepProfile wifi"), "{told}");
}

#[test]
fn colour_is_for_terminals() {
    let coloured = |command: &mut Command| {
        let output = command.args(["lint", "crates/cli/tests/command/lint/planted"]).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!coloured(&mut command([""; 0])));
    assert!(coloured(command([""; 0]).env("CLICOLOR_FORCE", "1")));
}

#[test]
fn nothing_in_a_manifest_steers_the_terminal() {
    let hostile =
        PROFILE.replace("nowhere", "\"\\e]0;x\\a\u{202e}\u{9b}31m\"").replace("wifi", "\"w\\e[31mifi\"");
    for text in [hostile, PROFILE.replace("nowhere", "\u{1b}[2J")] {
        let ended = piped(&[], &text);
        assert_eq!(ended.code, Some(1));
        let steering = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert_eq!(ended.stdout.find(steering), None, "{:?}", ended.stdout);
    }
}

#[test]
fn more_findings_than_anybody_reads_are_counted() {
    let subject = format!("CN=a{}", ";O=b".repeat(80));
    let object = |n: usize| {
        let profile = PROFILE.replace("CN={{UserName}}", &subject).replace("value: 1,", "value: 3,");
        profile.replace("wifi", &format!("wifi-{n}")) + "---\n"
    };
    let text: String = (0..20).map(object).collect();
    let told = piped(&[], &text).stdout;
    let shown = told.lines().filter(|line| line.starts_with("warning[")).count();
    let errors = told.lines().filter(|line| line.starts_with("error[")).count();
    assert_eq!(shown + errors, 1000);
    assert_eq!(errors, 20, "no error is left out for a warning");
    let all = listed(&piped(&["-o", "json"], &text)).len();
    assert!(told.contains(&format!("\n{} findings more", all - 1000)), "{}", &told[told.len() - 200..]);
}

#[test]
fn json_has_the_fields_that_are_promised_and_no_others() {
    let ended = piped(&["-o", "json"], PROFILE);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    let help = document["diagnostics"][0]["help"].clone();
    let message = document["diagnostics"][0]["message"].clone();
    assert!(message.as_str().unwrap().contains("nowhere") && !help.as_str().unwrap().is_empty());
    let expected = json!({"diagnostics": [{
        "file": "-", "line": 11, "column": 30,
        "kind": "ScepProfile", "namespace": "default", "name": "wifi",
        "rule": "ROOT-07", "severity": "warning", "field": "spec.rootCertificateRef.name",
        "message": message, "help": help,
    }]});
    assert_eq!(document, expected);
}

/// The SARIF log of the planted mistakes.
fn log() -> Value {
    let output = command(["lint", "-o", "sarif", "crates/cli/tests/command/lint/planted"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn sarif_keeps_to_its_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/lint/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("sarif.json", schema).unwrap();
    let log_schema = compiler.compile("sarif.json", &mut schemas).unwrap();
    let problem = |log: &Value| schemas.validate(log, log_schema).err().map(|error| error.to_string());
    let mut log = log();
    assert_eq!(problem(&log), None);
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0);
    assert!(problem(&log).is_some(), "the schema refuses what is wrong");
}

#[test]
fn sarif_names_rules_and_files_that_are_there() {
    let log = log();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 40);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(file["uriBaseId"], "%SRCROOT%");
        assert!(repository().join(file["uri"].as_str().unwrap()).is_file(), "{file}");
    }
}

#[test]
fn sarif_carries_what_fix_would_write() {
    let log: Value = serde_json::from_str(&piped(&["-o", "sarif"], &separated()).stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let fixes: Vec<_> = results.iter().filter_map(|result| result.get("fixes")).collect();
    let [fix] = fixes.as_slice() else { panic!("{results:?}") };
    let replacement = &fix[0]["artifactChanges"][0]["replacements"][0];
    let column = separated().lines().nth(7).unwrap().find(';').unwrap() + 1;
    let region = json!({"startLine": 8, "startColumn": column, "endLine": 8, "endColumn": column + 1});
    assert_eq!(replacement, &json!({"deletedRegion": region, "insertedContent": {"text": ","}}));
}
