//! What holds for every range of a stack, and for all its addresses together.

use ipnet::{IpNet, Ipv4Net};

use super::security;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::family::{BENCHMARK, SHARED};
use crate::network::{At, Cluster, Peer, Snat, Stack};
use crate::plan::{Plan, PlannedSubnet};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    findings.extend(ranges(stack).filter_map(host_bits));
    // Whether somebody else's VPC has flow logs cannot be seen.
    if stack.network.flow_logs.is_none() && stack.network.existing.is_none() {
        findings.push(
            rules::EKS138
                .at(stack.network.origin, "the network has no flow logs")
                .note("without them nobody can say afterwards who talked to whom")
                .help("leave `flow-logs` out to keep them for a year in CloudWatch Logs, or send them to a bucket"),
        );
    }
}

/// A range with bits below its prefix.
pub(crate) fn host_bits(range: At<impl Into<IpNet>>) -> Option<Finding> {
    let written: IpNet = range.value.into();
    let canonical = written.trunc();
    (written != canonical).then(|| {
        let finding = rules::EKS109
            .at(
                range.origin,
                format!("{written} has bits set below its prefix"),
            )
            .note(format!(
                "AWS would build {canonical} without a word, and the spec would say something else"
            ));
        write(finding, range.origin, canonical)
    })
}

/// Every range of a stack but the blocks of its VPC and the service range. Those of a spec have been looked at when they
/// were read.
fn ranges(stack: &Stack) -> impl Iterator<Item = At<IpNet>> {
    let network = &stack.network;
    let tiers = network.tiers.iter().flat_map(|tier| {
        let pinned = tier.cidrs.iter().map(|(_, cidr)| *cidr);
        let existing = tier.existing.iter().map(|(_, subnet)| subnet.cidr);
        pinned.chain(existing).chain(tier.block)
    });
    let connected = network.connected_ranges().map(|(_, cidr)| cidr);
    let peers = security::peers(stack).filter_map(|(peer, origin)| match peer {
        Peer::Cidr(cidr) => Some(At::new((*cidr).into(), origin)),
        Peer::Ipv6Cidr(cidr) => Some(At::new((*cidr).into(), origin)),
        Peer::Group(_) | Peer::ExistingGroup(_) | Peer::PrefixList(_) => None,
    });
    let clients = stack.cluster.iter();
    let clients = clients.flat_map(|cluster| cluster.endpoint.value.clients().iter().copied());
    let reserved = network.reserved.iter().copied();
    let resolver = network.resolver.iter().flat_map(|resolver| &resolver.from);
    tiers
        .chain(reserved)
        .chain(connected)
        .chain(resolver.copied())
        .chain(stack.cluster.iter().flat_map(ranges_of_pods))
        .map(|range| At::new(range.value.into(), range.origin))
        .chain(peers)
        .chain(clients)
}

/// Those that tenants may call or be called from, and those that see the addresses of pods.
fn ranges_of_pods(cluster: &Cluster) -> impl Iterator<Item = At<Ipv4Net>> {
    let tenants = cluster.tenants.iter();
    let tenants = tenants.flat_map(|tenant| tenant.ingress.iter().chain(&tenant.egress));
    let excluded = match &cluster.pods.snat.value {
        Snat::External => &[][..],
        Snat::Cni { exclude } => exclude,
    };
    tenants.chain(excluded).copied()
}

/// Offers a range that fits in place of the one that is wanted, or says that there is none.
pub(super) fn offer(
    finding: Finding,
    origin: Origin,
    wanted: Ipv4Net,
    fitting: Option<Ipv4Net>,
) -> Finding {
    match fitting {
        Some(range) => write(finding, origin, range),
        None => finding.help(format!(
            "no /{} is left that fits: use a smaller range, or narrow those of connected networks",
            wanted.prefix_len()
        )),
    }
}

/// Says which range to write where another one stands.
fn write(finding: Finding, origin: Origin, range: impl std::fmt::Display) -> Finding {
    let finding = finding.help(format!("write {range}"));
    match origin {
        Origin::Spec(span) => finding.edit(span, range.to_string()),
        Origin::Program(_) | Origin::Default => finding,
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    unrouted(stack, plan, findings);
    usage(stack, plan, findings);
}

/// Ranges that networks usually do not announce to each other.
const UNROUTED: [Ipv4Net; 2] = [SHARED, BENCHMARK];

/// Pods leave the VPC with the address of their node, so that is what connected networks have to answer.
fn unrouted(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(network) = stack.network.connected.first() else {
        return;
    };
    if stack.cluster.is_none() {
        return;
    }
    for (index, tier) in plan.tiers.iter().enumerate() {
        if !plan.takes_nodes(index) && !plan.fargate_tiers.contains(&index) {
            continue;
        }
        let range = tier.subnets.iter().find_map(|subnet| {
            let mut ranges = UNROUTED.iter();
            ranges.find(|range| range.contains(&subnet.cidr))
        });
        let Some(range) = range else { continue };
        findings.push(
            rules::EKS136
                .at(
                    tier.name_origin,
                    format!("nodes in tier `{}` have addresses in {range}", tier.name),
                )
                .related(network.name.origin, format!("`{}` is connected", network.name.value))
                .note(format!("networks usually do not announce {range} to each other, so connected ones do not answer; pods leave the VPC with the address of their node"))
                .help("put the nodes into a private block and only their pods into this one, or see that the connected networks have a route back"),
        );
    }
}

/// The units of network address usage that a VPC has, unless its quota is raised, and then.
const UNITS: (u64, u64) = (64_000, 256_000);

fn usage(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let subnets = plan.tiers.iter().flat_map(|tier| &tier.subnets);
    let usable: u64 = subnets.map(PlannedSubnet::usable).sum();
    let (usual, most) = UNITS;
    if usable > usual {
        findings.push(
            rules::EKS137
                .at(
                    stack.network.cidr.origin,
                    format!("the subnets have {usable} usable addresses, more than the {usual} units of network address usage of a VPC"),
                )
                .note(format!("every address in use is a unit, and so is every prefix of 16 that pods share; AWS raises the quota to {most} at most"))
                .help("before so many are in use, raise the quota: `aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-BB24F6E5 --desired-value 256000`"),
        );
    }
}
