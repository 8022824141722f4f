//! One guest thread: registers, frames, stack objects.

use svm_memory::{GuestPtr, Memory, ObjectKind, SiteId, StackAllocator};

use crate::bytecode::Code;
use crate::report;

use super::registers::{Frame, RegisterStack};
use super::sites::{CodePos, Stack};
use super::{Limit, Process, Result, Trap};

/// A live `setjmp`.
pub(crate) struct Jump {
    /// What stands in the `jmp_buf`.
    pub(crate) token: u64,
    /// Where that is.
    pub(crate) buffer: GuestPtr,
    /// The frame that called `setjmp`.
    pub(crate) frame: *mut Frame,
    /// Its slots.
    pub(crate) fp: *mut u64,
    /// The instruction of the call.
    pub(crate) pc: *const u64,
    /// Where the result goes.
    pub(crate) slot: u32,
}

/// The state of one guest thread.
pub struct Thread {
    /// Stack objects of the live frames.
    pub stack: StackAllocator,
    /// The thread's `errno`, an object of its own.
    pub errno: GuestPtr,
    /// Name of the host function that runs, for messages; empty in guest code.
    pub host_function: &'static str,
    /// The thread's own copies of thread-local globals.
    pub(crate) locals: Box<[GuestPtr]>,
    /// The current instruction, as of the last call, trap or slow operation.
    pub(crate) pc: *const u64,
    /// The current frame's slots, likewise.
    pub(crate) fp: *mut u64,
    /// The innermost frame record.
    pub(crate) top: *mut Frame,
    /// IR instructions that may still run.
    pub(crate) fuel: u64,
    pub(crate) jumps: Vec<Jump>,
    /// Objects of variadic arguments, with the frames that made them.
    pub(crate) varargs: Vec<(*mut Frame, GuestPtr)>,
    /// The exception on its way: object and selector.
    pub(crate) exception: (GuestPtr, u32),
    pub(crate) next_token: u64,
    pub(crate) depth: u32,
    max_stack: u64,
    alloc_frames: usize,
    sites: std::sync::Arc<parking_lot::Mutex<super::sites::SiteTable>>,
    registers: RegisterStack,
}

/// Callbacks from host functions into the guest may nest this deep: each uses host stack.
pub(crate) const MAX_CALLBACK_DEPTH: u32 = 200;

impl Thread {
    /// A thread of the process, in no function.
    pub(crate) fn new(process: &Process) -> Result<Thread> {
        let config = &process.config;
        let registers = RegisterStack::new(config.max_stack).map_err(|_| Trap::Limit(Limit::Memory))?;
        let errno = object(&process.mem, 4, 4)?;
        Ok(Thread {
            stack: process.mem.stack(),
            errno,
            host_function: "",
            locals: process.make_thread_locals()?,
            pc: std::ptr::null(),
            fp: registers.first_slot(),
            top: registers.frames_end(),
            fuel: config.fuel.unwrap_or(u64::MAX),
            jumps: Vec::new(),
            varargs: Vec::new(),
            exception: (GuestPtr::NULL, 0),
            next_token: 0x5356_4d4a_0000_0001,
            depth: 0,
            max_stack: config.max_stack,
            alloc_frames: config.alloc_frames,
            sites: process.sites.clone(),
            registers,
        })
    }

    /// The site of an allocation or free made now: the innermost frames, interned.
    pub fn site(&mut self) -> SiteId {
        if self.alloc_frames == 0 {
            return SiteId::NONE;
        }
        let stack = self.positions(self.alloc_frames);
        self.sites.lock().intern(stack)
    }

    /// The site of the current instruction alone.
    pub(crate) fn own_site(&mut self) -> SiteId {
        let stack = self.positions(1.min(self.alloc_frames));
        self.sites.lock().intern(stack)
    }

    /// The innermost `max` frames.
    pub(crate) fn positions(&self, max: usize) -> Stack {
        let mut stack = Stack::new();
        let (mut pc, mut at) = (self.pc, self.top);
        let end = self.registers.frames_end();
        while at < end && stack.len() < max {
            // SAFETY: records from `top` to the end were pushed by calls and not popped; codes live as long
            // as the process.
            let (frame, code) = unsafe { (&*at, &*(*at).code) };
            if let Some(word) = code.word_index(pc) {
                stack.push(CodePos { func: code.func, word: word as u32 });
            }
            pc = frame.call_pc;
            at = at.wrapping_add(1);
        }
        stack
    }

    /// The guest's call stack, innermost first; inlined frames are frames.
    pub fn backtrace(&self, process: &Process) -> Vec<report::Frame> {
        process.frames(&self.positions(MAX_BACKTRACE))
    }

    /// The code that runs, if any does.
    pub(crate) fn code(&self) -> Option<&Code> {
        // SAFETY: as in `positions`.
        (self.top < self.registers.frames_end()).then(|| unsafe { &*(*self.top).code })
    }

    /// One past the record of the outermost frame.
    pub(crate) fn frames_end(&self) -> *mut Frame {
        self.registers.frames_end()
    }

    /// The first slot that no frame uses.
    pub(crate) fn free_slot(&self) -> *mut u64 {
        match self.code() {
            Some(code) => self.fp.wrapping_add(code.frame_slots as usize),
            None => self.registers.first_slot(),
        }
    }

    /// Makes sure that so many more bytes of stack objects fit into the limit.
    pub(crate) fn check_stack_bytes(&self, more: u64) -> Result<()> {
        let used = (self.free_slot() as usize - self.registers.first_slot() as usize) as u64;
        let total = used.saturating_add(self.stack.bytes()).saturating_add(more);
        if total > self.max_stack { Err(Trap::Limit(Limit::Stack)) } else { Ok(()) }
    }

    /// The words of all live registers: where guest pointers may be.
    pub(crate) fn each_register(&self, f: &mut dyn FnMut(u64)) {
        let (mut at, end) = (self.registers.first_slot(), self.free_slot());
        while at < end {
            // SAFETY: the slots from the first to the end of the last frame are mapped.
            f(unsafe { at.read() });
            at = at.wrapping_add(1);
        }
    }

    /// Frees what the thread holds in guest memory.
    pub(crate) fn close(self, mem: &Memory) {
        for (_, object) in &self.varargs {
            mem.release(*object);
        }
        for local in &self.locals {
            mem.release(*local);
        }
        mem.release(self.errno);
        self.stack.close(mem, SiteId::NONE);
    }
}

/// A report shows no more frames than this.
const MAX_BACKTRACE: usize = 10_000;

/// An object that belongs to the engine.
pub(crate) fn object(mem: &Memory, size: u64, align: u64) -> Result<GuestPtr> {
    mem.alloc(size, align, ObjectKind::Host, SiteId::NONE).map_err(|_| Trap::Limit(Limit::Memory))
}
