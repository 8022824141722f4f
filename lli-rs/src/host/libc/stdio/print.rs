//! The printf family and its `__*_chk` forms.

use svm_memory::GuestPtr;

use super::{StreamSink, buffer, file, flag, standard};
use crate::host::libc::printf::{Checking, DescriptorSink, HeapSink, MemorySink, format};
use crate::host::{VarArgs, host_table};
use crate::machine::{Cx, Result};

use Checking::{Fortified, Plain};

host_table! {
    /// printf and its siblings.
    pub static TABLE = [
        "int asprintf(char **strp[w 8], const char *format[str], ...)" => asprintf: strp, format, args,
        "int dprintf(int fd, const char *format[str], ...)" => dprintf: fd, format, args,
        "int fprintf(FILE *stream[file], const char *format[str], ...)" => fprintf: stream, format, args,
        "int printf(const char *format[str], ...)" => printf: format, args,
        "int snprintf(char *s[?w], size_t n, const char *format[str], ...)" => snprintf: s, n, format, args,
        "int sprintf(char *s[w], const char *format[str], ...)" => sprintf: s, format, args,
        "int vasprintf(char **strp[w 8], const char *format[str], va_list ap[va])" => vasprintf: strp, format, ap,
        "int vdprintf(int fd, const char *format[str], va_list ap[va])" => vdprintf: fd, format, ap,
        "int vfprintf(FILE *stream[file], const char *format[str], va_list ap[va])" => vfprintf: stream, format, ap,
        "int vprintf(const char *format[str], va_list ap[va])" => vprintf: format, ap,
        "int vsnprintf(char *s[?w], size_t n, const char *format[str], va_list ap[va])" => vsnprintf: s, n, format, ap,
        "int vsprintf(char *s[w], const char *format[str], va_list ap[va])" => vsprintf: s, format, ap,
    ];
}

host_table! {
    /// The same as `_FORTIFY_SOURCE` calls them: with the size that the compiler knows.
    pub static CHECKED = [
        "int __asprintf_chk(char **strp[w 8], int flag, const char *format[str], ...)" => asprintf_chk: strp, flag, format, args,
        "int __dprintf_chk(int fd, int flag, const char *format[str], ...)" => dprintf_chk: fd, flag, format, args,
        "int __fprintf_chk(FILE *stream[file], int flag, const char *format[str], ...)" => fprintf_chk: stream, flag, format, args,
        "int __printf_chk(int flag, const char *format[str], ...)" => printf_chk: flag, format, args,
        "int __snprintf_chk(char *s[?w], size_t n, int flag, size_t size, const char *format[str], ...)" => snprintf_chk: s, n, flag, size, format, args,
        "int __sprintf_chk(char *s[w], int flag, size_t size, const char *format[str], ...)" => sprintf_chk: s, flag, size, format, args,
        "int __vasprintf_chk(char **strp[w 8], int flag, const char *format[str], va_list ap[va])" => vasprintf_chk: strp, flag, format, ap,
        "int __vdprintf_chk(int fd, int flag, const char *format[str], va_list ap[va])" => vdprintf_chk: fd, flag, format, ap,
        "int __vfprintf_chk(FILE *stream[file], int flag, const char *format[str], va_list ap[va])" => vfprintf_chk: stream, flag, format, ap,
        "int __vprintf_chk(int flag, const char *format[str], va_list ap[va])" => vprintf_chk: flag, format, ap,
        "int __vsnprintf_chk(char *s[?w], size_t n, int flag, size_t size, const char *format[str], va_list ap[va])" => vsnprintf_chk: s, n, flag, size, format, ap,
        "int __vsprintf_chk(char *s[w], int flag, size_t size, const char *format[str], va_list ap[va])" => vsprintf_chk: s, flag, size, format, ap,
    ];
}

fn checking(flag: i32) -> Checking {
    if flag > 0 { Fortified } else { Plain }
}

fn to_stream(
    cx: &mut Cx<'_>,
    stream: super::File,
    text: GuestPtr,
    mut args: VarArgs<'_>,
    c: Checking,
) -> Result<i32> {
    if !stream.is_narrow(cx)? {
        return Ok(-1);
    }
    if stream.head(cx)?.flags & flag::NO_WRITES != 0 {
        buffer::overflow(cx, &stream, 0)?;
        return Ok(-1);
    }
    let mut sink = StreamSink { file: stream, failed: false };
    let result = format(cx, text, &mut args, &mut sink, c)?;
    Ok(if sink.failed { -1 } else { result })
}

fn to_memory(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    room: u64,
    text: GuestPtr,
    mut args: VarArgs<'_>,
    c: Checking,
) -> Result<i32> {
    let mut sink = MemorySink { at: s, room: room.saturating_sub(1) };
    let result = format(cx, text, &mut args, &mut sink, c)?;
    if room > 0 {
        cx.mem().store(sink.at, 0_u8)?;
    }
    Ok(result)
}

fn to_heap(
    cx: &mut Cx<'_>,
    strp: GuestPtr,
    text: GuestPtr,
    mut args: VarArgs<'_>,
    c: Checking,
) -> Result<i32> {
    cx.mem().slice_mut(strp, 8)?;
    let mut sink = HeapSink::default();
    let result = format(cx, text, &mut args, &mut sink, c)?;
    sink.failed = sink.failed || !sink.data.write(cx, b"")?;
    if sink.failed || result < 0 {
        let site = cx.site();
        cx.mem().free(sink.data.ptr, site)?;
        return if sink.failed { cx.fail(libc::ENOMEM, -1) } else { Ok(-1) };
    }
    let (len, site) = (sink.data.len, cx.site());
    cx.mem().store(sink.data.ptr.offset(len as i64), 0_u8)?;
    // The object has exactly the size of the text: reading past it is found.
    let ptr = cx.mem().realloc(sink.data.ptr, len + 1, site)?.unwrap_or(sink.data.ptr);
    cx.mem().store(strp, ptr)?;
    Ok(result)
}

