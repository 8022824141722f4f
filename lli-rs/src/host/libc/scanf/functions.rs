//! The scanf family, narrow and wide.

use svm_memory::GuestPtr;

use super::input::Input;
use super::scan;
use crate::host::libc::stdio::{EOF, File, file, standard};
use crate::host::{VarArgs, host_table};
use crate::machine::{Cx, Result};

host_table! {
    /// scanf and its siblings, in the forms that headers of C89, C99 and C23 name.
    pub static TABLE = [
        "int __isoc23_fscanf(FILE *stream[file], const char *format[str], ...)" => fscanf_23: stream, format, args,
        "int __isoc23_scanf(const char *format[str], ...)" => scanf_23: format, args,
        "int __isoc23_sscanf(const char *s[str], const char *format[str], ...)" => sscanf_23: s, format, args,
        "int __isoc23_vfscanf(FILE *stream[file], const char *format[str], va_list ap[va])" => vfscanf_23: stream, format, ap,
        "int __isoc23_vscanf(const char *format[str], va_list ap[va])" => vscanf_23: format, ap,
        "int __isoc23_vsscanf(const char *s[str], const char *format[str], va_list ap[va])" => vsscanf_23: s, format, ap,
        "int __isoc99_fscanf(FILE *stream[file], const char *format[str], ...)" => fscanf: stream, format, args,
        "int __isoc99_scanf(const char *format[str], ...)" => scanf: format, args,
        "int __isoc99_sscanf(const char *s[str], const char *format[str], ...)" => sscanf: s, format, args,
        "int __isoc99_vfscanf(FILE *stream[file], const char *format[str], va_list ap[va])" => vfscanf: stream, format, ap,
        "int __isoc99_vscanf(const char *format[str], va_list ap[va])" => vscanf: format, ap,
        "int __isoc99_vsscanf(const char *s[str], const char *format[str], va_list ap[va])" => vsscanf: s, format, ap,
        "int fscanf(FILE *stream[file], const char *format[str], ...)" => fscanf: stream, format, args,
        "int scanf(const char *format[str], ...)" => scanf: format, args,
        "int sscanf(const char *s[str], const char *format[str], ...)" => sscanf: s, format, args,
        "int vfscanf(FILE *stream[file], const char *format[str], va_list ap[va])" => vfscanf: stream, format, ap,
        "int vscanf(const char *format[str], va_list ap[va])" => vscanf: format, ap,
        "int vsscanf(const char *s[str], const char *format[str], va_list ap[va])" => vsscanf: s, format, ap,
        "int __isoc23_fwscanf(FILE *stream[file], const wchar_t *format[r], ...)" => fwscanf_23: stream, format, args,
        "int __isoc23_swscanf(const wchar_t *s[r], const wchar_t *format[r], ...)" => swscanf_23: s, format, args,
        "int __isoc23_vfwscanf(FILE *stream[file], const wchar_t *format[r], va_list ap[va])" => vfwscanf_23: stream, format, ap,
        "int __isoc23_vswscanf(const wchar_t *s[r], const wchar_t *format[r], va_list ap[va])" => vswscanf_23: s, format, ap,
        "int __isoc23_vwscanf(const wchar_t *format[r], va_list ap[va])" => vwscanf_23: format, ap,
        "int __isoc23_wscanf(const wchar_t *format[r], ...)" => wscanf_23: format, args,
        "int __isoc99_fwscanf(FILE *stream[file], const wchar_t *format[r], ...)" => fwscanf: stream, format, args,
        "int __isoc99_swscanf(const wchar_t *s[r], const wchar_t *format[r], ...)" => swscanf: s, format, args,
        "int __isoc99_vfwscanf(FILE *stream[file], const wchar_t *format[r], va_list ap[va])" => vfwscanf: stream, format, ap,
        "int __isoc99_vswscanf(const wchar_t *s[r], const wchar_t *format[r], va_list ap[va])" => vswscanf: s, format, ap,
        "int __isoc99_vwscanf(const wchar_t *format[r], va_list ap[va])" => vwscanf: format, ap,
        "int __isoc99_wscanf(const wchar_t *format[r], ...)" => wscanf: format, args,
        "int fwscanf(FILE *stream[file], const wchar_t *format[r], ...)" => fwscanf: stream, format, args,
        "int swscanf(const wchar_t *s[r], const wchar_t *format[r], ...)" => swscanf: s, format, args,
        "int vfwscanf(FILE *stream[file], const wchar_t *format[r], va_list ap[va])" => vfwscanf: stream, format, ap,
        "int vswscanf(const wchar_t *s[r], const wchar_t *format[r], va_list ap[va])" => vswscanf: s, format, ap,
        "int vwscanf(const wchar_t *format[r], va_list ap[va])" => vwscanf: format, ap,
        "int wscanf(const wchar_t *format[r], ...)" => wscanf: format, args,
    ];
}

