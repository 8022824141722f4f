//! WASI as a program calls it: each function, and every way out of the granted directory.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use svm_memory::GuestPtr;

use super::Errno;
use super::table::rights;
use crate::host::libc::testing::{Arg, Guest};
use crate::machine::{Config, Grant, Input, Limit, Trap};
use Arg::{I, L, P};

/// The granted directory's descriptor; a read-only grant of the same directory comes after it.
const ROOT: i32 = 3;
const READ_ONLY: i32 = 4;
/// Where results go, where paths and buffers are.
const OUT: u32 = 64;
const TEXT: u32 = 1024;
const MORE: u32 = 4096;

struct World {
    guest: Guest,
    memory: GuestPtr,
    top: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.top);
    }
}

/// `top/secret` lies beside `top/root`, which is granted.
fn world(name: &str) -> World {
    let top = std::env::temp_dir().join(format!("svm-wasi-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&top);
    std::fs::create_dir_all(top.join("root/sub")).unwrap();
    std::fs::write(top.join("secret"), "secret").unwrap();
    std::fs::write(top.join("root/file"), "0123456789").unwrap();
    let grant = |guest: &str, writable| Grant { host: top.join("root"), guest: guest.into(), writable };
    let mut guest = Guest::with(Config {
        dirs: vec![grant("/data", true), grant("/ro", false)],
        env: vec![("A".into(), Some("1".into())), ("SVM_SURELY_NOT_SET".into(), None)],
        stdin: Input::Bytes((*b"input").into()),
        ..Config::default()
    });
    let args = [L(1), L(1), I(0), P(GuestPtr::NULL)];
    let memory = GuestPtr::new(guest.call("svm.wasm.memory_new", &args, &[]).unwrap());
    guest.run(|cx| cx.process.wasi.set_args(&[b"app.wasm".to_vec(), b"x y".to_vec()]));
    World { guest, memory, top }
}

impl World {
    fn result(&mut self, name: &str, args: &[Arg]) -> Result<u64, Trap> {
        let args = [&[P(self.memory)], args].concat();
        self.guest.call(&format!("wasm$wasi_snapshot_preview1${name}"), &args, &[])
    }

    /// The errno of a call.
    fn call(&mut self, name: &str, args: &[Arg]) -> u32 {
        self.result(name, args).unwrap_or_else(|trap| panic!("{name}: {trap:?}")) as u32
    }

    fn ok(&mut self, name: &str, args: &[Arg]) {
        assert_eq!(self.call(name, args), 0, "{name} {args:?}");
    }

    fn fails(&mut self, errno: Errno, name: &str, args: &[Arg]) {
        assert_eq!(self.call(name, args), errno.code(), "{name} {args:?}: {errno:?}");
    }

    fn at(&self, at: u32) -> GuestPtr {
        self.memory.offset(i64::from(at))
    }

    fn u32_at(&self, at: u32) -> u32 {
        self.guest.mem().load(self.at(at)).unwrap()
    }

    fn u64_at(&self, at: u32) -> u64 {
        self.guest.mem().load(self.at(at)).unwrap()
    }

    fn bytes(&self, at: u32, len: u32) -> Vec<u8> {
        self.guest.mem().slice(self.at(at), u64::from(len)).unwrap().to_vec()
    }

    fn put(&self, at: u32, bytes: &[u8]) {
        self.guest.mem().write(self.at(at), bytes).unwrap();
    }

    /// Address and length of a path, as arguments.
    fn path(&self, at: u32, path: &str) -> [Arg; 2] {
        self.put(at, path.as_bytes());
        [I(at as i32), I(path.len() as i32)]
    }

    fn open(&mut self, dir: i32, path: &str, follow: i32, how: i32, base: u64) -> Result<i32, u32> {
        let [p, n] = self.path(TEXT, path);
        let all = (rights::DIR | rights::FILE) as i64;
        let args = [I(dir), I(follow), p, n, I(how), L(base as i64), L(all), I(0), I(OUT as i32)];
        match self.call("path_open", &args) {
            0 => Ok(self.u32_at(OUT) as i32),
            errno => Err(errno),
        }
    }

    /// One buffer, as address and count of a vector.
    fn buffer(&self, at: u32, len: u32) -> [Arg; 2] {
        self.put(32, &[at.to_le_bytes(), len.to_le_bytes()].concat());
        [I(32), I(1)]
    }

    fn read(&mut self, fd: i32, len: u32) -> Result<Vec<u8>, u32> {
        let [iovs, n] = self.buffer(MORE, len);
        match self.call("fd_read", &[I(fd), iovs, n, I(OUT as i32)]) {
            0 => Ok(self.bytes(MORE, self.u32_at(OUT))),
            errno => Err(errno),
        }
    }

    fn write(&mut self, fd: i32, text: &str) -> u32 {
        self.put(MORE, text.as_bytes());
        let [iovs, n] = self.buffer(MORE, text.len() as u32);
        self.call("fd_write", &[I(fd), iovs, n, I(OUT as i32)])
    }

    fn host(&self, path: &str) -> PathBuf {
        self.top.join("root").join(path)
    }
}

const READ: u64 = rights::FD_READ | rights::FD_SEEK | rights::FD_TELL | rights::FD_FILESTAT_GET;

#[test]
fn arguments_and_environment() {
    let mut w = world("args");
    w.ok("args_sizes_get", &[I(0), I(4)]);
    assert_eq!((w.u32_at(0), w.u32_at(4)), (2, 13));
    w.ok("args_get", &[I(0), I(100)]);
    assert_eq!((w.u32_at(0), w.u32_at(4)), (100, 109));
    assert_eq!(w.bytes(100, 13), b"app.wasm\0x y\0");
    w.ok("environ_sizes_get", &[I(0), I(4)]);
    assert_eq!((w.u32_at(0), w.u32_at(4)), (1, 4), "nothing of the host's");
    w.ok("environ_get", &[I(0), I(200)]);
    assert_eq!(w.bytes(200, 4), b"A=1\0");
    w.fails(Errno::Fault, "args_get", &[I(0), I(65530)]);
    w.fails(Errno::Fault, "args_sizes_get", &[I(-4), I(4)]);
}

#[test]
fn clocks_random_and_yield() {
    let mut w = world("clocks");
    for clock in 0..4 {
        w.ok("clock_res_get", &[I(clock), I(0)]);
        assert!((1..1_000_000_000).contains(&w.u64_at(0)));
        w.ok("clock_time_get", &[I(clock), L(0), I(8)]);
    }
    w.ok("clock_time_get", &[I(0), L(0), I(8)]);
    assert!(w.u64_at(8) > 1_700_000_000_000_000_000);
    w.fails(Errno::Inval, "clock_time_get", &[I(4), L(0), I(8)]);
    w.fails(Errno::Inval, "clock_res_get", &[I(9), I(0)]);
    w.ok("random_get", &[I(0), I(600)]);
    assert!(w.bytes(0, 600).windows(2).any(|pair| pair[0] != pair[1]));
    assert_ne!(w.bytes(0, 32), w.bytes(568, 32));
    w.fails(Errno::Fault, "random_get", &[I(65000), I(600)]);
    w.ok("sched_yield", &[]);
}

#[test]
fn a_program_ends() {
    let mut w = world("exit");
    assert!(matches!(w.result("proc_exit", &[I(7)]), Err(Trap::Exit(7))));
    assert!(matches!(w.result("proc_raise", &[I(6)]), Err(Trap::Signal(6))));
    w.ok("proc_raise", &[I(0)]);
    w.fails(Errno::Inval, "proc_raise", &[I(77)]);
}

#[test]
fn standard_streams() {
    let mut w = world("stdio");
    assert_eq!(w.read(0, 3).unwrap(), b"inp");
    assert_eq!(w.read(0, 30).unwrap(), b"ut");
    assert_eq!(w.read(0, 30).unwrap(), b"");
    assert_eq!(w.write(1, "hello\n"), 0);
    assert_eq!(w.u32_at(OUT), 6);
    assert_eq!(w.guest.output(), b"hello\n");
    assert_eq!(w.write(0, "x"), Errno::Badf.code());
    assert_eq!(w.read(1, 1), Err(Errno::Badf.code()));
    w.fails(Errno::Spipe, "fd_seek", &[I(1), L(0), I(0), I(0)]);
    w.fails(Errno::Badf, "fd_prestat_get", &[I(1), I(0)]);
    w.ok("fd_fdstat_get", &[I(1), I(0)]);
    w.fails(Errno::Badf, "fd_fdstat_get", &[I(99), I(0)]);
}

#[test]
fn granted_directories_are_named() {
    let mut w = world("prestat");
    w.ok("fd_prestat_get", &[I(ROOT), I(0)]);
    assert_eq!((w.u32_at(0), w.u32_at(4)), (0, 5));
    w.ok("fd_prestat_dir_name", &[I(ROOT), I(100), I(5)]);
    assert_eq!(w.bytes(100, 5), b"/data");
    w.fails(Errno::NameTooLong, "fd_prestat_dir_name", &[I(ROOT), I(100), I(4)]);
    w.fails(Errno::Badf, "fd_prestat_get", &[I(5), I(0)]);
}

#[test]
fn files_are_made_written_and_read() {
    let mut w = world("files");
    let all = rights::FILE;
    let fd = w.open(ROOT, "new", 0, 1 | 4, all).unwrap();
    assert_eq!(w.open(ROOT, "new", 0, 1 | 4, all), Err(Errno::Exist.code()));
    assert_eq!(w.write(fd, "abcdef"), 0);
    w.ok("fd_tell", &[I(fd), I(0)]);
    assert_eq!(w.u64_at(0), 6);
    w.ok("fd_seek", &[I(fd), L(-4), I(2), I(0)]);
    assert_eq!((w.u64_at(0), w.read(fd, 3).unwrap()), (2, b"cde".to_vec()));
    w.fails(Errno::Inval, "fd_seek", &[I(fd), L(-1), I(0), I(0)]);
    w.fails(Errno::Inval, "fd_seek", &[I(fd), L(0), I(7), I(0)]);
    let [iovs, n] = w.buffer(MORE, 2);
    w.ok("fd_pread", &[I(fd), iovs, n, L(1), I(OUT as i32)]);
    assert_eq!(w.bytes(MORE, 2), b"bc");
    w.ok("fd_pwrite", &[I(fd), iovs, n, L(8), I(OUT as i32)]);
    assert_eq!(std::fs::read(w.host("new")).unwrap(), b"abcdef\0\0bc");
    w.ok("fd_filestat_set_size", &[I(fd), L(3)]);
    w.ok("fd_allocate", &[I(fd), L(0), L(5)]);
    w.ok("fd_advise", &[I(fd), L(0), L(0), I(2)]);
    w.fails(Errno::Inval, "fd_advise", &[I(fd), L(0), L(0), I(9)]);
    w.ok("fd_sync", &[I(fd)]);
    w.ok("fd_datasync", &[I(fd)]);
    w.ok("fd_filestat_get", &[I(fd), I(0)]);
    assert_eq!((w.bytes(16, 1)[0], w.u64_at(32)), (4, 5));
    w.ok("fd_filestat_set_times", &[I(fd), L(0), L(5_000_000_001), I(4)]);
    w.ok("fd_filestat_get", &[I(fd), I(0)]);
    assert_eq!(w.u64_at(48), 5_000_000_001);
    w.fails(Errno::Inval, "fd_filestat_set_times", &[I(fd), L(0), L(0), I(3)]);
    w.ok("fd_close", &[I(fd)]);
    w.fails(Errno::Badf, "fd_close", &[I(fd)]);
}

#[test]
fn flags_and_rights_of_descriptors() {
    let mut w = world("rights");
    let fd = w.open(ROOT, "file", 0, 0, rights::FILE).unwrap();
    w.ok("fd_fdstat_set_flags", &[I(fd), I(1)]);
    assert_eq!(w.write(fd, "!"), 0);
    assert_eq!(std::fs::read(w.host("file")).unwrap(), b"0123456789!", "appended");
    w.fails(Errno::Inval, "fd_fdstat_set_flags", &[I(fd), I(64)]);
    w.ok("fd_fdstat_get", &[I(fd), I(0)]);
    assert_eq!((w.bytes(0, 1)[0], w.bytes(2, 1)[0], w.u64_at(8)), (4, 1, rights::FILE));
    w.ok("fd_fdstat_set_rights", &[I(fd), L(rights::FD_READ as i64), L(0)]);
    w.fails(Errno::NotCapable, "fd_fdstat_set_rights", &[I(fd), L(rights::FILE as i64), L(0)]);
    assert_eq!(w.write(fd, "!"), Errno::Badf.code());
    w.fails(Errno::NotCapable, "fd_sync", &[I(fd)]);
    let other = w.open(ROOT, "file", 0, 0, READ).unwrap();
    w.ok("fd_renumber", &[I(other), I(fd)]);
    w.fails(Errno::Badf, "fd_tell", &[I(other), I(0)]);
    w.ok("fd_tell", &[I(fd), I(0)]);
    w.fails(Errno::Badf, "fd_renumber", &[I(fd), I(77)]);
}

#[test]
fn directories_are_listed_piece_by_piece() {
    let mut w = world("readdir");
    let fd = w.open(ROOT, ".", 0, 2, rights::DIR).unwrap();
    w.ok("fd_readdir", &[I(fd), I(MORE as i32), I(4096), L(0), I(OUT as i32)]);
    let all = w.bytes(MORE, w.u32_at(OUT));
    let (mut at, mut names) = (0, Vec::new());
    while at < all.len() {
        let len = u32::from_le_bytes(all[at + 16..at + 20].try_into().unwrap()) as usize;
        names.push((String::from_utf8(all[at + 24..at + 24 + len].to_vec()).unwrap(), all[at + 20]));
        at += 24 + len;
    }
    let expected = [(".", 3), ("..", 3), ("file", 4), ("sub", 3)];
    assert_eq!(names, expected.map(|(n, k)| (n.to_string(), k)));
    w.ok("fd_readdir", &[I(fd), I(MORE as i32), I(4096), L(3), I(OUT as i32)]);
    assert_eq!(w.bytes(MORE, w.u32_at(OUT)), all[all.len() - 27..]);
    w.ok("fd_readdir", &[I(fd), I(MORE as i32), I(30), L(2), I(OUT as i32)]);
    assert_eq!(w.u32_at(OUT), 30, "cut off: the buffer is full");
    w.ok("fd_readdir", &[I(fd), I(MORE as i32), I(100), L(4), I(OUT as i32)]);
    assert_eq!(w.u32_at(OUT), 0);
    let file = w.open(ROOT, "file", 0, 0, READ).unwrap();
    w.fails(Errno::NotDir, "fd_readdir", &[I(file), I(0), I(100), L(0), I(OUT as i32)]);
}

#[test]
fn names_are_made_moved_and_removed() {
    let mut w = world("names");
    let [p, n] = w.path(TEXT, "sub/dir");
    w.ok("path_create_directory", &[I(ROOT), p, n]);
    w.fails(Errno::Exist, "path_create_directory", &[I(ROOT), p, n]);
    w.fails(Errno::IsDir, "path_unlink_file", &[I(ROOT), p, n]);
    let [f, fl] = w.path(MORE, "file");
    w.fails(Errno::NotDir, "path_remove_directory", &[I(ROOT), f, fl]);
    let [t, tl] = w.path(TEXT + 100, "moved");
    w.ok("path_rename", &[I(ROOT), p, n, I(ROOT), t, tl]);
    assert!(w.host("moved").is_dir() && !w.host("sub/dir").exists());
    w.put(TEXT, b"sub");
    w.ok("path_rename", &[I(ROOT), f, fl, I(ROOT), p, n]);
    assert!(w.host("sub/dir").is_file());
    w.fails(Errno::NotEmpty, "path_remove_directory", &[I(ROOT), p, I(3)]);
    w.ok("path_remove_directory", &[I(ROOT), t, tl]);
    assert!(!w.host("moved").exists());
}

#[test]
fn links() {
    let mut w = world("links");
    let [f, fl] = w.path(MORE, "file");
    let [h, hl] = w.path(TEXT, "hard");
    w.ok("path_link", &[I(ROOT), I(0), f, fl, I(ROOT), h, hl]);
    assert_eq!(std::fs::read(w.host("hard")).unwrap(), b"0123456789");
    let [s, sl] = w.path(TEXT + 100, "sub/soft");
    let [t, tl] = w.path(TEXT + 200, "../file");
    w.ok("path_symlink", &[t, tl, I(ROOT), s, sl]);
    w.ok("path_readlink", &[I(ROOT), s, sl, I(0), I(40), I(OUT as i32)]);
    assert_eq!(w.bytes(0, w.u32_at(OUT)), b"../file");
    w.ok("path_readlink", &[I(ROOT), s, sl, I(0), I(2), I(OUT as i32)]);
    assert_eq!(w.u32_at(OUT), 2);
    w.fails(Errno::Inval, "path_readlink", &[I(ROOT), f, fl, I(0), I(40), I(OUT as i32)]);
    w.ok("path_filestat_get", &[I(ROOT), I(0), s, sl, I(0)]);
    assert_eq!(w.bytes(16, 1), [7]);
    w.ok("path_filestat_get", &[I(ROOT), I(1), s, sl, I(0)]);
    assert_eq!((w.bytes(16, 1), w.u64_at(32), w.u64_at(24)), (vec![4], 10, 2));
    assert_eq!(w.open(ROOT, "sub/soft", 0, 0, READ), Err(Errno::Loop.code()));
    let fd = w.open(ROOT, "sub/soft", 1, 0, READ).unwrap();
    assert_eq!(w.read(fd, 4).unwrap(), b"0123");
    w.put(MORE, b"file");
    w.ok("path_filestat_set_times", &[I(ROOT), I(1), s, sl, L(1_000_000_000), L(0), I(1)]);
    w.ok("path_filestat_get", &[I(ROOT), I(0), f, fl, I(0)]);
    assert_eq!(w.u64_at(40), 1_000_000_000);
    w.ok("path_unlink_file", &[I(ROOT), s, sl]);
    w.fails(Errno::Noent, "path_unlink_file", &[I(ROOT), s, sl]);
    let [a, al] = w.path(TEXT + 200, "/etc/passwd");
    w.fails(Errno::NotCapable, "path_symlink", &[a, al, I(ROOT), s, sl]);
}

/// Every path that leads out, to `secret` beside the granted directory, and every call that takes one.
#[test]
fn no_path_leads_out() {
    let mut w = world("escape");
    let secret = w.top.join("secret");
    symlink(&secret, w.host("absolute")).unwrap();
    symlink("../secret", w.host("relative")).unwrap();
    symlink("..", w.host("up")).unwrap();
    symlink("/", w.host("slash")).unwrap();
    let ways = [
        "../secret",
        "sub/../../secret",
        "absolute",
        "relative",
        "up/secret",
        "sub/../up/secret",
        "slash/etc/passwd",
        "/etc/passwd",
        secret.to_str().unwrap(),
        "..",
        "sub/../..",
    ]
    .map(str::to_string);
    for way in ways {
        for (how, base) in [(0, READ), (1, rights::FILE), (8, rights::FILE), (2, rights::DIR)] {
            let opened = w.open(ROOT, &way, 1, how, base);
            assert_eq!(opened, Err(Errno::NotCapable.code()), "{way} {how}");
        }
        let [p, n] = w.path(TEXT, &way);
        w.fails(Errno::NotCapable, "path_filestat_get", &[I(ROOT), I(1), p, n, I(0)]);
        let times = [I(ROOT), I(1), p, n, L(0), L(0), I(1)];
        w.fails(Errno::NotCapable, "path_filestat_set_times", &times);
    }
    for way in ["../made", "sub/../../made", "up/made", "slash/tmp/made", "/tmp/svm-made"] {
        let [p, n] = w.path(TEXT, way);
        let [f, fl] = w.path(MORE, "file");
        w.fails(Errno::NotCapable, "path_create_directory", &[I(ROOT), p, n]);
        w.fails(Errno::NotCapable, "path_symlink", &[f, fl, I(ROOT), p, n]);
        w.fails(Errno::NotCapable, "path_link", &[I(ROOT), I(0), f, fl, I(ROOT), p, n]);
        w.fails(Errno::NotCapable, "path_rename", &[I(ROOT), f, fl, I(ROOT), p, n]);
        assert_eq!(w.open(ROOT, way, 0, 1 | 4, rights::FILE), Err(Errno::NotCapable.code()));
    }
    for way in ["../secret", "up/secret"] {
        let [p, n] = w.path(TEXT, way);
        let [f, fl] = w.path(MORE, "got");
        w.fails(Errno::NotCapable, "path_unlink_file", &[I(ROOT), p, n]);
        w.fails(Errno::NotCapable, "path_remove_directory", &[I(ROOT), p, n]);
        w.fails(Errno::NotCapable, "path_link", &[I(ROOT), I(0), p, n, I(ROOT), f, fl]);
        w.fails(Errno::NotCapable, "path_rename", &[I(ROOT), p, n, I(ROOT), f, fl]);
        w.fails(Errno::NotCapable, "path_readlink", &[I(ROOT), p, n, I(0), I(9), I(OUT as i32)]);
    }
    assert_eq!(std::fs::read(&secret).unwrap(), b"secret");
    assert!(!w.top.join("made").exists() && !Path::new("/tmp/svm-made").exists());
}

#[test]
fn a_read_only_grant_changes_nothing() {
    let mut w = world("readonly");
    let denied = Err(Errno::NotCapable.code());
    assert_eq!(w.open(READ_ONLY, "file", 0, 0, rights::FILE), denied);
    assert_eq!(w.open(READ_ONLY, "file", 0, 8, READ), denied);
    assert_eq!(w.open(READ_ONLY, "new", 0, 1, READ), denied);
    let fd = w.open(READ_ONLY, "file", 0, 0, READ).unwrap();
    assert_eq!(w.read(fd, 2).unwrap(), b"01");
    let sub = w.open(READ_ONLY, "sub", 0, 2, rights::DIR).unwrap();
    assert_eq!(w.open(sub, "new", 0, 1, READ), denied, "nor below it");
    let [p, n] = w.path(TEXT, "file");
    w.fails(Errno::NotCapable, "path_unlink_file", &[I(READ_ONLY), p, n]);
    w.fails(Errno::NotCapable, "path_create_directory", &[I(READ_ONLY), p, n]);
    w.fails(Errno::NotCapable, "path_rename", &[I(READ_ONLY), p, n, I(ROOT), p, n]);
    w.fails(Errno::NotCapable, "path_link", &[I(READ_ONLY), I(0), p, n, I(ROOT), p, n]);
}

#[test]
fn odd_paths_and_buffers_are_errors() {
    let mut w = world("odd");
    assert_eq!(w.open(ROOT, "", 0, 0, READ), Err(Errno::Noent.code()));
    assert_eq!(w.open(ROOT, "a\0b", 0, 0, READ), Err(Errno::Inval.code()));
    assert_eq!(w.open(ROOT, "missing", 0, 0, READ), Err(Errno::Noent.code()));
    assert_eq!(w.open(ROOT, "file/x", 0, 0, READ), Err(Errno::NotDir.code()));
    assert_eq!(w.open(ROOT, "file", 0, 2, READ), Err(Errno::NotDir.code()));
    assert_eq!(w.open(1, "file", 0, 0, READ), Err(Errno::NotDir.code()));
    w.put(TEXT, b"\xff\xfe");
    w.fails(Errno::Ilseq, "path_unlink_file", &[I(ROOT), I(TEXT as i32), I(2)]);
    w.fails(Errno::Fault, "path_unlink_file", &[I(ROOT), I(65535), I(2)]);
    w.fails(Errno::NameTooLong, "path_unlink_file", &[I(ROOT), I(0), I(5000)]);
    w.fails(Errno::Fault, "fd_write", &[I(1), I(65532), I(1), I(0)]);
    w.fails(Errno::Inval, "fd_write", &[I(1), I(0), I(100_000), I(0)]);
    w.put(32, &[65000u32.to_le_bytes(), 1000u32.to_le_bytes()].concat());
    w.fails(Errno::Fault, "fd_write", &[I(1), I(32), I(1), I(0)]);
}

#[test]
fn polls_end_with_what_is_ready() {
    let mut w = world("poll");
    let subscription = |user: u64, tag: u8, rest: &[u8]| {
        let mut s = [0u8; 48];
        s[..8].copy_from_slice(&user.to_le_bytes());
        s[8] = tag;
        s[16..16 + rest.len()].copy_from_slice(rest);
        s
    };
    let mut clock = [0u8; 26];
    clock[0] = 1;
    clock[8..16].copy_from_slice(&20_000_000u64.to_le_bytes());
    w.put(TEXT, &subscription(11, 0, &clock));
    let from = std::time::Instant::now();
    w.ok("poll_oneoff", &[I(TEXT as i32), I(MORE as i32), I(1), I(OUT as i32)]);
    assert!(from.elapsed().as_millis() >= 20);
    assert_eq!((w.u32_at(OUT), w.u64_at(MORE), w.bytes(MORE + 8, 3)), (1, 11, vec![0, 0, 0]));
    w.put(TEXT + 48, &subscription(12, 2, &1u32.to_le_bytes()));
    w.put(TEXT + 96, &subscription(13, 1, &99u32.to_le_bytes()));
    w.ok("poll_oneoff", &[I(TEXT as i32), I(MORE as i32), I(3), I(OUT as i32)]);
    assert_eq!((w.u32_at(OUT), w.u64_at(MORE), w.u64_at(MORE + 32)), (2, 12, 13));
    assert_eq!(w.bytes(MORE + 40, 1), [Errno::Badf as u8]);
    w.fails(Errno::Inval, "poll_oneoff", &[I(0), I(0), I(0), I(OUT as i32)]);
    w.guest.run(|cx| cx.process.interrupt.interrupt());
    clock[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    w.put(TEXT, &subscription(11, 0, &clock));
    let endless = w.result("poll_oneoff", &[I(TEXT as i32), I(MORE as i32), I(1), I(OUT as i32)]);
    assert!(matches!(endless, Err(Trap::Limit(Limit::Interrupted))));
}

#[test]
fn sockets_are_only_what_was_given() {
    let mut w = world("sock");
    let fd = w.open(ROOT, "file", 0, 0, rights::FILE).unwrap();
    let [iovs, n] = w.buffer(MORE, 4);
    w.fails(Errno::NotSock, "sock_recv", &[I(fd), iovs, n, I(0), I(0), I(4)]);
    w.fails(Errno::NotSock, "sock_send", &[I(fd), iovs, n, I(0), I(0)]);
    w.fails(Errno::NotCapable, "sock_shutdown", &[I(fd), I(3)]);
    w.fails(Errno::NotCapable, "sock_accept", &[I(fd), I(0), I(OUT as i32)]);
    w.fails(Errno::Badf, "sock_accept", &[I(77), I(0), I(OUT as i32)]);
}
