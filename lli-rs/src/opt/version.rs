//! Versioning of counted loops: where everything that an innermost loop accesses at affine addresses is known
//! to be in bounds, it runs as a copy without those checks, which LLVM can vectorize.
//!
//! ```text
//!   strips: how many iterations can come (at most 64 Ki)? are all their accesses in bounds?
//!           yes -> copy          no -> the loop as it was
//!   copy:   so many iterations, without the checks and without the tests that counted them
//!   done:   poll, then strips again (or out)
//! ```
//!
//! The number of iterations is a lower bound of what the loop's own tests allow, so the tests can be left out
//! of the copy; what the ranges cover is exactly what that many iterations access. Neither rests on
//! assumptions about overflow: sums that must not wrap are tested with the ranges. Objects cannot end within
//! a strip, since loops with anything that may end one are left alone.

mod emit;
mod plan;
mod rewrite;

use rustc_hash::FxHashSet;

use super::cfg::Cfg;
use super::dom::{DomTree, Loop, Loops};
use super::effects::may_end_objects;
use super::inline::Callees;
use super::ssa::{self, Variable};
use crate::ir::{BlockId, Function, Inst, Terminator, Value};

/// Iterations between polls.
pub const STRIP: u64 = 1 << 16;
/// Larger loops gain little from a copy.
const MAX_INSTS: usize = 400;
/// A body does not grow by more instructions than this.
const MAX_GROWTH: usize = 20_000;

/// Versions every loop that qualifies; the number of them. `callees`: see [`may_end_objects`].
pub fn run(f: &mut Function, callees: &dyn Callees) -> usize {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(&cfg);
    let loops = Loops::new(&cfg, &dom);
    let home = homes(f, &cfg);
    let outer: FxHashSet<usize> = loops.all.iter().filter_map(|l| l.parent).collect();
    let inner: Vec<&Loop> = loops
        .all
        .iter()
        .enumerate()
        .filter(|(i, l)| !outer.contains(i) && qualifies(f, l, callees))
        .map(|(_, l)| l)
        .collect();
    let escaping = used_outside(f, &cfg, &loops, &home);
    let (limit, mut variables, mut count) = (f.insts.len() + MAX_GROWTH, Vec::new(), 0);
    for l in inner {
        if f.insts.len() > limit {
            break;
        }
        let Some(plan) = plan::make(f, l, &dom, &home) else { continue };
        let copies = rewrite::run(f, l, &plan);
        let defs = copies.into_iter().filter(|(v, ..)| escaping.contains(v));
        variables
            .extend(defs.map(|(v, at, copy, copy_at)| Variable { defs: vec![(at, v), (copy_at, copy)] }));
        count += 1;
    }
    if count > 0 {
        let cfg = Cfg::new(f);
        ssa::repair(f, &cfg, &variables);
    }
    count
}

/// Whether a loop has the shape that can be copied, and nothing in it that ends objects.
fn qualifies(f: &Function, l: &Loop, callees: &dyn Callees) -> bool {
    let [latch] = l.latches[..] else { return false };
    let total: usize = l.blocks.iter().map(|b| f.block(*b).insts.len()).sum();
    let fits = |block: &BlockId| {
        let known = !f.address_taken.contains(block);
        let simple = matches!(
            f.terminator(*block),
            Some(
                Terminator::Br(_)
                    | Terminator::CondBr(..)
                    | Terminator::Switch { .. }
                    | Terminator::Unreachable
            )
        );
        known
            && simple
            && f.block(*block).insts.iter().all(|id| match &f.inst(*id).inst {
                Inst::Poll => *block == latch,
                Inst::Fuel(_) | Inst::Alloca { .. } => false,
                inst => !may_end_objects(inst, callees),
            })
    };
    total <= MAX_INSTS && l.header != BlockId::ENTRY && l.blocks.iter().all(fits)
}

/// The block of each value that an instruction defines.
fn homes(f: &Function, cfg: &Cfg) -> Vec<Option<BlockId>> {
    let mut home = vec![None; f.values.len()];
    for block in cfg.rpo().iter().copied() {
        for id in &f.block(block).insts {
            if let Some(v) = f.inst(*id).result {
                home[v.0 as usize] = Some(block);
            }
        }
    }
    home
}

/// Values that are used outside the innermost loop that they are defined in.
fn used_outside(f: &Function, cfg: &Cfg, loops: &Loops, home: &[Option<BlockId>]) -> FxHashSet<Value> {
    let mut escaping = FxHashSet::default();
    for block in cfg.rpo().iter().copied() {
        for id in &f.block(block).insts {
            let mut used = |v: Value, at: BlockId| {
                if let Some(def) = home[v.0 as usize]
                    && loops.innermost(def).is_some()
                    && loops.innermost(def) != loops.innermost(at)
                {
                    escaping.insert(v);
                }
            };
            match &f.inst(*id).inst {
                Inst::Phi(incoming) => incoming.iter().for_each(|(from, v)| {
                    if cfg.is_reachable(*from) {
                        used(*v, *from);
                    }
                }),
                inst => inst.operands(&mut |v| used(v, block)),
            }
        }
    }
    escaping
}
