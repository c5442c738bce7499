//! Files to declared objects: directories, files and standard input; YAML streams, JSON and `List`s.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The most bytes read from one file: the API server takes no larger object either.
const MAX_BYTES: u64 = 3 * 1024 * 1024;

/// Where an object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file, `-` for standard input.
    pub(crate) file: PathBuf,
    /// The first line of the object's document, from 1.
    pub(crate) line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// An object that a file declares.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// Where it stands.
    pub(crate) place: Place,
    /// The object as written.
    pub(crate) value: Value,
}

impl Declared {
    /// `metadata.name`, or empty.
    pub(crate) fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    /// `metadata.namespace`, or `default` as kubectl would have it.
    pub(crate) fn namespace(&self) -> &str {
        match self.text(&["metadata", "namespace"]) {
            "" => "default",
            namespace => namespace,
        }
    }

    /// `kind`, or empty.
    pub(crate) fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    fn text(&self, path: &[&str]) -> &str {
        path.iter()
            .try_fold(&self.value, |value, key| value.get(key))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// Why a path gave no objects.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The path cannot be read.
    #[error("{} cannot be read: {problem}; check the path and its permissions", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// The system's words.
        problem: std::io::Error,
    },
    /// The file is larger than an object can be.
    #[error("{} is larger than 3 MiB; split it into smaller files", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is not YAML or JSON.
    #[error("{}:{line}: this is not YAML: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The parser's words.
        problem: String,
    },
}

/// Reads every object below the paths, in the order of paths and file names.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<Declared>, ReadError> {
    let mut objects = Vec::new();
    for path in paths {
        for file in files(path)? {
            objects.extend(documents(&file, &text(&file)?)?);
        }
    }
    Ok(objects)
}

/// A file as itself, a directory as its manifests at any depth.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |problem| ReadError::Unreadable { path: path.to_owned(), problem };
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(unreadable)?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_dir() || is_manifest(entry)) {
        found.extend(files(entry)?);
    }
    Ok(found)
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "yaml" | "yml" | "json")
}

fn text(path: &Path) -> Result<String, ReadError> {
    let unreadable = |problem| ReadError::Unreadable { path: path.to_owned(), problem };
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
    };
    let bytes = read.map_err(unreadable)?;
    if bytes as u64 > MAX_BYTES { Err(ReadError::TooLarge { path: path.to_owned() }) } else { Ok(text) }
}

/// The objects of a YAML stream; JSON is YAML.
fn documents(path: &Path, text: &str) -> Result<Vec<Declared>, ReadError> {
    let mut objects = Vec::new();
    for (line, document) in split(text) {
        let value: Value = serde_saphyr::from_str(&document).map_err(|error| ReadError::Syntax {
            path: path.to_owned(),
            line: line
                + error.location().map_or(0, |at| usize::try_from(at.line()).unwrap_or(1).saturating_sub(1)),
            problem: error.without_snippet().to_string(),
        })?;
        let place = Place { file: path.to_owned(), line };
        objects.extend(items(value).into_iter().map(|value| Declared { place: place.clone(), value }));
    }
    Ok(objects)
}

/// Splits a stream at lines that are `---`, as kubectl does; documents of comments alone are left out. The number is the
/// the first line of the document.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut documents = vec![(1, String::new())];
    for (index, line) in text.lines().enumerate() {
        if line == "---" || line.starts_with("--- ") {
            documents.push((index + 2, String::new()));
        } else if let Some((_, document)) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents.retain(|(_, document)| document.lines().any(|line| !is_blank(line)));
    documents
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The items of a `List`, or the object itself.
fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(mut map) if map.get("kind").and_then(Value::as_str) == Some("List") => {
            match map.remove("items") {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            }
        }
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, usize)> {
        let objects = documents(Path::new("x.yaml"), text).unwrap();
        objects.iter().map(|object| (object.name().to_owned(), object.place.line)).collect()
    }

    #[test]
    fn each_document_of_a_stream_is_an_object_with_its_own_line() {
        let text =
            "# a comment\n---\nmetadata: {name: a}\n---\n# only a comment\n---\nmetadata:\n  name: b\n";
        assert_eq!(names(text), [("a".to_owned(), 3), ("b".to_owned(), 7)]);
    }

    #[test]
    fn a_list_stands_for_its_items() {
        let text = r#"{"kind": "List", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]}"#;
        assert_eq!(names(text), [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    }

    #[test]
    fn a_mistake_in_the_second_document_is_told_with_its_line_in_the_file() {
        let error = documents(Path::new("x.yaml"), "a: 1\n---\nb: [1\nc: 2\n").unwrap_err();
        assert!(matches!(error, ReadError::Syntax { line: 3..=5, .. }), "{error}");
    }

    #[test]
    fn a_directory_is_read_at_any_depth_and_other_files_are_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("sub")).unwrap();
        std::fs::write(directory.path().join("sub/a.yml"), "metadata: {name: a}\n").unwrap();
        std::fs::write(directory.path().join("README.md"), "not: [yaml\n").unwrap();
        let objects = read(&[directory.path().to_owned()]).unwrap();
        assert_eq!(objects.iter().map(Declared::name).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let error = read(&[PathBuf::from("no/such/file.yaml")]).unwrap_err().to_string();
        assert!(error.starts_with("no/such/file.yaml cannot be read"), "{error}");
    }
}
