//! Where a running frame keeps its values when control arrives at a block: what on-stack replacement reads.

use crate::bytecode::code::Span;
use crate::bytecode::flow::Flow;
use crate::bytecode::live::Live;
use crate::bytecode::plan::Plan;
use crate::ir::{BlockId, Function, Inst, Value};
use crate::opt::Roots;

use super::call::returns_twice;
use super::{Env, assign};

/// The slots of a frame at one block.
pub struct Places {
    /// By value: its slots, if it is there; whether its users compute it instead.
    places: Vec<(Option<Span>, bool)>,
}

impl Places {
    /// The slots of a value that a frame has at that block.
    pub fn of(&self, v: Value) -> Option<Span> {
        self.places.get(v.0 as usize)?.0
    }

    /// Whether the value is nowhere, since its users compute it from its operands.
    pub fn is_folded(&self, v: Value) -> bool {
        self.places.get(v.0 as usize).is_some_and(|p| p.1)
    }
}

/// Where the values are in the bytecode that [`super::compile`] makes of the same function.
pub fn places(f: &Function, roots: &Roots, env: &dyn Env, at: BlockId) -> Places {
    let flow = Flow::compute(f);
    let plan = Plan::new(f, &flow, roots);
    let live = Live::compute(&plan);
    let point = 2 * live.head.get(at.0 as usize).copied().unwrap_or(0);
    let own_phi = |v: Value| {
        f.block(at)
            .insts
            .iter()
            .any(|id| f.inst(*id).result == Some(v) && matches!(f.inst(*id).inst, Inst::Phi(_)))
    };
    let there: Vec<bool> = (0..f.values.len() as u32)
        .map(|v| {
            let rep = plan.rep[v as usize].0;
            let ranges = &live.ranges[rep.0 as usize];
            plan.has_slots(rep) && (ranges.iter().any(|r| (r.0..=r.1).contains(&point)) || own_phi(rep))
        })
        .collect();
    let slots = assign(&plan, live, returns_twice(f, env));
    let place = |v: u32| {
        let (rep, offset) = plan.rep[v as usize];
        let span = there[v as usize].then(|| Span { at: slots.of(rep) + offset, n: f.ty(Value(v)).slots() });
        let folded = f.def_inst(Value(v)).is_some_and(|(id, _)| plan.folded[id.0 as usize]);
        (span, folded)
    };
    Places { places: (0..f.values.len() as u32).map(place).collect() }
}
