//! Straight-line code for the head of a strip: counts, sums, ranges.

use crate::ir::{BinOp, BlockId, CastOp, Const, FrameId, Function, ICmpPred, Inst, LocId, Type, Value};
use crate::opt::affine::{Leaf, Linear, Step, width};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Appends to one block.
pub struct Emit<'a> {
    /// The body.
    pub f: &'a mut Function,
    /// Where to.
    pub block: BlockId,
    /// The position of what is emitted.
    pub pos: (FrameId, LocId),
    /// What stands for the phis of the loop's head here.
    pub now: &'a FxHashMap<Value, Value>,
    /// What stands for the values that steps are multiples of: the same, or 1 if they are too large or small.
    pub times: &'a FxHashMap<Value, Value>,
}

impl Emit<'_> {
    /// An instruction with a result.
    pub fn def(&mut self, inst: Inst, ty: Type) -> Value {
        let (id, result) = self.f.add_inst_at(inst, ty.clone(), self.pos);
        self.f.blocks[self.block.0 as usize].insts.push(id);
        // Types here are never void.
        result.unwrap_or_else(|| self.f.add_const(Const::Zero, ty))
    }

    /// An integer constant.
    pub fn int(&mut self, n: i64, bits: u32) -> Value {
        let n = (n as u64) & (u64::MAX >> (64 - bits.clamp(1, 64)));
        self.f.add_const(if n == 0 { Const::Zero } else { Const::Int(n) }, Type::Int(bits))
    }

    /// `a op b`.
    pub fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        let ty = self.f.ty(a).clone();
        self.def(Inst::Binary(op, a, b), ty)
    }

    /// `v + n * by`.
    pub fn add_scaled(&mut self, v: Value, n: Value, by: i64) -> Value {
        let bits = width(self.f.ty(v)).unwrap_or(64);
        let by = self.int(by, bits);
        let scaled = self.binary(BinOp::Mul, n, by);
        self.binary(BinOp::Add, v, scaled)
    }

    /// `v + n * step`, all of 64 bits; with the sign of the step left out if `plain`.
    pub fn add_steps(&mut self, v: Value, n: Value, step: Step, plain: bool) -> Value {
        let by = if plain { step.by.abs() } else { step.by };
        let n = match step.times.and_then(|t| self.times.get(&t).copied()) {
            Some(times) => self.binary(BinOp::Mul, n, times),
            None => n,
        };
        self.add_scaled(v, n, by)
    }

    /// A comparison.
    pub fn icmp(&mut self, pred: ICmpPred, a: Value, b: Value) -> Value {
        self.def(Inst::ICmp(pred, a, b), Type::BOOL)
    }

    /// The smaller of two unsigned numbers.
    pub fn smaller(&mut self, a: Value, b: Value) -> Value {
        let less = self.icmp(ICmpPred::Ult, a, b);
        let ty = self.f.ty(a).clone();
        self.def(Inst::Select(less, a, b), ty)
    }

    /// An integer or pointer as an integer of so many bits.
    pub fn resized(&mut self, v: Value, bits: u32, signed: bool) -> Value {
        let mut v = v;
        if *self.f.ty(v) == Type::Ptr {
            v = self.def(Inst::Cast(CastOp::PtrToInt, v), Type::I64);
        }
        let op = match width(self.f.ty(v)).unwrap_or(64) {
            own if own == bits => return v,
            own if own > bits => CastOp::Trunc,
            _ if signed => CastOp::SExt,
            _ => CastOp::ZExt,
        };
        self.def(Inst::Cast(op, v), Type::Int(bits))
    }

    fn leaf(&mut self, leaf: Leaf, bits: u32) -> Value {
        let v = self.now.get(&leaf.value).copied().unwrap_or(leaf.value);
        match leaf.via {
            None => self.resized(v, bits, false),
            Some((narrow, signed)) => {
                let v = self.resized(v, narrow, signed);
                self.resized(v, bits, signed)
            }
        }
    }

    /// A sum as it is now, in so many bits.
    pub fn sum(&mut self, sum: &Linear, bits: u32) -> Value {
        let mut total = self.int(sum.offset, bits);
        for (leaf, factor) in &sum.terms {
            let v = self.leaf(*leaf, bits);
            total = self.add_scaled(total, v, *factor);
        }
        total
    }

    /// The same as a pointer; one of its leaves is one.
    pub fn pointer(&mut self, sum: &Linear) -> Value {
        let is_base = |e: &Self, t: &(Leaf, i64)| t.1 == 1 && *e.f.ty(t.0.value) == Type::Ptr;
        let Some(at) = sum.terms.iter().position(|t| is_base(self, t)) else {
            let v = self.sum(sum, 64);
            return self.def(Inst::Cast(CastOp::IntToPtr, v), Type::Ptr);
        };
        let base = sum.terms[at].0.value;
        let base = self.now.get(&base).copied().unwrap_or(base);
        let mut terms: SmallVec<[(Value, i64); 2]> = SmallVec::new();
        for (i, (leaf, factor)) in sum.terms.iter().enumerate() {
            if i != at {
                terms.push((self.leaf(*leaf, 64), *factor));
            }
        }
        self.def(Inst::Gep { base, offset: sum.offset, terms }, Type::Ptr)
    }
}
