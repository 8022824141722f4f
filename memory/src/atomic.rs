//! Atomic access: 8 to 64 bits by the host's atomics, 128 bits by cmpxchg16b or else under a lock. Always sequentially
//! consistent, which every weaker ordering allows.
#![allow(unsafe_code)]

use crate::fault::{AccessKind, FaultKind, Result};
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64};

mod sealed {
    /// The raw operations. The address is checked, mapped, and a multiple of the size.
    pub trait Raw: Copy + Eq {
        /// # Safety
        /// See the trait.
        unsafe fn load(at: *mut u8) -> Self;
        /// # Safety
        /// See the trait.
        unsafe fn store(at: *mut u8, value: Self);
        /// Returns what was there: the exchange happened iff it equals `old`.
        /// # Safety
        /// See the trait.
        unsafe fn exchange_if(at: *mut u8, old: Self, new: Self) -> Self;
    }
}
use sealed::Raw;

/// Integers that can be accessed atomically: `u8` to `u128`.
pub trait AtomicInt: Raw {}

macro_rules! host_atomic {
    ($($int:ty: $atomic:ty),*) => { $(
        impl Raw for $int {
            unsafe fn load(at: *mut u8) -> Self {
                // SAFETY: by the trait's contract the address is mapped and aligned.
                unsafe { <$atomic>::from_ptr(at.cast()) }.load(SeqCst)
            }
            unsafe fn store(at: *mut u8, value: Self) {
                // SAFETY: as in `load`.
                unsafe { <$atomic>::from_ptr(at.cast()) }.store(value, SeqCst)
            }
            unsafe fn exchange_if(at: *mut u8, old: Self, new: Self) -> Self {
                // SAFETY: as in `load`.
                let value = unsafe { <$atomic>::from_ptr(at.cast()) };
                value.compare_exchange(old, new, SeqCst, SeqCst).unwrap_or_else(|now| now)
            }
        }
        impl AtomicInt for $int {}
    )* };
}
host_atomic!(u8: AtomicU8, u16: AtomicU16, u32: AtomicU32, u64: AtomicU64);

impl Raw for u128 {
    unsafe fn load(at: *mut u8) -> Self {
        // SAFETY: the caller's contract; exchanging 0 for 0 changes nothing.
        unsafe { exchange_128(at, 0, 0) }
    }
    unsafe fn store(at: *mut u8, value: Self) {
        let mut old = 0;
        loop {
            // SAFETY: the caller's contract.
            let now = unsafe { exchange_128(at, old, value) };
            if now == old {
                return;
            }
            old = now;
        }
    }
    unsafe fn exchange_if(at: *mut u8, old: Self, new: Self) -> Self {
        // SAFETY: the caller's contract.
        unsafe { exchange_128(at, old, new) }
    }
}
impl AtomicInt for u128 {}

/// # Safety
/// The address is mapped, writable for the host, and a multiple of 16.
unsafe fn exchange_128(at: *mut u8, old: u128, new: u128) -> u128 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("cmpxchg16b") {
        // SAFETY: the feature is there; the address is the caller's promise.
        return unsafe { cmpxchg16b(at, old, new) };
    }
    static LOCK: parking_lot::Mutex<()> = parking_lot::Mutex::new(());
    let _guard = LOCK.lock();
    // SAFETY: the caller's promise; without the instruction, this lock is what 128-bit accesses agree on.
    unsafe {
        let now = at.cast::<u128>().read();
        if now == old {
            at.cast::<u128>().write(new);
        }
        now
    }
}

/// Written as assembly: across the feature LLVM inlines the intrinsic into code without it, and then calls a library
/// function that nobody provides.
///
/// # Safety
/// As for `exchange_128`, and the host has the instruction.
#[cfg(target_arch = "x86_64")]
unsafe fn cmpxchg16b(at: *mut u8, old: u128, new: u128) -> u128 {
    let (mut low, mut high) = (old as u64, (old >> 64) as u64);
    // SAFETY: the caller's promise; rbx, which LLVM keeps for itself, is restored.
    unsafe {
        std::arch::asm!(
            "xchg rsi, rbx",
            "lock cmpxchg16b [rdi]",
            "mov rbx, rsi",
            in("rdi") at,
            inout("rsi") new as u64 => _,
            in("rcx") (new >> 64) as u64,
            inout("rax") low,
            inout("rdx") high,
            options(nostack),
        );
    }
    u128::from(high) << 64 | u128::from(low)
}

impl Memory {
    /// Loads atomically.
    pub fn atomic_load<T: AtomicInt>(&self, ptr: GuestPtr, root: GuestPtr) -> Result<T> {
        let at = self.atomic::<T>(ptr, root, AccessKind::Read)?;
        // SAFETY: checked and aligned.
        Ok(unsafe { T::load(at) })
    }

    /// Stores atomically.
    pub fn atomic_store<T: AtomicInt>(&self, ptr: GuestPtr, root: GuestPtr, value: T) -> Result<()> {
        let at = self.atomic::<T>(ptr, root, AccessKind::Write)?;
        // SAFETY: checked for writing and aligned.
        unsafe { T::store(at, value) };
        Ok(())
    }

    /// Replaces the value by a function of it, atomically (all of `atomicrmw`); gives the old one. The function may be
    /// called several times.
    pub fn atomic_update<T: AtomicInt>(
        &self,
        ptr: GuestPtr,
        root: GuestPtr,
        mut f: impl FnMut(T) -> T,
    ) -> Result<T> {
        let at = self.atomic::<T>(ptr, root, AccessKind::Write)?;
        // SAFETY: checked and aligned.
        let mut old = unsafe { T::load(at) };
        loop {
            // SAFETY: checked for writing and aligned.
            let now = unsafe { T::exchange_if(at, old, f(old)) };
            if now == old {
                return Ok(old);
            }
            old = now;
        }
    }

    /// Stores `new` if the value equals `old`; gives the value that was there and whether it was replaced.
    pub fn atomic_cmpxchg<T: AtomicInt>(
        &self,
        ptr: GuestPtr,
        root: GuestPtr,
        old: T,
        new: T,
    ) -> Result<(T, bool)> {
        let at = self.atomic::<T>(ptr, root, AccessKind::Write)?;
        // SAFETY: checked for writing and aligned.
        let now = unsafe { T::exchange_if(at, old, new) };
        Ok((now, now == old))
    }

    /// The host address of an atomic access: in bounds and aligned.
    fn atomic<T>(&self, ptr: GuestPtr, root: GuestPtr, access: AccessKind) -> Result<*mut u8> {
        let len = size_of::<T>() as u64;
        let at = match self.check(ptr, root, len, access) {
            Some(at) => at,
            None => self.check_slow(ptr, root, len, access)?,
        };
        if !(at.addr() as u64).is_multiple_of(len) {
            let mut fault = self.fault_for(ptr, root, len, access);
            (fault.kind, fault.bad, fault.other) = (FaultKind::Misaligned, ptr, None);
            return Err(fault);
        }
        Ok(at.as_ptr())
    }
}
