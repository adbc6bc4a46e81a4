//! Whole findings in every format, as people and tools get them.

mod program;

use super::*;

/// A spec of the kind that people write.
const SPEC: &str = "\
cluster:
  name: prod
  version: 1.31
network:
  cidr: 10.0.0.0/16
  zones: [eu-central-1a, eu-central-1b]
  nat: none
  subnets:
    - name: größe-a\tprivate
      cidr: 10.0.1.0/24
    - name: nodes-b
      cidr: 10.0.1.128/25
";

/// The texts of a run, the spec first.
fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("deploy/my eks.yaml", SPEC);
    sources.add("base.toml", "[network]\ncidr = \"10.0.0.0/16\"\n");
    sources
}

/// The span of the first occurrence of some words in the text of an id.
fn span(sources: &Sources, id: u32, words: &str) -> Span {
    let source = SourceId(id);
    let text = sources.get(source).map_or("", |s| &s.text);
    let start = text.find(words).unwrap_or(0);
    Span {
        source,
        start: u32::try_from(start).unwrap_or(u32::MAX),
        end: u32::try_from(start + words.len()).unwrap_or(u32::MAX),
    }
}

/// An overlap with a second place, a note and a help.
fn overlap(sources: &Sources) -> Finding {
    Finding::new(
        Code("EKS304"),
        Severity::Error,
        "subnet `nodes-b` overlaps subnet `größe-a`",
        Origin::Spec(span(sources, 0, "10.0.1.128/25")),
    )
    .label("inside of 10.0.1.0/24")
    .related(
        Origin::Spec(span(sources, 0, "10.0.1.0/24")),
        "taken by `größe-a`",
    )
    .note("EC2 refuses a subnet whose range overlaps another one of the same VPC")
    .help("choose a free range, such as 10.0.2.0/25")
}

/// A misspelt value with the text to put in place.
fn nat(sources: &Sources) -> Finding {
    let nat = span(sources, 0, "none");
    Finding::new(
        Code("EKS210"),
        Severity::Warning,
        "private subnets have no way out",
        Origin::Spec(nat),
    )
    .label("no NAT gateway")
    .help("let every zone have one")
    .edit(nat, "per-zone")
}

/// A fact about something nobody wrote.
fn default() -> Finding {
    Finding::new(
        Code("EKS120"),
        Severity::Info,
        "the endpoint of the cluster is public",
        Origin::Default,
    )
    .note("eksctl and the console have the same default")
    .help("`endpoint: private` keeps it inside of the VPC")
}

/// A finding about a line of a program.
fn program() -> Finding {
    Finding::new(
        Code("EKS301"),
        Severity::Error,
        "a subnet of /29 is too small",
        program::subnet(),
    )
    .label("declared here")
    .note("EC2 takes /16 to /28")
}

/// One of each.
fn all(sources: &Sources) -> Findings {
    Findings::from_iter([overlap(sources), nat(sources), program(), default()])
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({
            snapshot_path => "../../../snapshots/diagnostics",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!($name, $text) })
    };
}

mod formats;
#[cfg(feature = "cli")]
mod people;
