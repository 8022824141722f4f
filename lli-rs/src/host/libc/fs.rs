//! Calls on paths: open, access, unlink, rename, mkdir, links, modes, owners, times, temporary names.

use std::os::fd::BorrowedFd;

use rustix::fs::{self, Access, AtFlags, Mode, RenameFlags, Timespec, Timestamps};
use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::access::Lazy;
use super::caps::{self, AT_CWD, Last, Place, Want, resolve};
use super::fd::{self, reply, status};
use super::shared;
use super::sys::Sys;
use crate::host::{VarArgs, host_table};
use crate::machine::{Cx, Result};

host_table! {
    /// Opening, removing, renaming, directories, links.
    pub static TABLE = [
        "int __open64_2(const char *path[str], int flags)" [Files] => open_2: path, flags,
        "int __open_2(const char *path[str], int flags)" [Files] => open_2: path, flags,
        "int __openat64_2(int at, const char *path[str], int flags)" [Files] => openat_2: at, path, flags,
        "int __openat_2(int at, const char *path[str], int flags)" [Files] => openat_2: at, path, flags,
        "int access(const char *path[str], int mode)" [Files] => access: path, mode,
        "int chdir(const char *path[str])" [Files] => chdir: path,
        "int chroot(const char *path[str])" [Process] => chroot: path,
        "int creat(const char *path[str], mode_t mode)" [Files] => creat: path, mode,
        "int creat64(const char *path[str], mode_t mode)" [Files] => creat: path, mode,
        "int eaccess(const char *path[str], int mode)" [Files] => access: path, mode,
        "int euidaccess(const char *path[str], int mode)" [Files] => access: path, mode,
        "int faccessat(int at, const char *path[str], int mode, int flags)" [Files] => faccessat: at, path, mode, flags,
        "int fchdir(int fd)" [Files] => fchdir: fd,
        "int link(const char *from[str], const char *to[str])" [Files] => link: from, to,
        "int linkat(int from_at, const char *from[str], int to_at, const char *to[str], int flags)" [Files] => linkat: from_at, from, to_at, to, flags,
        "int mkdir(const char *path[str], mode_t mode)" [Files] => mkdir: path, mode,
        "int mkdirat(int at, const char *path[str], mode_t mode)" [Files] => mkdirat: at, path, mode,
        "int mkfifo(const char *path[str], mode_t mode)" [Files] => mkfifo: path, mode,
        "int mkfifoat(int at, const char *path[str], mode_t mode)" [Files] => mkfifoat: at, path, mode,
        "int open(const char *path[str], int flags, ...)" [Files] => open: path, flags, args,
        "int open64(const char *path[str], int flags, ...)" [Files] => open: path, flags, args,
        "int openat(int at, const char *path[str], int flags, ...)" [Files] => openat: at, path, flags, args,
        "int openat64(int at, const char *path[str], int flags, ...)" [Files] => openat: at, path, flags, args,
        "int remove(const char *path[str])" [Files] => remove: path,
        "int rename(const char *from[str], const char *to[str])" [Files] => rename: from, to,
        "int renameat(int from_at, const char *from[str], int to_at, const char *to[str])" [Files] => renameat: from_at, from, to_at, to,
        "int renameat2(int from_at, const char *from[str], int to_at, const char *to[str], unsigned flags)" [Files] => renameat2: from_at, from, to_at, to, flags,
        "int rmdir(const char *path[str])" [Files] => rmdir: path,
        "int symlink(const char *target[str], const char *path[str])" [Files] => symlink: target, path,
        "int symlinkat(const char *target[str], int at, const char *path[str])" [Files] => symlinkat: target, at, path,
        "int truncate(const char *path[str], off_t len)" [Files] => truncate: path, len,
        "int truncate64(const char *path[str], off_t len)" [Files] => truncate: path, len,
        "int unlink(const char *path[str])" [Files] => unlink: path,
        "int unlinkat(int at, const char *path[str], int flags)" [Files] => unlinkat: at, path, flags,
    ];
}

