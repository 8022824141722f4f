//! The host's stack that a thread's compiled code runs on: one mapping, kept from entry to entry, since making one
//! costs more than a short call does.
#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// Bytes at the low end that nothing may touch.
const GUARD: usize = 1 << 16;

/// A mapping for use as a stack; pages come as they are touched.
pub(crate) struct HostStack {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the mapping belongs to the value alone, whichever thread has it.
unsafe impl Send for HostStack {}

impl HostStack {
    /// Reserves a stack of `bytes` above its guard.
    pub(crate) fn new(bytes: usize) -> std::io::Result<HostStack> {
        let bytes = bytes.next_multiple_of(1 << 16) + GUARD;
        // SAFETY: an anonymous mapping at an address of the system's choice touches nothing that exists.
        let base = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::STACK,
            )?
        };
        let base = NonNull::new(base.cast::<u8>()).ok_or(std::io::ErrorKind::OutOfMemory)?;
        let stack = HostStack { base, bytes };
        // SAFETY: the pages are the mapping's own, and unused.
        unsafe { mprotect(base.as_ptr().cast(), GUARD, MprotectFlags::empty())? };
        Ok(stack)
    }

    /// The lowest address that may be used.
    pub(crate) fn lowest(&self) -> usize {
        self.base.as_ptr() as usize + GUARD
    }

    /// Calls `f` on this stack. A panic goes on in the caller.
    pub(crate) fn run<T>(&self, f: impl FnOnce() -> T) -> T {
        let base = self.base.as_ptr().wrapping_add(GUARD);
        // SAFETY: the stack is mapped and nobody else runs on it, since whoever lends it has taken it from its
        // thread; no panic crosses to the other stack.
        let result = unsafe { psm::on_stack(base, self.bytes - GUARD, || catch_unwind(AssertUnwindSafe(f))) };
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for HostStack {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing runs on it.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}
