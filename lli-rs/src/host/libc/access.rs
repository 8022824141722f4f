//! Ways to walk guest strings that [`svm_memory::Memory`] does not offer itself: byte cursors, scans in
//! chunks, wide strings, and objects that the C library owns.
//!
//! A walk looks at bytes up to the one that ends it and faults at the first byte that is not there.

use std::sync::OnceLock;

use svm_memory::{AccessKind, GuestPtr, Memory, ObjectKind, SiteId};

use crate::machine::{Cx, Limit, Result, Trap};

/// Bytes looked at in one go. Short, since most strings are.
const CHUNK: usize = 128;

/// An object that the C library owns and gives out pointers to (tables, result buffers), made when it
/// is first asked for.
#[derive(Default)]
pub struct Lazy(OnceLock<GuestPtr>);

impl Lazy {
    /// The object; `fill` writes it when it is new.
    pub fn get(
        &self,
        cx: &mut Cx<'_>,
        size: u64,
        fill: impl FnOnce(&Memory, GuestPtr) -> svm_memory::Result<()>,
    ) -> Result<GuestPtr> {
        if let Some(p) = self.0.get() {
            return Ok(*p);
        }
        let p = host_object(cx, size)?;
        fill(cx.mem(), p)?;
        Ok(*self.0.get_or_init(|| p))
    }

    /// A zeroed buffer.
    pub fn buffer(&self, cx: &mut Cx<'_>, size: u64) -> Result<GuestPtr> {
        self.get(cx, size, |_, _| Ok(()))
    }

    /// A constant string.
    pub fn string(&self, cx: &mut Cx<'_>, text: &[u8]) -> Result<GuestPtr> {
        self.get(cx, text.len() as u64 + 1, |mem, p| {
            mem.write(p, text)?;
            mem.set_read_only(p);
            Ok(())
        })
    }
}

/// A zeroed object of the C library's own.
pub fn host_object(cx: &mut Cx<'_>, size: u64) -> Result<GuestPtr> {
    cx.mem().alloc(size, 16, ObjectKind::Host, SiteId::NONE).map_err(|_| Trap::Limit(Limit::Memory))
}

/// A heap object for the guest, or null with `errno` set.
pub fn heap_object(cx: &mut Cx<'_>, size: u64, align: u64) -> Result<GuestPtr> {
    let site = cx.site();
    let object = if align <= 16 {
        cx.thread.heap.alloc(&cx.process.mem, size, site)
    } else {
        cx.mem().alloc(size, align, ObjectKind::Heap, site)
    };
    match object {
        Ok(p) => Ok(p),
        Err(_) => cx.fail(libc::ENOMEM, GuestPtr::NULL),
    }
}

/// `p + n`.
#[inline]
pub fn at(p: GuestPtr, n: u64) -> GuestPtr {
    p.offset(n as i64)
}

/// Feeds the bytes from `p` on to `look`, chunk by chunk, until it gives the place of the byte that ends
/// the walk; the distance of that byte from `p`. A walk off the object faults as an unterminated string.
pub fn scan(mem: &Memory, p: GuestPtr, mut look: impl FnMut(&[u8]) -> Option<usize>) -> Result<u64> {
    let (mut done, mut buf) = (0u64, [0u8; CHUNK]);
    loop {
        let here = at(p, done);
        let n = mem.available(here, AccessKind::Read).min(CHUNK as u64);
        if n == 0 {
            return Err(ran_off(mem, p, done));
        }
        let chunk = &mut buf[..n as usize];
        mem.read(here, chunk)?;
        if let Some(hit) = look(chunk) {
            return Ok(done + hit as u64);
        }
        done += n;
    }
}

/// The fault of a string walk from `start` that found no end within `done` bytes.
#[cold]
pub fn ran_off(mem: &Memory, start: GuestPtr, done: u64) -> Trap {
    match mem.str_len(start) {
        Err(fault) => fault.into(),
        // A NUL that the walk took for an ordinary byte (it was not looking for one).
        Ok(_) => mem.fault_for(at(start, done), start, 1, AccessKind::Read).into(),
    }
}

