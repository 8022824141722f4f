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

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};
use rustc_hash::FxHashMap;
use svm_memory::{GuestPtr, SiteId};

use super::HostFn;
use crate::machine::{Cx, Limit, Result, Trap};
use context::Packet;
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

/// What one process keeps for its eBPF programs.
#[derive(Default)]
pub struct State(Mutex<Option<Bpf>>);

impl State {
    /// The name of the map that an object is a value of; for reports, after the program has stopped.
    pub(crate) fn owner(&self, value: GuestPtr) -> Option<String> {
        let guard = self.0.try_lock()?;
        let holds = |m: &&Loaded| m.map.entries().iter().any(|e| e.value.is(value));
        Some(guard.as_ref()?.maps.iter().find(holds)?.def.name.clone())
    }
}

/// Keys and tables of maps may take so much where no limit of memory is set.
const DEFAULT_ROOM: u64 = 4 << 30;

/// Maps and what the running program has.
pub struct Bpf {
    /// All maps, in the order of the module's table.
    pub maps: Vec<Loaded>,
    by_handle: FxHashMap<GuestPtr, usize>,
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
    /// Runs so far.
    runs: u64,
    /// Memory of the host that maps may still take.
    room: Room,
}

/// The state, with the module's maps; they are made at the first use.
pub fn state<'a>(cx: &Cx<'a>) -> Result<MappedMutexGuard<'a, Bpf>> {
    let process = cx.process;
    let mut guard = process.bpf.0.lock();
    if guard.is_none() {
        *guard = Some(Bpf::attach(cx)?);
    }
    MutexGuard::try_map(guard, Option::as_mut).map_err(|_| Trap::Unsupported("eBPF state".into()))
}

impl Bpf {
    fn attach(cx: &Cx<'_>) -> Result<Bpf> {
        let config = &cx.process.config;
        let mut bpf = Bpf {
            maps: Vec::new(),
            by_handle: FxHashMap::default(),
            ended: Vec::new(),
            tail_calls: 0,
            packet: None,
            random: 0x9e37_79b9_7f4a_7c15,
            redirected: None,
            cpus: config.cpus.max(1),
            cpu: 0,
            runs: 0,
            room: Room::new(config.max_memory.unwrap_or(DEFAULT_ROOM)),
        };
        for (handle, def, initial) in tables::maps(cx)? {
            bpf.room.take_map(&def, bpf.cpus).map_err(|_| Trap::Limit(Limit::Memory))?;
            let map = maps::make(&def, bpf.cpus).map_err(|cause| Trap::Unsupported(cause.into()))?;
            let mut loaded = Loaded { def, handle, map };
            let mut values = Values {
                mem: cx.mem(),
                site: SiteId::NONE,
                ended: &mut bpf.ended,
                cpu: 0,
                room: &mut bpf.room,
            };
            for (slot, target) in initial {
                let key = slot.to_le_bytes();
                let key = key.get(..loaded.def.key_size as usize).unwrap_or(&key);
                let put = loaded.map.update(&mut values, key, &target.bits().to_le_bytes(), maps::BPF_ANY);
                put.map_err(|e| {
                    let name = &loaded.def.name;
                    Trap::Unsupported(format!("initial element {slot} of map `{name}`: error {e}").into())
                })?;
            }
            bpf.by_handle.insert(handle, bpf.maps.len());
            bpf.maps.push(loaded);
        }
        Ok(bpf)
    }

    /// The map with that address, and the means to change its values.
    pub(crate) fn map<'s>(
        &'s mut self,
        cx: &'s mut Cx<'_>,
        handle: GuestPtr,
    ) -> Result<(&'s mut Loaded, Values<'s>)> {
        let Some(index) = self.by_handle.get(&handle) else {
            let object = cx.mem().object(handle);
            return Err(cx.misuse_of(object, "was given a pointer that is no map"));
        };
        let site = cx.site();
        Ok(self.at(cx, *index, site))
    }

    fn at<'s>(&'s mut self, cx: &'s Cx<'_>, index: usize, site: SiteId) -> (&'s mut Loaded, Values<'s>) {
        let values =
            Values { mem: cx.mem(), site, ended: &mut self.ended, cpu: self.cpu, room: &mut self.room };
        (&mut self.maps[index], values)
    }

    /// The map of that name, as user space has it.
    pub fn named<'s>(&'s mut self, cx: &'s Cx<'_>, name: &str) -> Option<(&'s mut Loaded, Values<'s>)> {
        let index = self.maps.iter().position(|m| m.def.name == name)?;
        Some(self.at(cx, index, SiteId::NONE))
    }

    /// A program begins.
    fn begin(&mut self, packet: Option<Packet>) {
        (self.tail_calls, self.packet, self.redirected) = (0, packet, None);
        self.cpu = (self.runs % u64::from(self.cpus)) as u32;
        self.runs += 1;
    }

    /// The program has returned, or was stopped: what it had deleted ends, and so do records that it left open.
    fn end(&mut self, cx: &Cx<'_>) {
        self.end_values(cx);
        for map in &mut self.maps {
            for record in map.map.ring().map(|ring| ring.abandon()).unwrap_or_default() {
                cx.mem().release(record);
            }
        }
        self.packet = None;
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
