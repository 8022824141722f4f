//! The guest's stack: by-value copies, `stacksave` and `stackrestore`.

use svm_memory::GuestPtr;

use crate::machine::{Limit, Process, Result, Thread, Trap};

/// Added to the height that `stacksave` gives: a pointer to nothing.
pub(super) const MARK_TAG: u64 = 1 << 20;

/// What `frameaddress` gives at the bottom of the stack: a pointer to nothing, which falls as the stack grows, so
/// that programs which measure their depth by it (QuickJS) measure something.
pub(super) const FRAMES_TOP: u64 = 0xf000_0000;

/// Ends the stack objects that began after the `stacksave`. A value from elsewhere is a misuse that cannot
/// reach the objects of other frames: the mark is kept inside the running frame's.
pub(super) fn restore(process: &Process, thread: &mut Thread, saved: u64) -> Result<()> {
    let lowest = match thread.code().and_then(|c| c.mark) {
        // SAFETY: the checker has seen that the slot lies in the frame; `Enter` has written it.
        Some(slot) => unsafe { *thread.fp.add(slot as usize) as usize },
        None => return Ok(()),
    };
    let mark = (saved.wrapping_sub(MARK_TAG) as usize).clamp(lowest, thread.stack.mark().max(lowest));
    let site = thread.own_site();
    thread.stack.release_to(&process.mem, mark, site);
    Ok(())
}

/// The copy that a callee makes of a by-value argument.
pub(crate) fn by_value(
    process: &Process,
    thread: &mut Thread,
    from: GuestPtr,
    size: u64,
    align: u64,
) -> Result<GuestPtr> {
    thread.check_stack_bytes(size)?;
    let site = thread.own_site();
    let p = thread.stack.alloc(&process.mem, size, align, site).map_err(|_| Trap::Limit(Limit::Stack))?;
    process.mem.copy(p, from, size)?;
    Ok(p)
}
