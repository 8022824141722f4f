//! Directories: opendir, readdir and their forms. A guest's `DIR` is an object of the library without contents; what it
//! stands for is kept here.

use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use rustix::fs::{Dir, DirEntry};
use rustix::io::Errno;
use svm_memory::{AccessKind, GuestPtr, ObjectKind};

use super::caps::{self, AT_CWD};
use super::fd::{self, status};
use super::sys::Sys;
use crate::host::host_table;
use crate::machine::{Cx, Limit, Result, Trap};

host_table! {
    /// Directories.
    pub static TABLE = [
        "int closedir(DIR *dir)" => closedir: dir,
        "int dirfd(DIR *dir)" => dirfd: dir,
        "DIR *fdopendir(int fd)" [Files] => fdopendir: fd,
        "DIR *opendir(const char *path[str])" [Files] => opendir: path,
        "struct dirent *readdir(DIR *dir)" => readdir: dir,
        "struct dirent *readdir64(DIR *dir)" => readdir: dir,
        "int readdir64_r(DIR *dir, struct dirent *entry[w 280], struct dirent **result[w 8])" => readdir_r: dir, entry, result,
        "int readdir_r(DIR *dir, struct dirent *entry[w 280], struct dirent **result[w 8])" => readdir_r: dir, entry, result,
        "void rewinddir(DIR *dir)" => rewinddir: dir,
        "void seekdir(DIR *dir, long at)" => seekdir: dir, at,
        "long telldir(DIR *dir)" => telldir: dir,
    ];
}

/// Size of `struct dirent` of x86-64 Linux.
const ENTRY_SIZE: u64 = 280;

/// The open directories of one process.
#[derive(Default)]
pub struct State {
    open: Mutex<FxHashMap<GuestPtr, Arc<Mutex<Open>>>>,
}

struct Open {
    fd: i32,
    entries: Dir,
    /// Entries given out so far: what `telldir` tells.
    position: i64,
    /// The `struct dirent` that `readdir` gives out.
    entry: GuestPtr,
}

/// The open directory behind a guest's `DIR *`.
fn find(cx: &Cx<'_>, dir: GuestPtr) -> Result<Arc<Mutex<Open>>> {
    if let Some(open) = cx.process.libc.dirent.open.lock().get(&dir) {
        return Ok(Arc::clone(open));
    }
    if let Some(object) = cx.mem().object(dir) {
        return Err(cx.misuse_of(Some(object), "was given a pointer that is no DIR"));
    }
    let fault = cx.mem().fault_for(dir, dir, 1, AccessKind::Read);
    if fault.object.is_some_and(|object| object.kind == ObjectKind::Host) {
        return Err(cx.misuse_of(fault.object, "was given a DIR that was closed before"));
    }
    Err(Trap::Memory(fault))
}

/// A fresh reader of the directory behind a guest descriptor.
fn reader(cx: &Cx<'_>, fd: i32) -> Sys<Dir> {
    let file = fd::get(cx, fd)?;
    Dir::read_from(file.host_or(Errno::NOTDIR)?)
}

fn make(cx: &mut Cx<'_>, fd: i32, entries: Dir) -> Result<GuestPtr> {
    let site = cx.site();
    let out = |_| Trap::Limit(Limit::Memory);
    let dir = cx.mem().alloc(8, 16, ObjectKind::Host, site).map_err(out)?;
    let entry = cx.mem().alloc(ENTRY_SIZE, 16, ObjectKind::Host, site).map_err(out)?;
    let open = Open { fd, entries, position: 0, entry };
    cx.process.libc.dirent.open.lock().insert(dir, Arc::new(Mutex::new(open)));
    Ok(dir)
}

fn opendir(cx: &mut Cx<'_>, path: GuestPtr) -> Result<GuestPtr> {
    let path = cx.mem().c_str(path)?;
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_NONBLOCK;
    let opened = caps::open(cx, AT_CWD, &path, flags, 0).and_then(|file| fd::install(cx, file, true, 0));
    match opened.and_then(|fd| Ok((fd, reader(cx, fd)?))) {
        Ok((fd, entries)) => make(cx, fd, entries),
        Err(errno) => cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    }
}

