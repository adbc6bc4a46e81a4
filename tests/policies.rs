//! Every `*` in a policy has a reason.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use eksnet::prelude::*;
use serde_json::Value;

/// Statement, element, value (`{}` for what AWS decides), and why nothing narrower will do.
const REASONS: &[(&str, &str, &str, &str)] = &[
    (
        "AccountDecides",
        "Action",
        "kms:*",
        "the account's own policies decide; without it nobody could change the key",
    ),
    (
        "AccountDecides",
        "Resource",
        "*",
        "in a key's policy that is the key",
    ),
    (
        "AssignAddresses",
        "Resource",
        "arn:aws:ec2:us-east-1:{}:network-interface/*",
        "interfaces come and go with nodes",
    ),
    (
        "RefreshGroups",
        "Resource",
        "arn:aws:ec2:us-east-1:{}:instance/*",
        "instances come and go with nodes",
    ),
    (
        "RefreshGroups",
        "Resource",
        "arn:aws:ec2:us-east-1:{}:network-interface/*",
        "interfaces come and go with nodes",
    ),
    (
        "RefreshGroups",
        "Resource",
        "arn:aws:ec2:us-east-1:{}:security-group/*",
        "EKS gives the cluster's group its id, and users may name others",
    ),
    (
        "CloudWatchLogs",
        "Action",
        "kms:GenerateDataKey*",
        "two actions of one family, as the user guide writes them",
    ),
    (
        "CloudWatchLogs",
        "Action",
        "kms:ReEncrypt*",
        "from and to, as the user guide writes them",
    ),
    (
        "CloudWatchLogs",
        "Resource",
        "*",
        "in a key's policy that is the key",
    ),
    (
        "FindGroup",
        "Resource",
        "arn:aws:logs:us-east-1:{}:log-group:*",
        "the action lists groups and knows no narrower resource",
    ),
    (
        "ImageLayers",
        "Principal",
        "*",
        "layers come by links that ECR signed, not by a principal of the account",
    ),
    (
        "ImageLayers",
        "Resource",
        "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*",
        "layers have names that nobody knows before",
    ),
    (
        "LogDelivery",
        "Action",
        "kms:GenerateDataKey*",
        "two actions of one family, as the user guide writes them",
    ),
    (
        "LogDelivery",
        "Action",
        "kms:ReEncrypt*",
        "from and to, as the user guide writes them",
    ),
    (
        "LogDelivery",
        "Resource",
        "*",
        "in a key's policy that is the key",
    ),
    (
        "LogDeliveryWrites",
        "Resource",
        "{}/AWSLogs/{}/*",
        "the delivery chooses the names of objects",
    ),
    (
        "NamedBuckets",
        "Principal",
        "*",
        "packages are read without credentials; the buckets are named",
    ),
    (
        "NamedBuckets",
        "Resource",
        "arn:aws:s3:::shared/*",
        "the objects of a bucket that somebody named",
    ),
    (
        "OnlyEncryptedTransport",
        "Action",
        "s3:*",
        "a denial: whatever is done without TLS",
    ),
    (
        "OnlyEncryptedTransport",
        "Principal",
        "*",
        "a denial: whoever it is",
    ),
    (
        "OnlyEncryptedTransport",
        "Resource",
        "{}/*",
        "a denial: whichever object",
    ),
    (
        "PullImages",
        "Principal",
        "*",
        "a condition says which account; AWS takes no other form for gateways",
    ),
    (
        "PullImages",
        "Resource",
        "*",
        "images of EKS's add-ons are in accounts of AWS, one in each region",
    ),
    (
        "ServiceAccounts",
        "Principal",
        "*",
        "a token is no principal yet; the role that is taken on is one of the account",
    ),
    (
        "ServiceAccounts",
        "Resource",
        "arn:aws:iam::{}:role/*",
        "which role a service account may take on is in that role's trust",
    ),
    (
        "ThisAccount",
        "Action",
        "*",
        "an endpoint leads to one service, and IAM says who may do what there",
    ),
    (
        "ThisAccount",
        "Principal",
        "*",
        "a condition says which account; AWS takes no other form for gateways",
    ),
    (
        "ThisAccount",
        "Resource",
        "*",
        "a condition says which account, of the caller and, where data is, of the thing",
    ),
    (
        "ReadInstances",
        "Resource",
        "*",
        "EC2 has no narrower form of what describes",
    ),
    (
        "WriteRecords",
        "Resource",
        "arn:aws:logs:us-east-1:{}:log-group:{}:*",
        "the streams of one group, whose names the delivery chooses",
    ),
];

