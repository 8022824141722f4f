//! Calls on descriptors: read, write, lseek, dup, pipe, fcntl, ioctl. Paths are `fs`'s.

use std::sync::Arc;

use rustix::fs::{FallocateFlags, FlockOperation, OFlags};
use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::fd::{self, OpenFile, Source, check_interrupt, reply, status};
use super::shared;
use super::sys::{self, Lock, Sys};
use crate::host::{VarArgs, host_table};
use crate::machine::{Cx, Result};

host_table! {
    /// Descriptors.
    pub static TABLE = [
        "ssize_t __pread64_chk(int fd, void *buf[w n], size_t n, off_t offset, size_t size)" => pread_chk: fd, buf, n, offset, size,
        "ssize_t __pread_chk(int fd, void *buf[w n], size_t n, off_t offset, size_t size)" => pread_chk: fd, buf, n, offset, size,
        "ssize_t __read_chk(int fd, void *buf[w n], size_t n, size_t size)" => read_chk: fd, buf, n, size,
        "int close(int fd)" => close: fd,
        "int close_range(unsigned first, unsigned last, int flags)" => close_range: first, last, flags,
        "void closefrom(int first)" => closefrom: first,
        "int dup(int fd)" => dup: fd,
        "int dup2(int fd, int to)" => dup2: fd, to,
        "int dup3(int fd, int to, int flags)" => dup3: fd, to, flags,
        "int fallocate(int fd, int mode, off_t offset, off_t len)" => fallocate: fd, mode, offset, len,
        "int fallocate64(int fd, int mode, off_t offset, off_t len)" => fallocate: fd, mode, offset, len,
        "int fcntl(int fd, int command, ...)" => fcntl: fd, command, args,
        "int fcntl64(int fd, int command, ...)" => fcntl: fd, command, args,
        "int fdatasync(int fd)" => fdatasync: fd,
        "int flock(int fd, int operation)" => flock: fd, operation,
        "int fsync(int fd)" => fsync: fd,
        "int ftruncate(int fd, off_t len)" => ftruncate: fd, len,
        "int ftruncate64(int fd, off_t len)" => ftruncate: fd, len,
        "int ioctl(int fd, unsigned long request, ...)" => ioctl: fd, request, args,
        "int isatty(int fd)" => isatty: fd,
        "int lockf(int fd, int command, off_t len)" => lockf: fd, command, len,
        "int lockf64(int fd, int command, off_t len)" => lockf: fd, command, len,
        "off_t lseek(int fd, off_t offset, int whence)" => lseek: fd, offset, whence,
        "off_t lseek64(int fd, off_t offset, int whence)" => lseek: fd, offset, whence,
        "int pipe(int *fds[w 8])" => pipe: fds,
        "int pipe2(int *fds[w 8], int flags)" => pipe2: fds, flags,
        "int posix_fadvise(int fd, off_t offset, off_t len, int advice)" => posix_fadvise: fd, offset, len, advice,
        "int posix_fadvise64(int fd, off_t offset, off_t len, int advice)" => posix_fadvise: fd, offset, len, advice,
        "int posix_fallocate(int fd, off_t offset, off_t len)" => posix_fallocate: fd, offset, len,
        "int posix_fallocate64(int fd, off_t offset, off_t len)" => posix_fallocate: fd, offset, len,
        "ssize_t pread(int fd, void *buf[w n], size_t n, off_t offset)" => pread: fd, buf, n, offset,
        "ssize_t pread64(int fd, void *buf[w n], size_t n, off_t offset)" => pread: fd, buf, n, offset,
        "ssize_t pwrite(int fd, const void *buf[r n], size_t n, off_t offset)" => pwrite: fd, buf, n, offset,
        "ssize_t pwrite64(int fd, const void *buf[r n], size_t n, off_t offset)" => pwrite: fd, buf, n, offset,
        "ssize_t read(int fd, void *buf[w n], size_t n)" => read: fd, buf, n,
        "ssize_t readv(int fd, const struct iovec *vector[r n*16], int n)" => readv: fd, vector, n,
        "void sync(void)" => sync,
        "int syncfs(int fd)" => fsync: fd,
        "ssize_t write(int fd, const void *buf[r n], size_t n)" => write: fd, buf, n,
        "ssize_t writev(int fd, const struct iovec *vector[r n*16], int n)" => writev: fd, vector, n,
    ];
}

/// `do` something with the file behind a descriptor; EBADF if there is none.
fn with<T>(cx: &Cx<'_>, fd: i32, what: impl FnOnce(&OpenFile) -> Sys<T>) -> Sys<T> {
    fd::get(cx, fd).and_then(|file| what(&file))
}

