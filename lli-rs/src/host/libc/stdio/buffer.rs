//! Buffers of streams: filling, flushing, bulk transfers. The rules of when what is read and written are glibc's, so that
//! a guest's system calls come in the same portions as natively (what other users of a descriptor see depends on it).

use rustix::fs::FileType;
use rustix::io::Errno;
use svm_memory::{GuestPtr, ObjectKind};

use super::{EOF, File, Head, between, flag};
use crate::host::libc::fd::{self, Source};
use crate::host::libc::printf::Sink;
use crate::machine::{Cx, Limit, Result, Trap};

/// glibc's BUFSIZ.
const BUFSIZ: u64 = 8192;
/// Room in front of a buffer of ours for characters pushed back.
const RESERVE: u64 = 16;

/// Gives the stream a buffer of `size` bytes of the library's own.
fn own_buffer(cx: &mut Cx<'_>, file: &File, head: &mut Head, size: u64) -> Result<()> {
    let site = cx.site();
    let out = |_| Trap::Limit(Limit::Memory);
    let object = cx.mem().alloc(size + RESERVE, 16, ObjectKind::Host, site).map_err(out)?;
    if let Some(old) = file.stream.own_buffer.lock().replace(object) {
        cx.mem().release(old);
    }
    set_buffer(head, object.offset(RESERVE as i64), size);
    head.flags &= !flag::USER_BUF;
    Ok(())
}

fn set_buffer(head: &mut Head, base: GuestPtr, size: u64) {
    head.buf_base = base;
    head.buf_end = base.offset(size as i64);
    head.empty();
}

impl Head {
    /// No bytes to read and none to write.
    pub fn empty(&mut self) {
        let base = self.buf_base;
        (self.read_base, self.read_ptr, self.read_end) = (base, base, base);
        (self.write_base, self.write_ptr, self.write_end) = (base, base, base);
    }

    /// Bytes that can be read without asking the device.
    pub fn unread(&self) -> u64 {
        between(self.read_ptr, self.read_end)
    }

    fn putting(&self) -> bool {
        self.flags & flag::PUTTING != 0
    }

    fn buffered(&self) -> bool {
        self.flags & (flag::LINE_BUF | flag::UNBUFFERED) == 0
    }
}

/// Makes sure that there is a buffer: of the size that suits the file; terminals become line-buffered.
pub fn allocate(cx: &mut Cx<'_>, file: &File, head: &mut Head) -> Result<()> {
    if !head.buf_base.is_null() {
        return Ok(());
    }
    let mut size = BUFSIZ;
    if head.flags & flag::UNBUFFERED != 0 {
        size = 1;
    } else if let Some(Ok(target)) = file.stream.device.descriptor().map(|fd| fd::get(cx, fd)) {
        size = 4096;
        if let Some(Ok(stat)) = target.host().map(rustix::fs::fstat) {
            if FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice && target.is_terminal() {
                head.flags |= flag::LINE_BUF;
            }
            let block = stat.st_blksize as u64;
            size = if (1..BUFSIZ).contains(&block) { block } else { BUFSIZ };
        }
    }
    own_buffer(cx, file, head, size)
}

/// `setvbuf`: the program's buffer, or none.
pub fn set_program_buffer(cx: &mut Cx<'_>, file: &File, buffer: GuestPtr, size: u64) -> Result<bool> {
    let done = sync(cx, file)?;
    let mut head = file.head(cx)?;
    if buffer.is_null() || size == 0 {
        head.flags |= flag::UNBUFFERED;
        own_buffer(cx, file, &mut head, 1)?;
    } else {
        cx.mem().slice_mut(buffer, size)?;
        head.flags = head.flags & !flag::UNBUFFERED | flag::USER_BUF;
        set_buffer(&mut head, buffer, size);
    }
    head.flags &= !flag::PUTTING;
    file.set_head(cx, &head)?;
    Ok(done)
}

/// Notes an error: the flag, and errno for the guest.
fn failed(cx: &mut Cx<'_>, head: &mut Head, errno: Errno) -> Result<()> {
    head.flags |= flag::ERR_SEEN;
    cx.set_errno(errno.raw_os_error())
}

/// Writes all of `from[start..]` to the device; how much went out.
fn write_device(
    cx: &mut Cx<'_>,
    file: &File,
    head: &mut Head,
    from: Source<'_>,
    start: u64,
    len: u64,
) -> Result<u64> {
    let mut done = 0;
    while done < len {
        match file.stream.device.write(cx, from, start + done, len - done)? {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(errno) => {
                failed(cx, head, errno)?;
                break;
            }
        }
    }
    Ok(done)
}

