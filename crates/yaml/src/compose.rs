//! Events of the parser to a tree: anchors and aliases, keys, limits.

mod events;
mod fields;
mod typed;

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use crate::documents::Chunk;
use crate::error::{Error, Problem};
use crate::node::{Entry, Node, Value};
use crate::place::Span;
use crate::scalar::{self, resolve};
use events::{Events, Placed};
use fields::Fields;
use typed::{core_suffix, scalar_value};

/// The deepest nesting; no API has a tenth of it.
pub(crate) const MAX_DEPTH: usize = 128;

/// What anchors and aliases may add to a document, in nodes and bytes of text together.
const MAX_EXPANSION: usize = 1024 * 1024;

/// A document, and what stands behind it.
pub(crate) struct Composed<'t> {
    /// None for a document without content.
    pub(crate) root: Option<Node>,
    /// Further objects of a JSON stream.
    pub(crate) following: Option<Chunk<'t>>,
}

/// Reads the one document of a chunk, or the first object of a stream of JSON objects.
pub(crate) fn compose(chunk: Chunk<'_>) -> Result<Composed<'_>, Error> {
    let mut composer = Composer::new(chunk);
    let root = composer.root()?;
    if let Some(following) = root.as_ref().and_then(|root| composer.following(&root.node)) {
        return Ok(Composed { root: root.map(|root| root.node), following: Some(following) });
    }
    composer.finish()?;
    Ok(Composed { root: root.map(|root| root.node), following: None })
}

struct Composer<'t> {
    chunk: Chunk<'t>,
    events: Events<'t>,
    anchors: HashMap<usize, Branch>,
    expanded: usize,
    depth: usize,
}

/// A node with what it weighs.
#[derive(Clone)]
struct Branch {
    node: Node,
    /// Nodes and bytes of text, itself included.
    weight: usize,
    /// Levels, itself included.
    height: usize,
}

impl<'t> Composer<'t> {
    fn new(chunk: Chunk<'t>) -> Self {
        Self { chunk, events: Events::new(chunk), anchors: HashMap::new(), expanded: 0, depth: 0 }
    }

