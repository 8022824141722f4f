//! The guest's descriptor table and transfers through it. A guest's descriptor is a number of this table only: the
//! engine's own descriptors have none, so a guest cannot reach them. What may be opened is decided in `caps`.

use std::borrow::Cow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::OnceLock;

use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, SeekFrom};
use rustix::io::Errno;
use svm_memory::{GuestPtr, GuestSlice};

use super::shared;
use super::signal;
use super::sys::{self, Sys};
use crate::machine::{Config, Cx, Input, Output, Result};

/// How long a blocking call waits before it looks at the interrupt flag again.
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
/// `poll` promises room for so many bytes in a pipe (PIPE_BUF).
const PIPE_CHUNK: u64 = 4096;
/// The most descriptors that a guest may have open.
const MAX_OPEN: usize = 1 << 16;

/// What a descriptor refers to. Duplicates share it, as POSIX's open file description.
#[derive(Debug)]
pub struct OpenFile {
    kind: Kind,
    /// The absolute guest path of a directory opened in a sandbox.
    pub place: Option<Vec<u8>>,
    /// Whether a transfer may have to wait; found out at the first one.
    waits: OnceLock<bool>,
}

#[derive(Debug)]
enum Kind {
    /// A descriptor of the host that belongs to the guest.
    Owned(OwnedFd),
    /// One of the host process's own standard streams, lent.
    Inherited(BorrowedFd<'static>),
    /// Standard input from bytes.
    Bytes { data: Arc<[u8]>, position: Mutex<usize> },
    /// Standard output into a buffer.
    Capture(Arc<Mutex<Vec<u8>>>),
}

impl OpenFile {
    /// A host descriptor that the guest shall own.
    pub fn owned(fd: OwnedFd, place: Option<Vec<u8>>) -> Arc<OpenFile> {
        Arc::new(OpenFile { kind: Kind::Owned(fd), place, waits: OnceLock::new() })
    }

    fn special(kind: Kind) -> Arc<OpenFile> {
        Arc::new(OpenFile { kind, place: None, waits: OnceLock::new() })
    }

    /// The host's descriptor; none for bytes and captured streams.
    pub fn host(&self) -> Option<BorrowedFd<'_>> {
        match &self.kind {
            Kind::Owned(fd) => Some(fd.as_fd()),
            Kind::Inherited(fd) => Some(*fd),
            Kind::Bytes { .. } | Kind::Capture(_) => None,
        }
    }

    /// The host's descriptor, or the errno of operations that streams held in memory do not have.
    pub fn host_or(&self, errno: Errno) -> Sys<BorrowedFd<'_>> {
        self.host().ok_or(errno)
    }

    /// Whether a transfer may have to wait: pipes, terminals, sockets.
    pub fn waits(&self) -> bool {
        *self.waits.get_or_init(|| {
            self.host().is_some_and(|fd| match rustix::fs::fstat(fd) {
                Ok(stat) => !matches!(
                    FileType::from_raw_mode(stat.st_mode),
                    FileType::RegularFile | FileType::Directory | FileType::BlockDevice
                ),
                Err(_) => false,
            })
        })
    }

    /// How it was opened (`F_GETFL`).
    pub fn flags(&self) -> Sys<OFlags> {
        match &self.kind {
            Kind::Bytes { .. } => Ok(OFlags::RDONLY),
            Kind::Capture(_) => Ok(OFlags::WRONLY),
            // Every host descriptor is close-on-exec and large-file; neither is the guest's doing.
            Kind::Owned(fd) => rustix::fs::fcntl_getfl(fd),
            Kind::Inherited(fd) => rustix::fs::fcntl_getfl(fd),
        }
    }

    /// Whether it is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.host().is_some_and(rustix::termios::isatty)
    }

    /// Moves the position.
    pub fn seek(&self, offset: i64, whence: i32) -> Sys<i64> {
        let fd = self.host_or(Errno::SPIPE)?;
        let unsigned = || u64::try_from(offset).map_err(|_| Errno::INVAL);
        let to = match whence {
            libc::SEEK_SET => SeekFrom::Start(unsigned()?),
            libc::SEEK_CUR => SeekFrom::Current(offset),
            libc::SEEK_END => SeekFrom::End(offset),
            libc::SEEK_DATA => SeekFrom::Data(unsigned()?),
            libc::SEEK_HOLE => SeekFrom::Hole(unsigned()?),
            _ => return Err(Errno::INVAL),
        };
        rustix::fs::seek(fd, to).map(|at| at as i64)
    }
}

