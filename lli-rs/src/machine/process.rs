//! One guest process: memory, functions, libc state and settings, shared by its threads.

use std::marker::PhantomPinned;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use rustc_hash::FxHashSet;
use svm_lifters::wasm::ModuleInfo;
use svm_memory::{GuestPtr, Memory, ObjectInfo, SiteId};

use super::area::Areas;
use super::functions::{Codes, FuncCell, Signatures};
use super::globals::Globals;
use super::sites::{CodePos, SiteTable};
use super::{Config, Limit, Result, Tier, Trap};
use crate::bytecode::{self, Code, Desc, Env, Target};
use crate::error::LoadError;
use crate::host::{self, Closures, HostClosure, Registry};
use crate::ir::{FuncId, Function, GlobalId, Linkage, Module, Signature, Symbol};
use crate::load::Loader;
use crate::opt::inline::Callees;
use crate::opt::{self, Roots};
use crate::report;
use crate::semantics::simd::Simd;

/// Stops a running guest from another thread.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the guest to stop at its next back edge, call or blocking host function.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for the tiers' polls.
    #[inline(always)]
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

/// Where function bodies come from: the loader, or a test.
pub trait Bodies: Send {
    /// What is known before any body is read.
    fn module(&self) -> Arc<Module>;
    /// Reads one body; called at most once for each function.
    fn body(&mut self, id: FuncId) -> std::result::Result<Function, LoadError>;
    /// The interfaces of the WebAssembly modules in it.
    fn wasm(&self) -> Arc<[ModuleInfo]> {
        Arc::default()
    }
}

impl Bodies for Loader {
    fn module(&self) -> Arc<Module> {
        Loader::module(self).clone()
    }

    fn body(&mut self, id: FuncId) -> std::result::Result<Function, LoadError> {
        Loader::body(self, id)
    }

    fn wasm(&self) -> Arc<[ModuleInfo]> {
        Loader::wasm(self).clone()
    }
}

/// What all threads of a guest share.
pub struct Process {
    /// Guest memory.
    pub mem: Memory,
    /// Settings.
    pub config: Config,
    /// State of the C library.
    pub libc: host::libc::State,
    /// Memories and tables of lifted WebAssembly.
    pub(crate) wasm: host::wasm::State,
    /// Descriptors and arguments of WASI programs.
    pub(crate) wasi: host::wasi::State,
    /// Maps of eBPF programs and what the running one has.
    pub bpf: host::bpf::State,
    /// The way to stop the guest.
    pub interrupt: Interrupt,
    /// The program.
    pub module: Arc<Module>,
    pub(crate) closures: Closures,
    pub(crate) funcs: Box<[FuncCell]>,
    /// The vector functions that bytecode names by number.
    pub(crate) simd: &'static [Simd],
    pub(crate) globals: Globals,
    pub(crate) sites: Arc<Mutex<SiteTable>>,
    /// The registers of all threads: roots of the sweep.
    pub(super) areas: Areas,
    /// IR instructions that the calls to come may run.
    pub(crate) fuel_given: AtomicU64,
    pub(crate) deadline_passed: Arc<AtomicBool>,
    pub(super) bodies: Mutex<Box<dyn Bodies>>,
    signatures: Mutex<Signatures>,
    pub(crate) jit: crate::jit::Jit,
    pub(crate) tiering: crate::tier::Tiering,
    /// All code there is.
    pub(crate) codes: Codes,
    /// Pairs of call type and function that were compared and fit.
    pub(crate) calls_that_fit: Mutex<FxHashSet<(usize, u32)>>,
    /// Compile threads point to the process.
    _pinned: PhantomPinned,
}

impl Process {
    /// A process that is ready to run: memory, functions and globals exist, nothing has run.
    pub fn new(
        bodies: impl Bodies + 'static,
        config: Config,
    ) -> std::result::Result<Pin<Box<Process>>, LoadError> {
        Self::with_closures(bodies, config, Closures::default())
    }

