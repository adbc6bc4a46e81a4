//! Types of instances: what AWS lets each of them hold.

use std::str::FromStr;

use crate::network::{PodMode, Pods};

/// A row for each type, sorted by name; its heading says where the rows are from.
const TABLE: &str = include_str!("instances.tsv");

/// Where the rows begin, behind the comments.
const ROWS: usize = {
    let text = TABLE.as_bytes();
    let mut at = 0;
    while at < text.len() && text[at] == b'#' {
        while at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    at
};

/// Pods that every node has on its host's network, without an address of their own: `aws-node` and `kube-proxy`.
pub const HOST_NETWORK_PODS: u32 = 2;

/// The most pods of a node of EKS Auto Mode.
const AUTO_CEILING: u32 = 110;

/// What an instance runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hypervisor {
    /// The Nitro hypervisor.
    Nitro,
    /// Xen: older generations, which cannot hold prefixes.
    Xen,
    /// None: bare metal, on Nitro cards.
    Metal,
}

/// How the VPC CNI takes addresses for pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AddressMode {
    /// One by one, as secondary addresses of an interface: the add-on's default.
    #[default]
    Secondary,
    /// As prefixes of 16 (`ENABLE_PREFIX_DELEGATION`): a slot of an interface holds a /28 instead of an address.
    Prefix,
    /// As prefixes of 16, by EKS Auto Mode: as many pods as the type has slots, and nothing of the node's own among them.
    Auto,
    /// From one IPv6 prefix (a /80) of a node's first interface: the mode of IPv6 clusters. Of IPv4 the node has its own
    /// address, and no others.
    Ipv6,
}

impl AddressMode {
    /// Pods that a node has on its host's network. Auto Mode runs none of its parts as a pod.
    pub(super) const fn host_network_pods(self) -> u32 {
        match self {
            Self::Secondary | Self::Prefix | Self::Ipv6 => HOST_NETWORK_PODS,
            Self::Auto => 0,
        }
    }
}

/// Where pods of a node have their addresses from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PodNetwork {
    /// One by one, or by prefix.
    pub mode: AddressMode,
    /// Whether pods are in subnets of their own (`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`). The node's primary interface has no
    /// pods then.
    pub custom_networking: bool,
}

impl PodNetwork {
    /// What a cluster asks for.
    pub(crate) fn of(pods: &Pods) -> Self {
        Self {
            mode: match pods.mode.value {
                PodMode::Addresses => AddressMode::Secondary,
                PodMode::Prefixes => AddressMode::Prefix,
            },
            custom_networking: pods.placement.is_apart(),
        }
    }

    /// Single addresses of the node's own subnet: what EKS does without settings.
    pub const SECONDARY: Self = Self {
        mode: AddressMode::Secondary,
        custom_networking: false,
    };

    /// An IPv6 prefix of the node's own subnet: what EKS does in an IPv6 cluster.
    pub const IPV6: Self = Self {
        mode: AddressMode::Ipv6,
        custom_networking: false,
    };

    /// The same of a cluster all of whose nodes are those of EKS Auto Mode.
    pub(crate) fn of_auto_mode(pods: &Pods) -> Self {
        Self {
            mode: AddressMode::Auto,
            ..Self::of(pods)
        }
    }

    /// Prefixes of the node's own subnet.
    pub const PREFIX: Self = Self {
        mode: AddressMode::Prefix,
        custom_networking: false,
    };
}

/// A type of instance with its limits.
///
/// Source: EC2's `DescribeInstanceTypes` and the lists that AWS publishes for the VPC CNI and its images; the heading of
/// `src/capacity/instances.tsv` names versions and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    /// Its name, such as `m5.large`.
    pub name: &'static str,
    /// How many virtual CPUs it has.
    pub vcpus: u32,
    /// How many network interfaces its default network card takes. The VPC CNI uses no other card for pods.
    pub interfaces: u32,
    /// How many IPv4 addresses an interface takes, its primary one included.
    pub addresses_per_interface: u32,
    /// What it runs on.
    pub hypervisor: Hypervisor,
}

