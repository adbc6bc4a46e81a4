//! Stacks on existing networks: nothing of the network is built, everything else is built on it.

#![cfg(all(feature = "spec", feature = "report"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::network::{Isolated, Private};
use eksnet::plan::{Ledger, Listing, State};
use eksnet::prelude::*;
use eksnet::report::PlanReport;
use eksnet::spec::{self, Format};
use serde_json::{Value, json};

const VPC: &str = "vpc-0a1b2c3d4e5f60718";

/// The id of a thing, made of its number.
fn id(form: &str, number: u32) -> String {
    format!("{form}-0a1b2c3d4e5f6{number:04x}")
}

fn subnet(number: u32, cidr: &str) -> ExistingSubnet {
    ExistingSubnet::new(id("subnet", number), cidr.parse().unwrap())
}

/// Private and isolated subnets in some of the zones 1, 2 and 4.
fn tiers(net: &mut ExistingNetwork, zones: &[u32]) -> (TierId<Private>, TierId<Isolated>) {
    let mut nodes = ExistingTier::private("nodes");
    let mut isolated = ExistingTier::isolated("control-plane");
    for n in zones {
        let (zone, low) = (format!("use1-az{n}"), n * 32);
        let table = id("rtb", n % 2);
        let here = subnet(0x10 + n, &format!("10.20.{low}.0/19")).route_table(table);
        nodes = nodes.subnet(&zone, here);
        let here = subnet(0x20 + n, &format!("10.20.0.{low}/27"));
        isolated = isolated.subnet(&zone, here);
    }
    (net.add(nodes), net.add(isolated))
}

fn cluster(nodes: &TierId<Private>) -> Cluster {
    Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", nodes))
}

fn network() -> ExistingNetwork {
    ExistingNetwork::new(VPC, cidr!("10.20.0.0/16"))
}

fn stack_in(mut net: ExistingNetwork, zones: &[u32]) -> Stack {
    let (nodes, _) = tiers(&mut net, zones);
    Stack::new("prod", Region::UsEast1, net, cluster(&nodes))
}

fn synthesis(stack: &Stack) -> Synthesis {
    stack
        .synthesize()
        .unwrap_or_else(|findings| panic!("{findings:#?}"))
}

type Resources = serde_json::Map<String, Value>;

fn template(synthesis: &Synthesis) -> Resources {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    template["Resources"].as_object().unwrap().clone()
}

/// The resources of the module, by type and name.
fn module(synthesis: &Synthesis) -> BTreeMap<String, Value> {
    let main: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    let types = main["resource"].as_object().unwrap();
    types
        .iter()
        .flat_map(|(kind, all)| {
            let all = all.as_object().unwrap().iter();
            all.map(move |(name, body)| (format!("{kind}.{name}"), body.clone()))
        })
        .collect()
}

/// The tags of a module, by what is tagged.
fn tags(synthesis: &Synthesis) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut tags: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (address, body) in module(synthesis) {
        if address.starts_with("aws_ec2_tag.") {
            let text = |key: &str| body[key].as_str().unwrap().to_owned();
            let of = tags.entry(text("resource_id")).or_default();
            assert_eq!(of.insert(text("key"), text("value")), None, "{address}");
        }
    }
    tags
}

fn said<'a>(findings: &'a Findings, code: &'a str) -> Vec<(Severity, &'a str)> {
    let all = findings.iter().filter(|f| f.code.as_str() == code);
    all.map(|f| (f.severity, f.message.as_str())).collect()
}

fn loud(findings: &Findings) -> Vec<&str> {
    let all = findings.iter().filter(|f| f.severity < Severity::Info);
    all.map(|f| f.message.as_str()).collect()
}

