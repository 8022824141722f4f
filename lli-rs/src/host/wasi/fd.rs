//! Descriptors: transfers, positions, attributes, directory listings, the granted directories.

use std::fs::FileTimes;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, SystemTime};

use cap_std::fs::MetadataExt;
use rustix::fs::{self, FileType, OFlags};

use super::access::Linear;
use super::table::{self, Entry, Object, rights};
use super::{Errno, Wasi, wasi_table};
use crate::host::libc::fd::{self as host_fd, OpenFile, Source};
use crate::machine::Cx;

wasi_table! {
    /// Everything that takes a descriptor alone.
    pub(super) static TABLE = [
        "fd_advise"(", uint32_t fd, uint64_t offset, uint64_t len, uint32_t advice") [Files]
            => advise: fd, offset, len, advice,
        "fd_allocate"(", uint32_t fd, uint64_t offset, uint64_t len") [Files] => allocate: fd, offset, len,
        "fd_close"(", uint32_t fd") => close: fd,
        "fd_datasync"(", uint32_t fd") [Files] => datasync: fd,
        "fd_fdstat_get"(", uint32_t fd, uint32_t out") => fdstat_get: fd, out,
        "fd_fdstat_set_flags"(", uint32_t fd, uint32_t flags") => fdstat_set_flags: fd, flags,
        "fd_fdstat_set_rights"(", uint32_t fd, uint64_t base, uint64_t inheriting")
            => fdstat_set_rights: fd, base, inheriting,
        "fd_filestat_get"(", uint32_t fd, uint32_t out") => filestat_get: fd, out,
        "fd_filestat_set_size"(", uint32_t fd, uint64_t size") [Files] => filestat_set_size: fd, size,
        "fd_filestat_set_times"(", uint32_t fd, uint64_t atim, uint64_t mtim, uint32_t flags") [Files]
            => filestat_set_times: fd, atim, mtim, flags,
        "fd_pread"(", uint32_t fd, uint32_t iovs, uint32_t n, uint64_t offset, uint32_t out") [Files]
            => pread: fd, iovs, n, offset, out,
        "fd_prestat_get"(", uint32_t fd, uint32_t out") => prestat_get: fd, out,
        "fd_prestat_dir_name"(", uint32_t fd, uint32_t out, uint32_t len") => prestat_dir_name: fd, out, len,
        "fd_pwrite"(", uint32_t fd, uint32_t iovs, uint32_t n, uint64_t offset, uint32_t out") [Files]
            => pwrite: fd, iovs, n, offset, out,
        "fd_read"(", uint32_t fd, uint32_t iovs, uint32_t n, uint32_t out") => read: fd, iovs, n, out,
        "fd_readdir"(", uint32_t fd, uint32_t buf, uint32_t len, uint64_t cookie, uint32_t out") [Files]
            => readdir: fd, buf, len, cookie, out,
        "fd_renumber"(", uint32_t from, uint32_t to") => renumber: from, to,
        "fd_seek"(", uint32_t fd, int64_t offset, uint32_t whence, uint32_t out") [Files]
            => seek: fd, offset, whence, out,
        "fd_sync"(", uint32_t fd") [Files] => sync: fd,
        "fd_tell"(", uint32_t fd, uint32_t out") [Files] => tell: fd, out,
        "fd_write"(", uint32_t fd, uint32_t iovs, uint32_t n, uint32_t out") => write: fd, iovs, n, out,
    ];
}

/// preview 1's `fdflags`.
pub(super) mod fdflags {
    pub const APPEND: u16 = 1;
    pub const DSYNC: u16 = 2;
    pub const NONBLOCK: u16 = 4;
    pub const RSYNC: u16 = 8;
    pub const SYNC: u16 = 16;
    pub const ALL: u32 = 31;
}

/// preview 1's `filetype` of a host's mode.
pub(super) fn filetype(kind: FileType) -> u8 {
    match kind {
        FileType::BlockDevice => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => 3,
        FileType::RegularFile => 4,
        FileType::Socket => 6,
        FileType::Symlink => 7,
        _ => 0,
    }
}

fn host(file: &OpenFile) -> Wasi<BorrowedFd<'_>> {
    Ok(file.host_or(rustix::io::Errno::NOTSUP)?)
}

