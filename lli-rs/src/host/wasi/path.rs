//! Paths, each relative to a directory descriptor and never out of it: neither by `..` nor by a symbolic link nor by
//! being absolute.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, SystemTimeSpec};
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use cap_std::time::SystemTime;
use rustix::fs::{self, FileType, OFlags};

use super::access::Linear;
use super::fd::{fdflags, filestat, times};
use super::table::{self, Entry, Object, rights};
use super::{Errno, Fail, Wasi, wasi_table};
use crate::host::libc::fd::OpenFile;
use crate::machine::Cx;

wasi_table! {
    /// Everything that takes a path.
    pub(super) static TABLE = [
        "path_create_directory"(", uint32_t fd, uint32_t path, uint32_t len") [Files]
            => create_directory: fd, path, len,
        "path_filestat_get"(", uint32_t fd, uint32_t lookup, uint32_t path, uint32_t len, uint32_t out") [Files]
            => filestat_get: fd, lookup, path, len, out,
        "path_filestat_set_times"(", uint32_t fd, uint32_t lookup, uint32_t path, uint32_t len, uint64_t atim, uint64_t mtim, uint32_t flags") [Files]
            => filestat_set_times: fd, lookup, path, len, atim, mtim, flags,
        "path_link"(", uint32_t old_fd, uint32_t lookup, uint32_t old, uint32_t old_len, uint32_t new_fd, uint32_t new, uint32_t new_len") [Files]
            => link: old_fd, lookup, old, old_len, new_fd, new, new_len,
        "path_open"(", uint32_t fd, uint32_t lookup, uint32_t path, uint32_t len, uint32_t oflags, uint64_t base, uint64_t inheriting, uint32_t fdflags, uint32_t out") [Files]
            => open: fd, lookup, path, len, oflags, base, inheriting, flags, out,
        "path_readlink"(", uint32_t fd, uint32_t path, uint32_t len, uint32_t buf, uint32_t size, uint32_t out") [Files]
            => readlink: fd, path, len, buf, size, out,
        "path_remove_directory"(", uint32_t fd, uint32_t path, uint32_t len") [Files]
            => remove_directory: fd, path, len,
        "path_rename"(", uint32_t fd, uint32_t old, uint32_t old_len, uint32_t new_fd, uint32_t new, uint32_t new_len") [Files]
            => rename: fd, old, old_len, new_fd, new, new_len,
        "path_symlink"(", uint32_t old, uint32_t old_len, uint32_t fd, uint32_t new, uint32_t new_len") [Files]
            => symlink: old, old_len, fd, new, new_len,
        "path_unlink_file"(", uint32_t fd, uint32_t path, uint32_t len") [Files] => unlink_file: fd, path, len,
    ];
}

/// `lookupflags`: the last component's link stands for its target.
const FOLLOW: u32 = 1;

mod oflags {
    pub const CREAT: u32 = 1;
    pub const DIRECTORY: u32 = 2;
    pub const EXCL: u32 = 4;
    pub const TRUNC: u32 = 8;
}

fn create_directory(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, path: u32, len: u32) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_CREATE_DIRECTORY)?;
    Ok(dir.create_dir(m.path(path, len)?)?)
}

fn remove_directory(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, path: u32, len: u32) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_REMOVE_DIRECTORY)?;
    Ok(dir.remove_dir(m.path(path, len)?)?)
}

fn unlink_file(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, path: u32, len: u32) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_UNLINK_FILE)?;
    Ok(dir.remove_file_or_symlink(m.path(path, len)?)?)
}

/// The file at a path, opened for looking at it only.
fn handle(dir: &Dir, lookup: u32, path: &str) -> Wasi<OwnedFd> {
    let follow = if lookup & FOLLOW != 0 { FollowSymlinks::Yes } else { FollowSymlinks::No };
    let mut options = OpenOptions::new();
    options.read(true).maybe_dir(true).follow(follow).custom_flags(OFlags::PATH.bits() as i32);
    Ok(dir.open_with(path, &options)?.into_std().into())
}

fn filestat_get(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, lookup: u32, path: u32, len: u32, out: u32) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_FILESTAT_GET)?;
    let handle = handle(&dir, lookup, &m.path(path, len)?)?;
    m.write(out, &filestat(&fs::fstat(&handle)?))
}

#[allow(clippy::too_many_arguments)] // the interface's
fn filestat_set_times(
    cx: &mut Cx<'_>,
    m: Linear<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    atim: u64,
    mtim: u64,
    flags: u32,
) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_FILESTAT_SET_TIMES)?;
    let path = m.path(path, len)?;
    let spec = |time| SystemTimeSpec::Absolute(SystemTime::from_std(time));
    let [accessed, modified] = times(atim, mtim, flags)?.map(|time| time.map(spec));
    if lookup & FOLLOW != 0 {
        Ok(dir.set_times(path, accessed, modified)?)
    } else {
        Ok(dir.set_symlink_times(path, accessed, modified)?)
    }
}

#[allow(clippy::too_many_arguments)] // the interface's
fn link(
    cx: &mut Cx<'_>,
    m: Linear<'_>,
    old_fd: u32,
    lookup: u32,
    old: u32,
    old_len: u32,
    new_fd: u32,
    new: u32,
    new_len: u32,
) -> Wasi {
    let from = table::dir(cx, old_fd, rights::PATH_LINK_SOURCE)?;
    let to = table::dir(cx, new_fd, rights::PATH_LINK_TARGET)?;
    if lookup & FOLLOW != 0 {
        return Err(Errno::Inval.into());
    }
    Ok(from.hard_link(m.path(old, old_len)?, &to, m.path(new, new_len)?)?)
}

