//! Mappings of files that are shared: objects that hold the file's bytes, kept equal to the file by this module. What the
//! guest stores is written to the file before anything of the guest's looks at the file, at `msync`, and when the guest
//! ends, however it does; what it writes to the file is put into the mapping at once. Other processes see stores at
//! these times only, and their own are seen when the file is mapped anew.
//!
//! Not real mappings, since a file that someone cuts off would kill the host with SIGBUS.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rustix::fs::OFlags;
use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::fd::OpenFile;
use super::sys::Sys;
use crate::machine::Cx;

const PAGE: usize = 4096;

/// The shared mappings of one process.
#[derive(Default)]
pub struct State {
    any: AtomicBool,
    list: Mutex<Vec<Shared>>,
}

struct Shared {
    base: GuestPtr,
    /// Bytes that are mapped, from this place in the file on.
    len: u64,
    offset: u64,
    file: Arc<OpenFile>,
    /// Device and inode.
    id: (u64, u64),
    writable: bool,
    /// What the file holds there, as far as it was there when last looked at.
    known: Vec<u8>,
}

impl Shared {
    /// Writes pages that the guest has changed to the file. What lies past the file's end stays out of it.
    fn write_back(&mut self, cx: &Cx<'_>) -> Sys<()> {
        let Some(host) = self.file.host().filter(|_| self.writable) else { return Ok(()) };
        let mut page = [0; PAGE];
        for (i, known) in self.known.chunks_mut(PAGE).enumerate() {
            let at = i * PAGE;
            let now = &mut page[..known.len()];
            if cx.mem().read(self.base.offset(at as i64), now).is_err() {
                break;
            }
            if now != known {
                known.copy_from_slice(now);
                write_all(host, known, self.offset + at as u64)?;
            }
        }
        Ok(())
    }

    /// Takes over what the file holds now between two of its offsets, and where it ends.
    fn refresh(&mut self, cx: &Cx<'_>, from: u64, to: u64) -> Sys<()> {
        let Some(host) = self.file.host() else { return Ok(()) };
        let size = rustix::fs::fstat(host)?.st_size as u64;
        let there = size.saturating_sub(self.offset).min(self.len) as usize;
        let had = self.known.len();
        if there < had {
            let _ = cx.mem().write_constant(self.base, there as u64, &vec![0; had - there]);
        }
        self.known.resize(there, 0);
        // Where it has grown it is read to its end.
        let start = from.saturating_sub(self.offset).min(had as u64) as usize;
        let end = if there > had { there } else { to.saturating_sub(self.offset).min(there as u64) as usize };
        let mut at = start;
        while at < end {
            match rustix::io::pread(host, &mut self.known[at..end], self.offset + at as u64)? {
                0 => break,
                n => at += n,
            }
        }
        if start < at {
            let _ = cx.mem().write_constant(self.base, start as u64, &self.known[start..at]);
        }
        Ok(())
    }
}

fn write_all(host: std::os::fd::BorrowedFd<'_>, mut bytes: &[u8], mut at: u64) -> Sys<()> {
    while !bytes.is_empty() {
        match rustix::io::pwrite(host, bytes, at) {
            Ok(n) => {
                bytes = &bytes[n..];
                at += n as u64;
            }
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

fn identity(file: &OpenFile) -> Sys<(u64, u64)> {
    let stat = rustix::fs::fstat(file.host_or(Errno::NODEV)?)?;
    Ok((stat.st_dev, stat.st_ino))
}

/// Whether a shared mapping of the file can be made: of a regular file, opened for what is asked, and so that no two
/// mappings would have to be kept equal.
pub fn possible(cx: &Cx<'_>, file: &OpenFile, writable: bool, offset: u64, len: u64) -> Sys<()> {
    let host = file.host_or(Errno::NODEV)?;
    if file.waits() {
        return Err(Errno::NODEV);
    }
    match rustix::fs::fcntl_getfl(host)? & OFlags::RWMODE {
        OFlags::WRONLY => return Err(Errno::ACCESS),
        OFlags::RDONLY if writable => return Err(Errno::ACCESS),
        _ => {}
    }
    let id = identity(file)?;
    let overlaps = |s: &Shared| s.offset < offset.saturating_add(len) && offset < s.offset + s.len;
    let list = cx.process.libc.shared.list.lock();
    if list.iter().any(|s| s.id == id && overlaps(s) && (s.writable || writable)) {
        return Err(Errno::NODEV);
    }
    Ok(())
}

/// A new mapping, into which the file has not been read yet.
pub fn add(
    cx: &Cx<'_>,
    base: GuestPtr,
    file: Arc<OpenFile>,
    writable: bool,
    offset: u64,
    len: u64,
) -> Sys<()> {
    let id = identity(&file)?;
    let mut shared = Shared { base, len, offset, file, id, writable, known: Vec::new() };
    shared.refresh(cx, 0, u64::MAX)?;
    let state = &cx.process.libc.shared;
    state.list.lock().push(shared);
    state.any.store(true, Ordering::Release);
    Ok(())
}

/// The mapping goes.
pub fn remove(cx: &Cx<'_>, base: GuestPtr) {
    let state = &cx.process.libc.shared;
    let mut list = state.list.lock();
    if let Some(at) = list.iter().position(|s| s.base == base) {
        let _ = list[at].write_back(cx);
        list.swap_remove(at);
        state.any.store(!list.is_empty(), Ordering::Release);
    }
}

/// `msync` of the mapping at `base`, if it is shared.
pub fn sync(cx: &Cx<'_>, base: GuestPtr) -> Sys<()> {
    let mut list = cx.process.libc.shared.list.lock();
    list.iter_mut().find(|s| s.base == base).map_or(Ok(()), |s| s.write_back(cx))
}

/// Brings all files up to date: when the guest ends.
pub fn flush(cx: &Cx<'_>) {
    for shared in cx.process.libc.shared.list.lock().iter_mut() {
        let _ = shared.write_back(cx);
    }
}

/// Whether there are shared mappings at all: nothing else is asked on the way of ordinary transfers.
fn any(cx: &Cx<'_>) -> bool {
    cx.process.libc.shared.any.load(Ordering::Acquire)
}

/// The file is about to be looked at or changed.
pub fn before(cx: &Cx<'_>, file: &OpenFile) {
    if any(cx)
        && let Ok(id) = identity(file)
    {
        for shared in cx.process.libc.shared.list.lock().iter_mut().filter(|s| s.id == id) {
            let _ = shared.write_back(cx);
        }
    }
}

/// `len` bytes of the file were written at `at`, or before its present position; or its size has changed.
pub fn after(cx: &Cx<'_>, file: &OpenFile, at: Option<u64>, len: u64) {
    if !any(cx) {
        return;
    }
    let (Ok(id), Some(host)) = (identity(file), file.host()) else { return };
    let from = match at {
        Some(at) => at,
        None => rustix::fs::tell(host).map_or(0, |end| end.saturating_sub(len)),
    };
    for shared in cx.process.libc.shared.list.lock().iter_mut().filter(|s| s.id == id) {
        let _ = shared.refresh(cx, from, from.saturating_add(len));
    }
}
