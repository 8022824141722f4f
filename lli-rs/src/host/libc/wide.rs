//! `wcs*` and `wmem*`: strings and blocks of wide characters, 32 bits each.

use svm_memory::{GuestPtr, Memory};

use super::access::{at, heap_object, put_wide, wide_str, wide_str_max};
use super::number;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Wide strings.
    pub static TABLE = [
        "size_t wcslen(const wchar_t *s[r])" => wcslen: s,
        "size_t wcsnlen(const wchar_t *s[r n*4], size_t n)" => wcsnlen: s, n,
        "wchar_t *wcscpy(wchar_t *d[w], const wchar_t *s[r])" => wcscpy: d, s,
        "wchar_t *wcpcpy(wchar_t *d[w], const wchar_t *s[r])" => wcpcpy: d, s,
        "wchar_t *wcsncpy(wchar_t *d[w n*4], const wchar_t *s[r n*4], size_t n)" => wcsncpy: d, s, n,
        "wchar_t *wcpncpy(wchar_t *d[w n*4], const wchar_t *s[r n*4], size_t n)" => wcpncpy: d, s, n,
        "wchar_t *wcscat(wchar_t *d[rw], const wchar_t *s[r])" => wcscat: d, s,
        "wchar_t *wcsncat(wchar_t *d[rw], const wchar_t *s[r n*4], size_t n)" => wcsncat: d, s, n,
        "int wcscmp(const wchar_t *a[r], const wchar_t *b[r])" => wcscmp: a, b,
        "int wcscoll(const wchar_t *a[r], const wchar_t *b[r])" => wcscmp: a, b,
        "int wcsncmp(const wchar_t *a[r n*4], const wchar_t *b[r n*4], size_t n)" => wcsncmp: a, b, n,
        "int wcscasecmp(const wchar_t *a[r], const wchar_t *b[r])" => wcscasecmp: a, b,
        "int wcsncasecmp(const wchar_t *a[r n*4], const wchar_t *b[r n*4], size_t n)" => wcsncasecmp: a, b, n,
        "size_t wcsxfrm(wchar_t *d[w n*4], const wchar_t *s[r], size_t n)" => wcsxfrm: d, s, n,
        "wchar_t *wcschr(const wchar_t *s[r], wchar_t c)" => wcschr: s, c,
        "wchar_t *wcschrnul(const wchar_t *s[r], wchar_t c)" => wcschrnul: s, c,
        "wchar_t *wcsrchr(const wchar_t *s[r], wchar_t c)" => wcsrchr: s, c,
        "size_t wcsspn(const wchar_t *s[r], const wchar_t *set[r])" => wcsspn: s, set,
        "size_t wcscspn(const wchar_t *s[r], const wchar_t *set[r])" => wcscspn: s, set,
        "wchar_t *wcspbrk(const wchar_t *s[r], const wchar_t *set[r])" => wcspbrk: s, set,
        "wchar_t *wcsstr(const wchar_t *h[r], const wchar_t *s[r])" => wcsstr: h, s,
        "wchar_t *wcswcs(const wchar_t *h[r], const wchar_t *s[r])" => wcsstr: h, s,
        "wchar_t *wcstok(wchar_t *s[? rw], const wchar_t *set[r], wchar_t **save[rw 8])" => wcstok: s, set, save,
        "wchar_t *wcsdup(const wchar_t *s[r])" => wcsdup: s,
        "wchar_t *wmemcpy(wchar_t *d[w n*4], const wchar_t *s[r n*4], size_t n)" => wmemmove: d, s, n,
        "wchar_t *wmemmove(wchar_t *d[w n*4], const wchar_t *s[r n*4], size_t n)" => wmemmove: d, s, n,
        "wchar_t *wmempcpy(wchar_t *d[w n*4], const wchar_t *s[r n*4], size_t n)" => wmempcpy: d, s, n,
        "wchar_t *wmemset(wchar_t *d[w n*4], wchar_t c, size_t n)" => wmemset: d, c, n,
        "int wmemcmp(const wchar_t *a[r n*4], const wchar_t *b[r n*4], size_t n)" => wmemcmp: a, b, n,
        "wchar_t *wmemchr(const wchar_t *s[r n*4], wchar_t c, size_t n)" => wmemchr: s, c, n,
        "long wcstol(const wchar_t *s[r], wchar_t **end[? w 8], int base)" => wcstol: s, end, base,
        "long wcstoll(const wchar_t *s[r], wchar_t **end[? w 8], int base)" => wcstol: s, end, base,
        "long wcstoimax(const wchar_t *s[r], wchar_t **end[? w 8], int base)" => wcstol: s, end, base,
        "unsigned long wcstoul(const wchar_t *s[r], wchar_t **end[? w 8], int base)" => wcstoul: s, end, base,
        "unsigned long wcstoull(const wchar_t *s[r], wchar_t **end[? w 8], int base)" => wcstoul: s, end, base,
        "unsigned long wcstoumax(const wchar_t *s[r], wchar_t **end[? w 8], int base)" => wcstoul: s, end, base,
        "double wcstod(const wchar_t *s[r], wchar_t **end[? w 8])" => wcstod: s, end,
        "float wcstof(const wchar_t *s[r], wchar_t **end[? w 8])" => wcstof: s, end,
    ];
}

