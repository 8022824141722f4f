//! Integers: exhaustive for eight bits and less, random against native types above.

use proptest::prelude::*;

use crate::ir::{BinOp, CastOp, ICmpPred, Intrinsic, RmwOp, Type};
use crate::semantics::wide::Wide;
use crate::semantics::{self, Arith, int};

const OPS: [BinOp; 13] = [
    BinOp::Add,
    BinOp::Sub,
    BinOp::Mul,
    BinOp::UDiv,
    BinOp::SDiv,
    BinOp::URem,
    BinOp::SRem,
    BinOp::Shl,
    BinOp::LShr,
    BinOp::AShr,
    BinOp::And,
    BinOp::Or,
    BinOp::Xor,
];

const PREDS: [ICmpPred; 10] = [
    ICmpPred::Eq,
    ICmpPred::Ne,
    ICmpPred::Ugt,
    ICmpPred::Uge,
    ICmpPred::Ult,
    ICmpPred::Ule,
    ICmpPred::Sgt,
    ICmpPred::Sge,
    ICmpPred::Slt,
    ICmpPred::Sle,
];

/// The meaning of an op on `bits` (at most 64), written down once more with mathematical integers.
fn model(op: BinOp, bits: u32, a: u64, b: u64) -> Result<u64, Arith> {
    let modulus = 1i128 << bits;
    let signed = |v: u64| if i128::from(v) >= modulus / 2 { i128::from(v) - modulus } else { i128::from(v) };
    let (ua, ub, sa, sb) = (i128::from(a), i128::from(b), signed(a), signed(b));
    let amount = (b % u64::from(bits.next_power_of_two())) as u32;
    let divisor = |d: i128| if d == 0 { Err(Arith::DivideByZero) } else { Ok(d) };
    let signed_divisor = |d: i128| match divisor(d)? {
        -1 if sa == -modulus / 2 => Err(Arith::DivideOverflow),
        d => Ok(d),
    };
    let r = match op {
        BinOp::Add => ua + ub,
        BinOp::Sub => ua - ub,
        BinOp::Mul => ua.wrapping_mul(ub),
        BinOp::UDiv => ua / divisor(ub)?,
        BinOp::URem => ua % divisor(ub)?,
        BinOp::SDiv => sa / signed_divisor(sb)?,
        BinOp::SRem => sa % signed_divisor(sb)?,
        BinOp::Shl => ua.wrapping_shl(amount) & (modulus - 1),
        BinOp::LShr => ua >> amount,
        BinOp::AShr => sa >> amount,
        BinOp::And => ua & ub,
        BinOp::Or => ua | ub,
        BinOp::Xor => ua ^ ub,
        _ => 0,
    };
    Ok(r.rem_euclid(modulus) as u64)
}

fn binary(op: BinOp, bits: u32, a: u64, b: u64) -> Result<u64, Arith> {
    let mut out = [0xdead];
    semantics::binary(op, &Type::Int(bits), &[a], &[b], &mut out).map(|()| out[0])
}

#[test]
fn narrow_ops_exhaustively() {
    for bits in 1..=8 {
        let all = 0..1u64 << bits;
        for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
            for op in OPS {
                let expected = model(op, bits, a, b);
                assert_eq!(binary(op, bits, a, b), expected, "i{bits} {a} {op:?} {b}");
                let wide = Wide::from_u64(bits, a).binary(op, &Wide::from_u64(bits, b)).map(|w| w.low());
                assert_eq!(wide, expected, "wide i{bits} {a} {op:?} {b}");
                if bits == 8 {
                    let native = int::binary_in(op, 8, a as u8, b as u8).map(u64::from);
                    assert_eq!(native, expected, "u8 {a} {op:?} {b}");
                }
            }
            for pred in PREDS {
                let native = int::icmp_in(pred, bits, a, b);
                assert_eq!(native, Wide::from_u64(bits, a).compare(pred, &Wide::from_u64(bits, b)));
                assert_eq!(native, int::icmp(pred, int::sext(bits, a), int::sext(bits, b)));
            }
        }
    }
}

#[test]
fn comparisons_follow_native_ones() {
    for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
        let (sa, sb) = (a as i8, b as i8);
        let native = [a == b, a != b, a > b, a >= b, a < b, a <= b, sa > sb, sa >= sb, sa < sb, sa <= sb];
        for (pred, expected) in PREDS.into_iter().zip(native) {
            let mut out = [7];
            semantics::icmp(pred, &Type::I8, &[a.into()], &[b.into()], &mut out);
            assert_eq!(out[0], u64::from(expected), "{a} {pred:?} {b}");
        }
    }
}

