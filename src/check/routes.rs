//! Route tables: what leads where twice, how much they hold, and who leaves through a transit gateway.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::{Stack, Way};
use crate::plan::{Plan, PlannedTier};

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for (index, tier) in plan.tiers.iter().enumerate() {
        destinations(stack, plan, index, tier, findings);
    }
    quota(stack, plan, findings);
    attachments(stack, plan, findings);
    internet(stack, plan, findings);
}

/// Two routes of a table to one range: AWS refuses the second. What a virtual private gateway writes gives way to them.
fn destinations(
    stack: &Stack,
    plan: &Plan,
    index: usize,
    tier: &PlannedTier,
    findings: &mut Findings,
) {
    let mut known: BTreeMap<Ipv4Net, (String, Origin)> = BTreeMap::new();
    if plan.has_nat(index) {
        let gateway = ("NAT gateways".to_owned(), tier.name_origin);
        known.insert(Ipv4Net::default(), gateway);
    }
    for to in &plan.connections {
        let Some((connected, link)) = to.model(stack) else {
            continue;
        };
        if link.by.is_propagated() || !to.tiers.contains(&index) {
            continue;
        }
        let ranges = connected.cidrs.iter().map(|cidr| (cidr.value, cidr.origin));
        // One of the internet has been refused as such.
        let ranges = ranges.filter(|(range, _)| range.prefix_len() > 0);
        let everywhere = match &link.by {
            Way::TransitGateway(to) => to.internet.map(|origin| (Ipv4Net::default(), origin)),
            Way::Peering(_) | Way::Accepted(_) | Way::Vpn(_) | Way::DirectConnect(_) => None,
        };
        let everywhere = everywhere.filter(|_| to.leaving.contains(&index));
        for (range, origin) in ranges.chain(everywhere) {
            let Some((other, first)) = known.get(&range) else {
                let target = format!("`{}`", connected.name.value);
                known.insert(range, (target, origin));
                continue;
            };
            if *other == format!("`{}`", connected.name.value) {
                // Listed twice in one connection, which has been said.
                continue;
            }
            findings.push(
                rules::SPEC036
                    .at(
                        origin,
                        format!(
                            "tier `{}` would lead to {range} through `{}` and {other}",
                            tier.name, connected.name.value
                        ),
                    )
                    .related(*first, "the first way")
                    .note("AWS refuses a second route to the same range in a table")
                    .help(if range.prefix_len() == 0 {
                        "write `nat: none` for the tier, or leave `internet` out"
                    } else {
                        "leave the range out of one of the connections, or name other tiers for one of them"
                    }),
            );
        }
    }
}

/// Routes that a virtual private gateway writes into a table at most. All others are resources, of which a template has 500 at
/// most, as a table has by default.
///
/// Source: Amazon VPC user guide, "Amazon VPC quotas", route tables.
const PROPAGATED: usize = 100;

/// Of tables that one range makes too long, the longest is named.
fn quota(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let mut full: Vec<(Origin, &str, usize)> = Vec::new();
    for (index, tier) in plan.tiers.iter().enumerate() {
        let leading = plan
            .connections
            .iter()
            .filter(|to| to.tiers.contains(&index));
        let models = leading.filter_map(|to| to.model(stack));
        let learned: Vec<_> = models
            .filter(|(_, link)| link.by.is_propagated())
            .flat_map(|(connected, _)| connected.cidrs.iter())
            .collect();
        let Some(first) = learned.get(PROPAGATED) else {
            continue;
        };
        let table = (first.origin, tier.name.as_str(), learned.len());
        match full.iter_mut().find(|(origin, ..)| *origin == first.origin) {
            Some(known) if known.2 < table.2 => *known = table,
            Some(_) => {}
            None => full.push(table),
        }
    }
    for (origin, tier, count) in full {
        findings.push(
            rules::EKS420
                .at(
                    origin,
                    format!("a route table of tier `{tier}` would learn {count} routes"),
                )
                .note(format!(
                    "a virtual private gateway writes {PROPAGATED} into a table at most, and AWS raises that for nobody"
                ))
                .help("let the other side announce fewer and larger ranges, and write those here"),
        );
    }
}

/// An attachment serves the zones in which it has a subnet, and wants it for itself.
fn attachments(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for to in &plan.connections {
        let Some((connected, link)) = to.model(stack) else {
            continue;
        };
        let (Way::TransitGateway(attachment), Some(tier)) = (&link.by, to.attached) else {
            continue;
        };
        let Some(own) = plan.tiers.get(tier) else {
            continue;
        };
        let origin = attachment.tier.map_or(own.name_origin, |tier| tier.origin);
        let leading = to.tiers.iter().filter_map(|tier| plan.tiers.get(*tier));
        // A Local Zone reaches the transit gateway through its parent.
        let mut cut_off: Vec<_> = leading
            .flat_map(|tier| tier.zones.iter().map(|zone| tier.parent(*zone)))
            .filter(|zone| !own.zones.contains(zone))
            .collect();
        cut_off.sort_unstable();
        cut_off.dedup();
        if !cut_off.is_empty() {
            let zones: Vec<String> = cut_off.iter().map(ToString::to_string).collect();
            findings.push(
                rules::EKS887
                    .at(
                        origin,
                        format!(
                            "tier `{}` has no subnet in {} for the attachment `{}`",
                            own.name,
                            zones.join(" and "),
                            connected.name.value
                        ),
                    )
                    .note("what stands in a zone without one cannot reach the transit gateway")
                    .help(format!(
                        "give tier `{}` {}, too",
                        own.name,
                        zones.join(" and ")
                    )),
            );
        }
        if plan.takes_nodes(tier) || plan.fargate_tiers.contains(&tier) {
            findings.push(
                rules::EKS887
                    .at(
                        origin,
                        format!("nodes and the attachment `{}` share tier `{}`", connected.name.value, own.name),
                    )
                    .note("AWS advises subnets of their own, a /28: their table and network ACL then say what comes and goes by the attachment alone")
                    .help("leave out the attachment's tier: the plan adds a tier `transit`"),
            );
        }
    }
}

/// The way to the internet through a transit gateway: who takes it, and by what.
fn internet(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for to in &plan.connections {
        let Some((connected, link)) = to.model(stack) else {
            continue;
        };
        let Way::TransitGateway(attachment) = &link.by else {
            continue;
        };
        let Some(origin) = attachment.internet else {
            continue;
        };
        let name = &connected.name.value;
        if to.leaving.is_empty() {
            findings.push(nobody_leaves(origin, name));
        } else if let Some(ipv6) = stack.network.ipv6 {
            findings.push(by_ipv4_alone(origin, name, ipv6));
        }
    }
}

fn nobody_leaves(origin: Origin, name: &str) -> Finding {
    rules::SPEC038
        .at(
            origin,
            format!("no tier leaves for the internet through `{name}`"),
        )
        .note("public tiers have the internet gateway, isolated ones no way out")
        .help_in(
            "give its tiers `access: private` and `nat: none`",
            "lead there from a tier that is `Tier::private(…, Nat::none())`",
        )
}

fn by_ipv4_alone(origin: Origin, name: &str, ipv6: Origin) -> Finding {
    rules::EKS733
        .at(origin, format!("what leaves through `{name}` leaves by IPv4 alone"))
        .related(ipv6, "the network has IPv6")
        .note("the route to the transit gateway is one of IPv4; pods and nodes with an IPv6 address try IPv6 first where a name has both")
        .help("leave by NAT gateways, beside which a tier has an egress-only internet gateway, or leave IPv6 out")
}
