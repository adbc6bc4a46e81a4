//! CloudFormation: one JSON template.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::engine::{self, Engine};
use super::object::Object;
use super::policy::Document;
use crate::graph::{
    Attr, Attribute, Entry, Graph, InternetGatewayAttachment, Ipv6CidrBlock, NodeId, Output,
    OutputValue, Piece, Policy, Ref, Resource, Table, Tags, Text, VpnGatewayAttachment,
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

/// What CloudFormation attaches by a resource of its own: an internet gateway and a virtual private one, so that one gateway
/// can change VPCs, and the IPv6 range of a VPC.
fn attachment(id: NodeId, entry: &Entry) -> Option<Box<dyn Table>> {
    match &entry.resource {
        Resource::InternetGateway(gateway) => Some(Box::new(InternetGatewayAttachment {
            vpc: gateway.vpc.clone(),
            gateway: Ref::here(id),
        })),
        Resource::VpnGateway(gateway) => Some(Box::new(VpnGatewayAttachment {
            vpc: gateway.vpc.clone(),
            gateway: Ref::here(id),
        })),
        Resource::Vpc(vpc) => vpc.amazon_ipv6.map(|amazon_provided| {
            let block = Ipv6CidrBlock {
                vpc: Ref::here(id),
                amazon_provided,
            };
            Box::new(block) as Box<dyn Table>
        }),
        Resource::VpcCidr(_)
        | Resource::SubnetReservation(_)
        | Resource::DefaultSecurityGroup(_)
        | Resource::Subnet(_)
        | Resource::Ec2Tag(_)
        | Resource::EgressOnlyInternetGateway(_)
        | Resource::ElasticIp(_)
        | Resource::NatGateway(_)
        | Resource::RouteTable(_)
        | Resource::Route(_)
        | Resource::RouteTableAssociation(_)
        | Resource::CustomerGateway(_)
        | Resource::VpnConnection(_)
        | Resource::VpnRoute(_)
        | Resource::RoutePropagation(_)
        | Resource::DirectConnectAssociation(_)
        | Resource::TransitGateway(_)
        | Resource::TransitGatewayAttachment(_)
        | Resource::PeeringConnection(_)
        | Resource::PeeringAcceptance(_)
        | Resource::SecurityGroup(_)
        | Resource::IngressRule(_)
        | Resource::EgressRule(_)
        | Resource::VpcEndpoint(_)
        | Resource::ResolverEndpoint(_)
        | Resource::KmsKey(_)
        | Resource::KmsAlias(_)
        | Resource::LogGroup(_)
        | Resource::Bucket(_)
        | Resource::BucketPolicy(_)
        | Resource::Role(_)
        | Resource::FlowLog(_)
        | Resource::Cluster(_)
        | Resource::LaunchTemplate(_)
        | Resource::NodeGroup(_)
        | Resource::FargateProfile(_)
        | Resource::PodIdentityAssociation(_)
        | Resource::Addon(_)
        | Resource::AccessEntry(_)
        | Resource::OidcProvider(_) => None,
    }
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
        engine::references::<Self>(entry.resource.table(), &mut |id| {
            referenced.push(self.id(id));
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

struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

impl Serialize for Tag<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Key", self.key), ("Value", self.value)])
    }
}

struct GetAtt<'a>(&'a str, &'static str);

impl Serialize for GetAtt<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Fn::GetAtt", [self.0, self.1])])
    }
}

/// The /64s of a range.
struct Cidr<'a, 'g>(Reference<'a, 'g>);

impl Serialize for Cidr<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Fn::Cidr", (&self.0, 256, "64"))])
    }
}

enum Part<'a> {
    Of(&'a Piece),
    Own(Piece),
}

/// Parts put together. Never `Fn::Sub`: in user text it would find variables that nobody meant.
struct Join<'a, 'g>(&'a CloudFormation<'g>, &'a [Part<'a>]);

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

struct Account;

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Ref", "AWS::AccountId")])
    }
}

struct Reference<'a, 'g>(&'a CloudFormation<'g>, NodeId, Attr);

impl Serialize for Reference<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.attribute(self.1, self.2, to)
    }
}

struct Template<'a, 'g>(&'a CloudFormation<'g>);

