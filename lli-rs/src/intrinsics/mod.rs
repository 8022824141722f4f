//! `llvm.*` by topic: what needs memory, frames or the machine. What only computes is in `semantics/`.

pub mod asm;
pub mod atomics;
mod memory;
mod stack;
mod variadic;
mod vector;

pub(crate) use memory::{load, store};
pub(crate) use stack::by_value;

use crate::ir::{Intrinsic, Type};
use crate::machine::{MAIN_THREAD, Process, Result, Thread, Trap};
use crate::semantics::libm::{self, Rounding};

/// The rounding modes in the order of `FLT_ROUNDS`.
const ROUNDING: [Rounding; 4] = [Rounding::Zero, Rounding::Nearest, Rounding::Up, Rounding::Down];

/// Whether the intrinsic only computes a value from its arguments.
pub fn is_pure(i: Intrinsic) -> bool {
    use Intrinsic as I;
    !matches!(
        i,
        I::MemCpy
            | I::MemMove
            | I::MemSet
            | I::MaskedLoad
            | I::MaskedStore
            | I::MaskedGather
            | I::MaskedScatter
            | I::MaskedExpandLoad
            | I::MaskedCompressStore
            | I::StackSave
            | I::StackRestore
            | I::VaStart
            | I::VaEnd
            | I::VaCopy
            | I::FrameAddress
            | I::ReturnAddress
            | I::Trap
            | I::DebugTrap
            | I::LoadRelative
            | I::ReadCycleCounter
            | I::ReadSteadyCounter
            | I::GetRounding
            | I::SetRounding
            | I::ThreadPointer
            | I::EhTypeIdFor
            | I::X86Pause
    )
}

/// Carries out an intrinsic that does more than compute.
pub(crate) fn run(
    process: &Process,
    thread: &mut Thread,
    i: Intrinsic,
    types: &[Type],
    ret: &Type,
    args: &[&[u64]],
    out: &mut [u64],
) -> Result<()> {
    use Intrinsic as I;
    let mem = &process.mem;
    match i {
        I::MemCpy | I::MemMove => memory::copy(mem, args),
        I::MemSet => memory::fill(mem, args),
        I::MaskedLoad => vector::masked_load(mem, ret, args, out),
        I::MaskedStore => vector::masked_store(mem, &types[0], args),
        I::MaskedGather => vector::gather(mem, ret, args, out),
        I::MaskedScatter => vector::scatter(mem, &types[0], args),
        I::MaskedExpandLoad => vector::expand_load(mem, ret, args, out),
        I::MaskedCompressStore => vector::compress_store(mem, &types[0], args),
        I::StackSave => {
            out[0] = thread.stack.mark() as u64 + stack::MARK_TAG;
            Ok(())
        }
        I::StackRestore => stack::restore(process, thread, args[0][0]),
        I::VaStart => variadic::va_start(process, thread, args[0][0]),
        I::VaCopy => memory::va_copy(mem, args),
        I::FrameAddress => {
            out[0] =
                thread.frame_height(args[0][0]).map_or(0, |height| stack::FRAMES_TOP.saturating_sub(height));
            Ok(())
        }
        // No place in the code has an address that the guest could use.
        I::ReturnAddress | I::EhTypeIdFor | I::ReadSteadyCounter => {
            out.fill(0);
            Ok(())
        }
        I::GetRounding => {
            out[0] = ROUNDING.iter().position(|mode| *mode == libm::rounding()).unwrap_or(1) as u64;
            Ok(())
        }
        I::SetRounding => {
            if let Some(mode) = ROUNDING.get(args[0][0] as usize) {
                libm::set_rounding(*mode);
            }
            Ok(())
        }
        I::ThreadPointer => {
            out[0] = MAIN_THREAD;
            Ok(())
        }
        I::LoadRelative => memory::load_relative(mem, args, out),
        I::ReadCycleCounter => {
            out[0] = asm::cycles();
            Ok(())
        }
        I::VaEnd | I::X86Pause => Ok(()),
        I::Trap | I::DebugTrap => Err(Trap::TrapInstruction),
        _ => Err(Trap::Unsupported(format!("intrinsic {i:?}").into())),
    }
}
