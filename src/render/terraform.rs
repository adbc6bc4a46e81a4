//! Terraform and OpenTofu: one root module in JSON.
//!
//! Strings are escaped by position, and there are three ways to write one: `template` for text in arguments, which
//! Terraform reads as a template; plain strings for the places that it takes literally; addresses in `depends_on`.

mod companions;
mod lifecycle;
mod module;
mod outputs;
mod versions;

use std::borrow::Cow;

use serde::Serializer;

use self::companions::{Companion, companions};
use self::module::{Main, Whole};
use self::outputs::Outputs;
use self::versions::versions;
pub(crate) use self::versions::{OLDEST, TERRAFORM, TOO_NEW};
use super::engine::{self, Engine, Mention};
use super::object::EngineText;
use super::policy::Document;
use crate::graph::{Attr, Attribute, Graph, Name, NodeId, Piece, Policy, Table, Tags, Text};

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
    let engine = Terraform::new(graph);
    TerraformFiles {
        main: super::pretty(&Main(&engine)),
        versions: super::pretty(&versions(&engine)),
        outputs: super::pretty(&Outputs(&engine)),
    }
}

/// The same module as one document, which is a root module as well.
pub fn terraform_document(graph: &Graph) -> String {
    super::pretty(&Whole(&Terraform::new(graph)))
}

/// The addresses of a module's resources, each with the place of the resource that it comes from.
pub(crate) fn names(graph: &Graph) -> Vec<(String, NodeId)> {
    let mut names = Vec::with_capacity(graph.entries.len() + 8);
    let engine = Terraform::new(graph);
    let companions = engine.companions.iter();
    for (((id, entry), address), companions) in graph.iter().zip(engine.addresses).zip(companions) {
        if entry.resource.table().shape().terraform.is_some() {
            names.push((address, id));
        }
        names.extend(companions.iter().map(|companion| (companion.address(), id)));
    }
    names
}

struct Terraform<'g> {
    graph: &'g Graph,
    /// The address of every node.
    addresses: Vec<String>,
    /// What the provider makes resources of their own of every node.
    companions: Vec<Vec<Companion>>,
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

impl<'g> Terraform<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            addresses: addresses(graph),
            companions: graph
                .iter()
                .map(|(id, entry)| companions(id, entry))
                .collect(),
        }
    }

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

    /// Whether anything speaks of the account, which is asked for by a data source.
    fn asks_for_account(&self) -> bool {
        let mut asks = false;
        for table in self.tables() {
            engine::mentions::<Self>(table, &mut |mention| asks |= mention == Mention::Account);
        }
        asks
    }

    /// The tables of all that the module has.
    fn tables(&self) -> impl Iterator<Item = &dyn Table> {
        let own = self.graph.iter().map(|(_, entry)| entry.resource.table());
        let companions = self.companions.iter().flatten();
        own.chain(companions.map(|companion| companion.table.as_ref()))
    }

    /// What must exist before "after `id`" holds: for a role its policies, for a bucket its settings.
    fn awaited(&self, id: NodeId) -> Vec<String> {
        match self.companions.get(id.index()) {
            Some(of) if !of.is_empty() => of.iter().map(Companion::address).collect(),
            _ => vec![self.address(id).to_owned()],
        }
    }

    /// `depends_on`, without what references say already.
    fn depends_on(&self, table: &dyn Table, after: &[NodeId]) -> Vec<String> {
        if after.is_empty() {
            return Vec::new();
        }
        let mut referenced = Vec::new();
        engine::mentions::<Self>(table, &mut |mention| match mention {
            Mention::Resource(id) => referenced.push(self.address(id)),
            Mention::Account => {}
        });
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
