//! Traps of WebAssembly: their codes in lifted bitcode, the specification's messages, and which of the engine's own
//! traps are one of them when lifted code stopped with them.

use svm_memory::{FaultKind, ObjectKind};

use super::{Limit, Trap};

/// Why WebAssembly code trapped. The numbers are what lifted code hands to `svm.wasm.trap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum WasmTrap {
    /// The `unreachable` instruction.
    Unreachable = 0,
    /// Integer division or remainder by zero.
    DivideByZero = 1,
    /// The smallest integer divided by -1, or a conversion out of range.
    IntegerOverflow = 2,
    /// A conversion of NaN to an integer.
    InvalidConversion = 3,
    /// An access outside of a linear memory.
    MemoryBounds = 4,
    /// An access outside of a table.
    TableBounds = 5,
    /// An indirect call by an index outside of its table.
    UndefinedElement = 6,
    /// An indirect call by an index whose entry is null.
    UninitializedElement = 7,
    /// An indirect call of a function of another type.
    CallType = 8,
    /// An atomic access at an address that is not a multiple of its size.
    UnalignedAtomic = 9,
    /// A wait on a memory that is not shared.
    ExpectedShared = 10,
    /// A null reference where none may be.
    NullReference = 11,
    /// A call through a null function reference.
    NullFunction = 12,
    /// Calls nested too deep.
    StackExhausted = 13,
    /// An exception that nothing caught.
    UncaughtException = 14,
}

impl WasmTrap {
    /// All of them, by their numbers.
    pub const ALL: [WasmTrap; 15] = [
        WasmTrap::Unreachable,
        WasmTrap::DivideByZero,
        WasmTrap::IntegerOverflow,
        WasmTrap::InvalidConversion,
        WasmTrap::MemoryBounds,
        WasmTrap::TableBounds,
        WasmTrap::UndefinedElement,
        WasmTrap::UninitializedElement,
        WasmTrap::CallType,
        WasmTrap::UnalignedAtomic,
        WasmTrap::ExpectedShared,
        WasmTrap::NullReference,
        WasmTrap::NullFunction,
        WasmTrap::StackExhausted,
        WasmTrap::UncaughtException,
    ];

    /// The trap of that number.
    pub fn from_code(code: u32) -> Option<WasmTrap> {
        Self::ALL.get(code as usize).copied()
    }

    /// The specification's words, as its test suite has them.
    pub fn message(self) -> &'static str {
        match self {
            WasmTrap::Unreachable => "unreachable",
            WasmTrap::DivideByZero => "integer divide by zero",
            WasmTrap::IntegerOverflow => "integer overflow",
            WasmTrap::InvalidConversion => "invalid conversion to integer",
            WasmTrap::MemoryBounds => "out of bounds memory access",
            WasmTrap::TableBounds => "out of bounds table access",
            WasmTrap::UndefinedElement => "undefined element",
            WasmTrap::UninitializedElement => "uninitialized element",
            WasmTrap::CallType => "indirect call type mismatch",
            WasmTrap::UnalignedAtomic => "unaligned atomic",
            WasmTrap::ExpectedShared => "expected shared memory",
            WasmTrap::NullReference => "null reference",
            WasmTrap::NullFunction => "null function reference",
            WasmTrap::StackExhausted => "call stack exhausted",
            WasmTrap::UncaughtException => "uncaught exception",
        }
    }
}

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
