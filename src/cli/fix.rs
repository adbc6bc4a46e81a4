//! `eksnet check --fix`: makes the edits of findings that can only be what was meant.

use std::path::Path;

use super::input::Input;
use super::screen::Screen;
use super::specs::{Collected, SpecFile};
use super::{Stop, output};
use crate::diagnostic::{Edit, Finding, Findings, Severity, Sources};
use crate::spec::{Format, load};

/// What was behind a mistake may be one itself; a spec that needs more rounds than this gets the rest by the next run.
const ROUNDS: usize = 10;

/// Mends the specs of a run on disk, and says in which it did.
pub(super) fn fix(input: &Input, screen: &mut Screen) -> Result<(), Stop> {
    let Input::Specs(Collected { files, .. }) = input else {
        return Err(Stop::Usage(
            "`--fix` changes specs; what a program defines is changed in its source".to_owned(),
        ));
    };
    if files.iter().any(|file| file.path().is_none()) {
        return Err(Stop::Usage(
            "`--fix` changes files, and the standard input is none; name the file of the spec"
                .to_owned(),
        ));
    }
    for path in files.iter().filter_map(SpecFile::path) {
        // What cannot be read has a finding of its own.
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let (fixed, places) = mended(path, text);
        if places == 0 {
            continue;
        }
        // A link stays one, and what it leads to is changed.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        output::write(&target, &fixed)?;
        let what = if places == 1 { "place" } else { "places" };
        screen.say(&format!("fixed {places} {what} in {}\n", path.display()));
    }
    Ok(())
}

/// How many findings it would mend, in a line; nothing where there are none.
pub(super) fn offer(findings: &Findings) -> Option<String> {
    match findings.iter().filter_map(safe_edit).count() {
        0 => None,
        1 => Some("`--fix` mends 1 error\n".to_owned()),
        count => Some(format!("`--fix` mends {count} errors\n")),
    }
}

/// The edit that a finding asks for, if nobody has to think about it. Only what is wrong is changed.
fn safe_edit(finding: &Finding) -> Option<&Edit> {
    let edit = finding.edit.as_ref()?;
    (edit.safe && finding.severity == Severity::Error).then_some(edit)
}

/// A text after all edits that helped, and how many these were.
fn mended(path: &Path, text: String) -> (String, usize) {
    let mut reading = Reading::of(path, &text);
    let (mut now, mut places) = (text.clone(), 0);
    let mut before = Vec::new();
    for _ in 0..ROUNDS {
        let (next, count) = reading.edited(&now);
        let after = Reading::of(path, &next);
        if count == 0 || !after.is_better_than(&reading) {
            break;
        }
        // What stands for a number in one place and for text in another would have its quotes come and go.
        if next == text || before.contains(&next) {
            return (text, 0);
        }
        before.push(std::mem::replace(&mut now, next));
        reading = after;
        places += count;
    }
    (now, places)
}

/// What is wrong with the form of a spec.
struct Reading {
    findings: Findings,
    /// Whether there is something to decode at all.
    is_read: bool,
}

impl Reading {
    fn of(path: &Path, text: &str) -> Self {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy());
        let format = extension.and_then(|extension| Format::from_extension(&extension));
        let loaded = load(&path.to_string_lossy(), format, text, &mut Sources::new());
        Self {
            findings: loaded.findings,
            is_read: loaded.stack.is_some(),
        }
    }

    fn edits(&self) -> Vec<&Edit> {
        self.findings.iter().filter_map(safe_edit).collect()
    }

    /// The text with the edits made, of several in one place the first, and how many.
    fn edited(&self, text: &str) -> (String, usize) {
        let mut edits = self.edits();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (mut next, mut end, mut count) = (String::with_capacity(text.len() + 64), 0, 0);
        for edit in edits {
            let range = edit.span.start as usize..edit.span.end as usize;
            let Some(before) = text
                .get(end..range.start)
                .filter(|_| text.is_char_boundary(range.end))
            else {
                continue;
            };
            next.push_str(before);
            next.push_str(&edit.replacement);
            (end, count) = (range.end, count + 1);
        }
        next.push_str(text.get(end..).unwrap_or_default());
        (next, count)
    }

    /// Whether the edits that led here from another reading did what they are for.
    ///
    /// There may be as many errors as before: what could not be read has no others. But nothing that could be read has
    /// become unreadable, and none of what was mended is still there.
    fn is_better_than(&self, before: &Self) -> bool {
        let count = |reading: &Self, like: &Finding| {
            let all = reading.findings.iter();
            all.filter(|f| f.code == like.code && f.message == like.message)
                .count()
        };
        let mended = before.findings.iter().filter(|f| safe_edit(f).is_some());
        (self.is_read || !before.is_read)
            && mended
                .into_iter()
                .all(|finding| count(self, finding) < count(before, finding))
    }
}
