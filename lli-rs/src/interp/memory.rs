//! Loads, stores, addresses and stack objects. Every access passes the check, against its root.

use std::sync::atomic::Ordering;

use svm_memory::{AccessKind, GuestPtr, SiteId};

use crate::bytecode::code::Alloca;
use crate::bytecode::{Desc, Word};
use crate::machine::{Process, Result, Thread, Trap};

use super::state::Interp;

/// Extension word of an indexed address: scale below, offset above.
#[inline(always)]
fn indexed(base: u64, index: u64, ext: u64) -> u64 {
    let (scale, offset) = (ext as i32 as i64 as u64, (ext as i64 >> 32) as u64);
    base.wrapping_add(index.wrapping_mul(scale)).wrapping_add(offset)
}

/// What a failed check does: explain, or let a pointer pass whose root is dead but that fits its own slot.
#[cold]
#[inline(never)]
fn slow_load(process: &Process, ptr: u64, root: u64, len: u64) -> Result<u64> {
    let (ptr, root) = (GuestPtr::new(ptr), GuestPtr::new(root));
    process.mem.check_slow(ptr, root, len, AccessKind::Read)?;
    let mut bytes = [0; 8];
    process.mem.read(ptr, &mut bytes[..len as usize])?;
    Ok(u64::from_le_bytes(bytes))
}

#[cold]
#[inline(never)]
fn slow_store(process: &Process, ptr: u64, root: u64, len: u64, value: u64) -> Result<()> {
    let (ptr, root) = (GuestPtr::new(ptr), GuestPtr::new(root));
    process.mem.check_slow(ptr, root, len, AccessKind::Write)?;
    Ok(process.mem.write(ptr, &value.to_le_bytes()[..len as usize])?)
}

macro_rules! loads {
    ($($t:ty: $b:ident $x:ident $y:ident $r:ident $o:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $b(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            load!(m, w, $t, root.wrapping_add(w.c() as i16 as u64), root, 1)
        }
        #[inline(always)]
        pub(crate) fn $x(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            load!(m, w, $t, indexed(root, m.get(w.c()), m.ext(1)), root, 2)
        }
        #[inline(always)]
        pub(crate) fn $y(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            load!(m, w, $t, indexed(root, m.get(w.c()) as i32 as u64, m.ext(1)), root, 2)
        }
        #[inline(always)]
        pub(crate) fn $r(m: &mut Interp<'_>, w: Word) -> Result<()> {
            load!(m, w, $t, m.get(w.b()), m.get(w.c()), 1)
        }
        #[inline(always)]
        pub(crate) fn $o(m: &mut Interp<'_>, w: Word) -> Result<()> {
            load!(m, w, $t, m.get(w.b()).wrapping_add(m.ext(1)), m.get(w.c()), 2)
        }
    )*};
}

macro_rules! load {
    ($m:ident, $w:ident, $t:ty, $ptr:expr, $root:expr, $len:expr) => {{
        let (ptr, root) = ($ptr, $root);
        let value = match $m.view.load::<$t>(ptr, root) {
            Some(value) => value as u64,
            None => slow_load($m.process, ptr, root, size_of::<$t>() as u64)?,
        };
        $m.set($w.a(), value);
        $m.advance($len);
        Ok(())
    }};
}

macro_rules! store {
    ($m:ident, $t:ty, $value:expr, $ptr:expr, $root:expr, $len:expr) => {{
        let (ptr, root, value) = ($ptr, $root, $value);
        if !$m.view.store::<$t>(ptr, root, value as $t) {
            slow_store($m.process, ptr, root, size_of::<$t>() as u64, value)?;
        }
        $m.advance($len);
        Ok(())
    }};
}

macro_rules! stores {
    ($($t:ty: $b:ident $x:ident $y:ident $r:ident $o:ident $k:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $b(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            store!(m, $t, m.get(w.a()), root.wrapping_add(w.c() as i16 as u64), root, 1)
        }
        #[inline(always)]
        pub(crate) fn $x(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            store!(m, $t, m.get(w.a()), indexed(root, m.get(w.c()), m.ext(1)), root, 2)
        }
        #[inline(always)]
        pub(crate) fn $y(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            store!(m, $t, m.get(w.a()), indexed(root, m.get(w.c()) as i32 as u64, m.ext(1)), root, 2)
        }
        #[inline(always)]
        pub(crate) fn $r(m: &mut Interp<'_>, w: Word) -> Result<()> {
            store!(m, $t, m.get(w.a()), m.get(w.b()), m.get(w.c()), 1)
        }
        #[inline(always)]
        pub(crate) fn $o(m: &mut Interp<'_>, w: Word) -> Result<()> {
            store!(m, $t, m.get(w.a()), m.get(w.b()).wrapping_add(m.ext(1)), m.get(w.c()), 2)
        }
        #[inline(always)]
        pub(crate) fn $k(m: &mut Interp<'_>, w: Word) -> Result<()> {
            let root = m.get(w.b());
            store!(m, $t, w.a() as i16 as u64, root.wrapping_add(w.c() as i16 as u64), root, 1)
        }
    )*};
}

