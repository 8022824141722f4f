//! The SSE and SSE2 intrinsics that clang's `<xmmintrin.h>` and `<emmintrin.h>` leave target-specific, as
//! generic operations. What needs more than a plain x86-64 CPU is refused: programs ask `cpuid` first.

use std::sync::Arc;

use super::body::BodyCx;
use super::raw::Val;
use super::types::Refusal;
use crate::ir::{BinOp, CastOp, Const, FCmpPred, ICmpPred, Inst, Intrinsic, Type, Value};

/// What such an intrinsic does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum X86 {
    /// Sign bits of the lanes as an integer.
    MoveMask,
    /// Both operands narrowed with saturation; signed result or unsigned.
    Pack(bool),
    /// Products of 16-bit lanes, neighbours added.
    MulAddPairs,
    /// High halves of products, signed or not.
    MulHigh(bool),
    /// Rounded average of unsigned lanes.
    Average,
    /// Sums of absolute differences of bytes, per half.
    SumAbsDiff,
    /// Shift of all lanes by one count: an integer, or the low half of a vector.
    Shift(BinOp),
    /// `a < b ? a : b`, or with `>`; of the lowest lane only, or of all.
    MinMax(FCmpPred, bool),
    /// Comparison of the lowest lanes to an integer.
    CompareLow(FCmpPred),
    /// Comparison of the lowest lanes to a mask in the lowest lane; the predicate is an operand.
    CompareMask,
    /// Floats to 32-bit integers, rounded or cut off; missing lanes are zero.
    ToInts(bool),
    /// The lowest float to an integer.
    LowToInt(bool),
    /// The lowest double as the lowest float of the first operand.
    LowToFloat,
    /// Two doubles to floats, two zeros after them.
    ToFloats,
}

