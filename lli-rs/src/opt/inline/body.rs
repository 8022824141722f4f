//! Which bodies can be inlined, and into which calls.

use crate::ir::{CallSite, Function, Inst, Intrinsic, Module, ParamAttr, Terminator, Type, Value};
use crate::opt::calls_returns_twice;

/// The instructions of a body that can be inlined; `None` for one that cannot: it looks at its own frame, is
/// left or entered otherwise than by call and return, or has code addresses of its own.
pub fn size(f: &Function, m: &Module) -> Option<usize> {
    let by_value = f.sig.attrs.iter().any(|a| matches!(a, ParamAttr::ByVal { .. }));
    let blocked = f.blocks.is_empty()
        || f.sig.variadic
        || by_value
        || !f.address_taken.is_empty()
        || calls_returns_twice(f, m);
    let insts = || f.blocks.iter().flat_map(|b| &b.insts).map(|id| &f.inst(*id).inst);
    (!blocked && insts().all(is_simple)).then(|| insts().count())
}

fn is_simple(inst: &Inst) -> bool {
    match inst {
        Inst::Intrinsic(i, _) => {
            !matches!(i, Intrinsic::VaStart | Intrinsic::FrameAddress | Intrinsic::ReturnAddress)
        }
        Inst::Call(call) => !call.must_tail,
        Inst::LandingPad { .. } => false,
        Inst::Term(t) => {
            !matches!(t, Terminator::Invoke { .. } | Terminator::Resume(_) | Terminator::IndirectBr(..))
        }
        _ => true,
    }
}

/// Whether a body makes stack objects that its return ends.
pub fn makes_objects(f: &Function) -> bool {
    f.insts.iter().any(|d| matches!(d.inst, Inst::Alloca { .. }))
}

/// Whether the call passes and takes just what the callee has.
pub fn accepts(f: &Function, call: &CallSite, result: Option<Value>, callee: &Function) -> bool {
    let sig = &callee.sig;
    let args = call.args.len() == callee.params.len()
        && call.args.iter().zip(&callee.params).all(|(a, p)| f.ty(*a) == callee.ty(*p));
    let by_value = call.sig.attrs.iter().any(|a| matches!(a, ParamAttr::ByVal { .. }));
    args && !by_value && sig.ret == result.map_or(Type::Void, |r| f.ty(r).clone())
}
