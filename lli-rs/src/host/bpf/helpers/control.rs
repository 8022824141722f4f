//! Control: loops, tail calls, helpers by number, locks.

use svm_memory::GuestPtr;
use svm_memory::abi::helpers::helper_by_number;

use super::super::maps::kind;
use super::super::state;
use super::status;
use crate::host::{Args, CallbackSig, Registry, host_table};
use crate::ir::Type;
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Loops, tail calls, helpers by number, locks.
    pub static TABLE = [
        "long bpf_loop(uint32_t count, void *callback, void *context, uint64_t flags)"
            => bpf_loop: count, callback, context, flags,
        "long bpf_spin_lock(void *lock)" => lock: word,
        "long bpf_spin_unlock(void *lock)" => lock: word,
        "void *svm.root(uint64_t pointer)" => root: pointer,
        "void *svm.bpf.tail_target(void *context, void *map, uint64_t index)" => tail_target: context, map, index,
        "uint64_t svm.bpf.helper_by_number(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)"
            => helper: number, a, b, c, d, e,
    ];
}

/// A callback of the program's: a subprogram, which takes five registers.
pub(super) static CALLBACK: CallbackSig =
    CallbackSig { ret: Type::I64, params: &[Type::I64, Type::I64, Type::I64, Type::I64, Type::I64] };

/// `BPF_MAX_LOOPS`.
const MAX_LOOPS: u32 = 8 << 20;
/// `MAX_TAIL_CALL_CNT`.
const MAX_TAIL_CALLS: u32 = 33;

/// Calls `callback(index, context)` until it returns 1; gives the number of calls.
fn bpf_loop(cx: &mut Cx<'_>, count: u32, callback: GuestPtr, context: GuestPtr, flags: u64) -> Result<i64> {
    if flags != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    if count > MAX_LOOPS {
        return Ok(status(Err(libc::E2BIG)));
    }
    for index in 0..u64::from(count) {
        if cx.call(callback, &CALLBACK, &[index, context.bits(), 0, 0, 0])? != 0 {
            return Ok(index as i64 + 1);
        }
    }
    Ok(i64::from(count))
}

/// An integer that is a pointer: the accesses behind it are judged by what it points to.
fn root(_: &mut Cx<'_>, pointer: u64) -> Result<GuestPtr> {
    Ok(GuestPtr::new(pointer))
}

/// One processor: a lock is free whenever the program comes to it. The lock's word is checked, not changed.
fn lock(cx: &mut Cx<'_>, lock: GuestPtr) -> Result<i64> {
    cx.mem().slice_mut(lock, 4)?;
    Ok(0)
}

/// The program at an index of a program array, or null: the caller goes on then.
fn tail_target(cx: &mut Cx<'_>, _: GuestPtr, map: GuestPtr, index: u64) -> Result<GuestPtr> {
    let mut bpf = state(cx)?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    if loaded.def.kind != kind::PROG_ARRAY {
        let what = format!("was given map `{}`, which is no program array", loaded.def.name);
        drop(bpf);
        return Err(cx.misuse(what));
    }
    // The kernel takes the index from the register's lower half.
    let found = loaded.map.lookup(&mut values, &(index as u32).to_le_bytes());
    let target = found.ok().flatten().unwrap_or(GuestPtr::NULL);
    if target.is_null() || bpf.tail_calls >= MAX_TAIL_CALLS {
        return Ok(GuestPtr::NULL);
    }
    bpf.tail_calls += 1;
    Ok(target)
}

/// A helper whose number the program has computed: the embedder's, or one of the tables'.
fn helper(cx: &mut Cx<'_>, number: u64, a: u64, b: u64, c: u64, d: u64, e: u64) -> Result<u64> {
    let slots = [a, b, c, d, e];
    let mut ret = crate::host::Ret::default();
    let plain = format!("bpf_helper_{number}");
    let process = cx.process;
    if let Some(closure) = process.closures.find(&plain).and_then(|n| process.closures.get(n)) {
        let fixed = closure.proto().params.len().min(5);
        closure.call(cx, &mut Args::new(&slots[..fixed], &[], &mut ret))?;
        return Ok(ret[0]);
    }
    let known = u32::try_from(number).ok().and_then(helper_by_number);
    match known.and_then(|h| Registry::libc().function(h.name)) {
        Some(f) => {
            let fixed = (f.fixed_params() as usize).min(5);
            (f.call)(cx, &mut Args::new(&slots[..fixed], &[], &mut ret))?;
            Ok(ret[0])
        }
        None => Err(Trap::MissingFunction(known.map_or(plain, |h| h.name.to_string()).into())),
    }
}
