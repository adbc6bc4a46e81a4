//! The cluster of a spec by chance, and mistakes.

use serde_json::{Map, Value, json};

use super::{ACCOUNT, Generator, RETENTION};

impl Generator {
    pub(super) fn cluster(&mut self) -> Value {
        let mut cluster = Map::new();
        self.maybe(&mut cluster, 20, "name", |_| "Cluster_1".into());
        self.maybe(&mut cluster, 50, "version", |g| {
            g.word(&["1.33", "1.34", "1.35", "1.36"])
        });
        self.maybe(&mut cluster, 30, "control-plane", |_| {
            "control-plane".into()
        });
        self.maybe(&mut cluster, 50, "endpoint", Self::endpoint);
        let service = if self.vpc.0 >> 24 == 172 {
            "10.100.0.0/16"
        } else {
            "172.20.0.0/16"
        };
        self.maybe(&mut cluster, 20, "service-cidr", |_| service.into());
        self.maybe(&mut cluster, 40, "secrets-key", Self::key);
        self.maybe(&mut cluster, 40, "logs", Self::logs);
        self.maybe(&mut cluster, 30, "support", |g| {
            g.word(&["standard", "extended"])
        });
        self.maybe(&mut cluster, 50, "access", Self::access);
        let homes = self.homes();
        if !homes.is_empty() {
            self.maybe(&mut cluster, 75, "node-groups", |g| g.node_groups(&homes));
            self.maybe(&mut cluster, 25, "fargate", |g| g.fargate(&homes));
        }
        let version = cluster
            .get("version")
            .and_then(Value::as_str)
            .map(str::to_owned);
        self.maybe(&mut cluster, 40, "addons", |g| g.addons(version.as_deref()));
        self.maybe(&mut cluster, 30, "oidc-provider", |g| g.chance(50).into());
        // Its nodes stand in the tier `nodes` or in the one private tier, and ask services for which not all have endpoints.
        let offline = self.tiers.iter().any(|tier| tier.offline);
        let mut private = self.tiers.iter().filter(|tier| tier.access == "private");
        let known = match (private.next(), private.next()) {
            (Some(only), None) => only.name != "control-plane",
            _ => self
                .tiers
                .iter()
                .any(|tier| tier.name == "nodes" && tier.access == "private"),
        };
        if !offline && (known || self.tiers.is_empty()) {
            self.maybe(&mut cluster, 30, "karpenter", |g| g.chance(50).into());
        }
        Value::Object(cluster)
    }

    /// The tiers that take workload; an empty name for the one that goes without saying.
    fn homes(&self) -> Vec<String> {
        if self.tiers.is_empty() {
            return vec![String::new(), "nodes".to_owned()];
        }
        let of = |access| {
            self.tiers
                .iter()
                .filter(move |t| t.access == access)
                .map(|t| t.name.clone())
        };
        let mut homes: Vec<String> = of("private").collect();
        if homes.len() == 1 {
            homes.push(String::new());
        }
        homes.extend(of("isolated").filter(|name| name != "control-plane"));
        homes
    }

    fn endpoint(&mut self) -> Value {
        let clients = json!(["198.18.7.0/24", "8.8.8.0/24", "1.1.1.1/32"]);
        match self.rng.below(5) {
            0 => json!({ "access": "private" }),
            1 => json!({ "access": "public-and-private", "public-cidrs": ["0.0.0.0/0"] }),
            2 if self.tiers.is_empty() => json!({ "access": "public", "public-cidrs": clients }),
            _ => json!({ "public-cidrs": clients }),
        }
    }

    fn logs(&mut self) -> Value {
        if self.chance(20) {
            return "none".into();
        }
        let mut logs = Map::new();
        let types = [
            "api",
            "audit",
            "authenticator",
            "controller-manager",
            "scheduler",
        ];
        self.maybe(&mut logs, 60, "types", |g| {
            let mut types = g.rng.some(&types, 1);
            g.rng.shuffle(&mut types);
            types.into()
        });
        self.maybe(&mut logs, 50, "retention-days", |g| {
            (*g.rng.pick(&RETENTION)).into()
        });
        self.maybe(&mut logs, 50, "kms-key", Self::key);
        Value::Object(logs)
    }

    fn access(&mut self) -> Value {
        let mut access = Map::new();
        self.maybe(&mut access, 50, "creator-admin", |g| g.chance(50).into());
        let mut entries = Map::new();
        let partition = self.region.partition().as_str();
        for name in self.rng.some(&["admins", "auditors", "ci", "team-a"], 0) {
            let mut entry = Map::new();
            entry.insert(
                "principal".into(),
                format!("arn:{partition}:iam::{ACCOUNT}:role/{name}").into(),
            );
            match self.rng.below(3) {
                0 => {
                    entry.insert("policy".into(), "AmazonEKSViewPolicy".into());
                    self.maybe(&mut entry, 50, "namespaces", |_| {
                        json!(["payments", "ledger"])
                    });
                }
                1 => {
                    let policies = json!([
                        { "policy": "AmazonEKSEditPolicy", "namespaces": ["a", "b"] },
                        { "policy": "AmazonEKSViewPolicy" },
                    ]);
                    entry.insert("policies".into(), policies);
                }
                _ => {
                    entry.insert("groups".into(), json!(["viewers", "builders"]));
                }
            }
            entries.insert(name.to_owned(), Value::Object(entry));
        }
        access.insert("entries".into(), Value::Object(entries));
        Value::Object(access)
    }

