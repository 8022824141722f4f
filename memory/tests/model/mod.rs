//! A model that is too simple to be wrong: live objects are vectors of bytes, ended ones a list of pointers. Every
//! operation is done on both, and they must agree, also on which objects are live.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use svm_memory::{
    AccessKind, Config, FaultKind, GuestPtr, HeapCache, Memory, ObjectKind, SiteId, StackAllocator, Stats,
};

/// One operation; the numbers select objects and places modulo what there is.
#[derive(Clone, Debug)]
pub enum Op {
    Alloc { size: u64, align: u32, kind: u8 },
    Free { which: u32 },
    Realloc { which: u32, size: u64 },
    StackAlloc { size: u64, align: u32 },
    StackRelease { to: u32 },
    Write { which: u32, at: u32, len: u32, byte: u8 },
    StorePointer { which: u32, at: u32, to: u32 },
    Probe { which: u32, at: i64, len: u64 },
    Stale { which: u32, at: u32 },
    Forged { bits: u64, root: u64, len: u64 },
    BadFree { which: u32, by: i64 },
    Cross { from: u32, to: u32, at: u32 },
}

struct Object {
    bytes: Vec<u8>,
    kind: ObjectKind,
    site: SiteId,
    has_pointers: bool,
}

#[derive(Clone, Copy)]
struct Ended {
    base: GuestPtr,
    size: u64,
    kind: ObjectKind,
    sites: (SiteId, SiteId),
}

pub struct Model {
    pub memory: Memory,
    stack: StackAllocator,
    cache: HeapCache,
    stacked: Vec<GuestPtr>,
    live: HashMap<GuestPtr, Object>,
    order: Vec<GuestPtr>,
    by_slot: HashMap<u32, GuestPtr>,
    ended: VecDeque<Ended>,
    /// What the root scanner shows to a sweep: the ended pointers that the model still knows.
    roots: Arc<Mutex<Vec<u64>>>,
    remembered: usize,
    sites: u32,
    pub refused: u64,
}

impl Model {
    pub fn new(config: &Config, remembered: usize) -> Self {
        let memory = Memory::new(config).unwrap();
        let roots = Arc::new(Mutex::new(Vec::new()));
        let seen = roots.clone();
        memory.set_root_scanner(Box::new(move |word| seen.lock().unwrap().iter().for_each(|&w| word(w))));
        let (stack, cache) = (memory.stack(), memory.heap_cache());
        Self {
            memory,
            stack,
            cache,
            stacked: Vec::new(),
            live: HashMap::new(),
            order: Vec::new(),
            by_slot: HashMap::new(),
            ended: VecDeque::new(),
            roots,
            remembered,
            sites: 0,
            refused: 0,
        }
    }

    pub fn run(&mut self, op: &Op) {
        match *op {
            Op::Alloc { size, align, kind } => self.alloc(size, align, kind),
            Op::Free { which } => self.free(which),
            Op::Realloc { which, size } => self.realloc(which, size),
            Op::StackAlloc { size, align } => self.stack_alloc(size, align),
            Op::StackRelease { to } => self.stack_release(to),
            Op::Write { which, at, len, byte } => self.write(which, at, len, byte),
            Op::StorePointer { which, at, to } => self.store_pointer(which, at, to),
            Op::Probe { which, at, len } => {
                if let Some(p) = self.pick(which) {
                    self.probe(p.offset(at), p, len);
                }
            }
            Op::Stale { which, at } => self.stale(which, at),
            Op::Forged { bits, root, len } => {
                self.probe(GuestPtr::new(bits), GuestPtr::new(bits), len);
                self.probe(GuestPtr::new(bits), GuestPtr::new(root), len);
            }
            Op::BadFree { which, by } => self.bad_free(which, by),
            Op::Cross { from, to, at } => {
                if let (Some(from), Some(to)) = (self.pick(from), self.pick(to)) {
                    self.probe(to.offset(i64::from(at)), from, 1);
                }
            }
        }
    }