host_table! {
    /// Names and attributes.
    pub static NAMES = [
        "char *__getcwd_chk(char *buf[?w], size_t size, size_t known)" [Files] => getcwd_chk: buf, size, known,
        "ssize_t __readlink_chk(const char *path[str], char *buf[w size], size_t size, size_t known)" [Files] => readlink_chk: path, buf, size, known,
        "ssize_t __readlinkat_chk(int at, const char *path[str], char *buf[w size], size_t size, size_t known)" [Files] => readlinkat_chk: at, path, buf, size, known,
        "char *__realpath_chk(const char *path[str], char *resolved[?w], size_t known)" [Files] => realpath_chk: path, resolved, known,
        "char *canonicalize_file_name(const char *path[str])" [Files] => canonicalize: path,
        "int chmod(const char *path[str], mode_t mode)" [Files] => chmod: path, mode,
        "int chown(const char *path[str], uid_t owner, gid_t group)" [Files] => chown: path, owner, group,
        "int fchmod(int fd, mode_t mode)" [Files] => fchmod: fd, mode,
        "int fchmodat(int at, const char *path[str], mode_t mode, int flags)" [Files] => fchmodat: at, path, mode, flags,
        "int fchown(int fd, uid_t owner, gid_t group)" [Files] => fchown: fd, owner, group,
        "int fchownat(int at, const char *path[str], uid_t owner, gid_t group, int flags)" [Files] => fchownat: at, path, owner, group, flags,
        "int futimens(int fd, const struct timespec *times[?r 32])" [Files] => futimens: fd, times,
        "int futimes(int fd, const struct timeval *times[?r 32])" [Files] => futimes: fd, times,
        "char *get_current_dir_name(void)" [Files] => get_current_dir_name,
        "char *getcwd(char *buf[?w], size_t size)" [Files] => getcwd: buf, size,
        "int lchown(const char *path[str], uid_t owner, gid_t group)" [Files] => lchown: path, owner, group,
        "int lutimes(const char *path[str], const struct timeval *times[?r 32])" [Files] => lutimes: path, times,
        "char *mkdtemp(char *template[str])" [Files] => mkdtemp: template,
        "int mkostemp(char *template[str], int flags)" [Files] => mkostemp: template, flags,
        "int mkostemp64(char *template[str], int flags)" [Files] => mkostemp: template, flags,
        "int mkostemps(char *template[str], int suffix, int flags)" [Files] => mkostemps: template, suffix, flags,
        "int mkstemp(char *template[str])" [Files] => mkstemp: template,
        "int mkstemp64(char *template[str])" [Files] => mkstemp: template,
        "int mkstemps(char *template[str], int suffix)" [Files] => mkstemps: template, suffix,
        "char *mktemp(char *template[str])" [Files] => mktemp: template,
        "ssize_t readlink(const char *path[str], char *buf[w size], size_t size)" [Files] => readlink: path, buf, size,
        "ssize_t readlinkat(int at, const char *path[str], char *buf[w size], size_t size)" [Files] => readlinkat: at, path, buf, size,
        "char *realpath(const char *path[str], char *resolved[?w])" [Files] => realpath: path, resolved,
        "char *tmpnam(char *s[?w 20])" [Files] => tmpnam: s,
        "char *tmpnam_r(char *s[?w 20])" [Files] => tmpnam_r: s,
        "mode_t umask(mode_t mask)" => umask: mask,
        "int utime(const char *path[str], const struct utimbuf *times[?r 16])" [Files] => utime: path, times,
        "int utimensat(int at, const char *path[?str], const struct timespec *times[?r 32], int flags)" [Files] => utimensat: at, path, times, flags,
        "int utimes(const char *path[str], const struct timeval *times[?r 32])" [Files] => utimes: path, times,
    ];
}

/// Buffers that functions give out.
#[derive(Default)]
pub struct State {
    tmpnam: Lazy,
}

const PATH_MAX: u64 = 4096;

/// Resolves a guest's path and does something with the place; the path is read before anything else.
fn at_path(
    cx: &mut Cx<'_>,
    at: i32,
    path: GuestPtr,
    last: Last,
    want: Want,
    what: impl FnOnce(&Place) -> Sys<()>,
) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    let result = resolve(cx, at, &path, last, want).and_then(|place| what(&place));
    status(cx, result)
}

fn last(flags: i32) -> Last {
    if flags & libc::AT_SYMLINK_NOFOLLOW != 0 { Last::Keep } else { Last::Follow }
}

fn open_with(cx: &mut Cx<'_>, at: i32, path: GuestPtr, flags: i32, mode: u32) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    let close_on_exec = flags & libc::O_CLOEXEC != 0;
    let result =
        caps::open(cx, at, &path, flags, mode).and_then(|file| fd::install(cx, file, close_on_exec, 0));
    reply(cx, result)
}

