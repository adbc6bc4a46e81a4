//! What AWS would refuse, or take and leave broken, though each resource by itself is well-formed.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use eksnet::diagnostic::Severity;
use eksnet::prelude::*;
use serde_json::{Value, json};

/// A stack with a private tier `nodes`, and a cluster made for it.
fn stack(
    name: &str,
    logs: FlowLogs,
    security: SecurityMode,
    cluster: impl FnOnce(Cluster, &Tiers) -> Cluster,
) -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .endpoints(["s3"])
        .security(security)
        .flow_logs(logs);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let made = Cluster::new("prod", "1.35").control_plane(&control);
    let group = NodeGroup::new("system", &nodes);
    let other = NodeGroup::new("workers", &nodes);
    let profile = FargateProfile::new("system", &nodes).namespace("kube-system");
    let cluster = cluster(
        made,
        &Tiers {
            group,
            other,
            profile,
        },
    );
    Stack::new(name, Region::UsEast1, net, cluster)
}

/// What can run pods of the stack.
struct Tiers {
    group: NodeGroup,
    other: NodeGroup,
    profile: FargateProfile,
}

fn resources(stack: &Stack) -> Value {
    let synthesis = stack
        .synthesize()
        .unwrap_or_else(|findings| panic!("{findings:#?}"));
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
    template["Resources"].clone()
}

fn codes(stack: &Stack) -> Vec<String> {
    let findings = stack.synthesize().err();
    let all = findings.iter().flat_map(|findings| findings.iter());
    all.map(|finding| finding.code.to_string()).collect()
}

#[test]
fn a_bucket_for_flow_logs_gets_a_name_that_s3_takes() {
    let with = |name: &str, logs| stack(name, logs, SecurityMode::Standard, |cluster, _| cluster);
    let longest = "a23456789-123456789-12345";
    for good in ["prod", longest] {
        assert_eq!(codes(&with(good, FlowLogs::new_bucket())), [""; 0]);
    }
    let too_long = format!("{longest}6");
    for bad in [
        "Prod",
        too_long.as_str(),
        "xn--prod",
        "sthree-prod",
        "amzn-s3-demo-prod",
    ] {
        let codes_of_bucket = codes(&with(bad, FlowLogs::new_bucket()));
        assert!(codes_of_bucket.contains(&"EKS904".to_owned()), "{bad}");
        assert_eq!(codes(&with(bad, FlowLogs::cloudwatch())), [""; 0]);
    }
}

#[test]
fn nodes_of_karpenter_get_out_with_the_one_group_that_they_carry() {
    let with = |security| {
        resources(&stack(
            "prod",
            FlowLogs::cloudwatch(),
            security,
            |cluster, on| {
                let cluster = cluster.node_group(on.group.clone());
                cluster.fargate(on.profile.clone()).karpenter()
            },
        ))
    };
    let standard = with(SecurityMode::Standard);
    let tagged = standard["SecurityGroupNodes"]["Properties"]["Tags"].to_string();
    assert!(tagged.contains("karpenter.sh/discovery"), "{tagged}");
    let out = &standard["EgressRuleNodesTo00000All"]["Properties"];
    assert_eq!(out["CidrIp"], "0.0.0.0/0");
    assert_eq!(
        out["GroupId"],
        json!({ "Fn::GetAtt": ["SecurityGroupNodes", "GroupId"] })
    );
    // CoreDNS on Fargate, for nodes without the cluster's group.
    for rule in [
        "IngressRuleNodesFromClusterAll",
        "IngressRuleClusterFromNodesAll",
    ] {
        assert_eq!(standard[rule]["Properties"]["IpProtocol"], "-1", "{rule}");
    }
    assert!(with(SecurityMode::Restricted)["EgressRuleNodesTo00000All"].is_null());
}

