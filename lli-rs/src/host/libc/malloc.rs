//! The heap: `malloc` and its family, over [`svm_memory::Memory`].

use svm_memory::{GuestPtr, ObjectKind};

use super::access::heap_object;
use crate::host::host_table;
use crate::machine::{Cx, Result};

/// What `malloc` aligns to.
const ALIGN: u64 = 16;
const PAGE: u64 = 4096;

host_table! {
    /// The heap.
    pub static TABLE = [
        "void *malloc(size_t n)" => malloc: n,
        "void *calloc(size_t n, size_t size)" => calloc: n, size,
        "void *realloc(void *p[? free], size_t n)" => realloc: p, n,
        "void *reallocarray(void *p[? free], size_t n, size_t size)" => reallocarray: p, n, size,
        "void free(void *p[? free])" => free: p,
        "void cfree(void *p[? free])" => free: p,
        "void *__libc_malloc(size_t n)" => malloc: n,
        "void *__libc_calloc(size_t n, size_t size)" => calloc: n, size,
        "void *__libc_realloc(void *p[? free], size_t n)" => realloc: p, n,
        "void __libc_free(void *p[? free])" => free: p,
        "int posix_memalign(void **out[w 8], size_t align, size_t n)" => posix_memalign: out, align, n,
        "void *aligned_alloc(size_t align, size_t n)" => memalign: align, n,
        "void *memalign(size_t align, size_t n)" => memalign: align, n,
        "void *valloc(size_t n)" => valloc: n,
        "void *pvalloc(size_t n)" => pvalloc: n,
        "size_t malloc_usable_size(void *p[? opaque])" => malloc_usable_size: p,
        "int malloc_trim(size_t pad)" => malloc_trim: pad,
        "int mallopt(int param, int value)" => mallopt: param, value,
    ];
}

fn malloc(cx: &mut Cx<'_>, n: u64) -> Result<GuestPtr> {
    heap_object(cx, n, ALIGN)
}

/// Fresh objects are zeroed, so nothing is left to do.
fn calloc(cx: &mut Cx<'_>, n: u64, size: u64) -> Result<GuestPtr> {
    match n.checked_mul(size) {
        Some(total) => heap_object(cx, total, ALIGN),
        None => cx.fail(libc::ENOMEM, GuestPtr::NULL),
    }
}

fn free(cx: &mut Cx<'_>, p: GuestPtr) -> Result<()> {
    let site = cx.site();
    Ok(cx.thread.heap.free(&cx.process.mem, p, site)?)
}

/// As glibc: size 0 frees and gives null.
fn realloc(cx: &mut Cx<'_>, p: GuestPtr, n: u64) -> Result<GuestPtr> {
    if p.is_null() {
        return malloc(cx, n);
    }
    if n == 0 {
        free(cx, p)?;
        return Ok(GuestPtr::NULL);
    }
    let site = cx.site();
    match cx.mem().realloc(p, n, site)? {
        Ok(p) => Ok(p),
        Err(_) => cx.fail(libc::ENOMEM, GuestPtr::NULL),
    }
}

fn reallocarray(cx: &mut Cx<'_>, p: GuestPtr, n: u64, size: u64) -> Result<GuestPtr> {
    match n.checked_mul(size) {
        Some(total) => realloc(cx, p, total),
        None => cx.fail(libc::ENOMEM, GuestPtr::NULL),
    }
}

fn posix_memalign(cx: &mut Cx<'_>, out: GuestPtr, align: u64, n: u64) -> Result<i32> {
    if !align.is_power_of_two() || !align.is_multiple_of(8) {
        return Ok(libc::EINVAL);
    }
    let mem = cx.mem();
    mem.slice_mut(out, 8)?;
    let site = cx.site();
    match mem.alloc(n, align.max(ALIGN), ObjectKind::Heap, site) {
        Ok(p) => {
            mem.store(out, p)?;
            Ok(0)
        }
        Err(_) => Ok(libc::ENOMEM),
    }
}

/// As glibc's: an alignment that is no power of two is rounded up to one.
fn memalign(cx: &mut Cx<'_>, align: u64, n: u64) -> Result<GuestPtr> {
    match align.checked_next_power_of_two() {
        Some(align) if align <= 1 << 62 => heap_object(cx, n, align.max(ALIGN)),
        _ => cx.fail(libc::EINVAL, GuestPtr::NULL),
    }
}

fn valloc(cx: &mut Cx<'_>, n: u64) -> Result<GuestPtr> {
    heap_object(cx, n, PAGE)
}

fn pvalloc(cx: &mut Cx<'_>, n: u64) -> Result<GuestPtr> {
    match n.checked_next_multiple_of(PAGE) {
        Some(n) => heap_object(cx, n, PAGE),
        None => cx.fail(libc::ENOMEM, GuestPtr::NULL),
    }
}

/// The size as it was asked for: there is no slack that a program may use.
fn malloc_usable_size(cx: &mut Cx<'_>, p: GuestPtr) -> Result<u64> {
    if p.is_null() {
        return Ok(0);
    }
    Ok(cx.mem().size_of(p)?)
}

/// Tells that no memory was given back to the system.
fn malloc_trim(_: &mut Cx<'_>, _pad: u64) -> Result<i32> {
    Ok(0)
}

/// Accepts every setting; none changes what a program can see.
fn mallopt(_: &mut Cx<'_>, _param: i32, _value: i32) -> Result<i32> {
    Ok(1)
}
