//! Order is stated in the graph, once, and both engines say it: each demand is a path in the rendered document.
//!
//! No emulator notices a missing edge, since there nothing takes time; AWS does, now and then.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use eksnet::prelude::*;
use serde_json::{Value, json};

/// What the stacks of these tests differ in.
#[derive(Clone, Copy)]
struct Variant {
    security: SecurityMode,
    to_bucket: bool,
    own_addresses: bool,
    dual_stack: bool,
}

const VARIANTS: [Variant; 4] = [
    Variant {
        security: SecurityMode::Standard,
        to_bucket: false,
        own_addresses: false,
        dual_stack: false,
    },
    Variant {
        security: SecurityMode::Restricted,
        to_bucket: true,
        own_addresses: false,
        dual_stack: false,
    },
    Variant {
        security: SecurityMode::Restricted,
        to_bucket: false,
        own_addresses: true,
        dual_stack: false,
    },
    Variant {
        security: SecurityMode::Restricted,
        to_bucket: false,
        own_addresses: false,
        dual_stack: true,
    },
];

/// A stack with everything that has to wait for something.
fn stack(variant: Variant) -> Stack {
    let logs = if variant.to_bucket {
        FlowLogs::new_bucket()
    } else {
        FlowLogs::cloudwatch()
    };
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .secondary_cidr(cidr!("10.0.0.0/16"))
        .secondary_cidr(cidr!("10.1.0.0/16"))
        .secondary_cidr(cidr!("100.64.0.0/16"))
        .zones(3)
        .security(variant.security)
        .endpoints(["s3", "ecr.api", "ecr.dkr", "sts"])
        .flow_logs(logs.key(Key::Create));
    if variant.dual_stack {
        net = net.dual_stack();
    }
    let public = net.add(Tier::public("public").prefix(24));
    let mut nat = Nat::per_zone(&public);
    if variant.own_addresses {
        nat = nat.allocations((0..3).map(|n| format!("eipalloc-0123456789abcdef{n}")));
    }
    let nodes = net.add(Tier::private("nodes", nat).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    net.add(
        Tier::isolated("pods")
            .prefix(18)
            .block(cidr!("100.64.0.0/16")),
    );
    net.allow(
        Rule::tcp(9443)
            .into_group(Group::Nodes)
            .from(Group::ControlPlane, "webhook"),
    );
    // The addresses of existing Elastic IPs are not known, so nodes would be shut out of a public endpoint.
    let endpoint = if variant.own_addresses {
        Endpoint::public_and_private()
    } else {
        Endpoint::public()
    };
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(endpoint.allow(cidr!("198.18.7.0/24")))
        .logs(ControlPlaneLogs::all().key(Key::Create))
        .node_group(NodeGroup::new("system", &nodes))
        .node_group(NodeGroup::new("work", &nodes).capacity(CapacityType::Spot))
        .fargate(FargateProfile::new("batch", &nodes).namespace("batch"))
        .fargate(FargateProfile::new("jobs", &nodes).namespace("jobs"))
        .access(AccessEntry::new("admins", "arn:aws:iam::111122223333:role/Admins").admin())
        .access(
            AccessEntry::new("viewers", "arn:aws:iam::111122223333:role/Viewers")
                .policy_in("AmazonEKSViewPolicy", ["batch"])
                .group("viewers"),
        )
        .oidc_provider();
    Stack::new("prod", Region::UsEast1, net, cluster)
}

type Edges = BTreeMap<String, BTreeSet<String>>;

/// A rendered document as a graph of its resources.
#[derive(Clone)]
struct Document {
    engine: &'static str,
    json: Value,
    /// The type of each resource.
    kinds: BTreeMap<String, String>,
    /// What a resource's body refers to.
    direct: Edges,
    /// What it says to wait for besides.
    stated: Edges,
    /// What outputs refer to.
    outputs: BTreeSet<String>,
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().expect("an object").iter()
}

fn words(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.map(|word| word.as_str().expect("text").to_owned())
        .collect()
}

impl Document {
    fn both(stack: &Stack) -> [Self; 2] {
        let synthesis = stack
            .synthesize()
            .unwrap_or_else(|findings| panic!("{findings:#?}"));
        let terraform = synthesis.terraform();
        [
            Self::cloudformation(parse(&synthesis.cloudformation())),
            Self::terraform(parse(&terraform.main), &parse(&terraform.outputs)),
        ]
    }

    fn empty(engine: &'static str) -> Self {
        Self {
            engine,
            json: Value::Null,
            kinds: BTreeMap::new(),
            direct: Edges::new(),
            stated: Edges::new(),
            outputs: BTreeSet::new(),
        }
    }

    fn add(&mut self, id: &str, kind: &Value, direct: BTreeSet<String>, stated: &[String]) {
        let kind = kind.as_str().expect("a type").to_owned();
        assert_eq!(self.kinds.insert(id.to_owned(), kind), None);
        let set: BTreeSet<_> = stated.iter().cloned().collect();
        assert_eq!(set.len(), stated.len(), "{id} states an edge twice");
        self.direct.insert(id.to_owned(), direct);
        self.stated.insert(id.to_owned(), set);
    }

    fn cloudformation(json: Value) -> Self {
        let mut document = Self::empty("CloudFormation");
        for (id, body) in object(&json["Resources"]) {
            let mut direct = BTreeSet::new();
            asked(&body["Properties"], &mut direct);
            document.add(id, &body["Type"], direct, &words(body.get("DependsOn")));
        }
        asked(&json["Outputs"], &mut document.outputs);
        document.json = json;
        document
    }

    fn terraform(json: Value, outputs: &Value) -> Self {
        let mut document = Self::empty("Terraform");
        for (kind, resources) in object(&json["resource"]) {
            for (name, body) in object(resources) {
                let mut body = body.clone();
                let stated = words(body.get("depends_on"));
                body.as_object_mut().expect("a body").remove("depends_on");
                let mut direct = BTreeSet::new();
                interpolated(&body, &mut direct);
                let id = format!("{kind}.{name}");
                document.add(&id, &json!(kind), direct, &stated);
            }
        }
        for (_, output) in object(&outputs["output"]) {
            interpolated(&output["value"], &mut document.outputs);
        }
        document.json = json;
        document
    }

    /// The resources of a type whose name has a word in it.
    fn of(&self, (cloudformation, terraform, word): Which) -> Vec<&str> {
        let kind = if self.engine == "CloudFormation" {
            cloudformation
        } else {
            terraform
        };
        // A module has one network, and it has no name of its own.
        let word = if kind == "aws_vpc" { "" } else { word };
        let plain = |id: &str| id.replace('_', "").to_lowercase();
        let all = self.kinds.iter().filter(|(_, of)| of.as_str() == kind);
        all.map(|(id, _)| id.as_str())
            .filter(|id| plain(id).contains(word))
            .collect()
    }

    /// Everything that a resource comes after, itself included.
    fn before(&self, id: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = self
            .kinds
            .get_key_value(id)
            .map(|(id, _)| id.as_str())
            .into_iter()
            .collect();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                let next = self.direct[id].iter().chain(&self.stated[id]);
                open.extend(
                    next.map(String::as_str)
                        .filter(|id| self.kinds.contains_key(*id)),
                );
            }
        }
        seen
    }

    /// The demands that the document does not meet, in words.
    fn broken(&self, demands: &[Demand]) -> Vec<String> {
        let mut broken = Vec::new();
        for demand in demands {
            let (later, earlier) = (self.of(demand.later), self.of(demand.earlier));
            assert!(
                !later.is_empty(),
                "{}: nothing is {:?}",
                self.engine,
                demand.later
            );
            assert!(
                !earlier.is_empty(),
                "{}: nothing is {:?}",
                self.engine,
                demand.earlier
            );
            for later in later {
                let before = self.before(later);
                for earlier in &earlier {
                    if !before.contains(earlier) {
                        broken.push(format!(
                            "{}: {later} does not wait for {earlier}: {}",
                            self.engine, demand.why
                        ));
                    }
                }
            }
        }
        broken
    }

    /// The same without what a resource says to wait for.
    fn without_stated(&self, id: &str) -> Self {
        let mut document = self.clone();
        document.stated.get_mut(id).expect("a resource").clear();
        document
    }

    fn without_edge(&self, from: &str, to: &str) -> Self {
        let mut document = self.clone();
        assert!(
            document
                .stated
                .get_mut(from)
                .expect("a resource")
                .remove(to)
        );
        document
    }

    fn at(&self, pointer: &str) -> &Value {
        let found = self.json.pointer(pointer);
        found.unwrap_or_else(|| panic!("{}: nothing at {pointer}", self.engine))
    }
}

