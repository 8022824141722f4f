//! [`Memory`]: the objects of one engine, from their allocation to their end. Checked access is in `access.rs`,
//! explanations of failed checks in `explain.rs`.

use crate::cache::HeapCache;
use crate::config::Config;
use crate::fault::{AccessKind, FaultKind, InvalidFree, ObjectInfo, ObjectKind, OutOfMemory, Result, SiteId};
use crate::heap::Heap;
use crate::history::History;
use crate::layout::Layout;
use crate::ptr::GuestPtr;
use crate::space::Space;
use crate::stack::StackAllocator;
use crate::view::View;
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// All guest memory of one engine.
///
/// Shared by its threads; every method takes `&self`. Loads, stores and stack objects take no lock, the heap does.
pub struct Memory {
    pub(crate) space: Space,
    pub(crate) view: View,
    pub(crate) heap: Mutex<Heap>,
    stack_history: usize,
    heap_history: usize,
}

impl Memory {
    /// Reserves a window. It is made smaller where the process's address-space limit or the host demands it.
    pub fn new(config: &Config) -> io::Result<Memory> {
        config.validate().map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
        let mut config = config.clone().fit();
        loop {
            match Self::with(&config) {
                Err(e) if e.kind() == io::ErrorKind::OutOfMemory && config.halve() => {}
                result => return result,
            }
        }
    }

    fn with(config: &Config) -> io::Result<Memory> {
        let layout = Layout::new(config.window_bytes, config.splits);
        let space = Space::new(layout, Layout::slack(config.window_bytes, config.splits))?;
        Ok(Memory {
            view: View::new(&space.window),
            heap: Mutex::new(Heap::new(config, &layout)?),
            stack_history: config.stack_history,
            heap_history: config.heap_history,
            space,
        })
    }

    /// What the tiers keep in registers to check and access memory. Its holder keeps the memory alive.
    #[inline]
    pub fn view(&self) -> View {
        self.view
    }

    /// Begins an object of `size` zeroed bytes at a multiple of `align` (rounded up to a power of two, at least 16).
    /// Size 0 gives a live object of its own that has no bytes.
    #[inline]
    pub fn alloc(
        &self,
        size: u64,
        align: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> std::result::Result<GuestPtr, OutOfMemory> {
        let align = align.checked_next_power_of_two().unwrap_or(u64::MAX).max(16);
        self.heap.lock().alloc(&self.space, size, align, kind, site).ok_or(OutOfMemory { requested: size })
    }

    /// C's `free`: ends a heap object. Null is fine; anything else that is not a live heap object's start is a fault.
    #[inline]
    pub fn free(&self, p: GuestPtr, site: SiteId) -> Result<()> {
        let mut heap = self.heap.lock();
        if self.starts_live(p, ObjectKind::Heap) {
            heap.end(&self.space, p.slot().index(), site);
            return Ok(());
        }
        drop(heap);
        if p.is_null() { Ok(()) } else { Err(self.free_fault(p)) }
    }

    /// Ends an object that the engine owns, of any kind. False (and nothing happens) if `p` is no live object's start.
    pub fn release(&self, p: GuestPtr) -> bool {
        self.release_at(p, SiteId::NONE)
    }

    /// The same, for objects whose end the guest asked for at `site`.
    pub fn release_at(&self, p: GuestPtr, site: SiteId) -> bool {
        let mut heap = self.heap.lock();
        let live = self.is_start(p);
        debug_assert!(live, "released {p:?}, which is not live");
        if live {
            heap.end(&self.space, p.slot().index(), site);
        }
        live
    }

    /// Makes a live object constant: writes to it are faults from now on.
    pub fn set_read_only(&self, p: GuestPtr) {
        if self.is_start(p) {
            self.space.window.header(p.slot().index()).write_size.store(0, Relaxed);
        }
    }

    /// Writes into the live object that starts at `object`, from `offset` on, also where it is constant to the guest:
    /// the bytes of a file that is mapped change when the file does.
    pub fn write_constant(&self, object: GuestPtr, offset: u64, bytes: &[u8]) -> Result<()> {
        if !self.is_start(object) {
            return self.write(object, bytes);
        }
        let header = self.space.window.header(object.slot().index());
        let before = header.write_size.swap(header.read_size.load(Relaxed), Relaxed);
        let result = self.write(object.offset(offset as i64), bytes);
        header.write_size.store(before, Relaxed);
        result
    }

    /// The size of the live object that starts at `p`.
    pub fn size_of(&self, p: GuestPtr) -> Result<u64> {
        if self.is_start(p) {
            return Ok(u64::from(self.space.window.header(p.slot().index()).read_size.load(Relaxed)));
        }
        let mut fault = self.fault_for(p, p, 1, AccessKind::Read);
        if fault.object.is_some_and(|o| o.live) {
            fault.kind = FaultKind::InvalidFree(InvalidFree::Interior);
        }
        Err(fault)
    }

    /// The live object that `p`, by its own bits, points into or one past.
    pub fn object(&self, p: GuestPtr) -> Option<ObjectInfo> {
        self.live_at(&self.heap.lock(), p)
    }

    /// A slot for a function; `index` is the engine's own number for it. Null when there is no room: whoever takes
    /// functions in numbers that a guest decides uses [`Memory::try_alloc_function`] and reports it.
    pub fn alloc_function(&self, index: u32) -> GuestPtr {
        self.try_alloc_function(index).unwrap_or(GuestPtr::NULL)
    }

    /// A slot for a function, if there is room.
    pub fn try_alloc_function(&self, index: u32) -> std::result::Result<GuestPtr, OutOfMemory> {
        self.alloc(0, 16, ObjectKind::Function, SiteId(index))
    }

    /// The number of the function that `p` is exactly a pointer to.
    #[inline]
    pub fn function_index(&self, p: GuestPtr) -> Option<u32> {
        if !self.starts_live(p, ObjectKind::Function) {
            return None;
        }
        let (span, block) = self.space.block_at(p.slot().index())?;
        Some(self.space.sites(span.meta + block).0.0)
    }

    /// A stack for one guest thread.
    pub fn stack(&self) -> StackAllocator {
        StackAllocator::new(self.thread_history(self.stack_history))
    }

    /// What one guest thread allocates from and frees to.
    pub fn heap_cache(&self) -> HeapCache {
        HeapCache::new(self.thread_history(self.heap_history))
    }

    /// A history that reports know. Without address space for it they know less of old objects; nothing else changes.
    fn thread_history(&self, entries: usize) -> Option<Arc<History>> {
        let history = History::new(entries).or_else(|_| History::new(1)).map(Arc::new).ok();
        let mut heap = self.heap.lock();
        heap.threads.retain(|s| s.strong_count() > 0);
        heap.threads.extend(history.as_ref().map(Arc::downgrade));
        history
    }

    /// Whether a live object of this kind starts at exactly `p`.
    #[inline]
    pub(crate) fn starts_live(&self, p: GuestPtr, kind: ObjectKind) -> bool {
        let slot = p.slot().index();
        self.space.window.state(slot).is_live_of(kind)
            && self.space.window.header(slot).start.load(Relaxed) == p.bits()
    }

    /// Whether a live object starts at exactly `p`.
    pub(crate) fn is_start(&self, p: GuestPtr) -> bool {
        let slot = p.slot().index();
        self.space.window.state(slot).is_live()
            && self.space.window.header(slot).start.load(Relaxed) == p.bits()
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("view", &self.view).finish_non_exhaustive()
    }
}
