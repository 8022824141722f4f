//! What both the heap and the stacks work on without a lock: the window, the spans that the size-classed heap has
//! carved from it, and the sites of each block. All of it but the headers lies outside the window.

use crate::classes;
use crate::fault::{ObjectKind, SiteId};
use crate::history::History;
use crate::layout::Layout;
use crate::ptr::GuestPtr;
use crate::raw::{PAGE, Table};
use crate::window::{State, Window};
use std::io;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

/// Slots of one page.
pub(crate) const PAGE_SLOTS: u32 = (PAGE / 16) as u32;

pub(crate) struct Space {
    pub window: Window,
    /// Chunk -> span number + 1; 0 where there is no span.
    chunks: Table<AtomicU32>,
    /// `[first slot | stride << 32, blocks | meta << 32, reciprocal of the stride, bin]`, written once.
    spans: Table<[AtomicU64; 4]>,
    span_count: AtomicU32,
    /// `alloc_site | free_site << 32` of each block's last object; a function's index in place of the sites.
    meta: Table<AtomicU64>,
    meta_used: AtomicU32,
    chunk_shift: u32,
}

/// A span: a run of chunks carved into blocks of one size, for ever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// The slot of the first block.
    pub first: u32,
    /// Slots from one block to the next.
    pub stride: u32,
    /// The number of blocks.
    pub blocks: u32,
    /// Where the sites of the first block are.
    pub meta: u32,
    reciprocal: u64,
    /// Which bin the blocks belong to.
    pub bin: u32,
}

impl Span {
    /// Which block a slot lies in (its header included), if any.
    #[inline]
    fn block_at(&self, slot: u32) -> Option<u32> {
        let distance = (slot + 1).checked_sub(self.first)?;
        let block = ((u64::from(distance) * self.reciprocal) >> RECIPROCAL_SHIFT) as u32;
        (block < self.blocks).then_some(block)
    }

    pub fn slot_of(&self, block: u32) -> u32 {
        self.first + block * self.stride
    }

    /// The window bytes of a block, header included.
    fn bytes_of(&self, block: u32) -> (u64, u64) {
        let from = (u64::from(self.slot_of(block)) - 1) * 16;
        (from, from + u64::from(self.stride) * 16)
    }
}

const RECIPROCAL_SHIFT: u32 = 40;

/// A block that is not in use: slot, place of its sites, and whether its memory was never used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block(u64);

impl Block {
    const FRESH: u64 = 1 << 63;

    #[inline]
    pub fn new(slot: u32, meta: u32, fresh: bool) -> Self {
        Block(u64::from(slot) | u64::from(meta) << 32 | if fresh { Self::FRESH } else { 0 })
    }
    #[inline]
    pub fn slot(self) -> u32 {
        self.0 as u32
    }
    #[inline]
    pub fn meta(self) -> u32 {
        (self.0 >> 32) as u32 & 0x7fff_ffff
    }
    #[inline]
    pub fn is_fresh(self) -> bool {
        self.0 & Self::FRESH != 0
    }
    #[inline]
    pub fn used(self) -> Self {
        Block(self.0 & !Self::FRESH)
    }
}

impl Space {
    pub fn new(layout: Layout, slack: u64) -> io::Result<Self> {
        let chunks = (layout.window / layout.chunk) as usize;
        Ok(Self {
            window: Window::new(layout, slack)?,
            chunks: Table::new(chunks)?,
            spans: Table::new(chunks)?,
            span_count: AtomicU32::new(0),
            meta: Table::new((layout.window / 32) as usize)?,
            meta_used: AtomicU32::new(0),
            chunk_shift: (layout.chunk / 16).ilog2(),
        })
    }

    #[inline]
    pub fn layout(&self) -> &Layout {
        &self.window.layout
    }

    /// Carves a run of chunks into blocks. The caller holds the heap's lock and owns the run.
    pub fn add_span(&self, first_byte: u64, bytes: u64, bin: usize) -> Span {
        let align = classes::align_of(bin);
        let stride = classes::stride_units(bin);
        let lead = align - 16;
        let blocks = ((bytes - lead) / (stride * 16)) as u32;
        let meta = self.meta_used.load(Relaxed);
        self.meta_used.store(meta + blocks, Relaxed);
        let number = self.span_count.load(Relaxed);
        let first = ((first_byte + align) / 16) as u32;
        let reciprocal = (1u64 << RECIPROCAL_SHIFT).div_ceil(stride);
        let span = Span { first, stride: stride as u32, blocks, meta, reciprocal, bin: bin as u32 };
        let words = &self.spans[number as usize];
        words[0].store(u64::from(span.first) | u64::from(span.stride) << 32, Relaxed);
        words[1].store(u64::from(span.blocks) | u64::from(span.meta) << 32, Relaxed);
        words[2].store(span.reciprocal, Relaxed);
        words[3].store(u64::from(span.bin), Relaxed);
        self.span_count.store(number + 1, Release);
        for chunk in first_byte / self.layout().chunk..(first_byte + bytes) / self.layout().chunk {
            self.chunks[chunk as usize].store(number + 1, Release);
        }
        span
    }

