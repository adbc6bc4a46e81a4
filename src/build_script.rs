//! Networks as part of a build: what a `build.rs` calls.
//!
//! Needs none of the crate's features, and without them few other crates:
//!
//! ```toml
//! [build-dependencies]
//! eksnet = { version = "0.1", default-features = false }
//! ```

use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Findings, Severity, Sources, line};
use crate::files;
use crate::network::Stack;
use crate::render::Format;

/// Writes a stack's templates, in every format, below Cargo's `OUT_DIR` and returns their paths.
///
/// Warnings become warnings of the build. Errors make it fail, and then nothing is written. A file whose bytes would be
/// the same is not touched, so that nothing is built again because of it.
///
/// ```no_run
/// // build.rs
/// use eksnet::prelude::*;
///
/// fn main() {
///     let net = Network::new(cidr!("10.20.0.0/16"));
///     let stack = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
///     eksnet::build_script::emit(&stack);
/// }
/// ```
///
/// The program then takes them in with `include_str!(concat!(env!("OUT_DIR"), "/prod.template.json"))`.
#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the standard output of a build script"
)]
pub fn emit(stack: &Stack) -> Vec<PathBuf> {
    // Said even when the build fails, so that mending build.rs is enough to try again.
    println!("cargo::rerun-if-changed=build.rs");
    let Some(out) = std::env::var_os("OUT_DIR") else {
        println!("cargo::error=OUT_DIR is not set: `emit` is for build scripts that Cargo runs");
        return Vec::new();
    };
    match stack.synthesize() {
        Ok(synthesis) => {
            print(synthesis.findings());
            let mut paths = Vec::new();
            for format in Format::ALL {
                for file in synthesis.files(*format) {
                    let path = Path::new(&out).join(&file.path);
                    match write(&path, &file.text) {
                        Ok(()) => paths.push(path),
                        Err(error) => {
                            println!("cargo::error=cannot write {}: {error}", path.display());
                        }
                    }
                }
            }
            paths
        }
        Err(findings) => {
            print(&findings);
            Vec::new()
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    files::replace(path, text.as_bytes()).map(|_| ())
}

/// Findings as lines for Cargo; it has no word for a mere remark.
#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the standard output of a build script"
)]
fn print(findings: &Findings) {
    let sources = Sources::new();
    for finding in findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => continue,
        };
        println!("cargo::{word}={}", line(finding, &sources));
    }
}
