//! Random WebAssembly modules (crate `wasm-smith`) on SVM and on wasmi: what their exports return, how they trap, what
//! their memories and globals hold afterwards must be the same. Each module counts its own steps, so that all end.

use arbitrary::Unstructured;
use svm_engine::wasm::{ExternType, Linker, ModuleInfo, Value, WasmTrap};
use svm_engine::{Config, Engine, Fault, Instance};
use wasm_smith::Module;
use wasmi::{Extern, TrapCode, Val};

use crate::Check;

/// Loop iterations and calls after which a module stops itself, with `unreachable`.
const STEPS: u32 = 500;
/// Bytes of randomness that a module is made of.
const ENTROPY: usize = 4096;
/// Pages that a memory can have: the same on both sides, so that growing succeeds on both or on none.
const PAGES: u64 = 16;

/// What a call came to.
#[derive(Clone, Debug, PartialEq)]
enum End {
    /// These results: bits of numbers and vectors; of references only whether they are null.
    Returned(Vec<u128>),
    /// A trap, in the oracle's words.
    Trapped(TrapCode),
}

/// The module of a seed: without imports, all of it exported.
///
/// # Errors
///
/// The generator gives up on that seed.
pub fn module(seed: u64) -> Check<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; random.usize(ENTROPY / 8..ENTROPY)];
    random.fill(&mut bytes);
    let config = wasm_smith::Config {
        available_imports: None,
        max_imports: 0,
        min_funcs: 1,
        max_funcs: 12,
        max_memories: 2,
        max_tables: 3,
        max_memory32_bytes: PAGES << 16,
        max_memory64_bytes: u128::from(PAGES) << 16,
        memory_max_size_required: true,
        max_table_elements: 100,
        table_max_size_required: true,
        export_everything: true,
        canonicalize_nans: true,
        gc_enabled: false,
        exceptions_enabled: false,
        threads_enabled: false,
        relaxed_simd_enabled: false,
        wide_arithmetic_enabled: false,
        compact_imports_enabled: false,
        ..wasm_smith::Config::default()
    };
    let made = Module::new(config, &mut Unstructured::new(&bytes));
    let mut module = made.map_err(|e| e.to_string())?;
    module.ensure_termination(STEPS).map_err(|e| e.to_string())?;
    Ok(module.to_bytes())
}

/// Runs the module of a seed on both; `Ok(false)` where the oracle does not take it.
///
/// # Errors
///
/// What differs.
pub fn differs(seed: u64, config: &Config) -> Check<bool> {
    let Ok(bytes) = module(seed) else { return Ok(false) };
    let Some(mut oracle) = Oracle::new(&bytes) else { return Ok(false) };
    let say = |what: String| format!("seed {seed}: {what}");
    let mut linker = Linker::new().closed();
    let info = linker.module("m", &bytes).map_err(|e| say(e.to_string()))?.clone();
    let module = linker.load(&Engine::new()).map_err(|e| say(e.to_string()))?;
    let mut ours = Instance::new(&module, config.clone()).map_err(|e| say(e.to_string()))?;
    let started = ended(ours.instantiate("m").map(|()| Vec::new())).map_err(say)?;
    let expected = oracle.instantiate();
    if started != expected && !(matches!(started, End::Trapped(_)) && oracle.misfit) {
        return Err(say(format!("instantiation: {started:?}, expected {expected:?}")));
    }
    if matches!(started, End::Trapped(_)) {
        return Ok(true);
    }
    compare(&info, &mut ours, &mut oracle, seed).map_err(say)?;
    Ok(true)
}

