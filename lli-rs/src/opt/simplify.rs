//! Cheap clean-ups in one walk: copies, constants, phis of one value, repeated arithmetic and
//! loads within a block, and the detours that code compiled at -O0 takes through wider integers.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::bits::low_zeros;
use super::cfg::Cfg;
use super::effects::has_effect;
use super::fold::{fold, known};
use super::subst::Subst;
use crate::ir::{
    BinOp, BlockId, CastOp, Const, FCmpPred, Function, ICmpPred, Inst, InstId, Terminator, Type, Value,
};

/// Simplifies every reachable block; true if something changed that may allow more. `fenv`: whether the program may
/// change the rounding mode or look at the exception flags, so that floating point is left where it is.
pub fn run(f: &mut Function, cfg: &Cfg, fenv: bool) -> bool {
    let mut pass = Pass {
        subst: Subst::new(f),
        consts: FxHashMap::default(),
        seen: FxHashMap::default(),
        held: FxHashMap::default(),
        fenv,
        again: false,
    };
    for block in cfg.rpo() {
        pass.block(f, *block);
    }
    pass.subst.apply(f);
    pass.again
}

/// An instruction by what it computes.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Gep(Value, i64, SmallVec<[(Value, i64); 2]>),
    Cast(CastOp, Value, Type),
    Binary(BinOp, Value, Value),
    ICmp(ICmpPred, Value, Value),
    FCmp(FCmpPred, Value, Value),
    Select(Value, Value, Value),
    FNeg(Value),
    /// Sorted; equal constants are one value.
    Phi(SmallVec<[(BlockId, Value); 2]>),
}

struct Pass {
    subst: Subst,
    /// Scalar constants that were made here.
    consts: FxHashMap<(Const, Type), Value>,
    /// What the current block has computed.
    seen: FxHashMap<Key, Value>,
    /// What memory is known to hold, by pointer and type.
    held: FxHashMap<(Value, Type), Value>,
    fenv: bool,
    again: bool,
}

impl Pass {
    fn block(&mut self, f: &mut Function, block: BlockId) {
        self.seen.clear();
        self.held.clear();
        let mut insts = std::mem::take(&mut f.blocks[block.0 as usize].insts);
        insts.retain(|id| {
            f.insts[id.0 as usize].inst.operands_mut(&mut |v| *v = self.subst.get(*v));
            match (f.inst(*id).result, self.same_as(f, *id)) {
                (Some(result), Some(value)) => {
                    // Users that were visited before, through back edges, wait for another walk.
                    self.again |= matches!(f.inst(*id).inst, Inst::Phi(_));
                    self.subst.replace(result, value);
                    false
                }
                _ => true,
            }
        });
        f.blocks[block.0 as usize].insts = insts;
    }

    /// Rewrites the instruction to a simpler one, or finds a value equal to its result.
    fn same_as(&mut self, f: &mut Function, id: InstId) -> Option<Value> {
        if let Inst::Term(_) = f.inst(id).inst {
            self.again |= simplify_branch(f, id);
            return None;
        }
        if let Some(known) = self.memory(f, id) {
            return Some(known);
        }
        let result = f.inst(id).result?;
        if let Some(inst) = self.rewritten(f, id) {
            f.insts[id.0 as usize].inst = inst;
        }
        let inst = &f.inst(id).inst;
        if let Some(value) = copied(f, inst, result) {
            return Some(value);
        }
        if self.fenv && depends_on_fenv(f, inst, f.ty(result)) {
            return None;
        }
        if let Some(c) = folded(f, inst, f.ty(result)) {
            let ty = f.ty(result).clone();
            return Some(self.constant(f, c, ty));
        }
        let key = match inst {
            Inst::Phi(incoming) => self.phi(f, incoming),
            inst => key(f, inst, result)?,
        };
        let first = *self.seen.entry(key).or_insert(result);
        (first != result).then_some(first)
    }

    /// Keeps track of what memory holds. A load finds the value that this block has just loaded from or
    /// stored to the same pointer, with nothing in between that could have changed it or ended the
    /// object: such a load cannot fault.
    fn memory(&mut self, f: &Function, id: InstId) -> Option<Value> {
        let data = f.inst(id);
        match &data.inst {
            Inst::Load { ptr, atomic: None } => {
                let result = data.result?;
                let first = *self.held.entry((*ptr, f.ty(result).clone())).or_insert(result);
                return (first != result).then_some(first);
            }
            Inst::Store { ptr, value, atomic: None } => {
                self.held.clear();
                self.held.insert((*ptr, f.ty(*value).clone()), *value);
            }
            inst if !self.held.is_empty() && has_effect(f, inst) => self.held.clear(),
            _ => {}
        }
        None
    }

