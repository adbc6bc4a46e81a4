//! What every example renders to, reviewed: a change of a snapshot is a change that users must review.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

use std::path::Path;

use eksnet::diagnostic::{Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::render::Known;
use eksnet::spec::{Format, load};

/// Renders an example and hands every document with its name to `each`.
fn render(path: &Path, each: &mut dyn FnMut(&str, &str)) {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    let text = std::fs::read_to_string(path).expect("a readable example");
    let format = path
        .extension()
        .and_then(|e| e.to_str())
        .and_then(Format::from_extension);
    let mut sources = Sources::new();
    let loaded = load(&format!("examples/{name}"), format, &text, &mut sources);
    let synthesis = match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis,
        Err(findings) => panic!("{}", full(&findings, &sources, Style::Plain)),
    };
    each("cloudformation", &synthesis.cloudformation());
    for (file, document) in synthesis.terraform().named() {
        each(
            &format!("terraform-{}", file.trim_end_matches(".tf.json")),
            document,
        );
    }
    if let Some(manifests) = synthesis.kubernetes(&Known::nothing()) {
        each("kubernetes", &manifests.text);
    }
    each(
        "findings",
        &full(synthesis.findings(), &sources, Style::Plain),
    );
}

#[test]
fn examples_render_as_reviewed() {
    insta::with_settings!({
        snapshot_path => "../snapshots/examples",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::glob!("../examples", "*.{yaml,toml,json}", |path| {
            render(path, &mut |kind, document| insta::assert_snapshot!(kind, document));
        });
    });
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    for example in std::fs::read_dir("examples").expect("examples").flatten() {
        let path = example.path();
        if !path
            .extension()
            .is_some_and(|e| e == "yaml" || e == "toml" || e == "json")
        {
            continue;
        }
        let documents = || {
            let mut documents = Vec::new();
            render(&path, &mut |kind, document| {
                documents.push((kind.to_owned(), document.to_owned()));
            });
            documents
        };
        assert_eq!(documents(), documents(), "{}", path.display());
    }
}
