//! eksnet synthesizes Amazon EKS networks.
pub mod build_script;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
mod files;
pub mod graph;
pub mod network;
pub mod plan;
pub mod render;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "spec")]
pub mod spec;
mod synthesis;
pub mod testing;

#[cfg(feature = "cli")]
pub use cli::run;
pub use network::{LAYOUT, Network, Stack};
pub use synthesis::{File, Synthesis};

/// Everything that a program needs to describe a cluster's network.
pub mod prelude {
    pub use crate::cidr;
    pub use crate::graph::{
        AmiType, CapacityType, ControlPlaneLog, SupportType, Taint, TaintEffect,
    };
    pub use crate::network::{
        AccessEntry, AddonName, Cluster, ClusterTag, ControlPlaneLogs, Endpoint, FargateProfile,
        FlowLogs, Group, ImageFamily, Key, Nat, Network, NodeGroup, Peer, Region, Rule,
        SecurityMode, Stack, Tier, TierId, TrafficType,
    };
}
