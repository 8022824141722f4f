//! Integer intrinsics: bit counting, saturation, overflow, funnel shifts, minimum and maximum.

use super::arith::{lane_wide, put_lane_wide};
use super::int;
use super::lanes::{Lanes, int_bits};
use super::wide::Wide;
use crate::ir::{ICmpPred, Intrinsic, Type};

/// Computes `i` if it is one of these.
pub fn run(i: Intrinsic, arg_tys: &[&Type], ret: &Type, args: &[&[u64]], out: &mut [u64]) -> bool {
    let bits = int_bits(arg_tys[0].scalar());
    if bits == 0 || args.len() < operands(i) {
        return false;
    }
    match i {
        Intrinsic::SAddOverflow
        | Intrinsic::UAddOverflow
        | Intrinsic::SSubOverflow
        | Intrinsic::USubOverflow
        | Intrinsic::SMulOverflow
        | Intrinsic::UMulOverflow => overflow(i, arg_tys[0], bits, args, out),
        Intrinsic::SCmp | Intrinsic::UCmp => three_way(i, arg_tys[0], ret, args, out),
        _ if bits <= 64 && word(i, bits, 0, 0, 0).is_some() => {
            let lanes = Lanes::of(arg_tys[0]);
            out.fill(0);
            for lane in 0..lanes.count {
                let arg = |n: usize| args.get(n).map_or(0, |a| same_lane(arg_tys[n], lanes, a, lane));
                lanes.put(out, lane, word(i, bits, arg(0), arg(1), arg(2)).unwrap_or(0));
            }
        }
        _ if bits > 64 && is_lanewise(i) => {
            let lanes = Lanes::of(arg_tys[0]);
            out.fill(0);
            for lane in 0..lanes.count {
                let arg = |n: usize| match args.get(n) {
                    Some(a) if arg_tys[n] == arg_tys[0] => lane_wide(lanes, bits, a, lane),
                    _ => Wide::zero(bits),
                };
                put_lane_wide(lanes, out, lane, &wide(i, bits, &arg(0), &arg(1), &arg(2)));
            }
        }
        _ => return false,
    }
    true
}

/// How many operands `i` looks at.
fn operands(i: Intrinsic) -> usize {
    match i {
        Intrinsic::FShl | Intrinsic::FShr => 3,
        Intrinsic::Abs
        | Intrinsic::CtPop
        | Intrinsic::CtLz
        | Intrinsic::CtTz
        | Intrinsic::BSwap
        | Intrinsic::BitReverse => 1,
        _ => 2,
    }
}

/// A lane of an operand; flags of another type that LLVM passes along (`abs`, `ctlz`) count as zero.
fn same_lane(ty: &Type, lanes: Lanes, slots: &[u64], lane: usize) -> u64 {
    if Lanes::of(ty).count == lanes.count { lanes.get(slots, lane) } else { 0 }
}

fn is_lanewise(i: Intrinsic) -> bool {
    word(i, 64, 0, 0, 0).is_some()
}

