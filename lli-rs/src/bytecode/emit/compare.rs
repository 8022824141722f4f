//! Comparisons, to a value or fused with a branch.

use crate::bytecode::code::Desc;
use crate::bytecode::op::Op;
use crate::ir::{FCmpPred, ICmpPred, Inst, Type, Value};
use crate::semantics::simd::Key;

use super::Emitter;

/// An integer relation as the ops have it; `K` ones compare with an immediate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rel {
    Eq,
    Ne,
    Ult,
    Ule,
    Slt32,
    Sle32,
    Slt64,
    Sle64,
    EqK,
    NeK,
    Eq32K,
    Ne32K,
    UltK,
    UgtK,
    Slt32K,
    Sgt32K,
    Slt64K,
    Sgt64K,
}

impl Rel {
    fn set(self) -> Op {
        match self {
            Rel::Eq => Op::SetEq,
            Rel::Ne => Op::SetNe,
            Rel::Ult => Op::SetUlt,
            Rel::Ule => Op::SetUle,
            Rel::Slt32 => Op::SetSlt32,
            Rel::Sle32 => Op::SetSle32,
            Rel::Slt64 => Op::SetSlt64,
            Rel::Sle64 => Op::SetSle64,
            Rel::EqK => Op::SetEqK,
            Rel::NeK => Op::SetNeK,
            Rel::Eq32K => Op::SetEq32K,
            Rel::Ne32K => Op::SetNe32K,
            Rel::UltK => Op::SetUltK,
            Rel::UgtK => Op::SetUgtK,
            Rel::Slt32K => Op::SetSlt32K,
            Rel::Sgt32K => Op::SetSgt32K,
            Rel::Slt64K => Op::SetSlt64K,
            Rel::Sgt64K => Op::SetSgt64K,
        }
    }

    fn branch(self) -> Op {
        match self {
            Rel::Eq => Op::BrEq,
            Rel::Ne => Op::BrNe,
            Rel::Ult => Op::BrUlt,
            Rel::Ule => Op::BrUle,
            Rel::Slt32 => Op::BrSlt32,
            Rel::Sle32 => Op::BrSle32,
            Rel::Slt64 => Op::BrSlt64,
            Rel::Sle64 => Op::BrSle64,
            Rel::EqK => Op::BrEqK,
            Rel::NeK => Op::BrNeK,
            Rel::Eq32K => Op::BrEq32K,
            Rel::Ne32K => Op::BrNe32K,
            Rel::UltK => Op::BrUltK,
            Rel::UgtK => Op::BrUgtK,
            Rel::Slt32K => Op::BrSlt32K,
            Rel::Sgt32K => Op::BrSgt32K,
            Rel::Slt64K => Op::BrSlt64K,
            Rel::Sgt64K => Op::BrSgt64K,
        }
    }
}

/// The right side of a relation.
#[derive(Clone, Copy)]
enum Right {
    Slot(u16),
    Imm(i32),
}

/// The op, operands and immediate of a conditional branch.
pub(super) struct Test {
    pub(super) op: Op,
    pub(super) a: u16,
    pub(super) b: u16,
    pub(super) imm: i32,
}

fn swapped(pred: ICmpPred) -> ICmpPred {
    match pred {
        ICmpPred::Eq | ICmpPred::Ne => pred,
        ICmpPred::Ugt => ICmpPred::Ult,
        ICmpPred::Uge => ICmpPred::Ule,
        ICmpPred::Ult => ICmpPred::Ugt,
        ICmpPred::Ule => ICmpPred::Uge,
        ICmpPred::Sgt => ICmpPred::Slt,
        ICmpPred::Sge => ICmpPred::Sle,
        ICmpPred::Slt => ICmpPred::Sgt,
        ICmpPred::Sle => ICmpPred::Sge,
    }
}

fn inverse(pred: ICmpPred) -> ICmpPred {
    match pred {
        ICmpPred::Eq => ICmpPred::Ne,
        ICmpPred::Ne => ICmpPred::Eq,
        ICmpPred::Ugt => ICmpPred::Ule,
        ICmpPred::Uge => ICmpPred::Ult,
        ICmpPred::Ult => ICmpPred::Uge,
        ICmpPred::Ule => ICmpPred::Ugt,
        ICmpPred::Sgt => ICmpPred::Sle,
        ICmpPred::Sge => ICmpPred::Slt,
        ICmpPred::Slt => ICmpPred::Sge,
        ICmpPred::Sle => ICmpPred::Sgt,
    }
}

fn is_signed(pred: ICmpPred) -> bool {
    matches!(pred, ICmpPred::Sgt | ICmpPred::Sge | ICmpPred::Slt | ICmpPred::Sle)
}

