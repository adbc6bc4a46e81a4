//! What plans have room for, and what is said of those that have too little.

use eksnet::Synthesis;
use eksnet::capacity::{Capacity, PodNetwork, Taken, TierCapacity, ZoneCapacity, instance};
use eksnet::diagnostic::{Finding, Findings, Severity, Sources};
use eksnet::plan::Ledger;
use eksnet::spec::{self, Format};

fn load(text: &str) -> Result<Synthesis, Findings> {
    let mut sources = Sources::new();
    spec::load("test.yaml", Some(Format::Yaml), text, &mut sources).synthesize(&Ledger::new())
}

fn capacity(text: &str) -> Capacity {
    load(text).unwrap().capacity().clone()
}

/// A network with two zones, a tier of nodes of some size, and these node groups.
fn stack(nodes: &str, groups: &str) -> String {
    format!(
        "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: 2
  tiers:
    public: {{ access: public, prefix: 24 }}
    nodes: {{ access: private, {nodes} }}
    control-plane: {{ access: isolated, prefix: 27 }}
cluster: {{ node-groups: {{ {groups} }} }}
"
    )
}

/// What is said of capacity.
fn said(text: &str) -> Vec<Finding> {
    let findings = match load(text) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    findings
        .iter()
        .filter(|finding| finding.code.as_str() == "EKS132")
        .cloned()
        .collect()
}

#[test]
fn what_stands_in_subnets_is_taken_first() {
    let text = "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: 2
  tiers:
    public: { access: public, prefix: 24 }
    nodes: { access: private, prefix: 22, nat: single }
    control-plane: { access: isolated, prefix: 27 }
  endpoints: [s3, dynamodb, ecr.api, sts]
";
    let capacity = capacity(text);
    let none = Taken::default();
    let balancers = Taken {
        load_balancers: 8,
        ..none
    };
    let expected = [
        (
            "control-plane",
            27,
            Taken {
                control_plane: 6,
                ..none
            },
            Taken {
                control_plane: 6,
                ..none
            },
        ),
        (
            "nodes",
            1019,
            Taken {
                endpoints: 2,
                ..balancers
            },
            Taken {
                endpoints: 2,
                ..balancers
            },
        ),
        (
            "public",
            251,
            Taken {
                nat_gateways: 1,
                ..balancers
            },
            balancers,
        ),
    ];
    for (name, usable, first, second) in expected {
        let tier = capacity
            .tiers
            .iter()
            .find(|tier| tier.name == name)
            .unwrap();
        let found: Vec<_> = tier
            .zones
            .iter()
            .map(|zone| (zone.usable(), zone.taken(), zone.rest()))
            .collect();
        let rest = |taken: Taken| (usable, taken, usable - taken.all());
        assert_eq!(found, [rest(first), rest(second)], "{name}");
    }
}

/// Nodes are put into zone after zone until one does not fit: an account of its own.
fn filled(rests: &[u64], each: u64, lost: Option<usize>) -> u64 {
    let mut rests: Vec<u64> = rests.to_vec();
    if let Some(lost) = lost {
        rests.remove(lost);
    }
    let mut nodes = 0;
    // The next node is one of those zones that have fewest; that with most room, if there are several.
    let mut counts = vec![0_u64; rests.len()];
    while let Some(least) = counts.iter().copied().min() {
        let zones = (0..rests.len()).filter(|zone| counts[*zone] == least);
        let Some(zone) = zones.max_by_key(|zone| rests[*zone]) else {
            break;
        };
        if rests[zone] < each {
            break;
        }
        rests[zone] -= each;
        counts[zone] += 1;
        nodes += 1;
    }
    nodes
}

