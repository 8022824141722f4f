//! Bloom filters: a value that was pushed is always found; others are, rarely.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::{BPF_ANY, Def, Entry, Map, Result, Values};

/// Hashes where the program does not say how many.
const DEFAULT_HASHES: u64 = 5;

pub(super) struct Bloom {
    bits: Vec<u64>,
    hashes: u64,
}

impl Bloom {
    pub fn new(def: &Def) -> Bloom {
        Bloom { bits: vec![0; (Bloom::bits(def) / 64) as usize], hashes: Bloom::hashes(def) }
    }

    fn hashes(def: &Def) -> u64 {
        match def.extra & 0xf {
            0 => DEFAULT_HASHES,
            n => n,
        }
    }

    /// As the kernel sizes it: entries * hashes / ln 2, a power of two.
    pub fn bits(def: &Def) -> u64 {
        (u64::from(def.max_entries) * Bloom::hashes(def) * 7 / 5).clamp(64, 1 << 32).next_power_of_two()
    }

    fn places(&self, value: &[u8]) -> impl Iterator<Item = (usize, u64)> + use<> {
        let hash = |seed: u64| {
            let mut hasher = FxHasher::default();
            hasher.write_u64(seed);
            hasher.write(value);
            hasher.finish()
        };
        let (first, step, bits) = (hash(1), hash(2) | 1, self.bits.len() as u64 * 64);
        (0..self.hashes).map(move |i| {
            let bit = first.wrapping_add(step.wrapping_mul(i)) % bits;
            ((bit / 64) as usize, 1 << (bit % 64))
        })
    }
}

impl Map for Bloom {
    fn push(&mut self, _: &mut Values<'_>, value: &[u8], flags: u64) -> Result<()> {
        if flags != BPF_ANY {
            return Err(libc::EINVAL);
        }
        for (word, bit) in self.places(value) {
            self.bits[word] |= bit;
        }
        Ok(())
    }

    fn contains(&self, value: &[u8]) -> Result<bool> {
        Ok(self.places(value).all(|(word, bit)| self.bits[word] & bit != 0))
    }

    fn entries(&self) -> Vec<Entry> {
        Vec::new()
    }
}
