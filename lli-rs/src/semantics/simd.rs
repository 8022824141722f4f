//! Common operations on vectors of 8, 16 and 32 bytes, one function for each shape: what the generic
//! entries of this module mean, at the speed of the host's own vectors.
//!
//! Only packed vectors are here (lanes of 8, 16, 32 or 64 bits that fill whole slots; masks are bytes of 0
//! and 1). [`find`] gives the number of a function, [`SIMD`] the function and how many slots it touches.
#![allow(unsafe_code)]

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::ir::{BinOp, CastOp, FCmpPred, ICmpPred, Intrinsic, Type};

/// A function on slots.
#[derive(Clone, Copy)]
pub struct Simd {
    /// Slots of the result and of the three operands (0 for those that are not there).
    pub slots: [u8; 4],
    /// Reads the operands, then writes the result; they may share slots.
    ///
    /// # Safety
    /// The pointers are to that many slots each.
    pub run: unsafe fn(*mut u64, *const u64, *const u64, *const u64),
}

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Two operands of one type.
    Binary(BinOp),
    /// An intrinsic on operands of the result's type.
    Intrinsic(Intrinsic),
    /// Comparison to a mask.
    ICmp(ICmpPred),
    /// Comparison of floats to a mask.
    FCmp(FCmpPred),
    /// Selection by a mask.
    Select,
    /// Conversion, to this lane.
    Cast(CastOp, Lane),
}

/// Lane types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Lane {
    B8,
    B16,
    B32,
    B64,
    F32,
    F64,
}

impl Lane {
    /// The lane of a vector's element type; `i1` is a byte.
    pub fn of(ty: &Type) -> Option<Lane> {
        Some(match ty {
            Type::Int(1 | 8) => Lane::B8,
            Type::Int(16) => Lane::B16,
            Type::Int(32) => Lane::B32,
            Type::Int(64) | Type::Ptr => Lane::B64,
            Type::Float => Lane::F32,
            Type::Double => Lane::F64,
            _ => return None,
        })
    }
}

type Shape = (Key, Lane, u32);
type Row = (Shape, Simd);

/// The functions.
pub fn table() -> &'static [Simd] {
    &index().1
}

/// The number of the function for `len` lanes, if there is one.
pub fn find(key: Key, lane: Lane, len: u32) -> Option<u16> {
    index().0.get(&(key, lane, len)).copied()
}

fn index() -> &'static (FxHashMap<Shape, u16>, Vec<Simd>) {
    static INDEX: OnceLock<(FxHashMap<Shape, u16>, Vec<Simd>)> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut rows = Vec::new();
        integers(&mut rows);
        floats(&mut rows);
        selects(&mut rows);
        casts(&mut rows);
        let numbers = rows.iter().enumerate().map(|(i, (shape, _))| (*shape, i as u16)).collect();
        (numbers, rows.into_iter().map(|r| r.1).collect())
    })
}

const fn slots<T, const N: usize>() -> u8 {
    (size_of::<T>() * N).div_ceil(8) as u8
}

/// # Safety
/// `p` is to N lanes.
#[inline(always)]
unsafe fn get<T: Copy, const N: usize>(p: *const u64) -> [T; N] {
    // SAFETY: the caller's promise; any bits are a value of the number types that this is used with.
    unsafe { p.cast::<[T; N]>().read_unaligned() }
}

/// Writes lanes; the rest of the last slot becomes zero.
///
/// # Safety
/// `p` is to as many slots as N lanes take.
#[inline(always)]
unsafe fn put<T: Copy, const N: usize>(p: *mut u64, v: [T; N]) {
    // SAFETY: the caller's promise.
    unsafe {
        if !size_of::<[T; N]>().is_multiple_of(8) {
            p.add(size_of::<[T; N]>() / 8).write(0);
        }
        p.cast::<[T; N]>().write_unaligned(v);
    }
}

/// Pushes a row of a function of two operands, lane by lane.
macro_rules! two {
    ($rows:ident, $key:expr, $lane:expr, $t:ty => $r:ty, $n:literal, |$x:ident, $y:ident| $value:expr) => {{
        unsafe fn run(d: *mut u64, a: *const u64, b: *const u64, _: *const u64) {
            // SAFETY: the caller passes slots of the row's shape.
            unsafe {
                let (a, b) = (get::<$t, $n>(a), get::<$t, $n>(b));
                put::<$r, $n>(
                    d,
                    std::array::from_fn(|i| {
                        let ($x, $y) = (a[i], b[i]);
                        $value
                    }),
                );
            }
        }
        let s = slots::<$t, $n>();
        $rows.push((($key, $lane, $n), Simd { slots: [slots::<$r, $n>(), s, s, 0], run }));
    }};
}