    fn site(&mut self) -> SiteId {
        self.sites += 1;
        SiteId(self.sites)
    }

    fn pick(&self, which: u32) -> Option<GuestPtr> {
        (!self.order.is_empty()).then(|| self.order[which as usize % self.order.len()])
    }

    fn begin(&mut self, p: GuestPtr, bytes: Vec<u8>, kind: ObjectKind, site: SiteId) {
        let has_pointers = bytes.iter().any(|&b| b != 0);
        assert!(
            self.ended.iter().all(|e| e.base != p),
            "{p:?} came twice while the guest still knows the first"
        );
        assert!(!self.stored(p), "{p:?} came twice while a live object still holds the first");
        assert!(self.by_slot.insert(p.slot().index(), p).is_none(), "two live objects in one slot");
        assert_eq!(self.memory.slice(p, bytes.len() as u64).unwrap().to_vec(), bytes, "new bytes");
        self.live.insert(p, Object { bytes, kind, site, has_pointers });
        self.order.push(p);
    }

    /// Whether a live object holds this pointer, at any byte offset.
    fn stored(&self, p: GuestPtr) -> bool {
        let word = p.bits().to_le_bytes();
        self.live.values().any(|o| o.has_pointers && o.bytes.windows(8).any(|w| w == word))
    }

    fn end(&mut self, p: GuestPtr, site: SiteId) -> Vec<u8> {
        let object = self.live.remove(&p).unwrap();
        self.order.swap_remove(self.order.iter().position(|&o| o == p).unwrap());
        self.by_slot.remove(&p.slot().index());
        let sites = (object.site, site);
        self.ended.push_back(Ended { base: p, size: object.bytes.len() as u64, kind: object.kind, sites });
        if self.ended.len() > self.remembered {
            self.ended.pop_front();
        }
        *self.roots.lock().unwrap() = self.ended.iter().map(|e| e.base.bits()).collect();
        object.bytes
    }

    fn alloc(&mut self, size: u64, align: u32, kind: u8) {
        let kind =
            [ObjectKind::Heap, ObjectKind::Heap, ObjectKind::Heap, ObjectKind::Global][kind as usize % 4];
        let site = self.site();
        let made = match (kind, align) {
            (ObjectKind::Heap, ..5) if site.0.is_multiple_of(2) => self.cache.alloc(&self.memory, size, site),
            _ => self.memory.alloc(size, 1 << align, kind, site),
        };
        match made {
            Ok(p) => {
                assert!(p.bits().is_multiple_of(1 << align));
                self.begin(p, vec![0; size as usize], kind, site);
            }
            Err(_) => self.refused += 1,
        }
    }

    fn free(&mut self, which: u32) {
        let Some(p) = self.pick(which) else { return };
        let site = self.site();
        match self.live[&p].kind {
            ObjectKind::Heap if which.is_multiple_of(2) => self.cache.free(&self.memory, p, site).unwrap(),
            ObjectKind::Heap => self.memory.free(p, site).unwrap(),
            ObjectKind::Stack => return,
            _ => {
                assert!(matches!(self.memory.free(p, site).unwrap_err().kind, FaultKind::InvalidFree(_)));
                assert!(self.memory.release(p));
                self.end(p, SiteId::NONE);
                return;
            }
        }
        self.end(p, site);
    }

    fn realloc(&mut self, which: u32, size: u64) {
        let Some(p) = self.pick(which) else { return };
        if self.live[&p].kind != ObjectKind::Heap {
            assert!(self.memory.realloc(p, size, SiteId::NONE).is_err());
            return;
        }
        let site = self.site();
        match self.memory.realloc(p, size, site).unwrap() {
            Ok(q) => {
                let mut bytes = self.end(p, site);
                bytes.resize(size as usize, 0);
                self.begin(q, bytes, ObjectKind::Heap, site);
            }
            Err(_) => self.refused += 1,
        }
    }

