//! What a program is run on: raw memory, or a packet with its context. The packet is the object in slot 0, so that its
//! pointers fit the 32-bit fields of `xdp_md` and `__sk_buff`. Moving an end of the packet begins a new object: what
//! the program held before is stale, as the kernel's verifier has it.

use svm_memory::{GuestPtr, ObjectKind, SiteId};

use super::{Bpf, Hold, maps::Errno, state, vlan};
use crate::interp::{Repeated, enter_guest};
use crate::ir::FuncId;
use crate::machine::{Cx, Limit, Process, Result, Trap, native};

/// Bytes before the packet that `bpf_xdp_adjust_head` can take: the kernel's 256 less its own frame of 40.
const HEADROOM: u64 = 216;
/// What a packet may grow to at its end: a page less headroom and the kernel's own at the tail.
const LARGEST_GROWN: u64 = 4096 - 256 - 320;
/// A packet keeps at least an Ethernet header.
const SMALLEST: u64 = 14;

/// `struct pt_regs` of x86-64.
const PT_REGS: u64 = 168;
/// The most arguments of a raw tracepoint, 8 bytes each.
const RAW_ARGUMENTS: u64 = 12 * 8;

/// The type of a program, as far as its context goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// r1 is memory, r2 its size.
    Raw,
    /// `struct xdp_md`.
    Xdp,
    /// `struct __sk_buff`, at traffic control: the result is what is to become of the packet.
    Skb,
    /// The same; the result is how many bytes of the packet the socket gets.
    Socket,
    /// The same; the result tells whether the packet may pass.
    Cgroup,
    /// What a tracepoint or probe gives: a record that the program cannot change. So many bytes of zeros stand for a
    /// record that is not given.
    Trace(u64),
}

impl Kind {
    /// By the name of a program's section, as libbpf has it.
    pub fn of_section(section: &str) -> Kind {
        let head = section.trim_start_matches('?').split(['/', '.']).next().unwrap_or("");
        match head {
            "xdp" => Kind::Xdp,
            "tc" | "tcx" | "classifier" | "action" | "netkit" | "lwt_in" | "lwt_out" | "lwt_xmit" => {
                Kind::Skb
            }
            "socket" => Kind::Socket,
            "cgroup_skb" => Kind::Cgroup,
            "kprobe" | "kretprobe" | "uprobe" | "uretprobe" | "ksyscall" | "kretsyscall" | "usdt" => {
                Kind::Trace(PT_REGS)
            }
            "perf_event" => Kind::Trace(PT_REGS + 16),
            "raw_tp" | "raw_tracepoint" | "tp_btf" | "fentry" | "fexit" | "fmod_ret" | "lsm" => {
                Kind::Trace(RAW_ARGUMENTS)
            }
            "tp" | "tracepoint" => Kind::Trace(0),
            _ => Kind::Raw,
        }
    }

    fn is_skb(self) -> bool {
        matches!(self, Kind::Skb | Kind::Socket | Kind::Cgroup)
    }

    /// Bytes of the context and the places of `data`, `data_end` and `data_meta` in it.
    #[inline]
    fn layout(self) -> (u64, [usize; 3]) {
        match self {
            Kind::Raw | Kind::Trace(_) => (0, [0; 3]),
            Kind::Xdp => (24, [0, 4, 8]),
            Kind::Skb | Kind::Socket | Kind::Cgroup => (192, [76, 80, 140]),
        }
    }
}

/// The packet of the running program. Slot 0 holds its metadata and then its data.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    kind: Kind,
    /// The context object.
    context: GuestPtr,
    headroom: u64,
    meta: u64,
    len: u64,
}

/// Runs of one program that follow each other. The state is locked and the stack is the one that compiled code needs, so
/// that neither costs a run anything; compiled code is entered with as little as can be.
pub struct Runs<'p> {
    process: &'p Process,
    held: Hold<'p>,
    func: FuncId,
    /// The way into it, once it is compiled.
    repeated: Option<Repeated<'p>>,
    /// Runs so far, up to [`OFTEN`].
    runs: u32,
}

/// What a run gives: two registers.
type Outcome = std::result::Result<u64, Box<Trap>>;

