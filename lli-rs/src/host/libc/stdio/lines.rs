//! Lines and strings: fgets, fputs, puts, getline, getdelim, perror.

use svm_memory::GuestPtr;

use super::{EOF, File, buffer, file, standard};
use crate::host::host_table;
use crate::host::libc::fd::Source;
use crate::host::libc::stdio::Growing;
use crate::host::libc::sys;
use crate::machine::{Cx, Result};

host_table! {
    /// Lines and strings.
    pub static TABLE = [
        "char *__fgets_chk(char *s[w], size_t size, int n, FILE *stream[file])" => fgets_chk: s, size, n, stream,
        "char *__fgets_unlocked_chk(char *s[w], size_t size, int n, FILE *stream[file])" => fgets_chk: s, size, n, stream,
        "ssize_t __getdelim(char **lineptr[rw 8], size_t *n[rw 8], int delimiter, FILE *stream[file])" => getdelim: lineptr, n, delimiter, stream,
        "char *fgets(char *s[w], int n, FILE *stream[file])" => fgets: s, n, stream,
        "char *fgets_unlocked(char *s[w], int n, FILE *stream[file])" => fgets: s, n, stream,
        "int fputs(const char *s[str], FILE *stream[file])" => fputs: s, stream,
        "int fputs_unlocked(const char *s[str], FILE *stream[file])" => fputs: s, stream,
        "ssize_t getdelim(char **lineptr[rw 8], size_t *n[rw 8], int delimiter, FILE *stream[file])" => getdelim: lineptr, n, delimiter, stream,
        "ssize_t getline(char **lineptr[rw 8], size_t *n[rw 8], FILE *stream[file])" => getline: lineptr, n, stream,
        "char *gets(char *s[w])" => gets: s,
        "void perror(const char *s[?str])" => perror: s,
        "int puts(const char *s[str])" => puts: s,
    ];
}

