//! What is known of a file: stat and its forms, statfs, statvfs, pathconf.

use rustix::fs::{self, Stat, StatVfs};
use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::caps::{self, AT_CWD, Last, Want, resolve};
use super::fd::{self, status};
use super::sys::Sys;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Files and file systems.
    pub static TABLE = [
        "int __fxstat(int version, int fd, struct stat *to[w 144])" => fxstat: version, fd, to,
        "int __fxstat64(int version, int fd, struct stat *to[w 144])" => fxstat: version, fd, to,
        "int __fxstatat(int version, int at, const char *path[str], struct stat *to[w 144], int flags)" [Files] => fxstatat: version, at, path, to, flags,
        "int __fxstatat64(int version, int at, const char *path[str], struct stat *to[w 144], int flags)" [Files] => fxstatat: version, at, path, to, flags,
        "int __lxstat(int version, const char *path[str], struct stat *to[w 144])" [Files] => lxstat: version, path, to,
        "int __lxstat64(int version, const char *path[str], struct stat *to[w 144])" [Files] => lxstat: version, path, to,
        "int __xstat(int version, const char *path[str], struct stat *to[w 144])" [Files] => xstat: version, path, to,
        "int __xstat64(int version, const char *path[str], struct stat *to[w 144])" [Files] => xstat: version, path, to,
        "long fpathconf(int fd, int name)" => fpathconf: fd, name,
        "int fstat(int fd, struct stat *to[w 144])" => fstat: fd, to,
        "int fstat64(int fd, struct stat *to[w 144])" => fstat: fd, to,
        "int fstatat(int at, const char *path[str], struct stat *to[w 144], int flags)" [Files] => fstatat: at, path, to, flags,
        "int fstatat64(int at, const char *path[str], struct stat *to[w 144], int flags)" [Files] => fstatat: at, path, to, flags,
        "int fstatfs(int fd, struct statfs *to[w 120])" => fstatfs: fd, to,
        "int fstatfs64(int fd, struct statfs *to[w 120])" => fstatfs: fd, to,
        "int fstatvfs(int fd, struct statvfs *to[w 112])" => fstatvfs: fd, to,
        "int fstatvfs64(int fd, struct statvfs *to[w 112])" => fstatvfs: fd, to,
        "int lstat(const char *path[str], struct stat *to[w 144])" [Files] => lstat: path, to,
        "int lstat64(const char *path[str], struct stat *to[w 144])" [Files] => lstat: path, to,
        "long pathconf(const char *path[str], int name)" [Files] => pathconf: path, name,
        "int stat(const char *path[str], struct stat *to[w 144])" [Files] => stat: path, to,
        "int stat64(const char *path[str], struct stat *to[w 144])" [Files] => stat: path, to,
        "int statfs(const char *path[str], struct statfs *to[w 120])" [Files] => statfs: path, to,
        "int statfs64(const char *path[str], struct statfs *to[w 120])" [Files] => statfs: path, to,
        "int statvfs(const char *path[str], struct statvfs *to[w 112])" [Files] => statvfs: path, to,
        "int statvfs64(const char *path[str], struct statvfs *to[w 112])" [Files] => statvfs: path, to,
        "int statx(int at, const char *path[str], int flags, unsigned mask, struct statx *to[w 256])" [Files] => statx: at, path, flags, mask, to,
    ];
}

/// `struct stat` of x86-64 Linux.
fn encode(stat: &Stat) -> [u8; 144] {
    let mut bytes = [0; 144];
    let mut put = |at: usize, value: u64| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    put(0, stat.st_dev);
    put(8, stat.st_ino);
    put(16, stat.st_nlink);
    put(24, u64::from(stat.st_mode) | u64::from(stat.st_uid) << 32);
    put(32, u64::from(stat.st_gid));
    put(40, stat.st_rdev);
    put(48, stat.st_size as u64);
    put(56, stat.st_blksize as u64);
    put(64, stat.st_blocks as u64);
    put(72, stat.st_atime as u64);
    put(80, stat.st_atime_nsec);
    put(88, stat.st_mtime as u64);
    put(96, stat.st_mtime_nsec);
    put(104, stat.st_ctime as u64);
    put(112, stat.st_ctime_nsec);
    bytes
}

/// What a captured stream and standard input from bytes look like: a pipe.
fn pipe_like() -> [u8; 144] {
    let mut bytes = [0; 144];
    bytes[16] = 1;
    bytes[24..28].copy_from_slice(&(libc::S_IFIFO | 0o600).to_le_bytes());
    bytes[56..64].copy_from_slice(&4096_u64.to_le_bytes());
    bytes
}

