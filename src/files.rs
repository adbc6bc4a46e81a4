//! Writing files whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It has new bytes.
    New,
    /// It had these bytes already and was not touched.
    Same,
}

/// Makes a file have these bytes, and the directories above it exist.
///
/// The bytes are written beside it and then take its place at once, so that whoever reads, and whoever looks after this
/// process was killed, sees the old file or the new one. A file that has the bytes already keeps its date.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<Written> {
    match fs::read(path) {
        Ok(old) if old == bytes => return Ok(Written::Same),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
        }
        Err(error) => return Err(error),
    }
    let beside = beside(path);
    let done = fs::write(&beside, bytes)
        .and_then(|()| keep_permissions(path, &beside))
        .and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // What matters is the first error; a leftover is hidden and harms nobody.
        let _ = fs::remove_file(&beside);
    }
    done.map(|()| Written::New)
}

/// A file that others may not read stays one.
fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(old) => fs::set_permissions(new, old.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// `.main.tf.json.tmp-4711`: hidden, so that nobody takes it for output, and different for every process.
fn beside(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .map_or_else(Default::default, |name| name.to_string_lossy());
    path.with_file_name(format!(".{name}.tmp-{}", std::process::id()))
}
