//! Calls: of guest functions, host functions, pointers.

use std::sync::Arc;

use crate::bytecode::code::{CallDesc, CallTarget, Desc, Span, TrapKind};
use crate::bytecode::op::Op;
use crate::bytecode::plan::Plan;
use crate::host::{ArgClass, CType, HostFn, Proto};
use crate::ir::{
    CallSite, Callee, FuncId, Function, Inst, Intrinsic, ParamAttr, Signature, Terminator, Type, Value,
};
use crate::opt::Root;

use super::{Emitter, Env, Target};

/// Functions that return a second time when someone jumps back.
const RETURNS_TWICE: &[&str] = &["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp"];

fn sites(f: &Function) -> impl Iterator<Item = &CallSite> {
    f.insts.iter().filter_map(|data| match &data.inst {
        Inst::Call(c) | Inst::Term(Terminator::Invoke { call: c, .. }) => Some(c),
        _ => None,
    })
}

/// Whether the function calls a function that returns twice.
pub(super) fn returns_twice(f: &Function, env: &dyn Env) -> bool {
    sites(f).filter_map(CallSite::direct).any(|id| is_setjmp(id, env))
}

fn is_setjmp(id: FuncId, env: &dyn Env) -> bool {
    let decl = env.module().func(id);
    !decl.defined && RETURNS_TWICE.contains(&decl.name.as_ref())
}

/// Slots that the largest call needs.
pub(super) fn outgoing_slots(plan: &Plan<'_>) -> u32 {
    let f = plan.f;
    sites(f).map(|c| c.args.iter().fold(0, |n: u32, a| n.saturating_add(f.ty(*a).slots()))).max().unwrap_or(0)
        + 2
}

/// Whether leaving the function releases objects or drops records.
pub(super) fn makes_stack_objects(f: &Function, twice: bool) -> bool {
    twice
        || f.sig.attrs.iter().any(|a| matches!(a, ParamAttr::ByVal { .. }))
        || f.insts
            .iter()
            .any(|d| matches!(d.inst, Inst::Alloca { .. } | Inst::Intrinsic(Intrinsic::VaStart, _)))
}

/// Slots of the different constants that are used inside loops.
pub(super) fn loop_constants(plan: &Plan<'_>) -> u32 {
    let f = plan.f;
    let mut slots = 0;
    let mut values = rustc_hash::FxHashSet::default();
    let mut symbols = rustc_hash::FxHashSet::default();
    for b in plan.flow.order.iter().filter(|b| plan.flow.depth[b.0 as usize] > 0) {
        for &id in &f.block(*b).insts {
            let inst = &f.inst(id).inst;
            inst.operands(&mut |v| {
                if f.as_const(v).is_some() && f.ty(v).slots() <= 4 && values.insert(v) {
                    slots += f.ty(v).slots();
                }
            });
            if let Inst::Load { ptr, .. } | Inst::Store { ptr, .. } = inst
                && let Root::Symbol(s) = plan.roots.of(*ptr)
            {
                symbols.insert(s);
            }
        }
    }
    slots + symbols.len() as u32
}

/// The register class of an argument.
pub fn class_of(ty: &Type, attr: ParamAttr) -> ArgClass {
    match (ty, attr) {
        (_, ParamAttr::ByVal { size, align }) => ArgClass::ByVal {
            size: u32::try_from(size).unwrap_or(u32::MAX),
            align: u32::try_from(align).unwrap_or(1),
        },
        (Type::Int(bits), _) if *bits <= 128 => ArgClass::Int(*bits),
        (Type::Ptr, _) => ArgClass::Ptr,
        (Type::Float, _) => ArgClass::Float,
        (Type::Double, _) => ArgClass::Double,
        (Type::X87, _) => ArgClass::X87,
        (ty, _) => ArgClass::Other(ty.slots()),
    }
}

/// Whether a value of one type may be passed where the other is expected: same registers, same width.
pub fn same_registers(a: &Type, b: &Type) -> bool {
    a == b || matches!((a, b), (Type::Ptr | Type::Int(64), Type::Ptr | Type::Int(64)))
}

/// Whether a call of type `site`, with these argument types, may go to a function of type `callee`: the
/// callee reads no argument that was not passed, and registers agree. `used`: the result is looked at.
pub fn call_matches(args: &[Type], ret: &Type, used: bool, callee: &Signature) -> bool {
    args.len() >= callee.params.len()
        && args.iter().zip(&callee.params).all(|(a, p)| same_registers(a, p))
        && (!used || same_registers(ret, &callee.ret))
}

/// The text of a function type, for messages.
pub fn signature_text(sig: &Signature) -> Box<str> {
    type_text(&sig.ret, &sig.params, sig.variadic)
}

