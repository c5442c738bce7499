//! What is judged: files, directories and standard input, and the objects that stand in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scepter_crd::Schemas;
use scepter_policy::diagnostics::{Diagnostic, FieldPath};
use scepter_policy::rules::RuleId;
use scepter_yaml::{Error, Node, documents};

use super::finding::{Finding, Source};
use super::place::Region;
use crate::files::{self, Declared, ReadError};
use crate::namespaces::Identity;

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// The files, in the order of paths and names, each once.
    pub(crate) sources: Vec<Arc<Source>>,
    /// The objects in them.
    pub(crate) objects: Vec<Object>,
    /// Documents that cannot be read.
    pub(crate) unreadable: Vec<Finding>,
}

/// An object where it stands.
#[derive(Debug)]
pub(crate) struct Object {
    /// Its file.
    pub(crate) source: Arc<Source>,
    /// The object, with a place for each of its fields.
    pub(crate) node: Node,
    /// The object as declared.
    pub(crate) declared: Declared,
}

impl Input {
    /// Reads every file below the paths, those of directories by their names.
    pub(crate) fn read(paths: &[PathBuf], schemas: &Schemas) -> Result<Self, ReadError> {
        let read = files::shared_out(&files::files(paths)?, |file| {
            let mut input = Self::default();
            input.take(file, &files::bytes(file)?, schemas);
            Ok(input)
        });
        read.into_iter().try_fold(Self::default(), |all, input| Ok(all.followed_by(input?)))
    }

    fn followed_by(mut self, other: Self) -> Self {
        self.sources.extend(other.sources);
        self.objects.extend(other.objects);
        self.unreadable.extend(other.unreadable);
        self
    }

    /// The same files, where some have another text now. What is no text stays what it was.
    pub(crate) fn with(&self, texts: &BTreeMap<String, String>, schemas: &Schemas) -> Self {
        let mut input = Self::default();
        for source in &self.sources {
            if source.is_text {
                let text = texts.get(&source.file).unwrap_or(&source.text);
                input.take(Path::new(&source.file), text.as_bytes(), schemas);
            } else {
                let own = self.unreadable.iter().filter(|finding| Arc::ptr_eq(&finding.source, source));
                input.unreadable.extend(own.cloned());
                input.sources.push(Arc::clone(source));
            }
        }
        input
    }

    /// The text of standard input, where it was read.
    pub(crate) fn standard_input(&self) -> Option<&str> {
        self.sources.iter().find(|source| source.is_standard_input()).map(|source| source.text.as_str())
    }

    /// One file with that text.
    #[cfg(test)]
    pub(crate) fn of(file: &str, text: &str, schemas: &Schemas) -> Self {
        let mut input = Self::default();
        input.take(Path::new(file), text.as_bytes(), schemas);
        input
    }

    fn take(&mut self, file: &Path, bytes: &[u8], schemas: &Schemas) {
        let name = file.display().to_string();
        let (text, refused) = match scepter_yaml::text(bytes) {
            Ok(text) => (text.to_owned(), None),
            Err(error) => (String::from_utf8_lossy(bytes).into_owned(), Some(error)),
        };
        let source = Arc::new(Source { file: name, text, is_text: refused.is_none() });
        match refused {
            Some(error) => self.unreadable.push(unreadable(&source, &error)),
            None => self.take_documents(file, &source, schemas),
        }
        self.sources.push(source);
    }

    fn take_documents(&mut self, file: &Path, source: &Arc<Source>, schemas: &Schemas) {
        for document in documents(&source.text) {
            match document {
                Ok(root) => {
                    let nodes = files::items(root).into_iter();
                    self.objects.extend(nodes.map(|node| Object {
                        source: Arc::clone(source),
                        declared: Declared::new(file, &node, schemas),
                        node,
                    }));
                }
                Err(error) => self.unreadable.push(unreadable(source, &error)),
            }
        }
    }
}

impl Object {
    /// Where it stands, as people and editors write it.
    pub(crate) fn place(&self) -> String {
        self.declared.place.to_string()
    }
}

fn unreadable(source: &Arc<Source>, error: &Error) -> Finding {
    let diagnostic = Diagnostic::new(RuleId::Sch01, FieldPath::default(), error.problem.to_string());
    Finding {
        source: Arc::clone(source),
        region: Region::from(error.span),
        object: Identity::default(),
        diagnostic: diagnostic.help(""),
        edit: None,
    }
}