#[test]
fn nothing_of_the_network_is_built_and_its_ids_are_used() {
    let net = network()
        .endpoints(["s3", "sts"])
        .flow_logs(FlowLogs::cloudwatch());
    let synthesis = synthesis(&stack_in(net, &[1, 2, 4]));
    let built = [
        "VPC",
        "VPCCidrBlock",
        "Subnet",
        "InternetGateway",
        "NatGateway",
        "EIP",
        "RouteTable",
        "Route",
        "SubnetRouteTableAssociation",
        "VPCGatewayAttachment",
        "EgressOnlyInternetGateway",
    ];
    let resources = template(&synthesis);
    for (name, body) in &resources {
        let kind = body["Type"].as_str().unwrap();
        assert!(
            !built.iter().any(|b| kind == format!("AWS::EC2::{b}")),
            "{name}"
        );
        if let Some(vpc) = body["Properties"].get("VpcId") {
            assert_eq!(vpc, VPC, "{name}");
        }
    }
    let of_zones = |base: u32| [1, 2, 4].map(|n| id("subnet", base + n));
    let properties = |name: &str| &resources[name]["Properties"];
    let own = &properties("Cluster")["ResourcesVpcConfig"]["SubnetIds"];
    assert_eq!(*own, json!(of_zones(0x20)));
    assert_eq!(
        properties("NodeGroupSystem")["Subnets"],
        json!(of_zones(0x10))
    );
    assert_eq!(
        properties("VpcEndpointSts")["SubnetIds"],
        json!(of_zones(0x10))
    );
    assert_eq!(properties("FlowLog")["ResourceId"], VPC);
    // Two zones share a table.
    let tables = json!([id("rtb", 0), id("rtb", 1)]);
    assert_eq!(properties("VpcEndpointS3")["RouteTableIds"], tables);

    let resources = module(&synthesis);
    let network = [
        "aws_vpc",
        "aws_subnet",
        "aws_internet_gateway",
        "aws_nat_gateway",
        "aws_eip",
        "aws_route",
        "aws_route_table",
        "aws_route_table_association",
        "aws_default_security_group",
        "aws_vpc_ipv4_cidr_block_association",
        "aws_egress_only_internet_gateway",
    ];
    for (address, body) in &resources {
        let kind = address.split('.').next().unwrap();
        assert!(!network.contains(&kind), "{address}");
        if let Some(vpc) = body.get("vpc_id") {
            assert_eq!(vpc, VPC, "{address}");
        }
    }
    assert_eq!(
        resources["aws_eks_node_group.system"]["subnet_ids"],
        json!(of_zones(0x10))
    );
    assert_eq!(resources["aws_vpc_endpoint.s3"]["route_table_ids"], tables);
}

#[test]
fn endpoints_and_flow_logs_come_only_when_asked_for() {
    let synthesis = synthesis(&stack_in(network(), &[1, 2]));
    let resources = template(&synthesis);
    let of = |kind: &str| {
        resources
            .values()
            .filter(|body| body["Type"] == kind)
            .count()
    };
    assert_eq!(of("AWS::EC2::VPCEndpoint"), 0);
    assert_eq!(of("AWS::EC2::FlowLog"), 0);
    assert_eq!(of("AWS::EC2::SecurityGroup"), 2, "nodes and control plane");
    // Nobody is told what somebody else's network lacks.
    for code in ["EKS138", "EKS423", "EKS528", "EKS133", "EKS406"] {
        assert_eq!(said(synthesis.findings(), code), [], "{code}");
    }
    assert_eq!(loud(synthesis.findings()), [""; 0]);
}

