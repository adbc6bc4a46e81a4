//! What things may be called, and that nothing is called the same.

use std::collections::BTreeMap;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::graph::Tags;
use crate::network::{At, LAYOUT, Stack};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    stack_name(stack, findings);
    if stack.layout.value == 0 || stack.layout.value > LAYOUT {
        findings.push(
            rules::SPEC020
                .at(stack.layout.origin, format!("layout {} is not known", stack.layout.value))
                .note("a layout fixes every default, so that a new release changes nothing that exists")
                .help(format!("write {LAYOUT}; a newer layout needs a newer eksnet")),
        );
    }
    tags(&stack.tags, stack.tag_origin, findings);
    if stack.cluster.is_some() || stack.network.flow_logs.is_some() {
        tags_of_every_service(&stack.tags, stack.tag_origin, findings);
    }
    for tier in stack.network.tiers.iter() {
        tags(&tier.tags, tier.name.origin, findings);
    }
    let tiers = stack.network.tiers.iter();
    names("tier", tiers.map(|tier| &tier.name), findings);
    let connected = stack.network.connected.iter();
    names("connected network", connected.map(|to| &to.name), findings);
    let Some(cluster) = &stack.cluster else {
        return;
    };
    // Where it is the stack's name, more has been said of it already.
    if cluster.name != stack.name {
        cluster_name(&cluster.name.value, cluster.name.origin, findings);
    }
    let pods = cluster.pods.security_groups.iter();
    let pods = pods.flat_map(|pods| pods.groups.iter().map(|group| &group.name));
    names("pod group", pods, findings);
    let security = cluster.node_security_groups.iter();
    names(
        "security group of nodes",
        security.map(|group| &group.name),
        findings,
    );
    let groups = cluster.node_groups.iter().map(|group| &group.name);
    names(NODE_GROUP, groups, findings);
    let profiles = cluster.fargate.iter().map(|profile| &profile.name);
    names("Fargate profile", profiles, findings);
    let tenants = cluster.tenants.iter().map(|tenant| &tenant.name);
    names("tenant", tenants, findings);
    let identities = cluster.pod_identities.iter();
    names("identity", identities.map(|of| &of.name), findings);
    let entries = cluster.access.iter().map(|entry| &entry.name);
    names("access entry", entries, findings);
}

/// The names of all things of a kind: each is one, and there once.
fn names<'a>(what: &str, all: impl Iterator<Item = &'a At<String>>, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Origin> = BTreeMap::new();
    for at in all {
        if what == NODE_GROUP && at.value.len() > LONGEST_NODE_GROUP_NAME {
            long_node_group_name(at, findings);
        } else {
            name(at, what, findings);
        }
        match seen.get(&*at.value) {
            Some(first) => findings.push(twice(at, what, *first)),
            None => {
                seen.insert(&at.value, at.origin);
            }
        }
    }
}

const NODE_GROUP: &str = "node group";

/// What EKS takes.
const LONGEST_NODE_GROUP_NAME: usize = 63;

fn long_node_group_name(name: &At<String>, findings: &mut Findings) {
    let length = name.value.len();
    let mut short = slug(&name.value);
    short.truncate(LONGEST_NODE_GROUP_NAME);
    findings.push(
        rules::EKS805
            .at(
                name.origin,
                format!(
                    "the node group's name has {length} characters, {} too many",
                    length - LONGEST_NODE_GROUP_NAME
                ),
            )
            .note("EKS takes at most 63")
            .help(format!("write `{}`", short.trim_end_matches('-'))),
    );
}

/// The longest stack name for which every name made of it fits: IAM takes 64 characters for a role.
const LONGEST_STACK_NAME: usize = 64 - "-usgw1-flow-logs".len();

fn stack_name(stack: &Stack, findings: &mut Findings) {
    let name = &stack.name.value;
    let origin = stack.name.origin;
    let ok = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.ends_with('-');
    if name.starts_with("sg-") {
        findings.push(
            rules::EKS523
                .at(origin, format!("security groups would be called `{name}-…`"))
                .note("groups are named after the stack, and EC2 keeps names that begin with `sg-` for ids")
                .help(format!("write `{}`", slug(name.trim_start_matches("sg-")))),
        );
    }
    if !ok {
        findings.push(
            rules::EKS904
                .at(origin, format!("`{name}` cannot be the name of a stack"))
                .note("CloudFormation takes letters, digits and hyphens, and a letter first")
                .help(format!("write `{}`", slug(name))),
        );
    } else if name.len() > LONGEST_STACK_NAME {
        findings.push(
            rules::EKS904
                .at(
                    origin,
                    format!(
                        "the stack's name has {} characters, {} too many",
                        name.len(),
                        name.len() - LONGEST_STACK_NAME
                    ),
                )
                .note(
                    "roles are called after the stack and its region, and IAM allows 64 characters",
                )
                .help(format!(
                    "choose a name of at most {LONGEST_STACK_NAME} characters"
                )),
        );
    } else {
        bucket_name(stack, findings);
    }
}

/// What a bucket's name has behind the stack's, in the region with the longest name.
const BUCKET_SUFFIX: &str = "-flow-logs-123456789012-ap-southeast-1";

/// Beginnings of bucket names that S3 keeps for itself.
const RESERVED_BUCKETS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];

