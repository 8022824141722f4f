//! ORC: from a module of LLVM IR to code in memory. One [`Orc`] per process of the guest; dropping it frees
//! all code.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char};
use std::sync::Once;

use inkwell::llvm_sys::analysis::{LLVMVerifierFailureAction, LLVMVerifyModule};
use inkwell::llvm_sys::bit_writer::LLVMWriteBitcodeToMemoryBuffer;
use inkwell::llvm_sys::core::{
    LLVMCreateMemoryBufferWithMemoryRangeCopy, LLVMDisposeMemoryBuffer, LLVMDisposeMessage,
    LLVMGetBufferSize, LLVMGetBufferStart, LLVMSetDataLayout, LLVMSetTarget,
};
use inkwell::llvm_sys::error::{LLVMDisposeErrorMessage, LLVMErrorRef, LLVMGetErrorMessage};
use inkwell::llvm_sys::orc2::lljit::*;
use inkwell::llvm_sys::orc2::*;
use inkwell::llvm_sys::prelude::LLVMMemoryBufferRef;
use inkwell::llvm_sys::support::LLVMParseCommandLineOptions;
use inkwell::llvm_sys::target::*;
use inkwell::llvm_sys::target_machine::*;
use inkwell::llvm_sys::transforms::pass_builder::*;

use parking_lot::Mutex;

use super::llvm::Job;
use super::times::Watch;
use crate::cache::{Folder, Key};
use crate::opt::compiled::Level;

/// A function in memory.
#[derive(Clone, Copy)]
pub(super) struct Linked {
    pub(super) address: usize,
    /// Bytes.
    pub(super) size: usize,
}

/// What LLVM does to a module.
#[derive(Clone, Copy)]
pub(super) struct Pipeline {
    /// Its passes.
    pub(super) passes: &'static str,
    /// How good the code generator is to be.
    pub(super) level: Level,
}

/// The just-in-time linker and what it was configured with.
pub(super) struct Orc {
    jit: LLVMOrcLLJITRef,
    layout: CString,
    triple: CString,
    /// Code generators that no job uses now, by level: each takes a while to set up.
    machines: [Mutex<Vec<Machine>>; 2],
}

// SAFETY: LLJIT locks its session; a code generator is used by one job at a time, and the other fields are never
// written.
unsafe impl Send for Orc {}
// SAFETY: as above.
unsafe impl Sync for Orc {}

fn initialize() {
    static ONCE: Once = Once::new();
    // SAFETY: LLVM's own initializers, once.
    ONCE.call_once(|| unsafe {
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86Target();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86AsmPrinter();
        // How far the register allocator looks when it splits live ranges: in functions of thousands of blocks the
        // last percent of quality costs a quarter of the time.
        let options = [c"svm", c"-grow-region-complexity-budget=100"].map(CStr::as_ptr);
        LLVMParseCommandLineOptions(2, options.as_ptr(), c"".as_ptr());
    });
}

fn check(error: LLVMErrorRef) -> Result<(), String> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: an error is consumed once, its message disposed of once.
    unsafe {
        let message = LLVMGetErrorMessage(error);
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        LLVMDisposeErrorMessage(message);
        Err(text)
    }
}

/// A message of LLVM's as a string of ours.
fn take(message: *mut c_char) -> CString {
    // SAFETY: LLVM's strings end in zero and are disposed of once.
    unsafe {
        let copy = CStr::from_ptr(message).to_owned();
        LLVMDisposeMessage(message);
        copy
    }
}

/// A target machine for this very processor.
struct Machine(LLVMTargetMachineRef);

