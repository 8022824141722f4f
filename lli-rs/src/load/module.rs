//! Everything of a module but the bodies: globals with their initial values, declarations, aliases,
//! constructors.

use std::collections::HashMap;
use std::sync::Arc;

use svm_memory::abi::wasm::MEMORY_SECTION;

use super::Shared;
use super::consts::Folder;
use super::debug::place;
use super::raw::{Attr, Image, Ty, Val, ValKind};
use super::types::{Refusal, Types};
use crate::error::LoadError;
use crate::ir::{
    Const, FuncDecl, FuncId, Global, GlobalId, Linkage, Module, ParamAttr, Signature, Structor, Symbol, Type,
    const_fits,
};

// LLVM's linkage numbers, part of its stable C API.
const AVAILABLE_EXTERNALLY: i32 = 1;
const INTERNAL: i32 = 8;
const PRIVATE: i32 = 9;
const EXTERN_WEAK: i32 = 12;

/// Larger objects do not fit the guest's memory; constants share parts, so that a small file can ask for them.
const MAX_INIT: u64 = 1 << 30;

fn linkage(v: Val) -> Linkage {
    match v.linkage() {
        INTERNAL | PRIVATE => Linkage::Local,
        EXTERN_WEAK => Linkage::ExternWeak,
        _ => Linkage::External,
    }
}

/// A refusal of something outside any body.
fn unsupported(what: Refusal, place: Option<String>, function: Option<String>) -> LoadError {
    LoadError::Unsupported { what, place, function }
}

/// Reads the module; functions are numbered in the order of `handles`, which index the image's.
pub fn read(image: &Image, name: &str, shared: &mut Shared) -> Result<(Module, Vec<usize>), LoadError> {
    if !image.inline_asm().is_empty() {
        return Err(unsupported("module-level inline assembly".into(), Some(name.into()), None));
    }
    if let Some(ifunc) = image.ifuncs().next() {
        return Err(unsupported(format!("ifunc {}", ifunc.name()), Some(name.into()), None));
    }
    let mut module = Module { name: name.into(), ..Module::default() };
    let handles = functions(image, shared, &mut module)?;
    let globals: Vec<Val> = image.globals().filter(|g| !g.name().starts_with("llvm.")).collect();
    for (i, global) in globals.iter().enumerate() {
        shared.names.symbols.insert(global.key(), Symbol::Global(GlobalId(i as u32)));
    }
    for global in globals {
        let global = read_global(global, shared)?;
        module.globals.push(global);
    }
    exports(image, shared, &mut module)?;
    for global in image.globals() {
        match global.name().as_str() {
            "llvm.global_ctors" => module.ctors = structors(global, shared)?,
            "llvm.global_dtors" => {
                module.dtors = structors(global, shared)?;
                module.dtors.reverse();
            }
            _ => {}
        }
    }
    Ok((module, handles))
}

/// What changes or shows the floating-point environment.
const FENV: [&str; 15] = [
    "feclearexcept",
    "fedisableexcept",
    "feenableexcept",
    "fegetenv",
    "fegetround",
    "feholdexcept",
    "feraiseexcept",
    "fesetenv",
    "fesetround",
    "fetestexcept",
    "feupdateenv",
    "llvm.get.rounding",
    "llvm.set.rounding",
    "llvm.x86.sse.ldmxcsr",
    "llvm.x86.sse.stmxcsr",
];

fn functions(image: &Image, shared: &mut Shared, module: &mut Module) -> Result<Vec<usize>, LoadError> {
    let mut handles = Vec::new();
    for index in 0..image.function_count() {
        let function = image.function(index);
        let name = function.name();
        module.fenv |= FENV.contains(&name.as_str());
        if name.starts_with("llvm.") {
            continue;
        }
        let id = FuncId(module.funcs.len() as u32);
        let sig = match signature(&mut shared.names.types, function) {
            Ok(sig) => sig,
            // A definition may never be called (Rust's core has such for f16): its body will be a refusal.
            Err(what) if function.has_body() => {
                shared.refused.insert(id, what);
                Signature { ret: Type::Void, params: Vec::new(), attrs: Vec::new(), variadic: false }
            }
            Err(what) => return Err(unsupported(what, Some(module.name.to_string()), Some(name))),
        };
        shared.names.symbols.insert(function.key(), Symbol::Func(id));
        module.funcs.push(FuncDecl {
            name: name.into(),
            sig: Arc::new(sig),
            // A copy of an external definition, for inlining only, is not the definition.
            defined: function.has_body() && function.linkage() != AVAILABLE_EXTERNALLY,
            linkage: linkage(function),
        });
        handles.push(index);
    }
    Ok(handles)
}

/// Result and parameter types of a function type.
pub fn function_types(types: &mut Types, ty: Ty) -> Result<(Type, Vec<Type>, bool), Refusal> {
    let (ret, params, variadic) = ty.function();
    let params = params.into_iter().map(|p| types.value(p)).collect::<Result<_, _>>()?;
    Ok((types.value(ret)?, params, variadic))
}

