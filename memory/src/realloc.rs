//! Resizing. The old pointer always ends; the bytes stay in place, or their pages move, where that is possible.

use crate::classes::bin_for;
use crate::extents::Run;
use crate::fault::{ObjectKind, OutOfMemory, Result, SiteId};
use crate::heap::{Heap, MAX_SIZE};
use crate::large::Large;
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::raw::PAGE;
use crate::space::{Block, PAGE_SLOTS, Space};
use std::sync::atomic::Ordering::Relaxed;

impl Memory {
    /// C's `realloc`: the inner result is out of memory, with the old object untouched. Size 0 gives an object
    /// without bytes; null gives a new object.
    pub fn realloc(
        &self,
        p: GuestPtr,
        size: u64,
        site: SiteId,
    ) -> Result<std::result::Result<GuestPtr, OutOfMemory>> {
        if p.is_null() {
            return Ok(self.alloc(size, 16, ObjectKind::Heap, site));
        }
        let mut heap = self.heap.lock();
        if !self.starts_live(p, ObjectKind::Heap) {
            drop(heap);
            return Err(self.free_fault(p));
        }
        Ok(heap.resize(&self.space, p.slot().index(), size, site).ok_or(OutOfMemory { requested: size }))
    }
}

impl Heap {
    fn resize(&mut self, space: &Space, slot: u32, size: u64, site: SiteId) -> Option<GuestPtr> {
        if size > MAX_SIZE {
            return None;
        }
        self.allow(ObjectKind::Heap);
        let new_bin = bin_for(size, 16, space.layout().max_block);
        match space.block_at(slot) {
            Some((span, block)) if new_bin == Some(span.bin as usize) => {
                self.resize_block(space, slot, span.meta + block, size, site)
            }
            None if new_bin.is_none() => self.resize_large(space, slot, size, site),
            _ => self.move_bytes(space, slot, size, site),
        }
    }

    /// In place, with the slot's next key, if it has one.
    fn resize_block(
        &mut self,
        space: &Space,
        slot: u32,
        meta: u32,
        size: u64,
        site: SiteId,
    ) -> Option<GuestPtr> {
        let layout = space.layout();
        let header = space.window.header(slot);
        let old = u64::from(header.read_size.load(Relaxed));
        let key = layout.key_of(slot, header.start.load(Relaxed));
        if layout.next_key(slot, key).is_none() {
            return self.move_bytes(space, slot, size, site);
        }
        space.end(slot, meta, site, &self.history);
        if size > old {
            space.window.zero(slot, old, size - old);
        }
        Some(space.begin(Block::new(slot, meta, true), size, ObjectKind::Heap, site))
    }

    /// A new object, the bytes copied, the old object ended.
    fn move_bytes(&mut self, space: &Space, slot: u32, size: u64, site: SiteId) -> Option<GuestPtr> {
        let old = u64::from(space.window.header(slot).read_size.load(Relaxed));
        let p = self.alloc(space, size, 16, ObjectKind::Heap, site)?;
        space.window.copy(slot, p.slot().index(), old.min(size));
        self.end(space, slot, site);
        Some(p)
    }

    fn resize_large(&mut self, space: &Space, slot: u32, size: u64, site: SiteId) -> Option<GuestPtr> {
        let object = *self.large.live.get(&(slot / PAGE_SLOTS))?;
        if size > object.size && !self.has_room(size - object.size) {
            return None;
        }
        if let Some(p) = self.resize_in_place(space, &object, size, site) {
            return Some(p);
        }
        if slot.is_multiple_of(PAGE_SLOTS) {
            // Page-aligned: the header lies in a page before the data. Rare, so it is simply copied.
            return self.move_bytes(space, slot, size, site);
        }
        if let Some(p) = self.resize_by_move(space, &object, size, site) {
            return Some(p);
        }
        self.sweep_for_pages(space).then(|| self.resize_by_move(space, &object, size, site))?
    }

    fn resize_in_place(
        &mut self,
        space: &Space,
        object: &Large,
        size: u64,
        site: SiteId,
    ) -> Option<GuestPtr> {
        let layout = space.layout();
        let (slot, run) = (object.slot, object.run);
        let key = layout.next_key(slot, self.large.newest_key(slot)?)?;
        if !layout.fits(layout.class(slot), size) || object.size == 1 << layout.keys(slot).bits {
            return None;
        }
        let end = (u64::from(slot) * 16 + size).div_ceil(PAGE) as u32;
        if end > run.end() {
            let class = layout.class(slot);
            let more = Run { first: run.end(), pages: end - run.end() };
            // Other pages of the next area would belong to another class.
            if !self.areas[class].take(more) {
                return None;
            }
            self.charged += u64::from(more.pages) * PAGE;
        }
        self.close_large(space, slot, site)?;
        self.trim(space, object, size);
        if end < run.end() {
            self.give_back(space, Run { first: end, pages: run.end() - end }, object.moved);
        }
        let run = Run { first: run.first, pages: end - run.first };
        Some(self.open_large(space, Large { run, size, alloc_site: site, ..*object }, key))
    }

    fn resize_by_move(&mut self, space: &Space, object: &Large, size: u64, site: SiteId) -> Option<GuestPtr> {
        let unit = object.slot % PAGE_SLOTS;
        let pages = (u64::from(unit) * 16 + size).div_ceil(PAGE) as u32;
        let (run, (slot, key)) = self.place_moved(space, size, unit, pages)?;
        self.close_large(space, object.slot, site)?;
        self.trim(space, object, size);
        let kept = run.pages.min(object.run.pages);
        space.window.move_pages(u64::from(object.run.first), u64::from(run.first), u64::from(kept));
        self.charged += u64::from(run.pages) * PAGE;
        self.give_back(space, object.run, true);
        let moved = Large { slot, run, size, alloc_site: site, moved: true, ..*object };
        Some(self.open_large(space, moved, key))
    }

    /// Zeroes what lies behind the new end in its page, so that all bytes behind an object's end are zero.
    fn trim(&self, space: &Space, object: &Large, size: u64) {
        let page_end =
            (u64::from(object.slot) * 16 + size).next_multiple_of(PAGE) - u64::from(object.slot) * 16;
        if size < object.size {
            space.window.zero(object.slot, size, object.size.min(page_end) - size);
        }
    }
}
