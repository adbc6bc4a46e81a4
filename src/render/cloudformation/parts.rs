//! What a template's values are made of.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::{Ask, CloudFormation};
use crate::graph::{Attr, NodeId, Piece};
use crate::render::engine::Engine;

pub(super) struct Tag<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

impl Serialize for Tag<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Key", self.key), ("Value", self.value)])
    }
}

pub(super) struct GetAtt<'a>(pub(super) &'a str, pub(super) &'static str);

impl Serialize for GetAtt<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Fn::GetAtt", [self.0, self.1])])
    }
}

/// The /64s of a range.
pub(super) struct Cidr<'a, 'g>(pub(super) Reference<'a, 'g>);

impl Serialize for Cidr<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Fn::Cidr", (&self.0, 256, "64"))])
    }
}

pub(super) enum Part<'a> {
    Of(&'a Piece),
    Own(Piece),
}

/// Parts put together. Never `Fn::Sub`: in user text it would find variables that nobody meant.
pub(super) struct Join<'a, 'g>(pub(super) &'a CloudFormation<'g>, pub(super) &'a [Part<'a>]);

impl Serialize for Join<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Fn::Join", ("", Parts(self.0, self.1)))])
    }
}

struct Parts<'a, 'g>(&'a CloudFormation<'g>, &'a [Part<'a>]);

impl Serialize for Parts<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(None)?;
        let mut literal = String::new();
        for part in self.1 {
            let piece = match part {
                Part::Of(piece) => piece,
                Part::Own(piece) => piece,
            };
            match piece {
                Piece::Literal(text) => literal.push_str(text),
                Piece::Account => {
                    flush(&mut list, &mut literal)?;
                    list.serialize_element(&Account)?;
                }
                Piece::Attribute(id, attr) => match self.0.ask(*id, *attr) {
                    Ask::LogGroupArn => {
                        literal.push_str(&self.0.log_group_arn());
                        flush(&mut list, &mut literal)?;
                        list.serialize_element(&Account)?;
                        literal.push_str(":log-group:");
                        flush(&mut list, &mut literal)?;
                        list.serialize_element(&Reference(self.0, *id, Attr::Identity))?;
                    }
                    Ask::Ref | Ask::GetAtt(_) | Ask::First(_) => {
                        flush(&mut list, &mut literal)?;
                        list.serialize_element(&Reference(self.0, *id, *attr))?;
                    }
                },
            }
        }
        flush(&mut list, &mut literal)?;
        list.end()
    }
}

fn flush<L: SerializeSeq>(list: &mut L, literal: &mut String) -> Result<(), L::Error> {
    if !literal.is_empty() {
        list.serialize_element(literal)?;
        literal.clear();
    }
    Ok(())
}

pub(super) struct Account;

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Ref", "AWS::AccountId")])
    }
}

pub(super) struct Reference<'a, 'g>(
    pub(super) &'a CloudFormation<'g>,
    pub(super) NodeId,
    pub(super) Attr,
);

impl Serialize for Reference<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.attribute(self.1, self.2, to)
    }
}
