//! The resources that only Terraform has.

use super::local_name;
use crate::graph::{
    AccessPolicyAssociation, BucketEncryption, BucketLifecycle, BucketPublicAccess, Entry, Name,
    NodeId, Ref, Resource, RolePolicy, RolePolicyAttachment, Table,
};

/// A resource that only Terraform has.
pub(super) struct Companion {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) table: Box<dyn Table>,
    pub(super) after: Option<NodeId>,
}

impl Companion {
    fn new(name: &Name, suffix: &str, table: impl Table + 'static) -> Self {
        let mut local = String::new();
        local_name(name, &mut local);
        if !suffix.is_empty() {
            local.push('_');
            Name::new(suffix).snake(&mut local);
        }
        Self {
            kind: table.shape().terraform.unwrap_or_default(),
            name: local,
            table: Box::new(table),
            after: None,
        }
    }

    fn after(mut self, id: NodeId) -> Self {
        self.after = Some(id);
        self
    }

    pub(super) fn address(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }
}

/// What the provider makes a resource of its own: the policies of a role, since a role's own list would take away what
/// others attach; the settings of a bucket; the policies of an access entry.
pub(super) fn companions(id: NodeId, entry: &Entry) -> Vec<Companion> {
    let name = &entry.name;
    match &entry.resource {
        Resource::Role(role) => {
            let attached = role.managed.iter().map(|arn| {
                let policy = arn.rsplit('/').next().unwrap_or(arn);
                let attachment = RolePolicyAttachment {
                    role: Ref::here(id),
                    policy_arn: arn.clone(),
                };
                Companion::new(name, policy, attachment)
            });
            let inline = role.inline.iter().map(|inline| {
                let policy = RolePolicy {
                    role: Ref::here(id),
                    name: inline.name,
                    policy: inline.document.clone(),
                };
                Companion::new(name, inline.name, policy)
            });
            attached.chain(inline).collect()
        }
        Resource::Bucket(bucket) => vec![
            Companion::new(
                name,
                "",
                BucketEncryption {
                    bucket: Ref::here(id),
                    algorithm: bucket.algorithm,
                    key: bucket.key.clone(),
                    bucket_key: bucket.bucket_key,
                },
            ),
            Companion::new(
                name,
                "",
                BucketPublicAccess {
                    bucket: Ref::here(id),
                    block_public_acls: bucket.block_public_acls,
                    block_public_policy: bucket.block_public_policy,
                    ignore_public_acls: bucket.ignore_public_acls,
                    restrict_public_buckets: bucket.restrict_public_buckets,
                },
            ),
            Companion::new(
                name,
                "",
                BucketLifecycle {
                    bucket: Ref::here(id),
                    id: "expire",
                    status: "Enabled",
                    prefix: "",
                    expiry: bucket.expiry,
                },
            ),
        ],
        Resource::AccessEntry(access) => access
            .policies
            .iter()
            .map(|policy| {
                let short = policy.policy_arn.rsplit('/').next().unwrap_or_default();
                let association = AccessPolicyAssociation {
                    cluster: access.cluster.clone(),
                    principal: access.principal.clone(),
                    policy_arn: policy.policy_arn.clone(),
                    scope: policy.scope,
                    namespaces: policy.namespaces.clone(),
                };
                // Both name the principal only, so nothing else puts them in order.
                Companion::new(name, short, association).after(id)
            })
            .collect(),
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
        | Resource::BucketPolicy(_)
        | Resource::FlowLog(_)
        | Resource::Cluster(_)
        | Resource::LaunchTemplate(_)
        | Resource::NodeGroup(_)
        | Resource::FargateProfile(_)
        | Resource::PodIdentityAssociation(_)
        | Resource::Addon(_)
        | Resource::OidcProvider(_) => Vec::new(),
    }
}
