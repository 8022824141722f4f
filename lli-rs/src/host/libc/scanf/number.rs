//! Numbers in scanf's input: which characters belong to one, and its value.

use std::ffi::CString;

use super::Stop;
use super::input::Input;
use super::spec::{Directive, Length};
use crate::host::libc::sys;
use crate::machine::{Cx, Result};

/// An integer that was read.
pub struct Integer {
    /// Its low bits, two's complement.
    pub bits: u64,
    /// It does not fit a `long`: the nearest value is given.
    pub out_of_range: bool,
}

/// What is left of a width; endless if none is given.
struct Width(Option<u32>);

impl Width {
    fn spent(&self) -> bool {
        self.0 == Some(0)
    }

    fn spend(&mut self) {
        self.0 = self.0.map(|n| n.saturating_sub(1));
    }
}

fn base_of(conversion: u8) -> u32 {
    match conversion {
        b'o' => 8,
        b'x' | b'X' | b'p' => 16,
        b'b' => 2,
        b'i' => 0,
        _ => 10,
    }
}

/// Reads an integer.
pub fn integer(
    cx: &mut Cx<'_>,
    input: &mut Input,
    d: &Directive,
    binary: bool,
) -> Result<std::result::Result<Integer, Stop>> {
    let mut width = Width(d.width);
    let mut base = base_of(d.conversion);
    let mut digits: Vec<u8> = Vec::new();
    let mut negative = false;
    let Some(mut c) = input.next_ascii(cx)? else { return Ok(Err(Stop::Input)) };
    let mut signed = false;
    let mut at_end = false;
    macro_rules! advance {
        () => {{
            match input.next_ascii(cx)? {
                Some(next) => c = next,
                None => (c, at_end) = (0, true),
            }
        }};
    }
    if c == b'-' || c == b'+' {
        (negative, signed) = (c == b'-', true);
        width.spend();
        advance!();
    }
    if !width.spent() && !at_end && c == b'0' {
        width.spend();
        digits.push(c);
        advance!();
        let prefix = match c.to_ascii_lowercase() {
            b'x' if base == 0 || base == 16 => 16,
            b'b' if binary && (base == 0 || base == 2) => 2,
            _ => 0,
        };
        if prefix != 0 && !width.spent() && !at_end {
            base = prefix;
            width.spend();
            advance!();
        } else if base == 0 {
            base = 8;
        }
    }
    if base == 0 {
        base = 10;
    }
    while !at_end && !width.spent() && char::from(c).is_digit(base) {
        digits.push(c);
        width.spend();
        advance!();
    }
    if digits.is_empty() {
        if d.conversion == b'p' && !signed && c == b'(' && width.0.is_none_or(|n| n >= 5) {
            for wanted in b"nil)" {
                if input.next_ascii(cx)?.map(|b| b.to_ascii_lowercase()) != Some(*wanted) {
                    input.back(cx)?;
                    return Ok(Err(Stop::Match));
                }
            }
            return Ok(Ok(Integer { bits: 0, out_of_range: false }));
        }
        input.back(cx)?;
        return Ok(Err(Stop::Match));
    }
    input.back(cx)?;
    let signed_target = matches!(d.conversion, b'd' | b'i');
    Ok(Ok(value(&digits, base, negative, signed_target)))
}

/// `strtol` or `strtoul` of digits that are known to be good.
fn value(digits: &[u8], base: u32, negative: bool, signed: bool) -> Integer {
    let mut magnitude = Some(0_u64);
    for digit in digits {
        let digit = char::from(*digit).to_digit(base).unwrap_or(0);
        magnitude = magnitude.and_then(|m| m.checked_mul(u64::from(base))?.checked_add(u64::from(digit)));
    }
    let limit = i64::MAX as u64 + u64::from(negative);
    match magnitude {
        Some(m) if !signed || m <= limit => {
            Integer { bits: if negative { m.wrapping_neg() } else { m }, out_of_range: false }
        }
        _ => {
            let bits = match (signed, negative) {
                (true, true) => i64::MIN as u64,
                (true, false) => i64::MAX as u64,
                (false, _) => u64::MAX,
            };
            Integer { bits, out_of_range: true }
        }
    }
}

