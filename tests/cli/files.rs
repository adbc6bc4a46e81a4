//! What is written, and that nothing is ever written by halves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::place::{Place, SMALL, snapshot};

/// All files below a directory, without those that are hidden.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                left.push(path);
            } else if !name.starts_with('.') {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                files.insert(name.replace('\\', "/"), fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn synth_writes_all_files_and_leaves_the_same_ones_alone() {
    let place = Place::small();
    snapshot!("synth_out", place.said("synth --out deep/out"));
    let names: Vec<String> = tree(&place.at("deep/out")).into_keys().collect();
    assert_eq!(
        names,
        [
            "small.template.json",
            "small/main.tf.json",
            "small/outputs.tf.json",
            "small/versions.tf.json"
        ]
    );
    let date = |place: &Place| {
        let file = fs::metadata(place.at("deep/out/small.template.json")).unwrap();
        file.modified().unwrap()
    };
    let before = date(&place);
    snapshot!("synth_out_again", place.said("synth --out deep/out"));
    assert_eq!(before, date(&place));
    // What goes to the standard output is what goes to the file.
    let output = place.run("synth small.yaml");
    assert_eq!(
        output.stdout,
        fs::read(place.at("deep/out/small.template.json")).unwrap()
    );
}

#[test]
fn check_tells_stale_from_fresh() {
    let place = Place::small();
    snapshot!("synth_check_missing", place.said("synth --out out --check"));
    assert!(!place.at("out").exists(), "a check writes nothing");
    place.run("synth --out out");
    snapshot!("synth_check_fresh", place.said("synth --out out --check"));
    let logs = ", flow-logs: { retention-days: 30 } }";
    place.write("small.yaml", SMALL.replace(" }", logs));
    snapshot!(
        "synth_check_stale",
        place.said("synth --out out --check --format terraform")
    );
    // One format is checked without the other.
    place.run("synth --out out --format terraform");
    let code = |arguments: &str| place.run(arguments).status.code();
    assert_eq!(code("synth --out out --check -f terraform"), Some(0));
    assert_eq!(code("synth --out out --check"), Some(1));
}

#[test]
fn an_error_in_one_spec_keeps_all_from_being_written() {
    let place = Place::small();
    place.write("wrong.yaml", "stack: wrong\nregion: us-east-1\n");
    snapshot!("synth_one_wrong", place.said("synth --out out"));
    assert!(!place.at("out").exists());
}

#[test]
fn a_directory_in_the_way_is_an_error() {
    let place = Place::small();
    fs::create_dir_all(place.at("out/small.template.json")).unwrap();
    let output = place.run("synth --out out");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("error: cannot write"), "{errors}");
}

/// However often a run is killed, a file is the old one or the new one.
#[test]
fn a_killed_run_leaves_whole_files() {
    const SPECS: usize = 300;
    let place = Place::new();
    let write = |second: u8| {
        for i in 0..SPECS {
            let text = format!(
                "stack: s{i}\nregion: us-east-1\nnetwork: {{ cidr: 10.{second}.0.0/16 }}\n"
            );
            place.write(&format!("specs/{i}.yaml"), text);
        }
    };
    write(20);
    assert_eq!(
        place
            .run("synth specs --out new --ledger new.lock")
            .status
            .code(),
        Some(0)
    );
    write(10);
    assert_eq!(
        place
            .run("synth specs --out out --ledger old.lock")
            .status
            .code(),
        Some(0)
    );
    let old = tree(&place.at("out"));
    let new = tree(&place.at("new"));
    assert_eq!(old.len(), 4 * SPECS);
    write(20);
    let mut replaced = Vec::new();
    for pause in [150, 400, 800, 1200, 1700, 2300] {
        let mut child = place
            .command("synth specs --out out --ledger new.lock")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = tree(&place.at("out"));
        assert_eq!(now.len(), old.len(), "no leftover counts as output");
        for (name, bytes) in &now {
            assert!(
                *bytes == old[name] || *bytes == new[name],
                "{name} is half written"
            );
            serde_json::from_slice::<serde::de::IgnoredAny>(bytes).unwrap();
        }
        replaced.push(
            now.iter()
                .filter(|(name, bytes)| **bytes == new[*name])
                .count(),
        );
    }
    assert!(replaced.is_sorted(), "{replaced:?}");
    assert_eq!(
        place
            .run("synth specs --out out --ledger new.lock")
            .status
            .code(),
        Some(0)
    );
    assert!(tree(&place.at("out")) == new);
}
