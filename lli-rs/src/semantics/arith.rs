//! Two-operand arithmetic, comparison, negation and selection on register slots of any type.

use super::float::{self, Fp};
use super::int::{self, Int, binary_in, icmp_in};
use super::lanes::{Lanes, int_bits};
use super::wide::Wide;
use super::{Arith, X87};
use crate::ir::{BinOp, FCmpPred, ICmpPred, RmwOp, Type};

/// `a op b` on values of type `ty`, lane by lane.
pub fn binary(op: BinOp, ty: &Type, a: &[u64], b: &[u64], out: &mut [u64]) -> Result<(), Arith> {
    let lanes = Lanes::of(ty);
    match ty.scalar() {
        Type::Float if ty.as_vector().is_some() => float_lanes::<f32>(op, lanes.count, a, b, out),
        Type::Double => float_lanes::<f64>(op, lanes.count, a, b, out),
        Type::Float => out[0] = u64::from(float_op(op, low_f32(a), low_f32(b)).to_bits()),
        Type::X87 => {
            for i in 0..lanes.count {
                let r = float_op(op, X87::from_slots(lanes.words(a, i)), X87::from_slots(lanes.words(b, i)));
                lanes.words_mut(out, i).copy_from_slice(&r.to_slots());
            }
        }
        scalar => return int_lanes(op, int_bits(scalar), lanes, a, b, out),
    }
    Ok(())
}

fn low_f32(slots: &[u64]) -> f32 {
    f32::from_bits(slots[0] as u32)
}

/// One floating-point operation; integer ops give the first operand.
pub(super) fn float_op<T: Fp>(op: BinOp, a: T, b: T) -> T {
    match op {
        BinOp::FAdd => a.add(b),
        BinOp::FSub => a.sub(b),
        BinOp::FMul => a.mul(b),
        BinOp::FDiv => a.div(b),
        BinOp::FRem => a.rem(b),
        _ => a,
    }
}