macro_rules! one {
    ($rows:ident, $key:expr, $lane:expr, $t:ty => $r:ty, $n:literal, |$x:ident| $value:expr) => {{
        unsafe fn run(d: *mut u64, a: *const u64, _: *const u64, _: *const u64) {
            // SAFETY: the caller passes slots of the row's shape.
            unsafe { put::<$r, $n>(d, get::<$t, $n>(a).map(|$x| $value)) }
        }
        $rows.push((($key, $lane, $n), Simd { slots: [slots::<$r, $n>(), slots::<$t, $n>(), 0, 0], run }));
    }};
}

macro_rules! int_lane {
    ($rows:ident, $lane:expr, $t:ty, $s:ty, $($n:literal)*) => {$(
        two!($rows, Key::Binary(BinOp::Add), $lane, $t => $t, $n, |x, y| x.wrapping_add(y));
        two!($rows, Key::Binary(BinOp::Sub), $lane, $t => $t, $n, |x, y| x.wrapping_sub(y));
        two!($rows, Key::Binary(BinOp::Mul), $lane, $t => $t, $n, |x, y| x.wrapping_mul(y));
        two!($rows, Key::Binary(BinOp::And), $lane, $t => $t, $n, |x, y| x & y);
        two!($rows, Key::Binary(BinOp::Or), $lane, $t => $t, $n, |x, y| x | y);
        two!($rows, Key::Binary(BinOp::Xor), $lane, $t => $t, $n, |x, y| x ^ y);
        two!($rows, Key::Binary(BinOp::Shl), $lane, $t => $t, $n, |x, y| x.wrapping_shl(y as u32));
        two!($rows, Key::Binary(BinOp::LShr), $lane, $t => $t, $n, |x, y| x.wrapping_shr(y as u32));
        two!($rows, Key::Binary(BinOp::AShr), $lane, $t => $t, $n, |x, y| (x as $s).wrapping_shr(y as u32) as $t);
        two!($rows, Key::Intrinsic(Intrinsic::UMin), $lane, $t => $t, $n, |x, y| x.min(y));
        two!($rows, Key::Intrinsic(Intrinsic::UMax), $lane, $t => $t, $n, |x, y| x.max(y));
        two!($rows, Key::Intrinsic(Intrinsic::SMin), $lane, $t => $t, $n, |x, y| (x as $s).min(y as $s) as $t);
        two!($rows, Key::Intrinsic(Intrinsic::SMax), $lane, $t => $t, $n, |x, y| (x as $s).max(y as $s) as $t);
        two!($rows, Key::ICmp(ICmpPred::Eq), $lane, $t => u8, $n, |x, y| u8::from(x == y));
        two!($rows, Key::ICmp(ICmpPred::Ne), $lane, $t => u8, $n, |x, y| u8::from(x != y));
        two!($rows, Key::ICmp(ICmpPred::Ugt), $lane, $t => u8, $n, |x, y| u8::from(x > y));
        two!($rows, Key::ICmp(ICmpPred::Uge), $lane, $t => u8, $n, |x, y| u8::from(x >= y));
        two!($rows, Key::ICmp(ICmpPred::Ult), $lane, $t => u8, $n, |x, y| u8::from(x < y));
        two!($rows, Key::ICmp(ICmpPred::Ule), $lane, $t => u8, $n, |x, y| u8::from(x <= y));
        two!($rows, Key::ICmp(ICmpPred::Sgt), $lane, $t => u8, $n, |x, y| u8::from(x as $s > y as $s));
        two!($rows, Key::ICmp(ICmpPred::Sge), $lane, $t => u8, $n, |x, y| u8::from(x as $s >= y as $s));
        two!($rows, Key::ICmp(ICmpPred::Slt), $lane, $t => u8, $n, |x, y| u8::from((x as $s) < y as $s));
        two!($rows, Key::ICmp(ICmpPred::Sle), $lane, $t => u8, $n, |x, y| u8::from(x as $s <= y as $s));
    )*};
}

fn integers(rows: &mut Vec<Row>) {
    int_lane!(rows, Lane::B8, u8, i8, 8 16);
    int_lane!(rows, Lane::B16, u16, i16, 4 8);
    int_lane!(rows, Lane::B32, u32, i32, 2 4 8);
    int_lane!(rows, Lane::B64, u64, i64, 2 4);
}

