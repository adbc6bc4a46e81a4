//! Reading `eksnet.lock`.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::seen::Seen;
use super::{LockFile, TOMBSTONE, VERSION, VPC};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, SourceId, Sources, Span};
use crate::network::ZoneId;
use crate::plan::{Entry, Ledger, State, SubnetKey, Tombstone, Via, VpcRange};

/// A line of the file that was understood.
pub(super) struct Line<'a> {
    pub(super) stack: &'a str,
    region: &'a str,
    pub(super) span: Span,
    pub(super) says: Says,
}

/// What a line says.
pub(super) enum Says {
    Vpc(VpcRange),
    Subnet(SubnetKey, Entry),
    Removed(Tombstone),
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
            match &line.says {
                Says::Subnet(key, entry) => {
                    let known = ledger.and_then(|ledger| ledger.get(key));
                    known.is_none_or(|known| known.cidr == entry.cidr)
                }
                Says::Vpc(_) | Says::Removed(_) => true,
            }
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
    if !version {
        nothing(source, findings);
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
    let stack = next(&mut words, "stack")?;
    let region = next(&mut words, "region")?;
    let third = next(&mut words, "tier")?;
    let fourth = next(&mut words, "zone")?;
    // A tier may be called so too, and a zone is no range.
    let says = if third == VPC && fourth.contains('/') {
        vpc(fourth, &mut words)?
    } else {
        subnet(third, fourth, &mut words)?
    };
    if let Some(word) = words.next() {
        return Err(format!("`{word}` means nothing here"));
    }
    Ok(Line {
        stack,
        region,
        span,
        says,
    })
}

fn next<'a>(words: &mut impl Iterator<Item = &'a str>, what: &str) -> Result<&'a str, String> {
    words.next().ok_or_else(|| format!("the {what} is missing"))
}

fn range(text: &str) -> Result<Ipv4Net, String> {
    let range = text.parse().ok().filter(|c: &Ipv4Net| *c == c.trunc());
    range.ok_or_else(|| format!("`{text}` is not a range"))
}

fn state(word: &str) -> Option<State> {
    [State::Planned, State::Deployed]
        .into_iter()
        .find(|state| state.as_str() == word)
}

fn vpc<'a>(cidr: &str, words: &mut impl Iterator<Item = &'a str>) -> Result<Says, String> {
    let cidr = range(cidr)?;
    let word = next(words, "state")?;
    let state = state(word).ok_or_else(|| format!("`{word}` is not planned or deployed"))?;
    Ok(Says::Vpc(VpcRange { cidr, state }))
}

fn subnet<'a>(
    tier: &str,
    zone: &str,
    words: &mut impl Iterator<Item = &'a str>,
) -> Result<Says, String> {
    let ordinal = next(words, "ordinal")?;
    let cidr = next(words, "range")?;
    let word = next(words, "state")?;
    let key = SubnetKey {
        tier: tier.to_owned(),
        zone: ZoneId::parse_any(zone).ok_or_else(|| format!("`{zone}` is not the id of a zone"))?,
        ordinal: ordinal
            .parse()
            .ok()
            .filter(|ordinal| *ordinal < u16::MAX)
            .ok_or_else(|| format!("`{ordinal}` is not an ordinal"))?,
    };
    let mut entry = Entry::planned(range(cidr)?);
    let removed = word == TOMBSTONE;
    if !removed {
        entry.state = state(word)
            .ok_or_else(|| format!("`{word}` is not planned, deployed or {TOMBSTONE}"))?;
    }
    for word in words {
        if !remark(word, &mut entry) {
            return Err(format!("`{word}` means nothing here"));
        }
    }
    Ok(if removed {
        Says::Removed(tombstone(key, &entry))
    } else {
        Says::Subnet(key, entry)
    })
}

/// Takes in what else is said of a subnet; says whether it was understood.
fn remark(word: &str, entry: &mut Entry) -> bool {
    match word.split_once('=') {
        Some(("ipv6", index)) => {
            entry.ipv6 = index.parse().ok();
            entry.ipv6.is_some()
        }
        Some(("via", whence)) => {
            entry.via = Via::parse(whence);
            entry.via.is_some()
        }
        None if word == "nat" => {
            entry.nat = true;
            true
        }
        None if word == "cluster" => {
            entry.cluster = true;
            true
        }
        Some(_) | None => false,
    }
}

fn tombstone(key: SubnetKey, entry: &Entry) -> Tombstone {
    Tombstone {
        key,
        cidr: entry.cidr,
        ipv6: entry.ipv6,
    }
}

/// The ledgers as lines are added to them.
#[derive(Default)]
struct Reader {
    file: LockFile,
}

impl Reader {
    fn add(&mut self, line: &Line<'_>) {
        let ledger = self.ledger(line.stack, line.region);
        match &line.says {
            Says::Vpc(vpc) => {
                let known = ledger.vpc().filter(|known| known.state >= vpc.state);
                ledger.set_vpc(Some(known.unwrap_or(*vpc)));
            }
            Says::Subnet(key, entry) => add_subnet(ledger, key, *entry),
            Says::Removed(old) => ledger.bury(old.clone()),
        }
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

/// Adds a subnet. Of two lines for one the one that says more is kept: a range that is deployed, and one that is live.
fn add_subnet(ledger: &mut Ledger, key: &SubnetKey, entry: Entry) {
    let Some(known) = ledger.get(key) else {
        ledger.insert(key.clone(), entry);
        return;
    };
    let (mut kept, other) = if entry.state > known.state {
        (entry, known)
    } else {
        (known, entry)
    };
    if kept.cidr == other.cidr {
        kept.ipv6 = kept.ipv6.or(other.ipv6);
        kept.via = kept.via.or(other.via);
        kept.nat |= other.nat;
        kept.cluster |= other.cluster;
    } else if other.state == State::Deployed {
        // Both are on AWS, and the subnet can only be known by one of them.
        ledger.bury(tombstone(key.clone(), &other));
    }
    ledger.insert(key.clone(), kept);
}

fn in_conflict(span: Span, findings: &mut Findings) {
    findings.push(
        rules::PLAN008
            .at(Origin::Spec(span), "a merge left a conflict in the ledger")
            .note("both branches have given out ranges, and each has its lines here")
            .help("take both by `eksnet plan --repair`, which moves only what is planned and in the way"),
    );
}

pub(super) fn unreadable(name: &str, why: &str, sources: &mut Sources) -> Finding {
    rules::PLAN008
        .at(
            whole(sources.add(name, "")),
            format!("cannot read the ledger: {why}"),
        )
        .note(LOST)
        .help("take the file back from the version control by `git checkout eksnet.lock`")
}

/// The file as such.
const fn whole(source: SourceId) -> Origin {
    Origin::Spec(Span {
        source,
        start: 0,
        end: 0,
    })
}

/// Why there is no plan without the ledger.
const LOST: &str = "what it had would be given out again, and subnets that exist would move";

/// What this program writes has a version even where it has no networks.
fn nothing(source: SourceId, findings: &mut Findings) {
    findings.push(
        rules::PLAN008
            .at(whole(source), "the ledger is empty")
            .note(LOST)
            .help("take the file back from the version control by `git checkout eksnet.lock`, or delete it if no network was ever deployed"),
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
