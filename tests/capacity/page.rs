//! The example of `docs/capacity.md` is what eksnet says, and its sums are right.

use std::path::{Path, PathBuf};

use eksnet::capacity::{PodNetwork, PrefixPool, instance, prefixes};
use eksnet::diagnostic::Sources;
use eksnet::plan::Ledger;
use eksnet::report::CapacityReport;
use eksnet::spec::{Format, load};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/capacity.md")
}

fn page() -> String {
    let text = std::fs::read_to_string(path()).unwrap();
    text.replace("\r\n", "\n")
}

#[test]
fn the_page_shows_what_is_said() {
    let (path, text) = (path(), page());
    let between = |begin: &str| {
        let start = text.find(begin).unwrap() + begin.len();
        start..start + text[start..].find("```").unwrap()
    };
    let spec = &text[between("```yaml\n")];
    let loaded = load("spec", Some(Format::Yaml), spec, &mut Sources::new());
    let synthesis = loaded.synthesize(&Ledger::new()).unwrap();
    let table = CapacityReport::new(&synthesis).table();
    let shown = between("```text\n");
    if std::env::var_os("EKSNET_REGENERATE").is_some() {
        let (before, after) = (&text[..shown.start], &text[shown.end..]);
        std::fs::write(&path, format!("{before}{table}{after}")).unwrap();
        return;
    }
    assert_eq!(
        text[shown], table,
        "docs/capacity.md is stale: EKSNET_REGENERATE=1 cargo test --test capacity"
    );
}

#[test]
fn the_sums_of_the_page_are_right() {
    let worker = instance("m6i.xlarge").unwrap();
    assert_eq!((worker.interfaces, worker.addresses_per_interface), (4, 15));
    assert_eq!(worker.managed_max_pods(PodNetwork::SECONDARY), Some(58));
    assert_eq!(worker.managed_max_pods(PodNetwork::PREFIX), Some(110));
    let system = instance("m6i.large").unwrap();
    assert_eq!((system.interfaces, system.addresses_per_interface), (3, 10));
    assert!((prefixes(1024, 8) - 55.0).abs() < 0.5);
    // Nodes of both groups take as much.
    let mut pool = PrefixPool::new(1024, 8);
    let nodes = std::iter::repeat_with(|| pool.place(1, 8));
    assert_eq!(nodes.take_while(|placed| *placed).count(), 6);
    for sum in [
        "4 * 14 + 2 = 58",
        "3 of 10: 29 pods, 30 addresses",
        "1,011 - 30 = 981 addresses: 16 nodes",
        "14 * 60 + 30 = 870 addresses are in use then, and 141 left",
    ] {
        assert!(page().contains(sum), "{sum}");
    }
    assert_eq!(
        (981 / 60, 2 * 16 * 56, 14 * 60 + 30, 1011 - 870),
        (16, 1792, 870, 141)
    );
}

/// What the table of a spec says.
fn table(text: &str) -> String {
    let loaded = load("spec", Some(Format::Yaml), text, &mut Sources::new());
    let synthesis = loaded.synthesize(&Ledger::new());
    let synthesis = synthesis.unwrap_or_else(|findings| panic!("{findings:#?}"));
    CapacityReport::new(&synthesis).table()
}

fn spec(nodes: &str, cluster: &str) -> String {
    format!(
        "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  secondary-cidrs: [100.64.0.0/16]
  zones: 2
  tiers:
    public: {{ access: public, prefix: 24 }}
    nodes: {{ access: private, {nodes} }}
    pods: {{ access: private, prefix: 18, block: 100.64.0.0/16, load-balancers: false, tags: {{ kubernetes.io/role/cni: \"1\" }} }}
    control-plane: {{ access: isolated, prefix: 27 }}
cluster: {cluster}
"
    )
}

#[test]
fn what_is_not_counted_is_said() {
    let karpenter = table(&spec(
        "prefix: 20",
        "{ karpenter: true, node-groups: { system: { tier: nodes } } }",
    ));
    assert!(
        karpenter.contains("\nnodes: nodes that Karpenter starts are not counted\n"),
        "{karpenter}"
    );
    assert!(!karpenter.contains("pods: nodes that"), "{karpenter}");
    assert!(
        karpenter.contains("\npods: the VPC CNI takes pods' addresses from here, too"),
        "{karpenter}"
    );
    assert!(!karpenter.contains("other groups"), "{karpenter}");
    let several = table(&spec(
        "prefix: 20",
        "{ node-groups: { a: { tier: nodes }, b: { tier: nodes } } }",
    ));
    assert!(
        several.contains("the tier's other groups at their maximum"),
        "{several}"
    );
    assert!(!several.contains("Karpenter"), "{several}");
}

#[test]
fn a_cluster_on_fargate_has_no_rows_of_nodes() {
    let profile = "fargate: { apps: { tier: nodes, selectors: [{ namespace: apps }] } }";
    let fargate = table(&spec("prefix: 20", &format!("{{ {profile} }}")));
    assert!(
        !fargate.contains("m6i.large") && !fargate.contains("full at"),
        "{fargate}"
    );
    assert!(
        fargate.contains("on Fargate take an address each"),
        "{fargate}"
    );
    let both = table(&spec(
        "prefix: 20",
        &format!("{{ {profile}, node-groups: {{ system: {{ tier: nodes }} }} }}"),
    ));
    assert!(both.contains("full at"), "{both}");
}

#[test]
fn a_tier_without_prefixes_has_a_sentence() {
    let group = "{ node-groups: { system: { tier: nodes, size: { min: 1, max: 1 } } } }";
    let small = table(&spec("prefix: 27", group));
    assert!(
        small.contains("nodes: no /28 is free for a prefix"),
        "{small}"
    );
    assert!(!small.contains("of 0 prefixes"), "{small}");
}
