//! Descriptors: the standard streams, the granted directories from 3 on, and what the program opens. Each carries the
//! rights that it was opened with; a call that needs more is refused.

use std::sync::{Arc, OnceLock};

use cap_std::fs::Dir;
use parking_lot::Mutex;

use super::{Errno, Wasi};
use crate::host::libc::fd::{self, OpenFile};
use crate::machine::{Config, Cx};

/// What a descriptor may be used for: preview 1's `rights`.
pub(super) mod rights {
    pub const FD_DATASYNC: u64 = 1 << 0;
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_SEEK: u64 = 1 << 2;
    pub const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_SYNC: u64 = 1 << 4;
    pub const FD_TELL: u64 = 1 << 5;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FD_ADVISE: u64 = 1 << 7;
    pub const FD_ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const FD_READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL_FD_READWRITE: u64 = 1 << 27;
    pub const SOCK_SHUTDOWN: u64 = 1 << 28;
    pub const SOCK_ACCEPT: u64 = 1 << 29;

    /// What changes a file.
    pub const FILE_WRITES: u64 =
        FD_DATASYNC | FD_SYNC | FD_WRITE | FD_ALLOCATE | FD_FILESTAT_SET_SIZE | FD_FILESTAT_SET_TIMES;
    /// Files.
    pub const FILE: u64 = FILE_WRITES
        | FD_READ
        | FD_SEEK
        | FD_TELL
        | FD_FDSTAT_SET_FLAGS
        | FD_ADVISE
        | FD_FILESTAT_GET
        | POLL_FD_READWRITE;
    /// What changes a directory.
    pub const DIR_WRITES: u64 = PATH_CREATE_DIRECTORY
        | PATH_CREATE_FILE
        | PATH_LINK_SOURCE
        | PATH_LINK_TARGET
        | PATH_RENAME_SOURCE
        | PATH_RENAME_TARGET
        | PATH_FILESTAT_SET_SIZE
        | PATH_FILESTAT_SET_TIMES
        | FD_FILESTAT_SET_TIMES
        | PATH_SYMLINK
        | PATH_REMOVE_DIRECTORY
        | PATH_UNLINK_FILE;
    /// Directories.
    pub const DIR: u64 = DIR_WRITES
        | FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_ADVISE
        | PATH_OPEN
        | FD_READDIR
        | PATH_READLINK
        | PATH_FILESTAT_GET
        | FD_FILESTAT_GET;
    /// Sockets and pipes, the standard streams: no position.
    pub const STREAM: u64 = FD_READ
        | FD_WRITE
        | FD_FDSTAT_SET_FLAGS
        | FD_FILESTAT_GET
        | POLL_FD_READWRITE
        | SOCK_SHUTDOWN
        | SOCK_ACCEPT;
}

/// What a descriptor stands for.
#[derive(Clone)]
pub(super) enum Object {
    /// A file, a pipe, a terminal, a socket.
    File(Arc<OpenFile>),
    /// A directory; a granted one has a name.
    Dir(Arc<Dir>, Option<Arc<str>>),
}

/// One descriptor.
#[derive(Clone)]
pub(super) struct Entry {
    pub object: Object,
    pub rights: u64,
    pub inheriting: u64,
    /// preview 1's `fdflags`.
    pub flags: u16,
}

/// The descriptors of one process, made at the first use.
#[derive(Default)]
pub(super) struct Table(OnceLock<Mutex<Vec<Option<Entry>>>>);

/// The most descriptors that a program has at a time.
const MAX: usize = 1 << 16;

fn entries<'a>(cx: &Cx<'a>) -> &'a Mutex<Vec<Option<Entry>>> {
    let process = cx.process;
    process.wasi.table.0.get_or_init(|| Mutex::new(first_entries(cx, &process.config)))
}