/// The type of a name, if AWS's limits of it are known. A search of the text of the table: no command pays for it that
/// does not ask.
pub fn instance(name: &str) -> Option<Instance> {
    let (mut low, mut high) = (ROWS, TABLE.len());
    while low < high {
        let middle = low.midpoint(high);
        // The row that the middle lies in.
        let before = TABLE.get(low..middle)?;
        let begin = before.rfind('\n').map_or(low, |at| low + at + 1);
        let row = TABLE.get(begin..)?.split('\n').next()?;
        match name.cmp(row.split('\t').next()?) {
            std::cmp::Ordering::Equal => return Instance::of(row),
            std::cmp::Ordering::Less => high = begin,
            std::cmp::Ordering::Greater => low = begin + row.len() + 1,
        }
    }
    None
}

/// All types that are known, by name.
pub fn instances() -> impl Iterator<Item = Instance> {
    TABLE.lines().filter_map(Instance::of)
}

impl Instance {
    /// A row of the table; none for a comment.
    fn of(row: &'static str) -> Option<Self> {
        let mut fields = row.trim_end().split('\t');
        let name = fields.next().filter(|name| !name.starts_with('#'))?;
        let mut number = || u32::from_str(fields.next()?).ok();
        Some(Self {
            name,
            vcpus: number()?,
            interfaces: number()?,
            addresses_per_interface: number()?,
            hypervisor: match fields.next()? {
                "nitro" => Hypervisor::Nitro,
                "xen" => Hypervisor::Xen,
                "metal" => Hypervisor::Metal,
                _ => return None,
            },
        })
    }

    /// Whether its interfaces take prefixes.
    ///
    /// Source: Amazon EKS User Guide, "Assign more IP addresses to Amazon EKS nodes with prefixes": types on Nitro.
    pub fn takes_prefixes(self) -> bool {
        self.hypervisor != Hypervisor::Xen
    }

    /// How many interfaces can have pods; none where the type cannot do what the network asks.
    pub(super) fn pod_interfaces(self, network: PodNetwork) -> Option<u32> {
        let possible = network.mode == AddressMode::Secondary || self.takes_prefixes();
        let primary = u32::from(network.custom_networking);
        possible.then(|| self.interfaces.saturating_sub(primary))
    }

    /// How many addresses, or prefixes, an interface has room for beside its primary address.
    pub(super) fn slots(self) -> u32 {
        self.addresses_per_interface.saturating_sub(1)
    }

    /// How many pods AWS's formula allows: an address for each, and those on the host's network. None where the type
    /// takes no prefixes and the network wants them.
    ///
    /// For IPv6 it is the formula for prefixes, although a /80 has room for any number of pods.
    ///
    /// Source: Amazon EKS User Guide, "Choose an optimal Amazon EC2 node instance type"; `misc/eni-max-pods.txt` of the VPC
    /// CNI has the figures for its default mode.
    pub fn max_pods(self, network: PodNetwork) -> Option<u32> {
        let each = match network.mode {
            AddressMode::Secondary | AddressMode::Auto => 1,
            AddressMode::Prefix | AddressMode::Ipv6 => 16,
        };
        let host = network.mode.host_network_pods();
        Some(self.pod_interfaces(network)? * self.slots() * each + host)
    }

    /// The most pods that EKS lets a node of a managed group have, whatever its addresses: 110 below 30 virtual CPUs, 250
    /// from there on.
    ///
    /// Source: Amazon EKS User Guide, "Choose an optimal Amazon EC2 node instance type", "How maxPods is determined".
    pub fn ceiling(self) -> u32 {
        if self.vcpus < 30 { 110 } else { 250 }
    }

    /// How many pods a node of a managed group has at most: [`Self::max_pods`] below [`Self::ceiling`]. A node of EKS Auto
    /// Mode has 110 at most, whatever its type.
    ///
    /// Source: Amazon EKS User Guide, "Create a Node Class for Amazon EKS", considerations.
    pub fn managed_max_pods(self, network: PodNetwork) -> Option<u32> {
        let ceiling = match network.mode {
            AddressMode::Auto => AUTO_CEILING,
            AddressMode::Secondary | AddressMode::Prefix | AddressMode::Ipv6 => self.ceiling(),
        };
        Some(self.max_pods(network)?.min(ceiling))
    }
}