/// After so many runs a program is compiled as well as can be, if it is not yet.
const OFTEN: u32 = 200;

impl Runs<'_> {
    /// Lends a program for runs.
    ///
    /// # Errors
    ///
    /// What `body` gives.
    pub fn of<T>(
        cx: &mut Cx<'_>,
        func: FuncId,
        body: impl for<'s> FnOnce(&mut Cx<'s>, &mut Runs<'s>) -> Result<T>,
    ) -> Result<T> {
        let process = cx.process;
        native::on_big_stack(process, cx.thread, |thread| {
            let mut runs = Runs { process, held: process.bpf.hold(), func, repeated: None, runs: 0 };
            body(&mut Cx { process, thread }, &mut runs)
        })
    }

    #[inline(always)]
    fn begin(&self, cx: &Cx<'_>, packet: Option<Packet>) -> Result<()> {
        Bpf::with(cx, &self.held, |bpf| bpf.begin(packet))
    }

    /// After the run.
    #[inline(always)]
    fn end(&self, cx: &Cx<'_>) -> Result<()> {
        Bpf::with(cx, &self.held, |bpf| bpf.end(cx))
    }

    /// After the run; gives the bounds of the packet as the program has left it.
    #[inline(always)]
    fn end_packet(&self, cx: &Cx<'_>, begun: u64) -> Result<(u64, u64)> {
        Bpf::with(cx, &self.held, |bpf| {
            let bounds = bpf.packet.as_ref().map_or((0, begun), |after| (after.meta, after.len));
            bpf.end(cx);
            bounds
        })
    }

    /// The program itself.
    #[inline(always)]
    fn call(&mut self, cx: &mut Cx<'_>, args: [u64; 2]) -> Outcome {
        // A program without a loop never polls.
        if self.process.interrupt.is_set() {
            return Err(self.process.stop_reason().into());
        }
        if self.runs < OFTEN {
            self.runs += 1;
            if self.runs == OFTEN {
                self.process.tiering.called_often(self.process, self.func);
            }
        }
        let repeated = self.repeated.as_ref().filter(|r| r.is_current());
        let Some(repeated) = repeated else { return self.first(cx, args) };
        let result = repeated.call(cx.thread, args);
        if result.is_err() {
            // The frames stay for the report: nothing is as it was.
            self.repeated = None;
        }
        result
    }

    #[inline(never)]
    fn first(&mut self, cx: &mut Cx<'_>, args: [u64; 2]) -> Outcome {
        let result = enter_guest(self.process, cx.thread, self.func, &args)?;
        self.repeated = Repeated::new(self.process, cx.thread, self.func);
        Ok(result)
    }
}

/// Runs a program on memory: r1 points to it, r2 is its size; without memory both are 0.
///
/// # Errors
///
/// Whatever stops the program.
pub fn run_on_memory(cx: &mut Cx<'_>, runs: &mut Runs<'_>, memory: &mut [u8]) -> Result<u64> {
    let object = match memory.len() {
        0 => GuestPtr::NULL,
        n => {
            let p = object(cx, n as u64)?;
            cx.mem().write(p, memory)?;
            p
        }
    };
    let result = run_in_place(cx, runs, object, memory.len() as u64);
    if !object.is_null() {
        cx.mem().read(object, memory)?;
        if result.is_ok() {
            cx.mem().release(object);
        }
    }
    result
}

/// Runs a program on memory that the guest has already.
///
/// # Errors
///
/// Whatever stops the program.
#[inline]
pub fn run_in_place(cx: &mut Cx<'_>, runs: &mut Runs<'_>, memory: GuestPtr, len: u64) -> Result<u64> {
    runs.begin(cx, None)?;
    let outcome = runs.call(cx, [memory.bits(), len]);
    runs.end(cx)?;
    outcome.map_err(|trap| *trap)
}

