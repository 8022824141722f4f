//! The wide printf family and its `__*_chk` forms.

use svm_memory::GuestPtr;

use super::wide::{WEOF, put};
use super::{File, buffer, file, flag, standard};
use crate::host::libc::printf::{Checking, Sink, WideMemorySink, format_wide};
use crate::host::{VarArgs, host_table};
use crate::machine::{Cx, Result};

use Checking::{Fortified, Plain};

host_table! {
    /// wprintf and its siblings.
    pub static TABLE = [
        "int __fwprintf_chk(FILE *stream[file], int flag, const wchar_t *format[r], ...)" => fwprintf_chk: stream, flag, format, args,
        "int __swprintf_chk(wchar_t *s[w], size_t n, int flag, size_t size, const wchar_t *format[r], ...)" => swprintf_chk: s, n, flag, size, format, args,
        "int __vfwprintf_chk(FILE *stream[file], int flag, const wchar_t *format[r], va_list ap[va])" => vfwprintf_chk: stream, flag, format, ap,
        "int __vswprintf_chk(wchar_t *s[w], size_t n, int flag, size_t size, const wchar_t *format[r], va_list ap[va])" => vswprintf_chk: s, n, flag, size, format, ap,
        "int __vwprintf_chk(int flag, const wchar_t *format[r], va_list ap[va])" => vwprintf_chk: flag, format, ap,
        "int __wprintf_chk(int flag, const wchar_t *format[r], ...)" => wprintf_chk: flag, format, args,
        "int fwprintf(FILE *stream[file], const wchar_t *format[r], ...)" => fwprintf: stream, format, args,
        "int swprintf(wchar_t *s[w], size_t n, const wchar_t *format[r], ...)" => swprintf: s, n, format, args,
        "int vfwprintf(FILE *stream[file], const wchar_t *format[r], va_list ap[va])" => vfwprintf: stream, format, ap,
        "int vswprintf(wchar_t *s[w], size_t n, const wchar_t *format[r], va_list ap[va])" => vswprintf: s, n, format, ap,
        "int vwprintf(const wchar_t *format[r], va_list ap[va])" => vwprintf: format, ap,
        "int wprintf(const wchar_t *format[r], ...)" => wprintf: format, args,
    ];
}

/// A stream, in its encoding.
struct WideStreamSink {
    file: File,
    failed: bool,
}

impl Sink for WideStreamSink {
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        for c in String::from_utf8_lossy(bytes).chars() {
            self.failed = self.failed || put(cx, &self.file, c.into())? == WEOF;
        }
        Ok(())
    }
}

fn to_stream(
    cx: &mut Cx<'_>,
    file: File,
    format: GuestPtr,
    mut args: VarArgs<'_>,
    checking: Checking,
) -> Result<i32> {
    if !file.is_wide(cx)? {
        return Ok(-1);
    }
    if file.head(cx)?.flags & flag::NO_WRITES != 0 {
        buffer::overflow(cx, &file, 0)?;
        return Ok(-1);
    }
    let mut sink = WideStreamSink { file, failed: false };
    let result = format_wide(cx, format, &mut args, &mut sink, checking)?;
    Ok(if sink.failed { -1 } else { result })
}

/// Unlike `snprintf`, text that does not fit is an error.
fn to_memory(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    n: u64,
    format: GuestPtr,
    mut args: VarArgs<'_>,
    checking: Checking,
) -> Result<i32> {
    if n == 0 {
        return Ok(-1);
    }
    let mut sink = WideMemorySink { at: s, room: n - 1, full: false };
    let result = format_wide(cx, format, &mut args, &mut sink, checking)?;
    cx.mem().store(sink.at, 0u32)?;
    Ok(if sink.full { -1 } else { result })
}

fn checking(flag: i32) -> Checking {
    if flag > 0 { Fortified } else { Plain }
}

fn wprintf(cx: &mut Cx<'_>, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    wprintf_chk(cx, 0, format, args)
}

fn wprintf_chk(cx: &mut Cx<'_>, flag: i32, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let stdout = standard(cx, 1)?;
    to_stream(cx, stdout, format, args, checking(flag))
}

fn fwprintf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    fwprintf_chk(cx, stream, 0, format, args)
}

fn fwprintf_chk(
    cx: &mut Cx<'_>,
    stream: GuestPtr,
    flag: i32,
    format: GuestPtr,
    args: VarArgs<'_>,
) -> Result<i32> {
    let stream = file(cx, stream)?;
    to_stream(cx, stream, format, args, checking(flag))
}

fn swprintf(cx: &mut Cx<'_>, s: GuestPtr, n: u64, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    to_memory(cx, s, n, format, args, Plain)
}

fn swprintf_chk(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    n: u64,
    flag: i32,
    size: u64,
    format: GuestPtr,
    args: VarArgs<'_>,
) -> Result<i32> {
    if n > size {
        cx.mem().slice_mut(s, n.saturating_mul(4))?;
        return Err(cx.misuse(format!("may write {n} wide characters, but there is room for only {size}")));
    }
    to_memory(cx, s, n, format, args, checking(flag))
}

fn vwprintf(cx: &mut Cx<'_>, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    wprintf(cx, format, VarArgs::list(ap))
}

fn vfwprintf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fwprintf(cx, stream, format, VarArgs::list(ap))
}

fn vswprintf(cx: &mut Cx<'_>, s: GuestPtr, n: u64, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    swprintf(cx, s, n, format, VarArgs::list(ap))
}

fn vwprintf_chk(cx: &mut Cx<'_>, flag: i32, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    wprintf_chk(cx, flag, format, VarArgs::list(ap))
}

fn vfwprintf_chk(
    cx: &mut Cx<'_>,
    stream: GuestPtr,
    flag: i32,
    format: GuestPtr,
    ap: GuestPtr,
) -> Result<i32> {
    fwprintf_chk(cx, stream, flag, format, VarArgs::list(ap))
}

fn vswprintf_chk(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    n: u64,
    flag: i32,
    size: u64,
    format: GuestPtr,
    ap: GuestPtr,
) -> Result<i32> {
    swprintf_chk(cx, s, n, flag, size, format, VarArgs::list(ap))
}
