//! Leaving frames other than by returning: `setjmp` and `longjmp`, exceptions, and what frames hold.

use std::sync::atomic::Ordering;

use svm_memory::{GuestPtr, SiteId};

use crate::bytecode::{Code, Desc, Word};
use crate::machine::registers::Frame;
use crate::machine::thread::Jump;
use crate::machine::{Process, Result, Thread, Trap};

/// The end of a frame: its stack objects, variadic arguments and `setjmp` records go.
#[inline(never)]
pub(super) fn leave(process: &Process, thread: &mut Thread, desc: &Desc) {
    let Desc::Leave(site) = desc else { return };
    let mut id = SiteId(site.load(Ordering::Relaxed));
    if id == SiteId::NONE {
        id = thread.own_site();
        site.store(id.0, Ordering::Relaxed);
    }
    release(process, thread, id);
}

/// The same before a tail call.
pub(super) fn release_frame(process: &Process, thread: &mut Thread) {
    if thread.code().is_some_and(|c| c.cleanup) {
        let site = thread.own_site();
        release(process, thread, site);
    }
}

fn release(process: &Process, thread: &mut Thread, site: SiteId) {
    let Some(mark) = thread.code().and_then(|c| c.mark) else { return };
    // SAFETY: the checker has seen that the slot lies in the frame; `Enter` has written it.
    let mark = unsafe { *thread.fp.add(mark as usize) } as usize;
    release_above(process, thread, mark, site);
}

/// Ends the running frame's objects above a mark, and its records.
pub(crate) fn release_above(process: &Process, thread: &mut Thread, mark: usize, site: SiteId) {
    thread.stack.release_to(&process.mem, mark, site);
    drop_records(process, thread, thread.top.wrapping_add(1));
}

/// Drops the records of all frames above (with lower addresses than) `keep`.
fn drop_records(process: &Process, thread: &mut Thread, keep: *mut Frame) {
    while thread.jumps.last().is_some_and(|j| j.frame < keep) {
        thread.jumps.pop();
    }
    while let Some((_, object)) = thread.varargs.pop_if(|(frame, _)| *frame < keep) {
        process.mem.release(object);
    }
}

/// Cuts the stack back so that `keep` is the innermost frame, whose slots are at `fp`.
pub(crate) fn cut(process: &Process, thread: &mut Thread, keep: *mut Frame) {
    let site = thread.own_site();
    let (mut at, mut fp) = (thread.top, thread.fp);
    let mut lowest = None;
    while at < keep {
        // SAFETY: records from `top` to `keep` were pushed by calls; each one's slots are where the chain of
        // callers says.
        let frame = unsafe { &*at };
        // SAFETY: code lives as long as the process.
        if let Some(mark) = unsafe { &*frame.code }.mark {
            // SAFETY: the slot lies in the frame, and `Enter` is the first thing that a function does.
            lowest = Some(unsafe { *fp.add(mark as usize) } as usize);
        }
        fp = frame.caller_fp;
        at = at.wrapping_add(1);
    }
    if let Some(mark) = lowest {
        thread.stack.release_to(&process.mem, mark, site);
    }
    drop_records(process, thread, keep);
    (thread.top, thread.fp) = (keep, fp);
}

/// `setjmp`: a record, and its token in the first word of the buffer.
pub(super) fn set_jump(process: &Process, thread: &mut Thread, slot: u32, buffer: GuestPtr) -> Result<()> {
    let token = thread.next_token;
    process.mem.store(buffer, token)?;
    thread.next_token += 1;
    let jump = Jump { token, buffer, frame: thread.top, fp: thread.fp, pc: thread.pc, slot };
    let old =
        thread.jumps.iter_mut().rev().take_while(|j| j.frame == jump.frame).find(|j| j.buffer == buffer);
    match old {
        Some(old) => *old = jump,
        None => thread.jumps.push(jump),
    }
    // SAFETY: the checker has seen that the slot lies in the frame.
    unsafe { *thread.fp.add(slot as usize) = 0 };
    Ok(())
}

/// Carries out a trap that only unwinds, if its target is a frame of this loop: those inside `outermost`.
/// Gives the trap back if it is not.
pub(super) fn catch(process: &Process, thread: &mut Thread, trap: Trap, outermost: *mut Frame) -> Result<()> {
    match trap {
        Trap::LongJump { token, value } => {
            let Some(jump) = thread.jumps.iter().find(|j| j.token == token && j.frame < outermost) else {
                return Err(trap);
            };
            let (frame, fp, pc, slot) = (jump.frame, jump.fp, jump.pc, jump.slot);
            cut(process, thread, frame);
            debug_assert_eq!(thread.fp, fp);
            // SAFETY: the record's frame is live, and the slot lies in it.
            unsafe { *fp.add(slot as usize) = u64::from(value as u32) };
            thread.pc = pc.wrapping_add(2);
            thread.host_function = "";
            Ok(())
        }
        Trap::Unwind { exception } => match landing(thread, outermost) {
            Some((frame, pc)) => {
                cut(process, thread, frame);
                thread.exception.0 = exception;
                thread.pc = pc;
                thread.host_function = "";
                Ok(())
            }
            None => Err(trap),
        },
        trap => Err(trap),
    }
}

/// The next landing pad on the way out, of the frames inside `outermost`.
fn landing(thread: &Thread, outermost: *mut Frame) -> Option<(*mut Frame, *const u64)> {
    let (mut at, mut pc) = (thread.top, thread.pc);
    while at < outermost {
        // SAFETY: as in `cut`.
        let (frame, code): (&Frame, &Code) = unsafe { (&*at, &*(*at).code) };
        let word = code.word_index(pc)? as u32;
        if let Ok(i) = code.landings.binary_search_by_key(&word, |l| l.0) {
            return Some((at, code.words.as_ptr().wrapping_add(code.landings[i].1 as usize)));
        }
        pc = frame.call_pc;
        at = at.wrapping_add(1);
    }
    None
}

/// What a host-made frame returns to: its "call" puts the result into slot 0 and then leaves the loop.
pub(super) static TRAMPOLINE: [u64; 3] =
    [Word::new(crate::bytecode::Op::CallSlow, 0, 0, 0).0, 0, Word::new(crate::bytecode::Op::Exit, 0, 0, 0).0];
