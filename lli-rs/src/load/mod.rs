//! From a file to our IR: the only reader of LLVM modules.
//!
//! A [`Loader`] opens one or more sources, links them, and gives the module's declarations at once and
//! each body when it is asked for: it is read from the bitcode, verified by LLVM and translated. What is
//! not supported is refused by name, at once where it stands in a declaration; inside a body it becomes
//! [`ir::Inst::Unsupported`], which is a fault only if it is reached.
//!
//! `raw/` alone calls C. LLVM's bitcode reader is not hardened: of 600 damaged variants of a small module
//! with debug info it crashes on some 5 % and loops on two. [`Loader::open_untrusted`] is for such input;
//! [`report_reader_crashes`] lets a program say what happened.

mod body;
mod bpf;
mod calls;
mod consts;
mod debug;
mod inst;
mod intrinsics;
mod module;
mod raw;
mod relative;
mod source;
mod types;
mod wasm;
mod wire;
mod x86;

use std::io::Write;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::LoadError;
use crate::ir::{self, FuncId, GlobalId, Inst, Module, Signature};
pub use bpf::lift_bpf;
use consts::Names;
use debug::{Strings, place};
use intrinsics::Meaning;
use raw::child::{self, Trial};
pub use raw::guard::{is_reading, report_reader_crashes};
use raw::{Image, Input, OpenError};
pub use source::Source;
use svm_lifters::wasm::{Lazy, ModuleInfo};
pub(crate) use wasm::lift_wasm;
use wire::Received;

/// Caches that live as long as the module.
struct Shared {
    names: Names,
    strings: Strings,
    /// By function type, attributes and number of arguments.
    signatures: FxHashMap<(usize, usize, u32), Arc<Signature>>,
    intrinsics: FxHashMap<usize, Meaning>,
    /// Defined functions whose types are not supported, and why.
    refused: FxHashMap<FuncId, String>,
    /// Relative look-up tables that have become tables of pointers.
    tables: FxHashSet<GlobalId>,
    /// Stands for instructions before they are translated.
    unread: Arc<str>,
}

/// An open module: its declarations, and the means to read its bodies.
pub struct Loader {
    module: Arc<Module>,
    wasm: Arc<[ModuleInfo]>,
    backing: Backing,
    /// By function: its position in the image while its body is unread.
    unread: Vec<Option<usize>>,
    remaining: usize,
}

/// Where bodies come from.
enum Backing {
    /// LLVM, in this process.
    Image(Box<(Image, Shared)>),
    /// The process that has read them.
    Received(Received),
    /// All have been read.
    Spent,
}

/// How much of our IR a reader may answer with: so much, and so much more for each byte of bitcode (some tens
/// of bytes are usual).
const ANSWER_BASE: u64 = 64 << 20;
const ANSWER_FACTOR: u64 = 64;

impl Loader {
    /// Opens `main`, linked with `links`.
    pub fn open(main: &Source, links: &[Source]) -> Result<Loader, LoadError> {
        let Inputs { inputs, wasm, lazy } = inputs(main, links, links.is_empty())?;
        let loader = match lazy {
            Some(lazy) => Self::from_image(main.name(), Image::adopt(lazy))?,
            None => Self::open_inputs(main.name(), inputs)?,
        };
        Ok(Loader { wasm, ..loader })
    }

    /// Like [`Loader::open`], for input that may be hostile or damaged: LLVM's reader may crash, abort or loop
    /// on it, or do so in one process and not in the next. So a confined child process reads and translates
    /// all of it, and this process only ever sees our IR, which it verifies. That takes somewhat more than
    /// the time of [`Loader::check_all`], once.
    pub fn open_untrusted(main: &Source, links: &[Source]) -> Result<Loader, LoadError> {
        let (name, Inputs { inputs, wasm, .. }) = (main.name(), inputs(main, links, false)?);
        let bytes = inputs.iter().map(|i| i.data.len() as u64).sum::<u64>();
        let seconds = u32::try_from(2 + (bytes >> 20)).unwrap_or(u32::MAX);
        let work = |out: &mut dyn Write| {
            // The end mark is missing where this fails.
            let _ = wire::send(Self::open_inputs(name.clone(), inputs), out);
        };
        let cause = match child::collect(seconds, ANSWER_BASE + bytes * ANSWER_FACTOR, work) {
            Ok((Trial::Survived, answer)) => match wire::receive(answer) {
                Ok(result) => {
                    let (module, received) = result?;
                    return Ok(Loader { wasm, ..Self::from_received(module, received) });
                }
                Err(cause) => format!("damaged: {cause}"),
            },
            Ok((Trial::Killed(signal), _)) => format!("damaged: LLVM's reader dies of it (signal {signal})"),
            Ok((Trial::TimedOut, _)) => {
                format!("damaged: LLVM's reader does not come to an end in {seconds} s")
            }
            Err(e) => format!("cannot start a process to read it in: {e}"),
        };
        Err(LoadError::Invalid { file: name, cause })
    }

