//! Sorting and searching arrays through the guest's comparators.
//!
//! `qsort` makes the same calls in the same order as glibc 2.36's merge sort and leaves the array as that
//! does at every call, so that ties, printing comparators and a `longjmp` out of one give the same result.

use svm_memory::{GuestPtr, Memory};

use super::access::{at, bytes};
use crate::host::{CallbackSig, host_table};
use crate::ir::Type;
use crate::machine::{Cx, Result};

host_table! {
    /// Sorting and searching.
    pub static TABLE = [
        "void qsort(void *base[rw n*size], size_t n, size_t size, void *compare[fn])" => qsort: base, n, size, compare,
        "void qsort_r(void *base[rw n*size], size_t n, size_t size, void *compare[fn], void *arg[opaque])" => qsort_r: base, n, size, compare, arg,
        "void *bsearch(const void *key[opaque], const void *base[r n*size], size_t n, size_t size, void *compare[fn])" => bsearch: key, base, n, size, compare,
        "void *lfind(const void *key[opaque], const void *base[r], size_t *n[r 8], size_t size, void *compare[fn])" => lfind: key, base, n, size, compare,
        "void *lsearch(const void *key[r size], void *base[rw], size_t *n[rw 8], size_t size, void *compare[fn])" => lsearch: key, base, n, size, compare,
    ];
}

static COMPARE: CallbackSig = CallbackSig { ret: Type::I32, params: &[Type::Ptr, Type::Ptr] };
static COMPARE_WITH: CallbackSig = CallbackSig { ret: Type::I32, params: &[Type::Ptr, Type::Ptr, Type::Ptr] };

/// A comparator with the argument that `qsort_r` hands on.
#[derive(Clone, Copy)]
struct Comparator {
    target: GuestPtr,
    arg: Option<GuestPtr>,
}

impl Comparator {
    fn compare(self, cx: &mut Cx<'_>, a: GuestPtr, b: GuestPtr) -> Result<i32> {
        let order = match self.arg {
            None => cx.call(self.target, &COMPARE, &[a.bits(), b.bits()])?,
            Some(arg) => cx.call(self.target, &COMPARE_WITH, &[a.bits(), b.bits(), arg.bits()])?,
        };
        Ok(order as i32)
    }
}

/// Elements larger than this are sorted through pointers and moved at the end.
const DIRECT_MAX: u64 = 32;

fn qsort(cx: &mut Cx<'_>, base: GuestPtr, n: u64, size: u64, compare: GuestPtr) -> Result<()> {
    sort(cx, base, n, size, Comparator { target: compare, arg: None })
}

fn qsort_r(
    cx: &mut Cx<'_>,
    base: GuestPtr,
    n: u64,
    size: u64,
    compare: GuestPtr,
    arg: GuestPtr,
) -> Result<()> {
    sort(cx, base, n, size, Comparator { target: compare, arg: Some(arg) })
}

fn sort(cx: &mut Cx<'_>, base: GuestPtr, n: u64, size: u64, by: Comparator) -> Result<()> {
    // The whole array is there, so nothing below allocates more than it.
    cx.mem().slice_mut(base, n.saturating_mul(size))?;
    if n < 2 || size == 0 {
        return same_elements(cx, base, n, by);
    }
    if size > DIRECT_MAX {
        return sort_indirect(cx, base, n, size, by);
    }
    let mut merge = Merge { size, by, scratch: vec![0; (n * size) as usize] };
    merge.sort(cx, base, n)
}

/// Elements of size 0 are compared, too, natively; as many as there are. One element never is.
fn same_elements(cx: &mut Cx<'_>, base: GuestPtr, n: u64, by: Comparator) -> Result<()> {
    if n < 2 {
        return Ok(());
    }
    let (n1, n2) = (n / 2, n - n / 2);
    same_elements(cx, base, n1, by)?;
    same_elements(cx, base, n2, by)?;
    let (mut left, mut right) = (n1, n2);
    while left > 0 && right > 0 {
        if by.compare(cx, base, base)? <= 0 {
            left -= 1;
        } else {
            right -= 1;
        }
    }
    Ok(())
}

/// The merge sort of arrays whose elements move with every merge.
struct Merge {
    size: u64,
    by: Comparator,
    scratch: Vec<u8>,
}

impl Merge {
    fn sort(&mut self, cx: &mut Cx<'_>, base: GuestPtr, n: u64) -> Result<()> {
        if n <= 1 {
            return Ok(());
        }
        let (n1, n2) = (n / 2, n - n / 2);
        let middle = at(base, n1 * self.size);
        self.sort(cx, base, n1)?;
        self.sort(cx, middle, n2)?;
        self.merge(cx, base, n1, middle, n2)
    }