fn type_text(ret: &Type, params: &[Type], variadic: bool) -> Box<str> {
    let mut list: Vec<String> = params.iter().map(Type::to_string).collect();
    if variadic {
        list.push("...".into());
    }
    format!("{ret} ({})", list.join(", ")).into()
}

impl Emitter<'_> {
    /// Emits a call; gives the position of its first word if control comes back through it.
    pub(super) fn call(&mut self, call: &CallSite, result: Option<Value>) -> Result<Option<usize>, String> {
        match call.callee {
            Callee::Ptr(p) => {
                // The type of a call through a pointer is what was written, not what is behind it.
                let pointer = self.span(p).at;
                let fixed = call.sig.params.len();
                Ok(Some(self.slow_call(call, CallTarget::Pointer, fixed, pointer, result)))
            }
            Callee::Func(id) => match self.env.target(id) {
                _ if is_setjmp(id, self.env) && !call.args.is_empty() => {
                    let buffer = self.span(call.args[0]).at;
                    let at = match result {
                        Some(r) => self.result_span(r).at,
                        None => self.temp(1),
                    };
                    self.generic(Desc::SetJmp(at, buffer));
                    Ok(None)
                }
                Target::Guest => Ok(self.guest_call(call, id, result)),
                Target::Host(host) => {
                    let fits = |args: &[Type], ret: &Type, used| host_matches(host, args, ret, used);
                    Ok(self.host_call(call, id, CallTarget::Host(host), fits, result))
                }
                Target::Closure(number) => {
                    let env = self.env;
                    let fits = |args: &[Type], ret: &Type, used| match env.closure(number) {
                        Some(c) => proto_matches(c.proto(), c.text(), args, ret, used),
                        None => Err("a host function that is gone".into()),
                    };
                    Ok(self.host_call(call, id, CallTarget::Closure(number), fits, result))
                }
                Target::Missing => {
                    let name = self.env.module().func(id).name.as_ref().into();
                    self.trap(TrapKind::MissingFunction(name));
                    Ok(None)
                }
            },
        }
    }

    fn arg_types(&self, call: &CallSite) -> Vec<Type> {
        call.args.iter().map(|a| self.f.ty(*a).clone()).collect()
    }

    fn is_used(&self, result: Option<Value>) -> bool {
        result.is_some_and(|r| self.plan.uses[r.0 as usize] > 0)
    }

    fn guest_call(&mut self, call: &CallSite, id: FuncId, result: Option<Value>) -> Option<usize> {
        let sig = self.env.module().func(id).sig.clone();
        let types = self.arg_types(call);
        if !call_matches(&types, &call.sig.ret, self.is_used(result), &sig) {
            let found = type_text(&call.sig.ret, &types, false);
            self.trap(TrapKind::BadCall(id, signature_text(&sig), found));
            return None;
        }
        let fixed = sig.params.len();
        let near = self.out + 4200 < u32::from(u16::MAX);
        if sig.variadic || call.must_tail || !near {
            return Some(self.slow_call(call, CallTarget::Guest(id), fixed, 0, result));
        }
        let mut list: Vec<u16> = Vec::new();
        let mut at = self.out;
        for &arg in call.args.iter().take(fixed) {
            let n = self.f.ty(arg).slots();
            let span = self.argument(arg, at);
            list.extend((0..n).map(|i| (span.at + i) as u16));
            at += n;
        }
        let out = self.out as u16;
        let dst = self.call_result(result);
        let call_at = self.op_ext(Op::Call, dst.0, out, list.len() as u16, u64::from(id.0));
        for four in list.chunks(4) {
            let word = four.iter().rev().fold(0u64, |w, s| w << 16 | u64::from(*s));
            self.words.push(word);
        }
        self.move_result(dst, result);
        Some(call_at)
    }

    /// Where an argument can be read; constants go where it is passed anyway.
    fn argument(&mut self, arg: Value, at: u32) -> Span {
        let n = self.f.ty(arg).slots();
        if let Some(c) = self.f.as_const(arg) {
            let (c, ty) = (c.clone(), self.f.ty(arg).clone());
            let to = Span { at, n };
            match n {
                0 => {}
                1 if at <= u32::from(u16::MAX) => self.put_constant(at as u16, &c, &ty),
                1 => return self.span(arg),
                _ => self.wide_constant(to, &c, &ty),
            }
            return to;
        }
        self.span(arg)
    }

    /// The slot that the call writes its result to, and whether it has to be moved from there.
    fn call_result(&mut self, result: Option<Value>) -> (u16, bool) {
        let Some(r) = result else {
            return (u16::try_from(self.out).unwrap_or(self.near_scratch as u16), false);
        };
        let span = self.result_span(r);
        match u16::try_from(span.at + span.n) {
            Ok(_) => (span.at as u16, false),
            // Results of more words than there is scratch are written in place by the slow form.
            Err(_) => (self.near_scratch as u16, true),
        }
    }

    fn move_result(&mut self, dst: (u16, bool), result: Option<Value>) {
        if let (true, Some(r)) = (dst.1, result) {
            let to = self.result_span(r);
            self.copy_span(to, Span { at: u32::from(dst.0), n: to.n });
        }
    }

    fn slow_call(
        &mut self,
        call: &CallSite,
        target: CallTarget,
        fixed: usize,
        pointer: u32,
        result: Option<Value>,
    ) -> usize {
        let types = self.arg_types(call);
        let attr = |i: usize| call.sig.attrs.get(i).copied().unwrap_or(ParamAttr::None);
        let classes: Box<[ArgClass]> =
            types.iter().enumerate().map(|(i, ty)| class_of(ty, attr(i))).collect();
        let fixed = fixed.min(types.len());
        let count = |types: &[Type]| types.iter().map(Type::slots).sum::<u32>();
        let slots = (count(&types[..fixed]), count(&types[fixed..]));
        let mut args: Vec<u32> = Vec::new();
        for &arg in &call.args {
            let span = self.span(arg);
            args.extend(span.at..span.at + span.n);
        }
        let used = self.is_used(result).then(|| call.sig.ret.clone());
        let desc = CallDesc {
            target,
            sig: call.sig.clone(),
            sig_id: self.env.signature_id(&call.sig),
            types: types.into(),
            classes,
            fixed: fixed as u32,
            slots,
            args: args.into(),
            pointer,
            base: self.out,
            used,
            must_tail: call.must_tail,
        };
        let index = self.desc(Desc::Call(Box::new(desc)));
        let dst = self.call_result(result);
        let op = match target {
            CallTarget::Guest(_) => Op::CallSlow,
            CallTarget::Host(_) | CallTarget::Closure(_) => Op::CallHost,
            CallTarget::Pointer => Op::CallIndirect,
        };
        let at = self.op_ext(op, dst.0, 0, 0, index);
        self.move_result(dst, result);
        at
    }

    fn host_call(
        &mut self,
        call: &CallSite,
        id: FuncId,
        target: CallTarget,
        fits: impl FnOnce(&[Type], &Type, bool) -> Result<usize, Box<str>>,
        result: Option<Value>,
    ) -> Option<usize> {
        let types = self.arg_types(call);
        let fixed = match fits(&types, &call.sig.ret, self.is_used(result)) {
            Ok(fixed) => fixed,
            Err(expected) => {
                let found = type_text(&call.sig.ret, &types, false);
                self.trap(TrapKind::BadCall(id, expected, found));
                return None;
            }
        };
        Some(self.slow_call(call, target, fixed, 0, result))
    }
}

