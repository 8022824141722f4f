//! The one place that decides which files a guest may reach. Outside a sandbox a guest's path means what it means to the
//! host process, except for ways to the engine's own descriptors and memory. In a sandbox the guest sees a tree in which
//! only the granted directories exist; a path is walked one component at a time, so neither `..` nor a symbolic link
//! leads out. Transfers through open descriptors are `fd`'s.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;
use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::fd::{self, OpenFile};
use super::sys::Sys;
use crate::machine::{Config, Cx, Grant};

/// `AT_FDCWD`: relative paths start in the working directory.
pub const AT_CWD: i32 = libc::AT_FDCWD;
/// Symbolic links followed before ELOOP.
const MAX_LINKS: usize = 40;
const PATH_MAX: usize = 4096;
const PROC_SUPER_MAGIC: u64 = 0x9fa0;

/// The working directory of one process: engines share the host's, so each keeps its own.
#[derive(Debug, Default)]
pub struct State {
    cwd: Mutex<Option<Cwd>>,
    mask: AtomicU32,
}

#[derive(Clone, Debug)]
enum Cwd {
    /// A directory of the host that the guest has changed to.
    Host(Arc<OwnedFd>),
    /// An absolute path of the sandbox.
    Guest(Vec<u8>),
}

/// What a call wants to do with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Look.
    Read,
    /// Create, change or remove.
    Write,
}

/// Whether a symbolic link that the path ends in stands for its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Yes.
    Follow,
    /// No: the link itself is meant.
    Keep,
}

enum Dir {
    Cwd,
    Owned(OwnedFd),
    Shared(Arc<OwnedFd>),
    Opened(Arc<OpenFile>),
}

/// Where a path leads on the host: a directory and a name in it.
pub struct Place {
    dir: Dir,
    name: Vec<u8>,
    /// The absolute path in the guest's tree; only in a sandbox.
    guest: Option<Vec<u8>>,
    follow: bool,
}

impl Place {
    /// The directory to give to an `*at` call.
    pub fn dir(&self) -> BorrowedFd<'_> {
        match &self.dir {
            Dir::Cwd => CWD,
            Dir::Owned(fd) => fd.as_fd(),
            Dir::Shared(fd) => fd.as_fd(),
            Dir::Opened(file) => file.host().unwrap_or(CWD),
        }
    }

    /// The name in that directory.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// `SYMLINK_NOFOLLOW` unless the host shall follow a link. In a sandbox it never shall: links were followed here.
    pub fn flags(&self) -> AtFlags {
        if self.follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW }
    }

    fn open_flags(&self) -> OFlags {
        if self.follow { OFlags::CLOEXEC } else { OFlags::CLOEXEC | OFlags::NOFOLLOW }
    }

    /// `chmod` of the file itself: a link is refused, never followed.
    pub fn change_mode(&self, mode: u32) -> Sys<()> {
        use std::os::fd::AsRawFd;
        let handle = self.handle()?;
        if FileType::from_raw_mode(fs::fstat(&handle)?.st_mode) == FileType::Symlink {
            return Err(Errno::OPNOTSUPP);
        }
        let path = format!("/proc/self/fd/{}", handle.as_raw_fd());
        fs::chmodat(CWD, path, Mode::from_raw_mode(mode), AtFlags::empty())
    }

    /// A descriptor that names the file without opening it for transfers.
    pub fn handle(&self) -> Sys<OwnedFd> {
        fs::openat(self.dir(), &*self.name, OFlags::PATH | self.open_flags(), Mode::empty())
    }
}

/// Finds where `path`, relative to the guest's directory descriptor `at`, leads.
pub fn resolve(cx: &Cx<'_>, at: i32, path: &[u8], last: Last, want: Want) -> Sys<Place> {
    if path.is_empty() {
        return Err(Errno::NOENT);
    }
    if path.len() >= PATH_MAX {
        return Err(Errno::NAMETOOLONG);
    }
    if !cx.process.config.sandbox {
        let dir = if path.starts_with(b"/") || at == AT_CWD {
            match &*cx.process.libc.caps.cwd.lock() {
                Some(Cwd::Host(fd)) => Dir::Shared(Arc::clone(fd)),
                _ => Dir::Cwd,
            }
        } else {
            let file = fd::get(cx, at)?;
            file.host_or(Errno::NOTDIR)?;
            Dir::Opened(file)
        };
        return Ok(Place { dir, name: path.to_vec(), guest: None, follow: last == Last::Follow });
    }
    let start = if path.starts_with(b"/") {
        b"/".to_vec()
    } else if at == AT_CWD {
        guest_cwd(cx)
    } else {
        fd::get(cx, at)?.place.clone().ok_or(Errno::NOTDIR)?
    };
    let mut walk = Walk::new(&cx.process.config)?;
    let place = walk.run(&start, path, last)?;
    if want == Want::Write && !walk.writable() {
        return Err(Errno::ACCESS);
    }
    Ok(place)
}