#[test]
fn odd_shift_amounts_are_masked_to_the_next_power_of_two() {
    assert_eq!(binary(BinOp::Shl, 24, 1, 24), Ok(0));
    assert_eq!(binary(BinOp::Shl, 24, 1, 32), Ok(1));
    assert_eq!(binary(BinOp::AShr, 24, 0x80_0000, 31), Ok(0xff_ffff));
    assert_eq!(binary(BinOp::LShr, 33, 1 << 32, 33 + 64), Ok(0));
    assert_eq!(binary(BinOp::Shl, 1, 1, 1), Ok(1));
}

/// An intrinsic of one result type on eight bits.
fn intrinsic8(i: Intrinsic, args: &[u64]) -> u64 {
    let (tys, slots): (Vec<_>, Vec<_>) = args.iter().map(|a| (&Type::I8, std::slice::from_ref(a))).unzip();
    let mut out = [0xdead];
    assert_eq!(semantics::intrinsic(i, &tys, &Type::I8, &slots, &mut out), Ok(true), "{i:?}");
    out[0]
}

#[test]
fn byte_intrinsics_exhaustively() {
    for a in 0..=255u8 {
        let sa = a as i8;
        for (i, expected) in [
            (Intrinsic::Abs, sa.wrapping_abs() as u8),
            (Intrinsic::CtPop, a.count_ones() as u8),
            (Intrinsic::CtLz, a.leading_zeros() as u8),
            (Intrinsic::CtTz, a.trailing_zeros() as u8),
            (Intrinsic::BitReverse, a.reverse_bits()),
        ] {
            assert_eq!(intrinsic8(i, &[a.into()]), u64::from(expected), "{i:?} {a}");
        }
        for b in 0..=255u8 {
            let sb = b as i8;
            let shl = i32::from(sa) << (b % 8);
            for (i, expected) in [
                (Intrinsic::SMin, sa.min(sb) as u8),
                (Intrinsic::SMax, sa.max(sb) as u8),
                (Intrinsic::UMin, a.min(b)),
                (Intrinsic::UMax, a.max(b)),
                (Intrinsic::SAddSat, sa.saturating_add(sb) as u8),
                (Intrinsic::SSubSat, sa.saturating_sub(sb) as u8),
                (Intrinsic::UAddSat, a.saturating_add(b)),
                (Intrinsic::USubSat, a.saturating_sub(b)),
                (Intrinsic::SShlSat, shl.clamp(-128, 127) as u8),
                (Intrinsic::UShlSat, (u32::from(a) << (b % 8)).min(255) as u8),
                (Intrinsic::SCmp, sa.cmp(&sb) as u8),
                (Intrinsic::UCmp, a.cmp(&b) as u8),
            ] {
                assert_eq!(intrinsic8(i, &[a.into(), b.into()]), u64::from(expected), "{i:?} {a} {b}");
            }
            for n in [0u8, 1, 3, 7, 8, 9, 255] {
                let both = u16::from(a) << 8 | u16::from(b);
                let args = [a.into(), b.into(), n.into()];
                let left = (both << (n % 8) >> 8) as u8;
                assert_eq!(intrinsic8(Intrinsic::FShl, &args), u64::from(left));
                assert_eq!(intrinsic8(Intrinsic::FShr, &args), u64::from((both >> (n % 8)) as u8));
                assert_eq!(int::Int::fshl(a, b, n), left);
            }
        }
    }
}

fn overflow(i: Intrinsic, bits: u32, a: u128, b: u128) -> (u128, bool) {
    let ty = Type::Int(bits);
    let n = ty.slots() as usize;
    let words = |v: u128| [v as u64, (v >> 64) as u64];
    let (a, b) = (words(a), words(b));
    let mut out = vec![0xdead; n + 1];
    let ret = Type::structure(vec![ty.clone(), Type::BOOL], false);
    assert_eq!(semantics::intrinsic(i, &[&ty, &ty], &ret, &[&a[..n], &b[..n]], &mut out), Ok(true));
    let high = if n == 2 { u128::from(out[1]) << 64 } else { 0 };
    (u128::from(out[0]) | high, out[n] != 0)
}

#[test]
fn overflow_flags_exhaustively() {
    for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
        let (sa, sb) = (a as i8, b as i8);
        let signed = |r: (i8, bool)| (u128::from(r.0 as u8), r.1);
        let unsigned = |r: (u8, bool)| (u128::from(r.0), r.1);
        for (i, expected) in [
            (Intrinsic::SAddOverflow, signed(sa.overflowing_add(sb))),
            (Intrinsic::SSubOverflow, signed(sa.overflowing_sub(sb))),
            (Intrinsic::SMulOverflow, signed(sa.overflowing_mul(sb))),
            (Intrinsic::UAddOverflow, unsigned(a.overflowing_add(b))),
            (Intrinsic::USubOverflow, unsigned(a.overflowing_sub(b))),
            (Intrinsic::UMulOverflow, unsigned(a.overflowing_mul(b))),
        ] {
            assert_eq!(overflow(i, 8, a.into(), b.into()), expected, "{i:?} {a} {b}");
        }
    }
}

