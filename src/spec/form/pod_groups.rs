//! The keys of `cluster.pods.security-groups`.

use serde::Deserialize;

use super::{List, Names, ProtocolSpec};
use crate::spec::{Either, Field, NumberOrText};

/// Security groups of pods, on network interfaces of their own.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct PodSecurityGroupsSpec {
    /// What decides about these pods' traffic: `strict` (the default) for their own groups alone, or `standard` for their
    /// own inside of the VPC and those of their node outside of it.
    pub mode: Field<EnforcingModeSpec>,
    /// Which pods have groups of their own, by a name of your choice.
    pub groups: Names<PodGroupSpec>,
}

/// What decides about the traffic of pods with groups of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EnforcingModeSpec {
    /// Their own groups alone; they leave the VPC with their own addresses.
    Strict,
    /// Their own groups inside of the VPC, those of their node outside of it.
    Standard,
}

/// Pods with security groups of their own.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct PodGroupSpec {
    /// Their namespace.
    pub namespace: Field<String>,
    /// Labels that they have: `{ app: payments }`. An empty map stands for all pods of the namespace.
    pub pods: Names<String>,
    /// Labels that their service accounts have, instead of `pods`.
    pub service_accounts: Names<String>,
    /// The ports on which the kubelet probes them, such as `8080` or `[8080, 9090]`, or `none`. Nodes are let in there.
    pub probe_ports: Field<Either<NumberOrText, Vec<Field<NumberOrText>>>>,
    /// Rules of the group that is made for them. What they need for names and the API is there anyway.
    pub rules: List<PodRuleSpec>,
    /// Groups that exist already, `sg-…`, 1 to 5, instead of one that is made.
    pub existing_groups: List<String>,
    /// Whether they carry the group that EKS made for the cluster, too, as pods on Fargate must. Off by default.
    pub cluster_group: Field<bool>,
    /// How many of them run on nodes at most; whether these have network interfaces for all is checked then.
    pub at_most: Field<u32>,
}

/// A rule of a pod group, or of a security group of nodes. Where the other side is a group of the stack, that one gets its half of the rule by itself.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct PodRuleSpec {
    /// Lets traffic in from here: a pod group, a security group of nodes, a group of the stack, a range, `sg-…` or `pl-…`.
    pub from: Field<String>,
    /// Lets traffic out to there: a pod group, a security group of nodes, a group of the stack, a range, `sg-…` or `pl-…`.
    pub to: Field<String>,
    /// `tcp` (the default), `udp` or `all`.
    pub protocol: Field<ProtocolSpec>,
    /// A port or a range of ports: `443`, `30000-32767`.
    pub ports: Field<NumberOrText>,
    /// What it is for.
    pub description: Field<String>,
}
