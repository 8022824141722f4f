//! Decisions before slots are given out: which values are only other names of slots, which instructions
//! are folded into their users, and who uses what where.

use crate::ir::{BlockId, CastOp, Const, Function, Inst, InstId, Terminator, Type, Value, ValueDef};
use crate::opt::{Root, Roots};

use super::flow::Flow;

/// How an address reaches an access.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Address {
    /// The pointer that the rest is added to; a symbol stands for its start.
    pub base: Root,
    /// Variable part: index and scale.
    pub index: Option<(Value, i64)>,
    /// Constant part.
    pub offset: i64,
    /// What the access is judged against.
    pub root: Root,
}

/// The plan of one function.
pub struct Plan<'a> {
    /// The function.
    pub f: &'a Function,
    /// Its control flow.
    pub flow: &'a Flow,
    /// Its roots.
    pub roots: &'a Roots,
    /// For every value: the value whose slots hold it, and from which slot on.
    pub rep: Vec<(Value, u32)>,
    /// For every instruction: no code of its own, its users compute it.
    pub folded: Vec<bool>,
    /// For every value: how many instructions use it.
    pub uses: Vec<u32>,
}

impl<'a> Plan<'a> {
    /// Makes the plan. With `fold` off, every value keeps slots of its own.
    pub fn new(f: &'a Function, flow: &'a Flow, roots: &'a Roots) -> Plan<'a> {
        let mut plan = Plan {
            f,
            flow,
            roots,
            rep: (0..f.values.len() as u32).map(|v| (Value(v), 0)).collect(),
            folded: vec![false; f.insts.len()],
            uses: vec![0; f.values.len()],
        };
        plan.count_uses();
        plan.find_aliases();
        plan.fold_addresses();
        plan.fold_compares();
        plan
    }

    fn count_uses(&mut self) {
        for &b in &self.flow.order {
            for &id in &self.f.block(b).insts {
                let uses = &mut self.uses;
                self.f.inst(id).inst.operands(&mut |v| uses[v.0 as usize] += 1);
            }
        }
    }

    fn find_aliases(&mut self) {
        for &b in &self.flow.order {
            for &id in &self.f.block(b).insts {
                let data = self.f.inst(id);
                let Some(result) = data.result else { continue };
                if let Some((of, at)) = self.alias(&data.inst, result) {
                    let (rep, offset) = self.rep[of.0 as usize];
                    self.rep[result.0 as usize] = (rep, offset + at);
                }
            }
        }
    }

    /// The value whose slots (from some slot on) already hold the result, if that is so.
    fn alias(&self, inst: &Inst, result: Value) -> Option<(Value, u32)> {
        let f = self.f;
        let plain = |v: Value| (f.as_const(v).is_none()).then_some((v, 0));
        match inst {
            Inst::Freeze(v) => plain(*v),
            Inst::Cast(op, v) => {
                let same_slots = f.ty(*v).slots() == f.ty(result).slots();
                let same = match op {
                    CastOp::ZExt => same_slots && !is_vector(f.ty(*v)),
                    CastOp::PtrToInt | CastOp::IntToPtr => f.ty(*v).bits() == f.ty(result).bits(),
                    CastOp::BitCast => same_slots && is_packed(f.ty(*v)) && is_packed(f.ty(result)),
                    _ => false,
                };
                plain(*v).filter(|_| same)
            }
            Inst::ExtractValue(v, path) => plain(*v).map(|(v, _)| (v, member(f.ty(v), path).0)),
            Inst::ExtractElement(v, i) => {
                let (elem, len) = f.ty(*v).as_vector()?;
                match f.as_const(*i)? {
                    Const::Int(i) if *i < u64::from(len) && elem.lane_bytes() == 8 => {
                        plain(*v).map(|(v, _)| (v, *i as u32))
                    }
                    Const::Zero if elem.lane_bytes() == 8 => plain(*v),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether the value has no slots of its own (a constant, another name, or folded away).
    pub fn has_slots(&self, v: Value) -> bool {
        match self.f.value(v).def {
            ValueDef::Const(_) => false,
            ValueDef::Param(_) => true,
            ValueDef::Inst(id) => self.rep[v.0 as usize].0 == v && !self.folded[id.0 as usize],
        }
    }

    /// Folds geps into the accesses that use them.
    fn fold_addresses(&mut self) {
        let f = self.f;
        // What a gep's users are: only accesses (counted), or something that needs the pointer itself.
        let mut only_accesses = vec![true; f.values.len()];
        for &b in &self.flow.order {
            for &id in &f.block(b).insts {
                let inst = &f.inst(id).inst;
                let accessed = match inst {
                    Inst::Load { ptr, atomic: None } => Some(*ptr),
                    Inst::Store { ptr, value, atomic: None } if ptr != value => Some(*ptr),
                    _ => None,
                };
                let simple = match inst {
                    Inst::Load { .. } => f.inst(id).result.is_some_and(|r| access_width(f.ty(r)).is_some()),
                    Inst::Store { value, .. } => access_width(f.ty(*value)).is_some(),
                    _ => false,
                };
                if let Some(Root::Value(root)) = accessed.map(|ptr| self.roots.of(ptr)) {
                    only_accesses[root.0 as usize] = false;
                }
                inst.operands(&mut |v| {
                    if accessed != Some(v) || !simple {
                        only_accesses[v.0 as usize] = false;
                    }
                });
            }
        }
        // In emission order, a gep's base comes before it, so chains fold from the front; but a gep that
        // feeds an unfolded gep must exist: walk backwards, users first.
        for &b in self.flow.order.iter() {
            for &id in &f.block(b).insts {
                let data = f.inst(id);
                let (Inst::Gep { base, offset, terms }, Some(result)) = (&data.inst, data.result) else {
                    continue;
                };
                if is_vector(f.ty(result))
                    || !only_accesses[result.0 as usize]
                    || self.uses[result.0 as usize] == 0
                {
                    continue;
                }
                self.folded[id.0 as usize] = self.foldable(b, *base, *offset, terms, result);
            }
        }
    }

    fn foldable(&self, b: BlockId, base: Value, offset: i64, terms: &[(Value, i64)], result: Value) -> bool {
        if i32::try_from(offset.saturating_add(self.base(base).1)).is_err() {
            return false;
        }
        match terms {
            [] => true,
            [(index, scale)] => {
                self.roots.of(result) == self.direct_root(base)
                    && matches!(self.f.ty(*index), Type::Int(32 | 64))
                    && self.f.as_const(*index).is_none()
                    && i32::try_from(*scale).is_ok()
                    && (self.uses[result.0 as usize] == 1 || self.only_used_in(result, b))
                    && self.uses[result.0 as usize] <= 2
            }
            _ => false,
        }
    }

    /// Whether all uses of a value are in one block.
    fn only_used_in(&self, v: Value, b: BlockId) -> bool {
        let mut here = 0;
        for &id in &self.f.block(b).insts {
            self.f.inst(id).inst.operands(&mut |u| here += u32::from(u == v));
        }
        here == self.uses[v.0 as usize]
    }

    /// The root that a pointer would have if it were a root itself.
    fn direct_root(&self, v: Value) -> Root {
        self.base(v).0
    }

    /// A base pointer, and what has to be added to it.
    fn base(&self, v: Value) -> (Root, i64) {
        match self.f.as_const(v) {
            Some(Const::Addr(symbol, offset)) => (Root::Symbol(*symbol), *offset),
            _ => (Root::Value(v), 0),
        }
    }

    /// The address of an access through `ptr`, with what is folded.
    pub fn address(&self, ptr: Value) -> Address {
        let root = self.roots.of(ptr);
        let (mut from, mut index, mut extra) = (ptr, None, 0);
        if let Some((id, data)) = self.f.def_inst(ptr)
            && let (true, Inst::Gep { base, offset, terms }) = (self.folded[id.0 as usize], &data.inst)
        {
            (from, index, extra) = (*base, terms.first().copied(), *offset);
        }
        let (base, offset) = self.base(from);
        Address { base, index, offset: offset.wrapping_add(extra), root }
    }

    /// Folds comparisons into the branch that is their only user.
    fn fold_compares(&mut self) {
        let f = self.f;
        for &b in &self.flow.order {
            let Some(Terminator::CondBr(cond, ..)) = f.terminator(b) else { continue };
            let Some((id, data)) = f.def_inst(*cond) else { continue };
            let scalar = match &data.inst {
                Inst::ICmp(_, x, _) => width(f.ty(*x)).is_some(),
                Inst::FCmp(_, x, _) => *f.ty(*x) == Type::Double,
                _ => false,
            };
            if scalar && self.uses[cond.0 as usize] == 1 && f.block(b).insts.contains(&id) {
                self.folded[id.0 as usize] = true;
            }
        }
    }

    /// Calls `g` with every value in a slot that the instruction reads, through what is folded into it:
    /// phis excepted.
    pub fn reads(&self, id: InstId, g: &mut dyn FnMut(Value)) {
        let inst = &self.f.inst(id).inst;
        if let Inst::Phi(_) = inst {
            return;
        }
        let mut direct: smallvec::SmallVec<[Value; 8]> = smallvec::SmallVec::new();
        inst.operands(&mut |v| direct.push(v));
        match inst {
            Inst::Load { ptr, .. } | Inst::Store { ptr, .. } => {
                if let Root::Value(r) = self.roots.of(*ptr) {
                    direct.push(r);
                }
            }
            _ => {}
        }
        direct.into_iter().for_each(|v| self.read(v, g));
    }

    fn read(&self, v: Value, g: &mut dyn FnMut(Value)) {
        match self.f.value(v).def {
            ValueDef::Const(_) => {}
            ValueDef::Inst(id) if self.folded[id.0 as usize] => {
                let mut inner: smallvec::SmallVec<[Value; 4]> = smallvec::SmallVec::new();
                self.f.inst(id).inst.operands(&mut |v| inner.push(v));
                inner.into_iter().for_each(|v| self.read(v, g));
            }
            _ => g(self.rep[v.0 as usize].0),
        }
    }
}

/// Whether the type is a vector.
pub fn is_vector(ty: &Type) -> bool {
    matches!(ty, Type::Vector(_))
}

/// Whether a value's slots are its bits in order, without gaps.
fn is_packed(ty: &Type) -> bool {
    match ty {
        Type::Vector(v) => v.elem.bits() == u64::from(v.elem.lane_bytes()) * 8,
        Type::Int(_) | Type::Float | Type::Double | Type::Ptr | Type::X87 => true,
        _ => false,
    }
}

/// Bytes of a scalar that the fast loads and stores can do: 1, 2, 4 or 8.
pub fn width(ty: &Type) -> Option<u32> {
    match ty {
        Type::Int(8) => Some(1),
        Type::Int(16) => Some(2),
        Type::Int(32) | Type::Float => Some(4),
        Type::Int(64) | Type::Double | Type::Ptr => Some(8),
        _ => None,
    }
}

/// Bytes of a value that the fast loads and stores can do: also vectors that are their bits in order.
pub fn access_width(ty: &Type) -> Option<u32> {
    let wide = matches!(ty, Type::Int(128)) || is_vector(ty) && is_packed(ty);
    match ty.store_size() {
        n @ (1 | 2 | 4 | 8 | 16) if wide => Some(n as u32),
        _ => width(ty),
    }
}

/// Slot offset and type of a member of an aggregate.
pub fn member(ty: &Type, path: &[u32]) -> (u32, Type) {
    let (mut at, mut ty) = (0, ty.clone());
    for &i in path {
        ty = match &ty {
            Type::Struct(s) => {
                at += s.fields[..i as usize].iter().map(Type::slots).sum::<u32>();
                s.fields[i as usize].clone()
            }
            Type::Array(a) => {
                at += a.elem.slots() * i;
                a.elem.clone()
            }
            _ => Type::Void,
        };
    }
    (at, ty)
}
