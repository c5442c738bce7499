//! `--fix`: what mends findings is written into their files, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::anyhow;
use scepter_policy::diagnostics::Replacement;
use scepter_yaml::{Entry, Node, Value, documents};
use tempfile::NamedTempFile;

use super::finding::{Finding, Source};
use super::input::Input;
use super::judge::Judge;
use super::place::Edit;
use crate::print;

/// The most times that a file is looked at again: what is mended can bring to light what was hidden behind it.
const MAX_ROUNDS: usize = 100;

/// Mends what can be mended, writes each file that changed and tells what was mended in it, and returns what then stands
/// in the files.
pub(crate) fn run(judge: &Judge, input: Input) -> anyhow::Result<Input> {
    let mut mended: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    let input = mend_all(judge, input, |finding| {
        mended.entry(finding.source.file.clone()).or_default().push(finding.clone());
    });
    for source in &input.sources {
        let Some(findings) = mended.get(&source.file) else { continue };
        store(source)?;
        findings.iter().for_each(tell);
    }
    Ok(input)
}

/// Mends in every file what can be mended, until there is nothing left.
fn mend_all(judge: &Judge, mut input: Input, mut tell: impl FnMut(&Finding)) -> Input {
    for _ in 0..MAX_ROUNDS {
        let (findings, _) = judge.judge(&input);
        let mut by_file: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.edit.is_some()) {
            by_file.entry(&finding.source.file).or_default().push(finding);
        }
        let mut texts = BTreeMap::new();
        for (file, proposed) in by_file {
            let Some(mended) = proposed.first().and_then(|first| mend(&first.source.text, &proposed)) else {
                continue;
            };
            mended.findings.iter().for_each(|finding| tell(finding));
            texts.insert(file.to_owned(), mended.text);
        }
        if texts.is_empty() {
            break;
        }
        input = input.with(&texts, &judge.schemas);
    }
    input
}

fn store(source: &Source) -> anyhow::Result<()> {
    if source.is_standard_input() {
        return Ok(());
    }
    let file = &source.file;
    write(Path::new(file), &source.text)
        .map_err(|problem| anyhow!("{file} cannot be written: {problem}; check its permissions"))
}

fn tell(finding: &Finding) {
    let (start, file) = (finding.region.start, &finding.source.file);
    let Some(edit) = &finding.edit else { return };
    let old = finding.source.text.get(edit.region.bytes()).unwrap_or_default();
    let rule = finding.diagnostic.rule;
    let change = format!("{file}:{}:{}: {rule}: {old:?} is now {:?}", start.line, start.column, edit.text);
    print::note(&format!("fixed {}", print::inert(&change)));
}

/// A text with findings mended.
#[derive(Debug)]
struct Mended<'a> {
    /// The text.
    text: String,
    /// The findings that are gone.
    findings: Vec<&'a Finding>,
}

/// Makes the edits that findings propose in their file's text. Every object then is what it was but for the fields that were mended;
/// an edit that would change more is not made. `None` when there is none to make.
fn mend<'a>(text: &str, proposed: &[&'a Finding]) -> Option<Mended<'a>> {
    let all = edited(text, proposed).filter(|after| changes_only(text, after, proposed));
    let mended = match all {
        Some(text) => Mended { text, findings: proposed.to_vec() },
        None => one_by_one(text, proposed),
    };
    (!mended.findings.is_empty()).then_some(mended)
}

/// Makes as many of the edits as can be made together, where not all of them can.
fn one_by_one<'a>(text: &str, proposed: &[&'a Finding]) -> Mended<'a> {
    let mut mended = Mended { text: text.to_owned(), findings: Vec::new() };
    for finding in proposed {
        let together: Vec<&Finding> = mended.findings.iter().copied().chain([*finding]).collect();
        if let Some(after) = edited(text, &together).filter(|after| changes_only(text, after, &together)) {
            mended = Mended { text: after, findings: together };
        }
    }
    mended
}

/// The text after the edits; `None` where two of them touch the same bytes.
fn edited(text: &str, findings: &[&Finding]) -> Option<String> {
    let edits: BTreeMap<(usize, usize), &str> = findings
        .iter()
        .filter_map(|finding| finding.edit.as_ref())
        .map(|Edit { region, text, .. }| ((region.start.offset, region.end.offset), text.as_str()))
        .collect();
    let (mut after, mut at) = (String::with_capacity(text.len()), 0);
    for ((start, end), new) in edits {
        after.push_str(text.get(at..start)?);
        after.push_str(new);
        at = end;
    }
    after.push_str(text.get(at..)?);
    Some(after)
}

/// Whether the objects of the text after the edits are those before them, but for each mended field, which has its new
/// text. A field that an alias shares with another is not mended: the other would change with it.
fn changes_only(before: &str, after: &str, findings: &[&Finding]) -> bool {
    let mut comparison = Comparison { wanted: wanted(findings), met: BTreeSet::new() };
    let (mut old, mut new) = (documents(before), documents(after));
    loop {
        let same = match (old.next(), new.next()) {
            (None, None) => return comparison.met.len() == comparison.wanted.len(),
            (Some(Ok(old)), Some(Ok(new))) => comparison.fits(&old, &new),
            (Some(Err(old)), Some(Err(new))) => old.problem == new.problem,
            (_, _) => false,
        };
        if !same {
            return false;
        }
    }
}

/// The replacements in each field, by the byte where its value begins, last first.
fn wanted<'a>(findings: &[&'a Finding]) -> BTreeMap<usize, Vec<&'a Replacement>> {
    let mut wanted: BTreeMap<usize, Vec<&Replacement>> = BTreeMap::new();
    for finding in findings {
        if let (Some(edit), Some(fix)) = (&finding.edit, &finding.diagnostic.fix) {
            wanted.entry(edit.field).or_default().push(fix);
        }
    }
    for fixes in wanted.values_mut() {
        fixes.sort_by_key(|fix| std::cmp::Reverse(fix.range.start));
    }
    wanted
}

