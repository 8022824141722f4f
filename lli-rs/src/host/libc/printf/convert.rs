//! How values look.

use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::spec::{Directive, Length};
use super::{Out, Outcome};
use crate::host::libc::multibyte::Reader;
use crate::host::libc::sys::{Float, format_float};
use crate::host::libc::wide_is_utf8;
use crate::machine::{Cx, Result};

/// No finite number has more digits behind the point; what is asked for beyond is zeros.
const DIGITS_DOUBLE: u64 = 1100;
const DIGITS_LONG: u64 = 16500;

/// `text`, padded with spaces to the width.
pub fn padded(cx: &mut Cx<'_>, d: &Directive, text: &[u8], out: &mut Out<'_>) -> Result<()> {
    let fill = d.width().saturating_sub(out.width_of(text));
    if !d.flags.left {
        out.pad(cx, b' ', fill)?;
    }
    out.put(cx, text)?;
    if d.flags.left {
        out.pad(cx, b' ', fill)?;
    }
    Ok(())
}

/// A number in its parts: sign or prefix, zeros, digits; padded.
fn number(
    cx: &mut Cx<'_>,
    d: &Directive,
    prefix: &[u8],
    zeros: u64,
    digits: &[u8],
    out: &mut Out<'_>,
) -> Result<()> {
    let len = prefix.len() as u64 + zeros + digits.len() as u64;
    let fill = d.width().saturating_sub(len);
    let zero_fill = d.flags.zero && !d.flags.left;
    if !d.flags.left && !zero_fill {
        out.pad(cx, b' ', fill)?;
    }
    out.put(cx, prefix)?;
    out.pad(cx, b'0', zeros + if zero_fill { fill } else { 0 })?;
    out.put(cx, digits)?;
    if d.flags.left {
        out.pad(cx, b' ', fill)?;
    }
    Ok(())
}

/// `%d %i %u %o %x %X %b %B`.
pub fn integer(cx: &mut Cx<'_>, d: &Directive, value: i64, out: &mut Out<'_>) -> Result<()> {
    let signed = matches!(d.conversion, b'd' | b'i');
    let value = match (d.length, signed) {
        (Length::Char, true) => i64::from(value as i8),
        (Length::Char, false) => i64::from(value as u8),
        (Length::Short, true) => i64::from(value as i16),
        (Length::Short, false) => i64::from(value as u16),
        (Length::None, true) => i64::from(value as i32),
        (Length::None, false) => i64::from(value as u32),
        (Length::Long | Length::LongDouble, _) => value,
    };
    let magnitude = if signed { value.unsigned_abs() } else { value as u64 };
    let sign: &[u8] = match (signed, value < 0, d.flags.plus, d.flags.space) {
        (true, true, _, _) => b"-",
        (true, false, true, _) => b"+",
        (true, false, false, true) => b" ",
        _ => b"",
    };
    let prefix: &[u8] = match d.conversion {
        b'x' if d.flags.alternate && magnitude != 0 => b"0x",
        b'X' if d.flags.alternate && magnitude != 0 => b"0X",
        b'b' if d.flags.alternate && magnitude != 0 => b"0b",
        b'B' if d.flags.alternate && magnitude != 0 => b"0B",
        _ => sign,
    };
    digits(cx, d, prefix, magnitude, out)
}

fn digits(cx: &mut Cx<'_>, d: &Directive, prefix: &[u8], magnitude: u64, out: &mut Out<'_>) -> Result<()> {
    let mut buffer = [0_u8; 64];
    let mut at = buffer.len();
    let (base, letters): (u64, &[u8; 16]) = match d.conversion {
        b'o' => (8, b"0123456789abcdef"),
        b'x' | b'p' => (16, b"0123456789abcdef"),
        b'X' => (16, b"0123456789ABCDEF"),
        b'b' | b'B' => (2, b"0123456789abcdef"),
        _ => (10, b"0123456789abcdef"),
    };
    let mut rest = magnitude;
    while rest != 0 {
        at -= 1;
        buffer[at] = letters[(rest % base) as usize];
        rest /= base;
    }
    let text = &buffer[at..];
    // A precision of 0 prints no digit for 0; without a precision there is at least one.
    let mut zeros = d.precision().unwrap_or(1).saturating_sub(text.len() as u64);
    if d.conversion == b'o' && d.flags.alternate && zeros == 0 {
        zeros = 1;
    }
    let mut plain = *d;
    plain.flags.zero &= d.precision.is_none();
    number(cx, &plain, prefix, zeros, text, out)
}

