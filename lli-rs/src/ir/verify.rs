//! Checks of our own IR: what translation and passes must keep.

use std::collections::HashMap;

use super::{
    BlockId, CallSite, Callee, Const, ConstOp, Function, Inst, InstId, Terminator, Type, Value, ValueDef,
};

/// Whether a constant has the shape of a type.
pub fn const_fits(c: &Const, ty: &Type) -> bool {
    match (c, ty) {
        (Const::Zero, ty) => *ty != Type::Void,
        (Const::Int(n), Type::Int(bits)) => *bits <= 64 && (*bits == 64 || n >> bits == 0),
        (Const::Int(_), Type::Ptr) => true,
        (Const::Wide(words), Type::Int(bits)) => *bits > 64 && words.len() == bits.div_ceil(64) as usize,
        (Const::Float(_), Type::Float) | (Const::Double(_), Type::Double) | (Const::X87(_), Type::X87) => {
            true
        }
        (Const::Addr(..), Type::Ptr | Type::Int(64)) => true,
        (Const::Bytes(bytes), Type::Array(a)) => a.elem == Type::I8 && bytes.len() as u64 == a.len,
        (Const::List(list), Type::Array(a)) => {
            // Equal elements are often one: looking at it again and again could take for ever.
            let again = |i: usize| i > 0 && same_list(&list[i - 1], &list[i]);
            let fits = |(i, c): (usize, &Const)| again(i) || const_fits(c, &a.elem);
            list.len() as u64 == a.len && list.iter().enumerate().all(fits)
        }
        (Const::List(list), Type::Vector(v)) => {
            list.len() as u64 == u64::from(v.len) && list.iter().all(|c| const_fits(c, &v.elem))
        }
        (Const::List(list), Type::Struct(s)) => {
            list.len() == s.fields.len() && list.iter().zip(&s.fields).all(|(c, f)| const_fits(c, f))
        }
        (Const::Expr(op), Type::Int(_) | Type::Ptr) => {
            let bits = match **op {
                ConstOp::Add(_, _, bits)
                | ConstOp::Sub(_, _, bits)
                | ConstOp::Xor(_, _, bits)
                | ConstOp::Trunc(_, bits) => bits,
            };
            u64::from(bits) <= ty.bits()
        }
        _ => false,
    }
}

fn same_list(a: &Const, b: &Const) -> bool {
    matches!((a, b), (Const::List(a), Const::List(b)) if std::sync::Arc::ptr_eq(a, b))
}

/// Checks a body: one terminator per block, at its end; phis first and one value per predecessor; every
/// operand defined, and on every path; types that agree.
pub fn verify(f: &Function) -> Result<(), String> {
    let checker = Checker::new(f)?;
    for id in f.block_ids() {
        checker.block(id).map_err(|e| format!("block {}: {e}", id.0))?;
    }
    Ok(())
}

/// Where a value is defined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Constants and parameters: everywhere.
    Everywhere,
    /// At a position in a block.
    At(BlockId, usize),
    /// By an instruction that is in no block.
    Nowhere,
}

struct Checker<'a> {
    f: &'a Function,
    places: Vec<Place>,
    preds: Vec<Vec<BlockId>>,
    /// Position in reverse post-order; `None` if unreachable.
    order: Vec<Option<usize>>,
    idom: Vec<BlockId>,
}

impl<'a> Checker<'a> {
    fn new(f: &'a Function) -> Result<Self, String> {
        let count = f.blocks.len();
        if count == 0 {
            return Err("no blocks".into());
        }
        let mut places = vec![Place::Nowhere; f.values.len()];
        for (value, data) in f.values.iter().enumerate() {
            if !matches!(data.def, ValueDef::Inst(_)) {
                places[value] = Place::Everywhere;
            }
            if let ValueDef::Const(c) = &data.def
                && !const_fits(c, &data.ty)
            {
                return Err(format!("constant {c:?} is no {}", data.ty));
            }
        }
        let mut preds = vec![Vec::new(); count];
        for id in f.block_ids() {
            for (position, inst) in f.block(id).insts.iter().enumerate() {
                let data =
                    f.insts.get(inst.0 as usize).ok_or_else(|| format!("no instruction {}", inst.0))?;
                if let Some(value) = data.result {
                    if value.0 as usize >= f.values.len() {
                        return Err(format!("no value %{}", value.0));
                    }
                    if places[value.0 as usize] != Place::Nowhere
                        || f.value(value).def != ValueDef::Inst(*inst)
                    {
                        return Err(format!("%{} is defined twice", value.0));
                    }
                    places[value.0 as usize] = Place::At(id, position);
                }
            }
            let Some(terminator) = f.terminator(id) else {
                return Err(format!("block {} has no terminator", id.0));
            };
            for to in terminator.successors() {
                let list: &mut Vec<BlockId> =
                    preds.get_mut(to.0 as usize).ok_or_else(|| format!("no block {}", to.0))?;
                if list.last() != Some(&id) && !list.contains(&id) {
                    list.push(id);
                }
            }
        }
        if !preds[0].is_empty() {
            return Err("the entry block has predecessors".into());
        }
        let mut checker =
            Checker { f, places, preds, order: vec![None; count], idom: vec![BlockId::ENTRY; count] };
        checker.dominators();
        Ok(checker)
    }

