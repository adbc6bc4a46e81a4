//! What a stack tells others.

use super::Builder;
use super::cluster::ClusterRefs;
use super::connections::Told;
use super::security::Groups;
use super::vpc::NetworkRefs;
use crate::graph::{Attr, Name, NodeId, Output, OutputValue, Ref, Resource};

pub(super) fn build(
    b: &mut Builder,
    network: &NetworkRefs,
    groups: &Groups,
    connections: Vec<Told>,
    cluster: Option<&ClusterRefs>,
) {
    one(b, "vpc-id", "The VPC", network.vpc.node(), Attr::Identity);
    let plan = b.plan;
    for (tier, subnets) in plan.tiers.iter().zip(&network.subnets) {
        let ids = subnets
            .iter()
            .filter_map(Ref::node)
            .map(|id| (id, Attr::Identity));
        many(
            b,
            &format!("{}-subnet-ids", tier.name),
            &format!(
                "The subnets of tier {}, in the order of their zones",
                tier.name
            ),
            ids.collect(),
        );
    }
    let addresses: Vec<_> = b
        .graph
        .iter()
        .filter(|(_, entry)| matches!(entry.resource, Resource::ElasticIp(_)))
        .map(|(id, _)| (id, Attr::PublicAddress))
        .collect();
    many(
        b,
        "nat-addresses",
        "The addresses that the internet sees, in the order of their zones",
        addresses,
    );
    let resolver = b
        .graph
        .iter()
        .find(|(_, entry)| matches!(entry.resource, Resource::ResolverEndpoint(_)))
        .map(|(id, _)| id);
    one(
        b,
        "inbound-resolver-id",
        "The Route 53 Resolver endpoint that connected networks ask for names",
        resolver,
        Attr::Identity,
    );
    // The other sides accept, attach and route by these ids.
    for (id, name, description) in connections {
        one(b, &name, description, Some(id), Attr::Identity);
    }
    if let Some(refs) = cluster {
        let id = refs.cluster.node();
        one(b, "cluster-name", "The cluster", id, Attr::Identity);
        one(b, "cluster-arn", "The cluster's ARN", id, Attr::Arn);
        one(
            b,
            "cluster-endpoint",
            "The URL of the cluster's API",
            id,
            Attr::Endpoint,
        );
        one(
            b,
            "cluster-certificate-authority",
            "The certificate authority of the cluster's API, base64",
            id,
            Attr::CertificateAuthority,
        );
        one(
            b,
            "cluster-security-group-id",
            "The security group that EKS made for the cluster",
            id,
            Attr::ClusterSecurityGroup,
        );
        one(
            b,
            "cluster-oidc-issuer",
            "The URL of the cluster's OpenID Connect issuer",
            id,
            Attr::OidcIssuer,
        );
        if b.plan.ipv6_cluster {
            one(
                b,
                "cluster-service-ipv6-cidr",
                "The range that EKS chose for Kubernetes services",
                id,
                Attr::ServiceIpv6Range,
            );
        }
        let nodes = groups.nodes.as_ref().and_then(Ref::node);
        one(
            b,
            "node-security-group-id",
            "The security group of nodes",
            nodes,
            Attr::Identity,
        );
        let role = b
            .graph
            .iter()
            .find(|(_, entry)| {
                matches!(entry.resource, Resource::Role(_)) && entry.name.as_str() == "nodes"
            })
            .map(|(id, _)| id);
        one(b, "node-role-arn", "The role of nodes", role, Attr::Arn);
    }
}

fn one(b: &mut Builder, name: &str, description: &str, id: Option<NodeId>, attr: Attr) {
    if let Some(id) = id {
        b.graph.outputs.push(Output {
            name: Name::new(name),
            description: description.to_owned(),
            values: OutputValue::One(id, attr),
        });
    }
}

fn many(b: &mut Builder, name: &str, description: &str, values: Vec<(NodeId, Attr)>) {
    if !values.is_empty() {
        b.graph.outputs.push(Output {
            name: Name::new(name),
            description: description.to_owned(),
            values: OutputValue::Many(values),
        });
    }
}
