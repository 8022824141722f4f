//! WebAssembly's part of the table: runtime functions, trap codes with the specification's messages, type numbers.

use super::Runtime;

/// What a trap is; the numbers are what `svm.wasm.trap` is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Trap {
    /// `unreachable` was executed.
    Unreachable = 0,
    /// Integer division or remainder by zero.
    DivideByZero = 1,
    /// Signed division overflow, or a float that the integer type cannot hold.
    IntegerOverflow = 2,
    /// A NaN was converted to an integer.
    InvalidConversion = 3,
    /// A linear memory's bounds.
    MemoryBounds = 4,
    /// A table's bounds.
    TableBounds = 5,
    /// `call_indirect` beyond the table.
    UndefinedElement = 6,
    /// `call_indirect` of a null entry.
    UninitializedElement = 7,
    /// `call_indirect` of a function of another type.
    TypeMismatch = 8,
    /// An atomic access that is not aligned to its size.
    UnalignedAtomic = 9,
    /// `memory.atomic.wait` on a memory that is not shared.
    ExpectedShared = 10,
    /// A null reference where one is needed.
    NullReference = 11,
    /// `call_ref` of null.
    NullFunction = 12,
    /// The guest's stack is used up.
    StackExhausted = 13,
    /// An exception that nothing caught.
    UncaughtException = 14,
    /// `throw_ref` of null.
    NullException = 15,
    /// An imported memory or table is smaller than the import says.
    IncompatibleImport = 16,
}

/// All traps in the order of their numbers.
pub const TRAPS: &[(Trap, &str)] = &[
    (Trap::Unreachable, "unreachable"),
    (Trap::DivideByZero, "integer divide by zero"),
    (Trap::IntegerOverflow, "integer overflow"),
    (Trap::InvalidConversion, "invalid conversion to integer"),
    (Trap::MemoryBounds, "out of bounds memory access"),
    (Trap::TableBounds, "out of bounds table access"),
    (Trap::UndefinedElement, "undefined element"),
    (Trap::UninitializedElement, "uninitialized element"),
    (Trap::TypeMismatch, "indirect call type mismatch"),
    (Trap::UnalignedAtomic, "unaligned atomic"),
    (Trap::ExpectedShared, "expected shared memory"),
    (Trap::NullReference, "null reference"),
    (Trap::NullFunction, "null function reference"),
    (Trap::StackExhausted, "call stack exhausted"),
    (Trap::UncaughtException, "uncaught exception"),
    (Trap::NullException, "null exception reference"),
    (Trap::IncompatibleImport, "incompatible import type"),
];

impl Trap {
    /// The trap with that number.
    pub fn from_code(code: u32) -> Option<Trap> {
        TRAPS.get(code as usize).map(|(trap, _)| *trap)
    }

    /// The specification's message.
    pub fn message(self) -> &'static str {
        TRAPS[self as usize].1
    }
}

/// `(code)`, does not return: ends the guest with a trap.
pub const TRAP: &str = "svm.wasm.trap";
/// `(min pages, max pages or -1, flags, name)`: a memory; the result stays the same however it grows.
pub const MEMORY_NEW: &str = "svm.wasm.memory_new";
/// `(memory symbol, min, max, flags, name)`: the same for the form in which the symbol is the memory.
pub const MEMORY_NEW_AT: &str = "svm.wasm.memory_new_at";
/// The section of a symbol that is a memory: an object without bytes until `memory_new_at`.
pub const MEMORY_SECTION: &str = "svm.wasm.memory";
/// `(memory)`: its pages.
pub const MEMORY_SIZE: &str = "svm.wasm.memory_size";
/// `(memory, pages)`: the pages before, or -1.
pub const MEMORY_GROW: &str = "svm.wasm.memory_grow";
/// `(memory, at, byte, length)`.
pub const MEMORY_FILL: &str = "svm.wasm.memory_fill";
/// `(to memory, to, from memory, from, length)`.
pub const MEMORY_COPY: &str = "svm.wasm.memory_copy";
/// `(memory, at, bytes, their number, from, length)`.
pub const MEMORY_INIT: &str = "svm.wasm.memory_init";
/// `(min, max or -1, flags, initial entry, name)`.
pub const TABLE_NEW: &str = "svm.wasm.table_new";
/// `(table)`: its entries.
pub const TABLE_SIZE: &str = "svm.wasm.table_size";
/// `(table, entries, value)`: the entries before, or -1.
pub const TABLE_GROW: &str = "svm.wasm.table_grow";
/// `(table, index)`.
pub const TABLE_GET: &str = "svm.wasm.table_get";
/// `(table, index, value)`.
pub const TABLE_SET: &str = "svm.wasm.table_set";
/// `(table, at, value, length)`.
pub const TABLE_FILL: &str = "svm.wasm.table_fill";
/// `(to table, to, from table, from, length)`.
pub const TABLE_COPY: &str = "svm.wasm.table_copy";
/// `(table, at, entries, their number, from, length)`.
pub const TABLE_INIT: &str = "svm.wasm.table_init";
/// `(memory, address, count)`: how many were woken.
pub const ATOMIC_NOTIFY: &str = "svm.wasm.atomic_notify";
/// `(memory, address, expected, nanoseconds)`: 0 woken, 1 not equal, 2 timed out.
pub const ATOMIC_WAIT32: &str = "svm.wasm.atomic_wait32";
/// The same for 64 bits.
pub const ATOMIC_WAIT64: &str = "svm.wasm.atomic_wait64";
/// `(bytes)`: an exception object: `ptr tag`, then from byte 16 on 16 bytes a value.
pub const EXN_NEW: &str = "svm.wasm.exn_new";
/// `(exception)`, does not return: unwinds to the next landing pad.
pub const THROW: &str = "svm.wasm.throw";
/// The personality function of functions with landing pads.
pub const PERSONALITY: &str = "svm.wasm.personality";

