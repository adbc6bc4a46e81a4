//! The blocks of a spec's VPC.

use super::Lowering;
use crate::network::{At, Ipv4Net};
use crate::spec::NetworkSpec;

impl Lowering<'_> {
    pub(super) fn secondary_cidrs(&mut self, spec: &NetworkSpec) -> Vec<At<Ipv4Net>> {
        self.blocks &= !spec.secondary_cidrs.is_invalid();
        let mut blocks = Vec::new();
        for field in spec.secondary_cidrs.get().into_iter().flatten() {
            let block = self.words.block(field);
            self.blocks &= block.is_some();
            if let Some((block, whole)) = block {
                self.complete &= whole;
                blocks.push(block);
            }
        }
        // Subnets that come from one that is missing would seem to have no room.
        self.complete &= self.blocks;
        blocks
    }

    pub(super) fn reserved(&mut self, spec: &NetworkSpec) -> Vec<At<Ipv4Net>> {
        let mut reserved = Vec::new();
        for field in spec.reserved.get().into_iter().flatten() {
            let range = self.words.cidr(field);
            // Without it, what is planned would be in its place.
            self.complete &= range.is_some();
            reserved.extend(range);
        }
        self.complete &= !spec.reserved.is_invalid();
        reserved
    }
}
