//! In spite of what AWS demands: what a broken rule leaves to render is rendered, read back and named.

#![cfg(all(feature = "spec", feature = "report"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::path::Path;

use eksnet::check::rules;
use eksnet::diagnostic::{Code, Findings, Severity, Sources};
use eksnet::plan::Ledger;
use eksnet::render::Format;
use eksnet::spec;

/// The bad example of a page, where it is a spec by itself.
fn bad_example(code: &str) -> Option<(spec::Format, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/rules/{code}.md"));
    let page = std::fs::read_to_string(page).unwrap();
    let (_, bad) = page.split_once("## Bad\n\n```").unwrap();
    let (language, rest) = bad.split_once('\n').unwrap();
    let (text, behind) = rest.split_once("\n```").unwrap();
    let alone = !behind.split("## Good").next().unwrap().contains("```");
    let format = spec::Format::from_extension(language)?;
    alone.then(|| (format, text.to_owned()))
}

fn codes(findings: &Findings) -> Vec<&'static str> {
    let codes = findings.error_codes();
    codes.into_iter().map(Code::as_str).collect()
}

#[test]
fn what_can_be_rendered_despite_errors_says_what_was_meant() {
    let mut rendered = Vec::new();
    let mut refused = Vec::new();
    for rule in rules::ALL {
        let code = rule.code.as_str();
        if rule.severity != Severity::Error {
            continue;
        }
        let Some((format, text)) = bad_example(code) else {
            continue;
        };
        let load = || spec::load("bad", Some(format), &text, &mut Sources::new());
        let stopped = load().synthesize(&Ledger::new());
        let errors = match stopped {
            Ok(_) => continue,
            Err(findings) => codes(&findings),
        };
        match load().synthesize_despite_errors(&Ledger::new()) {
            Ok(synthesis) => {
                assert!(
                    errors.iter().all(|code| code.starts_with("EKS")),
                    "{code}: {errors:?}"
                );
                let despite: Vec<_> = synthesis
                    .graph()
                    .despite
                    .iter()
                    .map(|c| c.as_str())
                    .collect();
                assert!(despite.contains(&code), "{code}: {despite:?}");
                for engine in Format::ENGINES {
                    let files = synthesis.files(*engine);
                    let texts = files.iter().map(|f| (f.path.as_str(), f.text.as_str()));
                    if let Err(differences) = synthesis.read_back(*engine, texts) {
                        let all: Vec<_> = differences.iter().map(ToString::to_string).collect();
                        panic!("{code}: {}: {}", engine.as_str(), all.join("\n"));
                    }
                    assert!(files.iter().any(|f| f.text.contains(code)), "{code}");
                }
                rendered.push(code);
            }
            Err(_) => refused.push(code),
        }
    }
    assert!(rendered.len() > 60, "{} {rendered:?}", rendered.len());
    let spec_rules = refused.iter().filter(|code| !code.starts_with("EKS"));
    assert!(spec_rules.count() > 40, "{refused:?}");
}

#[test]
fn without_errors_nothing_is_named() {
    let text = "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16 }\n";
    let load = || spec::load("prod.yaml", None, text, &mut Sources::new());
    let plain = load().synthesize(&Ledger::new()).unwrap();
    let forced = load().synthesize_despite_errors(&Ledger::new()).unwrap();
    assert!(forced.graph().despite.is_empty());
    assert_eq!(plain.cloudformation(), forced.cloudformation());
}