/// By LLVM's name without `llvm.x86.`.
pub const X86_OPS: &[(&str, X86)] = &[
    ("sse2.pmovmskb.128", X86::MoveMask),
    ("sse.movmsk.ps", X86::MoveMask),
    ("sse2.movmsk.pd", X86::MoveMask),
    ("sse2.packsswb.128", X86::Pack(true)),
    ("sse2.packssdw.128", X86::Pack(true)),
    ("sse2.packuswb.128", X86::Pack(false)),
    ("sse2.pmadd.wd", X86::MulAddPairs),
    ("sse2.pmulh.w", X86::MulHigh(true)),
    ("sse2.pmulhu.w", X86::MulHigh(false)),
    ("sse2.pavg.b", X86::Average),
    ("sse2.pavg.w", X86::Average),
    ("sse2.psad.bw", X86::SumAbsDiff),
    ("sse2.psll.w", X86::Shift(BinOp::Shl)),
    ("sse2.psll.d", X86::Shift(BinOp::Shl)),
    ("sse2.psll.q", X86::Shift(BinOp::Shl)),
    ("sse2.psrl.w", X86::Shift(BinOp::LShr)),
    ("sse2.psrl.d", X86::Shift(BinOp::LShr)),
    ("sse2.psrl.q", X86::Shift(BinOp::LShr)),
    ("sse2.psra.w", X86::Shift(BinOp::AShr)),
    ("sse2.psra.d", X86::Shift(BinOp::AShr)),
    ("sse2.pslli.w", X86::Shift(BinOp::Shl)),
    ("sse2.pslli.d", X86::Shift(BinOp::Shl)),
    ("sse2.pslli.q", X86::Shift(BinOp::Shl)),
    ("sse2.psrli.w", X86::Shift(BinOp::LShr)),
    ("sse2.psrli.d", X86::Shift(BinOp::LShr)),
    ("sse2.psrli.q", X86::Shift(BinOp::LShr)),
    ("sse2.psrai.w", X86::Shift(BinOp::AShr)),
    ("sse2.psrai.d", X86::Shift(BinOp::AShr)),
    ("sse.min.ps", X86::MinMax(FCmpPred::Olt, false)),
    ("sse.min.ss", X86::MinMax(FCmpPred::Olt, true)),
    ("sse2.min.pd", X86::MinMax(FCmpPred::Olt, false)),
    ("sse2.min.sd", X86::MinMax(FCmpPred::Olt, true)),
    ("sse.max.ps", X86::MinMax(FCmpPred::Ogt, false)),
    ("sse.max.ss", X86::MinMax(FCmpPred::Ogt, true)),
    ("sse2.max.pd", X86::MinMax(FCmpPred::Ogt, false)),
    ("sse2.max.sd", X86::MinMax(FCmpPred::Ogt, true)),
    ("sse.comieq.ss", X86::CompareLow(FCmpPred::Oeq)),
    ("sse.comilt.ss", X86::CompareLow(FCmpPred::Olt)),
    ("sse.comile.ss", X86::CompareLow(FCmpPred::Ole)),
    ("sse.comigt.ss", X86::CompareLow(FCmpPred::Ogt)),
    ("sse.comige.ss", X86::CompareLow(FCmpPred::Oge)),
    ("sse.comineq.ss", X86::CompareLow(FCmpPred::Une)),
    ("sse.ucomieq.ss", X86::CompareLow(FCmpPred::Oeq)),
    ("sse.ucomilt.ss", X86::CompareLow(FCmpPred::Olt)),
    ("sse.ucomile.ss", X86::CompareLow(FCmpPred::Ole)),
    ("sse.ucomigt.ss", X86::CompareLow(FCmpPred::Ogt)),
    ("sse.ucomige.ss", X86::CompareLow(FCmpPred::Oge)),
    ("sse.ucomineq.ss", X86::CompareLow(FCmpPred::Une)),
    ("sse2.comieq.sd", X86::CompareLow(FCmpPred::Oeq)),
    ("sse2.comilt.sd", X86::CompareLow(FCmpPred::Olt)),
    ("sse2.comile.sd", X86::CompareLow(FCmpPred::Ole)),
    ("sse2.comigt.sd", X86::CompareLow(FCmpPred::Ogt)),
    ("sse2.comige.sd", X86::CompareLow(FCmpPred::Oge)),
    ("sse2.comineq.sd", X86::CompareLow(FCmpPred::Une)),
    ("sse2.ucomieq.sd", X86::CompareLow(FCmpPred::Oeq)),
    ("sse2.ucomilt.sd", X86::CompareLow(FCmpPred::Olt)),
    ("sse2.ucomile.sd", X86::CompareLow(FCmpPred::Ole)),
    ("sse2.ucomigt.sd", X86::CompareLow(FCmpPred::Ogt)),
    ("sse2.ucomige.sd", X86::CompareLow(FCmpPred::Oge)),
    ("sse2.ucomineq.sd", X86::CompareLow(FCmpPred::Une)),
    ("sse.cmp.ss", X86::CompareMask),
    ("sse2.cmp.sd", X86::CompareMask),
    ("sse2.cvtps2dq", X86::ToInts(true)),
    ("sse2.cvtpd2dq", X86::ToInts(true)),
    ("sse2.cvttps2dq", X86::ToInts(false)),
    ("sse2.cvttpd2dq", X86::ToInts(false)),
    ("sse.cvtss2si", X86::LowToInt(true)),
    ("sse.cvtss2si64", X86::LowToInt(true)),
    ("sse2.cvtsd2si", X86::LowToInt(true)),
    ("sse2.cvtsd2si64", X86::LowToInt(true)),
    ("sse.cvttss2si", X86::LowToInt(false)),
    ("sse.cvttss2si64", X86::LowToInt(false)),
    ("sse2.cvttsd2si", X86::LowToInt(false)),
    ("sse2.cvttsd2si64", X86::LowToInt(false)),
    ("sse2.cvtsd2ss", X86::LowToFloat),
    ("sse2.cvtpd2ps", X86::ToFloats),
];

/// The predicates of `cmpss` and `cmpsd` by number.
const MASK_PREDICATES: [FCmpPred; 8] = [
    FCmpPred::Oeq,
    FCmpPred::Olt,
    FCmpPred::Ole,
    FCmpPred::Uno,
    FCmpPred::Une,
    FCmpPred::Uge,
    FCmpPred::Ugt,
    FCmpPred::Ord,
];

type Emitted = Result<Value, Refusal>;

/// Lanes `start, start + step, ...` of a shuffle.
fn lanes(start: u32, step: u32, count: u32) -> Arc<[Option<u32>]> {
    (0..count).map(|i| Some(start + i * step)).collect()
}

