//! A network that exists already: its VPC and its subnets are used as they are, not built.

use std::fmt;
use std::marker::PhantomData;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::at::At;
use super::local_zone::InAvailabilityZones;
use super::logs::FlowLogs;
use super::security::{Rule, SecurityMode};
use super::tier::{HostsLoadBalancers, Isolated, Private, Public, TierAccess, TierId, TierModel};
use super::vpc::{ClusterTag, Network};
use crate::diagnostic::Origin;

/// Text that is not an id of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdError {
    /// What the id would begin with.
    form: &'static str,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "such an id is `{}` and 8 or 17 digits of 0-9 and a-f",
            self.form
        )
    }
}

impl std::error::Error for IdError {}

macro_rules! ids {
    ($( $(#[$doc:meta])* $name:ident = $form:literal; )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Reads an id of the form `", $form, "…`, as AWS shows it.")]
            ///
            /// # Errors
            ///
            /// Text that no such id can be. Source: EC2 user guide, "Resource IDs": 8 or 17 hexadecimal digits.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let digits = text.strip_prefix($form).unwrap_or_default();
                let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
                if [8, 17].contains(&digits.len()) && digits.chars().all(hex) {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError { form: $form })
                }
            }

            /// As the user wrote it; what is not an id is an error of its own (rule SPEC015), and nothing is built of it.
            pub(crate) fn as_written(text: &str) -> Self {
                Self(text.into())
            }

            /// The id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

ids! {
    /// The id of a VPC, `vpc-…`.
    VpcId = "vpc-";
    /// The id of a subnet, `subnet-…`.
    SubnetId = "subnet-";
    /// The id of a route table, `rtb-…`.
    RouteTableId = "rtb-";
}

/// What is known of the VPC of a network that exists.
#[derive(Debug, Clone)]
pub(crate) struct ExistingVpc {
    pub(crate) id: At<String>,
    /// The public addresses of its NAT gateways.
    pub(crate) nat_addresses: Vec<At<Ipv4Addr>>,
}

/// A subnet that exists already.
#[derive(Debug, Clone)]
#[must_use = "a subnet is part of a tier only once `ExistingTier::subnet` took it"]
pub struct ExistingSubnet {
    pub(crate) id: At<String>,
    pub(crate) cidr: At<Ipv4Net>,
    pub(crate) route_table: Option<At<String>>,
}

impl ExistingSubnet {
    /// The subnet with this id, `subnet-…`, and this range, both as AWS shows them.
    #[track_caller]
    pub fn new(id: impl Into<String>, cidr: Ipv4Net) -> Self {
        Self {
            id: At::caller(id.into()),
            cidr: At::caller(cidr),
            route_table: None,
        }
    }

    /// Its route table, `rtb-…`: gateway endpoints are attached to it. Without, its routes are left alone.
    #[track_caller]
    pub fn route_table(mut self, id: impl Into<String>) -> Self {
        self.route_table = Some(At::caller(id.into()));
        self
    }
}

/// A tier of subnets that exist, before it is added to its network.
#[derive(Debug, Clone)]
#[must_use = "a tier is part of a network only once `ExistingNetwork::add` took it"]
pub struct ExistingTier<A> {
    model: TierModel,
    access: PhantomData<fn() -> A>,
}

impl ExistingTier<Public> {
    /// Subnets whose route table has a route to an internet gateway.
    #[track_caller]
    pub fn public(name: impl Into<String>) -> Self {
        Self::new(name.into())
    }
}

impl ExistingTier<Private> {
    /// Subnets that leave the network by some way of yours, such as NAT gateways or a transit gateway. It is your word that
    /// they do: eksnet cannot see it.
    #[track_caller]
    pub fn private(name: impl Into<String>) -> Self {
        Self::new(name.into())
    }
}

impl ExistingTier<Isolated> {
    /// Subnets without a way to the internet.
    #[track_caller]
    pub fn isolated(name: impl Into<String>) -> Self {
        Self::new(name.into())
    }
}

impl<A: TierAccess> ExistingTier<A> {
    #[track_caller]
    fn new(name: String) -> Self {
        Self {
            model: TierModel::new::<A>(name, None),
            access: PhantomData,
        }
    }

    /// Its subnet in a zone, by the zone's id; one in each zone.
    #[track_caller]
    pub fn subnet(mut self, zone: impl Into<String>, subnet: ExistingSubnet) -> Self {
        self.model.existing.push((At::caller(zone.into()), subnet));
        self
    }

    /// A tag for its subnets, besides those that the cluster needs.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.model.tags.set(key.into(), value);
        self
    }
}

// The bound stands at the method: only so does the compiler say why.
impl<A> ExistingTier<A> {
    /// Whether the AWS Load Balancer Controller may put load balancers here. Yes by default: the subnets get the role tag.
    #[track_caller]
    pub fn load_balancers(mut self, yes: bool) -> Self
    where
        A: HostsLoadBalancers,
    {
        self.model.load_balancers = Some(At::caller(yes));
        self
    }
}

/// A network that exists: the stack is built on its subnets, and neither VPC nor subnets, gateways or routes are made or
/// changed. Its subnets get the tags that the cluster needs.
///
/// It takes tiers of subnets that exist and no others, and has neither endpoints nor flow logs unless they are asked for.
///
/// ```
/// use eksnet::prelude::*;
///
/// let mut net = ExistingNetwork::new("vpc-0a1b2c3d4e5f60718", cidr!("10.20.0.0/16"));
/// let nodes = net.add(
///     ExistingTier::private("nodes")
///         .subnet("use1-az1", ExistingSubnet::new("subnet-0a1b2c3d4e5f60711", cidr!("10.20.0.0/19")))
///         .subnet("use1-az2", ExistingSubnet::new("subnet-0a1b2c3d4e5f60712", cidr!("10.20.32.0/19"))),
/// );
/// let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
/// let stack = Stack::new("prod", Region::UsEast1, net, cluster);
/// let template = stack.synthesize().expect("two zones are enough").cloudformation();
/// assert!(template.contains("subnet-0a1b2c3d4e5f60711") && !template.contains("AWS::EC2::Subnet\""));
/// ```
///
/// A tier whose subnets would have to be built is refused by the compiler:
///
/// ```compile_fail
/// # use eksnet::prelude::*;
/// let mut net = ExistingNetwork::new("vpc-0a1b2c3d4e5f60718", cidr!("10.20.0.0/16"));
/// let nodes = net.add(Tier::private("nodes", Nat::none()));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a network is part of a stack only once `Stack::new` took it, and its methods return the changed network"]
pub struct ExistingNetwork {
    network: Network,
}

impl ExistingNetwork {
    /// The VPC with this id, `vpc-…`, and this primary range, both as AWS shows them.
    #[track_caller]
    pub fn new(vpc: impl Into<String>, cidr: Ipv4Net) -> Self {
        let mut network = Network::new(cidr);
        network.exists(At::caller(vpc.into()));
        Self { network }
    }

    /// A further block of the VPC, in whatever order.
    #[track_caller]
    pub fn secondary_cidr(mut self, cidr: Ipv4Net) -> Self {
        self.network = self.network.secondary_cidr(cidr);
        self
    }

    /// The public addresses of the NAT gateways that private tiers leave through.
    ///
    /// An API that answers outside only lets them in, as nodes come from there (rule EKS605).
    #[track_caller]
    pub fn nat_addresses(mut self, addresses: impl IntoIterator<Item = Ipv4Addr>) -> Self {
        let origin = Origin::caller();
        if let Some(vpc) = &mut self.network.existing {
            let addresses = addresses.into_iter();
            vpc.nat_addresses
                .extend(addresses.map(|address| At::new(address, origin)));
        }
        self
    }

    /// The ranges of a network that this one is connected to; see [`Network::connected`].
    #[track_caller]
    pub fn connected(
        mut self,
        name: impl Into<String>,
        cidrs: impl IntoIterator<Item = Ipv4Net>,
    ) -> Self {
        self.network = self.network.connected(name, cidrs);
        self
    }

    /// Tags the VPC and the subnets with `kubernetes.io/cluster/<name>`; see [`Network::cluster_tag`].
    #[track_caller]
    pub fn cluster_tag(mut self, tag: ClusterTag) -> Self {
        self.network = self.network.cluster_tag(tag);
        self
    }

    /// How tightly nodes are closed.
    pub fn security(mut self, mode: SecurityMode) -> Self {
        self.network = self.network.security(mode);
        self
    }

    /// Endpoints that the stack makes in the VPC, none by default; see [`Network::endpoints`]. Those for S3 and `DynamoDB`
    /// are attached to the route tables that are stated (rule SPEC027).
    #[track_caller]
    pub fn endpoints(mut self, services: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.network = self.network.endpoints(services);
        self
    }

    /// The tier that interface endpoints stand in, where several could be meant.
    #[track_caller]
    pub fn endpoints_in<A: InAvailabilityZones>(&mut self, tier: &TierId<A>) {
        self.network.endpoints_in(tier);
    }

    /// Flow logs that the stack makes for the VPC; none by default.
    pub fn flow_logs(mut self, logs: FlowLogs) -> Self {
        self.network = self.network.flow_logs(logs);
        self
    }

    /// Adds a tier and returns a handle to it.
    pub fn add<A: TierAccess>(&mut self, tier: ExistingTier<A>) -> TierId<A> {
        TierId::new(self.network.add_model(tier.model))
    }

    /// Adds a rule of the user's own to a security group of the stack.
    pub fn allow(&mut self, rule: Rule) {
        self.network.allow(rule);
    }
}

impl From<ExistingNetwork> for Network {
    fn from(existing: ExistingNetwork) -> Self {
        existing.network
    }
}

impl Network {
    /// Makes it one that exists: nothing is built that is not asked for.
    pub(crate) fn exists(&mut self, vpc: At<String>) {
        self.existing = Some(ExistingVpc {
            id: vpc,
            nat_addresses: Vec::new(),
        });
        self.endpoints.services = Vec::new();
        self.flow_logs = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{RouteTableId, SubnetId, VpcId};

    #[test]
    fn ids_have_the_digits_that_aws_gives_them() {
        for good in ["vpc-0a1b2c3d4e5f60718", "vpc-1a2b3c4d"] {
            assert_eq!(
                VpcId::parse(good).map(|id| id.to_string()).as_deref(),
                Ok(good)
            );
        }
        for bad in [
            "vpc-",
            "vpc-0a1b2c3d4e5f6071",
            "vpc-0A1B2C3D",
            "vpc-0a1b2c3g",
            "subnet-0a1b2c3d",
            "0a1b2c3d",
            "vpc-１a2b3c4d",
        ] {
            assert!(VpcId::parse(bad).is_err(), "{bad}");
        }
        assert!(SubnetId::parse("subnet-0a1b2c3d").is_ok());
        assert!(RouteTableId::parse("rtb-0a1b2c3d").is_ok());
    }
}
