//! Streams. A guest's `FILE` is glibc's `struct _IO_FILE`, because programs and glibc's own inline functions look into
//! it: flags, buffer pointers and buffers live in guest memory and every byte goes through checked access. What the host
//! knows about a stream (which file it is, where it was opened) is kept here, keyed by the FILE's pointer, so a pointer
//! that is no open FILE is found out before it is used.

mod buffer;
mod chars;
mod device;
mod lines;
mod open;
mod position;
mod print;
#[cfg(test)]
mod tests;
mod wide;
mod wide_print;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use svm_memory::{AccessKind, FaultKind, GuestPtr, ObjectKind};

pub(super) use buffer::{StreamSink, get as next_byte};
use device::Device;
pub(super) use device::Growing;
pub(super) use wide::{WEOF, get as next_wide};

use super::HostGlobal;
use crate::host::HostFn;
use crate::machine::{Cx, Limit, Result, Trap};

/// The tables of this topic.
pub static TABLES: &[&[HostFn]] = &[
    chars::TABLE,
    lines::TABLE,
    open::TABLE,
    position::TABLE,
    print::TABLE,
    print::CHECKED,
    wide::TABLE,
    wide_print::TABLE,
];

/// `stdin`, `stdout` and `stderr`.
pub static GLOBALS: &[HostGlobal] = &[
    HostGlobal { name: "stdin", size: 8, align: 8, init: |cx, at| init_global(cx, 0, at) },
    HostGlobal { name: "stdout", size: 8, align: 8, init: |cx, at| init_global(cx, 1, at) },
    HostGlobal { name: "stderr", size: 8, align: 8, init: |cx, at| init_global(cx, 2, at) },
];

/// `EOF`.
pub(super) const EOF: i32 = -1;

/// The size of glibc's `struct _IO_FILE`.
pub const FILE_SIZE: u64 = 216;
/// Offset of `_fileno` in it.
const FILENO: i64 = 112;
/// Offset of `_mode`: below zero narrow, above zero wide.
const MODE: i64 = 192;

/// `_flags` of a FILE.
pub mod flag {
    /// Magic number in the upper half.
    pub const MAGIC: u32 = 0xfbad_0000;
    /// The buffer is the program's (`setvbuf`).
    pub const USER_BUF: u32 = 1;
    /// No buffer.
    pub const UNBUFFERED: u32 = 2;
    /// Not open for reading.
    pub const NO_READS: u32 = 4;
    /// Not open for writing.
    pub const NO_WRITES: u32 = 8;
    /// End of file was met.
    pub const EOF_SEEN: u32 = 0x10;
    /// An error was met.
    pub const ERR_SEEN: u32 = 0x20;
    /// On the list of streams that `fflush(NULL)` visits.
    pub const LINKED: u32 = 0x80;
    /// Flushed at each newline.
    pub const LINE_BUF: u32 = 0x200;
    /// The last operation was a write.
    pub const PUTTING: u32 = 0x800;
    /// Writes go to the end.
    pub const APPENDING: u32 = 0x1000;
}

/// The first fields of a FILE, in the order and with the meaning that glibc gives them.
#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Head {
    pub flags: u32,
    pub padding: u32,
    pub read_ptr: GuestPtr,
    pub read_end: GuestPtr,
    pub read_base: GuestPtr,
    pub write_base: GuestPtr,
    pub write_ptr: GuestPtr,
    pub write_end: GuestPtr,
    pub buf_base: GuestPtr,
    pub buf_end: GuestPtr,
}

/// Bytes from `from` up to `to`, both of one buffer. A guest that mangles them gets a fault from the access itself.
pub(super) fn between(from: GuestPtr, to: GuestPtr) -> u64 {
    to.bits().wrapping_sub(from.bits())
}

/// What the host knows of a stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub device: Device,
    /// Order of opening: `fflush(NULL)` and exit go from the last one opened to the first.
    order: u64,
    /// The buffer object that the library made, to be released with the stream.
    pub own_buffer: Mutex<Option<GuestPtr>>,
}

