//! The Route 53 Resolver inbound endpoint with its group.

use super::Builder;
use super::vpc::{NetworkRefs, range_words};
use crate::graph::{
    IngressRule, Ref, ResolverAddress, ResolverDirection, ResolverEndpoint, SecurityGroup,
};
use crate::network::InboundResolver;

/// The name of the endpoint and of its group.
pub(super) const NAME: &str = "inbound-resolver";

pub(super) fn build(b: &mut Builder, network: &NetworkRefs) {
    let stack = b.stack;
    let Some((resolver, tier)) = stack.network.resolver.as_ref().zip(b.plan.resolver_tier) else {
        return;
    };
    let tags = b.tags(NAME);
    let name = format!("{}-{NAME}", stack.name.value);
    let group = SecurityGroup::closed(
        name.clone(),
        "Route 53 Resolver inbound endpoint".to_owned(),
        network.vpc.clone(),
        tags.clone(),
    );
    let group = b.add(NAME, resolver.origin, group);
    questions(b, resolver, &group);
    let addresses = network
        .one_in_each_zone(b.plan, tier)
        .map(|(_, subnet)| ResolverAddress {
            subnet: subnet.clone(),
        })
        .collect();
    b.add(
        NAME,
        resolver.origin,
        ResolverEndpoint {
            name,
            direction: ResolverDirection::Inbound,
            groups: vec![group.id()],
            addresses,
            tags,
        },
    );
}

/// Names are asked for by UDP, and by TCP where an answer is long.
fn questions(b: &mut Builder, resolver: &InboundResolver, group: &Ref<SecurityGroup>) {
    let mut ranges: Vec<_> = resolver.from.iter().collect();
    ranges.sort_by_key(|range| range.value);
    ranges.dedup_by_key(|range| range.value);
    for range in ranges {
        for protocol in ["tcp", "udp"] {
            b.add(
                format!("{NAME}/from-{}/{protocol}-53", range_words(range.value)),
                range.origin,
                IngressRule {
                    group: group.id(),
                    description: "Names, from connected networks".to_owned(),
                    protocol,
                    from_port: Some(53),
                    to_port: Some(53),
                    cidr: Some(range.value),
                    cidr_ipv6: None,
                    peer: None,
                    prefix_list: None,
                },
            );
        }
    }
}