fn openat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, flags: i32, mut args: VarArgs<'_>) -> Result<i32> {
    let creates = flags & libc::O_CREAT != 0 || flags & libc::O_TMPFILE == libc::O_TMPFILE;
    let mode = if creates { args.next_i32(cx)? as u32 } else { 0 };
    open_with(cx, at, path, flags, mode)
}

fn open(cx: &mut Cx<'_>, path: GuestPtr, flags: i32, args: VarArgs<'_>) -> Result<i32> {
    openat(cx, AT_CWD, path, flags, args)
}

fn openat_2(cx: &mut Cx<'_>, at: i32, path: GuestPtr, flags: i32) -> Result<i32> {
    if flags & libc::O_CREAT != 0 || flags & libc::O_TMPFILE == libc::O_TMPFILE {
        return Err(cx.misuse("creates a file, but was given no mode"));
    }
    open_with(cx, at, path, flags, 0)
}

fn open_2(cx: &mut Cx<'_>, path: GuestPtr, flags: i32) -> Result<i32> {
    openat_2(cx, AT_CWD, path, flags)
}

fn creat(cx: &mut Cx<'_>, path: GuestPtr, mode: u32) -> Result<i32> {
    open_with(cx, AT_CWD, path, libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC, mode)
}

fn faccessat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, mode: i32, flags: i32) -> Result<i32> {
    let want = if mode & libc::W_OK != 0 { Want::Write } else { Want::Read };
    let Some(mode) = u32::try_from(mode).ok().and_then(Access::from_bits) else {
        cx.mem().str_len(path)?;
        return cx.fail(libc::EINVAL, -1);
    };
    at_path(cx, at, path, last(flags), want, |place| {
        // The kernel's plain call has no flags; a place in a sandbox is never a link that must not be followed.
        fs::accessat(place.dir(), place.name(), mode, AtFlags::empty())
    })
}

fn access(cx: &mut Cx<'_>, path: GuestPtr, mode: i32) -> Result<i32> {
    faccessat(cx, AT_CWD, path, mode, 0)
}

fn chdir(cx: &mut Cx<'_>, path: GuestPtr) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    let result = caps::change_dir(cx, AT_CWD, &path);
    status(cx, result)
}

fn fchdir(cx: &mut Cx<'_>, fd: i32) -> Result<i32> {
    let result = caps::change_dir(cx, fd, b".");
    status(cx, result)
}

fn chroot(cx: &mut Cx<'_>, path: GuestPtr) -> Result<i32> {
    cx.mem().str_len(path)?;
    cx.fail(libc::EPERM, -1)
}

fn unlinkat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, flags: i32) -> Result<i32> {
    let flags = AtFlags::from_bits_retain(flags as u32) & AtFlags::REMOVEDIR;
    at_path(cx, at, path, Last::Keep, Want::Write, |place| fs::unlinkat(place.dir(), place.name(), flags))
}

fn unlink(cx: &mut Cx<'_>, path: GuestPtr) -> Result<i32> {
    unlinkat(cx, AT_CWD, path, 0)
}

fn rmdir(cx: &mut Cx<'_>, path: GuestPtr) -> Result<i32> {
    unlinkat(cx, AT_CWD, path, libc::AT_REMOVEDIR)
}

fn remove(cx: &mut Cx<'_>, path: GuestPtr) -> Result<i32> {
    at_path(cx, AT_CWD, path, Last::Keep, Want::Write, |place| {
        match fs::unlinkat(place.dir(), place.name(), AtFlags::empty()) {
            Err(Errno::ISDIR) => fs::unlinkat(place.dir(), place.name(), AtFlags::REMOVEDIR),
            result => result,
        }
    })
}

/// Two paths, both resolved before anything is done.
fn two_paths(
    cx: &mut Cx<'_>,
    from: (i32, GuestPtr, Last, Want),
    to: (i32, GuestPtr),
    what: impl FnOnce(&Place, &Place) -> Sys<()>,
) -> Result<i32> {
    let (from_path, to_path) = (cx.mem().c_str(from.1)?, cx.mem().c_str(to.1)?);
    let result = resolve(cx, from.0, &from_path, from.2, from.3).and_then(|source| {
        let target = resolve(cx, to.0, &to_path, Last::Keep, Want::Write)?;
        what(&source, &target)
    });
    status(cx, result)
}

