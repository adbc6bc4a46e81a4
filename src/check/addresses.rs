//! The range of Kubernetes services, and what the ranges of a stack have in common.

use ipnet::Ipv4Net;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::family::{BENCHMARK, DOCKER, PRIVATE, SHARED, is_private};
use crate::network::{At, Fitting, Network, Peer, Stack};
use crate::plan::{Plan, PlannedSubnet, default_service_cidr, overlap};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    findings.extend(ranges(stack).filter_map(host_bits));
    if let Some(cluster) = &stack.cluster
        && let Some(written) = cluster.service_cidr
    {
        findings.extend(service_form(written, Some(&stack.network)));
    }
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

/// Every range of a stack but the blocks of its VPC and the service range. Those of a spec have been looked at when they were read.
fn ranges(stack: &Stack) -> impl Iterator<Item = At<Ipv4Net>> {
    let network = &stack.network;
    let tiers = network.tiers.iter().flat_map(|tier| {
        let pinned = tier.cidrs.iter().map(|(_, cidr)| *cidr);
        pinned.chain(tier.block)
    });
    let connected = network.connected_ranges().map(|(_, cidr)| cidr);
    let peers = network
        .rules
        .iter()
        .filter_map(|rule| match rule.peer.value {
            Peer::Cidr(cidr) => Some(At::new(cidr, rule.peer.origin)),
            Peer::Group(_) | Peer::ExistingGroup(_) | Peer::PrefixList(_) => None,
        });
    let clusters = stack.cluster.iter();
    let clients = clusters.flat_map(|cluster| cluster.endpoint.value.clients().iter().copied());
    tiers.chain(connected).chain(peers).chain(clients)
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
fn write(finding: Finding, origin: Origin, range: Ipv4Net) -> Finding {
    let finding = finding.help(format!("write {range}"));
    match origin {
        Origin::Spec(span) => finding.edit(span, range.to_string()),
        Origin::Program(_) | Origin::Default => finding,
    }
}

/// The sizes of the service range, as prefix lengths.
const SERVICE_SIZES: std::ops::RangeInclusive<u8> = 12..=24;

/// A service range of a size that EKS takes, around the address that is written.
fn resized(range: Ipv4Net) -> Ipv4Net {
    let prefix = range
        .prefix_len()
        .clamp(*SERVICE_SIZES.start(), *SERVICE_SIZES.end());
    Ipv4Net::new(range.addr(), prefix).map_or(range, |net| net.trunc())
}

/// What is wrong with the text of a service range; offers one that fits into the network, where that is known.
pub(crate) fn service_form(range: At<Ipv4Net>, network: Option<&Network>) -> Option<Finding> {
    if SERVICE_SIZES.contains(&range.value.prefix_len()) {
        return host_bits(range);
    }
    let finding = rules::EKS121
        .at(
            range.origin,
            format!("the service range {} is not a /12 to a /24", range.value),
        )
        .note("EKS refuses other sizes");
    let wanted = resized(range.value);
    let nearest = network.map_or(Some(wanted), |network| {
        service_space(network).nearest(wanted)
    });
    Some(offer(finding, range.origin, wanted, nearest))
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    if let (Some(range), Some(cluster)) = (plan.service_cidr, &stack.cluster) {
        let services = Services {
            stack,
            range,
            written: cluster.service_cidr,
            origin: cluster.service_cidr.map_or(cluster.origin, |at| at.origin),
        };
        services.check(findings);
    }
    unrouted(stack, plan, findings);
    usage(stack, plan, findings);
}

/// The range of Kubernetes services.
struct Services<'a> {
    stack: &'a Stack,
    range: Ipv4Net,
    written: Option<At<Ipv4Net>>,
    origin: Origin,
}

impl Services<'_> {
    /// Adds the nearest range that works.
    fn offer(&self, finding: Finding) -> Finding {
        let wanted = resized(self.range);
        let fitting = service_space(&self.stack.network).nearest(wanted);
        let Some(written) = self.written else {
            return match fitting {
                Some(range) => finding.help_in(
                    &format!("add `service-cidr: {range}` to the cluster"),
                    &format!("call `.service_cidr(cidr!(\"{range}\"))` on the cluster"),
                ),
                None => offer(finding, self.origin, wanted, None),
            };
        };
        offer(finding, written.origin, wanted, fitting)
    }

    fn check(&self, findings: &mut Findings) {
        let (range, origin) = (self.range, self.origin);
        let network = &self.stack.network;
        if !is_private(range) {
            let finding = rules::EKS120
                .at(origin, format!("the service range {range} is not private"))
                .note("EKS takes ranges inside 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 only");
            findings.push(self.offer(finding));
        }
        let mut blocks = network.blocks();
        if let Some(block) = blocks.find(|block| overlap(range, block.value)) {
            let finding = rules::EKS122
                .at(
                    origin,
                    format!(
                        "the service range {range} overlaps the VPC's {}",
                        block.value
                    ),
                )
                .related(block.origin, format!("{} is here", block.value))
                .note("EKS refuses it: an address could be a service or a host");
            findings.push(self.offer(finding));
        }
        let mut connected = network.connected_ranges();
        if let Some((other, theirs)) = connected.find(|(_, theirs)| overlap(range, theirs.value)) {
            let finding = rules::EKS119
                .at(
                    origin,
                    format!(
                        "the service range {range} overlaps {} of the connected network `{}`",
                        theirs.value, other.name.value
                    ),
                )
                .related(theirs.origin, format!("{} is here", theirs.value))
                .note("pods that mean a host there reach a service, or nobody");
            findings.push(self.offer(finding));
        }
        self.moved(findings);
    }

    /// A default that connected networks changed would change under a cluster that has it already.
    fn moved(&self, findings: &mut Findings) {
        let network = &self.stack.network;
        let usual = default_service_cidr(network, false);
        if self.written.is_some() || usual == self.range {
            return;
        }
        let mut connected = network.connected_ranges();
        let Some((other, theirs)) = connected.find(|(_, theirs)| overlap(usual, theirs.value))
        else {
            return;
        };
        findings.push(
            rules::EKS119
                .at(
                    self.origin,
                    format!(
                        "the service range is {}, since the usual {usual} overlaps {} of the connected network `{}`",
                        self.range, theirs.value, other.name.value
                    ),
                )
                .severity(Severity::Info)
                .related(theirs.origin, format!("{} is here", theirs.value))
                .note("EKS cannot change the range of a cluster: one that has the usual range already would be replaced")
                .help_in(
                    &format!(
                        "write `service-cidr: {}` for a new cluster, `service-cidr: {usual}` for one that has it",
                        self.range
                    ),
                    &format!(
                        "call `.service_cidr(cidr!(\"{}\"))` for a new cluster, `.service_cidr(cidr!(\"{usual}\"))` for one that has it",
                        self.range
                    ),
                ),
        );
    }
}

/// Where the range of services may lie.
pub(crate) fn service_space(network: &Network) -> Fitting {
    let blocks = network.blocks().map(|block| block.value);
    let connected = network.connected_ranges().map(|(_, cidr)| cidr.value);
    Fitting {
        within: PRIVATE.to_vec(),
        taken: blocks.chain(connected).chain([DOCKER]).collect(),
    }
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
