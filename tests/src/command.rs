//! Commands that run to their end.

use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

use crate::Failure;

/// Runs `command` with `input` on its standard input and returns its standard output. A command that fails says so with
/// everything it printed; standard output that is not UTF-8 is shown as far as it is.
pub fn run(command: &mut Command, input: &[u8]) -> Result<String, Failure> {
    run_aloud(command, input).map(|(stdout, _)| stdout)
}

/// The same with its standard error, where commands warn.
pub(crate) fn run_aloud(command: &mut Command, input: &[u8]) -> Result<(String, String), Failure> {
    let output = finish(command, input)
        .map_err(|source| Failure::Start { program: command.get_program().display().to_string(), source })?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok((stdout, stderr));
    }
    Err(Failure::CommandFailed {
        command: line(command),
        status: output.status,
        output: format!("{stderr}{stdout}"),
    })
}

/// The command line as a person would read it.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn finish(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(input) {
            // A command need not read what it is given; its exit status says whether that mattered.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written?,
        }
    }
    child.wait_with_output()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_given_its_input_and_returns_its_output() {
        assert_eq!(run(&mut Command::new("cat"), b"through").unwrap(), "through");
    }

    #[test]
    fn a_failed_command_says_its_line_its_status_and_what_it_printed() {
        let failure =
            run(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]), b"").unwrap_err();
        assert_eq!(
            failure.to_string(),
            "`sh -c echo out; echo err >&2; exit 3` failed (exit status: 3):\nerr\nout\n"
        );
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let failure = run(&mut Command::new("scepter-no-such-program"), b"").unwrap_err();
        assert!(failure.to_string().starts_with("cannot start `scepter-no-such-program`: "), "{failure}");
    }
}