fn renameat2(
    cx: &mut Cx<'_>,
    from_at: i32,
    from: GuestPtr,
    to_at: i32,
    to: GuestPtr,
    flags: u32,
) -> Result<i32> {
    two_paths(cx, (from_at, from, Last::Keep, Want::Write), (to_at, to), |a, b| {
        if flags == 0 {
            return fs::renameat(a.dir(), a.name(), b.dir(), b.name());
        }
        fs::renameat_with(a.dir(), a.name(), b.dir(), b.name(), RenameFlags::from_bits_retain(flags))
    })
}

fn renameat(cx: &mut Cx<'_>, from_at: i32, from: GuestPtr, to_at: i32, to: GuestPtr) -> Result<i32> {
    renameat2(cx, from_at, from, to_at, to, 0)
}

fn rename(cx: &mut Cx<'_>, from: GuestPtr, to: GuestPtr) -> Result<i32> {
    renameat2(cx, AT_CWD, from, AT_CWD, to, 0)
}

fn linkat(
    cx: &mut Cx<'_>,
    from_at: i32,
    from: GuestPtr,
    to_at: i32,
    to: GuestPtr,
    flags: i32,
) -> Result<i32> {
    let follow = flags & libc::AT_SYMLINK_FOLLOW != 0;
    let source = (from_at, from, if follow { Last::Follow } else { Last::Keep }, Want::Write);
    two_paths(cx, source, (to_at, to), |a, b| {
        let flags = if a.flags().is_empty() { AtFlags::SYMLINK_FOLLOW } else { AtFlags::empty() };
        fs::linkat(a.dir(), a.name(), b.dir(), b.name(), flags)
    })
}

fn link(cx: &mut Cx<'_>, from: GuestPtr, to: GuestPtr) -> Result<i32> {
    linkat(cx, AT_CWD, from, AT_CWD, to, 0)
}

fn symlinkat(cx: &mut Cx<'_>, target: GuestPtr, at: i32, path: GuestPtr) -> Result<i32> {
    let target = cx.mem().c_str(target)?;
    at_path(cx, at, path, Last::Keep, Want::Write, |place| fs::symlinkat(&*target, place.dir(), place.name()))
}

fn symlink(cx: &mut Cx<'_>, target: GuestPtr, path: GuestPtr) -> Result<i32> {
    symlinkat(cx, target, AT_CWD, path)
}

fn masked(cx: &Cx<'_>, mode: u32) -> Mode {
    Mode::from_raw_mode(caps::new_mode(cx, mode))
}

fn mkdirat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, mode: u32) -> Result<i32> {
    let mode = masked(cx, mode);
    at_path(cx, at, path, Last::Keep, Want::Write, |place| fs::mkdirat(place.dir(), place.name(), mode))
}

fn mkdir(cx: &mut Cx<'_>, path: GuestPtr, mode: u32) -> Result<i32> {
    mkdirat(cx, AT_CWD, path, mode)
}

fn mkfifoat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, mode: u32) -> Result<i32> {
    let mode = masked(cx, mode);
    at_path(cx, at, path, Last::Keep, Want::Write, |place| {
        fs::mknodat(place.dir(), place.name(), fs::FileType::Fifo, mode, 0)
    })
}

fn mkfifo(cx: &mut Cx<'_>, path: GuestPtr, mode: u32) -> Result<i32> {
    mkfifoat(cx, AT_CWD, path, mode)
}

fn truncate(cx: &mut Cx<'_>, path: GuestPtr, len: i64) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    let result = u64::try_from(len).map_err(|_| Errno::INVAL).and_then(|len| {
        let file = caps::open(cx, AT_CWD, &path, libc::O_WRONLY | libc::O_NOCTTY, 0)?;
        shared::before(cx, &file);
        fs::ftruncate(file.host_or(Errno::INVAL)?, len)?;
        shared::after(cx, &file, Some(len), 0);
        Ok(())
    });
    status(cx, result)
}

fn on_descriptor(cx: &mut Cx<'_>, fd: i32, what: impl FnOnce(BorrowedFd<'_>) -> Sys<()>) -> Result<i32> {
    let result = fd::get(cx, fd).and_then(|file| what(file.host_or(Errno::INVAL)?));
    status(cx, result)
}

