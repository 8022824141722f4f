//! On-stack replacement: a body that starts where a running one stands, at the head of a loop.
//!
//! [`at`] gives a function whose parameters are the values that are live into the head. It works on any body,
//! the lowered form included, as long as no pass has yet given it values that the interpreter does not have.

mod peel;

use std::collections::{BTreeMap, BTreeSet};

use super::cfg::{self, Cfg};
use super::ssa::{self, Variable};
use super::subst::Subst;
use crate::ir::{
    Block, BlockId, Const, Function, Inst, InstId, LocId, ParamAttr, Signature, Terminator, Type, Value,
    ValueDef,
};

/// A body that begins at a loop head.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The body. Parameter `n` is what `live[n]` of the original is when control arrives at the head.
    pub function: Function,
    /// Values of the original: the phis of the head, then what else is needed of what is live there, in order of
    /// number.
    pub live: Vec<Value>,
}

/// Makes the body that starts at `head`; `None` if nothing can arrive there a second time. A value for which
/// `folded` holds is computed anew from its operands instead of being taken over. With `peel`, an inner loop is copied
/// for this one visit.
pub fn at(f: &Function, head: BlockId, folded: &dyn Fn(Value) -> bool, peel: bool) -> Option<Entry> {
    let cfg = Cfg::new(f);
    if !is_possible(f, head) || !cfg.is_reachable(head) {
        return None;
    }
    let (phis, others) = live_into(f, &cfg, &[head]).pop()?;
    let kept = operands_of_folded(f, &others, folded);
    let mut g = f.clone();
    let live: Vec<Value> = phis.iter().chain(&kept).copied().collect();
    g.params = live
        .iter()
        .enumerate()
        .map(|(i, v)| g.add_value(ValueDef::Param(i as u32), f.ty(*v).clone()))
        .collect();
    g.sig = std::sync::Arc::new(Signature {
        ret: f.sig.ret.clone(),
        params: live.iter().map(|v| f.ty(*v).clone()).collect(),
        attrs: vec![ParamAttr::None; live.len()],
        variadic: false,
    });
    let mut arriving = Arriving {
        f,
        values: live.iter().copied().zip(g.params.iter().copied()).collect(),
        made: Vec::new(),
    };
    let others: Vec<(Value, Value)> =
        others.into_iter().map(|v| Some((v, arriving.value(&mut g, v)?))).collect::<Option<_>>()?;
    let made = arriving.made;
    let peeled = if peel { peel::run(f, &mut g, &cfg, head, &reachable_from(f, head)) } else { None };
    let (begin, variables) = peeled.map_or((head, Vec::new()), |p| (p.head, p.variables));
    enter(&mut g, begin, phis.len(), made);
    let cfg = cfg::remove_unreachable(&mut g);
    join(f, &mut g, &cfg, &others, variables);
    for p in &f.params {
        // Nothing names the old parameters any more.
        g.values[p.0 as usize].def = ValueDef::Const(Const::Zero);
    }
    Some(Entry { function: g, live })
}

/// Whether a body can start at that block if control can arrive there a second time.
pub(super) fn is_possible(f: &Function, head: BlockId) -> bool {
    let lands = |id: &InstId| matches!(f.inst(*id).inst, Inst::LandingPad { .. });
    head != BlockId::ENTRY && !f.block(head).insts.iter().any(lands)
}

/// The live values with folded ones replaced by what they are computed from, in order of number.
fn operands_of_folded(f: &Function, live: &[Value], folded: &dyn Fn(Value) -> bool) -> Vec<Value> {
    let (mut work, mut kept) = (live.to_vec(), BTreeSet::new());
    while let Some(v) = work.pop() {
        match f.def_inst(v) {
            Some((_, data)) if folded(v) => data.inst.operands(&mut |o| work.push(o)),
            _ if f.as_const(v).is_none() => drop(kept.insert(v)),
            _ => {}
        }
    }
    kept.into_iter().collect()
}

/// The values of the original as the new entry has them.
struct Arriving<'a> {
    f: &'a Function,
    values: BTreeMap<Value, Value>,
    /// Instructions that compute folded ones.
    made: Vec<InstId>,
}

impl Arriving<'_> {
    /// `None` if the value can be computed only where it was.
    fn value(&mut self, g: &mut Function, v: Value) -> Option<Value> {
        if self.f.as_const(v).is_some() {
            return Some(v);
        }
        if let Some(known) = self.values.get(&v) {
            return Some(*known);
        }
        let (_, data) = self.f.def_inst(v)?;
        let Inst::Gep { base, offset, terms } = &data.inst else { return None };
        let base = self.value(g, *base)?;
        let terms = terms.iter().map(|(t, k)| Some((self.value(g, *t)?, *k))).collect::<Option<_>>()?;
        let inst = Inst::Gep { base, offset: *offset, terms };
        let (id, result) = g.add_inst_at(inst, self.f.ty(v).clone(), (data.frame, data.loc));
        self.made.push(id);
        self.values.insert(v, result?);
        result
    }
}

