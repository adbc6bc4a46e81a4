//! What a ledger knows stays where it is, or an error says why it cannot.

#![expect(clippy::expect_used, reason = "a test that stops is a test that fails")]

use eksnet::diagnostic::{Findings, Sources};
use eksnet::network::{Ipv4Net, ZoneId};
use eksnet::plan::{Entry, Ledger, LockFile, SubnetKey, Tombstone};
use eksnet::prelude::*;

fn range(text: &str) -> Ipv4Net {
    text.parse().expect(text)
}

fn key(tier: &str, zone: &str) -> SubnetKey {
    SubnetKey {
        tier: tier.to_owned(),
        zone: ZoneId::parse(zone).expect(zone),
        ordinal: 0,
    }
}

fn ledger(entries: &[(&str, &str, &str)]) -> Ledger {
    let mut ledger = Ledger::new();
    for (tier, zone, cidr) in entries {
        ledger.insert(key(tier, zone), Entry::planned(range(cidr)));
    }
    ledger
}

/// A network without a cluster, with one pinned range.
fn pinned(zone: &str, cidr: &str) -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    net.add(
        Tier::public("public")
            .cidr(zone, range(cidr))
            .in_zones([zone]),
    );
    net.add(Tier::isolated("data").prefix(24));
    Stack::network_only("prod", Region::UsEast1, net)
}

fn messages(stack: &Stack, ledger: &Ledger) -> Vec<String> {
    let findings = stack
        .synthesize_with(ledger)
        .expect_err("the ledger is in the way");
    let errors = findings.iter().filter(|f| f.code.as_str() == "EKS212");
    errors.map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_pin_does_not_push_an_entry_away() {
    let ledger = ledger(&[("data", "use1-az1", "10.20.0.0/24")]);
    assert_eq!(
        messages(&pinned("use1-az1", "10.20.0.0/20"), &ledger),
        [
            "10.20.0.0/24, which the ledger has for data in use1-az1, overlaps 10.20.0.0/20 of public in use1-az1"
        ]
    );
}

#[test]
fn an_entry_outside_the_network_is_an_error() {
    let ledger = ledger(&[("data", "use1-az2", "10.99.0.0/24")]);
    assert_eq!(
        messages(&pinned("use1-az1", "10.20.0.0/20"), &ledger),
        [
            "10.99.0.0/24, which the ledger has for data in use1-az2, is not inside the VPC's 10.20.0.0/16"
        ]
    );
}

#[test]
fn entries_that_overlap_are_an_error() {
    let ledger = ledger(&[
        ("data", "use1-az1", "10.20.64.0/24"),
        ("data", "use1-az2", "10.20.64.0/25"),
    ]);
    assert_eq!(
        messages(&pinned("use1-az1", "10.20.0.0/20"), &ledger),
        [
            "10.20.64.0/25, which the ledger has for data in use1-az2, overlaps 10.20.64.0/24 of data in use1-az1"
        ]
    );
}

#[test]
fn a_pin_moves_its_own_subnet() {
    let stack = pinned("use1-az1", "10.20.0.0/20");
    let ledger = ledger(&[
        ("public", "use1-az1", "10.20.128.0/24"),
        ("data", "use1-az1", "10.20.64.0/24"),
    ]);
    let synthesis = stack.synthesize_with(&ledger).expect("the pin says where");
    let after = synthesis.plan().ledger();
    assert_eq!(
        after.get(&key("public", "use1-az1")),
        Some(Entry::planned(range("10.20.0.0/20")))
    );
    assert_eq!(
        after.get(&key("data", "use1-az1")),
        Some(Entry::planned(range("10.20.64.0/24")))
    );
}

#[test]
fn a_range_that_is_proposed_is_nobody_elses() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    net.add(
        Tier::isolated("data")
            .cidr("use1-az1", range("10.21.0.0/24"))
            .cidr("use1-az2", range("10.20.0.0/24")),
    );
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    let findings = stack.synthesize().expect_err("outside the VPC");
    let help = findings.iter().find_map(|finding| finding.help.as_deref());
    assert_eq!(help, Some("a free range of that size is 10.20.1.0/24"));
}

