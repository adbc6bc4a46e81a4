//! Who may use VPC endpoints, and for what.

use super::{Builder, sorted};
use crate::graph::{Policy, Principal, Statement, Text};
use crate::network::{EndpointPolicies, EndpointService};

/// The policy of an endpoint; none where AWS's own holds.
///
/// Source: AWS `PrivateLink` guide, "Control access to VPC endpoints using endpoint policies"; AWS's examples of data
/// perimeters, aws-samples/data-perimeter-policy-examples.
pub(super) fn of(b: &Builder, service: &EndpointService) -> Option<Policy> {
    match b.stack.network.policies() {
        EndpointPolicies::ThisAccount if service.takes_policy() => Some(this_account(b, service)),
        EndpointPolicies::ThisAccount | EndpointPolicies::Open => None,
    }
}

/// What principals of the account do; what serves data is held to the account's own, so that nothing can be carried out to
/// an account that somebody else's policy opened.
fn this_account(b: &Builder, service: &EndpointService) -> Policy {
    let ours = || {
        Statement::allow("ThisAccount", ["*"])
            .principal(Principal::Everyone)
            .on("*")
            .when(
                "StringEquals",
                "aws:PrincipalAccount",
                Text::new().account(),
            )
    };
    let own_things = || ours().when("StringEquals", "aws:ResourceAccount", Text::new().account());
    match service.short_name() {
        "s3" => s3(b, own_things()),
        "dynamodb" => own_things().into(),
        "ecr.api" | "ecr.dkr" => Policy::from_iter([own_things(), pull()]),
        "sts" => std::iter::once(ours()).chain(web_identity(b)).collect(),
        _ => ours().into(),
    }
}

/// Images of other accounts can be pulled, not pushed: those of EKS's add-ons are AWS's.
fn pull() -> Statement {
    Statement::allow(
        "PullImages",
        [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetAuthorizationToken",
            "ecr:GetDownloadUrlForLayer",
        ],
    )
    .principal(Principal::Everyone)
    .on("*")
    .when(
        "StringEquals",
        "aws:PrincipalAccount",
        Text::new().account(),
    )
}

/// Layers come by links that ECR has signed, so that no principal of the account is seen.
///
/// Source: ECR user guide, "Minimum Amazon S3 bucket permissions for Amazon ECR".
fn s3(b: &Builder, ours: Statement) -> Policy {
    let region = b.stack.region.value;
    let partition = region.partition().as_str();
    let layers = format!("arn:{partition}:s3:::prod-{region}-starport-layer-bucket/*");
    let layers = Statement::allow("ImageLayers", ["s3:GetObject"])
        .principal(Principal::Everyone)
        .on(layers);
    let buckets = sorted(&b.stack.network.endpoints.buckets);
    // One after the other, each by itself and with its objects.
    let named = buckets.iter().fold(
        Statement::allow("NamedBuckets", ["s3:GetObject", "s3:ListBucket"])
            .principal(Principal::Everyone),
        |statement, bucket| {
            let arn = format!("arn:{partition}:s3:::{bucket}");
            let objects = format!("{arn}/*");
            statement.on(arn).on(objects)
        },
    );
    let named = (!named.resources.is_empty()).then_some(named);
    [ours, layers].into_iter().chain(named).collect()
}

/// A service account has a token of the cluster's issuer, no credentials yet: the role that it takes on is what can be
/// looked at.
fn web_identity(b: &Builder) -> Option<Statement> {
    b.cluster().filter(|cluster| cluster.oidc_provider)?;
    let partition = b.stack.region.value.partition().as_str();
    let roles = Text::new()
        .literal(format!("arn:{partition}:iam::"))
        .account()
        .literal(":role/*");
    Some(
        Statement::allow("ServiceAccounts", ["sts:AssumeRoleWithWebIdentity"])
            .principal(Principal::Everyone)
            .on(roles),
    )
}
