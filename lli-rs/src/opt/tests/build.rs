//! A small builder of bodies.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::ir::{
    BinOp, Block, BlockId, CallSite, Callee, CastOp, Const, FuncDecl, FuncId, Function, GlobalId, ICmpPred,
    Inst, Linkage, LocId, LocTable, Module, ParamAttr, Signature, Symbol, Terminator, Type, Value, ValueDef,
};

/// Builds one body; instructions go to the block chosen last.
pub struct Build {
    pub f: Function,
    at: BlockId,
}

/// The function that tests call to observe a value: it takes anything and returns an i32.
pub const OBSERVE: FuncId = FuncId(1);
/// `setjmp`.
pub const SETJMP: FuncId = FuncId(2);

/// `free`.
pub const FREE: FuncId = FuncId(3);

/// The module of all test bodies: function 0 is the body.
pub fn module() -> Module {
    let func = |name: &str, defined| FuncDecl {
        name: name.into(),
        sig: signature(Type::I32, Vec::new(), true),
        defined,
        linkage: Linkage::External,
    };
    Module {
        funcs: vec![
            func("body", true),
            func("observe", false),
            func("_setjmp", false),
            func("free", false),
            func("first", true),
            func("second", true),
        ],
        ..Module::default()
    }
}

fn signature(ret: Type, params: Vec<Type>, variadic: bool) -> Arc<Signature> {
    let attrs = vec![ParamAttr::None; params.len()];
    Arc::new(Signature { ret, params, attrs, variadic })
}

impl Build {
    pub fn new(ret: Type, params: &[Type], blocks: usize) -> Build {
        let mut f = Function {
            id: FuncId(0),
            name: "body".into(),
            sig: signature(ret, params.to_vec(), false),
            params: Vec::new(),
            values: Vec::new(),
            insts: Vec::new(),
            blocks: vec![Block::default(); blocks],
            address_taken: Vec::new(),
            locs: LocTable::default(),
            decl_loc: LocId::NONE,
            personality: None,
            inlined: Vec::new(),
        };
        f.params = params
            .iter()
            .enumerate()
            .map(|(i, t)| f.add_value(ValueDef::Param(i as u32), t.clone()))
            .collect();
        Build { f, at: BlockId::ENTRY }
    }

    pub fn block(&mut self, b: u32) -> &mut Self {
        self.at = BlockId(b);
        self
    }

    pub fn push(&mut self, inst: Inst, ty: Type) -> Option<Value> {
        let (id, result) = self.f.add_inst(inst, ty, LocId::NONE);
        self.f.blocks[self.at.0 as usize].insts.push(id);
        result
    }

    pub fn def(&mut self, inst: Inst, ty: Type) -> Value {
        self.push(inst, ty).expect("an instruction with a result")
    }

    pub fn param(&self, i: usize) -> Value {
        self.f.params[i]
    }

    pub fn int(&mut self, v: u64, ty: Type) -> Value {
        self.f.add_const(if v == 0 { Const::Zero } else { Const::Int(v) }, ty)
    }

    pub fn null(&mut self) -> Value {
        self.f.add_const(Const::Zero, Type::Ptr)
    }

    pub fn symbol(&mut self, global: u32, offset: i64) -> Value {
        self.f.add_const(Const::Addr(Symbol::Global(GlobalId(global)), offset), Type::Ptr)
    }

    pub fn alloca(&mut self, size: u64) -> Value {
        self.def(Inst::Alloca { size, count: None, align: 8, name: None }, Type::Ptr)
    }

    /// An object that [`FREE`] may end (an alloca with a count stands for it).
    pub fn heap(&mut self, size: u64) -> Value {
        let one = self.int(1, Type::I64);
        self.def(Inst::Alloca { size, count: Some(one), align: 8, name: None }, Type::Ptr)
    }

    pub fn load(&mut self, ptr: Value, ty: Type) -> Value {
        self.def(Inst::Load { ptr, atomic: None }, ty)
    }

