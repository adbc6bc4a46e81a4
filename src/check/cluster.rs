//! The control plane: its version, who reaches its API, its logs and keys.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::arn::{ArnOf, arn};
use super::{access, compute};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::family::{PRIVATE, SHARED};
use crate::network::{
    Access, At, Cluster, EndpointMode, EnforcingMode, FlowLogTarget, FlowLogs, Key,
    KubernetesVersion, PodSecurityGroups, RETENTION_DAYS, Snat, Stack,
};
use crate::plan::{Plan, PlannedRegionalNat, PlannedTier, overlap};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    if let Some(logs) = &stack.network.flow_logs {
        flow_log_target(stack, logs, findings);
        key(stack, &logs.key, findings);
        if ![60, 600].contains(&logs.interval.value) {
            findings.push(
                rules::SPEC006
                    .at(
                        logs.interval.origin,
                        format!(
                            "flow logs gather for 60 or 600 seconds, not {}",
                            logs.interval.value
                        ),
                    )
                    .note("AWS knows these two intervals only")
                    .help("write 600, or 60 for more detail at a higher price"),
            );
        }
    }
    let Some(cluster) = &stack.cluster else {
        return;
    };
    version(&cluster.version, findings);
    key(stack, &cluster.secrets_key, findings);
    if let Some(logs) = &cluster.logs {
        retention(logs.retention, findings);
        key(stack, &logs.key, findings);
    }
    clients(cluster, findings);
    if let Some(ipv6) = stack.network.ipv6.filter(|_| !cluster.is_ipv6()) {
        findings.push(
            rules::EKS608
                .at(ipv6, "the API has no IPv6 address")
                .note("it is that of an IPv4 cluster: clients that have IPv6 alone do not reach it, on neither side"),
        );
    }
    access::check(stack, cluster, findings);
}

fn version(version: &At<String>, findings: &mut Findings) {
    let newest = KubernetesVersion::DEFAULT_LAYOUT_1;
    match KubernetesVersion::parse(&version.value) {
        Err(error) => findings.push(
            rules::SPEC015
                .at(
                    version.origin,
                    format!("`{}` is not a Kubernetes version: {error}", version.value),
                )
                .help(format!("write \"{newest}\"")),
        ),
        Ok(known) if known.known().is_none() => {
            let all: Vec<_> = KubernetesVersion::releases()
                .iter()
                .map(|r| r.version.to_string())
                .collect();
            findings.push(
                rules::SPEC015
                    .at(
                        version.origin,
                        format!("this version of eksnet does not know Kubernetes {known}"),
                    )
                    .severity(crate::diagnostic::Severity::Warning)
                    .note(format!("it knows {}; EKS may serve others", all.join(", ")))
                    .help("check that EKS serves it: `aws eks describe-cluster-versions`"),
            );
        }
        Ok(_) => {}
    }
}

/// Where flow logs go decides who keeps them, and for how long.
fn flow_log_target(stack: &Stack, logs: &FlowLogs, findings: &mut Findings) {
    let days = logs.retention;
    match &logs.target {
        FlowLogTarget::CloudWatch => retention(days, findings),
        FlowLogTarget::NewBucket if days.value == 0 => findings.push(
            rules::SPEC006
                .at(days.origin, "a bucket cannot keep records for 0 days")
                .note("S3 takes 1 day and more")
                .help("write 365"),
        ),
        FlowLogTarget::NewBucket => {}
        FlowLogTarget::Bucket(bucket) => {
            arn(stack, bucket, ArnOf::Bucket, findings);
            if days.origin != Origin::Default {
                findings.push(
                    owners_affair(days.origin, "how long an existing bucket keeps records is")
                        .help("leave `retention-days` out, or leave `bucket` out to get a new one"),
                );
            }
            if logs.key != Key::AwsOwned {
                findings.push(
                    owners_affair(logs.origin, "the key of an existing bucket is")
                        .help("leave `kms-key` out, or leave `bucket` out to get a new one"),
                );
            }
        }
    }
}

fn owners_affair(origin: Origin, what: &str) -> Finding {
    rules::SPEC018
        .at(origin, format!("{what} its owner's affair"))
        .note("a stack changes nothing of what it did not make")
}