/// Load balancers are put where their tag is, endpoints and gateways into one subnet of a zone, and the control plane's
/// interfaces into all that it is given.
#[test]
fn further_subnets_are_for_nodes() {
    let text = "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: 2
  tiers:
    public: { access: public, prefix: 24, further-subnets: [24] }
    nodes: { access: private, prefix: 22, further-subnets: [24] }
    control-plane: { access: isolated, prefix: 27, further-subnets: [27] }
  endpoints: [ecr.api, sts]
cluster: { node-groups: { system: { tier: nodes } } }
";
    for tier in capacity(text).tiers {
        let expected = match tier.name.as_str() {
            "public" => [8 + 1, 0],
            "nodes" => [8 + 2, 0],
            _ => [6, 6],
        };
        for zone in &tier.zones {
            let subnets = zone.subnets.iter();
            let taken: Vec<_> = subnets.map(|subnet| subnet.taken.all()).collect();
            assert_eq!(taken, expected, "{}", tier.name);
        }
    }
}

#[test]
fn nodes_fit_as_counted_one_by_one() {
    for prefix in [20, 22, 24, 26] {
        for name in [
            "t3.small",
            "m6i.large",
            "m6i.xlarge",
            "m5.4xlarge",
            "m5.24xlarge",
        ] {
            for zones in 1..=3 {
                let text = format!(
                    "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: 3
  tiers:
    public: {{ access: public, prefix: 24 }}
    nodes: {{ access: private, prefix: {prefix}, zones: [{}] }}
    control-plane: {{ access: isolated, prefix: 27 }}
cluster: {{ node-groups: {{ main: {{ tier: nodes, instance-types: [{name}], size: {{ min: 1, max: 1 }} }} }} }}
",
                    ["use1-az1", "use1-az2", "use1-az4"][..zones].join(", ")
                );
                let capacity = capacity(&text);
                let tier = capacity
                    .tiers
                    .iter()
                    .find(|tier| tier.name == "nodes")
                    .unwrap();
                let forecast = tier
                    .forecast(&tier.groups[0], PodNetwork::SECONDARY)
                    .unwrap();
                let instance = instance(name).unwrap();
                let pods = instance.managed_max_pods(PodNetwork::SECONDARY).unwrap();
                assert_eq!(forecast.max_pods, pods);
                let each = forecast.held.addresses();
                let rests: Vec<_> = tier.zones.iter().map(ZoneCapacity::rest).collect();
                assert_eq!(rests.len(), zones);
                assert_eq!(
                    forecast.nodes,
                    filled(&rests, each, None),
                    "{prefix} {name} {zones}"
                );
                let lost = (0..zones).map(|zone| filled(&rests, each, Some(zone)));
                assert_eq!(
                    forecast.nodes_without_a_zone,
                    lost.min().unwrap(),
                    "{prefix} {name} {zones}"
                );
                assert_eq!(forecast.pods(), forecast.nodes * u64::from(pods - 2));
            }
        }
    }
}

#[test]
fn subnets_of_different_sizes_fill_evenly() {
    let nodes = "cidrs: { use1-az1: 10.20.64.0/24, use1-az2: 10.20.128.0/22 }";
    let capacity = capacity(&stack(
        nodes,
        "main: { tier: nodes, instance-types: [m6i.large] }",
    ));
    let tier = capacity
        .tiers
        .iter()
        .find(|tier| tier.name == "nodes")
        .unwrap();
    let forecast = tier
        .forecast(&tier.groups[0], PodNetwork::SECONDARY)
        .unwrap();
    // 243 / 30 = 8 in the small one, 9 in the large one, which would take 33.
    assert_eq!((forecast.nodes, forecast.nodes_without_a_zone), (17, 8));
}

#[test]
fn a_zone_may_have_several_subnets() {
    let text = stack(
        "prefix: 24",
        "main: { tier: nodes, instance-types: [m6i.large] }",
    );
    let capacity = capacity(&text);
    let tier = capacity
        .tiers
        .iter()
        .find(|tier| tier.name == "nodes")
        .unwrap();
    let mut larger = tier.clone();
    for zone in &mut larger.zones {
        let second = zone.subnets[0];
        zone.subnets.push(second);
        assert_eq!(
            (zone.usable(), zone.rest(), zone.taken().load_balancers),
            (502, 486, 16)
        );
    }
    for network in [PodNetwork::SECONDARY, PodNetwork::PREFIX] {
        let nodes = |tier: &TierCapacity| tier.forecast(&tier.groups[0], network).unwrap().nodes;
        // A node is in one subnet: 16 of 30 addresses would fit into 486, but 8 fit into each 243.
        assert_eq!(nodes(&larger), 2 * nodes(tier));
    }
}

