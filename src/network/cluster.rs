//! The cluster: its control plane, add-ons and who may use it.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::api_endpoint::{Endpoint, EndpointMode, Reachable};
use super::at::At;
use super::auto_mode::{AutoMode, AutoSwitch};
use super::compute::{FargateProfile, NodeGroup};
use super::hybrid::HybridNodes;
use super::identity::PodIdentity;
use super::local_zone::InAvailabilityZones;
use super::logs::Key;
use super::node_security::NodeSecurityGroup;
use super::pods::Pods;
use super::policy::{PolicyEngine, Tenant};
use super::software::Software;
use super::tier::{AnyTier, TierId};
use crate::diagnostic::Origin;
use crate::graph::{ControlPlaneLog, IpFamily, SupportType};

/// The logs of a control plane.
#[derive(Debug, Clone)]
#[must_use = "logs are part of a cluster only once `Cluster::logs` took them"]
pub struct ControlPlaneLogs {
    pub(crate) types: Vec<ControlPlaneLog>,
    pub(crate) retention: At<u16>,
    pub(crate) key: Key,
    pub(crate) origin: Origin,
}

impl ControlPlaneLogs {
    pub(crate) fn defaults(origin: Origin) -> Self {
        Self {
            types: ControlPlaneLog::ALL.to_vec(),
            retention: At::default_of(365),
            key: Key::AwsOwned,
            origin,
        }
    }

    /// All five logs, kept for a year.
    #[track_caller]
    pub fn all() -> Self {
        Self::defaults(Origin::caller())
    }

    /// Some of them.
    #[track_caller]
    pub fn only(types: impl IntoIterator<Item = ControlPlaneLog>) -> Self {
        let mut types: Vec<_> = types.into_iter().collect();
        types.sort_unstable();
        types.dedup();
        Self {
            types,
            ..Self::defaults(Origin::caller())
        }
    }

    /// Days after which lines are dropped.
    #[track_caller]
    pub fn retention_days(mut self, days: u16) -> Self {
        self.retention = At::caller(days);
        self
    }

    /// Encrypts them with a key of the account's own.
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }
}

/// Software that EKS installs into the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddonName {
    /// Gives pods addresses of the VPC.
    VpcCni,
    /// Routes the addresses of Kubernetes services.
    KubeProxy,
    /// Gives pods roles.
    PodIdentityAgent,
    /// Resolves names.
    CoreDns,
}

impl AddonName {
    /// All of them, in the order in which they are installed.
    pub const ALL: &'static [Self] = &[
        Self::VpcCni,
        Self::KubeProxy,
        Self::PodIdentityAgent,
        Self::CoreDns,
    ];

    /// The name that EKS knows it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VpcCni => "vpc-cni",
            Self::KubeProxy => "kube-proxy",
            Self::PodIdentityAgent => "eks-pod-identity-agent",
            Self::CoreDns => "coredns",
        }
    }
}

/// What an access entry may do, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) policy: At<String>,
    pub(crate) namespaces: Vec<String>,
}

/// Somebody who may use the cluster's API.
#[derive(Debug, Clone)]
#[must_use = "an access entry is part of a cluster only once `Cluster::access` took it"]
pub struct Access {
    pub(crate) name: At<String>,
    pub(crate) principal: At<String>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) groups: Vec<At<String>>,
}

