//! The form of a spec: its keys, what each takes, and what it means.
//!
//! The doc comments are the descriptions of the published JSON Schema.

use serde::Deserialize;

use super::{Either, Field, Named, NumberOrText};

/// A list of which every element is decoded by itself.
pub type List<T> = Field<Vec<Field<T>>>;

/// Things with names that the user chose.
pub type Names<T> = Field<Named<Field<T>>>;

/// A stack: a network with an Amazon EKS cluster, in one region.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct Spec {
    /// The name of the stack: letters, digits and hyphens. Everything is called after it.
    pub stack: Field<String>,
    /// The AWS region, such as `us-east-1`.
    pub region: Field<String>,
    /// The version of eksnet's defaults, 1. With it stated, no new release changes an address, a name or a Kubernetes
    /// version.
    pub layout: Field<u32>,
    /// Tags for everything that can have one.
    pub tags: Names<String>,
    /// Whether deleting the stack leaves behind what holds data or other things. Off by default.
    pub retain: Field<bool>,
    /// The network.
    pub network: Field<NetworkSpec>,
    /// The cluster, or `none` for a network without one.
    pub cluster: Field<Either<NoneWord, ClusterSpec>>,
}

/// The word `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoneWord {
    /// Nothing of the kind.
    None,
}

/// The network: a VPC with its tiers, gateways, groups, endpoints and flow logs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NetworkSpec {
    /// The VPC's range, /16 to /28, such as `10.20.0.0/16`.
    pub cidr: Field<String>,
    /// Whether the network has IPv6 beside IPv4: a /56 from Amazon for the VPC, a /64 of it for every subnet, and an
    /// egress-only internet gateway for tiers that have NAT gateways. The cluster stays an IPv4 one. Off by default.
    pub ipv6: Field<bool>,
    /// Further blocks of the VPC, /16 to /28, in the order in which they joined it: `[100.64.0.0/16]`.
    pub secondary_cidrs: List<String>,
    /// Ranges inside the VPC that no subnet is put into, as for subnets that exist and are somebody else's:
    /// `[10.20.240.0/20]`.
    pub reserved: List<String>,
    /// Ranges of networks that this one is connected to, by a name of your choice: `{ office: 192.168.0.0/16 }`. Blocks and
    /// services keep away from them; no connection is built.
    pub connected: Names<Either<String, Vec<Field<String>>>>,
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
    /// Where flow logs go, or `none`. To CloudWatch Logs for a year by default.
    pub flow_logs: Field<Either<NoneWord, FlowLogsSpec>>,
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
    /// Ranges by zone id, for subnets whose place is not to be chosen: `{ use1-az1: 10.20.0.0/24 }`. The tier is in these
    /// zones alone, unless `zones` lists more; those get ranges of the size of `prefix`.
    pub cidrs: Names<String>,
    /// NAT gateways for a private tier: `per-zone` (the default), `single`, a number, `none`, or a map.
    pub nat: Field<Either<NumberOrText, NatSpec>>,
    /// Whether load balancers may be put here by their role tag. Yes by default for public and private tiers.
    pub load_balancers: Field<bool>,
    /// Tags of its subnets.
    pub tags: Names<String>,
}

/// NAT gateways in so many words.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NatSpec {
    /// The public tier that they stand in, where there are several.
    pub tier: Field<String>,
    /// How many (`per-zone`, `single`, a number), or in which zones by id.
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

/// The cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct ClusterSpec {
    /// Its name; the stack's by default.
    pub name: Field<String>,
    /// The minor version of Kubernetes, in quotes: `"1.35"`.
    pub version: Field<String>,
    /// The tier of the control plane's network interfaces; the one called `control-plane` by default.
    pub control_plane: Field<String>,
    /// Who reaches the API.
    pub endpoint: Field<EndpointSpec>,
    /// The range of Kubernetes services, /12 to /24 of private space outside the VPC. `172.20.0.0/16` by default.
    pub service_cidr: Field<String>,
    /// The key that secrets are encrypted with: `create` (the default), `aws-owned`, or the ARN of a key.
    pub secrets_key: Field<String>,
    /// The logs of the control plane, or `none`. All of them for a year by default.
    pub logs: Field<Either<NoneWord, LogsSpec>>,
    /// What happens when the version leaves standard support: `extended` (the default) or `standard`.
    pub support: Field<SupportSpec>,
    /// Who may use the API.
    pub access: Field<AccessEntriesSpec>,
    /// Nodes that EKS keeps running.
    pub node_groups: Names<NodeGroupSpec>,
    /// Fargate profiles: pods that run without nodes.
    pub fargate: Names<FargateSpec>,
    /// Versions of add-ons, or `none` to leave one out. AWS chooses the version by default.
    pub addons: Field<AddonsSpec>,
    /// Whether the cluster's issuer is made known to IAM, for roles of service accounts. Off by default.
    pub oidc_provider: Field<bool>,
    /// Whether node subnets and the nodes' group get `karpenter.sh/discovery`, and the group all that Karpenter's nodes need.
    /// Off by default.
    pub karpenter: Field<bool>,
}

/// Where the API answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndpointAccessSpec {
    /// Inside the VPC and connected networks.
    Private,
    /// Outside only.
    Public,
    /// Both.
    PublicAndPrivate,
}