/// What a stream is made of, as glibc's `_mode` tells it (C11 7.21.2, 4).
#[derive(Clone, Copy)]
enum Orientation {
    Narrow = -1,
    Wide = 1,
}

/// A FILE that is open.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub ptr: GuestPtr,
    pub stream: Arc<Stream>,
}

impl File {
    /// The visible fields.
    pub fn head(&self, cx: &Cx<'_>) -> Result<Head> {
        Ok(cx.mem().load(self.ptr)?)
    }

    /// Stores the visible fields.
    pub fn set_head(&self, cx: &Cx<'_>, head: &Head) -> Result<()> {
        Ok(cx.mem().store(self.ptr, *head)?)
    }

    /// Gives a stream without an orientation this one; whether it has it.
    fn orient(&self, cx: &Cx<'_>, to: Orientation) -> Result<bool> {
        let place = self.ptr.offset(MODE);
        let mode: i32 = cx.mem().load(place)?;
        if mode == 0 {
            cx.mem().store(place, to as i32)?;
            return Ok(true);
        }
        Ok(mode.signum() == to as i32)
    }

    /// Makes a stream without an orientation one of bytes; whether it is one. What reads and writes bytes fails on a
    /// stream of wide characters.
    pub fn is_narrow(&self, cx: &Cx<'_>) -> Result<bool> {
        self.orient(cx, Orientation::Narrow)
    }

    /// The same for wide characters.
    pub fn is_wide(&self, cx: &Cx<'_>) -> Result<bool> {
        self.orient(cx, Orientation::Wide)
    }

    /// Sets flags.
    pub fn raise(&self, cx: &Cx<'_>, flags: u32) -> Result<()> {
        let old: u32 = cx.mem().load(self.ptr)?;
        Ok(cx.mem().store(self.ptr, old | flags)?)
    }

    /// Clears flags.
    pub fn lower(&self, cx: &Cx<'_>, flags: u32) -> Result<()> {
        let old: u32 = cx.mem().load(self.ptr)?;
        Ok(cx.mem().store(self.ptr, old & !flags)?)
    }
}

/// The streams of one process.
#[derive(Debug, Default)]
pub struct State {
    streams: Mutex<FxHashMap<GuestPtr, Arc<Stream>>>,
    opened: AtomicU64,
    standard: Mutex<Standard>,
}

#[derive(Debug, Default)]
struct Standard {
    /// The three FILEs, made when first needed.
    files: [Option<GuestPtr>; 3],
    /// The guest's variables `stdin`, `stdout`, `stderr`, if it names them: it may assign to them.
    globals: [Option<GuestPtr>; 3],
}

fn init_global(cx: &mut Cx<'_>, which: usize, at: GuestPtr) -> Result<()> {
    let file = standard_file(cx, which)?;
    cx.process.libc.stdio.standard.lock().globals[which] = Some(at);
    Ok(cx.mem().store(at, file)?)
}

/// The FILE of a standard stream, made at its first use.
fn standard_file(cx: &mut Cx<'_>, which: usize) -> Result<GuestPtr> {
    let state = &cx.process.libc.stdio;
    if let Some(file) = state.standard.lock().files[which] {
        return Ok(file);
    }
    let flags = match which {
        0 => flag::NO_WRITES,
        1 => flag::NO_READS,
        _ => flag::NO_READS | flag::UNBUFFERED,
    };
    let file = create(cx, Device::Descriptor(which as i32), flags)?;
    state.standard.lock().files[which] = Some(file);
    Ok(file)
}

/// The stream that `stdin` (0), `stdout` (1) or `stderr` (2) names now.
pub(super) fn standard(cx: &mut Cx<'_>, which: usize) -> Result<File> {
    let global = cx.process.libc.stdio.standard.lock().globals[which];
    let ptr = match global {
        Some(at) => cx.mem().load(at)?,
        None => standard_file(cx, which)?,
    };
    file(cx, ptr)
}

/// Makes a FILE in guest memory and enters it.
fn create(cx: &mut Cx<'_>, device: Device, flags: u32) -> Result<GuestPtr> {
    let site = cx.site();
    let out = |_| Trap::Limit(Limit::Memory);
    let ptr = cx.mem().alloc(FILE_SIZE, 16, ObjectKind::Host, site).map_err(out)?;
    register(cx, ptr, device, flags)?;
    Ok(ptr)
}

