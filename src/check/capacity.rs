//! Whether the subnets have room for what stands in them.

use crate::capacity::{
    CONTROL_PLANE, Capacity, Demand, Forecast, GroupCapacity, LOAD_BALANCER, Part, PodNetwork,
    SubnetCapacity, Taken, TierCapacity,
};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::{NodeGroup, Stack};
use crate::plan::{Plan, PlannedTier, State, address_count, usable};

pub(super) fn check(stack: &Stack, plan: &Plan, capacity: &Capacity, findings: &mut Findings) {
    if plan.tiers.iter().all(|tier| tier.subnets.is_empty()) {
        return;
    }
    for (planned, tier) in plan.tiers.iter().zip(&capacity.tiers) {
        reserved(stack, planned, tier, findings);
        unknown_types(stack, tier, findings);
        node_groups(stack, plan, planned, (tier, capacity.network), findings);
    }
    spare(stack, plan, findings);
}

/// AWS's smallest subnets, a /28.
const SMALLEST: u8 = 28;

/// What the control plane and load balancers need beside what is certain to stand in their subnets.
fn reserved(stack: &Stack, planned: &PlannedTier, tier: &TierCapacity, findings: &mut Findings) {
    let subnets = tier.zones.iter().flat_map(|zone| &zone.subnets);
    let free = |subnet: &SubnetCapacity| {
        let Taken {
            endpoints,
            nat_gateways,
            ..
        } = subnet.taken;
        subnet.usable.saturating_sub(endpoints + nat_gateways)
    };
    let Some(small) = subnets.min_by_key(|subnet| free(subnet)) else {
        return;
    };
    // A size that no subnet can have has a rule of its own.
    if small.usable < usable(SMALLEST) {
        return;
    }
    let origin = size(stack, planned);
    let left = free(small);
    let with = format!(
        "subnets of tier `{}` have {left} of {} addresses left beside {}",
        tier.name,
        small.usable,
        standing(small.taken)
    );
    let help = |needed: u64| {
        let needed = small.usable - left + needed;
        let prefix = (16..=28).rev().find(|prefix| usable(*prefix) >= needed);
        let prefix = prefix.map_or_else(String::new, |prefix| format!(", a /{prefix}"));
        format!(
            "give the tier larger subnets{prefix}, or the interface endpoints another tier: `endpoint-tier`"
        )
    };
    if small.taken.control_plane > 0 && left < CONTROL_PLANE {
        findings.push(
            rules::EKS206
                .at(origin, with)
                .note("EKS needs 6 in each subnet of the control plane, and does not create the cluster otherwise")
                .help(help(CONTROL_PLANE)),
        );
    } else if small.taken.load_balancers > 0 && left < LOAD_BALANCER {
        findings.push(
            rules::EKS310
                .at(origin, with)
                .note("a load balancer needs 8 free addresses in each of its subnets, and the controller passes over those that have fewer")
                .help(help(LOAD_BALANCER)),
        );
    }
}

/// What has its addresses from the first day, in words.
fn standing(taken: Taken) -> String {
    let mut words = Vec::new();
    if taken.endpoints > 0 {
        words.push(format!("{} interface endpoints", taken.endpoints));
    }
    if taken.nat_gateways > 0 {
        words.push("a NAT gateway".to_owned());
    }
    words.join(" and ")
}

/// Where the size of a tier's subnets is said.
fn size(stack: &Stack, planned: &PlannedTier) -> Origin {
    planned
        .model(stack)
        .and_then(|model| model.prefix)
        .map_or(planned.origin, |prefix| prefix.origin)
}

fn unknown_types(stack: &Stack, tier: &TierCapacity, findings: &mut Findings) {
    for group in &tier.groups {
        let Some(model) = model(stack, group) else {
            continue;
        };
        for name in &group.unknown {
            let written = model.instance_types.iter().find(|at| at.value == *name);
            let origin = written.map_or(model.name.origin, |at| at.origin);
            findings.push(
                rules::EKS132
                    .at(
                        origin,
                        format!("how many pods a `{name}` holds is not known"),
                    )
                    .severity(Severity::Info)
                    .note(format!(
                        "whether node group `{}` fits tier `{}` cannot be told",
                        model.name.value, tier.name
                    ))
                    .help(
                        "look whether the name is right; types newer than this version of eksnet are no fault",
                    ),
            );
        }
    }
}