#[test]
fn the_program_and_the_spec_of_a_network_give_the_same_bytes() {
    let spec = format!(
        "stack: prod
region: us-east-1
network:
  existing: {VPC}
  cidr: 10.20.0.0/16
  nat-addresses: [198.18.7.9, 198.18.7.8/32]
  endpoints: [s3]
  cluster-tag: shared
  tiers:
    nodes:
      access: private
      load-balancers: false
      tags: {{ Team: 'a, b=c' }}
      existing:
        use1-az2: {{ subnet: {}, cidr: 10.20.64.0/19 }}
        use1-az1: {{ subnet: {}, cidr: 10.20.32.0/19, route-table: {} }}
cluster:
  control-plane: nodes
  version: '1.35'
  endpoint: {{ access: public, public-cidrs: [198.18.0.0/24] }}
  node-groups: {{ system: {{ tier: nodes }} }}
",
        id("subnet", 2),
        id("subnet", 1),
        id("rtb", 1)
    );
    let mut sources = Sources::new();
    let loaded = spec::load("prod.yaml", Some(Format::Yaml), &spec, &mut sources);
    let from_spec = loaded.synthesize(&Ledger::new()).unwrap();

    let addresses = [Ipv4Addr::new(198, 18, 7, 8), Ipv4Addr::new(198, 18, 7, 9)];
    let mut net = network()
        .nat_addresses(addresses)
        .endpoints(["s3"])
        .cluster_tag(ClusterTag::Shared);
    let nodes = ExistingTier::private("nodes")
        .load_balancers(false)
        .tag("Team", "a, b=c")
        .subnet(
            "use1-az1",
            subnet(1, "10.20.32.0/19").route_table(id("rtb", 1)),
        )
        .subnet("use1-az2", subnet(2, "10.20.64.0/19"));
    let nodes = net.add(nodes);
    let cluster = cluster(&nodes)
        .control_plane(&nodes)
        .endpoint(Endpoint::public().allow(cidr!("198.18.0.0/24")));
    let from_program = synthesis(&Stack::new("prod", Region::UsEast1, net, cluster));
    assert_eq!(from_spec.cloudformation(), from_program.cloudformation());
    assert_eq!(from_spec.terraform(), from_program.terraform());

    // Nodes come to the public side by the gateways.
    let resources = template(&from_spec);
    let clients = &resources["Cluster"]["Properties"]["ResourcesVpcConfig"]["PublicAccessCidrs"];
    assert_eq!(
        *clients,
        json!(["198.18.0.0/24", "198.18.7.8/32", "198.18.7.9/32"])
    );
    let outputs: Value = serde_json::from_str(&from_spec.terraform().outputs).unwrap();
    let told = &outputs["output"]["nat_addresses"]["value"];
    assert_eq!(*told, json!(["198.18.7.8", "198.18.7.9"]));
}

#[test]
fn the_commands_for_cloudformation_set_the_tags_of_terraform() {
    let mut net = network().cluster_tag(ClusterTag::Shared);
    let (nodes, _) = tiers(&mut net, &[1, 2]);
    let public = ExistingTier::public("public")
        .tag("Owner", "Ann's team, net=1")
        .subnet("use1-az1", subnet(0x31, "10.20.250.0/26"));
    net.add(public);
    let stack = Stack::new("prod", Region::UsEast1, net, cluster(&nodes).karpenter());
    let synthesis = synthesis(&stack);
    let tags = tags(&synthesis);
    let keys = |id: &str| tags[id].keys().map(String::as_str).collect::<Vec<_>>();
    let own = "kubernetes.io/cluster/prod";
    assert_eq!(keys(VPC), [own]);
    assert_eq!(
        keys(&id("subnet", 0x11)),
        [
            "karpenter.sh/discovery",
            own,
            "kubernetes.io/role/internal-elb"
        ]
    );
    assert_eq!(keys(&id("subnet", 0x21)), [own]);
    assert_eq!(
        keys(&id("subnet", 0x31)),
        ["Owner", own, "kubernetes.io/role/elb"]
    );

    let finding = synthesis
        .findings()
        .iter()
        .find(|f| f.code.as_str() == "PLAN017");
    let help = finding.unwrap().help.as_deref().unwrap();
    let commands = help.split('`').nth(1).unwrap();
    let mut told: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for command in commands.split(" && ") {
        let rest = command.strip_prefix("aws ec2 create-tags --region us-east-1 --resources ");
        let (resources, given) = rest.unwrap().split_once(" --tags ").unwrap();
        let given: Vec<(String, String)> = if let Some(long) = given.strip_prefix('\'') {
            // As a shell reads it.
            let long = long.strip_suffix('\'').unwrap().replace(r"'\''", "'");
            let long: Vec<BTreeMap<String, String>> = serde_json::from_str(&long).unwrap();
            long.into_iter()
                .map(|tag| (tag["Key"].clone(), tag["Value"].clone()))
                .collect()
        } else {
            let pairs = given.split(' ').map(|tag| {
                let (key, value) = tag
                    .strip_prefix("Key=")
                    .unwrap()
                    .split_once(",Value=")
                    .unwrap();
                (key.to_owned(), value.to_owned())
            });
            pairs.collect()
        };
        for resource in resources.split(' ') {
            told.entry(resource.to_owned())
                .or_default()
                .extend(given.clone());
        }
    }
    assert_eq!(told, tags);
}

