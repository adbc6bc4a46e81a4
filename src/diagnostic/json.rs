//! Findings as JSON, for programs.

use super::place::Place;
use super::record::{pretty, record};
use super::{Allowed, Finding, Findings, Origin, Sources};

/// All findings as an array of JSON objects, indented, with a newline at the end.
///
/// Every object has the keys `code`, `severity`, `message`, `location`, `label`, `related`, `notes`,
/// `help`, `edit` and `allowed`, in this order. Lines and columns count from 1, columns in characters, and
/// `end` is behind the last character. `location`, `help`, `edit` and `allowed`, the reason why a finding is let be, are `null`
/// where there is none. An edit is `safe` where it can only be what was meant.
pub fn json(findings: &Findings, sources: &Sources) -> String {
    let all: Vec<Object<'_>> = findings.iter().map(|f| object(f, sources)).collect();
    pretty(&all)
}

record! {
    /// A finding.
    struct Object<'a> {
        "code" code: &'a str,
        "severity" severity: &'a str,
        "message" message: &'a str,
        "location" location: Option<Location<'a>>,
        "label" label: &'a str,
        "related" related: Vec<Related<'a>>,
        "notes" notes: &'a [String],
        "help" help: Option<&'a str>,
        "edit" edit: Option<Edit<'a>>,
        "allowed" allowed: Option<&'a str>,
    }

    /// A range of a file.
    struct Location<'a> {
        "file" file: &'a str,
        "start" start: Position,
        "end" end: Position,
    }

    /// A point of a file.
    struct Position {
        "line" line: usize,
        "column" column: usize,
    }

    /// A second place.
    struct Related<'a> {
        "location" location: Option<Location<'a>>,
        "label" label: &'a str,
    }

    /// A text to put in the place of a range.
    struct Edit<'a> {
        "location" location: Location<'a>,
        "replacement" replacement: &'a str,
        "safe" safe: bool,
    }
}

fn object<'a>(finding: &'a Finding, sources: &'a Sources) -> Object<'a> {
    Object {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        message: &finding.message,
        location: location(finding.origin, sources),
        label: &finding.label,
        related: finding
            .related
            .iter()
            .map(|related| Related {
                location: location(related.origin, sources),
                label: &related.label,
            })
            .collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        edit: finding.edit.as_ref().and_then(|edit| {
            Some(Edit {
                location: location(Origin::Spec(edit.span), sources)?,
                replacement: &edit.replacement,
                safe: edit.safe,
            })
        }),
        allowed: finding.allowed.as_ref().map(Allowed::reason),
    }
}

fn location(origin: Origin, sources: &Sources) -> Option<Location<'_>> {
    let place = Place::of(origin, sources)?;
    let position = |(line, column)| Position { line, column };
    Some(Location {
        file: place.file,
        start: position(place.start),
        end: position(place.end),
    })
}
