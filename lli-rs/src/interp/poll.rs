//! The slow half of jumps and calls: requests to stop, samples for the tiers, and the change to compiled code.

use crate::machine::{Process, Result, Thread, native};

/// Looks around on the way from `at` to `to`, in the frame at `fp`. The thread tells then where to go on, or
/// where the trap is.
#[cold]
#[inline(never)]
pub(super) fn look(
    process: &Process,
    thread: &mut Thread,
    at: *const u64,
    fp: *mut u64,
    to: *const u64,
) -> Result<()> {
    (thread.pc, thread.fp) = (at, fp);
    thread.budget = 0;
    if process.interrupt.is_set() {
        return Err(process.stop_reason());
    }
    // SAFETY: the innermost record is the running function's, and code lives as long as the process.
    let (frame, code) = unsafe { (*thread.top, &*(*thread.top).code) };
    let back = to < at || (to == at && code.entry as usize != code.word_index(to).unwrap_or(0));
    let word = code.word_index(to).unwrap_or(usize::MAX);
    let next = process.tiering.look(process, code, &mut thread.pulse, word, back);
    thread.budget = next.budget;
    if let Some(compiled) = next.enter {
        if !native::has_room(thread, compiled, fp) {
            process.tiering.no_room();
            thread.pc = to;
            return Ok(());
        }
        thread.publish();
        native::enter_loop(process, thread, compiled, fp)?;
        thread.pc = super::call::native_result(&frame, fp, compiled.ret_slots as usize);
        thread.fp = frame.caller_fp;
        return Ok(());
    }
    thread.pc = to;
    Ok(())
}
