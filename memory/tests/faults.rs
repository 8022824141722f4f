//! Each kind of fault: the exact byte, the object, the other object, the sites.

use svm_memory::{AccessKind, Config, FaultKind, GuestPtr, InvalidFree, Memory, ObjectKind, SiteId};

const A: SiteId = SiteId(11);
const B: SiteId = SiteId(22);

fn memory() -> Memory {
    Memory::new(&Config::default()).unwrap()
}

fn heap(m: &Memory, size: u64) -> GuestPtr {
    m.alloc(size, 16, ObjectKind::Heap, A).unwrap()
}

#[test]
fn out_of_bounds_names_the_first_bad_byte() {
    let m = memory();
    let p = heap(&m, 10);
    assert_eq!(m.load::<u64>(p.offset(2)).unwrap(), 0);
    for (at, len, bad) in
        [(3, 8, 10), (9, 2, 10), (10, 1, 10), (-1, 1, -1), (-1, 8, -1), (-8, 8, -8), (12, 4, 12)]
    {
        let fault = m.read(p.offset(at), &mut vec![0; len]).unwrap_err();
        assert_eq!(fault.kind, FaultKind::OutOfBounds, "{at} {len}");
        assert_eq!(fault.bad, p.offset(bad), "{at} {len}");
        let object = fault.object.unwrap();
        assert_eq!((object.base, object.size, object.live, object.exact), (p, 10, true, at >= 0));
        assert_eq!((object.alloc_site, object.free_site), (A, SiteId::NONE));
    }
    assert!(m.slice(p.offset(10), 0).is_ok(), "no bytes, no fault");
    assert!(m.slice(GuestPtr::NULL, 0).is_ok());
    for len in [11, 1 << 32, u64::MAX - 15, u64::MAX] {
        assert_eq!(m.slice(p, len).unwrap_err().bad, p.offset(10), "{len}");
        assert!(m.view().readable(p.bits(), p.bits(), len).is_none());
    }
}

#[test]
fn far_overflow_into_a_live_object_is_the_roots_fault() {
    let m = memory();
    for (a, b) in [(10, 10), (100, 5 << 20), (3 << 20, 40)] {
        let (a, b) = (heap(&m, a), heap(&m, b));
        assert!(m.view().load::<u8>(b.bits(), a.bits()).is_none());
        let fault = m.fault_for(b, a, 1, AccessKind::Read);
        assert_eq!((fault.kind, fault.bad), (FaultKind::OutOfBounds, b));
        assert_eq!((fault.object.unwrap().base, fault.other.unwrap().base), (a, b));
        assert!(m.check_slow(b, a, 1, AccessKind::Read).is_err());
    }
}

#[test]
fn moved_pointers_belong_to_their_object() {
    let m = memory();
    for size in [24, 3 << 20, 200 << 20] {
        let p = heap(&m, size);
        for by in [3i64 << 30, -(3 << 30), 1 << 31, 100 << 20, -(100 << 20)] {
            if (0..size as i64).contains(&by) {
                continue;
            }
            let fault = m.load::<u8>(p.offset(by)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::OutOfBounds, "{size} moved by {by}");
            assert_eq!(fault.object.unwrap().base, p);
        }
        assert_eq!(m.load::<u8>(p.offset(1 << 40)).unwrap_err().object.map(|o| o.base == p), None);
        m.free(p, B).unwrap();
    }
}

#[test]
fn use_after_free_names_the_old_object_however_late() {
    let m = memory();
    let p = m.alloc(37, 16, ObjectKind::Heap, SiteId(1)).unwrap();
    m.free(p, SiteId(2)).unwrap();
    for round in 0..20_000 {
        let fault = m.load::<u8>(p.offset(5)).unwrap_err();
        assert_eq!((fault.kind, fault.bad), (FaultKind::UseAfterFree, p.offset(5)), "{round}");
        let object = fault.object.unwrap();
        assert_eq!((object.base, object.size, object.live, object.exact), (p, 37, false, true), "{round}");
        assert_eq!((object.alloc_site, object.free_site), (SiteId(1), SiteId(2)), "{round}");
        let fault = m.free(p, B).unwrap_err();
        assert_eq!((fault.kind, fault.object.unwrap().size), (FaultKind::DoubleFree, 37), "{round}");
        let q = heap(&m, 40);
        assert_ne!(p, q);
        if q.slot() == p.slot() {
            assert_eq!(m.load::<u8>(p).unwrap_err().other.unwrap().base, q, "what is there now");
        }
        m.free(q, B).unwrap();
    }
}

