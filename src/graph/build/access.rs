//! Access entries: who may use the cluster's API.

use std::collections::BTreeMap;

use super::cluster::ClusterRefs;
use super::{Builder, sorted};
use crate::graph::{AccessEntry, AccessPolicy, AccessScope, Arn, Deferred};
use crate::network::{AccessEntry as Entry, Cluster as Model, Grant};

pub(super) fn build(b: &mut Builder, model: &Model, cluster: &ClusterRefs) {
    let mut entries: Vec<_> = model.access.iter().collect();
    entries.sort_by(|a, z| a.name.value.cmp(&z.name.value));
    for entry in entries {
        let groups = groups(entry);
        let policies = policies(b, &entry.grants);
        let tags = b.tags(&entry.name.value);
        b.add(
            entry.name.value.as_str(),
            entry.name.origin,
            AccessEntry {
                cluster: cluster.cluster.clone(),
                principal: Deferred::Known(Arn(entry.principal.value.clone())),
                entry_type: "STANDARD",
                groups,
                policies,
                tags,
            },
        );
    }
}

/// The Kubernetes groups of an entry, each once.
pub(super) fn groups(entry: &Entry) -> Vec<String> {
    sorted(&entry.groups).into_iter().cloned().collect()
}

/// One policy each, with all its namespaces; the whole cluster includes every namespace.
pub(super) fn policies(b: &Builder, grants: &[Grant]) -> Vec<AccessPolicy> {
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

pub(super) fn policy_arn(b: &Builder, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    format!(
        "arn:{}:eks::aws:cluster-access-policy/{name}",
        b.stack.region.value.partition().as_str()
    )
}
