//! A program and a spec that say the same give the same, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

use eksnet::Stack;
use eksnet::diagnostic::{Allowed, Code, Findings, Sources, concise};
use eksnet::plan::Ledger;
use eksnet::render::Format;

#[path = "../examples/twins/mod.rs"]
mod twins;

fn same(spec: &str, stack: &Stack) {
    let path = format!("{}/examples/{spec}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut sources = Sources::new();
    let of_spec = eksnet::spec::load(spec, None, &text, &mut sources).synthesize(&Ledger::new());
    let of_spec = of_spec
        .map_err(|findings| concise(&findings, &sources))
        .unwrap();
    let of_stack = stack
        .synthesize()
        .map_err(|findings| concise(&findings, &sources))
        .unwrap();
    let allowed = |findings: &Findings| -> Vec<(Code, Option<Allowed>)> {
        let all = findings.iter().map(|f| (f.code, f.allowed.clone()));
        let mut all: Vec<_> = all.filter(|(_, by)| by.is_some()).collect();
        all.sort_by_key(|(code, _)| *code);
        all
    };
    assert_eq!(allowed(of_spec.findings()), allowed(of_stack.findings()));
    for format in Format::ALL {
        for (left, right) in of_spec.files(*format).iter().zip(of_stack.files(*format)) {
            assert_eq!(left.path, right.path);
            let differs = left
                .text
                .lines()
                .zip(right.text.lines())
                .find(|(l, r)| l != r);
            assert_eq!(differs, None, "{}", left.path);
            assert!(left.text == right.text, "{}", left.path);
        }
    }
}

#[test]
fn production() {
    same("production", &twins::production());
}

#[test]
fn development() {
    same("development", &twins::development());
}

#[test]
fn restricted() {
    same("restricted", &twins::restricted());
}
