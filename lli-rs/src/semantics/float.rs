//! Floating point: what the three formats have in common ([`Fp`]), comparison, and the conversions to
//! integers in the form that clang gives them on x86-64 (`cvttsd2si` and its "integer indefinite").

use std::cmp::Ordering;

use super::libm;
use crate::ir::FCmpPred;

/// A floating-point format; implemented for `f32`, `f64` and [`super::X87`].
pub trait Fp: Copy {
    /// Bits of the significand, the leading one included.
    const DIGITS: u32;
    /// Bytes of a lane in registers.
    const LANE_BYTES: u32;
    /// From register bits (of the low `LANE_BYTES` or ten bytes).
    fn from_raw(bits: u128) -> Self;
    /// To register bits.
    fn to_raw(self) -> u128;
    /// Sum.
    fn add(self, o: Self) -> Self;
    /// Difference.
    fn sub(self, o: Self) -> Self;
    /// Product.
    fn mul(self, o: Self) -> Self;
    /// Quotient.
    fn div(self, o: Self) -> Self;
    /// C's `fmod`.
    fn rem(self, o: Self) -> Self;
    /// Product and sum, rounded once.
    fn fma(self, b: Self, c: Self) -> Self;
    /// Order, unless one is a NaN.
    fn order(self, o: Self) -> Option<Ordering>;
    /// Square root.
    fn sqrt(self) -> Self;
    /// To an integral value, downwards.
    fn floor(self) -> Self;
    /// To an integral value, upwards.
    fn ceil(self) -> Self;
    /// To an integral value, towards zero.
    fn trunc(self) -> Self;
    /// To the nearest integral value, ties away from zero.
    fn round(self) -> Self;
    /// To the nearest integral value, ties to even.
    fn round_even(self) -> Self;
    /// To an integral value, in the current rounding mode.
    fn rint(self) -> Self;
    /// `self * 2^n`, rounded once.
    fn ldexp(self, n: i32) -> Self;
    /// Fraction in [0.5, 1) and exponent; zeros, infinities and NaNs with exponent 0.
    fn frexp(self) -> (Self, i32);
    /// A function of one argument, from the host's libm.
    fn math1(self, f: libm::Math1) -> Self;
    /// A function of two arguments, from the host's libm.
    fn math2(self, o: Self, f: libm::Math2) -> Self;
    /// From a signed integer of any size up to 128 bits, rounded to nearest.
    fn from_i128(v: i128) -> Self;
    /// From an unsigned integer of any size up to 128 bits, rounded to nearest.
    fn from_u128(v: u128) -> Self;
    /// Truncated to a signed integer of `bits` (1 to 128), as clang's x86-64 code does it.
    fn to_signed(self, bits: u32) -> u128;
    /// Truncated to an unsigned integer of `bits` (1 to 128), as clang's x86-64 code does it.
    fn to_unsigned(self, bits: u32) -> u128;
    /// Truncated, saturating at the ends of `i128`; a NaN gives zero.
    fn to_i128_sat(self) -> i128;
    /// Truncated, saturating at the ends of `u128`; a NaN gives zero.
    fn to_u128_sat(self) -> u128;
    /// To binary64.
    fn to_f64(self) -> f64;
    /// To binary32.
    fn to_f32(self) -> f32;
    /// To x87 extended precision (exact).
    fn to_x87(self) -> super::X87;
    /// The sign bit.
    fn is_negative(self) -> bool;
    /// With the sign bit set to `negative`.
    fn with_sign(self, negative: bool) -> Self;
    /// What kind of value it is.
    fn class(self) -> Class;

    /// Whether it is a NaN of either kind.
    #[inline]
    fn is_nan(self) -> bool {
        self.order(self).is_none()
    }
    /// Whether it is a zero of either sign.
    #[inline]
    fn is_zero(self) -> bool {
        matches!(self.class(), Class::Zero)
    }
}

