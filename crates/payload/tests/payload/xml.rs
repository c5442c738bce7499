//! XML as a tree without the white space between elements, so that documents compare by what they say.

use roxmltree::{Document, Node, ParsingOptions};

/// An element.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: Option<String>,
}

impl Element {
    /// The text of the only child of that name, and so on down the path.
    #[track_caller]
    pub(crate) fn at(&self, path: &[&str]) -> &Self {
        path.iter().fold(self, |element, name| {
            let mut found = element.children.iter().filter(|child| child.name == *name);
            let (Some(child), None) = (found.next(), found.next()) else {
                panic!("not one {name} in {element:#?}")
            };
            child
        })
    }

    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_else(|| panic!("no text in {self:#?}"))
    }
}

/// Reads a document, its type declaration ignored.
#[track_caller]
pub(crate) fn parse(text: &str) -> Element {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    element(document.root_element())
}

fn element(node: Node<'_, '_>) -> Element {
    let children: Vec<Element> = node.children().filter(Node::is_element).map(element).collect();
    let text: String = node.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect();
    assert!(children.is_empty() || text.trim().is_empty(), "text between elements: {text:?}");
    Element {
        name: node.tag_name().name().to_owned(),
        namespace: node.tag_name().namespace().map(str::to_owned),
        text: (children.is_empty() && !text.is_empty()).then_some(text),
        children,
    }
}
