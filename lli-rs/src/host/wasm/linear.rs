//! A linear memory as host functions and embedders see it: addresses from 0, every access within its present size.

use bytemuck::{AnyBitPattern, NoUninit};
use svm_memory::{GuestPtr, Memory};

use super::bulk::bytes;
use crate::machine::{Cx, Result, Trap};

/// A linear memory of a running program. It may grow in the meantime.
#[derive(Clone, Copy)]
pub struct LinearMemory<'a> {
    mem: &'a Memory,
    base: GuestPtr,
}

impl<'a> LinearMemory<'a> {
    /// The memory whose base the host was given.
    pub fn new(mem: &'a Memory, base: GuestPtr) -> LinearMemory<'a> {
        LinearMemory { mem, base }
    }

    /// Its size in bytes.
    ///
    /// # Errors
    ///
    /// There is no memory: the module has not been instantiated.
    pub fn size(&self) -> Result<u64> {
        Ok(self.mem.size_of(self.base)?)
    }

    /// The guest pointer to `len` bytes at an address, for functions that take one.
    ///
    /// # Errors
    ///
    /// Any of them lies outside.
    pub fn pointer(&self, at: u64, len: u64) -> Result<GuestPtr> {
        bytes(self.mem, self.base, at, len)
    }

    /// Copies bytes out.
    ///
    /// # Errors
    ///
    /// As [`LinearMemory::pointer`].
    pub fn read(&self, at: u64, len: u64) -> Result<Vec<u8>> {
        let p = self.pointer(at, len)?;
        Ok(self.mem.slice(p, len)?.to_vec())
    }

    /// Copies bytes in.
    ///
    /// # Errors
    ///
    /// As [`LinearMemory::pointer`].
    pub fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let p = self.pointer(at, bytes.len() as u64)?;
        Ok(self.mem.write(p, bytes)?)
    }

    /// Reads a value; little-endian, unaligned is fine.
    ///
    /// # Errors
    ///
    /// As [`LinearMemory::pointer`].
    pub fn load<T: AnyBitPattern>(&self, at: u64) -> Result<T> {
        let p = self.pointer(at, size_of::<T>() as u64)?;
        Ok(self.mem.load(p)?)
    }

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// As [`LinearMemory::pointer`].
    pub fn store<T: NoUninit>(&self, at: u64, value: T) -> Result<()> {
        let p = self.pointer(at, size_of::<T>() as u64)?;
        Ok(self.mem.store(p, value)?)
    }
}

impl<'a> Cx<'a> {
    /// The memory that a module exports.
    ///
    /// # Errors
    ///
    /// There is no such module or export, or it is no memory.
    pub fn linear_memory(&self, module: &str, field: &str) -> Result<LinearMemory<'a>> {
        let process = self.process;
        let export = process.wasm.export(module, field);
        let memory = export.filter(|e| matches!(e.ty, svm_lifters::wasm::ExternType::Memory(_)));
        let symbol = memory.and_then(|e| process.export(&e.symbol));
        let (_, global) = symbol
            .ok_or_else(|| Trap::MissingFunction(format!("memory {field} of module {module}").into()))?;
        Ok(LinearMemory::new(self.mem(), global))
    }
}
