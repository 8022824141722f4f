//! Calls. Those of the callee's own type have their arguments in registers: they go through the callee's cell to
//! its native entry, or to the stub of its type that has the interpreter run it. All others go through the frame's
//! slots and the interpreter's executor.

use inkwell::llvm_sys::{LLVMIntPredicate as IP, LLVMOpcode as O};

use super::value::in_register;
use super::{Gen, Span};
use crate::bytecode::code::{CallDesc, CallTarget, Desc, TrapKind};
use crate::bytecode::emit::call::{call_matches, class_of, host_matches, proto_matches, signature_text};
use crate::bytecode::{Env, Op, Target};
use crate::host::ArgClass;
use crate::ir::{
    BlockId, CallSite, Callee, FuncId, Function, Inst, ParamAttr, Signature, Terminator, Type, Value,
};
use crate::jit::llvm::{Ty, Val};
use crate::machine::Process;
use crate::machine::functions::FuncCell;
use crate::machine::native::offset;
use crate::opt::compiled::Level;

/// Functions that return a second time when someone jumps back.
const RETURNS_TWICE: [&str; 4] = ["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp"];

fn is_setjmp(process: &Process, id: FuncId) -> bool {
    let decl = process.module.func(id);
    !decl.defined && RETURNS_TWICE.contains(&decl.name.as_ref())
}

/// Whether the function calls a function that returns twice.
pub(super) fn returns_twice(process: &Process, f: &Function) -> bool {
    let sites = f.insts.iter().filter_map(|data| match &data.inst {
        Inst::Call(c) | Inst::Term(Terminator::Invoke { call: c, .. }) => Some(c),
        _ => None,
    });
    sites.filter_map(CallSite::direct).any(|id| is_setjmp(process, id))
}

/// Bytes of a cell.
const CELL: u64 = size_of::<FuncCell>() as u64;

type Unwind = Option<(BlockId, BlockId)>;