/// The kinds that `llvm.is.fpclass` tells apart, without the sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Signaling NaN.
    SignalingNan,
    /// Quiet NaN.
    QuietNan,
    /// Infinity.
    Infinite,
    /// Normal number.
    Normal,
    /// Subnormal number.
    Subnormal,
    /// Zero.
    Zero,
}

/// A NaN as the hardware's roundings give it back: a signalling one becomes quiet. (Rust's own leave it.)
fn quiet<T: Fp>(nan: T) -> T {
    T::from_raw(nan.to_raw() | 1 << (T::DIGITS - 2))
}

macro_rules! impl_fp {
    ($f:ident, $u:ident, $digits:expr, $exp_bits:expr, $libm:ident,
     $to_i32:ident, $to_i64:ident) => {
        impl Fp for $f {
            const DIGITS: u32 = $digits;
            const LANE_BYTES: u32 = $u::BITS / 8;
            #[inline(always)]
            fn from_raw(bits: u128) -> Self {
                $f::from_bits(bits as $u)
            }
            #[inline(always)]
            fn to_raw(self) -> u128 {
                u128::from(self.to_bits())
            }
            #[inline(always)]
            fn add(self, o: Self) -> Self {
                self + o
            }
            #[inline(always)]
            fn sub(self, o: Self) -> Self {
                self - o
            }
            #[inline(always)]
            fn mul(self, o: Self) -> Self {
                self * o
            }
            #[inline(always)]
            fn div(self, o: Self) -> Self {
                self / o
            }
            #[inline(always)]
            fn rem(self, o: Self) -> Self {
                self % o
            }
            #[inline(always)]
            fn fma(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn order(self, o: Self) -> Option<Ordering> {
                self.partial_cmp(&o)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $f::sqrt(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                if $f::is_nan(self) { quiet(self) } else { $f::floor(self) }
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                if $f::is_nan(self) { quiet(self) } else { $f::ceil(self) }
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                if $f::is_nan(self) { quiet(self) } else { $f::trunc(self) }
            }
            #[inline(always)]
            fn round(self) -> Self {
                if $f::is_nan(self) { quiet(self) } else { $f::round(self) }
            }
            #[inline(always)]
            fn round_even(self) -> Self {
                if $f::is_nan(self) { quiet(self) } else { $f::round_ties_even(self) }
            }
            fn rint(self) -> Self {
                libm::$libm::rint(self)
            }
            fn ldexp(self, n: i32) -> Self {
                libm::$libm::ldexp(self, n)
            }
            fn frexp(self) -> (Self, i32) {
                libm::$libm::frexp(self)
            }
            fn math1(self, f: libm::Math1) -> Self {
                libm::$libm::call1(f, self)
            }
            fn math2(self, o: Self, f: libm::Math2) -> Self {
                libm::$libm::call2(f, self, o)
            }
            #[inline(always)]
            fn from_i128(v: i128) -> Self {
                v as $f
            }
            #[inline(always)]
            fn from_u128(v: u128) -> Self {
                v as $f
            }
            fn to_signed(self, bits: u32) -> u128 {
                let v = match bits {
                    0..=32 => i128::from($to_i32(self)),
                    33..=64 => i128::from($to_i64(self)),
                    _ if self.abs() < I128_LIMIT as $f => self as i128,
                    _ => i128::MIN,
                };
                super::int::canon(bits, v as u128)
            }
            fn to_unsigned(self, bits: u32) -> u128 {
                let v = match bits {
                    0..=31 => $to_i32(self) as u128,
                    32..=63 => $to_i64(self) as u128,
                    64 => {
                        let small = $to_i64(self);
                        let big = $to_i64(self - U63_LIMIT as $f);
                        u128::from((small | (big & (small >> 63))) as u64)
                    }
                    // Out of range the result of the runtime library is an accident of its
                    // algorithm; negative values wrap, as they do for the narrower types.
                    _ if self < 0.0 => self.to_signed(128),
                    _ => self as u128,
                };
                super::int::canon(bits, v)
            }
            fn to_i128_sat(self) -> i128 {
                self as i128
            }
            fn to_u128_sat(self) -> u128 {
                self as u128
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn to_f32(self) -> f32 {
                self as f32
            }
            fn to_x87(self) -> super::X87 {
                super::X87::from_binary(u64::from(self.to_bits()), $exp_bits, $digits - 1)
            }
            #[inline(always)]
            fn is_negative(self) -> bool {
                self.is_sign_negative()
            }
            #[inline(always)]
            fn with_sign(self, negative: bool) -> Self {
                self.copysign(if negative { -1.0 } else { 1.0 })
            }
            fn class(self) -> Class {
                match self.classify() {
                    std::num::FpCategory::Nan if self.to_bits() >> ($digits - 2) & 1 == 0 => {
                        Class::SignalingNan
                    }
                    std::num::FpCategory::Nan => Class::QuietNan,
                    std::num::FpCategory::Infinite => Class::Infinite,
                    std::num::FpCategory::Normal => Class::Normal,
                    std::num::FpCategory::Subnormal => Class::Subnormal,
                    std::num::FpCategory::Zero => Class::Zero,
                }
            }
        }
    };
}

/// 2^127 and 2^63, exact in both formats.
const I128_LIMIT: f64 = 170141183460469231731687303715884105728.0;
const U63_LIMIT: f64 = 9223372036854775808.0;

impl_fp!(f32, u32, 24, 8, single, f32_to_i32, f32_to_i64);
impl_fp!(f64, u64, 53, 11, double, f64_to_i32, f64_to_i64);

/// `cvttsd2si r32`: truncates; out of range and NaN give `i32::MIN`.
#[inline(always)]
pub fn f64_to_i32(x: f64) -> i32 {
    // One more than the range at both ends, so that -2147483648.9 still truncates into it.
    if x > -2147483649.0 && x < 2147483648.0 { x as i32 } else { i32::MIN }
}

/// `cvttsd2si r64`: truncates; out of range and NaN give `i64::MIN`.
#[inline(always)]
pub fn f64_to_i64(x: f64) -> i64 {
    if x.abs() < U63_LIMIT { x as i64 } else { i64::MIN }
}

/// `cvttss2si r32`: truncates; out of range and NaN give `i32::MIN`.
#[inline(always)]
pub fn f32_to_i32(x: f32) -> i32 {
    if x.abs() < 2147483648.0 { x as i32 } else { i32::MIN }
}

/// `cvttss2si r64`: truncates; out of range and NaN give `i64::MIN`.
#[inline(always)]
pub fn f32_to_i64(x: f32) -> i64 {
    if x.abs() < U63_LIMIT as f32 { x as i64 } else { i64::MIN }
}

/// clang's `fptoui` to 64 bits.
#[inline(always)]
pub fn f64_to_u64(x: f64) -> u64 {
    let small = f64_to_i64(x);
    (small | (f64_to_i64(x - U63_LIMIT) & (small >> 63))) as u64
}

/// clang's `fptoui` to 64 bits.
#[inline(always)]
pub fn f32_to_u64(x: f32) -> u64 {
    let small = f32_to_i64(x);
    (small | (f32_to_i64(x - U63_LIMIT as f32) & (small >> 63))) as u64
}

/// clang's `fptoui` to 32 bits.
#[inline(always)]
pub fn f64_to_u32(x: f64) -> u32 {
    f64_to_i64(x) as u32
}

/// clang's `fptoui` to 32 bits.
#[inline(always)]
pub fn f32_to_u32(x: f32) -> u32 {
    f32_to_i64(x) as u32
}

/// Floating-point comparison.
#[inline(always)]
pub fn fcmp<T: Fp>(pred: FCmpPred, a: T, b: T) -> bool {
    use Ordering::{Equal, Greater, Less};
    let o = a.order(b);
    match pred {
        FCmpPred::False => false,
        FCmpPred::Oeq => o == Some(Equal),
        FCmpPred::Ogt => o == Some(Greater),
        FCmpPred::Oge => matches!(o, Some(Greater | Equal)),
        FCmpPred::Olt => o == Some(Less),
        FCmpPred::Ole => matches!(o, Some(Less | Equal)),
        FCmpPred::One => matches!(o, Some(Less | Greater)),
        FCmpPred::Ord => o.is_some(),
        FCmpPred::Uno => o.is_none(),
        FCmpPred::Ueq => matches!(o, None | Some(Equal)),
        FCmpPred::Ugt => matches!(o, None | Some(Greater)),
        FCmpPred::Uge => !matches!(o, Some(Less)),
        FCmpPred::Ult => matches!(o, None | Some(Less)),
        FCmpPred::Ule => !matches!(o, Some(Greater)),
        FCmpPred::Une => o != Some(Equal),
        FCmpPred::True => true,
    }
}

/// `fmin` as clang's code for `llvm.minnum` gives it: a NaN loses against a number, and of two zeros
/// the first is taken.
#[inline(always)]
pub fn minnum<T: Fp>(a: T, b: T) -> T {
    if a.is_nan() || b.order(a) == Some(Ordering::Less) { b } else { a }
}

/// `fmax`, as [`minnum`].
#[inline(always)]
pub fn maxnum<T: Fp>(a: T, b: T) -> T {
    if a.is_nan() || b.order(a) == Some(Ordering::Greater) { b } else { a }
}

/// IEEE 754-2019 `minimum` (or `maximum`): a NaN wins, -0 is less than +0.
pub fn minimum<T: Fp>(a: T, b: T, max: bool) -> T {
    match (a.is_nan(), b.is_nan()) {
        (true, _) => a.add(a),
        (_, true) => b.add(b),
        _ => ordered_minimum(a, b, max),
    }
}

/// IEEE 754-2019 `minimumNumber` (or `maximumNumber`): a NaN loses, -0 is less than +0.
pub fn minimum_num<T: Fp>(a: T, b: T, max: bool) -> T {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => a.add(a),
        (true, false) => b,
        (false, true) => a,
        _ => ordered_minimum(a, b, max),
    }
}

fn ordered_minimum<T: Fp>(a: T, b: T, max: bool) -> T {
    let first = match a.order(b) {
        Some(Ordering::Less) => true,
        Some(Ordering::Greater) => false,
        _ => a.is_negative(),
    };
    if first != max { a } else { b }
}

/// Absolute value: clears the sign bit, of NaNs too.
#[inline(always)]
pub fn fabs<T: Fp>(a: T) -> T {
    a.with_sign(false)
}

/// Negation: flips the sign bit, of NaNs too.
#[inline(always)]
pub fn neg<T: Fp>(a: T) -> T {
    a.with_sign(!a.is_negative())
}

/// C's `modf`: fraction and integral part, both with the argument's sign.
pub fn modf<T: Fp>(a: T) -> (T, T) {
    let whole = a.trunc();
    let fraction = if matches!(a.class(), Class::Infinite) { T::from_u128(0) } else { a.sub(whole) };
    if a.is_nan() { (a.add(a), a.add(a)) } else { (fraction.with_sign(a.is_negative()), whole) }
}

/// `llvm.is.fpclass`: whether the value is of one of the classes in `mask`.
pub fn is_class<T: Fp>(a: T, mask: u32) -> bool {
    let negative = a.is_negative();
    let bit = match a.class() {
        Class::SignalingNan => 0,
        Class::QuietNan => 1,
        Class::Infinite => {
            if negative {
                2
            } else {
                9
            }
        }
        Class::Normal => {
            if negative {
                3
            } else {
                8
            }
        }
        Class::Subnormal => {
            if negative {
                4
            } else {
                7
            }
        }
        Class::Zero => {
            if negative {
                5
            } else {
                6
            }
        }
    };
    mask >> bit & 1 != 0
}

/// `llvm.powi`: by repeated squaring, as the compiler runtime does it.
pub fn powi<T: Fp>(mut a: T, n: i32) -> T {
    let mut r = T::from_u128(1);
    let mut left = n.unsigned_abs();
    loop {
        if left & 1 != 0 {
            r = r.mul(a);
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        a = a.mul(a);
    }
    if n < 0 { T::from_u128(1).div(r) } else { r }
}
