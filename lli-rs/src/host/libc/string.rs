//! `str*`: strings of bytes. Messages for error and signal numbers are in `errno`.

use svm_memory::{GuestPtr, Memory};

use super::access::{self, at, first_pair, heap_object, scan};
use super::memory::{check_size, failure_links, find_block, rfind};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Functions on strings.
    pub static TABLE = [
        "size_t strlen(const char *s[str])" => strlen: s,
        "size_t strnlen(const char *s[r n], size_t n)" => strnlen: s, n,
        "char *strcpy(char *d[w], const char *s[str])" => strcpy: d, s,
        "char *stpcpy(char *d[w], const char *s[str])" => stpcpy: d, s,
        "char *__stpcpy(char *d[w], const char *s[str])" => stpcpy: d, s,
        "char *strncpy(char *d[w n], const char *s[r n], size_t n)" => strncpy: d, s, n,
        "char *stpncpy(char *d[w n], const char *s[r n], size_t n)" => stpncpy: d, s, n,
        "char *__stpncpy(char *d[w n], const char *s[r n], size_t n)" => stpncpy: d, s, n,
        "char *strcat(char *d[rw], const char *s[str])" => strcat: d, s,
        "char *strncat(char *d[rw], const char *s[r n], size_t n)" => strncat: d, s, n,
        "size_t strlcpy(char *d[w], const char *s[str], size_t n)" => strlcpy: d, s, n,
        "size_t strlcat(char *d[rw], const char *s[str], size_t n)" => strlcat: d, s, n,
        "int strcmp(const char *a[str], const char *b[str])" => strcmp: a, b,
        "int strcoll(const char *a[str], const char *b[str])" => strcmp: a, b,
        "int strcoll_l(const char *a[str], const char *b[str], void *l[opaque])" => strcoll_l: a, b, l,
        "int __strcoll_l(const char *a[str], const char *b[str], void *l[opaque])" => strcoll_l: a, b, l,
        "int strncmp(const char *a[r n], const char *b[r n], size_t n)" => strncmp: a, b, n,
        "int strcasecmp(const char *a[str], const char *b[str])" => strcasecmp: a, b,
        "int strncasecmp(const char *a[r n], const char *b[r n], size_t n)" => strncasecmp: a, b, n,
        "int strcasecmp_l(const char *a[str], const char *b[str], void *l[opaque])" => strcasecmp_l: a, b, l,
        "int strncasecmp_l(const char *a[r n], const char *b[r n], size_t n, void *l[opaque])" => strncasecmp_l: a, b, n, l,
        "size_t strxfrm(char *d[w n], const char *s[str], size_t n)" => strxfrm: d, s, n,
        "size_t strxfrm_l(char *d[w n], const char *s[str], size_t n, void *l[opaque])" => strxfrm_l: d, s, n, l,
        "char *strchr(const char *s[str], int c)" => strchr: s, c,
        "char *index(const char *s[str], int c)" => strchr: s, c,
        "char *strchrnul(const char *s[str], int c)" => strchrnul: s, c,
        "char *__strchrnul(const char *s[str], int c)" => strchrnul: s, c,
        "char *strrchr(const char *s[str], int c)" => strrchr: s, c,
        "char *rindex(const char *s[str], int c)" => strrchr: s, c,
        "size_t strspn(const char *s[str], const char *set[str])" => strspn: s, set,
        "size_t strcspn(const char *s[str], const char *set[str])" => strcspn: s, set,
        "char *strpbrk(const char *s[str], const char *set[str])" => strpbrk: s, set,
        "char *strstr(const char *h[str], const char *s[str])" => strstr: h, s,
        "char *strcasestr(const char *h[str], const char *s[str])" => strcasestr: h, s,
        "char *strnstr(const char *h[r n], const char *s[str], size_t n)" => strnstr: h, s, n,
        "char *strtok(char *s[? str], const char *set[str])" => strtok: s, set,
        "char *strtok_r(char *s[? str], const char *set[str], char **save[rw 8])" => strtok_r: s, set, save,
        "char *__strtok_r(char *s[? str], const char *set[str], char **save[rw 8])" => strtok_r: s, set, save,
        "char *strsep(char **s[rw 8], const char *set[str])" => strsep: s, set,
        "char *__strsep(char **s[rw 8], const char *set[str])" => strsep: s, set,
        "char *strdup(const char *s[str])" => strdup: s,
        "char *__strdup(const char *s[str])" => strdup: s,
        "char *strndup(const char *s[r n], size_t n)" => strndup: s, n,
        "char *__strndup(const char *s[r n], size_t n)" => strndup: s, n,
        "int strverscmp(const char *a[str], const char *b[str])" => strverscmp: a, b,
        "int __strverscmp(const char *a[str], const char *b[str])" => strverscmp: a, b,
        "char *strfry(char *s[str])" => strfry: s,
        "char *basename(const char *path[str])" => basename: path,
        "char *__xpg_basename(char *path[? str])" => xpg_basename: path,
        "char *dirname(char *path[? str])" => dirname: path,
        "char *__strcpy_chk(char *d[w], const char *s[str], size_t size)" => strcpy_chk: d, s, size,
        "char *__stpcpy_chk(char *d[w], const char *s[str], size_t size)" => stpcpy_chk: d, s, size,
        "char *__strncpy_chk(char *d[w n], const char *s[r n], size_t n, size_t size)" => strncpy_chk: d, s, n, size,
        "char *__stpncpy_chk(char *d[w n], const char *s[r n], size_t n, size_t size)" => stpncpy_chk: d, s, n, size,
        "char *__strcat_chk(char *d[rw], const char *s[str], size_t size)" => strcat_chk: d, s, size,
        "char *__strncat_chk(char *d[rw], const char *s[r n], size_t n, size_t size)" => strncat_chk: d, s, n, size,
    ];
}

