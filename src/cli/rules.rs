//! `eksnet rules`: all rules, and what is done about each.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::catalog::{self, Entry, Kept, Status};
use super::screen::Screen;
use super::{Exit, Stop};
use crate::diagnostic::Severity;

pub(super) const ABOUT: &str = "List all rules with their status";
pub(super) const LONG: &str = "\
List all rules with their status: those that findings are about, and the others of the catalog of what AWS demands of \
networks for EKS. Of these, some are checked under other codes, most cannot be broken by anything that can be written, and \
the rest no spec shows. `eksnet explain CODE` tells more of each.

Words keep the rules whose code or summary has all of them.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet rules
  eksnet rules nat gateway
  eksnet rules --status checked --severity error
  eksnet rules --status undecidable --format json";

#[derive(Args)]
pub(super) struct Options {
    /// Only rules whose code or summary has all of these words
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Only rules with this status
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// Only rules of this severity
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    severity: Option<Severity>,
    /// How the list is written
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Form,
}

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Form {
    /// Aligned text
    #[default]
    Table,
    /// An array of objects
    Json,
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["error", "warning", "info"])
        .try_map(|word| catalog::severity_of(&word).ok_or("there is no such severity"))
}

pub(super) fn run(options: &Options, screen: &mut Screen) -> Result<Exit, Stop> {
    let words = catalog::words(&options.words);
    let mut found = catalog::all();
    found.retain(|entry| {
        options.status.is_none_or(|status| entry.status() == status)
            && options
                .severity
                .is_none_or(|severity| entry.severity == severity)
            && entry.is_called(&words)
    });
    let text = match options.format {
        Form::Json => json(&found)?,
        Form::Table if found.is_empty() => {
            return Err(Stop::Failed(
                "there is no such rule; `eksnet explain WORD` looks into the pages, too".to_owned(),
            ));
        }
        Form::Table => table(&found),
    };
    screen.data(&text)?;
    Ok(Exit::Done)
}

fn table(found: &[Entry]) -> String {
    let mut lines: Vec<String> = found.iter().map(line).collect();
    let counts = Status::ALL.into_iter().filter_map(|status| {
        let count = found.iter().filter(|entry| entry.status() == status);
        match count.count() {
            0 => None,
            count => Some(format!("{count} {}", status.as_str())),
        }
    });
    let counts: Vec<String> = counts.collect();
    let rules = if found.len() == 1 { "rule" } else { "rules" };
    lines.push(format!(
        "\n{} {rules}: {}\n",
        found.len(),
        counts.join(", ")
    ));
    lines.concat()
}

fn line(entry: &Entry) -> String {
    let (code, severity, status) = (entry.code, entry.severity, entry.status().as_str());
    format!("{code:<8}{severity:<9}{status:<17}{}\n", entry.summary)
}

/// A rule, for programs.
#[derive(Serialize)]
struct Object<'a> {
    code: &'a str,
    severity: &'a str,
    status: &'a str,
    area: &'a str,
    summary: &'a str,
    /// The version that began to check it.
    since: Option<&'a str>,
    /// The codes that check it.
    checked_by: &'a [&'static str],
    /// How it is kept, why it cannot be, or what to know.
    note: Option<&'a str>,
    /// What speaks of it where nothing checks it: a page of `docs`, or a code.
    reminder: Option<&'a str>,
}

fn object(entry: &Entry) -> Object<'_> {
    let mut object = Object {
        code: entry.code,
        severity: entry.severity.as_str(),
        status: entry.status().as_str(),
        area: entry.area.title(),
        summary: entry.summary,
        since: None,
        checked_by: &[],
        note: None,
        reminder: None,
    };
    match &entry.kept {
        Kept::Checked(rule) => {
            object.since = Some(rule.since);
            object.checked_by = std::slice::from_ref(&entry.code);
        }
        Kept::Covered(by) => object.checked_by = by,
        Kept::ByConstruction { how: note, .. } | Kept::Unseen(note) => object.note = Some(note),
        Kept::Undecidable { why, reminder } => {
            object.note = Some(why);
            object.reminder = Some(reminder);
        }
    }
    object
}

fn json(found: &[Entry]) -> Result<String, Stop> {
    let objects: Vec<Object<'_>> = found.iter().map(object).collect();
    let text = serde_json::to_string_pretty(&objects);
    text.map(|text| text + "\n")
        .map_err(|error| Stop::Fault(format!("cannot write the rules: {error}")))
}
