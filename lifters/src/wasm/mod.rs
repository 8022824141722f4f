//! WebAssembly modules to LLVM bitcode.
//!
//! `parse` validates and takes a module apart, `module` declares its functions and state as LLVM symbols, `func` lifts
//! bodies, `instantiate` emits the function that makes memories, tables and segments. What the bitcode asks of its
//! host is `svm_memory::abi::wasm`. Supported is WebAssembly 3.0 without garbage collection.

mod emit;
mod error;
mod func;
mod identity;
mod instantiate;
mod lazy;
mod module;
mod names;
mod parse;
mod types;
mod wrappers;

use std::collections::HashMap;

use inkwell::context::Context;

pub use error::LiftError;
pub use lazy::Lazy;
pub use names::{escape, hidden, invoke, symbol};
pub use types::{
    Export, ExternType, FuncType, GlobalType, Heap, Import, MemoryType, ModuleInfo, TableType, ValType,
};

use error::Result;

/// How lifted code reaches a linear memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemoryForm {
    /// A global holds the base pointer, which never changes; the host checks every access against its object.
    Loaded,
    /// The symbol is the memory; the host checks every access against its object.
    #[default]
    Symbol,
    /// A global holds a handle `{ ptr base, i64 bytes, ... }`; the code itself compares every access.
    Checked,
}

/// Which edition of the specification a module must be valid in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// WebAssembly 1.0: the MVP.
    V1,
    /// 2.0: with bulk memory, reference types, several results, SIMD.
    V2,
    /// 3.0 but for garbage collection, and threads.
    #[default]
    V3,
}

/// How to lift.
#[derive(Clone, Debug)]
pub struct LiftOptions {
    /// The module's name in symbols.
    pub name: String,
    /// The form of memory accesses.
    pub memory: MemoryForm,
    /// (module, field) of an import to the symbol that serves it; others are `wasm$MODULE$FIELD`.
    pub imports: HashMap<(String, String), String>,
    /// Emit a constructor that instantiates, and `main` where `_start` is exported.
    pub ctor: bool,
    /// Emit `wasm_invoke$MODULE$FIELD(arguments, results)` for every exported function.
    pub invoke: bool,
    /// What the module may use.
    pub version: Version,
}

impl Default for LiftOptions {
    fn default() -> LiftOptions {
        LiftOptions {
            name: String::new(),
            memory: MemoryForm::default(),
            imports: HashMap::new(),
            ctor: false,
            invoke: true,
            version: Version::V3,
        }
    }
}

/// A lifted module.
#[derive(Clone, Debug)]
pub struct Lifted {
    /// LLVM bitcode.
    pub bitcode: Vec<u8>,
    /// What it imports and exports.
    pub info: ModuleInfo,
}

/// Lifts a module in the binary or the text form.
///
/// # Errors
/// What is malformed, invalid or not supported.
pub fn lift(bytes: &[u8], options: &LiftOptions) -> Result<Lifted> {
    with_module(bytes, options, |module, info| {
        Ok(Lifted { bitcode: module.write_bitcode_to_memory().as_slice().to_vec(), info })
    })
}

/// Lifts a module and verifies the result with LLVM; gives its text.
///
/// # Errors
/// As [`lift`], and what the verifier finds.
pub fn lift_to_text(bytes: &[u8], options: &LiftOptions) -> Result<String> {
    with_module(bytes, options, |module, _| {
        module.verify().map_err(|e| LiftError::Internal(e.to_string_lossy().into_owned()))?;
        Ok(module.print_to_string().to_string())
    })
}

/// A module in the binary form, whichever it is in.
///
/// # Errors
/// The text does not parse.
pub fn binary(bytes: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>> {
    match bytes.starts_with(b"\0asm") {
        true => Ok(std::borrow::Cow::Borrowed(bytes)),
        false => wat::parse_bytes(bytes).map_err(|e| LiftError::Text(e.to_string())),
    }
}

fn with_module<T>(
    bytes: &[u8],
    options: &LiftOptions,
    then: impl FnOnce(&inkwell::module::Module<'_>, ModuleInfo) -> Result<T>,
) -> Result<T> {
    let binary = binary(bytes)?;
    let parsed = parse::parse(&binary, options.version)?;
    let context = Context::create();
    let cx = module::ModuleCx::new(&context, &parsed, options)?;
    for index in 0..parsed.funcs.len() as u32 {
        func::lift(&cx, index)?;
    }
    instantiate::emit(&cx)?;
    wrappers::emit(&cx)?;
    then(&cx.module, cx.info())
}
