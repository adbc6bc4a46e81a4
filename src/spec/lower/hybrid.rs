//! Hybrid nodes.

use super::Lowering;
use super::words::Words;
use crate::check::rules;
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
        if spec.nodes.get().is_some_and(Vec::is_empty) {
            self.words.push(
                rules::SPEC016
                    .at(spec.nodes.origin(), "the hybrid nodes have no ranges")
                    .help("name them: `[192.168.64.0/20]`"),
            );
        }
        Some(HybridNodes {
            origin,
            nodes: self.words.cidrs(&spec.nodes),
            pods: self.words.cidrs(&spec.pods),
            role: Words::text(&spec.role),
        })
    }
}
