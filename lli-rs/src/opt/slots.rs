//! Which parts of which allocas can live in SSA values: the analysis before [`super::mem2reg`].
//!
//! An alloca qualifies if its address goes nowhere but into loads and stores at constant offsets, all of
//! them provably in bounds. Its accessed bytes fall into groups that overlap; a group whose accesses all
//! have the same place and size becomes a [`Slot`]. A constant access out of bounds disqualifies the
//! whole alloca, so that it stays a memory access, and faults.

use crate::ir::{BlockId, CastOp, Const, Function, Inst, InstId, Intrinsic, Type, Value};

/// One promotable piece of an alloca.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The alloca instruction.
    pub alloca: InstId,
    /// The type of the values that stand for its contents.
    pub ty: Type,
}

/// The result of the analysis.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// All slots; those of one alloca side by side.
    pub all: Vec<Slot>,
    /// For each instruction, the slot that it loads or stores.
    access: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Slots {
    /// The slot that a load or store goes to.
    pub fn accessed_by(&self, inst: InstId) -> Option<usize> {
        self.access.get(inst.0 as usize).filter(|s| **s != NONE).map(|s| *s as usize)
    }
}

/// The constant part of a pointer: which candidate, how far from its start.
type Place = Option<(u32, i64)>;

struct Candidate {
    inst: InstId,
    size: u64,
    escapes: bool,
    accesses: Vec<Access>,
}

#[derive(Clone, Copy)]
struct Access {
    inst: InstId,
    offset: u64,
    size: u64,
}

/// Finds the slots; `order` lists the reachable blocks so that definitions come before uses.
pub fn find(f: &mut Function, order: &[BlockId]) -> Slots {
    let mut candidates = allocas(f);
    if candidates.is_empty() {
        return Slots::default();
    }
    follow(f, order, &mut candidates);
    let mut slots = Slots { all: Vec::new(), access: vec![NONE; f.insts.len()] };
    for c in candidates.iter_mut().filter(|c| !c.escapes) {
        c.accesses.sort_by_key(|a| (a.offset, a.inst));
        for group in overlapping(&c.accesses) {
            if let Some(ty) = common_type(f, group) {
                for access in group {
                    slots.access[access.inst.0 as usize] = slots.all.len() as u32;
                }
                slots.all.push(Slot { alloca: c.inst, ty });
            }
        }
    }
    slots
}

/// Allocas of constant size in the entry block, where each runs once; those after a stacksave may be
/// released before the function returns, and must then fault.
fn allocas(f: &Function) -> Vec<Candidate> {
    let entry = f.blocks.first().map(|b| &b.insts[..]).unwrap_or_default();
    let before_save = |id: &&InstId| !matches!(f.inst(**id).inst, Inst::Intrinsic(Intrinsic::StackSave, _));
    let candidate = |id: &InstId| match &f.inst(*id).inst {
        Inst::Alloca { size, count, .. } => {
            let count = match count.map(|v| f.as_const(v)) {
                None => 1,
                Some(Some(Const::Int(n))) => *n,
                Some(_) => return None,
            };
            let size = size.checked_mul(count)?;
            Some(Candidate { inst: *id, size, escapes: false, accesses: Vec::new() })
        }
        _ => None,
    };
    entry.iter().take_while(before_save).filter_map(candidate).collect()
}

