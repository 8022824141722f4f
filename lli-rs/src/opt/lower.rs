//! From the form that both tiers share to the one that is compiled: accesses become checks and raw
//! accesses, cycles get polls, and, where it is limited, blocks take their fuel.
//!
//! The roots are those of the body as it is before any inlining or other entry, so that no report depends on
//! the tier. Accesses of types that need more than one load or store instruction stay as they are.

use super::cfg::{self, Cfg};
use super::roots::{Root, Roots};
use crate::ir::{
    BlockId, Const, FrameId, Function, Inst, InstId, Intrinsic, LocId, Module, Symbol, Terminator, Type,
    Value, ValueDef,
};

/// Lowers a body; `fuel` adds what pays for each block, counted as the bytecode compiler counts.
pub fn run(f: &mut Function, m: &Module, roots: &Roots, fuel: bool) {
    let cfg = Cfg::new(f);
    let mut pass = Pass { m, roots, allocas: fixed_allocas(f), pos: (FrameId::SELF, LocId::NONE) };
    for block in f.block_ids().filter(|b| cfg.is_reachable(*b)) {
        pass.block(f, &cfg, block, fuel);
    }
}

/// Whether a value of this type is one load or store instruction: whole bytes without gaps.
pub fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Int(bits) => matches!(bits, 8 | 16 | 32 | 64 | 128),
        Type::Float | Type::Double | Type::Ptr => true,
        Type::Vector(v) => v.len > 0 && !matches!(v.elem, Type::Vector(_)) && is_plain(&v.elem),
        Type::Void | Type::X87 | Type::Array(_) | Type::Struct(_) => false,
    }
}

/// Sizes of the allocas that live until the frame ends, by value: in the entry, before any stacksave.
fn fixed_allocas(f: &Function) -> Vec<Option<u64>> {
    let mut sizes = vec![None; f.values.len()];
    for id in f.blocks.first().map(|b| &b.insts[..]).unwrap_or_default() {
        match &f.inst(*id).inst {
            Inst::Alloca { size, count: None, .. } => {
                if let Some(v) = f.inst(*id).result {
                    sizes[v.0 as usize] = Some(*size);
                }
            }
            Inst::Intrinsic(Intrinsic::StackSave, _) => break,
            _ => {}
        }
    }
    sizes
}

struct Pass<'a> {
    m: &'a Module,
    roots: &'a Roots,
    allocas: Vec<Option<u64>>,
    /// Where what is being lowered stands in the source.
    pos: (FrameId, LocId),
}

