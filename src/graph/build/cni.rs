//! The settings of the add-on `vpc-cni`: how pods get their addresses, in the words of its configuration.
//!
//! Each part of [`Pods`] has a function that writes what it wants into [`Settings`]. Nothing is written that the add-on
//! does without being told, so that a cluster without `pods` has no settings at all.
//!
//! Source: `aws eks describe-addon-configuration --addon-name vpc-cni`; `tests/conformance/vpc-cni.schema.json` is a copy.

use ipnet::Ipv4Net;

use super::json::{Json, Members};
use super::security::{Groups, node_groups};
use super::vpc::{NetworkRefs, subnet_name};
use super::{Builder, sorted};
use crate::graph::{Cluster, Deferred, GroupId, NodeId, Ref, Subnet, SubnetReservation, Text};
use crate::network::{
    Cluster as Model, EnforcingMode, Placement, PodMode, Pods, PolicyEngine, PolicyMode, Snat,
    Warm, ZoneId,
};

/// What the add-on is told, by the places that its configuration has for it.
#[derive(Default)]
struct Settings {
    /// Members of the whole.
    own: Members,
    /// Variables of the container `aws-node`.
    env: Members,
    /// Variables of the container that prepares the node.
    init: Members,
}

impl Settings {
    /// A variable of `aws-node`. The add-on takes numbers and booleans as text.
    fn env(&mut self, name: &'static str, value: &impl ToString) {
        self.env.insert(name.into(), Json::text(&value.to_string()));
    }

    /// A variable of the container that prepares the node.
    fn init(&mut self, name: &'static str, value: &impl ToString) {
        self.init
            .insert(name.into(), Json::text(&value.to_string()));
    }

    /// The configuration; none where there is nothing to be told.
    fn render(self) -> Option<Text> {
        let mut all = self.own;
        if !self.env.is_empty() {
            all.insert("env".into(), Json::Object(self.env));
        }
        if !self.init.is_empty() {
            let env = [("env".into(), Json::Object(self.init))];
            all.insert("init".into(), Json::Object(env.into()));
        }
        (!all.is_empty()).then(|| Json::Object(all).render())
    }
}

/// The configuration of the add-on, if it needs any.
pub(super) fn configuration(
    b: &Builder,
    model: &Model,
    cluster: &Ref<Cluster>,
    network: &NetworkRefs,
    groups: &Groups,
) -> Option<Text> {
    let pods = &model.pods;
    let mut settings = Settings::default();
    addresses(pods, &mut settings);
    placement(b, pods, cluster, network, groups, &mut settings);
    snat(pods, &mut settings);
    security_groups(pods, &mut settings);
    if let Some(engine) = &model.network_policy {
        policy(engine.value, &mut settings);
    }
    settings.render()
}

fn addresses(pods: &Pods, settings: &mut Settings) {
    if pods.mode.value == PodMode::Prefixes {
        settings.env("ENABLE_PREFIX_DELEGATION", &true);
    }
    match pods.warm.map(|warm| warm.value) {
        Some(Warm::Interfaces(interfaces)) => settings.env("WARM_ENI_TARGET", &interfaces),
        Some(Warm::Prefixes(prefixes)) => settings.env("WARM_PREFIX_TARGET", &prefixes),
        Some(Warm::Addresses { free, minimum }) => {
            settings.env("WARM_IP_TARGET", &free);
            if let Some(minimum) = minimum {
                settings.env("MINIMUM_IP_TARGET", &minimum);
            }
        }
        None => {}
    }
}

/// Which subnets pods have their addresses from. Subnets for discovery are found by their tag, which the VPC's part sets.
fn placement(
    b: &Builder,
    pods: &Pods,
    cluster: &Ref<Cluster>,
    network: &NetworkRefs,
    groups: &Groups,
    settings: &mut Settings,
) {
    match pods.placement {
        Placement::Nodes | Placement::NodeClass(_) | Placement::Discovery(_) => {}
        Placement::CustomNetworking(_) => {
            settings.env("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", &true);
            settings.env("ENI_CONFIG_LABEL_DEF", &ENI_CONFIG_LABEL);
            let configs = eni_configs(b, cluster, network, groups);
            let subnets = configs.iter().map(|config| {
                let carried = config.groups.iter().map(|id| Text::from(id).into());
                let subnet = [
                    ("id".into(), Text::from(&config.subnet).into()),
                    ("securityGroups".into(), Json::List(carried.collect())),
                ];
                (config.zone.to_string().into(), Json::Object(subnet.into()))
            });
            let region = b.stack.region.value.as_str();
            let config = [
                ("create".into(), Json::Bool(true)),
                ("region".into(), Json::text(region)),
                ("subnets".into(), Json::Object(subnets.collect())),
            ];
            let config = Json::Object(config.into());
            settings.own.insert("eniConfig".into(), config);
        }
    }
}