/// Follows the candidates' addresses through the function.
fn follow(f: &mut Function, order: &[BlockId], candidates: &mut [Candidate]) {
    let mut places: Vec<Place> = vec![None; f.values.len()];
    for (i, c) in candidates.iter().enumerate() {
        if let Some(v) = f.inst(c.inst).result {
            places[v.0 as usize] = Some((i as u32, 0));
        }
    }
    for block in order {
        for at in 0..f.block(*block).insts.len() {
            let id = f.block(*block).insts[at];
            let place = |v: Value| places[v.0 as usize];
            if let Some((result, to)) = derived(f, id, place) {
                places[result.0 as usize] = Some(to);
            } else if let Some((access, (candidate, offset))) = accessed(f, id, place) {
                let c = &mut candidates[candidate as usize];
                match u64::try_from(offset) {
                    Ok(offset) if offset.checked_add(access.size).is_some_and(|end| end <= c.size) => {
                        c.accesses.push(Access { offset, ..access });
                    }
                    _ => c.escapes = true,
                }
                // What a store writes may be the address of another one.
                if let Inst::Store { value, .. } = f.inst(id).inst
                    && let Some((stored, _)) = place(value)
                {
                    candidates[stored as usize].escapes = true;
                }
            } else {
                f.insts[id.0 as usize].inst.operands_mut(&mut |v| {
                    if let Some((candidate, _)) = places[v.0 as usize] {
                        candidates[candidate as usize].escapes = true;
                    }
                });
            }
        }
    }
}

/// A pointer made from a candidate's by a constant step, or by none.
fn derived(f: &Function, id: InstId, place: impl Fn(Value) -> Place) -> Option<(Value, (u32, i64))> {
    let data = f.inst(id);
    let result = data.result.filter(|r| *f.ty(*r) == Type::Ptr)?;
    let (base, step) = match &data.inst {
        Inst::Gep { base, offset, terms } if terms.is_empty() => (*base, *offset),
        Inst::Freeze(v) | Inst::Cast(CastOp::BitCast, v) => (*v, 0),
        _ => return None,
    };
    let (candidate, offset) = place(base)?;
    Some((result, (candidate, offset.checked_add(step)?)))
}

/// A plain load from or store to a candidate.
fn accessed(f: &Function, id: InstId, place: impl Fn(Value) -> Place) -> Option<(Access, (u32, i64))> {
    let data = f.inst(id);
    let (ptr, value) = match &data.inst {
        Inst::Load { ptr, atomic: None } => (*ptr, data.result?),
        Inst::Store { ptr, value, atomic: None } => (*ptr, *value),
        _ => return None,
    };
    let access = Access { inst: id, offset: 0, size: f.ty(value).store_size() };
    Some((access, place(ptr)?))
}

/// Splits sorted accesses where no access reaches over the cut.
fn overlapping(accesses: &[Access]) -> impl Iterator<Item = &[Access]> {
    let mut end = 0;
    accesses.chunk_by(move |a, b| {
        end = a.offset.saturating_add(a.size).max(end);
        b.offset < end
    })
}

/// The type of a value that a load yields or a store writes.
pub fn access_type(f: &Function, id: InstId) -> &Type {
    match &f.inst(id).inst {
        Inst::Store { value, .. } => f.ty(*value),
        _ => f.inst(id).result.map_or(&Type::Void, |r| f.ty(r)),
    }
}

/// The type to keep a group of accesses in: their own, or an integer of the same bytes. `None` if they
/// differ in place or size, or in types that have no integer form.
fn common_type(f: &Function, group: &[Access]) -> Option<Type> {
    /// Beyond this an aggregate is better off in memory.
    const MAX_SLOTS: u32 = 16;
    let first = group.first()?;
    let ty = access_type(f, first.inst);
    if group.iter().any(|a| (a.offset, a.size) != (first.offset, first.size)) || first.size == 0 {
        return None;
    }
    if group.iter().all(|a| access_type(f, a.inst) == ty) {
        return (ty.slots() <= MAX_SLOTS).then(|| ty.clone());
    }
    let bits = u32::try_from(first.size * 8).ok()?;
    let convertible = |ty: &Type| match ty {
        Type::Int(_) | Type::Ptr => true,
        Type::Float | Type::Double | Type::X87 => true,
        Type::Vector(v) => v.elem != Type::Ptr && ty.bits() == u64::from(bits),
        Type::Void | Type::Array(_) | Type::Struct(_) => false,
    };
    group.iter().all(|a| convertible(access_type(f, a.inst))).then_some(Type::Int(bits))
}
