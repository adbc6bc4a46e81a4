//! ClusterConfigs of eksctl: what they come to as specs, and what cannot be carried over.

#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::path::{Path, PathBuf};

use eksnet::Synthesis;
use eksnet::diagnostic::{Severity, Sources, concise};
use eksnet::network::ZoneId;
use eksnet::plan::Ledger;
use eksnet::read::eksctl::{Imported, Options, import};
use eksnet::render::{Known, Why};
use eksnet::spec::{Format, load};

/// What the account of these files calls its zones.
const ZONES: &[(&str, &str)] = &[
    ("us-east-1a", "use1-az1"),
    ("us-east-1b", "use1-az2"),
    ("us-east-1c", "use1-az4"),
    ("us-east-1d", "use1-az5"),
    ("us-east-1e", "use1-az6"),
    ("us-west-2a", "usw2-az1"),
    ("us-west-2b", "usw2-az2"),
    ("us-west-2c", "usw2-az3"),
    ("eu-central-1a", "euc1-az2"),
    ("eu-central-1b", "euc1-az3"),
    ("eu-central-1c", "euc1-az1"),
    ("eu-west-1a", "euw1-az1"),
    ("eu-west-1b", "euw1-az2"),
];

fn zones() -> Options {
    let zones = ZONES.iter().map(|(name, id)| {
        let id = ZoneId::parse(id).expect("the id of a zone");
        ((*name).to_owned(), id)
    });
    Options {
        zones: zones.collect(),
        made_by_eksctl: false,
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eksctl");
    let entries = std::fs::read_dir(folder).expect("tests/eksctl");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// The file as a spec; of `losses` nobody knows the zones.
fn imported(path: &Path, sources: &mut Sources) -> Imported {
    let text = std::fs::read_to_string(path).expect("text");
    let known = if stem(path) == "losses" {
        Options::default()
    } else {
        zones()
    };
    let name = path.file_name().expect("a name").to_string_lossy();
    import(&name, &text, &known, sources)
}

#[test]
fn specs_and_losses_are_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/eksctl");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in files() {
            let mut sources = Sources::new();
            let imported = imported(&path, &mut sources);
            let spec = imported.spec.expect("a spec");
            let losses = concise(&imported.findings, &sources);
            insta::assert_snapshot!(stem(&path), format!("{spec}\n---\n{losses}"));
        }
    });
}

/// Twelve files at least, of which all but the one without zones are specs that build.
#[test]
fn specs_build_as_they_are() {
    let files = files();
    assert!(files.len() >= 12, "{files:?}");
    for path in files {
        let spec = imported(&path, &mut Sources::new()).spec.expect("a spec");
        let mut sources = Sources::new();
        let result =
            load("spec.yaml", Some(Format::Yaml), &spec, &mut sources).synthesize(&Ledger::new());
        let findings = match &result {
            Ok(synthesis) => synthesis.findings(),
            Err(findings) => findings,
        };
        let errors: Vec<_> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.code.as_str())
            .collect();
        if stem(&path) == "losses" {
            // Zones by name; and its one node group has a taint, so that CoreDNS runs nowhere.
            assert!(
                !errors.is_empty()
                    && errors
                        .iter()
                        .all(|code| ["EKS240", "SPEC078"].contains(code)),
                "{errors:?}"
            );
        } else {
            assert!(
                errors.is_empty(),
                "{}: {}",
                path.display(),
                concise(findings, &sources)
            );
        }
    }
}

