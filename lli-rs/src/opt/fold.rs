//! Constant folding, by the same semantics that run the program. What would fault is left alone.

use smallvec::SmallVec;

use crate::ir::{Const, Function, Inst, Type, Value};
use crate::semantics;

/// Larger constants are not worth folding.
const MAX_SLOTS: u32 = 64;

type SlotVec = SmallVec<[u64; 4]>;

/// The constant result of an instruction all of whose operands are known. Floating point is rounded to nearest, which
/// is the mode of every program that does not name `<fenv.h>`.
pub fn fold(f: &Function, inst: &Inst, ty: &Type) -> Option<Const> {
    if ty.slots() > MAX_SLOTS {
        return None;
    }
    let mut out: SlotVec = SmallVec::from_elem(0, ty.slots() as usize);
    match inst {
        Inst::Binary(op, a, b) => {
            semantics::binary(*op, ty, &known(f, *a)?, &known(f, *b)?, &mut out).ok()?
        }
        Inst::FNeg(a) => semantics::fneg(ty, &known(f, *a)?, &mut out),
        Inst::ICmp(pred, a, b) => {
            semantics::icmp(*pred, f.ty(*a), &known(f, *a)?, &known(f, *b)?, &mut out);
        }
        Inst::FCmp(pred, a, b) => {
            semantics::fcmp(*pred, f.ty(*a), &known(f, *a)?, &known(f, *b)?, &mut out);
        }
        Inst::Cast(op, a) => semantics::cast(*op, f.ty(*a), ty, &known(f, *a)?, &mut out),
        Inst::Select(c, a, b) => {
            semantics::select(f.ty(*c), ty, &known(f, *c)?, &known(f, *a)?, &known(f, *b)?, &mut out);
        }
        Inst::ExtractElement(v, i) => {
            semantics::extract_element(f.ty(*v), &known(f, *v)?, index(f, *i)?, &mut out);
        }
        Inst::InsertElement(v, e, i) => {
            semantics::insert_element(ty, &known(f, *v)?, &known(f, *e)?, index(f, *i)?, &mut out);
        }
        Inst::Shuffle(a, b, mask) => {
            semantics::shuffle(f.ty(*a), &known(f, *a)?, &known(f, *b)?, mask, &mut out);
        }
        Inst::ExtractValue(v, path) => semantics::extract_value(f.ty(*v), &known(f, *v)?, path, &mut out),
        Inst::InsertValue(v, e, path) => {
            semantics::insert_value(ty, &known(f, *v)?, &known(f, *e)?, path, &mut out);
        }
        Inst::Intrinsic(i, args) => {
            let slots = args.iter().map(|a| known(f, *a)).collect::<Option<Vec<_>>>()?;
            let slots: Vec<&[u64]> = slots.iter().map(|s| &s[..]).collect();
            let tys: Vec<&Type> = args.iter().map(|a| f.ty(*a)).collect();
            if !semantics::intrinsic(*i, &tys, ty, &slots, &mut out).ok()? {
                return None;
            }
        }
        _ => return None,
    }
    Some(constant(ty, &out))
}

/// A lane index; too large ones stay too large.
fn index(f: &Function, v: Value) -> Option<u64> {
    let slots = known(f, v)?;
    Some(if slots.iter().skip(1).any(|w| *w != 0) { u64::MAX } else { *slots.first()? })
}

/// The register slots of a value that does not depend on any address.
pub fn known(f: &Function, v: Value) -> Option<SlotVec> {
    let c = f.as_const(v).filter(|c| is_plain(c))?;
    let ty = f.ty(v);
    if ty.slots() > MAX_SLOTS {
        return None;
    }
    let mut slots = SmallVec::from_elem(0, ty.slots() as usize);
    semantics::const_slots(c, ty, &|_| 0, &mut slots);
    Some(slots)
}

fn is_plain(c: &Const) -> bool {
    match c {
        Const::Addr(..) | Const::Expr(_) => false,
        Const::List(items) => items.iter().all(is_plain),
        _ => true,
    }
}

/// The constant of type `ty` with these register slots.
pub fn constant(ty: &Type, slots: &[u64]) -> Const {
    if slots.iter().all(|w| *w == 0) {
        return Const::Zero;
    }
    match ty {
        Type::Void => Const::Zero,
        Type::Int(bits) if *bits > 64 => Const::Wide(slots.into()),
        Type::Int(_) | Type::Ptr => Const::Int(slots[0]),
        Type::Float => Const::Float(slots[0] as u32),
        Type::Double => Const::Double(slots[0]),
        Type::X87 => Const::X87(semantics::X87::from_slots(slots).to_bytes()),
        Type::Vector(v) => {
            let mut lane: SlotVec = SmallVec::from_elem(0, v.elem.slots() as usize);
            let lanes = (0..u64::from(v.len)).map(|i| {
                semantics::extract_element(ty, slots, i, &mut lane);
                constant(&v.elem, &lane)
            });
            Const::List(lanes.collect())
        }
        Type::Array(a) => {
            Const::List(slots.chunks(a.elem.slots().max(1) as usize).map(|s| constant(&a.elem, s)).collect())
        }
        Type::Struct(s) => {
            let mut rest = slots;
            let fields = s.fields.iter().map(|field| {
                let (own, after) = rest.split_at(field.slots() as usize);
                rest = after;
                constant(field, own)
            });
            Const::List(fields.collect())
        }
    }
}
