//! What one engine cannot say, or says by other means than an attribute: the one table of it.
//!
//! A reading leaves out what its engine cannot say, and looks elsewhere for the rest; `docs/engines.md` has the table as a
//! section, and `tests/reading.rs` demands a line for every `none` in the tables of resource types.

use super::reading::{Engine, Item};
use crate::graph::{Attribute, Shape};

/// An attribute, or a type, for which an engine has no place.
#[derive(Debug, Clone, Copy)]
pub struct EngineDifference {
    /// Our name of the type.
    pub kind: &'static str,
    /// Our name of the attribute; none where the engine lacks the type.
    pub field: Option<&'static str>,
    /// The engine that has no place for it.
    pub lacks: Engine,
    /// What it has instead.
    pub instead: Instead,
    /// The same in words.
    pub why: &'static str,
}

/// What an engine has instead of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// Nothing: it goes unsaid.
    Nothing,
    /// Another resource or argument, where the reader finds it.
    Elsewhere,
    /// Another attribute of the table, which says the same and which is compared.
    As(&'static str),
}

/// What a template says of an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Here,
    Elsewhere,
    Not,
}

/// Where the engines differ, by types.
pub fn engine_differences() -> &'static [EngineDifference] {
    ROWS
}

/// What the engine's templates say of an attribute. Of what no line speaks, nothing.
pub(super) fn said(engine: Engine, shape: &Shape, attribute: &Attribute) -> Said {
    if attribute.cloudformation.is_some() && attribute.terraform.is_some() {
        return Said::Here;
    }
    let row = of(shape).find(|row| row.field == Some(attribute.field));
    match row.map(|row| row.instead) {
        Some(Instead::As(_)) => Said::Not,
        _ if engine.path(attribute).is_some() => Said::Here,
        Some(Instead::Elsewhere) => Said::Elsewhere,
        Some(Instead::Nothing) | None => Said::Not,
    }
}

/// The attributes of a type that an engine puts together from parts which have no order.
pub(super) fn unordered(shape: &Shape) -> impl Iterator<Item = &'static str> {
    of(shape)
        .filter(|row| row.instead == Instead::Elsewhere)
        .filter_map(|row| row.field)
}

fn of(shape: &Shape) -> impl Iterator<Item = &'static EngineDifference> {
    ROWS.iter().filter(|row| row.kind == shape.name)
}

/// The attribute that something else changes while the stack lives, where the engine is told to let it: an autoscaler chooses
/// the number of a group's nodes, if there is a choice.
///
/// CloudFormation compares a template with the last one, not with what is there, and needs not be told.
pub(super) fn ignored(engine: Engine, item: &Item) -> Option<&'static str> {
    let told = engine == Engine::Terraform && item.shape.name == "NodeGroup";
    let [min, max] = ["min", "max"].map(|field| item.fields.get(field));
    (told && min < max).then_some("desired")
}

/// Whether an empty list says something else than none. The provider keeps what was there for both.
pub(super) const fn says_empty_lists(engine: Engine) -> bool {
    match engine {
        Engine::CloudFormation => true,
        Engine::Terraform => false,
    }
}

const fn row(
    kind: &'static str,
    field: &'static str,
    lacks: Engine,
    instead: Instead,
    why: &'static str,
) -> EngineDifference {
    EngineDifference {
        kind,
        field: Some(field),
        lacks,
        instead,
        why,
    }
}

const fn no_type(kind: &'static str, lacks: Engine, why: &'static str) -> EngineDifference {
    EngineDifference {
        kind,
        field: None,
        lacks,
        instead: Instead::Nothing,
        why,
    }
}

use Engine::{CloudFormation, Terraform};
use Instead::{As, Elsewhere, Nothing};

const BUCKET: &str = "the settings of a bucket are resources of their own";
const ROLE: &str = "the policies of a role are resources of their own";

#[rustfmt::skip]
const ROWS: &[EngineDifference] = &[
    row("AccessEntry", "policies", Terraform, Elsewhere, "each is an `aws_eks_access_policy_association` with the same cluster and principal"),
    row("Addon", "on_update", CloudFormation, Elsewhere, "`ResolveConflicts` is for both"),
    row("Bucket", "algorithm", Terraform, Elsewhere, BUCKET),
    row("Bucket", "key", Terraform, Elsewhere, BUCKET),
    row("Bucket", "bucket_key", Terraform, Elsewhere, BUCKET),
    row("Bucket", "expiry", Terraform, Elsewhere, BUCKET),
    row("Bucket", "block_public_acls", Terraform, Elsewhere, BUCKET),
    row("Bucket", "block_public_policy", Terraform, Elsewhere, BUCKET),
    row("Bucket", "ignore_public_acls", Terraform, Elsewhere, BUCKET),
    row("Bucket", "restrict_public_buckets", Terraform, Elsewhere, BUCKET),
    no_type("DefaultSecurityGroup", CloudFormation, "has no type that takes the default group over"),
    no_type("Ec2Tag", CloudFormation, "tags only what it makes"),
    row("FargateSelector", "label_map", CloudFormation, Elsewhere, "labels are a list of keys and values"),
    row("FargateSelector", "labels", Terraform, As("label_map"), "labels are a map"),
    row("FlowLog", "resource_type", Terraform, Nothing, "the argument with the id says it"),
    row("InternetGateway", "vpc", CloudFormation, Elsewhere, "`AWS::EC2::VPCGatewayAttachment` attaches it"),
    row("LaunchTemplate", "update_default", CloudFormation, Nothing, "a node group names the version"),
    no_type("PeeringAcceptance", CloudFormation, "has no type that accepts"),
    row("PeeringConnection", "accept_role", Terraform, Nothing, "the other side accepts"),
    row("PeeringConnection", "auto_accept", CloudFormation, Nothing, "accepts by itself"),
    row("Role", "inline", Terraform, Elsewhere, ROLE),
    row("Role", "managed", Terraform, Elsewhere, ROLE),
    row("RoutePropagation", "table", CloudFormation, Elsewhere, "the only one of a list"),
    row("RoutePropagation", "tables", Terraform, As("table"), "one table at a time"),
    row("SecurityGroup", "inline_egress", Terraform, Nothing, "the provider takes away the rule that AWS adds"),
    no_type("SubnetReservation", CloudFormation, "the schemas at hand have no type for it"),
    row("Vpc", "amazon_ipv6", CloudFormation, Elsewhere, "`AWS::EC2::VPCCidrBlock` gives it the range"),
    row("VpnGateway", "protocol", Terraform, Nothing, "there is one, `ipsec.1`"),
    row("VpnGateway", "vpc", CloudFormation, Elsewhere, "`AWS::EC2::VPCGatewayAttachment` attaches it"),
];
