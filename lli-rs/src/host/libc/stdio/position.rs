//! Positions and the state of streams: fseek, ftell, feof, setvbuf, fflush.

use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::{EOF, File, MODE, all, buffer, file, flag};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Positions and state.
    pub static TABLE = [
        "void __fpurge(FILE *stream[file])" => fpurge: stream,
        "size_t __fbufsize(FILE *stream[file])" => fbufsize: stream,
        "int __flbf(FILE *stream[file])" => flbf: stream,
        "int __fsetlocking(FILE *stream[file], int kind)" => fsetlocking: stream, kind,
        "void _flushlbf(void)" => flushlbf,
        "void clearerr(FILE *stream[file])" => clearerr: stream,
        "void clearerr_unlocked(FILE *stream[file])" => clearerr: stream,
        "int feof(FILE *stream[file])" => feof: stream,
        "int feof_unlocked(FILE *stream[file])" => feof: stream,
        "int ferror(FILE *stream[file])" => ferror: stream,
        "int ferror_unlocked(FILE *stream[file])" => ferror: stream,
        "int fflush(FILE *stream[?file])" => fflush: stream,
        "int fflush_unlocked(FILE *stream[?file])" => fflush: stream,
        "int fgetpos(FILE *stream[file], fpos_t *position[w 16])" => fgetpos: stream, position,
        "int fgetpos64(FILE *stream[file], fpos_t *position[w 16])" => fgetpos: stream, position,
        "int fileno(FILE *stream[file])" => fileno: stream,
        "int fileno_unlocked(FILE *stream[file])" => fileno: stream,
        "void flockfile(FILE *stream[file])" => flockfile: stream,
        "int fseek(FILE *stream[file], long offset, int whence)" => fseek: stream, offset, whence,
        "int fseeko(FILE *stream[file], off_t offset, int whence)" => fseek: stream, offset, whence,
        "int fseeko64(FILE *stream[file], off_t offset, int whence)" => fseek: stream, offset, whence,
        "int fsetpos(FILE *stream[file], const fpos_t *position[r 16])" => fsetpos: stream, position,
        "int fsetpos64(FILE *stream[file], const fpos_t *position[r 16])" => fsetpos: stream, position,
        "long ftell(FILE *stream[file])" => ftell: stream,
        "off_t ftello(FILE *stream[file])" => ftell: stream,
        "off_t ftello64(FILE *stream[file])" => ftell: stream,
        "int ftrylockfile(FILE *stream[file])" => ftrylockfile: stream,
        "void funlockfile(FILE *stream[file])" => flockfile: stream,
        "int fwide(FILE *stream[file], int mode)" => fwide: stream, mode,
        "void rewind(FILE *stream[file])" => rewind: stream,
        "void setbuf(FILE *stream[file], char *buffer[?w 8192])" => setbuf: stream, buffer,
        "void setbuffer(FILE *stream[file], char *buffer[?w size], size_t size)" => setbuffer: stream, buffer, size,
        "void setlinebuf(FILE *stream[file])" => setlinebuf: stream,
        "int setvbuf(FILE *stream[file], char *buffer[?w size], int mode, size_t size)" => setvbuf: stream, buffer, mode, size,
    ];
}

/// Where the stream is: the device's position, less what is read ahead, more what waits to be written.
fn position(cx: &mut Cx<'_>, file: &File) -> Result<std::result::Result<i64, Errno>> {
    let head = file.head(cx)?;
    let pending = super::between(head.write_base, head.write_ptr);
    let writing = head.flags & flag::PUTTING != 0;
    let whence = if writing && pending > 0 && head.flags & flag::APPENDING != 0 {
        libc::SEEK_END
    } else {
        libc::SEEK_CUR
    };
    let at = file.stream.device.seek(cx, 0, whence)?;
    Ok(at.map(
        |at| {
            if writing { at.wrapping_add(pending as i64) } else { at.wrapping_sub(head.unread() as i64) }
        },
    ))
}

fn seek(cx: &mut Cx<'_>, file: &File, offset: i64, whence: i32) -> Result<bool> {
    if !matches!(whence, libc::SEEK_SET..=libc::SEEK_END | libc::SEEK_DATA | libc::SEEK_HOLE) {
        return cx.fail(libc::EINVAL, false);
    }
    if !buffer::flush(cx, file)? {
        return Ok(false);
    }
    let head = file.head(cx)?;
    let mut offset = offset;
    if whence == libc::SEEK_CUR && head.flags & flag::PUTTING == 0 {
        offset = offset.wrapping_sub(head.unread() as i64);
    }
    match file.stream.device.seek(cx, offset, whence)? {
        Ok(_) => {
            buffer::discard(cx, file)?;
            Ok(true)
        }
        Err(errno) => cx.fail(errno.raw_os_error(), false),
    }
}

fn fseek(cx: &mut Cx<'_>, stream: GuestPtr, offset: i64, whence: i32) -> Result<i32> {
    let file = file(cx, stream)?;
    Ok(if seek(cx, &file, offset, whence)? { 0 } else { -1 })
}