/// A subnet that eksctl made is where it was, whatever the order of the zones.
#[test]
fn subnets_of_eksctls_own_layout_stay_in_their_places() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eksctl/highly-available.yaml");
    let spec = imported(&path, &mut Sources::new()).spec.expect("a spec");
    let synthesis = load("spec.yaml", Some(Format::Yaml), &spec, &mut Sources::new())
        .synthesize(&Ledger::new())
        .expect("a spec that builds");
    let found: Vec<String> = synthesis
        .plan()
        .tiers
        .iter()
        .flat_map(|tier| &tier.subnets)
        .map(|subnet| format!("{}/{} {}", subnet.key.tier, subnet.key.zone, subnet.cidr))
        .collect();
    // us-east-1b comes first in the file.
    assert_eq!(
        found,
        [
            "public/use1-az1 10.10.32.0/19",
            "public/use1-az2 10.10.0.0/19",
            "public/use1-az4 10.10.64.0/19",
            "private/use1-az1 10.10.128.0/19",
            "private/use1-az2 10.10.96.0/19",
            "private/use1-az4 10.10.160.0/19",
        ]
    );
}

/// No key of the file is dropped in silence: what is not in the spec is in a finding.
#[test]
fn every_key_that_is_added_is_carried_over_or_spoken_of() {
    let plain = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: a, region: us-east-1, version: \"1.35\" }\navailabilityZones: [use1-az1, use1-az2]\n";
    let of = |text: &str| {
        let imported = import("c.yaml", text, &Options::default(), &mut Sources::new());
        let said: Vec<String> = imported
            .findings
            .iter()
            .map(|f| f.message.clone())
            .collect();
        (imported.spec, said)
    };
    let before = of(plain);
    for more in [
        "outpost: { controlPlaneOutpostARN: arn:aws:outposts:us-east-1:1:outpost/op-1 }",
        "gitops: { flux: { gitProvider: github } }",
        "zonalShiftConfig: { enabled: true }",
        "controlPlaneScalingConfig: { tier: xl }",
        "capabilities: [{ name: a, type: KRO }]",
        "identityProviders: [{ type: oidc, name: a, issuerURL: b, clientID: c }]",
        "localZones: [us-east-1-bos-1a]",
        "iam: { vpcResourceControllerPolicy: false }",
        "iam: { podIdentityAssociations: [{ namespace: a }] }",
        "upgradePolicy: { supportType: STANDARD }",
        "kubernetesNetworkConfig: { serviceIPv4CIDR: 10.100.0.0/16 }",
        "kubernetesNetworkConfig: { ipFamily: IPv6 }",
        "kubernetesNetworkConfig: { ipFamily: IPv5 }",
        "upgradePolicy: { supportType: LONG }",
        "cloudWatch: { clusterLogging: { enableTypes: [], logRetentionInDays: 7 } }",
        "remoteNetworkConfig: { remotePodNetworks: [{ cidrs: [10.9.0.0/16] }] }",
        "vpc: { ipv6Cidr: 2001:db8::/56 }",
        "vpc: { controlPlaneEgressMode: CUSTOMER_ROUTED }",
        "vpc: { manageSharedNodeSecurityGroupRules: false }",
        "vpc: { nat: { gateway: Disable } }",
        "vpc: { clusterEndpoints: { privateAccess: true } }",
        "managedNodeGroups: [{ name: a, maxPodsPerNode: 20 }]",
        "managedNodeGroups: [{ name: a, tags: { b: c } }]",
        "managedNodeGroups: [{ name: a, instanceSelector: { vCPUs: 2 } }]",
        "managedNodeGroups: [{ amiFamily: Bottlerocket }]",
        "fargateProfiles: [{ name: a, selectors: [{ namespace: b }], tags: { c: d } }]",
        "addonsConfig: { disableDefaultAddons: true }",
        "addons: [{ name: coredns, version: 1.10 }]",
        "somethingNew: true",
    ] {
        assert_ne!(of(&format!("{plain}{more}\n")), before, "{more}");
    }
}

