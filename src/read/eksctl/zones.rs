//! Zones by name, and what they are by id.

use std::collections::{BTreeMap, BTreeSet};

use super::section::{Reader, Word};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{Region, ZoneId};

/// Names of zones and the ids that they stand for, as the user gave them.
pub(super) struct ZoneNames<'a> {
    ids: &'a BTreeMap<String, ZoneId>,
    /// Nothing where the file names none that there is.
    pub(super) region: Option<Region>,
    asked: BTreeSet<String>,
}

impl<'a> ZoneNames<'a> {
    pub(super) fn new(ids: &'a BTreeMap<String, ZoneId>, region: Option<Region>) -> Self {
        let asked = BTreeSet::new();
        Self { ids, region, asked }
    }

    /// The id of a zone; its name where nobody said what it stands for.
    pub(super) fn id(&mut self, zone: &Word, reader: &mut Reader) -> String {
        if let Some(id) = self.ids.get(&zone.text) {
            return id.to_string();
        }
        if ZoneId::parse(&zone.text).is_err() && self.asked.insert(zone.text.clone()) {
            let name = &zone.text;
            let (region, id) = match self.region {
                Some(region) => (region.as_str(), format!("{}-azN", region.zone_prefix())),
                None => ("REGION", "ID".to_owned()),
            };
            reader.findings.push(
                rules::SPEC052
                    .at(
                        Origin::Spec(zone.span),
                        format!("`{name}` is the name of a zone, and the spec needs its id"),
                    )
                    .note(format!(
                        "names are of one account; `aws ec2 describe-availability-zones --region {region} --query \
                         \"AvailabilityZones[].[ZoneName,ZoneId]\"` shows what they stand for"
                    ))
                    .help(format!(
                        "import again with `--zone {name}={id}`, or put the id into the spec"
                    )),
            );
        }
        zone.text.clone()
    }
}