    fn from_received(module: Module, received: Received) -> Loader {
        let unread: Vec<_> = module.funcs.iter().map(|decl| decl.defined.then_some(0)).collect();
        let remaining = unread.iter().flatten().count();
        let (module, wasm) = (Arc::new(module), Arc::default());
        Loader { module, wasm, backing: Backing::Received(received), unread, remaining }
    }

    fn open_inputs(name: String, inputs: Vec<Input>) -> Result<Loader, LoadError> {
        let accept = |_: &Input, triple: &str, layout: &str| check_target(triple, layout);
        let image = Image::open(inputs, &accept).map_err(|e| match e {
            OpenError::Invalid(file, cause) => LoadError::Invalid { file, cause },
            OpenError::Link(cause) => LoadError::Link { cause },
        })?;
        Self::from_image(name, image)
    }

    fn from_image(name: String, image: Image) -> Result<Loader, LoadError> {
        let mut shared = Shared {
            names: Names::default(),
            strings: Strings::default(),
            signatures: FxHashMap::default(),
            intrinsics: FxHashMap::default(),
            refused: FxHashMap::default(),
            tables: FxHashSet::default(),
            unread: "instruction that was not read".into(),
        };
        let (mut module, handles) = module::read(&image, &name, &mut shared)?;
        shared.tables = relative::retype(&mut module);
        let unread: Vec<_> =
            handles.iter().zip(&module.funcs).map(|(index, decl)| decl.defined.then_some(*index)).collect();
        let remaining = unread.iter().flatten().count();
        let backing = Backing::Image(Box::new((image, shared)));
        Ok(Loader { module: Arc::new(module), wasm: Arc::default(), backing, unread, remaining })
    }

    /// Everything but the bodies.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// The interfaces of the WebAssembly modules among the sources, the main one first.
    pub fn wasm(&self) -> &Arc<[ModuleInfo]> {
        &self.wasm
    }

    /// Reads, verifies and translates a body. Each can be asked for once.
    pub fn body(&mut self, id: FuncId) -> Result<ir::Function, LoadError> {
        let index = self.unread.get_mut(id.0 as usize).and_then(Option::take);
        let decl = self.module.funcs.get(id.0 as usize);
        let (Some(index), Some(decl)) = (index, decl) else {
            let name = decl.map_or("?", |d| &d.name);
            return Err(self.invalid(format!("function {name} has no body, or it was read before")));
        };
        let result = match &mut self.backing {
            Backing::Image(opened) => {
                let (image, shared) = &mut **opened;
                let result = read_body(image, shared, decl, id, index);
                image.drop_body(index);
                result
            }
            Backing::Received(received) => received.body(&self.module, id),
            Backing::Spent => Err(BodyError::Damaged("no body".into())),
        };
        self.remaining -= 1;
        if self.remaining == 0 {
            self.backing = Backing::Spent;
        }
        result.map_err(|e| match e {
            BodyError::Damaged(cause) => self.invalid(format!("function {}: {cause}", decl.name)),
            BodyError::Told(error) => error,
        })
    }

    /// What LLVM's verifier says of everything but the bodies.
    fn verify_declarations(&self) -> Result<(), String> {
        match &self.backing {
            Backing::Image(opened) => opened.0.verify(),
            Backing::Received(received) => received.problem.clone().map_or(Ok(()), Err),
            Backing::Spent => Ok(()),
        }
    }

