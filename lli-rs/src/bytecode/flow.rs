//! The shape of a function: reachable blocks in emission order, predecessors, loop depth.

use smallvec::SmallVec;

use crate::ir::{BlockId, Function, Inst, Terminator};

/// Control flow of one function.
pub struct Flow {
    /// Reachable blocks in the order in which they are emitted; the entry first, loops contiguous.
    pub order: Vec<BlockId>,
    /// Position in `order`; `u32::MAX` if unreachable.
    pub position: Vec<u32>,
    /// Predecessors (reachable ones, each once).
    pub preds: Vec<SmallVec<[BlockId; 4]>>,
    /// How many loops a block is in.
    pub depth: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Flow {
    /// Analyses a function.
    pub fn compute(f: &Function) -> Flow {
        let n = f.blocks.len();
        let succs: Vec<SmallVec<[BlockId; 4]>> = f.block_ids().map(|b| successors(f, b)).collect();
        let (rpo, number) = reverse_postorder(&succs, n, |_, s| s.len());
        let mut preds = vec![SmallVec::new(); n];
        for &b in &rpo {
            for &s in &succs[b.0 as usize] {
                let list: &mut SmallVec<[BlockId; 4]> = &mut preds[s.0 as usize];
                if !list.contains(&b) {
                    list.push(b);
                }
            }
        }
        let idom = dominators(&rpo, &number, &preds);
        let inner = loops(&rpo, &number, &preds, &idom);
        // Once more, leaving loops last: so that their blocks come one after the other.
        let exits_first = |b: BlockId, succs: &[BlockId]| {
            let mut order: SmallVec<[BlockId; 4]> = succs.iter().rev().copied().collect();
            order.sort_by_key(|s| inner.depth[s.0 as usize].min(inner.depth[b.0 as usize]));
            order
        };
        let ordered: Vec<SmallVec<[BlockId; 4]>> = f
            .block_ids()
            .map(|b| {
                if number[b.0 as usize] == NONE {
                    SmallVec::new()
                } else {
                    exits_first(b, &succs[b.0 as usize])
                }
            })
            .collect();
        let (order, position) = reverse_postorder(&ordered, n, |_, s| s.len());
        Flow { order, position, preds, depth: inner.depth }
    }

    /// Whether the block can be reached.
    pub fn reachable(&self, b: BlockId) -> bool {
        self.position[b.0 as usize] != NONE
    }
}

/// Successors, each once.
pub fn successors(f: &Function, b: BlockId) -> SmallVec<[BlockId; 4]> {
    let mut list: SmallVec<[BlockId; 4]> = SmallVec::new();
    if let Some(t) = f.terminator(b) {
        if let Terminator::Switch { .. } | Terminator::IndirectBr(..) = t {
            let mut all: Vec<BlockId> = t.successors().into_vec();
            let mut seen = rustc_hash::FxHashSet::default();
            all.retain(|s| seen.insert(*s));
            return all.into_iter().collect();
        }
        for s in t.successors() {
            if !list.contains(&s) {
                list.push(s);
            }
        }
    }
    list
}

fn reverse_postorder(
    succs: &[SmallVec<[BlockId; 4]>],
    n: usize,
    len: impl Fn(BlockId, &[BlockId]) -> usize,
) -> (Vec<BlockId>, Vec<u32>) {
    let mut seen = vec![false; n];
    let mut post = Vec::with_capacity(n);
    let mut stack = Vec::new();
    if n > 0 {
        seen[0] = true;
        stack.push((BlockId::ENTRY, 0));
    }
    while let Some((b, next)) = stack.pop() {
        let list = &succs[b.0 as usize];
        if next < len(b, list) {
            stack.push((b, next + 1));
            let s = list[next];
            if !std::mem::replace(&mut seen[s.0 as usize], true) {
                stack.push((s, 0));
            }
        } else {
            post.push(b);
        }
    }
    post.reverse();
    let mut number = vec![NONE; n];
    for (i, b) in post.iter().enumerate() {
        number[b.0 as usize] = i as u32;
    }
    (post, number)
}

/// Immediate dominators as positions in `rpo` (Cooper, Harvey, Kennedy).
fn dominators(rpo: &[BlockId], number: &[u32], preds: &[SmallVec<[BlockId; 4]>]) -> Vec<u32> {
    let mut idom = vec![NONE; rpo.len()];
    if idom.is_empty() {
        return idom;
    }
    idom[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for i in 1..rpo.len() {
            let mut new = NONE;
            for p in &preds[rpo[i].0 as usize] {
                let mut p = number[p.0 as usize];
                if idom[p as usize] == NONE {
                    continue;
                }
                if new == NONE {
                    new = p;
                    continue;
                }
                while p != new {
                    if p > new {
                        p = idom[p as usize];
                    } else {
                        new = idom[new as usize];
                    }
                }
            }
            if idom[i] != new {
                idom[i] = new;
                changed = true;
            }
        }
    }
    idom
}

struct Loops {
    depth: Vec<u32>,
}

/// Natural loops: depth of every block.
fn loops(rpo: &[BlockId], number: &[u32], preds: &[SmallVec<[BlockId; 4]>], idom: &[u32]) -> Loops {
    let mut depth = vec![0; preds.len()];
    let mut member = vec![NONE; preds.len()];
    for (h, &header) in rpo.iter().enumerate() {
        let h = h as u32;
        let mut work: Vec<BlockId> = preds[header.0 as usize]
            .iter()
            .copied()
            .filter(|p| {
                let mut d = number[p.0 as usize];
                while d > h {
                    d = idom[d as usize];
                }
                d == h
            })
            .collect();
        if work.is_empty() {
            continue;
        }
        member[header.0 as usize] = h;
        depth[header.0 as usize] += 1;
        while let Some(b) = work.pop() {
            if std::mem::replace(&mut member[b.0 as usize], h) != h {
                depth[b.0 as usize] += 1;
                work.extend_from_slice(&preds[b.0 as usize]);
            }
        }
    }
    Loops { depth }
}

/// The phis at the head of a block, with the value that comes from `pred`.
pub fn phis_from(f: &Function, block: BlockId, pred: BlockId) -> Vec<(crate::ir::Value, crate::ir::Value)> {
    let mut moves = Vec::new();
    for &id in &f.block(block).insts {
        let data = f.inst(id);
        let Inst::Phi(incoming) = &data.inst else { break };
        if let (Some(phi), Some((_, v))) = (data.result, incoming.iter().find(|(p, _)| *p == pred)) {
            moves.push((phi, *v));
        }
    }
    moves
}
