//! The network: a VPC with its tiers, gateways, groups, endpoints and flow logs.

use ipnet::Ipv4Net;

use super::at::At;
use super::connection::{Connected, Connection};
use super::existing::ExistingVpc;
use super::local_zone::InAvailabilityZones;
use super::logs::FlowLogs;
use super::private::EndpointPolicies;
use super::resolver::InboundResolver;
use super::security::{Rule, SecurityMode};
use super::service::{EndpointKind, EndpointService};
use super::tier::{AnyTier, Tier, TierAccess, TierId, TierModel, Tiers};
use crate::diagnostic::Origin;

/// How many zones, or which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Zones {
    Count(At<u8>),
    List(Vec<At<String>>),
}

/// The value of a `kubernetes.io/cluster/<name>` tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterTag {
    /// Several clusters use the network.
    Shared,
    /// Only this one does.
    Owned,
}

impl ClusterTag {
    /// The tag's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Owned => "owned",
        }
    }
}

/// The VPC endpoints of a network.
#[derive(Debug, Clone)]
pub(crate) struct Endpoints {
    pub(crate) services: Vec<At<String>>,
    pub(crate) tier: Option<At<AnyTier>>,
    /// Who may use them, where somebody said so.
    pub(crate) policies: Option<At<EndpointPolicies>>,
    /// Buckets of other accounts that can be read through the S3 endpoint.
    pub(crate) buckets: Vec<At<String>>,
}

impl Endpoints {
    /// The services, with their places; what cannot be read as one is left to its rule.
    pub(crate) fn parsed(&self) -> impl Iterator<Item = (EndpointService, Origin)> {
        self.services
            .iter()
            .filter_map(|text| Some((EndpointService::parse(&text.value).ok()?, text.origin)))
    }

    /// Whether there is one for a service of AWS, by its short name.
    pub(crate) fn has(&self, service: &str) -> bool {
        self.parsed()
            .any(|(known, _)| known.short_name() == service)
    }

    /// Where the first interface is asked for, if any is.
    pub(crate) fn first_interface(&self) -> Option<Origin> {
        self.parsed()
            .find(|(service, _)| service.kind() == EndpointKind::Interface)
            .map(|(_, origin)| origin)
    }
}

/// A cluster's network.
///
/// Without tiers of its own it gets the default ones: `public` (/24 in a /16), `nodes` (/19) and `control-plane` (/27),
/// with a NAT gateway in every zone.
///
/// ```
/// use eksnet::prelude::*;
///
/// let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
/// let public = net.add(Tier::public("public").prefix(24));
/// let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
/// ```
///
/// A NAT gateway in a private tier is refused by the compiler:
///
/// ```compile_fail
/// # use eksnet::prelude::*;
/// # let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
/// # let public = net.add(Tier::public("public"));
/// let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
/// let more = net.add(Tier::private("more", Nat::per_zone(&nodes)));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a network is part of a stack only once `Stack::new` took it, and its methods return the changed network"]
pub struct Network {
    pub(crate) origin: Origin,
    pub(crate) cidr: At<Ipv4Net>,
    /// The VPC, where it exists already.
    pub(crate) existing: Option<ExistingVpc>,
    /// Further blocks, as the user lists them.
    pub(crate) secondary_cidrs: Vec<At<Ipv4Net>>,
    pub(crate) connected: Vec<Connected>,
    /// Ranges that are somebody else's.
    pub(crate) reserved: Vec<At<Ipv4Net>>,
    pub(crate) zones: Zones,
    pub(crate) tiers: Tiers,
    pub(crate) cluster_tag: Option<At<ClusterTag>>,
    pub(crate) security: SecurityMode,
    pub(crate) rules: Vec<Rule>,
    pub(crate) endpoints: Endpoints,
    pub(crate) flow_logs: Option<FlowLogs>,
    /// Where IPv6 was asked for, if it was.
    pub(crate) ipv6: Option<Origin>,
    /// Where it was said that nothing leads to the internet, if it was.
    pub(crate) fully_private: Option<Origin>,
    pub(crate) resolver: Option<InboundResolver>,
}

