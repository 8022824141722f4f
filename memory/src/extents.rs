//! Free address space of one area, in pages: best fit, neighbours joined. Free pages always read as zeros.

use std::collections::{BTreeMap, BTreeSet};

/// A run of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub first: u32,
    pub pages: u32,
}

impl Run {
    pub fn end(self) -> u32 {
        self.first + self.pages
    }
}

#[derive(Default)]
pub(crate) struct Extents {
    by_address: BTreeMap<u32, u32>,
    by_size: BTreeSet<(u32, u32)>,
}

impl Extents {
    /// Gives a run (back).
    pub fn insert(&mut self, run: Run) {
        let (mut first, mut end) = (run.first, run.end());
        if run.pages == 0 {
            return;
        }
        if let Some((&before, &pages)) = self.by_address.range(..first).next_back()
            && before + pages == first
        {
            self.remove(before, pages);
            first = before;
        }
        if let Some(&pages) = self.by_address.get(&end) {
            self.remove(end, pages);
            end += pages;
        }
        self.by_address.insert(first, end - first);
        self.by_size.insert((end - first, first));
    }

    /// Offers free runs of at least `pages`, the smallest first, until `place` takes a part of one.
    pub fn find<T>(&mut self, pages: u32, mut place: impl FnMut(Run) -> Option<(Run, T)>) -> Option<T> {
        let (whole, (part, value)) = self.by_size.range((pages, 0)..).find_map(|&(pages, first)| {
            let whole = Run { first, pages };
            place(whole).map(|taken| (whole, taken))
        })?;
        debug_assert!(part.first >= whole.first && part.end() <= whole.end() && part.pages > 0);
        self.remove(whole.first, whole.pages);
        self.insert(Run { first: whole.first, pages: part.first - whole.first });
        self.insert(Run { first: part.end(), pages: whole.end() - part.end() });
        Some(value)
    }

    /// Takes exactly these pages if all are free.
    pub fn take(&mut self, run: Run) -> bool {
        let Some((&first, &pages)) = self.by_address.range(..=run.first).next_back() else { return false };
        if first + pages < run.end() {
            return false;
        }
        self.remove(first, pages);
        self.insert(Run { first, pages: run.first - first });
        self.insert(Run { first: run.end(), pages: first + pages - run.end() });
        true
    }

    fn remove(&mut self, first: u32, pages: u32) {
        self.by_address.remove(&first);
        self.by_size.remove(&(pages, first));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_splits() {
        let mut free = Extents::default();
        free.insert(Run { first: 10, pages: 90 });
        let take =
            |free: &mut Extents, n| free.find(n, |run| Some((Run { first: run.first, pages: n }, run.first)));
        assert_eq!(take(&mut free, 10), Some(10));
        assert_eq!(take(&mut free, 10), Some(20));
        assert_eq!(take(&mut free, 71), None);
        free.insert(Run { first: 10, pages: 10 });
        assert_eq!(take(&mut free, 5), Some(10), "best fit");
        assert!(!free.take(Run { first: 14, pages: 2 }));
        assert!(free.take(Run { first: 15, pages: 5 }));
        assert!(!free.take(Run { first: 20, pages: 1 }), "still in use");
        free.insert(Run { first: 20, pages: 10 });
        free.insert(Run { first: 10, pages: 10 });
        assert_eq!(free.by_address.into_iter().collect::<Vec<_>>(), [(10, 90)]);
    }
}
