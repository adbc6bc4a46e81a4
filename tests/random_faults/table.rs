//! Single faults that somebody could make, each with the rule that must speak.
#![expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "a fault is a line, whatever it puts where"
)]

use eksnet::network::Ipv4Net;
use serde_json::{Map, Value, json};

/// A valid spec, about to get a fault.
pub(crate) struct Model {
    pub(crate) spec: Value,
    /// Its zones, as they were planned.
    pub(crate) zones: Vec<String>,
}

/// Puts the fault in; nothing where there is no place for it.
type Apply = fn(&mut Model) -> Option<()>;

/// What is done, one of the codes that must come, and how.
pub(crate) const FAULTS: &[(&str, &str, Apply)] = &[
    ("a block of /14", "EKS105", |m| m.cidr("10.4.0.0/14")),
    ("a block that is link-local", "EKS106", |m| {
        m.cidr("169.254.0.0/16")
    }),
    ("a block that is Docker's", "EKS107", |m| {
        m.cidr("172.17.0.0/16")
    }),
    ("a public block", "EKS108", |m| m.cidr("11.0.0.0/16")),
    ("host bits in the block", "EKS109", |m| {
        let block = m.block()?;
        m.cidr(&format!("{}/{}", block.broadcast(), block.prefix_len()))
    }),
    ("a further block inside the first", "EKS110", |m| {
        let inner = m.first(24)?;
        m.further(&inner)
    }),
    ("a further block of another family", "EKS111", |m| {
        let ten = m.block()?.addr().octets()[0] == 10;
        m.further(if ten { "172.30.0.0/16" } else { "10.30.0.0/16" })
    }),
    ("a further block where default VPCs are", "EKS113", |m| {
        let octets = m.block()?.addr().octets();
        (octets[0] == 172 && octets[1] != 31).then_some(())?;
        m.further("172.31.0.0/20")
    }),
    ("six blocks", "EKS115", |m| {
        (m.block()?.addr().octets()[0] != 100).then_some(())?;
        (96..101).try_for_each(|n| m.further(&format!("100.{n}.0.0/16")))
    }),
    ("a route out of the VPC's own range", "EKS114", |m| {
        let inner = m.first(28)?;
        m.connect(json!({ "cidrs": [inner], "by": { "transit-gateway": "tgw-0123456789abcdef0" } }))
    }),
    ("a connected network in the VPC's range", "EKS118", |m| {
        let block = m.spec["network"]["cidr"].clone();
        m.connect(block)
    }),
    ("a service range that is connected", "EKS119", |m| {
        let range = m.services()?;
        m.set("service-cidr", json!(range))?;
        m.connect(json!(range))
    }),
    ("a public service range", "EKS120", |m| {
        m.set("service-cidr", json!("11.0.0.0/16"))
    }),
    ("a service range of /25", "EKS121", |m| {
        let range = m.services()?.replace("/16", "/25");
        m.set("service-cidr", json!(range))
    }),
    ("a service range in the VPC", "EKS122", |m| {
        let inner = m.first(24)?;
        m.set("service-cidr", json!(inner))
    }),
    (
        "an IPv6 cluster with an IPv4 service range",
        "EKS125",
        |m| {
            m.ipv6()?;
            m.set("service-cidr", json!("172.20.0.0/16"))
        },
    ),
    ("an IPv6 cluster in China", "EKS127", |m| {
        m.region().starts_with("cn-").then_some(())?;
        m.ipv6()
    }),
    ("an IPv6 cluster with an old VPC CNI", "EKS128", |m| {
        m.ipv6()?;
        m.set("addons", json!({ "vpc-cni": "v1.9.3-eksbuild.1" }))
    }),
    ("an IPv6 cluster without IPv6", "EKS129", |m| {
        m.ipv6()?;
        m.network().remove("ipv6").map(drop)
    }),
    ("no flow logs", "EKS138", |m| {
        (m.spec["network"]["flow-logs"] != "none").then_some(())?;
        m.put("flow-logs", json!("none"))
    }),
    ("one zone", "EKS202", |m| {
        m.no_zones_in_tiers()?;
        m.cluster()?;
        m.put("zones", json!(1))
    }),
    ("a zone that EKS refuses", "EKS203", |m| {
        (m.region() == "us-east-1").then_some(())?;
        m.only_zones(&["use1-az1", "use1-az2", "use1-az3"])
    }),
    ("a Wavelength Zone", "EKS204", |m| {
        (m.region() == "us-east-1").then_some(())?;
        m.only_zones(&["use1-az1", "use1-wl1-bos-wlz1"])
    }),
    ("a Local Zone", "EKS205", |m| {
        (m.region() == "us-west-2").then_some(())?;
        m.only_zones(&["usw2-az1", "usw2-lax1-az1"])
    }),
    ("names of zones", "EKS240", |m| {
        let region = m.region().to_owned();
        m.only_zones(&[&format!("{region}a"), &format!("{region}b")])
    }),
    ("zones of another region", "PLAN003", |m| {
        (m.region() != "eu-west-1").then_some(())?;
        m.only_zones(&["euw1-az1", "euw1-az2"])
    }),
    ("more zones than there are", "PLAN002", |m| {
        m.no_zones_in_tiers()?;
        m.put("zones", json!(9))
    }),
    ("a subnet as large as the VPC", "PLAN001", |m| {
        m.spec["network"]["secondary-cidrs"]
            .is_null()
            .then_some(())?;
        let prefix = m.block()?.prefix_len();
        let tier = m.free_tier("isolated")?;
        tier.insert("prefix".into(), json!(prefix));
        Some(())
    }),
    ("subnets of /29", "EKS212", |m| {
        m.free_tier("private")?.insert("prefix".into(), json!(29));
        Some(())
    }),
    ("two subnets in one place", "EKS212", |m| {
        let (zone, range) = m.pin()?;
        m.add_tier(json!({ "access": "isolated", "cidrs": { zone: range } }))
    }),
    ("a subnet outside of the VPC", "EKS212", |m| {
        let zone = m.zones.first()?.clone();
        m.add_tier(json!({ "access": "isolated", "cidrs": { zone: "10.251.0.0/24" } }))
    }),
    ("the public role's tag on a private tier", "EKS304", |m| {
        m.tier("private")?
            .insert("tags".into(), json!({ "kubernetes.io/role/elb": "1" }));
        Some(())
    }),
    ("load balancers in a /28", "EKS311", |m| {
        let tier = m.free_tier("public")?;
        tier.insert("prefix".into(), json!(28));
        tier.insert("load-balancers".into(), json!(true));
        Some(())
    }),
    ("two tiers for internal load balancers", "EKS312", |m| {
        let tiers = m.network().get_mut("tiers")?.as_object_mut()?.values_mut();
        let mut tiers: Vec<_> = tiers.filter(|tier| tier["access"] == "private").collect();
        (tiers.len() > 1).then_some(())?;
        for tier in &mut tiers {
            tier["load-balancers"] = json!(true);
        }
        Some(())
    }),
    ("a tag of AWS's", "EKS322", |m| {
        m.spec["tags"] = json!({ "aws:owner": "platform" });
        Some(())
    }),
    ("a dot in the cluster's name", "EKS323", |m| {
        m.set("name", json!("prod.eu"))
    }),
    ("too few Elastic IPs", "EKS404", |m| {
        let public = m.public(2)?;
        m.nat(json!({ "tier": public, "zones": 2, "allocations": ["eipalloc-0123456789abcdef0"] }))
    }),
    ("one NAT gateway for several zones", "EKS406", |m| {
        let public = m.public(2)?;
        let tier = m.tier("private")?;
        (!tier.contains_key("zones") && !tier.contains_key("cidrs")).then_some(())?;
        m.nat(json!({ "tier": public, "zones": "single" }))
    }),
    ("a tier for a regional NAT gateway", "EKS408", |m| {
        let public = m.public(1)?;
        m.nat(json!({ "tier": public, "zones": "regional" }))
    }),
    ("NAT gateways without a public tier", "EKS404", |m| {
        m.public(1).is_none().then_some(())?;
        m.nat(json!("per-zone"))
    }),
    ("no endpoint for S3", "EKS423", |m| {
        let listed = m.network().get_mut("endpoints")?.as_array_mut()?;
        listed.retain(|name| name != "s3");
        Some(())
    }),
    ("an endpoint twice", "SPEC012", |m| {
        m.network()
            .get_mut("endpoints")?
            .as_array_mut()?
            .push(json!("s3"));
        Some(())
    }),
    ("an endpoint that the region has not", "EKS629", |m| {
        let without = [
            "ap-east-2",
            "ap-southeast-5",
            "ap-southeast-7",
            "mx-central-1",
        ];
        without.contains(&m.region()).then_some(())?;
        m.network()
            .get_mut("endpoints")?
            .as_array_mut()?
            .push(json!("eks"));
        Some(())
    }),
    ("nodes that everyone reaches", "EKS512", |m| {
        m.rule(json!({ "group": "nodes", "from": "0.0.0.0/0", "ports": 443, "description": "Everyone" }))
    }),
    ("an apostrophe in a description", "EKS524", |m| {
        m.rule(json!({ "group": "nodes", "from": "10.9.0.0/16", "ports": 443, "description": "Jane's" }))
    }),
    ("a stack that is called like a group", "EKS523", |m| {
        m.cluster()?;
        m.spec["stack"] = json!("sg-platform");
        Some(())
    }),
    ("an underscore in the stack's name", "EKS904", |m| {
        m.spec["stack"] = json!("prod_network");
        Some(())
    }),
    ("nodes that go outside to the API", "EKS602", |m| {
        m.set(
            "endpoint",
            json!({ "access": "public", "public-cidrs": ["198.18.7.0/24"] }),
        )
    }),
    ("an API for everyone", "EKS603", |m| {
        (m.spec["cluster"]["endpoint"]["public-cidrs"][0] != "0.0.0.0/0").then_some(())?;
        m.clients(json!(["0.0.0.0/0"]))
    }),
    ("forty-one clients", "EKS604", |m| {
        m.clients((0..41).map(|n| format!("198.18.{n}.0/24")).collect())
    }),
    ("clients with private addresses", "EKS606", |m| {
        m.clients(json!(["10.9.0.0/16"]))
    }),
    ("IPv6 clients", "EKS607", |m| {
        m.clients(json!(["2600:1f00::/40"]))
    }),
    ("clients of a documentation", "EKS650", |m| {
        m.clients(json!(["203.0.113.0/24"]))
    }),
    ("prefixes on Xen", "EKS710", |m| {
        m.group()?
            .insert("instance-types".into(), json!(["m4.large"]));
        m.set("pods", json!({ "mode": "prefixes" }))
    }),
    ("prefixes with an old VPC CNI", "EKS711", |m| {
        m.group()?;
        m.set("addons", json!({ "vpc-cni": "v1.8.0-eksbuild.1" }))?;
        m.set("pods", json!({ "mode": "prefixes" }))
    }),
    ("warm addresses without a minimum", "EKS707", |m| {
        m.group()?;
        m.set("addons", json!({}))?;
        m.set("pods", json!({ "warm": { "addresses": 5 } }))
    }),
    ("custom networking that lacks a zone", "EKS752", |m| {
        m.group()?;
        m.set("addons", json!({}))?;
        let zone = m.zones.last()?.clone();
        let homes = m.homes();
        homes
            .iter()
            .any(|home| m.stands_in(home, 0))
            .then_some(())?;
        m.add_tier(json!({ "access": "isolated", "prefix": 28, "zones": [zone] }))?;
        m.set(
            "pods",
            json!({ "tier": "clash", "placement": "custom-networking" }),
        )
    }),
    ("a kube-proxy of other times", "EKS768", |m| {
        m.set("addons", json!({ "kube-proxy": "v1.20.4-eksbuild.1" }))
    }),
    ("no instance types", "EKS804", |m| {
        m.group()?.insert("instance-types".into(), json!([]));
        Some(())
    }),
    ("twenty-one instance types", "EKS804", |m| {
        let sizes = [
            "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge",
        ];
        let types = ["m6i", "c6i", "r6i"]
            .iter()
            .flat_map(|family| sizes.map(|size| format!("{family}.{size}")));
        m.group()?.insert("instance-types".into(), types.collect());
        Some(())
    }),
    ("types of two architectures", "PLAN006", |m| {
        m.group()?
            .insert("instance-types".into(), json!(["m6i.large", "m7g.large"]));
        Some(())
    }),
    ("a node group with a long name", "EKS805", |m| {
        let group = m.group()?.clone();
        let groups = m.cluster()?.get_mut("node-groups")?.as_object_mut()?;
        groups.insert("n".repeat(64), Value::Object(group));
        Some(())
    }),
    ("fewer nodes at most than at least", "EKS810", |m| {
        m.group()?
            .insert("size".into(), json!({ "min": 5, "max": 2 }));
        Some(())
    }),
    ("too many nodes", "EKS810", |m| {
        m.group()?
            .insert("size".into(), json!({ "min": 5, "max": 451 }));
        Some(())
    }),
    ("nodes in a tier that is not there", "SPEC010", |m| {
        m.group()?.insert("tier".into(), json!("nowhere"));
        Some(())
    }),
    ("nodes in a public tier", "EKS221", |m| {
        let public = m.public(1)?;
        m.endpoints_have_a_tier()?;
        m.group()?.insert("tier".into(), json!(public));
        Some(())
    }),
    ("Fargate in a public tier", "EKS820", |m| {
        let public = m.public(1)?;
        m.endpoints_have_a_tier()?;
        m.profile(json!({ "tier": public, "selectors": [{ "namespace": "web" }] }))
    }),
    ("a profile without selectors", "EKS821", |m| {
        m.set("fargate", json!({}))?;
        let tier = m.homes().into_iter().next()?;
        m.profile(json!({ "tier": tier }))
    }),
    ("a profile with six selectors", "EKS821", |m| {
        let tier = m.homes().into_iter().next()?;
        let selectors: Vec<_> = (0..6)
            .map(|n| json!({ "namespace": format!("web-{n}") }))
            .collect();
        m.profile(json!({ "tier": tier, "selectors": selectors }))
    }),
    ("eleven profiles", "EKS822", |m| {
        let tier = m.homes().into_iter().next()?;
        let profiles: Map<_, _> = (0..11)
            .map(|n| {
                (
                    format!("p-{n}"),
                    json!({ "tier": tier, "selectors": [{ "namespace": format!("web-{n}") }] }),
                )
            })
            .collect();
        m.set("fargate", Value::Object(profiles))
    }),
    ("Calico on nodes of Auto Mode", "EKS857", |m| {
        m.group()?;
        m.set("addons", json!({}))?;
        let tier = m.homes().into_iter().next()?;
        m.set("auto-mode", json!({ "tier": tier }))?;
        m.set("network-policy", json!("calico"))
    }),
    ("hybrid nodes with public ranges", "EKS867", |m| {
        m.hybrid(json!(["198.18.0.0/20"]))
    }),
    ("hybrid nodes to which nothing leads", "EKS871", |m| {
        m.hybrid(json!(["10.254.64.0/20"]))
    }),
    ("hybrid nodes in the VPC", "EKS868", |m| {
        let inner = m.first(24)?;
        m.hybrid(json!([inner]))
    }),
    ("a key that is misspelt", "SPEC002", |m| {
        m.put("flowlogs", json!("none"))
    }),
    ("a word in place of a number", "SPEC004", |m| {
        m.group()?.insert("disk-gib".into(), json!("many"));
        Some(())
    }),
];

