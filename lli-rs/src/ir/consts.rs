//! Constants: what bodies and initializers may name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BlockId, FuncId, GlobalId};

/// Something with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Symbol {
    /// A global variable.
    Global(GlobalId),
    /// A function (an alias is resolved to what it names).
    Func(FuncId),
    /// A basic block whose address is taken: the value is its 1-based position among the
    /// address-taken blocks of its function, tagged by the engine so that it is no pointer.
    Block(FuncId, BlockId),
}

/// A constant; its type stands beside it, in the value or in the initializer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Const {
    /// Zero of any type: also null, `zeroinitializer`, `undef` and `poison`.
    Zero,
    /// An integer of at most 64 bits, zero-extended.
    Int(u64),
    /// A wider integer: little-endian 64-bit words, zero-extended.
    Wide(Arc<[u64]>),
    /// Bits of a `float`.
    Float(u32),
    /// Bits of a `double`.
    Double(u64),
    /// Bytes of an `x86_fp80`, little-endian.
    X87([u8; 10]),
    /// The address of a symbol plus a byte offset. Its root is the symbol itself.
    Addr(Symbol, i64),
    /// An array of bytes.
    Bytes(Arc<[u8]>),
    /// Elements of a vector, array or structure, each of the element's or field's type.
    List(Arc<[Const]>),
    /// An integer computed from addresses; only in initializers (bodies get instructions).
    Expr(Arc<ConstOp>),
}

/// A constant expression on integers or pointers that could not be folded; the bit width is the
/// operation's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConstOp {
    /// Sum, modulo 2^bits.
    Add(Const, Const, u32),
    /// Difference, modulo 2^bits.
    Sub(Const, Const, u32),
    /// Exclusive or.
    Xor(Const, Const, u32),
    /// Truncation to so many bits (also ptrtoint to a narrow integer).
    Trunc(Const, u32),
}
