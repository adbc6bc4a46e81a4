//! CloudFormation: one JSON template.

mod attachments;
mod outputs;
mod parts;
mod template;

use serde::{Serialize, Serializer};

use self::attachments::attachment;
use self::parts::{Account, Cidr, GetAtt, Join, Part, Reference, Tag};
use self::template::Template;
use super::engine::{self, Engine, Mention};
use super::policy::Document;
use crate::graph::{
    Attr, Attribute, Entry, Graph, NodeId, Piece, Policy, Resource, Table, Tags, Text,
};

/// The template of a graph.
pub fn cloudformation(graph: &Graph) -> String {
    let engine = CloudFormation {
        graph,
        ids: ids(graph),
    };
    super::pretty(&Template(&engine))
}

/// The logical ids of a template, each with the place of the resource that it comes from.
pub(crate) fn names(graph: &Graph) -> Vec<(String, NodeId)> {
    let mut names = Vec::with_capacity(graph.entries.len() + 1);
    for ((id, entry), logical) in graph.iter().zip(ids(graph)) {
        if entry.resource.table().shape().cloudformation.is_some() {
            names.push((logical, id));
        }
        if let Some(attachment) = attachment(id, entry) {
            names.push((logical_id(attachment.as_ref(), entry), id));
        }
    }
    names
}

struct CloudFormation<'g> {
    graph: &'g Graph,
    /// The logical id of every node.
    ids: Vec<String>,
}

fn ids(graph: &Graph) -> Vec<String> {
    graph
        .entries
        .iter()
        .map(|entry| logical_id(entry.resource.table(), entry))
        .collect()
}

/// `SubnetNodesUse1Az4`: the type and the identity.
pub(super) fn logical_id(table: &dyn Table, entry: &Entry) -> String {
    let mut id = table.shape().name.to_owned();
    entry.name.pascal(&mut id);
    id
}

/// How a template asks for an attribute.
enum Ask {
    Ref,
    GetAtt(&'static str),
    /// The first of a list.
    First(&'static str),
    /// The ARN of a log group: `GetAtt` gives it with `:*` at the end, which is no ARN of a group.
    LogGroupArn,
}

impl CloudFormation<'_> {
    fn id(&self, id: NodeId) -> &str {
        self.ids.get(id.index()).map_or("", String::as_str)
    }

    /// What must exist before "after `id`" holds: for a gateway its attachment, for a VPC its IPv6 range if it has one.
    fn awaited(&self, id: NodeId) -> Option<String> {
        let entry = self.graph.get(id)?;
        if let Some(attachment) = attachment(id, entry) {
            return Some(logical_id(attachment.as_ref(), entry));
        }
        // What has no type here cannot be waited for.
        let shape = entry.resource.table().shape();
        shape.cloudformation.map(|_| self.id(id).to_owned())
    }

    /// `DependsOn`, without what references say already.
    fn depends_on(&self, entry: &Entry) -> Vec<String> {
        if entry.after.is_empty() {
            return Vec::new();
        }
        let mut referenced = Vec::new();
        engine::mentions::<Self>(entry.resource.table(), &mut |mention| match mention {
            Mention::Resource(id) => referenced.push(self.id(id)),
            Mention::Account => {}
        });
        let mut after: Vec<String> = entry
            .after
            .iter()
            .filter_map(|id| self.awaited(*id))
            .filter(|name| !referenced.contains(&name.as_str()))
            .collect();
        after.sort_unstable();
        after.dedup();
        after
    }

    fn ask(&self, id: NodeId, attr: Attr) -> Ask {
        let resource = engine::resource(self.graph, id);
        match attr {
            Attr::Identity => {
                let [named, _] = resource.map_or([None; 2], |of| of.table().shape().identity);
                named.map_or(Ask::Ref, Ask::GetAtt)
            }
            Attr::Arn if matches!(resource, Some(Resource::LogGroup(_))) => Ask::LogGroupArn,
            Attr::Arn => Ask::GetAtt("Arn"),
            Attr::PublicAddress => Ask::GetAtt("PublicIp"),
            Attr::Ipv6Range => Ask::First("Ipv6CidrBlocks"),
            Attr::ClusterSecurityGroup => Ask::GetAtt("ClusterSecurityGroupId"),
            Attr::Endpoint => Ask::GetAtt("Endpoint"),
            Attr::CertificateAuthority => Ask::GetAtt("CertificateAuthorityData"),
            Attr::OidcIssuer => Ask::GetAtt("OpenIdConnectIssuerUrl"),
            Attr::ServiceIpv6Range => Ask::GetAtt("KubernetesNetworkConfig.ServiceIpv6Cidr"),
            Attr::LatestVersion => Ask::GetAtt("LatestVersionNumber"),
        }
    }

    fn log_group_arn(&self) -> String {
        let region = self.graph.region;
        format!("arn:{}:logs:{region}:", region.partition().as_str())
    }
}

impl Engine for CloudFormation<'_> {
    const EMPTY_LISTS: bool = true;

    fn path(attribute: &'static Attribute) -> Option<&'static str> {
        attribute.cloudformation
    }

    fn text<S: Serializer>(&self, text: &str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    fn attribute<S: Serializer>(&self, id: NodeId, attr: Attr, to: S) -> Result<S::Ok, S::Error> {
        match self.ask(id, attr) {
            Ask::Ref => to.collect_map([("Ref", self.id(id))]),
            Ask::GetAtt(name) => to.collect_map([("Fn::GetAtt", [self.id(id), name])]),
            Ask::First(name) => {
                let list = GetAtt(self.id(id), name);
                to.collect_map([("Fn::Select", (0, list))])
            }
            Ask::LogGroupArn => Join(self, &[Part::Own(Piece::Attribute(id, attr))]).serialize(to),
        }
    }

    fn host_range<S: Serializer>(&self, id: NodeId, to: S) -> Result<S::Ok, S::Error> {
        let address = Piece::Attribute(id, Attr::PublicAddress);
        let range = Piece::Literal("/32".to_owned());
        Join(self, &[Part::Own(address), Part::Own(range)]).serialize(to)
    }

    /// A /56 has 256 ranges with 64 bits left for hosts.
    fn ipv6_range<S: Serializer>(&self, vpc: NodeId, index: u8, to: S) -> Result<S::Ok, S::Error> {
        let ranges = Cidr(Reference(self, vpc, Attr::Ipv6Range));
        to.collect_map([("Fn::Select", (index, ranges))])
    }

    fn pieces<S: Serializer>(&self, text: &Text, to: S) -> Result<S::Ok, S::Error> {
        match text.pieces() {
            [] => to.serialize_str(""),
            [Piece::Literal(text)] => to.serialize_str(text),
            [Piece::Attribute(id, attr)] => self.attribute(*id, *attr, to),
            [Piece::Account] => Account.serialize(to),
            pieces => {
                let parts: Vec<_> = pieces.iter().map(Part::Of).collect();
                Join(self, &parts).serialize(to)
            }
        }
    }

    fn tags<S: Serializer>(&self, tags: &Tags, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(tags.iter().map(|(key, value)| Tag { key, value }))
    }

    fn policy<S: Serializer>(&self, policy: &Policy, to: S) -> Result<S::Ok, S::Error> {
        Document(self, policy).serialize(to)
    }
}