/// Checks a call against a host function's prototype: the number of fixed arguments, or the prototype.
pub fn host_matches(host: &HostFn, args: &[Type], ret: &Type, used: bool) -> Result<usize, Box<str>> {
    let Ok(proto) = host.parse() else { return Err(host.proto.into()) };
    proto_matches(&proto, host.proto, args, ret, used)
}

/// The same against a parsed prototype, with its text.
pub fn proto_matches(
    proto: &Proto,
    text: &str,
    args: &[Type],
    ret: &Type,
    used: bool,
) -> Result<usize, Box<str>> {
    let fixed = proto.params.len();
    let fits = args.len() >= fixed
        && args.iter().zip(&proto.params).all(|(a, p)| fits_c(a, p.ty))
        && (!used || fits_c(ret, proto.ret));
    if fits { Ok(fixed) } else { Err(text.into()) }
}

fn fits_c(ty: &Type, c: CType) -> bool {
    let pair =
        |elem: &Type| ty.slots() == 2 && matches!(ty, Type::Struct(s) if s.fields.iter().all(|f| f == elem));
    match c {
        CType::Void => true,
        CType::Int { bits: 64, .. } | CType::Ptr => matches!(ty, Type::Int(64) | Type::Ptr),
        CType::Int { bits, .. } => *ty == Type::Int(bits) || (bits < 32 && *ty == Type::I32),
        CType::Float => *ty == Type::Float,
        CType::Double => *ty == Type::Double,
        CType::LongDouble => *ty == Type::X87,
        CType::IntPair => pair(&Type::I64) || *ty == Type::Int(128),
        CType::DoublePair => pair(&Type::Double),
        CType::LongDoublePair => {
            matches!(ty, Type::Struct(s) if s.fields.len() == 2 && s.fields.iter().all(|f| *f == Type::X87))
        }
        CType::FloatPair => ty.as_vector().is_some_and(|(elem, n)| *elem == Type::Float && n == 2),
    }
}

/// The interned form of a call type: what decides whether two are the same for calls.
pub fn signature_key(sig: &Arc<Signature>) -> (Type, Vec<Type>, bool) {
    (sig.ret.clone(), sig.params.clone(), sig.variadic)
}