impl Network {
    /// A network with this primary range: /16 to /28.
    #[track_caller]
    pub fn new(cidr: Ipv4Net) -> Self {
        Self {
            origin: Origin::caller(),
            cidr: At::caller(cidr),
            existing: None,
            secondary_cidrs: Vec::new(),
            connected: Vec::new(),
            reserved: Vec::new(),
            zones: Zones::Count(At::default_of(3)),
            tiers: Tiers::new(),
            cluster_tag: None,
            security: SecurityMode::Standard,
            rules: Vec::new(),
            endpoints: Endpoints {
                services: vec![At::default_of("s3".to_owned())],
                tier: None,
                policies: None,
                buckets: Vec::new(),
            },
            flow_logs: Some(FlowLogs::defaults(Origin::Default)),
            ipv6: None,
            fully_private: None,
            resolver: None,
        }
    }

    /// A further block of addresses, /16 to /28; [`Tier::block`] takes subnets from it.
    ///
    /// A VPC has at most 5 blocks unless its quota is raised, then 50. Blocks are listed in the order in which they joined:
    /// AWS takes private blocks of the primary's family only, and those before blocks of 100.64.0.0/10.
    ///
    /// Source: Amazon VPC user guide, "VPC CIDR blocks", "IPv4 CIDR block association restrictions".
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let mut net = Network::new(cidr!("10.20.0.0/16")).secondary_cidr(cidr!("100.64.0.0/16"));
    /// let pods = net.add(Tier::isolated("pods").prefix(18).block(cidr!("100.64.0.0/16")));
    /// ```
    #[track_caller]
    pub fn secondary_cidr(mut self, cidr: Ipv4Net) -> Self {
        self.secondary_cidrs.push(At::caller(cidr));
        self
    }

    /// The ranges of a network that this one is connected to, or will be: a peered VPC, an office, a data center.
    ///
    /// The blocks of the VPC and the range of Kubernetes services keep away from them (rules EKS118 and EKS119). Nothing is
    /// built: that is [`Network::connect`]. A network is named once, with all its ranges.
    #[track_caller]
    pub fn connected(
        mut self,
        name: impl Into<String>,
        cidrs: impl IntoIterator<Item = Ipv4Net>,
    ) -> Self {
        let origin = Origin::caller();
        self.connected.push(Connected {
            name: At::new(name.into(), origin),
            cidrs: cidrs
                .into_iter()
                .map(|cidr| At::new(cidr, origin))
                .collect(),
            link: None,
        });
        self
    }

    /// Builds a connection to another network: a VPN, a Direct Connect gateway's association, an attachment to a transit
    /// gateway, or a peering, with its routes.
    pub fn connect<W>(&mut self, connection: Connection<W>) {
        self.connected.push(connection.model);
    }

    /// A range inside the VPC that no subnet is put into, as for subnets that exist and are somebody else's.
    #[track_caller]
    pub fn reserved(mut self, cidr: Ipv4Net) -> Self {
        self.reserved.push(At::caller(cidr));
        self
    }

