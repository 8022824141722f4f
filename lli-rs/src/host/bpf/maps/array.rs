//! Arrays: every element exists from the start, zeroed, and none can be deleted. Arrays of programs and of maps hold a
//! guest pointer in each element's place and have no element where nothing was put.

use svm_memory::{GuestPtr, View};

use super::{Def, Entry, EntryValue, Map, Result, Values, kind, permit};

pub(super) struct Array {
    /// Null until first used; the values of an element for each processor lie together.
    values: Vec<GuestPtr>,
    value_size: usize,
    /// Values of an element: 1, or one for each processor.
    copies: usize,
    per_cpu: bool,
    /// Whether the elements are pointers to programs or maps.
    holds_pointers: bool,
}

impl Array {
    pub fn new(def: &Def, cpus: u32) -> Array {
        let copies = if kind::is_per_cpu(def.kind) { cpus as usize } else { 1 };
        Array {
            values: vec![GuestPtr::NULL; def.max_entries as usize * copies],
            value_size: def.value_size as usize,
            copies,
            per_cpu: kind::is_per_cpu(def.kind),
            holds_pointers: kind::holds_pointers(def.kind),
        }
    }

    /// Where the element's value for the present processor is.
    fn index(&self, values: &Values<'_>, key: &[u8]) -> Option<usize> {
        let element = u32::from_le_bytes(key.try_into().ok()?);
        self.place(element, values.cpu)
    }

    /// Where an element's value for a processor is.
    fn place(&self, element: u32, cpu: u32) -> Option<usize> {
        let copy = if self.per_cpu { cpu as usize } else { 0 };
        let index = element as usize * self.copies + copy;
        (index < self.values.len()).then_some(index)
    }

    /// What the elements' values are.
    fn value(&self, all: &[GuestPtr]) -> EntryValue {
        match all {
            _ if self.per_cpu => EntryValue::PerCpu(all.to_vec()),
            _ if self.holds_pointers => EntryValue::Pointer(all[0]),
            _ => EntryValue::Object(all[0]),
        }
    }
}

impl Map for Array {
    fn find(&self, view: &View, cpu: u32, key: GuestPtr) -> Option<GuestPtr> {
        let element = view.load::<u32>(key.bits(), key.bits())?;
        let Some(index) = self.place(element, cpu) else { return Some(GuestPtr::NULL) };
        let value = self.values[index];
        // An element that nobody has used yet is made by `lookup`.
        (self.holds_pointers || !value.is_null()).then_some(value)
    }

    fn lookup(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<Option<GuestPtr>> {
        let Some(index) = self.index(values, key) else { return Ok(None) };
        if self.values[index].is_null() && !self.holds_pointers {
            self.values[index] = values.zeroed(self.value_size)?;
        }
        Ok(Some(self.values[index]).filter(|p| !p.is_null()))
    }

    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        let index = self.index(values, key).ok_or(libc::E2BIG)?;
        permit(flags, true)?;
        if self.holds_pointers {
            let bits = value.try_into().map_err(|_| libc::EINVAL)?;
            self.values[index] = GuestPtr::new(u64::from_le_bytes(bits));
            return Ok(());
        }
        match self.values[index] {
            GuestPtr::NULL => self.values[index] = values.make(value)?,
            p => values.set(p, value)?,
        }
        Ok(())
    }

    fn delete(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<()> {
        if !self.holds_pointers {
            return Err(libc::EINVAL);
        }
        let index = self.index(values, key).ok_or(libc::E2BIG)?;
        let old = std::mem::replace(&mut self.values[index], GuestPtr::NULL);
        if old.is_null() { Err(libc::ENOENT) } else { Ok(()) }
    }

    fn entries(&self) -> Vec<Entry> {
        let elements = self.values.chunks(self.copies).enumerate();
        let used = elements.filter(|(_, all)| all.iter().any(|p| !p.is_null()));
        used.map(|(i, all)| Entry { key: (i as u32).to_le_bytes().to_vec(), value: self.value(all) })
            .collect()
    }
}
