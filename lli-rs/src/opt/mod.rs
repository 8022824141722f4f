//! IR to IR: what makes a body good before either tier sees it.
//!
//! [`run`] is called once for each body, right after it was read. It never removes a fault: a load or a
//! division that can fail stays, used or not; one that repeats an earlier one cannot.

pub mod affine;
mod bits;
pub mod cfg;
pub mod checks;
pub mod compiled;
pub mod dom;
pub mod effects;
mod fold;
pub mod inline;
pub mod lower;
mod mem2reg;
pub mod osr;
mod roots;
mod simplify;
mod slots;
mod ssa;
mod subst;
pub mod version;

#[cfg(test)]
mod tests;

pub use roots::{Root, Roots};

use crate::ir::{Function, Inst, Module, Terminator};

/// Optimizes a body; deterministic.
pub fn run(f: &mut Function, m: &Module) {
    if f.blocks.is_empty() || calls_returns_twice(f, m) {
        return;
    }
    let mut cfg = cfg::remove_unreachable(f);
    mem2reg::run(f, &cfg);
    for _ in 0..MAX_WALKS {
        if !simplify::run(f, &cfg, m.fenv) {
            break;
        }
        cfg = cfg::remove_unreachable(f);
    }
    effects::remove_dead(f);
    cfg::compact(f);
}

/// Walks of [`simplify`]: the second sees what the first found out on back edges; more rarely pay.
const MAX_WALKS: usize = 3;

/// Where a function can return a second time, its locals must still be what they were in memory.
fn calls_returns_twice(f: &Function, m: &Module) -> bool {
    const NAMES: [&str; 7] =
        ["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "vfork", "getcontext", "savectx"];
    f.insts.iter().any(|data| match &data.inst {
        Inst::Call(call) | Inst::Term(Terminator::Invoke { call, .. }) => {
            call.direct().is_some_and(|id| NAMES.contains(&&*m.func(id).name))
        }
        _ => false,
    })
}
