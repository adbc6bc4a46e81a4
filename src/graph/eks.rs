//! Amazon EKS.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};

use super::ec2::{LaunchTemplate, Subnet};
use super::reference::{Arn, Deferred, GroupId, Ref, TemplateVersion, Text};
use super::table::resource;
use super::tags::{TagMap, Tags};
use super::value::{Field, Kind, Value, block, words};

words! {
    /// A log of the control plane.
    ControlPlaneLog {
        /// Requests to the API server.
        Api = "api",
        /// Who did what.
        Audit = "audit",
        /// Who logged in how.
        Authenticator = "authenticator",
        /// The loops that keep the cluster as it was asked for.
        ControllerManager = "controllerManager",
        /// Which pod went where.
        Scheduler = "scheduler",
    }
}

words! {
    /// What happens when a Kubernetes version leaves standard support.
    SupportType {
        /// EKS upgrades the control plane by itself.
        Standard = "STANDARD",
        /// The version is kept, at a higher price.
        Extended = "EXTENDED",
    }
}

words! {
    /// The addresses of a cluster's pods and services; AWS changes it of no cluster.
    IpFamily {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6: nodes have both, pods and services IPv6 alone.
        Ipv6 = "ipv6",
    }
}

/// The clients that the public side of an API endpoint answers.
///
/// Written even when empty: an update through CloudFormation must repeat all three endpoint properties.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessCidrs(pub Vec<Deferred<IpNet>>);

impl Field for AccessCidrs {
    const KIND: Kind = Kind::List(&Kind::Text);

    fn value(&self) -> Value<'_> {
        Value::List(self.0.iter().map(Field::value).collect())
    }
}

/// AWS's own node pools of a cluster with Auto Mode.
///
/// Written even when empty: a pool stays as long as nobody says that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodePools(pub Option<Vec<&'static str>>);

impl Field for NodePools {
    const KIND: Kind = Kind::List(&Kind::Text);

    fn value(&self) -> Value<'_> {
        match &self.0 {
            Some(pools) => Value::List(pools.iter().map(Field::value).collect()),
            None => Value::Absent,
        }
    }
}

