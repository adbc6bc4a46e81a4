//! Planning more subnets than one VPC range has room for.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "it tells what it has measured, and stops where there is nothing to measure"
)]

use std::time::Instant;

use super::*;
use crate::network::{Network, Tier};

/// Ten thousand subnets in three blocks, new and known, as a user plans them: with all rules.
/// `cargo test --release --lib ten_thousand -- --ignored --nocapture` says how long it takes.
#[test]
#[ignore = "measures"]
fn ten_thousand_keys() {
    let block = |second| Ipv4Net::new_assert([10, second, 0, 0].into(), 16);
    let mut net = Network::new(block(20))
        .secondary_cidr(block(21))
        .secondary_cidr(block(22))
        .zones(5);
    for i in 0..20 {
        let tier = Tier::isolated(format!("tier-{i}")).prefix(28);
        net.add((1..100).fold(tier, |tier, _| tier.further_subnet(28)));
    }
    let stack = Stack::network_only("large", crate::network::Region::UsEast1, net);
    let timed = |ledger: &Ledger| {
        let start = Instant::now();
        let planned = stack.plan(ledger).expect("there is room");
        let taken = start.elapsed();
        (planned.ledger(), taken)
    };
    let (ledger, new) = timed(&Ledger::new());
    assert_eq!(ledger.entries().len(), 10_000);
    let (again, known) = timed(&ledger);
    assert_eq!(again, ledger);
    let mut blocks: Vec<_> = ledger
        .entries()
        .map(|(_, entry)| entry.cidr.addr().octets()[1])
        .collect();
    blocks.sort_unstable();
    blocks.dedup();
    assert_eq!(blocks.len(), 3);
    println!("10,000 new subnets in {new:?}, 10,000 known ones in {known:?}");
}
