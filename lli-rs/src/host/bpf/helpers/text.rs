//! Memory and text: probe reads, printing, numbers, comparison.

use svm_memory::{AccessKind, GuestPtr};

use super::super::format::format;
use super::super::maps::Errno;
use super::status;
use crate::host::host_table;
use crate::machine::{Cx, Output, Result};

host_table! {
    /// Probe reads, printing, numbers, comparison.
    pub static TABLE = [
        "long bpf_probe_read(void *dst[w size], uint32_t size, const void *src)" => probe_read: dst, size, src,
        "long bpf_probe_read_user(void *dst[w size], uint32_t size, const void *src)" => probe_read: dst, size, src,
        "long bpf_probe_read_kernel(void *dst[w size], uint32_t size, const void *src)"
            => probe_read: dst, size, src,
        "long bpf_copy_from_user(void *dst[w size], uint32_t size, const void *src)" => probe_read: dst, size, src,
        "long bpf_probe_read_str(void *dst[w size], uint32_t size, const void *src)" => probe_str: dst, size, src,
        "long bpf_probe_read_user_str(void *dst[w size], uint32_t size, const void *src)"
            => probe_str: dst, size, src,
        "long bpf_probe_read_kernel_str(void *dst[w size], uint32_t size, const void *src)"
            => probe_str: dst, size, src,
        "long bpf_trace_printk(const char *format[r size], uint32_t size, uint64_t a, uint64_t b, uint64_t c)"
            => trace_printk: format, size, a, b, c,
        "long bpf_trace_vprintk(const char *format[r size], uint32_t size, const void *data, uint32_t len)"
            => trace_vprintk: format, size, data, len,
        "long bpf_snprintf(char *to, uint32_t size, const char *format[str], void *data, uint32_t len)"
            => snprintf: to, size, format, data, len,
        "long bpf_strtol(const char *text[r len], uint64_t len, uint64_t flags, void *result)"
            => strtol: text, len, flags, result,
        "long bpf_strtoul(const char *text[r len], uint64_t len, uint64_t flags, void *result)"
            => strtoul: text, len, flags, result,
        "long bpf_strncmp(const char *a, uint32_t size, const char *b[str])" => strncmp: a, size, b,
    ];
}

/// Copies bytes from an address that need not be valid: what is not is an error, not a fault.
fn probe_read(cx: &mut Cx<'_>, dst: GuestPtr, size: u32, src: GuestPtr) -> Result<i64> {
    let to = cx.mem().slice_mut(dst, u64::from(size))?;
    match cx.mem().slice(src, u64::from(size)) {
        Ok(from) => {
            to.copy_from_guest(&from);
            Ok(0)
        }
        Err(_) => {
            to.fill(0);
            Ok(status(Err(libc::EFAULT)))
        }
    }
}

/// Copies a string, cut off if need be; gives its length with the zero.
fn probe_str(cx: &mut Cx<'_>, dst: GuestPtr, size: u32, src: GuestPtr) -> Result<i64> {
    let to = cx.mem().slice_mut(dst, u64::from(size))?;
    if size == 0 {
        return Ok(0);
    }
    let room = u64::from(size) - 1;
    let there = cx.mem().available(src, AccessKind::Read);
    let Ok(text) = cx.mem().slice(src, there.min(room)) else { return Ok(status(Err(libc::EFAULT))) };
    let len = match text.position(0) {
        Some(len) => len,
        None if there >= room && there > 0 => room as usize,
        None => {
            to.fill(0);
            return Ok(status(Err(libc::EFAULT)));
        }
    };
    to.copy_from(0, &text.sub(0, len).to_vec());
    to.set(len, 0);
    Ok(len as i64 + 1)
}

/// Prints to standard error, where the kernel writes to its trace.
fn print(cx: &Cx<'_>, text: &[u8]) {
    use std::io::Write;
    match &cx.process.config.stderr {
        Output::Capture(bytes) => bytes.lock().extend_from_slice(text),
        Output::Inherit => {
            // What cannot be written is lost, as in a trace that nobody reads.
            let _ = std::io::stderr().write_all(text);
        }
    }
}

/// A format of known size; it ends with a zero.
fn sized_format(cx: &Cx<'_>, format: GuestPtr, size: u32) -> Result<std::result::Result<Vec<u8>, Errno>> {
    let mut text = cx.mem().slice(format, u64::from(size))?.to_vec();
    Ok(if text.pop() == Some(0) { Ok(text) } else { Err(libc::EINVAL) })
}

fn trace_printk(cx: &mut Cx<'_>, text: GuestPtr, size: u32, a: u64, b: u64, c: u64) -> Result<i64> {
    trace(cx, text, size, &[a, b, c])
}

fn trace(cx: &mut Cx<'_>, text: GuestPtr, size: u32, args: &[u64]) -> Result<i64> {
    match sized_format(cx, text, size)?.and_then(|f| format(&f, args, &|p| cx.mem().c_str(p).ok())) {
        Ok(out) => {
            print(cx, &out);
            Ok(out.len() as i64)
        }
        Err(errno) => Ok(status(Err(errno))),
    }
}

