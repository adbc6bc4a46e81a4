//! Hybrid nodes.

use super::Lowering;
use super::words::Words;
use crate::diagnostic::Origin;
use crate::network::HybridNodes;
use crate::spec::{Field, HybridNodesSpec};

impl Lowering<'_> {
    pub(super) fn hybrid_nodes(&mut self, field: &Field<HybridNodesSpec>) -> Option<HybridNodes> {
        let (spec, span) = field.located()?;
        let origin = Origin::Spec(span);
        if spec.nodes.is_absent() {
            let what = "the ranges of their addresses, such as `[192.168.64.0/20]`";
            self.words.missing(origin, "nodes", what);
        }
        let mut ranges = |list: &crate::spec::List<String>| {
            let all = list.get().into_iter().flatten();
            all.filter_map(|field| self.words.cidr(field)).collect()
        };
        Some(HybridNodes {
            origin,
            nodes: ranges(&spec.nodes),
            pods: ranges(&spec.pods),
            role: Words::text(&spec.role),
        })
    }
}
