//! The range of Kubernetes services.

use ipnet::Ipv4Net;

use super::addresses::{host_bits, offer};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::family::{DOCKER, PRIVATE, is_private, net};
use crate::network::{At, Fitting, Network, Stack};
use crate::plan::{Plan, overlap};

/// The sizes of the service range, as prefix lengths.
const SERVICE_SIZES: std::ops::RangeInclusive<u8> = 12..=24;

/// A service range of a size that EKS takes, around the address that is written.
fn resized(range: Ipv4Net) -> Ipv4Net {
    let prefix = range
        .prefix_len()
        .clamp(*SERVICE_SIZES.start(), *SERVICE_SIZES.end());
    Ipv4Net::new(range.addr(), prefix).map_or(range, |net| net.trunc())
}

/// Whether EKS takes a service range of this size.
pub(crate) fn is_service_size(range: Ipv4Net) -> bool {
    SERVICE_SIZES.contains(&range.prefix_len())
}

/// What can be said of the range that is asked for.
pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let asked = stack.cluster.iter().filter_map(|c| c.service_cidr);
    findings.extend(asked.filter_map(|range| service_form(range, &stack.network)));
}

/// What is wrong with the service range by itself.
fn service_form(range: At<Ipv4Net>, network: &Network) -> Option<Finding> {
    if is_service_size(range.value) {
        return host_bits(range);
    }
    let finding = rules::EKS121
        .at(
            range.origin,
            format!("the service range {} is not a /12 to a /24", range.value),
        )
        .note("EKS refuses other sizes");
    let wanted = resized(range.value);
    let nearest = nearest_service_cidr(network, wanted);
    Some(offer(finding, range.origin, wanted, nearest))
}

/// What can be said of the range that a stack gets.
pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let (Some(range), Some(cluster)) = (plan.service_cidr, &stack.cluster) else {
        return;
    };
    let services = Services {
        stack,
        range,
        written: cluster.service_cidr,
        origin: cluster.service_cidr.map_or(cluster.origin, |at| at.origin),
    };
    services.check(findings);
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
        let fitting = nearest_service_cidr(&self.stack.network, wanted);
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
        if is_service_size(range) && !is_private(range) {
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
                .note("pods that mean a host there reach a service, or nobody; a cluster that exists keeps its range, for EKS would replace it");
            findings.push(self.offer(finding));
        }
    }
}

/// Where the range of services may lie: beside the blocks of the VPC and, if that matters, connected networks.
fn service_space(network: &Network, mind_connected: bool) -> Fitting {
    let blocks = network.blocks().map(|block| block.value);
    let connected = network
        .connected_ranges()
        .filter(|_| mind_connected)
        .map(|(_, cidr)| cidr.value);
    Fitting {
        within: PRIVATE.to_vec(),
        taken: blocks.chain(connected).collect(),
    }
}

/// The range of services that works and is nearest to the wanted one; Docker's range only for one who went there.
fn nearest_service_cidr(network: &Network, wanted: Ipv4Net) -> Option<Ipv4Net> {
    nearest_service_in(service_space(network, true), wanted)
}

fn nearest_service_in(mut space: Fitting, wanted: Ipv4Net) -> Option<Ipv4Net> {
    let there = space.nearest(wanted);
    if there == Some(wanted) {
        return there;
    }
    space.taken.push(DOCKER);
    space.nearest(wanted).or(there)
}

/// The range of services that a stack gets where none is asked for: the one of AWS's two usual ranges that lies in another
/// family of private addresses than the VPC, else the nearest to it that does.
///
/// Connected networks are said to be in its way, but change nothing: EKS would replace a cluster whose range changed.
pub(crate) fn default_service_cidr(network: &Network) -> Ipv4Net {
    let mut usual = [net(172, 20, 0, 0, 16), net(10, 100, 0, 0, 16)];
    let [_, one_seven_two, _] = PRIVATE;
    let mut blocks = network.blocks();
    if blocks.any(|block| overlap(block.value, one_seven_two)) {
        usual.reverse();
    }
    let space = service_space(network, false);
    let mut free = usual.iter().copied();
    let free = free.find(|range| space.nearest(*range) == Some(*range));
    let [first, _] = usual;
    free.or_else(|| nearest_service_in(space, first))
        .unwrap_or(first)
}
