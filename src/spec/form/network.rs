//! The keys of `network`.

use serde::Deserialize;

use super::{ConnectionSpec, List, Names, NoneWord};
use crate::spec::{Either, Field, ListOr, NumberOrText};

/// The network: a VPC with its tiers, gateways, groups, endpoints and flow logs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NetworkSpec {
    /// The id of a VPC that exists already, `vpc-…`: the stack is built in it, on subnets that exist, and builds no part of
    /// the network itself. Without endpoints and flow logs unless they are asked for.
    pub existing: Field<String>,
    /// The VPC's range, /16 to /28, such as `10.20.0.0/16`.
    pub cidr: Field<String>,
    /// The public addresses of the NAT gateways of an existing VPC, such as `[198.51.100.7]`: an API that answers outside
    /// only lets them in.
    pub nat_addresses: List<String>,
    /// Whether the network has IPv6 beside IPv4: a /56 from Amazon for the VPC, a /64 of it for every subnet, and an
    /// egress-only internet gateway for tiers that have NAT gateways. The cluster stays an IPv4 one, unless its `ip-family` is `ipv6`.
    /// Off by default.
    pub ipv6: Field<bool>,
    /// Further blocks of the VPC, /16 to /28, in the order in which they joined it: `[100.64.0.0/16]`.
    pub secondary_cidrs: List<String>,
    /// Ranges inside the VPC that no subnet is put into, as for subnets that exist and are somebody else's:
    /// `[10.20.240.0/20]`.
    pub reserved: List<String>,
    /// Networks that this one is connected to, by a name of your choice. A range, or a list of them, is only kept away from:
    /// `{ office: 192.168.0.0/16 }`. A map with `by` builds the connection and its routes.
    pub connected: Names<Either<String, ListOr<Field<String>, ConnectionSpec>>>,
    /// How many zones (3 by default), or which ones by id: `[use1-az1, use1-az2]`.
    pub zones: Field<Either<u8, Vec<Field<String>>>>,
    /// Subnets by purpose, one in each zone. Without: `public`, `nodes` and `control-plane`.
    pub tiers: Names<TierSpec>,
    /// Tags the VPC and its subnets with `kubernetes.io/cluster/<name>`: `shared` or `owned`.
    pub cluster_tag: Field<ClusterTagSpec>,
    /// The mode of the nodes' security group, and rules of your own.
    pub security: Field<SecuritySpec>,
    /// AWS services that are reached without leaving the network, such as `s3`, `ecr.api` and `sts`. `[s3]` by default.
    pub endpoints: List<String>,
    /// The tier that interface endpoints stand in, where several could be meant.
    pub endpoint_tier: Field<String>,
    /// Whether nothing leads to the internet: no internet gateway, no NAT, and the endpoints that the cluster needs are worked
    /// out. Its tiers are `nodes` and `control-plane` by default. What `endpoints` names is added. Off by default.
    pub fully_private: Field<bool>,
    /// Who may use the endpoints: `open` (the default) or `this-account` (the default of a fully private network).
    pub endpoint_policies: Field<EndpointPoliciesSpec>,
    /// Buckets of other accounts that can be read through the S3 endpoint where `endpoint-policies` is `this-account`.
    pub endpoint_buckets: List<String>,
    /// A Route 53 Resolver inbound endpoint, at which connected networks ask for names: `{ from: [192.168.0.0/16] }`.
    pub inbound_resolver: Field<InboundResolverSpec>,
    /// Where flow logs go, or `none`. To CloudWatch Logs for a year by default.
    pub flow_logs: Field<Either<NoneWord, FlowLogsSpec>>,
}

/// Who may use VPC endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndpointPoliciesSpec {
    /// Everyone with credentials of any account.
    Open,
    /// Principals of the stack's account; through S3 and DynamoDB only to what belongs to it, and image layers.
    ThisAccount,
}

/// Addresses at which connected networks ask for names of the VPC.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct InboundResolverSpec {
    /// The tier that it stands in, with an address in each of its zones; that of the nodes by default.
    pub tier: Field<String>,
    /// Ranges that may ask, by TCP and UDP.
    pub from: List<String>,
}

/// How subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AccessSpec {
    /// Routed to an internet gateway; instances get public addresses.
    Public,
    /// Leaves through NAT gateways; nobody gets in.
    Private,
    /// No way to the internet.
    Isolated,
}

