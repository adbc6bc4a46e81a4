//! Security groups of a spec's pods.

use std::collections::BTreeMap;

use super::Lowering;
use super::words::Words;
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{
    At, Carried, EnforcingMode, Group, PodGroup, PodPeer, PodRule, PodSecurityGroups, Ports,
    Selected,
};
use crate::spec::{
    ClusterSpec, Either, EnforcingModeSpec, Field, List, Names, NumberOrText, PodGroupSpec,
    PodRuleSpec, PodSecurityGroupsSpec,
};

/// What groups of a cluster's own are called.
pub(super) struct OwnGroups<'a> {
    pods: Vec<&'a str>,
    pub(super) nodes: Vec<&'a str>,
}

impl<'a> OwnGroups<'a> {
    pub(super) fn of(spec: &'a ClusterSpec) -> Self {
        let pods = spec.pods.get();
        let pods = pods.and_then(|pods| pods.security_groups.get()?.groups.get());
        let pods = pods.into_iter().flatten();
        let nodes = spec.node_security_groups.get().into_iter().flatten();
        Self {
            pods: pods.map(|(key, _)| key.text.as_str()).collect(),
            nodes: nodes.map(|(key, _)| key.text.as_str()).collect(),
        }
    }
}

impl Lowering<'_> {
    pub(super) fn pod_security_groups(
        &mut self,
        spec: &PodSecurityGroupsSpec,
        origin: Origin,
        own: &OwnGroups,
    ) -> PodSecurityGroups {
        let mut model = PodSecurityGroups {
            origin,
            mode: At::default_of(EnforcingMode::Strict),
            groups: Vec::new(),
        };
        if let Some((mode, span)) = spec.mode.located() {
            let mode = match mode {
                EnforcingModeSpec::Strict => EnforcingMode::Strict,
                EnforcingModeSpec::Standard => EnforcingMode::Standard,
            };
            model.mode = At::new(mode, Origin::Spec(span));
        }
        for (key, field) in spec.groups.get().into_iter().flatten() {
            let nothing = PodGroupSpec::default();
            if !field.is_invalid() {
                let spec = field.get().unwrap_or(&nothing);
                let group = self.pod_group(spec, Words::name(key), own);
                model.groups.push(group);
            }
        }
        model
    }

    /// A pod group. One that lacks something is there all the same, so that others can name it.
    fn pod_group(&mut self, spec: &PodGroupSpec, name: At<String>, own: &OwnGroups) -> PodGroup {
        let origin = name.origin;
        if spec.namespace.is_absent() {
            self.words
                .missing(origin, "namespace", "the namespace of the pods");
        }
        let namespace = Words::text(&spec.namespace);
        let namespace = namespace.unwrap_or_else(|| At::default_of("default".to_owned()));
        let (selected, labels) = self.selected(spec, origin);
        let mut group = PodGroup::new(name, namespace, selected, labels);
        let ids = Words::texts(&spec.existing_groups);
        // How many there are cannot be told of what could not be read.
        let none = spec.existing_groups.get().is_some_and(Vec::is_empty);
        let unread = !spec.existing_groups.is_absent() && ids.is_empty() && !none;
        if !spec.existing_groups.is_absent() && !unread {
            group.carried = Carried::Existing(ids);
        }
        group.cluster_group = spec.cluster_group.get().copied().unwrap_or_default();
        group.probes = self.probes(&spec.probe_ports);
        if unread || (group.probes.is_none() && !spec.probe_ports.is_absent()) {
            group.probes = Some(At::default_of(Vec::new()));
        }
        if let Some((pods, span)) = spec.at_most.located() {
            group.at_most = Some(At::new(*pods, Origin::Spec(span)));
        }
        group.rules = self.group_rules(&spec.rules, own);
        group
    }

    /// The rules of a pod group, or of a security group of nodes.
    pub(super) fn group_rules(
        &mut self,
        rules: &List<PodRuleSpec>,
        own: &OwnGroups,
    ) -> Vec<PodRule> {
        let rules = rules.get().into_iter().flatten();
        rules
            .filter_map(|field| self.pod_rule(field, own))
            .collect()
    }

    /// A policy has labels of pods or of service accounts.
    fn selected(
        &mut self,
        spec: &PodGroupSpec,
        origin: Origin,
    ) -> (Selected, At<BTreeMap<String, String>>) {
        let labels = |names: &Names<String>| At::new(Words::pairs(names), names.origin());
        match (spec.pods.is_absent(), spec.service_accounts.is_absent()) {
            (true, true) => self.words.missing(
                origin,
                "pods",
                "labels of the pods, such as `pods: { app: payments }`; or `service-accounts` for those of their service accounts",
            ),
            (false, false) => self.words.push(
                rules::SPEC018
                    .at(
                        spec.service_accounts.origin(),
                        "pods are told by their own labels or by those of their service accounts",
                    )
                    .related(spec.pods.origin(), "labels of pods")
                    .note("a SecurityGroupPolicy takes one of the two")
                    .help("make two pod groups of it"),
            ),
            (false, true) | (true, false) => {}
        }
        if spec.pods.is_absent() && !spec.service_accounts.is_absent() {
            (Selected::ServiceAccounts, labels(&spec.service_accounts))
        } else {
            (Selected::Pods, labels(&spec.pods))
        }
    }

    /// The ports of probes: one, several, or the word `none`.
    fn probes(
        &mut self,
        field: &Field<Either<NumberOrText, Vec<Field<NumberOrText>>>>,
    ) -> Option<At<Vec<Ports>>> {
        let (value, span) = field.located()?;
        let origin = Origin::Spec(span);
        let ports = match value {
            Either::Short(NumberOrText::Text(word)) if word == "none" => Vec::new(),
            Either::Short(port) => vec![self.words.ports_of(port, span)?],
            Either::Long(list) => {
                let list = list.iter().filter_map(|field| self.words.ports(field));
                list.collect()
            }
        };
        let ports = ports.into_iter().map(|(from, to)| Ports(from, to));
        Some(At::new(ports.collect(), origin))
    }

    fn pod_rule(&mut self, field: &Field<PodRuleSpec>, own: &OwnGroups) -> Option<PodRule> {
        let (spec, span) = field.located()?;
        let origin = Origin::Spec(span);
        let sides = self.sides(&spec.from, &spec.to, origin);
        let traffic = self.traffic(&spec.protocol, &spec.ports, origin);
        let (direction, peer) = sides?;
        let peer = self.pod_peer(&peer, own);
        let (traffic, peer) = (traffic?, peer?);
        let description =
            Words::text(&spec.description).unwrap_or_else(|| At::new(String::new(), origin));
        Some(PodRule {
            direction,
            traffic,
            peer,
            description,
            origin,
        })
    }

    fn pod_peer(&mut self, text: &At<String>, own: &OwnGroups) -> Option<At<PodPeer>> {
        let word = text.value.as_str();
        let stacks = Group::ALL.iter().map(|group| group.as_str());
        let stacks: Vec<&str> = stacks.collect();
        let names = || own.pods.iter().chain(&own.nodes).copied();
        let known: Vec<&str> = stacks.iter().copied().chain(names()).collect();
        let is_id = word.starts_with("sg-") || word.starts_with("pl-");
        if stacks.contains(&word)
            || (is_id && !names().any(|name| name == word))
            || word.contains('/')
        {
            let peer = self.peer(text)?;
            return Some(At::new(PodPeer::Other(peer.value), peer.origin));
        }
        self.words
            .reference(text, "pod group or security group", &known)?;
        let peer = if own.pods.contains(&word) {
            PodPeer::Pods(word.to_owned())
        } else {
            PodPeer::Nodes(word.to_owned())
        };
        Some(At::new(peer, text.origin))
    }
}
