//! A ClusterConfig of eksctl as a spec.
//!
//! What eksctl could have been told and was not gets eksctl's default, written out; what eksctl has no words for gets
//! eksnet's. What a spec has no words for is a finding with the line of the file, and nothing is dropped without one.
//!
//! Source: eksctl, "Config file schema", `eksctl.io/v1alpha5`.

mod cluster;
mod compute;
mod draft;
mod losses;
mod network;
mod section;
mod tiers;
mod write;
mod zones;

use std::collections::BTreeMap;

use self::draft::Draft;
use self::section::{Reader, Section, Word};
use self::tiers::Use;
use self::zones::ZoneNames;
use crate::check::rules;
use crate::diagnostic::{Findings, MAX_BYTES, Origin, Sources, Span};
use crate::network::{KubernetesVersion, Region, ZoneId};
use crate::spec::nearest::nearest;
use crate::spec::tree::{Entry, Kind, Node};
use crate::spec::{self, Format};

/// How a ClusterConfig is read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The ids of zones by the names that the account knows them by, such as `us-east-1a`.
    pub zones: BTreeMap<String, ZoneId>,
    /// Whether eksctl is to make the cluster, on the network of the spec.
    pub made_by_eksctl: bool,
}

/// What a ClusterConfig came to.
#[derive(Debug)]
pub struct Imported {
    /// The text of the spec, YAML; none where the file could not be understood.
    pub spec: Option<String>,
    /// What could not be carried over, what is to be filled in, and what eksctl does without being told.
    pub findings: Findings,
}

/// Reads a ClusterConfig, YAML or JSON, and writes it as a spec.
///
/// The text is kept among the sources, so that findings can show it.
///
/// ```
/// use eksnet::diagnostic::Sources;
/// use eksnet::read::eksctl::{Options, import};
///
/// let text = "\
/// apiVersion: eksctl.io/v1alpha5
/// kind: ClusterConfig
/// metadata: { name: prod, region: us-east-1 }
/// ";
/// let imported = import("cluster.yaml", text, &Options::default(), &mut Sources::new());
/// assert!(imported.spec.is_some_and(|spec| spec.contains("stack: prod")));
/// ```
pub fn import(name: &str, text: &str, options: &Options, sources: &mut Sources) -> Imported {
    if text.len() <= MAX_BYTES && text.trim().is_empty() {
        return nothing(name, text, sources);
    }
    let (node, findings) = spec::read(name, Some(Format::Yaml), text, sources);
    let mut reader = Reader { text, findings };
    let spec = node.and_then(|node| {
        let draft = draft(&node, options, &mut reader)?;
        Some(write::spec(&draft, name))
    });
    let mut findings = reader.findings;
    findings.sort();
    Imported {
        spec: spec.filter(|_| !findings.has_errors()),
        findings,
    }
}

fn nothing(name: &str, text: &str, sources: &mut Sources) -> Imported {
    let span = Span {
        source: sources.add(name, text),
        start: 0,
        end: 0,
    };
    let mut findings = Findings::new();
    findings.push(not_one(span, "the file is empty"));
    Imported {
        spec: None,
        findings,
    }
}

fn not_one(span: Span, message: &str) -> crate::diagnostic::Finding {
    rules::SPEC050
        .at(Origin::Spec(span), message)
        .note("`eksnet import` reads ClusterConfigs of eksctl, as YAML or JSON: `apiVersion: eksctl.io/v1alpha5`, `kind: ClusterConfig`")
        .help("for a cluster without its file, `eksctl create cluster --dry-run` writes one")
}

fn draft(node: &Node, options: &Options, reader: &mut Reader) -> Option<Draft> {
    let Kind::Map(entries) = &node.kind else {
        reader
            .findings
            .push(not_one(node.span, "this is no ClusterConfig"));
        return None;
    };
    let mut root = Section::root(entries);
    let span = entries.first().map_or(node.span, |entry| entry.key_span);
    if !is_one(&mut root, span, reader) {
        return None;
    }
    let metadata = metadata(&mut root, span, reader);
    let mut names = ZoneNames::new(&options.zones, metadata.region);
    let mut vpc = network::vpc(&mut root, &mut names, span, reader);
    let mut cluster = cluster::cluster(&mut root, &mut vpc.net, span, reader);
    let groups = compute::node_groups(&mut root, reader);
    let profiles = compute::fargate(&mut root, reader);
    root.finish(reader);

    let (mut groups, mut uses): (Vec<_>, Vec<Use>) = groups.into_iter().unzip();
    let (mut profiles, of_profiles): (Vec<_>, Vec<Use>) = profiles.into_iter().unzip();
    uses.extend(of_profiles);
    let control_plane = vpc
        .control_plane
        .take()
        .and_then(|ids| control_plane(&ids, &vpc.subnets));
    let chosen = control_plane.is_some();
    uses.extend(control_plane);
    let mut tiers = vpc.tiers(&uses, reader).into_iter();
    for group in &mut groups {
        group.tier = tiers.next().unwrap_or_default();
    }
    for profile in &mut profiles {
        profile.tier = tiers.next().unwrap_or_default();
    }
    let private = vpc
        .net
        .tiers
        .iter()
        .find(|tier| tier.access == draft::Access::Private);
    let any = private
        .or(vpc.net.tiers.first())
        .map(|tier| tier.name.clone());
    cluster.control_plane = if chosen { tiers.next() } else { any };
    cluster.by_eksctl = options.made_by_eksctl;
    cluster.endpoint = vpc.endpoint;
    cluster.node_groups = groups;
    cluster.fargate = profiles;
    cluster.version = metadata.version;
    // Without them there is no spec; what else is wrong has been said by now.
    let (name, region) = (metadata.name?, metadata.region?);
    let stack = stack_name(&name);
    cluster.name = (stack != name).then_some(name);
    Some(Draft {
        stack,
        region,
        tags: metadata.tags,
        network: vpc.net,
        cluster,
    })
}

