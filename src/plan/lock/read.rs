//! Reading `eksnet.lock`.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::{LockFile, TOMBSTONE, VERSION};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, SourceId, Sources, Span};
use crate::network::ZoneId;
use crate::plan::{Entry, Ledger, State, SubnetKey, Tombstone};

/// A line of the file that was understood.
struct Line<'a> {
    stack: &'a str,
    region: &'a str,
    key: SubnetKey,
    entry: Entry,
    tombstone: bool,
    span: Span,
}

pub(super) fn strictly(
    name: &str,
    text: &str,
    sources: &mut Sources,
    findings: &mut Findings,
) -> LockFile {
    let source = sources.add(name, text);
    let mut reader = Reader::default();
    let mut seen: BTreeMap<(&str, &str), Seen> = BTreeMap::new();
    for line in parsed(source, text, false, findings) {
        let of_network = seen.entry((line.stack, line.region)).or_default();
        of_network.add(&line, findings);
        reader.add(&line);
    }
    reader.file
}

pub(super) fn repairing(
    name: &str,
    text: &str,
    sources: &mut Sources,
    findings: &mut Findings,
) -> LockFile {
    let source = sources.add(name, text);
    let mut reader = Reader::default();
    for line in parsed(source, text, true, findings) {
        reader.add(&line);
    }
    for regions in reader.file.networks.values_mut() {
        for ledger in regions.values_mut() {
            ledger.repair();
        }
    }
    // What cannot be repaired is said as of a file that was not.
    let repaired = reader.file.text();
    let source = sources.add(format!("{name} (repaired)"), repaired.as_str());
    let mut seen: BTreeMap<(&str, &str), Seen> = BTreeMap::new();
    for line in parsed(source, &repaired, false, findings) {
        let of_network = seen.entry((line.stack, line.region)).or_default();
        of_network.add(&line, findings);
    }
    reader.file
}

/// What the sides of a merge say. What one of them says of a subnet that another has elsewhere is in a further file.
#[cfg(feature = "cli")]
pub(super) fn sides(text: &str) -> Vec<LockFile> {
    let source = Sources::new().add("", text);
    let mut first = Reader::default();
    let mut others: Vec<Reader> = Vec::new();
    for line in parsed(source, text, true, &mut Findings::new()) {
        let agrees = |side: &Reader| {
            let ledger = side.file.ledger(line.stack, line.region);
            let known = ledger.and_then(|ledger| ledger.get(&line.key));
            line.tombstone || known.is_none_or(|known| known.cidr == line.entry.cidr)
        };
        if agrees(&first) {
            first.add(&line);
        } else if let Some(side) = others.iter_mut().find(|side| agrees(side)) {
            side.add(&line);
        } else {
            let mut side = Reader::default();
            side.add(&line);
            others.push(side);
        }
    }
    let sides = std::iter::once(first).chain(others);
    sides.map(|side| side.file).collect()
}

/// All lines that can be understood; the others are findings.
fn parsed<'a>(
    source: SourceId,
    text: &'a str,
    merging: bool,
    findings: &mut Findings,
) -> Vec<Line<'a>> {
    let mut parsed = Vec::new();
    let mut version = false;
    let mut base = false;
    for (line, span) in lines(source, text) {
        if let Some(marker) = marker(line) {
            if !merging {
                in_conflict(span, findings);
                return Vec::new();
            }
            // What both branches started from is said by both of them, unless one took it back.
            base = marker == '|';
            continue;
        }
        if base {
            continue;
        }
        if !version {
            version = true;
            if line != VERSION {
                unknown_version(line, span, findings);
                return Vec::new();
            }
            continue;
        }
        match entry(line, span) {
            Ok(entry) => parsed.push(entry),
            Err(why) => not_an_entry(&why, span, findings),
        }
    }
    parsed
}

/// The lines that say something, without comments and white space around them.
fn lines(source: SourceId, text: &str) -> impl Iterator<Item = (&str, Span)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |whole| {
        let start = at + whole.len() - whole.trim_start().len();
        at += whole.len();
        let line = whole.trim().trim_start_matches('\u{feff}');
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let span = Span {
            source,
            start: number(start),
            end: number(start + line.len()),
        };
        (!line.is_empty() && !line.starts_with('#')).then_some((line, span))
    })
}

