//! The only unsafe code of the topics beside the streams: calls of the host's own C library on copies of
//! guest data. No function here takes or gives a guest address.

#![allow(unsafe_code)]

pub mod math;
pub mod regex;
pub mod time;
pub mod wide;

use std::ffi::{CStr, CString, c_char, c_int};

/// Runs `f` with the host's `errno` at 0; its value afterwards.
pub fn with_errno<T>(f: impl FnOnce() -> T) -> (T, i32) {
    // SAFETY: the location is the calling thread's own, valid for its whole life.
    let errno = unsafe { &mut *libc::__errno_location() };
    *errno = 0;
    let value = f();
    (value, *errno)
}

/// Ends the host process by a signal's default action; returns only if that action does not end it.
pub fn die_of_signal(signal: i32) {
    // SAFETY: the default disposition runs no code of ours; raise has no memory effects.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Ends the host process without running anything: other threads may be in the middle of something.
pub fn end_now(status: u8) -> ! {
    // SAFETY: does not come back, and touches no memory.
    unsafe { libc::_exit(i32::from(status)) }
}

/// A C string of `bytes`, cut at the first NUL.
pub fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}

unsafe extern "C" {
    fn strerrordesc_np(errno: c_int) -> *const c_char;
    fn strerrorname_np(errno: c_int) -> *const c_char;
    fn sigdescr_np(signal: c_int) -> *const c_char;
    fn sigabbrev_np(signal: c_int) -> *const c_char;
}

/// A constant string of the host's, or `None` for null.
fn constant(p: *const c_char) -> Option<&'static [u8]> {
    if p.is_null() {
        return None;
    }
    // SAFETY: the callers pass what glibc documents as a constant, NUL-terminated string.
    Some(unsafe { CStr::from_ptr(p) }.to_bytes())
}

/// The message of an error number ("No such file or directory").
pub fn error_text(errno: i32) -> Option<&'static [u8]> {
    // SAFETY: takes any number; the result is a constant string or null.
    constant(unsafe { strerrordesc_np(errno) })
}

/// The name of an error number ("ENOENT").
pub fn error_name(errno: i32) -> Option<&'static [u8]> {
    // SAFETY: as above.
    constant(unsafe { strerrorname_np(errno) })
}

/// The message of a signal number ("Segmentation fault").
pub fn signal_text(signal: i32) -> Option<&'static [u8]> {
    // SAFETY: as above.
    constant(unsafe { sigdescr_np(signal) })
}

/// The name of a signal number without its prefix ("SEGV").
pub fn signal_name(signal: i32) -> Option<&'static [u8]> {
    // SAFETY: as above.
    constant(unsafe { sigabbrev_np(signal) })
}

/// Fills a short buffer (at most 256 bytes) with random bytes; whether the system has any.
pub fn random_bytes(buf: &mut [u8]) -> bool {
    debug_assert!(buf.len() <= 256);
    loop {
        // SAFETY: the buffer has the length told. Requests of this size are met in full or interrupted.
        let n = unsafe { libc::getrandom(buf.as_mut_ptr().cast(), buf.len(), 0) };
        let again = n < 0 && std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted;
        if !again {
            return n == buf.len() as isize;
        }
    }
}
