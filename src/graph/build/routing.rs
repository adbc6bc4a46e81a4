//! Gateways, Elastic IPs, route tables and what they say.

use super::vpc::{NetworkRefs, subnet_name};
use super::{Builder, existing};
use crate::graph::{
    AllocationId, Deferred, EgressOnlyInternetGateway, ElasticIp, InternetGateway, NatGateway,
    NodeId, Ref, Route, RouteTable, RouteTableAssociation,
};
use crate::network::Access;
use crate::plan::Egress;

/// The route tables and what makes a tier's routes complete.
#[derive(Default)]
pub(super) struct Routes {
    /// All tables.
    pub(super) tables: Vec<Ref<RouteTable>>,
    /// For each tier of the plan, its tables with their names.
    pub(super) tables_of_tier: Vec<Vec<(String, Ref<RouteTable>)>>,
    /// For each tier of the plan, its routes and associations.
    pub(super) of_tier: Vec<Vec<NodeId>>,
}

impl Routes {
    /// Adds a table of the tier that is being built.
    fn add(&mut self, name: String, table: Ref<RouteTable>) {
        if let Some(of_tier) = self.tables_of_tier.last_mut() {
            of_tier.push((name, table.clone()));
        }
        self.tables.push(table);
    }
}

/// The ways out of the network.
struct Gateways {
    internet: Option<Ref<InternetGateway>>,
    /// By IPv6, for private tiers.
    egress_only: Option<Ref<EgressOnlyInternetGateway>>,
    /// In the order of the plan's.
    nats: Vec<Ref<NatGateway>>,
    /// That of the whole VPC.
    regional: Option<Ref<NatGateway>>,
}

impl Gateways {
    fn nat(&self, egress: Egress) -> Option<&Ref<NatGateway>> {
        match egress {
            Egress::Zonal(nat) => self.nats.get(nat),
            Egress::Regional => self.regional.as_ref(),
        }
    }
}

pub(super) fn build(b: &mut Builder, network: &NetworkRefs) -> Routes {
    if b.plan.existing.is_some() {
        return existing::routes(b);
    }
    let public = b
        .plan
        .tiers
        .iter()
        .any(|tier| tier.access == Access::Public);
    let needed = public || b.plan.regional_nat.is_some();
    let gateway = needed.then(|| {
        let tags = b.tags("");
        b.add(
            "",
            b.stack.network.origin,
            InternetGateway {
                vpc: network.vpc.clone(),
                tags,
            },
        )
    });
    let egress_only = egress_only(b, network);
    let nats = nat_gateways(b, network, gateway.as_ref());
    let regional = regional_nat_gateway(b, network, gateway.as_ref());
    let gateways = Gateways {
        internet: gateway,
        egress_only,
        nats,
        regional,
    };
    let mut routes = Routes::default();
    let plan = b.plan;
    for (index, tier) in plan.tiers.iter().enumerate() {
        routes.tables_of_tier.push(Vec::new());
        let nodes = match tier.access {
            Access::Public => public_tier(b, network, index, &gateways, &mut routes),
            Access::Private => private_tier(b, network, index, &gateways, &mut routes),
            Access::Isolated => isolated_tier(b, network, index, &mut routes),
        };
        routes.of_tier.push(nodes);
    }
    routes
}

/// One for all tiers of a dual-stack network that leave through NAT gateways.
fn egress_only(b: &mut Builder, network: &NetworkRefs) -> Option<Ref<EgressOnlyInternetGateway>> {
    let leaves = |tier| b.plan.has_nat(tier) && !b.plan.tiers[tier].is_local();
    let leaves = (0..b.plan.tiers.len()).any(leaves);
    (leaves && b.stack.network.ipv6.is_some()).then(|| {
        let tags = b.tags("");
        b.add(
            "",
            b.stack.network.origin,
            EgressOnlyInternetGateway {
                vpc: network.vpc.clone(),
                tags,
            },
        )
    })
}

/// A NAT gateway for each planned one, with its address. Both wait for the internet gateway: AWS refuses them in a VPC
/// that has none attached.
fn nat_gateways(
    b: &mut Builder,
    network: &NetworkRefs,
    gateway: Option<&Ref<InternetGateway>>,
) -> Vec<Ref<NatGateway>> {
    let attached: Vec<NodeId> = gateway.and_then(Ref::node).into_iter().collect();
    let plan = b.plan;
    let mut nats = Vec::with_capacity(plan.nats.len());
    for nat in &plan.nats {
        let tier = &plan.tiers[nat.tier];
        let Some(at) = tier.subnets.iter().position(|s| s.key.zone == nat.zone) else {
            continue;
        };
        let name = subnet_name(&tier.subnets[at]);
        let tags = b.tags(&format!("nat-{}", nat.zone));
        let address = match &nat.allocation {
            Some(id) => Deferred::Known(AllocationId(id.clone())),
            None => b
                .add_after(
                    name.as_str(),
                    nat.origin,
                    attached.clone(),
                    ElasticIp {
                        domain: "vpc",
                        tags: tags.clone(),
                    },
                )
                .allocation(),
        };
        nats.push(b.add_after(
            name,
            nat.origin,
            attached.clone(),
            NatGateway::zonal(address, network.subnets[nat.tier][at].clone(), tags),
        ));
    }
    nats
}

