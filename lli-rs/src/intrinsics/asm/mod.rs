//! Inline assembly: a small x86-64 of its own, enough for what C programs put into `asm`.
//!
//! A template is parsed once, when its function is compiled: operands become registers by their constraints,
//! each statement one instruction. What is not understood is refused by name when it is reached. The
//! instructions work on numbered registers and checked guest memory; nothing is handed to an assembler.

mod exec;
mod parse;

use std::sync::Arc;

use svm_memory::Memory;

use crate::ir::Type;
use crate::machine::Result;

/// A template that is understood.
pub type AsmOp = Arc<Program>;

/// Registers: 0 to 15 are rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15; the rest belong to operands.
pub(super) type Reg = u8;

/// An operand of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Reg(Reg),
    Imm(u64),
    /// The memory that a register points to.
    Mem(Reg),
}

/// A condition code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cond {
    O,
    B,
    E,
    Be,
    S,
    P,
    L,
    Le,
}

/// What an instruction does; AT&T order, the destination last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Do {
    Mov,
    Add,
    Adc,
    Sub,
    Sbb,
    Cmp,
    And,
    Or,
    Xor,
    Test,
    Not,
    Neg,
    Inc,
    Dec,
    Mul,
    IMul,
    Div,
    Shl,
    Shr,
    Sar,
    Rol,
    Ror,
    Bsf,
    Bsr,
    TzCnt,
    LzCnt,
    PopCnt,
    Bswap,
    Xchg,
    Xadd,
    CmpXchg,
    Cmov(Cond, bool),
    Set(Cond, bool),
    Cpuid,
    Xgetbv,
    Rdtsc,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) what: Do,
    /// Bytes: 1, 2, 4 or 8.
    pub(super) width: u8,
    pub(super) places: smallvec::SmallVec<[Place; 2]>,
}

/// Where a result comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Output {
    Reg(Reg),
    Flag(Cond, bool),
}

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) steps: Vec<Step>,
    /// Argument -> register, in the order of the arguments.
    pub(super) inputs: Vec<Reg>,
    /// Results in order, with their width in bits.
    pub(super) outputs: Vec<(Output, u32)>,
    pub(super) registers: usize,
}

/// Parses a template for these argument types and this result type; `None` if something in it is not known.
pub fn find(template: &str, constraints: &str, types: &[&Type], ret: &Type) -> Option<AsmOp> {
    parse::program(template, constraints, types, ret).map(Arc::new)
}

/// Runs a template.
pub(crate) fn run(mem: &Memory, op: &AsmOp, args: &[&[u64]], out: &mut [u64]) -> Result<()> {
    exec::run(mem, op, args, out)
}

/// The time stamp counter.
pub(crate) fn cycles() -> u64 {
    // SAFETY: every x86-64 has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(test)]
mod tests;
