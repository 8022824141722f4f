//! Multibyte characters: ASCII in the C locale, UTF-8 in C.UTF-8, with glibc's `mbstate_t`.

use parking_lot::Mutex;
use svm_memory::{GuestPtr, Memory};

use super::access::at;
use super::locale::is_utf8;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Multibyte characters.
    pub static TABLE = [
        "int mblen(const char *s[? r], size_t n)" => mblen: s, n,
        "int mbtowc(wchar_t *out[? w 4], const char *s[? r], size_t n)" => mbtowc: out, s, n,
        "int wctomb(char *out[? w], wchar_t c)" => wctomb: out, c,
        "size_t mbrlen(const char *s[? r], size_t n, void *state[? rw 8])" => mbrlen: s, n, state,
        "size_t __mbrlen(const char *s[? r], size_t n, void *state[? rw 8])" => mbrlen: s, n, state,
        "size_t mbrtowc(wchar_t *out[? w 4], const char *s[? r], size_t n, void *state[? rw 8])" => mbrtowc: out, s, n, state,
        "size_t __mbrtowc(wchar_t *out[? w 4], const char *s[? r], size_t n, void *state[? rw 8])" => mbrtowc: out, s, n, state,
        "size_t mbrtoc32(uint32_t *out[? w 4], const char *s[? r], size_t n, void *state[? rw 8])" => mbrtowc: out, s, n, state,
        "size_t wcrtomb(char *out[? w], wchar_t c, void *state[? rw 8])" => wcrtomb: out, c, state,
        "size_t c32rtomb(char *out[? w], uint32_t c, void *state[? rw 8])" => c32rtomb: out, c, state,
        "int mbsinit(const void *state[? r 8])" => mbsinit: state,
        "wint_t btowc(int c)" => btowc: c,
        "int wctob(wint_t c)" => wctob: c,
        "size_t mbstowcs(wchar_t *out[? w n*4], const char *s[str], size_t n)" => mbstowcs: out, s, n,
        "size_t wcstombs(char *out[? w n], const wchar_t *s[r], size_t n)" => wcstombs: out, s, n,
        "size_t mbsrtowcs(wchar_t *out[? w n*4], const char **s[rw 8], size_t n, void *state[? rw 8])" => mbsrtowcs: out, s, n, state,
        "size_t mbsnrtowcs(wchar_t *out[? w n*4], const char **s[rw 8], size_t m, size_t n, void *state[? rw 8])" => mbsnrtowcs: out, s, m, n, state,
        "size_t wcsrtombs(char *out[? w n], const wchar_t **s[rw 8], size_t n, void *state[? rw 8])" => wcsrtombs: out, s, n, state,
        "size_t wcsnrtombs(char *out[? w n], const wchar_t **s[rw 8], size_t m, size_t n, void *state[? rw 8])" => wcsnrtombs: out, s, m, n, state,
    ];
}

/// A byte sequence that is no character.
const ILLEGAL: u64 = u64::MAX;
/// A character that is not complete yet.
const INCOMPLETE: u64 = u64::MAX - 1;

/// The states that functions keep for callers who bring none.
#[derive(Default)]
pub struct State {
    own: [Mutex<[u32; 2]>; 4],
}

#[derive(Clone, Copy)]
enum Own {
    Restartable,
    Length,
    Strings,
    Plain,
}

/// A character that is being read: bytes seen, bytes in all, and the bits so far in their final place.
#[derive(Clone, Copy, Default)]
struct Partial {
    seen: u8,
    total: u8,
    bits: u32,
}

enum Step {
    More,
    Done(u32),
    Illegal,
}

impl Partial {
    fn load(cx: &Cx<'_>, state: GuestPtr, own: Own) -> Result<Partial> {
        let words = match state.is_null() {
            true => *cx.process.libc.multibyte.own[own as usize].lock(),
            false => cx.mem().load(state)?,
        };
        let [seen, total, ..] = words[0].to_le_bytes();
        // A state that no function here wrote starts anew.
        Ok(if seen < total && total <= 6 {
            Partial { seen, total, bits: words[1] }
        } else {
            Partial::default()
        })
    }

    fn store(self, cx: &Cx<'_>, state: GuestPtr, own: Own) -> Result<()> {
        let words = [u32::from_le_bytes([self.seen, self.total, 0, 0]), self.bits];
        match state.is_null() {
            true => *cx.process.libc.multibyte.own[own as usize].lock() = words,
            false => cx.mem().store(state, words)?,
        }
        Ok(())
    }

