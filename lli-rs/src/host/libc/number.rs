//! Numbers in text: the `strtol` and `strtod` families. Integers are read here; floating point is
//! rounded by the host's own functions, on a copy of just the bytes that may belong to the number.

use svm_memory::GuestPtr;

use super::access::{Cursor, at, bytes};
use super::ffi;
use crate::host::{X87, host_table};
use crate::machine::{Cx, Result};

host_table! {
    /// Numbers in text.
    pub static TABLE = [
        "int atoi(const char *s[str])" => atoi: s,
        "long atol(const char *s[str])" => atol: s,
        "long atoll(const char *s[str])" => atol: s,
        "double atof(const char *s[str])" => atof: s,
        "long strtol(const char *s[str], char **end[? w 8], int base)" => strtol: s, end, base,
        "long strtoll(const char *s[str], char **end[? w 8], int base)" => strtol: s, end, base,
        "long strtoq(const char *s[str], char **end[? w 8], int base)" => strtol: s, end, base,
        "long strtoimax(const char *s[str], char **end[? w 8], int base)" => strtol: s, end, base,
        "unsigned long strtoul(const char *s[str], char **end[? w 8], int base)" => strtoul: s, end, base,
        "unsigned long strtoull(const char *s[str], char **end[? w 8], int base)" => strtoul: s, end, base,
        "unsigned long strtouq(const char *s[str], char **end[? w 8], int base)" => strtoul: s, end, base,
        "unsigned long strtoumax(const char *s[str], char **end[? w 8], int base)" => strtoul: s, end, base,
        "long strtol_l(const char *s[str], char **end[? w 8], int base, void *l[opaque])" => strtol_l: s, end, base, l,
        "long strtoll_l(const char *s[str], char **end[? w 8], int base, void *l[opaque])" => strtol_l: s, end, base, l,
        "unsigned long strtoul_l(const char *s[str], char **end[? w 8], int base, void *l[opaque])" => strtoul_l: s, end, base, l,
        "unsigned long strtoull_l(const char *s[str], char **end[? w 8], int base, void *l[opaque])" => strtoul_l: s, end, base, l,
        "long __isoc23_strtol(const char *s[str], char **end[? w 8], int base)" => strtol23: s, end, base,
        "long __isoc23_strtoll(const char *s[str], char **end[? w 8], int base)" => strtol23: s, end, base,
        "long __isoc23_strtoimax(const char *s[str], char **end[? w 8], int base)" => strtol23: s, end, base,
        "unsigned long __isoc23_strtoul(const char *s[str], char **end[? w 8], int base)" => strtoul23: s, end, base,
        "unsigned long __isoc23_strtoull(const char *s[str], char **end[? w 8], int base)" => strtoul23: s, end, base,
        "unsigned long __isoc23_strtoumax(const char *s[str], char **end[? w 8], int base)" => strtoul23: s, end, base,
        "long __strtol_internal(const char *s[str], char **end[? w 8], int base, int group)" => strtol_internal: s, end, base, group,
        "long __strtoll_internal(const char *s[str], char **end[? w 8], int base, int group)" => strtol_internal: s, end, base, group,
        "unsigned long __strtoul_internal(const char *s[str], char **end[? w 8], int base, int group)" => strtoul_internal: s, end, base, group,
        "unsigned long __strtoull_internal(const char *s[str], char **end[? w 8], int base, int group)" => strtoul_internal: s, end, base, group,
        "double strtod(const char *s[str], char **end[? w 8])" => strtod: s, end,
        "float strtof(const char *s[str], char **end[? w 8])" => strtof: s, end,
        "long double strtold(const char *s[str], char **end[? w 8])" => strtold: s, end,
        "double strtod_l(const char *s[str], char **end[? w 8], void *l[opaque])" => strtod_l: s, end, l,
        "float strtof_l(const char *s[str], char **end[? w 8], void *l[opaque])" => strtof_l: s, end, l,
        "long double strtold_l(const char *s[str], char **end[? w 8], void *l[opaque])" => strtold_l: s, end, l,
        "double __strtod_internal(const char *s[str], char **end[? w 8], int group)" => strtod_internal: s, end, group,
        "float __strtof_internal(const char *s[str], char **end[? w 8], int group)" => strtof_internal: s, end, group,
        "long double __strtold_internal(const char *s[str], char **end[? w 8], int group)" => strtold_internal: s, end, group,
    ];
}

