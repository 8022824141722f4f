//! Values that change by the same amount in every iteration of a loop, as sums of simpler ones.
//!
//! Arithmetic is modulo the width that is asked for. Where a narrow value is extended, the sum stands for it
//! only as long as it does not leave the narrow range: each such assumption is recorded as a [`Guard`], to be
//! tested where the sum is used.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::ir::{BinOp, BlockId, CastOp, Const, Function, Inst, Type, Value, ValueDef};

/// A value that a sum is made of, extended from so many bits (signed or not) if `via` says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Leaf {
    /// Defined outside the loop, or a phi of its head.
    pub value: Value,
    /// Width and signedness of what is extended.
    pub via: Option<(u32, bool)>,
}

/// `offset + sum(leaf * factor)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Linear {
    /// The constant part.
    pub offset: i64,
    /// The rest, sorted; no factor is zero.
    pub terms: SmallVec<[(Leaf, i64); 4]>,
}

/// By how much a sum grows in an iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The constant part: a factor of `times`, if there is one.
    pub by: i64,
    /// A value of 64 bits that does not change. Whoever uses the step sees to it that this is one of 1 to
    /// [`MAX_TIMES`].
    pub times: Option<Value>,
}

/// See [`Step::times`].
pub const MAX_TIMES: i64 = 1 << 20;

impl Step {
    const NONE: Step = Step { by: 0, times: None };

    fn add(self, other: Step, factor: i64) -> Option<Step> {
        let other = Step { by: other.by.checked_mul(factor)?, ..other };
        match (self.by, other.by) {
            (_, 0) => Some(self),
            (0, _) => Some(other),
            _ if self.times == other.times => Some(Step { by: self.by.checked_add(other.by)?, ..self }),
            _ => None,
        }
    }
}

/// A sum that must stay in the range of an integer of so many bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The sum in 64 bits.
    pub sum: Linear,
    /// Bits of the narrow integer.
    pub bits: u32,
    /// Whether it is signed.
    pub signed: bool,
}

/// Sums are kept small, so that 64 bits hold every intermediate result of narrow ones.
const MAX_TERMS: usize = 4;
const MAX_FACTOR: i64 = 1 << 16;
const MAX_STEP: i64 = 1 << 20;
const MAX_DEPTH: usize = 24;

impl Linear {
    fn constant(offset: i64) -> Linear {
        Linear { offset, terms: SmallVec::new() }
    }

    fn add(mut self, other: &Linear, factor: i64) -> Option<Linear> {
        self.offset = self.offset.wrapping_add(other.offset.wrapping_mul(factor));
        for (leaf, n) in &other.terms {
            let n = n.checked_mul(factor)?;
            match self.terms.iter_mut().find(|t| t.0 == *leaf) {
                Some(term) => term.1 = term.1.checked_add(n)?,
                None => self.terms.push((*leaf, n)),
            }
        }
        self.terms.retain(|t| t.1 != 0);
        self.terms.sort_unstable();
        let small = self.terms.iter().all(|t| t.1.abs() <= MAX_FACTOR);
        (self.terms.len() <= MAX_TERMS && small).then_some(self)
    }

    /// As if computed in so many bits: the constant part is the nearest to zero that is equal to it.
    fn wrapped(mut self, bits: u32) -> Linear {
        let unused = 64 - bits.clamp(1, 64);
        self.offset = self.offset << unused >> unused;
        self
    }
}

/// What is known of the values of one loop.
pub struct Affine<'a> {
    f: &'a Function,
    head: BlockId,
    inside: &'a dyn Fn(BlockId) -> bool,
    /// The block of each value that an instruction defines.
    home: &'a [Option<BlockId>],
    /// By how much phis of the head grow.
    steps: FxHashMap<Value, Step>,
}