    /// The same with host functions of the embedder's, which come before the C library's.
    pub fn with_closures(
        bodies: impl Bodies + 'static,
        config: Config,
        closures: Closures,
    ) -> std::result::Result<Pin<Box<Process>>, LoadError> {
        let module = bodies.module();
        let failed = |cause: String| LoadError::Invalid { file: module.name.to_string(), cause };
        let memory = svm_memory::Config {
            max_memory: config.max_memory,
            ..config.window.clone().unwrap_or_else(|| svm_memory::Config::default().fit())
        };
        let mem =
            Memory::new(&memory).map_err(|e| failed(format!("no address space for guest memory: {e}")))?;
        let areas = Areas::default();
        mem.set_root_scanner(areas.scanner());
        let mut signatures = Signatures::default();
        let funcs: Box<[FuncCell]> = module
            .funcs
            .iter()
            .enumerate()
            .map(|(i, decl)| {
                let target = match (closures.find(&decl.name), Registry::libc().bind(&decl.name, &config)) {
                    _ if decl.defined => Target::Guest,
                    (Some(number), _) => Target::Closure(number),
                    (None, Some(host)) => Target::Host(host),
                    (None, None) => Target::Missing,
                };
                let null = matches!(target, Target::Missing) && decl.linkage == Linkage::ExternWeak;
                let address = if null { GuestPtr::NULL } else { mem.alloc_function(i as u32) };
                FuncCell::new(target, signatures.intern(&decl.sig), address)
            })
            .collect();
        let no_memory =
            |_: Trap| failed("the program's global variables need more memory than there is".into());
        let globals = Globals::allocate(&module, &mem).map_err(no_memory)?;
        globals.initialize(&module, &mem, &funcs).map_err(no_memory)?;
        let fuel_given = AtomicU64::new(config.fuel.unwrap_or(u64::MAX));
        let tiering = crate::tier::Tiering::new(&config, &module);
        Ok(Box::pin(Process {
            mem,
            config,
            libc: Default::default(),
            wasm: host::wasm::State::new(bodies.wasm()),
            wasi: Default::default(),
            bpf: Default::default(),
            interrupt: Interrupt::default(),
            module: module.clone(),
            closures,
            funcs,
            simd: crate::semantics::simd::table(),
            globals,
            sites: Arc::default(),
            areas,
            fuel_given,
            deadline_passed: Arc::default(),
            bodies: Mutex::new(Box::new(bodies)),
            signatures: Mutex::new(signatures),
            jit: Default::default(),
            tiering,
            codes: Codes::default(),
            calls_that_fit: Mutex::default(),
            _pinned: PhantomPinned,
        }))
    }

    /// What a call of a function runs: bytecode, made at its first call, or compiled code.
    pub(crate) fn code(&self, id: FuncId) -> Result<&Code> {
        let cell = &self.funcs[id.0 as usize];
        match cell.code() {
            Some(code) => Ok(code),
            None => self.first_calls(id, cell),
        }
    }

    #[cold]
    fn first_calls<'a>(&'a self, id: FuncId, cell: &'a FuncCell) -> Result<&'a Code> {
        // The lock also keeps two threads from asking for the same body.
        let mut bodies = self.bodies.lock();
        if let Some(code) = cell.code() {
            return Ok(code);
        }
        if let Some(first) = cell.first() {
            drop(bodies);
            cell.publish_second(first);
            self.tiering.second_call(self, id);
            return Ok(cell.code().unwrap_or(first));
        }
        let f = self.read(&mut **bodies, id)?;
        drop(bodies);
        let code = self.translate(&f, cell)?;
        cell.publish_first(code);
        if self.config.tier != Tier::Auto {
            cell.publish(code);
        } else {
            self.tiering.first_call(self, code);
        }
        Ok(code)
    }

