//! What there is to verify: templates, modules and records below the paths that were named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::cli::Stop;
use crate::cli::record;
use crate::cli::specs::{bytes_up_to, reason};
use crate::read::{self, MOST_BYTES, Reading};

/// A stack's files in one engine, and what they say.
pub(super) struct Side {
    /// The template, or the directory of the module.
    pub(super) path: PathBuf,
    /// The template, or the files of the module.
    pub(super) files: Vec<PathBuf>,
    pub(super) reading: Reading,
}

/// A stack's sides, CloudFormation first.
pub(super) type Sides = [Option<Side>; 2];

/// All that was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) stacks: BTreeMap<String, Sides>,
    /// Records by their real paths.
    pub(super) records: BTreeMap<PathBuf, PathBuf>,
    /// What belongs to the stacks and cannot be judged.
    pub(super) faults: Vec<String>,
    /// What is there and not looked at.
    pub(super) notes: Vec<String>,
    /// The real paths of what was read, so that nothing is read twice.
    read: BTreeSet<PathBuf>,
}

/// The only template and the only module are of one stack.
pub(super) fn paired(stacks: BTreeMap<String, Sides>) -> BTreeMap<String, Sides> {
    let mut all: Vec<_> = stacks.into_iter().collect();
    if let [(name, one), (_, other)] = all.as_mut_slice()
        && let ([Some(_), free @ None], [None, found @ Some(_)])
        | ([None, found @ Some(_)], [Some(_), free @ None]) = (one, other)
    {
        let name = name.clone();
        std::mem::swap(free, found);
        all.retain(|(_, sides)| sides.iter().all(Option::is_some));
        return all
            .into_iter()
            .map(|(_, sides)| (name.clone(), sides))
            .collect();
    }
    all.into_iter().collect()
}

impl Found {
    /// Finds what a path has: a template, a module, or a directory of both.
    pub(super) fn look(&mut self, path: &Path) -> Result<(), Stop> {
        if !path.is_dir() {
            return if self.template(path)? {
                Ok(())
            } else {
                Err(Stop::Failed(format!(
                    "{} is neither a directory nor a `.template.json`",
                    path.display()
                )))
            };
        }
        let entries = sorted(path)?;
        let module = entries.iter().any(|entry| ends(entry, ".tf.json"));
        let mut any = self.directory(path, &entries)?;
        // What is below a module is part of it, or of nothing.
        for entry in entries.iter().filter(|entry| !module && entry.is_dir()) {
            any |= self.below(entry)?;
        }
        if !any {
            self.faults.push(format!(
                "{}: has neither a `.template.json` nor a directory with `.tf.json`\n",
                path.display()
            ));
        }
        Ok(())
    }

    /// A directory of a directory: a module, with what is beside its files.
    fn below(&mut self, path: &Path) -> Result<bool, Stop> {
        if path
            .file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'))
        {
            return Ok(false);
        }
        let entries = sorted(path)?;
        if entries
            .iter()
            .any(|entry| ends(entry, ".tf.json") || is_terraform(entry))
        {
            return self.directory(path, &entries);
        }
        if entries.iter().any(|entry| ends(entry, ".template.json")) {
            let path = path.display();
            self.notes.push(format!(
                "{path}: has templates, which are not read unless the directory is named\n"
            ));
        }
        Ok(false)
    }

    /// Reads a directory's own files; returns whether there was a template or a module.
    fn directory(&mut self, path: &Path, entries: &[PathBuf]) -> Result<bool, Stop> {
        let Some(real) = self.first(path)? else {
            // It was looked at, and what is to be said of it was said.
            return Ok(true);
        };
        for entry in entries.iter().filter(|entry| ends(entry, record::ENDING)) {
            self.record(entry);
        }
        let files = entries.iter().filter(|entry| ends(entry, ".tf.json"));
        let files: Vec<PathBuf> = files.cloned().collect();
        let module = !files.is_empty();
        let others = entries.iter().filter(|entry| is_terraform(entry));
        if module {
            for other in others {
                self.faults.push(format!(
                    "{}: Terraform reads it with the module, and it cannot be judged: only `.tf.json` as eksnet writes it is read\n",
                    other.display()
                ));
            }
            self.module(path, &real, files)?;
        } else if others.count() > 0 {
            self.notes.push(format!(
                "{}: has no `.tf.json`, and what else Terraform takes is not read\n",
                path.display()
            ));
        }
        let mut any = module;
        for entry in entries {
            any |= self.template(entry)?;
        }
        Ok(any)
    }

