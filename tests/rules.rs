//! The pages of the rules are their tests: the bad example of each breaks the rule, the good one does not.

#![cfg(all(feature = "spec", feature = "report"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod coverage;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use eksnet::check::{Rule, rules};
use eksnet::diagnostic::{Finding, Findings, Severity, Sources};
use eksnet::plan::{Ledger, LockFile};
use eksnet::spec::{self, Format};

/// All that is said of a program.
type Program = fn() -> Findings;

/// Rules that only a program can break, with one that does and one that does not.
const PROGRAMS: &[(&str, Program, Program)] =
    &[("SPEC013", programs::foreign_tier, programs::own_tier)];

/// Writes a spec.
type Text = fn() -> String;

/// Rules whose bad example is too long for a page: what the test reads instead.
const LONG: &[(&str, Text)] = &[
    ("EKS140", fifty_one_blocks),
    ("EKS649", many_buckets),
    ("EKS420", hundred_and_one_announced),
    ("EKS532", || many_rules(61)),
    ("EKS901", || many_rules(500)),
    ("EKS902", long_tags),
    ("EKS903", two_hundred_tiers),
    ("EKS905", || many_tiers(41)),
    ("EKS909", fifty_one_endpoints),
    ("PLAN012", || many_tiers(52)),
];

/// Rules that are no fault of a spec, so that no spec can mend them: their good example is something to do by hand.
const BY_HAND: &[&str] = &["EKS528", "PLAN018", "PLAN022", "PLAN058", "SPEC033"];

/// Rules about the command line, whose examples are commands.
const COMMANDS: &[&str] = &["PLAN013", "SPEC021", "SPEC022", "SPEC055"];

/// What else a bad example may say above a remark, because it says the same from another side.
const COMPANIONS: &[(&str, &str)] = &[
    ("EKS206", "EKS207"),
    ("EKS403", "EKS602"),
    ("EKS411", "EKS602"),
    ("EKS605", "EKS602"),
    ("EKS788", "EKS221"),
    ("EKS901", "EKS532"),
    ("EKS617", "EKS602"),
];

/// The cases of [`PROGRAMS`], as the pages show them.
mod programs {
    use eksnet::diagnostic::Findings;
    use eksnet::prelude::*;

    pub(super) fn foreign_tier() -> Findings {
        let mut one = Network::new(cidr!("10.20.0.0/16"));
        let nodes = one.add(Tier::isolated("nodes"));
        let other = Network::new(cidr!("10.30.0.0/16"));
        let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
        let stack = Stack::new("prod", Region::UsEast1, other, cluster);
        stack.check()
    }

    pub(super) fn own_tier() -> Findings {
        let mut network = Network::new(cidr!("10.20.0.0/16"));
        let public = network.add(Tier::public("public"));
        let nodes = network.add(Tier::private("nodes", Nat::per_zone(&public)));
        network.add(Tier::isolated("control-plane"));
        let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
        let stack = Stack::new("prod", Region::UsEast1, network, cluster);
        stack.check()
    }
}

/// Buckets whose names alone fill a policy.
fn many_buckets() -> String {
    let names: Vec<_> = (100..400)
        .map(|n| format!("shared-bucket-number-{n}"))
        .collect();
    format!(
        "stack: prod\nregion: us-east-1\nnetwork: {{ cidr: 10.20.0.0/16, fully-private: true, endpoint-buckets: [{}] }}\n",
        names.join(", ")
    )
}

fn fifty_one_blocks() -> String {
    let blocks: Vec<String> = (0..50).map(|n| format!("10.21.{n}.0/24")).collect();
    format!(
        "stack: prod\nregion: us-east-1\nnetwork: {{ cidr: 10.20.0.0/16, secondary-cidrs: [{}] }}\n",
        blocks.join(", ")
    )
}

fn hundred_and_one_announced() -> String {
    let ranges: Vec<String> = (0..101).map(|n| format!("192.168.{n}.0/24")).collect();
    format!(
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  connected:\n    office:\n      cidrs: [{}]\n      by: {{ vpn: {{ customer-gateway: {{ address: 198.18.7.9 }} }} }}\n",
        ranges.join(", ")
    )
}

