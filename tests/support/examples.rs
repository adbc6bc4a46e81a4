//! The specs in `examples/`.

use std::path::PathBuf;

use eksnet::Synthesis;
use eksnet::diagnostic::{Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};

/// Their paths, in order.
pub fn paths() -> Vec<PathBuf> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let entries = std::fs::read_dir(directory).expect("examples").flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| format(path).is_some());
    paths.sort();
    paths
}

fn format(path: &std::path::Path) -> Option<Format> {
    path.extension()?.to_str().and_then(Format::from_extension)
}

/// All of them, synthesized without a ledger, by name.
pub fn all() -> impl Iterator<Item = (String, Synthesis)> {
    paths().into_iter().map(|path| {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable example");
        let mut sources = Sources::new();
        let loaded = load(&name, format(&path), &text, &mut sources);
        match loaded.synthesize(&Ledger::new()) {
            Ok(synthesis) => (name, synthesis),
            Err(findings) => panic!("{}", full(&findings, &sources, Style::Plain)),
        }
    })
}
