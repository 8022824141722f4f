//! Packets: copying in and out, moving the ends, checksums, redirection.

use svm_memory::GuestPtr;

use super::super::context::{End, adjust, packet};
use super::super::state;
use super::status;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// What XDP and socket programs do with their packet.
    pub static TABLE = [
        "long bpf_skb_load_bytes(const void *skb, uint32_t offset, void *to[w len], uint32_t len)"
            => load_bytes: skb, offset, to, len,
        "long bpf_skb_store_bytes(void *skb, uint32_t offset, const void *from[r len], uint32_t len, uint64_t flags)"
            => skb_store_bytes: skb, offset, from, len, flags,
        "long bpf_xdp_load_bytes(void *xdp, uint32_t offset, void *to[w len], uint32_t len)"
            => xdp_load_bytes: xdp, offset, to, len,
        "long bpf_xdp_store_bytes(void *xdp, uint32_t offset, void *from[r len], uint32_t len)"
            => store_bytes: xdp, offset, from, len,
        "uint64_t bpf_xdp_get_buff_len(void *xdp)" => buff_len: xdp,
        "long bpf_xdp_adjust_head(void *xdp, int delta)" => adjust_head: xdp, delta,
        "long bpf_xdp_adjust_meta(void *xdp, int delta)" => adjust_meta: xdp, delta,
        "long bpf_xdp_adjust_tail(void *xdp, int delta)" => adjust_tail: xdp, delta,
        "long bpf_skb_change_tail(void *skb, uint32_t len, uint64_t flags)" => change_tail: skb, len, flags,
        "long bpf_skb_pull_data(void *skb, uint32_t len)" => pull_data: skb, len,
        "long bpf_l3_csum_replace(void *skb, uint32_t offset, uint64_t from, uint64_t to, uint64_t size)"
            => l3_csum_replace: skb, offset, from, to, size,
        "long bpf_l4_csum_replace(void *skb, uint32_t offset, uint64_t from, uint64_t to, uint64_t flags)"
            => l4_csum_replace: skb, offset, from, to, flags,
        "long bpf_csum_diff(void *from[r from_size], uint32_t from_size, void *to[r to_size], uint32_t to_size, uint32_t seed)"
            => csum_diff: from, from_size, to, to_size, seed,
        "long bpf_redirect_map(void *map, uint32_t key, uint64_t flags)" => redirect_map: map, key, flags,
        "long svm.bpf.ld_abs(void *context, uint64_t offset, uint32_t size)" => ld_abs: context, offset, size,
    ];
}

/// `XDP_REDIRECT`.
const XDP_REDIRECT: i64 = 4;

fn load_bytes(cx: &mut Cx<'_>, skb: GuestPtr, offset: u32, to: GuestPtr, len: u32) -> Result<i64> {
    let to = cx.mem().slice_mut(to, u64::from(len))?;
    match packet(cx, skb)?.bytes(cx, u64::from(offset), u64::from(len)) {
        Some(from) => {
            to.copy_from_guest(&from.as_slice());
            Ok(0)
        }
        None => {
            to.fill(0);
            Ok(status(Err(libc::EFAULT)))
        }
    }
}

fn xdp_load_bytes(cx: &mut Cx<'_>, xdp: GuestPtr, offset: u32, to: GuestPtr, len: u32) -> Result<i64> {
    let target = cx.mem().slice_mut(to, u64::from(len))?;
    match packet(cx, xdp)?.bytes(cx, u64::from(offset), u64::from(len)) {
        Some(from) => {
            target.copy_from_guest(&from.as_slice());
            Ok(0)
        }
        None => Ok(status(Err(libc::EINVAL))),
    }
}

fn store_bytes(cx: &mut Cx<'_>, context: GuestPtr, offset: u32, from: GuestPtr, len: u32) -> Result<i64> {
    let from = cx.mem().slice(from, u64::from(len))?;
    match packet(cx, context)?.bytes(cx, u64::from(offset), u64::from(len)) {
        Some(to) => {
            to.copy_from_guest(&from);
            Ok(0)
        }
        None => Ok(status(Err(libc::EINVAL))),
    }
}

