//! A network that exists already: what is stated of it, and what the stack cannot do for it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::blocks::is_block_size;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::graph::{Ec2Tag, Graph, Resource};
use crate::network::{
    Access, At, EndpointKind, ExistingSubnet, ExistingVpc, IdError, Network, RouteTableId, Stack,
    SubnetId, VpcId,
};
use crate::plan::{Plan, overlap};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let network = &stack.network;
    let Some(vpc) = &network.existing else {
        return;
    };
    // What could not be read is empty, and has been reported.
    if !vpc.id.value.is_empty() {
        id(
            &vpc.id,
            "a VPC",
            VpcId::parse(&vpc.id.value).err(),
            findings,
        );
    }
    addresses(vpc, findings);
    blocks(network, findings);
    connections(network, findings);
    let mut seen = Seen::default();
    for tier in network.tiers.iter() {
        let mut zones: BTreeMap<&str, Origin> = BTreeMap::new();
        for (zone, subnet) in &tier.existing {
            if let Some(first) = zones.insert(&zone.value, zone.origin) {
                findings.push(
                    rules::SPEC012
                        .at(
                            zone.origin,
                            format!(
                                "tier `{}` has two subnets in {}",
                                tier.name.value, zone.value
                            ),
                        )
                        .related(first, "the first one")
                        .note("a tier of existing subnets has one in each zone")
                        .help("put the other into a tier of its own"),
                );
            }
            seen.subnet(network, subnet, findings);
        }
    }
}

fn id(written: &At<String>, of: &str, error: Option<IdError>, findings: &mut Findings) {
    if let Some(error) = error {
        findings.push(
            rules::SPEC015
                .at(
                    written.origin,
                    format!("`{}` is not the id of {of}", written.value),
                )
                .note(error.to_string())
                .help("write it as AWS shows it: `aws ec2 describe-subnets` lists the ids of subnets and VPCs, `aws ec2 describe-route-tables` those of route tables"),
        );
    }
}

/// The addresses of NAT gateways are such as the internet sees.
fn addresses(vpc: &ExistingVpc, findings: &mut Findings) {
    for address in &vpc.nat_addresses {
        if !super::cluster::is_public(Ipv4Net::from(address.value).into()) {
            findings.push(
                rules::EKS606
                    .at(
                        address.origin,
                        format!("{} is not a public address", address.value),
                    )
                    .note("what leaves through a NAT gateway comes to the API with the gateway's public address")
                    .help("write the address that the internet sees: `aws ec2 describe-nat-gateways --query 'NatGateways[].NatGatewayAddresses[].PublicIp'`"),
            );
        }
    }
}

/// Gateways and routes of a VPC are its owner's.
fn connections(network: &Network, findings: &mut Findings) {
    for connected in &network.connected {
        if connected.link.is_some() {
            let At { value, origin } = &connected.name;
            findings.push(
                rules::SPEC025
                    .at(
                        *origin,
                        format!("the connection to `{value}` is not built in a VPC that exists"),
                    )
                    .note("a stack changes neither the gateways nor the routes of a VPC that it did not make")
                    .help(format!(
                        "name its ranges alone, such as `{value}: [192.168.0.0/16]`, and let in what reaches the API by a rule of the group `control-plane`"
                    )),
            );
        }
    }
}

/// What shows the blocks of a VPC.
const BLOCKS: &str = "write the VPC's ranges as they are: `aws ec2 describe-vpcs --query 'Vpcs[].CidrBlockAssociationSet'`";

/// The blocks that AWS has taken already can be mistyped, and nothing else.
fn blocks(network: &Network, findings: &mut Findings) {
    if network.cidr.origin == Origin::Default {
        // The primary block could not be read.
        return;
    }
    let all: Vec<At<Ipv4Net>> = network.blocks().collect();
    for (at, block) in all.iter().enumerate() {
        let range = block.value;
        if !is_block_size(range) {
            findings.push(
                rules::EKS105
                    .at(block.origin, format!("{range} is not a /16 to a /28"))
                    .note("no VPC has blocks of other sizes")
                    .help(BLOCKS),
            );
            continue;
        }
        findings.extend(super::addresses::host_bits(*block));
        if let Some(other) = all
            .iter()
            .take(at)
            .find(|other| overlap(other.value, range))
        {
            findings.push(
                rules::EKS110
                    .at(block.origin, format!("{range} overlaps {}", other.value))
                    .related(other.origin, format!("{} is here", other.value))
                    .note("no VPC has blocks that share addresses")
                    .help(BLOCKS),
            );
        }
    }
    for (connected, theirs) in network.connected_ranges() {
        if let Some(block) = all.iter().find(|block| overlap(block.value, theirs.value)) {
            findings.push(
                rules::EKS118
                    .at(
                        theirs.origin,
                        format!(
                            "{} of the connected network `{}` overlaps {} of the VPC",
                            theirs.value, connected.name.value, block.value
                        ),
                    )
                    .related(block.origin, format!("{} is here", block.value))
                    .note("hosts with an address in both are out of reach")
                    .help("name those of its ranges that hosts of the VPC can reach"),
            );
        }
    }
}