impl<'m> BodyCx<'_, 'm> {
    /// Translates the call of such an intrinsic.
    pub fn x86(&mut self, v: Val<'m>, op: X86) -> Result<(), Refusal> {
        let ty = self.ty(v)?;
        let inst = match op {
            X86::MoveMask => self.move_mask(v),
            X86::Pack(signed) => self.pack(v, signed, ty),
            X86::MulAddPairs => self.mul_add_pairs(v, ty),
            X86::MulHigh(signed) => self.mul_high(v, signed, ty),
            X86::Average => self.average(v, ty),
            X86::SumAbsDiff => self.sum_abs_diff(v, ty),
            X86::Shift(op) => self.shift_all(v, op, ty),
            X86::MinMax(pred, low) => self.min_max(v, pred, low, ty),
            X86::CompareLow(pred) => {
                let (a, b) = (self.low(v, 0)?, self.low(v, 1)?);
                Ok(Inst::Cast(CastOp::ZExt, self.emit(Inst::FCmp(pred, a, b), Type::BOOL)?))
            }
            X86::CompareMask => self.compare_mask(v),
            X86::ToInts(round) => self.ints_of(v, round, ty),
            X86::LowToInt(round) => {
                let low = self.low(v, 0)?;
                Ok(Inst::Cast(CastOp::FpToSi, self.rounded(low, round)?))
            }
            X86::LowToFloat => {
                let low = self.low(v, 1)?;
                let float = self.emit(Inst::Cast(CastOp::FpTrunc, low), Type::Float)?;
                let (into, zero) = (self.arg(v, 0)?, self.int(0, 32));
                Ok(Inst::InsertElement(into, float, zero))
            }
            X86::ToFloats => {
                let doubles = self.arg(v, 0)?;
                let floats = self.emit(Inst::Cast(CastOp::FpTrunc, doubles), Type::vector(Type::Float, 2))?;
                self.widened(floats)
            }
        };
        let inst = inst?;
        self.finish(v, inst);
        Ok(())
    }

    /// An instruction whose value is needed.
    pub fn emit(&mut self, inst: Inst, ty: Type) -> Emitted {
        self.push(inst, ty).ok_or_else(|| "instruction without a value".into())
    }

    fn splat(&mut self, n: u64, ty: &Type) -> Value {
        let len = ty.as_vector().map_or(1, |(_, len)| len);
        self.f.add_const(Const::List(vec![Const::Int(n); len as usize].into()), ty.clone())
    }

    /// The lowest lane of an operand.
    fn low(&mut self, v: Val<'m>, index: u32) -> Emitted {
        let vector = self.arg(v, index)?;
        let ty = self.f.ty(vector).scalar().clone();
        let zero = self.int(0, 32);
        self.emit(Inst::ExtractElement(vector, zero), ty)
    }

    fn move_mask(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let vector = self.arg(v, 0)?;
        let ty = self.f.ty(vector).clone();
        let (elem, len) = ty.as_vector().ok_or("move mask of a scalar")?;
        let ints = Type::vector(Type::Int(elem.bits() as u32), len);
        let lanes = match elem {
            Type::Int(_) => vector,
            _ => self.emit(Inst::Cast(CastOp::BitCast, vector), ints.clone())?,
        };
        let zero = self.f.add_const(Const::Zero, ints);
        let signs = self.emit(Inst::ICmp(ICmpPred::Slt, lanes, zero), Type::vector(Type::BOOL, len))?;
        Ok(Inst::Cast(CastOp::ZExt, self.emit(Inst::Cast(CastOp::BitCast, signs), Type::Int(len))?))
    }

    fn pack(&mut self, v: Val<'m>, signed: bool, ty: Type) -> Result<Inst, Refusal> {
        let (a, b) = (self.arg(v, 0)?, self.arg(v, 1)?);
        let from = self.f.ty(a).clone();
        let (elem, len) = from.as_vector().ok_or("pack of scalars")?;
        let (wide, narrow) = (elem.bits(), elem.bits() / 2);
        let mask = u64::MAX >> (64 - wide);
        let (min, max) = if signed {
            ((1u64 << (narrow - 1)).wrapping_neg() & mask, (1 << (narrow - 1)) - 1)
        } else {
            (0, (1 << narrow) - 1)
        };
        let both = Type::vector(elem.clone(), len * 2);
        let all = self.emit(Inst::Shuffle(a, b, lanes(0, 1, len * 2)), both.clone())?;
        let (min, max) = (self.splat(min, &both), self.splat(max, &both));
        let all = self.emit(Inst::Intrinsic(Intrinsic::SMax, vec![all, min]), both.clone())?;
        let all = self.emit(Inst::Intrinsic(Intrinsic::SMin, vec![all, max]), both)?;
        debug_assert_eq!(ty.as_vector().map(|t| t.1), Some(len * 2));
        Ok(Inst::Cast(CastOp::Trunc, all))
    }

    /// Both operands with lanes of so many bits.
    fn wide(&mut self, v: Val<'m>, signed: bool, bits: u32) -> Result<(Value, Value, Type), Refusal> {
        let (a, b) = (self.arg(v, 0)?, self.arg(v, 1)?);
        let (_, len) = self.f.ty(a).as_vector().ok_or("vector operation on scalars")?;
        let ty = Type::vector(Type::Int(bits), len);
        let op = if signed { CastOp::SExt } else { CastOp::ZExt };
        let a = self.emit(Inst::Cast(op, a), ty.clone())?;
        let b = self.emit(Inst::Cast(op, b), ty.clone())?;
        Ok((a, b, ty))
    }

    fn mul_add_pairs(&mut self, v: Val<'m>, ty: Type) -> Result<Inst, Refusal> {
        let (a, b, wide) = self.wide(v, true, 32)?;
        let products = self.emit(Inst::Binary(BinOp::Mul, a, b), wide)?;
        let even = self.emit(Inst::Shuffle(products, products, lanes(0, 2, 4)), ty.clone())?;
        let odd = self.emit(Inst::Shuffle(products, products, lanes(1, 2, 4)), ty)?;
        Ok(Inst::Binary(BinOp::Add, even, odd))
    }

    fn mul_high(&mut self, v: Val<'m>, signed: bool, _: Type) -> Result<Inst, Refusal> {
        let (a, b, wide) = self.wide(v, signed, 32)?;
        let products = self.emit(Inst::Binary(BinOp::Mul, a, b), wide.clone())?;
        let amount = self.splat(16, &wide);
        Ok(Inst::Cast(CastOp::Trunc, self.emit(Inst::Binary(BinOp::LShr, products, amount), wide)?))
    }

    fn average(&mut self, v: Val<'m>, _: Type) -> Result<Inst, Refusal> {
        let (a, b, wide) = self.wide(v, false, 32)?;
        let one = self.splat(1, &wide);
        let sum = self.emit(Inst::Binary(BinOp::Add, a, b), wide.clone())?;
        let sum = self.emit(Inst::Binary(BinOp::Add, sum, one), wide.clone())?;
        Ok(Inst::Cast(CastOp::Trunc, self.emit(Inst::Binary(BinOp::LShr, sum, one), wide)?))
    }

    fn sum_abs_diff(&mut self, v: Val<'m>, ty: Type) -> Result<Inst, Refusal> {
        let (a, b, wide) = self.wide(v, false, 16)?;
        let diff = self.emit(Inst::Binary(BinOp::Sub, a, b), wide.clone())?;
        let diff = self.emit(Inst::Intrinsic(Intrinsic::Abs, vec![diff]), wide)?;
        let mut result = self.f.add_const(Const::Zero, ty.clone());
        let mut last = None;
        for half in 0..2 {
            let part = Inst::Shuffle(diff, diff, lanes(half * 8, 1, 8));
            let part = self.emit(part, Type::vector(Type::I16, 8))?;
            let sum = self.emit(Inst::Intrinsic(Intrinsic::ReduceAdd, vec![part]), Type::I16)?;
            let sum = self.emit(Inst::Cast(CastOp::ZExt, sum), Type::I64)?;
            let at = self.int(u64::from(half), 32);
            let insert = Inst::InsertElement(result, sum, at);
            if half == 0 {
                result = self.emit(insert, ty.clone())?;
            } else {
                last = Some(insert);
            }
        }
        last.ok_or_else(|| "psad.bw".into())
    }

    /// Counts of at least the width give zero, or, shifting right arithmetically, only sign bits.
    fn shift_all(&mut self, v: Val<'m>, op: BinOp, ty: Type) -> Result<Inst, Refusal> {
        let (vector, mut count) = (self.arg(v, 0)?, self.arg(v, 1)?);
        let (elem, len) = ty.as_vector().ok_or("shift of a scalar")?;
        let width = elem.bits();
        if self.f.ty(count).as_vector().is_some() {
            let words = self.emit(Inst::Cast(CastOp::BitCast, count), Type::vector(Type::I64, 2))?;
            let zero = self.int(0, 32);
            count = self.emit(Inst::ExtractElement(words, zero), Type::I64)?;
        }
        let count_ty = self.f.ty(count).clone();
        let most = self.f.add_const(Const::Int(width - 1), count_ty.clone());
        let clamped = self.emit(Inst::Intrinsic(Intrinsic::UMin, vec![count, most]), count_ty.clone())?;
        let amount = match count_ty.bits().cmp(&width) {
            std::cmp::Ordering::Less => self.emit(Inst::Cast(CastOp::ZExt, clamped), elem.clone())?,
            std::cmp::Ordering::Equal => clamped,
            std::cmp::Ordering::Greater => self.emit(Inst::Cast(CastOp::Trunc, clamped), elem.clone())?,
        };
        let (undef, zero) = (self.f.add_const(Const::Zero, ty.clone()), self.int(0, 32));
        let first = self.emit(Inst::InsertElement(undef, amount, zero), ty.clone())?;
        let amounts = self.emit(Inst::Shuffle(first, undef, lanes(0, 0, len)), ty.clone())?;
        let shift = Inst::Binary(op, vector, amounts);
        if op == BinOp::AShr {
            return Ok(shift);
        }
        let shifted = self.emit(shift, ty.clone())?;
        let small = self.emit(Inst::ICmp(ICmpPred::Ule, count, most), Type::BOOL)?;
        Ok(Inst::Select(small, shifted, undef))
    }

    fn min_max(&mut self, v: Val<'m>, pred: FCmpPred, low: bool, ty: Type) -> Result<Inst, Refusal> {
        if low {
            let (a, b) = (self.low(v, 0)?, self.low(v, 1)?);
            let elem = ty.scalar().clone();
            let less = self.emit(Inst::FCmp(pred, a, b), Type::BOOL)?;
            let chosen = self.emit(Inst::Select(less, a, b), elem)?;
            let (into, zero) = (self.arg(v, 0)?, self.int(0, 32));
            return Ok(Inst::InsertElement(into, chosen, zero));
        }
        let (a, b) = (self.arg(v, 0)?, self.arg(v, 1)?);
        let len = ty.as_vector().map_or(1, |(_, len)| len);
        let less = self.emit(Inst::FCmp(pred, a, b), Type::vector(Type::BOOL, len))?;
        Ok(Inst::Select(less, a, b))
    }

    fn compare_mask(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let number = self.arg(v, 2)?;
        let pred = match self.f.as_const(number) {
            Some(Const::Int(n)) => MASK_PREDICATES.get(*n as usize).copied(),
            _ => None,
        };
        let pred = pred.ok_or("comparison predicate of AVX")?;
        let (a, b) = (self.low(v, 0)?, self.low(v, 1)?);
        let elem = self.f.ty(a).clone();
        let holds = self.emit(Inst::FCmp(pred, a, b), Type::BOOL)?;
        let mask = self.emit(Inst::Cast(CastOp::SExt, holds), Type::Int(elem.bits() as u32))?;
        let mask = self.emit(Inst::Cast(CastOp::BitCast, mask), elem)?;
        let (into, zero) = (self.arg(v, 0)?, self.int(0, 32));
        Ok(Inst::InsertElement(into, mask, zero))
    }

    fn rounded(&mut self, value: Value, round: bool) -> Emitted {
        if !round {
            return Ok(value);
        }
        let ty = self.f.ty(value).clone();
        self.emit(Inst::Intrinsic(Intrinsic::Rint, vec![value]), ty)
    }

    fn ints_of(&mut self, v: Val<'m>, round: bool, ty: Type) -> Result<Inst, Refusal> {
        let floats = self.arg(v, 0)?;
        let (len, wanted) = (self.f.ty(floats).as_vector(), ty.as_vector());
        let (Some((_, len)), Some((_, wanted))) = (len, wanted) else { return Err("conversion".into()) };
        let floats = self.rounded(floats, round)?;
        let cast = Inst::Cast(CastOp::FpToSi, floats);
        if len == wanted {
            return Ok(cast);
        }
        let ints = self.emit(cast, Type::vector(Type::I32, len))?;
        self.widened(ints)
    }

    /// Two lanes and two zeros.
    fn widened(&mut self, two: Value) -> Result<Inst, Refusal> {
        let ty = self.f.ty(two).clone();
        let zeros = self.f.add_const(Const::Zero, ty);
        Ok(Inst::Shuffle(two, zeros, lanes(0, 1, 4)))
    }
}
