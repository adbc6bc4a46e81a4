//! VPC endpoints that somebody named.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{EndpointService, Stack};
use crate::plan::private_needs;

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
    let private = private_needs(stack).iter().any(|need| need.service == "s3");
    // An existing network may have it, or get no further one.
    let existing = stack.network.existing.is_some();
    if !private && !existing && !stack.network.endpoints.has("s3") {
        let listed = stack.network.endpoints.services.first();
        findings.push(
            rules::EKS423
                .at(
                    listed.map_or(stack.network.origin, |service| service.origin),
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
