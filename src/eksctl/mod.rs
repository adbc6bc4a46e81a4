//! The `ClusterConfig` of eksctl: a cluster that eksctl makes on a network which the stack's templates make.
//!
//! What stands here is what eksctl can say; a stack that asks for more is refused before (rule SPEC056).
//!
//! Source: eksctl, "Config file schema", `eksctl.io/v1alpha5`.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use crate::graph::{
    AccessCidrs, Arn, CapacityType, ControlPlaneLog, Deferred, GroupId, Ref, Subnet, SupportType,
    Taint, Vpc,
};

/// A cluster for eksctl to make.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are keys of the file")]
pub struct ClusterConfig {
    /// Its name.
    pub name: String,
    /// The minor version of Kubernetes.
    pub version: String,
    /// Tags of everything that eksctl makes.
    pub tags: BTreeMap<String, String>,
    /// The range of Kubernetes services.
    pub service_cidr: Option<Ipv4Net>,
    /// What happens when the version leaves standard support.
    pub support: SupportType,
    /// The VPC that it stands in.
    pub vpc: Ref<Vpc>,
    /// The VPC's primary block.
    pub cidr: Ipv4Net,
    /// Its subnets, private ones first.
    pub subnets: Vec<NamedSubnet>,
    /// Those of the control plane's network interfaces.
    pub control_plane: Vec<Ref<Subnet>>,
    /// The group of those interfaces.
    pub control_plane_group: Option<Deferred<GroupId>>,
    /// The group of nodes.
    pub node_group: Option<Deferred<GroupId>>,
    /// Whether the API answers inside the VPC.
    pub private_access: bool,
    /// Whether it answers outside.
    pub public_access: bool,
    /// Who reaches it there.
    pub clients: AccessCidrs,
    /// Whether who makes the cluster is its administrator.
    pub creator_admin: bool,
    /// Who may use the API.
    pub access: Vec<AccessEntry>,
    /// The key that secrets are encrypted with.
    pub secrets_key: Option<Deferred<Arn>>,
    /// Logs of the control plane.
    pub logs: Vec<ControlPlaneLog>,
    /// Days after which their lines are dropped; never without.
    pub retention: Option<u16>,
    /// Whether the cluster's issuer is made known to IAM.
    pub oidc: bool,
    /// Roles of service accounts.
    pub pod_identities: Vec<PodIdentity>,
    /// The node pools of EKS Auto Mode, where it is on.
    pub auto_pools: Option<Vec<&'static str>>,
    /// What EKS installs.
    pub addons: Vec<Addon>,
    /// Nodes that EKS keeps running.
    pub node_groups: Vec<NodeGroup>,
    /// Pods that run without nodes.
    pub fargate: Vec<FargateProfile>,
}

/// A subnet with the name that node groups know it by.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSubnet {
    /// The name: tier and zone.
    pub name: String,
    /// Whether it is routed to an internet gateway.
    pub public: bool,
    /// Its range.
    pub cidr: Ipv4Net,
    /// The subnet.
    pub subnet: Ref<Subnet>,
}

/// Somebody who may use the API.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessEntry {
    /// A role or user.
    pub principal: String,
    /// Kubernetes groups.
    pub groups: Vec<String>,
    /// Access policies by ARN, with the namespaces that they hold in; everywhere without.
    pub policies: Vec<(String, Vec<String>)>,
}

/// The role of a service account, by EKS Pod Identity.
#[derive(Debug, Clone, PartialEq)]
pub struct PodIdentity {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub service_account: String,
    /// A role that exists, by ARN; eksctl makes one without.
    pub role: Option<String>,
    /// The policies of the role that eksctl makes.
    pub policies: Vec<String>,
}

/// Software that EKS installs into the cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Addon {
    /// Its name.
    pub name: &'static str,
    /// Its version; AWS's choice without.
    pub version: Option<String>,
    /// Whether it gets the role that AWS recommends, by Pod Identity.
    pub pod_identity: bool,
    /// Its settings, JSON.
    pub configuration: Option<String>,
}

/// Nodes that EKS keeps running.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeGroup {
    /// Its name.
    pub name: String,
    /// The names of its subnets.
    pub subnets: Vec<String>,
    /// Whether these are private.
    pub private: bool,
    /// The types of instances that it may take.
    pub instance_types: Vec<String>,
    /// Whether its image is Bottlerocket, and not Amazon Linux 2023.
    pub bottlerocket: bool,
    /// How instances are bought.
    pub capacity: CapacityType,
    /// Nodes at least, at first and at most.
    pub size: (u32, u32, u32),
    /// Nodes that may be away during an update.
    pub max_unavailable: Option<u32>,
    /// The same in percent.
    pub max_unavailable_percent: Option<u8>,
    /// GiB of the disk that images and pods share.
    pub disk_gib: u32,
    /// The key of disks.
    pub disk_key: Option<String>,
    /// Whether pods are kept from the instance metadata service.
    pub pods_without_metadata: bool,
    /// Labels of its nodes.
    pub labels: BTreeMap<String, String>,
    /// Taints of its nodes.
    pub taints: Vec<Taint>,
}

/// Pods that run without nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct FargateProfile {
    /// Its name.
    pub name: String,
    /// Its subnets.
    pub subnets: Vec<Ref<Subnet>>,
    /// Namespaces with labels.
    pub selectors: Vec<(String, BTreeMap<String, String>)>,
}
