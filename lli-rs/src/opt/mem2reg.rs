//! Promotes memory that only this function sees to SSA values: code compiled at -O0 becomes as good as
//! code compiled at -O1. Uninitialised memory reads as zero, in registers as in memory.

use rustc_hash::FxHashSet;

use super::cfg::Cfg;
use super::dom::DomTree;
use super::slots::{self, Slots};
use super::subst::Subst;
use crate::ir::{BlockId, CastOp, Const, Function, Inst, InstId, LocId, Type, Value};

/// Promotes every slot of every alloca that qualifies.
pub fn run(f: &mut Function, cfg: &Cfg) {
    let slots = slots::find(f, cfg.rpo());
    if slots.all.is_empty() {
        return;
    }
    let dom = DomTree::new(cfg);
    let phis = place_phis(f, cfg, &dom, &slots);
    rename(f, cfg, &dom, &slots, phis);
}

/// A phi to be: which slot it merges.
#[derive(Clone, Copy)]
struct NewPhi {
    slot: usize,
    inst: InstId,
    value: Value,
}

/// Where a slot is written, and where it is read before it is written.
#[derive(Clone, Default)]
struct Places {
    defs: Vec<BlockId>,
    reads: Vec<BlockId>,
}

fn places(f: &Function, cfg: &Cfg, slots: &Slots) -> Vec<Places> {
    // The alloca itself is a definition: of zero, in the entry.
    let start = Places { defs: vec![BlockId::ENTRY], reads: Vec::new() };
    let mut places = vec![start; slots.all.len()];
    for block in cfg.rpo().iter().copied() {
        for id in &f.block(block).insts {
            let Some(slot) = slots.accessed_by(*id) else { continue };
            let place = &mut places[slot];
            if place.defs.last() == Some(&block) {
                continue;
            }
            if matches!(f.inst(*id).inst, Inst::Store { .. }) {
                place.defs.push(block);
            } else if place.reads.last() != Some(&block) {
                place.reads.push(block);
            }
        }
    }
    places
}

/// Creates the phis: in the iterated dominance frontier of a slot's definitions, where it is live.
fn place_phis(f: &mut Function, cfg: &Cfg, dom: &DomTree, slots: &Slots) -> Vec<Vec<NewPhi>> {
    let mut phis: Vec<Vec<NewPhi>> = vec![Vec::new(); f.blocks.len()];
    let frontiers = dom.frontiers(cfg);
    // Marks of one slot at a time: the slot's number plus one.
    let (mut live, mut placed) = (vec![0usize; f.blocks.len()], vec![0usize; f.blocks.len()]);
    let mut defined = vec![0usize; f.blocks.len()];
    for (slot, place) in places(f, cfg, slots).into_iter().enumerate() {
        let mark = slot + 1;
        if place.reads.is_empty() || place.defs.len() == 1 {
            continue;
        }
        place.defs.iter().for_each(|b| defined[b.0 as usize] = mark);
        let mut work = place.reads;
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut live[block.0 as usize], mark) != mark {
                work.extend(cfg.preds(block).iter().filter(|p| defined[p.0 as usize] != mark));
            }
        }
        let mut work = place.defs;
        while let Some(block) = work.pop() {
            for at in &frontiers[block.0 as usize] {
                let i = at.0 as usize;
                if live[i] != mark || std::mem::replace(&mut placed[i], mark) == mark {
                    continue;
                }
                let (inst, value) =
                    f.add_inst(Inst::Phi(Vec::new()), slots.all[slot].ty.clone(), LocId::NONE);
                phis[i].extend(value.map(|value| NewPhi { slot, inst, value }));
                work.push(*at);
            }
        }
    }
    phis
}

/// Walks the dominator tree with the current value of each slot, replacing loads and dropping stores.
fn rename(f: &mut Function, cfg: &Cfg, dom: &DomTree, slots: &Slots, phis: Vec<Vec<NewPhi>>) {
    let mut renamer = Renamer {
        current: slots.all.iter().map(|s| f.add_const(Const::Zero, s.ty.clone())).collect(),
        undo: Vec::new(),
        subst: Subst::new(f),
        incoming: phis.iter().map(|p| vec![Vec::new(); p.len()]).collect(),
        phis,
        slots,
    };
    enum Step {
        Enter(BlockId),
        Leave(usize),
    }
    let mut stack = vec![Step::Enter(BlockId::ENTRY)];
    while let Some(step) = stack.pop() {
        match step {
            Step::Enter(block) => {
                stack.push(Step::Leave(renamer.undo.len()));
                renamer.block(f, block);
                renamer.feed_successors(f, block);
                stack.extend(dom.children(block).iter().rev().map(|b| Step::Enter(*b)));
            }
            Step::Leave(height) => {
                for (slot, value) in renamer.undo.drain(height..).rev() {
                    renamer.current[slot] = value;
                }
            }
        }
    }
    renamer.finish(f, cfg);
}

struct Renamer<'a> {
    /// The value that each slot has now.
    current: Vec<Value>,
    /// What it had before, to go back on leaving a block.
    undo: Vec<(usize, Value)>,
    subst: Subst,
    phis: Vec<Vec<NewPhi>>,
    incoming: Vec<Vec<Vec<(BlockId, Value)>>>,
    slots: &'a Slots,
}

