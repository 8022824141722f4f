//! Several WebAssembly modules as one program: each gets a name, imports are bound to exports by name and compared.

use std::collections::HashMap;
use std::sync::Arc;

use svm_lifters::wasm::{Import, LiftOptions, ModuleInfo, Version};

use super::super::{Engine, Module};
use crate::error::LoadError;
use crate::load::{Source, lift_wasm};

/// Collects modules. What none of them exports is left for host functions ([`super::super::Builder::import`]) and WASI.
#[derive(Debug, Default)]
pub struct Linker {
    version: Version,
    closed: bool,
    bitcode: Vec<Source>,
    modules: Vec<ModuleInfo>,
    /// Names in imports to modules.
    names: HashMap<String, usize>,
}

impl Linker {
    /// A linker without modules.
    pub fn new() -> Linker {
        Linker::default()
    }

    /// The edition of the specification that modules must be valid in.
    #[must_use]
    pub fn version(mut self, version: Version) -> Linker {
        self.version = version;
        self
    }

    /// The host provides nothing: an import that no module serves is an error at once.
    #[must_use]
    pub fn closed(mut self) -> Linker {
        self.closed = true;
        self
    }

    /// Adds a module, binary or text, under a name that no other has. Its imports are bound to the modules that
    /// carry the names they ask for by now.
    ///
    /// # Errors
    ///
    /// The module is damaged or not supported, or an import differs from what is there.
    pub fn module(&mut self, name: &str, bytes: &[u8]) -> Result<&ModuleInfo, LoadError> {
        if self.modules.iter().any(|m| m.name == name) {
            return Err(LoadError::Link { cause: format!("there are two modules of the name {name}") });
        }
        let served = self.names.iter().flat_map(|(as_name, at)| {
            let exports = self.modules[*at].exports.iter();
            exports.map(move |e| ((as_name.clone(), e.name.clone()), e.symbol.clone()))
        });
        let options = LiftOptions {
            name: name.into(),
            imports: served.collect(),
            version: self.version,
            ..LiftOptions::default()
        };
        let lifted = lift_wasm(name, bytes, &options)?;
        lifted.info.imports.iter().try_for_each(|import| self.check(name, import))?;
        self.names.insert(name.into(), self.modules.len());
        self.bitcode.push(Source::Bytes { name: name.into(), data: lifted.bitcode.into() });
        self.modules.push(lifted.info);
        Ok(&self.modules[self.modules.len() - 1])
    }

    /// Gives a module one more name that modules added from now on can import from, taking it from another that has it.
    ///
    /// # Errors
    ///
    /// There is no such module.
    pub fn register(&mut self, as_name: &str, module: &str) -> Result<(), LoadError> {
        let at = self.modules.iter().position(|m| m.name == module);
        let at = at.ok_or_else(|| LoadError::Link { cause: format!("there is no module {module}") })?;
        self.names.insert(as_name.into(), at);
        Ok(())
    }

    fn check(&self, name: &str, import: &Import) -> Result<(), LoadError> {
        let place = format!("{} {}.{} of module {name}", import.ty.what(), import.module, import.field);
        let unknown = || LoadError::Link { cause: format!("unknown import: {place}") };
        let Some(at) = self.names.get(&import.module) else {
            return if self.closed { Err(unknown()) } else { Ok(()) };
        };
        let export = self.modules[*at].exports.iter().find(|e| e.name == import.field).ok_or_else(unknown)?;
        if export.ty.serves(&import.ty) {
            return Ok(());
        }
        Err(LoadError::Link { cause: format!("incompatible import type: {place} is another there") })
    }

    /// Makes them one program. Nothing is instantiated yet: [`super::super::Instance::instantiate`] does it, module
    /// by module.
    ///
    /// # Errors
    ///
    /// There is no module, or LLVM refuses one.
    pub fn load(self, engine: &Engine) -> Result<Module, LoadError> {
        let Some((main, links)) = self.bitcode.split_first() else {
            return Err(LoadError::Link { cause: "there is no module to load".into() });
        };
        let loader = engine.open(main, links)?;
        Ok(Module::new(loader, Arc::from(self.modules)))
    }
}
