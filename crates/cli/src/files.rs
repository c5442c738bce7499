//! Files to declared objects: directories, files and standard input, read as kubectl reads them and judged by the schemas.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use scepter_crd::{Manifest, Schemas};
use scepter_policy::diagnostics::Diagnostics;
use scepter_yaml::{MAX_BYTES, Node};
use serde_json::Value;

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

/// What tells one declared object from another: kind, namespace, name. Each is empty where the file does not say; the
/// namespace is `default` then, as kubectl would have it.
pub(crate) type Identity = (String, String, String);

/// An object that a file declares.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// Where it stands.
    pub(crate) place: Place,
    /// Which object it is.
    pub(crate) identity: Identity,
    /// What it was read as.
    pub(crate) reading: Reading,
}

/// What an object was read as.
#[derive(Clone, Debug)]
pub(crate) enum Reading {
    /// An object of another API, as written.
    Foreign(Value),
    /// An object of our API without the shape of its kind: what an API server would refuse of it.
    Misshapen(Diagnostics),
    /// An object of our API, its namespace filled in.
    Manifest(Manifest),
}

impl Declared {
    /// An object as it was read.
    pub(crate) fn new(file: &Path, object: &Node, schemas: &Schemas) -> Self {
        let place = Place { file: file.to_owned(), line: object.span.start.line() };
        let identity = identity(object);
        let reading = match Reading::of(object, schemas) {
            Reading::Manifest(mut manifest) => {
                manifest.metadata_mut().namespace = Some(identity.1.clone());
                Reading::Manifest(manifest)
            }
            other => other,
        };
        Self { place, identity, reading }
    }

    /// `metadata.name`, or empty.
    pub(crate) fn name(&self) -> &str {
        &self.identity.2
    }
}

impl Reading {
    fn of(object: &Node, schemas: &Schemas) -> Self {
        match schemas.judge(object) {
            None => Self::Foreign(object.to_json()),
            Some(findings) if !findings.is_empty() => Self::Misshapen(findings),
            Some(_) => Manifest::from_value(object.to_json())
                .map_or_else(|error| Self::Misshapen(error.into()), Self::Manifest),
        }
    }
}

fn identity(object: &Node) -> Identity {
    let metadata = |key| object.get("metadata").and_then(|metadata| metadata.get(key)?.as_str());
    let kind = object.get("kind").and_then(Node::as_str).unwrap_or_default();
    let namespace = metadata("namespace").filter(|namespace| !namespace.is_empty()).unwrap_or("default");
    (kind.to_owned(), namespace.to_owned(), metadata("name").unwrap_or_default().to_owned())
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
    /// A document of the file cannot be read.
    #[error("{}:{problem}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: scepter_yaml::Error,
    },
}

/// Reads every object below the paths, in the order of paths and file names.
pub(crate) fn read(paths: &[PathBuf], schemas: &Schemas) -> Result<Vec<Declared>, ReadError> {
    let read = shared_out(&files(paths)?, |file| {
        let nodes = objects_in(&bytes(file)?)
            .map_err(|problem| ReadError::Document { path: file.clone(), problem })?;
        Ok(nodes.iter().map(|node| Declared::new(file, node, schemas)).collect())
    });
    let objects: Vec<Vec<Declared>> = read.into_iter().collect::<Result<_, ReadError>>()?;
    Ok(objects.into_iter().flatten().collect())
}

/// What `work` makes of each file, in the order of the files; the processors share the files.
pub(crate) fn shared_out<T: Send>(files: &[PathBuf], work: impl Fn(&PathBuf) -> T + Sync) -> Vec<T> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = files.len().div_ceil(processors).max(1);
    let work = &|share: &[PathBuf]| share.iter().map(&work).collect::<Vec<T>>();
    std::thread::scope(|scope| {
        let shares: Vec<_> = files.chunks(share).map(|share| scope.spawn(move || work(share))).collect();
        shares
            .into_iter()
            .flat_map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

/// Files as themselves, directories as their manifests at any depth, in the order of paths and names. A file that can be
/// reached in several ways, such as by a link, is there once.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut walk = Walk::default();
    for path in paths {
        walk.take(path)?;
    }
    Ok(walk.files)
}

/// A walk through directories.
#[derive(Default)]
struct Walk {
    files: Vec<PathBuf>,
    /// The files and directories that were met, by their paths without links. So a link that leads back ends.
    seen: BTreeSet<PathBuf>,
}

impl Walk {
    fn take(&mut self, path: &Path) -> Result<(), ReadError> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if !self.seen.insert(real) {
            return Ok(());
        }
        if !path.is_dir() {
            self.files.push(path.to_owned());
            return Ok(());
        }
        let unreadable = |problem| ReadError::Unreadable { path: path.to_owned(), problem };
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(unreadable)?;
        entries.sort();
        let mut manifests = entries.iter().filter(|entry| entry.is_dir() || is_manifest(entry));
        manifests.try_for_each(|entry| self.take(entry))
    }
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "yaml" | "yml" | "json")
}