/// Digits as they were read.
struct Integer {
    negative: bool,
    /// The value without its sign, or `None` past 64 bits.
    magnitude: Option<u64>,
}

/// Reads an integer and stores where it ends; `None` (with `errno`) for a base that there is not.
fn read(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, binary: bool) -> Result<Option<Integer>> {
    if !(base == 0 || (2..=36).contains(&base)) {
        return cx.fail(libc::EINVAL, None);
    }
    let mem = cx.mem();
    let (value, used) = digits(&mut Cursor::new(mem, s), base as u32, binary)?;
    if !end.is_null() {
        mem.store(end, at(s, used))?;
    }
    Ok(Some(value))
}

/// An integer at the cursor, and the offset at which it ends (0 if there is none).
fn digits(text: &mut Cursor<'_>, mut base: u32, binary: bool) -> Result<(Integer, u64)> {
    text.skip_space()?;
    let negative = match text.peek()? {
        sign @ (b'+' | b'-') => {
            text.advance();
            sign == b'-'
        }
        _ => false,
    };
    let mut used = 0;
    if text.peek()? == b'0' {
        text.advance();
        used = text.offset();
        let prefixed = match text.peek()? {
            b'x' | b'X' if base == 0 || base == 16 => 16,
            b'b' | b'B' if binary && (base == 0 || base == 2) => 2,
            _ => 0,
        };
        if prefixed != 0 {
            text.advance();
            base = prefixed;
        } else if base == 0 {
            base = 8;
        }
    } else if base == 0 {
        base = 10;
    }
    let mut magnitude = Some(0u64);
    while let Some(digit) = char::from(text.peek()?).to_digit(36).filter(|d| *d < base) {
        text.advance();
        used = text.offset();
        magnitude = magnitude
            .and_then(|m| m.checked_mul(u64::from(base)))
            .and_then(|m| m.checked_add(u64::from(digit)));
    }
    Ok((Integer { negative, magnitude }, used))
}

fn signed(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, binary: bool) -> Result<i64> {
    let Some(Integer { negative, magnitude }) = read(cx, s, end, base, binary)? else { return Ok(0) };
    let value = magnitude.map(|m| if negative { -i128::from(m) } else { i128::from(m) });
    match value.and_then(|v| i64::try_from(v).ok()) {
        Some(value) => Ok(value),
        None => cx.fail(libc::ERANGE, if negative { i64::MIN } else { i64::MAX }),
    }
}

fn unsigned(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, binary: bool) -> Result<u64> {
    match read(cx, s, end, base, binary)? {
        None => Ok(0),
        Some(Integer { negative: true, magnitude: Some(m) }) => Ok(m.wrapping_neg()),
        Some(Integer { magnitude: Some(m), .. }) => Ok(m),
        Some(Integer { magnitude: None, .. }) => cx.fail(libc::ERANGE, u64::MAX),
    }
}

fn atol(cx: &mut Cx<'_>, s: GuestPtr) -> Result<i64> {
    signed(cx, s, GuestPtr::NULL, 10, false)
}

fn atoi(cx: &mut Cx<'_>, s: GuestPtr) -> Result<i32> {
    Ok(atol(cx, s)? as i32)
}

pub fn strtol(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32) -> Result<i64> {
    signed(cx, s, end, base, false)
}

pub fn strtoul(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32) -> Result<u64> {
    unsigned(cx, s, end, base, false)
}

fn strtol_l(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, _locale: GuestPtr) -> Result<i64> {
    signed(cx, s, end, base, false)
}

fn strtoul_l(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, _locale: GuestPtr) -> Result<u64> {
    unsigned(cx, s, end, base, false)
}

/// As C23 has it: with binary prefixes.
fn strtol23(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32) -> Result<i64> {
    signed(cx, s, end, base, true)
}