/// `p` moved by `n` characters.
fn nth(p: GuestPtr, n: u64) -> GuestPtr {
    at(p, n.wrapping_mul(4))
}

fn character(mem: &Memory, p: GuestPtr, n: u64) -> Result<i32> {
    Ok(mem.load(nth(p, n))?)
}

/// Characters before the null, or `max`.
fn length(mem: &Memory, s: GuestPtr, max: u64) -> Result<u64> {
    let mut n = 0;
    while n < max && character(mem, s, n)? != 0 {
        n += 1;
    }
    Ok(n)
}

/// Bytes of `n` characters; more than there can be if that is too many.
fn size(n: u64) -> u64 {
    n.saturating_mul(4)
}

fn wcslen(cx: &mut Cx<'_>, s: GuestPtr) -> Result<u64> {
    length(cx.mem(), s, u64::MAX)
}

fn wcsnlen(cx: &mut Cx<'_>, s: GuestPtr, n: u64) -> Result<u64> {
    length(cx.mem(), s, n)
}

fn copy_string(mem: &Memory, d: GuestPtr, s: GuestPtr) -> Result<u64> {
    let n = length(mem, s, u64::MAX)?;
    mem.copy(d, s, size(n + 1))?;
    Ok(n)
}

fn wcscpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    copy_string(cx.mem(), d, s)?;
    Ok(d)
}

fn wcpcpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    Ok(nth(d, copy_string(cx.mem(), d, s)?))
}

fn copy_padded(mem: &Memory, d: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let len = length(mem, s, n)?;
    mem.slice_mut(d, size(n))?;
    mem.copy(d, s, size(len))?;
    mem.fill(nth(d, len), 0, size(n - len))?;
    Ok(len)
}

fn wcsncpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    copy_padded(cx.mem(), d, s, n)?;
    Ok(d)
}

fn wcpncpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    Ok(nth(d, copy_padded(cx.mem(), d, s, n)?))
}

fn wcscat(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    let end = nth(d, length(cx.mem(), d, u64::MAX)?);
    copy_string(cx.mem(), end, s)?;
    Ok(d)
}

fn wcsncat(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    let (end, len) = (nth(d, length(mem, d, u64::MAX)?), length(mem, s, n)?);
    mem.slice_mut(end, size(len + 1))?;
    mem.copy(end, s, size(len))?;
    mem.store(nth(end, len), 0i32)?;
    Ok(d)
}

