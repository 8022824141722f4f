//! The function that instantiates: memories, tables, globals, segments in the specification's order, then the start
//! function. Also evaluates constant expressions.

use inkwell::IntPredicate;
use inkwell::module::Linkage;
use inkwell::values::FunctionValue;
use svm_memory::abi::wasm as abi;
use wasmparser::{ConstExpr, Operator};

use super::emit::{Emit, Val, is_const, value, zero};
use super::error::{LiftError, Result};
use super::module::ModuleCx;
use super::parse::Entries;
use super::types::MemoryType;
use super::{MemoryForm, names};

/// Emits `wasm$MODULE$$instantiate`.
pub fn emit(cx: &ModuleCx<'_, '_>) -> Result<()> {
    let e = cx.emit();
    let name = names::hidden(&cx.o.name, "instantiate");
    let f = cx.module.add_function(&name, cx.ctx.void_type().fn_type(&[], false), Some(Linkage::External));
    e.b.position_at_end(e.block(f, "entry"));
    imports(cx, &e, f)?;
    memories(cx, &e)?;
    globals(cx, &e)?;
    tables(cx, &e)?;
    segments(cx, &e)?;
    if let Some(start) = cx.p.start {
        let start_fn = cx.funcs[start as usize];
        let args = if cx.needs_memory(start) { vec![cx.memory_argument(&e)?] } else { Vec::new() };
        e.call(start_fn, &args)?.set_call_convention(start_fn.get_call_conventions());
    }
    e.b.build_return(None)?;
    Ok(())
}

/// Imported memories and tables must have the size that the import asks for by now; the rest of their types is the
/// linker's to compare.
fn imports<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>, f: FunctionValue<'ctx>) -> Result<()> {
    let mut sizes = Vec::new();
    for (i, item) in cx.p.memories.iter().enumerate() {
        if item.import.is_some() && item.ty.min > 0 {
            sizes.push((abi::MEMORY_SIZE, cx.memory_handle(e, i as u32)?, item.ty.min));
        }
    }
    for (i, item) in cx.p.tables.iter().enumerate() {
        if item.import.is_some() && item.ty.min > 0 {
            sizes.push((abi::TABLE_SIZE, cx.table_handle(e, i as u32)?, item.ty.min));
        }
    }
    for (size, object, min) in sizes {
        let have = value(e.call(cx.runtime(size)?, &[object.into()])?)?.into_int_value();
        let (small, fine) = (e.block(f, "small"), e.block(f, "fine"));
        e.cond_br(e.icmp(IntPredicate::ULT, have, e.c64(min))?, small, fine)?;
        e.b.position_at_end(small);
        e.call(cx.runtime(abi::TRAP)?, &[e.c32(abi::Trap::IncompatibleImport as u32).into()])?;
        e.b.build_unreachable()?;
        e.b.position_at_end(fine);
    }
    Ok(())
}

fn flags(ty: &MemoryType) -> u32 {
    let page = if ty.page_log2 == 16 { 0 } else { ty.page_log2 << abi::PAGE_SHIFT };
    page | if ty.memory64 { abi::FLAG_64 } else { 0 } | if ty.shared { abi::FLAG_SHARED } else { 0 }
}

/// A constant C string with a symbol's own name, for reports.
fn label<'ctx>(cx: &ModuleCx<'_, 'ctx>, symbol: &std::ffi::CStr) -> Val<'ctx> {
    let text = cx.ctx.const_string(symbol.to_bytes(), true);
    let global = cx.module.add_global(text.get_type(), None, "");
    global.set_initializer(&text);
    global.set_constant(true);
    global.set_linkage(Linkage::Private);
    global.as_pointer_value().into()
}

fn memories<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>) -> Result<()> {
    for (item, global) in cx.p.memories.iter().zip(&cx.memories) {
        if item.def.is_none() {
            continue;
        }
        let ty = &item.ty;
        let mut args: Vec<Val<'ctx>> = vec![
            e.c64(ty.min).into(),
            e.c64(ty.max.unwrap_or(u64::MAX)).into(),
            e.c32(flags(ty)).into(),
            label(cx, global.get_name()),
        ];
        if cx.o.memory == MemoryForm::Symbol {
            args.insert(0, global.as_pointer_value().into());
            e.call(cx.runtime(abi::MEMORY_NEW_AT)?, &args)?;
        } else {
            let memory = value(e.call(cx.runtime(abi::MEMORY_NEW)?, &args)?)?;
            e.store(global.as_pointer_value(), memory, 8)?;
        }
    }
    Ok(())
}

fn globals<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>) -> Result<()> {
    for (item, global) in cx.p.globals.iter().zip(&cx.globals) {
        let Some(init) = &item.def else { continue };
        let v = constant(cx, e, init)?;
        let v = if v.is_vector_value() { e.cast(v, e.v128())? } else { v };
        if is_const(v) {
            global.set_initializer(&v);
            global.set_constant(!item.ty.mutable);
        } else {
            e.b.build_store(global.as_pointer_value(), v)?;
        }
    }
    Ok(())
}

fn tables<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>) -> Result<()> {
    for (item, global) in cx.p.tables.iter().zip(&cx.tables) {
        let Some(init) = &item.def else { continue };
        let first = match init {
            Some(expr) => constant(cx, e, expr)?,
            None => e.ptr().const_null().into(),
        };
        let args = [
            e.c64(item.ty.min).into(),
            e.c64(item.ty.max.unwrap_or(u64::MAX)).into(),
            e.c32(if item.ty.table64 { abi::FLAG_64 } else { 0 }).into(),
            first,
            label(cx, global.get_name()),
        ];
        let table = value(e.call(cx.runtime(abi::TABLE_NEW)?, &args)?)?;
        e.store(global.as_pointer_value(), table, 8)?;
    }
    Ok(())
}

