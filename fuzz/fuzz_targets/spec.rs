//! Any bytes as a spec: whatever is said about them is said without a panic, and what is accepted is rendered as JSON.
#![no_main]

use eksnet::diagnostic::{Findings, Sources, Style, concise, full, github, json, sarif};
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let (format, rest) = match first {
        // A spec as people write it begins with one of these, so that the seeds need no mark.
        b'0' => (Some(Format::Toml), rest),
        b'1' => (Some(Format::Json), rest),
        b'2' => (Some(Format::Yaml), rest),
        _ => (None, bytes),
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let mut sources = Sources::new();
    match load("fuzz", format, text, &mut sources).synthesize(&Ledger::new()) {
        Ok(synthesis) => {
            is_json(&synthesis.cloudformation());
            for (_, text) in synthesis.terraform().named() {
                is_json(text);
            }
            show(synthesis.findings(), &sources);
        }
        Err(findings) => {
            assert!(findings.has_errors());
            show(&findings, &sources);
        }
    }
});

fn is_json(text: &str) {
    if !text.is_empty() {
        serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    }
}

fn show(findings: &Findings, sources: &Sources) {
    for style in [Style::Plain, Style::Styled] {
        full(findings, sources, style);
    }
    concise(findings, sources);
    github(findings, sources);
    is_json(&json(findings, sources));
    is_json(&sarif(findings, sources, |_| ""));
}