/// The order of two strings (or blocks, if `!ends`) after `change`, looking at `max` characters at most.
fn compare(
    mem: &Memory,
    a: GuestPtr,
    b: GuestPtr,
    max: u64,
    ends: bool,
    change: impl Fn(i32) -> i32,
) -> Result<i32> {
    let mut n = 0;
    while n < max {
        let (x, y) = (change(character(mem, a, n)?), change(character(mem, b, n)?));
        if x != y {
            return Ok(if x < y { -1 } else { 1 });
        }
        if ends && x == 0 {
            break;
        }
        n += 1;
    }
    Ok(0)
}

fn wcscmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    compare(cx.mem(), a, b, u64::MAX, true, |c| c)
}

fn wcsncmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64) -> Result<i32> {
    compare(cx.mem(), a, b, n, true, |c| c)
}

/// The difference of the first two characters that differ when folded.
fn compare_folded(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, max: u64) -> Result<i32> {
    let (mem, utf8) = (cx.mem(), super::locale::is_utf8(cx));
    let fold = |c: i32| super::ffi::wide::to_case(utf8, false, c as u32) as i32;
    let mut n = 0;
    while n < max {
        let (x, y) = (fold(character(mem, a, n)?), fold(character(mem, b, n)?));
        if x != y || x == 0 {
            return Ok(x.wrapping_sub(y));
        }
        n += 1;
    }
    Ok(0)
}

fn wcscasecmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    compare_folded(cx, a, b, u64::MAX)
}

fn wcsncasecmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64) -> Result<i32> {
    compare_folded(cx, a, b, n)
}

fn wcsxfrm(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let mem = cx.mem();
    let len = length(mem, s, u64::MAX)?;
    if n > 0 {
        mem.copy(d, s, size((len + 1).min(n)))?;
    }
    Ok(len)
}

/// The place of the first `c`, or of the null.
fn find(mem: &Memory, s: GuestPtr, c: i32) -> Result<(u64, bool)> {
    let mut n = 0;
    loop {
        match character(mem, s, n)? {
            here if here == c => return Ok((n, true)),
            0 => return Ok((n, false)),
            _ => n += 1,
        }
    }
}

fn wcschr(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    let (n, hit) = find(cx.mem(), s, c)?;
    Ok(if hit { nth(s, n) } else { GuestPtr::NULL })
}

fn wcschrnul(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    Ok(nth(s, find(cx.mem(), s, c)?.0))
}

fn wcsrchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    let mem = cx.mem();
    for n in (0..=length(mem, s, u64::MAX)?).rev() {
        if character(mem, s, n)? == c {
            return Ok(nth(s, n));
        }
    }
    Ok(GuestPtr::NULL)
}

/// Length of the longest prefix of characters that are (`inside`) or are not in `set`.
fn span(mem: &Memory, s: GuestPtr, set: GuestPtr, inside: bool) -> Result<u64> {
    let set = wide_str(mem, set)?;
    let mut n = 0;
    loop {
        let c = character(mem, s, n)?;
        if c == 0 || set.contains(&c) != inside {
            return Ok(n);
        }
        n += 1;
    }
}

