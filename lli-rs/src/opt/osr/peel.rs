//! A copy of a loop for the one visit in the middle of which a body begins.
//!
//! Entered at the head of an inner loop, the body as it is would have one loop where there were two: the edge
//! that leads from the outer loop to the head would be a second back edge of it. With the copy, the inner
//! loop stays one with a single way in, so that it can be versioned and vectorized.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{BlockId, Function, Inst, Terminator, Type, Value};
use crate::opt::cfg::{Cfg, successors, term_targets};
use crate::opt::dom::{DomTree, Loops};
use crate::opt::ssa::Variable;

/// Larger loops are not copied.
const MAX_INSTS: usize = 4000;

/// The copy.
pub(super) struct Peeled {
    /// Its head; the phis have no way in yet but the copy's own.
    pub(super) head: BlockId,
    /// The values of the loop that others use, and their copies.
    pub(super) variables: Vec<Variable>,
}

/// Copies the loop of that head in `g`, which is `f` with more values, if control can come back to it from
/// outside: `reached` tells which blocks the head leads to.
pub(super) fn run(
    f: &Function,
    g: &mut Function,
    cfg: &Cfg,
    head: BlockId,
    reached: &[bool],
) -> Option<Peeled> {
    let dom = DomTree::new(cfg);
    let loops = Loops::new(cfg, &dom);
    let l = loops.all.iter().find(|l| l.header == head)?;
    let inside: FxHashSet<BlockId> = l.blocks.iter().copied().collect();
    let again = |p: &BlockId| !inside.contains(p) && reached[p.0 as usize];
    let insts: usize = l.blocks.iter().map(|b| f.block(*b).insts.len()).sum();
    let jumps = |b: &BlockId| matches!(f.terminator(*b), Some(Terminator::IndirectBr(..)));
    if !cfg.preds(head).iter().any(again) || insts > MAX_INSTS || l.blocks.iter().any(jumps) {
        return None;
    }
    let first = g.blocks.len() as u32;
    g.blocks.resize_with(g.blocks.len() + l.blocks.len(), Default::default);
    let blocks: FxHashMap<BlockId, BlockId> = l.blocks.iter().copied().zip((first..).map(BlockId)).collect();
    let values = copy(f, g, &blocks, &l.blocks);
    leave(f, g, &blocks, &values);
    let used = used_outside(f, cfg, &inside);
    let variables = l.blocks.iter().flat_map(|b| f.block(*b).insts.iter().map(move |id| (*b, *id)));
    let variables = variables.filter_map(|(b, id)| {
        let v = f.inst(id).result.filter(|v| used.contains(v))?;
        Some(Variable { defs: vec![(b, v), (blocks[&b], values[&v])] })
    });
    Some(Peeled { head: blocks[&head], variables: variables.collect() })
}

/// Copies the blocks; edges within the loop lead to copies. The head's phis keep only those.
fn copy(
    f: &Function,
    g: &mut Function,
    blocks: &FxHashMap<BlockId, BlockId>,
    order: &[BlockId],
) -> FxHashMap<Value, Value> {
    let (mut values, mut new) = (FxHashMap::default(), Vec::new());
    for block in order {
        for id in &f.block(*block).insts {
            let data = f.inst(*id);
            let ty = data.result.map_or(Type::Void, |r| f.ty(r).clone());
            let (copy, value) = g.add_inst_at(data.inst.clone(), ty, (data.frame, data.loc));
            g.blocks[blocks[block].0 as usize].insts.push(copy);
            new.push(copy);
            values.extend(data.result.zip(value));
        }
    }
    let inside = |b: &BlockId| blocks.get(b).copied().unwrap_or(*b);
    for id in new {
        let inst = &mut g.insts[id.0 as usize].inst;
        match inst {
            Inst::Phi(incoming) => {
                incoming.retain(|(from, _)| blocks.contains_key(from));
                incoming.iter_mut().for_each(|i| i.0 = inside(&i.0));
            }
            Inst::Term(t) => term_targets(t, &|b| *b = inside(b)),
            _ => {}
        }
        inst.operands_mut(&mut |v| *v = values.get(v).copied().unwrap_or(*v));
    }
    values
}

/// Phis behind the loop take from the copy what they take from the loop.
fn leave(
    f: &Function,
    g: &mut Function,
    blocks: &FxHashMap<BlockId, BlockId>,
    values: &FxHashMap<Value, Value>,
) {
    let exits: FxHashSet<BlockId> =
        blocks.keys().flat_map(|b| successors(f, *b)).filter(|to| !blocks.contains_key(to)).collect();
    for to in exits {
        for id in &f.block(to).insts {
            let Inst::Phi(incoming) = &mut g.insts[id.0 as usize].inst else { break };
            let copies: Vec<(BlockId, Value)> = incoming
                .iter()
                .filter_map(|(from, v)| Some((*blocks.get(from)?, values.get(v).copied().unwrap_or(*v))))
                .collect();
            incoming.extend(copies);
        }
    }
}

/// Values that instructions outside use; what phis take from inside is used inside.
fn used_outside(f: &Function, cfg: &Cfg, inside: &FxHashSet<BlockId>) -> FxHashSet<Value> {
    let mut used = FxHashSet::default();
    for block in cfg.rpo().iter().filter(|b| !inside.contains(b)) {
        for id in &f.block(*block).insts {
            match &f.inst(*id).inst {
                Inst::Phi(incoming) => {
                    used.extend(incoming.iter().filter(|i| !inside.contains(&i.0)).map(|i| i.1));
                }
                inst => inst.operands(&mut |v| used.extend([v])),
            }
        }
    }
    used
}
