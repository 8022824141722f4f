//! Calls of the real C library and kernel that no safe crate offers: number formatting and parsing, transfers between
//! descriptors and guest memory, record locks, terminals. The only module of the files half with `unsafe` code.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;
use svm_memory::{GuestSlice, GuestSliceMut};

use crate::host::X87;

/// What a system call gives.
pub type Sys<T> = std::result::Result<T, Errno>;

unsafe extern "C" {
    fn svm_format_long_double(
        buf: *mut c_char,
        size: usize,
        format: *const c_char,
        precision: c_int,
        value: *const u8,
    ) -> c_int;
    fn svm_parse_long_double(text: *const c_char, value: *mut u8) -> usize;
}

fn last_errno() -> Errno {
    Errno::from_raw_os_error(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
}

fn check(result: isize) -> Sys<u64> {
    u64::try_from(result).map_err(|_| last_errno())
}

/// A floating-point number to format.
#[derive(Clone, Copy, Debug)]
pub enum Float {
    /// A `double`.
    Double(f64),
    /// A `long double`.
    Long(X87),
}

/// Formats one number as `snprintf` does: `flags` are of `+ #`, `conversion` is of `aAeEfFgG`. A negative precision means
/// that none is given. No width: padding is the caller's.
pub fn format_float(flags: &str, precision: i32, conversion: u8, value: Float) -> Vec<u8> {
    debug_assert!(flags.bytes().all(|b| b"+ #".contains(&b)) && b"aAeEfFgG".contains(&conversion));
    let mut format = format!("%{flags}.*");
    if let Float::Long(_) = value {
        format.push('L');
    }
    format.push(char::from(conversion));
    let Ok(format) = CString::new(format) else { return Vec::new() };
    let mut buf = vec![0_u8; 128];
    loop {
        let at = buf.as_mut_ptr().cast::<c_char>();
        let len = match value {
            // SAFETY: `buf` has `buf.len()` writable bytes; the format asks for exactly an int and a double.
            Float::Double(v) => unsafe { libc::snprintf(at, buf.len(), format.as_ptr(), precision, v) },
            // SAFETY: as above; the shim reads ten bytes of `value` and passes them as a long double.
            Float::Long(v) => unsafe {
                svm_format_long_double(at, buf.len(), format.as_ptr(), precision, v.0.as_ptr())
            },
        };
        let len = usize::try_from(len).unwrap_or(0);
        if len < buf.len() {
            buf.truncate(len);
            return buf;
        }
        buf.resize(len + 1, 0);
    }
}

/// `strtod`: the value and how many bytes of `text` it took. Sets no errno of the guest.
pub fn parse_double(text: &CStr) -> (f64, usize) {
    let mut end = std::ptr::null_mut();
    // SAFETY: `text` is a NUL-terminated string; `end` is written with a pointer into it.
    let value = unsafe { libc::strtod(text.as_ptr(), &raw mut end) };
    (value, (end as usize).wrapping_sub(text.as_ptr() as usize))
}

/// `strtof`: correctly rounded to single precision at once.
pub fn parse_float(text: &CStr) -> (f32, usize) {
    let mut end = std::ptr::null_mut();
    // SAFETY: as in `parse_double`.
    let value = unsafe { libc::strtof(text.as_ptr(), &raw mut end) };
    (value, (end as usize).wrapping_sub(text.as_ptr() as usize))
}

/// `strtold`.
pub fn parse_long_double(text: &CStr) -> (X87, usize) {
    let mut bytes = [0; 10];
    // SAFETY: `text` is a NUL-terminated string; the shim writes ten bytes.
    let taken = unsafe { svm_parse_long_double(text.as_ptr(), bytes.as_mut_ptr()) };
    (X87(bytes), taken)
}

/// The text of an error number, in the C locale.
pub fn error_text(errno: i32) -> Vec<u8> {
    let mut buf = [0; 128];
    // SAFETY: the XSI `strerror_r` writes at most `buf.len()` bytes, NUL included, and is thread-safe.
    unsafe { libc::strerror_r(errno, buf.as_mut_ptr(), buf.len()) };
    buf.iter().take_while(|b| **b != 0).map(|b| *b as u8).collect()
}

/// `read` into guest memory.
pub fn read_guest(fd: BorrowedFd<'_>, to: &GuestSliceMut<'_>) -> Sys<u64> {
    let (at, len) = to.as_raw();
    // SAFETY: the slice was checked: so many bytes are writable, and nothing frees them during this call.
    check(unsafe { libc::read(fd.as_raw_fd(), at.cast::<c_void>(), len) })
}

/// `pread` into guest memory.
pub fn pread_guest(fd: BorrowedFd<'_>, to: &GuestSliceMut<'_>, offset: i64) -> Sys<u64> {
    let (at, len) = to.as_raw();
    // SAFETY: as in `read_guest`.
    check(unsafe { libc::pread(fd.as_raw_fd(), at.cast::<c_void>(), len, offset) })
}

/// `write` from guest memory.
pub fn write_guest(fd: BorrowedFd<'_>, from: &GuestSlice<'_>) -> Sys<u64> {
    let (at, len) = from.as_raw();
    // SAFETY: the slice was checked: so many bytes are readable, and nothing frees them during this call.
    check(unsafe { libc::write(fd.as_raw_fd(), at.cast::<c_void>(), len) })
}

/// `pwrite` from guest memory.
pub fn pwrite_guest(fd: BorrowedFd<'_>, from: &GuestSlice<'_>, offset: i64) -> Sys<u64> {
    let (at, len) = from.as_raw();
    // SAFETY: as in `write_guest`.
    check(unsafe { libc::pwrite(fd.as_raw_fd(), at.cast::<c_void>(), len, offset) })
}

/// A record lock, as `struct flock` holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// `F_RDLCK`, `F_WRLCK` or `F_UNLCK`.
    pub kind: i16,
    /// `SEEK_SET`, `SEEK_CUR` or `SEEK_END`.
    pub whence: i16,
    /// First byte.
    pub start: i64,
    /// Length, 0 for all to the end.
    pub len: i64,
    /// Who holds it.
    pub pid: i32,
}

