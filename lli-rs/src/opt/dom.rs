//! Dominators, dominance frontiers and natural loops, for any pass that needs them.

use smallvec::SmallVec;

use super::cfg::Cfg;
use crate::ir::BlockId;

/// The dominator tree of the reachable blocks.
#[derive(Clone, Debug)]
pub struct DomTree {
    idom: Vec<Option<BlockId>>,
    children: Vec<Vec<BlockId>>,
    /// Preorder number and the highest one below, to answer [`DomTree::dominates`] at once.
    span: Vec<(u32, u32)>,
}

impl DomTree {
    /// Computes it (Cooper, Harvey and Kennedy: intersect along reverse postorder until stable).
    pub fn new(cfg: &Cfg) -> DomTree {
        const NONE: usize = usize::MAX;
        let n = cfg.rpo().len();
        let mut idom = vec![NONE; n];
        if n > 0 {
            idom[0] = 0;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (at, block) in cfg.rpo().iter().enumerate().skip(1) {
                let preds = cfg.preds(*block).iter().filter_map(|p| cfg.position(*p));
                let known = preds.filter(|p| idom[*p] != NONE);
                let new = known.reduce(|a, b| intersect(&idom, a, b)).unwrap_or(0);
                changed |= std::mem::replace(&mut idom[at], new) != new;
            }
        }
        let mut tree = DomTree {
            idom: vec![None; cfg.len()],
            children: vec![Vec::new(); cfg.len()],
            span: vec![(u32::MAX, 0); cfg.len()],
        };
        for (at, block) in cfg.rpo().iter().enumerate().skip(1) {
            let parent = cfg.rpo()[idom[at]];
            tree.idom[block.0 as usize] = Some(parent);
            tree.children[parent.0 as usize].push(*block);
        }
        if n > 0 {
            tree.number();
        }
        tree
    }

    fn number(&mut self) {
        let mut next = 0;
        let mut stack = vec![(BlockId::ENTRY, false)];
        while let Some((block, done)) = stack.pop() {
            if done {
                self.span[block.0 as usize].1 = next - 1;
                continue;
            }
            self.span[block.0 as usize].0 = next;
            next += 1;
            stack.push((block, true));
            stack.extend(self.children[block.0 as usize].iter().rev().map(|c| (*c, false)));
        }
    }

    /// The immediate dominator; none for the entry and for unreachable blocks.
    pub fn idom(&self, block: BlockId) -> Option<BlockId> {
        self.idom[block.0 as usize]
    }

    /// The blocks that `block` immediately dominates.
    pub fn children(&self, block: BlockId) -> &[BlockId] {
        &self.children[block.0 as usize]
    }

    /// Whether every path to `b` leads through `a` (each block dominates itself). False for unreachable
    /// blocks.
    pub fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let ((first, last), (at, _)) = (self.span[a.0 as usize], self.span[b.0 as usize]);
        first <= at && at <= last
    }

    /// For each block, the blocks where its dominance ends: where a value defined in it meets others.
    pub fn frontiers(&self, cfg: &Cfg) -> Vec<SmallVec<[BlockId; 2]>> {
        let mut frontiers = vec![SmallVec::new(); cfg.len()];
        for block in cfg.rpo().iter().copied().filter(|b| cfg.preds(*b).len() > 1) {
            for pred in cfg.preds(block) {
                let mut runner = Some(*pred);
                while let Some(at) = runner.filter(|r| Some(*r) != self.idom(block)) {
                    let set: &mut SmallVec<[BlockId; 2]> = &mut frontiers[at.0 as usize];
                    // Above, an earlier predecessor has left its mark already.
                    if set.last() == Some(&block) {
                        break;
                    }
                    set.push(block);
                    runner = self.idom(at);
                }
            }
        }
        frontiers
    }
}

fn intersect(idom: &[usize], mut a: usize, mut b: usize) -> usize {
    while a != b {
        while a > b {
            a = idom[a];
        }
        while b > a {
            b = idom[b];
        }
    }
    a
}

/// A natural loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// The only block through which it is entered.
    pub header: BlockId,
    /// Where the back edges start.
    pub latches: Vec<BlockId>,
    /// All its blocks, those of inner loops included, in reverse postorder; the header first.
    pub blocks: Vec<BlockId>,
    /// The loop around it, as an index into [`Loops::all`].
    pub parent: Option<usize>,
}

/// All natural loops of a function; cycles with several entries are none.
#[derive(Clone, Debug, Default)]
pub struct Loops {
    /// Outer loops before inner ones.
    pub all: Vec<Loop>,
    innermost: Vec<Option<usize>>,
}

impl Loops {
    /// Finds them.
    pub fn new(cfg: &Cfg, dom: &DomTree) -> Loops {
        let mut loops = Loops { all: Vec::new(), innermost: vec![None; cfg.len()] };
        for header in cfg.rpo().iter().copied() {
            let back = cfg.preds(header).iter().copied().filter(|p| dom.dominates(header, *p));
            let latches: Vec<BlockId> = back.collect();
            if !latches.is_empty() {
                // Headers come in an order in which outer loops are met first.
                let parent = loops.innermost[header.0 as usize];
                let blocks = body(cfg, header, &latches);
                for block in &blocks {
                    loops.innermost[block.0 as usize] = Some(loops.all.len());
                }
                loops.all.push(Loop { header, latches, blocks, parent });
            }
        }
        loops
    }

    /// The innermost loop that a block is in, as an index into [`Loops::all`].
    pub fn innermost(&self, block: BlockId) -> Option<usize> {
        self.innermost[block.0 as usize]
    }

    /// How many loops a block is in.
    pub fn depth(&self, block: BlockId) -> usize {
        std::iter::successors(self.innermost(block), |l| self.all[*l].parent).count()
    }
}

fn body(cfg: &Cfg, header: BlockId, latches: &[BlockId]) -> Vec<BlockId> {
    let mut inside = rustc_hash::FxHashSet::default();
    inside.insert(header);
    let mut work: Vec<BlockId> = latches.to_vec();
    while let Some(block) = work.pop() {
        if inside.insert(block) {
            work.extend_from_slice(cfg.preds(block));
        }
    }
    let mut blocks: Vec<BlockId> = inside.into_iter().collect();
    blocks.sort_unstable_by_key(|b| cfg.position(*b));
    blocks
}