    /// The body of a function, optimized: kept where it may be compiled, and so read once.
    fn read(&self, bodies: &mut dyn Bodies, id: FuncId) -> Result<Arc<Function>> {
        let cell = &self.funcs[id.0 as usize];
        if let Some(body) = cell.body.get() {
            return Ok(body.clone());
        }
        let mut f = bodies.body(id).map_err(|e| Trap::Unsupported(e.to_string().into()))?;
        opt::run(&mut f, &self.module);
        let f = Arc::new(f);
        if self.config.tier != Tier::Interp {
            let _ = cell.body.set(f.clone());
        }
        Ok(f)
    }

    /// From a body to code: compiled, or checked bytecode.
    fn translate<'a>(&'a self, f: &Arc<Function>, cell: &FuncCell) -> Result<&'a Code> {
        let roots = Roots::compute(f);
        let refused = |what: String| Trap::Unsupported(format!("{what} (in function {})", f.name).into());
        if matches!(self.config.tier, Tier::Jit | Tier::JitOnly) {
            match self.tiering.compile_now(self, f, &roots) {
                Ok((code, native)) => {
                    let code = self.codes.add(code);
                    cell.publish_native(code, native);
                    return Ok(code);
                }
                Err(what) if self.config.tier == Tier::JitOnly => {
                    return Err(refused(format!("cannot compile: {what}")));
                }
                Err(_) => {}
            }
        }
        let code = bytecode::compile(f, &roots, self).map_err(refused)?;
        bytecode::check::check(&code, self.funcs.len())
            .map_err(|e| refused(format!("bytecode that does not check: {e}")))?;
        Ok(self.codes.add(Box::new(code)))
    }

    /// A fresh set of thread-local globals.
    pub(crate) fn make_thread_locals(&self) -> Result<Box<[GuestPtr]>> {
        self.globals.make_thread_locals(&self.module, &self.mem, &self.funcs)
    }

    /// Whether something is being compiled in the background.
    pub fn is_compiling(&self) -> bool {
        self.tiering.is_busy()
    }

    /// Why a set interrupt flag stops the guest.
    pub(crate) fn stop_reason(&self) -> Trap {
        let timeout = self.deadline_passed.load(Ordering::Relaxed);
        Trap::Limit(if timeout { Limit::Timeout } else { Limit::Interrupted })
    }

    /// Source positions of bytecode positions; inlined frames are frames.
    pub(crate) fn frames(&self, positions: &[CodePos]) -> Vec<report::Frame> {
        let mut frames = Vec::new();
        let lifted = self.module.exports.contains_key(svm_memory::abi::BPF_ABI);
        for at in positions {
            let Some(code) = self.codes.get(at.code) else { continue };
            for (name, chain) in code.functions_at(at.word as usize).take(at.frames as usize) {
                let before = frames.len();
                frames.extend(chain.map(|loc| report::Frame {
                    file: Some(loc.file.clone()),
                    line: loc.line,
                    column: loc.col,
                    inlined: true,
                    ..report::Frame::bare(loc.scope.clone())
                }));
                if frames.len() == before {
                    frames.push(report::Frame::bare(name.clone()));
                }
                if lifted {
                    report::Instruction::fold(&mut frames, before);
                }
                frames[before..]
                    .iter_mut()
                    .last()
                    .into_iter()
                    .for_each(|outermost| outermost.inlined = false);
            }
        }
        frames
    }

    /// The frames of an allocation or free site, innermost first.
    pub fn site_frames(&self, site: SiteId) -> Vec<report::Frame> {
        let stack = self.sites.lock().stack(site).cloned().unwrap_or_default();
        self.frames(&stack)
    }

    /// The function that starts at an address.
    pub fn function_at(&self, p: GuestPtr) -> Option<FuncId> {
        self.mem.function_index(p).map(FuncId)
    }

    /// The address of an exported symbol.
    pub fn export(&self, name: &str) -> Option<(Symbol, GuestPtr)> {
        let symbol = *self.module.exports.get(name)?;
        Some((symbol, self.globals.address(symbol, &self.funcs)))
    }

    /// The name of the stack variable that was allocated there.
    fn variable_name(&self, site: SiteId) -> Option<String> {
        let at = *self.sites.lock().stack(site)?.first()?;
        let code = self.codes.get(at.code)?;
        let word = bytecode::Word(*code.words.get(at.word as usize)?);
        let index = *code.words.get(at.word as usize + 1)? as usize;
        match code.descs.get(index).filter(|_| word.number() == bytecode::Op::Alloca as u16)? {
            Desc::Alloca(alloca) => alloca.name.as_ref().map(|n| n.to_string()),
            _ => None,
        }
    }
}

