//! Specs of the command line: files, directories and the standard input.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::Input;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, MAX_BYTES, Origin, Sources, Span};
use crate::spec::{Format, Loaded, load};

#[derive(Args)]
pub(super) struct Specs {
    /// Files, directories of specs, or `-` for the standard input; without any, the current directory
    #[arg(value_name = "SPEC", value_hint = ValueHint::AnyPath)]
    specs: Vec<PathBuf>,
}

impl Specs {
    pub(super) fn input(self) -> Input {
        Input::Specs(Collected::new(self.specs))
    }
}

/// The specs that a run is about, not read yet, and what was wrong with the arguments.
pub(super) struct Collected {
    pub(super) files: Vec<SpecFile>,
    /// The directories whose specs are all among them.
    pub(super) directories: Vec<PathBuf>,
    pub(super) sources: Sources,
    pub(super) findings: Findings,
}

/// A spec that is to be read.
pub(super) enum SpecFile {
    Stdin,
    File(PathBuf),
}

impl Collected {
    fn new(arguments: Vec<PathBuf>) -> Self {
        let mut collected = Self {
            files: Vec::new(),
            directories: Vec::new(),
            sources: Sources::new(),
            findings: Findings::new(),
        };
        let several = arguments.len() > 1;
        if arguments.is_empty() {
            collected.directory(Path::new("."));
        }
        for argument in arguments {
            if argument.as_os_str() == "-" {
                collected.files.push(SpecFile::Stdin);
            } else if argument.is_dir() {
                collected.directory(&argument);
            } else {
                collected.files.push(SpecFile::File(argument));
            }
        }
        if several {
            collected.once();
        }
        collected
    }

    /// The specs of a directory, by name.
    fn directory(&mut self, directory: &Path) {
        let listed = fs::read_dir(directory).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        let mut files = match listed {
            Ok(files) => files,
            Err(error) => {
                let finding = unreadable(&mut self.sources, directory, &reason(&error));
                self.findings.push(finding);
                return;
            }
        };
        files.retain(|path| looks_like_spec(path) && !path.is_dir());
        if files.is_empty() {
            let finding = whole(
                &mut self.sources,
                directory,
                "there are no specs in this directory".to_owned(),
            );
            self.findings.push(
                finding
                    .note("specs are `*.yaml`, `*.yml`, `*.json` and `*.toml`; directories below are not searched")
                    .help("start with `eksnet init`, which writes a commented spec"),
            );
        }
        files.sort();
        let short = |path: PathBuf| {
            let name = path.strip_prefix(".").map(Path::to_path_buf);
            name.unwrap_or(path)
        };
        self.directories.push(short(directory.to_path_buf()));
        let files = files.into_iter().map(short);
        self.files.extend(files.map(SpecFile::File));
    }

    /// The specs that stand beside those of the run and are not among them: they share their ledger.
    pub(super) fn neighbours(&self) -> Vec<PathBuf> {
        let files = self.files.iter().filter_map(SpecFile::path);
        let mine: BTreeSet<PathBuf> = files.clone().filter_map(real).collect();
        let whole: BTreeSet<PathBuf> = self.directories.iter().filter_map(|d| real(d)).collect();
        let mut seen = whole;
        let mut neighbours = Vec::new();
        for directory in files.filter_map(Path::parent) {
            let here = if directory.as_os_str().is_empty() {
                Path::new(".")
            } else {
                directory
            };
            if !real(here).is_some_and(|here| seen.insert(here)) {
                continue;
            }
            // What cannot be read is no spec that somebody plans.
            for entry in fs::read_dir(here).into_iter().flatten().flatten() {
                let path = directory.join(entry.file_name());
                if looks_like_spec(&path) && real(&path).is_some_and(|path| !mine.contains(&path)) {
                    neighbours.push(path);
                }
            }
        }
        neighbours.sort();
        neighbours
    }

    /// Takes out a file that is no spec.
    pub(super) fn leave_out(&mut self, path: &Path) {
        let Ok(path) = path.canonicalize() else {
            return;
        };
        self.files.retain(|file| {
            let spec = file.path().and_then(|spec| spec.canonicalize().ok());
            spec.as_ref() != Some(&path)
        });
    }

    /// Drops what was named twice, as by a directory and a file in it.
    fn once(&mut self) {
        let mut seen = BTreeSet::new();
        self.files.retain(|file| {
            seen.insert(match file {
                SpecFile::Stdin => PathBuf::from("-"),
                SpecFile::File(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
            })
        });
    }
}

/// A path in the one form that it has, however it was written.
fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// Whether a file of a directory is taken for a spec without having been named.
fn looks_like_spec(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
        return false;
    };
    let format = path
        .extension()
        .and_then(|extension| Format::from_extension(&extension.to_string_lossy()));
    let ours = [
        ".template.json",
        ".tf.json",
        ".kubernetes.yaml",
        ".eksctl.yaml",
        // What a deployed stack told, as messages and guides call it.
        ".outputs.json",
    ];
    format.is_some()
        && !name.starts_with('.')
        && name != "Cargo.toml"
        && !ours.iter().any(|end| name.ends_with(end))
}

impl SpecFile {
    /// Where it is; nothing for the standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) => Some(path),
        }
    }

    /// Reads and lowers it; a finding where it cannot be read.
    pub(super) fn load(&self, sources: &mut Sources) -> Result<Loaded, Box<Finding>> {
        let (path, format, bytes) = match self {
            Self::Stdin => (Path::new("<stdin>"), None, bytes(io::stdin().lock())),
            Self::File(path) => {
                let format = path
                    .extension()
                    .and_then(|extension| Format::from_extension(&extension.to_string_lossy()));
                (path.as_path(), format, File::open(path).and_then(bytes))
            }
        };
        match bytes.map(String::from_utf8) {
            Ok(Ok(text)) => Ok(load(&path.to_string_lossy(), format, &text, sources)),
            Ok(Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                let why = format!("it is not UTF-8: byte {} is wrong", at + 1);
                Err(Box::new(
                    unreadable(sources, path, &why).help("save it as UTF-8"),
                ))
            }
            Err(error) => Err(Box::new(unreadable(sources, path, &reason(&error)))),
        }
    }
}

/// All bytes, or one more than a spec may have, for which the reader has its own words.
pub(super) fn bytes(from: impl Read) -> io::Result<Vec<u8>> {
    bytes_up_to(MAX_BYTES, from)
}

/// All bytes, or one more than there may be.
pub(super) fn bytes_up_to(most: usize, from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What the system says, in the same words on every system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        _ => error.to_string(),
    }
}

fn unreadable(sources: &mut Sources, path: &Path, why: &str) -> Finding {
    whole(sources, path, format!("cannot read the spec: {why}"))
}

/// A finding about a path as such.
fn whole(sources: &mut Sources, path: &Path, message: String) -> Finding {
    let source = sources.add(path.to_string_lossy(), "");
    let span = Span {
        source,
        start: 0,
        end: 0,
    };
    rules::SPEC021.at(Origin::Spec(span), message)
}
