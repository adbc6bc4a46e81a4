//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.

use super::concise::prose;
use super::place::{DEFAULT, Place};
use super::{Finding, Findings, Severity, Sources};

/// All findings as GitHub's workflow commands, one line each.
///
/// Printed to the standard output of a step they become annotations:
/// `::error file=eks.yaml,line=3,endLine=3,col=5,title=EKS304::message`. A finding about a default
/// has no `file` and is shown on the run's page.
pub fn github(findings: &Findings, sources: &Sources) -> String {
    findings
        .iter()
        .map(|finding| command(finding, sources) + "\n")
        .collect()
}

fn command(finding: &Finding, sources: &Sources) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = Place::of(finding.origin, sources)
        .map(|place| location(&place))
        .unwrap_or_default();
    format!(
        "::{command} {place}title={}::{}",
        property(finding.code.as_str()),
        data(&body(finding, sources))
    )
}

/// The properties that say where, each with a comma behind it.
fn location(place: &Place<'_>) -> String {
    let (line, column) = place.start;
    let end_line = match place.end {
        // A range that takes in its last newline ends, for people, on the line of the newline.
        (end, 1) if end > line => end - 1,
        (end, _) => end,
    };
    let file = property(place.file);
    format!("file={file},line={line},endLine={end_line},col={column},")
}

/// The text of the annotation. It can point at one place only, so the others are named.
fn body(finding: &Finding, sources: &Sources) -> String {
    let mut lines = vec![prose(finding)];
    for related in &finding.related {
        let place = Place::of(related.origin, sources)
            .map_or_else(|| DEFAULT.to_owned(), |place| place.to_string());
        lines.push(format!("{place}: {}", related.label));
    }
    lines.join("\n")
}

/// Escapes what ends a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes what ends a property or a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