/// A walk through the guest's tree in a sandbox.
struct Walk {
    grants: Vec<(Vec<u8>, Grant)>,
    /// Components of the guest path so far.
    path: Vec<Vec<u8>>,
    /// The grant that the walk is in, and the open directories from its root on.
    inside: Option<(usize, Vec<OwnedFd>)>,
    pending: VecDeque<Vec<u8>>,
    links: usize,
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> + '_ {
    path.split(|b| *b == b'/').filter(|c| !c.is_empty() && *c != b".").map(<[u8]>::to_vec)
}

fn join(path: &[Vec<u8>]) -> Vec<u8> {
    if path.is_empty() {
        return b"/".to_vec();
    }
    path.iter().flat_map(|c| std::iter::once(b'/').chain(c.iter().copied())).collect()
}

/// The guest names of the grants, made absolute: a relative one starts in the host's working directory.
fn grants(config: &Config) -> Vec<(Vec<u8>, Grant)> {
    let base = std::env::current_dir().unwrap_or_default();
    let name = |grant: &Grant| {
        let absolute = base.join(&grant.guest);
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for part in components(absolute.as_os_str().as_bytes()) {
            if part == b".." {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        join(&parts)
    };
    config.dirs.iter().map(|grant| (name(grant), grant.clone())).collect()
}

impl Walk {
    fn new(config: &Config) -> Sys<Walk> {
        let grants = grants(config);
        Ok(Walk { grants, path: Vec::new(), inside: None, pending: VecDeque::new(), links: 0 })
    }

    fn writable(&self) -> bool {
        self.inside.as_ref().is_some_and(|(grant, _)| self.grants[*grant].1.writable)
    }

    fn run(&mut self, start: &[u8], path: &[u8], last: Last) -> Sys<Place> {
        self.enter()?;
        self.pending.extend(components(start).chain(components(path)));
        // A trailing slash asks for a directory, and for the target of a link.
        let as_dir = path.ends_with(b"/") || path.ends_with(b"/.");
        let follow = last == Last::Follow || as_dir;
        while let Some(name) = self.pending.pop_front() {
            if let Some(place) = self.step(name, follow)? {
                if as_dir
                    && fs::statat(place.dir(), place.name(), place.flags())
                        .is_ok_and(|s| FileType::from_raw_mode(s.st_mode) != FileType::Directory)
                {
                    return Err(Errno::NOTDIR);
                }
                return Ok(place);
            }
        }
        let guest = join(&self.path);
        let top = self.top().ok_or(Errno::ACCESS)?;
        let dir = Dir::Owned(top.try_clone_to_owned().map_err(|_| Errno::MFILE)?);
        Ok(Place { dir, name: b".".to_vec(), guest: Some(guest), follow: false })
    }

    fn top(&self) -> Option<BorrowedFd<'_>> {
        self.inside.as_ref().and_then(|(_, dirs)| dirs.last()).map(AsFd::as_fd)
    }

    /// Enters the grant whose guest name is the current path, if there is one.
    fn enter(&mut self) -> Sys<()> {
        let here = join(&self.path);
        if let Some(grant) = self.grants.iter().rposition(|(guest, _)| *guest == here) {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let root = fs::openat(CWD, &self.grants[grant].1.host, flags, Mode::empty())?;
            self.inside = Some((grant, vec![root]));
        }
        Ok(())
    }

    /// Goes up; never with the kernel's `..`.
    fn up(&mut self) -> Sys<()> {
        self.path.pop();
        if let Some((_, dirs)) = &mut self.inside {
            dirs.pop();
            if !dirs.is_empty() {
                return Ok(());
            }
            // Out of the grant: what is above may belong to another one. Those components hold no link any more.
            self.inside = None;
            for name in std::mem::take(&mut self.path).into_iter().rev() {
                self.pending.push_front(name);
            }
            self.enter()?;
        }
        Ok(())
    }

    /// Takes one component; gives the place when the walk ends with it.
    fn step(&mut self, name: Vec<u8>, follow: bool) -> Sys<Option<Place>> {
        if name == b".." {
            return self.up().map(|()| None);
        }
        self.path.push(name.clone());
        let here = join(&self.path);
        if self.grants.iter().any(|(guest, _)| *guest == here) {
            return self.enter().map(|()| None);
        }
        let Some(top) = self.top() else { return Ok(None) };
        let last = self.pending.is_empty();
        let place = |dir: Sys<OwnedFd>, name| {
            Ok(Some(Place { dir: Dir::Owned(dir?), name, guest: Some(here), follow: false }))
        };
        let parent = || top.try_clone_to_owned().map_err(|_| Errno::MFILE);
        if last && !follow {
            return place(parent(), name);
        }
        let opened =
            fs::openat(top, &*name, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
        let opened = match opened {
            Ok(fd) => fd,
            Err(Errno::NOENT) if last => return place(parent(), name),
            Err(errno) => return Err(errno),
        };
        match FileType::from_raw_mode(fs::fstat(&opened)?.st_mode) {
            FileType::Symlink => {
                let target = fs::readlinkat(&opened, "", Vec::new())?.into_bytes();
                self.follow_link(&target)?;
                Ok(None)
            }
            _ if last => place(parent(), name),
            FileType::Directory => {
                if let Some((_, dirs)) = &mut self.inside {
                    dirs.push(opened);
                }
                Ok(None)
            }
            _ => Err(Errno::NOTDIR),
        }
    }

    fn follow_link(&mut self, target: &[u8]) -> Sys<()> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Errno::LOOP);
        }
        if target.is_empty() {
            return Err(Errno::NOENT);
        }
        for name in components(target).rev() {
            self.pending.push_front(name);
        }
        self.path.pop();
        if target.starts_with(b"/") {
            self.path.clear();
            self.inside = None;
            self.enter()?;
        }
        Ok(())
    }
}