#[allow(clippy::too_many_arguments)] // the interface's
fn open(
    cx: &mut Cx<'_>,
    m: Linear<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    how: u32,
    base: u64,
    inheriting: u64,
    flags: u32,
    out: u32,
) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_OPEN)?;
    let parent = table::get(cx, fd)?;
    let path = m.path(path, len)?;
    if how > 15 || flags & !fdflags::ALL != 0 {
        return Err(Errno::Inval.into());
    }
    let mut needed = 0;
    needed |= if how & oflags::CREAT != 0 { rights::PATH_CREATE_FILE } else { 0 };
    needed |= if how & oflags::TRUNC != 0 { rights::PATH_FILESTAT_SET_SIZE } else { 0 };
    if needed & !parent.rights != 0 || base & rights::FILE_WRITES & !parent.inheriting & rights::FD_WRITE != 0
    {
        return Err(Errno::NotCapable.into());
    }
    let opened = open_at(&dir, &path, lookup, how, base, flags)?;
    let kind = FileType::from_raw_mode(fs::fstat(&opened)?.st_mode);
    if how & oflags::DIRECTORY != 0 && kind != FileType::Directory {
        return Err(Errno::NotDir.into());
    }
    let inheriting = inheriting & parent.inheriting;
    let allowed = match kind {
        FileType::Directory => rights::DIR,
        FileType::RegularFile | FileType::BlockDevice => rights::FILE,
        _ => rights::FILE | rights::STREAM,
    };
    let object = match kind {
        FileType::Directory => Object::Dir(Arc::new(Dir::from_std_file(opened.into())), None),
        _ => Object::File(OpenFile::owned(opened, None)),
    };
    let entry = Entry { object, rights: base & parent.inheriting & allowed, inheriting, flags: flags as u16 };
    m.range(out, 4)?;
    m.store(out, table::install(cx, entry)?)
}

fn open_at(dir: &Dir, path: &str, lookup: u32, how: u32, base: u64, flags: u32) -> Wasi<OwnedFd> {
    let writes = base & (rights::FD_WRITE | rights::FD_ALLOCATE | rights::FD_FILESTAT_SET_SIZE) != 0;
    let reads = base & (rights::FD_READ | rights::FD_READDIR) != 0;
    let flags = flags as u16;
    let mut options = OpenOptions::new();
    options.maybe_dir(true);
    if how & oflags::DIRECTORY != 0 {
        if how & (oflags::CREAT | oflags::EXCL | oflags::TRUNC) != 0 {
            return Err(Errno::Inval.into());
        }
        options.read(true);
    } else {
        // With neither right the descriptor still has attributes, which reading alone gives access to.
        options.read(reads || !writes).write(writes);
        if how & oflags::CREAT != 0 {
            options.write(true);
            if how & oflags::EXCL != 0 {
                options.create_new(true)
            } else {
                options.create(true)
            };
        }
        if how & oflags::TRUNC != 0 {
            options.write(true).truncate(true);
        }
        options.append(flags & fdflags::APPEND != 0 && writes);
    }
    let mut custom = OFlags::empty();
    custom.set(OFlags::NONBLOCK, flags & fdflags::NONBLOCK != 0);
    custom.set(OFlags::DSYNC, flags & fdflags::DSYNC != 0);
    custom.set(OFlags::SYNC, flags & (fdflags::SYNC | fdflags::RSYNC) != 0);
    custom.set(OFlags::NOCTTY, true);
    options.custom_flags(custom.bits() as i32);
    options.follow(if lookup & FOLLOW != 0 { FollowSymlinks::Yes } else { FollowSymlinks::No });
    Ok(dir.open_with(path, &options)?.into_std().into())
}

#[allow(clippy::too_many_arguments)] // the interface's
fn readlink(
    cx: &mut Cx<'_>,
    m: Linear<'_>,
    fd: u32,
    path: u32,
    len: u32,
    buf: u32,
    size: u32,
    out: u32,
) -> Wasi {
    use std::os::unix::ffi::OsStrExt;
    let dir = table::dir(cx, fd, rights::PATH_READLINK)?;
    // A target that leads out is told like any other: it names nothing that could be opened.
    let target = dir.read_link_contents(m.path(path, len)?)?;
    let target = target.as_os_str().as_bytes();
    let shown = &target[..target.len().min(size as usize)];
    m.write(buf, shown)?;
    m.store(out, shown.len() as u32)
}

#[allow(clippy::too_many_arguments)] // the interface's
fn rename(
    cx: &mut Cx<'_>,
    m: Linear<'_>,
    fd: u32,
    old: u32,
    old_len: u32,
    new_fd: u32,
    new: u32,
    new_len: u32,
) -> Wasi {
    let from = table::dir(cx, fd, rights::PATH_RENAME_SOURCE)?;
    let to = table::dir(cx, new_fd, rights::PATH_RENAME_TARGET)?;
    Ok(from.rename(m.path(old, old_len)?, &to, m.path(new, new_len)?)?)
}

/// An absolute target is refused: it would mean another file to the host than to the program.
fn symlink(cx: &mut Cx<'_>, m: Linear<'_>, old: u32, old_len: u32, fd: u32, new: u32, new_len: u32) -> Wasi {
    let dir = table::dir(cx, fd, rights::PATH_SYMLINK)?;
    let (target, path) = (m.path(old, old_len)?, m.path(new, new_len)?);
    if target.starts_with('/') {
        return Err(Fail::Errno(Errno::NotCapable));
    }
    Ok(DirExt::symlink(&*dir, target, path)?)
}
