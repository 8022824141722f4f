//! Hash tables, with and without eviction of the least recently used element.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use svm_memory::GuestPtr;

use super::{Def, Entry, EntryValue, Map, Result, Values, kind, permit};

type Key = Box<[u8]>;

pub(super) struct Hash {
    elements: FxHashMap<Key, Element>,
    max_entries: usize,
    /// Keys by the time of their last use, oldest first; only where elements are evicted.
    order: Option<BTreeMap<u64, Key>>,
    clock: u64,
    holds_pointers: bool,
}

struct Element {
    value: GuestPtr,
    used: u64,
}

impl Hash {
    pub fn new(def: &Def, evicts: bool) -> Hash {
        Hash {
            elements: FxHashMap::default(),
            max_entries: def.max_entries as usize,
            order: evicts.then(BTreeMap::new),
            clock: 0,
            holds_pointers: def.kind == kind::HASH_OF_MAPS,
        }
    }

    /// Makes the element the most recently used one.
    fn touch(&mut self, key: &[u8]) {
        let Some(order) = &mut self.order else { return };
        let Some(element) = self.elements.get_mut(key) else { return };
        self.clock += 1;
        let key = order.remove(&element.used).unwrap_or_else(|| key.into());
        element.used = self.clock;
        order.insert(self.clock, key);
    }

    /// Makes room for one more.
    fn make_room(&mut self, values: &mut Values<'_>) -> Result<()> {
        if self.elements.len() < self.max_entries {
            return Ok(());
        }
        let oldest = self.order.as_mut().and_then(BTreeMap::pop_first);
        let (_, key) = oldest.ok_or(libc::E2BIG)?;
        if let Some(element) = self.elements.remove(&key) {
            values.end(element.value);
        }
        Ok(())
    }
}

impl Map for Hash {
    fn lookup(&mut self, _: &mut Values<'_>, key: &[u8]) -> Result<Option<GuestPtr>> {
        let Some(element) = self.elements.get(key) else { return Ok(None) };
        let value = element.value;
        if self.order.is_some() {
            self.touch(key);
        }
        Ok(Some(value))
    }

    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        permit(flags, self.elements.contains_key(key))?;
        if !self.elements.contains_key(key) {
            self.make_room(values)?;
        }
        // An update replaces the element: who still holds a pointer to the old value keeps reading that.
        let new = match <[u8; 8]>::try_from(value) {
            Ok(bits) if self.holds_pointers => GuestPtr::new(u64::from_le_bytes(bits)),
            _ => values.make(value)?,
        };
        let element = Element { value: new, used: 0 };
        if let Some(old) = self.elements.insert(key.into(), element) {
            if let Some(order) = &mut self.order {
                order.remove(&old.used);
            }
            if !self.holds_pointers {
                values.end(old.value);
            }
        }
        self.touch(key);
        Ok(())
    }

    fn delete(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<()> {
        let element = self.elements.remove(key).ok_or(libc::ENOENT)?;
        if let Some(order) = &mut self.order {
            order.remove(&element.used);
        }
        if !self.holds_pointers {
            values.end(element.value);
        }
        Ok(())
    }

    fn entries(&self) -> Vec<Entry> {
        let value = |p: GuestPtr| match self.holds_pointers {
            true => EntryValue::Bytes(p.bits().to_le_bytes().to_vec()),
            false => EntryValue::Object(p),
        };
        let mut all: Vec<Entry> =
            self.elements.iter().map(|(k, e)| Entry { key: k.to_vec(), value: value(e.value) }).collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }
}
