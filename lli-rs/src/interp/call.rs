//! Calls and returns: guest to guest without host recursion, guest to host, through pointers.

use svm_memory::GuestPtr;

use crate::bytecode::emit::call::{call_matches, host_matches, proto_matches, signature_text};
use crate::bytecode::{CallDesc, CallTarget, Code, Desc, Target, Word};
use crate::host::{ArgClass, Args, HostFn, Ret};
use crate::ir::{FuncId, Signature};
use crate::machine::registers::Frame;
use crate::machine::{BadCall, BadCallReason, Cx, Limit, Process, Result, Thread, Trap};

use super::state::{Interp, own_tail};

/// Makes the frame of a guest function the innermost one and goes to its entry.
#[inline(always)]
fn push_frame(m: &mut Interp<'_>, code: &Code, fp: *mut u64, varargs: *const CallDesc) -> Result<()> {
    let top = m.thread.top.wrapping_sub(1);
    if fp.wrapping_add(code.frame_slots as usize) as usize > top as usize {
        return Err(exhausted());
    }
    // SAFETY: `top` lies in the register stack's reservation, above all slots in use (just tested).
    unsafe { top.write(Frame { call_pc: m.pc, caller_fp: m.fp, code, varargs }) };
    m.thread.top = top;
    m.fp = fp;
    m.pc = code.words.as_ptr().wrapping_add(code.entry as usize);
    m.poll()
}

#[cold]
fn exhausted() -> Trap {
    Trap::Limit(Limit::Stack)
}

/// Where control goes on after the call instruction at `pc`, and the slot that takes the result.
#[inline(always)]
fn after_call(pc: *const u64) -> (*const u64, u16) {
    // SAFETY: a frame's `call_pc` is the first word of a call of live code.
    let w = Word(unsafe { *pc });
    // Only the fast form lists arguments (four to a word); the others leave `c` zero.
    (pc.wrapping_add(2 + (w.c() as usize).div_ceil(4)), w.a())
}

/// A call of a function of the module with fixed arguments.
#[inline(always)]
pub(crate) fn call(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let id = FuncId(m.ext(1) as u32);
    // SAFETY: the checker has seen the index.
    let cell = unsafe { m.process.funcs.get_unchecked(id.0 as usize) };
    let code = match cell.code() {
        Some(code) => code,
        None => {
            m.save();
            m.process.code(id)?
        }
    };
    let fp = m.fp.wrapping_add(w.b() as usize);
    let list = m.pc.wrapping_add(2).cast::<u16>();
    for i in 0..w.c() as usize {
        // SAFETY: the checker has seen the listed slots, and that the outgoing area lies in the frame.
        unsafe { *fp.add(i) = *m.fp.add(*list.add(i) as usize) };
    }
    own_tail!(call);
    push_frame(m, code, fp, std::ptr::null())
}

/// Removes the innermost frame and copies `n` slots of it to where the caller wants them.
#[inline(always)]
pub(super) fn leave_frame(m: &mut Interp<'_>, at: usize, n: usize) {
    // SAFETY: the innermost record is the running function's.
    let frame = unsafe { *m.thread.top };
    m.thread.top = m.thread.top.wrapping_add(1);
    let (pc, dst) = after_call(frame.call_pc);
    // SAFETY: the source lies in the frame that ends; the destination in the caller's, or at the start of
    // its outgoing area, which the ended frame covered.
    unsafe { std::ptr::copy(m.fp.add(at), frame.caller_fp.add(dst as usize), n) };
    (m.pc, m.fp) = (pc, frame.caller_fp);
}

#[inline(always)]
pub(crate) fn ret(m: &mut Interp<'_>, _: Word) -> Result<()> {
    // SAFETY: as in `leave_frame`.
    let frame = unsafe { &*m.thread.top };
    m.thread.top = m.thread.top.wrapping_add(1);
    (m.pc, m.fp) = (after_call(frame.call_pc).0, frame.caller_fp);
    own_tail!(ret);
    Ok(())
}

#[inline(always)]
pub(crate) fn ret_1(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let value = m.get(w.a());
    // SAFETY: as in `leave_frame`.
    let frame = unsafe { &*m.thread.top };
    m.thread.top = m.thread.top.wrapping_add(1);
    let (pc, dst) = after_call(frame.call_pc);
    (m.pc, m.fp) = (pc, frame.caller_fp);
    m.set(dst, value);
    own_tail!(ret_1);
    Ok(())
}