/// `%p`.
pub fn pointer(cx: &mut Cx<'_>, d: &Directive, p: GuestPtr, out: &mut Out<'_>) -> Result<()> {
    if p.is_null() {
        return padded(cx, d, b"(nil)", out);
    }
    let prefix: &[u8] = match (d.flags.plus, d.flags.space) {
        (true, _) => b"+0x",
        (false, true) => b" 0x",
        _ => b"0x",
    };
    digits(cx, d, prefix, p.bits(), out)
}

/// `%f %e %g %a` and their upper-case and `long double` forms.
pub fn float(cx: &mut Cx<'_>, d: &Directive, value: Float, out: &mut Out<'_>) -> Result<()> {
    let mut flags = String::new();
    for (set, letter) in [(d.flags.plus, '+'), (d.flags.space, ' '), (d.flags.alternate, '#')] {
        if set {
            flags.push(letter);
        }
    }
    let most = match value {
        Float::Double(_) => DIGITS_DOUBLE,
        Float::Long(_) => DIGITS_LONG,
    };
    let asked = d.precision();
    let precision = asked.map_or(-1, |p| p.min(most) as i32);
    let text = format_float(&flags, precision, d.conversion, value);
    let sign = usize::from(text.first().is_some_and(|b| b"+- ".contains(b)));
    if text[sign..].first().is_some_and(|b| b.is_ascii_alphabetic()) {
        // inf and nan are never padded with zeros.
        return padded(cx, d, &text, out);
    }
    let hex = matches!(d.conversion, b'a' | b'A');
    let (prefix, digits) = text.split_at(sign + if hex { 2 } else { 0 });
    let missing = asked.map_or(0, |p| p.saturating_sub(most));
    if missing > 0 && (!matches!(d.conversion, b'g' | b'G') || d.flags.alternate) {
        return long_fraction(cx, d, prefix, digits, missing, out);
    }
    number(cx, d, prefix, 0, digits, out)
}

/// A fraction with `missing` more zeros, before the exponent if there is one.
fn long_fraction(
    cx: &mut Cx<'_>,
    d: &Directive,
    prefix: &[u8],
    digits: &[u8],
    missing: u64,
    out: &mut Out<'_>,
) -> Result<()> {
    let marks: &[u8] = if matches!(d.conversion, b'a' | b'A') { b"pP" } else { b"eE" };
    let exponent = digits.iter().position(|b| marks.contains(b)).unwrap_or(digits.len());
    let (fraction, exponent) = digits.split_at(exponent);
    let len = (prefix.len() + digits.len()) as u64 + missing;
    let fill = d.width().saturating_sub(len);
    let zero_fill = d.flags.zero && !d.flags.left;
    if !d.flags.left && !zero_fill {
        out.pad(cx, b' ', fill)?;
    }
    out.put(cx, prefix)?;
    if zero_fill {
        out.pad(cx, b'0', fill)?;
    }
    out.put(cx, fraction)?;
    out.pad(cx, b'0', missing)?;
    out.put(cx, exponent)?;
    if d.flags.left {
        out.pad(cx, b' ', fill)?;
    }
    Ok(())
}

/// `%s`: with a precision, at most so many bytes are looked at.
pub fn string(cx: &mut Cx<'_>, d: &Directive, p: GuestPtr, out: &mut Out<'_>) -> Result<()> {
    if p.is_null() {
        // As glibc: shortened to nothing where it would not fit.
        let text: &[u8] = if d.precision().is_none_or(|n| n >= 6) { b"(null)" } else { b"" };
        return padded(cx, d, text, out);
    }
    let mem = cx.mem();
    let len = match d.precision() {
        Some(most) => mem.str_len_max(p, most)?,
        None => mem.str_len(p)?,
    };
    let slice = mem.slice(p, len)?;
    let fill = d.width().saturating_sub(len);
    if !d.flags.left {
        out.pad(cx, b' ', fill)?;
    }
    let mut chunk = [0_u8; 4096];
    let mut at = 0;
    while at < slice.len() {
        let n = (slice.len() - at).min(chunk.len());
        slice.copy_to(at, &mut chunk[..n]);
        out.put(cx, &chunk[..n])?;
        at += n;
    }
    if d.flags.left {
        out.pad(cx, b' ', fill)?;
    }
    Ok(())
}

