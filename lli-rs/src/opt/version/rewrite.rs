//! Builds the strips and the copy of one loop from its plan.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::STRIP;
use super::emit::Emit;
use super::plan::{Count, Group, Plan};
use crate::ir::{
    BinOp, Block, BlockId, FrameId, Function, ICmpPred, Inst, InstId, LocId, Terminator, Type, Value,
};
use crate::opt::affine::{Guard, MAX_TIMES, Step};
use crate::opt::cfg::term_targets;
use crate::opt::dom::Loop;

/// A value of the loop, where it is defined, and the same of the copy.
pub type Copied = (Value, BlockId, Value, BlockId);

struct Rewrite<'a> {
    f: &'a mut Function,
    l: &'a Loop,
    plan: &'a Plan,
    latch: BlockId,
    /// Where strips begin, where the copy's iterations end, where its strips end.
    strips: BlockId,
    next: BlockId,
    done: BlockId,
    blocks: FxHashMap<BlockId, BlockId>,
    values: FxHashMap<Value, Value>,
    /// As in [`Emit`].
    times: FxHashMap<Value, Value>,
    pos: (FrameId, LocId),
}

/// Versions a loop; gives what now has two definitions.
pub fn run(f: &mut Function, l: &Loop, plan: &Plan) -> Vec<Copied> {
    let latch = l.latches[0];
    let mut new_block = || {
        f.blocks.push(Block::default());
        BlockId(f.blocks.len() as u32 - 1)
    };
    let (strips, next, done) = (new_block(), new_block(), new_block());
    let blocks = l.blocks.iter().map(|b| (*b, new_block())).collect();
    let pos = f.block(latch).insts.last().map(|id| (f.inst(*id).frame, f.inst(*id).loc));
    let pos = pos.unwrap_or((FrameId::SELF, LocId::NONE));
    let (values, times) = (FxHashMap::default(), FxHashMap::default());
    let mut r = Rewrite { f, l, plan, latch, strips, next, done, blocks, values, times, pos };
    let now = r.enter_strips();
    let (many, starts) = r.strip_head(&now);
    r.copy_head(many, &starts, &now);
    let copied = r.copy_blocks();
    r.finish(&now);
    copied
}