/// Subnets of one purpose, one in each zone.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct TierSpec {
    /// How its subnets reach the internet.
    pub access: Field<AccessSpec>,
    /// The size of each subnet as a prefix length, 16 to 28.
    pub prefix: Field<u8>,
    /// The sizes of further subnets in every zone, for a tier that ran out of addresses: `[20]` adds one. AWS resizes no
    /// subnet.
    pub further_subnets: List<u8>,
    /// The block of the VPC that its subnets come from: its `cidr`, or one of its `secondary-cidrs`.
    pub block: Field<String>,
    /// Only in these of the network's zones, by id.
    pub zones: List<String>,
    /// In these Local Zones, each with the Availability Zone that is its parent, by id: `{ usw2-lax1-az1: usw2-az2 }`. The tier
    /// takes node groups and is in no Availability Zone; a tier of pods may list `zones` besides.
    pub local_zones: Names<String>,
    /// Ranges by zone id, for subnets whose place is not to be chosen: `{ use1-az1: 10.20.0.0/24 }`. The tier is in these
    /// zones alone, unless `zones` lists more; those get ranges of the size of `prefix`.
    pub cidrs: Names<String>,
    /// Its subnets in an existing VPC, by zone id: `{ use1-az1: { subnet: subnet-0a1b2c3d4e5f60711, cidr: 10.20.0.0/19 } }`.
    pub existing: Names<ExistingSubnetSpec>,
    /// NAT gateways for a private tier: `per-zone` (the default), `single`, a number, `regional` (one for the whole VPC, in no
    /// subnet), `none`, or a map.
    pub nat: Field<Either<NumberOrText, NatSpec>>,
    /// Whether load balancers may be put here by their role tag. Yes by default for public and private tiers.
    pub load_balancers: Field<bool>,
    /// Tags of its subnets.
    pub tags: Names<String>,
}

/// A subnet that exists already.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct ExistingSubnetSpec {
    /// Its id, `subnet-…`.
    pub subnet: Field<String>,
    /// Its range.
    pub cidr: Field<String>,
    /// Its route table, `rtb-…`: gateway endpoints are attached to it. Without, its routes are left alone.
    pub route_table: Field<String>,
}

/// NAT gateways in so many words.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NatSpec {
    /// The public tier that they stand in, where there are several.
    pub tier: Field<String>,
    /// How many (`per-zone`, `single`, a number, `regional`), or in which zones by id.
    pub zones: Field<Either<NumberOrText, Vec<Field<String>>>>,
    /// Elastic IPs that exist already, by allocation id, in the order of the gateways' zone ids: the first for the lowest.
    pub allocations: List<String>,
}

/// The value of the cluster's tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ClusterTagSpec {
    /// Several clusters use the network.
    Shared,
    /// Only this one does.
    Owned,
}

/// How tightly nodes are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SecurityModeSpec {
    /// Everything is open between nodes and control plane; nodes carry the cluster's group too.
    Standard,
    /// Nodes carry one group, with the ports that Kubernetes needs and your own rules.
    Restricted,
}

/// Security groups.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct SecuritySpec {
    /// `standard` (the default) or `restricted`.
    pub mode: Field<SecurityModeSpec>,
    /// Rules of your own.
    pub rules: List<RuleSpec>,
}

/// A group of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GroupSpec {
    /// The nodes'.
    Nodes,
    /// The one that eksnet gives to the control plane.
    ControlPlane,
    /// The one that EKS makes for the cluster.
    Cluster,
    /// The interface endpoints'.
    Endpoints,
}

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProtocolSpec {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Every protocol; takes no ports.
    All,
}

/// A rule of a security group.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct RuleSpec {
    /// The group that it is part of.
    pub group: Field<GroupSpec>,
    /// Lets traffic in from here: a group of the stack, a range, `sg-…` or `pl-…`.
    pub from: Field<String>,
    /// Lets traffic out to there: a group of the stack, a range, `sg-…` or `pl-…`.
    pub to: Field<String>,
    /// `tcp` (the default), `udp` or `all`.
    pub protocol: Field<ProtocolSpec>,
    /// A port or a range of ports: `443`, `30000-32767`.
    pub ports: Field<NumberOrText>,
    /// What it is for.
    pub description: Field<String>,
}

/// Where flow logs go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FlowLogTargetSpec {
    /// A log group of CloudWatch Logs.
    Cloudwatch,
    /// A bucket.
    S3,
}

/// Which traffic is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TrafficSpec {
    /// Accepted and rejected.
    All,
    /// Accepted.
    Accept,
    /// Rejected.
    Reject,
}

/// Flow logs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct FlowLogsSpec {
    /// `cloudwatch` (the default) or `s3`.
    pub to: Field<FlowLogTargetSpec>,
    /// The ARN of a bucket that exists already; without, the stack makes one.
    pub bucket: Field<String>,
    /// `all` (the default), `accept` or `reject`.
    pub traffic: Field<TrafficSpec>,
    /// Seconds that are gathered into one record: 600 (the default) or 60.
    pub interval: Field<u32>,
    /// Days after which records are dropped, 365 by default.
    pub retention_days: Field<u16>,
    /// The key that they are encrypted with: `aws-owned` (the default), `create`, or the ARN of a key.
    pub kms_key: Field<String>,
}