#[derive(Clone, Debug)]
struct Entry {
    file: Arc<OpenFile>,
    close_on_exec: bool,
}

/// The descriptors of one process.
#[derive(Debug, Default)]
pub struct State {
    table: OnceLock<Mutex<Vec<Option<Entry>>>>,
}

fn standard_entries(config: &Config) -> Vec<Option<Entry>> {
    let output = |output: &Output, inherited| match output {
        Output::Inherit => Kind::Inherited(inherited),
        Output::Capture(buffer) => Kind::Capture(Arc::clone(buffer)),
    };
    let input = match &config.stdin {
        Input::Inherit => Kind::Inherited(rustix::stdio::stdin()),
        Input::Bytes(data) => Kind::Bytes { data: Arc::clone(data), position: Mutex::new(0) },
    };
    [input, output(&config.stdout, rustix::stdio::stdout()), output(&config.stderr, rustix::stdio::stderr())]
        .map(|kind| Some(Entry { file: OpenFile::special(kind), close_on_exec: false }))
        .into()
}

fn table<'a>(cx: &Cx<'a>) -> &'a Mutex<Vec<Option<Entry>>> {
    let process = cx.process;
    process.libc.fd.table.get_or_init(|| Mutex::new(standard_entries(&process.config)))
}

fn open_limit() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(MAX_OPEN, |n| usize::try_from(n).unwrap_or(MAX_OPEN).min(MAX_OPEN))
}

/// The file behind a descriptor, or EBADF.
pub fn get(cx: &Cx<'_>, fd: i32) -> Sys<Arc<OpenFile>> {
    let table = table(cx).lock();
    let entry = usize::try_from(fd).ok().and_then(|at| table.get(at)?.as_ref());
    entry.map(|e| Arc::clone(&e.file)).ok_or(Errno::BADF)
}

/// What opening gives: a guest descriptor.
pub type Opened = Sys<i32>;

/// Gives the lowest free descriptor that is at least `lowest` to `file`.
pub fn install(cx: &Cx<'_>, file: Arc<OpenFile>, close_on_exec: bool, lowest: i32) -> Sys<i32> {
    let lowest = usize::try_from(lowest).map_err(|_| Errno::INVAL)?;
    let mut table = table(cx).lock();
    let at = (lowest..table.len()).find(|at| table[*at].is_none()).unwrap_or(table.len().max(lowest));
    if at >= open_limit() {
        return Err(if lowest >= open_limit() { Errno::INVAL } else { Errno::MFILE });
    }
    put(&mut table, at, Entry { file, close_on_exec });
    Ok(at as i32)
}

fn put(table: &mut Vec<Option<Entry>>, at: usize, entry: Entry) {
    if table.len() <= at {
        table.resize(at + 1, None);
    }
    table[at] = Some(entry);
}

/// `dup2` and `dup3`: makes `to` a name of what `from` names.
pub fn replace(cx: &Cx<'_>, from: i32, to: i32, close_on_exec: bool) -> Sys<i32> {
    let file = get(cx, from)?;
    let at = usize::try_from(to).ok().filter(|at| *at < open_limit()).ok_or(Errno::BADF)?;
    if from != to {
        put(&mut table(cx).lock(), at, Entry { file, close_on_exec });
    }
    Ok(to)
}