/// What `strtok` keeps between calls, and the constant results of `dirname`.
#[derive(Default)]
pub struct State {
    token: parking_lot::Mutex<GuestPtr>,
    dot: access::Lazy,
}

fn strlen(cx: &mut Cx<'_>, s: GuestPtr) -> Result<u64> {
    Ok(cx.mem().str_len(s)?)
}

fn strnlen(cx: &mut Cx<'_>, s: GuestPtr, n: u64) -> Result<u64> {
    Ok(cx.mem().str_len_max(s, n)?)
}

/// Copies a string with its NUL; its length.
fn copy_string(mem: &Memory, d: GuestPtr, s: GuestPtr) -> Result<u64> {
    let n = mem.str_len(s)?;
    mem.copy(d, s, n + 1)?;
    Ok(n)
}

fn strcpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    copy_string(cx.mem(), d, s)?;
    Ok(d)
}

fn stpcpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    Ok(at(d, copy_string(cx.mem(), d, s)?))
}

/// Copies up to `n` bytes and fills the rest with NULs; the length of what was copied.
fn copy_padded(mem: &Memory, d: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let len = mem.str_len_max(s, n)?;
    mem.slice_mut(d, n)?;
    mem.copy(d, s, len)?;
    mem.fill(at(d, len), 0, n - len)?;
    Ok(len)
}

fn strncpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    copy_padded(cx.mem(), d, s, n)?;
    Ok(d)
}

fn stpncpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    Ok(at(d, copy_padded(cx.mem(), d, s, n)?))
}

fn strcat(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    copy_string(mem, at(d, mem.str_len(d)?), s)?;
    Ok(d)
}

fn strncat(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    let (end, len) = (at(d, mem.str_len(d)?), mem.str_len_max(s, n)?);
    mem.slice_mut(end, len + 1)?;
    mem.copy(end, s, len)?;
    mem.store(at(end, len), 0u8)?;
    Ok(d)
}

fn strlcpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let mem = cx.mem();
    let len = mem.str_len(s)?;
    if n > 0 {
        let kept = len.min(n - 1);
        mem.copy(d, s, kept)?;
        mem.store(at(d, kept), 0u8)?;
    }
    Ok(len)
}

fn strlcat(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let have = cx.mem().str_len_max(d, n)?;
    let len = strlcpy(cx, at(d, have), s, n - have)?;
    Ok(have + len)
}

/// The end of a comparison: the first bytes that differ, or the common NUL.
fn difference(hit: Option<(u8, u8)>) -> i32 {
    hit.map_or(0, |(x, y)| i32::from(x) - i32::from(y))
}

fn unequal_or_end(x: &[u8], y: &[u8]) -> Option<usize> {
    x.iter().zip(y).position(|(x, y)| x != y || *x == 0)
}

