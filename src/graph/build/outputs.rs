//! What a stack tells others.

use super::cluster::ClusterRefs;
use super::connections::Told;
use super::security::Groups;
use super::vpc::NetworkRefs;
use super::{Builder, node_security, pod_groups, sorted};
use crate::graph::{
    Arn, Attr, Deferred, Entry, Name, NodeId, Output, OutputValue, Ref, Resource, SecurityGroup,
    Subnet,
};

pub(super) fn build(
    b: &mut Builder,
    network: &NetworkRefs,
    groups: &Groups,
    connections: Vec<Told>,
    cluster: Option<&ClusterRefs>,
) {
    let vpc = match &network.vpc {
        Ref::Here(id, _) => OutputValue::One(*id, Attr::Identity),
        Ref::Existing(id) => OutputValue::Known(id.to_string()),
    };
    output(b, "vpc-id", "The VPC", vpc);
    let plan = b.plan;
    for (tier, subnets) in plan.tiers.iter().zip(&network.subnets) {
        let name = format!("{}-subnet-ids", tier.name);
        let description = format!(
            "The subnets of tier {}, in the order of their zones",
            tier.name
        );
        output(b, &name, &description, identities(subnets));
    }
    let described = "The addresses that the internet sees, in the order of their zones";
    let addresses = match &b.stack.network.existing {
        Some(vpc) => {
            let known = sorted(&vpc.nat_addresses);
            OutputValue::AllKnown(known.iter().map(ToString::to_string).collect())
        }
        None => OutputValue::Many(
            b.graph
                .iter()
                .filter(|(_, entry)| matches!(entry.resource, Resource::ElasticIp(_)))
                .map(|(id, _)| (id, Attr::PublicAddress))
                .collect(),
        ),
    };
    output(b, "nat-addresses", described, addresses);
    let regional = b
        .graph
        .iter()
        .find(|(_, entry)| {
            matches!(&entry.resource, Resource::NatGateway(gateway) if gateway.vpc.is_some())
        })
        .map(|(id, _)| id);
    one(
        b,
        "nat-gateway-id",
        "The regional NAT gateway, whose addresses AWS decides",
        regional,
        Attr::Identity,
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
        for (name, group) in &groups.of_nodes {
            one(
                b,
                &format!("{}-security-group-id", node_security::identity(name)),
                &format!("The security group of nodes {name}"),
                group.node(),
                Attr::Identity,
            );
        }
        for (name, group) in &groups.pods {
            one(
                b,
                &format!("{}-security-group-id", pod_groups::identity(name)),
                &format!("The security group of pods {name}"),
                group.node(),
                Attr::Identity,
            );
        }
        let roles = [
            ("nodes", "node-role-arn", "The role of nodes"),
            (
                "auto-nodes",
                "auto-node-role-arn",
                "The role of the stack's own nodes of EKS Auto Mode",
            ),
        ];
        for (name, told, description) in roles {
            let of_nodes = |entry: &Entry| {
                matches!(entry.resource, Resource::Role(_)) && entry.name.as_str() == name
            };
            let role = b.graph.iter().find(|(_, entry)| of_nodes(entry));
            let role = role.map(|(id, _)| id);
            one(b, told, description, role, Attr::Arn);
        }
    }
}

/// What eksctl must know of a network that it did not make.
pub(super) fn for_eksctl(b: &mut Builder, groups: &Groups, key: Option<&Deferred<Arn>>) {
    let of = |group: &Option<Ref<SecurityGroup>>| group.as_ref().and_then(Ref::node);
    let (nodes, control_plane) = (of(&groups.nodes), of(&groups.control_plane));
    one(
        b,
        "control-plane-security-group-id",
        "The security group of the control plane's network interfaces",
        control_plane,
        Attr::Identity,
    );
    one(
        b,
        "node-security-group-id",
        "The security group of nodes",
        nodes,
        Attr::Identity,
    );
    if let Some(Deferred::Attribute(id, attr)) = key {
        one(
            b,
            "secrets-key-arn",
            "The key that secrets are encrypted with",
            Some(*id),
            *attr,
        );
    }
}

fn one(b: &mut Builder, name: &str, description: &str, id: Option<NodeId>, attr: Attr) {
    if let Some(id) = id {
        output(b, name, description, OutputValue::One(id, attr));
    }
}

/// The ids of a tier's subnets, which the stack builds or which exist already.
fn identities(subnets: &[Ref<Subnet>]) -> OutputValue {
    let built = subnets.iter().filter_map(Ref::node);
    let built: Vec<_> = built.map(|id| (id, Attr::Identity)).collect();
    if !built.is_empty() {
        return OutputValue::Many(built);
    }
    let known = subnets.iter().filter_map(|subnet| match subnet {
        Ref::Existing(id) => Some(id.to_string()),
        Ref::Here(..) => None,
    });
    OutputValue::AllKnown(known.collect())
}

/// Says something, unless it is a list of nothing.
fn output(b: &mut Builder, name: &str, description: &str, values: OutputValue) {
    let nothing = match &values {
        OutputValue::Many(values) => values.is_empty(),
        OutputValue::AllKnown(values) => values.is_empty(),
        OutputValue::One(..) | OutputValue::Known(_) => false,
    };
    if !nothing {
        b.graph.outputs.push(Output {
            name: Name::new(name),
            description: description.to_owned(),
            values,
        });
    }
}
