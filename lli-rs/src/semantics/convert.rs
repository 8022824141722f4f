//! Conversions between types.

use super::arith::{lane_fp, lane_wide, put_fp, put_lane_wide, sext64};
use super::float::Fp;
use super::int;
use super::lanes::{Lanes, int_bits};
use super::wide::Wide;
use super::{X87, from_memory, to_memory};
use crate::ir::{CastOp, Type};

/// Converts a value of type `from` to type `to`, lane by lane.
pub fn cast(op: CastOp, from: &Type, to: &Type, a: &[u64], out: &mut [u64]) {
    match op {
        CastOp::BitCast => bitcast(from, to, a, out),
        CastOp::Trunc | CastOp::ZExt | CastOp::PtrToInt | CastOp::IntToPtr => resize(from, to, a, out, false),
        CastOp::SExt => resize(from, to, a, out, true),
        CastOp::FpTrunc | CastOp::FpExt => float_to_float(from, to, a, out),
        CastOp::FpToSi => float_to_int(from, to, a, out, true),
        CastOp::FpToUi => float_to_int(from, to, a, out, false),
        CastOp::SiToFp => int_to_float(from, to, a, out, true),
        CastOp::UiToFp => int_to_float(from, to, a, out, false),
    }
}

fn resize(from: &Type, to: &Type, a: &[u64], out: &mut [u64], signed: bool) {
    let (source, target) = (Lanes::of(from), Lanes::of(to));
    let (bits, width) = (int_bits(from.scalar()), int_bits(to.scalar()));
    out.fill(0);
    if bits <= 64 && width <= 64 {
        let mask: u64 = int::mask(width);
        for i in 0..target.count {
            let v = source.get(a, i);
            target.put(out, i, mask & if signed { sext64(bits, v) } else { v });
        }
        return;
    }
    for i in 0..target.count {
        let v = lane_wide(source, bits, a, i);
        put_lane_wide(target, out, i, &if signed { v.sext(width) } else { v.zext(width) });
    }
}

fn float_to_float(from: &Type, to: &Type, a: &[u64], out: &mut [u64]) {
    let (source, target) = (Lanes::of(from), Lanes::of(to));
    out.fill(0);
    for i in 0..target.count {
        match from.scalar() {
            Type::Float => put_as(to, target, out, i, lane_fp::<f32>(source, a, i)),
            Type::Double => put_as(to, target, out, i, lane_fp::<f64>(source, a, i)),
            _ => put_as(to, target, out, i, lane_fp::<X87>(source, a, i)),
        }
    }
}

fn put_as<T: Fp>(to: &Type, target: Lanes, out: &mut [u64], i: usize, v: T) {
    match to.scalar() {
        Type::Float => put_fp(target, out, i, v.to_f32()),
        Type::Double => put_fp(target, out, i, v.to_f64()),
        _ => put_fp(target, out, i, v.to_x87()),
    }
}

fn float_to_int(from: &Type, to: &Type, a: &[u64], out: &mut [u64], signed: bool) {
    let (source, target) = (Lanes::of(from), Lanes::of(to));
    let bits = int_bits(to.scalar());
    out.fill(0);
    for i in 0..target.count {
        match from.scalar() {
            Type::Float => put_int(target, bits, out, i, lane_fp::<f32>(source, a, i), signed),
            Type::Double => put_int(target, bits, out, i, lane_fp::<f64>(source, a, i), signed),
            _ => put_int(target, bits, out, i, lane_fp::<X87>(source, a, i), signed),
        }
    }
}

fn put_int<T: Fp>(target: Lanes, bits: u32, out: &mut [u64], i: usize, v: T, signed: bool) {
    if bits > 128 {
        return put_lane_wide(target, out, i, &float_to_wide(v.to_x87(), bits));
    }
    target.put_u128(out, i, if signed { v.to_signed(bits) } else { v.to_unsigned(bits) });
}

/// Truncates to more than 128 bits; what does not fit gives the most negative number.
fn float_to_wide(v: X87, bits: u32) -> Wide {
    let (fraction, exp) = v.frexp();
    if v.is_nan() || matches!(v.class(), super::float::Class::Infinite) || exp >= bits as i32 {
        return Wide::min(bits);
    }
    let significand = Wide::from_u64(bits, fraction.to_slots()[0]);
    let r = if exp >= 64 { significand.shl(exp as u32 - 64) } else { significand.lshr((64 - exp) as u32) };
    if v.is_negative() { r.neg() } else { r }
}

fn int_to_float(from: &Type, to: &Type, a: &[u64], out: &mut [u64], signed: bool) {
    let (source, target) = (Lanes::of(from), Lanes::of(to));
    let bits = int_bits(from.scalar());
    out.fill(0);
    for i in 0..target.count {
        match to.scalar() {
            Type::Float => put_fp(target, out, i, lane_to_fp::<f32>(source, bits, a, i, signed)),
            Type::Double => put_fp(target, out, i, lane_to_fp::<f64>(source, bits, a, i, signed)),
            _ => put_fp(target, out, i, lane_to_fp::<X87>(source, bits, a, i, signed)),
        }
    }
}

fn lane_to_fp<T: Fp>(source: Lanes, bits: u32, a: &[u64], i: usize, signed: bool) -> T {
    match (bits, signed) {
        (0..=128, false) => T::from_u128(source.get_u128(a, i)),
        (0..=128, true) => T::from_i128(int::sext(bits, source.get_u128(a, i)) as i128),
        _ => wide_to_float(&lane_wide(source, bits, a, i), signed),
    }
}

/// Rounds once: the top 128 bits, the lowest of them set if anything below is, then an exact scaling.
fn wide_to_float<T: Fp>(v: &Wide, signed: bool) -> T {
    let negative = signed && v.is_negative();
    let v = if negative { v.neg() } else { v.clone() };
    let drop = v.significant_bits().saturating_sub(128);
    let top = v.lshr(drop);
    let sticky = u128::from(v.cttz() < drop);
    let top = u128::from(top.words()[0]) | u128::from(top.words()[1]) << 64 | sticky;
    let r = T::from_u128(top).ldexp(drop as i32);
    if negative { r.with_sign(true) } else { r }
}

/// Whether a value of this type has the same bytes in registers and in memory, but for trailing zeros.
fn is_dense(ty: &Type) -> bool {
    ty.as_vector().is_none_or(|(elem, _)| super::image::is_dense(elem))
}

fn bitcast(from: &Type, to: &Type, a: &[u64], out: &mut [u64]) {
    if is_dense(from) && is_dense(to) && a.len() == out.len() {
        return out.copy_from_slice(a);
    }
    let mut bytes: smallvec::SmallVec<[u8; 64]> =
        smallvec::SmallVec::from_elem(0, from.store_size().max(to.store_size()) as usize);
    to_memory(from, a, &mut bytes[..from.store_size() as usize]);
    from_memory(to, &bytes[..to.store_size() as usize], out);
}
