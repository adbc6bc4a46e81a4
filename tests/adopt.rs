//! A network that exists is taken over as it is: nothing of it moves, then or later.

#![cfg(feature = "cli")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::collections::{BTreeMap, BTreeSet};

use eksnet::diagnostic::{Findings, Sources, Style, full};
use eksnet::plan::{Adoption, Entry, Ledger, Listing, State, SubnetKey, Tombstone};
use eksnet::spec::{Format, load};
use serde_json::{Value, json};

mod support;
use support::{cases, emit, generate, run};

/// Subnets of a VPC that was made by hand, unlike anything that eksnet would lay out.
fn by_hand() -> Vec<Value> {
    let mut subnets = Vec::new();
    for (n, zone) in ["use1-az2", "use1-az4", "use1-az6"].into_iter().enumerate() {
        let letter = ["a", "b", "c"][n];
        let mut public = subnet(
            &format!("subnet-0a{n}"),
            &format!("10.20.{}.0/25", 200 + n),
            zone,
            &format!("shop-dmz-{letter}"),
        );
        public["MapPublicIpOnLaunch"] = json!(true);
        subnets.push(public);
        subnets.push(subnet(
            &format!("subnet-0b{n}"),
            &format!("10.20.{}.0/20", 16 * (n + 1)),
            zone,
            &format!("shop-private-1{letter}"),
        ));
        subnets.push(subnet(
            &format!("subnet-0c{n}"),
            &format!("10.20.250.{}/28", 16 * n),
            zone,
            &format!("Shop_Control_Plane {letter}"),
        ));
    }
    subnets
}

fn subnet(id: &str, cidr: &str, zone: &str, name: &str) -> Value {
    json!({
        "SubnetId": id, "VpcId": "vpc-0d1", "CidrBlock": cidr, "AvailabilityZoneId": zone,
        "MapPublicIpOnLaunch": false, "Tags": [{ "Key": "Name", "Value": name }],
        "SubnetArn": format!("arn:aws:ec2:us-east-1:111122223333:subnet/{id}"),
    })
}

fn text(subnets: &[Value]) -> String {
    let lines: Vec<String> = subnets
        .iter()
        .map(|subnet| format!("    {subnet}"))
        .collect();
    format!("{{\n  \"Subnets\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
}

const TIERS: &str = "
    public: { access: public }
    nodes: { access: private }
    control-plane: { access: isolated }";

fn spec(zones: &str, tiers: &str) -> String {
    format!(
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  zones: {zones}\n  tiers:{tiers}\n"
    )
}

/// What comes of a listing, or the report that people see.
fn adopt(
    spec: &str,
    listing: &str,
    tiers: &[(&str, &str)],
    ledger: &Ledger,
) -> Result<Adoption, String> {
    let mut sources = Sources::new();
    let loaded = load("prod.yaml", Some(Format::Yaml), spec, &mut sources);
    let stack = loaded.stack.unwrap();
    let assignments: BTreeMap<String, String> = tiers
        .iter()
        .map(|(id, tier)| ((*id).to_owned(), (*tier).to_owned()))
        .collect();
    let mut findings = Findings::new();
    let listing = Listing::read("subnets.json", listing, &mut sources, &mut findings);
    let result = match listing {
        Some(listing) => stack.adopt(&listing, &assignments, ledger),
        None => Err(findings),
    };
    result.map_err(|findings| {
        for finding in &findings {
            assert_eq!(finding.code.as_str(), "PLAN013", "{}", finding.message);
            assert!(finding.help.is_some(), "no help: {}", finding.message);
        }
        full(&findings, &sources, Style::Plain)
    })
}

fn adopted(spec: &str, listing: &str, ledger: &Ledger) -> Ledger {
    match adopt(spec, listing, &[], ledger) {
        Ok(adoption) => adoption.ledger,
        Err(report) => panic!("{report}"),
    }
}

/// Plans a spec with a ledger; gives the next ledger and what subnets are in the template, by zone and range.
fn planned(spec: &str, ledger: &Ledger) -> (Ledger, BTreeSet<(String, String)>) {
    let loaded = load("prod.yaml", Some(Format::Yaml), spec, &mut Sources::new());
    let synthesis = loaded
        .synthesize(ledger)
        .unwrap_or_else(|findings| panic!("{findings:?}"));
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let subnets = resources
        .filter(|resource| resource["Type"] == "AWS::EC2::Subnet")
        .map(|resource| {
            let of = |key: &str| resource["Properties"][key].as_str().unwrap().to_owned();
            (of("AvailabilityZoneId"), of("CidrBlock"))
        })
        .collect();
    (synthesis.plan().ledger(), subnets)
}

fn listed(subnets: &[Value]) -> BTreeSet<(String, String)> {
    let of = |subnet: &Value, key: &str| subnet[key].as_str().unwrap().to_owned();
    subnets
        .iter()
        .map(|subnet| (of(subnet, "AvailabilityZoneId"), of(subnet, "CidrBlock")))
        .collect()
}

fn key(tier: &str, zone: &str, ordinal: u16) -> SubnetKey {
    SubnetKey {
        tier: tier.to_owned(),
        zone: zone.parse().unwrap(),
        ordinal,
    }
}

fn lines(ledger: &Ledger) -> Vec<String> {
    let mut file = eksnet::plan::LockFile::new();
    file.set("prod", "us-east-1", ledger.clone());
    let text = file.text();
    text.lines()
        .filter_map(|line| line.strip_prefix("prod us-east-1 "))
        .filter(|line| !line.starts_with("vpc "))
        .map(str::to_owned)
        .collect()
}

macro_rules! report {
    ($name:expr, $result:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots/adopt");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $result.unwrap_err()));
    }};
}