fn many_rules(count: u32) -> String {
    let mut text =
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  security:\n    rules:\n"
            .to_owned();
    for n in 0..count {
        let (high, port) = (n / 256, 1000 + n);
        let low = n % 256;
        writeln!(
            text,
            "      - {{ group: nodes, from: 10.{}.{low}.0/24, ports: {port}, description: One of many }}",
            250 + high
        )
        .unwrap();
    }
    text
}

/// In five zones 52 of them are 260 subnets.
fn many_tiers(count: u32) -> String {
    let mut text =
        "stack: shared\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  ipv6: true\n  \
                    zones: [use1-az1, use1-az2, use1-az4, use1-az5, use1-az6]\n  tiers:\n"
            .to_owned();
    for n in 1..=count {
        writeln!(text, "    tier-{n:02}: {{ access: isolated, prefix: 28 }}").unwrap();
    }
    text.push_str("cluster: none\n");
    text
}

/// Forty-six tags stand on every resource.
fn long_tags() -> String {
    let tags: Vec<_> = (10..56)
        .map(|n| format!("  name-{n}: {}\n", "text".repeat(64)))
        .collect();
    many_tiers(20).replace("network:\n", &format!("tags:\n{}network:\n", tags.concat()))
}

fn fifty_one_endpoints() -> String {
    let names: Vec<_> = (0..51)
        .map(|n| format!("com.amazonaws.vpce.us-east-1.vpce-svc-{n:017}"))
        .collect();
    format!(
        "stack: prod\nregion: us-east-1\nnetwork: {{ cidr: 10.20.0.0/16, endpoints: [s3, {}] }}\n",
        names.join(", ")
    )
}

/// Subnets that exist take no resources, and each tier has its output.
fn two_hundred_tiers() -> String {
    let mut text =
        "stack: shared\nregion: us-east-1\nnetwork:\n  existing: vpc-0a1b2c3d4e5f60718\n  \
                    cidr: 10.20.0.0/16\n  endpoints: []\n  flow-logs: none\n  tiers:\n"
            .to_owned();
    for n in 0..200 {
        writeln!(
            text,
            "    tier-{n:03}: {{ access: isolated, existing: {{ use1-az1: {{ subnet: subnet-{n:017}, cidr: 10.20.{}.{}/28 }} }} }}",
            n / 16,
            n % 16 * 16
        )
        .unwrap();
    }
    text.push_str("cluster: none\n");
    text
}

/// A page, taken apart.
struct Page {
    path: PathBuf,
    text: String,
}

/// An example of a page.
struct Example<'a> {
    language: &'a str,
    text: &'a str,
    /// The ledger that stands beside the spec.
    lock: Option<&'a str>,
    /// The listing of subnets that its commands read, `subnets.json`.
    listing: Option<&'a str>,
}

/// The spec of an example that is a ledger only.
const PROD: &str = "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16 }\n";

impl Page {
    fn of(rule: &Rule) -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/rules/{}.md", rule.code));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    fn section(&self, title: &str) -> &str {
        let heading = format!("\n## {title}\n");
        let mut found = self.text.split(&heading).skip(1);
        let body = found
            .next()
            .unwrap_or_else(|| panic!("{} has no section {title}", self.path.display()));
        assert!(
            found.next().is_none(),
            "{} has {title} twice",
            self.path.display()
        );
        body.split("\n## ").next().unwrap_or_default().trim()
    }

    fn example(&self, title: &str) -> Example<'_> {
        let section = self.section(title);
        let fenced = section
            .strip_prefix("```")
            .and_then(|rest| rest.split_once('\n'))
            .and_then(|(language, rest)| Some((language, rest.split_once("```")?.0)));
        let (language, text) = fenced.unwrap_or_else(|| {
            panic!(
                "{} does not begin {title} with a fence",
                self.path.display()
            )
        });
        let beside = |language: &str| {
            let (_, rest) = section.split_once(&format!("```{language}\n"))?;
            Some(rest.split_once("```")?.0)
        };
        Example {
            language,
            text,
            lock: beside("lock"),
            listing: beside("json"),
        }
    }
}

/// All that is said of a spec.
fn findings(name: &str, format: Format, text: &str, lock: Option<&str>) -> Findings {
    let mut sources = Sources::new();
    let mut ledger = Ledger::new();
    if let Some(lock) = lock {
        let mut findings = Findings::new();
        let lock = LockFile::read("eksnet.lock", lock, &mut sources, &mut findings);
        if !findings.is_empty() {
            return findings;
        }
        ledger = lock.ledger("prod", "us-east-1").unwrap().clone();
    }
    match spec::load(name, Some(format), text, &mut sources).synthesize(&ledger) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    }
}

