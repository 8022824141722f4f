//! The caller's linear memory: reads and writes at 32-bit addresses. What lies outside of it is `EFAULT`, no trap.

use bytemuck::{AnyBitPattern, NoUninit};
use svm_memory::{GuestPtr, Memory};

use super::{Errno, Wasi};
use crate::machine::{Cx, Trap};

/// The linear memory of one call.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    mem: &'a Memory,
    base: GuestPtr,
}

/// The longest vector of buffers of one call.
const MAX_VECTOR: u32 = 1024;
/// The longest path.
const MAX_PATH: u32 = 4096;

impl<'a> Linear<'a> {
    /// The memory that a call was made with.
    pub fn of(cx: &Cx<'a>, base: GuestPtr) -> Linear<'a> {
        Linear { mem: cx.mem(), base }
    }

    /// The pointer to `len` bytes at `at`.
    pub fn range(&self, at: u32, len: u64) -> Wasi<GuestPtr> {
        let size = self.mem.size_of(self.base).map_err(|_| Errno::Fault)?;
        match u64::from(at).checked_add(len) {
            Some(end) if end <= size => Ok(self.base.offset(i64::from(at))),
            _ => Err(Errno::Fault.into()),
        }
    }

    /// Loads a value.
    pub fn load<T: AnyBitPattern>(&self, at: u32) -> Wasi<T> {
        let p = self.range(at, size_of::<T>() as u64)?;
        Ok(self.mem.load(p).map_err(Trap::from)?)
    }

    /// Stores a value.
    pub fn store<T: NoUninit>(&self, at: u32, value: T) -> Wasi {
        let p = self.range(at, size_of::<T>() as u64)?;
        Ok(self.mem.store(p, value).map_err(Trap::from)?)
    }

    /// Writes bytes.
    pub fn write(&self, at: u32, bytes: &[u8]) -> Wasi {
        let p = self.range(at, bytes.len() as u64)?;
        Ok(self.mem.write(p, bytes).map_err(Trap::from)?)
    }

    /// A copy of bytes.
    pub fn bytes(&self, at: u32, len: u32) -> Wasi<Vec<u8>> {
        let p = self.range(at, u64::from(len))?;
        Ok(self.mem.slice(p, u64::from(len)).map_err(Trap::from)?.to_vec())
    }

    /// A path: no NUL in it, and UTF-8, as the interface asks.
    pub fn path(&self, at: u32, len: u32) -> Wasi<String> {
        if len > MAX_PATH {
            return Err(Errno::NameTooLong.into());
        }
        let path = String::from_utf8(self.bytes(at, len)?).map_err(|_| Errno::Ilseq)?;
        if path.is_empty() {
            return Err(Errno::Noent.into());
        }
        if path.contains('\0') { Err(Errno::Inval.into()) } else { Ok(path) }
    }

    /// The buffers of a vector of `count` pairs of address and length, each within the memory.
    pub fn buffers(&self, at: u32, count: u32) -> Wasi<Vec<(GuestPtr, u64)>> {
        if count > MAX_VECTOR {
            return Err(Errno::Inval.into());
        }
        let one = |n: u32| {
            let [start, len]: [u32; 2] = self.load(at.checked_add(n * 8).ok_or(Errno::Fault)?)?;
            Ok((self.range(start, u64::from(len))?, u64::from(len)))
        };
        (0..count).map(one).collect()
    }
}
