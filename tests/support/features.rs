//! Specs that put features together by chance: one or several of the guides' subjects in one cluster.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::rng::Rng;

/// A subject of a guide, or a flavour of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    ExistingVpc,
    FullyPrivate,
    DualStack,
    Ipv6Cluster,
    Restricted,
    Prefixes,
    WarmAddresses,
    CustomNetworking,
    Discovery,
    LocalZones,
    ExternalSnat,
    ExcludedSnat,
    PodGroups,
    TenantNodes,
    CniPolicies,
    StrictPolicies,
    Calico,
    Tenants,
    Fargate,
    DnsOnFargate,
    Identities,
    HybridNodes,
    Software,
    EndpointPolicies,
    Resolver,
    Vpn,
    DirectConnect,
    TransitGateway,
    Peering,
    PublicEndpoint,
    Karpenter,
    AutoMode,
    AutoModeAlone,
    Eksctl,
    RegionalNat,
}

impl Feature {
    pub const ALL: &'static [Self] = &[
        Self::ExistingVpc,
        Self::FullyPrivate,
        Self::DualStack,
        Self::Ipv6Cluster,
        Self::Restricted,
        Self::Prefixes,
        Self::WarmAddresses,
        Self::CustomNetworking,
        Self::Discovery,
        Self::LocalZones,
        Self::ExternalSnat,
        Self::ExcludedSnat,
        Self::PodGroups,
        Self::TenantNodes,
        Self::CniPolicies,
        Self::StrictPolicies,
        Self::Calico,
        Self::Tenants,
        Self::Fargate,
        Self::DnsOnFargate,
        Self::Identities,
        Self::HybridNodes,
        Self::Software,
        Self::EndpointPolicies,
        Self::Resolver,
        Self::Vpn,
        Self::DirectConnect,
        Self::TransitGateway,
        Self::Peering,
        Self::PublicEndpoint,
        Self::Karpenter,
        Self::AutoMode,
        Self::AutoModeAlone,
        Self::Eksctl,
        Self::RegionalNat,
    ];

    /// What cannot be said together with it: both want the same key.
    fn excludes(self) -> &'static [Self] {
        match self {
            Self::ExistingVpc => &[
                Self::FullyPrivate,
                Self::CustomNetworking,
                Self::Discovery,
                Self::LocalZones,
                Self::RegionalNat,
            ],
            Self::FullyPrivate => &[Self::RegionalNat],
            Self::CustomNetworking => &[Self::Discovery],
            Self::ExternalSnat => &[Self::ExcludedSnat],
            Self::AutoModeAlone => &[Self::AutoMode, Self::Karpenter],
            Self::CniPolicies => &[Self::StrictPolicies, Self::Calico],
            Self::StrictPolicies => &[Self::Calico],
            _ => &[],
        }
    }
}

/// Some features that can be said together.
pub fn some(rng: &mut Rng) -> BTreeSet<Feature> {
    let wanted = rng.between(1, 6);
    let mut order = Feature::ALL.to_vec();
    rng.shuffle(&mut order);
    let mut chosen: BTreeSet<Feature> = BTreeSet::new();
    for feature in order {
        let against = |a: Feature, z: Feature| a.excludes().contains(&z);
        let fits = chosen
            .iter()
            .all(|&other| !against(feature, other) && !against(other, feature));
        if fits {
            chosen.insert(feature);
        }
        if chosen.len() == wanted {
            break;
        }
    }
    chosen
}

/// A spec with these features.
pub fn spec(name: &str, features: &BTreeSet<Feature>, rng: &mut Rng) -> Value {
    let mut spec = json!({
        "stack": name,
        "region": "us-east-1",
        "network": {
            "cidr": "10.20.0.0/16",
            "tiers": {
                "public": { "access": "public", "prefix": 24 },
                "nodes": { "access": "private", "prefix": 20, "nat": *rng.pick(&["per-zone", "single"]) },
                "control-plane": { "access": "isolated", "prefix": 27 },
            },
        },
        "cluster": {
            "version": "1.35",
            "secrets-key": "aws-owned",
            "access": { "entries": { "admins": {
                "principal": "arn:aws:iam::111122223333:role/admins",
                "policy": "AmazonEKSClusterAdminPolicy",
            } } },
            "node-groups": { "system": {
                "tier": "nodes",
                "instance-types": ["m6i.large"],
                "size": { "min": 2, "max": 4 },
            } },
        },
    });
    for feature in features {
        add(&mut spec, *feature, rng);
    }
    spec
}

