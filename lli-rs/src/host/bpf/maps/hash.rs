//! Hash tables, with and without eviction of the least recently used element, and with a value for each processor.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use svm_memory::GuestPtr;

use super::{Def, Entry, EntryValue, Map, Result, Values, kind, permit};

/// Short keys lie in the table itself.
type Key = SmallVec<[u8; 16]>;

pub(super) struct Hash {
    elements: FxHashMap<Key, Element>,
    max_entries: usize,
    /// Keys by the time of their last use, oldest first; only where elements are evicted.
    order: Option<BTreeMap<u64, Key>>,
    clock: u64,
    /// Values of an element where every processor has its own.
    cpus: Option<usize>,
    holds_pointers: bool,
}

struct Element {
    /// One value, or one for each processor.
    values: SmallVec<[GuestPtr; 1]>,
    used: u64,
}

impl Hash {
    pub fn new(def: &Def, evicts: bool, cpus: u32) -> Hash {
        Hash {
            elements: FxHashMap::default(),
            max_entries: def.max_entries as usize,
            order: evicts.then(BTreeMap::new),
            clock: 0,
            cpus: kind::is_per_cpu(def.kind).then_some(cpus as usize),
            holds_pointers: kind::holds_pointers(def.kind),
        }
    }

    /// The value of an element that the present processor sees.
    fn place(&self, values: &Values<'_>) -> usize {
        if self.cpus.is_some() { values.cpu as usize } else { 0 }
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
    fn make_room(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<()> {
        if self.elements.len() >= self.max_entries {
            let oldest = self.order.as_mut().and_then(BTreeMap::pop_first);
            let (_, evicted) = oldest.ok_or(libc::E2BIG)?;
            if let Some(element) = self.elements.remove(&evicted) {
                self.end(values, &evicted, &element);
            }
        }
        values.room.take(key.len())
    }

    /// What an element begins with.
    fn make(&self, values: &Values<'_>, value: &[u8]) -> Result<SmallVec<[GuestPtr; 1]>> {
        if let (true, Ok(bits)) = (self.holds_pointers, value.try_into()) {
            return Ok(smallvec![GuestPtr::new(u64::from_le_bytes(bits))]);
        }
        let Some(cpus) = self.cpus else { return Ok(smallvec![values.make(value)?]) };
        let mut all = SmallVec::new();
        for cpu in 0..cpus {
            let one =
                if cpu == values.cpu as usize { values.make(value) } else { values.zeroed(value.len()) };
            match one {
                Ok(p) => all.push(p),
                Err(errno) => {
                    for p in &all {
                        values.mem.release(*p);
                    }
                    return Err(errno);
                }
            }
        }
        Ok(all)
    }

    /// An element that has left the table.
    fn end(&self, values: &mut Values<'_>, key: &[u8], element: &Element) {
        values.room.give(key.len());
        if !self.holds_pointers {
            element.values.iter().for_each(|p| values.end(*p));
        }
    }
}

impl Map for Hash {
    fn lookup(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<Option<GuestPtr>> {
        let Some(element) = self.elements.get(key) else { return Ok(None) };
        let value = element.values.get(self.place(values)).copied();
        if self.order.is_some() {
            self.touch(key);
        }
        Ok(value)
    }

    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        let present = self.elements.get(key);
        permit(flags, present.is_some())?;
        if let (Some(element), Some(_)) = (present, self.cpus) {
            // The other processors' values stay, and so does the element.
            let own = element.values.get(self.place(values)).ok_or(libc::EINVAL)?;
            values.set(*own, value)?;
            self.touch(key);
            return Ok(());
        }
        if present.is_none() {
            self.make_room(values, key)?;
        }
        let made = self.make(values, value).inspect_err(|_| {
            if !self.elements.contains_key(key) {
                values.room.give(key.len());
            }
        })?;
        // An update replaces the element: who still holds a pointer to the old value keeps reading that.
        if let Some(old) = self.elements.insert(key.into(), Element { values: made, used: 0 }) {
            if let Some(order) = &mut self.order {
                order.remove(&old.used);
            }
            if !self.holds_pointers {
                old.values.iter().for_each(|p| values.end(*p));
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
        self.end(values, key, &element);
        Ok(())
    }

    fn entries(&self) -> Vec<Entry> {
        let value = |e: &Element| match e.values.first() {
            _ if self.cpus.is_some() => EntryValue::PerCpu(e.values.to_vec()),
            Some(p) if self.holds_pointers => EntryValue::Pointer(*p),
            p => EntryValue::Object(p.copied().unwrap_or(GuestPtr::NULL)),
        };
        let mut all: Vec<Entry> =
            self.elements.iter().map(|(k, e)| Entry { key: k.to_vec(), value: value(e) }).collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }
}
