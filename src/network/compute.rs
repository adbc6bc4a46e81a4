//! What runs pods: node groups, and Fargate profiles.

use std::collections::BTreeMap;

use super::at::At;
use super::node_security::NodeSecurityGroup;
use super::tier::{AnyTier, HostsFargate, TierId};
use crate::diagnostic::Origin;
use crate::graph::{AmiType, CapacityType, Taint, TaintEffect};

/// How many nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) min: u32,
    pub(crate) desired: Option<u32>,
    pub(crate) max: u32,
}

/// How many nodes may be away during an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxUnavailable {
    Nodes(u32),
    Percent(u8),
}

/// The operating system of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ImageFamily {
    /// Amazon Linux 2023.
    #[default]
    Al2023,
    /// Bottlerocket: nothing but what runs containers.
    Bottlerocket,
}

/// Whether a type of instance has a Graviton processor: a `g` behind the generation, or the family `a1`.
///
/// Source: Amazon EC2 user guide, "Amazon EC2 instance type naming conventions".
pub(crate) fn is_graviton(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    let behind = family
        .trim_start_matches(|c: char| c.is_ascii_lowercase())
        .trim_start_matches(|c: char| c.is_ascii_digit());
    family == "a1" || behind.contains('g')
}

/// Nodes that EKS keeps running.
#[derive(Debug, Clone)]
#[must_use = "a node group is part of a cluster only once `Cluster::node_group` took it"]
pub struct NodeGroup {
    pub(crate) name: At<String>,
    pub(crate) tier: At<AnyTier>,
    pub(crate) instance_types: Vec<At<String>>,
    pub(crate) image: At<ImageFamily>,
    pub(crate) capacity: CapacityType,
    pub(crate) size: At<Size>,
    pub(crate) max_unavailable: At<MaxUnavailable>,
    pub(crate) disk_gib: At<u32>,
    pub(crate) disk_key: Option<At<String>>,
    pub(crate) metadata_hops: At<u8>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) taints: Vec<Taint>,
    /// The name of the one that its nodes carry instead of the nodes' group.
    pub(crate) security_group: Option<At<String>>,
}

impl NodeGroup {
    /// Nodes in a tier: `m6i.large` with Amazon Linux 2023, two to four of them, on demand.
    #[track_caller]
    pub fn new<A>(name: impl Into<String>, tier: &TierId<A>) -> Self {
        Self::in_tier(At::caller(name.into()), At::caller(tier.any))
    }

    pub(crate) fn in_tier(name: At<String>, tier: At<AnyTier>) -> Self {
        Self {
            name,
            tier,
            instance_types: vec![At::default_of("m6i.large".to_owned())],
            image: At::default_of(ImageFamily::Al2023),
            capacity: CapacityType::OnDemand,
            size: At::default_of(Size {
                min: 2,
                desired: None,
                max: 4,
            }),
            max_unavailable: At::default_of(MaxUnavailable::Percent(33)),
            disk_gib: At::default_of(50),
            disk_key: None,
            metadata_hops: At::default_of(1),
            labels: BTreeMap::new(),
            taints: Vec::new(),
            security_group: None,
        }
    }

    /// The types of instances that it may take, 1 to 20.
    #[track_caller]
    pub fn instance_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        self.instance_types = types
            .into_iter()
            .map(|name| At::new(name.into(), origin))
            .collect();
        self
    }

    /// The operating system; the image of it is that for the architecture of the instance types.
    #[track_caller]
    pub fn image(mut self, image: ImageFamily) -> Self {
        self.image = At::caller(image);
        self
    }

    /// The image that EKS knows for the operating system and the first type's architecture.
    pub(crate) fn ami(&self) -> AmiType {
        let arm = self
            .instance_types
            .first()
            .is_some_and(|t| is_graviton(&t.value));
        match (self.image.value, arm) {
            (ImageFamily::Al2023, false) => AmiType::Al2023X86,
            (ImageFamily::Al2023, true) => AmiType::Al2023Arm,
            (ImageFamily::Bottlerocket, false) => AmiType::BottlerocketX86,
            (ImageFamily::Bottlerocket, true) => AmiType::BottlerocketArm,
        }
    }

    /// How instances are bought.
    pub fn capacity(mut self, capacity: CapacityType) -> Self {
        self.capacity = capacity;
        self
    }

    /// Nodes at least and at most; it starts with the least.
    #[track_caller]
    pub fn size(mut self, min: u32, max: u32) -> Self {
        self.size = At::caller(Size {
            min,
            desired: None,
            max,
        });
        self
    }

    /// Nodes at first.
    #[track_caller]
    pub fn desired(mut self, nodes: u32) -> Self {
        self.size = At::caller(Size {
            desired: Some(nodes),
            ..self.size.value
        });
        self
    }

    /// Nodes that may be away during an update.
    #[track_caller]
    pub fn max_unavailable(mut self, nodes: u32) -> Self {
        self.max_unavailable = At::caller(MaxUnavailable::Nodes(nodes));
        self
    }

    /// The same in percent, 1 to 100.
    #[track_caller]
    pub fn max_unavailable_percent(mut self, percent: u8) -> Self {
        self.max_unavailable = At::caller(MaxUnavailable::Percent(percent));
        self
    }

    /// GiB of the disk that images and pods share.
    #[track_caller]
    pub fn disk_gib(mut self, gib: u32) -> Self {
        self.disk_gib = At::caller(gib);
        self
    }

    /// The key that disks are encrypted with, by ARN; the account's own one for EBS without. Its policy lets the role
    /// `AWSServiceRoleForAutoScaling` use it and make grants, or no node starts.
    ///
    /// Source: Amazon EC2 Auto Scaling User Guide, "Required AWS KMS key policy for use with encrypted volumes".
    #[track_caller]
    pub fn disk_key(mut self, arn: impl Into<String>) -> Self {
        self.disk_key = Some(At::caller(arn.into()));
        self
    }

    /// Hops that an answer of the instance metadata service may take, 1 to 64. One keeps pods from the node's role;
    /// two let them have it.
    #[track_caller]
    pub fn metadata_hops(mut self, hops: u8) -> Self {
        self.metadata_hops = At::caller(hops);
        self
    }

    /// A label of its nodes.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(key.into(), value.into());
        self
    }

    /// A taint of its nodes.
    pub fn taint(mut self, taint: Taint) -> Self {
        self.taints.push(taint);
        self
    }

    /// The one security group of its nodes, instead of that which all other nodes carry. The cluster takes it with
    /// [`Cluster::node_security_group`], else it is rule SPEC010; without a taint it is rule SPEC072.
    ///
    /// [`Cluster::node_security_group`]: crate::network::Cluster::node_security_group
    #[track_caller]
    pub fn security_group(mut self, group: &NodeSecurityGroup) -> Self {
        self.security_group = Some(At::caller(group.name.value.clone()));
        self
    }

    /// Whether its taints keep pods off that say nothing of them. Of such taints `CoreDNS` tolerates one only; on nodes with
    /// others it would wait, and the deployment with it.
    ///
    /// Source: EKS user guide, "Manage `CoreDNS` for DNS in Amazon EKS clusters"; aws/containers-roadmap#1389.
    pub(crate) fn keeps_off(&self) -> bool {
        let kept_off = |taint: &Taint| {
            taint.effect != TaintEffect::PreferNoSchedule && taint.key != "CriticalAddonsOnly"
        };
        self.taints.iter().any(kept_off)
    }
}

