//! NAT gateways: their addresses, and who leaves through which.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{Nat, NatCount, Partition, Stack};
use crate::plan::{Egress, Plan, PlannedRegionalNat, PlannedTier};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let nats = stack
        .network
        .tiers
        .iter()
        .filter_map(|tier| tier.nat.as_ref());
    for nat in nats.clone() {
        no_allocations(nat, findings);
    }
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
    if let Some(nat) = &plan.regional_nat {
        regional(stack, nat, findings);
        from_local_zones(stack, plan, findings);
    }
}

/// What AWS decides by itself, and when. In China and in GovCloud there are no such gateways as far as AWS has announced.
///
/// Source: Amazon VPC User Guide, "Regional NAT gateways for automatic multi-AZ expansion"; AWS What's New of 19 November 2025.
fn regional(stack: &Stack, nat: &PlannedRegionalNat, findings: &mut Findings) {
    let region = stack.region.value;
    findings.push(
        rules::EKS410
            .at(nat.origin, "AWS decides in which zones the NAT gateway is, and with which addresses")
            .note("in a zone that gets its first workload it may take an hour; until then the zone leaves through another one")
            .help(format!(
                "nothing to do; ask for its addresses by the output `NatGatewayId`, `nat_gateway_id` of Terraform: `aws ec2 \
                 describe-nat-gateways --region {region} --nat-gateway-ids ID`"
            )),
    );
    if region.partition() != Partition::Aws {
        findings.push(
            rules::SPEC080
                .at(nat.origin, format!("AWS has announced no regional NAT gateways for {}", region.as_str()))
                .related(stack.region.origin, "the region")
                .note("they came to the commercial regions in November 2025, and neither to China nor to GovCloud")
                .help_in("write `nat: per-zone`", "use `Nat::per_zone(&public)`"),
        );
    }
}

/// AWS says in which Availability Zones a regional gateway is, and nothing of Local Zones.
fn from_local_zones(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for (index, tier) in plan.tiers.iter().enumerate() {
        if tier.is_local() && plan.leaves_regionally(index) {
            findings.push(
                rules::SPEC081
                    .at(
                        nat_origin(stack, tier),
                        format!("tier `{}` is in Local Zones, and would leave through a regional NAT gateway", tier.name),
                    )
                    .note("AWS documents regional gateways for Availability Zones, and does not say that they serve Local Zones")
                    .help_in(
                        "write `nat: per-zone`: a gateway in the parent of each Local Zone",
                        "use `Nat::per_zone(&public)`: a gateway in the parent of each Local Zone",
                    ),
            );
        }
    }
}

/// Addresses that are given to a gateway which AWS gives its own.
fn no_allocations(nat: &Nat, findings: &mut Findings) {
    if nat.count.value == NatCount::Regional
        && let Some(first) = nat.allocations.first()
    {
        findings.push(
            rules::EKS408
                .at(first.origin, "a regional NAT gateway takes no Elastic IPs")
                .note("AWS gives it addresses in each zone that it comes to, and more when it needs them")
                .help_in(
                    "leave `allocations` out, or write `zones: per-zone` for gateways with addresses of your own",
                    "leave `.allocations(…)` out, or use `Nat::per_zone(&public)`",
                ),
        );
    }
}

fn crossings(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for tier in &plan.tiers {
        let shared: Vec<String> = tier
            .zones
            .iter()
            .zip(&tier.egress)
            .filter(|(zone, egress)| match egress {
                Some(Egress::Zonal(nat)) => !zone.is_local() && plan.nats[*nat].zone != **zone,
                Some(Egress::Regional) | None => false,
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
        let Some(Egress::Zonal(nat)) = nat else {
            continue;
        };
        let Some(gateway) = plan.nats.get(*nat) else {
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
                .note(format!("the quota can be raised first: `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-0263D0A3 --desired-value {addresses}`"))
                .help("let private tiers share NAT gateways: name the same public tier in each `nat: { tier: … }`"),
        );
    }
}

fn nat_origin(stack: &Stack, tier: &PlannedTier) -> Origin {
    tier.model(stack)
        .and_then(|model| model.nat.as_ref())
        .map_or(tier.origin, |nat| nat.count.origin)
}
