//! Planning more subnets than one VPC range has room for.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "it tells what it has measured, and stops where there is nothing to measure"
)]

use std::time::Instant;

use super::*;
use crate::network::{Network, Tier};

/// Ten thousand subnets, new and known. Planning itself does not mind a network larger than AWS takes; with several ranges it
/// is the same (`space/tests.rs`). `cargo test --release --lib ten_thousand -- --ignored --nocapture` says how long it takes.
#[test]
#[ignore = "measures"]
fn ten_thousand_keys() {
    let mut net = Network::new(Ipv4Net::new_assert([10, 0, 0, 0].into(), 14)).zones(5);
    for i in 0..20 {
        let tier = Tier::isolated(format!("tier-{i}")).prefix(28);
        net.add((1..100).fold(tier, |tier, _| tier.further_subnet(28)));
    }
    let stack = Stack::network_only("large", crate::network::Region::UsEast1, net);
    let timed = |ledger: &Ledger| {
        let start = Instant::now();
        let mut findings = Findings::new();
        let planned = plan(&stack, ledger, &mut findings).expect("there is room");
        (planned.ledger(), start.elapsed())
    };
    let (ledger, new) = timed(&Ledger::new());
    assert_eq!(ledger.entries().len(), 10_000);
    let (again, known) = timed(&ledger);
    assert_eq!(again, ledger);
    println!("10,000 new subnets in {new:?}, 10,000 known ones in {known:?}");
}