    /// Phis of one block that join the same values: lifted code keeps copies of its counters.
    fn phi(&mut self, f: &Function, incoming: &[(BlockId, Value)]) -> Key {
        let mut same = |v: Value| match f.as_const(v) {
            Some(c) => *self.consts.entry((c.clone(), f.ty(v).clone())).or_insert(v),
            None => v,
        };
        let mut joined: SmallVec<[(BlockId, Value); 2]> =
            incoming.iter().map(|(from, v)| (*from, same(*v))).collect();
        joined.sort_unstable_by_key(|(from, _)| from.0);
        Key::Phi(joined)
    }

    fn constant(&mut self, f: &mut Function, c: Const, ty: Type) -> Value {
        *self.consts.entry((c, ty)).or_insert_with_key(|(c, ty)| f.add_const(c.clone(), ty.clone()))
    }

    /// A simpler instruction with the same result.
    fn rewritten(&mut self, f: &mut Function, id: InstId) -> Option<Inst> {
        match &f.inst(id).inst {
            Inst::Gep { base, offset, terms } => simpler_gep(f, *base, *offset, terms),
            // `!x` as -O0 writes it: widened, then compared with zero.
            Inst::ICmp(ICmpPred::Eq, a, b) if is_zero(f, *b) => {
                let x = widened_bool(f, *a)?;
                Some(Inst::Binary(BinOp::Xor, x, self.constant(f, Const::Int(1), Type::BOOL)))
            }
            // An addition of bits that are zero, which LLVM likes to write as an `or`.
            Inst::Binary(BinOp::Or, a, b) if adds_low_bits(f, *a, *b) => {
                Some(Inst::Binary(BinOp::Add, *a, *b))
            }
            _ => None,
        }
    }
}

/// Whether `b` is a constant all of whose bits are known to be zero in `a`.
fn adds_low_bits(f: &Function, a: Value, b: Value) -> bool {
    match f.as_const(b) {
        Some(Const::Int(n)) if *n > 0 => low_zeros(f, a) > n.ilog2(),
        _ => false,
    }
}

fn key(f: &Function, inst: &Inst, result: Value) -> Option<Key> {
    Some(match inst {
        Inst::Gep { base, offset, terms } => Key::Gep(*base, *offset, terms.clone()),
        Inst::Cast(op, v) => Key::Cast(*op, *v, f.ty(result).clone()),
        Inst::Binary(op, a, b) => Key::Binary(*op, *a, *b),
        Inst::ICmp(pred, a, b) => Key::ICmp(*pred, *a, *b),
        Inst::FCmp(pred, a, b) => Key::FCmp(*pred, *a, *b),
        Inst::Select(c, a, b) => Key::Select(*c, *a, *b),
        Inst::FNeg(a) => Key::FNeg(*a),
        _ => return None,
    })
}

/// The operand that the result is a copy of.
fn copied(f: &Function, inst: &Inst, result: Value) -> Option<Value> {
    match inst {
        Inst::Freeze(v) => Some(*v),
        Inst::Cast(CastOp::BitCast, v) if f.ty(*v) == f.ty(result) => Some(*v),
        // There and back.
        Inst::Cast(CastOp::Trunc, v) => match f.def_inst(*v)?.1.inst {
            Inst::Cast(CastOp::ZExt | CastOp::SExt, x) if f.ty(x) == f.ty(result) => Some(x),
            _ => None,
        },
        Inst::Gep { base, offset: 0, terms } if terms.is_empty() && f.ty(*base) == f.ty(result) => {
            Some(*base)
        }
        Inst::Select(_, a, b) if a == b => Some(*a),
        Inst::Select(c, a, b) if f.ty(*c).as_vector().is_none() => {
            Some(if known(f, *c)?[0] != 0 { *a } else { *b })
        }
        // A boolean widened and tested against zero.
        Inst::ICmp(ICmpPred::Ne, a, b) => widened_bool(f, *a).filter(|_| is_zero(f, *b)),
        Inst::Phi(incoming) => {
            let mut others = incoming.iter().map(|(_, v)| *v).filter(|v| *v != result);
            let first = others.next()?;
            others.all(|v| same_value(f, first, v)).then_some(first)
        }
        _ => None,
    }
}

fn same_value(f: &Function, a: Value, b: Value) -> bool {
    a == b || f.as_const(a).is_some() && f.as_const(a) == f.as_const(b) && f.ty(a) == f.ty(b)
}

fn widened_bool(f: &Function, v: Value) -> Option<Value> {
    match f.def_inst(v)?.1.inst {
        Inst::Cast(CastOp::ZExt, x) if *f.ty(x) == Type::BOOL => Some(x),
        _ => None,
    }
}

