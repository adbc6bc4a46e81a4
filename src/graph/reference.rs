//! How resources refer to each other, and what only AWS can decide.

use std::marker::PhantomData;

/// The place of a resource in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A reference to a resource of type `T`: one of this graph, or one that exists already.
///
/// The type keeps a subnet from standing where a route table belongs.
pub enum Ref<T> {
    /// A resource of the same graph.
    Here(NodeId, PhantomData<fn() -> T>),
    /// A resource that somebody else made, by its id, name or ARN (whatever identifies a `T`).
    Existing(Box<str>),
}

impl<T> Ref<T> {
    pub(crate) const fn here(id: NodeId) -> Self {
        Self::Here(id, PhantomData)
    }

    /// A resource that exists already, such as `vpc-0abc…`.
    pub fn existing(id: impl Into<Box<str>>) -> Self {
        Self::Existing(id.into())
    }

    /// Its place in the graph, if it is part of one.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Self::Here(id, _) => Some(*id),
            Self::Existing(_) => None,
        }
    }

    /// An attribute of the resource, or what is known in its stead.
    fn attribute<A: From<String>>(&self, attr: Attr) -> Deferred<A> {
        match self {
            Self::Here(id, _) => Deferred::Attribute(*id, attr),
            Self::Existing(known) => Deferred::Known(A::from(known.to_string())),
        }
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Here(id, _) => Self::here(*id),
            Self::Existing(id) => Self::Existing(id.clone()),
        }
    }
}

impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Here(a, _), Self::Here(b, _)) => a == b,
            (Self::Existing(a), Self::Existing(b)) => a == b,
            (Self::Here(..), Self::Existing(_)) | (Self::Existing(_), Self::Here(..)) => false,
        }
    }
}

impl<T> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here(id, _) => write!(f, "#{}", id.0),
            Self::Existing(id) => f.write_str(id),
        }
    }
}

/// An attribute that AWS gives a resource when it makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr {
    /// What other resources name it by: an id, or a name where AWS uses names.
    Identity,
    /// Its ARN.
    Arn,
    /// The public address of an Elastic IP.
    PublicAddress,
    /// The IPv6 range of a VPC. In CloudFormation it is there once its association is made, so what asks for it says that
    /// it comes after the VPC.
    Ipv6Range,
    /// The security group that EKS makes for a cluster.
    ClusterSecurityGroup,
    /// The URL of a cluster's API.
    Endpoint,
    /// The certificate authority of a cluster's API, base64.
    CertificateAuthority,
    /// The URL of a cluster's `OpenID` Connect issuer.
    OidcIssuer,
    /// The range that EKS chose for the services of an IPv6 cluster.
    ServiceIpv6Range,
    /// The newest version of a launch template.
    LatestVersion,
}

/// A value that is known now, or that AWS decides when it builds the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deferred<T> {
    /// Known now.
    Known(T),
    /// An attribute of a resource of this graph.
    Attribute(NodeId, Attr),
    /// The address of an Elastic IP of this graph, as a range of one address.
    HostRange(NodeId),
}

/// The nth /64 of the IPv6 range that Amazon gives to a VPC of this graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ipv6Range {
    /// The VPC.
    pub(super) vpc: NodeId,
    /// Which of the 256 that a /56 has.
    pub(super) index: u8,
}

impl Ref<super::Vpc> {
    /// Its IPv6 range; none for a VPC that exists already. What asks for it comes after the VPC, see [`Attr::Ipv6Range`].
    pub fn ipv6_cidr(&self) -> Option<Deferred<ipnet::IpNet>> {
        Some(Deferred::Attribute(self.node()?, Attr::Ipv6Range))
    }

    /// The nth /64 of its IPv6 range; none for a VPC that exists already, of which no range is known.
    pub fn ipv6_range(&self, index: u8) -> Option<Ipv6Range> {
        let vpc = self.node()?;
        Some(Ipv6Range { vpc, index })
    }
}

macro_rules! identifiers {
    ($( $(#[$doc:meta])* $name:ident; )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub String);

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl super::value::Field for $name {
            const KIND: super::value::Kind = super::value::Kind::Text;

            fn value(&self) -> super::value::Value<'_> {
                super::value::Value::Text(std::borrow::Cow::Borrowed(&self.0))
            }
        }
    )* };
}

