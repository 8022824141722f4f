//! One body: blocks, values and operands. What single instructions become is in `inst.rs` and `calls.rs`.
//!
//! Two passes: the first numbers blocks and gives every instruction with a result its value, so that the
//! second can translate instructions in their order whatever they refer to. Phis are filled in last.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Shared;
use super::consts::{Folder, has_expr};
use super::raw::{Block, Body, Val, ValKind, op};
use super::relative;
use super::types::Refusal;
use crate::ir::{
    self, BlockId, Const, FuncDecl, FuncId, Function, Inst, InstId, Intrinsic, LocId, ParamAttr, Symbol,
    Terminator, Type, Value, ValueDef,
};

/// What an instruction is refused for whose operand was.
pub const USES_REFUSED: &str = "use of a value that is not supported";

/// The translation of one body.
pub struct BodyCx<'a, 'm> {
    /// Caches of the module.
    pub shared: &'a mut Shared,
    /// What is being built.
    pub f: Function,
    /// Values by LLVM's.
    values: FxHashMap<usize, Value>,
    blocks: FxHashMap<usize, BlockId>,
    /// Where instructions go.
    block: BlockId,
    /// Their position.
    loc: LocId,
    /// Phis to fill in.
    phis: Vec<(InstId, BlockId, Val<'m>)>,
    /// Results that are another value: of intrinsics that pass an operand on.
    same: FxHashMap<Value, Value>,
    /// Source names of allocas and parameters.
    vars: FxHashMap<usize, Arc<str>>,
    /// Phis and selects that may name relative tables.
    pub sanctioned: FxHashSet<usize>,
    /// Set while such an operand is looked up.
    pub table_allowed: bool,
}

/// A function without blocks.
fn empty(shared: &mut Shared, decl: &FuncDecl, id: FuncId, body: &Body) -> Function {
    let (locs, decl_loc) = shared.strings.table(body);
    Function {
        id,
        name: decl.name.clone(),
        sig: decl.sig.clone(),
        params: Vec::new(),
        values: Vec::new(),
        insts: Vec::new(),
        blocks: Vec::new(),
        address_taken: Vec::new(),
        locs,
        decl_loc,
        personality: None,
        inlined: Vec::new(),
    }
}

/// The body of a function whose own types are not supported.
pub fn refusal(shared: &mut Shared, decl: &FuncDecl, id: FuncId, body: &Body, what: Refusal) -> Function {
    let mut f = empty(shared, decl, id, body);
    let loc = f.decl_loc;
    let (refused, _) = f.add_inst(Inst::Unsupported(what.into()), Type::Void, loc);
    let (end, _) = f.add_inst(Inst::Term(Terminator::Unreachable), Type::Void, loc);
    f.blocks.push(ir::Block { insts: vec![refused, end] });
    f
}

/// Translates a body that has been read. `function` is its LLVM function.
pub fn translate<'m>(
    shared: &mut Shared,
    decl: &FuncDecl,
    id: FuncId,
    function: Val<'m>,
    body: &Body<'m>,
) -> Result<Function, Refusal> {
    let mut f = empty(shared, decl, id, body);
    f.personality = function.personality().and_then(|p| match Folder::new(&mut shared.names).fold(p) {
        Ok(Const::Addr(Symbol::Func(id), 0)) => Some(id),
        _ => None,
    });
    let mut cx = BodyCx {
        shared,
        f,
        values: FxHashMap::default(),
        blocks: FxHashMap::default(),
        block: BlockId::ENTRY,
        loc: LocId::NONE,
        phis: Vec::new(),
        same: FxHashMap::default(),
        vars: body.vars().map(|(key, name)| (key, name.into())).collect(),
        sanctioned: FxHashSet::default(),
        table_allowed: false,
    };
    let blocks = function.blocks();
    cx.number(&function.params(), &blocks, body.inst_locs())?;
    if !cx.shared.tables.is_empty() {
        cx.sanctioned = relative::sanctioned(&blocks, cx.shared);
    }
    cx.copy_byval_params(&function.params());
    cx.translate_blocks(&blocks, body.inst_locs());
    cx.fill_phis();
    cx.replace_same();
    Ok(cx.f)
}

