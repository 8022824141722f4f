//! eBPF programs of an instance: running them on memory or packets, and their maps as user space sees them.

use svm_memory::GuestPtr;

use super::{Fault, Instance};
use crate::host::bpf::context::{self, Kind, Runs};
use crate::host::bpf::maps::{BPF_ANY, Entry, EntryValue, Errno, kind};
use crate::host::bpf::{self, Loaded, Program};
use crate::machine::{Cx, Result as Run, Trap};

/// An element of a map, read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its key, empty where the kind has none; of a variable the name.
    pub key: Vec<u8>,
    /// Its value; of a percpu map one for each processor. A program's or map's name where it is one.
    pub values: Vec<Vec<u8>>,
}

/// A map's elements, read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapDump {
    /// Its name.
    pub name: String,
    /// Its type, a number of `enum bpf_map_type`.
    pub kind: u32,
    /// Those that were ever used.
    pub elements: Vec<Element>,
}

/// The program of that name; without a name, the only one, or else the first.
pub(crate) fn program(cx: &Cx<'_>, name: Option<&str>) -> Run<Program> {
    let mut programs = bpf::programs(cx)?.into_iter();
    let found = programs.find(|p| name.is_none_or(|n| p.name == n));
    found.ok_or_else(|| Trap::MissingFunction(name.unwrap_or("an eBPF program").into()))
}

fn element(cx: &Cx<'_>, entry: Entry, map: &Loaded, names: &dyn Fn(GuestPtr) -> String) -> Run<Element> {
    let read = |p: GuestPtr| match p {
        GuestPtr::NULL => Ok(vec![0; map.def.value_size as usize]),
        p => Ok(cx.mem().slice(p, cx.mem().size_of(p)?)?.to_vec()),
    };
    let values = match entry.value {
        EntryValue::Bytes(bytes) => vec![bytes],
        EntryValue::Pointer(p) => vec![names(p).into_bytes()],
        EntryValue::Object(p) => vec![read(p)?],
        EntryValue::PerCpu(all) => all.into_iter().map(read).collect::<Run<_>>()?,
    };
    Ok(Element { key: entry.key, values })
}

/// Puts an element into a map as user space would: into every processor's value of a percpu map.
pub(crate) fn update(cx: &Cx<'_>, map: &str, key: &[u8], value: &[u8], flags: u64) -> Run<Result<(), Errno>> {
    let mut bpf = bpf::state(cx)?;
    let cpus = bpf.cpus;
    let done = {
        let found = bpf.named(cx, map);
        let (loaded, mut values) = found.ok_or_else(|| Trap::MissingFunction(map.into()))?;
        let def = &loaded.def;
        let fits = key.len() == def.key_size as usize && value.len() == def.value_size as usize;
        let copies = if kind::is_per_cpu(def.kind) { cpus } else { 1 };
        if !fits || kind::holds_pointers(def.kind) {
            return Ok(Err(libc::EINVAL));
        }
        let mut one = |cpu: u32| {
            values.cpu = cpu;
            loaded.map.update(&mut values, key, value, if cpu == 0 { flags } else { BPF_ANY })
        };
        (0..copies).try_for_each(&mut one)
    };
    bpf.end_values(cx);
    Ok(done)
}

/// Puts a program into a program array, or a map into a map of maps.
pub(crate) fn update_pointer(cx: &Cx<'_>, map: &str, key: &[u8], target: &str) -> Run<Result<(), Errno>> {
    let programs = bpf::programs(cx)?;
    let mut bpf = bpf::state(cx)?;
    let inner = bpf.maps.iter().find(|m| m.def.name == target).map(|m| m.handle);
    let found = bpf.named(cx, map);
    let (loaded, mut values) = found.ok_or_else(|| Trap::MissingFunction(map.into()))?;
    let pointer = match loaded.def.kind {
        kind::PROG_ARRAY => {
            let program = programs.iter().find(|p| p.name == target);
            program.map(|p| p.address)
        }
        kind::ARRAY_OF_MAPS | kind::HASH_OF_MAPS => inner,
        _ => return Ok(Err(libc::EINVAL)),
    };
    let pointer = pointer.ok_or_else(|| Trap::MissingFunction(target.into()))?;
    if key.len() != loaded.def.key_size as usize {
        return Ok(Err(libc::EINVAL));
    }
    Ok(loaded.map.update(&mut values, key, &pointer.bits().to_le_bytes(), BPF_ANY))
}

