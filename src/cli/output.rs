//! Files: written whole, or compared with what is there.

use std::fs;
use std::io;
use std::path::Path;

use similar::{ChangeTag, TextDiff};

use super::Stop;
use crate::diagnostic::Style;
use crate::files::{self, Written};

/// Writes a file whole; the directories above it are made.
pub(super) fn write(path: &Path, text: &str) -> Result<Written, Stop> {
    files::replace(path, text.as_bytes())
        .map_err(|error| Stop::Failed(format!("cannot write {}: {error}", path.display())))
}

/// How a file on disk differs from what it should be; nothing where it does not.
///
/// A file that is missing is not written out: that it is missing says all.
pub(super) fn difference(path: &Path, text: &str, style: Style) -> Result<Option<String>, Stop> {
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(None),
        Ok(old) => Ok(Some(diff(
            path,
            &String::from_utf8_lossy(&old),
            text,
            style,
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(Some(format!("{} is missing\n", path.display())))
        }
        Err(error) => Err(Stop::Failed(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    }
}

/// Whether a file is there and would have other bytes. One that cannot be read is for who writes it to speak of.
pub(super) fn would_change(path: &Path, text: &str) -> bool {
    fs::read(path).is_ok_and(|old| old != text.as_bytes())
}

/// A unified diff.
fn diff(path: &Path, old: &str, new: &str, style: Style) -> String {
    let path = path.display();
    let (bold, red, green, cyan, reset) = match style {
        Style::Styled => (
            "\u{1b}[1m",
            "\u{1b}[31m",
            "\u{1b}[32m",
            "\u{1b}[36m",
            "\u{1b}[0m",
        ),
        Style::Plain => ("", "", "", "", ""),
    };
    let mut text = format!("{bold}--- {path}{reset}\n{bold}+++ {path} (as it should be){reset}\n");
    let lines = TextDiff::from_lines(old, new);
    for hunk in lines.unified_diff().context_radius(3).iter_hunks() {
        let header = hunk.header().to_string();
        text.extend([cyan, header.trim_end(), reset, "\n"]);
        for change in hunk.iter_changes() {
            let (sign, color) = match change.tag() {
                ChangeTag::Delete => ("-", red),
                ChangeTag::Insert => ("+", green),
                ChangeTag::Equal => (" ", ""),
            };
            let line = change.value();
            let line = line.strip_suffix('\n').unwrap_or(line);
            let reset = if color.is_empty() { "" } else { reset };
            text.extend([color, sign, line, reset, "\n"]);
        }
    }
    text
}