fn words(cx: &Cx<'_>, data: GuestPtr, len: u32) -> Result<Vec<u64>> {
    let bytes = cx.mem().slice(data, u64::from(len))?.to_vec();
    Ok(bytes.chunks_exact(8).map(|c| c.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))).collect())
}

fn trace_vprintk(cx: &mut Cx<'_>, text: GuestPtr, size: u32, data: GuestPtr, len: u32) -> Result<i64> {
    if !len.is_multiple_of(8) || len > 96 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let args = words(cx, data, len)?;
    trace(cx, text, size, &args)
}

/// As C's `snprintf`, with the arguments in an array; gives the length with the zero.
fn snprintf(
    cx: &mut Cx<'_>,
    to: GuestPtr,
    size: u32,
    text: GuestPtr,
    data: GuestPtr,
    len: u32,
) -> Result<i64> {
    let target = cx.mem().slice_mut(to, u64::from(size))?;
    if !len.is_multiple_of(8) || len > 96 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let (text, args) = (cx.mem().c_str(text)?, words(cx, data, len)?);
    match format(&text, &args, &|p| cx.mem().c_str(p).ok()) {
        Ok(out) => {
            if size > 0 {
                let kept = out.len().min(size as usize - 1);
                target.copy_from(0, &out[..kept]);
                target.set(kept, 0);
            }
            Ok(out.len() as i64 + 1)
        }
        Err(errno) => Ok(status(Err(errno))),
    }
}

/// Sign, magnitude and the number of characters read.
fn number(text: &[u8], flags: u64) -> std::result::Result<(bool, u64, usize), Errno> {
    let mut base = match flags {
        0 | 8 | 10 | 16 => flags as u32,
        _ => return Err(libc::EINVAL),
    };
    let mut at = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let negative = text.get(at) == Some(&b'-');
    at += usize::from(negative);
    let hex = text.get(at) == Some(&b'0') && matches!(text.get(at + 1), Some(b'x' | b'X'));
    if base == 0 {
        base = if hex {
            16
        } else if text.get(at) == Some(&b'0') {
            8
        } else {
            10
        };
    }
    at += if hex && base == 16 { 2 } else { 0 };
    let (start, mut value) = (at, 0u64);
    while let Some(digit) = text.get(at).and_then(|b| char::from(*b).to_digit(base)) {
        let next = value.checked_mul(u64::from(base)).and_then(|v| v.checked_add(u64::from(digit)));
        value = next.ok_or(libc::ERANGE)?;
        at += 1;
    }
    if at == start { Err(libc::EINVAL) } else { Ok((negative, value, at)) }
}

fn strtol(cx: &mut Cx<'_>, text: GuestPtr, len: u64, flags: u64, result: GuestPtr) -> Result<i64> {
    let bytes = cx.mem().slice(text, len)?.to_vec();
    cx.mem().slice_mut(result, 8)?;
    let parsed = number(&bytes, flags).and_then(|(negative, value, read)| {
        let signed = if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
        Ok((signed.ok_or(libc::ERANGE)?, read))
    });
    finish_number(cx, result, parsed.map(|(value, read)| (value as u64, read)))
}

fn strtoul(cx: &mut Cx<'_>, text: GuestPtr, len: u64, flags: u64, result: GuestPtr) -> Result<i64> {
    let bytes = cx.mem().slice(text, len)?.to_vec();
    cx.mem().slice_mut(result, 8)?;
    let parsed = number(&bytes, flags).and_then(
        |(negative, value, read)| {
            if negative { Err(libc::EINVAL) } else { Ok((value, read)) }
        },
    );
    finish_number(cx, result, parsed)
}

fn finish_number(
    cx: &Cx<'_>,
    result: GuestPtr,
    parsed: std::result::Result<(u64, usize), Errno>,
) -> Result<i64> {
    match parsed {
        Ok((value, read)) => {
            cx.mem().store(result, value)?;
            Ok(read as i64)
        }
        Err(errno) => Ok(status(Err(errno))),
    }
}

/// Compares at most `size` characters; `a` need not end with a zero.
fn strncmp(cx: &mut Cx<'_>, a: GuestPtr, size: u32, b: GuestPtr) -> Result<i64> {
    let first = cx.mem().slice(a, u64::from(size))?.to_vec();
    let second = cx.mem().c_str(b)?;
    for (i, x) in first.iter().enumerate() {
        let y = second.get(i).copied().unwrap_or(0);
        if *x != y {
            return Ok(i64::from(*x) - i64::from(y));
        }
        if y == 0 {
            break;
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_kernel_does() {
        assert_eq!(number(b" -0x1fz", 0), Ok((true, 31, 6)));
        assert_eq!(number(b"017", 0), Ok((false, 15, 3)));
        assert_eq!(number(b"017", 10), Ok((false, 17, 3)));
        assert_eq!(number(b"x", 0), Err(libc::EINVAL));
        assert_eq!(number(b"1", 7), Err(libc::EINVAL));
        assert_eq!(number(b"18446744073709551616", 0), Err(libc::ERANGE));
    }
}
