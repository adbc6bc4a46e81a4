//! The allocator against a model that is obviously right: one bit for each sixteenth of a /24.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Allocator, addresses};

const ROOT: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 24);

/// Which sixteenths are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Model(u16);

impl Model {
    fn bits(net: Ipv4Net) -> u16 {
        let first = (net.network().to_bits() & 0xff) / 16;
        let count = addresses(net.prefix_len()) / 16;
        u16::try_from(((1u32 << count) - 1) << first).expect("inside the /24")
    }

    fn is_free(self, net: Ipv4Net) -> bool {
        self.0 & Self::bits(net) == 0
    }

    /// All aligned free blocks of a size.
    fn fitting(self, prefix: u8) -> impl Iterator<Item = Ipv4Net> {
        blocks(prefix).filter(move |net| self.is_free(*net))
    }

    fn free(self) -> u64 {
        16 * u64::from(self.0.count_zeros())
    }

    /// The free blocks that are not part of a larger free block.
    fn largest_free(self) -> Vec<Ipv4Net> {
        let mut all: Vec<_> = (24..=28)
            .flat_map(|prefix| self.fitting(prefix))
            .filter(|net| {
                net.prefix_len() == 24
                    || !self.is_free(net.supernet().expect("longer than a /24").trunc())
            })
            .collect();
        all.sort_unstable();
        all
    }
}

fn blocks(prefix: u8) -> impl Iterator<Item = Ipv4Net> {
    ROOT.subnets(prefix).expect("at least a /24")
}

/// One step of a history.
#[derive(Clone, Copy, Debug)]
enum Step {
    Insert(u8),
    Pin(Ipv4Net),
}

/// Does a step on both sides, compares them, and says what was given out.
fn step(allocator: &mut Allocator, model: &mut Model, step: Step) -> Option<Ipv4Net> {
    let given = match step {
        Step::Insert(prefix) => {
            let given = allocator.allocate(prefix);
            assert_eq!(
                given.is_some(),
                model.fitting(prefix).next().is_some(),
                "an insert succeeds iff an aligned free block exists: {step:?} at {model:?}"
            );
            given
        }
        Step::Pin(net) => {
            let taken = allocator.take(net);
            assert_eq!(taken, model.is_free(net), "{step:?} at {model:?}");
            taken.then_some(net)
        }
    };
    if let Some(net) = given {
        assert!(ROOT.contains(&net) && net == net.trunc(), "{net}");
        assert!(model.is_free(net), "{net} was given out before");
        if let Step::Insert(prefix) = step {
            assert_eq!(net.prefix_len(), prefix);
            let best = model
                .largest_free()
                .into_iter()
                .filter(|block| block.prefix_len() <= prefix)
                .max_by_key(|block| (block.prefix_len(), std::cmp::Reverse(block.network())));
            assert!(
                best.is_some_and(|best| best.network() == net.network()),
                "{net} is not the start of {best:?}, the best fit"
            );
        }
        model.0 |= Model::bits(net);
    }
    assert_eq!(allocator.free_addresses(), model.free());
    assert_eq!(allocator.free_blocks(), model.largest_free());
    given
}

/// All histories of a length, shared beginnings once.
fn every(
    length: usize,
    steps: &[Step],
    allocator: &Allocator,
    model: Model,
    check: &mut impl FnMut(&Allocator, Model, Step, Option<Ipv4Net>),
) -> usize {
    if length == 0 {
        return 1;
    }
    let mut count = 0;
    for &next in steps {
        let (mut allocator, mut after) = (allocator.clone(), model);
        let given = step(&mut allocator, &mut after, next);
        check(&allocator, model, next, given);
        count += every(length - 1, steps, &allocator, after, check);
    }
    count
}

#[test]
fn growth_fails_only_for_lack_of_addresses() {
    let steps: Vec<_> = (26..=28).map(Step::Insert).collect();
    let count = every(
        6,
        &steps,
        &Allocator::new([ROOT]),
        Model(0),
        &mut |allocator, before, next, given| {
            let Step::Insert(prefix) = next else { return };
            assert_eq!(given.is_some(), before.free() >= addresses(prefix));
            let free = allocator.free_addresses();
            let blocks: Vec<_> = allocator.free_blocks();
            let sizes = blocks.iter().map(|b| addresses(b.prefix_len()));
            assert_eq!(sizes.fold(0, |sum, size| sum | size), free, "{blocks:?}");
            assert_eq!(
                blocks.len(),
                free.count_ones() as usize,
                "no size twice: {blocks:?}"
            );
        },
    );
    assert_eq!(count, 3usize.pow(6));
}

#[test]
fn every_block_can_be_taken_iff_it_is_free() {
    let inserts: Vec<_> = (26..=28).map(Step::Insert).collect();
    every(
        6,
        &inserts,
        &Allocator::new([ROOT]),
        Model(0),
        &mut |allocator, before, _, given| {
            let model = Model(before.0 | given.map_or(0, Model::bits));
            for net in (24..=28).flat_map(blocks) {
                step(&mut allocator.clone(), &mut model.clone(), Step::Pin(net));
            }
        },
    );
}

#[test]
fn pins_and_inserts_in_every_order() {
    let steps: Vec<_> = (26..=28)
        .map(Step::Insert)
        .chain((25..=28).flat_map(blocks).map(Step::Pin))
        .collect();
    let count = every(
        3,
        &steps,
        &Allocator::new([ROOT]),
        Model(0),
        &mut |_, _, _, _| {},
    );
    assert_eq!(count, steps.len().pow(3));
}

#[test]
fn long_random_histories_with_pins() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    for _ in 0..5_000 {
        let (mut allocator, mut model) = (Allocator::new([ROOT]), Model(0));
        for _ in 0..below(24) {
            let prefix = u8::try_from(25 + below(4)).expect("small");
            let next = if below(3) == 0 {
                let count = 1u64 << (prefix - 24);
                let at = usize::try_from(below(count)).expect("small");
                Step::Pin(blocks(prefix).nth(at).expect("one of them"))
            } else {
                Step::Insert(prefix)
            };
            step(&mut allocator, &mut model, next);
        }
    }
}

/// Several roots: a request needs a block in one of them, and nothing crosses their borders.
#[test]
fn roots_stay_apart() {
    let roots: [Ipv4Net; 2] = [
        Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 26),
        Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 64), 26),
    ];
    let mut allocator = Allocator::new(roots);
    assert_eq!(allocator.allocate(25), None);
    assert!(!allocator.take(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 25)));
    assert_eq!(allocator.allocate(26), Some(roots[0]));
    assert_eq!(allocator.allocate(26), Some(roots[1]));
    assert_eq!(allocator.allocate(28), None);
    assert!(allocator.free_blocks().is_empty());
}

/// The ends of the address space: masks and halves of a /0.
#[test]
fn the_whole_address_space() {
    let all = Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0);
    let last = Ipv4Net::new_assert(Ipv4Addr::BROADCAST, 32);
    let mut allocator = Allocator::new([all]);
    assert!(allocator.take(last));
    assert!(!allocator.take(last));
    assert_eq!(allocator.free_addresses(), addresses(0) - 1);
    assert_eq!(allocator.free_blocks().len(), 32);
    assert_eq!(allocator.allocate(0), None);
    assert!(Allocator::new([all]).take(all));
}
