//! Several blocks, and every short history of what is given out, removed and released.

use std::net::Ipv4Addr;

use super::*;

const fn net(third: u8, fourth: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, third, fourth), prefix)
}

fn block(cidr: Ipv4Net, general: bool) -> Block {
    Block {
        cidr,
        origin: Origin::Default,
        general,
    }
}

/// A general block, one that has to be named, and another general one.
fn three() -> Space {
    Space::new(
        [
            block(net(0, 0, 26), true),
            block(net(1, 0, 24), false),
            block(net(2, 0, 25), true),
        ],
        [],
    )
}

#[test]
fn a_request_goes_to_the_first_general_block_with_room() {
    let mut space = three();
    let mut next = |prefix| {
        let proposal = space.proposal(prefix, None);
        let given = space.allocate(prefix, None);
        assert_eq!(proposal, given);
        given
    };
    // Too large for the first block.
    assert_eq!(next(25), Some(net(2, 0, 25)));
    assert_eq!(next(27), Some(net(0, 0, 27)));
    assert_eq!(next(27), Some(net(0, 32, 27)));
    // The block that has to be named has room, and nobody named it.
    assert_eq!(next(28), None);
    assert_eq!(space.free_blocks(), [net(1, 0, 24)]);
}

#[test]
fn a_named_block_gives_its_own_or_nothing() {
    let mut space = three();
    let named = Some(net(1, 0, 24));
    assert_eq!(space.allocate(25, named), Some(net(1, 0, 25)));
    assert_eq!(space.proposal(25, named), Some(net(1, 128, 25)));
    assert_eq!(space.allocate(25, named), Some(net(1, 128, 25)));
    assert_eq!(space.allocate(28, named), None);
    assert_eq!(space.allocate(28, Some(net(7, 0, 24))), None, "no block");
    // A general block can be named as well.
    assert_eq!(space.allocate(26, Some(net(2, 0, 25))), Some(net(2, 0, 26)));
    assert_eq!(
        space.free_blocks(),
        [net(0, 0, 26), net(2, 64, 26)],
        "in the order of the blocks"
    );
}

#[test]
fn a_range_is_taken_in_whichever_block_it_lies() {
    let mut space = three();
    for (cidr, of) in [
        (net(0, 16, 28), Some(net(0, 0, 26))),
        (net(1, 64, 26), Some(net(1, 0, 24))),
        (net(2, 0, 25), Some(net(2, 0, 25))),
        (net(0, 64, 26), None),
        // Larger than the block that begins there.
        (net(2, 0, 24), None),
    ] {
        assert_eq!(space.block_of(cidr).map(|block| block.cidr), of, "{cidr}");
        assert_eq!(space.take(cidr), of.is_some(), "{cidr}");
        assert!(!space.take(cidr), "{cidr} twice");
    }
    let general: Vec<_> = space
        .candidates(None)
        .map(|(block, _)| block.cidr)
        .collect();
    assert_eq!(general, [net(0, 0, 26), net(2, 0, 25)]);
}

/// One step of a history.
#[derive(Clone, Copy, Debug)]
enum Step {
    Insert(u8),
    /// Removes what was given out as the nth.
    Remove(usize),
    Release,
}

/// What is in use, and what nobody gets for now: as the ledger has it.
#[derive(Clone, Default)]
struct Model {
    live: Vec<Ipv4Net>,
    buried: Vec<Ipv4Net>,
}

/// Does a step as a plan does: all that is known is taken, then something new is given out. Says whether there was room.
fn step(blocks: &[Block], model: &mut Model, step: Step) -> bool {
    let mut space = Space::new(blocks.iter().copied(), []);
    for known in model.live.iter().chain(&model.buried) {
        assert!(space.take(*known), "{known} is there twice");
    }
    let is_free = |cidr: &Ipv4Net| {
        let mut known = model.live.iter().chain(&model.buried);
        !known.any(|known| crate::plan::overlap(*known, *cidr))
    };
    match step {
        Step::Insert(prefix) => {
            let all = blocks
                .iter()
                .filter(|block| block.cidr.prefix_len() <= prefix);
            let mut all = all.flat_map(|block| block.cidr.subnets(prefix).into_iter().flatten());
            let there_is = all.any(|cidr| is_free(&cidr));
            let given = space.allocate(prefix, None);
            assert_eq!(
                given.is_some(),
                there_is,
                "a /{prefix} in {:?}",
                space.free_blocks()
            );
            if let Some(cidr) = given {
                assert!(is_free(&cidr) && cidr == cidr.trunc() && cidr.prefix_len() == prefix);
                assert_eq!(
                    blocks
                        .iter()
                        .filter(|block| block.cidr.contains(&cidr))
                        .count(),
                    1,
                    "{cidr} in one block"
                );
                model.live.push(cidr);
            }
            given.is_some()
        }
        Step::Remove(nth) => {
            let removed = nth < model.live.len();
            if removed {
                let cidr = model.live.remove(nth);
                model.buried.push(cidr);
            }
            removed
        }
        Step::Release => {
            model.buried.clear();
            true
        }
    }
}

