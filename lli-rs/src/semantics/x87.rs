//! x87 extended precision: 80 bits, an explicit leading bit, computed in software so that it is the
//! same on every host. Not-a-numbers follow the x87: quieted, a quiet one before a signaling one, then
//! the larger significand wins; an invalid operation gives the "real indefinite" (a negative quiet NaN).

use std::cmp::Ordering;

use rustc_apfloat::ieee::{Double, Single, X87DoubleExtended};
use rustc_apfloat::{Float, FloatConvert, Round, StatusAnd};

use super::float::{Class, Fp};
use super::libm::{self, Rounding};

/// An `x86_fp80` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct X87 {
    significand: u64,
    /// Sign and biased exponent.
    head: u16,
}

/// The result of an invalid operation.
const INDEFINITE: X87 = X87 { significand: 3 << 62, head: 0xffff };
const BIAS: i32 = 16383;
const EXP_MAX: u16 = 0x7fff;
const LEADING: u64 = 1 << 63;
const QUIET: u64 = 1 << 62;

/// The rounding mode that the x87 would use.
fn current_mode() -> Round {
    match libm::rounding() {
        Rounding::Nearest => Round::NearestTiesToEven,
        Rounding::Down => Round::TowardNegative,
        Rounding::Up => Round::TowardPositive,
        Rounding::Zero => Round::TowardZero,
    }
}

impl X87 {
    /// From the ten bytes in memory.
    pub fn from_bytes(b: [u8; 10]) -> X87 {
        let significand = u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
        X87 { significand, head: u16::from_le_bytes([b[8], b[9]]) }
    }

    /// To the ten bytes in memory.
    pub fn to_bytes(self) -> [u8; 10] {
        let mut b = [0; 10];
        b[..8].copy_from_slice(&self.significand.to_le_bytes());
        b[8..].copy_from_slice(&self.head.to_le_bytes());
        b
    }

    /// From the two register slots.
    pub fn from_slots(s: &[u64]) -> X87 {
        X87 { significand: s[0], head: s[1] as u16 }
    }

    /// To the two register slots.
    pub fn to_slots(self) -> [u64; 2] {
        [self.significand, u64::from(self.head)]
    }

    /// Widens a binary interchange format with `exp_bits` and `fraction_bits` (exact; NaNs are quieted).
    pub(super) fn from_binary(bits: u64, exp_bits: u32, fraction_bits: u32) -> X87 {
        let sign = ((bits >> (exp_bits + fraction_bits)) as u16) << 15;
        let exp = (bits >> fraction_bits) as u16 & ((1 << exp_bits) - 1);
        let fraction = bits & ((1 << fraction_bits) - 1);
        let top = fraction << (63 - fraction_bits);
        let bias = (1i32 << (exp_bits - 1)) - 1;
        let (significand, exp) = if exp == (1 << exp_bits) - 1 {
            (LEADING | top | if fraction == 0 { 0 } else { QUIET }, EXP_MAX)
        } else if exp != 0 {
            (LEADING | top, (i32::from(exp) - bias + BIAS) as u16)
        } else if fraction != 0 {
            let shift = top.leading_zeros();
            (top << shift, (1 - bias + BIAS - shift as i32) as u16)
        } else {
            (0, 0)
        };
        X87 { significand, head: sign | exp }
    }

    fn soft(self) -> X87DoubleExtended {
        X87DoubleExtended::from_bits(self.to_raw())
    }

    fn hard(r: X87DoubleExtended) -> X87 {
        X87::from_raw(r.to_bits())
    }

    fn exponent(self) -> u16 {
        self.head & EXP_MAX
    }

    /// Pseudo-NaNs, pseudo-infinities and unnormals: no number since the 80387.
    fn is_unsupported(self) -> bool {
        self.exponent() != 0 && self.significand & LEADING == 0
    }

    fn quiet(self) -> X87 {
        X87 { significand: self.significand | QUIET, ..self }
    }

    /// The NaN that an operation on these operands gives, if one of them decides it.
    fn propagate(operands: &[X87]) -> Option<X87> {
        if operands.iter().any(|x| x.is_unsupported()) {
            return Some(INDEFINITE);
        }
        // A quiet NaN goes before a signaling one.
        let any_quiet = operands.iter().any(|x| x.class() == Class::QuietNan);
        let nans = operands.iter().filter(|x| x.is_nan() && (!any_quiet || x.class() == Class::QuietNan));
        let nans = nans.map(|x| x.quiet());
        nans.reduce(|a, b| match a.significand.cmp(&b.significand) {
            Ordering::Less => b,
            Ordering::Equal if a.head & 0x8000 != 0 => b,
            _ => a,
        })
    }

