//! Moving lanes around.

use super::arith::sext64;
use super::lanes::{Lanes, int_bits};
use crate::ir::Type;

fn copy_lane(from: Lanes, a: &[u64], i: usize, to: Lanes, out: &mut [u64], j: usize) {
    if from.stride <= 8 || to.stride <= 8 {
        to.put(out, j, from.get(a, i));
    } else {
        to.words_mut(out, j).copy_from_slice(from.words(a, i));
    }
}

/// A lane of `v`, of vector type `ty`; zero if the index is out of range.
pub fn extract_element(ty: &Type, v: &[u64], index: u64, out: &mut [u64]) {
    let lanes = Lanes::of(ty);
    out.fill(0);
    if index < lanes.count as u64 {
        copy_lane(lanes, v, index as usize, Lanes::of(ty.scalar()), out, 0);
    }
}

/// `v`, of vector type `ty`, with a lane replaced; zero if the index is out of range.
pub fn insert_element(ty: &Type, v: &[u64], elem: &[u64], index: u64, out: &mut [u64]) {
    let lanes = Lanes::of(ty);
    if index >= lanes.count as u64 {
        return out.fill(0);
    }
    out.copy_from_slice(v);
    if lanes.stride <= 8 {
        lanes.replace(out, index as usize, elem[0]);
    } else {
        copy_lane(Lanes::of(ty.scalar()), elem, 0, lanes, out, index as usize);
    }
}

/// The lanes of `a ++ b`, both of vector type `ty`, that `mask` names; `None` is zero.
pub fn shuffle(ty: &Type, a: &[u64], b: &[u64], mask: &[Option<u32>], out: &mut [u64]) {
    let from = Lanes::of(ty);
    let to = Lanes { count: mask.len(), ..from };
    out.fill(0);
    for (j, lane) in mask.iter().enumerate() {
        match lane.map(|i| i as usize) {
            Some(i) if i < from.count => copy_lane(from, a, i, to, out, j),
            Some(i) if i < 2 * from.count => copy_lane(from, b, i - from.count, to, out, j),
            _ => {}
        }
    }
}

/// The vector of type `ty` whose lanes are all `elem`.
pub fn splat(ty: &Type, elem: &[u64], out: &mut [u64]) {
    let (from, to) = (Lanes::of(ty.scalar()), Lanes::of(ty));
    out.fill(0);
    (0..to.count).for_each(|j| copy_lane(from, elem, 0, to, out, j));
}

/// `base + offset + sum(index * scale)` for the result type `ty`; operands are pairs of type and slots,
/// and scalar ones stand for all lanes.
pub fn gep(ty: &Type, base: (&Type, &[u64]), offset: i64, terms: &[(&Type, &[u64], i64)], out: &mut [u64]) {
    let at = |t: &Type, slots: &[u64], i: usize| {
        let bits = int_bits(t.scalar());
        let lane = if t.as_vector().is_some() { i } else { 0 };
        // Above 64 bits the low ones decide.
        sext64(bits.clamp(1, 64), Lanes::of(t).get(slots, lane))
    };
    for (i, r) in out.iter_mut().enumerate().take(Lanes::of(ty).count) {
        let start = at(base.0, base.1, i).wrapping_add(offset as u64);
        *r = terms
            .iter()
            .fold(start, |p, (t, slots, scale)| p.wrapping_add(at(t, slots, i).wrapping_mul(*scale as u64)));
    }
}
