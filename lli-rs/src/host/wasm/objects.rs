//! Linear memories and tables as objects: making them, their sizes, growing them, single entries, exception objects.

use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use svm_lifters::wasm::{Export, ModuleInfo};
use svm_memory::{GuestPtr, ObjectInfo, ObjectKind, SiteId};

use crate::host::host_table;
use crate::machine::{Cx, Limit, Result, Trap, WasmTrap};

/// Bytes of a table's entry: every reference is a pointer.
pub(super) const ENTRY: u64 = 8;
/// The memory's addresses have 64 bits, or the table's indices.
const WIDE: u32 = 1;
/// The memory is shared.
const SHARED: u32 = 2;
/// Tables grow to 2 million entries, or to what they begin with: the most that fits the class of objects below 16 MiB.
const TABLE_RESERVE: u64 = (16 << 20) - 4096;
/// Pages of 64 KiB that a memory with 32-bit addresses can have.
const MAX_PAGES: u64 = 1 << 16;

/// What is known of a process's modules, and of its memories and tables beside their objects.
#[derive(Default)]
pub struct State {
    shapes: Mutex<FxHashMap<GuestPtr, Shape>>,
    modules: Arc<[ModuleInfo]>,
    by_name: FxHashMap<String, usize>,
}

/// The type of a memory or table.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// The most units (pages, entries) that its type allows.
    max: u64,
    /// log2 of the bytes of a unit.
    shift: u32,
    shared: bool,
    name: Box<str>,
}

impl State {
    /// The state of a process of these modules; nothing has been instantiated.
    pub(crate) fn new(modules: Arc<[ModuleInfo]>) -> State {
        let by_name = modules.iter().enumerate().map(|(i, m)| (m.name.clone(), i)).collect();
        State { shapes: Mutex::default(), modules, by_name }
    }

    /// The modules, the main one first.
    pub fn modules(&self) -> &[ModuleInfo] {
        &self.modules
    }

    /// An export of a module.
    pub fn export(&self, module: &str, field: &str) -> Option<&Export> {
        let module = &self.modules[*self.by_name.get(module)?];
        module.exports.iter().find(|e| e.name == field)
    }

    fn add(&self, p: GuestPtr, shape: Shape) {
        self.shapes.lock().insert(p, shape);
    }

    /// The name of a memory or table, for reports.
    pub fn name(&self, object: &ObjectInfo) -> Option<String> {
        self.shapes.lock().get(&object.base).map(|s| s.name.to_string())
    }

    fn shape(&self, p: GuestPtr) -> Option<Shape> {
        self.shapes.lock().get(&p).cloned()
    }
}

host_table! {
    /// Memories, tables, exceptions.
    pub(super) static TABLE = [
        "void *svm.wasm.memory_new(uint64_t min, uint64_t max, uint32_t flags, const char *name[?str])"
            => memory_new: min, max, flags, name,
        "void *svm.wasm.memory_new_at(void *memory, uint64_t min, uint64_t max, uint32_t flags, const char *name[?str])"
            => memory_new_at: memory, min, max, flags, name,
        "uint64_t svm.wasm.memory_size(void *memory)" => size: memory,
        "uint64_t svm.wasm.memory_grow(void *memory, uint64_t delta)" => memory_grow: memory, delta,
        "void *svm.wasm.table_new(uint64_t min, uint64_t max, uint32_t flags, void *init, const char *name[?str])"
            => table_new: min, max, flags, init, name,
        "uint64_t svm.wasm.table_size(void *table)" => size: table,
        "uint64_t svm.wasm.table_grow(void *table, uint64_t delta, void *init)" => table_grow: table, delta, init,
        "void *svm.wasm.table_get(void *table, uint64_t index)" => table_get: table, index,
        "void svm.wasm.table_set(void *table, uint64_t index, void *value)" => table_set: table, index, value,
        "void *svm.wasm.exn_new(uint64_t bytes)" => exn_new: bytes,
    ];
}

fn name_of(cx: &Cx<'_>, name: GuestPtr) -> Result<Box<str>> {
    if name.is_null() {
        return Ok("".into());
    }
    Ok(String::from_utf8_lossy(&cx.mem().c_str(name)?).into())
}

fn memory_shape(cx: &Cx<'_>, max: u64, flags: u32, name: GuestPtr) -> Result<Shape> {
    let shift = match flags >> 8 & 63 {
        0 => 16,
        log2 => log2,
    };
    let most = if flags & WIDE == 0 { MAX_PAGES << 16 >> shift } else { u64::MAX >> shift };
    Ok(Shape { max: max.min(most), shift, shared: flags & SHARED != 0, name: name_of(cx, name)? })
}

fn memory_new(cx: &mut Cx<'_>, min: u64, max: u64, flags: u32, name: GuestPtr) -> Result<GuestPtr> {
    let shape = memory_shape(cx, max, flags, name)?;
    // The whole of it is taken up front, as far as the window allows.
    let reserve = shape.max.saturating_mul(1 << shape.shift);
    begin(cx, ObjectKind::LinearMemory, min, reserve, shape)
}

