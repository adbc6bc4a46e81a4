//! Every rule that is checked, on a spec that somebody could have: an example with one thing wrong.
//!
//! The tables in `tests/rule_mutations/` have a block for each rule, and blank lines between them:
//!
//! ```text
//! EKS605 elastic-ips.yaml          the rule, and the example; then perhaps `deployed`: the example as it is stands on AWS,
//! - access: public-and-private     and a ledger says so. What stands in the example once,
//! + access: public                 is replaced by this. Several lines follow each other; a `-` after a `+` is a further place.
//! +41   - 198.18.{n}.0/24          A line that is written 41 times, with 0 to 40 for `{n}`, or 000 to 040 for `{nnn}`.
//! also EKS602                      what else speaks above a remark, because it sees the same from another side
//! at selectors: [{ namespace       where the rule speaks: a part of the line, where it is none that was written
//! ```
//!
//! `EKSNET_SHOW=EKS605 cargo test --test rule_mutations` prints what a person would see.

#![cfg(feature = "cli")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that stops is a test that fails, and it shows what people see"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use eksnet::check::{Rule, rules};
use eksnet::diagnostic::{Finding, Findings, Origin, Severity, Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::spec::{self, Format};

/// A block of a table.
#[derive(Default)]
struct Mutation {
    code: String,
    example: String,
    deployed: bool,
    edits: Vec<(String, String)>,
    also: Vec<String>,
    at: Vec<String>,
}

/// A spec and what is said of it.
struct Said {
    findings: Findings,
    sources: Sources,
}

/// A text with lines that somebody wrote, counted from 1.
struct Written {
    text: String,
    lines: BTreeSet<usize>,
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn table() -> Vec<Mutation> {
    let mut files: Vec<_> = std::fs::read_dir(path("tests/rule_mutations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let blocks = files.iter().flat_map(|file| {
        let text = std::fs::read_to_string(file).unwrap();
        text.split("\n\n")
            .map(|block| block.lines().filter(|line| !line.starts_with('#')))
            .map(|lines| lines.map(str::to_owned).collect::<Vec<_>>())
            .filter(|lines| !lines.is_empty())
            .collect::<Vec<_>>()
    });
    blocks.map(|lines| Mutation::read(&lines)).collect()
}

impl Mutation {
    fn read(lines: &[String]) -> Self {
        let mut words = lines[0].split(' ');
        let mut mutation = Self {
            code: words.next().unwrap().to_owned(),
            example: words.next().unwrap().to_owned(),
            deployed: words.next() == Some("deployed"),
            ..Self::default()
        };
        let (mut before, mut after): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
        for line in &lines[1..] {
            let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
            match mark {
                "also" => mutation.also.push(rest.to_owned()),
                "at" => mutation.at.push(rest.to_owned()),
                "-" => {
                    if !after.is_empty() {
                        mutation.edits.push((before.join("\n"), after.join("\n")));
                        (before, after) = (Vec::new(), Vec::new());
                    }
                    before.push(rest);
                }
                "+" => after.push(rest.to_owned()),
                _ => after.extend(many(mark, rest)),
            }
        }
        mutation.edits.push((before.join("\n"), after.join("\n")));
        mutation
    }

    fn example(&self) -> String {
        std::fs::read_to_string(path("examples").join(&self.example)).unwrap()
    }

    /// The example with its edits.
    fn written(&self) -> Written {
        let example = self.example();
        let mut places: Vec<_> = self
            .edits
            .iter()
            .map(|(before, after)| {
                let places: Vec<_> = example.match_indices(before.as_str()).collect();
                let &[(place, _)] = places.as_slice() else {
                    panic!(
                        "{}: `{before}` stands {} times in {}",
                        self.code,
                        places.len(),
                        self.example
                    );
                };
                (place, before, after)
            })
            .collect();
        places.sort_unstable();
        let (mut text, mut lines, mut next) = (String::new(), BTreeSet::new(), 0);
        for (place, before, after) in places {
            text.push_str(&example[next..place]);
            let first = 1 + text.matches('\n').count();
            text.push_str(after);
            let last = first + after.matches('\n').count();
            // Where nothing was written, the lines around are beside it.
            let around = usize::from(after.is_empty());
            lines.extend(first - around..=last + around);
            next = place + before.len();
        }
        text.push_str(&example[next..]);
        Written { text, lines }
    }

    /// What is known of the example, where it stands on AWS.
    fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new();
        if self.deployed {
            let mut sources = Sources::new();
            let loaded = self.load(&self.example(), &mut sources);
            ledger = loaded.synthesize(&Ledger::new()).unwrap().plan().ledger();
            ledger.mark_deployed();
        }
        ledger
    }

    fn load(&self, text: &str, sources: &mut Sources) -> spec::Loaded {
        let (_, extension) = self.example.split_once('.').unwrap();
        spec::load(
            &self.example,
            Format::from_extension(extension),
            text,
            sources,
        )
    }

    fn said(&self, text: &str, ledger: &Ledger) -> Said {
        let mut sources = Sources::new();
        let findings = match self.load(text, &mut sources).synthesize(ledger) {
            Ok(synthesis) => synthesis.findings().clone(),
            Err(findings) => findings,
        };
        Said { findings, sources }
    }

    /// What is wrong with what is said of the mutation.
    fn faults(&self, wrong: &mut String) {
        let ledger = self.ledger();
        let written = self.written();
        let before = self.said(&self.example(), &ledger);
        let after = self.said(&written.text, &ledger);
        if std::env::var("EKSNET_SHOW")
            .is_ok_and(|codes| codes == "all" || codes.contains(&self.code))
        {
            println!(
                "==== {}\n{}",
                self.code,
                full(&after.findings, &after.sources, Style::Plain)
            );
        }
        let rule = Rule::find(&self.code).unwrap_or_else(|| panic!("no rule {}", self.code));
        let new: Vec<_> = after
            .findings
            .iter()
            .filter(|finding| {
                !before
                    .findings
                    .iter()
                    .any(|old| old.code == finding.code && old.message == finding.message)
            })
            .collect();
        let own: Vec<_> = new
            .iter()
            .copied()
            .filter(|finding| finding.code == rule.code)
            .collect();
        if own.is_empty() {
            let lines: Vec<_> = new.iter().map(|finding| line(finding)).collect();
            writeln!(wrong, "{}: is not said, but {lines:#?}", self.code).unwrap();
        }
        for finding in &own {
            if finding.severity != rule.severity {
                writeln!(
                    wrong,
                    "{}: is not of its severity: {}",
                    self.code,
                    line(finding)
                )
                .unwrap();
            }
            if finding.severity < Severity::Info && finding.help.is_none() {
                writeln!(wrong, "{}: has no help: {}", self.code, line(finding)).unwrap();
            }
            self.place(finding, &after, &written, wrong);
        }
        let count = |said: &Said, code| said.findings.iter().filter(|f| f.code == code).count();
        let loud: BTreeSet<_> = new
            .iter()
            .filter(|finding| finding.severity < Severity::Info)
            .map(|finding| finding.code)
            .filter(|code| count(&after, *code) > count(&before, *code))
            .map(eksnet::diagnostic::Code::as_str)
            .collect();
        for code in &loud {
            if *code != self.code && !self.also.iter().any(|also| also == code) {
                let said = new
                    .iter()
                    .find(|finding| finding.code.as_str() == *code)
                    .unwrap();
                writeln!(wrong, "{}: also {}", self.code, line(said)).unwrap();
            }
        }
        for also in &self.also {
            if !loud.contains(also.as_str()) {
                writeln!(wrong, "{}: {also} is not said", self.code).unwrap();
            }
        }
    }

    /// That a finding points at what was written, or at the line that the table names.
    fn place(&self, finding: &Finding, after: &Said, written: &Written, wrong: &mut String) {
        let Origin::Spec(span) = finding.origin else {
            if self.at != ["(a default)"] {
                writeln!(wrong, "{}: points at no line: {}", self.code, line(finding)).unwrap();
            }
            return;
        };
        let source = after.sources.get(span.source).unwrap();
        let (number, _) = source.position(span.start);
        let said = written.text.lines().nth(number - 1).unwrap_or_default();
        let right = if self.at.is_empty() {
            written.lines.contains(&number)
        } else {
            self.at.iter().any(|at| said.contains(at.as_str()))
        };
        if !right {
            writeln!(wrong, "{}: points at line {number}, `{said}`", self.code).unwrap();
        }
    }
}

/// A line that is written so many times.
fn many(mark: &str, line: &str) -> Vec<String> {
    let count: usize = mark
        .strip_prefix('+')
        .and_then(|count| count.parse().ok())
        .unwrap_or_else(|| panic!("`{mark}` is no mark"));
    (0..count)
        .map(|n| {
            line.replace("{nnn}", &format!("{n:03}"))
                .replace("{n}", &n.to_string())
        })
        .collect()
}

fn line(finding: &Finding) -> String {
    format!("{} {}: {}", finding.severity, finding.code, finding.message)
}

#[test]
fn every_rule_is_broken_by_a_mutation_of_an_example() {
    let mut wrong = String::new();
    for mutation in table() {
        mutation.faults(&mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Findings of all areas, as a person meets them.
///
/// Read a changed one as that person would: is the first line enough, does the help say what to type?
const SHOWN: &[&str] = &[
    "EKS105", "EKS110", "EKS112", "EKS116", "EKS118", "EKS122", "EKS132", "EKS136", "EKS202",
    "EKS203", "EKS206", "EKS212", "EKS221", "EKS223", "EKS225", "EKS240", "EKS304", "EKS312",
    "EKS318", "EKS320", "EKS403", "EKS404", "EKS406", "EKS420", "EKS423", "EKS512", "EKS524",
    "EKS602", "EKS606", "EKS619", "EKS646", "EKS649", "EKS710", "EKS752", "EKS768", "EKS781",
    "EKS786", "EKS788", "EKS808", "EKS810", "EKS820", "EKS825", "EKS866", "EKS887", "EKS906",
    "PLAN001", "PLAN010", "PLAN014",
];

#[test]
fn findings_are_shown_as_people_meet_them() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/findings");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let table = table();
    let mut shown = BTreeSet::new();
    settings.bind(|| {
        for mutation in table
            .iter()
            .filter(|mutation| SHOWN.contains(&mutation.code.as_str()))
        {
            let said = mutation.said(&mutation.written().text, &mutation.ledger());
            let mut findings = Findings::new();
            let loud =
                |f: &&Finding| f.severity < Severity::Info || f.code.as_str() == mutation.code;
            findings.extend(said.findings.iter().filter(loud).cloned());
            let text = full(&findings, &said.sources, Style::Plain);
            insta::assert_snapshot!(mutation.code.as_str(), text);
            shown.insert(mutation.code.as_str());
        }
    });
    assert_eq!(shown.len(), SHOWN.len());
}

/// Rules about plans that no edit of an example breaks, and why.
const NO_EDIT: &[(&str, &str)] = &[
    ("PLAN008", "the text of a ledger; the page has one"),
    ("PLAN009", "the ranges of a ledger; the page has them"),
    (
        "PLAN011",
        "a removed subnet in the ledger; the page has one",
    ),
    ("PLAN013", "a command, `plan --adopt`; the page runs it"),
    ("PLAN017", "the example of an existing VPC says it as it is"),
    ("PLAN018", "the example of an existing VPC says it as it is"),
    (
        "PLAN033",
        "the example of pod groups makes it unnecessary: tests/pod_groups.rs",
    ),
    (
        "PLAN045",
        "needs three parts of two examples; the page has them",
    ),
    ("PLAN051", "the example of Auto Mode says it as it is"),
    ("PLAN058", "the example of Local Zones says it as it is"),
];

/// Every rule about AWS and about plans has its mutation, once. What rules demand of a spec's form (SPEC) is broken by their
/// pages, by `tests/broken` and, key by key, by `tests/no_panic.rs`.
#[test]
fn every_rule_of_aws_has_its_mutation() {
    let mut open: BTreeSet<&str> = rules::ALL
        .iter()
        .map(|rule| rule.code.as_str())
        .filter(|code| !code.starts_with("SPEC"))
        .collect();
    for mutation in table() {
        assert!(
            open.remove(mutation.code.as_str()),
            "{} is twice there, or no rule",
            mutation.code
        );
    }
    let known: BTreeSet<_> = NO_EDIT.iter().map(|(code, _)| *code).collect();
    assert_eq!(open, known, "without a mutation");
}