/// The bucket for flow logs is named after the stack too, and S3 takes less than CloudFormation and IAM.
///
/// Source: Amazon S3 user guide, "General purpose bucket naming rules".
fn bucket_name(stack: &Stack, findings: &mut Findings) {
    let to_bucket =
        |logs: &crate::network::FlowLogs| logs.target == crate::network::FlowLogTarget::NewBucket;
    if !stack.network.flow_logs.as_ref().is_some_and(to_bucket) {
        return;
    }
    let name = &stack.name.value;
    let longest = 63 - BUCKET_SUFFIX.len();
    let problem = if name.chars().any(|c| c.is_ascii_uppercase()) {
        format!("the bucket for flow logs would be called `{name}-flow-logs-…`, in capital letters")
    } else if let Some(reserved) = RESERVED_BUCKETS.iter().find(|r| name.starts_with(**r)) {
        format!(
            "the bucket for flow logs would be called `{name}-flow-logs-…`, which begins with `{reserved}`"
        )
    } else if name.len() > longest {
        format!(
            "the stack's name has {} characters, {} too many for the bucket for flow logs",
            name.len(),
            name.len() - longest
        )
    } else {
        return;
    };
    let mut short = slug(
        name.trim_start_matches("xn--")
            .trim_start_matches("sthree-"),
    );
    short.truncate(longest);
    findings.push(
        rules::EKS904
            .at(stack.name.origin, problem)
            .note("S3 takes 63 lower-case letters, digits and hyphens; behind the stack's name come account and region")
            .help(format!(
                "write `{}`, or `to: cloudwatch` for the flow logs",
                short.trim_end_matches('-')
            )),
    );
}

fn cluster_name(name: &str, origin: Origin, findings: &mut Findings) {
    let ok = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 100
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !ok {
        findings.push(
            rules::EKS323
                .at(origin, format!("`{name}` cannot be the name of a cluster"))
                .note(
                    "EKS takes 1 to 100 letters, digits, `-` and `_`, and a letter or digit first",
                )
                .help(format!("write `{}`", slug(name))),
        );
    }
}

/// Names of which identities are made: short, lower case, so that they look the same in both engines.
fn name(name: &At<String>, what: &str, findings: &mut Findings) {
    let At {
        value: name,
        origin,
    } = name;
    let ok = is_dns_label(name)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.contains("--");
    if !ok {
        findings.push(
            rules::SPEC011
                .at(*origin, format!("`{name}` cannot be the name of a {what}"))
                .note("names become parts of identities in both engines: a lower-case letter, then lower-case letters, digits and single hyphens, at most 63")
                .help(format!("write `{}`", slug(name))),
        );
    }
}

/// What Kubernetes takes for the name of a namespace, and as a part of longer ones.
///
/// Source: Kubernetes documentation, "Object Names and IDs", "RFC 1123 Label Names".
pub(super) fn is_dns_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// The nearest thing to a text that every kind of name takes.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let trimmed = out
        .trim_end_matches('-')
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    let short: String = trimmed.chars().take(LONGEST_STACK_NAME).collect();
    if short.is_empty() {
        "main".to_owned()
    } else {
        short
    }
}

fn twice(name: &At<String>, what: &str, first: Origin) -> Finding {
    let several = match what.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{what}s"),
    };
    rules::SPEC012
        .at(
            name.origin,
            format!("there are two {several} called `{}`", name.value),
        )
        .related(first, "the first one")
        .help("give one of them another name")
}

/// Up to this many tags are ours: `Name`, a load-balancer role, the cluster's tag, Karpenter's.
const OWN_TAGS: usize = 4;

fn tags(tags: &Tags, origin: Origin, findings: &mut Findings) {
    for (key, value) in tags.iter() {
        if key.to_ascii_lowercase().starts_with("aws:") {
            findings.push(
                rules::EKS322
                    .at(origin, format!("tag `{key}` begins with `aws:`"))
                    .note("AWS keeps that beginning for itself")
                    .help(format!("write `{}`", key.get(4..).unwrap_or_default())),
            );
        } else if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            findings.push(
                rules::EKS322
                    .at(origin, format!("tag `{key}` is too long or has no name"))
                    .note("AWS takes names of 1 to 128 characters and values of up to 256")
                    .help("shorten it"),
            );
        }
    }
    if tags.len() > 50 - OWN_TAGS {
        findings.push(
            rules::EKS322
                .at(
                    origin,
                    format!("{} tags, and up to {OWN_TAGS} are added", tags.len()),
                )
                .note("AWS takes 50 tags for a resource")
                .help(format!("keep at most {}", 50 - OWN_TAGS)),
        );
    }
}

/// The stack's tags stand on roles, keys and log groups too, which take fewer characters than EC2.
///
/// Source: IAM API reference, `Tag`; AWS General Reference, "Tag naming limits and requirements".
fn tags_of_every_service(tags: &Tags, origin: Origin, findings: &mut Findings) {
    let refused = |c: &char| !c.is_alphanumeric() && !c.is_whitespace() && !"_.:/=+-@".contains(*c);
    for (key, value) in tags.iter() {
        if let Some(wrong) = key.chars().chain(value.chars()).find(refused) {
            findings.push(
                rules::EKS322
                    .at(origin, format!("tag `{key}` has a `{wrong}`"))
                    .severity(Severity::Warning)
                    .note("EC2 takes it, but IAM, KMS and CloudWatch Logs take letters, digits, spaces and _.:/=+-@ only")
                    .help("write another character, or give the tag to tiers only"),
            );
        }
    }
}
