//! Makes a body SSA again after its control flow was edited so that a value has several definitions: each use
//! gets the definition that reaches it, with phis where several meet.
//!
//! Any nesting and irreducible cycles are fine. The work for one variable is bounded by the blocks in which
//! it is live.

use super::cfg::Cfg;
use super::dom::DomTree;
use crate::ir::{BlockId, FrameId, Function, Inst, InstId, LocId, Value};

/// What used to be one value.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its definitions and the blocks that they stand in, at most one a block. The first one's type is the
    /// variable's. Uses of any of them are uses of the variable.
    pub defs: Vec<(BlockId, Value)>,
}

/// A use: at the end of a block for phis, otherwise somewhere in it.
#[derive(Clone, Copy)]
struct Use {
    inst: InstId,
    /// Of a phi: the block that the value comes from.
    block: BlockId,
    phi: bool,
}

const NONE: u32 = u32::MAX;

/// Rewrites all uses. Every use must be reached by a definition on every path to it.
pub fn repair(f: &mut Function, cfg: &Cfg, variables: &[Variable]) {
    if variables.is_empty() {
        return;
    }
    let mut variable_of = vec![NONE; f.values.len()];
    for (i, variable) in variables.iter().enumerate() {
        variable.defs.iter().for_each(|(_, v)| variable_of[v.0 as usize] = i as u32);
    }
    let uses = find_uses(f, cfg, &variable_of, variables.len());
    let dom = DomTree::new(cfg);
    let n = f.blocks.len();
    let mut repairer = Repairer {
        cfg,
        dom: &dom,
        frontiers: dom.frontiers(cfg),
        defined: vec![(0, Value(0)); n],
        live: vec![0; n],
        placed: vec![(0, Value(0)); n],
        phis: vec![Vec::new(); n],
    };
    for (i, (variable, uses)) in variables.iter().zip(&uses).enumerate() {
        repairer.variable(f, i as u32 + 1, variable, uses);
    }
    for (block, phis) in repairer.phis.into_iter().enumerate() {
        f.blocks[block].insts.splice(0..0, phis);
    }
}

fn find_uses(f: &Function, cfg: &Cfg, variable_of: &[u32], n: usize) -> Vec<Vec<Use>> {
    let mut uses = vec![Vec::new(); n];
    for block in cfg.rpo().iter().copied() {
        for inst in f.block(block).insts.iter().copied() {
            let mut add = |v: Value, block, phi| match variable_of[v.0 as usize] {
                NONE => {}
                variable => uses[variable as usize].push(Use { inst, block, phi }),
            };
            match &f.inst(inst).inst {
                Inst::Phi(incoming) => incoming.iter().for_each(|(from, v)| add(*v, *from, true)),
                other => other.operands(&mut |v| add(v, block, false)),
            }
        }
    }
    uses
}

/// Marks are the number of the variable that they were made for.
struct Repairer<'a> {
    cfg: &'a Cfg,
    dom: &'a DomTree,
    frontiers: Vec<smallvec::SmallVec<[BlockId; 2]>>,
    /// The definition in a block.
    defined: Vec<(u32, Value)>,
    /// Whether the variable is live where a block begins.
    live: Vec<u32>,
    /// The value at the start of a block: a phi's, or one found before.
    placed: Vec<(u32, Value)>,
    phis: Vec<Vec<InstId>>,
}

impl Repairer<'_> {
    fn variable(&mut self, f: &mut Function, mark: u32, variable: &Variable, uses: &[Use]) {
        for (block, v) in &variable.defs {
            self.defined[block.0 as usize] = (mark, *v);
        }
        // A block with both a definition and a use of the variable uses the definition.
        let mut work: Vec<BlockId> =
            uses.iter().map(|u| u.block).filter(|b| !self.is_defined(mark, *b)).collect();
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut self.live[block.0 as usize], mark) != mark {
                work.extend(self.cfg.preds(block).iter().filter(|p| !self.is_defined(mark, **p)));
            }
        }
        let new = self.place(f, mark, variable);
        for (block, phi) in new {
            let incoming =
                self.cfg.preds(block).iter().map(|p| (*p, self.at_end(mark, *p))).collect::<Vec<_>>();
            f.insts[phi.0 as usize].inst = Inst::Phi(incoming);
        }
        for u in uses {
            let value = self.at_end(mark, u.block);
            match &mut f.insts[u.inst.0 as usize].inst {
                Inst::Phi(incoming) if u.phi => {
                    incoming.iter_mut().filter(|i| i.0 == u.block).for_each(|i| i.1 = value);
                }
                other => other.operands_mut(&mut |v| {
                    if variable.defs.iter().any(|d| d.1 == *v) {
                        *v = value;
                    }
                }),
            }
        }
    }

    fn is_defined(&self, mark: u32, block: BlockId) -> bool {
        self.defined[block.0 as usize].0 == mark
    }

    /// Creates the phis, still empty.
    fn place(&mut self, f: &mut Function, mark: u32, variable: &Variable) -> Vec<(BlockId, InstId)> {
        let mut new = Vec::new();
        let Some((_, first)) = variable.defs.first() else { return new };
        let ty = f.ty(*first).clone();
        let mut work: Vec<BlockId> = variable.defs.iter().map(|d| d.0).collect();
        while let Some(block) = work.pop() {
            for at in &self.frontiers[block.0 as usize] {
                let i = at.0 as usize;
                if self.live[i] != mark || self.placed[i].0 == mark {
                    continue;
                }
                let (inst, value) =
                    f.add_inst_at(Inst::Phi(Vec::new()), ty.clone(), (FrameId::SELF, LocId::NONE));
                let Some(value) = value else { continue };
                self.placed[i] = (mark, value);
                self.phis[i].push(inst);
                new.push((*at, inst));
                work.push(*at);
            }
        }
        new
    }

    /// The value of the variable where a block ends.
    fn at_end(&mut self, mark: u32, block: BlockId) -> Value {
        let (mut at, mut path) = (block, Vec::new());
        let value = loop {
            let i = at.0 as usize;
            if self.defined[i].0 == mark {
                break self.defined[i].1;
            }
            if self.placed[i].0 == mark {
                break self.placed[i].1;
            }
            path.push(i);
            match self.dom.idom(at) {
                Some(up) => at = up,
                // No definition reaches: the contract forbids it.
                None => break self.defined.iter().find(|d| d.0 == mark).map_or(Value(0), |d| d.1),
            }
        };
        path.into_iter().for_each(|i| self.placed[i] = (mark, value));
        value
    }
}