impl Access {
    /// A role or user, by ARN; `name` is what the entry is called here.
    #[track_caller]
    pub fn new(name: impl Into<String>, principal: impl Into<String>) -> Self {
        Self {
            name: At::caller(name.into()),
            principal: At::caller(principal.into()),
            grants: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Administrator of the whole cluster.
    #[track_caller]
    pub fn admin(self) -> Self {
        self.policy("AmazonEKSClusterAdminPolicy")
    }

    /// One of AWS's access policies for the whole cluster, by name: `AmazonEKSViewPolicy`.
    #[track_caller]
    pub fn policy(mut self, name: impl Into<String>) -> Self {
        self.grants.push(Grant {
            policy: At::caller(name.into()),
            namespaces: Vec::new(),
        });
        self
    }

    /// One of AWS's access policies for some namespaces; call it again for other policies.
    #[track_caller]
    pub fn policy_in(
        mut self,
        name: impl Into<String>,
        namespaces: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.grants.push(Grant {
            policy: At::caller(name.into()),
            namespaces: namespaces.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// A Kubernetes group, for rights that `RoleBinding`s give.
    #[track_caller]
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.groups.push(At::caller(name.into()));
        self
    }
}

/// A Kubernetes cluster.
#[derive(Debug, Clone)]
#[must_use = "a cluster is part of a stack only once `Stack::new` took it, and its methods return the changed cluster"]
pub struct Cluster {
    pub(crate) origin: Origin,
    pub(crate) name: At<String>,
    pub(crate) version: At<String>,
    pub(crate) control_plane: Option<At<AnyTier>>,
    pub(crate) endpoint: At<EndpointMode>,
    pub(crate) ip_family: At<IpFamily>,
    pub(crate) service_cidr: Option<At<Ipv4Net>>,
    pub(crate) secrets_key: Key,
    pub(crate) logs: Option<ControlPlaneLogs>,
    pub(crate) support: SupportType,
    pub(crate) creator_admin: bool,
    pub(crate) access: Vec<Access>,
    pub(crate) auto_mode: AutoSwitch,
    pub(crate) node_groups: Vec<NodeGroup>,
    pub(crate) node_security_groups: Vec<NodeSecurityGroup>,
    pub(crate) fargate: Vec<FargateProfile>,
    pub(crate) pods: Pods,
    pub(crate) network_policy: Option<At<PolicyEngine>>,
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) addon_versions: BTreeMap<AddonName, At<String>>,
    pub(crate) without_addons: Vec<AddonName>,
    pub(crate) oidc_provider: bool,
    pub(crate) karpenter: bool,
    /// Where it was left to eksctl, if it was.
    pub(crate) by_eksctl: Option<Origin>,
    /// Where a spec says who enforces policies, in words that could not be read.
    pub(crate) policy_unread: Option<Origin>,
    pub(crate) pod_identities: Vec<PodIdentity>,
    pub(crate) hybrid_nodes: Option<HybridNodes>,
    pub(crate) uses: Vec<At<Software>>,
}

impl Cluster {
    /// A cluster with this name and minor version of Kubernetes (`1.35`), a private endpoint, encrypted secrets and all
    /// logs of the control plane.
    #[track_caller]
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            origin: Origin::caller(),
            name: At::caller(name.into()),
            version: At::caller(version.into()),
            control_plane: None,
            endpoint: At::default_of(EndpointMode::Private),
            ip_family: At::default_of(IpFamily::Ipv4),
            service_cidr: None,
            secrets_key: Key::Create,
            logs: Some(ControlPlaneLogs::defaults(Origin::Default)),
            support: SupportType::Extended,
            creator_admin: false,
            access: Vec::new(),
            auto_mode: AutoSwitch::Unsaid,
            node_groups: Vec::new(),
            node_security_groups: Vec::new(),
            fargate: Vec::new(),
            pods: Pods::defaults(Origin::Default),
            network_policy: None,
            tenants: Vec::new(),
            addon_versions: BTreeMap::new(),
            without_addons: Vec::new(),
            oidc_provider: false,
            karpenter: false,
            by_eksctl: None,
            policy_unread: None,
            pod_identities: Vec::new(),
            hybrid_nodes: None,
            uses: Vec::new(),
        }
    }

    /// The tier that EKS puts its network interfaces into; `control-plane` where there is a tier of that name.
    #[track_caller]
    pub fn control_plane<A: InAvailabilityZones>(mut self, tier: &TierId<A>) -> Self {
        self.control_plane = Some(At::caller(tier.any));
        self
    }

    /// Who reaches the API.
    ///
    /// ```compile_fail
    /// # use eksnet::prelude::*;
    /// Cluster::new("prod", "1.35").endpoint(Endpoint::public()); // nobody is named
    /// ```
    #[track_caller]
    pub fn endpoint<S: Reachable>(mut self, endpoint: Endpoint<S>) -> Self {
        self.endpoint = At::caller(endpoint.mode);
        self
    }

    /// Pods and services have IPv6 addresses and no others; nodes have both.
    ///
    /// The network is a dual-stack one ([`Network::dual_stack`], else rule EKS129), and EKS chooses the range of services
    /// (with [`Cluster::service_cidr`] it is rule EKS125). AWS changes the family of no cluster: a call replaces one that
    /// exists.
    ///
    /// Source: Amazon EKS User Guide, "Learn about IPv6 addresses to clusters, Pods, and services".
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let net = Network::new(cidr!("10.20.0.0/16")).dual_stack();
    /// let cluster = Cluster::new("prod", "1.35").ipv6();
    /// assert!(Stack::new("prod", Region::UsEast1, net, cluster).synthesize().is_ok());
    /// ```
    ///
    /// [`Network::dual_stack`]: crate::network::Network::dual_stack
    #[track_caller]
    pub fn ipv6(mut self) -> Self {
        self.ip_family = At::caller(IpFamily::Ipv6);
        self
    }

    /// Whether its pods have IPv6 addresses.
    pub(crate) fn is_ipv6(&self) -> bool {
        self.ip_family.value == IpFamily::Ipv6
    }

    /// The range of the addresses of Kubernetes services, /24 to /12 of private space, outside the VPC.
    #[track_caller]
    pub fn service_cidr(mut self, cidr: Ipv4Net) -> Self {
        self.service_cidr = Some(At::caller(cidr));
        self
    }

    /// The key that secrets are encrypted with; one of the stack's own without a call.
    pub fn secrets_key(mut self, key: Key) -> Self {
        self.secrets_key = key;
        self
    }

    /// The logs of the control plane.
    pub fn logs(mut self, logs: ControlPlaneLogs) -> Self {
        self.logs = Some(logs);
        self
    }

    /// No logs of the control plane.
    pub fn without_logs(mut self) -> Self {
        self.logs = None;
        self
    }

    /// What happens when the Kubernetes version leaves standard support; it is kept, at a higher price, without a call.
    pub fn support(mut self, support: SupportType) -> Self {
        self.support = support;
        self
    }

    /// Makes who deploys the stack an administrator of the cluster.
    ///
    /// Cannot be changed later without replacing the cluster: [`Cluster::access`] can.
    pub fn creator_is_admin(mut self) -> Self {
        self.creator_admin = true;
        self
    }

    /// Lets somebody use the API.
    pub fn access(mut self, access: Access) -> Self {
        self.access.push(access);
        self
    }

    /// Leaves nodes, networking, load balancing and volumes to EKS Auto Mode.
    pub fn auto_mode(mut self, auto_mode: AutoMode) -> Self {
        self.auto_mode = AutoSwitch::On(auto_mode);
        self
    }

    /// Turns EKS Auto Mode off in a cluster that has it: AWS leaves it on as long as nobody says anything.
    pub fn without_auto_mode(mut self) -> Self {
        self.auto_mode = AutoSwitch::Off;
        self
    }

    /// Auto Mode, where it is on.
    pub(crate) const fn auto(&self) -> Option<&AutoMode> {
        match &self.auto_mode {
            AutoSwitch::On(auto) => Some(auto),
            AutoSwitch::Off | AutoSwitch::Unsaid => None,
        }
    }

    /// Whether all of its nodes are those of Auto Mode, which has the VPC CNI, kube-proxy, CoreDNS and the agent of Pod
    /// Identity built in.
    pub(crate) fn is_auto_alone(&self) -> bool {
        self.auto().is_some()
            && self.node_groups.is_empty()
            && !self.karpenter
            && self.hybrid_nodes.is_none()
    }

    /// Whether AWS's own node pools start nodes in it.
    pub(crate) fn has_built_in_nodes(&self) -> bool {
        let auto = self.auto();
        auto.is_some_and(|auto| !auto.built_in.is_empty())
    }

    /// Adds nodes.
    pub fn node_group(mut self, group: NodeGroup) -> Self {
        self.node_groups.push(group);
        self
    }

    /// Adds a security group for nodes that are not to carry the one of all others; [`NodeGroup::security_group`] says which
    /// those are.
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let mut net = Network::new(cidr!("10.20.0.0/16"));
    /// let public = net.add(Tier::public("public"));
    /// let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    /// let taint = Taint { key: "tenant".into(), value: Some("shop".into()), effect: TaintEffect::NoSchedule };
    /// let shop = NodeSecurityGroup::new("shop");
    /// let of_shop = NodeGroup::new("shop", &nodes).security_group(&shop).label("tenant", "shop").taint(taint);
    /// let cluster = Cluster::new("prod", "1.35")
    ///     .node_group(NodeGroup::new("system", &nodes))
    ///     .node_group(of_shop)
    ///     .node_security_group(shop);
    /// # assert!(Stack::new("prod", Region::UsEast1, net, cluster).synthesize().is_ok());
    /// ```
    pub fn node_security_group(mut self, group: NodeSecurityGroup) -> Self {
        self.node_security_groups.push(group);
        self
    }

    /// Adds a Fargate profile.
    pub fn fargate(mut self, profile: FargateProfile) -> Self {
        self.fargate.push(profile);
        self
    }

    /// Lets machines outside of AWS join.
    pub fn hybrid_nodes(mut self, nodes: HybridNodes) -> Self {
        self.hybrid_nodes = Some(nodes);
        self
    }

    /// Gives the pods of a service account a role.
    pub fn pod_identity(mut self, identity: PodIdentity) -> Self {
        self.pod_identities.push(identity);
        self
    }

    /// Who enforces network policies; nobody does without a call.
    #[track_caller]
    pub fn network_policy(mut self, engine: PolicyEngine) -> Self {
        self.network_policy = Some(At::caller(engine));
        self
    }

    pub(crate) fn runs_calico(&self) -> bool {
        matches!(&self.network_policy, Some(at) if at.value == PolicyEngine::Calico)
    }

    /// Closes a tenant's namespaces to everything that it does not name. The manifests of the format `kubernetes` do it, once
    /// they are applied.
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenants.push(tenant);
        self
    }

