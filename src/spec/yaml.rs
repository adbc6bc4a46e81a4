//! YAML and JSON text to a tree. This is the only file that knows the YAML parser.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};

use super::codes;
use super::scalar;
use super::tags::{self, Function, Tags, called, levels};
use super::tree::{Entry, Kind, MAX_DEPTH, MAX_NODES, Node, Size};
use super::yaml_mistakes;
use super::{duplicate_key, offset};
use crate::diagnostic::{Finding, Findings, Origin, Severity, SourceId, Span};

/// How much text aliases may repeat, in bytes, and so how far a small file can swell in memory.
const MAX_ALIASED_BYTES: usize = 4 << 20;

/// Reads YAML or JSON. No node means that the text could not be understood.
pub(crate) fn read(
    text: &str,
    source: SourceId,
    tags: Tags,
    findings: &mut Findings,
) -> Option<Node> {
    // An unknown alias is one finding among others; the parser would stop at it.
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
    };
    let mut builder = Builder::new(text, source, tags, findings);
    for step in Parser::new_from_str_with_options(text, options) {
        match step {
            Ok((event, span)) => {
                let tag = span.tag_span().map(|tag| builder.span(tag.byte_range()));
                let function = tag.and_then(|tag| builder.function(tag));
                if !builder.take(event, builder.span(span.byte_range()), function) {
                    break;
                }
            }
            Err(error) => {
                let open = builder.innermost_flow();
                builder
                    .findings
                    .push(yaml_mistakes::explain(text, source, &error, open));
                return None;
            }
        }
    }
    builder.root.filter(|_| !builder.gave_up)
}

/// A list or map whose end has not been seen.
struct Frame {
    start: Span,
    anchor: usize,
    /// Whether it is written with brackets.
    flow: bool,
    /// The function whose short form stands in front of it.
    function: Option<Function>,
    open: Open,
}

enum Open {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// Where each key was first written.
        seen: HashMap<String, Span>,
        pending: Pending,
    },
}

/// What a map waits for.
enum Pending {
    Key,
    Value(String, Span),
    /// The value of a key that cannot be kept.
    Dropped,
}

