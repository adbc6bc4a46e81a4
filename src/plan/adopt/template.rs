//! The subnets of a template that somebody else wrote, and deployed: of `CloudFormation`, or of Terraform as it shows a plan or
//! a state.

use std::collections::BTreeMap;

use ipnet::{Ipv4Net, Ipv6Net};

use super::listing::{ListedSubnet, Listing};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, SourceId, Sources, Span};
use crate::network::{Access, ZoneId};
use crate::read::Engine;
use crate::read::foreign::{
    Given, Part, Resource, Template, Text, Value, located, terraform_located,
};

impl Listing {
    /// Reads the subnets of a template, YAML or JSON, each by its logical id. `zones` has the ids of zones by the names that
    /// the account knows them by.
    ///
    /// Nothing comes of a template whose subnets, their ranges and zones are not all known; the findings say why.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use eksnet::diagnostic::{Findings, Sources};
    /// use eksnet::plan::Listing;
    /// use eksnet::read::foreign::Given;
    ///
    /// let text = "
    /// Resources:
    ///   Private:
    ///     Type: AWS::EC2::Subnet
    ///     Properties: { VpcId: vpc-01, CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
    /// ";
    /// let (mut sources, mut findings) = (Sources::new(), Findings::new());
    /// let (given, zones) = (Given::default(), BTreeMap::new());
    /// let listing = Listing::of_template("t.yaml", text, &given, &zones, &mut sources, &mut findings);
    /// assert_eq!(listing.map(|listing| listing.subnets().len()), Some(1));
    /// ```
    pub fn of_template(
        name: &str,
        text: &str,
        given: &Given,
        zones: &BTreeMap<String, ZoneId>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Self> {
        let (template, places) = match located(name, text, given, sources) {
            Ok(read) => read,
            Err(said) => {
                findings.extend(said);
                return None;
            }
        };
        let Some(place) = places.values().next() else {
            findings.push(makes_none(name));
            return None;
        };
        subnets(name, &template, zones, place.source, &places, findings)
    }

    /// Reads the subnets of a plan or a state of Terraform, as `terraform show -json` prints it, each by its address. `zones`
    /// has the ids of zones by the names that the account knows them by.
    ///
    /// Nothing comes of one whose subnets, their ranges and zones are not all known; the findings say why.
    pub fn of_terraform(
        name: &str,
        text: &str,
        zones: &BTreeMap<String, ZoneId>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Self> {
        let (template, source) = match terraform_located(name, text, sources) {
            Ok(read) => read,
            Err(said) => {
                findings.extend(said);
                return None;
            }
        };
        let places = addresses(text, source);
        subnets(name, &template, zones, source, &places, findings)
    }
}

/// Where the address of each resource stands first.
fn addresses(text: &str, source: SourceId) -> BTreeMap<String, Span> {
    let mut places = BTreeMap::new();
    for (at, key) in text.match_indices("\"address\"") {
        let rest = text.get(at + key.len()..).unwrap_or_default();
        let begins = rest.find('"').unwrap_or_default();
        let written = rest.get(begins..).unwrap_or_default();
        let mut words = serde_json::Deserializer::from_str(written).into_iter::<String>();
        if let Some(Ok(address)) = words.next() {
            let start = at + key.len() + begins;
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span {
                source,
                start: number(start),
                end: number(start + words.byte_offset()),
            };
            places.entry(address).or_insert(span);
        }
    }
    places
}

fn makes_none(name: &str) -> Finding {
    rules::PLAN013.at(Origin::Default, format!("{name} makes no subnets"))
}

fn subnets(
    name: &str,
    template: &Template,
    zones: &BTreeMap<String, ZoneId>,
    source: SourceId,
    places: &BTreeMap<String, Span>,
    findings: &mut Findings,
) -> Option<Listing> {
    let words = match template.engine {
        Engine::CloudFormation => &CLOUDFORMATION,
        Engine::Terraform => &TERRAFORM,
    };
    let mut all = template.resources.iter();
    if !all.any(|(_, resource)| resource.kind == words.kind) {
        findings.push(makes_none(name));
        return None;
    }
    let mut subnets = Vec::new();
    let mut sure = true;
    for (id, resource) in &template.resources {
        if resource.kind != words.kind {
            continue;
        }
        let place = places.get(id.as_ref());
        let subnet = Subnet {
            id,
            resource,
            template,
            words,
            origin: place.map_or(Origin::Default, |span| Origin::Spec(*span)),
        };
        match subnet.listed(zones) {
            Ok(subnet) => subnets.extend(subnet),
            Err(finding) => {
                sure = false;
                findings.push(*finding);
            }
        }
    }
    sure.then_some(Listing { source, subnets })
}

/// What an engine calls a subnet and its properties.
struct Words {
    kind: &'static str,
    cidr: &'static str,
    ipv6: &'static str,
    ipv6_only: &'static str,
    zone: &'static str,
    zone_id: &'static str,
    vpc: &'static str,
    tags: &'static str,
    public: &'static str,
    /// What to do about what is not known.
    help: &'static str,
    zone_help: &'static str,
}

const CLOUDFORMATION: Words = Words {
    kind: "AWS::EC2::Subnet",
    cidr: "CidrBlock",
    ipv6: "Ipv6CidrBlock",
    ipv6_only: "Ipv6Native",
    zone: "AvailabilityZone",
    zone_id: "AvailabilityZoneId",
    vpc: "VpcId",
    tags: "Tags",
    public: "MapPublicIpOnLaunch",
    help: PARAMETERS,
    zone_help: ZONES,
};

const TERRAFORM: Words = Words {
    kind: "aws_subnet",
    cidr: "cidr_block",
    ipv6: "ipv6_cidr_block",
    ipv6_only: "ipv6_native",
    zone: "availability_zone",
    zone_id: "availability_zone_id",
    vpc: "vpc_id",
    tags: "tags",
    public: "map_public_ip_on_launch",
    help: "give the state, which has what AWS decided: `terraform show -json`",
    zone_help: "give its zone with the id, `--zone us-east-1a=use1-az4`, or the state, which has it: `terraform show -json`",
};

/// A subnet of a template.
struct Subnet<'t> {
    id: &'t str,
    resource: &'t Resource,
    template: &'t Template,
    words: &'static Words,
    origin: Origin,
}

impl Subnet<'_> {
    fn property(&self, name: &str) -> Option<&Value> {
        self.resource.properties.get(name)
    }

