//! Atomic accesses of one scalar: naturally aligned, sequentially consistent whatever was asked for.
#![allow(clippy::unnecessary_cast)] // at 128 bits the casts to and from the widest type change nothing

use svm_memory::{GuestPtr, Memory};

use crate::ir::{RmwOp, Type};
use crate::machine::{Result, Trap};
use crate::semantics;

/// Calls `$body` with `$t` bound to the unsigned integer type of a scalar's width.
macro_rules! by_width {
    ($ty:expr, $t:ident => $body:expr) => {
        match $ty.store_size() {
            1 => {
                type $t = u8;
                $body
            }
            2 => {
                type $t = u16;
                $body
            }
            4 => {
                type $t = u32;
                $body
            }
            8 => {
                type $t = u64;
                $body
            }
            16 => {
                type $t = u128;
                $body
            }
            _ => Err(Trap::Unsupported(format!("atomic access of type {}", $ty).into())),
        }
    };
}

fn wide(slots: &[u64]) -> u128 {
    slots.iter().take(2).rev().fold(0, |v, w| v << 64 | u128::from(*w))
}

fn narrow(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}

/// An atomic load: the value's slots.
pub(crate) fn load(mem: &Memory, ty: &Type, ptr: GuestPtr) -> Result<[u64; 2]> {
    by_width!(ty, T => Ok(narrow(mem.atomic_load::<T>(ptr, ptr)? as u128)))
}

/// An atomic store.
pub(crate) fn store(mem: &Memory, ty: &Type, ptr: GuestPtr, value: &[u64]) -> Result<()> {
    let value = wide(value);
    by_width!(ty, T => Ok(mem.atomic_store::<T>(ptr, ptr, value as T)?))
}

/// Compare and exchange: the old value, and whether it was replaced.
pub(crate) fn cmpxchg(
    mem: &Memory,
    ty: &Type,
    ptr: GuestPtr,
    expected: &[u64],
    new: &[u64],
) -> Result<([u64; 2], bool)> {
    let (expected, new) = (wide(expected), wide(new));
    by_width!(ty, T => {
        let (old, done) = mem.atomic_cmpxchg::<T>(ptr, ptr, expected as T, new as T)?;
        Ok((narrow(old as u128), done))
    })
}

/// Read, modify, write: the old value.
pub(crate) fn rmw(mem: &Memory, op: RmwOp, ty: &Type, ptr: GuestPtr, operand: &[u64]) -> Result<[u64; 2]> {
    let n = ty.slots() as usize;
    let update = |old: u128| {
        let mut out = [0; 2];
        semantics::atomic_rmw(op, ty, &narrow(old)[..n], operand, &mut out[..n]);
        wide(&out[..n])
    };
    by_width!(ty, T => Ok(narrow(mem.atomic_update::<T>(ptr, ptr, |old| update(old as u128) as T)? as u128)))
}
