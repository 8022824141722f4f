//! From the form that both tiers share to the one that is compiled: accesses become checks and raw
//! accesses, cycles get polls, and, where it is limited, blocks take their fuel.
//!
//! The roots are those of the body as it is before any inlining or other entry, so that no report depends on
//! the tier. Accesses of types that need more than one load or store instruction only get their root.

use smallvec::SmallVec;

use super::cfg::{self, Cfg};
use super::roots::{Root, Roots};
use crate::ir::{
    BlockId, Const, FrameId, Function, Inst, InstData, InstId, Intrinsic, LocId, Module, Symbol, Terminator,
    Type, Value, ValueDef,
};

/// Blocks of at most so many bytes are copied and set without a call.
const MAX_COPIED: u64 = 128;

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

/// Sizes of the allocas that live until the frame ends, by value: in the entry, before any stacksave. None
/// if there is a stackrestore to a height that is not plainly that of a stacksave: it could end any of them.
fn fixed_allocas(f: &Function) -> Vec<Option<u64>> {
    let mut sizes = vec![None; f.values.len()];
    let save = |v: Value| {
        let def = f.def_inst(v).map(|(_, data)| &data.inst);
        matches!(def, Some(Inst::Intrinsic(Intrinsic::StackSave, _)))
    };
    let forged = |data: &InstData| match &data.inst {
        Inst::Intrinsic(Intrinsic::StackRestore, args) => !args.iter().all(|v| save(*v)),
        _ => false,
    };
    if f.insts.iter().any(forged) {
        return sizes;
    }
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
                Inst::Intrinsic(i, ref args) => {
                    let args: SmallVec<[Value; 4]> = SmallVec::from_slice(args);
                    if !self.block_of_bytes(f, &mut new, i, &args) {
                        new.push(id);
                    }
                }
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
        let place = if is_plain(&ty) { self.place(f, out, ptr, ty.store_size(), false) } else { None };
        f.insts[id.0 as usize].inst = match place {
            Some((at, offset)) => Inst::RawLoad { at, offset },
            None => Inst::LoadBy { ptr, root: self.root(f, ptr) },
        };
        out.push(id);
    }

    fn store(&self, f: &mut Function, out: &mut Vec<InstId>, id: InstId, ptr: Value, value: Value) {
        let ty = f.ty(value).clone();
        let place = if is_plain(&ty) { self.place(f, out, ptr, ty.store_size(), true) } else { None };
        f.insts[id.0 as usize].inst = match place {
            Some((at, offset)) => Inst::RawStore { at, offset, value },
            None => Inst::StoreBy { ptr, root: self.root(f, ptr), value },
        };
        out.push(id);
    }

    /// `memcpy`, `memmove` and `memset` of a few bytes as checks and raw accesses: source before destination,
    /// each judged by itself. False for anything else.
    fn block_of_bytes(&self, f: &mut Function, out: &mut Vec<InstId>, i: Intrinsic, args: &[Value]) -> bool {
        let len = match args.get(2).and_then(|n| f.as_const(*n)) {
            Some(Const::Int(n)) => *n,
            _ => return false,
        };
        let set = match args.get(1).and_then(|v| f.as_const(*v)) {
            Some(Const::Zero) => Some(0),
            Some(Const::Int(n)) => Some(*n as u8),
            _ => None,
        };
        let fits = match i {
            Intrinsic::MemCpy | Intrinsic::MemMove => len <= MAX_COPIED,
            Intrinsic::MemSet => len <= MAX_COPIED && set.is_some(),
            _ => false,
        };
        if !fits {
            return false;
        }
        let mut bytes = SmallVec::<[(u64, Value); 8]>::new();
        let from =
            if i == Intrinsic::MemSet { None } else { Some(self.own_place(f, out, args[1], len, false)) };
        let to = self.own_place(f, out, args[0], len, true);
        let mut at = 0;
        while at < len {
            let ty = piece(len - at);
            let size = ty.store_size();
            let value = match from {
                Some((from, offset)) => {
                    let load = Inst::RawLoad { at: from, offset: offset + at as i64 };
                    self.push(f, out, load, ty)
                }
                None => Some(repeated(f, set.unwrap_or(0), ty)),
            };
            bytes.extend(value.map(|v| (at, v)));
            at += size;
        }
        for (n, value) in bytes {
            let store = Inst::RawStore { at: to.0, offset: to.1 + n as i64, value };
            self.push(f, out, store, Type::Void);
        }
        true
    }

    /// The place of bytes that are judged by their own pointer.
    fn own_place(
        &self,
        f: &mut Function,
        out: &mut Vec<InstId>,
        ptr: Value,
        len: u64,
        write: bool,
    ) -> (Value, i64) {
        let place = match self.fixed(f, ptr, len, write) {
            Some((base, offset)) => self.push(f, out, Inst::Locate(base), Type::I64).map(|at| (at, offset)),
            None => {
                let size = self.size_of(f, ptr, write);
                let check = Inst::Check { ptr, root: ptr, len, write, size };
                self.push(f, out, check, Type::I64).map(|at| (at, 0))
            }
        };
        // Both have a result.
        place.unwrap_or((ptr, 0))
    }

    /// The value that judges accesses through `ptr`.
    fn root(&self, f: &mut Function, ptr: Value) -> Value {
        match self.roots.of(ptr) {
            Root::Value(v) => v,
            Root::Symbol(s) => f.add_const(Const::Addr(s, 0), Type::Ptr),
        }
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
        let root = self.root(f, ptr);
        let size = self.size_of(f, root, write);
        Some((self.push(f, out, Inst::Check { ptr, root, len, write, size }, Type::I64)?, 0))
    }

    /// The accessible bytes of the object that starts at `root`, if that never ends as long as the body runs.
    fn size_of(&self, f: &Function, root: Value, write: bool) -> Option<u64> {
        match f.as_const(root) {
            Some(Const::Addr(Symbol::Global(id), 0)) => {
                let global = self.m.globals.get(id.0 as usize)?;
                let known = global.init.is_some() && !global.linear_memory && !(write && global.constant);
                known.then_some(global.size)
            }
            _ => self.allocas.get(root.0 as usize).copied().flatten(),
        }
    }

    /// The object and the offset in it of an access that cannot fail.
    fn fixed(&self, f: &mut Function, ptr: Value, len: u64, write: bool) -> Option<(Value, i64)> {
        let (base, offset) = constant_offset(f, ptr)?;
        let (base, offset) = match f.as_const(base) {
            Some(Const::Addr(symbol, at)) => {
                let (symbol, offset) = (*symbol, offset.checked_add(*at)?);
                (f.add_const(Const::Addr(symbol, 0), Type::Ptr), offset)
            }
            _ => (base, offset),
        };
        let size = self.size_of(f, base, write)?;
        let end = u64::try_from(offset).ok()?.checked_add(len)?;
        (end <= size).then_some((base, offset))
    }
}

/// The largest type of whole words that so many bytes have room for.
fn piece(bytes: u64) -> Type {
    match bytes {
        16.. => Type::vector(Type::I64, 2),
        8.. => Type::I64,
        4.. => Type::I32,
        2.. => Type::I16,
        _ => Type::I8,
    }
}

/// The constant whose bytes are all the same.
fn repeated(f: &mut Function, byte: u8, ty: Type) -> Value {
    let c = match &ty {
        _ if byte == 0 => Const::Zero,
        Type::Vector(v) => {
            let word = Const::Int(u64::from_ne_bytes([byte; 8]));
            Const::List(vec![word; v.len as usize].into())
        }
        _ => Const::Int(u64::from_ne_bytes([byte; 8]) >> (64 - ty.bits())),
    };
    f.add_const(c, ty)
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