    pub fn store(&mut self, ptr: Value, value: Value) {
        self.push(Inst::Store { ptr, value, atomic: None }, Type::Void);
    }

    pub fn gep(&mut self, base: Value, offset: i64) -> Value {
        self.def(Inst::Gep { base, offset, terms: SmallVec::new() }, Type::Ptr)
    }

    pub fn index(&mut self, base: Value, index: Value, scale: i64) -> Value {
        let terms = SmallVec::from_slice(&[(index, scale)]);
        self.def(Inst::Gep { base, offset: 0, terms }, Type::Ptr)
    }

    pub fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        let ty = self.f.ty(a).clone();
        self.def(Inst::Binary(op, a, b), ty)
    }

    pub fn icmp(&mut self, pred: ICmpPred, a: Value, b: Value) -> Value {
        self.def(Inst::ICmp(pred, a, b), Type::BOOL)
    }

    pub fn cast(&mut self, op: CastOp, v: Value, to: Type) -> Value {
        self.def(Inst::Cast(op, v), to)
    }

    pub fn phi(&mut self, ty: Type, incoming: &[(u32, Value)]) -> Value {
        self.def(Inst::Phi(incoming.iter().map(|(b, v)| (BlockId(*b), *v)).collect()), ty)
    }

    /// Gives a phi another input, known only later.
    pub fn feed(&mut self, phi: Value, from: u32, value: Value) {
        if let ValueDef::Inst(id) = self.f.value(phi).def
            && let Inst::Phi(incoming) = &mut self.f.insts[id.0 as usize].inst
        {
            incoming.push((BlockId(from), value));
        }
    }

    pub fn call(&mut self, func: FuncId, args: &[Value]) -> Value {
        let sig = Signature {
            ret: Type::I32,
            params: Vec::new(),
            attrs: vec![ParamAttr::None; args.len()],
            variadic: true,
        };
        let call = CallSite {
            callee: Callee::Func(func),
            args: args.to_vec(),
            sig: Arc::new(sig),
            must_tail: false,
        };
        self.def(Inst::Call(call), Type::I32)
    }

    pub fn observe(&mut self, v: Value) -> Value {
        self.call(OBSERVE, &[v])
    }

    pub fn term(&mut self, t: Terminator) {
        self.push(Inst::Term(t), Type::Void);
    }

    pub fn br(&mut self, to: u32) {
        self.term(Terminator::Br(BlockId(to)));
    }

    pub fn cond(&mut self, c: Value, yes: u32, no: u32) {
        self.term(Terminator::CondBr(c, BlockId(yes), BlockId(no)));
    }

    pub fn ret(&mut self, v: Value) {
        self.term(Terminator::Ret(Some(v)));
    }

    /// Verifies, optimizes, and verifies again.
    pub fn optimized(self) -> Function {
        let mut f = self.f;
        crate::ir::verify(&f).unwrap_or_else(|e| panic!("before: {e}\n{f}"));
        super::super::run(&mut f, &module());
        crate::ir::verify(&f).unwrap_or_else(|e| panic!("after: {e}\n{f}"));
        f
    }
}

/// How many instructions of a body satisfy `is`.
pub fn count(f: &Function, is: impl Fn(&Inst) -> bool) -> usize {
    f.blocks.iter().flat_map(|b| &b.insts).filter(|id| is(&f.inst(**id).inst)).count()
}

/// Loads, stores and allocas.
pub fn memory_ops(f: &Function) -> usize {
    count(f, |i| matches!(i, Inst::Load { .. } | Inst::Store { .. } | Inst::Alloca { .. }))
}

/// The value that the only `ret` returns.
pub fn returned(f: &Function) -> Value {
    let mut found = None;
    for b in f.block_ids() {
        if let Some(Terminator::Ret(Some(v))) = f.terminator(b) {
            assert!(found.replace(*v).is_none(), "several rets\n{f}");
        }
    }
    found.unwrap_or_else(|| panic!("no ret\n{f}"))
}