/// Writes out what is buffered for writing. False, with the error noted, if not all of it went out; it is dropped then.
fn flush_writes(cx: &mut Cx<'_>, file: &File, head: &mut Head) -> Result<bool> {
    let pending = between(head.write_base, head.write_ptr);
    if pending == 0 {
        return Ok(true);
    }
    let bytes = cx.mem().slice(head.write_base, pending)?;
    // The buffer counts as written before the device is asked: a signal or an interrupt ends the call once.
    reset_writes(head);
    file.set_head(cx, head)?;
    let done = write_device(cx, file, head, Source::Guest(bytes), 0, pending)?;
    file.set_head(cx, head)?;
    Ok(done == pending)
}

fn reset_writes(head: &mut Head) {
    let base = head.buf_base;
    (head.read_base, head.read_ptr, head.read_end) = (base, base, base);
    (head.write_base, head.write_ptr) = (base, base);
    head.write_end = if head.putting() && head.buffered() { head.buf_end } else { base };
}

/// Ends writing: what is buffered goes out, the buffer is ready to be read into.
fn stop_writing(cx: &mut Cx<'_>, file: &File, head: &mut Head) -> Result<bool> {
    if !head.putting() {
        return Ok(true);
    }
    let done = flush_writes(cx, file, head)?;
    head.flags &= !flag::PUTTING;
    head.empty();
    Ok(done)
}

/// Ends reading: the device's position goes back to what the guest has read up to.
fn stop_reading(cx: &mut Cx<'_>, file: &File, head: &mut Head) -> Result<bool> {
    let unread = head.unread();
    let mut done = true;
    if unread != 0 && !head.putting() {
        let back = 0_i64.wrapping_sub(unread as i64);
        match file.stream.device.seek(cx, back, libc::SEEK_CUR)? {
            // Pipes and terminals keep what was read ahead.
            Err(Errno::SPIPE) => return Ok(true),
            Err(errno) => {
                failed(cx, head, errno)?;
                done = false;
            }
            Ok(_) => {}
        }
    }
    if !head.putting() {
        head.empty();
    }
    Ok(done)
}

/// Makes the stream ready for writing; false with EBADF noted if it cannot be.
fn start_writing(cx: &mut Cx<'_>, file: &File, head: &mut Head) -> Result<bool> {
    if head.flags & flag::NO_WRITES != 0 {
        failed(cx, head, Errno::BADF)?;
        file.set_head(cx, head)?;
        return Ok(false);
    }
    if head.putting() && !head.buf_base.is_null() {
        return Ok(true);
    }
    allocate(cx, file, head)?;
    stop_reading(cx, file, head)?;
    head.flags |= flag::PUTTING;
    reset_writes(head);
    file.set_head(cx, head)?;
    Ok(true)
}

/// `fflush` of one stream without giving back what was read ahead.
pub fn flush(cx: &mut Cx<'_>, file: &File) -> Result<bool> {
    let mut head = file.head(cx)?;
    let mut done = true;
    if head.putting() {
        done = flush_writes(cx, file, &mut head)?;
        done &= file.stream.device.publish(cx)?;
    }
    Ok(done)
}

/// `fflush`: writes out, gives back.
pub fn sync(cx: &mut Cx<'_>, file: &File) -> Result<bool> {
    let mut head = file.head(cx)?;
    if head.putting() {
        return flush(cx, file);
    }
    let done = stop_reading(cx, file, &mut head)?;
    file.set_head(cx, &head)?;
    Ok(done)
}

/// Drops what is buffered, after `seek`.
pub fn discard(cx: &mut Cx<'_>, file: &File) -> Result<()> {
    let mut head = file.head(cx)?;
    head.empty();
    head.flags &= !(flag::PUTTING | flag::EOF_SEEN);
    file.set_head(cx, &head)
}

/// `__underflow`: makes sure that there is a byte to read. False at the end of the file or on an error.
pub fn fill(cx: &mut Cx<'_>, file: &File) -> Result<bool> {
    let mut head = file.head(cx)?;
    if head.unread() > 0 && !head.putting() {
        return Ok(true);
    }
    // The end of file stays until clearerr, a seek or a pushed back character.
    if head.flags & flag::EOF_SEEN != 0 || !start_reading(cx, file, &mut head)? {
        return Ok(false);
    }
    let size = between(head.buf_base, head.buf_end);
    head.empty();
    match file.stream.device.read(cx, head.buf_base, size)? {
        Ok(0) => head.flags |= flag::EOF_SEEN,
        Ok(n) => head.read_end = head.buf_base.offset(n as i64),
        Err(errno) => failed(cx, &mut head, errno)?,
    }
    file.set_head(cx, &head)?;
    Ok(head.unread() > 0)
}