#[test]
fn a_zone_has_one_pin() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    net.add(
        Tier::isolated("data")
            .in_zones(["use1-az1"])
            .cidr("use1-az1", range("10.20.0.0/24"))
            .cidr("use1-az1", range("10.20.1.0/24")),
    );
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    let findings = stack.synthesize().expect_err("which of the two?");
    assert!(findings.iter().any(|f| f.code.as_str() == "SPEC012"));
}

#[test]
fn what_is_reserved_is_nobodys() {
    let stack = |cidr: &str| {
        let mut net = Network::new(cidr!("10.20.0.0/16"))
            .zones(2)
            .reserved(range(cidr));
        net.add(Tier::isolated("data").prefix(24));
        Stack::network_only("prod", Region::UsEast1, net)
    };
    let plan = |cidr: &str| stack(cidr).synthesize().expect("there is room");
    let around = plan("10.20.0.0/17");
    let inside = around.plan().tiers[0].subnets.iter().map(|s| s.cidr);
    assert_eq!(
        inside.collect::<Vec<_>>(),
        [range("10.20.128.0/24"), range("10.20.129.0/24")]
    );
    let free: u64 = around.plan().free_addresses();
    assert_eq!(free, 32_768 - 512);
    let before = plan("10.20.128.0/17").plan().ledger();
    assert_eq!(
        messages(&stack("10.20.1.0/26"), &before),
        [
            "10.20.1.0/24, which the ledger has for data in use1-az2, lies in the reserved 10.20.1.0/26"
        ]
    );
    let repaired = stack("10.20.1.0/26").repair(before);
    let after = stack("10.20.1.0/26").synthesize_with(&repaired);
    let after = after.expect("what is planned can move").plan().ledger();
    assert_eq!(
        after.get(&key("data", "use1-az2")),
        Some(Entry::planned(range("10.20.2.0/24")))
    );
}

/// The lines of a lock file's only network.
fn lock(lines: &[&str]) -> String {
    let lines = lines.iter().map(|line| format!("prod us-east-1 {line}\n"));
    "version 1\n".to_owned() + &lines.collect::<String>()
}

/// What reading a lock file finds.
fn faults(text: &str) -> Vec<String> {
    let mut findings = Findings::new();
    LockFile::read("eksnet.lock", text, &mut Sources::new(), &mut findings);
    findings.iter().map(|f| f.message.clone()).collect()
}

/// The lines of a lock file once it is repaired, without the network's names.
fn repaired(text: &str) -> Vec<String> {
    let mut findings = Findings::new();
    let file = LockFile::repair("eksnet.lock", text, &mut Sources::new(), &mut findings);
    let text = file.text();
    assert_eq!(faults(&text).len(), findings.iter().count());
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("prod us-east-1 "));
    lines.map(str::to_owned).collect()
}

/// Two branches that both removed a subnet say the same, and a merge may keep what each has said.
#[test]
fn the_same_line_twice_is_no_fault() {
    for state in ["tombstone ipv6=3", "planned ipv6=3", "deployed ipv6=3 nat"] {
        let line = format!("data use1-az1 0 10.20.0.0/24 {state}");
        let text = lock(&[&line, &line]);
        assert_eq!(faults(&text), [""; 0], "{line}");
        assert_eq!(repaired(&text), [line]);
    }
}

/// Two branches that both deployed a subnet, each with a range of its own: the one that is not kept may be there.
#[test]
fn a_deployed_range_is_not_lost_by_repair() {
    let text = lock(&[
        "data use1-az1 0 10.20.0.0/24 deployed",
        "data use1-az1 0 10.20.1.0/24 deployed",
    ]);
    assert_eq!(
        faults(&text),
        ["data in use1-az1 has both 10.20.1.0/24 and 10.20.0.0/24"]
    );
    assert_eq!(
        repaired(&text),
        [
            "data use1-az1 0 10.20.0.0/24 deployed",
            "data use1-az1 0 10.20.1.0/24 tombstone",
        ]
    );
}

/// Of two deployed ranges that overlap one is not true; nobody else gets either of them.
#[test]
fn repair_gives_nobody_what_two_deployed_subnets_claim() {
    let text = lock(&[
        "a use1-az1 0 10.20.32.0/21 deployed",
        "b use1-az1 0 10.20.32.0/19 deployed",
        "c use1-az1 0 10.20.40.0/22 planned",
        "d use1-az1 0 10.20.48.0/22 tombstone",
    ]);
    assert_eq!(
        repaired(&text),
        [
            "a use1-az1 0 10.20.32.0/21 deployed",
            "b use1-az1 0 10.20.32.0/19 deployed",
        ]
    );
}