/// Overwrites a global variable, as user space does between loading and the first run. What is constant stays so.
pub(crate) fn set_variable(cx: &Cx<'_>, section: &str, name: &str, value: &[u8]) -> Run<Result<(), Errno>> {
    let variables = bpf::variables(cx)?;
    let found = variables.iter().find(|v| v.section == section && v.name == name);
    let variable = found.ok_or_else(|| Trap::MissingFunction(name.into()))?;
    if value.len() as u64 != variable.size {
        return Ok(Err(libc::EINVAL));
    }
    Ok(cx.mem().write(variable.object, value).map_err(|_| libc::EPERM))
}

/// All maps, then the global variables, one map a section.
pub(crate) fn dump(cx: &Cx<'_>) -> Run<Vec<MapDump>> {
    let mut dumps = Vec::new();
    let programs = bpf::programs(cx)?;
    let maps = &bpf::state(cx)?.maps;
    let name = |p: GuestPtr| {
        let program = programs.iter().find(|q| q.address == p).map(|q| &q.name);
        program.or(maps.iter().find(|m| m.handle == p).map(|m| &m.def.name)).cloned().unwrap_or_default()
    };
    for map in maps {
        let elements = map.map.entries().into_iter().map(|e| element(cx, e, map, &name));
        let elements = elements.collect::<Run<_>>()?;
        dumps.push(MapDump { name: map.def.name.clone(), kind: map.def.kind, elements });
    }
    for variable in bpf::variables(cx)? {
        let value = cx.mem().slice(variable.object, variable.size)?.to_vec();
        let element = Element { key: variable.name.into_bytes(), values: vec![value] };
        match dumps.iter_mut().find(|d| d.kind == 0 && d.name == variable.section) {
            Some(section) => section.elements.push(element),
            None => dumps.push(MapDump { name: variable.section, kind: 0, elements: vec![element] }),
        }
    }
    Ok(dumps)
}

/// One program that is run over and over: what a run needs is looked up once, and compiled code is entered at once.
pub struct BpfRuns<'r, 'a> {
    cx: &'r mut Cx<'a>,
    runs: &'r mut Runs<'a>,
    kind: Kind,
    /// What has stopped a run: there is no further one.
    stopped: Option<Trap>,
}

impl BpfRuns<'_, '_> {
    /// Runs an XDP or socket-buffer program on a packet, which it may change; gives r0.
    ///
    /// # Errors
    ///
    /// What stopped it, and then each further run.
    pub fn packet(&mut self, packet: &mut Vec<u8>) -> Run<u64> {
        self.run(|cx, runs, kind| context::run_on_packet(cx, runs, kind, packet))
    }

    /// Runs the program on memory of the guest's (r1 points to it, r2 is its size), such as
    /// [`super::GuestMemory::alloc_bytes`] gives; gives r0.
    ///
    /// # Errors
    ///
    /// As [`BpfRuns::packet`].
    pub fn memory(&mut self, memory: GuestPtr, len: u64) -> Run<u64> {
        self.run(|cx, runs, _| context::run_in_place(cx, runs, memory, len))
    }

    #[inline]
    fn run(&mut self, run: impl FnOnce(&mut Cx<'_>, &mut Runs<'_>, Kind) -> Run<u64>) -> Run<u64> {
        if let Some(trap) = &self.stopped {
            return Err(trap.clone());
        }
        // Made anew, not handed on: reading it as a whole would wait for its stores.
        match run(self.cx, self.runs, self.kind) {
            Ok(r0) => Ok(r0),
            Err(trap) => {
                self.stopped = Some(trap.clone());
                Err(trap)
            }
        }
    }
}

