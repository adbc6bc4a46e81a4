//! Node groups and Fargate profiles.

use super::draft::{Access, Group, Profile};
use super::section::{Reader, Section, Word};
use super::tiers::Use;
use crate::diagnostic::Span;
use crate::spec::tree::Kind;

/// What eksctl takes where no type is named.
const DEFAULT_TYPE: &str = "m5.large";

/// GiB of a disk that eksctl gives to nodes.
const DEFAULT_DISK: u32 = 80;

/// Nodes that eksctl starts where no number is given.
const DEFAULT_NODES: u32 = 2;

/// The node groups with the subnets that they are in.
pub(super) fn node_groups(root: &mut Section, reader: &mut Reader) -> Vec<(Group, Use)> {
    let mut all = Vec::new();
    for (key, managed) in [("managedNodeGroups", true), ("nodeGroups", false)] {
        for (span, mut section) in root.list(key, ("node group", "nodes."), reader) {
            let Some(name) = section.word("name", reader) else {
                nameless(span, "node group", reader);
                continue;
            };
            if !managed {
                reader.lost(
                    name.span,
                    format!("node group `{}` becomes one that EKS manages", name.text),
                    "eksnet has no self-managed nodes; move the pods over once its nodes are there",
                );
            }
            all.push(node_group(name, section, reader));
        }
    }
    all
}

fn nameless(span: Span, what: &str, reader: &mut Reader) {
    reader.lost(
        span,
        format!("a {what} without a name is not carried over"),
        "give it a `name`",
    );
}

fn node_group(name: Word, mut section: Section, reader: &mut Reader) -> (Group, Use) {
    let private = section
        .flag("privateNetworking", reader)
        .unwrap_or_default();
    // Where both are named, nodes are in all of them.
    let named = ["subnets", "availabilityZones"].map(|key| section.words(key, reader));
    let named: Vec<Word> = named.into_iter().flatten().flatten().collect();
    let wanted = Use {
        what: format!("node group `{}`", name.text),
        name: name.text.clone(),
        span: name.span,
        access: if private {
            Access::Private
        } else {
            Access::Public
        },
        wanted: (!named.is_empty()).then_some(named),
    };
    let mut group = Group {
        name: name.text,
        ..Group::default()
    };
    types(&mut group, &mut section, reader);
    image(&mut group, &mut section, reader);
    size(&mut group, &mut section, reader);
    group.disk_gib = section.number("volumeSize", reader).unwrap_or(DEFAULT_DISK);
    group.disk_key = section.text("volumeKmsKeyID", reader);
    group.hops = match section.flag("disablePodIMDS", reader) {
        Some(false) => Some(2),
        Some(true) | None => None,
    };
    group.labels = section.pairs("labels", reader);
    group.labels.retain(|(key, _)| !is_eksctls(key));
    taints(&mut group, &mut section, reader);
    if let Some(mut update) = section.below("updateConfig", reader) {
        let nodes = update.number("maxUnavailable", reader);
        let percent = update.number("maxUnavailablePercentage", reader);
        group.max_unavailable = nodes
            .map(|nodes| nodes.to_string())
            .or_else(|| percent.map(|percent| format!("{percent}%")));
        update.finish(reader);
    }
    harmless(&mut section);
    section.finish(reader);
    (group, wanted)
}

/// Settings that ask for what eksnet does anyway.
fn harmless(section: &mut Section) {
    for (key, value) in [
        ("volumeEncrypted", true),
        ("disableIMDSv1", true),
        ("ebsOptimized", true),
        ("efaEnabled", false),
        ("enableDetailedMonitoring", false),
        ("enclaveEnabled", false),
        ("propagateASGTags", false),
    ] {
        section.leave(key, |kind| *kind == Kind::Bool(value));
    }
    section.leave("volumeType", |kind| *kind == Kind::Str("gp3".to_owned()));
    section.leave("volumeIOPS", |kind| *kind == Kind::Int(3000));
    section.leave("volumeThroughput", |kind| *kind == Kind::Int(125));
    section.leave("tags", |kind| {
        matches!(kind, Kind::Map(entries) if entries.iter().all(|entry| is_eksctls(&entry.key)))
    });
}

/// Whether a tag or label is one that eksctl writes by itself.
fn is_eksctls(key: &str) -> bool {
    key.starts_with("alpha.eksctl.io/")
}

