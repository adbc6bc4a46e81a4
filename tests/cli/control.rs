//! `allow`, `--allow`, `--deny` and `--force`: what of the findings stops a run.

use crate::place::{Place, said, snapshot};

/// Warns of its one gateway and of flow logs that are not kept.
const LENIENT: &str = "\
stack: dev
region: us-east-1
allow:
  EKS406: a test cluster may lose its way out with a zone
network:
  cidr: 10.20.0.0/16
  flow-logs: none
  tiers:
    public: { access: public }
    nodes: { access: private, nat: single }
    control-plane: { access: isolated }
";

/// The same, open to addresses that are none of the internet's, which EKS refuses.
fn refused() -> String {
    format!("{LENIENT}cluster: {{ endpoint: {{ public-cidrs: [10.0.0.0/8] }} }}\n")
}

fn lenient() -> Place {
    let place = Place::new();
    place.write("dev.yaml", LENIENT);
    place
}

#[test]
fn what_a_spec_allows_is_a_remark_with_its_reason() {
    let place = lenient();
    snapshot!("check_allowed", place.said("check dev.yaml"));
    for format in ["concise", "json", "sarif", "github"] {
        let said = said(&place.run(&format!("check dev.yaml --format {format}")));
        let reason = "a test cluster may lose its way out with a zone";
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn warnings_can_be_denied() {
    let place = lenient();
    snapshot!("check_denied", place.said("check dev.yaml --deny warnings"));
    for denied in ["warnings", "EKS138", "eks138"] {
        let output = place.run(&format!("synth dev.yaml --out out --deny {denied}"));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(!place.at("out").exists());
    }
    // What the spec allows stays allowed, and what does not occur is not denied.
    for passed in [
        "--deny EKS406",
        "--deny EKS603",
        "--deny warnings --allow EKS138",
    ] {
        let output = place.run(&format!("check dev.yaml {passed}"));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
}

#[test]
fn an_allowance_that_meets_nothing_is_a_finding() {
    let place = lenient();
    snapshot!(
        "check_allowed_for_nothing",
        place.said("check dev.yaml --allow EKS138,EKS603")
    );
    let output = place.run("check dev.yaml --allow EKS138,EKS603 --deny warnings");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn rules_are_allowed_by_codes_that_exist() {
    let place = lenient();
    snapshot!(
        "check_allow_unknown",
        place.said("check dev.yaml --allow EKS999")
    );
    let spec = LENIENT.replace("EKS406", "EKS4O6");
    place.write("dev.yaml", spec);
    snapshot!("check_allow_typo", place.said("check dev.yaml"));
}

#[test]
fn errors_cannot_be_allowed() {
    let place = Place::new();
    place.write("dev.yaml", refused().replace("EKS406", "EKS606"));
    snapshot!("check_allowed_error", place.said("check dev.yaml"));
    place.write("dev.yaml", refused());
    let said = said(&place.run("check dev.yaml --allow EKS606"));
    assert!(said.contains("error[EKS606]"), "{said}");
    assert!(said.contains("`--allow` is for warnings"), "{said}");
}

#[test]
fn what_aws_demands_can_be_overridden_and_the_output_says_so() {
    let place = Place::new();
    place.write("dev.yaml", refused());
    let stopped = place.run("synth dev.yaml --out out");
    assert_eq!(stopped.status.code(), Some(1));
    assert!(!place.at("out").exists());
    snapshot!(
        "synth_forced",
        place.said("synth dev.yaml --out out --force")
    );
    let template = place.read("out/dev.template.json");
    assert!(template.contains("\"despite\": \"EKS606\""), "{template}");
    let module = place.read("out/dev/main.tf.json");
    assert!(module.contains("layout 1, despite EKS606."), "{module}");
    let verified = place.run("verify out");
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    // Nobody takes the fault out of one of the two unseen.
    let without = module.replace(", despite EKS606", "");
    place.write("out/dev/main.tf.json", without);
    assert_eq!(place.run("verify out").status.code(), Some(1));
}

#[test]
fn a_broken_spec_leaves_nothing_to_force() {
    let place = Place::new();
    place.write("dev.yaml", refused().replace("single", "sngle"));
    let output = place.run("synth dev.yaml --out out --force");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!place.at("out").exists());
}

/// A plan that lacks subnets is not rendered, and what is deployed stays in the ledger.
#[test]
fn nothing_is_forced_where_subnets_have_no_range() {
    let place = Place::new();
    place.write("dev.yaml", LENIENT);
    assert_eq!(place.run("synth dev.yaml --out out").status.code(), Some(0));
    assert_eq!(
        place.run("plan dev.yaml --mark-deployed").status.code(),
        Some(0)
    );
    let (ledger, template) = (
        place.read("eksnet.lock"),
        place.read("out/dev.template.json"),
    );
    for (from, to) in [
        ("10.20.0.0/16", "10.50.0.0/16"),
        (
            "access: public }",
            "access: public, cidrs: { use1-az1: 10.60.0.0/24 } }",
        ),
        ("  flow-logs: none\n", "  flow-logs: none\n  zones: 1\n"),
    ] {
        place.write("dev.yaml", LENIENT.replace(from, to));
        let output = place.run("synth dev.yaml --out out --force");
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let said = said(&output);
        assert!(said.contains("`--force` does not help here"), "{said}");
        assert_eq!(place.read("eksnet.lock"), ledger);
        assert_eq!(place.read("out/dev.template.json"), template);
    }
}

#[test]
fn what_is_allowed_is_judged_once() {
    let place = Place::new();
    let groups = "cluster:\n  node-groups:\n    a: { tier: nodes, size: { min: 5, max: 3 } }\n    b: { tier: nodes, size: { min: 5, max: 3 } }\n";
    let allowed = LENIENT.replace("EKS406:", "EKS810:");
    place.write("dev.yaml", format!("{allowed}{groups}"));
    let output = said(&place.run("check dev.yaml -f concise"));
    assert_eq!(output.matches("SPEC085").count(), 1, "{output}");
    // Whoever allows allowances that meet nothing gets no further one.
    let idle = LENIENT.replace(
        "network:",
        "  EKS105: nothing\n  SPEC086: kept for later\nnetwork:",
    );
    place.write("dev.yaml", idle);
    let output = said(&place.run("check dev.yaml -f concise"));
    assert_eq!(output.matches("SPEC086").count(), 1, "{output}");
    assert!(output.contains("allowed[SPEC086]"), "{output}");
    // What is forced is broken, and no allowance of it is idle.
    place.write("dev.yaml", refused());
    let output = said(&place.run("synth dev.yaml --out out --force --allow EKS606,EKS138"));
    assert!(!output.contains("SPEC086"), "{output}");
    assert!(output.contains("`--allow` is for warnings"), "{output}");
}