impl Renamer<'_> {
    fn set(&mut self, slot: usize, value: Value) {
        let before = std::mem::replace(&mut self.current[slot], value);
        self.undo.push((slot, before));
    }

    fn block(&mut self, f: &mut Function, block: BlockId) {
        for i in 0..self.phis[block.0 as usize].len() {
            let phi = self.phis[block.0 as usize][i];
            self.set(phi.slot, phi.value);
        }
        let old = std::mem::take(&mut f.blocks[block.0 as usize].insts);
        let mut new: Vec<InstId> = self.phis[block.0 as usize].iter().map(|p| p.inst).collect();
        new.reserve(old.len());
        for id in old {
            let Some(slot) = self.slots.accessed_by(id) else {
                new.push(id);
                continue;
            };
            let kept = &self.slots.all[slot].ty;
            let loc = f.inst(id).loc;
            match (&f.inst(id).inst, f.inst(id).result) {
                (Inst::Store { value, .. }, _) => {
                    let value = self.subst.get(*value);
                    let value = to_kept(f, value, kept, loc, &mut new);
                    self.set(slot, value);
                }
                (_, Some(result)) => {
                    let value = from_kept(f, self.current[slot], result, loc, &mut new);
                    self.subst.replace(result, value);
                }
                _ => {}
            }
        }
        f.blocks[block.0 as usize].insts = new;
    }

    fn feed_successors(&mut self, f: &Function, block: BlockId) {
        let mut fed = super::cfg::successors(f, block);
        fed.sort_unstable();
        fed.dedup();
        for succ in fed {
            for (i, phi) in self.phis[succ.0 as usize].iter().enumerate() {
                self.incoming[succ.0 as usize][i].push((block, self.current[phi.slot]));
            }
        }
    }

    fn finish(mut self, f: &mut Function, cfg: &Cfg) {
        for (phis, incoming) in self.phis.iter().zip(self.incoming.iter_mut()) {
            for (phi, values) in phis.iter().zip(incoming) {
                f.insts[phi.inst.0 as usize].inst = Inst::Phi(std::mem::take(values));
            }
        }
        self.subst.apply(f);
        remove_unused_addresses(f, cfg, self.slots);
    }
}

/// Converts a stored value to the type that its slot is kept in.
fn to_kept(f: &mut Function, value: Value, kept: &Type, loc: LocId, out: &mut Vec<InstId>) -> Value {
    let ty = f.ty(value).clone();
    match (&ty, kept) {
        _ if ty == *kept => value,
        (Type::Ptr, _) => cast(f, CastOp::PtrToInt, value, kept, loc, out),
        (Type::Int(_), _) => cast(f, CastOp::ZExt, value, kept, loc, out),
        _ => cast(f, CastOp::BitCast, value, kept, loc, out),
    }
}

/// Converts a slot's value to the type of the load whose `result` it replaces.
fn from_kept(f: &mut Function, value: Value, result: Value, loc: LocId, out: &mut Vec<InstId>) -> Value {
    let ty = f.ty(result).clone();
    match &ty {
        _ if ty == *f.ty(value) => value,
        Type::Ptr => cast(f, CastOp::IntToPtr, value, &ty, loc, out),
        Type::Int(_) => cast(f, CastOp::Trunc, value, &ty, loc, out),
        _ => cast(f, CastOp::BitCast, value, &ty, loc, out),
    }
}

fn cast(f: &mut Function, op: CastOp, v: Value, to: &Type, loc: LocId, out: &mut Vec<InstId>) -> Value {
    let (id, result) = f.add_inst(Inst::Cast(op, v), to.clone(), loc);
    out.push(id);
    result.unwrap_or(v)
}

/// Removes the addresses and allocas that nothing looks at any more.
fn remove_unused_addresses(f: &mut Function, cfg: &Cfg, slots: &Slots) {
    let promoted: FxHashSet<InstId> = slots.all.iter().map(|s| s.alloca).collect();
    let mut used = vec![false; f.values.len()];
    for block in cfg.rpo() {
        for id in &f.blocks[block.0 as usize].insts {
            let Inst::Phi(incoming) = &f.insts[id.0 as usize].inst else { break };
            incoming.iter().for_each(|(_, v)| used[v.0 as usize] = true);
        }
    }
    // But for phis, users come after what they use: one pass backwards sees whole chains.
    for block in cfg.rpo().iter().rev() {
        let mut insts = std::mem::take(&mut f.blocks[block.0 as usize].insts);
        insts.reverse();
        insts.retain(|id| {
            let address = match &f.inst(*id).inst {
                Inst::Gep { .. } | Inst::Freeze(_) | Inst::Cast(CastOp::BitCast, _) => true,
                Inst::Alloca { .. } => promoted.contains(id),
                _ => false,
            };
            if address && f.inst(*id).result.is_some_and(|r| !used[r.0 as usize]) {
                return false;
            }
            f.insts[id.0 as usize].inst.operands_mut(&mut |v| used[v.0 as usize] = true);
            true
        });
        insts.reverse();
        f.blocks[block.0 as usize].insts = insts;
    }
}
