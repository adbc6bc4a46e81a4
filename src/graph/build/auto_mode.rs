//! EKS Auto Mode: what the cluster and its role have for it, the roles of its nodes, and the node class and node pool that put
//! nodes into the tier that they are meant for.

use super::Builder;
use super::cluster::ClusterRefs;
use super::nodes::instances;
use super::security::{Groups, node_groups};
use super::vpc::NetworkRefs;
use crate::diagnostic::Origin;
use crate::graph::{
    AccessEntry, AccessPolicy, AccessScope, Arn, Deferred, InlinePolicy, NodePools, Ref, Role,
    Statement, Subnet, Text,
};
use crate::kubernetes::{ConfigMap, Metadata, NodeClass, NodePool, Object, PodPlaces};
use crate::network::{
    AutoMode, AutoNodes, AutoSwitch, BuiltInPool, Cluster as Model, PolicyEngine, PolicyMode,
    SecurityMode, Snat,
};

/// What a cluster is told of Auto Mode: nothing as long as nobody speaks of it.
pub(super) struct Switches {
    /// Of nodes, load balancing and volumes: AWS takes all three or none.
    ///
    /// Source: EKS API reference, `CreateCluster`, `computeConfig`.
    pub(super) on: Option<bool>,
    pub(super) pools: NodePools,
    /// The role of nodes of AWS's own pools. AWS takes none without such a pool.
    pub(super) role: Option<Deferred<Arn>>,
}

pub(super) fn switches(b: &mut Builder, model: &Model) -> (Switches, Option<Ref<Role>>) {
    let Some(auto) = model.auto() else {
        let off = Switches {
            on: matches!(model.auto_mode, AutoSwitch::Off).then_some(false),
            pools: NodePools(None),
            role: None,
        };
        return (off, None);
    };
    let pools = auto.pools();
    let role = auto.built_in.first().map(|first| {
        let of = "nodes of the node pools that EKS made";
        node_role(b, "auto-mode", of, first.origin)
    });
    let switches = Switches {
        on: Some(true),
        pools: NodePools(Some(pools.into_iter().map(BuiltInPool::as_str).collect())),
        role: role.as_ref().map(Ref::<Role>::arn),
    };
    (switches, role)
}

/// What the cluster's role may do for Auto Mode, beyond what every cluster's may.
///
/// Source: Amazon EKS User Guide, "Amazon EKS Auto Mode cluster IAM role".
pub(super) const POLICIES: [&str; 4] = [
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
];

/// AWS's policy changes the groups that EKS made, and no others: where nodes carry the stack's own alone, load balancers reach
/// pods by rules in that one.
///
/// Source: Amazon EKS User Guide, "Learn about VPC Networking and Load Balancing in EKS Auto Mode", considerations for load
/// balancing.
pub(super) fn load_balancing(
    b: &Builder,
    auto: &AutoMode,
    groups: &Groups,
) -> Option<InlinePolicy> {
    if b.stack.network.security != SecurityMode::Restricted || auto.nodes.is_none() {
        return None;
    }
    let group = groups.nodes.as_ref()?.id();
    let arn = Text::new()
        .literal(b.arn("ec2"))
        .account()
        .literal(":security-group/")
        .value(&group);
    let actions = [
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupIngress",
    ];
    Some(InlinePolicy {
        name: "load-balancers-to-nodes",
        document: Statement::allow("ChangeRulesOfNodes", actions)
            .on(arn)
            .into(),
    })
}

/// Source: Amazon EKS User Guide, "Amazon EKS Auto Mode node IAM role".
fn node_role(b: &mut Builder, name: &'static str, of: &str, origin: Origin) -> Ref<Role> {
    let managed = vec![
        b.managed_policy("AmazonEC2ContainerRegistryPullOnly"),
        b.managed_policy("AmazonEKSWorkerNodeMinimalPolicy"),
    ];
    let tags = b.tags(name);
    b.add(
        name,
        origin,
        Role {
            name: b.global_name(name),
            description: format!("Lets {of} join the cluster and pull images"),
            trust: Statement::allow("Ec2", ["sts:AssumeRole"])
                .service(instances(b))
                .into(),
            managed,
            inline: Vec::new(),
            tags,
        },
    )
}

