//! Large objects: pages of their own, given back at their end. The keys that a page's slots have used stay in a side
//! table, so that address space can be carved anew without any (slot, key) pair coming twice.

use crate::extents::Run;
use crate::fault::{ObjectInfo, ObjectKind, SiteId};
use crate::heap::Heap;
use crate::layout::Layout;
use crate::ptr::GuestPtr;
use crate::raw::{PAGE, Table};
use crate::space::{PAGE_SLOTS, Space};
use crate::window::State;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Units between the slots that one page offers, unless more alignment is asked for: 64 bytes.
const STEP: u32 = 4;
/// A page-table entry that is in use: `USED | unit << 16 | key`.
const USED: u32 = 1 << 24;
/// A sweep has seen a word that names the page.
const MARKED: u32 = 1 << 31;

/// A live large object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Large {
    pub slot: u32,
    pub run: Run,
    pub size: u64,
    pub kind: ObjectKind,
    pub alloc_site: SiteId,
    /// Its pages came by `move_pages`: the mapping is split there.
    pub moved: bool,
    /// The size to which the object may grow in place; `None` if it has its size for ever.
    pub growable: Option<u64>,
}

impl Large {
    pub fn base_page(&self) -> u32 {
        self.slot / PAGE_SLOTS
    }

    /// The bytes that count for `max_memory`: all its pages, but for those that it may yet grow into.
    pub fn charge(&self) -> u64 {
        match self.growable {
            None => u64::from(self.run.pages) * PAGE,
            Some(_) => self.size.next_multiple_of(PAGE),
        }
    }
}

pub(crate) struct LargeObjects {
    /// By the page of the first byte.
    pub live: BTreeMap<u32, Large>,
    /// The last one that ended, by page.
    dead: FxHashMap<u32, ObjectInfo>,
    /// Per page: the unit in it that is (or was last) a base, and that slot's newest key. Lower units are used up.
    keys: Table<AtomicU32>,
}

impl LargeObjects {
    pub fn new(layout: &Layout) -> io::Result<Self> {
        let keys = Table::new((layout.window / PAGE) as usize)?;
        Ok(Self { live: BTreeMap::new(), dead: FxHashMap::default(), keys })
    }

    /// The newest key of the slot, if it was ever a large object's.
    pub fn newest_key(&self, slot: u32) -> Option<u32> {
        let entry = self.entry(slot / PAGE_SLOTS);
        (entry & USED != 0 && entry >> 16 & 0xff == slot % PAGE_SLOTS).then_some(entry & 0xffff)
    }

    /// Whether the slot may have had keys.
    pub fn was_used(&self, slot: u32) -> bool {
        let entry = self.entry(slot / PAGE_SLOTS);
        entry & USED != 0 && slot % PAGE_SLOTS <= entry >> 16 & 0xff
    }

    fn entry(&self, page: u32) -> u32 {
        self.keys.get(page as usize).map_or(0, |e| e.load(Relaxed))
    }

    /// The pages now belong to a span, which has closed the used slots.
    pub fn forget(&mut self, run: Run) {
        for page in run.first..run.end() {
            if self.entry(page) != 0 {
                self.keys[page as usize].store(0, Relaxed);
            }
        }
    }

    /// Records a slot's newest key.
    pub fn set_key(&self, slot: u32, key: u32) {
        self.keys[(slot / PAGE_SLOTS) as usize].store(USED | (slot % PAGE_SLOTS) << 16 | key, Relaxed);
    }

