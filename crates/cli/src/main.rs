//! The `scepter` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    scepter_cli::main()
}
