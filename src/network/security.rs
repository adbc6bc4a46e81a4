//! Security groups: the mode of the nodes' group, and the user's own rules.

use ipnet::{Ipv4Net, Ipv6Net};

use super::at::At;
use crate::diagnostic::Origin;

/// How tightly nodes are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecurityMode {
    /// Nodes carry the group that EKS makes for the cluster, and one of ours; everything is open between nodes and control
    /// plane, as the EKS user guide asks.
    #[default]
    Standard,
    /// Nodes carry one group only, with the ports that Kubernetes needs and the user's own rules.
    Restricted,
}

/// A security group of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The nodes'.
    Nodes,
    /// The one that we give to the control plane's network interfaces.
    ControlPlane,
    /// The one that EKS makes for the cluster: on the control plane's interfaces and on Fargate pods.
    Cluster,
    /// The interface endpoints'.
    Endpoints,
}

impl Group {
    /// The word of a spec.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::ControlPlane => "control-plane",
            Self::Cluster => "cluster",
            Self::Endpoints => "endpoints",
        }
    }
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A group of the stack.
    Group(Group),
    /// A group that exists already, `sg-…`.
    ExistingGroup(String),
    /// A range of addresses.
    Cidr(Ipv4Net),
    /// A range of IPv6 addresses.
    Ipv6Cidr(Ipv6Net),
    /// A prefix list, `pl-…`.
    PrefixList(String),
}

impl From<Group> for Peer {
    fn from(group: Group) -> Self {
        Self::Group(group)
    }
}

impl From<Ipv4Net> for Peer {
    fn from(cidr: Ipv4Net) -> Self {
        Self::Cidr(cidr)
    }
}

impl From<Ipv6Net> for Peer {
    fn from(cidr: Ipv6Net) -> Self {
        Self::Ipv6Cidr(cidr)
    }
}

/// Whether a rule is about what comes in or what goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What comes in.
    In,
    /// What goes out.
    Out,
}

/// Which packets a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traffic {
    Tcp(u16, u16),
    Udp(u16, u16),
    All,
}

impl Traffic {
    pub(crate) const fn protocol(self) -> &'static str {
        match self {
            Self::Tcp(..) => "tcp",
            Self::Udp(..) => "udp",
            Self::All => "-1",
        }
    }

    pub(crate) const fn ports(self) -> Option<(u16, u16)> {
        match self {
            Self::Tcp(from, to) | Self::Udp(from, to) => Some((from, to)),
            Self::All => None,
        }
    }

    /// `tcp-443`, `udp-30000-32767`, `all`.
    pub(crate) fn words(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Tcp(from, to) | Self::Udp(from, to) if from == to => {
                format!("{}-{from}", self.protocol())
            }
            Self::Tcp(from, to) | Self::Udp(from, to) => {
                format!("{}-{from}-{to}", self.protocol())
            }
        }
    }
}

/// A rule of the user's own.
///
/// ```
/// use eksnet::prelude::*;
///
/// let webhook = Rule::tcp(9443).into_group(Group::Nodes).from(Group::ControlPlane, "load balancer controller webhook");
/// let all = Rule::all().into_group(Group::Nodes).from(cidr!("10.0.0.0/8"), "networks of the company");
/// ```
#[derive(Debug, Clone)]
#[must_use = "a rule is part of a network only once `Network::allow` took it"]
pub struct Rule {
    pub(crate) group: Group,
    pub(crate) direction: Direction,
    pub(crate) traffic: Traffic,
    pub(crate) peer: At<Peer>,
    pub(crate) description: At<String>,
    pub(crate) origin: Origin,
}

/// The beginning of a [`Rule`]: which packets.
#[derive(Debug, Clone, Copy)]
#[must_use = "say which group it is for"]
pub struct RuleTraffic(Traffic);

/// A [`Rule`] that lacks its other side.
#[derive(Debug, Clone, Copy)]
#[must_use = "say who is on the other side"]
pub struct RuleIn(Traffic, Group);

/// A [`Rule`] that lacks its other side.
#[derive(Debug, Clone, Copy)]
#[must_use = "say who is on the other side"]
pub struct RuleOut(Traffic, Group);

/// One port or a range of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports(pub(crate) u16, pub(crate) u16);

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        Self(port, port)
    }
}

impl From<std::ops::RangeInclusive<u16>> for Ports {
    fn from(range: std::ops::RangeInclusive<u16>) -> Self {
        Self(*range.start(), *range.end())
    }
}

impl Rule {
    /// TCP on a port, or on a range: `Rule::tcp(443)`, `Rule::tcp(30000..=32767)`.
    pub fn tcp(ports: impl Into<Ports>) -> RuleTraffic {
        let Ports(from, to) = ports.into();
        RuleTraffic(Traffic::Tcp(from, to))
    }

    /// UDP on a port, or on a range.
    pub fn udp(ports: impl Into<Ports>) -> RuleTraffic {
        let Ports(from, to) = ports.into();
        RuleTraffic(Traffic::Udp(from, to))
    }

    /// Every protocol; ports mean nothing then, and there is no way to state them.
    pub fn all() -> RuleTraffic {
        RuleTraffic(Traffic::All)
    }
}

impl RuleTraffic {
    /// Lets it into a group.
    pub fn into_group(self, group: Group) -> RuleIn {
        RuleIn(self.0, group)
    }

    /// Lets it out of a group.
    pub fn out_of_group(self, group: Group) -> RuleOut {
        RuleOut(self.0, group)
    }
}

impl RuleIn {
    /// From whom, and what for.
    #[track_caller]
    pub fn from(self, peer: impl Into<Peer>, description: impl Into<String>) -> Rule {
        Rule::new(
            self.0,
            self.1,
            Direction::In,
            peer.into(),
            description.into(),
        )
    }
}

impl RuleOut {
    /// To whom, and what for.
    #[track_caller]
    pub fn to(self, peer: impl Into<Peer>, description: impl Into<String>) -> Rule {
        Rule::new(
            self.0,
            self.1,
            Direction::Out,
            peer.into(),
            description.into(),
        )
    }
}

impl Rule {
    #[track_caller]
    pub(crate) fn new(
        traffic: Traffic,
        group: Group,
        direction: Direction,
        peer: Peer,
        description: String,
    ) -> Self {
        Self {
            group,
            direction,
            traffic,
            peer: At::caller(peer),
            description: At::caller(description),
            origin: Origin::caller(),
        }
    }
}
