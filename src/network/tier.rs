//! Tiers: subnets of one purpose, one in each zone.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use ipnet::Ipv4Net;

use super::at::At;
use super::existing::ExistingSubnet;
use super::local_zone::LocalZone;
use super::region::ZoneId;
use crate::diagnostic::Origin;
use crate::graph::Tags;

/// How the subnets of a tier reach the internet, and it them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Routed to an internet gateway; instances get public addresses.
    Public,
    /// Leaves through NAT gateways; nobody gets in.
    Private,
    /// No way to the internet.
    Isolated,
}

impl Access {
    /// The word of a spec.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Isolated => "isolated",
        }
    }
}

/// Marks a public tier in the type of its handle.
#[derive(Debug, Clone, Copy)]
pub enum Public {}

/// Marks a private tier in the type of its handle.
#[derive(Debug, Clone, Copy)]
pub enum Private {}

/// Marks an isolated tier in the type of its handle.
#[derive(Debug, Clone, Copy)]
pub enum Isolated {}

pub(super) mod sealed {
    pub trait Sealed {
        const ACCESS: super::Access;
    }
}

/// The three kinds of access.
pub trait TierAccess: sealed::Sealed {}

macro_rules! accesses {
    ($($name:ident),*) => { $(
        impl sealed::Sealed for $name {
            const ACCESS: Access = Access::$name;
        }
        impl TierAccess for $name {}
    )* };
}
accesses!(Public, Private, Isolated);

/// Tiers that a NAT gateway can stand in.
#[diagnostic::on_unimplemented(
    message = "a NAT gateway can stand in a public tier of Availability Zones only",
    label = "this tier is not public, or in Local Zones",
    note = "a NAT gateway sends what it translates through the internet gateway: AWS needs it in a subnet with a route there"
)]
pub trait HostsNat: TierAccess {}
impl HostsNat for Public {}

/// Tiers that Fargate pods can run in.
#[diagnostic::on_unimplemented(
    message = "a Fargate profile cannot use this tier",
    label = "this tier has a route to the internet gateway, or is in Local Zones",
    note = "EKS refuses public subnets, since Fargate pods get no public address, and has no Fargate in Local Zones: use a private or isolated tier"
)]
pub trait HostsFargate: TierAccess {}
impl HostsFargate for Private {}
impl HostsFargate for Isolated {}

/// Tiers that load balancers can be put into by their role tag.
#[diagnostic::on_unimplemented(
    message = "this tier takes no load balancers by a tag",
    label = "only public and private tiers in Availability Zones have this method",
    note = "the controller puts internet-facing load balancers into public subnets (`kubernetes.io/role/elb`) and internal ones into private subnets (`kubernetes.io/role/internal-elb`)"
)]
pub trait HostsLoadBalancers: TierAccess {}
impl HostsLoadBalancers for Public {}
impl HostsLoadBalancers for Private {}

/// A handle to a tier of a network, with its access in the type.
#[derive(Debug)]
pub struct TierId<A> {
    pub(crate) any: AnyTier,
    access: PhantomData<fn() -> A>,
}

impl<A> Clone for TierId<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for TierId<A> {}

impl<A> TierId<A> {
    pub(crate) const fn new(any: AnyTier) -> Self {
        Self {
            any,
            access: PhantomData,
        }
    }
}

/// A handle without the access in its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyTier {
    /// A tier that was added to a network, by its place there.
    Added {
        /// Which network gave the handle out.
        network: u32,
        index: usize,
    },
    /// A tier of a network that names none, by its place in the default layout.
    #[cfg_attr(
        not(feature = "spec"),
        expect(dead_code, reason = "only a spec can speak of them, by name")
    )]
    Default(usize),
}

/// The tiers of a network, and which handles are good for them.
#[derive(Debug)]
pub(crate) struct Tiers {
    /// Tells handles of different networks apart; never rendered.
    network: u32,
    /// The networks that this one is a copy of, with the number of tiers that each had at that moment.
    copied_from: Vec<(u32, usize)>,
    models: Vec<TierModel>,
}

