//! Making the graph of a stack from its plan: one file per concern.

mod access;
mod auto_mode;
mod cluster;
mod cni;
mod cni_rights;
mod connections;
mod eksctl;
mod endpoint_policies;
mod endpoints;
mod existing;
mod flow_logs;
mod hybrid;
mod identities;
mod json;
mod keys;
mod node_security;
mod nodes;
mod outputs;
mod pod_groups;
mod policies;
mod resolver;
mod routing;
mod security;
mod sides;
mod vpc;

pub(crate) use cluster::{core_dns_waits, runs_core_dns};

use super::{Entry, Graph, Name, NodeId, Ref, Resource, Tags};
use crate::diagnostic::Origin;
use crate::network::{At, Cluster, Stack};
use crate::plan::Plan;

/// The resources of a stack. Total: what cannot be built was refused before.
pub(crate) fn build(stack: &Stack, plan: &Plan) -> Graph {
    let mut builder = Builder::new(stack, plan);
    let network = vpc::build(&mut builder);
    let mut routes = routing::build(&mut builder, &network);
    let connections = connections::build(&mut builder, &network, &mut routes);
    let mut keys = keys::Keys::default();
    flow_logs::build(&mut builder, &network, &mut keys);
    let groups = security::groups(&mut builder, &network);
    let endpoints = endpoints::build(&mut builder, &network, &routes, &groups);
    resolver::build(&mut builder, &network);
    if let Some(model) = stack
        .cluster
        .as_ref()
        .filter(|model| model.by_eksctl.is_some())
    {
        let key = keys::Keys::secrets(&mut builder, &model.secrets_key, model.origin);
        security::rules(&mut builder, &groups, None);
        outputs::build(&mut builder, &network, &groups, connections, None);
        outputs::for_eksctl(&mut builder, &groups, key.as_ref());
        cni::reservations(&mut builder, &model.pods, &network);
        eksctl::build(&mut builder, model, &network, &groups, key);
        policies::build(&mut builder, model);
        return builder.graph;
    }
    let cluster = stack
        .cluster
        .as_ref()
        .map(|cluster| cluster::build(&mut builder, cluster, &network, &groups, &mut keys));
    let rules = security::rules(&mut builder, &groups, cluster.as_ref());
    if let (Some(model), Some(cluster)) = (&stack.cluster, &cluster) {
        let ready = nodes::Ready {
            routes: &routes,
            endpoints: &endpoints,
            rules: &rules,
            reservations: &cni::reservations(&mut builder, &model.pods, &network),
        };
        let compute = nodes::build(&mut builder, model, cluster, &network, &groups, &ready);
        cluster::core_dns(&mut builder, model, cluster, &compute);
        hybrid::access(&mut builder, model, cluster);
        access::build(&mut builder, model, cluster);
        auto_mode::nodes(&mut builder, model, cluster, &network, &groups);
        policies::build(&mut builder, model);
        pod_groups::policies(&mut builder, &groups, cluster);
    }
    outputs::build(
        &mut builder,
        &network,
        &groups,
        connections,
        cluster.as_ref(),
    );
    builder.graph
}

/// What all files of this room work on.
pub(super) struct Builder<'a> {
    pub(super) stack: &'a Stack,
    pub(super) plan: &'a Plan,
    pub(super) graph: Graph,
}

impl<'a> Builder<'a> {
    fn new(stack: &'a Stack, plan: &'a Plan) -> Self {
        let region = stack.region.value;
        let description = match &stack.cluster {
            Some(cluster) if cluster.by_eksctl.is_some() => format!(
                "{}: the network of the Amazon EKS cluster {} in {region}, which eksctl makes",
                stack.name.value, cluster.name.value
            ),
            Some(cluster) => format!(
                "{}: the Amazon EKS cluster {} and its network in {region}",
                stack.name.value, cluster.name.value
            ),
            None => format!("{}: a network in {region}", stack.name.value),
        };
        Self {
            stack,
            plan,
            graph: Graph {
                stack: stack.name.value.clone(),
                description,
                region,
                layout: stack.layout.value,
                despite: Vec::new(),
                entries: Vec::with_capacity(96),
                outputs: Vec::new(),
                objects: Vec::new(),
                cluster_config: None,
            },
        }
    }

    /// Adds a resource.
    pub(super) fn add<T: Into<Resource>>(
        &mut self,
        name: impl Into<Box<str>>,
        origin: Origin,
        resource: T,
    ) -> Ref<T> {
        self.add_after(name, origin, Vec::new(), resource)
    }