/// The second of two lines for one subnet may say what the first did not.
#[test]
fn an_ipv6_range_is_taken_whichever_line_says_so() {
    let text = lock(&[
        "data use1-az1 0 10.20.0.0/24 planned",
        "data use1-az1 0 10.20.0.0/24 planned ipv6=1",
        "data use1-az2 0 10.20.1.0/24 planned ipv6=1",
    ]);
    assert_eq!(
        faults(&text),
        ["data in use1-az2 and data in use1-az1 both have the IPv6 range 1"]
    );
}

/// A file that was cut off at its beginning is not one of a network that has given out nothing.
#[test]
fn an_empty_file_is_a_fault() {
    for text in ["", "\n", "# a comment\n"] {
        assert_eq!(faults(text), ["the ledger is empty"]);
    }
    assert_eq!(faults(&LockFile::new().text()), [""; 0]);
}

/// Both branches turned IPv6 on, and beside other tiers each counted in another way.
#[test]
fn a_subnet_has_one_ipv6_range() {
    let text = lock(&[
        "data use1-az1 0 10.20.0.0/24 planned ipv6=1",
        "data use1-az1 0 10.20.0.0/24 deployed ipv6=2",
    ]);
    assert_eq!(
        faults(&text),
        ["data in use1-az1 has both the IPv6 ranges 2 and 1"]
    );
    assert_eq!(
        repaired(&text),
        ["data use1-az1 0 10.20.0.0/24 deployed ipv6=2"]
    );
}

/// The ledger has which gateway a tier leaves through, not only which ones there are.
#[test]
fn a_tier_keeps_its_gateway_where_there_are_several() {
    let grow = |zones: &[&str], more: bool| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).in_zones(zones.iter().copied());
        let public = net.add(Tier::public("public"));
        net.add(Tier::private("nodes", Nat::single(&public)));
        if more {
            net.add(Tier::private("pods", Nat::per_zone(&public)).load_balancers(false));
        }
        Stack::network_only("prod", Region::UsEast1, net)
    };
    let plan = |stack: &Stack, ledger: &Ledger| stack.plan(ledger).expect("there is room");
    let first = plan(&grow(&["use1-az2"], false), &Ledger::new());
    let stack = grow(&["use1-az1", "use1-az2"], true);
    let second = plan(&stack, &first.ledger());
    let third = plan(&stack, &second.ledger());
    assert_eq!(second, third);
}

/// Where a public tier is not in all zones, the others share its gateways by turns. One gateway more gives none of them
/// another turn.
#[test]
fn a_further_gateway_changes_no_route_of_others() {
    let grow = |zones: &[&str]| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).zones(4);
        let public = net.add(Tier::public("public").in_zones(zones.iter().copied()));
        net.add(Tier::private("nodes", Nat::per_zone(&public)));
        Stack::network_only("prod", Region::UsEast1, net)
    };
    let synthesize = |stack: &Stack, ledger: &Ledger| stack.synthesize_with(ledger).expect("room");
    let before = synthesize(&grow(&["use1-az1"]), &Ledger::new());
    let after = synthesize(&grow(&["use1-az1", "use1-az2"]), &before.plan().ledger());
    // Zone 5 has no subnet of the public tier, before and after.
    let route = |synthesis: &eksnet::Synthesis| {
        let template = synthesis.cloudformation();
        let at = template
            .find("\"RouteNodesUse1Az5Internet\"")
            .expect("a route");
        let gateway = template[at..].find("NatGatewayPublic").expect("a gateway") + at;
        template[gateway..].split('"').next().map(str::to_owned)
    };
    assert_eq!(route(&before), route(&after));
}

