//! Masked, gathered and scattered memory: only active lanes are touched, and checked.

use svm_memory::{GuestPtr, Memory};

use crate::ir::Type;
use crate::machine::Result;
use crate::semantics;

use super::memory::{load, store};

/// The lanes of a vector type: lane type and count.
fn lanes(ty: &Type) -> (&Type, u32) {
    ty.as_vector().unwrap_or((ty, 1))
}

/// Lane `i` of a mask (one byte a lane in slots).
fn active(mask: &[u64], i: u32) -> bool {
    mask[i as usize / 8] >> (i % 8 * 8) & 1 != 0
}

fn pointer(pointers: &[u64], i: u32) -> GuestPtr {
    GuestPtr::new(pointers[i as usize])
}

fn set_lane(ty: &Type, out: &mut [u64], lane: &[u64], i: u32) {
    let before = out.to_vec();
    semantics::insert_element(ty, &before, lane, u64::from(i), out);
}

fn lane_of(ty: &Type, value: &[u64], i: u32) -> Vec<u64> {
    let mut lane = vec![0; lanes(ty).0.slots() as usize];
    semantics::extract_element(ty, value, u64::from(i), &mut lane);
    lane
}

/// Loads active lanes from where `at` says; the others keep `pass`.
fn load_lanes(
    mem: &Memory,
    ty: &Type,
    mask: &[u64],
    pass: &[u64],
    out: &mut [u64],
    mut at: impl FnMut(u32) -> (GuestPtr, GuestPtr),
) -> Result<()> {
    let (elem, n) = lanes(ty);
    out.copy_from_slice(pass);
    let mut lane = vec![0; elem.slots() as usize];
    for i in (0..n).filter(|i| active(mask, *i)) {
        let (ptr, root) = at(i);
        load(mem, elem, ptr, root, &mut lane)?;
        set_lane(ty, out, &lane, i);
    }
    Ok(())
}

fn store_lanes(
    mem: &Memory,
    ty: &Type,
    value: &[u64],
    mask: &[u64],
    mut at: impl FnMut(u32) -> (GuestPtr, GuestPtr),
) -> Result<()> {
    let (elem, n) = lanes(ty);
    for i in (0..n).filter(|i| active(mask, *i)) {
        let (ptr, root) = at(i);
        store(mem, elem, ptr, root, &lane_of(ty, value, i))?;
    }
    Ok(())
}

/// Successive elements from a pointer.
fn elements(ty: &Type, p: u64) -> impl FnMut(u32) -> (GuestPtr, GuestPtr) {
    let (root, step) = (GuestPtr::new(p), lanes(ty).0.store_size() as i64);
    move |i| (root.offset(i64::from(i) * step), root)
}

/// Elements of active lanes only, one after the other.
fn packed(ty: &Type, p: u64) -> impl FnMut(u32) -> (GuestPtr, GuestPtr) {
    let (root, step) = (GuestPtr::new(p), lanes(ty).0.store_size() as i64);
    let mut next = 0;
    move |_| {
        next += 1;
        (root.offset((next - 1) * step), root)
    }
}

pub(super) fn masked_load(mem: &Memory, ty: &Type, args: &[&[u64]], out: &mut [u64]) -> Result<()> {
    load_lanes(mem, ty, args[1], args[2], out, elements(ty, args[0][0]))
}

pub(super) fn expand_load(mem: &Memory, ty: &Type, args: &[&[u64]], out: &mut [u64]) -> Result<()> {
    load_lanes(mem, ty, args[1], args[2], out, packed(ty, args[0][0]))
}

pub(super) fn gather(mem: &Memory, ty: &Type, args: &[&[u64]], out: &mut [u64]) -> Result<()> {
    load_lanes(mem, ty, args[1], args[2], out, |i| (pointer(args[0], i), pointer(args[0], i)))
}

pub(super) fn masked_store(mem: &Memory, ty: &Type, args: &[&[u64]]) -> Result<()> {
    store_lanes(mem, ty, args[0], args[2], elements(ty, args[1][0]))
}

pub(super) fn compress_store(mem: &Memory, ty: &Type, args: &[&[u64]]) -> Result<()> {
    store_lanes(mem, ty, args[0], args[2], packed(ty, args[1][0]))
}

pub(super) fn scatter(mem: &Memory, ty: &Type, args: &[&[u64]]) -> Result<()> {
    store_lanes(mem, ty, args[0], args[2], |i| (pointer(args[1], i), pointer(args[1], i)))
}
