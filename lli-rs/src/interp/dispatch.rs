//! The dispatch loop: one arm per row of the op table.

use crate::bytecode::Op;
use crate::bytecode::op::for_each_op;
use crate::machine::{Process, Result, Thread};

use super::handlers as h;
use super::state::Interp;

macro_rules! arms {
    ($m:ident $($name:ident $handler:ident ($a:ident $b:ident $c:ident) $ext:ident;)*) => {
        loop {
            let w = $m.fetch();
            // SAFETY: the checker has seen that every first word has the number of an op.
            let op: Op = unsafe { std::mem::transmute(w.number()) };
            let step = match op {
                Op::Exit => {
                    $m.thread.budget = $m.budget;
                    return Ok(());
                }
                $(Op::$name => h::$handler(&mut $m, w),)*
            };
            if let Err(trap) = step {
                $m.thread.budget = $m.budget;
                $m.save();
                return Err(trap);
            }
        }
    };
}

/// Runs from where the thread is until its outermost frame of this call returns, or something traps: then
/// the thread stands at the instruction that did.
#[allow(unreachable_patterns)] // Op::Exit is a row of the table, too
pub(super) fn dispatch(process: &Process, thread: &mut Thread) -> Result<()> {
    let mut m = Interp::enter(process, thread);
    for_each_op!(arms, m)
}