fn unequal_folded_or_end(x: &[u8], y: &[u8]) -> Option<usize> {
    x.iter().zip(y).position(|(x, y)| !x.eq_ignore_ascii_case(y) || *x == 0)
}

fn folded(hit: Option<(u8, u8)>) -> Option<(u8, u8)> {
    hit.map(|(x, y)| (x.to_ascii_lowercase(), y.to_ascii_lowercase()))
}

/// Also `strcoll`: the locales C and C.UTF-8 order strings by their bytes.
fn strcmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    Ok(difference(first_pair(cx.mem(), a, b, u64::MAX, unequal_or_end)?))
}

fn strcoll_l(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, _locale: GuestPtr) -> Result<i32> {
    strcmp(cx, a, b)
}

fn strncmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64) -> Result<i32> {
    Ok(difference(first_pair(cx.mem(), a, b, n, unequal_or_end)?))
}

fn strcasecmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    Ok(difference(folded(first_pair(cx.mem(), a, b, u64::MAX, unequal_folded_or_end)?)))
}

fn strncasecmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64) -> Result<i32> {
    Ok(difference(folded(first_pair(cx.mem(), a, b, n, unequal_folded_or_end)?)))
}

fn strcasecmp_l(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, _locale: GuestPtr) -> Result<i32> {
    strcasecmp(cx, a, b)
}

fn strncasecmp_l(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64, _locale: GuestPtr) -> Result<i32> {
    strncasecmp(cx, a, b, n)
}

fn strxfrm(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<u64> {
    let mem = cx.mem();
    let len = mem.str_len(s)?;
    if n > 0 {
        mem.copy(d, s, (len + 1).min(n))?;
    }
    Ok(len)
}

fn strxfrm_l(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64, _locale: GuestPtr) -> Result<u64> {
    strxfrm(cx, d, s, n)
}

fn strchrnul(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    let c = c as u8;
    Ok(at(s, scan(cx.mem(), s, |chunk| chunk.iter().position(|b| *b == c || *b == 0))?))
}

fn strchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    let p = strchrnul(cx, s, c)?;
    let found: u8 = cx.mem().load(p)?;
    Ok(if found == c as u8 { p } else { GuestPtr::NULL })
}

fn strrchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    let mem = cx.mem();
    let n = mem.str_len(s)? + 1;
    Ok(rfind(mem, s, n, c as u8)?.map_or(GuestPtr::NULL, |i| at(s, i)))
}

/// Membership of every byte in the string at `set`; NUL is no member.
fn byte_set(mem: &Memory, set: GuestPtr) -> Result<[bool; 256]> {
    let mut member = [false; 256];
    mem.c_str(set)?.iter().for_each(|b| member[usize::from(*b)] = true);
    Ok(member)
}

/// Length of the longest prefix of bytes that are (`inside`) or are not in `set`.
fn span(mem: &Memory, s: GuestPtr, set: &[bool; 256], inside: bool) -> Result<u64> {
    scan(mem, s, |chunk| chunk.iter().position(|b| *b == 0 || set[usize::from(*b)] != inside))
}