/// Closes a descriptor; the file goes when its last name does.
pub fn close(cx: &Cx<'_>, fd: i32) -> Sys<()> {
    let mut table = table(cx).lock();
    let entry = usize::try_from(fd).ok().and_then(|at| table.get_mut(at)).and_then(Option::take);
    let entry = entry.ok_or(Errno::BADF)?;
    drop(table);
    if let Some(host) = entry.file.host() {
        // POSIX: closing any descriptor of a file releases the process's record locks on it. A name that goes while
        // others stay does not close the host's descriptor, so the locks are released by hand.
        if Arc::strong_count(&entry.file) > 1 && !entry.file.waits() {
            let mut all = sys::Lock { kind: libc::F_UNLCK as i16, whence: 0, start: 0, len: 0, pid: 0 };
            let _ = sys::record_lock(host, libc::F_SETLK, &mut all);
        }
    }
    Ok(())
}

/// Reads the close-on-exec flag, or sets it.
pub fn close_on_exec(cx: &Cx<'_>, fd: i32, set: Option<bool>) -> Sys<bool> {
    let mut table = table(cx).lock();
    let entry = usize::try_from(fd).ok().and_then(|at| table.get_mut(at)?.as_mut()).ok_or(Errno::BADF)?;
    if let Some(flag) = set {
        entry.close_on_exec = flag;
    }
    Ok(entry.close_on_exec)
}

/// Ends the call if the guest was asked to stop.
pub fn check_interrupt(cx: &Cx<'_>) -> Result<()> {
    if cx.process.interrupt.is_set() { Err(cx.process.stop_reason()) } else { Ok(()) }
}

/// Waits until a transfer would not block; `Ok(false)` when the descriptor is non-blocking and not ready.
fn wait(cx: &Cx<'_>, file: &OpenFile, events: PollFlags) -> Result<bool> {
    let Some(fd) = file.host().filter(|_| file.waits()) else { return Ok(true) };
    let mut timeout = NOW;
    loop {
        let mut fds = [PollFd::from_borrowed_fd(fd, events)];
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) => {}
            Ok(_) => return Ok(true),
            Err(Errno::INTR) => {}
            Err(_) => return Ok(true),
        }
        check_interrupt(cx)?;
        if timeout == NOW && rustix::fs::fcntl_getfl(fd).is_ok_and(|f| f.contains(OFlags::NONBLOCK)) {
            return Ok(false);
        }
        timeout = WAIT;
    }
}

/// `read`, `pread`: up to `len` bytes into the guest's memory at `to`, all of which must be writable.
pub fn read(cx: &Cx<'_>, file: &OpenFile, to: GuestPtr, len: u64, at: Option<i64>) -> Result<Sys<u64>> {
    let len = len.min(0x7fff_f000);
    let target = cx.mem().slice_mut(to, len)?;
    match &file.kind {
        Kind::Bytes { data, position } => {
            if at.is_some() {
                return Ok(Err(Errno::SPIPE));
            }
            let mut position = position.lock();
            let rest = data.get(*position..).unwrap_or(&[]);
            let taken = rest.len().min(len as usize);
            cx.mem().write(to, &rest[..taken])?;
            *position += taken;
            Ok(Ok(taken as u64))
        }
        Kind::Capture(_) => Ok(Err(Errno::BADF)),
        Kind::Owned(_) | Kind::Inherited(_) => loop {
            let Some(fd) = file.host() else { return Ok(Err(Errno::BADF)) };
            shared::before(cx, file);
            // A read of nothing returns at once, also from a pipe that has nothing (POSIX, read).
            if at.is_none() && len > 0 && !wait(cx, file, PollFlags::IN)? {
                return Ok(Err(Errno::AGAIN));
            }
            let result = match at {
                None => sys::read_guest(fd, &target),
                Some(offset) => sys::pread_guest(fd, &target, offset),
            };
            if result != Err(Errno::INTR) {
                return Ok(result);
            }
            check_interrupt(cx)?;
        },
    }
}

