//! Properties of thousands of networks that nobody thought of.
//!
//! `EKSNET_CASES=full` tries ten thousand; `EKSNET_CASES=N` the first N. A failure names its number: that of the spec
//! that `support::generate::spec` makes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that stops is a test that fails, and it tells how much it has seen"
)]

mod support;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use eksnet::Synthesis;
use eksnet::capacity::{PodNetwork, ZoneCapacity};
use eksnet::diagnostic::{Findings, Severity};
use eksnet::network::{Ipv4Net, Region};
use eksnet::plan::Ledger;
use eksnet::spec::Format;
use serde_json::{Map, Value, json};

use support::emit::{self, Order};
use support::rng::Rng;
use support::templates::Templates;
use support::{cases, generate, run};

/// Runs a check for every number, on two processors, and stops after a few failures.
fn for_each_case(count: usize, check: impl Fn(u64) + Sync) {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        loop {
            let case = next.fetch_add(1, Ordering::Relaxed);
            if case >= count || failed.load(Ordering::Relaxed) >= 40 {
                break;
            }
            let seed = case as u64;
            if catch_unwind(AssertUnwindSafe(|| check(seed))).is_err() {
                failed.fetch_add(1, Ordering::Relaxed);
                println!("case {seed}: {}", generate::spec(seed));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    assert_eq!(failed.into_inner(), 0, "failed cases, see above");
}

/// Asserts that two outputs are the same, byte by byte, and shows where they part.
fn assert_same(one: &str, two: &str, what: &str) {
    if one == two {
        return;
    }
    let mut lines = one.lines().zip(two.lines()).enumerate();
    let (line, (one, two)) = lines
        .find(|(_, (one, two))| one != two)
        .expect("one has more lines");
    panic!("{what} differs in line {line}:\n{one}\n{two}");
}

#[test]
fn models_hold_what_is_promised() {
    let count = cases(200, 10_000);
    let (accepted, grown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_each_case(count, |seed| {
        let spec = generate::spec(seed);
        match run::value(&spec, &Ledger::new()) {
            Ok(synthesis) => {
                accepted.fetch_add(1, Ordering::Relaxed);
                let output = run::output(&synthesis);
                let templates = Templates::of(&synthesis);
                check_subnets(&spec, &synthesis);
                check_capacity(&synthesis);
                templates.assert_closed();
                check_forms(&spec, &output, seed);
                let more = check_growth(&spec, &synthesis, &templates, seed);
                grown.fetch_add(more, Ordering::Relaxed);
                check_rename(&spec, &output, seed);
                check_tag(&spec, &templates);
            }
            Err(findings) => check_refusal(&findings),
        }
    });
    let (accepted, grown) = (accepted.into_inner(), grown.into_inner());
    println!("{accepted} of {count} accepted, {grown} growth steps");
    assert!(accepted * 4 > count * 3, "{accepted} of {count} accepted");
    assert!(grown * 2 > accepted, "{grown} growth steps");
}

/// Contained, apart from each other, aligned, of the size and in the place that were asked for.
fn check_subnets(spec: &Value, synthesis: &Synthesis) {
    let plan = synthesis.plan();
    assert_eq!(plan.cidr.to_string(), spec["network"]["cidr"]);
    let mut all = Vec::new();
    for tier in &plan.tiers {
        let asked = &spec["network"]["tiers"][&tier.name];
        let further = asked["further-subnets"].as_array().map_or(0, Vec::len);
        assert_eq!(tier.zones.len() * (1 + further), tier.subnets.len());
        let zones = tier.zones.iter();
        let zones = zones.flat_map(|zone| (0..=further).map(move |ordinal| (zone, ordinal)));
        for ((zone, ordinal), subnet) in zones.zip(&tier.subnets) {
            let cidr = subnet.cidr;
            assert_eq!(subnet.key.zone, *zone);
            assert_eq!(usize::from(subnet.key.ordinal), ordinal);
            let inside = plan.blocks.iter().any(|block| block.contains(&cidr));
            assert!(inside, "{cidr}");
            let block = &asked["block"];
            assert!(block.is_null() || block_contains(block, cidr), "{cidr}");
            assert_eq!(cidr, cidr.trunc());
            let pin = &asked["cidrs"][zone.to_string()];
            if let Some(more) = ordinal.checked_sub(1) {
                assert_eq!(asked["further-subnets"][more], cidr.prefix_len());
            } else if pin.is_string() {
                assert_eq!(*pin, cidr.to_string());
            } else if asked["prefix"].is_u64() {
                assert_eq!(asked["prefix"], cidr.prefix_len());
            }
            all.push(cidr);
        }
    }
    all.extend(&plan.free);
    all.sort_unstable();
    let mut all = all.into_iter();
    let mut blocks = plan.blocks.clone();
    blocks.sort_unstable();
    for block in blocks {
        let mut next = u64::from(block.network().to_bits());
        let end = u64::from(block.broadcast().to_bits()) + 1;
        while next < end {
            let range = all.next().expect("subnets and what is free fill the VPC");
            let start = u64::from(range.network().to_bits());
            assert_eq!(start, next, "subnets and what is free fill the VPC");
            next += 1 << (32 - range.prefix_len());
        }
        assert_eq!(next, end);
    }
    assert_eq!(all.next(), None);
}

fn block_contains(block: &Value, cidr: Ipv4Net) -> bool {
    let block: Option<Ipv4Net> = block.as_str().and_then(|text| text.parse().ok());
    block.is_some_and(|block| block.contains(&cidr))
}

/// What fits has the addresses for it, the loss of a zone helps nobody, and who does not fit is told.
fn check_capacity(synthesis: &Synthesis) {
    let mut full = false;
    for tier in &synthesis.capacity().tiers {
        for network in [PodNetwork::SECONDARY, PodNetwork::PREFIX] {
            for group in &tier.groups {
                let Some(forecast) = tier.forecast(group, network) else {
                    continue;
                };
                assert!(forecast.nodes_without_a_zone <= forecast.nodes);
                let left: u64 = tier.zones.iter().map(ZoneCapacity::rest).sum();
                assert!(forecast.nodes * forecast.held.addresses() <= left);
            }
        }
        full |= tier.demand(PodNetwork::SECONDARY).all() > tier.rest();
    }
    let mut findings = synthesis.findings().iter();
    let said = findings.any(|f| f.code.as_str() == "EKS132" && f.severity == Severity::Warning);
    assert_eq!(said, full, "{:?}", synthesis.capacity());
}

/// The same bytes again, from other formats, and from other orders of what has none.
fn check_forms(spec: &Value, output: &str, seed: u64) {
    let ledger = Ledger::new();
    let same = |text: &str, format: Format, what: &str| match run::text(text, format, &ledger) {
        Ok(other) => assert_same(&run::output(&other), output, what),
        Err(findings) => panic!("{what}: {:?}\n{text}", run::errors(&findings)),
    };
    let mut order = Order::Sorted;
    same(&emit::yaml(spec, &mut order), Format::Yaml, "a second run");
    let mut shuffled = spec.clone();
    let mut rng = Rng::new(seed);
    shuffle(&mut shuffled, &mut rng);
    let mut order = Order::Random(rng);
    same(&emit::json(&shuffled, &mut order), Format::Json, "JSON");
    same(&emit::toml(&shuffled, &mut order), Format::Toml, "TOML");
    same(&emit::yaml(&shuffled, &mut order), Format::Yaml, "YAML");
}

/// Lists whose order means nothing get another one.
fn shuffle(value: &mut Value, rng: &mut Rng) {
    const UNORDERED: [&str; 9] = [
        "zones",
        "endpoints",
        "rules",
        "types",
        "public-cidrs",
        "namespaces",
        "groups",
        "taints",
        "policies",
    ];
    let Value::Object(map) = value else { return };
    for (key, value) in map {
        if let Value::Array(list) = value {
            if UNORDERED.contains(&key.as_str()) {
                rng.shuffle(list);
            }
            for value in list {
                shuffle(value, rng);
            }
            continue;
        }
        shuffle(value, rng);
    }
}

/// One zone more, and one tier more: nothing that exists moves. Says how many steps were taken.
fn check_growth(spec: &Value, synthesis: &Synthesis, before: &Templates, seed: u64) -> usize {
    let ledger = synthesis.plan().ledger();
    let mut steps = 0;
    let mut grow = |spec: &Value, needed: Option<Needed>, all: bool| match run::value(spec, &ledger)
    {
        Ok(grown) => {
            let mut now: BTreeMap<_, _> = BTreeMap::new();
            for tier in &grown.plan().tiers {
                now.extend(tier.subnets.iter().map(|s| (s.key.clone(), s.cidr)));
            }
            for (key, entry) in ledger.entries() {
                assert_eq!(now.get(key), Some(&entry.cidr), "{key:?} has moved");
            }
            before.assert_grew_into(&Templates::of(&grown), all);
            steps += 1;
        }
        Err(findings) => check_growth_refusal(&findings, needed, synthesis, spec),
    };
    if let Some(more) = with_another_zone(spec, synthesis) {
        grow(&more, None, false);
    }
    if let Some((more, needed)) = with_another_tier(spec, synthesis, seed) {
        grow(&more, Some(needed), true);
    }
    steps
}

/// Growth is refused for lack of addresses, and where the user has to say more.
fn check_growth_refusal(
    findings: &Findings,
    needed: Option<Needed>,
    synthesis: &Synthesis,
    spec: &Value,
) {
    for finding in findings.iter().filter(|f| f.severity == Severity::Error) {
        match finding.code.as_str() {
            // An address for each gateway was listed, and there is one more gateway; the template is full; or a second
            // public or private tier makes a choice necessary.
            "EKS404" | "EKS901" | "SPEC017" => {}
            "PLAN001" => {
                if let Some((prefix, count)) = needed {
                    let room = room(synthesis, prefix);
                    assert!(
                        count > room,
                        "{count} /{prefix} are refused though there is room for {room}"
                    );
                }
            }
            _ => panic!("{:?}\n{spec}", run::errors(findings)),
        }
    }
}

/// Subnets of a size, and how many.
type Needed = (u8, usize);

/// How many subnets of a size fit into what is free for tiers that name no block.
fn room(synthesis: &Synthesis, prefix: u8) -> usize {
    let plan = synthesis.plan();
    let shared: Ipv4Net = "100.64.0.0/10".parse().expect("a range");
    let general = |block: &&Ipv4Net| shared.contains(&plan.cidr) || !shared.contains(*block);
    let large = plan.free.iter().filter(general);
    let large = large.filter(|block| block.prefix_len() <= prefix);
    large.map(|block| 1 << (prefix - block.prefix_len())).sum()
}

fn with_another_zone(spec: &Value, synthesis: &Synthesis) -> Option<Value> {
    let region = Region::parse(spec["region"].as_str()?).ok()?;
    let known = region.zones();
    let zones = &synthesis.plan().zones;
    let mut more = spec.clone();
    if spec["network"]["zones"].is_array() {
        let next = known.iter().find(|id| {
            eksnet::network::ZoneId::parse(id).is_ok_and(|id| zones.iter().all(|zone| *zone < id))
        })?;
        more["network"]["zones"].as_array_mut()?.push(json!(next));
    } else {
        more["network"]["zones"] = json!(known.get(..=zones.len())?.len());
    }
    Some(more)
}

fn with_another_tier(spec: &Value, synthesis: &Synthesis, seed: u64) -> Option<(Value, Needed)> {
    let mut more = spec.clone();
    if spec["network"]["tiers"]
        .as_object()
        .is_none_or(Map::is_empty)
    {
        more["network"]["tiers"] = default_tiers();
    }
    let prefix = synthesis.plan().cidr.prefix_len() + 4;
    let name = if seed.is_multiple_of(2) {
        "aa-new"
    } else {
        "zz-new"
    };
    // Where only isolated tiers are, the first private one becomes the workload's, unless one is called `nodes`.
    let mut tiers = more["network"]["tiers"].as_object()?.iter();
    let first = !tiers.any(|(name, tier)| tier["access"] == "private" && name != "control-plane");
    let tier = match seed % 3 {
        1 if first => return None,
        0 => json!({ "access": "public", "prefix": prefix, "load-balancers": false }),
        1 => {
            json!({ "access": "private", "prefix": prefix, "nat": "none", "load-balancers": false })
        }
        _ => json!({ "access": "isolated", "prefix": prefix }),
    };
    more["network"]["tiers"]
        .as_object_mut()?
        .insert(name.to_owned(), tier);
    Some((more, (prefix, synthesis.plan().zones.len())))
}

/// What a network without tiers has, in so many words.
fn default_tiers() -> Value {
    json!({
        "public": { "access": "public" },
        "nodes": { "access": "private", "nat": "per-zone" },
        "control-plane": { "access": "isolated" },
    })
}

/// Another name is another name and nothing else.
fn check_rename(spec: &Value, output: &str, seed: u64) {
    let (old, new) = (format!("stk-{seed}"), format!("xyz-{seed}"));
    if spec["stack"] != old {
        return;
    }
    let mut renamed = spec.clone();
    renamed["stack"] = json!(new);
    let other = run::value(&renamed, &Ledger::new()).expect("a name changes nothing");
    assert_same(&output.replace(&old, &new), &run::output(&other), "a name");
}

/// Another tag is another tag and nothing else.
fn check_tag(spec: &Value, templates: &Templates) {
    const TAG: &str = "zz-added";
    let mut tagged = spec.clone();
    if !tagged["tags"].is_object() {
        tagged["tags"] = Value::Object(Map::new());
    }
    tagged["tags"][TAG] = json!("yes");
    let other = run::value(&tagged, &Ledger::new()).expect("a tag changes nothing");
    assert!(run::output(&other).contains(TAG));
    let other = Templates::of(&other);
    assert_eq!(templates.without_tag(TAG), other.without_tag(TAG));
}

/// A refusal says what is wrong and what to write instead.
fn check_refusal(findings: &Findings) {
    assert!(findings.has_errors());
    for finding in findings {
        assert!(!finding.code.as_str().is_empty() && !finding.message.is_empty());
        // What is due is said by the message itself where a value is of the wrong kind.
        let says = ["SPEC004", "SPEC005"].contains(&finding.code.as_str());
        assert!(
            finding.severity != Severity::Error || says || finding.help.is_some(),
            "no help: {} {}",
            finding.code,
            finding.message
        );
    }
}

/// The default layout leaves room: a fourth zone, then a further tier, and a further tier at once.
#[test]
fn the_default_layout_has_room_to_grow() {
    let base =
        |network: Value| json!({ "stack": "grow", "region": "us-east-1", "network": network });
    let plain = base(json!({ "cidr": "10.0.0.0/16" }));
    let first = run::value(&plain, &Ledger::new()).expect("the default");
    let mut tiers = default_tiers();
    let written = base(json!({ "cidr": "10.0.0.0/16", "tiers": tiers }));
    let same = run::value(&written, &Ledger::new()).expect("the default in words");
    assert_eq!(
        run::output(&first),
        run::output(&same),
        "the default is what it is said to be"
    );

    let four = base(json!({ "cidr": "10.0.0.0/16", "zones": 4 }));
    let four = run::value(&four, &first.plan().ledger()).expect("a fourth zone");
    Templates::of(&first).assert_grew_into(&Templates::of(&four), false);
    tiers["databases"] = json!({
        "access": "isolated", "prefix": 19, "zones": ["use1-az1", "use1-az2", "use1-az4"],
    });
    let both = base(json!({ "cidr": "10.0.0.0/16", "zones": 4, "tiers": tiers }));
    let both = run::value(&both, &four.plan().ledger()).expect("a further tier of /19");
    Templates::of(&four).assert_grew_into(&Templates::of(&both), false);

    tiers["databases"] = json!({ "access": "isolated", "prefix": 19 });
    let tier = base(json!({ "cidr": "10.0.0.0/16", "tiers": tiers }));
    let tier = run::value(&tier, &first.plan().ledger()).expect("a further tier of /19 at once");
    Templates::of(&first).assert_grew_into(&Templates::of(&tier), false);
}