macro_rules! float_lane {
    ($rows:ident, $lane:expr, $t:ty, $($n:literal)*) => {$(
        two!($rows, Key::Binary(BinOp::FAdd), $lane, $t => $t, $n, |x, y| x + y);
        two!($rows, Key::Binary(BinOp::FSub), $lane, $t => $t, $n, |x, y| x - y);
        two!($rows, Key::Binary(BinOp::FMul), $lane, $t => $t, $n, |x, y| x * y);
        two!($rows, Key::Binary(BinOp::FDiv), $lane, $t => $t, $n, |x, y| x / y);
        two!($rows, Key::FCmp(FCmpPred::Oeq), $lane, $t => u8, $n, |x, y| u8::from(x == y));
        two!($rows, Key::FCmp(FCmpPred::Une), $lane, $t => u8, $n, |x, y| u8::from(x != y));
        two!($rows, Key::FCmp(FCmpPred::Olt), $lane, $t => u8, $n, |x, y| u8::from(x < y));
        two!($rows, Key::FCmp(FCmpPred::Ole), $lane, $t => u8, $n, |x, y| u8::from(x <= y));
        two!($rows, Key::FCmp(FCmpPred::Ogt), $lane, $t => u8, $n, |x, y| u8::from(x > y));
        two!($rows, Key::FCmp(FCmpPred::Oge), $lane, $t => u8, $n, |x, y| u8::from(x >= y));
        one!($rows, Key::Intrinsic(Intrinsic::Sqrt), $lane, $t => $t, $n, |x| x.sqrt());
        one!($rows, Key::Intrinsic(Intrinsic::FAbs), $lane, $t => $t, $n, |x| x.abs());
        {
            unsafe fn run(d: *mut u64, a: *const u64, b: *const u64, c: *const u64) {
                // SAFETY: the caller passes slots of the row's shape.
                unsafe {
                    let (a, b, c) = (get::<$t, $n>(a), get::<$t, $n>(b), get::<$t, $n>(c));
                    put::<$t, $n>(d, std::array::from_fn(|i| a[i] * b[i] + c[i]));
                }
            }
            let s = slots::<$t, $n>();
            $rows.push(((Key::Intrinsic(Intrinsic::FMulAdd), $lane, $n), Simd { slots: [s; 4], run }));
        }
    )*};
}

fn floats(rows: &mut Vec<Row>) {
    float_lane!(rows, Lane::F32, f32, 2 4 8);
    float_lane!(rows, Lane::F64, f64, 2 4);
}

macro_rules! select_lane {
    ($rows:ident, $lane:expr, $t:ty, $($n:literal)*) => {$({
        unsafe fn run(d: *mut u64, m: *const u64, a: *const u64, b: *const u64) {
            // SAFETY: the caller passes slots of the row's shape.
            unsafe {
                let (m, a, b) = (get::<u8, $n>(m), get::<$t, $n>(a), get::<$t, $n>(b));
                put::<$t, $n>(d, std::array::from_fn(|i| if m[i] != 0 { a[i] } else { b[i] }));
            }
        }
        let s = slots::<$t, $n>();
        $rows.push(((Key::Select, $lane, $n), Simd { slots: [s, slots::<u8, $n>(), s, s], run }));
    })*};
}

fn selects(rows: &mut Vec<Row>) {
    select_lane!(rows, Lane::B8, u8, 8 16);
    select_lane!(rows, Lane::B16, u16, 4 8);
    select_lane!(rows, Lane::B32, u32, 2 4 8);
    select_lane!(rows, Lane::B64, u64, 2 4);
    select_lane!(rows, Lane::F32, u32, 2 4 8);
    select_lane!(rows, Lane::F64, u64, 2 4);
}

macro_rules! widen {
    ($rows:ident, $from:expr, $u:ty, $s:ty => $to:expr, $wu:ty, $ws:ty, $($n:literal)*) => {$(
        one!($rows, Key::Cast(CastOp::ZExt, $to), $from, $u => $wu, $n, |x| x as $wu);
        one!($rows, Key::Cast(CastOp::SExt, $to), $from, $s => $ws, $n, |x| x as $ws);
        one!($rows, Key::Cast(CastOp::Trunc, $from), $to, $wu => $u, $n, |x| x as $u);
    )*};
}

