//! `synth --record` writes down what was rendered, and `verify` holds files against it.

use crate::place::{Place, SMALL, snapshot};

/// A stack's templates with their record.
fn recorded() -> Place {
    let place = Place::new();
    place.write("prod.yaml", SMALL.replace("small", "prod"));
    let output = place.run("synth prod.yaml --out out --record");
    assert_eq!(output.status.code(), Some(0));
    place
}

#[test]
fn a_record_is_the_same_every_time() {
    let place = recorded();
    let record = place.read("out/prod.record.json");
    let version = format!("\"eksnet\": \"{}\"", env!("CARGO_PKG_VERSION"));
    // What is hashed has snapshots of its own.
    let words = record.split('"');
    let hashes: Vec<&str> = words.filter(|word| word.len() == 64).collect();
    assert_eq!(hashes.len(), 5);
    let mut form = record.clone();
    for hash in hashes {
        assert!(hash.bytes().all(|letter| letter.is_ascii_hexdigit()));
        form = form.replace(hash, "HASH");
    }
    snapshot!("record", form.replace(&version, "\"eksnet\": \"VERSION\""));
    let said = place.said("synth prod.yaml --out out --record");
    assert!(said.contains("0 files written, 5 unchanged"), "{said}");
    let said = place.said("synth prod.yaml --out out --record --check");
    assert!(said.contains("5 files up to date"), "{said}");
    // The model is the same, whatever is rendered of it; another spec has another.
    let model = |record: &str| {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        record["model"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        place
            .run("synth prod.yaml --out b --format terraform --record")
            .status
            .code(),
        Some(0)
    );
    let one_engine = place.read("b/prod.record.json");
    assert!(!one_engine.contains("prod.template.json"), "{one_engine}");
    assert_eq!(model(&record), model(&one_engine));
    place.write(
        "prod.yaml",
        SMALL.replace("small", "prod") + "tags: { team: x }\n",
    );
    assert_eq!(
        place.run("synth prod.yaml --out c --record").status.code(),
        Some(0)
    );
    assert_ne!(model(&record), model(&place.read("c/prod.record.json")));
}

/// The hashes are those of any other tool.
#[test]
fn hashes_are_sha_256_of_the_files() {
    let place = recorded();
    let record: serde_json::Value =
        serde_json::from_str(&place.read("out/prod.record.json")).unwrap();
    let files = record["files"].as_object().unwrap();
    assert_eq!(files.len(), 4);
    for (path, hash) in files {
        let sum = std::process::Command::new("sha256sum")
            .arg(place.at("out").join(path))
            .output();
        let Ok(sum) = sum else {
            // A system without the tool.
            continue;
        };
        let sum = String::from_utf8(sum.stdout).unwrap();
        assert_eq!(sum.split(' ').next(), hash.as_str(), "{path}");
    }
}

#[test]
fn a_file_that_was_changed_by_hand_is_named() {
    let place = recorded();
    let said = place.said("verify out");
    assert!(said.starts_with("exit code 0\n"), "{said}");
    let version = env!("CARGO_PKG_VERSION");
    let line = format!("out/prod.record.json: all files are as eksnet {version} rendered them\n");
    assert!(said.contains(&line), "{said}");
    // A change that says the same to every reader.
    let main = place.read("out/prod/main.tf.json");
    place.write("out/prod/main.tf.json", format!("{main}\n"));
    // By the directory, the module and the template.
    for command in [
        "verify out",
        "verify out/prod",
        "verify out/prod.template.json",
    ] {
        let said = place.said(command);
        assert!(said.starts_with("exit code 1\n"), "{said}");
        let line = "out/prod/main.tf.json: is not what eksnet rendered: it was changed by hand";
        assert!(said.contains(line), "{said}");
        assert_eq!(
            said.matches("is not what eksnet rendered").count(),
            1,
            "{said}"
        );
    }
}

#[test]
fn files_too_few_and_too_many_are_named() {
    let place = recorded();
    std::fs::remove_file(place.at("out/prod/outputs.tf.json")).unwrap();
    place.write("out/prod/more.tf.json", "{}");
    let said = place.said("verify out");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    for line in [
        "out/prod/outputs.tf.json: is in the record, and is missing\n",
        "out/prod/more.tf.json: is not in out/prod.record.json, though it is of the same stack\n",
    ] {
        assert!(said.contains(line), "{line}{said}");
    }
    // All of the templates gone, and the record left.
    std::fs::remove_dir_all(place.at("out/prod")).unwrap();
    std::fs::remove_file(place.at("out/prod.template.json")).unwrap();
    let said = place.said("verify out");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("out/prod.template.json: is in the record, and is missing"),
        "{said}"
    );
}

#[test]
fn what_is_no_record_is_said() {
    let place = recorded();
    let record = place.read("out/prod.record.json");
    for (text, why) in [
        (
            "{".to_owned(),
            "out/prod.record.json: is no record of `synth --record`: EOF",
        ),
        (
            record.replace("prod.template.json", "../prod.template.json"),
            "out/prod.record.json: names `../prod.template.json`, which is not beside it",
        ),
        (
            record.replace("prod.template.json", "/etc/passwd"),
            "out/prod.record.json: names `/etc/passwd`, which is not beside it",
        ),
        (
            record.replace("\"layout\"", "\"time\""),
            "out/prod.record.json: is no record of `synth --record`: unknown field `time`",
        ),
    ] {
        place.write("out/prod.record.json", text);
        let said = place.said("verify out");
        assert!(said.starts_with("exit code 1\n"), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

/// A record is of the files that were there when it was written.
#[test]
fn an_outdated_record_is_said() {
    let place = recorded();
    place.write(
        "prod.yaml",
        SMALL.replace("small", "prod") + "tags: { team: x }\n",
    );
    let said = place.said("synth prod.yaml --out out");
    assert!(said.starts_with("exit code 0\n"), "{said}");
    assert!(
        said.contains("warning: out/prod.record.json is of the files that were there before"),
        "{said}"
    );
    assert_eq!(place.run("verify out").status.code(), Some(1));
    assert_eq!(
        place
            .run("synth prod.yaml --out out --record")
            .status
            .code(),
        Some(0)
    );
    assert_eq!(place.run("verify out").status.code(), Some(0));
    let said = place.said("synth prod.yaml --out out");
    assert!(!said.contains("warning"), "{said}");
    let said = place.said("synth prod.yaml --record");
    assert!(said.starts_with("exit code 2\n"), "{said}");
}
