//! Arithmetic, casts, selects, vectors and aggregates.

use crate::bytecode::code::{Desc, Span};
use crate::bytecode::op::Op;
use crate::bytecode::plan::{is_vector, member};
use crate::ir::{BinOp, CastOp, Const, Inst, Type, Value};
use crate::semantics::simd::{Key, Lane};

use super::Emitter;

/// Width of an integer operation that has ops of its own.
pub(super) fn int_width(ty: &Type) -> Option<u32> {
    match ty {
        Type::Int(bits @ (8 | 16 | 32 | 64)) => Some(*bits),
        Type::Ptr => Some(64),
        _ => None,
    }
}

/// Whether the type is an integer of one slot.
fn small_int(ty: &Type) -> bool {
    matches!(ty, Type::Int(1..=64))
}

impl Emitter<'_> {
    /// Instructions that only compute.
    pub(super) fn pure(&mut self, inst: &Inst, r: Value) -> Result<(), String> {
        match inst {
            Inst::Binary(op, a, b) => self.binary(*op, *a, *b, r),
            Inst::FNeg(a) => self.fneg(*a, r),
            Inst::ICmp(pred, a, b) => self.icmp(*pred, *a, *b, r),
            Inst::FCmp(pred, a, b) => self.fcmp(*pred, *a, *b, r),
            Inst::Cast(op, a) => self.cast(*op, *a, r),
            Inst::Freeze(a) => self.copy(*a, r),
            Inst::Select(c, a, b) => self.select(*c, *a, *b, r),
            Inst::ExtractElement(v, i) => self.extract_element(*v, *i, r),
            Inst::InsertElement(v, e, i) => self.insert_element(*v, *e, *i, r),
            Inst::Shuffle(a, b, mask) => self.shuffle(*a, *b, mask, r),
            Inst::ExtractValue(v, path) => {
                let at = member(self.f.ty(*v), path).0;
                let from = Span { at: self.span(*v).at + at, n: self.f.ty(r).slots() };
                let dst = self.result_span(r);
                self.generic(Desc::Copy(dst, from));
            }
            Inst::InsertValue(v, e, path) => {
                let at = member(self.f.ty(*v), path).0;
                self.insert_value(*v, *e, at, r);
            }
            Inst::LandingPad { cleanup, .. } => {
                let dst = self.result_span(r);
                self.generic(Desc::LandingPad(dst, *cleanup));
            }
            _ => return Err("an instruction that the bytecode compiler does not know".into()),
        }
        Ok(())
    }

    fn copy(&mut self, a: Value, r: Value) {
        let (dst, from) = (self.result_span(r), self.span(a));
        self.copy_span(dst, from);
    }

    /// Copies between slots; the ranges may overlap.
    pub(super) fn copy_span(&mut self, dst: Span, from: Span) {
        match (u16::try_from(dst.at), u16::try_from(from.at), dst.n) {
            (_, _, 0) => {}
            (Ok(d), Ok(s), 1) => {
                self.op(Op::Mov, d, s, 0);
            }
            (Ok(d), Ok(s), 2..=0xffff) => {
                self.op(Op::MovN, d, s, dst.n as u16);
            }
            _ => self.generic(Desc::Copy(dst, from)),
        }
    }

    fn rr(&mut self, op: Op, r: Value, a: Value, b: Value) {
        let (a, b) = (self.slot(a), self.slot(b));
        self.define(r, |e, d| e.op(op, d, a, b));
    }

    fn rk(&mut self, op: Op, r: Value, a: Value, k: u16) {
        let a = self.slot(a);
        self.define(r, |e, d| e.op(op, d, a, k));
    }

    fn binary(&mut self, op: BinOp, a: Value, b: Value, r: Value) {
        let ty = self.f.ty(r).clone();
        let swap = matches!(op, BinOp::Add | BinOp::Mul | BinOp::And | BinOp::Or | BinOp::Xor)
            && self.unsigned(a).is_some();
        let (a, b) = if swap { (b, a) } else { (a, b) };
        if self.binary_immediate(op, &ty, a, b, r) || self.simd(Key::Binary(op), &ty, &[a, b], r) {
            return;
        }
        match binary_op(op, &ty) {
            Some(op) => self.rr(op, r, a, b),
            None => {
                let spans = [self.result_span(r), self.span(a), self.span(b)];
                self.generic(Desc::Binary(op, ty, spans));
            }
        }
    }

    /// Operations with a constant on the right (or, for subtraction, left) side.
    fn binary_immediate(&mut self, op: BinOp, ty: &Type, a: Value, b: Value, r: Value) -> bool {
        if !small_int(ty) {
            return false;
        }
        let width = int_width(ty);
        if let (BinOp::Sub, Some(k)) = (op, self.signed(a)) {
            let op = match width {
                Some(32) => Op::RSub32K,
                Some(64) => Op::RSub64K,
                _ => return false,
            };
            return i16::try_from(k).is_ok_and(|k| {
                self.rk(op, r, b, k as u16);
                true
            });
        }
        let (Some(u), Some(s)) = (self.unsigned(b), self.signed(b)) else { return false };
        let bits = ty.bits() as u32;
        match op {
            BinOp::Add | BinOp::Sub => {
                let k = if op == BinOp::Sub { s.wrapping_neg() } else { s };
                let (Ok(k), Some(width)) = (i16::try_from(k), width) else { return false };
                let op = by_width(width, [Op::Add8K, Op::Add16K, Op::Add32K, Op::Add64K]);
                self.rk(op, r, a, k as u16);
            }
            BinOp::And | BinOp::Or | BinOp::Xor => return self.bit_immediate(op, width, a, u, s, r),
            BinOp::Mul => {
                let (Some(w @ (32 | 64)), true) = (width, u != 0) else { return false };
                if u.is_power_of_two() {
                    self.rk(if w == 32 { Op::Shl32K } else { Op::Shl64K }, r, a, u.trailing_zeros() as u16);
                } else if let Ok(k) = i16::try_from(s) {
                    self.rk(if w == 32 { Op::Mul32K } else { Op::Mul64K }, r, a, k as u16);
                } else {
                    return false;
                }
            }
            BinOp::Shl | BinOp::LShr | BinOp::AShr => {
                let k = (u & u64::from(bits.next_power_of_two() - 1)) as u16;
                let op = match (op, width) {
                    (BinOp::LShr, _) => Op::LShrK,
                    (BinOp::Shl, Some(32)) => Op::Shl32K,
                    (BinOp::Shl, Some(64)) => Op::Shl64K,
                    (BinOp::AShr, Some(32)) => Op::AShr32K,
                    (BinOp::AShr, Some(64)) => Op::AShr64K,
                    _ => return false,
                };
                self.rk(op, r, a, k);
            }
            BinOp::UDiv if u.is_power_of_two() => self.rk(Op::LShrK, r, a, u.trailing_zeros() as u16),
            BinOp::URem if u.is_power_of_two() => self.rk(Op::TruncBits, r, a, u.trailing_zeros() as u16),
            _ => return false,
        }
        true
    }

    fn bit_immediate(&mut self, op: BinOp, width: Option<u32>, a: Value, u: u64, s: i64, r: Value) -> bool {
        if op == BinOp::Xor
            && s == -1
            && let Some(width) = width
        {
            let a = self.slot(a);
            let op = by_width(width, [Op::Not8, Op::Not16, Op::Not32, Op::Not64]);
            self.define(r, |e, d| e.op(op, d, a, 0));
            return true;
        }
        if op == BinOp::And && u.wrapping_add(1).is_power_of_two() {
            self.rk(Op::TruncBits, r, a, u.count_ones() as u16);
            return true;
        }
        let Ok(k) = u16::try_from(u) else { return false };
        let op = match op {
            BinOp::And => Op::AndK,
            BinOp::Or => Op::OrK,
            _ => Op::XorK,
        };
        self.rk(op, r, a, k);
        true
    }

    fn fneg(&mut self, a: Value, r: Value) {
        let op = match self.f.ty(a) {
            Type::Float => Op::FNeg32,
            Type::Double => Op::FNeg64,
            ty => {
                let ty = ty.clone();
                let spans = [self.result_span(r), self.span(a)];
                return self.generic(Desc::FNeg(ty, spans));
            }
        };
        self.rk(op, r, a, 0);
    }

    fn cast(&mut self, op: CastOp, a: Value, r: Value) {
        let (from, to) = (self.f.ty(a).clone(), self.f.ty(r).clone());
        if let Some((op, k)) = cast_op(op, &from, &to) {
            return self.rk(op, r, a, k);
        }
        if let Some(lane) = to.as_vector().and_then(|(elem, _)| Lane::of(elem))
            && *to.scalar() != Type::BOOL
            && self.simd(Key::Cast(op, lane), &from, &[a], r)
        {
            return;
        }
        let spans = [self.result_span(r), self.span(a)];
        self.generic(Desc::Cast(op, from, to, spans));
    }

    fn select(&mut self, c: Value, a: Value, b: Value, r: Value) {
        let ty = self.f.ty(r).clone();
        if ty.slots() == 1 && !is_vector(self.f.ty(c)) {
            let (c, a, b) = (self.slot(c), self.slot(a), self.slot(b));
            self.define(r, |e, d| e.op_ext(Op::Select, d, c, a, u64::from(b)));
            return;
        }
        let cond = self.f.ty(c).clone();
        if is_vector(&cond) && self.simd(Key::Select, &ty, &[c, a, b], r) {
            return;
        }
        let spans = [self.result_span(r), self.span(c), self.span(a), self.span(b)];
        self.generic(Desc::Select(cond, ty, spans));
    }

    /// The address of a pointer constant or value, for pure uses.
    pub(super) fn is_zero(&self, v: Value) -> bool {
        matches!(self.f.as_const(v), Some(Const::Zero))
    }
}