fn give(cx: &mut Cx<'_>, to: GuestPtr, stat: Sys<[u8; 144]>) -> Result<i32> {
    if let Ok(bytes) = &stat {
        cx.mem().write(to, bytes)?;
    }
    status(cx, stat.map(|_| ()))
}

fn of_descriptor(cx: &Cx<'_>, fd: i32) -> Sys<[u8; 144]> {
    let file = fd::get(cx, fd)?;
    match file.host() {
        Some(host) => fs::fstat(host).map(|stat| encode(&stat)),
        None => Ok(pipe_like()),
    }
}

fn of_path(cx: &Cx<'_>, at: i32, path: &[u8], last: Last) -> Sys<[u8; 144]> {
    if let Some(fd) = caps::descriptor_alias(path).filter(|_| last == Last::Follow) {
        return of_descriptor(cx, fd);
    }
    let place = resolve(cx, at, path, last, Want::Read)?;
    fs::statat(place.dir(), place.name(), place.flags()).map(|stat| encode(&stat))
}

fn fstat(cx: &mut Cx<'_>, fd: i32, to: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(to, 144)?;
    let stat = of_descriptor(cx, fd);
    give(cx, to, stat)
}

fn fstatat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, to: GuestPtr, flags: i32) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    cx.mem().slice_mut(to, 144)?;
    let last = if flags & libc::AT_SYMLINK_NOFOLLOW != 0 { Last::Keep } else { Last::Follow };
    let stat = if path.is_empty() && flags & libc::AT_EMPTY_PATH != 0 && at != AT_CWD {
        of_descriptor(cx, at)
    } else {
        of_path(cx, at, &path, last)
    };
    give(cx, to, stat)
}

fn stat(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    fstatat(cx, AT_CWD, path, to, 0)
}

fn lstat(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    fstatat(cx, AT_CWD, path, to, libc::AT_SYMLINK_NOFOLLOW)
}

fn xstat(cx: &mut Cx<'_>, _version: i32, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    stat(cx, path, to)
}

fn lxstat(cx: &mut Cx<'_>, _version: i32, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    lstat(cx, path, to)
}

fn fxstat(cx: &mut Cx<'_>, _version: i32, fd: i32, to: GuestPtr) -> Result<i32> {
    fstat(cx, fd, to)
}

fn fxstatat(cx: &mut Cx<'_>, _: i32, at: i32, path: GuestPtr, to: GuestPtr, flags: i32) -> Result<i32> {
    fstatat(cx, at, path, to, flags)
}

