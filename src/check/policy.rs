//! Network policies: whether somebody enforces them, and whether tenants are who they say.

use std::collections::BTreeMap;

use super::auto_mode::lacks;
use super::names::{is_dns_label, slug};
use super::pods::older_cni;
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Severity};
use crate::network::{AddonName, At, Cluster, PolicyEngine, PolicyMode, Selector, Stack, Tenant};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let mut owners = BTreeMap::new();
    for tenant in &cluster.tenants {
        namespaces(tenant, &mut owners, findings);
    }
    for tenant in &cluster.tenants {
        neighbours(cluster, tenant, &owners, findings);
    }
    of_ipv6(cluster, findings);
    match &cluster.network_policy {
        Some(engine) => enforced(cluster, *engine, findings),
        None if cluster.policy_unread.is_some() => {}
        None => {
            if let Some(tenant) = cluster.tenants.first() {
                unenforced(tenant, findings);
            }
        }
    }
}

/// The policies name the addresses of the API and of DNS, which EKS chooses from a range of its own in an IPv6 cluster.
fn of_ipv6(cluster: &Cluster, findings: &mut Findings) {
    if !cluster.is_ipv6() {
        return;
    }
    let strict = cluster
        .network_policy
        .filter(|engine| engine.value == PolicyEngine::VpcCni(PolicyMode::Strict));
    let origin = match cluster.tenants.first() {
        Some(tenant) => Some(tenant.name.origin),
        None => strict.map(|strict| strict.origin),
    };
    if let Some(origin) = origin {
        findings.push(
            rules::SPEC047
                .at(origin, "the policies for it cannot be written for an IPv6 cluster")
                .note("they name the addresses of Kubernetes services, which EKS chooses in an IPv6 cluster")
                .help("write these policies yourself once the cluster is there, with mode `standard` and without `tenants`"),
        );
    }
}

fn unenforced(tenant: &Tenant, findings: &mut Findings) {
    findings.push(
        rules::SPEC045
            .at(
                tenant.name.origin,
                format!(
                    "nobody enforces the policies of tenant `{}`",
                    tenant.name.value
                ),
            )
            .note("Kubernetes takes network policies whether or not something in the cluster enforces them")
            .help_in(
                "write `network-policy: vpc-cni` under `cluster`",
                "call `Cluster::network_policy(PolicyEngine::VpcCni(PolicyMode::Standard))`",
            ),
    );
}

/// Beginnings of namespaces that belong to Kubernetes and Calico.
const RESERVED: [&str; 3] = ["kube-", "calico-", "tigera-"];

/// A tenant's namespaces, and whose each is.
fn namespaces<'a>(
    tenant: &'a Tenant,
    owners: &mut BTreeMap<&'a str, &'a At<String>>,
    findings: &mut Findings,
) {
    let mut written: Vec<&At<String>> = tenant.namespaces.iter().collect();
    if written.is_empty() {
        written.push(&tenant.name);
    }
    for at in written {
        let namespace = at.value.as_str();
        well_formed(at, findings);
        if RESERVED.iter().any(|begin| namespace.starts_with(begin)) {
            findings.push(
                rules::SPEC046
                    .at(
                        at.origin,
                        format!("the namespace `{namespace}` can belong to no tenant"),
                    )
                    .note("what runs there serves the whole cluster, and would be cut off from it")
                    .help("give the tenant a namespace of its own"),
            );
        }
        match owners.get(namespace) {
            Some(owner) if owner.value != tenant.name.value => findings.push(
                rules::SPEC046
                    .at(
                        at.origin,
                        format!(
                            "the namespace `{namespace}` belongs to tenant `{}` already",
                            owner.value
                        ),
                    )
                    .related(owner.origin, "this one")
                    .note("pods of one namespace would be open to both tenants")
                    .help("name it at one of them, and let the other reach that tenant"),
            ),
            Some(_) => {}
            None => {
                owners.insert(namespace, &tenant.name);
            }
        }
    }
}

