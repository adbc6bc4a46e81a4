//! Which tiers the subnets come to.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Access, Nat, Tier};
use super::network::{Subnet, Vpc};
use super::section::{Reader, Word};
use crate::diagnostic::Span;

/// Something that names the subnets it stands in.
pub(super) struct Use {
    /// What it is, with its name.
    pub(super) what: String,
    /// What a tier of its own is called.
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) access: Access,
    /// Subnets by what they are called, by id, or by zone; all without.
    pub(super) wanted: Option<Vec<Word>>,
}

impl Vpc {
    /// Which subnets a use names.
    fn members(&self, wanted: &Use, reader: &mut Reader) -> BTreeSet<usize> {
        let of_access = |i: &usize| self.subnets[*i].access == wanted.access;
        let all: BTreeSet<usize> = (0..self.subnets.len()).filter(of_access).collect();
        let Some(words) = &wanted.wanted else {
            return all;
        };
        let mut members = BTreeSet::new();
        for word in words {
            let is = |i: &&usize| {
                let subnet = &self.subnets[**i];
                let id = subnet.id.as_ref().map(|id| &id.text);
                let names = [
                    Some(&subnet.key.text),
                    id,
                    subnet.zone_name.as_ref(),
                    subnet.zone.as_ref(),
                ];
                names.into_iter().flatten().any(|name| *name == word.text)
            };
            let found: Vec<usize> = all.iter().filter(is).copied().collect();
            if found.is_empty() && !self.subnets.is_empty() {
                reader.lost(
                    word.span,
                    format!(
                        "`{}` of {} is none of the file's subnets",
                        word.text, wanted.what
                    ),
                    "add it below `vpc.subnets` with its zone and range, or take it away",
                );
            }
            members.extend(found);
        }
        if members.is_empty() { all } else { members }
    }

    /// Puts the subnets into tiers, one in each zone, and says which tier each use is in.
    ///
    /// What is used alike is a tier. Where uses overlap, a tier has them all, and whoever wanted fewer is told.
    pub(super) fn tiers(&mut self, uses: &[Use], reader: &mut Reader) -> Vec<String> {
        if self.subnets.is_empty() {
            return self.tiers_anywhere(uses, reader);
        }
        let members: Vec<_> = uses
            .iter()
            .map(|wanted| self.members(wanted, reader))
            .collect();
        let mut tiers: Vec<(Tier, BTreeSet<usize>)> = Vec::new();
        for access in [Access::Public, Access::Private] {
            for (name, part) in self.parts(access, uses, &members) {
                for (n, part) in self.one_in_each_zone(&part).into_iter().enumerate() {
                    let mut name = if n == 0 {
                        name.clone()
                    } else {
                        format!("{name}-{}", n + 1)
                    };
                    while tiers.iter().any(|(tier, _)| tier.name == name) {
                        name.push_str("-more");
                    }
                    let tier = self.tier(name, access, &part);
                    tiers.push((tier, part));
                }
            }
        }
        let publics: Vec<String> = tiers
            .iter()
            .filter(|(tier, _)| tier.access == Access::Public)
            .map(|(tier, _)| tier.name.clone())
            .collect();
        let mut of_uses = Vec::with_capacity(uses.len());
        for (wanted, members) in uses.iter().zip(&members) {
            let best = tiers
                .iter()
                .max_by_key(|(_, part)| part.intersection(members).count());
            let Some((tier, part)) = best else {
                of_uses.push(base(wanted.access).to_owned());
                continue;
            };
            if part != members {
                reader.lost(
                    wanted.span,
                    format!("{} is in other subnets than eksctl puts it into: those of tier `{}`", wanted.what, tier.name),
                    "a tier has one subnet in each of its zones, and a group is in all of them; give it a tier of its own",
                );
            }
            of_uses.push(tier.name.clone());
        }
        for (mut tier, _) in tiers {
            if tier.nat.is_some_and(|nat| nat != Nat::None) && publics.len() > 1 {
                tier.nat_in = publics.first().cloned();
            }
            // Of several the controller could not choose.
            tier.load_balancers = !self
                .net
                .tiers
                .iter()
                .any(|other| other.access == tier.access);
            self.net.tiers.push(tier);
        }
        of_uses
    }

    /// Tiers whose subnets are eksnet's to place.
    fn tiers_anywhere(&mut self, uses: &[Use], reader: &mut Reader) -> Vec<String> {
        let public = self.has_public.then_some((Access::Public, None));
        for (access, nat) in public
            .into_iter()
            .chain([(Access::Private, Some(self.nat))])
        {
            self.net.tiers.push(Tier {
                name: base(access).to_owned(),
                access,
                existing: Vec::new(),
                cidrs: Vec::new(),
                prefix: Some(self.prefix),
                nat,
                nat_in: None,
                load_balancers: true,
            });
        }
        for wanted in uses.iter().filter(|wanted| wanted.wanted.is_some()) {
            reader.lost(
                wanted.span,
                format!(
                    "{} is in every zone of its tier, and not in those that it names",
                    wanted.what
                ),
                "add `availabilityZones` to the file, or give it a tier of its own with `zones`",
            );
        }
        uses.iter()
            .map(|wanted| base(wanted.access).to_owned())
            .collect()
    }