/// With an IPv6 cluster, whose VPC CNI has a policy of this stack's.
fn stack(logs: FlowLogs) -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .dual_stack()
        .endpoints(["s3", "dynamodb", "ecr.api", "sts"])
        .endpoint_policies(EndpointPolicies::ThisAccount)
        .endpoint_buckets(["shared"])
        .flow_logs(logs);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .ipv6()
        .logs(ControlPlaneLogs::all().key(Key::Create))
        .node_group(NodeGroup::new("system", &nodes))
        .fargate(FargateProfile::new("batch", &nodes).namespace("batch"))
        .access(AccessEntry::new("admins", "arn:aws:iam::111122223333:role/Admins").admin())
        .oidc_provider()
        .karpenter();
    Stack::new("prod", Region::UsEast1, net, cluster)
}

/// Text with `{}` for each part that AWS decides.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let mut parts = text.split("${");
            let mut flat = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                flat.push_str("{}");
                flat.push_str(part.split_once('}').expect("an end").1);
            }
            flat
        }
        Value::Object(map) => match map.get("Fn::Join") {
            Some(join) => join[1]
                .as_array()
                .expect("parts")
                .iter()
                .map(flat)
                .collect(),
            None => "{}".to_owned(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            panic!("no text: {value}")
        }
    }
}

type Stars = BTreeSet<(String, String, String)>;

fn in_statement(statement: &Value, stars: &mut Stars) {
    let sid = statement["Sid"]
        .as_str()
        .expect("every statement has a name");
    for element in [
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
    ] {
        let values = match statement.get(element) {
            None => Vec::new(),
            Some(Value::Array(list)) => list.iter().collect(),
            Some(Value::Object(map)) if element.ends_with("Principal") => map.values().collect(),
            Some(one) => vec![one],
        };
        for value in values
            .into_iter()
            .map(flat)
            .filter(|value| value.contains('*'))
        {
            stars.insert((sid.to_owned(), element.to_owned(), value));
        }
    }
}

/// Looks for policies everywhere: as objects, and as JSON in strings.
fn collect(value: &Value, stars: &mut Stars) {
    match value {
        Value::Object(map) => {
            for statement in map
                .get("Statement")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                in_statement(statement, stars);
            }
            map.values().for_each(|value| collect(value, stars));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, stars)),
        Value::String(text) if text.contains("\"Statement\"") => {
            collect(&serde_json::from_str(text).expect("a policy"), stars);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The stars of all stacks, in either engine.
fn stars() -> [Stars; 2] {
    let mut stars = [Stars::new(), Stars::new()];
    for logs in [FlowLogs::cloudwatch(), FlowLogs::new_bucket()] {
        let synthesis = stack(logs.key(Key::Create))
            .synthesize()
            .unwrap_or_else(|findings| panic!("{findings:#?}"));
        let texts = [synthesis.cloudformation(), synthesis.terraform().main];
        for (text, stars) in texts.iter().zip(&mut stars) {
            collect(&serde_json::from_str(text).expect("JSON"), stars);
        }
    }
    stars
}

#[test]
fn every_star_has_its_reason() {
    let reasons: Stars = REASONS
        .iter()
        .map(|(sid, element, value, _)| [sid, element, value].map(|s| (*s).to_owned()).into())
        .collect();
    let [cloudformation, terraform] = stars();
    let new: Vec<_> = cloudformation.difference(&reasons).collect();
    assert!(new.is_empty(), "without a reason: {new:#?}");
    let gone: Vec<_> = reasons.difference(&cloudformation).collect();
    assert!(gone.is_empty(), "nowhere any more: {gone:#?}");
    // Terraform knows the ARN of a log group whole, so values may differ; what is starred must not.
    let places = |stars: &Stars| -> BTreeMap<(String, String), usize> {
        let mut places = BTreeMap::new();
        for (sid, element, _) in stars {
            *places.entry((sid.clone(), element.clone())).or_default() += 1;
        }
        places
    };
    assert_eq!(places(&cloudformation), places(&terraform));
}
