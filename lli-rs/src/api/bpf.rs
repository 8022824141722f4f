//! eBPF programs of an instance: running them on memory or packets, and their maps as user space sees them.

use svm_memory::SiteId;

use super::{Fault, Instance};
use crate::host::bpf::context::{self, Kind};
use crate::host::bpf::maps::{Entry, EntryValue, Errno, Values};
use crate::host::bpf::{self, Program};
use crate::machine::{Cx, Result as Run, Trap};

/// A map's elements, read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapDump {
    /// Its name.
    pub name: String,
    /// Its type, a number of `enum bpf_map_type`.
    pub kind: u32,
    /// Key and value of each element; the key is empty where the kind has none.
    pub elements: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The program of that name; without a name, the only one, or else the first.
pub(crate) fn program(cx: &Cx<'_>, name: Option<&str>) -> Run<Program> {
    let mut programs = bpf::programs(cx)?.into_iter();
    let found = programs.find(|p| name.is_none_or(|n| p.name == n));
    found.ok_or_else(|| Trap::MissingFunction(name.unwrap_or("an eBPF program").into()))
}

fn bytes(cx: &Cx<'_>, entry: Entry) -> Run<(Vec<u8>, Vec<u8>)> {
    let value = match entry.value {
        EntryValue::Bytes(bytes) => bytes,
        EntryValue::Object(p) => cx.mem().slice(p, cx.mem().size_of(p)?)?.to_vec(),
    };
    Ok((entry.key, value))
}

/// All maps, then the global variables, one map a section.
pub(crate) fn dump(cx: &Cx<'_>) -> Run<Vec<MapDump>> {
    let mut dumps = Vec::new();
    for map in &bpf::state(cx)?.maps {
        let elements = map.map.entries().into_iter().map(|e| bytes(cx, e)).collect::<Run<_>>()?;
        dumps.push(MapDump { name: map.def.name.clone(), kind: map.def.kind, elements });
    }
    for variable in bpf::variables(cx)? {
        let value = cx.mem().slice(variable.object, variable.size)?.to_vec();
        let element = (variable.name.into_bytes(), value);
        match dumps.iter_mut().find(|d| d.kind == 0 && d.name == variable.section) {
            Some(section) => section.elements.push(element),
            None => dumps.push(MapDump { name: variable.section, kind: 0, elements: vec![element] }),
        }
    }
    Ok(dumps)
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
            context::run_on_memory(cx, func, memory)
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
            context::run_on_packet(cx, program.func, Kind::of_section(&program.section), packet)
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
        self.bpf(|cx| {
            let mem = cx.mem();
            let mut ended = Vec::new();
            let mut bpf = bpf::state(cx)?;
            let loaded = bpf.named(map).ok_or_else(|| Trap::MissingFunction(map.into()))?;
            let fits =
                key.len() == loaded.def.key_size as usize && value.len() == loaded.def.value_size as usize;
            let mut values = Values { mem, site: SiteId::NONE, ended: &mut ended };
            let done =
                if fits { loaded.map.update(&mut values, key, value, flags) } else { Err(libc::EINVAL) };
            for (p, site) in ended {
                mem.release_at(p, site);
            }
            Ok(done)
        })
    }

    /// Takes out what a ring buffer or perf event array holds.
    ///
    /// # Errors
    ///
    /// No map of that name.
    pub fn bpf_records(&mut self, map: &str) -> Result<Vec<Vec<u8>>, Fault> {
        self.bpf(|cx| {
            let mut bpf = bpf::state(cx)?;
            let loaded = bpf.named(map).ok_or_else(|| Trap::MissingFunction(map.into()))?;
            Ok(loaded.map.ring().map(|ring| ring.drain()).unwrap_or_default())
        })
    }
}
