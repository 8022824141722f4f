//! Queues and stacks: values are copied in and out, there are no keys.

use std::collections::VecDeque;

use super::{BPF_ANY, BPF_EXIST, Def, Entry, EntryValue, Map, Result, Values, kind};

pub(super) struct Queue {
    values: VecDeque<Vec<u8>>,
    max_entries: usize,
    last_first: bool,
}

impl Queue {
    pub fn new(def: &Def) -> Queue {
        Queue {
            values: VecDeque::new(),
            max_entries: def.max_entries as usize,
            last_first: def.kind == kind::STACK,
        }
    }
}

impl Map for Queue {
    fn update(&mut self, values: &mut Values<'_>, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        if key.is_empty() { self.push(values, value, flags) } else { Err(libc::EINVAL) }
    }

    fn push(&mut self, values: &mut Values<'_>, value: &[u8], flags: u64) -> Result<()> {
        if flags != BPF_ANY && flags != BPF_EXIST {
            return Err(libc::EINVAL);
        }
        if self.values.len() >= self.max_entries {
            if flags != BPF_EXIST {
                return Err(libc::E2BIG);
            }
            if let Some(oldest) = self.values.pop_front() {
                values.room.give(oldest.len());
            }
        }
        values.room.take(value.len())?;
        self.values.push_back(value.to_vec());
        Ok(())
    }

    fn pop(&mut self, values: &mut Values<'_>, take: bool) -> Result<Vec<u8>> {
        let next = match (self.last_first, take) {
            (true, true) => self.values.pop_back(),
            (true, false) => self.values.back().cloned(),
            (false, true) => self.values.pop_front(),
            (false, false) => self.values.front().cloned(),
        };
        let next = next.ok_or(libc::ENOENT)?;
        if take {
            values.room.give(next.len());
        }
        Ok(next)
    }

    fn entries(&self) -> Vec<Entry> {
        let values = self.values.iter();
        values.map(|v| Entry { key: Vec::new(), value: EntryValue::Bytes(v.clone()) }).collect()
    }
}
