//! Hash tables, with and without eviction of the least recently used element, and with a value for each processor.
//! What a look-up of a short key reads lies in the table itself.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use smallvec::SmallVec;
use svm_memory::{GuestPtr, View};

use super::{Def, Entry, EntryValue, Map, Result, Values, kind, permit};

pub(super) struct Hash {
    elements: HashTable<Element>,
    key_size: usize,
    max_entries: usize,
    /// Keys by the time of their last use, oldest first; only where elements are evicted.
    order: Option<BTreeMap<u64, Box<[u8]>>>,
    clock: u64,
    /// Values of an element where every processor has its own.
    cpus: Option<usize>,
    holds_pointers: bool,
}

struct Element {
    /// The key's first 8 bytes; of a shorter key, zeros follow.
    word: u64,
    /// The value; where every processor has its own, the first one's.
    value: GuestPtr,
    /// What elements of the plain kind with a short key do not have.
    rest: Option<Box<Rest>>,
}

#[derive(Default)]
struct Rest {
    /// The key from its ninth byte on.
    tail: Box<[u8]>,
    /// All values where every processor has its own.
    values: Vec<GuestPtr>,
    used: u64,
}

/// A key as elements are found by it. All keys of a map are of one size.
#[derive(Clone, Copy)]
struct Key<'k> {
    word: u64,
    tail: &'k [u8],
}

impl<'k> Key<'k> {
    #[inline]
    fn new(key: &'k [u8]) -> Key<'k> {
        let (head, tail) = key.split_at(key.len().min(8));
        Key { word: word(head), tail }
    }

    /// One multiplication for each 8 bytes, its halves folded.
    #[inline]
    fn hash(self) -> u64 {
        let mix = |hash: u64, word: u64| {
            let product = u128::from(hash ^ word) * 0x9e37_79b9_7f4a_7c15;
            (product >> 64) as u64 ^ product as u64
        };
        self.tail.chunks(8).fold(mix(0x2545_f491_4f6c_dd1d, self.word), |hash, next| mix(hash, word(next)))
    }

    #[inline]
    fn is(self, element: &Element) -> bool {
        element.word == self.word && (self.tail.is_empty() || element.tail() == self.tail)
    }
}

/// Up to 8 bytes.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match bytes.try_into() {
        Ok(whole) => u64::from_le_bytes(whole),
        Err(_) => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

impl Element {
    fn tail(&self) -> &[u8] {
        self.rest.as_ref().map_or(&[], |rest| &rest.tail)
    }

    fn key(&self, size: usize) -> Box<[u8]> {
        let head = self.word.to_le_bytes();
        [&head[..size.min(8)], self.tail()].concat().into()
    }

    fn hash(&self) -> u64 {
        Key { word: self.word, tail: self.tail() }.hash()
    }

    fn used(&self) -> u64 {
        self.rest.as_ref().map_or(0, |rest| rest.used)
    }

    /// All values.
    fn values(&self) -> &[GuestPtr] {
        match &self.rest {
            Some(rest) if !rest.values.is_empty() => &rest.values,
            _ => std::slice::from_ref(&self.value),
        }
    }
}

impl Hash {
    pub fn new(def: &Def, evicts: bool, cpus: u32) -> Hash {
        Hash {
            elements: HashTable::new(),
            key_size: def.key_size as usize,
            max_entries: def.max_entries as usize,
            order: evicts.then(BTreeMap::new),
            clock: 0,
            cpus: kind::is_per_cpu(def.kind).then_some(cpus as usize),
            holds_pointers: kind::holds_pointers(def.kind),
        }
    }

    #[inline]
    fn get(&self, key: Key<'_>) -> Option<&Element> {
        self.elements.find(key.hash(), |e| key.is(e))
    }

    /// The value of an element that a processor sees.
    #[inline]
    fn value(&self, element: &Element, cpu: u32) -> Option<GuestPtr> {
        if self.cpus.is_none() {
            return Some(element.value);
        }
        element.values().get(cpu as usize).copied()
    }

    /// Makes the element the most recently used one.
    fn touch(&mut self, key: &[u8]) {
        let Some(order) = &mut self.order else { return };
        let by = Key::new(key);
        let Some(element) = self.elements.find_mut(by.hash(), |e| by.is(e)) else { return };
        let rest = element.rest.get_or_insert_default();
        self.clock += 1;
        let key = order.remove(&rest.used).unwrap_or_else(|| key.into());
        rest.used = self.clock;
        order.insert(self.clock, key);
    }

