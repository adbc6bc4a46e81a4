//! Connections to other networks: what is written of each.

use std::net::Ipv4Addr;

use super::arn::{ArnOf, arn};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::family::SHARED;
use crate::network::{
    At, Attachment, Connected, CustomerGateway, EndpointMode, Link, Peering, Region, Stack, Way,
};

/// Which ids have been seen, with what they are of.
type Seen = Vec<(String, Origin)>;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let mut seen = Seen::new();
    for connected in &stack.network.connected {
        let Some(link) = &connected.link else {
            continue;
        };
        ranges(connected, link, findings);
        if connected.is_routed() {
            own_addresses(stack, connected, findings);
        }
        way(stack, link, &mut seen, findings);
        if let Some(origin) = link.api {
            api(stack, origin, findings);
        }
    }
}

fn ranges(connected: &Connected, link: &Link, findings: &mut Findings) {
    let by_transit = matches!(link.by, Way::TransitGateway(_));
    let internet = matches!(&link.by, Way::TransitGateway(to) if to.internet.is_some());
    // Of a spec, its reader has said so.
    let program = matches!(connected.name.origin, Origin::Program(_));
    if connected.cidrs.is_empty() && !internet && program {
        findings.push(
            rules::SPEC035
                .at(
                    connected.name.origin,
                    format!("no range of `{}` is known", connected.name.value),
                )
                .note("without ranges there are no routes")
                .help("call `.cidr(cidr!(\"192.168.0.0/16\"))` on the connection"),
        );
    }
    for (at, cidr) in connected.cidrs.iter().enumerate() {
        if cidr.value.prefix_len() == 0 {
            let finding = rules::SPEC035
                .at(cidr.origin, "0.0.0.0/0 is the internet, no range of another network")
                .note("AWS carries traffic to the internet through a transit gateway; over a peering it carries none, and a VPN announces it by itself");
            findings.push(if by_transit {
                finding.help_in(
                    "write `internet: true` beside the `id` of the transit gateway",
                    "call `.internet()` on the connection",
                )
            } else {
                finding.help("name the ranges of the other network")
            });
        }
        let mut earlier = connected.cidrs.iter().take(at);
        if let Some(first) = earlier.find(|first| first.value == cidr.value) {
            findings.push(twice(cidr.origin, &cidr.value.to_string(), first.origin));
        }
    }
}

/// A route to a part of the VPC itself.
fn own_addresses(stack: &Stack, connected: &Connected, findings: &mut Findings) {
    for cidr in &connected.cidrs {
        let mut blocks = stack.network.blocks();
        let Some(block) = blocks.find(|block| block.value.contains(&cidr.value)) else {
            continue;
        };
        findings.push(
            rules::EKS114
                .at(
                    cidr.origin,
                    format!(
                        "a route to {} would lead out of the VPC's own {}",
                        cidr.value, block.value
                    ),
                )
                .related(block.origin, format!("{} is here", block.value))
                .note("AWS refuses such a route, and refuses a block that holds the destination of a route; one that a VPN announces is never used")
                .help("leave the range out, or write one around the block: the VPC's own addresses stay its own"),
        );
    }
}

fn twice(origin: Origin, what: &str, first: Origin) -> Finding {
    rules::SPEC012
        .at(origin, format!("{what} is there twice"))
        .related(first, "the first one")
        .help("remove one of them")
}

fn way(stack: &Stack, link: &Link, seen: &mut Seen, findings: &mut Findings) {
    match &link.by {
        Way::Vpn(vpn) => match &vpn.customer {
            CustomerGateway::Existing(gateway) => {
                id(gateway, "cgw-", "a customer gateway", findings);
                once(gateway, ONE_VPN, seen, findings);
            }
            CustomerGateway::New { address, asn } => {
                public(*address, findings);
                number(*asn, stack.region.value, findings);
                // AWS tells devices apart by both, and gives the first one back for the second.
                let device = format!("{} {}", address.value, asn.value);
                let text = At::new(address.value.to_string(), address.origin);
                once_as(device, &text, ONE_VPN, seen, findings);
            }
        },
        Way::DirectConnect(gateway) => {
            direct_connect_id(gateway, findings);
            once(
                gateway,
                "associate the gateway once, with all ranges",
                seen,
                findings,
            );
        }
        Way::TransitGateway(Attachment { gateway, .. }) => {
            if let Some(gateway) = gateway {
                id(gateway, "tgw-", "a transit gateway", findings);
                once(
                    gateway,
                    "attach the VPC once, with all ranges",
                    seen,
                    findings,
                );
            }
        }
        Way::Peering(peering) => {
            id(&peering.vpc, "vpc-", "a VPC", findings);
            once(
                &peering.vpc,
                "peer with the VPC once, with all ranges",
                seen,
                findings,
            );
            other_side(stack, peering, findings);
        }
        Way::Accepted(request) => {
            id(request, "pcx-", "a peering", findings);
            once(
                request,
                "accept the request once, with all ranges",
                seen,
                findings,
            );
        }
    }
}

/// `tgw-0123456789abcdef0`: what AWS gives out, of eight digits in old accounts.
fn id(text: &At<String>, prefix: &str, of: &str, findings: &mut Findings) {
    let digits = text.value.strip_prefix(prefix);
    let fits = digits.is_some_and(|digits| {
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        matches!(digits.len(), 8 | 17) && digits.bytes().all(hex)
    });
    if !fits {
        findings.push(
            rules::SPEC015
                .at(
                    text.origin,
                    format!("`{}` is not the id of {of}", text.value),
                )
                .help(format!(
                    "write `{prefix}` and 17 hexadecimal digits, as AWS shows it"
                )),
        );
    }
}

