//! mmap as managed memory: each mapping is an object. Anonymous memory is what it says; a private mapping of a file
//! is a copy; a shared one is kept equal to the file by `shared`. What neither can stand for is ENODEV, as on file
//! systems without mmap, so that programs fall back to read and write.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use rustix::fs::OFlags;
use rustix::io::Errno;
use svm_memory::{GuestPtr, ObjectKind};

use super::sys::Sys;
use super::{fd, shared};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Mapped memory.
    pub static TABLE = [
        "int madvise(void *address, size_t len, int advice)" => madvise: address, len, advice,
        "int mlock(const void *address, size_t len)" => lock: address, len,
        "void *mmap(void *address, size_t len, int protection, int flags, int fd, off_t offset)" => mmap: address, len, protection, flags, fd, offset,
        "void *mmap64(void *address, size_t len, int protection, int flags, int fd, off_t offset)" => mmap: address, len, protection, flags, fd, offset,
        "int mprotect(void *address, size_t len, int protection)" => mprotect: address, len, protection,
        "void *mremap(void *address, size_t len, size_t to, int flags, ...)" => mremap: address, len, to, flags,
        "int msync(void *address, size_t len, int flags)" => msync: address, len, flags,
        "int munlock(const void *address, size_t len)" => lock: address, len,
        "int munmap(void *address, size_t len)" => munmap: address, len,
        "int posix_madvise(void *address, size_t len, int advice)" => posix_madvise: address, len, advice,
    ];
}

const PAGE: u64 = 4096;
/// `MAP_FAILED`.
const FAILED: GuestPtr = GuestPtr::new(u64::MAX);

/// The mappings of one process.
#[derive(Default)]
pub struct State {
    mappings: Mutex<BTreeMap<GuestPtr, Mapping>>,
}

struct Mapping {
    size: u64,
    /// Which pages are still mapped: a mapping may be given back in parts.
    pages: Vec<bool>,
}

/// The mapping that holds all of `len` bytes at `address`, and the offset in it.
fn find(
    mappings: &mut BTreeMap<GuestPtr, Mapping>,
    address: GuestPtr,
    len: u64,
) -> Option<(GuestPtr, u64, &mut Mapping)> {
    let (base, mapping) = mappings.range_mut(..=address).next_back()?;
    let offset = address.bits() - base.bits();
    let end = offset.checked_add(len)?;
    (end <= mapping.size).then_some((*base, offset, mapping))
}

fn mmap(
    cx: &mut Cx<'_>,
    address: GuestPtr,
    len: u64,
    protection: i32,
    flags: i32,
    fd: i32,
    offset: i64,
) -> Result<GuestPtr> {
    match map(cx, address, len, protection, flags, fd, offset)? {
        Ok(p) => Ok(p),
        Err(errno) => cx.fail(errno.raw_os_error(), FAILED),
    }
}

fn map(
    cx: &mut Cx<'_>,
    address: GuestPtr,
    len: u64,
    protection: i32,
    flags: i32,
    fd: i32,
    offset: i64,
) -> Result<Sys<GuestPtr>> {
    if len == 0 || offset % PAGE as i64 != 0 {
        return Ok(Err(Errno::INVAL));
    }
    let Some(size) = len.checked_next_multiple_of(PAGE) else { return Ok(Err(Errno::NOMEM)) };
    let anonymous = flags & libc::MAP_ANONYMOUS != 0;
    if flags & libc::MAP_FIXED != 0 {
        // Only over memory that is mapped already, to clear it.
        let process = cx.process;
        let mut mappings = process.libc.mman.mappings.lock();
        if !anonymous || find(&mut mappings, address, size).is_none() {
            return Ok(Err(Errno::NOMEM));
        }
        drop(mappings);
        cx.mem().fill(address, 0, size)?;
        return Ok(Ok(address));
    }
    let site = cx.site();
    let writable = protection & libc::PROT_WRITE != 0;
    let from = offset as u64;
    let shared = flags & libc::MAP_TYPE != libc::MAP_PRIVATE;
    let file = match (!anonymous).then(|| fd::get(cx, fd)).transpose() {
        Ok(file) => file,
        Err(errno) => return Ok(Err(errno)),
    };
    if let Some(file) = &file
        && let Err(errno) =
            if shared { shared::possible(cx, file, writable, from, size) } else { copyable(file) }
    {
        return Ok(Err(errno));
    }
    let Ok(base) = cx.mem().alloc(size, PAGE, ObjectKind::Mapping, site) else {
        return Ok(Err(Errno::NOMEM));
    };
    let filled = match file {
        None => Ok(()),
        Some(file) if shared => shared::add(cx, base, file, writable, from, size),
        Some(file) => read_whole(cx, &file, base, size, offset)?,
    };
    if let Err(errno) = filled {
        cx.mem().release(base);
        return Ok(Err(errno));
    }
    if protection & libc::PROT_READ != 0 && !writable {
        cx.mem().set_read_only(base);
    }
    let pages = vec![true; (size / PAGE) as usize];
    cx.process.libc.mman.mappings.lock().insert(base, Mapping { size, pages });
    Ok(Ok(base))
}