/// Reads the characters of a floating-point number.
pub fn float_text(
    cx: &mut Cx<'_>,
    input: &mut Input,
    width: Option<u32>,
) -> Result<std::result::Result<Vec<u8>, Stop>> {
    let mut reader = Reader { width: Width(width), text: Vec::new() };
    let Some(mut c) = input.next_ascii(cx)? else { return Ok(Err(Stop::Input)) };
    reader.width.spend();
    let sign = usize::from(c == b'-' || c == b'+');
    if sign == 1 {
        reader.text.push(c);
        match reader.next(cx, input)? {
            Some(next) => c = next,
            None => return Ok(Err(Stop::Match)),
        }
    }
    match c.to_ascii_lowercase() {
        b'n' => return reader.word(cx, input, c, b"an"),
        b'i' => return reader.infinity(cx, input, c),
        _ => {}
    }
    let hex = reader.digits(cx, input, c, sign)?;
    // Nothing, or no more than the prefix `0x`.
    if reader.text.len() == sign || (hex && reader.text.len() == sign + 2) {
        return Ok(Err(Stop::Match));
    }
    Ok(Ok(reader.text))
}

struct Reader {
    width: Width,
    text: Vec<u8>,
}

impl Reader {
    /// The next character that the width allows.
    fn next(&mut self, cx: &mut Cx<'_>, input: &mut Input) -> Result<Option<u8>> {
        if self.width.spent() {
            return Ok(None);
        }
        let next = input.next_ascii(cx)?;
        self.width.spend();
        Ok(next)
    }

    /// The rest of a word whose first letter is `c`.
    fn word(
        mut self,
        cx: &mut Cx<'_>,
        input: &mut Input,
        c: u8,
        rest: &[u8],
    ) -> Result<std::result::Result<Vec<u8>, Stop>> {
        self.text.push(c);
        for wanted in rest {
            match self.next(cx, input)? {
                Some(c) if c.to_ascii_lowercase() == *wanted => self.text.push(c),
                _ => return Ok(Err(Stop::Match)),
            }
        }
        Ok(Ok(self.text))
    }

    /// `inf` or `infinity`.
    fn infinity(
        mut self,
        cx: &mut Cx<'_>,
        input: &mut Input,
        c: u8,
    ) -> Result<std::result::Result<Vec<u8>, Stop>> {
        self.text.push(c);
        for wanted in b"nf" {
            match self.next(cx, input)? {
                Some(c) if c.to_ascii_lowercase() == *wanted => self.text.push(c),
                _ => return Ok(Err(Stop::Match)),
            }
        }
        if self.width.spent() {
            return Ok(Ok(self.text));
        }
        match input.next_ascii(cx)? {
            Some(c) if c.eq_ignore_ascii_case(&b'i') => {
                self.width.spend();
                self.word(cx, input, c, b"nity")
            }
            _ => {
                input.back(cx)?;
                Ok(Ok(self.text))
            }
        }
    }

    /// Digits, point and exponent, the first of them `c`; whether they are hexadecimal.
    fn digits(&mut self, cx: &mut Cx<'_>, input: &mut Input, mut c: u8, sign: usize) -> Result<bool> {
        let (mut hex, mut dot, mut exponent) = (false, false, false);
        let mut ended = false;
        if c == b'0' {
            self.text.push(c);
            match self.next(cx, input)? {
                Some(x) if x.eq_ignore_ascii_case(&b'x') && !self.width.spent() => {
                    self.text.push(x);
                    hex = true;
                    match self.next(cx, input)? {
                        Some(next) => c = next,
                        None => ended = true,
                    }
                }
                Some(next) => c = next,
                None => ended = true,
            }
        }
        let mark = if hex { b'p' } else { b'e' };
        while !ended {
            let after_mark = exponent && self.text.last() == Some(&mark);
            if c.is_ascii_digit()
                || (hex && !exponent && c.is_ascii_hexdigit())
                || (after_mark && b"+-".contains(&c))
            {
                self.text.push(c);
            } else if self.text.len() > sign && !exponent && c.to_ascii_lowercase() == mark {
                self.text.push(mark);
                (exponent, dot) = (true, true);
            } else if !dot && c == b'.' {
                self.text.push(c);
                dot = true;
            } else {
                input.back(cx)?;
                break;
            }
            match self.next(cx, input)? {
                Some(next) => c = next,
                None => ended = true,
            }
        }
        Ok(hex)
    }
}

/// The value as it lies in memory; none if no number begins the text.
pub fn parse_float(length: Length, text: Vec<u8>) -> Option<Vec<u8>> {
    let text = CString::new(text).ok()?;
    let (bytes, taken) = match length {
        Length::Long => {
            let (value, taken) = sys::parse_double(&text);
            (value.to_le_bytes().to_vec(), taken)
        }
        Length::LongDouble => {
            let (value, taken) = sys::parse_long_double(&text);
            (value.0.to_vec(), taken)
        }
        _ => {
            let (value, taken) = sys::parse_float(&text);
            (value.to_le_bytes().to_vec(), taken)
        }
    };
    (taken > 0).then_some(bytes)
}
