//! Ring buffers and perf event arrays: records on their way to user space, here to whoever runs the program. A record
//! that is reserved is an object of its own until it is submitted or discarded.

use std::collections::VecDeque;

use svm_memory::GuestPtr;

use super::{Entry, EntryValue, Map, Result};

/// Bytes before each record in a ring.
const RECORD_HEADER: u64 = 8;

/// One record, in the order of their reservation.
enum Record {
    /// Not yet submitted; nothing behind it is seen before it is.
    Reserved(GuestPtr, u64),
    /// By whom, and what.
    Ready(u32, Vec<u8>),
    Discarded(u64),
}

/// The records of one ring.
pub struct Ring {
    records: VecDeque<Record>,
    capacity: u64,
    used: u64,
    /// Reservations that are open.
    open: usize,
    /// Whether records are shown with the processor that wrote them: perf event arrays have a ring for each.
    by_cpu: bool,
}

fn room_of(len: u64) -> u64 {
    (len + RECORD_HEADER).next_multiple_of(8)
}

impl Ring {
    pub(super) fn new(capacity: u64, by_cpu: bool) -> Ring {
        Ring { records: VecDeque::new(), capacity, used: 0, open: 0, by_cpu }
    }

    /// Whether a record of that size fits now.
    pub fn has_room(&self, len: u64) -> bool {
        len <= self.capacity && self.used + room_of(len) <= self.capacity
    }

    /// Adds a finished record.
    pub fn output(&mut self, cpu: u32, bytes: Vec<u8>) -> Result<()> {
        if !self.has_room(bytes.len() as u64) {
            return Err(libc::EAGAIN);
        }
        self.used += room_of(bytes.len() as u64);
        self.records.push_back(Record::Ready(cpu, bytes));
        Ok(())
    }

    /// Adds a record that the program fills at `p`; the caller has asked for room.
    pub fn reserve(&mut self, p: GuestPtr, len: u64) {
        self.used += room_of(len);
        self.open += 1;
        self.records.push_back(Record::Reserved(p, len));
    }

    /// The size of the record that is reserved at `p`.
    pub fn reserved(&self, p: GuestPtr) -> Option<u64> {
        self.records.iter().rev().find_map(|r| match r {
            Record::Reserved(q, len) if *q == p => Some(*len),
            _ => None,
        })
    }

    /// Ends a reservation: with its bytes, or without any.
    pub fn finish(&mut self, p: GuestPtr, bytes: Option<Vec<u8>>) {
        for record in self.records.iter_mut().rev() {
            if let Record::Reserved(q, len) = *record
                && q == p
            {
                *record = bytes.map_or(Record::Discarded(len), |bytes| Record::Ready(0, bytes));
                self.open -= 1;
                return;
            }
        }
    }

    /// Takes out what user space would see.
    pub fn drain(&mut self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        while let Some(record) = self.records.pop_front() {
            match record {
                Record::Ready(_, bytes) => {
                    self.used -= room_of(bytes.len() as u64);
                    out.push(bytes);
                }
                Record::Discarded(len) => self.used -= room_of(len),
                reserved @ Record::Reserved(..) => {
                    self.records.push_front(reserved);
                    break;
                }
            }
        }
        out
    }

    /// Takes out reservations that the program has left open; their objects are the caller's to end.
    pub fn abandon(&mut self) -> Vec<GuestPtr> {
        let mut left = Vec::new();
        for record in self.records.iter_mut().rev() {
            if left.len() == self.open {
                break;
            }
            if let Record::Reserved(p, len) = *record {
                left.push(p);
                *record = Record::Discarded(len);
            }
        }
        self.open = 0;
        left
    }

    /// Bytes in use, and in all.
    pub fn fill(&self) -> (u64, u64) {
        (self.used, self.capacity)
    }
}

impl Map for Ring {
    fn entries(&self) -> Vec<Entry> {
        let ready = self.records.iter().filter_map(|r| match r {
            Record::Ready(cpu, bytes) => Some((*cpu, EntryValue::Bytes(bytes.clone()))),
            _ => None,
        });
        let key = |cpu: u32| if self.by_cpu { cpu.to_le_bytes().to_vec() } else { Vec::new() };
        ready.map(|(cpu, value)| Entry { key: key(cpu), value }).collect()
    }

    fn ring(&mut self) -> Option<&mut Ring> {
        Some(self)
    }
}
