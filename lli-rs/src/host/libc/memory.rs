//! `mem*`: blocks of bytes of known length.

use svm_memory::{AccessKind, GuestPtr, Memory};

use super::access::{at, first_pair};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Functions on blocks of bytes.
    pub static TABLE = [
        "void *memcpy(void *d[w n], const void *s[r n], size_t n)" => memmove: d, s, n,
        "void *memmove(void *d[w n], const void *s[r n], size_t n)" => memmove: d, s, n,
        "void *mempcpy(void *d[w n], const void *s[r n], size_t n)" => mempcpy: d, s, n,
        "void *__mempcpy(void *d[w n], const void *s[r n], size_t n)" => mempcpy: d, s, n,
        "void *memset(void *d[w n], int c, size_t n)" => memset: d, c, n,
        "int memcmp(const void *a[r n], const void *b[r n], size_t n)" => memcmp: a, b, n,
        "int bcmp(const void *a[r n], const void *b[r n], size_t n)" => memcmp: a, b, n,
        "int __memcmpeq(const void *a[r n], const void *b[r n], size_t n)" => memcmp: a, b, n,
        "int timingsafe_bcmp(const void *a[r n], const void *b[r n], size_t n)" => memcmp: a, b, n,
        "void bcopy(const void *s[r n], void *d[w n], size_t n)" => bcopy: s, d, n,
        "void bzero(void *d[w n], size_t n)" => bzero: d, n,
        "void explicit_bzero(void *d[w n], size_t n)" => bzero: d, n,
        "void *memchr(const void *s[r n], int c, size_t n)" => memchr: s, c, n,
        "void *memrchr(const void *s[r n], int c, size_t n)" => memrchr: s, c, n,
        "void *rawmemchr(const void *s[r], int c)" => rawmemchr: s, c,
        "void *__rawmemchr(const void *s[r], int c)" => rawmemchr: s, c,
        "void *memmem(const void *h[r n], size_t n, const void *s[r m], size_t m)" => memmem: h, n, s, m,
        "void *memccpy(void *d[w n], const void *s[r n], int c, size_t n)" => memccpy: d, s, c, n,
        "void *memfrob(void *d[rw n], size_t n)" => memfrob: d, n,
        "void swab(const void *s[r n], void *d[w n], ssize_t n)" => swab: s, d, n,
        "void *__memcpy_chk(void *d[w n], const void *s[r n], size_t n, size_t size)" => memcpy_chk: d, s, n, size,
        "void *__memmove_chk(void *d[w n], const void *s[r n], size_t n, size_t size)" => memcpy_chk: d, s, n, size,
        "void *__mempcpy_chk(void *d[w n], const void *s[r n], size_t n, size_t size)" => mempcpy_chk: d, s, n, size,
        "void *__memset_chk(void *d[w n], int c, size_t n, size_t size)" => memset_chk: d, c, n, size,
        "void __explicit_bzero_chk(void *d[w n], size_t n, size_t size)" => bzero_chk: d, n, size,
    ];
}

/// `memcpy` with overlap is allowed: it is what glibc does on every x86-64, and programs rely on it.
fn memmove(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    cx.mem().copy(d, s, n)?;
    Ok(d)
}

fn mempcpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64) -> Result<GuestPtr> {
    cx.mem().copy(d, s, n)?;
    Ok(at(d, n))
}

fn memset(cx: &mut Cx<'_>, d: GuestPtr, c: i32, n: u64) -> Result<GuestPtr> {
    cx.mem().fill(d, c as u8, n)?;
    Ok(d)
}

/// Like glibc's on x86-64: the difference of the first two bytes that differ. Reads no further than those.
fn memcmp(cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr, n: u64) -> Result<i32> {
    let hit = first_pair(cx.mem(), a, b, n, |x, y| x.iter().zip(y).position(|(x, y)| x != y))?;
    Ok(hit.map_or(0, |(x, y)| i32::from(x) - i32::from(y)))
}

fn bcopy(cx: &mut Cx<'_>, s: GuestPtr, d: GuestPtr, n: u64) -> Result<()> {
    Ok(cx.mem().copy(d, s, n)?)
}

fn bzero(cx: &mut Cx<'_>, d: GuestPtr, n: u64) -> Result<()> {
    Ok(cx.mem().fill(d, 0, n)?)
}

fn memchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32, n: u64) -> Result<GuestPtr> {
    Ok(cx.mem().find(s, c as u8, n)?.map_or(GuestPtr::NULL, |i| at(s, i)))
}

fn memrchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    mem.slice(s, n)?;
    Ok(rfind(mem, s, n, c as u8)?.map_or(GuestPtr::NULL, |i| at(s, i)))
}

/// The last `byte` among the `n` bytes at `s`.
pub fn rfind(mem: &Memory, s: GuestPtr, n: u64, byte: u8) -> Result<Option<u64>> {
    let (mut end, mut buf) = (n, [0u8; 256]);
    while end > 0 {
        let start = end.saturating_sub(buf.len() as u64);
        let chunk = &mut buf[..(end - start) as usize];
        mem.read(at(s, start), chunk)?;
        if let Some(i) = chunk.iter().rposition(|b| *b == byte) {
            return Ok(Some(start + i as u64));
        }
        end = start;
    }
    Ok(None)
}

