//! Connections to other networks: by VPN, Direct Connect, a transit gateway or peering.

use std::marker::PhantomData;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::at::At;
use super::local_zone::InAvailabilityZones;
use super::region::Region;
use super::tier::{AnyTier, TierId};
use crate::diagnostic::Origin;

/// A network that this one is connected to.
#[derive(Debug, Clone)]
pub(crate) struct Connected {
    pub(crate) name: At<String>,
    pub(crate) cidrs: Vec<At<Ipv4Net>>,
    /// What is built; none where somebody else does, or nobody.
    pub(crate) link: Option<Link>,
}

impl Connected {
    /// Whether routes of the stack's own lead there, and not a peering, which AWS refuses between networks that overlap.
    pub(crate) fn is_routed(&self) -> bool {
        let link = self.link.as_ref();
        link.is_some_and(|link| !link.by.is_peering())
    }

    /// Whether a range says where all the rest of a block's surroundings is: the way to the block itself stays, since it is the
    /// more specific one.
    pub(crate) fn is_summary(&self, range: Ipv4Net, block: Ipv4Net) -> bool {
        self.is_routed() && range != block && range.contains(&block)
    }
}

/// What is built of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) by: Way,
    /// Whose tables get the routes; those of nodes, pods and internal load balancers where nobody says.
    pub(crate) tiers: Vec<At<AnyTier>>,
    /// Where the cluster's API was opened to the ranges, if it was.
    pub(crate) api: Option<Origin>,
}

/// The way to the other network.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    Vpn(Vpn),
    /// By the id of a Direct Connect gateway.
    DirectConnect(At<String>),
    TransitGateway(Attachment),
    Peering(Peering),
    /// A request of the other side, by its id.
    Accepted(At<String>),
}

impl Way {
    pub(crate) const fn is_peering(&self) -> bool {
        match self {
            Self::Peering(_) | Self::Accepted(_) => true,
            Self::Vpn(_) | Self::DirectConnect(_) | Self::TransitGateway(_) => false,
        }
    }

    /// Whether it ends at the VPC's virtual private gateway, which writes the routes by itself.
    pub(crate) const fn is_propagated(&self) -> bool {
        match self {
            Self::Vpn(_) | Self::DirectConnect(_) => true,
            Self::Peering(_) | Self::Accepted(_) | Self::TransitGateway(_) => false,
        }
    }
}

/// The attachment to a transit gateway.
#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    /// A gateway that exists; none for one of the stack's own.
    pub(crate) gateway: Option<At<String>>,
    /// Where the way to the internet was asked for, if it leads here.
    pub(crate) internet: Option<Origin>,
    pub(crate) appliance_mode: bool,
    /// The tier that takes its interfaces; the one called `transit` where nobody says.
    pub(crate) tier: Option<At<AnyTier>>,
}

/// A VPN between the VPC's virtual private gateway and a device on the other side.
#[derive(Debug, Clone)]
#[must_use = "a VPN is part of a connection only once `Connection::vpn` took it"]
pub struct Vpn {
    pub(crate) customer: CustomerGateway,
    /// Whether routes are written down, and not learned by BGP.
    pub(crate) fixed: bool,
}

/// The device on the other side of a VPN.
#[derive(Debug, Clone)]
pub(crate) enum CustomerGateway {
    /// One that AWS knows already, by its id.
    Existing(At<String>),
    New {
        address: At<Ipv4Addr>,
        asn: At<u32>,
    },
}

/// The number that AWS gives a customer gateway where nobody says one.
#[cfg(feature = "spec")]
pub(crate) const DEFAULT_ASN: u32 = 65_000;

impl Vpn {
    /// To a device with this public address and this BGP number (ASN), 1 to 2147483647.
    ///
    /// Amazon's side has 64512. The keys of the two tunnels are AWS's: no template holds a secret.
    #[track_caller]
    pub fn to(address: Ipv4Addr, asn: u32) -> Self {
        Self::new(CustomerGateway::New {
            address: At::caller(address),
            asn: At::caller(asn),
        })
    }

