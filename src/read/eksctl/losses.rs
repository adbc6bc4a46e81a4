//! Keys of eksctl that a spec has no words for, with what to do instead.
//!
//! The keys are those of eksctl's JSON schema, `pkg/apis/eksctl.io/v1alpha5/assets/schema.json` at commit 009491b.

/// What to do instead of a key; nothing for one that is not known.
pub(super) fn help(key: &str) -> Option<&'static str> {
    LOSSES
        .iter()
        .find(|(keys, _)| keys.contains(&key))
        .map(|(_, help)| *help)
}

const IAM: &str = "eksnet makes a role of its own with what its cluster needs; attach further policies to that role, or give pods roles by EKS Pod Identity";
const GROUPS: &str = "eksnet makes the cluster's and the nodes' groups; write rules of your own below `network.security.rules`";
const IMAGE: &str = "nodes have EKS's own image of `al2023` or `bottlerocket`; run such nodes by a template of your own";
const DISK: &str =
    "nodes have one encrypted gp3 disk of `disk-gib`; ask for more by a template of your own";
const LAUNCH: &str = "eksnet writes the launch template, and has no words for this; add it to a copy, or leave it out";
const POD_ROLES: &str = "make the role and its association with the application that needs it";
const SELF_MANAGED: &str = "EKS manages the group's nodes now, and has no such setting";
const LATER: &str = "set it up once the cluster is there; it is no part of the network";