fn advise(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, offset: u64, len: u64, advice: u32) -> Wasi {
    table::file(cx, fd, rights::FD_ADVISE)?;
    if advice > 5 || offset.checked_add(len).is_none_or(|end| end > i64::MAX as u64) {
        return Err(Errno::Inval.into());
    }
    // Advice changes no result; the host's own guess is as good.
    Ok(())
}

fn allocate(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, offset: u64, len: u64) -> Wasi {
    let file = table::file(cx, fd, rights::FD_ALLOCATE)?;
    if len == 0 || offset.checked_add(len).is_none_or(|end| end > i64::MAX as u64) {
        return Err(Errno::Inval.into());
    }
    Ok(fs::fallocate(host(&file)?, fs::FallocateFlags::empty(), offset, len)?)
}

fn close(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32) -> Wasi {
    table::close(cx, fd)
}

fn renumber(cx: &mut Cx<'_>, _: Linear<'_>, from: u32, to: u32) -> Wasi {
    table::renumber(cx, from, to)
}

fn datasync(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32) -> Wasi {
    Ok(fs::fdatasync(host(&*table::file(cx, fd, rights::FD_DATASYNC)?)?)?)
}

fn sync(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32) -> Wasi {
    let entry = table::with(cx, fd, rights::FD_SYNC)?;
    match &entry.object {
        Object::File(file) => fs::fsync(host(file)?)?,
        Object::Dir(dir, _) => {
            fs::fsync(fs::openat(dir.as_fd(), ".", OFlags::DIRECTORY, fs::Mode::empty())?)?
        }
    }
    Ok(())
}

fn type_of(entry: &Entry) -> Wasi<u8> {
    match &entry.object {
        Object::Dir(..) => Ok(3),
        Object::File(file) => Ok(match file.host() {
            Some(fd) => filetype(FileType::from_raw_mode(fs::fstat(fd)?.st_mode)),
            None => 0,
        }),
    }
}

fn fdstat_get(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, out: u32) -> Wasi {
    let entry = table::get(cx, fd)?;
    let mut stat = [0u8; 24];
    stat[0] = type_of(&entry)?;
    stat[2..4].copy_from_slice(&entry.flags.to_le_bytes());
    stat[8..16].copy_from_slice(&entry.rights.to_le_bytes());
    stat[16..24].copy_from_slice(&entry.inheriting.to_le_bytes());
    m.write(out, &stat)
}

fn fdstat_set_flags(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, flags: u32) -> Wasi {
    if flags & !fdflags::ALL != 0 {
        return Err(Errno::Inval.into());
    }
    let entry = table::with(cx, fd, rights::FD_FDSTAT_SET_FLAGS)?;
    let flags = flags as u16;
    let fixed = fdflags::DSYNC | fdflags::RSYNC | fdflags::SYNC;
    if (flags ^ entry.flags) & fixed != 0 {
        return Err(Errno::NotSup.into());
    }
    // The standard streams' flags are those of the terminal or pipe, which other processes share.
    if let Object::File(file) = &entry.object
        && fd > 2
    {
        let host = host(file)?;
        let mut set = fs::fcntl_getfl(host)?;
        set.set(OFlags::APPEND, flags & fdflags::APPEND != 0);
        set.set(OFlags::NONBLOCK, flags & fdflags::NONBLOCK != 0);
        fs::fcntl_setfl(host, set)?;
    }
    table::update(cx, fd, |entry| {
        entry.flags = flags;
        Ok(())
    })
}

/// Rights can be given up, never gained.
fn fdstat_set_rights(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, base: u64, inheriting: u64) -> Wasi {
    table::update(cx, fd, |entry| {
        if base & !entry.rights != 0 || inheriting & !entry.inheriting != 0 {
            return Err(Errno::NotCapable.into());
        }
        (entry.rights, entry.inheriting) = (base, inheriting);
        Ok(())
    })
}

/// preview 1's `filestat` of what the host tells.
pub(super) fn filestat(stat: &fs::Stat) -> [u8; 64] {
    let nanos = |seconds: i64, nanos: u64| (seconds as u64).wrapping_mul(1_000_000_000).wrapping_add(nanos);
    let mut out = [0u8; 64];
    let mut put = |at: usize, value: u64| out[at..at + 8].copy_from_slice(&value.to_le_bytes());
    put(0, stat.st_dev);
    put(8, stat.st_ino);
    put(24, stat.st_nlink);
    put(32, stat.st_size as u64);
    put(40, nanos(stat.st_atime, stat.st_atime_nsec));
    put(48, nanos(stat.st_mtime, stat.st_mtime_nsec));
    put(56, nanos(stat.st_ctime, stat.st_ctime_nsec));
    out[16] = filetype(FileType::from_raw_mode(stat.st_mode));
    out
}