/// Runs a program on the record of a tracepoint or probe; `otherwise` zeros where there is none.
///
/// # Errors
///
/// Whatever stops the program.
pub fn run_on_record(cx: &mut Cx<'_>, runs: &mut Runs<'_>, otherwise: u64, record: &[u8]) -> Result<u64> {
    let size = if record.is_empty() { otherwise } else { record.len() as u64 };
    let context = object(cx, size)?;
    cx.mem().fill(context, 0, size)?;
    cx.mem().write(context, record)?;
    cx.mem().set_read_only(context);
    runs.begin(cx, None)?;
    let outcome = runs.call(cx, [context.bits(), 0]);
    if outcome.is_ok() {
        cx.mem().release(context);
    }
    runs.end(cx)?;
    outcome.map_err(|trap| *trap)
}

/// Runs a program on a packet, which it may change in place.
///
/// # Errors
///
/// Whatever stops the program; a packet that is larger than what slot 0 has room for; a program that takes none.
pub fn run_on_packet(cx: &mut Cx<'_>, runs: &mut Runs<'_>, kind: Kind, packet: &mut Vec<u8>) -> Result<u64> {
    let (size, _) = kind.layout();
    if size == 0 {
        return Err(Trap::Unsupported("a packet for a program whose section names no kind of packet".into()));
    }
    let mark = cx.thread.stack.mark();
    let made = cx.thread.stack.alloc_as(&cx.process.mem, size, 16, ObjectKind::Context, SiteId::NONE);
    let context = made.map_err(|_| Trap::Limit(Limit::Memory))?;
    let len = packet.len() as u64;
    let room = cx.mem().low_bytes_mut(0, len);
    let room = room.ok_or_else(|| Trap::Unsupported(format!("a packet of {len} bytes").into()))?;
    room.copy_from(0, packet);
    let view = || Packet { kind, context, headroom: HEADROOM, meta: 0, len };
    view().show(cx)?;
    runs.begin(cx, Some(view()))?;
    if kind.is_skb() {
        vlan::receive(cx, context)?;
    }
    let outcome = runs.call(cx, [context.bits(), 0]);
    if kind.is_skb() && outcome.is_ok() {
        vlan::send(cx, context)?;
    }
    let (meta, len) = runs.end_packet(cx, len)?;
    if let Some(bytes) = cx.mem().low_bytes(meta, len) {
        packet.resize(bytes.len(), 0);
        bytes.copy_to(0, packet);
    }
    if outcome.is_ok() {
        cx.mem().end_low();
        cx.thread.stack.release_to(&cx.process.mem, mark, SiteId::NONE);
    }
    outcome.map_err(|trap| *trap)
}

fn object(cx: &Cx<'_>, size: u64) -> Result<GuestPtr> {
    let made = cx.mem().alloc(size, 16, ObjectKind::Context, SiteId::NONE);
    made.map_err(|_| Trap::Limit(Limit::Memory))
}

impl Packet {
    /// Begins the packet's object and writes its ends into the context.
    #[inline]
    fn show(&self, cx: &Cx<'_>) -> Result<()> {
        let begun = cx.mem().begin_low(self.meta + self.len, ObjectKind::Packet);
        let start = begun.ok_or(Trap::Limit(Limit::Memory))?.bits();
        let (size, [data, end, meta]) = self.kind.layout();
        let fields = cx.mem().slice_mut(self.context, size)?;
        let put = |at: usize, value: u64| fields.copy_from(at, &(value as u32).to_le_bytes());
        put(meta, start);
        put(data, start + self.meta);
        put(end, start + self.meta + self.len);
        if self.kind.is_skb() {
            put(0, self.len);
        }
        Ok(())
    }

    /// Moves everything from place `from` on to place `to`; bytes that appear are zero.
    fn shift(&self, cx: &Cx<'_>, from: u64, to: u64) {
        let len = self.meta + self.len - from;
        if let (Some(source), Some(target)) = (cx.mem().low_bytes(from, len), cx.mem().low_bytes_mut(to, len))
        {
            target.copy_from_guest(&source);
        }
        if let Some(gap) = cx.mem().low_bytes_mut(from, to.saturating_sub(from)) {
            gap.fill(0);
        }
    }

