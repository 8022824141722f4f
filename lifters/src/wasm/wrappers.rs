//! Functions beside the module's own: further names of exports, imports passed on, calls by memory, constructor, main.

use std::collections::HashSet;

use inkwell::module::Linkage;
use inkwell::values::{AggregateValueEnum, BasicValue, FunctionValue};
use wasmparser::ExternalKind;

use super::emit::{Emit, Val};
use super::error::{LiftError, Result};
use super::module::ModuleCx;
use super::names;
use super::types::FuncType;

/// Emits what the options and exports ask for.
pub fn emit(cx: &ModuleCx<'_, '_>) -> Result<()> {
    let mut seen = HashSet::new();
    for (field, kind, index) in &cx.p.exports {
        let first = seen.insert((*kind as u8, *index));
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => export_func(cx, field, *index, first)?,
            _ if !first => alias(cx, field, *kind, *index),
            _ => {}
        }
    }
    if cx.o.ctor {
        constructor(cx)?;
        main(cx)?;
    }
    Ok(())
}

fn export_func(cx: &ModuleCx<'_, '_>, field: &str, index: u32, first: bool) -> Result<()> {
    let own = cx.p.funcs[index as usize].import.is_none();
    let symbol = names::symbol(&cx.o.name, field);
    if !own && cx.module.get_function(&symbol).is_none() {
        forward(cx, index, &symbol, Linkage::External)?;
    } else if own && !first {
        alias(cx, field, ExternalKind::Func, index);
    }
    if cx.o.invoke { by_memory(cx, field, index) } else { Ok(()) }
}

/// One more name of a definition. What is imported has none here: the host binds to the import's symbol.
fn alias(cx: &ModuleCx<'_, '_>, field: &str, kind: ExternalKind, index: u32) {
    let i = index as usize;
    let (ty, target): (inkwell::types::AnyTypeEnum<'_>, _) = match kind {
        ExternalKind::Func | ExternalKind::FuncExact if cx.p.funcs[i].def.is_some() => {
            (cx.funcs[i].get_type().into(), cx.funcs[i].as_global_value())
        }
        ExternalKind::Table if cx.p.tables[i].def.is_some() => (cx.tables[i].get_value_type(), cx.tables[i]),
        ExternalKind::Memory if cx.p.memories[i].def.is_some() => {
            (cx.memories[i].get_value_type(), cx.memories[i])
        }
        ExternalKind::Global if cx.p.globals[i].def.is_some() => {
            (cx.globals[i].get_value_type(), cx.globals[i])
        }
        ExternalKind::Tag if cx.p.tags[i].def.is_some() => (cx.tags[i].get_value_type(), cx.tags[i]),
        _ => return,
    };
    super::emit::add_alias(&cx.module, ty, target.as_pointer_value(), &names::symbol(&cx.o.name, field));
}

/// Calls a function with the memory that WASI's functions want.
fn call<'ctx>(
    cx: &ModuleCx<'_, 'ctx>,
    e: &Emit<'_, 'ctx>,
    index: u32,
    args: &[Val<'ctx>],
) -> Result<Option<Val<'ctx>>> {
    let mut args = args.to_vec();
    if cx.needs_memory(index) {
        args.insert(0, cx.memory_argument(e)?);
    }
    let f = cx.funcs[index as usize];
    let call = e.call(f, &args)?;
    call.set_call_convention(f.get_call_conventions());
    Ok(call.try_as_basic_value().basic())
}

/// A function of the plain type that calls `index`.
fn forward<'ctx>(
    cx: &ModuleCx<'_, 'ctx>,
    index: u32,
    name: &str,
    linkage: Linkage,
) -> Result<FunctionValue<'ctx>> {
    let e = cx.emit();
    let f = cx.module.add_function(name, cx.func_type(cx.p.type_of(index), false), Some(linkage));
    e.b.position_at_end(e.block(f, "entry"));
    let args: Vec<Val<'ctx>> = f.get_param_iter().collect();
    match call(cx, &e, index, &args)? {
        Some(v) => e.b.build_return(Some(&v))?,
        None => e.b.build_return(None)?,
    };
    Ok(f)
}

