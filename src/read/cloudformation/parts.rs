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
