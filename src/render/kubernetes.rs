//! Kubernetes: manifests for `kubectl apply`.

use super::ids::{Document, Ids};
use super::known::Known;
use super::yaml::{self, Value};
use crate::graph::{CapacityType, Deferred, Graph, GroupId, Ref, Subnet};
use crate::kubernetes::{
    ClusterRoleBinding, Labels, Metadata, NetworkPolicy, NodeClass, NodePool, Object, PolicyPeer,
    PolicyPort, PolicyRule, RoleRule, SecurityGroupPolicy, Selector,
};

/// Says whose an object is, to people and to tools that take away what they made.
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "eksnet");

/// What is made inside of the graph's cluster; nothing where nothing is.
pub fn kubernetes(graph: &Graph, known: &Known) -> Option<Document> {
    if graph.objects.is_empty() {
        return None;
    }
    let mut ids = Ids::new(graph, known);
    let mut text = String::new();
    let remark = format!(
        "{}: what is inside of the cluster. Rendered by eksnet, layout {}.",
        graph.description, graph.layout
    );
    yaml::remark(&remark, &mut text);
    for object in &graph.objects {
        text.push_str("---\n");
        yaml::document(&manifest(object, &mut ids), &mut text);
    }
    Some(ids.document(text))
}

/// An object as the API takes it. A further kind is an arm, and a function that gives its fields.
fn manifest(object: &Object, ids: &mut Ids) -> Value {
    let (api, kind, fields) = match object {
        Object::Namespace(_) => ("v1", "Namespace", Vec::new()),
        Object::NetworkPolicy(policy) => (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            vec![("spec", network_policy(policy))],
        ),
        Object::SecurityGroupPolicy(policy) => (
            "vpcresources.k8s.aws/v1beta1",
            "SecurityGroupPolicy",
            vec![("spec", security_group_policy(policy, ids))],
        ),
        Object::ClusterRole(role) => (
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            vec![("rules", role.rules.iter().map(role_rule).collect())],
        ),
        Object::ClusterRoleBinding(binding) => (
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            role_binding(binding),
        ),
        Object::ConfigMap(map) => {
            let data = map.data.iter();
            let data = data.map(|(key, value)| (*key, value.clone().into()));
            ("v1", "ConfigMap", vec![("data", Value::map(data))])
        }
        Object::NodeClass(class) => (
            "eks.amazonaws.com/v1",
            "NodeClass",
            vec![("spec", node_class(class, ids))],
        ),
        Object::NodePool(pool) => (
            "karpenter.sh/v1",
            "NodePool",
            vec![("spec", node_pool(pool))],
        ),
        Object::CalicoInstallation(_) => (
            "operator.tigera.io/v1",
            "Installation",
            vec![("spec", installation())],
        ),
    };
    let mut entries = vec![
        ("apiVersion", api.into()),
        ("kind", kind.into()),
        ("metadata", metadata(object.metadata())),
    ];
    entries.extend(fields);
    Value::map(entries)
}

fn network_policy(policy: &NetworkPolicy) -> Value {
    let directions = [
        ("Ingress", "ingress", "from", &policy.ingress),
        ("Egress", "egress", "to", &policy.egress),
    ];
    let mut types = Vec::new();
    let mut fields = vec![("podSelector", labelled(&policy.pods))];
    let mut open = Vec::new();
    for (kind, key, side, rules) in directions {
        let Some(rules) = rules else { continue };
        types.push(kind);
        // Without rules nothing is open; that the type is named says so already.
        if !rules.is_empty() {
            let rules = rules.iter().map(|rule| policy_rule(side, rule)).collect();
            open.push((key, rules));
        }
    }
    fields.push(("policyTypes", types.into()));
    fields.extend(open);
    Value::map(fields)
}

fn policy_rule(side: &'static str, rule: &PolicyRule) -> Value {
    let mut fields = Vec::new();
    if !rule.peers.is_empty() {
        fields.push((side, rule.peers.iter().map(policy_peer).collect()));
    }
    if !rule.ports.is_empty() {
        fields.push((
            "ports",
            rule.ports.iter().copied().map(policy_port).collect(),
        ));
    }
    Value::map(fields)
}

fn policy_peer(peer: &PolicyPeer) -> Value {
    match peer {
        PolicyPeer::Namespaces(names) => Value::map([("namespaceSelector", in_namespaces(names))]),
        PolicyPeer::Pods(namespace, labels) => Value::map([
            (
                "namespaceSelector",
                in_namespaces(std::slice::from_ref(namespace)),
            ),
            ("podSelector", labelled(labels)),
        ]),
        PolicyPeer::Range(range) => {
            Value::map([("ipBlock", Value::map([("cidr", range.to_string().into())]))])
        }
    }
}

/// Namespaces by the label that Kubernetes gives each.
fn in_namespaces(names: &[String]) -> Value {
    const NAME: &str = "kubernetes.io/metadata.name";
    if let [only] = names {
        let labels = Value::map([(NAME, only.clone().into())]);
        return Value::map([("matchLabels", labels)]);
    }
    let expression = Value::map([
        ("key", NAME.into()),
        ("operator", "In".into()),
        ("values", names.to_vec().into()),
    ]);
    Value::map([("matchExpressions", Value::List(vec![expression]))])
}