impl<'m> BodyCx<'_, 'm> {
    fn number(&mut self, params: &[Val<'m>], blocks: &[Block<'m>], locs: &[u32]) -> Result<(), Refusal> {
        for (i, param) in params.iter().enumerate() {
            let ty = self.ty(*param)?;
            let value = self.f.add_value(ValueDef::Param(i as u32), ty);
            self.values.insert(param.key(), value);
            self.f.params.push(value);
        }
        let mut locs = locs.iter();
        for (i, block) in blocks.iter().enumerate() {
            let id = BlockId(i as u32);
            self.blocks.insert(block.key(), id);
            self.f.blocks.push(ir::Block::default());
            if block.address_taken() {
                self.f.address_taken.push(id);
            }
            for inst in block.insts() {
                let loc = locs.next().map_or(LocId::NONE, |l| LocId(*l));
                if let Ok(ty) = self.ty(inst)
                    && ty != Type::Void
                {
                    let unread = Inst::Unsupported(self.shared.unread.clone());
                    let (_, value) = self.f.add_inst(unread, ty, loc);
                    self.values.extend(value.map(|v| (inst.key(), v)));
                }
            }
        }
        Ok(())
    }

    /// The body of a function makes the copies of its byval arguments.
    fn copy_byval_params(&mut self, params: &[Val<'m>]) {
        self.loc = self.f.decl_loc;
        let sig = self.f.sig.clone();
        for (i, attr) in sig.attrs.iter().enumerate() {
            let ParamAttr::ByVal { size, align } = *attr else { continue };
            let name = self.vars.get(&params[i].key()).cloned();
            let copy = self.push(Inst::Alloca { size, count: None, align, name }, Type::Ptr);
            let len = self.f.add_const(Const::Int(size), Type::I64);
            let (Some(copy), param) = (copy, self.f.params[i]) else { continue };
            self.push(Inst::Intrinsic(Intrinsic::MemCpy, vec![copy, param, len]), Type::Void);
            self.values.insert(params[i].key(), copy);
        }
    }

    fn translate_blocks(&mut self, blocks: &[Block<'m>], locs: &[u32]) {
        let mut locs = locs.iter();
        for (i, block) in blocks.iter().enumerate() {
            self.block = BlockId(i as u32);
            // A refused phi is reported after the phis that stand, which stay first in the block.
            let mut refused_phis = Vec::new();
            let mut past_phis = false;
            for inst in block.insts() {
                self.loc = locs.next().map_or(LocId::NONE, |l| LocId(*l));
                if inst.opcode() == op::PHI {
                    if let Err(what) = self.phi(inst) {
                        refused_phis.push((what, self.loc));
                    }
                    continue;
                }
                if !past_phis {
                    past_phis = true;
                    let loc = self.loc;
                    for (what, at) in refused_phis.drain(..) {
                        self.loc = at;
                        self.push(Inst::Unsupported(what.into()), Type::Void);
                    }
                    self.loc = loc;
                }
                if let Err(what) = self.inst(inst) {
                    self.refuse(inst, what);
                }
            }
        }
    }

    /// Puts a refusal in the place of an instruction. One without a place in the source (an alloca) has the
    /// function's.
    fn refuse(&mut self, inst: Val<'m>, what: Refusal) {
        if self.loc == LocId::NONE {
            self.loc = self.f.decl_loc;
        }
        let refusal = Inst::Unsupported(what.into());
        let terminator = matches!(
            inst.opcode(),
            op::RET
                | op::BR
                | op::SWITCH
                | op::INDIRECT_BR
                | op::INVOKE
                | op::UNREACHABLE
                | op::RESUME
                | op::CALL_BR
                | op::CLEANUP_RET
                | op::CATCH_RET
                | op::CATCH_SWITCH
        );
        self.finish(inst, refusal);
        if terminator {
            self.push(Inst::Term(Terminator::Unreachable), Type::Void);
        }
    }

    /// Adds an instruction that LLVM's module does not have.
    pub fn push(&mut self, inst: Inst, ty: Type) -> Option<Value> {
        let (id, value) = self.f.add_inst(inst, ty, self.loc);
        self.f.blocks[self.block.0 as usize].insts.push(id);
        value
    }

    /// Adds the translation of an instruction; it defines the value that the first pass gave it.
    pub fn finish(&mut self, v: Val<'m>, inst: Inst) {
        let Some(value) = self.values.get(&v.key()) else {
            self.push(inst, Type::Void);
            return;
        };
        if let ValueDef::Inst(id) = self.f.value(*value).def {
            let data = &mut self.f.insts[id.0 as usize];
            (data.inst, data.loc) = (inst, self.loc);
            self.f.blocks[self.block.0 as usize].insts.push(id);
        }
    }

    /// Makes the result of an instruction another value.
    pub fn pass_through(&mut self, v: Val<'m>, value: Value) {
        if let Some(result) = self.values.get(&v.key()) {
            self.same.insert(*result, value);
        }
    }

    /// Our type of a value.
    pub fn ty(&mut self, v: Val<'m>) -> Result<Type, Refusal> {
        self.shared.names.types.value(v.ty())
    }

    /// The source name of an alloca.
    pub fn var_name(&self, v: Val<'m>) -> Option<Arc<str>> {
        self.vars.get(&v.key()).cloned()
    }

    /// Our number of a block.
    pub fn target(&self, block: Block<'m>) -> Result<BlockId, Refusal> {
        self.blocks.get(&block.key()).copied().ok_or_else(|| "branch to a block of another function".into())
    }

    /// A shared constant of our own.
    pub fn int(&mut self, n: u64, bits: u32) -> Value {
        self.f.add_const(Const::Int(n), Type::Int(bits))
    }

    /// The operand of an instruction, by its number.
    pub fn arg(&mut self, v: Val<'m>, index: u32) -> Result<Value, Refusal> {
        let operand = v.operand(index).ok_or("instruction with a missing operand")?;
        self.value(operand)
    }

    /// Our value for one of LLVM's. Constant expressions become instructions here.
    pub fn value(&mut self, v: Val<'m>) -> Result<Value, Refusal> {
        if let Some(value) = self.values.get(&v.key()) {
            return self.check_table(*value);
        }
        let value = match v.kind() {
            ValKind::Instruction => return Err(USES_REFUSED.into()),
            ValKind::Expr => return self.expr(v),
            _ => {
                let ty = self.ty(v)?;
                let c = match Folder::new(&mut self.shared.names).fold(v) {
                    Err(_) if v.kind() == ValKind::Aggregate => return self.parts(v, ty),
                    folded => folded?,
                };
                if !ir::const_fits(&c, &ty) {
                    return Err("constant that is not of its type".into());
                }
                if has_expr(&c) {
                    return self.aggregate(v, &c, ty);
                }
                self.f.add_const(c, ty)
            }
        };
        self.values.insert(v.key(), value);
        self.check_table(value)
    }

    /// Refuses the address of a relative table anywhere but where it was found to be harmless.
    fn check_table(&self, value: Value) -> Result<Value, Refusal> {
        if self.shared.tables.is_empty() || self.table_allowed {
            return Ok(value);
        }
        match self.f.as_const(value) {
            Some(c) if relative::mentions(c, &self.shared.tables) => {
                Err("relative look-up table used otherwise than by llvm.load.relative".into())
            }
            _ => Ok(value),
        }
    }

    fn expr(&mut self, v: Val<'m>) -> Result<Value, Refusal> {
        let ty = self.ty(v)?;
        let folded = Folder::new(&mut self.shared.names).fold(v);
        if let Ok(c) = folded
            && ir::const_fits(&c, &ty)
            && !has_expr(&c)
        {
            let value = self.f.add_const(c, ty);
            self.values.insert(v.key(), value);
            return self.check_table(value);
        }
        let inst = self.operation(v, v.const_opcode())?;
        self.push(inst, ty).ok_or_else(|| "constant expression without a value".into())
    }

    /// A constant aggregate some of whose parts are computed: the rest, with those inserted.
    fn aggregate(&mut self, v: Val<'m>, c: &Const, ty: Type) -> Result<Value, Refusal> {
        let Const::List(list) = c else { return Err(format!("constant {}", v.text())) };
        let plain = list.iter().map(|c| if has_expr(c) { Const::Zero } else { c.clone() });
        let plain = Const::List(plain.collect());
        let mut value = self.f.add_const(plain, ty.clone());
        for (i, part) in list.iter().enumerate().filter(|(_, part)| has_expr(part)) {
            let operand = v.operand(i as u32).ok_or("constant with a missing part")?;
            let part_ty = self.ty(operand)?;
            let part = match part {
                Const::List(_) => self.aggregate(operand, part, part_ty)?,
                _ => self.expr(operand)?,
            };
            value = self.insert(value, part, i as u32, &ty)?;
        }
        Ok(value)
    }

    /// A constant aggregate with a part that only an instruction can compute: its parts, one by one.
    fn parts(&mut self, v: Val<'m>, ty: Type) -> Result<Value, Refusal> {
        let mut value = self.f.add_const(Const::Zero, ty.clone());
        for (i, operand) in v.operands().enumerate() {
            let part = self.value(operand)?;
            value = self.insert(value, part, i as u32, &ty)?;
        }
        Ok(value)
    }

    /// A vector or other aggregate with one part replaced.
    fn insert(&mut self, whole: Value, part: Value, at: u32, ty: &Type) -> Result<Value, Refusal> {
        let inst = if ty.as_vector().is_some() {
            let index = self.int(u64::from(at), 32);
            Inst::InsertElement(whole, part, index)
        } else {
            Inst::InsertValue(whole, part, smallvec::smallvec![at])
        };
        self.push(inst, ty.clone()).ok_or_else(|| "constant without a value".into())
    }

    /// Puts a phi at the head of its block; its values come later.
    fn phi(&mut self, v: Val<'m>) -> Result<(), Refusal> {
        self.ty(v)?;
        self.finish(v, Inst::Phi(Vec::new()));
        if let Some(value) = self.values.get(&v.key())
            && let ValueDef::Inst(id) = self.f.value(*value).def
        {
            self.phis.push((id, self.block, v));
        }
        Ok(())
    }

    /// Fills phis in. What a constant expression needs is computed at the end of the predecessor.
    fn fill_phis(&mut self) {
        for (id, head, v) in std::mem::take(&mut self.phis) {
            self.loc = self.f.inst(id).loc;
            self.table_allowed = self.sanctioned.contains(&v.key());
            let mut incoming: Vec<(BlockId, Value)> = Vec::new();
            for (block, value) in v.incoming() {
                let Ok(from) = self.target(block) else { continue };
                // An edge may be listed twice, or be gone: an invoked intrinsic does not unwind.
                let edge = self.f.terminator(from).is_some_and(|t| t.successors().contains(&head));
                if !edge || incoming.iter().any(|(b, _)| *b == from) {
                    continue;
                }
                self.block = from;
                let end = self.f.block(from).insts.len();
                let result = self.value(value);
                let result = result.unwrap_or_else(|what| self.refused_value(id, what));
                // New instructions go before the terminator.
                if let Some(last) = end.checked_sub(1) {
                    self.f.blocks[from.0 as usize].insts[last..].rotate_left(1);
                }
                incoming.push((from, result));
            }
            self.f.insts[id.0 as usize].inst = Inst::Phi(incoming);
        }
        self.table_allowed = false;
    }

    /// A refusal at the end of a predecessor, and something of the phi's type.
    fn refused_value(&mut self, phi: InstId, what: Refusal) -> Value {
        self.push(Inst::Unsupported(what.into()), Type::Void);
        let ty = self.f.inst(phi).result.map_or(Type::I64, |v| self.f.ty(v).clone());
        self.f.add_const(Const::Zero, ty)
    }

    fn replace_same(&mut self) {
        if self.same.is_empty() {
            return;
        }
        let same = std::mem::take(&mut self.same);
        let find = |mut v: Value| {
            // Chains are short; a cycle cannot be written in SSA outside dead code, where any end will do.
            for _ in 0..=same.len() {
                match same.get(&v) {
                    Some(next) => v = *next,
                    None => break,
                }
            }
            v
        };
        for data in &mut self.f.insts {
            data.inst.operands_mut(&mut |v| *v = find(*v));
        }
    }
}
