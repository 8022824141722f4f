//! The symbols of a lifted module: functions, memories, tables, globals, segments, and what runs at run time.

use std::cell::RefCell;
use std::collections::HashMap;

use inkwell::AddressSpace;
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::targets::{TargetData, TargetTriple};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{FunctionValue, GlobalValue, PointerValue};
use svm_memory::abi::wasm::{MEMORY_SECTION, WASM_RUNTIME};
use wasmparser::ExternalKind;

use super::emit::{Emit, Val};
use super::error::{LiftError, Result};
use super::parse::{Entries, Item, Origin, Parsed};
use super::types::{Export, FuncType, Import, ModuleInfo, ValType};
use super::{LiftOptions, MemoryForm, names};

/// LLVM's number of `tailcc`, with which `musttail` allows other parameters than the caller's.
pub const TAILCC: u32 = 18;

/// The data layout of x86-64 Linux.
const LAYOUT: &str = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";

/// A segment: its contents and how many are left (0 once dropped).
#[derive(Clone, Copy)]
pub struct Segment<'ctx> {
    /// An array.
    pub data: GlobalValue<'ctx>,
    /// `i64`, the number of elements.
    pub len: GlobalValue<'ctx>,
    /// That number at first.
    pub count: u64,
}

/// A module under construction.
pub struct ModuleCx<'a, 'ctx> {
    pub ctx: &'ctx Context,
    pub module: Module<'ctx>,
    pub p: &'a Parsed<'a>,
    pub o: &'a LiftOptions,
    pub funcs: Vec<FunctionValue<'ctx>>,
    pub memories: Vec<GlobalValue<'ctx>>,
    pub tables: Vec<GlobalValue<'ctx>>,
    pub globals: Vec<GlobalValue<'ctx>>,
    pub tags: Vec<GlobalValue<'ctx>>,
    pub elems: Vec<Segment<'ctx>>,
    pub datas: Vec<Segment<'ctx>>,
    runtime: RefCell<HashMap<&'static str, FunctionValue<'ctx>>>,
    descriptors: RefCell<HashMap<u32, GlobalValue<'ctx>>>,
}

impl<'a, 'ctx> ModuleCx<'a, 'ctx> {
    /// Declares everything.
    pub fn new(ctx: &'ctx Context, p: &'a Parsed<'a>, o: &'a LiftOptions) -> Result<ModuleCx<'a, 'ctx>> {
        let module = ctx.create_module(&o.name);
        // Clang's own, so that modules of both link without a warning.
        module.set_triple(&TargetTriple::create("x86_64-pc-linux-gnu"));
        module.set_data_layout(&TargetData::create(LAYOUT).get_data_layout());
        let mut cx = ModuleCx {
            ctx,
            module,
            p,
            o,
            funcs: Vec::new(),
            memories: Vec::new(),
            tables: Vec::new(),
            globals: Vec::new(),
            tags: Vec::new(),
            elems: Vec::new(),
            datas: Vec::new(),
            runtime: RefCell::default(),
            descriptors: RefCell::default(),
        };
        cx.funcs = (0..p.funcs.len() as u32).map(|i| cx.declare_func(i)).collect();
        let ptr = ctx.ptr_type(AddressSpace::default()).as_basic_type_enum();
        let memory = match o.memory {
            MemoryForm::Symbol => ctx.i8_type().array_type(0).as_basic_type_enum(),
            _ => ptr,
        };
        cx.memories = cx.variables(&p.memories, ExternalKind::Memory, 'm', |_| memory);
        if o.memory == MemoryForm::Symbol {
            cx.memories.iter().for_each(|m| m.set_section(Some(MEMORY_SECTION)));
        }
        cx.tables = cx.variables(&p.tables, ExternalKind::Table, 't', |_| ptr);
        cx.globals = cx.variables(&p.globals, ExternalKind::Global, 'g', |t| cx.llvm_type(&t.value));
        cx.tags = cx.variables(&p.tags, ExternalKind::Tag, 'x', |_| ctx.i64_type().as_basic_type_enum());
        for (i, elem) in p.elems.iter().enumerate() {
            let count = match &elem.entries {
                Entries::Funcs(list) => list.len(),
                Entries::Exprs(list) => list.len(),
            };
            let ty = ctx.ptr_type(AddressSpace::default()).array_type(count as u32);
            let gone = elem.active.is_some() || elem.declared;
            let segment = cx.segment(&format!("e{i}"), ty.const_zero().into(), count as u64, gone);
            cx.elems.push(segment);
        }
        for (i, data) in p.datas.iter().enumerate() {
            let bytes = ctx.const_string(data.bytes, false);
            let count = data.bytes.len() as u64;
            let segment = cx.segment(&format!("d{i}"), bytes.into(), count, data.active.is_some());
            segment.data.set_constant(true);
            cx.datas.push(segment);
        }
        Ok(cx)
    }

    /// A builder of its own.
    pub fn emit(&self) -> Emit<'_, 'ctx> {
        Emit::new(self.ctx, &self.module)
    }

