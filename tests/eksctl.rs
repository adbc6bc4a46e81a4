//! ClusterConfigs of eksctl: what they come to as specs, and what cannot be carried over.

#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eksnet::diagnostic::{Severity, Sources, concise};
use eksnet::network::ZoneId;
use eksnet::plan::Ledger;
use eksnet::read::eksctl::{Imported, import};
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

fn zones() -> BTreeMap<String, ZoneId> {
    let zones = ZONES.iter().map(|(name, id)| {
        let id = ZoneId::parse(id).expect("the id of a zone");
        ((*name).to_owned(), id)
    });
    zones.collect()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eksctl");
    let entries = std::fs::read_dir(folder).expect("tests/eksctl");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .filter(|path| !path.ends_with("schema.json"))
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
        BTreeMap::new()
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
            assert!(
                !errors.is_empty() && errors.iter().all(|code| *code == "EKS240"),
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
        let imported = import("c.yaml", text, &BTreeMap::new(), &mut Sources::new());
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
        "iam: { podIdentityAssociations: [] }",
        "upgradePolicy: { supportType: STANDARD }",
        "kubernetesNetworkConfig: { serviceIPv4CIDR: 10.100.0.0/16 }",
        "kubernetesNetworkConfig: { ipFamily: IPv6 }",
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
        let imported = import("c.yaml", text, &BTreeMap::new(), &mut sources);
        assert_eq!(imported.spec, None, "{text}");
        let text = concise(&imported.findings, &sources);
        assert!(text.contains(said), "{text}");
    }
}
