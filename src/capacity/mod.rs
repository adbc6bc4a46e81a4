//! Capacity: how many nodes and pods the subnets of a plan hold.
//!
//! The VPC CNI gives every pod an address of the node's subnet, and a node holds more of them than its pods use. What a
//! type of instance can hold is a fact of AWS ([`instance()`]); what it does hold follows from the add-on's targets
//! ([`Instance::held`]); what that makes of a plan is [`Capacity`].
//!
//! ```
//! use eksnet::capacity::{PodNetwork, WarmTargets, instance};
//!
//! let large = instance("m5.large").expect("a type that AWS publishes the limits of");
//! let network = PodNetwork::default();
//! assert_eq!(large.max_pods(network), Some(29));
//! // Two of the 29 are on the host's network; 27 addresses for pods and one for each of three interfaces.
//! let full = large.held(network, 27, WarmTargets::default()).expect("every type can do without prefixes");
//! assert_eq!(full.addresses(), 30);
//! ```

mod forecast;
mod fragmentation;
mod instance;
mod warm;

pub(crate) use forecast::{CONTROL_PLANE, LOAD_BALANCER};
pub use forecast::{
    Capacity, DEFAULT_TYPE, Demand, Forecast, GroupCapacity, SubnetCapacity, Taken, TierCapacity,
    ZoneCapacity,
};
pub use fragmentation::{PREFIX, PrefixPool, free_prefix_share, prefixes};
pub use instance::{
    AddressMode, HOST_NETWORK_PODS, Hypervisor, Instance, PodNetwork, instance, instances,
};
pub use warm::{Held, Part, WarmTargets};

#[cfg(test)]
mod tests;
