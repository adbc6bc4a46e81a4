//! What a ClusterConfig says of the cluster itself.

use std::collections::BTreeSet;

use super::draft::{Cluster, Entry, Hybrid, Identity, Logs, Net};
use super::section::{Reader, Section, Word};
use crate::diagnostic::Span;
use crate::spec::tree::Kind;

/// Add-ons that a spec knows.
const ADDONS: [&str; 4] = ["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"];

/// Where EKS keeps its access policies.
const POLICIES: &str = ":cluster-access-policy/";

/// Everything but the network, node groups and Fargate profiles.
pub(super) fn cluster(
    root: &mut Section,
    net: &mut Net,
    span: Span,
    reader: &mut Reader,
) -> Cluster {
    let mut cluster = Cluster {
        creator_admin: true,
        ..Cluster::default()
    };
    if let Some(mut section) = root.below("kubernetesNetworkConfig", reader) {
        cluster.ipv6 = family(&mut section, reader);
        net.ipv6 |= cluster.ipv6;
        cluster.service_cidr = section.text("serviceIPv4CIDR", reader);
        section.finish(reader);
    }
    if let Some(mut section) = root.below("iam", reader) {
        cluster.oidc = section.flag("withOIDC", reader).unwrap_or_default();
        section.leave("vpcResourceControllerPolicy", |kind| {
            *kind == Kind::Bool(true)
        });
        cluster.identities = identities(&mut section, reader);
        section.finish(reader);
    }
    if let Some(mut section) = root.below("secretsEncryption", reader) {
        cluster.secrets_key = section.text("keyARN", reader);
        section.finish(reader);
    }
    if let Some(mut section) = root.below("upgradePolicy", reader) {
        cluster.standard_support = standard_support(&mut section, reader);
        section.finish(reader);
    }
    if let Some(mut section) = root.below("cloudWatch", reader) {
        if let Some(mut logging) = section.below("clusterLogging", reader) {
            cluster.logs = logs(&mut logging, reader);
            logging.finish(reader);
        }
        section.finish(reader);
    }
    access(root, &mut cluster, reader);
    addons(root, &mut cluster, reader);
    cluster.auto_pools = auto_mode(root, reader);
    cluster.hybrid = remote(root, reader);
    if let Some(hybrid) = &cluster.hybrid {
        net.remote = hybrid.nodes.iter().chain(&hybrid.pods).cloned().collect();
    }
    if let Some(mut section) = root.below("karpenter", reader) {
        cluster.karpenter = true;
        section.leave("createServiceAccount", |kind| *kind == Kind::Bool(false));
        section.finish(reader);
    }
    if let Some(mut section) = root.below("zonalShiftConfig", reader) {
        let at = root.key_span("zonalShiftConfig").unwrap_or(span);
        if section.flag("enabled", reader) == Some(true) {
            reader.lost(
                at,
                "zonal shift is not carried over",
                "turn it on once the cluster is there: `aws eks update-cluster-config --zonal-shift-config enabled=true`",
            );
        }
        section.finish(reader);
    }
    cluster
}

/// Whether pods and services get IPv6 addresses.
fn family(section: &mut Section, reader: &mut Reader) -> bool {
    let Some(family) = section.word("ipFamily", reader) else {
        return false;
    };
    let ipv6 = family.text.eq_ignore_ascii_case("ipv6");
    if !ipv6 && !family.text.eq_ignore_ascii_case("ipv4") {
        let help = "the families are IPv4 and IPv6";
        reader.unknown(&family, "a family of addresses", help);
    }
    ipv6
}

/// Whether the cluster is upgraded when the support of its version costs more.
fn standard_support(section: &mut Section, reader: &mut Reader) -> bool {
    let Some(support) = section.word("supportType", reader) else {
        return false;
    };
    let standard = support.text.eq_ignore_ascii_case("standard");
    if !standard && !support.text.eq_ignore_ascii_case("extended") {
        let help = "the kinds are STANDARD and EXTENDED";
        reader.unknown(&support, "a kind of support", help);
    }
    standard
}

/// Roles of service accounts, where they exist or are made of policies that do.
fn identities(section: &mut Section, reader: &mut Reader) -> Vec<Identity> {
    let mut all: Vec<Identity> = Vec::new();
    let mut names = BTreeSet::new();
    for (span, mut one) in section.list(
        "podIdentityAssociations",
        ("role of a service account", "identity."),
        reader,
    ) {
        let namespace = one.text("namespace", reader);
        let account = one.text("serviceAccountName", reader);
        let role = one.text("roleARN", reader);
        let policies = one
            .words("permissionPolicyARNs", reader)
            .unwrap_or_default();
        one.leave("createServiceAccount", |kind| *kind == Kind::Bool(false));
        one.finish(reader);
        let (Some(namespace), Some(account)) = (namespace, account) else {
            reader.lost(
                span,
                "a role of no service account is not carried over",
                "give it a `namespace` and a `serviceAccountName`",
            );
            continue;
        };
        if role.is_none() && policies.is_empty() {
            reader.lost(
                span,
                format!("the role of service account `{namespace}/{account}` is not carried over"),
                "make a policy of what it may do, and name it in `cluster.pod-identities`",
            );
            continue;
        }
        all.push(Identity {
            name: entry_name(&account, &mut names),
            namespace,
            account,
            role,
            policies: policies.into_iter().map(|word| word.text).collect(),
        });
    }
    all
}

