//! Things that wait for themselves.

use std::collections::{BTreeMap, BTreeSet};

/// The names that stand on a circle, or wait for one; none where there is an order.
pub(super) fn circle<'n>(waits: &BTreeMap<&'n str, BTreeSet<&'n str>>) -> Vec<&'n str> {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    let mut awaited_by: BTreeMap<&str, Vec<&'n str>> = BTreeMap::new();
    for (name, others) in waits {
        let others = others.iter().filter(|other| waits.contains_key(*other));
        let count = others
            .map(|other| awaited_by.entry(other).or_default().push(name))
            .count();
        open.insert(name, count);
    }
    let mut ready: Vec<&str> = waits
        .keys()
        .copied()
        .filter(|name| open[name] == 0)
        .collect();
    while let Some(name) = ready.pop() {
        for waiting in awaited_by.remove(name).unwrap_or_default() {
            if let Some(count) = open.get_mut(waiting) {
                *count -= 1;
                if *count == 0 {
                    ready.push(waiting);
                }
            }
        }
    }
    waits
        .keys()
        .copied()
        .filter(|name| open[name] > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_itself_is_found() {
        let chain = [("a", "b"), ("b", "c"), ("c", "d")];
        let waits = |edges: &[(&'static str, &'static str)]| {
            let edges = edges
                .iter()
                .map(|(name, other)| (*name, BTreeSet::from([*other])));
            edges.collect::<BTreeMap<_, _>>()
        };
        assert!(circle(&waits(&chain)).is_empty());
        assert_eq!(
            circle(&waits(&[("a", "b"), ("b", "a"), ("c", "d")])),
            ["a", "b"]
        );
        assert_eq!(circle(&waits(&[("a", "a")])), ["a"]);
    }
}
