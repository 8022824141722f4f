//! Where the tiers meet: what compiled code sees of a thread, what it may call, and the way into it.
//!
//! Compiled code pushes the interpreter's own frame records and has a [`Code`] of its own, whose words are the
//! places where it can stop or call out: each is an ordinary instruction of bytecode, followed by `Exit`. So
//! one helper, [`run`], does everything that has no native form, and backtraces, sites, `longjmp` and the
//! sweep work on the frames of compiled code as on any other.
//!
//! A function's native form is `{ i32 status, result } f(ptr thread, ptr slots, arguments)`. Whoever calls it
//! has written the call's position, its own slots (and variadic arguments) to the record below the innermost
//! one. A status that is not zero means that the thread has a trap pending that something on the way out might
//! catch; frames are then left as they are. What nothing of the guest's catches leaves all compiled frames at once
//! ([`super::trampoline`]).
#![allow(unsafe_code)]

use std::mem::offset_of;

use svm_memory::{AccessKind, GuestPtr, SLOT_UNIT};

use super::functions::FuncCell;
use super::registers::Frame;
use super::stack::HostStack;
use super::{Limit, Process, Result, Thread, Trap};
use crate::bytecode::code::NativeEntry;
use crate::bytecode::{Code, Word};

/// What compiled code reads of a thread, its cells and its frame records: byte offsets.
pub(crate) mod offset {
    use super::*;

    pub(crate) const TOP: usize = offset_of!(Thread, top);
    pub(crate) const FUEL: usize = offset_of!(Thread, fuel);
    pub(crate) const BUDGET: usize = offset_of!(Thread, budget);
    pub(crate) const WINDOW: usize = offset_of!(Thread, native) + offset_of!(Native, window);
    pub(crate) const LIVE: usize = offset_of!(Thread, native) + offset_of!(Native, live);
    pub(crate) const MASK: usize = offset_of!(Thread, native) + offset_of!(Native, slot_mask);
    pub(crate) const STOP: usize = offset_of!(Thread, native) + offset_of!(Native, stop);
    pub(crate) const LIMIT: usize = offset_of!(Thread, native) + offset_of!(Native, limit);
    pub(crate) const LOCALS: usize = offset_of!(Thread, native) + offset_of!(Native, locals);
    pub(crate) const EXIT: usize = offset_of!(Thread, native) + offset_of!(Native, exit);
    pub(crate) const CELL_ADDRESS: usize = offset_of!(FuncCell, address);
    pub(crate) const CELL_TYPE: usize = offset_of!(FuncCell, sig_id);
    pub(crate) const CELL_NATIVE: usize = offset_of!(FuncCell, native);
    pub(crate) const CALL_PC: usize = offset_of!(Frame, call_pc);
    pub(crate) const CALLER_FP: usize = offset_of!(Frame, caller_fp);
    pub(crate) const CODE: usize = offset_of!(Frame, code);
    pub(crate) const VARARGS: usize = offset_of!(Frame, varargs);
}

/// A thread's part that compiled code reads; set at each way in.
pub(crate) struct Native {
    process: *const Process,
    window: usize,
    live: usize,
    slot_mask: u64,
    stop: *const std::sync::atomic::AtomicBool,
    locals: *const GuestPtr,
    /// The stack pointer must stay above.
    limit: usize,
    /// The stack pointer where compiled code was entered.
    exit: usize,
    /// Why compiled code has returned with a status.
    pending: Option<Trap>,
}

impl Default for Native {
    fn default() -> Self {
        Native {
            process: std::ptr::null(),
            window: 0,
            live: 0,
            slot_mask: 0,
            stop: std::ptr::null(),
            locals: std::ptr::null(),
            limit: 0,
            exit: 0,
            pending: None,
        }
    }
}

/// What is left of the host's stack for a helper when compiled code has reached the limit.
const HELPER_STACK: usize = 512 << 10;

/// What must be left of the host's stack for a frame to change to compiled code.
const LOOP_STACK: usize = 64 << 10;

/// What must be left of the host's stack for a tail call from bytecode to go into compiled code.
const TAIL_STACK: usize = 4 << 20;

