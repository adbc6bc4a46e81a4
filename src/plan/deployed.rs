//! What a network that is on AWS keeps: the VPC its range, the cluster its zones, NAT gateways their addresses.

use std::collections::BTreeSet;

use super::nats::Nats;
use super::{Entry, Ledger, PlannedTier, State, Via, VpcRange};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Severity};
use crate::network::{Stack, ZoneId};
use crate::plan::PlannedNat;

/// The range of the VPC with what is known of it, or nothing where it is another one than it was made with.
pub(super) fn vpc(stack: &Stack, ledger: &Ledger, findings: &mut Findings) -> Option<VpcRange> {
    let asked = stack.network.cidr;
    let Some(known) = ledger.vpc() else {
        return Some(VpcRange {
            cidr: asked.value,
            state: State::Planned,
        });
    };
    if known.cidr == asked.value {
        return Some(known);
    }
    let (help, rust) = (
        format!(
            "write {}, and for more room a further block: `secondary-cidrs`",
            known.cidr
        ),
        format!(
            "give {}, and for more room a further block: `.secondary_cidr(…)`",
            known.cidr
        ),
    );
    let until = match known.state {
        State::Planned => super::NOT_YET,
        State::Deployed => "",
    };
    findings.push(
        rules::EKS116
            .at(
                asked.origin,
                format!("the VPC of `{}` is {}, not {}", stack.name(), known.cidr, asked.value),
            )
            .note("the ledger has it so, and AWS changes no VPC's primary range: another VPC would be made, with all its subnets")
            .help_in(&(help + until), &(rust + until)),
    );
    None
}

/// The zones that the cluster's own subnets may be in: those that it was made with, else all of its tier.
pub(super) fn cluster_zones(
    stack: &Stack,
    tier: &PlannedTier,
    ledger: &Ledger,
    findings: &mut Findings,
) -> Vec<ZoneId> {
    let made_in: BTreeSet<ZoneId> = ledger
        .entries()
        .filter(|(_, entry)| entry.cluster && entry.state == State::Deployed)
        .map(|(key, _)| key.zone)
        .collect();
    if made_in.is_empty() || stack.cluster.is_none() {
        return tier.zones.clone();
    }
    let all = listed(&made_in);
    let now: BTreeSet<ZoneId> = tier.zones.iter().copied().collect();
    let origin = tier.name_origin.or(tier.origin);
    let lost: BTreeSet<ZoneId> = made_in.difference(&now).copied().collect();
    if !lost.is_empty() {
        let zones: Vec<String> = made_in.union(&now).map(ToString::to_string).collect();
        findings.push(
            rules::EKS225
                .at(
                    origin,
                    format!("the cluster was made in {all}, and its tier `{}` is no longer in {}", tier.name, listed(&lost)),
                )
                .note("EKS keeps a cluster in the zones that it was made with, and refuses other ones; a subnet that it lost it misses at the next upgrade")
                .help(format!("keep the zone for this tier: `zones: [{}]`", zones.join(", "))),
        );
    }
    let new: BTreeSet<ZoneId> = now.difference(&made_in).copied().collect();
    if !new.is_empty() && lost.is_empty() {
        findings.push(
            rules::EKS225
                .at(
                    origin,
                    format!("the cluster stays in {all}: its interfaces get no subnet in {}", listed(&new)),
                )
                .severity(Severity::Info)
                .note("EKS keeps a cluster in the zones that it was made with; nodes in other zones reach it across zones")
                .help("nothing to do; a new cluster would have them all"),
        );
    }
    made_in.into_iter().collect()
}

/// Gateways that go, and with them the addresses that others may have let in.
pub(super) fn lost_gateways(
    tiers: &[PlannedTier],
    nats: &[PlannedNat],
    origin: Origin,
    ledger: &Ledger,
    findings: &mut Findings,
) {
    let had = |(_, entry): &(_, Entry)| entry.nat && entry.state == State::Deployed;
    for (key, _) in ledger.entries().filter(had) {
        let stays = nats.iter().any(|nat| {
            let tier = tiers.get(nat.tier);
            nat.zone == key.zone && tier.is_some_and(|tier| tier.name == key.tier)
        });
        if !stays {
            findings.push(
                rules::PLAN015
                    .at(
                        origin,
                        format!("the NAT gateway of {key} goes, and its public address with it"),
                    )
                    .note("whoever let that address in, such as a partner's firewall, sees another one from now on")
                    .help("keep the gateway; or tell those who know its address, deploy, and run `eksnet plan --mark-deployed`"),
            );
        }
    }
}

/// The same of the VPC's regional gateway, of which the subnets that left through it tell.
pub(super) fn lost_regional(nats: &Nats, origin: Origin, ledger: &Ledger, findings: &mut Findings) {
    let left = |(_, entry): (&_, Entry)| {
        entry.via == Some(Via::Regional) && entry.state == State::Deployed
    };
    if nats.regional.is_none() && ledger.entries().any(left) {
        findings.push(
            rules::PLAN015
                .at(
                    origin,
                    "the regional NAT gateway goes, and its public addresses with it",
                )
                .note("whoever let those addresses in, such as a partner's firewall, sees others from now on")
                .help("keep the gateway; or tell those who know its addresses, deploy, and run `eksnet plan --mark-deployed`"),
        );
    }
}

/// Zones in words: `use1-az1, use1-az2 and use1-az4`.
pub(crate) fn listed(zones: &BTreeSet<ZoneId>) -> String {
    let mut words: Vec<String> = zones.iter().map(ToString::to_string).collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        last
    } else {
        format!("{} and {last}", words.join(", "))
    }
}
