//! What is a resource of its own only here, and what has another form here.

use std::collections::BTreeMap;

use crate::read::reading::{Fields, Item, Value};
use crate::read::unfold::{PartOf, Whole, take};

/// `AWS::EC2::VPCGatewayAttachment` and `AWS::EC2::VPCCidrBlock` give a gateway its VPC and a VPC its IPv6 range.
pub(super) const PARTS: &[PartOf] = &[
    PartOf {
        kind: "InternetGatewayAttachment",
        whole: Whole::Named("gateway"),
        give: vpc,
        kept_with_it: true,
    },
    PartOf {
        kind: "VpnGatewayAttachment",
        whole: Whole::Named("gateway"),
        give: vpc,
        kept_with_it: true,
    },
    PartOf {
        kind: "Ipv6CidrBlock",
        whole: Whole::Named("vpc"),
        give: |vpc, block| take(vpc, "amazon_ipv6", block, "amazon_provided"),
        kept_with_it: true,
    },
];

fn vpc(gateway: &mut Fields, attachment: &mut Fields) {
    take(gateway, "vpc", attachment, "vpc");
}

/// What a security group lets out by itself, if it does: one that states no outbound rule gets one from AWS that allows
/// everything ("`SecurityGroupEgress`" of `AWS::EC2::SecurityGroup`), which Terraform's provider takes away.
pub(super) fn lets_out(item: &Item) -> Option<String> {
    if item.shape.name != "SecurityGroup" {
        return None;
    }
    let Some(Value::List(rules)) = item.fields.get("inline_egress") else {
        return Some(
            "states no outbound rule, so that AWS adds one that allows everything".to_owned(),
        );
    };
    // No packet is for this address alone, and nothing else stands in a rule that matches nothing.
    let nobody = Value::from("255.255.255.255/32");
    let open = rules.iter().find(|rule| match rule {
        Value::Map(rule) => rule.get("cidr") != Some(&nobody) || !rule.contains_key("protocol"),
        _ => true,
    });
    match open {
        Some(rule) => Some(format!("lets out by a rule of its own: {rule}")),
        None if rules.is_empty() => {
            Some("states no outbound rule in a list without any".to_owned())
        }
        None => None,
    }
}

/// Brings into the form of the tables what this engine writes in another.
pub(super) fn other_forms(item: &mut Item) {
    let fields = &mut item.fields;
    match item.shape.name {
        // `ResolveConflicts` is for the first installation and for updates.
        "Addon" => {
            if let Some(conflicts) = fields.get("on_create").cloned() {
                fields.insert("on_update".to_owned(), conflicts);
            }
        }
        "RoutePropagation" => {
            if let Some(Value::List(tables)) = fields.get("tables")
                && let [table] = tables.as_slice()
            {
                let table = table.clone();
                fields.remove("tables");
                fields.insert("table".to_owned(), table);
            }
        }
        "FargateProfile" => {
            if let Some(Value::List(selectors)) = fields.get_mut("selectors") {
                selectors.iter_mut().for_each(label_map);
            }
        }
        _ => {}
    }
}

/// Labels are a list of objects with `Key` and `Value`.
fn label_map(selector: &mut Value) {
    let Value::Map(selector) = selector else {
        return;
    };
    let Some(Value::List(labels)) = selector.get("labels") else {
        return;
    };
    let mut map = BTreeMap::new();
    for label in labels {
        let Value::Map(label) = label else {
            return;
        };
        let (Some(Value::Text(key)), Some(value), 2) =
            (label.get("key"), label.get("value"), label.len())
        else {
            return;
        };
        let Some(key) = key.known() else {
            return;
        };
        if map.insert(key.to_owned(), value.clone()).is_some() {
            return;
        }
    }
    selector.remove("labels");
    selector.insert("label_map".to_owned(), Value::Map(map));
}
