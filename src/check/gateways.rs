//! NAT gateways: their addresses, and who leaves through which.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::Stack;
use crate::plan::{Plan, PlannedTier};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let nats = stack
        .network
        .tiers
        .iter()
        .filter_map(|tier| tier.nat.as_ref());
    for id in nats.flat_map(|nat| &nat.allocations) {
        if !id.value.starts_with("eipalloc-") {
            findings.push(
                rules::SPEC015
                    .at(id.origin, format!("`{}` is not the allocation id of an Elastic IP", id.value))
                    .help("write `eipalloc-…`: `aws ec2 describe-addresses --query 'Addresses[].AllocationId'`"),
            );
        }
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    crossings(stack, plan, findings);
    addresses(stack, plan, findings);
}

fn crossings(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for tier in &plan.tiers {
        let shared: Vec<String> = tier
            .zones
            .iter()
            .zip(&tier.egress)
            .filter(|(zone, nat)| {
                !zone.is_local() && nat.is_some_and(|nat| plan.nats[nat].zone != **zone)
            })
            .map(|(zone, _)| zone.to_string())
            .collect();
        if !shared.is_empty() {
            let origin = nat_origin(stack, tier);
            findings.push(
                rules::EKS406
                    .at(origin, format!("tier `{}` leaves {} through another zone", tier.name, shared.join(" and ")))
                    .note("when the gateway's zone fails these zones lose their way out, and traffic between zones costs")
                    .help_in("write `nat: per-zone`", "use `Nat::per_zone(&public)`"),
            );
        }
        detours(stack, plan, tier, findings);
    }
}

/// A Local Zone is tied to its parent: through any other zone the way out is longer.
fn detours(stack: &Stack, plan: &Plan, tier: &PlannedTier, findings: &mut Findings) {
    for (zone, nat) in tier.zones.iter().zip(&tier.egress) {
        let Some(gateway) = nat.and_then(|nat| plan.nats.get(nat)) else {
            continue;
        };
        let (zone, parent, through) = (*zone, tier.parent(*zone), gateway.zone);
        if !zone.is_local() || through == parent {
            continue;
        }
        findings.push(
            rules::EKS424
                .at(
                    nat_origin(stack, tier),
                    format!(
                        "tier `{}` leaves {zone} through {through}, and its parent is {parent}",
                        tier.name
                    ),
                )
                .note("traffic of a Local Zone enters the region in its parent; from there it crosses zones, which costs, and the loss of either cuts it off")
                .help(format!("let a NAT gateway stand in {parent}: `nat: per-zone`, with a public subnet there")),
        );
    }
}

fn addresses(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for (at, nat) in plan.nats.iter().enumerate() {
        let Some(id) = &nat.allocation else { continue };
        let mut before = plan.nats.iter().take(at);
        if let Some(other) = before.find(|other| other.allocation.as_ref() == Some(id)) {
            findings.push(
                rules::SPEC012
                    .at(
                        nat.origin,
                        format!("{id} is the address of two NAT gateways"),
                    )
                    .related(other.origin, format!("the gateway in {}", other.zone))
                    .note("AWS refuses to give an Elastic IP to a second gateway")
                    .help("list another allocation id for one of them"),
            );
        }
    }
    let addresses = plan
        .nats
        .iter()
        .filter(|nat| nat.allocation.is_none())
        .count();
    if addresses > 5 {
        findings.push(
            rules::EKS906
                .at(stack.network.origin, format!("the network needs {addresses} Elastic IPs"))
                .note("a region has five by default")
                .help("raise the quota first: `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-0263D0A3`"),
        );
    }
}

fn nat_origin(stack: &Stack, tier: &PlannedTier) -> Origin {
    tier.model(stack)
        .and_then(|model| model.nat.as_ref())
        .map_or(tier.origin, |nat| nat.count.origin)
}
