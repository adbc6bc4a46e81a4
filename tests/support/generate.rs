//! Specs by chance, over every feature of the form; most of them make sense.

mod cluster;

use std::net::Ipv4Addr;

use eksnet::prelude::Region;
use serde_json::{Map, Value, json};

use super::rng::Rng;

const ACCOUNT: &str = "111122223333";
const TIERS: [&str; 9] = [
    "public",
    "edge",
    "dmz",
    "nodes",
    "apps",
    "batch",
    "databases",
    "mgmt",
    "control-plane",
];
const INTERFACES: [&str; 12] = [
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "logs",
    "sts",
    "ssm",
    "autoscaling",
    "monitoring",
    "dynamodb",
];
/// Regions that have no interface endpoint for the API of EKS.
const WITHOUT_EKS: [&str; 4] = [
    "ap-east-2",
    "ap-southeast-5",
    "ap-southeast-7",
    "mx-central-1",
];
const RETENTION: [u16; 6] = [1, 7, 30, 365, 731, 3653];

/// A tier as the rest of the spec needs to know it.
struct Tier {
    name: String,
    access: &'static str,
    offline: bool,
    /// Subnets that have no room for interface endpoints.
    small: bool,
}

/// A generator with what it has decided so far.
pub struct Generator {
    rng: Rng,
    region: Region,
    vpc: (u32, u8),
    zones: Vec<String>,
    tiers: Vec<Tier>,
    /// Whether the network has a block for pods.
    shared: bool,
    /// Whether tiers may say where their subnets are.
    pinned: bool,
}

/// The spec with a number; one in eight has a mistake.
pub fn spec(seed: u64) -> Value {
    let (mut generator, mut spec) = made(seed);
    if generator.rng.chance(12) {
        generator.mistake(&mut spec);
    }
    spec
}

/// The same without a mistake.
pub fn valid(seed: u64) -> Value {
    made(seed).1
}

fn made(seed: u64) -> (Generator, Value) {
    let mut rng = Rng::new(seed);
    // Where there is a fourth zone to grow into, or anywhere.
    let large = [Region::UsEast1, Region::UsWest2, Region::ApNortheast2];
    let all = if rng.chance(40) { &large } else { Region::ALL };
    let region = *rng.pick(all);
    let vpc = vpc(&mut rng);
    let mut generator = Generator {
        rng,
        region,
        vpc,
        zones: Vec::new(),
        tiers: Vec::new(),
        shared: false,
        pinned: false,
    };
    let spec = generator.stack(seed);
    (generator, spec)
}

fn vpc(rng: &mut Rng) -> (u32, u8) {
    let prefix = u8::try_from(16 + rng.below(6)).expect("small");
    let second = u8::try_from(rng.below(250)).expect("small");
    let base = match rng.below(5) {
        0 => Ipv4Addr::new(172, 18 + second % 14, 0, 0),
        1 => Ipv4Addr::new(192, 168, 0, 0),
        // The last of them are the block for pods.
        2 => Ipv4Addr::new(100, 64 + second % 63, 0, 0),
        _ => Ipv4Addr::new(10, second, 0, 0),
    };
    let at = u32::try_from(rng.below(1 << (prefix - 16))).expect("small");
    (base.to_bits() + (at << (32 - prefix)), prefix)
}

fn cidr(start: u32, prefix: u8) -> Value {
    format!("{}/{prefix}", Ipv4Addr::from_bits(start)).into()
}

impl Generator {
    fn chance(&mut self, percent: usize) -> bool {
        self.rng.chance(percent)
    }

    /// Writes a key down, some of the time.
    fn maybe(
        &mut self,
        map: &mut Map<String, Value>,
        percent: usize,
        key: &str,
        value: impl FnOnce(&mut Self) -> Value,
    ) {
        if self.chance(percent) {
            let value = value(self);
            map.insert(key.to_owned(), value);
        }
    }

    fn word(&mut self, words: &[&str]) -> Value {
        (*self.rng.pick(words)).into()
    }

    fn stack(&mut self, seed: u64) -> Value {
        let mut spec = Map::new();
        spec.insert("stack".into(), format!("stk-{seed}").into());
        spec.insert("region".into(), self.region.as_str().into());
        self.maybe(&mut spec, 20, "layout", |_| 1.into());
        self.maybe(&mut spec, 40, "tags", Self::tags);
        self.maybe(&mut spec, 30, "retain", |g| g.chance(50).into());
        let network = self.network();
        spec.insert("network".into(), network);
        if self.chance(12) {
            spec.insert("cluster".into(), "none".into());
            // Rules speak of groups that a network alone has not.
            if let Some(network) = spec["network"].as_object_mut() {
                network.remove("security");
            }
        } else if self.chance(92) {
            let cluster = self.cluster();
            spec.insert("cluster".into(), cluster);
        }
        Value::Object(spec)
    }

