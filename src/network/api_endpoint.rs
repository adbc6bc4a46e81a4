//! Who reaches the API of a cluster.

use std::marker::PhantomData;

use ipnet::{IpNet, Ipv4Net};

use super::at::At;

/// The mode of the API endpoint. "Neither side" cannot be said, nor "clients of a side that is off".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EndpointMode {
    Private,
    Public(Vec<At<IpNet>>),
    PublicAndPrivate(Vec<At<IpNet>>),
}

impl EndpointMode {
    pub(crate) const fn private_access(&self) -> bool {
        matches!(self, Self::Private | Self::PublicAndPrivate(_))
    }

    pub(crate) const fn public_access(&self) -> bool {
        matches!(self, Self::Public(_) | Self::PublicAndPrivate(_))
    }

    pub(crate) fn clients(&self) -> &[At<IpNet>] {
        match self {
            Self::Private => &[],
            Self::Public(clients) | Self::PublicAndPrivate(clients) => clients,
        }
    }
}

/// Marks an endpoint without a public side.
#[derive(Debug, Clone, Copy)]
pub enum PrivateOnly {}

/// Marks an endpoint with a public side whose clients have not been named yet.
#[derive(Debug, Clone, Copy)]
pub enum NobodyYet {}

/// Marks an endpoint with a public side and its clients.
#[derive(Debug, Clone, Copy)]
pub enum WithClients {}

/// Endpoints that a cluster can have.
#[diagnostic::on_unimplemented(
    message = "nobody is named who may reach the public side of this endpoint",
    label = "call `.allow(cidr!(…))`, or `.allow_anyone()` if you mean it",
    note = "AWS has no \"public but closed\": without a list, the API would answer the whole internet"
)]
pub trait Reachable {}
impl Reachable for PrivateOnly {}
impl Reachable for WithClients {}

/// Endpoints with a public side.
#[diagnostic::on_unimplemented(
    message = "a private endpoint has no public clients",
    label = "this endpoint does not answer outside the VPC",
    note = "EKS refuses public access CIDRs where public access is off: use `Endpoint::public_and_private()`"
)]
pub trait HasPublicSide {}
impl HasPublicSide for NobodyYet {}
impl HasPublicSide for WithClients {}

/// The API endpoint of a cluster.
///
/// ```
/// use eksnet::prelude::*;
///
/// let inside = Endpoint::private();
/// let office = Endpoint::public_and_private().allow(cidr!("198.18.7.0/24"));
/// ```
///
/// AWS refuses clients of a side that is off, and so does the compiler:
///
/// ```compile_fail
/// # use eksnet::prelude::*;
/// Endpoint::private().allow(cidr!("198.18.7.0/24"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "an endpoint is part of a cluster only once `Cluster::endpoint` took it"]
pub struct Endpoint<S> {
    pub(crate) mode: EndpointMode,
    state: PhantomData<fn() -> S>,
}

impl<S> Endpoint<S> {
    fn of(mode: EndpointMode) -> Self {
        Self {
            mode,
            state: PhantomData,
        }
    }
}

impl Endpoint<PrivateOnly> {
    /// Only inside the VPC and the networks connected to it.
    pub fn private() -> Self {
        Self::of(EndpointMode::Private)
    }
}

impl Endpoint<NobodyYet> {
    /// Only from outside; nodes reach it through their NAT gateways, whose addresses are added to the clients.
    pub fn public() -> Self {
        Self::of(EndpointMode::Public(Vec::new()))
    }

    /// From inside, and for some clients from outside.
    pub fn public_and_private() -> Self {
        Self::of(EndpointMode::PublicAndPrivate(Vec::new()))
    }
}

// The bounds stand at the methods: only so does the compiler say why.
impl<S> Endpoint<S> {
    /// Lets a range of public addresses reach it. IPv6 ranges, by [`cidr6!`], are for IPv6 clusters (rule EKS607).
    ///
    /// [`cidr6!`]: crate::cidr6
    #[track_caller]
    pub fn allow(self, cidr: impl Into<IpNet>) -> Endpoint<WithClients>
    where
        S: HasPublicSide,
    {
        let mut mode = self.mode;
        match &mut mode {
            EndpointMode::Private => {}
            EndpointMode::Public(clients) | EndpointMode::PublicAndPrivate(clients) => {
                clients.push(At::caller(cidr.into()));
            }
        }
        Endpoint::of(mode)
    }

    /// Lets the whole internet reach it by IPv4; whoever does still has to log in. For an IPv6 cluster, IPv6 is said too:
    /// `.allow(cidr6!("::/0"))`.
    #[track_caller]
    pub fn allow_anyone(self) -> Endpoint<WithClients>
    where
        S: HasPublicSide,
    {
        self.allow(Ipv4Net::default())
    }
}