/// The character of a marker that a merge left behind.
fn marker(line: &str) -> Option<char> {
    let first = line.chars().next()?;
    ("<|=>".contains(first) && line.starts_with(&first.to_string().repeat(7))).then_some(first)
}

fn entry(line: &str, span: Span) -> Result<Line<'_>, String> {
    let mut words = line.split_whitespace();
    let mut next = |what: &str| words.next().ok_or_else(|| format!("the {what} is missing"));
    let (stack, region) = (next("stack")?, next("region")?);
    let (tier, zone, ordinal) = (next("tier")?, next("zone")?, next("ordinal")?);
    let (cidr, state) = (next("range")?, next("state")?);
    let key = SubnetKey {
        tier: tier.to_owned(),
        zone: ZoneId::parse(zone).map_err(|_| format!("`{zone}` is not the id of a zone"))?,
        ordinal: ordinal
            .parse()
            .ok()
            .filter(|ordinal| *ordinal < u16::MAX)
            .ok_or_else(|| format!("`{ordinal}` is not an ordinal"))?,
    };
    let range: Option<Ipv4Net> = cidr.parse().ok().filter(|c: &Ipv4Net| *c == c.trunc());
    let range = range.ok_or_else(|| format!("`{cidr}` is not a range"))?;
    let mut entry = Entry::planned(range);
    entry.state = match state {
        "planned" | TOMBSTONE => State::Planned,
        "deployed" => State::Deployed,
        _ => return Err(format!("`{state}` is not planned, deployed or {TOMBSTONE}")),
    };
    for word in words {
        let known = match word.split_once('=') {
            Some(("ipv6", index)) => {
                entry.ipv6 = index.parse().ok();
                entry.ipv6.is_some()
            }
            Some(("via", zone)) => {
                entry.via = ZoneId::parse(zone).ok();
                entry.via.is_some()
            }
            None if word == "nat" => {
                entry.nat = true;
                true
            }
            Some(_) | None => false,
        };
        if !known {
            return Err(format!("`{word}` means nothing here"));
        }
    }
    Ok(Line {
        stack,
        region,
        key,
        entry,
        tombstone: state == TOMBSTONE,
        span,
    })
}

/// The ledgers as lines are added to them.
#[derive(Default)]
struct Reader {
    file: LockFile,
}

impl Reader {
    /// Adds a line. Of two for one subnet the one that says more is kept: a range that is deployed, and one that is live.
    fn add(&mut self, line: &Line<'_>) {
        let ledger = self.ledger(line.stack, line.region);
        let Line { key, entry, .. } = line;
        let bury = |ledger: &mut Ledger, entry: &Entry| {
            ledger.bury(Tombstone {
                key: key.clone(),
                cidr: entry.cidr,
                ipv6: entry.ipv6,
            });
        };
        if line.tombstone {
            bury(ledger, entry);
            return;
        }
        let Some(known) = ledger.get(key) else {
            ledger.insert(key.clone(), *entry);
            return;
        };
        let (mut kept, other) = if entry.state > known.state {
            (*entry, known)
        } else {
            (known, *entry)
        };
        if kept.cidr == other.cidr {
            kept.ipv6 = kept.ipv6.or(other.ipv6);
            kept.via = kept.via.or(other.via);
            kept.nat |= other.nat;
        } else if other.state == State::Deployed {
            // Both are on AWS, and the subnet can only be known by one of them.
            bury(ledger, &other);
        }
        ledger.insert(key.clone(), kept);
    }

    fn ledger(&mut self, stack: &str, region: &str) -> &mut Ledger {
        // Most lines are of the network of the line before; only a new one costs names.
        if self.file.ledger(stack, region).is_none() {
            self.file.set(stack, region, Ledger::new());
        }
        let regions = self.file.networks.entry(stack.to_owned()).or_default();
        regions.entry(region.to_owned()).or_default()
    }
}