/// The control plane as something that names its subnets.
fn control_plane(ids: &[Word], subnets: &[network::Subnet]) -> Option<Use> {
    let first = ids.first()?;
    let of_first = subnets.iter().find(|subnet| {
        subnet
            .id
            .as_ref()
            .is_some_and(|id| ids.iter().any(|wanted| wanted.text == id.text))
    });
    Some(Use {
        what: "the control plane".to_owned(),
        name: "control-plane".to_owned(),
        span: first.span,
        access: of_first.map_or(draft::Access::Private, |subnet| subnet.access),
        wanted: Some(ids.to_vec()),
    })
}

fn is_one(root: &mut Section, span: Span, reader: &mut Reader) -> bool {
    let mut all = true;
    for (key, expected) in [
        ("apiVersion", "eksctl.io/v1alpha5"),
        ("kind", "ClusterConfig"),
    ] {
        let at = root.peek(key).map(|entry: &Entry| entry.value.span);
        let word = root.word(key, reader);
        if word.is_none_or(|word| word.text != expected) {
            let finding = not_one(
                at.unwrap_or(span),
                &format!("this is no ClusterConfig: `{key}` is not `{expected}`"),
            );
            reader.findings.push(finding);
            all = false;
        }
    }
    all
}

/// What `metadata` says.
#[derive(Default)]
struct Metadata {
    name: Option<String>,
    region: Option<Region>,
    version: Option<String>,
    tags: Vec<(String, String)>,
}

fn metadata(root: &mut Section, span: Span, reader: &mut Reader) -> Metadata {
    let at = root.key_span("metadata").unwrap_or(span);
    let Some(mut section) = root.below("metadata", reader) else {
        reader
            .findings
            .push(not_one(at, "the cluster has no `metadata`"));
        return Metadata::default();
    };
    let name = section.text("name", reader);
    let region = section.word("region", reader);
    let version = version(&mut section, at, reader);
    let tags = section.pairs("tags", reader);
    section.leave("annotations", |_| true);
    section.finish(reader);
    for (key, missing) in [("name", name.is_none()), ("region", region.is_none())] {
        if missing {
            let message = format!("`metadata` has no `{key}`");
            reader.findings.push(not_one(at, &message));
        }
    }
    Metadata {
        name,
        region: region.and_then(|region| known(&region, reader)),
        version,
        tags,
    }
}

/// The region of this name, where there is one.
fn known(region: &Word, reader: &mut Reader) -> Option<Region> {
    let known = Region::parse(&region.text).ok();
    if known.is_none() {
        let all = Region::ALL.iter().map(|region| region.as_str());
        let finding = rules::SPEC053.at(
            Origin::Spec(region.span),
            format!("`{}` is not a region that EKS serves", region.text),
        );
        reader.findings.push(match nearest(&region.text, all) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("write one such as `us-east-1`"),
        });
    }
    known
}

/// The cluster's name, made of what a stack's name may be made of.
fn stack_name(cluster: &str) -> String {
    let stack = cluster.replace('_', "-");
    if stack.starts_with(|c: char| c.is_ascii_alphabetic()) {
        stack
    } else {
        format!("eks-{stack}")
    }
}

fn version(section: &mut Section, at: Span, reader: &mut Reader) -> Option<String> {
    let word = section.word("version", reader);
    match word {
        Some(word) if word.text.starts_with(|c: char| c.is_ascii_digit()) => Some(word.text),
        other => {
            let version = KubernetesVersion::DEFAULT_LAYOUT_1;
            reader.remark(
                other.map_or(at, |word| word.span),
                format!("the Kubernetes version is not named; the spec's is {version}"),
                "eksctl takes the default of its own release; EKS makes no cluster older again",
            );
            None
        }
    }
}