/// Moves bytes up to and including `delimiter`, at most `most`, from the stream to `to`; how many.
fn take_line(
    cx: &mut Cx<'_>,
    file: &File,
    delimiter: u8,
    most: u64,
    to: &mut dyn FnMut(&mut Cx<'_>, u64, GuestPtr, u64) -> Result<bool>,
) -> Result<Option<u64>> {
    let mut done = 0;
    while done < most && file.is_narrow(cx)? && buffer::fill(cx, file)? {
        let mut head = file.head(cx)?;
        let ready = head.unread().min(most - done);
        let hit = cx.mem().find(head.read_ptr, delimiter, ready)?;
        let taken = hit.map_or(ready, |at| at + 1);
        if !to(cx, done, head.read_ptr, taken)? {
            return Ok(None);
        }
        head.read_ptr = head.read_ptr.offset(taken as i64);
        file.set_head(cx, &head)?;
        done += taken;
        if hit.is_some() {
            break;
        }
    }
    Ok(Some(done))
}

fn fgets(cx: &mut Cx<'_>, s: GuestPtr, n: i32, stream: GuestPtr) -> Result<GuestPtr> {
    let file = file(cx, stream)?;
    if n <= 0 {
        return Ok(GuestPtr::NULL);
    }
    if n == 1 {
        cx.mem().store(s, 0_u8)?;
        return Ok(s);
    }
    line_to(cx, &file, s, n as u64 - 1, false)
}

fn line_to(cx: &mut Cx<'_>, file: &File, s: GuestPtr, most: u64, chomp: bool) -> Result<GuestPtr> {
    // An old error does not make this call fail.
    let old = file.head(cx)?.flags & super::flag::ERR_SEEN;
    file.lower(cx, super::flag::ERR_SEEN)?;
    let taken = take_line(cx, file, b'\n', most, &mut |cx, at, from, len| {
        cx.mem().copy(s.offset(at as i64), from, len)?;
        Ok(true)
    })?
    .unwrap_or(0);
    let head = file.head(cx)?;
    file.raise(cx, old)?;
    let failed = head.flags & super::flag::ERR_SEEN != 0 && cx.errno()? != libc::EAGAIN;
    if taken == 0 || failed {
        return Ok(GuestPtr::NULL);
    }
    let mut end = s.offset(taken as i64);
    if chomp && cx.mem().load::<u8>(end.offset(-1))? == b'\n' {
        end = end.offset(-1);
    }
    cx.mem().store(end, 0_u8)?;
    Ok(s)
}

fn fgets_chk(cx: &mut Cx<'_>, s: GuestPtr, size: u64, n: i32, stream: GuestPtr) -> Result<GuestPtr> {
    if n > 0 && n as u64 > size {
        cx.mem().slice_mut(s, n as u64)?;
        return Err(cx.misuse(format!("may write {n} bytes, but only {size} are left in the destination")));
    }
    fgets(cx, s, n, stream)
}

fn gets(cx: &mut Cx<'_>, s: GuestPtr) -> Result<GuestPtr> {
    let stdin = standard(cx, 0)?;
    line_to(cx, &stdin, s, u64::MAX, true)
}

fn put_string(cx: &mut Cx<'_>, file: &File, s: GuestPtr) -> Result<bool> {
    let len = cx.mem().str_len(s)?;
    let source = Source::Guest(cx.mem().slice(s, len)?);
    if !file.is_narrow(cx)? {
        return Ok(false);
    }
    Ok(buffer::write(cx, file, source)? == len)
}

fn fputs(cx: &mut Cx<'_>, s: GuestPtr, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    Ok(if put_string(cx, &file, s)? { 1 } else { EOF })
}

fn puts(cx: &mut Cx<'_>, s: GuestPtr) -> Result<i32> {
    let stdout = standard(cx, 1)?;
    let len = cx.mem().str_len(s)?;
    if !put_string(cx, &stdout, s)? || buffer::put(cx, &stdout, b'\n')? == EOF {
        return Ok(EOF);
    }
    Ok(i32::try_from(len + 1).unwrap_or(i32::MAX))
}

fn getline(cx: &mut Cx<'_>, lineptr: GuestPtr, n: GuestPtr, stream: GuestPtr) -> Result<i64> {
    getdelim(cx, lineptr, n, i32::from(b'\n'), stream)
}

fn getdelim(
    cx: &mut Cx<'_>,
    lineptr: GuestPtr,
    n: GuestPtr,
    delimiter: i32,
    stream: GuestPtr,
) -> Result<i64> {
    let mem = cx.mem();
    let file = file(cx, stream)?;
    let old: GuestPtr = mem.load(lineptr)?;
    let size: u64 = mem.load(n)?;
    let capacity = if old.is_null() { 0 } else { size };
    let mut line = Growing { ptr: old, len: 0, capacity, position: 0 };
    if !line.reserve(cx, 120)? {
        return cx.fail(libc::ENOMEM, -1);
    }
    let delimiter = delimiter as u8;
    let taken = take_line(cx, &file, delimiter, i64::MAX as u64, &mut |cx, at, from, len| {
        if !line.reserve(cx, at + len + 1)? {
            return Ok(false);
        }
        cx.mem().copy(line.ptr.offset(at as i64), from, len)?;
        Ok(true)
    });
    // Also after a fault in the stream's own buffer the guest owns the memory.
    mem.store(lineptr, line.ptr)?;
    mem.store(n, line.capacity)?;
    match taken? {
        None => cx.fail(libc::ENOMEM, -1),
        Some(0) => Ok(-1),
        Some(len) => {
            mem.store(line.ptr.offset(len as i64), 0_u8)?;
            Ok(len as i64)
        }
    }
}

fn perror(cx: &mut Cx<'_>, s: GuestPtr) -> Result<()> {
    let errno = cx.errno()?;
    let mut text = Vec::new();
    if !s.is_null() && cx.mem().load::<u8>(s)? != 0 {
        text = cx.mem().c_str(s)?;
        text.extend_from_slice(b": ");
    }
    text.extend_from_slice(&sys::error_text(errno));
    text.push(b'\n');
    let stderr = standard(cx, 2)?;
    buffer::write(cx, &stderr, Source::Host(&text))?;
    Ok(())
}