#[test]
fn a_group_of_several_types_has_the_fewest_pods_and_the_most_addresses() {
    let text = stack(
        "prefix: 20",
        "main: { tier: nodes, instance-types: [m6i.large, c6i.xlarge, c6i.4xlarge] }",
    );
    let capacity = capacity(&text);
    let tier = capacity
        .tiers
        .iter()
        .find(|tier| tier.name == "nodes")
        .unwrap();
    let (max_pods, held) = tier.groups[0].node(PodNetwork::SECONDARY).unwrap();
    // 29 pods of the smallest; the largest takes whole interfaces of 30 addresses for the 27 of them, and a warm one.
    assert_eq!(
        (max_pods, held.pod_interfaces, held.addresses()),
        (29, 2, 60)
    );
}

#[test]
fn nodes_share_a_tier() {
    let groups = "one: { tier: nodes, instance-types: [m6i.large], size: { min: 2, max: 4 } }, \
                  two: { tier: nodes, instance-types: [m6i.xlarge], size: { min: 2, max: 3 }, max-unavailable: 1 }";
    let capacity = capacity(&stack("prefix: 23", groups));
    let tier = capacity
        .tiers
        .iter()
        .find(|tier| tier.name == "nodes")
        .unwrap();
    // In a zone: two nodes of 30 and two of 60. Updated: four more, two in each zone, of 60 at worst.
    let demand = tier.demand(PodNetwork::SECONDARY);
    assert_eq!((tier.rest(), demand.at_most, demand.surge), (499, 180, 120));
    let nodes: Vec<_> = tier
        .groups
        .iter()
        .map(|group| tier.forecast(group, PodNetwork::SECONDARY).unwrap().nodes)
        .collect();
    // (499 - 120) / 30 = 12 and (499 - 60) / 60 = 7 in each zone.
    assert_eq!(nodes, [24, 14]);
}

#[test]
fn without_node_groups_a_usual_type_is_reckoned_with() {
    let capacity = capacity("stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16 }\n");
    for tier in &capacity.tiers {
        let types: Vec<_> = tier
            .groups
            .iter()
            .map(|group| (&group.name, &group.types[..]))
            .collect();
        if tier.name == "nodes" {
            assert_eq!(types, [(&None, &["m6i.large".to_owned()][..])]);
            assert!(
                tier.forecast(&tier.groups[0], PodNetwork::SECONDARY)
                    .unwrap()
                    .nodes
                    > 0
            );
        } else {
            assert!(types.is_empty(), "{}", tier.name);
        }
    }
}

#[test]
fn too_many_nodes_are_said_with_their_arithmetic() {
    let text = stack(
        "prefix: 24",
        "main: { tier: nodes, instance-types: [m6i.large], size: { min: 2, max: 20 } }",
    );
    let [finding] = &said(&text)[..] else {
        panic!("one finding")
    };
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(
        finding.message,
        "tier `nodes` has room for 16 of the 20 nodes that node group `main` may have"
    );
    assert_eq!(
        finding.notes,
        [
            "a node with its 29 pods holds 30 addresses (27 for pods, one for each of 3 interfaces): with 7 nodes more during \
             an update, the group wants 420 in each zone, and 243 are there",
            "pods without an address stay pending, and a subnet cannot be enlarged later",
        ]
    );
    assert_eq!(
        finding.help.as_deref(),
        Some("write `prefix: 23` for the tier, or let the group have at most 8 nodes")
    );
}

#[test]
fn an_update_needs_room_too() {
    let text = stack(
        "prefix: 24",
        "main: { tier: nodes, instance-types: [m6i.large], size: { min: 2, max: 14 } }",
    );
    let [finding] = &said(&text)[..] else {
        panic!("one finding")
    };
    assert_eq!(
        finding.message,
        "tier `nodes` has room for 16 nodes of node group `main`: too few to update 14"
    );
}