impl Model {
    fn network(&mut self) -> &mut Map<String, Value> {
        self.spec["network"].as_object_mut().expect("a network")
    }

    fn region(&self) -> &str {
        self.spec["region"].as_str().expect("a region")
    }

    fn block(&self) -> Option<Ipv4Net> {
        self.spec["network"]["cidr"].as_str()?.parse().ok()
    }

    /// The first range of a size in the VPC.
    fn first(&self, prefix: u8) -> Option<String> {
        Some(format!("{}/{prefix}", self.block()?.network()))
    }

    /// A service range that goes with the VPC.
    fn services(&self) -> Option<&'static str> {
        Some(match self.block()?.addr().octets()[0] {
            172 => "10.100.0.0/16",
            _ => "172.20.0.0/16",
        })
    }

    fn put(&mut self, key: &str, value: Value) -> Option<()> {
        self.network().insert(key.to_owned(), value);
        Some(())
    }

    fn cidr(&mut self, cidr: &str) -> Option<()> {
        self.put("cidr", json!(cidr))
    }

    fn further(&mut self, block: &str) -> Option<()> {
        let blocks = self.network().entry("secondary-cidrs").or_insert(json!([]));
        blocks.as_array_mut()?.push(json!(block));
        Some(())
    }

    fn connect(&mut self, to: Value) -> Option<()> {
        let connected = self.network().entry("connected").or_insert(json!({}));
        connected.as_object_mut()?.insert("clash".into(), to);
        Some(())
    }

    /// The cluster, unless there is none.
    fn cluster(&mut self) -> Option<&mut Map<String, Value>> {
        let spec = self.spec.as_object_mut()?;
        spec.entry("cluster").or_insert(json!({})).as_object_mut()
    }

    fn set(&mut self, key: &str, value: Value) -> Option<()> {
        self.cluster()?.insert(key.to_owned(), value);
        Some(())
    }

    fn ipv6(&mut self) -> Option<()> {
        self.set("ip-family", json!("ipv6"))?;
        self.put("ipv6", json!(true))
    }

    fn clients(&mut self, clients: Value) -> Option<()> {
        self.set(
            "endpoint",
            json!({ "access": "public-and-private", "public-cidrs": clients }),
        )
    }

    fn hybrid(&mut self, nodes: Value) -> Option<()> {
        let role = "arn:aws:iam::111122223333:role/hybrid-nodes";
        self.set("hybrid-nodes", json!({ "nodes": nodes, "role": role }))
    }

    fn rule(&mut self, rule: Value) -> Option<()> {
        self.cluster()?;
        let security = self.network().entry("security").or_insert(json!({}));
        let rules = security
            .as_object_mut()?
            .entry("rules")
            .or_insert(json!([]));
        rules.as_array_mut()?.push(rule);
        Some(())
    }

    /// Where nothing names a zone, the network's can be others.
    fn no_zones_in_tiers(&self) -> Option<()> {
        let tiers = self.spec["network"]["tiers"].to_string();
        (!tiers.contains("-az")).then_some(())
    }

    fn only_zones(&mut self, zones: &[&str]) -> Option<()> {
        self.no_zones_in_tiers()?;
        self.cluster()?;
        self.put("zones", json!(zones))
    }

    fn tiers(&mut self) -> Option<&mut Map<String, Value>> {
        self.network().get_mut("tiers")?.as_object_mut()
    }

    fn tier(&mut self, access: &str) -> Option<&mut Map<String, Value>> {
        let mut tiers = self.tiers()?.values_mut();
        tiers.find(|tier| tier["access"] == access)?.as_object_mut()
    }

    /// What runs where changes nothing of the place of the endpoints, if there are any.
    fn endpoints_have_a_tier(&self) -> Option<()> {
        let network = &self.spec["network"];
        (network["endpoints"].is_null() || network["endpoint-tier"].is_string()).then_some(())
    }

    /// A tier whose subnets are nowhere in particular.
    fn free_tier(&mut self, access: &str) -> Option<&mut Map<String, Value>> {
        let tiers = self.tiers()?.values_mut();
        let mut tiers = tiers.filter_map(Value::as_object_mut);
        tiers.find(|tier| {
            tier["access"] == access && !tier.contains_key("cidrs") && !tier.contains_key("block")
        })
    }

    fn add_tier(&mut self, tier: Value) -> Option<()> {
        let tiers = self.tiers().filter(|tiers| !tiers.is_empty())?;
        tiers.insert("clash".to_owned(), tier);
        Some(())
    }

    /// A range that a tier names, with its zone.
    fn pin(&mut self) -> Option<(String, String)> {
        let mut tiers = self.tiers()?.values();
        let pins = tiers.find_map(|tier| tier.get("cidrs")?.as_object())?;
        let (zone, range) = pins.iter().next()?;
        Some((zone.clone(), range.as_str()?.to_owned()))
    }

    /// The name of a public tier in so many zones.
    fn public(&mut self, zones: usize) -> Option<String> {
        let all = self.zones.len();
        let mut tiers = self.tiers()?.iter();
        let (name, _) = tiers.find(|(_, tier)| {
            let own = tier["zones"].as_array().map(Vec::len);
            let pinned = tier["cidrs"].as_object().map(Map::len);
            tier["access"] == "public" && own.or(pinned).unwrap_or(all) >= zones
        })?;
        Some(name.clone())
    }

    fn nat(&mut self, nat: Value) -> Option<()> {
        self.tier("private")?.insert("nat".to_owned(), nat);
        Some(())
    }

    fn group(&mut self) -> Option<&mut Map<String, Value>> {
        let groups = self.cluster()?.get_mut("node-groups")?.as_object_mut()?;
        groups.values_mut().next()?.as_object_mut()
    }

    /// The tiers that node groups name.
    fn homes(&mut self) -> Vec<String> {
        let cluster = self
            .cluster()
            .and_then(|cluster| cluster.get("node-groups")?.as_object());
        let groups = cluster.into_iter().flat_map(Map::values);
        groups
            .filter_map(|group| Some(group["tier"].as_str()?.to_owned()))
            .collect()
    }

    /// Whether a tier is in the zone with this number.
    fn stands_in(&mut self, tier: &str, zone: usize) -> bool {
        let Some(zone) = self
            .zones
            .get(zone)
            .filter(|zone| Some(*zone) != self.zones.last())
            .cloned()
        else {
            return false;
        };
        let Some(tier) = self.tiers().and_then(|tiers| tiers.get(tier)) else {
            return false;
        };
        match (tier["zones"].as_array(), tier["cidrs"].as_object()) {
            (Some(zones), _) => zones.contains(&json!(zone)),
            (None, Some(pins)) => pins.contains_key(&zone),
            (None, None) => true,
        }
    }

    fn profile(&mut self, profile: Value) -> Option<()> {
        let profiles = self.cluster()?.entry("fargate").or_insert(json!({}));
        profiles
            .as_object_mut()?
            .insert("clash".to_owned(), profile);
        Some(())
    }
}
