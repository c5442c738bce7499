//! `scepter lint`: every finding about the manifests in files, before anybody applies them.
//!
//! Read it in this order: `input` (paths to objects), `judge` (objects to findings), `place` and `written` (a field's place in its
//! file), `finding` (order and bounds), then how findings are told (`text`, `json`, `sarif`) and mended (`fix`).

mod documentation;
mod finding;
mod fix;
mod input;
mod json;
mod judge;
mod place;
mod sarif;
mod text;
mod written;

use jiff::Timestamp;
use scepter_crd::Schemas;
use scepter_issuer::OfflineAuthorities;
use scepter_policy::rules::RuleId;
use scepter_policy::rules::requested::Requested;

use crate::arguments::{LintArguments, LintFormat};
use crate::{Ending, print};
use finding::Findings;
use input::Input;
use judge::Judge;

/// The most findings that people are shown.
const MOST_SHOWN: usize = 1_000;

/// The most findings in a document: as many as code hosts take of one run.
const MOST_WRITTEN: usize = 25_000;

/// Lints: 0 without errors, 1 with, 2 when a path cannot be read or written.
pub(crate) fn run(arguments: &LintArguments) -> anyhow::Result<Ending> {
    let (judge, input) = match prepare(arguments) {
        Ok(prepared) => prepared,
        Err(error) => {
            print::error(&error);
            return Ok(Ending::Usage);
        }
    };
    let (findings, objects) = judge.judge(&input);
    let most = match arguments.output {
        LintFormat::Text => MOST_SHOWN,
        LintFormat::Json | LintFormat::Sarif => MOST_WRITTEN,
    };
    let findings = Findings::new(findings, most, objects, input.sources.len());
    let report = render(&findings, arguments.output)?;
    match input.standard_input().filter(|_| arguments.fix) {
        Some(mended) => {
            print::text(mended)?;
            print::aside(&report);
        }
        None => print::text(&report)?,
    }
    Ok(if findings.errors > 0 { Ending::Findings } else { Ending::Success })
}

/// Everything that can be wrong with how the command was called, and with its files. What is to be mended is, then.
fn prepare(arguments: &LintArguments) -> anyhow::Result<(Judge, Input)> {
    // What is mended is judged, so that it can be.
    let mending = arguments.fix.then_some(RuleId::Var23);
    let judge = Judge {
        schemas: Schemas::new()?,
        authorities: arguments.authority.as_deref().map(OfflineAuthorities::read).transpose()?,
        requested: Requested::new(arguments.warn.iter().copied().chain(mending))?,
        now: Timestamp::now(),
    };
    let mut input = Input::read(&arguments.paths, &judge.schemas)?;
    if arguments.fix {
        input = fix::run(&judge, input)?;
    }
    Ok((judge, input))
}

fn render(findings: &Findings, format: LintFormat) -> anyhow::Result<String> {
    let document = match format {
        LintFormat::Text => return Ok(text::render(findings)),
        LintFormat::Json => serde_json::to_string_pretty(&json::Report::new(findings))?,
        LintFormat::Sarif => serde_json::to_string_pretty(&sarif::log(findings, &std::env::current_dir()?))?,
    };
    Ok(document + "\n")
}
