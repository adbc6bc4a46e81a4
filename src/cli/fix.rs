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

/// A finding with its edit, if nobody has to think about it. Only what is wrong is changed.
fn safe_edit(finding: &Finding) -> Option<(&Finding, &Edit)> {
    let edit = finding.edit.as_ref()?;
    (edit.safe && finding.severity == Severity::Error).then_some((finding, edit))
}

/// A text after all edits that helped, and how many these were.
fn mended(path: &Path, text: String) -> (String, usize) {
    let mut reading = Reading::of(path, &text);
    let (mut now, mut places) = (text.clone(), 0);
    let mut before = Vec::new();
    for _ in 0..ROUNDS {
        let Some((next, after, count)) = reading.better(path, &now) else {
            break;
        };
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

    /// The text with all edits made, and how many these are; nothing where there are none, or they do harm.
    fn better(&self, path: &Path, text: &str) -> Option<(String, Self, usize)> {
        let mut edits: Vec<(&Finding, &Edit)> = self
            .findings
            .iter()
            .filter_map(safe_edit)
            .filter(|(_, edit)| stands_alone(text, edit))
            .collect();
        edits.sort_by_key(|(_, edit)| (edit.span.start, edit.span.end));
        // Of several in one place the first.
        edits.dedup_by(|(_, next), (_, edit)| next.span.start < edit.span.end);
        // One that does harm is not to keep the others from being made.
        let one_by_one = edits.iter().map(std::slice::from_ref);
        std::iter::once(&*edits)
            .filter(|all| all.len() > 1)
            .chain(one_by_one)
            .find_map(|edits| {
                let next = edited(text, edits)?;
                let after = Self::of(path, &next);
                let helped = after.is_better_than(self, edits);
                helped.then_some((next, after, edits.len()))
            })
    }

    /// Whether the edits that led here from another reading did what they are for.
    ///
    /// There may be as many errors as before, since what could not be read had no others. But none of what was mended is
    /// still there, and the text can be read, or the next thing in its way be mended, too.
    fn is_better_than(&self, before: &Self, edits: &[(&Finding, &Edit)]) -> bool {
        let count = |reading: &Self, like: &Finding| {
            let all = reading.findings.iter();
            all.filter(|f| f.code == like.code && f.message == like.message)
                .count()
        };
        let goes_on = self.is_read || self.findings.iter().any(|f| safe_edit(f).is_some());
        goes_on
            && edits
                .iter()
                .all(|(finding, _)| count(self, finding) < count(before, finding))
    }
}

/// Whether what is replaced is a word or a value of one place: no text over several lines, and nothing with an anchor, which
/// other places repeat.
fn stands_alone(text: &str, edit: &Edit) -> bool {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let (Some(before), Some(now)) = (text.get(..start), text.get(start..end)) else {
        return false;
    };
    let word = before.split_whitespace().next_back().unwrap_or_default();
    let anchored = word.trim_start_matches(['[', '{', ',']).starts_with('&');
    !anchored && !now.contains('\n')
}

/// A text with edits made that stand one behind the other.
fn edited(text: &str, edits: &[(&Finding, &Edit)]) -> Option<String> {
    let (mut next, mut end) = (String::with_capacity(text.len() + 64), 0);
    for (_, edit) in edits {
        next.push_str(text.get(end..edit.span.start as usize)?);
        next.push_str(&edit.replacement);
        end = edit.span.end as usize;
    }
    next.push_str(text.get(end..)?);
    Some(next)
}