impl Callees for Process {
    /// In the tiers that compile before the first call, callees are read ahead; otherwise those that were seen
    /// running are known.
    fn body(&self, id: FuncId) -> Option<Arc<Function>> {
        let cell = &self.funcs[id.0 as usize];
        if self.config.tier == Tier::Auto && !self.tiering.is_warm(cell) {
            return None;
        }
        if let Some(body) = cell.body.get() {
            return Some(body.clone());
        }
        let ahead = matches!(self.config.tier, Tier::Jit | Tier::JitOnly) && self.module.func(id).defined;
        ahead.then(|| self.read(&mut **self.bodies.lock(), id).ok()).flatten()
    }

    fn is_harmless(&self, id: FuncId) -> bool {
        matches!(self.target(id), Target::Host(host) if super::direct::is_harmless(host.name()))
    }
}

impl Process {
    /// Tells the next run of the program what was warm in this one, if there is a cache.
    pub(crate) fn keep_hints(&self) {
        self.tiering.keep_hints(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.tiering.close();
        self.keep_hints();
    }
}

impl report::Resolver for Process {
    fn site(&self, site: SiteId) -> Vec<report::Frame> {
        self.site_frames(site)
    }

    fn object_name(&self, object: &ObjectInfo) -> Option<(String, Option<report::Frame>)> {
        use svm_memory::ObjectKind;
        match object.kind {
            ObjectKind::Function => {
                let func = self.function_at(object.base)?;
                Some((self.module.func(func).name.to_string(), None))
            }
            ObjectKind::Global | ObjectKind::Constant | ObjectKind::Host => {
                let global = self.module.global(self.globals.at(object.base)?);
                let name = global.source.as_ref().map_or(&global.name, |s| &s.0);
                let declared = global.source.as_ref().map(|(name, loc)| report::Frame {
                    file: Some(loc.file.clone()),
                    line: loc.line,
                    column: loc.col,
                    ..report::Frame::bare(name.clone())
                });
                Some((name.to_string(), declared))
            }
            ObjectKind::LinearMemory | ObjectKind::Table => Some((self.wasm.name(object)?, None)),
            ObjectKind::Stack => Some((self.variable_name(object.alloc_site)?, None)),
            ObjectKind::MapValue => Some((self.bpf.owner(object.base)?, None)),
            _ => None,
        }
    }
}

impl Env for Process {
    fn module(&self) -> &Module {
        &self.module
    }

    fn address(&self, symbol: Symbol) -> u64 {
        self.globals.address(symbol, &self.funcs).bits()
    }

    fn thread_local(&self, global: GlobalId) -> Option<u32> {
        self.globals.thread_local_number(global)
    }

    fn target(&self, func: FuncId) -> Target {
        self.funcs[func.0 as usize].target
    }

    fn signature_id(&self, sig: &Arc<Signature>) -> u32 {
        self.signatures.lock().intern(sig)
    }

    fn fuel(&self) -> bool {
        self.config.fuel.is_some() || self.config.count
    }

    fn closure(&self, number: u32) -> Option<&HostClosure> {
        self.closures.get(number)
    }
}
