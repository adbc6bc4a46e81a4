//! What the other sides of connections have to do, and what is left to do by hand.

use ipnet::Ipv4Net;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Severity};
use crate::network::{Attachment, Connected, Direction, EndpointMode, Group, Link, Stack, Way};
use crate::plan::{Plan, PlannedConnection};

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for planned in &plan.connections {
        if let Some((connected, link)) = planned.model(stack) {
            findings.push(back(stack, plan, planned, connected, link));
            findings.extend(acceptance(connected, link));
        }
    }
    private_api(stack, plan, findings);
}

/// What the other side has to do: nobody but its owner can.
fn back(
    stack: &Stack,
    plan: &Plan,
    planned: &PlannedConnection,
    connected: &Connected,
    link: &Link,
) -> Finding {
    let name = &connected.name.value;
    let own = blocks(plan, planned);
    let (note, help) = match &link.by {
        Way::Vpn(vpn) => (
            "AWS makes the keys of both tunnels and shows them to who asks for the device's configuration",
            format!(
                "configure the device: `aws ec2 describe-vpn-connections`, id in the output `{name}-vpn-connection-id`; {}",
                if vpn.fixed {
                    format!("route {own} into its tunnels")
                } else {
                    format!("it learns {own} by BGP, and announces its own ranges")
                }
            ),
        ),
        Way::DirectConnect(id) => (
            "the Direct Connect gateway announces the VPC's blocks over its private virtual interfaces",
            format!(
                "see that a private virtual interface of {} takes {own}; a gateway of another account accepts a proposal instead",
                id.value
            ),
        ),
        Way::TransitGateway(Attachment { gateway: None, .. }) => (
            "every attachment of the transit gateway is associated with its default route table and writes its routes there",
            format!(
                "attach the other networks to it, id in the output `{name}-transit-gateway-id`, and route {own} to it in their tables"
            ),
        ),
        Way::TransitGateway(_) => (
            "the attachment uses the transit gateway's default route table, if that is on; before the owner of a shared one accepts it, AWS may refuse the routes: let it accept by itself, or accept while the stack is built",
            format!(
                "see that the transit gateway's table leads {own} to the attachment, id in the output `{name}-attachment-id`, and that the networks behind it route {own} to it"
            ),
        ),
        Way::Peering(peering) => (
            "a peering leads between its two VPCs and no further: to no gateway and no third network",
            format!(
                "{}in the route tables of the other VPC, route {own} to the peering, id in the output `{name}-peering-id`, and let {own} into its security groups",
                if peering.account.is_some() || peering.region.is_some() {
                    "accept the request there, unless CloudFormation does; "
                } else {
                    ""
                }
            ),
        ),
        Way::Accepted(id) => (
            "a peering leads between its two VPCs and no further: to no gateway and no third network",
            format!(
                "in the route tables of the VPC that asked, route {own} to {}, and let {own} into its security groups",
                id.value
            ),
        ),
    };
    let stack = &stack.name.value;
    rules::PLAN022
        .at(
            connected.name.origin,
            format!("`{name}` needs a way back to {own}, outside of the stack `{stack}`"),
        )
        .note(note)
        .help(help)
}

/// The blocks of the VPC that the tiers of a connection lie in.
fn blocks(plan: &Plan, planned: &PlannedConnection) -> String {
    let tiers = planned
        .tiers
        .iter()
        .filter_map(|tier| plan.tiers.get(*tier));
    let subnets: Vec<Ipv4Net> = tiers
        .flat_map(|tier| &tier.subnets)
        .map(|s| s.cidr)
        .collect();
    let used = |block: &&Ipv4Net| subnets.iter().any(|subnet| block.contains(subnet));
    let used: Vec<String> = plan
        .blocks
        .iter()
        .filter(used)
        .map(ToString::to_string)
        .collect();
    if used.is_empty() {
        return plan.cidr.to_string();
    }
    used.join(" and ")
}

/// What CloudFormation does not do about a peering.
fn acceptance(connected: &Connected, link: &Link) -> Option<Finding> {
    match &link.by {
        Way::Accepted(id) => Some(
            rules::PLAN023
                .at(id.origin, format!("CloudFormation accepts no request, so {} waits", id.value))
                .severity(Severity::Info)
                .note("it has no resource for it: the routes are there, and carry nothing before; Terraform accepts")
                .help(format!(
                    "with CloudFormation, accept it by hand: `aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {}`",
                    id.value
                )),
        ),
        Way::Peering(peering) if peering.role.is_none() => {
            let account = peering.account.as_ref()?;
            Some(
                rules::PLAN023
                    .at(
                        account.origin,
                        format!(
                            "CloudFormation cannot make the peering `{}` with another account by itself",
                            connected.name.value
                        ),
                    )
                    .note("it makes the peering only if a role of that account lets it accept there; Terraform asks, and the other side accepts")
                    .help_in(
                        "add `accept-role`, the ARN of a role that may accept peerings there",
                        "call `.accepted_by(\"arn:…\")` with a role that may accept peerings there",
                    ),
            )
        }
        Way::Peering(_) | Way::Vpn(_) | Way::DirectConnect(_) | Way::TransitGateway(_) => None,
    }
}

/// A private API that no connected network can reach, though there are some.
fn private_api(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let mut links = plan.connections.iter().filter_map(|to| to.model(stack));
    let Some((first, _)) = links.next() else {
        return;
    };
    let opened = stack.network.connected.iter();
    let mut opened = opened.filter_map(|to| to.link.as_ref());
    let private = matches!(cluster.endpoint.value, EndpointMode::Private);
    // Hybrid nodes reach it, and so does who has a rule of his own.
    let own = stack.network.rules.iter().any(|rule| {
        rule.group == Group::ControlPlane
            && rule.direction == Direction::In
            && matches!(rule.traffic.ports(), None | Some((..=443, 443..)))
    });
    let reached = own || cluster.hybrid_nodes.is_some();
    if private && !reached && !opened.any(|link| link.api.is_some()) {
        findings.push(
            rules::EKS646
                .at(cluster.endpoint.origin, "no connected network reaches the API")
                .related(first.name.origin, format!("`{}` is connected", first.name.value))
                .note("the control plane's group lets in port 443 from nodes, and its subnets have no routes there")
                .help_in(
                    "where kubectl or CI run there, add `api: true` to the connection",
                    "where kubectl or CI run there, call `.api()` on the connection",
                ),
        );
    }
}
