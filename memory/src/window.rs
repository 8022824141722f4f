//! The window: reserved address space, the headers in it, and the live map beside it.

use crate::fault::ObjectKind;
use crate::layout::Layout;
use crate::raw::{Header, PAGE, Reservation, Table};
use std::io;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Bytes of a header, just before the object's first byte.
pub const HEADER_SIZE: u64 = 16;
/// Offset of the `u64` start pointer in the header.
pub const OFF_START: u64 = 0;
/// Offset of the `u32` size that may be read.
pub const OFF_READ_SIZE: u64 = 8;
/// Offset of the `u32` size that may be written.
pub const OFF_WRITE_SIZE: u64 = 12;
/// Bytes of a slot: the object's first byte lies at `window + slot * SLOT_UNIT`.
pub const SLOT_UNIT: u64 = 16;
/// The bit of a live-map byte that says "live": the byte is negative as an `i8`.
pub const LIVE_BIT: u8 = 0x80;
/// The slot's keys are used up.
pub(crate) const RETIRED: u8 = 0x40;
/// A sweep has seen a word that names the slot.
pub(crate) const MARKED: u8 = 0x20;
/// The live object has the slot's last key.
const LAST: u8 = 0x10;
/// The kind of the live object, or of the last one.
const KIND_MASK: u8 = 0x0f;

/// Space before the window, for the header of slot 0.
const LEAD: u64 = 64 << 10;

/// One state byte of the live map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State(pub u8);

impl State {
    #[inline]
    pub fn live(kind: ObjectKind, last_key: bool) -> Self {
        State(LIVE_BIT | kind as u8 | if last_key { LAST } else { 0 })
    }
    /// Whether an object of this kind is live.
    #[inline]
    pub fn is_live_of(self, kind: ObjectKind) -> bool {
        self.0 & !LAST == LIVE_BIT | kind as u8
    }
    #[inline]
    pub fn has_last_key(self) -> bool {
        self.0 & LAST != 0
    }
    #[inline]
    pub fn is_live(self) -> bool {
        self.0 & LIVE_BIT != 0
    }
    pub fn is_retired(self) -> bool {
        self.0 & RETIRED != 0
    }
    pub fn is_marked(self) -> bool {
        self.0 & MARKED != 0
    }
    /// The kind of the object that is or was there; `None` where no object ever began.
    #[inline]
    pub fn kind(self) -> Option<ObjectKind> {
        ObjectKind::from_bits(self.0 & KIND_MASK)
    }
    /// The state after the object's end.
    #[inline]
    pub fn ended(self) -> Self {
        State(self.0 & KIND_MASK)
    }
}

pub(crate) struct Window {
    map: Reservation,
    live: Table<AtomicU8>,
    pub layout: Layout,
}

impl Window {
    pub fn new(layout: Layout, slack: u64) -> io::Result<Self> {
        let map = Reservation::new(LEAD + layout.window + slack)?;
        let live = Table::new(layout.slot_mask as usize + 1)?;
        Ok(Self { map, live, layout })
    }

    /// Host address of the window's first byte.
    pub fn base(&self) -> usize {
        self.map.address() + LEAD as usize
    }

    /// Host address of the live map.
    pub fn live_base(&self) -> usize {
        self.live.address()
    }

    /// The header of a slot; bits beyond the window are ignored.
    #[inline(always)]
    pub fn header(&self, slot: u32) -> &Header {
        self.map.header(LEAD - HEADER_SIZE + u64::from(slot & self.layout.slot_mask) * SLOT_UNIT)
    }

    /// The state of a slot; slots beyond the window never had an object.
    #[inline(always)]
    pub fn state(&self, slot: u32) -> State {
        self.live.get(slot as usize).map_or(State(0), |s| State(s.load(Relaxed)))
    }

    #[inline(always)]
    pub fn set_state(&self, slot: u32, state: State) {
        if let Some(s) = self.live.get(slot as usize) {
            s.store(state.0, Relaxed);
        }
    }

    /// Marks a slot for the sweep if it is retired.
    #[inline]
    pub fn mark_retired(&self, slot: u32) {
        let state = self.state(slot);
        if state.is_retired() {
            self.set_state(slot, State(state.0 | MARKED));
        }
    }

    /// Zeroes bytes of an object, counted from its first byte.
    #[inline]
    pub fn zero(&self, slot: u32, from: u64, len: u64) {
        self.map.zero(LEAD + u64::from(slot) * SLOT_UNIT + from, len);
    }

    /// Zeroes the first `len` bytes of a block, and the rest of the last 16.
    #[inline]
    pub fn zero_block(&self, slot: u32, len: u64) {
        self.map.zero_units(LEAD + u64::from(slot) * SLOT_UNIT, len.next_multiple_of(SLOT_UNIT));
    }

    /// Copies the first bytes of one object to another.
    pub fn copy(&self, from: u32, to: u32, len: u64) {
        self.map.copy(LEAD + u64::from(from) * SLOT_UNIT, LEAD + u64::from(to) * SLOT_UNIT, len);
    }

    /// Zeroes the header of a slot: it has had no key (again).
    pub fn clear_header(&self, slot: u32) {
        let header = self.header(slot);
        header.start.store(0, Relaxed);
        header.read_size.store(0, Relaxed);
        header.write_size.store(0, Relaxed);
    }

    /// The words of an object's first `len` bytes.
    pub fn words(&self, slot: u32, len: u64, step: usize, each: &mut dyn FnMut(u64)) {
        self.map.words(LEAD + u64::from(slot) * SLOT_UNIT, len, step, each);
    }

    /// Gives pages back; they read as zeros afterwards.
    pub fn discard(&self, page: u64, pages: u64) {
        if pages > 0 {
            self.map.discard(LEAD + page * PAGE, pages * PAGE);
        }
    }

    /// Gives pages back that `move_pages` has moved here.
    pub fn renew(&self, page: u64, pages: u64) {
        if pages > 0 {
            self.map.renew(LEAD + page * PAGE, pages * PAGE);
        }
    }

    /// Moves pages, without copying where the host can; the old ones read as zeros afterwards.
    pub fn move_pages(&self, from: u64, to: u64, pages: u64) {
        let (source, target) = (LEAD + from * PAGE, LEAD + to * PAGE);
        match self.map.move_pages(source, target, pages * PAGE) {
            Ok(()) => {}
            // Older kernels refuse a range of several mappings (earlier moves split them): halve until it is one.
            Err(e) if e.raw_os_error() == Some(rustix::io::Errno::FAULT.raw_os_error()) && pages > 1 => {
                let half = pages / 2;
                self.move_pages(from, to, half);
                self.move_pages(from + half, to + half, pages - half);
            }
            Err(_) => self.copy_pages(source, target, pages),
        }
    }

    /// Copies in strips, giving the source back behind, so that no more memory is needed than for one strip.
    fn copy_pages(&self, source: u64, target: u64, pages: u64) {
        let mut done = 0;
        while done < pages * PAGE {
            let strip = (pages * PAGE - done).min(4 << 20);
            self.map.copy(source + done, target + done, strip);
            self.map.discard(source + done, strip);
            done += strip;
        }
    }
}
