//! Maps against simple models, and the errors of each kind.

use std::collections::BTreeMap;

use proptest::prelude::*;
use svm_memory::{Config, GuestPtr, Memory, SiteId};

use super::*;

struct Guest {
    mem: Memory,
    ended: Vec<(GuestPtr, SiteId)>,
    map: Box<dyn Map>,
    room: Room,
    cpu: u32,
}

/// Processors of percpu maps.
const CPUS: u32 = 3;

impl Guest {
    fn new(kind: u32, key_size: u32, value_size: u32, max_entries: u32) -> Guest {
        let def = Def { kind, key_size, value_size, max_entries, ..Def::default() };
        let mem = Memory::new(&Config { window_bytes: 64 << 20, ..Config::default() }.fit()).unwrap();
        Guest { mem, ended: Vec::new(), map: make(&def, CPUS).unwrap(), room: Room::new(1 << 20), cpu: 0 }
    }

    fn with<T>(&mut self, f: impl FnOnce(&mut dyn Map, &mut Values<'_>) -> T) -> T {
        let mut values = Values {
            mem: &self.mem,
            thread: None,
            ended: &mut self.ended,
            cpu: self.cpu,
            room: &mut self.room,
        };
        f(&mut *self.map, &mut values)
    }

    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        let at = self.mem.alloc(key.len() as u64, 8, ObjectKind::Heap, SiteId::NONE).unwrap();
        self.mem.write(at, key).unwrap();
        let quick = self.map.find(&self.mem.view(), self.cpu, at);
        self.mem.release(at);
        let found = self.with(|m, v| m.lookup(v, key)).unwrap();
        assert!(quick.is_none_or(|p| p == found.unwrap_or(GuestPtr::NULL)), "{key:?}: {quick:?} {found:?}");
        let p = found?;
        let n = self.mem.size_of(p).unwrap();
        Some(self.mem.slice(p, n).unwrap().to_vec())
    }

    fn set(&mut self, key: &[u8], value: &[u8], flags: u64) -> Result<()> {
        self.with(|m, v| m.update(v, key, value, flags))
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        self.with(|m, v| m.delete(v, key))
    }

    fn push(&mut self, value: &[u8], flags: u64) -> Result<()> {
        self.with(|m, v| m.push(v, value, flags))
    }

    fn pop(&mut self, take: bool) -> Result<Vec<u8>> {
        self.with(|m, v| m.pop(v, take))
    }
}

#[test]
fn arrays_have_all_elements_and_keep_them() {
    let mut g = Guest::new(kind::ARRAY, 4, 8, 3);
    assert_eq!(g.get(&2u32.to_le_bytes()), Some(vec![0; 8]));
    assert_eq!(g.get(&3u32.to_le_bytes()), None);
    assert_eq!(g.set(&3u32.to_le_bytes(), &[1; 8], BPF_ANY), Err(libc::E2BIG));
    assert_eq!(g.set(&1u32.to_le_bytes(), &[1; 8], BPF_NOEXIST), Err(libc::EEXIST));
    assert_eq!(g.set(&1u32.to_le_bytes(), &[1; 8], BPF_EXIST), Ok(()));
    assert_eq!(g.set(&1u32.to_le_bytes(), &[1; 8], 8), Err(libc::EINVAL));
    assert_eq!(g.delete(&1u32.to_le_bytes()), Err(libc::EINVAL));
    let p = g.with(|m, v| m.lookup(v, &1u32.to_le_bytes())).unwrap().unwrap();
    assert!(g.mem.load::<u8>(p.offset(8)).is_err(), "the next element is another object");
}

#[test]
fn a_deleted_element_lives_until_the_program_returns() {
    let mut g = Guest::new(kind::HASH, 1, 4, 2);
    assert_eq!(g.set(&[1], &[7; 4], BPF_EXIST), Err(libc::ENOENT));
    assert_eq!(g.set(&[1], &[7; 4], BPF_NOEXIST), Ok(()));
    let p = g.with(|m, v| m.lookup(v, &[1])).unwrap().unwrap();
    assert_eq!(g.delete(&[1]), Ok(()));
    assert_eq!(g.delete(&[1]), Err(libc::ENOENT));
    assert_eq!(g.mem.load::<u32>(p).unwrap(), 0x0707_0707);
    assert_eq!(g.ended, [(p, SiteId::NONE)]);
    assert_eq!(g.set(&[1], &[0; 4], BPF_ANY), Ok(()));
    assert_eq!(g.set(&[2], &[0; 4], BPF_ANY), Ok(()));
    assert_eq!(g.set(&[3], &[0; 4], BPF_ANY), Err(libc::E2BIG));
}

