//! The typed model: what a user asks for, in words of the field.
//!
//! Types carry what AWS refuses: a handle to a tier knows whether the tier is public, an endpoint whether it has a public
//! side. What depends on several values at once is a rule in [`crate::check`].

mod api_endpoint;
mod at;
mod auto_mode;
mod cidr;
mod cidr6;
mod cluster;
mod compute;
mod connection;
mod existing;
pub(crate) mod family;
mod hybrid;
mod identity;
mod local_zone;
mod logs;
mod nearest;
mod node_security;
mod pod_groups;
mod pods;
mod policy;
mod private;
mod region;
mod resolver;
mod security;
mod service;
mod software;
mod stack;
mod tier;
mod version;
mod vpc;
mod zone;

pub use api_endpoint::{Endpoint, HasPublicSide, NobodyYet, PrivateOnly, Reachable, WithClients};
pub use at::At;
pub use auto_mode::{Architecture, AutoMode, AutoNodes, BuiltInPool};
#[doc(hidden)]
pub use cidr::parse_cidr;
#[doc(hidden)]
pub use cidr6::parse_cidr6;
pub use cluster::{Access as AccessEntry, AddonName, Cluster, ControlPlaneLogs};
pub use compute::{FargateProfile, ImageFamily, NodeGroup};
pub use connection::{
    ByDirectConnect, ByPeering, ByTransitGateway, ByVpn, Connection, Peering, Vpn,
};
pub use existing::{
    ExistingNetwork, ExistingSubnet, ExistingTier, IdError, RouteTableId, SubnetId, VpcId,
};
pub use hybrid::HybridNodes;
pub use identity::PodIdentity;
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use local_zone::{InAvailabilityZones, Local};
pub use logs::{FlowLogs, Key, TrafficType};
pub use node_security::NodeSecurityGroup;
pub use pod_groups::{EnforcingMode, PodGroup, PodPeer, PodRule, PodSecurityGroups};
pub use pods::Pods;
pub use policy::{PolicyEngine, PolicyMode, Tenant};
pub use private::EndpointPolicies;
pub use region::{Partition, Region, UnknownRegion};
pub use security::{
    Direction, Group, Peer, Ports, Rule, RuleIn, RuleOut, RuleTraffic, SecurityMode,
};
pub use service::{EndpointKind, EndpointService, ServiceError};
pub use software::Software;
pub(crate) use stack::Allowance;
pub use stack::{LAYOUT, Stack};
pub use tier::{
    Access, HostsFargate, HostsLoadBalancers, HostsNat, Isolated, Nat, Private, Public, Tier,
    TierAccess, TierId,
};
pub use version::{Date, KubernetesVersion, Release, VersionError};
pub use vpc::{ClusterTag, Network};
pub use zone::{ZoneError, ZoneId};

pub(crate) use api_endpoint::EndpointMode;
pub(crate) use auto_mode::AutoSwitch;
#[cfg(feature = "spec")]
pub(crate) use auto_mode::no_repeats;
pub(crate) use cluster::Grant;
pub(crate) use compute::{MaxUnavailable, Selector, Size, is_graviton};
#[cfg(feature = "spec")]
pub(crate) use connection::DEFAULT_ASN;
pub(crate) use connection::{Attachment, Connected, CustomerGateway, Link, Way};
pub(crate) use existing::ExistingVpc;
pub(crate) use identity::IdentityRole;
pub(crate) use local_zone::LocalZone;
pub(crate) use logs::{FlowLogTarget, RETENTION_DAYS};
pub(crate) use nearest::Fitting;
pub(crate) use pod_groups::{Carried, Selected};
pub(crate) use pods::{Placement, PodMode, Snat, Warm};
pub(crate) use resolver::InboundResolver;
pub(crate) use security::Traffic;
pub(crate) use tier::{AnyTier, NatCount, TierModel};
pub(crate) use vpc::Zones;