/// Feeds the bytes at `a` and `b` to `look`, in chunks of equal length and `max` bytes at most, until it
/// gives the place of a pair to stop at; that pair of bytes.
#[inline]
pub fn first_pair(
    mem: &Memory,
    a: GuestPtr,
    b: GuestPtr,
    max: u64,
    mut look: impl FnMut(&[u8], &[u8]) -> Option<usize>,
) -> Result<Option<(u8, u8)>> {
    let (mut done, mut step) = (0u64, 32u64);
    let (mut left, mut right) = ([0u8; CHUNK], [0u8; CHUNK]);
    while done < max {
        let (p, q) = (at(a, done), at(b, done));
        let (n, m) = (mem.available(p, AccessKind::Read), mem.available(q, AccessKind::Read));
        let len = n.min(m).min(step).min(max - done);
        if len == 0 {
            let (start, bad) = if n == 0 { (a, p) } else { (b, q) };
            return Err(if max == u64::MAX {
                ran_off(mem, start, done)
            } else {
                mem.fault_for(start, start, bad.bits().wrapping_sub(start.bits()) + 1, AccessKind::Read)
                    .into()
            });
        }
        let (x, y) = (&mut left[..len as usize], &mut right[..len as usize]);
        mem.read(p, x)?;
        mem.read(q, y)?;
        if let Some(i) = look(x, y) {
            return Ok(Some((x[i], y[i])));
        }
        done += len;
        step = CHUNK as u64;
    }
    Ok(None)
}

/// Walks the bytes of a string one at a time, reading ahead only inside the object.
pub struct Cursor<'m> {
    mem: &'m Memory,
    start: GuestPtr,
    offset: u64,
    buf: [u8; 32],
    base: u64,
    len: u64,
}

impl<'m> Cursor<'m> {
    /// At `start`.
    pub fn new(mem: &'m Memory, start: GuestPtr) -> Self {
        Self { mem, start, offset: 0, buf: [0; 32], base: 0, len: 0 }
    }

    /// The byte here; a fault if there is none.
    pub fn peek(&mut self) -> Result<u8> {
        if self.offset.wrapping_sub(self.base) >= self.len {
            let here = at(self.start, self.offset);
            let n = self.mem.available(here, AccessKind::Read).min(self.buf.len() as u64);
            if n == 0 {
                return Err(ran_off(self.mem, self.start, self.offset));
            }
            self.mem.read(here, &mut self.buf[..n as usize])?;
            (self.base, self.len) = (self.offset, n);
        }
        Ok(self.buf[(self.offset - self.base) as usize])
    }

    /// One byte on.
    pub fn advance(&mut self) {
        self.offset += 1;
    }

    /// The byte here, and one on.
    pub fn next(&mut self) -> Result<u8> {
        let byte = self.peek()?;
        self.offset += 1;
        Ok(byte)
    }

    /// Past C-locale white space.
    pub fn skip_space(&mut self) -> Result<()> {
        while is_space(self.peek()?) {
            self.advance();
        }
        Ok(())
    }

    /// Bytes from the start.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// White space of the C locale.
pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t'..=b'\r')
}

/// The bytes of an object range.
pub fn bytes(mem: &Memory, p: GuestPtr, len: u64) -> Result<Vec<u8>> {
    // Checked before the buffer is made, so that a lying length allocates nothing.
    mem.slice(p, len)?;
    let mut out = vec![0; len as usize];
    mem.read(p, &mut out)?;
    Ok(out)
}

/// Writes `text` and a NUL.
pub fn put_str(mem: &Memory, p: GuestPtr, text: &[u8]) -> Result<()> {
    mem.write(p, text)?;
    mem.store(at(p, text.len() as u64), 0u8)?;
    Ok(())
}

/// A wide string up to its null.
pub fn wide_str(mem: &Memory, p: GuestPtr) -> Result<Vec<i32>> {
    wide_str_max(mem, p, u64::MAX)
}

/// A wide string up to its null, or `max` characters.
pub fn wide_str_max(mem: &Memory, p: GuestPtr, max: u64) -> Result<Vec<i32>> {
    let mut out = Vec::new();
    while (out.len() as u64) < max {
        match mem.load::<i32>(at(p, out.len() as u64 * 4))? {
            0 => break,
            wc => out.push(wc),
        }
    }
    Ok(out)
}

/// Writes wide characters, without a null.
pub fn put_wide(mem: &Memory, p: GuestPtr, text: &[i32]) -> Result<()> {
    Ok(mem.write(p, bytemuck::cast_slice(text))?)
}
