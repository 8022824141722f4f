//! One guest thread: registers, frames, stack objects.

use svm_memory::{GuestPtr, HeapCache, Memory, ObjectKind, SiteId, StackAllocator};

use std::sync::Arc;

use crate::bytecode::Code;
use crate::report;

use super::area::Area;
use super::registers::{Frame, RegisterStack};
use super::site_cache::{self, SiteCache};
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

/// What names the main thread for the guest, as `pthread_self` and the thread pointer give it. glibc's is an address
/// with low bits clear, which programs put marks into (mimalloc); no object is at this one.
pub const MAIN_THREAD: u64 = 1 << 20;

/// The state of one guest thread.
pub struct Thread {
    /// Stack objects of the live frames.
    pub stack: StackAllocator,
    /// Free blocks for its heap objects.
    pub(crate) heap: HeapCache,
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
    /// Jumps and calls that bytecode makes before it looks around.
    pub(crate) budget: i32,
    /// What the tiers know of this thread.
    pub(crate) pulse: crate::tier::Pulse,
    /// What compiled code reads.
    pub(crate) native: super::native::Native,
    /// What compiled code runs on, while it does not.
    pub(crate) host_stack: Option<super::stack::HostStack>,
    max_stack: u64,
    alloc_frames: usize,
    sites: Arc<parking_lot::Mutex<super::sites::SiteTable>>,
    site_cache: SiteCache,
    area: Arc<Area>,
}

// SAFETY: the raw pointers go into the thread's own register stack, which `area` keeps, and into code of its
// process; whoever has the thread uses both together.
unsafe impl Send for Thread {}

/// Callbacks from host functions into the guest may nest this deep: each uses host stack.
pub(crate) const MAX_CALLBACK_DEPTH: u32 = 200;

impl Thread {
    /// A thread of the process, in no function.
    pub(crate) fn new(process: &Process) -> Result<Thread> {
        let config = &process.config;
        let registers = RegisterStack::new(config.max_stack).map_err(|_| Trap::Limit(Limit::Memory))?;
        let (first_slot, frames_end) = (registers.first_slot(), registers.frames_end());
        let errno = object(&process.mem, 4, 4)?;
        Ok(Thread {
            stack: process.mem.stack(),
            heap: process.mem.heap_cache(),
            errno,
            host_function: "",
            locals: process.make_thread_locals()?,
            pc: std::ptr::null(),
            fp: first_slot,
            top: frames_end,
            fuel: process.fuel_given.load(std::sync::atomic::Ordering::Relaxed),
            jumps: Vec::new(),
            varargs: Vec::new(),
            exception: (GuestPtr::NULL, 0),
            next_token: 0x5356_4d4a_0000_0001,
            depth: 0,
            budget: 0,
            pulse: Default::default(),
            native: Default::default(),
            host_stack: None,
            max_stack: config.max_stack,
            alloc_frames: config.alloc_frames,
            sites: process.sites.clone(),
            site_cache: SiteCache::default(),
            area: process.areas.add(registers),
        })
    }

    /// The site of an allocation or free made now: the innermost frames, interned.
    #[inline]
    pub fn site(&mut self) -> SiteId {
        self.site_of(self.alloc_frames)
    }

    /// The site of the current instruction alone.
    pub(crate) fn own_site(&mut self) -> SiteId {
        self.site_of(1.min(self.alloc_frames))
    }

    /// The site of something made now, for those who only look at the thread: nothing is remembered for the next time.
    pub(crate) fn site_seen(&self) -> SiteId {
        match self.alloc_frames {
            0 => SiteId::NONE,
            frames => self.sites.lock().intern(self.positions(frames)),
        }
    }

    #[inline(always)]
    fn site_of(&mut self, frames: usize) -> SiteId {
        let (pcs, n) = self.pcs(frames.min(site_cache::FRAMES));
        if frames <= site_cache::FRAMES
            && let Some(site) = self.site_cache.get(&pcs)
        {
            return site;
        }
        self.new_site(frames, pcs, n)
    }

    #[cold]
    #[inline(never)]
    fn new_site(&mut self, frames: usize, pcs: site_cache::Pcs, n: usize) -> SiteId {
        if frames == 0 {
            return SiteId::NONE;
        }
        let short = frames <= site_cache::FRAMES;
        let stack = self.positions(frames);
        // A frame without a position would make room for one that is not among these.
        let whole = short && stack.len() == n;
        let site = self.sites.lock().intern(stack);
        if whole {
            self.site_cache.put(pcs, site);
        }
        site
    }

