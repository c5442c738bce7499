//! `scepter lint`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use scepter_policy::rules::{Activation, RULES, RuleId};

/// Arguments of `scepter lint`.
#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// Files and directories of manifests (*.yaml, *.yml, *.json); `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = LintFormat::Text)]
    pub(crate) output: LintFormat,
    /// Judge by the authorities of this issuer configuration too.
    #[arg(long, value_name = "FILE")]
    pub(crate) authority: Option<PathBuf>,
    /// Let a rule speak that is otherwise silent. Can be given several times.
    #[arg(long, value_name = "ID", value_parser = PossibleValuesParser::new(on_request()).try_map(|id| id.parse::<RuleId>()))]
    pub(crate) warn: Vec<RuleId>,
    /// Write into the files what mends findings and leaves nothing to decide; of standard input, print what it becomes.
    #[arg(long)]
    pub(crate) fix: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
}

fn on_request() -> impl Iterator<Item = &'static str> {
    RULES.iter().filter(|rule| rule.activation == Activation::OnRequest).map(|rule| rule.id.as_str())
}
