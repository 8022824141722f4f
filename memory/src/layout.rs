//! The arithmetic of slots and keys: which class a slot has, which key comes next. Pure; owns no memory.

/// The fewest offset bits of a class: keys then fit 16 bits.
pub(crate) const MIN_SPLIT: u32 = 16;
/// The most offset bits of a class: two keys are left.
pub(crate) const MAX_SPLIT: u32 = 30;

/// The keys of one class. Keys run from 1 to `count`; a slot starts at a hash of its number and steps by `stride`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeySpace {
    /// Offset bits; the key is above them.
    pub bits: u32,
    /// How many keys there are: all but 0 and the largest, so that one-before and one-past stay in the slot.
    pub count: u32,
    stride: u32,
    inverse: u32,
}

impl KeySpace {
    fn new(bits: u32) -> Self {
        let count = (1u32 << (32 - bits)) - 2;
        let (stride, inverse) = stride_of(count);
        Self { bits, count, stride, inverse }
    }

    /// The first key of a slot.
    #[inline]
    fn first(&self, slot: u32) -> u32 {
        let hash = (u64::from(slot)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        ((hash * u64::from(self.count)) >> 32) as u32 + 1
    }

    #[inline]
    fn after(&self, key: u32) -> u32 {
        let next = key + self.stride;
        if next > self.count { next - self.count } else { next }
    }

    /// How many keys the slot had before this one; `None` for a key that never exists.
    fn index(&self, slot: u32, key: u32) -> Option<u32> {
        if key == 0 || key > self.count {
            return None;
        }
        let count = u64::from(self.count);
        let steps = (u64::from(key) + count - u64::from(self.first(slot))) % count;
        Some((steps * u64::from(self.inverse) % count) as u32)
    }
}

/// A large odd stride without a common factor with `count`, and its inverse.
fn stride_of(count: u32) -> (u32, u32) {
    let mut stride = ((u64::from(count) * 618 / 1000) as u32) | 1;
    if stride >= count {
        stride = 1;
    }
    loop {
        // Brute force is fine: at most 65534 steps, and coprime strides are dense.
        if let Some(inverse) = inverse_of(stride, count) {
            return (stride, inverse);
        }
        stride -= 2;
    }
}

fn inverse_of(stride: u32, count: u32) -> Option<u32> {
    let (mut r0, mut r1) = (i64::from(count), i64::from(stride % count));
    let (mut t0, mut t1) = (0i64, 1i64);
    while r1 != 0 {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (t0, t1) = (t1, t0 - q * t1);
    }
    (r0 == 1).then(|| t0.rem_euclid(i64::from(count)) as u32)
}

/// The geometry of one window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Window size in bytes.
    pub window: u64,
    /// `slots - 1`.
    pub slot_mask: u32,
    /// `slot >> class_shift` is the class.
    pub class_shift: u32,
    /// The keys of each class.
    pub keys: [KeySpace; 4],
    /// The four offset widths, a byte each.
    pub packed_splits: u32,
    /// Bytes of a chunk, the unit in which the size-classed heap takes address space.
    pub chunk: u64,
    /// Bytes of the largest block that the size-classed heap serves, header included.
    pub max_block: u64,
    /// Blocks that a span of large blocks should hold at least.
    pub min_blocks: u64,
}

impl Layout {
    pub fn new(window: u64, splits: [u32; 4]) -> Self {
        let slots = window / 16;
        let roomy = window >= 1 << 30;
        Self {
            window,
            slot_mask: (slots - 1) as u32,
            class_shift: slots.ilog2() - 2,
            keys: splits.map(KeySpace::new),
            packed_splits: splits.iter().rev().fold(0, |packed, s| packed << 8 | s),
            chunk: if roomy { 64 << 10 } else { 4 << 10 },
            max_block: if roomy { 256 << 10 } else { 2 << 10 },
            min_blocks: if roomy { 4 } else { 1 },
        }
    }

    /// Address space behind the window, so that `base + (p & mask)` stays inside whatever `p` is.
    pub fn slack(window: u64, splits: [u32; 4]) -> u64 {
        if window == 1 << 36 { 1 << 33 } else { (1 << splits[3]) + (1 << 20) }
    }

