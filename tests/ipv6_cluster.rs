//! IPv6 clusters: what their templates have, whom their API answers, and what is refused.

#![cfg(feature = "spec")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use eksnet::Synthesis;
use eksnet::capacity::PodNetwork;
use eksnet::diagnostic::{Severity, Sources};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::spec::{self, Format};
use serde_json::{Value, json};

/// A dual-stack network in two zones with its IPv6 cluster, whose last keys are these.
fn text(cluster: &str) -> String {
    format!(
        "stack: six\nregion: us-east-1\nnetwork: {{ cidr: 10.96.0.0/16, ipv6: true, zones: 2 }}\n\
         cluster:\n  ip-family: ipv6\n{cluster}"
    )
}

fn load(text: &str) -> Synthesis {
    let mut sources = Sources::new();
    spec::load("six.yaml", Some(Format::Yaml), text, &mut sources)
        .synthesize(&Ledger::new())
        .unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// The codes of the errors of a spec.
fn errors(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let loaded = spec::load("six.yaml", Some(Format::Yaml), text, &mut sources);
    let findings = loaded.synthesize(&Ledger::new()).unwrap_err();
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|f| f.code.as_str().to_owned()).collect()
}

fn template(synthesis: &Synthesis) -> Value {
    serde_json::from_str(&synthesis.cloudformation()).expect("JSON")
}

fn module(synthesis: &Synthesis) -> Value {
    serde_json::from_str(&synthesis.terraform().main).expect("JSON")
}

#[test]
fn the_family_is_stated_and_the_range_of_services_is_not() {
    let synthesis = load(&text(""));
    let template = template(&synthesis);
    assert_eq!(
        template["Resources"]["Cluster"]["Properties"]["KubernetesNetworkConfig"],
        json!({ "IpFamily": "ipv6" })
    );
    assert_eq!(
        template["Outputs"]["ClusterServiceIpv6Cidr"]["Value"],
        json!({ "Fn::GetAtt": ["Cluster", "KubernetesNetworkConfig.ServiceIpv6Cidr"] })
    );
    let cluster = &module(&synthesis)["resource"]["aws_eks_cluster"]["main"];
    assert_eq!(
        cluster["kubernetes_network_config"],
        json!({ "ip_family": "ipv6" })
    );
    let outputs: Value = serde_json::from_str(&synthesis.terraform().outputs).expect("JSON");
    assert_eq!(
        outputs["output"]["cluster_service_ipv6_cidr"]["value"],
        "${aws_eks_cluster.main.kubernetes_network_config[0].service_ipv6_cidr}"
    );
    assert_eq!(synthesis.plan().service_cidr, None);
    // An IPv4 cluster in the same network has neither.
    let four = load(&text("").replace("ip-family: ipv6", "ip-family: ipv4"));
    let four = self::template(&four);
    assert_eq!(
        four["Resources"]["Cluster"]["Properties"]["KubernetesNetworkConfig"],
        json!({ "IpFamily": "ipv4", "ServiceIpv4Cidr": "172.20.0.0/16" })
    );
    assert_eq!(four["Outputs"].get("ClusterServiceIpv6Cidr"), None);
}

#[test]
fn every_subnet_gives_out_addresses_of_both_families() {
    let synthesis = load(&text(""));
    let template = template(&synthesis);
    let resources = template["Resources"].as_object().unwrap();
    let subnets = resources
        .values()
        .filter(|r| r["Type"] == "AWS::EC2::Subnet");
    let mut seen = 0;
    for subnet in subnets {
        let properties = &subnet["Properties"];
        assert!(properties["CidrBlock"].is_string(), "{subnet}");
        assert!(properties["Ipv6CidrBlock"].is_object(), "{subnet}");
        assert_eq!(properties["AssignIpv6AddressOnCreation"], true, "{subnet}");
        assert_eq!(properties.get("EnableDns64"), None, "{subnet}");
        seen += 1;
    }
    assert_eq!(seen, 6);
}

