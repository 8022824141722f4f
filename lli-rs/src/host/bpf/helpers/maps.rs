//! Elements of maps.

use svm_memory::{GuestPtr, ObjectKind, SiteId};

use super::super::maps::{EntryValue, kind};
use super::super::state;
use super::control::CALLBACK;
use super::status;
use crate::host::host_table;
use crate::machine::{Cx, Limit, Result, Trap};

host_table! {
    /// Look-up, update, delete, push, pop, peek, iteration.
    pub static TABLE = [
        "void *bpf_map_lookup_elem(void *map, const void *key)" => lookup: map, key,
        "long bpf_map_update_elem(void *map, const void *key, const void *value, uint64_t flags)"
            => update: map, key, value, flags,
        "long bpf_map_delete_elem(void *map, const void *key)" => delete: map, key,
        "long bpf_map_push_elem(void *map, const void *value, uint64_t flags)" => push: map, value, flags,
        "long bpf_map_pop_elem(void *map, void *value)" => pop: map, value,
        "long bpf_map_peek_elem(void *map, void *value)" => peek: map, value,
        "void *bpf_map_lookup_percpu_elem(void *map, const void *key, uint32_t cpu)"
            => lookup_percpu: map, key, cpu,
        "long bpf_for_each_map_elem(void *map, void *callback, void *context, uint64_t flags)"
            => for_each: map, callback, context, flags,
        "void *svm.bpf.map_value(void *map, uint32_t offset)" => map_value: map, offset,
        "void *svm.bpf.map_by_index(uint32_t index)" => map_by_index: index,
    ];
}

/// Keys up to so many bytes are read onto the stack.
const SHORT_KEY: usize = 64;

/// A key or value, read once.
type Bytes = smallvec::SmallVec<[u8; 64]>;

fn bytes(cx: &Cx<'_>, p: GuestPtr, len: u32) -> Result<Bytes> {
    let slice = cx.mem().slice(p, u64::from(len))?;
    let mut bytes = Bytes::from_elem(0, slice.len());
    slice.copy_to(0, &mut bytes);
    Ok(bytes)
}

pub fn lookup(cx: &mut Cx<'_>, map: GuestPtr, key: GuestPtr) -> Result<GuestPtr> {
    let mut bpf = state(cx)?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    let (size, mut short, mut long) = (loaded.def.key_size as usize, [0; SHORT_KEY], Vec::new());
    let bytes = match short.get_mut(..size) {
        Some(bytes) => bytes,
        None => {
            long.resize(size, 0);
            &mut long[..]
        }
    };
    values.mem.read(key, bytes)?;
    match loaded.map.lookup(&mut values, bytes) {
        Ok(found) => Ok(found.unwrap_or(GuestPtr::NULL)),
        Err(libc::ENOMEM) => Err(Trap::Limit(Limit::Memory)),
        Err(_) => Ok(GuestPtr::NULL),
    }
}

/// Another processor's value; null beyond the last one.
fn lookup_percpu(cx: &mut Cx<'_>, map: GuestPtr, key: GuestPtr, cpu: u32) -> Result<GuestPtr> {
    let own = {
        let mut bpf = state(cx)?;
        let per_cpu = kind::is_per_cpu(bpf.map(cx, map)?.0.def.kind);
        if cpu >= if per_cpu { bpf.cpus } else { 1 } {
            return Ok(GuestPtr::NULL);
        }
        std::mem::replace(&mut bpf.cpu, cpu)
    };
    let found = lookup(cx, map, key);
    state(cx)?.cpu = own;
    found
}

fn update(cx: &mut Cx<'_>, map: GuestPtr, key: GuestPtr, value: GuestPtr, flags: u64) -> Result<i64> {
    let mut bpf = state(cx)?;
    let def = bpf.map(cx, map)?.0.def.clone();
    if kind::holds_pointers(def.kind) {
        // Only user space may change these.
        return Ok(status(Err(libc::EINVAL)));
    }
    let (key, value) = (bytes(cx, key, def.key_size)?, bytes(cx, value, def.value_size)?);
    let (loaded, mut values) = bpf.map(cx, map)?;
    Ok(status(loaded.map.update(&mut values, &key, &value, flags)))
}

fn delete(cx: &mut Cx<'_>, map: GuestPtr, key: GuestPtr) -> Result<i64> {
    let mut bpf = state(cx)?;
    let key_size = bpf.map(cx, map)?.0.def.key_size;
    let key = bytes(cx, key, key_size)?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    Ok(status(loaded.map.delete(&mut values, &key)))
}

