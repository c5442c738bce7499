//! Logs: structured lines on standard error, for the commands that serve.

use std::io;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::{LogArguments, LogFormat};

/// Starts logging. Without `--log` the level is `usual`.
pub(crate) fn start(arguments: &LogArguments, usual: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(arguments.log.as_deref().unwrap_or(usual))?;
    // Decided once: looking for colour to take away in every line costs more than writing it.
    let has_colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(has_colour).with_writer(io::stderr);
    match arguments.log_format {
        LogFormat::Text => lines.finish().try_init()?,
        LogFormat::Json => lines.json().finish().try_init()?,
    }
    Ok(())
}
