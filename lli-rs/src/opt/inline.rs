//! Replaces direct calls by the bodies of the callees, as far as a budget goes.
//!
//! Works on lowered bodies: checks have their roots, blocks their fuel, so that neither depends on what is
//! inlined. The copy's instructions belong to a frame of their own ([`InlineFrame`]), by which reports tell
//! the call stack as if the call were one. Stack objects of the callee end where it returned.

mod body;
mod site;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cfg::{self, Cfg};
use super::dom::{DomTree, Loops};
use super::lower;
use super::roots::Roots;
use super::subst::Subst;
use crate::ir::{BlockId, FrameId, FuncId, Function, Inst, InstId, Module};

/// Where the bodies of callees come from: as both tiers share them, after [`super::run`].
pub trait Callees {
    /// A function's body; `None` if it has none or it is not to be read just for this.
    fn body(&self, id: FuncId) -> Option<Arc<Function>>;

    /// Whether a function that has no body is known to end no object.
    fn is_harmless(&self, _: FuncId) -> bool {
        false
    }
}

impl Callees for FxHashMap<FuncId, Arc<Function>> {
    fn body(&self, id: FuncId) -> Option<Arc<Function>> {
        self.get(&id).cloned()
    }
}

/// Nothing is known of any callee.
pub struct NoCallees;

impl Callees for NoCallees {
    fn body(&self, _: FuncId) -> Option<Arc<Function>> {
        None
    }
}

/// Instructions of a callee that is inlined wherever it is called.
const SMALL: usize = 60;
/// The same in a loop.
const MEDIUM: usize = 250;
/// By how many instructions a body may grow at most.
const MAX_GROWTH: usize = 600;
/// By how many a large one may. Its callees gain little for what they add to its time of compilation.
const MIN_GROWTH: usize = 200;
/// Calls inside calls inside calls.
const MAX_DEPTH: usize = 6;

/// A callee, ready to be copied.
struct Callee {
    /// Lowered.
    body: Function,
    /// Instructions before that.
    size: usize,
    /// Whether it makes stack objects.
    objects: bool,
}

struct Pass<'a> {
    m: &'a Module,
    callees: &'a dyn Callees,
    fuel: bool,
    /// What is known of the callees that were looked at.
    known: FxHashMap<FuncId, Option<Arc<Callee>>>,
    /// What stands for the results of calls that are gone.
    subst: Subst,
    /// Instructions that may still be added.
    left: usize,
}

/// A call that may be replaced.
struct Candidate {
    block: BlockId,
    call: InstId,
    in_loop: bool,
}

/// Inlines into a lowered body; the number of calls that are gone. `fuel`: as the body was lowered.
pub fn run(f: &mut Function, m: &Module, callees: &dyn Callees, fuel: bool) -> usize {
    if super::calls_returns_twice(f, m) {
        return 0;
    }
    let mut work = candidates(f);
    // Taken from the last to the first: what comes after a call in its block moves to another one. Calls in
    // loops come first.
    work.sort_by_key(|c| c.in_loop);
    let mut pass = Pass {
        m,
        callees,
        fuel,
        known: FxHashMap::default(),
        subst: Subst::new(f),
        left: MAX_GROWTH.saturating_sub(f.insts.len() / 4).max(MIN_GROWTH),
    };
    let mut count = 0;
    while let Some(candidate) = work.pop() {
        let Some(callee) = pass.wanted(f, &candidate) else { continue };
        pass.left -= callee.size;
        count += 1;
        work.extend(site::replace(f, &mut pass.subst, &candidate, &callee));
    }
    if count > 0 {
        pass.subst.apply(f);
        cfg::remove_unreachable(f);
    }
    count
}

/// The direct calls of a body, in the order of its blocks.
fn candidates(f: &Function) -> Vec<Candidate> {
    let cfg = Cfg::new(f);
    let loops = Loops::new(&cfg, &DomTree::new(&cfg));
    let mut found = Vec::new();
    for block in cfg.rpo().iter().copied() {
        let in_loop = loops.innermost(block).is_some();
        let calls = f.block(block).insts.iter().copied();
        let calls = calls.filter(|id| matches!(&f.inst(*id).inst, Inst::Call(c) if c.direct().is_some()));
        found.extend(calls.map(|call| Candidate { block, call, in_loop }));
    }
    found
}

impl Pass<'_> {
    /// The callee of a call that is to be inlined.
    fn wanted(&mut self, f: &Function, candidate: &Candidate) -> Option<Arc<Callee>> {
        let data = f.inst(candidate.call);
        let Inst::Call(call) = &data.inst else { return None };
        let id = call.direct().filter(|_| !call.must_tail)?;
        let (mut depth, mut at) = (0, data.frame);
        if id == f.id {
            return None;
        }
        while let Some(frame) = f.inline_frame(at) {
            if frame.func == id || depth == MAX_DEPTH {
                return None;
            }
            (depth, at) = (depth + 1, frame.caller.0);
        }
        let callee = self.callee(id)?;
        let limit = if candidate.in_loop { MEDIUM } else { SMALL };
        let fits = callee.size <= limit.min(self.left);
        (fits && body::accepts(f, call, data.result, &callee.body)).then_some(callee)
    }

    fn callee(&mut self, id: FuncId) -> Option<Arc<Callee>> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let made = self.callees.body(id).and_then(|f| {
            let size = body::size(&f, self.m).filter(|n| *n <= MEDIUM)?;
            let mut body = (*f).clone();
            lower::run(&mut body, self.m, &Roots::compute(&f), self.fuel);
            let objects = body::makes_objects(&body);
            Some(Arc::new(Callee { body, size, objects }))
        });
        self.known.insert(id, made.clone());
        made
    }
}

/// Where a copied instruction stands: in the new frame.
fn frame_after(f: &Function) -> FrameId {
    FrameId(f.inlined.len() as u32 + 1)
}
