//! Wrong networks do not compile, and the compiler says why in our words.
//!
//! The messages in `compile_fail/*.stderr` are those of rustc 1.95, the version that this project is built with; with
//! any other the test is skipped, and only the `compile_fail` examples in the documentation hold the promise. After a
//! change of messages, `EKSNET_REGENERATE=1 cargo test --test compile_fail` writes them anew: read each as a newcomer.
//!
//! Each case is given to rustc with the library as it was just built. A project of its own, as trybuild makes it, would
//! first build every dependency again: minutes instead of seconds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PINNED: &str = "rustc 1.95.";

#[test]
fn wrong_networks_do_not_compile() {
    let Some(compiler) = Compiler::pinned() else {
        println!("skipped: compile-fail messages are those of rustc 1.95");
        return;
    };
    let mut wrong = String::new();
    let cases = programs("tests/compile_fail");
    assert!(cases.len() >= 10, "only {} cases", cases.len());
    for case in cases {
        let output = compiler.compile(&case, "metadata");
        if output.status.success() {
            writeln!(wrong, "{} compiles", case.display()).expect("text");
            continue;
        }
        let message = normal(&String::from_utf8_lossy(&output.stderr));
        let expected = case.with_extension("stderr");
        if std::env::var_os("EKSNET_REGENERATE").is_some() {
            fs::write(&expected, &message).expect("a writable file");
        }
        let reviewed = fs::read_to_string(&expected).unwrap_or_default();
        if message != reviewed {
            writeln!(
                wrong,
                "{}:\n{message}\ninstead of\n{reviewed}",
                case.display()
            )
            .expect("text");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_whole_dsl_compiles_and_says_nothing_wrong() {
    let Some(compiler) = Compiler::pinned() else {
        return;
    };
    let cases = programs("tests/compile_pass");
    assert!(!cases.is_empty(), "no cases");
    for case in cases {
        let output = compiler.compile(&case, "link");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{message}");
        let program = compiler.out.path().join(case.file_stem().expect("a name"));
        let run = Command::new(program).output().expect("a program that runs");
        let message = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{message}");
    }
}

fn programs(folder: &str) -> Vec<PathBuf> {
    let mut programs: Vec<_> = fs::read_dir(folder)
        .expect("a folder of programs")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect();
    programs.sort();
    programs
}

/// rustc with the library that this test was built with.
struct Compiler {
    rustc: std::ffi::OsString,
    dependencies: PathBuf,
    library: PathBuf,
    out: tempfile::TempDir,
}

impl Compiler {
    /// Nothing where the compiler is another than the one whose messages are recorded.
    fn pinned() -> Option<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let version = Command::new(&rustc).arg("--version").output().ok()?;
        if !version.stdout.starts_with(PINNED.as_bytes()) {
            return None;
        }
        let test = std::env::current_exe().expect("this test");
        let dependencies = test.parent().expect("a folder").to_owned();
        // Cargo keeps the libraries of other feature sets beside it; this test's own was built last, or is as new.
        let library = fs::read_dir(&dependencies)
            .expect("the folder of this test")
            .flatten()
            .filter(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                name.starts_with("libeksnet-")
                    && Path::new(&name).extension().is_some_and(|e| e == "rlib")
            })
            .max_by_key(|entry| entry.metadata().and_then(|m| m.modified()).ok())?
            .path();
        let out = tempfile::tempdir().expect("a folder for output");
        Some(Self {
            rustc,
            dependencies,
            library,
            out,
        })
    }

    fn compile(&self, program: &Path, emit: &str) -> Output {
        let external = format!("eksnet={}", self.library.display());
        let search = format!("dependency={}", self.dependencies.display());
        Command::new(&self.rustc)
            .args([
                "--edition",
                "2024",
                "--crate-type",
                "bin",
                "--emit",
                emit,
                "--color",
                "never",
            ])
            .args(["--extern", &external, "-L", &search, "--out-dir"])
            .arg(self.out.path())
            .arg(program)
            .output()
            .expect("rustc runs")
    }
}

/// The message without what changes from machine to machine and from edit to edit: the closing lines, where the library
/// and the standard library are, and their line numbers.
fn normal(message: &str) -> String {
    let here = format!("{}/", env!("CARGO_MANIFEST_DIR"));
    let mut out = String::new();
    let mut foreign = false;
    for line in message.lines() {
        if line.starts_with("error: aborting")
            || line.starts_with("For more information")
            || line.starts_with("Some errors have")
        {
            continue;
        }
        let line = line.replace(&here, "");
        let place = line
            .trim_start()
            .strip_prefix("--> ")
            .or_else(|| line.trim_start().strip_prefix("::: "));
        let line = match place {
            Some(place) => {
                foreign = !place.starts_with("tests/");
                let file = place.split(':').next().unwrap_or(place);
                let file = file.find("/library/").map_or(file, |at| &file[at + 1..]);
                if foreign {
                    format!(" --> {file}")
                } else {
                    line
                }
            }
            None => gutter(&line, foreign),
        };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}

/// The line with a gutter of one width, whatever numbers stand in it, and without the numbers of the library's own lines.
fn gutter(line: &str, foreign: bool) -> String {
    let rest = line.trim_start();
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let behind = rest[number.len()..].trim_start();
    let shown = if foreign { "" } else { number.as_str() };
    match behind.chars().next() {
        Some('|') => format!("{shown:>2} {behind}"),
        Some('=') if number.is_empty() => format!("   {behind}"),
        _ => line.to_owned(),
    }
}