struct Comparison<'a> {
    wanted: BTreeMap<usize, Vec<&'a Replacement>>,
    met: BTreeSet<usize>,
}

impl Comparison<'_> {
    fn fits(&mut self, old: &Node, new: &Node) -> bool {
        match (&old.value, &new.value) {
            (Value::Mapping(a), Value::Mapping(b)) => {
                let mut pairs = a.entries().zip(b.entries());
                a.len() == b.len() && pairs.all(|(a, b)| self.fits_entry(a, b))
            }
            (Value::Sequence(a), Value::Sequence(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.fits(a, b))
            }
            (Value::String(a), Value::String(b)) => self.fits_text(old.span.start.offset(), a, b),
            (a, b) => a == b,
        }
    }

    fn fits_entry(&mut self, old: &Entry, new: &Entry) -> bool {
        old.key == new.key && self.fits(&old.value, &new.value)
    }

    fn fits_text(&mut self, at: usize, old: &str, new: &str) -> bool {
        let Some(fixes) = self.wanted.get(&at) else { return old == new };
        let expected = fixes.iter().try_fold(old.to_owned(), |text, fix| fix.apply(&text));
        self.met.insert(at) && expected.as_deref() == Some(new)
    }
}

/// Replaces a file by a text, whole or not at all. It keeps its permissions, and a link goes on being one. A file that may
/// not be written is not replaced either.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use scepter_crd::Schemas;
    use scepter_policy::rules::RuleId;
    use scepter_policy::rules::requested::Requested;
    use serde_json::{Value as Json, json};

    use super::*;

    fn judge() -> Judge {
        Judge {
            schemas: Schemas::new().unwrap(),
            authorities: None,
            requested: Requested::new([RuleId::Var23]).unwrap(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// A profile whose subject is written like this, among comments and things that look like mistakes.
    fn profile(subject: &str) -> String {
        format!(
            "# {{{{username}}}};\napiVersion: scepter.dev/v1alpha1\nkind: ScepProfile\nmetadata: {{name: a}}\nspec:\n  \
             platform: iOS\n  description: 'CN={{{{username}}}};'\n  certificateType: User\n  \
             subjectNameFormat: {subject}\n  # ;\n  validityPeriod: {{value: 1, unit: Years}}\n  \
             keyUsages: [DigitalSignature]\n  rootCertificateRef: {{name: r}}\n  \
             extendedKeyUsages: [{{name: Client Authentication, oid: 1.3.6.1.5.5.7.3.2}}]\n  \
             scepServerURLs: [https://scep.example.com/scep/default]\n"
        )
    }

    /// The only object, and its subject.
    fn object(input: &Input) -> (Json, String) {
        let mut value = input.objects[0].node.to_json();
        let subject = value["spec"]["subjectNameFormat"].take();
        (value, subject.as_str().unwrap().to_owned())
    }

    /// A subject with mistakes that can be mended, and the same without.
    fn subjects() -> impl Strategy<Value = (String, String)> {
        let value = prop_oneof![
            "[a-z]{1,5}( [a-z']{1,3})?".prop_map(|text: String| (text.clone(), text)),
            (any::<u32>(), "[ ]{0,2}").prop_map(|(case, blanks)| {
                let written = recased("EmailAddress", case);
                (format!("{{{{{blanks}{written}{blanks}}}}}"), "{{EmailAddress}}".to_owned())
            }),
        ];
        let key =
            prop_oneof![Just(("CN", "CN")), Just(("E", "E")), Just(("uid", "0.9.2342.19200300.100.1.1"))];
        let separator = prop_oneof![Just((",", ",")), Just((";", ",")), Just((" ; ", " , "))];
        let attribute = (separator, key, value).prop_map(|(separator, key, value)| {
            (format!("{}{}={}", separator.0, key.0, value.0), format!("{}{}={}", separator.1, key.1, value.1))
        });
        proptest::collection::vec(attribute, 0..6).prop_map(|attributes| {
            let (with, without): (String, String) = attributes.into_iter().unzip();
            (format!("OU=x{with}"), format!("OU=x{without}"))
        })
    }

    fn recased(name: &str, case: u32) -> String {
        let letters = name.chars().enumerate();
        letters.map(|(n, c)| if case >> n & 1 == 0 { c.to_ascii_lowercase() } else { c }).collect()
    }

    /// The ways in which a text can be written so that it can be mended.
    fn written(text: &str, style: usize) -> String {
        match style {
            0 => text.to_owned(),
            1 => format!("'{}'", text.replace('\'', "''")),
            2 => json!(text).to_string(),
            3 => format!("\"{}\"", text.replace(';', "\\x3b").replace('{', "\\u007b")),
            _ => format!("|-\n      {text}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_mended_is_mended_wholly_and_everything_else_is_what_it_was(
            (with, without) in subjects(),
            style in 0..5_usize,
        ) {
            let judge = judge();
            let before = Input::of("a.yaml", &profile(&written(&with, style)), &judge.schemas);
            let (others, _) = object(&before);
            let mut told = 0;
            let after = mend_all(&judge, before, |_| told += 1);
            prop_assert_eq!(object(&after), (others, without.clone()));
            prop_assert_eq!(told > 0, with != without);
            let (findings, _) = judge.judge(&after);
            prop_assert!(findings.iter().all(|finding| finding.edit.is_none()), "{:?}", findings);
            let text = after.sources[0].text.clone();
            let again = mend_all(&judge, after, |_| {});
            prop_assert_eq!(&again.sources[0].text, &text);
        }
    }
}