    fn stack_alloc(&mut self, size: u64, align: u32) {
        let site = self.site();
        match self.stack.alloc(&self.memory, size, 1 << align, site) {
            Ok(p) => {
                self.stacked.push(p);
                self.begin(p, vec![0; size as usize], ObjectKind::Stack, site);
            }
            Err(_) => self.refused += 1,
        }
        assert_eq!(self.stack.mark(), self.stacked.len());
    }

    fn stack_release(&mut self, to: u32) {
        let to = to as usize % (self.stacked.len() + 1);
        let site = self.site();
        self.stack.release_to(&self.memory, to, site);
        for p in self.stacked.split_off(to) {
            self.end(p, site);
        }
        let bytes: usize = self.stacked.iter().map(|p| self.live[p].bytes.len()).sum();
        assert_eq!(self.stack.bytes(), bytes as u64);
    }

    fn write(&mut self, which: u32, at: u32, len: u32, byte: u8) {
        let Some(p) = self.pick(which) else { return };
        let bytes = &mut self.live.get_mut(&p).unwrap().bytes;
        let (at, len) = (at as usize % (bytes.len() + 2), len as usize);
        let done = self.memory.fill(p.offset(at as i64), byte, len as u64);
        if at + len <= bytes.len() || len == 0 {
            done.unwrap();
            let end = (at + len).min(bytes.len());
            bytes[at.min(end)..end].fill(byte);
        } else {
            let fault = done.unwrap_err();
            assert_eq!(fault.kind, FaultKind::OutOfBounds);
            assert_eq!(fault.bad, p.offset(at.max(bytes.len()) as i64));
            assert_eq!(fault.object.unwrap().base, p);
        }
    }

    /// Stores an ended pointer in a live object: the guest still knows it when the model's list has forgotten it.
    fn store_pointer(&mut self, which: u32, at: u32, to: u32) {
        let Some(p) = self.pick(which) else { return };
        let object = self.live.get_mut(&p).unwrap();
        object.has_pointers = true;
        let bytes = &mut object.bytes;
        if bytes.len() < 8 || self.ended.is_empty() {
            return;
        }
        let at = at as usize % (bytes.len() - 7);
        let value = self.ended[to as usize % self.ended.len()].base;
        self.memory.store(p.offset(at as i64), value).unwrap();
        bytes[at..at + 8].copy_from_slice(&value.bits().to_le_bytes());
    }

    /// What the check must say, from the model alone.
    fn allowed(&self, ptr: GuestPtr, root: GuestPtr, len: u64) -> bool {
        let slot = u64::from(root.slot().index()) & self.memory.view().slot_mask();
        len == 0
            || self.by_slot.get(&(slot as u32)).is_some_and(|base| {
                let offset = u128::from(ptr.bits().wrapping_sub(base.bits()));
                offset + u128::from(len) <= self.live[base].bytes.len() as u128
            })
    }

    fn probe(&self, ptr: GuestPtr, root: GuestPtr, len: u64) {
        let checked = self.memory.view().readable(ptr.bits(), root.bits(), len);
        assert_eq!(checked.is_some(), self.allowed(ptr, root, len), "{ptr:?} by {root:?}, {len} bytes");
        assert_eq!(self.memory.view().writable(ptr.bits(), root.bits(), len).is_some(), checked.is_some());
        if checked.is_some() {
            return;
        }
        let slow = self.memory.check_slow(ptr, root, len, AccessKind::Read);
        let fault = match slow {
            Ok(_) => return assert!(self.allowed(ptr, ptr, len), "the slow path let {ptr:?} pass"),
            Err(fault) => fault,
        };
        assert_eq!((fault.ptr, fault.root, fault.len), (ptr, root, len));
        if let Some(object) = self.live.get(&root) {
            assert_eq!(fault.kind, FaultKind::OutOfBounds);
            let info = fault.object.unwrap();
            assert_eq!(
                (info.base, info.size, info.alloc_site),
                (root, object.bytes.len() as u64, object.site)
            );
            let offset = ptr.bits().wrapping_sub(root.bits());
            let bad = if offset < info.size { root.offset(info.size as i64) } else { ptr };
            assert_eq!(fault.bad, bad);
            let other = self.by_slot.get(&bad.slot().index()).filter(|&&o| {
                o != root && bad.bits().wrapping_sub(o.bits()) <= self.live[&o].bytes.len() as u64
            });
            assert_eq!(fault.other.map(|o| o.base), other.copied());
        }
    }

