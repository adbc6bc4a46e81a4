//! Fargate profiles: which pods they may take, and what a cluster has that runs on them alone.

#![cfg(feature = "spec")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::spec::{self, Format};
use serde_json::Value;

/// A cluster with these profiles and two private tiers.
fn text(fargate: &str) -> String {
    format!(
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  tiers:\n    public: {{ access: public }}\n    \
         apps: {{ access: private }}\n    batch: {{ access: private, load-balancers: false }}\n    \
         control-plane: {{ access: isolated }}\ncluster:\n  fargate:\n{fargate}"
    )
}

fn findings(text: &str) -> Findings {
    let mut sources = Sources::new();
    let loaded = spec::load("prod.yaml", Some(Format::Yaml), text, &mut sources);
    match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    }
}

/// The codes of errors and warnings.
fn codes(text: &str) -> Vec<String> {
    let findings = findings(text);
    let loud = findings.iter().filter(|f| f.severity != Severity::Info);
    loud.map(|f| f.code.as_str().to_owned()).collect()
}

#[test]
fn core_dns_runs_where_a_profile_takes_its_pods() {
    let core_dns = |selector: &str| {
        let text = text(&format!(
            "    system: {{ tier: apps, selectors: [{selector}] }}\n"
        ));
        let mut sources = Sources::new();
        let loaded = spec::load("prod.yaml", Some(Format::Yaml), &text, &mut sources);
        let synthesis = loaded.synthesize(&Ledger::new()).unwrap();
        let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
        let warned = synthesis
            .findings()
            .iter()
            .any(|f| f.code.as_str() == "EKS833");
        let addon = &template["Resources"]["AddonCoredns"]["Properties"];
        assert_eq!(addon.is_null(), warned, "{selector}");
        addon["ConfigurationValues"].as_str().map(str::to_owned)
    };
    let on_fargate = Some(r#"{"computeType":"Fargate"}"#.to_owned());
    for selector in [
        "{ namespace: kube-system }",
        "{ namespace: kube-system, labels: { k8s-app: kube-dns } }",
        "{ namespace: \"kube-*\" }",
        "{ namespace: \"*\", labels: { k8s-app: \"kube-???\" } }",
    ] {
        assert_eq!(core_dns(selector), on_fargate, "{selector}");
    }
    for selector in [
        "{ namespace: apps }",
        "{ namespace: kube-system, labels: { k8s-app: metrics-server } }",
        "{ namespace: \"kube-?\" }",
    ] {
        assert_eq!(core_dns(selector), None, "{selector}");
    }
}

#[test]
fn profiles_of_two_tiers_take_different_pods() {
    let two = |apps: &str, batch: &str, tier: &str| {
        codes(&text(&format!(
            "    apps: {{ tier: apps, selectors: [{{ namespace: kube-system }}, {apps}] }}\n    \
             batch: {{ tier: {tier}, selectors: [{batch}] }}\n"
        )))
    };
    let (team, jobs) = ("{ namespace: \"team-*\" }", "{ namespace: \"*-jobs\" }");
    assert_eq!(two(team, jobs, "batch"), ["PLAN031"]);
    assert_eq!(two(team, jobs, "apps"), [""; 0]);
    assert_eq!(two(team, "{ namespace: jobs }", "batch"), [""; 0]);
    let of = |kind: &str| format!("{{ namespace: team-a, labels: {{ kind: {kind} }} }}");
    assert_eq!(two(&of("app"), &of("job"), "batch"), [""; 0]);
    assert_eq!(two(&of("app"), &of("\"a*\""), "batch"), ["PLAN031"]);
    // A label that only one of them asks for tells no pods apart.
    assert_eq!(
        two("{ namespace: team-a }", &of("job"), "batch"),
        ["PLAN031"]
    );
}

#[test]
fn the_profile_that_wins_is_named() {
    let findings = findings(&text(
        "    zeta: { tier: apps, selectors: [{ namespace: \"*\" }] }\n    \
         beta: { tier: batch, selectors: [{ namespace: jobs }] }\n",
    ));
    let found = findings
        .iter()
        .find(|f| f.code.as_str() == "PLAN031")
        .unwrap();
    assert!(
        found.notes.iter().any(|note| note.contains("here `beta`")),
        "{found:?}"
    );
}

#[test]
fn what_no_pod_can_be_is_refused() {
    let one = |selector: &str| {
        codes(&text(&format!(
            "    apps: {{ tier: apps, selectors: [{{ namespace: kube-system }}, {selector}] }}\n"
        )))
    };
    for selector in [
        "{ namespace: Apps }",
        "{ namespace: \"\" }",
        "{ namespace: my_apps }",
        "{ namespace: -apps }",
        "{ namespace: apps, labels: { size: \"small one\" } }",
        "{ namespace: apps, labels: { \"example.com/\": small } }",
    ] {
        assert_eq!(one(selector), ["SPEC060"], "{selector}");
    }
    for selector in [
        "{ namespace: \"?pps-*\" }",
        "{ namespace: apps, labels: { example.com/size: \"sm*\", empty: \"\" } }",
    ] {
        assert_eq!(one(selector), [""; 0], "{selector}");
    }
    // Only that the key is missing is said of a selector without one.
    assert_eq!(one("{ labels: { size: small } }"), ["SPEC016"]);
}

#[test]
fn names_and_numbers_are_those_that_eks_takes() {
    assert_eq!(
        codes(&text(
            "    eks-apps: { tier: apps, selectors: [{ namespace: kube-system }] }\n"
        )),
        ["SPEC011"]
    );
    let profiles = |count: usize| {
        let of = |n| format!("    p-{n}: {{ tier: apps, selectors: [{{ namespace: \"*\" }}] }}\n");
        codes(&text(&(0..count).map(of).collect::<String>()))
    };
    assert_eq!(profiles(10), [""; 0]);
    assert_eq!(profiles(11), ["EKS822"]);
}

#[test]
fn profiles_are_in_subnets_without_public_addresses() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    let apps = net.add(Tier::private("apps", Nat::single(&public)));
    net.add(Tier::isolated("control-plane"));
    let profile = FargateProfile::new("apps", &apps).namespace("*");
    let cluster = Cluster::new("prod", "1.35").fargate(profile);
    let stack = Stack::new("prod", Region::UsEast1, net, cluster);
    let template: Value =
        serde_json::from_str(&stack.synthesize().unwrap().cloudformation()).unwrap();
    let resources = &template["Resources"];
    let profile = &resources["FargateProfileApps"]["Properties"];
    assert!(profile["PodExecutionRoleArn"].is_object());
    let subnets = profile["Subnets"].as_array().unwrap();
    assert_eq!(subnets.len(), 3);
    for subnet in subnets {
        let subnet = &resources[subnet["Ref"].as_str().unwrap()]["Properties"];
        assert_eq!(subnet["MapPublicIpOnLaunch"], false);
    }
}

#[test]
fn pods_without_internet_need_endpoints() {
    let offline = |endpoints: &str| {
        codes(&format!(
            "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  tiers:\n    apps: {{ access: private, nat: none }}\n    \
             control-plane: {{ access: isolated }}\n  endpoints: [{endpoints}]\ncluster:\n  fargate:\n    \
             all: {{ tier: apps, selectors: [{{ namespace: \"*\" }}] }}\n"
        ))
    };
    assert_eq!(offline("s3"), ["EKS619"]);
    assert_eq!(offline("s3, ecr.api, ecr.dkr, sts"), [""; 0]);
}
