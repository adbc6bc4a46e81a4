//! Damaged and hostile specs: whatever is in them, something is said about it, soon and without a panic.
#![allow(
    clippy::expect_used,
    clippy::format_collect,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eksnet::diagnostic::{Code, Findings, Sources, Style, concise, full, github, json, sarif};
use eksnet::plan::Ledger;
use eksnet::read::eksctl::import;
use eksnet::spec::{Format, load};
use serde_json::Value;

use support::cases;
use support::rng::Rng;

const FORMATS: [Format; 3] = [Format::Yaml, Format::Json, Format::Toml];

/// Far more than any of these takes, also in a debug build on a busy machine.
const SOON: Duration = Duration::from_secs(20);

fn is_json(text: &str) {
    serde_json::from_str::<Value>(text).expect("valid JSON");
}

/// Reads, synthesizes and shows a text in every way.
fn survive(text: &str, format: Option<Format>) {
    let begin = Instant::now();
    let mut sources = Sources::new();
    let findings = match load("spec", format, text, &mut sources).synthesize(&Ledger::new()) {
        Ok(synthesis) => {
            is_json(&synthesis.cloudformation());
            synthesis
                .terraform()
                .named()
                .iter()
                .for_each(|(_, text)| is_json(text));
            synthesis.findings().clone()
        }
        Err(findings) => {
            assert!(findings.has_errors());
            findings
        }
    };
    show(&findings, &sources);
    let start: String = text.chars().take(200).collect();
    assert!(begin.elapsed() < SOON, "{:?} for {start}", begin.elapsed());
}

/// Imports a text as a ClusterConfig of eksctl; what comes out is a spec that can be read.
fn survive_import(text: &str) {
    let begin = Instant::now();
    let mut sources = Sources::new();
    let imported = import("cluster.yaml", text, &BTreeMap::new(), &mut sources);
    show(&imported.findings, &sources);
    match imported.spec {
        Some(spec) => {
            let loaded = load("spec.yaml", Some(Format::Yaml), &spec, &mut Sources::new());
            let broken = loaded
                .findings
                .iter()
                .find(|f| f.code.as_str() == "SPEC001");
            assert!(broken.is_none(), "{broken:?} in\n{spec}\nof\n{text}");
        }
        None => assert!(imported.findings.has_errors()),
    }
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
}

fn show(findings: &Findings, sources: &Sources) {
    for style in [Style::Plain, Style::Styled] {
        assert!(!full(findings, sources, style).is_empty());
    }
    concise(findings, sources);
    github(findings, sources);
    is_json(&json(findings, sources));
    is_json(&sarif(findings, sources, Code::as_str));
}

