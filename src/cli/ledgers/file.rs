//! One ledger's file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ipnet::Ipv4Net;

use crate::cli::Stop;
use crate::diagnostic::{Findings, Sources};
use crate::plan::{Change, Ledger, LockFile, SubnetKey};

/// A ledger's file as it was, and as it is to be.
#[derive(Default)]
pub(super) struct LedgerFile {
    /// As the user names it.
    pub(super) path: PathBuf,
    /// What stood in it; none where there was no file.
    pub(super) text: Option<String>,
    /// Whether nothing can be planned with it.
    pub(super) broken: bool,
    /// Whether it has to be written even if all that can be read of it stays.
    pub(super) mended: bool,
    /// For the standard input, which has no place to write beside.
    pub(super) read_only: bool,
    pub(super) before: LockFile,
    pub(super) after: LockFile,
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
                    broken: true,
                    ..Self::default()
                };
            }
        };
        let mut said = Findings::new();
        let read = if repair {
            LockFile::repair
        } else {
            LockFile::read
        };
        let after = read(&name, &text, sources, &mut said);
        let mut mended = Findings::new();
        // What stands in the file; what cannot be read of it is not what is compared with.
        let before = if repair {
            LockFile::read(&name, &text, &mut Sources::new(), &mut mended)
        } else {
            after.clone()
        };
        let broken = said.has_errors();
        findings.extend(said);
        Self {
            text: Some(text),
            broken,
            mended: mended.has_errors(),
            before,
            after,
            ..Self::default()
        }
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
        let mut overtaken = findings.has_errors() || self.mended;
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

    /// What changed, in words.
    pub(super) fn summary(&self) -> String {
        let mut counts = [0_usize; 7];
        let mut regions: BTreeMap<(&str, &str), [Option<&Ledger>; 2]> = BTreeMap::new();
        for (at, file) in [&self.before, &self.after].into_iter().enumerate() {
            for (stack, region, ledger) in file.networks() {
                regions.entry((stack, region)).or_default()[at] = Some(ledger);
            }
        }
        let none = Ledger::new();
        for [old, new] in regions.into_values() {
            let new = new.unwrap_or(&none);
            let kept: BTreeSet<Ipv4Net> = new.tombstones().map(|old| old.cidr).collect();
            for change in old.unwrap_or(&none).changes(new) {
                counts[match &change {
                    Change::Added(key, _) | Change::Moved(key, ..) | Change::Marked(key, ..)
                        if self.adopted.contains(key) =>
                    {
                        0
                    }
                    Change::Added(..) => 1,
                    Change::Removed(_, entry) if kept.contains(&entry.cidr) => 2,
                    Change::Removed(..) => 3,
                    Change::Moved(..) => 4,
                    Change::Marked(..) => 5,
                    Change::Released(_) => 6,
                }] += 1;
            }
        }
        let words = [
            "adopted",
            "given out",
            "kept for removed subnets",
            "given up",
            "moved",
            "marked",
            "released",
        ];
        let said: Vec<String> = counts
            .iter()
            .zip(words)
            .filter(|(count, _)| **count > 0)
            .map(|(count, word)| {
                let ranges = if *count == 1 { "range" } else { "ranges" };
                format!("{count} {ranges} {word}")
            })
            .collect();
        if said.is_empty() {
            "put in order".to_owned()
        } else {
            said.join(", ")
        }
    }

    pub(super) fn refusal(&self) -> &'static str {
        if self.read_only {
            "it would change, and what is read from the standard input is locked; plan the spec as a file to write it"
        } else {
            "it would change; the same command without `--locked` or `--check` writes it"
        }
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