/// Whether a tail call from bytecode may go into compiled code. When that calls bytecode in tail position again, the host's
/// stack has grown by both ways in: two functions, one of them compiled, would use it up.
pub(crate) fn has_room_for_tail_calls(thread: &Thread) -> bool {
    stack_pointer() > thread.native.limit + TAIL_STACK
}

/// Runs `f`, which may enter compiled code, on a stack that follows the guest's limit: the thread's own, made at the
/// first entry.
pub(crate) fn on_big_stack<T>(
    process: &Process,
    thread: &mut Thread,
    f: impl FnOnce(&mut Thread) -> Result<T>,
) -> Result<T> {
    if process.config.tier == super::Tier::Interp || thread.native.limit != 0 {
        return f(thread);
    }
    let stack = match thread.host_stack.take() {
        Some(stack) => stack,
        None => {
            // A frame of compiled code rarely takes more than its slots and record do.
            let bytes = usize::try_from(process.config.max_stack).unwrap_or(usize::MAX / 8).saturating_mul(4);
            HostStack::new(bytes.clamp(8 << 20, 4 << 30)).map_err(|_| Trap::Limit(Limit::Memory))?
        }
    };
    let limit = stack.lowest() + HELPER_STACK;
    // Should `f` panic, the stack goes with its frames, and the thread gets another one.
    let result = stack.run(|| {
        thread.native.limit = limit;
        thread.set_native_base(stack_pointer());
        let result = f(thread);
        thread.native.limit = 0;
        thread.set_native_base(0);
        result
    });
    thread.host_stack = Some(stack);
    result
}

#[inline(always)]
fn stack_pointer() -> usize {
    let at: usize;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, rsp", out(reg) at, options(nomem, nostack, preserves_flags)) };
    at
}

/// Whether a frame at these slots can go on in compiled code without reaching a limit.
pub(crate) fn has_room(thread: &Thread, code: &Code, fp: *mut u64) -> bool {
    let end = fp.wrapping_add(code.frame_slots as usize) as usize;
    // The record is there already; one more is for what it calls.
    end <= thread.top.wrapping_sub(1) as usize && stack_pointer() > thread.native.limit + LOOP_STACK
}

/// Goes on in compiled code in the middle of a frame; its result is in its first slots then, and it is gone.
pub(crate) fn enter_loop(process: &Process, thread: &mut Thread, code: &Code, fp: *mut u64) -> Result<()> {
    let Some(entry) = code.native else { return Err(Trap::Unreachable) };
    process.tiering.entered();
    enter(process, thread, entry, fp)
}

/// Goes into the compiled function whose record the caller has pushed, at these slots. Its result is in its
/// first slots then.
pub(crate) fn enter(process: &Process, thread: &mut Thread, entry: NativeEntry, fp: *mut u64) -> Result<()> {
    if stack_pointer() < thread.native.limit {
        // As where a record finds no room: the caller stands at the call.
        // SAFETY: the record of the function is the innermost one.
        let record = unsafe { &*thread.top };
        (thread.pc, thread.fp) = (record.call_pc, record.caller_fp);
        thread.top = thread.top.wrapping_add(1);
        return Err(Trap::Limit(Limit::Stack));
    }
    let exit = thread.native.exit;
    prepare(process, thread);
    // The function pushes the record itself.
    thread.top = thread.top.wrapping_add(1);
    // SAFETY: the entry belongs to live code of this process, made for this protocol.
    let status = unsafe { super::trampoline::enter(thread, fp, entry.target, entry.stub) };
    thread.native.exit = exit;
    match status {
        0 => Ok(()),
        _ => Err(thread.native.pending.take().unwrap_or(Trap::Unreachable)),
    }
}

/// Sets what compiled code reads of the thread, the stack's limits apart.
fn prepare(process: &Process, thread: &mut Thread) {
    let view = process.mem.view();
    thread.native = Native {
        process,
        window: view.window_base(),
        live: view.live_base(),
        slot_mask: view.slot_mask(),
        stop: process.interrupt.flag(),
        locals: thread.locals.as_ptr(),
        limit: thread.native.limit,
        exit: thread.native.exit,
        pending: None,
    };
}

