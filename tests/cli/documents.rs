//! Documents beside templates: what is said where there is none, and where outputs do not fit.

use crate::place::{Place, snapshot};

#[test]
fn a_stack_without_manifests_says_so() {
    let place = Place::small();
    snapshot!(
        "synth_no_manifests",
        place.said("synth --format kubernetes small.yaml")
    );
    snapshot!(
        "synth_no_manifests_out",
        place.said("synth --format kubernetes,terraform --out out")
    );
    assert!(!place.at("out/small.kubernetes.yaml").exists());
}

#[test]
fn outputs_are_read_for_documents_only() {
    let place = Place::small();
    place.write("small.outputs.json", "{}");
    snapshot!(
        "synth_outputs_of_template",
        place.said("synth small.yaml --outputs small.outputs.json")
    );
    snapshot!(
        "synth_outputs_empty",
        place.said("synth small.yaml --format kubernetes --outputs small.outputs.json")
    );
    snapshot!(
        "synth_outputs_missing",
        place.said("synth small.yaml --format kubernetes --outputs nowhere.json")
    );
}

/// Ids of a neighbour look like ours, so that whoever deployed it under another name is told where they come from.
#[test]
fn outputs_of_a_stack_of_another_name_are_spoken_of() {
    let place = Place::new();
    place.write(
        "shop.yaml",
        include_str!("../../examples/pod-security-groups.yaml"),
    );
    let outputs = include_str!("shop.outputs.json");
    place.write("shop.outputs.json", outputs);
    place.write(
        "store.outputs.json",
        outputs.replace("\"shop\"", "\"store\""),
    );
    let synth = |outputs: &str| {
        let output = place.run(&format!(
            "synth shop.yaml --format kubernetes --outputs {outputs}"
        ));
        assert!(output.status.success());
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(stdout.contains("sg-0d1"), "{stdout}");
        stderr
    };
    let warning = "warning: store.outputs.json is of the stack `store` alone, and shop takes its ids from there\n";
    let said = synth("store.outputs.json");
    assert_eq!(said.matches(warning).count(), 1, "{said}");
    assert!(!synth("shop.outputs.json").contains("warning"));
}
