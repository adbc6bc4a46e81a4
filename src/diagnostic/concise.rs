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

/// One finding as `file:line:col: error[EKS304] message`, without a newline at the end.
///
/// For places that take a single line, such as `cargo::error=` in a build script. A finding about a
/// default begins with `(a default):`. Newlines and other control characters become
/// single spaces.
pub fn line(finding: &Finding, sources: &Sources) -> String {
    let place = Place::of(finding.origin, sources)
        .map_or_else(|| DEFAULT.to_owned(), |place| place.to_string());
    let (severity, code) = (finding.severity, finding.code);
    let text = format!("{place}: {severity}[{code}] {}", finding.message);
    let parts: Vec<&str> = text
        .split(char::is_control)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// How many findings there are, in words: `3 errors, 1 warning`, or `no findings`.
pub fn summary(findings: &Findings) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| match findings.count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            n => Some(format!("{n} {severity}s")),
        })
        .collect();
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
