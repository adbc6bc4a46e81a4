//! The model in the middle: the typed AWS resources of one stack, which refer to each other.
//!
//! INVARIANT (engines): a graph holds values, references and an order, and nothing that only one engine needs. The names
//! of types and attributes in both engines stand in the tables beside the structs, and nowhere else.

mod build;
mod connections;
mod ec2;
mod eks;
mod iam;
mod kms;
mod logs;
mod name;
mod policy;
mod reference;
mod route53resolver;
mod s3;
mod table;
mod tags;
mod value;

pub use connections::*;
pub use ec2::*;
pub use eks::*;
pub use iam::*;
pub use kms::*;
pub use logs::*;
pub use name::Name;
pub use policy::{Condition, Effect, Policy, Principal, Statement};
pub use reference::{
    AllocationId, Arn, Attr, Deferred, GroupId, Ipv6Range, NodeId, Piece, Ref, TemplateVersion,
    Text, Url,
};
pub use route53resolver::*;
pub use s3::*;
pub use table::{Attribute, Change, Shape, Table};
pub use tags::{TagMap, Tags};
pub use value::{Field, Kind, Value};

pub(crate) use build::{build, core_dns_waits, runs_core_dns};

use crate::diagnostic::{Code, Origin};
use crate::eksctl::ClusterConfig;
use crate::kubernetes::Object;
use crate::network::Region;

macro_rules! resources {
    ($($name:ident),* $(,)?) => {
        /// Any resource of a graph.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each variant is the type of the same name, which says what it is")]
        pub enum Resource {
            $( $name($name), )*
        }

        impl Resource {
            /// The tables of all types that a graph can hold.
            pub const SHAPES: &'static [&'static Shape] = &[$( $name::SHAPE, )*];

            /// The resource's table.
            pub fn table(&self) -> &dyn Table {
                match self {
                    $( Self::$name(resource) => resource, )*
                }
            }

            /// What we call its type: `NatGateway`.
            pub fn name_of_type(&self) -> &'static str {
                self.table().shape().name
            }
        }

        $(
            impl From<$name> for Resource {
                fn from(resource: $name) -> Self {
                    Self::$name(resource)
                }
            }
        )*
    };
}

resources! {
    Vpc,
    VpcCidr,
    DefaultSecurityGroup,
    Subnet,
    Ec2Tag,
    SubnetReservation,
    InternetGateway,
    EgressOnlyInternetGateway,
    ElasticIp,
    NatGateway,
    RouteTable,
    Route,
    RouteTableAssociation,
    VpnGateway,
    CustomerGateway,
    VpnConnection,
    VpnRoute,
    RoutePropagation,
    DirectConnectAssociation,
    TransitGateway,
    TransitGatewayAttachment,
    PeeringConnection,
    PeeringAcceptance,
    SecurityGroup,
    IngressRule,
    EgressRule,
    VpcEndpoint,
    ResolverEndpoint,
    KmsKey,
    KmsAlias,
    LogGroup,
    Bucket,
    BucketPolicy,
    Role,
    FlowLog,
    Cluster,
    LaunchTemplate,
    NodeGroup,
    FargateProfile,
    PodIdentityAssociation,
    Addon,
    AccessEntry,
    OidcProvider,
}

/// The tables of types that only one engine has, and that its renderer derives from a resource of the graph.
pub const COMPANION_SHAPES: &[&Shape] = &[
    Ipv6CidrBlock::SHAPE,
    InternetGatewayAttachment::SHAPE,
    VpnGatewayAttachment::SHAPE,
    RolePolicyAttachment::SHAPE,
    RolePolicy::SHAPE,
    BucketEncryption::SHAPE,
    BucketPublicAccess::SHAPE,
    BucketLifecycle::SHAPE,
    AccessPolicyAssociation::SHAPE,
];

/// A resource with its identity and its place in the order of building.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its identity among the resources of its type.
    pub name: Name,
    /// Where the user asked for it.
    pub origin: Origin,
    /// What must exist before it, beyond what it refers to.
    pub after: Vec<NodeId>,
    /// Whether deleting the stack leaves it behind.
    pub retain: bool,
    /// The resource.
    pub resource: Resource,
}

/// What a stack tells others.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name in words: `nodes subnet ids`.
    pub name: Name,
    /// What it is.
    pub description: String,
    /// Its value, or several.
    pub values: OutputValue,
}

/// One value or several.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputValue {
    /// One.
    One(NodeId, Attr),
    /// Several, in order.
    Many(Vec<(NodeId, Attr)>),
    /// One that is known now.
    Known(String),
    /// Several that are known now, in order.
    AllKnown(Vec<String>),
}

/// The resources of one stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// The stack's name.
    pub stack: String,
    /// One line for people.
    pub description: String,
    /// Where it is built.
    pub region: Region,
    /// The version of defaults that it was planned with.
    pub layout: u32,
    /// The rules in spite of which it is built: what AWS demands and the stack does not keep.
    pub despite: Vec<Code>,
    /// The resources, what is needed first where that reads well.
    pub entries: Vec<Entry>,
    /// What it tells others.
    pub outputs: Vec<Output>,
    /// What is made inside of the cluster, in the order in which it is.
    pub objects: Vec<Object>,
    /// The cluster, where eksctl makes it on this network.
    pub cluster_config: Option<ClusterConfig>,
}

impl Graph {
    /// An entry; ids come from this graph, so there is one.
    pub fn get(&self, id: NodeId) -> Option<&Entry> {
        self.entries.get(id.index())
    }

    /// The rules in spite of which it is built, in words; none where it keeps all.
    pub(crate) fn despite(&self) -> Option<String> {
        let codes: Vec<&str> = self.despite.iter().map(|code| code.as_str()).collect();
        (!codes.is_empty()).then(|| codes.join(", "))
    }

    /// All entries with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Entry)> {
        (0..).map(NodeId).zip(&self.entries)
    }
}
