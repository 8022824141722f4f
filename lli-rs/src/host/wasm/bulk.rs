//! Bulk operations on memories and tables. As the specification asks, both ranges are checked as a whole before
//! anything is written, and an empty range must lie within bounds, too.

use svm_memory::{GuestPtr, Memory};

use super::objects::{ENTRY, fill};
use crate::host::host_table;
use crate::machine::{Cx, Result, Trap, WasmTrap};

host_table! {
    /// Copies, fills, segments.
    pub(super) static TABLE = [
        "void svm.wasm.memory_copy(void *to, uint64_t d, void *from, uint64_t s, uint64_t n)"
            => memory_copy: to, d, from, s, n,
        "void svm.wasm.memory_fill(void *memory, uint64_t d, uint32_t byte, uint64_t n)"
            => memory_fill: memory, d, byte, n,
        "void svm.wasm.memory_init(void *memory, uint64_t d, const void *data, uint64_t length, uint64_t s, uint64_t n)"
            => memory_init: memory, d, data, length, s, n,
        "void svm.wasm.table_copy(void *to, uint64_t d, void *from, uint64_t s, uint64_t n)"
            => table_copy: to, d, from, s, n,
        "void svm.wasm.table_fill(void *table, uint64_t d, void *value, uint64_t n)"
            => table_fill: table, d, value, n,
        "void svm.wasm.table_init(void *table, uint64_t d, const void *data, uint64_t length, uint64_t s, uint64_t n)"
            => table_init: table, d, data, length, s, n,
    ];
}

/// The address of `n` units at index `at` of an object that has `size` of them, each of `unit` bytes.
fn range(base: GuestPtr, size: u64, at: u64, n: u64, unit: u64, trap: WasmTrap) -> Result<GuestPtr> {
    match at.checked_add(n) {
        Some(end) if end <= size => Ok(base.offset((at * unit) as i64)),
        _ => Err(Trap::Wasm(trap)),
    }
}

pub(super) fn bytes(mem: &Memory, memory: GuestPtr, at: u64, n: u64) -> Result<GuestPtr> {
    range(memory, mem.size_of(memory)?, at, n, 1, WasmTrap::MemoryBounds)
}

fn entries(mem: &Memory, table: GuestPtr, at: u64, n: u64) -> Result<GuestPtr> {
    range(table, mem.size_of(table)? / ENTRY, at, n, ENTRY, WasmTrap::TableBounds)
}

fn memory_copy(cx: &mut Cx<'_>, to: GuestPtr, d: u64, from: GuestPtr, s: u64, n: u64) -> Result<()> {
    let (from, to) = (bytes(cx.mem(), from, s, n)?, bytes(cx.mem(), to, d, n)?);
    Ok(cx.mem().copy(to, from, n)?)
}

fn memory_fill(cx: &mut Cx<'_>, memory: GuestPtr, d: u64, byte: u32, n: u64) -> Result<()> {
    let to = bytes(cx.mem(), memory, d, n)?;
    Ok(cx.mem().fill(to, byte as u8, n)?)
}

/// `length` is that of the segment: 0 once it was dropped.
fn memory_init(
    cx: &mut Cx<'_>,
    memory: GuestPtr,
    d: u64,
    data: GuestPtr,
    length: u64,
    s: u64,
    n: u64,
) -> Result<()> {
    let from = range(data, length, s, n, 1, WasmTrap::MemoryBounds)?;
    let to = bytes(cx.mem(), memory, d, n)?;
    Ok(cx.mem().copy(to, from, n)?)
}

fn table_copy(cx: &mut Cx<'_>, to: GuestPtr, d: u64, from: GuestPtr, s: u64, n: u64) -> Result<()> {
    let (from, to) = (entries(cx.mem(), from, s, n)?, entries(cx.mem(), to, d, n)?);
    Ok(cx.mem().copy(to, from, n * ENTRY)?)
}

fn table_fill(cx: &mut Cx<'_>, table: GuestPtr, d: u64, value: GuestPtr, n: u64) -> Result<()> {
    entries(cx.mem(), table, d, n)?;
    fill(cx, table, d, n, value)
}

/// `length` is that of the segment, in entries: 0 once it was dropped.
fn table_init(
    cx: &mut Cx<'_>,
    table: GuestPtr,
    d: u64,
    data: GuestPtr,
    length: u64,
    s: u64,
    n: u64,
) -> Result<()> {
    let from = range(data, length, s, n, ENTRY, WasmTrap::TableBounds)?;
    let to = entries(cx.mem(), table, d, n)?;
    Ok(cx.mem().copy(to, from, n * ENTRY)?)
}
