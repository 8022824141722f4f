//! Explains failed checks: whose pointer it was, what happened to that object, which byte is the first bad one.
//! Cold; reads the live map, headers, sites and histories, changes nothing.

use crate::fault::{AccessKind, Fault, FaultKind, InvalidFree, ObjectInfo, ObjectKind, Result, SiteId};
use crate::heap::Heap;
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::view::Checked;
use std::sync::Weak;
use std::sync::atomic::Ordering::Relaxed;

/// Pointers below this are "null plus something".
const NEAR_NULL: u64 = 64 << 10;

/// Whose a pointer is, by its own bits.
enum Claim {
    /// A live object's: slot and key agree.
    Live(ObjectInfo),
    /// One that has ended. What is not remembered is `None`; `now` occupies the slot.
    Ended { object: Option<ObjectInfo>, now: Option<ObjectInfo> },
    /// Nobody's, but a live object is so near that the pointer was probably moved away from it.
    Moved(ObjectInfo),
    /// Nobody's.
    Nobody,
}

impl Memory {
    /// Explains a failed check of `len` bytes at `ptr` against `root`.
    #[cold]
    pub fn fault_for(&self, ptr: GuestPtr, root: GuestPtr, len: u64, access: AccessKind) -> Box<Fault> {
        let heap = self.heap.lock();
        let mut fault =
            Fault { kind: FaultKind::Wild, access, ptr, root, len, bad: ptr, object: None, other: None };
        match self.claim(&heap, root) {
            Claim::Live(object) => {
                fault.object = Some(object);
                self.explain_live(&heap, &mut fault, object);
            }
            Claim::Ended { object, now } => {
                let kind = object
                    .or(now)
                    .map(|o| o.kind)
                    .or_else(|| self.space.window.state(root.slot().index()).kind());
                fault.kind = match kind {
                    Some(ObjectKind::Stack | ObjectKind::VarArgs) => FaultKind::UseAfterReturn,
                    _ => FaultKind::UseAfterFree,
                };
                (fault.object, fault.other) = (object, now);
            }
            Claim::Moved(object) => {
                fault.kind = FaultKind::OutOfBounds;
                fault.object = Some(object);
                fault.other = self.live_at(&heap, ptr).filter(|o| o.base != object.base);
            }
            Claim::Nobody if root.bits() < NEAR_NULL => fault.kind = FaultKind::Null,
            Claim::Nobody => fault.other = self.around(&heap, ptr.slot().index()),
        }
        if access == AccessKind::Call
            && matches!(fault.kind, FaultKind::OutOfBounds | FaultKind::FunctionData)
        {
            fault.kind = FaultKind::NotAFunction;
        }
        Box::new(fault)
    }

    fn explain_live(&self, heap: &Heap, fault: &mut Fault, object: ObjectInfo) {
        let offset = fault.ptr.bits().wrapping_sub(object.base.bits());
        let write_size = self.space.window.header(object.base.slot().index()).write_size.load(Relaxed);
        fault.kind = if object.kind == ObjectKind::Function {
            FaultKind::FunctionData
        } else if fault.access == AccessKind::Write
            && offset < object.size
            && u64::from(write_size) < object.size
        {
            FaultKind::ReadOnly
        } else {
            FaultKind::OutOfBounds
        };
        if fault.kind == FaultKind::OutOfBounds && offset < object.size && fault.access != AccessKind::Call {
            fault.bad = object.base.offset(object.size as i64);
        }
        fault.other = self.live_at(heap, fault.bad).filter(|o| o.base != object.base);
    }

    /// The slow path of a failed inline check: where the root's object has ended (or never was) but `ptr` itself
    /// points exactly into a live object, the access is allowed.
    #[cold]
    pub fn check_slow(&self, ptr: GuestPtr, root: GuestPtr, len: u64, access: AccessKind) -> Result<Checked> {
        let slot = root.slot().index();
        let start = self.space.window.header(slot).start.load(Relaxed);
        let layout = self.space.layout();
        let root_lives = self.space.window.state(slot).is_live()
            && layout.key_of(slot, start) == layout.key_of(slot, root.bits());
        let own = match access {
            _ if root_lives => self.check(ptr, root, len, access),
            _ => self.check(ptr, ptr, len, access),
        };
        own.ok_or_else(|| self.fault_for(ptr, root, len, access))
    }

    /// The inline check, for either kind of access.
    pub(crate) fn check(
        &self,
        ptr: GuestPtr,
        root: GuestPtr,
        len: u64,
        access: AccessKind,
    ) -> Option<Checked> {
        match access {
            AccessKind::Write => self.view.writable(ptr.bits(), root.bits(), len),
            _ => self.view.readable(ptr.bits(), root.bits(), len),
        }
    }