#[test]
fn large_objects_too() {
    let m = memory();
    let p = heap(&m, 100 << 20);
    m.store(p.offset(99 << 20), 7u32).unwrap();
    m.free(p, B).unwrap();
    for _ in 0..100 {
        let fault = m.load::<u8>(p.offset(99 << 20)).unwrap_err();
        assert_eq!((fault.kind, fault.object.unwrap().size), (FaultKind::UseAfterFree, 100 << 20));
        let q = heap(&m, 100 << 20);
        assert_eq!(m.load::<u32>(q.offset(99 << 20)).unwrap(), 0);
        m.store(q.offset(99 << 20), 7u32).unwrap();
        m.free(q, B).unwrap();
    }
    assert_eq!(m.free(p, B).unwrap_err().kind, FaultKind::DoubleFree);
}

#[test]
fn realloc_ends_the_old_pointer_even_in_place() {
    let m = memory();
    for (old, new) in
        [(20, 22), (20, 2000), (2 << 20, (2 << 20) + 8), (2 << 20, 300 << 20), (300 << 20, 10), (0, 0)]
    {
        let p = heap(&m, old);
        if old > 0 {
            m.store(p.offset(old as i64 - 1), 9u8).unwrap();
        }
        let q = m.realloc(p, new, B).unwrap().unwrap();
        assert_ne!(p, q);
        let fault = m.load::<u8>(p).unwrap_err();
        assert_eq!(fault.kind, FaultKind::UseAfterFree, "{old} -> {new}");
        assert_eq!((fault.object.unwrap().size, fault.object.unwrap().free_site), (old, B));
        assert_eq!(m.size_of(q).unwrap(), new);
        if new > old {
            assert_eq!(m.load::<u8>(q.offset(old as i64 - 1)).unwrap(), 9);
            assert_eq!(m.load::<u8>(q.offset(old as i64)).unwrap(), 0);
            // `p += new - old`: the root is dead, the pointer is exactly the new object's.
            let moved = q.offset(old as i64 - 1);
            assert!(m.view().load::<u8>(moved.bits(), p.bits()).is_none() || p.slot() == q.slot());
            assert!(m.check_slow(moved, p, 1, AccessKind::Read).is_ok());
        }
        m.free(q, B).unwrap();
    }
    assert_eq!(
        m.realloc(GuestPtr::new(8), 1, A).unwrap_err().kind,
        FaultKind::InvalidFree(InvalidFree::NearNull)
    );
}

#[test]
fn invalid_frees() {
    let m = memory();
    let p = heap(&m, 32);
    let mut stack = m.stack();
    let s = stack.alloc(&m, 32, 16, A).unwrap();
    let g = m.alloc(32, 16, ObjectKind::Global, A).unwrap();
    let f = m.alloc_function(3);
    let kind = |p| match m.free(p, B).unwrap_err().kind {
        FaultKind::InvalidFree(reason) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(p.offset(8)), InvalidFree::Interior);
    assert_eq!(kind(s), InvalidFree::Stack);
    assert_eq!(kind(g), InvalidFree::Global);
    assert_eq!(kind(f), InvalidFree::Function);
    assert_eq!(kind(GuestPtr::new(8)), InvalidFree::NearNull);
    assert_eq!(kind(GuestPtr::new(0x4141_4141_4141_4141)), InvalidFree::Wild);
    m.free(GuestPtr::NULL, B).unwrap();
    stack.release_to(&m, 0, B);
    assert_eq!(kind(s), InvalidFree::Stack);
    m.free(p, B).unwrap();
    assert_eq!(kind(p.offset(8)), InvalidFree::Interior);
}