    /// Immediate dominators by intersection over reverse post-order (Cooper, Harvey, Kennedy).
    fn dominators(&mut self) {
        let mut post = Vec::new();
        let mut seen = vec![false; self.f.blocks.len()];
        let mut stack = vec![(BlockId::ENTRY, self.successors(BlockId::ENTRY))];
        seen[0] = true;
        while let Some((block, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(next) if !seen[next.0 as usize] => {
                    seen[next.0 as usize] = true;
                    let successors = self.successors(next);
                    stack.push((next, successors));
                }
                Some(_) => {}
                None => {
                    post.push(*block);
                    stack.pop();
                }
            }
        }
        post.reverse();
        for (i, block) in post.iter().enumerate() {
            self.order[block.0 as usize] = Some(i);
        }
        let mut known = vec![false; self.f.blocks.len()];
        known[0] = true;
        let mut changed = true;
        while changed {
            changed = false;
            for block in post.iter().skip(1) {
                let mut new: Option<BlockId> = None;
                for pred in &self.preds[block.0 as usize] {
                    if known[pred.0 as usize] {
                        new = Some(new.map_or(*pred, |n| self.meet(n, *pred)));
                    }
                }
                let Some(new) = new else { continue };
                if !known[block.0 as usize] || self.idom[block.0 as usize] != new {
                    known[block.0 as usize] = true;
                    self.idom[block.0 as usize] = new;
                    changed = true;
                }
            }
        }
    }

    fn successors(&self, id: BlockId) -> Vec<BlockId> {
        self.f.terminator(id).map_or_else(Vec::new, |t| t.successors().to_vec())
    }

    fn rank(&self, id: BlockId) -> usize {
        self.order[id.0 as usize].unwrap_or(usize::MAX)
    }

    fn meet(&self, mut a: BlockId, mut b: BlockId) -> BlockId {
        while a != b {
            if self.rank(a) > self.rank(b) {
                a = self.idom[a.0 as usize];
            } else {
                b = self.idom[b.0 as usize];
            }
        }
        a
    }

    fn dominates(&self, a: BlockId, mut b: BlockId) -> bool {
        while self.rank(b) > self.rank(a) {
            b = self.idom[b.0 as usize];
        }
        a == b
    }

    fn block(&self, id: BlockId) -> Result<(), String> {
        let insts = &self.f.block(id).insts;
        let mut past_phis = false;
        for (position, inst_id) in insts.iter().enumerate() {
            let inst = &self.f.inst(*inst_id).inst;
            if inst.is_terminator() != (position + 1 == insts.len()) {
                return Err("a terminator in the middle".into());
            }
            match inst {
                Inst::Phi(incoming) if !past_phis => self.phi(id, *inst_id, incoming)?,
                Inst::Phi(_) => return Err("a phi after other instructions".into()),
                _ => {
                    past_phis = true;
                    self.inst(id, position, *inst_id)?;
                }
            }
        }
        Ok(())
    }

    fn phi(&self, id: BlockId, inst: InstId, incoming: &[(BlockId, Value)]) -> Result<(), String> {
        let ty = self.f.inst(inst).result.map(|v| self.f.ty(v));
        let mut sources: HashMap<BlockId, Value> = HashMap::new();
        for (block, value) in incoming {
            if sources.insert(*block, *value).is_some() {
                return Err(format!("a phi with two values from block {}", block.0));
            }
            self.defined(*value, *block, usize::MAX)?;
            if Some(self.f.ty(*value)) != ty {
                return Err("a phi of values of another type".into());
            }
        }
        let preds = &self.preds[id.0 as usize];
        if sources.len() != preds.len() || preds.iter().any(|p| !sources.contains_key(p)) {
            return Err("a phi that does not match the predecessors".into());
        }
        Ok(())
    }

