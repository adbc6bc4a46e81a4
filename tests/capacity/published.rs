//! The table of instance types against what AWS publishes. The table is made of EC2's own answers, by `renew.py`.

use std::collections::BTreeMap;
use std::path::Path;

use eksnet::capacity::{AddressMode, Hypervisor, PodNetwork, instance, instances};

const CUSTOM: PodNetwork = PodNetwork {
    mode: AddressMode::Secondary,
    custom_networking: true,
};

/// Types of AWS's lists that the table leaves out: EC2 describes them nowhere, so that their virtual CPUs are not known.
const LEFT_OUT: [&str; 2] = ["bmn-sf1.metal", "hs1.8xlarge"];

/// The rows of a list, by type.
fn rows(name: &str) -> BTreeMap<String, Vec<u32>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/capacity")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut fields = line.split('\t');
            let name = fields.next().unwrap().to_owned();
            (name, fields.map(|field| field.parse().unwrap()).collect())
        })
        .collect()
}

#[test]
fn max_pods_are_those_that_aws_publishes() {
    let published = rows("eni-max-pods.txt");
    assert_eq!(published.len(), 877);
    for (name, figures) in &published {
        match instance(name) {
            Some(instance) => {
                let reckoned = instance.max_pods(PodNetwork::SECONDARY);
                assert_eq!(reckoned, Some(figures[0]), "{name}");
            }
            None => assert!(LEFT_OUT.contains(&&**name), "{name} is not in the table"),
        }
    }
}

/// The list that AWS's images reckon max pods from, which is newer than the list of the figures.
#[test]
fn limits_are_those_that_the_images_have() {
    let published = rows("limits.tsv");
    assert_eq!(published.len(), 1317);
    for (name, limits) in &published {
        let Some(instance) = instance(name) else {
            assert!(LEFT_OUT.contains(&&**name), "{name} is not in the table");
            continue;
        };
        let known = [instance.interfaces, instance.addresses_per_interface];
        assert_eq!(limits, &known, "{name}");
    }
}

/// What only EC2 tells of is newer than both lists.
#[test]
fn nothing_old_is_without_a_published_figure() {
    let (figures, limits) = (rows("eni-max-pods.txt"), rows("limits.tsv"));
    let mut families: Vec<_> = instances()
        .map(|instance| instance.name)
        .filter(|name| !figures.contains_key(*name) && !limits.contains_key(*name))
        .map(|name| name.split('.').next().unwrap())
        .collect();
    assert_eq!(instances().count(), 1423);
    assert_eq!(families.len(), 94);
    families.dedup();
    let new = [
        "c9g",
        "c9gd",
        "g7",
        "m8ib",
        "m8idb",
        "m8idn",
        "m8in",
        "m9g",
        "m9gd",
        "mac-m3ultra",
        "r8ib",
        "r8idb",
        "r8idn",
        "r8in",
        "r9g",
        "r9gd",
        "t8i",
        "trn2u",
    ];
    assert_eq!(families, new);
}

/// With custom networking: an edition of `eni-max-pods.txt` that has a column for it (commit 01d744a5 of
/// amazon-vpc-cni-k8s), a type for each pair of limits.
#[test]
fn max_pods_with_custom_networking_are_those_that_aws_publishes() {
    for (name, pods, custom) in [
        ("a1.medium", 8, 5),
        ("a1.large", 29, 20),
        ("a1.2xlarge", 58, 44),
        ("a1.4xlarge", 234, 205),
        ("c1.medium", 12, 7),
        ("c5.18xlarge", 737, 688),
        ("c6in.32xlarge", 394, 345),
        ("d3.xlarge", 10, 8),
        ("d3.2xlarge", 18, 14),
        ("d3.4xlarge", 38, 29),
        ("d3.8xlarge", 59, 40),
        ("d3en.8xlarge", 78, 59),
        ("d3en.12xlarge", 89, 60),
        ("g5.48xlarge", 345, 296),
        ("g6e.12xlarge", 292, 263),
        ("g6e.24xlarge", 492, 443),
        ("hpc7g.16xlarge", 198, 149),
        ("i4i.24xlarge", 437, 408),
        ("inf1.2xlarge", 38, 29),
        ("inf1.24xlarge", 321, 292),
        ("m2.2xlarge", 118, 89),
        ("m4.large", 20, 11),
        ("p5.48xlarge", 100, 51),
        ("p5en.48xlarge", 198, 149),
    ] {
        let instance = instance(name).unwrap();
        let reckoned = [PodNetwork::SECONDARY, CUSTOM].map(|network| instance.max_pods(network));
        assert_eq!(reckoned, [Some(pods), Some(custom)], "{name}");
    }
}

#[test]
fn prefixes_are_sixteen_times_as_many_below_what_eks_allows() {
    let both = PodNetwork {
        mode: AddressMode::Prefix,
        ..CUSTOM
    };
    for (name, formula, managed, custom) in [
        ("t3.nano", 34, 34, 18),
        ("t3.small", 146, 110, 98),
        ("m5.large", 434, 110, 110),
        ("a1.xlarge", 898, 110, 110),
        ("hpc7a.12xlarge", 1570, 110, 110),
        ("hpc6a.48xlarge", 1570, 250, 250),
    ] {
        let instance = instance(name).unwrap();
        assert_eq!(
            instance.max_pods(PodNetwork::PREFIX),
            Some(formula),
            "{name}"
        );
        assert_eq!(
            instance.managed_max_pods(PodNetwork::PREFIX),
            Some(managed),
            "{name}"
        );
        assert_eq!(instance.managed_max_pods(both), Some(custom), "{name}");
    }
}

/// Managed node groups keep below the ceiling without prefixes, too.
#[test]
fn large_nodes_keep_below_what_eks_allows() {
    let managed = |name| {
        instance(name)
            .unwrap()
            .managed_max_pods(PodNetwork::SECONDARY)
    };
    assert_eq!(managed("m5.large"), Some(29));
    assert_eq!(managed("m5.4xlarge"), Some(110));
    assert_eq!(managed("m5.8xlarge"), Some(234));
    assert_eq!(managed("m5.24xlarge"), Some(250));
}

#[test]
fn every_type_is_found_and_nothing_else() {
    let all: Vec<_> = instances().collect();
    assert!(all.is_sorted_by(|a, b| a.name < b.name));
    for one in &all {
        assert_eq!(instance(one.name), Some(*one));
        assert!(one.interfaces > 0 && one.addresses_per_interface > 1 && one.vcpus > 0);
        assert_eq!(
            one.hypervisor == Hypervisor::Metal,
            one.name.contains(".metal")
        );
        for near in [
            format!("{}x", one.name),
            one.name[..one.name.len() - 1].to_owned(),
        ] {
            let known = all.iter().any(|other| other.name == near);
            assert_eq!(instance(&near).is_some(), known, "{near}");
        }
    }
    for name in [
        "",
        "#",
        "# type",
        "m5",
        "m5.",
        "m5.large\t",
        "M5.LARGE",
        "\n",
        "zzz",
        "a",
        "ö.large",
    ] {
        assert_eq!(instance(name), None, "{name:?}");
    }
}