    /// How pods on nodes get their addresses.
    pub fn pods(mut self, pods: Pods) -> Self {
        self.pods = pods;
        self
    }

    /// Pins the version of an add-on, such as `v1.20.4-eksbuild.1`; AWS's default for the Kubernetes version without.
    #[track_caller]
    pub fn addon_version(mut self, addon: AddonName, version: impl Into<String>) -> Self {
        self.addon_versions
            .insert(addon, At::caller(version.into()));
        self
    }

    /// Leaves an add-on out.
    pub fn without_addon(mut self, addon: AddonName) -> Self {
        self.without_addons.push(addon);
        self
    }

    /// Makes the cluster's issuer known to IAM, for roles of service accounts. Pod Identity needs no such thing.
    pub fn oidc_provider(mut self) -> Self {
        self.oidc_provider = true;
        self
    }

    /// Tags node subnets and the nodes' group with `karpenter.sh/discovery`. Karpenter's nodes carry that group only, so in the
    /// standard mode it is open outwards, too.
    pub fn karpenter(mut self) -> Self {
        self.karpenter = true;
        self
    }

    /// Leaves the cluster to eksctl: the stack's templates make the network, its groups and endpoints and a key for secrets,
    /// and `--format eksctl` writes the `ClusterConfig` of the cluster on it.
    ///
    /// What eksctl cannot say is refused (rule SPEC056).
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let net = Network::new(cidr!("10.20.0.0/16"));
    /// let cluster = Cluster::new("prod", "1.35").made_by_eksctl();
    /// let synthesis = Stack::new("prod", Region::UsEast1, net, cluster).synthesize().expect("a sound stack");
    /// assert!(!synthesis.cloudformation().contains("AWS::EKS::Cluster"));
    /// ```
    #[track_caller]
    pub fn made_by_eksctl(mut self) -> Self {
        self.by_eksctl = Some(Origin::caller());
        self
    }

    /// Says what else runs in the cluster and calls AWS; eksnet installs none of it.
    ///
    /// A [fully private](crate::network::Network::fully_private) network gets the endpoints for it; in any other, endpoints
    /// that nodes without a way to the internet lack are errors. What such software must be told is shown as a remark.
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let cluster = Cluster::new("bank", "1.35").uses([Software::EbsCsi, Software::LoadBalancerController]);
    /// ```
    #[track_caller]
    pub fn uses(mut self, software: impl IntoIterator<Item = Software>) -> Self {
        let origin = Origin::caller();
        let software = software.into_iter();
        self.uses.extend(software.map(|one| At::new(one, origin)));
        self
    }

    /// Whether the user says that some software runs in it.
    pub(crate) fn runs(&self, software: Software) -> bool {
        self.uses.iter().any(|at| at.value == software)
    }
}