/// One that needs no subnet. AWS makes it a route table of its own that leads to the internet gateway, which must be attached.
fn regional_nat_gateway(
    b: &mut Builder,
    network: &NetworkRefs,
    gateway: Option<&Ref<InternetGateway>>,
) -> Option<Ref<NatGateway>> {
    let origin = b.plan.regional_nat.as_ref()?.origin;
    let tags = b.tags("nat-regional");
    Some(b.add_after(
        "regional",
        origin,
        gateway.and_then(Ref::node).into_iter().collect(),
        NatGateway::regional(network.vpc.clone(), tags),
    ))
}

fn table(b: &mut Builder, network: &NetworkRefs, name: &str, tier: usize) -> Ref<RouteTable> {
    let tags = b.tags(&name.replace('/', "-"));
    b.add(
        name,
        b.plan.tiers[tier].origin,
        RouteTable {
            vpc: network.vpc.clone(),
            tags,
        },
    )
}

fn associate(
    b: &mut Builder,
    network: &NetworkRefs,
    tier: usize,
    at: usize,
    table: &Ref<RouteTable>,
) -> Option<NodeId> {
    let planned = &b.plan.tiers[tier];
    b.add(
        subnet_name(&planned.subnets[at]),
        planned.origin,
        RouteTableAssociation {
            subnet: network.subnets[tier][at].clone(),
            table: table.clone(),
        },
    )
    .node()
}

/// One table for the tier: all its subnets go the same way.
fn public_tier(
    b: &mut Builder,
    network: &NetworkRefs,
    index: usize,
    gateways: &Gateways,
    routes: &mut Routes,
) -> Vec<NodeId> {
    let tier = &b.plan.tiers[index];
    let table = table(b, network, &tier.name, index);
    let mut nodes = Vec::with_capacity(tier.subnets.len() + 2);
    if let Some(gateway) = &gateways.internet {
        let route = b.add_after(
            format!("{}/internet", tier.name),
            tier.origin,
            gateway.node().into_iter().collect(),
            Route::internet(table.clone(), gateway.clone()),
        );
        nodes.extend(route.node());
        // Subnets in Local Zones have no IPv6.
        if b.stack.network.ipv6.is_some() && !tier.is_local() {
            let route = b.add_after(
                format!("{}/internet-ipv6", tier.name),
                tier.origin,
                gateway.node().into_iter().collect(),
                Route::internet_ipv6(table.clone(), gateway.clone()),
            );
            nodes.extend(route.node());
        }
    }
    for at in 0..tier.subnets.len() {
        nodes.extend(associate(b, network, index, at, &table));
    }
    routes.add(tier.name.clone(), table);
    nodes
}

/// A table for each subnet, so that each can leave through the gateway of its own zone.
fn private_tier(
    b: &mut Builder,
    network: &NetworkRefs,
    index: usize,
    gateways: &Gateways,
    routes: &mut Routes,
) -> Vec<NodeId> {
    let tier = &b.plan.tiers[index];
    let mut nodes = Vec::with_capacity(3 * tier.subnets.len());
    for (at, planned) in tier.subnets.iter().enumerate() {
        let name = subnet_name(planned);
        let table = table(b, network, &name, index);
        let zone = tier.zones.iter().position(|zone| *zone == planned.key.zone);
        let nat = zone.and_then(|zone| tier.egress.get(zone).copied().flatten());
        if let Some(nat) = nat.and_then(|egress| gateways.nat(egress)) {
            let route = b.add(
                format!("{name}/internet"),
                tier.origin,
                Route::nat(table.clone(), nat.clone()),
            );
            nodes.extend(route.node());
        }
        // A tier that was given no way out has none by IPv6 either; a subnet in a Local Zone has no IPv6.
        let by_ipv6 = nat.is_some() && !planned.key.zone.is_local();
        if let Some(gateway) = gateways.egress_only.as_ref().filter(|_| by_ipv6) {
            let route = b.add(
                format!("{name}/internet-ipv6"),
                tier.origin,
                Route::egress_only(table.clone(), gateway.clone()),
            );
            nodes.extend(route.node());
        }
        nodes.extend(associate(b, network, index, at, &table));
        routes.add(name, table);
    }
    nodes
}

/// One table for the tier, with nothing but the VPC's own routes.
fn isolated_tier(
    b: &mut Builder,
    network: &NetworkRefs,
    index: usize,
    routes: &mut Routes,
) -> Vec<NodeId> {
    let tier = &b.plan.tiers[index];
    let table = table(b, network, &tier.name, index);
    let nodes = (0..tier.subnets.len())
        .filter_map(|at| associate(b, network, index, at, &table))
        .collect();
    routes.add(tier.name.clone(), table);
    nodes
}