/// Makes the thread ready for [`enter_again`]; whether it runs on the stack for compiled code.
pub(crate) fn ready(process: &Process, thread: &mut Thread) -> bool {
    let on_stack = thread.native.limit != 0 && stack_pointer() > thread.native.limit + LOOP_STACK;
    if on_stack {
        prepare(process, thread);
    }
    on_stack
}

/// As [`enter`], with nothing of the guest's around it. The trap is boxed: a result in registers is not read again before
/// its stores have settled.
///
/// # Safety
///
/// [`ready`] was true, and nothing has left that stack since; there is room for the frame and its record at the
/// innermost end of the thread's.
#[inline(always)]
pub(crate) unsafe fn enter_again(
    thread: &mut Thread,
    entry: NativeEntry,
    fp: *mut u64,
) -> std::result::Result<(), Box<Trap>> {
    // SAFETY: the entry belongs to live code of this process, made for this protocol.
    match unsafe { super::trampoline::enter(thread, fp, entry.target, entry.stub) } {
        0 => Ok(()),
        _ => Err(Box::new(thread.native.pending.take().unwrap_or(Trap::Unreachable))),
    }
}

/// A value and a status, in two registers.
#[repr(C)]
pub(super) struct Two {
    pub(super) value: u64,
    pub(super) status: u32,
}

pub(super) fn process<'a>(thread: &Thread) -> &'a Process {
    // SAFETY: `enter` has set it, and the process outlives what runs in it.
    unsafe { &*thread.native.process }
}

/// The thread that stands at `pc` now.
///
/// # Safety
///
/// `thread` is what `enter` was given; nothing else uses it until the helper is done.
pub(super) unsafe fn stand<'a>(thread: *mut Thread, fp: *mut u64, pc: *const u64) -> &'a mut Thread {
    // SAFETY: as the function's contract says.
    let thread = unsafe { &mut *thread };
    (thread.fp, thread.pc) = (fp, pc);
    thread.publish();
    thread
}

/// The same for helpers on cold paths: where the place names a code, the frame's record is not there yet and is
/// pushed now. Whether it was.
///
/// # Safety
///
/// As for [`stand`]; `pc` is a place made for this.
unsafe fn stand_cold<'a>(thread: *mut Thread, fp: *mut u64, pc: *const u64) -> (&'a mut Thread, bool) {
    // SAFETY: a place has two words; the caller of the frame's function has made sure that there is room for a
    // record, and has written what it says of the call.
    let pushed = unsafe {
        let code = std::ptr::with_exposed_provenance::<Code>(*pc.add(1) as usize);
        if !code.is_null() {
            (*thread).top = (*thread).top.wrapping_sub(1);
            let record = &mut *(*thread).top;
            (record.code, record.varargs) = (code, std::ptr::null());
        }
        !code.is_null()
    };
    // SAFETY: as the function's contract says.
    (unsafe { stand(thread, fp, pc) }, pushed)
}

pub(super) fn status(thread: &mut Thread, outcome: Result<()>) -> u32 {
    match outcome {
        Ok(()) => 0,
        Err(trap) => {
            thread.native.pending = Some(trap);
            1
        }
    }
}

/// Runs the instruction of bytecode at `pc`, and whatever it calls.
unsafe extern "C" fn run(thread: *mut Thread, fp: *mut u64, pc: *const u64) -> u32 {
    // SAFETY: compiled code hands on what it was given.
    let thread = unsafe { stand(thread, fp, pc) };
    if stack_pointer() < thread.native.limit {
        return status(thread, Err(Trap::Limit(Limit::Stack)));
    }
    let outcome = crate::interp::run_on_top(process(thread), thread);
    status(thread, outcome)
}

/// Runs an instruction that calls nothing of the guest's.
unsafe extern "C" fn operation(thread: *mut Thread, fp: *mut u64, pc: *const u64) -> u32 {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    let outcome = crate::interp::direct::operation(process(thread), thread);
    status(thread, outcome)
}