#[test]
fn where_nothing_is_to_be_tagged_nothing_is_said_of_tags() {
    let mut net = network();
    let nodes = ExistingTier::private("nodes")
        .load_balancers(false)
        .subnet("use1-az1", subnet(1, "10.20.32.0/19"))
        .subnet("use1-az2", subnet(2, "10.20.64.0/19"));
    let nodes = net.add(nodes);
    let stack = Stack::new("prod", Region::UsEast1, net, cluster(&nodes)).tag("Team", "payments");
    let synthesis = synthesis(&stack);
    assert_eq!(said(synthesis.findings(), "PLAN017"), []);
    assert!(
        tags(&synthesis).is_empty(),
        "the stack's tags are not for subnets that are not its own"
    );
    // It was all that there was to take.
    let shared = "nodes and the control plane share tier `nodes`";
    assert_eq!(
        said(synthesis.findings(), "EKS209"),
        [(Severity::Info, shared)]
    );
}

/// EKS320: the load balancer controller finds the group of a node by the cluster's tag, and must find one.
#[test]
fn a_nodes_interface_carries_one_group_with_the_clusters_tag() {
    for mode in [SecurityMode::Standard, SecurityMode::Restricted] {
        let resources = template(&synthesis(&stack_in(network().security(mode), &[1, 2])));
        let launch = &resources["LaunchTemplateSystem"]["Properties"]["LaunchTemplateData"];
        let groups = launch["SecurityGroupIds"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| {
                launch["NetworkInterfaces"][0]["Groups"]
                    .as_array()
                    .unwrap()
                    .clone()
            });
        let tagged = groups.iter().filter(|group| {
            let asked: (String, String) =
                serde_json::from_value(group["Fn::GetAtt"].clone()).unwrap();
            // EKS tags the group that it makes.
            asked.1 == "ClusterSecurityGroupId"
                || resources[&asked.0]["Properties"]["Tags"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|tag| {
                        tag["Key"] == "kubernetes.io/cluster/prod" && tag["Value"] == "owned"
                    })
        });
        assert_eq!(tagged.count(), 1, "{mode:?}");
    }
}

#[test]
fn a_further_zone_adds_what_is_built_on_it_and_no_more() {
    let two = stack_in(network().endpoints(["s3"]), &[1, 2])
        .synthesize()
        .unwrap();
    let mut ledger = two.plan().ledger();
    let three = stack_in(network().endpoints(["s3"]), &[1, 2, 4]);
    let grown = three.synthesize_with(&ledger).unwrap();
    let (before, after) = (module(&two), module(&grown));
    let added: Vec<_> = after
        .keys()
        .filter(|key| !before.contains_key(*key))
        .collect();
    assert_eq!(
        added,
        ["aws_ec2_tag.nodes_use1_az4_kubernetes_io_role_internal_elb"]
    );
    let changed: Vec<_> = before
        .iter()
        .filter(|(key, body)| after[*key] != **body)
        .collect();
    let changed: Vec<_> = changed.into_iter().map(|(key, _)| key.as_str()).collect();
    // Nothing is deployed yet, so the cluster may have the zone.
    assert_eq!(
        changed,
        ["aws_eks_cluster.main", "aws_eks_node_group.system"]
    );

    // Once the stack is there, EKS keeps its zones.
    let keys: Vec<_> = ledger
        .entries()
        .map(|(key, entry)| (key.clone(), entry))
        .collect();
    for (key, mut entry) in keys {
        entry.state = State::Deployed;
        ledger.insert(key, entry);
    }
    let grown = three.synthesize_with(&ledger).unwrap();
    let after = module(&grown);
    assert_eq!(
        after["aws_eks_cluster.main"],
        before["aws_eks_cluster.main"]
    );
    assert_eq!(said(grown.findings(), "EKS225").len(), 1);
    assert_eq!(said(grown.findings(), "PLAN014").len(), 1);
    assert_eq!(
        grown.plan().ledger().vpc(),
        None,
        "the VPC is not the stack's"
    );
}