#[test]
fn what_exists_is_rendered_and_never_moves() {
    let subnets = by_hand();
    let (spec3, listing) = (spec("3", TIERS), text(&subnets));
    let ledger = adopted(&spec3, &listing, &Ledger::new());
    assert!(
        ledger
            .entries()
            .all(|(_, entry)| entry.state == State::Deployed)
    );
    let (after, rendered) = planned(&spec3, &ledger);
    assert_eq!(rendered, listed(&subnets));

    // Again, before the plan and after it: nothing changes.
    assert_eq!(adopted(&spec3, &listing, &ledger), ledger);
    assert_eq!(adopted(&spec3, &listing, &after), after);

    // The network grows in every direction.
    let more = format!("{TIERS}\n    data: {{ access: isolated, prefix: 22 }}");
    let further = more.replace(
        "{ access: private }",
        "{ access: private, further-subnets: [22] }",
    );
    let mut ledger = after;
    for (zones, tiers, subnets) in [("4", TIERS, 12), ("4", &more, 16), ("5", &further, 25)] {
        let (next, rendered) = planned(&spec(zones, tiers), &ledger);
        assert!(rendered.is_superset(&listed(&by_hand())), "{rendered:?}");
        assert_eq!(rendered.len(), subnets);
        assert_eq!(adopted(&spec(zones, tiers), &listing, &next), next);
        ledger = next;
    }
}

/// A ledger that a plan has written before anybody thought of adopting.
#[test]
fn what_was_only_planned_makes_way() {
    let subnets = by_hand();
    let spec = spec("3", TIERS);
    let (ledger, elsewhere) = planned(&spec, &Ledger::new());
    assert!(elsewhere.is_disjoint(&listed(&subnets)));
    let ledger = adopted(&spec, &text(&subnets), &ledger);
    let (after, rendered) = planned(&spec, &ledger);
    assert_eq!(rendered, listed(&subnets));
    assert_eq!(after.tombstones().len(), 0);
}

#[test]
fn a_listing_may_come_from_windows() {
    let (spec, listing) = (spec("3", TIERS), text(&by_hand()));
    let plain = adopted(&spec, &listing, &Ledger::new());
    let windows = format!("\u{feff}{}", listing.replace('\n', "\r\n"));
    assert_eq!(adopted(&spec, &windows, &Ledger::new()), plain);
    let bare = json!(by_hand()).to_string();
    assert_eq!(adopted(&spec, &bare, &Ledger::new()), plain);
}