/// The role and the access entry of the stack's own nodes, and the manifests that make these. EKS makes the entry of the role
/// that a cluster names for AWS's pools; for any other it is the user's affair. Two roles, so that neither entry is made twice.
///
/// Source: Amazon EKS User Guide, "Create a Node Class for Amazon EKS", "Create node class access entry".
pub(super) fn nodes(
    b: &mut Builder,
    model: &Model,
    cluster: &ClusterRefs,
    network: &NetworkRefs,
    groups: &Groups,
) {
    let Some(auto) = model.auto() else {
        return;
    };
    // Beside node groups the add-on `vpc-cni` writes the same.
    let policies = matches!(&model.network_policy, Some(at) if at.value != PolicyEngine::Calico);
    if policies && model.is_auto_alone() {
        b.graph.objects.push(policy_controller());
    }
    let (Some(own), Some(tier)) = (&auto.nodes, b.plan.auto_tier) else {
        return;
    };
    let name = format!("auto-{}", b.plan.tiers[tier].name);
    let role = node_role(b, "auto-nodes", "nodes of EKS Auto Mode", own.tier.origin);
    let tags = b.tags("auto-nodes");
    b.add(
        "auto-nodes",
        own.tier.origin,
        AccessEntry {
            cluster: cluster.cluster.clone(),
            principal: role.arn(),
            entry_type: "EC2",
            groups: Vec::new(),
            policies: vec![AccessPolicy {
                policy_arn: super::access::policy_arn(b, "AmazonEKSAutoNodePolicy"),
                scope: AccessScope::Cluster,
                namespaces: Vec::new(),
            }],
            tags,
        },
    );
    let carried = node_groups(b, &cluster.cluster, groups, None);
    let pods = b.plan.pod_tier.filter(|_| model.pods.placement.is_apart());
    let snat = match &model.pods.snat.value {
        Snat::External => "Disabled",
        Snat::Cni { .. } => "Random",
    };
    let class = NodeClass {
        metadata: Metadata::cluster(name.clone()),
        role: b.global_name("auto-nodes"),
        subnets: subnets(network, tier),
        pods: pods.map(|tier| PodPlaces {
            subnets: subnets(network, tier),
            groups: carried.clone(),
        }),
        groups: carried,
        snat: (!model.is_ipv6()).then_some(snat),
        policy: model.network_policy.and_then(|at| default_policy(at.value)),
    };
    b.graph.objects.push(Object::NodeClass(class));
    let pool = pool(name, own);
    b.graph.objects.push(Object::NodePool(pool));
}

fn subnets(network: &NetworkRefs, tier: usize) -> Vec<Ref<Subnet>> {
    network.subnets[tier].clone()
}

/// What happens to a pod of which no policy speaks.
const fn default_policy(engine: PolicyEngine) -> Option<&'static str> {
    match engine {
        PolicyEngine::VpcCni(PolicyMode::Standard) => Some("DefaultAllow"),
        PolicyEngine::VpcCni(PolicyMode::Strict) => Some("DefaultDeny"),
        PolicyEngine::Calico => None,
    }
}

/// Source: Amazon EKS User Guide, "Use Network Policies with EKS Auto Mode", step 1.
fn policy_controller() -> Object {
    Object::ConfigMap(ConfigMap {
        metadata: Metadata::namespaced("amazon-vpc-cni", "kube-system"),
        data: vec![("enable-network-policy-controller", "true".to_owned())],
    })
}

/// Families and generations are those of AWS's pool `general-purpose`.
fn pool(name: String, own: &AutoNodes) -> NodePool {
    NodePool {
        metadata: Metadata::cluster(name.clone()),
        class: name,
        capacity: own.capacity.clone(),
        architectures: own.architectures.iter().map(|a| a.as_str()).collect(),
    }
}
