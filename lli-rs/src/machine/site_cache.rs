//! Sites by the positions that they stand for, so that an allocation made again from the same place does not look
//! its call stack up in the table of all.

use svm_memory::SiteId;

/// Frames of a site that is remembered.
pub(super) const FRAMES: usize = 4;

const ENTRIES: usize = 512;

/// The positions of the innermost frames; 0 where there is none.
pub(super) type Pcs = [usize; FRAMES];

#[derive(Clone, Copy)]
struct Entry {
    pcs: Pcs,
    site: SiteId,
}

/// One thread's sites, each in the one place that its positions name.
#[derive(Default)]
pub(super) struct SiteCache(Option<Box<[Entry]>>);

impl SiteCache {
    /// The site, if it is here.
    #[inline]
    pub(super) fn get(&self, pcs: &Pcs) -> Option<SiteId> {
        let entry = &self.0.as_ref()?[place(pcs)];
        (entry.pcs == *pcs).then_some(entry.site)
    }

    /// Remembers a site.
    pub(super) fn put(&mut self, pcs: Pcs, site: SiteId) {
        let empty = Entry { pcs: [0; FRAMES], site: SiteId::NONE };
        let entries = self.0.get_or_insert_with(|| vec![empty; ENTRIES].into());
        entries[place(&pcs)] = Entry { pcs, site };
    }
}

fn place(pcs: &Pcs) -> usize {
    let mixed =
        pcs.iter().fold(0u64, |h, pc| (h.rotate_left(13) ^ *pc as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (mixed >> 32) as usize % ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_put_is_found() {
        let mut cache = SiteCache::default();
        assert_eq!(cache.get(&[0; FRAMES]), None);
        let key = |n: usize| [n * 8, n * 3 + 1, 7, 0];
        for n in 1..2000 {
            cache.put(key(n), SiteId(n as u32));
            assert_eq!(cache.get(&key(n)), Some(SiteId(n as u32)));
        }
        let kept = (1..2000).filter(|n| cache.get(&key(*n)) == Some(SiteId(*n as u32))).count();
        assert!((ENTRIES / 2..=ENTRIES).contains(&kept), "{kept}");
        assert!((1..2000).all(|n| cache.get(&key(n)).is_none_or(|s| s == SiteId(n as u32))));
    }
}