/// Names of three letters and no tags at all: the roles of load balancers tell, and the flags the rest.
#[test]
fn tiers_are_known_by_what_is_known_of_them() {
    let role = |role: &str| json!([{ "Key": format!("kubernetes.io/role/{role}"), "Value": "1" }]);
    let mut elb = subnet("subnet-01", "10.20.1.0/24", "use1-az1", "x");
    elb["Tags"] = role("elb");
    let mut internal = subnet("subnet-02", "10.20.2.0/24", "use1-az1", "x");
    internal["Tags"] = role("internal-elb");
    let subnets = [
        elb,
        internal,
        subnet("subnet-03", "10.20.3.0/24", "use1-az1", "prod-pods-gpu-a"),
        subnet(
            "subnet-04",
            "10.20.4.0/24",
            "use1-az2",
            "prod-pods-use1-az2-no2",
        ),
        subnet(
            "subnet-05",
            "10.20.5.0/24",
            "use1-az2",
            "prod-pods-use1-az2",
        ),
        subnet("subnet-06", "10.20.6.0/24", "use1-az2", "eks.intra.b"),
        subnet("subnet-07", "10.20.7.0/24", "use1-az2", "an isolated one"),
        subnet("subnet-08", "10.20.8.0/24", "use1-az2", "intra"),
    ];
    let tiers = "
    public: { access: public }
    apps: { access: private }
    intra: { access: isolated, further-subnets: [24, 24] }
    pods: { access: isolated, further-subnets: [24] }
    pods-gpu: { access: isolated }";
    let explicit = [("subnet-07", "intra")];
    let adoption = adopt(
        &spec("2", tiers),
        &text(&subnets),
        &explicit,
        &Ledger::new(),
    );
    assert_eq!(
        lines(&adoption.unwrap().ledger),
        [
            "apps use1-az1 0 10.20.2.0/24 deployed",
            "intra use1-az2 0 10.20.6.0/24 deployed",
            "intra use1-az2 1 10.20.7.0/24 deployed",
            "intra use1-az2 2 10.20.8.0/24 deployed",
            "pods use1-az2 0 10.20.5.0/24 deployed",
            "pods use1-az2 1 10.20.4.0/24 deployed",
            "pods-gpu use1-az1 0 10.20.3.0/24 deployed",
            "public use1-az1 0 10.20.1.0/24 deployed",
        ]
    );
    // What was said once is known.
    let again = adopted(
        &spec("2", tiers),
        &text(&subnets[..1]),
        &adopt(
            &spec("2", tiers),
            &text(&subnets),
            &explicit,
            &Ledger::new(),
        )
        .unwrap()
        .ledger,
    );
    assert_eq!(again.entries().len(), 8);
}

/// A tier that is called like the stack does not get everything.
#[test]
fn the_name_of_the_stack_is_no_tier() {
    let tiers = "
    public: { access: public }
    prod: { access: private }";
    let subnets = [
        subnet("subnet-01", "10.20.1.0/24", "use1-az1", "prod-public-a"),
        subnet("subnet-02", "10.20.2.0/24", "use1-az1", "prod-private-a"),
    ];
    assert_eq!(
        lines(&adopted(&spec("2", tiers), &text(&subnets), &Ledger::new())),
        [
            "prod use1-az1 0 10.20.2.0/24 deployed",
            "public use1-az1 0 10.20.1.0/24 deployed"
        ]
    );
}

#[test]
fn ipv6_ranges_are_kept_by_index() {
    let mut subnets = by_hand();
    for (n, subnet) in subnets.iter_mut().enumerate() {
        subnet["Ipv6CidrBlockAssociationSet"] = json!([
            { "Ipv6CidrBlock": "2600:1f18:1:aaff::/64", "Ipv6CidrBlockState": { "State": "disassociated" } },
            { "Ipv6CidrBlock": format!("2600:1f18:1:ab{:02x}::/64", 16 + n), "Ipv6CidrBlockState": { "State": "associated" } },
        ]);
    }
    let ledger = adopted(&spec("3", TIERS), &text(&subnets), &Ledger::new());
    let public = ledger.get(&key("public", "use1-az2", 0)).unwrap();
    assert_eq!(public.ipv6, Some(16));
    let indices: BTreeSet<_> = ledger.entries().map(|(_, entry)| entry.ipv6).collect();
    assert_eq!(indices, (16..25).map(Some).collect());
    // An index says nothing where there are two ranges.
    subnets[0]["Ipv6CidrBlockAssociationSet"][1]["Ipv6CidrBlock"] = json!("2600:1f18:1:ac00::/64");
    let ledger = adopted(&spec("3", TIERS), &text(&subnets), &Ledger::new());
    assert!(ledger.entries().all(|(_, entry)| entry.ipv6.is_none()));
}

