//! Types and their x86-64 System V layout.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A first-class type. Cloning is cheap: aggregates are shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// No value.
    Void,
    /// An integer of 1 to 2^23 bits.
    Int(u32),
    /// IEEE 754 binary32.
    Float,
    /// IEEE 754 binary64.
    Double,
    /// x87 80-bit extended precision.
    X87,
    /// A guest pointer: 64 bits.
    Ptr,
    /// A fixed vector.
    Vector(Arc<VectorType>),
    /// An array.
    Array(Arc<ArrayType>),
    /// A literal or named structure, with its layout.
    Struct(Arc<StructType>),
}

/// The shape of a fixed vector; the element is an integer, floating point or pointer type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VectorType {
    /// Type of each lane.
    pub elem: Type,
    /// Number of lanes.
    pub len: u32,
}

/// The shape of an array.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ArrayType {
    /// Type of each element.
    pub elem: Type,
    /// Number of elements.
    pub len: u64,
}

/// A structure with its layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "StructShape", into = "StructShape")]
pub struct StructType {
    /// Field types in order.
    pub fields: Vec<Type>,
    /// Byte offset of each field.
    pub offsets: Vec<u64>,
    /// Size in bytes, tail padding included.
    pub size: u64,
    /// ABI alignment in bytes.
    pub align: u64,
}

/// What a structure is serialized as: its layout follows from it, so that none can contradict its fields.
#[derive(Serialize, Deserialize)]
struct StructShape {
    fields: Vec<Type>,
    packed: bool,
}

impl From<StructShape> for StructType {
    fn from(shape: StructShape) -> Self {
        Self::new(shape.fields, shape.packed)
    }
}

impl From<StructType> for StructShape {
    fn from(ty: StructType) -> Self {
        let packed = ty != StructType::new(ty.fields.clone(), false);
        Self { fields: ty.fields, packed }
    }
}

impl StructType {
    /// Lays out `fields`: System V rules, or without padding if `packed`.
    pub fn new(fields: Vec<Type>, packed: bool) -> Self {
        let (mut size, mut align) = (0u64, 1u64);
        let mut offsets = Vec::with_capacity(fields.len());
        for field in &fields {
            let a = if packed { 1 } else { field.align() };
            size = size.next_multiple_of(a);
            offsets.push(size);
            size = size.saturating_add(field.size());
            align = align.max(a);
        }
        Self { size: size.next_multiple_of(align), fields, offsets, align }
    }
}

impl Type {
    /// One bit.
    pub const BOOL: Type = Type::Int(1);
    /// A byte.
    pub const I8: Type = Type::Int(8);
    /// 16 bits.
    pub const I16: Type = Type::Int(16);
    /// 32 bits.
    pub const I32: Type = Type::Int(32);
    /// 64 bits.
    pub const I64: Type = Type::Int(64);

    /// A vector of `len` lanes of `elem`.
    pub fn vector(elem: Type, len: u32) -> Type {
        Type::Vector(Arc::new(VectorType { elem, len }))
    }

    /// An array of `len` elements.
    pub fn array(elem: Type, len: u64) -> Type {
        Type::Array(Arc::new(ArrayType { elem, len }))
    }

    /// A structure laid out by the ABI.
    pub fn structure(fields: Vec<Type>, packed: bool) -> Type {
        Type::Struct(Arc::new(StructType::new(fields, packed)))
    }

    /// Bytes that a store of this type writes (LLVM's store size): i24 is 3, x86_fp80 is 10,
    /// a vector of sub-byte lanes is bit-packed.
    pub fn store_size(&self) -> u64 {
        match self {
            Type::Void => 0,
            Type::Int(bits) => u64::from(*bits).div_ceil(8),
            Type::Float => 4,
            Type::Double | Type::Ptr => 8,
            Type::X87 => 10,
            Type::Vector(v) => (u64::from(v.len) * v.elem.bits()).div_ceil(8),
            Type::Array(a) => a.elem.size().saturating_mul(a.len),
            Type::Struct(s) => s.size,
        }
    }

