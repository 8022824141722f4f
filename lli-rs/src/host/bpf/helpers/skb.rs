//! Socket buffers at traffic control: tags, room in the middle, hashes, redirection.

use svm_memory::GuestPtr;

use super::super::context::{End, Kind, adjust, packet, resize};
use super::super::{state, vlan};
use super::status;
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// What only socket buffers have.
    pub static TABLE = [
        "long bpf_skb_vlan_push(void *skb, uint32_t proto, uint32_t tci)" => vlan_push: skb, proto, tci,
        "long bpf_skb_vlan_pop(void *skb)" => vlan_pop: skb,
        "long bpf_skb_change_head(void *skb, uint32_t len, uint64_t flags)" => change_head: skb, len, flags,
        "long bpf_skb_change_proto(void *skb, uint32_t proto, uint64_t flags)" => change_proto: skb, proto, flags,
        "long bpf_skb_change_type(void *skb, uint32_t type)" => change_type: skb, kind,
        "long bpf_skb_adjust_room(void *skb, int delta, uint32_t mode, uint64_t flags)"
            => adjust_room: skb, delta, mode, flags,
        "long bpf_skb_load_bytes_relative(const void *skb, uint32_t offset, void *to[w len], uint32_t len, uint32_t header)"
            => load_relative: skb, offset, to, len, header,
        "long bpf_skb_ecn_set_ce(void *skb)" => ecn_set_ce: skb,
        "uint32_t bpf_get_hash_recalc(void *skb)" => hash_recalc: skb,
        "void bpf_set_hash_invalid(void *skb)" => hash_invalid: skb,
        "long bpf_set_hash(void *skb, uint32_t hash)" => set_hash: skb, hash,
        "long bpf_csum_update(void *skb, uint32_t sum)" => csum_update: skb, sum,
        "long bpf_clone_redirect(void *skb, uint32_t interface, uint64_t flags)"
            => clone_redirect: skb, interface, flags,
        "long bpf_redirect(uint32_t interface, uint64_t flags)" => redirect: interface, flags,
        "long bpf_redirect_peer(uint32_t interface, uint64_t flags)" => redirect_peer: interface, flags,
        "long bpf_redirect_neigh(uint32_t interface, void *params, int size, uint64_t flags)"
            => redirect_neigh: interface, params, size, flags,
    ];
}

/// Fields of `struct __sk_buff`.
const PKT_TYPE: i64 = 4;
const PROTOCOL: i64 = 16;
const HASH: i64 = 68;

const ETHERNET: u64 = 14;
const ETH_P_IP: u64 = 0x0800;
const ETH_P_IPV6: u64 = 0x86dd;
/// What an IPv6 header has more than an IPv4 one.
const V6_MORE: i64 = 20;

const XDP_ABORTED: i64 = 0;
const XDP_REDIRECT: i64 = 4;
const TC_ACT_SHOT: i64 = 2;
const TC_ACT_REDIRECT: i64 = 7;

fn vlan_push(cx: &mut Cx<'_>, skb: GuestPtr, proto: u32, tci: u32) -> Result<i64> {
    Ok(status(vlan::push(cx, skb, proto, tci)?))
}

fn vlan_pop(cx: &mut Cx<'_>, skb: GuestPtr) -> Result<i64> {
    vlan::pop(cx, skb)?;
    Ok(0)
}

/// Room before the packet, zeroed.
fn change_head(cx: &mut Cx<'_>, skb: GuestPtr, len: u32, flags: u64) -> Result<i64> {
    if flags != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    Ok(status(adjust(cx, skb, End::Head, -i64::from(len))?))
}

/// The size of the network header's fixed part, by the frame's type.
fn network_header(cx: &Cx<'_>, skb: GuestPtr) -> Result<Option<(u64, u64)>> {
    let kind = packet(cx, skb)?.read_be(cx, ETHERNET - 2, 2);
    Ok(kind.and_then(|kind| match kind {
        ETH_P_IP => Some((kind, 20)),
        ETH_P_IPV6 => Some((kind, 40)),
        _ => None,
    }))
}