impl<'a> Affine<'a> {
    /// Analyses the loop with this head, whose only back edge comes from `latch`.
    pub fn new(
        f: &'a Function,
        head: BlockId,
        latch: BlockId,
        inside: &'a dyn Fn(BlockId) -> bool,
        home: &'a [Option<BlockId>],
    ) -> Affine<'a> {
        let mut affine = Affine { f, head, inside, home, steps: FxHashMap::default() };
        for id in &f.block(head).insts {
            let data = f.inst(*id);
            let (Inst::Phi(incoming), Some(phi)) = (&data.inst, data.result) else { break };
            let next = incoming.iter().find(|i| i.0 == latch).map(|i| i.1);
            let mut guards = Vec::new();
            if let Some(next) = next
                && let Some(bits) = width(f.ty(phi))
                && let Some(sum) = affine.linear(next, bits, &mut guards)
                && guards.is_empty()
                && let Some(step) = affine.growth(phi, bits, &sum)
            {
                affine.steps.insert(phi, step);
            }
        }
        affine
    }

    /// By how much a phi grows that is `next` in the following iteration.
    fn growth(&self, phi: Value, bits: u32, next: &Linear) -> Option<Step> {
        let own = (Leaf { value: phi, via: None }, 1);
        let others: SmallVec<[(Leaf, i64); 2]> = next.terms.iter().filter(|t| **t != own).copied().collect();
        if others.len() + 1 != next.terms.len() || next.offset.abs() > MAX_STEP {
            return None;
        }
        match others[..] {
            [] => Some(Step { by: next.offset, times: None }),
            [(Leaf { value, via: None }, by)]
                if next.offset == 0
                    && bits == 64
                    && *self.f.ty(value) == Type::I64
                    && self.is_invariant(value) =>
            {
                Some(Step { by, times: Some(value) })
            }
            _ => None,
        }
    }

    /// Whether a value is the same in all iterations.
    pub fn is_invariant(&self, v: Value) -> bool {
        match self.f.value(v).def {
            ValueDef::Inst(_) => !self.home.get(v.0 as usize).copied().flatten().is_some_and(self.inside),
            _ => true,
        }
    }

    /// By how much a sum grows in an iteration; `None` if one of its leaves grows otherwise.
    pub fn step(&self, sum: &Linear) -> Option<Step> {
        let mut step = Step::NONE;
        for (leaf, factor) in &sum.terms {
            let by = match self.steps.get(&leaf.value) {
                Some(by) => *by,
                None if self.is_invariant(leaf.value) => Step::NONE,
                None => return None,
            };
            step = step.add(by, *factor)?;
        }
        (step.by.abs() <= MAX_STEP).then_some(step)
    }

    /// A value modulo `2^bits`, which is at most its own width.
    pub fn linear(&self, v: Value, bits: u32, guards: &mut Vec<Guard>) -> Option<Linear> {
        Some(self.sum(v, bits, guards, 0)?.wrapped(bits))
    }

    fn sum(&self, v: Value, bits: u32, guards: &mut Vec<Guard>, depth: usize) -> Option<Linear> {
        let leaf = Linear { offset: 0, terms: SmallVec::from_slice(&[(Leaf { value: v, via: None }, 1)]) };
        let own = width(self.f.ty(v))?;
        if depth > MAX_DEPTH || own < bits {
            return None;
        }
        if let Some(n) = self.integer(v) {
            return Some(Linear::constant(n));
        }
        let Some((_, data)) = self.f.def_inst(v).filter(|_| !self.is_invariant(v)) else { return Some(leaf) };
        let mut sum = |v: Value| self.sum(v, bits, guards, depth + 1);
        match &data.inst {
            Inst::Binary(BinOp::Add, a, b) => sum(*a)?.add(&sum(*b)?, 1),
            Inst::Binary(BinOp::Sub, a, b) => sum(*a)?.add(&sum(*b)?, -1),
            // LLVM's form of `-1 - a`, as in `n - 1 - i`.
            Inst::Binary(BinOp::Xor, a, b) if self.integer(*b) == Some(-1) => {
                Linear::constant(-1).add(&sum(*a)?, -1)
            }
            Inst::Binary(BinOp::Mul, a, b) => match (self.integer(*a), self.integer(*b)) {
                (_, Some(n)) => Linear::default().add(&sum(*a)?, n),
                (Some(n), _) => Linear::default().add(&sum(*b)?, n),
                _ => None,
            },
            Inst::Binary(BinOp::Shl, a, b) => {
                let n = self.integer(*b).filter(|n| (0..i64::from(bits.min(16))).contains(n))?;
                Linear::default().add(&sum(*a)?, 1 << n)
            }
            Inst::Cast(CastOp::Trunc | CastOp::PtrToInt | CastOp::IntToPtr, a) => sum(*a),
            Inst::Freeze(a) => sum(*a),
            Inst::Cast(op @ (CastOp::SExt | CastOp::ZExt), a) => {
                self.extended(*a, bits, *op == CastOp::SExt, guards, depth)
            }
            Inst::Gep { base, offset, terms } => {
                let mut total = sum(*base)?.add(&Linear::constant(*offset), 1)?;
                for (index, scale) in terms {
                    let index = self.extended(*index, bits, true, guards, depth)?;
                    total = total.add(&index, *scale)?;
                }
                Some(total)
            }
            Inst::Phi(_) if self.home.get(v.0 as usize).copied().flatten() == Some(self.head) => Some(leaf),
            _ => None,
        }
    }

    /// A value that is extended to `bits`, if it is narrower.
    fn extended(
        &self,
        v: Value,
        bits: u32,
        signed: bool,
        guards: &mut Vec<Guard>,
        depth: usize,
    ) -> Option<Linear> {
        let own = width(self.f.ty(v))?;
        if own >= bits {
            return self.sum(v, bits, guards, depth + 1);
        }
        if let Some(Const::Int(n)) = self.f.as_const(v).filter(|_| !signed) {
            return i64::try_from(*n).ok().map(Linear::constant);
        }
        if own > 32 {
            return None;
        }
        let mut sum = self.sum(v, own, guards, depth + 1)?.wrapped(own);
        for (leaf, _) in &mut sum.terms {
            leaf.via.get_or_insert((own, signed));
        }
        sum.terms.sort_unstable();
        let guard = Guard { sum, bits: own, signed };
        let sum = guard.sum.clone();
        if !sum.terms.is_empty() && !guards.contains(&guard) {
            guards.push(guard);
        }
        Some(sum)
    }

    /// A constant integer, sign-extended.
    fn integer(&self, v: Value) -> Option<i64> {
        let bits = match self.f.ty(v) {
            Type::Int(bits @ 1..=64) => *bits,
            _ => return None,
        };
        match self.f.as_const(v)? {
            Const::Zero => Some(0),
            Const::Int(n) => Some((*n as i64) << (64 - bits) >> (64 - bits)),
            _ => None,
        }
    }
}

/// Bits of an integer or pointer that fits a register.
pub fn width(ty: &Type) -> Option<u32> {
    match ty {
        Type::Int(bits @ 1..=64) => Some(*bits),
        Type::Ptr => Some(64),
        _ => None,
    }
}
