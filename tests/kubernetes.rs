//! Manifests: what is inside of a cluster, and ids that a deployed stack told.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

use eksnet::graph::{Attr, Deferred, Graph, Resource};
use eksnet::kubernetes::{Labels, Metadata, Object, SecurityGroupPolicy, Selector};
use eksnet::prelude::*;
use eksnet::render::{Document, Known, Why, kubernetes};

/// A graph with an object that needs ids of two kinds: one of a list, and one that has an output of its own.
fn graph() -> Graph {
    let net = Network::new(cidr!("10.20.0.0/16"));
    let stack = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
    let mut graph = stack.synthesize().expect("a sound stack").graph().clone();
    assert_eq!(kubernetes(&graph, &Known::nothing()), None);
    let find = |wanted: &dyn Fn(&Resource) -> bool, name: &str| {
        graph
            .iter()
            .find(|(_, entry)| wanted(&entry.resource) && entry.name.as_str() == name)
            .map(|(id, _)| id)
            .unwrap()
    };
    let subnet = find(&|r| matches!(r, Resource::Subnet(_)), "nodes/use1-az2");
    let cluster = find(&|r| matches!(r, Resource::Cluster(_)), "");
    graph
        .objects
        .push(Object::SecurityGroupPolicy(SecurityGroupPolicy {
            metadata: Metadata::namespaced("db", "shop"),
            selector: Selector::Pods(Labels::from([("app".to_owned(), "on".to_owned())])),
            groups: vec![
                Deferred::Attribute(cluster, Attr::ClusterSecurityGroup),
                // No group, but one of a list, which is told as if it were one.
                Deferred::Attribute(subnet, Attr::Identity),
                Deferred::Known("sg-0existing".to_owned().into()),
            ],
        }));
    graph
}

fn told(text: &str) -> Document {
    kubernetes(&graph(), &Known::read(text).unwrap()).unwrap()
}

fn whys(document: &Document) -> Vec<Why> {
    document.unknown.iter().map(|u| u.why.clone()).collect()
}

const CLOUDFORMATION: &str = r#"{ "Stacks": [
    { "StackName": "other", "Outputs": [ { "OutputKey": "ClusterSecurityGroupId", "OutputValue": "sg-0other" } ] },
    { "StackName": "prod", "StackStatus": "CREATE_COMPLETE", "Outputs": [
        { "OutputKey": "ClusterName", "OutputValue": "prod" },
        { "OutputKey": "ClusterSecurityGroupId", "OutputValue": "sg-0abc" },
        { "OutputKey": "NodesSubnetIds", "OutputValue": "sg-1,sg-2,sg-3" } ] } ] }"#;

const TERRAFORM: &str = r#"{
    "cluster_name": { "sensitive": false, "type": "string", "value": "prod" },
    "cluster_security_group_id": { "sensitive": false, "type": "string", "value": "sg-0abc" },
    "nodes_subnet_ids": { "sensitive": false, "type": ["tuple", ["string"]], "value": ["sg-1", "sg-2", "sg-3"] } }"#;

#[test]
fn unknown_ids_are_marked() {
    let document = kubernetes(&graph(), &Known::nothing()).unwrap();
    assert!(
        document.text.ends_with(
            "---
apiVersion: vpcresources.k8s.aws/v1beta1
kind: SecurityGroupPolicy
metadata:
  name: db
  namespace: shop
  labels:
    app.kubernetes.io/managed-by: eksnet
spec:
  podSelector:
    matchLabels:
      app: \"on\"
  securityGroups:
    groupIds:
      - \"${ClusterSecurityGroupId}\"
      - \"${SubnetNodesUse1Az2}\"
      - sg-0existing
"
        ),
        "{}",
        document.text
    );
    let marks: Vec<_> = document
        .unknown
        .iter()
        .map(|u| (u.mark.as_str(), u.output.as_str()))
        .collect();
    assert_eq!(
        marks,
        [
            ("${ClusterSecurityGroupId}", "cluster-security-group-id"),
            ("${SubnetNodesUse1Az2}", "nodes-subnet-ids"),
        ]
    );
    assert_eq!(whys(&document), [Why::NothingTold, Why::NothingTold]);
}

#[test]
fn both_engines_tell_the_same_ids() {
    let documents = [CLOUDFORMATION, TERRAFORM].map(told);
    assert_eq!(documents[0], documents[1]);
    assert_eq!(documents[0].unknown, []);
    let text = &documents[0].text;
    assert!(text.contains("      - sg-2\n"), "{text}");
    assert!(text.contains("      - sg-0abc\n"), "{text}");
    assert!(!text.contains("${"), "{text}");
}

/// People deploy templates under names of their own.
#[test]
fn the_only_stack_of_a_file_may_have_another_name() {
    let text = CLOUDFORMATION.replace("\"prod\", \"StackStatus", "\"renamed\", \"StackStatus");
    assert_eq!(whys(&told(&text)), [Why::NotAmong, Why::NotAmong]);
    let (_, only) = text.split_once("{ \"StackName\": \"renamed\"").unwrap();
    let only = told(&format!(
        "{{ \"Stacks\": [ {{ \"StackName\": \"renamed\"{only}"
    ));
    assert_eq!(only.unknown, []);
}

/// An id of a neighbour's would be accepted by Kubernetes, and wrong.
#[test]
fn outputs_that_do_not_fit_are_not_used() {
    let other = told(&TERRAFORM.replace("\"prod\"", "\"test\""));
    assert_eq!(
        whys(&other),
        [
            Why::OtherCluster("test".to_owned()),
            Why::OtherCluster("test".to_owned())
        ]
    );
    let fewer = told(&CLOUDFORMATION.replace(",sg-3", ""));
    assert_eq!(
        whys(&fewer),
        [Why::Differs {
            told: 2,
            planned: 3
        }]
    );
    assert!(fewer.text.contains("${SubnetNodesUse1Az2}"));
    let without = told(&TERRAFORM.replace("cluster_security_group_id", "another"));
    assert_eq!(whys(&without), [Why::NotAmong]);
    let unlike = told(&TERRAFORM.replace("\"sg-", "\"subnet-"));
    assert!(
        matches!(&*whys(&unlike), [Why::Unlike(told), ..] if told.starts_with("subnet-")),
        "{:?}",
        whys(&unlike)
    );
}

#[test]
fn what_is_no_output_of_an_engine_is_refused() {
    for (text, word) in [
        ("", "no JSON"),
        ("{}", "not deployed yet"),
        ("[]", "neither"),
        ("{ \"resources\": [] }", "neither"),
    ] {
        let error = Known::read(text).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}
