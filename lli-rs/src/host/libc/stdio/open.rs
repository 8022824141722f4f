//! Opening and closing: fopen, fdopen, freopen, fclose, tmpfile, open_memstream, fmemopen.

use parking_lot::Mutex;
use svm_memory::{GuestPtr, ObjectKind};

use super::device::{Device, Fixed, Growing};
use super::{EOF, FILENO, all, buffer, create, file, flag, forget, register};
use crate::host::host_table;
use crate::host::libc::caps::{self, AT_CWD};
use crate::host::libc::fd;
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Opening and closing.
    pub static TABLE = [
        "int fclose(FILE *stream[file])" => fclose: stream,
        "int fcloseall(void)" => fcloseall,
        "FILE *fdopen(int fd, const char *mode[str])" => fdopen: fd, mode,
        "FILE *fmemopen(void *buffer[?rw size], size_t size, const char *mode[str])" => fmemopen: buffer, size, mode,
        "FILE *fopen(const char *path[str], const char *mode[str])" [Files] => fopen: path, mode,
        "FILE *fopen64(const char *path[str], const char *mode[str])" [Files] => fopen: path, mode,
        "FILE *freopen(const char *path[?str], const char *mode[str], FILE *stream[file])" [Files] => freopen: path, mode, stream,
        "FILE *freopen64(const char *path[?str], const char *mode[str], FILE *stream[file])" [Files] => freopen: path, mode, stream,
        "FILE *open_memstream(char **address[w 8], size_t *size[w 8])" => open_memstream: address, size,
        "int pclose(FILE *stream[file])" [Process] => pclose: stream,
        "FILE *popen(const char *command[str], const char *mode[str])" [Process] => popen: command, mode,
        "FILE *tmpfile(void)" [Files] => tmpfile,
        "FILE *tmpfile64(void)" [Files] => tmpfile,
    ];
}

/// What a mode string asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mode {
    /// For `open`.
    open: i32,
    /// For the FILE.
    file: u32,
}

impl Mode {
    fn parse(text: &[u8]) -> Option<Mode> {
        let (mut open, mut file) = match text.first()? {
            b'r' => (libc::O_RDONLY, flag::NO_WRITES),
            b'w' => (libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC, flag::NO_READS),
            b'a' => (libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND, flag::NO_READS | flag::APPENDING),
            _ => return None,
        };
        for letter in text[1..].iter().take(6).take_while(|b| **b != b',') {
            match letter {
                b'+' => {
                    open = open & !libc::O_ACCMODE | libc::O_RDWR;
                    file &= flag::APPENDING;
                }
                b'x' => open |= libc::O_EXCL,
                b'e' => open |= libc::O_CLOEXEC,
                _ => {}
            }
        }
        Some(Mode { open, file })
    }
}

/// Opens `path` and gives its guest descriptor.
fn open_path(cx: &mut Cx<'_>, path: GuestPtr, mode: Mode) -> Result<fd::Opened> {
    let path = cx.mem().c_str(path)?;
    let opened = caps::open(cx, AT_CWD, &path, mode.open, 0o666);
    Ok(opened.and_then(|file| fd::install(cx, file, mode.open & libc::O_CLOEXEC != 0, 0)))
}

fn fopen(cx: &mut Cx<'_>, path: GuestPtr, mode: GuestPtr) -> Result<GuestPtr> {
    let text = cx.mem().c_str(mode)?;
    // The path is looked at whatever the mode is.
    cx.mem().str_len(path)?;
    let Some(mode) = Mode::parse(&text) else { return cx.fail(libc::EINVAL, GuestPtr::NULL) };
    match open_path(cx, path, mode)? {
        Ok(fd) => create(cx, Device::Descriptor(fd), mode.file),
        Err(errno) => cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    }
}

fn fdopen(cx: &mut Cx<'_>, fd: i32, mode: GuestPtr) -> Result<GuestPtr> {
    let text = cx.mem().c_str(mode)?;
    let Some(mode) = Mode::parse(&text) else { return cx.fail(libc::EINVAL, GuestPtr::NULL) };
    let target = match fd::get(cx, fd) {
        Ok(target) => target,
        Err(errno) => return cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    };
    if let Some(Ok(flags)) = target.host().map(rustix::fs::fcntl_getfl) {
        let have = flags.bits() as i32 & libc::O_ACCMODE;
        let wants_read = mode.file & flag::NO_READS == 0;
        let wants_write = mode.file & flag::NO_WRITES == 0;
        if (wants_read && have == libc::O_WRONLY) || (wants_write && have == libc::O_RDONLY) {
            return cx.fail(libc::EINVAL, GuestPtr::NULL);
        }
    }
    create(cx, Device::Descriptor(fd), mode.file)
}

