//! `errno`, messages for error and signal numbers, and the functions that the compiler calls when an
//! assertion or a check fails.

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use svm_memory::GuestPtr;

use super::access::{Lazy, host_object, put_str};
use super::{exit, ffi};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Error numbers, messages, failed assertions.
    pub static TABLE = [
        "int *__errno_location(void)" => errno_location,
        "char *strerror(int errno)" => strerror: errno,
        "char *strerror_l(int errno, void *l[opaque])" => strerror_l: errno, l,
        "char *strerror_r(int errno, char *buf[w n], size_t n)" => strerror_r: errno, buf, n,
        "int __xpg_strerror_r(int errno, char *buf[w n], size_t n)" => xpg_strerror_r: errno, buf, n,
        "const char *strerrorname_np(int errno)" => strerrorname: errno,
        "const char *strerrordesc_np(int errno)" => strerrordesc: errno,
        "char *strsignal(int signal)" => strsignal: signal,
        "const char *sigdescr_np(int signal)" => sigdescr: signal,
        "const char *sigabbrev_np(int signal)" => sigabbrev: signal,
        "void __assert_fail(const char *what[str], const char *file[str], unsigned int line, const char *function[? str])" => assert_fail: what, file, line, function,
        "void __assert(const char *what[str], const char *file[str], int line)" => assert: what, file, line,
        "void __assert_perror_fail(int errno, const char *file[str], unsigned int line, const char *function[? str])" => assert_perror: errno, file, line, function,
        "void __stack_chk_fail(void)" => stack_chk_fail,
        "void __chk_fail(void)" => chk_fail,
        "void __fortify_fail(const char *what[str])" => fortify_fail: what,
    ];
}

/// Messages given out as constant strings, and the buffers for those of unknown numbers.
#[derive(Default)]
pub struct State {
    constants: Mutex<FxHashMap<&'static [u8], GuestPtr>>,
    unknown: Lazy,
    unknown_signal: Lazy,
}

/// Room for "Unknown error -2147483648".
const UNKNOWN_SIZE: u64 = 48;

fn errno_location(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    Ok(cx.thread.errno)
}

/// A constant guest string of that text: the same object each time.
pub fn constant(cx: &mut Cx<'_>, text: &'static [u8]) -> Result<GuestPtr> {
    let process = cx.process;
    let known = process.libc.errno.constants.lock().get(text).copied();
    if let Some(p) = known {
        return Ok(p);
    }
    let p = host_object(cx, text.len() as u64 + 1)?;
    cx.mem().write(p, text)?;
    cx.mem().set_read_only(p);
    Ok(*process.libc.errno.constants.lock().entry(text).or_insert(p))
}

fn constant_or_null(cx: &mut Cx<'_>, text: Option<&'static [u8]>) -> Result<GuestPtr> {
    text.map_or(Ok(GuestPtr::NULL), |text| constant(cx, text))
}

/// What `strerror` says of `errno`.
pub fn message(errno: i32) -> Vec<u8> {
    ffi::error_text(errno).map_or_else(|| format!("Unknown error {errno}").into_bytes(), <[u8]>::to_vec)
}

fn strerror(cx: &mut Cx<'_>, errno: i32) -> Result<GuestPtr> {
    if let Some(text) = ffi::error_text(errno) {
        return constant(cx, text);
    }
    let process = cx.process;
    let buf = process.libc.errno.unknown.buffer(cx, UNKNOWN_SIZE)?;
    put_str(cx.mem(), buf, &message(errno))?;
    Ok(buf)
}

fn strerror_l(cx: &mut Cx<'_>, errno: i32, _locale: GuestPtr) -> Result<GuestPtr> {
    strerror(cx, errno)
}

/// GNU's: known messages do not use the buffer.
fn strerror_r(cx: &mut Cx<'_>, errno: i32, buf: GuestPtr, n: u64) -> Result<GuestPtr> {
    cx.mem().slice_mut(buf, n)?;
    if let Some(text) = ffi::error_text(errno) {
        return constant(cx, text);
    }
    let text = message(errno);
    if n > 0 {
        put_str(cx.mem(), buf, &text[..text.len().min(n as usize - 1)])?;
    }
    Ok(buf)
}