/// The statements of a role's own policies, and AWS's policies that it has.
fn rights(template: &Value, role: &str) -> (Vec<Value>, Vec<String>) {
    let properties = &template["Resources"][role]["Properties"];
    let policies = properties["Policies"].as_array();
    let statements = policies.into_iter().flatten().flat_map(|policy| {
        let statements = policy["PolicyDocument"]["Statement"].as_array();
        statements.cloned().unwrap_or_default()
    });
    let managed = properties["ManagedPolicyArns"].as_array();
    let managed = managed.into_iter().flatten();
    let name = |arn: &Value| arn.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    (statements.collect(), managed.map(name).collect())
}

#[test]
fn the_cni_has_rights_of_its_own() {
    let of = |what: &str| {
        let account = json!({ "Ref": "AWS::AccountId" });
        json!({ "Fn::Join": ["", ["arn:aws:ec2:us-east-1:", account, what]] })
    };
    let expected = vec![
        json!({
            "Sid": "ReadInstances",
            "Effect": "Allow",
            "Action": [
                "ec2:DescribeInstanceTypes", "ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags",
            ],
            "Resource": "*",
        }),
        json!({
            "Sid": "AssignAddresses",
            "Effect": "Allow",
            "Action": ["ec2:AssignIpv6Addresses", "ec2:CreateTags"],
            "Resource": of(":network-interface/*"),
        }),
        json!({
            "Sid": "RefreshGroups",
            "Effect": "Allow",
            "Action": "ec2:ModifyNetworkInterfaceAttribute",
            "Resource": [of(":instance/*"), of(":network-interface/*"), of(":security-group/*")],
        }),
    ];
    let group = "  node-groups: { system: {} }\n";
    let usual = template(&load(&text(group)));
    assert_eq!(rights(&usual, "RoleVpcCni"), (expected.clone(), vec![]));
    let nodes = [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
    ];
    let nodes = nodes.map(str::to_owned).to_vec();
    assert_eq!(rights(&usual, "RoleNodes"), (vec![], nodes.clone()));
    // Without the Pod Identity agent nobody can take on a role but the nodes.
    let addons = format!("{group}  addons: {{ eks-pod-identity-agent: none }}\n");
    let without = template(&load(&text(&addons)));
    assert_eq!(without["Resources"].get("RoleVpcCni"), None);
    assert_eq!(rights(&without, "RoleNodes"), (expected, nodes));
    // An IPv4 cluster has AWS's policy instead.
    let four = text(&addons).replace("ip-family: ipv6", "ip-family: ipv4");
    let (own, managed) = rights(&template(&load(&four)), "RoleNodes");
    assert_eq!(own, Vec::<Value>::new());
    assert!(managed.contains(&"AmazonEKS_CNI_Policy".to_owned()));
}

