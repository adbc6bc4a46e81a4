//! How pods get their addresses: what the add-on `vpc-cni` is told in both engines, and what stands behind it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "pods/schema.rs"]
mod schema;

use eksnet::Synthesis;
use eksnet::diagnostic::{Sources, concise};
use eksnet::plan::Ledger;
use serde_json::{Value, json};

/// A spec with these keys in `cluster.pods`.
fn spec(pods: &str) -> String {
    format!(
        "stack: prod
region: us-east-1
layout: 1
network:
  cidr: 10.20.0.0/16
  secondary-cidrs: [100.64.0.0/16]
  zones: [use1-az1, use1-az2]
  tiers:
    public: {{ access: public, prefix: 24 }}
    nodes: {{ access: private, prefix: 20 }}
    pods: {{ access: private, prefix: 18, block: 100.64.0.0/16, load-balancers: false }}
    control-plane: {{ access: isolated, prefix: 27 }}
cluster:
  pods: {pods}
  node-groups:
    system: {{ tier: nodes }}
"
    )
}

fn synthesis(spec: &str) -> Synthesis {
    let mut sources = Sources::new();
    let loaded = eksnet::spec::load("spec.yaml", None, spec, &mut sources);
    loaded
        .synthesize(&Ledger::new())
        .unwrap_or_else(|findings| panic!("{}", concise(&findings, &sources)))
}

/// The text that CloudFormation makes, with what it asks for in the words of Terraform.
fn joined(value: &Value) -> String {
    let Value::Object(join) = value else {
        return value.as_str().expect("text").to_owned();
    };
    let word = |part: &Value| match part {
        Value::String(text) => text.clone(),
        other if other.get("Ref").is_some() => {
            let id = other["Ref"].as_str().unwrap();
            format!("<{id}>")
        }
        other => {
            let parts: Vec<_> = other["Fn::GetAtt"].as_array().unwrap().iter().collect();
            format!("<{}>", parts[0].as_str().unwrap())
        }
    };
    join["Fn::Join"][1]
        .as_array()
        .unwrap()
        .iter()
        .map(word)
        .collect()
}

/// What the add-on is told in CloudFormation, read as JSON.
fn configuration(synthesis: &Synthesis) -> Option<Value> {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let configured = &template["Resources"]["AddonVpcCni"]["Properties"]["ConfigurationValues"];
    (!configured.is_null()).then(|| {
        let value = serde_json::from_str(&joined(configured)).expect("JSON");
        schema::hold(&value);
        value
    })
}

/// The same in Terraform.
fn in_terraform(synthesis: &Synthesis) -> Option<Value> {
    let module: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    let text = module["resource"]["aws_eks_addon"]["vpc_cni"].get("configuration_values")?;
    let value = serde_json::from_str(text.as_str().unwrap()).expect("JSON");
    schema::hold(&value);
    Some(value)
}

/// The variables of `aws-node`, the same in both engines.
fn env(pods: &str) -> Value {
    let synthesis = synthesis(&spec(pods));
    let all = configuration(&synthesis).expect("a configuration");
    assert_eq!(all["env"], in_terraform(&synthesis).unwrap()["env"]);
    all["env"].clone()
}

#[test]
fn an_add_on_that_needs_no_settings_has_none() {
    for pods in [
        "{}",
        "{ mode: addresses }",
        "{ snat: cni }",
        "{ snat: { exclude: [] } }",
    ] {
        let synthesis = synthesis(&spec(pods));
        assert_eq!(configuration(&synthesis), None, "{pods}");
        assert_eq!(in_terraform(&synthesis), None, "{pods}");
    }
}

