//! libatomic: atomic operations on objects of any size, which clang calls where the processor has no instruction for
//! them. Like libatomic's own, they hold a lock; sizes that have an instruction never come here.

use parking_lot::Mutex;
use svm_memory::GuestPtr;

use super::access::bytes;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Atomic operations by size; the memory orders do not matter under the lock.
    pub static TABLE = [
        "void __atomic_load(size_t size, const void *from[r size], void *to[w size], int order)" => load: size, from, to, order,
        "void __atomic_store(size_t size, void *to[w size], const void *from[r size], int order)" => store: size, to, from, order,
        "void __atomic_exchange(size_t size, void *object[rw size], const void *new[r size], void *old[w size], int order)" => exchange: size, object, new, old, order,
        "_Bool __atomic_compare_exchange(size_t size, void *object[rw size], void *expected[rw size], const void *new[r size], int success, int failure)" => compare_exchange: size, object, expected, new, success, failure,
        "_Bool __atomic_is_lock_free(size_t size, const void *object)" => is_lock_free: size, object,
    ];
}

/// One for all objects: threads that get here are few.
static LOCK: Mutex<()> = Mutex::new(());

fn load(cx: &mut Cx<'_>, size: u64, from: GuestPtr, to: GuestPtr, _: i32) -> Result<()> {
    let _lock = LOCK.lock();
    Ok(cx.mem().copy(to, from, size)?)
}

fn store(cx: &mut Cx<'_>, size: u64, to: GuestPtr, from: GuestPtr, _: i32) -> Result<()> {
    let _lock = LOCK.lock();
    Ok(cx.mem().copy(to, from, size)?)
}

fn exchange(
    cx: &mut Cx<'_>,
    size: u64,
    object: GuestPtr,
    new: GuestPtr,
    old: GuestPtr,
    _: i32,
) -> Result<()> {
    let _lock = LOCK.lock();
    let new = bytes(cx.mem(), new, size)?;
    cx.mem().copy(old, object, size)?;
    Ok(cx.mem().write(object, &new)?)
}

fn compare_exchange(
    cx: &mut Cx<'_>,
    size: u64,
    object: GuestPtr,
    expected: GuestPtr,
    new: GuestPtr,
    _: i32,
    _: i32,
) -> Result<bool> {
    let _lock = LOCK.lock();
    let mem = cx.mem();
    let (old, new) = (bytes(mem, object, size)?, bytes(mem, new, size)?);
    // The instruction writes to the object whatever the outcome, and the outcome must not decide about a fault.
    mem.write(object, &old)?;
    let same = old == bytes(mem, expected, size)?;
    match same {
        true => mem.write(object, &new)?,
        false => mem.write(expected, &old)?,
    }
    Ok(same)
}

/// Sizes up to 16 bytes, powers of two, at an aligned address; an object that is not given counts as aligned.
fn is_lock_free(_: &mut Cx<'_>, size: u64, object: GuestPtr) -> Result<bool> {
    let simple = size.is_power_of_two() && size <= 16;
    Ok(simple && object.bits() & (size - 1) == 0)
}
