//! What a guest pointer is: a plain 64-bit integer `slot:32 | key | offset`. Owns no memory and checks nothing.

use std::fmt;

/// A guest pointer, bit for bit as the guest holds it in registers and in memory.
///
/// The upper 32 bits name the slot, the lower 32 are split between key and offset by the slot's class.
#[repr(transparent)]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuestPtr(u64);

impl GuestPtr {
    /// The null pointer: all bits zero.
    pub const NULL: GuestPtr = GuestPtr(0);

    /// The pointer with these bits; any bits are allowed.
    #[inline(always)]
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits that the guest sees.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The slot that the pointer names by its own bits.
    #[inline(always)]
    pub const fn slot(self) -> Slot {
        Slot((self.0 >> 32) as u32)
    }

    /// The pointer moved by `by` bytes; wraps around, never faults.
    #[inline(always)]
    pub const fn offset(self, by: i64) -> Self {
        Self(self.0.wrapping_add_signed(by))
    }

    /// Whether this is the null pointer.
    #[inline(always)]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for GuestPtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Display for GuestPtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// The number of a slot: the object's first byte lies at `window + slot * 16`.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    /// The slot with this number.
    #[inline(always)]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// The slot's number.
    #[inline(always)]
    pub const fn index(self) -> u32 {
        self.0
    }
}