#[test]
fn what_is_no_cluster_config_is_refused() {
    for (text, said) in [
        ("", "the file is empty"),
        ("[]", "this is no ClusterConfig"),
        (
            "stack: prod\nregion: us-east-1\n",
            "`apiVersion` is not `eksctl.io/v1alpha5`",
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n",
            "no `metadata`",
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: a }\n",
            "no `region`",
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: a, region: us-east-9 }\n",
            "`us-east-9`",
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: a, region: us-east-1 }\nvpc: { nat: { gateway: [] } }\n",
            "expected a string, found a list",
        ),
    ] {
        let mut sources = Sources::new();
        let imported = import("c.yaml", text, &Options::default(), &mut sources);
        assert_eq!(imported.spec, None, "{text}");
        let text = concise(&imported.findings, &sources);
        assert!(text.contains(said), "{text}");
    }
}

/// A wrong region is one of the findings, and not the last one.
#[test]
fn a_wrong_region_hides_nothing() {
    let text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: a, region: us-east-9 }\navailabilityZones: [us-east-9a, us-east-9b]\nvpc: { nat: { gateway: Many } }\ngitops: { flux: {} }\nmanagedNodeGroups: [{ name: a, maxPodsPerNode: 20, availabilityZones: [us-east-9c] }]\n";
    let mut sources = Sources::new();
    let imported = import("c.yaml", text, &Options::default(), &mut sources);
    assert_eq!(imported.spec, None);
    let said = concise(&imported.findings, &sources);
    for part in [
        "`us-east-9` is not a region",
        "`us-east-9a` is the name of a zone",
        "`Many` is not a NAT mode",
        "`maxPodsPerNode` of node group `a`",
        "`us-east-9c` of node group `a`",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
}

/// Nodes are in the subnets and in the zones that their group names.
#[test]
fn groups_are_in_their_zones_beside_their_subnets() {
    let file = |group: &str| {
        format!(
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{ name: a, region: us-east-1, version: \"1.35\" }}\n\
             vpc: {{ cidr: 10.0.0.0/16, subnets: {{ private: {{ one: {{ az: use1-az1, cidr: 10.0.0.0/24 }}, \
             two: {{ az: use1-az2, cidr: 10.0.1.0/24 }}, three: {{ az: use1-az4, cidr: 10.0.2.0/24 }} }} }} }}\n\
             managedNodeGroups: [{{ name: a, privateNetworking: true, {group} }}]\n"
        )
    };
    let of = |group: &str| {
        let imported = import(
            "c.yaml",
            &file(group),
            &Options::default(),
            &mut Sources::new(),
        );
        imported.spec.expect("a spec")
    };
    let both = of("subnets: [one], availabilityZones: [use1-az2]");
    assert_eq!(both, of("subnets: [one, two]"));
    assert_ne!(both, of("subnets: [one]"));
    assert_eq!(of("subnets: []"), of("availabilityZones: []"));
}

/// Text that is no text in YAML without care, as tags with it.
#[test]
fn odd_text_comes_out_as_it_was() {
    for odd in [
        "x\u{7f}y",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{1f600}",
        "a\"b\\",
        "12:30:45",
        "1.0",
        "on",
        "a: b",
    ] {
        let text = serde_json::json!({
            "apiVersion": "eksctl.io/v1alpha5",
            "kind": "ClusterConfig",
            "metadata": { "name": "a", "region": "us-east-1", "version": "1.35", "tags": { "odd": odd } },
            "availabilityZones": ["use1-az1", "use1-az2"],
        });
        // JSON leaves it as it is, and YAML wants it written by its number.
        let text = text.to_string().replace('\u{7f}', "\\u007f");
        let imported = import("c.json", &text, &Options::default(), &mut Sources::new());
        let synthesis = synthesis(&imported.spec.expect("a spec"));
        let template: serde_json::Value =
            serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
        let tag = serde_json::json!({ "Key": "odd", "Value": odd });
        let tags = &template["Resources"]["Vpc"]["Properties"]["Tags"];
        assert!(tags.as_array().expect("tags").contains(&tag), "{tags}");
    }
}

/// A spec, synthesized.
fn synthesis(spec: &str) -> Synthesis {
    let mut sources = Sources::new();
    let loaded = load("spec.yaml", Some(Format::Yaml), spec, &mut sources);
    match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis,
        Err(findings) => panic!("{}\n{spec}", concise(&findings, &sources)),
    }
}

