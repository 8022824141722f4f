//! Long runs in constant memory, measured by what the process has resident. One test, so that nothing else runs in the
//! process meanwhile. `SVM_FULL=1` runs the full numbers.

use std::time::Instant;
use svm_memory::{Config, GuestPtr, Memory, ObjectKind, SiteId};

const MB: u64 = 1 << 20;

fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * u128::from(n)) >> 64) as u64
    }
}

fn heap(m: &Memory, size: u64) -> GuestPtr {
    m.alloc(size, 16, ObjectKind::Heap, SiteId(1)).unwrap()
}

/// Random malloc and free of up to 255 bytes, up to 10,000 objects live.
fn small_objects(rounds: u64) {
    let m = Memory::new(&Config::default()).unwrap();
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut slots = vec![GuestPtr::NULL; 10_000];
    let mut warm = 0;
    for n in 0..rounds {
        let slot = &mut slots[random.below(10_000) as usize];
        m.free(*slot, SiteId(2)).unwrap();
        let size = random.below(256);
        *slot = heap(&m, size);
        if size > 0 {
            assert_eq!(m.load::<u8>(slot.offset(size as i64 - 1)).unwrap(), 0);
            m.store(slot.offset(size as i64 - 1), 0xffu8).unwrap();
        }
        if n == rounds / 10 {
            warm = resident();
        }
    }
    let grown = resident().saturating_sub(warm);
    assert!(grown < 8 * MB, "{rounds} rounds: {grown} bytes more, {:?}", m.stats());
    assert_eq!(m.stats().sweeps, 0);
}

fn large_objects(rounds: u64) {
    let m = Memory::new(&Config::default()).unwrap();
    let before = resident();
    for n in 0..rounds {
        let p = heap(&m, 100 * MB);
        assert_eq!(m.load::<u64>(p.offset((50 * MB) as i64)).unwrap(), 0);
        for at in 0..20 {
            m.store(p.offset((at * 5 * MB) as i64), n + 1).unwrap();
        }
        m.free(p, SiteId(2)).unwrap();
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 * MB, "{grown} bytes more, {:?}", m.stats());
    assert_eq!(m.stats().sweeps, 0);
}

/// 200 growths to 900 MB, every page of it written.
fn growth() {
    let m = Memory::new(&Config::default()).unwrap();
    let before = resident();
    for round in 0..2u64 {
        let mut p = GuestPtr::NULL;
        let mut filled = 0;
        for n in 1..=200 {
            let size = n * 900 * MB / 200;
            p = m.realloc(p, size, SiteId(n as u32)).unwrap().unwrap();
            for page in filled / 4096..size / 4096 {
                m.store(p.offset((page * 4096) as i64), page + round).unwrap();
            }
            filled = size / 4096 * 4096;
            let held = resident().saturating_sub(before);
            assert!(held < size + 16 * MB, "{held} bytes resident for {size}");
        }
        for page in (0..900 * 256).step_by(97) {
            assert_eq!(m.load::<u64>(p.offset(page * 4096)).unwrap(), page as u64 + round);
        }
        m.free(p, SiteId(9)).unwrap();
        let left = resident().saturating_sub(before);
        assert!(left < 4 * MB, "{left} bytes left behind");
    }
    assert_eq!(m.stats().sweeps, 0);
}

/// A million calls with escaping stack objects.
fn calls() {
    let m = Memory::new(&Config::default()).unwrap();
    let mut stack = m.stack();
    let mut warm = 0;
    for n in 0..1_000_000u64 {
        for size in [4, 16, 40, 300] {
            let p = stack.alloc(&m, size, 8, SiteId(3)).unwrap();
            m.store(p, n as u32).unwrap();
        }
        stack.release_to(&m, 0, SiteId(4));
        if n == 50_000 {
            warm = resident();
        }
    }
    let grown = resident().saturating_sub(warm);
    assert!(grown < 4 * MB, "{grown} bytes more, {:?}", m.stats());
    assert!(m.stats().retired_slots > 900, "{:?}", m.stats());
}

#[test]
fn memory_stays_constant() {
    let full = std::env::var_os("SVM_FULL").is_some();
    let timed = |name: &str, run: &dyn Fn()| {
        let start = Instant::now();
        run();
        println!("{name}: {:?}", start.elapsed());
    };
    timed("small objects", &|| small_objects(if full { 30_000_000 } else { 3_000_000 }));
    timed("large objects", &|| large_objects(10_000));
    timed("growth", &growth);
    timed("calls", &calls);
}
