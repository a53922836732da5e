//! Sets of addresses as sorted ranges.

use super::Entry;

/// IPv4 and IPv6 addresses, each as ranges (with both ends) that are sorted and do not touch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    pub(super) v4: Vec<(u32, u32)>,
    pub(super) v6: Vec<(u128, u128)>,
}

impl Ranges {
    /// Takes in a range, in any order; [`Ranges::settle`] must follow.
    pub(super) fn push(&mut self, entry: Entry) {
        match entry {
            Entry::V4(first, last) => self.v4.push((first, last)),
            Entry::V6(first, last) => self.v6.push((first, last)),
            Entry::System(_) => {}
        }
    }

    /// Sorts and joins what was pushed.
    pub(super) fn settle(&mut self) {
        join(&mut self.v4, |end| end.saturating_add(1));
        join(&mut self.v6, |end| end.saturating_add(1));
    }

    /// How many ranges there are.
    pub(super) fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }
}

/// Sorts ranges and makes one of those that overlap or touch; `next` is the address behind one.
fn join<T: Copy + Ord>(ranges: &mut Vec<(T, T)>, next: impl Fn(T) -> T) {
    ranges.sort_unstable();
    // `dedup_by` hands over each range with the last one that was kept.
    ranges.dedup_by(|range, kept| {
        let joined = range.0 <= next(kept.1);
        if joined {
            kept.1 = kept.1.max(range.1);
        }
        joined
    });
    ranges.shrink_to_fit();
}

/// Whether a joined range holds `address`.
pub(super) fn holds<T: Copy + Ord>(ranges: &[(T, T)], address: T) -> bool {
    let behind = ranges.partition_point(|range| range.0 <= address);
    behind > 0 && address <= ranges[behind - 1].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_what_overlaps_or_touches() {
        let mut ranges = Ranges::default();
        for (first, last) in [(7, 9), (1, 3), (4, 4), (2, 2), (11, 12), (u32::MAX, u32::MAX), (0, 0)] {
            ranges.push(Entry::V4(first, last));
        }
        ranges.push(Entry::V6(u128::MAX - 1, u128::MAX));
        ranges.push(Entry::V6(0, u128::MAX));
        ranges.settle();
        assert_eq!(ranges.v4, [(0, 4), (7, 9), (11, 12), (u32::MAX, u32::MAX)]);
        assert_eq!(ranges.v6, [(0, u128::MAX)]);
        assert_eq!(ranges.len(), 5);
        for (address, held) in [(0, true), (4, true), (5, false), (10, false), (12, true), (13, false)] {
            assert_eq!(holds(&ranges.v4, address), held, "{address}");
        }
        assert!(holds(&ranges.v4, u32::MAX) && !holds(&ranges.v4, u32::MAX - 1));
        assert!(!holds(&[], 0_u32));
    }
}