/// A lane-wise intrinsic on canonical values of at most 64 bits; `None` for other intrinsics.
fn word(i: Intrinsic, bits: u32, a: u64, b: u64, c: u64) -> Option<u64> {
    let signed = |v: u64| int::sext(bits, v) as i64;
    let (sa, sb) = (i128::from(signed(a)), i128::from(signed(b)));
    let (ua, ub) = (u128::from(a), u128::from(b));
    let all: u64 = int::mask(bits);
    let shift = c % u64::from(bits);
    let r = match i {
        Intrinsic::Abs => signed(a).wrapping_abs() as u64,
        Intrinsic::SMin => {
            if sb < sa {
                b
            } else {
                a
            }
        }
        Intrinsic::SMax => {
            if sa < sb {
                b
            } else {
                a
            }
        }
        Intrinsic::UMin => a.min(b),
        Intrinsic::UMax => a.max(b),
        Intrinsic::SAddSat => clamp(bits, sa + sb),
        Intrinsic::SSubSat => clamp(bits, sa - sb),
        Intrinsic::UAddSat => (ua + ub).min(u128::from(all)) as u64,
        Intrinsic::USubSat => a.saturating_sub(b),
        Intrinsic::SShlSat => clamp(bits, sa << (b & u64::from(int::shift_mask(bits)))),
        Intrinsic::UShlSat => (ua << (b & u64::from(int::shift_mask(bits)))).min(u128::from(all)) as u64,
        Intrinsic::CtPop => u64::from(a.count_ones()),
        Intrinsic::CtLz => u64::from(a.leading_zeros() - (64 - bits)),
        Intrinsic::CtTz => u64::from(a.trailing_zeros().min(bits)),
        Intrinsic::BSwap => a.swap_bytes() >> (64 - bits),
        Intrinsic::BitReverse => a.reverse_bits() >> (64 - bits),
        Intrinsic::FShl => ((ua << bits | ub) << shift >> bits) as u64,
        Intrinsic::FShr => ((ua << bits | ub) >> shift) as u64,
        _ => return None,
    };
    Some(r & all)
}

/// Saturates to a signed integer of `bits` (at most 64).
fn clamp(bits: u32, v: i128) -> u64 {
    let limit = 1i128 << (bits - 1);
    v.clamp(-limit, limit - 1) as u64
}

/// A lane-wise intrinsic on integers of any width.
fn wide(i: Intrinsic, bits: u32, a: &Wide, b: &Wide, c: &Wide) -> Wide {
    let pick = |pred| if a.compare(pred, b) { a.clone() } else { b.clone() };
    let more = bits + 1;
    let count = |n: u32| Wide::from_u64(bits, u64::from(n));
    let amount = b.low() as u32 & int::shift_mask(bits);
    match i {
        Intrinsic::Abs => a.magnitude(),
        Intrinsic::SMin => pick(ICmpPred::Sle),
        Intrinsic::SMax => pick(ICmpPred::Sge),
        Intrinsic::UMin => pick(ICmpPred::Ule),
        Intrinsic::UMax => pick(ICmpPred::Uge),
        Intrinsic::SAddSat => saturate(bits, &a.sext(more).add(&b.sext(more))),
        Intrinsic::SSubSat => saturate(bits, &a.sext(more).sub(&b.sext(more))),
        Intrinsic::UAddSat => saturate_unsigned(bits, &a.zext(more).add(&b.zext(more))),
        Intrinsic::USubSat if a.compare(ICmpPred::Ult, b) => Wide::zero(bits),
        Intrinsic::USubSat => a.sub(b),
        Intrinsic::SShlSat => saturate(bits, &a.sext(3 * bits).shl(amount)),
        Intrinsic::UShlSat => saturate_unsigned(bits, &a.zext(3 * bits).shl(amount)),
        Intrinsic::CtPop => count(a.ctpop()),
        Intrinsic::CtLz => count(a.ctlz()),
        Intrinsic::CtTz => count(a.cttz()),
        Intrinsic::BSwap => a.bswap(),
        Intrinsic::BitReverse => a.bitreverse(),
        Intrinsic::FShl | Intrinsic::FShr => {
            let both = a.zext(2 * bits).shl(bits).or(&b.zext(2 * bits));
            let n = c.div_rem(&count(bits)).map_or(0, |(_, r)| r.low() as u32);
            if i == Intrinsic::FShl { both.shl(n).lshr(bits).zext(bits) } else { both.lshr(n).zext(bits) }
        }
        _ => Wide::zero(bits),
    }
}

fn saturate(bits: u32, v: &Wide) -> Wide {
    let narrow = v.zext(bits);
    let width = v.words().len() as u32 * 64;
    match (narrow.sext(width) == sign_fill(v, width), v.is_negative()) {
        (true, _) => narrow,
        (false, true) => Wide::min(bits),
        (false, false) => Wide::ones(bits).lshr(1),
    }
}

fn sign_fill(v: &Wide, width: u32) -> Wide {
    v.sext(width)
}

