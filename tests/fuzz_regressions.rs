//! What fuzzing has found, each as the least spec that shows it.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use eksnet::diagnostic::Sources;
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};

fn codes(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let loaded = load("spec", Some(Format::Yaml), text, &mut sources);
    match loaded.synthesize(&Ledger::new()) {
        Ok(_) => Vec::new(),
        Err(findings) => findings.iter().map(|f| f.code.to_string()).collect(),
    }
}

/// Planning went on with a prefix that no address has: the allocator stopped with an index out of bounds.
#[test]
fn a_prefix_longer_than_an_address() {
    for prefix in [33, 44, 255] {
        let text = format!(
            "stack: a\nregion: us-east-1\nnetwork:\n  cidr: 10.0.0.0/16\n  tiers:\n    nodes: {{ access: isolated, prefix: {prefix} }}\n"
        );
        assert!(codes(&text).contains(&"EKS212".to_owned()), "{prefix}");
    }
}
