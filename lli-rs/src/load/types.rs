//! LLVM types to ours, with limits that keep layout arithmetic in range for any input.

use rustc_hash::FxHashMap;

use super::raw::{Ty, TyKind};
use crate::ir::Type;

/// The name of what is not supported.
pub type Refusal = String;

/// No object is larger; sums and products below stay far from overflow.
const MAX_SIZE: u64 = 1 << 46;
/// Vectors are held in registers; compilers write a few hundred bits.
const MAX_VECTOR_BITS: u64 = 1 << 20;
/// First-class aggregates are spread over registers; compilers pass larger ones in memory.
const MAX_VALUE: u64 = 1 << 16;
/// Aggregates nest no deeper (the translation recurses).
const MAX_DEPTH: u32 = 128;
/// Types have no more parts, written out: a small file can name the same part again and again.
const MAX_PARTS: u64 = 1 << 20;

/// Translated types by LLVM's.
#[derive(Default)]
pub struct Types {
    known: FxHashMap<usize, Result<(Type, u64), Refusal>>,
}

impl Types {
    /// Translates a type; the error names it.
    pub fn get(&mut self, ty: Ty) -> Result<Type, Refusal> {
        self.at_depth(ty, 0).map(|(ty, _)| ty)
    }

    /// Translates the type of a value that instructions hold, which must not be too large for that.
    pub fn value(&mut self, ty: Ty) -> Result<Type, Refusal> {
        let ty = self.get(ty)?;
        if ty.is_aggregate() && ty.size() > MAX_VALUE {
            return Err(format!("value of more than 64 KiB: {ty}"));
        }
        Ok(ty)
    }

    /// A type and the number of its parts.
    fn at_depth(&mut self, ty: Ty, depth: u32) -> Result<(Type, u64), Refusal> {
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

    fn translate(&mut self, ty: Ty, depth: u32) -> Result<(Type, u64), Refusal> {
        let one = |ty| Ok((ty, 1));
        match ty.kind() {
            TyKind::Void => one(Type::Void),
            TyKind::Float => one(Type::Float),
            TyKind::Double => one(Type::Double),
            TyKind::X87 => one(Type::X87),
            TyKind::Int(bits) => one(Type::Int(bits)),
            TyKind::Ptr(0) => one(Type::Ptr),
            TyKind::Ptr(_) | TyKind::Function | TyKind::Other => Err(format!("type {}", ty.text())),
            TyKind::Vector(len) => {
                let (elem, parts) = self.at_depth(ty.elem(), depth + 1)?;
                if u64::from(len) * elem.bits() > MAX_VECTOR_BITS {
                    return Err(format!("type {}", ty.text()));
                }
                Ok((Type::vector(elem, len), parts + 1))
            }
            TyKind::Array(len) => {
                let (elem, parts) = self.at_depth(ty.elem(), depth + 1)?;
                match elem.size().checked_mul(len) {
                    Some(size) if size <= MAX_SIZE => Ok((Type::array(elem, len), parts + 1)),
                    _ => Err(format!("type of more than 2^46 bytes: [{len} x {elem}]")),
                }
            }
            TyKind::Struct(packed) => {
                let mut fields = Vec::new();
                let (mut total, mut count) = (0u64, 1u64);
                for field in ty.fields() {
                    let (field, parts) = self.at_depth(field, depth + 1)?;
                    total = total.saturating_add(field.size()).saturating_add(field.align());
                    count += parts;
                    fields.push(field);
                }
                if total > MAX_SIZE {
                    return Err("structure of more than 2^46 bytes".into());
                }
                if count > MAX_PARTS {
                    return Err("type of more than 2^20 parts".into());
                }
                Ok((Type::structure(fields, packed), count))
            }
        }
    }
}
