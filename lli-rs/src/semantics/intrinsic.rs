//! The one entry for pure intrinsics: sorts them by family.

use super::lanes::{Lanes, int_bits};
use super::{Arith, intrinsic_float, intrinsic_int, reduce};
use crate::ir::{Intrinsic, Type};

/// Computes a pure intrinsic on register slots of any type. `Ok(false)` if `i` is none: it reads or
/// changes memory, the stack or the machine, and belongs to `intrinsics/`.
pub fn intrinsic(
    i: Intrinsic,
    arg_tys: &[&Type],
    ret: &Type,
    args: &[&[u64]],
    out: &mut [u64],
) -> Result<bool, Arith> {
    let done = args.len() == arg_tys.len()
        && !args.is_empty()
        && (ptr_mask(i, arg_tys, args, out)
            || intrinsic_int::run(i, arg_tys, ret, args, out)
            || intrinsic_float::run(i, arg_tys, ret, args, out)
            || reduce::run(i, arg_tys, ret, args, out));
    Ok(done)
}

fn ptr_mask(i: Intrinsic, arg_tys: &[&Type], args: &[&[u64]], out: &mut [u64]) -> bool {
    if i != Intrinsic::PtrMask || args.len() < 2 {
        return false;
    }
    let (pointers, masks) = (Lanes::of(arg_tys[0]), Lanes::of(arg_tys[1]));
    let keep = !super::int::mask::<u64>(int_bits(arg_tys[1].scalar()).clamp(1, 64));
    for lane in 0..pointers.count {
        // The mask is as wide as a pointer's index type; a narrower one leaves the upper bits.
        out[lane] = args[0][lane] & (masks.get(args[1], lane) | keep);
    }
    true
}
