//! The bytes that a value has in memory, as the ABI lays it out, against its register slots.

use super::lanes::Lanes;
use crate::ir::Type;

/// Writes the store-size image of a value of type `ty`: little-endian, vectors of odd lanes bit-packed,
/// padding zero.
pub fn to_memory(ty: &Type, slots: &[u64], bytes: &mut [u8]) {
    match ty {
        Type::Void => {}
        Type::Int(_) | Type::Float | Type::Double | Type::Ptr | Type::X87 => put_bytes(slots, bytes),
        Type::Vector(v) if is_dense(&v.elem) => put_bytes(slots, bytes),
        Type::Vector(v) => {
            bytes.fill(0);
            let lanes = Lanes::of(ty);
            let bits = v.elem.bits() as usize;
            for i in 0..lanes.count {
                for_chunks(bits, |at, n| {
                    write_bits(bytes, i * bits + at, n, lane_chunk(lanes, slots, i, at));
                });
            }
        }
        Type::Array(a) => {
            bytes.fill(0);
            let (stride, size) = (a.elem.size() as usize, a.elem.store_size() as usize);
            let n = a.elem.slots() as usize;
            if stride == 0 || n == 0 {
                return;
            }
            for (image, slots) in bytes.chunks_exact_mut(stride).zip(slots.chunks_exact(n)) {
                to_memory(&a.elem, slots, &mut image[..size]);
            }
        }
        Type::Struct(s) => {
            bytes.fill(0);
            let mut rest = slots;
            for (field, offset) in s.fields.iter().zip(&s.offsets) {
                let (own, after) = rest.split_at(field.slots() as usize);
                let at = *offset as usize;
                to_memory(field, own, &mut bytes[at..at + field.store_size() as usize]);
                rest = after;
            }
        }
    }
}

/// Reads the slots of a value of type `ty` from its store-size image; bits above its width are dropped.
pub fn from_memory(ty: &Type, bytes: &[u8], slots: &mut [u64]) {
    match ty {
        Type::Void => {}
        Type::Int(bits) => {
            get_bytes(bytes, slots);
            if let (Some(top), false) = (slots.last_mut(), bits.is_multiple_of(64)) {
                *top &= (1 << (bits % 64)) - 1;
            }
        }
        Type::Float | Type::Double | Type::Ptr | Type::X87 => get_bytes(bytes, slots),
        Type::Vector(v) if is_dense(&v.elem) => get_bytes(bytes, slots),
        Type::Vector(v) => {
            slots.fill(0);
            let lanes = Lanes::of(ty);
            let bits = v.elem.bits() as usize;
            for i in 0..lanes.count {
                for_chunks(bits, |at, n| {
                    put_lane_chunk(lanes, slots, i, at, read_bits(bytes, i * bits + at, n));
                });
            }
        }
        Type::Array(a) => {
            let (stride, size) = (a.elem.size() as usize, a.elem.store_size() as usize);
            let n = a.elem.slots() as usize;
            if stride == 0 || n == 0 {
                return;
            }
            for (image, slots) in bytes.chunks_exact(stride).zip(slots.chunks_exact_mut(n)) {
                from_memory(&a.elem, &image[..size], slots);
            }
        }
        Type::Struct(s) => {
            let mut rest = slots;
            for (field, offset) in s.fields.iter().zip(&s.offsets) {
                let (own, after) = rest.split_at_mut(field.slots() as usize);
                let at = *offset as usize;
                from_memory(field, &bytes[at..at + field.store_size() as usize], own);
                rest = after;
            }
        }
    }
}

/// Whether lanes of this type lie in memory as they lie in registers.
pub(super) fn is_dense(elem: &Type) -> bool {
    elem.bits() == 8 * u64::from(elem.lane_bytes())
}

fn put_bytes(slots: &[u64], bytes: &mut [u8]) {
    for (chunk, slot) in bytes.chunks_mut(8).zip(slots) {
        chunk.copy_from_slice(&slot.to_le_bytes()[..chunk.len()]);
    }
}

fn get_bytes(bytes: &[u8], slots: &mut [u64]) {
    for (i, slot) in slots.iter_mut().enumerate() {
        let chunk = bytes.get(8 * i..).unwrap_or_default();
        let n = chunk.len().min(8);
        let mut word = [0; 8];
        word[..n].copy_from_slice(&chunk[..n]);
        *slot = u64::from_le_bytes(word);
    }
}

/// Splits `bits` into pieces of at most 32 bits: `f(position, count)`.
fn for_chunks(bits: usize, mut f: impl FnMut(usize, usize)) {
    (0..bits).step_by(32).for_each(|at| f(at, (bits - at).min(32)));
}

fn lane_chunk(lanes: Lanes, slots: &[u64], i: usize, at: usize) -> u64 {
    if lanes.stride <= 8 { lanes.get(slots, i) >> at } else { lanes.words(slots, i)[at / 64] >> (at % 64) }
}

fn put_lane_chunk(lanes: Lanes, slots: &mut [u64], i: usize, at: usize, v: u64) {
    if lanes.stride <= 8 {
        lanes.put(slots, i, lanes.get(slots, i) | v << at);
    } else {
        lanes.words_mut(slots, i)[at / 64] |= v << (at % 64);
    }
}

/// Sets up to 32 bits in zeroed bytes.
fn write_bits(bytes: &mut [u8], at: usize, n: usize, v: u64) {
    let mut v = (v & ((1 << n) - 1)) << (at % 8);
    for byte in bytes.iter_mut().skip(at / 8).take((at % 8 + n).div_ceil(8)) {
        *byte |= v as u8;
        v >>= 8;
    }
}

/// Reads up to 32 bits.
fn read_bits(bytes: &[u8], at: usize, n: usize) -> u64 {
    let used = bytes.iter().skip(at / 8).take((at % 8 + n).div_ceil(8));
    let word = used.rev().fold(0u64, |v, byte| v << 8 | u64::from(*byte));
    word >> (at % 8) & ((1 << n) - 1)
}
