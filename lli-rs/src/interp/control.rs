//! Branches, switches, fuel, and operations by descriptor.

use crate::bytecode::Word;
use crate::machine::{Limit, Result, Trap};

use super::generic;
use super::state::{Interp, own_tail};

macro_rules! branches {
    ($($name:ident: |$x:ident: $tx:ty, $y:ident: $ty:ty| $test:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let ($x, $y) = (m.get(w.a()) as $tx, m.get(w.b()) as $ty);
            if $test {
                own_tail!($name);
                return m.jump(m.ext(1));
            }
            m.advance(2);
            Ok(())
        }
    )*};
}

macro_rules! branches_imm {
    ($($name:ident: $t:ty, |$x:ident, $k:ident| $test:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let ext = m.ext(1);
            let ($x, $k) = (m.get(w.a()) as $t, (ext as i64 >> 32) as $t);
            if $test {
                own_tail!($name);
                return m.jump(ext);
            }
            m.advance(2);
            Ok(())
        }
    )*};
}

macro_rules! branches_float {
    ($($name:ident: |$x:ident, $y:ident| $test:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let ($x, $y) = (f64::from_bits(m.get(w.a())), f64::from_bits(m.get(w.b())));
            if $test {
                own_tail!($name);
                return m.jump(m.ext(1));
            }
            m.advance(2);
            Ok(())
        }
    )*};
}

branches! {
    br_eq: |x: u64, y: u64| x == y;
    br_ne: |x: u64, y: u64| x != y;
    br_ult: |x: u64, y: u64| x < y;
    br_ule: |x: u64, y: u64| x <= y;
    br_slt_32: |x: i32, y: i32| x < y;
    br_sle_32: |x: i32, y: i32| x <= y;
    br_slt_64: |x: i64, y: i64| x < y;
    br_sle_64: |x: i64, y: i64| x <= y;
}

branches_imm! {
    br_nz: u64, |x, _k| x != 0;
    br_z: u64, |x, _k| x == 0;
    br_eq_k: u64, |x, k| x == k;
    br_ne_k: u64, |x, k| x != k;
    br_eq_32_k: u32, |x, k| x == k;
    br_ne_32_k: u32, |x, k| x != k;
    br_ult_k: u64, |x, k| x < k;
    br_ugt_k: u64, |x, k| x > k;
    br_slt_32_k: i32, |x, k| x < k;
    br_sgt_32_k: i32, |x, k| x > k;
    br_slt_64_k: i64, |x, k| x < k;
    br_sgt_64_k: i64, |x, k| x > k;
}

// The negated relations are true for NaN.
#[allow(clippy::neg_cmp_op_on_partial_ord)]
mod float {
    use super::*;

    branches_float! {
        br_flt_64: |x, y| x < y;
        br_fnlt_64: |x, y| !(x < y);
        br_fle_64: |x, y| x <= y;
        br_fnle_64: |x, y| !(x <= y);
        br_feq_64: |x, y| x == y;
        br_fne_64: |x, y| x != y;
    }
}
pub(crate) use float::*;

#[inline(always)]
pub(crate) fn br(m: &mut Interp<'_>, _: Word) -> Result<()> {
    own_tail!(br);
    m.jump(m.ext(1))
}

macro_rules! switches {
    ($($name:ident: $t:ty;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let index = (m.get(w.a()) as $t).wrapping_sub(m.ext(1) as $t);
            let info = m.ext(2);
            if u64::from(index) < info & 0xffff_ffff {
                // SAFETY: the checker has seen that the table has that many entries.
                let offset = unsafe { *m.pc.add(3).cast::<u32>().add(index as usize) };
                own_tail!($name);
                return m.jump(u64::from(offset));
            }
            m.jump(info >> 32)
        }
    )*};
}

switches! {
    switch_32: u32;
    switch_64: u64;
}

/// Counts the IR instructions of a block before they run.
#[inline(always)]
pub(crate) fn fuel(m: &mut Interp<'_>, _: Word) -> Result<()> {
    match m.thread.fuel.checked_sub(m.ext(1)) {
        Some(left) => m.thread.fuel = left,
        None => return Err(Trap::Limit(Limit::Fuel)),
    }
    m.advance(2);
    Ok(())
}

/// The end of the outermost frame; the loop returns before it gets here.
#[inline(always)]
pub(crate) fn exit(_: &mut Interp<'_>, _: Word) -> Result<()> {
    Ok(())
}

#[inline(always)]
pub(crate) fn generic(m: &mut Interp<'_>, _: Word) -> Result<()> {
    m.save();
    let desc = m.desc(m.ext(1));
    generic::run(m.process, m.thread, m.fp, desc)?;
    m.advance(2);
    Ok(())
}

#[inline(always)]
pub(crate) fn generic_jump(m: &mut Interp<'_>, _: Word) -> Result<()> {
    m.save();
    let desc = m.desc(m.ext(1));
    match generic::jump(m.fp, desc)? {
        generic::Way::Offset(offset) => m.jump(u64::from(offset as u32)),
        generic::Way::Return(span) => {
            super::call::leave_frame(m, span.at as usize, span.n as usize);
            m.poll()
        }
    }
}

/// Gives back what the frame holds beside registers.
#[inline(always)]
pub(crate) fn leave(m: &mut Interp<'_>, _: Word) -> Result<()> {
    m.save();
    let desc = m.desc(m.ext(1));
    super::unwind::leave(m.process, m.thread, desc);
    m.advance(2);
    Ok(())
}