    fn result(operands: &[X87], f: impl FnOnce() -> StatusAnd<X87DoubleExtended>) -> X87 {
        X87::propagate(operands).unwrap_or_else(|| {
            let r = f().value;
            if r.is_nan() { INDEFINITE } else { X87::hard(r) }
        })
    }

    fn integral(self, mode: Round) -> X87 {
        X87::result(&[self], || self.soft().round_to_integral(mode)).with_sign_unless_nan(self)
    }

    /// Rounding to zero keeps the sign (`ceil(-0.5)` is -0).
    fn with_sign_unless_nan(self, of: X87) -> X87 {
        if self.is_nan() { self } else { self.with_sign(of.is_negative()) }
    }

    /// `fist` with truncation to `width` bits: out of range gives the integer indefinite.
    fn fist(self, width: u32) -> i128 {
        let mut exact = false;
        let r = self.soft().to_i128_r(width as usize, Round::TowardZero, &mut exact);
        let invalid = r.status.contains(rustc_apfloat::Status::INVALID_OP) || self.is_nan();
        if invalid { -1i128 << (width - 1) } else { r.value }
    }

    /// Square root of a positive finite number.
    fn sqrt_positive(self) -> X87 {
        let mut significand = self.significand;
        let mut exp = i32::from(self.exponent().max(1)) - BIAS - 63;
        let shift = significand.leading_zeros();
        significand <<= shift;
        exp -= shift as i32;
        // value = significand * 2^exp; make the exponent even and the radicand 127 or 128 bits wide, so
        // that the root has 64.
        let up = if (exp - 64) & 1 == 0 { 64 } else { 63 };
        let radicand = u128::from(significand) << up;
        let root = radicand.isqrt();
        let remainder = radicand - root * root;
        let mut exp = (exp - up) / 2;
        let up = match libm::rounding() {
            Rounding::Nearest => remainder > root,
            Rounding::Up => remainder > 0,
            Rounding::Down | Rounding::Zero => false,
        };
        let mut root = root + u128::from(up);
        if root >> 64 != 0 {
            root >>= 1;
            exp += 1;
        }
        X87 { significand: root as u64, head: (exp + 63 + BIAS) as u16 }
    }
}

impl Fp for X87 {
    const DIGITS: u32 = 64;
    const LANE_BYTES: u32 = 16;