fn add(spec: &mut Value, feature: Feature, rng: &mut Rng) {
    match feature {
        Feature::ExistingVpc => existing(&mut spec["network"]),
        Feature::FullyPrivate => {
            let network = &mut spec["network"];
            network["fully-private"] = true.into();
            remove(network, "tiers");
        }
        Feature::DualStack => spec["network"]["ipv6"] = true.into(),
        Feature::Ipv6Cluster => {
            spec["network"]["ipv6"] = true.into();
            spec["cluster"]["ip-family"] = "ipv6".into();
        }
        Feature::Restricted => spec["network"]["security"] = json!({ "mode": "restricted" }),
        Feature::Prefixes => spec["cluster"]["pods"]["mode"] = "prefixes".into(),
        Feature::WarmAddresses => {
            spec["cluster"]["pods"]["warm"] = json!({ "addresses": 4, "minimum": 12 });
        }
        Feature::CustomNetworking => pods_tier(spec, "custom-networking"),
        Feature::Discovery => pods_tier(spec, "discovery"),
        Feature::LocalZones => local_zones(spec),
        Feature::ExternalSnat => spec["cluster"]["pods"]["snat"] = "external".into(),
        Feature::ExcludedSnat => {
            spec["cluster"]["pods"]["snat"] = json!({ "exclude": ["192.168.0.0/16"] });
        }
        Feature::PodGroups => spec["cluster"]["pods"]["security-groups"] = pod_groups(rng),
        Feature::TenantNodes => tenant_nodes(&mut spec["cluster"]),
        Feature::CniPolicies => spec["cluster"]["network-policy"] = "vpc-cni".into(),
        Feature::StrictPolicies => {
            spec["cluster"]["network-policy"] = json!({ "engine": "vpc-cni", "mode": "strict" });
        }
        Feature::Calico => spec["cluster"]["network-policy"] = "calico".into(),
        Feature::Tenants => {
            spec["cluster"]["tenants"] = json!({
                "team-a": { "namespaces": ["team-a", "team-a-jobs"], "reaches": ["team-b"] },
                "team-b": { "from": ["ingress-nginx"], "egress": ["10.20.0.0/16"] },
            });
        }
        Feature::Fargate => fargate(spec, "batch"),
        Feature::DnsOnFargate => fargate(spec, "kube-system"),
        Feature::Identities => {
            spec["cluster"]["pod-identities"] = json!({ "reports": {
                "namespace": "finance",
                "service-account": "reports",
                "policies": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
            } });
        }
        Feature::HybridNodes => {
            spec["network"]["connected"]["plant"] = "172.24.0.0/14".into();
            spec["cluster"]["hybrid-nodes"] = json!({
                "nodes": ["172.24.0.0/20"],
                "pods": ["172.25.0.0/18"],
                "role": "arn:aws:iam::111122223333:role/hybrid-nodes",
            });
        }
        Feature::Software => {
            spec["cluster"]["uses"] =
                json!(["load-balancer-controller", "ebs-csi", "external-dns"]);
        }
        Feature::EndpointPolicies => {
            spec["network"]["endpoint-policies"] = "this-account".into();
        }
        Feature::Resolver => {
            spec["network"]["inbound-resolver"] = json!({ "from": ["192.168.0.0/16"] });
        }
        Feature::Vpn => connect(
            spec,
            "office",
            &["192.168.0.0/18"],
            &json!({ "vpn": {
                "customer-gateway": { "address": "198.18.7.9", "asn": 65010 },
                "static-routes": rng.chance(50),
            } }),
        ),
        Feature::DirectConnect => connect(
            spec,
            "data-center",
            &["192.168.64.0/18"],
            &json!({ "direct-connect-gateway": "5f294f92-bafb-4011-916d-9b0be4a17c33" }),
        ),
        Feature::TransitGateway => connect(
            spec,
            "core",
            &["10.128.0.0/9"],
            &json!({ "transit-gateway": *rng.pick(&["tgw-0f1e2d3c4b5a69788", "create"]) }),
        ),
        Feature::Peering => connect(
            spec,
            "tools",
            &["10.90.0.0/16"],
            &json!({ "peering": { "vpc": "vpc-0a1b2c3d4e5f60718" } }),
        ),
        Feature::PublicEndpoint => {
            spec["cluster"]["endpoint"] = json!({
                "access": *rng.pick(&["public-and-private", "public-and-private", "public"]),
                "public-cidrs": ["198.18.7.0/24"],
            });
        }
        Feature::Karpenter => spec["cluster"]["karpenter"] = true.into(),
        Feature::AutoMode => {
            spec["cluster"]["auto-mode"] = json!({ "tier": "nodes", "architectures": ["arm64"] });
        }
        Feature::AutoModeAlone => {
            spec["cluster"]["auto-mode"] = json!({ "tier": "nodes" });
            remove(&mut spec["cluster"], "node-groups");
        }
        Feature::Eksctl => spec["cluster"]["made-by"] = "eksctl".into(),
        Feature::RegionalNat => {
            let tiers = &mut spec["network"]["tiers"];
            for name in ["nodes", "pods"] {
                if !tiers[name].is_null() {
                    tiers[name]["nat"] = "regional".into();
                }
            }
        }
    }
}

fn remove(map: &mut Value, key: &str) {
    if let Some(map) = map.as_object_mut() {
        map.remove(key);
    }
}