#[test]
fn what_was_removed_stays_removed() {
    let mut ledger = Ledger::new();
    let bury = |ledger: &mut Ledger, key, cidr: &str| {
        ledger.bury(Tombstone {
            key,
            cidr: cidr.parse().unwrap(),
            ipv6: None,
        });
    };
    // One that still exists, one that is asked for again, one whose addresses another subnet has by now.
    bury(&mut ledger, key("old", "use1-az2", 0), "10.20.99.0/24");
    bury(&mut ledger, key("nodes", "use1-az2", 0), "10.20.16.0/20");
    bury(&mut ledger, key("old", "use1-az4", 0), "10.20.201.0/26");
    let mut subnets = by_hand();
    subnets.push(subnet("subnet-0f", "10.20.99.0/24", "use1-az2", "whatever"));
    let adoption = adopt(&spec("3", TIERS), &text(&subnets), &[], &ledger).unwrap();
    assert_eq!((adoption.keys.len(), adoption.removed), (9, 1));
    let left: Vec<_> = adoption
        .ledger
        .tombstones()
        .map(|old| old.cidr.to_string())
        .collect();
    assert_eq!(left, ["10.20.99.0/24"]);
    let (_, rendered) = planned(&spec("3", TIERS), &adoption.ledger);
    assert_eq!(rendered, listed(&by_hand()));
}

#[test]
fn other_networks_are_left_out() {
    let mut subnets = by_hand();
    let mut other = subnet("subnet-0f", "172.31.0.0/20", "use1-az1", "default");
    other["VpcId"] = json!("vpc-0e0");
    subnets.push(other);
    subnets.push(json!({
        "SubnetId": "subnet-0e", "VpcId": "vpc-0d1", "AvailabilityZoneId": "use1-az2", "Ipv6Native": true
    }));
    let adoption = adopt(&spec("3", TIERS), &text(&subnets), &[], &Ledger::new()).unwrap();
    assert_eq!((adoption.keys.len(), adoption.outside), (9, 1));
}

/// What is not eksnet's own stays where it is, too.
#[test]
fn the_ledger_keeps_ranges_free() {
    let mut ledger = Ledger::new();
    for cidr in ["10.20.0.0/20", "10.20.99.0/24"] {
        let cidr = cidr.parse().unwrap();
        let key = key("other", "use1-az1", 0);
        ledger.bury(Tombstone {
            key,
            cidr,
            ipv6: None,
        });
    }
    let mut subnets = by_hand();
    subnets.push(subnet(
        "subnet-0e",
        "10.20.0.0/20",
        "use1-bos1-az1",
        "local",
    ));
    subnets.push(subnet(
        "subnet-0f",
        "10.20.99.0/24",
        "use1-az1",
        "databases",
    ));
    let adoption = adopt(&spec("3", TIERS), &text(&subnets), &[], &ledger).unwrap();
    assert_eq!((adoption.keys.len(), adoption.removed), (9, 2));
    let (after, rendered) = planned(&spec("4", TIERS), &adoption.ledger);
    assert!(rendered.is_disjoint(&listed(&subnets[9..])));
    assert_eq!(after.tombstones().len(), 2);
}

#[test]
fn a_pin_says_which_subnet_is_the_first() {
    let tiers = "
    public: { access: public }
    apps: { access: private, cidrs: { use1-az1: 10.20.2.0/24 }, zones: [use1-az1, use1-az2], further-subnets: [24] }";
    let subnets = [
        subnet("subnet-01", "10.20.1.0/24", "use1-az1", "apps"),
        subnet("subnet-02", "10.20.2.0/24", "use1-az1", "apps"),
    ];
    let ledger = adopted(&spec("2", tiers), &text(&subnets), &Ledger::new());
    assert_eq!(
        lines(&ledger),
        [
            "apps use1-az1 0 10.20.2.0/24 deployed",
            "apps use1-az1 1 10.20.1.0/24 deployed"
        ]
    );
    planned(&spec("2", tiers), &ledger);
}