identifiers! {
    /// The id of a security group, `sg-…`.
    GroupId;
    /// The id under which an Elastic IP is allocated, `eipalloc-…`.
    AllocationId;
    /// An ARN.
    Arn;
    /// A URL.
    Url;
    /// The version of a launch template.
    TemplateVersion;
}

impl Ref<super::SecurityGroup> {
    /// The group's id.
    pub fn id(&self) -> Deferred<GroupId> {
        self.attribute(Attr::Identity)
    }
}

impl Ref<super::ElasticIp> {
    /// The id under which the address is allocated.
    pub fn allocation(&self) -> Deferred<AllocationId> {
        self.attribute(Attr::Identity)
    }
}

impl Ref<super::Cluster> {
    /// The security group that EKS makes for the cluster and gives to its network interfaces and Fargate pods.
    pub fn security_group(&self) -> Deferred<GroupId> {
        self.attribute(Attr::ClusterSecurityGroup)
    }

    /// The URL of the cluster's `OpenID` Connect issuer.
    pub fn oidc_issuer(&self) -> Deferred<Url> {
        self.attribute(Attr::OidcIssuer)
    }
}

impl Ref<super::LaunchTemplate> {
    /// Its newest version.
    pub fn latest_version(&self) -> Deferred<TemplateVersion> {
        self.attribute(Attr::LatestVersion)
    }
}

macro_rules! have_arns {
    ($($ty:ident),*) => { $(
        impl Ref<super::$ty> {
            /// Its ARN.
            pub fn arn(&self) -> Deferred<Arn> {
                self.attribute(Attr::Arn)
            }
        }
    )* };
}
have_arns!(Role, KmsKey, LogGroup, Bucket);

/// A part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Known now.
    Literal(String),
    /// An attribute of a resource of this graph.
    Attribute(NodeId, Attr),
    /// The number of the account that the stack is built in.
    Account,
}

/// Text of which AWS decides some parts, such as an ARN with the account's number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<Piece>);

impl Text {
    /// Empty text, to be filled by the methods below.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds text that is known now.
    #[must_use]
    pub fn literal(mut self, text: impl AsRef<str>) -> Self {
        if let Some(Piece::Literal(last)) = self.0.last_mut() {
            last.push_str(text.as_ref());
        } else {
            self.0.push(Piece::Literal(text.as_ref().to_owned()));
        }
        self
    }

    /// Adds the account's number.
    #[must_use]
    pub fn account(mut self) -> Self {
        self.0.push(Piece::Account);
        self
    }

    /// Adds a value that may have to wait for AWS.
    #[must_use]
    pub fn value<T: AsRef<str>>(mut self, value: &Deferred<T>) -> Self {
        match value {
            Deferred::Known(text) => self.literal(text),
            Deferred::Attribute(id, attr) => {
                self.0.push(Piece::Attribute(*id, *attr));
                self
            }
            Deferred::HostRange(id) => {
                self.0.push(Piece::Attribute(*id, Attr::PublicAddress));
                self.literal("/32")
            }
        }
    }

    /// Adds the parts of another text.
    #[must_use]
    pub fn text(mut self, text: &Self) -> Self {
        for piece in &text.0 {
            match piece {
                Piece::Literal(literal) => self = self.literal(literal),
                Piece::Attribute(..) | Piece::Account => self.0.push(piece.clone()),
            }
        }
        self
    }

    /// Its parts.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new().literal(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(vec![Piece::Literal(text)])
    }
}

impl From<&Deferred<GroupId>> for Text {
    fn from(id: &Deferred<GroupId>) -> Self {
        Self::new().value(id)
    }
}

impl From<&Ref<super::Subnet>> for Text {
    fn from(subnet: &Ref<super::Subnet>) -> Self {
        match subnet {
            Ref::Here(id, _) => Self(vec![Piece::Attribute(*id, Attr::Identity)]),
            Ref::Existing(id) => Self::new().literal(id),
        }
    }
}

impl From<&Deferred<Arn>> for Text {
    fn from(arn: &Deferred<Arn>) -> Self {
        Self::new().value(arn)
    }
}
