//! Moves, constants, integer arithmetic and comparison.

use crate::bytecode::Word;
use crate::machine::{Result, Trap};

use super::state::Interp;

/// Handlers of `a = f(b, c)`: operands are truncated to the type, the result is zero-extended.
macro_rules! two {
    ($($name:ident: $t:ty, |$x:ident, $y:ident| $value:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let ($x, $y) = (m.get(w.b()) as $t, m.get(w.c()) as $t);
            m.set(w.a(), ($value) as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

/// Handlers of `a = f(b, immediate c)`.
macro_rules! imm {
    ($($name:ident: $t:ty, $k:ty, |$x:ident, $y:ident| $value:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let ($x, $y) = (m.get(w.b()) as $t, w.c() as $k as $t);
            m.set(w.a(), ($value) as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

/// Handlers of `a = f(b)`.
macro_rules! one {
    ($($name:ident: $t:ty, |$x:ident| $value:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let $x = m.get(w.b()) as $t;
            m.set(w.a(), ($value) as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

/// Divisions: unsigned type, type of the operation, what to do.
macro_rules! divide {
    ($($name:ident: $u:ty, $t:ty, $checked:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let (x, y) = (m.get(w.b()) as $t, m.get(w.c()) as $t);
            let Some(value) = x.$checked(y) else { return Err(division(y == 0)) };
            m.set(w.a(), value as $u as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

#[cold]
fn division(by_zero: bool) -> Trap {
    if by_zero { Trap::DivideByZero } else { Trap::DivideOverflow }
}

two! {
    add_8: u8, |x, y| x.wrapping_add(y);
    add_16: u16, |x, y| x.wrapping_add(y);
    add_32: u32, |x, y| x.wrapping_add(y);
    add_64: u64, |x, y| x.wrapping_add(y);
    sub_8: u8, |x, y| x.wrapping_sub(y);
    sub_16: u16, |x, y| x.wrapping_sub(y);
    sub_32: u32, |x, y| x.wrapping_sub(y);
    sub_64: u64, |x, y| x.wrapping_sub(y);
    mul_8: u8, |x, y| x.wrapping_mul(y);
    mul_16: u16, |x, y| x.wrapping_mul(y);
    mul_32: u32, |x, y| x.wrapping_mul(y);
    mul_64: u64, |x, y| x.wrapping_mul(y);
    and: u64, |x, y| x & y;
    or: u64, |x, y| x | y;
    xor: u64, |x, y| x ^ y;
    shl_8: u8, |x, y| x.wrapping_shl(y as u32);
    shl_16: u16, |x, y| x.wrapping_shl(y as u32);
    shl_32: u32, |x, y| x.wrapping_shl(y);
    shl_64: u64, |x, y| x.wrapping_shl(y as u32);
    lshr_8: u8, |x, y| x.wrapping_shr(y as u32);
    lshr_16: u16, |x, y| x.wrapping_shr(y as u32);
    lshr_32: u32, |x, y| x.wrapping_shr(y);
    lshr_64: u64, |x, y| x.wrapping_shr(y as u32);
    ashr_8: i8, |x, y| x.wrapping_shr(y as u32) as u8;
    ashr_16: i16, |x, y| x.wrapping_shr(y as u32) as u16;
    ashr_32: i32, |x, y| x.wrapping_shr(y as u32) as u32;
    ashr_64: i64, |x, y| x.wrapping_shr(y as u32);
    smin_32: i32, |x, y| x.min(y) as u32;
    smax_32: i32, |x, y| x.max(y) as u32;
    smin_64: i64, |x, y| x.min(y);
    smax_64: i64, |x, y| x.max(y);
    umin: u64, |x, y| x.min(y);
    umax: u64, |x, y| x.max(y);
    rotl_32: u32, |x, y| x.rotate_left(y & 31);
    rotl_64: u64, |x, y| x.rotate_left(y as u32 & 63);
    set_eq: u64, |x, y| x == y;
    set_ne: u64, |x, y| x != y;
    set_ult: u64, |x, y| x < y;
    set_ule: u64, |x, y| x <= y;
    set_slt_32: i32, |x, y| x < y;
    set_sle_32: i32, |x, y| x <= y;
    set_slt_64: i64, |x, y| x < y;
    set_sle_64: i64, |x, y| x <= y;
}

imm! {
    add_8_k: u8, i16, |x, k| x.wrapping_add(k);
    add_16_k: u16, i16, |x, k| x.wrapping_add(k);
    add_32_k: u32, i16, |x, k| x.wrapping_add(k);
    add_64_k: u64, i16, |x, k| x.wrapping_add(k);
    mul_32_k: u32, i16, |x, k| x.wrapping_mul(k);
    mul_64_k: u64, i16, |x, k| x.wrapping_mul(k);
    rsub_32_k: u32, i16, |x, k| k.wrapping_sub(x);
    rsub_64_k: u64, i16, |x, k| k.wrapping_sub(x);
    and_k: u64, u16, |x, k| x & k;
    or_k: u64, u16, |x, k| x | k;
    xor_k: u64, u16, |x, k| x ^ k;
    shl_32_k: u32, u16, |x, k| x.wrapping_shl(k);
    shl_64_k: u64, u16, |x, k| x.wrapping_shl(k as u32);
    lshr_k: u64, u16, |x, k| x.wrapping_shr(k as u32);
    ashr_32_k: i32, u16, |x, k| x.wrapping_shr(k as u32) as u32;
    ashr_64_k: i64, u16, |x, k| x.wrapping_shr(k as u32);
    rotl_32_k: u32, u16, |x, k| x.rotate_left(k & 31);
    rotl_64_k: u64, u16, |x, k| x.rotate_left(k as u32 & 63);
    trunc_bits: u64, u16, |x, bits| if bits < 64 { x & !(!0 << bits) } else { x };
    sext_bits: u64, u16, |x, k| sign_extend(x, k as u32);
    set_eq_k: u64, i16, |x, k| x == k;
    set_ne_k: u64, i16, |x, k| x != k;
    set_eq_32_k: u32, i16, |x, k| x == k;
    set_ne_32_k: u32, i16, |x, k| x != k;
    set_ult_k: u64, u16, |x, k| x < k;
    set_ugt_k: u64, u16, |x, k| x > k;
    set_slt_32_k: i32, i16, |x, k| x < k;
    set_sgt_32_k: i32, i16, |x, k| x > k;
    set_slt_64_k: i64, i16, |x, k| x < k;
    set_sgt_64_k: i64, i16, |x, k| x > k;
}

/// `k` is the width before, and above bit 8 the width after.
#[inline(always)]
fn sign_extend(x: u64, k: u32) -> u64 {
    let (from, to) = (64 - (k & 0xff).clamp(1, 64), 64 - (k >> 8).clamp(1, 64));
    let value = ((x << from) as i64 >> from) as u64;
    value << to >> to
}

one! {
    mov: u64, |x| x;
    not_8: u8, |x| !x;
    not_16: u16, |x| !x;
    not_32: u32, |x| !x;
    not_64: u64, |x| !x;
    trunc_32: u32, |x| x;
    sext_8_32: i8, |x| x as i32 as u32;
    sext_16_32: i16, |x| x as i32 as u32;
    sext_8_64: i8, |x| x as i64;
    sext_16_64: i16, |x| x as i64;
    sext_32_64: i32, |x| x as i64;
    abs_32: i32, |x| x.wrapping_abs() as u32;
    abs_64: i64, |x| x.wrapping_abs();
    ctpop: u64, |x| x.count_ones();
    ctlz_32: u32, |x| x.leading_zeros();
    ctlz_64: u64, |x| x.leading_zeros();
    cttz_32: u32, |x| x.trailing_zeros();
    cttz_64: u64, |x| x.trailing_zeros();
    bswap_16: u16, |x| x.swap_bytes();
    bswap_32: u32, |x| x.swap_bytes();
    bswap_64: u64, |x| x.swap_bytes();
}

divide! {
    udiv_32: u32, u32, checked_div;
    udiv_64: u64, u64, checked_div;
    urem_32: u32, u32, checked_rem;
    urem_64: u64, u64, checked_rem;
    sdiv_8: u8, i8, checked_div;
    sdiv_16: u16, i16, checked_div;
    sdiv_32: u32, i32, checked_div;
    sdiv_64: u64, i64, checked_div;
    srem_8: u8, i8, checked_rem;
    srem_16: u16, i16, checked_rem;
    srem_32: u32, i32, checked_rem;
    srem_64: u64, i64, checked_rem;
}

/// Copies `c` slots; the ranges may overlap.
#[inline(always)]
pub(crate) fn mov_n(m: &mut Interp<'_>, w: Word) -> Result<()> {
    // SAFETY: the checker has seen that both ranges lie in the frame.
    unsafe { std::ptr::copy(m.fp.add(w.b() as usize), m.fp.add(w.a() as usize), w.c() as usize) };
    m.advance(1);
    Ok(())
}

#[inline(always)]
pub(crate) fn const_32(m: &mut Interp<'_>, w: Word) -> Result<()> {
    m.set(w.a(), u64::from(w.b()) | u64::from(w.c()) << 16);
    m.advance(1);
    Ok(())
}

#[inline(always)]
pub(crate) fn const_64(m: &mut Interp<'_>, w: Word) -> Result<()> {
    m.set(w.a(), m.ext(1));
    m.advance(2);
    Ok(())
}

/// Reads a slot beyond the reach of 16 bits.
#[inline(always)]
pub(crate) fn load_far(m: &mut Interp<'_>, w: Word) -> Result<()> {
    // SAFETY: the checker has seen that the slot lies in the frame.
    let value = unsafe { *m.fp.add(m.ext(1) as usize) };
    m.set(w.a(), value);
    m.advance(2);
    Ok(())
}

/// Writes a slot beyond the reach of 16 bits.
#[inline(always)]
pub(crate) fn store_far(m: &mut Interp<'_>, w: Word) -> Result<()> {
    // SAFETY: the checker has seen that the slot lies in the frame.
    unsafe { *m.fp.add(m.ext(1) as usize) = m.get(w.a()) };
    m.advance(2);
    Ok(())
}

/// `a = b ? c : ext`.
#[inline(always)]
pub(crate) fn select(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let (x, y) = (m.get(w.c()), m.get(m.ext(1) as u16));
    let value = std::hint::select_unpredictable(m.get(w.b()) != 0, x, y);
    m.set(w.a(), value);
    m.advance(2);
    Ok(())
}

/// Address of a thread-local global: number in the low half, offset in the high one.
#[inline(always)]
pub(crate) fn tls(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let ext = m.ext(1);
    let base = m.thread.locals[ext as u32 as usize];
    m.set(w.a(), base.offset((ext as i64) >> 32).bits());
    m.advance(2);
    Ok(())
}
