//! The networks that a spec's network is connected to, and by what.

use std::net::Ipv4Addr;

use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::{Origin, Span};
use crate::network::{
    At, Attachment, Connected, CustomerGateway, DEFAULT_ASN, Link, Network, Peering, Vpn, Way,
};
use crate::spec::{
    ConnectionSpec, CustomerGatewaySpec, Either, ListOr, NetworkSpec, PeeringSpec,
    TransitGatewaySpec, VpnSpec, WaySpec,
};

impl Lowering<'_> {
    pub(super) fn connected(
        &mut self,
        spec: &NetworkSpec,
        network: &Network,
        tiers: &TierNames,
    ) -> Vec<Connected> {
        let mut connected = Vec::new();
        for (key, field) in spec.connected.get().into_iter().flatten() {
            let name = Words::name(key);
            let mut link = None;
            let cidrs = match field.located() {
                Some((Either::Short(text), span)) => {
                    self.words.cidr_of(text, span).into_iter().collect()
                }
                Some((Either::Long(ListOr::List(list)), span)) => {
                    if list.is_empty() {
                        self.no_ranges(&name, Origin::Spec(span));
                    }
                    list.iter().filter_map(|f| self.words.cidr(f)).collect()
                }
                Some((Either::Long(ListOr::Map(spec)), _)) => {
                    link = self.link(spec, &name, network, tiers);
                    let unread = link.is_none() && !spec.by.is_absent();
                    self.complete &= !unread;
                    let mut cidrs = self.words.cidrs(&spec.cidrs);
                    // What they must keep clear of depends on what cannot be told.
                    cidrs.retain(|_| !unread);
                    cidrs
                }
                None => Vec::new(),
            };
            connected.push(Connected { name, cidrs, link });
        }
        connected
    }

    fn no_ranges(&mut self, name: &At<String>, list: Origin) {
        self.words.push(
            rules::SPEC016
                .at(
                    list,
                    format!("the connected network `{}` has no ranges", name.value),
                )
                .help("name them: `[192.168.0.0/16]`"),
        );
    }

    /// That a network whose ranges nothing else tells names some.
    fn some_ranges(&mut self, spec: &ConnectionSpec, name: &At<String>) {
        if spec.cidrs.is_absent() {
            self.missing(
                name.origin,
                "cidrs",
                "the ranges of the other network, such as `[192.168.0.0/16]`",
            );
        } else if spec.cidrs.get().is_some_and(Vec::is_empty) {
            self.no_ranges(name, spec.cidrs.origin());
        }
    }

    fn link(
        &mut self,
        spec: &ConnectionSpec,
        name: &At<String>,
        network: &Network,
        tiers: &TierNames,
    ) -> Option<Link> {
        if spec.by.is_absent() {
            self.only_known(spec);
            self.some_ranges(spec, name);
            return None;
        }
        let by = self.way(spec.by.get()?, spec.by.origin(), network, tiers);
        let mut named = Vec::new();
        for tier in Words::texts(&spec.tiers) {
            let handle = self.handle(&tier, network, tiers);
            self.complete &= handle.is_some();
            named.extend(handle);
        }
        let by = by?;
        let internet = matches!(
            &by,
            Way::TransitGateway(Attachment {
                internet: Some(_),
                ..
            })
        );
        if !internet {
            self.some_ranges(spec, name);
        }
        Some(Link {
            by,
            tiers: named,
            api: (spec.api.get() == Some(&true)).then(|| spec.api.origin()),
        })
    }

    /// Keys of a connection that mean something only where one is built.
    fn only_known(&mut self, spec: &ConnectionSpec) {
        let keys = [
            (spec.tiers.is_absent(), spec.tiers.origin(), "tiers"),
            (spec.api.is_absent(), spec.api.origin(), "api"),
        ];
        for (_, origin, key) in keys.into_iter().filter(|(absent, ..)| !*absent) {
            self.words.push(
                rules::SPEC018
                    .at(origin, format!("`{key}` is for a connection that is built"))
                    .note("without `by`, the ranges are only kept away from")
                    .help("say what connects the two: `by: { transit-gateway: tgw-… }`"),
            );
        }
    }

    fn way(
        &mut self,
        spec: &WaySpec,
        origin: Origin,
        network: &Network,
        tiers: &TierNames,
    ) -> Option<Way> {
        match spec {
            WaySpec::Vpn(spec) => self.vpn(spec, origin).map(Way::Vpn),
            WaySpec::DirectConnectGateway(id) => Words::text(id).map(Way::DirectConnect),
            WaySpec::TransitGateway(Either::Short(id)) => {
                let id = Words::text(id)?;
                Some(Way::TransitGateway(attachment(id)))
            }
            WaySpec::TransitGateway(Either::Long(spec)) => {
                self.transit_gateway(spec, origin, network, tiers)
            }
            WaySpec::Peering(spec) => self.peering(spec, origin),
        }
    }

    fn vpn(&mut self, spec: &VpnSpec, origin: Origin) -> Option<Vpn> {
        if spec.customer_gateway.is_absent() {
            let what =
                "the device on the other side, such as `{ address: 198.18.7.9, asn: 65010 }`";
            self.missing(origin, "customer-gateway", what);
        }
        let (customer, span) = spec.customer_gateway.located()?;
        let customer = match customer {
            Either::Short(id) => {
                let id = Words::text(id)?;
                if id.value.parse::<Ipv4Addr>().is_ok() {
                    self.bare_address(&id);
                    return None;
                }
                CustomerGateway::Existing(id)
            }
            Either::Long(spec) => self.device(spec, span)?,
        };
        let mut vpn = Vpn::new(customer);
        vpn.fixed = spec.static_routes.get() == Some(&true);
        Some(vpn)
    }

    fn bare_address(&mut self, address: &At<String>) {
        let text = &address.value;
        self.words.push(
            rules::SPEC015
                .at(
                    address.origin,
                    format!("`{text}` is not the id of a customer gateway"),
                )
                .help(format!(
                    "write `{{ address: {text} }}`, or the id of one that exists, `cgw-…`"
                )),
        );
    }

    fn device(&mut self, spec: &CustomerGatewaySpec, span: Span) -> Option<CustomerGateway> {
        let origin = Origin::Spec(span);
        if spec.address.is_absent() {
            self.missing(origin, "address", "the device's public IPv4 address");
        }
        let (text, at) = spec.address.located()?;
        let Ok(address) = text.parse::<Ipv4Addr>() else {
            self.words.push(
                rules::SPEC015
                    .at(Origin::Spec(at), format!("`{text}` is not an IPv4 address"))
                    .help("write four numbers from 0 to 255, such as 198.18.7.9"),
            );
            return None;
        };
        let asn = match spec.asn.located() {
            Some((asn, at)) => At::new(*asn, Origin::Spec(at)),
            None => At::default_of(DEFAULT_ASN),
        };
        Some(CustomerGateway::New {
            address: At::new(address, Origin::Spec(at)),
            asn,
        })
    }

    fn transit_gateway(
        &mut self,
        spec: &TransitGatewaySpec,
        origin: Origin,
        network: &Network,
        tiers: &TierNames,
    ) -> Option<Way> {
        if spec.id.is_absent() {
            self.missing(origin, "id", "a transit gateway, `tgw-…`, or `create`");
        }
        let mut attachment = attachment(Words::text(&spec.id)?);
        attachment.internet = (spec.internet.get() == Some(&true)).then(|| spec.internet.origin());
        attachment.appliance_mode = spec.appliance_mode.get() == Some(&true);
        if let Some(name) = Words::text(&spec.tier) {
            attachment.tier = self.handle(&name, network, tiers);
            self.complete &= attachment.tier.is_some();
        }
        Some(Way::TransitGateway(attachment))
    }

    fn peering(&mut self, spec: &PeeringSpec, origin: Origin) -> Option<Way> {
        if let Some(request) = Words::text(&spec.accept) {
            let others = [
                ("vpc", &spec.vpc),
                ("region", &spec.region),
                ("account", &spec.account),
                ("accept-role", &spec.accept_role),
            ];
            for (key, field) in others.into_iter().filter(|(_, field)| !field.is_absent()) {
                self.words.push(
                    rules::SPEC018
                        .at(
                            field.origin(),
                            format!("`{key}` is for a peering that this side asks for"),
                        )
                        .note("a request of the other side says all of this already")
                        .help(format!("leave out `{key}`, or `accept`")),
                );
            }
            return Some(Way::Accepted(request));
        }
        if spec.vpc.is_absent() && spec.accept.is_absent() {
            let what = "the VPC that is asked, `vpc-…`; or `accept`, the request of the other side";
            self.missing(origin, "vpc", what);
        }
        let mut peering = Peering::with("");
        peering.vpc = Words::text(&spec.vpc)?;
        if !spec.region.is_absent() {
            peering.region = Some(self.region(&spec.region));
        }
        peering.account = Words::text(&spec.account);
        peering.role = Words::text(&spec.accept_role);
        Some(Way::Peering(peering))
    }
}

/// By the id of a transit gateway, or the word for one of the stack's own.
fn attachment(id: At<String>) -> Attachment {
    Attachment {
        gateway: (id.value != "create").then_some(id),
        internet: None,
        appliance_mode: false,
        tier: None,
    }
}
