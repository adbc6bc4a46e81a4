//! Reading what `aws ec2 describe-subnets` says.

use std::collections::BTreeSet;

use ipnet::{Ipv4Net, Ipv6Net};
use serde_json::Value;

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, MAX_BYTES, Origin, SourceId, Sources, Span};
use crate::network::Access;

/// The subnets that exist, as `aws ec2 describe-subnets` lists them.
///
/// ```
/// use eksnet::diagnostic::{Findings, Sources};
/// use eksnet::plan::Listing;
///
/// let text = r#"{ "Subnets": [{
///   "SubnetId": "subnet-0a1", "VpcId": "vpc-01", "CidrBlock": "10.20.0.0/20",
///   "AvailabilityZoneId": "use1-az1", "Tags": [{ "Key": "Name", "Value": "old-private-1a" }]
/// }] }"#;
/// let (mut sources, mut findings) = (Sources::new(), Findings::new());
/// let listing = Listing::read("subnets.json", text, &mut sources, &mut findings);
/// assert_eq!(listing.map(|listing| listing.subnets().len()), Some(1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub(super) source: SourceId,
    pub(super) subnets: Vec<ListedSubnet>,
}

/// A subnet that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSubnet {
    /// Its id, `subnet-…`.
    pub id: String,
    /// The id of its VPC; empty where the listing does not say.
    pub vpc: String,
    /// Its IPv4 range.
    pub cidr: Ipv4Net,
    /// Its IPv6 range, a /64.
    pub ipv6: Option<Ipv6Net>,
    /// The id of its zone, which may be one in which EKS takes no subnets.
    pub zone: String,
    /// Its tag `Name`.
    pub name: Option<String>,
    /// How it reaches the internet, as far as load balancers and public addresses tell.
    pub(super) access: Option<Access>,
    /// Where its id stands.
    pub(super) origin: Origin,
}

impl Listing {
    /// Reads the JSON that the AWS CLI prints: an object with `Subnets`, or that list alone. Fields that are not known are
    /// passed over, and so are subnets without an IPv4 range.
    ///
    /// Nothing comes of a text that cannot be read; the findings say why.
    pub fn read(
        name: &str,
        text: &str,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Self> {
        if text.len() > MAX_BYTES {
            // The text is not kept either: nobody wants to see it quoted.
            let source = sources.add(name, "");
            let message = format!("the listing is larger than {} MiB", MAX_BYTES >> 20);
            findings.push(unreadable(at(source, 0..0), message).help(FILTER));
            return None;
        }
        let source = sources.add(name, text);
        match subnets(source, text) {
            Ok(subnets) => Some(Self { source, subnets }),
            Err(finding) => {
                findings.push(*finding);
                None
            }
        }
    }

    /// The subnets, in the order of the listing.
    pub fn subnets(&self) -> &[ListedSubnet] {
        &self.subnets
    }

    /// The listing as a whole.
    pub(super) fn origin(&self) -> Origin {
        at(self.source, 0..0)
    }
}

impl ListedSubnet {
    /// In words: `subnet-0a1, 10.20.0.0/20 in use1-az1, Name old-private-1a`.
    pub(super) fn described(&self) -> String {
        let Self { id, cidr, zone, .. } = self;
        match &self.name {
            Some(name) => format!("{id}, {cidr} in {zone}, Name {name}"),
            None => format!("{id}, {cidr} in {zone}, without a Name"),
        }
    }
}

/// The most subnets that a listing may have; a VPC has 200 unless AWS is asked for more.
const MAX_SUBNETS: usize = 10_000;

/// What to do about a listing that has too much.
const FILTER: &str =
    "list one VPC alone: `aws ec2 describe-subnets --filters Name=vpc-id,Values=vpc-…`";

fn subnets(source: SourceId, text: &str) -> Result<Vec<ListedSubnet>, Box<Finding>> {
    let bare = text.trim_start_matches('\u{feff}');
    let offset = text.len() - bare.len();
    let value: Value = serde_json::from_str(bare)
        .map_err(|error| Box::new(not_json(source, bare, offset, &error)))?;
    let Some(listed) = value.get("Subnets").unwrap_or(&value).as_array() else {
        let finding = unreadable(at(source, 0..0), "the listing has no `Subnets`");
        return Err(Box::new(finding.help(HOW)));
    };
    if listed.len() > MAX_SUBNETS {
        let message = format!("the listing has {} subnets", listed.len());
        let finding = unreadable(at(source, 0..0), message);
        return Err(Box::new(finding.help(FILTER)));
    }
    let mut places = Places {
        source,
        text,
        from: 0,
    };
    let mut seen = BTreeSet::new();
    let mut subnets = Vec::with_capacity(listed.len());
    for (index, value) in listed.iter().enumerate() {
        if let Some(subnet) = subnet(index, value, &mut places)?
            // Pages of a listing that was put together may overlap.
            && seen.insert(subnet.id.clone())
        {
            subnets.push(subnet);
        }
    }
    Ok(subnets)
}

/// A subnet; none where it has no IPv4 range.
fn subnet(
    index: usize,
    value: &Value,
    places: &mut Places<'_>,
) -> Result<Option<ListedSubnet>, Box<Finding>> {
    let text = |field: &str| value.get(field).and_then(Value::as_str);
    let Some(id) = text("SubnetId") else {
        let message = format!("subnet {} of the listing has no `SubnetId`", index + 1);
        return Err(Box::new(
            unreadable(at(places.source, 0..0), message).help(HOW),
        ));
    };
    let origin = places.of(id);
    let is_ipv6_only = value.get("Ipv6Native").and_then(Value::as_bool) == Some(true);
    if is_ipv6_only {
        return Ok(None);
    }
    let wrong = |message: String| Box::new(unreadable(origin, message).help(HOW));
    let lacks = |field| wrong(format!("{id} has no `{field}`"));
    let written = text("CidrBlock").ok_or_else(|| lacks("CidrBlock"))?;
    let cidr = written.parse().ok().filter(|c: &Ipv4Net| *c == c.trunc());
    let cidr = cidr.ok_or_else(|| {
        wrong(format!(
            "the `CidrBlock` of {id}, `{written}`, is not a range"
        ))
    })?;
    let zone = text("AvailabilityZoneId").ok_or_else(|| lacks("AvailabilityZoneId"))?;
    Ok(Some(ListedSubnet {
        id: id.to_owned(),
        vpc: text("VpcId").unwrap_or_default().to_owned(),
        cidr,
        ipv6: ipv6(value),
        zone: zone.to_owned(),
        name: tag(value, "Name")
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
        access: access(value),
        origin,
    }))
}

/// The value of a tag.
fn tag<'v>(subnet: &'v Value, key: &str) -> Option<&'v str> {
    let tags = subnet.get("Tags")?.as_array()?;
    let tag = tags
        .iter()
        .find(|tag| tag.get("Key").and_then(Value::as_str) == Some(key))?;
    tag.get("Value")?.as_str()
}

