//! What both tiers and the host share: the process and its threads, traps, the way into guest code.
//!
//! `interp/` and `jit/` never name each other: they meet here. Host functions see the engine through
//! [`Cx`] only.

mod area;
mod config;
mod cx;
pub(crate) mod direct;
mod direct_libc;
pub(crate) mod functions;
mod globals;
mod inspect;
pub(crate) mod native;
mod process;
pub(crate) mod registers;
mod run;
mod site_cache;
mod sites;
mod stack;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod thread;
pub(crate) mod trampoline;
mod trap;
pub(crate) mod wasm;

pub use config::{Config, Grant, Input, Output, Tier};
pub use cx::Cx;
pub use inspect::Stats;
pub use process::{Bodies, Interrupt, Process};
pub use run::Outcome;
pub use thread::{MAIN_THREAD, Thread};
pub use trap::{BadCall, BadCallReason, HostMisuse, Limit, Result, Trap};
pub use wasm::WasmTrap;
