//! Terraform and OpenTofu: one root module in JSON.
//!
//! Strings are escaped by position, and there are three ways to write one: `template` for text in arguments, which
//! Terraform reads as a template; plain strings for the places that it takes literally; addresses in `depends_on`.

mod companions;
mod outputs;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use self::companions::{Companion, companions};
use self::outputs::{AllOutputs, Outputs};
use super::engine::{self, Engine};
use super::object::{EngineText, Object};
use super::policy::Document;
use crate::graph::{
    Attr, Attribute, Entry, Graph, Name, NodeId, Piece, Policy, Resource, Table, Tags, Text, Value,
};

/// The oldest provider that the output is for: the first with every argument but those whose table says `since`.
pub(crate) const OLDEST: (u16, u16) = (5, 95);

/// The first major version of the provider that the output is not for: it does not exist yet.
pub(crate) const TOO_NEW: u16 = 7;

/// The oldest Terraform, and OpenTofu, that reads the output.
pub(crate) const TERRAFORM: &str = ">= 1.5";

/// The files of a root module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformFiles {
    /// `main.tf.json`: the resources.
    pub main: String,
    /// `versions.tf.json`: the provider, its versions and its region.
    pub versions: String,
    /// `outputs.tf.json`: what the module tells others.
    pub outputs: String,
}

impl TerraformFiles {
    /// The files with their names.
    pub fn named(&self) -> [(&'static str, &str); 3] {
        [
            ("main.tf.json", &self.main),
            ("outputs.tf.json", &self.outputs),
            ("versions.tf.json", &self.versions),
        ]
    }
}

/// The root module of a graph.
pub fn terraform(graph: &Graph) -> TerraformFiles {
    let engine = Terraform {
        graph,
        addresses: addresses(graph),
    };
    TerraformFiles {
        main: super::pretty(&Main(&engine)),
        versions: super::pretty(&versions(graph)),
        outputs: super::pretty(&Outputs(&engine)),
    }
}

/// The same module as one document, which is a root module as well.
pub fn terraform_document(graph: &Graph) -> String {
    super::pretty(&Whole(&Terraform {
        graph,
        addresses: addresses(graph),
    }))
}

/// The addresses of a module's resources, each with the place of the resource that it comes from.
pub(crate) fn names(graph: &Graph) -> Vec<(String, NodeId)> {
    let mut names = Vec::with_capacity(graph.entries.len() + 8);
    for ((id, entry), address) in graph.iter().zip(addresses(graph)) {
        if entry.resource.table().shape().terraform.is_some() {
            names.push((address, id));
        }
        names.extend(
            companions(id, entry)
                .into_iter()
                .map(|companion| (companion.address(), id)),
        );
    }
    names
}

struct Terraform<'g> {
    graph: &'g Graph,
    /// The address of every node.
    addresses: Vec<String>,
}

fn addresses(graph: &Graph) -> Vec<String> {
    graph
        .entries
        .iter()
        .map(|entry| {
            let kind = entry.resource.table().shape().terraform.unwrap_or_default();
            address(kind, &entry.name)
        })
        .collect()
}

/// `aws_subnet.nodes_use1_az4`.
fn address(kind: &str, name: &Name) -> String {
    let mut address = format!("{kind}.");
    local_name(name, &mut address);
    address
}

/// A thing of which a stack has one is called `main`.
fn local_name(name: &Name, out: &mut String) {
    if name.as_str().is_empty() {
        out.push_str("main");
    } else {
        name.snake(out);
    }
}

/// Text in an argument: Terraform reads it as a template, so what begins one is doubled.
fn template(text: &str) -> Cow<'_, str> {
    if text.contains("${") || text.contains("%{") {
        Cow::Owned(text.replace("${", "$${").replace("%{", "%%{"))
    } else {
        Cow::Borrowed(text)
    }
}