fn float_lanes<T: Fp + bytemuck::Pod>(op: BinOp, count: usize, a: &[u64], b: &[u64], out: &mut [u64]) {
    if let Some(last) = out.last_mut() {
        *last = 0; // what lies behind the last lane
    }
    let (a, b): (&[T], &[T]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
    let out: &mut [T] = bytemuck::cast_slice_mut(out);
    let lanes = out[..count].iter_mut().zip(&a[..count]).zip(&b[..count]);
    // The operation is chosen outside the loop, so that each loop can be vectorized.
    match op {
        BinOp::FAdd => lanes.for_each(|((r, a), b)| *r = a.add(*b)),
        BinOp::FSub => lanes.for_each(|((r, a), b)| *r = a.sub(*b)),
        BinOp::FMul => lanes.for_each(|((r, a), b)| *r = a.mul(*b)),
        BinOp::FDiv => lanes.for_each(|((r, a), b)| *r = a.div(*b)),
        _ => lanes.for_each(|((r, a), b)| *r = float_op(op, *a, *b)),
    }
}

fn int_lanes(op: BinOp, bits: u32, lanes: Lanes, a: &[u64], b: &[u64], out: &mut [u64]) -> Result<(), Arith> {
    if let BinOp::And | BinOp::Or | BinOp::Xor = op {
        for ((r, a), b) in out.iter_mut().zip(a).zip(b) {
            *r = binary_in(op, 64, *a, *b)?;
        }
        return Ok(());
    }
    match (bits, lanes.stride) {
        (64, 8) => typed_lanes::<u64>(op, lanes.count, a, b, out),
        (32, 4) => typed_lanes::<u32>(op, lanes.count, a, b, out),
        (16, 2) => typed_lanes::<u16>(op, lanes.count, a, b, out),
        (8, 1) => typed_lanes::<u8>(op, lanes.count, a, b, out),
        (1..=64, _) => {
            out.fill(0);
            for i in 0..lanes.count {
                lanes.put(out, i, binary_in(op, bits, lanes.get(a, i), lanes.get(b, i))?);
            }
            Ok(())
        }
        (65..=128, _) => {
            for i in 0..lanes.count {
                let r = binary_in(op, bits, lanes.get_u128(a, i), lanes.get_u128(b, i))?;
                lanes.put_u128(out, i, r);
            }
            Ok(())
        }
        _ => {
            for i in 0..lanes.count {
                let (a, b) = (Wide::new(bits, lanes.words(a, i)), Wide::new(bits, lanes.words(b, i)));
                put_wide(lanes, out, i, &a.binary(op, &b)?);
            }
            Ok(())
        }
    }
}

/// Writes a lane of eight bytes or more, zero-extended.
pub(super) fn put_wide(lanes: Lanes, out: &mut [u64], i: usize, v: &Wide) {
    let lane = lanes.words_mut(out, i);
    lane.fill(0);
    lane[..v.words().len()].copy_from_slice(v.words());
}

fn typed_lanes<T: Int + bytemuck::Pod>(
    op: BinOp,
    count: usize,
    a: &[u64],
    b: &[u64],
    out: &mut [u64],
) -> Result<(), Arith> {
    if let Some(last) = out.last_mut() {
        *last = 0; // what lies behind the last lane
    }
    let (a, b): (&[T], &[T]) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
    let out: &mut [T] = bytemuck::cast_slice_mut(out);
    let mut lanes = out[..count].iter_mut().zip(&a[..count]).zip(&b[..count]);
    // The operation is chosen outside the loop, so that each loop can be vectorized.
    match op {
        BinOp::Add => lanes.for_each(|((r, a), b)| *r = a.add(*b)),
        BinOp::Sub => lanes.for_each(|((r, a), b)| *r = a.sub(*b)),
        BinOp::Mul => lanes.for_each(|((r, a), b)| *r = a.mul(*b)),
        BinOp::Shl => lanes.for_each(|((r, a), b)| *r = a.shl(*b)),
        BinOp::LShr => lanes.for_each(|((r, a), b)| *r = a.lshr(*b)),
        BinOp::AShr => lanes.for_each(|((r, a), b)| *r = a.ashr(*b)),
        _ => lanes.try_for_each(|((r, a), b)| binary_in(op, T::BITS, *a, *b).map(|v| *r = v))?,
    }
    Ok(())
}

/// Where the boolean lanes of a comparison of `operand` values go.
fn bool_lanes(operand: &Type, count: usize) -> Lanes {
    Lanes { count, stride: if operand.as_vector().is_some() { 1 } else { 8 } }
}

/// Integer or pointer comparison of values of type `ty`; the result is an `i1` or a vector of them.
pub fn icmp(pred: ICmpPred, ty: &Type, a: &[u64], b: &[u64], out: &mut [u64]) {
    let (lanes, bits) = (Lanes::of(ty), int_bits(ty.scalar()));
    let to = bool_lanes(ty, lanes.count);
    out.fill(0);
    for i in 0..lanes.count {
        let r = match bits {
            0..=64 => icmp_in(pred, bits, lanes.get(a, i), lanes.get(b, i)),
            65..=128 => icmp_in(pred, bits, lanes.get_u128(a, i), lanes.get_u128(b, i)),
            _ => Wide::new(bits, lanes.words(a, i)).compare(pred, &Wide::new(bits, lanes.words(b, i))),
        };
        to.put(out, i, u64::from(r));
    }
}

/// Floating-point comparison of values of type `ty`; the result is an `i1` or a vector of them.
pub fn fcmp(pred: FCmpPred, ty: &Type, a: &[u64], b: &[u64], out: &mut [u64]) {
    let lanes = Lanes::of(ty);
    let to = bool_lanes(ty, lanes.count);
    out.fill(0);
    for i in 0..lanes.count {
        let r = match ty.scalar() {
            Type::Float => float::fcmp(pred, lane_fp::<f32>(lanes, a, i), lane_fp(lanes, b, i)),
            Type::Double => float::fcmp(pred, lane_fp::<f64>(lanes, a, i), lane_fp(lanes, b, i)),
            _ => float::fcmp(pred, lane_fp::<X87>(lanes, a, i), lane_fp(lanes, b, i)),
        };
        to.put(out, i, u64::from(r));
    }
}

/// Reads a floating-point lane.
#[inline]
pub(super) fn lane_fp<T: Fp>(lanes: Lanes, slots: &[u64], i: usize) -> T {
    T::from_raw(lanes.get_u128(slots, i))
}

/// Writes a floating-point lane into zeroed slots.
#[inline]
pub(super) fn put_fp<T: Fp>(lanes: Lanes, out: &mut [u64], i: usize, v: T) {
    lanes.put_u128(out, i, v.to_raw());
}

/// Flips the sign bit of each lane.
pub fn fneg(ty: &Type, a: &[u64], out: &mut [u64]) {
    let lanes = Lanes::of(ty);
    out.copy_from_slice(a);
    for i in 0..lanes.count {
        match ty.scalar() {
            Type::Float => lanes.replace(out, i, lanes.get(a, i) ^ 1 << 31),
            Type::Double => out[i] ^= 1 << 63,
            Type::X87 => lanes.words_mut(out, i)[1] ^= 1 << 15,
            _ => {}
        }
    }
}

/// `cond ? a : b`; a vector condition (of type `cond_ty`) chooses lane by lane.
pub fn select(cond_ty: &Type, ty: &Type, cond: &[u64], a: &[u64], b: &[u64], out: &mut [u64]) {
    if cond_ty.as_vector().is_none() {
        out.copy_from_slice(if cond[0] & 1 != 0 { a } else { b });
        return;
    }
    let (conds, lanes) = (Lanes::of(cond_ty), Lanes::of(ty));
    out.fill(0);
    for i in 0..lanes.count {
        let from = if conds.get(cond, i) & 1 != 0 { a } else { b };
        if lanes.stride <= 8 {
            lanes.put(out, i, lanes.get(from, i));
        } else {
            lanes.words_mut(out, i).copy_from_slice(lanes.words(from, i));
        }
    }
}

/// What an `atomicrmw` writes, given the old value and the operand.
pub fn atomic_rmw(op: RmwOp, ty: &Type, old: &[u64], operand: &[u64], out: &mut [u64]) {
    let arith = match op {
        RmwOp::Add => BinOp::Add,
        RmwOp::Sub => BinOp::Sub,
        RmwOp::And | RmwOp::Nand => BinOp::And,
        RmwOp::Or => BinOp::Or,
        RmwOp::Xor => BinOp::Xor,
        RmwOp::FAdd => BinOp::FAdd,
        RmwOp::FSub => BinOp::FSub,
        _ => return rmw_choice(op, ty, old, operand, out),
    };
    // None of these ops can fail.
    let _: Result<(), Arith> = binary(arith, ty, old, operand, out);
    if op == RmwOp::Nand {
        let ones = Wide::ones(int_bits(ty.scalar()).max(1));
        out.iter_mut().zip(ones.words()).for_each(|(r, m)| *r ^= m);
    }
}

fn rmw_choice(op: RmwOp, ty: &Type, old: &[u64], operand: &[u64], out: &mut [u64]) {
    let is = |pred| {
        let mut r = [0];
        icmp(pred, ty, old, operand, &mut r);
        r[0] != 0
    };
    let plus = |delta: u64, out: &mut [u64]| {
        let bits = int_bits(ty).max(1);
        let delta = if delta == 1 { Wide::from_u64(bits, 1) } else { Wide::ones(bits) };
        let _: Result<(), Arith> = binary(BinOp::Add, ty, old, delta.words(), out);
    };
    let zero = old.iter().all(|w| *w == 0);
    match op {
        RmwOp::FMax | RmwOp::FMin => match ty {
            Type::Float => out[0] = fp_choice(op, low_f32(old), low_f32(operand)).to_raw() as u64,
            _ => out[0] = fp_choice(op, f64::from_bits(old[0]), f64::from_bits(operand[0])).to_bits(),
        },
        RmwOp::UIncWrap if is(ICmpPred::Uge) => out.fill(0),
        RmwOp::UIncWrap => plus(1, out),
        RmwOp::UDecWrap if zero || is(ICmpPred::Ugt) => out.copy_from_slice(operand),
        RmwOp::UDecWrap => plus(u64::MAX, out),
        RmwOp::Max if is(ICmpPred::Sgt) => out.copy_from_slice(old),
        RmwOp::Min if is(ICmpPred::Slt) => out.copy_from_slice(old),
        RmwOp::UMax if is(ICmpPred::Ugt) => out.copy_from_slice(old),
        RmwOp::UMin if is(ICmpPred::Ult) => out.copy_from_slice(old),
        _ => out.copy_from_slice(operand),
    }
}

fn fp_choice<T: Fp>(op: RmwOp, a: T, b: T) -> T {
    if op == RmwOp::FMax { float::maxnum(a, b) } else { float::minnum(a, b) }
}

/// A canonical copy of an integer lane of any width.
pub(super) fn lane_wide(lanes: Lanes, bits: u32, slots: &[u64], i: usize) -> Wide {
    if lanes.stride < 8 {
        return Wide::from_u64(bits, lanes.get(slots, i));
    }
    Wide::new(bits, lanes.words(slots, i))
}

/// Writes an integer lane of any width into zeroed slots.
pub(super) fn put_lane_wide(lanes: Lanes, out: &mut [u64], i: usize, v: &Wide) {
    if lanes.stride < 8 {
        return lanes.put(out, i, v.low());
    }
    put_wide(lanes, out, i, v);
}

/// Sign-extends a canonical value to 64 bits.
#[inline]
pub(super) fn sext64(bits: u32, v: u64) -> u64 {
    int::sext(bits, v)
}