/// What a subnet's role for load balancers, else its public addresses, say of how it reaches the internet.
fn access(subnet: &Value) -> Option<Access> {
    let public = tag(subnet, "kubernetes.io/role/elb").is_some();
    let internal = tag(subnet, "kubernetes.io/role/internal-elb").is_some();
    match (public, internal) {
        (true, false) => Some(Access::Public),
        (false, true) => Some(Access::Private),
        (true, true) | (false, false) => subnet
            .get("MapPublicIpOnLaunch")
            .and_then(Value::as_bool)
            .filter(|public| *public)
            .map(|_| Access::Public),
    }
}

/// The /64 that a subnet has now; former ones stay in the listing for a while.
fn ipv6(subnet: &Value) -> Option<Ipv6Net> {
    let associations = subnet.get("Ipv6CidrBlockAssociationSet")?.as_array()?;
    let live = associations.iter().find(|association| {
        let state = association.pointer("/Ipv6CidrBlockState/State");
        state.is_none_or(|state| matches!(state.as_str(), Some("associated" | "associating")))
    })?;
    let range: Ipv6Net = live.get("Ipv6CidrBlock")?.as_str()?.parse().ok()?;
    (range.prefix_len() == 64).then_some(range)
}

/// Finds where ids stand: they come in the order of the text, so that it is looked through once.
struct Places<'t> {
    source: SourceId,
    text: &'t str,
    from: usize,
}

impl Places<'_> {
    fn of(&mut self, id: &str) -> Origin {
        let rest = self.text.get(self.from..).unwrap_or_default();
        let Some(found) = rest.find(&format!("\"{id}\"")) else {
            return at(self.source, 0..0);
        };
        let start = self.from + found;
        self.from = start + id.len() + 2;
        at(self.source, start..self.from)
    }
}

fn at(source: SourceId, range: std::ops::Range<usize>) -> Origin {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Origin::Spec(Span {
        source,
        start: number(range.start),
        end: number(range.end),
    })
}

fn unreadable(origin: Origin, message: impl Into<String>) -> Finding {
    rules::PLAN013.at(origin, message)
}

/// What makes a listing.
const HOW: &str = "make the listing by `aws ec2 describe-subnets --output json`";

fn not_json(source: SourceId, text: &str, offset: usize, error: &serde_json::Error) -> Finding {
    let before = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let line: usize = before.map(str::len).sum();
    let start = (offset + line + error.column().saturating_sub(1)).min(offset + text.len());
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or_default();
    unreadable(
        at(source, start..start),
        format!("the listing is not JSON: {why}"),
    )
    .help(HOW)
}
