//! The subnets of a `CloudFormation` template that somebody else wrote, and deployed.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::listing::{ListedSubnet, Listing};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Sources};
use crate::network::{Access, ZoneId};
use crate::read::foreign::{Given, Part, Resource, Text, Value, located};

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
        let kinds = template.resources.values().map(|resource| &resource.kind);
        let some = kinds.filter(|kind| *kind == SUBNET).count() > 0;
        let Some(place) = places.values().next().filter(|_| some) else {
            findings.push(rules::PLAN013.at(Origin::Default, format!("{name} makes no subnets")));
            return None;
        };
        let mut subnets = Vec::new();
        let mut sure = true;
        for (id, resource) in &template.resources {
            if resource.kind != SUBNET {
                continue;
            }
            let origin = places
                .get(id.as_ref())
                .map_or(Origin::Default, |span| Origin::Spec(*span));
            match subnet(id, resource, zones, origin) {
                Ok(Some(subnet)) => subnets.push(subnet),
                Ok(None) => {}
                Err(finding) => {
                    sure = false;
                    findings.push(*finding);
                }
            }
        }
        let source = place.source;
        sure.then_some(Self { source, subnets })
    }
}

const SUBNET: &str = "AWS::EC2::Subnet";

/// A subnet; none where it has no IPv4 range.
fn subnet(
    id: &str,
    resource: &Resource,
    zones: &BTreeMap<String, ZoneId>,
    origin: Origin,
) -> Result<Option<ListedSubnet>, Box<Finding>> {
    let unknown = |message: String, help| Box::new(rules::PLAN013.at(origin, message).help(help));
    let property = |name: &str| resource.properties.get(name);
    if let Some(condition) = &resource.only_if {
        let message = format!("whether {id} exists is not known: {condition}");
        return Err(unknown(message, PARAMETERS));
    }
    if property("Ipv6Native").is_some_and(is_true) {
        return Ok(None);
    }
    let said = property("CidrBlock");
    let cidr = said.and_then(known).and_then(|text| text.parse().ok());
    let Some(cidr) = cidr.filter(|cidr: &Ipv4Net| *cidr == cidr.trunc()) else {
        let said = said.map_or_else(|| "it has none".to_owned(), Value::to_string);
        return Err(unknown(
            format!("the range of {id} is not known: {said}"),
            PARAMETERS,
        ));
    };
    let named = property("AvailabilityZone");
    let by_name = || zones.get(named.and_then(known)?).map(ToString::to_string);
    let by_id = property("AvailabilityZoneId")
        .and_then(known)
        .map(str::to_owned);
    let Some(zone) = by_id.or_else(by_name) else {
        let said = named.map_or_else(|| "it names none".to_owned(), Value::to_string);
        return Err(unknown(
            format!("the id of the zone of {id} is not known: {said}"),
            ZONES,
        ));
    };
    Ok(Some(ListedSubnet {
        id: id.to_owned(),
        vpc: property("VpcId").map(Value::to_string).unwrap_or_default(),
        cidr,
        ipv6: None,
        zone,
        name: tag(resource, "Name")
            .map(literal)
            .filter(|name| !name.is_empty()),
        access: access(resource),
        origin,
    }))
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

/// The value of a tag.
fn tag<'r>(resource: &'r Resource, key: &str) -> Option<&'r Value> {
    let Value::List(tags) = resource.properties.get("Tags")? else {
        return None;
    };
    tags.iter().find_map(|tag| match tag {
        Value::Map(tag) if known(tag.get("Key")?) == Some(key) => tag.get("Value"),
        _ => None,
    })
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

/// What the role for load balancers, else public addresses, say of how it reaches the internet.
fn access(resource: &Resource) -> Option<Access> {
    let has = |key| tag(resource, key).is_some();
    match (
        has("kubernetes.io/role/elb"),
        has("kubernetes.io/role/internal-elb"),
    ) {
        (true, false) => Some(Access::Public),
        (false, true) => Some(Access::Private),
        (true, true) | (false, false) => {
            let public = resource.properties.get("MapPublicIpOnLaunch");
            public.is_some_and(is_true).then_some(Access::Public)
        }
    }
}