fn strspn(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<u64> {
    span(cx.mem(), s, &byte_set(cx.mem(), set)?, true)
}

fn strcspn(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<u64> {
    span(cx.mem(), s, &byte_set(cx.mem(), set)?, false)
}

fn strpbrk(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<GuestPtr> {
    let p = at(s, strcspn(cx, s, set)?);
    let found: u8 = cx.mem().load(p)?;
    Ok(if found == 0 { GuestPtr::NULL } else { p })
}

fn strstr(cx: &mut Cx<'_>, h: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let (m, n) = (mem.str_len(s)?, mem.str_len(h)?);
    Ok(find_block(mem, h, n, s, m)?.map_or(GuestPtr::NULL, |i| at(h, i)))
}

fn strnstr(cx: &mut Cx<'_>, h: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    let (m, n) = (mem.str_len(s)?, mem.str_len_max(h, n)?);
    Ok(find_block(mem, h, n, s, m)?.map_or(GuestPtr::NULL, |i| at(h, i)))
}

fn strcasestr(cx: &mut Cx<'_>, h: GuestPtr, s: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let needle = mem.c_str(s)?.to_ascii_lowercase();
    if needle.is_empty() {
        return Ok(h);
    }
    let (links, mut matched, mut found) = (failure_links(&needle), 0usize, false);
    let end = scan(mem, h, |chunk| {
        chunk.iter().position(|b| {
            let b = b.to_ascii_lowercase();
            while matched > 0 && needle[matched] != b {
                matched = links[matched - 1] as usize;
            }
            matched += usize::from(needle[matched] == b);
            found = matched == needle.len();
            found || b == 0
        })
    })?;
    Ok(if found { at(h, end + 1 - needle.len() as u64) } else { GuestPtr::NULL })
}

/// The next token at `s`: its start, or null, and where to go on.
fn token(mem: &Memory, s: GuestPtr, set: GuestPtr) -> Result<(GuestPtr, GuestPtr)> {
    let set = byte_set(mem, set)?;
    let start = at(s, span(mem, s, &set, true)?);
    if mem.load::<u8>(start)? == 0 {
        return Ok((GuestPtr::NULL, start));
    }
    let end = at(start, span(mem, start, &set, false)?);
    if mem.load::<u8>(end)? == 0 {
        return Ok((start, end));
    }
    mem.store(end, 0u8)?;
    Ok((start, at(end, 1)))
}

fn strtok(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<GuestPtr> {
    let process = cx.process;
    let mut save = process.libc.string.token.lock();
    let from = if s.is_null() { *save } else { s };
    let (found, next) = token(cx.mem(), from, set)?;
    *save = next;
    Ok(found)
}

fn strtok_r(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr, save: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let from = if s.is_null() { mem.load(save)? } else { s };
    mem.slice_mut(save, 8)?;
    let (found, next) = token(mem, from, set)?;
    mem.store(save, next)?;
    Ok(found)
}

fn strsep(cx: &mut Cx<'_>, s: GuestPtr, set: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let start: GuestPtr = mem.load(s)?;
    if start.is_null() {
        return Ok(start);
    }
    let end = at(start, span(mem, start, &byte_set(mem, set)?, false)?);
    let next = if mem.load::<u8>(end)? == 0 {
        GuestPtr::NULL
    } else {
        mem.store(end, 0u8)?;
        at(end, 1)
    };
    mem.store(s, next)?;
    Ok(start)
}

fn duplicate(cx: &mut Cx<'_>, s: GuestPtr, len: u64) -> Result<GuestPtr> {
    let p = heap_object(cx, len + 1, 16)?;
    if !p.is_null() {
        cx.mem().copy(p, s, len)?;
    }
    Ok(p)
}

fn strdup(cx: &mut Cx<'_>, s: GuestPtr) -> Result<GuestPtr> {
    let len = cx.mem().str_len(s)?;
    duplicate(cx, s, len)
}

fn strndup(cx: &mut Cx<'_>, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    let len = cx.mem().str_len_max(s, n)?;
    duplicate(cx, s, len)
}

fn strverscmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    Ok(compare_versions(&mem.c_str(a)?, &mem.c_str(b)?))
}

/// The order of strings in which runs of digits compare as numbers; runs with leading zeros compare as
/// fractions do, before any without.
fn compare_versions(a: &[u8], b: &[u8]) -> i32 {
    let byte = |s: &[u8], i: usize| s.get(i).copied().unwrap_or(0);
    let Some(i) = (0..=a.len().max(b.len())).find(|i| byte(a, *i) != byte(b, *i)) else { return 0 };
    let plain = i32::from(byte(a, i)) - i32::from(byte(b, i));
    let start = a[..i].iter().rposition(|c| !c.is_ascii_digit()).map_or(0, |p| p + 1);
    let digits = |s: &[u8]| s.get(i..).unwrap_or(&[]).iter().take_while(|c| c.is_ascii_digit()).count();
    let (da, db) = (digits(a), digits(b));
    if start == i {
        // The difference is the first character of a would-be number.
        let zero = |c| c == b'0';
        if da == 0 || db == 0 || zero(byte(a, i)) || zero(byte(b, i)) {
            return plain;
        }
    } else if a[start] == b'0' {
        // Within a run with a leading zero: a fraction. While there are only zeros, a longer run is less.
        let only_zeros = a[start..i].iter().all(|c| *c == b'0');
        if only_zeros && da == 0 && db > 0 {
            return 1;
        }
        if only_zeros && db == 0 && da > 0 {
            return -1;
        }
        return plain;
    }
    match da.cmp(&db) {
        std::cmp::Ordering::Equal => plain,
        order => order as i32,
    }
}

fn strfry(cx: &mut Cx<'_>, s: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let n = mem.str_len(s)?;
    mem.slice_mut(s, n)?;
    let mut seed = s.bits() ^ 0x9e37_79b9_7f4a_7c15;
    for i in 1..n {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let j = (seed >> 33) % (i + 1);
        let (x, y): (u8, u8) = (mem.load(at(s, i))?, mem.load(at(s, j))?);
        mem.store(at(s, i), y)?;
        mem.store(at(s, j), x)?;
    }
    Ok(s)
}

fn basename(cx: &mut Cx<'_>, path: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let n = mem.str_len(path)?;
    Ok(rfind(mem, path, n, b'/')?.map_or(path, |i| at(path, i + 1)))
}

/// The constant string ".".
fn dot(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let process = cx.process;
    process.libc.string.dot.string(cx, b".")
}

fn xpg_basename(cx: &mut Cx<'_>, path: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    if path.is_null() {
        return dot(cx);
    }
    let text = mem.c_str(path)?;
    if text.is_empty() {
        return dot(cx);
    }
    let Some(last) = text.iter().rposition(|b| *b != b'/') else {
        return Ok(at(path, text.len() as u64 - 1));
    };
    if last + 1 < text.len() {
        mem.store(at(path, last as u64 + 1), 0u8)?;
    }
    let start = text[..last].iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    Ok(at(path, start as u64))
}

fn dirname(cx: &mut Cx<'_>, path: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    if path.is_null() {
        return dot(cx);
    }
    let text = mem.c_str(path)?;
    // The name without trailing slashes, then without its last component and the slashes before that.
    let name = text.iter().rposition(|b| *b != b'/').map_or(0, |i| i + 1);
    let Some(slash) = text[..name].iter().rposition(|b| *b == b'/') else {
        if name > 0 || text.is_empty() {
            return dot(cx);
        }
        return root(mem, path, &text);
    };
    match text[..slash].iter().rposition(|b| *b != b'/') {
        Some(last) => {
            mem.store(at(path, last as u64 + 1), 0u8)?;
            Ok(path)
        }
        None => root(mem, path, &text),
    }
}

/// The result for a name in the root directory: "/", or "//" if it starts with exactly two slashes.
fn root(mem: &Memory, path: GuestPtr, text: &[u8]) -> Result<GuestPtr> {
    let slashes = text.iter().take_while(|b| **b == b'/').count();
    let keep = if slashes == 2 { 2 } else { 1 };
    if text.len() > keep {
        mem.store(at(path, keep as u64), 0u8)?;
    }
    Ok(path)
}

fn strcpy_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, size: u64) -> Result<GuestPtr> {
    let n = cx.mem().str_len(s)? + 1;
    check_size(cx, cx.mem(), d, n, size)?;
    strcpy(cx, d, s)
}