/// `Ref` and `Fn::GetAtt`, wherever they stand.
fn asked(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(id)) = map.get("Ref").filter(|_| map.len() == 1) {
                if !id.starts_with("AWS::") {
                    into.insert(id.clone());
                }
            } else if let Some(ask) = map.get("Fn::GetAtt") {
                into.insert(ask[0].as_str().expect("a logical id").to_owned());
            } else {
                assert!(
                    !map.contains_key("Fn::Sub"),
                    "Fn::Sub finds variables in user text"
                );
                map.values().for_each(|value| asked(value, into));
            }
        }
        Value::Array(list) => list.iter().for_each(|value| asked(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The addresses in `${…}`, wherever they stand; `$${` is text.
fn interpolated(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| interpolated(value, into)),
        Value::Array(list) => list.iter().for_each(|value| interpolated(value, into)),
        Value::String(text) => {
            let text = text.replace("$${", "");
            for part in text.split("${").skip(1) {
                let (expression, _) = part.split_once('}').expect("an end");
                let expression = expression
                    .strip_prefix("cidrsubnet(")
                    .and_then(|call| call.split_once(','))
                    .map_or(expression, |(argument, _)| argument);
                let mut steps = expression.split('.');
                let (Some(kind), Some(name), Some(_)) = (steps.next(), steps.next(), steps.next())
                else {
                    panic!("`{expression}` is no attribute of a resource");
                };
                if kind == "data" {
                    assert_eq!(expression, "data.aws_caller_identity.current.account_id");
                } else {
                    into.insert(format!("{kind}.{name}"));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The type in the one engine, the type in the other, a word of the name.
type Which = (&'static str, &'static str, &'static str);

/// One thing that has to wait for another.
struct Demand {
    later: Which,
    earlier: Which,
    why: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $cloudformation:literal / $terraform:literal;)*) => { $(
        const fn $name(word: &'static str) -> Which {
            ($cloudformation, $terraform, word)
        }
    )* };
}

kinds! {
    block = "AWS::EC2::VPCCidrBlock" / "aws_vpc_ipv4_cidr_block_association";
    // Terraform attaches a gateway when it makes it.
    attachment = "AWS::EC2::VPCGatewayAttachment" / "aws_internet_gateway";
    elastic_ip = "AWS::EC2::EIP" / "aws_eip";
    subnet = "AWS::EC2::Subnet" / "aws_subnet";
    egress_only = "AWS::EC2::EgressOnlyInternetGateway" / "aws_egress_only_internet_gateway";
    nat = "AWS::EC2::NatGateway" / "aws_nat_gateway";
    route = "AWS::EC2::Route" / "aws_route";
    association = "AWS::EC2::SubnetRouteTableAssociation" / "aws_route_table_association";
    endpoint = "AWS::EC2::VPCEndpoint" / "aws_vpc_endpoint";
    ingress = "AWS::EC2::SecurityGroupIngress" / "aws_vpc_security_group_ingress_rule";
    egress = "AWS::EC2::SecurityGroupEgress" / "aws_vpc_security_group_egress_rule";
    log_group = "AWS::Logs::LogGroup" / "aws_cloudwatch_log_group";
    flow_log = "AWS::EC2::FlowLog" / "aws_flow_log";
    bucket_policy = "AWS::S3::BucketPolicy" / "aws_s3_bucket_policy";
    // What CloudFormation says in the resource itself, Terraform says in others.
    bucket_key = "AWS::S3::Bucket" / "aws_s3_bucket_server_side_encryption_configuration";
    bucket_closed = "AWS::S3::Bucket" / "aws_s3_bucket_public_access_block";
    bucket_expiry = "AWS::S3::Bucket" / "aws_s3_bucket_lifecycle_configuration";
    managed_policy = "AWS::IAM::Role" / "aws_iam_role_policy_attachment";
    inline_policy = "AWS::IAM::Role" / "aws_iam_role_policy";
    cluster = "AWS::EKS::Cluster" / "aws_eks_cluster";
    addon = "AWS::EKS::Addon" / "aws_eks_addon";
    node_group = "AWS::EKS::Nodegroup" / "aws_eks_node_group";
    fargate = "AWS::EKS::FargateProfile" / "aws_eks_fargate_profile";
    access_entry = "AWS::EKS::AccessEntry" / "aws_eks_access_entry";
    access_policy = "AWS::EKS::AccessEntry" / "aws_eks_access_policy_association";
}

/// Terraform asks for the range when it makes the VPC.
const IPV6_BLOCK: Which = ("AWS::EC2::VPCCidrBlock", "aws_vpc", "ipv6");

fn demands(variant: Variant) -> Vec<Demand> {
    let mut demands = Vec::new();
    let mut after = |later, earlier, why| {
        demands.push(Demand {
            later,
            earlier,
            why,
        });
    };
    for private in ["block10x0x", "block10x1x"] {
        after(
            block("block100x64x"),
            block(private),
            "AWS may refuse a private block later",
        );
    }
    after(
        block("block10x1x"),
        block("block10x0x"),
        "AWS refuses 10.0.0.0/16 later",
    );
    after(
        route("publicinternet"),
        attachment(""),
        "a route to a gateway that is not attached is refused",
    );
    after(nat(""), attachment(""), "a NAT gateway needs a way out");
    after(
        subnet("podsuse1"),
        block("block100x64x"),
        "AWS refuses a subnet outside the blocks",
    );
    if variant.dual_stack {
        after(
            subnet(""),
            IPV6_BLOCK,
            "there is no range to take a part of",
        );
        after(
            route("publicinternetipv6"),
            attachment(""),
            "a route to a gateway that is not attached is refused",
        );
        for compute in [node_group(""), fargate("")] {
            after(compute, egress_only(""), "no way out by IPv6");
            after(
                compute,
                route("nodesuse1az1internetipv6"),
                "no way out by IPv6",
            );
        }
    }
    if !variant.own_addresses {
        after(
            elastic_ip(""),
            attachment(""),
            "a public address needs a way out",
        );
    }
    after(
        cluster(""),
        block(""),
        "EKS takes an hour to see a block that joins later",
    );
    after(
        cluster(""),
        log_group("controlplane"),
        "EKS would make it, without retention",
    );
    after(
        cluster(""),
        managed_policy("cluster"),
        "EKS cannot work on the account",
    );
    after(
        addon("vpccni"),
        managed_policy("vpccni"),
        "pods get no addresses",
    );
    for compute in [node_group(""), fargate("")] {
        after(compute, route("nodesuse1"), "no way out");
        after(compute, association("nodesuse1"), "no way out");
        after(compute, nat(""), "no way out");
        after(
            compute,
            route("publicinternet"),
            "no way out behind the NAT gateways",
        );
        after(
            compute,
            association("publicuse1"),
            "no way out behind the NAT gateways",
        );
        after(compute, endpoint(""), "images come through endpoints");
        after(compute, ingress(""), "nothing gets in");
        after(compute, egress(""), "nothing gets out");
        after(addon("coredns"), compute, "nothing runs it");
    }
    for name in ["vpccni", "kubeproxy", "podidentityagent"] {
        after(node_group(""), addon(name), "nodes do not become ready");
    }
    after(node_group(""), managed_policy("nodes"), "nodes do not join");
    after(
        node_group(""),
        managed_policy("vpccni"),
        "pods get no addresses",
    );
    after(
        fargate(""),
        managed_policy("fargate"),
        "pods cannot pull images",
    );
    after(
        fargate("jobs"),
        fargate("batch"),
        "EKS makes one profile of a cluster at a time",
    );
    for name in ["admins", "viewers"] {
        after(
            access_policy(name),
            access_entry(name),
            "there is nobody to give it to",
        );
    }
    if variant.to_bucket {
        after(
            flow_log(""),
            bucket_policy(""),
            "the log delivery is not let in",
        );
        for settings in [bucket_key(""), bucket_closed(""), bucket_expiry("")] {
            after(
                flow_log(""),
                settings,
                "records come before the bucket is closed and encrypted",
            );
            after(
                bucket_policy(""),
                settings,
                "S3 takes one change of a bucket at a time",
            );
        }
    } else {
        after(
            flow_log(""),
            inline_policy("flowlogs"),
            "the role may not write",
        );
        after(
            flow_log(""),
            log_group("flowlogs"),
            "there is nothing to write to",
        );
    }
    demands
}

fn documents() -> impl Iterator<Item = (Variant, Document)> {
    VARIANTS
        .into_iter()
        .flat_map(|variant| Document::both(&stack(variant)).map(|document| (variant, document)))
}

#[test]
fn everything_waits_for_what_it_needs() {
    for (variant, document) in documents() {
        let broken = document.broken(&demands(variant));
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }
}

#[test]
fn every_stated_edge_is_demanded() {
    for (variant, document) in documents() {
        let demands = demands(variant);
        let mut noticed = 0;
        for (from, to) in document
            .stated
            .iter()
            .flat_map(|(from, all)| all.iter().map(move |to| (from, to)))
        {
            let without = document.without_edge(from, to);
            // A NAT gateway waits for its address, and so for what the address waits for.
            if without.before(from).contains(to.as_str()) {
                continue;
            }
            noticed += 1;
            assert!(
                !without.broken(&demands).is_empty(),
                "{}: nobody misses the edge from {from} to {to}",
                document.engine
            );
        }
        assert!(noticed > 40, "{noticed}");
    }
}

#[test]
fn a_missing_edge_is_noticed() {
    let of = |variant: Variant, later: &[Which]| {
        let demands = demands(variant);
        for document in Document::both(&stack(variant)) {
            for id in later.iter().flat_map(|which| document.of(*which)) {
                let broken = document.without_stated(id).broken(&demands);
                assert!(
                    broken.iter().any(|line| line.contains(&format!(" {id} "))),
                    "{}: {id}",
                    document.engine
                );
            }
        }
    };
    let [standard, bucket, own_addresses, dual_stack] = VARIANTS;
    of(
        standard,
        &[elastic_ip(""), route("publicinternet")].map(|w| w)[..1],
    );
    of(
        standard,
        &[cluster(""), node_group(""), fargate(""), addon("coredns")],
    );
    of(bucket, &[flow_log("")]);
    of(own_addresses, &[nat("")]);
    of(dual_stack, &[node_group(""), fargate("")]);
    // References say these in Terraform.
    let [document, _] = Document::both(&stack(dual_stack));
    for which in [subnet(""), route("publicinternetipv6")] {
        for id in document.of(which) {
            let broken = document.without_stated(id).broken(&demands(dual_stack));
            let prefix = format!("CloudFormation: {id} does not wait for ");
            assert!(broken.iter().any(|line| line.starts_with(&prefix)), "{id}");
        }
    }
}

#[test]
fn nothing_is_stated_that_a_reference_says() {
    for (_, document) in documents() {
        for (id, stated) in &document.stated {
            let twice: Vec<_> = stated.intersection(&document.direct[id]).collect();
            assert!(
                twice.is_empty(),
                "{}: {id} refers to {twice:?} anyway",
                document.engine
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for (_, document) in documents() {
        let outputs = [("outputs".to_owned(), document.outputs.clone())];
        for (id, to) in document
            .direct
            .iter()
            .chain(&document.stated)
            .chain(outputs.iter().map(|(id, to)| (id, to)))
        {
            for to in to {
                assert!(
                    document.kinds.contains_key(to),
                    "{}: {id} asks for {to}",
                    document.engine
                );
            }
        }
    }
}

#[test]
fn nothing_waits_for_itself() {
    for (_, document) in documents() {
        for id in document.kinds.keys() {
            let next = document.direct[id].iter().chain(&document.stated[id]);
            for next in next {
                assert!(
                    !document.before(next).contains(id.as_str()),
                    "{}: {id} and {next}",
                    document.engine
                );
            }
        }
    }
}

#[test]
fn access_policies_of_cloudformation_are_in_their_entry() {
    let [document, _] = Document::both(&stack(VARIANTS[0]));
    for id in document.of(access_entry("")) {
        let policies = document.at(&format!("/Resources/{id}/Properties/AccessPolicies"));
        assert_eq!(policies.as_array().map(Vec::len), Some(1), "{id}");
    }
}
