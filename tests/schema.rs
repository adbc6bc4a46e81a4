//! The published JSON Schema is what the decoder takes.

#![cfg(feature = "schema")]
#![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

use std::path::Path;

/// `EKSNET_REGENERATE=1 cargo test --test schema` writes it anew.
#[test]
fn the_published_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/spec.schema.json");
    let current = format!(
        "{}\n",
        serde_json::to_string_pretty(&eksnet::spec::schema()).unwrap()
    );
    if std::env::var_os("EKSNET_REGENERATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == current, "docs/spec.schema.json is stale");
}

/// An editor shows the description of a key beside it, so every key has one.
#[test]
fn every_key_is_described() {
    let schema = eksnet::spec::schema();
    let mut bare = Vec::new();
    let definitions = schema["$defs"].as_object().unwrap().iter();
    for (name, definition) in definitions.chain([(&"Spec".to_owned(), &schema)]) {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            if property["description"].as_str().is_none_or(str::is_empty) {
                bare.push(format!("{name}.{key}"));
            }
        }
    }
    assert!(bare.is_empty(), "{bare:?}");
}
