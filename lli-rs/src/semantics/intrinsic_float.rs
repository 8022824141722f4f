//! Floating-point intrinsics.

use super::X87;
use super::arith::{lane_fp, put_fp};
use super::float::{self, Fp};
use super::lanes::{Lanes, int_bits};
use super::libm::{Math1, Math2};
use crate::ir::{Intrinsic, Type};

/// Computes `i` if it is one of these.
pub fn run(i: Intrinsic, arg_tys: &[&Type], ret: &Type, args: &[&[u64]], out: &mut [u64]) -> bool {
    match arg_tys[0].scalar() {
        Type::Float => run_as::<f32>(i, arg_tys, ret, args, out),
        Type::Double => run_as::<f64>(i, arg_tys, ret, args, out),
        Type::X87 => run_as::<X87>(i, arg_tys, ret, args, out),
        _ => false,
    }
}

fn run_as<T: Fp>(i: Intrinsic, arg_tys: &[&Type], ret: &Type, args: &[&[u64]], out: &mut [u64]) -> bool {
    let lanes = Lanes::of(arg_tys[0]);
    out.fill(0);
    for lane in 0..lanes.count {
        let a: T = lane_fp(lanes, args[0], lane);
        let b = || args.get(1).map_or(a, |s| lane_fp::<T>(lanes, s, lane));
        let c = || args.get(2).map_or(a, |s| lane_fp::<T>(lanes, s, lane));
        if let Some(r) = unary(i, a).or_else(|| binary(i, a, b)).or_else(|| ternary(i, a, b, c)) {
            put_fp(lanes, out, lane, r);
        } else if !mixed(i, arg_tys, ret, args, out, lane, a) {
            return false;
        }
    }
    true
}

/// The library's function of one argument that an intrinsic is, if it is one.
pub(crate) fn math1(i: Intrinsic) -> Option<Math1> {
    Some(match i {
        Intrinsic::Exp => Math1::Exp,
        Intrinsic::Exp2 => Math1::Exp2,
        Intrinsic::Exp10 => Math1::Exp10,
        Intrinsic::Log => Math1::Log,
        Intrinsic::Log2 => Math1::Log2,
        Intrinsic::Log10 => Math1::Log10,
        Intrinsic::Sin => Math1::Sin,
        Intrinsic::Cos => Math1::Cos,
        Intrinsic::Tan => Math1::Tan,
        Intrinsic::Asin => Math1::Asin,
        Intrinsic::Acos => Math1::Acos,
        Intrinsic::Atan => Math1::Atan,
        Intrinsic::Sinh => Math1::Sinh,
        Intrinsic::Cosh => Math1::Cosh,
        Intrinsic::Tanh => Math1::Tanh,
        _ => return None,
    })
}

/// The same for two arguments.
pub(crate) fn math2(i: Intrinsic) -> Option<Math2> {
    match i {
        Intrinsic::Pow => Some(Math2::Pow),
        Intrinsic::Atan2 => Some(Math2::Atan2),
        _ => None,
    }
}

fn unary<T: Fp>(i: Intrinsic, a: T) -> Option<T> {
    Some(match i {
        Intrinsic::FAbs => float::fabs(a),
        Intrinsic::Sqrt => a.sqrt(),
        Intrinsic::Floor => a.floor(),
        Intrinsic::Ceil => a.ceil(),
        Intrinsic::FTrunc => a.trunc(),
        Intrinsic::Rint | Intrinsic::NearbyInt => a.rint(),
        Intrinsic::RoundEven => a.round_even(),
        Intrinsic::Round => a.round(),
        Intrinsic::Canonicalize => a.mul(T::from_u128(1)),
        _ => return math1(i).map(|f| a.math1(f)),
    })
}

fn binary<T: Fp>(i: Intrinsic, a: T, b: impl Fn() -> T) -> Option<T> {
    Some(match i {
        Intrinsic::CopySign => a.with_sign(b().is_negative()),
        Intrinsic::MinNum => float::minnum(a, b()),
        Intrinsic::MaxNum => float::maxnum(a, b()),
        Intrinsic::Minimum => float::minimum(a, b(), false),
        Intrinsic::Maximum => float::minimum(a, b(), true),
        Intrinsic::MinimumNum => float::minimum_num(a, b(), false),
        Intrinsic::MaximumNum => float::minimum_num(a, b(), true),
        _ => return math2(i).map(|f| a.math2(b(), f)),
    })
}