/// What the subnets before had.
#[derive(Default)]
struct Seen<'a> {
    ids: BTreeMap<&'a str, Origin>,
    subnets: Vec<&'a ExistingSubnet>,
}

impl<'a> Seen<'a> {
    fn subnet(&mut self, network: &Network, subnet: &'a ExistingSubnet, findings: &mut Findings) {
        let (name, range) = (&subnet.id.value, subnet.cidr.value);
        id(
            &subnet.id,
            "a subnet",
            SubnetId::parse(name).err(),
            findings,
        );
        if let Some(table) = &subnet.route_table {
            let error = RouteTableId::parse(&table.value).err();
            id(table, "a route table", error, findings);
        }
        if let Some(first) = self.ids.insert(name, subnet.id.origin) {
            findings.push(
                rules::SPEC012
                    .at(subnet.id.origin, format!("{name} is there twice"))
                    .related(first, "the first time")
                    .note("a subnet is part of one tier")
                    .help_in(
                        "name the tier that has it wherever it is used, such as `control-plane: nodes` of the cluster",
                        "use the handle of the tier that has it, such as `.control_plane(&nodes)` of the cluster",
                    ),
            );
            return;
        }
        let stated = network.cidr.origin != Origin::Default;
        if stated && !network.blocks().any(|block| block.value.contains(&range)) {
            findings.push(outside(network, subnet));
        }
        let mut before = self.subnets.iter();
        if let Some(other) = before.find(|other| overlap(other.cidr.value, range)) {
            findings.push(
                rules::EKS212
                    .at(
                        subnet.cidr.origin,
                        format!(
                            "{range} of {name} overlaps {} of {}",
                            other.cidr.value, other.id.value
                        ),
                    )
                    .related(other.cidr.origin, format!("{} is here", other.cidr.value))
                    .note("no two subnets of a VPC share addresses")
                    .help("write the range that the subnet has: `aws ec2 describe-subnets`"),
            );
        }
        self.subnets.push(subnet);
    }
}

fn outside(network: &Network, subnet: &ExistingSubnet) -> Finding {
    let blocks: Vec<String> = network
        .blocks()
        .map(|block| block.value.to_string())
        .collect();
    rules::EKS212
        .at(
            subnet.cidr.origin,
            format!(
                "{} of {} is not inside the VPC's {}",
                subnet.cidr.value,
                subnet.id.value,
                blocks.join(" and ")
            ),
        )
        .related(network.cidr.origin, "the VPC's primary block")
        .note("a subnet is a part of one of the VPC's blocks")
        .help_in(
            "write the range that the subnet has, or the VPC's further blocks: `secondary-cidrs`",
            "give the range that the subnet has, or the VPC's further blocks: `.secondary_cidr(…)`",
        )
}

/// A gateway endpoint without route tables does nothing for anyone.
fn gateway_endpoints(network: &Network, findings: &mut Findings) {
    let subnets = network.tiers.iter().flat_map(|tier| &tier.existing);
    let mut tables = subnets.filter_map(|(_, subnet)| subnet.route_table.as_ref());
    if tables.next().is_some() {
        return;
    }
    for (service, origin) in network.endpoints.parsed() {
        if service.kind() == EndpointKind::Gateway {
            let name = service.short_name();
            findings.push(
                rules::SPEC027
                    .at(
                        origin,
                        format!("the gateway endpoint for {name} has no route table to stand in"),
                    )
                    .note("a gateway endpoint is a route: only subnets reach the service by it whose route tables have it, and those of an existing network are left alone unless they are named")
                    .help_in(
                        &format!("name route tables, `route-table: rtb-…` of the subnets that are to reach {name} by it, or leave `{name}` out where the VPC has such an endpoint"),
                        &format!("name route tables, `.route_table(\"rtb-…\")` of the subnets that are to reach {name} by it, or leave `{name}` out where the VPC has such an endpoint"),
                    ),
            );
        }
    }
}