    fn take(&mut self, utf8: bool, byte: u8) -> Step {
        if self.seen == 0 {
            let total = match byte {
                0..0x80 => return Step::Done(u32::from(byte)),
                _ if !utf8 => return Step::Illegal,
                0xc2..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0..0xf8 => 4,
                0xf8..0xfc => 5,
                0xfc..0xfe => 6,
                _ => return Step::Illegal,
            };
            let bits = u32::from(byte) & (0x7f >> total);
            *self = Partial { seen: 1, total, bits: bits << (6 * (total - 1)) };
            return Step::More;
        }
        if byte & 0xc0 != 0x80 {
            return Step::Illegal;
        }
        self.seen += 1;
        self.bits |= u32::from(byte & 0x3f) << (6 * (self.total - self.seen));
        if self.seen < self.total {
            return Step::More;
        }
        let least = [0, 0, 0x80, 0x800, 0x1_0000, 0x20_0000, 0x400_0000][usize::from(self.total)];
        let c = std::mem::take(self).bits;
        if c < least || (0xd800..0xe000).contains(&c) { Step::Illegal } else { Step::Done(c) }
    }
}

/// One character, byte by byte.
pub(super) struct Reader {
    partial: Partial,
    utf8: bool,
}

impl Reader {
    /// Before its first byte.
    pub fn new(utf8: bool) -> Reader {
        Reader { partial: Partial::default(), utf8 }
    }

    /// Whether no byte has been taken.
    pub fn is_fresh(&self) -> bool {
        self.partial.seen == 0
    }

    /// Takes a byte: the character if it is complete, an error if it is none.
    pub fn take(&mut self, byte: u8) -> std::result::Result<Option<u32>, ()> {
        match self.partial.take(self.utf8, byte) {
            Step::More => Ok(None),
            Step::Done(c) => Ok(Some(c)),
            Step::Illegal => Err(()),
        }
    }
}

/// The bytes of a character, if it has any.
pub(super) fn encode(utf8: bool, c: u32) -> Option<Vec<u8>> {
    let total = match c {
        0..0x80 => return Some(vec![c as u8]),
        _ if !utf8 => return None,
        0xd800..0xe000 => return None,
        0x80..0x800 => 2,
        0x800..0x1_0000 => 3,
        0x1_0000..0x20_0000 => 4,
        0x20_0000..0x400_0000 => 5,
        0x400_0000..0x8000_0000 => 6,
        _ => return None,
    };
    let lead = (0xff00u32 >> total) as u8 | (c >> (6 * (total - 1))) as u8;
    let rest = (0..total - 1).rev().map(|i| 0x80 | (c >> (6 * i)) as u8 & 0x3f);
    Some(std::iter::once(lead).chain(rest).collect())
}

/// Reads one character of at most `n` bytes: how many it took (0 for the null), or one of the two codes.
fn read(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64, state: GuestPtr, own: Own) -> Result<u64> {
    let (utf8, mut partial) = (is_utf8(cx), Partial::load(cx, state, own)?);
    if s.is_null() {
        // As if it read an empty string into nothing.
        let clean = partial.seen == 0;
        Partial::default().store(cx, state, own)?;
        return if clean { Ok(0) } else { cx.fail(libc::EILSEQ, ILLEGAL) };
    }
    for i in 0..n {
        match partial.take(utf8, cx.mem().load(at(s, i))?) {
            Step::More => {}
            Step::Illegal => return cx.fail(libc::EILSEQ, ILLEGAL),
            Step::Done(c) => {
                if !out.is_null() {
                    cx.mem().store(out, c)?;
                }
                partial.store(cx, state, own)?;
                return Ok(if c == 0 { 0 } else { i + 1 });
            }
        }
    }
    partial.store(cx, state, own)?;
    Ok(INCOMPLETE)
}

fn mbrtowc(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64, state: GuestPtr) -> Result<u64> {
    read(cx, out, s, n, state, Own::Restartable)
}

fn mbrlen(cx: &mut Cx<'_>, s: GuestPtr, n: u64, state: GuestPtr) -> Result<u64> {
    read(cx, GuestPtr::NULL, s, n, state, Own::Length)
}

fn mbtowc(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64) -> Result<i32> {
    Partial::default().store(cx, GuestPtr::NULL, Own::Plain)?;
    if s.is_null() {
        return Ok(0);
    }
    match read(cx, out, s, n, GuestPtr::NULL, Own::Plain)? {
        ILLEGAL | INCOMPLETE => Ok(-1),
        used => Ok(used as i32),
    }
}

fn mblen(cx: &mut Cx<'_>, s: GuestPtr, n: u64) -> Result<i32> {
    mbtowc(cx, GuestPtr::NULL, s, n)
}

fn wcrtomb(cx: &mut Cx<'_>, out: GuestPtr, c: i32, state: GuestPtr) -> Result<u64> {
    if !state.is_null() {
        cx.mem().slice_mut(state, 8)?;
    }
    if out.is_null() {
        return Ok(1);
    }
    match encode(is_utf8(cx), c as u32) {
        Some(bytes) => {
            cx.mem().write(out, &bytes)?;
            Ok(bytes.len() as u64)
        }
        None => cx.fail(libc::EILSEQ, ILLEGAL),
    }
}

fn c32rtomb(cx: &mut Cx<'_>, out: GuestPtr, c: u32, state: GuestPtr) -> Result<u64> {
    wcrtomb(cx, out, c as i32, state)
}

