//! Calls of one compiled function, over and over, from where nothing of the guest's runs: what is the same for all of
//! them is done once.

use super::unwind;
use crate::bytecode::Code;
use crate::bytecode::code::NativeEntry;
use crate::ir::{FuncId, Type};
use crate::machine::functions::FuncCell;
use crate::machine::registers::Frame;
use crate::machine::{Process, Thread, Trap, native};

/// The way into a compiled function of up to two arguments and a result of one slot, as long as the thread's stack for
/// compiled code is in use and nothing else enters it.
pub(crate) struct Repeated<'c> {
    cell: &'c FuncCell,
    code: &'c Code,
    entry: NativeEntry,
    /// Slots of the frame that calls it.
    own: *mut u64,
    callee: *mut u64,
    outermost: *mut Frame,
}

impl<'c> Repeated<'c> {
    /// `None`: what calls run is not compiled code, or not yet.
    pub(crate) fn new(process: &'c Process, thread: &mut Thread, id: FuncId) -> Option<Repeated<'c>> {
        let cell = &process.funcs[id.0 as usize];
        let code = cell.code()?;
        let entry = code.native?;
        let own = thread.free_slot();
        let callee = own.wrapping_add(2);
        let outermost = thread.top;
        let slots = code.frame_slots.max(2) as usize;
        let room = callee.wrapping_add(slots) as usize <= outermost.wrapping_sub(1) as usize;
        let void = matches!(process.module.func(id).sig.ret, Type::Void);
        if thread.depth > 0 || !room || void || !native::ready(process, thread) {
            return None;
        }
        Some(Repeated { cell, code, entry, own, callee, outermost })
    }

    /// Whether this is what calls run now: better code may have come.
    #[inline(always)]
    pub(crate) fn is_current(&self) -> bool {
        self.cell.code().is_some_and(|code| std::ptr::eq(code, self.code))
    }

    /// One call. After a trap there is no further one.
    #[inline(always)]
    pub(crate) fn call(&self, thread: &mut Thread, args: [u64; 2]) -> Result<u64, Box<Trap>> {
        debug_assert!(thread.top == self.outermost && thread.depth == 0);
        let record = Frame {
            call_pc: unwind::TRAMPOLINE.as_ptr(),
            caller_fp: self.own,
            code: self.code,
            varargs: std::ptr::null(),
        };
        // SAFETY: `new` has seen that slots and record lie in the thread's reservation, beyond all in use.
        unsafe {
            self.outermost.wrapping_sub(1).write(record);
            *self.callee = args[0];
            *self.callee.add(1) = args[1];
        }
        let (pc, fp) = (thread.pc, std::mem::replace(&mut thread.fp, self.callee));
        thread.depth = 1;
        // SAFETY: the stack for compiled code is in use as `new` has seen it; the record is written.
        let done = unsafe { native::enter_again(thread, self.entry, self.callee) };
        thread.depth = 0;
        done?;
        (thread.pc, thread.fp) = (pc, fp);
        // SAFETY: the first slot of the frame that has just returned: nothing has used it since.
        Ok(unsafe { *self.callee })
    }
}