fn casts(rows: &mut Vec<Row>) {
    widen!(rows, Lane::B8, u8, i8 => Lane::B16, u16, i16, 2 4 8 16);
    widen!(rows, Lane::B8, u8, i8 => Lane::B32, u32, i32, 2 4 8 16);
    widen!(rows, Lane::B8, u8, i8 => Lane::B64, u64, i64, 2 4 8);
    widen!(rows, Lane::B16, u16, i16 => Lane::B32, u32, i32, 2 4 8);
    widen!(rows, Lane::B16, u16, i16 => Lane::B64, u64, i64, 2 4);
    widen!(rows, Lane::B32, u32, i32 => Lane::B64, u64, i64, 2 4);
    one!(rows, Key::Cast(CastOp::SiToFp, Lane::F64), Lane::B32, i32 => f64, 2, |x| f64::from(x));
    one!(rows, Key::Cast(CastOp::SiToFp, Lane::F64), Lane::B32, i32 => f64, 4, |x| f64::from(x));
    one!(rows, Key::Cast(CastOp::UiToFp, Lane::F64), Lane::B32, u32 => f64, 2, |x| f64::from(x));
    one!(rows, Key::Cast(CastOp::UiToFp, Lane::F64), Lane::B32, u32 => f64, 4, |x| f64::from(x));
    one!(rows, Key::Cast(CastOp::SiToFp, Lane::F32), Lane::B32, i32 => f32, 4, |x| x as f32);
    one!(rows, Key::Cast(CastOp::SiToFp, Lane::F64), Lane::B64, i64 => f64, 2, |x| x as f64);
    one!(rows, Key::Cast(CastOp::FpExt, Lane::F64), Lane::F32, f32 => f64, 2, |x| f64::from(x));
    one!(rows, Key::Cast(CastOp::FpExt, Lane::F64), Lane::F32, f32 => f64, 4, |x| f64::from(x));
    one!(rows, Key::Cast(CastOp::FpTrunc, Lane::F32), Lane::F64, f64 => f32, 2, |x| x as f32);
    one!(rows, Key::Cast(CastOp::FpTrunc, Lane::F32), Lane::F64, f64 => f32, 4, |x| x as f32);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics;

    fn vector(lane: Lane, len: u32) -> Type {
        let elem = match lane {
            Lane::B8 => Type::I8,
            Lane::B16 => Type::I16,
            Lane::B32 => Type::I32,
            Lane::B64 => Type::I64,
            Lane::F32 => Type::Float,
            Lane::F64 => Type::Double,
        };
        Type::vector(elem, len)
    }

    /// Every function gives what the generic entry gives, on many words.
    #[test]
    fn agrees_with_the_generic_entries() {
        let mut seed = 0x9e37_79b9_7f4a_7c15u64;
        let mut word = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Floats of ordinary size, and integers with small lanes now and then.
            if seed >> 62 == 0 { seed & 0x3f3f_0101_3f00_0303 } else { seed & 0x43ff_ffff_43ff_ffff }
        };
        let (numbers, functions) = index();
        for ((key, lane, len), number) in numbers {
            let f = functions[usize::from(*number)];
            let ty = vector(*lane, *len);
            for _ in 0..50 {
                let mut operands: Vec<Vec<u64>> =
                    f.slots[1..].iter().map(|n| (0..*n).map(|_| word()).collect()).collect();
                if *key == Key::Select {
                    operands[0].iter_mut().for_each(|w| *w &= 0x0101_0101_0101_0101);
                    mask_lanes(&mut operands[0], *len);
                } else if !ty.store_size().is_multiple_of(8) {
                    let bytes = (ty.store_size() % 8) * 8;
                    operands[0].iter_mut().for_each(|w| *w &= (1 << bytes) - 1);
                }
                let mut got = vec![!0; usize::from(f.slots[0])];
                let p = |i: usize| operands[i].as_ptr();
                // SAFETY: as many slots as the row says.
                unsafe { (f.run)(got.as_mut_ptr(), p(0), p(1), p(2)) };
                let mut want = vec![0; got.len()];
                expected(*key, &ty, *len, &operands, &mut want);
                assert_eq!(got, want, "{key:?} {ty} {operands:x?}");
            }
        }
    }

    fn mask_lanes(words: &mut [u64], len: u32) {
        for (i, w) in words.iter_mut().enumerate() {
            let lanes = (len as usize).saturating_sub(i * 8).min(8);
            *w &= if lanes == 8 { !0 } else { (1 << (lanes * 8)) - 1 };
        }
    }

    fn expected(key: Key, ty: &Type, len: u32, v: &[Vec<u64>], want: &mut [u64]) {
        match key {
            Key::Binary(op) => semantics::binary(op, ty, &v[0], &v[1], want).expect("no division"),
            Key::ICmp(p) => semantics::icmp(p, ty, &v[0], &v[1], want),
            Key::FCmp(p) => semantics::fcmp(p, ty, &v[0], &v[1], want),
            Key::Select => semantics::select(&Type::vector(Type::BOOL, len), ty, &v[0], &v[1], &v[2], want),
            Key::Cast(op, lane) => semantics::cast(op, ty, &vector(lane, len), &v[0], want),
            Key::Intrinsic(i) => {
                let args: Vec<&[u64]> = v.iter().filter(|a| !a.is_empty()).map(|a| &a[..]).collect();
                let types = vec![ty; args.len()];
                assert!(semantics::intrinsic(i, &types, ty, &args, want).expect("no fault"));
            }
        }
    }
}
