//! Hybrid nodes: machines outside of AWS, and the way to them.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::arn::{ArnOf, arn};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::family::is_private;
use crate::network::{At, Connected, EndpointMode, HybridNodes, Stack};
use crate::plan::{Plan, overlap};

/// How many ranges EKS takes of each kind.
const MOST_RANGES: usize = 15;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some(hybrid) = &cluster.hybrid_nodes else {
        return;
    };
    if cluster.is_ipv6() {
        findings.push(
            rules::EKS869
                .at(hybrid.origin, "hybrid nodes need a cluster with IPv4")
                .note("EKS takes no ranges of hybrid nodes for an IPv6 cluster")
                .help_in(
                    "leave `ip-family: ipv6` out, or give hybrid nodes a cluster of their own",
                    "leave `.ipv6()` out, or give hybrid nodes a cluster of their own",
                ),
        );
        return;
    }
    number(hybrid, findings);
    for range in ranges(hybrid) {
        findings.extend(form(range));
    }
    apart(stack, hybrid, findings);
    if let Some(role) = &hybrid.role {
        arn(stack, role, ArnOf::Role, findings);
    } else {
        findings.push(
            rules::PLAN038
                .at(hybrid.origin, "no role is named that hybrid nodes take on")
                .note("without an access entry for it, the cluster lets none of them in")
                .help_in(
                    "add `role: arn:aws:iam::111122223333:role/hybrid-nodes`",
                    "call `.role(\"arn:aws:iam::111122223333:role/hybrid-nodes\")`",
                ),
        );
    }
    if let Some(engine) = &cluster.network_policy {
        findings.push(
            rules::PLAN039
                .at(engine.origin, "network policies hold for nodes in the VPC, not for hybrid nodes")
                .related(hybrid.origin, "the hybrid nodes")
                .note("neither the VPC CNI nor Calico beside it runs there; what a pod there may do is up to its own network plugin")
                .help("keep what must be closed off hybrid nodes, by the label `eks.amazonaws.com/compute-type: hybrid`, or enforce the same policies there"),
        );
    }
    if matches!(cluster.endpoint.value, EndpointMode::PublicAndPrivate(_)) {
        findings.push(
            rules::EKS870
                .at(
                    cluster.endpoint.origin,
                    "the API answers inside and outside, and hybrid nodes go outside",
                )
                .related(hybrid.origin, "the hybrid nodes")
                .note("outside of the VPC the API's name means its public addresses, so that they depend on the internet and must be among its clients")
                .help("write `access: private`, or `access: public`"),
        );
    }
}

/// All ranges, those of the machines first.
fn ranges(hybrid: &HybridNodes) -> impl Iterator<Item = At<Ipv4Net>> {
    hybrid.nodes.iter().chain(&hybrid.pods).copied()
}

fn number(hybrid: &HybridNodes, findings: &mut Findings) {
    let ranges = [
        (&hybrid.nodes, "machines", 1),
        (&hybrid.pods, "pods on hybrid nodes", 0),
    ];
    for (ranges, what, least) in ranges {
        let count = ranges.len();
        // Of a spec, its reader has said that there are none.
        let few = count < least && matches!(hybrid.origin, Origin::Program(_));
        let further = ranges.get(MOST_RANGES);
        if few || further.is_some() {
            let origin = further.map_or(hybrid.origin, |range| range.origin);
            findings.push(
                rules::EKS866
                    .at(origin, format!("{count} ranges of {what}"))
                    .note(format!("EKS takes {least} to {MOST_RANGES}"))
                    .help(if few {
                        "name the ranges of the machines"
                    } else {
                        "write one range for several neighbours"
                    }),
            );
        }
    }
}

fn form(range: At<Ipv4Net>) -> Option<Finding> {
    let At { value, origin } = range;
    if is_private(value) && value.prefix_len() >= 8 {
        return super::addresses::host_bits(range);
    }
    let finding = rules::EKS867
        .at(origin, format!("{value} is not private"))
        .note("EKS takes ranges inside 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 for hybrid nodes and their pods")
        .help("write the private ranges that the machines have behind the connection");
    Some(finding)
}

/// Each pair of ranges, and each range with the VPC's blocks. The services come with the plan.
fn apart(stack: &Stack, hybrid: &HybridNodes, findings: &mut Findings) {
    for (at, range) in ranges(hybrid).enumerate() {
        if let Some(other) = in_the_way(stack, hybrid, at, range) {
            let here = format!("{} is here", other.value);
            findings.push(overlapping(range, other, here));
        }
    }
}

/// A block of the VPC, or a range before this one, with some of its addresses.
fn in_the_way(
    stack: &Stack,
    hybrid: &HybridNodes,
    at: usize,
    range: At<Ipv4Net>,
) -> Option<At<Ipv4Net>> {
    let others = stack.network.blocks().chain(ranges(hybrid).take(at));
    let mut others = others.filter(|other| overlap(other.value, range.value));
    others.next()
}

