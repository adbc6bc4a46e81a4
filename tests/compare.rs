//! What changes that move subnets in other tools do in eksnet; `docs/compare.md` is written from it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod support;

use std::path::Path;

use eksnet::network::Access;
use eksnet::plan::Ledger;
use minijinja::{Environment, Value, context};

use support::growing::{Growing, GrowingTier, ZONES, Zones};
use support::templates::Templates;

/// A change, what other tools make of it, and the network before and after.
struct Row {
    change: &'static str,
    peers: &'static [&'static str],
    before: Growing,
    after: Growing,
}

/// A network in the first zones of its region, with these tiers: name, access and prefix.
fn network(zones: u8, tiers: &[(&'static str, Access, Option<u8>)]) -> Growing {
    let tier = |&(name, access, prefix): &(_, Access, _)| GrowingTier {
        nat: (access == Access::Private).then_some("public"),
        ..GrowingTier::new(name, access, prefix)
    };
    Growing {
        zones: Zones::Count(zones),
        tiers: tiers.iter().map(tier).collect(),
        ..Growing::empty("10.20.0.0/16".parse().expect("a range"))
    }
}

const PLAIN: [(&str, Access, Option<u8>); 2] = [
    ("public", Access::Public, None),
    ("nodes", Access::Private, None),
];
const SIZED: [(&str, Access, Option<u8>); 2] = [
    ("public", Access::Public, Some(24)),
    ("nodes", Access::Private, Some(20)),
];

/// One more tier, at the end of the list.
fn and(mut network: Growing, name: &'static str, prefix: Option<u8>) -> Growing {
    let tier = GrowingTier::new(name, Access::Isolated, prefix);
    network.tiers.push(tier);
    network
}

fn with(mut network: Growing, change: impl FnOnce(&mut Growing)) -> Growing {
    change(&mut network);
    network
}

fn rows() -> Vec<Row> {
    let row = |change, before, after, peers| Row {
        change,
        peers,
        before,
        after,
    };
    let in_zones = |network, zones: &[&'static str]| {
        with(network, |network| {
            network.zones = Zones::List(zones.to_vec());
        })
    };
    let (plain, sized) = (
        |zones| network(zones, &PLAIN),
        |zones| network(zones, &SIZED),
    );
    vec![
        row(
            "two zones become three, no sizes written",
            plain(2),
            plain(3),
            &[
                "CDK 4 of 4 (measured)",
                "eksctl, if the template is made anew, 2 of 4 (derived)",
                "Pulumi awsx 4 of 4, 0 with a mask for zones (derived)",
                "Cloud Posse 0 where the largest number of zones was set beforehand (derived)",
            ],
        ),
        row(
            "two zones become three, all sizes written",
            sized(2),
            sized(3),
            &[
                "CDK 2 of 4 where every tier has a /24, 0 where a zone was reserved as well, 0 with /24 and /20, which happen to be aligned (measured)",
                "aws-ia with netmasks 2 of 4 (derived)",
            ],
        ),
        row(
            "three zones become four",
            plain(3),
            plain(4),
            &[
                "CDK 3 of 6 (measured)",
                "eksctl, made anew, 3 of 6 (derived)",
                "the sample of terraform-aws-eks 0, but the new private subnet overlaps all public and intra subnets (derived)",
                "Pulumi awsx 0 (derived)",
                "kOps and CAPA 6 of 6 if computed from nothing (derived), 0 for a cluster that they have, since they write ranges into its spec (read)",
            ],
        ),
        row(
            "four zones become five",
            plain(4),
            plain(5),
            &[
                "eksctl, made anew, 8 of 8 (derived)",
                "Pulumi awsx 8 of 8 (derived)",
            ],
        ),
        row(
            "a further tier, no sizes written",
            plain(3),
            and(plain(3), "zz", None),
            &["CDK 6 of 6 (measured)", "Pulumi awsx 6 of 6 (derived)"],
        ),
        row(
            "a further tier at the end, all sizes written",
            sized(3),
            and(sized(3), "zz", Some(24)),
            &["CDK 0 (measured)"],
        ),
        row(
            "a further tier at the beginning, all sizes written",
            sized(3),
            with(and(sized(3), "aa", Some(20)), |network| {
                network.tiers.rotate_right(1);
            }),
            &[
                "CDK 3 of 6 (measured)",
                "aws-ia, a name that sorts first, 6 of 6 (derived)",
            ],
        ),
        row(
            "a tier is renamed",
            plain(3),
            with(plain(3), |network| network.tiers[1].name = "pods"),
            &[
                "CDK 3 removed and 3 added with the same ranges, which cannot be deployed (measured)",
            ],
        ),
        row(
            "the zones are listed in another order",
            in_zones(plain(3), &["use1-az1", "use1-az2", "use1-az4"]),
            in_zones(plain(3), &["use1-az4", "use1-az1", "use1-az2"]),
            &["CDK 4 of 6 (measured)"],
        ),
        row(
            "no NAT gateways any more",
            plain(3),
            with(plain(3), |network| network.tiers[1].nat = None),
            &[
                "CDK removes the private tier and makes an isolated one with the same ranges (measured)",
            ],
        ),
        row(
            "the region gains a zone, three zones asked for",
            in_zones(plain(3), &ZONES[1..4]),
            plain(3),
            &[
                "Cloud Posse, which by default takes as many as there are: 3 of 6 as three become four, 6 of 6 as four become five, without an edit (derived)",
            ],
        ),
        row(
            "a lower zone is added to a list",
            in_zones(plain(3), &ZONES[1..4]),
            in_zones(plain(3), &ZONES[..4]),
            &["not tried"],
        ),
    ]
}

#[test]
fn the_table_is_what_eksnet_does() {
    let rows: Vec<Value> = rows().iter().map(measured).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let template =
        std::fs::read_to_string(root.join("templates/compare.md.j2")).expect("it is there");
    let text = Environment::new()
        .render_str(&template, context! { rows })
        .expect("a template");
    let wanted = text + "\n";
    let path = root.join("docs/compare.md");
    if std::env::var_os("EKSNET_REGENERATE").is_some() {
        std::fs::write(&path, &wanted).expect("docs can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/compare.md is stale: EKSNET_REGENERATE=1 cargo test --test compare"
    );
}

/// A row of the table, once nothing has moved and nothing new stands where something was.
fn measured(row: &Row) -> Value {
    let synthesize = |network: &Growing, ledger: &Ledger| {
        let synthesis = network.stack().synthesize_with(ledger);
        synthesis.unwrap_or_else(|findings| panic!("{}: {findings:?}", row.change))
    };
    let first = synthesize(&row.before, &Ledger::new());
    let second = synthesize(&row.after, &first.plan().ledger());
    let [before, after] = [&first, &second].map(|synthesis| Templates::of(synthesis).subnets());
    let moved = before
        .iter()
        .filter(|(id, range)| after.get(*id).is_some_and(|now| now != *range));
    let moved = moved.count();
    assert_eq!(moved, 0, "{}", row.change);
    let removed = before.keys().filter(|id| !after.contains_key(*id)).count();
    let new: Vec<_> = after
        .iter()
        .filter(|(id, _)| !before.contains_key(*id))
        .collect();
    for (id, range) in &new {
        for (other, old) in &before {
            let apart = !range.contains(old) && !old.contains(*range);
            assert!(apart, "{}: {id} overlaps {other}", row.change);
        }
    }
    let renamed = row.change.contains("renamed");
    assert_eq!(removed > 0, renamed, "{}", row.change);
    // Both engines have every subnet.
    let half = |count: usize| count / 2;
    let note = renamed.then(|| {
        format!(
            "{} removed and {} added with other ranges",
            half(removed),
            half(new.len())
        )
    });
    context! {
        change => row.change,
        peers => row.peers.to_vec(),
        moved => half(moved),
        existing => half(before.len()),
        note => note,
    }
}