/// POSIX's: gives an error number.
fn xpg_strerror_r(cx: &mut Cx<'_>, errno: i32, buf: GuestPtr, n: u64) -> Result<i32> {
    cx.mem().slice_mut(buf, n)?;
    let text = message(errno);
    if n > 0 {
        put_str(cx.mem(), buf, &text[..text.len().min(n as usize - 1)])?;
    }
    Ok(match ffi::error_text(errno) {
        None => libc::EINVAL,
        Some(_) if text.len() as u64 >= n => libc::ERANGE,
        Some(_) => 0,
    })
}

fn strerrorname(cx: &mut Cx<'_>, errno: i32) -> Result<GuestPtr> {
    constant_or_null(cx, ffi::error_name(errno))
}

fn strerrordesc(cx: &mut Cx<'_>, errno: i32) -> Result<GuestPtr> {
    constant_or_null(cx, ffi::error_text(errno))
}

/// The first and last signal that programs may use for what they like (glibc keeps 32 and 33).
const SIGRTMIN: i32 = 34;
const SIGRTMAX: i32 = 64;

fn strsignal(cx: &mut Cx<'_>, signal: i32) -> Result<GuestPtr> {
    if let Some(text) = ffi::signal_text(signal) {
        return constant(cx, text);
    }
    let text = match signal {
        SIGRTMIN..=SIGRTMAX => format!("Real-time signal {}", signal - SIGRTMIN),
        _ => format!("Unknown signal {signal}"),
    };
    let process = cx.process;
    let buf = process.libc.errno.unknown_signal.buffer(cx, UNKNOWN_SIZE)?;
    put_str(cx.mem(), buf, text.as_bytes())?;
    Ok(buf)
}

fn sigdescr(cx: &mut Cx<'_>, signal: i32) -> Result<GuestPtr> {
    constant_or_null(cx, ffi::signal_text(signal))
}

fn sigabbrev(cx: &mut Cx<'_>, signal: i32) -> Result<GuestPtr> {
    constant_or_null(cx, ffi::signal_name(signal))
}

/// Prints as glibc does: `prog: file:line: function: what failed.`
fn fail(cx: &mut Cx<'_>, file: GuestPtr, line: &str, function: GuestPtr, what: &[u8]) -> Result<()> {
    let mem = cx.mem();
    let mut text = cx.process.libc.program.short_name();
    if !text.is_empty() {
        text.extend_from_slice(b": ");
    }
    text.extend_from_slice(&mem.c_str(file)?);
    text.extend_from_slice(format!(":{line}: ").as_bytes());
    if !function.is_null() {
        text.extend_from_slice(&mem.c_str(function)?);
        text.extend_from_slice(b": ");
    }
    text.extend_from_slice(what);
    text.push(b'\n');
    super::write_stderr(cx, &text)?;
    exit::abort(cx)
}

fn assert_fail(cx: &mut Cx<'_>, what: GuestPtr, file: GuestPtr, line: u32, function: GuestPtr) -> Result<()> {
    let what = [b"Assertion `", cx.mem().c_str(what)?.as_slice(), b"' failed."].concat();
    fail(cx, file, &line.to_string(), function, &what)
}

fn assert(cx: &mut Cx<'_>, what: GuestPtr, file: GuestPtr, line: i32) -> Result<()> {
    assert_fail(cx, what, file, line as u32, GuestPtr::NULL)
}

fn assert_perror(cx: &mut Cx<'_>, errno: i32, file: GuestPtr, line: u32, function: GuestPtr) -> Result<()> {
    let what = [b"Unexpected error: ", message(errno).as_slice(), b"."].concat();
    fail(cx, file, &line.to_string(), function, &what)
}

fn terminated(cx: &mut Cx<'_>, what: &[u8]) -> Result<()> {
    super::write_stderr(cx, &[b"*** ", what, b" ***: terminated\n"].concat())?;
    exit::abort(cx)
}

fn stack_chk_fail(cx: &mut Cx<'_>) -> Result<()> {
    terminated(cx, b"stack smashing detected")
}

fn chk_fail(cx: &mut Cx<'_>) -> Result<()> {
    terminated(cx, b"buffer overflow detected")
}

fn fortify_fail(cx: &mut Cx<'_>, what: GuestPtr) -> Result<()> {
    let what = cx.mem().c_str(what)?;
    terminated(cx, &what)
}
