//! Values that are not what is due, each as a finding with the text that would mend it.

use super::super::nearest::{is_same_word, listing, nearest};
use super::super::tree::{Entry, Kind};
use super::super::{codes, offset, scalar, yaml_mistakes};
use super::error::Error;
use super::{De, rooms, words};
use crate::diagnostic::{Code, Finding, Origin, Severity, Span};

impl De<'_> {
    pub(super) fn finding(self, code: Code, message: impl Into<String>) -> Finding {
        let place = Origin::Spec(self.place());
        Finding::new(code, Severity::Error, message, place)
    }

    pub(super) fn report(self, finding: Finding) -> Error {
        self.context.report(finding)
    }

    /// "expected …, found …".
    fn wrong_kind(self, expected: &str) -> Finding {
        let found = self.node.kind.describe();
        let message = format!("expected {expected}, found {found}");
        self.finding(codes::WRONG_KIND, message)
    }

    pub(super) fn mismatch(self, expected: &str) -> Error {
        let finding = self.wrong_kind(expected);
        let named;
        let what = match expected {
            "a string" => "a single value, without brackets and without keys of its own",
            "a list" => "a list, such as `[one, two]`",
            "a map from names to settings" => {
                named = self.by_name();
                &named
            }
            "a whole number" => "a whole number, such as 3",
            other => other,
        };
        self.report(finding.help(format!("write {what}")))
    }

    /// How what is listed is written where a map is due.
    fn by_name(self) -> String {
        let what = "each thing by its name, with its settings behind it";
        let Kind::List(listed) = &self.node.kind else {
            return what.to_owned();
        };
        let named = |entry: &&Entry| entry.key.eq_ignore_ascii_case("name");
        let name = listed.first().and_then(|first| {
            if let Kind::Map(entries) = &first.kind {
                entries.iter().find(named)?.value.kind.text()
            } else {
                first.kind.text()
            }
        });
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        match name.filter(|name| !name.is_empty() && name.chars().all(plain)) {
            Some(name) => format!("{what}: `{{ {name}: … }}`"),
            None => what.to_owned(),
        }
    }

    /// A problem in the words of the type that found it.
    pub(super) fn refuse(self, message: String) -> Error {
        self.report(self.finding(codes::WRONG_KIND, message))
    }

    /// A number or boolean where text is due: what it stands for is in the source, not in the value.
    pub(super) fn unquoted(self, expected: &str) -> Error {
        let written = self.context.written(self.node).to_owned();
        let quoted = format!("\"{written}\"");
        let kind = match self.node.kind {
            Kind::Bool(_) => "the boolean",
            Kind::Int(_) | Kind::Float(_) => "the number",
            Kind::Null | Kind::Str(_) | Kind::List(_) | Kind::Map(_) => "the value",
        };
        let message = format!("expected {expected}, found {kind} `{written}`");
        let mut finding = self
            .finding(codes::WRONG_KIND, message)
            .help(format!("write {quoted}"))
            .edit(self.node.span, quoted)
            .safe_if(matches!(
                self.node.kind,
                Kind::Bool(_) | Kind::Int(_) | Kind::Float(_)
            ));
        if matches!(self.node.kind, Kind::Float(_)) {
            finding = finding.note("without quotes it is read as a number, so 1.30 becomes 1.3");
        } else if written.starts_with('0') && written.len() > 1 {
            finding = finding.note("without quotes it is read as a number and loses its zeros");
        }
        self.report(finding)
    }

    pub(super) fn text_for_bool(self, text: &str) -> Error {
        let word = match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => "true",
            "false" | "no" | "off" | "n" => "false",
            _ => return self.mismatch("`true` or `false`"),
        };
        let finding = self.finding(
            codes::WRONG_KIND,
            format!("expected `true` or `false`, found the string `{text}`"),
        );
        let finding = if text.eq_ignore_ascii_case(word) {
            finding.note("in quotes it is text")
        } else {
            finding.note("since YAML 1.2 only `true` and `false` are booleans")
        };
        self.report(self.replace(finding, word))
    }

    pub(super) fn not_whole(self, min: i128, max: i128) -> Error {
        let written = self.context.written(self.node).to_owned();
        match &self.node.kind {
            Kind::Str(text) if scalar::is_whole(text) => {
                let finding = self
                    .finding(
                        codes::WRONG_KIND,
                        format!("expected a whole number, found the string {written}"),
                    )
                    .note("in quotes it is text");
                self.report(self.replace(finding, text))
            }
            Kind::Float(_) if scalar::is_whole(&written.replace('_', "")) => {
                self.out_of_range(min, max)
            }
            Kind::Float(_) => {
                let message = format!("expected a whole number, found `{written}`");
                let finding = self.finding(codes::WRONG_KIND, message);
                self.report(finding.help("write a whole number, such as 3"))
            }
            Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Str(_)
            | Kind::List(_)
            | Kind::Map(_) => self.mismatch("a whole number"),
        }
    }

    pub(super) fn out_of_range(self, min: i128, max: i128) -> Error {
        let written = self.context.written(self.node);
        let (side, limit) = if written.starts_with('-') {
            ("small", format!("the least is {min}"))
        } else {
            ("large", format!("the most is {max}"))
        };
        let message = format!("{written} is too {side}: {limit}");
        let finding = self.finding(codes::OUT_OF_RANGE, message);
        self.report(finding.help(format!("write a whole number from {min} to {max}")))
    }

    pub(super) fn not_a_list(self, expected: &str) -> Error {
        let written = self.context.written(self.node);
        let listed = match &self.node.kind {
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => {
                let plain = !written.contains(['\n', ',', '[', ']', '{', '}']);
                plain.then(|| format!("[{written}]"))
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        };
        match listed {
            Some(listed) => self.report(self.replace(self.wrong_kind(expected), &listed)),
            None => self.mismatch(expected),
        }
    }

    pub(super) fn not_a_struct(self, expected: &str, fields: &[&str]) -> Error {
        let mut finding = self.wrong_kind(expected);
        let glued = match &self.node.kind {
            Kind::Str(text) => yaml_mistakes::colon_without_space(text),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::List(_)
            | Kind::Map(_) => None,
        };
        finding = match glued {
            Some((key, value)) if fields.contains(&key) && !value.contains('\n') => finding
                .note("without a space behind the colon, YAML reads key and value as one word")
                .help(format!("write `{key}: {value}`")),
            Some(_) | None => finding.help(format!("known keys: {}", listing(fields))),
        };
        self.report(finding)
    }

    /// A word that is none of those due; `form` says how they are written where a word is not enough.
    pub(super) fn not_in_list(
        self,
        written: &str,
        variants: &'static [&'static str],
        form: Option<&str>,
    ) -> Error {
        let finding = self.finding(
            codes::NOT_IN_LIST,
            format!("`{written}` is not one of {}", listing(variants)),
        );
        let near = nearest(written, variants.iter().copied());
        let finding = match near {
            Some(word) => finding
                .help(format!("did you mean `{word}`?"))
                .edit(self.node.span, self.in_same_quotes(word))
                .safe_if(is_same_word(written, word)),
            None => finding.help(match form {
                Some(form) => format!("write {form}"),
                None => format!("write {}", listing(variants)),
            }),
        };
        self.report(finding)
    }

    /// Neither a word nor a map of one word where one of several is due.
    pub(super) fn not_a_variant(
        self,
        variants: &'static [&'static str],
        form: Option<&str>,
    ) -> Error {
        let words = listing(variants);
        let expected = match variants {
            [_] => words,
            _ => format!("one of {words}"),
        };
        let written = self.context.written(self.node);
        if variants.contains(&written) {
            return self.unquoted(&expected);
        }
        match form {
            Some(form) => {
                let finding = self.wrong_kind(&expected);
                self.report(finding.help(format!("write {form}")))
            }
            None => self.mismatch(&expected),
        }
    }

    /// A map whose only key is none of the known ones, or one with several keys, where one of several is due.
    pub(super) fn not_one_variant(
        self,
        entries: &[Entry],
        variants: &'static [&'static str],
    ) -> Error {
        let known: Vec<String> = entries
            .iter()
            .filter(|entry| variants.contains(&entry.key.as_str()))
            .map(|entry| format!("`{}`", entry.key))
            .collect();
        if entries.len() > known.len() {
            self.unknown_keys(entries, variants);
            return Error::Reported;
        }
        let message = format!(
            "expected one of {}, found {}",
            listing(variants),
            known.join(" and ")
        );
        let finding = self.finding(codes::WRONG_KIND, message);
        self.report(finding.help(format!("keep one of them: {}", known.join(" or "))))
    }

    /// Reports every key that is not one of the fields.
    pub(super) fn unknown_keys(self, entries: &[Entry], fields: &'static [&'static str]) {
        // A key that is there already is not what another one was meant to be.
        let has = |field: &str| entries.iter().any(|entry| entry.key == field);
        let free: Vec<&str> = fields.iter().copied().filter(|field| !has(field)).collect();
        for entry in entries {
            if fields.contains(&entry.key.as_str()) {
                continue;
            }
            let message = format!("unknown key `{}`", entry.key);
            let place = Origin::Spec(entry.key_span);
            let finding = Finding::new(codes::UNKNOWN_KEY, Severity::Error, message, place);
            let finding = match words::of_others(entry, fields) {
                Some(moved) => {
                    self.context.meant(&moved.meant);
                    finding.help(moved.help)
                }
                None => self.misspelt(finding, entry, entries, fields, &free),
            };
            self.report(finding);
        }
    }

    /// Says which key was meant, or where it belongs.
    fn misspelt(
        self,
        finding: Finding,
        entry: &Entry,
        entries: &[Entry],
        fields: &[&str],
        free: &[&'static str],
    ) -> Finding {
        // What is spelt right elsewhere inside was not meant to be another word here.
        let near = nearest(&entry.key, free.iter().copied())
            .filter(|_| !rooms::is_inside(&entry.key, fields));
        match near {
            Some(field) => {
                self.context.meant(&[field]);
                // Of two keys that would become one, people have to choose.
                let same = entries.iter().filter(|e| is_same_word(&e.key, field));
                finding
                    .help(format!("did you mean `{field}`?"))
                    .edit(entry.key_span, self.key_in_same_quotes(entry, field))
                    .safe_if(is_same_word(&entry.key, field) && same.count() == 1)
            }
            None if fields.is_empty() => finding.help("remove it: there are no keys here"),
            None => match rooms::elsewhere(entry, fields) {
                Some(moved) => {
                    self.context.meant(&moved.meant);
                    finding.help(moved.help)
                }
                None => finding.help(format!("known keys: {}", listing(fields))),
            },
        }
    }

    /// Adds the text to write in place of the value, which says the same.
    fn replace(self, finding: Finding, text: &str) -> Finding {
        finding
            .help(format!("write `{text}`"))
            .edit(self.node.span, text)
            .safe_if(true)
    }

    fn in_same_quotes(self, word: &str) -> String {
        quote_like(self.context.written(self.node), word)
    }

    fn key_in_same_quotes(self, entry: &Entry, word: &str) -> String {
        let end = entry.key_span.start.saturating_add(offset(1));
        let first = Span {
            end,
            ..entry.key_span
        };
        let source = self.context.sources.get(first.source);
        let quote = source.map_or("", |s| super::super::slice(&s.text, first));
        quote_like(quote, word)
    }
}

/// A word in the quotes that `written` starts with, if any.
fn quote_like(written: &str, word: &str) -> String {
    match written.chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
        Some(_) | None => word.to_owned(),
    }
}
