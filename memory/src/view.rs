//! THE check, inlined into both tiers. A [`View`] is a handful of plain numbers that a tier keeps in registers.
#![allow(unsafe_code)]

use crate::raw::Header;
use crate::window::{HEADER_SIZE, LIVE_BIT, SLOT_UNIT, Window};
use bytemuck::{AnyBitPattern, NoUninit};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// A host address at which the checked number of bytes may be accessed, until the guest frees the object.
#[derive(Clone, Copy, Debug)]
pub struct Checked(usize);

impl Checked {
    /// The host address. Dereferencing it is the caller's responsibility: only the checked bytes, and only until
    /// anything may free, resize or end the object.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut u8 {
        self.0 as *mut u8
    }

    /// A byte of slot 0's room; the caller has compared its place with the room's size.
    #[inline(always)]
    pub(crate) fn in_low_room(view: &View, place: u64) -> Checked {
        Checked(view.window + place as usize)
    }

    /// The host address as a number.
    #[inline(always)]
    pub fn addr(self) -> usize {
        self.0
    }
}

/// What the tiers need to check and to access guest memory.
///
/// A view is a copy of addresses: whoever holds one also keeps its [`crate::Memory`] alive (engines hold both).
#[derive(Clone, Copy, Debug)]
pub struct View {
    window: usize,
    live: usize,
    slot_mask: u64,
    class_shift: u32,
    splits: u32,
}

impl View {
    pub(crate) fn new(window: &Window) -> Self {
        Self {
            window: window.base(),
            live: window.live_base(),
            slot_mask: u64::from(window.layout.slot_mask),
            class_shift: window.layout.class_shift,
            splits: window.layout.packed_splits,
        }
    }

    /// Host address of the window's first byte (slot 0's base).
    #[inline(always)]
    pub fn window_base(&self) -> usize {
        self.window
    }

    /// Host address of the live map: one byte a slot, live iff bit 7 is set (the byte is negative).
    #[inline(always)]
    pub fn live_base(&self) -> usize {
        self.live
    }

    /// `slot & slot_mask` is what indexes the window and the live map; `u32::MAX` for the full window.
    #[inline(always)]
    pub fn slot_mask(&self) -> u64 {
        self.slot_mask
    }

    /// `(slot & slot_mask) >> class_shift` is the slot's class, 0 to 3.
    #[inline(always)]
    pub fn class_shift(&self) -> u32 {
        self.class_shift
    }

    /// The offset bits of the four classes, class 0 in the lowest byte.
    #[inline(always)]
    pub fn packed_splits(&self) -> u32 {
        self.splits
    }

    /// The offset mask of a class.
    #[inline(always)]
    pub fn class_mask(&self, class: u32) -> u64 {
        (1 << ((self.splits >> (class * 8)) & 31)) - 1
    }

    /// Checks that `len` bytes at `ptr` may be read, judged by the object that `root` belongs to.
    #[inline(always)]
    pub fn readable(&self, ptr: u64, root: u64, len: u64) -> Option<Checked> {
        self.check::<false>(ptr, root, len)
    }

    /// Checks that `len` bytes at `ptr` may be written, judged by the object that `root` belongs to.
    #[inline(always)]
    pub fn writable(&self, ptr: u64, root: u64, len: u64) -> Option<Checked> {
        self.check::<true>(ptr, root, len)
    }

    #[inline(always)]
    fn check<const WRITE: bool>(&self, ptr: u64, root: u64, len: u64) -> Option<Checked> {
        if len == 0 {
            return Some(Checked(self.window));
        }
        let slot = (root >> 32) & self.slot_mask;
        // SAFETY: the live map has `slot_mask + 1` bytes and lives as long as the memory (see the type's contract).
        let state = unsafe { &*((self.live + slot as usize) as *const AtomicU8) }.load(Relaxed);
        if state & LIVE_BIT == 0 {
            return None;
        }
        let base = self.window + (slot * SLOT_UNIT) as usize;
        // SAFETY: every slot's header is inside the reservation, which reads as zeros where nothing was written.
        let header = unsafe { &*((base - HEADER_SIZE as usize) as *const Header) };
        let offset = ptr.wrapping_sub(header.start.load(Relaxed));
        let size =
            u64::from(if WRITE { header.write_size.load(Relaxed) } else { header.read_size.load(Relaxed) });
        if offset >= size.saturating_sub(len - 1) {
            return None;
        }
        // The same as by the pointer's own bits (`ptr & class mask`), which need not wait for the header but take
        // more instructions; they are what compiled code uses.
        Some(Checked(base + offset as usize))
    }

    /// Loads a value if it may be read; unaligned is fine.
    #[inline(always)]
    pub fn load<T: AnyBitPattern>(&self, ptr: u64, root: u64) -> Option<T> {
        let at = self.readable(ptr, root, size_of::<T>() as u64)?;
        // SAFETY: the check allows size_of::<T>() bytes at the address, and T allows any bits.
        Some(unsafe { at.as_ptr().cast::<T>().read_unaligned() })
    }

    /// Stores a value if it may be written; unaligned is fine. False if it may not.
    #[inline(always)]
    #[must_use]
    pub fn store<T: NoUninit>(&self, ptr: u64, root: u64, value: T) -> bool {
        match self.writable(ptr, root, size_of::<T>() as u64) {
            Some(at) => {
                // SAFETY: the check allows size_of::<T>() bytes at the address.
                unsafe { at.as_ptr().cast::<T>().write_unaligned(value) };
                true
            }
            None => false,
        }
    }
}
