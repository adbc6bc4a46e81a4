//! Templates read back: what refers to what, and what is in one and not in another.

use std::collections::{BTreeMap, BTreeSet};

use eksnet::Synthesis;
use eksnet::network::Ipv4Net;
use serde_json::Value;

/// What both engines get, parsed.
pub struct Templates {
    cloudformation: Value,
    main: Value,
    outputs: Value,
}

/// The kinds that carry traffic: none of their properties may change while a network grows.
const NETWORK: [&str; 18] = [
    "AWS::EC2::VPCCidrBlock",
    "aws_vpc_ipv4_cidr_block_association",
    "AWS::EC2::EgressOnlyInternetGateway",
    "aws_egress_only_internet_gateway",
    "AWS::EC2::VPC",
    "AWS::EC2::Subnet",
    "AWS::EC2::NatGateway",
    "AWS::EC2::EIP",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SubnetRouteTableAssociation",
    "aws_vpc",
    "aws_subnet",
    "aws_nat_gateway",
    "aws_eip",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
];

/// The further blocks of a VPC.
const BLOCKS: [&str; 2] = [
    "AWS::EC2::VPCCidrBlock",
    "aws_vpc_ipv4_cidr_block_association",
];

/// A gateway endpoint has a route in every private route table, also in a new one.
const GROWING: [&str; 2] = ["AWS::EC2::VPCEndpoint", "aws_vpc_endpoint"];

impl Templates {
    pub fn of(synthesis: &Synthesis) -> Self {
        let read = |text: &str| serde_json::from_str(text).expect("valid JSON");
        let terraform = synthesis.terraform();
        read(&terraform.versions);
        Self {
            cloudformation: read(&synthesis.cloudformation()),
            main: read(&terraform.main),
            outputs: read(&terraform.outputs),
        }
    }

    /// Every resource of both engines by what the engine knows it by, with its kind.
    fn resources(&self) -> BTreeMap<String, (&str, &Value)> {
        let mut all = BTreeMap::new();
        for (id, resource) in entries(&self.cloudformation["Resources"]) {
            let kind = resource["Type"].as_str().expect("a type");
            all.insert(id.clone(), (kind, resource));
        }
        for (kind, named) in entries(&self.main["resource"]) {
            for (name, resource) in entries(named) {
                all.insert(format!("{kind}.{name}"), (kind.as_str(), resource));
            }
        }
        all
    }

    /// Asserts that every reference leads to something.
    pub fn assert_closed(&self) {
        let template = &self.cloudformation;
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        for part in ["Resources", "Parameters"] {
            ids.extend(entries(&template[part]).map(|(id, _)| id.as_str()));
        }
        assert!(!ids.is_empty());
        cloudformation(template, &ids);

        let mut addresses: BTreeSet<String> = BTreeSet::new();
        for (kind, named) in entries(&self.main["resource"]) {
            addresses.extend(entries(named).map(|(name, _)| format!("{kind}.{name}")));
        }
        for (kind, named) in entries(&self.main["data"]) {
            addresses.extend(entries(named).map(|(name, _)| format!("data.{kind}.{name}")));
        }
        assert!(!addresses.is_empty());
        terraform(&self.main, &addresses);
        terraform(&self.outputs, &addresses);
    }

    /// Asserts that everything is still there, and that nothing which carries traffic has changed; with `all`, that
    /// nothing has changed but the lists of endpoints.
    pub fn assert_grew_into(&self, grown: &Self, all: bool) {
        let after = grown.resources();
        for (id, (kind, resource)) in self.resources() {
            let Some((_, now)) = after.get(&id) else {
                panic!("{id} is gone");
            };
            if all && !GROWING.contains(&kind) || NETWORK.contains(&kind) {
                if resource == *now {
                    continue;
                }
                let [was, is] = [resource, *now].map(|resource| without_order(kind, resource));
                assert_eq!(was, is, "{id} has changed");
            }
        }
    }

    /// The ranges of all subnets, by what each engine knows them by.
    pub fn subnets(&self) -> BTreeMap<String, Ipv4Net> {
        let resources = self.resources().into_iter();
        let subnets = resources.filter_map(|(id, (_, resource))| {
            let range = match &resource["Properties"]["CidrBlock"] {
                Value::Null => &resource["cidr_block"],
                range => range,
            };
            let subnet = id.starts_with("aws_subnet.") || resource["Type"] == "AWS::EC2::Subnet";
            subnet.then(|| (id, range.as_str().and_then(|range| range.parse().ok())))
        });
        subnets
            .map(|(id, range)| (id, range.expect("a range")))
            .collect()
    }

