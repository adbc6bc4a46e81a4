//! Any bytes as a ClusterConfig of eksctl: what is accepted comes out as a spec that can be read.
#![no_main]

use std::collections::BTreeMap;

use eksnet::diagnostic::{Sources, Style, concise, full};
use eksnet::read::eksctl::import;
use eksnet::spec::{Format, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut sources = Sources::new();
    let imported = import("fuzz", text, &BTreeMap::new(), &mut sources);
    full(&imported.findings, &sources, Style::Plain);
    concise(&imported.findings, &sources);
    match imported.spec {
        Some(spec) => {
            let loaded = load("spec.yaml", Some(Format::Yaml), &spec, &mut Sources::new());
            assert!(
                loaded.findings.iter().all(|f| f.code.as_str() != "SPEC001"),
                "{spec}"
            );
        }
        None => assert!(imported.findings.has_errors()),
    }
});
