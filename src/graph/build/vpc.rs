//! The VPC with its blocks, its default group closed, and its subnets with their ranges and tags.

use ipnet::Ipv4Net;

use super::{Builder, existing};
use crate::graph::{DefaultSecurityGroup, NodeId, Ref, Subnet, Tags, Vpc, VpcCidr};
use crate::network::family::{Family, joins_after};
use crate::network::{Access, At, Placement};
use crate::plan::{Plan, PlannedSubnet, PlannedTier};

/// The VPC and its subnets, by tier of the plan.
pub(super) struct NetworkRefs {
    pub(super) vpc: Ref<Vpc>,
    /// The further blocks of the VPC: EKS needs an hour to see one that joins after the cluster.
    pub(super) blocks: Vec<NodeId>,
    pub(super) subnets: Vec<Vec<Ref<Subnet>>>,
}

impl NetworkRefs {
    /// The first subnet that a tier has in each zone: much of AWS takes one in a zone.
    pub(super) fn one_in_each_zone<'a>(
        &'a self,
        plan: &'a Plan,
        tier: usize,
    ) -> impl Iterator<Item = (&'a PlannedSubnet, &'a Ref<Subnet>)> {
        let planned = plan.tiers[tier].subnets.iter();
        let subnets = planned.zip(&self.subnets[tier]);
        subnets.filter(|(planned, _)| planned.key.ordinal == 0)
    }
}

pub(super) fn build(b: &mut Builder) -> NetworkRefs {
    if let Some(vpc) = &b.plan.existing {
        return existing::network(b, vpc);
    }
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
    let blocks = blocks(b, &vpc);
    let plan = b.plan;
    let subnets = plan
        .tiers
        .iter()
        .enumerate()
        .map(|(index, tier)| {
            tier.subnets
                .iter()
                .map(|planned| subnet(b, &vpc, &blocks, index, tier, planned))
                .collect()
        })
        .collect();
    NetworkRefs {
        vpc,
        blocks: blocks.into_iter().map(|(_, block)| block).collect(),
        subnets,
    }
}

/// The further blocks, in the order in which they can join the VPC.
///
/// Only where AWS might refuse a block after another does one wait for the other: see [`joins_after`].
fn blocks(b: &mut Builder, vpc: &Ref<Vpc>) -> Vec<(Ipv4Net, NodeId)> {
    let mut wanted = b.stack.network.secondary_cidrs.clone();
    wanted.sort_by_key(|block| (!Family::of(block.value).is_closed(), block.value));
    let mut blocks: Vec<(Ipv4Net, NodeId)> = Vec::with_capacity(wanted.len());
    for At {
        value: cidr,
        origin,
    } in wanted
    {
        let earlier = blocks
            .iter()
            .filter(|(other, _)| joins_after(cidr, *other))
            .map(|(_, id)| *id)
            .collect();
        let vpc = vpc.clone();
        let block = b.add_after(block_name(cidr), origin, earlier, VpcCidr { vpc, cidr });
        blocks.extend(block.node().map(|id| (cidr, id)));
    }
    blocks
}

/// `block/100x64x0x0/16`.
fn block_name(cidr: Ipv4Net) -> String {
    format!("block/{}", range_words(cidr))
}

/// `100x64x0x0/16`: dots would get lost in CloudFormation, and 10.1.11.0 be the same as 10.11.1.0.
pub(super) fn range_words(range: Ipv4Net) -> String {
    range.to_string().replace('.', "x")
}