fn retention(days: At<u16>, findings: &mut Findings) {
    if !RETENTION_DAYS.contains(&days.value) {
        let nearest = RETENTION_DAYS
            .iter()
            .find(|d| **d >= days.value)
            .copied()
            .unwrap_or(3653);
        findings.push(
            rules::SPEC006
                .at(
                    days.origin,
                    format!("CloudWatch Logs cannot keep lines for {} days", days.value),
                )
                .note(format!(
                    "it knows {}",
                    RETENTION_DAYS
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join(", ")
                ))
                .help(format!("write {nearest}")),
        );
    }
}

fn key(stack: &Stack, key: &Key, findings: &mut Findings) {
    if let Key::Existing(text) = key {
        arn(stack, text, ArnOf::Key, findings);
    }
}

const DOCUMENTATION: [Ipv4Net; 3] = [
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24),
];

/// Ranges that no client on the internet can have, besides the private ones.
const RESERVED: [Ipv4Net; 4] = [
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 4),
    Ipv4Net::new_assert(Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Addresses of the internet.
///
/// Source: IANA, "IPv6 Global Unicast Address Assignments".
const GLOBAL_IPV6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Source: RFC 3849, RFC 9637.
const DOCUMENTATION_IPV6: [Ipv6Net; 2] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether clients on the internet can have all addresses of a range.
pub(super) fn is_public(cidr: IpNet) -> bool {
    match cidr {
        IpNet::V4(cidr) => !PRIVATE
            .iter()
            .chain(&RESERVED)
            .chain([&SHARED])
            .any(|range| overlap(*range, cidr)),
        IpNet::V6(cidr) => GLOBAL_IPV6.contains(&cidr),
    }
}

fn is_documentation(cidr: IpNet) -> bool {
    match cidr {
        IpNet::V4(cidr) => DOCUMENTATION.iter().any(|range| range.contains(&cidr)),
        IpNet::V6(cidr) => DOCUMENTATION_IPV6.iter().any(|range| range.contains(&cidr)),
    }
}

fn ipv6_client(cluster: &Cluster, client: &At<IpNet>) -> Finding {
    rules::EKS607
        .at(
            client.origin,
            format!(
                "{} is an IPv6 range, and the cluster is an IPv4 one",
                client.value
            ),
        )
        .related(cluster.origin, "the cluster")
        .note("the API of an IPv4 cluster has IPv4 addresses only, and EKS refuses other clients")
        .help_in(
            "write IPv4 ranges, or make it an IPv6 cluster: `ip-family: ipv6`",
            "name IPv4 ranges, or make it an IPv6 cluster: `.ipv6()`",
        )
}

fn clients(cluster: &Cluster, findings: &mut Findings) {
    let endpoint = &cluster.endpoint;
    let clients = endpoint.value.clients();
    if clients.len() > 40 {
        findings.push(
            rules::EKS604
                .at(
                    clients[40].origin,
                    format!(
                        "{} ranges for the API's public side, and EKS takes at most 40",
                        clients.len()
                    ),
                )
                .help("put neighbouring ranges together"),
        );
    }
    for client in clients {
        let cidr = client.value;
        if cidr.addr().is_ipv6() && !cluster.is_ipv6() {
            findings.push(ipv6_client(cluster, client));
        } else if cidr.prefix_len() == 0 {
            findings.push(
                rules::EKS603
                    .at(client.origin, "the API answers the whole internet")
                    .note("who reaches it still has to log in, but every flaw in it is open to everyone")
                    .help("name the ranges that need it, or use a private endpoint"),
            );
        } else if !is_public(cidr) {
            findings.push(
                rules::EKS606
                    .at(client.origin, format!("{cidr} is not a range of public addresses"))
                    .note("clients come to the public side with public addresses, and EKS refuses others")
                    .help("write the address that the internet sees, or use the private side"),
            );
        } else if is_documentation(cidr) {
            findings.push(
                rules::EKS650
                    .at(client.origin, format!("{cidr} is a range for documentation"))
                    .note("EKS is reported to refuse these ranges")
                    .help("write the address that the internet sees: `curl https://checkip.amazonaws.com`"),
            );
        }
    }
    match endpoint.value {
        EndpointMode::Public(_) => findings.push(
            rules::EKS602
                .at(endpoint.origin, "nodes reach the API from outside")
                .note("without the private side their traffic leaves the VPC and comes back, and depends on NAT")
                .help_in("write `access: public-and-private`", "use `Endpoint::public_and_private()`"),
        ),
        EndpointMode::Private => findings.push(
            rules::EKS610
                .at(endpoint.origin, "the API answers inside the VPC only")
                .note("kubectl and CI must run there or in a connected network"),
        ),
        EndpointMode::PublicAndPrivate(_) => {}
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    if !matches!(cluster.endpoint.value, EndpointMode::Public(_)) {
        return;
    }
    let open = cluster
        .endpoint
        .value
        .clients()
        .iter()
        .any(|client| client.value == IpNet::V4(Ipv4Net::default()));
    if open {
        return;
    }
    let origin = cluster.endpoint.origin;
    if plan.nats.iter().any(|nat| nat.allocation.is_some()) {
        findings.push(not_a_client(
            origin,
            "the address of an existing Elastic IP is not known here",
        ));
    }
    // Pods that keep their addresses leave by their own tier; the others with their node's.
    let strict = |groups: &PodSecurityGroups| groups.mode.value == EnforcingMode::Strict;
    let kept = matches!(cluster.pods.snat.value, Snat::External)
        || cluster.pods.security_groups.as_ref().is_some_and(strict);
    let called_from = |index: usize| {
        plan.takes_nodes(index)
            || plan.fargate_tiers.contains(&index)
            || (kept && plan.pod_tier == Some(index))
    };
    if let Some(nat) = &plan.regional_nat
        && (0..plan.tiers.len()).any(|tier| called_from(tier) && plan.leaves_regionally(tier))
    {
        findings.push(regional_clients(origin, nat));
    }
    let leaves =
        |(index, tier): (usize, &PlannedTier)| tier.access == Access::Private && called_from(index);
    if let Some(vpc) = &stack.network.existing
        && vpc.nat_addresses.is_empty()
        && plan.tiers.iter().enumerate().any(leaves)
    {
        findings.push(unknown_gateways(origin));
    }
    for (_, tier) in compute::places(cluster, plan) {
        // A tier without any way out is another rule's affair.
        if let Some(tier) = plan.tiers.get(tier)
            && tier.access == Access::Public
        {
            findings.push(not_a_client(
                origin,
                &format!(
                    "nodes in tier `{}` do not come through a NAT gateway",
                    tier.name
                ),
            ));
        }
    }
}

fn unknown_gateways(origin: Origin) -> Finding {
    rules::EKS605
        .at(origin, "nodes would be shut out of the API: the addresses of the VPC's NAT gateways are not known here")
        .note("without the private side nodes come from outside, so their addresses must be among the clients")
        .help_in(
            "write `access: public-and-private`, or name the addresses in the network: `nat-addresses: [198.51.100.7]`",
            "use `Endpoint::public_and_private()`, or name the addresses: `.nat_addresses([…])` of the network",
        )
}

fn regional_clients(origin: Origin, nat: &PlannedRegionalNat) -> Finding {
    rules::EKS411
        .at(origin, "nodes would be shut out of the API: the addresses of the regional NAT gateway are not known here")
        .related(nat.origin, "the gateway")
        .note("AWS gives it addresses as it comes to zones; without the private side they must be among the clients")
        .help_in(
            "write `access: public-and-private`, or `nat: per-zone`, whose addresses are known",
            "use `Endpoint::public_and_private()`, or `Nat::per_zone(&public)`, whose addresses are known",
        )
}

fn not_a_client(origin: Origin, why: &str) -> Finding {
    rules::EKS605
        .at(origin, format!("nodes would be shut out of the API: {why}"))
        .note("without the private side nodes come from outside, so their addresses must be among the clients")
        .help_in("write `access: public-and-private`", "use `Endpoint::public_and_private()`")
}
