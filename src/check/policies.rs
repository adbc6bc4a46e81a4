//! The policies of VPC endpoints.

use crate::check::rules;
use crate::diagnostic::Findings;
use crate::graph::{Graph, Policy, Resource};
use crate::network::{EndpointPolicies, Stack};
use crate::plan::Plan;

/// The most characters of an endpoint's policy.
///
/// Source: AWS `PrivateLink` guide, "Control access to VPC endpoints using endpoint policies".
const SIZE: usize = 20_480;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let endpoints = &stack.network.endpoints;
    let open = stack.network.policies() == EndpointPolicies::Open;
    for bucket in &endpoints.buckets {
        if !is_bucket(&bucket.value) {
            findings.push(
                rules::SPEC015
                    .at(
                        bucket.origin,
                        format!("`{}` is not the name of a bucket", bucket.value),
                    )
                    .note("a name has 3 to 63 lower-case letters, digits, dots and hyphens")
                    .help("write the name alone, without `arn:` and `s3://`"),
            );
        }
    }
    if let Some(first) = endpoints.buckets.first().filter(|_| open) {
        findings.push(
            rules::SPEC018
                .at(
                    first.origin,
                    "every bucket can be read through the endpoint already",
                )
                .note("buckets are named where only the account's own can be used otherwise")
                .help_in(
                    "add `endpoint-policies: this-account`, or leave `endpoint-buckets` out",
                    "call `.endpoint_policies(EndpointPolicies::ThisAccount)`",
                ),
        );
    }
}

/// Endpoints that stay open because they take no policy.
pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    if stack.network.policies() == EndpointPolicies::Open {
        return;
    }
    let open = plan.endpoints.iter();
    let open: Vec<_> = open.filter(|e| !e.service.takes_policy()).collect();
    let Some(first) = open.first() else { return };
    let names: Vec<&str> = open.iter().map(|e| e.service.as_str()).collect();
    findings.push(
        rules::SPEC032
            .at(
                first.origin,
                format!("no policy is written for the endpoint of {}", names.join(", ")),
            )
            .note("it takes none that looks at who calls; who reaches it is up to its security group, and what they may do to IAM"),
    );
}

pub(super) fn check_graph(stack: &Stack, graph: &Graph, findings: &mut Findings) {
    for entry in &graph.entries {
        let Resource::VpcEndpoint(endpoint) = &entry.resource else {
            continue;
        };
        let size = endpoint.policy.as_ref().map_or(0, Policy::characters);
        if size > SIZE {
            let buckets = stack.network.endpoints.buckets.first();
            findings.push(
                rules::EKS649
                    .at(
                        buckets.map_or(entry.origin, |bucket| bucket.origin),
                        format!(
                            "the policy of the endpoint for {} has {size} characters",
                            entry.name
                        ),
                    )
                    .note(format!("AWS takes {SIZE}"))
                    .help("name fewer buckets"),
            );
        }
    }
}

/// Source: S3 user guide, "General purpose bucket naming rules".
fn is_bucket(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name
            .chars()
            .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-'))
        && edge(name.chars().next())
        && edge(name.chars().last())
}
