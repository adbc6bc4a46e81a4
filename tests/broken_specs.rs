//! Broken specs with the whole report that each gets.
//!
//! Read a changed report as a person at a terminal would: is the first line enough, does the help say what to type?

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

use std::path::Path;

use eksnet::diagnostic::{Findings, Origin, Severity, Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::spec::{self, Format};

fn report(path: &Path) -> (Findings, Sources) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let format = path.extension().and_then(|extension| extension.to_str());
    let text = std::fs::read_to_string(path).unwrap();
    let mut sources = Sources::new();
    let loaded = spec::load(
        name,
        format.and_then(Format::from_extension),
        &text,
        &mut sources,
    );
    let findings = match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    (findings, sources)
}

/// That a report is one: errors that point at the spec and say what to write, each of them once.
fn check(name: &str, findings: &Findings, sources: &Sources) {
    assert!(findings.has_errors(), "{name}");
    let mut seen = Vec::new();
    for finding in findings {
        let key = (finding.origin, &finding.message);
        assert!(!seen.contains(&key), "{name}: twice: {}", finding.message);
        seen.push(key);
        if finding.severity != Severity::Error {
            continue;
        }
        assert!(
            finding.help.is_some(),
            "{name}: no help: {}",
            finding.message
        );
        let Origin::Spec(span) = finding.origin else {
            unreachable!("{name}: nowhere: {}", finding.message);
        };
        let source = sources.get(span.source).unwrap();
        let words = &source.text[span.start as usize..span.end as usize];
        assert!(words.trim_end().lines().count() <= 1, "{name}: {words:?}");
        assert!(
            !finding.message.contains('\n') && !finding.message.ends_with('.'),
            "{name}"
        );
    }
}

#[test]
fn broken_specs_get_whole_reports() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/broken");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::glob!("broken/*", |path| {
            let (findings, sources) = report(path);
            let name = path.file_name().unwrap().to_str().unwrap();
            insta::assert_snapshot!("report", full(&findings, &sources, Style::Plain));
            check(name, &findings, &sources);
        });
    });
}