fn push(cx: &mut Cx<'_>, map: GuestPtr, value: GuestPtr, flags: u64) -> Result<i64> {
    let mut bpf = state(cx)?;
    let size = bpf.map(cx, map)?.0.def.value_size;
    let value = bytes(cx, value, size)?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    Ok(status(loaded.map.push(&mut values, &value, flags)))
}

fn pop(cx: &mut Cx<'_>, map: GuestPtr, value: GuestPtr) -> Result<i64> {
    take(cx, map, value, true)
}

fn take(cx: &mut Cx<'_>, map: GuestPtr, value: GuestPtr, remove: bool) -> Result<i64> {
    let mut bpf = state(cx)?;
    let size = bpf.map(cx, map)?.0.def.value_size;
    let to = cx.mem().slice_mut(value, u64::from(size))?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    match loaded.map.pop(&mut values, remove) {
        Ok(bytes) => {
            to.copy_from(0, &bytes);
            Ok(0)
        }
        Err(errno) => {
            // As the kernel: without an element the value is zeroed.
            to.fill(0);
            Ok(status(Err(errno)))
        }
    }
}

/// Of a queue or stack the next element, of a bloom filter whether it may hold the value.
fn peek(cx: &mut Cx<'_>, map: GuestPtr, value: GuestPtr) -> Result<i64> {
    let mut bpf = state(cx)?;
    let def = bpf.map(cx, map)?.0.def.clone();
    if def.kind != kind::BLOOM_FILTER {
        drop(bpf);
        return take(cx, map, value, false);
    }
    let value = bytes(cx, value, def.value_size)?;
    Ok(match bpf.map(cx, map)?.0.map.contains(&value) {
        Ok(true) => 0,
        Ok(false) => status(Err(libc::ENOENT)),
        Err(errno) => status(Err(errno)),
    })
}

/// Calls `callback(map, key, value, context)` for each element until it returns 1; gives the number of calls.
fn for_each(
    cx: &mut Cx<'_>,
    map: GuestPtr,
    callback: GuestPtr,
    context: GuestPtr,
    flags: u64,
) -> Result<i64> {
    if flags != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let (entries, cpu) = {
        let mut bpf = state(cx)?;
        let cpu = bpf.cpu as usize;
        let (loaded, mut values) = bpf.map(cx, map)?;
        if matches!(loaded.def.kind, kind::ARRAY | kind::PERCPU_ARRAY) {
            // Elements that nobody has used yet exist, too.
            for index in 0..loaded.def.max_entries {
                let made = loaded.map.lookup(&mut values, &index.to_le_bytes());
                made.map_err(|_| Trap::Limit(Limit::Memory))?;
            }
        }
        (loaded.map.entries(), cpu)
    };
    let mut calls = 0;
    for entry in entries {
        let value = match entry.value {
            EntryValue::Object(value) => value,
            EntryValue::PerCpu(all) => all[cpu],
            EntryValue::Pointer(_) | EntryValue::Bytes(_) => return Ok(status(Err(libc::EINVAL))),
        };
        let key = cx.mem().alloc(entry.key.len() as u64, 8, ObjectKind::Context, SiteId::NONE);
        let key = key.map_err(|_| Trap::Limit(Limit::Memory))?;
        cx.mem().write(key, &entry.key)?;
        calls += 1;
        let args = [map.bits(), key.bits(), value.bits(), context.bits(), 0];
        let result = cx.call(callback, &CALLBACK, &args);
        cx.mem().release(key);
        if result? != 0 {
            break;
        }
    }
    Ok(calls)
}

/// A byte of an array's first value: how raw bytecode names global data.
fn map_value(cx: &mut Cx<'_>, map: GuestPtr, offset: u32) -> Result<GuestPtr> {
    let mut bpf = state(cx)?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    match loaded.map.lookup(&mut values, &0u32.to_le_bytes()) {
        Ok(Some(value)) => Ok(value.offset(i64::from(offset))),
        _ => Ok(GuestPtr::NULL),
    }
}

fn map_by_index(cx: &mut Cx<'_>, index: u32) -> Result<GuestPtr> {
    let bpf = state(cx)?;
    Ok(bpf.maps.get(index as usize).map_or(GuestPtr::NULL, |m| m.handle))
}
