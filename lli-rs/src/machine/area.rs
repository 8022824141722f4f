//! The registers of all guest threads as the sweep sees them: a pointer may live in a register alone.
//!
//! A thread publishes where it is before everything that may allocate ([`super::Thread::publish`]); the sweep
//! reads all slots from the first to the end of the frame published last. That is at least what is live: what
//! a thread has left since then lies still there, and it enters no frame without publishing before the next
//! allocation.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use svm_memory::RootScanner;

use super::registers::{Frame, RegisterStack};

/// One thread's registers, and how far they are in use.
pub(crate) struct Area {
    pub(super) registers: RegisterStack,
    fp: AtomicPtr<u64>,
    top: AtomicPtr<Frame>,
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

    /// The words of all registers up to the end of the published frame.
    fn words(&self, reach: &mut dyn FnMut(u64)) {
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
        let area = Arc::new(Area { registers, fp: AtomicPtr::new(fp), top: AtomicPtr::new(top) });
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
