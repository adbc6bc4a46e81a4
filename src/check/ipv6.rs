//! IPv6 clusters: pods and services with IPv6 addresses and no others.

use super::pods::older_cni;
use super::security::peers;
use crate::capacity::{Hypervisor, instance};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::{At, Cluster, KubernetesVersion, Partition, Peer, Placement, Stack};

/// The first versions that know IPv6.
///
/// Source: Amazon EKS User Guide, "Learn about IPv6 addresses to clusters, Pods, and services".
const KUBERNETES: KubernetesVersion = KubernetesVersion::new(21);
const VPC_CNI: (u16, u16, u16) = (1, 10, 1);

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    rules_of_groups(stack, findings);
    let Some(cluster) = stack.cluster.as_ref().filter(|cluster| cluster.is_ipv6()) else {
        return;
    };
    let origin = cluster.ip_family.origin;
    network(stack, origin, findings);
    if let Some(services) = cluster.service_cidr {
        findings.push(
            rules::EKS125
                .at(
                    services.origin,
                    format!("an IPv6 cluster has no services in {}", services.value),
                )
                .related(origin, "the cluster is an IPv6 one")
                .note("EKS assigns it a range of unique local addresses, which cannot be chosen")
                .help_in("leave `service-cidr` out", "leave `.service_cidr(…)` out"),
        );
    }
    if stack.region.value.partition() == Partition::AwsCn {
        findings.push(
            rules::EKS127
                .at(
                    origin,
                    format!("{} has no IPv6 clusters", stack.region.value),
                )
                .related(stack.region.origin, "the region")
                .note(
                    "EKS has none in the China Regions; the network itself may be a dual-stack one",
                )
                .help_in("leave `ip-family` out", "leave `.ipv6()` out"),
        );
    }
    versions(cluster, findings);
    types(cluster, findings);
    custom_networking(cluster, findings);
    ipv4_settings(cluster, findings);
}

fn network(stack: &Stack, origin: Origin, findings: &mut Findings) {
    if stack.network.existing.is_some() {
        findings.push(
            rules::EKS129
                .at(origin, "an IPv6 cluster cannot be built on an existing network")
                .related(stack.network.origin, "the network")
                .note("eksnet states no IPv6 ranges for subnets that it does not build, and uses none of theirs")
                .help_in("leave `ip-family` out", "leave `.ipv6()` out"),
        );
    } else if stack.network.ipv6.is_none() {
        findings.push(
            rules::EKS129
                .at(origin, "the network of this IPv6 cluster has no IPv6 range")
                .related(stack.network.origin, "the network")
                .note("its subnets need both: nodes have addresses of both families, and pods are given IPv6 prefixes")
                .help_in("add `ipv6: true` to `network`", "call `.dual_stack()` on the network"),
        );
    }
}

fn versions(cluster: &Cluster, findings: &mut Findings) {
    if KubernetesVersion::parse(&cluster.version.value).is_ok_and(|version| version < KUBERNETES) {
        findings.push(too_old(&cluster.version, "Kubernetes", "1.21"));
    }
    if let Some(pinned) = older_cni(cluster, VPC_CNI) {
        findings.push(too_old(pinned, "the VPC CNI", "1.10.1"));
    }
}

fn too_old(version: &At<String>, what: &str, least: &str) -> Finding {
    rules::EKS128
        .at(
            version.origin,
            format!("{what} {} knows no IPv6 clusters", version.value),
        )
        .note(format!("they came with {what} {least}"))
        .help("leave the version out, or write a newer one")
}

/// A prefix of addresses for an interface is what Nitro can do. Types that the table does not have are another rule's
/// affair.
fn types(cluster: &Cluster, findings: &mut Findings) {
    let types = cluster
        .node_groups
        .iter()
        .flat_map(|group| &group.instance_types);
    for name in types {
        let known = instance(&name.value);
        if known.is_some_and(|known| known.hypervisor == Hypervisor::Xen) {
            findings.push(
                rules::EKS730
                    .at(
                        name.origin,
                        format!("{} cannot be a node of an IPv6 cluster", name.value),
                    )
                    .related(cluster.ip_family.origin, "the cluster is an IPv6 one")
                    .note("pods have their addresses from an IPv6 prefix of the node, which interfaces of Xen types do not take")
                    .help("name a type on Nitro, such as m6i.large"),
            );
        }
    }
}

/// Hybrid nodes, which these clusters have not either, are another rule's affair.
fn custom_networking(cluster: &Cluster, findings: &mut Findings) {
    let Placement::CustomNetworking(tier) = cluster.pods.placement else {
        return;
    };
    findings.push(
        rules::EKS731
            .at(tier.origin, "an IPv6 cluster has no custom networking")
            .related(cluster.ip_family.origin, "the cluster is an IPv6 one")
            .note("its pods take none of a subnet's IPv4 addresses, for which custom networking is")
            .help_in(
                "leave `placement` and `tier` out, or leave `ip-family` out",
                "leave `.custom_networking(…)` out, or leave `.ipv6()` out",
            ),
    );
}

/// How many IPv4 addresses nodes keep, and which address pods have outside by IPv4: theirs is that of their node.
fn ipv4_settings(cluster: &Cluster, findings: &mut Findings) {
    let pods = &cluster.pods;
    let settings = [
        (Some(pods.mode.origin), "how nodes take addresses"),
        (
            pods.warm.map(|warm| warm.origin),
            "how many addresses nodes keep ready",
        ),
        (Some(pods.snat.origin), "which address pods have outside"),
    ];
    for (origin, what) in settings {
        if let Some(origin) = origin.filter(|origin| *origin != Origin::Default) {
            findings.push(
                rules::SPEC018
                    .at(origin, format!("{what} is no matter of an IPv6 cluster"))
                    .related(cluster.ip_family.origin, "the cluster is an IPv6 one")
                    .note("a node has one IPv6 prefix for its pods, which leave by IPv4 with its own address")
                    .help("leave it out"),
            );
        }
    }
}

/// AWS takes a rule for IPv6 in a network without, where it matches nothing.
fn rules_of_groups(stack: &Stack, findings: &mut Findings) {
    if stack.network.ipv6.is_some() {
        return;
    }
    for (peer, origin) in peers(stack) {
        if let Peer::Ipv6Cidr(range) = peer {
            findings.push(
                rules::SPEC018
                    .at(
                        origin,
                        format!("the network has no IPv6, so nobody is in {range}"),
                    )
                    .related(stack.network.origin, "the network")
                    .help_in(
                        "remove the rule, or add `ipv6: true` to `network`",
                        "remove the rule, or call `.dual_stack()` on the network",
                    ),
            );
        }
    }
}
