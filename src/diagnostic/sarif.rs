//! Findings as SARIF 2.1.0, which code scanning services read.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::concise::prose;
use super::place::Place;
use super::record::{pretty, record};
use super::{Allowed, Code, Edit, Finding, Findings, Severity, Sources};

/// What a log says of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Description<'a> {
    /// What it demands, in one line.
    pub summary: &'a str,
    /// Its page, Markdown; may be empty.
    pub page: &'a str,
}

/// A summary alone.
impl<'a> From<&'a str> for Description<'a> {
    fn from(summary: &'a str) -> Self {
        Self { summary, page: "" }
    }
}

/// All findings as a SARIF 2.1.0 log, indented, with a newline at the end.
///
/// The log lists the rules that found something; `rule` describes one of them. Columns count Unicode
/// characters, which the log declares. A finding about a default has no location.
pub fn sarif<'a, D: Into<Description<'a>>>(
    findings: &Findings,
    sources: &Sources,
    rule: impl Fn(Code) -> D,
) -> String {
    let codes: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let rules = codes.iter().map(|&code| described(code, rule(code).into()));
    pretty(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "eksnet",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: findings
                .iter()
                .map(|finding| outcome(finding, sources, &codes))
                .collect(),
        }],
    })
}

record! {
    /// The whole document.
    struct Log {
        "$schema" schema: &'static str,
        "version" version: &'static str,
        "runs" runs: [Run; 1],
    }

    /// One run of the tool.
    struct Run {
        "tool" tool: Tool,
        "columnKind" column_kind: &'static str,
        "results" results: Vec<Outcome>,
    }

    /// The tool and its plug-ins, of which there are none.
    struct Tool {
        "driver" driver: Driver,
    }

    /// The tool itself.
    struct Driver {
        "name" name: &'static str,
        "version" version: &'static str,
        "rules" rules: Vec<Rule>,
    }

    /// Text for people, plain and as Markdown.
    struct Help {
        "text" text: String,
        "markdown" markdown: String,
    }

    /// A finding.
    struct Outcome {
        "ruleId" rule_id: &'static str,
        "ruleIndex" rule_index: usize,
        "level" level: &'static str,
        "message" message: Message,
        "locations" locations: Vec<Location>,
        "relatedLocations" related: Vec<Location>,
        "fixes" fixes: Vec<Fix>,
        "suppressions" suppressions: Vec<Suppression>,
    }

    /// That a finding is let be.
    struct Suppression {
        "kind" kind: &'static str,
        "justification" justification: String,
    }

    /// Text for people.
    struct Message {
        "text" text: String,
    }

    /// A range of a file.
    struct PhysicalLocation {
        "artifactLocation" artifact: ArtifactLocation,
        "region" region: Region,
    }

    /// A file.
    struct ArtifactLocation {
        "uri" uri: String,
    }

    /// A range of some file.
    struct Region {
        "startLine" start_line: usize,
        "startColumn" start_column: usize,
        "endLine" end_line: usize,
        "endColumn" end_column: usize,
    }

    /// A change that mends a finding.
    struct Fix {
        "artifactChanges" changes: [ArtifactChange; 1],
    }

    /// What changes in one file.
    struct ArtifactChange {
        "artifactLocation" artifact: ArtifactLocation,
        "replacements" replacements: [Replacement; 1],
    }

    /// A text to put in the place of a range.
    struct Replacement {
        "deletedRegion" deleted: Region,
        "insertedContent" inserted: Message,
    }
}

/// A rule that found something.
struct Rule {
    id: &'static str,
    summary: Message,
    help: Option<Help>,
}

impl Serialize for Rule {
    /// By hand, because SARIF knows a missing `help` but no `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(self.help.is_some());
        let mut object = serializer.serialize_struct("Rule", fields)?;
        object.serialize_field("id", self.id)?;
        object.serialize_field("shortDescription", &self.summary)?;
        if let Some(help) = &self.help {
            object.serialize_field("help", help)?;
        }
        object.end()
    }
}

fn described(code: Code, rule: Description<'_>) -> Rule {
    Rule {
        id: code.as_str(),
        summary: Message {
            text: rule.summary.to_owned(),
        },
        help: (!rule.page.is_empty()).then(|| Help {
            text: format!("`eksnet explain {code}` shows the page of this rule."),
            markdown: rule.page.to_owned(),
        }),
    }
}

/// A place and what is there.
struct Location {
    physical: PhysicalLocation,
    message: Option<Message>,
}

impl Serialize for Location {
    /// By hand, because SARIF knows a missing `message` but no `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 1 + usize::from(self.message.is_some());
        let mut object = serializer.serialize_struct("Location", fields)?;
        object.serialize_field("physicalLocation", &self.physical)?;
        if let Some(message) = &self.message {
            object.serialize_field("message", message)?;
        }
        object.end()
    }
}

fn outcome(finding: &Finding, sources: &Sources, codes: &[Code]) -> Outcome {
    let place = Place::of(finding.origin, sources);
    let related = finding.related.iter().filter_map(|related| {
        let place = Place::of(related.origin, sources)?;
        Some(location(&place, &related.label))
    });
    Outcome {
        rule_id: finding.code.as_str(),
        rule_index: codes.partition_point(|&code| code < finding.code),
        level: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        },
        message: Message {
            text: prose(finding),
        },
        locations: place
            .iter()
            .map(|place| location(place, &finding.label))
            .collect(),
        related: related.collect(),
        fixes: finding
            .edit
            .iter()
            .filter_map(|edit| fix(edit, sources))
            .collect(),
        suppressions: finding.allowed.iter().map(suppression).collect(),
    }
}

fn suppression(by: &Allowed) -> Suppression {
    Suppression {
        kind: match by {
            Allowed::ByStack(_) => "inSource",
            Allowed::ByRun => "external",
        },
        justification: by.reason().to_owned(),
    }
}

fn location(place: &Place<'_>, label: &str) -> Location {
    Location {
        physical: PhysicalLocation {
            artifact: artifact(place),
            region: region(place),
        },
        message: (!label.is_empty()).then(|| Message {
            text: label.to_owned(),
        }),
    }
}

fn fix(edit: &Edit, sources: &Sources) -> Option<Fix> {
    let place = Place::of_span(edit.span, sources)?;
    Some(Fix {
        changes: [ArtifactChange {
            artifact: artifact(&place),
            replacements: [Replacement {
                deleted: region(&place),
                inserted: Message {
                    text: edit.replacement.clone(),
                },
            }],
        }],
    })
}

fn region(place: &Place<'_>) -> Region {
    Region {
        start_line: place.start.0,
        start_column: place.start.1,
        end_line: place.end.0,
        end_column: place.end.1,
    }
}

fn artifact(place: &Place<'_>) -> ArtifactLocation {
    ArtifactLocation {
        uri: uri(place.file),
    }
}

/// A path as a URI reference: relative paths stay relative, absolute ones become `file:` URIs.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    let (root, rest) = if drive {
        (format!("file:///{}", &path[..2]), &path[2..])
    } else if path.starts_with('/') {
        ("file://".to_owned(), path)
    } else {
        (String::new(), path)
    };
    root + &rest.bytes().map(encoded).collect::<String>()
}

/// A byte of a path as it stands in a URI.
fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