#[test]
fn settings_are_the_variables_of_the_add_on() {
    assert_eq!(
        env("{ warm: { enis: 2 } }"),
        json!({ "WARM_ENI_TARGET": "2" })
    );
    assert_eq!(
        env("{ mode: prefixes, warm: { addresses: 5, minimum: 20 } }"),
        json!({
            "ENABLE_PREFIX_DELEGATION": "true",
            "MINIMUM_IP_TARGET": "20",
            "WARM_IP_TARGET": "5",
        })
    );
    assert_eq!(
        env("{ mode: prefixes, warm: { prefixes: 2 } }"),
        json!({ "ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "2" })
    );
    assert_eq!(
        env("{ snat: external }"),
        json!({ "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true" })
    );
    // In an order of their own, and once each.
    assert_eq!(
        env("{ snat: { exclude: [192.168.0.0/16, 10.64.0.0/12, 192.168.0.0/16] } }"),
        json!({ "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS": "10.64.0.0/12,192.168.0.0/16" })
    );
}

#[test]
fn custom_networking_has_a_config_for_each_zone() {
    let synthesis = synthesis(&spec("{ tier: pods, placement: custom-networking }"));
    let all = configuration(&synthesis).unwrap();
    let groups = json!(["<Cluster>", "<SecurityGroupNodes>"]);
    assert_eq!(
        all,
        json!({
            "eniConfig": {
                "create": true,
                "region": "us-east-1",
                "subnets": {
                    "use1-az1": { "id": "<SubnetPodsUse1Az1>", "securityGroups": groups },
                    "use1-az2": { "id": "<SubnetPodsUse1Az2>", "securityGroups": groups },
                },
            },
            "env": {
                "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
                "ENI_CONFIG_LABEL_DEF": "topology.k8s.aws/zone-id",
            },
        })
    );
    let all = in_terraform(&synthesis).unwrap();
    assert_eq!(
        all["eniConfig"]["subnets"]["use1-az2"],
        json!({
            "id": "${aws_subnet.pods_use1_az2.id}",
            "securityGroups": [
                "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}",
                "${aws_security_group.nodes.id}",
            ],
        })
    );
}

#[test]
fn discovery_tags_the_subnets_of_its_tier_alone() {
    let synthesis = synthesis(&spec("{ tier: pods, placement: discovery }"));
    assert_eq!(configuration(&synthesis), None);
    let module: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    let subnets = module["resource"]["aws_subnet"].as_object().unwrap();
    let tagged: Vec<_> = subnets
        .iter()
        .filter(|(_, subnet)| subnet["tags"]["kubernetes.io/role/cni"] == "1")
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(tagged, ["pods_use1_az1", "pods_use1_az2"]);
}

/// The resources of both engines.
fn resources(synthesis: &Synthesis) -> (Value, Value) {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let module: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    (template["Resources"].clone(), module["resource"].clone())
}

#[test]
fn shared_subnets_keep_their_upper_half_for_prefixes() {
    let synthesis = synthesis(&spec("{ mode: prefixes }"));
    let (template, module) = resources(&synthesis);
    let reserved = module["aws_ec2_subnet_cidr_reservation"]
        .as_object()
        .unwrap();
    let names: Vec<_> = reserved.keys().map(String::as_str).collect();
    assert_eq!(names, ["nodes_use1_az1", "nodes_use1_az2"]);
    let subnet = &module["aws_subnet"]["nodes_use1_az2"]["cidr_block"];
    assert_eq!(subnet, "10.20.16.0/20");
    assert_eq!(
        reserved["nodes_use1_az2"],
        json!({
            "subnet_id": "${aws_subnet.nodes_use1_az2.id}",
            "cidr_block": "10.20.24.0/21",
            "reservation_type": "prefix",
        })
    );
    let after = module["aws_eks_node_group"]["system"]["depends_on"].to_string();
    assert!(
        after.contains("aws_ec2_subnet_cidr_reservation.nodes_use1_az1"),
        "{after}"
    );
    // CloudFormation says so, and waits for nothing that it has not.
    let said = synthesis.findings().iter();
    let said: Vec<_> = said.filter(|f| f.code.as_str() == "EKS712").collect();
    assert_eq!(said.len(), 1);
    let all = template.as_object().unwrap();
    for id in all["NodeGroupSystem"]["DependsOn"].as_array().unwrap() {
        assert!(all.contains_key(id.as_str().unwrap()), "{id}");
    }
}

#[test]
fn subnets_of_the_pods_own_need_no_reservation() {
    let pods = "{ mode: prefixes, tier: pods, placement: custom-networking }";
    let synthesis = synthesis(&spec(pods));
    let (_, module) = resources(&synthesis);
    assert!(module.get("aws_ec2_subnet_cidr_reservation").is_none());
    let mut said = synthesis.findings().iter();
    assert!(said.all(|finding| finding.code.as_str() != "EKS712"));
}

/// EKS reckons the most pods of a node from the add-on's settings when it makes the group.
#[test]
fn nodes_wait_for_the_settings_and_for_the_ways_of_pods() {
    for placement in ["custom-networking", "discovery"] {
        let pods = format!("{{ tier: pods, placement: {placement} }}");
        let (template, module) = resources(&synthesis(&spec(&pods)));
        let after = template["NodeGroupSystem"]["DependsOn"].to_string();
        let in_module = module["aws_eks_node_group"]["system"]["depends_on"].to_string();
        for id in [
            "AddonVpcCni",
            "RoutePodsUse1Az1Internet",
            "RouteTableAssociationPodsUse1Az2",
        ] {
            assert!(after.contains(&format!("\"{id}\"")), "{id}: {after}");
        }
        for address in [
            "aws_eks_addon.vpc_cni",
            "aws_route.pods_use1_az1_internet",
            "aws_route_table_association.pods_use1_az2",
        ] {
            assert!(
                in_module.contains(&format!("\"{address}\"")),
                "{address}: {in_module}"
            );
        }
    }
}

/// What a node of `m6i.large` holds: 3 interfaces with 9 addresses each beside their own.
#[test]
fn capacity_counts_pods_where_their_addresses_are() {
    let held = |pods: &str| -> Vec<(String, u32, u64)> {
        let synthesis = synthesis(&spec(pods));
        let capacity = synthesis.capacity();
        let tiers = capacity.tiers.iter().filter(|tier| !tier.groups.is_empty());
        let each = tiers.map(|tier| {
            let forecast = tier.forecast(&tier.groups[0], capacity.network).unwrap();
            (
                tier.name.clone(),
                forecast.max_pods,
                forecast.held.addresses(),
            )
        });
        each.collect()
    };
    let row = |name: &str, pods, addresses| (name.to_owned(), pods, addresses);
    assert_eq!(held("{}"), [row("nodes", 29, 30)]);
    assert_eq!(held("{ mode: prefixes }"), [row("nodes", 110, 129)]);
    assert_eq!(
        held("{ mode: prefixes, warm: { prefixes: 3 } }"),
        [row("nodes", 110, 10 * 16 + 2)]
    );
    assert_eq!(
        held("{ tier: pods, placement: custom-networking }"),
        [row("nodes", 20, 1), row("pods", 20, 20)]
    );
    assert_eq!(
        held("{ tier: pods, placement: discovery }"),
        [row("nodes", 29, 10), row("pods", 29, 20)]
    );
}

#[test]
fn pods_that_do_not_fit_their_own_tier_are_warned_of() {
    let small = |pods: &str| {
        let text = spec(pods).replace("prefix: 18, block", "prefix: 26, block");
        let findings = synthesis(&text).findings().clone();
        let found = findings
            .iter()
            .find(|finding| finding.code.as_str() == "EKS132");
        found.map(|finding| finding.message.clone())
    };
    let message = small("{ tier: pods, placement: custom-networking }").expect("a warning");
    assert!(
        message.contains("tier `pods` has room for 4 nodes"),
        "{message}"
    );
    assert_eq!(small("{}"), None);
}

/// Messages of the rules that a page's example cannot show, since each has one.
#[test]
fn what_a_node_keeps_ready_is_checked_against_what_it_takes() {
    let said = |pods: &str| {
        let mut sources = Sources::new();
        let loaded = eksnet::spec::load("spec.yaml", None, &spec(pods), &mut sources);
        let findings = match loaded.synthesize(&Ledger::new()) {
            Ok(synthesis) => synthesis.findings().clone(),
            Err(findings) => findings,
        };
        let loud = findings
            .iter()
            .filter(|finding| finding.severity != eksnet::diagnostic::Severity::Info);
        loud.map(|finding| finding.code.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(said("{ warm: { prefixes: 1 } }"), ["SPEC040"]);
    assert_eq!(
        said("{ mode: prefixes, warm: { addresses: 0, minimum: 4 } }"),
        ["EKS707"]
    );
    assert_eq!(said("{ warm: { enis: 1, addresses: 4 } }"), ["SPEC018"]);
    assert_eq!(said("{ warm: { enis: 1, minimum: 4 } }"), ["SPEC018"]);
    assert_eq!(said("{ warm: {} }"), ["SPEC016"]);
    assert_eq!(said("{ tier: pods }"), ["SPEC016"]);
    assert_eq!(said("{ placement: discovery }"), ["SPEC016"]);
    assert_eq!(said("{ tier: pod, placement: discovery }"), ["SPEC010"]);
    assert_eq!(said("{ snat: { exclude: [10.0.0.1/8] } }"), ["EKS109"]);
    // No interface is kept: nothing is wrong with that.
    assert_eq!(said("{ warm: { enis: 0 } }"), Vec::<String>::new());
}

#[test]
fn addresses_that_other_networks_do_not_route_stay_in_the_vpc() {
    let said = |pods: &str| {
        let text = spec(pods).replace(
            "  zones:",
            "  connected: { office: 192.168.0.0/16 }\n  zones:",
        );
        let findings = synthesis(&text).findings().clone();
        findings
            .iter()
            .any(|finding| finding.code.as_str() == "EKS136")
    };
    let custom = "tier: pods, placement: custom-networking";
    assert!(!said(&format!("{{ {custom} }}")));
    assert!(said(&format!("{{ {custom}, snat: external }}")));
    assert!(said(&format!(
        "{{ {custom}, snat: {{ exclude: [192.168.0.0/16] }} }}"
    )));
    assert!(!said("{ snat: external }"));
}

/// A network that is only named has no route in the stack's tables, and a connection that leads from other tiers has none in
/// the pods'.
#[test]
fn pods_that_keep_their_address_need_a_route_of_their_own_subnet() {
    let said = |connected: &str| {
        let text = spec("{ tier: pods, placement: custom-networking, snat: external }")
            .replace("pods: { access: private,", "pods: { access: isolated,")
            .replace(
                "  zones:",
                &format!("  connected: {{ office: {connected} }}\n  zones:"),
            );
        let mut sources = Sources::new();
        let loaded = eksnet::spec::load("spec.yaml", None, &text, &mut sources);
        let findings = match loaded.synthesize(&Ledger::new()) {
            Ok(synthesis) => synthesis.findings().clone(),
            Err(findings) => findings,
        };
        findings
            .iter()
            .any(|finding| finding.code.as_str() == "EKS772")
    };
    let by = "cidrs: [192.168.0.0/16], by: { transit-gateway: tgw-0123456789abcdef0 }";
    assert!(said("192.168.0.0/16"));
    assert!(said(&format!("{{ {by}, tiers: [nodes] }}")));
    assert!(!said(&format!("{{ {by} }}")));
}
