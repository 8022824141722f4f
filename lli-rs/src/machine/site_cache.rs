//! Sites by the positions that they stand for, so that an allocation made again from the same place does not look
//! its call stack up in the table of all.

use svm_memory::SiteId;

/// Frames of a site that is remembered.
pub(super) const FRAMES: usize = 4;

/// Pairs of entries: two sites that are asked for in turns must not drive each other out.
const PAIRS: usize = 512;

/// The positions of the innermost frames; 0 where there is none.
pub(super) type Pcs = [usize; FRAMES];

#[derive(Clone, Copy)]
struct Entry {
    pcs: Pcs,
    site: SiteId,
}

/// One thread's sites, each in one of the two places that its positions name; the newer ones first.
#[derive(Default)]
pub(super) struct SiteCache(Option<Box<[[Entry; 2]; PAIRS]>>);

impl SiteCache {
    /// The site, if it is here.
    #[inline(always)]
    pub(super) fn get(&self, pcs: &Pcs) -> Option<SiteId> {
        let pair = &self.0.as_ref()?[place(pcs)];
        if same(&pair[0].pcs, pcs) {
            return Some(pair[0].site);
        }
        same(&pair[1].pcs, pcs).then_some(pair[1].site)
    }

    /// Remembers a site.
    pub(super) fn put(&mut self, pcs: Pcs, site: SiteId) {
        let empty = Entry { pcs: [0; FRAMES], site: SiteId::NONE };
        let pairs = self.0.get_or_insert_with(|| Box::new([[empty; 2]; PAIRS]));
        let pair = &mut pairs[place(&pcs)];
        *pair = [Entry { pcs, site }, pair[0]];
    }
}

#[inline(always)]
fn same(a: &Pcs, b: &Pcs) -> bool {
    (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) == 0
}

/// The number of a pair of places.
#[inline(always)]
fn place([a, b, c, d]: &Pcs) -> usize {
    let mixed =
        *a as u64 ^ (*b as u64).rotate_left(13) ^ (*c as u64).rotate_left(26) ^ (*d as u64).rotate_left(39);
    // The top bits are those that all bits have gone into.
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - PAIRS.trailing_zeros())) as usize
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
        assert!((PAIRS..=2 * PAIRS).contains(&kept), "{kept}");
        assert!((1..2000).all(|n| cache.get(&key(n)).is_none_or(|s| s == SiteId(n as u32))));
    }
}
