//! The one thing that inkwell calls unsafe: a gep whose indices it does not check. Ours are always one index into
//! bytes, which no input can get wrong.
#![allow(unsafe_code)]

use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::values::{IntValue, PointerValue};

use super::bug;
use crate::ebpf::error::Error;

/// `base + offset` bytes.
pub fn gep<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    base: PointerValue<'c>,
    offset: IntValue<'c>,
) -> Result<PointerValue<'c>, Error> {
    // SAFETY: the source element type is i8 and there is exactly one index, an i64.
    unsafe { builder.build_gep(context.i8_type(), base, &[offset], "") }.map_err(bug)
}

/// The same of constants.
pub fn const_gep<'c>(context: &'c Context, base: PointerValue<'c>, offset: IntValue<'c>) -> PointerValue<'c> {
    // SAFETY: as above.
    unsafe { base.const_gep(context.i8_type(), &[offset]) }
}
