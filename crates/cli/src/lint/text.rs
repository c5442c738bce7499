//! Findings for people: the line, what is wrong in it underlined, the remedy and where to read more.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::Style;
use scepter_policy::vocabulary::Severity;

use super::documentation;
use super::finding::{Finding, Findings};
use crate::print::{BAD, GOOD, WAITING, inert, inert_in_place};

/// Every finding, then how many there are.
pub(crate) fn render(findings: &Findings) -> String {
    let renderer = Renderer::styled();
    let mut text: String = findings.told.iter().map(|finding| one(&renderer, finding) + "\n\n").collect();
    if findings.left_out > 0 {
        let left_out = count(findings.left_out, "finding");
        text.push_str(&format!("{left_out} more; mend these first, or ask with -o json\n"));
    }
    text + &summary(findings)
}

fn one(renderer: &Renderer, finding: &Finding) -> String {
    let (diagnostic, (kind, _, name)) = (&finding.diagnostic, &finding.object);
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (line, blamed) = line(finding);
    let object = [kind.as_str(), name.as_str()].join(" ");
    let label = [diagnostic.field.as_str(), object.trim()].into_iter().filter(|part| !part.is_empty());
    let label = inert(&label.collect::<Vec<_>>().join(" of "));
    let snippet = Snippet::source(inert_in_place(line))
        .line_start(finding.region.start.line)
        .path(inert(&finding.source.file))
        .annotation(AnnotationKind::Primary.span(blamed).label(label));
    let title = level.primary_title(inert(&diagnostic.message)).id(diagnostic.rule.as_str());
    let url = documentation::url(diagnostic.rule);
    let mut group = Group::with_title(title.id_url(url)).element(snippet);
    if !diagnostic.help.is_empty() {
        group = group.element(Level::HELP.message(inert(&diagnostic.help)));
    }
    if finding.edit.is_some() {
        group = group.element(Level::HELP.message("`scepter lint --fix` writes it for you"));
    }
    let page = Level::NOTE.with_name(Some("docs")).message(documentation::page(diagnostic.rule));
    renderer.render(&[group.element(page)])
}

/// The line where a finding begins, and the bytes of it that are to blame.
fn line(finding: &Finding) -> (&str, std::ops::Range<usize>) {
    let (text, region) = (finding.source.text.as_str(), finding.region);
    let start = text.get(..region.start.offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let within = |offset: usize| offset.saturating_sub(start).min(line.len());
    (line, within(region.start.offset)..within(region.end.offset))
}

fn summary(findings: &Findings) -> String {
    let Findings { errors, warnings, objects, files, .. } = findings;
    let styled = |style: Style, text: String| format!("{style}{text}{style:#}");
    let judged = format!("{} in {}", count(*objects, "object"), count(*files, "file"));
    let error_style = if *errors > 0 { BAD } else { GOOD };
    let warning_style = if *warnings > 0 { WAITING } else { GOOD };
    format!(
        "{judged}: {}, {}\n",
        styled(error_style, count(*errors, "error")),
        styled(warning_style, count(*warnings, "warning"))
    )
}

/// `1 error`, `2 errors`.
pub(super) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