    fn stale(&self, which: u32, at: u32) {
        if self.ended.is_empty() {
            return;
        }
        let old = self.ended[which as usize % self.ended.len()];
        if old.size > 0 {
            let p = old.base.offset((u64::from(at) % old.size) as i64);
            let fault = self.memory.load::<u8>(p).unwrap_err();
            let expected = match old.kind {
                ObjectKind::Stack => FaultKind::UseAfterReturn,
                _ => FaultKind::UseAfterFree,
            };
            assert_eq!(
                (fault.kind, fault.bad),
                (expected, p),
                "{fault:?} {:?} {} {:?} {:?}",
                old.base,
                old.size,
                old.kind,
                self.memory.stats()
            );
            assert!(
                fault.object.is_some(),
                "{fault:?} {:?} {} {:?} {:?}",
                old.base,
                old.size,
                old.kind,
                self.memory.stats()
            );
            let info = fault.object.unwrap();
            assert_eq!((info.base, info.size, info.kind, info.live), (old.base, old.size, old.kind, false));
            assert_eq!((info.alloc_site, info.free_site), old.sites);
        }
        let fault = self.memory.free(old.base, SiteId::NONE).unwrap_err();
        match old.kind {
            ObjectKind::Heap => assert_eq!(fault.kind, FaultKind::DoubleFree),
            _ => assert!(matches!(fault.kind, FaultKind::InvalidFree(_))),
        }
        assert!(self.memory.realloc(old.base, 1, SiteId::NONE).is_err());
        assert_eq!(self.memory.object(old.base), None);
    }

    fn bad_free(&mut self, which: u32, by: i64) {
        let Some(p) = self.pick(which) else { return };
        if by != 0 {
            let q = p.offset(by);
            if !self.live.contains_key(&q) {
                let fault = self.memory.free(q, SiteId::NONE).unwrap_err();
                assert!(matches!(fault.kind, FaultKind::InvalidFree(_) | FaultKind::DoubleFree), "{fault:?}");
                assert_eq!(self.cache.free(&self.memory, q, SiteId::NONE).unwrap_err().kind, fault.kind);
            }
        }
    }

    /// Compares everything.
    pub fn compare(&self) -> Stats {
        for (&p, object) in &self.live {
            assert_eq!(self.memory.slice(p, object.bytes.len() as u64).unwrap().to_vec(), object.bytes);
            let info = self.memory.object(p).unwrap();
            assert_eq!((info.base, info.size), (p, object.bytes.len() as u64));
            assert_eq!((info.kind, info.alloc_site, info.live), (object.kind, object.site, true));
            assert_eq!(self.memory.size_of(p).unwrap(), info.size);
        }
        let stats = self.memory.stats();
        assert_eq!(stats.live_objects, self.live.len() as u64);
        assert_eq!(stats.live_bytes, self.live.values().map(|o| o.bytes.len() as u64).sum::<u64>());
        let mut heap: Vec<_> = self.memory.live_heap_objects().iter().map(|o| o.base).collect();
        let mut expected: Vec<_> =
            self.live.iter().filter(|(_, o)| o.kind == ObjectKind::Heap).map(|(&p, _)| p).collect();
        heap.sort();
        expected.sort();
        assert_eq!(heap, expected);
        self.no_overlap();
        stats
    }

    fn no_overlap(&self) {
        let mut ranges: Vec<_> = self
            .live
            .iter()
            .map(|(p, o)| {
                let base = u64::from(p.slot().index()) * 16;
                (base - 16, base + o.bytes.len() as u64)
            })
            .collect();
        ranges.sort();
        assert!(ranges.windows(2).all(|w| w[0].1 <= w[1].0), "live objects overlap");
    }
}