#[test]
fn use_after_return_even_after_many_calls() {
    let m = memory();
    let mut stack = m.stack();
    let old = stack.alloc(&m, 12, 4, SiteId(1)).unwrap();
    stack.release_to(&m, 0, SiteId(2));
    for _ in 0..10_000 {
        let mark = stack.mark();
        let p = stack.alloc(&m, 8, 8, A).unwrap();
        m.store(p, 1u64).unwrap();
        let q = stack.alloc(&m, 100, 64, A).unwrap();
        assert_eq!(m.view().readable(q.bits(), q.bits(), 1).unwrap().addr() % 64, 0);
        stack.release_to(&m, mark, B);
    }
    let fault = m.load::<u32>(old).unwrap_err();
    assert_eq!(fault.kind, FaultKind::UseAfterReturn);
    let object = fault.object.unwrap();
    assert_eq!(
        (object.size, object.kind, object.alloc_site, object.free_site),
        (12, ObjectKind::Stack, SiteId(1), SiteId(2))
    );
    assert_eq!(stack.bytes(), 0);
    assert_eq!(m.stats().live_objects, 0);
}

#[test]
fn null_wild_and_forged() {
    let m = memory();
    let p = heap(&m, 4000);
    let big = heap(&m, 50 << 20);
    let kind = |bits: u64| m.load::<u8>(GuestPtr::new(bits)).unwrap_err();
    for bits in [0, 1, 8, 4095] {
        assert_eq!(kind(bits).kind, FaultKind::Null);
    }
    for bits in [1 << 20, u64::MAX, u64::MAX - 7, 0xdead_beef_dead_beef, i64::MIN as u64, 0x7fff_1234_5678] {
        assert_eq!(kind(bits).kind, FaultKind::Wild, "{bits:#x}");
    }
    // An integer forged into the middle of an object's slots: write a fake header there first.
    for (object, slots) in [(p, 20u64), (big, 1 << 20)] {
        let forged = GuestPtr::new((((object.bits() >> 32) + slots) << 32) | (object.bits() & 0xffff_ffff));
        let at = object.offset(slots as i64 * 16 - 16);
        m.store(at, forged.bits()).unwrap();
        m.store(at.offset(8), u64::MAX).unwrap();
        let fault = m.load::<u8>(forged).unwrap_err();
        assert_eq!((fault.kind, fault.other.unwrap().base), (FaultKind::Wild, object));
        assert_eq!(m.free(forged, A).unwrap_err().kind, FaultKind::InvalidFree(InvalidFree::Wild));
    }
}

#[test]
fn constants_functions_and_calls() {
    let m = memory();
    let c = m.alloc(8, 8, ObjectKind::Constant, A).unwrap();
    m.write(c, b"constant").unwrap();
    m.set_read_only(c);
    assert_eq!(m.load::<u8>(c).unwrap(), b'c');
    let fault = m.store(c.offset(2), 0u16).unwrap_err();
    assert_eq!((fault.kind, fault.bad), (FaultKind::ReadOnly, c.offset(2)));
    assert_eq!(m.store(c.offset(8), 0u16).unwrap_err().kind, FaultKind::OutOfBounds);
    let f: Vec<_> = (0..1000).map(|i| m.alloc_function(i * 3)).collect();
    assert!(f.iter().zip(0..).all(|(&f, i)| m.function_index(f) == Some(i * 3)));
    assert_eq!(m.function_index(f[7].offset(1)), None);
    assert_eq!(m.function_index(c), None);
    assert_eq!(m.load::<u8>(f[7]).unwrap_err().kind, FaultKind::FunctionData);
    assert_eq!(m.fault_for(c, c, 0, AccessKind::Call).kind, FaultKind::NotAFunction);
}