/// Picks the op of a width of 8, 16, 32 or 64 bits.
pub(super) fn by_width(width: u32, ops: [Op; 4]) -> Op {
    ops[(width.trailing_zeros() - 3) as usize]
}

fn binary_op(op: BinOp, ty: &Type) -> Option<Op> {
    // Bits of a vector in one slot are bits of an integer.
    if let (BinOp::And | BinOp::Or | BinOp::Xor, true) =
        (op, small_int(ty) || is_vector(ty) && ty.slots() == 1)
    {
        return Some(match op {
            BinOp::And => Op::And,
            BinOp::Or => Op::Or,
            _ => Op::Xor,
        });
    }
    match ty {
        Type::Float => match op {
            BinOp::FAdd => Some(Op::FAdd32),
            BinOp::FSub => Some(Op::FSub32),
            BinOp::FMul => Some(Op::FMul32),
            BinOp::FDiv => Some(Op::FDiv32),
            _ => None,
        },
        Type::Double => match op {
            BinOp::FAdd => Some(Op::FAdd64),
            BinOp::FSub => Some(Op::FSub64),
            BinOp::FMul => Some(Op::FMul64),
            BinOp::FDiv => Some(Op::FDiv64),
            _ => None,
        },
        _ => int_op(op, int_width(ty)?),
    }
}

