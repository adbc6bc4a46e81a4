//! The pages say nothing that does not work: every spec in them is synthesized, and the types that a guide names are
//! rendered from its specs.
//!
//! A block of YAML that begins with `stack:` is a whole spec, and has no finding above info but those that the line above
//! it names: `<!-- gives EKS603 -->`. Programs are run by the documentation tests, commands by `.ci/readme.py`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use eksnet::diagnostic::{Severity, Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};

/// The pages of a directory.
fn pages(directory: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut pages: Vec<_> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    pages.sort();
    pages
}

/// The guides, without their list.
fn guides() -> Vec<PathBuf> {
    let mut guides = pages("docs/guides");
    guides.retain(|path| !path.ends_with("README.md"));
    guides
}

/// What people read: all pages but those of the rules, which have tests of their own.
fn all_pages() -> Vec<PathBuf> {
    [pages("."), pages("docs"), pages("docs/guides")].concat()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable page")
}

/// A whole spec of a guide.
struct Block {
    line: usize,
    text: String,
    /// The findings that it is said to give.
    gives: Vec<String>,
}

fn specs(guide: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = guide.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line != "```yaml" {
            if !line.trim().is_empty() {
                before = line;
            }
            continue;
        }
        let text: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .collect();
        if text.iter().any(|line| line.starts_with("stack:")) {
            let gives = before
                .strip_prefix("<!-- gives ")
                .and_then(|codes| codes.strip_suffix(" -->"))
                .map_or_else(Vec::new, |codes| {
                    codes.split_whitespace().map(str::to_owned).collect()
                });
            blocks.push(Block {
                line: number + 1,
                text: text.join("\n"),
                gives,
            });
        }
        before = "";
    }
    blocks
}

fn faults(path: &Path, block: &Block) -> Option<String> {
    let mut sources = Sources::new();
    let name = format!("{}:{}", path.display(), block.line);
    let loaded = load(&name, Some(Format::Yaml), &block.text, &mut sources);
    let findings = match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    let mut said: Vec<String> = findings
        .iter()
        .filter(|finding| finding.severity != Severity::Info)
        .map(|finding| finding.code.as_str().to_owned())
        .collect();
    said.sort();
    said.dedup();
    let mut gives = block.gives.clone();
    gives.sort();
    (said != gives).then(|| {
        format!(
            "{name}: said to give {gives:?}, and gives {said:?}\n{}",
            full(&findings, &sources, Style::Plain)
        )
    })
}

/// The examples that a page names, by their paths.
fn examples(page: &str) -> BTreeSet<&str> {
    page.match_indices("examples/")
        .map(|(at, _)| {
            let rest = &page[at..];
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && !"/-._".contains(c))
                .unwrap_or(rest.len());
            rest[..end].trim_end_matches('.')
        })
        .collect()
}

#[test]
fn the_specs_of_pages_are_good() {
    let mut all = Vec::new();
    for path in all_pages() {
        let text = text(&path);
        all.extend(specs(&text).iter().filter_map(|block| faults(&path, block)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    for path in guides() {
        let text = text(&path);
        assert!(!specs(&text).is_empty(), "{}: no spec", path.display());
    }
}

#[test]
fn pages_name_examples_that_exist() {
    for path in all_pages() {
        for name in examples(&text(&path)) {
            assert!(Path::new(name).exists(), "{}: {name}", path.display());
        }
    }
}

#[test]
fn links_between_pages_lead_to_files() {
    let mut links = 0;
    for path in all_pages() {
        let text = text(&path);
        let targets = text.split("](").skip(1).filter_map(|rest| {
            let (link, _) = rest.split_once(')')?;
            link.split('#').next()
        });
        for link in targets.filter(|link| !link.is_empty() && !link.starts_with("https://")) {
            let target = path.parent().expect("a directory").join(link);
            assert!(target.exists(), "{}: {link}", path.display());
            links += 1;
        }
    }
    assert!(links > 100, "{links}");
}

/// Types that guides speak of beside their specs.
const SPOKEN_OF: [&str; 4] = [
    // Not yet in the schemas (EKS712).
    "AWS::EC2::SubnetCidrReservation",
    // For prefixes in the nodes' own subnets, which the guide's spec has not.
    "aws_ec2_subnet_cidr_reservation",
    // `transit-gateway: create`, where the specs name one.
    "AWS::EC2::TransitGateway",
    "aws_ec2_transit_gateway",
];

#[test]
fn types_that_guides_name_are_rendered_from_their_specs() {
    let (mut named, mut missing) = (0, Vec::new());
    for path in guides() {
        let page = text(&path);
        let mut texts: Vec<(Format, String)> = specs(&page)
            .into_iter()
            .map(|block| (Format::Yaml, block.text))
            .collect();
        for name in examples(&page) {
            let format = Path::new(name).extension().and_then(|e| e.to_str());
            if let Some(format) = format.and_then(Format::from_extension) {
                texts.push((format, text(Path::new(name))));
            }
        }
        let mut rendered = String::new();
        for (format, text) in texts {
            let loaded = load("guide", Some(format), &text, &mut Sources::new());
            let synthesis = loaded.synthesize(&Ledger::new()).expect("no errors");
            rendered += &synthesis.cloudformation();
            rendered += &synthesis.terraform().main;
        }
        let types = page
            .split(|c: char| !c.is_ascii_alphanumeric() && !"_:".contains(c))
            .filter(|word| word.starts_with("AWS::") || word.starts_with("aws_"));
        for name in types.filter(|name| !SPOKEN_OF.contains(name)) {
            named += 1;
            if !rendered.contains(&format!("\"{name}\"")) {
                missing.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(named > 60, "{named}");
}
