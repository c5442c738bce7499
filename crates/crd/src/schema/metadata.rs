//! What a server asks of `metadata` beyond its shape: names, labels, annotations, finalizers.

use scepter_yaml::{Entry, Node};

use super::check::Check;
use super::identifiers::{is_label, is_label_value, is_qualified, is_subdomain};
use super::words::clipped;

/// The most bytes that all annotations have together.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// Judges the metadata of an object whose shape is judged elsewhere.
pub(super) fn check(check: &mut Check, object: &Node) {
    let metadata = object.get("metadata");
    let field = |name: &str| metadata.and_then(|metadata| metadata.get(name));
    check.below("metadata", |check| {
        check.below("name", |check| name(check, field("name"), field("generateName")));
        check.below("namespace", |check| namespace(check, field("namespace")));
        check.below("labels", |check| labels(check, field("labels")));
        check.below("annotations", |check| annotations(check, field("annotations")));
        check.below("finalizers", |check| finalizers(check, field("finalizers")));
    });
}

fn name(check: &mut Check, name: Option<&Node>, prefix: Option<&Node>) {
    let given = |node: Option<&Node>| node.and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    match name.and_then(Node::as_str) {
        Some(name) if !name.is_empty() => {
            if !is_subdomain(name) {
                let message = format!(
                    "{} is no name; it has lower-case letters, digits, - and ., at most 253",
                    clipped(name)
                );
                check.report(message, mended(name, is_subdomain));
            }
        }
        _ if given(prefix) => {}
        _ => check.report("the object has no name", "give the object a metadata.name"),
    }
}

fn namespace(check: &mut Check, namespace: Option<&Node>) {
    if let Some(name) = namespace.and_then(Node::as_str)
        && !name.is_empty()
        && !is_label(name)
    {
        let message = format!(
            "{} is no namespace; its name has lower-case letters, digits and -, at most 63",
            clipped(name)
        );
        check.report(message, mended(name, is_label));
    }
}

/// A name that is right and reads like the wrong one.
fn mended(name: &str, is_right: fn(&str) -> bool) -> String {
    let lower = name.to_lowercase().replace(['_', ' '], "-");
    if is_right(&lower) { format!("write {lower}") } else { "choose another name".to_owned() }
}

fn labels(check: &mut Check, labels: Option<&Node>) {
    for Entry { key, value, .. } in entries(labels) {
        check.below(key, |check| {
            qualified(check, key);
            if let Some(text) = value.as_str().filter(|text| !is_label_value(text)) {
                let message = format!("{} is no value of a label", clipped(text));
                check.report(
                    message,
                    "use letters, digits, -, _ and ., at most 63; put other text in an annotation",
                );
            }
        });
    }
}

fn annotations(check: &mut Check, annotations: Option<&Node>) {
    let mut bytes = 0;
    for Entry { key, value, .. } in entries(annotations) {
        bytes += key.len() + value.as_str().map_or(0, str::len);
        check.below(key, |check| qualified(check, &key.to_lowercase()));
    }
    if bytes > MAX_ANNOTATIONS {
        check.report(
            format!("the annotations have {bytes} bytes, at most {MAX_ANNOTATIONS} are allowed"),
            "remove some",
        );
    }
}

fn qualified(check: &mut Check, key: &str) {
    if !is_qualified(key) {
        check.report(
            format!("{} is no key of a label or annotation", clipped(key)),
            "write NAME or DOMAIN/NAME",
        );
    }
}

fn finalizers(check: &mut Check, finalizers: Option<&Node>) {
    const STANDARD: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];
    for (index, finalizer) in finalizers.and_then(Node::as_sequence).unwrap_or_default().iter().enumerate() {
        let Some(name) = finalizer.as_str() else { continue };
        if !is_qualified(name) || !(name.contains('/') || STANDARD.contains(&name)) {
            check.at(index, |check| {
                check.report(format!("{} is no finalizer", clipped(name)), "write DOMAIN/NAME");
            });
        }
    }
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = &Entry> {
    node.and_then(Node::as_mapping).into_iter().flat_map(|mapping| mapping.entries())
}
