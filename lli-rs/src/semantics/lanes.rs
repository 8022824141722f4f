//! Where the lanes of a value lie in its register slots.
//!
//! A vector packs lanes of [`Type::lane_bytes`] bytes; a scalar is one lane of whole slots. Unused bits,
//! above a lane's width or behind the last lane, are zero.

use crate::ir::Type;

/// The lanes of one type.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    /// How many.
    pub count: usize,
    /// Bytes from one to the next: 1, 2, 4, or a multiple of 8.
    pub stride: usize,
}

impl Lanes {
    /// The lanes of a scalar or vector type.
    pub fn of(ty: &Type) -> Lanes {
        match ty.as_vector() {
            Some((elem, count)) => Lanes { count: count as usize, stride: elem.lane_bytes() as usize },
            None => Lanes { count: 1, stride: 8 * ty.slots() as usize },
        }
    }

    /// A lane of at most eight bytes (the low eight of a wider one).
    #[inline]
    pub fn get(self, slots: &[u64], i: usize) -> u64 {
        if self.stride >= 8 {
            return slots[i * self.stride / 8];
        }
        let bit = i * self.stride * 8;
        slots[bit / 64] >> (bit % 64) & ((1 << (self.stride * 8)) - 1)
    }

    /// Writes a lane of at most eight bytes into zeroed slots.
    #[inline]
    pub fn put(self, slots: &mut [u64], i: usize, v: u64) {
        if self.stride >= 8 {
            slots[i * self.stride / 8] = v;
            return;
        }
        let bit = i * self.stride * 8;
        slots[bit / 64] |= (v & ((1 << (self.stride * 8)) - 1)) << (bit % 64);
    }

    /// Writes a lane of at most eight bytes over what was there.
    #[inline]
    pub fn replace(self, slots: &mut [u64], i: usize, v: u64) {
        if self.stride < 8 {
            let bit = i * self.stride * 8;
            slots[bit / 64] &= !(((1 << (self.stride * 8)) - 1) << (bit % 64));
        }
        self.put(slots, i, v);
    }

    /// A lane of up to sixteen bytes.
    #[inline]
    pub fn get_u128(self, slots: &[u64], i: usize) -> u128 {
        if self.stride < 16 {
            return u128::from(self.get(slots, i));
        }
        let words = self.words(slots, i);
        u128::from(words[0]) | u128::from(words[1]) << 64
    }

    /// Writes a lane of up to sixteen bytes into zeroed slots.
    #[inline]
    pub fn put_u128(self, slots: &mut [u64], i: usize, v: u128) {
        self.put(slots, i, v as u64);
        if self.stride >= 16 {
            self.words_mut(slots, i)[1] = (v >> 64) as u64;
        }
    }

    /// The whole slots of a lane of eight bytes or more.
    #[inline]
    pub fn words(self, slots: &[u64], i: usize) -> &[u64] {
        let n = self.stride / 8;
        &slots[i * n..(i + 1) * n]
    }

    /// The whole slots of a lane of eight bytes or more.
    #[inline]
    pub fn words_mut(self, slots: &mut [u64], i: usize) -> &mut [u64] {
        let n = self.stride / 8;
        &mut slots[i * n..(i + 1) * n]
    }
}

/// Bits of an integer or pointer type; 0 for any other.
pub fn int_bits(ty: &Type) -> u32 {
    match ty {
        Type::Int(bits) => *bits,
        Type::Ptr => 64,
        _ => 0,
    }
}
