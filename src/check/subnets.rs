//! Subnets: their sizes, what they are for, and where they lead.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::compute;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::{Access, Stack, ZoneId};
use crate::plan::{CONTROL_PLANE, Plan, PlannedSubnet, PlannedTier, State};

pub(super) fn check(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for tier in &plan.tiers {
        sizes(stack, tier, findings);
    }
    one_tier_for_each_role(plan, findings);
    two_zones_for_each_role(stack, plan, findings);
    control_plane(stack, plan, findings);
    nodes(stack, plan, findings);
}

fn sizes(stack: &Stack, tier: &PlannedTier, findings: &mut Findings) {
    for subnet in &tier.subnets {
        let size = Size::of(stack, tier, subnet);
        let length = subnet.cidr.prefix_len();
        if !(16..=28).contains(&length) {
            let finding = rules::EKS212
                .at(
                    size.origin,
                    format!(
                        "subnets of tier `{}` are a /{length}, not a /16 to a /28",
                        tier.name
                    ),
                )
                .note("AWS refuses other sizes for a subnet");
            findings.push(size.help(finding, length.clamp(16, 28), ["", ""]));
            return;
        }
        if tier.load_balancers && subnet.key.ordinal == 0 && length > 27 {
            let finding = rules::EKS311
                .at(size.origin, format!("subnets of tier `{}` are a /{length}, too small for load balancers", tier.name))
                .note("an Application Load Balancer needs a /27 and 8 free addresses in each of its subnets");
            let elsewhere = [
                "`load-balancers: false` to keep them elsewhere",
                "call `.load_balancers(false)` to keep them elsewhere",
            ];
            findings.push(if subnet.state == State::Deployed {
                // They stay in the first subnet of a zone, whatever others there are.
                let [spec, program] = elsewhere;
                finding.help_in(&format!("write {spec}"), program)
            } else {
                size.help(finding, 27, elsewhere)
            });
            return;
        }
    }
}

/// Where the size of a subnet is said.
struct Size<'a> {
    tier: &'a str,
    origin: Origin,
    by: SizedBy,
}

/// What says the size of a subnet.
enum SizedBy {
    /// The prefix of its tier, or nobody.
    Prefix,
    /// Its own range.
    Pin(ZoneId),
    /// A prefix among those of further subnets.
    Further,
    /// AWS, which changes none.
    Deployed,
    /// Whoever made it; the stack is built on it as it is.
    Existing,
}

impl<'a> Size<'a> {
    fn of(stack: &Stack, tier: &'a PlannedTier, subnet: &PlannedSubnet) -> Self {
        let model = tier.model(stack);
        let mut pins = model.into_iter().flat_map(|model| &model.cidrs);
        let pin = pins.find(|(_, cidr)| cidr.value == subnet.cidr);
        let place = usize::from(subnet.key.ordinal).checked_sub(1);
        let further = model.zip(place).and_then(|(model, i)| model.further.get(i));
        let prefix = model.and_then(|model| model.prefix);
        let (by, origin) = match (pin, further) {
            (Some((_, cidr)), _) => (SizedBy::Pin(subnet.key.zone), cidr.origin),
            (None, Some(further)) => (SizedBy::Further, further.origin),
            (None, None) => (
                SizedBy::Prefix,
                prefix.map_or(tier.origin, |prefix| prefix.origin),
            ),
        };
        let mut known = model.into_iter().flat_map(|model| &model.existing);
        let known = known.find(|(_, known)| known.cidr.value == subnet.cidr);
        let (by, origin) = match (known, subnet.state) {
            (Some((_, known)), _) => (SizedBy::Existing, known.cidr.origin),
            (None, State::Deployed) => (SizedBy::Deployed, origin),
            (None, State::Planned) => (by, origin),
        };
        Self {
            tier: &tier.name,
            origin,
            by,
        }
    }

