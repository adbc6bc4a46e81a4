//! How the pods of a spec get their addresses.

use super::pod_groups::OwnGroups;
use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{At, Placement, PodMode, Pods, Snat, Stack, Warm};
use crate::spec::{
    Either, Field, PlacementSpec, PodModeSpec, PodsSpec, SnatSpec, SnatWord, WarmSpec,
};

const COUNTED: &str =
    "where the VPC CNI is told to count addresses, it forgets interfaces and prefixes";

impl Lowering<'_> {
    pub(super) fn pods(
        &mut self,
        spec: &PodsSpec,
        origin: Origin,
        network: (&Stack, &TierNames),
        own: &OwnGroups,
        auto_alone: bool,
    ) -> Pods {
        let mut pods = Pods::defaults(origin);
        if let Some((mode, span)) = spec.mode.located() {
            let mode = match mode {
                PodModeSpec::Addresses => PodMode::Addresses,
                PodModeSpec::Prefixes => PodMode::Prefixes,
            };
            pods.mode = At::new(mode, Origin::Spec(span));
        }
        pods.warm = self.warm(&spec.warm);
        if let Some(placement) = self.placement(spec, network, auto_alone) {
            pods.placement = placement;
        }
        if let Some(snat) = self.snat(&spec.snat) {
            pods.snat = snat;
        }
        if let Some((groups, span)) = spec.security_groups.located() {
            let groups = self.pod_security_groups(groups, Origin::Spec(span), own);
            pods.security_groups = Some(groups);
        }
        pods
    }

    fn warm(&mut self, field: &Field<WarmSpec>) -> Option<At<Warm>> {
        let (spec, span) = field.located()?;
        let origin = Origin::Spec(span);
        let kinds = [
            ("enis", &spec.enis),
            ("prefixes", &spec.prefixes),
            ("addresses", &spec.addresses),
        ];
        let mut written = kinds.iter().filter(|(_, field)| !field.is_absent());
        let Some((first, _)) = written.next() else {
            let what = "`enis`, `prefixes`, or `addresses` with `minimum`";
            self.words.missing(origin, "addresses", what);
            return None;
        };
        if let Some((second, field)) = written.next() {
            let note = if *second == "addresses" {
                COUNTED
            } else {
                "a node takes addresses one by one or by prefix, as `mode` says"
            };
            self.words.push(
                rules::SPEC018
                    .at(
                        field.origin(),
                        format!("a node keeps `{first}` ready or `{second}`, not both"),
                    )
                    .note(note)
                    .help(format!("write one of them: `warm: {{ {first}: 1 }}`")),
            );
            return None;
        }
        if *first != "addresses" && !spec.minimum.is_absent() {
            self.words.push(
                rules::SPEC018
                    .at(
                        spec.minimum.origin(),
                        format!("`minimum` counts addresses, and `{first}` are kept ready"),
                    )
                    .note(COUNTED)
                    .help("write `warm: { addresses: 5, minimum: 20 }`"),
            );
            return None;
        }
        let warm = if let Some(enis) = spec.enis.get() {
            Warm::Interfaces(*enis)
        } else if let Some(prefixes) = spec.prefixes.get() {
            Warm::Prefixes(*prefixes)
        } else {
            Warm::Addresses {
                free: *spec.addresses.get()?,
                minimum: spec.minimum.get().copied(),
            }
        };
        Some(At::new(warm, origin))
    }

    fn placement(
        &mut self,
        spec: &PodsSpec,
        (stack, tiers): (&Stack, &TierNames),
        auto_alone: bool,
    ) -> Option<Placement> {
        if spec.tier.is_absent() {
            if !spec.placement.is_absent() {
                let what = "the tier that pods have their addresses from";
                self.words.missing(spec.placement.origin(), "tier", what);
            }
            return None;
        }
        if spec.placement.is_absent() && !auto_alone {
            let what = "`custom-networking` for all pods, or `discovery` for those that find no room beside their node";
            self.words.missing(spec.tier.origin(), "placement", what);
        }
        let name = Words::text(&spec.tier)?;
        let tier = self.handle(&name, &stack.network, tiers);
        self.complete &= tier.is_some();
        if spec.placement.is_absent() && auto_alone {
            return tier.map(Placement::NodeClass);
        }
        Some(match spec.placement.get()? {
            PlacementSpec::CustomNetworking => Placement::CustomNetworking(tier?),
            PlacementSpec::NodeClass => Placement::NodeClass(tier?),
            PlacementSpec::Discovery => Placement::Discovery(tier?),
        })
    }

    fn snat(&mut self, field: &Field<Either<SnatWord, SnatSpec>>) -> Option<At<Snat>> {
        let (spec, span) = field.located()?;
        let snat = match spec {
            Either::Short(SnatWord::External) => Snat::External,
            Either::Short(SnatWord::Cni) => Snat::Cni {
                exclude: Vec::new(),
            },
            Either::Long(spec) => Snat::Cni {
                exclude: self.words.cidrs(&spec.exclude),
            },
        };
        Some(At::new(snat, Origin::Spec(span)))
    }
}
