//! Names of the VPC for those outside it.

use ipnet::Ipv4Net;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::network::{At, EndpointMode, Stack, Way};
use crate::plan::{Plan, overlap};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let network = &stack.network;
    if let Some(cluster) = &stack.cluster
        && let Some(connected) = network.connected.first()
        && matches!(cluster.endpoint.value, EndpointMode::PublicAndPrivate(_))
        && network.resolver.is_none()
    {
        findings.push(
            rules::EKS611
                .at(
                    connected.name.origin,
                    "connected networks are given the public addresses of the API",
                )
                .note("with both sides on, its name leads to the private side inside the VPC only")
                .help_in(
                    "add `inbound-resolver: { from: […] }` with the ranges of their DNS servers, unless these ask the VPC's resolver by other means",
                    "call `Network::inbound_resolver`, unless their DNS servers ask the VPC's resolver by other means",
                ),
        );
    }
    let Some(resolver) = &network.resolver else {
        return;
    };
    if resolver.from.is_empty() {
        findings.push(
            rules::SPEC016
                .at(resolver.origin, "the inbound resolver answers nobody")
                .help("name the ranges that may ask: `from: [192.168.0.0/16]`"),
        );
    }
    for range in &resolver.from {
        if range.value.prefix_len() > 0 {
            findings.extend(unconnected(stack, *range));
        } else {
            findings.push(
                rules::EKS512
                    .at(range.origin, "the inbound resolver answers everyone")
                    .note("whatever is routed to the VPC can ask for its names")
                    .help("name the ranges of the DNS servers that forward to it"),
            );
        }
    }
}

/// An answer takes the routes of the resolver's own subnets.
fn unconnected(stack: &Stack, range: At<Ipv4Net>) -> Option<Finding> {
    let network = &stack.network;
    let connected = network.connected_ranges().map(|(_, theirs)| theirs);
    let mut known = connected.chain(network.blocks());
    let mut links = network.connected.iter().filter_map(|to| to.link.as_ref());
    let everywhere =
        links.any(|link| matches!(&link.by, Way::TransitGateway(to) if to.internet.is_some()));
    let leads = everywhere || known.any(|known| overlap(known.value, range.value));
    // The routes of a VPC that exists are its owner's, and cannot be seen.
    (!leads && network.existing.is_none()).then(|| {
        let range_text = range.value;
        rules::PLAN034
            .at(
                range.origin,
                format!("no connected network has the range {range_text}, which may ask the inbound resolver"),
            )
            .note("answers take the routes of the resolver's own subnets, and nothing is known that leads there")
            .help_in(
                &format!("add to `network`: `connected: {{ office: {{ cidrs: [{range_text}], by: {{ transit-gateway: tgw-0f1e2d3c4b5a69788 }} }} }}`; without `by` where somebody else leads there"),
                &format!("call `.connected(\"office\", [cidr!(\"{range_text}\")])` on the network"),
            )
    })
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let (Some(resolver), Some(tier)) = (&stack.network.resolver, plan.resolver_tier) else {
        return;
    };
    let Some(tier) = plan.tiers.get(tier) else {
        return;
    };
    if tier.zones.len() < 2 {
        let origin = resolver
            .tier
            .as_ref()
            .map_or(resolver.origin, |at| at.origin);
        findings.push(
            rules::PLAN019
                .at(
                    origin,
                    format!("tier `{}` has one zone, and the inbound resolver needs two", tier.name),
                )
                .note("Route 53 Resolver wants two addresses at least, and the loss of a zone would take the only one")
                .help("name a tier with two zones or more"),
        );
    }
}