    fn template(&mut self, path: &Path) -> Result<bool, Stop> {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let stack = name
            .as_deref()
            .and_then(|n| n.strip_suffix(".template.json"));
        let Some(stack) = stack.filter(|_| !path.is_dir()) else {
            return Ok(false);
        };
        if self.first(path)?.is_some() {
            let reading = read::cloudformation(&text(path)?);
            let files = vec![path.to_owned()];
            self.add(stack, 0, path, files, reading)?;
            self.record(&path.with_file_name(format!("{stack}{}", record::ENDING)));
        }
        Ok(true)
    }

    fn module(&mut self, path: &Path, real: &Path, files: Vec<PathBuf>) -> Result<(), Stop> {
        let stack = real.file_name().unwrap_or_default().to_string_lossy();
        let mut texts = Vec::with_capacity(files.len());
        for file in &files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            texts.push((name, text(file)?));
        }
        let texts = texts.iter().map(|(name, text)| (&**name, text.as_str()));
        let reading = read::terraform(texts);
        self.add(&stack, 1, path, files, reading)?;
        // `.` and `..` have no name, and what they are has.
        let named = path.file_name().map_or(real, |_| path);
        self.record(&named.with_file_name(format!("{stack}{}", record::ENDING)));
        Ok(())
    }

    /// The real path of what was not read before.
    fn first(&mut self, path: &Path) -> Result<Option<PathBuf>, Stop> {
        let real = fs::canonicalize(path).map_err(|error| cannot_read(path, &error))?;
        Ok(self.read.insert(real.clone()).then_some(real))
    }

    /// A record, if it is there.
    fn record(&mut self, path: &Path) {
        if let Ok(real) = fs::canonicalize(path) {
            self.records.entry(real).or_insert_with(|| path.to_owned());
        }
    }

    fn add(
        &mut self,
        stack: &str,
        side: usize,
        path: &Path,
        files: Vec<PathBuf>,
        reading: Reading,
    ) -> Result<(), Stop> {
        let path = path.to_owned();
        let place = &mut self.stacks.entry(stack.to_owned()).or_default()[side];
        if let Some(first) = place {
            return Err(Stop::Usage(format!(
                "{} and {} are both of {stack}",
                first.path.display(),
                path.display()
            )));
        }
        *place = Some(Side {
            path,
            files,
            reading,
        });
        Ok(())
    }
}

fn ends(path: &Path, ending: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(ending) && !path.is_dir()
}

/// What Terraform or OpenTofu takes for a part of a module and eksnet does not write.
fn is_terraform(path: &Path) -> bool {
    [".tf", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json"]
        .iter()
        .any(|ending| ends(path, ending))
}

fn sorted(directory: &Path) -> Result<Vec<PathBuf>, Stop> {
    let failed = |error| cannot_read(directory, &error);
    let entries = fs::read_dir(directory).map_err(failed)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// A file's text, no more of it than a reader takes.
fn text(path: &Path) -> Result<String, Stop> {
    let bytes = File::open(path).and_then(|file| bytes_up_to(MOST_BYTES, file));
    let bytes = bytes.map_err(|error| cannot_read(path, &error))?;
    if bytes.len() > MOST_BYTES {
        return Err(Stop::Failed(format!(
            "{} has more than {MOST_BYTES} bytes, which no template has",
            path.display()
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        Stop::Failed(format!(
            "{} is not UTF-8: byte {at} is wrong",
            path.display()
        ))
    })
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Stop {
    Stop::Failed(format!("cannot read {}: {}", path.display(), reason(error)))
}