fn overlapping(range: At<Ipv4Net>, other: At<Ipv4Net>, here: String) -> Finding {
    rules::EKS868
        .at(
            range.origin,
            format!("{} overlaps {}", range.value, other.value),
        )
        .related(other.origin, here)
        .note("EKS refuses it: an address would be in two places")
        .help("write ranges that lie beside the VPC, the services and each other")
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some(hybrid) = &cluster.hybrid_nodes else {
        return;
    };
    if cluster.is_ipv6() {
        return;
    }
    let chosen = cluster.service_cidr.map(|at| at.origin);
    let services = plan.service_cidr;
    let services = services.map(|range| At::new(range, chosen.unwrap_or(cluster.origin)));
    let mut said = BTreeSet::new();
    for (at, range) in ranges(hybrid).enumerate() {
        if let Some(services) = services.filter(|services| overlap(services.value, range.value)) {
            let here = match chosen {
                Some(_) => format!("{} is here", services.value),
                None => format!("{} is the range of services (a default)", services.value),
            };
            findings.push(overlapping(range, services, here));
            continue;
        }
        if form(range).is_some() || in_the_way(stack, hybrid, at, range).is_some() {
            continue;
        }
        match way(stack, range) {
            Way::Unknown => findings.push(no_way(stack, range)),
            Way::Peering(network) => findings.push(by_peering(range, network)),
            // Once for a network, however many ranges it has.
            Way::Named(network) if said.insert(network.name.value.as_str()) => {
                findings.push(only_named(range, network));
            }
            Way::Leads | Way::Named(_) => {}
        }
    }
}

/// The way to a range.
enum Way<'a> {
    Leads,
    /// No network has it.
    Unknown,
    /// The network is known, and nothing is built that leads there.
    Named(&'a Connected),
    /// The stack leads to another VPC, where packets end.
    Peering(&'a Connected),
}

fn way(stack: &Stack, range: At<Ipv4Net>) -> Way<'_> {
    let connected = stack.network.connected_ranges();
    let known: Vec<_> = connected
        .filter(|(_, theirs)| theirs.value.contains(&range.value))
        .map(|(network, _)| network)
        .collect();
    let Some(first) = known.first() else {
        return Way::Unknown;
    };
    let named = known.iter().find(|network| network.link.is_none());
    match named {
        _ if known.iter().any(|network| carries_on(network)) => Way::Leads,
        // The tables of an existing VPC are its owner's.
        Some(_) if stack.network.existing.is_some() => Way::Leads,
        Some(network) => Way::Named(network),
        None => Way::Peering(first),
    }
}

/// Whether the stack builds a connection that does not end at another VPC.
fn carries_on(network: &Connected) -> bool {
    let link = network.link.as_ref();
    link.is_some_and(|link| !link.by.is_peering())
}

fn only_named(range: At<Ipv4Net>, network: &Connected) -> Finding {
    rules::EKS871
        .at(
            range.origin,
            format!("no route leads to {}: `{}` is only named", range.value, network.name.value),
        )
        .severity(Severity::Warning)
        .related(network.name.origin, "the network")
        .note("the control plane reaches hybrid nodes through the route tables of its own subnets, and the stack writes none there for a network without a connection")
        .help_in(
            "say under `by` what connects it: `vpn`, `direct-connect-gateway` or `transit-gateway`; or see that whoever connects it adds the routes to the control plane's tables",
            "build it by `net.connect(Connection::vpn(…))`, `direct_connect` or `transit_gateway`; or see that whoever connects it adds the routes to the control plane's tables",
        )
}

fn by_peering(range: At<Ipv4Net>, network: &Connected) -> Finding {
    rules::EKS871
        .at(
            range.origin,
            format!("only the peering `{}` leads to {}", network.name.value, range.value),
        )
        .severity(Severity::Warning)
        .related(network.name.origin, "the peering")
        .note("a peering ends at the other VPC: AWS carries nothing on from there, by no VPN and no Direct Connect of that VPC")
        .help("connect the site by a VPN, Direct Connect or a transit gateway")
}

fn no_way(stack: &Stack, range: At<Ipv4Net>) -> Finding {
    let range_text = range.value;
    let (spec, program) = if stack.network.existing.is_some() {
        (
            format!("{{ plant: {range_text} }}"),
            format!(".connected(\"plant\", [cidr!(\"{range_text}\")])"),
        )
    } else {
        (
            format!(
                "{{ plant: {{ cidrs: [{range_text}], by: {{ transit-gateway: tgw-0f1e2d3c4b5a69788 }} }} }}"
            ),
            format!(
                ".connect(Connection::transit_gateway(\"plant\", \"tgw-0f1e2d3c4b5a69788\").cidr(cidr!(\"{range_text}\")))"
            ),
        )
    };
    rules::EKS871
        .at(
            range.origin,
            format!("no connected network has the range {range_text}"),
        )
        .note("the control plane reaches hybrid nodes through the route tables of its own subnets: by a transit gateway or a virtual private gateway")
        .help_in(
            &format!("add to `network`: `connected: {spec}`"),
            &format!("call `{program}` on the network"),
        )
}
