//! Values of WebAssembly's types, as an embedder hands them over: 16 bytes each where they go through memory.

use std::fmt;
use std::str::FromStr;

use svm_lifters::wasm::ValType;
use svm_memory::GuestPtr;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// 32-bit integer.
    I32(i32),
    /// 64-bit integer.
    I64(i64),
    /// Single precision.
    F32(f32),
    /// Double precision.
    F64(f64),
    /// 128-bit vector, lane 0 in the lowest bits.
    V128(u128),
    /// A reference; null, a function's descriptor, an exception, or whatever number the host gave out as `externref`.
    Ref(GuestPtr),
}

impl Value {
    /// Whether it is of that type; a reference is of any reference type.
    pub fn is(&self, ty: &ValType) -> bool {
        match self {
            Value::I32(_) => *ty == ValType::I32,
            Value::I64(_) => *ty == ValType::I64,
            Value::F32(_) => *ty == ValType::F32,
            Value::F64(_) => *ty == ValType::F64,
            Value::V128(_) => *ty == ValType::V128,
            Value::Ref(p) => matches!(ty, ValType::Ref(null, _) if *null || !p.is_null()),
        }
    }

    /// The value's bits.
    pub fn bits(&self) -> u128 {
        match *self {
            Value::I32(v) => u128::from(v as u32),
            Value::I64(v) => u128::from(v as u64),
            Value::F32(v) => u128::from(v.to_bits()),
            Value::F64(v) => u128::from(v.to_bits()),
            Value::V128(v) => v,
            Value::Ref(p) => u128::from(p.bits()),
        }
    }

    /// The value of a type that has these bits.
    pub fn from_bits(ty: &ValType, bits: u128) -> Value {
        match ty {
            ValType::I32 => Value::I32(bits as i32),
            ValType::I64 => Value::I64(bits as i64),
            ValType::F32 => Value::F32(f32::from_bits(bits as u32)),
            ValType::F64 => Value::F64(f64::from_bits(bits as u64)),
            ValType::V128 => Value::V128(bits),
            ValType::Ref(..) => Value::Ref(GuestPtr::new(bits as u64)),
        }
    }

    /// Reads a value as it is written on a command line: numbers, also hexadecimal with `0x`; vectors as one
    /// hexadecimal number; `null` for references.
    ///
    /// # Errors
    ///
    /// What is expected in its place.
    pub fn parse(ty: &ValType, text: &str) -> Result<Value, String> {
        let wrong = |what: &str| format!("`{text}` is not {what}");
        match ty {
            ValType::I32 => integer(text)
                .filter(|n| (i128::from(i32::MIN)..=i128::from(u32::MAX)).contains(n))
                .map(|n| Value::I32(n as i32))
                .ok_or_else(|| wrong("a 32-bit integer")),
            ValType::I64 => integer(text)
                .filter(|n| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(n))
                .map(|n| Value::I64(n as i64))
                .ok_or_else(|| wrong("a 64-bit integer")),
            ValType::F32 => f32::from_str(text).map(Value::F32).map_err(|_| wrong("a number")),
            ValType::F64 => f64::from_str(text).map(Value::F64).map_err(|_| wrong("a number")),
            ValType::V128 => text
                .strip_prefix("0x")
                .and_then(|digits| u128::from_str_radix(digits, 16).ok())
                .map(Value::V128)
                .ok_or_else(|| wrong("a vector: 0x and up to 32 hexadecimal digits")),
            ValType::Ref(true, _) if text == "null" => Ok(Value::Ref(GuestPtr::NULL)),
            ValType::Ref(..) => Err(wrong("a reference that can be written: only `null` can")),
        }
    }
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let n = match digits.strip_prefix("0x") {
        Some(hex) => i128::from(u64::from_str_radix(hex, 16).ok()?),
        None => i128::from(u64::from_str(digits).ok()?),
    };
    Some(if negative { -n } else { n })
}

/// As [`Value::parse`] reads it; references other than null by their number.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(v) => write!(f, "{v}"),
            Value::I64(v) => write!(f, "{v}"),
            Value::F32(v) => write!(f, "{v}"),
            Value::F64(v) => write!(f, "{v}"),
            Value::V128(v) => write!(f, "{v:#034x}"),
            Value::Ref(p) if p.is_null() => write!(f, "null"),
            Value::Ref(p) => write!(f, "{:#x}", p.bits()),
        }
    }
}

impl From<i32> for Value {
    fn from(v: i32) -> Value {
        Value::I32(v)
    }
}

impl From<i64> for Value {
    fn from(v: i64) -> Value {
        Value::I64(v)
    }
}

impl From<f32> for Value {
    fn from(v: f32) -> Value {
        Value::F32(v)
    }
}

impl From<f64> for Value {
    fn from(v: f64) -> Value {
        Value::F64(v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read() {
        for (ty, text) in [
            (ValType::I32, "-2147483648"),
            (ValType::I64, "-1"),
            (ValType::F32, "0.1"),
            (ValType::F64, "-inf"),
            (ValType::F64, "NaN"),
            (ValType::V128, "0x000102030405060708090a0b0c0d0e0f"),
        ] {
            assert_eq!(Value::parse(&ty, text).unwrap().to_string(), text);
        }
        assert_eq!(Value::parse(&ValType::I32, "4294967295"), Ok(Value::I32(-1)));
        assert_eq!(Value::parse(&ValType::I64, "0xffffffffffffffff"), Ok(Value::I64(-1)));
        assert!(Value::parse(&ValType::I32, "4294967296").is_err());
        assert!(Value::parse(&ValType::I32, "x").is_err());
    }
}
