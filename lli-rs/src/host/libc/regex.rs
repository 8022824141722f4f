//! POSIX regular expressions and shell patterns, by the host's matchers on copies. The guest's `regex_t`
//! holds a token for the compiled one, which stays with the host.
//!
//! The host's compiler copies what a counted repetition repeats; [`cost`] bounds that before it is called.

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use svm_memory::GuestPtr;

use super::access::{at, bytes, put_str};
use super::ffi::regex::{Regex, error_text, matches_pattern};
use super::locale::is_utf8;
use crate::host::host_table;
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Regular expressions and shell patterns.
    pub static TABLE = [
        "int regcomp(void *regex[w 64], const char *pattern[str], int flags)" => regcomp: regex, pattern, flags,
        "int regexec(const void *regex[r 64], const char *s[opaque], size_t n, void *matches[? w n*8], int flags)" => regexec: regex, s, n, matches, flags,
        "size_t regerror(int code, const void *regex[opaque], char *out[? w n], size_t n)" => regerror: code, regex, out, n,
        "void regfree(void *regex[rw 64])" => regfree: regex,
        "int fnmatch(const char *pattern[str], const char *s[str], int flags)" => fnmatch: pattern, s, flags,
    ];
}

/// Compiled expressions by token.
#[derive(Default)]
pub struct State {
    compiled: Mutex<Compiled>,
}

#[derive(Default)]
struct Compiled {
    last: u64,
    by_token: FxHashMap<u64, Regex>,
}

/// Place of `re_nsub` in `regex_t`; the token is the first word.
const NSUB: u64 = 48;
const REGEX_SIZE: u64 = 64;
/// Expressions that a program may have at a time.
const MAX_COMPILED: usize = 1 << 16;
/// Copies of characters that an expression may expand to, and how deep its groups may nest.
const MAX_COST: u64 = 1 << 18;
const MAX_DEPTH: usize = 500;

fn regcomp(cx: &mut Cx<'_>, regex: GuestPtr, pattern: GuestPtr, flags: i32) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(regex, REGEX_SIZE)?;
    let pattern = mem.c_str(pattern)?;
    let fits = cost(&pattern, flags & libc::REG_EXTENDED != 0).is_some_and(|c| c <= MAX_COST);
    let process = cx.process;
    let mut compiled = process.libc.regex.compiled.lock();
    if !fits || compiled.by_token.len() >= MAX_COMPILED {
        return Ok(libc::REG_ESPACE);
    }
    match Regex::new(&pattern, flags, is_utf8(cx)) {
        Ok(made) => {
            compiled.last += 1;
            let token = compiled.last;
            mem.fill(regex, 0, REGEX_SIZE)?;
            mem.store(regex, token)?;
            mem.store(at(regex, NSUB), made.groups() as u64)?;
            compiled.by_token.insert(token, made);
            Ok(0)
        }
        Err(code) => Ok(code),
    }
}

/// How many characters an expression comes to when repetitions are written out; `None` if groups nest too
/// deep.
fn cost(pattern: &[u8], extended: bool) -> Option<u64> {
    // The cost of each open group, and of the last thing in it.
    let mut open = vec![(0u64, 0u64)];
    let mut i = 0;
    while i < pattern.len() {
        let escaped = pattern[i] == b'\\';
        i += usize::from(escaped);
        let Some(byte) = pattern.get(i).copied() else { break };
        i += 1;
        let depth = open.len();
        let (sum, last) = open.last_mut()?;
        match byte {
            b'(' if escaped != extended => {
                if depth > MAX_DEPTH {
                    return None;
                }
                open.push((0, 0));
            }
            b')' if escaped != extended && depth > 1 => {
                let (inner, _) = open.pop()?;
                let (sum, last) = open.last_mut()?;
                *last = inner.saturating_add(1);
                *sum = sum.saturating_add(*last);
            }
            b'{' if escaped != extended => {
                let end = pattern[i..].iter().position(|b| *b == b'}').map_or(pattern.len(), |n| i + n);
                let counts = pattern[i..end].split(|b| !b.is_ascii_digit());
                let count = |digits: &[u8]| {
                    digits.iter().fold(0u64, |n, d| n.saturating_mul(10).saturating_add(u64::from(d - b'0')))
                };
                let times = counts.map(count).max().unwrap_or(1).max(1);
                let copies = last.saturating_mul(times);
                *sum = sum.saturating_add(copies);
                *last = copies;
                i = (end + 1).min(pattern.len());
            }
            b'[' if !escaped => {
                // A set: one character, however it is written.
                let start = i + usize::from(pattern.get(i) == Some(&b'^'));
                let from = (start + 1).min(pattern.len());
                i = pattern[from..].iter().position(|b| *b == b']').map_or(pattern.len(), |n| from + n + 1);
                (*sum, *last) = (sum.saturating_add(1), 1);
            }
            _ => (*sum, *last) = (sum.saturating_add(1), 1),
        }
    }
    Some(open.iter().fold(0u64, |sum, (inner, _)| sum.saturating_add(*inner)))
}