/// Calls a host function.
unsafe extern "C" fn host(thread: *mut Thread, fp: *mut u64, pc: *const u64) -> u32 {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    if stack_pointer() < thread.native.limit {
        return status(thread, Err(Trap::Limit(Limit::Stack)));
    }
    let outcome = crate::interp::direct::host(process(thread), thread);
    status(thread, outcome)
}

/// `memcpy` and `memmove`.
pub(super) unsafe extern "C" fn copy(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    to: u64,
    from: u64,
    len: u64,
) -> u32 {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    let outcome = process(thread).mem.copy(GuestPtr::new(to), GuestPtr::new(from), len);
    status(thread, outcome.map_err(Trap::from))
}

/// `memset`.
pub(super) unsafe extern "C" fn fill(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    to: u64,
    byte: u64,
    len: u64,
) -> u32 {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    let outcome = process(thread).mem.fill(GuestPtr::new(to), byte as u8, len);
    status(thread, outcome.map_err(Trap::from))
}

/// A check that has failed; its place tells its length and whether it is for writing. `offset` is what compiled code
/// has compared: the distance of the pointer from `start`, which it takes for the root's own start. Gives the distance
/// from the root's slot of what may be accessed all the same.
pub(super) unsafe extern "C" fn check(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    offset: u64,
    root: u64,
    start: u64,
) -> Two {
    // SAFETY: a place is an instruction.
    let place = Word(unsafe { *pc });
    let (len, write) = (u64::from(place.a()) | u64::from(place.b()) << 16, place.c() != 0);
    // SAFETY: as in `run`; checks have places of their own.
    unsafe { check_at(thread, fp, pc, (start.wrapping_add(offset), root), len, write, root) }
}

/// The same of a pointer; the length's top bit tells a write. Gives the window offset.
pub(super) unsafe extern "C" fn check_pointer(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    ptr: u64,
    root: u64,
    len: u64,
) -> Two {
    // SAFETY: as above.
    unsafe { check_at(thread, fp, pc, (ptr, root), len & !(1 << 63), len >> 63 != 0, 0) }
}

/// Gives the distance of what may be accessed from the slot that `from` names.
///
/// # Safety
///
/// As for [`stand_cold`].
unsafe fn check_at(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    (ptr, root): (u64, u64),
    len: u64,
    write: bool,
    from: u64,
) -> Two {
    // SAFETY: as the function's contract says.
    let (thread, pushed) = unsafe { stand_cold(thread, fp, pc) };
    let mem = &process(thread).mem;
    let kind = if write { AccessKind::Write } else { AccessKind::Read };
    if let Err(fault) = mem.check_slow(GuestPtr::new(ptr), GuestPtr::new(root), len, kind) {
        return Two { value: 0, status: status(thread, Err(fault.into())) };
    }
    let view = mem.view();
    let at = if write { view.writable(ptr, ptr, len) } else { view.readable(ptr, ptr, len) };
    if pushed {
        thread.top = thread.top.wrapping_add(1);
    }
    match at {
        Some(at) => {
            let base = ((from >> 32) & view.slot_mask()) * SLOT_UNIT;
            let at = (at.addr() - view.window_base()) as u64;
            Two { value: at.wrapping_sub(base), status: 0 }
        }
        None => Two { value: 0, status: status(thread, Err(Trap::Unreachable)) },
    }
}

/// A trap by number.
pub(super) unsafe extern "C" fn trap(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    kind: u64,
    value: u64,
) -> u32 {
    // SAFETY: as in `run`; traps have places of their own.
    let (thread, _) = unsafe { stand_cold(thread, fp, pc) };
    let trap = match kind {
        trap_kind::DIVIDE_BY_ZERO => Trap::DivideByZero,
        trap_kind::DIVIDE_OVERFLOW => Trap::DivideOverflow,
        trap_kind::BAD_JUMP => Trap::BadJump(value),
        trap_kind::FUEL => Trap::Limit(Limit::Fuel),
        trap_kind::STOP => process(thread).stop_reason(),
        _ => Trap::Unreachable,
    };
    status(thread, Err(trap))
}

