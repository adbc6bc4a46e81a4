//! Security groups of pods: which pods have which, and the rules of those that the stack makes.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::at::At;
use super::security::{Direction, Group, Peer, Ports, RuleTraffic, Traffic};
use crate::diagnostic::Origin;

/// What decides about the traffic of a pod with security groups of its own: `POD_SECURITY_GROUP_ENFORCING_MODE`.
///
/// Source: Amazon EKS User Guide, "Configure the Amazon VPC CNI plugin for Kubernetes for security groups for Amazon EKS
/// Pods".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EnforcingMode {
    /// Its own groups alone. All its traffic goes through the VPC, that to its own node too, and leaves the VPC with its own
    /// address.
    #[default]
    Strict,
    /// Its own groups inside of the VPC, but not on its own node; outside of the VPC those of its node, whose address its
    /// traffic then has. `NodeLocal DNSCache`, Calico and `externalTrafficPolicy: Local` with instance targets need it.
    Standard,
}

impl EnforcingMode {
    /// The word of the VPC CNI, and of a spec.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Standard => "standard",
        }
    }
}

/// What the labels of a pod group are labels of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selected {
    /// Pods.
    Pods,
    /// Their service accounts.
    ServiceAccounts,
}

/// The groups that pods carry, beside the cluster's where they carry that too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Carried {
    /// One that the stack makes.
    Own,
    /// Some that exist already, by id.
    Existing(Vec<At<String>>),
}

/// The other side of a rule of a pod group, or of a security group of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodPeer {
    /// Another pod group of the cluster, or the same, by name.
    Pods(String),
    /// Nodes with a [security group of their own](super::NodeSecurityGroup), by its name.
    Nodes(String),
    /// Anything that a rule of the network can have on its other side.
    Other(Peer),
}

impl From<Peer> for PodPeer {
    fn from(peer: Peer) -> Self {
        Self::Other(peer)
    }
}

impl From<Group> for PodPeer {
    fn from(group: Group) -> Self {
        Self::Other(Peer::Group(group))
    }
}

impl From<Ipv4Net> for PodPeer {
    fn from(cidr: Ipv4Net) -> Self {
        Self::Other(Peer::Cidr(cidr))
    }
}

/// A rule of a pod group, or of a security group of nodes. Where the other side is a group of the stack, that one gets its half of the rule by itself: a
/// connection needs both.
///
/// ```
/// use eksnet::prelude::*;
///
/// let api = Rule::tcp(8443).from(PodPeer::Pods("ledger".into()), "API for the ledger");
/// let database = Rule::tcp(5432).to(Peer::ExistingGroup("sg-0123456789abcdef0".into()), "The database");
/// # let _ = (api, database);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a rule is part of a pod group only once `PodGroup::allow` took it, or of nodes once `NodeSecurityGroup::allow` did"]
pub struct PodRule {
    pub(crate) direction: Direction,
    pub(crate) traffic: Traffic,
    pub(crate) peer: At<PodPeer>,
    pub(crate) description: At<String>,
    pub(crate) origin: Origin,
}

impl PodRule {
    #[track_caller]
    fn new(traffic: Traffic, direction: Direction, peer: PodPeer, description: String) -> Self {
        Self {
            direction,
            traffic,
            peer: At::caller(peer),
            description: At::caller(description),
            origin: Origin::caller(),
        }
    }
}

impl RuleTraffic {
    /// Lets it into a pod group or into nodes: from whom, and what for. For [`PodGroup::allow`] and
    /// [`NodeSecurityGroup::allow`](super::NodeSecurityGroup::allow).
    #[track_caller]
    pub fn from(self, peer: impl Into<PodPeer>, description: impl Into<String>) -> PodRule {
        PodRule::new(
            self.traffic(),
            Direction::In,
            peer.into(),
            description.into(),
        )
    }

    /// Lets it out of a pod group or out of nodes: to whom, and what for. For [`PodGroup::allow`] and
    /// [`NodeSecurityGroup::allow`](super::NodeSecurityGroup::allow).
    #[track_caller]
    pub fn to(self, peer: impl Into<PodPeer>, description: impl Into<String>) -> PodRule {
        PodRule::new(
            self.traffic(),
            Direction::Out,
            peer.into(),
            description.into(),
        )
    }
}

/// Pods with security groups of their own: a `SecurityGroupPolicy`.
///
/// The stack makes a group for them, unless they have groups that exist. Its rules let them ask CoreDNS for names and the
/// control plane for its API, let in the kubelet's probes, and nothing else.
#[derive(Debug, Clone)]
#[must_use = "a pod group is part of a cluster only once `PodSecurityGroups::group` took it"]
pub struct PodGroup {
    pub(crate) name: At<String>,
    pub(crate) namespace: At<String>,
    pub(crate) selected: Selected,
    pub(crate) labels: At<BTreeMap<String, String>>,
    pub(crate) carried: Carried,
    pub(crate) cluster_group: bool,
    /// The ports of probes; none where nobody said whether there are any.
    pub(crate) probes: Option<At<Vec<Ports>>>,
    pub(crate) at_most: Option<At<u32>>,
    pub(crate) rules: Vec<PodRule>,
}

