//! The registers of all guest threads as the sweep sees them: a pointer may live in a register alone.
//!
//! A thread publishes where it is before everything that may allocate ([`super::Thread::publish`]); the sweep
//! reads all slots from the first to the end of the frame published last. That is at least what is live: what
//! a thread has left since then lies still there, and it enters no frame without publishing before the next
//! allocation.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use svm_memory::RootScanner;

use super::registers::{Frame, RegisterStack};

/// One thread's registers, and how far they are in use.
pub(crate) struct Area {
    pub(super) registers: RegisterStack,
    fp: AtomicPtr<u64>,
    top: AtomicPtr<Frame>,
    /// Where the host's stack of compiled code begins; 0 when there is none.
    native_base: AtomicUsize,
}

// SAFETY: the mapping belongs to the area for as long as it lives. Slots are written by the owning thread only,
// and read by others only through `words`, which runs in an allocation: of the owner itself, or of another
// thread while the owner has stopped at a safepoint.
unsafe impl Send for Area {}
// SAFETY: as above.
unsafe impl Sync for Area {}

impl Area {
    /// The innermost frame and its slots, as of now.
    #[inline(always)]
    pub(super) fn publish(&self, fp: *mut u64, top: *mut Frame) {
        self.fp.store(fp, Ordering::Relaxed);
        self.top.store(top, Ordering::Relaxed);
    }

    /// From here down lies what compiled code keeps on the host's stack; 0: nothing does.
    pub(super) fn set_native_base(&self, base: usize) {
        self.native_base.store(base, Ordering::Relaxed);
    }

    /// The words of the host's stack and of the registers that a callee saves: compiled code keeps pointers
    /// there. The sweep runs on the thread's own stack, in an allocation.
    #[inline(never)]
    fn native_words(&self, reach: &mut dyn FnMut(u64)) {
        let base = self.native_base.load(Ordering::Relaxed);
        let mut saved = [0u64; 6];
        // SAFETY: writes the six registers into the array, nothing else.
        unsafe {
            std::arch::asm!(
                "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12",
                "mov [{0} + 24], r13", "mov [{0} + 32], r14", "mov [{0} + 40], r15",
                in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags)
            );
        }
        let mut at = saved.as_ptr();
        while (at as usize) < base {
            // SAFETY: the stack is mapped from here up to where the guest's code was entered on it.
            reach(unsafe { at.read_volatile() });
            at = at.wrapping_add(1);
        }
    }

    /// The words of all registers up to the end of the published frame.
    fn words(&self, reach: &mut dyn FnMut(u64)) {
        self.native_words(reach);
        let (fp, top) = (self.fp.load(Ordering::Relaxed), self.top.load(Ordering::Relaxed));
        if top >= self.registers.frames_end() {
            return;
        }
        // SAFETY: a published record was pushed by a call; popped since or not, it has not been overwritten
        // without another being published. Code lives as long as the process, whose memory is being swept.
        let slots = unsafe { (*(*top).code).frame_slots } as usize;
        let (mut at, end) = (self.registers.first_slot(), fp.wrapping_add(slots).min(top.cast()));
        while at < end {
            // SAFETY: all slots below the frame records are mapped.
            reach(unsafe { at.read() });
            at = at.wrapping_add(1);
        }
    }
}

/// The registers of all threads of a process.
#[derive(Default)]
pub(super) struct Areas(Arc<Mutex<Vec<Weak<Area>>>>);

impl Areas {
    /// Adds a thread's; they leave with it.
    pub(super) fn add(&self, registers: RegisterStack) -> Arc<Area> {
        let (fp, top) = (registers.first_slot(), registers.frames_end());
        let area = Arc::new(Area {
            registers,
            fp: AtomicPtr::new(fp),
            top: AtomicPtr::new(top),
            native_base: AtomicUsize::new(0),
        });
        let mut list = self.0.lock();
        list.retain(|known| known.strong_count() > 0);
        list.push(Arc::downgrade(&area));
        area
    }

    /// What the sweep calls.
    pub(super) fn scanner(&self) -> RootScanner {
        let areas = Arc::clone(&self.0);
        Box::new(move |reach| {
            areas.lock().iter().filter_map(Weak::upgrade).for_each(|area| area.words(reach));
        })
    }
}
