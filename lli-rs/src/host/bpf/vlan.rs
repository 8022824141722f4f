//! VLAN tags of socket buffers. As in the kernel, the outermost tag is not in the packet's bytes while a program runs: the
//! context's fields hold it, and it goes back into the packet when that is sent on.

use svm_memory::GuestPtr;

use super::context::{packet, resize};
use super::maps::Errno;
use crate::machine::{Cx, Result};

/// Fields of `struct __sk_buff`.
const PROTOCOL: i64 = 16;
const PRESENT: i64 = 20;
const TCI: i64 = 24;
const PROTO: i64 = 28;

/// Where the type of an Ethernet frame, or its first tag, stands.
const TYPE: u64 = 12;
/// Bytes of a tag.
const TAG: i64 = 4;
const ETH_P_8021Q: u64 = 0x8100;
const ETH_P_8021AD: u64 = 0x88a8;

fn is_tag(kind: u64) -> bool {
    matches!(kind, ETH_P_8021Q | ETH_P_8021AD)
}

/// A type as the context has it: in network order, in the low half of the word.
fn field(kind: u64) -> u32 {
    u32::from((kind as u16).to_be())
}

/// The tag beside the packet: its type and its TCI.
fn beside(cx: &Cx<'_>, skb: GuestPtr) -> Result<Option<(u64, u64)>> {
    let load = |at: i64| cx.mem().load::<u32>(skb.offset(at));
    let kind = u64::from((load(PROTO)? as u16).swap_bytes());
    Ok(if load(PRESENT)? != 0 { Some((kind, u64::from(load(TCI)?))) } else { None })
}

fn set_beside(cx: &Cx<'_>, skb: GuestPtr, tag: Option<(u64, u64)>) -> Result<()> {
    let (kind, tci) = tag.unwrap_or((0, 0));
    for (at, value) in [(PRESENT, u32::from(tag.is_some())), (TCI, tci as u32), (PROTO, field(kind))] {
        cx.mem().store(skb.offset(at), value)?;
    }
    Ok(())
}

/// Puts a tag into the packet's bytes.
fn insert(cx: &Cx<'_>, skb: GuestPtr, (kind, tci): (u64, u64)) -> Result<std::result::Result<(), Errno>> {
    if let Err(errno) = resize(cx, skb, TYPE, TAG)? {
        return Ok(Err(errno));
    }
    if let Some(bytes) = packet(cx, skb)?.bytes(cx, TYPE, TAG as u64) {
        bytes.copy_from(0, &((kind << 16 | tci & 0xffff) as u32).to_be_bytes());
    }
    Ok(Ok(()))
}

/// Takes the first tag out of the packet's bytes, if there is one.
fn take(cx: &Cx<'_>, skb: GuestPtr) -> Result<Option<(u64, u64)>> {
    let here = packet(cx, skb)?;
    let tag = here.read_be(cx, TYPE, 2).filter(|kind| is_tag(*kind)).zip(here.read_be(cx, TYPE + 2, 2));
    if tag.is_some() && resize(cx, skb, TYPE, -TAG)?.is_err() {
        return Ok(None);
    }
    Ok(tag)
}

fn set_protocol(cx: &Cx<'_>, skb: GuestPtr) -> Result<()> {
    if let Some(kind) = packet(cx, skb)?.read_be(cx, TYPE, 2) {
        cx.mem().store(skb.offset(PROTOCOL), field(kind))?;
    }
    Ok(())
}

/// A packet has come in: its outermost tag moves beside it.
pub(super) fn receive(cx: &Cx<'_>, skb: GuestPtr) -> Result<()> {
    let tag = take(cx, skb)?;
    set_beside(cx, skb, tag)?;
    set_protocol(cx, skb)
}

/// A packet goes out: the tag beside it is its outermost one.
pub(super) fn send(cx: &Cx<'_>, skb: GuestPtr) -> Result<()> {
    if let Some(tag) = beside(cx, skb)? {
        // What no longer fits goes out without its tag, as a device would have to drop it.
        let _ = insert(cx, skb, tag)?;
    }
    Ok(())
}

/// `bpf_skb_vlan_push`: a new outermost tag.
pub(super) fn push(
    cx: &Cx<'_>,
    skb: GuestPtr,
    kind: u32,
    tci: u32,
) -> Result<std::result::Result<(), Errno>> {
    let kind = match u64::from((kind as u16).swap_bytes()) {
        kind if is_tag(kind) => kind,
        _ => ETH_P_8021Q,
    };
    if let Some(old) = beside(cx, skb)? {
        if let Err(errno) = insert(cx, skb, old)? {
            return Ok(Err(errno));
        }
        set_protocol(cx, skb)?;
    }
    set_beside(cx, skb, Some((kind, u64::from(tci & 0xffff))))?;
    Ok(Ok(()))
}

/// `bpf_skb_vlan_pop`: without the outermost tag; the next one moves up.
pub(super) fn pop(cx: &Cx<'_>, skb: GuestPtr) -> Result<()> {
    if beside(cx, skb)?.is_none() {
        take(cx, skb)?;
    }
    receive(cx, skb)
}