fn saturate_unsigned(bits: u32, v: &Wide) -> Wide {
    if v.significant_bits() > bits { Wide::ones(bits) } else { v.zext(bits) }
}

/// `{ result, i1 }`, or the structure of two vectors: each field starts its own slot.
fn overflow(i: Intrinsic, ty: &Type, bits: u32, args: &[&[u64]], out: &mut [u64]) {
    let lanes = Lanes::of(ty);
    let flags = Lanes { count: lanes.count, stride: if ty.as_vector().is_some() { 1 } else { 8 } };
    out.fill(0);
    let (results, carries) = out.split_at_mut(ty.slots() as usize);
    for lane in 0..lanes.count {
        if bits <= 64 {
            let (r, carry) = overflow_word(i, bits, lanes.get(args[0], lane), lanes.get(args[1], lane));
            lanes.put(results, lane, r);
            flags.put(carries, lane, u64::from(carry));
        } else {
            let (a, b) = (lane_wide(lanes, bits, args[0], lane), lane_wide(lanes, bits, args[1], lane));
            let (r, carry) = overflow_wide(i, bits, &a, &b);
            put_lane_wide(lanes, results, lane, &r);
            flags.put(carries, lane, u64::from(carry));
        }
    }
}

fn overflow_word(i: Intrinsic, bits: u32, a: u64, b: u64) -> (u64, bool) {
    let (sa, sb) = (i128::from(int::sext(bits, a) as i64), i128::from(int::sext(bits, b) as i64));
    let (ua, ub) = (u128::from(a), u128::from(b));
    let all: u64 = int::mask(bits);
    let signed = |v: i128| (v as u64 & all, i128::from(int::sext(bits, v as u64 & all) as i64) != v);
    let unsigned = |v: u128| (v as u64 & all, v > u128::from(all));
    match i {
        Intrinsic::SAddOverflow => signed(sa + sb),
        Intrinsic::SSubOverflow => signed(sa - sb),
        Intrinsic::SMulOverflow => signed(sa * sb),
        Intrinsic::UAddOverflow => unsigned(ua + ub),
        Intrinsic::USubOverflow => unsigned(ua.wrapping_sub(ub)),
        _ => unsigned(ua * ub),
    }
}

fn overflow_wide(i: Intrinsic, bits: u32, a: &Wide, b: &Wide) -> (Wide, bool) {
    let width = 2 * bits;
    let (sa, sb, ua, ub) = (a.sext(width), b.sext(width), a.zext(width), b.zext(width));
    let (full, signed) = match i {
        Intrinsic::SAddOverflow => (sa.add(&sb), true),
        Intrinsic::SSubOverflow => (sa.sub(&sb), true),
        Intrinsic::SMulOverflow => (sa.mul(&sb), true),
        Intrinsic::UAddOverflow => (ua.add(&ub), false),
        Intrinsic::USubOverflow => (ua.sub(&ub), false),
        _ => (ua.mul(&ub), false),
    };
    let narrow = full.zext(bits);
    let back = if signed { narrow.sext(width) } else { narrow.zext(width) };
    let carry = back != full;
    (narrow, carry)
}

fn three_way(i: Intrinsic, ty: &Type, ret: &Type, args: &[&[u64]], out: &mut [u64]) {
    let (lanes, to) = (Lanes::of(ty), Lanes::of(ret));
    let (bits, width) = (int_bits(ty.scalar()), int_bits(ret.scalar()));
    let (less, greater) =
        if i == Intrinsic::SCmp { (ICmpPred::Slt, ICmpPred::Sgt) } else { (ICmpPred::Ult, ICmpPred::Ugt) };
    out.fill(0);
    for lane in 0..lanes.count {
        let (a, b) = (lane_wide(lanes, bits, args[0], lane), lane_wide(lanes, bits, args[1], lane));
        let r = match (a.compare(less, &b), a.compare(greater, &b)) {
            (true, _) => Wide::ones(width),
            (_, true) => Wide::from_u64(width, 1),
            _ => Wide::zero(width),
        };
        put_lane_wide(to, out, lane, &r);
    }
}
