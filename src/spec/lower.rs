//! Lowering: a spec becomes the typed model, through the same constructors as a program's.
//!
//! Where the DSL is guarded by types, a name of the spec must be turned into a thing of the right kind here, and this is
//! where the finding about it is made. No rule about the network itself is repeated.

mod auto_mode;
mod blocks;
mod cluster;
mod compute;
mod connections;
mod existing;
mod hybrid;
mod identities;
mod nats;
mod network;
mod node_security;
mod pod_groups;
mod pods;
mod policy;
mod private;
mod security;
mod words;

use self::words::Words;
use super::{Either, Field, Spec};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{AnyTier, At, Cluster, Network, Region, Stack};

/// The stack that a spec asks for, and whether nothing that decides about the rest is missing from it.
///
/// The start of the spec stands for it as a whole where it has no name; `meant` are keys that are there, but misspelt or
/// misplaced.
pub(super) fn lower(
    spec: &Spec,
    start: Origin,
    meant: &[&'static str],
    findings: &mut Findings,
) -> (Stack, bool) {
    let mut lowering = Lowering {
        words: Words { findings, meant },
        complete: true,
        blocks: true,
        root: spec.stack.origin().or(start),
    };
    let stack = lowering.stack(spec);
    (stack, lowering.complete)
}

/// What all files of this room work on.
struct Lowering<'f> {
    words: Words<'f>,
    complete: bool,
    /// Whether all blocks of the VPC could be read.
    blocks: bool,
    /// What stands for the spec as a whole.
    root: Origin,
}

impl Lowering<'_> {
    fn stack(&mut self, spec: &Spec) -> Stack {
        let name = self.required(
            &spec.stack,
            "stack",
            "the name that everything is called after, such as `prod`",
        );
        let region = self.region(&spec.region);
        let network = spec.network.get();
        if spec.network.is_absent() {
            self.missing(
                self.root,
                "network",
                "a range at least: `network: { cidr: 10.20.0.0/16 }`",
            );
        }
        let (network, tiers) = self.network(network, spec.network.origin());
        let mut stack = Stack::network_only(name.value.clone(), region.value, network);
        stack.name = name;
        stack.region = region;
        if let Some((layout, span)) = spec.layout.located() {
            stack.layout = At::new(*layout, Origin::Spec(span));
        }
        stack.cluster = match spec.cluster.get() {
            Some(Either::Short(_)) => None,
            Some(Either::Long(cluster)) => {
                Some(self.cluster(cluster, spec.cluster.origin(), &stack, &tiers))
            }
            None if spec.cluster.is_invalid() => {
                self.complete = false;
                None
            }
            None => Some(self.default_cluster(&stack)),
        };
        stack.retain = spec.retain.get().copied().unwrap_or_default();
        stack.allowed = self.words.allowances(&spec.allow);
        stack.tag_origin = spec.tags.origin();
        stack.tags = self.words.pairs(&spec.tags);
        stack
    }

    /// The handle to a tier by its name, of a network that may have the default ones.
    fn handle(
        &mut self,
        name: &At<String>,
        network: &Network,
        tiers: &TierNames,
    ) -> Option<At<AnyTier>> {
        let tier = if tiers.names.is_empty() {
            let known = &crate::plan::DEFAULT_TIERS;
            // A fully private network lacks the first, the public one.
            let from = usize::from(network.fully_private.is_some());
            let known = known.get(from..).unwrap_or_default();
            AnyTier::Default(from + self.words.reference(name, "tier", known)?)
        } else {
            network.tiers.handle(self.tier(name, tiers)?)
        };
        Some(At::new(tier, name.origin))
    }

    fn default_cluster(&self, stack: &Stack) -> Cluster {
        let version = crate::network::KubernetesVersion::DEFAULT_LAYOUT_1;
        let mut cluster = Cluster::new(stack.name.value.clone(), version.to_string());
        cluster.origin = self.root;
        cluster.name.origin = stack.name.origin;
        cluster.version.origin = Origin::Default;
        cluster
    }

    /// A text that must be there.
    fn required(&mut self, field: &Field<String>, key: &str, what: &str) -> At<String> {
        if let Some(text) = Words::text(field) {
            return text;
        }
        if field.is_absent() {
            self.missing(self.root, key, what);
        }
        self.complete = false;
        At::default_of("missing".to_owned())
    }

    fn missing(&mut self, origin: Origin, key: &str, what: &str) {
        self.complete = false;
        self.words.missing(origin, key, what);
    }

    fn region(&mut self, field: &Field<String>) -> At<Region> {
        let Some((text, span)) = field.located() else {
            if field.is_absent() {
                self.missing(self.root, "region", "a region, such as `us-east-1`");
            }
            self.complete = false;
            return At::default_of(Region::UsEast1);
        };
        let origin = Origin::Spec(span);
        if let Ok(region) = Region::parse(text) {
            return At::new(region, origin);
        }
        self.complete = false;
        let known: Vec<&str> = Region::ALL.iter().map(|region| region.as_str()).collect();
        let finding =
            rules::SPEC005.at(origin, format!("`{text}` is not a region that EKS serves"));
        let finding = match super::nearest::nearest(text, known.iter().copied()) {
            Some(near) => finding
                .help(format!("did you mean `{near}`?"))
                .edit(span, near)
                .safe_if(super::nearest::is_same_word(text, near)),
            None => finding.help(format!("the regions are {}", known.join(", "))),
        };
        self.words.findings.push(finding);
        At::default_of(Region::UsEast1)
    }
}

/// Names of a spec's tiers with their places in the model.
#[derive(Default)]
struct TierNames {
    names: Vec<String>,
    /// Whether the access of one of them could not be read: it may have been meant to be any.
    unread: bool,
    /// Those in Local Zones.
    local: Vec<usize>,
}

impl TierNames {
    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }
}
