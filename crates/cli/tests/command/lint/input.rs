//! What is read: streams, lists, JSON and standard input; what is not ours is left alone.

use super::{PROFILE, diagnostics, listed, piped, places, run, run_json};

/// The profile as JSON on one line.
fn json() -> String {
    let value: serde_json::Value = serde_saphyr::from_str(PROFILE).unwrap();
    value.to_string()
}

#[test]
fn standard_input_is_a_file_called_dash() {
    let ended = piped(&["-o", "json"], PROFILE);
    assert_eq!(ended.code, Some(0), "it only warns");
    let found = listed(&ended);
    assert_eq!(places(&found), [("ROOT-07".to_owned(), 11, 30)]);
    assert_eq!(found[0]["file"], "-");
}

#[test]
fn each_document_of_a_stream_keeps_its_lines() {
    let found =
        listed(&piped(&["-o", "json"], &format!("# ours\n{PROFILE}---\n{}", PROFILE.replace("wifi", "vpn"))));
    assert_eq!(places(&found), [("ROOT-07".to_owned(), 12, 30), ("ROOT-07".to_owned(), 27, 30)]);
}

#[test]
fn json_is_read_with_lines_and_columns_as_well() {
    let text = json();
    let column = text.find("\"nowhere\"").unwrap() as u64 + 1;
    assert_eq!(places(&listed(&piped(&["-o", "json"], &text))), [("ROOT-07".to_owned(), 1, column)]);
}

#[test]
fn a_list_stands_for_its_items() {
    let text = format!("{{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": [{}]}}", json());
    let found = listed(&piped(&["-o", "json"], &text));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["name"], &found[0]["field"]),
        (&"wifi".into(), &"spec.rootCertificateRef.name".into())
    );
}

#[test]
fn objects_of_others_are_left_alone_and_near_misses_of_ours_are_not() {
    let others = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {keySise: '1'}\n---\nkind: Kustomization\n";
    let ended = piped(&[], others);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "0 objects in 1 file: 0 errors, 0 warnings\n"));
    for (from, to, line, column) in [
        ("dev/v1alpha1", "dev/v1", 1, 13),
        ("apiVersion: scepter.dev/v1alpha1\n", "", 1, 1),
        ("kind: ScepProfile", "kind: ScepProfle", 2, 7),
    ] {
        let found = listed(&piped(&["-o", "json"], &PROFILE.replace(from, to)));
        assert_eq!(places(&found), [("SCH-01".to_owned(), line, column)], "{from}");
    }
}

#[test]
fn what_cannot_be_read_does_not_hide_what_can() {
    let found = listed(&piped(&["-o", "json"], &format!("a: [1\n---\n{PROFILE}")));
    let rules: Vec<_> = places(&found).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(rules, ["SCH-01", "ROOT-07"]);
}

#[test]
fn bytes_that_are_no_text_are_a_finding_in_their_file() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.yaml"), b"a: b\nc: \xff\n").unwrap();
    let found = diagnostics([directory.path()]);
    assert_eq!(places(&found), [("SCH-01".to_owned(), 2, 4)]);
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.yaml");
    std::fs::write(&file, PROFILE).unwrap();
    assert_eq!(diagnostics([file.as_path(), directory.path(), file.as_path()]).len(), 1);
}

#[test]
fn a_path_that_is_not_there_is_a_mistake_in_usage() {
    let ended = run(["lint", "examples", "no/such/file.yaml"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.stdout, "");
    assert!(ended.only_error().contains("no/such/file.yaml"), "{ended:?}");
}

#[test]
fn an_object_in_two_files_is_told_at_both_with_the_other_place() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["a.yaml", "b.yaml"] {
        std::fs::write(directory.path().join(name), PROFILE).unwrap();
    }
    let found = diagnostics([directory.path()]);
    let repeated: Vec<_> = found.iter().filter(|found| found["rule"] == "SCH-01").collect();
    let message = |index: usize| repeated[index]["message"].as_str().unwrap().to_owned();
    assert_eq!(repeated.len(), 2);
    assert!(message(0).contains("b.yaml:1") && message(1).contains("a.yaml:1"), "{repeated:?}");
}

#[test]
fn a_rule_that_waits_to_be_asked_speaks_when_it_is() {
    let text = PROFILE.replace("UserName", "username");
    let rules = |words: &[&str]| {
        let found = listed(&piped(&[&["-o", "json"], words].concat(), &text));
        places(&found).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&[]), ["ROOT-07"]);
    assert_eq!(rules(&["--warn", "VAR-23"]), ["VAR-23", "ROOT-07"]);
    assert_eq!(rules(&["--warn", "VAR-23", "--warn", "ASG-09"]), ["VAR-23", "ROOT-07"]);
}

#[test]
fn a_rule_that_cannot_be_asked_for_is_a_mistake_in_usage_that_names_those_that_can() {
    let misspelt = run_json(["--warn", "SID-8", "examples"]);
    assert_eq!(misspelt.code, Some(2));
    assert!(misspelt.stderr.contains("a similar value exists: 'SID-08'"), "{}", misspelt.stderr);
    let unasked = run_json(["--warn", "VAR-05", "examples"]);
    assert_eq!(unasked.code, Some(2));
    assert!(unasked.stderr.contains("possible values: VAR-23, SID-08, ASG-09"), "{}", unasked.stderr);
}
