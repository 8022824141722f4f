//! The host side of eBPF programs that were lifted to bitcode: maps, helpers, contexts.
//!
//! A lifted module says what it has in tables (`svm_memory::abi`); they are read from guest memory at the first use,
//! where the program cannot have written: they are constants. Helpers are host functions like the C library's, one
//! prototype table a topic; their names and numbers are `svm_memory::abi::helpers`. Not here: decoding and lifting.

pub mod context;
mod format;
mod helpers;
pub mod maps;
mod tables;
mod vlan;

use std::cell::Cell;

use parking_lot::{ReentrantMutex, ReentrantMutexGuard};
use svm_memory::{GuestPtr, Memory, SiteId};

use super::HostFn;
use crate::machine::{Cx, Limit, Result, Thread, Trap};
use context::Packet;
pub(crate) use helpers::lookup;
use maps::{Def, Map, Room, Values};
pub use tables::{Program, Variable};

/// The function tables of all topics.
pub fn tables() -> &'static [&'static [HostFn]] {
    helpers::TABLES
}

/// A map of the program.
pub struct Loaded {
    /// What it was made from.
    pub def: Def,
    /// Its address: what helpers are given.
    pub handle: GuestPtr,
    /// Its elements.
    pub map: Box<dyn Map>,
}

/// What one process keeps for its eBPF programs. A thread may hold it for all of a run (or many): helpers then find it
/// locked by themselves, which costs no atomic operation.
#[derive(Default)]
pub struct State(ReentrantMutex<Cell<Option<Box<Bpf>>>>);

/// The state in use. Nobody else uses it meanwhile, whoever holds the lock.
pub struct InUse<'a> {
    lock: Hold<'a>,
    bpf: Option<Box<Bpf>>,
}

/// The state's lock.
pub type Hold<'a> = ReentrantMutexGuard<'a, Cell<Option<Box<Bpf>>>>;

impl State {
    /// Holds the lock, for runs that follow each other.
    pub fn hold(&self) -> Hold<'_> {
        self.0.lock()
    }

    /// A look-up of the usual kind: one that changes nothing. `None`: ask [`lookup`].
    #[inline]
    pub(crate) fn find(&self, mem: &Memory, map: GuestPtr, key: GuestPtr) -> Option<GuestPtr> {
        let lock = self.0.lock();
        let bpf = lock.take()?;
        let loaded = bpf.maps.iter().find(|m| m.handle == map);
        let found = loaded.and_then(|m| m.map.find(&mem.view(), bpf.cpu, key));
        lock.set(Some(bpf));
        found
    }

    /// The name of the map that an object is a value of; for reports, after the program has stopped.
    pub(crate) fn owner(&self, value: GuestPtr) -> Option<String> {
        let lock = self.0.try_lock()?;
        let used = InUse { bpf: lock.take(), lock };
        let holds = |m: &&Loaded| m.map.entries().iter().any(|e| e.value.is(value));
        Some(used.bpf.as_ref()?.maps.iter().find(holds)?.def.name.clone())
    }
}

impl std::ops::Deref for InUse<'_> {
    type Target = Bpf;

    fn deref(&self) -> &Bpf {
        self.bpf.as_ref().unwrap_or_else(|| unreachable!("`state` has seen it"))
    }
}

impl std::ops::DerefMut for InUse<'_> {
    fn deref_mut(&mut self) -> &mut Bpf {
        self.bpf.as_mut().unwrap_or_else(|| unreachable!("`state` has seen it"))
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.lock.set(self.bpf.take());
    }
}

/// Keys and tables of maps may take so much where no limit of memory is set.
const DEFAULT_ROOM: u64 = 4 << 30;

/// Maps and what the running program has.
pub struct Bpf {
    /// All maps, in the order of the module's table.
    pub maps: Vec<Loaded>,
    /// Values that end when the program returns.
    ended: Vec<(GuestPtr, SiteId)>,
    /// Tail calls of the running program.
    tail_calls: u32,
    /// The packet that it runs on.
    packet: Option<Packet>,
    /// State of `bpf_get_prandom_u32`.
    random: u64,
    /// What `bpf_redirect` has named last.
    pub redirected: Option<u32>,
    /// Processors; each run is on the next one.
    pub cpus: u32,
    /// The processor that the program runs on.
    pub cpu: u32,
    /// The one that the next run is on.
    next_cpu: u32,
    /// Whether a map has records that a run may leave open.
    has_rings: bool,
    /// Memory of the host that maps may still take.
    room: Room,
}

/// The state, with the module's maps; they are made at the first use. One at a time: a second one, while the first is in
/// use, would make them again.
#[inline]
pub fn state<'a>(cx: &Cx<'a>) -> Result<InUse<'a>> {
    let process = cx.process;
    let lock = process.bpf.0.lock();
    let bpf = match lock.take() {
        Some(bpf) => bpf,
        None => Box::new(Bpf::attach(cx)?),
    };
    Ok(InUse { lock, bpf: Some(bpf) })
}

