//! WebAssembly modules: lifted to bitcode in memory, then loaded like any other.

use std::path::Path;
use std::sync::Arc;

use svm_lifters::wasm::{Lazy, LiftError, LiftOptions, Lifted, ModuleInfo, binary, lift};

use super::raw::Input;
use crate::error::LoadError;

/// Something to hand to LLVM, and what is known of it if it was WebAssembly.
pub struct Part {
    /// Bitcode or assembly.
    pub input: Input,
    /// The interface of the module that it was lifted from.
    pub wasm: Option<ModuleInfo>,
    /// The module itself, if its bodies are still to be lifted; there are no bytes then.
    pub lazy: Option<Lazy>,
}

impl From<Input> for Part {
    fn from(input: Input) -> Part {
        Part { input, wasm: None, lazy: None }
    }
}

/// Whether it is a WebAssembly module, in the binary or the text form: no assembly of LLVM's begins with a parenthesis.
pub fn is_wasm(data: &[u8]) -> bool {
    let mut rest = data.trim_ascii_start();
    while rest.starts_with(b";;") {
        let line = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        rest = rest[line..].trim_ascii_start();
    }
    data.starts_with(b"\0asm") || rest.starts_with(b"(")
}

/// A module of a command line. Its name in symbols is the file's, without folder and suffix; a constructor
/// instantiates it, and `main` runs its `_start`. With `lazily`, bodies are lifted when they are asked for.
pub fn program(file: String, data: &[u8], lazily: bool) -> Result<Part, LoadError> {
    let stem = Path::new(&file).file_stem().unwrap_or_default();
    let name = stem.to_string_lossy().into_owned();
    let options = LiftOptions { name, ctor: true, ..LiftOptions::default() };
    if lazily {
        let opened = binary(data).and_then(|bytes| Lazy::open(bytes.as_ref().into(), options.clone()));
        if let Some((lazy, info)) = opened.map_err(|e| refused(&file, e))? {
            let input = Input { name: file, data: Arc::default(), text: false };
            return Ok(Part { input, wasm: Some(info), lazy: Some(lazy) });
        }
    }
    let lifted = lift_wasm(&file, data, &options)?;
    let input = Input { name: file, data: lifted.bitcode.into(), text: false };
    Ok(Part { input, wasm: Some(lifted.info), lazy: None })
}

/// Lifts a module; `file` is for messages.
///
/// # Errors
///
/// The module is damaged, invalid, or asks for something that is not supported.
pub fn lift_wasm(file: &str, data: &[u8], options: &LiftOptions) -> Result<Lifted, LoadError> {
    lift(data, options).map_err(|error| refused(file, error))
}

fn refused(file: &str, error: LiftError) -> LoadError {
    match error {
        LiftError::Unsupported(what) => {
            LoadError::Unsupported { what, place: Some(file.into()), function: None }
        }
        error => LoadError::Invalid { file: file.into(), cause: error.to_string() },
    }
}

/// Puts modules behind those that they import from, so that constructors instantiate them in an order that works;
/// otherwise the order stays. What imports in a circle stays where it is.
pub fn order(parts: Vec<Part>) -> Vec<Part> {
    let mut waiting = parts;
    let mut done: Vec<Part> = Vec::new();
    while !waiting.is_empty() {
        let name = |part: &Part| part.wasm.as_ref().map(|w| w.name.clone());
        let names: Vec<String> = waiting.iter().filter_map(name).collect();
        let free = |part: &Part| {
            part.wasm
                .as_ref()
                .is_none_or(|w| w.imports.iter().all(|i| i.module == w.name || !names.contains(&i.module)))
        };
        let next = waiting.iter().position(free).unwrap_or(0);
        done.push(waiting.remove(next));
    }
    done
}