fn fchmod(cx: &mut Cx<'_>, fd: i32, mode: u32) -> Result<i32> {
    on_descriptor(cx, fd, |host| fs::fchmod(host, Mode::from_raw_mode(mode)))
}

fn fchmodat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, mode: u32, flags: i32) -> Result<i32> {
    let sandbox = cx.process.config.sandbox;
    at_path(cx, at, path, last(flags), Want::Write, |place| {
        if sandbox || flags & libc::AT_SYMLINK_NOFOLLOW != 0 {
            return place.change_mode(mode);
        }
        fs::chmodat(place.dir(), place.name(), Mode::from_raw_mode(mode), AtFlags::empty())
    })
}

fn chmod(cx: &mut Cx<'_>, path: GuestPtr, mode: u32) -> Result<i32> {
    fchmodat(cx, AT_CWD, path, mode, 0)
}

/// An owner or group; -1 leaves it.
fn owner(id: u32) -> Option<rustix::fs::Uid> {
    (id != u32::MAX).then(|| rustix::fs::Uid::from_raw(id))
}

fn group(id: u32) -> Option<rustix::fs::Gid> {
    (id != u32::MAX).then(|| rustix::fs::Gid::from_raw(id))
}

fn fchown(cx: &mut Cx<'_>, fd: i32, user: u32, gid: u32) -> Result<i32> {
    on_descriptor(cx, fd, |host| fs::fchown(host, owner(user), group(gid)))
}

fn fchownat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, user: u32, gid: u32, flags: i32) -> Result<i32> {
    at_path(cx, at, path, last(flags), Want::Write, |place| {
        fs::chownat(place.dir(), place.name(), owner(user), group(gid), place.flags())
    })
}

fn chown(cx: &mut Cx<'_>, path: GuestPtr, user: u32, gid: u32) -> Result<i32> {
    fchownat(cx, AT_CWD, path, user, gid, 0)
}

fn lchown(cx: &mut Cx<'_>, path: GuestPtr, user: u32, gid: u32) -> Result<i32> {
    fchownat(cx, AT_CWD, path, user, gid, libc::AT_SYMLINK_NOFOLLOW)
}

fn umask(cx: &mut Cx<'_>, mask: u32) -> Result<u32> {
    Ok(caps::set_umask(cx, mask))
}

/// Two times of so many nanoseconds a unit; now if null.
fn times(cx: &Cx<'_>, at: GuestPtr, nanos_per_unit: i64) -> Result<Sys<Timestamps>> {
    let now = Timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW };
    if at.is_null() {
        return Ok(Ok(Timestamps { last_access: now, last_modification: now }));
    }
    let [a, b, c, d]: [i64; 4] = cx.mem().load(at)?;
    let time = |seconds, units: i64| {
        let special = nanos_per_unit == 1 && matches!(units, libc::UTIME_NOW | libc::UTIME_OMIT);
        let fits = special || (0..1_000_000_000 / nanos_per_unit).contains(&units);
        let tv_nsec = if special { units } else { units.wrapping_mul(nanos_per_unit) };
        if fits { Ok(Timespec { tv_sec: seconds, tv_nsec }) } else { Err(Errno::INVAL) }
    };
    Ok(time(a, b).and_then(|last_access| Ok(Timestamps { last_access, last_modification: time(c, d)? })))
}

fn set_times(cx: &mut Cx<'_>, at: i32, path: GuestPtr, times: Sys<Timestamps>, last: Last) -> Result<i32> {
    at_path(cx, at, path, last, Want::Write, |place| {
        fs::utimensat(place.dir(), place.name(), &times?, place.flags())
    })
}

fn utimensat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, to: GuestPtr, flags: i32) -> Result<i32> {
    if path.is_null() {
        return futimens(cx, at, to);
    }
    let times = times(cx, to, 1)?;
    set_times(cx, at, path, times, last(flags))
}

fn futimens(cx: &mut Cx<'_>, fd: i32, to: GuestPtr) -> Result<i32> {
    let times = times(cx, to, 1)?;
    on_descriptor(cx, fd, |host| fs::futimens(host, &times?))
}

fn futimes(cx: &mut Cx<'_>, fd: i32, to: GuestPtr) -> Result<i32> {
    let times = times(cx, to, 1000)?;
    on_descriptor(cx, fd, |host| fs::futimens(host, &times?))
}

fn utimes(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    let times = times(cx, to, 1000)?;
    set_times(cx, AT_CWD, path, times, Last::Follow)
}