    /// Whether a value is there at a position of a block. Code that is not reached may use anything.
    fn defined(&self, value: Value, block: BlockId, position: usize) -> Result<(), String> {
        let place = self.places.get(value.0 as usize).ok_or_else(|| format!("no value %{}", value.0))?;
        let fine = match *place {
            Place::Everywhere => true,
            Place::Nowhere => false,
            _ if self.order[block.0 as usize].is_none() => true,
            Place::At(at, p) if at == block => p < position,
            Place::At(at, _) => self.order[at.0 as usize].is_some() && self.dominates(at, block),
        };
        if fine { Ok(()) } else { Err(format!("%{} is used where it is not defined", value.0)) }
    }

    fn inst(&self, block: BlockId, position: usize, id: InstId) -> Result<(), String> {
        let data = self.f.inst(id);
        let frame = data.frame.0 as usize;
        if frame > self.f.inlined.len() {
            return Err(format!("no inlined function {frame}"));
        }
        let mut result = Ok(());
        data.inst.operands(&mut |v| {
            if result.is_ok() {
                result = self.defined(v, block, position);
            }
        });
        result?;
        let ret = data.result.map_or(&Type::Void, |v| self.f.ty(v));
        self.types(&data.inst, ret).map_err(|e| format!("{e} in {:?}", data.inst))
    }

    fn types(&self, inst: &Inst, ret: &Type) -> Result<(), String> {
        let ty = |v: &Value| self.f.ty(*v);
        let bools = |like: &Type| match like.as_vector() {
            Some((_, len)) => Type::vector(Type::BOOL, len),
            None => Type::BOOL,
        };
        match inst {
            Inst::Binary(_, a, b) => same(ty(a), ty(b)).and(same(ret, ty(a))),
            Inst::FNeg(a) | Inst::Freeze(a) => same(ret, ty(a)),
            Inst::ICmp(_, a, b) | Inst::FCmp(_, a, b) => same(ty(a), ty(b)).and(same(ret, &bools(ty(a)))),
            Inst::Cast(_, a) => match (ty(a).as_vector(), ret.as_vector()) {
                (Some((_, n)), Some((_, m))) if n == m => Ok(()),
                (None, None) => Ok(()),
                // A bitcast may change the number of lanes.
                _ => same(&Type::Int(ty(a).bits() as u32), &Type::Int(ret.bits() as u32)),
            },
            Inst::Select(c, a, b) => {
                let scalar = *ty(c) == Type::BOOL;
                same(ty(a), ty(b)).and(same(ret, ty(a)))?;
                if scalar { Ok(()) } else { same(ty(c), &bools(ret)) }
            }
            Inst::Alloca { .. } => same(ret, &Type::Ptr),
            Inst::Load { ptr, .. } => same(ty(ptr), &Type::Ptr).and(some(ret)),
            Inst::Store { ptr, .. } => same(ty(ptr), &Type::Ptr).and(same(ret, &Type::Void)),
            Inst::CmpXchg { ptr, expected, new, .. } => {
                let pair = Type::structure(vec![ty(new).clone(), Type::BOOL], false);
                same(ty(ptr), &Type::Ptr).and(same(ty(expected), ty(new))).and(same(ret, &pair))
            }
            Inst::AtomicRmw { ptr, value, .. } => same(ty(ptr), &Type::Ptr).and(same(ret, ty(value))),
            Inst::Gep { base, terms, .. } => {
                same(ty(base).scalar(), &Type::Ptr).and(same(ret.scalar(), &Type::Ptr))?;
                let ints = terms.iter().all(|(t, _)| matches!(ty(t).scalar(), Type::Int(_)));
                if ints { Ok(()) } else { Err("an index that is no integer".into()) }
            }
            Inst::ExtractElement(v, _) => match ty(v).as_vector() {
                Some((elem, _)) => same(ret, elem),
                None => Err("no vector".into()),
            },
            Inst::InsertElement(v, e, _) => match ty(v).as_vector() {
                Some((elem, _)) => same(ret, ty(v)).and(same(ty(e), elem)),
                None => Err("no vector".into()),
            },
            Inst::Shuffle(a, b, mask) => match (ty(a).as_vector(), ret.as_vector()) {
                (Some((elem, len)), Some((out, lanes))) => {
                    let range = mask.iter().flatten().all(|i| *i < len.saturating_mul(2));
                    let fits = range && mask.len() == lanes as usize;
                    same(ty(a), ty(b)).and(same(elem, out))?;
                    if fits { Ok(()) } else { Err("a mask out of range".into()) }
                }
                _ => Err("no vector".into()),
            },
            Inst::ExtractValue(a, path) => same(ret, member(ty(a), path)?),
            Inst::InsertValue(a, v, path) => same(ret, ty(a)).and(same(ty(v), member(ty(a), path)?)),
            Inst::Call(call) => self.call(call, ret),
            Inst::LandingPad { .. } => some(ret),
            Inst::Term(t) => self.terminator(t, ret),
            Inst::Intrinsic(..) | Inst::Asm(_) | Inst::Unsupported(_) => Ok(()),
            Inst::Fence(_) => same(ret, &Type::Void),
            inst => self.lowered(inst, ret),
        }
    }

