//! The register stack of one thread: windows of slots growing up, frame records growing down, in one
//! reservation that bounds both.

use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use crate::bytecode::{CallDesc, Code};

/// What a call remembers.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Frame {
    /// The call instruction; control comes back behind it, the result goes to the slot that it names.
    pub(crate) call_pc: *const u64,
    /// The caller's slots.
    pub(crate) caller_fp: *mut u64,
    /// The callee.
    pub(crate) code: *const Code,
    /// The variadic call that made the frame (its extra arguments lie right below the callee's slots), or null.
    pub(crate) varargs: *const CallDesc,
}

/// A reservation of address space; pages come as they are touched.
pub(crate) struct RegisterStack {
    base: NonNull<u8>,
    bytes: usize,
}

impl RegisterStack {
    /// Reserves room for `bytes` of slots and records.
    pub(crate) fn new(bytes: u64) -> std::io::Result<RegisterStack> {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX / 2).max(1 << 16).next_multiple_of(1 << 12);
        // SAFETY: an anonymous mapping at an address of the system's choice touches nothing that exists.
        let base = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )?
        };
        let base = NonNull::new(base.cast::<u8>()).ok_or(std::io::ErrorKind::OutOfMemory)?;
        Ok(RegisterStack { base, bytes })
    }

    /// The first slot.
    pub(crate) fn first_slot(&self) -> *mut u64 {
        self.base.as_ptr().cast()
    }

    /// One past the room for frame records: where the first is pushed below.
    pub(crate) fn frames_end(&self) -> *mut Frame {
        self.base.as_ptr().wrapping_add(self.bytes).cast()
    }
}

impl Drop for RegisterStack {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and frames that pointed into it are gone with the thread.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}
