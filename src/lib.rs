//! eksnet synthesizes Amazon EKS networks.
pub mod check;
pub mod diagnostic;
pub mod graph;
pub mod network;
pub mod plan;
pub mod render;
#[cfg(feature = "spec")]
pub mod spec;
mod synthesis;

pub use network::{LAYOUT, Network, Stack};
pub use synthesis::Synthesis;

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
#[cfg(feature = "cli")]
pub mod cli {
    //! cli
    /// main
    pub fn main() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}
