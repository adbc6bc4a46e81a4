//! Fargate profiles: which pods they take, and where these stand.

use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::graph::runs_core_dns;
use crate::network::{Access, AddonName, At, Cluster, FargateProfile, Selector, Stack};
use crate::plan::Plan;

/// Profiles of a cluster, selectors of a profile, labels of a selector.
///
/// Source: Amazon EKS User Guide, "View and manage Amazon EKS and Fargate service quotas".
const PROFILES: usize = 10;
const SELECTORS: usize = 5;
const LABELS: usize = 5;

/// The beginning of names that EKS keeps for itself.
///
/// Source: eksctl, `pkg/apis/eksctl.io/v1alpha5`, `FargateProfile.Validate`.
const RESERVED: &str = "eks-";

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    for profile in &cluster.fargate {
        name(profile, findings);
        selectors(profile, findings);
    }
    if let Some(last) = cluster.fargate.get(PROFILES) {
        findings.push(
            rules::EKS822
                .at(
                    last.name.origin,
                    format!(
                        "{} Fargate profiles, more than {PROFILES}",
                        cluster.fargate.len()
                    ),
                )
                .note(format!(
                    "a cluster has no more, unless the account's quota of {PROFILES} was raised"
                ))
                .help(format!(
                    "let profiles of one tier share their selectors, up to {SELECTORS} each"
                )),
        );
    }
    core_dns(cluster, findings);
}

fn name(profile: &FargateProfile, findings: &mut Findings) {
    let At { value, origin } = &profile.name;
    if let Some(rest) = value.strip_prefix(RESERVED) {
        findings.push(
            rules::SPEC011
                .at(
                    *origin,
                    format!("`{value}` cannot be the name of a Fargate profile"),
                )
                .note(format!(
                    "EKS keeps names that begin with `{RESERVED}` for itself"
                ))
                .help(format!("write `{rest}`")),
        );
    }
}

fn selectors(profile: &FargateProfile, findings: &mut Findings) {
    let count = profile.selectors.len();
    if count == 0 || count > SELECTORS {
        let finding = rules::EKS821
            .at(
                profile.name.origin,
                format!(
                    "Fargate profile `{}` has {count} selectors",
                    profile.name.value
                ),
            )
            .note("EKS takes 1 to 5");
        findings.push(if count > SELECTORS {
            finding.help(match count - SELECTORS {
                1 => "put one of them into a profile of its own".to_owned(),
                others => format!("put the other {others} into a profile of their own"),
            })
        } else {
            finding.help_in(
                "write `selectors: [{ namespace: batch }]`",
                "call `.namespace(\"batch\")`, at most five times",
            )
        });
    }
    for selector in &profile.selectors {
        if selector.labels.len() > LABELS {
            findings.push(
                rules::EKS821
                    .at(
                        selector.namespace.origin,
                        format!("the selector has {} labels", selector.labels.len()),
                    )
                    .note("EKS takes at most 5 for each selector")
                    .help("keep the five that tell these pods apart"),
            );
        }
        findings.extend(matches_nothing(selector));
    }
}

/// A selector of which no pod can be: EKS takes it, and pods stay pending.
fn matches_nothing(selector: &Selector) -> Option<Finding> {
    let At { value, origin } = &selector.namespace;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edge = |c: char| c == '-';
    if value.is_empty()
        || value.chars().any(|c| !plain(c) && !is_wild(c))
        || value.starts_with(edge)
        || value.ends_with(edge)
        || value.len() > 63
    {
        return Some(
            rules::SPEC060
                .at(*origin, format!("no namespace is called `{value}`"))
                .note("names of namespaces are lower-case letters, digits and `-`, at most 63")
                .help("write such a name; `*` stands for any letters, `?` for one"),
        );
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || is_wild(c);
    let wrong = selector.labels.iter().find(|(key, value)| {
        let name = key.rsplit('/').next().unwrap_or_default();
        let word = |text: &str| text.len() <= 63 && text.chars().all(plain);
        name.is_empty() || !word(name) || !word(value)
    });
    wrong.map(|(key, value)| {
        rules::SPEC060
            .at(*origin, format!("no pod has the label `{key}: {value}`"))
            .note("names and values of labels are letters, digits and `-_.`, at most 63; a name may have a domain and `/` in front")
            .help("write the label as the pods have it; `*` stands for any letters, `?` for one")
    })
}

fn is_wild(c: char) -> bool {
    c == '*' || c == '?'
}

/// The pods of a cluster without node groups find names once a profile takes those of CoreDNS; Karpenter's own among them.
fn core_dns(cluster: &Cluster, findings: &mut Findings) {
    let alone = cluster.node_groups.is_empty();
    let Some(first) = cluster.fargate.first().filter(|_| alone) else {
        return;
    };
    if runs_core_dns(cluster) || cluster.without_addons.contains(&AddonName::CoreDns) {
        return;
    }
    findings.push(
        rules::EKS833
            .at(
                first.name.origin,
                "pods on Fargate find no names: no profile takes those of CoreDNS",
            )
            .note("CoreDNS runs in the namespace `kube-system`; it is left out until there is something to run it")
            .help_in(
                "add a profile: `system: { selectors: [{ namespace: kube-system }] }`",
                "add a profile with `.namespace(\"kube-system\")`",
            ),
    );
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let profiles: Vec<_> = cluster.fargate.iter().zip(&plan.fargate_tiers).collect();
    for (profile, tier) in &profiles {
        let Some(tier) = plan.tiers.get(**tier) else {
            continue;
        };
        if tier.access == Access::Public {
            findings.push(
                rules::EKS820
                    .at(profile.tier.origin, format!("Fargate profile `{}` is in the public tier `{}`", profile.name.value, tier.name))
                    .note("EKS accepts for Fargate only subnets without a direct route to an internet gateway")
                    .help("name a private tier, such as `tier: nodes`"),
            );
        }
    }
    for (at, (profile, tier)) in profiles.iter().enumerate() {
        // Within a tier it does not matter which profile takes a pod.
        let others = profiles.iter().take(at).filter(|(_, other)| other != tier);
        for (other, _) in others {
            if let Some(pods) = shared(profile, other) {
                findings.push(both_take(profile, other, pods));
            }
        }
    }
}

/// The selector of the first profile whose pods the other may take, too.
fn shared<'a>(profile: &'a FargateProfile, other: &FargateProfile) -> Option<&'a Selector> {
    let mut selectors = profile.selectors.iter();
    selectors.find(|selector| other.selectors.iter().any(|z| selector.meets(z)))
}

fn both_take(profile: &FargateProfile, other: &FargateProfile, pods: &Selector) -> Finding {
    let (a, z) = (&profile.name.value, &other.name.value);
    let first = a.min(z);
    rules::PLAN031
        .at(
            pods.namespace.origin,
            format!("Fargate profiles `{z}` and `{a}` may take the same pods, into different tiers"),
        )
        .related(other.name.origin, "the other profile")
        .note(format!(
            "of several profiles EKS takes the first by name, here `{first}`, unless a pod names one by the label \
             `eks.amazonaws.com/fargate-profile`"
        ))
        .help("tell them apart by namespaces or labels, or put both profiles into one tier")
}
