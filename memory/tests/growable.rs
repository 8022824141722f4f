//! Objects that grow in place: the pointer stays, the bytes stay, the new ones are zero, the bound moves.

use svm_memory::{AccessKind, Config, FaultKind, GuestPtr, InvalidFree, Memory, ObjectKind, SiteId};

const PAGE: u64 = 64 << 10;
const SITE: SiteId = SiteId(7);

fn memory() -> Memory {
    Memory::new(&Config::default()).unwrap()
}

fn linear(m: &Memory, size: u64, reserve: u64) -> GuestPtr {
    m.alloc_growable(size, reserve, ObjectKind::LinearMemory, SITE).unwrap()
}

#[test]
fn grows_in_place_up_to_its_reservation() {
    let m = memory();
    let p = linear(&m, 0, 1 << 30);
    assert!(m.load::<u8>(p).is_err(), "no byte yet");
    for pages in [1, 2, 100, (1 << 30) / PAGE] {
        assert!(m.grow(p, pages * PAGE));
        let last = p.offset((pages * PAGE - 8) as i64);
        assert_eq!(m.load::<u64>(last).unwrap(), 0);
        m.store(last, pages).unwrap();
        assert!(m.store(last.offset(1), 1u64).is_err());
        assert_eq!(m.size_of(p).unwrap(), pages * PAGE);
    }
    assert_eq!(m.load::<u64>(p.offset((100 * PAGE - 8) as i64)).unwrap(), 100, "old bytes stay");
    assert!(!m.grow(p, (1 << 30) + PAGE), "beyond the reservation");
    assert!(!m.grow(p, PAGE), "never smaller");
    assert_eq!(m.growable_to(p), Some(1 << 30));
}

#[test]
fn only_a_live_growable_object_grows() {
    let m = memory();
    let heap = m.alloc(1 << 20, 16, ObjectKind::Heap, SITE).unwrap();
    let p = linear(&m, PAGE, 4 * PAGE);
    assert!(!m.grow(heap, 2 << 20) && !m.grow(p.offset(16), 2 * PAGE) && !m.grow(GuestPtr::NULL, PAGE));
    assert_eq!(m.growable_to(heap), None);
    assert!(m.release(p));
    assert!(!m.grow(p, 2 * PAGE), "ended");
    assert_eq!(m.load::<u8>(p).unwrap_err().kind, FaultKind::UseAfterFree);
}

#[test]
fn the_guest_cannot_free_it_and_faults_name_it() {
    let m = memory();
    let p = linear(&m, PAGE, 4 * PAGE);
    assert_eq!(m.free(p, SITE).unwrap_err().kind, FaultKind::InvalidFree(InvalidFree::Engine));
    let fault = m.fault_for(p.offset(PAGE as i64 - 3), p, 8, AccessKind::Write);
    assert_eq!((fault.kind, fault.bad), (FaultKind::OutOfBounds, p.offset(PAGE as i64)));
    let object = fault.object.unwrap();
    assert_eq!((object.kind, object.size), (ObjectKind::LinearMemory, PAGE));
}

#[test]
fn only_the_size_counts_for_the_limit() {
    let m = Memory::new(&Config { max_memory: Some(4 << 20), ..Config::default() }).unwrap();
    let before = m.stats().charged_bytes;
    let p = linear(&m, PAGE, 1 << 30);
    assert_eq!(m.stats().charged_bytes, before + PAGE);
    assert!(m.grow(p, 3 << 20));
    assert!(!m.grow(p, 5 << 20), "over the limit");
    assert_eq!(m.size_of(p).unwrap(), 3 << 20);
    assert!(m.release(p));
    assert_eq!(m.stats().charged_bytes, before);
}

#[test]
fn many_share_the_window() {
    let m = memory();
    let all: Vec<_> = (0..2000).map(|_| linear(&m, PAGE, 1 << 30)).collect();
    for (i, p) in all.iter().enumerate() {
        m.store(p.offset(PAGE as i64 - 4), i as u32).unwrap();
        assert!(m.load::<u8>(p.offset(PAGE as i64)).is_err());
    }
    for (i, p) in all.iter().enumerate() {
        assert_eq!(m.load::<u32>(p.offset(PAGE as i64 - 4)).unwrap(), i as u32);
        assert!(m.release(*p));
    }
    assert_eq!(m.stats().live_objects, 0);
    // The address space came back whole, and reads as zeros.
    let p = linear(&m, 1 << 30, 1 << 30);
    assert_eq!(m.load::<u64>(p.offset(PAGE as i64 - 8)).unwrap(), 0);
}

#[test]
fn a_small_window_gives_what_it_has() {
    let config = Config { window_bytes: 64 << 20, splits: [20, 22, 24, 24], ..Config::default() };
    let m = Memory::new(&config).unwrap();
    let p = linear(&m, PAGE, 1 << 30);
    let most = m.growable_to(p).unwrap();
    assert!((1 << 20..=16 << 20).contains(&most), "{most}");
    assert!(m.grow(p, most) && !m.grow(p, most + 1));
}