fn regexec(
    cx: &mut Cx<'_>,
    regex: GuestPtr,
    s: GuestPtr,
    n: u64,
    matches: GuestPtr,
    flags: i32,
) -> Result<i32> {
    const REG_STARTEND: i32 = 4;
    let mem = cx.mem();
    mem.slice(regex, REGEX_SIZE)?;
    let token: u64 = mem.load(regex)?;
    let process = cx.process;
    let compiled = process.libc.regex.compiled.lock();
    let Some(compiled) = compiled.by_token.get(&token) else {
        return Err(cx.misuse("the regular expression was not compiled, or was freed"));
    };
    let n = if matches.is_null() || compiled.reports_nothing() { 0 } else { n };
    // Only as many places as there are groups can be found; the others are "no match".
    let (start, text) = if flags & REG_STARTEND != 0 {
        let [start, end]: [i32; 2] = mem.load(matches)?;
        let (start, end) = (start.max(0) as u64, end.max(0) as u64);
        (start, bytes(mem, at(s, start), end.saturating_sub(start))?)
    } else {
        (0, mem.c_str(s)?)
    };
    mem.slice_mut(matches, n.saturating_mul(8))?;
    let Some(places) = compiled.run(&text, flags & !REG_STARTEND, is_utf8(cx)) else {
        return Ok(libc::REG_NOMATCH);
    };
    for i in 0..n {
        let place = match places.get(i as usize) {
            Some(Some((from, to))) => [from + start as i32, to + start as i32],
            _ => [-1, -1],
        };
        mem.store(at(matches, i * 8), place)?;
    }
    Ok(0)
}

fn regerror(cx: &mut Cx<'_>, code: i32, _regex: GuestPtr, out: GuestPtr, n: u64) -> Result<u64> {
    let text = error_text(code);
    if n > 0 {
        cx.mem().slice_mut(out, (text.len() as u64 + 1).min(n))?;
        put_str(cx.mem(), out, &text[..text.len().min(n as usize - 1)])?;
    }
    Ok(text.len() as u64 + 1)
}

fn regfree(cx: &mut Cx<'_>, regex: GuestPtr) -> Result<()> {
    cx.mem().slice_mut(regex, REGEX_SIZE)?;
    let token: u64 = cx.mem().load(regex)?;
    let process = cx.process;
    process.libc.regex.compiled.lock().by_token.remove(&token);
    Ok(cx.mem().store(regex, 0u64)?)
}

fn fnmatch(cx: &mut Cx<'_>, pattern: GuestPtr, s: GuestPtr, flags: i32) -> Result<i32> {
    /// The host's matcher calls itself for each part of a pattern.
    const MAX_PATTERN: usize = 4096;
    let (pattern, text) = (cx.mem().c_str(pattern)?, cx.mem().c_str(s)?);
    if pattern.len() > MAX_PATTERN {
        return Err(Trap::Unsupported("fnmatch with a pattern of more than 4096 bytes".into()));
    }
    Ok(matches_pattern(&pattern, &text, flags, is_utf8(cx)))
}

#[cfg(test)]
mod tests {
    use super::cost;

    #[test]
    fn repetitions_multiply_inside_groups_only() {
        assert_eq!(cost(b"abc", true), Some(3));
        assert!(cost(b"a{100}b{100}", true).unwrap() < 300);
        assert!(cost(b"(a{100}){100}", true).unwrap() > 10_000);
        assert!(cost(b"(a{100}){100}", false).unwrap() < 100);
        assert!(cost(br"\(a\{100\}\)\{100\}", false).unwrap() > 10_000);
        assert!(cost(b"a{255}{255}{255}", true).unwrap() > 1 << 20);
        assert_eq!(cost(&b"(".repeat(1000), true), None);
        assert_eq!(cost(b"[(]{3}[^]{9}]", true).map(|c| c < 10), Some(true));
    }
}
