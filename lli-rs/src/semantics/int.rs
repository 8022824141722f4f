//! Integer operations with defined semantics on every input.
//!
//! [`Int`] is implemented for the native widths and is what hot handlers use: every method is a
//! handful of machine instructions. The functions that take `bits` do the same for any narrower
//! width held in a carrier type, zero-extended ("canonical"), and return canonical results.

use super::Arith;
use crate::ir::{BinOp, ICmpPred};

/// A native unsigned integer, used as a bag of bits; signedness is in the operation.
pub trait Int: Copy + Eq + Ord + Default + std::fmt::Debug {
    /// Width in bits.
    const BITS: u32;
    /// All bits set.
    const ONES: Self;
    /// One.
    const ONE: Self;
    /// The low bits of a `u128`.
    fn from_u128(v: u128) -> Self;
    /// Zero-extended.
    fn to_u128(self) -> u128;
    /// Sign-extended.
    fn to_i128(self) -> i128;
    /// Sum, wrapping.
    fn add(self, o: Self) -> Self;
    /// Difference, wrapping.
    fn sub(self, o: Self) -> Self;
    /// Product, wrapping.
    fn mul(self, o: Self) -> Self;
    /// Unsigned quotient.
    fn udiv(self, o: Self) -> Result<Self, Arith>;
    /// Signed quotient, rounded to zero.
    fn sdiv(self, o: Self) -> Result<Self, Arith>;
    /// Unsigned remainder.
    fn urem(self, o: Self) -> Result<Self, Arith>;
    /// Signed remainder, with the dividend's sign; `MIN % -1` is the fault that it is on x86.
    fn srem(self, o: Self) -> Result<Self, Arith>;
    /// Left shift by the amount masked to the width.
    fn shl(self, n: Self) -> Self;
    /// Logical right shift by the amount masked to the width.
    fn lshr(self, n: Self) -> Self;
    /// Arithmetic right shift by the amount masked to the width.
    fn ashr(self, n: Self) -> Self;
    /// Bitwise and.
    fn and(self, o: Self) -> Self;
    /// Bitwise or.
    fn or(self, o: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, o: Self) -> Self;
    /// Signed less-than.
    fn slt(self, o: Self) -> bool;
    /// Signed less-or-equal.
    fn sle(self, o: Self) -> bool;
    /// Signed minimum.
    fn smin(self, o: Self) -> Self {
        if o.slt(self) { o } else { self }
    }
    /// Signed maximum.
    fn smax(self, o: Self) -> Self {
        if self.slt(o) { o } else { self }
    }
    /// Unsigned minimum.
    fn umin(self, o: Self) -> Self {
        if o < self { o } else { self }
    }
    /// Unsigned maximum.
    fn umax(self, o: Self) -> Self {
        if self < o { o } else { self }
    }
    /// Absolute value; the minimum stays itself.
    fn abs(self) -> Self;
    /// Number of set bits.
    fn ctpop(self) -> Self;
    /// Leading zeros; the width for zero.
    fn ctlz(self) -> Self;
    /// Trailing zeros; the width for zero.
    fn cttz(self) -> Self;
    /// Bytes reversed.
    fn bswap(self) -> Self;
    /// Bits reversed.
    fn bitreverse(self) -> Self;
    /// Funnel shift left: the high half of `(self ++ o) << n`.
    fn fshl(self, o: Self, n: Self) -> Self;
    /// Funnel shift right: the low half of `(self ++ o) >> n`.
    fn fshr(self, o: Self, n: Self) -> Self;
    /// Unsigned saturating sum.
    fn uadd_sat(self, o: Self) -> Self;
    /// Unsigned saturating difference.
    fn usub_sat(self, o: Self) -> Self;
    /// Signed saturating sum.
    fn sadd_sat(self, o: Self) -> Self;
    /// Signed saturating difference.
    fn ssub_sat(self, o: Self) -> Self;
    /// Unsigned sum and whether it wrapped.
    fn uadd_overflow(self, o: Self) -> (Self, bool);
    /// Unsigned difference and whether it wrapped.
    fn usub_overflow(self, o: Self) -> (Self, bool);
    /// Unsigned product and whether it wrapped.
    fn umul_overflow(self, o: Self) -> (Self, bool);
    /// Signed sum and whether it wrapped.
    fn sadd_overflow(self, o: Self) -> (Self, bool);
    /// Signed difference and whether it wrapped.
    fn ssub_overflow(self, o: Self) -> (Self, bool);
    /// Signed product and whether it wrapped.
    fn smul_overflow(self, o: Self) -> (Self, bool);
}