fn transfer(
    cx: &mut Cx<'_>,
    fd: i32,
    what: impl FnOnce(&mut Cx<'_>, &OpenFile) -> Result<Sys<u64>>,
) -> Result<i64> {
    let result = match fd::get(cx, fd) {
        Ok(file) => what(cx, &file)?,
        Err(errno) => Err(errno),
    };
    reply(cx, result.map(|n| n as i64))
}

fn read(cx: &mut Cx<'_>, fd: i32, buf: GuestPtr, n: u64) -> Result<i64> {
    cx.mem().slice_mut(buf, n)?;
    transfer(cx, fd, |cx, file| fd::read(cx, file, buf, n, None))
}

fn pread(cx: &mut Cx<'_>, fd: i32, buf: GuestPtr, n: u64, offset: i64) -> Result<i64> {
    cx.mem().slice_mut(buf, n)?;
    transfer(cx, fd, |cx, file| fd::read(cx, file, buf, n, Some(offset)))
}

fn check_size(cx: &Cx<'_>, buf: GuestPtr, n: u64, size: u64) -> Result<()> {
    if n > size {
        cx.mem().slice_mut(buf, n)?;
        return Err(cx.misuse(format!("may write {n} bytes, but only {size} are left in the destination")));
    }
    Ok(())
}

fn read_chk(cx: &mut Cx<'_>, fd: i32, buf: GuestPtr, n: u64, size: u64) -> Result<i64> {
    check_size(cx, buf, n, size)?;
    read(cx, fd, buf, n)
}

fn pread_chk(cx: &mut Cx<'_>, fd: i32, buf: GuestPtr, n: u64, offset: i64, size: u64) -> Result<i64> {
    check_size(cx, buf, n, size)?;
    pread(cx, fd, buf, n, offset)
}

fn write(cx: &mut Cx<'_>, fd: i32, buf: GuestPtr, n: u64) -> Result<i64> {
    let bytes = cx.mem().slice(buf, n)?;
    transfer(cx, fd, |cx, file| fd::write_all(cx, file, Source::Guest(bytes)))
}

fn pwrite(cx: &mut Cx<'_>, fd: i32, buf: GuestPtr, n: u64, offset: i64) -> Result<i64> {
    let bytes = cx.mem().slice(buf, n)?;
    transfer(cx, fd, |cx, file| {
        shared::before(cx, file);
        let result = file.host_or(Errno::SPIPE).and_then(|f| sys::pwrite_guest(f, &bytes, offset));
        if let Ok(n) = result {
            shared::after(cx, file, u64::try_from(offset).ok(), n);
        }
        Ok(result)
    })
}

/// The pieces of an `iovec` array.
fn pieces(cx: &Cx<'_>, vector: GuestPtr, n: i32) -> Result<Sys<Vec<(GuestPtr, u64)>>> {
    if !(0..=1024).contains(&n) {
        return Ok(Err(Errno::INVAL));
    }
    let mut list = Vec::new();
    for at in 0..i64::from(n) {
        let base: GuestPtr = cx.mem().load(vector.offset(at * 16))?;
        let len: u64 = cx.mem().load(vector.offset(at * 16 + 8))?;
        list.push((base, len));
    }
    Ok(Ok(list))
}

fn readv(cx: &mut Cx<'_>, fd: i32, vector: GuestPtr, n: i32) -> Result<i64> {
    let list = match pieces(cx, vector, n)? {
        Ok(list) => list,
        Err(errno) => return cx.fail(errno.raw_os_error(), -1),
    };
    for (base, len) in &list {
        cx.mem().slice_mut(*base, *len)?;
    }
    transfer(cx, fd, |cx, file| {
        let mut done = 0;
        for (base, len) in list.into_iter().filter(|(_, len)| *len > 0) {
            // What is there already is enough where more would mean to wait.
            if done > 0 && file.waits() {
                break;
            }
            match fd::read(cx, file, base, len, None)? {
                Ok(n) => {
                    done += n;
                    if n < len {
                        break;
                    }
                }
                Err(errno) => return Ok(if done > 0 { Ok(done) } else { Err(errno) }),
            }
        }
        Ok(Ok(done))
    })
}

fn writev(cx: &mut Cx<'_>, fd: i32, vector: GuestPtr, n: i32) -> Result<i64> {
    let list = match pieces(cx, vector, n)? {
        Ok(list) => list,
        Err(errno) => return cx.fail(errno.raw_os_error(), -1),
    };
    let mut slices = Vec::new();
    for (base, len) in list.into_iter().filter(|(_, len)| *len > 0) {
        slices.push(cx.mem().slice(base, len)?);
    }
    transfer(cx, fd, |cx, file| {
        let mut done = 0;
        for slice in slices {
            match fd::write_all(cx, file, Source::Guest(slice))? {
                Ok(n) => {
                    done += n;
                    if n < slice.len() as u64 {
                        break;
                    }
                }
                Err(errno) => return Ok(if done > 0 { Ok(done) } else { Err(errno) }),
            }
        }
        Ok(Ok(done))
    })
}

fn close(cx: &mut Cx<'_>, fd: i32) -> Result<i32> {
    let result = fd::close(cx, fd);
    status(cx, result)
}

fn close_range(cx: &mut Cx<'_>, first: u32, last: u32, flags: i32) -> Result<i32> {
    if flags != 0 || first > last {
        return cx.fail(libc::EINVAL, -1);
    }
    for fd in first..=last.min(fd::highest(cx)) {
        let _ = fd::close(cx, fd as i32);
    }
    Ok(0)
}

fn closefrom(cx: &mut Cx<'_>, first: i32) -> Result<()> {
    close_range(cx, first.max(0) as u32, u32::MAX, 0).map(|_| ())
}

fn dup(cx: &mut Cx<'_>, fd: i32) -> Result<i32> {
    let result = fd::get(cx, fd).and_then(|file| fd::install(cx, file, false, 0));
    reply(cx, result)
}

fn dup2(cx: &mut Cx<'_>, fd: i32, to: i32) -> Result<i32> {
    let result = fd::replace(cx, fd, to, false);
    reply(cx, result)
}

fn dup3(cx: &mut Cx<'_>, fd: i32, to: i32, flags: i32) -> Result<i32> {
    let result = if fd == to || flags & !libc::O_CLOEXEC != 0 {
        Err(Errno::INVAL)
    } else {
        fd::replace(cx, fd, to, flags & libc::O_CLOEXEC != 0)
    };
    reply(cx, result)
}

fn pipe(cx: &mut Cx<'_>, fds: GuestPtr) -> Result<i32> {
    pipe2(cx, fds, 0)
}

fn pipe2(cx: &mut Cx<'_>, fds: GuestPtr, flags: i32) -> Result<i32> {
    cx.mem().slice_mut(fds, 8)?;
    let close_on_exec = flags & libc::O_CLOEXEC != 0;
    let host_flags =
        rustix::pipe::PipeFlags::from_bits_retain(flags as u32) | rustix::pipe::PipeFlags::CLOEXEC;
    let made = rustix::pipe::pipe_with(host_flags).and_then(|(reader, writer)| {
        let reader = fd::install(cx, OpenFile::owned(reader, None), close_on_exec, 0)?;
        match fd::install(cx, OpenFile::owned(writer, None), close_on_exec, 0) {
            Ok(writer) => Ok([reader, writer]),
            Err(errno) => {
                let _ = fd::close(cx, reader);
                Err(errno)
            }
        }
    });
    if let Ok(pair) = made {
        cx.mem().store(fds, pair)?;
    }
    status(cx, made.map(|_| ()))
}

fn lseek(cx: &mut Cx<'_>, fd: i32, offset: i64, whence: i32) -> Result<i64> {
    let result = with(cx, fd, |file| file.seek(offset, whence));
    reply(cx, result)
}

fn isatty(cx: &mut Cx<'_>, fd: i32) -> Result<i32> {
    match with(cx, fd, |file| if file.is_terminal() { Ok(()) } else { Err(Errno::NOTTY) }) {
        Ok(()) => Ok(1),
        Err(errno) => cx.fail(errno.raw_os_error(), 0),
    }
}

fn fsync(cx: &mut Cx<'_>, fd: i32) -> Result<i32> {
    let result = with(cx, fd, |file| rustix::fs::fsync(file.host_or(Errno::INVAL)?));
    status(cx, result)
}

fn fdatasync(cx: &mut Cx<'_>, fd: i32) -> Result<i32> {
    let result = with(cx, fd, |file| rustix::fs::fdatasync(file.host_or(Errno::INVAL)?));
    status(cx, result)
}

fn sync(_: &mut Cx<'_>) -> Result<()> {
    rustix::fs::sync();
    Ok(())
}

fn ftruncate(cx: &mut Cx<'_>, fd: i32, len: i64) -> Result<i32> {
    let result = with(cx, fd, |file| {
        let len = u64::try_from(len).map_err(|_| Errno::INVAL)?;
        shared::before(cx, file);
        rustix::fs::ftruncate(file.host_or(Errno::INVAL)?, len)?;
        shared::after(cx, file, Some(len), 0);
        Ok(())
    });
    status(cx, result)
}

fn allocate(cx: &Cx<'_>, fd: i32, mode: u32, offset: i64, len: i64) -> Sys<()> {
    with(cx, fd, |file| {
        let offset = u64::try_from(offset).map_err(|_| Errno::INVAL)?;
        let len = u64::try_from(len).ok().filter(|n| *n > 0).ok_or(Errno::INVAL)?;
        let mode = FallocateFlags::from_bits_retain(mode);
        rustix::fs::fallocate(file.host_or(Errno::SPIPE)?, mode, offset, len)
    })
}

fn fallocate(cx: &mut Cx<'_>, fd: i32, mode: i32, offset: i64, len: i64) -> Result<i32> {
    let result = allocate(cx, fd, mode as u32, offset, len);
    status(cx, result)
}

/// Gives the error number instead of setting errno.
fn posix_fallocate(cx: &mut Cx<'_>, fd: i32, offset: i64, len: i64) -> Result<i32> {
    Ok(allocate(cx, fd, 0, offset, len).map_or_else(Errno::raw_os_error, |()| 0))
}

/// Advice may be ignored, but not for what is no file.
fn posix_fadvise(cx: &mut Cx<'_>, fd: i32, _offset: i64, _len: i64, advice: i32) -> Result<i32> {
    if !(0..=5).contains(&advice) {
        return Ok(libc::EINVAL);
    }
    Ok(with(cx, fd, |file| if file.waits() { Err(Errno::SPIPE) } else { Ok(()) })
        .map_or_else(Errno::raw_os_error, |()| 0))
}

/// Sleeps for a moment between attempts to get a lock.
fn pause(cx: &Cx<'_>) -> Result<()> {
    check_interrupt(cx)?;
    std::thread::sleep(std::time::Duration::from_millis(5));
    Ok(())
}

fn flock(cx: &mut Cx<'_>, fd: i32, operation: i32) -> Result<i32> {
    let wait = operation & libc::LOCK_NB == 0;
    let attempt = match operation & !libc::LOCK_NB {
        libc::LOCK_SH => FlockOperation::NonBlockingLockShared,
        libc::LOCK_EX => FlockOperation::NonBlockingLockExclusive,
        libc::LOCK_UN => FlockOperation::NonBlockingUnlock,
        _ => return cx.fail(libc::EINVAL, -1),
    };
    loop {
        match with(cx, fd, |file| rustix::fs::flock(file.host_or(Errno::BADF)?, attempt)) {
            Err(Errno::WOULDBLOCK) if wait => pause(cx)?,
            result => return status(cx, result),
        }
    }
}

fn load_lock(cx: &Cx<'_>, at: GuestPtr) -> Result<Lock> {
    let mem = cx.mem();
    Ok(Lock {
        kind: mem.load(at)?,
        whence: mem.load(at.offset(2))?,
        start: mem.load(at.offset(8))?,
        len: mem.load(at.offset(16))?,
        pid: mem.load(at.offset(24))?,
    })
}

fn store_lock(cx: &Cx<'_>, at: GuestPtr, lock: &Lock) -> Result<()> {
    let mem = cx.mem();
    mem.store(at, lock.kind)?;
    mem.store(at.offset(2), lock.whence)?;
    mem.store(at.offset(8), lock.start)?;
    mem.store(at.offset(16), lock.len)?;
    Ok(mem.store(at.offset(24), lock.pid)?)
}

/// Tries to take a lock; again and again if the guest wants to wait.
fn take_lock(cx: &mut Cx<'_>, fd: i32, command: i32, wait: bool, mut lock: Lock) -> Result<i32> {
    loop {
        match with(cx, fd, |file| sys::record_lock(file.host_or(Errno::BADF)?, command, &mut lock)) {
            Err(Errno::AGAIN | Errno::ACCESS) if wait => pause(cx)?,
            result => return status(cx, result),
        }
    }
}

fn lockf(cx: &mut Cx<'_>, fd: i32, command: i32, len: i64) -> Result<i32> {
    let lock = |kind: i32| Lock { kind: kind as i16, whence: libc::SEEK_CUR as i16, start: 0, len, pid: 0 };
    match command {
        libc::F_ULOCK => take_lock(cx, fd, libc::F_SETLK, false, lock(libc::F_UNLCK)),
        libc::F_LOCK => take_lock(cx, fd, libc::F_SETLK, true, lock(libc::F_WRLCK)),
        libc::F_TLOCK => take_lock(cx, fd, libc::F_SETLK, false, lock(libc::F_WRLCK)),
        libc::F_TEST => {
            let mut probe = lock(libc::F_RDLCK);
            let found =
                with(cx, fd, |f| sys::record_lock(f.host_or(Errno::BADF)?, libc::F_GETLK, &mut probe));
            match found {
                Ok(()) if i32::from(probe.kind) == libc::F_UNLCK => Ok(0),
                Ok(()) => cx.fail(libc::EACCES, -1),
                Err(errno) => cx.fail(errno.raw_os_error(), -1),
            }
        }
        _ => cx.fail(libc::EINVAL, -1),
    }
}

fn fcntl(cx: &mut Cx<'_>, fd: i32, command: i32, mut args: VarArgs<'_>) -> Result<i32> {
    match command {
        libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => {
            let lowest = args.next_i32(cx)?;
            let close_on_exec = command == libc::F_DUPFD_CLOEXEC;
            let result = fd::get(cx, fd).and_then(|file| fd::install(cx, file, close_on_exec, lowest));
            reply(cx, result)
        }
        libc::F_GETFD => {
            let result = fd::close_on_exec(cx, fd, None).map(i32::from);
            reply(cx, result)
        }
        libc::F_SETFD => {
            let flags = args.next_i32(cx)?;
            let result = fd::close_on_exec(cx, fd, Some(flags & libc::FD_CLOEXEC != 0));
            status(cx, result.map(|_| ()))
        }
        libc::F_GETFL => {
            let result = with(cx, fd, OpenFile::flags);
            reply(cx, result.map(|flags| flags.bits() as i32))
        }
        libc::F_SETFL => {
            let flags = OFlags::from_bits_retain(args.next_i32(cx)? as u32);
            let result = with(cx, fd, |file| match file.host() {
                Some(host) => rustix::fs::fcntl_setfl(host, flags),
                None => Ok(()),
            });
            status(cx, result)
        }
        libc::F_GETLK | libc::F_OFD_GETLK => {
            let at = args.next_ptr(cx)?;
            cx.mem().slice_mut(at, 32)?;
            let mut lock = load_lock(cx, at)?;
            let found = with(cx, fd, |file| sys::record_lock(file.host_or(Errno::BADF)?, command, &mut lock));
            if found.is_ok() {
                store_lock(cx, at, &lock)?;
            }
            status(cx, found)
        }
        libc::F_SETLK | libc::F_OFD_SETLK => {
            let lock = load_lock(cx, args.next_ptr(cx)?)?;
            take_lock(cx, fd, command, false, lock)
        }
        libc::F_SETLKW | libc::F_OFD_SETLKW => {
            let lock = load_lock(cx, args.next_ptr(cx)?)?;
            let attempt = if command == libc::F_SETLKW { libc::F_SETLK } else { libc::F_OFD_SETLK };
            take_lock(cx, fd, attempt, true, lock)
        }
        _ => {
            let result = fd::get(cx, fd).and(Err(Errno::INVAL));
            status(cx, result)
        }
    }
}

/// Requests that are known, with the size of the buffer that their argument points to.
const IOCTLS: [(u64, u64); 4] =
    [(libc::TIOCGWINSZ, 8), (libc::FIONREAD, 4), (libc::TIOCGPGRP, 4), (libc::FIONBIO, 4)];

fn ioctl(cx: &mut Cx<'_>, fd: i32, request: u64, mut args: VarArgs<'_>) -> Result<i32> {
    let file: Arc<OpenFile> = match fd::get(cx, fd) {
        Ok(file) => file,
        Err(errno) => return cx.fail(errno.raw_os_error(), -1),
    };
    if request == libc::FIOCLEX || request == libc::FIONCLEX {
        let result = fd::close_on_exec(cx, fd, Some(request == libc::FIOCLEX));
        return status(cx, result.map(|_| ()));
    }
    let Some((_, size)) = IOCTLS.iter().find(|(known, _)| *known == request) else {
        return cx.fail(libc::ENOTTY, -1);
    };
    let at = args.next_ptr(cx)?;
    let mut buffer = [0; 8];
    let buffer = &mut buffer[..*size as usize];
    if request == libc::FIONBIO {
        cx.mem().read(at, buffer)?;
    } else {
        cx.mem().slice_mut(at, *size)?;
    }
    let result = file.host_or(Errno::NOTTY).and_then(|host| sys::ioctl(host, request, buffer));
    if result.is_ok() && request != libc::FIONBIO {
        cx.mem().write(at, buffer)?;
    }
    reply(cx, result.map(|n| n as i32))
}