    fn node_groups(&mut self, homes: &[String]) -> Value {
        let names = self.rng.some(&["system", "workers", "spot-1"], 1);
        names
            .into_iter()
            .map(|name| (name.to_owned(), self.node_group(homes)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn home(&mut self, homes: &[String], map: &mut Map<String, Value>) {
        let home = self.rng.pick(homes).clone();
        if !home.is_empty() {
            map.insert("tier".into(), home.into());
        }
    }

    fn node_group(&mut self, homes: &[String]) -> Value {
        let mut group = Map::new();
        self.home(homes, &mut group);
        let types = if self.chance(30) {
            ["m7g.large", "c7g.xlarge", "t4g.large"]
        } else {
            ["m6i.large", "m6a.large", "c7i.2xlarge"]
        };
        self.maybe(&mut group, 70, "instance-types", |g| {
            g.rng.some(&types, 1).into()
        });
        self.maybe(&mut group, 40, "ami", |g| {
            g.word(&["al2023", "bottlerocket"])
        });
        self.maybe(&mut group, 40, "capacity", |g| {
            g.word(&["on-demand", "spot"])
        });
        self.maybe(&mut group, 50, "size", |g| {
            let (min, more) = (g.rng.between(0, 3), g.rng.between(1, 5));
            let mut size = Map::new();
            size.insert("min".into(), min.into());
            g.maybe(&mut size, 70, "max", |_| (min + more).into());
            g.maybe(&mut size, 40, "desired", |_| min.into());
            Value::Object(size)
        });
        self.maybe(&mut group, 40, "max-unavailable", |g| {
            g.rng.pick(&[json!(1), json!("25%"), json!("100%")]).clone()
        });
        self.maybe(&mut group, 30, "disk-gib", |g| {
            g.rng.between(20, 500).into()
        });
        self.maybe(&mut group, 20, "disk-key", |g| {
            let (partition, region) = (g.region.partition().as_str(), g.region);
            format!("arn:{partition}:kms:{region}:{ACCOUNT}:key/1").into()
        });
        self.maybe(&mut group, 20, "metadata-hops", |g| {
            g.rng.between(1, 3).into()
        });
        self.maybe(
            &mut group,
            30,
            "labels",
            |_| json!({ "workload": "general", "example.com/a": "1" }),
        );
        self.maybe(&mut group, 30, "taints", |g| {
            let effect = g.word(&["no-schedule", "no-execute", "prefer-no-schedule"]);
            json!([{ "key": "CriticalAddonsOnly", "value": "true", "effect": effect }, { "key": "b", "effect": "no-execute" }])
        });
        Value::Object(group)
    }

    fn fargate(&mut self, homes: &[String]) -> Value {
        let mut profiles = Map::new();
        for name in self.rng.some(&["batch", "jobs"], 1) {
            let mut profile = Map::new();
            self.home(homes, &mut profile);
            let selectors = json!([{ "namespace": "batch", "labels": { "runs-on": "fargate" } }, { "namespace": "jobs" }]);
            profile.insert("selectors".into(), selectors);
            profiles.insert(name.to_owned(), Value::Object(profile));
        }
        Value::Object(profiles)
    }

    fn addons(&mut self, version: Option<&str>) -> Value {
        let mut addons = Map::new();
        for name in ["vpc-cni", "eks-pod-identity-agent", "coredns"] {
            self.maybe(&mut addons, 40, name, |g| {
                g.word(&["v1.20.4-eksbuild.1", "none"])
            });
        }
        let proxy = format!("v{}.0-eksbuild.2", version.unwrap_or("1.33"));
        self.maybe(&mut addons, 40, "kube-proxy", |g| g.word(&[&proxy, "none"]));
        Value::Object(addons)
    }

    /// Puts something wrong, or only unusual, in a place of the spec by chance.
    pub(super) fn mistake(&mut self, spec: &mut Value) {
        let wrong = [
            json!(0),
            json!(-1),
            json!(255),
            json!(u64::MAX),
            json!(1.5),
            json!(true),
            json!(""),
            json!("none"),
            json!("0.0.0.0/0"),
            json!("10.0.0.1/16"),
            json!("10.0.0.0/30"),
            json!("nodes"),
            json!([]),
            json!({}),
            json!(["a", "a"]),
            json!({ "a": "b" }),
            json!("use1-az3"),
            json!("\u{0}\u{1b}[31mä"),
            json!("a-b"),
            json!("a.b/c"),
        ];
        let wrong = self.rng.pick(&wrong).clone();
        self.damage(spec, wrong);
    }

    fn damage(&mut self, at: &mut Value, wrong: Value) {
        let stop = self.chance(12);
        match at {
            Value::Object(map) if !map.is_empty() && !stop => {
                let keys: Vec<String> = map.keys().cloned().collect();
                let key = self.rng.pick(&keys).clone();
                if self.chance(5) {
                    let value = map.remove(&key).unwrap_or_default();
                    map.insert(format!("{key}x"), value);
                } else {
                    self.damage(map.entry(key).or_insert(Value::Null), wrong);
                }
            }
            Value::Array(list) if !list.is_empty() && !stop => {
                let i = self.rng.below(list.len());
                if self.chance(25) {
                    list.push(list[i].clone());
                } else {
                    self.damage(&mut list[i], wrong);
                }
            }
            other => *other = wrong,
        }
    }
}