fn int_op(op: BinOp, width: u32) -> Option<Op> {
    let wide = width == 64;
    Some(match op {
        BinOp::Add => by_width(width, [Op::Add8, Op::Add16, Op::Add32, Op::Add64]),
        BinOp::Sub => by_width(width, [Op::Sub8, Op::Sub16, Op::Sub32, Op::Sub64]),
        BinOp::Mul => by_width(width, [Op::Mul8, Op::Mul16, Op::Mul32, Op::Mul64]),
        BinOp::Shl => by_width(width, [Op::Shl8, Op::Shl16, Op::Shl32, Op::Shl64]),
        BinOp::LShr => by_width(width, [Op::LShr8, Op::LShr16, Op::LShr32, Op::LShr64]),
        BinOp::AShr => by_width(width, [Op::AShr8, Op::AShr16, Op::AShr32, Op::AShr64]),
        BinOp::SDiv => by_width(width, [Op::SDiv8, Op::SDiv16, Op::SDiv32, Op::SDiv64]),
        BinOp::SRem => by_width(width, [Op::SRem8, Op::SRem16, Op::SRem32, Op::SRem64]),
        BinOp::UDiv if wide => Op::UDiv64,
        BinOp::UDiv => Op::UDiv32,
        BinOp::URem if wide => Op::URem64,
        BinOp::URem => Op::URem32,
        _ => return None,
    })
}

/// The op of a cast between one-slot scalars, with its third field.
fn cast_op(op: CastOp, from: &Type, to: &Type) -> Option<(Op, u16)> {
    let (f, t) = (from.bits(), to.bits());
    let ints = |a: &Type| matches!(a, Type::Int(1..=64) | Type::Ptr);
    Some(match op {
        CastOp::Trunc | CastOp::PtrToInt | CastOp::IntToPtr if ints(from) && ints(to) && t <= f => match t {
            32 => (Op::Trunc32, 0),
            bits => (Op::TruncBits, bits as u16),
        },
        CastOp::ZExt | CastOp::IntToPtr | CastOp::PtrToInt if ints(from) && ints(to) => (Op::Mov, 0),
        CastOp::SExt if ints(from) && ints(to) => match (f, t) {
            (8, 32) => (Op::SExt8To32, 0),
            (16, 32) => (Op::SExt16To32, 0),
            (8, 64) => (Op::SExt8To64, 0),
            (16, 64) => (Op::SExt16To64, 0),
            (32, 64) => (Op::SExt32To64, 0),
            _ => (Op::SExtBits, f as u16 | (t as u16) << 8),
        },
        CastOp::FpExt if (from, to) == (&Type::Float, &Type::Double) => (Op::FExt, 0),
        CastOp::FpTrunc if (from, to) == (&Type::Double, &Type::Float) => (Op::FTrunc, 0),
        CastOp::FpToSi => match (from, to) {
            (Type::Double, Type::Int(32)) => (Op::F64ToS32, 0),
            (Type::Double, Type::Int(64)) => (Op::F64ToS64, 0),
            (Type::Float, Type::Int(32)) => (Op::F32ToS32, 0),
            _ => return None,
        },
        CastOp::SiToFp => match (from, to) {
            (Type::Int(32), Type::Double) => (Op::S32ToF64, 0),
            (Type::Int(64), Type::Double) => (Op::S64ToF64, 0),
            (Type::Int(32), Type::Float) => (Op::S32ToF32, 0),
            (Type::Int(64), Type::Float) => (Op::S64ToF32, 0),
            _ => return None,
        },
        // Zero-extended 32 bits are a non-negative 64-bit integer.
        CastOp::UiToFp => match (from, to) {
            (Type::Int(1..=63), Type::Double) => (Op::S64ToF64, 0),
            (Type::Int(64), Type::Double) => (Op::U64ToF64, 0),
            (Type::Int(1..=63), Type::Float) => (Op::S64ToF32, 0),
            _ => return None,
        },
        CastOp::BitCast if from.slots() == 1 && to.slots() == 1 && !is_vector(from) && !is_vector(to) => {
            (Op::Mov, 0)
        }
        _ => return None,
    })
}