    /// To a customer gateway that exists already, `cgw-…`.
    #[track_caller]
    pub fn to_customer_gateway(id: impl Into<String>) -> Self {
        Self::new(CustomerGateway::Existing(At::caller(id.into())))
    }

    pub(crate) const fn new(customer: CustomerGateway) -> Self {
        Self {
            customer,
            fixed: false,
        }
    }

    /// For a device without BGP: the connection's ranges are its routes.
    pub fn static_routes(mut self) -> Self {
        self.fixed = true;
        self
    }
}

/// A request to peer with another VPC.
#[derive(Debug, Clone)]
#[must_use = "a peering is part of a connection only once `Connection::peering` took it"]
pub struct Peering {
    pub(crate) vpc: At<String>,
    pub(crate) region: Option<At<Region>>,
    pub(crate) account: Option<At<String>>,
    pub(crate) role: Option<At<String>>,
}

impl Peering {
    /// With a VPC of the same account and region, `vpc-…`, unless the methods below say otherwise.
    #[track_caller]
    pub fn with(vpc: impl Into<String>) -> Self {
        Self {
            vpc: At::caller(vpc.into()),
            region: None,
            account: None,
            role: None,
        }
    }

    /// In this region.
    #[track_caller]
    pub fn in_region(mut self, region: Region) -> Self {
        self.region = Some(At::caller(region));
        self
    }

    /// Of this account, twelve digits. The other side has to accept.
    #[track_caller]
    pub fn of_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(At::caller(account.into()));
        self
    }

    /// The role of the other account that lets CloudFormation accept; Terraform has no use for it.
    ///
    /// Source: CloudFormation template reference, `AWS::EC2::VPCPeeringConnection`, `PeerRoleArn`.
    #[track_caller]
    pub fn accepted_by(mut self, role_arn: impl Into<String>) -> Self {
        self.role = Some(At::caller(role_arn.into()));
        self
    }
}

/// Marks a connection by VPN.
#[derive(Debug, Clone, Copy)]
pub enum ByVpn {}

/// Marks a connection by Direct Connect.
#[derive(Debug, Clone, Copy)]
pub enum ByDirectConnect {}

/// Marks a connection by a transit gateway.
#[derive(Debug, Clone, Copy)]
pub enum ByTransitGateway {}

/// Marks a connection by peering.
#[derive(Debug, Clone, Copy)]
pub enum ByPeering {}

/// A connection to another network, before [`Network::connect`] took it.
///
/// Its ranges are known to every rule, its routes stand in the tables of the tiers that are named, or of those where nodes,
/// pods and internal load balancers are. What the other side has to do is a remark (rule PLAN022).
///
/// ```
/// use eksnet::prelude::*;
///
/// let mut net = Network::new(cidr!("10.20.0.0/16"));
/// let nodes = net.add(Tier::private("nodes", Nat::none()).prefix(20));
/// net.add(Tier::isolated("control-plane").prefix(27));
/// net.connect(
///     Connection::transit_gateway("core", "tgw-0123456789abcdef0")
///         .cidr(cidr!("192.168.0.0/16"))
///         .tier(&nodes)
///         .internet()
///         .api(),
/// );
/// ```
///
/// A way to the internet leads through a transit gateway, and through no peering:
///
/// ```compile_fail
/// # use eksnet::prelude::*;
/// let tools = Connection::peering("tools", Peering::with("vpc-0123456789abcdef0")).internet();
/// ```
///
/// [`Network::connect`]: crate::network::Network::connect
#[derive(Debug, Clone)]
#[must_use = "a connection is part of a network only once `Network::connect` took it"]
pub struct Connection<W> {
    pub(crate) model: Connected,
    way: PhantomData<fn() -> W>,
}

impl Connection<ByVpn> {
    /// By a VPN. All VPNs and Direct Connect gateways of a network share one virtual private gateway.
    #[track_caller]
    pub fn vpn(name: impl Into<String>, vpn: Vpn) -> Self {
        Self::new(name.into(), Way::Vpn(vpn))
    }
}

