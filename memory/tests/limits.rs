//! Small address spaces, many memories, many threads.

use std::process::Command;
use svm_memory::{Config, GuestPtr, Memory, ObjectKind, SiteId};

/// The same work in any window: small, large, stack, growth, stale.
fn exercise(m: &Memory, large: u64) {
    let site = SiteId(1);
    let heap = |size| m.alloc(size, 16, ObjectKind::Heap, site).unwrap();
    let small: Vec<_> = (0..10_000).map(|n| heap(n % 500)).collect();
    let big = heap(large);
    m.store(big.offset(large as i64 - 8), 1u64).unwrap();
    assert!(m.load::<u8>(big.offset(large as i64)).is_err());
    let mut grown = GuestPtr::NULL;
    for n in 1..=20 {
        grown = m.realloc(grown, n * large / 20, site).unwrap().unwrap();
        m.store(grown.offset((n * large / 20) as i64 - 8), n).unwrap();
    }
    for n in 1..=20u64 {
        assert_eq!(m.load::<u64>(grown.offset((n * large / 20) as i64 - 8)).unwrap(), n);
    }
    let mut stack = m.stack();
    for _ in 0..1000 {
        stack.alloc(m, 40, 16, site).unwrap();
    }
    stack.close(m, site);
    for p in small.into_iter().chain([big, grown]) {
        m.free(p, site).unwrap();
        assert!(m.load::<u8>(p).is_err());
    }
    assert_eq!(m.stats().live_objects, 0);
}

/// Runs in a child process, under the limit that `ulimit -v` has set there.
#[test]
fn child_under_a_limit() {
    let Ok(least) = std::env::var("SVM_TEST_LEAST_WINDOW") else { return };
    let least: u64 = least.parse().unwrap();
    let first = Memory::new(&Config::default()).unwrap();
    let window = first.stats().window_bytes;
    assert!(window >= least && window < 1 << 32, "{window}");
    exercise(&first, window / 8);
    // A second engine beside it, in what is left.
    let second = Memory::new(&Config::default()).unwrap();
    exercise(&second, second.stats().window_bytes / 8);
    exercise(&first, window / 8);
}

fn run_child(kilobytes: u64, least: u64) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {kilobytes} && exec \"$0\" --exact child_under_a_limit --nocapture"))
        .arg(program)
        .env("SVM_TEST_LEAST_WINDOW", least.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn address_space_limits_shrink_the_window() {
    run_child(4_000_000, 1 << 30);
    run_child(400_000, 64 << 20);
}

#[test]
fn many_memories_at_once() {
    let memories: Vec<_> = (0..64).map(|_| Memory::new(&Config::default()).unwrap()).collect();
    for m in &memories {
        exercise(m, 1 << 20);
    }
    for _ in 0..2000 {
        let m = Memory::new(&Config::default()).unwrap();
        let p = m.alloc(10, 16, ObjectKind::Heap, SiteId(1)).unwrap();
        m.store(p, 1u8).unwrap();
    }
}

#[test]
fn threads_share_a_memory() {
    let m = Memory::new(&Config::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let m = &m;
            scope.spawn(move || {
                let site = SiteId(thread as u32 + 1);
                let mut stack = m.stack();
                let mut held = vec![GuestPtr::NULL; 64];
                for n in 0..20_000u64 {
                    let slot = &mut held[(n * 7 % 64) as usize];
                    if !slot.is_null() {
                        assert_eq!(m.load::<u64>(*slot).unwrap() >> 32, thread);
                    }
                    m.free(*slot, site).unwrap();
                    *slot = m.alloc(8 + n % 300, 16, ObjectKind::Heap, site).unwrap();
                    assert_eq!(m.load::<u64>(*slot).unwrap(), 0);
                    m.store(*slot, thread << 32 | n).unwrap();
                    let mark = stack.mark();
                    let local = stack.alloc(m, 24, 8, site).unwrap();
                    m.store(local, n).unwrap();
                    assert_eq!(m.load::<u64>(local).unwrap(), n);
                    stack.release_to(m, mark, site);
                    assert!(m.load::<u64>(local).is_err());
                }
                held.into_iter().for_each(|p| m.free(p, site).unwrap());
                stack.close(m, site);
            });
        }
    });
    assert_eq!(m.stats().live_objects, 0);
}

/// A guest that takes all it can get: refusals come quickly, and the window is usable afterwards.
#[test]
fn exhaustion_by_large_objects_is_quick() {
    let m = Memory::new(&Config::default()).unwrap();
    for _ in 0..3 {
        let mut all = Vec::new();
        let mut refused = 0;
        while refused < 100 {
            match m.alloc(1 << 30, 16, ObjectKind::Heap, SiteId(1)) {
                Ok(p) => all.push(p),
                Err(_) => refused += 1,
            }
        }
        assert!(all.len() >= 14, "{}", all.len());
        all.into_iter().for_each(|p| m.free(p, SiteId(2)).unwrap());
    }
}
