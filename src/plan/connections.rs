//! Which tiers lead to connected networks, and which takes the attachments to transit gateways.

use ipnet::Ipv4Net;

use super::tiers::unclear;
use super::{PlannedTier, overlap};
use crate::diagnostic::Findings;
use crate::graph::Tags;
use crate::network::{Access, AnyTier, At, Connected, Link, Stack, Way, ZoneId};

/// The name by which a tier takes the attachments to transit gateways.
pub(crate) const TRANSIT: &str = "transit";

/// A connection that is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedConnection {
    /// Which network of the model it leads to.
    pub(crate) network: usize,
    /// The tiers that lead there, in the order of the plan.
    pub(crate) tiers: Vec<usize>,
    /// The tier of its attachment, if it has one.
    pub(crate) attached: Option<usize>,
    /// Those of them that leave for the internet there, too: private ones.
    pub(crate) leaving: Vec<usize>,
}

impl PlannedConnection {
    /// What the user said of it.
    pub(crate) fn model<'a>(&self, stack: &'a Stack) -> Option<(&'a Connected, &'a Link)> {
        let network = stack.network.connected.get(self.network)?;
        Some((network, network.link.as_ref()?))
    }
}

/// The networks of a stack to which a connection is built, by name.
fn links(stack: &Stack) -> Vec<(usize, &Connected, &Link)> {
    let all = stack.network.connected.iter().enumerate();
    let mut links: Vec<_> = all
        .filter_map(|(index, network)| Some((index, network, network.link.as_ref()?)))
        .collect();
    links.sort_by_key(|(_, network, _)| network.name.value.as_str());
    links
}

/// The place of a tier that a user names.
pub(super) type Used<'a> = dyn Fn(&At<AnyTier>, &mut Findings) -> Option<usize> + 'a;

/// The tiers that take attachments as far as users have them: nothing else is put there by itself.
pub(super) fn attached(stack: &Stack, tiers: &[PlannedTier], used: &Used) -> Vec<usize> {
    // Handles of other networks are reported when the connections are resolved.
    let mut said = Findings::new();
    links(stack)
        .into_iter()
        .filter_map(|(_, _, link)| attachment(link, tiers, used, &mut said)?)
        .collect()
}

/// The tier of a link's attachment: none where it has none, or where its tier is still to be made.
#[expect(
    clippy::option_option,
    reason = "a link without an attachment, and one without a tier for it"
)]
fn attachment(
    link: &Link,
    tiers: &[PlannedTier],
    used: &Used,
    findings: &mut Findings,
) -> Option<Option<usize>> {
    let Way::TransitGateway(attachment) = &link.by else {
        return None;
    };
    Some(match &attachment.tier {
        Some(tier) => used(tier, findings),
        None => tiers.iter().position(|tier| tier.name == TRANSIT),
    })
}

/// What connections lean on when no tiers are named for them.
pub(super) struct Usual<'a> {
    pub(super) workload: Option<usize>,
    pub(super) node_tiers: &'a [usize],
    pub(super) fargate_tiers: &'a [usize],
    pub(super) pod_tier: Option<usize>,
    pub(super) control_plane: Option<usize>,
    pub(super) resolver: Option<usize>,
}

impl Usual<'_> {
    /// The tiers that lead to a network where the user names none.
    fn leading(&self, tiers: &[PlannedTier]) -> Vec<usize> {
        let mut leading = [self.node_tiers, self.fargate_tiers].concat();
        // Internal load balancers answer clients there.
        let internal =
            |tier: &usize| tiers[*tier].access == Access::Private && tiers[*tier].load_balancers;
        leading.extend((0..tiers.len()).filter(internal));
        leading.extend(self.pod_tier);
        if leading.is_empty() {
            leading.extend(self.workload);
        }
        leading
    }
}

/// The connections of a stack. A tier for attachments is added where one is needed and there is none.
pub(super) fn resolve(
    stack: &Stack,
    zones: &[ZoneId],
    tiers: &mut Vec<PlannedTier>,
    usual: &Usual,
    used: &Used,
    findings: &mut Findings,
) -> Vec<PlannedConnection> {
    let mut connections = Vec::new();
    for (network, connected, link) in links(stack) {
        let attached = attachment(link, tiers, used, findings).map(|known| {
            known.unwrap_or_else(|| {
                tiers.push(transit(connected, zones));
                tiers.len() - 1
            })
        });
        let mut leading: Vec<usize> = match link.tiers.as_slice() {
            [] => usual.leading(tiers),
            named => named.iter().filter_map(|t| used(t, findings)).collect(),
        };
        if leading.is_empty() && link.tiers.is_empty() {
            no_tiers(connected, tiers, findings);
        }
        // Without routes from its subnets, nobody would hear the API's answer, nor would hybrid nodes hear the API.
        let called = link.api.is_some() || leads_to_nodes(stack, connected);
        leading.extend(usual.control_plane.filter(|_| called));
        leading.extend(usual.resolver.filter(|_| asks_for_names(stack, connected)));
        leading.sort_unstable();
        leading.dedup();
        let internet = matches!(&link.by, Way::TransitGateway(to) if to.internet.is_some());
        let private = |tier: &usize| internet && tiers[*tier].access == Access::Private;
        connections.push(PlannedConnection {
            network,
            leaving: leading.iter().copied().filter(private).collect(),
            tiers: leading,
            attached,
        });
    }
    connections
}

/// Whether machines outside of AWS that the control plane calls, or their pods, are in a network.
fn leads_to_nodes(stack: &Stack, connected: &Connected) -> bool {
    let cluster = stack.cluster.as_ref();
    let Some(hybrid) = cluster.and_then(|cluster| cluster.hybrid_nodes.as_ref()) else {
        return false;
    };
    reaches(connected, hybrid.nodes.iter().chain(&hybrid.pods))
}

/// Whether who may ask the inbound resolver is in a network.
fn asks_for_names(stack: &Stack, connected: &Connected) -> bool {
    let resolver = stack.network.resolver.as_ref();
    let from = resolver.into_iter().flat_map(|resolver| &resolver.from);
    reaches(connected, from)
}

/// Whether one of some ranges is in a network, or a part of it.
fn reaches<'a>(connected: &Connected, ranges: impl IntoIterator<Item = &'a At<Ipv4Net>>) -> bool {
    ranges.into_iter().any(|range| {
        let mut theirs = connected.cidrs.iter();
        theirs.any(|cidr| overlap(cidr.value, range.value))
    })
}

/// A small subnet in every zone for the interfaces of attachments.
///
/// Source: Amazon VPC Transit Gateways guide, "Transit gateway design best practices".
fn transit(connected: &Connected, zones: &[ZoneId]) -> PlannedTier {
    PlannedTier {
        name: TRANSIT.to_owned(),
        access: Access::Isolated,
        origin: connected.name.origin,
        name_origin: connected.name.origin,
        model: None,
        zones: zones.to_vec(),
        local_zones: Vec::new(),
        subnets: Vec::new(),
        load_balancers: false,
        tags: Tags::new(),
        egress: Vec::new(),
    }
}

fn no_tiers(connected: &Connected, tiers: &[PlannedTier], findings: &mut Findings) {
    let name = &connected.name;
    let what = format!("it is not clear which tiers lead to `{}`", name.value);
    findings.push(unclear(name.origin, what, tiers).help_in(
        "say which: `tiers: [nodes]`",
        "say which: `Connection::tier(&nodes)`",
    ));
}