    /// Bytes from one array element to the next (LLVM's alloc size).
    pub fn size(&self) -> u64 {
        self.store_size().next_multiple_of(self.align())
    }

    /// ABI alignment in bytes (x86-64 System V data layout of LLVM 22: i128 and x86_fp80 are 16).
    pub fn align(&self) -> u64 {
        match self {
            Type::Void => 1,
            Type::Int(bits) => u64::from(*bits).div_ceil(8).next_power_of_two().min(16),
            Type::Float => 4,
            Type::Double | Type::Ptr => 8,
            Type::X87 => 16,
            Type::Vector(_) => self.store_size().next_power_of_two().max(1),
            Type::Array(a) => a.elem.align(),
            Type::Struct(s) => s.align,
        }
    }

    /// Width in bits of a scalar or vector; 0 for aggregates and void.
    pub fn bits(&self) -> u64 {
        match self {
            Type::Int(bits) => u64::from(*bits),
            Type::Float => 32,
            Type::Double | Type::Ptr => 64,
            Type::X87 => 80,
            Type::Vector(v) => u64::from(v.len) * v.elem.bits(),
            Type::Void | Type::Array(_) | Type::Struct(_) => 0,
        }
    }

    /// Bytes that one lane of this element type takes in a vector held in registers: a power of
    /// two (i1 takes one byte, x86_fp80 sixteen).
    pub fn lane_bytes(&self) -> u32 {
        u32::try_from(self.store_size().next_power_of_two()).unwrap_or(u32::MAX)
    }

    /// Number of 8-byte register slots that a value of this type takes. Integers are zero-extended
    /// to whole slots; a float sits in the low half; vectors are packed by [`Type::lane_bytes`];
    /// each aggregate field starts its own slot.
    pub fn slots(&self) -> u32 {
        match self {
            Type::Void => 0,
            Type::Int(bits) => bits.div_ceil(64),
            Type::Float | Type::Double | Type::Ptr => 1,
            Type::X87 => 2,
            Type::Vector(v) => v.len.saturating_mul(v.elem.lane_bytes()).div_ceil(8),
            Type::Array(a) => u32::try_from(a.len).unwrap_or(u32::MAX).saturating_mul(a.elem.slots()),
            Type::Struct(s) => s.fields.iter().fold(0, |n, f| n.saturating_add(f.slots())),
        }
    }

    /// The lane type and count of a vector.
    pub fn as_vector(&self) -> Option<(&Type, u32)> {
        match self {
            Type::Vector(v) => Some((&v.elem, v.len)),
            _ => None,
        }
    }

    /// The lane type of a vector, or the type itself.
    pub fn scalar(&self) -> &Type {
        self.as_vector().map_or(self, |(elem, _)| elem)
    }

    /// Whether this is a floating-point type or a vector of one.
    pub fn is_float(&self) -> bool {
        matches!(self.scalar(), Type::Float | Type::Double | Type::X87)
    }

    /// Whether this is an array or structure.
    pub fn is_aggregate(&self) -> bool {
        matches!(self, Type::Array(_) | Type::Struct(_))
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Void => f.write_str("void"),
            Type::Int(bits) => write!(f, "i{bits}"),
            Type::Float => f.write_str("float"),
            Type::Double => f.write_str("double"),
            Type::X87 => f.write_str("x86_fp80"),
            Type::Ptr => f.write_str("ptr"),
            Type::Vector(v) => write!(f, "<{} x {}>", v.len, v.elem),
            Type::Array(a) => write!(f, "[{} x {}]", a.len, a.elem),
            Type::Struct(s) => {
                f.write_str("{")?;
                for (i, field) in s.fields.iter().enumerate() {
                    write!(f, "{}{field}", if i == 0 { " " } else { ", " })?;
                }
                f.write_str(" }")
            }
        }
    }
}