/// What [`trap`] raises.
pub(crate) mod trap_kind {
    pub(crate) const DIVIDE_BY_ZERO: u64 = 0;
    pub(crate) const DIVIDE_OVERFLOW: u64 = 1;
    pub(crate) const BAD_JUMP: u64 = 2;
    pub(crate) const FUEL: u64 = 3;
    pub(crate) const STOP: u64 = 4;
}

/// The stack has no room for the frame that the caller was about to enter.
pub(super) unsafe extern "C" fn exhausted(thread: *mut Thread, _: *mut u64, _: *const u64) -> u32 {
    // SAFETY: as in `run`; the record below the innermost one tells where the caller stands.
    let thread = unsafe {
        let record = &*(*thread).top.wrapping_sub(1);
        stand(thread, record.caller_fp, record.call_pc)
    };
    status(thread, Err(Trap::Limit(Limit::Stack)))
}

/// After a call that has ended with a trap: whether an exception lands in this frame, which is then the
/// innermost one.
unsafe extern "C" fn landing(thread: *mut Thread, _: *mut u64, frame: *const u64) -> u32 {
    // SAFETY: as in `run`.
    let thread = unsafe { &mut *thread };
    let Some(Trap::Unwind { exception }) = thread.native.pending else { return 0 };
    thread.native.pending = None;
    crate::interp::cut(process(thread), thread, frame.cast_mut().cast::<Frame>());
    thread.exception.0 = exception;
    thread.host_function = "";
    1
}

/// After a call that has ended with a trap: the word of the place of the call in this frame that returns once more,
/// or the highest number if none does. The frame is then the innermost one.
unsafe extern "C" fn resume(thread: *mut Thread, _: *mut u64, frame: *const u64) -> u64 {
    // SAFETY: as in `run`.
    let thread = unsafe { &mut *thread };
    let frame = frame.cast_mut().cast::<Frame>();
    let Some(Trap::LongJump { token, value }) = thread.native.pending else { return u64::MAX };
    let Some(jump) = thread.jumps.iter().find(|j| j.token == token && j.frame == frame) else {
        return u64::MAX;
    };
    let (fp, pc, slot) = (jump.fp, jump.pc, jump.slot);
    thread.native.pending = None;
    crate::interp::cut(process(thread), thread, frame);
    // SAFETY: the frame runs, and the slot and the code are its own.
    let word = unsafe {
        *fp.add(slot as usize) = u64::from(value as u32);
        (*(*frame).code).word_index(pc)
    };
    thread.host_function = "";
    word.map_or(u64::MAX, |word| word as u64)
}

/// The budget is used up at the entry or at a loop head of code that was compiled quickly, whose live values lie in their
/// slots: 0 to go on; otherwise the frame has been run to its end in better code, 1 with a trap, 2 with a result.
unsafe extern "C" fn look(thread: *mut Thread, fp: *mut u64, pc: *const u64) -> u32 {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    let process = process(thread);
    // SAFETY: the record of the code that looks is the innermost one, and code lives as long as the process.
    let code = unsafe { &*(*thread.top).code };
    let word = code.word_index(pc).unwrap_or(usize::MAX);
    let next = process.tiering.look_again(process, code, &mut thread.pulse, word);
    thread.budget = next.budget;
    let Some(better) = next.enter else { return 0 };
    if !has_room(thread, better, fp) {
        process.tiering.no_room_for_better();
        return 0;
    }
    process.tiering.entered_better();
    let Some(entry) = better.native else { return 0 };
    match enter(process, thread, entry, fp) {
        Ok(()) => 2,
        outcome => status(thread, outcome),
    }
}

/// The height of the stack of objects: what `Enter` of the bytecode does.
unsafe extern "C" fn mark(thread: *mut Thread, _: *mut u64, _: *const u64) -> u64 {
    // SAFETY: as in `run`.
    unsafe { &*thread }.stack.mark() as u64
}

/// Begins a stack object of `count` times `size` bytes.
unsafe extern "C" fn alloca(
    thread: *mut Thread,
    fp: *mut u64,
    pc: *const u64,
    size: u64,
    count: u64,
    align: u64,
) -> Two {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    let site = thread.own_site();
    match thread.push_object(&process(thread).mem, (size, count), align, site) {
        Ok(p) => Two { value: p.bits(), status: 0 },
        Err(trap) => Two { value: 0, status: status(thread, Err(trap)) },
    }
}

