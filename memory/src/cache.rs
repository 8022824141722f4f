//! Heap objects of one guest thread without the heap's lock: freed blocks stay in lists of the thread, from which it
//! allocates again. The lists and the heap's bins together are last in, first out, as the bins alone would be.

use crate::classes::{bin_for, stride_units};
use crate::fault::{ObjectKind, OutOfMemory, Result, SiteId};
use crate::history::History;
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::space::Block;
use std::sync::Arc;

/// Larger blocks are the heap's alone: there the bytes cost more than the lock.
const MAX_STRIDE: u64 = 2048;
/// Bytes of the blocks that a list holds at most.
const LIST_BYTES: u64 = 256 << 10;

/// Free blocks of one guest thread, for its `malloc` and `free`.
///
/// Belongs to one [`Memory`], which every call names. One that is dropped without [`HeapCache::give_back`] leaves its
/// blocks unused until the memory goes.
pub struct HeapCache {
    /// By bin; made as bins are used.
    bins: Vec<Vec<Block>>,
    /// What the thread has freed; `None` without address space for it: then all is left to the heap.
    history: Option<Arc<History>>,
}

impl HeapCache {
    pub(crate) fn new(history: Option<Arc<History>>) -> Self {
        Self { bins: Vec::new(), history }
    }

    /// Begins a heap object of `size` zeroed bytes at a multiple of 16, as [`Memory::alloc`].
    #[inline]
    pub fn alloc(
        &mut self,
        mem: &Memory,
        size: u64,
        site: SiteId,
    ) -> std::result::Result<GuestPtr, OutOfMemory> {
        if size <= MAX_STRIDE - 16
            && let Some(bin) = bin_for(size, 16, mem.space.layout().max_block)
        {
            let block = match self.bins.get_mut(bin).and_then(Vec::pop) {
                Some(block) => block,
                None => self.refill(mem, bin).ok_or(OutOfMemory { requested: size })?,
            };
            return Ok(mem.space.begin(block, size, ObjectKind::Heap, site));
        }
        mem.alloc(size, 16, ObjectKind::Heap, site)
    }

    /// C's `free`, as [`Memory::free`].
    #[inline]
    pub fn free(&mut self, mem: &Memory, p: GuestPtr, site: SiteId) -> Result<()> {
        let slot = p.slot().index();
        if let Some(history) = &self.history
            && mem.starts_live(p, ObjectKind::Heap)
            && let Some((span, block)) = mem.space.block_at(slot)
            && let Some(list) = self.bins.get_mut(span.bin as usize)
        {
            let stride = u64::from(span.stride) * 16;
            if stride <= MAX_STRIDE {
                let meta = span.meta + block;
                if !mem.space.end(slot, meta, site, history) {
                    mem.heap.lock().retire(&mem.space, slot);
                    return Ok(());
                }
                list.push(Block::new(slot, meta, false));
                if list.len() as u64 * stride > LIST_BYTES {
                    self.shorten(mem, span.bin as usize);
                }
                return Ok(());
            }
        }
        mem.free(p, site)
    }

    /// Gives the older half of a list to the heap.
    #[cold]
    fn shorten(&mut self, mem: &Memory, bin: usize) {
        let list = &mut self.bins[bin];
        let mut heap = mem.heap.lock();
        for block in list.drain(..list.len() / 2) {
            heap.put_block(&mem.space, block, bin, true);
        }
    }

    /// Takes blocks from the heap; gives one. Where the heap has none left, one that is kept for other sizes may do.
    #[cold]
    fn refill(&mut self, mem: &Memory, bin: usize) -> Option<Block> {
        if self.bins.len() <= bin {
            self.bins.resize_with(bin + 1, Vec::new);
        }
        self.take(mem, bin).or_else(|| {
            self.give_back(mem);
            self.take(mem, bin)
        })
    }

    fn take(&mut self, mem: &Memory, bin: usize) -> Option<Block> {
        let batch = (256 / stride_units(bin)).clamp(1, 64);
        let mut heap = mem.heap.lock();
        heap.allow(ObjectKind::Heap);
        let first = heap.block(&mem.space, bin)?;
        // Where memory is short, or keys run out soon, each block counts.
        if batch > 1 && mem.space.layout().window >= 1 << 30 && heap.is_roomy() {
            self.bins[bin].extend((1..batch).map_while(|_| heap.block(&mem.space, bin)));
            self.bins[bin].reverse();
        }
        Some(first)
    }

    /// Gives all blocks back to the heap.
    pub fn give_back(&mut self, mem: &Memory) {
        let mut heap = mem.heap.lock();
        for (bin, blocks) in self.bins.iter_mut().enumerate() {
            for block in blocks.drain(..) {
                heap.put_block(&mem.space, block, bin, true);
            }
        }
    }
}