impl Gen<'_> {
    pub(super) fn call(
        &mut self,
        call: &CallSite,
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<Option<Val>, String> {
        let types: Vec<Type> = call.args.iter().map(|a| self.f.ty(*a).clone()).collect();
        let used = result.is_some_and(|r| self.uses[r.0 as usize] > 0);
        match call.callee {
            Callee::Ptr(p) => self.through_pointer(call, p, &types, result, unwind),
            Callee::Func(id) => match self.process.target(id) {
                _ if is_setjmp(self.process, id) && !call.args.is_empty() => self.set_jump(call, result),
                Target::Guest => {
                    let sig = self.process.module.func(id).sig.clone();
                    if !call_matches(&types, &call.sig.ret, used, &sig) {
                        return self.bad_call(id, signature_text(&sig), call, &types, result);
                    }
                    self.guest(call, id, &sig, &types, result, unwind)
                }
                Target::Host(host) => match host_matches(host, &types, &call.sig.ret, used) {
                    Ok(fixed) => match self.direct(host, call, &types, result)? {
                        Some(done) => Ok(done),
                        None => self.by_slots(call, CallTarget::Host(host), fixed, &types, result, unwind),
                    },
                    Err(expected) => self.bad_call(id, expected, call, &types, result),
                },
                Target::Closure(number) => {
                    let fits = match self.process.closures.get(number) {
                        Some(c) => proto_matches(c.proto(), c.text(), &types, &call.sig.ret, used),
                        None => Err("a host function that is gone".into()),
                    };
                    match fits {
                        Ok(fixed) => {
                            self.by_slots(call, CallTarget::Closure(number), fixed, &types, result, unwind)
                        }
                        Err(expected) => self.bad_call(id, expected, call, &types, result),
                    }
                }
                Target::Missing => {
                    let name = self.process.module.func(id).name.as_ref().into();
                    self.raise_here(TrapKind::MissingFunction(name), result)
                }
            },
        }
    }

    fn bad_call(
        &mut self,
        id: FuncId,
        expected: Box<str>,
        call: &CallSite,
        types: &[Type],
        result: Option<Value>,
    ) -> Result<Option<Val>, String> {
        let found = Signature { params: types.to_vec(), variadic: false, ..(*call.sig).clone() };
        self.raise_here(TrapKind::BadCall(id, expected, signature_text(&found)), result)
    }

    /// Raises a trap where control would go on: what follows is never reached.
    pub(super) fn raise_here(
        &mut self,
        kind: TrapKind,
        result: Option<Value>,
    ) -> Result<Option<Val>, String> {
        let desc = self.desc(Desc::Trap(kind));
        self.run(Op::Generic, 0, desc);
        result.map(|r| Ok(self.b.zero(self.ty(self.f.ty(r))?))).transpose()
    }

    /// A direct call of a function of the module.
    fn guest(
        &mut self,
        call: &CallSite,
        id: FuncId,
        sig: &Signature,
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<Option<Val>, String> {
        let fixed = sig.params.len();
        let same_result = result.is_none_or(|r| {
            let ty = self.f.ty(r);
            *ty == sig.ret || matches!((ty, &sig.ret), (Type::Ptr | Type::Int(64), Type::Ptr | Type::Int(64)))
        });
        if sig.variadic || !same_result {
            return self.by_slots(call, CallTarget::Guest(id), fixed, types, result, unwind);
        }
        let b = self.b;
        let entry = if self.is_self(id) {
            self.func
        } else {
            let ty = self.process.signature_id(&self.process.module.func(id).sig);
            self.way_out(sig)?;
            self.callees.push((id, ty));
            let cell = std::ptr::from_ref(&self.process.funcs[id.0 as usize]) as usize + offset::CELL_NATIVE;
            let entry = b.load(b.ptr(), self.fixed(cell), 8);
            b.unordered(entry);
            b.scoped(entry, self.scopes.frame)
        };
        self.in_registers(call, entry, CallTarget::Guest(id), (sig, fixed), types, result, unwind)
    }

    /// Whether the function that is generated is this one, from its beginning on, and for good.
    fn is_self(&self, id: FuncId) -> bool {
        id == self.f.id && self.arrival.is_none() && self.level == Level::Full
    }

    fn through_pointer(
        &mut self,
        call: &CallSite,
        p: Value,
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<Option<Val>, String> {
        let fixed = call.sig.params.len();
        let exact = !call.sig.variadic && *types == call.sig.params[..];
        if !exact {
            return self.by_slots(call, CallTarget::Pointer, fixed, types, result, unwind);
        }
        let out = self.way_out(&call.sig)?;
        let pointer = self.val(p)?;
        let entry = self.entry_of(pointer, self.process.signature_id(&call.sig), out);
        let sig = call.sig.clone();
        self.in_registers(call, entry, CallTarget::Pointer, (&sig, fixed), types, result, unwind)
    }

    /// The native entry of what a pointer names, if it has one and is of this type; else the way out, which finds
    /// out what is to be done.
    fn entry_of(&mut self, pointer: Val, number: u32, out: Val) -> Val {
        let b = self.b;
        let table = self.process.jit.functions(&self.process.funcs);
        let [known, found, join] = [0; 3].map(|_| b.block(self.func));
        let index = b.sub(b.lshr(pointer, b.i64(32)), b.i64(table.first));
        let inside = b.icmp(IP::LLVMIntULT, index, b.i64(table.cells.len() as u64));
        let start = b.here();
        b.likely(b.cond_br(inside, known, join));
        b.at(known);
        let at = b.byte(self.fixed(table.cells.as_ptr() as usize), b.mul(index, b.i64(4)));
        let number_of = b.cast(O::LLVMZExt, b.invariant(b.load(b.int(32), at, 4)), b.int(64));
        let cell = b.byte(self.fixed(self.process.funcs.as_ptr() as usize), b.mul(number_of, b.i64(CELL)));
        let field = |ty, offset: usize, align| b.load(ty, b.byte(cell, b.i64(offset as u64)), align);
        let address = b.invariant(field(b.int(64), offset::CELL_ADDRESS, 8));
        let ty = b.invariant(field(b.int(32), offset::CELL_TYPE, 4));
        let same = b.and(b.icmp(IP::LLVMIntEQ, address, pointer), b.icmp(IP::LLVMIntEQ, ty, b.i32(number)));
        let known_end = b.here();
        b.likely(b.cond_br(same, found, join));
        b.at(found);
        let native = field(b.ptr(), offset::CELL_NATIVE, 8);
        b.unordered(native);
        b.scoped(native, self.scopes.frame);
        let entry = b.select(b.icmp(IP::LLVMIntNE, native, b.zero(b.ptr())), native, out);
        b.br(join);
        b.at(join);
        let phi = b.phi(b.ptr());
        b.incoming(phi, out, start);
        b.incoming(phi, out, known_end);
        b.incoming(phi, entry, found);
        phi
    }

    /// A call with its arguments in registers. Its position serves the way out, too: there the arguments lie
    /// where the callee's slots begin.
    #[allow(clippy::too_many_arguments)] // the parts of one call
    fn in_registers(
        &mut self,
        call: &CallSite,
        entry: Val,
        target: CallTarget,
        (sig, fixed): (&Signature, usize),
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<Option<Val>, String> {
        let b = self.b;
        let opened = self.open();
        let outer = opened.map(|top| std::mem::replace(&mut self.top, top));
        let pointer = match call.callee {
            Callee::Ptr(p) => self.spill(p)?.at,
            Callee::Func(_) => 0,
        };
        let slots: u32 = types.iter().map(Type::slots).sum();
        let args = (self.out..self.out + slots).collect();
        let used = result.is_some_and(|r| self.uses[r.0 as usize] > 0);
        let desc = self.call_desc(call, target, fixed, types, args, pointer, used);
        let op = if matches!(target, CallTarget::Pointer) { Op::CallIndirect } else { Op::CallSlow };
        let pc = self.place(op, self.out as u16, desc);
        self.store_call(pc);
        let callee = b.byte(self.fp, b.i64(u64::from(self.out) * 8));
        let mut args = vec![self.thread, callee];
        let mut slot = self.out;
        for (arg, ty) in call.args.iter().zip(&sig.params) {
            let v = self.val(*arg)?;
            if in_register(ty) {
                args.push(v);
            } else {
                self.put(v, ty, slot)?;
            }
            slot += ty.slots();
        }
        let ty = Self::native_type_of(b, &sig.ret, &sig.params)?;
        if call.must_tail {
            self.tail_call(ty, entry, target, sig, &args)?;
        }
        let returned = b.call(ty, entry, &args);
        let status = b.extract(returned, 0);
        self.after_call(status, unwind)?;
        self.close(opened);
        outer.inspect(|top| self.top = *top);
        Ok(match result {
            Some(_) if in_register(&sig.ret) => Some(b.extract(returned, 1)),
            Some(_) => Some(self.get(&sig.ret, self.out)?),
            None => None,
        })
    }

    /// A call that must be a tail call: the callee takes this frame's place, if it is compiled and takes the same
    /// arguments. Else an ordinary call follows.
    fn tail_call(
        &mut self,
        ty: Ty,
        entry: Val,
        target: CallTarget,
        sig: &Signature,
        args: &[Val],
    ) -> Result<(), String> {
        let b = self.b;
        let own = &self.f.sig;
        if self.arrival.is_some()
            || own.params != sig.params
            || own.ret != sig.ret
            || !sig.params.iter().all(in_register)
        {
            return Ok(());
        }
        let (replace, ordinary) = (b.block(self.func), b.block(self.func));
        let compiled = match target {
            CallTarget::Guest(id) if self.is_self(id) => b.num(b.int(1), 1),
            _ => {
                let out = self.way_out(sig)?;
                self.compares_stubs = true;
                b.icmp(IP::LLVMIntNE, entry, out)
            }
        };
        b.likely(b.cond_br(compiled, replace, ordinary));
        b.at(replace);
        if self.mark.is_some() {
            let desc = self.desc(Desc::Leave(Default::default()));
            self.run(Op::Leave, 0, desc);
        }
        self.leave_record();
        let mut args = args.to_vec();
        args[1] = self.fp;
        b.ret(b.must_tail(b.call(ty, entry, &args)));
        b.at(ordinary);
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // the parts of one call
    fn call_desc(
        &mut self,
        call: &CallSite,
        target: CallTarget,
        fixed: usize,
        types: &[Type],
        args: Vec<u32>,
        pointer: u32,
        used: bool,
    ) -> u64 {
        let attr = |i: usize| call.sig.attrs.get(i).copied().unwrap_or(ParamAttr::None);
        let classes: Box<[ArgClass]> =
            types.iter().enumerate().map(|(i, ty)| class_of(ty, attr(i))).collect();
        let count = |types: &[Type]| types.iter().map(Type::slots).sum::<u32>();
        let fixed = fixed.min(types.len());
        self.desc(Desc::Call(Box::new(CallDesc {
            target,
            sig: call.sig.clone(),
            sig_id: self.process.signature_id(&call.sig),
            types: types.into(),
            classes,
            fixed: fixed as u32,
            slots: (count(&types[..fixed]), count(&types[fixed..])),
            args: args.into(),
            pointer,
            base: self.out,
            used: used.then(|| call.sig.ret.clone()),
            must_tail: false,
        })))
    }

    /// A call by the interpreter's executor: arguments and result in slots.
    fn by_slots(
        &mut self,
        call: &CallSite,
        target: CallTarget,
        fixed: usize,
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<Option<Val>, String> {
        let mut args: Vec<u32> = Vec::new();
        for &arg in &call.args {
            let Span { at, n } = self.spill(arg)?;
            args.extend(at..at + n);
        }
        let pointer = match call.callee {
            Callee::Ptr(p) => self.spill(p)?.at,
            Callee::Func(_) => 0,
        };
        let used = result.is_some_and(|r| self.uses[r.0 as usize] > 0);
        let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let dst = if matches!(target, CallTarget::Guest(_)) {
            self.out
        } else {
            self.scratch(ty.slots().max(1)).at
        };
        let desc = self.call_desc(call, target, fixed, types, args, pointer, used);
        let op = match target {
            CallTarget::Guest(_) => Op::CallSlow,
            CallTarget::Host(_) | CallTarget::Closure(_) => Op::CallHost,
            CallTarget::Pointer => Op::CallIndirect,
        };
        let opened = self.open();
        let pc = self.place(op, dst as u16, desc);
        let helper = if op == Op::CallHost { "svm.host" } else { "svm.run" };
        let status = self.call_helper(helper, pc, &[]);
        self.after_call(status, unwind)?;
        self.close(opened);
        match result {
            Some(_) if used => self.get(&ty, dst).map(Some),
            Some(_) => Ok(Some(self.b.zero(self.ty(&ty)?))),
            None => Ok(None),
        }
    }
}