fn fdopendir(cx: &mut Cx<'_>, fd: i32) -> Result<GuestPtr> {
    match reader(cx, fd) {
        Ok(mut entries) => match entries.stat().map(|s| rustix::fs::FileType::from_raw_mode(s.st_mode)) {
            Ok(rustix::fs::FileType::Directory) => {
                entries.rewind();
                make(cx, fd, entries)
            }
            _ => cx.fail(libc::ENOTDIR, GuestPtr::NULL),
        },
        Err(errno) => cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    }
}

fn closedir(cx: &mut Cx<'_>, dir: GuestPtr) -> Result<i32> {
    let open = find(cx, dir)?;
    cx.process.libc.dirent.open.lock().remove(&dir);
    let open = open.lock();
    cx.mem().release(open.entry);
    let site = cx.site();
    cx.mem().release_at(dir, site);
    let result = fd::close(cx, open.fd);
    status(cx, result)
}

fn dirfd(cx: &mut Cx<'_>, dir: GuestPtr) -> Result<i32> {
    Ok(find(cx, dir)?.lock().fd)
}

/// `struct dirent` of x86-64 Linux.
fn encode(entry: &DirEntry, position: i64) -> Vec<u8> {
    use rustix::fs::FileType;
    let name = entry.file_name().to_bytes();
    let kind = match entry.file_type() {
        FileType::RegularFile => libc::DT_REG,
        FileType::Directory => libc::DT_DIR,
        FileType::Symlink => libc::DT_LNK,
        FileType::Fifo => libc::DT_FIFO,
        FileType::Socket => libc::DT_SOCK,
        FileType::CharacterDevice => libc::DT_CHR,
        FileType::BlockDevice => libc::DT_BLK,
        FileType::Unknown => libc::DT_UNKNOWN,
    };
    let mut bytes = Vec::with_capacity(ENTRY_SIZE as usize);
    bytes.extend_from_slice(&entry.ino().to_le_bytes());
    bytes.extend_from_slice(&position.to_le_bytes());
    bytes.extend_from_slice(&((19 + name.len() + 1).next_multiple_of(8) as u16).to_le_bytes());
    bytes.push(kind);
    bytes.extend_from_slice(&name[..name.len().min(255)]);
    bytes.resize((bytes.len() + 1).next_multiple_of(8), 0);
    bytes
}

/// The next entry, encoded; `None` at the end.
fn next(open: &mut Open) -> Sys<Option<Vec<u8>>> {
    match open.entries.next() {
        None => Ok(None),
        Some(entry) => {
            open.position += 1;
            entry.map(|entry| Some(encode(&entry, open.position)))
        }
    }
}

fn readdir(cx: &mut Cx<'_>, dir: GuestPtr) -> Result<GuestPtr> {
    let open = find(cx, dir)?;
    let mut open = open.lock();
    match next(&mut open) {
        Ok(None) => Ok(GuestPtr::NULL),
        Ok(Some(bytes)) => {
            cx.mem().write(open.entry, &bytes)?;
            Ok(open.entry)
        }
        Err(errno) => cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    }
}

fn readdir_r(cx: &mut Cx<'_>, dir: GuestPtr, entry: GuestPtr, result: GuestPtr) -> Result<i32> {
    let open = find(cx, dir)?;
    cx.mem().slice_mut(result, 8)?;
    let read = next(&mut open.lock());
    match read {
        Ok(Some(bytes)) => {
            cx.mem().write(entry, &bytes)?;
            cx.mem().store(result, entry)?;
            Ok(0)
        }
        Ok(None) => {
            cx.mem().store(result, GuestPtr::NULL)?;
            Ok(0)
        }
        Err(errno) => Ok(errno.raw_os_error()),
    }
}

fn rewinddir(cx: &mut Cx<'_>, dir: GuestPtr) -> Result<()> {
    let open = find(cx, dir)?;
    let mut open = open.lock();
    open.entries.rewind();
    open.position = 0;
    Ok(())
}

fn telldir(cx: &mut Cx<'_>, dir: GuestPtr) -> Result<i64> {
    Ok(find(cx, dir)?.lock().position)
}

fn seekdir(cx: &mut Cx<'_>, dir: GuestPtr, at: i64) -> Result<()> {
    rewinddir(cx, dir)?;
    let open = find(cx, dir)?;
    let mut open = open.lock();
    while open.position < at {
        match open.entries.next() {
            Some(Ok(_)) => open.position += 1,
            _ => break,
        }
    }
    Ok(())
}
