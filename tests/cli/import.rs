//! `eksnet import`: where the spec goes, and when there is none.

use crate::place::{CLUSTER_CONFIG, Place, said};

const ZONES: &str = "--zone us-east-1a=use1-az4 --zone us-east-1b=use1-az6";

fn place() -> Place {
    let place = Place::new();
    place.write("cluster.yaml", CLUSTER_CONFIG);
    place
}

/// Runs `import` of the file; what it said, if it ended as it should.
fn import(place: &Place, arguments: &str, code: i32) -> String {
    let output = place.run(&format!("import cluster.yaml {arguments}"));
    let said = said(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments}\n{said}");
    said
}

#[test]
fn a_spec_is_written_and_passes() {
    let place = place();
    let shown = place.run(&format!("import cluster.yaml {ZONES}"));
    import(&place, &format!("{ZONES} --out prod.yaml"), 0);
    assert_eq!(place.read("prod.yaml").as_bytes(), shown.stdout);
    assert_eq!(place.run("check prod.yaml").status.code(), Some(0));
    let plan = said(&place.run("plan prod.yaml"));
    for tier in ["public", "private"] {
        assert!(
            plan.lines()
                .any(|line| line.starts_with(tier) && line.contains("192.168.")),
            "{plan}"
        );
    }
}

#[test]
fn no_file_is_replaced_unless_it_is_said() {
    let place = place();
    place.write("prod.yaml", "mine");
    let refused = import(&place, "--out prod.yaml", 1);
    assert!(refused.contains("`--force` replaces it"), "{refused}");
    assert_eq!(place.read("prod.yaml"), "mine");
    import(&place, "--out prod.yaml --force", 0);
    assert!(place.read("prod.yaml").contains("stack: prod"));
}

/// A finding alone leaves the exit code as it is; with `--strict` it is 1, and nothing is written.
#[test]
fn strict_writes_nothing_that_is_not_whole() {
    let place = place();
    let loose = import(&place, "", 0);
    assert!(
        loose.contains("SPEC052") && loose.contains("stack: prod"),
        "{loose}"
    );
    let strict = import(&place, "--strict --out prod.yaml", 1);
    assert!(strict.contains("SPEC052"), "{strict}");
    assert!(!place.at("prod.yaml").exists());
    import(&place, &format!("--strict {ZONES} --out prod.yaml"), 0);
}

#[test]
fn a_spec_that_leaves_the_cluster_to_eksctl_renders_its_file() {
    let place = place();
    import(&place, &format!("{ZONES} --keep-eksctl --out prod.yaml"), 0);
    assert!(place.read("prod.yaml").contains("made-by: eksctl"));
    let output = place.run("synth prod.yaml --format eksctl");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("kind: ClusterConfig"));
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let place = place();
    let twice = import(
        &place,
        "--zone us-east-1a=use1-az4 --zone us-east-1a=use1-az6",
        2,
    );
    assert!(twice.contains("both use1-az4 and use1-az6"), "{twice}");
    import(&place, "--zone us-east-1a", 2);
    place.write("cluster.yaml", "stack: prod\nregion: us-east-1\n");
    import(&place, "--out prod.yaml", 1);
    assert!(!place.at("prod.yaml").exists());
    let missing = place.run("import none.yaml");
    assert_eq!(missing.status.code(), Some(1), "{}", said(&missing));
}