struct Builder<'a> {
    text: &'a str,
    source: SourceId,
    tags: Tags,
    findings: &'a mut Findings,
    stack: Vec<Frame>,
    /// How deep the innermost of `stack` stands; a function is a level of its own.
    depth: usize,
    anchors: HashMap<usize, (Node, Size)>,
    nodes: usize,
    aliased_bytes: usize,
    documents: usize,
    root: Option<Node>,
    gave_up: bool,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, source: SourceId, tags: Tags, findings: &'a mut Findings) -> Self {
        Self {
            text,
            source,
            tags,
            findings,
            stack: Vec::new(),
            depth: 0,
            anchors: HashMap::new(),
            nodes: 0,
            aliased_bytes: 0,
            documents: 0,
            root: None,
            gave_up: false,
        }
    }

    fn span(&self, range: Option<std::ops::Range<usize>>) -> Span {
        super::span(self.source, range.unwrap_or(0..0))
    }

    fn innermost_flow(&self) -> Option<Span> {
        self.stack.iter().rfind(|f| f.flow).map(|f| f.start)
    }

    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Takes one event in; `false` ends the reading.
    fn take(&mut self, event: Event<'_>, span: Span, function: Option<Function>) -> bool {
        match event {
            Event::DocumentStart(..) => return self.document(span),
            Event::Scalar(text, style, anchor, _) => {
                let kind = match style {
                    // What a function is given is text: `!Sub 10` names nothing else.
                    ScalarStyle::Plain if function.is_none() => scalar::resolve(&text),
                    _ => Kind::Str(text.into_owned()),
                };
                // A block of text is said to reach to what comes next.
                let length = self.slice(span).trim_end().len();
                let end = offset(span.start as usize + length);
                let span = Span { end, ..span };
                return self.complete(called(function, Node { span, kind }), anchor);
            }
            Event::SequenceStart(_, anchor, _) => {
                return self.open(span, anchor, function, Open::List(Vec::new()));
            }
            Event::MappingStart(_, anchor, _) => {
                let open = Open::Map {
                    entries: Vec::new(),
                    seen: HashMap::new(),
                    pending: Pending::Key,
                };
                return self.open(span, anchor, function, open);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = self.stack.pop() {
                    return self.close(frame, span);
                }
            }
            Event::Alias(id) => return self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                let text = self.slice(span).to_owned();
                self.report(yaml_mistakes::unknown_alias(&name, &text, span));
                let kind = Kind::Null;
                return self.complete(Node { span, kind }, 0);
            }
            // Comments and stream marks say nothing about the values; the enum may grow.
            _ => {}
        }
        true
    }

    fn document(&mut self, span: Span) -> bool {
        self.documents += 1;
        if self.documents == 1 {
            return true;
        }
        let finding = error(codes::UNSUPPORTED, "several documents in one file", span)
            .label("a second document starts here")
            .note("one file describes one stack")
            .help("put every spec into a file of its own");
        self.report(finding);
        false
    }

    /// The function that a tag stands for; what stands for none is said.
    fn function(&mut self, place: Span) -> Option<Function> {
        let read = tags::read(self.tags, self.slice(place), place);
        read.map_err(|finding| self.report(*finding)).ok()
    }

    fn open(&mut self, start: Span, anchor: usize, function: Option<Function>, open: Open) -> bool {
        self.depth += levels(function.as_ref());
        if self.depth > MAX_DEPTH {
            return self.give_up(too_deep(start));
        }
        let flow = self.slice(start).starts_with(['[', '{']);
        self.stack.push(Frame {
            start,
            anchor,
            flow,
            function,
            open,
        });
        true
    }

    fn close(&mut self, frame: Frame, end: Span) -> bool {
        self.depth -= levels(frame.function.as_ref());
        let (kind, last) = match frame.open {
            Open::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (Kind::List(items), last)
            }
            Open::Map { entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end);
                (Kind::Map(entries), last)
            }
        };
        // A block ends where the next thing begins; its last value is what people see as its end.
        let end = if frame.flow {
            end.end
        } else {
            last.unwrap_or(frame.start.end)
        };
        let span = Span {
            end: end.max(frame.start.start),
            ..frame.start
        };
        let node = called(frame.function, Node { span, kind });
        self.complete(node, frame.anchor)
    }

    fn alias(&mut self, id: usize, span: Span) -> bool {
        let Some((node, size)) = self.anchors.get(&id) else {
            let text = self.slice(span).to_owned();
            let finding = error(
                codes::SYNTAX,
                format!("the alias `{text}` stands inside of what it repeats"),
                span,
            )
            .help("write out what it should stand for");
            return self.give_up(finding);
        };
        let (size, deep) = (*size, self.depth + size.height > MAX_DEPTH);
        if deep {
            return self.give_up(too_deep(span));
        }
        self.nodes += size.nodes - 1;
        self.aliased_bytes += size.bytes;
        if self.nodes > MAX_NODES || self.aliased_bytes > MAX_ALIASED_BYTES {
            let finding = error(codes::TOO_LARGE, "aliases repeat too much", span)
                .label("this alias is one too many")
                .note("aliases of aliases make a small file enormous")
                .help("write the values out");
            return self.give_up(finding);
        }
        // The copy keeps the places of the original: that is where its mistakes are mended.
        let node = node.clone();
        self.complete(node, 0)
    }

    /// Puts a finished value where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> bool {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values in one file");
            return self.give_up(error(codes::TOO_LARGE, message, node.span));
        }
        if anchor != 0 && !self.remember(&node, anchor) {
            return false;
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return true;
        };
        let Open::Map {
            entries,
            seen,
            pending,
        } = &mut frame.open
        else {
            if let Open::List(items) = &mut frame.open {
                items.push(node);
            }
            return true;
        };
        match std::mem::replace(pending, Pending::Key) {
            Pending::Key => {
                let (next, finding) = key(self.text, &node, seen);
                *pending = next;
                self.findings.extend(finding);
            }
            Pending::Value(key, key_span) => entries.push(Entry {
                key,
                key_span,
                value: node,
            }),
            Pending::Dropped => {}
        }
        true
    }

    fn remember(&mut self, node: &Node, anchor: usize) -> bool {
        let size = Size::of(node);
        self.aliased_bytes += size.bytes;
        self.nodes += size.nodes;
        if self.nodes > MAX_NODES || self.aliased_bytes > MAX_ALIASED_BYTES {
            let finding = error(codes::TOO_LARGE, "anchors hold too much", node.span);
            return self.give_up(finding);
        }
        self.anchors.insert(anchor, (node.clone(), size));
        true
    }

    fn slice(&self, span: Span) -> &'a str {
        super::slice(self.text, span)
    }

    fn give_up(&mut self, finding: Finding) -> bool {
        self.report(finding);
        self.gave_up = true;
        false
    }
}

/// What a map waits for once it has seen this as a key.
fn key(text: &str, node: &Node, seen: &mut HashMap<String, Span>) -> (Pending, Option<Finding>) {
    let written = super::slice(text, node.span);
    let key = match &node.kind {
        Kind::Str(key) => key.clone(),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => written.to_owned(),
        Kind::Null | Kind::List(_) | Kind::Map(_) => {
            let message = format!("{} cannot be a key", node.kind.describe());
            let finding = error(codes::UNSUPPORTED, message, node.span)
                .help("write a name in front of the colon");
            return (Pending::Dropped, Some(finding));
        }
    };
    if written == "<<" {
        let finding = error(
            codes::UNSUPPORTED,
            "merge keys are not supported",
            node.span,
        )
        .note("`<<` is not part of YAML 1.2, and tools disagree on which value wins")
        .help("write the keys out, or give the whole map an anchor and repeat it by an alias");
        return (Pending::Dropped, Some(finding));
    }
    if let Some(first) = seen.get(&key) {
        let finding = duplicate_key(&key, node.span, Some(*first));
        return (Pending::Dropped, Some(finding));
    }
    seen.insert(key.clone(), node.span);
    (Pending::Value(key, node.span), None)
}

fn too_deep(span: Span) -> Finding {
    let message = format!("values nested more than {MAX_DEPTH} levels deep");
    error(codes::TOO_LARGE, message, span)
        .note("no part of a spec is deeper than ten levels")
        .help("close a bracket further up, or remove what is not part of a spec")
}

fn error(code: crate::diagnostic::Code, message: impl Into<String>, span: Span) -> Finding {
    Finding::new(code, Severity::Error, message, Origin::Spec(span))
}