/// Makes the stream ready for reading; false with EBADF noted if it cannot be.
fn start_reading(cx: &mut Cx<'_>, file: &File, head: &mut Head) -> Result<bool> {
    if head.flags & flag::NO_READS != 0 {
        failed(cx, head, Errno::BADF)?;
        file.set_head(cx, head)?;
        return Ok(false);
    }
    allocate(cx, file, head)?;
    stop_writing(cx, file, head)?;
    file.set_head(cx, head)?;
    if !head.buffered() {
        // Whoever types at a terminal shall have seen the prompt.
        let stdout = super::standard(cx, 1)?;
        let flags = stdout.head(cx)?.flags;
        if flags & (flag::LINKED | flag::NO_WRITES | flag::LINE_BUF) == flag::LINKED | flag::LINE_BUF {
            flush(cx, &stdout)?;
        }
    }
    Ok(true)
}

/// `getc`: the next byte or EOF.
pub fn get(cx: &mut Cx<'_>, file: &File) -> Result<i32> {
    let byte = peek(cx, file)?;
    if byte != EOF {
        skip(cx, file)?;
    }
    Ok(byte)
}

/// `__underflow` proper: the next byte or EOF; the byte stays.
pub fn peek(cx: &mut Cx<'_>, file: &File) -> Result<i32> {
    let head = file.head(cx)?;
    if (head.unread() == 0 || head.putting()) && !fill(cx, file)? {
        return Ok(EOF);
    }
    let head = file.head(cx)?;
    Ok(i32::from(cx.mem().load::<u8>(head.read_ptr)?))
}

/// Moves past the byte that `peek` gave.
pub fn skip(cx: &Cx<'_>, file: &File) -> Result<()> {
    let mut head = file.head(cx)?;
    head.read_ptr = head.read_ptr.offset(1);
    file.set_head(cx, &head)
}

/// `ungetc`.
pub fn unget(cx: &mut Cx<'_>, file: &File, byte: u8) -> Result<bool> {
    let mut head = file.head(cx)?;
    if !start_reading(cx, file, &mut head)? {
        return Ok(false);
    }
    if head.read_ptr == head.read_base {
        let own = *file.stream.own_buffer.lock();
        if own.is_none_or(|object| head.flags & flag::USER_BUF != 0 || head.read_base == object) {
            // No room in front: go on with a buffer of our own that holds what is unread.
            let unread = head.unread();
            let size = between(head.buf_base, head.buf_end).max(unread).max(64) + RESERVE;
            let held = cx.mem().slice(head.read_ptr, unread)?.to_vec();
            own_buffer(cx, file, &mut head, size)?;
            head.read_ptr = head.buf_end.offset(-(unread as i64));
            (head.read_base, head.read_end) = (head.read_ptr.offset(-1), head.buf_end);
            cx.mem().write(head.read_ptr, &held)?;
        } else {
            head.read_base = head.read_base.offset(-1);
        }
    }
    head.read_ptr = head.read_ptr.offset(-1);
    cx.mem().store(head.read_ptr, byte)?;
    head.flags &= !flag::EOF_SEEN;
    file.set_head(cx, &head)?;
    Ok(true)
}

/// `putc`: the byte or EOF.
pub fn put(cx: &mut Cx<'_>, file: &File, byte: u8) -> Result<i32> {
    let mut head = file.head(cx)?;
    if head.putting() && between(head.write_ptr, head.write_end).wrapping_sub(1) < u64::from(u32::MAX) {
        cx.mem().store(head.write_ptr, byte)?;
        head.write_ptr = head.write_ptr.offset(1);
        file.set_head(cx, &head)?;
        return Ok(i32::from(byte));
    }
    overflow(cx, file, byte)
}

/// `__overflow`: `putc` when the visible buffer is full or the stream is not simply buffered.
pub fn overflow(cx: &mut Cx<'_>, file: &File, byte: u8) -> Result<i32> {
    let mut head = file.head(cx)?;
    if !start_writing(cx, file, &mut head)? {
        return Ok(EOF);
    }
    if head.write_ptr == head.buf_end && !flush_writes(cx, file, &mut head)? {
        return Ok(EOF);
    }
    cx.mem().store(head.write_ptr, byte)?;
    head.write_ptr = head.write_ptr.offset(1);
    file.set_head(cx, &head)?;
    let now = head.flags & flag::UNBUFFERED != 0 || (head.flags & flag::LINE_BUF != 0 && byte == b'\n');
    if now && !flush_writes(cx, file, &mut head)? {
        return Ok(EOF);
    }
    Ok(i32::from(byte))
}

