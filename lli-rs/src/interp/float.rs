//! `float` and `double` arithmetic, comparison and conversion.

use crate::bytecode::Word;
use crate::machine::Result;
use crate::semantics::float;

use super::state::Interp;

macro_rules! two {
    ($($name:ident: $t:ty, |$x:ident, $y:ident| $value:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let $x = <$t>::from_bits(m.get(w.b()) as _);
            let $y = <$t>::from_bits(m.get(w.c()) as _);
            m.set(w.a(), ($value) as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

macro_rules! one {
    ($($name:ident: $t:ty, |$x:ident| $value:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let $x = <$t>::from_bits(m.get(w.b()) as _);
            m.set(w.a(), ($value) as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

macro_rules! from_int {
    ($($name:ident: $i:ty => $t:ty;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let value = (m.get(w.b()) as $i as $t).to_bits();
            m.set(w.a(), value as u64);
            m.advance(1);
            Ok(())
        }
    )*};
}

two! {
    fadd_32: f32, |x, y| (x + y).to_bits();
    fsub_32: f32, |x, y| (x - y).to_bits();
    fmul_32: f32, |x, y| (x * y).to_bits();
    fdiv_32: f32, |x, y| (x / y).to_bits();
    fadd_64: f64, |x, y| (x + y).to_bits();
    fsub_64: f64, |x, y| (x - y).to_bits();
    fmul_64: f64, |x, y| (x * y).to_bits();
    fdiv_64: f64, |x, y| (x / y).to_bits();
    set_feq_32: f32, |x, y| x == y;
    set_fne_32: f32, |x, y| x != y;
    set_flt_32: f32, |x, y| x < y;
    set_fle_32: f32, |x, y| x <= y;
    set_funo_32: f32, |x, y| x.is_nan() || y.is_nan();
    set_feq_64: f64, |x, y| x == y;
    set_fne_64: f64, |x, y| x != y;
    set_flt_64: f64, |x, y| x < y;
    set_fle_64: f64, |x, y| x <= y;
    set_funo_64: f64, |x, y| x.is_nan() || y.is_nan();
}

one! {
    fneg_32: f32, |x| x.to_bits() ^ (1 << 31);
    fneg_64: f64, |x| x.to_bits() ^ (1 << 63);
    fabs_64: f64, |x| x.to_bits() & !(1 << 63);
    fsqrt_64: f64, |x| x.sqrt().to_bits();
    fsqrt_32: f32, |x| x.sqrt().to_bits();
    fext: f32, |x| f64::from(x).to_bits();
    ftrunc: f64, |x| (x as f32).to_bits();
    f64_to_s32: f64, |x| float::f64_to_i32(x) as u32;
    f64_to_s64: f64, |x| float::f64_to_i64(x);
    f32_to_s32: f32, |x| float::f32_to_i32(x) as u32;
}

from_int! {
    s32_to_f64: i32 => f64;
    s64_to_f64: i64 => f64;
    u64_to_f64: u64 => f64;
    s32_to_f32: i32 => f32;
    s64_to_f32: i64 => f32;
}

/// `a = b * c + ext`, rounded twice as native code without FMA does.
#[inline(always)]
pub(crate) fn fmuladd_64(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let get = |slot| f64::from_bits(m.get(slot));
    let value = get(w.b()) * get(w.c()) + get(m.ext(1) as u16);
    m.set(w.a(), value.to_bits());
    m.advance(2);
    Ok(())
}

/// The same for `float`.
#[inline(always)]
pub(crate) fn fmuladd_32(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let get = |slot| f32::from_bits(m.get(slot) as u32);
    let value = get(w.b()) * get(w.c()) + get(m.ext(1) as u16);
    m.set(w.a(), u64::from(value.to_bits()));
    m.advance(2);
    Ok(())
}