#[test]
fn the_least_recently_used_element_goes_first() {
    let mut g = Guest::new(kind::LRU_HASH, 1, 1, 2);
    g.set(&[1], &[1], BPF_ANY).unwrap();
    g.set(&[2], &[2], BPF_ANY).unwrap();
    assert_eq!(g.get(&[1]), Some(vec![1]));
    g.set(&[3], &[3], BPF_ANY).unwrap();
    assert_eq!((g.get(&[1]), g.get(&[2]), g.get(&[3])), (Some(vec![1]), None, Some(vec![3])));
    g.delete(&[1]).unwrap();
    g.set(&[4], &[4], BPF_ANY).unwrap();
    g.set(&[5], &[5], BPF_ANY).unwrap();
    assert_eq!((g.get(&[3]), g.get(&[4]), g.get(&[5])), (None, Some(vec![4]), Some(vec![5])));
}

#[test]
fn the_longest_prefix_matches() {
    let mut g = Guest::new(kind::LPM_TRIE, 8, 1, 3);
    let key = |bits: u32, ip: [u8; 4]| [&bits.to_le_bytes()[..], &ip].concat();
    g.set(&key(8, [10, 1, 2, 3]), &[8], BPF_ANY).unwrap();
    g.set(&key(20, [10, 1, 0x1f, 0]), &[20], BPF_ANY).unwrap();
    g.set(&key(0, [0; 4]), &[0], BPF_ANY).unwrap();
    assert_eq!(g.set(&key(32, [1; 4]), &[1], BPF_ANY), Err(libc::ENOSPC));
    assert_eq!(g.set(&key(33, [1; 4]), &[1], BPF_ANY), Err(libc::EINVAL));
    assert_eq!(g.get(&key(32, [10, 1, 0x10, 9])), Some(vec![20]));
    assert_eq!(g.get(&key(32, [10, 1, 0x20, 9])), Some(vec![8]));
    assert_eq!(g.get(&key(32, [11, 1, 0x20, 9])), Some(vec![0]));
    assert_eq!(g.get(&key(16, [10, 1, 0x10, 9])), Some(vec![8]), "no longer than the key's own prefix");
    assert_eq!(g.delete(&key(21, [10, 1, 0x10, 0])), Err(libc::ENOENT));
    assert_eq!(g.delete(&key(20, [10, 1, 0x10, 0])), Ok(()));
    assert_eq!(g.get(&key(32, [10, 1, 0x10, 9])), Some(vec![8]));
}

#[test]
fn queues_and_stacks_differ_in_the_end_they_give() {
    for (kind, order) in [(kind::QUEUE, [2, 3]), (kind::STACK, [3, 2])] {
        let mut g = Guest::new(kind, 0, 1, 2);
        g.push(&[1], BPF_ANY).unwrap();
        g.push(&[2], BPF_ANY).unwrap();
        assert_eq!(g.push(&[3], BPF_ANY), Err(libc::E2BIG));
        assert_eq!(g.push(&[3], BPF_NOEXIST), Err(libc::EINVAL));
        assert_eq!(g.push(&[3], BPF_EXIST), Ok(()));
        assert_eq!(g.pop(false), Ok(vec![order[0]]));
        assert_eq!(g.pop(true), Ok(vec![order[0]]));
        assert_eq!(g.pop(true), Ok(vec![order[1]]));
        assert_eq!(g.pop(true), Err(libc::ENOENT));
    }
}

#[test]
fn rings_show_records_in_the_order_of_reservation() {
    let mut ring = Ring::new(64, false);
    let (a, b) = (GuestPtr::new(16), GuestPtr::new(32));
    assert!(ring.has_room(56) && !ring.has_room(57) && !ring.has_room(u64::MAX));
    ring.reserve(a, 8);
    ring.reserve(b, 16);
    ring.finish(b, Some(vec![2; 16]));
    assert_eq!(ring.drain(), Vec::<Vec<u8>>::new());
    assert_eq!((ring.reserved(a), ring.reserved(b)), (Some(8), None));
    ring.finish(a, None);
    assert_eq!(ring.drain(), [vec![2; 16]]);
    assert_eq!(ring.fill(), (0, 64));
    ring.output(0, vec![0; 56]).unwrap();
    assert_eq!(ring.output(0, vec![]), Err(libc::EAGAIN));
}

#[test]
fn what_the_kernel_would_not_create_is_refused() {
    for (kind, key, value, max) in [
        (kind::ARRAY, 8, 8, 1),
        (kind::HASH, 0, 8, 1),
        (kind::HASH, 4, 4, 0),
        (kind::LPM_TRIE, 4, 1, 1),
        (kind::RINGBUF, 0, 0, 100),
        (77, 4, 4, 4),
        (kind::QUEUE, 4, 4, 1),
    ] {
        let def = Def { kind, key_size: key, value_size: value, max_entries: max, ..Def::default() };
        assert!(make(&def, 1).is_err(), "{def:?}");
    }
}

