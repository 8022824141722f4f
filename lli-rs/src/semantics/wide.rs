//! Integers of any width as little-endian 64-bit words, zero-extended to whole words.
//!
//! Plain schoolbook algorithms: widths above 128 bits come from code that moves structures around, and
//! mostly shift, mask and compare.

use smallvec::SmallVec;

use super::Arith;
use super::int::shift_mask;
use crate::ir::{BinOp, ICmpPred};

/// The words of one integer.
pub type Words = SmallVec<[u64; 4]>;

/// A wide unsigned integer of a fixed width; signedness is in the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wide {
    bits: u32,
    words: Words,
}

impl Wide {
    /// Zero.
    pub fn zero(bits: u32) -> Wide {
        Wide { bits, words: SmallVec::from_elem(0, bits.div_ceil(64) as usize) }
    }

    /// From words, of which excess bits and words are dropped and missing ones are zero.
    pub fn new(bits: u32, words: &[u64]) -> Wide {
        let mut r = Wide::zero(bits);
        let n = words.len().min(r.words.len());
        r.words[..n].copy_from_slice(&words[..n]);
        r.canonical()
    }

    /// From a small number.
    pub fn from_u64(bits: u32, v: u64) -> Wide {
        Wide::new(bits, &[v])
    }

    /// All bits set.
    pub fn ones(bits: u32) -> Wide {
        Wide { bits, words: SmallVec::from_elem(u64::MAX, bits.div_ceil(64) as usize) }.canonical()
    }

    /// The most negative number.
    pub fn min(bits: u32) -> Wide {
        Wide::from_u64(bits, 1).shl(bits - 1)
    }

    /// Its words.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The low word.
    pub fn low(&self) -> u64 {
        self.words[0]
    }

    fn canonical(mut self) -> Wide {
        let excess = self.bits.next_multiple_of(64) - self.bits;
        if let Some(top) = self.words.last_mut() {
            *top &= u64::MAX >> excess;
        }
        self
    }