/// The bytes of a file or of standard input: at most as many as are ever read, and one that says that there are more.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map(|_| bytes).map_err(|problem| ReadError::Unreadable { path: path.to_owned(), problem })
}

fn objects_in(bytes: &[u8]) -> Result<Vec<Node>, scepter_yaml::Error> {
    let mut objects = Vec::new();
    for root in scepter_yaml::documents(scepter_yaml::text(bytes)?) {
        objects.extend(items(root?));
    }
    Ok(objects)
}

/// The items of a `List`, or the object itself.
pub(crate) fn items(root: Node) -> Vec<Node> {
    let is_list = root.get("kind").and_then(Node::as_str) == Some("List");
    match root.get("items").and_then(Node::as_sequence).filter(|_| is_list) {
        Some(items) => items.to_vec(),
        None => vec![root],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, usize)> {
        let schemas = Schemas::new().unwrap();
        let nodes = objects_in(text.as_bytes()).unwrap();
        let objects = nodes.iter().map(|node| Declared::new(Path::new("x.yaml"), node, &schemas));
        objects.map(|object| (object.name().to_owned(), object.place.line)).collect()
    }

    #[test]
    fn each_document_of_a_stream_is_an_object_with_its_own_line() {
        let text =
            "# a comment\n---\nmetadata: {name: a}\n---\n# only a comment\n---\nmetadata:\n  name: b\n";
        assert_eq!(names(text), [("a".to_owned(), 3), ("b".to_owned(), 7)]);
    }

    #[test]
    fn a_list_stands_for_its_items() {
        let text = "{\"kind\": \"List\", \"items\": [{\"metadata\": {\"name\": \"a\"}},\n{\"metadata\": {\"name\": \"b\"}}]}";
        assert_eq!(names(text), [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    }

    #[test]
    fn a_directory_is_read_at_any_depth_and_other_files_are_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("sub")).unwrap();
        std::fs::write(directory.path().join("sub/a.yml"), "metadata: {name: a}\n").unwrap();
        std::fs::write(directory.path().join("README.md"), "not: [yaml\n").unwrap();
        let objects = read(&[directory.path().to_owned()], &Schemas::new().unwrap()).unwrap();
        assert_eq!(objects.iter().map(Declared::name).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_file_is_read_once_however_it_is_reached() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        std::fs::create_dir(path.join("sub")).unwrap();
        std::fs::write(path.join("sub/a.yaml"), "").unwrap();
        std::os::unix::fs::symlink("a.yaml", path.join("sub/b.yaml")).unwrap();
        for link in ["sub/back", "sub/and-back"] {
            std::os::unix::fs::symlink(path, path.join(link)).unwrap();
        }
        let paths = [path.to_owned(), path.join("sub/."), path.join("sub/../sub/a.yaml")];
        assert_eq!(files(&paths).unwrap(), [path.join("sub/a.yaml")]);
    }

    #[test]
    fn files_that_are_shared_out_keep_their_order() {
        for count in [0, 1, 7, 1000] {
            let files: Vec<_> = (0..count).map(|number| PathBuf::from(number.to_string())).collect();
            assert_eq!(shared_out(&files, Clone::clone), files);
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.yaml");
        std::fs::write(&file, "a: 1\n---\nb: [1\n").unwrap();
        let schemas = Schemas::new().unwrap();
        let error = read(std::slice::from_ref(&file), &schemas).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}:3:4: this is not YAML", file.display())), "{error}");
        let error = read(&[PathBuf::from("no/such/file.yaml")], &schemas).unwrap_err().to_string();
        assert!(error.starts_with("no/such/file.yaml cannot be read"), "{error}");
    }
}