fn ternary<T: Fp>(i: Intrinsic, a: T, b: impl Fn() -> T, c: impl Fn() -> T) -> Option<T> {
    Some(match i {
        Intrinsic::Fma => a.fma(b(), c()),
        // Plain x86-64 has no fused multiply-add: clang's code rounds twice.
        Intrinsic::FMulAdd => a.mul(b()).add(c()),
        _ => return None,
    })
}

/// The intrinsics whose operands and results differ in type.
fn mixed<T: Fp>(
    i: Intrinsic,
    arg_tys: &[&Type],
    ret: &Type,
    args: &[&[u64]],
    out: &mut [u64],
    lane: usize,
    a: T,
) -> bool {
    let lanes = Lanes::of(arg_tys[0]);
    let int_arg = || match (args.get(1), arg_tys.get(1)) {
        (Some(slots), Some(ty)) => {
            let at = if ty.as_vector().is_some() { lane } else { 0 };
            let bits = int_bits(ty.scalar()).clamp(1, 64);
            let v = super::int::sext(bits, Lanes::of(ty).get(slots, at)) as i64;
            v.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
        }
        _ => 0,
    };
    let bits = int_bits(ret.scalar());
    match i {
        Intrinsic::PowI => put_fp(lanes, out, lane, float::powi(a, int_arg())),
        Intrinsic::LdExp => put_fp(lanes, out, lane, a.ldexp(int_arg())),
        Intrinsic::LRint => put_int(ret, out, lane, a.rint().to_signed(bits)),
        Intrinsic::LRound => put_int(ret, out, lane, a.round().to_signed(bits)),
        Intrinsic::FpToSiSat => put_int(ret, out, lane, to_int_sat(a, bits)),
        Intrinsic::FpToUiSat => put_int(ret, out, lane, a.to_u128_sat().min(super::int::mask(bits))),
        Intrinsic::IsFpClass => {
            let mask = args.get(1).map_or(0, |slots| slots[0] as u32);
            put_int(ret, out, lane, u128::from(float::is_class(a, mask)));
        }
        Intrinsic::FrExp | Intrinsic::Modf | Intrinsic::SinCos => return pair(i, ret, out, lane, a),
        _ => return false,
    }
    true
}

fn put_int(ret: &Type, out: &mut [u64], lane: usize, v: u128) {
    Lanes::of(ret).put_u128(out, lane, v);
}

fn to_int_sat<T: Fp>(a: T, bits: u32) -> u128 {
    let limit = 1i128.checked_shl(bits.wrapping_sub(1)).filter(|_| bits < 128);
    let v = match limit {
        Some(limit) => a.to_i128_sat().clamp(-limit, limit - 1),
        None => a.to_i128_sat(),
    };
    super::int::canon(bits, v as u128)
}

/// Results of two fields: each starts its own slot.
fn pair<T: Fp>(i: Intrinsic, ret: &Type, out: &mut [u64], lane: usize, a: T) -> bool {
    let Type::Struct(s) = ret else { return false };
    let [first, second] = &s.fields[..] else { return false };
    let (x, y) = out.split_at_mut(first.slots() as usize);
    let (to_x, to_y) = (Lanes::of(first), Lanes::of(second));
    match i {
        Intrinsic::FrExp => {
            let (fraction, exp) = a.frexp();
            put_fp(to_x, x, lane, fraction);
            to_y.put(y, lane, super::int::canon(int_bits(second.scalar()).clamp(1, 64), exp as i64 as u64));
        }
        Intrinsic::Modf => {
            let (fraction, whole) = float::modf(a);
            put_fp(to_x, x, lane, fraction);
            put_fp(to_y, y, lane, whole);
        }
        _ => {
            put_fp(to_x, x, lane, a.math1(Math1::Sin));
            put_fp(to_y, y, lane, a.math1(Math1::Cos));
        }
    }
    true
}