    fn known(&self, name: &str) -> Option<String> {
        self.template.told(self.property(name)?)
    }

    fn unknown(&self, message: String, help: &'static str) -> Box<Finding> {
        Box::new(rules::PLAN013.at(self.origin, message).help(help))
    }

    /// The subnet; none where it has no IPv4 range.
    fn listed(
        &self,
        zones: &BTreeMap<String, ZoneId>,
    ) -> Result<Option<ListedSubnet>, Box<Finding>> {
        let Self { id, words, .. } = self;
        if let Some(condition) = &self.resource.only_if {
            let message = format!("whether {id} exists is not known: {condition}");
            return Err(self.unknown(message, words.help));
        }
        if self.property(words.ipv6_only).is_some_and(is_true) {
            return Ok(None);
        }
        let said = |value: Option<&Value>, nothing: &str| {
            value.map_or_else(|| nothing.to_owned(), Value::to_string)
        };
        let cidr = self.known(words.cidr).and_then(|text| text.parse().ok());
        let Some(cidr) = cidr.filter(|cidr: &Ipv4Net| *cidr == cidr.trunc()) else {
            let said = said(self.property(words.cidr), "it has none");
            let message = format!("the range of {id} is not known: {said}");
            return Err(self.unknown(message, words.help));
        };
        let by_name = || zones.get(&self.known(words.zone)?).map(ToString::to_string);
        let Some(zone) = self.known(words.zone_id).or_else(by_name) else {
            let said = said(self.property(words.zone), "it names none");
            let message = format!("the id of the zone of {id} is not known: {said}");
            return Err(self.unknown(message, words.zone_help));
        };
        let ipv6 = self.known(words.ipv6).and_then(|text| text.parse().ok());
        Ok(Some(ListedSubnet {
            id: (*id).to_owned(),
            vpc: said(self.property(words.vpc), ""),
            cidr,
            ipv6: ipv6.filter(|range: &Ipv6Net| range.prefix_len() == 64),
            zone,
            name: self
                .tag("Name")
                .map(literal)
                .filter(|name| !name.is_empty()),
            access: self.access(),
            origin: self.origin,
        }))
    }

    /// The value of a tag: of a list of keys and values, or of a map.
    fn tag(&self, key: &str) -> Option<&Value> {
        match self.property(self.words.tags)? {
            Value::List(tags) => tags.iter().find_map(|tag| match tag {
                Value::Map(tag) if known(tag.get("Key")?) == Some(key) => tag.get("Value"),
                _ => None,
            }),
            Value::Map(tags) => tags.get(key),
            _ => None,
        }
    }

    /// What the role for load balancers, else public addresses, say of how it reaches the internet.
    fn access(&self) -> Option<Access> {
        let has = |key| self.tag(key).is_some();
        match (
            has("kubernetes.io/role/elb"),
            has("kubernetes.io/role/internal-elb"),
        ) {
            (true, false) => Some(Access::Public),
            (false, true) => Some(Access::Private),
            (true, true) | (false, false) => {
                let public = self.property(self.words.public);
                public.is_some_and(is_true).then_some(Access::Public)
            }
        }
    }
}

const PARAMETERS: &str = "give what it depends on: `--parameter NAME=VALUE`";

const ZONES: &str =
    "give all zones of the region with their ids: `--zone us-east-1a=use1-az4`, once for each";

fn known(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => text.known(),
        _ => None,
    }
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || known(value) == Some("true")
}

/// What is known of a text; a name is looked through for words only.
fn literal(value: &Value) -> String {
    let literals = |text: &Text| {
        let parts = text.parts().iter();
        let parts = parts.map(|part| match part {
            Part::Literal(text) => text.as_str(),
            _ => "",
        });
        parts.collect()
    };
    match value {
        Value::Text(text) => literals(text),
        _ => String::new(),
    }
}