resource! {
    /// A Kubernetes control plane.
    Cluster: "AWS::EKS::Cluster" / "aws_eks_cluster" by "name" {
        /// Its name.
        name: String = "Name" / "name", replaces;
        /// The minor version of Kubernetes.
        version: String = "Version" / "version", updates;
        /// The role with which EKS works on the account.
        role: Deferred<Arn> = "RoleArn" / "role_arn", replaces;
        /// The subnets that EKS puts its network interfaces into.
        subnets: Vec<Ref<Subnet>> = "ResourcesVpcConfig.SubnetIds" / "vpc_config.subnet_ids", updates;
        /// The groups of those interfaces, next to the one that EKS makes.
        groups: Vec<Deferred<GroupId>> = "ResourcesVpcConfig.SecurityGroupIds" / "vpc_config.security_group_ids", updates;
        /// Whether the API answers inside the VPC.
        private_access: bool = "ResourcesVpcConfig.EndpointPrivateAccess" / "vpc_config.endpoint_private_access", updates;
        /// Whether the API answers from outside.
        public_access: bool = "ResourcesVpcConfig.EndpointPublicAccess" / "vpc_config.endpoint_public_access", updates;
        /// To whom outside.
        public_access_cidrs: AccessCidrs = "ResourcesVpcConfig.PublicAccessCidrs" / "vpc_config.public_access_cidrs", updates;
        /// The addresses of pods and services.
        ip_family: IpFamily = "KubernetesNetworkConfig.IpFamily" / "kubernetes_network_config.ip_family", replaces;
        /// The range of the addresses of Kubernetes services; EKS chooses that of an IPv6 cluster.
        service_cidr: Option<Ipv4Net> = "KubernetesNetworkConfig.ServiceIpv4Cidr" / "kubernetes_network_config.service_ipv4_cidr", replaces;
        /// Whether EKS makes load balancers: with `auto_compute`, or not.
        auto_load_balancing: Option<bool> = "KubernetesNetworkConfig.ElasticLoadBalancing.Enabled" / "kubernetes_network_config.elastic_load_balancing.enabled", updates;
        /// Whether EKS starts nodes: Auto Mode.
        auto_compute: Option<bool> = "ComputeConfig.Enabled" / "compute_config.enabled", updates;
        /// Which of AWS's own node pools there are.
        auto_pools: NodePools = "ComputeConfig.NodePools" / "compute_config.node_pools", updates;
        /// The role of nodes of these pools.
        auto_node_role: Option<Deferred<Arn>> = "ComputeConfig.NodeRoleArn" / "compute_config.node_role_arn", updates / replaces;
        /// Whether EKS makes volumes: with `auto_compute`, or not.
        auto_storage: Option<bool> = "StorageConfig.BlockStorage.Enabled" / "storage_config.block_storage.enabled", updates;
        /// The ranges of machines outside of AWS that join.
        remote_nodes: Vec<Ipv4Net> = "RemoteNetworkConfig.RemoteNodeNetworks[].Cidrs" / "remote_network_config.remote_node_networks.cidrs", updates / replaces;
        /// The ranges of their pods.
        remote_pods: Vec<Ipv4Net> = "RemoteNetworkConfig.RemotePodNetworks[].Cidrs" / "remote_network_config.remote_pod_networks.cidrs", updates / replaces;
        /// Always `API`: access entries, no `aws-auth`.
        authentication: &'static str = "AccessConfig.AuthenticationMode" / "access_config.authentication_mode", updates;
        /// Whether who makes the cluster is its administrator.
        creator_admin: bool = "AccessConfig.BootstrapClusterCreatorAdminPermissions" / "access_config.bootstrap_cluster_creator_admin_permissions", replaces;
        /// Always false: the add-ons are resources of their own.
        self_managed_addons: bool = "BootstrapSelfManagedAddons" / "bootstrap_self_managed_addons", replaces;
        /// The key that secrets are encrypted with.
        secrets_key: Option<Deferred<Arn>> = "EncryptionConfig[].Provider.KeyArn" / "encryption_config.provider.key_arn", replaces / sometimes;
        /// `secrets`, where there is a key.
        encrypted: Vec<&'static str> = "EncryptionConfig[].Resources" / "encryption_config.resources", replaces / sometimes;
        /// The logs that are kept.
        logs: Vec<ControlPlaneLog> = "Logging.ClusterLogging.EnabledTypes[*].Type" / "enabled_cluster_log_types", updates;
        /// What happens at the end of standard support.
        support: SupportType = "UpgradePolicy.SupportType" / "upgrade_policy.support_type", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

words! {
    /// What a taint does to pods that do not tolerate it.
    TaintEffect {
        /// They are not put on the node.
        NoSchedule = "NO_SCHEDULE",
        /// They leave the node.
        NoExecute = "NO_EXECUTE",
        /// They are put elsewhere where possible.
        PreferNoSchedule = "PREFER_NO_SCHEDULE",
    }
}

words! {
    /// How instances are bought.
    CapacityType {
        /// At the list price.
        OnDemand = "ON_DEMAND",
        /// Cheaper, until AWS wants them back.
        Spot = "SPOT",
    }
}

words! {
    /// The image of a node group's instances.
    AmiType {
        /// Amazon Linux 2023 on x86.
        Al2023X86 = "AL2023_x86_64_STANDARD",
        /// Amazon Linux 2023 on Graviton.
        Al2023Arm = "AL2023_ARM_64_STANDARD",
        /// Bottlerocket on x86.
        BottlerocketX86 = "BOTTLEROCKET_x86_64",
        /// Bottlerocket on Graviton.
        BottlerocketArm = "BOTTLEROCKET_ARM_64",
    }
}

resource! {
    /// Keeps pods off nodes.
    Taint: none / none {
        /// Its name.
        key: String = "Key" / "key", updates;
        /// Its value.
        value: Option<String> = "Value" / "value", updates;
        /// What it does.
        effect: TaintEffect = "Effect" / "effect", updates;
    }
}
block!(Taint);

resource! {
    /// Nodes that EKS keeps running.
    NodeGroup: "AWS::EKS::Nodegroup" / "aws_eks_node_group" {
        /// The cluster.
        cluster: Ref<Cluster> = "ClusterName" / "cluster_name", replaces;
        /// Its name, unique in the cluster.
        name: String = "NodegroupName" / "node_group_name", replaces;
        /// The role of its nodes.
        role: Deferred<Arn> = "NodeRole" / "node_role_arn", replaces;
        /// Where its nodes stand.
        subnets: Vec<Ref<Subnet>> = "Subnets" / "subnet_ids", replaces;
        /// The minor version of Kubernetes, the cluster's.
        version: String = "Version" / "version", updates;
        /// The image.
        ami: AmiType = "AmiType" / "ami_type", replaces;
        /// How its instances are bought.
        capacity: CapacityType = "CapacityType" / "capacity_type", replaces;
        /// The types of instances that it may take.
        instance_types: Vec<String> = "InstanceTypes" / "instance_types", replaces;
        /// Nodes at least.
        min: u32 = "ScalingConfig.MinSize" / "scaling_config.min_size", updates;
        /// Nodes at first; later an autoscaler's affair.
        desired: u32 = "ScalingConfig.DesiredSize" / "scaling_config.desired_size", updates;
        /// Nodes at most.
        max: u32 = "ScalingConfig.MaxSize" / "scaling_config.max_size", updates;
        /// Nodes that may be away during an update.
        max_unavailable: Option<u32> = "UpdateConfig.MaxUnavailable" / "update_config.max_unavailable", updates;
        /// The same in percent.
        max_unavailable_percent: Option<u8> = "UpdateConfig.MaxUnavailablePercentage" / "update_config.max_unavailable_percentage", updates;
        /// How its instances are made.
        template: Ref<LaunchTemplate> = "LaunchTemplate.Id" / "launch_template.id", updates / replaces;
        /// Which version of that.
        template_version: Deferred<TemplateVersion> = "LaunchTemplate.Version" / "launch_template.version", updates;
        /// Labels of its nodes.
        labels: BTreeMap<String, String> = "Labels" / "labels", updates;
        /// Taints of its nodes.
        taints: Vec<Taint> = "Taints" / "taint", updates;
        /// Its tags.
        tags: TagMap = "Tags" / "tags", updates;
    }
}

resource! {
    /// Gives the pods of a service account a role.
    PodIdentityAssociation: "AWS::EKS::PodIdentityAssociation" / "aws_eks_pod_identity_association" {
        /// The cluster.
        cluster: Ref<Cluster> = "ClusterName" / "cluster_name", replaces;
        /// The namespace of the service account.
        namespace: String = "Namespace" / "namespace", replaces;
        /// The service account.
        service_account: String = "ServiceAccount" / "service_account", replaces;
        /// The role.
        role: Deferred<Arn> = "RoleArn" / "role_arn", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Software that EKS installs into a cluster.
    Addon: "AWS::EKS::Addon" / "aws_eks_addon" {
        /// The cluster.
        cluster: Ref<Cluster> = "ClusterName" / "cluster_name", replaces;
        /// Its name.
        name: String = "AddonName" / "addon_name", replaces;
        /// Its version; AWS's default for the cluster's version when left out.
        version: Option<String> = "AddonVersion" / "addon_version", updates;
        /// Always `OVERWRITE`: what is found is taken over.
        on_create: &'static str = "ResolveConflicts" / "resolve_conflicts_on_create", updates;
        /// Always `OVERWRITE`; CloudFormation has one property for both.
        on_update: &'static str = none / "resolve_conflicts_on_update", updates;
        /// Settings, as JSON text.
        configuration: Option<Text> = "ConfigurationValues" / "configuration_values", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

words! {
    /// What an access policy reaches.
    AccessScope {
        /// The whole cluster.
        Cluster = "cluster",
        /// Some namespaces.
        Namespace = "namespace",
    }
}

resource! {
    /// Rights in a cluster.
    AccessPolicy: none / none {
        /// The policy.
        policy_arn: String = "PolicyArn" / none, updates;
        /// What it reaches.
        scope: AccessScope = "AccessScope.Type" / none, updates;
        /// Which namespaces.
        namespaces: Vec<String> = "AccessScope.Namespaces" / none, updates;
    }
}
block!(AccessPolicy);

resource! {
    /// Lets somebody use a cluster's API.
    ///
    /// Its policies are part of it in CloudFormation; Terraform has a resource for each,
    /// [`AccessPolicyAssociation`].
    AccessEntry: "AWS::EKS::AccessEntry" / "aws_eks_access_entry" {
        /// The cluster.
        cluster: Ref<Cluster> = "ClusterName" / "cluster_name", replaces;
        /// Who.
        principal: Deferred<Arn> = "PrincipalArn" / "principal_arn", replaces;
        /// `STANDARD` for a person or a program, `EC2` for nodes of Auto Mode, `HYBRID_LINUX` for machines outside of AWS.
        entry_type: &'static str = "Type" / "type", replaces;
        /// Kubernetes groups that it belongs to.
        groups: Vec<String> = "KubernetesGroups" / "kubernetes_groups", updates;
        /// What it may do.
        policies: Vec<AccessPolicy> = "AccessPolicies" / none, updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Gives an [`AccessEntry`] a policy that cannot list it.
    AccessPolicyAssociation: none / "aws_eks_access_policy_association" {
        /// The cluster.
        cluster: Ref<Cluster> = none / "cluster_name", replaces;
        /// Who.
        principal: Deferred<Arn> = none / "principal_arn", replaces;
        /// The policy.
        policy_arn: String = none / "policy_arn", replaces;
        /// What it reaches.
        scope: AccessScope = none / "access_scope.type", replaces;
        /// Which namespaces.
        namespaces: Vec<String> = none / "access_scope.namespaces", replaces;
    }
}

resource! {
    /// A label that a pod must have.
    PodLabel: none / none {
        /// Its name.
        key: String = "Key" / none, replaces;
        /// Its value.
        value: String = "Value" / none, replaces;
    }
}

resource! {
    /// Pods that a Fargate profile takes.
    ///
    /// Labels are a list of blocks in CloudFormation and a map in Terraform.
    FargateSelector: none / none {
        /// Their namespace.
        namespace: String = "Namespace" / "namespace", replaces;
        /// Their labels.
        labels: Vec<PodLabel> = "Labels" / none, replaces;
        /// The same labels.
        label_map: BTreeMap<String, String> = none / "labels", replaces;
    }
}
block!(PodLabel, FargateSelector);

resource! {
    /// Pods that run without nodes.
    FargateProfile: "AWS::EKS::FargateProfile" / "aws_eks_fargate_profile" {
        /// The cluster.
        cluster: Ref<Cluster> = "ClusterName" / "cluster_name", replaces;
        /// Its name, unique in the cluster.
        name: String = "FargateProfileName" / "fargate_profile_name", replaces;
        /// The role with which pods are started.
        role: Deferred<Arn> = "PodExecutionRoleArn" / "pod_execution_role_arn", replaces;
        /// Where its pods stand: private subnets only.
        subnets: Vec<Ref<Subnet>> = "Subnets" / "subnet_ids", replaces;
        /// Which pods.
        selectors: Vec<FargateSelector> = "Selectors" / "selector", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}