    /// Bytes of one class's quarter of the window.
    pub fn area_bytes(&self) -> u64 {
        self.window / 4
    }

    #[inline]
    pub fn class(&self, slot: u32) -> usize {
        ((slot >> self.class_shift) & 3) as usize
    }

    #[inline]
    pub fn keys(&self, slot: u32) -> &KeySpace {
        &self.keys[self.class(slot)]
    }

    /// The key in a start pointer (or any pointer into the slot).
    #[inline]
    pub fn key_of(&self, slot: u32, pointer: u64) -> u32 {
        (pointer as u32) >> self.keys(slot).bits
    }

    /// The start pointer with this key.
    #[inline]
    pub fn start(&self, slot: u32, key: u32) -> u64 {
        u64::from(slot) << 32 | u64::from(key << self.keys(slot).bits)
    }

    /// The key after `old` (0: none yet); `None` when all are used up.
    #[inline]
    pub fn next_key(&self, slot: u32, old: u32) -> Option<u32> {
        let keys = self.keys(slot);
        let first = keys.first(slot);
        if old == 0 {
            return Some(first);
        }
        let next = keys.after(old);
        (next != first).then_some(next)
    }

    /// The key after `old` (0: none yet), and whether it is the slot's last one. For slots that have one left: with
    /// none left, the first comes again.
    #[inline]
    pub fn step(&self, slot: u32, old: u32) -> (u32, bool) {
        let keys = self.keys(slot);
        let first = keys.first(slot);
        let key = if old == 0 { first } else { keys.after(old) };
        (key, keys.after(key) == first)
    }

    /// The key after `old` (0: none yet), round and round.
    #[inline]
    pub fn cycle(&self, old: u32) -> u32 {
        if old == 0 { self.keys[0].first(0) } else { self.keys[0].after(old) }
    }

    /// Bytes at the window's start that the heap leaves alone: slot 0's room.
    #[inline]
    pub fn low_room(&self) -> u64 {
        let room = if self.window >= 1 << 30 { 8 * self.chunk } else { self.chunk };
        room.min(1 << self.keys[0].bits)
    }

    /// The last key that the slot will ever have.
    pub fn last_key(&self, slot: u32) -> u32 {
        let keys = self.keys(slot);
        let first = keys.first(slot);
        if first > keys.stride { first - keys.stride } else { first + keys.count - keys.stride }
    }

    /// Whether the slot has had `key` when its newest key is `newest`.
    pub fn was_issued(&self, slot: u32, key: u32, newest: u32) -> bool {
        let keys = self.keys(slot);
        match (keys.index(slot, key), keys.index(slot, newest)) {
            (Some(key), Some(newest)) => key <= newest,
            _ => false,
        }
    }

    /// Whether an object of `size` bytes fits the offset bits of a class. The full width is left to the widest
    /// class, so that a one-past pointer keeps its key elsewhere.
    pub fn fits(&self, class: usize, size: u64) -> bool {
        let full = 1u64 << self.keys[class].bits;
        if class == 3 { size <= full } else { size < full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_once() {
        for bits in [16, 20, 24, 28, 30] {
            let layout = Layout::new(1 << 20, [bits; 4]);
            for slot in [1u32, 77, 65535] {
                let mut seen = vec![false; layout.keys(slot).count as usize + 1];
                let (mut key, mut last, mut n) = (layout.next_key(slot, 0), 0, 0);
                while let Some(k) = key {
                    assert!(!seen[k as usize] && k >= 1);
                    seen[k as usize] = true;
                    assert_eq!(layout.keys(slot).index(slot, k), Some(n));
                    (n, last) = (n + 1, k);
                    key = layout.next_key(slot, k);
                }
                assert_eq!(n, layout.keys(slot).count);
                assert_eq!(last, layout.last_key(slot));
            }
        }
    }

    #[test]
    fn strides_are_large_and_odd() {
        for bits in [16, 20, 24, 28] {
            let keys = KeySpace::new(bits);
            assert!(keys.stride % 2 == 1 && keys.stride > keys.count / 4, "{keys:?}");
        }
    }
}
