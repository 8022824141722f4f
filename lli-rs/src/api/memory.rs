//! An embedder's view of guest memory: every access checked, faults as [`Fault`]s.

use bytemuck::{AnyBitPattern, NoUninit};
use svm_memory::{GuestPtr, ObjectKind, SiteId};

use super::{Fault, Instance};
use crate::machine::{Limit, Trap};

/// The memory of one instance.
#[derive(Clone, Copy)]
pub struct GuestMemory<'a> {
    pub(super) instance: &'a Instance,
}

impl GuestMemory<'_> {
    fn check<T>(&self, result: svm_memory::Result<T>) -> Result<T, Fault> {
        result.map_err(|fault| self.instance.fault_of(&Trap::Memory(fault)))
    }

    /// A zeroed heap object, as `malloc` makes them: the guest may free it.
    ///
    /// # Errors
    ///
    /// Guest memory is used up.
    pub fn alloc(&self, size: u64) -> Result<GuestPtr, Fault> {
        let mem = &self.instance.process().mem;
        let made = mem.alloc(size, 16, ObjectKind::Heap, SiteId::NONE);
        made.map_err(|_| self.instance.fault_of(&Trap::Limit(Limit::Memory)))
    }

    /// A heap object that holds a copy of `bytes`.
    ///
    /// # Errors
    ///
    /// As [`GuestMemory::alloc`].
    pub fn alloc_bytes(&self, bytes: &[u8]) -> Result<GuestPtr, Fault> {
        let p = self.alloc(bytes.len() as u64)?;
        self.write(p, bytes)?;
        Ok(p)
    }

    /// A heap object that holds `text` and a terminating zero.
    ///
    /// # Errors
    ///
    /// As [`GuestMemory::alloc`].
    pub fn alloc_str(&self, text: &str) -> Result<GuestPtr, Fault> {
        let p = self.alloc(text.len() as u64 + 1)?;
        self.write(p, text.as_bytes())?;
        Ok(p)
    }

    /// Frees a heap object: the embedder's own or one that the guest has made. Null is fine.
    ///
    /// # Errors
    ///
    /// The pointer is not the start of a live heap object.
    pub fn free(&self, p: GuestPtr) -> Result<(), Fault> {
        self.check(self.instance.process().mem.free(p, SiteId::NONE))
    }

    /// Copies bytes out.
    ///
    /// # Errors
    ///
    /// Any of them does not belong to the object that `p` points to.
    pub fn read(&self, p: GuestPtr, len: u64) -> Result<Vec<u8>, Fault> {
        // Checked before a buffer is made: a lying length allocates nothing.
        Ok(self.check(self.instance.process().mem.slice(p, len))?.to_vec())
    }

    /// Copies bytes in.
    ///
    /// # Errors
    ///
    /// As [`GuestMemory::read`], or the object is constant.
    pub fn write(&self, p: GuestPtr, bytes: &[u8]) -> Result<(), Fault> {
        self.check(self.instance.process().mem.write(p, bytes))
    }

    /// Reads a value; little-endian, unaligned is fine.
    ///
    /// # Errors
    ///
    /// As [`GuestMemory::read`].
    pub fn load<T: AnyBitPattern>(&self, p: GuestPtr) -> Result<T, Fault> {
        self.check(self.instance.process().mem.load(p))
    }

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// As [`GuestMemory::write`].
    pub fn store<T: NoUninit>(&self, p: GuestPtr, value: T) -> Result<(), Fault> {
        self.check(self.instance.process().mem.store(p, value))
    }

    /// The bytes of a string up to its terminating zero.
    ///
    /// # Errors
    ///
    /// The object ends before the string does.
    pub fn read_str(&self, p: GuestPtr) -> Result<Vec<u8>, Fault> {
        self.check(self.instance.process().mem.c_str(p))
    }

    /// Counters.
    pub fn stats(&self) -> svm_memory::Stats {
        self.instance.process().mem.stats()
    }
}