fn filestat_get(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, out: u32) -> Wasi {
    let entry = table::with(cx, fd, rights::FD_FILESTAT_GET)?;
    let stat = match &entry.object {
        Object::Dir(dir, _) => filestat(&fs::fstat(dir.as_fd())?),
        Object::File(file) => match file.host() {
            Some(fd) => filestat(&fs::fstat(fd)?),
            None => [0; 64],
        },
    };
    m.write(out, &stat)
}

fn filestat_set_size(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, size: u64) -> Wasi {
    let file = table::file(cx, fd, rights::FD_FILESTAT_SET_SIZE)?;
    if size > i64::MAX as u64 {
        return Err(Errno::Inval.into());
    }
    Ok(fs::ftruncate(host(&file)?, size)?)
}

/// The two times that `fstflags` ask for; `None` leaves one as it is.
pub(super) fn times(atim: u64, mtim: u64, flags: u32) -> Wasi<[Option<SystemTime>; 2]> {
    let one = |given: bool, now: bool, time: u64| match (given, now) {
        (true, true) => Err(super::Fail::Errno(Errno::Inval)),
        (true, false) => Ok(Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(time))),
        (false, true) => Ok(Some(SystemTime::now())),
        (false, false) => Ok(None),
    };
    if flags > 15 {
        return Err(Errno::Inval.into());
    }
    Ok([one(flags & 1 != 0, flags & 2 != 0, atim)?, one(flags & 4 != 0, flags & 8 != 0, mtim)?])
}

fn filestat_set_times(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, atim: u64, mtim: u64, flags: u32) -> Wasi {
    let entry = table::with(cx, fd, rights::FD_FILESTAT_SET_TIMES)?;
    let [accessed, modified] = times(atim, mtim, flags)?;
    let mut times = FileTimes::new();
    times = accessed.map_or(times, |t| times.set_accessed(t));
    times = modified.map_or(times, |t| times.set_modified(t));
    let owned = match &entry.object {
        Object::Dir(dir, _) => fs::openat(dir.as_fd(), ".", OFlags::DIRECTORY, fs::Mode::empty())?,
        Object::File(file) => host(file)?.try_clone_to_owned()?,
    };
    Ok(std::fs::File::from(owned).set_times(times)?)
}

/// Reads into one buffer after the other until one is not filled; how many bytes.
pub(super) fn transfer_in(
    cx: &mut Cx<'_>,
    file: &OpenFile,
    m: Linear<'_>,
    (iovs, n): (u32, u32),
    at: Option<u64>,
) -> Wasi<u32> {
    let mut done = 0u64;
    for (to, len) in m.buffers(iovs, n)? {
        if len == 0 {
            continue;
        }
        let position = at.map(|at| at.saturating_add(done).min(i64::MAX as u64) as i64);
        match host_fd::read(cx, file, to, len, position)? {
            Ok(got) => {
                done += got;
                // A stream's next read might wait though there is something to give already.
                if got < len || (at.is_none() && file.waits()) {
                    break;
                }
            }
            Err(errno) if done == 0 => return Err(errno.into()),
            Err(_) => break,
        }
    }
    Ok(done as u32)
}

fn read(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, iovs: u32, n: u32, out: u32) -> Wasi {
    let file = table::file(cx, fd, rights::FD_READ)?;
    let got = transfer_in(cx, &file, m, (iovs, n), None)?;
    m.store(out, got)
}

fn pread(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, iovs: u32, n: u32, offset: u64, out: u32) -> Wasi {
    let file = table::file(cx, fd, rights::FD_READ | rights::FD_SEEK)?;
    let got = transfer_in(cx, &file, m, (iovs, n), Some(offset))?;
    m.store(out, got)
}