/// The examples with their formats.
fn examples() -> Vec<(String, Format)> {
    let mut found = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    for entry in std::fs::read_dir(folder).expect("the examples") {
        let path = entry.expect("a file").path();
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        if let Some(format) = Format::from_extension(extension) {
            found.push((std::fs::read_to_string(&path).expect("text"), format));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() > 3);
    found
}

const SNIPPETS: [&str; 36] = [
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "\"",
    "'",
    "#",
    "\t",
    "\r",
    "\0",
    "&a ",
    "*a",
    "<<: *a\n",
    "? ",
    "- ",
    "---\n",
    "...\n",
    "|\n",
    ">-\n",
    "!!binary ",
    "!!float 1",
    "%YAML 9.9\n",
    "\u{feff}",
    "\u{202e}",
    "\u{1f600}",
    "\u{1b}[31m",
    "0.0.0.0/0",
    "255.255.255.255/32",
    "18446744073709551615",
    "-9223372036854775808",
    "1e999",
    ".nan",
    "null",
    "[[a]]\n",
];

/// One small change.
fn damage(text: &mut Vec<u8>, rng: &mut Rng, others: &[(String, Format)]) {
    if text.is_empty() {
        return;
    }
    let at = rng.below(text.len());
    match rng.below(7) {
        0 => text[at] ^= 1 << rng.below(8),
        1 => text.truncate(at),
        2 => {
            let mut lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
            let (a, b) = (rng.below(lines.len()), rng.below(lines.len()));
            lines.swap(a, b);
            *text = lines.join(&b'\n');
        }
        3 => {
            let end = (at + rng.below(20)).min(text.len());
            text.drain(at..end);
        }
        4 => {
            let other = rng.pick(others).0.as_bytes();
            let start = rng.below(other.len());
            let end = (start + rng.below(60)).min(other.len());
            text.splice(at..at, other[start..end].iter().copied());
        }
        5 => {
            // A number becomes another one.
            let number = *rng.pick(&["0", "33", "255", "65536", "4294967296", "-1"]);
            if let Some(digit) = (at..text.len()).find(|&i| text[i].is_ascii_digit()) {
                text.splice(digit..=digit, number.bytes());
            }
        }
        _ => {
            let snippet = rng.pick(&SNIPPETS);
            text.splice(at..at, snippet.bytes());
        }
    }
}

#[test]
fn damaged_examples() {
    let examples = examples();
    for seed in 0..cases(1_000, 20_000) {
        let mut rng = Rng::new(seed as u64);
        let (text, format) = rng.pick(&examples).clone();
        let mut bytes = text.into_bytes();
        for _ in 0..rng.between(1, 4) {
            damage(&mut bytes, &mut rng, &examples);
        }
        let text = String::from_utf8_lossy(&bytes);
        let format = if rng.chance(10) {
            *rng.pick(&FORMATS)
        } else {
            format
        };
        let result = std::panic::catch_unwind(|| survive(&text, Some(format)));
        assert!(result.is_ok(), "case {seed}, {format:?}:\n{text}");
    }
}

/// The ClusterConfigs of the tests.
fn cluster_configs() -> Vec<(String, Format)> {
    let mut found = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/eksctl");
    for entry in std::fs::read_dir(folder).expect("the files") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "yaml") {
            found.push((std::fs::read_to_string(&path).expect("text"), Format::Yaml));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn damaged_cluster_configs() {
    let files = cluster_configs();
    for seed in 0..cases(1_000, 20_000) {
        let mut rng = Rng::new(seed as u64);
        let mut bytes = rng.pick(&files).0.clone().into_bytes();
        for _ in 0..rng.between(1, 4) {
            damage(&mut bytes, &mut rng, &files);
        }
        let text = String::from_utf8_lossy(&bytes);
        let result = std::panic::catch_unwind(|| survive_import(&text));
        assert!(result.is_ok(), "case {seed}:\n{text}");
    }
}

#[test]
fn every_value_of_a_cluster_config_replaced_by_a_hostile_one() {
    for (text, _) in cluster_configs() {
        for hostile in [
            "18446744073709551615",
            "-1",
            "[]",
            "{}",
            "\"\"",
            "~",
            "[{}]",
            "\"a: b\\n#\\u0000\"",
            "0.0.0.0/0",
        ] {
            let lines: Vec<&str> = text.lines().collect();
            for (i, line) in lines.iter().enumerate() {
                let Some((key, _)) = line.split_once(':') else {
                    continue;
                };
                let changed = format!("{key}: {hostile}");
                let mut lines = lines.clone();
                lines[i] = &changed;
                survive_import(&lines.join("\n"));
            }
        }
    }
}

#[test]
fn every_value_replaced_by_a_hostile_one() {
    for (text, format) in examples() {
        for hostile in [
            "18446744073709551615",
            "\"0.0.0.0/0\"",
            "-1",
            "[]",
            "{}",
            "\"\"",
            "\"\\u0000\"",
        ] {
            // After each `:` or `=` of each line in turn.
            let lines: Vec<&str> = text.lines().collect();
            for (i, line) in lines.iter().enumerate() {
                let between = if format == Format::Toml { '=' } else { ':' };
                let Some((key, _)) = line.split_once(between) else {
                    continue;
                };
                let changed = format!("{key}{between} {hostile}");
                let mut lines = lines.clone();
                lines[i] = &changed;
                survive(&lines.join("\n"), Some(format));
            }
        }
    }
}

/// Few lines each: showing many findings of a long text takes time that grows with the square.
#[test]
fn monsters() {
    let mega = 1 << 14;
    let deep_block: String = (0..300).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let inner = [format!("*a{}", i - 1).as_str(); 10].join(", ");
        bomb = format!("{bomb}a{i}: &a{i} [{inner}]\n");
    }
    let keys: String = (0..300).map(|i| format!("key-{i}: {i}\n")).collect();
    let tiers: String = (0..300)
        .map(|i| format!("    tier-{i}: {{ access: public, prefix: 28 }}\n"))
        .collect();
    let tiers =
        format!("stack: a\nregion: us-east-1\nnetwork:\n  cidr: 10.0.0.0/16\n  tiers:\n{tiers}");
    let rules: String = (0..300)
        .map(|i| {
            format!("      - {{ group: nodes, from: 10.1.0.0/16, ports: {i}, description: r }}\n")
        })
        .collect();
    let rules = format!(
        "stack: a\nregion: us-east-1\nnetwork:\n  cidr: 10.0.0.0/16\n  security:\n    rules:\n{rules}"
    );
    let monsters = [
        "[".repeat(mega),
        "{".repeat(mega),
        "[[".repeat(5_000),
        "{a: ".repeat(5_000),
        "- ".repeat(5_000),
        "? ".repeat(5_000),
        "a = ".to_owned() + &"[".repeat(5_000),
        "a".to_owned() + &".a".repeat(5_000) + " = 1",
        format!("[{}]\n", vec!["a"; 5_000].join(".")),
        deep_block,
        bomb,
        "a: &a { b: *a }\n".to_owned(),
        keys,
        tiers,
        rules,
        "\0".repeat(5_000),
        "stack: a\rregion: us-east-1\rnetwork:\r  cidr: 10.0.0.0/16\r".to_owned(),
        "stack: a\r\nregion: us-east-1\r\nnetwork:\r\n  cidr: 10.0.0.0/16\r\n".to_owned(),
        "\r".repeat(5_000),
        "#".repeat(mega),
        "\"".to_owned() + &"a".repeat(mega),
        "stack: ".to_owned() + &"a".repeat(mega),
        "stack: \"".to_owned() + &"\\u0000".repeat(5_000) + "\"",
        "&a ".repeat(5_000),
        "!".repeat(5_000),
        "---\n".repeat(300),
        "\u{feff}".repeat(1_000),
        "stack: a\u{2028}b\u{85}c\nregion: \u{202e}us-east-1\n".to_owned(),
        "9".repeat(5_000),
        "a: |\n".to_owned() + &" x\n".repeat(300),
        "a = \"\"\"\n".to_owned() + &"x\n".repeat(300),
        " ".repeat(mega),
        String::new(),
    ];
    for monster in &monsters {
        for format in FORMATS {
            survive(monster, Some(format));
        }
    }
    for opening in ["[", "{", "\"", "#", " "] {
        survive(&opening.repeat(1 << 20), None);
    }
}

#[test]
fn numbers_at_every_edge() {
    for number in [
        "0",
        "1",
        "15",
        "16",
        "28",
        "29",
        "32",
        "33",
        "255",
        "256",
        "65535",
        "65536",
        "-1",
        "18446744073709551615",
        "170141183460469231731687303715884105728",
        "1e3",
        "0x10",
    ] {
        for key in [
            "layout: N",
            "network: { cidr: 10.0.0.0/N }",
            "network: { cidr: 10.0.0.0/16, zones: N }",
            "network: { cidr: 10.0.0.0/16, tiers: { a: { access: private, prefix: N } } }",
            "network: { cidr: 10.0.0.0/16, tiers: { p: { access: public }, a: { access: private, nat: N } } }",
            "network: { cidr: 10.0.0.0/16, tiers: { a: { access: isolated, cidrs: { use1-az1: 10.0.0.0/N } } } }",
            "network: { cidr: 10.0.0.0/16, tiers: { a: { access: isolated, zones: [use1-azN] } } }",
            "network: { cidr: 10.0.0.0/16, flow-logs: { interval: N, retention-days: N } }",
            "network: { cidr: 10.0.0.0/16, security: { rules: [{ group: nodes, from: nodes, ports: N, description: a }] } }",
            "cluster: { version: \"1.N\", service-cidr: 172.20.0.0/N, endpoint: { public-cidrs: [8.8.8.8/N] } }",
            "cluster: { node-groups: { a: { size: { min: N, max: N, desired: N }, max-unavailable: N, disk-gib: N, metadata-hops: N } } }",
            "cluster: { node-groups: { a: { size: { min: N }, max-unavailable: N% } } }",
        ] {
            let network = if key.starts_with("network") {
                ""
            } else {
                "network: { cidr: 10.0.0.0/16 }\n"
            };
            let text = format!(
                "stack: a\nregion: us-east-1\n{network}{}\n",
                key.replace('N', number)
            );
            survive(&text, Some(Format::Yaml));
        }
    }
}
