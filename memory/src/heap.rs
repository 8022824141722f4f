//! The heap's state behind its lock: bins of free blocks, free address space, large objects, counters.

use crate::classes::{self, BINS, bin_for};
use crate::config::Config;
use crate::extents::{Extents, Run};
use crate::fault::{ObjectKind, SiteId};
use crate::history::History;
use crate::large::LargeObjects;
use crate::layout::Layout;
use crate::leaks::RootScanner;
use crate::ptr::GuestPtr;
use crate::raw::PAGE;
use crate::space::{Block, Space};
use crate::window::{RETIRED, State};
use std::io;
use std::sync::Weak;

/// The largest object: beyond it, allocation fails.
pub(crate) const MAX_SIZE: u64 = 1 << 30;

/// Free blocks of one size, and the part of the newest span that was never used.
#[derive(Default)]
struct Bin {
    free: Vec<Block>,
    next_slot: u32,
    next_meta: u32,
    left: u32,
    stride: u32,
}

/// The most that `malloc` leaves of a limited memory for other objects.
const RESERVE: u64 = 256 << 10;

/// What the heap counts as it goes.
#[derive(Default, Clone, Copy, Debug)]
pub(crate) struct Counters {
    pub retired: u64,
    /// Since the last sweep: what the next one could bring back.
    pub retired_since_sweep: u64,
    pub large_ended_since_sweep: u64,
    pub sweeps: u64,
    pub reopened: u64,
    pub given_back: u64,
}

pub(crate) struct Heap {
    bins: Vec<Bin>,
    /// Free pages of the four classes' areas.
    pub areas: [Extents; 4],
    pub large: LargeObjects,
    pub history: History,
    /// What the guest's threads have ended: stack objects, and heap objects by their caches.
    pub threads: Vec<Weak<History>>,
    pub counters: Counters,
    /// Bytes of used blocks and of large objects, and what is known about them.
    pub charged: u64,
    pub max_memory: u64,
    /// What `charged` may reach in the allocation at hand, see [`Heap::allow`].
    limit: u64,
    pub scanner: Option<RootScanner>,
}

impl Heap {
    pub fn new(config: &Config, layout: &Layout) -> io::Result<Self> {
        let mut areas = <[Extents; 4]>::default();
        let pages = (layout.area_bytes() / PAGE) as u32;
        // The first chunks stay empty: small integers are never pointers, and slot 0 has a room of its own.
        let skip = (layout.low_room() / PAGE) as u32;
        for (n, area) in areas.iter_mut().enumerate() {
            let first = n as u32 * pages + if n == 0 { skip } else { 0 };
            area.insert(Run { first, pages: (n as u32 + 1) * pages - first });
        }
        Ok(Self {
            bins: (0..BINS).map(|_| Bin::default()).collect(),
            areas,
            large: LargeObjects::new(layout)?,
            history: History::new(config.heap_history)?,
            threads: Vec::new(),
            counters: Counters::default(),
            charged: 0,
            max_memory: config.max_memory.unwrap_or(u64::MAX),
            limit: u64::MAX,
            scanner: None,
        })
    }