/// The entries of one network that were read so far.
#[derive(Default)]
struct Seen {
    keys: BTreeMap<SubnetKey, (Ipv4Net, Span)>,
    tombstones: BTreeSet<(SubnetKey, Ipv4Net)>,
    /// By first address; they do not overlap, so only neighbours can overlap a further one.
    ranges: BTreeMap<Ipv4Net, (SubnetKey, Span)>,
    indices: BTreeMap<u8, (SubnetKey, Ipv4Net, Span)>,
}

impl Seen {
    /// Adds an entry. Two branches that both gave out ranges agree line by line, and not in what the lines say.
    fn add(&mut self, line: &Line<'_>, findings: &mut Findings) {
        let Line { key, span, .. } = line;
        let cidr = line.entry.cidr;
        self.add_index(line, findings);
        if line.tombstone {
            // Both may have removed it.
            if !self.tombstones.insert((key.clone(), cidr)) {
                return;
            }
        } else if let Some((other, place)) = self.keys.insert(key.clone(), (cidr, *span)) {
            if other == cidr {
                return;
            }
            let message = format!("{key} has both {cidr} and {other}");
            clash(line, message, place, findings);
        }
        if let Some((other, range, place)) = self.overlapping(cidr) {
            let message = if other == key {
                format!("{key} has {cidr} and had {range}, which overlap")
            } else {
                format!("{cidr} of {key} overlaps {range} of {other}")
            };
            clash(line, message, place, findings);
        } else {
            self.ranges.insert(cidr, (key.clone(), *span));
        }
    }

    fn add_index(&mut self, line: &Line<'_>, findings: &mut Findings) {
        let Line { key, span, .. } = line;
        let (Some(index), cidr) = (line.entry.ipv6, line.entry.cidr) else {
            return;
        };
        let (other, range, place) = &*self
            .indices
            .entry(index)
            .or_insert_with(|| (key.clone(), cidr, *span));
        if (other, *range) != (key, cidr) {
            let message = format!("{key} and {other} both have the IPv6 range {index}");
            clash(line, message, *place, findings);
        }
    }

    fn overlapping(&self, cidr: Ipv4Net) -> Option<(&SubnetKey, Ipv4Net, Span)> {
        let below = self.ranges.range(..=cidr).next_back();
        let above = self.ranges.range(cidr..).next();
        let mut neighbours = below.into_iter().chain(above);
        neighbours
            .find(|(range, _)| crate::plan::overlap(**range, cidr))
            .map(|(range, (key, span))| (key, *range, *span))
    }
}

fn clash(line: &Line<'_>, message: String, place: Span, findings: &mut Findings) {
    findings.push(
        rules::PLAN009
            .at(Origin::Spec(line.span), message)
            .related(Origin::Spec(place), "the other entry")
            .note(format!(
                "two branches that were merged have both given out ranges of {}",
                line.stack
            ))
            .help("give the one that is not deployed another place by `eksnet plan --repair`"),
    );
}

fn in_conflict(span: Span, findings: &mut Findings) {
    findings.push(
        rules::PLAN008
            .at(Origin::Spec(span), "a merge left a conflict in the ledger")
            .note("both branches have given out ranges, and each has its lines here")
            .help("take both by `eksnet plan --repair`, which moves only what is planned and in the way"),
    );
}

fn unknown_version(line: &str, span: Span, findings: &mut Findings) {
    findings.push(
        rules::PLAN008
            .at(
                Origin::Spec(span),
                format!("`{line}` is not a version of the ledger that is known"),
            )
            .note("a newer eksnet may have written it, and an older one would lose what it does not know")
            .help(format!("use the eksnet that wrote it; this one reads `{VERSION}`")),
    );
}

fn not_an_entry(why: &str, span: Span, findings: &mut Findings) {
    findings.push(
        rules::PLAN008
            .at(
                Origin::Spec(span),
                format!("this line of the ledger cannot be read: {why}"),
            )
            .note("a range that is lost here would be given out again")
            .help("write `stack region tier zone ordinal range state`, or take the file back from the version control by `git checkout eksnet.lock`"),
    );
}
