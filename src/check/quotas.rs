//! What AWS gives by default, and no more.

use std::collections::BTreeMap;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::graph::{Deferred, EndpointType, Graph, NodeId, Resource};
use crate::network::Stack;
use crate::plan::Plan;
use crate::render;

/// Source: Amazon VPC User Guide, "Amazon VPC quotas".
const RULES: usize = 60;
const SUBNETS: usize = 200;
const NATS: usize = 5;
const ENDPOINTS: usize = 50;

/// Source: AWS CloudFormation User Guide, "Understand CloudFormation quotas".
const OUTPUTS: usize = 200;
const TEMPLATE: usize = 1_000_000;

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let mut nats = BTreeMap::new();
    for nat in &plan.nats {
        *nats.entry(nat.zone).or_insert(0) += 1;
    }
    // Of zones with the same trouble, the first is enough.
    if let Some((zone, count)) = nats.into_iter().find(|(_, count)| *count > NATS) {
        let finding = rules::EKS907
            .at(
                stack.network.origin,
                format!("{count} NAT gateways would stand in {zone}"),
            )
            .note("a zone has five by default")
            .help(
                "let private tiers share one: name the same public tier in each `nat: { tier: … }`",
            );
        findings.push(raise(finding, "L-FE5A380F", count));
    }
}

pub(super) fn check(stack: &Stack, graph: &Graph, findings: &mut Findings) {
    rules_of_groups(graph, findings);
    size(stack, graph, findings);
    let count = |of: fn(&Resource) -> bool| graph.iter().filter(|(_, e)| of(&e.resource)).count();
    let subnets = count(|resource| matches!(resource, Resource::Subnet(_)));
    if subnets > SUBNETS {
        let finding = rules::EKS905
            .at(
                stack.network.origin,
                format!("the VPC would have {subnets} subnets"),
            )
            .note("a VPC has 200 by default, and as many route tables")
            .help("join tiers, or divide the stack");
        findings.push(raise(finding, "L-407747CB", subnets));
    }
    let endpoints = count(
        |resource| matches!(resource, Resource::VpcEndpoint(of) if of.endpoint_type == EndpointType::Interface),
    );
    if endpoints > ENDPOINTS {
        let finding = rules::EKS909
            .at(
                stack.network.origin,
                format!("the VPC would have {endpoints} interface endpoints"),
            )
            .note("a VPC has 50 by default, and each is paid for by the hour and zone")
            .help("leave out of `endpoints` what the cluster does not call");
        findings.push(raise(finding, "L-29B6F2EB", endpoints));
    }
    if graph.outputs.len() > OUTPUTS {
        findings.push(
            rules::EKS903
                .at(
                    stack.name.origin,
                    format!("the template would have {} outputs", graph.outputs.len()),
                )
                .note("CloudFormation takes 200; each tier and each connection has its own")
                .help("divide the stack: fewer tiers in each"),
        );
    }
}

/// Rules by group and direction: those for IPv4 and for IPv6 count separately, and one for another group counts for both.
fn rules_of_groups(graph: &Graph, findings: &mut Findings) {
    let mut found: BTreeMap<(NodeId, &str, &str), Vec<Origin>> = BTreeMap::new();
    for (_, entry) in graph.iter() {
        let (group, direction, ipv4, ipv6) = match &entry.resource {
            Resource::IngressRule(rule) => (&rule.group, "inbound", rule.cidr, rule.cidr_ipv6),
            Resource::EgressRule(rule) => (&rule.group, "outbound", rule.cidr, rule.cidr_ipv6),
            _ => continue,
        };
        let Deferred::Attribute(group, _) = group else {
            continue;
        };
        for (family, counts) in [("IPv4", ipv6.is_none()), ("IPv6", ipv4.is_none())] {
            if counts {
                let of_group = found.entry((*group, direction, family)).or_default();
                of_group.push(entry.origin);
            }
        }
    }
    for ((group, direction, family), origins) in found {
        let Some(first_beyond) = origins.get(RULES) else {
            continue;
        };
        let name = match graph.get(group).map(|entry| &entry.resource) {
            Some(Resource::SecurityGroup(group)) => format!("security group `{}`", group.name),
            _ => "the cluster's own security group".to_owned(),
        };
        let count = origins.len();
        let finding = rules::EKS532
            .at(
                *first_beyond,
                format!("{name} would have {count} {direction} rules for {family}"),
            )
            .note("a group has 60 in each direction by default; one for a prefix list counts as many times as the list has entries at most")
            .help("write one range for several neighbours, or a prefix list: `from: pl-…`");
        findings.push(raise(finding, "L-0EA8095F", count));
    }
}

/// What S3 may hold for `CloudFormation` is larger than what a request may.
fn size(stack: &Stack, graph: &Graph, findings: &mut Findings) {
    let size = render::cloudformation(graph).len();
    if size > TEMPLATE {
        findings.push(
            rules::EKS902
                .at(
                    stack.name.origin,
                    format!("the template would have {size} bytes"),
                )
                .note("CloudFormation takes 1 MB, from a bucket; 51,200 bytes without one")
                .help("divide the stack, or give it fewer and shorter tags, which stand on every resource"),
        );
    }
}

/// How to get more.
fn raise(finding: Finding, code: &str, count: usize) -> Finding {
    finding.note(format!(
        "the quota can be raised first: `aws service-quotas request-service-quota-increase --service-code vpc --quota-code {code} --desired-value {count}`"
    ))
}