#[inline(always)]
pub(crate) fn ret_n(m: &mut Interp<'_>, w: Word) -> Result<()> {
    leave_frame(m, w.a() as usize, w.b() as usize);
    Ok(())
}

/// A compiled function, from its slots to its result. The record of its frame has been pushed.
#[inline(always)]
pub(crate) fn native(m: &mut Interp<'_>, _: Word) -> Result<()> {
    m.save();
    // SAFETY: as in `leave_frame`; the function pops the record.
    let frame = unsafe { *m.thread.top };
    let n = m.code().ret_slots as usize;
    if let Err(trap) = enter_native(m.process, m.thread, m.fp) {
        (m.pc, m.fp) = (m.thread.pc, m.thread.fp);
        return Err(trap);
    }
    m.pc = native_result(&frame, m.fp, n);
    m.fp = frame.caller_fp;
    Ok(())
}

/// Copies the `n` slots of the result of a compiled function whose frame has gone to where the caller wants
/// them; gives where the caller goes on.
#[inline(always)]
pub(super) fn native_result(frame: &Frame, fp: *const u64, n: usize) -> *const u64 {
    let (pc, dst) = after_call(frame.call_pc);
    // SAFETY: as in `leave_frame`.
    unsafe { std::ptr::copy(fp, frame.caller_fp.add(dst as usize), n) };
    pc
}

#[inline(never)]
fn enter_native(process: &Process, thread: &mut Thread, fp: *mut u64) -> Result<()> {
    let Some(entry) = thread.code().and_then(|c| c.native) else { return Err(Trap::Unreachable) };
    crate::machine::native::enter(process, thread, entry, fp)
}

/// The call descriptor of the instruction at `pc`.
#[inline(always)]
fn call_desc<'a>(m: &Interp<'a>) -> Result<&'a CallDesc> {
    match m.desc(m.ext(1)) {
        Desc::Call(desc) => Ok(desc),
        _ => Err(Trap::Unreachable),
    }
}

/// A guest call with variadic arguments, a far frame, or in tail position.
#[inline(always)]
pub(crate) fn call_slow(m: &mut Interp<'_>, _: Word) -> Result<()> {
    let desc = call_desc(m)?;
    let CallTarget::Guest(id) = desc.target else { return Err(Trap::Unreachable) };
    m.save();
    guest(m, desc, id, desc.fixed)
}

/// Goes into a guest function; `fixed` of the arguments are its parameters.
#[inline(always)]
fn guest(m: &mut Interp<'_>, desc: &CallDesc, id: FuncId, fixed: u32) -> Result<()> {
    let code = m.process.code(id)?;
    let variadic = m.process.module.func(id).sig.variadic;
    if desc.must_tail {
        let bytecode = m.process.funcs[id.0 as usize].first();
        let stays = code.native.is_some() && !crate::machine::native::has_room_for_tail_calls(m.thread);
        let code = bytecode.filter(|_| stays).unwrap_or(code);
        m.pc = tail_call(m.process, m.thread, m.fp, code, desc)?;
        return m.poll();
    }
    let fp = place_arguments(m.fp, desc, fixed, variadic);
    let varargs: *const CallDesc = if variadic { desc } else { std::ptr::null() };
    push_frame(m, code, fp, varargs)
}

/// Copies arguments to the outgoing area: variadic ones first, then the fixed ones, where the callee's frame
/// begins.
#[inline(never)]
fn place_arguments(fp: *mut u64, desc: &CallDesc, fixed: u32, variadic: bool) -> *mut u64 {
    let fixed_slots: u32 = desc.types[..fixed as usize].iter().map(crate::ir::Type::slots).sum();
    let base = fp.wrapping_add(desc.base as usize);
    let (list, rest) = desc.args.split_at(fixed_slots as usize);
    let rest = if variadic { rest } else { &[] };
    let callee = base.wrapping_add(rest.len());
    for (i, slot) in rest.iter().enumerate() {
        // SAFETY: the checker has seen all slots of the list, and that the outgoing area holds them all.
        unsafe { *base.add(i) = *fp.add(*slot as usize) };
    }
    for (i, slot) in list.iter().enumerate() {
        // SAFETY: as above.
        unsafe { *callee.add(i) = *fp.add(*slot as usize) };
    }
    callee
}