fn compare(info: &ModuleInfo, ours: &mut Instance, oracle: &mut Oracle, seed: u64) -> Check {
    let mut random = fastrand::Rng::with_seed(!seed);
    for export in &info.exports {
        let ExternType::Func(ty) = &export.ty else { continue };
        let Some((args, expected)) = oracle.call(&export.name, &mut random) else { continue };
        let found = ended(ours.invoke("m", &export.name, &args))?;
        let overflow = End::Trapped(TrapCode::StackOverflow);
        if found == overflow || expected == overflow {
            // How deep calls may go is each engine's own affair; what was done until then differs.
            return Ok(());
        }
        if found != expected {
            let name = &export.name;
            return Err(format!("{name}{args:?} -> {:?}: {found:?}, expected {expected:?}", ty.results));
        }
    }
    for export in &info.exports {
        let (found, expected) = match &export.ty {
            ExternType::Memory(_) => {
                let whole = ours.wasm_memory("m", &export.name, |m| m.read(0, m.size()?));
                (whole.map_err(|e| e.title().to_string())?, oracle.memory(&export.name))
            }
            ExternType::Global(_) => {
                let value = ours.wasm_global("m", &export.name).map_err(|e| e.title().to_string())?;
                (bits(&value).to_le_bytes().to_vec(), oracle.global(&export.name))
            }
            _ => continue,
        };
        if found != expected {
            let at = found.iter().zip(&expected).position(|(a, b)| a != b);
            return Err(format!("{} differs from byte {at:?} on", export.name));
        }
    }
    Ok(())
}

/// A value as both sides can tell it.
fn bits(value: &Value) -> u128 {
    match value {
        Value::Ref(p) => u128::from(!p.is_null()),
        other => other.bits(),
    }
}

fn ended(ran: Result<Vec<Value>, Fault>) -> Check<End> {
    let fault = match ran {
        Ok(values) => return Ok(End::Returned(values.iter().map(bits).collect())),
        Err(fault) => fault,
    };
    let code = match fault.wasm_trap() {
        Some(WasmTrap::Unreachable) => TrapCode::UnreachableCodeReached,
        Some(WasmTrap::DivideByZero) => TrapCode::IntegerDivisionByZero,
        Some(WasmTrap::IntegerOverflow) => TrapCode::IntegerOverflow,
        Some(WasmTrap::InvalidConversion) => TrapCode::BadConversionToInteger,
        Some(WasmTrap::MemoryBounds) => TrapCode::MemoryOutOfBounds,
        Some(WasmTrap::TableBounds | WasmTrap::UndefinedElement) => TrapCode::TableOutOfBounds,
        Some(WasmTrap::UninitializedElement) => TrapCode::IndirectCallToNull,
        Some(WasmTrap::TypeMismatch) => TrapCode::BadSignature,
        Some(WasmTrap::StackExhausted) => TrapCode::StackOverflow,
        _ => return Err(format!("no trap of WebAssembly's: {}: {}", fault.kind(), fault.title())),
    };
    Ok(End::Trapped(code))
}

/// The module in wasmi.
struct Oracle {
    store: wasmi::Store<()>,
    module: wasmi::Module,
    instance: Option<wasmi::Instance>,
    /// Instantiation failed by a segment that does not fit, which has no code there.
    misfit: bool,
}

impl Oracle {
    /// None if the oracle does not accept the module.
    fn new(bytes: &[u8]) -> Option<Oracle> {
        let mut config = wasmi::Config::default();
        config.wasm_multi_memory(true).wasm_memory64(true);
        let engine = wasmi::Engine::new(&config);
        let module = wasmi::Module::new(&engine, bytes).ok()?;
        Some(Oracle { store: wasmi::Store::new(&engine, ()), module, instance: None, misfit: false })
    }

    fn instantiate(&mut self) -> End {
        match wasmi::Instance::new(&mut self.store, &self.module, &[]) {
            Ok(instance) => {
                self.instance = Some(instance);
                End::Returned(Vec::new())
            }
            Err(error) => {
                self.misfit = error.as_trap_code().is_none();
                End::Trapped(code(&error))
            }
        }
    }

    fn export(&self, name: &str) -> Option<Extern> {
        self.instance?.get_export(&self.store, name)
    }

