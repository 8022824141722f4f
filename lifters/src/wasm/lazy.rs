//! Modules whose bodies are lifted one by one, as they are asked for. Everything else of the module is there from the
//! beginning, validated: symbols, instantiation, wrappers; a function has a placeholder for its body. So a program
//! starts in the time that its declarations take, however large it is.
//!
//! Owns what the module under construction refers to. LLVM's context and module belong to whoever loads them.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use inkwell::context::Context;
use inkwell::llvm_sys::prelude::{LLVMContextRef, LLVMModuleRef, LLVMValueRef};
use inkwell::values::AsValueRef;
use svm_memory::abi::wasm::WASM_RUNTIME;

use super::error::Result;
use super::module::ModuleCx;
use super::parse::{self, Parsed};
use super::{LiftOptions, ModuleInfo, func, instantiate, wrappers};

/// A module, some of whose bodies have been lifted.
pub struct Lazy {
    /// Refers to the next four.
    cx: ManuallyDrop<ModuleCx<'static, 'static>>,
    context: *mut ManuallyDrop<Context>,
    parsed: *mut Parsed<'static>,
    options: *mut LiftOptions,
    _bytes: Arc<[u8]>,
    /// LLVM's functions to numbers of those that have a body.
    functions: HashMap<usize, u32>,
}

// SAFETY: everything in it is its own, or LLVM's context with what is in it, which may move between threads as long
// as only one uses it at a time; `Lazy` is not `Sync`.
unsafe impl Send for Lazy {}

impl Lazy {
    /// Validates a binary module and declares what is in it. None for a module that is valid only with garbage
    /// collection's types: what is not supported in its bodies must be found at once.
    ///
    /// # Errors
    /// As [`super::lift`].
    pub fn open(bytes: Arc<[u8]>, options: LiftOptions) -> Result<Option<(Lazy, ModuleInfo)>> {
        // SAFETY: the bytes live as long as the `Lazy`, which lets nothing out that refers to them.
        let forever: &'static [u8] = unsafe { &*std::ptr::from_ref(&*bytes) };
        let parsed = parse::parse(forever, options.version)?;
        if !parsed.plain {
            return Ok(None);
        }
        let parsed = Box::into_raw(Box::new(parsed));
        let options = Box::into_raw(Box::new(options));
        let context = Box::into_raw(Box::new(ManuallyDrop::new(Context::create())));
        // SAFETY: the three boxes are freed by `Drop` alone, after everything that refers to them.
        let made = unsafe { ModuleCx::new(&*context, &*parsed, &*options) };
        let cx = ManuallyDrop::new(made?);
        let lazy = Lazy { cx, context, parsed, options, _bytes: bytes, functions: HashMap::new() };
        lazy.declare().map(Some)
    }

    fn declare(mut self) -> Result<(Lazy, ModuleInfo)> {
        let cx = &*self.cx;
        let e = cx.emit();
        for (index, item) in cx.p.funcs.iter().enumerate() {
            if item.def.is_some() {
                let f = cx.funcs[index];
                e.b.position_at_end(e.block(f, ""));
                e.b.build_unreachable()?;
                self.functions.insert(f.as_value_ref() as usize, index as u32);
            }
        }
        // What bodies may refer to: later, no symbol can be added.
        for row in WASM_RUNTIME {
            cx.runtime(row.name)?;
        }
        cx.personality();
        instantiate::emit(cx)?;
        wrappers::emit(cx)?;
        for index in cx.p.referable() {
            cx.descriptor(index)?;
        }
        let info = cx.info();
        Ok((self, info))
    }

    /// LLVM's context, which the caller disposes of, after this value and the module.
    pub fn context(&self) -> LLVMContextRef {
        self.cx.ctx.raw()
    }

    /// LLVM's module, which the caller disposes of, after this value.
    pub fn module(&self) -> LLVMModuleRef {
        self.cx.module.as_mut_ptr()
    }

    /// Gives a function its body in place of the placeholder. Others are left alone.
    ///
    /// # Errors
    /// What the body has that is not supported.
    pub fn lift(&self, function: LLVMValueRef) -> Result<()> {
        let Some(index) = self.functions.get(&(function as usize)) else { return Ok(()) };
        if let Some(block) = self.cx.funcs[*index as usize].get_first_basic_block() {
            // SAFETY: the placeholder is a block of its function, and nothing refers to it.
            let _ = unsafe { block.delete() };
        }
        func::lift(&self.cx, *index)
    }
}

impl Drop for Lazy {
    fn drop(&mut self) {
        // SAFETY: taken once; the module is not this value's to dispose of, and neither is the context (a
        // `ManuallyDrop`); what is left refers to nothing any more.
        unsafe {
            let ModuleCx { module, .. } = ManuallyDrop::take(&mut self.cx);
            std::mem::forget(module);
            drop(Box::from_raw(self.context));
            drop(Box::from_raw(self.options));
            drop(Box::from_raw(self.parsed));
        }
    }
}