    /// Reads and verifies all bodies that have not been read, and lists what is wrong with them or not
    /// supported. They cannot be asked for afterwards.
    pub fn check_all(&mut self) -> Vec<LoadError> {
        let mut errors = Vec::new();
        if let Err(cause) = self.verify_declarations() {
            errors.push(self.invalid(cause));
        }
        for index in 0..self.unread.len() {
            if self.unread[index].is_none() {
                continue;
            }
            match self.body(FuncId(index as u32)) {
                Ok(f) => {
                    errors.extend(unsupported_in(&f, &self.module.name));
                    if let Err(cause) = ir::verify(&f) {
                        errors
                            .push(self.invalid(format!("function {}: translated wrongly: {cause}", f.name)));
                    }
                }
                Err(e) => errors.push(e),
            }
        }
        errors
    }

    fn invalid(&self, cause: String) -> LoadError {
        LoadError::Invalid { file: self.module.name.to_string(), cause }
    }
}

/// What to give LLVM.
struct Inputs {
    inputs: Vec<Input>,
    /// The interfaces of the WebAssembly modules among it, the main one first.
    wasm: Arc<[ModuleInfo]>,
    /// Instead: the one WebAssembly module that there is.
    lazy: Option<Lazy>,
}

/// Reads the sources; `lazily` if there is one only.
fn inputs(main: &Source, links: &[Source], lazily: bool) -> Result<Inputs, LoadError> {
    let mut parts = main.parts(lazily)?;
    for link in links {
        parts.extend(link.parts(false)?);
    }
    let wasm = parts.iter().filter_map(|part| part.wasm.clone()).collect();
    let lazy = parts.first_mut().and_then(|part| part.lazy.take());
    let inputs = wasm::order(parts).into_iter().map(|part| part.input).collect();
    Ok(Inputs { inputs, wasm, lazy })
}

/// Why a body cannot be had.
enum BodyError {
    Damaged(String),
    /// The verdict of the process that has read it.
    Told(LoadError),
}

fn read_body(
    image: &Image,
    shared: &mut Shared,
    decl: &ir::FuncDecl,
    id: FuncId,
    index: usize,
) -> Result<ir::Function, BodyError> {
    let function = image.function(index);
    let body = image.read_body(function).map_err(BodyError::Damaged)?;
    if let Some(what) = shared.refused.get(&id).cloned() {
        return Ok(body::refusal(shared, decl, id, &body, what));
    }
    let f = match body::translate(shared, decl, id, function, &body) {
        Ok(f) => f,
        Err(what) => return Ok(body::refusal(shared, decl, id, &body, what)),
    };
    #[cfg(debug_assertions)]
    if let Err(cause) = ir::verify(&f) {
        return Err(BodyError::Damaged(format!("translated wrongly: {cause}\n{f}")));
    }
    Ok(f)
}

/// What a body contains that this engine does not run. The module's file is named where the source is not known.
fn unsupported_in(f: &ir::Function, file: &str) -> Vec<LoadError> {
    let used = f.block_ids().flat_map(|b| &f.block(b).insts);
    used.filter_map(|id| {
        let data = f.inst(*id);
        let Inst::Unsupported(what) = &data.inst else { return None };
        // What follows from another refusal is not worth a line of its own.
        if **what == *body::USES_REFUSED {
            return None;
        }
        Some(LoadError::Unsupported {
            what: what.to_string(),
            place: f.locs.get(data.loc).and_then(place).or_else(|| Some(file.into())),
            function: Some(f.name.to_string()),
        })
    })
    .collect()
}

/// Refuses bitcode for anything but x86-64 Linux, by name.
fn check_target(triple: &str, layout: &str) -> Result<(), String> {
    let arch = triple.split('-').next().unwrap_or_default();
    let system = ["windows", "win32", "darwin", "macos", "cygwin", "uefi", "gnux32", "muslx32"];
    if !matches!(arch, "x86_64" | "amd64" | "") || system.iter().any(|s| triple.contains(s)) {
        return Err(format!("bitcode for {triple}; only x86_64 Linux can be run"));
    }
    // What a layout string leaves out has its default: little-endian must be said, 64-bit pointers need not.
    let parts: Vec<&str> = layout.split('-').collect();
    let narrow = parts.iter().any(|p| {
        p.strip_prefix("p:").or(p.strip_prefix("p0:")).is_some_and(|rest| !rest.starts_with("64:64"))
    });
    if parts.contains(&"E") || narrow {
        return Err(format!("data layout \"{layout}\" is not that of x86_64"));
    }
    Ok(())
}
