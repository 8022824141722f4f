//! LLVM types to ours, with limits that keep layout arithmetic in range for any input.

use rustc_hash::FxHashMap;

use super::raw::{Ty, TyKind};
use crate::ir::Type;

/// The name of what is not supported.
pub type Refusal = String;

/// No object is larger; sums and products below stay far from overflow.
const MAX_SIZE: u64 = 1 << 46;
/// Aggregates nest no deeper (the translation recurses).
const MAX_DEPTH: u32 = 128;

/// Translated types by LLVM's.
#[derive(Default)]
pub struct Types {
    known: FxHashMap<usize, Result<Type, Refusal>>,
}

impl Types {
    /// Translates a type; the error names it.
    pub fn get(&mut self, ty: Ty) -> Result<Type, Refusal> {
        self.at_depth(ty, 0)
    }

    fn at_depth(&mut self, ty: Ty, depth: u32) -> Result<Type, Refusal> {
        if let Some(known) = self.known.get(&ty.key()) {
            return known.clone();
        }
        if depth > MAX_DEPTH {
            return Err("type nested too deeply".into());
        }
        let result = self.translate(ty, depth);
        self.known.insert(ty.key(), result.clone());
        result
    }

    fn translate(&mut self, ty: Ty, depth: u32) -> Result<Type, Refusal> {
        match ty.kind() {
            TyKind::Void => Ok(Type::Void),
            TyKind::Float => Ok(Type::Float),
            TyKind::Double => Ok(Type::Double),
            TyKind::X87 => Ok(Type::X87),
            TyKind::Int(bits) => Ok(Type::Int(bits)),
            TyKind::Ptr(0) => Ok(Type::Ptr),
            TyKind::Ptr(_) | TyKind::Function | TyKind::Other => Err(format!("type {}", ty.text())),
            TyKind::Vector(len) => {
                let elem = self.at_depth(ty.elem(), depth + 1)?;
                if u64::from(len) * elem.bits() > MAX_SIZE || elem.slots() > 1 << 16 {
                    return Err(format!("type {}", ty.text()));
                }
                Ok(Type::vector(elem, len))
            }
            TyKind::Array(len) => {
                let elem = self.at_depth(ty.elem(), depth + 1)?;
                match elem.size().checked_mul(len) {
                    Some(size) if size <= MAX_SIZE => Ok(Type::array(elem, len)),
                    _ => Err(format!("type of more than 2^46 bytes: [{len} x {elem}]")),
                }
            }
            TyKind::Struct(packed) => {
                let mut fields = Vec::new();
                let mut total = 0u64;
                for field in ty.fields() {
                    let field = self.at_depth(field, depth + 1)?;
                    total = total.saturating_add(field.size()).saturating_add(field.align());
                    fields.push(field);
                }
                if total > MAX_SIZE {
                    return Err("structure of more than 2^46 bytes".into());
                }
                Ok(Type::structure(fields, packed))
            }
        }
    }
}