#[test]
fn a_range_that_was_mistyped_is_corrected_without_a_word() {
    let wrong = stack_in(network(), &[1, 2]).synthesize().unwrap();
    let mut ledger = wrong.plan().ledger();
    let keys: Vec<_> = ledger
        .entries()
        .map(|(key, entry)| (key.clone(), entry))
        .collect();
    for (key, mut entry) in keys {
        entry.cidr = eksnet::network::Ipv4Net::new(entry.cidr.addr(), 28).unwrap();
        entry.state = State::Deployed;
        ledger.insert(key, entry);
    }
    let right = stack_in(network(), &[1, 2])
        .synthesize_with(&ledger)
        .unwrap();
    assert_eq!(right.plan().tiers, wrong.plan().tiers);
    assert!(right.plan().tombstones.is_empty());
    assert_eq!(right.cloudformation(), wrong.cloudformation());
}

#[test]
fn a_stack_does_not_give_up_the_vpc_that_it_built() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    let public = net.add(Tier::public("public"));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    let built = synthesis(&Stack::new(
        "prod",
        Region::UsEast1,
        net,
        cluster(&nodes).control_plane(&nodes),
    ));
    let mut ledger = built.plan().ledger();
    let existing = stack_in(network(), &[1, 2]);
    assert!(
        existing.synthesize_with(&ledger).is_ok(),
        "a plan that was never deployed holds nobody"
    );
    let mut vpc = ledger.vpc().unwrap();
    vpc.state = State::Deployed;
    ledger.set_vpc(Some(vpc));
    let findings = existing.synthesize_with(&ledger).unwrap_err();
    assert_eq!(said(&findings, "PLAN016").len(), 1, "{findings:#?}");
}

#[test]
fn there_is_nothing_to_adopt() {
    let listing = format!(
        r#"{{"Subnets": [{{"SubnetId": "{}", "VpcId": "{VPC}", "AvailabilityZoneId": "use1-az1", "CidrBlock": "10.20.32.0/19"}}]}}"#,
        id("subnet", 0x11)
    );
    let mut sources = Sources::new();
    let listing =
        Listing::read("subnets.json", &listing, &mut sources, &mut Findings::new()).unwrap();
    let stack = stack_in(network(), &[1, 2]);
    let refused = stack
        .adopt(&listing, &BTreeMap::new(), &Ledger::new())
        .unwrap_err();
    assert_eq!(said(&refused, "PLAN013").len(), 1);
}

#[test]
fn an_api_that_answers_outside_knows_the_gateways_of_the_vpc() {
    let outside = |net: ExistingNetwork| {
        let mut net = net;
        let (nodes, _) = tiers(&mut net, &[1, 2]);
        let endpoint = Endpoint::public().allow(cidr!("198.18.0.0/24"));
        Stack::new(
            "prod",
            Region::UsEast1,
            net,
            cluster(&nodes).endpoint(endpoint),
        )
        .check()
    };
    assert_eq!(said(&outside(network()), "EKS605").len(), 1);
    let named = network().nat_addresses([Ipv4Addr::new(198, 18, 7, 8)]);
    assert_eq!(said(&outside(named), "EKS605"), []);
    let within = network().nat_addresses([Ipv4Addr::new(10, 20, 0, 8)]);
    assert_eq!(said(&outside(within), "EKS606").len(), 1);
}