impl Terraform<'_> {
    fn address(&self, id: NodeId) -> &str {
        self.addresses.get(id.index()).map_or("", String::as_str)
    }

    /// `aws_vpc.main.id`.
    fn expression(&self, id: NodeId, attr: Attr) -> String {
        format!("{}.{}", self.address(id), self.attribute_name(id, attr))
    }

    fn attribute_name(&self, id: NodeId, attr: Attr) -> &'static str {
        match attr {
            Attr::Identity => {
                let resource = engine::resource(self.graph, id);
                let [_, named] = resource.map_or([None; 2], |of| of.table().shape().identity);
                named.unwrap_or("id")
            }
            Attr::Arn => "arn",
            Attr::PublicAddress => "public_ip",
            Attr::Ipv6Range => "ipv6_cidr_block",
            Attr::ClusterSecurityGroup => "vpc_config[0].cluster_security_group_id",
            Attr::Endpoint => "endpoint",
            Attr::CertificateAuthority => "certificate_authority[0].data",
            Attr::OidcIssuer => "identity[0].oidc[0].issuer",
            Attr::ServiceIpv6Range => "kubernetes_network_config[0].service_ipv6_cidr",
            Attr::LatestVersion => "latest_version",
        }
    }

    fn interpolated(&self, text: &Text) -> String {
        let mut out = String::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(text) => out.push_str(&template(text)),
                Piece::Account => out.push_str("${data.aws_caller_identity.current.account_id}"),
                Piece::Attribute(id, attr) => {
                    out.push_str("${");
                    out.push_str(&self.expression(*id, *attr));
                    out.push('}');
                }
            }
        }
        out
    }

    /// What must exist before "after `id`" holds: for a role its policies, for a bucket its settings.
    fn awaited(&self, id: NodeId) -> Vec<String> {
        let own = self.address(id).to_owned();
        match self.graph.get(id) {
            Some(entry) => {
                let mut of: Vec<_> = companions(id, entry)
                    .iter()
                    .map(Companion::address)
                    .collect();
                if of.is_empty() {
                    of.push(own);
                }
                of
            }
            None => vec![own],
        }
    }

    /// `depends_on`, without what references say already.
    fn depends_on(&self, table: &dyn Table, after: &[NodeId]) -> Vec<String> {
        if after.is_empty() {
            return Vec::new();
        }
        let mut referenced = Vec::new();
        engine::references::<Self>(table, &mut |id| referenced.push(self.address(id)));
        let mut names: Vec<String> = after
            .iter()
            .flat_map(|id| self.awaited(*id))
            .filter(|name| !referenced.contains(&name.as_str()))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Engine for Terraform<'_> {
    /// EKS keeps the clients of a public side that was closed, so that a plan for none of them would never be settled.
    ///
    /// Source: terraform-aws-modules/terraform-aws-eks#2320.
    const EMPTY_LISTS: bool = false;

    fn path(attribute: &'static Attribute) -> Option<&'static str> {
        attribute.terraform
    }

    fn text<S: Serializer>(&self, text: &str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&template(text))
    }

    fn attribute<S: Serializer>(&self, id: NodeId, attr: Attr, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("${{{}}}", self.expression(id, attr)))
    }

    fn host_range<S: Serializer>(&self, id: NodeId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!(
            "${{{}}}/32",
            self.expression(id, Attr::PublicAddress)
        ))
    }

    /// Eight bits make a /64 of the VPC's /56.
    fn ipv6_range<S: Serializer>(&self, vpc: NodeId, index: u8, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!(
            "${{cidrsubnet({}, 8, {index})}}",
            self.expression(vpc, Attr::Ipv6Range)
        ))
    }

    fn pieces<S: Serializer>(&self, text: &Text, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.interpolated(text))
    }

    fn tags<S: Serializer>(&self, tags: &Tags, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(
            tags.iter()
                .map(|(key, value)| (EngineText(self, key), EngineText(self, value))),
        )
    }

    /// As JSON in a string. What is interpolated are ids and ARNs, which have no character that JSON would escape.
    fn policy<S: Serializer>(&self, policy: &Policy, to: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(&Document(self, policy)).unwrap_or_default();
        to.serialize_str(&json)
    }
}

/// The versions of the provider that know all that the graph writes.
fn provider(graph: &Graph) -> String {
    let mut oldest = OLDEST;
    for (_, entry) in graph.iter() {
        newer(entry.resource.table(), &mut oldest);
    }
    let (major, minor) = oldest;
    format!(">= {major}.{minor}, < {TOO_NEW}")
}

/// Raises the oldest version to that which brought what a resource or block writes.
fn newer(table: &dyn Table, oldest: &mut (u16, u16)) {
    table.each(&mut |attribute, value| {
        if matches!(value, Value::Absent) {
            return;
        }
        *oldest = attribute.since.map_or(*oldest, |since| since.max(*oldest));
        let blocks = match value {
            Value::List(values) => values,
            single => vec![single],
        };
        for block in blocks {
            if let Value::Block(block) = block {
                newer(block, oldest);
            }
        }
    });
}