    /// The next slot and key with its base in this page, at a multiple of `align` units.
    fn next_slot(&self, layout: &Layout, page: u32, align: u32) -> Option<(u32, u32)> {
        let first = page * PAGE_SLOTS;
        let entry = self.entry(page);
        let lowest = if align >= PAGE_SLOTS { 0 } else { align };
        if entry & USED == 0 {
            return Some((first + lowest, layout.next_key(first + lowest, 0)?));
        }
        let unit = entry >> 16 & 0xff;
        // Unit 0 has its header in the page before, which only aligned objects take.
        if unit.is_multiple_of(align)
            && unit >= lowest
            && let Some(key) = layout.next_key(first + unit, entry & 0xffff)
        {
            return Some((first + unit, key));
        }
        let unit = (unit + 1).next_multiple_of(align);
        (unit < PAGE_SLOTS).then_some(())?;
        Some((first + unit, layout.next_key(first + unit, 0)?))
    }

    /// Where in a free run an object fits: the pages it takes, its slot and key.
    fn place(&self, layout: &Layout, run: Run, size: u64, align: u64) -> Option<(Run, (u32, u32))> {
        let (page_step, lead) = if align >= PAGE { ((align / PAGE) as u32, 1) } else { (1, 0) };
        let units = ((align / 16) as u32).clamp(STEP, PAGE_SLOTS);
        let mut page = (run.first + lead).next_multiple_of(page_step);
        while page < run.end() {
            if let Some((slot, key)) = self.next_slot(layout, page, units) {
                let end = (u64::from(slot) * 16 + size).div_ceil(PAGE).max(u64::from(page) + 1);
                if end > u64::from(run.end()) {
                    return None;
                }
                let first = page - lead;
                return Some((Run { first, pages: end as u32 - first }, (slot, key)));
            }
            page += page_step;
        }
        None
    }

    /// A free place at exactly this unit of a page, for pages that are moved as they are.
    fn place_at_unit(&self, layout: &Layout, run: Run, unit: u32, pages: u32) -> Option<(Run, (u32, u32))> {
        (run.first..=run.end().checked_sub(pages)?).find_map(|page| {
            let entry = self.entry(page);
            let slot = page * PAGE_SLOTS + unit;
            let old = match entry >> 16 & 0xff {
                _ if entry & USED == 0 => 0,
                used if used < unit => 0,
                used if used == unit => entry & 0xffff,
                _ => return None,
            };
            Some((Run { first: page, pages }, (slot, layout.next_key(slot, old)?)))
        })
    }

    /// The live object whose bytes (or header) a slot lies in.
    pub fn containing(&self, slot: u32) -> Option<&Large> {
        let page = slot / PAGE_SLOTS;
        let (_, large) = self.live.range(..=page + 1).rev().find(|(_, l)| l.run.first <= page)?;
        (page < large.run.end()).then_some(large)
    }

    /// The last object that ended at this slot.
    pub fn ended(&self, slot: u32) -> Option<ObjectInfo> {
        self.dead.get(&(slot / PAGE_SLOTS)).copied().filter(|o| o.base.slot().index() == slot)
    }

    /// A word that names a slot was seen.
    pub fn mark(&self, slot: u32) {
        if let Some(entry) = self.keys.get((slot / PAGE_SLOTS) as usize) {
            let bits = entry.load(Relaxed);
            if bits & USED != 0 {
                entry.store(bits | MARKED, Relaxed);
            }
        }
    }

    /// Opens the pages again that no word names, and clears all marks. Returns how many.
    pub fn reopen(&mut self, window_pages: u32) -> u64 {
        let mut opened = 0;
        for page in 0..window_pages {
            let entry = self.entry(page);
            if entry & MARKED != 0 {
                self.keys[page as usize].store(entry & !MARKED, Relaxed);
            } else if entry & USED != 0 && !self.live.contains_key(&page) {
                self.keys[page as usize].store(0, Relaxed);
                self.dead.remove(&page);
                opened += 1;
            }
        }
        opened
    }
}

