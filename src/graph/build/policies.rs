//! What keeps tenants apart inside of the cluster: namespaces and network policies, and what the policies' engine needs.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Builder, sorted};
use crate::kubernetes::{
    CalicoInstallation, ClusterRole, ClusterRoleBinding, Labels, Metadata, Namespace,
    NetworkPolicy, Object, PolicyPeer, PolicyPort, PolicyRule, RoleRule,
};
use crate::network::{AddonName, At, Cluster, PolicyEngine, PolicyMode, Tenant};

/// Says to people whose a namespace is. Policies do not go by it.
const TENANT: &str = "eksnet/tenant";

pub(super) fn build(b: &mut Builder, model: &Cluster) {
    let Some(engine) = &model.network_policy else {
        return;
    };
    let mut objects = Vec::new();
    if engine.value == PolicyEngine::Calico {
        calico(&mut objects);
    }
    let places = Places::of(b, engine.value);
    let strict = engine.value == PolicyEngine::VpcCni(PolicyMode::Strict);
    let core_dns_pods =
        !model.without_addons.contains(&AddonName::CoreDns) && !model.is_auto_alone();
    if strict && core_dns_pods {
        objects.push(core_dns(b, &places));
    }
    let mut tenants: Vec<&Tenant> = model.tenants.iter().collect();
    tenants.sort_by_key(|tenant| tenant.name.value.as_str());
    // Namespaces first, so that one pass of `kubectl apply` finds each.
    for tenant in &tenants {
        objects.extend(tenant.own().into_iter().map(|name| {
            let metadata = Metadata::cluster(name).label(TENANT, tenant.name.value.as_str());
            Object::Namespace(Namespace { metadata })
        }));
    }
    for tenant in &tenants {
        let policies = policies(tenant, &tenants, &places);
        for namespace in tenant.own() {
            objects.extend(policies.iter().map(|policy| policy.clone().at(namespace)));
        }
    }
    b.graph.objects.extend(objects);
}

/// Where the Pod Identity agent answers on every node.
///
/// Source: Amazon EKS User Guide, "Understand how EKS Pod Identity works".
const POD_IDENTITY: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 23);

/// Where what every pod needs is found.
struct Places {
    /// The service of the Kubernetes API, and where its requests end.
    api: Vec<PolicyPeer>,
    dns: Vec<PolicyPeer>,
    /// The agent that gives pods their roles, where there is one.
    identity: Option<PolicyPeer>,
}

impl Places {
    /// The VPC CNI judges what leaves a pod before a service's address becomes that of a pod, Calico after it. The VPC CNI
    /// therefore adds the addresses of services that pods stand behind; the API has no pods, and names are too much to lose.
    ///
    /// Source: aws/amazon-network-policy-controller-k8s, `pkg/resolvers/endpoints.go` and #222; Calico documentation, "Host
    /// endpoints and services", of policies behind DNAT.
    fn of(b: &Builder, engine: PolicyEngine) -> Self {
        let mut dns = vec![PolicyPeer::Pods(
            "kube-system".to_owned(),
            Labels::from([("k8s-app".to_owned(), "kube-dns".to_owned())]),
        )];
        let service = |number| {
            let range = b.plan.service_cidr.unwrap_or_default();
            host(Ipv4Addr::from(u32::from(range.network()) + number))
        };
        let api = match engine {
            PolicyEngine::VpcCni(_) => {
                // EKS gives the first address to the API, and the tenth to CoreDNS.
                dns.push(service(10));
                vec![service(1)]
            }
            PolicyEngine::Calico => control_plane(b),
        };
        let without = b.cluster().map(|cluster| &cluster.without_addons);
        let auto = b.cluster().is_some_and(|cluster| cluster.auto().is_some());
        let agent =
            auto || without.is_some_and(|list| !list.contains(&AddonName::PodIdentityAgent));
        Self {
            api,
            dns,
            identity: agent.then(|| host(POD_IDENTITY)),
        }
    }
}

fn host(address: Ipv4Addr) -> PolicyPeer {
    PolicyPeer::Range(Ipv4Net::from(address))
}

/// The subnets of the cluster's own interfaces.
fn control_plane(b: &Builder) -> Vec<PolicyPeer> {
    let tier = b.plan.control_plane.map(|tier| &b.plan.tiers[tier]);
    let subnets = tier.into_iter().flat_map(|tier| &tier.subnets);
    subnets
        .map(|subnet| PolicyPeer::Range(subnet.cidr))
        .collect()
}

/// A policy for all pods of a namespace that is not known yet.
#[derive(Clone)]
struct Policy {
    name: String,
    ingress: Option<Vec<PolicyRule>>,
    egress: Option<Vec<PolicyRule>>,
}

impl Policy {
    fn ingress(name: impl Into<String>, peers: Vec<PolicyPeer>) -> Self {
        Self {
            name: name.into(),
            ingress: Some(vec![to_any_port(peers)]),
            egress: None,
        }
    }

    fn egress(name: impl Into<String>, rule: PolicyRule) -> Self {
        Self {
            name: name.into(),
            ingress: None,
            egress: Some(vec![rule]),
        }
    }

    fn at(self, namespace: &str) -> Object {
        Object::NetworkPolicy(NetworkPolicy {
            metadata: Metadata::namespaced(self.name, namespace),
            pods: Labels::new(),
            ingress: self.ingress,
            egress: self.egress,
        })
    }
}