#[test]
fn strings_and_ranges() {
    let m = memory();
    let p = heap(&m, 8);
    m.write(p, b"hello\0zz").unwrap();
    assert_eq!(m.str_len(p).unwrap(), 5);
    assert_eq!(m.c_str(p.offset(1)).unwrap(), b"ello");
    let fault = m.str_len(p.offset(6)).unwrap_err();
    assert_eq!((fault.kind, fault.bad), (FaultKind::Unterminated, p.offset(8)));
    assert_eq!(m.str_len_max(p.offset(6), 2).unwrap(), 2);
    assert_eq!(m.str_len_max(p.offset(6), 3).unwrap_err().kind, FaultKind::Unterminated);
    assert_eq!(m.str_len(p.offset(8)).unwrap_err().kind, FaultKind::OutOfBounds);
    assert_eq!(m.find(p, b'l', 1000).unwrap(), Some(2));
    assert_eq!(m.find(p, b'q', 8).unwrap(), None);
    assert_eq!(m.find(p, b'q', 9).unwrap_err().bad, p.offset(8));
    let q = heap(&m, 6);
    m.write(q, b"help\0\0").unwrap();
    assert_eq!(m.compare(p, q, 1000).unwrap(), std::cmp::Ordering::Less);
    m.copy(q, p, 6).unwrap();
    assert_eq!(m.compare(p, q, 6).unwrap(), std::cmp::Ordering::Equal);
    assert_eq!(m.compare(p, q, 7).unwrap_err().bad, q.offset(6));
    let fault = m.copy(q, p, 7).unwrap_err();
    assert_eq!((fault.bad, fault.access), (q.offset(6), AccessKind::Write));
    assert_eq!(m.copy(q, p, 9).unwrap_err().bad, p.offset(8));
    m.copy(p.offset(1), p, 7).unwrap();
    assert_eq!(m.slice(p, 8).unwrap().to_vec(), b"hhello\0z");
    m.fill(p, 1, 8).unwrap();
    assert_eq!(m.fill(p, 1, 9).unwrap_err().bad, p.offset(8));
    assert_eq!(m.available(p.offset(3), AccessKind::Write), 5);
}

#[test]
fn atomics() {
    let m = memory();
    let p = heap(&m, 32);
    assert_eq!(m.atomic_update(p, p, |v: u32| v + 5).unwrap(), 0);
    assert_eq!(m.atomic_cmpxchg(p, p, 5u32, 9).unwrap(), (5, true));
    assert_eq!(m.atomic_cmpxchg(p, p, 5u32, 1).unwrap(), (9, false));
    assert_eq!(m.atomic_load::<u8>(p, p).unwrap(), 9);
    m.atomic_store(p.offset(16), p, u128::MAX - 1).unwrap();
    assert_eq!(m.atomic_load::<u128>(p.offset(16), p).unwrap(), u128::MAX - 1);
    assert_eq!(m.atomic_load::<u32>(p.offset(2), p).unwrap_err().kind, FaultKind::Misaligned);
    assert_eq!(m.atomic_load::<u32>(p.offset(30), p).unwrap_err().kind, FaultKind::OutOfBounds);
    assert_eq!(m.atomic_load::<u128>(p.offset(8), p).unwrap_err().kind, FaultKind::Misaligned);
}

#[test]
fn alignment_is_physical() {
    let m = memory();
    for align in [1u64, 2, 8, 16, 32, 48, 64, 256, 4096, 8192, 1 << 16, 1 << 20, 1 << 21] {
        for size in [1, 100, 5000, 300_000, 3 << 20] {
            let p = m.alloc(size, align, ObjectKind::Heap, A).unwrap();
            let align = align.next_power_of_two();
            let at = m.view().readable(p.bits(), p.bits(), size).unwrap().addr() as u64;
            assert!(at.is_multiple_of(align.min(4096)), "{size} {align}");
            assert!(p.bits().is_multiple_of(align), "{size} {align} {p:?}");
            m.fill(p, 0xff, size).unwrap();
            if size % 3 == 0 {
                m.free(p, B).unwrap();
            }
        }
    }
}

#[test]
fn leaks_are_what_nothing_reaches() {
    let m = memory();
    let global = m.alloc(16, 16, ObjectKind::Global, A).unwrap();
    let (a, b, c, d, large) = (heap(&m, 16), heap(&m, 16), heap(&m, 16), heap(&m, 8), heap(&m, 3 << 20));
    m.store(global, a.bits()).unwrap();
    m.store(a.offset(8), large.bits() + 5).unwrap();
    m.store(large.offset(1 << 20), b.bits() + 16).unwrap();
    m.store(c, c.bits()).unwrap();
    assert_eq!(m.live_heap_objects().len(), 5);
    let mut leaks: Vec<_> = m.leaks().iter().map(|o| o.base).collect();
    leaks.sort();
    assert_eq!(leaks, [c, d]);
    let bits = d.bits();
    m.set_root_scanner(Box::new(move |word| word(bits)));
    assert_eq!(m.leaks().len(), 1);
}