#[test]
fn reports() {
    let three = spec("3", TIERS);
    let none = Ledger::new();
    let all = text(&by_hand());

    let mut unnamed = by_hand();
    unnamed[1]["Tags"] = json!([{ "Key": "Name", "Value": "shop-apps-a" }]);
    unnamed[8].as_object_mut().unwrap().remove("Tags");
    report!("undecided", adopt(&three, &text(&unnamed), &[], &none));
    report!(
        "undecided_one",
        adopt(&three, &text(&unnamed), &[("subnet-0b0", "nodes")], &none)
    );
    let mut beyond = by_hand();
    beyond.push(subnet("subnet-0f", "172.31.0.0/20", "use1-az1", "default"));
    let all_and = text(&beyond);
    let wrong = [
        ("subnet-0", "nodes"),
        ("subnet-0b0", "node"),
        ("subnet-0f", "nodes"),
    ];
    report!("assignments", adopt(&three, &all_and, &wrong, &none));

    report!("zones_by_count", adopt(&spec("2", TIERS), &all, &[], &none));
    report!(
        "zones_by_list",
        adopt(&spec("[use1-az1, use1-az2]", TIERS), &all, &[], &none)
    );
    let in_two = TIERS.replace("private }", "private, zones: [use1-az2, use1-az4] }");
    report!(
        "zones_of_tier",
        adopt(&spec("3", &in_two), &all, &[], &none)
    );

    let mut twice = by_hand();
    twice.push(subnet("subnet-0d", "10.20.128.0/21", "use1-az4", "nodes"));
    twice.push(subnet("subnet-0e", "10.20.136.0/22", "use1-az4", "nodes"));
    report!("further", adopt(&three, &text(&twice), &[], &none));
    let plain = three.replace(&format!("\n  tiers:{TIERS}"), "");
    report!(
        "further_of_defaults",
        adopt(&plain, &text(&twice), &[], &none)
    );

    let mut uneven = by_hand();
    uneven.push(subnet("subnet-0d", "10.20.128.0/21", "use1-az4", "nodes"));
    uneven.push(subnet("subnet-0e", "10.20.136.0/22", "use1-az6", "nodes"));
    let further = three.replace("private }", "private, further-subnets: [21] }");
    report!("uneven", adopt(&further, &text(&uneven), &[], &none));

    let mut two = by_hand();
    for subnet in &mut two[3..] {
        subnet["VpcId"] = json!("vpc-0d2");
    }
    report!("two_vpcs", adopt(&three, &text(&two), &[], &none));
    let elsewhere = all.replace("10.20.", "10.30.");
    report!("none_inside", adopt(&three, &elsewhere, &[], &none));
    report!(
        "no_subnets",
        adopt(&three, "{ \"Subnets\": [] }", &[], &none)
    );
    report!(
        "other_region",
        adopt(&three, &all.replace("use1-az6", "euw1-az1"), &[], &none)
    );
    report!(
        "local_zone",
        adopt(
            &three,
            &all.replace("use1-az6", "use1-bos1-az1"),
            &[],
            &none
        )
    );
    let overlap = all.replace("10.20.48.0/20", "10.20.32.0/21");
    report!("overlap", adopt(&three, &overlap, &[], &none));

    let mut ledger = Ledger::new();
    let mut deployed = |tier, zone, cidr: &str| {
        ledger.insert(key(tier, zone, 0), Entry::deployed(cidr.parse().unwrap()));
    };
    deployed("nodes", "use1-az2", "10.20.128.0/20");
    deployed("public", "use1-az4", "10.20.32.0/21");
    deployed("public", "use1-az6", "10.20.202.0/25");
    let nodes = [("subnet-0a2", "control-plane"), ("subnet-0c2", "nodes")];
    let two = three.replace("private }", "private, further-subnets: [28] }");
    report!("deployed_otherwise", adopt(&two, &all, &nodes, &ledger));
}

