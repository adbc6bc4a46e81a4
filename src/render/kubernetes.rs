//! Kubernetes: manifests for `kubectl apply`.

use std::collections::BTreeMap;

use super::ids::{Document, Ids};
use super::known::Known;
use super::yaml::{self, Value};
use crate::graph::Graph;
use crate::kubernetes::{EniConfig, Metadata, Object};

/// Says whose an object is, to people and to tools that take away what they made.
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "eksnet");

/// What is made inside of the graph's cluster; nothing where nothing is.
pub fn kubernetes(graph: &Graph, known: &Known) -> Option<Document> {
    if graph.objects.is_empty() {
        return None;
    }
    let mut ids = Ids::new(graph, known);
    let mut text = String::new();
    let remark = format!(
        "{}: what is inside of the cluster. Rendered by eksnet, layout {}.",
        graph.description, graph.layout
    );
    yaml::remark(&remark, &mut text);
    for object in &graph.objects {
        text.push_str("---\n");
        yaml::document(&manifest(object, &mut ids), &mut text);
    }
    Some(ids.document(text))
}

/// An object as the API takes it. A further kind is an arm, and a function that gives its fields.
fn manifest(object: &Object, ids: &mut Ids) -> Value {
    let (api, kind, fields) = match object {
        Object::Namespace(_) => ("v1", "Namespace", None),
        Object::EniConfig(config) => (
            "crd.k8s.amazonaws.com/v1alpha1",
            "ENIConfig",
            Some(eni_config(config, ids)),
        ),
    };
    let mut entries = vec![
        ("apiVersion", api.into()),
        ("kind", kind.into()),
        ("metadata", metadata(object.metadata())),
    ];
    entries.extend(fields.map(|fields| ("spec", fields)));
    Value::map(entries)
}

fn eni_config(config: &EniConfig, ids: &mut Ids) -> Value {
    let mut fields = vec![("subnet", ids.of(&config.subnet))];
    if !config.security_groups.is_empty() {
        let groups = config.security_groups.iter();
        let groups: Vec<_> = groups.map(|group| ids.value(group)).collect();
        fields.push(("securityGroups", groups.into()));
    }
    Value::map(fields)
}

fn metadata(metadata: &Metadata) -> Value {
    let mut labels = metadata.labels.clone();
    labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned());
    let mut entries = vec![("name", Value::from(metadata.name.clone()))];
    if let Some(namespace) = &metadata.namespace {
        entries.push(("namespace", namespace.clone().into()));
    }
    entries.push(("labels", text_map(&labels)));
    Value::map(entries)
}

/// Labels, and whatever else is text by text.
fn text_map(map: &BTreeMap<String, String>) -> Value {
    let entries = map.iter();
    Value::Map(
        entries
            .map(|(key, value)| (key.clone().into(), value.clone().into()))
            .collect(),
    )
}