impl Machine {
    fn host(level: Level) -> Result<Machine, String> {
        // SAFETY: constructors with strings that live as long as the calls.
        unsafe {
            let triple = take(LLVMGetDefaultTargetTriple());
            let (cpu, features) = (take(LLVMGetHostCPUName()), take(LLVMGetHostCPUFeatures()));
            let (mut target, mut message) = (std::ptr::null_mut(), std::ptr::null_mut());
            if LLVMGetTargetFromTriple(triple.as_ptr(), &mut target, &mut message) != 0 {
                return Err(take(message).to_string_lossy().into_owned());
            }
            let machine = LLVMCreateTargetMachine(
                target,
                triple.as_ptr(),
                cpu.as_ptr(),
                features.as_ptr(),
                match level {
                    Level::Quick => LLVMCodeGenOptLevel::LLVMCodeGenLevelNone,
                    Level::Full => LLVMCodeGenOptLevel::LLVMCodeGenLevelDefault,
                },
                LLVMRelocMode::LLVMRelocPIC,
                // The default for code in memory is the large one, which makes each call of a helper and each constant
                // longer, and which LLVM's quick instruction selector does not know.
                LLVMCodeModel::LLVMCodeModelSmall,
            );
            if machine.is_null() {
                Err("no code generator for this host".into())
            } else {
                Ok(Machine(machine))
            }
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { LLVMDisposeTargetMachine(self.0) }
    }
}

impl Orc {
    /// Sets up the linker with the helpers that code may call, by name and address.
    pub(super) fn new(helpers: &[(String, usize)]) -> Result<Orc, String> {
        initialize();
        let machine = Machine::host(Level::Full)?;
        // SAFETY: each handle is handed on to what consumes it, or kept in the struct.
        unsafe {
            let builder = LLVMOrcCreateLLJITBuilder();
            let machine_builder = LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(machine.0);
            std::mem::forget(machine); // consumed by the line above
            LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(builder, machine_builder);
            let mut jit = std::ptr::null_mut();
            check(LLVMOrcCreateLLJIT(&mut jit, builder))?;
            let orc = Orc {
                jit,
                layout: CStr::from_ptr(LLVMOrcLLJITGetDataLayoutStr(jit)).to_owned(),
                triple: CStr::from_ptr(LLVMOrcLLJITGetTripleString(jit)).to_owned(),
                machines: Default::default(),
            };
            orc.define(helpers)?;
            Ok(orc)
        }
    }

    /// Tells the linker symbols with their addresses.
    fn define(&self, symbols: &[(String, usize)]) -> Result<(), String> {
        if symbols.is_empty() {
            return Ok(());
        }
        // SAFETY: the names live as long as the calls that intern them; the linker takes what is defined.
        unsafe {
            let pair = |(name, address): &(String, usize)| {
                let name = CString::new(name.as_str()).unwrap_or_default();
                LLVMOrcCSymbolMapPair {
                    Name: LLVMOrcLLJITMangleAndIntern(self.jit, name.as_ptr()),
                    Sym: LLVMJITEvaluatedSymbol {
                        Address: *address as u64,
                        // exported, callable
                        Flags: LLVMJITSymbolFlags { GenericFlags: 1 | 4, TargetFlags: 0 },
                    },
                }
            };
            let mut symbols: Vec<LLVMOrcCSymbolMapPair> = symbols.iter().map(pair).collect();
            let unit = LLVMOrcAbsoluteSymbols(symbols.as_mut_ptr(), symbols.len());
            check(LLVMOrcJITDylibDefine(LLVMOrcLLJITGetMainJITDylib(self.jit), unit))
        }
    }

    /// The job's module as an object file: verified, optimized and emitted, or as the cache has it.
    fn object(
        &self,
        job: &Job,
        pipeline: Pipeline,
        cache: Option<&Folder>,
        watch: &Watch,
    ) -> Result<LLVMMemoryBufferRef, String> {
        let compile = || {
            self.with_machine(pipeline.level, |machine| {
                self.run_passes(job, pipeline.passes, machine)?;
                watch.lap("passes");
                let object = emit(job, machine);
                watch.lap("emit");
                object
            })
        };
        let Some(cache) = cache else { return compile() };
        let key = key(job, pipeline.passes);
        if let Some(found) = cache.get(&key) {
            // SAFETY: LLVM copies the bytes.
            return Ok(unsafe {
                LLVMCreateMemoryBufferWithMemoryRangeCopy(
                    found.as_ptr().cast(),
                    found.len(),
                    c"object".as_ptr(),
                )
            });
        }
        let object = compile()?;
        // SAFETY: the buffer was just made, and is not changed here.
        cache.put(&key, unsafe { bytes(object) });
        Ok(object)
    }

    /// Makes or finds the object of a job's module and links it; gives these functions' addresses and sizes in bytes.
    /// The symbols are those that only this module refers to.
    pub(super) fn add(
        &self,
        job: &Job,
        pipeline: Pipeline,
        names: &[String],
        symbols: &[(String, usize)],
        cache: Option<&Folder>,
        watch: &Watch,
    ) -> Result<Vec<Linked>, String> {
        let object = self.object(job, pipeline, cache, watch)?;
        self.define(symbols)?;
        let sizes = sizes(object);
        // SAFETY: the linker takes the object.
        unsafe {
            let library = LLVMOrcLLJITGetMainJITDylib(self.jit);
            check(LLVMOrcLLJITAddObjectFile(self.jit, library, object))?;
        }
        let linked = |name: &String| {
            let size = sizes.iter().find(|s| s.0 == *name).map_or(0, |s| s.1);
            Ok(Linked { address: self.find(name)?, size })
        };
        names.iter().map(linked).collect()
    }

    /// Only optimizes.
    pub(super) fn optimize(&self, job: &Job, pipeline: Pipeline) -> Result<(), String> {
        self.with_machine(pipeline.level, |machine| self.run_passes(job, pipeline.passes, machine))
    }