impl Pass<'_> {
    fn block(&mut self, f: &mut Function, cfg: &Cfg, block: BlockId, fuel: bool) {
        let old = std::mem::take(&mut f.blocks[block.0 as usize].insts);
        let mut new = Vec::with_capacity(old.len() * 2);
        let cost = old.len() as u32;
        let mut paid = !fuel;
        for id in old {
            let data = f.inst(id);
            self.pos = (data.frame, data.loc);
            let phi = matches!(data.inst, Inst::Phi(_));
            if !paid && !phi {
                paid = true;
                self.push(f, &mut new, Inst::Fuel(cost), Type::Void);
            }
            match f.inst(id).inst {
                Inst::Load { ptr, atomic: None } => self.load(f, &mut new, id, ptr),
                Inst::Store { ptr, value, atomic: None } => self.store(f, &mut new, id, ptr, value),
                Inst::Term(ref t) => {
                    if closes_cycle(cfg, block, t) {
                        self.push(f, &mut new, Inst::Poll, Type::Void);
                    }
                    new.push(id);
                }
                _ => new.push(id),
            }
        }
        f.blocks[block.0 as usize].insts = new;
    }

    fn push(&self, f: &mut Function, out: &mut Vec<InstId>, inst: Inst, ty: Type) -> Option<Value> {
        let (id, result) = f.add_inst_at(inst, ty, self.pos);
        out.push(id);
        result
    }

    fn load(&self, f: &mut Function, out: &mut Vec<InstId>, id: InstId, ptr: Value) {
        let ty = f.inst(id).result.map_or(Type::Void, |r| f.ty(r).clone());
        if is_plain(&ty)
            && let Some((at, offset)) = self.place(f, out, ptr, ty.store_size(), false)
        {
            f.insts[id.0 as usize].inst = Inst::RawLoad { at, offset };
        }
        out.push(id);
    }

    fn store(&self, f: &mut Function, out: &mut Vec<InstId>, id: InstId, ptr: Value, value: Value) {
        let ty = f.ty(value).clone();
        if is_plain(&ty)
            && let Some((at, offset)) = self.place(f, out, ptr, ty.store_size(), true)
        {
            f.insts[id.0 as usize].inst = Inst::RawStore { at, offset, value };
        }
        out.push(id);
    }

    /// Emits what proves an access, and gives its place.
    fn place(
        &self,
        f: &mut Function,
        out: &mut Vec<InstId>,
        ptr: Value,
        len: u64,
        write: bool,
    ) -> Option<(Value, i64)> {
        if let Some((base, offset)) = self.fixed(f, ptr, len, write) {
            return Some((self.push(f, out, Inst::Locate(base), Type::I64)?, offset));
        }
        let root = match self.roots.of(ptr) {
            Root::Value(v) => v,
            Root::Symbol(s) => f.add_const(Const::Addr(s, 0), Type::Ptr),
        };
        Some((self.push(f, out, Inst::Check { ptr, root, len, write }, Type::I64)?, 0))
    }

    /// The object and the offset in it of an access that cannot fail.
    fn fixed(&self, f: &mut Function, ptr: Value, len: u64, write: bool) -> Option<(Value, i64)> {
        let (base, offset) = constant_offset(f, ptr)?;
        let (base, offset, size) = match f.as_const(base) {
            Some(Const::Addr(symbol @ Symbol::Global(id), at)) => {
                let (symbol, at) = (*symbol, *at);
                let global = self.m.globals.get(id.0 as usize)?;
                global.init.as_ref().filter(|_| !(write && global.constant))?;
                let (offset, size) = (offset.checked_add(at)?, global.size);
                (f.add_const(Const::Addr(symbol, 0), Type::Ptr), offset, size)
            }
            _ => (base, offset, self.allocas.get(base.0 as usize).copied().flatten()?),
        };
        let end = u64::try_from(offset).ok()?.checked_add(len)?;
        (end <= size).then_some((base, offset))
    }
}

/// The pointer from which constant steps lead to `ptr`, and their sum.
pub(super) fn constant_offset(f: &Function, ptr: Value) -> Option<(Value, i64)> {
    let (mut base, mut sum) = (ptr, 0i64);
    while let ValueDef::Inst(id) = f.value(base).def {
        match &f.inst(id).inst {
            Inst::Gep { base: from, offset, terms } if terms.is_empty() && *f.ty(*from) == Type::Ptr => {
                (base, sum) = (*from, sum.checked_add(*offset)?);
            }
            Inst::Freeze(from) => base = *from,
            _ => break,
        }
    }
    Some((base, sum))
}

/// Whether an edge leads back in the order of visit: every cycle has such an edge.
fn closes_cycle(cfg: &Cfg, block: BlockId, t: &Terminator) -> bool {
    t.successors().iter().any(|s| cfg.position(*s) <= cfg.position(block))
}

/// The loop headers at which a running body can be entered: targets of edges that lead back.
pub fn cycle_heads(f: &Function) -> Vec<BlockId> {
    let cfg = Cfg::new(f);
    let heads = |b: &BlockId| {
        cfg::successors(f, *b)
            .into_iter()
            .filter(|s| cfg.position(*s) <= cfg.position(*b))
            .collect::<Vec<_>>()
    };
    let mut all: Vec<BlockId> = cfg.rpo().iter().flat_map(heads).collect();
    all.sort_unstable();
    all.dedup();
    all
}
