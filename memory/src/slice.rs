//! Checked ranges of guest memory. Other code of the process may change guest bytes at any time (other guest threads,
//! an overlapping slice), so no Rust reference to them leaves this module: bytes are copied in and out.
#![allow(unsafe_code)]

use crate::memory::Memory;
use crate::view::Checked;
use std::marker::PhantomData;

/// Bytes that may be read. Valid until the guest object ends; do not keep it across anything that may free.
#[derive(Clone, Copy, Debug)]
pub struct GuestSlice<'a> {
    address: usize,
    len: usize,
    memory: PhantomData<&'a Memory>,
}

/// Bytes that may be read and written. Valid until the guest object ends.
#[derive(Clone, Copy, Debug)]
pub struct GuestSliceMut<'a> {
    bytes: GuestSlice<'a>,
}

impl<'a> GuestSlice<'a> {
    /// The caller has checked `len` bytes at the address.
    #[inline]
    pub(crate) fn new(at: Checked, len: u64) -> Self {
        Self { address: at.addr(), len: len as usize, memory: PhantomData }
    }

    /// The number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Host address and length, for system calls such as readv and writev.
    pub fn as_raw(&self) -> (*const u8, usize) {
        (self.address as *const u8, self.len)
    }

    /// The byte at an index.
    pub fn get(&self, index: usize) -> Option<u8> {
        // SAFETY: in range of the checked bytes; see the module's note on why this is a raw read.
        (index < self.len).then(|| unsafe { ((self.address + index) as *const u8).read() })
    }

    /// Copies `to.len()` bytes that begin at `from` out. Panics if there are not so many.
    #[inline]
    pub fn copy_to(&self, from: usize, to: &mut [u8]) {
        assert!(from <= self.len && to.len() <= self.len - from, "guest slice out of range");
        // SAFETY: the range is checked; `to` is host memory, which never overlaps the window.
        unsafe { to.as_mut_ptr().copy_from_nonoverlapping((self.address + from) as *const u8, to.len()) }
    }

    /// A copy of all bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        self.copy_to(0, &mut bytes);
        bytes
    }

    /// The bytes one after the other.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<'a> {
        let slice = *self;
        (0..slice.len).filter_map(move |i| slice.get(i))
    }

    /// A part of the slice. Panics if it is out of range.
    pub fn sub(&self, from: usize, len: usize) -> GuestSlice<'a> {
        assert!(from <= self.len && len <= self.len - from, "guest slice out of range");
        Self { address: self.address + from, len, memory: PhantomData }
    }

    /// The first index of a byte.
    pub fn position(&self, byte: u8) -> Option<usize> {
        memchr::memchr(byte, self.as_bytes())
    }

    /// The first index at which two slices of the same length differ.
    pub fn first_difference(&self, other: &GuestSlice<'_>) -> Option<usize> {
        self.first_stop(other, false)
    }

    /// The first index at which two slices differ, or, if told so, at which both have a NUL; within the shorter one.
    #[inline]
    pub fn first_stop(&self, other: &GuestSlice<'_>, at_nul: bool) -> Option<usize> {
        const LOW: u64 = u64::from_ne_bytes([1; 8]);
        let n = self.len.min(other.len);
        let word = |slice: &GuestSlice<'_>, at: usize| {
            // SAFETY: eight bytes of the checked ones; see the module's note on why this is a raw read.
            u64::from_le(unsafe { ((slice.address + at) as *const u64).read_unaligned() })
        };
        let mut at = 0;
        while at + 8 <= n {
            let (x, y) = (word(self, at), word(other, at));
            // The lowest byte that is set here is right; those above a NUL may be set for nothing.
            let nul = if at_nul { x.wrapping_sub(LOW) & !x & (LOW << 7) } else { 0 };
            let stop = (x ^ y) | nul;
            if stop != 0 {
                return Some(at + stop.trailing_zeros() as usize / 8);
            }
            at += 8;
        }
        while at < n {
            let (x, y) = (self.get(at), other.get(at));
            if x != y || at_nul && x == Some(0) {
                return Some(at);
            }
            at += 1;
        }
        None
    }

    /// The first index of a byte or of a NUL.
    pub fn position_or_nul(&self, byte: u8) -> Option<usize> {
        memchr::memchr2(byte, 0, self.as_bytes())
    }

    /// For scans inside this module only.
    fn as_bytes(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: checked bytes, mapped for as long as the memory lives. The reference ends before the method that
        // asked for it returns, and such methods run no guest code; of other guest threads' races with a scan, the
        // outcome is the guest's own (which bytes it sees), never an address.
        unsafe { std::slice::from_raw_parts(self.address as *const u8, self.len) }
    }
}

impl<'a> GuestSliceMut<'a> {
    /// The caller has checked `len` bytes at the address for writing.
    #[inline]
    pub(crate) fn new(at: Checked, len: u64) -> Self {
        Self { bytes: GuestSlice::new(at, len) }
    }

    /// The same bytes, for reading.
    pub fn as_slice(&self) -> GuestSlice<'a> {
        self.bytes
    }

    /// The number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.len == 0
    }

    /// Host address and length, for system calls such as readv.
    pub fn as_raw(&self) -> (*mut u8, usize) {
        (self.bytes.address as *mut u8, self.bytes.len)
    }

    /// The byte at an index.
    pub fn get(&self, index: usize) -> Option<u8> {
        self.bytes.get(index)
    }

    /// Sets the byte at an index. Panics if it is out of range.
    pub fn set(&self, index: usize, byte: u8) {
        self.copy_from(index, &[byte]);
    }

    /// Copies host bytes in, to `at`. Panics if they do not fit.
    #[inline]
    pub fn copy_from(&self, at: usize, from: &[u8]) {
        assert!(at <= self.len() && from.len() <= self.len() - at, "guest slice out of range");
        // SAFETY: the range is checked; `from` is host memory, which never overlaps the window.
        unsafe { ((self.bytes.address + at) as *mut u8).copy_from_nonoverlapping(from.as_ptr(), from.len()) }
    }

    /// Copies other guest bytes of the same length in; they may overlap. Panics if the lengths differ.
    pub fn copy_from_guest(&self, from: &GuestSlice<'_>) {
        assert_eq!(self.len(), from.len, "guest slices of different length");
        // SAFETY: both ranges are checked and mapped; `copy` allows overlap.
        unsafe { (self.bytes.address as *mut u8).copy_from(from.address as *const u8, from.len) }
    }

    /// Sets all bytes.
    pub fn fill(&self, byte: u8) {
        // SAFETY: the range is checked for writing.
        unsafe { (self.bytes.address as *mut u8).write_bytes(byte, self.len()) }
    }
}