/// Pods that a Fargate profile takes.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    pub(crate) namespace: At<String>,
    pub(crate) labels: BTreeMap<String, String>,
}

impl Selector {
    /// Whether it takes pods of a namespace that have these labels.
    ///
    /// Source: Amazon EKS User Guide, "Define which Pods use AWS Fargate when launched", "Fargate profile wildcards".
    pub(crate) fn takes(&self, namespace: &str, labels: &[(&str, &str)]) -> bool {
        meet(&self.namespace.value, namespace)
            && self.labels.iter().all(|(key, value)| {
                let mut labels = labels.iter();
                labels.any(|(k, v)| meet(key, k) && meet(value, v))
            })
    }

    /// Whether there can be pods that both take.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let differ = |(key, value): (&String, &String)| {
            let theirs = other.labels.get(key);
            theirs.is_some_and(|theirs| !meet(value, theirs))
        };
        meet(&self.namespace.value, &other.namespace.value) && !self.labels.iter().any(differ)
    }
}

/// Whether a text can be of both patterns, in which `*` stands for any letters and `?` for one.
fn meet(a: &str, z: &str) -> bool {
    let (a, z) = (a.as_bytes(), z.as_bytes());
    // Whether what is left of both meets, by how much is left of `z`; from the ends on.
    let mut below = vec![false; z.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; z.len() + 1];
        for j in (0..=z.len()).rev() {
            row[j] = match (a.get(i), z.get(j)) {
                (None, None) => true,
                (Some(b'*'), _) => below[j] || (j < z.len() && row[j + 1]),
                (_, Some(b'*')) => row[j + 1] || (i < a.len() && below[j]),
                (Some(x), Some(y)) => (x == y || *x == b'?' || *y == b'?') && below[j + 1],
                (Some(_), None) | (None, Some(_)) => false,
            };
        }
        below = row;
    }
    below[0]
}

/// Pods that run without nodes.
#[derive(Debug, Clone)]
#[must_use = "a Fargate profile is part of a cluster only once `Cluster::fargate` took it"]
pub struct FargateProfile {
    pub(crate) name: At<String>,
    pub(crate) tier: At<AnyTier>,
    pub(crate) selectors: Vec<Selector>,
}

impl FargateProfile {
    /// Pods in a tier that has no route to an internet gateway.
    #[track_caller]
    pub fn new<A: HostsFargate>(name: impl Into<String>, tier: &TierId<A>) -> Self {
        Self::in_tier(At::caller(name.into()), At::caller(tier.any))
    }

    pub(crate) fn in_tier(name: At<String>, tier: At<AnyTier>) -> Self {
        Self {
            name,
            tier,
            selectors: Vec::new(),
        }
    }

    /// All pods of a namespace. `*` stands for any letters, `?` for one, as in labels: `prod-*`.
    #[track_caller]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.selectors.push(Selector {
            namespace: At::caller(namespace.into()),
            labels: BTreeMap::new(),
        });
        self
    }

    /// Pods of a namespace that have these labels.
    #[track_caller]
    pub fn pods(
        mut self,
        namespace: impl Into<String>,
        labels: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        self.selectors.push(Selector {
            namespace: At::caller(namespace.into()),
            labels: labels
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::meet;

    #[test]
    fn patterns_meet_where_a_text_is_of_both() {
        for (a, z) in [
            ("apps", "apps"),
            ("*", "kube-system"),
            ("kube-*", "*-system"),
            ("prod?", "prod1"),
            ("*", "*"),
            ("a*c", "ab*"),
            ("prod*", "prod"),
            ("?*", "a"),
            ("", "*"),
        ] {
            assert!(meet(a, z) && meet(z, a), "{a} {z}");
        }
        for (a, z) in [
            ("apps", "jobs"),
            ("prod?", "prod"),
            ("kube-*", "apps-*"),
            ("*a", "*b"),
            ("a?c", "abbc"),
            ("", "a"),
            ("", "?"),
        ] {
            assert!(!meet(a, z) && !meet(z, a), "{a} {z}");
        }
    }
}