fn segments<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>) -> Result<()> {
    for (elem, segment) in cx.p.elems.iter().zip(&cx.elems) {
        if !elem.declared {
            fill(cx, e, &elem.entries, segment.data)?;
        }
    }
    for (elem, segment) in cx.p.elems.iter().zip(&cx.elems) {
        let Some((table, at)) = &elem.active else { continue };
        let at = e.zext64(constant(cx, e, at)?.into_int_value())?;
        let table = cx.table_handle(e, *table)?;
        let (data, n) = (segment.data.as_pointer_value(), e.c64(segment.count));
        let args = [table.into(), at.into(), data.into(), n.into(), e.c64(0).into(), n.into()];
        e.call(cx.runtime(abi::TABLE_INIT)?, &args)?;
    }
    for (data, segment) in cx.p.datas.iter().zip(&cx.datas) {
        let Some((memory, at)) = &data.active else { continue };
        let at = e.zext64(constant(cx, e, at)?.into_int_value())?;
        let memory = cx.memory_handle(e, *memory)?;
        let (bytes, n) = (segment.data.as_pointer_value(), e.c64(segment.count));
        let args = [memory.into(), at.into(), bytes.into(), n.into(), e.c64(0).into(), n.into()];
        e.call(cx.runtime(abi::MEMORY_INIT)?, &args)?;
    }
    Ok(())
}

/// The entries of an element segment: its initial value where they are constants, stores where not.
fn fill<'ctx>(
    cx: &ModuleCx<'_, 'ctx>,
    e: &Emit<'_, 'ctx>,
    entries: &Entries<'_>,
    data: inkwell::values::GlobalValue<'ctx>,
) -> Result<()> {
    let mut values = Vec::new();
    let mut late = Vec::new();
    match entries {
        Entries::Funcs(list) => {
            for f in list {
                values.push(cx.descriptor(*f)?);
            }
        }
        Entries::Exprs(list) => {
            for (i, expr) in list.iter().enumerate() {
                let v = constant(cx, e, expr)?;
                let constant = is_const(v);
                if !constant {
                    late.push((i as u64, v));
                }
                values.push(if constant { v.into_pointer_value() } else { e.ptr().const_null() });
            }
        }
    }
    data.set_initializer(&e.ptr().const_array(&values));
    data.set_constant(late.is_empty());
    for (i, v) in late {
        e.store(e.at(data.as_pointer_value(), i * 8)?, v, 8)?;
    }
    Ok(())
}

/// The value of a constant expression, with the instructions that it needs.
fn constant<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>, expr: &ConstExpr<'_>) -> Result<Val<'ctx>> {
    use Operator as O;
    let mut stack: Vec<Val<'ctx>> = Vec::new();
    for op in expr.get_operators_reader() {
        let v: Val<'ctx> = match op? {
            O::I32Const { value } => e.c32(value as u32).into(),
            O::I64Const { value } => e.c64(value as u64).into(),
            O::F32Const { value } => e.cast(e.c32(value.bits()).into(), cx.ctx.f32_type())?,
            O::F64Const { value } => e.cast(e.c64(value.bits()).into(), cx.ctx.f64_type())?,
            O::V128Const { value } => vector(e, value.bytes()),
            O::RefNull { .. } => zero(e.ptr().into()),
            O::RefFunc { function_index } => cx.descriptor(function_index)?.into(),
            O::GlobalGet { global_index } => global(cx, e, global_index as usize)?,
            O::End => break,
            op => {
                let (b, a) = (stack.pop(), stack.pop());
                let (Some(Val::IntValue(b)), Some(Val::IntValue(a))) = (b, a) else {
                    return Err(LiftError::Unsupported("garbage collection".into()));
                };
                match op {
                    O::I32Add | O::I64Add => e.b.build_int_add(a, b, "")?.into(),
                    O::I32Sub | O::I64Sub => e.b.build_int_sub(a, b, "")?.into(),
                    O::I32Mul | O::I64Mul => e.b.build_int_mul(a, b, "")?.into(),
                    _ => return Err(LiftError::Unsupported("garbage collection".into())),
                }
            }
        };
        stack.push(v);
    }
    stack.pop().ok_or_else(|| LiftError::Internal("an empty constant expression".into()))
}

/// A global's value: its constant where it has one.
fn global<'ctx>(cx: &ModuleCx<'_, 'ctx>, e: &Emit<'_, 'ctx>, index: usize) -> Result<Val<'ctx>> {
    let global = cx.globals[index];
    match global.get_initializer() {
        Some(v) if global.is_constant() => Ok(v),
        _ => {
            Ok(e.b.build_load(cx.llvm_type(&cx.p.globals[index].ty.value), global.as_pointer_value(), "")?)
        }
    }
}

/// A vector constant.
pub fn vector<'ctx>(e: &Emit<'_, 'ctx>, bytes: &[u8; 16]) -> Val<'ctx> {
    let lanes: Vec<_> = bytes.iter().map(|b| e.ctx.i8_type().const_int(u64::from(*b), false)).collect();
    inkwell::types::VectorType::const_vector(&lanes).into()
}