    /// What exists only in the lowered form.
    fn lowered(&self, inst: &Inst, ret: &Type) -> Result<(), String> {
        let ty = |v: &Value| self.f.ty(*v);
        match inst {
            Inst::Check { ptr, root, len, .. } => {
                same(ty(ptr), &Type::Ptr).and(same(ty(root), &Type::Ptr)).and(same(ret, &Type::I64))?;
                if *len > 0 { Ok(()) } else { Err("a check of no bytes".into()) }
            }
            Inst::Locate(ptr) => same(ty(ptr), &Type::Ptr).and(same(ret, &Type::I64)),
            Inst::RawLoad { at, .. } => same(ty(at), &Type::I64).and(some(ret)),
            Inst::RawStore { at, .. } => same(ty(at), &Type::I64).and(same(ret, &Type::Void)),
            Inst::LoadBy { ptr, root } => {
                same(ty(ptr), &Type::Ptr).and(same(ty(root), &Type::Ptr)).and(some(ret))
            }
            Inst::StoreBy { ptr, root, .. } => {
                same(ty(ptr), &Type::Ptr).and(same(ty(root), &Type::Ptr)).and(same(ret, &Type::Void))
            }
            Inst::Range { root, low, bytes, .. } => {
                let answer = Type::structure(vec![Type::BOOL, Type::I64], false);
                same(ty(root), &Type::Ptr).and(same(ty(low), &Type::Ptr))?;
                same(ty(bytes), &Type::I64).and(same(ret, &answer))
            }
            Inst::Poll | Inst::Fuel(_) => same(ret, &Type::Void),
            _ => Err("an instruction out of place".into()),
        }
    }

    fn call(&self, call: &CallSite, ret: &Type) -> Result<(), String> {
        let sig = &call.sig;
        let extra = call.args.len() > sig.params.len();
        if call.args.len() < sig.params.len()
            || (extra && !sig.variadic)
            || sig.attrs.len() != call.args.len()
        {
            return Err("a call with the wrong number of arguments".into());
        }
        if sig.params.iter().zip(&call.args).any(|(p, a)| p != self.f.ty(*a)) {
            return Err("an argument of the wrong type".into());
        }
        if let Callee::Ptr(p) = call.callee
            && *self.f.ty(p) != Type::Ptr
        {
            return Err("a call through something that is no pointer".into());
        }
        if *ret == sig.ret { Ok(()) } else { Err(format!("a call that returns {}, not {ret}", sig.ret)) }
    }

    fn terminator(&self, t: &Terminator, ret: &Type) -> Result<(), String> {
        let ty = |v: &Value| self.f.ty(*v);
        match t {
            Terminator::CondBr(c, ..) if *ty(c) != Type::BOOL => Err("a condition that is no i1".into()),
            Terminator::Switch { value, .. } if !matches!(ty(value), Type::Int(_)) => {
                Err("a switch on something that is no integer".into())
            }
            Terminator::IndirectBr(p, _) if *ty(p) != Type::Ptr => {
                Err("an indirectbr to something that is no pointer".into())
            }
            Terminator::Ret(None) if self.f.sig.ret != Type::Void => Err("ret without a value".into()),
            Terminator::Ret(Some(v)) if *ty(v) != self.f.sig.ret => Err("ret of another type".into()),
            Terminator::Invoke { call, .. } => self.call(call, ret),
            _ => Ok(()),
        }
    }
}

fn same(a: &Type, b: &Type) -> Result<(), String> {
    if a == b { Ok(()) } else { Err(format!("{a} is not {b}")) }
}

fn some(ty: &Type) -> Result<(), String> {
    if *ty == Type::Void { Err("no result".into()) } else { Ok(()) }
}

fn member<'t>(mut ty: &'t Type, path: &[u32]) -> Result<&'t Type, String> {
    for index in path {
        ty = match ty {
            Type::Array(a) if u64::from(*index) < a.len => &a.elem,
            Type::Struct(s) => s.fields.get(*index as usize).ok_or("no such member")?,
            _ => return Err("no such member".into()),
        };
    }
    Ok(ty)
}