impl Tiers {
    pub(crate) fn new() -> Self {
        Self {
            network: new_network(),
            copied_from: Vec::new(),
            models: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, tier: TierModel) -> AnyTier {
        self.models.push(tier);
        self.handle(self.models.len() - 1)
    }

    /// The handle to the tier at a place, which may still be to come.
    pub(crate) const fn handle(&self, index: usize) -> AnyTier {
        AnyTier::Added {
            network: self.network,
            index,
        }
    }

    /// The place of a tier; none for a tier of another network.
    pub(crate) fn position(&self, tier: AnyTier) -> Option<usize> {
        let AnyTier::Added { network, index } = tier else {
            return None;
        };
        let own = [(self.network, self.models.len())];
        own.iter()
            .chain(&self.copied_from)
            .any(|(known, tiers)| *known == network && index < *tiers)
            .then_some(index)
    }
}

impl Clone for Tiers {
    /// The copy knows the handles given out so far. Tiers that are added later to one of the two are its own.
    fn clone(&self) -> Self {
        let mut copied_from = self.copied_from.clone();
        copied_from.push((self.network, self.models.len()));
        Self {
            network: new_network(),
            copied_from,
            models: self.models.clone(),
        }
    }
}

impl Deref for Tiers {
    type Target = [TierModel];

    fn deref(&self) -> &[TierModel] {
        &self.models
    }
}

fn new_network() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The NAT gateways through which a private tier reaches the internet.
#[derive(Debug, Clone)]
#[must_use = "NAT gateways are part of a network only once `Tier::private` took them"]
pub struct Nat {
    pub(crate) tier: Option<AnyTier>,
    pub(crate) count: At<NatCount>,
    pub(crate) allocations: Vec<At<String>>,
}

/// In how many zones, or in which, NAT gateways stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NatCount {
    None,
    PerZone,
    Zones(u8),
    In(Vec<At<String>>),
    /// One for the whole VPC, in no subnet.
    Regional,
}

impl Nat {
    #[track_caller]
    fn new(tier: Option<AnyTier>, count: NatCount) -> Self {
        Self {
            tier,
            count: At::caller(count),
            allocations: Vec::new(),
        }
    }

    /// One in every zone: the loss of a zone costs no other zone its way out, and no traffic crosses zones.
    #[track_caller]
    pub fn per_zone<A: HostsNat>(tier: &TierId<A>) -> Self {
        Self::new(Some(tier.any), NatCount::PerZone)
    }

    /// One for all zones: a third of the price, and no way out for anyone when its zone fails.
    #[track_caller]
    pub fn single<A: HostsNat>(tier: &TierId<A>) -> Self {
        Self::new(Some(tier.any), NatCount::Zones(1))
    }

    /// One in each of the first `zones` zones; the other zones share them.
    #[track_caller]
    pub fn zones<A: HostsNat>(tier: &TierId<A>, zones: u8) -> Self {
        Self::new(Some(tier.any), NatCount::Zones(zones))
    }

    /// One in each of these zones, by id; the other zones share them.
    #[track_caller]
    pub fn in_zones<A: HostsNat>(
        tier: &TierId<A>,
        zones: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let origin = Origin::caller();
        let zones = zones
            .into_iter()
            .map(|zone| At::new(zone.into(), origin))
            .collect();
        Self::new(Some(tier.any), NatCount::In(zones))
    }

    /// One regional gateway for the whole VPC: it stands in no subnet, so that no public tier is needed, and AWS gives it
    /// addresses in each zone where the VPC has something. All tiers that ask for it share it.
    ///
    /// Which addresses it gets is not known before it stands. Terraform needs version 6.24 of the AWS provider.
    ///
    /// Source: Amazon VPC User Guide, "Regional NAT gateways for automatic multi-AZ expansion".
    #[track_caller]
    pub fn regional() -> Self {
        Self::new(None, NatCount::Regional)
    }

    /// None: the tier has no way out but the VPC endpoints.
    #[track_caller]
    pub fn none() -> Self {
        Self::new(None, NatCount::None)
    }

    /// Uses Elastic IPs that exist already, by allocation id, in the order of the gateways' zone ids: the first for the lowest.
    ///
    /// Without, each gateway gets an address of its own. A regional gateway takes none (rule EKS408).
    #[track_caller]
    pub fn allocations(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        self.allocations = ids
            .into_iter()
            .map(|id| At::new(id.into(), origin))
            .collect();
        self
    }
}

/// A tier before it is added to a network.
#[derive(Debug, Clone)]
#[must_use = "a tier is part of a network only once `Network::add` took it"]
pub struct Tier<A> {
    pub(crate) model: TierModel,
    access: PhantomData<fn() -> A>,
}

