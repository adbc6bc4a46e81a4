//! A directory of its own in which a test runs eksnet.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A spec of three lines, without any finding that is more than a remark.
pub(crate) const SMALL: &str = "stack: small\nregion: us-east-1\nnetwork: { cidr: 10.40.0.0/16 }\n";

/// A ClusterConfig of which nothing is lost, once its two zones are named.
pub(crate) const CLUSTER_CONFIG: &str = "\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: prod, region: us-east-1, version: \"1.35\" }
availabilityZones: [us-east-1a, us-east-1b]
";

pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// With `small.yaml`.
    pub(crate) fn small() -> Self {
        let place = Self::new();
        place.write("small.yaml", SMALL);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// eksnet with arguments, split at blanks, and nothing of the caller's taste for colours.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("eksnet"));
        command
            .current_dir(self.path())
            .args(arguments.split_whitespace())
            .env("COLUMNS", "100")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The exit code and both streams, as one text.
    pub(crate) fn said(&self, arguments: &str) -> String {
        said(&self.run(arguments))
    }
}

pub(crate) fn said(output: &Output) -> String {
    let code = output.status.code();
    let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let mut text = format!("exit code {code}\n");
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            text.extend(["--- ", name, "\n"]);
            text.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    text.replace("eksnet.exe", "eksnet")
}

/// Compares with `snapshots/cli/<name>.snap`.
macro_rules! snapshot {
    ($name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../snapshots/cli");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}
pub(crate) use snapshot;