fn subnet(
    b: &mut Builder,
    vpc: &Ref<Vpc>,
    blocks: &[(Ipv4Net, NodeId)],
    index: usize,
    tier: &PlannedTier,
    planned: &PlannedSubnet,
) -> Ref<Subnet> {
    let name = subnet_name(planned);
    let mut tags = b.tags(&name.replace('/', "-"));
    subnet_tags(b, index, tier, planned, &mut tags);
    let index = planned.ipv6.filter(|_| b.plan.dual_stack);
    let ipv6 = index.and_then(|index| vpc.ipv6_range(index));
    // A part of the VPC's range can be taken once the range is there, and AWS refuses a subnet outside the blocks that the
    // VPC has by then.
    let block = blocks
        .iter()
        .find(|(block, _)| block.contains(&planned.cidr));
    let range = ipv6.and_then(|_| vpc.node());
    b.add_after(
        name,
        tier.origin,
        range.into_iter().chain(block.map(|(_, id)| *id)).collect(),
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

/// What a subnet is found by, besides its name: the tier's own tags, and those that the cluster and its controllers need.
pub(super) fn subnet_tags(
    b: &Builder,
    index: usize,
    tier: &PlannedTier,
    planned: &PlannedSubnet,
    tags: &mut Tags,
) {
    for (key, value) in tier.tags.iter() {
        tags.set(key.to_owned(), value);
    }
    cluster_tag(b, tags);
    // Of two tagged subnets in a zone the controller would take the lower id.
    if tier.load_balancers && planned.key.ordinal == 0 {
        let role = match tier.access {
            Access::Public => "kubernetes.io/role/elb",
            Access::Private | Access::Isolated => "kubernetes.io/role/internal-elb",
        };
        tags.set(role, "1");
    }
    // Karpenter would start any node in a Local Zone, where few types are to be had.
    if b.plan.takes_nodes(index)
        && !tier.is_local()
        && let Some(cluster) = b.cluster().filter(|cluster| cluster.karpenter)
    {
        tags.set("karpenter.sh/discovery", &cluster.name.value);
    }
    if b.plan.pod_tier == Some(index)
        && let Some(cluster) = b.cluster()
        && matches!(cluster.pods.placement, Placement::Discovery(_))
    {
        tags.set("kubernetes.io/role/cni", "1");
        let own = format!("cni.networking.k8s.aws/cluster/{}", cluster.name.value);
        tags.set(own, "shared");
    }
}

/// `nodes/use1-az4`, and `nodes/use1-az4/no2` for a tier's second subnet in a zone: a bare number would read as the zone's.
pub(super) fn subnet_name(planned: &PlannedSubnet) -> String {
    let key = &planned.key;
    if key.ordinal == 0 {
        format!("{}/{}", key.tier, key.zone)
    } else {
        format!("{}/{}/no{}", key.tier, key.zone, key.ordinal + 1)
    }
}

pub(super) fn cluster_tag(b: &Builder, tags: &mut Tags) {
    if let (Some(tag), Some(cluster)) = (b.stack.network.cluster_tag, b.cluster()) {
        tags.set(
            format!("kubernetes.io/cluster/{}", cluster.name.value),
            tag.value.as_str(),
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

    use serde_json::{Value, json};

    use crate::diagnostic::Findings;
    use crate::graph::{self, Graph};
    use crate::network::Ipv4Net;
    use crate::plan::{self, Ledger};
    use crate::prelude::*;
    use crate::render;

    /// A graph in which the subnets of the tier `pods` have these ranges.
    fn graph(pods: [&str; 2]) -> Graph {
        let mut net = Network::new(cidr!("10.20.0.0/16"))
            .in_zones(["use1-az4", "use1-az6"])
            .secondary_cidr(cidr!("10.21.0.0/16"))
            .secondary_cidr(cidr!("100.64.0.0/16"));
        net.add(Tier::isolated("pods").prefix(18));
        let stack = Stack::network_only("prod", Region::UsEast1, net);
        let mut findings = Findings::new();
        let mut plan = plan::plan(&stack, &Ledger::new(), &mut findings).unwrap();
        let subnets = &mut plan.tiers[0].subnets;
        for (subnet, range) in subnets.iter_mut().zip(pods) {
            subnet.cidr = range.parse::<Ipv4Net>().unwrap();
        }
        graph::build(&stack, &plan)
    }

    #[test]
    fn a_subnet_waits_for_the_block_that_it_lies_in_and_no_other() {
        let graph = graph(["100.64.0.0/18", "10.20.0.0/18"]);
        let template: Value = serde_json::from_str(&render::cloudformation(&graph)).unwrap();
        let resources = &template["Resources"];
        assert_eq!(
            resources["SubnetPodsUse1Az4"]["DependsOn"],
            json!(["VpcCidrBlock100x64x0x016"])
        );
        assert_eq!(resources["SubnetPodsUse1Az6"].get("DependsOn"), None);
        assert_eq!(
            resources["VpcCidrBlock100x64x0x016"],
            json!({
                "Type": "AWS::EC2::VPCCidrBlock",
                "DependsOn": ["VpcCidrBlock10x21x0x016"],
                "Properties": { "VpcId": { "Ref": "Vpc" }, "CidrBlock": "100.64.0.0/16" }
            })
        );
        let module: Value = serde_json::from_str(&render::terraform(&graph).main).unwrap();
        let resources = &module["resource"];
        assert_eq!(
            resources["aws_subnet"]["pods_use1_az4"]["depends_on"],
            json!(["aws_vpc_ipv4_cidr_block_association.block_100x64x0x0_16"])
        );
        assert_eq!(
            resources["aws_subnet"]["pods_use1_az6"].get("depends_on"),
            None
        );
        assert_eq!(
            resources["aws_vpc_ipv4_cidr_block_association"]["block_100x64x0x0_16"],
            json!({
                "vpc_id": "${aws_vpc.main.id}",
                "cidr_block": "100.64.0.0/16",
                "depends_on": ["aws_vpc_ipv4_cidr_block_association.block_10x21x0x0_16"]
            })
        );
    }
}
