//! One ledger's file.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Stop;
use crate::diagnostic::{Findings, Sources};
use crate::plan::{Ledger, LockFile, SubnetKey};

/// What there was at a ledger's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Found {
    #[default]
    Nothing,
    Ledger,
    /// A ledger as a merge leaves it, which must be written again, whatever changes.
    Merged,
    /// Something that nothing can be planned with.
    Broken,
}

/// A ledger's file as it was, and as it is to be.
#[derive(Default)]
pub(super) struct LedgerFile {
    /// As the user names it.
    pub(super) path: PathBuf,
    pub(super) found: Found,
    /// What stood in it; none where there was no file.
    pub(super) text: Option<String>,
    /// For the standard input, which has no place to write beside.
    pub(super) read_only: bool,
    pub(super) before: LockFile,
    /// Where another side of a merge had what `before` has elsewhere.
    pub(super) rivals: Vec<LockFile>,
    pub(super) after: LockFile,
    /// The stacks and regions of the run.
    pub(super) planned: BTreeSet<(String, String)>,
    /// Which subnets were found to exist.
    pub(super) adopted: BTreeSet<SubnetKey>,
}

/// What a file is known by, by whatever path it is named: the ledger of `a.yaml` is that of `./b.yaml`. Two that were held
/// for one would each be written without what the other has.
pub(super) fn identity(path: &Path) -> PathBuf {
    if let Ok(file) = path.canonicalize() {
        return file;
    }
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    let directory = parent.unwrap_or(Path::new(".")).canonicalize();
    match (directory, path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_path_buf(),
    }
}

/// Lets no other run write beside this file until it is dropped, on systems that lock directories. On others two that
/// write within the same millisecond may still lose one.
pub(super) fn guard(path: &Path) -> Option<File> {
    let directory = File::open(path.parent()?).ok()?;
    directory.lock().ok()?;
    Some(directory)
}

impl LedgerFile {
    /// Reads it, or takes both sides of a merge in it; an empty one where there is no file.
    pub(super) fn read(
        path: &Path,
        repair: bool,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Self {
        Self {
            path: path.to_path_buf(),
            ..Self::contents(path, repair, sources, findings)
        }
    }

    fn contents(path: &Path, repair: bool, sources: &mut Sources, findings: &mut Findings) -> Self {
        let name = path.to_string_lossy();
        let text = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            unreadable => {
                let why = match unreadable {
                    Err(error) => error.to_string(),
                    Ok(_) => "it is not UTF-8".to_owned(),
                };
                findings.push(LockFile::unreadable(&name, &why, sources));
                return Self {
                    found: Found::Broken,
                    ..Self::default()
                };
            }
        };
        let mut said = Findings::new();
        let mut file = Self {
            found: Found::Ledger,
            ..Self::default()
        };
        if repair {
            file.after = LockFile::repair(&name, &text, sources, &mut said);
            let mut sides = LockFile::sides(&text).into_iter();
            file.before = sides.next().unwrap_or_default();
            file.rivals = sides.collect();
            let mut strictly = Findings::new();
            LockFile::read(&name, &text, &mut Sources::new(), &mut strictly);
            if strictly.has_errors() {
                file.found = Found::Merged;
            }
        } else {
            file.after = LockFile::read(&name, &text, sources, &mut said);
            file.before = file.after.clone();
        }
        if said.has_errors() {
            file.found = Found::Broken;
        }
        findings.extend(said);
        file.text = Some(text);
        file
    }

    pub(super) fn exists(&self) -> bool {
        self.found != Found::Nothing
    }

    /// The networks that are not of the run.
    pub(super) fn without_spec(&self) -> Vec<(String, String, Ledger)> {
        let networks = self.after.networks();
        networks
            .map(|(stack, region, ledger)| ((stack.to_owned(), region.to_owned()), ledger))
            .filter(|(network, _)| !self.planned.contains(network))
            .map(|((stack, region), ledger)| (stack, region, ledger.clone()))
            .collect()
    }

    /// The file as it is to be, with what other runs have given out to other networks since it was read.
    pub(super) fn merged(&self, id: &Path) -> Result<LockFile, Stop> {
        let now = match fs::read(id) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let path = self.path.display();
                return Err(Stop::Failed(format!("cannot read {path}: {error}")));
            }
        };
        let mut merged = self.after.clone();
        // A ledger that was taken away takes nothing back.
        let Some(now) = now.filter(|now| Some(now) != self.text.as_ref()) else {
            return Ok(merged);
        };
        let mut findings = Findings::new();
        let theirs = LockFile::read("", &now, &mut Sources::new(), &mut findings);
        let mut overtaken = findings.has_errors() || self.found == Found::Merged;
        for (stack, region, ledger) in theirs.networks() {
            let [before, after] =
                [&self.before, &self.after].map(|file| file.ledger(stack, region));
            if Some(ledger) != before && Some(ledger) != after {
                overtaken |= before != after;
                merged.set(stack, region, ledger.clone());
            }
        }
        if overtaken {
            return Err(Stop::Failed(format!(
                "{} has changed since it was read, also for what this run gives out: run it again",
                self.path.display()
            )));
        }
        Ok(merged)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

    use super::*;
    use crate::plan::Entry;

    fn file(networks: [(&str, &str); 2]) -> LockFile {
        let mut file = LockFile::new();
        for (stack, range) in networks {
            let key = SubnetKey {
                tier: "data".to_owned(),
                zone: "use1-az1".parse().unwrap(),
                ordinal: 0,
            };
            let mut ledger = Ledger::new();
            ledger.insert(key, Entry::planned(range.parse().unwrap()));
            file.set(stack, "us-east-1", ledger);
        }
        file
    }

    /// Nobody knows which of two runs that changed one network is the one that is deployed.
    #[test]
    fn another_run_may_change_other_networks_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("eksnet.lock");
        let before = file([("ours", "10.20.0.0/24"), ("theirs", "10.30.0.0/24")]);
        let run = LedgerFile {
            text: Some(before.text()),
            before,
            after: file([("ours", "10.20.1.0/24"), ("theirs", "10.30.0.0/24")]),
            ..LedgerFile::default()
        };
        let merged = |networks| {
            fs::write(&path, file(networks).text()).unwrap();
            run.merged(&path).ok()
        };
        let both = [("ours", "10.20.1.0/24"), ("theirs", "10.30.1.0/24")];
        let of_others = [("ours", "10.20.0.0/24"), ("theirs", "10.30.1.0/24")];
        assert_eq!(merged(of_others), Some(file(both)));
        assert_eq!(merged(both), Some(file(both)));
        assert_eq!(
            merged([("ours", "10.20.2.0/24"), ("theirs", "10.30.0.0/24")]),
            None
        );
        fs::write(&path, "").unwrap();
        assert!(run.merged(&path).is_err());
    }
}
