//! Stack objects whose address escapes: slots of the size-classed heap, kept in lists of one guest thread, so that the
//! common case takes no lock. A shadow list of what is live makes return, longjmp and unwinding one operation.

use crate::classes::{bin_for, stride_units};
use crate::fault::{ObjectKind, OutOfMemory, SiteId};
use crate::history::History;
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::space::Block;
use std::sync::Arc;

/// The live escaping stack objects of one guest thread, and free slots for the next ones.
///
/// Belongs to one [`Memory`], which every call names. [`StackAllocator::close`] gives everything back; one that is only
/// dropped leaves its objects live and its slots unused until the memory goes.
pub struct StackAllocator {
    live: Vec<Entry>,
    /// Free blocks by bin; made as bins are used.
    free: Vec<Vec<Block>>,
    bytes: u64,
    history: Option<Arc<History>>,
}

#[derive(Clone, Copy)]
struct Entry {
    block: Block,
    size: u32,
    /// `LARGE`: the object came from the heap.
    bin: u32,
}

const LARGE: u32 = u32::MAX;

impl StackAllocator {
    pub(crate) fn new(history: Option<Arc<History>>) -> Self {
        Self { live: Vec::new(), free: Vec::new(), bytes: 0, history }
    }

    /// The current height, for [`StackAllocator::release_to`].
    #[inline(always)]
    pub fn mark(&self) -> usize {
        self.live.len()
    }

    /// Bytes of the live objects.
    #[inline(always)]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Begins a zeroed object on top of the stack.
    #[inline]
    pub fn alloc(
        &mut self,
        mem: &Memory,
        size: u64,
        align: u64,
        site: SiteId,
    ) -> Result<GuestPtr, OutOfMemory> {
        self.alloc_as(mem, size, align, ObjectKind::Stack, site)
    }

    /// The same of another kind: what an embedder passes to one call.
    #[inline]
    pub fn alloc_as(
        &mut self,
        mem: &Memory,
        size: u64,
        align: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> Result<GuestPtr, OutOfMemory> {
        let align = align.checked_next_power_of_two().unwrap_or(u64::MAX).max(16);
        if let Some(bin) = bin_for(size, align, mem.space.layout().max_block) {
            let block = match self.free.get_mut(bin).and_then(Vec::pop) {
                Some(block) => block,
                None => self.refill(mem, bin).ok_or(OutOfMemory { requested: size })?,
            };
            let p = mem.space.begin(block, size, kind, site);
            self.live.push(Entry { block, size: size as u32, bin: bin as u32 });
            self.bytes += size;
            return Ok(p);
        }
        let p = mem.alloc(size, align, kind, site)?;
        self.live.push(Entry {
            block: Block::new(p.slot().index(), 0, false),
            size: size as u32,
            bin: LARGE,
        });
        self.bytes += size;
        Ok(p)
    }

    /// Ends the objects above a mark: at return, longjmp, unwinding, stackrestore.
    #[inline]
    pub fn release_to(&mut self, mem: &Memory, mark: usize, site: SiteId) {
        while self.live.len() > mark {
            let Some(entry) = self.live.pop() else { return };
            self.bytes -= u64::from(entry.size);
            let (bin, slot) = (entry.bin as usize, entry.block.slot());
            let reusable = match &self.history {
                Some(history) if entry.bin != LARGE => mem.space.end(slot, entry.block.meta(), site, history),
                _ => {
                    mem.heap.lock().end(&mem.space, slot, site);
                    continue;
                }
            };
            if reusable {
                self.free[bin].push(entry.block.used());
            } else {
                mem.heap.lock().retire(&mem.space, slot);
            }
        }
    }

    /// Ends the thread's stack: all objects end, the free slots go back to the heap.
    pub fn close(mut self, mem: &Memory, site: SiteId) {
        self.release_to(mem, 0, site);
        self.give_back(mem);
    }

    /// Gives the free slots back to the heap.
    pub fn give_back(&mut self, mem: &Memory) {
        let mut heap = mem.heap.lock();
        for (bin, blocks) in self.free.iter_mut().enumerate() {
            for block in blocks.drain(..) {
                heap.put_block(&mem.space, block, bin, true);
            }
        }
    }

    /// Takes a few blocks from the heap; gives one.
    #[cold]
    fn refill(&mut self, mem: &Memory, bin: usize) -> Option<Block> {
        if self.free.len() <= bin {
            self.free.resize_with(bin + 1, Vec::new);
        }
        let batch = (256 / stride_units(bin)).clamp(1, 16);
        let mut heap = mem.heap.lock();
        heap.allow(ObjectKind::Stack);
        let first = heap.block(&mem.space, bin)?;
        if batch > 1 && mem.space.layout().window >= 1 << 30 {
            self.free[bin].extend((1..batch).map_while(|_| heap.block(&mem.space, bin)));
            self.free[bin].reverse();
        }
        Some(first)
    }
}