impl Bpf {
    fn attach(cx: &Cx<'_>) -> Result<Bpf> {
        let config = &cx.process.config;
        let mut bpf = Bpf {
            maps: Vec::new(),
            ended: Vec::new(),
            tail_calls: 0,
            packet: None,
            random: 0x9e37_79b9_7f4a_7c15,
            redirected: None,
            cpus: config.cpus.max(1),
            cpu: 0,
            next_cpu: 0,
            has_rings: false,
            room: Room::new(config.max_memory.unwrap_or(DEFAULT_ROOM)),
        };
        for (handle, def, initial) in tables::maps(cx)? {
            bpf.room.take_map(&def, bpf.cpus).map_err(|_| Trap::Limit(Limit::Memory))?;
            let map = maps::make(&def, bpf.cpus).map_err(|cause| Trap::Unsupported(cause.into()))?;
            let mut loaded = Loaded { def, handle, map };
            let mut values =
                Values { mem: cx.mem(), thread: None, ended: &mut bpf.ended, cpu: 0, room: &mut bpf.room };
            for (slot, target) in initial {
                let key = slot.to_le_bytes();
                let key = key.get(..loaded.def.key_size as usize).unwrap_or(&key);
                let put = loaded.map.update(&mut values, key, &target.bits().to_le_bytes(), maps::BPF_ANY);
                put.map_err(|e| {
                    let name = &loaded.def.name;
                    Trap::Unsupported(format!("initial element {slot} of map `{name}`: error {e}").into())
                })?;
            }
            bpf.has_rings |= loaded.map.ring().is_some();
            bpf.maps.push(loaded);
        }
        Ok(bpf)
    }

    /// The map with that address, and the means to change its values.
    #[inline]
    pub(crate) fn map<'s>(
        &'s mut self,
        cx: &'s Cx<'_>,
        handle: GuestPtr,
    ) -> Result<(&'s mut Loaded, Values<'s>)> {
        // A program has few maps: going through them is faster than a hash.
        let Some(index) = self.maps.iter().position(|m| m.handle == handle) else {
            let object = cx.mem().object(handle);
            return Err(cx.misuse_of(object, "was given a pointer that is no map"));
        };
        Ok(self.at(cx, index, Some(&*cx.thread)))
    }

    #[inline]
    fn at<'s>(
        &'s mut self,
        cx: &'s Cx<'_>,
        index: usize,
        thread: Option<&'s Thread>,
    ) -> (&'s mut Loaded, Values<'s>) {
        let values =
            Values { mem: cx.mem(), thread, ended: &mut self.ended, cpu: self.cpu, room: &mut self.room };
        (&mut self.maps[index], values)
    }

    /// The map of that name, as user space has it.
    pub fn named<'s>(&'s mut self, cx: &'s Cx<'_>, name: &str) -> Option<(&'s mut Loaded, Values<'s>)> {
        let index = self.maps.iter().position(|m| m.def.name == name)?;
        Some(self.at(cx, index, None))
    }

    /// A program begins.
    #[inline]
    fn begin(&mut self, packet: Option<Packet>) {
        (self.tail_calls, self.packet, self.redirected) = (0, packet, None);
        self.cpu = self.next_cpu;
        self.next_cpu = if self.cpu + 1 < self.cpus { self.cpu + 1 } else { 0 };
    }

    /// The program has returned, or was stopped: what it had deleted ends, and so do records that it left open.
    #[inline]
    fn end(&mut self, cx: &Cx<'_>) {
        if !self.ended.is_empty() {
            self.end_values(cx);
        }
        if self.has_rings {
            for record in self.maps.iter_mut().filter_map(|m| m.map.ring()).flat_map(|ring| ring.abandon()) {
                cx.mem().release(record);
            }
        }
        self.packet = None;
    }

    /// Uses the state where the lock is held.
    #[inline(always)]
    fn with<T>(cx: &Cx<'_>, held: &Hold<'_>, f: impl FnOnce(&mut Bpf) -> T) -> Result<T> {
        let mut bpf = match held.take() {
            Some(bpf) => bpf,
            None => Box::new(Bpf::attach(cx)?),
        };
        let result = f(&mut bpf);
        held.set(Some(bpf));
        Ok(result)
    }
}

impl Bpf {
    /// Ends values that nobody can be using any more.
    pub(crate) fn end_values(&mut self, cx: &Cx<'_>) {
        for (value, site) in self.ended.drain(..) {
            cx.mem().release_at(value, site);
        }
    }
}

/// The programs of the module.
pub fn programs(cx: &Cx<'_>) -> Result<Vec<Program>> {
    tables::programs(cx)
}

/// The global variables of the module, by section.
pub fn variables(cx: &Cx<'_>) -> Result<Vec<Variable>> {
    tables::variables(cx)
}