    fn remove(&mut self, key: &[u8]) -> Option<Element> {
        let key = Key::new(key);
        let found = self.elements.find_entry(key.hash(), |e| key.is(e)).ok()?;
        Some(found.remove().0)
    }

    /// Makes room for one more.
    fn make_room(&mut self, values: &mut Values<'_>) -> Result<()> {
        if self.elements.len() >= self.max_entries {
            let oldest = self.order.as_mut().and_then(BTreeMap::pop_first);
            let (_, evicted) = oldest.ok_or(libc::E2BIG)?;
            if let Some(element) = self.remove(&evicted) {
                self.end(values, &element);
            }
        }
        values.room.take(self.key_size)
    }

    /// The values that an element begins with.
    fn make(&self, values: &Values<'_>, value: &[u8]) -> Result<SmallVec<[GuestPtr; 1]>> {
        if let (true, Ok(bits)) = (self.holds_pointers, value.try_into()) {
            return Ok(SmallVec::from([GuestPtr::new(u64::from_le_bytes(bits))]));
        }
        let Some(cpus) = self.cpus else { return Ok(SmallVec::from([values.make(value)?])) };
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

    /// An element with these values.
    fn element(&self, key: Key<'_>, made: SmallVec<[GuestPtr; 1]>) -> Element {
        let value = made.first().copied().unwrap_or(GuestPtr::NULL);
        let values = if self.cpus.is_some() { made.into_vec() } else { Vec::new() };
        let plain = key.tail.is_empty() && values.is_empty() && self.order.is_none();
        let rest = || Box::new(Rest { tail: key.tail.into(), values, used: 0 });
        Element { word: key.word, value, rest: (!plain).then(rest) }
    }

    /// An element that has left the table.
    fn end(&self, values: &mut Values<'_>, element: &Element) {
        values.room.give(self.key_size);
        if !self.holds_pointers {
            element.values().iter().for_each(|p| values.end(*p));
        }
    }
}

impl Map for Hash {
    #[inline]
    fn find(&self, view: &View, cpu: u32, key: GuestPtr) -> Option<GuestPtr> {
        if self.order.is_some() {
            return None;
        }
        let word = match self.key_size {
            4 => u64::from(view.load::<u32>(key.bits(), key.bits())?),
            8 => view.load::<u64>(key.bits(), key.bits())?,
            _ => return None,
        };
        match self.get(Key { word, tail: &[] }) {
            Some(element) => self.value(element, cpu),
            None => Some(GuestPtr::NULL),
        }
    }

    fn lookup(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<Option<GuestPtr>> {
        let Some(element) = self.get(Key::new(key)) else { return Ok(None) };
        let value = self.value(element, values.cpu);
        if self.order.is_some() {
            self.touch(key);
        }
        Ok(value)
    }

    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        let by = Key::new(key);
        let present = self.get(by);
        permit(flags, present.is_some())?;
        if let (Some(element), Some(_)) = (present, self.cpus) {
            // The other processors' values stay, and so does the element.
            let own = self.value(element, values.cpu).ok_or(libc::EINVAL)?;
            values.set(own, value)?;
            self.touch(key);
            return Ok(());
        }
        let is_new = present.is_none();
        if is_new {
            self.make_room(values)?;
        }
        let made = self.make(values, value).inspect_err(|_| {
            if is_new {
                values.room.give(self.key_size);
            }
        })?;
        // An update replaces the element: who still holds a pointer to the old value keeps reading that.
        if let Some(old) = self.remove(key) {
            if let Some(order) = &mut self.order {
                order.remove(&old.used());
            }
            if !self.holds_pointers {
                old.values().iter().for_each(|p| values.end(*p));
            }
        }
        let element = self.element(by, made);
        self.elements.insert_unique(by.hash(), element, Element::hash);
        self.touch(key);
        Ok(())
    }

    fn delete(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<()> {
        let element = self.remove(key).ok_or(libc::ENOENT)?;
        if let Some(order) = &mut self.order {
            order.remove(&element.used());
        }
        self.end(values, &element);
        Ok(())
    }

    fn entries(&self) -> Vec<Entry> {
        let value = |e: &Element| match e.values() {
            all if self.cpus.is_some() => EntryValue::PerCpu(all.to_vec()),
            _ if self.holds_pointers => EntryValue::Pointer(e.value),
            _ => EntryValue::Object(e.value),
        };
        let entry = |e: &Element| Entry { key: e.key(self.key_size).into(), value: value(e) };
        let mut all: Vec<Entry> = self.elements.iter().map(entry).collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }
}
