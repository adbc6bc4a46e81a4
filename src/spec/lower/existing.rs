//! A network of a spec that exists already.

use std::net::Ipv4Addr;

use super::Lowering;
use super::words::Words;
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{At, ExistingSubnet, Network};
use crate::spec::{ExistingSubnetSpec, Field, Key, NetworkSpec, TierSpec};

impl Lowering<'_> {
    /// Notes that a network exists, and refuses what would have to be built.
    pub(super) fn existing_vpc(&mut self, network: &mut Network, spec: &NetworkSpec) {
        if spec.existing.is_absent() {
            if !spec.nat_addresses.is_absent() {
                self.words.push(
                    rules::SPEC026
                        .at(spec.nat_addresses.origin(), "`nat-addresses` is for a VPC that exists already")
                        .note("the addresses of NAT gateways that the stack builds are known to it")
                        .help("leave it out; for a VPC that exists, add `existing: vpc-…` to the network"),
                );
            }
            return;
        }
        // One that could not be read is one all the same.
        let id = Words::text(&spec.existing);
        self.complete &= id.is_some();
        network.exists(id.unwrap_or_else(|| At::new(String::new(), spec.existing.origin())));
        let addresses: Vec<At<Ipv4Addr>> = Words::texts(&spec.nat_addresses)
            .into_iter()
            .filter_map(|text| self.address(&text))
            .collect();
        if let Some(vpc) = &mut network.existing {
            vpc.nat_addresses = addresses;
        }
        let asked = spec.ipv6.get() == Some(&true);
        let refused = [
            (
                asked,
                spec.ipv6.origin(),
                "ipv6",
                "whether the VPC has IPv6 is its own affair, and the stack uses none of it",
            ),
            (
                !spec.zones.is_absent(),
                spec.zones.origin(),
                "zones",
                "its zones are those of its subnets",
            ),
            (
                !spec.reserved.is_absent(),
                spec.reserved.origin(),
                "reserved",
                "no range is looked for in it",
            ),
        ];
        for (_, origin, key, why) in refused.into_iter().filter(|(given, ..)| *given) {
            self.as_it_is(origin, key, "an existing network", why);
        }
    }

    /// The subnets of a tier that exist, by zone.
    pub(super) fn existing_subnets(
        &mut self,
        network: &Network,
        spec: &TierSpec,
        tier: &At<String>,
    ) -> Vec<(At<String>, ExistingSubnet)> {
        if network.existing.is_none() {
            if !spec.existing.is_absent() {
                // Which ways out it has depends on what was meant.
                self.complete = false;
                self.words.push(
                    rules::SPEC026
                        .at(
                            spec.existing.origin(),
                            format!("tier `{}` is to have existing subnets in a VPC that is built", tier.value),
                        )
                        .note("a subnet is part of the VPC that it was made in")
                        .help("name the subnets' VPC, `network: { existing: vpc-… }`, or leave `existing` out here"),
                );
            }
            return Vec::new();
        }
        let given = [
            (spec.prefix.is_absent(), spec.prefix.origin(), "prefix"),
            (
                spec.further_subnets.is_absent(),
                spec.further_subnets.origin(),
                "further-subnets",
            ),
            (spec.block.is_absent(), spec.block.origin(), "block"),
            (spec.zones.is_absent(), spec.zones.origin(), "zones"),
            (
                spec.local_zones.is_absent(),
                spec.local_zones.origin(),
                "local-zones",
            ),
            (spec.cidrs.is_absent(), spec.cidrs.origin(), "cidrs"),
            (spec.nat.is_absent(), spec.nat.origin(), "nat"),
        ];
        for (_, origin, key) in given.into_iter().filter(|(absent, ..)| !*absent) {
            let why = match key {
                "nat" => {
                    "how its subnets leave is decided by their route tables, which are left alone"
                }
                "zones" | "local-zones" => "its zones are those of its subnets",
                _ => "its subnets are there, with their ranges",
            };
            self.as_it_is(origin, key, "a tier of an existing network", why);
        }
        self.complete &= !spec.existing.is_invalid();
        let named = spec
            .existing
            .get()
            .into_iter()
            .flat_map(|named| named.iter());
        named
            .filter_map(|(zone, subnet)| self.existing_subnet(zone, subnet))
            .collect()
    }

    fn existing_subnet(
        &mut self,
        zone: &Key,
        field: &Field<ExistingSubnetSpec>,
    ) -> Option<(At<String>, ExistingSubnet)> {
        let zone = Words::name(zone);
        let Some(spec) = field.get() else {
            self.complete = false;
            return None;
        };
        if spec.subnet.is_absent() {
            self.missing(zone.origin, "subnet", "the subnet's id, `subnet-…`");
        }
        if spec.cidr.is_absent() {
            self.missing(
                zone.origin,
                "cidr",
                "the subnet's range, such as `10.20.0.0/19`",
            );
        }
        let (id, cidr) = (Words::text(&spec.subnet), self.words.cidr(&spec.cidr));
        let (Some(id), Some(cidr)) = (id, cidr) else {
            self.complete = false;
            return None;
        };
        let subnet = ExistingSubnet {
            id,
            cidr,
            route_table: Words::text(&spec.route_table),
        };
        Some((zone, subnet))
    }

    fn as_it_is(&mut self, origin: Origin, key: &str, of: &str, why: &str) {
        self.words.push(
            rules::SPEC025
                .at(origin, format!("{of} takes no `{key}`"))
                .note(why.to_owned())
                .help(format!(
                    "leave `{key}` out, or leave `existing` out of the network to have one built"
                )),
        );
    }

    fn address(&mut self, text: &At<String>) -> Option<At<Ipv4Addr>> {
        // One address is often written as a range.
        let address = text
            .value
            .strip_suffix("/32")
            .unwrap_or(&text.value)
            .parse();
        if address.is_err() {
            self.words.push(
                rules::SPEC015
                    .at(text.origin, format!("`{}` is not an IPv4 address", text.value))
                    .help("write the public address of a NAT gateway: `aws ec2 describe-nat-gateways --query 'NatGateways[].NatGatewayAddresses[].PublicIp'`"),
            );
        }
        Some(At::new(address.ok()?, text.origin))
    }
}