/// EKS takes no other zones for a cluster that exists; nodes may be in them all the same.
#[test]
fn a_cluster_on_aws_keeps_its_zones() {
    let stack = |zones: u8| {
        let net = Network::new(cidr!("10.20.0.0/16")).zones(zones);
        Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"))
    };
    let subnets = |synthesis: &eksnet::Synthesis| {
        let template: serde_json::Value =
            serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
        let resources = template["Resources"].as_object().expect("a map");
        let cluster = resources
            .values()
            .find(|body| body["Type"] == "AWS::EKS::Cluster");
        let config = &cluster.expect("a cluster")["Properties"]["ResourcesVpcConfig"];
        (config["SubnetIds"].clone(), resources.len())
    };
    let first = stack(3).synthesize().expect("room");
    let planned = first.plan().ledger();
    let grown = stack(4).synthesize_with(&planned).expect("room");
    assert_eq!(subnets(&grown).0.as_array().map(Vec::len), Some(4));

    let mut deployed = planned;
    deployed.mark_deployed();
    let grown = stack(4).synthesize_with(&deployed).expect("room");
    assert_eq!(subnets(&grown).0, subnets(&first).0);
    assert!(subnets(&grown).1 > subnets(&first).1);
    let said = grown.findings().iter().any(|f| f.code.as_str() == "EKS225");
    assert!(said, "that it gets none in the new zone");
    // The next plan knows it, too.
    let mut again = grown.plan().ledger();
    again.mark_deployed();
    let again = stack(4).synthesize_with(&again).expect("room");
    assert_eq!(subnets(&again).0, subnets(&first).0);
    let errors = stack(2)
        .synthesize_with(&deployed)
        .expect_err("one is gone");
    assert!(errors.iter().any(|f| f.code.as_str() == "EKS225"));
}

/// What a removed subnet had is nobody's, also where only a part of it can be given out by now: the block that it was in
/// came back smaller, or a part of it is reserved.
#[test]
fn a_part_of_what_a_removed_subnet_had_is_nobodys() {
    let stack = |block: &str, reserved: Option<&str>, tiers: &[(&str, u8)]| {
        let block = range(block);
        let mut net = Network::new(cidr!("10.20.0.0/16"))
            .in_zones(["use1-az1", "use1-az2"])
            .secondary_cidr(block);
        if let Some(reserved) = reserved {
            net = net.reserved(range(reserved));
        }
        for (name, prefix) in tiers {
            net.add(Tier::isolated(*name).prefix(*prefix).block(block));
        }
        Stack::network_only("prod", Region::UsEast1, net)
    };
    let plan = |stack: &Stack, ledger: &Ledger| stack.plan(ledger).map(|plan| plan.ledger());
    let first = stack("10.21.0.0/16", None, &[("pods", 18), ("data", 24)]);
    let before = plan(&first, &Ledger::new()).expect("there is room");
    let had = before.get(&key("pods", "use1-az1")).expect("a range").cidr;
    for (block, reserved, has_room) in [
        ("10.21.0.0/16", Some("10.21.0.0/19"), true),
        ("10.21.0.0/17", None, false),
        ("10.21.0.0/19", None, false),
    ] {
        let removed = stack("10.21.0.0/16", None, &[]);
        let removed = plan(&removed, &before).expect("there is room");
        let again = stack(block, reserved, &[("cache", 20)]);
        let given = plan(&again, &removed);
        assert_eq!(given.is_ok(), has_room, "{block}");
        let Ok(given) = given else { continue };
        for (_, entry) in given.entries() {
            assert!(!had.contains(&entry.cidr), "{block}: {}", entry.cidr);
        }
        assert_eq!(plan(&again, &given).ok().as_ref(), Some(&given), "{block}");
    }
}

/// A range is given to the VPC again, not to its subnets anew: another number would be another range for each.
#[test]
fn an_ipv6_range_outlives_a_network_without() {
    let stack = |dual_stack: bool, tiers: &[&str]| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
        if dual_stack {
            net = net.dual_stack();
        }
        for tier in tiers {
            net.add(Tier::isolated(*tier).prefix(24));
        }
        Stack::network_only("prod", Region::UsEast1, net)
    };
    let synthesize = |stack: &Stack, ledger: &Ledger| stack.synthesize_with(ledger).expect("room");
    let first = synthesize(&stack(true, &["data"]), &Ledger::new());
    let tiers = ["data", "cache"];
    let both = synthesize(&stack(true, &tiers), &first.plan().ledger());
    let without = synthesize(&stack(false, &tiers), &both.plan().ledger());
    assert!(!without.plan().dual_stack && !without.cloudformation().contains("Ipv6"));
    let again = synthesize(&stack(true, &tiers), &without.plan().ledger());
    assert_eq!(again.cloudformation(), both.cloudformation());
}

