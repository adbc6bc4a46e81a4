//! Stacks: what a program or a spec defines, and an engine deploys.

use super::at::At;
use super::cluster::Cluster;
use super::region::Region;
use super::vpc::Network;
use crate::check::Rule;
use crate::diagnostic::Origin;
use crate::graph::Tags;

/// The newest version of the defaults.
///
/// Defaults belong to a version: a new release never changes an address, a name or a Kubernetes version under an old one.
pub const LAYOUT: u32 = 1;

/// A network with a cluster, in a region.
///
/// ```
/// use eksnet::prelude::*;
///
/// let net = Network::new(cidr!("10.20.0.0/16"));
/// let stack = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
/// let synthesis = stack.synthesize().expect("a network with all defaults has no errors");
/// assert!(synthesis.cloudformation().contains("AWS::EKS::Cluster"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a stack is only a description until it is synthesized, and its methods return the changed stack"]
pub struct Stack {
    pub(crate) name: At<String>,
    pub(crate) region: At<Region>,
    pub(crate) layout: At<u32>,
    pub(crate) network: Network,
    pub(crate) cluster: Option<Cluster>,
    pub(crate) tags: Tags,
    pub(crate) tag_origin: Origin,
    pub(crate) retain: bool,
    pub(crate) allowed: Vec<Allowance>,
}

/// A rule that the stack may break, and why.
#[derive(Debug, Clone)]
pub(crate) struct Allowance {
    pub(crate) rule: At<Rule>,
    pub(crate) reason: At<String>,
}

impl Stack {
    /// A stack with a cluster.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        region: Region,
        network: impl Into<Network>,
        cluster: Cluster,
    ) -> Self {
        Self {
            cluster: Some(cluster),
            ..Self::network_only(name, region, network)
        }
    }

    /// A network without a cluster.
    #[track_caller]
    pub fn network_only(
        name: impl Into<String>,
        region: Region,
        network: impl Into<Network>,
    ) -> Self {
        Self {
            name: At::caller(name.into()),
            region: At::caller(region),
            layout: At::default_of(LAYOUT),
            network: network.into(),
            cluster: None,
            tags: Tags::new(),
            tag_origin: Origin::Default,
            retain: false,
            allowed: Vec::new(),
        }
    }

    /// The version of the defaults, for a stack that was begun with an older one.
    #[track_caller]
    pub fn layout(mut self, version: u32) -> Self {
        self.layout = At::caller(version);
        self
    }

    /// A tag for everything that can have one.
    #[track_caller]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.set(key.into(), value);
        self.tag_origin = Origin::caller();
        self
    }

    /// Keeps what holds data or other things when the stack is deleted: `DeletionPolicy: Retain` in CloudFormation,
    /// `prevent_destroy` in Terraform.
    pub fn retain(mut self) -> Self {
        self.retain = true;
        self
    }

    /// Lets what a rule warns of be, for a reason that is shown in its stead.
    ///
    /// What is an error stays one. A rule that nothing breaks, and a reason without words, are findings themselves.
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let mut net = Network::new(cidr!("10.20.0.0/16"));
    /// let public = net.add(Tier::public("public"));
    /// let nodes = net.add(Tier::private("nodes", Nat::single(&public)));
    /// net.add(Tier::isolated("control-plane"));
    /// let cluster = Cluster::new("dev", "1.35").node_group(NodeGroup::new("system", &nodes));
    /// let stack = Stack::new("dev", Region::UsEast1, net, cluster)
    ///     .allow(rules::EKS406, "a test cluster may lose its way out with a zone");
    /// assert_eq!(stack.check().allowed(), 1);
    /// ```
    #[track_caller]
    pub fn allow(mut self, rule: Rule, reason: impl Into<String>) -> Self {
        self.allowed.push(Allowance {
            rule: At::caller(rule),
            reason: At::caller(reason.into()),
        });
        self
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.name.value
    }

    /// Where it is built.
    pub fn region(&self) -> Region {
        self.region.value
    }
}
