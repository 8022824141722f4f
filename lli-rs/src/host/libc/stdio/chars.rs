//! Characters and blocks: getc, putc, ungetc, fread, fwrite and the functions that glibc's inline code calls.

use svm_memory::GuestPtr;

use super::{EOF, buffer, file, flag, standard};
use crate::host::host_table;
use crate::host::libc::fd::Source;
use crate::machine::{Cx, Result};

host_table! {
    /// Characters and blocks.
    pub static TABLE = [
        "int __overflow(FILE *stream[file], int c)" => overflow: stream, c,
        "int __uflow(FILE *stream[file])" => getc: stream,
        "int __underflow(FILE *stream[file])" => underflow: stream,
        "int _IO_getc(FILE *stream[file])" => getc: stream,
        "int _IO_putc(int c, FILE *stream[file])" => putc: c, stream,
        "size_t __fpending(FILE *stream[file])" => fpending: stream,
        "int __freadable(FILE *stream[file])" => freadable: stream,
        "int __freading(FILE *stream[file])" => freading: stream,
        "int __fwritable(FILE *stream[file])" => fwritable: stream,
        "int __fwriting(FILE *stream[file])" => fwriting: stream,
        "int fgetc(FILE *stream[file])" => getc: stream,
        "int fgetc_unlocked(FILE *stream[file])" => getc: stream,
        "int fputc(int c, FILE *stream[file])" => putc: c, stream,
        "int fputc_unlocked(int c, FILE *stream[file])" => putc: c, stream,
        "size_t __fread_chk(void *ptr[w size*n], size_t left, size_t size, size_t n, FILE *stream[file])" => fread_chk: ptr, left, size, n, stream,
        "size_t __fread_unlocked_chk(void *ptr[w size*n], size_t left, size_t size, size_t n, FILE *stream[file])" => fread_chk: ptr, left, size, n, stream,
        "size_t fread(void *ptr[w size*n], size_t size, size_t n, FILE *stream[file])" => fread: ptr, size, n, stream,
        "size_t fread_unlocked(void *ptr[w size*n], size_t size, size_t n, FILE *stream[file])" => fread: ptr, size, n, stream,
        "size_t fwrite(const void *ptr[r size*n], size_t size, size_t n, FILE *stream[file])" => fwrite: ptr, size, n, stream,
        "size_t fwrite_unlocked(const void *ptr[r size*n], size_t size, size_t n, FILE *stream[file])" => fwrite: ptr, size, n, stream,
        "int getc(FILE *stream[file])" => getc: stream,
        "int getc_unlocked(FILE *stream[file])" => getc: stream,
        "int getchar(void)" => getchar,
        "int getchar_unlocked(void)" => getchar,
        "int getw(FILE *stream[file])" => getw: stream,
        "int putc(int c, FILE *stream[file])" => putc: c, stream,
        "int putc_unlocked(int c, FILE *stream[file])" => putc: c, stream,
        "int putchar(int c)" => putchar: c,
        "int putchar_unlocked(int c)" => putchar: c,
        "int putw(int w, FILE *stream[file])" => putw: w, stream,
        "int ungetc(int c, FILE *stream[file])" => ungetc: c, stream,
    ];
}

fn getc(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    if file.is_narrow(cx)? { buffer::get(cx, &file) } else { Ok(EOF) }
}

fn underflow(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    if file.is_narrow(cx)? { buffer::peek(cx, &file) } else { Ok(EOF) }
}

fn getchar(cx: &mut Cx<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    if file.is_narrow(cx)? { buffer::get(cx, &file) } else { Ok(EOF) }
}

fn putc(cx: &mut Cx<'_>, c: i32, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    if file.is_narrow(cx)? { buffer::put(cx, &file, c as u8) } else { Ok(EOF) }
}

fn putchar(cx: &mut Cx<'_>, c: i32) -> Result<i32> {
    let file = standard(cx, 1)?;
    if file.is_narrow(cx)? { buffer::put(cx, &file, c as u8) } else { Ok(EOF) }
}

/// `__overflow(stream, EOF)` flushes.
fn overflow(cx: &mut Cx<'_>, stream: GuestPtr, c: i32) -> Result<i32> {
    let file = file(cx, stream)?;
    if c == EOF {
        return Ok(if buffer::flush(cx, &file)? { 0 } else { EOF });
    }
    if file.is_narrow(cx)? { buffer::overflow(cx, &file, c as u8) } else { Ok(EOF) }
}

fn ungetc(cx: &mut Cx<'_>, c: i32, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    let pushed = c != EOF && buffer::unget(cx, &file, c as u8)?;
    Ok(if pushed { i32::from(c as u8) } else { EOF })
}

fn fread(cx: &mut Cx<'_>, ptr: GuestPtr, size: u64, n: u64, stream: GuestPtr) -> Result<u64> {
    let file = file(cx, stream)?;
    let bytes = size.saturating_mul(n);
    if bytes == 0 || !file.is_narrow(cx)? {
        return Ok(0);
    }
    let done = buffer::read(cx, &file, ptr, bytes)?;
    Ok(done / size)
}

fn fread_chk(cx: &mut Cx<'_>, ptr: GuestPtr, left: u64, size: u64, n: u64, stream: GuestPtr) -> Result<u64> {
    let bytes = size.saturating_mul(n);
    if bytes > left {
        cx.mem().slice_mut(ptr, bytes)?;
        return Err(
            cx.misuse(format!("may write {bytes} bytes, but only {left} are left in the destination"))
        );
    }
    fread(cx, ptr, size, n, stream)
}

fn fwrite(cx: &mut Cx<'_>, ptr: GuestPtr, size: u64, n: u64, stream: GuestPtr) -> Result<u64> {
    let file = file(cx, stream)?;
    let bytes = size.saturating_mul(n);
    if bytes == 0 || !file.is_narrow(cx)? {
        return Ok(0);
    }
    let source = Source::Guest(cx.mem().slice(ptr, bytes)?);
    let done = buffer::write(cx, &file, source)?;
    Ok(if done == bytes { n } else { done / size })
}

fn getw(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    if !file.is_narrow(cx)? {
        return Ok(EOF);
    }
    let mut bytes = [0; 4];
    for byte in &mut bytes {
        match buffer::get(cx, &file)? {
            EOF => return Ok(EOF),
            c => *byte = c as u8,
        }
    }
    Ok(i32::from_le_bytes(bytes))
}

fn putw(cx: &mut Cx<'_>, w: i32, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    if !file.is_narrow(cx)? {
        return Ok(EOF);
    }
    let done = buffer::write(cx, &file, Source::Host(&w.to_le_bytes()))?;
    Ok(if done == 4 { 0 } else { EOF })
}

fn fpending(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<u64> {
    let head = file(cx, stream)?.head(cx)?;
    Ok(super::between(head.write_base, head.write_ptr))
}

fn has(cx: &mut Cx<'_>, stream: GuestPtr, flags: u32) -> Result<bool> {
    Ok(file(cx, stream)?.head(cx)?.flags & flags != 0)
}

fn freadable(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    Ok(i32::from(!has(cx, stream, flag::NO_READS)?))
}

fn fwritable(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    Ok(i32::from(!has(cx, stream, flag::NO_WRITES)?))
}

fn freading(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    let head = file(cx, stream)?.head(cx)?;
    let read = head.flags & (flag::PUTTING | flag::NO_READS) == 0 && !head.read_base.is_null();
    Ok(i32::from(head.flags & flag::NO_WRITES != 0 || read))
}

fn fwriting(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<i32> {
    has(cx, stream, flag::NO_READS | flag::PUTTING).map(i32::from)
}