    #[inline]
    fn span(&self, number: u32) -> Span {
        let words = &self.spans[number as usize];
        let (first, blocks) = (words[0].load(Relaxed), words[1].load(Relaxed));
        Span {
            first: first as u32,
            stride: (first >> 32) as u32,
            blocks: blocks as u32,
            meta: (blocks >> 32) as u32,
            reciprocal: words[2].load(Relaxed),
            bin: words[3].load(Relaxed) as u32,
        }
    }

    /// The number of blocks in all spans.
    pub fn blocks(&self) -> u64 {
        u64::from(self.meta_used.load(Relaxed))
    }

    /// All spans.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        (0..self.span_count.load(Acquire)).map(|n| self.span(n))
    }

    /// The span and block that a slot lies in, base or not.
    #[inline]
    pub fn block_at(&self, slot: u32) -> Option<(Span, u32)> {
        let number = self.chunks.get((slot >> self.chunk_shift) as usize)?.load(Acquire).checked_sub(1)?;
        let span = self.span(number);
        let block = span.block_at(slot)?;
        Some((span, block))
    }

    /// Whether the slot lies in a span, be it in a block or in the span's unused edge.
    pub fn in_span(&self, slot: u32) -> bool {
        self.chunks.get((slot >> self.chunk_shift) as usize).is_some_and(|c| c.load(Acquire) != 0)
    }

    /// The sites of a block.
    #[inline]
    pub fn sites(&self, meta: u32) -> (SiteId, SiteId) {
        let sites = self.meta[meta as usize].load(Relaxed);
        (SiteId(sites as u32), SiteId((sites >> 32) as u32))
    }

    /// Begins an object in a block: next key, zeroed bytes, header, sites, live at last.
    #[inline]
    pub fn begin(&self, block: Block, size: u64, kind: ObjectKind, site: SiteId) -> GuestPtr {
        let slot = block.slot();
        let header = self.window.header(slot);
        let layout = self.layout();
        let (key, is_last) = layout.step(slot, layout.key_of(slot, header.start.load(Relaxed)));
        let start = layout.start(slot, key);
        if !block.is_fresh() {
            self.window.zero_block(slot, size);
        }
        header.start.store(start, Relaxed);
        header.read_size.store(size as u32, Relaxed);
        header.write_size.store(size as u32, Relaxed);
        self.meta[block.meta() as usize].store(u64::from(site.0), Relaxed);
        self.window.set_state(slot, State::live(kind, is_last));
        GuestPtr::new(start)
    }

    /// Ends a live object in a block; true if the slot has a key left.
    #[inline]
    pub fn end(&self, slot: u32, meta: u32, site: SiteId, history: &History) -> bool {
        let state = self.window.state(slot);
        self.window.set_state(slot, state.ended());
        let header = self.window.header(slot);
        let start = header.start.load(Relaxed);
        let size = header.read_size.load(Relaxed);
        header.read_size.store(0, Relaxed);
        header.write_size.store(0, Relaxed);
        header.start.store(start | u64::from(size), Relaxed);
        let sites = &self.meta[meta as usize];
        let alloc_site = sites.load(Relaxed) as u32;
        sites.store(u64::from(alloc_site) | u64::from(site.0) << 32, Relaxed);
        history.push(start, state.kind().unwrap_or(ObjectKind::Heap), size, alloc_site, site);
        !state.has_last_key()
    }

    /// Retires a slot whose keys are used up, and gives back the pages that only retired slots are left in.
    /// Returns the number of bytes given back.
    pub fn retire(&self, slot: u32) -> u64 {
        let state = self.window.state(slot);
        self.window.set_state(slot, State(state.0 | crate::window::RETIRED));
        let Some((span, block)) = self.block_at(slot) else { return 0 };
        let (from, to) = span.bytes_of(block);
        let low = if self.page_is_done(&span, block, from / PAGE * PAGE, -1) {
            from / PAGE
        } else {
            from.div_ceil(PAGE)
        };
        let high = if self.page_is_done(&span, block, to.next_multiple_of(PAGE), 1) {
            to.div_ceil(PAGE)
        } else {
            to / PAGE
        };
        let pages = high.saturating_sub(low);
        self.window.discard(low, pages);
        pages * PAGE
    }

    /// Whether all blocks from this one to the page's edge are retired.
    fn page_is_done(&self, span: &Span, block: u32, edge: u64, step: i32) -> bool {
        let mut at = block;
        loop {
            let (from, to) = span.bytes_of(at);
            if (step < 0 && from <= edge) || (step > 0 && to >= edge) {
                return true;
            }
            // Beyond the span's blocks lies nothing but its own unused edge.
            at = match at.checked_add_signed(step) {
                Some(next) if next < span.blocks => next,
                _ => return true,
            };
            if !self.window.state(span.slot_of(at)).is_retired() {
                return false;
            }
        }
    }
}