    /// What a template that grew has more, a line each: whole entries of maps, and elements of lists. Nothing else may have
    /// changed.
    pub fn gained(&self, grown: &Self) -> Vec<String> {
        let mut gained = Vec::new();
        for (name, before, after) in [
            (
                "CloudFormation",
                &self.cloudformation,
                &grown.cloudformation,
            ),
            ("Terraform", &self.main, &grown.main),
            ("Terraform outputs", &self.outputs, &grown.outputs),
        ] {
            gain(name, before, after, &mut gained);
        }
        gained
    }

    /// Both templates without what has to do with tags of a name.
    pub fn without_tag(&self, tag: &str) -> [Value; 2] {
        let mut both = [self.cloudformation.clone(), self.main.clone()];
        for value in &mut both {
            remove_tag(value, tag);
        }
        both
    }
}

/// A block without those that join the VPC before it: a new one may have to, and that changes nothing of this one.
fn without_order(kind: &str, resource: &Value) -> Value {
    let mut resource = resource.clone();
    if let Some(block) = resource.as_object_mut()
        && BLOCKS.contains(&kind)
    {
        block.remove("DependsOn");
        block.remove("depends_on");
    }
    resource
}

/// Adds to `gained` what `after` has more than `before`.
fn gain(path: &str, before: &Value, after: &Value, gained: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in old {
                let now = new.get(key);
                let now = now.unwrap_or_else(|| panic!("{path} / {key} is gone"));
                gain(&format!("{path} / {key}"), value, now, gained);
            }
            let more = new.keys().filter(|key| !old.contains_key(*key));
            gained.extend(more.map(|key| format!("{path} + {key}")));
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for ((place, value), now) in old.iter().enumerate().zip(new) {
                gain(&format!("{path} / {place}"), value, now, gained);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let mut left = old.iter().peekable();
            for value in new {
                if left.peek() == Some(&value) {
                    left.next();
                } else {
                    gained.push(format!("{path} [] {value}"));
                }
            }
            assert_eq!(left.next(), None, "{path} has lost something");
        }
        _ => assert_eq!(before, after, "{path} has changed"),
    }
}

fn entries(map: &Value) -> impl Iterator<Item = (&String, &Value)> {
    map.as_object().into_iter().flatten()
}

fn cloudformation(value: &Value, ids: &BTreeSet<&str>) {
    let known = |id: &str| {
        let id = id.split('.').next().unwrap_or_default();
        assert!(ids.contains(id) || id.starts_with("AWS::"), "no {id}");
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref" | "Fn::GetAtt" | "DependsOn", Value::String(id)) => known(id),
                    ("Fn::GetAtt", Value::Array(path)) => known(path[0].as_str().expect("an id")),
                    ("DependsOn", Value::Array(list)) => {
                        for id in list {
                            known(id.as_str().expect("an id"));
                        }
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        for part in text.split("${").skip(1) {
                            let name = part.split('}').next().unwrap_or_default();
                            if !name.starts_with('!') {
                                known(name);
                            }
                        }
                    }
                    _ => cloudformation(value, ids),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| cloudformation(value, ids)),
        _ => {}
    }
}

fn terraform(value: &Value, addresses: &BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "depends_on" {
                    for address in value.as_array().into_iter().flatten() {
                        expression(address.as_str().expect("an address"), addresses);
                    }
                } else {
                    terraform(value, addresses);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| terraform(value, addresses)),
        Value::String(text) => {
            let text = text.replace("$${", "");
            for part in text.split("${").skip(1) {
                expression(part.split('}').next().unwrap_or_default(), addresses);
            }
        }
        _ => {}
    }
}

/// The references of an expression: words with dots that begin like a resource.
fn expression(text: &str, addresses: &BTreeSet<String>) {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c)));
    let mut any = false;
    for word in words {
        let parts: Vec<&str> = word.split('.').collect();
        let address = match parts[..] {
            ["data", kind, name, ..] => format!("data.{kind}.{name}"),
            [kind, name, ..] if kind.starts_with("aws_") || kind.starts_with("tls_") => {
                format!("{kind}.{name}")
            }
            _ => continue,
        };
        any = true;
        assert!(addresses.contains(&address), "no {address}");
    }
    assert!(any, "what does `{text}` refer to?");
}

fn remove_tag(value: &mut Value, tag: &str) {
    match value {
        Value::Object(map) => {
            map.remove(tag);
            map.values_mut().for_each(|value| remove_tag(value, tag));
            map.retain(|key, value| !is_nothing(key, value));
        }
        Value::Array(list) => {
            list.retain(|item| item["Key"] != tag && item["key"] != tag);
            for item in list {
                remove_tag(item, tag);
            }
        }
        _ => {}
    }
}

/// Tags of which nothing is left.
fn is_nothing(key: &str, value: &Value) -> bool {
    let empty = value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(serde_json::Map::is_empty);
    empty && key.to_ascii_lowercase().contains("tag")
}
