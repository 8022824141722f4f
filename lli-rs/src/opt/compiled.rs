//! The pipeline from a shared body to what is compiled: one function that calls the passes in order.
//!
//! What the passes leave unused is LLVM's to remove, but for stack objects: those are allocated as in the
//! interpreter, so that addresses do not depend on the tier.

use super::inline::Callees;
use super::roots::Roots;
use super::{checks, inline, lower, osr, version};
use crate::ir::{BlockId, Function, Module, Value};

/// How much is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Level {
    /// What is cheap: the body can be left for a better one at every loop head.
    Quick,
    /// Everything.
    #[default]
    Full,
}

/// A start at a loop head instead of the entry.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The head.
    pub head: BlockId,
    /// Values, by number, that are not there but computed by their users.
    pub folded: &'a [bool],
}

/// What is wanted of a body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// How much is done.
    pub level: Level,
    /// Blocks pay for their instructions.
    pub fuel: bool,
    /// Where to start: at a head of the body, or of what the start before it makes at the quick level.
    pub starts: &'a [Start<'a>],
}

/// A body that is ready for code generation.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The lowered body.
    pub function: Function,
    /// For an entry at a loop head: what its parameters are, as values of the body that was left.
    pub live: Vec<Value>,
    /// At the quick level: the loop heads, with what is live there.
    pub heads: Vec<(BlockId, Vec<Value>)>,
}

/// Makes the form of a body that is compiled. `roots` are those of `f`, which has been through [`super::run`].
/// Callees come from `callees`. `None` if a head cannot be entered.
pub fn run(
    f: &Function,
    m: &Module,
    roots: &Roots,
    callees: &dyn Callees,
    options: Options<'_>,
) -> Option<Compiled> {
    let mut function = f.clone();
    let (mut live, mut heads) = (Vec::new(), Vec::new());
    lower::run(&mut function, m, roots, options.fuel);
    for (n, start) in options.starts.iter().enumerate() {
        let folded = |v: Value| start.folded.get(v.0 as usize) == Some(&true);
        let peel = options.level == Level::Full && n + 1 == options.starts.len();
        let entry = osr::at(&function, start.head, &folded, peel)?;
        (function, live) = (entry.function, entry.live);
    }
    match options.level {
        Level::Quick => {
            let mut at = lower::cycle_heads(&function);
            at.retain(|head| osr::is_possible(&function, *head));
            heads = at.iter().copied().zip(osr::live_at(&function, &at)).collect();
            checks::run(&mut function, callees);
        }
        Level::Full => {
            inline::run(&mut function, m, callees, options.fuel);
            checks::run(&mut function, callees);
            version::run(&mut function, callees);
        }
    }
    Some(Compiled { function, live, heads })
}