/// Keys, and the words for each of them. Those of node groups begin with `nodes.`, whoever manages them.
const LOSSES: &[(&[&str], &str)] = &[
    (
        &[
            "iam.serviceRoleARN",
            "iam.serviceRolePermissionsBoundary",
            "iam.fargatePodExecutionRoleARN",
            "iam.fargatePodExecutionRolePermissionsBoundary",
            "iam.vpcResourceControllerPolicy",
            "nodes.iam",
            "fargate.podExecutionRoleARN",
        ],
        IAM,
    ),
    (
        &[
            "iam.serviceAccounts",
            "identity.createServiceAccount",
            "identity.roleName",
            "identity.permissionsBoundaryARN",
            "identity.permissionPolicyName",
            "identity.permissionPolicy",
            "identity.wellKnownPolicies",
            "identity.tags",
            "identity.targetRoleARN",
            "identity.disableSessionTags",
            "identity.policy",
        ],
        POD_ROLES,
    ),
    (
        &[
            "vpc.securityGroup",
            "vpc.sharedNodeSecurityGroup",
            "vpc.manageSharedNodeSecurityGroupRules",
            "vpc.controlPlaneSecurityGroupIDs",
            "nodes.securityGroups",
        ],
        GROUPS,
    ),
    (
        &["vpc.hostnameType"],
        "instances keep the names that EC2 gives them by their addresses",
    ),
    (
        &["vpc.ipv6Cidr", "vpc.ipv6Pool", "vpc.extraIPv6CIDRs"],
        "`network.ipv6: true` takes a range of Amazon's; ranges of your own cannot be asked for",
    ),
    (
        &["vpc.controlPlaneEgressMode"],
        "the control plane leaves by AWS's own way",
    ),
    (
        &["kubernetesNetworkConfig.serviceIPv6CIDR"],
        "EKS chooses the range of services of an IPv6 cluster",
    ),
    (
        &[
            "nodes.ssh",
            "nodes.ami",
            "nodes.overrideBootstrapCommand",
            "nodes.preBootstrapCommands",
            "nodes.bottlerocket",
            "nodes.releaseVersion",
        ],
        IMAGE,
    ),
    (
        &[
            "nodes.volumeType",
            "nodes.volumeIOPS",
            "nodes.volumeThroughput",
            "nodes.volumeName",
            "nodes.volumeEncrypted",
            "nodes.additionalVolumes",
        ],
        DISK,
    ),
    (
        &[
            "nodes.launchTemplate",
            "nodes.maxPodsPerNode",
            "nodes.ebsOptimized",
            "nodes.placement",
            "nodes.efaEnabled",
            "nodes.enableDetailedMonitoring",
            "nodes.capacityReservation",
            "nodes.instanceMarketOptions",
            "nodes.instanceName",
            "nodes.instancePrefix",
            "nodes.disableIMDSv1",
            "nodes.outpostARN",
            "nodes.nodeRepairConfig",
        ],
        LAUNCH,
    ),
    (
        &[
            "nodes.asgSuspendProcesses",
            "nodes.asgMetricsCollection",
            "nodes.propagateASGTags",
            "nodes.cpuCredits",
            "nodes.classicLoadBalancerNames",
            "nodes.targetGroupARNs",
            "nodes.clusterDNS",
            "nodes.kubeletExtraConfig",
            "nodes.containerRuntime",
            "nodes.maxInstanceLifetime",
            "nodes.enclaveEnabled",
            "nodes.instancesDistribution.maxPrice",
            "nodes.instancesDistribution.spotAllocationStrategy",
            "nodes.instancesDistribution.spotInstancePools",
            "nodes.instancesDistribution.capacityRebalance",
        ],
        SELF_MANAGED,
    ),
    (
        &["nodes.instanceSelector"],
        "name the types: `eksctl create cluster --dry-run -f FILE` shows which ones it selects",
    ),
    (
        &["nodes.localZones", "localZones"],
        "EKS refuses cluster subnets in Local Zones; give such nodes a tier with `local-zones`, and a node group in it",
    ),
    (
        &["nodes.tags", "fargate.tags"],
        "tags for everything stand in `tags` of the spec",
    ),
    (
        &[
            "identityProviders",
            "gitops",
            "capabilities",
            "controlPlaneScalingConfig",
            "zonalShiftConfig",
            "addonsConfig.autoApplyPodIdentityAssociations",
        ],
        LATER,
    ),
    (
        &["iamIdentityMappings"],
        "eksnet's clusters know access entries only: write `cluster.access.entries` with the same principals and groups",
    ),
    (
        &["outpost"],
        "eksnet's clusters are in the region; local clusters on Outposts are not built",
    ),
    (
        &["privateCluster.skipEndpointCreation"],
        "leave endpoints that exist already out of `network.endpoints`",
    ),
    (
        &[
            "karpenter.version",
            "karpenter.createServiceAccount",
            "karpenter.defaultInstanceProfile",
            "karpenter.withSpotInterruptionQueue",
        ],
        "the spec tags subnets and groups for Karpenter; install Karpenter itself by its chart",
    ),
    (
        &[
            "remoteNetworkConfig.iam.provider",
            "remoteNetworkConfig.iam.caBundleCert",
            "remoteNetworkConfig.vpcGatewayID",
        ],
        "attach the gateway and route to the remote networks yourself",
    ),
    (
        &[
            "autoModeConfig.nodePools",
            "autoModeConfig.nodeRoleARN",
            "autoModeConfig.permissionsBoundaryARN",
        ],
        "it means something with `enabled: true` only",
    ),
    (
        &[
            "addons.attachPolicy",
            "addons.attachPolicyARNs",
            "addons.permissionsBoundary",
            "addons.podIdentityAssociations",
            "addons.serviceAccountRoleARN",
            "addons.useDefaultPodIdentityAssociations",
            "addons.wellKnownPolicies",
        ],
        "the VPC CNI gets its role by EKS Pod Identity; the other add-ons of a spec need none",
    ),
    (
        &[
            "addons.configurationValues",
            "addons.namespaceConfig",
            "addons.owners",
            "addons.publishers",
            "addons.tags",
            "addons.types",
            "addons.resolveConflicts",
        ],
        "a spec has the versions of add-ons and nothing else about them",
    ),
    (
        &["access.kubernetesUsername"],
        "EKS names the user after the principal; bind roles to `groups`",
    ),
    (
        &["metadata.forceUpdateVersion", "metadata.rollbackConfig"],
        "it is about updates by eksctl itself",
    ),
];