fn from_stream(
    cx: &mut Cx<'_>,
    file: File,
    format: GuestPtr,
    mut args: VarArgs<'_>,
    binary: bool,
) -> Result<i32> {
    if !file.is_narrow(cx)? {
        return Ok(EOF);
    }
    scan(cx, &mut Input::stream(file), format, &mut args, binary)
}

fn from_wide_stream(
    cx: &mut Cx<'_>,
    file: File,
    format: GuestPtr,
    mut args: VarArgs<'_>,
    binary: bool,
) -> Result<i32> {
    if !file.is_wide(cx)? {
        return Ok(EOF);
    }
    scan(cx, &mut Input::wide_stream(file), format, &mut args, binary)
}

fn fscanf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = file(cx, stream)?;
    from_stream(cx, file, format, args, false)
}

fn scanf(cx: &mut Cx<'_>, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    from_stream(cx, file, format, args, false)
}

fn sscanf(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    scan(cx, &mut Input::text(s), format, &mut args, false)
}

fn vfscanf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fscanf(cx, stream, format, VarArgs::list(ap))
}

fn vscanf(cx: &mut Cx<'_>, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    scanf(cx, format, VarArgs::list(ap))
}

fn vsscanf(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    sscanf(cx, s, format, VarArgs::list(ap))
}

fn fscanf_23(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = file(cx, stream)?;
    from_stream(cx, file, format, args, true)
}

fn scanf_23(cx: &mut Cx<'_>, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    from_stream(cx, file, format, args, true)
}

fn sscanf_23(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    scan(cx, &mut Input::text(s), format, &mut args, true)
}

fn vfscanf_23(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fscanf_23(cx, stream, format, VarArgs::list(ap))
}

fn vscanf_23(cx: &mut Cx<'_>, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    scanf_23(cx, format, VarArgs::list(ap))
}

fn vsscanf_23(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    sscanf_23(cx, s, format, VarArgs::list(ap))
}

fn fwscanf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = file(cx, stream)?;
    from_wide_stream(cx, file, format, args, false)
}

fn wscanf(cx: &mut Cx<'_>, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    from_wide_stream(cx, file, format, args, false)
}

fn swscanf(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    scan(cx, &mut Input::wide_text(s), format, &mut args, false)
}

fn vfwscanf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fwscanf(cx, stream, format, VarArgs::list(ap))
}

fn vwscanf(cx: &mut Cx<'_>, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    wscanf(cx, format, VarArgs::list(ap))
}

fn vswscanf(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    swscanf(cx, s, format, VarArgs::list(ap))
}

fn fwscanf_23(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = file(cx, stream)?;
    from_wide_stream(cx, file, format, args, true)
}

fn wscanf_23(cx: &mut Cx<'_>, format: GuestPtr, args: VarArgs<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    from_wide_stream(cx, file, format, args, true)
}

fn swscanf_23(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    scan(cx, &mut Input::wide_text(s), format, &mut args, true)
}

fn vfwscanf_23(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    fwscanf_23(cx, stream, format, VarArgs::list(ap))
}

fn vwscanf_23(cx: &mut Cx<'_>, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    wscanf_23(cx, format, VarArgs::list(ap))
}

fn vswscanf_23(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, ap: GuestPtr) -> Result<i32> {
    swscanf_23(cx, s, format, VarArgs::list(ap))
}