/// Between IPv4 and IPv6: the room for the other header; its content is the program's affair.
fn change_proto(cx: &mut Cx<'_>, skb: GuestPtr, proto: u32, flags: u64) -> Result<i64> {
    let to = u64::from((proto as u16).swap_bytes());
    let delta = match (network_header(cx, skb)?, to) {
        (Some((ETH_P_IP, _)), ETH_P_IPV6) => V6_MORE,
        (Some((ETH_P_IPV6, _)), ETH_P_IP) => -V6_MORE,
        _ => return Ok(status(Err(libc::ENOTSUP))),
    };
    if flags != 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let done = resize(cx, skb, ETHERNET, delta)?;
    if done.is_ok() {
        cx.mem().store(skb.offset(PROTOCOL), u32::from((to as u16).to_be()))?;
    }
    Ok(status(done))
}

/// To whom the packet was addressed, `PACKET_HOST` to `PACKET_OTHERHOST`.
fn change_type(cx: &mut Cx<'_>, skb: GuestPtr, kind: u32) -> Result<i64> {
    packet(cx, skb)?;
    if kind > 3 {
        return Ok(status(Err(libc::EINVAL)));
    }
    cx.mem().store(skb.offset(PKT_TYPE), kind)?;
    Ok(0)
}

/// Room behind the network header (mode 0) or the link's (mode 1). The flags tell the kernel what an encapsulation is.
fn adjust_room(cx: &mut Cx<'_>, skb: GuestPtr, delta: i32, mode: u32, _: u64) -> Result<i64> {
    let at = match (mode, network_header(cx, skb)?) {
        (0, Some((_, size))) => ETHERNET + size,
        (1, Some(_)) => ETHERNET,
        (0 | 1, None) => return Ok(status(Err(libc::ENOTSUP))),
        _ => return Ok(status(Err(libc::EINVAL))),
    };
    if delta.unsigned_abs() > 0xfff {
        return Ok(status(Err(libc::EFAULT)));
    }
    Ok(status(resize(cx, skb, at, i64::from(delta))?))
}

/// As `bpf_skb_load_bytes`, from the link's header (0) or the network's (1) on.
fn load_relative(
    cx: &mut Cx<'_>,
    skb: GuestPtr,
    offset: u32,
    to: GuestPtr,
    len: u32,
    header: u32,
) -> Result<i64> {
    let target = cx.mem().slice_mut(to, u64::from(len))?;
    let start = if header == 1 { ETHERNET } else { 0 };
    match packet(cx, skb)?.bytes(cx, start + u64::from(offset), u64::from(len)) {
        Some(from) if header <= 1 => {
            target.copy_from_guest(&from.as_slice());
            Ok(0)
        }
        _ => {
            target.fill(0);
            Ok(status(Err(libc::EFAULT)))
        }
    }
}

/// Marks the packet as having met congestion (RFC 3168), if its sender understands that; 1 if it is marked then.
fn ecn_set_ce(cx: &mut Cx<'_>, skb: GuestPtr) -> Result<i64> {
    // The two ECN bits end the second byte of IPv4's header, and lie in the middle of it in IPv6's.
    let (shift, v4) = match network_header(cx, skb)? {
        Some((ETH_P_IP, _)) => (0, true),
        Some(_) => (4, false),
        None => return Ok(0),
    };
    let here = packet(cx, skb)?;
    let (Some(field), Some(sum)) = (here.bytes(cx, ETHERNET + 1, 1), here.bytes(cx, ETHERNET + 10, 2)) else {
        return Ok(0);
    };
    let old = field.get(0).unwrap_or(0);
    let ecn = old >> shift & 3;
    if ecn == 0 || ecn == 3 {
        return Ok(i64::from(ecn == 3));
    }
    let new = old | 3 << shift;
    field.set(0, new);
    if v4 {
        let check = u16::from_be_bytes([sum.get(0).unwrap_or(0), sum.get(1).unwrap_or(0)]);
        let added = u32::from(!check) + u32::from(new - old);
        sum.copy_from(0, &(!((added & 0xffff) + (added >> 16)) as u16).to_be_bytes());
    }
    Ok(1)
}