fn wctomb(cx: &mut Cx<'_>, out: GuestPtr, c: i32) -> Result<i32> {
    if out.is_null() {
        return Ok(0);
    }
    Ok(wcrtomb(cx, out, c, GuestPtr::NULL)? as i32)
}

fn mbsinit(cx: &mut Cx<'_>, state: GuestPtr) -> Result<i32> {
    Ok(i32::from(state.is_null() || cx.mem().load::<[u32; 2]>(state)?[0] == 0))
}

fn btowc(_: &mut Cx<'_>, c: i32) -> Result<u32> {
    Ok(if (0..0x80).contains(&c) { c as u32 } else { u32::MAX })
}

fn wctob(_: &mut Cx<'_>, c: u32) -> Result<i32> {
    Ok(if c < 0x80 { c as i32 } else { -1 })
}

/// Where a conversion of a string ended.
struct Converted {
    count: u64,
    /// Bytes of the source that were used; `None` if its end was reached.
    used: Option<u64>,
    illegal: bool,
}

/// Multibyte to wide: at most `m` bytes into at most `n` characters (any number without `out`).
fn widen(
    cx: &mut Cx<'_>,
    out: GuestPtr,
    s: GuestPtr,
    m: u64,
    n: u64,
    partial: &mut Partial,
) -> Result<Converted> {
    let (mem, utf8): (&Memory, bool) = (cx.mem(), is_utf8(cx));
    let (mut count, mut used, mut i) = (0, 0, 0);
    while i < m && (out.is_null() || count < n) {
        let step = partial.take(utf8, mem.load(at(s, i))?);
        i += 1;
        match step {
            Step::More => {}
            Step::Illegal => return Ok(Converted { count, used: Some(used), illegal: true }),
            Step::Done(c) => {
                if !out.is_null() {
                    mem.store(at(out, count * 4), c)?;
                }
                if c == 0 {
                    return Ok(Converted { count, used: None, illegal: false });
                }
                count += 1;
                used = i;
            }
        }
    }
    // The bytes of a character that is not complete are kept in the state.
    Ok(Converted { count, used: Some(i), illegal: false })
}

/// Wide to multibyte: at most `m` characters into at most `n` bytes (any number without `out`). Places in
/// the source are counted in characters.
fn narrow(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, m: u64, n: u64) -> Result<Converted> {
    let (mem, utf8): (&Memory, bool) = (cx.mem(), is_utf8(cx));
    let (mut count, mut i) = (0, 0);
    while i < m {
        if !out.is_null() && count >= n {
            break;
        }
        let c: u32 = mem.load(at(s, i * 4))?;
        let Some(bytes) = encode(utf8, c) else {
            return Ok(Converted { count, used: Some(i), illegal: true });
        };
        if !out.is_null() {
            if bytes.len() as u64 > n - count {
                break;
            }
            mem.write(at(out, count), &bytes)?;
        }
        if c == 0 {
            return Ok(Converted { count, used: None, illegal: false });
        }
        count += bytes.len() as u64;
        i += 1;
    }
    Ok(Converted { count, used: Some(i), illegal: false })
}

fn mbstowcs(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let done = widen(cx, out, s, u64::MAX, n, &mut Partial::default())?;
    if done.illegal { cx.fail(libc::EILSEQ, ILLEGAL) } else { Ok(done.count) }
}

fn wcstombs(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let done = narrow(cx, out, s, u64::MAX, n)?;
    if done.illegal { cx.fail(libc::EILSEQ, ILLEGAL) } else { Ok(done.count) }
}

fn mbsrtowcs(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64, state: GuestPtr) -> Result<u64> {
    mbsnrtowcs(cx, out, s, u64::MAX, n, state)
}

fn mbsnrtowcs(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, m: u64, n: u64, state: GuestPtr) -> Result<u64> {
    let from: GuestPtr = cx.mem().load(s)?;
    let mut partial = Partial::load(cx, state, Own::Strings)?;
    let done = widen(cx, out, from, m, n, &mut partial)?;
    if !out.is_null() {
        cx.mem().store(s, done.used.map_or(GuestPtr::NULL, |used| at(from, used)))?;
        partial.store(cx, state, Own::Strings)?;
    }
    if done.illegal { cx.fail(libc::EILSEQ, ILLEGAL) } else { Ok(done.count) }
}

fn wcsrtombs(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, n: u64, state: GuestPtr) -> Result<u64> {
    wcsnrtombs(cx, out, s, u64::MAX, n, state)
}

fn wcsnrtombs(cx: &mut Cx<'_>, out: GuestPtr, s: GuestPtr, m: u64, n: u64, state: GuestPtr) -> Result<u64> {
    let from: GuestPtr = cx.mem().load(s)?;
    if !state.is_null() {
        cx.mem().slice_mut(state, 8)?;
    }
    let done = narrow(cx, out, from, m, n)?;
    if !out.is_null() {
        cx.mem().store(s, done.used.map_or(GuestPtr::NULL, |used| at(from, used * 4)))?;
    }
    if done.illegal { cx.fail(libc::EILSEQ, ILLEGAL) } else { Ok(done.count) }
}