#[test]
fn core_dns_is_not_waited_for_where_taints_keep_it_off() {
    let tainted = |key: &str, effect| Taint {
        key: key.to_owned(),
        value: None,
        effect,
    };
    let core_dns = |taint: Taint, fargate: bool| {
        let all = resources(&stack(
            "prod",
            FlowLogs::cloudwatch(),
            SecurityMode::Standard,
            |cluster, on| {
                let cluster = cluster.node_group(on.group.clone().taint(taint));
                if fargate {
                    cluster.fargate(on.profile.clone())
                } else {
                    cluster
                }
            },
        ));
        all["AddonCoredns"].clone()
    };
    let kept_off = || tainted("gpu", TaintEffect::NoSchedule);
    assert!(core_dns(kept_off(), false).is_null());
    let on_fargate = core_dns(kept_off(), true);
    let configuration = &on_fargate["Properties"]["ConfigurationValues"];
    assert_eq!(configuration, r#"{"computeType":"Fargate"}"#);
    for tolerated in [
        tainted("CriticalAddonsOnly", TaintEffect::NoSchedule),
        tainted("gpu", TaintEffect::PreferNoSchedule),
    ] {
        let addon = core_dns(tolerated, false);
        assert_eq!(addon["Properties"]["AddonName"], "coredns");
    }
}

/// CoreDNS as an add-on stays degraded without nodes, and the deployment waits for it until it fails.
#[test]
fn core_dns_is_warned_about_where_every_group_begins_without_nodes() {
    let warned = |desired: &[u32]| {
        let made = stack(
            "prod",
            FlowLogs::cloudwatch(),
            SecurityMode::Standard,
            |cluster, tiers| {
                let mut cluster = cluster;
                for (group, desired) in [&tiers.group, &tiers.other].into_iter().zip(desired) {
                    cluster = cluster.node_group(group.clone().size(0, 3).desired(*desired));
                }
                cluster
            },
        );
        let synthesis = made.synthesize().expect("no errors");
        let template = synthesis.cloudformation();
        assert!(
            template.contains("AddonCoredns"),
            "it comes and goes with no number"
        );
        let mut warnings = synthesis.findings().iter();
        warnings.any(|f| f.code.as_str() == "PLAN004" && f.severity == Severity::Warning)
    };
    assert!(warned(&[0]));
    assert!(warned(&[0, 0]));
    assert!(!warned(&[0, 1]));
    assert!(!warned(&[1]));
}

/// Terraform sends what it ignores as it was: where no autoscaler can choose, a group of another size would be refused
/// ("Minimum capacity 5 can't be greater than desired size 3").
#[test]
fn a_group_of_a_fixed_size_can_be_given_another() {
    let ignores = |min, max| {
        let made = stack(
            "prod",
            FlowLogs::cloudwatch(),
            SecurityMode::Standard,
            |cluster, tiers| cluster.node_group(tiers.group.clone().size(min, max)),
        );
        let synthesis = made.synthesize().expect("no errors");
        let module: Value = serde_json::from_str(&synthesis.terraform().main).expect("JSON");
        let group = &module["resource"]["aws_eks_node_group"]["system"];
        assert!(group.is_object());
        group["lifecycle"]["ignore_changes"] == json!(["scaling_config[0].desired_size"])
    };
    assert!(ignores(3, 6));
    assert!(!ignores(3, 3));
}

#[test]
fn a_cluster_that_stays_keeps_what_it_stands_on() {
    let all = resources(
        &stack(
            "prod",
            FlowLogs::cloudwatch(),
            SecurityMode::Standard,
            |cluster, on| cluster.node_group(on.group.clone()),
        )
        .retain(),
    );
    for kept in [
        "Cluster",
        "RoleCluster",
        "SecurityGroupControlPlane",
        "SubnetControlPlaneUse1Az1",
    ] {
        assert_eq!(all[kept]["DeletionPolicy"], "Retain", "{kept}");
    }
    for gone in ["RoleNodes", "SecurityGroupNodes"] {
        assert!(
            all[gone].is_object() && all[gone]["DeletionPolicy"].is_null(),
            "{gone}"
        );
    }
}

#[test]
fn groups_that_eks_reserves_are_refused() {
    let with = |group: &str| {
        stack(
            "prod",
            FlowLogs::cloudwatch(),
            SecurityMode::Standard,
            |cluster, _| {
                let principal = "arn:aws:iam::111122223333:role/team";
                cluster.access(AccessEntry::new("team", principal).group(group))
            },
        )
    };
    assert_eq!(codes(&with("team")), [""; 0]);
    for reserved in ["system:masters", "eks:x", "aws:x", "amazon:x", "iam:x"] {
        assert!(
            codes(&with(reserved)).contains(&"SPEC015".to_owned()),
            "{reserved}"
        );
    }
}

#[test]
fn tags_that_only_ec2_takes_are_warned_about() {
    let with = |value: &str| {
        let stack = stack(
            "prod",
            FlowLogs::cloudwatch(),
            SecurityMode::Standard,
            |cluster, _| cluster,
        );
        let synthesis = stack.tag("team", value).synthesize().expect("no error");
        let mut findings = synthesis.findings().iter();
        findings.any(|finding| finding.code.to_string() == "EKS322")
    };
    assert!(!with("Zürich 日本") && !with("a_b.c:d/e=f+g-h@i j"));
    for wrong in ["a,b", "a&b", "(a)", "a*"] {
        assert!(with(wrong), "{wrong}");
    }
}
