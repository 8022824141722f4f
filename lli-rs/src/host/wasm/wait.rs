//! `memory.atomic.wait` and `notify`. A process has one guest thread, so that nothing ever waits for a notification
//! when one is sent, and a wait ends by its time alone.

use std::time::{Duration, Instant};

use svm_memory::GuestPtr;

use super::bulk::bytes;
use super::objects::is_shared;
use crate::host::host_table;
use crate::machine::{Cx, Result, Trap, WasmTrap};

/// The value was not the expected one.
const NOT_EQUAL: u32 = 1;
/// Nobody notified in time.
const TIMED_OUT: u32 = 2;

host_table! {
    /// Waiting and waking.
    pub(super) static TABLE = [
        "uint32_t svm.wasm.atomic_notify(void *memory, uint64_t at, uint32_t count)" => notify: memory, at, count,
        "uint32_t svm.wasm.atomic_wait32(void *memory, uint64_t at, uint32_t expected, int64_t timeout)"
            => wait32: memory, at, expected, timeout,
        "uint32_t svm.wasm.atomic_wait64(void *memory, uint64_t at, uint64_t expected, int64_t timeout)"
            => wait64: memory, at, expected, timeout,
    ];
}

fn word(cx: &Cx<'_>, memory: GuestPtr, at: u64, size: u64) -> Result<GuestPtr> {
    // The specification's order: alignment comes after the bounds, sharing at last.
    let p = bytes(cx.mem(), memory, at, size)?;
    if at.is_multiple_of(size) { Ok(p) } else { Err(Trap::Wasm(WasmTrap::UnalignedAtomic)) }
}

fn notify(cx: &mut Cx<'_>, memory: GuestPtr, at: u64, _count: u32) -> Result<u32> {
    word(cx, memory, at, 4)?;
    Ok(0)
}

fn wait32(cx: &mut Cx<'_>, memory: GuestPtr, at: u64, expected: u32, timeout: i64) -> Result<u32> {
    let p = word(cx, memory, at, 4)?;
    let found: u32 = cx.mem().load(p)?;
    wait(cx, memory, found == expected, timeout)
}

fn wait64(cx: &mut Cx<'_>, memory: GuestPtr, at: u64, expected: u64, timeout: i64) -> Result<u32> {
    let p = word(cx, memory, at, 8)?;
    let found: u64 = cx.mem().load(p)?;
    wait(cx, memory, found == expected, timeout)
}

/// `timeout` in nanoseconds; a negative one never ends.
fn wait(cx: &Cx<'_>, memory: GuestPtr, equal: bool, timeout: i64) -> Result<u32> {
    if !is_shared(cx, memory)? {
        return Err(Trap::Wasm(WasmTrap::ExpectedShared));
    }
    if !equal {
        return Ok(NOT_EQUAL);
    }
    let from = Instant::now();
    let limit = u64::try_from(timeout).ok().map(Duration::from_nanos);
    loop {
        if cx.process.interrupt.is_set() {
            return Err(cx.process.stop_reason());
        }
        let left = limit.map_or(STEP, |limit| limit.saturating_sub(from.elapsed()));
        if left.is_zero() {
            return Ok(TIMED_OUT);
        }
        std::thread::sleep(left.min(STEP));
    }
}

/// How long a wait does not look at the interrupt flag.
const STEP: Duration = Duration::from_millis(10);
