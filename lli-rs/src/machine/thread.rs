//! One guest thread: registers, frames, stack objects.

use svm_memory::{GuestPtr, SiteId, StackAllocator};

/// The state of one guest thread.
pub struct Thread {
    /// Stack objects of the live frames.
    pub stack: StackAllocator,
    /// The thread's `errno`, an object of its own.
    pub errno: GuestPtr,
    /// Name of the host function that runs, for messages; empty in guest code.
    pub host_function: &'static str,
}

impl Thread {
    /// The site of an allocation or free made now: the innermost frames, interned.
    pub fn site(&mut self) -> SiteId {
        SiteId::NONE
    }
}