/// Ends the stack objects of the running frame: those above its mark.
unsafe extern "C" fn release(thread: *mut Thread, fp: *mut u64, pc: *const u64, mark: u64) {
    // SAFETY: as in `run`.
    let thread = unsafe { stand(thread, fp, pc) };
    let mark = mark as usize;
    if thread.stack.mark() > mark || !thread.jumps.is_empty() || !thread.varargs.is_empty() {
        let site = thread.own_site();
        crate::interp::release_above(process(thread), thread, mark, site);
    }
}

/// Runs the call that the caller's record names, whose arguments lie where the callee's slots begin: a callee
/// that has no compiled form, or one that is none.
unsafe extern "C" fn call(thread: *mut Thread, _: *mut u64, _: *const u64) -> u32 {
    // SAFETY: as in `run`; whoever calls has written the record below the innermost one.
    unsafe {
        let record = &*(*thread).top.wrapping_sub(1);
        run(thread, record.caller_fp, record.call_pc)
    }
}

/// How a helper returns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    /// With a status.
    Status,
    /// With a word.
    Word,
    /// With a word and a status: [`Two`].
    Two,
    /// With nothing, if it does.
    Void,
    /// With a word, all registers as they were, and no memory written that compiled code reads. If it returns.
    Checked,
    /// Not at all.
    Never,
}

/// A function that compiled code may call: its first parameters are thread, slots and position, then come
/// words.
pub(crate) struct Helper {
    /// Its symbol.
    pub(crate) name: &'static str,
    /// Where it is.
    pub(crate) address: fn() -> usize,
    /// Words after the first three parameters.
    pub(crate) words: usize,
    /// How it returns.
    pub(crate) returns: Returns,
}

macro_rules! helpers {
    ($($name:literal $f:path, $words:literal, $returns:ident;)*) => {
        /// All helpers: names and signatures once.
        pub(crate) static HELPERS: &[Helper] = &[$(Helper {
            name: $name,
            address: || $f as *const () as usize,
            words: $words,
            returns: Returns::$returns,
        }),*];
    };
}

helpers! {
    "svm.run" run, 0, Status;
    "svm.call" call, 0, Status;
    "svm.operation" operation, 0, Status;
    "svm.host" host, 0, Status;
    "svm.look" look, 0, Status;
    "svm.copy" super::trampoline::copy_or_leave, 3, Void;
    "svm.fill" super::trampoline::fill_or_leave, 3, Void;
    "svm.check.read" super::trampoline::check_read, 3, Word;
    "svm.check.write" super::trampoline::check_write, 3, Word;
    "svm.check" super::trampoline::check_or_leave, 3, Checked;
    "svm.trap" super::trampoline::trap_and_leave, 2, Never;
    "svm.exhausted" super::trampoline::exhausted_and_leave, 0, Never;
    "svm.leave" super::trampoline::leave, 0, Never;
    "svm.bpf.lookup" super::direct::bpf_lookup, 2, Two;
    "svm.malloc" super::direct_libc::malloc, 1, Two;
    "svm.calloc" super::direct_libc::calloc, 2, Two;
    "svm.free" super::direct_libc::free, 1, Two;
    "svm.realloc" super::direct_libc::realloc, 2, Two;
    "svm.strlen" super::direct_libc::strlen, 1, Two;
    "svm.strcmp" super::direct_libc::strcmp, 2, Two;
    "svm.strncmp" super::direct_libc::strncmp, 3, Two;
    "svm.strchr" super::direct_libc::strchr, 2, Two;
    "svm.strcpy" super::direct_libc::strcpy, 2, Two;
    "svm.memcmp" super::direct_libc::memcmp, 3, Two;
    "svm.bcmp" super::direct_libc::bcmp, 3, Two;
    "svm.memchr" super::direct_libc::memchr, 3, Two;
    "svm.alloca" alloca, 3, Two;
    "svm.release" release, 1, Void;
    "svm.landing" landing, 0, Status;
    "svm.resume" resume, 0, Word;
    "svm.mark" mark, 0, Word;
}
