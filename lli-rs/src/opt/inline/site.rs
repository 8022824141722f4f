//! Replaces one call by a copy of the callee's body.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{Callee, Candidate, frame_after};
use crate::ir::{
    Block, BlockId, Const, FrameId, Function, InlineFrame, Inst, InstId, Intrinsic, LocId, Terminator, Type,
    Value, ValueDef,
};
use crate::opt::cfg::{self, term_targets};
use crate::opt::subst::Subst;

struct Copy<'a> {
    f: &'a mut Function,
    callee: &'a Function,
    /// The copies of the callee's values.
    values: FxHashMap<Value, Value>,
    /// Number of the copy of its block 0.
    first: u32,
    /// Where control goes after a return.
    after: BlockId,
    frame: FrameId,
    /// The height of the stack of objects before, if the callee makes some.
    saved: Option<Value>,
    /// What returns come with, and from where.
    returns: Vec<(BlockId, Option<Value>)>,
}

/// Replaces a call; gives the calls in the copy, in order.
pub fn replace(f: &mut Function, subst: &mut Subst, at: &Candidate, callee: &Callee) -> Vec<Candidate> {
    let data = f.inst(at.call).clone();
    let Inst::Call(call) = data.inst else { return Vec::new() };
    let (pos, frame) = ((data.frame, data.loc), frame_after(f));
    f.inlined.push(InlineFrame {
        func: callee.body.id,
        caller: pos,
        name: callee.body.name.clone(),
        locs: callee.body.locs.clone(),
    });
    let after = split(f, at.block, at.call);
    let saved = callee.objects.then(|| push(f, at.block, stack(Intrinsic::StackSave, &[]), Type::Ptr, pos));
    let first = f.blocks.len() as u32;
    let to = BlockId(first);
    push(f, at.block, Inst::Term(Terminator::Br(to)), Type::Void, pos);
    let args = call.args.iter().map(|a| subst.get(*a));
    let values = callee.body.params.iter().copied().zip(args).collect();
    let saved = saved.flatten();
    let (callee, returns) = (&callee.body, Vec::new());
    let mut copy = Copy { f, callee, values, first, after, frame, saved, returns };
    let calls = copy.run(at.in_loop);
    let returns = copy.returns;
    if let Some(result) = data.result {
        let by = joined(f, after, f.ty(result).clone(), &returns, pos);
        subst.replace(result, by);
    }
    calls
}

fn stack(i: Intrinsic, args: &[Value]) -> Inst {
    Inst::Intrinsic(i, args.to_vec())
}

fn push(f: &mut Function, block: BlockId, inst: Inst, ty: Type, pos: (FrameId, LocId)) -> Option<Value> {
    let (id, result) = f.add_inst_at(inst, ty, pos);
    f.blocks[block.0 as usize].insts.push(id);
    result
}

/// Takes the call out of its block, and what follows it into a new one.
fn split(f: &mut Function, block: BlockId, call: InstId) -> BlockId {
    let after = BlockId(f.blocks.len() as u32);
    for to in cfg::successors(f, block) {
        for id in &f.blocks[to.0 as usize].insts {
            let Inst::Phi(incoming) = &mut f.insts[id.0 as usize].inst else { break };
            incoming.iter_mut().filter(|i| i.0 == block).for_each(|i| i.0 = after);
        }
    }
    let insts = &mut f.blocks[block.0 as usize].insts;
    let at = insts.iter().position(|id| *id == call).unwrap_or(insts.len());
    let rest = insts.split_off(at);
    f.blocks.push(Block { insts: rest.into_iter().skip(1).collect() });
    after
}

/// The value that the returns come with.
fn joined(
    f: &mut Function,
    after: BlockId,
    ty: Type,
    returns: &[(BlockId, Option<Value>)],
    pos: (FrameId, LocId),
) -> Value {
    let values: Vec<(BlockId, Value)> = returns.iter().filter_map(|r| Some((r.0, r.1?))).collect();
    match &values[..] {
        // Never reached.
        [] => f.add_const(Const::Zero, ty),
        [(_, only)] => *only,
        _ => {
            let (id, phi) = f.add_inst_at(Inst::Phi(values.clone()), ty, pos);
            f.blocks[after.0 as usize].insts.insert(0, id);
            phi.unwrap_or(values[0].1)
        }
    }
}

impl Copy<'_> {
    fn run(&mut self, in_loop: bool) -> Vec<Candidate> {
        let callee = self.callee;
        let count = callee.blocks.len();
        self.f.blocks.extend(std::iter::repeat_with(Block::default).take(count));
        let (mut copied, mut calls) = (Vec::new(), Vec::new());
        for (n, block) in callee.blocks.iter().enumerate() {
            let to = BlockId(self.first + n as u32);
            for id in &block.insts {
                let data = callee.inst(*id);
                let pos = (self.frame, data.loc);
                if let Inst::Term(Terminator::Ret(v)) = &data.inst {
                    self.ret(to, *v, pos);
                    continue;
                }
                let ty = data.result.map_or(Type::Void, |r| callee.ty(r).clone());
                let (new, value) = self.f.add_inst_at(data.inst.clone(), ty, pos);
                self.f.blocks[to.0 as usize].insts.push(new);
                self.values.extend(data.result.zip(value));
                copied.push(new);
                if matches!(&data.inst, Inst::Call(c) if c.direct().is_some()) {
                    calls.push(Candidate { block: to, call: new, in_loop });
                }
            }
        }
        for id in copied {
            self.rename(id);
        }
        for i in 0..self.returns.len() {
            let value = self.returns[i].1;
            self.returns[i].1 = value.map(|v| self.value(v));
        }
        calls
    }

    /// A return: its objects end, and control goes on behind the call.
    fn ret(&mut self, block: BlockId, value: Option<Value>, pos: (FrameId, LocId)) {
        if let Some(saved) = self.saved {
            push(self.f, block, stack(Intrinsic::StackRestore, &[saved]), Type::Void, pos);
        }
        push(self.f, block, Inst::Term(Terminator::Br(self.after)), Type::Void, pos);
        self.returns.push((block, value));
    }

    /// The copy of a value of the callee's.
    fn value(&mut self, v: Value) -> Value {
        if let Some(known) = self.values.get(&v) {
            return *known;
        }
        let data = self.callee.value(v);
        let copy = match &data.def {
            ValueDef::Const(c) => self.f.add_const(c.clone(), data.ty.clone()),
            // Defined in no block that is left: nothing that runs uses it.
            _ => self.f.add_const(Const::Zero, data.ty.clone()),
        };
        self.values.insert(v, copy);
        copy
    }

    /// Lets a copied instruction name the copies of values and blocks.
    fn rename(&mut self, id: InstId) {
        let mut operands: SmallVec<[Value; 8]> = SmallVec::new();
        self.f.inst(id).inst.operands(&mut |v| operands.push(v));
        operands.iter_mut().for_each(|v| *v = self.value(*v));
        let mut next = operands.into_iter();
        let first = self.first;
        let inst = &mut self.f.insts[id.0 as usize].inst;
        inst.operands_mut(&mut |v| *v = next.next().unwrap_or(*v));
        match inst {
            Inst::Phi(incoming) => incoming.iter_mut().for_each(|i| i.0.0 += first),
            Inst::Term(t) => term_targets(t, &|b| b.0 += first),
            _ => {}
        }
    }
}