impl Rewrite<'_> {
    /// Lets the loop be entered through the strips, with phis for its phis.
    fn enter_strips(&mut self) -> FxHashMap<Value, Value> {
        let (head, strips, latch) = (self.l.header, self.strips, self.latch);
        let mut now = FxHashMap::default();
        let mut preds: Vec<BlockId> = Vec::new();
        for id in self.f.block(head).insts.clone() {
            let Inst::Phi(incoming) = &mut self.f.insts[id.0 as usize].inst else { break };
            let outside: Vec<(BlockId, Value)> = incoming.iter().filter(|i| i.0 != latch).copied().collect();
            incoming.retain(|i| i.0 == latch);
            preds = outside.iter().map(|i| i.0).collect();
            let Some(phi) = self.f.inst(id).result else { continue };
            let (new, value) = self.f.add_inst_at(Inst::Phi(outside), self.f.ty(phi).clone(), self.pos);
            self.f.blocks[strips.0 as usize].insts.push(new);
            if let (Some(value), Inst::Phi(incoming)) = (value, &mut self.f.insts[id.0 as usize].inst) {
                incoming.push((strips, value));
                now.insert(phi, value);
            }
        }
        for pred in preds {
            self.edit_terminator(pred, &|b| {
                if *b == head {
                    *b = strips;
                }
            });
        }
        now
    }

    fn edit_terminator(&mut self, block: BlockId, edit: &dyn Fn(&mut BlockId)) {
        if let Some(id) = self.f.block(block).insts.last().copied()
            && let Inst::Term(term) = &mut self.f.insts[id.0 as usize].inst
        {
            term_targets(term, edit);
        }
    }

    /// Counts, tests, and goes to the copy or to the loop. The number of iterations, and for each group the
    /// window offset of its base in the first.
    fn strip_head(&mut self, now: &FxHashMap<Value, Value>) -> (Value, Vec<Value>) {
        let (copy, head) = (self.blocks[&self.l.header], self.l.header);
        let none = FxHashMap::default();
        let mut e = Emit { f: &mut *self.f, block: self.strips, pos: self.pos, now, times: &none };
        let (fine, times) = steps_in_range(&mut e, self.plan);
        self.times = times;
        let mut e = Emit { f: &mut *self.f, block: self.strips, pos: self.pos, now, times: &self.times };
        let mut many = e.int(STRIP as i64, 64);
        for count in &self.plan.counts {
            let n = iterations(&mut e, count);
            many = e.smaller(n, many);
        }
        let zero = e.int(0, 64);
        let some = e.icmp(ICmpPred::Ne, many, zero);
        let mut fine = fine.map_or(some, |fine| e.binary(BinOp::And, fine, some));
        let one = e.int(1, 64);
        let last = e.binary(BinOp::Sub, many, one);
        for (guard, step) in &self.plan.guards {
            let holds = guarded(&mut e, guard, *step, last);
            fine = e.binary(BinOp::And, fine, holds);
        }
        let mut starts = Vec::new();
        for group in &self.plan.groups {
            let (holds, start) = range(&mut e, group, last);
            fine = e.binary(BinOp::And, fine, holds);
            starts.push(start);
        }
        let block = e.block;
        self.terminate(block, Terminator::CondBr(fine, copy, head));
        (many, starts)
    }

    fn terminate(&mut self, block: BlockId, t: Terminator) {
        let (id, _) = self.f.add_inst_at(Inst::Term(t), Type::Void, self.pos);
        self.f.blocks[block.0 as usize].insts.push(id);
    }

    /// The copy's phis, its own count, and where its accesses are; then the end of each of its iterations.
    fn copy_head(&mut self, many: Value, starts: &[Value], now: &FxHashMap<Value, Value>) {
        let (head, copy) = (self.l.header, self.blocks[&self.l.header]);
        for id in self.f.block(head).insts.clone() {
            let Inst::Phi(_) = self.f.inst(id).inst else { break };
            let Some(phi) = self.f.inst(id).result else { continue };
            let pos = (self.f.inst(id).frame, self.f.inst(id).loc);
            let incoming = Inst::Phi(vec![(self.strips, now[&phi])]);
            let (new, value) = self.f.add_inst_at(incoming, self.f.ty(phi).clone(), pos);
            self.f.blocks[copy.0 as usize].insts.push(new);
            self.values.extend(value.map(|v| (phi, v)));
        }
        let (pos, strips, next) = (self.pos, self.strips, self.next);
        let mut e = Emit { f: &mut *self.f, block: copy, pos, now, times: &self.times };
        let zero = e.int(0, 64);
        let index = e.def(Inst::Phi(vec![(strips, zero)]), Type::I64);
        let mut places = Vec::new();
        for (group, start) in self.plan.groups.iter().zip(starts) {
            places.push(if group.step.by == 0 {
                *start
            } else {
                e.add_steps(*start, index, group.step, false)
            });
        }
        e.block = next;
        let one = e.int(1, 64);
        let following = e.binary(BinOp::Add, index, one);
        let more = e.icmp(ICmpPred::Ult, following, many);
        self.terminate(next, Terminator::CondBr(more, copy, self.done));
        if let Some((id, _)) = self.f.def_inst(index)
            && let Inst::Phi(incoming) = &mut self.f.insts[id.0 as usize].inst
        {
            incoming.push((next, following));
        }
        // Where the covered checks stand, an addition gives their result.
        for (group, place) in self.plan.groups.iter().zip(&places) {
            for (check, offset) in &group.checks {
                let mut e = Emit { f: &mut *self.f, block: copy, pos, now, times: &self.times };
                let offset = e.int(*offset, 64);
                let pos = (self.f.inst(*check).frame, self.f.inst(*check).loc);
                let sum = Inst::Binary(BinOp::Add, *place, offset);
                let (_, value) = self.f.add_inst_at(sum, Type::I64, pos);
                self.values.extend(self.f.inst(*check).result.zip(value));
            }
        }
    }

    /// Copies the blocks, phis of the head excepted.
    fn copy_blocks(&mut self) -> Vec<Copied> {
        let mut copied: Vec<Copied> = Vec::new();
        let mut new: Vec<InstId> = Vec::new();
        for block in self.l.blocks.iter().copied() {
            let copy = self.blocks[&block];
            for id in self.f.block(block).insts.clone() {
                let data = self.f.inst(id);
                let result = data.result;
                if let Some(known) = result.and_then(|r| self.values.get(&r).copied()) {
                    // A phi of the head is in its block already, a covered check's sum is not.
                    let place = self.f.def_inst(known).map(|d| d.0);
                    let covered = matches!(self.f.inst(id).inst, Inst::Check { .. });
                    self.f.blocks[copy.0 as usize].insts.extend(place.filter(|_| covered));
                    copied.extend(result.map(|r| (r, block, known, copy)));
                    continue;
                }
                if matches!(data.inst, Inst::Poll) {
                    continue;
                }
                let (inst, pos) = (data.inst.clone(), (data.frame, data.loc));
                let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
                let (id, value) = self.f.add_inst_at(inst, ty, pos);
                self.f.blocks[copy.0 as usize].insts.push(id);
                new.push(id);
                if let (Some(r), Some(v)) = (result, value) {
                    self.values.insert(r, v);
                    copied.push((r, block, v, copy));
                }
            }
        }
        for id in new {
            let Rewrite { f, values, blocks, .. } = self;
            let inst = &mut f.insts[id.0 as usize].inst;
            inst.operands_mut(&mut |v| *v = values.get(v).copied().unwrap_or(*v));
            if let Inst::Phi(incoming) = inst {
                incoming.iter_mut().for_each(|i| i.0 = blocks.get(&i.0).copied().unwrap_or(i.0));
            }
        }
        copied
    }

    /// Joins the copy's edges.
    fn finish(&mut self, now: &FxHashMap<Value, Value>) {
        let (head, latch) = (self.l.header, self.latch);
        for id in self.f.block(head).insts.clone() {
            let Inst::Phi(incoming) = &self.f.inst(id).inst else { break };
            let back = incoming.iter().find(|i| i.0 == latch).map(|i| i.1);
            let (Some(back), Some(phi)) = (back, self.f.inst(id).result) else { continue };
            let back = self.values.get(&back).copied().unwrap_or(back);
            self.feed(self.values[&phi], self.next, back);
            self.feed(now[&phi], self.done, back);
        }
        let latch_copy = self.blocks[&latch];
        let counted = self.plan.counted.iter().any(|c| c.0 == latch);
        self.terminate_done(counted);
        for block in self.l.blocks.iter().copied() {
            let copy = self.blocks[&block];
            if let Some((_, stay)) = self.plan.counted.iter().find(|c| c.0 == block) {
                let to = if *stay == head { self.next } else { self.blocks[stay] };
                let last = self.f.blocks[copy.0 as usize].insts.pop();
                debug_assert!(last.is_some());
                self.terminate(copy, Terminator::Br(to));
                continue;
            }
            let (blocks, next) = (self.blocks.clone(), self.next);
            self.edit_terminator(copy, &|b| {
                if *b == head {
                    *b = next;
                } else {
                    *b = blocks.get(b).copied().unwrap_or(*b);
                }
            });
            self.feed_exits(block, copy);
        }
        debug_assert!(self.f.terminator(latch_copy).is_some());
    }

    fn feed(&mut self, phi: Value, from: BlockId, value: Value) {
        if let Some((id, _)) = self.f.def_inst(phi)
            && let Inst::Phi(incoming) = &mut self.f.insts[id.0 as usize].inst
        {
            incoming.push((from, value));
        }
    }

    /// Between strips; if the latch counts, its test decides whether there is another one.
    fn terminate_done(&mut self, counted: bool) {
        let (poll, _) = self.f.add_inst_at(Inst::Poll, Type::Void, self.pos);
        self.f.blocks[self.done.0 as usize].insts.push(poll);
        let (head, strips, done) = (self.l.header, self.strips, self.done);
        match self.f.terminator(self.latch).cloned() {
            Some(Terminator::CondBr(cond, yes, no)) if counted => {
                let cond = self.values.get(&cond).copied().unwrap_or(cond);
                let to = |b: BlockId| if b == head { strips } else { b };
                self.terminate(done, Terminator::CondBr(cond, to(yes), to(no)));
                self.feed_exits(self.latch, done);
            }
            _ => self.terminate(done, Terminator::Br(strips)),
        }
    }

    /// Gives the phis outside the loop that `block` leads to their inputs from `copy`.
    fn feed_exits(&mut self, block: BlockId, copy: BlockId) {
        let mut exits: SmallVec<[BlockId; 4]> =
            self.f.terminator(block).map(Terminator::successors).unwrap_or_default();
        exits.retain(|b| !self.blocks.contains_key(b));
        exits.sort_unstable();
        exits.dedup();
        for exit in exits {
            for id in self.f.block(exit).insts.clone() {
                let Inst::Phi(incoming) = &mut self.f.insts[id.0 as usize].inst else { break };
                if let Some((_, v)) = incoming.iter().find(|i| i.0 == block).copied() {
                    incoming.push((copy, self.values.get(&v).copied().unwrap_or(v)));
                }
            }
        }
    }
}

