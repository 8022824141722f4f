//! Single instructions for compiled code, without a dispatch loop: operations by descriptor and calls of host
//! functions.

use super::call::{call_with, store_to};
use super::{generic, memory, unwind};
use crate::bytecode::{CallTarget, Desc, Op, Word};
use crate::host::Ret;
use crate::machine::{Process, Result, Thread, Trap};

/// Runs the instruction at which the thread stands, which calls nothing of the guest's.
pub(crate) fn operation(process: &Process, thread: &mut Thread) -> Result<()> {
    let Some((w, desc)) = instruction(thread) else { return Err(Trap::Unreachable) };
    match desc {
        Desc::Alloca(alloca) => memory::alloca_at(process, thread, alloca, w.a()),
        Desc::Leave(_) => {
            unwind::leave(process, thread, desc);
            Ok(())
        }
        desc => generic::run(process, thread, thread.fp, desc),
    }
}

/// Makes the call of a host function at which the thread stands. Its arguments lie in a row.
pub(crate) fn host(process: &Process, thread: &mut Thread) -> Result<()> {
    let Some((w, Desc::Call(desc))) = instruction(thread) else { return Err(Trap::Unreachable) };
    let fp = thread.fp;
    let mut result = Ret::default();
    match desc.target {
        CallTarget::Host(host) => {
            let first = desc.args.first().copied().unwrap_or(0);
            debug_assert!(desc.args.iter().copied().eq((first..).take(desc.args.len())));
            // SAFETY: compiled code has put the arguments there, in its own frame, which nothing else writes while
            // the call runs: what it calls back has frames of its own.
            let slots = unsafe { std::slice::from_raw_parts(fp.add(first as usize), desc.args.len()) };
            let variadic = &desc.classes[desc.fixed as usize..];
            call_with(process, thread, (slots, variadic), host.name(), host.call, &mut result)?;
        }
        CallTarget::Closure(number) => {
            result = super::call::closure_call(process, thread, fp, desc, number)?;
        }
        CallTarget::Guest(_) | CallTarget::Pointer => return Err(Trap::Unreachable),
    }
    store_to(fp, w.a(), desc, &result);
    Ok(())
}

/// The instruction and the descriptor that its second word names.
fn instruction(thread: &Thread) -> Option<(Word, &'static Desc)> {
    // SAFETY: compiled code stands at a place of its own, which is an instruction of two words; code lives as long
    // as the process, and so longer than the call that borrows it here.
    unsafe {
        let (w, index) = (Word(*thread.pc), *thread.pc.add(1) as usize);
        debug_assert_ne!(w.number(), Op::Exit as u16);
        let code = &*(*thread.top).code;
        Some((w, &*std::ptr::from_ref(code.descs.get(index)?)))
    }
}