impl PodGroup {
    /// The pods of a namespace that have these labels; `name` is what the group is called here.
    #[track_caller]
    pub fn of_pods(
        name: impl Into<String>,
        namespace: impl Into<String>,
        labels: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let labels = labels.into_iter().map(|(k, v)| (k.into(), v.into()));
        Self::new(
            At::caller(name.into()),
            At::caller(namespace.into()),
            Selected::Pods,
            At::caller(labels.collect()),
        )
    }

    /// The pods of a namespace whose service accounts have these labels; `name` is what the group is called here.
    #[track_caller]
    pub fn of_service_accounts(
        name: impl Into<String>,
        namespace: impl Into<String>,
        labels: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self {
            selected: Selected::ServiceAccounts,
            ..Self::of_pods(name, namespace, labels)
        }
    }

    pub(crate) fn new(
        name: At<String>,
        namespace: At<String>,
        selected: Selected,
        labels: At<BTreeMap<String, String>>,
    ) -> Self {
        Self {
            name,
            namespace,
            selected,
            labels,
            carried: Carried::Own,
            cluster_group: false,
            probes: None,
            at_most: None,
            rules: Vec::new(),
        }
    }

    /// The ports on which the kubelet probes these pods, by TCP: HTTP, gRPC and TCP probes. Nodes are let in there.
    #[track_caller]
    pub fn probe_ports(mut self, ports: impl IntoIterator<Item = impl Into<Ports>>) -> Self {
        self.probes = Some(At::caller(ports.into_iter().map(Into::into).collect()));
        self
    }

    /// The kubelet does not probe these pods, or by commands inside of them only.
    #[track_caller]
    pub fn without_probes(mut self) -> Self {
        self.probes = Some(At::caller(Vec::new()));
        self
    }

    /// Gives the pods groups that exist already, in the cluster's VPC, instead of one of the stack's own: `sg-…`, at most 5.
    /// Their rules are somebody else's; the stack only lets them reach CoreDNS and the API.
    #[track_caller]
    pub fn existing_groups(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        let ids = ids.into_iter().map(|id| At::new(id.into(), origin));
        self.carried = Carried::Existing(ids.collect());
        self
    }

    /// Gives the pods the group that EKS made for the cluster, too: what pods on Fargate need to start, and what opens them
    /// to everything else that carries it.
    pub fn cluster_group(mut self) -> Self {
        self.cluster_group = true;
        self
    }

    /// How many of these pods run on nodes at most; whether nodes have branch interfaces for all is checked then.
    #[track_caller]
    pub fn at_most(mut self, pods: u32) -> Self {
        self.at_most = Some(At::caller(pods));
        self
    }

    /// A rule of the group that the stack makes.
    pub fn allow(mut self, rule: PodRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Whether the stack makes a group for these pods.
    pub(crate) fn has_own(&self) -> bool {
        self.carried == Carried::Own
    }

    /// The ids of groups that exist already.
    pub(crate) fn existing(&self) -> &[At<String>] {
        match &self.carried {
            Carried::Own => &[],
            Carried::Existing(ids) => ids,
        }
    }
}

/// Security groups of pods.
///
/// ```
/// use eksnet::prelude::*;
///
/// let groups = PodSecurityGroups::new(EnforcingMode::Strict).group(
///     PodGroup::of_pods("payments", "payments", [("app", "payments")])
///         .probe_ports([8080])
///         .allow(Rule::tcp(5432).to(cidr!("10.30.0.0/24"), "The database")),
/// );
/// let pods = Pods::new().security_groups(groups);
/// # let _ = pods;
/// ```
///
/// Labels are of pods or of service accounts, never both, as one `SecurityGroupPolicy` takes one kind:
///
/// ```compile_fail
/// # use eksnet::prelude::*;
/// PodGroup::of_pods("a", "a", [("app", "a")]).of_service_accounts("a", "a", [("app", "a")]);
/// ```
///
/// Source: Amazon EKS User Guide, "Assign security groups to individual Pods".
#[derive(Debug, Clone)]
#[must_use = "security groups are part of a cluster only once `Pods::security_groups` took them"]
pub struct PodSecurityGroups {
    pub(crate) origin: Origin,
    pub(crate) mode: At<EnforcingMode>,
    pub(crate) groups: Vec<PodGroup>,
}

impl PodSecurityGroups {
    /// Security groups for no pods yet.
    #[track_caller]
    pub fn new(mode: EnforcingMode) -> Self {
        Self {
            origin: Origin::caller(),
            mode: At::caller(mode),
            groups: Vec::new(),
        }
    }

    /// Gives some pods groups of their own.
    pub fn group(mut self, group: PodGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// The groups that the stack makes, by name: the order of a model means nothing.
    pub(crate) fn own(&self) -> Vec<&PodGroup> {
        let mut own: Vec<_> = self.groups.iter().filter(|group| group.has_own()).collect();
        own.sort_by(|a, z| a.name.value.cmp(&z.name.value));
        own
    }
}