/// What a tier is, whatever its access.
#[derive(Debug, Clone)]
pub(crate) struct TierModel {
    pub(crate) name: At<String>,
    pub(crate) access: Access,
    pub(crate) prefix: Option<At<u8>>,
    /// The prefix lengths of the further subnets in every zone.
    pub(crate) further: Vec<At<u8>>,
    /// The block of the network that its subnets come from.
    pub(crate) block: Option<At<Ipv4Net>>,
    pub(crate) cidrs: Vec<(At<String>, At<Ipv4Net>)>,
    /// The subnets by zone, in a network that exists already.
    pub(crate) existing: Vec<(At<String>, ExistingSubnet)>,
    pub(crate) zones: Option<Vec<At<String>>>,
    /// The Local Zones that it is in, besides the listed zones.
    pub(crate) local_zones: Option<Vec<LocalZone>>,
    pub(crate) nat: Option<Nat>,
    pub(crate) load_balancers: Option<At<bool>>,
    pub(crate) tags: Tags,
}

impl TierModel {
    /// Whether subnets of it are in Local Zones, be they its own or existing ones.
    pub(crate) fn is_local(&self) -> bool {
        let mut existing = self.existing.iter();
        self.local_zones.is_some()
            || existing.any(|(zone, _)| ZoneId::parse_local(&zone.value).is_some())
    }

    #[track_caller]
    pub(super) fn new<A: TierAccess>(name: String, nat: Option<Nat>) -> Self {
        Self {
            name: At::caller(name),
            access: A::ACCESS,
            prefix: None,
            further: Vec::new(),
            block: None,
            cidrs: Vec::new(),
            existing: Vec::new(),
            zones: None,
            local_zones: None,
            nat,
            load_balancers: None,
            tags: Tags::new(),
        }
    }
}

impl Tier<Public> {
    /// Subnets with a route to the internet gateway, whose instances get public addresses.
    #[track_caller]
    pub fn public(name: impl Into<String>) -> Self {
        Self::new(name.into(), None)
    }
}

impl Tier<Private> {
    /// Subnets that leave the network through NAT gateways.
    #[track_caller]
    pub fn private(name: impl Into<String>, nat: Nat) -> Self {
        Self::new(name.into(), Some(nat))
    }
}

impl Tier<Isolated> {
    /// Subnets without a way to the internet.
    #[track_caller]
    pub fn isolated(name: impl Into<String>) -> Self {
        Self::new(name.into(), None)
    }
}

impl<A: TierAccess> Tier<A> {
    #[track_caller]
    fn new(name: String, nat: Option<Nat>) -> Self {
        Self::of(TierModel::new::<A>(name, nat))
    }

    pub(super) const fn of(model: TierModel) -> Self {
        Self {
            model,
            access: PhantomData,
        }
    }

    /// The size of each subnet as a prefix length, 16 to 28.
    ///
    /// A /24 has 256 addresses, of which AWS keeps five.
    #[track_caller]
    pub fn prefix(mut self, length: u8) -> Self {
        self.model.prefix = Some(At::caller(length));
        self
    }

    /// A further subnet in every zone, with its size as a prefix length, 16 to 28; one more for each call.
    ///
    /// For a tier that ran out of addresses: AWS resizes no subnet.
    #[track_caller]
    pub fn further_subnet(mut self, length: u8) -> Self {
        self.model.further.push(At::caller(length));
        self
    }

    /// Takes its subnets from this block of the network: its primary range, or one of [`Network::secondary_cidr`].
    ///
    /// A block that the network does not have is an error (rule SPEC023).
    ///
    /// [`Network::secondary_cidr`]: crate::network::Network::secondary_cidr
    #[track_caller]
    pub fn block(mut self, block: Ipv4Net) -> Self {
        self.model.block = Some(At::caller(block));
        self
    }

    /// Pins the range of the subnet in a zone; of further subnets, that of the first.
    #[track_caller]
    pub fn cidr(mut self, zone: impl Into<String>, cidr: Ipv4Net) -> Self {
        self.model
            .cidrs
            .push((At::caller(zone.into()), At::caller(cidr)));
        self
    }

    /// Only in these zones of the network, by id.
    #[track_caller]
    pub fn in_zones(mut self, zones: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        self.model.zones = Some(
            zones
                .into_iter()
                .map(|zone| At::new(zone.into(), origin))
                .collect(),
        );
        self
    }

    /// Tags its subnets, besides the stack's tags.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.model.tags.set(key.into(), value);
        self
    }
}

// The bound stands at the method: only so does the compiler say why.
impl<A> Tier<A> {
    /// Whether the AWS Load Balancer Controller may put load balancers here: internet-facing ones into a public tier,
    /// internal ones into a private tier.
    ///
    /// Yes by default; with several tiers of the same access, one of them is to keep it (rule EKS312).
    #[track_caller]
    pub fn load_balancers(mut self, yes: bool) -> Self
    where
        A: HostsLoadBalancers,
    {
        self.model.load_balancers = Some(At::caller(yes));
        self
    }
}