impl Serialize for Template<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0.graph;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;
        map.serialize_entry("Description", &graph.description)?;
        map.serialize_entry("Metadata", &Metadata(graph))?;
        map.serialize_entry("Rules", &Rules(graph))?;
        map.serialize_entry("Resources", &Resources(self.0))?;
        map.serialize_entry("Outputs", &Outputs(self.0))?;
        map.end()
    }
}

struct Metadata<'a>(&'a Graph);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0;
        to.collect_map([(
            "eksnet",
            Facts {
                stack: &graph.stack,
                region: graph.region.as_str(),
                layout: graph.layout,
            },
        )])
    }
}

struct Facts<'a> {
    stack: &'a str,
    region: &'a str,
    layout: u32,
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(3))?;
        map.serialize_entry("stack", self.stack)?;
        map.serialize_entry("region", self.region)?;
        map.serialize_entry("layout", &self.layout)?;
        map.end()
    }
}

/// The template names zones and services of one region, so that it refuses to be deployed in another.
struct Rules<'a>(&'a Graph);

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let region = self.0.region.as_str();
        let assertion = serde_json::json!({
            "Assert": { "Fn::Contains": [[region], { "Ref": "AWS::Region" }] },
            "AssertDescription": format!("This template is for {region}"),
        });
        to.collect_map([("Region", serde_json::json!({ "Assertions": [assertion] }))])
    }
}

struct Resources<'a, 'g>(&'a CloudFormation<'g>);

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let engine = self.0;
        let mut map = to.serialize_map(None)?;
        for (id, entry) in engine.graph.iter() {
            let table = entry.resource.table();
            if table.shape().cloudformation.is_some() {
                let after = engine.depends_on(entry);
                map.serialize_entry(
                    engine.id(id),
                    &One {
                        engine,
                        table,
                        after,
                        retain: entry.retain,
                    },
                )?;
            }
            if let Some(attachment) = attachment(id, entry) {
                let one = One {
                    engine,
                    table: attachment.as_ref(),
                    after: Vec::new(),
                    // A range cannot be taken from a VPC whose subnets stay.
                    retain: entry.retain,
                };
                map.serialize_entry(&logical_id(attachment.as_ref(), entry), &one)?;
            }
        }
        map.end()
    }
}

struct One<'a, 'g> {
    engine: &'a CloudFormation<'g>,
    table: &'a dyn Table,
    after: Vec<String>,
    retain: bool,
}

impl Serialize for One<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry(
            "Type",
            self.table.shape().cloudformation.unwrap_or_default(),
        )?;
        if !self.after.is_empty() {
            map.serialize_entry("DependsOn", &self.after)?;
        }
        if self.retain {
            map.serialize_entry("DeletionPolicy", "Retain")?;
            map.serialize_entry("UpdateReplacePolicy", "Retain")?;
        }
        map.serialize_entry("Properties", &Object::new(self.engine, self.table))?;
        map.end()
    }
}

struct Outputs<'a, 'g>(&'a CloudFormation<'g>);

impl Serialize for Outputs<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for output in &self.0.graph.outputs {
            let mut name = String::new();
            output.name.pascal(&mut name);
            let export = format!("{}-{name}", self.0.graph.stack);
            map.serialize_entry(
                &name,
                &OneOutput {
                    engine: self.0,
                    output,
                    export,
                },
            )?;
        }
        map.end()
    }
}

struct OneOutput<'a, 'g> {
    engine: &'a CloudFormation<'g>,
    output: &'a Output,
    export: String,
}

impl Serialize for OneOutput<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(3))?;
        map.serialize_entry("Description", &self.output.description)?;
        map.serialize_entry("Value", &OutputText(self.engine, &self.output.values))?;
        map.serialize_entry("Export", &Named { name: &self.export })?;
        map.end()
    }
}

struct Named<'a> {
    name: &'a str,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Name", self.name)])
    }
}

/// An output is text: several values are joined by commas, as `CommaDelimitedList` parameters take them.
struct OutputText<'a, 'g>(&'a CloudFormation<'g>, &'a OutputValue);

impl Serialize for OutputText<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            OutputValue::One(id, attr) => self.0.attribute(*id, *attr, to),
            OutputValue::Many(values) => {
                let values: Vec<_> = values
                    .iter()
                    .map(|(id, attr)| Reference(self.0, *id, *attr))
                    .collect();
                to.collect_map([("Fn::Join", (",", values))])
            }
            OutputValue::Known(text) => to.serialize_str(text),
            OutputValue::AllKnown(texts) => to.serialize_str(&texts.join(",")),
        }
    }
}