/// A function of WASI's without the leading memory, so that a reference to it can be called.
pub fn without_memory<'ctx>(cx: &ModuleCx<'_, 'ctx>, index: u32) -> Result<FunctionValue<'ctx>> {
    forward(cx, index, &names::hidden(&cx.o.name, &format!("w{index}")), Linkage::Internal)
}

/// `wasm_invoke$M$f(arguments, results)`: 16 bytes a value.
fn by_memory<'ctx>(cx: &ModuleCx<'_, 'ctx>, field: &str, index: u32) -> Result<()> {
    let e = cx.emit();
    let ty: &FuncType = cx.p.type_of(index);
    let proto = cx.ctx.void_type().fn_type(&[e.ptr().into(), e.ptr().into()], false);
    let f = cx.module.add_function(&names::invoke(&cx.o.name, field), proto, Some(Linkage::External));
    e.b.position_at_end(e.block(f, "entry"));
    let param = |i| f.get_nth_param(i).ok_or_else(|| LiftError::Internal("no such parameter".into()));
    let (from, to) = (param(0)?.into_pointer_value(), param(1)?.into_pointer_value());
    let mut args = Vec::new();
    for (i, t) in ty.params.iter().enumerate() {
        args.push(e.load(cx.llvm_type(t), e.at(from, i as u64 * 16)?, 1)?);
    }
    match call(cx, &e, index, &args)? {
        Some(Val::StructValue(v)) => {
            for i in 0..ty.results.len() as u32 {
                let field = e.b.build_extract_value(AggregateValueEnum::StructValue(v), i, "")?;
                e.store(e.at(to, u64::from(i) * 16)?, field, 1)?;
            }
        }
        Some(v) => e.store(to, v, 1)?,
        None => {}
    }
    e.b.build_return(None)?;
    Ok(())
}

fn instantiate<'ctx>(cx: &ModuleCx<'_, 'ctx>) -> Result<FunctionValue<'ctx>> {
    let f = cx.module.get_function(&names::hidden(&cx.o.name, "instantiate"));
    f.ok_or_else(|| LiftError::Internal("no instantiate".into()))
}

/// `llvm.global_ctors`: instantiation, then what a module that is no program exports for its start.
fn constructor(cx: &ModuleCx<'_, '_>) -> Result<()> {
    let e = cx.emit();
    let mut list = vec![instantiate(cx)?];
    if function(cx, "_start").is_none()
        && let Some(index) = function(cx, "_initialize")
    {
        list.push(cx.funcs[index as usize]);
    }
    let entry = |f: FunctionValue<'_>| {
        let code = f.as_global_value().as_pointer_value();
        cx.ctx.const_struct(&[e.c32(65535).into(), code.into(), e.ptr().const_null().into()], false)
    };
    let list: Vec<_> = list.into_iter().map(entry).collect();
    let list = list[0].get_type().const_array(&list);
    let global = cx.module.add_global(list.get_type(), None, "llvm.global_ctors");
    global.set_initializer(&list.as_basic_value_enum());
    global.set_linkage(Linkage::Appending);
    Ok(())
}

/// The module's own function without parameters and results that it exports under a name.
fn function(cx: &ModuleCx<'_, '_>, name: &str) -> Option<u32> {
    let export = cx.p.exports.iter().find(|(n, kind, _)| *n == name && *kind == ExternalKind::Func);
    let index = export.map(|(.., index)| *index)?;
    let ty = cx.p.type_of(index);
    let plain = ty.params.is_empty() && ty.results.is_empty();
    (plain && cx.p.funcs[index as usize].def.is_some()).then_some(index)
}

/// `main` for programs: runs `_start`, which ends the process itself where its status is not 0.
fn main(cx: &ModuleCx<'_, '_>) -> Result<()> {
    let Some(index) = function(cx, "_start") else { return Ok(()) };
    let e = cx.emit();
    let f = cx.module.add_function("main", e.i32().fn_type(&[], false), Some(Linkage::External));
    e.b.position_at_end(e.block(f, "entry"));
    call(cx, &e, index, &[])?;
    e.b.build_return(Some(&e.c32(0)))?;
    Ok(())
}
