//! What lines of one network contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::read::{Line, Says};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Span};
use crate::plan::{SubnetKey, VpcRange};

/// The lines of one network that were read so far.
#[derive(Default)]
pub(super) struct Seen {
    vpc: Option<(VpcRange, Span)>,
    keys: BTreeMap<SubnetKey, (Ipv4Net, Span)>,
    tombstones: BTreeSet<(SubnetKey, Ipv4Net)>,
    /// By first address; they do not overlap, so only neighbours can overlap a further one.
    ranges: BTreeMap<Ipv4Net, (SubnetKey, Span)>,
    indices: BTreeMap<u8, (SubnetKey, Ipv4Net, Span)>,
    /// The same by subnet.
    index_of: BTreeMap<(SubnetKey, Ipv4Net), (u8, Span)>,
}

impl Seen {
    /// Adds a line. Two branches that both gave out ranges agree line by line, and not in what the lines say.
    pub(super) fn add(&mut self, line: &Line<'_>, findings: &mut Findings) {
        match &line.says {
            Says::Vpc(vpc) => self.add_vpc(*vpc, line, findings),
            Says::Subnet(key, entry) => {
                self.add_index(line, key, entry.cidr, entry.ipv6, findings);
                let before = self.keys.insert(key.clone(), (entry.cidr, line.span));
                if let Some((other, place)) = before {
                    if other == entry.cidr {
                        return;
                    }
                    let message = format!("{key} has both {} and {other}", entry.cidr);
                    clash(line, message, place, findings);
                }
                self.add_range(line, key, entry.cidr, findings);
            }
            Says::Removed(old) => {
                self.add_index(line, &old.key, old.cidr, old.ipv6, findings);
                // Both may have removed it.
                if self.tombstones.insert((old.key.clone(), old.cidr)) {
                    self.add_range(line, &old.key, old.cidr, findings);
                }
            }
        }
    }

    fn add_vpc(&mut self, vpc: VpcRange, line: &Line<'_>, findings: &mut Findings) {
        let (known, place) = *self.vpc.get_or_insert((vpc, line.span));
        if known.cidr != vpc.cidr {
            let message = format!("the VPC has both {} and {}", vpc.cidr, known.cidr);
            clash(line, message, place, findings);
        }
    }

    fn add_range(
        &mut self,
        line: &Line<'_>,
        key: &SubnetKey,
        cidr: Ipv4Net,
        findings: &mut Findings,
    ) {
        if let Some((other, range, place)) = self.overlapping(cidr) {
            let message = if other == key {
                format!("{key} has {cidr} and had {range}, which overlap")
            } else {
                format!("{cidr} of {key} overlaps {range} of {other}")
            };
            clash(line, message, place, findings);
        } else {
            self.ranges.insert(cidr, (key.clone(), line.span));
        }
    }

    fn add_index(
        &mut self,
        line: &Line<'_>,
        key: &SubnetKey,
        cidr: Ipv4Net,
        index: Option<u8>,
        findings: &mut Findings,
    ) {
        let Some(index) = index else { return };
        let (other, range, place) = &*self
            .indices
            .entry(index)
            .or_insert_with(|| (key.clone(), cidr, line.span));
        if (other, *range) != (key, cidr) {
            let message = format!("{key} and {other} both have the IPv6 range {index}");
            clash(line, message, *place, findings);
        }
        let subnet = (key.clone(), cidr);
        let (known, place) = *self.index_of.entry(subnet).or_insert((index, line.span));
        if known != index {
            let message = format!("{key} has both the IPv6 ranges {index} and {known}");
            clash(line, message, place, findings);
        }
    }

    fn overlapping(&self, cidr: Ipv4Net) -> Option<(&SubnetKey, Ipv4Net, Span)> {
        let below = self.ranges.range(..=cidr).next_back();
        let above = self.ranges.range(cidr..).next();
        let mut neighbours = below.into_iter().chain(above);
        neighbours
            .find(|(range, _)| crate::plan::overlap(**range, cidr))
            .map(|(range, (key, span))| (key, *range, *span))
    }
}

fn clash(line: &Line<'_>, message: String, place: Span, findings: &mut Findings) {
    findings.push(
        rules::PLAN009
            .at(Origin::Spec(line.span), message)
            .related(Origin::Spec(place), "the other entry")
            .note(format!(
                "two branches that were merged have both given out ranges of {}",
                line.stack
            ))
            .help("give the one that is not deployed another place by `eksnet plan --repair`"),
    );
}
