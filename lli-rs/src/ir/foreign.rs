//! Checks of IR that this process has not made itself: beyond [`super::verify`], that every number in it names
//! something and every type is one that the loader makes.

use super::{Callee, Const, ConstOp, FuncId, Function, Inst, Module, Symbol, Terminator, Type, ValueDef};
use super::{const_fits, verify};

/// Widest integer that LLVM has, in bits.
const MAX_BITS: u32 = 1 << 23;

/// Whether a module's declarations can be relied on.
pub fn verify_module(module: &Module) -> Result<(), String> {
    for decl in &module.funcs {
        signature(&decl.sig.ret, &decl.sig.params)?;
        if decl.sig.attrs.len() != decl.sig.params.len() {
            return Err(format!("function {} without an attribute for each parameter", decl.name));
        }
    }
    for global in &module.globals {
        value_type(&global.ty)?;
        let fits = global.init.as_ref().is_none_or(|init| const_fits(init, &global.ty));
        if !fits || global.size != global.ty.size() || !global.align.is_power_of_two() {
            return Err(format!("global {} is not of its type", global.name));
        }
        global.init.iter().try_for_each(|init| constant(init, module))?;
    }
    let structors = module.ctors.iter().chain(&module.dtors).map(|s| Symbol::Func(s.func));
    structors.chain(module.exports.values().copied()).try_for_each(|s| symbol(s, module))
}

/// Whether a body can be relied on.
pub fn verify_foreign(f: &Function, module: &Module) -> Result<(), String> {
    let missing = |what: &str| Err(format!("no such {what}"));
    if f.params.len() != f.sig.params.len() || !f.inlined.is_empty() {
        return Err("parameters or frames that the function does not have".into());
    }
    for (param, ty) in f.params.iter().zip(&f.sig.params) {
        if f.values.get(param.0 as usize).is_none_or(|v| v.ty != *ty) {
            return missing("parameter");
        }
    }
    for value in &f.values {
        value_type(&value.ty)?;
        match &value.def {
            ValueDef::Param(n) if *n as usize >= f.params.len() => return missing("parameter"),
            ValueDef::Inst(id) if id.0 as usize >= f.insts.len() => return missing("instruction"),
            ValueDef::Const(c) => constant(c, module)?,
            _ => {}
        }
    }
    if f.address_taken.iter().any(|b| b.0 as usize >= f.blocks.len()) {
        return missing("block");
    }
    f.personality.iter().try_for_each(|id| function(*id, module))?;
    for data in &f.insts {
        let mut known = data.result.is_none_or(|v| (v.0 as usize) < f.values.len());
        data.inst.operands(&mut |v| known &= (v.0 as usize) < f.values.len());
        if !known {
            return missing("value");
        }
        instruction(&data.inst, f, module)?;
    }
    verify(f)
}

fn instruction(inst: &Inst, f: &Function, module: &Module) -> Result<(), String> {
    match inst {
        Inst::Call(call) | Inst::Term(Terminator::Invoke { call, .. }) => {
            signature(&call.sig.ret, &call.sig.params)?;
            if let Callee::Func(id) = call.callee {
                function(id, module)?;
            }
        }
        Inst::Alloca { align, .. } if !align.is_power_of_two() => return Err("a strange alignment".into()),
        Inst::Phi(incoming) if incoming.iter().any(|(b, _)| b.0 as usize >= f.blocks.len()) => {
            return Err("no such block".into());
        }
        // These rest on proofs that only our own passes make.
        inst if inst.is_lowered() => return Err("an instruction of the lowered form".into()),
        _ => {}
    }
    Ok(())
}

fn function(id: FuncId, module: &Module) -> Result<(), String> {
    if (id.0 as usize) < module.funcs.len() { Ok(()) } else { Err("no such function".into()) }
}

fn symbol(symbol: Symbol, module: &Module) -> Result<(), String> {
    match symbol {
        Symbol::Global(id) if id.0 as usize >= module.globals.len() => Err("no such global".into()),
        Symbol::Func(id) | Symbol::Block(id, _) => function(id, module),
        Symbol::Global(_) => Ok(()),
    }
}

fn constant(c: &Const, module: &Module) -> Result<(), String> {
    match c {
        Const::Addr(s, _) => symbol(*s, module),
        Const::List(list) => list.iter().try_for_each(|c| constant(c, module)),
        Const::Expr(op) => match &**op {
            ConstOp::Add(a, b, _) | ConstOp::Sub(a, b, _) | ConstOp::Xor(a, b, _) => {
                constant(a, module).and(constant(b, module))
            }
            ConstOp::Trunc(a, _) => constant(a, module),
        },
        _ => Ok(()),
    }
}

fn signature(ret: &Type, params: &[Type]) -> Result<(), String> {
    if *ret != Type::Void {
        value_type(ret)?;
    }
    params.iter().try_for_each(value_type)
}

/// A type that a value can have.
fn value_type(ty: &Type) -> Result<(), String> {
    match ty {
        Type::Void => Err("a value without a type".into()),
        Type::Int(bits) if *bits == 0 || *bits > MAX_BITS => Err(format!("no type i{bits}")),
        Type::Vector(v) if v.len == 0 || v.elem.is_aggregate() || v.elem.as_vector().is_some() => {
            Err("a strange vector".into())
        }
        Type::Vector(v) => value_type(&v.elem),
        Type::Array(a) => value_type(&a.elem),
        Type::Struct(s) => s.fields.iter().try_for_each(value_type),
        Type::Int(_) | Type::Float | Type::Double | Type::X87 | Type::Ptr => Ok(()),
    }
}
