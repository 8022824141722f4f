//! One guest process: memory, libc state and settings, shared by its threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use svm_memory::Memory;

use super::Config;
use crate::host;

/// Stops a running guest from another thread.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the guest to stop at its next back edge, call or blocking host function.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What all threads of a guest share.
pub struct Process {
    /// Guest memory.
    pub mem: Memory,
    /// Settings.
    pub config: Config,
    /// State of the C library.
    pub libc: host::libc::State,
    /// The way to stop the guest.
    pub interrupt: Interrupt,
}
