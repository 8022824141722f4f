//! What an instruction does beside computing its result, and the removal of those that do nothing else.

use super::inline::Callees;
use crate::ir::{BinOp, Const, Function, Inst, Intrinsic, Terminator, Value};

/// Whether the instruction must stay though nobody uses its result: it changes or reads the world, or it
/// can fault (faults are precise, so a load or a division that can fault is an effect).
pub fn has_effect(f: &Function, inst: &Inst) -> bool {
    match inst {
        Inst::Binary(BinOp::UDiv | BinOp::URem, _, b) => !is_safe_divisor(f, *b, false),
        Inst::Binary(BinOp::SDiv | BinOp::SRem, _, b) => !is_safe_divisor(f, *b, true),
        Inst::Intrinsic(i, _) => !is_pure(*i),
        Inst::Alloca { count, .. } => count.is_some(),
        Inst::Binary(..)
        | Inst::FNeg(_)
        | Inst::ICmp(..)
        | Inst::FCmp(..)
        | Inst::Cast(..)
        | Inst::Select(..)
        | Inst::Freeze(_)
        | Inst::Gep { .. }
        | Inst::ExtractElement(..)
        | Inst::InsertElement(..)
        | Inst::Shuffle(..)
        | Inst::ExtractValue(..)
        | Inst::InsertValue(..)
        | Inst::Phi(_)
        // Proven to be possible, so reading leaves no trace.
        | Inst::RawLoad { .. }
        | Inst::Locate(_)
        | Inst::Range { .. } => false,
        Inst::Load { .. }
        | Inst::Store { .. }
        | Inst::Call(_)
        | Inst::Asm(_)
        | Inst::Fence(_)
        | Inst::CmpXchg { .. }
        | Inst::AtomicRmw { .. }
        | Inst::LandingPad { .. }
        | Inst::Unsupported(_)
        | Inst::Check { .. }
        | Inst::RawStore { .. }
        | Inst::LoadBy { .. }
        | Inst::StoreBy { .. }
        | Inst::Poll
        | Inst::Fuel(_)
        | Inst::Term(_) => true,
    }
}

/// Whether no dividend makes a division by `v` fault.
fn is_safe_divisor(f: &Function, v: Value, signed: bool) -> bool {
    let bits = f.ty(v).bits();
    match f.as_const(v) {
        Some(Const::Int(n)) if f.ty(v).as_vector().is_none() => {
            let minus_one = bits <= 64 && *n == u64::MAX >> (64 - bits);
            *n != 0 && !(signed && minus_one)
        }
        _ => false,
    }
}

/// Whether an intrinsic computes its result from its operands alone.
pub fn is_pure(i: Intrinsic) -> bool {
    !matches!(
        i,
        Intrinsic::MemCpy
            | Intrinsic::MemMove
            | Intrinsic::MemSet
            | Intrinsic::MaskedLoad
            | Intrinsic::MaskedStore
            | Intrinsic::MaskedGather
            | Intrinsic::MaskedScatter
            | Intrinsic::MaskedExpandLoad
            | Intrinsic::MaskedCompressStore
            | Intrinsic::StackSave
            | Intrinsic::StackRestore
            | Intrinsic::VaStart
            | Intrinsic::VaEnd
            | Intrinsic::VaCopy
            | Intrinsic::FrameAddress
            | Intrinsic::ReturnAddress
            | Intrinsic::Trap
            | Intrinsic::DebugTrap
            | Intrinsic::LoadRelative
            | Intrinsic::ReadCycleCounter
            | Intrinsic::ReadSteadyCounter
            | Intrinsic::GetRounding
            | Intrinsic::SetRounding
            | Intrinsic::ThreadPointer
            | Intrinsic::EhTypeIdFor
            | Intrinsic::X86Pause
    )
}

/// Whether an instruction may end an object, or run what may: afterwards no earlier check holds. `callees` knows which
/// library functions do not.
pub fn may_end_objects(inst: &Inst, callees: &dyn Callees) -> bool {
    match inst {
        Inst::Call(c) if c.direct().is_some_and(|id| callees.is_harmless(id)) => false,
        Inst::Call(_) | Inst::Asm(_) | Inst::Unsupported(_) | Inst::LandingPad { .. } => true,
        // Signal handlers run at polls, and other threads.
        Inst::Poll => true,
        Inst::Term(t) => matches!(t, Terminator::Invoke { .. }),
        Inst::Intrinsic(i, _) => {
            !is_pure(*i)
                && !matches!(
                    i,
                    Intrinsic::MemCpy
                        | Intrinsic::MemMove
                        | Intrinsic::MemSet
                        | Intrinsic::MaskedLoad
                        | Intrinsic::MaskedStore
                        | Intrinsic::MaskedGather
                        | Intrinsic::MaskedScatter
                        | Intrinsic::MaskedExpandLoad
                        | Intrinsic::MaskedCompressStore
                        | Intrinsic::LoadRelative
                        | Intrinsic::ReadCycleCounter
                        | Intrinsic::ReadSteadyCounter
                        | Intrinsic::GetRounding
                        | Intrinsic::SetRounding
                        | Intrinsic::ThreadPointer
                        | Intrinsic::EhTypeIdFor
                )
        }
        _ => false,
    }
}

/// Removes instructions whose results reach no effect; cycles of phis too.
pub fn remove_dead(f: &mut Function) {
    let mut live = vec![false; f.insts.len()];
    let mut work = Vec::new();
    for block in &f.blocks {
        for id in &block.insts {
            if has_effect(f, &f.inst(*id).inst) {
                live[id.0 as usize] = true;
                work.push(*id);
            }
        }
    }
    while let Some(id) = work.pop() {
        let Function { insts, values, .. } = f;
        insts[id.0 as usize].inst.operands_mut(&mut |v| {
            if let crate::ir::ValueDef::Inst(def) = values[v.0 as usize].def
                && !std::mem::replace(&mut live[def.0 as usize], true)
            {
                work.push(def);
            }
        });
    }
    f.blocks.iter_mut().for_each(|b| b.insts.retain(|id| live[id.0 as usize]));
}
