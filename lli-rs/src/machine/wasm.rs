//! Traps of WebAssembly: which of the engine's own traps are one of them when lifted code stopped with them. Codes and
//! messages are those of the table that lifters use.

pub use svm_memory::abi::wasm::Trap as WasmTrap;
use svm_memory::{FaultKind, ObjectKind};

use super::{Limit, Trap};

/// Every function of a lifted module has a name that starts so.
pub(crate) const PREFIX: &str = "wasm$";

/// What a trap means that stopped lifted code: its accesses carry no checks of their own, the bounds of the memory's
/// or table's object are the check. What is no trap of WebAssembly's stays as it is.
pub(crate) fn in_lifted_code(trap: Trap) -> Trap {
    let meaning = match &trap {
        Trap::Memory(fault) => match (fault.kind, fault.object.map(|o| o.kind)) {
            (FaultKind::OutOfBounds, Some(ObjectKind::LinearMemory)) => Some(WasmTrap::MemoryBounds),
            (FaultKind::Misaligned, Some(ObjectKind::LinearMemory)) => Some(WasmTrap::UnalignedAtomic),
            // The only access to a table that lifted code makes itself is that of an indirect call.
            (FaultKind::OutOfBounds, Some(ObjectKind::Table)) => Some(WasmTrap::UndefinedElement),
            _ => None,
        },
        Trap::DivideByZero => Some(WasmTrap::DivideByZero),
        Trap::DivideOverflow => Some(WasmTrap::IntegerOverflow),
        Trap::Limit(Limit::Stack) => Some(WasmTrap::StackExhausted),
        Trap::Unwind { .. } => Some(WasmTrap::UncaughtException),
        _ => None,
    };
    meaning.map_or(trap, Trap::Wasm)
}