fn first_entries(cx: &Cx<'_>, config: &Config) -> Vec<Option<Entry>> {
    let standard = (0..3).map(|number| {
        let file = fd::get(cx, number).ok()?;
        let side = if number == 0 { rights::FD_WRITE } else { rights::FD_READ };
        let seeks =
            file.host().is_some_and(|h| rustix::fs::seek(h, rustix::fs::SeekFrom::Current(0)).is_ok());
        let of_kind = if seeks { rights::FILE } else { rights::STREAM };
        Some(Entry { object: Object::File(file), rights: of_kind & !side, inheriting: 0, flags: 0 })
    });
    let granted = config.dirs.iter().map(|grant| {
        let dir = Dir::open_ambient_dir(&grant.host, cap_std::ambient_authority()).ok()?;
        let name: Arc<str> = grant.guest.to_string_lossy().into();
        let (denied, denied_inside) = match grant.writable {
            true => (0, 0),
            false => (rights::DIR_WRITES, rights::DIR_WRITES | rights::FILE_WRITES),
        };
        Some(Entry {
            object: Object::Dir(Arc::new(dir), Some(name)),
            rights: rights::DIR & !denied,
            inheriting: (rights::DIR | rights::FILE) & !denied_inside,
            flags: 0,
        })
    });
    // A grant that cannot be opened leaves no gap: programs look for granted directories up to the first bad one.
    standard.chain(granted.filter(Option::is_some)).collect()
}

/// The descriptor of that number.
pub(super) fn get(cx: &Cx<'_>, number: u32) -> Wasi<Entry> {
    let table = entries(cx).lock();
    Ok(table.get(number as usize).cloned().flatten().ok_or(Errno::Badf)?)
}

/// The same, if it has these rights.
pub(super) fn with(cx: &Cx<'_>, number: u32, needed: u64) -> Wasi<Entry> {
    let entry = get(cx, number)?;
    if entry.rights & needed == needed { Ok(entry) } else { Err(Errno::NotCapable.into()) }
}

/// An open file with these rights.
pub(super) fn file(cx: &Cx<'_>, number: u32, needed: u64) -> Wasi<Arc<OpenFile>> {
    match get(cx, number)? {
        Entry { object: Object::Dir(..), .. } => Err(Errno::IsDir.into()),
        Entry { object: Object::File(file), rights, .. } if rights & needed == needed => Ok(file),
        // POSIX's answer to reading what was opened for writing only, and the other way round.
        _ if needed & (rights::FD_READ | rights::FD_WRITE) != 0 => Err(Errno::Badf.into()),
        _ if needed & (rights::FD_SEEK | rights::FD_TELL) != 0 => Err(Errno::Spipe.into()),
        _ => Err(Errno::NotCapable.into()),
    }
}

/// A directory with these rights.
pub(super) fn dir(cx: &Cx<'_>, number: u32, needed: u64) -> Wasi<Arc<Dir>> {
    match get(cx, number)? {
        Entry { object: Object::File(_), .. } => Err(Errno::NotDir.into()),
        Entry { object: Object::Dir(dir, _), rights, .. } if rights & needed == needed => Ok(dir),
        _ => Err(Errno::NotCapable.into()),
    }
}

/// Gives an entry the lowest free number.
pub(super) fn install(cx: &Cx<'_>, entry: Entry) -> Wasi<u32> {
    let mut table = entries(cx).lock();
    let at = table.iter().position(Option::is_none).unwrap_or(table.len());
    if at >= MAX {
        return Err(Errno::Mfile.into());
    }
    if at == table.len() {
        table.push(None);
    }
    table[at] = Some(entry);
    Ok(at as u32)
}

/// Changes an entry in place.
pub(super) fn update(cx: &Cx<'_>, number: u32, change: impl FnOnce(&mut Entry) -> Wasi) -> Wasi {
    let mut table = entries(cx).lock();
    change(table.get_mut(number as usize).and_then(Option::as_mut).ok_or(Errno::Badf)?)
}

/// Takes an entry out.
pub(super) fn close(cx: &Cx<'_>, number: u32) -> Wasi {
    let mut table = entries(cx).lock();
    table.get_mut(number as usize).and_then(Option::take).ok_or(Errno::Badf)?;
    Ok(())
}

/// Moves an entry to the number of another, which is closed.
pub(super) fn renumber(cx: &Cx<'_>, from: u32, to: u32) -> Wasi {
    let mut table = entries(cx).lock();
    let known = |at: u32| table.get(at as usize).is_some_and(Option::is_some);
    if !known(from) || !known(to) {
        return Err(Errno::Badf.into());
    }
    if from != to {
        table[to as usize] = table[from as usize].take();
    }
    Ok(())
}
