//! `vpc`, `availabilityZones` and `privateCluster`: which subnets there are, and how they reach the internet.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::draft::{Access, Endpoint, Nat, Net, Zones};
use super::section::{Reader, Section, Word};
use super::zones::ZoneNames;
use crate::check::rules;
use crate::diagnostic::{Origin, Span};
use crate::network::{Region, ZoneError, ZoneId};
use crate::spec::tree::Kind;

/// What eksctl takes for a VPC's range.
const DEFAULT_CIDR: &str = "192.168.0.0/16";

/// A subnet of the file, or of eksctl's own layout.
pub(super) struct Subnet {
    pub(super) access: Access,
    /// What node groups call it.
    pub(super) key: Word,
    /// Its tier, where eksnet gave it its name.
    pub(super) tier: Option<String>,
    /// Its zone's id, or name.
    pub(super) zone: Option<String>,
    /// Its zone as the file has it.
    pub(super) zone_name: Option<String>,
    pub(super) id: Option<Word>,
    pub(super) cidr: Option<String>,
}

/// What `vpc` says, without the tiers.
pub(super) struct Vpc {
    pub(super) net: Net,
    pub(super) endpoint: Endpoint,
    pub(super) subnets: Vec<Subnet>,
    pub(super) control_plane: Option<Vec<Word>>,
    pub(super) nat: Nat,
    /// The size of a subnet of eksctl's layout.
    pub(super) prefix: u8,
    pub(super) has_public: bool,
}

/// Reads what stands in `vpc`, `availabilityZones` and `privateCluster`.
pub(super) fn vpc(
    root: &mut Section,
    names: &mut ZoneNames,
    span: Span,
    reader: &mut Reader,
) -> Vpc {
    let private = private_cluster(root, reader);
    let zones = root.words("availabilityZones", reader);
    let vpc_span = root.key_span("vpc").unwrap_or(span);
    let mut vpc = root
        .below("vpc", reader)
        .unwrap_or_else(|| Section::root(&[]));
    let cidr = vpc.word("cidr", reader);
    let range = cidr
        .as_ref()
        .and_then(|cidr| cidr.text.parse::<Ipv4Net>().ok());
    if let (Some(cidr), None) = (&cidr, range) {
        reader.unknown(cidr, "a range", "write it as 10.20.0.0/16");
    }
    let said = cidr.is_some();
    let mut net = Net {
        cidr: cidr.map_or_else(|| DEFAULT_CIDR.to_owned(), |cidr| cidr.text),
        ..Net::default()
    };
    let texts = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect();
    net.secondary = vpc.words("extraCIDRs", reader).map_or_else(Vec::new, texts);
    net.ipv6 = vpc.flag("autoAllocateIPv6", reader).unwrap_or_default();
    net.endpoints = private.as_ref().map(|more| services(more));
    let mut subnets = subnets(&mut vpc, names, reader);
    let existing = vpc.word("id", reader);
    let listed = zones.unwrap_or_default();
    let range = range.or_else(|| net.cidr.parse().ok());
    let prefix = range.map_or(19, |range| eighth(range, listed.len()));
    if subnets.is_empty() {
        subnets = layout(range, &listed, private.is_some(), names, reader);
    } else if !listed.is_empty() {
        // eksctl takes the zones of the subnets; the list may only repeat them.
        for zone in &listed {
            names.id(zone, reader);
        }
    }
    net.zones = match &*subnets {
        [] => {
            let count = if names.region == Some(Region::UsEast1) {
                2
            } else {
                3
            };
            not_known(vpc_span, count, reader);
            Zones::Count(count)
        }
        subnets => Zones::Listed(in_order(subnets)),
    };
    let has_public = private.is_none()
        && (subnets.is_empty() || subnets.iter().any(|subnet| subnet.access == Access::Public));
    let nat = nat(&mut vpc, private.is_some() || !has_public, reader);
    net.existing = existing_vpc(existing.as_ref(), &subnets, said, reader);
    if let Some(span) = root
        .key_span("privateCluster")
        .filter(|_| net.existing.is_some())
        && net.endpoints.is_some()
    {
        reader.remark(
            span,
            "the endpoints are made in the VPC that exists, and those that it has already are in their way",
            "leave those out of `network.endpoints`; S3's wants `route-table` beside each subnet",
        );
    }
    let endpoint = endpoint(&mut vpc, private.is_some(), vpc_span, reader);
    let control_plane = control_plane(&mut vpc, &subnets, has_public, vpc_span, reader);
    vpc.leave("manageSharedNodeSecurityGroupRules", |kind| {
        *kind == Kind::Bool(true)
    });
    vpc.leave("controlPlaneEgressMode", |kind| {
        *kind == Kind::Str("AWS_MANAGED".to_owned())
    });
    vpc.finish(reader);
    Vpc {
        net,
        endpoint,
        subnets,
        control_plane,
        nat,
        prefix,
        has_public,
    }
}

