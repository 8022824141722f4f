//! The checked C library with glibc's ABI, by topic.

use super::{HostFn, HostGlobal};
use crate::machine::{Cx, Result};

mod access;
mod clock;
mod ctype;
mod errno;
mod exit;
mod ffi;
mod jump;
mod malloc;
mod memory;
mod program;
mod signal;
mod sort;
mod string;
mod thread;

pub use exit::exit;
pub use program::{Start, start};

/// State of the C library of one process. Each topic keeps its own behind its own lock.
#[derive(Default)]
pub struct State {
    ctype: ctype::State,
    errno: errno::State,
    exit: exit::State,
    program: program::State,
    signal: signal::State,
    string: string::State,
    thread: thread::State,
}

/// The function tables of all topics.
pub fn tables() -> &'static [&'static [HostFn]] {
    const TABLES: &[&[HostFn]] = &[
        clock::TABLE,
        ctype::TABLE,
        errno::TABLE,
        exit::TABLE,
        jump::TABLE,
        malloc::TABLE,
        memory::TABLE,
        program::TABLE,
        signal::TABLE,
        sort::TABLE,
        string::TABLE,
        thread::TABLE,
    ];
    TABLES
}

/// The variables of all topics.
pub fn globals() -> &'static [&'static [HostGlobal]] {
    const GLOBALS: &[&[HostGlobal]] = &[program::GLOBALS];
    GLOBALS
}

/// Writes to the program's standard error, past its buffer.
fn write_stderr(cx: &mut Cx<'_>, text: &[u8]) -> Result<()> {
    use std::io::Write;

    use crate::machine::Output;
    match &cx.process.config.stderr {
        // What cannot be written is lost, as natively.
        Output::Inherit => drop(std::io::stderr().write_all(text)),
        Output::Capture(buffer) => buffer.lock().extend_from_slice(text),
    }
    Ok(())
}

/// Flushes the program's streams.
fn flush_streams(_: &mut Cx<'_>) -> Result<()> {
    Ok(())
}
