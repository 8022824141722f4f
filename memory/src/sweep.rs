//! The sweep: when the window has run out, looks for words that still name retired slots and opens the others again.
//! Everything that the guest can reach is read: live objects, at every byte offset, and the registers of its threads
//! through the root scanner. Pointers that are XORed, printed or packed escape it; a report of such a run says so.

use crate::heap::Heap;
use crate::large::LargeObjects;
use crate::ptr::GuestPtr;
use crate::raw::PAGE;
use crate::space::{Block, Space};
use crate::window::State;
use std::sync::Weak;
use std::sync::atomic::Ordering::Relaxed;

/// A sweep reads all live memory: it must be able to bring back one block in so many ...
const WORTH_BLOCKS: u64 = 256;
/// ... or the pages of so many large objects.
const WORTH_LARGE: u64 = 32;

impl Heap {
    /// Sweeps if enough slots have retired since the last time; whether anything was opened.
    pub fn sweep_for_blocks(&mut self, space: &Space) -> bool {
        let worth = self.counters.retired_since_sweep > space.blocks() / WORTH_BLOCKS
            || self.counters.large_ended_since_sweep >= WORTH_LARGE;
        worth && self.sweep(space) > 0
    }

    /// Sweeps if enough large objects have ended since the last time; whether anything was opened.
    pub fn sweep_for_pages(&mut self, space: &Space) -> bool {
        self.counters.large_ended_since_sweep >= WORTH_LARGE && self.sweep(space) > 0
    }

    /// Opens retired slots and used-up pages that no word names any more. Returns how many.
    #[cold]
    fn sweep(&mut self, space: &Space) -> u64 {
        let window_pages = (space.layout().window / PAGE) as u32;
        self.counters.sweeps += 1;
        self.counters.retired_since_sweep = 0;
        self.counters.large_ended_since_sweep = 0;
        let large = &self.large;
        let mut mark = |word: u64| {
            let slot = GuestPtr::new(word).slot().index();
            if slot <= space.layout().slot_mask {
                space.window.mark_retired(slot);
                large.mark(slot);
            }
        };
        if let Some(scanner) = &self.scanner {
            scanner(&mut mark);
        }
        each_live(space, large, |slot, size| space.window.words(slot, size, 1, &mut mark));
        let opened = self.reopen_blocks(space) + self.large.reopen(window_pages);
        self.counters.reopened += opened;
        // A reopened slot gets the same keys again: what it held before must not answer for what it will hold.
        let reopened = |slot| match space.block_at(slot) {
            Some((span, block)) => {
                slot == span.slot_of(block)
                    && space.window.header(slot).start.load(Relaxed) == 0
                    && !space.window.state(slot).is_retired()
            }
            None => !space.in_span(slot) && !self.large.was_used(slot),
        };
        self.history.forget(reopened);
        self.threads.iter().filter_map(Weak::upgrade).for_each(|s| s.forget(reopened));
        opened
    }

    fn reopen_blocks(&mut self, space: &Space) -> u64 {
        let mut opened = 0;
        for span in space.spans() {
            for block in 0..span.blocks {
                let slot = span.slot_of(block);
                let state = space.window.state(slot);
                if state.is_marked() {
                    space.window.set_state(slot, State(state.0 & !crate::window::MARKED));
                } else if state.is_retired() {
                    if space.window.header(slot).start.load(Relaxed) == 0 {
                        self.charged += u64::from(span.stride) * 16;
                    }
                    space.window.set_state(slot, state.ended());
                    space.window.clear_header(slot);
                    self.put_block(
                        space,
                        Block::new(slot, span.meta + block, false),
                        span.bin as usize,
                        true,
                    );
                    self.counters.retired -= 1;
                    opened += 1;
                }
            }
        }
        opened
    }
}

/// Calls `each` with the slot and size of every live object.
pub(crate) fn each_live(space: &Space, large: &LargeObjects, mut each: impl FnMut(u32, u64)) {
    let mut visit = |slot: u32| each(slot, u64::from(space.window.header(slot).read_size.load(Relaxed)));
    for span in space.spans() {
        for block in 0..span.blocks {
            let slot = span.slot_of(block);
            if space.window.state(slot).is_live() {
                visit(slot);
            }
        }
    }
    for object in large.live.values() {
        visit(object.slot);
    }
    // Slot 0's object may begin anywhere in its room: all of the room is looked at.
    if space.window.state(0).is_live() {
        each(0, space.layout().low_room());
    }
}
