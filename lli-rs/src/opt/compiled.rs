//! The pipeline from a shared body to what is compiled: one function that calls the passes in order.
//!
//! What the passes leave unused is LLVM's to remove, but for stack objects: those are allocated as in the
//! interpreter, so that addresses do not depend on the tier.

use super::inline::Callees;
use super::roots::Roots;
use super::{checks, inline, lower, osr, version};
use crate::ir::{BlockId, Function, Module, Value};

/// What is wanted of a body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Blocks pay for their instructions.
    pub fuel: bool,
    /// Start at the head of this loop instead of the entry.
    pub head: Option<BlockId>,
    /// For an entry at a loop head: values, by number, that are not there but computed by their users.
    pub folded: &'a [bool],
}

/// A body that is ready for code generation.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The lowered body.
    pub function: Function,
    /// For an entry at a loop head: what its parameters are, as values of the shared body.
    pub live: Vec<Value>,
}

/// Makes the form of a body that is compiled. `roots` are those of `f`, which has been through [`super::run`].
/// Callees come from `callees`. `None` if the head cannot be entered.
pub fn run(
    f: &Function,
    m: &Module,
    roots: &Roots,
    callees: &dyn Callees,
    options: Options<'_>,
) -> Option<Compiled> {
    let mut function = f.clone();
    let mut live = Vec::new();
    lower::run(&mut function, m, roots, options.fuel);
    if let Some(head) = options.head {
        let folded = |v: Value| options.folded.get(v.0 as usize) == Some(&true);
        let entry = osr::at(&function, head, &folded)?;
        (function, live) = (entry.function, entry.live);
    }
    inline::run(&mut function, m, callees, options.fuel);
    checks::run(&mut function);
    version::run(&mut function);
    Some(Compiled { function, live })
}