fn versions(graph: &Graph) -> serde_json::Value {
    let provider = provider(graph);
    serde_json::json!({
        "provider": { "aws": { "region": graph.region.as_str() } },
        "terraform": {
            "required_providers": { "aws": { "source": "hashicorp/aws", "version": provider } },
            "required_version": TERRAFORM,
        },
    })
}

/// A resource's body.
struct Body<'a, 'g> {
    engine: &'a Terraform<'g>,
    table: &'a dyn Table,
    after: Vec<String>,
    lifecycle: Lifecycle,
}

/// What Terraform is told about a resource besides its arguments.
#[derive(Clone, Copy, Default)]
struct Lifecycle {
    prevent_destroy: bool,
    /// An argument that something else changes while the stack lives.
    ignore: Option<&'static str>,
}

impl Lifecycle {
    fn of(entry: &Entry) -> Self {
        Self {
            prevent_destroy: entry.retain,
            ignore: match &entry.resource {
                // An autoscaler's number of nodes is not to be undone by the next apply. What is ignored is sent as it was,
                // and EKS refuses less than the least: where no autoscaler has a choice, the number follows the spec.
                Resource::NodeGroup(group) => {
                    (group.min < group.max).then_some("scaling_config[0].desired_size")
                }
                Resource::Vpc(_)
                | Resource::VpcCidr(_)
                | Resource::SubnetReservation(_)
                | Resource::DefaultSecurityGroup(_)
                | Resource::Subnet(_)
                | Resource::Ec2Tag(_)
                | Resource::InternetGateway(_)
                | Resource::EgressOnlyInternetGateway(_)
                | Resource::ElasticIp(_)
                | Resource::NatGateway(_)
                | Resource::RouteTable(_)
                | Resource::Route(_)
                | Resource::RouteTableAssociation(_)
                | Resource::VpnGateway(_)
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
                | Resource::FargateProfile(_)
                | Resource::PodIdentityAssociation(_)
                | Resource::Addon(_)
                | Resource::AccessEntry(_)
                | Resource::OidcProvider(_) => None,
            },
        }
    }
}

impl Serialize for Lifecycle {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if let Some(ignore) = self.ignore {
            map.serialize_entry("ignore_changes", &[ignore])?;
        }
        if self.prevent_destroy {
            map.serialize_entry("prevent_destroy", &true)?;
        }
        map.end()
    }
}

impl Serialize for Body<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        Object::new(self.engine, self.table).write(&mut map)?;
        if !self.after.is_empty() {
            map.serialize_entry("depends_on", &self.after)?;
        }
        if self.lifecycle.prevent_destroy || self.lifecycle.ignore.is_some() {
            map.serialize_entry("lifecycle", &self.lifecycle)?;
        }
        map.end()
    }
}

/// The resources of one type, by local name.
type OfType<'a, 'g> = Vec<(String, Body<'a, 'g>)>;

struct Main<'a, 'g>(&'a Terraform<'g>);

impl Serialize for Main<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0.graph;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("//", &remark(graph))?;
        if asks_for_account(graph) {
            map.serialize_entry("data", &account())?;
        }
        map.serialize_entry("resource", &Resources(self.0))?;
        map.end()
    }
}

/// The whole module as one document, in the order in which people write one.
struct Whole<'a, 'g>(&'a Terraform<'g>);

impl Serialize for Whole<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0.graph;
        let versions = versions(graph);
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("//", &remark(graph))?;
        map.serialize_entry("terraform", &versions["terraform"])?;
        map.serialize_entry("provider", &versions["provider"])?;
        if asks_for_account(graph) {
            map.serialize_entry("data", &account())?;
        }
        map.serialize_entry("resource", &Resources(self.0))?;
        map.serialize_entry("output", &AllOutputs(self.0))?;
        map.end()
    }
}

/// What a reader of the file should know.
fn remark(graph: &Graph) -> String {
    format!(
        "{}. Rendered by eksnet, layout {}.",
        graph.description, graph.layout
    )
}

fn account() -> serde_json::Value {
    serde_json::json!({ "aws_caller_identity": { "current": {} } })
}

