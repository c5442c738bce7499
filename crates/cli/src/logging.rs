//! Logs: structured lines on standard error, for the commands that serve.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::{LogArguments, LogFormat};

/// Starts logging. Without `--log` the level is `usual`.
pub(crate) fn start(arguments: &LogArguments, usual: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(arguments.log.as_deref().unwrap_or(usual))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(anstream::stderr);
    match arguments.log_format {
        LogFormat::Text => lines.finish().try_init()?,
        LogFormat::Json => lines.json().finish().try_init()?,
    }
    Ok(())
}
