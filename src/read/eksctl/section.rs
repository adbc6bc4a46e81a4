//! A map of a ClusterConfig: its keys are taken one by one, and what nobody took is a loss.

use super::losses;
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Span};
use crate::spec::tree::{Entry, Kind, Node};

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
}

/// The file, and what is said of it.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) findings: Findings,
}

/// A map of the file.
pub(super) struct Section<'n> {
    /// How its keys begin: `vpc.nat.`
    prefix: String,
    /// Whose they are, as in ` of node group x`.
    of: String,
    /// The same by kinds of things, for the table of losses.
    table: String,
    entries: &'n [Entry],
    taken: Vec<bool>,
}

impl Reader<'_> {
    /// A value as it is written, where it is a single one: `1.33` is a version, whatever YAML thinks.
    fn word(&self, node: &Node) -> Option<Word> {
        let text = match &node.kind {
            Kind::Str(text) => text.clone(),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {
                let written = self
                    .text
                    .get(node.span.start as usize..node.span.end as usize);
                written.unwrap_or_default().to_owned()
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => return None,
        };
        let span = node.span;
        Some(Word { text, span })
    }

    fn wrong(&mut self, what: &str, expected: &str, node: &Node) {
        let found = node.kind.describe();
        self.findings.push(
            rules::SPEC053
                .at(Origin::Spec(node.span), format!("{what}: expected {expected}, found {found}"))
                .help("mend the file; `eksctl create cluster --dry-run -f FILE` shows what eksctl makes of it"),
        );
    }

    /// Says that a word is none that eksctl takes there.
    pub(super) fn unknown(&mut self, word: &Word, what: &str, help: &str) {
        let message = format!("`{}` is not {what}", word.text);
        self.findings.push(
            rules::SPEC053
                .at(Origin::Spec(word.span), message)
                .help(help),
        );
    }

    /// Says that something is lost.
    pub(super) fn lost(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.findings
            .push(rules::SPEC051.at(Origin::Spec(span), message).help(help));
    }

    /// Says what eksctl does without being told.
    pub(super) fn remark(&mut self, span: Span, message: impl Into<String>, note: &str) {
        self.findings
            .push(rules::SPEC054.at(Origin::Spec(span), message).note(note));
    }
}

impl<'n> Section<'n> {
    /// The file's own map.
    pub(super) fn root(entries: &'n [Entry]) -> Self {
        Self::new(String::new(), String::new(), String::new(), entries)
    }

    fn new(prefix: String, of: String, table: String, entries: &'n [Entry]) -> Self {
        let taken = vec![false; entries.len()];
        Self {
            prefix,
            of,
            table,
            entries,
            taken,
        }
    }