    /// Explains why `p` cannot be freed.
    #[cold]
    pub(crate) fn free_fault(&self, p: GuestPtr) -> Box<Fault> {
        let heap = self.heap.lock();
        let access = AccessKind::Free;
        let kind = FaultKind::InvalidFree(InvalidFree::Wild);
        let mut fault = Fault { kind, access, ptr: p, root: p, len: 0, bad: p, object: None, other: None };
        match self.claim(&heap, p) {
            Claim::Live(object) | Claim::Moved(object) => {
                fault.kind = FaultKind::InvalidFree(reason(object.kind));
                fault.object = Some(object);
            }
            Claim::Ended { object, now } => {
                fault.kind = match object {
                    Some(o) if o.kind != ObjectKind::Heap || o.base != p => {
                        FaultKind::InvalidFree(reason(o.kind))
                    }
                    _ => FaultKind::DoubleFree,
                };
                (fault.object, fault.other) = (object, now);
            }
            Claim::Nobody if p.bits() < NEAR_NULL => {
                fault.kind = FaultKind::InvalidFree(InvalidFree::NearNull)
            }
            Claim::Nobody => fault.other = self.around(&heap, p.slot().index()),
        }
        Box::new(fault)
    }

    fn claim(&self, heap: &Heap, p: GuestPtr) -> Claim {
        let (slot, layout) = (p.slot().index(), self.space.layout());
        if slot > layout.slot_mask {
            return Claim::Nobody;
        }
        if slot == 0 {
            return self.claim_low(heap, p);
        }
        let state = self.space.window.state(slot);
        if state.kind().is_none() {
            return self.neighbour(heap, p);
        }
        let now = self.live_info(heap, slot);
        let Some(newest) = self.newest_key(heap, slot) else {
            // A large object began here once, before the pages were carved into blocks.
            let key = layout.key_of(slot, p.bits());
            let object = self.remembered(heap, layout.start(slot, key));
            return object.map_or(Claim::Nobody, |o| Claim::Ended { object: Some(o), now: None });
        };
        let (key, below) = self.nearest_key(heap, p, newest);
        if key == newest {
            return match now {
                Some(object) if below => Claim::Moved(ObjectInfo { exact: false, ..object }),
                Some(object) => Claim::Live(object),
                None => Claim::Ended { object: self.last_object(heap, slot, key), now: None },
            };
        }
        if let Some(object) = self.remembered(heap, layout.start(slot, key)) {
            return Claim::Ended { object: Some(object), now };
        }
        let issued = layout.was_issued(slot, key, newest);
        match now {
            _ if issued => Claim::Ended { object: None, now },
            Some(object) => Claim::Moved(ObjectInfo { exact: false, ..object }),
            None => {
                let object = self.last_object(heap, slot, newest).map(|o| ObjectInfo { exact: false, ..o });
                Claim::Ended { object, now: None }
            }
        }
    }

    /// Whose a pointer into slot 0 is: its objects leave no trace but the key (see `low.rs`).
    fn claim_low(&self, heap: &Heap, p: GuestPtr) -> Claim {
        let layout = self.space.layout();
        let now = self.live_info(heap, 0);
        let start = self.space.window.header(0).start.load(Relaxed);
        if p.bits() < NEAR_NULL || start == 0 {
            return Claim::Nobody;
        }
        match now {
            Some(object) if layout.key_of(0, p.bits()) == layout.key_of(0, start) => Claim::Live(object),
            Some(object) if p.bits().abs_diff(start) < NEAR_NULL => {
                Claim::Moved(ObjectInfo { exact: false, ..object })
            }
            _ if layout.key_of(0, p.bits()) == 0 => Claim::Nobody,
            now => Claim::Ended { object: None, now },
        }
    }

    /// The key that a pointer has, or the next one if the pointer rather lies below that one's start.
    fn nearest_key(&self, heap: &Heap, p: GuestPtr, newest: u32) -> (u32, bool) {
        let (slot, layout) = (p.slot().index(), self.space.layout());
        let key = layout.key_of(slot, p.bits());
        let full = 1u64 << layout.keys(slot).bits;
        let offset = p.bits() & (full - 1);
        if key == newest || offset < full / 2 {
            return (key, false);
        }
        let in_block =
            self.space.block_at(slot).is_some_and(|(span, _)| offset <= u64::from(span.stride) * 16);
        let covered =
            in_block || self.remembered(heap, layout.start(slot, key)).is_some_and(|o| offset <= o.size);
        (key + u32::from(!covered), !covered)
    }