    /// The subnets of an access that are used alike, with a name for each part.
    fn parts(
        &self,
        access: Access,
        uses: &[Use],
        members: &[BTreeSet<usize>],
    ) -> Vec<(String, BTreeSet<usize>)> {
        let all: BTreeSet<usize> = (0..self.subnets.len())
            .filter(|&i| self.subnets[i].access == access)
            .collect();
        if all.is_empty() {
            return Vec::new();
        }
        let tiers: BTreeSet<_> = all.iter().map(|&i| &self.subnets[i].tier).collect();
        if !tiers.contains(&None) {
            let named = tiers.into_iter().flatten().map(|tier| {
                let of_tier = |i: &usize| self.subnets[*i].tier.as_ref() == Some(tier);
                (tier.clone(), all.iter().copied().filter(of_tier).collect())
            });
            return named.collect();
        }
        let of_access = || {
            uses.iter()
                .zip(members)
                .filter(|(wanted, _)| wanted.access == access)
        };
        let mut atoms: BTreeMap<Vec<usize>, BTreeSet<usize>> = BTreeMap::new();
        for &subnet in &all {
            let by = of_access()
                .enumerate()
                .filter(|(_, (_, members))| members.contains(&subnet));
            atoms
                .entry(by.map(|(n, _)| n).collect())
                .or_default()
                .insert(subnet);
        }
        let apart = of_access().all(|(_, members)| atoms.values().any(|atom| atom == members));
        if !apart || atoms.len() == 1 {
            let name = self.common(&all);
            return vec![(name.unwrap_or_else(|| base(access).to_owned()), all)];
        }
        let mut atoms: Vec<_> = atoms.into_iter().collect();
        atoms.sort_by_key(|(_, atom)| atom.first().copied());
        let main = atoms
            .iter()
            .position(|(by, _)| by.is_empty())
            .unwrap_or_default();
        let of: Vec<&Use> = of_access().map(|(wanted, _)| wanted).collect();
        let named = atoms.into_iter().enumerate().map(|(n, (by, atom))| {
            let name = self.common(&atom).unwrap_or_else(|| match by.first() {
                Some(&first) if n != main => of[first].name.clone(),
                Some(_) | None => base(access).to_owned(),
            });
            (name, atom)
        });
        named.collect()
    }

    /// What the names of subnets have in common: `pods` of `pods-a` and `pods-b`. The names of zones say nothing.
    fn common(&self, subnets: &BTreeSet<usize>) -> Option<String> {
        let of_zone = |subnet: &Subnet| subnet.zone_name.as_ref() == Some(&subnet.key.text);
        if subnets.iter().any(|&i| of_zone(&self.subnets[i])) {
            return None;
        }
        let mut names = subnets.iter().map(|&i| &*self.subnets[i].key.text);
        let first = names.next()?;
        let shared = names.fold(first.len(), |shared, name| {
            let same = first.bytes().zip(name.bytes());
            shared.min(same.take_while(|(a, b)| a == b).count())
        });
        let (prefix, _) = first.get(..shared)?.rsplit_once('-')?;
        let letter = prefix.starts_with(|c: char| c.is_ascii_lowercase());
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (letter && prefix.bytes().all(sound)).then(|| prefix.to_owned())
    }

    /// The first subnet of every zone, then the second ones, and so on.
    fn one_in_each_zone(&self, part: &BTreeSet<usize>) -> Vec<BTreeSet<usize>> {
        let mut seen: BTreeMap<&Option<String>, usize> = BTreeMap::new();
        let mut parts: Vec<BTreeSet<usize>> = Vec::new();
        for &i in part {
            let nth = seen.entry(&self.subnets[i].zone).or_default();
            if parts.len() <= *nth {
                parts.push(BTreeSet::new());
            }
            parts[*nth].insert(i);
            *nth += 1;
        }
        parts
    }

    fn tier(&self, name: String, access: Access, part: &BTreeSet<usize>) -> Tier {
        let mut cidrs: Vec<(String, String)> = part
            .iter()
            .filter_map(|&i| {
                let subnet = &self.subnets[i];
                Some((subnet.zone.clone()?, subnet.cidr.clone()?))
            })
            .collect();
        cidrs.sort();
        let mut existing = Vec::new();
        if self.net.existing.is_some() {
            cidrs.clear();
            existing.extend(part.iter().filter_map(|&i| {
                let subnet = &self.subnets[i];
                let id = subnet.id.as_ref()?.text.clone();
                Some((subnet.zone.clone()?, id, subnet.cidr.clone()?))
            }));
            existing.sort();
        }
        let some_unknown = existing.is_empty() && cidrs.len() < part.len();
        if some_unknown {
            cidrs.clear();
        }
        Tier {
            name,
            access,
            existing,
            cidrs,
            prefix: some_unknown.then_some(self.prefix),
            nat: (access == Access::Private && self.net.existing.is_none()).then_some(self.nat),
            nat_in: None,
            load_balancers: true,
        }
    }
}

/// What a tier of all subnets of an access is called.
pub(super) const fn base(access: Access) -> &'static str {
    match access {
        Access::Private => "private",
        Access::Public => "public",
    }
}
