//! Security groups of a spec's node groups.

use super::Lowering;
use super::pod_groups::OwnGroups;
use super::words::Words;
use crate::network::{At, NodeGroup, NodeSecurityGroup};
use crate::spec::{ClusterSpec, Field};

impl Lowering<'_> {
    pub(super) fn node_security_groups(
        &mut self,
        spec: &ClusterSpec,
        own: &OwnGroups,
    ) -> Vec<NodeSecurityGroup> {
        let mut groups = Vec::new();
        for (key, field) in spec.node_security_groups.get().into_iter().flatten() {
            let mut group = NodeSecurityGroup::called(Words::name(key));
            if let Some(spec) = field.get() {
                group.rules = self.group_rules(&spec.rules, own);
            }
            groups.push(group);
        }
        groups
    }

    /// The security group of a node group's nodes, by its name. Where which one is meant has been asked already, a likely one
    /// stands for it.
    pub(super) fn security_group(
        &mut self,
        field: &Field<String>,
        group: &NodeGroup,
        own: &OwnGroups,
    ) -> Option<At<String>> {
        let known = &own.nodes;
        let same = known.iter().find(|name| **name == group.name.value);
        let likely = same.or(known.first()).map(|name| (*name).to_owned());
        let Some(name) = Words::text(field) else {
            let meant = self.words.is_meant("security-group") && group.keeps_off();
            let unread = field.is_invalid() || meant;
            return likely.filter(|_| unread).map(At::default_of);
        };
        // Where there are none, the model's own rule says how to add one.
        let wrong = !known.is_empty()
            && self
                .words
                .reference(&name, "security group of nodes", known)
                .is_none();
        if wrong {
            return likely.map(|likely| At::new(likely, name.origin));
        }
        Some(name)
    }
}
