//! Objects that grow in place and keep their pointer: WebAssembly's linear memories and tables. Their address space is
//! taken up front; what lies behind the size is out of bounds until they grow.

use crate::fault::{ObjectKind, OutOfMemory, SiteId};
use crate::heap::{Heap, MAX_SIZE};
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::raw::PAGE;
use crate::space::{PAGE_SLOTS, Space};
use std::sync::atomic::Ordering::Relaxed;

impl Memory {
    /// Begins an object of `size` zeroed bytes that [`Memory::grow`] can later make up to `reserve` bytes long. Where
    /// the window has no room for that much the reservation is halved until it has, but never below `size`.
    ///
    /// # Errors
    ///
    /// No room for `size` bytes.
    pub fn alloc_growable(
        &self,
        size: u64,
        reserve: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> Result<GuestPtr, OutOfMemory> {
        let begun = self.heap.lock().begin_growable(&self.space, size, reserve, kind, site);
        begun.ok_or(OutOfMemory { requested: size })
    }

    /// Makes the live growable object at `p` `size` bytes long; the new bytes are zero. False, and nothing happens,
    /// beyond its reservation or the memory limit, for a smaller size, and where no such object is.
    #[must_use]
    pub fn grow(&self, p: GuestPtr, size: u64) -> bool {
        let mut heap = self.heap.lock();
        self.is_start(p) && heap.grow(&self.space, p.slot().index(), size)
    }

    /// The bytes that the growable object at `p` can have at most; `None` where no such object is.
    pub fn growable_to(&self, p: GuestPtr) -> Option<u64> {
        let (heap, slot) = (self.heap.lock(), p.slot().index());
        let object = heap.large.live.get(&(slot / PAGE_SLOTS))?;
        (self.is_start(p) && object.slot == slot).then_some(object.growable).flatten()
    }
}

impl Heap {
    fn begin_growable(
        &mut self,
        space: &Space,
        size: u64,
        reserve: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> Option<GuestPtr> {
        self.allow(kind);
        if size > MAX_SIZE || !self.has_room(size) {
            return None;
        }
        let mut reserve = reserve.clamp(size, MAX_SIZE).max(1);
        loop {
            if let Some(p) = self.begin_large(space, reserve, 16, kind, site) {
                self.shrink_to(space, p, size, reserve);
                return Some(p);
            }
            if reserve <= size.max(PAGE) {
                return None;
            }
            reserve = (reserve / 2).max(size).max(1);
        }
    }

    /// Of a fresh object that has its whole reservation, leaves `size` bytes.
    fn shrink_to(&mut self, space: &Space, p: GuestPtr, size: u64, reserve: u64) {
        let slot = p.slot().index();
        let Some(object) = self.large.live.get_mut(&(slot / PAGE_SLOTS)) else { return };
        let whole = u64::from(object.run.pages) * PAGE;
        (object.size, object.growable) = (size, Some(reserve));
        self.charged = self.charged.saturating_sub(whole) + object.charge();
        set_size(space, slot, size);
    }

    fn grow(&mut self, space: &Space, slot: u32, size: u64) -> bool {
        let Some(object) = self.large.live.get(&(slot / PAGE_SLOTS)).copied() else { return false };
        let in_reserve = object.growable.is_some_and(|most| size <= most);
        if object.slot != slot || !in_reserve || size < object.size {
            return false;
        }
        self.allow(object.kind);
        let grown = crate::large::Large { size, ..object };
        let more = grown.charge() - object.charge();
        if !self.has_room(more) {
            return false;
        }
        self.charged += more;
        self.large.live.insert(object.base_page(), grown);
        // The bytes behind the old size were never within bounds: they are still zero.
        set_size(space, slot, size);
        true
    }
}

fn set_size(space: &Space, slot: u32, size: u64) {
    let header = space.window.header(slot);
    header.read_size.store(size as u32, Relaxed);
    header.write_size.store(size as u32, Relaxed);
}