/// Numbers near the interesting ones.
fn any_word() -> impl Strategy<Value = u128> {
    prop_oneof![
        any::<u128>(),
        (0u32..128, -2i128..=2).prop_map(|(n, d)| (1u128 << n).wrapping_add(d as u128)),
        (0u32..128, -2i128..=2).prop_map(|(n, d)| u128::MAX.wrapping_shl(n).wrapping_add(d as u128)),
    ]
}

fn wide_of(bits: u32, v: u128) -> Wide {
    Wide::new(bits, &[v as u64, (v >> 64) as u64])
}

fn value_of(w: &Wide) -> u128 {
    u128::from(w.words()[0]) | w.words().get(1).map_or(0, |h| u128::from(*h) << 64)
}

proptest! {
    #[test]
    fn ops_up_to_64_bits(bits in 1u32..=64, a in any_word(), b in any_word()) {
        let (a, b): (u64, u64) = (int::canon(bits, a as u64), int::canon(bits, b as u64));
        for op in OPS {
            prop_assert_eq!(binary(op, bits, a, b), model(op, bits, a, b), "i{} {} {:?} {}", bits, a, op, b);
        }
    }

    #[test]
    fn wide_ops_agree_with_u128(bits in 65u32..=128, a in any_word(), b in any_word()) {
        let (a, b): (u128, u128) = (int::canon(bits, a), int::canon(bits, b));
        let (wa, wb) = (wide_of(bits, a), wide_of(bits, b));
        for op in OPS {
            let native = int::binary_in(op, bits, a, b);
            prop_assert_eq!(wa.binary(op, &wb).map(|w| value_of(&w)), native, "i{} {} {:?} {}", bits, a, op, b);
        }
        for pred in PREDS {
            prop_assert_eq!(wa.compare(pred, &wb), int::icmp_in(pred, bits, a, b));
        }
        let ext = int::sext(bits, a);
        prop_assert_eq!(value_of(&wa.sext(128)), ext);
    }

    #[test]
    fn i128_overflow_and_saturation(a in any_word(), b in any_word()) {
        let signed = |r: (i128, bool)| (r.0 as u128, r.1);
        let (sa, sb) = (a as i128, b as i128);
        prop_assert_eq!(overflow(Intrinsic::UMulOverflow, 128, a, b), a.overflowing_mul(b));
        prop_assert_eq!(overflow(Intrinsic::SMulOverflow, 128, a, b), signed(sa.overflowing_mul(sb)));
        prop_assert_eq!(overflow(Intrinsic::SAddOverflow, 128, a, b), signed(sa.overflowing_add(sb)));
        prop_assert_eq!(overflow(Intrinsic::SSubOverflow, 128, a, b), signed(sa.overflowing_sub(sb)));
        prop_assert_eq!(overflow(Intrinsic::UAddOverflow, 128, a, b), a.overflowing_add(b));
        prop_assert_eq!(overflow(Intrinsic::USubOverflow, 128, a, b), a.overflowing_sub(b));
        let words = |v: u128| [v as u64, (v >> 64) as u64];
        let ty = Type::Int(128);
        let run = |i, c: u128| {
            let mut out = [0; 2];
            semantics::intrinsic(i, &[&ty; 3], &ty, &[&words(a), &words(b), &words(c)], &mut out).unwrap();
            u128::from(out[0]) | u128::from(out[1]) << 64
        };
        prop_assert_eq!(run(Intrinsic::SAddSat, 0), sa.saturating_add(sb) as u128);
        prop_assert_eq!(run(Intrinsic::SSubSat, 0), sa.saturating_sub(sb) as u128);
        prop_assert_eq!(run(Intrinsic::UAddSat, 0), a.saturating_add(b));
        prop_assert_eq!(run(Intrinsic::USubSat, 0), a.saturating_sub(b));
        prop_assert_eq!(run(Intrinsic::SMax, 0), sa.max(sb) as u128);
        prop_assert_eq!(run(Intrinsic::UMin, 0), a.min(b));
        prop_assert_eq!(run(Intrinsic::FShl, b), int::Int::fshl(a, b, b));
        prop_assert_eq!(run(Intrinsic::FShr, b), int::Int::fshr(a, b, b));
        prop_assert_eq!(run(Intrinsic::BSwap, 0), a.swap_bytes());
        prop_assert_eq!(run(Intrinsic::BitReverse, 0), a.reverse_bits());
        prop_assert_eq!(run(Intrinsic::CtLz, 0), u128::from(a.leading_zeros()));
        prop_assert_eq!(run(Intrinsic::CtTz, 0), u128::from(a.trailing_zeros()));
        prop_assert_eq!(run(Intrinsic::Abs, 0), sa.wrapping_abs() as u128);
    }

    #[test]
    fn division_of_any_width_is_the_inverse_of_multiplication(
        bits in 129u32..600,
        a in prop::collection::vec(prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)], 10),
        b in prop::collection::vec(prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)], 1..10),
    ) {
        let (a, b) = (Wide::new(bits, &a), Wide::new(bits, &b));
        if b.is_zero() {
            prop_assert_eq!(a.div_rem(&b), Err(Arith::DivideByZero));
            return Ok(());
        }
        let (q, r) = a.div_rem(&b).unwrap();
        prop_assert!(r.compare(ICmpPred::Ult, &b));
        prop_assert_eq!(&q.mul(&b).add(&r), &a);
        prop_assert!(q.significant_bits() + b.significant_bits() <= bits + 1);
        if let Ok((q, r)) = a.signed_div_rem(&b) {
            prop_assert_eq!(&q.mul(&b).add(&r), &a);
            prop_assert!(r.is_zero() || r.is_negative() == a.is_negative());
        }
    }

    #[test]
    fn wide_multiplication_and_shifts(a in any::<[u64; 3]>(), b in any::<[u64; 3]>(), n in 0u32..192) {
        // (a * b) by parts of 32 bits, against the sum of shifted partial products.
        let (wa, wb) = (Wide::new(192, &a), Wide::new(192, &b));
        let mut sum = Wide::zero(192);
        for (i, x) in b.iter().enumerate() {
            let low = wa.mul(&Wide::from_u64(192, x & 0xffff_ffff)).shl(64 * i as u32);
            let high = wa.mul(&Wide::from_u64(192, x >> 32)).shl(64 * i as u32 + 32);
            sum = sum.add(&low).add(&high);
        }
        prop_assert_eq!(&wa.mul(&wb), &sum);
        prop_assert_eq!(wa.lshr(n).shl(n).or(&wa.shl(192 - n).lshr(192 - n)), wa.clone());
        prop_assert_eq!(wa.sext(300).ashr(n).zext(192), wa.ashr(n));
        prop_assert_eq!(wa.bitreverse().bitreverse(), wa.clone());
        prop_assert_eq!(wa.bswap().bswap(), wa);
    }

    #[test]
    fn integer_casts(from in 1u32..=200, to in 1u32..=200, v in any::<[u64; 4]>()) {
        let v = Wide::new(from, &v);
        let ty = (Type::Int(from), Type::Int(to));
        let run = |op| {
            let mut out = vec![0xdead; ty.1.slots() as usize];
            semantics::cast(op, &ty.0, &ty.1, v.words(), &mut out);
            out
        };
        prop_assert!(run(CastOp::SExt)[..] == *v.sext(to).words());
        prop_assert!(run(CastOp::ZExt)[..] == *v.zext(to).words());
        prop_assert!(run(CastOp::Trunc)[..] == *v.zext(to).words());
    }
}

#[test]
fn atomic_operations() {
    let run = |op, a: u8, b: u8| {
        let mut out = [0xdead];
        semantics::atomic_rmw(op, &Type::I8, &[a.into()], &[b.into()], &mut out);
        out[0] as u8
    };
    for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
        assert_eq!(run(RmwOp::Xchg, a, b), b);
        assert_eq!(run(RmwOp::Add, a, b), a.wrapping_add(b));
        assert_eq!(run(RmwOp::Sub, a, b), a.wrapping_sub(b));
        assert_eq!(run(RmwOp::Nand, a, b), !(a & b));
        assert_eq!(run(RmwOp::Max, a, b), (a as i8).max(b as i8) as u8);
        assert_eq!(run(RmwOp::Min, a, b), (a as i8).min(b as i8) as u8);
        assert_eq!(run(RmwOp::UMax, a, b), a.max(b));
        assert_eq!(run(RmwOp::UMin, a, b), a.min(b));
        assert_eq!(run(RmwOp::UIncWrap, a, b), if a >= b { 0 } else { a + 1 });
        assert_eq!(run(RmwOp::UDecWrap, a, b), if a == 0 || a > b { b } else { a - 1 });
    }
}
