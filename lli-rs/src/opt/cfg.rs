//! The control flow graph: predecessors, reverse postorder, removal of what cannot be reached, and the
//! tidying of blocks that other passes leave behind.

use smallvec::SmallVec;

use super::subst::Subst;
use crate::ir::{Block, BlockId, Function, Inst, LocId, Terminator, Type};

/// Predecessors and an order of visit. Unreachable blocks have no position and are nobody's predecessor.
#[derive(Clone, Debug)]
pub struct Cfg {
    preds: Vec<SmallVec<[BlockId; 4]>>,
    rpo: Vec<BlockId>,
    position: Vec<u32>,
}

const UNREACHABLE: u32 = u32::MAX;

impl Cfg {
    /// Computes the graph of a function.
    pub fn new(f: &Function) -> Cfg {
        let rpo = reverse_postorder(f);
        let mut position = vec![UNREACHABLE; f.blocks.len()];
        let mut preds = vec![SmallVec::new(); f.blocks.len()];
        for (i, block) in rpo.iter().enumerate() {
            position[block.0 as usize] = i as u32;
        }
        for block in &rpo {
            for succ in successors(f, *block) {
                let of: &mut SmallVec<[BlockId; 4]> = &mut preds[succ.0 as usize];
                // Edges of one block come together, so its last entry tells whether it is there already.
                if of.last() != Some(block) {
                    of.push(*block);
                }
            }
        }
        Cfg { preds, rpo, position }
    }

    /// The reachable predecessors of a block, each once.
    pub fn preds(&self, block: BlockId) -> &[BlockId] {
        &self.preds[block.0 as usize]
    }

    /// The reachable blocks; a block comes after those that dominate it.
    pub fn rpo(&self) -> &[BlockId] {
        &self.rpo
    }

    /// A reachable block's place in [`Cfg::rpo`].
    pub fn position(&self, block: BlockId) -> Option<usize> {
        match self.position[block.0 as usize] {
            UNREACHABLE => None,
            at => Some(at as usize),
        }
    }

    /// Whether the entry leads to the block.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.position(block).is_some()
    }

    /// Number of blocks, unreachable ones included.
    pub fn len(&self) -> usize {
        self.preds.len()
    }

    /// Whether there is no block at all.
    pub fn is_empty(&self) -> bool {
        self.preds.is_empty()
    }
}

/// The successors of a block; repeated ones are repeated, side by side or not.
pub fn successors(f: &Function, block: BlockId) -> SmallVec<[BlockId; 4]> {
    f.terminator(block).map(Terminator::successors).unwrap_or_default()
}