/// Whatever the help says makes the warning go, and no less would.
#[test]
fn what_the_help_says_helps() {
    let with = |prefix: u8, max: u64, name: &str| {
        let group = format!(
            "main: {{ tier: nodes, instance-types: [{name}], size: {{ min: 1, max: {max} }}, max-unavailable: 1 }}"
        );
        said(&stack(&format!("prefix: {prefix}"), &group))
    };
    let mut helped = 0;
    for name in [
        "t3.small",
        "m6i.large",
        "m6i.xlarge",
        "m5.4xlarge",
        "p5.48xlarge",
    ] {
        for prefix in [20, 22, 24, 25] {
            for max in [2, 7, 30, 120, 450] {
                let findings = with(prefix, max, name);
                let Some(finding) = findings.first() else {
                    continue;
                };
                let help = finding.help.as_deref().unwrap();
                let number = |before: &str| -> Option<u64> {
                    let (_, rest) = help.split_once(before)?;
                    rest.split(|c: char| !c.is_ascii_digit())
                        .next()?
                        .parse()
                        .ok()
                };
                if help.starts_with("give the tier") {
                    assert!(
                        help.contains("for which 10.20.0.0/16 is too small"),
                        "{help}"
                    );
                }
                if let Some(larger) = number("prefix: ") {
                    let larger = u8::try_from(larger).unwrap();
                    assert!(
                        with(larger, max, name).is_empty(),
                        "{name} /{prefix} {max}: {help}"
                    );
                    assert!(
                        larger + 1 == prefix || !with(larger + 1, max, name).is_empty(),
                        "{help}"
                    );
                    helped += 1;
                }
                if let Some(fewer) = number("at most ") {
                    assert!(fewer < max, "{help}");
                    assert!(
                        with(prefix, fewer, name).is_empty(),
                        "{name} /{prefix} {max}: {help}"
                    );
                    assert!(
                        !with(prefix, fewer + 1, name).is_empty(),
                        "{name} /{prefix} {max}: {help}"
                    );
                    helped += 1;
                }
            }
        }
    }
    assert!(helped > 40, "{helped}");
}

#[test]
fn ranges_that_were_written_are_not_given_a_prefix() {
    let nodes = "cidrs: { use1-az1: 10.20.64.0/24, use1-az2: 10.20.128.0/24 }";
    let text = stack(
        nodes,
        "main: { tier: nodes, instance-types: [m6i.large], size: { min: 1, max: 30 } }",
    );
    let [finding] = &said(&text)[..] else {
        panic!("one finding")
    };
    assert_eq!(
        finding.help.as_deref(),
        Some("give the tier ranges of /22, or let the group have at most 6 nodes")
    );
}

#[test]
fn groups_that_share_a_tier_are_named_together() {
    let text = stack(
        "prefix: 25",
        "system: { tier: nodes, instance-types: [m7g.large], size: { min: 2, max: 4 } }, \
         workers: { tier: nodes, instance-types: [m6i.xlarge, r6i.xlarge], size: { min: 3, max: 1300 } }",
    );
    // More nodes than EKS allows, which is said elsewhere.
    let [finding] = &said(&text)[..] else {
        panic!("one finding")
    };
    assert_eq!(
        finding.message,
        "tier `nodes` has room for 0 of the 1300 nodes that node group `workers` may have, beside its other node groups"
    );
    assert_eq!(finding.related.len(), 1);
    assert_eq!(
        finding.help.as_deref(),
        Some("give the tier a /16 in each zone, for which 10.20.0.0/16 is too small")
    );
}

#[test]
fn types_that_are_not_known_are_a_remark() {
    let text = stack(
        "prefix: 24",
        "main: { tier: nodes, instance-types: [m6i.large, m66i.large], size: { min: 2, max: 400 } }",
    );
    let [finding] = &said(&text)[..] else {
        panic!("one finding")
    };
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(
        finding.message,
        "how many pods a `m66i.large` holds is not known"
    );
    let capacity = capacity(&text);
    let tier = capacity
        .tiers
        .iter()
        .find(|tier| tier.name == "nodes")
        .unwrap();
    assert_eq!(tier.groups[0].unknown, ["m66i.large"]);
    assert_eq!(tier.forecast(&tier.groups[0], PodNetwork::SECONDARY), None);
}

