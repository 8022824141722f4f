//! Calls. Direct ones of the callee's own type go through its cell to its native entry; all others, and those
//! of functions that are not compiled, through the frame's slots and the interpreter's executor.

use inkwell::llvm_sys::LLVMIntPredicate as IP;

use super::value::in_register;
use super::{Gen, Span};
use crate::bytecode::code::{CallDesc, CallTarget, Desc, TrapKind};
use crate::bytecode::emit::call::{call_matches, class_of, host_matches, proto_matches, signature_text};
use crate::bytecode::{Env, Op, Target};
use crate::host::ArgClass;
use crate::ir::{BlockId, CallSite, Callee, FuncId, ParamAttr, Signature, Type, Value};
use crate::jit::llvm::Val;
use crate::machine::Process;
use crate::machine::functions::FuncCell;
use crate::machine::native::offset;

/// Functions that return a second time when someone jumps back.
const RETURNS_TWICE: [&str; 4] = ["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp"];

/// Whether a call has a compiled form.
pub(super) fn supported(process: &Process, call: &CallSite) -> Result<(), String> {
    if call.must_tail {
        return Err("a call that must be a tail call".into());
    }
    let twice = call.direct().map(|id| process.module.func(id));
    match twice {
        Some(decl) if !decl.defined && RETURNS_TWICE.contains(&decl.name.as_ref()) => {
            Err(format!("a call of {}, which returns twice", decl.name))
        }
        _ => Ok(()),
    }
}

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
                Target::Guest => {
                    let sig = self.process.module.func(id).sig.clone();
                    if !call_matches(&types, &call.sig.ret, used, &sig) {
                        return self.bad_call(id, signature_text(&sig), call, &types, result);
                    }
                    self.guest(call, id, &sig, &types, result, unwind)
                }
                Target::Host(host) => match host_matches(host, &types, &call.sig.ret, used) {
                    Ok(fixed) => self
                        .by_slots(call, CallTarget::Host(host), fixed, &types, result, unwind)
                        .map(value_of),
                    Err(expected) => self.bad_call(id, expected, call, &types, result),
                },
                Target::Closure(number) => {
                    let fits = match self.process.closures.get(number) {
                        Some(c) => proto_matches(c.proto(), c.text(), &types, &call.sig.ret, used),
                        None => Err("a host function that is gone".into()),
                    };
                    match fits {
                        Ok(fixed) => self
                            .by_slots(call, CallTarget::Closure(number), fixed, &types, result, unwind)
                            .map(value_of),
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
            return self.by_slots(call, CallTarget::Guest(id), fixed, types, result, unwind).map(value_of);
        }
        let b = self.b;
        let cell = b.i64((id.0 as usize * size_of::<FuncCell>() + offset::CELL_NATIVE) as u64);
        let entry = b.load(b.ptr(), b.byte(self.cells, cell), 8);
        b.unordered(entry);
        b.scoped(entry, self.scopes.frame);
        let known = b.icmp(IP::LLVMIntNE, entry, b.zero(b.ptr()));
        self.fast_or_slots(call, (entry, known), CallTarget::Guest(id), (sig, fixed), types, result, unwind)
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
            return self.by_slots(call, CallTarget::Pointer, fixed, types, result, unwind).map(value_of);
        }
        let b = self.b;
        let pointer = self.val(p)?;
        let number = b.i64(u64::from(self.process.signature_id(&call.sig)));
        let entry = self.call_helper("svm.resolve", b.zero(b.ptr()), &[pointer, number]);
        b.keeps_others(entry, self.scopes.frame);
        let known = b.icmp(IP::LLVMIntNE, entry, b.i64(0));
        let entry = b.int_to_ptr(entry, b.ptr());
        let sig = call.sig.clone();
        self.fast_or_slots(call, (entry, known), CallTarget::Pointer, (&sig, fixed), types, result, unwind)
    }

    /// Calls the native entry if there is one, or else through slots.
    #[allow(clippy::too_many_arguments)] // the parts of one call
    fn fast_or_slots(
        &mut self,
        call: &CallSite,
        (entry, known): (Val, Val),
        target: CallTarget,
        (sig, fixed): (&Signature, usize),
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<Option<Val>, String> {
        let b = self.b;
        let (fast, slow, join) = (b.block(self.func), b.block(self.func), b.block(self.func));
        b.likely(b.cond_br(known, fast, slow));

        b.at(fast);
        let pc = self.place(Op::CallSlow, self.out as u16, 0);
        let at = self.words.len() - 3;
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
        let returned = b.call(ty, entry, &args);
        let status = b.extract(returned, 0);
        self.after_call(status, unwind)?;
        let ret = sig.ret.clone();
        let value = match result {
            Some(_) if in_register(&ret) => Some(b.extract(returned, 1)),
            Some(_) => Some(self.get(&ret, self.out)?),
            None => None,
        };
        let fast_end = b.here();
        b.br(join);

        b.at(slow);
        let (other, desc, op, dst) = self.by_slots_at(call, target, fixed, types, result, unwind)?;
        let slow_end = b.here();
        b.br(join);
        // One position serves both ways.
        self.words[at] = crate::bytecode::Word::new(op, dst, 0, 0).0;
        self.words[at + 1] = desc;

        b.at(join);
        let (Some(value), Some(other)) = (value, other) else { return Ok(None) };
        let phi = b.phi(b.type_of(value));
        b.incoming(phi, value, fast_end);
        b.incoming(phi, other, slow_end);
        Ok(Some(phi))
    }

    /// What the record below this frame's says of the call that is about to be made.
    fn store_call(&self, pc: Val) {
        let b = self.b;
        let record = |offset: usize| b.byte(self.top, b.i64((offset as i64 - 32) as u64));
        b.scoped(b.store(pc, record(offset::CALL_PC), 8), self.scopes.frame);
        b.scoped(b.store(self.fp, record(offset::CALLER_FP), 8), self.scopes.frame);
    }

    fn by_slots(
        &mut self,
        call: &CallSite,
        target: CallTarget,
        fixed: usize,
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<BySlots, String> {
        self.by_slots_at(call, target, fixed, types, result, unwind)
    }

    /// A call by the interpreter's executor: arguments and result in slots. Gives the result, and what the
    /// call's position consists of.
    fn by_slots_at(
        &mut self,
        call: &CallSite,
        target: CallTarget,
        fixed: usize,
        types: &[Type],
        result: Option<Value>,
        unwind: Unwind,
    ) -> Result<BySlots, String> {
        let attr = |i: usize| call.sig.attrs.get(i).copied().unwrap_or(ParamAttr::None);
        let classes: Box<[ArgClass]> =
            types.iter().enumerate().map(|(i, ty)| class_of(ty, attr(i))).collect();
        let fixed = fixed.min(types.len());
        let count = |types: &[Type]| types.iter().map(Type::slots).sum::<u32>();
        let mut args: Vec<u32> = Vec::new();
        for &arg in &call.args {
            let Span { at, n } = self.spill(arg)?;
            args.extend(at..at + n);
        }
        let pointer = match call.callee {
            Callee::Ptr(p) => self.spill(p)?.at,
            Callee::Func(_) => 0,
        };
        let used = result.filter(|r| self.uses[r.0 as usize] > 0);
        let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let dst = if matches!(target, CallTarget::Host(_) | CallTarget::Closure(_) | CallTarget::Pointer) {
            self.scratch(ty.slots().max(1)).at
        } else {
            self.out
        };
        let desc = self.desc(Desc::Call(Box::new(CallDesc {
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
            used: used.map(|_| call.sig.ret.clone()),
            must_tail: false,
        })));
        let op = match target {
            CallTarget::Guest(_) => Op::CallSlow,
            CallTarget::Host(_) | CallTarget::Closure(_) => Op::CallHost,
            CallTarget::Pointer => Op::CallIndirect,
        };
        let pc = self.place(op, dst as u16, desc);
        let status = self.call_helper("svm.run", pc, &[]);
        self.after_call(status, unwind)?;
        let value = match result {
            Some(_) if used.is_some() => Some(self.get(&ty, dst)?),
            Some(_) => Some(self.b.zero(self.ty(&ty)?)),
            None => None,
        };
        Ok((value, desc, op, dst as u16))
    }
}

type BySlots = (Option<Val>, u64, Op, u16);

fn value_of(made: BySlots) -> Option<Val> {
    made.0
}