    /// Adds a resource that must wait for others, beyond those that it refers to.
    pub(super) fn add_after<T: Into<Resource>>(
        &mut self,
        name: impl Into<Box<str>>,
        origin: Origin,
        after: Vec<NodeId>,
        resource: T,
    ) -> Ref<T> {
        let resource = resource.into();
        let id = NodeId(u32::try_from(self.graph.entries.len()).unwrap_or(u32::MAX));
        let name = Name::new(name);
        self.graph.entries.push(Entry {
            retain: self.stack.retain && holds_state(name.as_str(), &resource),
            name,
            origin,
            after,
            resource,
        });
        Ref::here(id)
    }

    /// The user's tags with a `Name` that begins with the stack's.
    pub(super) fn tags(&self, name: &str) -> Tags {
        let stack = &self.stack.name.value;
        let name = if name.is_empty() {
            stack.clone()
        } else {
            format!("{stack}-{name}")
        };
        // The user's own tags win over everything but what the cluster needs.
        let mut tags = Tags::new().with("Name", name);
        for (key, value) in self.stack.tags.iter() {
            tags.set(key.to_owned(), value);
        }
        tags
    }

    /// A name that is unique in the account, for what IAM keeps in one place for all regions: `prod-use1-nodes`.
    pub(super) fn global_name(&self, what: &str) -> String {
        format!(
            "{}-{}-{what}",
            self.stack.name.value,
            self.stack.region.value.zone_prefix()
        )
    }

    /// `arn:aws:iam::aws:policy/…`, in the stack's partition.
    pub(super) fn managed_policy(&self, name: &str) -> String {
        format!(
            "arn:{}:iam::aws:policy/{name}",
            self.stack.region.value.partition().as_str()
        )
    }

    /// The beginning of an ARN in the stack's region: `arn:aws:eks:us-east-1:`.
    pub(super) fn arn(&self, service: &str) -> String {
        let region = self.stack.region.value;
        format!("arn:{}:{service}:{region}:", region.partition().as_str())
    }

    pub(super) fn cluster(&self) -> Option<&'a Cluster> {
        self.stack.cluster.as_ref()
    }
}

/// What a list of the user's has, once each: which comes first there means nothing.
fn sorted<T: Ord>(written: &[At<T>]) -> Vec<&T> {
    let mut values: Vec<_> = written.iter().map(|at| &at.value).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// What is kept by a stack with `retain`: what holds data, and what other things stand on.
///
/// A cluster that stays needs its role and its interfaces' group: EKS can neither update nor delete one whose role is gone,
/// and EC2 refuses to delete a group in use, at which the deletion of the stack would stop. A VPN that is made again has other
/// addresses and keys, which somebody would have to enter on the other side.
fn holds_state(name: &str, resource: &Resource) -> bool {
    match resource {
        Resource::Role(_) => name == "cluster",
        Resource::SecurityGroup(_) => name == "control-plane",
        Resource::Vpc(_)
        | Resource::VpcCidr(_)
        | Resource::Subnet(_)
        | Resource::ElasticIp(_)
        | Resource::VpnGateway(_)
        | Resource::CustomerGateway(_)
        | Resource::VpnConnection(_)
        | Resource::TransitGateway(_)
        | Resource::KmsKey(_)
        | Resource::LogGroup(_)
        | Resource::Bucket(_)
        | Resource::Cluster(_) => true,
        Resource::DefaultSecurityGroup(_)
        | Resource::Ec2Tag(_)
        | Resource::SubnetReservation(_)
        | Resource::InternetGateway(_)
        | Resource::EgressOnlyInternetGateway(_)
        | Resource::NatGateway(_)
        | Resource::RouteTable(_)
        | Resource::Route(_)
        | Resource::RouteTableAssociation(_)
        | Resource::VpnRoute(_)
        | Resource::RoutePropagation(_)
        | Resource::DirectConnectAssociation(_)
        | Resource::TransitGatewayAttachment(_)
        | Resource::PeeringConnection(_)
        | Resource::PeeringAcceptance(_)
        | Resource::IngressRule(_)
        | Resource::EgressRule(_)
        | Resource::VpcEndpoint(_)
        | Resource::ResolverEndpoint(_)
        | Resource::KmsAlias(_)
        | Resource::BucketPolicy(_)
        | Resource::FlowLog(_)
        | Resource::LaunchTemplate(_)
        | Resource::NodeGroup(_)
        | Resource::FargateProfile(_)
        | Resource::PodIdentityAssociation(_)
        | Resource::Addon(_)
        | Resource::AccessEntry(_)
        | Resource::OidcProvider(_) => false,
    }
}