/// The sandboxed guest's working directory: the host's name for it if that or something below it is granted, else
/// the root.
fn guest_cwd(cx: &Cx<'_>) -> Vec<u8> {
    if let Some(Cwd::Guest(path)) = &*cx.process.libc.caps.cwd.lock() {
        return path.clone();
    }
    let host = std::env::current_dir().unwrap_or_default().into_os_string().into_vec();
    let visible = Walk::new(&cx.process.config).and_then(|mut walk| walk.run(b"/", &host, Last::Follow));
    // A grant below it was named relative to it: the guest finds it by the same name.
    let above = |(name, _): &(Vec<u8>, Grant)| {
        name.strip_prefix(host.as_slice()).is_some_and(|rest| rest.starts_with(b"/"))
    };
    if visible.is_ok() || grants(&cx.process.config).iter().any(above) { host } else { b"/".to_vec() }
}

/// `getcwd`.
pub fn current_dir(cx: &Cx<'_>) -> Sys<Vec<u8>> {
    if cx.process.config.sandbox {
        return Ok(guest_cwd(cx));
    }
    let cwd = cx.process.libc.caps.cwd.lock().clone();
    match cwd {
        Some(Cwd::Host(fd)) => host_path(fd.as_fd()),
        _ => match std::env::current_dir() {
            Ok(path) => Ok(path.into_os_string().into_vec()),
            Err(error) => Err(Errno::from_io_error(&error).unwrap_or(Errno::NOENT)),
        },
    }
}

/// `chdir` and `fchdir`: to a place or a directory that is open.
pub fn change_dir(cx: &Cx<'_>, at: i32, path: &[u8]) -> Sys<()> {
    let place = resolve(cx, at, path, Last::Follow, Want::Read)?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | place.open_flags();
    let dir = fs::openat(place.dir(), place.name(), flags, Mode::empty())?;
    fs::accessat(&dir, ".", fs::Access::EXEC_OK, AtFlags::empty())?;
    *cx.process.libc.caps.cwd.lock() = Some(match place.guest {
        Some(guest) => Cwd::Guest(guest),
        None => Cwd::Host(Arc::new(dir)),
    });
    Ok(())
}

/// The host's name of an open file.
fn host_path(fd: BorrowedFd<'_>) -> Sys<Vec<u8>> {
    use std::os::fd::AsRawFd;
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    let path = fs::readlinkat(CWD, link, Vec::new())?.into_bytes();
    if path.starts_with(b"/") { Ok(path) } else { Err(Errno::NOENT) }
}

/// `realpath`: the absolute path without links, of a file that exists.
pub fn real_path(cx: &Cx<'_>, path: &[u8]) -> Sys<Vec<u8>> {
    let place = resolve(cx, AT_CWD, path, Last::Follow, Want::Read)?;
    let handle = place.handle()?;
    match place.guest {
        Some(guest) => Ok(guest),
        None => host_path(handle.as_fd()),
    }
}

