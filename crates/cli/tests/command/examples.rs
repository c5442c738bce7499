//! The examples: what their pages promise about them.

use std::fs;

use serde_json::Value;

use super::scepter::{Ended, repository, run};

fn resolve(profile: &str, device: &str, more: &[&str]) -> Ended {
    let arguments = ["resolve", "-f", "examples/filters", "--profile", profile, "--device", device];
    run([arguments.as_slice(), more].concat())
}

#[test]
fn nothing_is_to_be_said_about_the_filters() {
    let ended = run(["lint", "examples/filters"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "4 objects in 4 files: 0 errors, 0 warnings\n")
    );
}

#[test]
fn the_filters_let_in_whom_their_page_says() {
    let page = fs::read_to_string(repository().join("examples/filters/README.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `laptop-")).collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, device, _, wifi, vpn, _] = cells[..] else { panic!("{row}") };
        for (profile, promised) in [("corp-wifi", wifi), ("corp-vpn", vpn)] {
            let ended = resolve(profile, device, &["-o", "json"]);
            let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
            let expected = if promised == "gets it" { "ok" } else { "notTargeted" };
            assert_eq!(answer["result"], expected, "{profile} on {device}: {answer}");
        }
    }
}

#[test]
fn the_explanation_is_the_one_that_the_page_on_filters_shows() {
    let page = fs::read_to_string(repository().join("docs/filters.md")).unwrap();
    let (_, shown) = page.split_once("```text\ncorp-wifi ").unwrap();
    let shown = format!("corp-wifi {}", shown.split_once("```").unwrap().0);
    assert_eq!(resolve("corp-wifi", "laptop-2", &["--explain"]).stdout, shown);
}

#[test]
fn an_explanation_says_the_value_that_decided_and_the_answer_alone_does_not() {
    let explained = resolve("corp-vpn", "laptop-5", &["--explain"]).stdout;
    let step = "The Include filter on group fleet does not match: \
                operatingSystemVersion \"10.0.19045.5011\" is below 10.0.22000.\n";
    assert!(explained.contains(step), "{explained}");
    let answer = resolve("corp-vpn", "laptop-5", &["-o", "json"]).stdout;
    assert!(!answer.contains("10.0.19045.5011"), "{answer}");
}