/// Replaces the running frame by the callee's; gives where to go on.
#[inline(never)]
fn tail_call(
    process: &Process,
    thread: &mut Thread,
    fp: *mut u64,
    code: &Code,
    desc: &CallDesc,
) -> Result<*const u64> {
    let values: smallvec::SmallVec<[u64; 16]> = desc
        .args
        .iter()
        // SAFETY: the checker has seen the slots.
        .map(|slot| unsafe { *fp.add(*slot as usize) })
        .collect();
    super::unwind::release_frame(process, thread);
    if fp.wrapping_add(code.frame_slots.max(values.len() as u32) as usize) as usize > thread.top as usize {
        return Err(exhausted());
    }
    for (i, value) in values.iter().enumerate() {
        // SAFETY: the new frame has been tested against the stack's end. Variadic arguments that are handed
        // on stay below it, where the first caller put them.
        unsafe { *fp.add(i) = *value };
    }
    // SAFETY: the innermost record is the running function's.
    unsafe { (*thread.top).code = code };
    Ok(code.words.as_ptr().wrapping_add(code.entry as usize))
}

/// A call of a host function.
#[inline(always)]
pub(crate) fn call_host(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let desc = call_desc(m)?;
    m.save();
    let result = match desc.target {
        CallTarget::Host(host) => host_call(m.process, m.thread, m.fp, desc, host, desc.fixed)?,
        CallTarget::Closure(number) => closure_call(m.process, m.thread, m.fp, desc, number)?,
        CallTarget::Guest(_) | CallTarget::Pointer => return Err(Trap::Unreachable),
    };
    store_result(m, w.a(), desc, result);
    m.advance(2);
    Ok(())
}

#[inline(always)]
fn store_result(m: &mut Interp<'_>, dst: u16, desc: &CallDesc, result: Ret) {
    store_to(m.fp, dst, desc, &result);
}

/// Stores the result of a host function, if it is used.
#[inline(always)]
pub(super) fn store_to(fp: *mut u64, dst: u16, desc: &CallDesc, result: &Ret) {
    let Some(ty) = &desc.used else { return };
    // SAFETY: the checker has seen that the slots of the result lie in the frame.
    unsafe {
        *fp.add(dst as usize) = canonical(ty, result[0]);
        for (i, word) in result.iter().enumerate().take(ty.slots() as usize).skip(1) {
            *fp.add(dst as usize + i) = *word;
        }
    }
}

/// A narrow integer result, zero-extended from its own width.
fn canonical(ty: &crate::ir::Type, value: u64) -> u64 {
    match ty {
        crate::ir::Type::Int(bits @ 1..=63) => value & !(!0 << bits),
        _ => value,
    }
}

/// Calls a host function with the arguments of a call site.
#[inline(never)]
fn host_call(
    process: &Process,
    thread: &mut Thread,
    fp: *mut u64,
    desc: &CallDesc,
    host: &'static HostFn,
    fixed: u32,
) -> Result<Ret> {
    call_out(process, thread, fp, (desc, fixed), host.name(), host.call)
}

/// Calls a closure of the embedder's.
#[inline(never)]
pub(super) fn closure_call(
    process: &Process,
    thread: &mut Thread,
    fp: *mut u64,
    desc: &CallDesc,
    number: u32,
) -> Result<Ret> {
    let closure = process.closures.get(number).ok_or(Trap::Unreachable)?;
    let fixed = (closure.proto().params.len() as u32).min(desc.types.len() as u32);
    call_out(process, thread, fp, (desc, fixed), closure.name(), |cx, args| closure.call(cx, args))
}

/// Hands the arguments of a call site (the first so many of them fixed) to host code.
#[inline(always)]
pub(super) fn call_out(
    process: &Process,
    thread: &mut Thread,
    fp: *mut u64,
    (desc, fixed): (&CallDesc, u32),
    name: &'static str,
    call: impl FnOnce(&mut Cx<'_>, &mut Args<'_>) -> Result<()>,
) -> Result<Ret> {
    let variadic = &desc.classes[fixed as usize..];
    let slots: smallvec::SmallVec<[u64; 8]> = desc
        .args
        .iter()
        // SAFETY: the checker has seen the slots.
        .map(|slot| unsafe { *fp.add(*slot as usize) })
        .collect();
    let mut result = Ret::default();
    call_with(process, thread, (&slots, variadic), name, call, &mut result)?;
    Ok(result)
}

/// Calls host code with these arguments and the classes of the variadic ones.
#[inline(always)]
pub(super) fn call_with(
    process: &Process,
    thread: &mut Thread,
    (slots, variadic): (&[u64], &[ArgClass]),
    name: &'static str,
    call: impl FnOnce(&mut Cx<'_>, &mut Args<'_>) -> Result<()>,
    result: &mut Ret,
) -> Result<()> {
    let outer = std::mem::replace(&mut thread.host_function, name);
    let mut args = Args::new(slots, variadic, result);
    match call(&mut Cx { process, thread }, &mut args) {
        Ok(()) => {
            thread.host_function = outer;
            Ok(())
        }
        Err(Trap::LongJump { token, .. }) if !thread.jumps.iter().any(|j| j.token == token) => {
            Err(Trap::BadLongJump(GuestPtr::new(slots.first().copied().unwrap_or(0))))
        }
        Err(trap) => Err(trap),
    }
}