fn lutimes(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    let times = times(cx, to, 1000)?;
    set_times(cx, AT_CWD, path, times, Last::Keep)
}

fn utime(cx: &mut Cx<'_>, path: GuestPtr, to: GuestPtr) -> Result<i32> {
    let times = if to.is_null() {
        times(cx, to, 1)?
    } else {
        let [access, modification]: [i64; 2] = cx.mem().load(to)?;
        let time = |tv_sec| Timespec { tv_sec, tv_nsec: 0 };
        Ok(Timestamps { last_access: time(access), last_modification: time(modification) })
    };
    set_times(cx, AT_CWD, path, times, Last::Follow)
}

fn readlinkat(cx: &mut Cx<'_>, at: i32, path: GuestPtr, buf: GuestPtr, size: u64) -> Result<i64> {
    let path = cx.mem().c_str(path)?;
    cx.mem().slice_mut(buf, size)?;
    if size == 0 {
        return cx.fail(libc::EINVAL, -1);
    }
    let result = resolve(cx, at, &path, Last::Keep, Want::Read)
        .and_then(|place| fs::readlinkat(place.dir(), place.name(), Vec::new()));
    let result = match result {
        Ok(target) => {
            let bytes = target.as_bytes();
            let taken = bytes.len().min(size as usize);
            cx.mem().write(buf, &bytes[..taken])?;
            Ok(taken as i64)
        }
        Err(errno) => Err(errno),
    };
    reply(cx, result)
}

fn readlink(cx: &mut Cx<'_>, path: GuestPtr, buf: GuestPtr, size: u64) -> Result<i64> {
    readlinkat(cx, AT_CWD, path, buf, size)
}

fn known_size(cx: &Cx<'_>, buf: GuestPtr, size: u64, known: u64) -> Result<()> {
    if size > known {
        cx.mem().slice_mut(buf, size)?;
        return Err(
            cx.misuse(format!("may write {size} bytes, but only {known} are left in the destination"))
        );
    }
    Ok(())
}

fn readlink_chk(cx: &mut Cx<'_>, path: GuestPtr, buf: GuestPtr, size: u64, known: u64) -> Result<i64> {
    known_size(cx, buf, size, known)?;
    readlink(cx, path, buf, size)
}

fn readlinkat_chk(
    cx: &mut Cx<'_>,
    at: i32,
    path: GuestPtr,
    buf: GuestPtr,
    size: u64,
    known: u64,
) -> Result<i64> {
    known_size(cx, buf, size, known)?;
    readlinkat(cx, at, path, buf, size)
}

/// A path as a string: in the guest's buffer, or in a new heap object if that is null.
fn give_path(cx: &mut Cx<'_>, path: Sys<Vec<u8>>, buf: GuestPtr, heap_size: u64) -> Result<GuestPtr> {
    let mut text = match path {
        Ok(path) => path,
        Err(errno) => return cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    };
    text.push(0);
    let to = if buf.is_null() {
        super::access::heap_object(cx, heap_size.max(text.len() as u64), 16)?
    } else {
        buf
    };
    if !to.is_null() {
        cx.mem().write(to, &text)?;
    }
    Ok(to)
}

fn getcwd(cx: &mut Cx<'_>, buf: GuestPtr, size: u64) -> Result<GuestPtr> {
    if size == 0 && !buf.is_null() {
        return cx.fail(libc::EINVAL, GuestPtr::NULL);
    }
    let path = caps::current_dir(cx);
    if path.as_ref().is_ok_and(|p| size != 0 && p.len() as u64 >= size) {
        return cx.fail(libc::ERANGE, GuestPtr::NULL);
    }
    give_path(cx, path, buf, if size == 0 { 0 } else { size })
}

fn getcwd_chk(cx: &mut Cx<'_>, buf: GuestPtr, size: u64, known: u64) -> Result<GuestPtr> {
    known_size(cx, buf, size, known)?;
    getcwd(cx, buf, size)
}

fn get_current_dir_name(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let path = caps::current_dir(cx);
    give_path(cx, path, GuestPtr::NULL, 0)
}

fn realpath(cx: &mut Cx<'_>, path: GuestPtr, resolved: GuestPtr) -> Result<GuestPtr> {
    let path = cx.mem().c_str(path)?;
    let real = caps::real_path(cx, &path);
    give_path(cx, real, resolved, 0)
}