/// How an argument is passed. `attr` looks an attribute up.
pub fn param_attr<'m>(
    types: &mut Types,
    attr: impl Fn(Attr) -> Option<(u64, Option<Ty<'m>>)>,
) -> Result<ParamAttr, Refusal> {
    for (kind, name) in [(Attr::InAlloca, "inalloca"), (Attr::Preallocated, "preallocated")] {
        if attr(kind).is_some() {
            return Err(format!("{name} argument"));
        }
    }
    if let Some((_, ty)) = attr(Attr::ByVal) {
        let ty = types.get(ty.ok_or("byval without a type")?)?;
        let align = attr(Attr::Align).map_or(ty.align(), |(n, _)| n);
        return Ok(ParamAttr::ByVal { size: ty.size(), align: align.max(1) });
    }
    let simple =
        [(Attr::SRet, ParamAttr::SRet), (Attr::SExt, ParamAttr::SExt), (Attr::ZExt, ParamAttr::ZExt)];
    let found = simple.into_iter().find(|(kind, _)| attr(*kind).is_some());
    Ok(found.map_or(ParamAttr::None, |(_, result)| result))
}

fn signature(types: &mut Types, function: Val) -> Result<Signature, Refusal> {
    let (ret, params, variadic) = function_types(types, function.value_type())?;
    let attrs = (0..params.len() as u32)
        .map(|i| param_attr(types, |attr| function.param_attr(i, attr)))
        .collect::<Result<_, _>>()?;
    Ok(Signature { ret, params, attrs, variadic })
}

fn read_global(v: Val, shared: &mut Shared) -> Result<Global, LoadError> {
    let name = v.name();
    let source = v.global_source().map(|(name, row)| (Arc::<str>::from(name), shared.strings.loc(&row)));
    let at = source.as_ref().and_then(|(_, loc)| place(loc));
    let refuse = |what: Refusal| unsupported(format!("{what}, in global {name}"), at.clone(), None);
    let ty = shared.names.types.get(v.value_type()).map_err(refuse)?;
    let (constant, thread_local) = v.global_flags();
    let init = match v.initializer() {
        Some(init) if v.linkage() != AVAILABLE_EXTERNALLY => {
            if init.ty() != v.value_type() {
                return Err(refuse("an initial value of another type".into()));
            }
            if ty.size() > MAX_INIT && init.kind() != ValKind::Zero {
                return Err(refuse("an initial value of more than 1 GiB".into()));
            }
            let init = Folder::new(&mut shared.names).fold(init).map_err(refuse)?;
            if !const_fits(&init, &ty) {
                return Err(refuse("an initial value that is not of its type".into()));
            }
            Some(init)
        }
        _ => None,
    };
    let align = Some(v.alignment()).filter(|a| *a > 0).unwrap_or(ty.align());
    Ok(Global {
        name: name.clone().into(),
        linear_memory: init.is_some() && ty.size() == 0 && v.section() == MEMORY_SECTION.as_bytes(),
        size: ty.size(),
        align,
        init,
        constant,
        thread_local,
        linkage: linkage(v),
        source,
        ty,
    })
}

/// Names that other modules and the host may look up.
fn exports(image: &Image, shared: &mut Shared, module: &mut Module) -> Result<(), LoadError> {
    let mut exports = HashMap::new();
    for (i, global) in module.globals.iter().enumerate() {
        if global.linkage == Linkage::External && global.init.is_some() {
            exports.insert(global.name.clone(), Symbol::Global(GlobalId(i as u32)));
        }
    }
    for (i, function) in module.funcs.iter().enumerate() {
        if function.linkage == Linkage::External && function.defined {
            exports.insert(function.name.clone(), Symbol::Func(FuncId(i as u32)));
        }
    }
    for alias in image.aliases() {
        let target = Folder::new(&mut shared.names).fold(alias);
        let target =
            target.map_err(|what| unsupported(format!("{what}, in alias {}", alias.name()), None, None))?;
        // An alias into the middle of an object has no symbol of its own; uses of it are folded.
        if let (Const::Addr(symbol, 0), Linkage::External) = (target, linkage(alias)) {
            exports.insert(alias.name().into(), symbol);
        }
    }
    module.exports = exports;
    Ok(())
}

/// Constructors or destructors, by priority, else in their order.
fn structors(v: Val, shared: &mut Shared) -> Result<Vec<Structor>, LoadError> {
    let refuse = |what: Refusal| unsupported(format!("{what}, in {}", v.name()), None, None);
    let Some(init) = v.initializer().filter(|i| i.kind() == ValKind::Aggregate) else {
        return Ok(Vec::new());
    };
    let mut list = Vec::new();
    for entry in init.operands() {
        let entry = Folder::new(&mut shared.names).fold(entry).map_err(refuse)?;
        let Const::List(fields) = entry else { continue };
        let priority = match fields.first() {
            Some(Const::Int(n)) => *n as u32,
            _ => 0,
        };
        match fields.get(1) {
            Some(Const::Addr(Symbol::Func(func), 0)) => list.push(Structor { priority, func: *func }),
            Some(Const::Zero) => {}
            _ => return Err(refuse("an entry that is no function".into())),
        }
    }
    list.sort_by_key(|s| s.priority);
    Ok(list)
}