fn policy_port(port: PolicyPort) -> Value {
    let (protocol, port) = match port {
        PolicyPort::Tcp(port) => ("TCP", port),
        PolicyPort::Udp(port) => ("UDP", port),
    };
    Value::map([("protocol", protocol.into()), ("port", port.into())])
}

fn security_group_policy(policy: &SecurityGroupPolicy, ids: &mut Ids) -> Value {
    let (key, labels) = match &policy.selector {
        Selector::Pods(labels) => ("podSelector", labels),
        Selector::ServiceAccounts(labels) => ("serviceAccountSelector", labels),
    };
    let groups: Vec<_> = policy.groups.iter().map(|id| ids.value(id)).collect();
    Value::map([
        (key, labelled(labels)),
        ("securityGroups", Value::map([("groupIds", groups.into())])),
    ])
}

fn role_rule(rule: &RoleRule) -> Value {
    Value::map([
        ("apiGroups", vec![rule.group].into()),
        ("resources", rule.resources.clone().into()),
        ("verbs", rule.verbs.clone().into()),
    ])
}

fn role_binding(binding: &ClusterRoleBinding) -> Vec<(&'static str, Value)> {
    let (namespace, name) = binding.service_account;
    let role = Value::map([
        ("apiGroup", "rbac.authorization.k8s.io".into()),
        ("kind", "ClusterRole".into()),
        ("name", binding.role.clone().into()),
    ]);
    let account = Value::map([
        ("kind", "ServiceAccount".into()),
        ("name", name.into()),
        ("namespace", namespace.into()),
    ]);
    vec![("roleRef", role), ("subjects", Value::List(vec![account]))]
}

/// Each subnet and group is a term of its own: terms are alternatives.
fn node_class(class: &NodeClass, ids: &mut Ids) -> Value {
    let mut fields = vec![
        ("role", class.role.clone().into()),
        ("subnetSelectorTerms", subnets(&class.subnets, ids)),
        ("securityGroupSelectorTerms", groups(&class.groups, ids)),
    ];
    if let Some(pods) = &class.pods {
        fields.extend([
            ("podSubnetSelectorTerms", subnets(&pods.subnets, ids)),
            ("podSecurityGroupSelectorTerms", groups(&pods.groups, ids)),
        ]);
    }
    fields.extend(class.snat.map(|policy| ("snatPolicy", policy.into())));
    fields.extend(class.policy.map(|policy| ("networkPolicy", policy.into())));
    Value::map(fields)
}

fn subnets(subnets: &[Ref<Subnet>], ids: &mut Ids) -> Value {
    let terms = subnets.iter().map(|id| Value::map([("id", ids.of(id))]));
    terms.collect()
}

fn groups(groups: &[Deferred<GroupId>], ids: &mut Ids) -> Value {
    let terms = groups.iter().map(|id| Value::map([("id", ids.value(id))]));
    terms.collect()
}

/// Families and generations are those of AWS's pool `general-purpose`.
fn node_pool(pool: &NodePool) -> Value {
    let capacity = pool.capacity.iter().map(|capacity| match capacity {
        CapacityType::OnDemand => "on-demand",
        CapacityType::Spot => "spot",
    });
    let requirement = |key: &'static str, operator: &'static str, values: Vec<&'static str>| {
        Value::map([
            ("key", key.into()),
            ("operator", operator.into()),
            ("values", values.into()),
        ])
    };
    let requirements = vec![
        requirement("karpenter.sh/capacity-type", "In", capacity.collect()),
        requirement("kubernetes.io/arch", "In", pool.architectures.clone()),
        requirement(
            "eks.amazonaws.com/instance-category",
            "In",
            vec!["c", "m", "r"],
        ),
        requirement("eks.amazonaws.com/instance-generation", "Gt", vec!["4"]),
    ];
    let class = Value::map([
        ("group", "eks.amazonaws.com".into()),
        ("kind", "NodeClass".into()),
        ("name", pool.class.clone().into()),
    ]);
    let nodes = Value::map([
        ("nodeClassRef", class),
        ("requirements", requirements.into()),
    ]);
    Value::map([("template", Value::map([("spec", nodes)]))])
}

/// Policies only, and none of the drivers that Calico needs for policies of requests: Bottlerocket has no place for them.
fn installation() -> Value {
    Value::map([
        ("variant", "Calico".into()),
        ("kubernetesProvider", "EKS".into()),
        ("cni", Value::map([("type", "AmazonVPC".into())])),
        ("calicoNetwork", Value::map([("bgp", "Disabled".into())])),
        ("flexVolumePath", "None".into()),
        ("kubeletVolumePluginPath", "None".into()),
    ])
}

/// A selector by labels; everything where there are none.
fn labelled(labels: &Labels) -> Value {
    if labels.is_empty() {
        Value::map([])
    } else {
        Value::map([("matchLabels", labels.into())])
    }
}

fn metadata(metadata: &Metadata) -> Value {
    let mut labels = metadata.labels.clone();
    labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned());
    let mut entries = vec![("name", Value::from(metadata.name.clone()))];
    if let Some(namespace) = &metadata.namespace {
        entries.push(("namespace", namespace.clone().into()));
    }
    entries.push(("labels", (&labels).into()));
    Value::map(entries)
}