    /// The value of a key, taken; `null` is none.
    pub(super) fn take(&mut self, key: &str) -> Option<&'n Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        self.taken[at] = true;
        let entry = &self.entries[at];
        (entry.value.kind != Kind::Null).then_some(entry)
    }

    /// The value of a key, not taken.
    pub(super) fn peek(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Takes a key that changes nothing, if it has one of these values.
    pub(super) fn leave(&mut self, key: &str, means_nothing: impl Fn(&Kind) -> bool) {
        if let Some(at) = self.entries.iter().position(|entry| entry.key == key)
            && means_nothing(&self.entries[at].value.kind)
        {
            self.taken[at] = true;
        }
    }

    /// Where a key is written.
    pub(super) fn key_span(&self, key: &str) -> Option<Span> {
        self.peek(key).map(|entry| entry.key_span)
    }

    fn name(&self, key: &str) -> String {
        format!("`{}{key}`{}", self.prefix, self.of)
    }

    pub(super) fn word(&mut self, key: &str, reader: &mut Reader) -> Option<Word> {
        let entry = self.take(key)?;
        let word = reader.word(&entry.value);
        if word.is_none() {
            reader.wrong(&self.name(key), "a string", &entry.value);
        }
        word
    }

    pub(super) fn text(&mut self, key: &str, reader: &mut Reader) -> Option<String> {
        self.word(key, reader).map(|word| word.text)
    }

    pub(super) fn flag(&mut self, key: &str, reader: &mut Reader) -> Option<bool> {
        let entry = self.take(key)?;
        let Kind::Bool(flag) = entry.value.kind else {
            reader.wrong(&self.name(key), "`true` or `false`", &entry.value);
            return None;
        };
        Some(flag)
    }

    pub(super) fn number(&mut self, key: &str, reader: &mut Reader) -> Option<u32> {
        let entry = self.take(key)?;
        if let Kind::Int(number) = entry.value.kind
            && let Ok(number) = u32::try_from(number)
        {
            return Some(number);
        }
        reader.wrong(&self.name(key), "a whole number", &entry.value);
        None
    }

    pub(super) fn words(&mut self, key: &str, reader: &mut Reader) -> Option<Vec<Word>> {
        let entry = self.take(key)?;
        let name = self.name(key);
        let Kind::List(items) = &entry.value.kind else {
            reader.wrong(&name, "a list", &entry.value);
            return None;
        };
        let words = items.iter().filter_map(|item| {
            let word = reader.word(item);
            if word.is_none() {
                reader.wrong(&name, "strings", item);
            }
            word
        });
        Some(words.collect())
    }

    /// Names with texts, as tags and labels are.
    pub(super) fn pairs(&mut self, key: &str, reader: &mut Reader) -> Vec<(String, String)> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let name = self.name(key);
        let Kind::Map(entries) = &entry.value.kind else {
            reader.wrong(&name, "a map", &entry.value);
            return Vec::new();
        };
        let pairs = entries.iter().filter_map(|entry| {
            if entry.value.kind == Kind::Null {
                return Some((entry.key.clone(), String::new()));
            }
            let Some(word) = reader.word(&entry.value) else {
                reader.wrong(&name, "strings", &entry.value);
                return None;
            };
            Some((entry.key.clone(), word.text))
        });
        pairs.collect()
    }

    /// A map below.
    pub(super) fn below(&mut self, key: &str, reader: &mut Reader) -> Option<Section<'n>> {
        let entry = self.take(key)?;
        let prefix = format!("{}{key}.", self.prefix);
        let table = format!("{}{key}.", self.table);
        let Kind::Map(entries) = &entry.value.kind else {
            reader.wrong(&self.name(key), "a map", &entry.value);
            return None;
        };
        Some(Section::new(prefix, self.of.clone(), table, entries))
    }

    /// A map of things by names.
    pub(super) fn named(&mut self, key: &str, reader: &mut Reader) -> Vec<(Word, Section<'n>)> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let name = self.name(key);
        let Kind::Map(entries) = &entry.value.kind else {
            reader.wrong(&name, "a map", &entry.value);
            return Vec::new();
        };
        let prefix = format!("{}{key}.", self.prefix);
        let table = format!("{}{key}.", self.table);
        let mut named = Vec::new();
        for entry in entries {
            let word = Word {
                text: entry.key.clone(),
                span: entry.key_span,
            };
            let prefix = format!("{prefix}{}.", entry.key);
            let below: &[Entry] = match &entry.value.kind {
                Kind::Map(entries) => entries,
                Kind::Null => &[],
                Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::List(_) => {
                    reader.wrong(&name, "maps", &entry.value);
                    continue;
                }
            };
            named.push((
                word,
                Section::new(prefix, String::new(), table.clone(), below),
            ));
        }
        named
    }

    /// A list of maps; `what` says what each is, and `table` where the table of losses has its keys.
    pub(super) fn list(
        &mut self,
        key: &str,
        (what, table): (&str, &str),
        reader: &mut Reader,
    ) -> Vec<(Span, Section<'n>)> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let name = self.name(key);
        let Kind::List(items) = &entry.value.kind else {
            reader.wrong(&name, "a list", &entry.value);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in items {
            let Kind::Map(entries) = &item.kind else {
                reader.wrong(&name, "maps", item);
                continue;
            };
            let called = entries
                .iter()
                .find(|entry| entry.key == "name")
                .and_then(|entry| reader.word(&entry.value));
            let of = match called {
                Some(name) => format!(" of {what} `{}`", name.text),
                None => format!(" of a {what}"),
            };
            let section = Section::new(String::new(), of, table.to_owned(), entries);
            sections.push((item.span, section));
        }
        sections
    }

    /// Says what was not taken.
    pub(super) fn finish(self, reader: &mut Reader) {
        for (entry, _) in self
            .entries
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| !**taken)
        {
            if entry.value.kind == Kind::Null {
                continue;
            }
            let key = format!("{}{}", self.table, entry.key);
            if is_empty(&entry.value.kind) && losses::help(&key).is_some() {
                continue;
            }
            let name = self.name(&entry.key);
            let finding = match losses::help(&key) {
                Some(help) => rules::SPEC051
                    .at(
                        Origin::Spec(entry.key_span),
                        format!("{name} is not carried over"),
                    )
                    .help(help),
                None => rules::SPEC051
                    .at(
                        Origin::Spec(entry.key_span),
                        format!("{name} is not a key that eksnet knows of eksctl"),
                    )
                    .note("eksctl refuses keys that it does not know; this one may be newer than this version of eksnet")
                    .help("compare it with `eksctl utils schema`"),
            };
            reader.findings.push(finding);
        }
    }
}

/// Whether a value asks for nothing, as `eksctl create cluster --dry-run` writes many.
fn is_empty(value: &Kind) -> bool {
    let off = |entry: &Entry| entry.value.kind == Kind::Bool(false) || is_empty(&entry.value.kind);
    match value {
        Kind::Null => true,
        Kind::Str(text) => text.is_empty(),
        Kind::List(items) => items.is_empty(),
        Kind::Map(entries) => entries.iter().all(off),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => false,
    }
}