#[test]
fn every_processor_has_its_own_value() {
    for kind in [kind::PERCPU_HASH, kind::PERCPU_ARRAY, kind::LRU_PERCPU_HASH] {
        let mut g = Guest::new(kind, 4, 2, 4);
        let key = [1, 0, 0, 0];
        g.set(&key, &[7; 2], BPF_ANY).unwrap();
        for cpu in 1..CPUS {
            g.cpu = cpu;
            assert_eq!(g.get(&key), Some(vec![0; 2]), "{kind}");
            g.set(&key, &[cpu as u8; 2], BPF_EXIST).unwrap();
        }
        let entries = g.map.entries();
        let [Entry { value: EntryValue::PerCpu(all), .. }] = &entries[..] else { panic!("{entries:?}") };
        let bytes = |p: &GuestPtr| g.mem.load::<u8>(*p).unwrap();
        assert_eq!(all.iter().map(bytes).collect::<Vec<_>>(), [7, 1, 2], "{kind}");
        assert!(g.mem.load::<u8>(all[0].offset(2)).is_err(), "the next processor's is another object");
    }
}

#[test]
fn keys_and_copied_values_count_against_the_room() {
    let mut g = Guest::new(kind::HASH, 8, 1, 1 << 20);
    let before = g.room;
    let mut n = 0u64;
    while g.set(&n.to_le_bytes(), &[0], BPF_ANY) != Err(libc::ENOMEM) {
        n += 1;
    }
    assert!(n > 1000, "{n}");
    for key in 0..n {
        g.delete(&key.to_le_bytes()).unwrap();
    }
    assert_eq!(g.room, before);
    let mut g = Guest::new(kind::STACK, 0, 8, 1 << 20);
    while g.push(&[0; 8], BPF_ANY) != Err(libc::ENOMEM) {}
    while g.pop(true).is_ok() {}
    assert_eq!(g.room, before);
    let huge = Def { kind: kind::ARRAY, key_size: 4, value_size: 8, max_entries: u32::MAX, ..Def::default() };
    assert_eq!(g.room.take_map(&huge, 1), Err(libc::ENOMEM));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hashes_behave_as_a_btree_map(ops in prop::collection::vec((0u8..3, 0u8..12, any::<u8>(), 0u64..3), 1..200)) {
        let mut g = Guest::new(kind::HASH, 1, 1, 8);
        let mut model = BTreeMap::new();
        for (op, key, value, flags) in ops {
            match op {
                0 => prop_assert_eq!(g.get(&[key]), model.get(&key).map(|v| vec![*v])),
                1 => {
                    let there = model.contains_key(&key);
                    let expected = match flags {
                        BPF_NOEXIST if there => Err(libc::EEXIST),
                        BPF_EXIST if !there => Err(libc::ENOENT),
                        _ if !there && model.len() == 8 => Err(libc::E2BIG),
                        _ => { model.insert(key, value); Ok(()) }
                    };
                    prop_assert_eq!(g.set(&[key], &[value], flags), expected);
                }
                _ => prop_assert_eq!(g.delete(&[key]), model.remove(&key).map(|_| ()).ok_or(libc::ENOENT)),
            }
            prop_assert_eq!(g.map.entries().len(), model.len());
        }
    }

    #[test]
    fn tries_behave_as_a_search_of_all_prefixes(
        routes in prop::collection::btree_map((0u32..=16, 0u16..64), any::<u8>(), 0..40),
        probes in prop::collection::vec(0u16..64, 1..20),
    ) {
        let mut g = Guest::new(kind::LPM_TRIE, 6, 1, 1000);
        let key = |bits: u32, data: u16| [&bits.to_le_bytes()[..], &(data << 10).to_be_bytes()].concat();
        let mask = |bits: u32| if bits == 0 { 0 } else { !0u16 << (16 - bits) };
        let mut model: BTreeMap<(u32, u16), u8> = BTreeMap::new();
        for ((bits, data), value) in routes {
            g.set(&key(bits, data), &[value], BPF_ANY).unwrap();
            model.insert((bits, (data << 10) & mask(bits)), value);
        }
        for probe in probes {
            let hit = model.iter().rev().find(|((bits, p), _)| (probe << 10) & mask(*bits) == *p);
            prop_assert_eq!(g.get(&key(16, probe)), hit.map(|(_, v)| vec![*v]));
        }
    }

    #[test]
    fn bloom_filters_forget_nothing(values in prop::collection::vec(any::<u32>(), 1..50)) {
        let mut g = Guest::new(kind::BLOOM_FILTER, 0, 4, 64);
        for v in &values {
            g.push(&v.to_le_bytes(), BPF_ANY).unwrap();
        }
        for v in &values {
            prop_assert!(g.map.contains(&v.to_le_bytes()).unwrap());
        }
    }
}
