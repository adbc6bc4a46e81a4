//! The NAT gateways of a spec's private tiers.

use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{Access, At, Nat, NatCount, Network};
use crate::spec::{Either, NatSpec, NumberOrText, TierSpec};

impl Lowering<'_> {
    pub(super) fn no_nat(&mut self, spec: &TierSpec, access: Access) {
        if !spec.nat.is_absent() {
            let word = access.as_str();
            self.words.push(
                rules::SPEC018
                    .at(
                        spec.nat.origin(),
                        format!("{word} tiers do not leave through NAT gateways"),
                    )
                    .note("a public tier has the internet gateway, an isolated one no way out")
                    .help("write `access: private`, or leave `nat` out"),
            );
        }
    }

    pub(super) fn nat(
        &mut self,
        network: &Network,
        spec: &TierSpec,
        tier: &At<String>,
        names: &TierNames,
        public: &[usize],
    ) -> Option<Nat> {
        let nothing = NatSpec::default();
        let origin = spec.nat.origin();
        let long = match spec.nat.get() {
            Some(Either::Long(long)) => long,
            Some(Either::Short(_)) | None => &nothing,
        };
        let count = match spec.nat.get() {
            Some(Either::Short(short)) => self.nat_count(short, origin),
            Some(Either::Long(long)) => match long.zones.located() {
                Some((Either::Short(short), span)) => self.nat_count(short, Origin::Spec(span)),
                Some((Either::Long(ids), _)) => {
                    Some(NatCount::In(ids.iter().filter_map(Words::text).collect()))
                }
                None => Some(NatCount::PerZone),
            },
            None if network.fully_private.is_some() => Some(NatCount::None),
            None => Some(NatCount::PerZone),
        }?;
        let mut nat = Nat::none();
        nat.count = At::new(count, origin.or(tier.origin));
        nat.allocations = Words::texts(&long.allocations);
        if nat.count.value != NatCount::None {
            let regional = nat.count.value == NatCount::Regional;
            if public.is_empty() && network.fully_private.is_some() && !regional {
                self.words.push(crate::check::nat_of_private(&nat.count));
                return None;
            }
            if regional {
                self.no_nat_tier(long);
            } else {
                let index = self.nat_tier(long, &nat, names, public)?;
                nat.tier = Some(network.tiers.handle(index));
            }
        }
        Some(nat)
    }

    /// Stands for gateways that could not be read, which has been said: without any, nodes would seem to have no way out.
    pub(super) fn some_nat(
        &mut self,
        network: &Network,
        tier: &At<String>,
        public: &[usize],
    ) -> Option<Nat> {
        let mut nat = Nat::none();
        self.complete &= !public.is_empty();
        nat.tier = Some(network.tiers.handle(*public.first()?));
        nat.count = At::new(NatCount::PerZone, tier.origin);
        Some(nat)
    }

    /// A regional gateway stands nowhere.
    fn no_nat_tier(&mut self, spec: &NatSpec) {
        if spec.tier.is_absent() {
            return;
        }
        self.words.push(
            rules::EKS408
                .at(
                    spec.tier.origin(),
                    "a regional NAT gateway stands in no tier",
                )
                .note("it belongs to the VPC and stands in no subnet: AWS refuses one for it")
                .help("leave `tier` out: `nat: regional`"),
        );
    }

    /// The public tier that gateways stand in.
    fn nat_tier(
        &mut self,
        spec: &NatSpec,
        nat: &Nat,
        names: &TierNames,
        public: &[usize],
    ) -> Option<usize> {
        if let Some(name) = Words::text(&spec.tier) {
            let index = self.tier(&name, names)?;
            if names.local.contains(&index) {
                self.words
                    .push(crate::check::nat_in_local_zones(&name.value, name.origin));
                return None;
            }
            if !public.contains(&index) {
                self.words.push(
                    rules::EKS404
                        .at(
                            name.origin,
                            format!(
                                "a NAT gateway cannot stand in tier `{}`, which is not public",
                                name.value
                            ),
                        )
                        .note("it sends what it translates through the internet gateway")
                        .help("name a public tier"),
                );
                return None;
            }
            return Some(index);
        }
        match public {
            [only] => Some(*only),
            [] if names.unread => None,
            [] => {
                self.words.push(
                    rules::EKS404
                        .at(nat.count.origin, "there is no public tier for the NAT gateways")
                        .note("a NAT gateway stands in a public subnet")
                        .help("add `public: { access: public }`, or write `nat: regional` for a gateway that stands in no subnet, or `nat: none` for a tier that reaches AWS through endpoints only"),
                );
                None
            }
            several => {
                let list: Vec<_> = several.iter().map(|i| names.names[*i].as_str()).collect();
                self.words.push(
                    rules::SPEC017
                        .at(
                            nat.count.origin,
                            "the NAT gateways could stand in several tiers",
                        )
                        .help(format!(
                            "say in which: `nat: {{ tier: {} }}`",
                            list.join("` or `")
                        )),
                );
                None
            }
        }
    }

    fn nat_count(&mut self, word: &NumberOrText, origin: Origin) -> Option<NatCount> {
        match word {
            NumberOrText::Text(word) if word == "per-zone" => Some(NatCount::PerZone),
            NumberOrText::Text(word) if word == "single" => Some(NatCount::Zones(1)),
            NumberOrText::Text(word) if word == "regional" => Some(NatCount::Regional),
            NumberOrText::Text(word) if word == "none" => Some(NatCount::None),
            NumberOrText::Number(0) => Some(NatCount::None),
            NumberOrText::Number(n) => {
                let count = u8::try_from(*n).ok();
                if count.is_none() {
                    let help = "write a number up to that of the zones, `per-zone`, `single`, `regional` or `none`";
                    let finding = rules::SPEC006.at(origin, format!("{n} NAT gateways"));
                    self.words.push(finding.help(help));
                }
                count.map(NatCount::Zones)
            }
            NumberOrText::Text(word) => {
                let finding = rules::SPEC005.at(
                    origin,
                    format!("`{word}` is not a way to place NAT gateways"),
                );
                let near =
                    crate::spec::nearest::nearest(word, ["per-zone", "single", "regional", "none"]);
                self.words.push(match (near, origin) {
                    (Some(near), Origin::Spec(span)) => finding
                        .help(format!("did you mean `{near}`?"))
                        .edit(span, near)
                        .safe_if(crate::spec::nearest::is_same_word(word, near)),
                    _ => finding.help(
                        "write `per-zone`, `single`, `regional`, `none`, a number, or `{ zones: [use1-az1] }`",
                    ),
                });
                None
            }
        }
    }
}
