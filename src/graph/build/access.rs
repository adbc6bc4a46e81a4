//! Access entries: who may use the cluster's API.

use std::collections::BTreeMap;

use super::Builder;
use super::cluster::ClusterRefs;
use crate::graph::{AccessEntry, AccessPolicy, AccessScope};
use crate::network::{Cluster as Model, Grant};

/// What their access entry is called.
const HYBRID_NODES: &str = "hybrid-nodes";

pub(super) fn build(b: &mut Builder, model: &Model, cluster: &ClusterRefs) {
    hybrid_nodes(b, model, cluster);
    let mut entries: Vec<_> = model.access.iter().collect();
    entries.sort_by(|a, z| a.name.value.cmp(&z.name.value));
    for entry in entries {
        let mut groups: Vec<_> = entry.groups.iter().map(|g| g.value.clone()).collect();
        groups.sort_unstable();
        groups.dedup();
        let policies = policies(b, &entry.grants);
        let tags = b.tags(&entry.name.value);
        b.add(
            entry.name.value.as_str(),
            entry.name.origin,
            AccessEntry {
                cluster: cluster.cluster.clone(),
                principal: entry.principal.value.clone(),
                entry_type: "STANDARD",
                groups,
                policies,
                tags,
            },
        );
    }
}

/// Without an entry of their own type, hybrid nodes are not let in.
///
/// Source: EKS user guide, "Prepare cluster access for hybrid nodes".
fn hybrid_nodes(b: &mut Builder, model: &Model, cluster: &ClusterRefs) {
    let nodes = model.hybrid_nodes.as_ref();
    let Some(role) = nodes.and_then(|nodes| nodes.role.as_ref()) else {
        return;
    };
    let tags = b.tags(HYBRID_NODES);
    b.add(
        HYBRID_NODES,
        role.origin,
        AccessEntry {
            cluster: cluster.cluster.clone(),
            principal: role.value.clone(),
            entry_type: "HYBRID_LINUX",
            groups: Vec::new(),
            policies: Vec::new(),
            tags,
        },
    );
}

/// One policy each, with all its namespaces; the whole cluster includes every namespace.
fn policies(b: &Builder, grants: &[Grant]) -> Vec<AccessPolicy> {
    let mut by_arn: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
    for grant in grants {
        let arn = policy_arn(b, &grant.policy.value);
        let namespaces = by_arn.entry(arn).or_insert_with(|| Some(Vec::new()));
        if grant.namespaces.is_empty() {
            *namespaces = None;
        } else if let Some(namespaces) = namespaces {
            namespaces.extend(grant.namespaces.iter().cloned());
        }
    }
    by_arn
        .into_iter()
        .map(|(policy_arn, namespaces)| match namespaces {
            None => AccessPolicy {
                policy_arn,
                scope: AccessScope::Cluster,
                namespaces: Vec::new(),
            },
            Some(mut namespaces) => {
                namespaces.sort_unstable();
                namespaces.dedup();
                AccessPolicy {
                    policy_arn,
                    scope: AccessScope::Namespace,
                    namespaces,
                }
            }
        })
        .collect()
}

fn policy_arn(b: &Builder, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    format!(
        "arn:{}:eks::aws:cluster-access-policy/{name}",
        b.stack.region.value.partition().as_str()
    )
}
