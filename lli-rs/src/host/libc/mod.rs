//! The checked C library with glibc's ABI, by topic.

use super::{HostFn, HostGlobal};
use crate::machine::{Cx, Result};

mod access;
mod atomic;
mod calendar;
mod caps;
pub(super) mod clock;
mod complex;
mod ctype;
#[cfg(test)]
mod differential;
mod dirent;
mod errno;
mod exit;
#[cfg(test)]
mod faulty_calls;
pub(super) mod fd;
mod ffi;
mod fs;
mod getopt;
mod inet;
mod jump;
mod locale;
mod malloc;
mod math;
mod memory;
mod mman;
mod multibyte;
mod number;
mod poll;
mod printf;
mod process;
mod program;
pub(super) mod random;
mod regex;
mod scanf;
mod shared;
mod signal;
mod sort;
mod stat;
mod stdio;
mod stdlib;
mod string;
pub(super) mod sys;
mod syscall;
mod system;
#[cfg(test)]
mod tables;
#[cfg(test)]
pub mod testing;
mod thread;
mod time;
mod tz;
mod unistd;
mod wctype;
mod wide;

pub use exit::exit;
pub use ffi::{die_of_signal, end_now};
pub use math::{FloatEnvironment, isolate};
pub use program::{Start, start};

/// State of the C library of one process. Each topic keeps its own behind its own lock.
#[derive(Default)]
pub struct State {
    caps: caps::State,
    ctype: ctype::State,
    dirent: dirent::State,
    errno: errno::State,
    exit: exit::State,
    fd: fd::State,
    inet: inet::State,
    locale: locale::State,
    math: math::State,
    fs: fs::State,
    getopt: getopt::State,
    mman: mman::State,
    multibyte: multibyte::State,
    process: process::State,
    program: program::State,
    random: random::State,
    regex: regex::State,
    shared: shared::State,
    signal: signal::State,
    stdio: stdio::State,
    stdlib: stdlib::State,
    string: string::State,
    thread: thread::State,
    time: time::State,
}

/// The function tables of all topics.
pub fn tables() -> Vec<&'static [HostFn]> {
    let topics = [
        atomic::TABLE,
        clock::TABLE,
        complex::TABLE,
        complex::UNARY,
        ctype::TABLE,
        dirent::TABLE,
        errno::TABLE,
        exit::TABLE,
        fs::TABLE,
        fs::NAMES,
        getopt::TABLE,
        inet::TABLE,
        jump::TABLE,
        locale::TABLE,
        malloc::TABLE,
        math::BINARY,
        math::PLAIN,
        math::TABLE,
        math::UNARY,
        memory::TABLE,
        mman::TABLE,
        multibyte::TABLE,
        number::TABLE,
        process::TABLE,
        poll::TABLE,
        program::TABLE,
        random::TABLE,
        scanf::TABLE,
        regex::TABLE,
        signal::TABLE,
        sort::TABLE,
        stdlib::TABLE,
        stat::TABLE,
        string::TABLE,
        syscall::TABLE,
        system::TABLE,
        thread::TABLE,
        unistd::TABLE,
        time::TABLE,
        wctype::TABLE,
        wide::TABLE,
    ];
    [&topics[..], stdio::TABLES].concat()
}

/// The variables of all topics.
pub fn globals() -> &'static [&'static [HostGlobal]] {
    const GLOBALS: &[&[HostGlobal]] =
        &[getopt::GLOBALS, math::GLOBALS, program::GLOBALS, stdio::GLOBALS, stdlib::GLOBALS, time::GLOBALS];
    GLOBALS
}

/// Brings what the guest's streams have buffered, and what it stored in shared mappings, to their files: before a fault
/// is reported, and when an embedder asks.
pub fn flush_all(cx: &mut Cx<'_>) {
    stdio::flush_all(cx);
    shared::flush(cx);
}

/// The same of mappings alone, which outlive whatever ends a program.
pub fn flush_mappings(cx: &Cx<'_>) {
    shared::flush(cx);
}

/// Writes to the program's standard error, past its buffer. What cannot be written is lost, as natively.
fn write_stderr(cx: &mut Cx<'_>, text: &[u8]) -> Result<()> {
    if let Ok(file) = fd::get(cx, 2) {
        let _ = fd::write(cx, &file, fd::Source::Host(text), 0, text.len() as u64)?;
    }
    Ok(())
}

/// Flushes the program's streams at exit.
fn flush_streams(cx: &mut Cx<'_>) -> Result<()> {
    stdio::close_all(cx)
}

/// Whether wide characters beyond ASCII have an encoding: in the C locale they have none, in C.UTF-8 all.
fn wide_is_utf8(cx: &Cx<'_>) -> bool {
    locale::is_utf8(cx)
}
