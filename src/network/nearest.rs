//! Finding a range that fits, to offer it in place of one that does not.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// Where a range may lie, and what it keeps clear of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fitting {
    /// It lies in one of these.
    pub(crate) within: Vec<Ipv4Net>,
    /// It overlaps none of these.
    pub(crate) taken: Vec<Ipv4Net>,
}

/// A range as its first address and the one behind its last.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    fn of(range: Ipv4Net) -> Self {
        let start = u64::from(range.network().to_bits());
        Self {
            start,
            end: start + size(range.prefix_len()),
        }
    }
}

const fn size(prefix: u8) -> u64 {
    1 << (32 - prefix)
}

impl Fitting {
    /// The range of the same size that fits and is numerically nearest to the wanted one: in the same of the ranges in which
    /// it may lie, if there is one, else in any of them. The wanted range itself, if it fits.
    ///
    /// Takes as many steps as there are taken ranges, however large the space is.
    pub(crate) fn nearest(&self, wanted: Ipv4Net) -> Option<Ipv4Net> {
        let own = self.within.iter().find(|range| range.contains(&wanted));
        let near = own.and_then(|range| self.nearest_in(*range, wanted));
        near.or_else(|| {
            self.within
                .iter()
                .filter_map(|range| self.nearest_in(*range, wanted))
                .min_by_key(|range| distance(*range, wanted))
        })
    }

    fn nearest_in(&self, range: Ipv4Net, wanted: Ipv4Net) -> Option<Ipv4Net> {
        let prefix = wanted.prefix_len();
        if range.prefix_len() > prefix {
            return None;
        }
        let Span { start: first, end } = Span::of(range);
        let last = end - size(prefix);
        let from = Span::of(wanted.trunc()).start.clamp(first, last);
        let up = self.above(from, last, prefix);
        let down = self.below(from, first, prefix);
        [up, down]
            .into_iter()
            .flatten()
            .min_by_key(|range| distance(*range, wanted))
    }

    /// The first place at or above `at`, up to `last`.
    fn above(&self, mut at: u64, last: u64, prefix: u8) -> Option<Ipv4Net> {
        while at <= last {
            match self.in_the_way(at, prefix) {
                // Behind its end: it is never met again.
                Some(taken) => at = taken.end.next_multiple_of(size(prefix)),
                None => return range_at(at, prefix),
            }
        }
        None
    }

    /// The first place at or below `at`, down to `first`.
    fn below(&self, mut at: u64, first: u64, prefix: u8) -> Option<Ipv4Net> {
        while let Some(taken) = self.in_the_way(at, prefix) {
            let size = size(prefix);
            at = (taken.start / size * size)
                .checked_sub(size)
                .filter(|at| *at >= first)?;
        }
        range_at(at, prefix)
    }

    fn in_the_way(&self, at: u64, prefix: u8) -> Option<Span> {
        let end = at + size(prefix);
        self.taken
            .iter()
            .map(|taken| Span::of(*taken))
            .find(|taken| taken.start < end && at < taken.end)
    }
}

fn range_at(start: u64, prefix: u8) -> Option<Ipv4Net> {
    let start = u32::try_from(start).ok()?;
    Ipv4Net::new(Ipv4Addr::from_bits(start), prefix).ok()
}

fn distance(a: Ipv4Net, b: Ipv4Net) -> u32 {
    let (a, b) = (a.network().to_bits(), b.network().to_bits());
    a.abs_diff(b)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

    use super::Fitting;

    fn nearest(within: &[&str], taken: &[&str], wanted: &str) -> Option<String> {
        let ranges = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let fitting = Fitting {
            within: ranges(within),
            taken: ranges(taken),
        };
        let found = fitting.nearest(wanted.parse().unwrap());
        found.map(|range| range.to_string())
    }

    #[track_caller]
    fn assert_nearest(within: &[&str], taken: &[&str], wanted: &str, expected: &str) {
        assert_eq!(nearest(within, taken, wanted).as_deref(), Some(expected));
    }

    #[test]
    fn what_fits_is_kept() {
        assert_nearest(&["10.0.0.0/8"], &[], "10.20.0.0/16", "10.20.0.0/16");
        assert_nearest(
            &["10.0.0.0/8"],
            &["10.21.0.0/16"],
            "10.20.0.0/16",
            "10.20.0.0/16",
        );
    }

    #[test]
    fn the_nearer_side_wins_and_the_upper_one_where_both_are_as_near() {
        let taken = ["10.20.0.0/16"];
        assert_nearest(&["10.0.0.0/8"], &taken, "10.20.0.0/16", "10.21.0.0/16");
        assert_nearest(&["10.0.0.0/8"], &taken, "10.20.16.0/20", "10.19.240.0/20");
        assert_nearest(&["10.0.0.0/8"], &taken, "10.20.224.0/20", "10.21.0.0/20");
    }

    #[test]
    fn smaller_and_larger_ranges_are_in_the_way() {
        // A /24 inside of each /16 around.
        let taken = ["10.20.5.0/24", "10.21.255.0/24", "10.19.0.0/24"];
        assert_nearest(&["10.0.0.0/8"], &taken, "10.20.0.0/16", "10.22.0.0/16");
        assert_nearest(
            &["10.0.0.0/8"],
            &["10.16.0.0/12"],
            "10.20.0.0/16",
            "10.15.0.0/16",
        );
    }

    #[test]
    fn ends_are_not_passed() {
        assert_nearest(
            &["10.0.0.0/8"],
            &["10.255.0.0/16"],
            "10.255.0.0/16",
            "10.254.0.0/16",
        );
        assert_nearest(
            &["10.0.0.0/8"],
            &["10.0.0.0/9"],
            "10.0.0.0/16",
            "10.128.0.0/16",
        );
        assert_nearest(
            &["0.0.0.0/0"],
            &["255.255.0.0/16"],
            "255.255.0.0/16",
            "255.254.0.0/16",
        );
        assert_nearest(&["0.0.0.0/0"], &["0.0.0.0/8"], "0.0.0.0/16", "1.0.0.0/16");
    }

    #[test]
    fn the_own_family_is_left_only_when_it_is_full() {
        let families = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
        assert_nearest(
            &families,
            &["172.16.0.0/13"],
            "172.16.0.0/16",
            "172.24.0.0/16",
        );
        assert_nearest(
            &families,
            &["172.16.0.0/12"],
            "172.16.0.0/16",
            "192.168.0.0/16",
        );
        assert_nearest(&families, &[], "172.15.0.0/16", "172.16.0.0/16");
        assert_nearest(&families, &[], "192.169.4.0/24", "192.168.255.0/24");
    }

    #[test]
    fn sometimes_nothing_fits() {
        assert_eq!(
            nearest(&["10.0.0.0/8"], &["10.0.0.0/8"], "10.20.0.0/16"),
            None
        );
        assert_eq!(
            nearest(&["10.0.0.0/8"], &["0.0.0.0/0"], "10.20.0.0/16"),
            None
        );
        assert_eq!(nearest(&["192.168.0.0/16"], &[], "192.168.0.0/12"), None);
        assert_eq!(nearest(&[], &[], "10.20.0.0/16"), None);
        // Every /16 has something in it.
        let taken: Vec<String> = (0..=255).map(|n| format!("10.{n}.9.16/28")).collect();
        let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
        assert_eq!(nearest(&["10.0.0.0/8"], &taken, "10.20.0.0/16"), None);
        assert_nearest(&["10.0.0.0/8"], &taken, "10.20.9.16/28", "10.20.9.32/28");
    }
}