    /// All blocks of the VPC, the primary one first.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = At<Ipv4Net>> {
        std::iter::once(self.cidr).chain(self.secondary_cidrs.iter().copied())
    }

    /// The ranges of connected networks, each with its network.
    ///
    /// A range around the whole VPC that is reached by routes is left out: it says where all the rest is, and the VPC's own
    /// addresses stay its own.
    pub(crate) fn foreign_ranges(&self) -> impl Iterator<Item = (&Connected, At<Ipv4Net>)> {
        let primary = self.cidr.value;
        self.connected_ranges()
            .filter(move |(network, cidr)| !network.is_summary(cidr.value, primary))
    }

    /// The ranges of connected networks as they are written, each with its network. The internet is no network that a
    /// connection is built to: rule SPEC035 says so.
    pub(crate) fn connected_ranges(&self) -> impl Iterator<Item = (&Connected, At<Ipv4Net>)> {
        let all = self.connected.iter();
        let ranges = all.flat_map(|network| network.cidrs.iter().map(move |cidr| (network, *cidr)));
        ranges.filter(|(network, cidr)| network.link.is_none() || cidr.value.prefix_len() > 0)
    }

    /// In the region's first `count` zones that EKS serves.
    #[track_caller]
    pub fn zones(mut self, count: u8) -> Self {
        self.zones = Zones::Count(At::caller(count));
        self
    }

    /// In these zones, by id (`use1-az4`), since names differ between accounts.
    #[track_caller]
    pub fn in_zones(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        self.zones = Zones::List(
            ids.into_iter()
                .map(|id| At::new(id.into(), origin))
                .collect(),
        );
        self
    }

    /// With IPv6 beside IPv4: Amazon gives the VPC a /56, and every subnet gets a /64 of it.
    ///
    /// Public tiers are reached and leave through the internet gateway; those that leave through NAT gateways have an
    /// egress-only internet gateway for IPv6; all others have no way out. Outbound rules to `0.0.0.0/0` get a twin to
    /// `::/0`. The cluster stays an IPv4 one, unless [`Cluster::ipv6`] makes it another.
    ///
    /// Source: Amazon VPC user guide, "IP addressing for your VPCs and subnets".
    ///
    /// [`Cluster::ipv6`]: crate::network::Cluster::ipv6
    #[track_caller]
    pub fn dual_stack(mut self) -> Self {
        self.ipv6 = Some(Origin::caller());
        self
    }

    /// Tags the VPC and the subnets with `kubernetes.io/cluster/<name>`.
    ///
    /// Needed by the AWS Load Balancer Controller up to 2.1.1 and by networks that several clusters share.
    #[track_caller]
    pub fn cluster_tag(mut self, tag: ClusterTag) -> Self {
        self.cluster_tag = Some(At::caller(tag));
        self
    }

    /// How tightly nodes are closed.
    pub fn security(mut self, mode: SecurityMode) -> Self {
        self.security = mode;
        self
    }

    /// The AWS services that are reached without leaving the network, such as `s3`, `ecr.api` and `sts`.
    ///
    /// S3 and DynamoDB get gateway endpoints, which are free; all others get interfaces in the private tier. Without a
    /// call there is one for `s3`.
    #[track_caller]
    pub fn endpoints(mut self, services: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        self.endpoints.services = services
            .into_iter()
            .map(|service| At::new(service.into(), origin))
            .collect();
        self
    }

    /// The tier that interface endpoints stand in, where several could be meant.
    #[track_caller]
    pub fn endpoints_in<A: InAvailabilityZones>(&mut self, tier: &TierId<A>) {
        self.endpoints.tier = Some(At::caller(tier.any));
    }

    /// Where flow logs go; without a call they go to CloudWatch Logs and are kept for a year.
    pub fn flow_logs(mut self, logs: FlowLogs) -> Self {
        self.flow_logs = Some(logs);
        self
    }

    /// No flow logs.
    pub fn without_flow_logs(mut self) -> Self {
        self.flow_logs = None;
        self
    }

    /// Adds a tier and returns a handle to it.
    pub fn add<A: TierAccess>(&mut self, tier: Tier<A>) -> TierId<A> {
        TierId::new(self.add_model(tier.model))
    }

    pub(crate) fn add_model(&mut self, tier: TierModel) -> AnyTier {
        self.tiers.add(tier)
    }

    /// Adds a rule of the user's own to a security group.
    pub fn allow(&mut self, rule: Rule) {
        self.rules.push(rule);
    }
}
