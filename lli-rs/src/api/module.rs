//! Loading: what many instances share. LLVM is asked once for each body; its IR is kept for the next instance.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use svm_lifters::wasm::ModuleInfo;

use crate::error::LoadError;
use crate::ir::{self, FuncId, Function};
use crate::load::{Loader, Source};
use crate::machine::Bodies;

/// Loads modules. Cheap to make; there may be many.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    untrusted: bool,
}

impl Engine {
    /// An engine for input that is trusted to be well-formed bitcode. (What the program then *does* need not be
    /// trusted.)
    pub fn new() -> Engine {
        Engine::default()
    }

    /// An engine for input that may be damaged or hostile: a confined child process reads and
    /// translates all of it, so that LLVM's reader never sees it in this one.
    pub fn for_untrusted_input() -> Engine {
        Engine { untrusted: true }
    }

    /// Loads bitcode, LLVM assembly, or an ELF file with embedded bitcode.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is damaged, or asks for something that the engine does not do.
    pub fn load_file(&self, path: impl Into<PathBuf>) -> Result<Module, LoadError> {
        self.load(&Source::Path(path.into()), &[])
    }

    /// The same from memory; `name` is for messages.
    ///
    /// # Errors
    ///
    /// As [`Engine::load_file`].
    pub fn load_bytes(&self, name: &str, data: impl Into<Arc<[u8]>>) -> Result<Module, LoadError> {
        self.load(&Source::Bytes { name: name.into(), data: data.into() }, &[])
    }

    fn load(&self, main: &Source, links: &[Source]) -> Result<Module, LoadError> {
        let loader = self.open(main, links)?;
        let wasm = loader.wasm().clone();
        Ok(Module::new(loader, wasm))
    }

    pub(super) fn open(&self, main: &Source, links: &[Source]) -> Result<Loader, LoadError> {
        if self.untrusted { Loader::open_untrusted(main, links) } else { Loader::open(main, links) }
    }
}

/// A program that has been loaded. Clones are handles to the same one.
#[derive(Clone)]
pub struct Module {
    shared: Arc<Shared>,
}

struct Shared {
    module: Arc<ir::Module>,
    wasm: Arc<[ModuleInfo]>,
    loader: Mutex<Loader>,
    bodies: Box<[OnceLock<Result<Function, LoadError>>]>,
}

impl Module {
    /// `main` and `links` as one program.
    ///
    /// # Errors
    ///
    /// As [`Engine::load_file`], or the modules do not fit together.
    pub fn linked(engine: &Engine, main: &Source, links: &[Source]) -> Result<Module, LoadError> {
        engine.load(main, links)
    }

    pub(super) fn new(loader: Loader, wasm: Arc<[ModuleInfo]>) -> Module {
        let module = loader.module().clone();
        let bodies = module.funcs.iter().map(|_| OnceLock::new()).collect();
        Module { shared: Arc::new(Shared { module, wasm, loader: Mutex::new(loader), bodies }) }
    }

    /// The name of the file it came from.
    pub fn name(&self) -> &str {
        &self.shared.module.name
    }

    /// Names of the functions that can be called from outside, with their types as text.
    pub fn functions(&self) -> impl Iterator<Item = (&str, String)> {
        let module = &*self.shared.module;
        module.exports.iter().filter_map(move |(name, symbol)| match symbol {
            ir::Symbol::Func(id) if module.func(*id).defined => {
                Some((&**name, super::value::signature(&module.func(*id).sig)))
            }
            _ => None,
        })
    }

    /// The interfaces of the WebAssembly modules in it, the main one first.
    pub fn wasm(&self) -> &[ModuleInfo] {
        &self.shared.wasm
    }

    /// Reads and verifies every body, and lists all that is wrong or not supported.
    pub fn check(&self) -> Vec<LoadError> {
        let defined = self.shared.module.funcs.iter().enumerate().filter(|(_, f)| f.defined);
        defined.filter_map(|(i, _)| self.shared.body(FuncId(i as u32)).as_ref().err().cloned()).collect()
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Module").field(&self.name()).finish()
    }
}

impl Shared {
    fn body(&self, id: FuncId) -> &Result<Function, LoadError> {
        self.bodies[id.0 as usize].get_or_init(|| self.loader.lock().body(id))
    }
}

impl Bodies for Module {
    fn module(&self) -> Arc<ir::Module> {
        self.shared.module.clone()
    }

    fn body(&mut self, id: FuncId) -> Result<Function, LoadError> {
        self.shared.body(id).clone()
    }

    fn wasm(&self) -> Arc<[ModuleInfo]> {
        self.shared.wasm.clone()
    }
}