/// The guest descriptor that a path names (`/dev/stdin`, `/dev/fd/3`): the guest's own, never the engine's.
pub fn descriptor_alias(path: &[u8]) -> Option<i32> {
    match path {
        b"/dev/stdin" => return Some(0),
        b"/dev/stdout" => return Some(1),
        b"/dev/stderr" => return Some(2),
        _ => {}
    }
    let number = path.strip_prefix(b"/dev/fd/").or_else(|| path.strip_prefix(b"/proc/self/fd/"))?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

/// Opens a file for the guest. `flags` are the guest's, x86-64 Linux's numbers like the host's.
pub fn open(cx: &Cx<'_>, at: i32, path: &[u8], flags: i32, mode: u32) -> Sys<Arc<OpenFile>> {
    if let Some(number) = descriptor_alias(path) {
        return fd::get(cx, number);
    }
    let flags = OFlags::from_bits_retain(flags as u32);
    if cx.process.config.sandbox && path == b"/dev/null" {
        return fs::openat(CWD, "/dev/null", flags | OFlags::CLOEXEC, Mode::empty())
            .map(|fd| OpenFile::owned(fd, None));
    }
    let writes = flags.intersects(OFlags::WRONLY | OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC)
        || flags.contains(OFlags::TMPFILE);
    let keep = flags.contains(OFlags::NOFOLLOW) || flags.contains(OFlags::CREATE | OFlags::EXCL);
    let last = if keep { Last::Keep } else { Last::Follow };
    let want = if writes { Want::Write } else { Want::Read };
    let place = resolve(cx, at, path, last, want)?;
    let all =
        (flags | OFlags::CLOEXEC) | if place.guest.is_some() { OFlags::NOFOLLOW } else { OFlags::empty() };
    // Outside a sandbox the guest's own flags say whether the host follows.
    let opened = fs::openat(place.dir(), place.name(), all, Mode::from_raw_mode(mode & 0o7777 & !umask(cx)))?;
    refuse_process_memory(&opened)?;
    Ok(OpenFile::owned(opened, place.guest))
}

/// `/proc/*/mem` is the engine's own memory.
fn refuse_process_memory(fd: &OwnedFd) -> Sys<()> {
    if fs::fstatfs(fd).is_ok_and(|s| s.f_type as u64 == PROC_SUPER_MAGIC)
        && host_path(fd.as_fd()).is_ok_and(|path| path.ends_with(b"/mem"))
    {
        return Err(Errno::ACCESS);
    }
    Ok(())
}

/// The sandboxed guest's own file mode mask; outside it is the host process's, which the kernel applies.
fn umask(cx: &Cx<'_>) -> u32 {
    cx.process.libc.caps.mask.load(Ordering::Relaxed)
}

/// The mode bits that a new file gets (the kernel applies the host's mask as well).
pub fn new_mode(cx: &Cx<'_>, mode: u32) -> u32 {
    mode & 0o7777 & !umask(cx)
}

/// `umask`: sets the mask and gives the old one.
pub fn set_umask(cx: &Cx<'_>, mask: u32) -> u32 {
    let mask = mask & 0o777;
    if cx.process.config.sandbox {
        return cx.process.libc.caps.mask.swap(mask, Ordering::Relaxed);
    }
    rustix::process::umask(Mode::from_raw_mode(mask)).as_raw_mode()
}

/// A file without a name, for `tmpfile`.
pub fn temporary_file(cx: &Cx<'_>) -> Sys<Arc<OpenFile>> {
    let flags = libc::O_RDWR | libc::O_EXCL;
    match open(cx, AT_CWD, b"/tmp", flags | libc::O_TMPFILE, 0o600) {
        Err(Errno::OPNOTSUPP | Errno::ISDIR) => {}
        other => return other,
    }
    for _ in 0..100 {
        let name = [b"/tmp/tmpf".as_slice(), &random_name()].concat();
        match open(cx, AT_CWD, &name, flags | libc::O_CREAT, 0o600) {
            Err(Errno::EXIST) => {}
            Ok(file) => {
                let place = resolve(cx, AT_CWD, &name, Last::Keep, Want::Write)?;
                fs::unlinkat(place.dir(), place.name(), AtFlags::empty())?;
                return Ok(file);
            }
            other => return other,
        }
    }
    Err(Errno::EXIST)
}

/// Six letters and digits that are hard to guess.
pub fn random_name() -> [u8; 6] {
    use std::hash::{BuildHasher, Hasher, RandomState};
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut bits = RandomState::new().build_hasher().finish();
    std::array::from_fn(|_| {
        let letter = LETTERS[(bits % 62) as usize];
        bits /= 62;
        letter
    })
}
