//! Rules: what AWS demands and what a spec must be, each with a code, a severity and a page.
//!
//! [`rules`] declares them all, a line each. The functions that find faults stand in one file per area; `model` and
//! `planned` run them. What a rule says of the form of a spec is found by its reader.

mod access;
mod addons;
mod addresses;
pub(crate) mod allow;
mod area;
mod arn;
mod auto_mode;
mod blocks;
mod capacity;
mod cluster;
mod compute;
mod connections;
mod discovery;
mod eksctl;
mod endpoints;
mod existing;
mod fargate;
mod gateways;
mod growth;
mod hybrid;
mod identities;
mod ipv6;
mod local_zones;
mod names;
mod node_security;
mod other_side;
mod pod_groups;
mod pod_nodes;
mod pods;
mod policies;
mod policy;
mod private;
mod quotas;
mod resolver;
mod routes;
pub mod rules;
mod security;
mod services;
mod space;
mod subnets;
mod template;
mod zones;

pub use rules::{Area, Rule};

#[cfg(feature = "spec")]
pub(crate) use local_zones::nat_in_local_zones;
#[cfg(feature = "spec")]
pub(crate) use private::nat_of_private;
pub(crate) use services::default_service_cidr;
#[cfg(feature = "spec")]
pub(crate) use {addresses::host_bits, blocks::is_block_size, services::is_service_size};

use crate::capacity::Capacity;
use crate::diagnostic::Findings;
use crate::graph::Graph;
use crate::network::Stack;
use crate::plan::Plan;

/// Blocks of these sizes that could join the VPC together, for tiers that name no block.
pub(crate) fn further_blocks(stack: &Stack, sizes: &[u8]) -> Option<Vec<ipnet::Ipv4Net>> {
    space::Space::of(stack).further(sizes)
}

/// What can be said of a stack before it is planned.
pub(crate) fn model(stack: &Stack, findings: &mut Findings) {
    allow::check(&stack.allowed, findings);
    names::check(stack, findings);
    addresses::check(stack, findings);
    blocks::check(stack, findings);
    connections::check(stack, findings);
    services::check(stack, findings);
    gateways::check(stack, findings);
    security::check(stack, findings);
    pod_groups::check(stack, findings);
    node_security::check(stack, findings);
    cluster::check(stack, findings);
    addons::check(stack, findings);
    ipv6::check(stack, findings);
    compute::check(stack, findings);
    identities::check(stack, findings);
    hybrid::check(stack, findings);
    fargate::check(stack, findings);
    auto_mode::check(stack, findings);
    pods::check(stack, findings);
    policy::check(stack, findings);
    endpoints::check(stack, findings);
    eksctl::check(stack, findings);
    existing::check(stack, findings);
    policies::check(stack, findings);
    private::check(stack, findings);
    resolver::check(stack, findings);
}

/// What can be said of a stack once every subnet has its place.
pub(crate) fn planned(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    addresses::check_plan(stack, plan, findings);
    services::check_plan(stack, plan, findings);
    hybrid::check_plan(stack, plan, findings);
    subnets::check(stack, plan, findings);
    auto_mode::check_plan(stack, plan, findings);
    pods::check_plan(stack, plan, findings);
    gateways::check_plan(stack, plan, findings);
    other_side::check_plan(stack, plan, findings);
    routes::check_plan(stack, plan, findings);
    local_zones::check_plan(stack, plan, findings);
    growth::check_plan(stack, plan, findings);
    existing::check_plan(stack, plan, findings);
    policies::check_plan(stack, plan, findings);
    private::check_plan(stack, plan, findings);
    resolver::check_plan(stack, plan, findings);
    compute::check_plan(stack, plan, findings);
    pod_nodes::check_plan(stack, plan, findings);
    fargate::check_plan(stack, plan, findings);
    cluster::check_plan(stack, plan, findings);
    discovery::check_plan(stack, plan, findings);
    zones::check_plan(plan, findings);
    quotas::check_plan(stack, plan, findings);
}

/// What can be said of the room that a plan has.
pub(crate) fn capacity(stack: &Stack, plan: &Plan, room: &Capacity, findings: &mut Findings) {
    capacity::check(stack, plan, room, findings);
}

/// What can be said of the resources.
pub(crate) fn graph(stack: &Stack, graph: &Graph, findings: &mut Findings) {
    template::check(stack, graph, findings);
    quotas::check(stack, graph, findings);
    existing::check_graph(stack, graph, findings);
    policies::check_graph(stack, graph, findings);
}