/// `fcntl` with a record lock: `F_GETLK` or `F_SETLK` and their open-file-description forms.
pub fn record_lock(fd: BorrowedFd<'_>, command: i32, lock: &mut Lock) -> Sys<()> {
    let mut raw = libc::flock {
        l_type: lock.kind,
        l_whence: lock.whence,
        l_start: lock.start,
        l_len: lock.len,
        l_pid: lock.pid,
    };
    // SAFETY: the lock commands read and write one `struct flock`.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), command, &raw mut raw) } as isize)?;
    *lock =
        Lock { kind: raw.l_type, whence: raw.l_whence, start: raw.l_start, len: raw.l_len, pid: raw.l_pid };
    Ok(())
}

/// `ioctl` with requests that read or write exactly one buffer of the given size (the caller's table knows which).
pub fn ioctl(fd: BorrowedFd<'_>, request: u64, buffer: &mut [u8]) -> Sys<u64> {
    // SAFETY: callers pass requests whose argument is a buffer of exactly `buffer.len()` bytes.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), request, buffer.as_mut_ptr()) } as isize)
}

/// `sysconf`; `None` where the name is unknown, `Some(-1)` for "no limit".
pub fn sysconf(name: i32) -> Option<i64> {
    // SAFETY: no memory is involved; errno tells "unknown" from "unlimited".
    let (value, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::sysconf(name), *libc::__errno_location())
    };
    (value != -1 || errno == 0).then_some(value)
}

/// `getrusage`: `struct rusage` as eighteen longs.
pub fn usage(who: i32) -> Sys<[u64; 18]> {
    let mut words = [0_u64; 18];
    // SAFETY: `struct rusage` of x86-64 Linux is eighteen longs, all of which the call writes.
    check(unsafe { libc::getrusage(who, words.as_mut_ptr().cast()) } as isize)?;
    Ok(words)
}