    /// The name under which something is exported first.
    fn exported(&self, kind: ExternalKind, index: u32) -> Option<&'a str> {
        self.p.exports.iter().find(|(_, k, i)| *k == kind && *i == index).map(|(name, ..)| *name)
    }

    fn import_symbol(&self, (module, field): Origin<'_>) -> String {
        let key = (module.to_string(), field.to_string());
        self.o.imports.get(&key).cloned().unwrap_or_else(|| names::symbol(module, field))
    }

    /// The symbol of a definition or import, and whether others may see it.
    fn symbol(
        &self,
        import: Option<Origin<'_>>,
        kind: ExternalKind,
        letter: char,
        index: u32,
    ) -> (String, bool) {
        if let Some(origin) = import {
            return (self.import_symbol(origin), true);
        }
        match self.exported(kind, index) {
            Some(field) => (names::symbol(&self.o.name, field), true),
            None => (names::hidden(&self.o.name, &format!("{letter}{index}")), false),
        }
    }

    fn declare_func(&self, index: u32) -> FunctionValue<'ctx> {
        let item = &self.p.funcs[index as usize];
        let (symbol, visible) = self.symbol(item.import, ExternalKind::Func, 'f', index);
        // The same import may be named several times, in theory with different types.
        let ty = self.func_type(self.p.type_of(index), self.needs_memory(index));
        if let Some(known) = self.module.get_function(&symbol)
            && known.get_type() == ty
        {
            return known;
        }
        let f = self.module.add_function(
            &symbol,
            ty,
            Some(if visible { Linkage::External } else { Linkage::Internal }),
        );
        if item.import.is_none() && self.p.tail_calls {
            f.set_call_conventions(TAILCC);
        }
        f
    }

    /// Functions of WASI get the module's memory as their first argument.
    pub fn needs_memory(&self, func: u32) -> bool {
        matches!(self.p.funcs[func as usize].import, Some(("wasi_snapshot_preview1" | "wasi_unstable", _)))
    }

    fn variables<T, D>(
        &self,
        items: &[Item<'a, T, D>],
        kind: ExternalKind,
        letter: char,
        ty: impl Fn(&T) -> BasicTypeEnum<'ctx>,
    ) -> Vec<GlobalValue<'ctx>> {
        let mut out = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let (symbol, visible) = self.symbol(item.import, kind, letter, i as u32);
            let ty = ty(&item.ty);
            if let Some(known) = self.module.get_global(&symbol)
                && known.get_value_type().try_into() == Ok(ty)
                && item.import.is_some()
            {
                out.push(known);
                continue;
            }
            let global = self.module.add_global(ty, None, &symbol);
            if item.import.is_none() {
                global.set_initializer(&ty.const_zero());
                global.set_linkage(if visible { Linkage::External } else { Linkage::Internal });
            }
            out.push(global);
        }
        out
    }

    fn segment(&self, what: &str, init: Val<'ctx>, count: u64, gone: bool) -> Segment<'ctx> {
        let name = names::hidden(&self.o.name, what);
        let data = self.module.add_global(init.get_type(), None, &name);
        data.set_initializer(&init);
        data.set_linkage(Linkage::Internal);
        let i64 = self.ctx.i64_type();
        let len = self.module.add_global(i64, None, &format!("{name}.len"));
        len.set_initializer(&i64.const_int(if gone { 0 } else { count }, false));
        len.set_linkage(Linkage::Internal);
        Segment { data, len, count }
    }

    /// LLVM's type of a value.
    pub fn llvm_type(&self, ty: &ValType) -> BasicTypeEnum<'ctx> {
        match ty {
            ValType::I32 => self.ctx.i32_type().into(),
            ValType::I64 => self.ctx.i64_type().into(),
            ValType::F32 => self.ctx.f32_type().into(),
            ValType::F64 => self.ctx.f64_type().into(),
            ValType::V128 => self.ctx.i8_type().vec_type(16).into(),
            ValType::Ref(..) => self.ctx.ptr_type(AddressSpace::default()).into(),
        }
    }

    /// LLVM's type of a function; `memory`: with the leading memory of WASI's functions.
    pub fn func_type(&self, ty: &FuncType, memory: bool) -> FunctionType<'ctx> {
        let mut params: Vec<BasicMetadataTypeEnum> = Vec::new();
        if memory {
            params.push(self.ctx.ptr_type(AddressSpace::default()).into());
        }
        params.extend(ty.params.iter().map(|t| BasicMetadataTypeEnum::from(self.llvm_type(t))));
        match ty.results.as_slice() {
            [] => self.ctx.void_type().fn_type(&params, false),
            [one] => self.llvm_type(one).fn_type(&params, false),
            many => {
                let fields: Vec<_> = many.iter().map(|t| self.llvm_type(t)).collect();
                self.ctx.struct_type(&fields, false).fn_type(&params, false)
            }
        }
    }

    /// A function of the runtime.
    pub fn runtime(&self, name: &'static str) -> Result<FunctionValue<'ctx>> {
        if let Some(f) = self.runtime.borrow().get(name) {
            return Ok(*f);
        }
        let row = WASM_RUNTIME.iter().find(|r| r.name == name);
        let row = row.ok_or_else(|| LiftError::Internal(format!("no runtime function {name}")))?;
        let ptr = self.ctx.ptr_type(AddressSpace::default());
        let ty = |c: u8| -> BasicTypeEnum<'ctx> {
            match c {
                b'p' => ptr.into(),
                b'q' => self.ctx.i64_type().into(),
                _ => self.ctx.i32_type().into(),
            }
        };
        let proto = row.proto.as_bytes();
        let params: Vec<BasicMetadataTypeEnum> = proto[1..].iter().map(|c| ty(*c).into()).collect();
        let ty = match proto[0] {
            b'v' => self.ctx.void_type().fn_type(&params, false),
            c => ty(c).fn_type(&params, false),
        };
        let f = self.module.add_function(name, ty, None);
        if proto[0] == b'v' && proto.len() == 2 {
            let noreturn = inkwell::attributes::Attribute::get_named_enum_kind_id("noreturn");
            let attribute = self.ctx.create_enum_attribute(noreturn, 0);
            f.add_attribute(inkwell::attributes::AttributeLoc::Function, attribute);
        }
        self.runtime.borrow_mut().insert(name, f);
        Ok(f)
    }

    /// The personality of functions with landing pads; only its name counts.
    pub fn personality(&self) -> FunctionValue<'ctx> {
        let name = svm_memory::abi::wasm::PERSONALITY;
        self.module
            .get_function(name)
            .unwrap_or_else(|| self.module.add_function(name, self.ctx.i32_type().fn_type(&[], true), None))
    }

    /// The descriptor `{ ptr code, i64 type }` that a reference to a function points to.
    pub fn descriptor(&self, func: u32) -> Result<PointerValue<'ctx>> {
        if let Some(global) = self.descriptors.borrow().get(&func) {
            return Ok(global.as_pointer_value());
        }
        let code = match self.needs_memory(func) {
            true => super::wrappers::without_memory(self, func)?,
            false => self.funcs[func as usize],
        };
        let id = self.ctx.i64_type().const_int(self.p.type_of(func).id(), false);
        let value =
            self.ctx.const_struct(&[code.as_global_value().as_pointer_value().into(), id.into()], false);
        let name = names::hidden(&self.o.name, &format!("r{func}"));
        let global = self.module.add_global(value.get_type(), None, &name);
        global.set_initializer(&value);
        global.set_constant(true);
        global.set_linkage(Linkage::Internal);
        self.descriptors.borrow_mut().insert(func, global);
        Ok(global.as_pointer_value())
    }

    /// Memory 0, as functions of WASI get it.
    pub fn memory_argument(&self, e: &Emit<'_, 'ctx>) -> Result<Val<'ctx>> {
        match self.memories.first() {
            None => Ok(e.ptr().const_null().into()),
            Some(_) => Ok(self.memory_handle(e, 0)?.into()),
        }
    }

    /// What runtime functions are given for a memory.
    pub fn memory_handle(&self, e: &Emit<'_, 'ctx>, index: u32) -> Result<PointerValue<'ctx>> {
        let global = self.memories[index as usize].as_pointer_value();
        match self.o.memory {
            MemoryForm::Symbol => Ok(global),
            _ => Ok(e.load(e.ptr(), global, 8)?.into_pointer_value()),
        }
    }

    /// What runtime functions are given for a table.
    pub fn table_handle(&self, e: &Emit<'_, 'ctx>, index: u32) -> Result<PointerValue<'ctx>> {
        Ok(e.load(e.ptr(), self.tables[index as usize].as_pointer_value(), 8)?.into_pointer_value())
    }

    /// The symbol of an entry of an index space.
    pub fn symbol_of(&self, kind: ExternalKind, index: u32) -> String {
        let i = index as usize;
        let name = match kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                return self.funcs[i].get_name().to_string_lossy().into_owned();
            }
            ExternalKind::Table => self.tables[i].get_name(),
            ExternalKind::Memory => self.memories[i].get_name(),
            ExternalKind::Global => self.globals[i].get_name(),
            ExternalKind::Tag => self.tags[i].get_name(),
        };
        name.to_string_lossy().into_owned()
    }

    /// What the host is told.
    pub fn info(&self) -> ModuleInfo {
        let import = |((module, field), kind, index): &(Origin<'_>, ExternalKind, u32)| Import {
            module: module.to_string(),
            field: field.to_string(),
            ty: self.p.extern_type(*kind, *index),
            symbol: self.symbol_of(*kind, *index),
        };
        let export = |(name, kind, index): &(&str, ExternalKind, u32)| Export {
            name: name.to_string(),
            ty: self.p.extern_type(*kind, *index),
            symbol: self.symbol_of(*kind, *index),
        };
        ModuleInfo {
            name: self.o.name.clone(),
            imports: self.p.imports.iter().map(import).collect(),
            exports: self.p.exports.iter().map(export).collect(),
            start: self.p.start.is_some(),
        }
    }
}