fn to_any_port(peers: Vec<PolicyPeer>) -> PolicyRule {
    PolicyRule {
        peers,
        ports: Vec::new(),
    }
}

fn names(peers: Vec<PolicyPeer>) -> PolicyRule {
    PolicyRule {
        peers,
        ports: vec![PolicyPort::Udp(53), PolicyPort::Tcp(53)],
    }
}

fn https(peers: Vec<PolicyPeer>) -> PolicyRule {
    PolicyRule {
        peers,
        ports: vec![PolicyPort::Tcp(443)],
    }
}

/// What each namespace of a tenant gets. Each has a name of what it is for, so that another neighbour renames none.
fn policies(tenant: &Tenant, all: &[&Tenant], places: &Places) -> Vec<Policy> {
    let own = namespaces(tenant);
    let mut policies = vec![
        Policy {
            name: "default-deny".to_owned(),
            ingress: Some(Vec::new()),
            egress: Some(Vec::new()),
        },
        Policy::egress("allow-dns", names(places.dns.clone())),
        Policy::egress("allow-kubernetes-api", https(places.api.clone())),
        Policy {
            name: "allow-own".to_owned(),
            ingress: Some(vec![to_any_port(vec![own.clone()])]),
            egress: Some(vec![to_any_port(vec![own])]),
        },
    ];
    if let Some(agent) = &places.identity {
        let rule = PolicyRule {
            peers: vec![agent.clone()],
            ports: vec![PolicyPort::Tcp(80)],
        };
        policies.push(Policy::egress("allow-pod-identity", rule));
    }
    let name = &tenant.name.value;
    for other in all.iter().filter(|other| other.name.value != *name) {
        let calls = |a: &Tenant, z: &Tenant| a.reaches.iter().any(|at| at.value == z.name.value);
        let peers = vec![namespaces(other)];
        let other_name = &other.name.value;
        if calls(other, tenant) {
            let name = format!("allow-from-tenant-{other_name}");
            policies.push(Policy::ingress(name, peers.clone()));
        }
        if calls(tenant, other) {
            let name = format!("allow-to-tenant-{other_name}");
            policies.push(Policy::egress(name, to_any_port(peers)));
        }
    }
    for namespace in sorted(&tenant.from) {
        let peers = vec![PolicyPeer::Namespaces(vec![namespace.clone()])];
        policies.push(Policy::ingress(
            format!("allow-from-namespace-{namespace}"),
            peers,
        ));
    }
    for namespace in sorted(&tenant.to) {
        let peers = vec![PolicyPeer::Namespaces(vec![namespace.clone()])];
        let rule = to_any_port(peers);
        policies.push(Policy::egress(
            format!("allow-to-namespace-{namespace}"),
            rule,
        ));
    }
    if !tenant.ingress.is_empty() {
        let peers = ranges(&tenant.ingress);
        policies.push(Policy::ingress("allow-ingress-ranges", peers));
    }
    if !tenant.egress.is_empty() {
        let rule = to_any_port(ranges(&tenant.egress));
        policies.push(Policy::egress("allow-egress-ranges", rule));
    }
    policies
}

fn namespaces(tenant: &Tenant) -> PolicyPeer {
    PolicyPeer::Namespaces(tenant.own().into_iter().map(str::to_owned).collect())
}

fn ranges(written: &[At<Ipv4Net>]) -> Vec<PolicyPeer> {
    sorted(written)
        .into_iter()
        .map(|range| PolicyPeer::Range(*range))
        .collect()
}

/// In strict mode: who asks for names is answered, and CoreDNS asks the API and the VPC's resolver in turn.
///
/// Source: Amazon VPC User Guide, "Amazon DNS server": the second address of the VPC's first block, and 169.254.169.253.
fn core_dns(b: &Builder, places: &Places) -> Object {
    let block = b.plan.cidr.network();
    let resolvers = [
        Ipv4Addr::from(u32::from(block) + 2),
        Ipv4Addr::new(169, 254, 169, 253),
    ];
    Object::NetworkPolicy(NetworkPolicy {
        metadata: Metadata::namespaced("allow-coredns", "kube-system"),
        pods: Labels::from([("k8s-app".to_owned(), "kube-dns".to_owned())]),
        ingress: Some(vec![names(Vec::new())]),
        egress: Some(vec![
            https(places.api.clone()),
            names(resolvers.map(host).to_vec()),
        ]),
    })
}

/// Calico for its policies, and the right of the VPC CNI to write a pod's address on the pod.
///
/// Source: Calico documentation, "Amazon Elastic Kubernetes Service (EKS)"; aws/amazon-vpc-cni-k8s, README.md,
/// `ANNOTATE_POD_IP`.
fn calico(objects: &mut Vec<Object>) {
    const ANNOTATE: &str = "eksnet-annotate-pod-ip";
    objects.extend([
        Object::ClusterRole(ClusterRole {
            metadata: Metadata::cluster(ANNOTATE),
            rules: vec![RoleRule {
                group: "",
                resources: vec!["pods"],
                verbs: vec!["patch"],
            }],
        }),
        Object::ClusterRoleBinding(ClusterRoleBinding {
            metadata: Metadata::cluster(ANNOTATE),
            role: ANNOTATE.to_owned(),
            service_account: ("kube-system", "aws-node"),
        }),
        Object::CalicoInstallation(CalicoInstallation {
            metadata: Metadata::cluster("default"),
        }),
    ]);
}