fn well_formed(at: &At<String>, findings: &mut Findings) {
    let name = at.value.as_str();
    if !is_dns_label(name) {
        findings.push(
            rules::SPEC011
                .at(
                    at.origin,
                    format!("`{name}` cannot be the name of a namespace"),
                )
                .note("Kubernetes takes 1 to 63 lower-case letters, digits and hyphens, and no hyphen first or last")
                .help(format!("write `{}`", slug(name))),
        );
    }
}

fn neighbours(
    cluster: &Cluster,
    tenant: &Tenant,
    owners: &BTreeMap<&str, &At<String>>,
    findings: &mut Findings,
) {
    for wanted in &tenant.reaches {
        let mut others = cluster.tenants.iter().map(|other| &other.name.value);
        if others.clone().any(|name| *name == wanted.value) {
            continue;
        }
        let finding = rules::SPEC010.at(
            wanted.origin,
            format!("there is no tenant `{}`", wanted.value),
        );
        let finding = match others.find(|name| name.starts_with(wanted.value.as_str())) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help_in(
                "add it under `tenants`; a namespace of no tenant stands under `to`",
                "add it by `Cluster::tenant`; a namespace of no tenant is named by `to_namespace`",
            ),
        };
        findings.push(finding);
    }
    for (at, way) in [(&tenant.from, true), (&tenant.to, false)]
        .into_iter()
        .flat_map(|(list, way)| list.iter().map(move |at| (at, way)))
    {
        well_formed(at, findings);
        let Some(owner) = owners.get(at.value.as_str()) else {
            continue;
        };
        if owner.value == tenant.name.value {
            findings.push(
                rules::SPEC046
                    .at(
                        at.origin,
                        format!("the namespace `{}` is the tenant's own", at.value),
                    )
                    .note("a tenant's namespaces are open to each other")
                    .help("leave it out"),
            );
            continue;
        }
        let (client, server) = if way {
            (owner.value.as_str(), tenant.name.value.as_str())
        } else {
            (tenant.name.value.as_str(), owner.value.as_str())
        };
        findings.push(
            rules::SPEC046
                .at(
                    at.origin,
                    format!(
                        "the namespace `{}` belongs to tenant `{}`",
                        at.value, owner.value
                    ),
                )
                .note("a tenant's namespaces are closed both ways, so that both tenants have to be opened")
                .help_in(
                    &format!("write `reaches: [{server}]` at `{client}`"),
                    &format!("call `.reaches(\"{server}\")` on `{client}`"),
                ),
        );
    }
}

fn enforced(cluster: &Cluster, engine: At<PolicyEngine>, findings: &mut Findings) {
    if cluster.tenants.is_empty() {
        findings.push(
            rules::EKS748
                .at(engine.origin, "network policies are enforced, and no tenant is named")
                .note("a namespace of which no policy speaks is open to all others")
                .help_in(
                    "name the owners of namespaces under `tenants`, or apply policies of your own that begin with denying all",
                    "name the owners of namespaces by `Cluster::tenant`, or apply policies of your own that begin with denying all",
                ),
        );
    }
    let no_cni = lacks(cluster, AddonName::VpcCni);
    match engine.value {
        PolicyEngine::VpcCni(mode) => {
            if no_cni {
                findings.push(
                    rules::EKS742
                        .at(
                            engine.origin,
                            "the VPC CNI is to enforce policies, and is left out",
                        )
                        .note("the add-on's configuration turns the enforcement on")
                        .help_in(
                            "take `vpc-cni: none` out of `addons`",
                            "take `.without_addon(AddonName::VpcCni)` out",
                        ),
                );
            }
            version(cluster, mode, findings);
            if mode == PolicyMode::Strict {
                strict(engine.origin, findings);
            }
        }
        PolicyEngine::Calico => {
            if no_cni {
                findings.push(
                    rules::EKS747
                        .at(engine.origin, "Calico waits for what the VPC CNI says of pods, and the add-on is left out")
                        .note("without `ANNOTATE_POD_IP` policies come late to a pod that has just started")
                        .help("set `ANNOTATE_POD_IP` to `true` wherever the VPC CNI is configured"),
                );
            }
        }
    }
    fargate(cluster, engine, findings);
}

