//! Connections to other networks, and the routes that lead there.

use ipnet::Ipv4Net;

use super::routing::Routes;
use super::security::{Wanted, rule};
use super::vpc::{NetworkRefs, range_words};
use super::{Builder, sorted};
use crate::diagnostic::Origin;
use crate::graph::{
    CustomerGateway, DirectConnectAssociation, NodeId, PeeringAcceptance, PeeringConnection, Ref,
    Route, RoutePropagation, RouteTable, Subnet, Support, TransitGateway, TransitGatewayAttachment,
    VpnConnection, VpnGateway, VpnRoute,
};
use crate::network::{self, Attachment, Connected, Direction, Group, Traffic, Vpn, Way};
use crate::plan::PlannedConnection;

/// Where the packets to a network go.
enum Target {
    TransitGateway(Ref<TransitGateway>),
    Peering(Ref<PeeringConnection>),
}

/// What the stack tells of a connection: a resource, the name of the output, and what it is.
pub(super) type Told = (NodeId, String, &'static str);

pub(super) fn build(b: &mut Builder, network: &NetworkRefs, routes: &mut Routes) -> Vec<Told> {
    let (plan, stack) = (b.plan, b.stack);
    let mut told = Vec::new();
    let gateway = vpn_gateway(b, network, routes);
    let id = gateway.as_ref().and_then(Ref::node);
    told.extend(id.map(|id| {
        (
            id,
            "vpn-gateway-id".to_owned(),
            "The virtual private gateway",
        )
    }));
    for planned in &plan.connections {
        let Some((connected, link)) = planned.model(stack) else {
            continue;
        };
        let (target, after) = match &link.by {
            Way::Vpn(vpn) => {
                if let Some(gateway) = &gateway {
                    let vpn = vpn_connection(b, gateway, connected, vpn);
                    tell(&mut told, &vpn, connected, "vpn-connection-id", "The VPN");
                }
                continue;
            }
            Way::DirectConnect(id) => {
                if let Some(gateway) = &gateway {
                    direct_connect(b, gateway, connected, &id.value);
                }
                continue;
            }
            Way::TransitGateway(to) => {
                transit_gateway(b, network, planned, connected, to, &mut told)
            }
            Way::Peering(peering) => {
                let peering = request(b, network, connected, peering);
                tell(&mut told, &peering, connected, "peering-id", "The peering");
                (Target::Peering(peering), Vec::new())
            }
            Way::Accepted(id) => accepted(b, connected, &id.value),
        };
        lead(b, routes, planned, connected, &target, &after);
    }
    told
}

fn tell<T>(
    told: &mut Vec<Told>,
    made: &Ref<T>,
    connected: &Connected,
    what: &str,
    description: &'static str,
) {
    let name = format!("{}-{what}", connected.name.value);
    told.extend(made.node().map(|id| (id, name, description)));
}

/// The one end of all VPNs and Direct Connect gateways, with what it writes into which tables.
fn vpn_gateway(
    b: &mut Builder,
    network: &NetworkRefs,
    routes: &mut Routes,
) -> Option<Ref<VpnGateway>> {
    let (plan, stack) = (b.plan, b.stack);
    let propagated = plan.connections.iter().filter_map(|planned| {
        let (connected, link) = planned.model(stack)?;
        let by_gateway = link.by.is_propagated();
        by_gateway.then_some((connected.name.origin, &planned.tiers))
    });
    let propagated: Vec<(Origin, &Vec<usize>)> = propagated.collect();
    let (origin, _) = *propagated.first()?;
    let tags = b.tags("");
    let gateway = b.add(
        "",
        origin,
        VpnGateway {
            vpc: network.vpc.clone(),
            protocol: "ipsec.1",
            tags,
        },
    );
    let mut tiers: Vec<usize> = propagated
        .into_iter()
        .flat_map(|(_, t)| t)
        .copied()
        .collect();
    tiers.sort_unstable();
    tiers.dedup();
    for tier in tiers {
        let (Some(tables), Some(nodes)) = (
            routes.tables_of_tier.get(tier),
            routes.of_tier.get_mut(tier),
        ) else {
            continue;
        };
        for (name, table) in tables {
            let propagation = RoutePropagation {
                gateway: gateway.clone(),
                tables: vec![table.clone()],
                table: table.clone(),
            };
            let after = gateway.node().into_iter().collect();
            nodes.extend(
                b.add_after(name.as_str(), origin, after, propagation)
                    .node(),
            );
        }
    }
    Some(gateway)
}

fn vpn_connection(
    b: &mut Builder,
    gateway: &Ref<VpnGateway>,
    connected: &Connected,
    vpn: &Vpn,
) -> Ref<VpnConnection> {
    let name = connected.name.value.as_str();
    let origin = connected.name.origin;
    let tags = b.tags(name);
    let customer = match &vpn.customer {
        network::CustomerGateway::Existing(id) => Ref::existing(id.value.as_str()),
        network::CustomerGateway::New { address, asn } => b.add(
            name,
            origin,
            CustomerGateway {
                address: address.value.to_string(),
                asn: asn.value,
                protocol: "ipsec.1",
                tags: tags.clone(),
            },
        ),
    };
    let connection = b.add_after(
        name,
        origin,
        gateway.node().into_iter().collect(),
        VpnConnection {
            gateway: gateway.clone(),
            customer,
            protocol: "ipsec.1",
            fixed: vpn.fixed,
            tags,
        },
    );
    if vpn.fixed {
        for &range in sorted(&connected.cidrs) {
            b.add(
                format!("{name}/{}", range_name(range)),
                origin,
                VpnRoute {
                    connection: connection.clone(),
                    destination: range,
                },
            );
        }
    }
    connection
}

/// AWS associates a virtual private gateway only once it is attached to a VPC.
fn direct_connect(b: &mut Builder, gateway: &Ref<VpnGateway>, connected: &Connected, id: &str) {
    b.add_after(
        connected.name.value.as_str(),
        connected.name.origin,
        gateway.node().into_iter().collect(),
        DirectConnectAssociation {
            direct_connect: id.to_owned(),
            gateway: gateway.clone(),
        },
    );
}

fn transit_gateway(
    b: &mut Builder,
    network: &NetworkRefs,
    planned: &PlannedConnection,
    connected: &Connected,
    to: &Attachment,
    told: &mut Vec<Told>,
) -> (Target, Vec<NodeId>) {
    let name = connected.name.value.as_str();
    let origin = connected.name.origin;
    let tags = b.tags(name);
    let gateway = match &to.gateway {
        Some(id) => Ref::existing(id.value.as_str()),
        None => b.add(
            name,
            origin,
            TransitGateway {
                description: format!("{}: {name}", b.stack.name.value),
                tags: tags.clone(),
            },
        ),
    };
    let attachment = TransitGatewayAttachment {
        gateway: gateway.clone(),
        vpc: network.vpc.clone(),
        subnets: attached_subnets(b, network, planned),
        appliance_mode: if to.appliance_mode {
            Support::Enabled
        } else {
            Support::Disabled
        },
        tags,
    };
    let attachment = b.add(name, origin, attachment);
    tell(
        told,
        &gateway,
        connected,
        "transit-gateway-id",
        "The transit gateway",
    );
    let what = "The attachment to the transit gateway";
    tell(told, &attachment, connected, "attachment-id", what);
    let after = attachment.node().into_iter().collect();
    (Target::TransitGateway(gateway), after)
}

/// An attachment takes one subnet of a zone.
fn attached_subnets(
    b: &Builder,
    network: &NetworkRefs,
    planned: &PlannedConnection,
) -> Vec<Ref<Subnet>> {
    let tier = planned.attached.into_iter();
    tier.flat_map(|tier| network.one_in_each_zone(b.plan, tier))
        .map(|(_, subnet)| subnet.clone())
        .collect()
}

fn request(
    b: &mut Builder,
    network: &NetworkRefs,
    connected: &Connected,
    peering: &network::Peering,
) -> Ref<PeeringConnection> {
    let own_region = b.stack.region.value;
    let region = peering.region.map(|region| region.value);
    let region = region.filter(|region| *region != own_region);
    let account = peering
        .account
        .as_ref()
        .map(|account| account.value.clone());
    let name = connected.name.value.as_str();
    let tags = b.tags(name);
    b.add(
        name,
        connected.name.origin,
        PeeringConnection {
            vpc: network.vpc.clone(),
            peer: peering.vpc.value.clone(),
            auto_accept: (account.is_none() && region.is_none()).then_some(true),
            peer_account: account,
            peer_region: region.map(|region| region.as_str().to_owned()),
            accept_role: peering.role.as_ref().map(|role| role.value.clone()),
            tags,
        },
    )
}

fn accepted(b: &mut Builder, connected: &Connected, id: &str) -> (Target, Vec<NodeId>) {
    let name = connected.name.value.as_str();
    let tags = b.tags(name);
    let acceptance = PeeringAcceptance {
        connection: Ref::existing(id),
        auto_accept: true,
        tags,
    };
    let acceptance = b.add(name, connected.name.origin, acceptance);
    let after = acceptance.node().into_iter().collect();
    (Target::Peering(Ref::existing(id)), after)
}

/// `to/10x0x0x0/8`.
fn range_name(range: Ipv4Net) -> String {
    format!("to/{}", range_words(range))
}

/// A route to every range of a network from every table of the tiers that lead there.
///
/// A route is called after its table and its range: another connection for the same range changes the route and makes no
/// second one, which AWS would refuse.
fn lead(
    b: &mut Builder,
    routes: &mut Routes,
    planned: &PlannedConnection,
    connected: &Connected,
    target: &Target,
    after: &[NodeId],
) {
    let origin = connected.name.origin;
    let destinations: Vec<(String, Ipv4Net)> = sorted(&connected.cidrs)
        .into_iter()
        .map(|range| (range_name(*range), *range))
        .collect();
    let everywhere = ("internet".to_owned(), Ipv4Net::default());
    for &tier in &planned.tiers {
        let (Some(tables), Some(nodes)) = (
            routes.tables_of_tier.get(tier),
            routes.of_tier.get_mut(tier),
        ) else {
            continue;
        };
        for (table_name, table) in tables {
            let out = planned.leaving.contains(&tier).then_some(&everywhere);
            for (name, destination) in destinations.iter().chain(out) {
                let route = route(table.clone(), *destination, target);
                let name = format!("{table_name}/{name}");
                nodes.extend(b.add_after(name, origin, after.to_vec(), route).node());
            }
        }
    }
}

fn route(table: Ref<RouteTable>, destination: Ipv4Net, target: &Target) -> Route {
    match target {
        Target::TransitGateway(gateway) => Route::transit(table, destination, gateway.clone()),
        Target::Peering(peering) => Route::peering(table, destination, peering.clone()),
    }
}

/// The API for networks that were said to reach it.
pub(super) fn rules(b: &Builder) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for network in &b.stack.network.connected {
        let Some(origin) = network.link.as_ref().and_then(|link| link.api) else {
            continue;
        };
        wanted.extend(network.cidrs.iter().map(|cidr| Wanted {
            origin,
            ..rule(
                Group::ControlPlane,
                Direction::In,
                Traffic::Tcp(443, 443),
                cidr.value,
                &format!("API from {}", network.name.value),
            )
        }));
    }
    wanted
}