fn model<'a>(stack: &'a Stack, group: &GroupCapacity) -> Option<&'a NodeGroup> {
    stack.cluster.as_ref()?.node_groups.get(group.index?)
}

fn node_groups(
    stack: &Stack,
    plan: &Plan,
    planned: &PlannedTier,
    (tier, network): (&TierCapacity, PodNetwork),
    findings: &mut Findings,
) {
    let demand = tier.demand(network);
    if demand.all() <= tier.rest() {
        return;
    }
    // The one that wants most is the one to be made smaller.
    let wants = |group: &&GroupCapacity| {
        let each = group.node(network).map(|(_, held)| held.addresses());
        u64::from(group.max.unwrap_or(0)) * each.unwrap_or(0)
    };
    let Some(group) = tier.groups.iter().max_by_key(wants) else {
        return;
    };
    let (Some(model), Some(forecast)) = (model(stack, group), tier.forecast(group, network)) else {
        return;
    };
    let (name, nodes, max) = (&model.name.value, forecast.nodes, model.size.value.max);
    let beside = if tier.groups.len() > 1 {
        ", beside its other node groups"
    } else {
        ""
    };
    let message = if demand.at_most > tier.rest() {
        format!(
            "tier `{}` has room for {nodes} of the {max} nodes that node group `{name}` may have{beside}",
            tier.name
        )
    } else {
        format!(
            "tier `{}` has room for {nodes} nodes of node group `{name}`{beside}: too few to update {max}",
            tier.name
        )
    };
    let mut finding = rules::EKS132
        .at(
            if model.size.origin == Origin::Default {
                model.name.origin
            } else {
                model.size.origin
            },
            message,
        )
        .note(arithmetic(tier, group, forecast, demand))
        .note("pods without an address stay pending, and a subnet cannot be enlarged later");
    let others = tier
        .groups
        .iter()
        .filter(|other| other.index != group.index);
    for other in others.filter_map(|other| self::model(stack, other)) {
        finding = finding.related(other.name.origin, "in the same tier");
    }
    let advice = Advice::new(plan, planned, tier, (model, group), (forecast, demand));
    let pinned = planned
        .model(stack)
        .is_some_and(|model| !model.cidrs.is_empty());
    findings.push(advice.give(finding, pinned, plan));
}

/// How the numbers of a finding come about.
fn arithmetic(
    tier: &TierCapacity,
    group: &GroupCapacity,
    forecast: Forecast,
    demand: Demand,
) -> String {
    let (held, zones) = (forecast.held, tier.zones.len());
    let whose = if tier.groups.len() > 1 {
        "the node groups of the tier want"
    } else {
        "the group wants"
    };
    let where_ = if zones > 1 { " in each zone" } else { "" };
    let holds = if held.for_pods() == 0 {
        "a node holds one IPv4 address, its pods none".to_owned()
    } else {
        format!(
            "a node with its {} pods holds {} addresses ({} for pods, one for each of {} interfaces)",
            forecast.max_pods,
            held.addresses(),
            held.for_pods(),
            held.pod_interfaces,
        )
    };
    format!(
        "{holds}: with {} nodes more during an update, {whose} {}{where_}, and {} are there",
        group.surge,
        demand.all(),
        tier.rest(),
    )
}

/// What would do.
struct Advice {
    /// Subnets of this size.
    prefix: Option<u8>,
    /// Whether they come beside those that are there: what is on AWS cannot be resized.
    further: bool,
    /// Whether one subnet is used in each zone, whatever there is: an `ENIConfig` names one.
    one: bool,
    /// Whether the network has room for them.
    in_network: bool,
    /// So many nodes.
    fewer: Option<u64>,
}