    /// Begins an object of any size; sweeps if the window has run out.
    #[inline]
    pub fn alloc(
        &mut self,
        space: &Space,
        size: u64,
        align: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> Option<GuestPtr> {
        self.allow(kind);
        if let Some(bin) = bin_for(size, align, space.layout().max_block) {
            let block = self.block(space, bin)?;
            return Some(space.begin(block, size, kind, site));
        }
        self.alloc_large(space, size, align, kind, site)
    }

    #[cold]
    fn alloc_large(
        &mut self,
        space: &Space,
        size: u64,
        align: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> Option<GuestPtr> {
        if size > MAX_SIZE || !self.has_room(size) {
            return None;
        }
        if let Some(p) = self.begin_large(space, size, align, kind, site) {
            return Some(p);
        }
        self.sweep_for_pages(space).then(|| self.begin_large(space, size, align, kind, site))?
    }

    /// A block of the bin, out of use and with a key left.
    #[inline]
    pub fn block(&mut self, space: &Space, bin: usize) -> Option<Block> {
        match self.bins[bin].free.pop() {
            Some(block) => Some(block),
            None => self.block_slow(space, bin),
        }
    }

    #[cold]
    fn block_slow(&mut self, space: &Space, bin: usize) -> Option<Block> {
        if let Some(block) = self.unused_block(space, bin) {
            return Some(block);
        }
        if !self.has_room(classes::stride_units(bin) * 16) {
            return self.larger_block(space, bin);
        }
        if self.add_span(space, bin)
            && let Some(block) = self.unused_block(space, bin)
        {
            return Some(block);
        }
        if let Some(block) = self.larger_block(space, bin) {
            return Some(block);
        }
        if !self.sweep_for_blocks(space) {
            return None;
        }
        if let Some(block) = self.bins[bin].free.pop() {
            return Some(block);
        }
        if self.add_span(space, bin)
            && let Some(block) = self.unused_block(space, bin)
        {
            return Some(block);
        }
        self.larger_block(space, bin)
    }

    /// The next block of the bin's newest span.
    fn unused_block(&mut self, space: &Space, bin: usize) -> Option<Block> {
        let bytes = classes::stride_units(bin) * 16;
        let has_room = self.has_room(bytes);
        let bin = &mut self.bins[bin];
        while bin.left > 0 && has_room {
            let block = Block::new(bin.next_slot, bin.next_meta, true);
            bin.left -= 1;
            bin.next_slot = bin.next_slot.wrapping_add(bin.stride);
            bin.next_meta += 1;
            // Slots that large objects have used before (see `add_span`) are skipped.
            if space.window.state(block.slot()) == State(0) {
                self.charged += bytes;
                return Some(block);
            }
        }
        None
    }

    fn larger_block(&mut self, space: &Space, bin: usize) -> Option<Block> {
        classes::larger(bin)
            .find_map(|larger| self.bins[larger].free.pop().or_else(|| self.unused_block(space, larger)))
    }

    /// Carves a new span for a bin; false if the window has no room for one.
    fn add_span(&mut self, space: &Space, bin: usize) -> bool {
        let layout = space.layout();
        let stride = classes::stride_units(bin) * 16;
        let blocks = if stride * 8 > layout.chunk { layout.min_blocks } else { 8 };
        let bytes = (stride * blocks + classes::align_of(bin)).next_multiple_of(layout.chunk);
        let (chunk, pages) = ((layout.chunk / PAGE) as u32, (bytes / PAGE) as u32);
        let taken = self.areas.iter_mut().find_map(|area| {
            area.find(pages, |run| {
                let first = run.first.next_multiple_of(chunk);
                (first + pages <= run.end()).then_some((Run { first, pages }, first))
            })
        });
        let Some(first) = taken else { return false };
        let span = space.add_span(u64::from(first) * PAGE, bytes, bin);
        // Slots that large objects used before are closed: their keys must not come again before a sweep.
        for block in 0..span.blocks {
            let slot = span.slot_of(block);
            if self.large.was_used(slot) {
                let kind = space.window.state(slot).kind().unwrap_or(ObjectKind::Heap);
                space.window.set_state(slot, State(kind as u8 | RETIRED));
                self.counters.retired += 1;
            } else if space.window.state(slot) != State(0) {
                space.window.set_state(slot, State(0));
            }
        }
        self.large.forget(Run { first, pages });
        let bin = &mut self.bins[bin];
        (bin.next_slot, bin.next_meta) = (span.first, span.meta);
        (bin.left, bin.stride) = (span.blocks, span.stride);
        true
    }

    /// Ends a live object of any size.
    #[inline]
    pub fn end(&mut self, space: &Space, slot: u32, site: SiteId) {
        let Some((span, block)) = space.block_at(slot) else { return self.end_large(space, slot, site) };
        let meta = span.meta + block;
        let reusable = space.end(slot, meta, site, &self.history);
        self.put_block(space, Block::new(slot, meta, false), span.bin as usize, reusable);
    }

    /// Takes back a block whose object has ended.
    #[inline]
    pub fn put_block(&mut self, space: &Space, block: Block, bin: usize, reusable: bool) {
        if reusable {
            self.bins[bin].free.push(block);
        } else {
            self.retire(space, block.slot());
        }
    }

    /// Retires a slot whose keys are used up.
    #[cold]
    pub fn retire(&mut self, space: &Space, slot: u32) {
        let given_back = space.retire(slot);
        self.counters.given_back += given_back;
        self.charged = self.charged.saturating_sub(given_back);
        self.counters.retired += 1;
        self.counters.retired_since_sweep += 1;
    }

    /// Sets the limit of the allocation that follows: the last part of a limited memory is not for `malloc`. A
    /// program that has got null from it can still call, print and exit, which takes stack and library objects.
    #[inline]
    pub fn allow(&mut self, kind: ObjectKind) {
        let kept = if kind == ObjectKind::Heap { (self.max_memory / 32).min(RESERVE) } else { 0 };
        self.limit = self.max_memory - kept;
    }

    /// Whether blocks may be taken ahead: there is plenty of memory left.
    pub fn is_roomy(&self) -> bool {
        self.has_room(self.max_memory / 8)
    }

    /// Whether so many more bytes stay below the limit.
    pub fn has_room(&self, bytes: u64) -> bool {
        self.charged.saturating_add(bytes) <= self.limit
    }
}
