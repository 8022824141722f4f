//! A bounded history of ended objects, so that a report can name an object whose slot was reused many times since.
//! One writer at a time (the heap's lock, or the thread that owns a stack); any thread may look things up.

use crate::fault::{ObjectInfo, ObjectKind, SiteId};
use crate::ptr::GuestPtr;
use crate::raw::Table;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub(crate) struct History {
    /// `[start | kind, size | alloc_site << 32, free_site]`; the low bits of a start pointer are zero.
    ring: Table<[AtomicU64; 3]>,
    pushed: AtomicU64,
    mask: u64,
}

impl History {
    pub fn new(entries: usize) -> io::Result<Self> {
        let entries = entries.max(1).next_power_of_two();
        Ok(Self { ring: Table::new(entries)?, pushed: AtomicU64::new(0), mask: entries as u64 - 1 })
    }

    /// Records the end of an object.
    #[inline]
    pub fn push(&self, start: u64, kind: ObjectKind, size: u32, alloc_site: u32, free_site: SiteId) {
        let n = self.pushed.load(Relaxed);
        let [first, second, third] = &self.ring[(n & self.mask) as usize];
        first.store(start | kind as u64, Relaxed);
        second.store(u64::from(size) | u64::from(alloc_site) << 32, Relaxed);
        third.store(u64::from(free_site.0), Relaxed);
        self.pushed.store(n + 1, Relaxed);
    }

    /// The latest ended object that started at exactly this pointer.
    pub fn find(&self, start: u64) -> Option<ObjectInfo> {
        let pushed = self.pushed.load(Relaxed);
        let oldest = pushed.saturating_sub(self.mask + 1);
        (oldest..pushed).rev().find_map(|n| {
            let [first, second, third] = &self.ring[(n & self.mask) as usize];
            let first = first.load(Relaxed);
            if first & !0xff != start {
                return None;
            }
            let second = second.load(Relaxed);
            Some(ObjectInfo {
                base: GuestPtr::new(start),
                size: second & 0xffff_ffff,
                kind: ObjectKind::from_bits(first as u8)?,
                live: false,
                alloc_site: SiteId((second >> 32) as u32),
                free_site: SiteId(third.load(Relaxed) as u32),
                exact: true,
            })
        })
    }

    /// Forgets the objects whose slot is open for the same keys again.
    pub fn forget(&self, reopened: impl Fn(u32) -> bool) {
        for [first, _, _] in self.ring.iter().take(self.pushed.load(Relaxed) as usize) {
            let start = GuestPtr::new(first.load(Relaxed));
            if !start.is_null() && reopened(start.slot().index()) {
                first.store(0, Relaxed);
            }
        }
    }
}