/// Copies `from[start..start + len]` into the buffer, which has the room.
fn store(cx: &mut Cx<'_>, head: &mut Head, from: Source<'_>, start: u64, len: u64) -> Result<()> {
    let mut done = 0;
    while done < len {
        let chunk = from.chunk(start + done, len - done);
        cx.mem().write(head.write_ptr, &chunk)?;
        head.write_ptr = head.write_ptr.offset(chunk.len() as i64);
        done += chunk.len() as u64;
    }
    Ok(())
}

/// `fwrite`: how many bytes were taken.
pub fn write(cx: &mut Cx<'_>, file: &File, from: Source<'_>) -> Result<u64> {
    let len = from.len();
    let mut head = file.head(cx)?;
    if len == 0 || !start_writing(cx, file, &mut head)? {
        return Ok(0);
    }
    let mut must_flush = false;
    let mut fits = between(head.write_ptr, head.write_end);
    if head.flags & flag::LINE_BUF != 0 {
        fits = between(head.write_ptr, head.buf_end);
        if fits >= len
            && let Some(newline) = last_newline(&from)
        {
            (fits, must_flush) = (newline + 1, true);
        }
    } else if head.flags & flag::UNBUFFERED != 0 {
        fits = 0;
    }
    let first = fits.min(len);
    store(cx, &mut head, from, 0, first)?;
    file.set_head(cx, &head)?;
    let rest = len - first;
    if rest == 0 && !must_flush {
        return Ok(len);
    }
    if !flush_writes(cx, file, &mut head)? {
        return Ok(if rest == 0 { 0 } else { first });
    }
    // Whole blocks go out at once, the rest waits in the buffer.
    let block = between(head.buf_base, head.buf_end);
    let direct = rest - if block >= 128 { rest % block } else { 0 };
    if direct > 0 {
        let done = write_device(cx, file, &mut head, from, first, direct)?;
        file.set_head(cx, &head)?;
        if done < direct {
            return Ok(first + done);
        }
    }
    store(cx, &mut head, from, first + direct, rest - direct)?;
    file.set_head(cx, &head)?;
    Ok(len)
}

fn last_newline(from: &Source<'_>) -> Option<u64> {
    match from {
        Source::Host(bytes) => bytes.iter().rposition(|b| *b == b'\n').map(|at| at as u64),
        Source::Guest(slice) => {
            (0..slice.len()).rev().find(|at| slice.get(*at) == Some(b'\n')).map(|at| at as u64)
        }
    }
}

/// `fread`: fills guest memory, which has room for `len` bytes; how many came.
pub fn read(cx: &mut Cx<'_>, file: &File, to: GuestPtr, len: u64) -> Result<u64> {
    if len == 0 {
        return Ok(0);
    }
    cx.mem().slice_mut(to, len)?;
    let mut head = file.head(cx)?;
    if !start_reading(cx, file, &mut head)? {
        return Ok(0);
    }
    let mut done = 0;
    loop {
        let mut head = file.head(cx)?;
        let taken = head.unread().min(len - done);
        cx.mem().copy(to.offset(done as i64), head.read_ptr, taken)?;
        head.read_ptr = head.read_ptr.offset(taken as i64);
        file.set_head(cx, &head)?;
        done += taken;
        let want = len - done;
        if want == 0 {
            return Ok(done);
        }
        let block = between(head.buf_base, head.buf_end);
        if want < block {
            if !fill(cx, file)? {
                return Ok(done);
            }
            continue;
        }
        // Whole blocks go straight to the guest.
        head.empty();
        let direct = want - if block >= 128 { want % block } else { 0 };
        match file.stream.device.read(cx, to.offset(done as i64), direct)? {
            Ok(n) => {
                done += n;
                head.flags |= if n == 0 { flag::EOF_SEEN } else { 0 };
                file.set_head(cx, &head)?;
                if n == 0 {
                    return Ok(done);
                }
            }
            Err(errno) => {
                failed(cx, &mut head, errno)?;
                file.set_head(cx, &head)?;
                return Ok(done);
            }
        }
    }
}

/// Formatted output to a stream.
pub struct StreamSink {
    /// The stream.
    pub file: File,
    /// Whether a write failed.
    pub failed: bool,
}

impl Sink for StreamSink {
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        if !self.failed && write(cx, &self.file, Source::Host(bytes))? < bytes.len() as u64 {
            self.failed = true;
        }
        Ok(())
    }
}
