//! As much of SyncML 1.2 as a payload needs: settings, and one block of them that ends with an execution.

use quick_xml::SeError;
use quick_xml::se::Serializer;
use serde::Serialize;

/// A value for a node of the device's management tree.
pub(super) struct Setting {
    uri: String,
    format: Format,
    data: Option<String>,
}

/// The format of a node's value.
#[derive(Clone, Copy)]
pub(super) enum Format {
    /// Text.
    Text,
    /// An integer.
    Integer,
    /// Binary, as base64.
    Base64,
    /// An inner node, without a value.
    Node,
}

impl Setting {
    /// A node with a value.
    pub(super) fn new(uri: String, format: Format, data: String) -> Self {
        Self { uri, format, data: Some(data) }
    }

    /// An inner node.
    pub(super) fn node(uri: String) -> Self {
        Self { uri, format: Format::Node, data: None }
    }
}

impl Format {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "chr",
            Self::Integer => "int",
            Self::Base64 => "b64",
            Self::Node => "node",
        }
    }
}

/// Settings that are taken whole or not at all, and what is executed once they are there.
pub(super) struct Request {
    /// The settings.
    pub(super) settings: Vec<Setting>,
    /// The node that is executed last.
    pub(super) execute: String,
}

/// `SyncBody`.
#[derive(Serialize)]
#[serde(rename = "SyncBody")]
pub(super) struct Body {
    #[serde(rename = "@xmlns")]
    xmlns: &'static str,
    #[serde(rename = "Add")]
    add: Command,
    #[serde(rename = "Atomic", skip_serializing_if = "Option::is_none")]
    atomic: Option<Atomic>,
}

/// A block of commands that is taken whole or not at all.
#[derive(Serialize)]
struct Atomic {
    #[serde(rename = "CmdID")]
    id: usize,
    #[serde(rename = "Add")]
    add: Vec<Command>,
    #[serde(rename = "Exec")]
    exec: Command,
}

/// `Add` or `Exec`.
#[derive(Serialize)]
struct Command {
    #[serde(rename = "CmdID")]
    id: usize,
    #[serde(rename = "Item")]
    item: Item,
}

#[derive(Serialize)]
struct Item {
    #[serde(rename = "Target")]
    target: Target,
    #[serde(rename = "Meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
    #[serde(rename = "Data", skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

#[derive(Serialize)]
struct Target {
    #[serde(rename = "LocURI")]
    uri: String,
}

#[derive(Serialize)]
struct Meta {
    #[serde(rename = "Format")]
    format: FormatElement,
}

#[derive(Serialize)]
struct FormatElement {
    #[serde(rename = "@xmlns")]
    xmlns: &'static str,
    #[serde(rename = "$text")]
    format: &'static str,
}

impl Body {
    /// A setting by itself, then perhaps a request. Commands are numbered in the order in which they stand.
    pub(super) fn new(first: Setting, request: Option<Request>) -> Self {
        let atomic = request.map(|Request { settings, execute }| {
            let add: Vec<Command> =
                settings.into_iter().zip(3..).map(|(s, id)| Command::add(id, s)).collect();
            let exec = Command::exec(3 + add.len(), execute);
            Atomic { id: 2, add, exec }
        });
        Self { xmlns: "SYNCML:SYNCML1.2", add: Command::add(1, first), atomic }
    }

    /// The element as a document of its own.
    pub(super) fn to_xml(&self) -> Result<String, SeError> {
        let mut document = String::new();
        let mut serializer = Serializer::new(&mut document);
        serializer.indent(' ', 2);
        self.serialize(serializer)?;
        Ok(document + "\n")
    }
}

impl Command {
    fn add(id: usize, setting: Setting) -> Self {
        let format = FormatElement { xmlns: "syncml:metinf", format: setting.format.as_str() };
        let target = Target { uri: setting.uri };
        Self { id, item: Item { target, meta: Some(Meta { format }), data: setting.data } }
    }

    fn exec(id: usize, uri: String) -> Self {
        Self { id, item: Item { target: Target { uri }, meta: None, data: None } }
    }
}