/// The flow's hash: the context's, or else one of the addresses and ports, which stays there.
fn hash_recalc(cx: &mut Cx<'_>, skb: GuestPtr) -> Result<u32> {
    let here = packet(cx, skb)?;
    let known: u32 = cx.mem().load(skb.offset(HASH))?;
    if known != 0 {
        return Ok(known);
    }
    let (addresses, ports) = match network_header(cx, skb)? {
        Some((ETH_P_IP, size)) => (here.bytes(cx, ETHERNET + 12, 8), ETHERNET + size),
        Some((_, size)) => (here.bytes(cx, ETHERNET + 8, 32), ETHERNET + size),
        None => (here.bytes(cx, 0, 12), u64::MAX),
    };
    let bytes = addresses.into_iter().chain(here.bytes(cx, ports, 4)).flat_map(|b| b.as_slice().to_vec());
    // FNV-1a (Fowler, Noll, Vo).
    let hash = bytes.fold(0x811c_9dc5u32, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    cx.mem().store(skb.offset(HASH), hash.max(1))?;
    Ok(hash.max(1))
}

fn hash_invalid(cx: &mut Cx<'_>, skb: GuestPtr) -> Result<()> {
    set_hash(cx, skb, 0).map(drop)
}

fn set_hash(cx: &mut Cx<'_>, skb: GuestPtr, hash: u32) -> Result<i64> {
    packet(cx, skb)?;
    cx.mem().store(skb.offset(HASH), hash)?;
    Ok(0)
}

/// There is no checksum of the whole packet from a device.
fn csum_update(cx: &mut Cx<'_>, skb: GuestPtr, _: u32) -> Result<i64> {
    packet(cx, skb)?;
    Ok(status(Err(libc::EOPNOTSUPP)))
}

/// A copy goes to an interface; where the copies go is nobody's interest here.
fn clone_redirect(cx: &mut Cx<'_>, skb: GuestPtr, interface: u32, flags: u64) -> Result<i64> {
    packet(cx, skb)?;
    if flags > 1 {
        return Ok(status(Err(libc::EINVAL)));
    }
    state(cx)?.redirected = Some(interface);
    Ok(0)
}

/// The verdict that sends the packet to an interface, by the program's type.
fn redirect(cx: &mut Cx<'_>, interface: u32, flags: u64) -> Result<i64> {
    let mut bpf = state(cx)?;
    let at_traffic_control = bpf.packet.is_some_and(|p| p.kind() == Kind::Skb);
    let (done, refused) =
        if at_traffic_control { (TC_ACT_REDIRECT, TC_ACT_SHOT) } else { (XDP_REDIRECT, XDP_ABORTED) };
    if flags > 1 {
        return Ok(refused);
    }
    bpf.redirected = Some(interface);
    Ok(done)
}

fn redirect_peer(cx: &mut Cx<'_>, interface: u32, flags: u64) -> Result<i64> {
    if flags != 0 { Ok(TC_ACT_SHOT) } else { redirect(cx, interface, 0) }
}

/// `params`, if given, names the next hop, which nobody asks for here.
fn redirect_neigh(cx: &mut Cx<'_>, interface: u32, params: GuestPtr, size: i32, flags: u64) -> Result<i64> {
    if !params.is_null() {
        cx.mem().slice(params, u64::from(size.max(0) as u32))?;
    }
    if flags != 0 { Ok(TC_ACT_SHOT) } else { redirect(cx, interface, 0) }
}
