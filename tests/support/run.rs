//! From a spec to what comes of it.

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Sources};
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};
use serde_json::Value;

use super::emit::{self, Order};

/// Synthesizes a text.
pub fn text(text: &str, format: Format, ledger: &Ledger) -> Result<Synthesis, Findings> {
    load("spec", Some(format), text, &mut Sources::new()).synthesize(ledger)
}

/// Synthesizes a value, written as YAML.
pub fn value(spec: &Value, ledger: &Ledger) -> Result<Synthesis, Findings> {
    text(&emit::yaml(spec, &mut Order::Sorted), Format::Yaml, ledger)
}

/// Everything that both engines get, as one text.
pub fn output(synthesis: &Synthesis) -> String {
    let mut all = synthesis.cloudformation();
    for (name, text) in synthesis.terraform().named() {
        all.push_str(name);
        all.push_str(text);
    }
    all
}

/// Codes and messages of the errors among findings.
pub fn errors(findings: &Findings) -> Vec<String> {
    findings
        .iter()
        .filter(|f| f.severity == eksnet::diagnostic::Severity::Error)
        .map(|f| format!("{}: {}", f.code, f.message))
        .collect()
}
