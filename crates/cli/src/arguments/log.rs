//! What is logged, and how.

use clap::{Args, ValueEnum};

/// Flags about logs.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub(crate) struct LogArguments {
    /// What to log: a level, or directives such as `info,scepter_store=debug`.
    #[arg(long, value_name = "FILTER", env = "SCEPTER_LOG", global = true)]
    pub(crate) log: Option<String>,
    /// How log lines look.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, global = true)]
    pub(crate) log_format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