fn existing(network: &mut Value) {
    const ZONES: [&str; 3] = ["use1-az1", "use1-az2", "use1-az4"];
    let subnets = |tier: u32, first: u32, step: u32, prefix: u8| {
        let zones = (0..).zip(ZONES);
        let subnets = zones.map(|(n, zone): (u32, &str)| {
            let at = first + n * step;
            let subnet = json!({
                "subnet": format!("subnet-0a1b2c3d4e5f{tier:02x}{n:03x}"),
                "cidr": format!("10.20.{}.{}/{prefix}", at / 256, at % 256),
                "route-table": format!("rtb-0a1b2c3d4e5f{tier:02x}{n:03x}"),
            });
            (zone.to_owned(), subnet)
        });
        subnets.collect::<serde_json::Map<_, _>>()
    };
    network["existing"] = "vpc-0a1b2c3d4e5f60718".into();
    network["tiers"] = json!({
        "nodes": { "access": "private", "existing": subnets(1, 16 * 256, 16 * 256, 20) },
        "control-plane": { "access": "isolated", "existing": subnets(2, 0, 32, 27) },
    });
}

fn pods_tier(spec: &mut Value, placement: &str) {
    let network = &mut spec["network"];
    network["secondary-cidrs"] = json!(["100.64.0.0/16"]);
    if let Some(tiers) = network["tiers"].as_object_mut() {
        let way = tiers["nodes"]["nat"].clone();
        let pods = json!({
            "access": "private",
            "block": "100.64.0.0/16",
            "prefix": 18,
            "nat": way,
            "load-balancers": false,
        });
        tiers.insert("pods".into(), pods);
    } else {
        network["tiers"] = json!({
            "nodes": { "access": "private", "nat": "none" },
            "control-plane": { "access": "isolated", "prefix": 27 },
            "pods": {
                "access": "private",
                "block": "100.64.0.0/16",
                "prefix": 18,
                "nat": "none",
                "load-balancers": false,
            },
        });
    }
    // Which tier is the nodes' is said now that there are two.
    spec["network"]["endpoint-tier"] = "nodes".into();
    spec["cluster"]["pods"]["tier"] = "pods".into();
    spec["cluster"]["pods"]["placement"] = placement.into();
}

/// Nodes in a Local Zone, and their pods' addresses where pods have a tier.
fn local_zones(spec: &mut Value) {
    let zones = json!({ "use1-bos1-az1": "use1-az4" });
    let network = &mut spec["network"];
    if network.get("tiers").is_none() {
        network["tiers"] = json!({
            "nodes": { "access": "private", "nat": "none" },
            "control-plane": { "access": "isolated", "prefix": 27 },
        });
    }
    let tiers = &mut network["tiers"];
    let way = tiers["nodes"]["nat"].clone();
    tiers["edge"] = json!({ "access": "private", "prefix": 22, "nat": way, "local-zones": zones });
    if let Some(pods) = tiers.get_mut("pods") {
        pods["zones"] = json!(["use1-az1", "use1-az2", "use1-az4"]);
        pods["local-zones"] = zones;
    }
    spec["cluster"]["node-groups"]["edge"] = json!({
        "tier": "edge",
        "instance-types": ["m6i.large"],
        "size": { "min": 1, "max": 4 },
    });
}

fn pod_groups(rng: &mut Rng) -> Value {
    json!({
        "mode": *rng.pick(&["strict", "standard"]),
        "groups": {
            "ledger": { "namespace": "ledger", "pods": { "app": "ledger" }, "probe-ports": 8080 },
            "payments": {
                "namespace": "payments",
                "pods": { "app": "payments" },
                "probe-ports": [8080, 9090],
                "rules": [
                    { "from": "ledger", "ports": 8443, "description": "API for the ledger" },
                    { "to": "sg-0123456789abcdef0", "ports": 5432, "description": "The database" },
                ],
            },
        },
    })
}

fn tenant_nodes(cluster: &mut Value) {
    for name in ["bank", "shop"] {
        cluster["node-groups"][name] = json!({
            "tier": "nodes",
            "instance-types": ["m6i.large"],
            "size": { "min": 1, "max": 3 },
            "security-group": name,
            "taints": [{ "key": "tenant", "value": name, "effect": "no-schedule" }],
        });
    }
    cluster["node-security-groups"] = json!({
        "bank": { "rules": [{ "from": "shop", "ports": 8443, "description": "Payments" }] },
        "shop": {},
    });
}

fn fargate(spec: &mut Value, namespace: &str) {
    let profile = json!({ "tier": "nodes", "selectors": [{ "namespace": namespace }] });
    spec["cluster"]["fargate"][namespace] = profile;
}

fn connect(spec: &mut Value, name: &str, cidrs: &[&str], way: &Value) {
    spec["network"]["connected"][name] = json!({ "cidrs": cidrs, "by": way, "api": true });
}
