//! Removes checks that an earlier one makes superfluous: same root, an address that differs by a constant, and
//! nothing in between that may end an object.
//!
//! Two accesses of one object that both are in bounds prove all bytes between them, too. A check that is
//! removed could not have failed, so faults stay where they were.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::cfg::Cfg;
use super::effects::may_end_objects;
use super::inline::Callees;
use crate::ir::{BinOp, BlockId, Const, Function, Inst, InstId, Type, Value, ValueDef};

/// What is known at once at most: beyond that the work would not be linear.
const MAX_KNOWN: usize = 64;

/// Checks that share a root and all of the address but its constant part.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    root: Value,
    base: Value,
    terms: SmallVec<[(Value, i64); 2]>,
}

/// Bytes from the key's address, the end excluded.
type Span = (i64, i64);

#[derive(Clone)]
struct Proven {
    read: Span,
    /// Of these, what may be written as well.
    write: Option<Span>,
    /// A window offset and the constant part of the address that it is for.
    place: (Value, i64),
    /// The object is live as long as the body runs.
    lasts: bool,
}

type Known = FxHashMap<Key, Proven>;

/// Removes what it can; the number of checks removed. `callees`: see [`may_end_objects`].
pub fn run(f: &mut Function, callees: &dyn Callees) -> usize {
    let cfg = Cfg::new(f);
    let mut after: Vec<Option<Known>> = vec![None; f.blocks.len()];
    let mut removed = 0;
    for block in cfg.rpo().iter().copied() {
        let mut known = before(&cfg, block, &after);
        for id in f.block(block).insts.clone() {
            let Inst::Check { ptr, root, len, write, size } = f.inst(id).inst else {
                if may_end_objects(&f.inst(id).inst, callees) {
                    known.retain(|_, p| p.lasts);
                }
                continue;
            };
            removed += usize::from(check(f, &mut known, id, (ptr, root), (len, write, size.is_some())));
        }
        after[block.0 as usize] = Some(known);
    }
    removed
}

/// What holds where a block begins: what all predecessors agree on. Edges that lead back carry nothing, as a
/// poll stands before each.
fn before(cfg: &Cfg, block: BlockId, after: &[Option<Known>]) -> Known {
    let preds: Option<Vec<&Known>> = cfg.preds(block).iter().map(|p| after[p.0 as usize].as_ref()).collect();
    let Some((first, others)) = preds.as_deref().and_then(<[_]>::split_first) else {
        return Known::default();
    };
    let mut known = (*first).clone();
    for other in others {
        known.retain(|key, p| {
            let Some(q) = other.get(key).filter(|q| q.place == p.place) else { return false };
            p.write = p.write.zip(q.write).and_then(|(a, b)| common(a, b));
            let read = common(p.read, q.read);
            p.read = read.unwrap_or(p.read);
            read.is_some()
        });
    }
    known
}

fn common(a: Span, b: Span) -> Option<Span> {
    let both = (a.0.max(b.0), a.1.min(b.1));
    (both.0 < both.1).then_some(both)
}

fn covers(a: Span, b: Span) -> bool {
    a.0 <= b.0 && b.1 <= a.1
}

fn hull(a: Span, b: Span) -> Span {
    (a.0.min(b.0), a.1.max(b.1))
}

/// Removes a check, or remembers it; true if it is gone.
fn check(
    f: &mut Function,
    known: &mut Known,
    id: InstId,
    (ptr, root): (Value, Value),
    (len, write, lasts): (u64, bool, bool),
) -> bool {
    let (key, offset) = address(f, ptr, root);
    let end = i64::try_from(len).ok().and_then(|len| offset.checked_add(len));
    let (Some(end), Some(result)) = (end, f.inst(id).result) else { return false };
    let span = (offset, end);
    let Some(p) = known.get_mut(&key) else {
        if known.len() < MAX_KNOWN {
            let write = write.then_some(span);
            known.insert(key, Proven { read: span, write, place: (result, offset), lasts });
        }
        return false;
    };
    let proven = if write { p.write } else { Some(p.read) };
    let far = offset.checked_sub(p.place.1);
    if let (true, Some(far)) = (proven.is_some_and(|p| covers(p, span)), far) {
        let far = f.add_const(if far == 0 { Const::Zero } else { Const::Int(far as u64) }, Type::I64);
        f.insts[id.0 as usize].inst = Inst::Binary(BinOp::Add, p.place.0, far);
        return true;
    }
    p.read = hull(p.read, span);
    if write {
        p.write = Some(p.write.map_or(span, |w| hull(w, span)));
    }
    false
}

/// Splits an address into what must be equal and a constant.
fn address(f: &Function, ptr: Value, root: Value) -> (Key, i64) {
    let (mut base, mut sum, mut terms) = (ptr, 0i64, SmallVec::new());
    while let ValueDef::Inst(id) = f.value(base).def {
        match &f.inst(id).inst {
            Inst::Gep { base: from, offset, terms: more }
                if *f.ty(*from) == Type::Ptr
                    && (more.is_empty() || terms.is_empty())
                    && sum.checked_add(*offset).is_some_and(|n| n.unsigned_abs() < 1 << 32) =>
            {
                terms.extend(more.iter().copied());
                (base, sum) = (*from, sum + offset);
            }
            Inst::Freeze(from) => base = *from,
            _ => break,
        }
    }
    (Key { root, base, terms }, sum)
}
