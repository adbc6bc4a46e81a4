//! eksnet synthesizes Amazon EKS networks: a short, typed description in, CloudFormation or Terraform JSON out.
//!
//! ```
//! use eksnet::prelude::*;
//!
//! let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
//! let public = net.add(Tier::public("public").prefix(24));
//! let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
//! let control = net.add(Tier::isolated("control-plane").prefix(27));
//!
//! let cluster = Cluster::new("prod", "1.35")
//!     .control_plane(&control)
//!     .endpoint(Endpoint::private())
//!     .node_group(NodeGroup::new("system", &nodes).instance_types(["m6i.large"]).size(2, 6));
//!
//! let stack = Stack::new("prod", Region::UsEast1, net, cluster);
//! let synthesis = stack.synthesize().expect("this network has no errors");
//! assert!(synthesis.cloudformation().contains("\"SubnetNodesUse1Az4\""));
//! assert!(synthesis.terraform().main.contains("\"nodes_use1_az4\""));
//! ```
//!
//! What AWS would refuse, the compiler refuses where a type can carry it: a NAT gateway in a private tier, a Fargate
//! profile in a public one, clients of a private endpoint. What depends on several values at once is a
//! [finding](diagnostic::Finding) that says what is wrong, where, why, and what to write instead.
//!
//! # The phases
//!
//! 1. [`spec`] reads YAML, JSON or TOML into the model of [`network`], which a program builds directly.
//! 2. [`plan`] answers every open question: each subnet's range and zone, each NAT gateway's place. What an earlier plan's
//!    [ledger](plan::Ledger) knows never moves. [`capacity`] says how many nodes and pods it has room for.
//! 3. [`graph`] holds the typed resources, which refer to each other and know no engine.
//! 4. [`render`] writes them for an engine; deterministic to the byte.
//! 5. [`check`] has the rules, which run between the phases; [`diagnostic`] shows what they find.
//!
//! # Ways to use it
//!
//! - A program over its own stacks: `eksnet::run` gives it the whole command line (feature `cli`, on by default).
//! - A build script: [`build_script::emit`], with `default-features = false`.
//! - Tests of your own: [`testing::documents`].
//!
//! # Features
//!
//! `cli` (default) turns on `spec` (reading specs), `report` (the plan for people) and `schema` (the JSON Schema of a spec);
//! each can be had alone.
#![forbid(unsafe_code)]

pub mod build_script;
pub mod capacity;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod eksctl;
mod files;
pub mod graph;
pub mod kubernetes;
pub mod network;
pub mod plan;
pub mod read;
pub mod render;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "spec")]
pub mod spec;
mod synthesis;
pub mod testing;

#[cfg(feature = "cli")]
pub use cli::{run, run_with_ledger};
pub use network::{LAYOUT, Network, Stack};
pub use synthesis::{File, Synthesis};

/// Everything that a program needs to describe a cluster's network.
pub mod prelude {
    pub use crate::check::rules;
    pub use crate::graph::{
        AmiType, CapacityType, ControlPlaneLog, SupportType, Taint, TaintEffect,
    };
    pub use crate::network::{
        AccessEntry, AddonName, Architecture, AutoMode, AutoNodes, BuiltInPool, Cluster,
        ClusterTag, Connection, ControlPlaneLogs, Endpoint, EndpointPolicies, EnforcingMode,
        ExistingNetwork, ExistingSubnet, ExistingTier, FargateProfile, FlowLogs, Group,
        HybridNodes, ImageFamily, Key, Local, Nat, Network, NodeGroup, NodeSecurityGroup, Peer,
        Peering, PodGroup, PodIdentity, PodPeer, PodRule, PodSecurityGroups, Pods, PolicyEngine,
        PolicyMode, Region, Rule, SecurityMode, Software, Stack, Tenant, Tier, TierId, TrafficType,
        Vpn,
    };
    pub use crate::{cidr, cidr6};
}

/// The programs of the README compile.
#[cfg(all(doctest, feature = "cli"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// The programs of the guides compile.
#[cfg(all(doctest, feature = "cli"))]
mod guides {
    #[doc = include_str!("../docs/guides/auto-mode.md")]
    struct AutoMode;
    #[doc = include_str!("../docs/guides/endpoint-access.md")]
    struct EndpointAccess;
    #[doc = include_str!("../docs/guides/existing-vpc.md")]
    struct ExistingVpc;
    #[doc = include_str!("../docs/guides/fully-private.md")]
    struct FullyPrivate;
    #[doc = include_str!("../docs/guides/hybrid-nodes.md")]
    struct HybridNodes;
    #[doc = include_str!("../docs/guides/ipv6.md")]
    struct Ipv6;
    #[doc = include_str!("../docs/guides/local-zones.md")]
    struct LocalZones;
    #[doc = include_str!("../docs/guides/nat.md")]
    struct Nat;
    #[doc = include_str!("../docs/guides/network-policy.md")]
    struct NetworkPolicy;
    #[doc = include_str!("../docs/guides/node-security.md")]
    struct NodeSecurity;
    #[doc = include_str!("../docs/guides/pod-identity.md")]
    struct PodIdentity;
}
