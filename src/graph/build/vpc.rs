//! The VPC, its default group closed, and its subnets with their ranges and tags.

use super::Builder;
use crate::graph::{DefaultSecurityGroup, Ref, Subnet, Tags, Vpc};
use crate::network::Access;
use crate::plan::{PlannedSubnet, PlannedTier};

/// The VPC and its subnets, by tier of the plan.
pub(super) struct NetworkRefs {
    pub(super) vpc: Ref<Vpc>,
    pub(super) subnets: Vec<Vec<Ref<Subnet>>>,
}

pub(super) fn build(b: &mut Builder) -> NetworkRefs {
    let origin = b.stack.network.origin;
    let mut tags = b.tags("");
    cluster_tag(b, &mut tags);
    let vpc = b.add(
        "",
        origin,
        Vpc {
            cidr: b.plan.cidr,
            amazon_ipv6: b.stack.network.ipv6.map(|_| true),
            dns_hostnames: true,
            dns_support: true,
            tags,
        },
    );
    b.add(
        "",
        origin,
        DefaultSecurityGroup {
            vpc: vpc.clone(),
            tags: b.tags("default-closed"),
        },
    );
    let plan = b.plan;
    let subnets = plan
        .tiers
        .iter()
        .enumerate()
        .map(|(index, tier)| {
            tier.subnets
                .iter()
                .map(|planned| subnet(b, &vpc, index, tier, planned))
                .collect()
        })
        .collect();
    NetworkRefs { vpc, subnets }
}

fn subnet(
    b: &mut Builder,
    vpc: &Ref<Vpc>,
    index: usize,
    tier: &PlannedTier,
    planned: &PlannedSubnet,
) -> Ref<Subnet> {
    let name = subnet_name(planned);
    let mut tags = b.tags(&name.replace('/', "-"));
    for (key, value) in tier.tags.iter() {
        tags.set(key.to_owned(), value);
    }
    cluster_tag(b, &mut tags);
    // Of two tagged subnets in a zone the controller would take the lower id.
    if tier.load_balancers && planned.key.ordinal == 0 {
        let role = match tier.access {
            Access::Public => "kubernetes.io/role/elb",
            Access::Private | Access::Isolated => "kubernetes.io/role/internal-elb",
        };
        tags.set(role, "1");
    }
    if b.plan.takes_nodes(index)
        && let Some(cluster) = b.cluster().filter(|cluster| cluster.karpenter)
    {
        tags.set("karpenter.sh/discovery", &cluster.name.value);
    }
    let ipv6 = planned.ipv6.and_then(|index| vpc.ipv6_range(index));
    // A part of the VPC's range can be taken once the range is there.
    let after = ipv6.and_then(|_| vpc.node()).into_iter().collect();
    b.add_after(
        name,
        tier.origin,
        after,
        Subnet {
            vpc: vpc.clone(),
            zone: planned.key.zone,
            cidr: planned.cidr,
            public_addresses: tier.access == Access::Public,
            ipv6,
            ipv6_addresses: ipv6.map(|_| true),
            tags,
        },
    )
}

/// `nodes/use1-az4`, and `nodes/use1-az4/2` for a tier's second subnet in a zone.
pub(super) fn subnet_name(planned: &PlannedSubnet) -> String {
    let key = &planned.key;
    if key.ordinal == 0 {
        format!("{}/{}", key.tier, key.zone)
    } else {
        format!("{}/{}/{}", key.tier, key.zone, key.ordinal + 1)
    }
}

fn cluster_tag(b: &Builder, tags: &mut Tags) {
    if let (Some(tag), Some(cluster)) = (b.stack.network.cluster_tag, b.cluster()) {
        tags.set(
            format!("kubernetes.io/cluster/{}", cluster.name.value),
            tag.value.as_str(),
        );
    }
}