loads! {
    u8: load_8_b load_8_x load_8_y load_8_r load_8_o;
    u16: load_16_b load_16_x load_16_y load_16_r load_16_o;
    u32: load_32_b load_32_x load_32_y load_32_r load_32_o;
    u64: load_64_b load_64_x load_64_y load_64_r load_64_o;
}

stores! {
    u8: store_8_b store_8_x store_8_y store_8_r store_8_o store_k8_b;
    u16: store_16_b store_16_x store_16_y store_16_r store_16_o store_k16_b;
    u32: store_32_b store_32_x store_32_y store_32_r store_32_o store_k32_b;
    u64: store_64_b store_64_x store_64_y store_64_r store_64_o store_k64_b;
}

/// Sixteen bytes, into or from two slots in a row.
macro_rules! wide {
    ($($load:ident $store:ident: |$m:ident, $w:ident| $ptr:expr, $root:expr, $len:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $load($m: &mut Interp<'_>, $w: Word) -> Result<()> {
            let (ptr, root) = ($ptr, $root);
            let [low, high] = match $m.view.load::<[u64; 2]>(ptr, root) {
                Some(value) => value,
                None => slow_load_wide($m.process, ptr, root)?,
            };
            $m.set($w.a(), low);
            $m.set($w.a() + 1, high);
            $m.advance($len);
            Ok(())
        }
        #[inline(always)]
        pub(crate) fn $store($m: &mut Interp<'_>, $w: Word) -> Result<()> {
            let (ptr, root) = ($ptr, $root);
            let value = [$m.get($w.a()), $m.get($w.a() + 1)];
            if !$m.view.store::<[u64; 2]>(ptr, root, value) {
                slow_store_wide($m.process, ptr, root, value)?;
            }
            $m.advance($len);
            Ok(())
        }
    )*};
}

wide! {
    load_128_b store_128_b: |m, w| m.get(w.b()).wrapping_add(w.c() as i16 as u64), m.get(w.b()), 1;
    load_128_x store_128_x: |m, w| indexed(m.get(w.b()), m.get(w.c()), m.ext(1)), m.get(w.b()), 2;
    load_128_r store_128_r: |m, w| m.get(w.b()), m.get(w.c()), 1;
    load_128_o store_128_o: |m, w| m.get(w.b()).wrapping_add(m.ext(1)), m.get(w.c()), 2;
}

#[cold]
#[inline(never)]
fn slow_load_wide(process: &Process, ptr: u64, root: u64) -> Result<[u64; 2]> {
    let (ptr, root) = (GuestPtr::new(ptr), GuestPtr::new(root));
    process.mem.check_slow(ptr, root, 16, AccessKind::Read)?;
    Ok(process.mem.load(ptr)?)
}

#[cold]
#[inline(never)]
fn slow_store_wide(process: &Process, ptr: u64, root: u64, value: [u64; 2]) -> Result<()> {
    let (ptr, root) = (GuestPtr::new(ptr), GuestPtr::new(root));
    process.mem.check_slow(ptr, root, 16, AccessKind::Write)?;
    Ok(process.mem.store(ptr, value)?)
}

/// `a = b + (32-bit signed c) * scale + offset`.
#[inline(always)]
pub(crate) fn gep_y(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let value = indexed(m.get(w.b()), m.get(w.c()) as i32 as u64, m.ext(1));
    m.set(w.a(), value);
    m.advance(2);
    Ok(())
}

/// `a = b + c * scale + offset`.
#[inline(always)]
pub(crate) fn gep(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let value = indexed(m.get(w.b()), m.get(w.c()), m.ext(1));
    m.set(w.a(), value);
    m.advance(2);
    Ok(())
}

/// Remembers the height of the stack of objects.
#[inline(always)]
pub(crate) fn enter(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let mark = m.thread.stack.mark() as u64;
    m.set(w.a(), mark);
    m.advance(1);
    Ok(())
}

#[inline(always)]
pub(crate) fn alloca(m: &mut Interp<'_>, w: Word) -> Result<()> {
    let Desc::Alloca(desc) = m.desc(m.ext(1)) else { return Err(Trap::Unreachable) };
    m.save();
    alloca_at(m.process, m.thread, desc, w.a())?;
    m.advance(2);
    Ok(())
}

/// Makes a stack object of the running frame; its address goes to a slot.
pub(super) fn alloca_at(process: &Process, thread: &mut Thread, desc: &Alloca, to: u16) -> Result<()> {
    let fp = thread.fp;
    let count = match desc.count {
        // SAFETY: the checker has seen that the slot lies in the frame.
        Some((slot, bits)) => unsafe { *fp.add(slot as usize) & (u64::MAX >> (64 - bits.min(64))) },
        None => 1,
    };
    let p = make_alloca(process, thread, desc, count)?;
    // SAFETY: as above.
    unsafe { *fp.add(to as usize) = p.bits() };
    Ok(())
}

#[inline(never)]
fn make_alloca(process: &Process, thread: &mut Thread, desc: &Alloca, count: u64) -> Result<GuestPtr> {
    let mut site = SiteId(desc.site.load(Ordering::Relaxed));
    if site == SiteId::NONE {
        site = thread.own_site();
        desc.site.store(site.0, Ordering::Relaxed);
    }
    thread.push_object(&process.mem, (desc.size, count), desc.align, site)
}