fn logs(section: &mut Section, reader: &mut Reader) -> Option<Logs> {
    let words = section.words("enableTypes", reader).unwrap_or_default();
    let days = section.number("logRetentionInDays", reader);
    let mut types = Vec::new();
    let mut all = false;
    for word in words {
        match &*word.text {
            "all" | "*" => all = true,
            "controllerManager" => types.push("controller-manager".to_owned()),
            "api" | "audit" | "authenticator" | "scheduler" => types.push(word.text),
            other => reader.lost(
                word.span,
                format!("`{other}` is no log of the control plane"),
                "the logs are api, audit, authenticator, controllerManager and scheduler",
            ),
        }
    }
    if all {
        types.clear();
    }
    let any = all || !types.is_empty();
    if let (false, Some(_), Some(at)) = (any, days, section.key_span("logRetentionInDays")) {
        reader.lost(
            at,
            "`cloudWatch.clusterLogging.logRetentionInDays` is not carried over: there are no logs to keep",
            "name logs in `enableTypes`, or remove it",
        );
    }
    any.then_some(Logs { types, days })
}

fn access(root: &mut Section, cluster: &mut Cluster, reader: &mut Reader) {
    let Some(mut section) = root.below("accessConfig", reader) else {
        return;
    };
    if let Some(admin) = section.flag("bootstrapClusterCreatorAdminPermissions", reader) {
        cluster.creator_admin = admin;
    }
    if let Some(mode) = section.word("authenticationMode", reader)
        && mode.text != "API"
    {
        reader.lost(
            mode.span,
            format!("the cluster asks access entries only, not {}", mode.text),
            "move what `aws-auth` has to `cluster.access.entries`",
        );
    }
    let mut names = BTreeSet::new();
    for (span, mut entry) in section.list("accessEntries", ("access entry", "access."), reader) {
        let Some(principal) = entry.text("principalARN", reader) else {
            reader.lost(
                span,
                "an access entry without a principal is not carried over",
                "give it a `principalARN`",
            );
            continue;
        };
        let groups = entry.words("kubernetesGroups", reader).unwrap_or_default();
        let kind = entry.word("type", reader);
        let policies = policies(&mut entry, reader);
        entry.finish(reader);
        if let Some(kind) = kind.filter(|kind| !kind.text.eq_ignore_ascii_case("standard")) {
            reader.lost(
                kind.span,
                format!("the access entry of `{principal}` is of type {}, and is not carried over", kind.text),
                "EKS makes such entries for the nodes of its own groups; make others beside the stack",
            );
            continue;
        }
        cluster.access.push(Entry {
            name: entry_name(&principal, &mut names),
            principal,
            groups: groups.into_iter().map(|group| group.text).collect(),
            policies,
        });
    }
    section.finish(reader);
}

fn policies(entry: &mut Section, reader: &mut Reader) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for (_, mut policy) in entry.list("accessPolicies", ("access policy", "policies."), reader) {
        let arn = policy.word("policyARN", reader);
        let mut namespaces = Vec::new();
        if let Some(mut scope) = policy.below("accessScope", reader) {
            scope.leave("type", |_| true);
            let words = scope.words("namespaces", reader).unwrap_or_default();
            namespaces = words.into_iter().map(|word| word.text).collect();
            scope.finish(reader);
        }
        policy.finish(reader);
        let Some(arn) = arn else { continue };
        match arn.text.split_once(POLICIES) {
            Some((_, name)) => all.push((name.to_owned(), namespaces)),
            None => reader.lost(
                arn.span,
                format!("`{}` is no access policy of EKS", arn.text),
                "its ARN is `arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy` or another of them",
            ),
        }
    }
    all
}

/// A name for an entry: the last part of its principal, made of what a spec allows.
fn entry_name(principal: &str, names: &mut BTreeSet<String>) -> String {
    let last = principal.rsplit(['/', ':']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let name = name.trim_matches('-');
    let base = if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.to_owned()
    } else {
        format!("entry-{name}").trim_end_matches('-').to_owned()
    };
    let mut name = base.clone();
    let mut n = 1;
    while !names.insert(name.clone()) {
        n += 1;
        name = format!("{base}-{n}");
    }
    name
}

