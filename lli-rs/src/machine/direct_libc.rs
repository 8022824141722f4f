//! The C library's functions that compiled code calls with their arguments in registers: the heap and the short string
//! functions. See [`super::direct`]; where a quick form declines, the table's function does the call.
#![allow(unsafe_code)]

use svm_memory::GuestPtr;

use super::direct::{Direct, whole};
use super::native::{self, Two, stand};
use super::{Process, Thread};
use crate::host::{Args, Registry, Ret};

/// Those that end objects: after a call of any other one of these functions every check still holds.
pub(super) const ENDS_OBJECTS: [&str; 2] = ["free", "realloc"];

macro_rules! direct {
    ($($host:literal $helper:literal => $name:ident($($arg:ident),*): $quick:expr;)*) => {
        /// All of them.
        pub(super) static DIRECT: &[Direct] = &[$(Direct { host: $host, helper: $helper }),*];

        $(
            #[doc = concat!("`", $host, "`.")]
            pub(super) unsafe extern "C" fn $name(
                thread: *mut Thread,
                fp: *mut u64,
                pc: *const u64,
                $($arg: u64),*
            ) -> Two {
                // SAFETY: compiled code hands on what it was given; nothing else uses the thread meanwhile.
                let thread = unsafe { stand(thread, fp, pc) };
                let process = native::process(thread);
                match $quick(process, &mut *thread, $($arg),*) {
                    Some(value) => Two { value, status: 0 },
                    None => slow(thread, $host, &[$($arg),*]),
                }
            }
        )*
    };
}

direct! {
    "malloc" "svm.malloc" => malloc(n): malloc_here;
    "calloc" "svm.calloc" => calloc(n, size): |p, t, n: u64, size| malloc_here(p, t, n.checked_mul(size)?);
    "free" "svm.free" => free(p): free_here;
    "realloc" "svm.realloc" => realloc(p, n): realloc_here;
    "strlen" "svm.strlen" => strlen(s): |p: &Process, _, s| p.mem.str_len(ptr(s)).ok();
    "strcmp" "svm.strcmp" => strcmp(a, b): |p, _, a, b| strncmp_here(p, a, b, u64::MAX);
    "strncmp" "svm.strncmp" => strncmp(a, b, n): |p, _, a, b, n| strncmp_here(p, a, b, n);
    "strchr" "svm.strchr" => strchr(s, c): strchr_here;
    "strcpy" "svm.strcpy" => strcpy(d, s): strcpy_here;
    "memcmp" "svm.memcmp" => memcmp(a, b, n): memcmp_here;
    "bcmp" "svm.bcmp" => bcmp(a, b, n): memcmp_here;
    "memchr" "svm.memchr" => memchr(s, c, n): memchr_here;
}

/// The table's function.
#[cold]
#[inline(never)]
fn slow(thread: &mut Thread, host: &'static str, slots: &[u64]) -> Two {
    whole(thread, host, |cx| {
        let mut result = Ret::default();
        let row = Registry::libc().function(host).ok_or(super::Trap::Unreachable)?;
        (row.call)(cx, &mut Args::new(slots, &[], &mut result))?;
        Ok(result[0])
    })
}

fn ptr(bits: u64) -> GuestPtr {
    GuestPtr::new(bits)
}

#[inline(always)]
fn malloc_here(process: &Process, thread: &mut Thread, n: u64) -> Option<u64> {
    let site = thread.site();
    thread.heap.alloc(&process.mem, n, site).ok().map(GuestPtr::bits)
}

#[inline(always)]
fn free_here(process: &Process, thread: &mut Thread, p: u64) -> Option<u64> {
    let site = thread.site();
    thread.heap.free(&process.mem, ptr(p), site).ok().map(|()| 0)
}

#[inline(always)]
fn realloc_here(process: &Process, thread: &mut Thread, p: u64, n: u64) -> Option<u64> {
    if p == 0 || n == 0 {
        return None;
    }
    let site = thread.site();
    process.mem.realloc(ptr(p), n, site).ok()?.ok().map(GuestPtr::bits)
}

/// The difference of two bytes, as an `int`.
fn difference(pair: Option<(u8, u8)>) -> u64 {
    let n = pair.map_or(0, |(x, y)| i32::from(x) - i32::from(y));
    u64::from(n as u32)
}

#[inline(always)]
fn strncmp_here(process: &Process, a: u64, b: u64, n: u64) -> Option<u64> {
    process.mem.first_difference(ptr(a), ptr(b), n, true).map(difference)
}

#[inline(always)]
fn memcmp_here(process: &Process, _: &mut Thread, a: u64, b: u64, n: u64) -> Option<u64> {
    process.mem.first_difference(ptr(a), ptr(b), n, false).map(difference)
}

#[inline(always)]
fn strchr_here(process: &Process, _: &mut Thread, s: u64, c: u64) -> Option<u64> {
    let found = process.mem.find_or_nul(ptr(s), c as u8)?;
    Some(found.map_or(0, |at| s + at))
}

#[inline(always)]
fn strcpy_here(process: &Process, _: &mut Thread, d: u64, s: u64) -> Option<u64> {
    let n = process.mem.str_len(ptr(s)).ok()?;
    process.mem.copy(ptr(d), ptr(s), n + 1).ok().map(|()| d)
}

#[inline(always)]
fn memchr_here(process: &Process, _: &mut Thread, s: u64, c: u64, n: u64) -> Option<u64> {
    Some(process.mem.find(ptr(s), c as u8, n).ok()?.map_or(0, |at| s + at))
}