/// Reads the file from `offset` on into a private copy.
fn read_whole(cx: &Cx<'_>, file: &fd::OpenFile, base: GuestPtr, len: u64, offset: i64) -> Result<Sys<()>> {
    let mut done = 0;
    while done < len {
        match fd::read(cx, file, base.offset(done as i64), len - done, Some(offset + done as i64))? {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(errno) => return Ok(Err(errno)),
        }
    }
    Ok(Ok(()))
}

/// Whether the file can be copied.
fn copyable(file: &fd::OpenFile) -> Sys<()> {
    let host = file.host_or(Errno::NODEV)?;
    if file.waits() {
        return Err(Errno::NODEV);
    }
    let mode = rustix::fs::fcntl_getfl(host)? & OFlags::RWMODE;
    if mode == OFlags::WRONLY { Err(Errno::ACCESS) } else { Ok(()) }
}

fn munmap(cx: &mut Cx<'_>, address: GuestPtr, len: u64) -> Result<i32> {
    let process = cx.process;
    let size = len.checked_next_multiple_of(PAGE).filter(|size| *size > 0);
    let mut mappings = process.libc.mman.mappings.lock();
    let found = size.and_then(|size| find(&mut mappings, address, size).map(|found| (found, size)));
    let Some(((base, offset, mapping), size)) = found.filter(|((_, at, _), _)| at.is_multiple_of(PAGE))
    else {
        drop(mappings);
        return cx.fail(libc::EINVAL, -1);
    };
    for page in &mut mapping.pages[(offset / PAGE) as usize..((offset + size) / PAGE) as usize] {
        *page = false;
    }
    // Parts that are given back stay readable until the rest goes: an object has one life.
    if !mapping.pages.contains(&true) {
        mappings.remove(&base);
        drop(mappings);
        shared::remove(cx, base);
        let site = cx.site();
        cx.mem().release_at(base, site);
    }
    Ok(0)
}

/// Whether the range is mapped.
fn check(cx: &mut Cx<'_>, address: GuestPtr, len: u64) -> bool {
    find(&mut cx.process.libc.mman.mappings.lock(), address, len).is_some()
}

/// Protections are not changed: what was writable stays so.
fn mprotect(cx: &mut Cx<'_>, address: GuestPtr, len: u64, _protection: i32) -> Result<i32> {
    if check(cx, address, len) { Ok(0) } else { cx.fail(libc::ENOMEM, -1) }
}

fn msync(cx: &mut Cx<'_>, address: GuestPtr, len: u64, _flags: i32) -> Result<i32> {
    let base = find(&mut cx.process.libc.mman.mappings.lock(), address, len).map(|(base, ..)| base);
    match base.ok_or(Errno::NOMEM).and_then(|base| shared::sync(cx, base)) {
        Ok(()) => Ok(0),
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
    }
}

fn lock(cx: &mut Cx<'_>, address: GuestPtr, len: u64) -> Result<i32> {
    mprotect(cx, address, len, 0)
}

/// `MADV_DONTNEED` clears private memory; other advice is only that.
fn madvise(cx: &mut Cx<'_>, address: GuestPtr, len: u64, advice: i32) -> Result<i32> {
    if !check(cx, address, len) {
        return cx.fail(libc::ENOMEM, -1);
    }
    if advice == libc::MADV_DONTNEED {
        cx.mem().fill(address, 0, len)?;
    }
    Ok(0)
}

/// Gives the error number instead of setting errno, and never changes memory.
fn posix_madvise(cx: &mut Cx<'_>, address: GuestPtr, len: u64, _advice: i32) -> Result<i32> {
    Ok(if check(cx, address, len) { 0 } else { libc::ENOMEM })
}

fn mremap(cx: &mut Cx<'_>, address: GuestPtr, len: u64, to: u64, flags: i32) -> Result<GuestPtr> {
    let whole = find(&mut cx.process.libc.mman.mappings.lock(), address, len)
        .is_some_and(|(_, offset, _)| offset == 0);
    if !whole || to == 0 {
        return cx.fail(libc::EINVAL, FAILED);
    }
    if flags & libc::MREMAP_MAYMOVE == 0 {
        return cx.fail(libc::ENOMEM, FAILED);
    }
    let anonymous = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let moved = mmap(cx, GuestPtr::NULL, to, libc::PROT_READ | libc::PROT_WRITE, anonymous, -1, 0)?;
    if moved != FAILED {
        cx.mem().copy(moved, address, len.min(to))?;
        munmap(cx, address, len)?;
    }
    Ok(moved)
}