    /// Merges through the scratch space; what is left of the second run already lies in its place.
    fn merge(&mut self, cx: &mut Cx<'_>, base: GuestPtr, n1: u64, middle: GuestPtr, n2: u64) -> Result<()> {
        let (mem, size) = (cx.mem(), self.size);
        let (mut left, mut n1, mut right, mut n2) = (base, n1, middle, n2);
        let mut out = 0usize;
        while n1 > 0 && n2 > 0 {
            let from = if self.by.compare(cx, left, right)? <= 0 {
                n1 -= 1;
                let next = at(left, size);
                std::mem::replace(&mut left, next)
            } else {
                n2 -= 1;
                let next = at(right, size);
                std::mem::replace(&mut right, next)
            };
            mem.read(from, &mut self.scratch[out..out + size as usize])?;
            out += size as usize;
        }
        let rest = (n1 * size) as usize;
        mem.read(left, &mut self.scratch[out..out + rest])?;
        mem.write(base, &self.scratch[..out + rest])?;
        Ok(())
    }
}

/// Sorts places first, calling the comparator with elements that stay where they are; then moves them.
fn sort_indirect(cx: &mut Cx<'_>, base: GuestPtr, n: u64, size: u64, by: Comparator) -> Result<()> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    let mut scratch = vec![0u32; n as usize];
    merge_places(cx, &mut order, &mut scratch, &mut |cx, a, b| {
        by.compare(cx, at(base, u64::from(a) * size), at(base, u64::from(b) * size))
    })?;
    let mem: &Memory = cx.mem();
    let old = bytes(mem, base, n * size)?;
    let element = |i: u32| &old[i as usize * size as usize..][..size as usize];
    for (i, from) in order.iter().enumerate() {
        if *from as usize != i {
            mem.write(at(base, i as u64 * size), element(*from))?;
        }
    }
    Ok(())
}

type ComparePlaces<'a> = dyn FnMut(&mut Cx<'_>, u32, u32) -> Result<i32> + 'a;

fn merge_places(
    cx: &mut Cx<'_>,
    order: &mut [u32],
    scratch: &mut [u32],
    compare: &mut ComparePlaces<'_>,
) -> Result<()> {
    let n1 = order.len() / 2;
    if n1 == 0 {
        return Ok(());
    }
    let (first, second) = order.split_at_mut(n1);
    merge_places(cx, first, scratch, compare)?;
    merge_places(cx, second, scratch, compare)?;
    let (mut i, mut j, mut out) = (0, 0, 0);
    while i < first.len() && j < second.len() {
        let from =
            if compare(cx, first[i], second[j])? <= 0 { (&first[i], &mut i) } else { (&second[j], &mut j) };
        scratch[out] = *from.0;
        *from.1 += 1;
        out += 1;
    }
    let rest = first.len() - i;
    scratch[out..out + rest].copy_from_slice(&first[i..]);
    order[..out + rest].copy_from_slice(&scratch[..out + rest]);
    Ok(())
}

fn bsearch(
    cx: &mut Cx<'_>,
    key: GuestPtr,
    base: GuestPtr,
    n: u64,
    size: u64,
    compare: GuestPtr,
) -> Result<GuestPtr> {
    cx.mem().slice(base, n.saturating_mul(size))?;
    let by = Comparator { target: compare, arg: None };
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = (low + high) / 2;
        let p = at(base, middle * size);
        match by.compare(cx, key, p)? {
            0 => return Ok(p),
            order if order < 0 => high = middle,
            _ => low = middle + 1,
        }
    }
    Ok(GuestPtr::NULL)
}

fn lfind(
    cx: &mut Cx<'_>,
    key: GuestPtr,
    base: GuestPtr,
    count: GuestPtr,
    size: u64,
    compare: GuestPtr,
) -> Result<GuestPtr> {
    let n: u64 = cx.mem().load(count)?;
    cx.mem().slice(base, n.saturating_mul(size))?;
    let by = Comparator { target: compare, arg: None };
    for i in 0..n {
        let p = at(base, i * size);
        if by.compare(cx, key, p)? == 0 {
            return Ok(p);
        }
    }
    Ok(GuestPtr::NULL)
}

fn lsearch(
    cx: &mut Cx<'_>,
    key: GuestPtr,
    base: GuestPtr,
    count: GuestPtr,
    size: u64,
    compare: GuestPtr,
) -> Result<GuestPtr> {
    let found = lfind(cx, key, base, count, size, compare)?;
    if !found.is_null() {
        return Ok(found);
    }
    let mem = cx.mem();
    let n: u64 = mem.load(count)?;
    let p = at(base, n.saturating_mul(size));
    mem.copy(p, key, size)?;
    mem.store(count, n + 1)?;
    Ok(p)
}
