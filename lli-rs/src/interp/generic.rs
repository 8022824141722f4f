//! Operations by descriptor: everything that has no op of its own. Operands are read before the result is
//! written, so they may share slots.

use smallvec::SmallVec;
use svm_memory::GuestPtr;

use crate::bytecode::code::{BLOCK_TAG, TrapKind};
use crate::bytecode::{Desc, Span};
use crate::intrinsics::{self, asm, atomics};
use crate::ir::Type;
use crate::machine::{BadCall, BadCallReason, Process, Result, Thread, Trap};
use crate::semantics::{self, Arith};

use super::unwind;

/// A result on its way to its slots.
type Out = SmallVec<[u64; 8]>;

/// The slots of one frame.
#[derive(Clone, Copy)]
pub(super) struct Slots(*mut u64);

impl Slots {
    /// The value in a span.
    #[inline]
    fn get<'a>(self, span: Span) -> &'a [u64] {
        // SAFETY: the checker has seen that the span lies in the frame. Nothing writes slots while the slice is
        // in use: results are written at the end, through `put`.
        unsafe { std::slice::from_raw_parts(self.0.add(span.at as usize), span.n as usize) }
    }

    fn one(self, slot: u32) -> u64 {
        self.get(Span { at: slot, n: 1 })[0]
    }

    /// Writes a result.
    #[inline]
    fn put(self, span: Span, value: &[u64]) {
        debug_assert_eq!(span.n as usize, value.len());
        // SAFETY: as in `get`; `value` may overlap (a plain copy between slots).
        unsafe {
            std::ptr::copy(value.as_ptr(), self.0.add(span.at as usize), value.len().min(span.n as usize))
        };
    }

    fn compute(self, span: Span, f: impl FnOnce(&mut [u64])) {
        let mut out: Out = SmallVec::from_elem(0, span.n as usize);
        f(&mut out);
        self.put(span, &out);
    }
}

fn arith(e: Arith) -> Trap {
    match e {
        Arith::DivideByZero => Trap::DivideByZero,
        Arith::DivideOverflow => Trap::DivideOverflow,
    }
}

/// Carries out a descriptor.
#[inline(never)]
pub(super) fn run(process: &Process, thread: &mut Thread, fp: *mut u64, desc: &Desc) -> Result<()> {
    let s = Slots(fp);
    match desc {
        Desc::Const(span, words) => s.put(*span, words),
        Desc::Copy(to, from) => s.put(*to, s.get(*from)),
        Desc::Binary(op, ty, [d, a, b]) => {
            let mut out: Out = SmallVec::from_elem(0, d.n as usize);
            semantics::binary(*op, ty, s.get(*a), s.get(*b), &mut out).map_err(arith)?;
            s.put(*d, &out);
        }
        Desc::FNeg(ty, [d, a]) => s.compute(*d, |out| semantics::fneg(ty, s.get(*a), out)),
        Desc::ICmp(p, ty, [d, a, b]) => {
            s.compute(*d, |out| semantics::icmp(*p, ty, s.get(*a), s.get(*b), out))
        }
        Desc::FCmp(p, ty, [d, a, b]) => {
            s.compute(*d, |out| semantics::fcmp(*p, ty, s.get(*a), s.get(*b), out))
        }
        Desc::Cast(op, from, to, [d, a]) => {
            s.compute(*d, |out| semantics::cast(*op, from, to, s.get(*a), out))
        }
        Desc::Select(cond, ty, [d, c, a, b]) => {
            s.compute(*d, |out| semantics::select(cond, ty, s.get(*c), s.get(*a), s.get(*b), out));
        }
        Desc::ExtractElement(ty, [d, v, i]) => {
            s.compute(*d, |out| semantics::extract_element(ty, s.get(*v), index(s.get(*i)), out));
        }
        Desc::InsertElement(ty, [d, v, e, i]) => {
            s.compute(*d, |out| semantics::insert_element(ty, s.get(*v), s.get(*e), index(s.get(*i)), out));
        }
        Desc::Shuffle(ty, mask, [d, a, b]) => {
            s.compute(*d, |out| semantics::shuffle(ty, s.get(*a), s.get(*b), mask, out));
        }
        Desc::ShuffleLanes(bytes, lanes, [d, a, b]) => {
            shuffle_lanes(s, usize::from(*bytes), lanes, [*d, *a, *b])
        }
        Desc::InsertValue([d, v, e], at) => s.compute(*d, |out| {
            out.copy_from_slice(s.get(*v));
            let at = *at as usize;
            out[at..at + e.n as usize].copy_from_slice(s.get(*e));
        }),
        Desc::VectorGep(gep) => {
            let terms: Vec<(&Type, &[u64], i64)> =
                gep.terms.iter().map(|(span, ty, scale)| (ty, s.get(*span), *scale)).collect();
            let base = (&gep.base.1, s.get(gep.base.0));
            s.compute(gep.dst, |out| semantics::gep(&gep.ty, base, gep.offset, &terms, out));
        }
        Desc::Pure(i, types, ret, d, args) => {
            let types: SmallVec<[&Type; 4]> = types.iter().collect();
            let args: SmallVec<[&[u64]; 4]> = args.iter().map(|a| s.get(*a)).collect();
            let mut out: Out = SmallVec::from_elem(0, d.n as usize);
            if !semantics::intrinsic(*i, &types, ret, &args, &mut out).map_err(arith)? {
                return Err(Trap::Unsupported(format!("intrinsic {i:?} of these types").into()));
            }
            s.put(*d, &out);
        }
        Desc::Intrinsic(i, types, ret, d, args) => {
            let args: SmallVec<[&[u64]; 4]> = args.iter().map(|a| s.get(*a)).collect();
            let mut out: Out = SmallVec::from_elem(0, d.n as usize);
            intrinsics::run(process, thread, *i, types, ret, &args, &mut out)?;
            s.put(*d, &out);
        }
        _ => return rest(process, thread, s, desc),
    }
    Ok(())
}

