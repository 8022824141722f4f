//! Allocation and free sites: call stacks as numbers.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use svm_memory::SiteId;

/// A position in code: of a function in one of its forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodePos {
    /// Number of the code.
    pub code: u32,
    /// Index of a word of the instruction.
    pub word: u32,
    /// How many of the functions that are inlined there count, from the innermost on.
    pub frames: u32,
}

/// The innermost frames of a call stack.
pub type Stack = SmallVec<[CodePos; 4]>;

/// Interned call stacks; number 0 is [`SiteId::NONE`].
#[derive(Default)]
pub struct SiteTable {
    numbers: FxHashMap<Stack, u32>,
    stacks: Vec<Stack>,
}

impl SiteTable {
    /// The number of a call stack.
    pub fn intern(&mut self, stack: Stack) -> SiteId {
        if stack.is_empty() {
            return SiteId::NONE;
        }
        let (stacks, next) = (&mut self.stacks, self.numbers.len() as u32 + 1);
        SiteId(*self.numbers.entry(stack).or_insert_with_key(|stack| {
            stacks.push(stack.clone());
            next
        }))
    }

    /// The call stack of a number.
    pub fn stack(&self, site: SiteId) -> Option<&Stack> {
        self.stacks.get((site.0 as usize).checked_sub(1)?)
    }
}