fn types(group: &mut Group, section: &mut Section, reader: &mut Reader) {
    let texts = |words: Vec<Word>| words.into_iter().map(|word| word.text);
    if let Some(types) = section.words("instanceTypes", reader) {
        group.types.extend(texts(types));
    }
    group.spot = section.flag("spot", reader).unwrap_or_default();
    let at = section.key_span("instancesDistribution");
    if let Some(mut mixed) = section.below("instancesDistribution", reader) {
        group.types.extend(texts(
            mixed.words("instanceTypes", reader).unwrap_or_default(),
        ));
        let base = mixed
            .number("onDemandBaseCapacity", reader)
            .unwrap_or_default();
        let above = mixed.number("onDemandPercentageAboveBaseCapacity", reader);
        match (base, above.unwrap_or(100)) {
            (_, 100) => {}
            (0, 0) => group.spot = true,
            _ => {
                if let Some(at) = at {
                    reader.lost(
                        at,
                        format!("node group `{}` has on-demand instances only, and no mixture with spot ones", group.name),
                        "make two node groups, one with `capacity: spot`",
                    );
                }
            }
        }
        mixed.finish(reader);
    }
    let single = section
        .text("instanceType", reader)
        .filter(|one| one != "mixed");
    if group.types.is_empty() {
        group
            .types
            .push(single.unwrap_or_else(|| DEFAULT_TYPE.to_owned()));
    }
}

fn image(group: &mut Group, section: &mut Section, reader: &mut Reader) {
    let Some(family) = section.word("amiFamily", reader) else {
        return;
    };
    match &*family.text {
        "AmazonLinux2023" => {}
        "Bottlerocket" => group.bottlerocket = true,
        other => reader.lost(
            family.span,
            format!(
                "node group `{}` gets Amazon Linux 2023 in place of {other}",
                group.name
            ),
            "a spec has `al2023` and `bottlerocket`",
        ),
    }
}

fn size(group: &mut Group, section: &mut Section, reader: &mut Reader) {
    let desired = section.number("desiredCapacity", reader);
    let min = section.number("minSize", reader);
    let max = section.number("maxSize", reader);
    group.desired = desired
        .or(min)
        .unwrap_or_else(|| max.unwrap_or(DEFAULT_NODES).min(DEFAULT_NODES));
    group.min = min.unwrap_or(group.desired);
    group.max = max.unwrap_or(group.desired.max(group.min)).max(1);
}

/// Taints are a list, or, for self-managed nodes of old, a map of `value:effect`.
fn taints(group: &mut Group, section: &mut Section, reader: &mut Reader) {
    let Some(entry) = section.peek("taints") else {
        return;
    };
    let mut found: Vec<(String, String, String, Span)> = Vec::new();
    if matches!(entry.value.kind, Kind::Map(_)) {
        let span = entry.value.span;
        for (key, text) in section.pairs("taints", reader) {
            let (value, effect) = text.rsplit_once(':').unwrap_or(("", &text));
            found.push((key, value.to_owned(), effect.to_owned(), span));
        }
    } else {
        for (span, mut taint) in section.list("taints", ("taint", "taints."), reader) {
            let key = taint.text("key", reader).unwrap_or_default();
            let value = taint.text("value", reader).unwrap_or_default();
            let effect = taint.text("effect", reader).unwrap_or_default();
            taint.finish(reader);
            found.push((key, value, effect, span));
        }
    }
    for (key, value, effect, span) in found {
        let word = match &*effect {
            "NoSchedule" => "no-schedule",
            "NoExecute" => "no-execute",
            "PreferNoSchedule" => "prefer-no-schedule",
            _ => {
                reader.lost(
                    span,
                    format!(
                        "taint `{key}` is not carried over: `{effect}` is no effect of Kubernetes"
                    ),
                    "the effects are NoSchedule, NoExecute and PreferNoSchedule",
                );
                continue;
            }
        };
        group.taints.push((key, value, word));
    }
}

/// The Fargate profiles with the subnets that they are in.
pub(super) fn fargate(root: &mut Section, reader: &mut Reader) -> Vec<(Profile, Use)> {
    let mut all = Vec::new();
    for (span, mut section) in root.list("fargateProfiles", ("Fargate profile", "fargate."), reader)
    {
        let Some(name) = section.word("name", reader) else {
            nameless(span, "Fargate profile", reader);
            continue;
        };
        let mut selectors = Vec::new();
        for (_, mut selector) in section.list("selectors", ("selector", "selectors."), reader) {
            let namespace = selector.text("namespace", reader).unwrap_or_default();
            let labels = selector.pairs("labels", reader);
            selector.finish(reader);
            selectors.push((namespace, labels));
        }
        let wanted = Use {
            what: format!("Fargate profile `{}`", name.text),
            name: name.text.clone(),
            span: name.span,
            access: Access::Private,
            wanted: section.words("subnets", reader),
        };
        section.leave("status", |_| true);
        section.finish(reader);
        let profile = Profile {
            name: name.text,
            tier: String::new(),
            selectors,
        };
        all.push((profile, wanted));
    }
    all
}
