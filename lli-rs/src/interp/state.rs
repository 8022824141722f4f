//! The interpreter's state while it runs: kept in locals by the dispatch loop, so nothing that is not
//! inlined may take it by reference.
#![allow(unsafe_code)]

use svm_memory::View;

use crate::bytecode::{Code, Desc, Word};
use crate::machine::{Process, Result, Thread};

/// Registers of the interpreter.
pub(super) struct Interp<'a> {
    /// The current instruction.
    pub(super) pc: *const u64,
    /// The current frame's slot 0.
    pub(super) fp: *mut u64,
    /// The check.
    pub(super) view: View,
    /// Jumps and calls until the next look at what else there is: a request to stop, compiled code.
    pub(super) budget: i32,
    pub(super) process: &'a Process,
    pub(super) thread: &'a mut Thread,
}

impl<'a> Interp<'a> {
    /// Takes up where the thread is.
    pub(super) fn enter(process: &'a Process, thread: &'a mut Thread) -> Self {
        Self {
            pc: thread.pc,
            fp: thread.fp,
            view: process.mem.view(),
            budget: thread.budget,
            process,
            thread,
        }
    }

    /// The instruction at `pc`.
    #[inline(always)]
    pub(super) fn fetch(&self) -> Word {
        // SAFETY: `pc` is at the first word of an instruction of checked code: entry, a branch target that
        // the checker has seen, or the word after an instruction that does not end control.
        Word(unsafe { *self.pc })
    }

    /// The n-th word after the instruction's first.
    #[inline(always)]
    pub(super) fn ext(&self, n: usize) -> u64 {
        // SAFETY: the checker has seen that the instruction's extension words are there.
        unsafe { *self.pc.add(n) }
    }

    /// Reads a slot.
    #[inline(always)]
    pub(super) fn get(&self, slot: u16) -> u64 {
        // SAFETY: the checker has seen that the slot lies in the frame, and a frame's slots are mapped
        // (calls test the whole frame against the register stack's end).
        unsafe { *self.fp.add(slot as usize) }
    }

    /// Writes a slot.
    #[inline(always)]
    pub(super) fn set(&mut self, slot: u16, value: u64) {
        // SAFETY: as in `get`.
        unsafe { *self.fp.add(slot as usize) = value }
    }

    /// Goes on `n` words further.
    #[inline(always)]
    pub(super) fn advance(&mut self, n: usize) {
        self.pc = self.pc.wrapping_add(n);
    }

    /// Takes the branch whose offset is the low half of `ext`.
    #[inline(always)]
    pub(super) fn jump(&mut self, ext: u64) -> Result<()> {
        let to = self.pc.wrapping_offset(ext as i32 as isize);
        self.budget -= 1;
        if self.budget < 0 {
            return self.look(to);
        }
        self.pc = to;
        Ok(())
    }

    /// What a jump does but for going elsewhere.
    #[inline(always)]
    pub(super) fn poll(&mut self) -> Result<()> {
        self.budget -= 1;
        if self.budget < 0 { self.look(self.pc) } else { Ok(()) }
    }

    /// The budget is used up on the way to `to`.
    #[inline(always)]
    fn look(&mut self, to: *const u64) -> Result<()> {
        let result = super::poll::look(self.process, self.thread, self.pc, self.fp, to);
        (self.pc, self.fp, self.budget) = (self.thread.pc, self.thread.fp, self.thread.budget);
        result
    }

    /// Lets the thread know where it is: before anything that looks at frames, allocates
    /// or calls out.
    #[inline(always)]
    pub(super) fn save(&mut self) {
        self.thread.pc = self.pc;
        self.thread.fp = self.fp;
        self.thread.publish();
    }

    /// The code that runs.
    #[inline(always)]
    pub(super) fn code(&self) -> &'a Code {
        // SAFETY: the innermost record is the running function's, and code lives as long as the process.
        unsafe { &*(*self.thread.top).code }
    }

    /// A descriptor of the running code.
    #[inline(always)]
    pub(super) fn desc(&self, index: u64) -> &'a Desc {
        // The checker has seen the index; the bounds test costs nothing next to what follows.
        &self.code().descs[index as usize]
    }
}

/// Keeps the end of a handler apart from others that look the same: each then has an indirect jump of its
/// own to the next handler, which the processor predicts by where it comes from. Costs no instruction.
macro_rules! own_tail {
    ($name:ident) => {
        // SAFETY: a comment.
        unsafe { std::arch::asm!(concat!("# ", stringify!($name)), options(nomem, nostack, preserves_flags)) }
    };
}
pub(super) use own_tail;
