//! What every operation of the IR means, as pure functions on plain values.
//!
//! Two levels: typed scalar helpers ([`int::Int`], [`float`]) for hot handlers, and one generic entry
//! for each family that works on register slots of any type ([`binary`], [`cast`], [`intrinsic()`], ...).
//! Interpreter, constant folding and tests share them. Of the engine only the descriptors of [`crate::ir`]
//! are known here: no memory, no traps, no calls.
//!
//! Register slots: see [`crate::ir::Type::slots`]. All functions expect canonical inputs (unused bits zero),
//! give canonical results, and write every slot of `out`, whose length is the result type's.

mod aggregate;
mod arith;
mod consts;
mod convert;
pub mod float;
mod image;
pub mod int;
mod intrinsic;
mod intrinsic_float;
mod intrinsic_int;
pub mod lanes;
pub mod libm;
mod reduce;
pub mod simd;
mod vector;
pub mod wide;
mod x87;

#[cfg(test)]
mod tests;

pub use aggregate::{extract_value, insert_value, member};
pub use arith::{atomic_rmw, binary, fcmp, fneg, icmp, select};
pub use consts::{const_bytes, const_slots};
pub use convert::cast;
pub use float::Fp;
pub use image::{from_memory, to_memory};
pub use intrinsic::intrinsic;
pub(crate) use intrinsic_float::{math1, math2};
pub use vector::{extract_element, gep, insert_element, shuffle, splat};
pub use x87::X87;

/// An arithmetic fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    /// Integer division or remainder by zero.
    DivideByZero,
    /// The most negative integer divided by -1.
    DivideOverflow,
}
