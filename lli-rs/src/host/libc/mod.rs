//! The checked C library with glibc's ABI, by topic.

use super::{HostFn, HostGlobal};

/// State of the C library of one process. Each topic keeps its own behind its own lock.
#[derive(Default)]
pub struct State {}

/// The function tables of all topics.
pub fn tables() -> &'static [&'static [HostFn]] {
    &[]
}

/// The variables of all topics.
pub fn globals() -> &'static [&'static [HostGlobal]] {
    &[]
}
