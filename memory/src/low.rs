//! The object in slot 0, whose pointers fit 32 bits: what guests see through 32-bit fields, such as the packet behind
//! `data` and `data_end` of an eBPF context. There is one at a time; it is the start of the slot's room, so that growing and
//! shrinking at the end is a change of its header. Null and numbers near it still name no object: their key is 0.
//!
//! The slot never retires: its keys come again after all others have (4094 with the default layout). A pointer that the
//! guest has kept over so many objects is then the new object's.

use crate::fault::ObjectKind;
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::slice::{GuestSlice, GuestSliceMut};
use crate::view::Checked;
use crate::window::State;
use std::sync::atomic::Ordering::Relaxed;

impl Memory {
    /// Bytes of slot 0's room.
    #[inline]
    pub fn low_room(&self) -> u64 {
        // The header of the first block behind the room lies behind it, too.
        self.space.layout().low_room()
    }

    /// Ends the object in slot 0, and begins one of the first `size` bytes of its room, whatever they hold. `None`, and
    /// nothing changes, if the room is smaller.
    #[inline]
    pub fn begin_low(&self, size: u64, kind: ObjectKind) -> Option<GuestPtr> {
        if size > self.low_room() {
            return None;
        }
        let (layout, header) = (self.space.layout(), self.space.window.header(0));
        let key = layout.cycle(layout.key_of(0, header.start.load(Relaxed)));
        let start = layout.start(0, key);
        header.start.store(start, Relaxed);
        header.read_size.store(size as u32, Relaxed);
        header.write_size.store(size as u32, Relaxed);
        self.space.window.set_state(0, State::live(kind, false));
        Some(GuestPtr::new(start))
    }

    /// Ends the object in slot 0, if there is one.
    #[inline]
    pub fn end_low(&self) {
        let (state, header) = (self.space.window.state(0), self.space.window.header(0));
        header.read_size.store(0, Relaxed);
        header.write_size.store(0, Relaxed);
        self.space.window.set_state(0, state.ended());
    }

    /// The live object in slot 0: its pointer and size.
    pub fn low_object(&self) -> Option<(GuestPtr, u64)> {
        let header = self.space.window.header(0);
        let live = self.space.window.state(0).is_live();
        live.then(|| (GuestPtr::new(header.start.load(Relaxed)), u64::from(header.read_size.load(Relaxed))))
    }

    /// Bytes of the room, whether they are an object's or not. `None` beyond it.
    #[inline]
    pub fn low_bytes(&self, from: u64, len: u64) -> Option<GuestSlice<'_>> {
        let inside = from.checked_add(len).is_some_and(|end| end <= self.low_room());
        inside.then(|| GuestSlice::new(Checked::in_low_room(&self.view, from), len))
    }

    /// The same for writing.
    #[inline]
    pub fn low_bytes_mut(&self, from: u64, len: u64) -> Option<GuestSliceMut<'_>> {
        let inside = from.checked_add(len).is_some_and(|end| end <= self.low_room());
        inside.then(|| GuestSliceMut::new(Checked::in_low_room(&self.view, from), len))
    }
}

#[cfg(test)]
mod tests {
    use crate::{AccessKind, Config, FaultKind, GuestPtr, InvalidFree, Memory, ObjectKind, SiteId};

    fn begin(m: &Memory, size: u64) -> GuestPtr {
        m.begin_low(size, ObjectKind::Packet).unwrap()
    }

    #[test]
    fn pointers_fit_32_bits_and_are_exact() {
        for config in [Config::default(), Config::tiny()] {
            let m = Memory::new(&config).unwrap();
            let p = begin(&m, 64);
            assert!(p.bits() <= u64::from(u32::MAX) && !p.is_null());
            m.low_bytes_mut(0, 64).unwrap().fill(7);
            assert_eq!(m.load::<u64>(p.offset(56)).unwrap(), 0x0707_0707_0707_0707);
            for (at, len, bad) in [(64, 1, 64), (57, 8, 64), (-1, 1, -1), (4000, 1, 4000)] {
                let fault = m.slice(p.offset(at), len).unwrap_err();
                assert_eq!((fault.kind, fault.bad), (FaultKind::OutOfBounds, p.offset(bad)), "{at} {len}");
                assert_eq!(fault.object.unwrap().base, p);
            }
            m.store(p.offset(60), 0x0102_0304u32).unwrap();
            assert_eq!(m.low_bytes(60, 4).unwrap().to_vec(), [4, 3, 2, 1]);
            assert_eq!(m.low_object(), Some((p, 64)));
        }
    }

    #[test]
    fn null_still_faults() {
        let m = Memory::new(&Config::default()).unwrap();
        let p = begin(&m, m.low_room());
        for near in [0, 1, 256, 4095] {
            assert_eq!(m.load::<u8>(GuestPtr::new(near)).unwrap_err().kind, FaultKind::Null);
        }
        assert!(m.begin_low(m.low_room() + 1, ObjectKind::Packet).is_none());
        assert!(m.low_bytes(m.low_room(), 1).is_none() && m.low_bytes(u64::MAX, 2).is_none());
        assert_eq!(m.free(p, SiteId::NONE).unwrap_err().kind, FaultKind::InvalidFree(InvalidFree::Engine));
    }

    #[test]
    fn a_new_object_ends_the_old_ones_pointers() {
        let m = Memory::new(&Config::default()).unwrap();
        let mut old = begin(&m, 44);
        for _ in 0..3000 {
            let new = begin(&m, 58);
            let fault = m.load::<u8>(old.offset(20)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::UseAfterFree);
            assert_eq!(fault.other.map(|o| o.base), Some(new));
            assert!(m.check_slow(new, old, 1, AccessKind::Read).is_ok(), "a pointer moved to the new one");
            old = new;
        }
        m.end_low();
        let fault = m.load::<u8>(old).unwrap_err();
        assert_eq!((fault.kind, fault.object), (FaultKind::UseAfterFree, None));
        assert_eq!(m.load::<u8>(GuestPtr::NULL).unwrap_err().kind, FaultKind::Null);
    }

    #[test]
    fn the_heap_keeps_out_of_the_room() {
        let m = Memory::new(&Config::tiny()).unwrap();
        begin(&m, m.low_room());
        let room = m.low_room();
        m.low_bytes_mut(0, room).unwrap().fill(0x5a);
        let mut objects = Vec::new();
        while let Ok(p) = m.alloc(40, 16, ObjectKind::Heap, SiteId::NONE) {
            m.fill(p, 0xff, 40).unwrap();
            objects.push(p);
        }
        assert!(objects.len() > 1000);
        assert!(m.low_bytes(0, room).unwrap().iter().all(|b| b == 0x5a));
    }
}