/// Whether the values that steps are multiples of are positive and small (nothing if there are none), and what
/// stands for each of them: 1 where it is not, so that it can be divided by.
fn steps_in_range(e: &mut Emit<'_>, plan: &Plan) -> (Option<Value>, FxHashMap<Value, Value>) {
    let (mut all, mut times) = (None, FxHashMap::default());
    for v in plan.times() {
        let (one, most) = (e.int(1, 64), e.int(MAX_TIMES, 64));
        let less = e.binary(BinOp::Sub, v, one);
        let fits = e.icmp(ICmpPred::Ult, less, most);
        all = Some(all.map_or(fits, |all| e.binary(BinOp::And, all, fits)));
        times.insert(v, e.def(Inst::Select(fits, v, one), Type::I64));
    }
    (all, times)
}

/// A lower bound of how many iterations a test lets begin, from now on.
fn iterations(e: &mut Emit<'_>, count: &Count) -> Value {
    let x = e.sum(&count.sum, count.bits);
    let limit = e.resized(count.limit, count.bits, false);
    let distance = if count.step.by > 0 { (limit, x) } else { (x, limit) };
    let distance = e.binary(BinOp::Sub, distance.0, distance.1);
    let distance = e.resized(distance, 64, false);
    let (zero, one) = (e.int(0, 64), e.int(1, 64));
    let size = e.add_steps(zero, one, count.step, true);
    let single = count.step.by.abs() == 1 && count.step.times.is_none();
    let mut n = match count.pred {
        ICmpPred::Slt | ICmpPred::Sgt | ICmpPred::Ult | ICmpPred::Ugt if !single => {
            let rest = e.binary(BinOp::Sub, size, one);
            let up = e.binary(BinOp::Add, distance, rest);
            e.binary(BinOp::UDiv, up, size)
        }
        ICmpPred::Sle | ICmpPred::Sge | ICmpPred::Ule | ICmpPred::Uge => {
            let whole = e.binary(BinOp::UDiv, distance, size);
            e.binary(BinOp::Add, whole, one)
        }
        _ => e.binary(BinOp::UDiv, distance, size),
    };
    if count.pred != ICmpPred::Ne {
        let holds = e.icmp(count.pred, x, limit);
        n = e.def(Inst::Select(holds, n, zero), Type::I64);
    }
    if count.in_latch {
        // The iteration whose test fails runs too.
        let most = e.int(STRIP as i64 - 1, 64);
        n = e.smaller(n, most);
        n = e.binary(BinOp::Add, n, one);
    }
    n
}

