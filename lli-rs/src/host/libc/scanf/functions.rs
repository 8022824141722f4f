//! The scanf family.

use svm_memory::GuestPtr;

use super::input::Input;
use super::scan;
use crate::host::libc::stdio::{file, standard};
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
    ];
}

fn fscanf(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    let file = file(cx, stream)?;
    scan(cx, &mut Input::stream(file), format, &mut args, false)
}

fn scanf(cx: &mut Cx<'_>, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    scan(cx, &mut Input::stream(file), format, &mut args, false)
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

fn fscanf_23(cx: &mut Cx<'_>, stream: GuestPtr, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    let file = file(cx, stream)?;
    scan(cx, &mut Input::stream(file), format, &mut args, true)
}

fn scanf_23(cx: &mut Cx<'_>, format: GuestPtr, mut args: VarArgs<'_>) -> Result<i32> {
    let file = standard(cx, 0)?;
    scan(cx, &mut Input::stream(file), format, &mut args, true)
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