    /// Calls a function with random arguments; none if it takes references that are never null.
    fn call(&mut self, name: &str, random: &mut fastrand::Rng) -> Option<(Vec<Value>, End)> {
        let Some(Extern::Func(f)) = self.export(name) else { return None };
        let ty = f.ty(&self.store);
        let given: Vec<(Value, Val)> = ty.params().iter().map(|t| argument(*t, random)).collect();
        let (ours, theirs): (Vec<Value>, Vec<Val>) = given.into_iter().unzip();
        let mut results: Vec<Val> = ty.results().iter().map(|t| Val::default_for_ty(*t)).collect();
        let end = match f.call(&mut self.store, &theirs, &mut results) {
            Ok(()) => End::Returned(results.iter().map(oracle_bits).collect()),
            Err(error) => End::Trapped(code(&error)),
        };
        Some((ours, end))
    }

    fn memory(&self, name: &str) -> Vec<u8> {
        match self.export(name) {
            Some(Extern::Memory(m)) => m.data(&self.store).to_vec(),
            _ => Vec::new(),
        }
    }

    fn global(&self, name: &str) -> Vec<u8> {
        match self.export(name) {
            Some(Extern::Global(g)) => oracle_bits(&g.get(&self.store)).to_le_bytes().to_vec(),
            _ => Vec::new(),
        }
    }
}

/// What stopped it; a segment that does not fit has no code.
fn code(error: &wasmi::Error) -> TrapCode {
    error.as_trap_code().unwrap_or(TrapCode::MemoryOutOfBounds)
}

fn oracle_bits(value: &Val) -> u128 {
    match value {
        Val::I32(v) => u128::from(*v as u32),
        Val::I64(v) => u128::from(*v as u64),
        Val::F32(v) => u128::from(v.to_bits()),
        Val::F64(v) => u128::from(v.to_bits()),
        Val::V128(v) => v.as_u128(),
        Val::FuncRef(r) => u128::from(!r.is_null()),
        Val::ExternRef(r) => u128::from(!r.is_null()),
    }
}

/// The same argument for both: often small, so that addresses and counts are within bounds.
fn argument(ty: wasmi::ValType, random: &mut fastrand::Rng) -> (Value, Val) {
    let n = if random.bool() { random.u64(..) } else { random.u64(..300) };
    let wide = u128::from(n) << 64 | u128::from(random.u64(..));
    match ty {
        wasmi::ValType::I32 => (Value::I32(n as i32), Val::I32(n as i32)),
        wasmi::ValType::I64 => (Value::I64(n as i64), Val::I64(n as i64)),
        wasmi::ValType::F32 => {
            let v = f32::from_bits(n as u32);
            let v = if v.is_nan() { 1.5 } else { v };
            (Value::F32(v), Val::F32(v.into()))
        }
        wasmi::ValType::F64 => {
            let v = f64::from_bits(n);
            let v = if v.is_nan() { -2.5 } else { v };
            (Value::F64(v), Val::F64(v.into()))
        }
        wasmi::ValType::V128 => (Value::V128(wide), Val::V128(wide.into())),
        wasmi::ValType::FuncRef | wasmi::ValType::ExternRef => {
            (Value::Ref(svm_engine::GuestPtr::NULL), Val::default_for_ty(ty))
        }
    }
}

/// Lifts damaged forms of a seed's module: each must be refused, or become bitcode that LLVM's verifier accepts.
///
/// # Errors
///
/// One of them is neither.
pub fn damaged(seed: u64) -> Check {
    let Ok(bytes) = module(seed) else { return Ok(()) };
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..10 {
        let mut bytes = bytes.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(8..bytes.len());
            bytes[at] = if random.bool() { bytes[at] ^ 1 << random.u8(..8) } else { random.u8(..) };
        }
        let options = svm_lifters::wasm::LiftOptions { name: "m".into(), ..Default::default() };
        if let Err(svm_lifters::wasm::LiftError::Internal(what)) =
            svm_lifters::wasm::lift_to_text(&bytes, &options)
        {
            return Err(format!("seed {seed}, damaged: {what}"));
        }
    }
    Ok(())
}
