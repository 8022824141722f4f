//! Managed guest memory: one reserved window, slot pointers, exact checks, allocation, and the fault that a failed
//! check becomes. Knows neither LLVM nor instructions; allocation and free sites are opaque numbers to it.
//!
//! The route through the crate: [`GuestPtr`] (what a pointer is) -> [`View`] (the check) -> [`Memory`] (objects, checked
//! access) -> [`StackAllocator`] (escaping stack objects of one guest thread) -> [`Fault`] (what went wrong).
//! `docs/MEMORY_MODEL.md` tells why it is so.

#![deny(unsafe_code)]

pub mod abi;
mod access;
mod atomic;
mod cache;
mod classes;
mod config;
mod explain;
mod extents;
mod fault;
mod growable;
mod heap;
mod history;
mod large;
mod layout;
mod leaks;
mod low;
mod memory;
mod ptr;
mod raw;
mod realloc;
mod slice;
mod space;
mod stack;
mod stats;
mod sweep;
mod view;
mod window;

pub use atomic::AtomicInt;
pub use cache::HeapCache;
pub use config::Config;
pub use fault::{
    AccessKind, Fault, FaultKind, InvalidFree, ObjectInfo, ObjectKind, OutOfMemory, Result, SiteId,
};
pub use leaks::RootScanner;
pub use memory::Memory;
pub use ptr::{GuestPtr, Slot};
pub use slice::{GuestSlice, GuestSliceMut};
pub use stack::StackAllocator;
pub use stats::Stats;
pub use view::{Checked, View};
pub use window::{HEADER_SIZE, LIVE_BIT, OFF_READ_SIZE, OFF_START, OFF_WRITE_SIZE, SLOT_UNIT};