    fn tags(&mut self) -> Value {
        let all = [
            ("owner", "platform"),
            ("cost-center", "4711"),
            ("Environment", "prod \"1\""),
            ("x/y:z", "ä ö ${a}"),
        ];
        let some = self.rng.some(&all, 0);
        some.into_iter()
            .map(|(k, v)| (k.to_owned(), Value::from(v)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn network(&mut self) -> Value {
        let mut network = Map::new();
        network.insert("cidr".into(), cidr(self.vpc.0, self.vpc.1));
        self.maybe(&mut network, 25, "ipv6", |_| true.into());
        self.maybe(&mut network, 25, "secondary-cidrs", |g| {
            g.shared = true;
            let shared = Ipv4Addr::new(100, 127, 0, 0).to_bits();
            let mut blocks = vec![cidr(shared, 16)];
            // In the primary block's own family, and beside it.
            if g.vpc.0 >> 24 == 10 && g.chance(50) {
                blocks.insert(0, cidr(Ipv4Addr::new(10, 252, 0, 0).to_bits(), 20));
            }
            blocks.into()
        });
        self.maybe(&mut network, 25, "connected", |g| {
            if g.chance(50) {
                json!({ "office": "10.253.0.0/16" })
            } else {
                let lab = if g.vpc.0 >> 24 == 192 {
                    "10.254.0.0/24"
                } else {
                    "192.168.255.0/24"
                };
                json!({ "office": ["10.253.0.0/16", "172.16.0.0/16"], "lab": lab })
            }
        });
        let known: Vec<String> = self.region.zones().iter().map(|&z| z.to_owned()).collect();
        self.zones = match self.rng.below(3) {
            0 => known.iter().take(3).cloned().collect(),
            1 => {
                let count = self.rng.between(2, known.len());
                network.insert("zones".into(), count.into());
                known[..count].to_vec()
            }
            _ => {
                let zones = self.rng.some(&known, 2);
                network.insert("zones".into(), zones.clone().into());
                zones
            }
        };
        if self.chance(75) {
            let tiers = self.all_tiers();
            network.insert("tiers".into(), tiers);
        }
        self.maybe(&mut network, 20, "cluster-tag", |g| {
            g.word(&["shared", "owned"])
        });
        let offline = self.tiers.iter().any(|tier| tier.offline);
        let endpoints = if offline {
            Some(self.rng.some(&INTERFACES, 8))
        } else if self.chance(50) {
            Some(self.rng.some(&INTERFACES, 0))
        } else {
            None
        };
        let mut interfaces = false;
        if let Some(mut endpoints) = endpoints {
            if offline {
                endpoints = INTERFACES[..8].to_vec();
            }
            if WITHOUT_EKS.contains(&self.region.as_str()) {
                endpoints.retain(|name| *name != "eks");
            }
            interfaces = endpoints.iter().any(|name| *name != "dynamodb");
            endpoints.push("s3");
            self.rng.shuffle(&mut endpoints);
            network.insert("endpoints".into(), endpoints.into());
        }
        let inner: Vec<String> = self
            .tiers
            .iter()
            .filter(|t| t.access != "public" && !t.small)
            .map(|t| t.name.clone())
            .collect();
        // Of several tiers, eksnet wants to hear which.
        let plain = self.tiers.iter().filter(|t| t.access != "public").count() == 2
            && self.tiers.iter().filter(|t| t.access == "private").count() == 1
            && self
                .tiers
                .iter()
                .all(|t| t.access != "private" || t.name != "control-plane");
        if !inner.is_empty() && (!plain || self.chance(60)) {
            let tier = self.rng.pick(&inner).clone();
            network.insert("endpoint-tier".into(), tier.into());
        }
        self.maybe(&mut network, 40, "security", |g| g.security(interfaces));
        self.maybe(&mut network, 50, "flow-logs", Self::flow_logs);
        Value::Object(network)
    }

    fn all_tiers(&mut self) -> Value {
        self.pinned = self.chance(50);
        let count = self.rng.between(0, 5);
        let mut names = self.rng.some(&TIERS[..8], 0);
        names.truncate(count);
        if !names.is_empty() {
            names.push("control-plane");
        }
        // Public tiers first: gateways stand in them.
        let mut tiers = Map::new();
        let mut taken = [false; 2];
        let mut pins = 0;
        let mut public: Vec<(String, Vec<String>)> = Vec::new();
        for name in names {
            let access = match name {
                "public" | "edge" => "public",
                "dmz" => self.rng.pick(&["public", "private"]),
                "control-plane" => self
                    .rng
                    .pick(&["isolated", "isolated", "isolated", "private"]),
                "databases" => "isolated",
                _ => self
                    .rng
                    .pick(&["private", "private", "private", "isolated"]),
            };
            let (tier, zones, offline, small) =
                self.tier(name, access, &public, &mut taken, &mut pins);
            if access == "public" {
                public.push((name.to_owned(), zones));
            }
            tiers.insert(name.to_owned(), tier);
            self.tiers.push(Tier {
                name: name.to_owned(),
                access,
                offline,
                small,
            });
        }
        Value::Object(tiers)
    }

    fn tier(
        &mut self,
        name: &str,
        access: &'static str,
        public: &[(String, Vec<String>)],
        taken: &mut [bool; 2],
        pins: &mut u32,
    ) -> (Value, Vec<String>, bool, bool) {
        let mut tier = Map::new();
        tier.insert("access".into(), access.into());
        let vpc = self.vpc.1;
        // Interface endpoints stand in some inner tier that has room for them.
        let control_plane = name == "control-plane";
        let room = self.tiers.iter().any(|t| t.access != "public" && !t.small);
        let least = if control_plane && !room { 27 } else { 28 };
        let most = usize::from(vpc) + 6;
        let prefix = u8::try_from(self.rng.between(most, least)).expect("small");
        let mut small = prefix == 28;
        let mut zones = self.zones.clone();
        // Beside ranges that are written down, and beside the usual tiers, sizes are, too.
        let usual = ["public", "nodes", "control-plane"].contains(&name);
        if self.pinned || !usual || (control_plane && !room) || self.chance(50) {
            tier.insert("prefix".into(), prefix.into());
        } else {
            small = vpc > 19;
        }
        if self.chance(25) {
            zones = self.rng.some(&self.zones.clone(), 2);
            tier.insert("zones".into(), zones.clone().into());
        }
        self.maybe(&mut tier, 12, "further-subnets", |g| {
            let sizes = (0..g.rng.between(1, 2)).map(|_| g.rng.between(26, 28));
            sizes.collect::<Vec<_>>().into()
        });
        if self.shared && access != "public" && self.chance(25) {
            tier.insert("block".into(), "100.127.0.0/16".into());
        } else if self.pinned && *pins < 12 && self.chance(35) {
            // All pins are of one size, in the upper half.
            let size = 32 - (vpc + 6).min(28);
            let pinned = self.rng.some(&zones, if control_plane { 2 } else { 1 });
            let ranges = pinned.iter().map(|zone| {
                *pins += 1;
                (
                    zone.clone(),
                    cidr(
                        self.vpc.0 + (1 << (31 - vpc)) + ((*pins - 1) << size),
                        32 - size,
                    ),
                )
            });
            tier.insert("cidrs".into(), ranges.collect::<Map<_, _>>().into());
            if !tier.contains_key("zones") {
                zones = pinned;
            }
            small |= size == 4;
        }
        let mut offline = access == "isolated";
        if access == "private" {
            if public.is_empty() {
                tier.insert("nat".into(), "none".into());
                offline = true;
            } else if public.len() > 1 || self.chance(70) {
                offline = self.nat(&mut tier, public);
            }
        }
        if access == "isolated" {
            self.maybe(&mut tier, 10, "load-balancers", |_| false.into());
        } else {
            let index = usize::from(access == "private");
            if taken[index] || small || self.chance(15) {
                tier.insert("load-balancers".into(), false.into());
            } else {
                taken[index] = true;
                self.maybe(&mut tier, 20, "load-balancers", |_| true.into());
            }
        }
        self.maybe(&mut tier, 20, "tags", Self::tags);
        (Value::Object(tier), zones, offline, small)
    }

    /// Says whether there are none.
    fn nat(&mut self, tier: &mut Map<String, Value>, public: &[(String, Vec<String>)]) -> bool {
        let (chosen, zones) = self.rng.pick(public).clone();
        let count = self.rng.between(1, zones.len());
        let word = match self.rng.below(5) {
            0 => json!(count),
            1 => json!("single"),
            2 => json!("none"),
            _ => json!("per-zone"),
        };
        let none = word == "none";
        if public.len() == 1 && self.chance(60) {
            tier.insert("nat".into(), word);
            return none;
        }
        let mut nat = Map::new();
        if public.len() > 1 || self.chance(50) {
            nat.insert("tier".into(), chosen.clone().into());
        }
        let mut none = false;
        match self.rng.below(3) {
            0 => {
                let zones = self.rng.some(&zones, 1);
                if self.chance(50) {
                    // A gateway has one address, whoever asks for it.
                    let number = public.iter().position(|(other, _)| *other == chosen);
                    let ids = zones.iter().map(|zone| {
                        let zone = self.zones.iter().position(|other| other == zone);
                        format!(
                            "eipalloc-0a1b2c3d4e5f6{}{}",
                            number.unwrap_or(0),
                            zone.unwrap_or(0)
                        )
                    });
                    nat.insert("allocations".into(), ids.collect::<Vec<_>>().into());
                }
                nat.insert("zones".into(), zones.into());
            }
            1 => {
                none = word == "none";
                nat.insert("zones".into(), word);
            }
            _ => {}
        }
        tier.insert("nat".into(), Value::Object(nat));
        none
    }

    fn security(&mut self, interfaces: bool) -> Value {
        let mut security = Map::new();
        self.maybe(&mut security, 60, "mode", |g| {
            g.word(&["standard", "restricted"])
        });
        let mut groups = vec!["nodes", "control-plane", "cluster"];
        if interfaces {
            groups.push("endpoints");
        }
        let count = self.rng.below(6);
        let rules: Vec<Value> = (0..count).map(|i| self.rule(i, &groups)).collect();
        security.insert("rules".into(), rules.into());
        Value::Object(security)
    }

    fn rule(&mut self, i: usize, groups: &[&str]) -> Value {
        let mut rule = Map::new();
        rule.insert("group".into(), self.word(groups));
        let peer = match self.rng.below(4) {
            0 => self.word(groups),
            1 => json!("sg-0123456789abcdef0"),
            2 => json!("pl-0123456789abcdef0"),
            _ => json!(format!("10.{}.0.0/16", self.rng.below(256))),
        };
        rule.insert(if self.chance(50) { "from" } else { "to" }.into(), peer);
        let port = 1_000 + 10 * i;
        match self.rng.below(4) {
            0 => {
                rule.insert("protocol".into(), "udp".into());
                rule.insert("ports".into(), port.into());
            }
            1 => {
                rule.insert("protocol".into(), "tcp".into());
                rule.insert("ports".into(), format!("{port}-{}", port + 5).into());
            }
            _ => {
                rule.insert("ports".into(), port.into());
            }
        }
        rule.insert(
            "description".into(),
            format!("Rule {i} of the application").into(),
        );
        Value::Object(rule)
    }

    fn key(&mut self) -> Value {
        let (partition, region) = (self.region.partition().as_str(), self.region);
        let arn = format!(
            "arn:{partition}:kms:{region}:{ACCOUNT}:key/0f3d6a5e-9d0b-4c55-8f3a-2b6b1c0d4e7f"
        );
        self.word(&["create", "aws-owned", &arn])
    }

    fn flow_logs(&mut self) -> Value {
        if self.chance(15) {
            return "none".into();
        }
        let mut logs = Map::new();
        let mut own = true;
        if self.chance(50) {
            logs.insert("to".into(), "s3".into());
            let bucket = format!(
                "arn:{}:s3:::logs-{ACCOUNT}",
                self.region.partition().as_str()
            );
            self.maybe(&mut logs, 50, "bucket", |_| bucket.into());
            own = !logs.contains_key("bucket");
        } else {
            self.maybe(&mut logs, 50, "to", |_| "cloudwatch".into());
        }
        self.maybe(&mut logs, 50, "traffic", |g| {
            g.word(&["all", "accept", "reject"])
        });
        self.maybe(&mut logs, 50, "interval", |g| {
            (*g.rng.pick(&[60, 600])).into()
        });
        if own {
            self.maybe(&mut logs, 50, "retention-days", |g| {
                (*g.rng.pick(&RETENTION)).into()
            });
            self.maybe(&mut logs, 50, "kms-key", Self::key);
        }
        Value::Object(logs)
    }
}
