//! Checked access by a pointer's own bits: values, ranges, strings. Each fault names the exact first bad byte; what a
//! C function would not have looked at is not looked at.

use crate::fault::{AccessKind, Fault, FaultKind, Result};
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::slice::{GuestSlice, GuestSliceMut};
use bytemuck::{AnyBitPattern, NoUninit};
use std::cmp::Ordering;
use std::sync::atomic::Ordering::Relaxed;

impl Memory {
    /// Loads a value; unaligned is fine.
    #[inline]
    pub fn load<T: AnyBitPattern>(&self, p: GuestPtr) -> Result<T> {
        let loaded = self.view.load(p.bits(), p.bits());
        loaded.ok_or_else(|| self.fault_for(p, p, size_of::<T>() as u64, AccessKind::Read))
    }

    /// Stores a value; unaligned is fine.
    #[inline]
    pub fn store<T: NoUninit>(&self, p: GuestPtr, value: T) -> Result<()> {
        if self.view.store(p.bits(), p.bits(), value) {
            return Ok(());
        }
        Err(self.fault_for(p, p, size_of::<T>() as u64, AccessKind::Write))
    }

    /// Bytes to read, checked once.
    #[inline]
    pub fn slice(&self, p: GuestPtr, len: u64) -> Result<GuestSlice<'_>> {
        match self.view.readable(p.bits(), p.bits(), len) {
            Some(at) => Ok(GuestSlice::new(at, len)),
            None => Err(self.fault_for(p, p, len, AccessKind::Read)),
        }
    }

    /// Bytes to write, checked once.
    #[inline]
    pub fn slice_mut(&self, p: GuestPtr, len: u64) -> Result<GuestSliceMut<'_>> {
        match self.view.writable(p.bits(), p.bits(), len) {
            Some(at) => Ok(GuestSliceMut::new(at, len)),
            None => Err(self.fault_for(p, p, len, AccessKind::Write)),
        }
    }

    /// Reads bytes.
    #[inline]
    pub fn read(&self, p: GuestPtr, buf: &mut [u8]) -> Result<()> {
        self.slice(p, buf.len() as u64)?.copy_to(0, buf);
        Ok(())
    }

    /// Writes bytes.
    #[inline]
    pub fn write(&self, p: GuestPtr, bytes: &[u8]) -> Result<()> {
        self.slice_mut(p, bytes.len() as u64)?.copy_from(0, bytes);
        Ok(())
    }

    /// Copies bytes, which may overlap. All of `src` is checked first, then all of `dst`.
    pub fn copy(&self, dst: GuestPtr, src: GuestPtr, len: u64) -> Result<()> {
        let from = self.slice(src, len)?;
        self.slice_mut(dst, len)?.copy_from_guest(&from);
        Ok(())
    }

    /// Sets bytes.
    pub fn fill(&self, p: GuestPtr, byte: u8, len: u64) -> Result<()> {
        self.slice_mut(p, len)?.fill(byte);
        Ok(())
    }

    /// Compares bytes as memcmp does: nothing behind the first difference is looked at.
    pub fn compare(&self, a: GuestPtr, b: GuestPtr, len: u64) -> Result<Ordering> {
        let (in_a, in_b) = (self.available(a, AccessKind::Read), self.available(b, AccessKind::Read));
        let both = len.min(in_a).min(in_b);
        let (first, second) = (self.slice(a, both)?, self.slice(b, both)?);
        match first.first_difference(&second) {
            Some(at) => Ok(first.get(at).cmp(&second.get(at))),
            None if both == len => Ok(Ordering::Equal),
            None if in_a == both => Err(self.fault_for(a, a, len, AccessKind::Read)),
            None => Err(self.fault_for(b, b, len, AccessKind::Read)),
        }
    }

    /// The first pair of bytes that differ among `max`, or that are both NUL if told so, as memcmp and strncmp; the
    /// inner `None`: there is none. `None`: it would be a fault.
    #[inline]
    pub fn first_difference(
        &self,
        a: GuestPtr,
        b: GuestPtr,
        max: u64,
        at_nul: bool,
    ) -> Option<Option<(u8, u8)>> {
        let (in_a, in_b) = (self.available(a, AccessKind::Read), self.available(b, AccessKind::Read));
        let both = max.min(in_a).min(in_b);
        let (first, second) = (self.slice(a, both).ok()?, self.slice(b, both).ok()?);
        match first.first_stop(&second, at_nul) {
            Some(at) => Some(first.get(at).zip(second.get(at))),
            None => (both == max).then_some(None),
        }
    }

    /// The index of a byte before the NUL that ends a string (or of that NUL), as strchr. `None`: a fault.
    #[inline]
    pub fn find_or_nul(&self, p: GuestPtr, byte: u8) -> Option<Option<u64>> {
        let bytes = self.slice(p, self.available(p, AccessKind::Read)).ok()?;
        let at = bytes.position_or_nul(byte)?;
        Some((bytes.get(at) == Some(byte)).then_some(at as u64))
    }

    /// The first index of a byte among `max`, as memchr: nothing behind the hit is looked at.
    pub fn find(&self, p: GuestPtr, byte: u8, max: u64) -> Result<Option<u64>> {
        let len = self.available(p, AccessKind::Read).min(max);
        match self.slice(p, len)?.position(byte) {
            Some(at) => Ok(Some(at as u64)),
            None if len == max => Ok(None),
            None => Err(self.fault_for(p, p, len + 1, AccessKind::Read)),
        }
    }

    /// The length of a string up to its NUL.
    pub fn str_len(&self, p: GuestPtr) -> Result<u64> {
        self.str_len_max(p, u64::MAX)
    }

    /// The length of a string up to its NUL, or `max` if that is less, as strnlen.
    pub fn str_len_max(&self, p: GuestPtr, max: u64) -> Result<u64> {
        match self.find(p, 0, max) {
            Ok(at) => Ok(at.unwrap_or(max)),
            Err(fault) => Err(unterminated(fault)),
        }
    }

    /// A copy of a string, without its NUL.
    pub fn c_str(&self, p: GuestPtr) -> Result<Vec<u8>> {
        let len = self.str_len(p)?;
        Ok(self.slice(p, len)?.to_vec())
    }

    /// The number of bytes from `p` to its object's end that may be accessed; 0 if none.
    #[inline]
    pub fn available(&self, p: GuestPtr, access: AccessKind) -> u64 {
        let slot = p.slot().index();
        if !self.space.window.state(slot).is_live() {
            return 0;
        }
        let header = self.space.window.header(slot);
        let size = match access {
            AccessKind::Write => &header.write_size,
            _ => &header.read_size,
        };
        let (size, offset) =
            (u64::from(size.load(Relaxed)), p.bits().wrapping_sub(header.start.load(Relaxed)));
        size.saturating_sub(offset)
    }
}

/// A scan that ran off its object did so for want of a NUL.
fn unterminated(mut fault: Box<Fault>) -> Box<Fault> {
    if fault.kind == FaultKind::OutOfBounds && fault.len > 1 {
        fault.kind = FaultKind::Unterminated;
    }
    fault
}