/// What a fully private cluster asks for beyond what it needs; nothing where it is not one.
fn private_cluster(root: &mut Section, reader: &mut Reader) -> Option<Vec<Word>> {
    let mut section = root.below("privateCluster", reader)?;
    let enabled = section.flag("enabled", reader).unwrap_or_default();
    let more = section.words("additionalEndpointServices", reader);
    section.leave("skipEndpointCreation", |kind| *kind == Kind::Bool(false));
    section.finish(reader);
    enabled.then(|| more.unwrap_or_default())
}

/// The endpoints of a fully private cluster.
///
/// Source: eksctl, "EKS Fully-Private Cluster"; `eks-auth` is for the role of eksnet's VPC CNI.
fn services(more: &[Word]) -> Vec<String> {
    let needed = ["ec2", "ecr.api", "ecr.dkr", "eks-auth", "s3", "sts"];
    let mut all: Vec<_> = needed.into_iter().map(str::to_owned).collect();
    all.extend(more.iter().map(|word| word.text.clone()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The subnets that the file lists.
fn subnets(vpc: &mut Section, names: &mut ZoneNames, reader: &mut Reader) -> Vec<Subnet> {
    let mut all = Vec::new();
    let Some(mut lists) = vpc.below("subnets", reader) else {
        return all;
    };
    for (access, key) in [(Access::Private, "private"), (Access::Public, "public")] {
        for (key, mut subnet) in lists.named(key, reader) {
            let az = subnet.word("az", reader);
            let id = subnet.word("id", reader);
            let cidr = subnet.text("cidr", reader);
            subnet.finish(reader);
            let names_zone = ZoneId::parse(&key.text);
            let (tier, zone_of_key) = rendered(&key).unzip();
            let key_is_zone = matches!(names_zone, Ok(_) | Err(ZoneError::ZoneName));
            let zone = az
                .or(zone_of_key)
                .or_else(|| key_is_zone.then(|| key.clone()));
            if zone.is_none() {
                reader.lost(
                    key.span,
                    format!(
                        "subnet `{}` is not carried over: its zone is not said",
                        key.text
                    ),
                    "add `az` to it, as eksctl would find it out from AWS",
                );
                continue;
            }
            let zone_name = zone.as_ref().map(|zone| zone.text.clone());
            all.push(Subnet {
                access,
                zone: zone.map(|zone| names.id(&zone, reader)),
                zone_name,
                key,
                tier,
                id,
                cidr,
            });
        }
    }
    lists.finish(reader);
    all
}

/// Tier and zone of a subnet in a file that eksnet rendered: `nodes-use1-az4`.
fn rendered(key: &Word) -> Option<(String, Word)> {
    let (rest, _) = key.text.rsplit_once('-')?;
    let (tier, _) = rest.rsplit_once('-')?;
    let text = key.text.get(tier.len() + 1..)?.to_owned();
    ZoneId::parse(&text).ok()?;
    let span = key.span;
    Some((tier.to_owned(), Word { text, span }))
}

/// The prefix length of eksctl's subnets: an eighth of the VPC for up to four zones, a sixteenth for more.
fn eighth(range: Ipv4Net, zones: usize) -> u8 {
    (range.prefix_len() + if zones > 4 { 4 } else { 3 }).min(28)
}

/// The subnets that eksctl makes where none are listed: the public ones first, in the order of the zones.
///
/// Source: eksctl, `SetSubnets` in `pkg/vpc/vpc.go`.
fn layout(
    range: Option<Ipv4Net>,
    zones: &[Word],
    private_only: bool,
    names: &mut ZoneNames,
    reader: &mut Reader,
) -> Vec<Subnet> {
    let Some(range) =
        range.filter(|range| (16..=24).contains(&range.prefix_len()) && zones.len() <= 8)
    else {
        return Vec::new();
    };
    let parts = range.subnets(eighth(range, zones.len()));
    let mut parts = parts.into_iter().flatten();
    let mut all = Vec::new();
    for access in [Access::Public, Access::Private] {
        for zone in zones {
            let cidr = parts.next().map(|cidr| cidr.to_string());
            if access == Access::Public && private_only {
                continue;
            }
            all.push(Subnet {
                access,
                key: zone.clone(),
                tier: None,
                zone: Some(names.id(zone, reader)),
                zone_name: Some(zone.text.clone()),
                id: None,
                cidr,
            });
        }
    }
    all
}

fn not_known(span: Span, count: usize, reader: &mut Reader) {
    reader.findings.push(
        rules::SPEC052
            .at(Origin::Spec(span), "the zones are not named, and eksctl chooses some for each cluster")
            .note(format!("the spec has {count} zones of eksnet's choice, and places of its own for the subnets"))
            .help(
                "for a cluster that exists, add `availabilityZones` in the order of its public subnets; or list its subnets \
                 by `aws ec2 describe-subnets` for `eksnet plan --adopt`",
            ),
    );
}

/// The zones of subnets, each once.
fn in_order(subnets: &[Subnet]) -> Vec<String> {
    let zones: BTreeSet<&String> = subnets
        .iter()
        .filter_map(|subnet| subnet.zone.as_ref())
        .collect();
    zones.into_iter().cloned().collect()
}

fn nat(vpc: &mut Section, useless: bool, reader: &mut Reader) -> Nat {
    let mut word = None;
    if let Some(mut section) = vpc.below("nat", reader) {
        word = section.word("gateway", reader);
        section.finish(reader);
    }
    if useless {
        return Nat::None;
    }
    let Some(word) = word else {
        return Nat::Single;
    };
    match &*word.text {
        "Single" => Nat::Single,
        "HighlyAvailable" => Nat::PerZone,
        "Disable" => Nat::None,
        _ => {
            let help = "the modes are HighlyAvailable, Single and Disable";
            reader.unknown(&word, "a NAT mode of eksctl", help);
            Nat::Single
        }
    }
}

/// The VPC that the subnets are in already, where all that a spec must know of it is said.
fn existing_vpc(
    id: Option<&Word>,
    subnets: &[Subnet],
    cidr_said: bool,
    reader: &mut Reader,
) -> Option<String> {
    let real = |id: &&Word| id.text.starts_with("vpc-") || id.text.starts_with("subnet-");
    let ids = subnets.iter().filter_map(|subnet| subnet.id.as_ref());
    let at = id.into_iter().chain(ids).find(real)?.clone();
    let without = subnets
        .iter()
        .find(|subnet| subnet.cidr.is_none() || !subnet.id.as_ref().is_some_and(|id| real(&id)));
    let missing = match (&id, without) {
        (None, _) => "add `vpc.id`".to_owned(),
        (Some(_), Some(subnet)) => format!(
            "add the `id` and the `cidr` of subnet `{}`",
            subnet.key.text
        ),
        (Some(_), None) if subnets.is_empty() => "list its subnets below `vpc.subnets`".to_owned(),
        (Some(_), None) if !cidr_said => "add `vpc.cidr`".to_owned(),
        (Some(id), None) => return Some(id.text.clone()),
    };
    reader.lost(
        at.span,
        format!(
            "`{}` exists, and the spec builds a network of its own",
            at.text
        ),
        format!("{missing}, so that the cluster can be built where it is"),
    );
    None
}

/// Where the API answers.
///
/// Source: eksctl, "Managing access to the Kubernetes API server endpoints": public alone without a word.
fn endpoint(vpc: &mut Section, fully_private: bool, span: Span, reader: &mut Reader) -> Endpoint {
    let (mut public, mut private) = (None, None);
    let at = vpc.key_span("clusterEndpoints").unwrap_or(span);
    if let Some(mut section) = vpc.below("clusterEndpoints", reader) {
        public = section.flag("publicAccess", reader);
        private = section.flag("privateAccess", reader);
        section.finish(reader);
    }
    let cidrs_at = vpc.key_span("publicAccessCIDRs").unwrap_or(span);
    let cidrs = vpc.words("publicAccessCIDRs", reader);
    let mut endpoint = Endpoint {
        private: private.unwrap_or(fully_private),
        public: public.unwrap_or(!fully_private),
        cidrs: Vec::new(),
        by_default: false,
    };
    if fully_private {
        endpoint.private = true;
        endpoint.public = false;
    }
    if !endpoint.private && !endpoint.public {
        reader.findings.push(
            rules::SPEC053
                .at(
                    Origin::Spec(at),
                    "nobody could reach the API: both sides of its endpoint are off",
                )
                .note("eksctl refuses such a file")
                .help("turn `privateAccess` or `publicAccess` on"),
        );
    }
    match cidrs {
        Some(cidrs) if endpoint.public => {
            endpoint.cidrs = cidrs.into_iter().map(|word| word.text).collect();
        }
        Some(_) => reader.lost(
            cidrs_at,
            "`vpc.publicAccessCIDRs` is not carried over: the endpoint is private",
            "remove it; AWS takes ranges for a public endpoint only",
        ),
        None => {}
    }
    if endpoint.public && endpoint.cidrs.is_empty() {
        endpoint.cidrs.push("0.0.0.0/0".to_owned());
        endpoint.by_default = true;
        reader.remark(
            at,
            "the API answers the whole internet, as the file names nobody",
            "the spec says so in as many words: `public-cidrs: [0.0.0.0/0]`; name your own ranges there",
        );
    }
    endpoint
}

/// The subnets of the control plane, where they are a choice.
fn control_plane(
    vpc: &mut Section,
    subnets: &[Subnet],
    has_public: bool,
    span: Span,
    reader: &mut Reader,
) -> Option<Vec<Word>> {
    let named = vpc.words("controlPlaneSubnetIDs", reader);
    let private = vpc
        .flag("controlPlaneOnPrivateSubnets", reader)
        .unwrap_or_default();
    let mixed =
        has_public && (subnets.is_empty() || subnets.iter().any(|s| s.access == Access::Private));
    if named.is_none() && !private && mixed {
        reader.remark(
            span,
            "eksctl gives the control plane the public and the private subnets; the spec gives it the private ones",
            "a control plane needs two subnets; its network interfaces have no use for public ones (EKS210)",
        );
    }
    named
}
