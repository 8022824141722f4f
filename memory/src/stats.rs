//! Counts for `--stats` and for tests.

use crate::fault::ObjectKind;
use crate::memory::Memory;
use crate::sweep::each_live;

/// What a memory holds and what has happened in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Live objects of all kinds.
    pub live_objects: u64,
    /// Their bytes.
    pub live_bytes: u64,
    /// Live heap objects.
    pub heap_objects: u64,
    /// Their bytes.
    pub heap_bytes: u64,
    /// Bytes of blocks in use or free for use, and of large objects: what `max_memory` limits.
    pub charged_bytes: u64,
    /// Slots whose keys are used up.
    pub retired_slots: u64,
    /// Bytes given back because only retired slots were left in their pages.
    pub given_back_bytes: u64,
    /// How often the window ran out and was swept.
    pub sweeps: u64,
    /// Slots and pages that sweeps opened again.
    pub reopened_slots: u64,
    /// Bytes of the window.
    pub window_bytes: u64,
}

impl Memory {
    /// Counts the live objects (by a walk over all of them) and gives the running counters.
    pub fn stats(&self) -> Stats {
        let heap = self.heap.lock();
        let mut stats = Stats {
            charged_bytes: heap.charged,
            retired_slots: heap.counters.retired,
            given_back_bytes: heap.counters.given_back,
            sweeps: heap.counters.sweeps,
            reopened_slots: heap.counters.reopened,
            window_bytes: self.space.layout().window,
            ..Stats::default()
        };
        each_live(&self.space, &heap.large, |slot, size| {
            stats.live_objects += 1;
            stats.live_bytes += size;
            if self.space.window.state(slot).kind() == Some(ObjectKind::Heap) {
                stats.heap_objects += 1;
                stats.heap_bytes += size;
            }
        });
        stats
    }
}