    fn root(&mut self) -> Result<Option<Branch>, Error> {
        loop {
            match self.events.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(None),
                step => return self.branch(step).map(Some),
            }
        }
    }

    /// A JSON object behind a JSON object, as kubectl reads them without any separator.
    fn following(&self, root: &Node) -> Option<Chunk<'t>> {
        let end = root.span.end.offset().checked_sub(self.chunk.mark.offset())?;
        let is_json =
            self.chunk.text.get(..end)?.ends_with('}') && self.chunk.text.trim_start().starts_with('{');
        let rest = Some(self.chunk.behind(end)?).filter(|_| is_json)?;
        rest.text.trim_start().starts_with('{').then_some(rest)
    }

    /// Nothing but the end may follow the first document.
    fn finish(&mut self) -> Result<(), Error> {
        loop {
            match self.events.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentEnd, _) => {}
                (_, span) => return Err(Error::new(Problem::SecondDocument, Span::at(span.start))),
            }
        }
    }

    fn branch(&mut self, (event, span): Placed<'t>) -> Result<Branch, Error> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let weight = 1 + text.len();
                let value = scalar_value(&text, style, tag.as_deref(), span)?;
                self.anchored(anchor, Branch { node: Node { value, span }, weight, height: 1 })
            }
            Event::SequenceStart(style, anchor, _) => {
                let branch = self.nested(span, |composer| composer.sequence(span, style))?;
                self.anchored(anchor, branch)
            }
            Event::MappingStart(style, anchor, _) => {
                let branch = self.nested(span, |composer| composer.mapping(span, style))?;
                self.anchored(anchor, branch)
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Err(Error::new(Problem::Syntax("a value is missing here".to_owned()), span)),
        }
    }

    fn nested(
        &mut self,
        span: Span,
        read: impl FnOnce(&mut Self) -> Result<Branch, Error>,
    ) -> Result<Branch, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::at(Problem::TooDeep, span.start));
        }
        self.depth += 1;
        let branch = read(self);
        self.depth -= 1;
        branch
    }

    fn sequence(&mut self, span: Span, style: StructureStyle) -> Result<Branch, Error> {
        let mut all = Extent::new(span);
        let mut elements = Vec::new();
        loop {
            match self.events.next()? {
                (Event::SequenceEnd, end) => {
                    return Ok(all.branch(Value::Sequence(elements), end, style));
                }
                step => elements.push(all.take(self.branch(step)?)),
            }
        }
    }

    fn mapping(&mut self, span: Span, style: StructureStyle) -> Result<Branch, Error> {
        let mut all = Extent::new(span);
        let mut fields = Fields::default();
        loop {
            let (event, at) = match self.events.next()? {
                (Event::MappingEnd, end) => {
                    return Ok(all.branch(Value::Mapping(fields.mapping()?), end, style));
                }
                step => step,
            };
            let merges = is_merge(&event);
            let key = self.key((event, at), &mut all)?;
            let step = self.events.next()?;
            let value = all.take(self.branch(step)?);
            if merges {
                fields.merge(value)?;
            } else {
                fields.set(Entry { key, key_span: at, value });
            }
        }
    }

    fn key(&mut self, (event, span): Placed<'t>, all: &mut Extent) -> Result<String, Error> {
        if let Event::Scalar(text, style, 0, None) = &event {
            all.weight += 1 + text.len();
            return if *style == ScalarStyle::Plain {
                scalar::key(resolve(text)).ok_or_else(|| Error::new(Problem::Key, span))
            } else {
                Ok(text.to_string())
            };
        }
        let braces = matches!(event, Event::MappingStart(StructureStyle::Flow, ..));
        let problem = if braces { Problem::Braces } else { Problem::Key };
        key_text(&all.take(self.branch((event, span))?).value).ok_or_else(|| Error::at(problem, span.start))
    }

    fn anchored(&mut self, anchor: usize, branch: Branch) -> Result<Branch, Error> {
        if anchor != 0 {
            self.expand(&branch, branch.node.span)?;
            self.anchors.insert(anchor, branch.clone());
        }
        Ok(branch)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Branch, Error> {
        let branch = self.anchors.get(&anchor).ok_or_else(|| Error::new(Problem::Recursive, span))?;
        if self.depth + branch.height > MAX_DEPTH {
            return Err(Error::new(Problem::TooDeep, span));
        }
        let branch = branch.clone();
        self.expand(&branch, span)?;
        Ok(branch)
    }

    fn expand(&mut self, branch: &Branch, span: Span) -> Result<(), Error> {
        self.expanded += branch.weight;
        if self.expanded > MAX_EXPANSION { Err(Error::new(Problem::TooManyAliases, span)) } else { Ok(()) }
    }
}

/// What a collection covers and weighs while it is read.
struct Extent {
    span: Span,
    weight: usize,
    height: usize,
}

impl Extent {
    fn new(span: Span) -> Self {
        Self { span, weight: 1, height: 1 }
    }

    fn take(&mut self, branch: Branch) -> Node {
        self.weight += branch.weight;
        self.height = self.height.max(branch.height + 1);
        if branch.node.span.end > self.span.end {
            self.span.end = branch.node.span.end;
        }
        branch.node
    }

    /// A flow collection ends at its bracket, a block collection with its last element.
    fn branch(mut self, value: Value, end: Span, style: StructureStyle) -> Branch {
        if style == StructureStyle::Flow {
            self.span.end = end.end;
        }
        Branch { node: Node { value, span: self.span }, weight: self.weight, height: self.height }
    }
}

fn is_merge(key: &Event<'_>) -> bool {
    let Event::Scalar(text, style, _, tag) = key else { return false };
    let tagged = tag.as_ref().is_some_and(|tag| core_suffix(tag) == "merge");
    text == "<<" && (tagged || (*style == ScalarStyle::Plain && tag.is_none()))
}

/// A key with an anchor, an alias or a tag, as text.
fn key_text(key: &Value) -> Option<String> {
    match key {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