    /// What to write for subnets of a size, or what else, in the words of a spec and of a program.
    fn help(&self, finding: Finding, prefix: u8, or: [&str; 2]) -> Finding {
        let tier = self.tier;
        let [spec, program] = match self.by {
            SizedBy::Prefix => [
                format!("write `prefix: {prefix}` for tier `{tier}`"),
                format!("call `.prefix({prefix})` of tier `{tier}`"),
            ],
            SizedBy::Pin(zone) => [
                format!("write a /{prefix} for {zone} in the `cidrs` of tier `{tier}`"),
                format!("give `.cidr(\"{zone}\", …)` of tier `{tier}` a /{prefix}"),
            ],
            SizedBy::Further => [
                format!("write {prefix} in the `further-subnets` of tier `{tier}`"),
                format!("call `.further_subnet({prefix})` of tier `{tier}`"),
            ],
            SizedBy::Deployed => [
                format!(
                    "give tier `{tier}` larger subnets besides, as AWS resizes none: `further-subnets: [{prefix}]`"
                ),
                format!(
                    "give tier `{tier}` larger subnets besides, as AWS resizes none: `.further_subnet({prefix})`"
                ),
            ],
            SizedBy::Existing => {
                let other = format!("use a subnet of at least a /{prefix} in its place");
                [other.clone(), other]
            }
        };
        let with = |text: String, or: &str| match or {
            "" => text,
            or => format!("{text}, or {or}"),
        };
        let [or_spec, or_program] = or;
        finding.help_in(&with(spec, or_spec), &with(program, or_program))
    }
}

/// The controller picks the lowest subnet id where a zone has several tagged ones: another one after every rebuild.
fn one_tier_for_each_role(plan: &Plan, findings: &mut Findings) {
    for (access, role) in [
        (Access::Public, "internet-facing"),
        (Access::Private, "internal"),
    ] {
        let mut first: BTreeMap<_, &PlannedTier> = BTreeMap::new();
        for tier in plan
            .tiers
            .iter()
            .filter(|tier| tier.access == access && tier.load_balancers)
        {
            let other = tier.zones.iter().find_map(|zone| first.get(zone).copied());
            if let Some(other) = other {
                findings.push(
                    rules::EKS312
                        .at(tier.name_origin, format!("tiers `{}` and `{}` would both take {role} load balancers", other.name, tier.name))
                        .related(other.name_origin, "the other tier")
                        .note("with two tagged subnets in a zone the load balancer controller takes the lowest id, which differs after every rebuild")
                        .help_in("write `load-balancers: false` for one of them", "call `.load_balancers(false)` for one of them"),
                );
            }
            for zone in &tier.zones {
                first.entry(*zone).or_insert(tier);
            }
        }
    }
}

/// An Application Load Balancer wants two Availability Zones; a Network Load Balancer is content with one.
fn two_zones_for_each_role(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    if stack.cluster.is_none() {
        return;
    }
    for (access, role) in [
        (Access::Public, "internet-facing"),
        (Access::Private, "internal"),
    ] {
        let tagged = |tier: &&PlannedTier| tier.access == access && tier.load_balancers;
        let mut tiers = plan.tiers.iter().filter(tagged);
        let Some(first) = tiers.next() else { continue };
        let zones = tiers.chain([first]).flat_map(|tier| &tier.zones);
        if zones.collect::<BTreeSet<_>>().len() != 1 {
            continue;
        }
        findings.push(
            rules::EKS308
                .at(first.name_origin, format!("{role} load balancers have subnets in one zone, of tier `{}`", first.name))
                .note("an Application Load Balancer needs two, and its controller fails to make one; a Network Load Balancer is content with one")
                .help_in("give the tier two zones, or write `load-balancers: false`", "give the tier two zones, or call `.load_balancers(false)`"),
        );
    }
}