impl Instance {
    fn bpf<T>(&mut self, body: impl FnOnce(&mut Cx<'_>) -> Run<T>) -> Result<T, Fault> {
        self.with_cx(body).map_err(|outcome| self.fault(*outcome))
    }

    /// The eBPF programs of the module.
    ///
    /// # Errors
    ///
    /// A table of the module that is damaged.
    pub fn bpf_programs(&mut self) -> Result<Vec<Program>, Fault> {
        self.bpf(|cx| bpf::programs(cx))
    }

    /// Runs a program on memory (r1 points to it, r2 is its size), which it may change; gives r0.
    ///
    /// # Errors
    ///
    /// No such program, or whatever stopped it.
    pub fn bpf_run_memory(&mut self, name: Option<&str>, memory: &mut [u8]) -> Result<u64, Fault> {
        self.bpf(|cx| {
            let func = program(cx, name)?.func;
            Runs::of(cx, func, |cx, runs| context::run_on_memory(cx, runs, memory))
        })
    }

    /// Runs an XDP or socket-buffer program on a packet, which it may change; gives r0.
    ///
    /// # Errors
    ///
    /// As [`Instance::bpf_run_memory`].
    pub fn bpf_run_packet(&mut self, name: Option<&str>, packet: &mut Vec<u8>) -> Result<u64, Fault> {
        self.bpf(|cx| {
            let program = program(cx, name)?;
            let kind = Kind::of_section(&program.section);
            Runs::of(cx, program.func, |cx, runs| context::run_on_packet(cx, runs, kind, packet))
        })
    }

    /// Runs a tracing program on a record, which it cannot change; gives r0. Without a record, zeros stand for the
    /// registers or arguments of a probe.
    ///
    /// # Errors
    ///
    /// As [`Instance::bpf_run_memory`].
    pub fn bpf_run_record(&mut self, name: Option<&str>, record: &[u8]) -> Result<u64, Fault> {
        self.bpf(|cx| {
            let program = program(cx, name)?;
            let otherwise = match Kind::of_section(&program.section) {
                Kind::Trace(size) => size,
                _ => 0,
            };
            Runs::of(cx, program.func, |cx, runs| context::run_on_record(cx, runs, otherwise, record))
        })
    }

    /// Lends a program for many runs.
    ///
    /// # Errors
    ///
    /// No such program, or what stopped a run, even where `body` goes on without it.
    pub fn bpf_runs<T>(
        &mut self,
        name: Option<&str>,
        body: impl FnOnce(&mut BpfRuns<'_, '_>) -> Run<T>,
    ) -> Result<T, Fault> {
        self.bpf(|cx| {
            let program = program(cx, name)?;
            let kind = Kind::of_section(&program.section);
            Runs::of(cx, program.func, |cx, runs| {
                let mut runs = BpfRuns { cx, runs, kind, stopped: None };
                let result = body(&mut runs);
                runs.stopped.map_or(result, Err)
            })
        })
    }

    /// The elements of all maps; global variables follow, one list a section.
    ///
    /// # Errors
    ///
    /// Tables of the module that are damaged, or a map that cannot be made.
    pub fn bpf_maps(&mut self) -> Result<Vec<MapDump>, Fault> {
        self.bpf(|cx| dump(cx))
    }

    /// Puts an element into a map, as user space would before the program runs. The inner error is Linux's.
    ///
    /// # Errors
    ///
    /// No map of that name.
    pub fn bpf_map_update(
        &mut self,
        map: &str,
        key: &[u8],
        value: &[u8],
        flags: u64,
    ) -> Result<Result<(), Errno>, Fault> {
        self.bpf(|cx| update(cx, map, key, value, flags))
    }

    /// Takes out what a ring buffer or perf event array holds.
    ///
    /// # Errors
    ///
    /// No map of that name.
    pub fn bpf_records(&mut self, map: &str) -> Result<Vec<Vec<u8>>, Fault> {
        self.bpf(|cx| {
            let mut bpf = bpf::state(cx)?;
            let found = bpf.named(cx, map);
            let (loaded, _) = found.ok_or_else(|| Trap::MissingFunction(map.into()))?;
            Ok(loaded.map.ring().map(|ring| ring.drain()).unwrap_or_default())
        })
    }
}
