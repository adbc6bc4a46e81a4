//! What a node holds: the pods' addresses, those kept warm for the next pods, and one for each interface.

use super::instance::{AddressMode, Instance, PodNetwork};
use crate::network::{Pods, Warm};

/// How many addresses the VPC CNI keeps ready for pods to come, by the names of its settings.
///
/// Source: amazon-vpc-cni-k8s, `docs/eni-and-ip-target.md` and `docs/prefix-and-ip-target.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmTargets {
    /// `WARM_ENI_TARGET`: interfaces' worth of free addresses, where addresses are taken one by one.
    pub interfaces: u32,
    /// `WARM_PREFIX_TARGET`: free prefixes, where addresses are taken by prefix.
    pub prefixes: u32,
    /// `WARM_IP_TARGET`: free addresses. It and the next one set the two above aside.
    pub addresses: Option<u32>,
    /// `MINIMUM_IP_TARGET`: addresses that a node has from its start, used or not.
    pub minimum: Option<u32>,
}

impl Default for WarmTargets {
    /// What the add-on does without settings: a whole interface, or a prefix, is free.
    fn default() -> Self {
        Self {
            interfaces: 1,
            prefixes: 1,
            addresses: None,
            minimum: None,
        }
    }
}

impl WarmTargets {
    /// What a cluster asks for.
    pub(crate) fn of(pods: &Pods) -> Self {
        let usual = Self::default();
        match pods.warm.map(|warm| warm.value) {
            None => usual,
            Some(Warm::Interfaces(interfaces)) => Self {
                interfaces,
                ..usual
            },
            Some(Warm::Prefixes(prefixes)) => Self { prefixes, ..usual },
            Some(Warm::Addresses { free, minimum }) => Self {
                addresses: Some(free),
                minimum,
                ..usual
            },
        }
    }

    /// How many addresses are wanted for some pods, where the targets are of addresses.
    fn wanted(self, pods: u32) -> Option<u32> {
        if self.addresses.is_none() && self.minimum.is_none() {
            return None;
        }
        let warm = pods.saturating_add(self.addresses.unwrap_or(0));
        Some(warm.max(self.minimum.unwrap_or(0)))
    }
}

/// Which of a node's addresses are of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// All of them: pods are in their node's subnet.
    #[default]
    Whole,
    /// The node's own, with custom networking.
    Node,
    /// Those of its pods, with custom networking.
    Pods,
    /// The first interface and what it has room for, where others are put into a tier that is found by its tag.
    FirstInterface,
    /// Those others.
    FurtherInterfaces,
}

/// What a node has taken out of its subnets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Interfaces that have pods' addresses.
    pub pod_interfaces: u32,
    /// Addresses for pods that were taken one by one.
    pub secondary: u32,
    /// Prefixes of 16 IPv4 addresses.
    pub prefixes: u32,
    /// Whether the node's primary interface comes on top of these, in another subnet than its pods.
    pub custom_networking: bool,
}

impl Held {
    /// Addresses that pods can have, used or not.
    pub fn for_pods(self) -> u64 {
        u64::from(self.secondary) + u64::from(self.prefixes) * 16
    }

    /// Addresses of the subnets that pods are in: theirs, and one for each interface that has them.
    pub fn in_pod_subnet(self) -> u64 {
        self.for_pods() + u64::from(self.pod_interfaces)
    }

    /// All addresses of the VPC that the node holds.
    pub fn addresses(self) -> u64 {
        self.in_pod_subnet() + u64::from(self.custom_networking)
    }

    /// What of it is of a tier, for a type whose interfaces have so many slots.
    fn part(self, part: Part, slots: u32) -> Self {
        let first = (self.secondary.min(slots), self.prefixes.min(slots));
        match part {
            Part::Whole => self,
            Part::Node => Self {
                pod_interfaces: 0,
                secondary: 0,
                prefixes: 0,
                custom_networking: true,
            },
            Part::Pods => Self {
                custom_networking: false,
                ..self
            },
            Part::FirstInterface => Self {
                pod_interfaces: 1,
                secondary: first.0,
                prefixes: first.1,
                custom_networking: false,
            },
            Part::FurtherInterfaces => Self {
                pod_interfaces: self.pod_interfaces.saturating_sub(1),
                secondary: self.secondary - first.0,
                prefixes: self.prefixes - first.1,
                custom_networking: false,
            },
        }
    }

    /// Addresses that are taken one by one: interfaces' own, and those of pods that are not in a prefix.
    pub(super) fn singles(self) -> u32 {
        self.pod_interfaces + self.secondary + u32::from(self.custom_networking)
    }
}

impl Instance {
    /// What a node of this type with so many pods holds of a tier.
    pub(super) fn held_of(
        &self,
        part: Part,
        network: PodNetwork,
        pods: u32,
        warm: WarmTargets,
    ) -> Option<Held> {
        let held = self.held(network, pods, warm)?;
        Some(held.part(part, self.slots().max(1)))
    }

    /// What a node of this type holds with so many pods that have addresses (those on the host's network have none). None
    /// where the type takes no prefixes and the network wants them.
    pub fn held(self, network: PodNetwork, pods: u32, warm: WarmTargets) -> Option<Held> {
        let (interfaces, slots) = (self.pod_interfaces(network)?, self.slots().max(1));
        let all = interfaces.saturating_mul(slots);
        let attached = |taken: u32| taken.div_ceil(slots).clamp(1, interfaces.max(1));
        let (pod_interfaces, secondary, prefixes) = match (network.mode, warm.wanted(pods)) {
            (AddressMode::Secondary, Some(wanted)) => {
                let addresses = wanted.min(all);
                (attached(addresses), addresses, 0)
            }
            // Whole interfaces: enough for the pods, and so many more addresses as the target's interfaces have.
            (AddressMode::Secondary, None) => {
                let wanted = pods.saturating_add(warm.interfaces.saturating_mul(slots));
                let interfaces = attached(wanted);
                (interfaces, interfaces.saturating_mul(slots).min(all), 0)
            }
            (AddressMode::Prefix | AddressMode::Auto, Some(wanted)) => {
                let prefixes = wanted.div_ceil(16).min(all);
                (attached(prefixes), 0, prefixes)
            }
            (AddressMode::Prefix | AddressMode::Auto, None) => {
                let wanted = pods.div_ceil(16).saturating_add(warm.prefixes);
                let prefixes = wanted.min(all);
                (attached(prefixes), 0, prefixes)
            }
            // One interface with one prefix, which counts for nothing in a /64.
            (AddressMode::Ipv6, _) => (1, 0, 0),
        };
        Some(Held {
            pod_interfaces,
            secondary,
            prefixes,
            custom_networking: network.custom_networking,
        })
    }
}