/// What is said of an example, or nothing where it is no spec.
fn said(rule: &Rule, title: &str, example: &Example<'_>) -> Option<Findings> {
    let code = rule.code.as_str();
    if let Some((_, bad, good)) = PROGRAMS.iter().find(|(other, ..)| *other == code) {
        assert_eq!(example.language, "rust", "{code}: {title}");
        assert_program_is_tested(code, example.text);
        return Some(if title == "Bad" { bad() } else { good() });
    }
    if example.language == "lock" {
        return Some(findings("prod.yaml", Format::Yaml, PROD, example.lock));
    }
    let format = Format::from_extension(example.language)?;
    if example.text.starts_with("apiVersion:") {
        let mut sources = Sources::new();
        let options = eksnet::read::eksctl::Options::default();
        let imported =
            eksnet::read::eksctl::import("cluster.yaml", example.text, &options, &mut sources);
        return Some(imported.findings);
    }
    if example.text.starts_with("AWSTemplateFormatVersion:") {
        let mut sources = Sources::new();
        let given = eksnet::read::foreign::Given::default();
        let read =
            eksnet::read::foreign::cloudformation("vpc.yaml", example.text, &given, &mut sources);
        return Some(read.err().unwrap_or_default());
    }
    if code == "SPEC093" {
        let mut sources = Sources::new();
        let read = eksnet::read::foreign::terraform("prod.json", example.text, &mut sources);
        return Some(read.err().unwrap_or_default());
    }
    let long = LONG
        .iter()
        .find(|(other, _)| *other == code)
        .filter(|_| title == "Bad");
    let text = long.map_or_else(|| example.text.to_owned(), |(_, text)| text());
    Some(findings(
        &format!("{title}.{}", example.language),
        format,
        &text,
        example.lock,
    ))
}

/// The lines of a page's program stand in this file.
fn assert_program_is_tested(code: &str, program: &str) {
    for line in program
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        assert!(
            include_str!("rules.rs").contains(line),
            "{code}: `{line}` is not tested"
        );
    }
}

fn is_loud(finding: &Finding) -> bool {
    finding.severity < Severity::Info
}

#[test]
fn every_rule_has_a_page_whose_title_is_its_summary() {
    for rule in rules::ALL {
        let page = Page::of(rule);
        let title = format!("# {}: {}\n\n", rule.code, rule.summary);
        let rest = page.text.strip_prefix(&title);
        let rest =
            rest.unwrap_or_else(|| panic!("{} does not begin with {title}", page.path.display()));
        assert!(
            !rest.starts_with('#'),
            "{} does not say what the rule is about",
            page.path.display()
        );
        let sections: Vec<_> = rest
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(
            sections,
            ["Why", "Bad", "Good", "Source"],
            "{}",
            page.path.display()
        );
        for section in sections {
            assert!(
                !page.section(section).is_empty(),
                "{}: {section} is empty",
                page.path.display()
            );
        }
    }
}

/// What stands beside the pages: the list of all, and the lists of what has no page.
const OTHERS: &[&str] = &[
    "README",
    "by-construction",
    "covered",
    "undecidable",
    "unseen",
];

#[test]
fn every_page_belongs_to_a_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = Rule::find(&name).is_some_and(|rule| rule.code.as_str() == name);
        assert!(known || OTHERS.contains(&&*name), "{}", path.display());
    }
}

#[test]
fn rules_are_in_order_and_there_once() {
    let areas = ["SPEC", "PLAN", "EKS"];
    let keys: Vec<_> = rules::ALL
        .iter()
        .map(|rule| {
            let code = rule.code.as_str();
            (areas.iter().position(|area| code.starts_with(area)), code)
        })
        .collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
}