#[test]
fn what_an_isolated_tier_may_have_is_not_demanded() {
    let offline = |tables: bool, services: &[&str]| {
        let mut net = network().endpoints(services.iter().copied());
        let mut tier = ExistingTier::isolated("nodes");
        for n in [1, 2] {
            let here = subnet(n, &format!("10.20.{}.0/19", n * 32));
            let here = if tables || n == 1 {
                here.route_table(id("rtb", n))
            } else {
                here
            };
            tier = tier.subnet(format!("use1-az{n}"), here);
        }
        let nodes = net.add(tier);
        let group = NodeGroup::new("system", &nodes);
        let cluster = Cluster::new("prod", "1.35").node_group(group);
        Stack::new("prod", Region::UsEast1, net, cluster).check()
    };
    let all = ["s3", "ec2", "ecr.api", "ecr.dkr", "eks-auth", "sts"];
    let none = offline(true, &[]);
    for code in ["EKS619", "EKS620", "EKS622"] {
        assert_eq!(
            said(&none, code).first().map(|said| said.0),
            Some(Severity::Info),
            "{code}"
        );
        assert_eq!(said(&offline(true, &all), code), [], "{code}");
    }
    // An endpoint that is a route helps those who have the route.
    let half = offline(false, &all);
    let message = "tier `nodes` has no way to the internet, and the stack makes no endpoint for s3";
    assert_eq!(said(&half, "EKS619"), [(Severity::Info, message)]);
}

#[test]
fn restricted_nodes_leave_by_the_way_that_the_user_states() {
    let out = |stack: &Stack| -> BTreeSet<String> {
        let resources = template(&synthesis(stack));
        let rules = resources
            .values()
            .filter(|b| b["Type"] == "AWS::EC2::SecurityGroupEgress");
        rules
            .filter_map(|b| b["Properties"]["CidrIp"].as_str())
            .map(str::to_owned)
            .collect()
    };
    let restricted = || network().security(SecurityMode::Restricted);
    assert!(out(&stack_in(restricted(), &[1, 2])).contains("0.0.0.0/0"));
    let mut net = restricted();
    let mut tier = ExistingTier::isolated("nodes");
    for n in [1, 2] {
        tier = tier.subnet(
            format!("use1-az{n}"),
            subnet(n, &format!("10.20.{}.0/19", n * 32)),
        );
    }
    let nodes = net.add(tier);
    let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
    let isolated = Stack::new("prod", Region::UsEast1, net, cluster);
    assert_eq!(out(&isolated), BTreeSet::from(["10.20.0.0/16".to_owned()]));
}

#[test]
fn the_plan_shows_the_ids() {
    let report = PlanReport::new(&synthesis(&stack_in(network(), &[1, 2])));
    let (table, markdown) = (report.table(), report.markdown());
    for n in [0x11, 0x12, 0x21, 0x22] {
        assert!(table.contains(&id("subnet", n)), "{table}");
        assert!(markdown.contains(&id("subnet", n)), "{markdown}");
    }
    assert!(table.starts_with(&format!(
        "prod in us-east-1: 10.20.0.0/16 of {VPC}, 65,536 addresses\n"
    )));
    assert!(
        !table.contains("\nleft "),
        "what others left is not known: {table}"
    );
    assert!(!markdown.contains("are left"), "{markdown}");
    assert!(table.lines().all(|line| line.len() <= 100), "{table}");
    let json: Value = serde_json::to_value(&report).unwrap();
    assert_eq!(json["existing"], VPC);
    assert_eq!(json.get("free"), None);
    assert_eq!(json["tiers"][0]["subnets"][0]["id"], id("subnet", 0x11));
    assert_eq!(json["tiers"][0]["subnets"][0]["deployed"], true);
}

#[test]
fn wrong_ids_and_zones_of_a_program_are_found() {
    let mut net = ExistingNetwork::new("prod", cidr!("10.20.0.0/16"));
    let nodes = ExistingTier::private("nodes")
        .subnet("use1-az1", subnet(1, "10.20.32.0/19"))
        .subnet("use1-az1", subnet(2, "10.20.64.0/19"))
        .subnet("use1-az2", subnet(3, "10.20.96.0/19").route_table("main"));
    let nodes = net.add(nodes);
    net.add(ExistingTier::isolated("empty"));
    let findings = Stack::new("prod", Region::UsEast1, net, cluster(&nodes)).check();
    assert_eq!(said(&findings, "SPEC015").len(), 2, "{findings:#?}");
    assert_eq!(said(&findings, "SPEC012").len(), 1, "{findings:#?}");
    assert_eq!(said(&findings, "SPEC016").len(), 1, "{findings:#?}");
    let empty = Stack::network_only("prod", Region::UsEast1, network()).check();
    assert_eq!(said(&empty, "SPEC016").len(), 1, "{empty:#?}");
}
