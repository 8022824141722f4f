//! Arrays: every element exists from the start, zeroed, and none can be deleted. Arrays of programs and of maps hold a
//! guest pointer in each element's place and have no element where nothing was put.

use svm_memory::GuestPtr;

use super::{Def, Entry, EntryValue, Map, Result, Values, kind, permit};

pub(super) struct Array {
    /// Null until first used.
    values: Vec<GuestPtr>,
    value_size: usize,
    /// Whether the elements are pointers to programs or maps.
    holds_pointers: bool,
}

impl Array {
    pub fn new(def: &Def) -> Array {
        Array {
            values: Vec::new(),
            value_size: def.value_size as usize,
            holds_pointers: matches!(def.kind, kind::PROG_ARRAY | kind::ARRAY_OF_MAPS),
        }
        .sized(def.max_entries as usize)
    }

    fn sized(mut self, n: usize) -> Array {
        self.values.resize(n, GuestPtr::NULL);
        self
    }

    fn index(&self, key: &[u8]) -> Option<usize> {
        let index = u32::from_le_bytes(key.try_into().ok()?) as usize;
        (index < self.values.len()).then_some(index)
    }
}

impl Map for Array {
    fn lookup(&mut self, values: &mut Values<'_>, key: &[u8]) -> Result<Option<GuestPtr>> {
        let Some(index) = self.index(key) else { return Ok(None) };
        if self.values[index].is_null() && !self.holds_pointers {
            self.values[index] = values.make(&vec![0; self.value_size])?;
        }
        Ok(Some(self.values[index]).filter(|p| !p.is_null()))
    }

    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        let index = self.index(key).ok_or(libc::E2BIG)?;
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

    fn delete(&mut self, _: &mut Values<'_>, key: &[u8]) -> Result<()> {
        if !self.holds_pointers {
            return Err(libc::EINVAL);
        }
        let index = self.index(key).ok_or(libc::E2BIG)?;
        let old = std::mem::replace(&mut self.values[index], GuestPtr::NULL);
        if old.is_null() { Err(libc::ENOENT) } else { Ok(()) }
    }

    fn entries(&self) -> Vec<Entry> {
        let used = self.values.iter().enumerate().filter(|(_, p)| !p.is_null());
        used.map(|(i, p)| Entry {
            key: (i as u32).to_le_bytes().to_vec(),
            value: if self.holds_pointers {
                EntryValue::Bytes(p.bits().to_le_bytes().to_vec())
            } else {
                EntryValue::Object(*p)
            },
        })
        .collect()
    }
}
