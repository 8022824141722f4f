//! Ring buffers and perf events.

use svm_memory::{GuestPtr, ObjectKind};

use super::super::state;
use super::status;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Output of records.
    pub static TABLE = [
        "long bpf_ringbuf_output(void *ring, void *data[r size], uint64_t size, uint64_t flags)"
            => output: ring, data, size, flags,
        "void *bpf_ringbuf_reserve(void *ring, uint64_t size, uint64_t flags)" => reserve: ring, size, flags,
        "void bpf_ringbuf_submit(void *record, uint64_t flags)" => submit: record, flags,
        "void bpf_ringbuf_discard(void *record, uint64_t flags)" => discard: record, flags,
        "uint64_t bpf_ringbuf_query(void *ring, uint64_t flags)" => query: ring, flags,
        "long bpf_perf_event_output(void *context, void *map, uint64_t flags, void *data[r size], uint64_t size)"
            => perf_output: context, map, flags, data, size,
        "long bpf_skb_output(void *context, void *map, uint64_t flags, void *data[r size], uint64_t size)"
            => perf_output: context, map, flags, data, size,
        "long bpf_xdp_output(void *context, void *map, uint64_t flags, void *data[r size], uint64_t size)"
            => perf_output: context, map, flags, data, size,
    ];
}

/// `BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP`.
const WAKEUP_FLAGS: u64 = 3;
/// `BPF_F_CURRENT_CPU`, also the mask of the index in the flags.
const CURRENT_CPU: u64 = 0xffff_ffff;
/// `BPF_F_CTXLEN_MASK`: so many bytes of the packet follow the data.
const CONTEXT_LEN: u64 = 0xf_ffff << 32;

fn output(cx: &mut Cx<'_>, ring: GuestPtr, data: GuestPtr, size: u64, flags: u64) -> Result<i64> {
    let bytes = cx.mem().slice(data, size)?.to_vec();
    let mut bpf = state(cx)?;
    let (loaded, values) = bpf.map(cx, ring)?;
    Ok(match loaded.map.ring() {
        Some(ring) if flags & !WAKEUP_FLAGS == 0 => status(ring.output(values.cpu, bytes)),
        _ => status(Err(libc::EINVAL)),
    })
}

fn reserve(cx: &mut Cx<'_>, ring: GuestPtr, size: u64, flags: u64) -> Result<GuestPtr> {
    let mut bpf = state(cx)?;
    let (loaded, values) = bpf.map(cx, ring)?;
    let Some(ring) = loaded.map.ring().filter(|ring| flags == 0 && ring.has_room(size)) else {
        return Ok(GuestPtr::NULL);
    };
    let Ok(p) = values.mem.alloc(size, 8, ObjectKind::Record, values.site()) else {
        return Ok(GuestPtr::NULL);
    };
    ring.reserve(p, size);
    Ok(p)
}

fn submit(cx: &mut Cx<'_>, record: GuestPtr, _: u64) -> Result<()> {
    finish(cx, record, true)
}

fn discard(cx: &mut Cx<'_>, record: GuestPtr, _: u64) -> Result<()> {
    finish(cx, record, false)
}

/// Ends a reservation; the record's object ends, so that later uses of it are faults.
fn finish(cx: &mut Cx<'_>, record: GuestPtr, keep: bool) -> Result<()> {
    let mut bpf = state(cx)?;
    let rings = bpf.maps.iter_mut().filter_map(|m| m.map.ring());
    for ring in rings {
        let Some(size) = ring.reserved(record) else { continue };
        let bytes = if keep { Some(cx.mem().slice(record, size)?.to_vec()) } else { None };
        ring.finish(record, bytes);
        let site = cx.site();
        cx.mem().release_at(record, site);
        return Ok(());
    }
    drop(bpf);
    // A record that was submitted before: the fault tells where.
    cx.mem().slice(record, 1)?;
    Err(cx.misuse_of(cx.mem().object(record), "was given a pointer that is no reserved record"))
}

/// `BPF_RB_AVAIL_DATA`, `_RING_SIZE`, `_CONS_POS`, `_PROD_POS`; what was consumed is not counted.
fn query(cx: &mut Cx<'_>, ring: GuestPtr, flags: u64) -> Result<u64> {
    let mut bpf = state(cx)?;
    let (used, capacity) = bpf.map(cx, ring)?.0.map.ring().map_or((0, 0), |ring| ring.fill());
    Ok(match flags {
        0 | 3 => used,
        1 => capacity,
        _ => 0,
    })
}

fn perf_output(
    cx: &mut Cx<'_>,
    context: GuestPtr,
    map: GuestPtr,
    flags: u64,
    data: GuestPtr,
    size: u64,
) -> Result<i64> {
    let mut bytes = cx.mem().slice(data, size)?.to_vec();
    let appended = (flags & CONTEXT_LEN) >> 32;
    if appended > 0 {
        let packet = super::super::context::packet(cx, context)?;
        let Some(tail) = packet.bytes(cx, 0, appended) else { return Ok(status(Err(libc::EFAULT))) };
        bytes.extend(tail.as_slice().iter());
    }
    let index = flags & CURRENT_CPU;
    if flags & !(CURRENT_CPU | CONTEXT_LEN) != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let mut bpf = state(cx)?;
    let cpus = bpf.cpus;
    let (loaded, values) = bpf.map(cx, map)?;
    // libbpf makes an array without a size as large as there are processors.
    let events = if loaded.def.max_entries == 0 { cpus } else { loaded.def.max_entries };
    let index = if index == CURRENT_CPU { u64::from(values.cpu) } else { index };
    if index >= u64::from(events) {
        return Ok(status(Err(libc::E2BIG)));
    }
    if index != u64::from(values.cpu) {
        // Another processor's buffer.
        return Ok(status(Err(libc::EOPNOTSUPP)));
    }
    Ok(loaded.map.ring().map_or(status(Err(libc::EINVAL)), |ring| status(ring.output(values.cpu, bytes))))
}