impl Emitter<'_> {
    pub(super) fn icmp(&mut self, pred: ICmpPred, a: Value, b: Value, r: Value) {
        let ty = self.f.ty(a).clone();
        if !matches!(ty, Type::Int(1..=64) | Type::Ptr) {
            if *ty.scalar() != Type::BOOL && self.simd(Key::ICmp(pred), &ty, &[a, b], r) {
                return;
            }
            let spans = [self.result_span(r), self.span(a), self.span(b)];
            return self.generic(Desc::ICmp(pred, ty, spans));
        }
        let (rel, left, right) = self.relation(pred, a, b, i32::from(i16::MIN)..=i32::from(i16::MAX));
        let right = match right {
            Right::Slot(s) => s,
            Right::Imm(k) => k as u16,
        };
        self.define(r, |e, d| e.op(rel.set(), d, left, right));
    }

    /// Lowers a comparison of one-slot integers; immediates are kept in `range`.
    fn relation(
        &mut self,
        mut pred: ICmpPred,
        mut a: Value,
        mut b: Value,
        range: std::ops::RangeInclusive<i32>,
    ) -> (Rel, u16, Right) {
        if self.unsigned(a).is_some() && self.unsigned(b).is_none() {
            (a, b, pred) = (b, a, swapped(pred));
        }
        let bits = self.f.ty(a).bits();
        if let Some((rel, k)) = self.immediate(pred, bits, b)
            && range.contains(&k)
        {
            return (rel, self.slot(a), Right::Imm(k));
        }
        if is_signed(pred) && bits != 32 && bits != 64 {
            let (left, right) = (self.sign_extended(a), self.sign_extended(b));
            return ordered(pred, 64, left, right);
        }
        let (left, right) = (self.slot(a), self.slot(b));
        ordered(pred, bits, left, right)
    }

    /// The operand, sign-extended to 64 bits in a scratch slot.
    pub(super) fn sign_extended(&mut self, v: Value) -> u16 {
        let bits = self.f.ty(v).bits() as u16;
        let slot = self.slot(v);
        if bits == 64 {
            return slot;
        }
        let near = self.near();
        match bits {
            8 => self.op(Op::SExt8To64, near, slot, 0),
            16 => self.op(Op::SExt16To64, near, slot, 0),
            32 => self.op(Op::SExt32To64, near, slot, 0),
            _ => self.op(Op::SExtBits, near, slot, bits | 64 << 8),
        };
        near
    }

    fn immediate(&self, pred: ICmpPred, bits: u64, b: Value) -> Option<(Rel, i32)> {
        let (u, s) = (self.unsigned(b)?, self.signed(b)?);
        let wide = match bits {
            64 => true,
            32 => false,
            _ if is_signed(pred) => return None,
            _ => true,
        };
        let signed = |by: i64| i32::try_from(s.checked_add(by)?).ok();
        // Immediates of unsigned relations stay non-negative.
        let unsigned =
            |by: i64| i32::try_from((u as i64).checked_add(by)?).ok().filter(|k| *k >= 0 && u < 1 << 40);
        Some(match pred {
            ICmpPred::Eq | ICmpPred::Ne => {
                let eq = pred == ICmpPred::Eq;
                if let Some(k) = unsigned(0) {
                    (if eq { Rel::EqK } else { Rel::NeK }, k)
                } else if bits == 64 {
                    (if eq { Rel::EqK } else { Rel::NeK }, signed(0)?)
                } else if bits == 32 {
                    (if eq { Rel::Eq32K } else { Rel::Ne32K }, signed(0)?)
                } else {
                    return None;
                }
            }
            ICmpPred::Ult => (Rel::UltK, unsigned(0)?),
            ICmpPred::Ule => (Rel::UltK, unsigned(1)?),
            ICmpPred::Ugt => (Rel::UgtK, unsigned(0)?),
            ICmpPred::Uge => (Rel::UgtK, unsigned(-1)?),
            ICmpPred::Slt => (if wide { Rel::Slt64K } else { Rel::Slt32K }, signed(0)?),
            ICmpPred::Sle => (if wide { Rel::Slt64K } else { Rel::Slt32K }, signed(1)?),
            ICmpPred::Sgt => (if wide { Rel::Sgt64K } else { Rel::Sgt32K }, signed(0)?),
            ICmpPred::Sge => (if wide { Rel::Sgt64K } else { Rel::Sgt32K }, signed(-1)?),
        })
    }

    pub(super) fn fcmp(&mut self, pred: FCmpPred, a: Value, b: Value, r: Value) {
        if let Some((op, a, b)) = self.float_set(pred, a, b) {
            self.define(r, |e, d| e.op(op, d, a, b));
            return;
        }
        let ty = self.f.ty(a).clone();
        if self.simd(Key::FCmp(pred), &ty, &[a, b], r) {
            return;
        }
        let spans = [self.result_span(r), self.span(a), self.span(b)];
        self.generic(Desc::FCmp(pred, ty, spans));
    }

    /// The op that computes a float relation directly, if there is one.
    fn float_set(&mut self, pred: FCmpPred, a: Value, b: Value) -> Option<(Op, u16, u16)> {
        let wide = match self.f.ty(a) {
            Type::Double => true,
            Type::Float => false,
            _ => return None,
        };
        let (op32, op64, swap) = match pred {
            FCmpPred::Oeq => (Op::SetFEq32, Op::SetFEq64, false),
            FCmpPred::Une => (Op::SetFNe32, Op::SetFNe64, false),
            FCmpPred::Olt => (Op::SetFLt32, Op::SetFLt64, false),
            FCmpPred::Ole => (Op::SetFLe32, Op::SetFLe64, false),
            FCmpPred::Ogt => (Op::SetFLt32, Op::SetFLt64, true),
            FCmpPred::Oge => (Op::SetFLe32, Op::SetFLe64, true),
            FCmpPred::Uno => (Op::SetFUno32, Op::SetFUno64, false),
            _ => return None,
        };
        let (x, y) = (self.slot(a), self.slot(b));
        let (x, y) = if swap { (y, x) } else { (x, y) };
        Some((if wide { op64 } else { op32 }, x, y))
    }

    /// What to test to branch if `cond` is `sense`.
    pub(super) fn test(&mut self, cond: Value, sense: bool) -> Test {
        let folded = self.f.def_inst(cond).filter(|(id, _)| self.plan.folded[id.0 as usize]);
        match folded.map(|(_, data)| data.inst.clone()) {
            Some(Inst::ICmp(pred, a, b)) => {
                let pred = if sense { pred } else { inverse(pred) };
                let (rel, left, right) = self.relation(pred, a, b, i32::MIN..=i32::MAX);
                match right {
                    Right::Slot(b) => Test { op: rel.branch(), a: left, b, imm: 0 },
                    Right::Imm(imm) => Test { op: rel.branch(), a: left, b: 0, imm },
                }
            }
            Some(Inst::FCmp(pred, a, b)) => self.float_test(pred, a, b, sense),
            _ => {
                let a = self.slot(cond);
                Test { op: if sense { Op::BrNz } else { Op::BrZ }, a, b: 0, imm: 0 }
            }
        }
    }

    fn float_test(&mut self, pred: FCmpPred, a: Value, b: Value, sense: bool) -> Test {
        let (op, not, swap) = match pred {
            FCmpPred::Oeq => (Op::BrFEq64, Op::BrFNe64, false),
            FCmpPred::Une => (Op::BrFNe64, Op::BrFEq64, false),
            FCmpPred::Olt => (Op::BrFLt64, Op::BrFNlt64, false),
            FCmpPred::Ogt => (Op::BrFLt64, Op::BrFNlt64, true),
            FCmpPred::Ole => (Op::BrFLe64, Op::BrFNle64, false),
            FCmpPred::Oge => (Op::BrFLe64, Op::BrFNle64, true),
            FCmpPred::Uge => (Op::BrFNlt64, Op::BrFLt64, false),
            FCmpPred::Ule => (Op::BrFNlt64, Op::BrFLt64, true),
            FCmpPred::Ugt => (Op::BrFNle64, Op::BrFLe64, false),
            FCmpPred::Ult => (Op::BrFNle64, Op::BrFLe64, true),
            _ => return self.float_test_by_value(pred, a, b, sense),
        };
        let (x, y) = (self.slot(a), self.slot(b));
        let (a, b) = if swap { (y, x) } else { (x, y) };
        Test { op: if sense { op } else { not }, a, b, imm: 0 }
    }

    fn float_test_by_value(&mut self, pred: FCmpPred, a: Value, b: Value, sense: bool) -> Test {
        let value = self.near();
        if let Some((op, x, y)) = self.float_set(pred, a, b) {
            self.op(op, value, x, y);
        } else {
            let at = crate::bytecode::code::Span { at: u32::from(value), n: 1 };
            let spans = [at, self.span(a), self.span(b)];
            self.generic(Desc::FCmp(pred, self.f.ty(a).clone(), spans));
        }
        Test { op: if sense { Op::BrNz } else { Op::BrZ }, a: value, b: 0, imm: 0 }
    }
}

fn ordered(pred: ICmpPred, bits: u64, a: u16, b: u16) -> (Rel, u16, Right) {
    let (slt, sle) = if bits == 32 { (Rel::Slt32, Rel::Sle32) } else { (Rel::Slt64, Rel::Sle64) };
    let (rel, a, b) = match pred {
        ICmpPred::Eq => (Rel::Eq, a, b),
        ICmpPred::Ne => (Rel::Ne, a, b),
        ICmpPred::Ult => (Rel::Ult, a, b),
        ICmpPred::Ule => (Rel::Ule, a, b),
        ICmpPred::Ugt => (Rel::Ult, b, a),
        ICmpPred::Uge => (Rel::Ule, b, a),
        ICmpPred::Slt => (slt, a, b),
        ICmpPred::Sle => (sle, a, b),
        ICmpPred::Sgt => (slt, b, a),
        ICmpPred::Sge => (sle, b, a),
    };
    (rel, a, Right::Slot(b))
}
