//! The keys of `cluster.pods`.

use serde::Deserialize;

use super::{List, PodSecurityGroupsSpec};
use crate::spec::{Either, Field};

/// How pods get their addresses.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct PodsSpec {
    /// `addresses` (the default): one by one; or `prefixes`: in blocks of 16, for up to 110 or 250 pods on a node.
    pub mode: Field<PodModeSpec>,
    /// What a node keeps ready for pods to come: `{ enis: 1 }` (the default of `addresses`), `{ prefixes: 1 }` (that of
    /// `prefixes`), or `{ addresses: 5, minimum: 20 }`.
    pub warm: Field<WarmSpec>,
    /// The tier that pods have their addresses from; that of their node by default.
    pub tier: Field<String>,
    /// How pods come into `tier`: `custom-networking` or `discovery`; where all nodes are those of EKS Auto Mode, `node-class`
    /// (the default there).
    pub placement: Field<PlacementSpec>,
    /// Whose address pods have outside the VPC: `cni` (the default) for that of their node, `external` for their own or
    /// that of a NAT gateway, or `{ exclude: [10.0.0.0/8] }` for their own in these ranges.
    pub snat: Field<Either<SnatWord, SnatSpec>>,
    /// Security groups of pods, on network interfaces of their own. None by default: pods have those of their node.
    pub security_groups: Field<PodSecurityGroupsSpec>,
}

/// How nodes take addresses for pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PodModeSpec {
    /// One by one.
    Addresses,
    /// In prefixes of 16.
    Prefixes,
}

/// What a node keeps ready for pods to come: interfaces, prefixes, or addresses.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct WarmSpec {
    /// Interfaces' worth of free addresses, in mode `addresses`.
    pub enis: Field<u32>,
    /// Free prefixes, in mode `prefixes`.
    pub prefixes: Field<u32>,
    /// Free addresses.
    pub addresses: Field<u32>,
    /// Addresses that a node has from its start; about as many as it will have pods. Goes with `addresses`.
    pub minimum: Field<u32>,
}

/// How pods come into a tier of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PlacementSpec {
    /// All of them, through an `ENIConfig` for each zone.
    CustomNetworking,
    /// All of them, through the node class of EKS Auto Mode.
    NodeClass,
    /// Those on further interfaces of a node, through the tag `kubernetes.io/role/cni`.
    Discovery,
}

/// Whose address pods have outside the VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SnatWord {
    /// That of their node.
    Cni,
    /// Their own, or that of a NAT gateway.
    External,
}

/// Ranges to which pods go with their own addresses.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct SnatSpec {
    /// The ranges; those of the VPC need not be among them.
    pub exclude: List<String>,
}