/// How many NAT gateways a file asks eksctl for.
fn gateways(file: &str, zones: usize) -> usize {
    let private = file.contains("privateCluster") && !file.contains("enabled: false");
    if private || file.contains("gateway: Disable") || file.contains("id: vpc-") {
        0
    } else if file.contains("HighlyAvailable") {
        zones
    } else {
        1
    }
}

/// A file as a spec that leaves the cluster to eksctl, rendered, read again and rendered again: the same cluster, on the same
/// subnets, with the endpoint, node groups and Fargate profiles that it had. What eksctl made of the network, the template
/// makes.
#[test]
fn a_file_comes_back_as_it_was() {
    for path in files() {
        // The one has errors, and eksctl makes no IPv6 cluster on a network that it did not make.
        if ["losses", "ipv6"].contains(&&*stem(&path)) {
            continue;
        }
        let file = std::fs::read_to_string(&path).expect("text");
        let mut how = zones();
        how.made_by_eksctl = true;
        let first = import("a.yaml", &file, &how, &mut Sources::new());
        let first = synthesis(&first.spec.expect("a spec"));
        let rendered = first.eksctl(&Known::nothing()).expect("a ClusterConfig");
        // eksctl refuses it beside the endpoint's access, and would make endpoints that the template has.
        assert!(!rendered.text.contains("privateCluster"));
        if stem(&path) == "fully-private" {
            // Which endpoints there are only the template says.
            continue;
        }
        let again = import("b.yaml", &rendered.text, &how, &mut Sources::new());
        let again = synthesis(&again.spec.expect("a spec"));
        let (one, two) = (&first.graph().cluster_config, &again.graph().cluster_config);
        let (one, two) = (one.as_ref().expect("one"), two.as_ref().expect("two"));
        let name = path.display();
        let subnets = |config: &eksnet::eksctl::ClusterConfig| {
            let subnets = config.subnets.iter();
            let named = subnets.map(|s| (s.name.clone(), s.public, s.cidr));
            named.collect::<Vec<_>>()
        };
        assert_eq!(subnets(one), subnets(two), "{name}");
        assert_eq!(one.control_plane.len(), two.control_plane.len(), "{name}");
        assert_eq!(one.node_groups, two.node_groups, "{name}");
        assert_eq!(one.fargate, two.fargate, "{name}");
        assert_eq!(
            (one.private_access, one.public_access, &one.clients),
            (two.private_access, two.public_access, &two.clients),
            "{name}"
        );
        assert_eq!(
            (
                &one.name,
                &one.version,
                &one.tags,
                one.service_cidr,
                one.creator_admin
            ),
            (
                &two.name,
                &two.version,
                &two.tags,
                two.service_cidr,
                two.creator_admin
            ),
            "{name}"
        );
        assert_eq!((&one.access, &one.logs), (&two.access, &two.logs), "{name}");
        assert_eq!(one.pod_identities, two.pod_identities, "{name}");
        let template = first.cloudformation();
        let nats = template.matches("\"AWS::EC2::NatGateway\"").count();
        assert_eq!(nats, gateways(&file, first.plan().zones.len()), "{name}");
        assert!(
            !template.contains("AWS::EKS::")
                && !template.contains("AWS::IAM::Role\",\n      \"DependsOn\": \"Cluster"),
            "{name}"
        );
    }
}

const SPEC: &str = include_str!("../examples/eksctl.yaml");

