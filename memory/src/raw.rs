//! Address space from the host: reservations that read as zeros until written, and tables in such reservations.
//! Owns all calls of mmap and its family. Every method is bounds-checked, so that safe code cannot leave a reservation.
#![allow(unsafe_code)]

use rustix::mm::{self, Advice, MapFlags, MremapFlags, ProtFlags};
use std::io;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

/// The page size that all bookkeeping uses; the host's must be the same.
pub(crate) const PAGE: u64 = 4096;

/// Reserved address space, readable as zeros, committed page by page when it is first written.
pub(crate) struct Reservation {
    address: usize,
    len: usize,
}

impl Reservation {
    pub fn new(len: u64) -> io::Result<Self> {
        let len = usize::try_from(len.next_multiple_of(PAGE)).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a new private mapping at an address of the kernel's choice touches nothing that exists.
        let address = unsafe { mm::mmap_anonymous(std::ptr::null_mut(), len, prot(), flags) }?;
        Ok(Self { address: address as usize, len })
    }

    pub fn address(&self) -> usize {
        self.address
    }

    /// The host address of a range that is checked to lie inside.
    #[inline]
    fn range(&self, at: u64, len: u64) -> *mut std::ffi::c_void {
        assert!(
            at.checked_add(len).is_some_and(|end| end <= self.len as u64),
            "range outside of its reservation"
        );
        (self.address + at as usize) as *mut std::ffi::c_void
    }

    /// Gives whole pages back to the host; they read as zeros afterwards.
    pub fn discard(&self, at: u64, len: u64) {
        debug_assert!(at.is_multiple_of(PAGE) && len.is_multiple_of(PAGE));
        let address = self.range(at, len);
        // SAFETY: the range lies in our own mapping; nobody holds references to plain data in it (only to atomics,
        // for which a change to zero is an ordinary store).
        let done = unsafe { mm::madvise(address, len as usize, Advice::LinuxDontNeed) };
        debug_assert!(done.is_ok(), "{done:?}");
    }

    /// Like `discard`, and makes the range one plain mapping again after `move_pages` has split it.
    pub fn renew(&self, at: u64, len: u64) {
        debug_assert!(at.is_multiple_of(PAGE) && len.is_multiple_of(PAGE));
        let address = self.range(at, len);
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
        // SAFETY: as in `discard`; the new mapping replaces exactly a range of our own one, in one step.
        if unsafe { mm::mmap_anonymous(address, len as usize, prot(), flags) }.is_err() {
            self.discard(at, len);
        }
    }

    /// Moves whole pages without copying; the old range reads as zeros afterwards. Fails where the kernel cannot.
    pub fn move_pages(&self, from: u64, to: u64, len: u64) -> io::Result<()> {
        debug_assert!(from.is_multiple_of(PAGE) && to.is_multiple_of(PAGE) && len.is_multiple_of(PAGE));
        assert!(from + len <= to || to + len <= from, "overlapping move");
        let (from, to) = (self.range(from, len), self.range(to, len));
        let flags = MremapFlags::MAYMOVE | MremapFlags::DONTUNMAP;
        // SAFETY: both ranges lie in our own mapping and do not overlap; DONTUNMAP leaves the old range mapped, so
        // that no other thread of the process can be given it in between.
        unsafe { mm::mremap_fixed(from, len as usize, len as usize, flags, to) }?;
        Ok(())
    }

    /// Zeroes bytes.
    #[inline]
    pub fn zero(&self, at: u64, len: u64) {
        let address = self.range(at, len).cast::<u8>();
        // SAFETY: the range is mapped and writable; guest data is only ever reached through raw pointers.
        unsafe { address.write_bytes(0, len as usize) }
    }

    /// Zeroes a multiple of 16 bytes; short ones without a call.
    #[inline]
    pub fn zero_units(&self, at: u64, len: u64) {
        let address = self.range(at, len).cast::<u8>();
        let n = len as usize;
        debug_assert!(n.is_multiple_of(16));
        // SAFETY: as in `zero`; each arm writes the first and the last bytes of the range, and so all of it.
        unsafe {
            match n {
                0 => {}
                16..=32 => zero_ends::<16>(address, n),
                33..=64 => zero_ends::<32>(address, n),
                65..=128 => zero_ends::<64>(address, n),
                _ => address.write_bytes(0, n),
            }
        }
    }