fn skb_store_bytes(
    cx: &mut Cx<'_>,
    skb: GuestPtr,
    offset: u32,
    from: GuestPtr,
    len: u32,
    flags: u64,
) -> Result<i64> {
    // BPF_F_RECOMPUTE_CSUM and BPF_F_INVALIDATE_HASH concern the kernel's own bookkeeping.
    if flags & !3 != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    match store_bytes(cx, skb, offset, from, len)? {
        0 => Ok(0),
        _ => Ok(status(Err(libc::EFAULT))),
    }
}

fn buff_len(cx: &mut Cx<'_>, xdp: GuestPtr) -> Result<u64> {
    Ok(packet(cx, xdp)?.size())
}

fn adjust_head(cx: &mut Cx<'_>, xdp: GuestPtr, delta: i32) -> Result<i64> {
    Ok(status(adjust(cx, xdp, End::Head, i64::from(delta))?))
}

fn adjust_meta(cx: &mut Cx<'_>, xdp: GuestPtr, delta: i32) -> Result<i64> {
    Ok(status(adjust(cx, xdp, End::Meta, i64::from(delta))?))
}

fn adjust_tail(cx: &mut Cx<'_>, xdp: GuestPtr, delta: i32) -> Result<i64> {
    Ok(status(adjust(cx, xdp, End::Tail, i64::from(delta))?))
}

fn change_tail(cx: &mut Cx<'_>, skb: GuestPtr, len: u32, flags: u64) -> Result<i64> {
    if flags != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let delta = i64::from(len) - packet(cx, skb)?.size() as i64;
    Ok(status(adjust(cx, skb, End::Tail, delta)?))
}

/// All of the packet can be read directly here; it stays where it is, but pointers into it are stale as ever.
fn pull_data(cx: &mut Cx<'_>, skb: GuestPtr, len: u32) -> Result<i64> {
    if u64::from(len) > packet(cx, skb)?.size() {
        return Ok(status(Err(libc::ENOMEM)));
    }
    Ok(status(adjust(cx, skb, End::Tail, 0)?))
}

/// Adds ones' complement numbers (RFC 1071).
fn add(a: u32, b: u32) -> u32 {
    let (sum, carry) = a.overflowing_add(b);
    sum + u32::from(carry)
}

fn fold(sum: u32) -> u16 {
    let sum = (sum & 0xffff) + (sum >> 16);
    ((sum & 0xffff) + (sum >> 16)) as u16
}

/// The checksum of a header in which a field changed by `difference`.
fn replaced(checksum: u16, difference: u32) -> u16 {
    !fold(add(u32::from(!checksum), difference))
}

/// What replacing `from` by `to` adds to a sum; sizes 2 and 4, or 0 where `to` is the difference itself.
fn difference(from: u64, to: u64, size: u64) -> Option<u32> {
    match size {
        0 if from == 0 => Some(to as u32),
        2 => Some(add(u32::from(!(from as u16)), u32::from(to as u16))),
        4 => Some(add(!(from as u32), to as u32)),
        _ => None,
    }
}

fn l3_csum_replace(
    cx: &mut Cx<'_>,
    skb: GuestPtr,
    offset: u32,
    from: u64,
    to: u64,
    size: u64,
) -> Result<i64> {
    csum_replace(cx, skb, offset, difference(from, to, size), false)
}

fn l4_csum_replace(
    cx: &mut Cx<'_>,
    skb: GuestPtr,
    offset: u32,
    from: u64,
    to: u64,
    flags: u64,
) -> Result<i64> {
    // BPF_F_PSEUDO_HDR (0x10) is for sums that hardware completes; BPF_F_MARK_MANGLED_0 (0x20) and _MARK_ENFORCE
    // (0x40) are UDP's zero.
    let known = flags & !0x7f == 0;
    let change = difference(from, to, flags & 0xf).filter(|_| known);
    csum_replace(cx, skb, offset, change, flags & 0x20 != 0)
}

