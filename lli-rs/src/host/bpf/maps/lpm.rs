//! Longest-prefix-match tries. A key is a prefix length in bits (32-bit, host order) and the data, most significant
//! bit first.

use std::collections::BTreeMap;

use svm_memory::GuestPtr;

use super::{Def, Entry, EntryValue, Map, Result, Values, permit};

/// Elements by prefix length, then by the prefix's bits: a look-up tries the lengths from the longest on.
pub(super) struct Trie {
    by_length: BTreeMap<u32, BTreeMap<Vec<u8>, GuestPtr>>,
    count: usize,
    max_entries: usize,
    max_bits: u32,
}

impl Trie {
    pub fn new(def: &Def) -> Trie {
        Trie {
            by_length: BTreeMap::new(),
            count: 0,
            max_entries: def.max_entries as usize,
            max_bits: (def.key_size - 4) * 8,
        }
    }

    fn parts<'a>(&self, key: &'a [u8]) -> Result<(u32, &'a [u8])> {
        let (length, data) = key.split_first_chunk::<4>().ok_or(libc::EINVAL)?;
        let bits = u32::from_le_bytes(*length);
        if bits > self.max_bits { Err(libc::EINVAL) } else { Ok((bits, data)) }
    }
}

/// The first `bits` bits, the others zero.
fn prefix(data: &[u8], bits: u32) -> Vec<u8> {
    let (whole, rest) = ((bits / 8) as usize, bits % 8);
    let mut out = vec![0; data.len()];
    out[..whole].copy_from_slice(&data[..whole]);
    if rest > 0 {
        out[whole] = data[whole] & !(0xff >> rest);
    }
    out
}

impl Map for Trie {
    fn lookup(&mut self, _: &mut Values<'_>, key: &[u8]) -> Result<Option<GuestPtr>> {
        let Ok((bits, data)) = self.parts(key) else { return Ok(None) };
        let lengths = self.by_length.range(..=bits).rev();
        Ok(lengths.into_iter().find_map(|(length, elements)| elements.get(&prefix(data, *length)).copied()))
    }

    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        let (bits, data) = self.parts(key)?;
        let masked = prefix(data, bits);
        let exists = self.by_length.get(&bits).is_some_and(|e| e.contains_key(&masked));
        permit(flags, exists)?;
        if !exists && self.count >= self.max_entries {
            return Err(libc::ENOSPC);
        }
        if !exists {
            values.room.take(masked.len())?;
        }
        let new = values.make(value)?;
        match self.by_length.entry(bits).or_default().insert(masked, new) {
            Some(old) => values.end(old),
            None => self.count += 1,
        }
        Ok(())
    }

    fn delete(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<()> {
        let (bits, data) = self.parts(key)?;
        let elements = self.by_length.get_mut(&bits).ok_or(libc::ENOENT)?;
        values.end(elements.remove(&prefix(data, bits)).ok_or(libc::ENOENT)?);
        if elements.is_empty() {
            self.by_length.remove(&bits);
        }
        self.count -= 1;
        values.room.give(data.len());
        Ok(())
    }

    fn entries(&self) -> Vec<Entry> {
        let all = self.by_length.iter().flat_map(|(bits, e)| e.iter().map(move |(k, p)| (*bits, k, *p)));
        all.map(|(bits, k, p)| Entry {
            key: [&bits.to_le_bytes()[..], k].concat(),
            value: EntryValue::Object(p),
        })
        .collect()
    }
}
