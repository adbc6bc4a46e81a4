//! Rules of security groups, and what those of pod groups share with them.

use super::Lowering;
use super::words::Words;
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{At, Direction, Group, IpNet, Peer, Rule, Traffic};
use crate::spec::{Field, GroupSpec, NumberOrText, ProtocolSpec, RuleSpec};

impl Lowering<'_> {
    pub(super) fn rule(&mut self, field: &Field<RuleSpec>) -> Option<Rule> {
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
        let word = text.value.as_str();
        let group = Group::ALL.iter().find(|group| group.as_str() == word);
        let peer = if let Some(group) = group {
            Peer::Group(*group)
        } else if word.starts_with("sg-") {
            Peer::ExistingGroup(word.to_owned())
        } else if word.starts_with("pl-") {
            Peer::PrefixList(word.to_owned())
        } else if word.contains(':') || word.starts_with(|c: char| c.is_ascii_digit()) {
            let Origin::Spec(span) = text.origin else {
                return None;
            };
            match self.words.either_of(word, span)?.value {
                IpNet::V4(net) => Peer::Cidr(net),
                IpNet::V6(net) => Peer::Ipv6Cidr(net),
            }
        } else {
            let groups: Vec<&str> = Group::ALL.iter().map(|group| group.as_str()).collect();
            self.words.reference(text, "security group", &groups);
            return None;
        };
        Some(At::new(peer, text.origin))
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
