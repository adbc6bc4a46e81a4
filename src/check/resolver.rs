//! Names of the VPC for those outside it.

use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{EndpointMode, Stack};
use crate::plan::Plan;

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
        if range.value.prefix_len() == 0 {
            findings.push(
                rules::EKS512
                    .at(range.origin, "the inbound resolver answers everyone")
                    .note("whatever is routed to the VPC can ask for its names")
                    .help("name the ranges of the DNS servers that forward to it"),
            );
        }
    }
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
