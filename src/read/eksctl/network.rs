//! `vpc` and the zones: which subnets there are, and which tiers they come to.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::draft::{Access, Endpoint, Nat, Net, Tier, Zones};
use super::section::{Reader, Section, Word};
use crate::check::rules;
use crate::diagnostic::{Origin, Span};
use crate::network::{Region, ZoneError, ZoneId};
use crate::spec::tree::Kind;

/// What eksctl takes for a VPC's range.
const DEFAULT_CIDR: &str = "192.168.0.0/16";

/// Names of zones and the ids that they stand for, as the user gave them.
pub(super) struct ZoneNames<'a> {
    ids: &'a BTreeMap<String, ZoneId>,
    region: Region,
    asked: BTreeSet<String>,
}

impl<'a> ZoneNames<'a> {
    pub(super) fn new(ids: &'a BTreeMap<String, ZoneId>, region: Region) -> Self {
        let asked = BTreeSet::new();
        Self { ids, region, asked }
    }

    /// The id of a zone; its name where nobody said what it stands for.
    pub(super) fn id(&mut self, zone: &Word, reader: &mut Reader) -> String {
        if let Some(id) = self.ids.get(&zone.text) {
            return id.to_string();
        }
        if ZoneId::parse(&zone.text).is_err() && self.asked.insert(zone.text.clone()) {
            let (name, region) = (&zone.text, self.region);
            let prefix = region.zone_prefix();
            reader.findings.push(
                rules::SPEC052
                    .at(
                        Origin::Spec(zone.span),
                        format!("`{name}` is the name of a zone, and the spec needs its id"),
                    )
                    .note(format!(
                        "names are of one account; `aws ec2 describe-availability-zones --region {region} --query \
                         \"AvailabilityZones[].[ZoneName,ZoneId]\"` shows what they stand for"
                    ))
                    .help(format!(
                        "import again with `--zone {name}={prefix}-azN`, or put the id into the spec"
                    )),
            );
        }
        zone.text.clone()
    }
}

/// A subnet of the file, or of eksctl's own layout.
pub(super) struct Subnet {
    pub(super) access: Access,
    /// What node groups call it.
    key: Word,
    /// Its zone's id, or name.
    zone: Option<String>,
    zone_name: Option<String>,
    pub(super) id: Option<Word>,
    cidr: Option<String>,
}

/// Something that names the subnets it stands in.
pub(super) struct Use {
    /// What it is: `node group \`workers\``.
    pub(super) what: String,
    /// What a tier of its own is called.
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) access: Access,
    /// Subnets by what they are called, by id, or by zone; all without.
    pub(super) wanted: Option<Vec<Word>>,
}

/// What `vpc` says, without the tiers.
pub(super) struct Vpc {
    pub(super) net: Net,
    pub(super) endpoint: Endpoint,
    pub(super) subnets: Vec<Subnet>,
    pub(super) control_plane: Option<Vec<Word>>,
    nat: Nat,
    /// The size of a subnet of eksctl's layout.
    prefix: u8,
    has_public: bool,
}

