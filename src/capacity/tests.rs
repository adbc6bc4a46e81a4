//! The examples of AWS's documents, and the model of fragmentation beside a subnet that is filled address by address.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::fmt::Write as _;

use super::forecast::surge;
use super::{
    AddressMode, Held, PodNetwork, PrefixPool, WarmTargets, free_prefix_share, instance, prefixes,
};
use crate::network::MaxUnavailable;

fn interfaces(target: u32) -> WarmTargets {
    WarmTargets {
        interfaces: target,
        ..WarmTargets::default()
    }
}

fn warm_prefixes(target: u32) -> WarmTargets {
    WarmTargets {
        prefixes: target,
        ..WarmTargets::default()
    }
}

fn addresses(warm: u32, minimum: u32) -> WarmTargets {
    WarmTargets {
        addresses: Some(warm),
        minimum: Some(minimum),
        ..WarmTargets::default()
    }
}

fn held(name: &str, network: PodNetwork, pods: u32, warm: WarmTargets) -> Held {
    instance(name).unwrap().held(network, pods, warm).unwrap()
}

/// amazon-vpc-cni-k8s, `docs/eni-and-ip-target.md`: type, targets, pods; interfaces, secondary addresses, unused ones.
#[test]
fn single_addresses_are_held_as_in_the_documents_examples() {
    let table = [
        ("t3.small", interfaces(1), 0, [1, 3, 3]),
        ("t3.small", interfaces(1), 5, [3, 9, 4]),
        ("t3.small", interfaces(1), 9, [3, 9, 0]),
        ("t3.small", addresses(1, 1), 0, [1, 1, 1]),
        ("t3.small", addresses(1, 1), 5, [2, 6, 1]),
        ("t3.small", addresses(1, 1), 9, [3, 9, 0]),
        ("t3.small", addresses(2, 5), 0, [2, 5, 5]),
        ("t3.small", addresses(2, 5), 5, [3, 7, 2]),
        ("t3.small", addresses(2, 5), 9, [3, 9, 0]),
        ("p3dn.24xlarge", interfaces(1), 0, [1, 49, 49]),
        ("p3dn.24xlarge", interfaces(1), 3, [2, 98, 95]),
        ("p3dn.24xlarge", interfaces(1), 95, [3, 147, 52]),
        ("p3dn.24xlarge", addresses(5, 10), 0, [1, 10, 10]),
        ("p3dn.24xlarge", addresses(5, 10), 7, [1, 12, 5]),
        ("p3dn.24xlarge", addresses(5, 10), 15, [1, 20, 5]),
        ("p3dn.24xlarge", addresses(5, 10), 45, [2, 50, 5]),
    ];
    let mut wrong = String::new();
    for (name, warm, pods, expected) in table {
        let held = held(name, PodNetwork::SECONDARY, pods, warm);
        let found = [held.pod_interfaces, held.secondary, held.secondary - pods];
        if found != expected {
            writeln!(wrong, "{name}, {pods} pods: {found:?}, not {expected:?}").unwrap();
        }
        assert_eq!(
            held.addresses(),
            u64::from(held.pod_interfaces + held.secondary)
        );
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// amazon-vpc-cni-k8s, `docs/prefix-and-ip-target.md`: type, targets, pods; interfaces, prefixes, unused addresses.
///
/// Four rows of that table contradict its own text, and are what the text says here:
/// - 7 warm addresses and at least 20 without pods: the row has 1 prefix with 16 addresses, and says "prefixes per ENI: 2";
///   the text has a minimum of 20 take two prefixes.
/// - p3dn.24xlarge with 3, 95 and 45 pods: the rows have 2, 3 and 2 interfaces, of which all but the first are without
///   prefixes ("2,0"); they are those of the table for single addresses. The text: a new interface is taken "only after we
///   exhaust all the prefixes" of those that are there, and an interface of this type holds 49.
#[test]
fn prefixes_are_held_as_in_the_documents_examples() {
    let table = [
        ("t3.small", warm_prefixes(1), 0, [1, 1, 16]),
        ("t3.small", warm_prefixes(1), 5, [1, 2, 27]),
        ("t3.small", warm_prefixes(1), 16, [1, 2, 16]),
        ("t3.small", warm_prefixes(1), 17, [1, 3, 31]),
        ("t3.small", warm_prefixes(1), 58, [2, 5, 22]),
        ("t3.small", addresses(1, 1), 0, [1, 1, 16]),
        ("t3.small", addresses(1, 1), 5, [1, 1, 11]),
        ("t3.small", addresses(1, 1), 17, [1, 2, 15]),
        ("t3.small", addresses(1, 1), 58, [2, 4, 6]),
        ("t3.small", addresses(7, 20), 0, [1, 2, 32]),
        ("t3.small", addresses(7, 20), 5, [1, 2, 27]),
        ("t3.small", addresses(7, 20), 17, [1, 2, 15]),
        ("t3.small", addresses(7, 20), 58, [2, 5, 22]),
        ("p3dn.24xlarge", warm_prefixes(1), 0, [1, 1, 16]),
        ("p3dn.24xlarge", warm_prefixes(1), 3, [1, 2, 29]),
        ("p3dn.24xlarge", warm_prefixes(1), 95, [1, 7, 17]),
        ("p3dn.24xlarge", addresses(5, 10), 0, [1, 1, 16]),
        ("p3dn.24xlarge", addresses(5, 10), 7, [1, 1, 9]),
        ("p3dn.24xlarge", addresses(5, 10), 15, [1, 2, 17]),
        ("p3dn.24xlarge", addresses(5, 10), 45, [1, 4, 19]),
    ];
    let mut wrong = String::new();
    for (name, warm, pods, expected) in table {
        let held = held(name, PodNetwork::PREFIX, pods, warm);
        let found = [
            held.pod_interfaces,
            held.prefixes,
            held.prefixes * 16 - pods,
        ];
        if found != expected {
            writeln!(wrong, "{name}, {pods} pods: {found:?}, not {expected:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Amazon EKS Best Practices Guide, "Prefix Mode for Linux": a node of 110 pods takes seven prefixes and a warm one.
#[test]
fn a_full_node_of_prefixes_holds_128_addresses_and_its_interfaces() {
    let large = instance("m5.large").unwrap();
    let pods = large.managed_max_pods(PodNetwork::PREFIX).unwrap();
    assert_eq!(pods, 110);
    let held = held(
        "m5.large",
        PodNetwork::PREFIX,
        pods - 2,
        WarmTargets::default(),
    );
    assert_eq!(
        (held.prefixes, held.for_pods(), held.addresses()),
        (8, 128, 129)
    );
}

#[test]
fn custom_networking_leaves_the_primary_interface_to_the_node() {
    let network = PodNetwork {
        custom_networking: true,
        ..PodNetwork::default()
    };
    let held = held("m5.large", network, 18, WarmTargets::default());
    assert_eq!(held.pod_interfaces, 2);
    assert_eq!((held.in_pod_subnet(), held.addresses()), (20, 21));
}

#[test]
fn nothing_is_held_beyond_what_the_type_takes() {
    let much = addresses(u32::MAX, u32::MAX);
    for mode in [AddressMode::Secondary, AddressMode::Prefix] {
        let network = PodNetwork {
            mode,
            custom_networking: false,
        };
        for warm in [much, interfaces(u32::MAX), warm_prefixes(u32::MAX)] {
            let held = held("t3.small", network, u32::MAX, warm);
            assert_eq!(
                (held.pod_interfaces, held.secondary.max(held.prefixes)),
                (3, 9)
            );
        }
    }
    let xen = instance("m4.large").unwrap();
    assert_eq!(xen.max_pods(PodNetwork::PREFIX), None);
    assert_eq!(
        xen.held(PodNetwork::PREFIX, 1, WarmTargets::default()),
        None
    );
}

/// Amazon EKS User Guide, "Understand each phase of node updates": five zones and one node at a time, up to ten nodes more;
/// twenty at a time, twenty more.
#[test]
fn an_update_starts_as_many_nodes_as_the_user_guide_says() {
    assert_eq!(surge(50, MaxUnavailable::Nodes(1), 5), 10);
    assert_eq!(surge(50, MaxUnavailable::Nodes(20), 5), 20);
    assert_eq!(surge(4, MaxUnavailable::Percent(33), 3), 6);
    assert_eq!(surge(90, MaxUnavailable::Percent(33), 3), 30);
    assert_eq!(surge(450, MaxUnavailable::Percent(100), 3), 100);
}

/// A subnet, address by address. The numbers are a linear congruential generator's: the same every time.
struct Subnet {
    used: Vec<bool>,
    state: u64,
}

impl Subnet {
    fn new(addresses: usize, state: u64) -> Self {
        let used = vec![false; addresses];
        Self { used, state }
    }

    /// With AWS's five addresses taken.
    fn of_aws(addresses: usize, state: u64) -> Self {
        let mut subnet = Self::new(addresses, state);
        for address in [0, 1, 2, 3, addresses - 1] {
            subnet.used[address] = true;
        }
        subnet
    }

    fn random(&mut self) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap() % self.used.len()
    }

    /// Uses an address that is free, any one; none may be.
    fn single(&mut self) -> bool {
        if self.used.iter().all(|used| *used) {
            return false;
        }
        loop {
            let address = self.random();
            if !std::mem::replace(&mut self.used[address], true) {
                return true;
            }
        }
    }

    fn free_blocks(&self) -> usize {
        let blocks = self.used.chunks(16);
        blocks
            .filter(|block| block.iter().all(|used| !used))
            .count()
    }

    fn block(&mut self) -> bool {
        let mut blocks = self.used.chunks_mut(16);
        let free = blocks.find(|block| block.iter().all(|used| !used));
        free.map(|block| block.fill(true)).is_some()
    }
}

const RUNS: u32 = 400;

#[test]
fn the_share_of_free_prefixes_is_that_of_a_simulated_subnet() {
    // The figures of a /22 that the research found: 43, 18, 3 and hardly any.
    for (percent, said) in [(5, 0.44), (10, 0.185), (20, 0.028), (30, 0.003)] {
        let used = f64::from(percent) / 100.0;
        let mut free = 0;
        for run in 0..RUNS {
            let mut subnet = Subnet::new(1024, u64::from(run));
            for _ in 0..1024 * percent / 100 {
                assert!(subnet.single());
            }
            free += subnet.free_blocks();
        }
        let simulated = f64::from(u32::try_from(free).unwrap()) / f64::from(64 * RUNS);
        let modelled = free_prefix_share(used);
        assert!(
            (simulated - modelled).abs() < 0.02,
            "{percent} %: {simulated}, {modelled}"
        );
        assert!((said - modelled).abs() < 0.005, "{percent} %: {modelled}");
    }
}

/// Nodes come until one finds no prefixes: the model says how many, within one.
#[test]
fn nodes_find_as_many_prefixes_as_in_a_simulated_subnet() {
    let mut wrong = String::new();
    // Addresses, used one by one, prefixes and interfaces of each node.
    for (addresses, used, each, interfaces) in [
        (1024_u32, 8_u32, 8, 1),
        (1024, 100, 8, 1),
        (4096, 8, 8, 1),
        (4096, 8, 3, 2),
        (4096, 200, 8, 1),
        (4096, 800, 8, 1),
    ] {
        let mut placed = 0_u32;
        for run in 0..RUNS {
            let mut subnet = Subnet::of_aws(addresses as usize, u64::from(run));
            let all = (0..used).all(|_| subnet.single());
            assert!(all);
            while (0..interfaces).all(|_| subnet.single()) && (0..each).all(|_| subnet.block()) {
                placed += 1;
            }
        }
        let simulated = f64::from(placed) / f64::from(RUNS);
        let mut pool = PrefixPool::new(u64::from(addresses), u64::from(used));
        let mut modelled = 0_u32;
        while pool.place(interfaces, each) {
            modelled += 1;
        }
        if (simulated - f64::from(modelled)).abs() > 1.0 {
            writeln!(
                wrong,
                "{addresses}, {used} used: {simulated} nodes simulated, {modelled} modelled"
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_used_up_subnet_has_no_prefixes() {
    assert!(prefixes(1024, 1019) < 0.001);
    assert!(prefixes(16, 0) < 0.001);
    assert!(!PrefixPool::new(1024, 1019).place(1, 1));
    assert!(!PrefixPool::new(0, 0).place(1, 0));
    assert!(PrefixPool::new(64, 0).place(1, 1));
}
