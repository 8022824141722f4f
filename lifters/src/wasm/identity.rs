//! When two function types are one: by their structure, where that is made of numbers and plain references alone; else
//! by the group of mutually recursive types that they are declared in and the place in it, as WebAssembly 3.0 says.

use std::fmt::Write;

use wasmparser::{CompositeInnerType, HeapType, SubType};

use super::error::{LiftError, Result};
use super::types::FuncType;

/// The function type that a declaration holds, if it needs no garbage collector.
pub fn func(sub: &SubType) -> Result<&wasmparser::FuncType> {
    match &sub.composite_type.inner {
        CompositeInnerType::Func(ty) if sub.is_final && sub.supertype_idxs.is_empty() => Ok(ty),
        _ => Err(LiftError::Unsupported("garbage collection".into())),
    }
}

/// For each type of a group that is declared after `known`: its number, or nothing where the structure gives it.
pub fn keys(group: &[&wasmparser::FuncType], known: &[FuncType]) -> Vec<Option<u64>> {
    let mut text = String::new();
    let mut plain = group.len() == 1;
    for ty in group {
        for (list, mark) in [(ty.params(), '('), (ty.results(), ')')] {
            text.push(mark);
            for ty in list {
                plain &= value(*ty, known, &mut text);
            }
        }
    }
    let key = |place: usize| (!plain).then(|| hash(&format!("{text}{place}")));
    (0..group.len()).map(key).collect()
}

/// Writes a value's type, the same in every module; says whether it is a number or a plain reference.
fn value(ty: wasmparser::ValType, known: &[FuncType], text: &mut String) -> bool {
    let wasmparser::ValType::Ref(reference) = ty else {
        // Writing to a string cannot fail.
        let _ = write!(text, "{ty} ");
        return true;
    };
    if let HeapType::Concrete(index) = reference.heap_type() {
        let at = index.as_module_index().map_or(usize::MAX, |i| i as usize);
        let null = if reference.is_nullable() { "null " } else { "" };
        let _ = match known.get(at) {
            Some(ty) => write!(text, "(ref {null}{:x}) ", ty.id()),
            None => write!(text, "(ref {null}+{}) ", at - known.len()),
        };
        return false;
    }
    let _ = write!(text, "{reference} ");
    use wasmparser::AbstractHeapType::{Exn, Extern, Func};
    let simple =
        matches!(reference.heap_type(), HeapType::Abstract { ty: Exn | Extern | Func, shared: false });
    simple && reference.is_nullable()
}

/// FNV-1a with the top bit set, so that it is no structural number of a short type.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, b: u8| (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step) | 1 << 63
}