#[test]
fn listings_that_cannot_be_read() {
    let three = spec("3", TIERS);
    let none = Ledger::new();
    let all = text(&by_hand());
    report!(
        "not_json",
        adopt(&three, &all.replacen("},", "}", 3), &[], &none)
    );
    report!(
        "not_a_listing",
        adopt(&three, "{ \"Vpcs\": [] }", &[], &none)
    );
    report!(
        "no_zone",
        adopt(
            &three,
            &all.replace("\"AvailabilityZoneId\"", "\"Zone\""),
            &[],
            &none
        )
    );
    report!(
        "no_range",
        adopt(
            &three,
            &all.replace("10.20.48.0/20", "10.20.48.0"),
            &[],
            &none
        )
    );
    report!(
        "no_id",
        adopt(&three, &all.replace("\"SubnetId\"", "\"Id\""), &[], &none)
    );
    report!(
        "too_large",
        adopt(&three, &" ".repeat(17 << 20), &[], &none)
    );
    for text in [
        "",
        "null",
        "[",
        "\u{feff}",
        "[[]]",
        "[{\"SubnetId\": \"\"}]",
    ] {
        assert!(adopt(&three, text, &[], &none).is_err(), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(adopt(&three, &deep, &[], &none).is_err());
}

/// The subnets of a template, as AWS lists them once they are deployed.
fn deployed(template: &str) -> Vec<Value> {
    let template: Value = serde_json::from_str(template).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let subnets = resources.filter(|resource| resource["Type"] == "AWS::EC2::Subnet");
    subnets
        .enumerate()
        .map(|(n, resource)| {
            let properties = &resource["Properties"];
            json!({
                "SubnetId": format!("subnet-{n:04x}"), "VpcId": "vpc-0d1",
                "CidrBlock": properties["CidrBlock"],
                "AvailabilityZoneId": properties["AvailabilityZoneId"],
                "MapPublicIpOnLaunch": properties["MapPublicIpOnLaunch"],
                "Tags": properties["Tags"],
            })
        })
        .collect()
}

/// A network of eksnet's own whose ledger was lost gets it back from AWS, and renders as before; without its names it is
/// adopted so that nothing moves, or not at all.
#[test]
fn a_lost_ledger_comes_back() {
    let (mut tried, mut nameless) = (0, 0);
    for seed in 0..cases(100, 1000) {
        let spec = generate::spec(seed as u64);
        let Ok(synthesis) = run::value(&spec, &Ledger::new()) else {
            continue;
        };
        tried += 1;
        let written = emit::yaml(&spec, &mut emit::Order::Sorted);
        let mut subnets = deployed(&synthesis.cloudformation());
        let adoption = adopt(&written, &text(&subnets), &[], &Ledger::new());
        let adoption = adoption.unwrap_or_else(|report| panic!("{seed}\n{report}\n{written}"));
        let ranges = |ledger: &Ledger| -> Vec<(SubnetKey, String)> {
            let entries = ledger.entries();
            entries
                .map(|(key, entry)| (key.clone(), entry.cidr.to_string()))
                .collect()
        };
        assert_eq!(
            ranges(&adoption.ledger),
            ranges(&synthesis.plan().ledger()),
            "{seed}\n{written}"
        );
        let again = run::value(&spec, &adoption.ledger).unwrap();
        assert!(
            run::output(&again) == run::output(&synthesis),
            "{seed}\n{written}"
        );

        for subnet in &mut subnets {
            subnet["Tags"]
                .as_array_mut()
                .unwrap()
                .retain(|tag| tag["Key"] != "Name");
        }
        let Ok(adoption) = adopt(&written, &text(&subnets), &[], &Ledger::new()) else {
            continue;
        };
        let Ok(again) = run::value(&spec, &adoption.ledger) else {
            continue;
        };
        nameless += 1;
        let rendered = deployed(&again.cloudformation());
        assert!(listed(&rendered).is_superset(&listed(&subnets)), "{seed}");
    }
    assert!(tried > 30 && nameless > 0, "{tried} {nameless}");
}
