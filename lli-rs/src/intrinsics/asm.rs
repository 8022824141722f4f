//! Inline assembly.

use svm_memory::Memory;

use crate::ir::Type;
use crate::machine::Result;

/// A template that is known.
#[derive(Clone, Copy, Debug)]
pub enum AsmOp {
    /// Does nothing.
    Nothing,
}

/// Looks a template up.
pub fn find(template: &str, _constraints: &str, _types: &[&Type], ret: &Type) -> Option<AsmOp> {
    (template.trim().is_empty() && *ret == Type::Void).then_some(AsmOp::Nothing)
}

/// Runs it.
pub(crate) fn run(_mem: &Memory, _op: AsmOp, _args: &[&[u64]], _out: &mut [u64]) -> Result<()> {
    Ok(())
}

/// The time stamp counter.
pub(crate) fn cycles() -> u64 {
    // SAFETY: every x86-64 has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}