impl Heap {
    /// Begins a large object in the first class that can hold it and has room.
    pub fn begin_large(
        &mut self,
        space: &Space,
        size: u64,
        align: u64,
        kind: ObjectKind,
        site: SiteId,
    ) -> Option<GuestPtr> {
        let layout = space.layout();
        let pages = (size.div_ceil(PAGE) + u64::from(align >= PAGE)) as u32;
        let large = &self.large;
        let (run, (slot, key)) = self.areas.iter_mut().enumerate().find_map(|(class, area)| {
            (layout.fits(class, size) && align <= 1 << layout.keys[class].bits).then_some(())?;
            area.find(pages, |run| large.place(layout, run, size, align).map(|place| (place.0, place)))
        })?;
        let object = Large { slot, run, size, kind, alloc_site: site, moved: false, growable: None };
        self.charged += u64::from(run.pages) * PAGE;
        Some(self.open_large(space, object, key))
    }

    /// Makes a large object live with a new key.
    pub fn open_large(&mut self, space: &Space, object: Large, key: u32) -> GuestPtr {
        let start = space.layout().start(object.slot, key);
        let header = space.window.header(object.slot);
        header.start.store(start, Relaxed);
        header.read_size.store(object.size as u32, Relaxed);
        header.write_size.store(object.size as u32, Relaxed);
        self.large.set_key(object.slot, key);
        self.large.live.insert(object.base_page(), object);
        space.window.set_state(object.slot, State::live(object.kind, false));
        GuestPtr::new(start)
    }

    /// Ends a large object's pointer, keeps its pages. `None` if there is none at the slot.
    pub fn close_large(&mut self, space: &Space, slot: u32, site: SiteId) -> Option<Large> {
        let page = slot / PAGE_SLOTS;
        let object = self.large.live.remove(&page)?;
        let header = space.window.header(slot);
        let state = space.window.state(slot);
        space.window.set_state(slot, state.ended());
        let start = header.start.load(Relaxed);
        space.window.clear_header(slot);
        let layout = space.layout();
        if object.size == 1 << layout.keys(slot).bits {
            // Its one-past pointer has the next key's bits: that key must never be given out.
            self.large.set_key(slot, layout.last_key(slot));
        }
        self.history.push(start, object.kind, object.size as u32, object.alloc_site.0, site);
        let info = ObjectInfo {
            base: GuestPtr::new(start),
            size: object.size,
            kind: object.kind,
            live: false,
            alloc_site: object.alloc_site,
            free_site: site,
            exact: true,
        };
        self.large.dead.insert(page, info);
        self.counters.large_ended_since_sweep += 1;
        Some(object)
    }

    /// Ends a large object and gives its pages back.
    #[cold]
    pub fn end_large(&mut self, space: &Space, slot: u32, site: SiteId) {
        if let Some(object) = self.close_large(space, slot, site) {
            // `give_back` takes off all pages; of a growable object only those within its size were counted.
            self.charged += u64::from(object.run.pages) * PAGE - object.charge();
            self.give_back(space, object.run, object.moved);
        }
    }

    /// Gives a run of pages back: to the host, and to the area.
    pub fn give_back(&mut self, space: &Space, run: Run, moved: bool) {
        let (first, pages) = (u64::from(run.first), u64::from(run.pages));
        if moved {
            space.window.renew(first, pages);
        } else {
            space.window.discard(first, pages);
        }
        self.charged = self.charged.saturating_sub(pages * PAGE);
        self.free_pages(space, run);
    }

    /// Puts zeroed pages into their area.
    pub fn free_pages(&mut self, space: &Space, run: Run) {
        let class = space.layout().class(run.first * PAGE_SLOTS);
        self.areas[class].insert(run);
    }

    /// A free run into which pages can be moved so that the base keeps its unit.
    pub fn place_moved(
        &mut self,
        space: &Space,
        size: u64,
        unit: u32,
        pages: u32,
    ) -> Option<(Run, (u32, u32))> {
        let (layout, large) = (space.layout(), &self.large);
        self.areas.iter_mut().enumerate().find_map(|(class, area)| {
            layout.fits(class, size).then_some(())?;
            area.find(pages, |run| {
                large.place_at_unit(layout, run, unit, pages).map(|place| (place.0, place))
            })
        })
    }
}
