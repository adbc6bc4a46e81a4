//! Wrong networks do not compile, and the compiler says why in our words.
//!
//! The messages in `compile_fail/*.stderr` are those of rustc 1.95, the version that this project is built with; with
//! any other the test is skipped, and only the `compile_fail` examples in the documentation hold the promise. After a
//! change of messages, `TRYBUILD=overwrite cargo test --test compile_fail` writes them anew: read each as a newcomer.

#![allow(clippy::print_stdout)]

use std::process::Command;

const PINNED: &str = "rustc 1.95.";

#[test]
fn wrong_networks_do_not_compile() {
    if !compiler().starts_with(PINNED) {
        println!("skipped: compile-fail messages are those of rustc 1.95");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_pass/*.rs");
    cases.compile_fail("tests/compile_fail/*.rs");
}

/// The version of the compiler that Cargo would take.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}