/// The label of nodes that names their `ENIConfig`: the zone's id, which every node has from Kubernetes 1.30 on. Names of
/// zones differ between accounts, and a plan knows ids.
///
/// Source: kubernetes/cloud-provider-aws#855; Amazon EKS User Guide, release notes of Kubernetes 1.30.
pub(super) const ENI_CONFIG_LABEL: &str = "topology.k8s.aws/zone-id";

/// Where the pods of a zone's nodes go with custom networking, and what their interfaces carry.
pub(super) struct EniConfig {
    /// The zone, whose id is the config's name.
    pub(super) zone: ZoneId,
    pub(super) subnet: Ref<Subnet>,
    /// Those of the nodes: a pod is as open as its node.
    pub(super) groups: Vec<Deferred<GroupId>>,
}

/// The `ENIConfig`s of a cluster with custom networking, by zone. Of several subnets in a zone it has the first: an
/// `ENIConfig` names one.
pub(super) fn eni_configs(
    b: &Builder,
    cluster: &Ref<Cluster>,
    network: &NetworkRefs,
    groups: &Groups,
) -> Vec<EniConfig> {
    let Some(tier) = b.plan.pod_tier else {
        return Vec::new();
    };
    network
        .one_in_each_zone(b.plan, tier)
        .map(|(planned, subnet)| EniConfig {
            zone: planned.key.zone,
            subnet: subnet.clone(),
            groups: node_groups(b, cluster, groups, None),
        })
        .collect()
}

/// Who enforces network policies. Calico wants to hear of a pod's address as soon as the pod has it.
fn policy(engine: PolicyEngine, settings: &mut Settings) {
    match engine {
        PolicyEngine::VpcCni(mode) => {
            let on = Json::text("true");
            settings.own.insert("enableNetworkPolicy".into(), on);
            match mode {
                PolicyMode::Standard => {}
                PolicyMode::Strict => settings.env("NETWORK_POLICY_ENFORCING_MODE", &"strict"),
            }
        }
        PolicyEngine::Calico => settings.env("ANNOTATE_POD_IP", &true),
    }
}

fn snat(pods: &Pods, settings: &mut Settings) {
    match &pods.snat.value {
        Snat::External => settings.env("AWS_VPC_K8S_CNI_EXTERNALSNAT", &true),
        Snat::Cni { exclude } => {
            let ranges: Vec<_> = sorted(exclude).iter().map(ToString::to_string).collect();
            if !ranges.is_empty() {
                settings.env("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", &ranges.join(","));
            }
        }
    }
}

/// Security groups of pods. In strict mode the kubelet reaches pods on its own node through the VPC, which the kernel's early
/// choice of a socket by TCP would not let it.
///
/// Source: Amazon EKS User Guide, "Configure the Amazon VPC CNI plugin for Kubernetes for security groups for Amazon EKS
/// Pods".
fn security_groups(pods: &Pods, settings: &mut Settings) {
    let Some(groups) = &pods.security_groups else {
        return;
    };
    settings.env("ENABLE_POD_ENI", &true);
    let mode = groups.mode.value;
    settings.env("POD_SECURITY_GROUP_ENFORCING_MODE", &mode.as_str());
    match mode {
        EnforcingMode::Strict => settings.init("DISABLE_TCP_EARLY_DEMUX", &true),
        EnforcingMode::Standard => {}
    }
}

/// Keeps the upper half of subnets that pods share with other things for prefixes. Subnets of the pods' own need none: all
/// that stands there beside prefixes is an address for each interface.
///
/// Source: Amazon EKS Best Practices Guide, "Prefix Mode for Linux", "Avoid Fragmentation"; aws/amazon-vpc-cni-k8s#2749.
pub(super) fn reservations(b: &mut Builder, pods: &Pods, network: &NetworkRefs) -> Vec<NodeId> {
    let mut reserved = Vec::new();
    // What is in an existing subnet is its owner's affair.
    if pods.mode.value != PodMode::Prefixes || b.plan.existing.is_some() {
        return reserved;
    }
    let plan = b.plan;
    for (tier, subnets) in plan
        .tiers
        .iter()
        .zip(&network.subnets)
        .enumerate()
        .filter_map(|(index, pair)| plan.shares_prefixes(index, pods.placement).then_some(pair))
    {
        for (planned, subnet) in tier.subnets.iter().zip(subnets) {
            let reservation = upper_half(planned.cidr).map(|cidr| SubnetReservation {
                subnet: subnet.clone(),
                cidr,
                reservation_type: "prefix",
            });
            let made = reservation.map(|made| b.add(subnet_name(planned), pods.mode.origin, made));
            reserved.extend(made.and_then(|made| made.node()));
        }
    }
    reserved
}

/// None of a /28, which is one prefix.
fn upper_half(cidr: Ipv4Net) -> Option<Ipv4Net> {
    let half = cidr.subnets(cidr.prefix_len() + 1).ok()?.nth(1)?;
    (half.prefix_len() <= 28).then_some(half)
}
