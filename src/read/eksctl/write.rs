//! A draft as the text of a spec, as a person would write it.

use std::fmt::Write as _;

use super::draft::{Access, Cluster, Draft, Group, Nat, Net, Tier, Zones};
use crate::network::LAYOUT;
use crate::render::quoted;

/// As wide as a line with brackets may become before its parts get lines of their own.
const WIDE: usize = 110;

/// The whole spec. `name` is the file that it comes from.
pub(super) fn spec(draft: &Draft, name: &str) -> String {
    let mut out = Out::default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    out.line(
        0,
        &format!("# From {name}, by `eksnet import`. What is not here is eksnet's default."),
    );
    out.pair(0, "stack", &scalar(&draft.stack));
    out.pair(0, "region", draft.region.as_str());
    out.pair(0, "layout", &LAYOUT.to_string());
    out.map(0, "tags", &draft.tags);
    out.line(0, "");
    out.network(&draft.network);
    out.line(0, "");
    out.cluster(&draft.cluster);
    out.0
}

#[derive(Default)]
struct Out(String);

impl Out {
    fn line(&mut self, indent: usize, text: &str) {
        if !text.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{:indent$}{text}", "");
        }
        self.0.push('\n');
    }

    fn pair(&mut self, indent: usize, key: &str, value: &str) {
        self.line(indent, &format!("{}: {value}", scalar(key)));
    }

    fn list(&mut self, indent: usize, key: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let flow = list(values);
        if indent + key.len() + flow.len() < WIDE {
            return self.pair(indent, key, &flow);
        }
        self.line(indent, &format!("{key}:"));
        for value in values {
            self.line(indent + 2, &format!("- {}", scalar(value)));
        }
    }

    fn map(&mut self, indent: usize, key: &str, pairs: &[(String, String)]) {
        if pairs.is_empty() {
            return;
        }
        let flow = map(pairs);
        if indent + key.len() + flow.len() < WIDE {
            return self.pair(indent, key, &flow);
        }
        self.line(indent, &format!("{key}:"));
        for (key, value) in pairs {
            self.pair(indent + 2, key, &scalar(value));
        }
    }

    fn network(&mut self, net: &Net) {
        self.line(0, "network:");
        if let Some(vpc) = &net.existing {
            self.pair(2, "existing", &scalar(vpc));
        }
        self.pair(2, "cidr", &scalar(&net.cidr));
        self.list(2, "secondary-cidrs", &net.secondary);
        if net.ipv6 {
            self.pair(2, "ipv6", "true");
        }
        if !net.remote.is_empty() {
            self.line(2, "connected:");
            self.list(4, "remote", &net.remote);
        }
        match &net.zones {
            // The zones of subnets that exist are those that they are in.
            _ if net.existing.is_some() => {}
            Zones::Count(count) => {
                self.line(2, "# Where the cluster exists, `eksnet plan --adopt` keeps its subnets in their places.");
                self.pair(2, "zones", &count.to_string());
            }
            Zones::Listed(zones) => {
                if zones
                    .iter()
                    .any(|zone| crate::network::ZoneId::parse(zone).is_err())
                {
                    self.line(2, "# Names are of one account: put the ids of its zones here and below, or import with `--zone NAME=ID`.");
                }
                self.list(2, "zones", zones);
            }
        }
        self.line(2, "tiers:");
        for tier in &net.tiers {
            self.tier(tier);
        }
        if let Some(endpoints) = &net.endpoints {
            self.list(2, "endpoints", endpoints);
        }
    }

    fn tier(&mut self, tier: &Tier) {
        self.line(4, &format!("{}:", scalar(&tier.name)));
        self.pair(
            6,
            "access",
            match tier.access {
                Access::Public => "public",
                Access::Private => "private",
            },
        );
        if let Some(prefix) = tier.prefix {
            self.pair(6, "prefix", &prefix.to_string());
        }
        if let Some(nat) = tier.nat {
            let word = match nat {
                Nat::PerZone => "per-zone",
                Nat::Single => "single",
                Nat::None => "none",
            };
            match &tier.nat_in {
                Some(public) => {
                    let nat = format!("{{ tier: {}, zones: {word} }}", scalar(public));
                    self.pair(6, "nat", &nat);
                }
                None => self.pair(6, "nat", word),
            }
        }
        if !tier.load_balancers {
            self.pair(6, "load-balancers", "false");
        }
        if !tier.existing.is_empty() {
            self.line(6, "existing:");
            for (zone, subnet, cidr) in &tier.existing {
                let subnet = format!("{{ subnet: {}, cidr: {} }}", scalar(subnet), scalar(cidr));
                self.pair(8, zone, &subnet);
            }
        }
        if !tier.cidrs.is_empty() {
            self.line(6, "cidrs:");
            for (zone, cidr) in &tier.cidrs {
                self.pair(8, zone, &scalar(cidr));
            }
        }
    }

    fn cluster(&mut self, cluster: &Cluster) {
        self.line(0, "cluster:");
        if let Some(name) = &cluster.name {
            self.pair(2, "name", &scalar(name));
        }
        if cluster.by_eksctl {
            self.pair(2, "made-by", "eksctl");
        }
        if let Some(version) = &cluster.version {
            self.pair(2, "version", &scalar(version));
        }
        if let Some(tier) = &cluster.control_plane {
            self.pair(2, "control-plane", &scalar(tier));
        }
        if cluster.ipv6 {
            self.pair(2, "ip-family", "ipv6");
        }
        self.endpoint(cluster);
        if let Some(cidr) = &cluster.service_cidr {
            self.pair(2, "service-cidr", &scalar(cidr));
        }
        if let Some(key) = &cluster.secrets_key {
            self.pair(2, "secrets-key", &scalar(key));
        } else {
            self.line(2, "# Without this line the stack makes a key of its own.");
            self.pair(2, "secrets-key", "aws-owned");
        }
        match &cluster.logs {
            None => self.pair(2, "logs", "none"),
            Some(logs) => {
                let mut parts = Vec::new();
                if !logs.types.is_empty() {
                    parts.push(format!("types: {}", list(&logs.types)));
                }
                if let Some(days) = logs.days {
                    parts.push(format!("retention-days: {days}"));
                }
                if !parts.is_empty() {
                    self.pair(2, "logs", &format!("{{ {} }}", parts.join(", ")));
                }
            }
        }
        if cluster.standard_support {
            self.pair(2, "support", "standard");
        }
        self.access(cluster);
        if !cluster.identities.is_empty() {
            self.line(2, "pod-identities:");
            for identity in &cluster.identities {
                self.line(4, &format!("{}:", scalar(&identity.name)));
                self.pair(6, "namespace", &scalar(&identity.namespace));
                self.pair(6, "service-account", &scalar(&identity.account));
                if let Some(role) = &identity.role {
                    self.pair(6, "role", &scalar(role));
                }
                self.list(6, "policies", &identity.policies);
            }
        }
        if let Some(hybrid) = &cluster.hybrid {
            self.line(2, "hybrid-nodes:");
            self.list(4, "nodes", &hybrid.nodes);
            self.list(4, "pods", &hybrid.pods);
            if let Some(role) = &hybrid.role {
                self.pair(4, "role", &scalar(role));
            }
        }
        if !cluster.node_groups.is_empty() {
            self.line(2, "node-groups:");
            for group in &cluster.node_groups {
                self.group(group);
            }
        }
        if !cluster.fargate.is_empty() {
            self.line(2, "fargate:");
            for profile in &cluster.fargate {
                self.line(4, &format!("{}:", scalar(&profile.name)));
                self.pair(6, "tier", &scalar(&profile.tier));
                self.line(6, "selectors:");
                for (namespace, labels) in &profile.selectors {
                    let mut parts = format!("namespace: {}", scalar(namespace));
                    if !labels.is_empty() {
                        let _ = write!(parts, ", labels: {}", map(labels));
                    }
                    self.line(8, &format!("- {{ {parts} }}"));
                }
            }
        }
        let addons: Vec<_> = cluster
            .addons
            .iter()
            .map(|(name, version)| ((*name).to_owned(), version.clone()))
            .collect();
        self.map(2, "addons", &addons);
        if cluster.oidc {
            self.pair(2, "oidc-provider", "true");
        }
        match cluster.auto_pools.as_deref() {
            None => {}
            Some([]) => self.pair(2, "auto-mode", "true"),
            Some(pools) => {
                self.line(2, "auto-mode:");
                self.list(4, "node-pools", pools);
            }
        }
        if cluster.karpenter {
            self.pair(2, "karpenter", "true");
        }
    }

    fn endpoint(&mut self, cluster: &Cluster) {
        let endpoint = &cluster.endpoint;
        let access = match (endpoint.private, endpoint.public) {
            (true, true) => "public-and-private",
            (false, true) => "public",
            (_, false) => "private",
        };
        self.line(2, "endpoint:");
        self.pair(4, "access", access);
        if endpoint.public {
            if endpoint.by_default {
                self.line(4, "# As eksctl leaves it: put your own ranges here.");
            }
            self.list(4, "public-cidrs", &endpoint.cidrs);
        }
    }

    fn access(&mut self, cluster: &Cluster) {
        if !cluster.creator_admin && cluster.access.is_empty() {
            return;
        }
        self.line(2, "access:");
        if cluster.creator_admin {
            self.pair(4, "creator-admin", "true");
        }
        if cluster.access.is_empty() {
            return;
        }
        self.line(4, "entries:");
        for entry in &cluster.access {
            self.line(6, &format!("{}:", scalar(&entry.name)));
            self.pair(8, "principal", &scalar(&entry.principal));
            match &*entry.policies {
                [] => {}
                [(policy, namespaces)] => {
                    self.pair(8, "policy", &scalar(policy));
                    self.list(8, "namespaces", namespaces);
                }
                several => {
                    self.line(8, "policies:");
                    for (policy, namespaces) in several {
                        let mut parts = format!("policy: {}", scalar(policy));
                        if !namespaces.is_empty() {
                            let _ = write!(parts, ", namespaces: {}", list(namespaces));
                        }
                        self.line(10, &format!("- {{ {parts} }}"));
                    }
                }
            }
            self.list(8, "groups", &entry.groups);
        }
    }

    fn group(&mut self, group: &Group) {
        self.line(4, &format!("{}:", scalar(&group.name)));
        self.pair(6, "tier", &scalar(&group.tier));
        self.list(6, "instance-types", &group.types);
        if group.bottlerocket {
            self.pair(6, "ami", "bottlerocket");
        }
        if group.spot {
            self.pair(6, "capacity", "spot");
        }
        let (min, desired, max) = (group.min, group.desired, group.max);
        let size = format!("{{ min: {min}, desired: {desired}, max: {max} }}");
        self.pair(6, "size", &size);
        if let Some(nodes) = &group.max_unavailable {
            self.pair(6, "max-unavailable", nodes);
        }
        self.pair(6, "disk-gib", &group.disk_gib.to_string());
        if let Some(key) = &group.disk_key {
            self.pair(6, "disk-key", &scalar(key));
        }
        if let Some(hops) = group.hops {
            self.pair(6, "metadata-hops", &hops.to_string());
        }
        self.map(6, "labels", &group.labels);
        if !group.taints.is_empty() {
            self.line(6, "taints:");
            for (key, value, effect) in &group.taints {
                let mut parts = format!("key: {}", scalar(key));
                if !value.is_empty() {
                    let _ = write!(parts, ", value: {}", scalar(value));
                }
                self.line(8, &format!("- {{ {parts}, effect: {effect} }}"));
            }
        }
    }
}

fn list(values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| scalar(value)).collect();
    format!("[{}]", values.join(", "))
}

fn map(pairs: &[(String, String)]) -> String {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(key, value)| format!("{}: {}", scalar(key), scalar(value)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A text as YAML; in quotes where it could be read as anything else.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:-".contains(c);
    let first = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    let number = |c: char| c.is_ascii_digit() || "._-:eExXoOabcdfABCDF".contains(c);
    let word = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan",
    ];
    let is_word = word.iter().any(|word| text.eq_ignore_ascii_case(word));
    // `10.0.0.0/16` and `0a1b` stay as they are; `1.35`, `4711`, `1e3` and `0x1f` are no numbers here.
    let numeric = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(number)
        && text.parse::<std::net::Ipv4Addr>().is_err();
    if first && text.chars().all(plain) && !text.ends_with(':') && !is_word && !numeric {
        return text.to_owned();
    }
    let mut out = String::new();
    quoted(text, &mut out);
    out
}
