//! Constants as register slots and as the bytes of initializers.

use super::image::to_memory;
use super::lanes::Lanes;
use super::wide::Wide;
use crate::ir::{Const, ConstOp, Symbol, Type};

/// Writes the register slots of `c`, a constant of type `ty`; `addr` gives the address of a symbol.
pub fn const_slots(c: &Const, ty: &Type, addr: &dyn Fn(Symbol) -> u64, out: &mut [u64]) {
    out.fill(0);
    match (c, ty) {
        (Const::List(items), Type::Vector(v)) => {
            let lanes = Lanes::of(ty);
            let mut lane = vec![0; v.elem.slots() as usize];
            for (i, item) in items.iter().enumerate().take(lanes.count) {
                const_slots(item, &v.elem, addr, &mut lane);
                if lanes.stride <= 8 {
                    lanes.put(out, i, lane[0]);
                } else {
                    lanes.words_mut(out, i)[..lane.len()].copy_from_slice(&lane);
                }
            }
        }
        (Const::Bytes(bytes), Type::Vector(_)) => {
            let lanes = Lanes::of(ty);
            bytes.iter().enumerate().take(lanes.count).for_each(|(i, b)| lanes.put(out, i, u64::from(*b)));
        }
        (Const::List(items), Type::Array(a)) => {
            let n = (a.elem.slots() as usize).max(1);
            items.iter().zip(out.chunks_exact_mut(n)).for_each(|(c, o)| const_slots(c, &a.elem, addr, o));
        }
        (Const::List(items), Type::Struct(s)) => {
            let mut rest = out;
            for (item, field) in items.iter().zip(&s.fields) {
                let (own, after) = rest.split_at_mut(field.slots() as usize);
                const_slots(item, field, addr, own);
                rest = after;
            }
        }
        (Const::Bytes(bytes), _) => out.iter_mut().zip(bytes.iter()).for_each(|(o, b)| *o = u64::from(*b)),
        _ => scalar_slots(c, addr, out),
    }
}

fn scalar_slots(c: &Const, addr: &dyn Fn(Symbol) -> u64, out: &mut [u64]) {
    let mut put = |words: &[u64]| out.iter_mut().zip(words).for_each(|(o, w)| *o = *w);
    match c {
        Const::Zero | Const::Bytes(_) | Const::List(_) => {}
        Const::Int(v) | Const::Double(v) => put(&[*v]),
        Const::Wide(words) => put(words),
        Const::Float(v) => put(&[u64::from(*v)]),
        Const::X87(bytes) => put(&super::X87::from_bytes(*bytes).to_slots()),
        Const::Addr(symbol, offset) => put(&[addr(*symbol).wrapping_add(*offset as u64)]),
        Const::Expr(op) => put(eval(op, addr).words()),
    }
}

fn eval(op: &ConstOp, addr: &dyn Fn(Symbol) -> u64) -> Wide {
    let word = |c: &Const, bits: u32| {
        let mut slots = vec![0; bits.div_ceil(64) as usize];
        const_slots(c, &Type::Int(bits), addr, &mut slots);
        Wide::new(bits, &slots)
    };
    match op {
        ConstOp::Add(a, b, bits) => word(a, *bits).add(&word(b, *bits)),
        ConstOp::Sub(a, b, bits) => word(a, *bits).sub(&word(b, *bits)),
        ConstOp::Xor(a, b, bits) => word(a, *bits).xor(&word(b, *bits)),
        ConstOp::Trunc(a, bits) => word(a, *bits),
    }
}

/// Writes the `store_size` bytes that `c`, of type `ty`, initializes memory with; padding is zero.
pub fn const_bytes(c: &Const, ty: &Type, addr: &dyn Fn(Symbol) -> u64, bytes: &mut [u8]) {
    match (c, ty) {
        (Const::Zero, _) => bytes.fill(0),
        (Const::Bytes(data), Type::Array(_)) => {
            bytes.fill(0);
            bytes.iter_mut().zip(data.iter()).for_each(|(b, d)| *b = *d);
        }
        (Const::List(items), Type::Array(a)) => {
            bytes.fill(0);
            let (stride, size) = (a.elem.size() as usize, a.elem.store_size() as usize);
            for (item, image) in items.iter().zip(bytes.chunks_exact_mut(stride.max(1))) {
                const_bytes(item, &a.elem, addr, &mut image[..size]);
            }
        }
        (Const::List(items), Type::Struct(s)) => {
            bytes.fill(0);
            for ((item, field), offset) in items.iter().zip(&s.fields).zip(&s.offsets) {
                let at = *offset as usize;
                const_bytes(item, field, addr, &mut bytes[at..at + field.store_size() as usize]);
            }
        }
        _ => {
            let mut slots: smallvec::SmallVec<[u64; 4]> =
                smallvec::SmallVec::from_elem(0, ty.slots() as usize);
            const_slots(c, ty, addr, &mut slots);
            to_memory(ty, &slots, bytes);
        }
    }
}