/// Whether a sum is in its range in the first and in the last iteration, and so in all between.
fn guarded(e: &mut Emit<'_>, guard: &Guard, step: Step, last: Value) -> Value {
    let first = e.sum(&guard.sum, 64);
    let mut holds = in_range(e, guard, first);
    if step.by != 0 {
        let at_last = e.add_steps(first, last, step, false);
        let also = in_range(e, guard, at_last);
        holds = e.binary(BinOp::And, holds, also);
    }
    holds
}

fn in_range(e: &mut Emit<'_>, guard: &Guard, v: Value) -> Value {
    let narrow = e.resized(v, guard.bits, guard.signed);
    let wide = e.resized(narrow, 64, guard.signed);
    e.icmp(ICmpPred::Eq, v, wide)
}

/// Whether all that a group accesses is in bounds, and the window offset of its base in the first iteration.
fn range(e: &mut Emit<'_>, group: &Group, last: Value) -> (Value, Value) {
    let base = e.pointer(&group.base);
    let (from, to) = group.span;
    let size = e.int(to - from, 64);
    let bytes = e.add_steps(size, last, group.step, true);
    let back = match group.step.by {
        ..0 => {
            let zero = e.int(0, 64);
            SmallVec::from_slice(&[(e.add_steps(zero, last, group.step, false), 1)])
        }
        _ => SmallVec::new(),
    };
    let low = e.def(Inst::Gep { base, offset: from, terms: back }, Type::Ptr);
    let answer = Type::structure(vec![Type::BOOL, Type::I64], false);
    let answer =
        e.def(Inst::Range { root: group.root, low, bytes, write: group.write, size: group.size }, answer);
    let holds = e.def(Inst::ExtractValue(answer, SmallVec::from_slice(&[0])), Type::BOOL);
    let delta = e.def(Inst::ExtractValue(answer, SmallVec::from_slice(&[1])), Type::I64);
    let number = e.resized(base, 64, false);
    (holds, e.binary(BinOp::Add, number, delta))
}