/// A dual-stack network in one zone, whose only subnet may be pinned.
fn dual_stack(pin: Option<&str>) -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .in_zones(["use1-az1"])
        .dual_stack();
    net.add(Tier::isolated("before").prefix(24));
    let tier = Tier::isolated("data").prefix(24);
    net.add(match pin {
        Some(cidr) => tier.cidr("use1-az1", range(cidr)),
        None => tier,
    });
    Stack::network_only("prod", Region::UsEast1, net)
}

/// The old subnet may still be there, with its /64, when the new one is made.
#[test]
fn a_pin_that_moves_its_subnet_takes_another_ipv6_range() {
    let before = dual_stack(None)
        .plan(&Ledger::new())
        .expect("there is room");
    let after = dual_stack(Some("10.20.9.0/24")).plan(&before.ledger());
    let after = after.expect("the pin says where").ledger();
    let index = |ledger: &Ledger| ledger.get(&key("data", "use1-az1")).and_then(|e| e.ipv6);
    assert_eq!(index(&before.ledger()), Some(1));
    assert_eq!(index(&after), Some(2));
    let buried: Vec<_> = after.tombstones().map(|old| (old.cidr, old.ipv6)).collect();
    assert_eq!(buried, [(range("10.20.1.0/24"), Some(1))]);
}

/// A subnet whose old range is written down has its old /64 as well.
#[test]
fn a_pinned_subnet_returns_to_its_ipv6_range() {
    let mut ledger = Ledger::new();
    ledger.bury(Tombstone {
        key: key("data", "use1-az1"),
        cidr: range("10.20.9.0/24"),
        ipv6: Some(7),
    });
    let after = dual_stack(Some("10.20.9.0/24")).plan(&ledger);
    let after = after.expect("it is its own").ledger();
    let entry = after.get(&key("data", "use1-az1")).expect("it is there");
    assert_eq!((entry.cidr, entry.ipv6), (range("10.20.9.0/24"), Some(7)));
    assert_eq!(after.tombstones().len(), 0);
}

/// Two branches gave one /64 out, and one of them removed its subnet again.
#[test]
fn repair_takes_an_ipv6_range_from_tombstones_as_well() {
    let text = lock(&[
        "a use1-az1 0 10.20.0.0/24 deployed ipv6=0",
        "b use1-az1 0 10.20.1.0/24 tombstone ipv6=0",
        "c use1-az1 0 10.20.2.0/24 tombstone ipv6=1",
        "d use1-az1 0 10.20.3.0/24 tombstone ipv6=1",
    ]);
    assert_eq!(
        repaired(&text),
        [
            "a use1-az1 0 10.20.0.0/24 deployed ipv6=0",
            "b use1-az1 0 10.20.1.0/24 tombstone",
            "c use1-az1 0 10.20.2.0/24 tombstone ipv6=1",
            "d use1-az1 0 10.20.3.0/24 tombstone",
        ]
    );
    assert_eq!(faults(&text).len(), 2);
}

/// What a removed subnet had is outside of the network now, and larger than the block that is there again.
#[test]
fn a_tombstone_may_be_larger_than_a_block() {
    let mut net = Network::new(cidr!("10.20.0.0/28")).zones(1);
    net = net.secondary_cidr(cidr!("10.21.0.0/26"));
    net.add(Tier::isolated("data").prefix(27));
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    let mut ledger = Ledger::new();
    ledger.bury(Tombstone {
        key: key("old", "use1-az1"),
        cidr: range("10.21.0.0/24"),
        ipv6: None,
    });
    let findings = stack.plan(&ledger).expect_err("it is not released");
    assert!(findings.iter().any(|f| f.code.as_str() == "PLAN001"));
    ledger.release();
    stack.plan(&ledger).expect("there is room");
}