    /// A pointer moved by up to 4 GiB can carry into the slot number next to its own.
    fn neighbour(&self, heap: &Heap, p: GuestPtr) -> Claim {
        let slot = p.slot().index();
        let near = [slot.checked_sub(1), slot.checked_add(1)].into_iter().flatten();
        let object = near
            .filter_map(|slot| self.live_info(heap, slot))
            .filter(|o| (p.bits().wrapping_sub(o.base.bits()) as i64).unsigned_abs() < 1 << 32)
            .min_by_key(|o| (p.bits().wrapping_sub(o.base.bits()) as i64).unsigned_abs());
        object.map_or(Claim::Nobody, |o| Claim::Moved(ObjectInfo { exact: false, ..o }))
    }

    /// The newest key that the slot has had; `None` if it can begin no object (any more).
    fn newest_key(&self, heap: &Heap, slot: u32) -> Option<u32> {
        let layout = self.space.layout();
        let Some((span, block)) = self.space.block_at(slot) else {
            // Not from the header: it may lie in the middle of another large object's data now.
            return match heap.large.newest_key(slot) {
                None if heap.large.was_used(slot) => Some(layout.last_key(slot)),
                newest => newest,
            };
        };
        if slot != span.slot_of(block) {
            return None;
        }
        Some(match self.space.window.header(slot).start.load(Relaxed) {
            0 if self.space.window.state(slot).is_retired() => layout.last_key(slot),
            start => layout.key_of(slot, start),
        })
    }

    fn remembered(&self, heap: &Heap, start: u64) -> Option<ObjectInfo> {
        let stacks = || heap.threads.iter().filter_map(Weak::upgrade);
        heap.history.find(start).or_else(|| stacks().find_map(|s| s.find(start)))
    }

    /// The object that the slot held last, with its newest key.
    fn last_object(&self, heap: &Heap, slot: u32, key: u32) -> Option<ObjectInfo> {
        let base = self.space.layout().start(slot, key);
        let Some((span, block)) = self.space.block_at(slot) else {
            let ended = heap.large.ended(slot).filter(|o| o.base.bits() == base);
            return ended.or_else(|| self.remembered(heap, base));
        };
        let known = self.space.window.header(slot).start.load(Relaxed);
        if known == 0 {
            // Its page was given back: only the history still knows the size.
            return self.remembered(heap, base);
        }
        let (alloc_site, free_site) = self.space.sites(span.meta + block);
        Some(ObjectInfo {
            base: GuestPtr::new(base),
            size: known - base,
            kind: self.space.window.state(slot).kind()?,
            live: false,
            alloc_site,
            free_site,
            exact: true,
        })
    }

    /// The live object at exactly this slot.
    pub(crate) fn live_info(&self, heap: &Heap, slot: u32) -> Option<ObjectInfo> {
        let state = self.space.window.state(slot);
        if !state.is_live() {
            return None;
        }
        let header = self.space.window.header(slot);
        let kind = state.kind()?;
        let alloc_site = match self.space.block_at(slot) {
            _ if kind == ObjectKind::Function => SiteId::NONE,
            Some((span, block)) => self.space.sites(span.meta + block).0,
            None => {
                heap.large.live.get(&(slot / crate::space::PAGE_SLOTS)).map_or(SiteId::NONE, |l| l.alloc_site)
            }
        };
        Some(ObjectInfo {
            base: GuestPtr::new(header.start.load(Relaxed)),
            size: u64::from(header.read_size.load(Relaxed)),
            kind,
            live: true,
            alloc_site,
            free_site: SiteId::NONE,
            exact: true,
        })
    }

    /// The live object that a pointer, by its own bits, points into or one past.
    pub(crate) fn live_at(&self, heap: &Heap, p: GuestPtr) -> Option<ObjectInfo> {
        self.live_info(heap, p.slot().index()).filter(|o| p.bits().wrapping_sub(o.base.bits()) <= o.size)
    }

    /// The live object whose bytes or header a slot number lies among.
    fn around(&self, heap: &Heap, slot: u32) -> Option<ObjectInfo> {
        let base = match self.space.block_at(slot) {
            Some((span, block)) => span.slot_of(block),
            None => heap.large.containing(slot)?.slot,
        };
        self.live_info(heap, base).map(|o| ObjectInfo { exact: false, ..o })
    }
}

/// Why an object of this kind, or a pointer into a heap object, cannot be freed.
fn reason(kind: ObjectKind) -> InvalidFree {
    match kind {
        ObjectKind::Heap => InvalidFree::Interior,
        ObjectKind::Stack => InvalidFree::Stack,
        ObjectKind::Global => InvalidFree::Global,
        ObjectKind::Constant => InvalidFree::Constant,
        ObjectKind::Function => InvalidFree::Function,
        ObjectKind::VarArgs
        | ObjectKind::Arguments
        | ObjectKind::Host
        | ObjectKind::Mapping
        | ObjectKind::LinearMemory
        | ObjectKind::Table
        | ObjectKind::MapValue
        | ObjectKind::Packet
        | ObjectKind::Context
        | ObjectKind::Record => InvalidFree::Engine,
    }
}