fn reverse_postorder(f: &Function) -> Vec<BlockId> {
    let mut seen = vec![false; f.blocks.len()];
    let mut order = Vec::with_capacity(f.blocks.len());
    if f.blocks.is_empty() {
        return order;
    }
    let mut stack = vec![(BlockId::ENTRY, successors(f, BlockId::ENTRY))];
    seen[0] = true;
    while let Some((block, left)) = stack.last_mut() {
        // From the last to the first, so that the order follows the source.
        match left.pop() {
            Some(next) if !seen[next.0 as usize] => {
                seen[next.0 as usize] = true;
                stack.push((next, successors(f, next)));
            }
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// Empties unreachable blocks (they keep their numbers, as [`compact`] may not change them) and drops the
/// phi inputs of edges that are gone.
pub fn remove_unreachable(f: &mut Function) -> Cfg {
    let cfg = Cfg::new(f);
    for block in f.block_ids() {
        if !cfg.is_reachable(block) {
            if matches!(f.terminator(block), Some(Terminator::Unreachable)) && f.block(block).insts.len() == 1
            {
                continue;
            }
            let (id, _) = f.add_inst(Inst::Term(Terminator::Unreachable), Type::Void, LocId::NONE);
            f.blocks[block.0 as usize].insts = vec![id];
            continue;
        }
        for id in &f.blocks[block.0 as usize].insts {
            let Inst::Phi(incoming) = &mut f.insts[id.0 as usize].inst else { break };
            incoming.retain(|(from, _)| cfg.preds(block).contains(from));
        }
    }
    cfg
}

/// Skips blocks that only lead on, appends to each block the one that only it leads to, then gives up the numbers of empty blocks.
/// A function with address-taken blocks keeps its numbers: constants outside of it name them.
pub fn compact(f: &mut Function) {
    skip_empty_blocks(f);
    let cfg = Cfg::new(f);
    merge_chains(f, &cfg);
    if f.address_taken.is_empty() {
        renumber(f);
    } else {
        remove_unreachable(f);
    }
}

/// Lets the predecessors of a block that only branches go where it goes. Where that target has phis, only
/// predecessors that do nothing but branch take over its inputs; for others the block is the place where
/// the edge's moves are made.
fn skip_empty_blocks(f: &mut Function) {
    let mut cfg = Cfg::new(f);
    for at in 0..cfg.rpo.len() {
        let block = cfg.rpo[at];
        let &[only] = &f.block(block).insts[..] else { continue };
        let Inst::Term(Terminator::Br(to)) = f.inst(only).inst else { continue };
        if to == block || block == BlockId::ENTRY || f.address_taken.contains(&block) {
            continue;
        }
        let preds = std::mem::take(&mut cfg.preds[block.0 as usize]);
        let branches = |p: &BlockId| matches!(f.terminator(*p), Some(Terminator::Br(_)));
        let has_phis = f.block(to).insts.first().is_some_and(|id| matches!(f.inst(*id).inst, Inst::Phi(_)));
        let others = &cfg.preds[to.0 as usize];
        if has_phis && !preds.iter().all(|p| branches(p) && !others.contains(p)) {
            cfg.preds[block.0 as usize] = preds;
            continue;
        }
        for pred in &preds {
            redirect(f, *pred, block, to);
        }
        for id in &f.blocks[to.0 as usize].insts {
            let Inst::Phi(incoming) = &mut f.insts[id.0 as usize].inst else { break };
            if let Some(i) = incoming.iter().position(|(from, _)| *from == block) {
                let (_, value) = incoming.swap_remove(i);
                incoming.extend(preds.iter().map(|p| (*p, value)));
            }
        }
        let after = &mut cfg.preds[to.0 as usize];
        after.retain(|p| *p != block);
        preds.into_iter().for_each(|p| {
            if !after.contains(&p) {
                after.push(p);
            }
        });
    }
}

/// Makes a block's edges to `from` lead to `to`.
fn redirect(f: &mut Function, block: BlockId, from: BlockId, to: BlockId) {
    let Some(id) = f.block(block).insts.last().copied() else { return };
    if let Inst::Term(term) = &mut f.insts[id.0 as usize].inst {
        term_targets(term, &|b| {
            if *b == from {
                *b = to;
            }
        });
        if let Terminator::CondBr(_, a, b) = term
            && a == b
        {
            *term = Terminator::Br(to);
        }
    }
}

fn merge_chains(f: &mut Function, cfg: &Cfg) {
    let mut subst = Subst::new(f);
    // Where the instructions of a merged block have gone.
    let mut into: Vec<BlockId> = f.block_ids().collect();
    for block in cfg.rpo().iter().copied() {
        let &[pred] = cfg.preds(block) else { continue };
        let target = into[pred.0 as usize];
        if block == BlockId::ENTRY || !matches!(f.terminator(target), Some(Terminator::Br(b)) if *b == block)
        {
            continue;
        }
        let moved = std::mem::take(&mut f.blocks[block.0 as usize].insts);
        f.blocks[target.0 as usize].insts.pop();
        for id in moved {
            match (&f.inst(id).inst, f.inst(id).result) {
                (Inst::Phi(incoming), Some(result)) => {
                    if let Some((_, value)) = incoming.first() {
                        subst.replace(result, *value);
                    }
                }
                _ => f.blocks[target.0 as usize].insts.push(id),
            }
        }
        into[block.0 as usize] = target;
    }
    for at in 0..f.blocks.len() {
        for id in &f.blocks[at].insts {
            let Inst::Phi(incoming) = &mut f.insts[id.0 as usize].inst else { break };
            incoming.iter_mut().for_each(|(from, _)| *from = into[from.0 as usize]);
        }
    }
    subst.apply(f);
}

fn renumber(f: &mut Function) {
    let cfg = Cfg::new(f);
    let kept: Vec<BlockId> = f.block_ids().filter(|b| cfg.is_reachable(*b)).collect();
    if kept.len() == f.blocks.len() {
        return;
    }
    let mut new_number = vec![BlockId::ENTRY; f.blocks.len()];
    for (i, block) in kept.iter().enumerate() {
        new_number[block.0 as usize] = BlockId(i as u32);
    }
    let blocks: Vec<Block> = kept.iter().map(|b| std::mem::take(&mut f.blocks[b.0 as usize])).collect();
    f.blocks = blocks;
    let renamed = |b: &mut BlockId| *b = new_number[b.0 as usize];
    for block in &f.blocks {
        for id in &block.insts {
            match &mut f.insts[id.0 as usize].inst {
                Inst::Phi(incoming) => incoming.iter_mut().for_each(|(from, _)| renamed(from)),
                Inst::Term(term) => term_targets(term, &renamed),
                _ => {}
            }
        }
    }
}

pub(super) fn term_targets(term: &mut Terminator, f: &dyn Fn(&mut BlockId)) {
    match term {
        Terminator::Br(b) => f(b),
        Terminator::CondBr(_, a, b) => [a, b].into_iter().for_each(f),
        Terminator::Switch { cases, default, .. } => {
            f(default);
            cases.iter_mut().for_each(|(_, b)| f(b));
        }
        Terminator::IndirectBr(_, blocks) => blocks.iter_mut().for_each(f),
        Terminator::Invoke { normal, unwind, .. } => [normal, unwind].into_iter().for_each(f),
        Terminator::Ret(_) | Terminator::Resume(_) | Terminator::Unreachable => {}
    }
}
