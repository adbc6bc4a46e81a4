//! The keys of node groups and Fargate profiles.

use serde::Deserialize;

use super::{List, Names, PodRuleSpec};
use crate::spec::{Field, NumberOrText};

/// The image of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AmiSpec {
    /// Amazon Linux 2023.
    Al2023,
    /// Bottlerocket.
    Bottlerocket,
}

/// How instances are bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CapacitySpec {
    /// At the list price.
    OnDemand,
    /// Cheaper, until AWS wants them back.
    Spot,
}

/// How many nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct SizeSpec {
    /// At least; 2 by default.
    pub min: Field<u32>,
    /// At first; the least by default. Later an autoscaler's affair.
    pub desired: Field<u32>,
    /// At most; twice the least by default.
    pub max: Field<u32>,
}

/// Nodes that EKS keeps running.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NodeGroupSpec {
    /// The tier that its nodes stand in; the private one by default where there is one.
    pub tier: Field<String>,
    /// The types of instances that it may take, 1 to 20. `[m6i.large]` by default.
    pub instance_types: List<String>,
    /// `al2023` (the default) or `bottlerocket`, for the architecture of its instance types.
    pub ami: Field<AmiSpec>,
    /// `on-demand` (the default) or `spot`.
    pub capacity: Field<CapacitySpec>,
    /// How many nodes.
    pub size: Field<SizeSpec>,
    /// Nodes that may be away during an update: a number, or `33%` (the default).
    pub max_unavailable: Field<NumberOrText>,
    /// GiB of the disk that images and pods share, 50 by default.
    pub disk_gib: Field<u32>,
    /// The ARN of the key that disks are encrypted with; the account's own one for EBS by default. Its policy lets the role
    /// `AWSServiceRoleForAutoScaling` use it and make grants, or no node starts.
    pub disk_key: Field<String>,
    /// Hops that an answer of the instance metadata service may take: 1 (the default) keeps pods from the node's role.
    pub metadata_hops: Field<u8>,
    /// Labels of its nodes.
    pub labels: Names<String>,
    /// Taints of its nodes.
    pub taints: List<TaintSpec>,
    /// The one security group of its nodes, by its name under `node-security-groups`; without, the one of all other nodes.
    pub security_group: Field<String>,
}

/// A security group that the nodes of some node groups carry, and no other one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NodeSecurityGroupSpec {
    /// Rules of the group. What its nodes need to join the cluster, for names and images is there anyway.
    pub rules: List<PodRuleSpec>,
}

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TaintEffectSpec {
    /// They are not put on the node.
    NoSchedule,
    /// They leave the node.
    NoExecute,
    /// They are put elsewhere where possible.
    PreferNoSchedule,
}

/// Keeps pods off nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct TaintSpec {
    /// Its name.
    pub key: Field<String>,
    /// Its value.
    pub value: Field<String>,
    /// What it does.
    pub effect: Field<TaintEffectSpec>,
}

/// Pods that run without nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct FargateSpec {
    /// The tier that its pods stand in, private or isolated; the private one by default where there is one.
    pub tier: Field<String>,
    /// Which pods, 1 to 5.
    pub selectors: List<SelectorSpec>,
}

/// Pods by namespace and labels.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct SelectorSpec {
    /// Their namespace; `*` stands for any letters, `?` for one.
    pub namespace: Field<String>,
    /// Their labels, at most 5, with `*` and `?`, too.
    pub labels: Names<String>,
}