#[cfg(feature = "report")]
mod report {
    use super::{load, stack};
    use eksnet::report::CapacityReport;

    fn report() -> CapacityReport {
        let groups = "main: { tier: nodes, instance-types: [m6i.large], size: { min: 2, max: 20 } }, \
                      old: { tier: nodes, instance-types: [m4.large], size: { min: 1, max: 2 } }";
        CapacityReport::new(&load(&stack("prefix: 23", groups)).unwrap())
    }

    #[test]
    fn as_a_table() {
        let expected = "\
tier           zone      usable  control plane  load balancers  endpoints  NAT  left
public         use1-az1     251              -               8          -    1   242
public         use1-az2     251              -               8          -    1   242
nodes          use1-az1     507              -               8          -    -   499
nodes          use1-az2     507              -               8          -    -   499
control-plane  use1-az1      27              6               -          -    -    21
control-plane  use1-az2      27              6               -          -    -    21

tier   nodes  mode       max pods  addresses  full at  a zone less  pods  max + update
nodes  main   secondary        29         30       30           15   810        20 + 7
nodes  main   prefix          110        129        2            1   216        20 + 7
nodes  old    secondary        20         20       18            9   324         2 + 4

control plane, load balancers: a reserve in each subnet, whether it is used or not
full at: nodes of this group that fit, each with all its pods, the tier's other groups at their maximum
pods: on these nodes, without the 2 of each that have no address of their own

nodes: 59 addresses left in a zone with all nodes there may be, and one group updated
nodes: 23 of 30 prefixes free, 6 once a tenth of the addresses is in use, 1 at a fifth
";
        assert_eq!(report().table(), expected);
    }

    #[test]
    fn as_markdown() {
        let expected = "\
### Capacity

| tier | zone | usable | control plane | load balancers | endpoints | NAT | left |
|---|---|---:|---:|---:|---:|---:|---:|
| public | use1-az1 | 251 | 0 | 8 | 0 | 1 | 242 |
| public | use1-az2 | 251 | 0 | 8 | 0 | 1 | 242 |
| nodes | use1-az1 | 507 | 0 | 8 | 0 | 0 | 499 |
| nodes | use1-az2 | 507 | 0 | 8 | 0 | 0 | 499 |
| control-plane | use1-az1 | 27 | 6 | 0 | 0 | 0 | 21 |
| control-plane | use1-az2 | 27 | 6 | 0 | 0 | 0 | 21 |

| tier | nodes | mode | max pods | addresses | full at | a zone less | pods | max + update |
|---|---|---|---:|---:|---:|---:|---:|---:|
| nodes | main | secondary | 29 | 30 | 30 | 15 | 810 | 20 + 7 |
| nodes | main | prefix | 110 | 129 | 2 | 1 | 216 | 20 + 7 |
| nodes | old | secondary | 20 | 20 | 18 | 9 | 324 | 2 + 4 |

* control plane, load balancers: a reserve in each subnet, whether it is used or not
* full at: nodes of this group that fit, each with all its pods, the tier's other groups at their maximum
* pods: on these nodes, without the 2 of each that have no address of their own
* nodes: 59 addresses left in a zone with all nodes there may be, and one group updated
* nodes: 23 of 30 prefixes free, 6 once a tenth of the addresses is in use, 1 at a fifth
";
        assert_eq!(report().markdown(), expected);
    }

    #[test]
    fn as_json() {
        let json = serde_json::to_value(report()).unwrap();
        let tiers = json["tiers"].as_array().unwrap();
        let tier = tiers.iter().find(|tier| tier["name"] == "nodes").unwrap();
        let expected = serde_json::json!({
            "name": "old",
            "types": ["m4.large"],
            "unknown": [],
            "max_nodes": 2,
            "surge": 4,
            "secondary": { "max_pods": 20, "addresses": 20, "nodes": 18, "nodes_without_a_zone": 9, "pods": 324 },
            "prefix": null,
        });
        assert_eq!(tier["groups"][1], expected);
        assert_eq!(
            (&tier["left"], &tier["prefixes"]["at_first"]),
            (&59.into(), &23.into())
        );
    }
}