fn realpath_chk(cx: &mut Cx<'_>, path: GuestPtr, resolved: GuestPtr, known: u64) -> Result<GuestPtr> {
    if !resolved.is_null() {
        known_size(cx, resolved, PATH_MAX, known)?;
    }
    realpath(cx, path, resolved)
}

fn canonicalize(cx: &mut Cx<'_>, path: GuestPtr) -> Result<GuestPtr> {
    realpath(cx, path, GuestPtr::NULL)
}

/// Fills in the six X of a template until `make` does not say EEXIST.
fn from_template<T>(
    cx: &mut Cx<'_>,
    template: GuestPtr,
    suffix: i32,
    mut make: impl FnMut(&mut Cx<'_>, &[u8]) -> Sys<T>,
) -> Result<Sys<T>> {
    let mut path = cx.mem().c_str(template)?;
    let end = usize::try_from(suffix).ok().and_then(|n| path.len().checked_sub(n));
    let Some(at) = end.and_then(|end| end.checked_sub(6)).filter(|at| path[*at..].starts_with(b"XXXXXX"))
    else {
        return Ok(Err(Errno::INVAL));
    };
    for _ in 0..1000 {
        path[at..at + 6].copy_from_slice(&caps::random_name());
        match make(cx, &path) {
            Err(Errno::EXIST) => {}
            result => {
                if result.is_ok() {
                    cx.mem().write(template, &path)?;
                }
                return Ok(result);
            }
        }
    }
    Ok(Err(Errno::EXIST))
}

fn mkostemps(cx: &mut Cx<'_>, template: GuestPtr, suffix: i32, flags: i32) -> Result<i32> {
    let flags = flags & !libc::O_ACCMODE | libc::O_RDWR | libc::O_CREAT | libc::O_EXCL;
    let made = from_template(cx, template, suffix, |cx, path| {
        let file = caps::open(cx, AT_CWD, path, flags, 0o600)?;
        fd::install(cx, file, flags & libc::O_CLOEXEC != 0, 0)
    })?;
    reply(cx, made)
}

fn mkostemp(cx: &mut Cx<'_>, template: GuestPtr, flags: i32) -> Result<i32> {
    mkostemps(cx, template, 0, flags)
}

fn mkstemps(cx: &mut Cx<'_>, template: GuestPtr, suffix: i32) -> Result<i32> {
    mkostemps(cx, template, suffix, 0)
}

fn mkstemp(cx: &mut Cx<'_>, template: GuestPtr) -> Result<i32> {
    mkostemps(cx, template, 0, 0)
}

fn mkdtemp(cx: &mut Cx<'_>, template: GuestPtr) -> Result<GuestPtr> {
    let made = from_template(cx, template, 0, |cx, path| {
        let place = resolve(cx, AT_CWD, path, Last::Keep, Want::Write)?;
        fs::mkdirat(place.dir(), place.name(), Mode::RWXU)
    })?;
    match made {
        Ok(()) => Ok(template),
        Err(errno) => cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    }
}

/// Whether nothing has that name.
fn unused(cx: &Cx<'_>, path: &[u8]) -> Sys<()> {
    let place = resolve(cx, AT_CWD, path, Last::Keep, Want::Read)?;
    match fs::statat(place.dir(), place.name(), AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Err(Errno::EXIST),
        Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno),
    }
}

fn mktemp(cx: &mut Cx<'_>, template: GuestPtr) -> Result<GuestPtr> {
    if let Err(errno) = from_template(cx, template, 0, |cx, path| unused(cx, path))? {
        cx.mem().store(template, 0_u8)?;
        cx.set_errno(errno.raw_os_error())?;
    }
    Ok(template)
}

fn tmpnam(cx: &mut Cx<'_>, s: GuestPtr) -> Result<GuestPtr> {
    let to = if s.is_null() { cx.process.libc.fs.tmpnam.buffer(cx, 20)? } else { s };
    cx.mem().write(to, b"/tmp/fileXXXXXX\0")?;
    let free = from_template(cx, to, 0, |cx, path| unused(cx, path))?;
    Ok(if free.is_ok() { to } else { GuestPtr::NULL })
}

fn tmpnam_r(cx: &mut Cx<'_>, s: GuestPtr) -> Result<GuestPtr> {
    if s.is_null() { Ok(s) } else { tmpnam(cx, s) }
}