fn rewind(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<()> {
    let file = file(cx, stream)?;
    seek(cx, &file, 0, libc::SEEK_SET)?;
    file.lower(cx, flag::EOF_SEEN | flag::ERR_SEEN)
}

fn ftell(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i64> {
    let file = file(cx, stream)?;
    match position(cx, &file)? {
        Ok(at) => Ok(at),
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
    }
}

fn fgetpos(cx: &mut Cx<'_>, stream: GuestPtr, to: GuestPtr) -> Result<i32> {
    let at = ftell(cx, stream)?;
    cx.mem().slice_mut(to, 16)?;
    if at < 0 {
        return Ok(-1);
    }
    cx.mem().write(to, &[0; 16])?;
    cx.mem().store(to, at)?;
    Ok(0)
}

fn fsetpos(cx: &mut Cx<'_>, stream: GuestPtr, from: GuestPtr) -> Result<i32> {
    let mut bytes = [0; 16];
    cx.mem().read(from, &mut bytes)?;
    let at: i64 = cx.mem().load(from)?;
    fseek(cx, stream, at, libc::SEEK_SET)
}

fn fflush(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    if !stream.is_null() {
        let file = file(cx, stream)?;
        return Ok(if buffer::sync(cx, &file)? { 0 } else { EOF });
    }
    let mut done = true;
    for file in all(cx) {
        done &= buffer::flush(cx, &file)?;
    }
    Ok(if done { 0 } else { EOF })
}

fn flushlbf(cx: &mut Cx<'_>) -> Result<()> {
    for file in all(cx) {
        if file.head(cx)?.flags & flag::LINE_BUF != 0 {
            buffer::flush(cx, &file)?;
        }
    }
    Ok(())
}

fn fpurge(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<()> {
    let file = file(cx, stream)?;
    let mut head = file.head(cx)?;
    head.empty();
    head.flags &= !flag::PUTTING;
    file.set_head(cx, &head)
}

fn fbufsize(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<u64> {
    let head = file(cx, stream)?.head(cx)?;
    Ok(super::between(head.buf_base, head.buf_end))
}

fn flbf(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    let head = file(cx, stream)?.head(cx)?;
    Ok((head.flags & flag::LINE_BUF) as i32)
}

/// Locking by the caller or by the library: there is no difference here. Answers FSETLOCKING_INTERNAL.
fn fsetlocking(cx: &mut Cx<'_>, stream: GuestPtr, _kind: i32) -> Result<i32> {
    file(cx, stream)?;
    Ok(1)
}

fn clearerr(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<()> {
    file(cx, stream)?.lower(cx, flag::EOF_SEEN | flag::ERR_SEEN)
}

fn feof(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    Ok(i32::from(file(cx, stream)?.head(cx)?.flags & flag::EOF_SEEN != 0))
}

fn ferror(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    Ok(i32::from(file(cx, stream)?.head(cx)?.flags & flag::ERR_SEEN != 0))
}

fn fileno(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    match file(cx, stream)?.stream.device.descriptor() {
        Some(fd) => Ok(fd),
        None => cx.fail(libc::EBADF, -1),
    }
}

/// One guest thread runs at a time: a stream is never in another's hands.
fn flockfile(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<()> {
    file(cx, stream).map(|_| ())
}

fn ftrylockfile(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    flockfile(cx, stream).map(|()| 0)
}

fn fwide(cx: &mut Cx<'_>, stream: GuestPtr, mode: i32) -> Result<i32> {
    let file = file(cx, stream)?;
    let old: i32 = cx.mem().load(file.ptr.offset(MODE))?;
    if mode != 0 && old == 0 {
        cx.mem().store(file.ptr.offset(MODE), mode.signum())?;
        return Ok(mode.signum());
    }
    Ok(old)
}

fn setvbuf(cx: &mut Cx<'_>, stream: GuestPtr, buffer: GuestPtr, mode: i32, size: u64) -> Result<i32> {
    let file = file(cx, stream)?;
    let mut head = file.head(cx)?;
    let buffer = match mode {
        libc::_IOFBF => {
            if buffer.is_null() {
                buffer::allocate(cx, &file, &mut head)?;
            }
            head.flags &= !(flag::LINE_BUF | flag::UNBUFFERED);
            buffer
        }
        libc::_IOLBF => {
            head.flags = head.flags & !flag::UNBUFFERED | flag::LINE_BUF;
            buffer
        }
        libc::_IONBF => {
            head.flags = head.flags & !flag::LINE_BUF | flag::UNBUFFERED;
            GuestPtr::NULL
        }
        _ => return Ok(EOF),
    };
    file.set_head(cx, &head)?;
    if mode != libc::_IONBF && buffer.is_null() {
        // As in glibc, what room the buffer has left is still filled without looking for newlines.
        return Ok(0);
    }
    let done = buffer::set_program_buffer(cx, &file, buffer, size)?;
    Ok(if done { 0 } else { EOF })
}

fn setbuf(cx: &mut Cx<'_>, stream: GuestPtr, buffer: GuestPtr) -> Result<()> {
    setbuffer(cx, stream, buffer, 8192)
}

fn setbuffer(cx: &mut Cx<'_>, stream: GuestPtr, buffer: GuestPtr, size: u64) -> Result<()> {
    let mode = if buffer.is_null() { libc::_IONBF } else { libc::_IOFBF };
    setvbuf(cx, stream, buffer, mode, size).map(|_| ())
}

fn setlinebuf(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<()> {
    setvbuf(cx, stream, GuestPtr::NULL, libc::_IOLBF, 0).map(|_| ())
}