#[test]
fn the_api_answers_clients_of_both_families() {
    let clients = |endpoint: &str| {
        let synthesis = load(&text(&format!("  endpoint: {endpoint}\n")));
        let cluster = &template(&synthesis)["Resources"]["Cluster"];
        cluster["Properties"]["ResourcesVpcConfig"]["PublicAccessCidrs"].clone()
    };
    assert_eq!(
        clients("{ public-cidrs: [\"2001:2:0:7::/64\", 198.18.7.0/24, \"2001:2::/48\"] }"),
        json!(["198.18.7.0/24", "2001:2::/48", "2001:2:0:7::/64"])
    );
    assert_eq!(
        clients("{ public-cidrs: [\"::/0\", 0.0.0.0/0] }"),
        json!(["0.0.0.0/0", "::/0"])
    );
    // Nodes come from outside then, by IPv4 through their gateways and by IPv6 as they are.
    let vpc = json!({ "Fn::Select": [0, { "Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"] }] });
    let public = |cidrs: &str| clients(&format!("{{ access: public, public-cidrs: [{cidrs}] }}"));
    let named = public("198.18.7.0/24");
    assert_eq!(named[0], "198.18.7.0/24");
    assert_eq!(named[1], vpc);
    assert_eq!(named.as_array().unwrap().len(), 4, "{named}");
    assert_eq!(public("0.0.0.0/0"), json!(["0.0.0.0/0", vpc]));
    let by_ipv6 = public("\"::/0\"");
    assert_eq!(by_ipv6[0], "::/0");
    assert_eq!(by_ipv6.as_array().unwrap().len(), 3, "{by_ipv6}");
    // CloudFormation knows the range once it is associated.
    let synthesis = load(&text(
        "  endpoint: { access: public, public-cidrs: [0.0.0.0/0] }\n",
    ));
    let cluster = &template(&synthesis)["Resources"]["Cluster"];
    assert!(
        cluster["DependsOn"]
            .as_array()
            .unwrap()
            .contains(&json!("Ipv6CidrBlock")),
        "{cluster}"
    );
    let cluster = &module(&synthesis)["resource"]["aws_eks_cluster"]["main"];
    assert_eq!(
        cluster["vpc_config"]["public_access_cidrs"],
        json!(["0.0.0.0/0", "${aws_vpc.main.ipv6_cidr_block}"])
    );
}

#[test]
fn pods_take_no_ipv4_addresses() {
    let group = "  node-groups: { system: { instance-types: [m5.large, c5.9xlarge], size: { max: 400 } } }\n";
    let six = load(&text(group));
    assert_eq!(six.capacity().network, PodNetwork::IPV6);
    let nodes = &six.capacity().tiers[1];
    let forecast = nodes.forecast(&nodes.groups[0], PodNetwork::IPV6).unwrap();
    // The lesser of both types' ceilings, and the node's own address.
    assert_eq!((forecast.max_pods, forecast.held.addresses()), (110, 1));
    assert!(!six.findings().iter().any(|f| f.code.as_str() == "EKS132"));
    let four = load(&text(group).replace("ip-family: ipv6", "ip-family: ipv4"));
    assert!(four.findings().iter().any(|f| f.code.as_str() == "EKS132"));
}

#[test]
fn everything_that_does_not_fit_is_said_at_once() {
    let mistakes = "stack: six\nregion: cn-north-1\nnetwork: { cidr: 10.96.0.0/16 }\ncluster:\n  ip-family: ipv6\n  \
                    version: \"1.20\"\n  service-cidr: 172.20.0.0/16\n  node-groups: { old: { instance-types: [m4.large] } }\n";
    let mut found = errors(mistakes);
    found.sort_unstable();
    assert_eq!(found, ["EKS125", "EKS127", "EKS128", "EKS129", "EKS730"]);
    assert_eq!(
        errors(&text(
            "  pods: { mode: prefixes, warm: { prefixes: 2 }, snat: external }\n"
        )),
        ["SPEC018", "SPEC018", "SPEC018"]
    );
    assert_eq!(
        errors(&text("  pods: { tier: nodes, placement: custom-networking }\n").replace(
            "zones: 2",
            "zones: 2, tiers: { public: { access: public }, nodes: { access: private }, control-plane: { access: isolated } }"
        )),
        ["EKS731"]
    );
    assert_eq!(
        errors(&text("  endpoint: { public-cidrs: [\"fd00::/8\"] }\n")),
        ["EKS606"]
    );
    assert_eq!(
        errors(&text("  endpoint: { public-cidrs: [\"2001:2::7/48\"] }\n")),
        ["EKS109"]
    );
    assert_eq!(
        errors(&text("  endpoint: { public-cidrs: [\"2001:2::/129\"] }\n")),
        ["SPEC015"]
    );
    assert_eq!(
        errors(
            "stack: four\nregion: us-east-1\nnetwork: { cidr: 10.96.0.0/16, security: { rules: [{ group: nodes, \
                from: \"2001:2::/48\", ports: 443, description: Ours }] } }\n"
        ),
        ["SPEC018"]
    );
}

