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
