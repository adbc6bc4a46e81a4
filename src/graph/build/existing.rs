//! A network that exists already: references to it, and the tags that its subnets need.

use super::Builder;
use super::routing::Routes;
use super::vpc::{NetworkRefs, cluster_tag, subnet_name, subnet_tags};
use crate::diagnostic::Origin;
use crate::graph::{Ec2Tag, Ref, Tags};
use crate::network::{RouteTableId, VpcId};
use crate::plan::PlannedSubnet;

/// The VPC and its subnets by their ids.
pub(super) fn network(b: &mut Builder, vpc: &VpcId) -> NetworkRefs {
    let mut tags = Tags::new();
    cluster_tag(b, &mut tags);
    tag(b, "vpc", vpc.as_str(), b.stack.network.origin, &tags);
    let plan = b.plan;
    for (index, tier) in plan.tiers.iter().enumerate() {
        for planned in &tier.subnets {
            let mut tags = Tags::new();
            subnet_tags(b, index, tier, planned, &mut tags);
            tag(b, &subnet_name(planned), id(planned), tier.origin, &tags);
        }
    }
    let subnets = plan.tiers.iter().map(|tier| {
        let ids = tier.subnets.iter().map(id);
        ids.map(Ref::existing).collect()
    });
    NetworkRefs {
        vpc: Ref::existing(vpc.as_str()),
        blocks: Vec::new(),
        subnets: subnets.collect(),
    }
}

fn id(planned: &PlannedSubnet) -> &str {
    let existing = planned.existing.as_ref();
    existing.map_or("", |existing| existing.id.as_str())
}

/// A resource for each tag: whoever else tags the subnet keeps what is theirs.
fn tag(b: &mut Builder, name: &str, resource: &str, origin: Origin, tags: &Tags) {
    for (key, value) in tags.iter() {
        b.add(
            format!("{name}/{key}"),
            origin,
            Ec2Tag {
                resource: resource.to_owned(),
                key: key.to_owned(),
                value: value.to_owned(),
            },
        );
    }
}

/// The route tables that are stated, each once; what is in them is somebody else's.
pub(super) fn routes(b: &Builder) -> Routes {
    let plan = b.plan;
    let subnets = plan.tiers.iter().flat_map(|tier| &tier.subnets);
    let mut tables: Vec<&RouteTableId> = subnets
        .filter_map(|subnet| subnet.existing.as_ref()?.route_table.as_ref())
        .collect();
    tables.sort_unstable();
    tables.dedup();
    Routes {
        tables: tables
            .into_iter()
            .map(|table| Ref::existing(table.as_str()))
            .collect(),
        // Nothing is routed by the stack.
        tables_of_tier: vec![Vec::new(); plan.tiers.len()],
        of_tier: vec![Vec::new(); plan.tiers.len()],
    }
}
