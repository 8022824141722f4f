//! The guest's stack: variadic arguments, by-value copies, `stacksave` and `stackrestore`.

use svm_memory::{GuestPtr, ObjectKind, SiteId};

use crate::host::ArgClass;
use crate::machine::{Limit, Process, Result, Thread, Trap};

/// Added to the height that `stacksave` gives: a pointer to nothing.
pub(super) const MARK_TAG: u64 = 1 << 20;

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

/// Where an argument lies in the area: bytes and alignment.
fn area(class: ArgClass) -> (u64, u64) {
    match class {
        ArgClass::X87 => (16, 16),
        ArgClass::Int(bits) if bits > 64 => (u64::from(bits.div_ceil(64)) * 8, 16),
        ArgClass::ByVal(size) => (u64::from(size).next_multiple_of(8), 8),
        ArgClass::Other(slots) => (u64::from(slots) * 8, if slots > 1 { 16 } else { 8 }),
        _ => (8, 8),
    }
}

/// `va_start`: an exactly sized object with the variadic arguments, and a `__va_list_tag` whose register areas
/// are used up.
pub(super) fn va_start(process: &Process, thread: &mut Thread, list: u64) -> Result<()> {
    let mem = &process.mem;
    // SAFETY: a function runs, so there is an innermost record.
    let frame = unsafe { &*thread.top };
    // SAFETY: the descriptor belongs to the calling code, which lives as long as the process.
    let site = unsafe { frame.varargs.as_ref() };
    let mut bytes: Vec<u8> = Vec::new();
    if let Some(call) = site {
        let fixed =
            process.module.func(thread.code().map_or(crate::ir::FuncId(0), |c| c.func)).sig.params.len();
        let classes = call.classes.get(fixed..).unwrap_or(&[]);
        let slots: u32 = classes.iter().map(|c| c.slots()).sum();
        let mut at = thread.fp.wrapping_sub(slots as usize);
        for class in classes {
            let (size, align) = area(*class);
            bytes.resize(bytes.len().next_multiple_of(align as usize), 0);
            let start = bytes.len();
            bytes.resize(start + size as usize, 0);
            if let ArgClass::ByVal(len) = class {
                // SAFETY: the caller put the arguments right below this frame's slots.
                let from = GuestPtr::new(unsafe { *at });
                mem.read(from, &mut bytes[start..start + *len as usize])?;
            } else {
                for i in 0..class.slots() as usize {
                    // SAFETY: as above.
                    let word = unsafe { *at.add(i) };
                    bytes[start + i * 8..start + i * 8 + 8].copy_from_slice(&word.to_le_bytes());
                }
            }
            at = at.wrapping_add(class.slots() as usize);
        }
    }
    let size = bytes.len() as u64;
    let object =
        mem.alloc(size, 16, ObjectKind::VarArgs, SiteId::NONE).map_err(|_| Trap::Limit(Limit::Memory))?;
    thread.varargs.push((thread.top, object));
    mem.write(object, &bytes)?;
    let list = GuestPtr::new(list);
    // struct __va_list_tag { gp_offset, fp_offset, overflow_arg_area, reg_save_area }
    mem.store(list, 48u32)?;
    mem.store(list.offset(4), 176u32)?;
    mem.store(list.offset(8), object)?;
    Ok(mem.store(list.offset(16), GuestPtr::NULL)?)
}