fn control_plane(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some((index, tier)) = plan
        .control_plane
        .and_then(|i| Some((i, plan.tiers.get(i)?)))
        // One in Local Zones is refused as such.
        .filter(|(_, tier)| !tier.is_local())
    else {
        return;
    };
    let origin = cluster
        .control_plane
        .as_ref()
        .map_or(tier.origin, |at| at.origin);
    if tier.zones.len() < 2 {
        findings.push(
            rules::EKS202
                .at(origin, format!("tier `{}` of the control plane is in one zone", tier.name))
                .note("EKS puts its network interfaces into at least two zones and refuses to create the cluster otherwise")
                .help(format!("give tier `{}` two zones or, for production, three", tier.name)),
        );
    }
    if tier.access == Access::Public {
        findings.push(own_tier(
            plan,
            tier,
            rules::EKS210
                .at(
                    origin,
                    format!(
                        "the control plane's network interfaces are in the public tier `{}`",
                        tier.name
                    ),
                )
                .note(
                    "they need no way to the internet, and AWS recommends private subnets for them",
                ),
        ));
    }
    let shared = plan.node_tiers.contains(&index)
        || plan.auto_tier == Some(index)
        || plan.fargate_tiers.contains(&index);
    if shared {
        // Whoever has to take what is there cannot always have another tier.
        let severity = match plan.existing {
            Some(_) => Severity::Info,
            None => rules::EKS209.severity,
        };
        findings.push(own_tier(
            plan,
            tier,
            rules::EKS209
                .at(origin, format!("nodes and the control plane share tier `{}`", tier.name))
                .severity(severity)
                .note("pods can use up the addresses that EKS needs for an upgrade of the control plane"),
        ));
    }
    // The largest of each zone: a further subnet is what a deployed tier can get.
    let largest = tier.zones.iter().filter_map(|zone| {
        let here = tier.subnets.iter().filter(|s| s.key.zone == *zone);
        here.max_by_key(|subnet| (subnet.usable(), Reverse(subnet.key.ordinal)))
    });
    if let Some(small) = largest
        .into_iter()
        .find(|subnet| subnet.usable() < ROOM_FOR_UPGRADES)
    {
        let finding = rules::EKS207
            .at(
                origin,
                format!(
                    "{} has {} usable addresses for the control plane",
                    small.cidr,
                    small.usable()
                ),
            )
            .note("EKS needs 6 in each subnet and recommends 16, for upgrades");
        findings.push(Size::of(stack, tier, small).help(finding, 27, ["", ""]));
    }
}

/// How many addresses EKS recommends in each subnet of the control plane.
const ROOM_FOR_UPGRADES: u64 = 16;

/// How the control plane gets a tier of its own.
fn own_tier(plan: &Plan, tier: &PlannedTier, finding: Finding) -> Finding {
    if tier.name == CONTROL_PLANE {
        return finding.help_in(
            "name another tier for what shares it, such as `tier: nodes`",
            "give what shares it another tier",
        );
    }
    if plan.tiers.iter().any(|tier| tier.name == CONTROL_PLANE) {
        return finding.help_in(
            "write `control-plane: control-plane` in `cluster`",
            "name the tier `control-plane` by `.control_plane(…)`",
        );
    }
    finding.help_in(
        "add a tier `control-plane: { access: isolated, prefix: 27 }`",
        "add `Tier::isolated(\"control-plane\").prefix(27)` and name it by `.control_plane(…)`",
    )
}

fn nodes(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let mut tiers = plan.tiers.iter();
    let private = tiers.find(|tier| tier.access == Access::Private);
    let private = private.map(|tier| tier.name.clone());
    for (what, origin, tier) in compute::nodes(cluster, plan) {
        let Some(tier) = plan.tiers.get(tier) else {
            continue;
        };
        if tier.access == Access::Public {
            findings.push(
                rules::EKS221
                    .at(origin, format!("{what} is in the public tier `{}`", tier.name))
                    .note("its nodes have public addresses, and only security groups keep the internet out")
                    .help(private.as_deref().map_or_else(
                        || "put it into a private tier".to_owned(),
                        |name| format!("put it into a private tier, such as `tier: {name}`"),
                    )),
            );
        }
    }
}