fn strict(origin: Origin, findings: &mut Findings) {
    findings.push(
        rules::EKS744
            .at(origin, "in strict mode a pod of which no policy speaks is closed")
            .note("CoreDNS, too: its policy is among the manifests, and must be in the cluster before the mode is strict")
            .help("deploy a new cluster in mode `standard`, apply the manifests of `eksnet synth SPEC --format kubernetes`, then turn to `strict`"),
    );
}

/// A pinned version that cannot do it yet.
fn version(cluster: &Cluster, mode: PolicyMode, findings: &mut Findings) {
    let (least, what) = match mode {
        PolicyMode::Standard => ((1, 14, 0), "network policies"),
        PolicyMode::Strict => ((1, 17, 1), "the strict mode"),
    };
    if let Some(pinned) = older_cni(cluster, least) {
        let (major, minor, patch) = least;
        findings.push(
            rules::EKS742
                .at(
                    pinned.origin,
                    format!("VPC CNI {} does not know {what}", pinned.value),
                )
                .note(format!("{what} came with {major}.{minor}.{patch}"))
                .help("pin a later version, or leave the version to AWS"),
        );
    }
}

/// Neither engine runs on Fargate: what is there stays open, whatever policies say.
fn fargate(cluster: &Cluster, engine: At<PolicyEngine>, findings: &mut Findings) {
    let (rule, who) = match engine.value {
        PolicyEngine::VpcCni(_) => (rules::EKS742, "the VPC CNI"),
        PolicyEngine::Calico => (rules::EKS825, "Calico"),
    };
    let mut said = false;
    for profile in &cluster.fargate {
        for selector in &profile.selectors {
            let pattern = &selector.namespace;
            let open = cluster.tenants.iter().find_map(|tenant| {
                let mut own = tenant.own().into_iter();
                own.find(|name| selector.meets(&all_of(name)))
                    .map(|name| (tenant, name))
            });
            if let Some((tenant, name)) = open {
                said = true;
                findings.push(
                    rule.at(
                        pattern.origin,
                        format!("pods of `{name}` run on Fargate, where {who} enforces no policy"),
                    )
                    .related(tenant.name.origin, "the tenant that would be open")
                    .note("both engines work on nodes, and Fargate has none")
                    .help("run the tenant's pods on a node group"),
                );
            }
        }
    }
    let Some(first) = cluster.fargate.first() else {
        return;
    };
    if cluster.node_groups.is_empty() && !cluster.karpenter && cluster.auto().is_none() {
        findings.push(
            rule.at(
                engine.origin,
                format!("{who} is to enforce policies, and there are no nodes to do it on"),
            )
            .related(first.name.origin, "all pods run on Fargate")
            .note("both engines work on nodes, and Fargate has none")
            .help_in(
                "add a node group, or leave `network-policy` out",
                "add a node group, or leave `Cluster::network_policy` out",
            ),
        );
    } else if engine.value == PolicyEngine::Calico && !said {
        findings.push(
            rule.at(
                first.name.origin,
                "Calico's policies do not reach pods on Fargate",
            )
            .severity(Severity::Warning)
            .note("Calico runs on nodes, and Fargate has none")
            .help("keep pods that policies are to hold on node groups"),
        );
    }
}

/// All pods of a namespace.
fn all_of(namespace: &str) -> Selector {
    Selector {
        namespace: At::default_of(namespace.to_owned()),
        labels: BTreeMap::new(),
    }
}
