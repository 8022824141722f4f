//! The interpreter: handlers by topic, the dispatch loop, and the ways in and out.
//!
//! Guest calls push frame records and stay in one loop; only callbacks from host functions recurse. What is
//! unsafe here (slot and instruction fetches) rests on `bytecode::check`, which has seen every function
//! before it runs, and on calls testing whole frames against the register stack.
#![allow(unsafe_code)]

mod call;
mod control;
pub(crate) mod direct;
mod dispatch;
mod float;
mod generic;
mod handlers;
mod int;
mod memory;
mod poll;
mod repeat;
mod state;
mod unwind;
mod vector;

use svm_memory::GuestPtr;

use crate::bytecode::Target;
use crate::host::{ArgClass, Args, CallbackSig};
use crate::ir::{FuncId, Signature, Type};
use crate::machine::registers::Frame;
use crate::machine::thread::MAX_CALLBACK_DEPTH;
use crate::machine::{Cx, Limit, Process, Result, Thread, Trap, native};

pub(crate) use repeat::Repeated;
pub(crate) use unwind::{cut, release_above};

/// Calls a function through a pointer, from the host: see [`Cx::call`].
pub(crate) fn call_back(
    process: &Process,
    thread: &mut Thread,
    target: GuestPtr,
    sig: &CallbackSig,
    args: &[u64],
) -> Result<u64> {
    let Some(index) = process.mem.function_index(target) else {
        return Err(call::bad_target(process, target));
    };
    let id = FuncId(index);
    let site =
        Signature { ret: sig.ret.clone(), params: sig.params.to_vec(), attrs: Vec::new(), variadic: false };
    match process.funcs[index as usize].target {
        Target::Guest => {
            call::check_callback(process, id, target, &site)?;
            enter_guest(process, thread, id, args)
        }
        Target::Host(host) => enter_host(process, thread, host.name(), args, host.call),
        Target::Closure(number) => {
            let closure = process.closures.get(number).ok_or(Trap::Unreachable)?;
            enter_host(process, thread, closure.name(), args, |cx, args| closure.call(cx, args))
        }
        Target::Missing => Err(Trap::MissingFunction(process.module.func(id).name.as_ref().into())),
    }
}

/// A callback that is a host function itself.
fn enter_host(
    process: &Process,
    thread: &mut Thread,
    name: &'static str,
    args: &[u64],
    call: impl FnOnce(&mut Cx<'_>, &mut Args<'_>) -> Result<()>,
) -> Result<u64> {
    let mut result = crate::host::Ret::default();
    let outer = std::mem::replace(&mut thread.host_function, name);
    let classes: [ArgClass; 0] = [];
    call(&mut Cx { process, thread }, &mut Args::new(args, &classes, &mut result))?;
    thread.host_function = outer;
    Ok(result[0])
}

/// Runs the instruction at which the thread stands, which an `Exit` follows, with all that it calls.
pub(crate) fn run_on_top(process: &Process, thread: &mut Thread) -> Result<()> {
    run(process, thread, thread.top)
}

/// Runs a guest function on top of the thread's frames until it returns; the result's first slot.
pub(crate) fn enter_guest(process: &Process, thread: &mut Thread, id: FuncId, args: &[u64]) -> Result<u64> {
    let code = process.code(id)?;
    if thread.depth >= MAX_CALLBACK_DEPTH {
        return Err(Trap::Limit(Limit::Stack));
    }
    let (pc, fp, outermost, name) = (thread.pc, thread.fp, thread.top, thread.host_function);
    // Slot 0 of a frame of our own takes the result.
    let own = thread.free_slot();
    let callee = own.wrapping_add(2);
    let top = outermost.wrapping_sub(1);
    if callee.wrapping_add(args.len().max(code.frame_slots as usize)) as usize > top as usize {
        return Err(Trap::Limit(Limit::Stack));
    }
    for (i, arg) in args.iter().enumerate() {
        // SAFETY: tested against the end of the slots.
        unsafe { *callee.add(i) = *arg };
    }
    let frame =
        Frame { call_pc: unwind::TRAMPOLINE.as_ptr(), caller_fp: own, code, varargs: std::ptr::null() };
    // SAFETY: `top` lies in the reservation, above all slots in use.
    unsafe {
        *own = 0;
        top.write(frame);
    }
    thread.top = top;
    thread.fp = callee;
    thread.pc = code.words.as_ptr().wrapping_add(code.entry as usize);
    thread.host_function = "";
    thread.depth += 1;
    let outcome = native::on_big_stack(process, thread, |thread| match code.native {
        // A dispatch loop would find nothing but the way into it.
        Some(entry) => match native::enter(process, thread, entry, callee) {
            Ok(()) => Ok(callee),
            Err(trap) => {
                unwind::catch(process, thread, trap, outermost)?;
                run(process, thread, outermost).map(|()| own)
            }
        },
        None => run(process, thread, outermost).map(|()| own),
    });
    thread.depth -= 1;
    // With no guest code around this nobody catches it: the frames stay for the report.
    if thread.depth > 0
        && let Err(trap @ (Trap::LongJump { .. } | Trap::Unwind { .. })) = outcome
    {
        // It travels on from the caller's frame, to which the chain of slots does not lead through our own.
        unwind::cut(process, thread, outermost);
        (thread.pc, thread.fp) = (pc, fp);
        return Err(trap);
    }
    let result = outcome?;
    // The frame is gone; what was before it is as it was.
    debug_assert_eq!(thread.top, outermost);
    (thread.pc, thread.fp, thread.host_function) = (pc, fp, name);
    // SAFETY: slot 0 of our own frame, or of the callee's that has just returned: nothing has used it since.
    let value = unsafe { *result };
    Ok(if matches!(process.module.func(id).sig.ret, Type::Void) { 0 } else { value })
}

/// Runs until the frame inside `outermost` returns; jumps and exceptions to frames of this run go on here.
fn run(process: &Process, thread: &mut Thread, outermost: *mut Frame) -> Result<()> {
    loop {
        match dispatch::dispatch(process, thread) {
            Ok(()) => return Ok(()),
            Err(trap) => unwind::catch(process, thread, trap, outermost)?,
        }
    }
}