/// `%lc`.
pub fn wide_char(cx: &mut Cx<'_>, d: &Directive, c: u32, out: &mut Out<'_>) -> Result<Outcome> {
    match encode(cx, c) {
        Some(bytes) => padded(cx, d, &bytes, out).map(Ok),
        None => Ok(Err(Errno::ILSEQ)),
    }
}

/// `%ls`: the precision counts bytes, of whole characters.
pub fn wide_string(cx: &mut Cx<'_>, d: &Directive, p: GuestPtr, out: &mut Out<'_>) -> Result<Outcome> {
    if p.is_null() {
        return string(cx, d, p, out).map(Ok);
    }
    let mut text = Vec::new();
    let most = d.precision().unwrap_or(u64::MAX);
    let mut at = p;
    while (text.len() as u64) < most {
        let c: u32 = cx.mem().load(at)?;
        if c == 0 {
            break;
        }
        let Some(bytes) = encode(cx, c) else { return Ok(Err(Errno::ILSEQ)) };
        if text.len() as u64 + bytes.len() as u64 > most {
            break;
        }
        text.extend_from_slice(&bytes);
        at = at.offset(4);
    }
    padded(cx, d, &text, out).map(Ok)
}

/// Adds a character to text of the wide family. What is no character at all becomes one that says so.
pub fn push(text: &mut Vec<u8>, c: u32) {
    let c = char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `%s` and `%ls` of the wide family: the precision counts characters. Narrow strings are in the locale's encoding.
pub fn string_to_wide(
    cx: &mut Cx<'_>,
    d: &Directive,
    p: GuestPtr,
    wide: bool,
    out: &mut Out<'_>,
) -> Result<Outcome> {
    let (mut text, mut at) = (Vec::new(), p);
    let mut left = d.precision().unwrap_or(u64::MAX);
    let mut reader = Reader::new(wide_is_utf8(cx));
    while left > 0 {
        let c = if wide {
            let c: u32 = cx.mem().load(at)?;
            at = at.offset(4);
            c
        } else {
            let byte: u8 = cx.mem().load(at)?;
            at = at.offset(1);
            match reader.take(byte) {
                Ok(Some(c)) => c,
                Ok(None) => continue,
                Err(()) => return Ok(Err(Errno::ILSEQ)),
            }
        };
        if c == 0 {
            break;
        }
        push(&mut text, c);
        left -= 1;
    }
    padded(cx, d, &text, out).map(Ok)
}

/// `%c` and `%lc` of the wide family.
pub fn char_to_wide(
    cx: &mut Cx<'_>,
    d: &Directive,
    c: u32,
    wide: bool,
    out: &mut Out<'_>,
) -> Result<Outcome> {
    let mut text = Vec::new();
    push(&mut text, if wide { c } else { c & 0xff });
    padded(cx, d, &text, out).map(Ok)
}

/// A wide character in the locale's encoding.
fn encode(cx: &Cx<'_>, c: u32) -> Option<Vec<u8>> {
    if c < 0x80 {
        return Some(vec![c as u8]);
    }
    if !wide_is_utf8(cx) {
        return None;
    }
    char::from_u32(c).map(|c| c.to_string().into_bytes())
}

/// `%%`, `%m`, and what is no conversion: glibc prints that as it understood it.
pub fn without_value(cx: &mut Cx<'_>, d: &Directive, out: &mut Out<'_>) -> Result<()> {
    match d.conversion {
        b'%' => out.put(cx, b"%"),
        b'm' => {
            let text = crate::host::libc::sys::error_text(cx.errno()?);
            let most = d.precision().map_or(text.len(), |p| p.min(text.len() as u64) as usize);
            padded(cx, d, &text[..most], out)
        }
        other => {
            let f = d.flags;
            let mut text = vec![b'%'];
            let sign = if f.plus { (true, b'+') } else { (f.space, b' ') };
            let pad = if f.left { (true, b'-') } else { (f.zero, b'0') };
            for (set, letter) in [(f.alternate, b'#'), (f.group, b'\''), sign, pad, (f.digits, b'I')] {
                if set {
                    text.push(letter);
                }
            }
            if d.width() != 0 {
                text.extend_from_slice(d.width().to_string().as_bytes());
            }
            if let Some(precision) = d.precision() {
                text.extend_from_slice(format!(".{precision}").as_bytes());
            }
            text.push(other);
            out.put(cx, &text)
        }
    }
}