/// Flag of `memory_new` and `table_new`: indices have 64 bits.
pub const FLAG_64: u32 = 1;
/// Flag of `memory_new`: shared between threads.
pub const FLAG_SHARED: u32 = 2;
/// Bits 8 and up of `memory_new`'s flags: the page size's logarithm; 0 stands for 16.
pub const PAGE_SHIFT: u32 = 8;

/// The runtime functions.
pub const WASM_RUNTIME: &[Runtime] = &[
    Runtime { name: TRAP, proto: "vi" },
    Runtime { name: MEMORY_NEW, proto: "pqqip" },
    Runtime { name: MEMORY_NEW_AT, proto: "ppqqip" },
    Runtime { name: MEMORY_SIZE, proto: "qp" },
    Runtime { name: MEMORY_GROW, proto: "qpq" },
    Runtime { name: MEMORY_FILL, proto: "vpqiq" },
    Runtime { name: MEMORY_COPY, proto: "vpqpqq" },
    Runtime { name: MEMORY_INIT, proto: "vpqpqqq" },
    Runtime { name: TABLE_NEW, proto: "pqqipp" },
    Runtime { name: TABLE_SIZE, proto: "qp" },
    Runtime { name: TABLE_GROW, proto: "qpqp" },
    Runtime { name: TABLE_GET, proto: "ppq" },
    Runtime { name: TABLE_SET, proto: "vpqp" },
    Runtime { name: TABLE_FILL, proto: "vpqpq" },
    Runtime { name: TABLE_COPY, proto: "vpqpqq" },
    Runtime { name: TABLE_INIT, proto: "vpqpqqq" },
    Runtime { name: ATOMIC_NOTIFY, proto: "ipqi" },
    Runtime { name: ATOMIC_WAIT32, proto: "ipqiq" },
    Runtime { name: ATOMIC_WAIT64, proto: "ipqqq" },
    Runtime { name: EXN_NEW, proto: "pq" },
    Runtime { name: THROW, proto: "vp" },
];

/// A value type as [`type_id`] counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 32-bit integer.
    I32 = 1,
    /// 64-bit integer.
    I64,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
    /// 128-bit vector.
    V128,
    /// Reference to a function.
    Func,
    /// Reference of the host's.
    Extern,
    /// Reference to an exception.
    Exn,
}

/// The number of a function type, the same in every module: parameters, 9, results as digits of base 10 where they fit
/// 63 bits; beyond that a hash (FNV-1a) with the top bit set. Never 0.
pub fn type_id(params: &[Kind], results: &[Kind]) -> u64 {
    let digits = || {
        let kinds = |list: &[Kind]| list.iter().map(|k| *k as u64).collect::<Vec<_>>();
        let mut all = kinds(params);
        all.push(9);
        all.extend(kinds(results));
        all
    };
    let exact = digits().iter().try_fold(0u64, |n, d| n.checked_mul(10)?.checked_add(*d));
    match exact {
        Some(n) if n >> 63 == 0 => n,
        _ => {
            let fnv = |hash: u64, d: &u64| (hash ^ d).wrapping_mul(0x100_0000_01b3);
            digits().iter().fold(0xcbf2_9ce4_8422_2325, fnv) | 1 << 63
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_are_in_order() {
        for (i, (trap, _)) in TRAPS.iter().enumerate() {
            assert_eq!(*trap as usize, i);
        }
    }

    #[test]
    fn type_ids_differ() {
        use Kind::*;
        assert_ne!(type_id(&[I32], &[]), type_id(&[], &[I32]));
        assert_ne!(type_id(&[I32, I64], &[]), type_id(&[I64, I32], &[]));
        assert_eq!(type_id(&[I32, I64], &[F32]), 1293);
        assert_ne!(type_id(&[I32; 40], &[]), type_id(&[I32; 41], &[]));
        assert_eq!(type_id(&[I32; 40], &[]) >> 63, 1);
    }
}