/// A subnet that had two ranges, of which the first is in no block now.
#[test]
fn a_subnet_returns_to_the_range_that_is_there() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(1);
    net.add(Tier::isolated("data").prefix(24));
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    let mut ledger = Ledger::new();
    for cidr in ["10.19.0.0/24", "10.20.9.0/24"] {
        ledger.bury(Tombstone {
            key: key("data", "use1-az1"),
            cidr: range(cidr),
            ipv6: None,
        });
    }
    let after = stack.plan(&ledger).expect("there is room").ledger();
    let entry = after.get(&key("data", "use1-az1")).expect("it is there");
    assert_eq!(entry.cidr, range("10.20.9.0/24"));
    assert_eq!(after.tombstones().len(), 1);
}

/// A tier that shares no zone with the public one uses all gateways of that; when it gets a zone with one, the others stay with
/// those who leave through them.
#[test]
fn a_shared_zone_takes_no_gateway_away() {
    let grow = |zones: &[&str]| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).zones(5);
        let public = net.add(Tier::public("public").in_zones(["use1-az2", "use1-az6"]));
        let nodes = Tier::private("nodes", Nat::per_zone(&public));
        net.add(nodes.in_zones(zones.iter().copied()));
        Stack::network_only("prod", Region::UsEast1, net)
    };
    let plan = |zones: &[&str], ledger: &Ledger| {
        let plan = grow(zones).plan(ledger).expect("there is room");
        assert_eq!(grow(zones).plan(&plan.ledger()).as_ref(), Ok(&plan));
        plan.ledger()
    };
    let via = |ledger: &Ledger| {
        let via = ["use1-az1", "use1-az5"].map(|zone| ledger.get(&key("nodes", zone)));
        via.map(|entry| entry.and_then(|entry| entry.via))
    };
    let before = plan(&["use1-az1", "use1-az5"], &Ledger::new());
    let after = plan(&["use1-az1", "use1-az2", "use1-az5"], &before);
    assert!(via(&before).iter().all(Option::is_some));
    assert_eq!(via(&before), via(&after));
}

/// What is on AWS is not resized, so that the advice for a tier that is too small is another one there.
#[test]
fn a_deployed_tier_is_told_to_get_further_subnets() {
    let stack = |further: Option<u8>| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
        let public = net.add(Tier::public("public").prefix(24));
        let mut tier = Tier::private("nodes", Nat::per_zone(&public)).prefix(26);
        if let Some(prefix) = further {
            tier = tier.further_subnet(prefix);
        }
        let nodes = net.add(tier);
        let group = NodeGroup::new("system", &nodes)
            .instance_types(["m6i.large"])
            .size(2, 8);
        let cluster = Cluster::new("prod", "1.35").node_group(group);
        Stack::new("prod", Region::UsEast1, net, cluster)
    };
    let advice = |stack: &Stack, ledger: &Ledger| {
        let synthesis = stack.synthesize_with(ledger).expect("warnings only");
        let mut said = synthesis.findings().iter();
        let said = said.find(|f| f.code.as_str() == "EKS132");
        said.and_then(|finding| finding.help.clone())
    };
    let mut ledger = stack(None).plan(&Ledger::new()).expect("room").ledger();
    assert!(advice(&stack(None), &ledger).is_some_and(|help| help.contains(".prefix(")));
    ledger.mark_deployed();
    let help = advice(&stack(None), &ledger).expect("it is too small");
    let (_, prefix) = help.split_once(".further_subnet(").expect("another one");
    let prefix = prefix.split(')').next().and_then(|n| n.parse().ok());
    assert_eq!(advice(&stack(prefix), &ledger), None);
}

/// Fewer zones by a number and then as many again are the same zones, so that each subnet finds what it had.
#[test]
fn a_zone_comes_back_as_the_one_that_went() {
    let net = || Network::new(cidr!("10.20.0.0/16"));
    let plan = |net: Network, ledger: &Ledger| {
        let stack = Stack::network_only("prod", Region::UsEast1, net);
        stack.plan(ledger).expect("there is room")
    };
    let zones = ["use1-az1", "use1-az5", "use1-az6"];
    let first = plan(net().in_zones(zones), &Ledger::new());
    let fewer = plan(net().zones(2), &first.ledger());
    let again = plan(net().zones(3), &fewer.ledger());
    assert_eq!(again.zones, first.zones);
    assert_eq!(again.ledger(), first.ledger());
}
