//! `scepter lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `scepter lint`.
#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// Files and directories of manifests; `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = LintFormat::Text)]
    pub(crate) output: LintFormat,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}