impl Connection<ByDirectConnect> {
    /// By a Direct Connect gateway that exists, by its id: eight, four, four, four and twelve hexadecimal digits.
    #[track_caller]
    pub fn direct_connect(name: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self::new(name.into(), Way::DirectConnect(At::caller(gateway.into())))
    }
}

impl Connection<ByTransitGateway> {
    /// By a transit gateway that exists, `tgw-…`.
    #[track_caller]
    pub fn transit_gateway(name: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self::attachment(name.into(), Some(At::caller(gateway.into())))
    }

    /// By a transit gateway of the stack's own, for others to be attached to.
    #[track_caller]
    pub fn new_transit_gateway(name: impl Into<String>) -> Self {
        Self::attachment(name.into(), None)
    }

    #[track_caller]
    fn attachment(name: String, gateway: Option<At<String>>) -> Self {
        let attachment = Attachment {
            gateway,
            internet: None,
            appliance_mode: false,
            tier: None,
        };
        Self::new(name, Way::TransitGateway(attachment))
    }

    /// The internet, too, is reached through the transit gateway: private tiers without NAT gateways leave there.
    #[track_caller]
    pub fn internet(self) -> Self {
        let origin = Origin::caller();
        self.attached(|attachment| attachment.internet = Some(origin))
    }

    /// Both directions of a flow go through the same zone, as stateful appliances need it.
    pub fn appliance_mode(self) -> Self {
        self.attached(|attachment| attachment.appliance_mode = true)
    }

    /// The tier that takes the attachment's interfaces. Without a call it is the tier `transit`, a /28 in every zone.
    #[track_caller]
    pub fn attached_in<A: InAvailabilityZones>(self, tier: &TierId<A>) -> Self {
        let tier = At::caller(tier.any);
        self.attached(|attachment| attachment.tier = Some(tier))
    }

    fn attached(mut self, change: impl FnOnce(&mut Attachment)) -> Self {
        if let Some(Link {
            by: Way::TransitGateway(attachment),
            ..
        }) = &mut self.model.link
        {
            change(attachment);
        }
        self
    }
}

impl Connection<ByPeering> {
    /// By a peering that this side asks for.
    #[track_caller]
    pub fn peering(name: impl Into<String>, peering: Peering) -> Self {
        Self::new(name.into(), Way::Peering(peering))
    }

    /// By a peering that the other side has asked for, `pcx-…`.
    #[track_caller]
    pub fn accepted_peering(name: impl Into<String>, request: impl Into<String>) -> Self {
        Self::new(name.into(), Way::Accepted(At::caller(request.into())))
    }
}

impl<W> Connection<W> {
    #[track_caller]
    fn new(name: String, by: Way) -> Self {
        Self {
            model: Connected {
                name: At::caller(name),
                cidrs: Vec::new(),
                link: Some(Link {
                    by,
                    tiers: Vec::new(),
                    api: None,
                }),
            },
            way: PhantomData,
        }
    }

    /// A range of the other network; one more for each call.
    #[track_caller]
    pub fn cidr(mut self, cidr: Ipv4Net) -> Self {
        self.model.cidrs.push(At::caller(cidr));
        self
    }

    /// A tier whose route tables lead there; one more for each call. Without a call: those of nodes, pods and internal load
    /// balancers.
    #[track_caller]
    pub fn tier<A>(mut self, tier: &TierId<A>) -> Self {
        let tier = At::caller(tier.any);
        self.model
            .link
            .iter_mut()
            .for_each(|link| link.tiers.push(tier));
        self
    }

    /// Lets the ranges reach the private side of the cluster's API: port 443 of the control plane's group, and the routes back
    /// from its subnets.
    #[track_caller]
    pub fn api(mut self) -> Self {
        let origin = Origin::caller();
        self.model
            .link
            .iter_mut()
            .for_each(|link| link.api = Some(origin));
        self
    }
}
