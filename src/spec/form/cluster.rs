//! The keys of `cluster`.

use serde::Deserialize;

use super::{
    AutoModeSpec, FargateSpec, List, Names, NetworkPolicySpec, NodeGroupSpec,
    NodeSecurityGroupSpec, NoneWord, PodsSpec, PolicyEngineSpec, TenantSpec,
};
use crate::spec::{Either, Field};

/// The cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct ClusterSpec {
    /// Its name; the stack's by default.
    pub name: Field<String>,
    /// Who makes the cluster: `stack` (the default), the templates with the network; or `eksctl`, from the `ClusterConfig`
    /// that `--format eksctl` writes.
    pub made_by: Field<MadeBySpec>,
    /// The minor version of Kubernetes, in quotes: `"1.35"`.
    pub version: Field<String>,
    /// The tier of the control plane's network interfaces; the one called `control-plane` by default.
    pub control_plane: Field<String>,
    /// Who reaches the API.
    pub endpoint: Field<EndpointSpec>,
    /// The addresses of pods and services: `ipv4` (the default), or `ipv6` in a network with `ipv6: true`. A change replaces the
    /// cluster.
    pub ip_family: Field<IpFamilySpec>,
    /// The range of Kubernetes services, /12 to /24 of private space outside the VPC. `172.20.0.0/16` by default.
    /// Not for IPv6 clusters, whose range EKS chooses.
    pub service_cidr: Field<String>,
    /// The key that secrets are encrypted with: `create` (the default), `aws-owned`, or the ARN of a key.
    pub secrets_key: Field<String>,
    /// The logs of the control plane, or `none`. All of them for a year by default.
    pub logs: Field<Either<NoneWord, LogsSpec>>,
    /// What happens when the version leaves standard support: `extended` (the default) or `standard`.
    pub support: Field<SupportSpec>,
    /// Who may use the API.
    pub access: Field<AccessEntriesSpec>,
    /// EKS Auto Mode: `true` for nodes in the private tier, or what is said of them; `false` turns it off in a cluster that
    /// has it. Off by default.
    pub auto_mode: Field<Either<bool, AutoModeSpec>>,
    /// Nodes that EKS keeps running.
    pub node_groups: Names<NodeGroupSpec>,
    /// Security groups of nodes that are not to carry the one of all others, by a name of your choice: a tenant's nodes. Nothing
    /// passes between them and other nodes but what rules allow.
    pub node_security_groups: Names<NodeSecurityGroupSpec>,
    /// Fargate profiles: pods that run without nodes.
    pub fargate: Names<FargateSpec>,
    /// How pods on nodes get their addresses. One by one, from the subnet of their node, by default.
    pub pods: Field<PodsSpec>,
    /// Who enforces network policies: `vpc-cni`, `calico` or `none` (the default); or `{ engine: vpc-cni, mode: strict }`.
    pub network_policy: Field<Either<PolicyEngineSpec, NetworkPolicySpec>>,
    /// Owners of namespaces, which network policies keep apart.
    pub tenants: Names<TenantSpec>,
    /// Versions of add-ons, or `none` to leave one out. AWS chooses the version by default.
    pub addons: Field<AddonsSpec>,
    /// Machines outside of AWS that join the cluster.
    pub hybrid_nodes: Field<HybridNodesSpec>,
    /// Roles of service accounts by EKS Pod Identity, by a name of your choice.
    pub pod_identities: Names<PodIdentitySpec>,
    /// Whether the cluster's issuer is made known to IAM, for roles of service accounts. Off by default.
    pub oidc_provider: Field<bool>,
    /// Whether node subnets and the nodes' group get `karpenter.sh/discovery`, and the group all that Karpenter's nodes need.
    /// Off by default.
    pub karpenter: Field<bool>,
    /// What else runs in the cluster and calls AWS: `[ebs-csi, load-balancer-controller]`. Nothing is installed; networks
    /// without internet get the endpoints for it.
    pub uses: List<SoftwareSpec>,
}

/// Software that runs in the cluster and calls AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SoftwareSpec {
    /// Agents that send logs of nodes and pods to CloudWatch Logs.
    CloudwatchLogs,
    /// The CloudWatch agent with Container Insights.
    CloudwatchMetrics,
    /// The Cluster Autoscaler.
    ClusterAutoscaler,
    /// The CSI driver for EBS.
    EbsCsi,
    /// The CSI driver for EFS.
    EfsCsi,
    /// `ExternalDNS` with Route 53.
    ExternalDns,
    /// The agent of `GuardDuty` Runtime Monitoring.
    GuarddutyAgent,
    /// The AWS Load Balancer Controller.
    LoadBalancerController,
    /// The Secrets Store CSI driver with AWS's provider.
    SecretsStoreCsi,
    /// Shells on nodes by Session Manager.
    SessionManager,
    /// X-Ray.
    XRay,
}

/// Who makes the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MadeBySpec {
    /// The stack's templates.
    Stack,
    /// eksctl.
    Eksctl,
}

/// The addresses of pods and services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum IpFamilySpec {
    /// IPv4.
    Ipv4,
    /// IPv6; nodes have both.
    Ipv6,
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
    /// Ranges that reach the public side, at most 40; of IPv6, too, for an IPv6 cluster. `0.0.0.0/0` and `::/0` must be
    /// written out.
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

/// The role of a service account.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct PodIdentitySpec {
    /// The namespace of the service account.
    pub namespace: Field<String>,
    /// The service account.
    pub service_account: Field<String>,
    /// The ARN of a role that exists already. It must trust `pods.eks.amazonaws.com`.
    pub role: Field<String>,
    /// The ARNs of the policies of a role that the stack makes.
    pub policies: List<String>,
}

/// Machines outside of AWS that join the cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct HybridNodesSpec {
    /// The ranges of their addresses, 1 to 15 of private space outside the VPC.
    pub nodes: List<String>,
    /// The ranges of their pods, at most 15, where these are routed.
    pub pods: List<String>,
    /// The ARN of the role that they take on; it gets an access entry.
    pub role: Field<String>,
}