/// Lanes of two vectors in a row; the lane after 64 bytes is zero.
fn shuffle_lanes(s: Slots, bytes: usize, lanes: &[u8], [d, a, b]: [Span; 3]) {
    let mut from = [0u64; 9];
    let split = a.n as usize;
    from[..split].copy_from_slice(s.get(a));
    from[split..split + b.n as usize].copy_from_slice(s.get(b));
    let mut to = [0u64; 8];
    match bytes {
        4 => lanes_into::<u32>(&from, lanes, &mut to),
        2 => lanes_into::<u16>(&from, lanes, &mut to),
        _ => lanes_into::<u8>(&from, lanes, &mut to),
    }
    s.put(d, &to[..d.n as usize]);
}

fn lanes_into<T: bytemuck::Pod>(from: &[u64; 9], lanes: &[u8], to: &mut [u64; 8]) {
    let (from, to): (&[T], &mut [T]) = (bytemuck::cast_slice(from), bytemuck::cast_slice_mut(to));
    for (to, lane) in to.iter_mut().zip(lanes) {
        *to = from[usize::from(*lane)];
    }
}

fn index(slots: &[u64]) -> u64 {
    // A wider index than 64 bits is out of range if any upper word is set.
    if slots.iter().skip(1).any(|w| *w != 0) { u64::MAX } else { slots.first().copied().unwrap_or(0) }
}