fn addons(root: &mut Section, cluster: &mut Cluster, reader: &mut Reader) {
    let mut without_defaults = false;
    if let Some(mut section) = root.below("addonsConfig", reader) {
        without_defaults = section
            .flag("disableDefaultAddons", reader)
            .unwrap_or_default();
        // The VPC CNI of a spec has its role that way.
        section.leave("autoApplyPodIdentityAssociations", |_| true);
        section.finish(reader);
    }
    let mut listed = BTreeSet::new();
    for (span, mut section) in root.list("addons", ("add-on", "addons."), reader) {
        let Some(name) = section.word("name", reader) else {
            reader.lost(
                span,
                "an add-on without a name is not carried over",
                "give it a `name`",
            );
            continue;
        };
        let version = section.word("version", reader);
        let known = ADDONS
            .iter()
            .find(|known| name.text.eq_ignore_ascii_case(known));
        let Some(known) = known else {
            reader.lost(
                name.span,
                format!("add-on `{}` is not carried over", name.text),
                "install it once the cluster is there: `aws eks create-addon`",
            );
            continue;
        };
        listed.insert(*known);
        section.leave("resolveConflicts", |_| true);
        section.finish(reader);
        match version {
            Some(version) if version.text.starts_with('v') => {
                cluster.addons.push((known, version.text));
            }
            Some(version) if !["latest", "default", "auto"].contains(&&*version.text) => reader
                .lost(
                    version.span,
                    format!(
                        "version `{}` of add-on `{known}` is not carried over",
                        version.text
                    ),
                    "write all of it, as in `v1.20.4-eksbuild.1`; AWS chooses one without",
                ),
            Some(_) | None => {}
        }
    }
    if without_defaults {
        let missing = ADDONS.into_iter().filter(|addon| !listed.contains(addon));
        cluster
            .addons
            .extend(missing.map(|addon| (addon, "none".to_owned())));
    }
    cluster.addons.sort();
}

/// The node pools of Auto Mode, where it is on; both of AWS's where none are named.
fn auto_mode(root: &mut Section, reader: &mut Reader) -> Option<Vec<String>> {
    let at = root.key_span("autoModeConfig");
    let mut section = root.below("autoModeConfig", reader)?;
    let mut pools = None;
    if let (Some(true), Some(at)) = (section.flag("enabled", reader), at) {
        let written = section.words("nodePools", reader);
        let none = written.as_ref().is_some_and(Vec::is_empty);
        pools = Some(node_pools(written, reader));
        if none {
            reader.lost(
                at,
                "node classes and node pools of EKS Auto Mode are not carried over: they are in the cluster",
                "look at the tier that `auto-mode` puts nodes into, or leave `made-by: eksctl` and the objects as they are",
            );
        }
        section.leave("nodePools", |_| true);
        for (key, what) in [
            (
                "nodeRoleARN",
                "the role of nodes of EKS Auto Mode is not carried over: the stack makes one",
            ),
            (
                "permissionsBoundaryARN",
                "the boundary of the role of nodes is not carried over",
            ),
        ] {
            if section.text(key, reader).is_some() {
                reader.lost(at, what, "give what the old role has to the new one");
            }
        }
    }
    section.finish(reader);
    pools
}

fn node_pools(written: Option<Vec<Word>>, reader: &mut Reader) -> Vec<String> {
    const KNOWN: [&str; 2] = ["general-purpose", "system"];
    let Some(written) = written else {
        return KNOWN.map(str::to_owned).to_vec();
    };
    let mut pools = Vec::new();
    for word in written {
        if KNOWN.contains(&&*word.text) {
            pools.push(word.text);
        } else {
            reader.lost(
                word.span,
                format!("node pool `{}` is not carried over", word.text),
                "AWS has `general-purpose` and `system`",
            );
        }
    }
    pools.sort();
    pools.dedup();
    pools
}

/// Hybrid nodes; their gateway is somebody else's.
fn remote(root: &mut Section, reader: &mut Reader) -> Option<Hybrid> {
    let at = root.key_span("remoteNetworkConfig");
    let mut section = root.below("remoteNetworkConfig", reader)?;
    let mut ranges = |key: &str| {
        let mut ranges = Vec::new();
        for (_, mut network) in section.list(key, ("remote network", "remote."), reader) {
            let words = network.words("cidrs", reader).unwrap_or_default();
            ranges.extend(words.into_iter().map(|word| word.text));
            network.finish(reader);
        }
        ranges
    };
    let (nodes, pods) = (ranges("remoteNodeNetworks"), ranges("remotePodNetworks"));
    let mut role = None;
    if let Some(mut iam) = section.below("iam", reader) {
        role = iam.text("roleARN", reader);
        iam.leave("provider", |kind| *kind == Kind::Str("SSM".to_owned()));
        iam.finish(reader);
    }
    section.finish(reader);
    if let (true, false, Some(at)) = (nodes.is_empty(), pods.is_empty(), at) {
        reader.lost(
            at,
            "networks of remote pods are not carried over: there are none of their nodes",
            "add `remoteNodeNetworks`, as EKS demands it",
        );
    }
    (!nodes.is_empty()).then_some(Hybrid { nodes, pods, role })
}