/// Enters `ptr` as an open stream, or again with another device (`freopen`).
fn register(cx: &mut Cx<'_>, ptr: GuestPtr, device: Device, flags: u32) -> Result<()> {
    let mem = cx.mem();
    mem.fill(ptr, 0, FILE_SIZE)?;
    mem.store(ptr, flag::MAGIC | flag::LINKED | flags)?;
    mem.store(ptr.offset(FILENO), device.descriptor().unwrap_or(-1))?;
    let state = &cx.process.libc.stdio;
    let order = state.opened.fetch_add(1, Ordering::Relaxed);
    let stream = Arc::new(Stream { device, order, own_buffer: Mutex::new(None) });
    state.streams.lock().insert(ptr, stream);
    Ok(())
}

/// The open stream behind a guest's `FILE *`.
pub(super) fn file(cx: &Cx<'_>, ptr: GuestPtr) -> Result<File> {
    let stream = cx.process.libc.stdio.streams.lock().get(&ptr).map(Arc::clone);
    match stream {
        Some(stream) => Ok(File { ptr, stream }),
        None => Err(no_file(cx, ptr)),
    }
}

#[cold]
fn no_file(cx: &Cx<'_>, ptr: GuestPtr) -> Trap {
    if let Some(object) = cx.mem().object(ptr) {
        return cx.misuse_of(Some(object), "was given a pointer that is no FILE");
    }
    let fault = cx.mem().fault_for(ptr, ptr, FILE_SIZE, AccessKind::Read);
    let closed =
        fault.kind == FaultKind::UseAfterFree && fault.object.is_some_and(|o| o.kind == ObjectKind::Host);
    if closed {
        return cx.misuse_of(fault.object, "was given a FILE that was closed before");
    }
    Trap::Memory(fault)
}

/// Puts back the byte that was just read: there is always room for it.
pub(super) fn push_back(cx: &mut Cx<'_>, file: &File, byte: u8) -> Result<()> {
    buffer::unget(cx, file, byte).map(|_| ())
}

/// Puts a wide character back that was just read.
pub(super) fn push_back_wide(cx: &mut Cx<'_>, file: &File, c: u32) -> Result<()> {
    wide::unget(cx, file, c).map(|_| ())
}

/// Writes a message of the library to `stderr`.
pub(super) fn write_standard_error(cx: &mut Cx<'_>, text: &[u8]) -> Result<()> {
    let stderr = standard(cx, 2)?;
    buffer::write(cx, &stderr, super::fd::Source::Host(text)).map(|_| ())
}

/// Forgets a stream and releases its FILE; using it again is a fault from now on.
fn forget(cx: &mut Cx<'_>, file: &File) {
    cx.process.libc.stdio.streams.lock().remove(&file.ptr);
    if let Some(buffer) = file.stream.own_buffer.lock().take() {
        cx.mem().release(buffer);
    }
    let site = cx.site();
    cx.mem().release_at(file.ptr, site);
}

/// All open streams, last opened first.
fn all(cx: &Cx<'_>) -> Vec<File> {
    let streams = cx.process.libc.stdio.streams.lock();
    let mut files: Vec<File> =
        streams.iter().map(|(ptr, stream)| File { ptr: *ptr, stream: Arc::clone(stream) }).collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.stream.order));
    files
}

/// Writes out what is buffered: before a fault is reported. A stream whose fields the guest has mangled is skipped.
pub fn flush_all(cx: &mut Cx<'_>) {
    for file in all(cx) {
        let _ = buffer::flush(cx, &file);
    }
}

/// At exit: writes out what is buffered and gives back what was read ahead, so that whoever shares the descriptor goes on
/// where the guest stopped. `SIGPIPE` ends the guest here as anywhere.
pub fn close_all(cx: &mut Cx<'_>) -> Result<()> {
    for file in all(cx) {
        buffer::sync(cx, &file)?;
    }
    Ok(())
}
