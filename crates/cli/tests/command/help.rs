//! Help.

use super::scepter::run;

/// The words that name a command, for every command that `help` lists, at any depth.
fn commands(of: &[String]) -> Vec<Vec<String>> {
    let help = help(of);
    let Some((_, listed)) = help.split_once("\nCommands:\n") else { return vec![of.to_vec()] };
    let names = listed.lines().take_while(|line| !line.is_empty()).filter_map(|line| {
        // A name stands two blanks in; a description that was wrapped stands further in.
        let name = line.strip_prefix("  ")?;
        (!name.starts_with(' ')).then(|| name.split_whitespace().next())?
    });
    names
        .filter(|name| *name != "help")
        .flat_map(|name| commands(&[of, &[name.to_owned()]].concat()))
        .collect()
}

fn help(of: &[String]) -> String {
    let ended = run(of.iter().map(String::as_str).chain(["--help"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout
}

#[test]
fn the_help_of_every_command_shows_an_example_of_that_command() {
    let commands = commands(&[]);
    assert!(commands.contains(&vec!["device".to_owned(), "enroll".to_owned()]), "{commands:?}");
    for command in commands {
        let example = format!("Example: scepter {}", command.join(" "));
        assert!(
            help(&command).contains(&example),
            "`scepter {} --help` has no {example:?}",
            command.join(" ")
        );
    }
}

#[test]
fn help_without_a_command_says_where_to_start() {
    assert!(help(&[]).contains("Start here: scepter up"));
}