/// Writes one buffer after the other until one is not taken whole; how many bytes.
pub(super) fn transfer_out(
    cx: &mut Cx<'_>,
    file: &OpenFile,
    m: Linear<'_>,
    (iovs, n): (u32, u32),
) -> Wasi<u32> {
    let mut done = 0u64;
    for (from, len) in m.buffers(iovs, n)? {
        let mut written = 0;
        while written < len {
            let bytes = cx.mem().slice(from, len).map_err(crate::machine::Trap::from)?;
            match host_fd::write(cx, file, Source::Guest(bytes), written, len - written)? {
                Ok(0) => return Ok(done as u32),
                Ok(put) => written += put,
                Err(errno) if done + written == 0 => return Err(errno.into()),
                Err(_) => return Ok((done + written) as u32),
            }
        }
        done += written;
    }
    Ok(done as u32)
}

fn write(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, iovs: u32, n: u32, out: u32) -> Wasi {
    let file = table::file(cx, fd, rights::FD_WRITE)?;
    let put = transfer_out(cx, &file, m, (iovs, n))?;
    m.store(out, put)
}

fn pwrite(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, iovs: u32, n: u32, offset: u64, out: u32) -> Wasi {
    let file = table::file(cx, fd, rights::FD_WRITE | rights::FD_SEEK)?;
    let mut done = 0u64;
    for (from, len) in m.buffers(iovs, n)? {
        let bytes = cx.mem().slice(from, len).map_err(crate::machine::Trap::from)?.to_vec();
        let put = rustix::io::pwrite(host(&file)?, &bytes, offset.checked_add(done).ok_or(Errno::Inval)?)?;
        done += put as u64;
        if (put as u64) < len {
            break;
        }
    }
    m.store(out, done as u32)
}

fn seek(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, offset: i64, whence: u32, out: u32) -> Wasi {
    // To ask where one is takes the right to ask only.
    let asks = offset == 0 && whence == 1;
    let file = table::file(cx, fd, if asks { rights::FD_TELL } else { rights::FD_SEEK })?;
    let whence = match whence {
        0 => libc::SEEK_SET,
        1 => libc::SEEK_CUR,
        2 => libc::SEEK_END,
        _ => return Err(Errno::Inval.into()),
    };
    m.store(out, file.seek(offset, whence)?)
}

fn tell(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, out: u32) -> Wasi {
    seek(cx, m, fd, 0, 1, out)
}

fn preopened(cx: &Cx<'_>, fd: u32) -> Wasi<std::sync::Arc<str>> {
    match table::get(cx, fd)?.object {
        Object::Dir(_, Some(name)) => Ok(name),
        _ => Err(Errno::Badf.into()),
    }
}

fn prestat_get(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, out: u32) -> Wasi {
    // Tag 0: a directory.
    m.store(out, [0, preopened(cx, fd)?.len() as u32])
}

fn prestat_dir_name(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, out: u32, len: u32) -> Wasi {
    let name = preopened(cx, fd)?;
    if name.len() as u64 > u64::from(len) {
        return Err(Errno::NameTooLong.into());
    }
    m.write(out, name.as_bytes())
}

/// Fills the buffer with entries from `cookie` on; one that does not fit is cut off, and the buffer is full then.
fn readdir(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, buf: u32, len: u32, cookie: u64, out: u32) -> Wasi {
    let dir = table::dir(cx, fd, rights::FD_READDIR)?;
    m.range(buf, u64::from(len))?;
    let mut entries = vec![(b".".to_vec(), dir.dir_metadata()?.ino(), 3u8), (b"..".to_vec(), 0, 3)];
    for entry in dir.entries()? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let kind = filetype(FileType::from_raw_mode(metadata.mode()));
        entries.push((entry.file_name().as_bytes().to_vec(), metadata.ino(), kind));
    }
    // The host's order may change between two calls of one listing; this one does not.
    entries[2..].sort();
    let mut bytes = Vec::new();
    for (next, (name, inode, kind)) in (1u64..).zip(&entries).skip(cookie.min(1 << 32) as usize) {
        let mut head = [0u8; 24];
        head[..8].copy_from_slice(&next.to_le_bytes());
        head[8..16].copy_from_slice(&inode.to_le_bytes());
        head[16..20].copy_from_slice(&(name.len() as u32).to_le_bytes());
        head[20] = *kind;
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(name);
        if bytes.len() >= len as usize {
            bytes.truncate(len as usize);
            break;
        }
    }
    m.write(buf, &bytes)?;
    m.store(out, bytes.len() as u32)
}