/// `statx` from what `stat` knows; the birth time is not given.
fn statx(cx: &mut Cx<'_>, at: i32, path: GuestPtr, flags: i32, _mask: u32, to: GuestPtr) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    cx.mem().slice_mut(to, 256)?;
    let last = if flags & libc::AT_SYMLINK_NOFOLLOW != 0 { Last::Keep } else { Last::Follow };
    let stat = if path.is_empty() && flags & libc::AT_EMPTY_PATH != 0 && at != AT_CWD {
        of_descriptor(cx, at)
    } else {
        of_path(cx, at, &path, last)
    };
    let Ok(stat) = stat else { return status(cx, stat.map(|_| ())) };
    let word = |at: usize| u64::from_le_bytes(stat[at..at + 8].try_into().unwrap_or_default());
    let mut bytes = [0_u8; 256];
    let mut put = |at: usize, len: usize, value: u64| {
        bytes[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
    };
    put(0, 4, 0x7ff); // STATX_BASIC_STATS
    put(4, 4, word(56));
    put(16, 4, word(16));
    put(20, 4, word(24) >> 32);
    put(24, 4, word(32));
    put(28, 2, word(24));
    put(32, 8, word(8));
    put(40, 8, word(48));
    put(48, 8, word(64));
    for (from, into) in [(72, 64), (104, 96), (88, 112)] {
        put(into, 8, word(from));
        put(into + 8, 4, word(from + 8));
    }
    for (from, into) in [(40, 128), (0, 136)] {
        put(into, 4, u64::from(fs::major(word(from))));
        put(into + 4, 4, u64::from(fs::minor(word(from))));
    }
    cx.mem().write(to, &bytes)?;
    Ok(0)
}

/// `struct statfs` of x86-64 Linux.
fn encode_fs(kind: u64, vfs: &StatVfs) -> [u8; 120] {
    let words = [
        kind,
        vfs.f_bsize,
        vfs.f_blocks,
        vfs.f_bfree,
        vfs.f_bavail,
        vfs.f_files,
        vfs.f_ffree,
        vfs.f_fsid,
        vfs.f_namemax,
        vfs.f_frsize,
        vfs.f_flag.bits(),
    ];
    let mut bytes = [0; 120];
    for (at, word) in words.into_iter().enumerate() {
        bytes[at * 8..at * 8 + 8].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

/// `struct statvfs` of x86-64 Linux.
fn encode_vfs(vfs: &StatVfs) -> [u8; 112] {
    let words = [
        vfs.f_bsize,
        vfs.f_frsize,
        vfs.f_blocks,
        vfs.f_bfree,
        vfs.f_bavail,
        vfs.f_files,
        vfs.f_ffree,
        vfs.f_favail,
        vfs.f_fsid,
        vfs.f_flag.bits(),
        vfs.f_namemax,
    ];
    let mut bytes = [0; 112];
    for (at, word) in words.into_iter().enumerate() {
        bytes[at * 8..at * 8 + 8].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

type FileSystem = Sys<(u64, StatVfs)>;

fn fs_of_descriptor(cx: &Cx<'_>, fd: i32) -> FileSystem {
    let file = fd::get(cx, fd)?;
    let host = file.host_or(Errno::NOSYS)?;
    Ok((fs::fstatfs(host)?.f_type as u64, fs::fstatvfs(host)?))
}

fn fs_of_path(cx: &Cx<'_>, path: &[u8]) -> FileSystem {
    let handle = resolve(cx, AT_CWD, path, Last::Follow, Want::Read)?.handle()?;
    Ok((fs::fstatfs(&handle)?.f_type as u64, fs::fstatvfs(&handle)?))
}

fn give_fs(cx: &mut Cx<'_>, to: GuestPtr, found: FileSystem) -> Result<i32> {
    if let Ok((kind, vfs)) = &found {
        cx.mem().write(to, &encode_fs(*kind, vfs))?;
    }
    status(cx, found.map(|_| ()))
}

fn give_vfs(cx: &mut Cx<'_>, to: GuestPtr, found: FileSystem) -> Result<i32> {
    if let Ok((_, vfs)) = &found {
        cx.mem().write(to, &encode_vfs(vfs))?;
    }
    status(cx, found.map(|_| ()))
}

fn statfs(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    cx.mem().slice_mut(to, 120)?;
    let found = fs_of_path(cx, &path);
    give_fs(cx, to, found)
}

fn fstatfs(cx: &mut Cx<'_>, fd: i32, to: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(to, 120)?;
    let found = fs_of_descriptor(cx, fd);
    give_fs(cx, to, found)
}

fn statvfs(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    cx.mem().slice_mut(to, 112)?;
    let found = fs_of_path(cx, &path);
    give_vfs(cx, to, found)
}

fn fstatvfs(cx: &mut Cx<'_>, fd: i32, to: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(to, 112)?;
    let found = fs_of_descriptor(cx, fd);
    give_vfs(cx, to, found)
}

/// Limits of Linux file systems; what differs between them is asked for.
fn limit(name: i32, vfs: FileSystem) -> Sys<i64> {
    Ok(match name {
        libc::_PC_LINK_MAX => 127,
        libc::_PC_MAX_CANON | libc::_PC_MAX_INPUT => 255,
        libc::_PC_NAME_MAX => vfs?.1.f_namemax as i64,
        libc::_PC_PATH_MAX => 4096,
        libc::_PC_PIPE_BUF => 4096,
        libc::_PC_CHOWN_RESTRICTED | libc::_PC_NO_TRUNC => 1,
        libc::_PC_VDISABLE => 0,
        libc::_PC_FILESIZEBITS => 64,
        libc::_PC_REC_XFER_ALIGN | libc::_PC_ALLOC_SIZE_MIN => vfs?.1.f_frsize as i64,
        libc::_PC_2_SYMLINKS => 1,
        _ => return Err(Errno::INVAL),
    })
}

fn pathconf(cx: &mut Cx<'_>, path: GuestPtr, name: i32) -> Result<i64> {
    let path = cx.mem().c_str(path)?;
    let value = limit(name, fs_of_path(cx, &path));
    fd::reply(cx, value)
}

fn fpathconf(cx: &mut Cx<'_>, fd: i32, name: i32) -> Result<i64> {
    let value = fd::get(cx, fd).and_then(|_| limit(name, fs_of_descriptor(cx, fd)));
    fd::reply(cx, value)
}
