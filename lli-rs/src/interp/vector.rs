//! Vector functions and single lanes.

use crate::bytecode::Word;
use crate::machine::Result;
use crate::semantics::simd::Simd;

use super::state::Interp;

/// A function of `semantics::simd` on slots of the frame.
#[inline(always)]
pub(crate) fn simd(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let ext = m.ext(1);
    // SAFETY: the checker has seen the number, and that all operands of the function's shape lie in the frame.
    unsafe {
        let function: &Simd = m.process.simd.get_unchecked((ext as u32 >> 16) as usize);
        let at = |slot: u16| m.fp.add(slot as usize);
        (function.run)(at(w.a()), at(w.b()), at(w.c()), at(ext as u16));
    }
    m.advance(2);
    Ok(())
}

macro_rules! lanes {
    ($($get:ident $set:ident: $t:ty;)*) => {$(
        #[inline(always)]
        #[allow(dead_code)] // a lane of 64 bits is read by a move
        pub(crate) fn $get(m: &mut Interp<'_>, w: Word) -> Result<()> {
            // SAFETY: the checker has seen that the lane lies in the frame.
            let value = unsafe { *m.fp.add(w.b() as usize).cast::<$t>().add(w.c() as usize) };
            m.set(w.a(), value as u64);
            m.advance(1);
            Ok(())
        }
        #[inline(always)]
        pub(crate) fn $set(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let value = m.get(w.b()) as $t;
            // SAFETY: as above.
            unsafe { *m.fp.add(w.a() as usize).cast::<$t>().add(w.c() as usize) = value };
            m.advance(1);
            Ok(())
        }
    )*};
}

lanes! {
    get_lane_8 set_lane_8: u8;
    get_lane_16 set_lane_16: u16;
    get_lane_32 set_lane_32: u32;
    get_lane_64 set_lane_64: u64;
}