/// Bytes to be written: the host's, or the guest's once checked.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// Of the host.
    Host(&'a [u8]),
    /// Of the guest.
    Guest(GuestSlice<'a>),
}

impl Source<'_> {
    /// How many.
    pub fn len(&self) -> u64 {
        match self {
            Source::Host(bytes) => bytes.len() as u64,
            Source::Guest(slice) => slice.len() as u64,
        }
    }

    /// A copy of some of the bytes from `start` on: at most `len`, and at most 64 KiB of a guest's.
    pub fn chunk(&self, start: u64, len: u64) -> Cow<'_, [u8]> {
        let start = start.min(self.len()) as usize;
        let len = len.min(self.len() - start as u64) as usize;
        match self {
            Source::Host(bytes) => Cow::Borrowed(&bytes[start..start + len]),
            Source::Guest(slice) => Cow::Owned(slice.sub(start, len.min(1 << 16)).to_vec()),
        }
    }

    fn write_to(&self, fd: BorrowedFd<'_>, start: u64, len: u64) -> Sys<u64> {
        let (start, len) = (start as usize, len as usize);
        match self {
            Source::Host(bytes) => rustix::io::write(fd, &bytes[start..start + len]).map(|n| n as u64),
            Source::Guest(slice) => sys::write_guest(fd, &slice.sub(start, len)),
        }
    }
}

/// `write`: what the descriptor takes of `from[start..start + len]`, at least one byte. A broken pipe is the guest's
/// death by SIGPIPE unless it ignores that.
pub fn write(cx: &mut Cx<'_>, file: &OpenFile, from: Source<'_>, start: u64, len: u64) -> Result<Sys<u64>> {
    let len = len.min(0x7fff_f000);
    match &file.kind {
        Kind::Capture(buffer) => {
            let chunk = from.chunk(start, len);
            buffer.lock().extend_from_slice(&chunk);
            Ok(Ok(chunk.len() as u64))
        }
        Kind::Bytes { .. } => Ok(Err(Errno::BADF)),
        Kind::Owned(_) | Kind::Inherited(_) => {
            let mut done = 0;
            while let Some(fd) = file.host() {
                if len > 0 && !wait(cx, file, PollFlags::OUT)? {
                    return Ok(if done > 0 { Ok(done) } else { Err(Errno::AGAIN) });
                }
                let chunk = if file.waits() { PIPE_CHUNK } else { u64::MAX };
                shared::before(cx, file);
                match from.write_to(fd, start + done, chunk.min(len - done)) {
                    Ok(n) => {
                        done += n;
                        shared::after(cx, file, None, n);
                    }
                    Err(Errno::INTR) => check_interrupt(cx)?,
                    Err(Errno::PIPE) => return broken_pipe(cx).map(Err),
                    Err(errno) => return Ok(if done > 0 { Ok(done) } else { Err(errno) }),
                }
                if done >= len || chunk == u64::MAX {
                    break;
                }
            }
            Ok(Ok(done))
        }
    }
}

/// `write` of all bytes where the descriptor takes them; fewer where it stops.
pub fn write_all(cx: &mut Cx<'_>, file: &OpenFile, from: Source<'_>) -> Result<Sys<u64>> {
    let len = from.len();
    let mut done = 0;
    loop {
        match write(cx, file, from, done, len - done)? {
            Ok(n) => {
                done += n;
                // Only a captured stream takes less than it could; anything else ends here, as `write` does.
                if n == 0 || done >= len || file.host().is_some() {
                    return Ok(Ok(done));
                }
            }
            Err(errno) => return Ok(if done > 0 { Ok(done) } else { Err(errno) }),
        }
    }
}

/// The highest descriptor that may be open.
pub fn highest(cx: &Cx<'_>) -> u32 {
    table(cx).lock().len() as u32
}

/// SIGPIPE: it ends the guest unless that ignores or handles it.
fn broken_pipe(cx: &mut Cx<'_>) -> Result<Errno> {
    signal::raise(cx, libc::SIGPIPE)?;
    Ok(Errno::PIPE)
}

/// `-1` and the guest's errno for an error, else the value.
pub fn reply<T: From<i8>>(cx: &mut Cx<'_>, result: Sys<T>) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(errno) => cx.fail(errno.raw_os_error(), T::from(-1)),
    }
}

/// The same for calls that give 0.
pub fn status(cx: &mut Cx<'_>, result: Sys<()>) -> Result<i32> {
    reply(cx, result.map(|()| 0))
}