    /// Whether all bits are zero.
    pub fn is_zero(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// The sign bit.
    pub fn is_negative(&self) -> bool {
        let top = self.bits - 1;
        self.words[top as usize / 64] >> (top % 64) & 1 != 0
    }

    /// Zero-extended or truncated.
    pub fn zext(&self, bits: u32) -> Wide {
        Wide::new(bits, &self.words)
    }

    /// Sign-extended or truncated.
    pub fn sext(&self, bits: u32) -> Wide {
        let mut r = self.zext(bits);
        if bits > self.bits && self.is_negative() {
            r = r.or(&Wide::ones(bits).shl(self.bits));
        }
        r
    }

    fn zip(&self, o: &Wide, f: impl Fn(u64, u64) -> u64) -> Wide {
        Wide { bits: self.bits, words: self.words.iter().zip(&o.words).map(|(a, b)| f(*a, *b)).collect() }
    }

    /// Bitwise and.
    pub fn and(&self, o: &Wide) -> Wide {
        self.zip(o, |a, b| a & b)
    }

    /// Bitwise or.
    pub fn or(&self, o: &Wide) -> Wide {
        self.zip(o, |a, b| a | b)
    }

    /// Bitwise exclusive or.
    pub fn xor(&self, o: &Wide) -> Wide {
        self.zip(o, |a, b| a ^ b)
    }

    /// Sum, wrapping.
    pub fn add(&self, o: &Wide) -> Wide {
        let mut r = self.clone();
        let mut carry = false;
        for (a, b) in r.words.iter_mut().zip(&o.words) {
            let (s, c1) = a.overflowing_add(*b);
            let (s, c2) = s.overflowing_add(u64::from(carry));
            (*a, carry) = (s, c1 | c2);
        }
        r.canonical()
    }

    /// Two's complement.
    pub fn neg(&self) -> Wide {
        self.xor(&Wide::ones(self.bits)).add(&Wide::from_u64(self.bits, 1))
    }

    /// Difference, wrapping.
    pub fn sub(&self, o: &Wide) -> Wide {
        self.add(&o.neg())
    }

    /// Product, wrapping.
    pub fn mul(&self, o: &Wide) -> Wide {
        let mut r = Wide::zero(self.bits);
        let n = r.words.len();
        for (i, a) in self.words.iter().enumerate().filter(|(_, a)| **a != 0) {
            let mut carry = 0u128;
            for (j, b) in o.words.iter().enumerate().take(n - i) {
                let t = u128::from(*a) * u128::from(*b) + u128::from(r.words[i + j]) + carry;
                r.words[i + j] = t as u64;
                carry = t >> 64;
            }
        }
        r.canonical()
    }

    /// Left shift; by the width or more gives zero.
    pub fn shl(&self, n: u32) -> Wide {
        let mut r = Wide::zero(self.bits);
        let (skip, bit) = (n as usize / 64, n % 64);
        for i in skip..r.words.len() {
            let low = if bit != 0 && i > skip { self.words[i - skip - 1] >> (64 - bit) } else { 0 };
            r.words[i] = self.words[i - skip] << bit | low;
        }
        r.canonical()
    }

    /// Logical right shift; by the width or more gives zero.
    pub fn lshr(&self, n: u32) -> Wide {
        let mut r = Wide::zero(self.bits);
        let (skip, bit) = (n as usize / 64, n % 64);
        for i in 0..r.words.len().saturating_sub(skip) {
            let high = match self.words.get(i + skip + 1) {
                Some(w) if bit != 0 => w << (64 - bit),
                _ => 0,
            };
            r.words[i] = self.words[i + skip] >> bit | high;
        }
        r
    }

    /// Arithmetic right shift.
    pub fn ashr(&self, n: u32) -> Wide {
        let shifted = self.lshr(n);
        if !self.is_negative() || n == 0 {
            return shifted;
        }
        shifted.or(&Wide::ones(self.bits).shl(self.bits.saturating_sub(n)))
    }

    /// Leading zeros; the width for zero.
    pub fn ctlz(&self) -> u32 {
        self.bits - self.significant_bits()
    }

    /// Position of the highest set bit, plus one; 0 for zero.
    pub fn significant_bits(&self) -> u32 {
        let top = self.words.iter().rposition(|w| *w != 0);
        top.map_or(0, |i| 64 * i as u32 + 64 - self.words[i].leading_zeros())
    }

    /// Trailing zeros; the width for zero.
    pub fn cttz(&self) -> u32 {
        let low = self.words.iter().position(|w| *w != 0);
        low.map_or(self.bits, |i| 64 * i as u32 + self.words[i].trailing_zeros())
    }

    /// Number of set bits.
    pub fn ctpop(&self) -> u32 {
        self.words.iter().map(|w| w.count_ones()).sum()
    }

    /// Bits reversed.
    pub fn bitreverse(&self) -> Wide {
        let words: Words = self.words.iter().rev().map(|w| w.reverse_bits()).collect();
        let whole = self.bits.next_multiple_of(64);
        Wide { bits: whole, words }.lshr(whole - self.bits).zext(self.bits)
    }

    /// Bytes reversed; the width is a multiple of 16.
    pub fn bswap(&self) -> Wide {
        let words: Words = self.words.iter().rev().map(|w| w.swap_bytes()).collect();
        let whole = self.bits.next_multiple_of(64);
        Wide { bits: whole, words }.lshr(whole - self.bits).zext(self.bits)
    }

    /// Comparison.
    pub fn compare(&self, pred: ICmpPred, o: &Wide) -> bool {
        let unsigned = self.words.iter().rev().cmp(o.words.iter().rev());
        let signed = o.is_negative().cmp(&self.is_negative()).then(unsigned);
        match pred {
            ICmpPred::Eq => unsigned.is_eq(),
            ICmpPred::Ne => unsigned.is_ne(),
            ICmpPred::Ugt => unsigned.is_gt(),
            ICmpPred::Uge => unsigned.is_ge(),
            ICmpPred::Ult => unsigned.is_lt(),
            ICmpPred::Ule => unsigned.is_le(),
            ICmpPred::Sgt => signed.is_gt(),
            ICmpPred::Sge => signed.is_ge(),
            ICmpPred::Slt => signed.is_lt(),
            ICmpPred::Sle => signed.is_le(),
        }
    }

    /// Unsigned quotient and remainder.
    pub fn div_rem(&self, o: &Wide) -> Result<(Wide, Wide), Arith> {
        let (n, d) = (self.significant_bits(), o.significant_bits());
        if d == 0 {
            return Err(Arith::DivideByZero);
        }
        if n < d {
            return Ok((Wide::zero(self.bits), self.clone()));
        }
        if d <= 64 {
            return Ok(self.div_rem_word(o.low()));
        }
        Ok(self.div_rem_long(o, d.div_ceil(64) as usize))
    }

    fn div_rem_word(&self, d: u64) -> (Wide, Wide) {
        let mut quotient = Wide::zero(self.bits);
        let mut rest = 0u128;
        for i in (0..self.words.len()).rev() {
            rest = rest << 64 | u128::from(self.words[i]);
            quotient.words[i] = (rest / u128::from(d)) as u64;
            rest %= u128::from(d);
        }
        (quotient, Wide::from_u64(self.bits, rest as u64))
    }

    /// Knuth's algorithm D, for divisors of `n` >= 2 words.
    fn div_rem_long(&self, o: &Wide, n: usize) -> (Wide, Wide) {
        let shift = o.words[n - 1].leading_zeros();
        let whole = 64 * self.words.len() as u32;
        let d = Wide::new(64 * n as u32, &o.words).shl(shift).words;
        let mut u = Wide::new(whole + 64, &self.words).shl(shift).words;
        let mut quotient = Wide::zero(self.bits);
        for j in (0..u.len() - n).rev() {
            let top = u128::from(u[j + n]) << 64 | u128::from(u[j + n - 1]);
            let mut q = top / u128::from(d[n - 1]);
            let mut r = top % u128::from(d[n - 1]);
            while q >> 64 != 0 || q * u128::from(d[n - 2]) > (r << 64 | u128::from(u[j + n - 2])) {
                q -= 1;
                r += u128::from(d[n - 1]);
                if r >> 64 != 0 {
                    break;
                }
            }
            if subtract_product(&mut u[j..=j + n], &d, q as u64) {
                q -= 1;
                add_back(&mut u[j..=j + n], &d);
            }
            if let Some(w) = quotient.words.get_mut(j) {
                *w = q as u64;
            }
        }
        let rest = Wide::new(64 * n as u32, &u).lshr(shift);
        (quotient.canonical(), rest.zext(self.bits))
    }

    /// Signed quotient and remainder.
    pub fn signed_div_rem(&self, o: &Wide) -> Result<(Wide, Wide), Arith> {
        if *self == Wide::min(self.bits) && *o == Wide::ones(self.bits) {
            return Err(Arith::DivideOverflow);
        }
        let (q, r) = self.magnitude().div_rem(&o.magnitude())?;
        let q = if self.is_negative() != o.is_negative() { q.neg() } else { q };
        let r = if self.is_negative() { r.neg() } else { r };
        Ok((q, r))
    }

    /// Absolute value; the minimum stays itself.
    pub fn magnitude(&self) -> Wide {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// Any integer `op`; floating-point ops give zero.
    pub fn binary(&self, op: BinOp, o: &Wide) -> Result<Wide, Arith> {
        let amount = || o.low() as u32 & shift_mask(self.bits);
        Ok(match op {
            BinOp::Add => self.add(o),
            BinOp::Sub => self.sub(o),
            BinOp::Mul => self.mul(o),
            BinOp::UDiv => self.div_rem(o)?.0,
            BinOp::URem => self.div_rem(o)?.1,
            BinOp::SDiv => self.signed_div_rem(o)?.0,
            BinOp::SRem => self.signed_div_rem(o)?.1,
            BinOp::Shl => self.shl(amount()),
            BinOp::LShr => self.lshr(amount()),
            BinOp::AShr => self.ashr(amount()),
            BinOp::And => self.and(o),
            BinOp::Or => self.or(o),
            BinOp::Xor => self.xor(o),
            BinOp::FAdd | BinOp::FSub | BinOp::FMul | BinOp::FDiv | BinOp::FRem => Wide::zero(self.bits),
        })
    }
}

/// `u -= q * d`; whether it went below zero.
fn subtract_product(u: &mut [u64], d: &[u64], q: u64) -> bool {
    let (mut carry, mut borrow) = (0u128, false);
    for (i, word) in u.iter_mut().enumerate() {
        let product = u128::from(q) * u128::from(d.get(i).copied().unwrap_or(0)) + carry;
        carry = product >> 64;
        let (x, b1) = word.overflowing_sub(product as u64);
        let (x, b2) = x.overflowing_sub(u64::from(borrow));
        (*word, borrow) = (x, b1 | b2);
    }
    borrow
}

/// `u += d`, dropping the carry.
fn add_back(u: &mut [u64], d: &[u64]) {
    let mut carry = 0u128;
    for (i, word) in u.iter_mut().enumerate() {
        let sum = u128::from(*word) + u128::from(d.get(i).copied().unwrap_or(0)) + carry;
        (*word, carry) = (sum as u64, sum >> 64);
    }
}
