//! A network that grows and shrinks, as its spec says it and as a program builds it.

mod ranges;

use eksnet::network::{Access, Ipv4Net, ZoneId};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use serde_json::{Map, Value, json};

use super::rng::Rng;

/// The region's zones that EKS serves.
pub const ZONES: [&str; 5] = ["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"];

/// Few names, so that what was removed comes back.
const NAMES: [&str; 9] = [
    "aa", "batch", "data", "edge", "nodes", "pods", "public", "web", "zz",
];

const MOST_TIERS: usize = 6;
const MOST_FURTHER: usize = 3;

#[derive(Clone, Debug, PartialEq)]
pub struct Growing {
    pub cidr: Ipv4Net,
    /// Further ranges of the VPC, in the order in which they joined it.
    pub further: Vec<Ipv4Net>,
    pub reserved: Option<Ipv4Net>,
    pub ipv6: bool,
    pub zones: Zones,
    pub tiers: Vec<GrowingTier>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Zones {
    Count(u8),
    List(Vec<&'static str>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct GrowingTier {
    pub name: &'static str,
    pub access: Access,
    pub prefix: Option<u8>,
    pub further: Vec<u8>,
    pub zones: Option<Vec<&'static str>>,
    /// Which of the network's ranges its subnets come from.
    pub block: Option<Ipv4Net>,
    /// Ranges that are written down, by zone. A tier that has some lists its zones.
    pub pins: Vec<(&'static str, Ipv4Net)>,
    /// Through the gateways of which public tier it leaves.
    pub nat: Option<&'static str>,
}

impl GrowingTier {
    pub const fn new(name: &'static str, access: Access, prefix: Option<u8>) -> Self {
        Self {
            name,
            access,
            prefix,
            further: Vec::new(),
            zones: None,
            block: None,
            pins: Vec::new(),
            nat: None,
        }
    }

    /// What is written down for its first subnet in a zone.
    pub fn pin(&self, zone: &str) -> Option<Ipv4Net> {
        let mut pins = self.pins.iter();
        pins.find(|(id, _)| *id == zone).map(|(_, cidr)| *cidr)
    }
}

/// What a step does to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    AddZone,
    RemoveZone,
    AddTier,
    RemoveTier,
    RenameTier,
    AddFurther,
    RemoveFurther,
    AddZoneToTier,
    RemoveZoneFromTier,
    ReorderTiers,
    ReorderZones,
    WriteZonesDifferently,
    AddBlock,
    RemoveBlock,
    ReorderBlocks,
    /// A tier with ranges that are written down.
    AddPinnedTier,
    /// A range is written down that the subnet has already.
    PinAsItIs,
    Unpin,
    /// A tier with a range that a removed subnet had.
    PinBuried,
}

impl Step {
    pub const GROWTH: [Self; 12] = [
        Self::AddZone,
        Self::AddTier,
        Self::AddFurther,
        Self::AddZoneToTier,
        Self::AddBlock,
        Self::AddPinnedTier,
        Self::PinAsItIs,
        Self::Unpin,
        Self::ReorderBlocks,
        Self::ReorderTiers,
        Self::ReorderZones,
        Self::WriteZonesDifferently,
    ];
    pub const SHRINKING: [Self; 7] = [
        Self::RemoveBlock,
        Self::PinBuried,
        Self::RemoveZone,
        Self::RemoveTier,
        Self::RenameTier,
        Self::RemoveFurther,
        Self::RemoveZoneFromTier,
    ];

    /// Whether nothing may come of it.
    pub const fn changes_nothing(self) -> bool {
        matches!(
            self,
            Self::ReorderTiers
                | Self::ReorderZones
                | Self::ReorderBlocks
                | Self::WriteZonesDifferently
                | Self::PinAsItIs
                | Self::Unpin
        )
    }

    /// Whether it writes ranges down.
    pub const fn pins(self) -> bool {
        matches!(self, Self::AddPinnedTier | Self::PinAsItIs)
    }
}

impl Growing {
    pub fn new(rng: &mut Rng) -> Self {
        let prefix = *rng.pick(&[16, 18, 20, 21, 22, 22, 23, 23, 24]);
        let [first, second] = *rng.pick(&[[10, 20], [10, 20], [10, 20], [172, 20], [100, 80]]);
        let address = [first, second, 0, 0].into();
        let count = rng.between(1, 4);
        let zones = if rng.chance(50) {
            Zones::Count(u8::try_from(count).expect("small"))
        } else {
            Zones::List(
                ZONES
                    .into_iter()
                    .filter(|_| rng.chance(50))
                    .take(4)
                    .collect(),
            )
        };
        let cidr = Ipv4Net::new(address, prefix).expect("a prefix");
        let mut new = Self {
            ipv6: rng.chance(35),
            zones,
            ..Self::empty(cidr)
        };
        if rng.chance(30) {
            new.reserve(rng);
        }
        if new.zones == Zones::List(Vec::new()) {
            new.zones = Zones::List(vec![ZONES[rng.below(5)]]);
        }
        new.add_tier(&Ledger::new(), rng);
        new
    }

    /// A network without tiers, in three zones.
    pub const fn empty(cidr: Ipv4Net) -> Self {
        Self {
            cidr,
            further: Vec::new(),
            reserved: None,
            ipv6: false,
            zones: Zones::Count(3),
            tiers: Vec::new(),
        }
    }

    /// The ranges of the VPC, the primary one first.
    pub fn blocks(&self) -> Vec<Ipv4Net> {
        let further = self.further.iter().copied();
        std::iter::once(self.cidr).chain(further).collect()
    }

    /// Its zones, given those that are known: a number of zones keeps the lowest of them and takes the region's first.
    pub fn resolved(&self, ledger: &Ledger) -> Vec<&'static str> {
        let mut zones = match &self.zones {
            Zones::List(list) => list.clone(),
            Zones::Count(count) => {
                let known = |id: &&&str| ledger.entries().any(|(key, _)| key.zone == zone(id));
                let kept: Vec<_> = ZONES.iter().filter(known).collect();
                let had = |id: &&&str| ledger.tombstones().any(|old| old.key.zone == zone(id));
                let back = ZONES.iter().filter(|id| !kept.contains(id)).filter(had);
                let back: Vec<_> = back.collect();
                let new = |id: &&&str| !kept.contains(id) && !back.contains(id);
                let new = ZONES.iter().filter(new);
                let all = kept.iter().chain(&back).copied().chain(new);
                all.take(usize::from(*count)).copied().collect()
            }
        };
        zones.sort_unstable();
        zones
    }

    /// Does a step; says whether there was anything to be done.
    pub fn change(&mut self, step: Step, ledger: &Ledger, rng: &mut Rng) -> bool {
        let before = self.clone();
        match step {
            Step::AddZone => self.add_zone(rng),
            Step::RemoveZone => self.remove_zone(rng),
            Step::AddTier => self.add_tier(ledger, rng),
            Step::RemoveTier => {
                let tier = rng.below(self.tiers.len());
                self.tiers.remove(tier);
            }
            Step::RenameTier => self.rename_tier(rng),
            Step::AddFurther => {
                let prefix = self.some_prefix(rng);
                let further = &mut rng.pick_mut(&mut self.tiers).further;
                if further.len() < MOST_FURTHER {
                    further.push(prefix);
                }
            }
            Step::RemoveFurther => {
                rng.pick_mut(&mut self.tiers).further.pop();
            }
            Step::AddZoneToTier => {
                let all = self.resolved(ledger);
                let tier = rng.pick_mut(&mut self.tiers);
                if let Some(zones) = &mut tier.zones {
                    let new: Vec<_> = all.into_iter().filter(|id| !zones.contains(id)).collect();
                    if !new.is_empty() {
                        zones.push(*rng.pick(&new));
                    }
                }
            }
            Step::RemoveZoneFromTier => {
                let all = self.resolved(ledger);
                let tier = rng.pick_mut(&mut self.tiers);
                let zones = tier.zones.get_or_insert(all);
                if zones.len() > 1 {
                    zones.remove(rng.below(zones.len()));
                }
            }
            Step::AddBlock => self.add_block(ledger, rng),
            Step::RemoveBlock => self.remove_block(ledger, rng),
            Step::ReorderBlocks => rng.shuffle(&mut self.further),
            Step::AddPinnedTier => self.add_pinned_tier(ledger, rng),
            Step::PinAsItIs => self.pin_as_it_is(ledger, rng),
            Step::Unpin => self.unpin(rng),
            Step::PinBuried => self.pin_buried(ledger, rng),
            Step::ReorderTiers => rng.shuffle(&mut self.tiers),
            Step::ReorderZones => {
                if let Zones::List(list) = &mut self.zones {
                    rng.shuffle(list);
                }
                if let Some(zones) = &mut rng.pick_mut(&mut self.tiers).zones {
                    rng.shuffle(zones);
                }
            }
            Step::WriteZonesDifferently => {
                let zones = self.resolved(ledger);
                let other = match &self.zones {
                    Zones::List(_) => Zones::Count(u8::try_from(zones.len()).expect("small")),
                    Zones::Count(_) => Zones::List(zones.clone()),
                };
                let old = std::mem::replace(&mut self.zones, other);
                if self.resolved(ledger) != zones {
                    self.zones = old;
                }
            }
        }
        self.settle(ledger);
        !self.tiers.is_empty() && *self != before
    }

    /// Takes back what a tier can no longer have: zones of another network, gateways of a tier that is gone.
    pub fn settle(&mut self, ledger: &Ledger) {
        let all = self.resolved(ledger);
        let public: Vec<_> = self
            .tiers
            .iter()
            .filter(|tier| tier.access == Access::Public)
            .map(|tier| tier.name)
            .collect();
        for tier in &mut self.tiers {
            if let Some(zones) = &mut tier.zones {
                zones.retain(|id| all.contains(id));
                tier.pins.retain(|(id, _)| zones.contains(id));
                if zones.is_empty() {
                    tier.zones = None;
                }
            }
            tier.nat = tier.nat.filter(|host| public.contains(host));
        }
    }

    fn add_zone(&mut self, rng: &mut Rng) {
        match &mut self.zones {
            Zones::Count(count) if usize::from(*count) < ZONES.len() => *count += 1,
            Zones::Count(_) => {}
            Zones::List(list) => {
                let new: Vec<_> = ZONES.into_iter().filter(|id| !list.contains(id)).collect();
                if !new.is_empty() {
                    list.push(*rng.pick(&new));
                }
            }
        }
    }

    fn remove_zone(&mut self, rng: &mut Rng) {
        match &mut self.zones {
            Zones::Count(count) if *count > 1 => *count -= 1,
            Zones::List(list) if list.len() > 1 => {
                list.remove(rng.below(list.len()));
            }
            Zones::Count(_) | Zones::List(_) => {}
        }
    }

    fn add_tier(&mut self, ledger: &Ledger, rng: &mut Rng) {
        let free: Vec<_> = NAMES
            .into_iter()
            .filter(|name| self.tiers.iter().all(|tier| tier.name != *name))
            .collect();
        // A merge may have made more of them.
        if self.tiers.len() >= MOST_TIERS {
            return;
        }
        let access = *rng.pick(&[Access::Public, Access::Private, Access::Isolated]);
        let hosts = self
            .tiers
            .iter()
            .filter(|tier| tier.access == Access::Public);
        let host = hosts.map(|tier| tier.name).next();
        let was = |name: &&str| ledger.tombstones().any(|old| old.key.tier == *name);
        let gone: Vec<_> = free.iter().copied().filter(was).collect();
        let again = !gone.is_empty() && rng.chance(50);
        let name = *rng.pick(if again { &gone } else { &free });
        // Whatever size it had is right where none is asked for.
        let asked = rng.chance(if again { 30 } else { 70 });
        let prefix = asked.then(|| self.some_prefix(rng));
        let zones = match &self.zones {
            Zones::List(list) if rng.chance(25) => Some(rng.some(list, 1)),
            Zones::List(_) | Zones::Count(_) => None,
        };
        let named = !self.further.is_empty() && rng.chance(40);
        self.tiers.push(GrowingTier {
            zones,
            block: named.then(|| *rng.pick(&self.blocks())),
            nat: host.filter(|_| access == Access::Private && rng.chance(70)),
            ..GrowingTier::new(name, access, prefix)
        });
    }

    fn rename_tier(&mut self, rng: &mut Rng) {
        let free: Vec<_> = NAMES
            .into_iter()
            .filter(|name| self.tiers.iter().all(|tier| tier.name != *name))
            .collect();
        if free.is_empty() {
            return;
        }
        let new = *rng.pick(&free);
        let tier = rng.pick_mut(&mut self.tiers);
        let old = std::mem::replace(&mut tier.name, new);
        // What is written down is still the old subnet's.
        if rng.chance(80) {
            tier.pins.clear();
        }
        for tier in &mut self.tiers {
            if tier.nat == Some(old) {
                tier.nat = Some(new);
            }
        }
    }

    fn some_prefix(&self, rng: &mut Rng) -> u8 {
        let largest = usize::from(self.cidr.prefix_len() + 2).min(28);
        u8::try_from(rng.between(largest, (largest + 5).min(28))).expect("small")
    }

    /// The size of a tier's subnets, as the docs of layout 1 have it, and whether it was asked for.
    pub fn prefix(&self, tier: &GrowingTier) -> (u8, bool) {
        let vpc = self.cidr.prefix_len();
        let default = match tier.access {
            Access::Private if tier.name == "nodes" => (vpc + 3).clamp(16, 28),
            Access::Private => (vpc + 4).clamp(16, 28),
            Access::Public | Access::Isolated => (vpc + 8).clamp(16, 27),
        };
        (tier.prefix.unwrap_or(default), tier.prefix.is_some())
    }

    /// The network as a program builds it.
    pub fn stack(&self) -> Stack {
        let mut net = Network::new(self.cidr)
            .without_flow_logs()
            .endpoints(["s3"]);
        for cidr in &self.further {
            net = net.secondary_cidr(*cidr);
        }
        if let Some(cidr) = self.reserved {
            net = net.reserved(cidr);
        }
        if self.ipv6 {
            net = net.dual_stack();
        }
        net = match &self.zones {
            Zones::Count(count) => net.zones(*count),
            Zones::List(list) => net.in_zones(list.iter().copied()),
        };
        let mut public = Vec::new();
        // A handle must be there before it is used.
        let (first, then): (Vec<_>, Vec<_>) = self.tiers.iter().partition(|t| t.nat.is_none());
        for tier in first.into_iter().chain(then) {
            match tier.access {
                Access::Public => {
                    let model = Tier::public(tier.name).load_balancers(false);
                    public.push((tier.name, net.add(with(model, tier))));
                }
                Access::Private => {
                    let host = |name| public.iter().find(|(n, _)| *n == name);
                    let nat = match tier.nat.and_then(host) {
                        None => Nat::none(),
                        Some((name, host)) if single(name) => Nat::single(host),
                        Some((_, host)) => Nat::per_zone(host),
                    };
                    let model = Tier::private(tier.name, nat).load_balancers(false);
                    net.add(with(model, tier));
                }
                Access::Isolated => {
                    net.add(with(Tier::isolated(tier.name), tier));
                }
            }
        }
        Stack::network_only("grow", Region::UsEast1, net)
    }

    /// The network as a spec has it.
    pub fn spec(&self) -> Value {
        let mut tiers = Map::new();
        for tier in &self.tiers {
            let mut map = Map::new();
            map.insert("access".to_owned(), json!(tier.access.as_str()));
            if let Some(prefix) = tier.prefix {
                map.insert("prefix".to_owned(), json!(prefix));
            }
            if !tier.further.is_empty() {
                map.insert("further-subnets".to_owned(), json!(tier.further));
            }
            if let Some(block) = tier.block {
                map.insert("block".to_owned(), json!(block.to_string()));
            }
            let pins = tier.pins.iter();
            let pins: Map<_, _> = pins
                .map(|(id, cidr)| ((*id).to_owned(), json!(cidr.to_string())))
                .collect();
            if let Some(zones) = &tier.zones
                && zones.len() != pins.len()
            {
                map.insert("zones".to_owned(), json!(zones));
            }
            if !pins.is_empty() {
                map.insert("cidrs".to_owned(), Value::Object(pins));
            }
            if tier.access != Access::Isolated {
                map.insert("load-balancers".to_owned(), json!(false));
            }
            if tier.access == Access::Private {
                let nat = tier.nat.map(|host| {
                    let zones = if single(host) { "single" } else { "per-zone" };
                    json!({ "tier": host, "zones": zones })
                });
                map.insert("nat".to_owned(), nat.unwrap_or_else(|| json!("none")));
            }
            tiers.insert(tier.name.to_owned(), Value::Object(map));
        }
        let zones = match &self.zones {
            Zones::Count(count) => json!(count),
            Zones::List(list) => json!(list),
        };
        let texts =
            |ranges: &[Ipv4Net]| -> Vec<_> { ranges.iter().map(ToString::to_string).collect() };
        json!({
            "stack": "grow", "region": "us-east-1", "cluster": "none",
            "network": {
                "cidr": self.cidr.to_string(), "zones": zones, "tiers": tiers,
                "secondary-cidrs": texts(&self.further), "reserved": texts(self.reserved.as_slice()),
                "ipv6": self.ipv6, "endpoints": ["s3"], "flow-logs": "none",
            },
        })
    }

    /// What two branches say together: of what both have changed, what this one says.
    pub fn merge(&self, base: &Self, theirs: &Self) -> Self {
        let zones = if self.zones == base.zones {
            &theirs.zones
        } else {
            &self.zones
        };
        let named = |of: &Self, name| of.tiers.iter().find(|tier| tier.name == name).cloned();
        let tiers = NAMES.into_iter().filter_map(|name| {
            let [base, ours, theirs] = [base, self, theirs].map(|of| named(of, name));
            if base == ours {
                theirs
            } else {
                ours.or(theirs.filter(|_| base.is_none()))
            }
        });
        let mut further = self.further.clone();
        let known = |block: &Ipv4Net| base.further.contains(block);
        further.retain(|block| !known(block) || theirs.further.contains(block));
        for block in theirs.further.iter().filter(|block| !known(block)) {
            if further.iter().all(|other| !overlap(*other, *block)) {
                further.push(*block);
            }
        }
        Self {
            further,
            zones: zones.clone(),
            tiers: tiers.collect(),
            ..*self
        }
    }
}

/// Whether a public tier has one gateway for all, or one in every zone. All tiers that leave through it say the same:
/// where one wants a gateway of several, which one it was is nowhere written down (`tests/ledger.rs`).
fn single(name: &str) -> bool {
    name.len() > 4
}

fn with<A: eksnet::network::TierAccess>(mut model: Tier<A>, tier: &GrowingTier) -> Tier<A> {
    if let Some(prefix) = tier.prefix {
        model = model.prefix(prefix);
    }
    for prefix in &tier.further {
        model = model.further_subnet(*prefix);
    }
    if let Some(block) = tier.block {
        model = model.block(block);
    }
    for (id, cidr) in &tier.pins {
        model = model.cidr(*id, *cidr);
    }
    match &tier.zones {
        Some(zones) => model.in_zones(zones.iter().copied()),
        None => model,
    }
}

/// The zone of an id.
pub fn zone(id: &str) -> ZoneId {
    ZoneId::parse(id).expect(id)
}

/// Whether two ranges share an address.
pub fn overlap(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}