macro_rules! impl_int {
    ($($u:ident $i:ident),*) => {$(
        impl Int for $u {
            const BITS: u32 = $u::BITS;
            const ONES: Self = $u::MAX;
            const ONE: Self = 1;
            #[inline(always)] fn from_u128(v: u128) -> Self { v as $u }
            #[inline(always)] fn to_u128(self) -> u128 { self as u128 }
            #[inline(always)] fn to_i128(self) -> i128 { self as $i as i128 }
            #[inline(always)] fn add(self, o: Self) -> Self { self.wrapping_add(o) }
            #[inline(always)] fn sub(self, o: Self) -> Self { self.wrapping_sub(o) }
            #[inline(always)] fn mul(self, o: Self) -> Self { self.wrapping_mul(o) }
            #[inline(always)] fn udiv(self, o: Self) -> Result<Self, Arith> {
                self.checked_div(o).ok_or(Arith::DivideByZero)
            }
            #[inline(always)] fn sdiv(self, o: Self) -> Result<Self, Arith> {
                match (self as $i).checked_div(o as $i) {
                    Some(q) => Ok(q as $u),
                    None => Err(if o == 0 { Arith::DivideByZero } else { Arith::DivideOverflow }),
                }
            }
            #[inline(always)] fn urem(self, o: Self) -> Result<Self, Arith> {
                self.checked_rem(o).ok_or(Arith::DivideByZero)
            }
            #[inline(always)] fn srem(self, o: Self) -> Result<Self, Arith> {
                match (self as $i).checked_rem(o as $i) {
                    Some(q) => Ok(q as $u),
                    None => Err(if o == 0 { Arith::DivideByZero } else { Arith::DivideOverflow }),
                }
            }
            #[inline(always)] fn shl(self, n: Self) -> Self { self.wrapping_shl(n as u32) }
            #[inline(always)] fn lshr(self, n: Self) -> Self { self.wrapping_shr(n as u32) }
            #[inline(always)] fn ashr(self, n: Self) -> Self { (self as $i).wrapping_shr(n as u32) as $u }
            #[inline(always)] fn and(self, o: Self) -> Self { self & o }
            #[inline(always)] fn or(self, o: Self) -> Self { self | o }
            #[inline(always)] fn xor(self, o: Self) -> Self { self ^ o }
            #[inline(always)] fn slt(self, o: Self) -> bool { (self as $i) < (o as $i) }
            #[inline(always)] fn sle(self, o: Self) -> bool { (self as $i) <= (o as $i) }
            #[inline(always)] fn abs(self) -> Self { (self as $i).wrapping_abs() as $u }
            #[inline(always)] fn ctpop(self) -> Self { self.count_ones() as $u }
            #[inline(always)] fn ctlz(self) -> Self { self.leading_zeros() as $u }
            #[inline(always)] fn cttz(self) -> Self { self.trailing_zeros() as $u }
            #[inline(always)] fn bswap(self) -> Self { self.swap_bytes() }
            #[inline(always)] fn bitreverse(self) -> Self { self.reverse_bits() }
            #[inline(always)] fn fshl(self, o: Self, n: Self) -> Self {
                let n = n as u32 % $u::BITS;
                if n == 0 { self } else { self << n | o >> ($u::BITS - n) }
            }
            #[inline(always)] fn fshr(self, o: Self, n: Self) -> Self {
                let n = n as u32 % $u::BITS;
                if n == 0 { o } else { self << ($u::BITS - n) | o >> n }
            }
            #[inline(always)] fn uadd_sat(self, o: Self) -> Self { self.saturating_add(o) }
            #[inline(always)] fn usub_sat(self, o: Self) -> Self { self.saturating_sub(o) }
            #[inline(always)] fn sadd_sat(self, o: Self) -> Self { (self as $i).saturating_add(o as $i) as $u }
            #[inline(always)] fn ssub_sat(self, o: Self) -> Self { (self as $i).saturating_sub(o as $i) as $u }
            #[inline(always)] fn uadd_overflow(self, o: Self) -> (Self, bool) { self.overflowing_add(o) }
            #[inline(always)] fn usub_overflow(self, o: Self) -> (Self, bool) { self.overflowing_sub(o) }
            #[inline(always)] fn umul_overflow(self, o: Self) -> (Self, bool) { self.overflowing_mul(o) }
            #[inline(always)] fn sadd_overflow(self, o: Self) -> (Self, bool) {
                let (r, c) = (self as $i).overflowing_add(o as $i);
                (r as $u, c)
            }
            #[inline(always)] fn ssub_overflow(self, o: Self) -> (Self, bool) {
                let (r, c) = (self as $i).overflowing_sub(o as $i);
                (r as $u, c)
            }
            #[inline(always)] fn smul_overflow(self, o: Self) -> (Self, bool) {
                let (r, c) = (self as $i).overflowing_mul(o as $i);
                (r as $u, c)
            }
        }
    )*};
}