/// Every id comes from an output of the stack, so that a deployed stack fills all of them in.
#[test]
fn outputs_fill_every_id_in() {
    let synthesis = synthesis(SPEC);
    let marked = synthesis
        .eksctl(&Known::nothing())
        .expect("a ClusterConfig");
    assert!(!marked.unknown.is_empty());
    assert!(
        marked
            .unknown
            .iter()
            .all(|id| id.why == Why::NothingTold && !id.output.is_empty()),
        "{:?}",
        marked.unknown
    );
    let module = synthesis.terraform();
    let outputs: serde_json::Value = serde_json::from_str(&module.outputs).expect("JSON");
    let told: serde_json::Map<String, serde_json::Value> = outputs["output"]
        .as_object()
        .expect("outputs")
        .iter()
        .map(|(name, output)| {
            let kinds = [
                ("subnet", "subnet-"),
                ("group", "sg-"),
                ("arn", "arn:"),
                ("vpc", "vpc-"),
            ];
            let kind = kinds.iter().find(|(word, _)| name.contains(word));
            let kind = kind.map_or("", |(_, begins)| begins);
            let value = match &output["value"] {
                serde_json::Value::Array(items) => {
                    let all = 0..items.len();
                    all.map(|n| format!("{kind}{name}-{n}")).collect()
                }
                _ => serde_json::Value::from(format!("{kind}{name}-0")),
            };
            (name.clone(), serde_json::json!({ "value": value }))
        })
        .collect();
    let known = Known::read(&serde_json::Value::from(told).to_string()).expect("outputs");
    let filled = synthesis.eksctl(&known).expect("a ClusterConfig");
    assert_eq!(filled.unknown, []);
    assert!(!filled.text.contains("${"), "{}", filled.text);
    for told in [
        "id: vpc-vpc_id-0",
        "secrets_key_arn-0",
        "securityGroup: sg-control_plane_security_group_id-0",
        "- subnet-control_plane_subnet_ids-2",
    ] {
        assert!(filled.text.contains(told), "{told}:\n{}", filled.text);
    }
}

/// The templates make the network, and nothing of the cluster: eksctl would find its names taken.
#[test]
fn templates_leave_the_cluster_to_eksctl() {
    let synthesis = synthesis(SPEC);
    let template: serde_json::Value =
        serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    let types: std::collections::BTreeSet<&str> = resources
        .values()
        .filter_map(|resource| resource["Type"].as_str())
        .collect();
    assert!(
        types.iter().all(|name| !name.starts_with("AWS::EKS::")),
        "{types:?}"
    );
    assert!(!types.contains("AWS::EC2::LaunchTemplate"), "{types:?}");
    assert!(
        types.contains("AWS::EC2::SecurityGroup") && types.contains("AWS::KMS::Key"),
        "{types:?}"
    );
    // Nodes and control plane reach each other by the groups of the template.
    assert!(
        resources.contains_key("IngressRuleNodesFromControlPlaneAll"),
        "{:?}",
        resources.keys()
    );
}

/// eksctl waits for nodes by asking the API, which lets in whoever makes the cluster only where the spec says so.
#[test]
fn nodes_that_eksctl_cannot_ask_for_are_warned_of() {
    let codes = |spec: &str| {
        let findings = synthesis(spec).findings().clone();
        let all = findings
            .iter()
            .filter(|finding| finding.severity < Severity::Info);
        all.map(|finding| (finding.code.as_str(), finding.severity))
            .collect::<Vec<_>>()
    };
    assert!(codes(SPEC).is_empty(), "{:?}", codes(SPEC));
    let entry = "entries: { ops: { principal: \"arn:aws:iam::111122223333:role/ops\", policy: AmazonEKSViewPolicy } }";
    let without = SPEC.replace("creator-admin: true", entry);
    assert_ne!(without, SPEC);
    assert_eq!(codes(&without), [("SPEC056", Severity::Warning)]);
}

#[test]
fn the_example_is_as_reviewed() {
    let text = synthesis(SPEC)
        .eksctl(&Known::nothing())
        .expect("a ClusterConfig")
        .text;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/eksctl");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("example", text));
}
