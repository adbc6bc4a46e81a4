//! VPC endpoints.

use super::Builder;
use super::routing::Routes;
use super::security::Groups;
use super::vpc::NetworkRefs;
use crate::graph::{EndpointType, NodeId, Ref, Subnet, VpcEndpoint};
use crate::network::{EndpointKind, EndpointService};

pub(super) fn build(
    b: &mut Builder,
    network: &NetworkRefs,
    routes: &Routes,
    groups: &Groups,
) -> Vec<NodeId> {
    let mut services: Vec<_> = b.stack.network.endpoints.parsed().collect();
    services.sort_by(|(a, _), (z, _)| a.as_str().cmp(z.as_str()));
    let mut nodes = Vec::with_capacity(services.len());
    for (service, origin) in services {
        let endpoint = endpoint(b, network, routes, groups, &service);
        nodes.extend(b.add(service.short_name(), origin, endpoint).node());
    }
    nodes
}

fn endpoint(
    b: &Builder,
    network: &NetworkRefs,
    routes: &Routes,
    groups: &Groups,
    service: &EndpointService,
) -> VpcEndpoint {
    let tags = b.tags(&service.short_name().replace('.', "-"));
    let endpoint = VpcEndpoint {
        vpc: network.vpc.clone(),
        service: service.service_name(b.stack.region.value),
        endpoint_type: EndpointType::Gateway,
        tables: Vec::new(),
        subnets: Vec::new(),
        groups: Vec::new(),
        private_dns: None,
        policy: None,
        tags,
    };
    match service.kind() {
        EndpointKind::Gateway => VpcEndpoint {
            tables: routes.tables.clone(),
            ..endpoint
        },
        EndpointKind::Interface => VpcEndpoint {
            endpoint_type: EndpointType::Interface,
            subnets: endpoint_subnets(b, network),
            groups: groups.endpoints.iter().map(Ref::id).collect(),
            private_dns: Some(true),
            ..endpoint
        },
    }
}

/// The first subnet of each zone: AWS takes one in a zone.
fn endpoint_subnets(b: &Builder, network: &NetworkRefs) -> Vec<Ref<Subnet>> {
    let Some(tier) = b.plan.endpoint_tier else {
        return Vec::new();
    };
    let planned = &b.plan.tiers[tier].subnets;
    let subnets = planned.iter().zip(&network.subnets[tier]);
    subnets
        .filter(|(planned, _)| planned.key.ordinal == 0)
        .map(|(_, subnet)| subnet.clone())
        .collect()
}