fn to_descriptor(
    cx: &mut Cx<'_>,
    fd: i32,
    text: GuestPtr,
    mut args: VarArgs<'_>,
    c: Checking,
) -> Result<i32> {
    let mut sink = DescriptorSink { fd, failed: false };
    let result = format(cx, text, &mut args, &mut sink, c)?;
    Ok(if sink.failed { -1 } else { result })
}

/// `__*_chk` know the size of the destination: more than that is the program's death in glibc, a fault that says so here.
fn check_size(cx: &Cx<'_>, s: GuestPtr, n: u64, size: u64) -> Result<()> {
    if n > size {
        // The exact byte, if the object is really that small.
        cx.mem().slice_mut(s, n)?;
        return Err(cx.misuse(format!("may write {n} bytes, but only {size} are left in the destination")));
    }
    Ok(())
}

fn printf(cx: &mut Cx<'_>, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let stdout = standard(cx, 1)?;
    to_stream(cx, stdout, format, args, Plain)
}

fn fprintf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let stream = file(cx, stream)?;
    to_stream(cx, stream, format, args, Plain)
}

fn sprintf(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    to_memory(cx, s, u64::MAX, format, args, Plain)
}

fn snprintf(cx: &mut Cx<'_>, s: GuestPtr, n: u64, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    to_memory(cx, s, n, format, args, Plain)
}

fn dprintf(cx: &mut Cx<'_>, fd: i32, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    to_descriptor(cx, fd, format, args, Plain)
}

fn asprintf(cx: &mut Cx<'_>, strp: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    to_heap(cx, strp, format, args, Plain)
}

fn vprintf(cx: &mut Cx<'_>, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    printf(cx, format, VarArgs::list(ap))
}

fn vfprintf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fprintf(cx, stream, format, VarArgs::list(ap))
}

fn vsprintf(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    sprintf(cx, s, format, VarArgs::list(ap))
}

fn vsnprintf(cx: &mut Cx<'_>, s: GuestPtr, n: u64, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    snprintf(cx, s, n, format, VarArgs::list(ap))
}

fn vdprintf(cx: &mut Cx<'_>, fd: i32, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    dprintf(cx, fd, format, VarArgs::list(ap))
}

fn vasprintf(cx: &mut Cx<'_>, strp: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    asprintf(cx, strp, format, VarArgs::list(ap))
}

fn printf_chk(cx: &mut Cx<'_>, flag: i32, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let stdout = standard(cx, 1)?;
    to_stream(cx, stdout, format, args, checking(flag))
}

fn fprintf_chk(
    cx: &mut Cx<'_>,
    stream: GuestPtr,
    flag: i32,
    format: GuestPtr,
    args: VarArgs<'_>,
) -> Result<i32> {
    let stream = file(cx, stream)?;
    to_stream(cx, stream, format, args, checking(flag))
}

fn sprintf_chk(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    flag: i32,
    size: u64,
    format: GuestPtr,
    args: VarArgs<'_>,
) -> Result<i32> {
    // How much will be written is known afterwards only; the destination's own bounds decide exactly.
    let _ = size;
    to_memory(cx, s, u64::MAX, format, args, checking(flag))
}

fn snprintf_chk(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    n: u64,
    flag: i32,
    size: u64,
    format: GuestPtr,
    args: VarArgs<'_>,
) -> Result<i32> {
    check_size(cx, s, n, size)?;
    to_memory(cx, s, n, format, args, checking(flag))
}

fn dprintf_chk(cx: &mut Cx<'_>, fd: i32, flag: i32, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    to_descriptor(cx, fd, format, args, checking(flag))
}

fn asprintf_chk(
    cx: &mut Cx<'_>,
    strp: GuestPtr,
    flag: i32,
    format: GuestPtr,
    args: VarArgs<'_>,
) -> Result<i32> {
    to_heap(cx, strp, format, args, checking(flag))
}

fn vprintf_chk(cx: &mut Cx<'_>, flag: i32, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    printf_chk(cx, flag, format, VarArgs::list(ap))
}

fn vfprintf_chk(cx: &mut Cx<'_>, stream: GuestPtr, flag: i32, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fprintf_chk(cx, stream, flag, format, VarArgs::list(ap))
}

fn vsprintf_chk(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    flag: i32,
    size: u64,
    format: GuestPtr,
    ap: GuestPtr,
) -> Result<i32> {
    sprintf_chk(cx, s, flag, size, format, VarArgs::list(ap))
}

fn vsnprintf_chk(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    n: u64,
    flag: i32,
    size: u64,
    format: GuestPtr,
    ap: GuestPtr,
) -> Result<i32> {
    snprintf_chk(cx, s, n, flag, size, format, VarArgs::list(ap))
}

fn vdprintf_chk(cx: &mut Cx<'_>, fd: i32, flag: i32, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    dprintf_chk(cx, fd, flag, format, VarArgs::list(ap))
}

fn vasprintf_chk(cx: &mut Cx<'_>, strp: GuestPtr, flag: i32, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    asprintf_chk(cx, strp, flag, format, VarArgs::list(ap))
}