/// Who reaches the API.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct EndpointSpec {
    /// `private` (the default), `public` or `public-and-private`. Naming `public-cidrs` alone means the last.
    pub access: Field<EndpointAccessSpec>,
    /// Ranges that reach the public side, at most 40. `0.0.0.0/0` must be written out.
    pub public_cidrs: List<String>,
}

/// A log of the control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LogTypeSpec {
    /// Requests to the API server.
    Api,
    /// Who did what.
    Audit,
    /// Who logged in how.
    Authenticator,
    /// The controllers.
    ControllerManager,
    /// Which pod went where.
    Scheduler,
}

/// The logs of the control plane.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct LogsSpec {
    /// Which; all five by default.
    pub types: List<LogTypeSpec>,
    /// Days after which lines are dropped, 365 by default.
    pub retention_days: Field<u16>,
    /// The key that they are encrypted with: `aws-owned` (the default), `create`, or the ARN of a key.
    pub kms_key: Field<String>,
}

/// What happens when a Kubernetes version leaves standard support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SupportSpec {
    /// EKS upgrades the control plane by itself.
    Standard,
    /// The version is kept, at a higher price.
    Extended,
}

/// Who may use the API.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct AccessEntriesSpec {
    /// Whether who deploys the stack is an administrator. Cannot be changed later without replacing the cluster. Off by
    /// default.
    pub creator_admin: Field<bool>,
    /// Access entries, by a name of your choice.
    pub entries: Names<AccessEntrySpec>,
}

/// Somebody who may use the API.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct AccessEntrySpec {
    /// The ARN of a role or user.
    pub principal: Field<String>,
    /// One of AWS's access policies, such as `AmazonEKSViewPolicy`.
    pub policy: Field<String>,
    /// Only in these namespaces; in the whole cluster without.
    pub namespaces: List<String>,
    /// Several policies.
    pub policies: List<GrantSpec>,
    /// Kubernetes groups, for rights that bindings give.
    pub groups: List<String>,
}

/// An access policy and where it holds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct GrantSpec {
    /// One of AWS's access policies.
    pub policy: Field<String>,
    /// Only in these namespaces; in the whole cluster without.
    pub namespaces: List<String>,
}

/// The image of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AmiSpec {
    /// Amazon Linux 2023.
    Al2023,
    /// Bottlerocket.
    Bottlerocket,
}

/// How instances are bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CapacitySpec {
    /// At the list price.
    OnDemand,
    /// Cheaper, until AWS wants them back.
    Spot,
}

/// How many nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct SizeSpec {
    /// At least; 2 by default.
    pub min: Field<u32>,
    /// At first; the least by default. Later an autoscaler's affair.
    pub desired: Field<u32>,
    /// At most; twice the least by default.
    pub max: Field<u32>,
}

/// Nodes that EKS keeps running.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NodeGroupSpec {
    /// The tier that its nodes stand in; the private one by default where there is one.
    pub tier: Field<String>,
    /// The types of instances that it may take, 1 to 20. `[m6i.large]` by default.
    pub instance_types: List<String>,
    /// `al2023` (the default) or `bottlerocket`, for the architecture of its instance types.
    pub ami: Field<AmiSpec>,
    /// `on-demand` (the default) or `spot`.
    pub capacity: Field<CapacitySpec>,
    /// How many nodes.
    pub size: Field<SizeSpec>,
    /// Nodes that may be away during an update: a number, or `33%` (the default).
    pub max_unavailable: Field<NumberOrText>,
    /// GiB of the disk that images and pods share, 50 by default.
    pub disk_gib: Field<u32>,
    /// The ARN of the key that disks are encrypted with; the account's own one for EBS by default.
    pub disk_key: Field<String>,
    /// Hops that an answer of the instance metadata service may take: 1 (the default) keeps pods from the node's role.
    pub metadata_hops: Field<u8>,
    /// Labels of its nodes.
    pub labels: Names<String>,
    /// Taints of its nodes.
    pub taints: List<TaintSpec>,
}

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TaintEffectSpec {
    /// They are not put on the node.
    NoSchedule,
    /// They leave the node.
    NoExecute,
    /// They are put elsewhere where possible.
    PreferNoSchedule,
}

/// Keeps pods off nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct TaintSpec {
    /// Its name.
    pub key: Field<String>,
    /// Its value.
    pub value: Field<String>,
    /// What it does.
    pub effect: Field<TaintEffectSpec>,
}

/// Pods that run without nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct FargateSpec {
    /// The tier that its pods stand in, private or isolated; the private one by default where there is one.
    pub tier: Field<String>,
    /// Which pods, 1 to 5.
    pub selectors: List<SelectorSpec>,
}

/// Pods by namespace and labels.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct SelectorSpec {
    /// Their namespace.
    pub namespace: Field<String>,
    /// Their labels, at most 5.
    pub labels: Names<String>,
}

/// Versions of add-ons, such as `v1.20.4-eksbuild.1`, or `none`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct AddonsSpec {
    /// Gives pods addresses of the VPC.
    pub vpc_cni: Field<String>,
    /// Routes the addresses of Kubernetes services.
    pub kube_proxy: Field<String>,
    /// Gives pods roles.
    pub eks_pod_identity_agent: Field<String>,
    /// Resolves names. Installed once there is something to run it.
    pub coredns: Field<String>,
}