/// Does all histories of a length and says how many steps, how many refusals of them, and how many of these although there
/// would have been enough addresses.
fn every(length: usize, blocks: &[Block], model: &Model, counts: &mut [usize; 3]) {
    if length == 0 {
        return;
    }
    let steps = (26..=28).map(Step::Insert);
    // What was given out first, in the middle and last: others are like one of these.
    let mut removals: Vec<usize> =
        vec![0, model.live.len() / 2, model.live.len().saturating_sub(1)];
    removals.dedup();
    let removals = removals.into_iter().filter(|nth| *nth < model.live.len());
    let release = (!model.buried.is_empty()).then_some(Step::Release);
    for next in steps.chain(removals.map(Step::Remove)).chain(release) {
        let mut after = model.clone();
        let done = step(blocks, &mut after, next);
        counts[0] += 1;
        if let Step::Insert(prefix) = next
            && !done
        {
            counts[1] += 1;
            let used = after.live.iter().chain(&after.buried);
            let used: usize = used.map(|cidr| 1 << (32 - cidr.prefix_len())).sum();
            let all: usize = blocks.iter().map(|b| 1 << (32 - b.cidr.prefix_len())).sum();
            if 1 << (32 - prefix) <= all - used {
                counts[2] += 1;
            }
        }
        every(length - 1, blocks, &after, counts);
    }
}

/// In six steps, in a /24, in a /25 and in two smaller blocks: something new is given out if and only if an aligned range
/// of its size is free, with what was removed and not released counted as taken.
#[test]
fn every_history_of_six_steps() {
    let [mut steps, mut refused, mut in_pieces] = [0; 3];
    for blocks in [
        &[block(net(0, 0, 24), true)][..],
        &[block(net(0, 128, 25), true)],
        &[block(net(0, 64, 26), true), block(net(1, 0, 26), true)],
    ] {
        let mut counts = [0; 3];
        every(6, blocks, &Model::default(), &mut counts);
        assert!(counts[0] > 10_000 && counts[1] > 0, "{blocks:?} {counts:?}");
        steps += counts[0];
        refused += counts[1];
        in_pieces += counts[2];
    }
    assert!(
        steps > 30_000 && refused > 1_000 && in_pieces > 0,
        "{steps} {refused} {in_pieces}"
    );
}

/// Ten thousand subnets in three blocks: each has its place, and it takes a moment (`--ignored --nocapture` says how long).
#[test]
#[ignore = "measures"]
#[expect(clippy::print_stdout, reason = "it tells what it has measured")]
fn ten_thousand_subnets() {
    let range = |second, prefix| Ipv4Net::new_assert(Ipv4Addr::new(10, second, 0, 0), prefix);
    let blocks: Vec<_> = (0..3)
        .map(|second| block(range(second, 16), true))
        .collect();
    let start = std::time::Instant::now();
    let mut space = Space::new(blocks.iter().copied(), []);
    let given: Vec<_> = (0..10_000)
        .filter_map(|_| space.allocate(28, None))
        .collect();
    let first = start.elapsed();
    let start = std::time::Instant::now();
    let mut again = Space::new(blocks, []);
    assert!(given.iter().all(|cidr| again.take(*cidr)));
    let second = start.elapsed();
    assert_eq!(given.len(), 10_000);
    assert_eq!(space.free_blocks(), again.free_blocks());
    println!("10,000 given out in {first:?}, taken again in {second:?}");
}