/// The IPv6 ranges of a direction's rules with their ports.
fn ipv6_rules(stack: &Stack, kind: &str) -> Vec<String> {
    let synthesis = stack.synthesize().unwrap_or_else(|f| panic!("{f:#?}"));
    let template = template(&synthesis);
    let resources = template["Resources"].as_object().unwrap();
    let rules = resources
        .values()
        .filter(|r| r["Type"] == format!("AWS::EC2::SecurityGroup{kind}"));
    let rules = rules.map(|r| &r["Properties"]);
    rules
        .filter_map(|r| Some(format!("{} {}", r["CidrIpv6"].as_str()?, r["FromPort"])))
        .collect()
}

#[test]
fn ranges_of_ipv6_stand_in_rules() {
    let mut net = Network::new(cidr!("10.96.0.0/16")).dual_stack();
    let nodes = Group::Nodes;
    net.allow(
        Rule::tcp(8443)
            .into_group(nodes)
            .from(cidr6!("2001:2:0:7::/64"), "Ours"),
    );
    net.allow(
        Rule::tcp(5432)
            .out_of_group(nodes)
            .to(cidr6!("2001:2::/48"), "Ours"),
    );
    // Two that are one: everywhere by IPv4 means everywhere by IPv6 in such a network.
    net.allow(
        Rule::udp(123)
            .out_of_group(nodes)
            .to(cidr!("0.0.0.0/0"), "Ours"),
    );
    net.allow(
        Rule::udp(123)
            .out_of_group(nodes)
            .to(cidr6!("::/0"), "Ours"),
    );
    let stack = Stack::new(
        "six",
        Region::UsEast1,
        net,
        Cluster::new("six", "1.35").ipv6(),
    );
    assert_eq!(ipv6_rules(&stack, "Ingress"), ["2001:2:0:7::/64 8443"]);
    assert_eq!(
        ipv6_rules(&stack, "Egress"),
        ["::/0 123", "2001:2::/48 5432"]
    );
}

#[test]
fn a_program_says_the_same_as_a_spec() {
    let net = Network::new(cidr!("10.96.0.0/16")).dual_stack().zones(2);
    let endpoint = Endpoint::public_and_private()
        .allow(cidr!("198.18.7.0/24"))
        .allow(cidr6!("2001:2::/48"));
    let cluster = Cluster::new("six", "1.35").ipv6().endpoint(endpoint);
    let program = Stack::new("six", Region::UsEast1, net, cluster)
        .synthesize()
        .unwrap();
    let spec = load(&text(
        "  endpoint: { public-cidrs: [198.18.7.0/24, \"2001:2::/48\"] }\n",
    ));
    assert_eq!(program.cloudformation(), spec.cloudformation());
    assert_eq!(program.terraform().main, spec.terraform().main);
}

#[test]
#[cfg(feature = "report")]
fn the_plan_shows_the_family() {
    use eksnet::report::PlanReport;

    let six = PlanReport::new(&load(&text("  node-groups: { system: {} }\n")));
    let table = six.table();
    assert!(
        table.contains("\nservice range     IPv6, chosen by EKS\n"),
        "{table}"
    );
    let line = table.lines().find(|line| line.starts_with("nodes  system"));
    let words: Vec<_> = line.unwrap().split_whitespace().collect();
    assert_eq!(words[2..5], ["ipv6", "110", "1"], "{table}");
    assert!(!table.contains("prefixes free"), "{table}");
    let markdown = six.markdown();
    assert!(markdown.contains("| nodes | system | ipv6 | 110 | 1 |"));
    assert!(markdown.contains("* Kubernetes services: IPv6, the range is chosen by EKS\n"));
    assert_eq!(six.services, None);
}
