//! The network of a spec.

use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{
    Access, At, ClusterTag, Direction, FlowLogTarget, FlowLogs, Group, Ipv4Net, Nat, NatCount,
    Network, Peer, Rule, SecurityMode, TierModel, Traffic, TrafficType, Zones,
};
use crate::spec::{
    AccessSpec, ClusterTagSpec, Either, Field, FlowLogTargetSpec, FlowLogsSpec, GroupSpec, Key,
    NatSpec, NetworkSpec, NoneWord, NumberOrText, ProtocolSpec, RuleSpec, SecurityModeSpec,
    TierSpec, TrafficSpec,
};

impl Lowering<'_> {
    pub(super) fn network(
        &mut self,
        spec: Option<&NetworkSpec>,
        origin: Origin,
    ) -> (Network, TierNames) {
        let nothing = NetworkSpec::default();
        let given = spec.is_some();
        let spec = spec.unwrap_or(&nothing);
        if given && spec.cidr.is_absent() {
            self.missing(origin, "cidr", "the VPC's range, such as `10.20.0.0/16`");
        }
        let nowhere = At::default_of(Ipv4Net::new_assert(
            std::net::Ipv4Addr::new(10, 0, 0, 0),
            16,
        ));
        let (cidr, whole) = self.words.block(&spec.cidr).unwrap_or((nowhere, false));
        self.complete &= whole;
        let mut network = Network::new(cidr.value);
        network.cidr = cidr;
        network.origin = origin.or(self.root);
        self.existing_vpc(&mut network, spec);
        if spec.ipv6.get() == Some(&true) && network.existing.is_none() {
            network.ipv6 = Some(spec.ipv6.origin());
        }
        if spec.fully_private.get() == Some(&true) {
            network.fully_private = Some(spec.fully_private.origin());
        }
        network.secondary_cidrs = self.secondary_cidrs(spec);
        network.reserved = self.reserved(spec);
        self.zones(&mut network, spec);
        let tiers = self.tiers(&mut network, spec);
        network.connected = self.connected(spec, &network, &tiers);
        network.cluster_tag = spec.cluster_tag.located().map(|(tag, span)| {
            let tag = match tag {
                ClusterTagSpec::Shared => ClusterTag::Shared,
                ClusterTagSpec::Owned => ClusterTag::Owned,
            };
            At::new(tag, Origin::Spec(span))
        });
        if let Some(security) = spec.security.get() {
            network.security = match security.mode.get() {
                Some(SecurityModeSpec::Restricted) => SecurityMode::Restricted,
                Some(SecurityModeSpec::Standard) | None => SecurityMode::Standard,
            };
            for rule in security.rules.get().into_iter().flatten() {
                network.rules.extend(self.rule(rule));
            }
        }
        if !spec.endpoints.is_absent() {
            network.endpoints.services = Words::texts(&spec.endpoints);
        }
        if let Some(name) = Words::text(&spec.endpoint_tier) {
            network.endpoints.tier = self.handle(&name, &network, &tiers);
        }
        Self::endpoint_policies(&mut network, spec);
        network.resolver = self.resolver(&network, spec, &tiers);
        match spec.flow_logs.located() {
            Some((Either::Short(NoneWord::None), _)) => network.flow_logs = None,
            Some((Either::Long(logs), span)) => {
                network.flow_logs = Some(self.flow_logs(logs, Origin::Spec(span)));
            }
            None => {}
        }
        (network, tiers)
    }

    fn zones(&mut self, network: &mut Network, spec: &NetworkSpec) {
        match spec.zones.located() {
            Some((Either::Short(count), span)) => {
                network.zones = Zones::Count(At::new(*count, Origin::Spec(span)));
            }
            Some((Either::Long(ids), _)) => {
                network.zones = Zones::List(ids.iter().filter_map(Words::text).collect());
                self.complete &= !ids.iter().any(Field::is_invalid);
            }
            None => self.complete &= spec.zones.is_absent(),
        }
    }

    fn tiers(&mut self, network: &mut Network, spec: &NetworkSpec) -> TierNames {
        self.complete &= !spec.tiers.is_invalid();
        let Some(named) = spec.tiers.get() else {
            return TierNames::default();
        };
        let all = TierNames {
            names: named.iter().map(|(key, _)| key.text.clone()).collect(),
            unread: named.iter().any(|(_, tier)| {
                tier.is_invalid() || tier.get().is_some_and(|tier| tier.access.is_invalid())
            }),
        };
        let public: Vec<usize> = named
            .iter()
            .enumerate()
            .filter(|(_, (_, tier))| {
                tier.get().and_then(|tier| tier.access.get()) == Some(&AccessSpec::Public)
            })
            .map(|(index, _)| index)
            .collect();
        for (key, tier) in named {
            let nothing = TierSpec::default();
            let model = self.tier_model(
                network,
                key,
                tier.get().unwrap_or(&nothing),
                tier,
                &all,
                &public,
            );
            network.add_model(model);
        }
        all
    }

    fn tier_model(
        &mut self,
        network: &Network,
        key: &Key,
        spec: &TierSpec,
        field: &Field<TierSpec>,
        names: &TierNames,
        public: &[usize],
    ) -> TierModel {
        let name = At::new(key.text.clone(), Origin::Spec(key.span));
        if spec.access.is_absent() && !field.is_invalid() {
            self.missing(name.origin, "access", "`public`, `private` or `isolated`");
        }
        let access = match spec.access.get() {
            Some(AccessSpec::Public) => Access::Public,
            Some(AccessSpec::Private) => Access::Private,
            Some(AccessSpec::Isolated) => Access::Isolated,
            None => {
                self.complete = false;
                Access::Isolated
            }
        };
        let existing = self.existing_subnets(network, spec, &name);
        // Existing subnets leave as their route tables say.
        let built = network.existing.is_none() && spec.existing.is_absent();
        let nat = match access {
            Access::Public | Access::Private | Access::Isolated if !built => None,
            Access::Private => {
                let nat = self.nat(network, spec, &name, names, public);
                // Without it the tier would look as if it had no way out.
                nat.or_else(|| self.some_nat(network, &name, public))
            }
            Access::Public | Access::Isolated => {
                self.no_nat(spec, access);
                None
            }
        };
        if access == Access::Isolated && spec.load_balancers.get() == Some(&true) {
            self.words.push(
                rules::SPEC018
                    .at(
                        spec.load_balancers.origin(),
                        format!("the isolated tier `{}` takes no load balancers", name.value),
                    )
                    .note("role tags are for public and private subnets")
                    .help("write `access: private`, or leave `load-balancers` out"),
            );
        }
        let block = self.words.cidr(&spec.block);
        self.complete &= block.is_some() || spec.block.is_absent();
        // It may be one that could not be read.
        let block = block.filter(|_| self.blocks);
        TierModel {
            access,
            block,
            prefix: spec
                .prefix
                .located()
                .map(|(p, span)| At::new(*p, Origin::Spec(span))),
            further: spec
                .further_subnets
                .get()
                .into_iter()
                .flatten()
                .filter_map(Field::located)
                .map(|(p, span)| At::new(*p, Origin::Spec(span)))
                .collect(),
            cidrs: self.pinned(spec),
            existing,
            zones: (!spec.zones.is_absent()).then(|| Words::texts(&spec.zones)),
            nat,
            load_balancers: spec
                .load_balancers
                .located()
                .map(|(yes, span)| At::new(*yes, Origin::Spec(span))),
            tags: Words::tags(&spec.tags),
            name,
        }
    }

    fn pinned(&mut self, spec: &TierSpec) -> Vec<(At<String>, At<Ipv4Net>)> {
        let Some(named) = spec.cidrs.get() else {
            return Vec::new();
        };
        let mut pinned = Vec::with_capacity(named.len());
        for (zone, cidr) in named {
            if let Some(cidr) = self.words.cidr(cidr) {
                pinned.push((At::new(zone.text.clone(), Origin::Spec(zone.span)), cidr));
            } else {
                self.complete = false;
            }
        }
        pinned
    }

    fn no_nat(&mut self, spec: &TierSpec, access: Access) {
        if !spec.nat.is_absent() {
            let word = access.as_str();
            self.words.push(
                rules::SPEC018
                    .at(
                        spec.nat.origin(),
                        format!("{word} tiers do not leave through NAT gateways"),
                    )
                    .note("a public tier has the internet gateway, an isolated one no way out")
                    .help("write `access: private`, or leave `nat` out"),
            );
        }
    }

    fn nat(
        &mut self,
        network: &Network,
        spec: &TierSpec,
        tier: &At<String>,
        names: &TierNames,
        public: &[usize],
    ) -> Option<Nat> {
        let nothing = NatSpec::default();
        let origin = spec.nat.origin();
        let long = match spec.nat.get() {
            Some(Either::Long(long)) => long,
            Some(Either::Short(_)) | None => &nothing,
        };
        let count = match spec.nat.get() {
            Some(Either::Short(short)) => self.nat_count(short, origin),
            Some(Either::Long(long)) => match long.zones.located() {
                Some((Either::Short(short), span)) => self.nat_count(short, Origin::Spec(span)),
                Some((Either::Long(ids), _)) => {
                    Some(NatCount::In(ids.iter().filter_map(Words::text).collect()))
                }
                None => Some(NatCount::PerZone),
            },
            None if network.fully_private.is_some() => Some(NatCount::None),
            None => Some(NatCount::PerZone),
        }?;
        let mut nat = Nat::none();
        nat.count = At::new(count, origin.or(tier.origin));
        nat.allocations = Words::texts(&long.allocations);
        if nat.count.value != NatCount::None {
            if public.is_empty() && network.fully_private.is_some() {
                self.words.push(crate::check::nat_of_private(&nat.count));
                return None;
            }
            let index = self.nat_tier(long, &nat, names, public)?;
            nat.tier = Some(network.tiers.handle(index));
        }
        Some(nat)
    }

    /// Stands for gateways that could not be read, which has been said: without any, nodes would seem to have no way out.
    fn some_nat(&mut self, network: &Network, tier: &At<String>, public: &[usize]) -> Option<Nat> {
        let mut nat = Nat::none();
        self.complete &= !public.is_empty();
        nat.tier = Some(network.tiers.handle(*public.first()?));
        nat.count = At::new(NatCount::PerZone, tier.origin);
        Some(nat)
    }

    /// The public tier that gateways stand in.
    fn nat_tier(
        &mut self,
        spec: &NatSpec,
        nat: &Nat,
        names: &TierNames,
        public: &[usize],
    ) -> Option<usize> {
        if let Some(name) = Words::text(&spec.tier) {
            let index = self.tier(&name, names)?;
            if !public.contains(&index) {
                self.words.push(
                    rules::EKS404
                        .at(
                            name.origin,
                            format!(
                                "a NAT gateway cannot stand in tier `{}`, which is not public",
                                name.value
                            ),
                        )
                        .note("it sends what it translates through the internet gateway")
                        .help("name a public tier"),
                );
                return None;
            }
            return Some(index);
        }
        match public {
            [only] => Some(*only),
            [] if names.unread => None,
            [] => {
                self.words.push(
                    rules::EKS404
                        .at(nat.count.origin, "there is no public tier for the NAT gateways")
                        .note("a NAT gateway stands in a public subnet")
                        .help("add `public: { access: public }`, or write `nat: none` for a tier that reaches AWS through endpoints only"),
                );
                None
            }
            several => {
                let list: Vec<_> = several.iter().map(|i| names.names[*i].as_str()).collect();
                self.words.push(
                    rules::SPEC017
                        .at(
                            nat.count.origin,
                            "the NAT gateways could stand in several tiers",
                        )
                        .help(format!(
                            "say in which: `nat: {{ tier: {} }}`",
                            list.join("` or `")
                        )),
                );
                None
            }
        }
    }

    fn nat_count(&mut self, word: &NumberOrText, origin: Origin) -> Option<NatCount> {
        match word {
            NumberOrText::Text(word) if word == "per-zone" => Some(NatCount::PerZone),
            NumberOrText::Text(word) if word == "single" => Some(NatCount::Zones(1)),
            NumberOrText::Text(word) if word == "none" => Some(NatCount::None),
            NumberOrText::Number(0) => Some(NatCount::None),
            NumberOrText::Number(n) => {
                let count = u8::try_from(*n).ok();
                if count.is_none() {
                    let help =
                        "write a number up to that of the zones, `per-zone`, `single` or `none`";
                    let finding = rules::SPEC006.at(origin, format!("{n} NAT gateways"));
                    self.words.push(finding.help(help));
                }
                count.map(NatCount::Zones)
            }
            NumberOrText::Text(word) => {
                let finding = rules::SPEC005.at(
                    origin,
                    format!("`{word}` is not a way to place NAT gateways"),
                );
                let near = crate::spec::nearest::nearest(word, ["per-zone", "single", "none"]);
                self.words.push(match (near, origin) {
                    (Some(near), Origin::Spec(span)) => finding
                        .help(format!("did you mean `{near}`?"))
                        .edit(span, near),
                    _ => finding.help(
                        "write `per-zone`, `single`, `none`, a number, or `{ zones: [use1-az1] }`",
                    ),
                });
                None
            }
        }
    }

    /// A tier by its name.
    pub(super) fn tier(&mut self, name: &At<String>, tiers: &TierNames) -> Option<usize> {
        if let Some(index) = tiers.position(&name.value) {
            return Some(index);
        }
        let known: Vec<&str> = tiers.names.iter().map(String::as_str).collect();
        self.words.reference(name, "tier", &known)
    }

    fn rule(&mut self, field: &Field<RuleSpec>) -> Option<Rule> {
        let (spec, span) = field.located()?;
        let origin = Origin::Spec(span);
        let (direction, peer) = self.sides(&spec.from, &spec.to, origin)?;
        if spec.group.is_absent() {
            self.words.missing(
                origin,
                "group",
                "`nodes`, `control-plane`, `cluster` or `endpoints`",
            );
        }
        // All three are read before one of them that is wrong ends it.
        let traffic = self.traffic(&spec.protocol, &spec.ports, origin);
        let peer = self.peer(&peer);
        let (group, traffic, peer) = (group(*spec.group.get()?), traffic?, peer?);
        let description =
            Words::text(&spec.description).unwrap_or_else(|| At::new(String::new(), origin));
        let mut rule = Rule::new(
            traffic,
            group,
            direction,
            peer.value.clone(),
            description.value.clone(),
        );
        rule.peer = peer;
        rule.description = description;
        rule.origin = origin;
        Some(rule)
    }

    /// Whether a rule is about what comes in or what goes out, and from whom or to whom.
    pub(super) fn sides(
        &mut self,
        from: &Field<String>,
        to: &Field<String>,
        origin: Origin,
    ) -> Option<(Direction, At<String>)> {
        match (Words::text(from), Words::text(to)) {
            (Some(from), None) => Some((Direction::In, from)),
            (None, Some(to)) => Some((Direction::Out, to)),
            _ if from.is_invalid() || to.is_invalid() => None,
            (None, None) => {
                self.words.missing(
                    origin,
                    "from",
                    "a group, a range, `sg-…` or `pl-…`; or `to` for what goes out",
                );
                None
            }
            (Some(_), Some(to)) => {
                self.words.push(
                    rules::SPEC018
                        .at(to.origin, "a rule is about what comes in or what goes out")
                        .note("`from` lets traffic in, `to` lets it out")
                        .help("make two rules of it"),
                );
                None
            }
        }
    }

    pub(super) fn traffic(
        &mut self,
        protocol: &Field<ProtocolSpec>,
        ports: &Field<NumberOrText>,
        origin: Origin,
    ) -> Option<Traffic> {
        let protocol = protocol.get().copied().unwrap_or(ProtocolSpec::Tcp);
        if protocol == ProtocolSpec::All {
            if !ports.is_absent() {
                self.words.push(
                    rules::SPEC018
                        .at(ports.origin(), "a rule for all protocols has no ports")
                        .note("AWS ignores ports where the protocol is \"all\", so the rule would allow more than it says")
                        .help("write `protocol: tcp`, or leave `ports` out"),
                );
            }
            return Some(Traffic::All);
        }
        if ports.is_absent() {
            self.words.missing(
                origin,
                "ports",
                "a port such as 443, or a range such as 30000-32767",
            );
        }
        let (from, to) = self.words.ports(ports)?;
        Some(match protocol {
            ProtocolSpec::Udp => Traffic::Udp(from, to),
            ProtocolSpec::Tcp | ProtocolSpec::All => Traffic::Tcp(from, to),
        })
    }

    pub(super) fn peer(&mut self, text: &At<String>) -> Option<At<Peer>> {
        let peer = match text.value.as_str() {
            "nodes" => Peer::Group(Group::Nodes),
            "control-plane" => Peer::Group(Group::ControlPlane),
            "cluster" => Peer::Group(Group::Cluster),
            "endpoints" => Peer::Group(Group::Endpoints),
            id if id.starts_with("sg-") => Peer::ExistingGroup(id.to_owned()),
            id if id.starts_with("pl-") => Peer::PrefixList(id.to_owned()),
            range if range.contains(':') => {
                let Origin::Spec(span) = text.origin else {
                    return None;
                };
                Peer::Ipv6Cidr(self.words.ipv6_cidr_of(range, span)?.value)
            }
            range if range.starts_with(|c: char| c.is_ascii_digit()) => {
                let Origin::Spec(span) = text.origin else {
                    return None;
                };
                Peer::Cidr(self.words.cidr_of(range, span)?.value)
            }
            _ => {
                let groups = ["nodes", "control-plane", "cluster", "endpoints"];
                self.words.reference(text, "security group", &groups);
                return None;
            }
        };
        Some(At::new(peer, text.origin))
    }

    fn flow_logs(&mut self, spec: &FlowLogsSpec, origin: Origin) -> FlowLogs {
        let mut logs = FlowLogs::defaults(origin);
        let bucket = Words::text(&spec.bucket);
        logs.target = match (spec.to.get(), bucket) {
            (Some(FlowLogTargetSpec::S3), Some(bucket)) => FlowLogTarget::Bucket(bucket),
            (Some(FlowLogTargetSpec::S3), None) => FlowLogTarget::NewBucket,
            (Some(FlowLogTargetSpec::Cloudwatch) | None, bucket) => {
                if let Some(bucket) = bucket {
                    self.words.push(
                        rules::SPEC018
                            .at(bucket.origin, "a bucket is for flow logs that go to S3")
                            .help("write `to: s3`, or leave `bucket` out"),
                    );
                }
                FlowLogTarget::CloudWatch
            }
        };
        logs.traffic = match spec.traffic.get() {
            Some(TrafficSpec::Accept) => TrafficType::Accept,
            Some(TrafficSpec::Reject) => TrafficType::Reject,
            Some(TrafficSpec::All) | None => TrafficType::All,
        };
        if let Some((seconds, span)) = spec.interval.located() {
            logs.interval = At::new(*seconds, Origin::Spec(span));
        }
        if let Some((days, span)) = spec.retention_days.located() {
            logs.retention = At::new(*days, Origin::Spec(span));
        }
        if let Some(key) = self.words.key(&spec.kms_key) {
            logs.key = key;
        }
        logs
    }
}

const fn group(spec: GroupSpec) -> Group {
    match spec {
        GroupSpec::Nodes => Group::Nodes,
        GroupSpec::ControlPlane => Group::ControlPlane,
        GroupSpec::Cluster => Group::Cluster,
        GroupSpec::Endpoints => Group::Endpoints,
    }
}