/// Flushes, closes the far end and forgets the stream.
fn close(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<bool> {
    let file = file(cx, stream)?;
    let errors = file.head(cx)?.flags & flag::ERR_SEEN != 0;
    let mut done = buffer::sync(cx, &file)?;
    match &file.stream.device {
        Device::Descriptor(fd) => {
            if let Err(errno) = fd::close(cx, *fd) {
                cx.set_errno(errno.raw_os_error())?;
                done = false;
            }
        }
        Device::Growing { .. } => done &= file.stream.device.publish(cx)?,
        Device::Fixed(fixed) => {
            let (ptr, own) = {
                let fixed = fixed.lock();
                (fixed.ptr, fixed.own)
            };
            if own {
                cx.mem().release(ptr);
            }
        }
    }
    forget(cx, &file);
    // As in glibc, a stream that failed while it was written to fails once more when closed.
    Ok(done && !errors)
}

fn fclose(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    Ok(if close(cx, stream)? { 0 } else { EOF })
}

fn fcloseall(cx: &mut Cx<'_>) -> Result<i32> {
    for file in all(cx) {
        buffer::sync(cx, &file)?;
    }
    Ok(0)
}

fn freopen(cx: &mut Cx<'_>, path: GuestPtr, mode: GuestPtr, stream: GuestPtr) -> Result<GuestPtr> {
    let file = file(cx, stream)?;
    let text = cx.mem().c_str(mode)?;
    if !path.is_null() {
        cx.mem().str_len(path)?;
    }
    buffer::sync(cx, &file)?;
    let old = file.stream.device.descriptor();
    let mode = Mode::parse(&text);
    let opened = match (mode, path.is_null(), old) {
        (None, _, _) => Err(rustix::io::Errno::INVAL),
        (Some(_), true, Some(fd)) => Ok(fd),
        (Some(_), true, None) => Err(rustix::io::Errno::BADF),
        (Some(mode), false, _) => open_path(cx, path, mode)?,
    };
    let (fd, mode) = match (opened, mode) {
        (Ok(fd), Some(mode)) => (fd, mode),
        (Err(errno), _) => {
            close(cx, stream)?;
            return cx.fail(errno.raw_os_error(), GuestPtr::NULL);
        }
        (Ok(_), None) => return Ok(GuestPtr::NULL),
    };
    // The new file takes over the descriptor of the old one.
    let fd = match old {
        Some(old) if old != fd => {
            let moved = fd::replace(cx, fd, old, mode.open & libc::O_CLOEXEC != 0);
            let _ = fd::close(cx, fd);
            moved.unwrap_or(fd)
        }
        _ => fd,
    };
    if let Some(buffer) = file.stream.own_buffer.lock().take() {
        cx.mem().release(buffer);
    }
    // Standard error stays unbuffered, as in glibc.
    let kept = file.head(cx)?.flags & flag::UNBUFFERED;
    register(cx, stream, Device::Descriptor(fd), mode.file | kept)?;
    debug_assert!(cx.mem().load::<i32>(stream.offset(FILENO)).is_ok());
    Ok(stream)
}

fn tmpfile(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let opened = caps::temporary_file(cx).and_then(|file| fd::install(cx, file, false, 0));
    match opened {
        Ok(fd) => create(cx, Device::Descriptor(fd), 0),
        Err(errno) => cx.fail(errno.raw_os_error(), GuestPtr::NULL),
    }
}

fn popen(cx: &mut Cx<'_>, command: GuestPtr, mode: GuestPtr) -> Result<GuestPtr> {
    cx.mem().str_len(command)?;
    cx.mem().str_len(mode)?;
    Err(Trap::Unsupported("popen: a guest cannot start processes".into()))
}

fn pclose(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    close(cx, stream)?;
    cx.fail(libc::ECHILD, -1)
}

fn open_memstream(cx: &mut Cx<'_>, address: GuestPtr, size: GuestPtr) -> Result<GuestPtr> {
    cx.mem().slice_mut(address, 8)?;
    cx.mem().slice_mut(size, 8)?;
    let device = Device::Growing { address, size, data: Mutex::new(Growing::default()) };
    device.publish(cx)?;
    create(cx, device, flag::NO_READS)
}

fn fmemopen(cx: &mut Cx<'_>, memory: GuestPtr, size: u64, mode: GuestPtr) -> Result<GuestPtr> {
    let text = cx.mem().c_str(mode)?;
    let Some(parsed) = Mode::parse(&text) else { return cx.fail(libc::EINVAL, GuestPtr::NULL) };
    let own = memory.is_null();
    let ptr = if own {
        let site = cx.site();
        match cx.mem().alloc(size, 16, ObjectKind::Host, site) {
            Ok(ptr) => ptr,
            Err(_) => return cx.fail(libc::ENOMEM, GuestPtr::NULL),
        }
    } else {
        cx.mem().slice(memory, size)?;
        memory
    };
    let append = text.first() == Some(&b'a');
    let len = match text.first() {
        Some(b'w') => {
            if size > 0 {
                cx.mem().store(ptr, 0_u8)?;
            }
            0
        }
        Some(b'a') => cx.mem().str_len_max(ptr, size)?,
        _ if own => 0,
        _ => size,
    };
    let position = if append { len } else { 0 };
    let fixed = Fixed { ptr, size, len, position, append, own };
    create(cx, Device::Fixed(Mutex::new(fixed)), parsed.file & !flag::APPENDING)
}