    /// Copies bytes inside the reservation; the ranges may overlap.
    pub fn copy(&self, from: u64, to: u64, len: u64) {
        let (from, to) = (self.range(from, len).cast::<u8>(), self.range(to, len).cast::<u8>());
        // SAFETY: both ranges are mapped; `copy` allows overlap.
        unsafe { to.copy_from(from, len as usize) }
    }

    /// Calls `each` with every 8-byte word of the range that starts at a multiple of `step` from its start.
    pub fn words(&self, at: u64, len: u64, step: usize, each: &mut dyn FnMut(u64)) {
        let address = self.range(at, len).cast::<u8>();
        // SAFETY: the callers below keep offset + 8 <= len, and the range is mapped; no alignment is assumed.
        let word = |offset: u64| unsafe { address.add(offset as usize).cast::<u64>().read_unaligned() };
        let mut offset = 0;
        while offset + 8 <= len {
            // Sixteen zero bytes hold no word but zero: untouched memory goes by quickly.
            if offset + 16 <= len && word(offset) == 0 && word(offset + 8) == 0 {
                offset += 8;
                continue;
            }
            for at in (offset..offset + 8).step_by(step) {
                if at + 8 <= len {
                    each(word(at));
                }
            }
            offset += 8;
        }
    }

    /// A reference to atomics inside the reservation.
    #[inline(always)]
    fn atomics<T: Zeroed>(&self, at: u64) -> &T {
        debug_assert!(at as usize + size_of::<T>() <= self.len && at.is_multiple_of(align_of::<T>() as u64));
        // SAFETY: in range and aligned (the callers in this crate compute `at` from masked slots, and debug builds
        // assert it); `Zeroed` promises that any bits are a value and that sharing is by atomics only.
        unsafe { &*((self.address + at as usize) as *const T) }
    }

    /// The atomics of a header at a byte offset that the caller has masked into the window.
    #[inline(always)]
    pub fn header(&self, at: u64) -> &Header {
        self.atomics(at)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and ends with its owner.
        let _ = unsafe { mm::munmap(self.address as *mut std::ffi::c_void, self.len) };
    }
}

/// Zeroes the first and the last `N` bytes of a range.
///
/// # Safety
/// The range of `n >= N` bytes is mapped and writable.
#[inline(always)]
unsafe fn zero_ends<const N: usize>(address: *mut u8, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        address.write_bytes(0, N);
        address.add(n - N).write_bytes(0, N);
    }
}

fn prot() -> ProtFlags {
    ProtFlags::READ | ProtFlags::WRITE
}

/// The header just before an object's first byte, as generated code reads it.
#[repr(C)]
pub(crate) struct Header {
    /// The object's own pointer to its first byte; of a dead object, with its last size added in the offset bits.
    pub start: AtomicU64,
    /// Bytes that may be read; 0 once the object has ended.
    pub read_size: AtomicU32,
    /// Bytes that may be written; 0 once the object has ended and for constants.
    pub write_size: AtomicU32,
}

/// Types for which zero bytes, and any other, are a value, and that are shared by atomics only.
///
/// # Safety
/// The implementor keeps both promises.
pub(crate) unsafe trait Zeroed {}
// SAFETY: atomic integers: any bits are a value.
unsafe impl Zeroed for AtomicU8 {}
// SAFETY: as above.
unsafe impl Zeroed for AtomicU32 {}
// SAFETY: as above.
unsafe impl Zeroed for AtomicU64 {}
// SAFETY: made of atomic integers only.
unsafe impl Zeroed for Header {}
// SAFETY: made of such values only.
unsafe impl<T: Zeroed, const N: usize> Zeroed for [T; N] {}

/// A table of zeroed atomics that takes memory only where it was written.
pub(crate) struct Table<T: Zeroed> {
    map: Reservation,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Zeroed> Table<T> {
    pub fn new(len: usize) -> io::Result<Self> {
        let map = Reservation::new((len.max(1) * size_of::<T>()) as u64)?;
        Ok(Self { map, len, of: PhantomData })
    }

    pub fn address(&self) -> usize {
        self.map.address()
    }
}

impl<T: Zeroed> Deref for Table<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: the reservation holds `len` values (see `new`), page-aligned, and `Zeroed` makes any bits valid.
        unsafe { std::slice::from_raw_parts(self.map.address as *const T, self.len) }
    }
}

// SAFETY: GuestPtr is a transparent u64.
unsafe impl bytemuck::Zeroable for crate::GuestPtr {}
// SAFETY: as above: no padding, any bits are a value.
unsafe impl bytemuck::Pod for crate::GuestPtr {}