#[test]
fn bad_examples_break_their_rule_and_no_other() {
    let mut wrong = String::new();
    for rule in rules::ALL {
        let page = Page::of(rule);
        let example = page.example("Bad");
        if COMMANDS.contains(&rule.code.as_str()) {
            continue;
        }
        let Some(findings) = said(rule, "Bad", &example) else {
            panic!("{}: the bad example is no spec", rule.code);
        };
        if !findings
            .iter()
            .any(|f| f.code == rule.code && f.severity == rule.severity)
        {
            writeln!(wrong, "{} is not said: {:?}", rule.code, lines(&findings)).unwrap();
        }
        let also = COMPANIONS
            .iter()
            .find(|(code, _)| *code == rule.code.as_str())
            .map(|(_, also)| *also);
        for other in findings.iter().filter(|f| is_loud(f)) {
            if other.code != rule.code && Some(other.code.as_str()) != also {
                writeln!(wrong, "{}: also {}", rule.code, line(other)).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_wrong_comes_with_what_to_write_instead() {
    let mut wrong = String::new();
    for rule in rules::ALL {
        let page = Page::of(rule);
        let Some(findings) = said(rule, "Bad", &page.example("Bad")) else {
            continue;
        };
        for finding in findings
            .iter()
            .filter(|f| f.code == rule.code && is_loud(f))
        {
            if finding.help.is_none() {
                writeln!(wrong, "{}", line(finding)).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "without help:\n{wrong}");
}

#[test]
fn good_examples_are_good() {
    let mut wrong = String::new();
    for rule in rules::ALL {
        let page = Page::of(rule);
        let example = page.example("Good");
        let Some(findings) = said(rule, "Good", &example) else {
            assert!(
                BY_HAND.contains(&rule.code.as_str()) || COMMANDS.contains(&rule.code.as_str()),
                "{}: the good example is no spec",
                rule.code
            );
            continue;
        };
        for finding in findings
            .iter()
            .filter(|f| f.code == rule.code || is_loud(f))
        {
            writeln!(wrong, "{}: {}", rule.code, line(finding)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[cfg(feature = "cli")]
fn commands_of_pages_do_what_they_say() {
    for code in COMMANDS {
        let page = Page::of(Rule::find(code).unwrap());
        for (title, bad) in [("Bad", true), ("Good", false)] {
            let example = page.example(title);
            assert_eq!(example.language, "console", "{code}");
            let folder = tempfile::tempdir().unwrap();
            for region in ["eu-west-1", "us-east-1"] {
                let spec =
                    format!("stack: prod\nregion: {region}\nnetwork: {{ cidr: 10.20.0.0/16 }}\n");
                std::fs::create_dir(folder.path().join(region)).unwrap();
                std::fs::write(folder.path().join(region).join("prod.yaml"), &spec).unwrap();
                std::fs::write(folder.path().join("prod.yaml"), &spec).unwrap();
            }
            if let Some(listing) = example.listing {
                std::fs::write(folder.path().join("subnets.json"), listing).unwrap();
            }
            for command in example.text.lines() {
                let words = command.strip_prefix("$ eksnet ").unwrap();
                let output = std::process::Command::new(env!("CARGO_BIN_EXE_eksnet"))
                    .args(words.split(' '))
                    .current_dir(folder.path())
                    .output()
                    .unwrap();
                let said = [output.stdout, output.stderr].concat();
                let said = String::from_utf8_lossy(&said);
                assert_eq!(
                    output.status.code(),
                    Some(i32::from(bad)),
                    "{command}: {said}"
                );
                assert_eq!(said.contains(code), bad, "{command}: {said}");
            }
        }
    }
}

#[test]
fn what_is_too_large_is_said_of_generated_specs_too() {
    let deep = format!("stack: {}{}", "[".repeat(5000), "]".repeat(5000));
    let long = format!("stack: prod # {}", "x".repeat(17 << 20));
    let mut aliases = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (before, letter) in ('a'..='k').zip('b'..='l') {
        let again = format!("*{before}, ").repeat(9);
        writeln!(aliases, "{letter}: &{letter} [{again}]").unwrap();
    }
    for text in [deep, long, aliases] {
        let findings = findings("large.yaml", Format::Yaml, &text, None);
        assert!(
            findings.iter().any(|f| f.code == rules::SPEC007.code),
            "{:?}",
            lines(&findings)
        );
    }
}

fn line(finding: &Finding) -> String {
    format!("{} {}: {}", finding.severity, finding.code, finding.message)
}

fn lines(findings: &Findings) -> Vec<String> {
    findings.iter().map(line).collect()
}
