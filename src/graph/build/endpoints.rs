//! VPC endpoints.

use super::routing::Routes;
use super::security::Groups;
use super::vpc::NetworkRefs;
use super::{Builder, endpoint_policies};
use crate::graph::{EndpointType, NodeId, Ref, Subnet, VpcEndpoint};
use crate::network::{EndpointKind, EndpointService, Region};

pub(super) fn build(
    b: &mut Builder,
    network: &NetworkRefs,
    routes: &Routes,
    groups: &Groups,
) -> Vec<NodeId> {
    let mut nodes = Vec::with_capacity(b.plan.endpoints.len());
    for planned in &b.plan.endpoints {
        let service = &planned.service;
        let endpoint = endpoint(b, network, routes, groups, service);
        nodes.extend(b.add(service.short_name(), planned.origin, endpoint).node());
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
    let region = b.stack.region.value;
    let tags = b.tags(&service.short_name().replace('.', "-"));
    let endpoint = VpcEndpoint {
        vpc: network.vpc.clone(),
        service: service.service_name(region),
        service_region: service.home_region(region).map(Region::as_str),
        endpoint_type: EndpointType::Gateway,
        tables: Vec::new(),
        subnets: Vec::new(),
        groups: Vec::new(),
        private_dns: None,
        policy: endpoint_policies::of(b, service),
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

fn endpoint_subnets(b: &Builder, network: &NetworkRefs) -> Vec<Ref<Subnet>> {
    let tier = b.plan.endpoint_tier.into_iter();
    tier.flat_map(|tier| network.one_in_each_zone(b.plan, tier))
        .map(|(_, subnet)| subnet.clone())
        .collect()
}