fn strtoul23(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32) -> Result<u64> {
    unsigned(cx, s, end, base, true)
}

/// The supported locales group no digits, so grouping changes nothing.
fn strtol_internal(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, _group: i32) -> Result<i64> {
    signed(cx, s, end, base, false)
}

fn strtoul_internal(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32, _group: i32) -> Result<u64> {
    unsigned(cx, s, end, base, false)
}

/// Moves past the letters of `word`, whatever their case; whether all of them were there.
fn word(text: &mut Cursor<'_>, word: &[u8]) -> Result<bool> {
    for letter in word {
        if text.peek()?.to_ascii_lowercase() != *letter {
            return Ok(false);
        }
        text.advance();
    }
    Ok(true)
}

fn run(text: &mut Cursor<'_>, member: impl Fn(u8) -> bool) -> Result<()> {
    while member(text.peek()?) {
        text.advance();
    }
    Ok(())
}

/// Moves past every byte that a conversion looks at to read a floating-point number: all that follow the
/// grammar, also those of an exponent that turns out to be none.
fn float_extent(text: &mut Cursor<'_>) -> Result<()> {
    text.skip_space()?;
    if matches!(text.peek()?, b'+' | b'-') {
        text.advance();
    }
    match text.peek()? {
        b'i' | b'I' => {
            word(text, b"infinity")?;
            return Ok(());
        }
        b'n' | b'N' => {
            if word(text, b"nan")? && text.peek()? == b'(' {
                text.advance();
                run(text, |b| b.is_ascii_alphanumeric() || b == b'_')?;
                if text.peek()? == b')' {
                    text.advance();
                }
            }
            return Ok(());
        }
        _ => {}
    }
    let mut hex = false;
    if text.peek()? == b'0' {
        text.advance();
        hex = text.peek()?.eq_ignore_ascii_case(&b'x');
        if hex {
            text.advance();
        }
    }
    let digit = |b: u8| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
    run(text, digit)?;
    if text.peek()? == b'.' {
        text.advance();
        run(text, digit)?;
    }
    if text.peek()?.to_ascii_lowercase() == if hex { b'p' } else { b'e' } {
        text.advance();
        if matches!(text.peek()?, b'+' | b'-') {
            text.advance();
        }
        run(text, |b| b.is_ascii_digit())?;
    }
    Ok(())
}

/// Reads a number with the host's `convert`, which gives the value and how many bytes it took.
fn float<T>(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    end: GuestPtr,
    convert: impl FnOnce(&[u8]) -> (T, usize),
) -> Result<T> {
    let mem = cx.mem();
    let mut text = Cursor::new(mem, s);
    float_extent(&mut text)?;
    let text = bytes(mem, s, text.offset())?;
    let ((value, used), errno) = ffi::with_errno(|| convert(&text));
    if !end.is_null() {
        mem.store(end, at(s, used as u64))?;
    }
    if errno != 0 {
        cx.set_errno(errno)?;
    }
    Ok(value)
}

pub fn strtod(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr) -> Result<f64> {
    float(cx, s, end, ffi::math::read_double)
}

pub fn strtof(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr) -> Result<f32> {
    float(cx, s, end, ffi::math::read_float)
}

fn strtold(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr) -> Result<X87> {
    float(cx, s, end, ffi::math::read_long_double)
}

fn atof(cx: &mut Cx<'_>, s: GuestPtr) -> Result<f64> {
    strtod(cx, s, GuestPtr::NULL)
}

fn strtod_l(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, _locale: GuestPtr) -> Result<f64> {
    strtod(cx, s, end)
}

fn strtof_l(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, _locale: GuestPtr) -> Result<f32> {
    strtof(cx, s, end)
}

fn strtold_l(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, _locale: GuestPtr) -> Result<X87> {
    strtold(cx, s, end)
}

fn strtod_internal(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, _group: i32) -> Result<f64> {
    strtod(cx, s, end)
}

fn strtof_internal(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, _group: i32) -> Result<f32> {
    strtof(cx, s, end)
}

fn strtold_internal(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, _group: i32) -> Result<X87> {
    strtold(cx, s, end)
}
