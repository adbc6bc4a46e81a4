//! VPC endpoints, and what a network without internet cannot do without.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Severity};
use crate::network::{Access, AddonName, EndpointService, Stack};
use crate::plan::Plan;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let mut seen: Vec<(String, Origin)> = Vec::new();
    for text in &stack.network.endpoints.services {
        let service = match EndpointService::parse(&text.value) {
            Ok(service) => service,
            Err(error) => {
                findings.push(
                    rules::SPEC015
                        .at(text.origin, format!("`{}` is not the name of a service: {error}", text.value))
                        .help("write the last part of the endpoint's name, such as s3, ecr.api or sts"),
                );
                continue;
            }
        };
        if let Some((_, first)) = seen.iter().find(|(name, _)| name == service.short_name()) {
            findings.push(
                rules::SPEC012
                    .at(
                        text.origin,
                        format!("the endpoint for {} is there twice", service.short_name()),
                    )
                    .related(*first, "the first one")
                    .help("remove one of them"),
            );
        }
        seen.push((service.short_name().to_owned(), text.origin));
        if service.is_absent_in(stack.region.value) {
            findings.push(
                rules::EKS629
                    .at(
                        text.origin,
                        format!(
                            "{} has no endpoint for {}",
                            stack.region.value,
                            service.short_name()
                        ),
                    )
                    .related(stack.region.origin, "the region")
                    .help("remove it"),
            );
        }
    }
    // An existing network may have it, or get no further one.
    if !stack.network.endpoints.has("s3") && stack.network.existing.is_none() {
        findings.push(
            rules::EKS423
                .at(
                    stack.network.origin,
                    "S3 is reached through NAT gateways, or not at all",
                )
                .note("images come from S3; the gateway endpoint is free, and NAT is not")
                .help_in(
                    "add `s3` to `endpoints`",
                    "add `\"s3\"` to `.endpoints([…])`",
                ),
        );
    }
}

/// What nodes without internet need, by the rule that says so.
///
/// Source: EKS user guide, "Deploy private clusters with limited internet access".
pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let offline = |index: &usize| {
        plan.tiers
            .get(*index)
            .is_some_and(|tier| tier.access != Access::Public && !plan.leaves(*index))
    };
    let groups = cluster
        .node_groups
        .iter()
        .map(|g| g.tier.origin)
        .zip(&plan.node_tiers);
    let profiles = cluster
        .fargate
        .iter()
        .map(|p| p.tier.origin)
        .zip(&plan.fargate_tiers);
    let Some((origin, tier)) = groups.chain(profiles).find(|(_, tier)| offline(tier)) else {
        return;
    };
    let nodes = plan.node_tiers.iter().any(offline);
    let identity = nodes
        && !cluster
            .without_addons
            .contains(&AddonName::PodIdentityAgent);
    let needs = [
        (
            &rules::EKS619,
            vec!["ecr.api", "ecr.dkr", "s3", "sts"],
            true,
            "images cannot be pulled",
        ),
        (
            &rules::EKS620,
            vec!["ec2"],
            nodes,
            "nodes cannot ask EC2 for their name, nor the VPC CNI for addresses",
        ),
        (
            &rules::EKS622,
            vec!["eks-auth"],
            identity,
            "Pod Identity, and with it the VPC CNI, gets no rights",
        ),
    ];
    let name = plan.tiers.get(*tier).map_or("", |tier| tier.name.as_str());
    // The endpoint for S3 is a route, in the tables that are stated.
    let unrouted = plan.tiers.get(*tier).is_some_and(|tier| {
        let mut existing = tier.subnets.iter().filter_map(|s| s.existing.as_ref());
        existing.any(|subnet| subnet.route_table.is_none())
    });
    for (rule, wanted, when, consequence) in needs {
        let missing: Vec<_> = wanted
            .into_iter()
            .filter(|name| !stack.network.endpoints.has(name) || (*name == "s3" && unrouted))
            .collect();
        if when && !missing.is_empty() && plan.existing.is_some() {
            let missing = missing.join(", ");
            findings.push(
                rule.at(
                    origin,
                    format!("tier `{name}` has no way to the internet, and the stack makes no endpoint for {missing}"),
                )
                .severity(Severity::Info)
                .note(format!("unless the VPC has them already, {consequence}"))
                .help(format!("nothing to do where the VPC has them; else add to `endpoints`: {missing}")),
            );
        } else if when && !missing.is_empty() {
            findings.push(
                rule.at(
                    origin,
                    format!(
                        "tier `{name}` has no way to the internet and no endpoint for {}",
                        missing.join(", ")
                    ),
                )
                .note(consequence)
                .help(format!("add to `endpoints`: {}", missing.join(", "))),
            );
        }
    }
}
