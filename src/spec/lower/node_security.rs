//! Security groups of a spec's node groups.

use super::Lowering;
use super::pod_groups::Named;
use super::words::Words;
use crate::network::{At, NodeSecurityGroup};
use crate::spec::{ClusterSpec, Field};

impl Lowering<'_> {
    pub(super) fn node_security_groups(
        &mut self,
        spec: &ClusterSpec,
        named: &Named,
    ) -> Vec<NodeSecurityGroup> {
        let mut groups = Vec::new();
        for (key, field) in spec.node_security_groups.get().into_iter().flatten() {
            let mut group = NodeSecurityGroup::called(Words::name(key));
            if let Some(spec) = field.get() {
                group.rules = self.group_rules(&spec.rules, named);
            }
            groups.push(group);
        }
        groups
    }

    /// The security group of a node group's nodes, by its name. Where which one is meant has been asked already, any stands for
    /// it.
    pub(super) fn security_group(
        &mut self,
        field: &Field<String>,
        named: &Named,
    ) -> Option<At<String>> {
        let known = &named.nodes;
        let any = known.first().map(|name| (*name).to_owned());
        let Some(name) = Words::text(field) else {
            let unread = field.is_invalid() || self.words.is_meant("security-group");
            return any.filter(|_| unread).map(At::default_of);
        };
        // Where there are none, the model's own rule says how to add one.
        let wrong = !known.is_empty()
            && self
                .words
                .reference(&name, "security group of nodes", known)
                .is_none();
        if wrong {
            return any.map(|any| At::new(any, name.origin));
        }
        Some(name)
    }
}