/// Gives a symbol that is a memory its first pages.
fn memory_new_at(
    cx: &mut Cx<'_>,
    memory: GuestPtr,
    min: u64,
    max: u64,
    flags: u32,
    name: GuestPtr,
) -> Result<GuestPtr> {
    let shape = memory_shape(cx, max, flags, name)?;
    if cx.mem().growable_to(memory).is_none() {
        return Err(cx.misuse("was given no symbol of a memory"));
    }
    let bytes = min.checked_mul(1 << shape.shift).filter(|bytes| cx.mem().grow(memory, *bytes));
    bytes.ok_or(Trap::Limit(Limit::Memory))?;
    cx.process.wasm.add(memory, shape);
    Ok(memory)
}

fn table_new(
    cx: &mut Cx<'_>,
    min: u64,
    max: u64,
    flags: u32,
    init: GuestPtr,
    name: GuestPtr,
) -> Result<GuestPtr> {
    let most = if flags & WIDE == 0 { u64::from(u32::MAX) } else { u64::MAX / ENTRY };
    let shape = Shape { max: max.min(most), shift: ENTRY.ilog2(), shared: false, name: name_of(cx, name)? };
    let reserve = shape.max.saturating_mul(ENTRY).min(TABLE_RESERVE);
    let table = begin(cx, ObjectKind::Table, min, reserve, shape)?;
    fill(cx, table, 0, min, init)?;
    Ok(table)
}

fn begin(cx: &mut Cx<'_>, kind: ObjectKind, min: u64, reserve: u64, shape: Shape) -> Result<GuestPtr> {
    let bytes = min.checked_mul(1 << shape.shift).ok_or(Trap::Limit(Limit::Memory))?;
    let site = cx.site();
    let begun = cx.mem().alloc_growable(bytes, reserve, kind, site);
    let p = begun.map_err(|_| Trap::Limit(Limit::Memory))?;
    cx.process.wasm.add(p, shape);
    Ok(p)
}

/// Memory or table, as it was made.
fn shape(cx: &Cx<'_>, p: GuestPtr) -> Result<Shape> {
    cx.process.wasm.shape(p).ok_or_else(|| cx.misuse("was given no memory or table"))
}

/// `memory.size` in pages, `table.size` in entries.
fn size(cx: &mut Cx<'_>, p: GuestPtr) -> Result<u64> {
    let shape = shape(cx, p)?;
    Ok(cx.mem().size_of(p)? >> shape.shift)
}

/// `memory.grow`: the old size, or -1.
fn memory_grow(cx: &mut Cx<'_>, memory: GuestPtr, delta: u64) -> Result<u64> {
    grow(cx, memory, delta)
}

fn table_grow(cx: &mut Cx<'_>, table: GuestPtr, delta: u64, init: GuestPtr) -> Result<u64> {
    let old = grow(cx, table, delta)?;
    if old != u64::MAX {
        fill(cx, table, old, delta, init)?;
    }
    Ok(old)
}

fn grow(cx: &mut Cx<'_>, p: GuestPtr, delta: u64) -> Result<u64> {
    let shape = shape(cx, p)?;
    let old = cx.mem().size_of(p)? >> shape.shift;
    let new = old.checked_add(delta).filter(|new| *new <= shape.max);
    let bytes = new.and_then(|new| new.checked_mul(1 << shape.shift));
    let grown = bytes.is_some_and(|bytes| cx.mem().grow(p, bytes));
    Ok(if grown { old } else { u64::MAX })
}

/// Sets entries, which the caller knows to be there.
pub(super) fn fill(cx: &Cx<'_>, table: GuestPtr, from: u64, count: u64, value: GuestPtr) -> Result<()> {
    if value.is_null() {
        return Ok(cx.mem().fill(table.offset((from * ENTRY) as i64), 0, count * ENTRY)?);
    }
    for at in from..from + count {
        cx.mem().store(table.offset((at * ENTRY) as i64), value)?;
    }
    Ok(())
}

fn entry(cx: &Cx<'_>, table: GuestPtr, index: u64) -> Result<GuestPtr> {
    let entries = cx.mem().size_of(table)? / ENTRY;
    if index >= entries {
        return Err(Trap::Wasm(WasmTrap::TableBounds));
    }
    Ok(table.offset((index * ENTRY) as i64))
}

fn table_get(cx: &mut Cx<'_>, table: GuestPtr, index: u64) -> Result<GuestPtr> {
    Ok(cx.mem().load(entry(cx, table, index)?)?)
}

fn table_set(cx: &mut Cx<'_>, table: GuestPtr, index: u64, value: GuestPtr) -> Result<()> {
    Ok(cx.mem().store(entry(cx, table, index)?, value)?)
}

/// An exception object; references to it may be anywhere, so it lives as long as the process.
fn exn_new(cx: &mut Cx<'_>, bytes: u64) -> Result<GuestPtr> {
    let begun = cx.mem().alloc(bytes, 16, ObjectKind::Host, SiteId::NONE);
    begun.map_err(|_| Trap::Limit(Limit::Memory))
}

/// Whether a memory is shared.
pub(super) fn is_shared(cx: &Cx<'_>, memory: GuestPtr) -> Result<bool> {
    Ok(shape(cx, memory)?.shared)
}
