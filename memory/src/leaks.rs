//! Live heap objects, and which of them nothing points to any more.

use crate::fault::{ObjectInfo, ObjectKind};
use crate::memory::Memory;
use crate::ptr::GuestPtr;
use crate::sweep::each_live;
use rustc_hash::FxHashSet;

/// Calls its argument with every word of the guest's registers (and of host structures that hold guest pointers).
/// It runs while the heap is locked: it must not call into the memory.
pub type RootScanner = Box<dyn Fn(&mut dyn FnMut(u64)) + Send + Sync>;

impl Memory {
    /// Tells where guest pointers live outside of the window, for the sweep and for the leak search.
    pub fn set_root_scanner(&self, scanner: RootScanner) {
        self.heap.lock().scanner = Some(scanner);
    }

    /// All live heap objects.
    pub fn live_heap_objects(&self) -> Vec<ObjectInfo> {
        let heap = self.heap.lock();
        let mut objects = Vec::new();
        each_live(&self.space, &heap.large, |slot, _| {
            objects.extend(self.live_info(&heap, slot).filter(|o| o.kind == ObjectKind::Heap));
        });
        objects
    }

    /// The live heap objects that cannot be reached from globals, stacks, arguments and registers by pointers
    /// (aligned words) into an object or one past it.
    pub fn leaks(&self) -> Vec<ObjectInfo> {
        let heap = self.heap.lock();
        let mut reached = FxHashSet::default();
        let mut work = Vec::new();
        let mut reach = |word: u64, work: &mut Vec<(u32, u64)>| {
            if let Some(object) = self.live_at(&heap, GuestPtr::new(word)) {
                let slot = object.base.slot().index();
                if object.kind == ObjectKind::Heap && reached.insert(slot) {
                    work.push((slot, object.size));
                }
            }
        };
        if let Some(scanner) = &heap.scanner {
            scanner(&mut |word| reach(word, &mut work));
        }
        let mut heap_objects = Vec::new();
        each_live(&self.space, &heap.large, |slot, size| {
            if self.space.window.state(slot).kind() == Some(ObjectKind::Heap) {
                heap_objects.push(slot);
            } else {
                self.space.window.words(slot, size, 8, &mut |word| reach(word, &mut work));
            }
        });
        while let Some((slot, size)) = work.pop() {
            self.space.window.words(slot, size, 8, &mut |word| reach(word, &mut work));
        }
        heap_objects
            .into_iter()
            .filter(|s| !reached.contains(s))
            .filter_map(|s| self.live_info(&heap, s))
            .collect()
    }
}