fn direct_connect_id(text: &At<String>, findings: &mut Findings) {
    let parts: Vec<&str> = text.value.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let digits = parts.iter().flat_map(|part| part.bytes());
    if lengths != [8, 4, 4, 4, 12] || !digits.into_iter().all(|b| b.is_ascii_hexdigit()) {
        findings.push(
            rules::SPEC015
                .at(
                    text.origin,
                    format!("`{}` is not the id of a Direct Connect gateway", text.value),
                )
                .help("write it as `aws directconnect describe-direct-connect-gateways` shows it"),
        );
    }
}

/// AWS has one attachment, association or peering between the same two.
fn once(text: &At<String>, help: &str, seen: &mut Seen, findings: &mut Findings) {
    once_as(text.value.clone(), text, help, seen, findings);
}

/// The same of a thing that is known by more than what is said of it.
fn once_as(what: String, text: &At<String>, help: &str, seen: &mut Seen, findings: &mut Findings) {
    if let Some((_, first)) = seen.iter().find(|(known, _)| *known == what) {
        findings.push(twice(text.origin, &text.value, *first).help(help));
    }
    seen.push((what, text.origin));
}

/// Two connections to one customer gateway are two VPNs to one device.
const ONE_VPN: &str = "make one VPN to the device, with all ranges";

fn public(address: At<Ipv4Addr>, findings: &mut Findings) {
    let ip = address.value;
    let reachable = !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_unspecified()
        || ip.is_broadcast()
        || SHARED.contains(&ip));
    if !reachable {
        findings.push(
            rules::SPEC037
                .at(address.origin, format!("{ip} is no address on the internet"))
                .note("a VPN comes over the internet; behind a translating router, its address is the one that counts")
                .help("write the public address of the device, or of the router before it"),
        );
    }
}

/// The number of Amazon's own side.
const AMAZON: u32 = 64_512;

/// Numbers that AWS keeps for itself: everywhere, or in one region.
///
/// Source: AWS Site-to-Site VPN user guide, "Customer gateway options for your Site-to-Site VPN connection".
const KEPT: [(u32, Option<Region>); 4] = [
    (7224, None),
    (9059, Some(Region::EuWest1)),
    (10_124, Some(Region::ApNortheast1)),
    (17_943, Some(Region::ApSoutheast1)),
];

fn number(asn: At<u32>, region: Region, findings: &mut Findings) {
    let kept = KEPT
        .iter()
        .any(|(kept, only)| *kept == asn.value && only.is_none_or(|only| only == region));
    let why = match asn.value {
        0 => "BGP has no such number",
        AMAZON => {
            "Amazon's side of the VPN has it, and two sides with one number exchange no routes"
        }
        2_147_483_648.. => "templates hold numbers up to 2147483647",
        _ if kept => "AWS keeps it for itself",
        _ => return,
    };
    findings.push(
        rules::SPEC037
            .at(
                asn.origin,
                format!("{} cannot be the device's BGP number", asn.value),
            )
            .note(why)
            .help("write the device's own number, or one for private use: 64513 to 65534"),
    );
}

fn other_side(stack: &Stack, peering: &Peering, findings: &mut Findings) {
    if let Some(account) = &peering.account
        && (account.value.len() != 12 || !account.value.bytes().all(|b| b.is_ascii_digit()))
    {
        findings.push(
            rules::SPEC015
                .at(
                    account.origin,
                    format!("`{}` is not an account", account.value),
                )
                .help("write its twelve digits, in quotes"),
        );
    }
    if let Some(role) = &peering.role {
        arn(stack, role, ArnOf::Role, findings);
        if peering.account.is_none() {
            findings.push(
                rules::SPEC018
                    .at(
                        role.origin,
                        "a role that accepts is for a VPC of another account",
                    )
                    .help_in(
                        "add `account`, or leave `accept-role` out",
                        "call `.of_account(…)` as well",
                    ),
            );
        }
    }
    if let Some(region) = peering.region
        && region.value.partition() != stack.region.value.partition()
    {
        findings.push(
            rules::SPEC018
                .at(
                    region.origin,
                    format!("{} and {} do not see each other", stack.region.value, region.value),
                )
                .note("AWS peers VPCs of one partition: China, GovCloud and all other regions are apart")
                .help("connect the two by a VPN"),
        );
    }
}

/// The API answers connected networks on its private side.
fn api(stack: &Stack, origin: Origin, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        findings.push(
            rules::SPEC018
                .at(
                    origin,
                    "the stack has no cluster whose API could be reached",
                )
                .help_in("leave `api` out", "leave `.api()` out"),
        );
        return;
    };
    if matches!(cluster.endpoint.value, EndpointMode::Public(_)) {
        findings.push(
            rules::SPEC018
                .at(origin, "the API has no private side")
                .related(cluster.endpoint.origin, "it answers outside only")
                .note("connected networks reach it at addresses of the VPC")
                .help_in(
                    "write `access: private` or `access: public-and-private` for the endpoint",
                    "use `Endpoint::private()` or `Endpoint::public_and_private()`",
                ),
        );
    }
}
