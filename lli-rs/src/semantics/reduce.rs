//! Reductions of a vector to a scalar, from the first lane to the last.

use super::X87;
use super::arith::{float_op, lane_fp, lane_wide, put_fp, put_lane_wide};
use super::float::{self, Fp};
use super::lanes::{Lanes, int_bits};
use crate::ir::{BinOp, ICmpPred, Intrinsic, Type};

/// Computes `i` if it is one of these.
pub fn run(i: Intrinsic, arg_tys: &[&Type], ret: &Type, args: &[&[u64]], out: &mut [u64]) -> bool {
    out.fill(0);
    // FAdd and FMul have a start value in front.
    let (start, at) = match i {
        Intrinsic::ReduceFAdd | Intrinsic::ReduceFMul if args.len() >= 2 => (Some(args[0]), 1),
        _ => (None, 0),
    };
    let (ty, v) = (arg_tys[at], args[at]);
    match ty.scalar() {
        Type::Float => float::<f32>(i, ty, start, v, ret, out),
        Type::Double => float::<f64>(i, ty, start, v, ret, out),
        Type::X87 => float::<X87>(i, ty, start, v, ret, out),
        _ => int(i, ty, v, ret, out),
    }
}

fn int(i: Intrinsic, ty: &Type, v: &[u64], ret: &Type, out: &mut [u64]) -> bool {
    enum How {
        Op(BinOp),
        Keep(ICmpPred),
    }
    let how = match i {
        Intrinsic::ReduceAdd => How::Op(BinOp::Add),
        Intrinsic::ReduceMul => How::Op(BinOp::Mul),
        Intrinsic::ReduceAnd => How::Op(BinOp::And),
        Intrinsic::ReduceOr => How::Op(BinOp::Or),
        Intrinsic::ReduceXor => How::Op(BinOp::Xor),
        Intrinsic::ReduceSMin => How::Keep(ICmpPred::Sle),
        Intrinsic::ReduceSMax => How::Keep(ICmpPred::Sge),
        Intrinsic::ReduceUMin => How::Keep(ICmpPred::Ule),
        Intrinsic::ReduceUMax => How::Keep(ICmpPred::Uge),
        _ => return false,
    };
    let (lanes, bits) = (Lanes::of(ty), int_bits(ty.scalar()));
    let all = (0..lanes.count).map(|lane| lane_wide(lanes, bits, v, lane));
    let r = all.reduce(|a, b| match how {
        // None of these ops can fail.
        How::Op(op) => a.binary(op, &b).unwrap_or(a),
        How::Keep(pred) => {
            if a.compare(pred, &b) {
                a
            } else {
                b
            }
        }
    });
    if let Some(r) = r {
        put_lane_wide(Lanes::of(ret), out, 0, &r);
    }
    true
}

fn float<T: Fp>(
    i: Intrinsic,
    ty: &Type,
    start: Option<&[u64]>,
    v: &[u64],
    ret: &Type,
    out: &mut [u64],
) -> bool {
    let f: fn(T, T) -> T = match i {
        Intrinsic::ReduceFAdd => |a, b| float_op(BinOp::FAdd, a, b),
        Intrinsic::ReduceFMul => |a, b| float_op(BinOp::FMul, a, b),
        Intrinsic::ReduceFMin => float::minnum,
        Intrinsic::ReduceFMax => float::maxnum,
        Intrinsic::ReduceFMinimum => |a, b| float::minimum(a, b, false),
        Intrinsic::ReduceFMaximum => |a, b| float::minimum(a, b, true),
        _ => return false,
    };
    let (lanes, to) = (Lanes::of(ty), Lanes::of(ret));
    let first = start.map(|s| lane_fp::<T>(to, s, 0));
    let all = first.into_iter().chain((0..lanes.count).map(|lane| lane_fp(lanes, v, lane)));
    if let Some(r) = all.reduce(f) {
        put_fp(to, out, 0, r);
    }
    true
}