impl Advice {
    fn new(
        plan: &Plan,
        planned: &PlannedTier,
        tier: &TierCapacity,
        (model, group): (&NodeGroup, &GroupCapacity),
        (forecast, demand): (Forecast, Demand),
    ) -> Self {
        let zones = u64::try_from(tier.zones.len()).unwrap_or(u64::MAX).max(1);
        let subnets = || tier.zones.iter().flat_map(|zone| &zone.subnets);
        let single = tier.zones.iter().all(|zone| zone.subnets.len() == 1);
        let current = planned.subnets.iter().map(|s| s.cidr.prefix_len()).max();
        let taken = tier.zones.iter().map(|zone| zone.taken().all()).max();
        let prefix = current.zip(taken).filter(|_| single);
        let prefix = prefix.and_then(|(current, taken)| {
            let mut larger = (16..current).rev();
            larger.find(|prefix| usable(*prefix) >= demand.all() + taken)
        });
        let own: u64 = subnets().map(|subnet| subnet.addresses).sum();
        let further = planned.subnets.iter().any(|s| s.state == State::Deployed);
        let room = plan.free_addresses() + if further { 0 } else { own };
        // In whole rounds over the zones, so that no zone has more than its share.
        let rounds = forecast.nodes / zones;
        let surge = demand.surge.div_ceil(forecast.held.addresses().max(1));
        let surge = u64::from(group.surge).div_ceil(zones).max(surge);
        let fewer = rounds.saturating_sub(surge) * zones;
        let least = u64::from(model.size.value.min.max(1));
        Self {
            prefix,
            further,
            one: tier.part == Part::Pods,
            in_network: prefix.is_some_and(|prefix| address_count(prefix) * zones <= room),
            fewer: Some(fewer).filter(|nodes| *nodes >= least),
        }
    }

    fn give(&self, finding: Finding, pinned: bool, plan: &Plan) -> Finding {
        let fewer = self.fewer.map_or_else(String::new, |nodes| {
            format!(", or let the group have at most {nodes} nodes")
        });
        match self.prefix {
            Some(prefix) if plan.existing.is_some() => {
                finding.help(format!("use subnets of /{prefix}{fewer}"))
            }
            Some(prefix) if !self.in_network => finding.help(format!(
                "give the tier a /{prefix} in each zone, for which {} is too small{fewer}",
                plan.cidr
            )),
            Some(prefix) if self.further && self.one => finding.help(format!(
                "add a tier with a /{prefix} in each zone, and give it to the pods{fewer}"
            )),
            Some(prefix) if self.further => finding.help_in(
                &format!("write `further-subnets: [{prefix}]` for the tier{fewer}"),
                &format!("call `.further_subnet({prefix})` of the tier{fewer}"),
            ),
            Some(prefix) if pinned => {
                finding.help(format!("give the tier ranges of /{prefix}{fewer}"))
            }
            Some(prefix) => finding.help_in(
                &format!("write `prefix: {prefix}` for the tier{fewer}"),
                &format!("call `.prefix({prefix})` of the tier{fewer}"),
            ),
            None if self.fewer.is_some() => finding.help(fewer.trim_start_matches(", or ")),
            None => finding
                .help("put node groups into tiers of their own, or let them have fewer nodes"),
        }
    }
}

fn spare(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    // What else is in an existing VPC is not known.
    if plan.existing.is_some() {
        return;
    }
    let zones = u64::try_from(plan.zones.len()).unwrap_or(u64::MAX);
    let blocks: u64 = plan
        .free
        .iter()
        .map(|block| address_count(block.prefix_len()) / address_count(28))
        .sum();
    if blocks < zones {
        findings.push(
            rules::EKS133
                .at(
                    stack.network.cidr.origin,
                    format!("{} has no room for a further tier", plan.cidr),
                )
                .note("a tier for the control plane or for pods, and a further zone, need subnets that are free")
                .help("leave space, at least a /28 for each zone"),
        );
    }
}