/// The entry now leads to the head; its phis take the first parameters from there.
fn enter(g: &mut Function, head: BlockId, phis: usize, made: Vec<InstId>) {
    let (jump, _) = g.add_inst(Inst::Term(Terminator::Br(head)), Type::Void, LocId::NONE);
    let mut insts = made;
    insts.push(jump);
    g.blocks[BlockId::ENTRY.0 as usize] = Block { insts };
    let Function { blocks, insts, params, .. } = g;
    for (id, param) in blocks[head.0 as usize].insts.iter().zip(&params[..phis]) {
        if let Inst::Phi(incoming) = &mut insts[id.0 as usize].inst {
            incoming.retain(|(from, _)| *from != BlockId::ENTRY);
            incoming.push((BlockId::ENTRY, *param));
        }
    }
}

/// Lets the other live values come from what the entry has for them, or from their definitions where those run
/// again.
fn join(f: &Function, g: &mut Function, cfg: &Cfg, others: &[(Value, Value)], more: Vec<Variable>) {
    let home = homes(f, cfg);
    let mut subst = Subst::new(g);
    let mut variables = more;
    for (v, arriving) in others {
        match home[v.0 as usize] {
            Some(block) => variables.push(Variable { defs: vec![(BlockId::ENTRY, *arriving), (block, *v)] }),
            None => subst.replace(*v, *arriving),
        }
    }
    subst.apply(g);
    ssa::repair(g, cfg, &variables);
}

/// The blocks in which values are defined, as far as they are reachable.
fn homes(f: &Function, cfg: &Cfg) -> Vec<Option<BlockId>> {
    let mut home = vec![None; f.values.len()];
    // The entry is another one now, and copies define other values.
    let old = |b: &&BlockId| **b != BlockId::ENTRY && (b.0 as usize) < f.blocks.len();
    for block in cfg.rpo().iter().filter(old) {
        for id in &f.block(*block).insts {
            if let Some(v) = f.inst(*id).result {
                home[v.0 as usize] = Some(*block);
            }
        }
    }
    home
}

/// What a body needs where a loop begins: the phis of the head, then the other values that are live there, in order of
/// number.
pub(super) fn live_at(f: &Function, heads: &[BlockId]) -> Vec<Vec<Value>> {
    let cfg = Cfg::new(f);
    live_into(f, &cfg, heads).into_iter().map(|(phis, others)| [phis, others].concat()).collect()
}

/// For each of these heads its phis, and the other values that are live where it begins.
fn live_into(f: &Function, cfg: &Cfg, heads: &[BlockId]) -> Vec<(Vec<Value>, Vec<Value>)> {
    let mut found = vec![(Vec::new(), Vec::new()); heads.len()];
    let mut number = vec![None; f.blocks.len()];
    for (n, head) in heads.iter().enumerate() {
        number[head.0 as usize] = Some(n);
    }
    let mut uses: Vec<Vec<BlockId>> = vec![Vec::new(); f.values.len()];
    let mut home = vec![None; f.values.len()];
    for block in cfg.rpo().iter().copied() {
        for id in &f.block(block).insts {
            let data = f.inst(*id);
            if let Some(v) = data.result {
                home[v.0 as usize] = Some(block);
            }
            let mut add = |v: Value, at: BlockId| {
                let list = &mut uses[v.0 as usize];
                if list.last() != Some(&at) {
                    list.push(at);
                }
            };
            match &data.inst {
                Inst::Phi(incoming) => {
                    if let Some(n) = number[block.0 as usize] {
                        found[n].0.extend(data.result);
                    }
                    incoming.iter().filter(|i| cfg.is_reachable(i.0)).for_each(|(from, v)| add(*v, *from));
                }
                inst => inst.operands(&mut |v| add(v, block)),
            }
        }
    }
    let mut seen = vec![0u32; f.blocks.len()];
    for v in 0..f.values.len() as u32 {
        if matches!(f.value(Value(v)).def, ValueDef::Const(_)) {
            continue;
        }
        let mut work = std::mem::take(&mut uses[v as usize]);
        while let Some(block) = work.pop() {
            if Some(block) == home[v as usize]
                || std::mem::replace(&mut seen[block.0 as usize], v + 1) == v + 1
            {
                continue;
            }
            if let Some(n) = number[block.0 as usize] {
                found[n].1.push(Value(v));
            }
            work.extend(cfg.preds(block));
        }
    }
    found
}

fn reachable_from(f: &Function, head: BlockId) -> Vec<bool> {
    let mut reached = vec![false; f.blocks.len()];
    let mut work = vec![head];
    while let Some(block) = work.pop() {
        if !std::mem::replace(&mut reached[block.0 as usize], true) {
            work.extend(cfg::successors(f, block));
        }
    }
    reached
}
