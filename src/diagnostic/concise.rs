//! One line per finding, for build scripts, editors and logs; and the count of all.

use super::place::{DEFAULT, Place};
use super::{Finding, Findings, Severity, Sources};

/// All findings, one line each, in the form of [`line()`].
///
/// The empty text if there are none.
pub fn concise(findings: &Findings, sources: &Sources) -> String {
    findings
        .iter()
        .map(|finding| line(finding, sources) + "\n")
        .collect()
}

/// One finding as `file:line:col: error[EKS304] message`, without a newline at the end; one that is let be has the word
/// `allowed` and ends with the reason.
///
/// For places that take a single line, such as `cargo::error=` in a build script. A finding about a
/// default begins with `(a default):`. Newlines and other control characters become
/// single spaces.
pub fn line(finding: &Finding, sources: &Sources) -> String {
    let place = Place::of(finding.origin, sources)
        .map_or_else(|| DEFAULT.to_owned(), |place| place.to_string());
    let (word, code) = (word(finding), finding.code);
    let mut text = format!("{place}: {word}[{code}] {}", finding.message);
    if let Some(by) = &finding.allowed {
        text.extend([" (", by.reason(), ")"]);
    }
    let parts: Vec<&str> = text
        .split(char::is_control)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// `error`, `warning`, `info`, or `allowed`.
pub(super) fn word(finding: &Finding) -> &'static str {
    match finding.allowed {
        Some(_) => "allowed",
        None => finding.severity.as_str(),
    }
}

/// How many findings there are, in words: `3 errors, 1 warning, 1 allowed`, or `no findings`.
pub fn summary(findings: &Findings) -> String {
    let allowed = findings.allowed();
    let mut counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let not_counted = match severity {
                Severity::Error | Severity::Warning => 0,
                Severity::Info => allowed,
            };
            match findings.count(severity).saturating_sub(not_counted) {
                0 => None,
                1 => Some(format!("1 {severity}")),
                n => Some(format!("{n} {severity}s")),
            }
        })
        .collect();
    if allowed > 0 {
        counts.push(format!("{allowed} allowed"));
    }
    if counts.is_empty() {
        "no findings".to_owned()
    } else {
        counts.join(", ")
    }
}

/// What a finding says without its places: message, notes and help, a line each.
///
/// For formats that have one field for text.
pub(super) fn prose(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if let Some(by) = &finding.allowed {
        text.extend(["\nallowed: ", by.reason()]);
    }
    for note in &finding.notes {
        text.push_str("\nnote: ");
        text.push_str(note);
    }
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}
