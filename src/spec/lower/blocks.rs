//! The blocks of a spec's VPC, and the networks that it is connected to.

use super::Lowering;
use crate::diagnostic::Origin;
use crate::network::{At, Connected, Ipv4Net};
use crate::spec::{Either, NetworkSpec};

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

    pub(super) fn connected(&mut self, spec: &NetworkSpec) -> Vec<Connected> {
        let mut connected = Vec::new();
        for (key, field) in spec.connected.get().into_iter().flatten() {
            let cidrs = match field.located() {
                Some((Either::Short(text), span)) => {
                    self.words.cidr_of(text, span).into_iter().collect()
                }
                Some((Either::Long(list), _)) => {
                    list.iter().filter_map(|f| self.words.cidr(f)).collect()
                }
                None => Vec::new(),
            };
            connected.push(Connected {
                name: At::new(key.text.clone(), Origin::Spec(key.span)),
                cidrs,
            });
        }
        connected
    }
}
