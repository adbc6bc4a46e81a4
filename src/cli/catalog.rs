//! All rules: those of the registry, and those of the lists beside their pages, which no finding has.

use crate::check::{Area, Rule, rules};
use crate::diagnostic::Severity;

use clap::ValueEnum;

/// What eksnet does about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Status {
    /// A finding says where it is broken
    Checked,
    /// Findings of other codes say it
    Covered,
    /// Nothing that can be written breaks it
    ByConstruction,
    /// It is about a change, or about what runs in the cluster
    Unseen,
    /// AWS, the cluster or another network knows alone
    Undecidable,
}

impl Status {
    pub(super) const ALL: [Self; 5] = [
        Self::Checked,
        Self::Covered,
        Self::ByConstruction,
        Self::Unseen,
        Self::Undecidable,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Covered => "covered",
            Self::ByConstruction => "by-construction",
            Self::Unseen => "unseen",
            Self::Undecidable => "undecidable",
        }
    }
}

/// A rule, wherever it stands.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    pub(super) area: Area,
    pub(super) summary: &'static str,
    pub(super) kept: Kept,
}

/// How a rule is kept, or why it cannot be.
#[derive(Debug)]
pub(super) enum Kept {
    Checked(&'static Rule),
    /// The codes that check it.
    Covered(Vec<&'static str>),
    ByConstruction {
        how: &'static str,
        /// `file: name`
        test: &'static str,
    },
    Unseen(&'static str),
    Undecidable {
        why: &'static str,
        /// A page of `docs`, or a code.
        reminder: &'static str,
    },
}

impl Entry {
    pub(super) const fn status(&self) -> Status {
        match self.kept {
            Kept::Checked(_) => Status::Checked,
            Kept::Covered(_) => Status::Covered,
            Kept::ByConstruction { .. } => Status::ByConstruction,
            Kept::Unseen(_) => Status::Unseen,
            Kept::Undecidable { .. } => Status::Undecidable,
        }
    }

    /// Markdown that says all that is known of it.
    pub(super) fn page(&self) -> String {
        let (severity, title) = (self.severity, format!("# {}: {}", self.code, self.summary));
        let body = match &self.kept {
            Kept::Checked(rule) => return rule.page.to_owned(),
            Kept::Covered(by) => {
                let lines: Vec<String> = by
                    .iter()
                    .filter_map(|code| Rule::find(code))
                    .map(|rule| format!("* {} ({}): {}\n", rule.code, rule.severity, rule.summary))
                    .collect();
                format!(
                    "Checked ({severity}): under other codes.\n\n{}",
                    lines.concat()
                )
            }
            Kept::ByConstruction { how, test } => format!(
                "Kept by construction ({severity}): {how}.\n\nThe test that shows it is in {test}.\n"
            ),
            Kept::Unseen(know) => format!(
                "Not to be seen in one spec ({severity}), because it is about a change or about what runs in the \
                 cluster: {know}.\n"
            ),
            Kept::Undecidable { why, reminder } => format!(
                "Not decidable offline ({severity}): {why}.\n{}",
                reminded(reminder)
            ),
        };
        format!("{title}\n\n{body}")
    }

    /// A line of a list.
    pub(super) fn line(&self) -> String {
        format!("{:<8}{:<9}{}\n", self.code, self.severity, self.summary)
    }

    /// Whether its code and its summary have all of the words.
    pub(super) fn is_called(&self, words: &[String]) -> bool {
        let title = format!("{} {}", self.code, self.summary).to_lowercase();
        words.iter().all(|word| has(&title, word))
    }

    /// Whether all that is known of it has all of the words.
    pub(super) fn speaks_of(&self, words: &[String]) -> bool {
        let page = self.page().to_lowercase();
        words.iter().all(|word| has(&page, word))
    }
}

fn reminded(reminder: &str) -> String {
    match Rule::find(reminder) {
        Some(rule) => format!("\n{} reminds of it: {}.\n", rule.code, rule.summary),
        None => format!("\nMore of it is in docs/{reminder}.\n"),
    }
}

/// Words as they are looked for, one by one.
pub(super) fn words(given: &[String]) -> Vec<String> {
    let words = given.iter().flat_map(|text| text.split_whitespace());
    words.map(str::to_lowercase).collect()
}

/// Whether a word of the text begins like this one: `nat` is in `NAT gateways`, and not in `destination`.
fn has(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(char::is_alphanumeric)
    })
}

/// All rules: the form of a spec, the plan, and then the catalog of AWS's by code.
pub(super) fn all() -> Vec<Entry> {
    let mut all: Vec<Entry> = rules::ALL.iter().copied().map(registered).collect();
    for (text, kept) in LISTS {
        all.extend(text.lines().filter_map(|line| listed(line, *kept)));
    }
    all.sort_by_key(|entry| (entry.area, entry.code));
    all
}

fn registered(rule: &'static Rule) -> Entry {
    Entry {
        code: rule.code.as_str(),
        severity: rule.severity,
        area: rule.area,
        summary: rule.summary,
        kept: Kept::Checked(rule),
    }
}

/// How the last fields of a line are to be read.
type Read = fn(&[&'static str]) -> Option<Kept>;

const LISTS: &[(&str, Read)] = &[
    (
        include_str!("../../docs/rules/by-construction.tsv"),
        |fields| match fields {
            [how, test] => Some(Kept::ByConstruction { how, test }),
            _ => None,
        },
    ),
    (
        include_str!("../../docs/rules/covered.tsv"),
        |fields| match fields {
            [by] => Some(Kept::Covered(by.split(' ').collect())),
            _ => None,
        },
    ),
    (
        include_str!("../../docs/rules/unseen.tsv"),
        |fields| match fields {
            [know] => Some(Kept::Unseen(know)),
            _ => None,
        },
    ),
    (
        include_str!("../../docs/rules/undecidable.tsv"),
        |fields| match fields {
            [why, reminder] => Some(Kept::Undecidable { why, reminder }),
            _ => None,
        },
    ),
];

/// A line of a list; nothing for a comment.
fn listed(line: &'static str, read: Read) -> Option<Entry> {
    let fields: Vec<&'static str> = line.split('\t').collect();
    let [code, severity, summary, rest @ ..] = &*fields else {
        return None;
    };
    Some(Entry {
        code,
        severity: severity_of(severity)?,
        area: Area::of(code)?,
        summary,
        kept: read(rest)?,
    })
}

/// A severity by its word.
pub(super) fn severity_of(word: &str) -> Option<Severity> {
    [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .find(|severity| severity.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lists_is_read() {
        let lines = LISTS.iter().flat_map(|(text, _)| text.lines());
        let lines = lines.filter(|line| !line.starts_with('#')).count();
        assert!(lines > 200);
        assert_eq!(all().len(), lines + rules::ALL.len());
    }

    #[test]
    fn words_are_found_where_they_begin() {
        assert!(has("a nat gateway", "nat") && has("a (nat) gateway", "nat"));
        assert!(!has("a destination", "nat") && has("natural", "nat"));
    }
}