/// Reads what stands in `vpc`, `availabilityZones` and `privateCluster`.
pub(super) fn vpc(
    root: &mut Section,
    names: &mut ZoneNames,
    span: Span,
    reader: &mut Reader,
) -> Vpc {
    let private = private_cluster(root, reader);
    let zones = root.words("availabilityZones", reader);
    let nothing: &[_] = &[];
    let vpc_span = root.key_span("vpc").unwrap_or(span);
    let mut vpc = root
        .below("vpc", reader)
        .unwrap_or_else(|| Section::root(nothing));
    let cidr = vpc.word("cidr", reader);
    let range = cidr
        .as_ref()
        .and_then(|cidr| cidr.text.parse::<Ipv4Net>().ok());
    if let (Some(cidr), None) = (&cidr, range) {
        reader.findings.push(
            rules::SPEC053
                .at(
                    Origin::Spec(cidr.span),
                    format!("`{}` is not a range", cidr.text),
                )
                .help("write it as 10.20.0.0/16"),
        );
    }
    let mut net = Net {
        cidr: cidr.map_or_else(|| DEFAULT_CIDR.to_owned(), |cidr| cidr.text),
        ..Net::default()
    };
    let texts = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect();
    net.secondary = vpc.words("extraCIDRs", reader).map_or_else(Vec::new, texts);
    net.ipv6 = vpc.flag("autoAllocateIPv6", reader).unwrap_or_default();
    net.endpoints = private.as_ref().map(|more| services(more));
    let mut subnets = subnets(&mut vpc, names, reader);
    let existing = vpc.word("id", reader);
    let listed = zones.unwrap_or_default();
    let range = range.or_else(|| net.cidr.parse().ok());
    let prefix = range.map_or(19, |range| eighth(range, listed.len()));
    if subnets.is_empty() {
        subnets = layout(range, &listed, private.is_some(), names, reader);
    } else if !listed.is_empty() {
        // eksctl takes the zones of the subnets; the list may only repeat them.
        for zone in &listed {
            names.id(zone, reader);
        }
    }
    net.zones = match &*subnets {
        [] => {
            let count = if names.region == Region::UsEast1 {
                2
            } else {
                3
            };
            not_known(vpc_span, count, reader);
            Zones::Count(count)
        }
        subnets => Zones::Listed(in_order(subnets)),
    };
    let has_public = private.is_none()
        && (subnets.is_empty() || subnets.iter().any(|subnet| subnet.access == Access::Public));
    let nat = nat(&mut vpc, private.is_some() || !has_public, reader);
    if let Some(id) = existing.or_else(|| subnets.iter().find_map(|subnet| subnet.id.clone())) {
        exists(&id, reader);
    }
    let endpoint = endpoint(&mut vpc, private.is_some(), vpc_span, reader);
    let control_plane = control_plane(&mut vpc, &subnets, has_public, vpc_span, reader);
    vpc.leave("manageSharedNodeSecurityGroupRules", |kind| {
        *kind == Kind::Bool(true)
    });
    vpc.leave("controlPlaneEgressMode", |kind| {
        *kind == Kind::Str("AWS_MANAGED".to_owned())
    });
    vpc.finish(reader);
    Vpc {
        net,
        endpoint,
        subnets,
        control_plane,
        nat,
        prefix,
        has_public,
    }
}

/// What a fully private cluster asks for beyond what it needs; nothing where it is not one.
fn private_cluster(root: &mut Section, reader: &mut Reader) -> Option<Vec<Word>> {
    let mut section = root.below("privateCluster", reader)?;
    let enabled = section.flag("enabled", reader).unwrap_or_default();
    let more = section.words("additionalEndpointServices", reader);
    section.leave("skipEndpointCreation", |kind| *kind == Kind::Bool(false));
    section.finish(reader);
    enabled.then(|| more.unwrap_or_default())
}

