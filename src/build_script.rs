//! Networks as part of a build: what a `build.rs` calls.
//!
//! Needs none of the crate's features, and without them few other crates:
//!
//! ```toml
//! [build-dependencies]
//! eksnet = { version = "0.1", default-features = false }
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Findings, Severity, Sources, line};
use crate::files;
use crate::network::Stack;
use crate::plan::{LOCK_FILE, LockFile};
use crate::render::Format;
use crate::synthesis::Synthesis;

/// Writes a stack's templates, in every format, below Cargo's `OUT_DIR` and returns their paths.
///
/// Warnings become warnings of the build. Errors make it fail, and then nothing is written. A file whose bytes would be
/// the same is not touched, so that nothing is built again because of it.
///
/// The ledger is `eksnet.lock` beside `Cargo.toml`, and keeps every subnet where it is. A build changes no sources: where
/// subnets are added it fails, leaves the ledger as it is to be in `OUT_DIR`, and says which file to copy.
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
    let mut sources = Sources::new();
    let mut findings = Findings::new();
    let lock = lock(&mut sources, &mut findings);
    if findings.has_errors() {
        print(&findings, &sources);
        return Vec::new();
    }
    let known = lock
        .as_ref()
        .and_then(|lock| lock.ledger(stack.name(), stack.region().as_str()).cloned());
    match stack.synthesize_with(&known.unwrap_or_default()) {
        Ok(synthesis) => {
            print(synthesis.findings(), &sources);
            if settled(stack, &synthesis, lock, Path::new(&out)) {
                templates(&synthesis, Path::new(&out))
            } else {
                Vec::new()
            }
        }
        Err(findings) => {
            print(&findings, &sources);
            Vec::new()
        }
    }
}

/// The ledger beside `Cargo.toml`.
#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the standard output of a build script"
)]
fn lock(sources: &mut Sources, findings: &mut Findings) -> Option<LockFile> {
    let directory = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    // Also of a file that is missing, which Cargo takes for changed: the script runs again until it is there, and from then on
    // whenever another commit changes it.
    println!("cargo::rerun-if-changed={LOCK_FILE}");
    match fs::read_to_string(Path::new(&directory).join(LOCK_FILE)) {
        Ok(text) => Some(LockFile::read(LOCK_FILE, &text, sources, findings)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let unreadable = LockFile::unreadable(LOCK_FILE, &error.to_string(), sources);
            findings.push(unreadable);
            None
        }
    }
}

/// Whether the ledger is as it is to be. The first plan of a network needs none, but the next one will.
#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the standard output of a build script"
)]
fn settled(stack: &Stack, synthesis: &Synthesis, lock: Option<LockFile>, out: &Path) -> bool {
    let word = if lock.is_some() { "error" } else { "warning" };
    let before = lock.unwrap_or_default();
    let mut after = before.clone();
    let ledger = synthesis.plan().ledger();
    after.set(stack.name(), stack.region().as_str(), ledger);
    if after == before {
        return true;
    }
    let path = out.join(LOCK_FILE);
    if let Err(error) = write(&path, &after.text()) {
        println!("cargo::error=cannot write {}: {error}", path.display());
        return false;
    }
    let why = if word == "error" {
        "would change, and a build changes no sources"
    } else {
        "is missing, without which subnets move as the network grows"
    };
    println!(
        "cargo::{word}={LOCK_FILE} {why}: `cp {} {LOCK_FILE}` takes it over",
        path.display()
    );
    word == "warning"
}

#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the standard output of a build script"
)]
fn templates(synthesis: &Synthesis, out: &Path) -> Vec<PathBuf> {
    let (mut all, mut sound) = (Vec::new(), true);
    for format in Format::ENGINES {
        let files = synthesis.files(*format);
        let texts = files.iter().map(|f| (f.path.as_str(), f.text.as_str()));
        for difference in synthesis
            .read_back(*format, texts)
            .err()
            .unwrap_or_default()
        {
            let format = format.as_str();
            println!("cargo::error=a fault of eksnet, to be reported: {format}: {difference}");
            sound = false;
        }
        all.extend(files);
    }
    let mut paths = Vec::new();
    // One faulty template keeps all from being written: half of a stack's is of no use.
    for file in all.iter().filter(|_| sound) {
        let path = out.join(&file.path);
        match write(&path, &file.text) {
            Ok(()) => paths.push(path),
            Err(error) => println!("cargo::error=cannot write {}: {error}", path.display()),
        }
    }
    paths
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    files::replace(path, text.as_bytes()).map(|_| ())
}

/// Findings as lines for Cargo; it has no word for a mere remark.
#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the standard output of a build script"
)]
fn print(findings: &Findings, sources: &Sources) {
    for finding in findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => continue,
        };
        println!("cargo::{word}={}", line(finding, sources));
    }
}