    fn from_raw(bits: u128) -> Self {
        X87 { significand: bits as u64, head: (bits >> 64) as u16 }
    }
    fn to_raw(self) -> u128 {
        u128::from(self.significand) | u128::from(self.head) << 64
    }
    fn add(self, o: Self) -> Self {
        X87::result(&[self, o], || self.soft().add_r(o.soft(), current_mode()))
    }
    fn sub(self, o: Self) -> Self {
        X87::result(&[self, o], || self.soft().sub_r(o.soft(), current_mode()))
    }
    fn mul(self, o: Self) -> Self {
        X87::result(&[self, o], || self.soft().mul_r(o.soft(), current_mode()))
    }
    fn div(self, o: Self) -> Self {
        X87::result(&[self, o], || self.soft().div_r(o.soft(), current_mode()))
    }
    fn rem(self, o: Self) -> Self {
        X87::result(&[self, o], || self.soft().c_fmod(o.soft())).with_sign_unless_nan(self)
    }
    fn fma(self, b: Self, c: Self) -> Self {
        X87::result(&[self, b, c], || self.soft().mul_add_r(b.soft(), c.soft(), current_mode()))
    }
    fn order(self, o: Self) -> Option<Ordering> {
        self.soft().partial_cmp(&o.soft())
    }
    fn sqrt(self) -> Self {
        match X87::propagate(&[self]) {
            Some(nan) => nan,
            None if self.is_zero() => self,
            None if self.is_negative() => INDEFINITE,
            None if matches!(self.class(), Class::Infinite) => self,
            None => self.sqrt_positive(),
        }
    }
    fn floor(self) -> Self {
        self.integral(Round::TowardNegative)
    }
    fn ceil(self) -> Self {
        self.integral(Round::TowardPositive)
    }
    fn trunc(self) -> Self {
        self.integral(Round::TowardZero)
    }
    fn round(self) -> Self {
        self.integral(Round::NearestTiesToAway)
    }
    fn round_even(self) -> Self {
        self.integral(Round::NearestTiesToEven)
    }
    fn rint(self) -> Self {
        self.integral(current_mode())
    }
    fn ldexp(self, n: i32) -> Self {
        X87::result(&[self], || rustc_apfloat::Status::OK.and(self.soft().scalbn_r(n, current_mode())))
    }
    fn frexp(self) -> (Self, i32) {
        if let Some(nan) = X87::propagate(&[self]) {
            return (nan, 0);
        }
        if matches!(self.class(), Class::Infinite | Class::Zero) {
            return (self, 0);
        }
        let shift = self.significand.leading_zeros();
        let exp = i32::from(self.exponent().max(1)) - BIAS + 1 - shift as i32;
        let head = self.head & 0x8000 | (BIAS - 1) as u16;
        (X87 { significand: self.significand << shift, head }, exp)
    }
    fn math1(self, f: libm::Math1) -> Self {
        X87::from_bytes(libm::extended::call1(f, self.to_bytes()))
    }
    fn math2(self, o: Self, f: libm::Math2) -> Self {
        X87::from_bytes(libm::extended::call2(f, self.to_bytes(), o.to_bytes()))
    }
    fn from_i128(v: i128) -> Self {
        X87::hard(X87DoubleExtended::from_i128(v).value)
    }
    fn from_u128(v: u128) -> Self {
        X87::hard(X87DoubleExtended::from_u128(v).value)
    }
    fn to_signed(self, bits: u32) -> u128 {
        let width = match bits {
            16 => 16,
            0..=32 => 32,
            33..=64 => 64,
            _ => 128,
        };
        super::int::canon(bits, self.fist(width) as u128)
    }
    fn to_unsigned(self, bits: u32) -> u128 {
        let v = match bits {
            0..=31 => self.fist(32) as u128,
            32..=63 => self.fist(64) as u128,
            64 => {
                let limit = X87::from_u128(1 << 63);
                match self.order(limit) {
                    Some(Ordering::Greater | Ordering::Equal) => (self.sub(limit).fist(64) ^ 1 << 63) as u128,
                    _ => self.fist(64) as u128,
                }
            }
            _ if self.is_negative() => self.fist(128) as u128,
            _ => self.to_u128_sat(),
        };
        super::int::canon(bits, v)
    }
    fn to_i128_sat(self) -> i128 {
        if self.is_nan() { 0 } else { self.soft().to_i128_r(128, Round::TowardZero, &mut false).value }
    }
    fn to_u128_sat(self) -> u128 {
        if self.is_nan() { 0 } else { self.soft().to_u128_r(128, Round::TowardZero, &mut false).value }
    }
    fn to_f64(self) -> f64 {
        if let Some(nan) = X87::propagate(&[self]) {
            let sign = u64::from(nan.head >> 15) << 63;
            return f64::from_bits(sign | 0x7ff << 52 | (nan.significand << 1) >> 12);
        }
        let r: StatusAnd<Double> = self.soft().convert_r(current_mode(), &mut false);
        f64::from_bits(r.value.to_bits() as u64)
    }
    fn to_f32(self) -> f32 {
        if let Some(nan) = X87::propagate(&[self]) {
            let sign = u32::from(nan.head >> 15) << 31;
            return f32::from_bits(sign | 0xff << 23 | ((nan.significand << 1) >> 41) as u32);
        }
        let r: StatusAnd<Single> = self.soft().convert_r(current_mode(), &mut false);
        f32::from_bits(r.value.to_bits() as u32)
    }
    fn to_x87(self) -> X87 {
        self
    }
    fn is_negative(self) -> bool {
        self.head & 0x8000 != 0
    }
    fn with_sign(self, negative: bool) -> Self {
        X87 { head: self.exponent() | if negative { 0x8000 } else { 0 }, ..self }
    }
    fn class(self) -> Class {
        match self.exponent() {
            0 if self.significand == 0 => Class::Zero,
            0 if self.significand & LEADING == 0 => Class::Subnormal,
            _ if self.is_unsupported() => Class::SignalingNan,
            EXP_MAX if self.significand == LEADING => Class::Infinite,
            EXP_MAX if self.significand & QUIET == 0 => Class::SignalingNan,
            EXP_MAX => Class::QuietNan,
            _ => Class::Normal,
        }
    }
    fn is_nan(self) -> bool {
        matches!(self.class(), Class::SignalingNan | Class::QuietNan)
    }
}
