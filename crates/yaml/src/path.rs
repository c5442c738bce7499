//! From the path of a field to its place.

use crate::node::{Entry, Node, Value};
use crate::place::Span;

/// What stands at the path of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<'a> {
    /// The field's value, or that of its nearest parent that is there.
    pub node: &'a Node,
    /// The key that holds it; none for the root and for elements of lists.
    pub key: Option<Span>,
    /// Whether the field itself is there.
    pub exact: bool,
}

impl Found<'_> {
    /// The best place to show: a scalar's own, else the key of the collection, which is on one line.
    pub fn span(self) -> Span {
        match (&self.node.value, self.key) {
            (Value::Sequence(_) | Value::Mapping(_), Some(key)) => key,
            (Value::Sequence(_) | Value::Mapping(_), None) => Span::at(self.node.span.start),
            (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => self.node.span,
        }
    }
}

impl Node {
    /// Where to show what concerns a field such as `spec.subjectAlternativeNames[0].value`, or its nearest parent that is
    /// there.
    pub fn at(&self, path: &str) -> Span {
        self.find(path).span()
    }

    /// The field of that path, or its nearest parent that is there. A key that holds dots is found like any other: the
    /// longest key that fits is taken.
    pub fn find(&self, path: &str) -> Found<'_> {
        let mut found = Found { node: self, key: None, exact: true };
        let mut rest = path;
        while !rest.is_empty() {
            let Some((next, behind)) = found.node.step(rest) else { return Found { exact: false, ..found } };
            (found, rest) = (next, behind);
        }
        found
    }

    /// One step along a path, and what is left of it.
    fn step<'a, 'p>(&'a self, path: &'p str) -> Option<(Found<'a>, &'p str)> {
        match &self.value {
            Value::Sequence(elements) => {
                let (index, behind) = path.strip_prefix('[')?.split_once(']')?;
                let node = elements.get(index.parse::<usize>().ok()?)?;
                Some((Found { node, key: None, exact: true }, behind))
            }
            Value::Mapping(mapping) => {
                let path = path.strip_prefix('.').unwrap_or(path);
                let fits = |entry: &&Entry| {
                    let behind = path.strip_prefix(entry.key.as_str());
                    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(['.', '[']))
                };
                let entry = mapping.entries().filter(fits).max_by_key(|entry| entry.key.len())?;
                let found = Found { node: &entry.value, key: Some(entry.key_span), exact: true };
                Some((found, &path[entry.key.len()..]))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::documents;

    const TEXT: &str = "\
metadata:
  labels: {scepter.dev/team: red, scepter.dev: blue}
spec:
  names:
  - type: DNS
    value: 'a.example'
  - type: URI
  empty:
";

    fn place(path: &str) -> (String, bool) {
        let root = documents(TEXT).next().unwrap().unwrap();
        let found = root.find(path);
        let start = found.span().start;
        (format!("{start} {}", &TEXT[found.span().bytes()]), found.exact)
    }

    #[test]
    fn a_field_has_the_place_of_its_value() {
        assert_eq!(place("spec.names[0].value"), ("6:12 'a.example'".to_owned(), true));
        assert_eq!(place("spec.names[1].type"), ("7:11 URI".to_owned(), true));
    }

    #[test]
    fn a_collection_has_the_place_of_its_key() {
        assert_eq!(place("spec.names"), ("4:3 names".to_owned(), true));
        assert_eq!(place("spec.names[1]").0, "7:5 ");
    }

    #[test]
    fn a_missing_field_has_the_place_of_its_nearest_parent() {
        assert_eq!(place("spec.validityPeriod.unit"), ("3:1 spec".to_owned(), false));
        assert_eq!(place("spec.names[7].value"), ("4:3 names".to_owned(), false));
        assert_eq!(place("status.x"), ("1:1 ".to_owned(), false));
        assert_eq!(place(""), ("1:1 ".to_owned(), true));
    }

    #[test]
    fn keys_with_dots_are_found() {
        assert_eq!(place("metadata.labels.scepter.dev/team"), ("2:30 red".to_owned(), true));
        assert_eq!(place("metadata.labels.scepter.dev"), ("2:48 blue".to_owned(), true));
    }
}