#[test]
fn sizes_and_limits() {
    let m = memory();
    let (a, b) = (heap(&m, 0), heap(&m, 0));
    assert_ne!(a, b);
    assert_eq!(m.load::<u8>(a).unwrap_err().kind, FaultKind::OutOfBounds);
    assert_eq!(m.object(a).unwrap().size, 0);
    assert!(m.alloc((1 << 30) + 1, 16, ObjectKind::Heap, A).is_err());
    assert!(m.alloc(u64::MAX, 16, ObjectKind::Heap, A).is_err());
    assert!(m.alloc(16, u64::MAX, ObjectKind::Heap, A).is_err());
    let full = heap(&m, 1 << 30);
    m.store(full.offset((1 << 30) - 8), 1u64).unwrap();
    assert_eq!(m.load::<u8>(full.offset(1 << 30)).unwrap_err().bad, full.offset(1 << 30));
    m.free(full, B).unwrap();
    let again = heap(&m, 1 << 30);
    assert_ne!(again.bits(), full.bits() + (1 << 30), "one past the old one must not become the new one");
    m.free(again, B).unwrap();
    let mut ends = vec![full.bits() + (1 << 30), again.bits() + (1 << 30)];
    for _ in 0..40 {
        let p = heap(&m, 1 << 30);
        assert!(!ends.contains(&p.bits()), "{p:?} begins where an older object's one-past pointer is");
        ends.push(p.bits() + (1 << 30));
        m.free(p, B).unwrap();
    }
    let limited = Memory::new(&Config { max_memory: Some(1 << 20), ..Config::default() }).unwrap();
    assert!(limited.alloc(2 << 20, 16, ObjectKind::Heap, A).is_err());
    let n = (0..).take_while(|_| limited.alloc(1000, 16, ObjectKind::Heap, A).is_ok()).count();
    assert!((900..1050).contains(&n), "{n}");
}

#[test]
fn fresh_memory_is_zero_however_often_it_was_used() {
    let m = memory();
    let is_zero = |p: GuestPtr, from: u64, to: u64| {
        m.slice(p.offset(from as i64), to - from).unwrap().iter().all(|b| b == 0)
    };
    for size in [1u64, 15, 16, 17, 40, 64, 65, 100, 128, 129, 1000, 5000, 200_000, 3 << 20] {
        for _ in 0..5 {
            let p = heap(&m, size);
            assert!(is_zero(p, 0, size), "{size}");
            m.fill(p, 0xff, size).unwrap();
            m.free(p, B).unwrap();
            // The same block, smaller; grown again in place, the old bytes must not come back.
            let less = size - size / 20;
            let p = heap(&m, less);
            m.fill(p, 0xff, less).unwrap();
            let p = m.realloc(p, size, B).unwrap().unwrap();
            assert!(is_zero(p, less, size), "{size}, grown");
            m.fill(p, 0xff, size).unwrap();
            let p = m.realloc(p, less, B).unwrap().unwrap();
            let p = m.realloc(p, size, B).unwrap().unwrap();
            assert!(is_zero(p, less, size), "{size}, shrunk and grown");
            assert_eq!(m.find(p, 0, less).unwrap(), None, "{size}: kept");
            m.free(p, B).unwrap();
        }
    }
}

#[test]
fn a_large_objects_header_lies_in_its_own_pages() {
    // Two keys a slot: the pages before the aligned object's are soon used up as bases.
    let m = Memory::new(&Config { splits: [20, 30, 30, 30], ..Config::default() }).unwrap();
    let aligned = m.alloc(2 << 20, 8192, ObjectKind::Heap, A).unwrap();
    assert_eq!(aligned.slot().index() % 256, 0);
    m.free(aligned, B).unwrap();
    for _ in 0..1000 {
        let plain = heap(&m, 2 << 20);
        assert_ne!(plain.slot().index() % 256, 0, "its header would be in the page before");
        m.free(plain, B).unwrap();
    }
}
