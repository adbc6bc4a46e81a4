//! What a ClusterConfig comes to, before it is written as a spec.

use crate::network::Region;

/// A spec to be written.
pub(super) struct Draft {
    pub(super) stack: String,
    pub(super) region: Region,
    pub(super) tags: Vec<(String, String)>,
    pub(super) network: Net,
    pub(super) cluster: Cluster,
}

/// Its network.
#[derive(Default)]
pub(super) struct Net {
    /// The VPC, where it exists.
    pub(super) existing: Option<String>,
    pub(super) cidr: String,
    pub(super) secondary: Vec<String>,
    pub(super) ipv6: bool,
    /// Ranges of hybrid nodes and their pods, which a connection leads to.
    pub(super) remote: Vec<String>,
    pub(super) zones: Zones,
    pub(super) tiers: Vec<Tier>,
    /// Services with an endpoint; the spec's default without.
    pub(super) endpoints: Option<Vec<String>>,
}

/// Its zones.
pub(super) enum Zones {
    /// Chosen by eksctl, so many.
    Count(usize),
    /// Ids, or names where nobody said what they are.
    Listed(Vec<String>),
}

impl Default for Zones {
    fn default() -> Self {
        Self::Count(3)
    }
}

/// How a tier's subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    Private,
    Public,
}

/// NAT gateways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nat {
    PerZone,
    Single,
    None,
}

/// Subnets of one purpose.
pub(super) struct Tier {
    pub(super) name: String,
    pub(super) access: Access,
    /// Subnets that exist, with their ranges, by zone.
    pub(super) existing: Vec<(String, String, String)>,
    /// Ranges by zone.
    pub(super) cidrs: Vec<(String, String)>,
    /// The size of a subnet, where the ranges are not known.
    pub(super) prefix: Option<u8>,
    pub(super) nat: Option<Nat>,
    /// The public tier that NAT gateways stand in, where there are several.
    pub(super) nat_in: Option<String>,
    /// Whether load balancers may be put here.
    pub(super) load_balancers: bool,
}

/// Its cluster.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are keys of a spec")]
pub(super) struct Cluster {
    /// Its name, where the stack cannot have it.
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// Whether eksctl makes it.
    pub(super) by_eksctl: bool,
    pub(super) control_plane: Option<String>,
    pub(super) endpoint: Endpoint,
    /// Whether pods and services have IPv6 addresses.
    pub(super) ipv6: bool,
    pub(super) service_cidr: Option<String>,
    pub(super) secrets_key: Option<String>,
    pub(super) logs: Option<Logs>,
    pub(super) standard_support: bool,
    pub(super) creator_admin: bool,
    pub(super) access: Vec<Entry>,
    pub(super) identities: Vec<Identity>,
    pub(super) hybrid: Option<Hybrid>,
    pub(super) node_groups: Vec<Group>,
    pub(super) fargate: Vec<Profile>,
    /// Versions, or `none`.
    pub(super) addons: Vec<(&'static str, String)>,
    pub(super) oidc: bool,
    pub(super) karpenter: bool,
    /// The node pools of Auto Mode, where it is on.
    pub(super) auto_pools: Option<Vec<String>>,
}

/// Who reaches the API.
#[derive(Default)]
pub(super) struct Endpoint {
    pub(super) private: bool,
    pub(super) public: bool,
    pub(super) cidrs: Vec<String>,
    /// Whether nobody named the ranges, so that everybody is let in.
    pub(super) by_default: bool,
}

/// Logs of the control plane.
pub(super) struct Logs {
    /// All of them where it is empty.
    pub(super) types: Vec<String>,
    pub(super) days: Option<u32>,
}

/// Somebody who may use the API.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) principal: String,
    pub(super) groups: Vec<String>,
    /// Policies with their namespaces.
    pub(super) policies: Vec<(String, Vec<String>)>,
}

/// The role of a service account.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) account: String,
    pub(super) role: Option<String>,
    pub(super) policies: Vec<String>,
}

/// Machines outside of AWS that join the cluster.
pub(super) struct Hybrid {
    pub(super) nodes: Vec<String>,
    pub(super) pods: Vec<String>,
    pub(super) role: Option<String>,
}

/// Nodes.
#[derive(Default)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) tier: String,
    pub(super) types: Vec<String>,
    pub(super) bottlerocket: bool,
    pub(super) spot: bool,
    pub(super) min: u32,
    pub(super) desired: u32,
    pub(super) max: u32,
    pub(super) max_unavailable: Option<String>,
    pub(super) disk_gib: u32,
    pub(super) disk_key: Option<String>,
    pub(super) hops: Option<u8>,
    pub(super) labels: Vec<(String, String)>,
    /// Key, value, effect.
    pub(super) taints: Vec<(String, String, &'static str)>,
}

/// Pods without nodes.
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) tier: String,
    /// Namespaces with labels.
    pub(super) selectors: Vec<(String, Vec<(String, String)>)>,
}