    /// Where the innermost frames stand, and how many there are. No loop: so the positions stay in registers.
    #[inline(always)]
    fn pcs(&self, max: usize) -> (site_cache::Pcs, usize) {
        let end = self.frames_end();
        let frame = |n: usize| self.top.wrapping_add(n);
        let count = (end as usize).saturating_sub(self.top as usize) / size_of::<Frame>();
        let n = count.min(max);
        // SAFETY: as in `positions`: the frame is one of those that there are.
        let call_pc = |i: usize| if i < n { unsafe { (*frame(i - 1)).call_pc as usize } } else { 0 };
        let first = if n > 0 { self.pc as usize } else { 0 };
        ([first, call_pc(1), call_pc(2), call_pc(3)], n)
    }

    /// The innermost `max` frames.
    pub(crate) fn positions(&self, max: usize) -> Stack {
        let mut stack = Stack::new();
        let (mut pc, mut at, mut left) = (self.pc, self.top, max);
        let end = self.frames_end();
        while at < end && left > 0 {
            // SAFETY: records from `top` to the end were pushed by calls and not popped; codes live as long
            // as the process.
            let (frame, code) = unsafe { (&*at, &*(*at).code) };
            if let Some(word) = code.word_index(pc) {
                let frames =
                    if code.inlined.is_empty() { 1 } else { code.functions_at(word).take(left).count() };
                left -= frames;
                stack.push(CodePos { code: code.number, word: word as u32, frames: frames as u32 });
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
        (self.top < self.frames_end()).then(|| unsafe { &*(*self.top).code })
    }

    /// One past the record of the outermost frame.
    pub(crate) fn frames_end(&self) -> *mut Frame {
        self.area.registers.frames_end()
    }

    /// The first slot that no frame uses.
    pub(crate) fn free_slot(&self) -> *mut u64 {
        match self.code() {
            Some(code) => self.fp.wrapping_add(code.frame_slots as usize),
            None => self.area.registers.first_slot(),
        }
    }

    /// Bytes of stack below the frame that is `level` calls out, or none if there is no such frame.
    pub(crate) fn frame_height(&self, level: u64) -> Option<u64> {
        let (mut at, mut fp) = (self.top, self.fp);
        for _ in 0..level {
            if at >= self.frames_end() {
                return None;
            }
            // SAFETY: as in `positions`.
            fp = unsafe { (*at).caller_fp };
            at = at.wrapping_add(1);
        }
        let records = (self.frames_end() as usize).checked_sub(at as usize).filter(|n| *n > 0)?;
        let slots = (fp as usize).checked_sub(self.area.registers.first_slot() as usize)?;
        Some((records + slots) as u64)
    }

    /// Makes sure that so many more bytes of stack objects fit into the limit.
    pub(crate) fn check_stack_bytes(&self, more: u64) -> Result<()> {
        let used = (self.free_slot() as usize - self.area.registers.first_slot() as usize) as u64;
        let total = used.saturating_add(self.stack.bytes()).saturating_add(more);
        if total > self.max_stack { Err(Trap::Limit(Limit::Stack)) } else { Ok(()) }
    }

    /// Begins a stack object of `count` times `size` bytes for the running frame.
    #[inline]
    pub(crate) fn push_object(
        &mut self,
        mem: &Memory,
        (size, count): (u64, u64),
        align: u64,
        site: SiteId,
    ) -> Result<GuestPtr> {
        let Some(size) = size.checked_mul(count) else { return Err(Trap::Limit(Limit::Stack)) };
        self.check_stack_bytes(size)?;
        self.stack.alloc(mem, size, align, site).map_err(|_| Trap::Limit(Limit::Stack))
    }

    /// Lets a sweep know which registers are live: before anything that may allocate.
    #[inline(always)]
    pub(crate) fn publish(&self) {
        self.area.publish(self.fp, self.top);
    }

    /// See [`Area::set_native_base`].
    pub(super) fn set_native_base(&self, base: usize) {
        self.area.set_native_base(base);
    }

    /// Gives up everything that runs: no frame is left, as before the first call.
    pub(crate) fn abandon(&mut self, mem: &Memory) {
        self.jumps.clear();
        for (_, object) in self.varargs.drain(..) {
            mem.release(object);
        }
        self.stack.release_to(mem, 0, SiteId::NONE);
        (self.pc, self.host_function, self.depth) = (std::ptr::null(), "", 0);
        (self.fp, self.top) = (self.area.registers.first_slot(), self.frames_end());
        self.publish();
    }
}

/// A report shows no more frames than this.
const MAX_BACKTRACE: usize = 10_000;

/// An object that belongs to the engine.
pub(crate) fn object(mem: &Memory, size: u64, align: u64) -> Result<GuestPtr> {
    mem.alloc(size, align, ObjectKind::Host, SiteId::NONE).map_err(|_| Trap::Limit(Limit::Memory))
}
