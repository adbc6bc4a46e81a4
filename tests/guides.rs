//! The guides say nothing that does not work: every spec in them is synthesized.
//!
//! A block of YAML that begins with `stack:` is a whole spec, and has no finding above info but those that the line above
//! it names: `<!-- gives EKS603 -->`. Programs are run by the documentation tests, commands by `.ci/readme.py`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::path::{Path, PathBuf};

use eksnet::diagnostic::{Severity, Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};

fn guides() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("docs/guides").expect("docs/guides");
    let mut guides: Vec<_> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    guides.sort();
    guides
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

#[test]
fn the_specs_of_guides_are_good() {
    let mut all = Vec::new();
    for path in guides() {
        let text = std::fs::read_to_string(&path).expect("a readable guide");
        all.extend(specs(&text).iter().filter_map(|block| faults(&path, block)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn guides_name_examples_that_exist() {
    for path in guides() {
        let text = std::fs::read_to_string(&path).expect("a readable guide");
        for (at, _) in text.match_indices("examples/") {
            let name: String = text[at..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "/-._".contains(*c))
                .collect();
            let name = name.trim_end_matches('.');
            assert!(Path::new(name).exists(), "{}: {name}", path.display());
        }
    }
}