    /// Bytes of the data, if there are so many.
    pub fn bytes<'m>(&self, cx: &Cx<'m>, offset: u64, len: u64) -> Option<svm_memory::GuestSliceMut<'m>> {
        let inside = offset.checked_add(len).is_some_and(|end| end <= self.len);
        inside.then(|| cx.mem().low_bytes_mut(self.meta + offset, len))?
    }

    /// The number of bytes of the data.
    pub fn size(&self) -> u64 {
        self.len
    }

    /// What the program is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A big-endian number in the data, if it lies inside.
    pub fn read_be(&self, cx: &Cx<'_>, offset: u64, len: u64) -> Option<u64> {
        let bytes = self.bytes(cx, offset, len)?;
        Some(bytes.as_slice().iter().fold(0, |n, byte| n << 8 | u64::from(byte)))
    }
}

/// The packet of a program that was given `context`.
pub fn packet(cx: &Cx<'_>, context: GuestPtr) -> Result<Packet> {
    match state(cx)?.packet.filter(|p| p.context == context) {
        Some(packet) => Ok(packet),
        None => {
            Err(cx
                .misuse_of(cx.mem().object(context), "was given a pointer that is not the program's context"))
        }
    }
}

/// Which end `adjust` moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The start of the data.
    Head,
    /// The start of the metadata.
    Meta,
    /// The end of the data.
    Tail,
}

/// Moves an end of the packet by `delta` bytes: `bpf_xdp_adjust_head`, `_meta`, `_tail` and their like.
///
/// # Errors
///
/// Only faults; what the kernel refuses is the inner error.
pub fn adjust(
    cx: &Cx<'_>,
    context: GuestPtr,
    end: End,
    delta: i64,
) -> Result<std::result::Result<(), Errno>> {
    let old = packet(cx, context)?;
    let Some(new) = adjusted(&old, end, delta) else { return Ok(Err(libc::EINVAL)) };
    match end {
        End::Head if delta > 0 => old.shift(cx, old.meta + delta as u64, old.meta),
        End::Head => old.shift(cx, old.meta, old.meta + delta.unsigned_abs()),
        End::Meta if delta > 0 => old.shift(cx, delta as u64, 0),
        End::Meta => old.shift(cx, 0, delta.unsigned_abs()),
        End::Tail => {
            if let Some(grown) = cx.mem().low_bytes_mut(old.meta + old.len, new.len.saturating_sub(old.len)) {
                grown.fill(0);
            }
        }
    }
    new.show(cx)?;
    state(cx)?.packet = Some(new);
    Ok(Ok(()))
}

/// Makes room for `delta` bytes of zeros at `offset` of the data, or takes so many bytes out.
///
/// # Errors
///
/// As [`adjust`].
pub fn resize(
    cx: &Cx<'_>,
    context: GuestPtr,
    offset: u64,
    delta: i64,
) -> Result<std::result::Result<(), Errno>> {
    let old = packet(cx, context)?;
    let (len, taken) = (old.len.checked_add_signed(delta), delta.min(0).unsigned_abs());
    let inside = offset.checked_add(taken).is_some_and(|end| end <= old.len);
    let limit = old.len.max(LARGEST_GROWN);
    let Some(len) = len.filter(|len| inside && (SMALLEST..=limit).contains(len)) else {
        return Ok(Err(libc::EINVAL));
    };
    let at = old.meta + offset;
    old.shift(cx, at + taken, at + delta.max(0) as u64);
    let new = Packet { len, ..old };
    new.show(cx)?;
    state(cx)?.packet = Some(new);
    Ok(Ok(()))
}

/// The packet with an end moved, if that may be.
fn adjusted(old: &Packet, end: End, delta: i64) -> Option<Packet> {
    let mut new = *old;
    let moved = |n: u64, by: i64| n.checked_add_signed(by);
    match end {
        End::Head => {
            new.headroom = moved(old.headroom, delta)?;
            new.len = moved(old.len, -delta).filter(|len| *len >= SMALLEST)?;
        }
        End::Meta => {
            new.headroom = moved(old.headroom, delta)?;
            new.meta = moved(old.meta, -delta).filter(|meta| *meta <= 32 && meta.is_multiple_of(4))?;
        }
        End::Tail => {
            let limit = old.len.max(LARGEST_GROWN);
            new.len = moved(old.len, delta).filter(|len| (SMALLEST..=limit).contains(len))?;
        }
    }
    Some(new)
}