/// The endpoints of a fully private cluster.
///
/// Source: eksctl, "EKS Fully-Private Cluster"; `eks-auth` is for the role of eksnet's VPC CNI.
fn services(more: &[Word]) -> Vec<String> {
    let needed = ["ec2", "ecr.api", "ecr.dkr", "eks-auth", "s3", "sts"];
    let mut all: Vec<_> = needed.into_iter().map(str::to_owned).collect();
    all.extend(more.iter().map(|word| word.text.clone()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The subnets that the file lists.
fn subnets(vpc: &mut Section, names: &mut ZoneNames, reader: &mut Reader) -> Vec<Subnet> {
    let mut all = Vec::new();
    let Some(mut lists) = vpc.below("subnets", reader) else {
        return all;
    };
    for (access, key) in [(Access::Private, "private"), (Access::Public, "public")] {
        for (key, mut subnet) in lists.named(key, reader) {
            let az = subnet.word("az", reader);
            let id = subnet.word("id", reader);
            let cidr = subnet.text("cidr", reader);
            subnet.finish(reader);
            let names_zone = ZoneId::parse(&key.text);
            let key_is_zone = matches!(names_zone, Ok(_) | Err(ZoneError::ZoneName));
            let zone = az.or_else(|| key_is_zone.then(|| key.clone()));
            if zone.is_none() {
                reader.lost(
                    key.span,
                    format!(
                        "subnet `{}` is not carried over: its zone is not said",
                        key.text
                    ),
                    "add `az` to it, as eksctl would find it out from AWS",
                );
                continue;
            }
            let zone_name = zone.as_ref().map(|zone| zone.text.clone());
            all.push(Subnet {
                access,
                zone: zone.map(|zone| names.id(&zone, reader)),
                zone_name,
                key,
                id,
                cidr,
            });
        }
    }
    lists.finish(reader);
    all
}

/// The prefix length of eksctl's subnets: an eighth of the VPC for up to four zones, a sixteenth for more.
fn eighth(range: Ipv4Net, zones: usize) -> u8 {
    (range.prefix_len() + if zones > 4 { 4 } else { 3 }).min(28)
}

/// The subnets that eksctl makes where none are listed: the public ones first, in the order of the zones.
///
/// Source: eksctl, `SetSubnets` in `pkg/vpc/vpc.go`.
fn layout(
    range: Option<Ipv4Net>,
    zones: &[Word],
    private_only: bool,
    names: &mut ZoneNames,
    reader: &mut Reader,
) -> Vec<Subnet> {
    let Some(range) =
        range.filter(|range| (16..=24).contains(&range.prefix_len()) && zones.len() <= 8)
    else {
        return Vec::new();
    };
    let parts = range.subnets(eighth(range, zones.len()));
    let mut parts = parts.into_iter().flatten();
    let mut all = Vec::new();
    for access in [Access::Public, Access::Private] {
        for zone in zones {
            let cidr = parts.next().map(|cidr| cidr.to_string());
            if access == Access::Public && private_only {
                continue;
            }
            all.push(Subnet {
                access,
                key: zone.clone(),
                zone: Some(names.id(zone, reader)),
                zone_name: Some(zone.text.clone()),
                id: None,
                cidr,
            });
        }
    }
    all
}

fn not_known(span: Span, count: usize, reader: &mut Reader) {
    reader.findings.push(
        rules::SPEC052
            .at(Origin::Spec(span), "the zones are not named, and eksctl chooses some for each cluster")
            .note(format!("the spec has {count} zones of eksnet's choice, and places of its own for the subnets"))
            .help(
                "for a cluster that exists, add `availabilityZones` in the order of its public subnets; or list its subnets \
                 by `aws ec2 describe-subnets` for `eksnet plan --adopt`",
            ),
    );
}

/// The zones of subnets, each once.
fn in_order(subnets: &[Subnet]) -> Vec<String> {
    let zones: BTreeSet<&String> = subnets
        .iter()
        .filter_map(|subnet| subnet.zone.as_ref())
        .collect();
    zones.into_iter().cloned().collect()
}

fn nat(vpc: &mut Section, useless: bool, reader: &mut Reader) -> Nat {
    let mut word = None;
    if let Some(mut section) = vpc.below("nat", reader) {
        word = section.word("gateway", reader);
        section.finish(reader);
    }
    match word.as_ref().map(|word| &*word.text) {
        _ if useless => Nat::None,
        None | Some("Single") => Nat::Single,
        Some("HighlyAvailable") => Nat::PerZone,
        Some("Disable") => Nat::None,
        Some(other) => {
            if let Some(word) = &word {
                reader.findings.push(
                    rules::SPEC053
                        .at(
                            Origin::Spec(word.span),
                            format!("`{other}` is not a NAT mode of eksctl"),
                        )
                        .help("the modes are HighlyAvailable, Single and Disable"),
                );
            }
            Nat::Single
        }
    }
}

fn exists(id: &Word, reader: &mut Reader) {
    reader.lost(
        id.span,
        format!("`{}` exists, and the spec builds a network of its own", id.text),
        "keep the ranges of the spec apart from those of the network that exists, or use it as it is with eksctl",
    );
}

/// Where the API answers.
///
/// Source: eksctl, "Managing access to the Kubernetes API server endpoints": public alone without a word.
fn endpoint(vpc: &mut Section, fully_private: bool, span: Span, reader: &mut Reader) -> Endpoint {
    let (mut public, mut private) = (None, None);
    let at = vpc.key_span("clusterEndpoints").unwrap_or(span);
    if let Some(mut section) = vpc.below("clusterEndpoints", reader) {
        public = section.flag("publicAccess", reader);
        private = section.flag("privateAccess", reader);
        section.finish(reader);
    }
    let cidrs_at = vpc.key_span("publicAccessCIDRs").unwrap_or(span);
    let cidrs = vpc.words("publicAccessCIDRs", reader);
    let mut endpoint = Endpoint {
        private: private.unwrap_or(fully_private),
        public: public.unwrap_or(!fully_private),
        cidrs: Vec::new(),
        by_default: false,
    };
    if fully_private {
        endpoint.private = true;
        endpoint.public = false;
    }
    if !endpoint.private && !endpoint.public {
        reader.findings.push(
            rules::SPEC053
                .at(
                    Origin::Spec(at),
                    "nobody could reach the API: both sides of its endpoint are off",
                )
                .note("eksctl refuses such a file")
                .help("turn `privateAccess` or `publicAccess` on"),
        );
    }
    match cidrs {
        Some(cidrs) if endpoint.public => {
            endpoint.cidrs = cidrs.into_iter().map(|word| word.text).collect();
        }
        Some(_) => reader.lost(
            cidrs_at,
            "`vpc.publicAccessCIDRs` is not carried over: the endpoint is private",
            "remove it; AWS takes ranges for a public endpoint only",
        ),
        None => {}
    }
    if endpoint.public && endpoint.cidrs.is_empty() {
        endpoint.cidrs.push("0.0.0.0/0".to_owned());
        endpoint.by_default = true;
        reader.remark(
            at,
            "the API answers the whole internet, as the file names nobody",
            "the spec says so in as many words: `public-cidrs: [0.0.0.0/0]`; name your own ranges there",
        );
    }
    endpoint
}

/// The subnets of the control plane, where they are a choice.
fn control_plane(
    vpc: &mut Section,
    subnets: &[Subnet],
    has_public: bool,
    span: Span,
    reader: &mut Reader,
) -> Option<Vec<Word>> {
    let named = vpc.words("controlPlaneSubnetIDs", reader);
    let private = vpc
        .flag("controlPlaneOnPrivateSubnets", reader)
        .unwrap_or_default();
    let mixed =
        has_public && (subnets.is_empty() || subnets.iter().any(|s| s.access == Access::Private));
    if named.is_none() && !private && mixed {
        reader.remark(
            span,
            "eksctl gives the control plane the public and the private subnets; the spec gives it the private ones",
            "a control plane needs two subnets; its network interfaces have no use for public ones (EKS210)",
        );
    }
    named
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
                tier.nat_tier = publics.first().cloned();
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
                cidrs: Vec::new(),
                prefix: Some(self.prefix),
                nat,
                nat_tier: None,
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
        let names: Vec<&Use> = of_access().map(|(wanted, _)| wanted).collect();
        let named = atoms.into_iter().enumerate().map(|(n, (by, atom))| {
            let name = self.common(&atom).unwrap_or_else(|| match by.first() {
                Some(&first) if n != main => names[first].name.clone(),
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
        let some_unknown = cidrs.len() < part.len();
        if some_unknown {
            cidrs.clear();
        }
        Tier {
            name,
            access,
            cidrs,
            prefix: some_unknown.then_some(self.prefix),
            nat: (access == Access::Private).then_some(self.nat),
            nat_tier: None,
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
