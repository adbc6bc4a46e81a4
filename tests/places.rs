//! The `github` form and SARIF point at the fault: the line and column where a person would find it in the file.

#![cfg(all(feature = "spec", feature = "report"))]
#![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

use eksnet::diagnostic::{Findings, Sources, github, sarif};
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};
use serde_json::Value;

const HEAD: &str = "stack: prod\nregion: us-east-1\n";

/// A spec that is wrong in one place: the code, and the words of the text at which it points, which are there once.
struct Case {
    format: Format,
    text: String,
    code: &'static str,
    words: &'static str,
}

fn case(format: Format, text: impl Into<String>, code: &'static str, words: &'static str) -> Case {
    Case {
        format,
        text: text.into(),
        code,
        words,
    }
}

fn cases() -> Vec<Case> {
    let yaml = |rest: &str, code, words| case(Format::Yaml, format!("{HEAD}{rest}"), code, words);
    vec![
        yaml(
            "network:\n  cidr: 10.20.0.0/16\n  zoness: 2\n",
            "SPEC002",
            "zoness",
        ),
        yaml("network:\n  cidr: 10.20.0.7/16\n", "EKS109", "10.20.0.7/16"),
        yaml(
            "network: { cidr: 10.20.0.0/16 } # größe: ×\n# 🦀\ncluster:\n  version: 1.30\n",
            "SPEC004",
            "1.30",
        ),
        // Behind characters of two and of four bytes in its own line.
        yaml(
            "network: { cidr: 10.20.0.0/16 }\ntags: { größe: \"🦀\", owner: 4711 }\n",
            "SPEC004",
            "4711",
        ),
        yaml(
            "network:\n  cidr: 10.20.0.0/16\n  tiers:\n    nodes: { access: privat }\n",
            "SPEC005",
            "privat",
        ),
        yaml(
            "network: { cidr: 10.20.0.0/16 }\ncluster:\n  node-groups:\n    system: { tier: nodez }\n",
            "SPEC010",
            "nodez",
        ),
        yaml(
            "network: { cidr: 10.20.0.0/16 }\ncluster:\n  endpoint: { access: public-and-private, public-cidrs: [10.250.0.0/16] }\n",
            "EKS606",
            "10.250.0.0/16",
        ),
        // A file of another system, whose lines end with two bytes.
        case(
            Format::Yaml,
            format!("{HEAD}network:\n  cidr: 10.20.0.0/16\n  # größe\n  zones: [\"a\", mars]\n")
                .replace('\n', "\r\n"),
            "SPEC015",
            "mars",
        ),
        // No newline at the end.
        yaml("network: { cidr: 10.20.0.0/8 }", "EKS105", "10.20.0.0/8"),
        case(
            Format::Toml,
            "stack = \"prod\"\nregion = \"us-esat-1\"\n[network]\ncidr = \"10.20.0.0/16\"\n",
            "SPEC005",
            "\"us-esat-1\"",
        ),
        case(
            Format::Json,
            "{\n  \"stack\": \"prod\",\r\n  \"region\": \"us-east-1\",\r\n  \"network\": { \"cidr\": \"10.20.0.0/16\", \"cdir\": 1 }\r\n}\r\n",
            "SPEC002",
            "\"cdir\"",
        ),
        // Where the parser stops.
        yaml(
            "network: { cidr: 10.20.0.0/16 }\ntags:\n\towner: platform\n",
            "SPEC001",
            "\t",
        ),
    ]
}

fn findings(case: &Case) -> (Findings, Sources) {
    let mut sources = Sources::new();
    let loaded = load("prod.yaml", Some(case.format), &case.text, &mut sources);
    let findings = match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    (findings, sources)
}

/// Line and column of a byte, as an editor shows them.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

#[test]
fn annotations_and_regions_are_where_the_fault_is() {
    for case in cases() {
        let Case {
            text, code, words, ..
        } = &case;
        assert_eq!(text.matches(words).count(), 1, "{words}");
        let at = text.find(words).unwrap();
        let ((line, column), (end_line, end)) =
            (position(text, at), position(text, at + words.len()));
        let (findings, sources) = findings(&case);

        let shown = github(&findings, &sources);
        let start = format!(
            "::error file=prod.yaml,line={line},endLine={end_line},col={column},title={code}::"
        );
        assert!(shown.contains(&start), "{start}\n{shown}");

        let log: Value = serde_json::from_str(&sarif(&findings, &sources, |_| "")).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let of_code = results.iter().filter(|result| result["ruleId"] == *code);
        let mut regions = of_code.map(|result| {
            let place = &result["locations"][0]["physicalLocation"]["region"];
            ["startLine", "startColumn", "endLine", "endColumn"].map(|key| place[key].as_u64())
        });
        let wanted = [line, column, end_line, end].map(|number| u64::try_from(number).ok());
        assert!(regions.any(|region| region == wanted), "{code}: {log}");
    }
}