    fn with_machine<T>(
        &self,
        level: Level,
        f: impl FnOnce(&Machine) -> Result<T, String>,
    ) -> Result<T, String> {
        let pool = &self.machines[usize::from(level == Level::Full)];
        let pooled = pool.lock().pop();
        let machine = pooled.map_or_else(|| Machine::host(level), Ok)?;
        let outcome = f(&machine);
        pool.lock().push(machine);
        outcome
    }

    /// Verifies and optimizes a job's module.
    fn run_passes(&self, job: &Job, passes: &str, machine: &Machine) -> Result<(), String> {
        // SAFETY: the module is the job's; strings outlive the calls.
        unsafe {
            LLVMSetTarget(job.module, self.triple.as_ptr());
            LLVMSetDataLayout(job.module, self.layout.as_ptr());
            let mut message = std::ptr::null_mut();
            let action = LLVMVerifierFailureAction::LLVMReturnStatusAction;
            if LLVMVerifyModule(job.module, action, &mut message) != 0 {
                return Err(format!("generated code does not verify: {}", take(message).to_string_lossy()));
            }
            LLVMDisposeMessage(message);
            if passes.is_empty() {
                return Ok(());
            }
            let passes = CString::new(passes).map_err(|e| e.to_string())?;
            let options = LLVMCreatePassBuilderOptions();
            let outcome = LLVMRunPasses(job.module, passes.as_ptr(), machine.0, options);
            LLVMDisposePassBuilderOptions(options);
            check(outcome)
        }
    }

    fn find(&self, name: &str) -> Result<usize, String> {
        let name = CString::new(name).map_err(|e| e.to_string())?;
        let mut address = 0;
        // SAFETY: LLJIT locks its session.
        check(unsafe { LLVMOrcLLJITLookup(self.jit, &mut address, name.as_ptr()) })?;
        Ok(address as usize)
    }
}

/// The bytes of a buffer.
///
/// # Safety
///
/// The buffer lives, and is not changed, as long as they are looked at.
unsafe fn bytes<'b>(buffer: LLVMMemoryBufferRef) -> &'b [u8] {
    // SAFETY: LLVM's buffers are contiguous; the rest is the caller's to see to.
    unsafe { std::slice::from_raw_parts(LLVMGetBufferStart(buffer).cast(), LLVMGetBufferSize(buffer)) }
}

/// What the object of a module depends on: the module itself, before any pass, and all that compiles it.
fn key(job: &Job, passes: &str) -> Key {
    // SAFETY: the module is the job's; buffer and strings are LLVM's to give and ours to free, once.
    unsafe {
        let module = LLVMWriteBitcodeToMemoryBuffer(job.module);
        let (cpu, features) = (take(LLVMGetHostCPUName()), take(LLVMGetHostCPUFeatures()));
        let (major, minor, patch) = inkwell::support::get_llvm_version();
        let llvm = format!("{major}.{minor}.{patch}");
        let build = crate::cache::build().as_bytes();
        let with = [cpu.as_bytes(), features.as_bytes(), llvm.as_bytes(), passes.as_bytes(), build];
        let key = Key::of(&[&[bytes(module)], &with[..]].concat());
        LLVMDisposeMemoryBuffer(module);
        key
    }
}

/// The functions of an object file and how long they are.
fn sizes(object: LLVMMemoryBufferRef) -> Vec<(String, usize)> {
    // SAFETY: the buffer lives, and is not changed, while its bytes are looked at.
    let bytes = unsafe { bytes(object) };
    let Ok(elf) = goblin::elf::Elf::parse(bytes) else { return Vec::new() };
    let functions = elf.syms.iter().filter(goblin::elf::Sym::is_function);
    let named =
        functions.map(|s| (elf.strtab.get_at(s.st_name).unwrap_or_default().to_string(), s.st_size as usize));
    named.collect()
}

/// The job's module as an object file.
fn emit(job: &Job, machine: &Machine) -> Result<LLVMMemoryBufferRef, String> {
    let (mut message, mut object) = (std::ptr::null_mut(), std::ptr::null_mut());
    let kind = LLVMCodeGenFileType::LLVMObjectFile;
    // SAFETY: the module is the job's.
    let failed = unsafe {
        LLVMTargetMachineEmitToMemoryBuffer(machine.0, job.module, kind, &mut message, &mut object)
    };
    if failed != 0 { Err(take(message).to_string_lossy().into_owned()) } else { Ok(object) }
}

impl Drop for Orc {
    fn drop(&mut self) {
        // SAFETY: no code of it runs any more: the process that owns it is being dropped.
        let _ = check(unsafe { LLVMOrcDisposeLLJIT(self.jit) });
    }
}
