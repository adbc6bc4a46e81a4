//! What an engine has to say for itself.

use serde::Serializer;

use crate::graph::{
    Attr, Attribute, Graph, NodeId, Piece, Policy, Principal, Resource, Table, Tags, Text, Value,
};

/// How an engine spells what all resources are made of.
pub(super) trait Engine {
    /// Whether an empty list that is stated says something else than none.
    const EMPTY_LISTS: bool;

    /// Where a value stands in the engine's document, if it has a place there.
    fn path(attribute: &'static Attribute) -> Option<&'static str>;

    /// Text that is known now.
    fn text<S: Serializer>(&self, text: &str, to: S) -> Result<S::Ok, S::Error>;

    /// An attribute of another resource.
    fn attribute<S: Serializer>(&self, id: NodeId, attr: Attr, to: S) -> Result<S::Ok, S::Error>;

    /// The address of an Elastic IP as a range.
    fn host_range<S: Serializer>(&self, id: NodeId, to: S) -> Result<S::Ok, S::Error>;

    /// The nth /64 of a VPC's IPv6 range.
    fn ipv6_range<S: Serializer>(&self, vpc: NodeId, index: u8, to: S) -> Result<S::Ok, S::Error>;

    /// Text of which AWS decides some parts.
    fn pieces<S: Serializer>(&self, text: &Text, to: S) -> Result<S::Ok, S::Error>;

    /// Tags.
    fn tags<S: Serializer>(&self, tags: &Tags, to: S) -> Result<S::Ok, S::Error>;

    /// A policy document.
    fn policy<S: Serializer>(&self, policy: &Policy, to: S) -> Result<S::Ok, S::Error>;
}

/// The type of a resource of the graph, by its place.
pub(super) fn resource(graph: &Graph, id: NodeId) -> Option<&Resource> {
    graph.get(id).map(|entry| &entry.resource)
}

/// What a value speaks of besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention {
    /// Another resource.
    Resource(NodeId),
    /// The account that the stack is in.
    Account,
}

/// Hands what a resource speaks of to `each`, in the attributes that the engine renders.
pub(super) fn mentions<E: Engine>(table: &dyn Table, each: &mut dyn FnMut(Mention)) {
    table.each(&mut |attribute, value| {
        if E::path(attribute).is_some() {
            in_value::<E>(&value, each);
        }
    });
}

fn in_value<E: Engine>(value: &Value, each: &mut dyn FnMut(Mention)) {
    match value {
        Value::Attribute(id, _) | Value::HostRange(id) | Value::Ipv6Range(id, _) => {
            each(Mention::Resource(*id));
        }
        Value::Pieces(text) => in_text(text, each),
        Value::List(values) => {
            for value in values {
                in_value::<E>(value, each);
            }
        }
        Value::Block(block) => mentions::<E>(*block, each),
        Value::Policy(policy) => {
            for statement in &policy.statements {
                if let Some(Principal::Aws(arn)) = &statement.principal {
                    in_text(arn, each);
                }
                for text in &statement.resources {
                    in_text(text, each);
                }
                for condition in &statement.conditions {
                    in_text(&condition.value, each);
                }
            }
        }
        Value::Absent
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Map(_)
        | Value::Tags(_) => {}
    }
}

fn in_text(text: &Text, each: &mut dyn FnMut(Mention)) {
    for piece in text.pieces() {
        match piece {
            Piece::Attribute(id, _) => each(Mention::Resource(*id)),
            Piece::Account => each(Mention::Account),
            Piece::Literal(_) => {}
        }
    }
}