/// A call through a pointer.
#[inline(always)]
pub(crate) fn call_indirect(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let desc = call_desc(m)?;
    m.save();
    // SAFETY: the checker has seen the slot.
    let pointer = GuestPtr::new(unsafe { *m.fp.add(desc.pointer as usize) });
    let Some(index) = m.process.mem.function_index(pointer) else {
        return Err(not_a_function(m.process, pointer));
    };
    let cell = &m.process.funcs[index as usize];
    if cell.sig_id != desc.sig_id || !matches!(cell.target, Target::Guest) {
        check_call(m.process, desc, FuncId(index), pointer)?;
    }
    match cell.target {
        Target::Guest => {
            let fixed = m.process.module.func(FuncId(index)).sig.params.len();
            guest(m, desc, FuncId(index), fixed as u32)
        }
        Target::Host(host) => {
            let result = host_call(m.process, m.thread, m.fp, desc, host, host.fixed_params())?;
            store_result(m, w.a(), desc, result);
            m.advance(2);
            Ok(())
        }
        Target::Closure(number) => {
            let result = closure_call(m.process, m.thread, m.fp, desc, number)?;
            store_result(m, w.a(), desc, result);
            m.advance(2);
            Ok(())
        }
        Target::Missing => Err(missing(m.process, index)),
    }
}

#[cold]
fn missing(process: &Process, index: u32) -> Trap {
    Trap::MissingFunction(process.module.func(FuncId(index)).name.as_ref().into())
}

#[cold]
fn not_a_function(process: &Process, target: GuestPtr) -> Trap {
    let reason = if target.is_null() { BadCallReason::Null } else { BadCallReason::NotAFunction };
    Trap::BadCall(Box::new(BadCall { target, reason, object: process.mem.object(target) }))
}

/// Compares a call with what it goes to; pairs that fit are remembered.
#[inline(never)]
fn check_call(process: &Process, desc: &CallDesc, id: FuncId, target: GuestPtr) -> Result<()> {
    let key = (std::ptr::from_ref(desc) as usize, id.0);
    if process.calls_that_fit.lock().contains(&key) {
        return Ok(());
    }
    let sig = &process.module.func(id).sig;
    let used = desc.used.is_some();
    let expected = match process.funcs[id.0 as usize].target {
        Target::Host(host) => host_matches(host, &desc.types, &desc.sig.ret, used).err(),
        Target::Closure(number) => process
            .closures
            .get(number)
            .and_then(|c| proto_matches(c.proto(), c.text(), &desc.types, &desc.sig.ret, used).err()),
        Target::Guest | Target::Missing => {
            (!call_matches(&desc.types, &desc.sig.ret, used, sig)).then(|| signature_text(sig))
        }
    };
    let Some(expected) = expected else {
        process.calls_that_fit.lock().insert(key);
        return Ok(());
    };
    Err(wrong_type(process, id, target, expected, &desc.sig, &desc.types))
}

#[cold]
fn wrong_type(
    process: &Process,
    id: FuncId,
    target: GuestPtr,
    expected: Box<str>,
    sig: &Signature,
    types: &[crate::ir::Type],
) -> Trap {
    let found = Signature { params: types.to_vec(), variadic: false, ..sig.clone() };
    let reason = BadCallReason::Type {
        function: process.module.func(id).name.as_ref().into(),
        expected,
        found: signature_text(&found),
    };
    Trap::BadCall(Box::new(BadCall { target, reason, object: process.mem.object(target) }))
}

/// The types of a callback from the host against a guest function.
pub(super) fn check_callback(process: &Process, id: FuncId, target: GuestPtr, sig: &Signature) -> Result<()> {
    let callee = &process.module.func(id).sig;
    if call_matches(&sig.params, &sig.ret, sig.ret != crate::ir::Type::Void, callee) {
        return Ok(());
    }
    Err(wrong_type(process, id, target, signature_text(callee), sig, &sig.params))
}

/// The trap of a callback to something that is no function.
pub(super) fn bad_target(process: &Process, target: GuestPtr) -> Trap {
    not_a_function(process, target)
}