/// What the stack relies on and cannot see.
pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(vpc) = &stack.network.existing else {
        return;
    };
    gateway_endpoints(&stack.network, findings);
    if stack.cluster.is_none() {
        return;
    }
    let mut relied = vec!["DNS host names and DNS support are on".to_owned()];
    let tiers = |access| {
        let tiers = plan.tiers.iter().filter(move |tier| tier.access == access);
        let names: Vec<_> = tiers.map(|tier| format!("`{}`", tier.name)).collect();
        (!names.is_empty()).then(|| names.join(" and "))
    };
    if let Some(names) = tiers(Access::Private) {
        relied.push(format!("subnets of {names} have a way out"));
    }
    if let Some(names) = tiers(Access::Public) {
        relied.push(format!(
            "subnets of {names} lead to an internet gateway and give public addresses"
        ));
    }
    let id = &vpc.id.value;
    findings.push(
        rules::PLAN018
            .at(vpc.id.origin, format!("eksnet sees nothing of {id}, and takes your word for it"))
            .note(format!("the stack relies on this: {}", relied.join("; ")))
            .help(format!("look once: `aws ec2 describe-vpc-attribute --vpc-id {id} --attribute enableDnsHostnames`, and `aws ec2 describe-route-tables --filters Name=vpc-id,Values={id}`")),
    );
}

/// CloudFormation tags only what it makes: the tags of subnets that exist are set by hand.
pub(super) fn check_graph(stack: &Stack, graph: &Graph, findings: &mut Findings) {
    let mut of_resource: BTreeMap<&str, Vec<&Ec2Tag>> = BTreeMap::new();
    for (_, entry) in graph.iter() {
        if let Resource::Ec2Tag(tag) = &entry.resource {
            of_resource.entry(&tag.resource).or_default().push(tag);
        }
    }
    // What is tagged alike is tagged by one command.
    let mut alike: BTreeMap<Vec<(&str, &str)>, BTreeSet<&str>> = BTreeMap::new();
    for (resource, tags) in &of_resource {
        let tags = tags
            .iter()
            .map(|tag| (tag.key.as_str(), tag.value.as_str()));
        alike.entry(tags.collect()).or_default().insert(resource);
    }
    if alike.is_empty() {
        return;
    }
    let commands: Vec<String> = alike
        .iter()
        .map(|(tags, resources)| command(graph.region.as_str(), resources, tags))
        .collect();
    let vpc = stack.network.existing.as_ref();
    findings.push(
        rules::PLAN017
            .at(
                vpc.map_or(stack.network.origin, |vpc| vpc.id.origin),
                "CloudFormation leaves the tags of existing subnets to you",
            )
            .note("it tags only what it makes; Terraform sets these tags by itself, and by tags the AWS Load Balancer Controller and Karpenter find subnets")
            .help(format!("with CloudFormation, run `{}`", commands.join(" && "))),
    );
}

/// `aws ec2 create-tags …` for a shell.
fn command(region: &str, resources: &BTreeSet<&str>, tags: &[(&str, &str)]) -> String {
    let resources: Vec<&str> = resources.iter().copied().collect();
    // In the CLI's short form a comma and an equals sign would end a value, and a shell reads more.
    let plain = |text: &str| {
        let mut chars = text.chars();
        !text.is_empty() && chars.all(|c| c.is_ascii_alphanumeric() || "._:/@+-".contains(c))
    };
    let tags = if tags.iter().all(|(key, value)| plain(key) && plain(value)) {
        let short = tags
            .iter()
            .map(|(key, value)| format!("Key={key},Value={value}"));
        short.collect::<Vec<_>>().join(" ")
    } else {
        let long = tags.iter();
        let long: serde_json::Value = long
            .map(|(key, value)| serde_json::json!({ "Key": key, "Value": value }))
            .collect();
        format!("'{}'", long.to_string().replace('\'', r"'\''"))
    };
    format!(
        "aws ec2 create-tags --region {region} --resources {} --tags {tags}",
        resources.join(" ")
    )
}