fn csum_replace(
    cx: &mut Cx<'_>,
    skb: GuestPtr,
    offset: u32,
    change: Option<u32>,
    zero_means_none: bool,
) -> Result<i64> {
    let packet = packet(cx, skb)?;
    let Some(change) = change else { return Ok(status(Err(libc::EINVAL))) };
    if !offset.is_multiple_of(2) {
        return Ok(status(Err(libc::EFAULT)));
    }
    let Some(field) = packet.bytes(cx, u64::from(offset), 2) else { return Ok(status(Err(libc::EFAULT))) };
    let old = u16::from_le_bytes([field.get(0).unwrap_or(0), field.get(1).unwrap_or(0)]);
    if zero_means_none && old == 0 {
        return Ok(0);
    }
    let new = match replaced(old, change) {
        0 if zero_means_none => 0xffff,
        new => new,
    };
    field.copy_from(0, &new.to_le_bytes());
    Ok(0)
}

/// The ones' complement sum of `to` less that of `from`, on top of `seed`.
fn csum_diff(
    cx: &mut Cx<'_>,
    from: GuestPtr,
    from_size: u32,
    to: GuestPtr,
    to_size: u32,
    seed: u32,
) -> Result<i64> {
    if !from_size.is_multiple_of(4)
        || !to_size.is_multiple_of(4)
        || u64::from(from_size) + u64::from(to_size) > 512
    {
        return Ok(status(Err(libc::EINVAL)));
    }
    let words = |p: GuestPtr, size: u32| -> Result<Vec<u32>> {
        let bytes = cx.mem().slice(p, u64::from(size))?.to_vec();
        Ok(bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect())
    };
    let mut sum = seed;
    for word in words(from, from_size)? {
        sum = add(sum, !word);
    }
    for word in words(to, to_size)? {
        sum = add(sum, word);
    }
    Ok(i64::from(sum))
}

/// To the interface or processor at a key of the map; without one, what the flags' low bits say.
fn redirect_map(cx: &mut Cx<'_>, map: GuestPtr, key: u32, flags: u64) -> Result<i64> {
    let mem = cx.mem();
    let mut bpf = state(cx)?;
    let (loaded, mut values) = bpf.map(cx, map)?;
    let there = loaded.map.entries().iter().any(|e| e.key == key.to_le_bytes());
    let target = if there { loaded.map.lookup(&mut values, &key.to_le_bytes()).ok().flatten() } else { None };
    match target {
        Some(value) => {
            bpf.redirected = Some(mem.load(value)?);
            Ok(XDP_REDIRECT)
        }
        None => Ok((flags & 3) as i64),
    }
}

/// Bytes of the packet in host order; -1, which ends the program, where there are none.
fn ld_abs(cx: &mut Cx<'_>, context: GuestPtr, offset: u64, size: u32) -> Result<i64> {
    let packet = packet(cx, context)?;
    let bytes = packet.bytes(cx, offset, u64::from(size.min(8)));
    Ok(bytes.map_or(-1, |b| b.as_slice().iter().fold(0, |n, byte| n << 8 | i64::from(byte))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksum of RFC 1071 over a header with its own field zero.
    fn checksum(words: &[u16]) -> u16 {
        !fold(words.iter().fold(0, |sum, w| add(sum, u32::from(*w))))
    }

    #[test]
    fn replacing_a_field_gives_the_checksum_of_the_new_header() {
        let mut header = [0x0045, 0x5400, 0x1234, 0x0040, 0x0140, 0xa8c0, 0x0100, 0xa8c0, 0x0200];
        let old = checksum(&header);
        let (from, to) = (header[5], 0x1f0a);
        header[5] = to;
        assert_eq!(replaced(old, difference(from.into(), to.into(), 2).unwrap()), checksum(&header));
        let (from, to) = (u32::from(header[6]) | u32::from(header[7]) << 16, 0x0403_0201u32);
        let before = checksum(&header);
        (header[6], header[7]) = (0x0201, 0x0403);
        assert_eq!(replaced(before, difference(from.into(), to.into(), 4).unwrap()), checksum(&header));
        assert_eq!(difference(1, 2, 3), None);
    }
}