impl_int!(u8 i8, u16 i16, u32 i32, u64 i64, u128 i128);

/// Integer comparison of native-width values.
#[inline(always)]
pub fn icmp<T: Int>(pred: ICmpPred, a: T, b: T) -> bool {
    match pred {
        ICmpPred::Eq => a == b,
        ICmpPred::Ne => a != b,
        ICmpPred::Ugt => a > b,
        ICmpPred::Uge => a >= b,
        ICmpPred::Ult => a < b,
        ICmpPred::Ule => a <= b,
        ICmpPred::Sgt => b.slt(a),
        ICmpPred::Sge => b.sle(a),
        ICmpPred::Slt => a.slt(b),
        ICmpPred::Sle => a.sle(b),
    }
}

/// The bits that a value of `bits` (1 to `T::BITS`) may have.
#[inline]
pub fn mask<T: Int>(bits: u32) -> T {
    if bits >= T::BITS { T::ONES } else { T::from_u128((1u128 << bits) - 1) }
}

/// Drops what does not fit in `bits`.
#[inline]
pub fn canon<T: Int>(bits: u32, v: T) -> T {
    v.and(mask(bits))
}

/// Sign-extends a canonical value of `bits` to the carrier.
#[inline]
pub fn sext<T: Int>(bits: u32, v: T) -> T {
    let gap = T::from_u128(u128::from(T::BITS.saturating_sub(bits)));
    v.shl(gap).ashr(gap)
}

/// The mask that shift amounts take: the width rounded up to a power of two, less one.
#[inline]
pub fn shift_mask(bits: u32) -> u32 {
    bits.next_power_of_two() - 1
}

/// Any integer `op` on canonical values of `bits`; floating-point ops give zero.
pub fn binary_in<T: Int>(op: BinOp, bits: u32, a: T, b: T) -> Result<T, Arith> {
    let amount = || b.and(T::from_u128(u128::from(shift_mask(bits))));
    // In a wider carrier a narrow `MIN / -1` does not overflow by itself.
    let overflows = || b == mask(bits) && a == T::ONE.shl(T::from_u128(u128::from(bits - 1)));
    let r = match op {
        BinOp::Add => a.add(b),
        BinOp::Sub => a.sub(b),
        BinOp::Mul => a.mul(b),
        BinOp::UDiv => a.udiv(b)?,
        BinOp::URem => a.urem(b)?,
        BinOp::SDiv | BinOp::SRem if overflows() => return Err(Arith::DivideOverflow),
        BinOp::SDiv => sext(bits, a).sdiv(sext(bits, b))?,
        BinOp::SRem => sext(bits, a).srem(sext(bits, b))?,
        BinOp::Shl => a.shl(amount()),
        BinOp::LShr => a.lshr(amount()),
        BinOp::AShr => sext(bits, a).ashr(amount()),
        BinOp::And => a.and(b),
        BinOp::Or => a.or(b),
        BinOp::Xor => a.xor(b),
        BinOp::FAdd | BinOp::FSub | BinOp::FMul | BinOp::FDiv | BinOp::FRem => T::default(),
    };
    Ok(canon(bits, r))
}

/// Integer comparison of canonical values of `bits`.
pub fn icmp_in<T: Int>(pred: ICmpPred, bits: u32, a: T, b: T) -> bool {
    icmp(pred, sext(bits, a), sext(bits, b))
}
