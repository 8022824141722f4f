//! WebAssembly for embedders: linking modules, instantiating them, calls with values, memories and globals by name.
//!
//! ```no_run
//! use svm_engine::wasm::{Linker, Value};
//! use svm_engine::{Engine, Instance};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut linker = Linker::new();
//! linker.module("app", br#"(module
//!     (import "host" "next" (func $next (param i32) (result i32)))
//!     (func (export "twice") (param i32) (result i32)
//!         (call $next (call $next (local.get 0)))))"#)?;
//! let module = linker.load(&Engine::new())?;
//! let mut instance = Instance::builder(&module)
//!     .import("host", "next", |_cx, (n,): (i32,)| Ok(n + 1))
//!     .build()?;
//! instance.instantiate("app")?;
//! assert_eq!(instance.invoke("app", "twice", &[Value::I32(40)])?, [Value::I32(42)]);
//! # Ok(())
//! # }
//! ```
//!
//! The modules of a [`Linker`] run in one process: they can share memories, tables and globals, and C modules that
//! are linked with them as well. Modules that must not reach each other's objects belong into separate instances.

mod import;
mod linker;
mod value;

pub use import::ImportArgs;
pub use linker::Linker;
pub use svm_lifters::wasm::{
    Export, ExternType, FuncType, GlobalType, Heap, Import, MemoryType, ModuleInfo, TableType, ValType,
    Version,
};
pub use value::Value;

use svm_lifters::wasm::{hidden, invoke};
use svm_memory::{GuestPtr, ObjectKind, SiteId};

use super::{Fault, Instance};
pub use crate::host::wasm::LinearMemory;
use crate::ir::{FuncId, Symbol};
pub use crate::machine::WasmTrap;
use crate::machine::{Cx, Limit, Outcome, Result as Run, Trap};

/// Bytes that a value takes in memory.
const STEP: usize = 16;

impl Instance {
    /// Makes a module's memories and tables, fills them, and runs its start function. To be called once for each
    /// module, after those that it imports from; what instantiation did before it failed stays done.
    ///
    /// # Errors
    ///
    /// A segment outside of its memory or table, an imported memory or table that is too small, or whatever stopped
    /// the start function.
    pub fn instantiate(&mut self, module: &str) -> Result<(), Fault> {
        self.call(&hidden(module, "instantiate"), ())
    }

    /// Calls an exported function with values of its parameters' types.
    ///
    /// # Errors
    ///
    /// No such export, other types, or whatever stopped the call.
    pub fn invoke(&mut self, module: &str, field: &str, args: &[Value]) -> Result<Vec<Value>, Fault> {
        let (code, ty) = self.callee(module, field, args)?;
        self.invoke_code(code, &ty, args).map_err(|outcome| self.fault(*outcome))
    }

    /// What a call of that export with these values calls, and the export's type.
    pub(crate) fn callee(
        &self,
        module: &str,
        field: &str,
        args: &[Value],
    ) -> Result<(FuncId, FuncType), Fault> {
        let refuse = |kind, title| Fault::refused(kind, title, module);
        let ty = match self.process().wasm.export(module, field).map(|e| &e.ty) {
            Some(ExternType::Func(ty)) => ty.clone(),
            _ => {
                let title = format!("the module {module} exports no function `{field}`");
                return Err(refuse("no-such-function", title));
            }
        };
        let fits = args.len() == ty.params.len() && args.iter().zip(&ty.params).all(|(v, t)| v.is(t));
        match self.process().export(&invoke(module, field)) {
            Some((Symbol::Func(id), _)) if fits => Ok((id, ty)),
            _ => {
                let title = format!("`{field}` of {module} takes {} and not {args:?}", list(&ty.params));
                Err(refuse("call-type-mismatch", title))
            }
        }
    }

    /// Carries out what [`Instance::callee`] has found.
    pub(crate) fn invoke_code(
        &mut self,
        code: FuncId,
        ty: &FuncType,
        args: &[Value],
    ) -> Result<Vec<Value>, Box<Outcome>> {
        self.with_cx(|cx| {
            let given = buffer(cx, args.len())?;
            let bytes: Vec<u8> = args.iter().flat_map(|v| v.bits().to_le_bytes()).collect();
            cx.mem().write(given, &bytes)?;
            let taken = buffer(cx, ty.results.len())?;
            let slots = [given.bits(), taken.bits()];
            let called = crate::interp::enter_guest(cx.process, cx.thread, code, &slots);
            let results = called.and_then(|_| results(cx, taken, &ty.results));
            for p in [given, taken] {
                cx.mem().release_at(p, SiteId::NONE);
            }
            results
        })
    }

    /// The value of an exported global.
    ///
    /// # Errors
    ///
    /// No such export.
    pub fn wasm_global(&self, module: &str, field: &str) -> Result<Value, Fault> {
        let export = self.process().wasm.export(module, field);
        let found = export.and_then(|e| match &e.ty {
            ExternType::Global(ty) => Some((ty.value.clone(), self.symbol(&e.symbol)?)),
            _ => None,
        });
        let Some((ty, at)) = found else {
            let title = format!("the module {module} exports no global `{field}`");
            return Err(Fault::refused("no-such-global", title, module));
        };
        let bytes = self.memory().read(at, size(&ty))?;
        let mut bits = [0; STEP];
        bits[..bytes.len()].copy_from_slice(&bytes);
        Ok(Value::from_bits(&ty, u128::from_le_bytes(bits)))
    }

    /// Works on an exported memory.
    ///
    /// # Errors
    ///
    /// No such export, or an access outside of it.
    pub fn wasm_memory<T>(
        &mut self,
        module: &str,
        field: &str,
        work: impl FnOnce(LinearMemory<'_>) -> Run<T>,
    ) -> Result<T, Fault> {
        let done = self.with_cx(|cx| work(cx.linear_memory(module, field)?));
        done.map_err(|outcome| self.fault(*outcome))
    }
}

impl Fault {
    /// The trap, if it is one of WebAssembly's.
    pub fn wasm_trap(&self) -> Option<WasmTrap> {
        match self.trap() {
            Some(Trap::Wasm(trap)) => Some(*trap),
            _ => None,
        }
    }
}

/// Room for so many values.
fn buffer(cx: &mut Cx<'_>, values: usize) -> Run<GuestPtr> {
    let made = cx.mem().alloc((values * STEP) as u64, STEP as u64, ObjectKind::Host, SiteId::NONE);
    made.map_err(|_| Trap::Limit(Limit::Memory))
}

fn results(cx: &Cx<'_>, at: GuestPtr, types: &[ValType]) -> Run<Vec<Value>> {
    let bytes = cx.mem().slice(at, (types.len() * STEP) as u64)?.to_vec();
    let one = |(ty, bytes): (&ValType, &[u8])| {
        let mut bits = [0; STEP];
        bits.copy_from_slice(bytes);
        Value::from_bits(ty, u128::from_le_bytes(bits))
    };
    Ok(types.iter().zip(bytes.chunks_exact(STEP)).map(one).collect())
}

/// Bytes that a global of that type takes.
fn size(ty: &ValType) -> u64 {
    match ty {
        ValType::I32 | ValType::F32 => 4,
        ValType::V128 => 16,
        ValType::I64 | ValType::F64 | ValType::Ref(..) => 8,
    }
}

/// Types as text.
fn list(types: &[ValType]) -> String {
    let name = |t: &ValType| match t {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::V128 => "v128",
        ValType::Ref(..) => "ref",
    };
    format!("({})", types.iter().map(name).collect::<Vec<_>>().join(", "))
}