fn stpcpy_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, size: u64) -> Result<GuestPtr> {
    let n = cx.mem().str_len(s)? + 1;
    check_size(cx, cx.mem(), d, n, size)?;
    stpcpy(cx, d, s)
}

fn strncpy_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64, size: u64) -> Result<GuestPtr> {
    check_size(cx, cx.mem(), d, n, size)?;
    strncpy(cx, d, s, n)
}

fn stpncpy_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64, size: u64) -> Result<GuestPtr> {
    check_size(cx, cx.mem(), d, n, size)?;
    stpncpy(cx, d, s, n)
}

fn strcat_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, size: u64) -> Result<GuestPtr> {
    let n = cx.mem().str_len(d)? + cx.mem().str_len(s)? + 1;
    check_size(cx, cx.mem(), d, n, size)?;
    strcat(cx, d, s)
}

fn strncat_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64, size: u64) -> Result<GuestPtr> {
    let total = cx.mem().str_len(d)? + cx.mem().str_len_max(s, n)? + 1;
    check_size(cx, cx.mem(), d, total, size)?;
    strncat(cx, d, s, n)
}

#[cfg(test)]
mod tests {
    use super::compare_versions;

    #[test]
    fn versions_compare_as_the_manual_says() {
        let ordered = ["000", "00", "01", "010", "09", "0", "1", "9", "10"];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                let got = compare_versions(a.as_bytes(), b.as_bytes()).signum();
                assert_eq!(got, i.cmp(&j) as i32, "{a} {b}");
            }
        }
    }
}