fn rawmemchr(cx: &mut Cx<'_>, s: GuestPtr, c: i32) -> Result<GuestPtr> {
    let mem = cx.mem();
    let n = mem.available(s, AccessKind::Read);
    match mem.find(s, c as u8, n)? {
        Some(i) => Ok(at(s, i)),
        None => Err(mem.fault_for(s, s, n + 1, AccessKind::Read).into()),
    }
}

fn memmem(cx: &mut Cx<'_>, h: GuestPtr, n: u64, s: GuestPtr, m: u64) -> Result<GuestPtr> {
    if m == 0 {
        return Ok(h);
    }
    let mem = cx.mem();
    mem.slice(h, n)?;
    mem.slice(s, m)?;
    Ok(find_block(mem, h, n, s, m)?.map_or(GuestPtr::NULL, |i| at(h, i)))
}

/// The first place in the `n` bytes at `h` where the `m` bytes at `s` stand; all of them are readable.
pub fn find_block(mem: &Memory, h: GuestPtr, n: u64, s: GuestPtr, m: u64) -> Result<Option<u64>> {
    if m == 0 {
        return Ok(Some(0));
    }
    if n < m {
        return Ok(None);
    }
    let needle = super::access::bytes(mem, s, m)?;
    let fail = failure_links(&needle);
    let (mut matched, mut done, mut buf) = (0usize, 0u64, [0u8; 256]);
    while done < n {
        let chunk = &mut buf[..(n - done).min(256) as usize];
        mem.read(at(h, done), chunk)?;
        for (i, byte) in chunk.iter().enumerate() {
            while matched > 0 && needle[matched] != *byte {
                matched = fail[matched - 1] as usize;
            }
            matched += usize::from(needle[matched] == *byte);
            if matched == needle.len() {
                return Ok(Some(done + i as u64 + 1 - m));
            }
        }
        done += chunk.len() as u64;
    }
    Ok(None)
}

/// Knuth, Morris and Pratt's links, so that no pair of strings takes quadratic time.
pub fn failure_links(needle: &[u8]) -> Vec<u32> {
    let (mut links, mut k) = (vec![0u32; needle.len()], 0usize);
    for i in 1..needle.len() {
        while k > 0 && needle[i] != needle[k] {
            k = links[k - 1] as usize;
        }
        k += usize::from(needle[i] == needle[k]);
        links[i] = k as u32;
    }
    links
}

fn memccpy(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, c: i32, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    match mem.find(s, c as u8, n)? {
        Some(i) => {
            mem.copy(d, s, i + 1)?;
            Ok(at(d, i + 1))
        }
        None => {
            mem.copy(d, s, n)?;
            Ok(GuestPtr::NULL)
        }
    }
}

fn memfrob(cx: &mut Cx<'_>, d: GuestPtr, n: u64) -> Result<GuestPtr> {
    let mem = cx.mem();
    mem.slice_mut(d, n)?;
    for i in 0..n {
        let byte: u8 = mem.load(at(d, i))?;
        mem.store(at(d, i), byte ^ 42)?;
    }
    Ok(d)
}

fn swab(cx: &mut Cx<'_>, s: GuestPtr, d: GuestPtr, n: i64) -> Result<()> {
    let mem = cx.mem();
    for i in 0..(n.max(0) as u64 / 2) {
        let pair: u16 = mem.load(at(s, i * 2))?;
        mem.store(at(d, i * 2), pair.swap_bytes())?;
    }
    Ok(())
}

/// The `__*_chk` functions end the program natively when the object is too small; here the fault of the
/// access itself says more, and it comes first when the compiler's size is the object's.
pub fn check_size(cx: &Cx<'_>, mem: &Memory, d: GuestPtr, n: u64, size: u64) -> Result<()> {
    if n <= size {
        return Ok(());
    }
    mem.slice_mut(d, n)?;
    Err(cx.misuse(format!("buffer overflow detected: {n} bytes into a buffer of {size}")))
}

fn memcpy_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64, size: u64) -> Result<GuestPtr> {
    check_size(cx, cx.mem(), d, n, size)?;
    memmove(cx, d, s, n)
}

fn mempcpy_chk(cx: &mut Cx<'_>, d: GuestPtr, s: GuestPtr, n: u64, size: u64) -> Result<GuestPtr> {
    check_size(cx, cx.mem(), d, n, size)?;
    mempcpy(cx, d, s, n)
}

fn memset_chk(cx: &mut Cx<'_>, d: GuestPtr, c: i32, n: u64, size: u64) -> Result<GuestPtr> {
    check_size(cx, cx.mem(), d, n, size)?;
    memset(cx, d, c, n)
}

fn bzero_chk(cx: &mut Cx<'_>, d: GuestPtr, n: u64, size: u64) -> Result<()> {
    check_size(cx, cx.mem(), d, n, size)?;
    bzero(cx, d, n)
}
