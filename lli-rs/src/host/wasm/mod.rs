//! What lifted WebAssembly calls: making and growing memories and tables, bulk operations on them, waiting and waking,
//! traps, exceptions. Loads and stores are not here: lifted code makes them itself, and the object's bounds check them.
//!
//! A linear memory and a table are each one object that grows in place, so that its pointer is the same for ever.

mod bulk;
mod linear;
mod objects;
#[cfg(test)]
mod tests;
mod wait;

pub use linear::LinearMemory;
pub use objects::State;

use super::{HostFn, host_table};
use crate::machine::{Cx, Result, Trap, WasmTrap};
use svm_memory::GuestPtr;

/// The function tables.
pub fn tables() -> &'static [&'static [HostFn]] {
    static TABLES: &[&[HostFn]] = &[TABLE, objects::TABLE, bulk::TABLE, wait::TABLE];
    TABLES
}

host_table! {
    static TABLE = [
        "void svm.wasm.trap(uint32_t code)" => trap: code,
        "void svm.wasm.throw(void *exception)" => throw: exception,
    ];
}

fn trap(cx: &mut Cx<'_>, code: u32) -> Result<()> {
    Err(match WasmTrap::from_code(code) {
        Some(trap) => Trap::Wasm(trap),
        None => cx.misuse(format!("does not know the trap {code}")),
    })
}

fn throw(_: &mut Cx<'_>, exception: GuestPtr) -> Result<()> {
    Err(Trap::Unwind { exception })
}