fn wcsspn(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<u64> {
    span(cx.mem(), s, set, true)
}

fn wcscspn(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<u64> {
    span(cx.mem(), s, set, false)
}

fn wcspbrk(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<GuestPtr> {
    let n = span(cx.mem(), s, set, false)?;
    Ok(if character(cx.mem(), s, n)? == 0 { GuestPtr::NULL } else { nth(s, n) })
}

fn wcsstr(cx: &mut Cx<'_>, h: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    let (text, needle) = (wide_str(cx.mem(), h)?, wide_str(cx.mem(), s)?);
    if needle.is_empty() {
        return Ok(h);
    }
    let hit = text.windows(needle.len()).position(|w| w == needle);
    Ok(hit.map_or(GuestPtr::NULL, |n| nth(h, n as u64)))
}

fn wcstok(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr, save: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let from = if s.is_null() { mem.load(save)? } else { s };
    mem.slice_mut(save, 8)?;
    if from.is_null() {
        return Ok(from);
    }
    let start = nth(from, span(mem, from, set, true)?);
    if character(mem, start, 0)? == 0 {
        mem.store(save, GuestPtr::NULL)?;
        return Ok(GuestPtr::NULL);
    }
    let end = nth(start, span(mem, start, set, false)?);
    let next = if character(mem, end, 0)? == 0 {
        GuestPtr::NULL
    } else {
        mem.store(end, 0i32)?;
        nth(end, 1)
    };
    mem.store(save, next)?;
    Ok(start)
}

fn wcsdup(cx: &mut Cx<'_>, s: GuestPtr) -> Result<GuestPtr> {
    let n = length(cx.mem(), s, u64::MAX)? + 1;
    let p = heap_object(cx, size(n), 16)?;
    if !p.is_null() {
        cx.mem().copy(p, s, size(n))?;
    }
    Ok(p)
}

fn wmemmove(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    cx.mem().copy(d, s, size(n))?;
    Ok(d)
}

fn wmempcpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    cx.mem().copy(d, s, size(n))?;
    Ok(nth(d, n))
}

fn wmemset(cx: &mut Cx<'_>, d: GuestPtr, c: i32, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    mem.slice_mut(d, size(n))?;
    let chunk = [c; 256];
    let mut done = 0;
    while done < n {
        let part = (n - done).min(chunk.len() as u64);
        put_wide(mem, nth(d, done), &chunk[..part as usize])?;
        done += part;
    }
    Ok(d)
}

fn wmemcmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64) -> Result<i32> {
    compare(cx.mem(), a, b, n, false, |c| c)
}

fn wmemchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32, n: u64) -> Result<GuestPtr> {
    for i in 0..n {
        if character(cx.mem(), s, i)? == c {
            return Ok(nth(s, i));
        }
    }
    Ok(GuestPtr::NULL)
}

/// A narrow copy of as much of a wide string as a number can be made of; other characters end it.
fn narrow(mem: &Memory, s: GuestPtr) -> Result<Vec<u8>> {
    let text = wide_str_max(mem, s, u64::MAX)?;
    let plain = |c: &i32| u8::try_from(*c).ok().filter(u8::is_ascii);
    Ok(text.iter().map_while(plain).chain([0]).collect())
}

/// Reads a number with `read`, which takes a narrow copy in guest memory and where to store its end.
fn through_narrow<T>(
    cx: &mut Cx<'_>,
    s: GuestPtr,
    end: GuestPtr,
    read: impl FnOnce(&mut Cx<'_>, GuestPtr, GuestPtr) -> Result<T>,
) -> Result<T> {
    let text = narrow(cx.mem(), s)?;
    let mem = cx.mem();
    let copy = super::access::host_object(cx, text.len() as u64 + 8)?;
    let narrow_end = at(copy, text.len() as u64);
    mem.write(copy, &text)?;
    mem.store(narrow_end, copy)?;
    let value = read(cx, copy, narrow_end);
    let used = mem.load::<u64>(narrow_end)?.wrapping_sub(copy.bits());
    mem.release(copy);
    if !end.is_null() {
        mem.store(end, nth(s, used))?;
    }
    value
}

fn wcstol(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32) -> Result<i64> {
    through_narrow(cx, s, end, |cx, s, end| number::strtol(cx, s, end, base))
}

fn wcstoul(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr, base: i32) -> Result<u64> {
    through_narrow(cx, s, end, |cx, s, end| number::strtoul(cx, s, end, base))
}

fn wcstod(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr) -> Result<f64> {
    through_narrow(cx, s, end, number::strtod)
}

fn wcstof(cx: &mut Cx<'_>, s: GuestPtr, end: GuestPtr) -> Result<f32> {
    through_narrow(cx, s, end, number::strtof)
}