/// All resources, by type.
struct Resources<'a, 'g>(&'a Terraform<'g>);

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let engine = self.0;
        let all_companions: Vec<Vec<Companion>> = engine
            .graph
            .iter()
            .map(|(id, entry)| companions(id, entry))
            .collect();
        let mut order: Vec<&'static str> = Vec::new();
        let mut types: BTreeMap<&'static str, OfType> = BTreeMap::new();
        let mut push = |kind: &'static str, name: String, body| {
            types
                .entry(kind)
                .or_insert_with(|| {
                    order.push(kind);
                    Vec::new()
                })
                .push((name, body));
        };
        for ((_, entry), companions) in engine.graph.iter().zip(&all_companions) {
            let table = entry.resource.table();
            if let Some(kind) = table.shape().terraform {
                let mut name = String::new();
                local_name(&entry.name, &mut name);
                let after = engine.depends_on(table, &entry.after);
                let lifecycle = Lifecycle::of(entry);
                push(
                    kind,
                    name,
                    Body {
                        engine,
                        table,
                        after,
                        lifecycle,
                    },
                );
            }
            for companion in companions {
                let table = companion.table.as_ref();
                let after: Vec<_> = companion.after.into_iter().collect();
                let after = after
                    .iter()
                    .map(|id| engine.address(*id).to_owned())
                    .collect();
                let lifecycle = Lifecycle::default();
                push(
                    companion.kind,
                    companion.name.clone(),
                    Body {
                        engine,
                        table,
                        after,
                        lifecycle,
                    },
                );
            }
        }
        Types(&order, &types).serialize(to)
    }
}

/// Types in the order in which the graph first has them.
struct Types<'t, 'a, 'g>(
    &'t [&'static str],
    &'t BTreeMap<&'static str, OfType<'a, 'g>>,
);

impl Serialize for Types<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let types = self
            .0
            .iter()
            .filter_map(|kind| Some((kind, ByName(self.1.get(kind)?))));
        to.collect_map(types)
    }
}

struct ByName<'t, 'a, 'g>(&'t OfType<'a, 'g>);

impl Serialize for ByName<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, body)| (name, body)))
    }
}

fn asks_for_account(graph: &Graph) -> bool {
    let in_text = |text: &Text| {
        text.pieces()
            .iter()
            .any(|piece| matches!(piece, Piece::Account))
    };
    let in_policy = |policy: &Policy| {
        policy.statements.iter().any(|s| {
            s.resources.iter().any(in_text)
                || s.conditions.iter().any(|c| in_text(&c.value))
                || matches!(&s.principal, Some(crate::graph::Principal::Aws(arn)) if in_text(arn))
        })
    };
    graph.entries.iter().any(|entry| match &entry.resource {
        Resource::Role(role) => {
            in_policy(&role.trust) || role.inline.iter().any(|inline| in_policy(&inline.document))
        }
        Resource::KmsKey(key) => in_policy(&key.policy),
        Resource::BucketPolicy(bucket) => in_policy(&bucket.policy),
        Resource::Bucket(bucket) => in_text(&bucket.name),
        Resource::FlowLog(log) => in_text(&log.destination),
        Resource::VpcEndpoint(endpoint) => endpoint.policy.as_ref().is_some_and(in_policy),
        Resource::Vpc(_)
        | Resource::VpcCidr(_)
        | Resource::SubnetReservation(_)
        | Resource::DefaultSecurityGroup(_)
        | Resource::Subnet(_)
        | Resource::Ec2Tag(_)
        | Resource::InternetGateway(_)
        | Resource::EgressOnlyInternetGateway(_)
        | Resource::ElasticIp(_)
        | Resource::NatGateway(_)
        | Resource::RouteTable(_)
        | Resource::Route(_)
        | Resource::RouteTableAssociation(_)
        | Resource::VpnGateway(_)
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
        | Resource::ResolverEndpoint(_)
        | Resource::KmsAlias(_)
        | Resource::LogGroup(_)
        | Resource::Cluster(_)
        | Resource::LaunchTemplate(_)
        | Resource::NodeGroup(_)
        | Resource::FargateProfile(_)
        | Resource::PodIdentityAssociation(_)
        | Resource::Addon(_)
        | Resource::AccessEntry(_)
        | Resource::OidcProvider(_) => false,
    })
}