/// Memory, control and the rest.
fn rest(process: &Process, thread: &mut Thread, s: Slots, desc: &Desc) -> Result<()> {
    let mem = &process.mem;
    let pointer = |slot: u32| GuestPtr::new(s.one(slot));
    match desc {
        Desc::Load(ty, d, ptr, root) => {
            let mut out: Out = SmallVec::from_elem(0, d.n as usize);
            intrinsics::load(mem, ty, pointer(*ptr), pointer(*root), &mut out)?;
            s.put(*d, &out);
        }
        Desc::Store(ty, v, ptr, root) => {
            intrinsics::store(mem, ty, pointer(*ptr), pointer(*root), s.get(*v))?
        }
        Desc::AtomicLoad(ty, d, ptr, _) => {
            let value = atomics::load(mem, ty, pointer(*ptr))?;
            s.put(*d, &value[..d.n as usize]);
        }
        Desc::AtomicStore(ty, v, ptr, _) => atomics::store(mem, ty, pointer(*ptr), s.get(*v))?,
        Desc::CmpXchg(ty, d, ptr, expected, new) => {
            let (old, done) = atomics::cmpxchg(mem, ty, pointer(*ptr), s.get(*expected), s.get(*new))?;
            let n = d.n as usize - 1;
            let mut out: Out = SmallVec::from_slice(&old[..n]);
            out.push(u64::from(done));
            s.put(*d, &out);
        }
        Desc::AtomicRmw(op, ty, d, ptr, v) => {
            let old = atomics::rmw(mem, *op, ty, pointer(*ptr), s.get(*v))?;
            s.put(*d, &old[..d.n as usize]);
        }
        Desc::Fence => std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst),
        Desc::ByVal(slot, size, align) => {
            let copy = intrinsics::by_value(process, thread, pointer(*slot), *size, *align)?;
            s.put(Span { at: *slot, n: 1 }, &[copy.bits()]);
        }
        Desc::Asm(op, args, d) => {
            let args: SmallVec<[&[u64]; 4]> = args.iter().map(|a| s.get(*a)).collect();
            let mut out: Out = SmallVec::from_elem(0, d.n as usize);
            asm::run(mem, op, &args, &mut out)?;
            s.put(*d, &out);
        }
        Desc::SetJmp(slot, buffer) => unwind::set_jump(process, thread, *slot, pointer(*buffer))?,
        Desc::LandingPad(d, _) => s.compute(*d, |out| {
            let (object, selector) = thread.exception;
            for (o, v) in out.iter_mut().zip([object.bits(), u64::from(selector)]) {
                *o = v;
            }
        }),
        Desc::Resume(slot) => return Err(Trap::Unwind { exception: pointer(*slot) }),
        Desc::Trap(kind) => return Err(trap(process, kind)),
        // The others have ops of their own or end control (`jump`).
        _ => return Err(Trap::Unreachable),
    }
    Ok(())
}

#[cold]
fn trap(process: &Process, kind: &TrapKind) -> Trap {
    match kind {
        TrapKind::Unreachable => Trap::Unreachable,
        TrapKind::TrapInstruction => Trap::TrapInstruction,
        TrapKind::Unsupported(what) => Trap::Unsupported(what.clone()),
        TrapKind::MissingFunction(name) => Trap::MissingFunction(name.clone()),
        TrapKind::BadCall(id, expected, found) => {
            let target = process.funcs[id.0 as usize].address;
            let function = process.module.func(*id).name.as_ref().into();
            let reason = BadCallReason::Type { function, expected: expected.clone(), found: found.clone() };
            Trap::BadCall(Box::new(BadCall { target, reason, object: process.mem.object(target) }))
        }
    }
}

/// Where a descriptor that ends control goes on.
pub(super) enum Way {
    /// So many words from its instruction.
    Offset(i32),
    /// To the caller, with a value.
    Return(Span),
}

/// Carries out a descriptor that ends control.
#[inline(never)]
pub(super) fn jump(fp: *mut u64, desc: &Desc) -> Result<Way> {
    let s = Slots(fp);
    Ok(match desc {
        Desc::SparseSwitch(span, cases, default) => {
            let slots = s.get(*span);
            let value = slots.iter().take(2).rev().fold(0u128, |v, w| v << 64 | u128::from(*w));
            // Cases have at most 128 bits; a wider value with more than that set matches none.
            let beyond = slots.iter().skip(2).any(|w| *w != 0);
            match cases.binary_search_by_key(&value, |c| c.0) {
                Ok(i) if !beyond => Way::Offset(cases[i].1),
                _ => Way::Offset(*default),
            }
        }
        Desc::IndirectBr(slot, targets) => {
            let value = s.one(*slot);
            let number = value.wrapping_sub(BLOCK_TAG);
            match targets.binary_search_by_key(&number, |t| u64::from(t.0)) {
                Ok(i) => Way::Offset(targets[i].1),
                Err(_) => return Err(Trap::BadJump(value)),
            }
        }
        Desc::Return(span) => Way::Return(*span),
        _ => return Err(Trap::Unreachable),
    })
}