fn is_zero(f: &Function, v: Value) -> bool {
    matches!(f.as_const(v), Some(Const::Zero | Const::Int(0)))
}

/// Whether the rounding mode decides the result, or computing it may raise exception flags.
fn depends_on_fenv(f: &Function, inst: &Inst, ty: &Type) -> bool {
    match inst {
        Inst::Binary(..) | Inst::Intrinsic(..) => ty.is_float(),
        Inst::FCmp(..) => true,
        Inst::Cast(op, a) => *op != CastOp::BitCast && (ty.is_float() || f.ty(*a).is_float()),
        _ => false,
    }
}

/// The constant that the instruction computes, an address plus an offset included.
fn folded(f: &Function, inst: &Inst, ty: &Type) -> Option<Const> {
    match inst {
        Inst::Gep { base, offset, terms } if terms.is_empty() => match f.as_const(*base)? {
            // Its root is the symbol, as it was.
            Const::Addr(symbol, at) => Some(Const::Addr(*symbol, at.wrapping_add(*offset))),
            Const::Zero if *ty == Type::Ptr => Some(Const::Int(*offset as u64)),
            Const::Int(at) if *ty == Type::Ptr => Some(Const::Int(at.wrapping_add(*offset as u64))),
            _ => None,
        },
        _ => fold(f, inst, ty),
    }
}

/// Constant (parts of) indices go into the offset, a constant inner gep too, and indices need no sign extension.
fn simpler_gep(f: &Function, base: Value, offset: i64, terms: &SmallVec<[(Value, i64); 2]>) -> Option<Inst> {
    let (mut base, mut offset, mut changed) = (base, offset, false);
    let mut left = SmallVec::new();
    for (index, scale) in terms {
        let ty = f.ty(*index);
        match (known(f, *index), f.def_inst(*index).map(|(_, d)| &d.inst)) {
            (Some(slots), _) if matches!(ty, Type::Int(1..=64)) => {
                let value = crate::semantics::int::sext(ty.bits() as u32, slots[0]) as i64;
                offset = offset.wrapping_add(value.wrapping_mul(*scale));
                changed = true;
            }
            (_, Some(Inst::Cast(CastOp::SExt, x)))
                if *ty == Type::I64 && matches!(f.ty(*x), Type::Int(8 | 16 | 32)) =>
            {
                left.push((*x, *scale));
                changed = true;
            }
            // `base[x + c]`: the sum wraps as the pointer does.
            (_, Some(Inst::Binary(BinOp::Add, x, c))) if *ty == Type::I64 && known(f, *c).is_some() => {
                let value = known(f, *c).map_or(0, |slots| slots[0] as i64);
                offset = offset.wrapping_add(value.wrapping_mul(*scale));
                left.push((*x, *scale));
                changed = true;
            }
            _ => left.push((*index, *scale)),
        }
    }
    if let Some((_, inner)) = f.def_inst(base)
        && let Inst::Gep { base: below, offset: step, terms } = &inner.inst
        && terms.is_empty()
        && *f.ty(*below) == Type::Ptr
        && !super::roots::is_integer_made(f, *below)
    {
        (base, offset, changed) = (*below, offset.wrapping_add(*step), true);
    }
    changed.then_some(Inst::Gep { base, offset, terms: left })
}

/// Branches on constants, on negations, and to one place only; true if an edge went away.
fn simplify_branch(f: &mut Function, id: InstId) -> bool {
    let to = match &f.inst(id).inst {
        Inst::Term(Terminator::CondBr(_, a, b)) if a == b => Some(*a),
        Inst::Term(Terminator::CondBr(c, a, b)) => match (known(f, *c), negated(f, *c)) {
            (Some(s), _) => Some(if s[0] != 0 { *a } else { *b }),
            (None, Some(x)) => {
                f.insts[id.0 as usize].inst = Inst::Term(Terminator::CondBr(x, *b, *a));
                return false;
            }
            (None, None) => None,
        },
        Inst::Term(Terminator::Switch { value, cases, default }) => known(f, *value).map(|s| {
            let value = u128::from(s[0]) | s.get(1).map_or(0, |w| u128::from(*w) << 64);
            cases.iter().find(|(c, _)| *c == value).map_or(*default, |(_, b)| *b)
        }),
        _ => None,
    };
    if let Some(to) = to {
        f.insts[id.0 as usize].inst = Inst::Term(Terminator::Br(to));
    }
    to.is_some()
}

/// The boolean that `v` is the negation of.
fn negated(f: &Function, v: Value) -> Option<Value> {
    match f.def_inst(v)?.1.inst {
        Inst::Binary(BinOp::Xor, x, one) if matches!(f.as_const(one), Some(Const::Int(1))) => Some(x),
        _ => None,
    }
}
