//! The ranges of the network and of Kubernetes services.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::network::{At, Peer, Stack};
use crate::plan::{Plan, overlap};

const fn net(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// The private ranges of RFC 1918.
pub(super) const PRIVATE: [Ipv4Net; 3] = [
    net(10, 0, 0, 0, 8),
    net(172, 16, 0, 0, 12),
    net(192, 168, 0, 0, 16),
];

/// Shared address space, RFC 6598: usual for pods.
pub(super) const SHARED: Ipv4Net = net(100, 64, 0, 0, 10);

/// What a VPC cannot have.
const FORBIDDEN: [(Ipv4Net, &str); 4] = [
    (net(0, 0, 0, 0, 8), "\"this network\""),
    (net(127, 0, 0, 0, 8), "loopback"),
    (net(169, 254, 0, 0, 16), "link-local"),
    (net(224, 0, 0, 0, 4), "multicast"),
];

const DOCKER: Ipv4Net = net(172, 17, 0, 0, 16);

pub(super) fn is_private(cidr: Ipv4Net) -> bool {
    PRIVATE.iter().any(|range| range.contains(&cidr))
}

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    vpc(stack, findings);
    findings.extend(ranges(stack).filter_map(host_bits));
    if stack.network.flow_logs.is_none() {
        findings.push(
            rules::EKS138
                .at(stack.network.origin, "the network has no flow logs")
                .note("without them nobody can say afterwards who talked to whom")
                .help("leave `flow-logs` out to keep them for a year in CloudWatch Logs, or send them to a bucket"),
        );
    }
}

/// A range with bits below its prefix.
pub(crate) fn host_bits(range: At<Ipv4Net>) -> Option<Finding> {
    let (written, canonical) = (range.value, range.value.trunc());
    (written != canonical).then(|| {
        rules::EKS109
            .at(
                range.origin,
                format!("{written} has bits set below its prefix"),
            )
            .note(format!(
                "AWS would build {canonical} without a word, and the spec would say something else"
            ))
            .help(format!("write {canonical}"))
    })
}

/// Every range of a stack. Those of a spec have been looked at when they were read.
fn ranges(stack: &Stack) -> impl Iterator<Item = At<Ipv4Net>> {
    let network = &stack.network;
    let tiers = network.tiers.iter().flat_map(|tier| &tier.cidrs);
    let peers = network
        .rules
        .iter()
        .filter_map(|rule| match rule.peer.value {
            Peer::Cidr(cidr) => Some(At::new(cidr, rule.peer.origin)),
            Peer::Group(_) | Peer::ExistingGroup(_) | Peer::PrefixList(_) => None,
        });
    let cluster = stack.cluster.iter().flat_map(|cluster| {
        let clients = cluster.endpoint.value.clients().iter().copied();
        clients.chain(cluster.service_cidr)
    });
    std::iter::once(network.cidr)
        .chain(tiers.map(|(_, cidr)| *cidr))
        .chain(peers)
        .chain(cluster)
}

fn vpc(stack: &Stack, findings: &mut Findings) {
    let cidr = stack.network.cidr;
    let (range, origin) = (cidr.value, cidr.origin);
    if !(16..=28).contains(&range.prefix_len()) {
        let nearest = range.prefix_len().clamp(16, 28);
        let help = Ipv4Net::new(range.network(), nearest)
            .map_or_else(|_| String::new(), |net| format!("write {}", net.trunc()));
        findings.push(
            rules::EKS105
                .at(origin, format!("{range} is not a /16 to a /28"))
                .note("AWS refuses other sizes for a VPC's range; more space comes from further ranges")
                .help(help),
        );
    }
    for (forbidden, what) in FORBIDDEN {
        if overlap(forbidden, range) {
            findings.push(
                rules::EKS106
                    .at(
                        origin,
                        format!("{range} lies in {forbidden}, which is {what}"),
                    )
                    .note("AWS refuses it for a VPC")
                    .help("write a private range, such as 10.20.0.0/16"),
            );
            return;
        }
    }
    if overlap(DOCKER, range) {
        findings.push(
            rules::EKS107
                .at(
                    origin,
                    format!("{range} overlaps {DOCKER}, Docker's own network"),
                )
                .note("hosts that run Docker, Cloud9 and SageMaker keep that traffic to themselves")
                .help("choose a range outside it, such as 10.20.0.0/16"),
        );
    }
    if !is_private(range) && !SHARED.contains(&range) {
        findings.push(
            rules::EKS108
                .at(origin, format!("{range} is not a private range"))
                .note(
                    "hosts on the internet with these addresses cannot be reached from the network",
                )
                .help("write a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
        );
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let (Some(range), Some(cluster)) = (plan.service_cidr, &stack.cluster) else {
        return;
    };
    let origin = cluster.service_cidr.map_or(cluster.origin, |at| at.origin);
    if !is_private(range) {
        findings.push(
            rules::EKS120
                .at(origin, format!("the service range {range} is not private"))
                .note("EKS takes ranges inside 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 only")
                .help("write 172.20.0.0/16"),
        );
    }
    if !(12..=24).contains(&range.prefix_len()) {
        findings.push(
            rules::EKS121
                .at(
                    origin,
                    format!("the service range {range} is not a /12 to a /24"),
                )
                .note("EKS refuses other sizes")
                .help("write 172.20.0.0/16"),
        );
    }
    if overlap(range, plan.cidr) {
        let other = if overlap(net(172, 20, 0, 0, 16), plan.cidr) {
            "10.100.0.0/16"
        } else {
            "172.20.0.0/16"
        };
        findings.push(
            rules::EKS122
                .at(
                    origin,
                    format!("the service range {range} overlaps the VPC's {}", plan.cidr),
                )
                .related(stack.network.cidr.origin, "the VPC's range")
                .note("EKS refuses it: an address could be a service or a host")
                .help(format!("write {other}")),
        );
    }
}
